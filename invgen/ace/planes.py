"""Tables and work space of the compiled evaluation, and the packing of an atom's neighbours into planes.

A plane is a row of one quantity over the neighbours of an atom. Neighbours are packed species by species; every species
is padded to a multiple of WIDTH with pairs at the cutoff, whose radial functions are zero.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from invgen.ace.abasis import ABasis
from invgen.runtime.cpu.compiled import compiled
from invgen.runtime.cpu.loops import WIDTH, elementwise, row


class PairTables(NamedTuple):
    """What the kernels read; a group is a species and a rank, with all its channels."""

    groups: np.ndarray
    """(groups, 4) int64: species, rank, first and last+1 of its channels in what follows."""
    function: np.ndarray
    """(channels,) int64 radial function from 0, by species, rank, n."""
    component: np.ndarray
    """(channels,) int64 first component of the same channel."""
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
    """(lanes, (l_max+1)(l_max+2)/2 + 1, J): q_lm at l(l+1)/2 + m, and a plane of zeros."""
    trig: np.ndarray
    """(lanes, 2 (l_max+1), J): c_m, then s_m."""
    neighbour: np.ndarray
    """(lanes, J) int64."""
    bounds: np.ndarray
    """(lanes, S+1) int64: where each species begins."""
    scratch: np.ndarray
    """(4 (l_max+1) + 2, J)."""
    gradient: np.ndarray
    """(3, J): dE/dr of the pairs of one atom."""
    weights: np.ndarray
    """(l_max+1, channels, 2): dE/dA of one atom at m and -m."""


def pair_tables(basis: ABasis) -> PairTables:
    """Channels by species, rank, radial function."""
    z, n, rank, component = basis.channels.T
    order = np.lexsort((n, rank, z))
    keys = np.column_stack([z, rank])[order]
    pairs, first = np.unique(keys, axis=0, return_index=True)
    groups = np.column_stack([pairs, first, np.append(first[1:], len(order))]).astype(np.int64)
    return PairTables(groups, n[order], component[order], basis.radial, basis.recurrence, basis.harmonics)


def make_planes(tables: PairTables, lanes: int, species: int, widest: int) -> Planes:
    """Work space for atoms of up to ``widest`` neighbours."""
    ranks = len(tables.harmonics)
    size = widest + species * (WIDTH - 1)
    size += -size % WIDTH
    functions = len(tables.recurrence)
    return Planes(
        _zeros(lanes, 3, size), _zeros(lanes, 2, size), _zeros(lanes, functions, size), _zeros(lanes, functions, size),
        _zeros(lanes, ranks * (ranks + 1) // 2 + 1, size), _zeros(lanes, 2 * ranks, size),
        np.zeros((lanes, size), dtype=np.int64), np.zeros((lanes, species + 1), dtype=np.int64),
        _zeros(4 * ranks + 2, size), _zeros(3, size), np.zeros((ranks, len(tables.function), 2)),
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
