"""The objectives: which candidates are offered, and when a set is finished.

Each is a plain function ``(spec, ...) -> (contractions, evidence)``, registered in ``OBJECTIVES``.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

from invgen.compiler.candidates.family import Candidate, family_of
from invgen.compiler.selection.evidence import Evidence
from invgen.compiler.selection.flexible import flexible
from invgen.compiler.selection.generators import generators
from invgen.compiler.selection.pieces import check_size, crew
from invgen.compiler.selection.program.flexible import flexible_by_program
from invgen.compiler.selection.program.independent import independent_by_program
from invgen.compiler.selection.program.robust import robust_by_program
from invgen.compiler.selection.robust import robust
from invgen.compiler.selection.setting import Chosen, Setting, collect_evidence
from invgen.errors import SpecError
from invgen.spec import BasisSpec


def independent(spec: BasisSpec, setting: Setting) -> Chosen:
    """Plain greedy selection over all tensors, stopped at the bound."""
    family = family_of(spec)
    check_size(spec, setting)
    stream = family.stream(spec, setting.max_candidates)
    selection, bound = setting.selection(spec), family.bound(spec)
    selection.run(
        stream,
        bound,
        setting.progress,
        lookahead=family.lookahead,
        total=family.offered(spec),
        checkpoint=setting.checkpoint(spec),
        crew=crew(spec, setting),
    )
    return selection.kept, collect_evidence(spec, setting, [selection], selection.kept, selection.rank, bound)


def linear(spec: BasisSpec, setting: Setting) -> Chosen:
    """All linearly independent invariants, products among them, multiset by multiset, certified by characters."""
    family = family_of(spec)
    check_size(spec, setting)
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
    run.run(
        kept,
        bound,
        setting.progress,
        "rank",
        lookahead=family.lookahead,
        checkpoint=setting.checkpoint(spec),
        crew=crew(spec, setting),
    )
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


BY_PROGRAM = {
    "independent": independent_by_program,
    "flexible": flexible_by_program,
    "robust": robust_by_program,
}
"""The same where members are chosen together with their kernel."""


IN_PIECES = ("independent", "linear")
"""Objectives whose candidates other processes may evaluate."""


def in_pieces(spec: BasisSpec) -> bool:
    """Whether a spec is selected in pieces, which other processes may evaluate."""
    return spec.objective in IN_PIECES and not spec.by_program and family_of(spec).lookahead > 1


def select(spec: BasisSpec, setting: Setting) -> Chosen:
    """Runs the objective of the spec.

    Raises ``SpecError`` for an ordering by program where nothing is chosen, and for workers where they have no work.
    """
    if setting.workers > 1 or setting.scheduler is not None:
        _check_workers(spec)
    if not spec.by_program:
        return OBJECTIVES[spec.objective](spec, setting)
    if spec.objective not in BY_PROGRAM:
        raise SpecError(
            f"a {spec.objective} set leaves nothing to choose, got ordering={spec.ordering!r}; "
            f"use 'degree', or one of the objectives {', '.join(BY_PROGRAM)}"
        )
    return BY_PROGRAM[spec.objective](spec, setting)


def _check_workers(spec: BasisSpec) -> None:
    if in_pieces(spec):
        return
    reason = f"only the objectives {' and '.join(IN_PIECES)} are selected in pieces, and not by program"
    if spec.objective in IN_PIECES and not spec.by_program:
        reason = "its candidates are few, and judged one by one as they are made"
    raise SpecError(
        f"other processes have nothing to do for {spec.id}: {reason}; leave out workers and scheduler (--workers, "
        "--scheduler)"
    )
