"""The Langbein stage: keep a candidate when its Jacobian row raises the rank.

The exact pass eliminates modulo a prime at an integer witness point: the kept candidates are proven independent
over the rationals, and with rows offered in order they are the pivot columns of the echelon form of the transposed
Jacobian. The float64 pass does the same by orthogonalisation on random configurations; it is the only one possible for
descriptors that are not polynomials, and here it must agree. Rows that cannot be new are sifted out before, in this
process or in others; see ``sieve``.
"""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from itertools import groupby, islice
from typing import Any

import numpy as np

from invgen.compiler.algebra import modular
from invgen.compiler.candidates.family import Candidate, CandidateEvaluator
from invgen.compiler.selection.checkpoint import Checkpoint, Decisions, Positions
from invgen.compiler.selection.floating import BLOCK, FLOAT_TOLERANCE, FloatEchelon
from invgen.compiler.selection.sieve import LEAST, Screen, Sifted, sifted, unsifted
from invgen.errors import InvgenError, SelectionError

Progress = Callable[[str, int, int], None]
"""Called with the stage, and how much is done of how much: candidates if their number is known, else rank of bound."""

Crew = Callable[[Iterator[tuple[list[Candidate], Screen]]], Generator[Sifted, None, None]]
"""Sifts pieces of candidates, each by a screen, in order."""
CONFIGURATIONS = 3
PIECE = 1024
"""Candidates that are offered together once as many have been offered, and that go to another process together."""


@dataclass
class Selection:
    """The state of a greedy selection: both echelon forms and what was kept."""

    exact: CandidateEvaluator
    floating: CandidateEvaluator
    prime: int
    tolerance: float = FLOAT_TOLERANCE
    echelon: modular.Echelon = field(init=False)
    float_echelon: FloatEchelon = field(init=False)
    kept: list[Any] = field(default_factory=list)
    offered: Counter[int] = field(default_factory=Counter)
    disagreements: list[str] = field(default_factory=list)
    _positions: Positions = field(default_factory=Positions)

    def __post_init__(self) -> None:
        self.echelon = modular.Echelon(self.exact.components, self.prime)
        size, width = self.floating.size, self.floating.components
        self.float_echelon = FloatEchelon(size, width, self.tolerance)

    @property
    def rank(self) -> int:
        """Jacobian rank of what was kept."""
        return self.echelon.rank

    @property
    def decisions(self) -> Decisions:
        """What was kept, by positions in the stream of candidates."""
        return self._positions.decisions()

    @property
    def screen(self) -> Screen:
        """By which candidates that cannot be new are told."""
        return Screen(self.echelon.probes, self.prime, self.float_echelon.sketch, self.tolerance)

    def offer(self, candidate: Candidate) -> bool:
        """Keeps the candidate if it raises the exact rank; notes where the float pass decides otherwise."""
        return self.offer_block([candidate])[0]

    def offer_block(self, candidates: Sequence[Candidate], bound: int | None = None) -> list[bool]:
        """``offer`` for candidates one after another, evaluated together; those after the bound is reached are not."""
        return self._decide(candidates, self._sifted(candidates), bound)

    def _sifted(self, candidates: Sequence[Candidate]) -> Sifted:
        if len(candidates) < LEAST:
            return unsifted(self.exact, self.floating, candidates)
        return sifted(self.exact, self.floating, candidates, self.screen)

    def _decide(self, candidates: Sequence[Candidate], found: Sifted, bound: int | None) -> list[bool]:
        raised, in_floats = [False] * len(candidates), [False] * len(candidates)
        for k, pivot in zip(found.exact_at, self.echelon.add_block(found.exact), strict=True):
            raised[k] = pivot is not None
        if bound is not None and self.rank >= bound:
            last = len(raised) - raised[::-1].index(True)
            candidates, raised, in_floats, found = (
                candidates[:last],
                raised[:last],
                in_floats[:last],
                found.before(last),
            )
        for k, new in zip(found.floats_at, self._add_floats(found.floats), strict=True):
            in_floats[k] = new
        self._positions.examined += [self._positions.offered + k for k in found.floats_at]
        self._note(candidates, raised, in_floats)
        return raised

    def _add_floats(self, rows: np.ndarray) -> list[bool]:
        starts = range(0, rows.shape[1], BLOCK)
        return [new for start in starts for new in self.float_echelon.add_block(rows[:, start : start + BLOCK])]

    def _note(self, candidates: Sequence[Candidate], raised: list[bool], in_floats: list[bool]) -> None:
        differing = [k for k, (here, there) in enumerate(zip(raised, in_floats, strict=True)) if here != there]
        self.offered.update(c.order for c in candidates)
        self.kept += [c for c, keep in zip(candidates, raised, strict=True) if keep]
        self.disagreements += [candidates[k].label for k in differing]
        start = self._positions.offered
        self._positions.kept += [start + k for k, keep in enumerate(raised) if keep]
        self._positions.disagreements += [start + k for k in differing]
        self._positions.offered += len(candidates)

    def run(
        self,
        candidates: Iterable[Candidate],
        bound: int,
        progress: Progress | None = None,
        stage: str = "select",
        *,
        lookahead: int = 1,
        total: int | None = None,
        checkpoint: Checkpoint | None = None,
        crew: Crew | None = None,
    ) -> None:
        """Offers candidates until the rank reaches the bound or they run out.

        lookahead
            How many may be taken from the stream at once.
        total
            Their number where it is known: then progress counts candidates, else the rank.
        checkpoint
            Where the decisions of an interrupted run are found and, now and then, written.
        crew
            Other processes that sift pieces; by default this one does.
        """
        stream = iter(candidates)
        try:
            if checkpoint and (found := checkpoint.load()):
                self._resume(stream, found, checkpoint, lookahead)
            with closing(self._pieces(stream, bound, lookahead, crew)) as pieces:
                for block, left in pieces:
                    raised = self._decide(block, left, bound)
                    if checkpoint and checkpoint.due():
                        checkpoint.write(self.decisions)
                    if progress and (total or any(raised)):
                        progress(stage, *((self._positions.offered, total) if total else (self.rank, bound)))
                    if self.rank >= bound:
                        break
        except (KeyboardInterrupt, InvgenError):
            if checkpoint and self._positions.offered:
                checkpoint.write(self.decisions)
            raise
        if checkpoint:
            checkpoint.remove()

    def _pieces(
        self, stream: Iterator[Candidate], bound: int, lookahead: int, crew: Crew | None
    ) -> Generator[tuple[list[Candidate], Sifted], None, None]:
        """Blocks of candidates, sifted, in order: each by the state that those before have left, or by others."""
        if self.rank >= bound:
            return
        while crew is None or self._positions.offered < PIECE:
            if not (block := list(islice(stream, _together(self._positions.offered, lookahead)))):
                return
            yield block, self._sifted(block)
        waiting: deque[list[Candidate]] = deque()

        def pieces() -> Iterator[tuple[list[Candidate], Screen]]:
            while block := list(islice(stream, PIECE)):
                waiting.append(block)
                yield block, self.screen

        with closing(crew(pieces())) as found:
            for left in found:
                yield waiting.popleft(), left.again(self.screen)

    def _resume(self, stream: Iterator[Candidate], found: Decisions, checkpoint: Checkpoint, lookahead: int) -> None:
        """Rebuilds both echelon forms from what was eliminated, in the same steps; the rest is not evaluated again."""
        wanted = {*found.kept, *found.examined, *found.disagreements}
        chosen = {}
        for position, candidate in enumerate(islice(stream, found.offered)):
            self.offered[candidate.order] += 1
            if position in wanted:
                chosen[position] = candidate
        refused = SelectionError(f"the checkpoint {checkpoint.path} is of another selection; remove it and run again")
        if self.offered.total() < found.offered:
            raise refused
        self.kept = [chosen[k] for k in found.kept]
        for start in range(0, len(self.kept), BLOCK):
            self.echelon.add_block(self.exact.gradients(self.kept[start : start + BLOCK])[0])
        in_floats = []
        for _, together in groupby(found.examined, lambda k: _piece_of(k, lookahead)):
            positions = list(together)
            raised = self._add_floats(self.floating.gradients([chosen[k] for k in positions]))
            in_floats += [k for k, new in zip(positions, raised, strict=True) if new]
        if self.rank < len(self.kept) or tuple(in_floats) != found.float_kept:
            raise refused
        self._positions = found.positions()
        self.disagreements = [chosen[k].label for k in found.disagreements]


def _together(offered: int, lookahead: int) -> int:
    """How many candidates are offered together, once so many have been."""
    return lookahead if lookahead == 1 or offered < PIECE else PIECE


def _piece_of(position: int, lookahead: int) -> tuple[bool, int]:
    """Equal for candidates that are offered together."""
    first = -(-PIECE // lookahead) * lookahead
    late = lookahead > 1 and position >= first
    return late, (position - first) // PIECE if late else position // lookahead


def extreme_singular_values(floating: CandidateEvaluator, kept: Sequence[Candidate], rank: int) -> tuple[float, ...]:
    """Largest and ``rank``-th singular value of the unit rows of the kept set, best configuration, three digits."""
    if not kept:
        return ()
    rows = np.empty((floating.size, len(kept), floating.components))
    for start in range(0, len(kept), BLOCK):
        rows[:, start : start + BLOCK] = floating.gradients(kept[start : start + BLOCK])
    values = []
    for unit in rows:
        unit /= np.linalg.norm(unit, axis=-1, keepdims=True)
        values.append(np.linalg.svd(unit, compute_uv=False))
    best = max(values, key=lambda found: found[rank - 1])
    return float(f"{best[0]:.3g}"), float(f"{best[rank - 1]:.3g}")
