"""Tensor harmonics T^l(r) = STF(r ... r) as exact polynomials, and their exact maps to real spherical harmonics.

The component with powers (a, b, c), l = a + b + c, is the homogeneous harmonic polynomial

    T_abc = sum_k (-1)^k (2l-2k-1)!!/(2l-1)!! |r|^2k
            sum_{k1+k2+k3=k} P(a,k1) P(b,k2) P(c,k3) x^(a-2k1) y^(b-2k2) z^(c-2k3)

with P(a, k) = a! / (2^k k! (a-2k)!), the number of ways to pick k disjoint pairs among a indices.
"""

from __future__ import annotations

from fractions import Fraction
from functools import cache
from math import factorial, gcd, lcm

import numpy as np

from invgen.compiler.algebra.components import Powers, expansion, multiplicity, reduced_powers, symmetric_powers

Polynomial = dict[Powers, Fraction]


def _pairings(n: int, pairs: int) -> int:
    return factorial(n) // (2**pairs * factorial(pairs) * factorial(n - 2 * pairs))


def _odd_factorial(n: int) -> int:
    return 1 if n <= 1 else n * _odd_factorial(n - 2)


@cache
def harmonic_polynomial(powers: Powers) -> tuple[tuple[Powers, Fraction], ...]:
    """The component as monomials in x, y, z with exact coefficients, sorted."""
    a, b, c = powers
    rank = a + b + c
    total: Polynomial = {}
    for k1 in range(a // 2 + 1):
        for k2 in range(b // 2 + 1):
            for k3 in range(c // 2 + 1):
                k = k1 + k2 + k3
                weight = _pairings(a, k1) * _pairings(b, k2) * _pairings(c, k3)
                scale = Fraction((-1) ** k * _odd_factorial(2 * (rank - k) - 1) * weight, _odd_factorial(2 * rank - 1))
                for radial in symmetric_powers(k):
                    twice = tuple(2 * p for p in radial)
                    key = (a - 2 * k1 + twice[0], b - 2 * k2 + twice[1], c - 2 * k3 + twice[2])
                    total[key] = total.get(key, Fraction(0)) + scale * multiplicity(radial)
    return tuple(sorted((key, value) for key, value in total.items() if value))


def harmonics(vectors: np.ndarray, rank: int) -> np.ndarray:
    """T^l of vectors ``(..., 3)``: reduced components ``(..., 2 rank + 1)``, float64."""
    vectors = np.asarray(vectors, dtype=np.float64)
    columns = []
    for powers in reduced_powers(rank):
        terms = (float(v) * np.prod(vectors ** np.array(key), axis=-1) for key, v in harmonic_polynomial(powers))
        columns.append(sum(terms, np.zeros(vectors.shape[:-1])))
    return np.stack(columns, axis=-1)


@cache
def spherical_map(rank: int) -> tuple[tuple[tuple[Fraction, ...], Fraction], ...]:
    """Real spherical harmonics from reduced Cartesian components, m = -l..l, orthonormal on the sphere.

    Each row is ``(coefficients, radicand)``: Y_lm(r) = sqrt(radicand / (4 pi)) * sum_i coefficients[i] * T_i, for a
    unit vector r, with the order and signs of sphericart (l = 1 is y, z, x).
    """
    return tuple(_spherical_row(rank, m) for m in range(-rank, rank + 1))


def _spherical_row(rank: int, m: int) -> tuple[tuple[Fraction, ...], Fraction]:
    coefficients = [Fraction(0)] * (2 * rank + 1)
    for powers, value in solid_harmonic(rank, m).items():
        for index, factor in expansion(powers):
            coefficients[index] += value * factor
    order = abs(m)
    norm = Fraction((2 * rank + 1) * factorial(rank - order), factorial(rank + order))
    return tuple(coefficients), norm * (2 if m else 1)


def solid_harmonic(rank: int, m: int) -> Polynomial:
    """r^l P_l^|m|(cos) times cos(m phi) or sin(|m| phi), homogeneous, without the Condon-Shortley sign."""
    order = abs(m)
    azimuthal: dict[tuple[int, int], int] = {}
    for k in range(order + 1):
        imaginary = k % 2 == 1
        if imaginary == (m < 0):
            sign = (-1) ** (k // 2)
            azimuthal[order - k, k] = sign * factorial(order) // (factorial(k) * factorial(order - k))
    total: Polynomial = {}
    for k in range((rank - order) // 2 + 1):
        scale = Fraction(
            (-1) ** k * factorial(2 * rank - 2 * k),
            2**rank * factorial(k) * factorial(rank - k) * factorial(rank - 2 * k - order),
        )
        for radial in symmetric_powers(k):
            for (x, y), weight in azimuthal.items():
                key = (x + 2 * radial[0], y + 2 * radial[1], rank - 2 * k - order + 2 * radial[2])
                total[key] = total.get(key, Fraction(0)) + scale * multiplicity(radial) * weight
    return {key: value for key, value in total.items() if value}


@cache
def integer_harmonics(rank: int) -> tuple[tuple[tuple[Powers, int], ...], ...]:
    """Real solid harmonics with whole coefficients: for every m the monomials ``((a, b, c), k)`` of k x^a y^b z^c.

    Row m is f sqrt(s_lm) r^l Y_lm with s_l0 = C(2l, l), s_lm = C(2l, l+m) / 2, and a factor f common to the rank: the
    scaled components of the ACE family. Order and signs as in ``spherical_map``.
    """
    rows = [
        {powers: value / factorial(rank + abs(m)) for powers, value in solid_harmonic(rank, m).items()}
        for m in range(-rank, rank + 1)
    ]
    values = [value for row in rows for value in row.values()]
    scale = Fraction(lcm(*(v.denominator for v in values)), gcd(*(v.numerator for v in values)))
    return tuple(tuple((powers, int(value * scale)) for powers, value in sorted(row.items())) for row in rows)


def spherical_matrix(rank: int, convention: str = "sphericart") -> np.ndarray:
    """The map as a float64 matrix ``(2 rank + 1, 2 rank + 1)``: Y = matrix @ T.

    convention
        ``sphericart`` (polar axis z, l = 1 is y, z, x) or ``e3nn`` (polar axis y, l = 1 is x, y, z; same
        normalisation on the sphere, 1/(4 pi) included).
    """
    rows = [
        np.array([float(c) for c in row]) * np.sqrt(float(radicand) / (4 * np.pi))
        for row, radicand in spherical_map(rank)
    ]
    matrix = np.stack(rows)
    if convention == "sphericart":
        return matrix
    if convention != "e3nn":
        raise ValueError(f"unknown convention {convention!r} (known: sphericart, e3nn)")
    return matrix @ _relabelled_axes(rank)


@cache
def _relabelled_axes(rank: int) -> np.ndarray:
    """T(z, x, y) from T(x, y, z): e3nn evaluates the usual harmonics with the axes renamed (x, y, z) -> (z, x, y)."""
    matrix = np.zeros((2 * rank + 1, 2 * rank + 1))
    for row, (a, b, c) in enumerate(reduced_powers(rank)):
        for column, coefficient in expansion((b, c, a)):
            matrix[row, column] = coefficient
    return matrix
