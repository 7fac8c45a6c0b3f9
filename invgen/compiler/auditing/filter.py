"""The filter: which members to keep, and what the others are made of."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from invgen.compiler.algebra.arithmetic import Floating
from invgen.compiler.auditing import numeric
from invgen.compiler.auditing.exact import eliminate
from invgen.compiler.auditing.source import ExactList, Place, Samples
from invgen.compiler.auditing.verdict import Audit, Member
from invgen.compiler.auditing.wider import attainable, linear_rank
from invgen.compiler.selection.langbein import CONFIGURATIONS, Progress
from invgen.errors import AuditError, unknown

ORDERINGS = ("given", "cost")


def audit_list(
    members: ExactList,
    name: str,
    *,
    ordering: str = "given",
    seed: str = "",
    places: str = "auto",
    progress: Progress | None = None,
) -> Audit:
    """Audits polynomials: exactly modulo primes, with the float64 pass beside it."""
    skipped = members.places_skipped(places)
    order = _order(members.costs, len(members.labels), ordering)
    exact = eliminate(members, order, seed, progress)
    if len(exact.kept) > members.bound:
        raise AuditError(
            f"{len(exact.kept)} members are independent, more than {members.bound} ({members.bound_reason}): "
            "rotations do not leave all of them unchanged; leave --rotations out"
        )
    points = members.configurations(CONFIGURATIONS, f"audit/{seed}")
    jacobians = members.rows(points, Floating())
    jacobians[:, [k for k, parts in exact.depends_on.items() if not parts]] = 0.0
    if not np.isfinite(jacobians).all():
        row = int(np.argwhere(~np.isfinite(jacobians))[0][1])
        raise AuditError(f"{members.labels[row]} overflows in float64 at numbers of order one; scale it down")
    floating = numeric.measure(jacobians, order, 0.0, members.bound, least=0.0)
    combined = numeric.combinations(jacobians[floating.best], order, exact.kept, exact.depends_on, least=0.0)
    return Audit(
        kind=members.kind,
        name=name,
        ordering=ordering,
        members=_members(members.labels, members.costs, combined, exact.kept, members.notes, exact.kept + exact.proven),
        kept=exact.kept,
        variables=members.variables,
        bound=members.bound,
        bound_reason=members.bound_reason,
        floating=floating,
        configurations=len(points),
        how="",
        places=members.places(exact.kept, exact.prime, f"audit/{seed}", places),
        exact=exact,
        linear_rank=linear_rank(members, exact.prime, f"audit/{seed}"),
        attainable=attainable(members, exact.kept, exact.prime, f"audit/{seed}"),
        no_places=skipped,
    )


def audit_samples(samples: Samples, name: str, *, ordering: str = "given") -> Audit:
    """Audits float64 Jacobians; what it finds is numerical evidence and no proof."""
    order = _order(samples.costs, len(samples.labels), ordering)
    floating = numeric.measure(samples.jacobians, order, samples.noise, samples.bound)
    combined = numeric.combinations(samples.jacobians[floating.best], order, floating.kept)
    return Audit(
        kind=samples.kind,
        name=name,
        ordering=ordering,
        members=_members(samples.labels, samples.costs, combined, floating.kept),
        kept=floating.kept,
        variables=samples.jacobians.shape[2],
        bound=samples.bound,
        bound_reason=samples.bound_reason,
        floating=floating,
        configurations=len(samples.jacobians),
        how=samples.how,
        places=_places(samples, floating),
        exact=None,
    )


def _order(costs: Sequence[int] | None, number: int, ordering: str) -> list[int]:
    if ordering not in ORDERINGS:
        raise AuditError(unknown("ordering", ordering, ORDERINGS))
    if ordering == "given":
        return list(range(number))
    if costs is None:
        raise AuditError("the costs of these descriptors are not known; use ordering 'given', or a table with costs")
    return sorted(range(number), key=lambda k: (costs[k], k))


def _members(
    labels: Sequence[str],
    costs: Sequence[int] | None,
    combined: dict[int, numeric.Combination],
    kept: Sequence[int],
    notes: Sequence[str] = (),
    proven: Sequence[int] = (),
) -> tuple[Member, ...]:
    found = []
    for k, label in enumerate(labels):
        parts = combined[k]
        status = "kept" if k in kept else "dependent" if parts.members else "constant"
        member = Member(k, label, status, parts.members, parts.coefficients, parts.share)
        note = notes[k] if notes else ""
        found.append(replace(member, note=note, cost=costs[k] if costs else None, proven=k in proven))
    return tuple(found)


def _places(samples: Samples, floating: numeric.Floating) -> tuple[Place, ...]:
    """Configurations of lower rank than most, and the special ones."""
    kept = list(floating.kept)
    found = [
        Place(f"configuration {k}", rank, _rank(samples.jacobians[k][kept], floating))
        for k, rank in enumerate(floating.ranks)
        if rank < floating.rank
    ]
    for name, jacobian, most in samples.special:
        if jacobian is not None:
            ranks = _rank(jacobian, floating), _rank(jacobian[kept], floating)
            found.append(Place(name, *ranks, most if most is not None and ranks[0] <= most else None))
    return tuple(found)


def _rank(jacobian: np.ndarray, floating: numeric.Floating) -> int:
    values = np.linalg.svd(numeric.unit_rows(jacobian[None])[0], compute_uv=False)
    return int((values > np.sqrt(floating.gap[0] * floating.gap[1])).sum())
