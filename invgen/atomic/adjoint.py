"""The backward pass of one atom: from dE/dA to dE/dr of its pairs, without the derivatives of A.

For a pair, dE/dA is contracted first with the radial functions,

    G_lm = sum_n dE/dA_nlm R_n(r),   H_lm = sum_n dE/dA_nlm R'_n(r),

and then summed over l: with P_m = sum_l G_lm q_lm(z), and N_m for negative m, the gradient of sum_lm G_lm Y_lm needs
only P_m, N_m, their derivatives by z, c_m and s_m. Rows of the scratch: 0 and 1 are G and H, 2 is sum_lm H_lm Y_lm,
3 to 5 the result, and from 6 on, l_max+1 rows each, P, N, dP/dz, dN/dz.
"""

from __future__ import annotations

from invgen.atomic.compiled import OPTIONS, njit
from invgen.atomic.vectors import elementwise, line, row


def _turned(fx, fy, fz, p, n, dp, dn, c, s, c0, s0, m):
    """Add the gradient of c_m P_m + s_m N_m; ``c0`` and ``s0`` are those of m-1."""
    return fx + (c0 * p + s0 * n) * m, fy + (c0 * n - s0 * p) * m, fz + c * dp + s * dn


def _projected(fx, fy, fz, radial, x, y, z, inverse):
    """The tangential part over the distance, and the radial part along the direction."""
    along = radial - (fx * x + fy * y + fz * z) * inverse
    return fx * inverse + along * x, fy * inverse + along * y, fz * inverse + along * z


_fill = elementwise(lambda out, value: value)
_add_four = elementwise(lambda out, f0, f1, f2, f3, w0, w1, w2, w3: out + f0 * w0 + f1 * w1 + f2 * w2 + f3 * w3)
_fold = elementwise(lambda value, radial, g, h, q, t: (value + g * q, radial + h * q * t))
_add_scaled_product = elementwise(lambda out, a, b, factor: out + a * (b * factor))
_turn = elementwise(_turned)
_project = elementwise(_projected)


@njit(**OPTIONS)
def radial_contraction(planes, lane, tables, begin, end, offset, adjoint, lo, count):
    """G and H of one group and m."""
    f, df, w = row(planes.values, lane, 0) + 8 * lo, row(planes.slopes, lane, 0) + 8 * lo, planes.scratch
    g, h, stride = line(w, 0), line(w, 1), 8 * w.shape[1]
    _fill((g,), (0.0,), count)
    _fill((h,), (0.0,), count)
    for k in range(begin, end):
        c = tables.components[k]
        n0, n1 = tables.quads[k, 0] * stride, tables.quads[k, 1] * stride
        n2, n3 = tables.quads[k, 2] * stride, tables.quads[k, 3] * stride
        weights = (
            adjoint[c[0] + offset, lane],
            adjoint[c[1] + offset, lane] if c[1] >= 0 else 0.0,
            adjoint[c[2] + offset, lane] if c[2] >= 0 else 0.0,
            adjoint[c[3] + offset, lane] if c[3] >= 0 else 0.0,
        )
        _add_four((g, f + n0, f + n1, f + n2, f + n3), weights, count)
        _add_four((h, df + n0, df + n1, df + n2, df + n3), weights, count)


@njit(**OPTIONS)
def backward_planes(planes, lane, tables, adjoint, pairs):
    """Rows 2 and 6.. of the scratch."""
    w, ranks = planes.scratch, tables.harmonics.shape[0]
    for r in range(6, 6 + 4 * ranks):
        _fill((line(w, r),), (0.0,), pairs)
    _fill((line(w, 2),), (0.0,), pairs)
    for g in range(tables.groups.shape[0]):
        z, rank, begin, end = tables.groups[g]
        lo, count = planes.bounds[lane, z], planes.bounds[lane, z + 1] - planes.bounds[lane, z]
        for m in range(-rank, rank + 1):
            radial_contraction(planes, lane, tables, begin, end, rank + m, adjoint, lo, count)
            order = abs(m)
            legendre = row(planes.legendre, lane, rank * (rank + 1) // 2 + order) + 8 * lo
            angle = row(planes.trig, lane, m if m >= 0 else ranks - m) + 8 * lo
            value = 6 + (0 if m >= 0 else ranks) + order
            _fold((line(w, value) + 8 * lo, line(w, 2) + 8 * lo, line(w, 0), line(w, 1), legendre, angle), (), count)
            if order < rank:
                slope, above = line(w, value + 2 * ranks) + 8 * lo, legendre + 8 * w.shape[1]
                _add_scaled_product((slope, line(w, 0), above), (tables.harmonics[rank, order, 3],), count)


@njit(**OPTIONS)
def pair_forces(planes, lane, tables, adjoint, pairs):
    """dE/dr of every pair into rows 3, 4, 5 of the scratch, from dE/dA in column ``lane`` of ``adjoint``."""
    t, w, ranks = planes.trig, planes.scratch, tables.harmonics.shape[0]
    backward_planes(planes, lane, tables, adjoint, pairs)
    step, forces = 8 * w.shape[1], (line(w, 3), line(w, 4), line(w, 5))
    for k in range(3):
        _fill((forces[k],), (0.0,), pairs)
    for m in range(ranks):
        p, c, before = line(w, 6 + m), row(t, lane, m), row(t, lane, max(m - 1, 0))
        rows = (p, p + ranks * step, p + 2 * ranks * step, p + 3 * ranks * step)
        _turn((*forces, *rows, c, c + ranks * step, before, before + ranks * step), (float(m),), pairs)
    directions = (row(planes.unit, lane, 0), row(planes.unit, lane, 1), row(planes.unit, lane, 2))
    _project((*forces, line(w, 2), *directions, row(planes.lines, lane, 1)), (), pairs)
