"""From covariants to their value kernel, by the family they belong to."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from invgen.compiler.algebra.channels import Channel
from invgen.compiler.kernels.ace import lower as ace
from invgen.compiler.kernels.cartesian import covariants as cartesian
from invgen.compiler.kernels.program import Kernel
from invgen.spec import BasisSpec

LOWERED: dict[str, Callable[[tuple[Any, ...], tuple[Channel, ...], int], Kernel]] = {
    "cartesian": cartesian.lower_covariants,
    "ace": ace.lower_covariants,
}
"""For the families of ``candidates.covariants``."""


def lower_covariants(spec: BasisSpec, covariants: tuple[Any, ...], channels: tuple[Channel, ...], rank: int) -> Kernel:
    """The value kernel ``x`` (components) -> ``y``, 2 rank + 1 components for each covariant in turn."""
    return LOWERED[spec.family](covariants, channels, rank)
