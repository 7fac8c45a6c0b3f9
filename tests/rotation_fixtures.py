"""Directions; rotations and inversion on reduced components, through full tensors with 3^l entries; generators."""

from __future__ import annotations

import string
from collections.abc import Sequence
from fractions import Fraction
from functools import cache
from math import factorial

import numpy as np
import sympy
from brute_force import full_from_reduced, independent_indices
from scipy.spatial.transform import Rotation

from invgen.compiler.algebra import harmonics


def rotation(seed: int = 0) -> np.ndarray:
    """A random proper rotation (3, 3)."""
    return Rotation.random(rng=seed).as_matrix()


def directions(count: int, seed: int = 0) -> np.ndarray:
    """Random unit vectors (count, 3)."""
    vectors = np.random.default_rng(seed).normal(size=(count, 3))
    return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)


def representation(rank: int, matrix: np.ndarray, axial: bool = False) -> np.ndarray:
    """D with D @ components = components of the turned tensor; an axial one gets the determinant as a factor."""
    old, new = string.ascii_lowercase[:rank], string.ascii_uppercase[:rank]
    subscripts = ",".join([f"{b}{a}" for a, b in zip(old, new, strict=True)] + [old]) + "->" + new
    columns = []
    for k in range(2 * rank + 1):
        unit = full_from_reduced([float(i == k) for i in range(2 * rank + 1)], rank).astype(float)
        full = np.einsum(subscripts, *[matrix] * rank, unit) if rank else unit
        columns.append([full[index] for index in independent_indices(rank)])
    return np.array(columns).T * (np.linalg.det(matrix) if axial else 1.0)


def turned(x: np.ndarray, tensors: Sequence[tuple[int, int]], matrix: np.ndarray) -> np.ndarray:
    """Components ``(..., components)`` of the turned tensors."""
    parts, start = [], 0
    for rank, _ in tensors:
        parts.append(x[..., start : start + 2 * rank + 1] @ representation(rank, matrix).T)
        start += 2 * rank + 1
    return np.concatenate(parts, axis=-1)


@cache
def generator(rank: int, axis: int) -> list[list[Fraction]]:
    """Rotation about an axis on the scaled components S_lm, m = -l..l, from the Cartesian tensor, exactly.

    d/dt T of the polynomials T(r): the axis field (axis x r) . grad acts on the solid harmonics.
    """
    fields = [((1, 2, -1), (2, 1, 1)), ((2, 0, -1), (0, 2, 1)), ((0, 1, -1), (1, 0, 1))]
    weights = [Fraction(1, factorial(rank + abs(m))) for m in range(-rank, rank + 1)]
    solids = [
        {key: value * weight for key, value in harmonics.solid_harmonic(rank, m).items()}
        for m, weight in zip(range(-rank, rank + 1), weights, strict=True)
    ]
    derived = [differentiate(solid, fields[axis]) for solid in solids]
    keys = sorted({key for solid in solids for key in solid})
    basis = sympy.Matrix([[sympy.Rational(s.get(k, Fraction(0))) for s in solids] for k in keys])
    image = sympy.Matrix([[sympy.Rational(s.get(k, Fraction(0))) for s in derived] for k in keys])
    matrix = (basis.T * basis).inv() * basis.T * image
    assert basis * matrix == image
    return [[Fraction(int(v.p), int(v.q)) for v in matrix.T.row(i)] for i in range(2 * rank + 1)]


def differentiate(
    solid: dict[tuple[int, int, int], Fraction], field: tuple[tuple[int, int, int], ...]
) -> dict[tuple[int, int, int], Fraction]:
    """(axis x r) . grad of a polynomial: sum of sign * r_source * d/dr_target over the field's terms."""
    total: dict[tuple[int, int, int], Fraction] = {}
    for target, source, sign in field:
        for key, value in solid.items():
            if key[target]:
                powers = list(key)
                powers[target] -= 1
                powers[source] += 1
                new = tuple(powers)
                total[new] = total.get(new, Fraction(0)) + sign * key[target] * value
    return {key: value for key, value in total.items() if value}
