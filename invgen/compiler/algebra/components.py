"""Components of symmetric traceless tensors: reduced Cartesian, symmetric, and full.

A component of a symmetric tensor of rank l is named by its *powers* ``(a, b, c)``: how often x, y and z occur
among the l indices. The **symmetric** list has all ``(l+1)(l+2)/2`` of them; the **reduced** list has the
``2l+1`` with ``c <= 1``, in lexicographic order of the sorted index tuple. The others follow from the vanishing
trace: ``T[a, b, c+2] = -T[a+2, b, c] - T[a, b+2, c]``.
"""

from __future__ import annotations

from fractions import Fraction
from functools import cache
from itertools import combinations_with_replacement
from math import factorial

import numpy as np

from invgen.compiler.algebra.rational import coefficients

Powers = tuple[int, int, int]

AXES = "xyz"


@cache
def symmetric_powers(rank: int) -> tuple[Powers, ...]:
    """All components of a symmetric tensor in lexicographic order of their sorted indices."""
    tuples = combinations_with_replacement(range(3), rank)
    return tuple((t.count(0), t.count(1), t.count(2)) for t in tuples)


@cache
def reduced_powers(rank: int) -> tuple[Powers, ...]:
    """The independent components of a symmetric traceless tensor, in the reduced Cartesian order."""
    return tuple(p for p in symmetric_powers(rank) if p[2] <= 1)


@cache
def position(powers: Powers) -> int:
    """Where a component stands in the symmetric list of its rank."""
    return symmetric_powers(sum(powers)).index(powers)


@cache
def multiplicity(powers: Powers) -> int:
    """How many of the 3^l index tuples name this component."""
    a, b, c = powers
    return factorial(a + b + c) // (factorial(a) * factorial(b) * factorial(c))


def component_name(powers: Powers) -> str:
    """``xxz`` for ``(2, 0, 1)``."""
    return "".join(axis * power for axis, power in zip(AXES, powers, strict=True))


@cache
def expansion(powers: Powers) -> tuple[tuple[int, int], ...]:
    """A component as a sum over reduced ones: pairs ``(position in the reduced list, integer coefficient)``."""
    a, b, c = powers
    reduced = reduced_powers(a + b + c)
    if c <= 1:
        return ((reduced.index(powers), 1),)
    total: dict[int, int] = {}
    for part in ((a + 2, b, c - 2), (a, b + 2, c - 2)):
        for index, coefficient in expansion(part):
            total[index] = total.get(index, 0) - coefficient
    return tuple(sorted((i, v) for i, v in total.items() if v))


@cache
def expansion_matrix(rank: int) -> np.ndarray:
    """Integer matrix (symmetric components, reduced components): symmetric = matrix @ reduced."""
    powers = symmetric_powers(rank)
    matrix = np.zeros((len(powers), 2 * rank + 1), dtype=np.int64)
    for row, p in enumerate(powers):
        for column, coefficient in expansion(p):
            matrix[row, column] = coefficient
    matrix.setflags(write=False)
    return matrix


def full_tensor(reduced: np.ndarray, rank: int) -> np.ndarray:
    """The full tensor, shape ``(..., 3, ..., 3)``, of reduced components, shape ``(..., 2 rank + 1)``."""
    symmetric = np.asarray(reduced) @ expansion_matrix(rank).T
    indices = np.indices((3,) * rank).reshape(rank, -1) if rank else np.zeros((0, 1), dtype=int)
    where = [position((int((t == 0).sum()), int((t == 1).sum()), int((t == 2).sum()))) for t in indices.T]
    return symmetric[..., where].reshape((*symmetric.shape[:-1], *(3,) * rank))


def reduced_components(full: np.ndarray, rank: int) -> np.ndarray:
    """The reduced components, shape ``(..., 2 rank + 1)``, of a symmetric traceless tensor ``(..., 3, ..., 3)``."""
    full = np.asarray(full)
    lead = full.shape[: full.ndim - rank]
    picks = [(0,) * a + (1,) * b + (2,) * c for a, b, c in reduced_powers(rank)]
    flat = full.reshape(*lead, 3**rank)
    where = [int(np.ravel_multi_index(t, (3,) * rank)) if t else 0 for t in picks]
    return flat[..., where]


@cache
def contraction_matrix(rank: int) -> np.ndarray:
    """Integer matrix G with A·B = a @ G @ b: the full contraction of two tensors by their reduced components."""
    weights = np.array([multiplicity(p) for p in symmetric_powers(rank)])
    matrix = expansion_matrix(rank).T @ (weights[:, None] * expansion_matrix(rank))
    matrix.setflags(write=False)
    return matrix


@cache
def inverse_contraction_matrix(rank: int) -> tuple[tuple[Fraction, ...], ...]:
    """The inverse of ``contraction_matrix``: it turns derivatives by the components of a tensor into a tensor."""
    unit = [[Fraction(i == j) for j in range(2 * rank + 1)] for i in range(2 * rank + 1)]
    return tuple(map(tuple, coefficients([[Fraction(int(v)) for v in row] for row in contraction_matrix(rank)], unit)))
