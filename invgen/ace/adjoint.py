"""Derivatives by the pairs of one atom: from dE/dA to dE/dr without the derivatives of A, and of single harmonics.

For a pair, dE/dA is contracted first with the radial functions,

    G_lm = sum_n dE/dA_nlm R_n(r),   H_lm = sum_n dE/dA_nlm R'_n(r),

and then summed over l: with P_m = sum_l G_lm q_lm(z), and N_m for negative m, the gradient of sum_lm G_lm Y_lm needs
only P_m, N_m, their derivatives by z, c_m and s_m. Rows of the scratch: 1 is sum_lm H_lm Y_lm, and from 2 on, l_max+1
rows each, P, N, dP/dz, dN/dz.
"""

from __future__ import annotations

from invgen.runtime.cpu.compiled import compiled
from invgen.runtime.cpu.loops import WIDTH, elementwise, line, row, rows, written
from invgen.runtime.cpu.simd import Code
from invgen.runtime.cpu.values import Index, Memory, Register


def _turned(fx, fy, fz, p, n, dp, dn, c, s, c0, s0, m):
    """Add the gradient of c_m P_m + s_m N_m; ``c0`` and ``s0`` are those of m-1."""
    return fx + (c0 * p + s0 * n) * m, fy + (c0 * n - s0 * p) * m, fz + c * dp + s * dn


def _projected(fx, fy, fz, radial, x, y, z, inverse):
    """The tangential part over the distance, and the radial part along the direction."""
    along = radial - (fx * x + fy * y + fz * z) * inverse
    return fx * inverse + along * x, fy * inverse + along * y, fz * inverse + along * z


def _harmonic_of(y, gx, gy, gz, q, above, c, s, c0, s0, ux, uy, uz, inverse, m, ratio, plus, minus):
    """Y and dY/dr of q (plus c_m + minus s_m), by the two above for a sum of one term."""
    zero, slope = y.constant(0.0), above * ratio
    p, n = q * plus, q * minus
    fx, fy, fz = _turned(zero, zero, zero, p, n, slope * plus, slope * minus, c, s, c0, s0, m)
    return p * c + n * s, *_projected(fx, fy, fz, zero, ux, uy, uz, inverse)


_fill = elementwise(lambda out, value: value)
_turn = elementwise(_turned)
_project = elementwise(_projected)
_harmonic = elementwise(_harmonic_of)


def _increase(memory: Memory, at: Index | int, value: Register) -> None:
    """Add to a register in memory."""
    memory.store(at, memory.load(at, WIDTH) + value)


def _fold(
    code: Code, addresses: list[Index], radial: list[Index], planes: Index, weights: Index, ratio: Register,
    begin: Index, end: Index, stride: Index, count: Index,
) -> None:  # fmt: skip
    total, q, above, *signed = rows(code, addresses)
    sources, weight, plane = rows(code, radial), code.numbers(weights), code.integers(planes)
    signs = len(signed) // 3
    with code.loop(0, count, WIDTH) as at:
        sums = [[code.sum(WIDTH) for _ in sources] for _ in range(signs)]
        with code.loop(begin, end) as k:
            place = plane[k] * stride + at
            functions = [source.load(place, WIDTH) for source in sources]
            for sign in range(signs):
                w = weight[k * 2 + sign]
                for part, function in zip(sums[sign], functions, strict=True):
                    part.add(w * function)
        legendre, slope = q.load(at, WIDTH), above.load(at, WIDTH) * ratio
        along = total.load(at, WIDTH)
        for sign in range(signs):
            value, derivative, angle = signed[3 * sign : 3 * sign + 3]
            g, h = (part.value for part in sums[sign])
            _increase(value, at, g * legendre)
            _increase(derivative, at, g * slope)
            along = along + h * (legendre * angle.load(at, WIDTH))
        total.store(at, along)


fold = written(_fold)
"""One rank and |m|: contract R_n and R'_n with weights, and fold the results over the rank, for m = 0 or m and -m.

    g = sum_k w_k R_n(k),  h = sum_k w_k R'_n(k);   P += g q,  dP += g ratio q_above,  total += h q c

A function of (rows, radial, planes, weights, ratio, begin, end, stride, count).

rows
    (total, q, q_above), then for every sign of m: P, dP, c.
radial
    Addresses of R_1 and R'_1; plane n(k) lies ``stride`` numbers times ``planes[k]`` (int64) behind.
weights
    Address of pairs of numbers, one for each sign of m; k runs from ``begin`` to ``end``.
"""


@compiled
def gather_weights(tables, adjoint, lane, weights):
    """dE/dA of the atom in ``lane`` into ``weights`` (l_max+1, channels, 2): at m and at -m."""
    for group in range(tables.groups.shape[0]):
        rank, begin, end = tables.groups[group, 1], tables.groups[group, 2], tables.groups[group, 3]
        for m in range(rank + 1):
            for k in range(begin, end):
                weights[m, k, 0] = adjoint[tables.component[k] + rank + m, lane]
                weights[m, k, 1] = adjoint[tables.component[k] + rank - m, lane]


@compiled
def fold_rank(planes, lane, tables, group, m):
    """Contract one species and rank at m and -m, and fold it into the rows of m."""
    z = tables.groups[group, 0]
    start = planes.bounds[lane, z]
    count = planes.bounds[lane, z + 1] - start
    w, at = planes.scratch, 8 * start
    ranks, step = tables.harmonics.shape[0], 8 * w.shape[1]
    rank, begin, end = tables.groups[group, 1], tables.groups[group, 2], tables.groups[group, 3]
    legendre, p = row(planes.legendre, lane, rank * (rank + 1) // 2 + m) + at, line(w, 2 + m) + at
    c, n = row(planes.trig, lane, m) + at, p + ranks * step
    plus = (line(w, 1) + at, legendre, legendre + step, p, p + 2 * ranks * step, c)
    radial = (row(planes.values, lane, 0) + at, row(planes.slopes, lane, 0) + at)
    functions, weights, ratio = tables.function.ctypes.data, row(planes.weights, m, 0), tables.harmonics[rank, m, 3]
    if m == 0:
        fold(plus, radial, functions, weights, ratio, begin, end, w.shape[1], count)
    else:
        both = (*plus, n, n + 2 * ranks * step, c + ranks * step)
        fold(both, radial, functions, weights, ratio, begin, end, w.shape[1], count)


@compiled
def pair_forces(planes, lane, tables, adjoint, pairs):
    """dE/dr of every pair into ``planes.gradient``, from dE/dA in column ``lane`` of ``adjoint``."""
    t, w, ranks, step = planes.trig, planes.scratch, tables.harmonics.shape[0], 8 * planes.scratch.shape[1]
    for r in range(1, 2 + 4 * ranks):
        _fill((line(w, r),), (0.0,), pairs)
    forces = (line(planes.gradient, 0), line(planes.gradient, 1), line(planes.gradient, 2))
    for k in range(3):
        _fill((forces[k],), (0.0,), pairs)
    gather_weights(tables, adjoint, lane, planes.weights)
    for group in range(tables.groups.shape[0]):
        for m in range(tables.groups[group, 1] + 1):
            fold_rank(planes, lane, tables, group, m)
    for m in range(ranks):
        p, c, before = line(w, 2 + m), row(t, lane, m), row(t, lane, max(m - 1, 0))
        rows = (p, p + ranks * step, p + 2 * ranks * step, p + 3 * ranks * step)
        _turn((*forces, *rows, c, c + ranks * step, before, before + ranks * step), (float(m),), pairs)
    directions = (row(planes.unit, lane, 0), row(planes.unit, lane, 1), row(planes.unit, lane, 2))
    _project((*forces, line(w, 1), *directions, row(planes.lines, lane, 1)), (), pairs)


@compiled
def harmonic_of(planes, lane, table, z, rank, m):
    """Y_lm and dY_lm/dr of the neighbours of species ``z`` into rows 0 and 1 to 3 of the scratch, from their start."""
    order, ranks, step = abs(m), table.shape[0], 8 * planes.scratch.shape[1]
    start, stop = planes.bounds[lane, z], planes.bounds[lane, z + 1]
    at, out, plus = 8 * start, line(planes.scratch, 0), 1.0 if m >= 0 else 0.0
    q, x = row(planes.legendre, lane, rank * (rank + 1) // 2 + order) + at, row(planes.unit, lane, 0) + at
    c, before = row(planes.trig, lane, order) + at, row(planes.trig, lane, max(order - 1, 0)) + at
    sources = (q, q + step, c, c + ranks * step, before, before + ranks * step, x, x + step, x + 2 * step)
    rows = (out, out + step, out + 2 * step, out + 3 * step, *sources, row(planes.lines, lane, 1) + at)
    _harmonic(rows, (float(order), table[rank, order, 3], plus, 1.0 - plus), stop - start)
