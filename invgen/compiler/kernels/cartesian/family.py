"""The family ``cartesian`` as kernels and emission see it."""

from __future__ import annotations

from collections.abc import Mapping

from invgen.compiler.algebra.channels import Channel
from invgen.compiler.candidates.cartesian.contraction import Contraction
from invgen.compiler.kernels.alternatives import Alternatives, Price
from invgen.compiler.kernels.cartesian.lower import alternatives, lower_contractions
from invgen.compiler.kernels.program import Kernel
from invgen.emitted.products import ProductBasis


class Contractions:
    """Contractions along their graphs; manifests that name no family are of these."""

    manifest: Mapping[str, str] = {}

    def lower(self, functions: tuple[Contraction, ...], channels: tuple[Channel, ...]) -> Kernel:
        return lower_contractions(functions, channels)

    def alternatives(
        self, functions: tuple[Contraction, ...], channels: tuple[Channel, ...], price: Price
    ) -> Alternatives:
        return alternatives(functions, channels, price)

    def products(self, functions: tuple[object, ...], channels: tuple[Channel, ...]) -> ProductBasis | None:
        return None

    def interaction(self, channels: tuple[Channel, ...]) -> bool:
        return len({channel.rank for channel in channels}) == len(channels)

    def operations(self, function: Contraction, channels: tuple[Channel, ...]) -> int:
        """Along the graph."""
        return self.lower((function,), channels).operations["total"]
