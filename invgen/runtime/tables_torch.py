"""Table-driven kernels in plain tensor operations, degree by degree: any device and dtype, differentiable to any order.

Every array has its components on the axis ``axis``; the other axes are equal among the arrays and are kept. A level is
all nodes of one degree, whose left factors lie in the level below and whose right factors are components.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import torch
from torch import Tensor

from invgen.emitted.products import ProductBasis


@dataclass(frozen=True)
class _Level:
    """Positions of the left factors within the level below, and the components that are right factors."""

    left: Tensor
    right: Tensor


@dataclass(frozen=True)
class _Placed:
    """The tables on one device."""

    levels: tuple[_Level, ...]
    column: Tensor
    row: Tensor
    value: Tensor

    def to(self, device: torch.device) -> _Placed:
        levels = tuple(_Level(level.left.to(device), level.right.to(device)) for level in self.levels)
        return _Placed(levels, self.column.to(device), self.row.to(device), self.value.to(device))


class Tables:
    """The kernels of a product basis, called as an emitted Torch module is."""

    def __init__(self, products: ProductBasis) -> None:
        self.functions = len(products)
        self._host = _placed(products)
        self._elsewhere: dict[torch.device, _Placed] = {}

    def value(self, x: Tensor, axis: int = -2) -> Tensor:
        """Values of the functions."""
        x = x.movedim(axis, 0)
        placed = self._on(x)
        return self._sums(placed, self._levels(placed, x)).movedim(0, axis)

    def vjp(self, x: Tensor, g: Tensor, axis: int = -2) -> Tensor:
        """Jᵀg."""
        x, g = x.movedim(axis, 0), g.movedim(axis, 0)
        placed = self._on(x)
        values = self._levels(placed, x)
        cotangents = self._spread(placed, g, values)
        total, carried = cotangents[0], cotangents[-1]
        for k in reversed(range(len(placed.levels))):
            level = placed.levels[k]
            total = total.index_add(0, level.right, carried * values[k][level.left])
            below = torch.zeros_like(values[k]).index_add(0, level.left, carried * x[level.right])
            carried = below + cotangents[k] if k else below
        return (total + carried if placed.levels else total).movedim(0, axis)

    def second_order(self, x: Tensor, g: Tensor, u: Tensor, axis: int = -2) -> tuple[Tensor, Tensor]:
        """(Σ_k g_k H_k u, J u): the derivatives of ``vjp`` and of ``value`` along u."""
        x, g, u = (a.movedim(axis, 0) for a in (x, g, u))
        placed = self._on(x)
        values = self._levels(placed, x)
        tangents = [u]
        for k, level in enumerate(placed.levels):
            tangents.append(tangents[k][level.left] * x[level.right] + values[k][level.left] * u[level.right])
        cotangents = self._spread(placed, g, values)
        carried, moved = cotangents[-1], torch.zeros_like(cotangents[-1])
        total = torch.zeros_like(x)
        for k in reversed(range(len(placed.levels))):
            level = placed.levels[k]
            left, left_u = values[k][level.left], tangents[k][level.left]
            right, right_u = x[level.right], u[level.right]
            total = total.index_add(0, level.right, moved * left + carried * left_u)
            moved = torch.zeros_like(values[k]).index_add(0, level.left, moved * right + carried * right_u)
            carried = torch.zeros_like(values[k]).index_add(0, level.left, carried * right) + cotangents[k]
        hu = total + moved if placed.levels else total
        return hu.movedim(0, axis), self._sums(placed, tangents).movedim(0, axis)

    def _levels(self, placed: _Placed, x: Tensor) -> list[Tensor]:
        """The components, then the nodes of every degree."""
        values = [x]
        for level in placed.levels:
            values.append(values[-1][level.left] * x[level.right])
        return values

    def _sums(self, placed: _Placed, values: list[Tensor]) -> Tensor:
        terms = torch.cat(values)[placed.column] * _weights(placed, values[0])
        return values[0].new_zeros((self.functions, *values[0].shape[1:])).index_add(0, placed.row, terms)

    def _spread(self, placed: _Placed, g: Tensor, values: list[Tensor]) -> list[Tensor]:
        """The transposed matrix times g, cut into levels."""
        sizes = [v.shape[0] for v in values]
        total = g.new_zeros((sum(sizes), *g.shape[1:]))
        return list(total.index_add(0, placed.column, g[placed.row] * _weights(placed, g)).split(sizes))

    def _on(self, x: Tensor) -> _Placed:
        """The tables where ``x`` is; a graph that is being compiled takes the copy into itself."""
        if x.device == self._host.column.device:
            return self._host
        if torch.compiler.is_compiling():
            return self._host.to(x.device)
        if x.device not in self._elsewhere:
            self._elsewhere[x.device] = self._host.to(x.device)
        return self._elsewhere[x.device]


def _weights(placed: _Placed, like: Tensor) -> Tensor:
    return placed.value.to(like.dtype).reshape(-1, *(1,) * (like.dim() - 1))


def _placed(products: ProductBasis) -> _Placed:
    left, right, column, row = (
        torch.from_numpy(a.astype("int64")) for a in (products.left, products.right, products.column, products.rows)
    )
    levels, below = [], 0
    for start, stop in pairwise(products.levels):
        levels.append(_Level(left[start:stop] - below, right[start:stop]))
        below = products.components + start
    return _Placed(tuple(levels), column, row, torch.from_numpy(products.value))
