"""Planes over the neighbours of an atom: packing, radial functions, spherical harmonics, and the A of the atom.

A plane is a row of one quantity over the neighbours of an atom. Neighbours are packed species by species; every species
is padded to a multiple of WIDTH with pairs at the cutoff, whose radial functions are zero.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from invgen.ace.abasis import ABasis
from invgen.runtime.cpu.compiled import compiled
from invgen.runtime.cpu.loops import WIDTH, elementwise, line, row, summed


class Planes(NamedTuple):
    """Work space for a tile of atoms, J neighbours each; the first axis is the lane."""

    unit: np.ndarray
    """(lanes, 3, J)."""
    lines: np.ndarray
    """(lanes, 2, J): distance, its inverse."""
    values: np.ndarray
    """(lanes, functions, J): R_n."""
    slopes: np.ndarray
    """(lanes, functions, J): dR_n/dr."""
    legendre: np.ndarray
    """(lanes, (l_max+1)(l_max+2)/2 + 1, J): q_lm at l(l+1)/2 + m, and a plane of zeros."""
    trig: np.ndarray
    """(lanes, 2 (l_max+1), J): c_m, then s_m."""
    neighbour: np.ndarray
    """(lanes, J) int64."""
    bounds: np.ndarray
    """(lanes, S+1) int64: where each species begins."""
    inside: np.ndarray
    """(lanes, S+1) int64: neighbours before each species without the padding."""
    scratch: np.ndarray
    """(4 (l_max+1) + 2, J)."""
    gradient: np.ndarray
    """(3, J): dE/dr of the pairs of one atom."""
    weights: np.ndarray
    """(l_max+1, channels, 2): dE/dA of one atom at m and -m."""


def make_planes(tables: ABasis, lanes: int, species: int, widest: int) -> Planes:
    """Work space for atoms of up to ``widest`` neighbours."""
    ranks = len(tables.harmonics)
    size = widest + species * (WIDTH - 1)
    size += -size % WIDTH
    functions = len(tables.recurrence)
    return Planes(
        _zeros(lanes, 3, size), _zeros(lanes, 2, size), _zeros(lanes, functions, size), _zeros(lanes, functions, size),
        _zeros(lanes, ranks * (ranks + 1) // 2 + 1, size), _zeros(lanes, 2 * ranks, size),
        np.zeros((lanes, size), dtype=np.int64), np.zeros((lanes, species + 1), dtype=np.int64),
        np.zeros((lanes, species + 1), dtype=np.int64), _zeros(4 * ranks + 2, size), _zeros(3, size),
        np.zeros((ranks, len(tables.function), 2)),
    )  # fmt: skip


def _zeros(*shape: int) -> np.ndarray:
    """Zeros that begin on a cache line."""
    count = int(np.prod(shape))
    buffer = np.zeros(count + 8)
    start = -buffer.ctypes.data // 8 % 8
    return buffer[start : start + count].reshape(shape)


def _directions(x, y, z, r, inverse):
    """Unit vector, length and inverse length of (x, y, z)."""
    length = (x * x + y * y + z * z).sqrt()
    one_over = 1.0 / length
    return x * one_over, y * one_over, z * one_over, length, one_over


_normalise = elementwise(_directions)


@compiled
def gather(planes, lane, atom, positions, start, second, shift, cutoff):
    """Pack the neighbours of ``atom`` that are nearer than the cutoff; returns their number with the padding."""
    unit, neighbour, bounds, inside = planes.unit, planes.neighbour, planes.bounds, planes.inside
    x, y, z = positions[atom, 0], positions[atom, 1], positions[atom, 2]
    at = 0
    for species in range(bounds.shape[1] - 1):
        bounds[lane, species] = at
        for p in range(start[atom, species], start[atom, species + 1]):
            j = second[p]
            dx = positions[j, 0] - x + shift[p, 0]
            dy = positions[j, 1] - y + shift[p, 1]
            dz = positions[j, 2] - z + shift[p, 2]
            unit[lane, 0, at], unit[lane, 1, at], unit[lane, 2, at] = dx, dy, dz
            neighbour[lane, at] = j
            at += dx * dx + dy * dy + dz * dz < cutoff * cutoff
        inside[lane, species + 1] = inside[lane, species] + at - bounds[lane, species]
        while at % WIDTH:
            unit[lane, 0, at], unit[lane, 1, at], unit[lane, 2, at] = 0.0, 0.0, cutoff
            neighbour[lane, at] = atom
            at += 1
    bounds[lane, bounds.shape[1] - 1] = at
    vector = (row(unit, lane, 0), row(unit, lane, 1), row(unit, lane, 2))
    _normalise((*vector, row(planes.lines, lane, 0), row(planes.lines, lane, 1)), (), at)
    return at


_fill = elementwise(lambda out, value: value)
_times = elementwise(lambda out, a: out * a)
_product = elementwise(lambda out, a, b: a * b)
_scaled = elementwise(lambda out, a, factor: a * factor)
_both_scaled = elementwise(lambda f, df, u, du, power, first, slope: (power * u * first, power * du * slope))
_inside = elementwise(lambda u, du, r, cutoff: (r.below(cutoff, u), r.below(cutoff, du)))
_half_inverse = elementwise(lambda out, s, two: two * (1.0 / (s + 1.0)))
_shifted = elementwise(lambda u, shift, scale: (u - shift) * scale)
_next_angle = elementwise(lambda c, s, c0, s0, x, y: (x * c0 - y * s0, x * s0 + y * c0))
_next_legendre = elementwise(lambda out, z, one, two, t0, t1: z * one * t0 - two * t1)
_four_sums = summed(lambda y, f0, f1, f2, f3: (f0 * y, f1 * y, f2 * y, f3 * y))


def _agnesi_of(u, du, s, power, lower, steepness, slope, q, d):
    """x and dx/dr; ``power`` is s^(q-p), ``lower`` s^(q-1), ``slope`` -a/r0."""
    inner = 1.0 / (power + 1.0)
    x = 1.0 / (steepness * lower * s * inner + 1.0)
    return x, x * x * slope * lower * inner * (q - d * power * inner)


def _next_radial_of(f, df, one, slope, two, slope_two, u, du, c0, c1, c2):
    """R_(n+1) and its slope by the recurrence."""
    factor = u * c0 + c1
    return factor * one - two * c2, factor * slope + du * c0 * one - slope_two * c2


_agnesi = elementwise(_agnesi_of)
_next_radial = elementwise(_next_radial_of)


@compiled
def _power(out, base, exponent, pairs):
    """base^exponent."""
    _fill((out,), (1.0,), pairs)
    for _ in range(exponent):
        _times((out, base), (), pairs)


@compiled
def transform_planes(r, w, at, pairs, radial):
    """u and du/dr of the distances from address ``r`` on into rows 0 and 1 of the scratch ``w``, ``at`` bytes in."""
    r0, p, q, steepness, scale = radial[1], int(radial[3]), int(radial[4]), radial[5], 1.0 / radial[7]
    u, du, s, power, lower = line(w, 0) + at, line(w, 1) + at, line(w, 2) + at, line(w, 3) + at, line(w, 4) + at
    _scaled((s, r), (1.0 / r0,), pairs)
    if radial[2] == 0.0:
        _half_inverse((power, s), (2.0,), pairs)
        _power(u, power, p, pairs)
        _product((du, u, power), (), pairs)
        _scaled((du, du), (-0.5 * p / r0,), pairs)
    else:
        _power(power, s, q - p, pairs)
        _power(lower, s, q - 1, pairs)
        numbers = (steepness, -steepness / r0, float(q), float(q - p))
        _agnesi((u, du, s, power, lower), numbers, pairs)
    _shifted((u,), (radial[6], scale), pairs)
    _scaled((du, du), (scale,), pairs)
    _inside((u, du, r), (radial[0],), pairs)


@compiled
def radial_of(planes, lane, centre, pairs, radial, recurrence):
    """R_n and dR_n/dr of the neighbours of an atom of species ``centre``."""
    w, f, df, r = planes.scratch, row(planes.values, lane, 0), row(planes.slopes, lane, 0), row(planes.lines, lane, 0)
    step, envelope, first = 8 * w.shape[1], int(radial[0, 0, 8]), radial[0, 0, 9]
    if radial.shape[0] == 1:
        transform_planes(r, w, 0, pairs, radial[0, 0])
    else:
        for z in range(radial.shape[1]):
            lo, hi = planes.bounds[lane, z], planes.bounds[lane, z + 1]
            transform_planes(r + 8 * lo, w, 8 * lo, hi - lo, radial[centre, z])
    u, du = line(w, 0), line(w, 1)
    _power(line(w, 2), u, envelope - 1, pairs)
    _both_scaled((f, df, u, du, line(w, 2)), (first, first * envelope), pairs)
    for n in range(planes.values.shape[1] - 1):
        now, before, after = n * step, max(n - 1, 0) * step, (n + 1) * step
        rows = (f + after, df + after, f + now, df + now, f + before, df + before, u, du)
        _next_radial(rows, (recurrence[n, 0], recurrence[n, 1], recurrence[n, 2]), pairs)


@compiled
def angular_of(planes, lane, pairs, table):
    """q_lm(z), c_m and s_m."""
    ranks, step = table.shape[0], 8 * planes.scratch.shape[1]
    x, y, z = row(planes.unit, lane, 0), row(planes.unit, lane, 1), row(planes.unit, lane, 2)
    c, s, q = row(planes.trig, lane, 0), row(planes.trig, lane, ranks), row(planes.legendre, lane, 0)
    _fill((c,), (1.0,), pairs)
    _fill((s,), (0.0,), pairs)
    for m in range(1, ranks):
        _next_angle((c + m * step, s + m * step, c + (m - 1) * step, s + (m - 1) * step, x, y), (), pairs)
    for l in range(ranks):  # noqa: E741
        now, one, two = l * (l + 1) // 2, l * (l - 1) // 2, (l - 1) * (l - 2) // 2
        _fill((q + (now + l) * step,), (table[l, l, 2],), pairs)
        for m in range(l):
            below = two + m if m <= l - 2 else one + m
            rows = (q + (now + m) * step, z, q + (one + m) * step, q + below * step)
            _next_legendre(rows, (table[l, m, 0], table[l, m, 1]), pairs)


@compiled
def moments_of(planes, lane, tables, a):
    """A of the atom in ``lane`` into column ``lane`` of ``a`` (components, lanes); row 0 of the scratch is Y."""
    ranks, harmonic, step = tables.harmonics.shape[0], line(planes.scratch, 0), 8 * planes.scratch.shape[1]
    for g in range(tables.groups.shape[0]):
        z, rank, begin, end = tables.groups[g]
        lo, count = planes.bounds[lane, z], planes.bounds[lane, z + 1] - planes.bounds[lane, z]
        f = row(planes.values, lane, 0) + 8 * lo
        for m in range(-rank, rank + 1):
            legendre = row(planes.legendre, lane, rank * (rank + 1) // 2 + abs(m)) + 8 * lo
            angle = row(planes.trig, lane, m if m >= 0 else ranks - m) + 8 * lo
            _product((harmonic, legendre, angle), (), count)
            for k in range(begin, end, 4):
                n, last = tables.function, end - 1
                f0, f1 = f + n[k] * step, f + n[min(k + 1, last)] * step
                f2, f3 = f + n[min(k + 2, last)] * step, f + n[min(k + 3, last)] * step
                sums = _four_sums((harmonic, f0, f1, f2, f3), count)
                for at, total in enumerate(sums):
                    a[tables.component[min(k + at, last)] + rank + m, lane] = total
