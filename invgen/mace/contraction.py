"""The symmetric contraction of MACE (its paper, equations 10 and 11) as a module on generated kernels.

    out_bc,LM = sum_p W_z(b),p,c C_p,LM(x_bc)

with C_p all linearly independent covariants of the tensors x_bc up to the correlation order. Weights and tensors go
into one kernel, whose derivatives are kernels, too.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import torch
from torch import Tensor

from invgen.compiler.contractions import Contraction
from invgen.errors import MaceError
from invgen.mace.irreps import Irreps, Path
from invgen.nn import Invariants


class SymmetricContraction(torch.nn.Module):
    """MACE's ``SymmetricContraction`` with independent couplings.

    irreps_in, irreps_out
        Texts such as ``"128x0e+128x1o+128x2e"``, or e3nn's ``Irreps``: each rank once, parity (-1)^l, one multiplicity.
    correlation
        The highest correlation order: a number, or one for each irrep of ``irreps_out`` in a mapping by its name (or by
        position, in a sequence).
    num_elements
        Number of chemical elements, each with weights of its own.
    backend
        As in ``invgen.load``.
    one_hot
        Whether every row of ``y`` has a single 1, as in MACE. Otherwise weights are mixed by ``y``, and ``y`` has a
        derivative.

    ``weight`` has shape ``(num_elements, paths, features)``; ``paths`` tells what each is. ``forward`` takes ``x`` of
    shape ``(atoms, features, components)`` and ``y`` of shape ``(atoms, num_elements)``, and gives
    ``(atoms, features * components of irreps_out)``, irrep after irrep, in each of them features first (``mul_ir``).
    Components are those of e3nn, or of sphericart on both sides. Float32 and float64; two derivatives with compiled
    kernels, any number with the plain ones.

    Raises ``MaceError`` for other irreps and what ``invgen.load`` raises.
    """

    def __init__(
        self,
        irreps_in: object,
        irreps_out: object,
        correlation: int | Mapping[Any, int] | Sequence[int],
        num_elements: int = 1,
        *,
        backend: str = "auto",
        one_hot: bool = True,
    ) -> None:
        super().__init__()
        self.irreps_in, self.irreps_out = Irreps.read("irreps_in", irreps_in), Irreps.read("irreps_out", irreps_out)
        if self.irreps_in.multiplicity != self.irreps_out.multiplicity:
            raise MaceError(
                f"irreps_in and irreps_out need one multiplicity, got {self.irreps_in.multiplicity} and "
                f"{self.irreps_out.multiplicity}"
            )
        if num_elements < 1:
            raise MaceError(f"num_elements must be at least 1, got {num_elements}")
        orders = _orders(self.irreps_out, correlation)
        self.contraction = Contraction(self.irreps_in.ranks, tuple(zip(self.irreps_out.ranks, orders, strict=True)))
        self.num_elements, self.one_hot, self.backend = num_elements, one_hot, backend
        self.kernels = Invariants(self.contraction, backend=backend)
        size = len(self.contraction.labels)
        self.weight = torch.nn.Parameter(torch.randn(num_elements, size, self.irreps_in.multiplicity) / size)

    @property
    def paths(self) -> tuple[Path, ...]:
        """What the weights are, in their order."""
        return tuple(
            Path(name, path.order, path.label, path.text)
            for name, paths in zip(self.irreps_out.names, self.contraction.paths, strict=True)
            for path in paths
        )

    def __getstate__(self) -> dict[str, Any]:
        """Without kernels: they are found or made where the module is loaded."""
        return {**self.__dict__, "_modules": {}}

    def __setstate__(self, state: dict[str, Any]) -> None:
        super().__setstate__(state)
        self.kernels = Invariants(self.contraction, backend=self.backend)

    def load_weights(self, couplings: Sequence[Sequence[Tensor]], weights: Sequence[Sequence[Tensor]]) -> float:
        """Take weights that belong to any other couplings, so that the function is theirs.

        couplings
            For every output, for every order from 1 on, shape ``(2 L + 1, components, ..., components, columns)``;
            without the first axis for L = 0. They need not be symmetric, independent, or all.
        weights
            Likewise, shape ``(num_elements, columns, features)``.

        Returns how much of the couplings is no covariant, relative to their largest entry: round-off, or they are not
        what they should be.
        """
        found = [[self.coordinates(k, n, u) for n, u in enumerate(row, start=1)] for k, row in enumerate(couplings)]
        self.transform_weights([[table for table, _ in row] for row in found], weights)
        return max(rest for row in found for _, rest in row)

    def transform_weights(self, tables: Sequence[Sequence[np.ndarray]], weights: Sequence[Sequence[Tensor]]) -> None:
        """Take weights of other couplings, whose ``coordinates`` are given, as in ``load_weights``."""
        pairs = [pair for row in zip(tables, weights, strict=True) for pair in zip(*row, strict=True)]
        with torch.no_grad():
            self.weight.copy_(torch.cat([transformed(table, weight) for table, weight in pairs], dim=1))

    def coordinates(self, output: int, order: int, couplings: Tensor) -> tuple[np.ndarray, float]:
        """What couplings of one output and order are made of, see ``Contraction.coordinates``."""
        rank, _ = self.contraction.outputs[output]
        shape = (2 * rank + 1, *(self.contraction.components,) * order, couplings.shape[-1])
        return self.contraction.coordinates(output, order, couplings.detach().cpu().numpy().reshape(shape))

    def forward(self, x: Tensor, y: Tensor) -> Tensor:
        if x.dim() != 3 or tuple(x.shape[1:]) != (self.irreps_in.multiplicity, self.irreps_in.components):
            wanted = f"(atoms, {self.irreps_in.multiplicity}, {self.irreps_in.components})"
            raise ValueError(f"x must have shape {wanted}, got {tuple(x.shape)}")
        if y.dim() != 2 or y.shape[0] != x.shape[0] or y.shape[1] != self.num_elements:
            raise ValueError(f"y must have shape ({x.shape[0]}, {self.num_elements}), got {tuple(y.shape)}")
        out = self.kernels(torch.cat([x.transpose(1, 2), self._weights(y)], dim=1)).transpose(1, 2)
        parts = out.split([2 * rank + 1 for rank in self.irreps_out.ranks], dim=2)
        return torch.cat([part.flatten(1) for part in parts], dim=1)

    def _weights(self, y: Tensor) -> Tensor:
        """The weights of every atom, (atoms, paths, features)."""
        if not self.one_hot:
            return torch.einsum("be,epc->bpc", y, self.weight)
        if self.num_elements == 1:
            return self.weight.expand(y.shape[0], -1, -1)
        return self.weight.index_select(0, y.argmax(dim=-1))

    def extra_repr(self) -> str:
        numbers = ", ".join(
            f"{len(paths)} to {name}" for name, paths in zip(self.irreps_out.names, self.contraction.paths, strict=True)
        )
        return f"{self.num_elements} elements, paths: {numbers}"


def transformed(table: np.ndarray, weight: Tensor) -> Tensor:
    """T W for weights (elements, columns, features), float64."""
    return torch.einsum("pk,ekc->epc", torch.from_numpy(table).to(weight.device), weight.detach().double())


def _orders(irreps: Irreps, correlation: int | Mapping[Any, int] | Sequence[int]) -> tuple[int, ...]:
    """The highest order of every output."""
    if isinstance(correlation, int):
        return (correlation,) * len(irreps.ranks)
    if isinstance(correlation, Mapping):
        said = {str(key).rpartition("x")[2]: value for key, value in correlation.items()}
        if set(said) != set(irreps.names):
            raise MaceError(f"correlation must name {', '.join(irreps.names)}, got {', '.join(map(str, correlation))}")
        return tuple(said[name] for name in irreps.names)
    if len(correlation) != len(irreps.ranks):
        raise MaceError(f"correlation must have {len(irreps.ranks)} numbers, got {tuple(correlation)}")
    return tuple(correlation)
