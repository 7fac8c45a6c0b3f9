"""Which covariants are chosen: all linearly independent ones, a generating set, or the fewest that span generically.

Their number in every multidegree is the multiplicity of the irreducible representation, by characters. For the
objective ``independent`` the rank is that of the vectors C_1..C_m at a generic point, over the field of invariants.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from typing import Any

from invgen.compiler.algebra import modular
from invgen.compiler.algebra.arithmetic import Floating, Modular
from invgen.compiler.algebra.channels import Channel
from invgen.compiler.algebra.characters import generic_covariants
from invgen.compiler.candidates.cartesian import family
from invgen.compiler.candidates.cartesian.covariants import OPEN, Covariant, multidegrees, open_tensor, spanning
from invgen.compiler.candidates.cartesian.evaluate import Evaluator
from invgen.compiler.candidates.cartesian.family import parities
from invgen.compiler.candidates.covariants import covariants_of
from invgen.compiler.candidates.family import Candidate
from invgen.compiler.candidates.multidegree import Multidegree
from invgen.compiler.selection.evidence import Evidence
from invgen.compiler.selection.generators import SPARE, Ring
from invgen.compiler.selection.langbein import CONFIGURATIONS, Selection
from invgen.compiler.selection.setting import Setting, collect_evidence
from invgen.errors import SpecError, TooManyCandidates
from invgen.spec import MAX_RANK, BasisSpec

ChosenCovariants = tuple[list[Any], Evidence]


def check(spec: BasisSpec, rank: int) -> None:
    """Raises ``SpecError`` for a request that has no covariants of its own."""
    offered = covariants_of(spec)
    if not isinstance(rank, int) or isinstance(rank, bool) or not 0 <= rank <= MAX_RANK:
        raise SpecError(f"the rank of a covariant must be a whole number in 0..{MAX_RANK}, got {rank!r}")
    if spec.objective not in offered.objectives:
        raise SpecError(
            f"{spec.family} covariants are chosen by {', '.join(offered.objectives)}, got "
            f"objective={spec.objective!r}; 'independent' are the fewest that span generically"
        )
    if rank == 0 and spec.objective != "linear":
        raise SpecError(
            f"covariants of rank 0 are the invariants, and as covariants 1 spans them all; got rank=0 with "
            f"objective={spec.objective!r}: use invgen.generate, or objective='linear'"
        )


def _tensors(spec: BasisSpec, rank: int) -> tuple[Channel, ...]:
    return covariants_of(spec).channels(spec, rank)


def bound(spec: BasisSpec, rank: int) -> int:
    """The most that can be linearly independent at a generic point."""
    return min(2 * rank + 1, sum(generic_covariants(_tensors(spec, rank), rank, p) for p in parities(spec)))


def select(spec: BasisSpec, rank: int, setting: Setting) -> ChosenCovariants:
    """Runs the objective of the spec. Raises ``SpecError``, and ``TooManyCandidates`` before work starts."""
    check(spec, rank)
    number = covariants_of(spec).counts(spec, rank)
    if (total := sum(number.values())) > setting.max_candidates:
        raise TooManyCandidates(
            f"{spec.id} has {total} linearly independent covariants of rank {rank}; "
            f"lower n_max, l_max or channels, or raise max_candidates (now {setting.max_candidates})"
        )
    return OBJECTIVES[spec.objective](spec, rank, setting)


def independent(spec: BasisSpec, rank: int, setting: Setting) -> ChosenCovariants:
    """The first covariants that span, at a generic point, what all of them span there."""
    run, most = _selection(spec, rank, setting), bound(spec, rank)
    stream = covariants_of(spec).stream(spec, rank, setting.max_candidates)
    run.run(stream, most, setting.progress, f"covariants of rank {rank}")
    channels = _tensors(spec, rank)
    return run.kept, collect_evidence(spec, setting, [run], run.kept, run.rank, most, channels=channels)


def linear(spec: BasisSpec, rank: int, setting: Setting) -> ChosenCovariants:
    """All linearly independent covariants, products with scalars among them, content by content."""
    kept: list[Candidate] = []
    offered: Counter[int] = Counter()
    family = covariants_of(spec)
    total = sum(family.counts(spec, rank).values())
    for order in spec.orders:
        for found, seen in family.linear_sets(spec, rank, order, setting.prime, setting.seed):
            kept += found
            offered[order] += seen
        if setting.progress:
            setting.progress(f"covariants of rank {rank}", len(kept), total)
    return kept, _evidence(spec, rank, setting, kept, offered)


def generators(spec: BasisSpec, rank: int, setting: Setting) -> ChosenCovariants:
    """The fewest covariants up to degree n_max of which all others are combinations with invariant coefficients.

    Coefficients are proper scalars; with parity ``both`` pseudo-scalars as well.
    """
    tensors = (*_tensors(spec, rank), open_tensor(rank))
    pieces = {n: [*_scalars(spec, n), *_pieces(spec, rank, n)] for n in spec.orders}
    width = SPARE + max((p.invariants for part in pieces.values() for p in part), default=0)
    components = spec.components + 2 * rank + 1
    points = modular.residues(f"module/{spec.id}/{rank}/{setting.seed}", width * components, setting.prime)
    evaluator = Evaluator(tensors, points.reshape(width, components), Modular(setting.prime))
    ring = Ring(evaluator.values, width, setting.prime, lambda p: not _is_open(p))
    kept: list[Covariant] = []
    offered: Counter[int] = Counter()
    module = []
    for order, part in pieces.items():
        for piece in part:
            before = ring.offered.total()
            products = spec.parity == "pseudo" and _is_open(piece)
            new = ring.extend(piece, partial(spanning, piece, before, setting.max_candidates, products))
            if _is_open(piece):
                kept += [Covariant(c) for c in new]
                offered[order] += ring.offered.total() - before
                module.append(replace(ring.pieces[-1], degree=order))
        if setting.progress:
            setting.progress(f"covariants of rank {rank}", order, spec.n_max)
    return kept, replace(_evidence(spec, rank, setting, kept, offered), size_complete=len(kept), ring=tuple(module))


OBJECTIVES = {"independent": independent, "linear": linear, "generators": generators}


def _pieces(spec: BasisSpec, rank: int, order: int) -> Iterator[Multidegree]:
    return (p for p in multidegrees(_tensors(spec, rank), rank, order) if p.is_pseudo in parities(spec))


def _scalars(spec: BasisSpec, order: int) -> Iterator[Multidegree]:
    """The pieces of the ring that multiplies."""
    found = family.multidegrees(_tensors(spec, 0), order)
    return (p for p in found if spec.parity == "both" or not p.is_pseudo)


def _is_open(piece: Multidegree) -> bool:
    return any(channel.n == OPEN for channel in piece.factors)


def _selection(spec: BasisSpec, rank: int, setting: Setting) -> Selection:
    offered, channels = covariants_of(spec), _tensors(spec, rank)
    configurations = offered.configurations(channels, CONFIGURATIONS, f"neighbours/{spec.id}/{setting.seed}")
    exact = offered.evaluator(channels, rank, setting.witness(spec, channels), Modular(setting.prime))
    return Selection(exact, offered.evaluator(channels, rank, configurations, Floating()), setting.prime)


def _evidence(spec: BasisSpec, rank: int, setting: Setting, kept: list[Any], offered: Counter[int]) -> Evidence:
    run, most = _selection(spec, rank, setting), bound(spec, rank)
    run.run(kept, most)
    run.offered = offered
    per_order, number = Counter(c.order for c in kept), covariants_of(spec).counts(spec, rank)
    return replace(
        collect_evidence(spec, setting, [run], run.kept, run.rank, most, channels=_tensors(spec, rank)),
        pivots=(),
        size_complete=sum(number.values()),
        kept_per_order=tuple(sorted(per_order.items())),
        counts=tuple(sorted(number.items())),
    )
