"""Pieces of a selection in other processes: they evaluate rows and sift them, the selection itself eliminates.

Which rows are eliminated, in what order and in what groups does not depend on who sifted them: the same bytes for any
number of processes.
"""

from __future__ import annotations

from collections.abc import Generator, Iterator
from functools import lru_cache
from typing import NamedTuple

from invgen.compiler.algebra.channels import components_of
from invgen.compiler.candidates.family import Candidate, CandidateEvaluator, family_of
from invgen.compiler.selection.langbein import PIECE, Crew
from invgen.compiler.selection.setting import Setting
from invgen.compiler.selection.sieve import EARLY_SHARE, Screen, Sifted, sifted
from invgen.errors import TooManyCandidates, counted
from invgen.spec import BasisSpec
from invgen.workers.memory import GIB, free_memory, told
from invgen.workers.ordered import cores, in_order
from invgen.workers.scheduler import LOCAL

BASE = GIB // 4
"""What Python and its packages take."""
EACH = GIB // 4
"""What another process takes for them and for the partial couplings that it remembers."""
CANDIDATE = 1024
"""Bytes of a candidate that waits."""
TOLD = 20_000
"""Candidates from which on memory is told."""


class Piece(NamedTuple):
    """What another process needs to know."""

    spec: BasisSpec
    prime: int
    seed: str
    candidates: list[Candidate]
    screen: Screen


def crew(spec: BasisSpec, setting: Setting) -> Crew | None:
    """Those who sift for the selection of a spec: ``setting.workers`` processes or those of ``setting.scheduler``.

    ``None`` where this process does everything.
    """
    if setting.workers == 1 and setting.scheduler is None:
        return None

    def sift(pieces: Iterator[tuple[list[Candidate], Screen]]) -> Generator[Sifted, None, None]:
        items = (Piece(spec, setting.prime, setting.seed, *piece) for piece in pieces)
        kept = "what was decided is" if setting.checkpoints else "nothing is"
        yield from in_order(sifted_piece, items, setting.workers, setting.scheduler, kept)

    return sift


def sifted_piece(piece: Piece) -> Sifted:
    """What another process does with a piece."""
    exact, floating = _evaluators(piece.spec, piece.prime, piece.seed)
    return sifted(exact, floating, piece.candidates, piece.screen, EARLY_SHARE)


@lru_cache(maxsize=1)
def _evaluators(spec: BasisSpec, prime: int, seed: str) -> tuple[CandidateEvaluator, CandidateEvaluator]:
    selection = Setting(prime, seed).selection(spec)
    return selection.exact, selection.floating


def selection_memory(candidates: int, components: int, rank: int, workers: int) -> int:
    """Bytes at most in use by a selection and its other processes together.

    The echelon forms modulo the prime and in three configurations, and at the end the rows of what was kept, and of
    one configuration what its singular values take; rows of a piece while they are sifted, and of pieces on their way.
    """
    rank, piece = min(rank, components, candidates), min(PIECE, candidates)
    kept = 8 * components * rank * (1 + 3 + 3 + 3)
    pieces = 8 * components * piece * 4 * (2 if workers == 1 else 2 + workers)
    return BASE + (EACH * workers if workers > 1 else 0) + CANDIDATE * candidates + kept + pieces


def pieces_of(candidates: int) -> int:
    """In how many pieces they are offered, the first one, of this process alone, among them."""
    return -(-candidates // PIECE)


def memory_of(spec: BasisSpec, workers: int = 1) -> int | None:
    """``selection_memory`` of a spec; ``None`` where the number of candidates is not known beforehand."""
    family = family_of(spec)
    candidates = family.offered(spec)
    if candidates is None:
        return None
    return selection_memory(candidates, components_of(family.channels(spec)), family.bound(spec), workers)


def check_size(spec: BasisSpec, setting: Setting) -> None:
    """Tells the memory of a large selection before it starts.

    Raises ``TooManyCandidates`` above the limit, with what it costs to raise it, and if there is not so much memory.
    """
    family = family_of(spec)
    candidates = family.offered(spec)
    helpers = cores() if setting.scheduler == LOCAL else setting.workers
    needed = memory_of(spec, helpers)
    if candidates is None or needed is None:
        return
    try:
        family.refuse(spec, setting.max_candidates)
    except TooManyCandidates as error:
        parts = counted(pieces_of(candidates), "piece")
        cost = f"which takes at most {needed / GIB:.1f} GiB of memory and {parts} of {PIECE}"
        raise TooManyCandidates(f"{error}, {cost} candidates") from None
    free = free_memory()
    if free is not None and needed > free:
        fewer = f"take fewer workers (now {helpers}), or " if helpers > 1 else ""
        raise TooManyCandidates(
            f"{candidates} candidates of {spec.id} with {components_of(family.channels(spec))} components need "
            f"{needed / GIB:.1f} GiB of memory, {free / GIB:.1f} are free: {fewer}lower n_max, l_max, channels or "
            "total_degree"
        )
    if candidates >= TOLD and setting.progress:
        setting.progress(f"memory: {told(needed, free)}", 1, 1)
