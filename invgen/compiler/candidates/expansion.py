"""Candidates of every family as exact sparse polynomials in all components of a spec."""

from __future__ import annotations

from collections import Counter
from fractions import Fraction
from typing import Any

from invgen.compiler.algebra.sparse import Sparse, monomial
from invgen.compiler.candidates.ace.chains import channel_slices
from invgen.compiler.candidates.ace.coupling import Coupling
from invgen.compiler.candidates.cartesian.contraction import Contraction
from invgen.compiler.candidates.family import family_of
from invgen.spec import BasisSpec


def expanded(spec: BasisSpec, candidate: Any) -> Sparse:
    """The polynomial with whole coefficients that evaluators modulo a prime evaluate, without the root of ``scale``."""
    if isinstance(candidate, Coupling):
        return _coupling(spec, candidate)
    return _contraction(spec, candidate)


def scale(candidate: Any) -> Fraction:
    """The rational whose root times ``expanded``, in scaled components, is the invariant; 1 for contractions."""
    return candidate.polynomial().scale if isinstance(candidate, Coupling) else Fraction(1)


def _coupling(spec: BasisSpec, coupling: Coupling) -> Sparse:
    slices = channel_slices(family_of(spec).channels(spec))
    exact = coupling.polynomial()
    centres = [slices[c].start + c.rank for c in coupling.factors]
    found: Sparse = {}
    for orders, value in zip(exact.orders.tolist(), exact.integers, strict=True):
        found[monomial(Counter(centre + m for centre, m in zip(centres, orders, strict=True)).items())] = value
    return found


def _contraction(spec: BasisSpec, contraction: Contraction) -> Sparse:
    from invgen.compiler.algebra.components import component_slices
    from invgen.compiler.candidates.cartesian.symbolic import polynomial

    slices = component_slices(spec.tensors)
    used = [i for t in sorted(set(contraction.content)) for i in range(slices[t].start, slices[t].stop)]
    exact = polynomial(contraction)
    return {monomial(zip(used, powers, strict=True)): int(value) for powers, value in exact.terms() if value}
