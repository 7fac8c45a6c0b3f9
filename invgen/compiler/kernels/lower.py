"""From a basis to its value kernel, by the row of its family; what large bases run from instead."""

from __future__ import annotations

from functools import cache
from typing import Any, Protocol

from invgen.compiler.algebra.channels import Channel
from invgen.compiler.kernels.ace.family import Couplings
from invgen.compiler.kernels.ace.products import unrolled
from invgen.compiler.kernels.cartesian.family import Contractions
from invgen.compiler.kernels.form import Form
from invgen.compiler.kernels.program import Kernel
from invgen.emitted.products import ProductBasis
from invgen.spec import BasisSpec

FORMS: dict[str, Form] = {"cartesian": Contractions(), "ace": Couplings()}
"""One of four rows of a family, see ``invgen.compiler.families``."""


class Invariants(Protocol):
    """What lowering reads of a basis; it is hashed."""

    @property
    def spec(self) -> BasisSpec: ...
    @property
    def invariants(self) -> tuple[Any, ...]: ...
    @property
    def channels(self) -> tuple[Channel, ...]: ...


def form_of(spec: BasisSpec) -> Form:
    """In which form functions of a spec are computed."""
    return FORMS[spec.family]


@cache
def lower(basis: Invariants) -> Kernel:
    """The value kernel: ``x`` (components) -> ``y`` (invariants), in the order of the basis."""
    return form_of(basis.spec).lower(basis.invariants, basis.channels)


def walked(basis: Invariants) -> ProductBasis | None:
    """The tables that a large basis runs from; ``None`` where kernels are unrolled."""
    products = form_of(basis.spec).products(basis.invariants, basis.channels)
    return products if products is not None and not unrolled(products) else None
