"""Tables and work space of the compiled evaluation, and the packing of an atom's neighbours into planes.

A plane is a row of one quantity over the neighbours of an atom. Neighbours are packed species by species; every species
is padded to a multiple of WIDTH with pairs at the cutoff, whose radial functions are zero.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from invgen.atomic.abasis import ABasis
from invgen.atomic.compiled import OPTIONS, njit
from invgen.atomic.vectors import WIDTH, elementwise, row

FOUR = 4
"""Radial functions that a loop takes at a time."""


class PairTables(NamedTuple):
    """What the kernels read; a group is a species and a rank, with all its channels."""

    groups: np.ndarray
    """(groups, 4) int64: species, rank, first and last+1 of its rows of ``quads``."""
    quads: np.ndarray
    """(quads, 4) int64 radial functions from 0."""
    components: np.ndarray
    """(quads, 4) int64 first component of the channel, -1 where the quad is padded."""
    radial: np.ndarray
    recurrence: np.ndarray
    harmonics: np.ndarray


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
    """(lanes, (l_max+1)(l_max+2)/2, J): q_lm at l(l+1)/2 + m."""
    trig: np.ndarray
    """(lanes, 2 (l_max+1), J): c_m, then s_m."""
    neighbour: np.ndarray
    """(lanes, J) int64."""
    bounds: np.ndarray
    """(lanes, S+1) int64: where each species begins."""
    scratch: np.ndarray
    """(4 (l_max+1) + 6, J)."""


def pair_tables(basis: ABasis) -> PairTables:
    """Channels by species and rank, four radial functions at a time."""
    groups: list[list[int]] = []
    quads: list[list[int]] = []
    components: list[list[int]] = []
    channels = basis.channels
    for z, rank in sorted({(int(c[0]), int(c[2])) for c in channels}):
        mine = channels[(channels[:, 0] == z) & (channels[:, 2] == rank)]
        first = len(quads)
        for k in range(0, len(mine), FOUR):
            part = mine[k : k + FOUR]
            pad = FOUR - len(part)
            quads.append([*part[:, 1], *[part[0, 1]] * pad])
            components.append([*part[:, 3], *[-1] * pad])
        groups.append([z, rank, first, len(quads)])
    shaped = [np.array(a, dtype=np.int64).reshape(-1, FOUR) for a in (groups, quads, components)]
    return PairTables(shaped[0], shaped[1], shaped[2], basis.radial, basis.recurrence, basis.harmonics)


def make_planes(tables: PairTables, lanes: int, species: int, widest: int) -> Planes:
    """Work space for atoms of up to ``widest`` neighbours."""
    ranks = len(tables.harmonics)
    size = widest + species * (WIDTH - 1)
    size += -size % WIDTH
    functions = len(tables.recurrence)
    return Planes(
        np.zeros((lanes, 3, size)), np.zeros((lanes, 2, size)), np.zeros((lanes, functions, size)),
        np.zeros((lanes, functions, size)), np.zeros((lanes, ranks * (ranks + 1) // 2, size)),
        np.zeros((lanes, 2 * ranks, size)), np.zeros((lanes, size), dtype=np.int64),
        np.zeros((lanes, species + 1), dtype=np.int64), np.zeros((4 * ranks + 6, size)),
    )  # fmt: skip


def _directions(x, y, z, r, inverse):
    """Unit vector, length and inverse length of (x, y, z)."""
    length = (x * x + y * y + z * z).sqrt()
    one_over = 1.0 / length
    return x * one_over, y * one_over, z * one_over, length, one_over


_normalise = elementwise(_directions)


@njit(**OPTIONS)
def gather(planes, lane, atom, positions, start, second, shift, cutoff):
    """Pack the neighbours of ``atom`` that are nearer than the cutoff; returns their number with the padding."""
    unit, neighbour, bounds = planes.unit, planes.neighbour, planes.bounds
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
        while at % WIDTH:
            unit[lane, 0, at], unit[lane, 1, at], unit[lane, 2, at] = 0.0, 0.0, cutoff
            neighbour[lane, at] = atom
            at += 1
    bounds[lane, bounds.shape[1] - 1] = at
    vector = (row(unit, lane, 0), row(unit, lane, 1), row(unit, lane, 2))
    _normalise((*vector, row(planes.lines, lane, 0), row(planes.lines, lane, 1)), (), at)
    return at
