"""The objective ``linear``: all linearly independent invariants, multiset by multiset, certified by characters."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

from invgen.compiler.candidates.family import Candidate, family_of
from invgen.compiler.selection.evidence import Evidence
from invgen.compiler.selection.setting import Chosen, Setting, collect_evidence
from invgen.spec import BasisSpec


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
