"""The objective ``flexible``: the pure invariants of every tensor, and the mixed ones of every pair.

Without a limit on their orders they are complete whichever tensors vanish. Cut at ``n_max`` they need not be complete
even where none does; then further invariants of these orders are taken, until the rank is the largest attainable one.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from itertools import combinations
from typing import Any

import numpy as np

from invgen.compiler.algebra import modular
from invgen.compiler.algebra.channels import Channel, channel_slices
from invgen.compiler.algebra.characters import transcendence_degree
from invgen.compiler.candidates.cartesian import family as cartesian_family
from invgen.compiler.candidates.cartesian.contraction import Contraction, sort_key
from invgen.compiler.candidates.family import family_of
from invgen.compiler.selection.evidence import Evidence, Pattern
from invgen.compiler.selection.langbein import Selection
from invgen.compiler.selection.setting import Chosen, Setting, collect_evidence
from invgen.spec import BasisSpec

PURE_ORDERS = {0: 1, 1: 2, 2: 3, 3: 10, 4: 7, 5: 8, 6: 6}
"""The highest order among the pure invariants of one tensor, by its rank; of higher ranks it is not known."""
MIXED_ORDERS = {(1, 1): 2, (1, 2): 4, (2, 2): 3}
"""The same among the mixed invariants of a pair; of pairs with a tensor of rank 3 to 6 it is less than a pure one's."""
SHOWN = 8
"""Vanishing patterns that a line names."""


def flexible(spec: BasisSpec, setting: Setting) -> Chosen:
    """The pure invariants of every tensor, then for every pair the mixed ones that fix their relative orientation.

    A tensor of rank 0 or 1 has one pure invariant, one of rank l >= 2 has 2l-2; a pair has two mixed ones if one rank
    is 1 (one if both are), otherwise three. Orders above n_max are cut; what the rank then lacks in general of the one
    that is attainable is made up by further candidates in their stated order.
    """
    runs: list[Selection] = []
    seen: set[str] = set()
    pure: dict[Channel, list[Any]] = {}
    channels = family_of(spec).channels(spec)
    for tensor in channels:
        run = setting.selection(spec)
        run.run(
            _told(cartesian_family.stream(spec, [tensor], setting.max_candidates), seen),
            transcendence_degree([tensor]),
            setting.progress,
            f"pure l={tensor.rank}",
        )
        pure[tensor] = run.kept
        runs.append(run)
    kept = [c for part in pure.values() for c in part]
    for pair in combinations([t for t in channels if t.rank > 0], 2):
        run = _primed(spec, setting, pure[pair[0]] + pure[pair[1]])
        known = len(run.kept)
        target = run.rank + transcendence_degree(pair) - sum(transcendence_degree([t]) for t in pair)
        mixed = (c for c in cartesian_family.stream(spec, pair, setting.max_candidates) if len(set(c.content)) == 2)
        run.run(_told(mixed, seen), target, setting.progress, f"mixed l={pair[0].rank},{pair[1].rank}")
        kept += run.kept[known:]
        runs.append(run)
    if modular.rank(_rows(spec, setting, kept), setting.prime) < transcendence_degree(channels):
        runs.append(_made_up(spec, setting, kept, seen))
        kept += runs[-1].kept
    kept.sort(key=sort_key)
    return kept, _evidence(spec, setting, runs, kept)


def _told(candidates: Iterable[Contraction], seen: set[str]) -> Iterator[Contraction]:
    for c in candidates:
        seen.add(c.label)
        yield c


def _primed(spec: BasisSpec, setting: Setting, members: list[Any]) -> Selection:
    """A selection that knows these members and counts what it is offered from now on."""
    run = setting.selection(spec)
    for c in members:
        run.offer(c)
    run.offered.clear()
    return run


def _made_up(spec: BasisSpec, setting: Setting, kept: list[Any], seen: set[str]) -> Selection:
    """What raises the rank of all members together; candidates looked at before depend on members of their part."""
    run = _primed(spec, setting, kept)
    known = len(run.kept)
    rest = (c for c in family_of(spec).stream(spec, setting.max_candidates) if c.label not in seen)
    run.run(rest, transcendence_degree(family_of(spec).channels(spec)), setting.progress, "all tensors")
    run.kept = run.kept[known:]
    return run


def _rows(spec: BasisSpec, setting: Setting, kept: list[Any]) -> np.ndarray:
    exact = setting.selection(spec).exact
    rows = [exact.values_and_gradients(c)[1][0] for c in kept]
    return np.array(rows, dtype=np.int64).reshape(len(kept), exact.components)


def _evidence(spec: BasisSpec, setting: Setting, runs: list[Selection], kept: list[Contraction]) -> Evidence:
    rows, channels = _rows(spec, setting, kept), family_of(spec).channels(spec)
    echelon = modular.Echelon(rows.shape[1], setting.prime)
    for row in rows:
        echelon.add(row)
    return replace(
        collect_evidence(spec, setting, runs, kept, echelon.rank, transcendence_degree(channels)),
        pivots=tuple(echelon.pivots),
        size_complete=flexible_size(channels),
        patterns=vanishing_patterns(spec, kept, rows, setting.prime),
    )


def remade(spec: BasisSpec, setting: Setting, evidence: Evidence, members: Iterable[Any]) -> Chosen:
    """Other members that span what those of the evidence span, and the evidence for them."""
    kept = sorted(members, key=sort_key)
    run = setting.selection(spec)
    run.offer_block(kept)
    found = _evidence(spec, setting, [run], kept)
    agrees = evidence.float_agrees and found.float_agrees
    offered = evidence.candidates, evidence.candidates_per_order
    return kept, replace(found, float_agrees=agrees, candidates=offered[0], candidates_per_order=offered[1])


def flexible_size(tensors: tuple[Channel, ...]) -> int:
    """Size of the complete flexible set: pure parts and pairs."""
    pure = {t: transcendence_degree([t]) for t in tensors}
    pairs = combinations([t for t in tensors if t.rank > 0], 2)
    return sum(pure.values()) + sum(transcendence_degree(p) - pure[p[0]] - pure[p[1]] for p in pairs)


def flexible_order(ranks: Iterable[int]) -> int | None:
    """The order that the complete flexible set of tensors of these ranks needs; ``None`` where that is not known.

    ranks
        One for each tensor.
    """
    known = sorted(ranks)
    if not set(known) <= set(PURE_ORDERS):
        return None
    pairs = (MIXED_ORDERS.get(pair, 0) for pair in combinations(known, 2))
    return max([*map(PURE_ORDERS.__getitem__, known), *pairs])


def vanishing_patterns(spec: BasisSpec, kept: list[Contraction], rows: np.ndarray, prime: int) -> tuple[Pattern, ...]:
    """Rank and bound of the set for every non-empty subset of ranks that is left when all others vanish.

    An invariant that holds a vanishing tensor is zero there, and so is its derivative by the others; at least
    one of them is present, so the rank is that of the rows and columns of the ranks that are left.
    """
    slices = channel_slices(family_of(spec).channels(spec))
    patterns = []
    for size in range(1, len(spec.ranks) + 1):
        for ranks in combinations(spec.ranks, size):
            members = [k for k, c in enumerate(kept) if all(tensor.rank in ranks for tensor in c.content)]
            columns = np.concatenate([np.arange(s.start, s.stop) for t, s in slices.items() if t.rank in ranks])
            rank = modular.rank(rows[members][:, columns], prime) if members else 0
            bound = transcendence_degree([t for t in slices if t.rank in ranks])
            patterns.append(Pattern(ranks, len(members), rank, bound))
    return tuple(patterns)


def shortfall(spec: BasisSpec, patterns: Iterable[tuple[tuple[int, ...], int, int]]) -> str:
    """In which vanishing patterns a flexible set is short, and the order that would suffice; nothing if in none.

    patterns
        For each the ranks that are left, and rank and bound of the set among them.
    """
    patterns = tuple(patterns)
    short = [(ranks, rank, bound) for ranks, rank, bound in patterns if rank < bound]
    if not short:
        return ""
    named = ", ".join(f"{' '.join(map(str, ranks))} ({rank} of {bound})" for ranks, rank, bound in short[:SHOWN])
    more = f" and {len(short) - SHOWN} more" if len(short) > SHOWN else ""
    orders = [flexible_order(rank for rank in ranks for _ in range(spec.channels)) for ranks, *_ in short]
    known = [order for order in orders if order is not None]
    enough = f"n_max={max(known)} suffices" if len(known) == len(orders) else "the order that suffices is not known"
    return (
        f"cut at n <= {spec.n_max}: short in {len(short)} of {len(patterns)} patterns of vanishing tensors, those with "
        f"only these ranks left: {named}{more}; {enough}"
    )
