"""Invariants as a layer, which every network uses, and covariants, of which equivariant heads are combinations."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor

from invgen.runtime.load import load


class Invariants(torch.nn.Module):
    """Invariants of tensor components, without parameters.

    source
        An id shipped with the package, the path of an emitted folder, or a ``Basis``.
    backend
        ``"numba"`` or ``"cuda"`` (two compiled derivatives), ``"torch"``, or ``"auto"``: compiled kernels where they
        run (``invgen.runtime.choice``; ``print(layer)`` tells). Derivatives have any order.
    component_axis
        -2 for (atoms, components, features), the layout that is not copied; -1 for (..., components).

    ``multiplicities`` holds how many tensors there are of each of ``ranks``.

    ``forward`` takes float32 or float64 of shape (..., components, features) and gives (..., invariants, features).
    Raises what ``invgen.load`` raises, ``ValueError`` for a wrong width, ``TypeError`` for other dtypes.
    """

    def __init__(self, source: Any, backend: str = "auto", component_axis: int = -2) -> None:
        super().__init__()
        self.kernels = load(source, backend=backend, component_axis=component_axis)
        self.component_axis = component_axis
        self.id, self.key = self.kernels.id, self.kernels.key
        self.ranks: tuple[int, ...] = self.kernels.ranks
        self.multiplicities: tuple[int, ...] = self.kernels.multiplicities
        self.components, self.size = self.kernels.components, self.kernels.size
        self.labels = self.kernels.labels
        self._find()

    def _find(self) -> None:
        """What runs the kernels: an operator, or plain statements."""
        self._operator: Any = None
        self._statements: Any = None
        if self.kernels.compiled:
            from invgen.runtime.operators import invariants

            invariants.register(self.kernels)
            self._operator = invariants.VALUE
        else:
            self._statements = self.kernels.plain.value

    def __getstate__(self) -> dict[str, Any]:
        return {name: value for name, value in vars(self).items() if name not in ("_operator", "_statements")}

    def __setstate__(self, state: dict[str, Any]) -> None:
        super().__setstate__(state)
        self._find()

    def forward(self, x: Tensor) -> Tensor:
        """(..., components, features) -> (..., invariants, features)."""
        axis = self.component_axis
        if x.dim() < -axis or x.shape[axis] != self.components:
            raise ValueError(f"{self.id} needs {self.components} components on axis {axis}, got shape {tuple(x.shape)}")
        if self.kernels.runs_plain("value", x):
            return (self._statements or self.kernels.plain.value)(x, axis=axis)
        if x.dtype not in (torch.float32, torch.float64):
            raise TypeError(
                f'{self.id}: backend "{self.kernels.backend}" computes in float32 or float64, got {x.dtype}; '
                'use backend="torch"'
            )
        self.kernels.check_device(x.device.type)
        if axis == -2 and x.dim() == 3:
            return self._operator(x, self.key)
        planes = x.reshape(-1, self.components, x.shape[-1] if axis == -2 else 1)
        y = self._operator(planes, self.key)
        return y.reshape(*x.shape[:axis], self.size, *((x.shape[-1],) if axis == -2 else ()))

    def extra_repr(self) -> str:
        """What ``print`` shows: basis, sizes, backend, and what it picked."""
        picked = "".join(f"\n{decision}" for decision in self.kernels.choice)
        return f"{self.key}, {self.components} components -> {self.size}, backend={self.kernels.how}{picked}"


class Covariants(Invariants):
    """Tensors of one rank that turn with the tensors of each atom and feature, without parameters.

    source
        The path of an emitted folder, or a ``CovariantBasis``.
    backend, component_axis
        As in ``Invariants``.

    ``forward`` takes float32 or float64 of shape (..., components, features) and gives
    (..., covariants, 2 rank + 1, features); with ``component_axis=-1`` there are no features. Components are of the
    kind of the tensors': reduced Cartesian, or m = -rank..rank of real spherical harmonics. Sums over covariants and
    features with invariant coefficients stay covariant.
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
        """(..., components, features) -> (..., covariants, 2 rank + 1, features)."""
        return super().forward(x).unflatten(self.component_axis, (self.covariants, 2 * self.rank + 1))
