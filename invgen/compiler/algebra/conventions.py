"""The exact map from real spherical harmonics in sphericart's convention to e3nn's.

e3nn evaluates the usual harmonics with the axes renamed, (x, y, z) -> (z, x, y), so that its polar axis is y and
l = 1 is x, y, z. Both are orthonormal on the sphere (e3nn's normalisation ``integral``), so the map is orthogonal; each
of its entries is the signed square root of a rational.
"""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction
from functools import cache

import numpy as np

from invgen.compiler.algebra.components import expansion, reduced_powers
from invgen.compiler.algebra.couplings import SignedRoot
from invgen.compiler.algebra.harmonics import spherical_map
from invgen.compiler.algebra.rational import coefficients

Row = list[Fraction]


@cache
def e3nn_map(rank: int) -> tuple[tuple[SignedRoot, ...], ...]:
    """Rows of the orthogonal matrix M with Y_e3nn = M Y_sphericart, both for m = -l..l.

    With Y = sqrt(w) C T for reduced Cartesian T and T(z, x, y) = P T, M is sqrt(w) C P C^-1 / sqrt(w).
    """
    forms = [list(row) for row, _ in spherical_map(rank)]
    weights = [weight for _, weight in spherical_map(rank)]
    renamed = [_renamed(row, rank) for row in forms]
    solved = coefficients(forms, renamed)
    return tuple(
        tuple(SignedRoot(x * abs(x) * mine / other) for x, other in zip(row, weights, strict=True))
        for row, mine in zip(solved, weights, strict=True)
    )


def _renamed(row: Row, rank: int) -> Row:
    """A linear form of T(z, x, y), written in T(x, y, z)."""
    result = [Fraction(0)] * len(row)
    for value, (a, b, c) in zip(row, reduced_powers(rank), strict=True):
        for position, coefficient in expansion((b, c, a)):
            result[position] += value * coefficient
    return result


def e3nn_matrix(ranks: Iterable[int]) -> np.ndarray:
    """The map for components of tensors of these ranks one after another: orthogonal, float64, block-diagonal.

    For ACE components, ``A_e3nn = e3nn_matrix(c.rank for c in basis.channels) @ A``, and back by the transpose.
    """
    blocks = [np.array([[float(x) for x in row] for row in e3nn_map(rank)]) for rank in ranks]
    width = sum(len(block) for block in blocks)
    matrix, start = np.zeros((width, width)), 0
    for block in blocks:
        matrix[start : start + len(block), start : start + len(block)] = block
        start += len(block)
    return matrix
