"""The family ``ace`` as kernels and emission see it."""

from __future__ import annotations

from collections.abc import Mapping

from invgen.compiler.algebra.channels import Channel
from invgen.compiler.candidates.ace.coupling import Coupling
from invgen.compiler.kernels.ace.lower import alternatives, lower_couplings
from invgen.compiler.kernels.ace.products import product_basis
from invgen.compiler.kernels.alternatives import Alternatives, Price
from invgen.compiler.kernels.program import Kernel
from invgen.emitted.products import ProductBasis


class Couplings:
    """Couplings as closed trees; their product basis travels with them, and large ones run from it."""

    manifest: Mapping[str, str] = {"family": "ace"}

    def lower(self, functions: tuple[Coupling, ...], channels: tuple[Channel, ...]) -> Kernel:
        return lower_couplings(functions, channels)

    def alternatives(
        self, functions: tuple[Coupling, ...], channels: tuple[Channel, ...], price: Price
    ) -> Alternatives:
        return alternatives(functions, channels, price)

    def products(self, functions: tuple[Coupling, ...], channels: tuple[Channel, ...]) -> ProductBasis | None:
        return product_basis(functions, channels)

    def interaction(self, channels: tuple[Channel, ...]) -> bool:
        return False

    def operations(self, function: Coupling, channels: tuple[Channel, ...]) -> int:
        """As a sum of monomials, each a product with its coefficient."""
        return len(function.polynomial().integers) * (function.order + 1) - 1
