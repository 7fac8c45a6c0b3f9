"""Whether a candidate depends on the invariants of a basis, and how: a relation, or else a statement about ranks."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Protocol

import numpy as np

from invgen.compiler.algebra import modular
from invgen.compiler.algebra.arithmetic import Modular
from invgen.compiler.algebra.channels import components_of
from invgen.compiler.algebra.characters import transcendence_degree
from invgen.compiler.analysis.relation_search import Search
from invgen.compiler.analysis.relations import Relation
from invgen.compiler.candidates.family import Candidate, family_of
from invgen.compiler.selection.floating import BLOCK
from invgen.compiler.selection.langbein import Progress
from invgen.replay.chance import Chance, below
from invgen.replay.families import family_named, row
from invgen.replay.witnesses import draw_point, draw_primes
from invgen.spec import BasisSpec

LEAST_ORDER = 8
"""The order up to which relations are looked for in any case: that of the Gram determinant of four vectors."""


class Invariants(Protocol):
    """What a basis offers."""

    @property
    def spec(self) -> BasisSpec: ...
    @property
    def invariants(self) -> tuple[Any, ...]: ...


@dataclass(frozen=True)
class RankStatement:
    """What ranks say of a candidate and the other invariants of a basis.

    dependent
        Whether the candidate is a function, locally, of the others.
    proven
        Whether that rests on no trials.
    searched
        The order up to which no relation was found, in multidegrees within the limits of ``relation_search``; 0 if none
        was looked for.
    """

    label: str
    dependent: bool
    proven: bool
    reason: str
    searched: int = 0

    explicit = False

    def __str__(self) -> str:
        verdict = "depends on" if self.dependent else "is independent of"
        tail = f"; no relation of order up to {self.searched} was found" if self.searched else ""
        return f"{self.label} {verdict} the other invariants of the basis: {self.reason}{tail}"


def relation(
    basis: Invariants, candidate: Candidate | str, max_order: int | None = None, progress: Progress | None = None
) -> Relation | RankStatement:
    """How a candidate depends on the other invariants of a basis.

    candidate
        A candidate of the family, or its label; an invariant of the basis is compared with all others.
    max_order
        The highest order of relations that are looked for: by default three times that of the candidate, at least 8.

    Returns the relation of lowest order, proven by expansion, or what ranks say where none is found. Raises
    ``ValueError`` for a label that is none or holds tensors that are not in the specification.
    """
    family = family_of(basis.spec)
    wanted: Candidate = family.from_label(candidate) if isinstance(candidate, str) else candidate
    if foreign := set(wanted.content) - set(family.channels(basis.spec)):
        raise ValueError(
            f"{wanted.label!r} holds {', '.join(map(str, sorted(foreign)))}, not among the tensors of "
            f"{basis.spec.id}; ask a basis that has them"
        )
    ranks = _ranks(basis, wanted)
    if not ranks.dependent:
        return ranks
    search = Search(basis.spec, tuple(basis.invariants), wanted)
    found = search.run(max(3 * wanted.order, LEAST_ORDER) if max_order is None else max_order, progress)
    return found or replace(ranks, searched=search.searched)


def _ranks(basis: Invariants, candidate: Candidate) -> RankStatement:
    """By the tensors of the candidate alone where these are completely described, else by all."""
    family = family_of(basis.spec)
    others = [c for c in basis.invariants if c.label != candidate.label]
    tensors = set(candidate.content)
    own = [c for c in others if tensors.issuperset(c.content)]
    statement = _among(basis.spec, own, candidate, sorted(tensors))
    if statement.dependent and statement.proven:
        return statement
    return _among(basis.spec, others, candidate, family.channels(basis.spec))


def _among(spec: BasisSpec, others: list[Candidate], candidate: Candidate, tensors: Sequence[Any]) -> RankStatement:
    labels = [c.label for c in others]
    bound = transcendence_degree(tensors)
    rows = Rows(spec, {c.label: c for c in [*others, candidate]})
    width = components_of(family_of(spec).channels(spec))
    seed = hashlib.sha256("\n".join([spec.id, *labels, candidate.label]).encode()).hexdigest()
    prime = draw_primes(seed, 1)[0]
    pivots = rows.pivots([*labels, candidate.label], draw_point(seed, 0, width, prime)[None], prime)
    rank = len(pivots) - (candidate.label in pivots)
    if candidate.label in pivots:
        reason = f"it raises the rank of the Jacobian from {rank} to {rank + 1} (proven modulo {prime})"
        return RankStatement(candidate.label, False, True, reason)
    if rank == bound:
        reason = f"{len(others)} of them have rank {rank}, and no set of invariants of their tensors has more (proven)"
        return RankStatement(candidate.label, True, True, reason)
    return _by_trials(spec, rows, labels, candidate, rank)


def _by_trials(spec: BasisSpec, rows: Rows, labels: list[str], candidate: Candidate, rank: int) -> RankStatement:
    family = family_named(spec.family)
    chance = Chance.of((row(family, label) for label in [*labels, candidate.label]), rank + 1, 1)
    width = components_of(family_of(spec).channels(spec))
    seed = hashlib.sha256("\n".join(["trials", spec.id, *labels, candidate.label]).encode()).hexdigest()
    for prime in draw_primes(seed, chance.rounds):
        point: np.ndarray = draw_point(seed, 0, width, prime)[None]
        if candidate.label in rows.pivots([*labels, candidate.label], point, prime):
            reason = f"it raises the rank of the Jacobian (proven modulo {prime})"
            return RankStatement(candidate.label, False, True, reason)
    reason = (
        f"it leaves the rank of the Jacobian at {rank} in {chance.rounds} independent trials; the probability that "
        f"this is wrong is below {below(chance.after(chance.rounds))}"
    )
    return RankStatement(candidate.label, True, False, reason)


@dataclass(frozen=True)
class Rows:
    """Derivatives of candidates by the components of a spec."""

    spec: BasisSpec
    candidates: dict[str, Candidate]

    def pivots(self, labels: Sequence[str], point: np.ndarray, prime: int) -> dict[str, int]:
        """The pivot column of each label that raises the rank of those before; ``point`` has shape (1, components)."""
        evaluator = family_of(self.spec).evaluator(self.spec, point, Modular(prime))
        echelon = modular.Echelon(evaluator.components, prime)
        found: dict[str, int] = {}
        for start in range(0, len(labels), BLOCK):
            block = labels[start : start + BLOCK]
            pivots = echelon.add_block(evaluator.gradients([self.candidates[label] for label in block])[0])
            found |= {label: pivot for label, pivot in zip(block, pivots, strict=True) if pivot is not None}
        return found
