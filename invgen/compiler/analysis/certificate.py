"""Certificates of bases: the claim from a selection that is run again, and rounds by the evaluators of the generator.

The replay in ``invgen.replay`` shares none of these evaluators, so that the two must agree.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from math import comb
from typing import Any, Protocol

import numpy as np

from invgen.compiler.algebra.channels import components_of
from invgen.compiler.analysis.dependence import Rows
from invgen.compiler.analysis.spanning import largest, multisets, spans
from invgen.compiler.candidates.family import Candidate, family_of
from invgen.compiler.selection.evidence import Evidence
from invgen.compiler.selection.heard import select_and_tell
from invgen.compiler.selection.langbein import Progress
from invgen.errors import CertificateError, SelectionError
from invgen.replay.certificate import Certificate, Claim, Member, Pattern, Round, Site
from invgen.replay.check import drawn
from invgen.replay.statement import chance, evaluated, statement
from invgen.replay.witnesses import SEED
from invgen.spec import BasisSpec

MOST_PRODUCTS = 5000
"""Products of candidates above which a certificate does not show that they span all invariants."""


class Chosen(Protocol):
    """What a basis offers."""

    @property
    def spec(self) -> BasisSpec: ...
    @property
    def invariants(self) -> tuple[Any, ...]: ...
    @property
    def evidence(self) -> Evidence: ...


def certify(basis: Chosen, seed: str = "", progress: Progress | None = None) -> Certificate:
    """The certificate of a basis, complete with rounds and statement.

    seed
        Other seeds give other primes and points.

    Raises ``SelectionError`` if running the selection again gives another basis, or if a prime is unlucky.
    """
    if not SEED.fullmatch(seed):
        raise CertificateError(f"a seed is made of letters, digits, '.', '-' and '_', got {seed!r}")
    labels = [c.label for c in basis.invariants]
    chosen, evidence, heard = select_and_tell(basis.spec, progress, tuple(labels))
    if [c.label for c in chosen] != labels or evidence.rank != basis.evidence.rank:
        raise SelectionError(
            f"the selection of {basis.spec.id} keeps other invariants than this basis has; generate the basis again"
        )
    others = {c.label: c for c in heard if c.label not in set(labels)}
    rows = Rows(basis.spec, {**{c.label: c for c in basis.invariants}, **others})
    claim = replace(_claim(basis, list(others), rows), seed=seed)
    rounds = []
    parts = drawn(claim, claim.digest, chance(claim).rounds)
    for number, part in enumerate(parts, start=1):
        rounds.append(_with_pivots(claim, part, rows))
        if progress:
            progress("certify", number, len(parts))
    return Certificate(claim, tuple(rounds), statement(claim))


def _claim(basis: Chosen, others: list[str], rows: Rows) -> Claim:
    """All that follows from the selection, at the witness of its evidence."""
    spec, evidence, family = basis.spec, basis.evidence, family_of(basis.spec)
    labels, bound = [c.label for c in basis.invariants], family.bound(spec)
    raising = rows.pivots(labels, np.array([evidence.witness]), evidence.prime)
    outside: list[str] = []
    if len(raising) < bound:
        all_raising = rows.pivots([*labels, *others], np.array([evidence.witness]), evidence.prime)
        outside = [label for label in others if label in all_raising]
    channels = family.channels(spec)
    claim = Claim(
        basis=spec.id,
        specification=json.dumps(spec.to_json(), sort_keys=True),
        tensors=tuple(map(family.name, channels)),
        components=components_of(channels),
        counts=tuple(sorted(family.counts(spec).items())),
        kept=tuple(Member(label, label in raising) for label in labels),
        outside=tuple(outside),
        rejected=tuple(label for label in others if label not in outside),
        patterns=tuple(Pattern(p.ranks, p.size, p.rank, p.bound) for p in evidence.patterns),
        sites=tuple(Site(s.rank, s.attainable, s.group, s.name) for s in evidence.sites),
        rank=len(raising),
        attainable=len(raising) + len(outside),
        bound=bound,
        spans=False,
        points=1,
    )
    return _spanning(claim, basis, list(rows.candidates.values()))


def _spanning(claim: Claim, basis: Chosen, candidates: list[Candidate]) -> Claim:
    """Adds that all invariants are spanned where that matters and holds, with as many points as a multiset needs.

    It matters where the bound is not reached, or not the largest rank at a site: then it says that no candidate was
    forgotten. Of the objective ``linear`` the selection has shown it already.
    """
    spec, family = basis.spec, family_of(basis.spec)
    if spec.objective != "linear":
        if claim.attainable == claim.bound and all(s.rank == s.attainable for s in claim.sites):
            return claim
        contiguous = spec.orders == tuple(range(1, spec.n_max + 1))
        if family.products and not (contiguous and _products(spec, candidates) <= MOST_PRODUCTS):
            return claim
        if not spans(spec, candidates):
            return claim
    contents = {c.content for c in candidates} if spec.objective == "linear" else multisets(spec, candidates)
    return replace(claim, spans=True, points=largest(contents))


def _products(spec: BasisSpec, candidates: Sequence[Candidate]) -> int:
    """How many products of candidates and multisets of tensors there are up to the highest order."""
    ways = [1] + [0] * spec.n_max
    for c in candidates:
        for order in range(c.order, spec.n_max + 1):
            ways[order] += ways[order - c.order]
    return max(sum(ways), comb(len(family_of(spec).channels(spec)) + spec.n_max, spec.n_max))


def _with_pivots(claim: Claim, part: Round, rows: Rows) -> Round:
    """The round with the pivots found by the generator's evaluators."""
    pivots = rows.pivots(evaluated(claim), np.array([part.points[0]]), part.prime)
    raising = {m.label for m in claim.kept if m.raises} | set(claim.outside)
    if set(pivots) != raising:
        raise SelectionError(
            f"modulo {part.prime} other candidates of {claim.basis} raise the rank than in its selection: an unlucky "
            "prime or point; certify with another seed"
        )
    return replace(part, pivots=tuple(pivots.values()))
