"""Covariants as a layer: what an equivariant head for dipoles or polarisabilities is a combination of."""

from __future__ import annotations

from typing import Any

from torch import Tensor

from invgen.nn.invariants import Invariants


class Covariants(Invariants):
    """Tensors of one rank that turn with the tensors of each atom and feature, without parameters.

    source
        The path of an emitted folder, or a ``CovariantBasis``.
    backend, component_axis
        As in ``Invariants``.

    ``forward`` takes float32 or float64 of shape (..., components, features) and gives
    (..., covariants, 2 rank + 1, features); with ``component_axis=-1`` there are no features. Components are reduced
    Cartesian. Sums over covariants and features with invariant coefficients stay covariant.
    Raises what ``Invariants`` raises, and ``ValueError`` for a source that holds no covariants.
    """

    def __init__(self, source: Any, backend: str = "auto", component_axis: int = -2) -> None:
        super().__init__(source, backend, component_axis)
        manifest = self.kernels.folder.manifest
        if manifest["kind"] != "covariants":
            raise ValueError(f"{self.id} holds {manifest['kind']}, not covariants; make some with invgen.covariants")
        self.rank: int = manifest["covariant_rank"]
        self.covariants = len(self.labels)

    def forward(self, x: Tensor) -> Tensor:
        return super().forward(x).unflatten(self.component_axis, (self.covariants, 2 * self.rank + 1))
