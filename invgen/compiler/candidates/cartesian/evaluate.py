"""Values and gradients of contractions at given tensors, exactly modulo a prime or in floating point.

Each bond of multiplicity m is one summed axis over the symmetric components of degree m, weighted by how many
index tuples name them. The network of a contraction is contracted pair by pair; gradients run back over the same
pairs. Arrays carry one leading axis of points.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from math import prod

import numpy as np

from invgen.compiler.algebra.arithmetic import Arithmetic
from invgen.compiler.algebra.channels import Channel, channel_slices
from invgen.compiler.algebra.components import (
    expansion_matrix,
    multiplicity,
    position,
    symmetric_powers,
)
from invgen.compiler.candidates.cartesian.contraction import EPSILON, Contraction

Legs = tuple[int, ...]
"""The bonds that an array's axes (after the axis of points) run over."""
Layout = Mapping[Channel, tuple[slice, np.ndarray]]


class Evaluator:
    """Evaluates contractions of the given tensors at fixed points.

    tensors
        In component order.
    points
        Shape ``(points, components)``, reduced Cartesian components; integers for ``Modular``.
    layout
        For tensors of another kind: where the components of each lie, and the integer matrix that makes its symmetric
        components of them.
    """

    def __init__(
        self, tensors: tuple[Channel, ...], points: np.ndarray, arithmetic: Arithmetic, layout: Layout | None = None
    ) -> None:
        self.arithmetic = arithmetic
        self.layout = layout or {t: (s, expansion_matrix(t.rank)) for t, s in channel_slices(tensors).items()}
        self.components = max((s.stop for s, _ in self.layout.values()), default=0)
        points = np.atleast_2d(points)
        if points.shape[-1] != self.components:
            raise ValueError(f"points need {self.components} components on the last axis, got {points.shape}")
        self.size = points.shape[0]
        self._symmetric = {
            t: arithmetic.reduce(arithmetic.array(points[:, where]) @ expansion.T)
            for t, (where, expansion) in self.layout.items()
        }
        epsilon = np.zeros((3, 3, 3), dtype=np.int64)
        for i, j, k in ((0, 1, 2), (1, 2, 0), (2, 0, 1)):
            epsilon[i, j, k], epsilon[i, k, j] = 1, -1
        self._epsilon = np.broadcast_to(arithmetic.array(epsilon), (self.size, 3, 3, 3))

    def values(self, contraction: Contraction) -> np.ndarray:
        """Shape ``(points,)``."""
        return _Network(self, contraction).value()

    def values_and_gradients(self, contraction: Contraction) -> tuple[np.ndarray, np.ndarray]:
        """Values ``(points,)`` and gradients ``(points, components)`` in reduced components."""
        return _Network(self, contraction).value_and_gradient()

    def gradients(self, contractions: Sequence[Contraction]) -> np.ndarray:
        """Gradients of several contractions, shape ``(points, contractions, components)``."""
        return np.stack([self.values_and_gradients(c)[1] for c in contractions], axis=1)

    def leaf(self, tensor: Channel, multiplicities: tuple[int, ...], weighted: tuple[bool, ...]) -> np.ndarray:
        """The tensor with one axis for each of its bonds."""
        if tensor == EPSILON:
            return self._epsilon
        where, weights = _gather(tensor.rank, multiplicities, weighted)
        return self.arithmetic.reduce(self._symmetric[tensor][:, where] * weights)

    def scatter(
        self, tensor: Channel, multiplicities: tuple[int, ...], weighted: tuple[bool, ...], cotangent: np.ndarray
    ) -> np.ndarray:
        """The transpose of ``leaf`` and of the expansion: shape ``(points, components of the tensor)``."""
        where, weights = _gather(tensor.rank, multiplicities, weighted)
        flat = self.arithmetic.reduce(cotangent * weights).reshape(self.size, where.size)
        symmetric = np.zeros((self.size, len(symmetric_powers(tensor.rank))), dtype=flat.dtype)
        np.add.at(symmetric.T, where.reshape(-1), flat.T)
        return self.arithmetic.reduce(self.arithmetic.reduce(symmetric) @ self.layout[tensor][1])


@cache
def _gather(rank: int, multiplicities: tuple[int, ...], weighted: tuple[bool, ...]) -> tuple[np.ndarray, np.ndarray]:
    """Positions in the symmetric list and weights for every entry of a tensor's array over its bonds."""
    powers = np.zeros((1, 3), dtype=np.int64)
    weights = np.ones(1, dtype=np.int64)
    for m, heavy in zip(multiplicities, weighted, strict=True):
        axis = np.array(symmetric_powers(m), dtype=np.int64)
        factor = np.array([multiplicity(p) if heavy else 1 for p in symmetric_powers(m)], dtype=np.int64)
        powers = (powers[:, None, :] + axis[None, :, :]).reshape(-1, 3)
        weights = (weights[:, None] * factor[None, :]).reshape(-1)
    shape = tuple(len(symmetric_powers(m)) for m in multiplicities)
    where = np.array([position((int(a), int(b), int(c))) for a, b, c in powers], dtype=np.int64)
    return where.reshape(shape), weights.reshape(shape)


class _Network:
    """One contraction as a network of arrays, contracted pair by pair, smallest result first."""

    def __init__(self, evaluator: Evaluator, contraction: Contraction) -> None:
        self.evaluator = evaluator
        self.contraction = contraction
        self.legs: list[Legs] = []
        self.arrays: list[np.ndarray] = []
        self.leaves: list[tuple[tuple[int, ...], tuple[bool, ...]]] = []
        for vertex, tensor in enumerate(contraction.tensors):
            bonds = [(i, m, u == vertex) for i, (u, v, m) in enumerate(contraction.bonds) if vertex in (u, v)]
            multiplicities, weighted = tuple(m for _, m, _ in bonds), tuple(first for *_, first in bonds)
            self.legs.append(tuple(i for i, *_ in bonds))
            self.leaves.append((multiplicities, weighted))
            self.arrays.append(evaluator.leaf(tensor, multiplicities, weighted))
        self.steps = contraction_path(tuple(self.legs), contraction.bonds)

    def value(self) -> np.ndarray:
        for left, right in self.steps:
            array, legs = self._contract(self.arrays[left], self.legs[left], self.arrays[right], self.legs[right])
            self.arrays.append(array)
            self.legs.append(legs)
        return self.arrays[-1]

    def value_and_gradient(self) -> tuple[np.ndarray, np.ndarray]:
        value = self.value()
        vertices = len(self.contraction.tensors)
        cotangents: list[np.ndarray] = [value] * len(self.arrays)
        cotangents[-1] = np.ones_like(value)
        for step in reversed(range(len(self.steps))):
            left, right = self.steps[step]
            here = vertices + step
            for target, other in ((left, right), (right, left)):
                array, legs = self._contract(cotangents[here], self.legs[here], self.arrays[other], self.legs[other])
                cotangents[target] = _transposed(array, legs, self.legs[target])
        gradient = np.zeros((self.evaluator.size, self.evaluator.components), dtype=value.dtype)
        for tensor, leaf, cotangent in zip(self.contraction.tensors, self.leaves, cotangents, strict=False):
            if tensor != EPSILON:
                gradient[:, self.evaluator.layout[tensor][0]] += self.evaluator.scatter(tensor, *leaf, cotangent)
        return value, self.evaluator.arithmetic.reduce(gradient)

    def _contract(self, a: np.ndarray, a_legs: Legs, b: np.ndarray, b_legs: Legs) -> tuple[np.ndarray, Legs]:
        shared = tuple(i for i in a_legs if i in b_legs)
        a_free = tuple(i for i in a_legs if i not in shared)
        b_free = tuple(i for i in b_legs if i not in shared)
        a = _transposed(a, a_legs, a_free + shared)
        b = _transposed(b, b_legs, shared + b_free)
        points = len(a)
        a_shape, b_shape = a.shape[1 : 1 + len(a_free)], b.shape[1 + len(shared) :]
        inner = prod(b.shape[1 : 1 + len(shared)])
        result = self.evaluator.arithmetic.matmul(
            a.reshape(points, prod(a_shape), inner), b.reshape(points, inner, prod(b_shape))
        )
        return result.reshape(points, *a_shape, *b_shape), a_free + b_free


def _transposed(array: np.ndarray, legs: Legs, wanted: Legs) -> np.ndarray:
    return array if legs == wanted else array.transpose(0, *(1 + legs.index(i) for i in wanted))


@cache
def contraction_path(legs: tuple[Legs, ...], bonds: tuple[tuple[int, int, int], ...]) -> tuple[tuple[int, int], ...]:
    """Pairs to contract, greedily by the size of the result, then of the operands."""
    size = [len(symmetric_powers(m)) for *_, m in bonds]
    all_legs = list(legs)
    live = list(range(len(legs)))
    steps: list[tuple[int, int]] = []

    def weight(pair: tuple[int, int]) -> tuple[int, int, int, int]:
        a, b = set(all_legs[pair[0]]), set(all_legs[pair[1]])
        extent = [int(np.prod([size[i] for i in part], dtype=object)) for part in (a ^ b, a | b)]
        return (0 if a & b else 1, extent[0], extent[1], pair[0])

    while len(live) > 1:
        pairs = [(a, b) for i, a in enumerate(live) for b in live[i + 1 :]]
        left, right = min(pairs, key=weight)
        shared = set(all_legs[left]) & set(all_legs[right])
        merged = (*(i for i in all_legs[left] if i not in shared), *(i for i in all_legs[right] if i not in shared))
        live = [v for v in live if v not in (left, right)] + [len(all_legs)]
        all_legs.append(merged)
        steps.append((left, right))
    return tuple(steps)


def contraction_cost(contraction: Contraction) -> int:
    """Multiplications of a single evaluation, tensors held by their 2m+1 components on each bond."""
    size = [2 * m + 1 for *_, m in contraction.bonds]
    legs = [
        frozenset(i for i, (u, v, _) in enumerate(contraction.bonds) if vertex in (u, v))
        for vertex in range(len(contraction.tensors))
    ]
    total = 0
    for left, right in contraction_path(tuple(tuple(sorted(x)) for x in legs), contraction.bonds):
        total += prod(size[i] for i in legs[left] | legs[right])
        legs.append(legs[left] ^ legs[right])
    return total
