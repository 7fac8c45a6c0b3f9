"""The derivatives of A of one atom, which only a fit needs: a potential goes from dE/dA to its pairs.

Columns, for an atom whose neighbours are ordered by species: for every species the planes x, y, z of its neighbours
(columns 3 lo + a (hi - lo) + j - lo, where lo:hi are its neighbours), then 12 columns that end the row: the derivatives
by the atom's own position (3), by the strain, sum over pairs of dA/dr_a r_b (6, in ASE's Voigt order), and 3 zeros of
padding.
"""

from __future__ import annotations

from invgen.ace.adjoint import harmonic_of
from invgen.runtime.cpu.compiled import compiled

TAIL = 12
"""Columns behind those of the neighbours."""


@compiled
def moment_derivatives(planes, tables, d):
    """Derivatives of A into the rows of ``d`` (components, columns): the range of the row's species, and the end.

    The planes of the atom are those of lane 0.
    """
    end, unit, r, w = 3 * planes.inside[0, -1], planes.unit[0], planes.lines[0, 0], planes.scratch
    for group in range(tables.groups.shape[0]):
        z, rank, first, last = tables.groups[group]
        lo, begin = planes.bounds[0, z], 3 * planes.inside[0, z]
        width = planes.inside[0, z + 1] - planes.inside[0, z]
        hi = lo + width
        for m in range(-rank, rank + 1):
            harmonic_of(planes, 0, tables.harmonics, z, rank, m)
            y = w[0, :width]
            for k in range(first, last):
                n, row = tables.function[k], d[tables.component[k] + rank + m]
                f, df = planes.values[0, n, lo:hi], planes.slopes[0, n, lo:hi]
                for axis in range(3):
                    out = row[begin + axis * width : begin + axis * width + width]
                    g, e = w[1 + axis, :width], unit[axis, lo:hi]
                    for j in range(width):
                        out[j] = df[j] * e[j] * y[j] + f[j] * g[j]
                derivative_tail(row, begin, width, unit[:, lo:hi], r[lo:hi], row[end : end + TAIL])


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
