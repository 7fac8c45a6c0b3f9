"""What a family offers to kernels and emission, beside its candidates; they know no family beyond this protocol."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol

from invgen.compiler.algebra.channels import Channel
from invgen.compiler.kernels.alternatives import Alternatives, Price
from invgen.compiler.kernels.program import Kernel
from invgen.emitted.products import ProductBasis


class Form(Protocol):
    """The form in which functions of a family are computed; ``channels`` are the tensors in component order.

    manifest
        What every manifest says of the family: ``family``, its name, and ``tensors``, which is ``cartesian`` where
        components are the reduced Cartesian ones (``invgen.emitted.folder``).
    """

    @property
    def manifest(self) -> Mapping[str, str]: ...

    def lower(self, functions: tuple[Any, ...], channels: tuple[Channel, ...]) -> Kernel:
        """The value kernel: ``x`` (components) -> ``y``, the functions in their order."""

    def alternatives(self, functions: tuple[Any, ...], channels: tuple[Channel, ...], price: Price) -> Alternatives:
        """Every function in the ways that lowering may choose from, for searches among functions."""

    def products(self, functions: tuple[Any, ...], channels: tuple[Channel, ...]) -> ProductBasis | None:
        """Tables that are emitted beside kernels, and in their place where they are large; ``None`` if it has none."""

    def interaction(self, channels: tuple[Channel, ...]) -> bool:
        """Whether the fused interaction layer makes these tensors: Cartesian ones, no two of one rank."""

    def operations(self, function: Any, channels: tuple[Channel, ...]) -> int:
        """Multiplications and additions of one function by itself."""
