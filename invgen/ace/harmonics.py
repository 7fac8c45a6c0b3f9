"""Real orthonormal spherical harmonics of unit vectors, with gradients, as planes over pairs.

Order and sign are sphericart's: component l^2 + l + m, m = -l..l, l = 1 is y, z, x. On the unit sphere

    Y_lm = q_lm(z) c_m(x, y),  Y_l,-m = q_lm(z) s_m(x, y),   c_m + i s_m = (x + iy)^m,

where q_lm is the normalised m-th derivative of the Legendre polynomial P_l. Gradients are those of these polynomials,
projected on the tangent plane and divided by the distance: the derivatives of Y_lm(r/|r|) by r.
"""

from __future__ import annotations

from functools import cache
from math import factorial, pi, sqrt

import numpy as np

from invgen.runtime.cpu.compiled import compiled

MAX_RANK = 12


def norm(l: int, m: int) -> float:  # noqa: E741
    """N_lm: sqrt((2l+1)/(4 pi) (l-m)!/(l+m)!), times sqrt(2) for m > 0."""
    return sqrt((2 * l + 1) / (4 * pi) * factorial(l - m) / factorial(l + m) * (2 if m else 1))


@cache
def harmonic_table(l_max: int) -> np.ndarray:
    """(l_max+1, l_max+2, 4) for q_lm = t0 z q_(l-1)m - t1 q_(l-2)m, diagonal q_mm = t2, derivative t3 q_l(m+1).

    Raises ``ValueError`` for ranks outside 0..12.
    """
    if not 0 <= l_max <= MAX_RANK:
        raise ValueError(f"spherical harmonics are made for l_max between 0 and {MAX_RANK}, got {l_max}")
    table = np.zeros((l_max + 1, l_max + 2, 4))
    for rank in range(l_max + 1):
        double_factorial = factorial(2 * rank) / (2**rank * factorial(rank))
        table[rank, rank, 2] = norm(rank, rank) * double_factorial
        for m in range(rank):
            table[rank, m, 0] = (2 * rank - 1) / (rank - m) * norm(rank, m) / norm(rank - 1, m)
            table[rank, m, 3] = norm(rank, m) / norm(rank, m + 1)
            if rank - 2 >= m:
                table[rank, m, 1] = (rank + m - 1) / (rank - m) * norm(rank, m) / norm(rank - 2, m)
    table.setflags(write=False)
    return table


@compiled
def legendre_planes(z, table, q):
    """q_lm(z) into ``q`` (l_max+1, l_max+2, pairs); the entries m = l+1 are zero."""
    pairs = z.size
    for l in range(table.shape[0]):  # noqa: E741
        q[l, l, :pairs] = table[l, l, 2]
        q[l, l + 1, :pairs] = 0.0
        for m in range(l):
            t0, t1 = table[l, m, 0], table[l, m, 1]
            out, one = q[l, m, :pairs], q[l - 1, m, :pairs]
            if l - 2 >= m:
                two = q[l - 2, m, :pairs]
                for j in range(pairs):
                    out[j] = t0 * z[j] * one[j] - t1 * two[j]
            else:
                for j in range(pairs):
                    out[j] = t0 * z[j] * one[j]


@compiled
def azimuthal_planes(x, y, trig):
    """c_m and s_m into ``trig`` (2, l_max+1, pairs)."""
    pairs = x.size
    trig[0, 0, :pairs] = 1.0
    trig[1, 0, :pairs] = 0.0
    for m in range(1, trig.shape[1]):
        c, s, c0, s0 = trig[0, m, :pairs], trig[1, m, :pairs], trig[0, m - 1, :pairs], trig[1, m - 1, :pairs]
        for j in range(pairs):
            c[j] = x[j] * c0[j] - y[j] * s0[j]
            s[j] = x[j] * s0[j] + y[j] * c0[j]


@compiled
def product_planes(q, dq, m, sign, own, other, before, unit, inverse, values, gradients):
    """One harmonic q(z) own(x, y) with its gradient; ``before`` and ``other`` are own's and its partner's m-1."""
    x, y, z = unit[0], unit[1], unit[2]
    gx, gy, gz = gradients[0], gradients[1], gradients[2]
    for j in range(values.size):
        fx = q[j] * (m * before[j])
        fy = q[j] * (sign * m * other[j])
        fz = dq[j] * own[j]
        radial = x[j] * fx + y[j] * fy + z[j] * fz
        values[j] = q[j] * own[j]
        gx[j] = (fx - x[j] * radial) * inverse[j]
        gy[j] = (fy - y[j] * radial) * inverse[j]
        gz[j] = (fz - z[j] * radial) * inverse[j]


@compiled
def harmonic_planes(unit, inverse, table, q, trig, slope, values, gradients):
    """Y (lm, pairs) and dY/dr (lm, 3, pairs) of the unit vectors ``unit`` (3, pairs); ``inverse`` is 1/|r|.

    ``q``, ``trig`` and ``slope`` (pairs) are work space.
    """
    pairs = inverse.size
    legendre_planes(unit[2], table, q)
    azimuthal_planes(unit[0], unit[1], trig)
    for l in range(table.shape[0]):  # noqa: E741
        for m in range(l + 1):
            last = max(m - 1, 0)
            plus, minus = l * l + l + m, l * l + l - m
            ratio, above = table[l, m, 3], q[l, m + 1, :pairs]
            for j in range(pairs):
                slope[j] = ratio * above[j]
            c, s, c0, s0 = trig[0, m, :pairs], trig[1, m, :pairs], trig[0, last, :pairs], trig[1, last, :pairs]
            product_planes(
                q[l, m, :pairs],
                slope,
                m,
                -1.0,
                c,
                s0,
                c0,
                unit,
                inverse,
                values[plus, :pairs],
                gradients[plus, :, :pairs],
            )
            if m:
                product_planes(
                    q[l, m, :pairs], slope, m, 1.0, s, c0, s0, unit, inverse, values[minus, :pairs],
                    gradients[minus, :, :pairs],
                )  # fmt: skip


def real_harmonics(vectors: np.ndarray, l_max: int) -> tuple[np.ndarray, np.ndarray]:
    """Y_lm of the directions of ``vectors`` (pairs, 3) and their derivatives by the vectors.

    Returns ``(pairs, (l_max+1)^2)`` and ``(pairs, (l_max+1)^2, 3)``, float64. Raises ``ValueError`` for a vector of
    length zero or a rank outside 0..12.
    """
    table = harmonic_table(l_max)
    vectors = np.asarray(vectors, dtype=np.float64)
    length = np.linalg.norm(vectors, axis=1)
    if not length.all():
        raise ValueError(f"vector {int(length.argmin())} has length zero and no direction")
    pairs, size = len(vectors), (l_max + 1) ** 2
    values, gradients = np.empty((size, pairs)), np.empty((size, 3, pairs))
    work = np.empty((l_max + 1, l_max + 2, pairs)), np.empty((2, l_max + 1, pairs)), np.empty(pairs)
    harmonic_planes(np.ascontiguousarray((vectors / length[:, None]).T), 1 / length, table, *work, values, gradients)
    return np.ascontiguousarray(values.T), np.ascontiguousarray(gradients.transpose(2, 0, 1))
