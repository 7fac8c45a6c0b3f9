"""The objectives: which candidates are offered, and when a set is finished.

Each is a plain function ``(spec, ...) -> (contractions, evidence)``, registered in ``OBJECTIVES``.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from itertools import combinations
from typing import Any

import numpy as np

from invgen.compiler.algebra import modular
from invgen.compiler.algebra.channels import Channel, channel_slices
from invgen.compiler.algebra.characters import transcendence_degree
from invgen.compiler.candidates.cartesian import family as cartesian_family
from invgen.compiler.candidates.cartesian.contraction import Contraction, sort_key
from invgen.compiler.candidates.family import Candidate, family_of
from invgen.compiler.selection.evidence import Evidence, Pattern
from invgen.compiler.selection.generators import generators
from invgen.compiler.selection.langbein import Selection
from invgen.compiler.selection.robust import robust
from invgen.compiler.selection.setting import Chosen, Setting, collect_evidence
from invgen.spec import BasisSpec


def independent(spec: BasisSpec, setting: Setting) -> Chosen:
    """Plain greedy selection over all tensors, stopped at the bound."""
    family = family_of(spec)
    stream = family.stream(spec, setting.max_candidates)
    selection, bound = setting.selection(spec), family.bound(spec)
    selection.run(
        stream,
        bound,
        setting.progress,
        lookahead=family.lookahead,
        total=family.offered(spec),
        checkpoint=setting.checkpoint(spec),
    )
    return selection.kept, collect_evidence(spec, setting, [selection], selection.kept, selection.rank, bound)


def flexible(spec: BasisSpec, setting: Setting) -> Chosen:
    """The pure invariants of every tensor, then for every pair the mixed ones that fix their relative orientation.

    A tensor of rank 0 or 1 has one pure invariant, one of rank l >= 2 has 2l-2; a pair has two mixed ones if one rank
    is 1 (one if both are), otherwise three. Orders above n_max are cut; the evidence says what all would need.
    """
    runs: list[Selection] = []
    pure: dict[Channel, list[Any]] = {}
    channels = family_of(spec).channels(spec)
    for tensor in channels:
        run = setting.selection(spec)
        run.run(
            cartesian_family.stream(spec, [tensor], setting.max_candidates),
            transcendence_degree([tensor]),
            setting.progress,
            f"pure l={tensor.rank}",
        )
        pure[tensor] = run.kept
        runs.append(run)
    kept = [c for part in pure.values() for c in part]
    for pair in combinations([t for t in channels if t.rank > 0], 2):
        run = setting.selection(spec)
        for c in pure[pair[0]] + pure[pair[1]]:
            run.offer(c)
        known = len(run.kept)
        run.offered.clear()
        target = run.rank + transcendence_degree(pair) - sum(transcendence_degree([t]) for t in pair)
        mixed = (c for c in cartesian_family.stream(spec, pair, setting.max_candidates) if len(set(c.content)) == 2)
        run.run(mixed, target, setting.progress, f"mixed l={pair[0].rank},{pair[1].rank}")
        kept += run.kept[known:]
        runs.append(run)
    kept.sort(key=sort_key)
    return kept, _flexible_evidence(spec, setting, runs, kept)


def _flexible_evidence(spec: BasisSpec, setting: Setting, runs: list[Selection], kept: list[Contraction]) -> Evidence:
    whole = setting.selection(spec)
    rows = [whole.exact.values_and_gradients(c)[1][0] for c in kept]
    for row in rows:
        whole.echelon.add(row)
    channels = family_of(spec).channels(spec)
    attainable, _ = independent(replace_objective(spec, "independent"), setting)
    evidence = collect_evidence(
        spec, setting, runs, kept, whole.rank, transcendence_degree(channels), attainable=len(attainable)
    )
    return replace(
        evidence,
        pivots=tuple(whole.echelon.pivots),
        size_complete=flexible_size(channels),
        patterns=vanishing_patterns(spec, kept, np.array(rows), setting.prime),
    )


def flexible_size(tensors: tuple[Channel, ...]) -> int:
    """Size of the complete flexible set: pure parts and pairs."""
    pure = {t: transcendence_degree([t]) for t in tensors}
    pairs = combinations([t for t in tensors if t.rank > 0], 2)
    return sum(pure.values()) + sum(transcendence_degree(p) - pure[p[0]] - pure[p[1]] for p in pairs)


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


def replace_objective(spec: BasisSpec, objective: str) -> BasisSpec:
    """The same request with another objective."""
    return BasisSpec.from_json({**spec.to_json(), "objective": objective})


def linear(spec: BasisSpec, setting: Setting) -> Chosen:
    """All linearly independent invariants, products among them, multiset by multiset, certified by characters."""
    family = family_of(spec)
    family.refuse(spec, setting.max_candidates)
    counts = family.counts(spec)
    total = sum(counts.values())
    kept: list[Candidate] = []
    offered: Counter[int] = Counter()
    for order in spec.orders:
        for chosen, seen in family.linear_sets(spec, order, setting.prime, setting.seed):
            kept += chosen
            offered[order] += seen
        if setting.progress:
            setting.progress(f"linear n={order}", len(kept), total)
    if len(kept) != total:
        raise ArithmeticError(f"{spec.id} has {len(kept)} invariants, the characters say {total}")
    return kept, _linear_evidence(spec, setting, kept, offered, counts)


def _linear_evidence(
    spec: BasisSpec, setting: Setting, kept: list[Candidate], offered: Counter[int], counts: dict[int, int]
) -> Evidence:
    family = family_of(spec)
    bound, run = family.bound(spec), setting.selection(spec)
    run.run(kept, bound, setting.progress, "rank", lookahead=family.lookahead, checkpoint=setting.checkpoint(spec))
    run.offered = offered
    evidence = collect_evidence(spec, setting, [run], run.kept, run.rank, bound)
    per_order = Counter(c.order for c in kept)
    return replace(
        evidence,
        pivots=(),
        size_complete=sum(counts.values()),
        kept_per_order=tuple(sorted(per_order.items())),
        counts=tuple(sorted(counts.items())),
    )


OBJECTIVES = {
    "independent": independent,
    "flexible": flexible,
    "robust": robust,
    "linear": linear,
    "generators": generators,
}


def select(spec: BasisSpec, setting: Setting) -> Chosen:
    """Runs the objective of the spec."""
    return OBJECTIVES[spec.objective](spec, setting)
