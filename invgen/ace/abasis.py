"""The A-basis of one atom, compiled: A_znlm = sum_j delta_(z z_j) R_n(r_j) Y_lm(r_j/|r_j|), and its derivatives.

Columns of the derivatives, for an atom whose neighbours are ordered by species: for every species the planes x, y, z
of its neighbours (columns 3 lo + a (hi - lo) + j - lo), then 12 columns that end the row: the derivatives by the
atom's own position (3), by the strain, sum over pairs of dA/dr_a r_b (6, in ASE's Voigt order), and 3 zeros of padding.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from invgen.ace.harmonics import harmonic_planes, harmonic_table
from invgen.ace.radial import RadialBasis
from invgen.runtime.cpu.compiled import compiled

TAIL = 12
"""Columns behind those of the neighbours."""


class ABasis(NamedTuple):
    """The tables that the kernels read."""

    channels: np.ndarray
    """(channels, 4) int64: species, radial function from 0, rank, first component."""
    components: int
    radial: np.ndarray
    """Constants of the radial functions."""
    recurrence: np.ndarray
    """(functions, 3)."""
    harmonics: np.ndarray
    """(l_max+1, l_max+2, 4)."""


def a_basis(channels: np.ndarray, radial: RadialBasis, species: int) -> ABasis:
    """Tables for ``channels`` (n, 3): species, n from 1, rank.

    Raises ``ValueError`` for a channel of a species or a radial function that does not exist.
    """
    channels = np.asarray(channels, dtype=np.int64).reshape(-1, 3)
    if len(channels) and channels[:, 0].max() >= species:
        raise ValueError(
            f"the basis has channels of {channels[:, 0].max() + 1} species, but {species} elements are given; "
            "name them all, in the order of the basis"
        )
    if len(channels) and channels[:, 1].max() > radial.functions:
        raise ValueError(
            f"the basis uses radial functions up to n={channels[:, 1].max()}, the radial basis has {radial.functions}"
        )
    widths = 2 * channels[:, 2] + 1
    start = np.cumsum(widths) - widths
    table = np.column_stack([channels[:, 0], channels[:, 1] - 1, channels[:, 2], start])
    l_max = int(channels[:, 2].max(initial=0))
    return ABasis(table, int(widths.sum()), radial.constants(), radial.recurrence, harmonic_table(l_max))


@compiled
def transformed(r, constants):
    """u(r) and du/dr."""
    r0, p, q, steepness = constants[1], int(constants[3]), int(constants[4]), constants[5]
    s = r / r0
    if constants[2] == 0.0:
        x = (2.0 / (1.0 + s)) ** p
        slope = -p * x / (r0 + r)
    else:
        d = q - p
        inner = 1.0 / (1.0 + s**d)
        x = 1.0 / (1.0 + steepness * s**q * inner)
        slope = -steepness * x * x * s ** (q - 1) * inner * (q - d * s**d * inner) / r0
    return (x - constants[6]) / constants[7], slope / constants[7]


@compiled
def radial_planes(r, constants, recurrence, u, du, values, slopes):
    """R_n and dR_n/dr into ``values`` and ``slopes`` (functions, pairs); ``u`` and ``du`` are work space."""
    pairs, envelope, first = r.size, int(constants[8]), constants[9]
    for j in range(pairs):
        u[j], du[j] = transformed(r[j], constants)
        power = u[j] ** (envelope - 1)
        values[0, j] = first * power * u[j]
        slopes[0, j] = first * envelope * power * du[j]
    for n in range(values.shape[0] - 1):
        c0, c1, c2 = recurrence[n, 0], recurrence[n, 1], recurrence[n, 2]
        f, df = values[n, :pairs], slopes[n, :pairs]
        before, slope_before = values[max(n - 1, 0), :pairs], slopes[max(n - 1, 0), :pairs]
        out, slope_out = values[n + 1, :pairs], slopes[n + 1, :pairs]
        for j in range(pairs):
            factor = c0 * u[j] + c1
            out[j] = factor * f[j] - c2 * before[j]
            slope_out[j] = factor * df[j] + c0 * du[j] * f[j] - c2 * slope_before[j]


@compiled
def make_work(pairs, functions, ranks):
    """Work space for an atom of up to ``pairs`` neighbours."""
    size = max(pairs, 1)
    return (
        np.empty((3, size)), np.empty((5, size)), np.empty((functions, size)), np.empty((functions, size)),
        np.empty((ranks, ranks + 1, size)), np.empty((2, ranks, size)), np.empty((ranks * ranks, size)),
        np.empty((ranks * ranks, 3, size)),
    )  # fmt: skip


@compiled
def pair_functions(vectors, begin, end, radial, recurrence, table, work):
    """Directions, radial functions and harmonics of pairs ``begin`` to ``end`` into ``work``."""
    unit, lines, values, slopes, q, trig, harmonics, gradients = work
    pairs = end - begin
    r, inverse = lines[0, :pairs], lines[1, :pairs]
    for j in range(pairs):
        x, y, z = vectors[0, begin + j], vectors[1, begin + j], vectors[2, begin + j]
        r[j] = np.sqrt(x * x + y * y + z * z)
        inverse[j] = 1.0 / r[j]
        unit[0, j], unit[1, j], unit[2, j] = x * inverse[j], y * inverse[j], z * inverse[j]
    radial_planes(r, radial, recurrence, lines[2], lines[3], values, slopes)
    harmonic_planes(unit[:, :pairs], inverse, table, q, trig, lines[4], harmonics, gradients)


@compiled
def moments(channels, start, atom, work, a):
    """A (components,) of an atom whose pair functions are in ``work``."""
    values, harmonics = work[2], work[6]
    for c in range(channels.shape[0]):
        z, n, rank, component = channels[c, 0], channels[c, 1], channels[c, 2], channels[c, 3]
        lo, hi = start[atom, z] - start[atom, 0], start[atom, z + 1] - start[atom, 0]
        f = values[n, lo:hi]
        for k in range(2 * rank + 1):
            y = harmonics[rank * rank + k, lo:hi]
            total = 0.0
            for j in range(f.size):
                total += f[j] * y[j]
            a[component + k] = total


@compiled
def moment_derivatives(channels, start, atom, work, d):
    """Derivatives of A into the rows of ``d`` (components, columns): the range of the row's species, and the end."""
    unit, lines, values, slopes, harmonics, gradients = work[0], work[1], work[2], work[3], work[6], work[7]
    end = 3 * (start[atom, -1] - start[atom, 0])
    for c in range(channels.shape[0]):
        z, n, rank, component = channels[c, 0], channels[c, 1], channels[c, 2], channels[c, 3]
        lo, hi = start[atom, z] - start[atom, 0], start[atom, z + 1] - start[atom, 0]
        f, df, r = values[n, lo:hi], slopes[n, lo:hi], lines[0, lo:hi]
        width = hi - lo
        for k in range(2 * rank + 1):
            row, y = d[component + k], harmonics[rank * rank + k, lo:hi]
            for axis in range(3):
                out = row[3 * lo + axis * width : 3 * lo + axis * width + width]
                g, e = gradients[rank * rank + k, axis, lo:hi], unit[axis, lo:hi]
                for j in range(width):
                    out[j] = df[j] * e[j] * y[j] + f[j] * g[j]
            derivative_tail(row, 3 * lo, width, unit[:, lo:hi], r, row[end : end + TAIL])


@compiled
def derivative_tail(row, begin, width, unit, r, tail):
    """The derivatives by the own position and by the strain from those by the neighbours."""
    for axis in range(3):
        d = row[begin + axis * width : begin + axis * width + width]
        total, wx, wy, wz = 0.0, 0.0, 0.0, 0.0
        for j in range(width):
            total += d[j]
            arm = d[j] * r[j]
            wx += arm * unit[0, j]
            wy += arm * unit[1, j]
            wz += arm * unit[2, j]
        tail[axis] = -total
        if axis == 0:
            tail[3], tail[8], tail[7] = wx, wy, wz
        elif axis == 1:
            tail[4], tail[6] = wy, wz
        else:
            tail[5] = wz
    tail[9:TAIL] = 0.0
