"""Stresses against finite differences of energies of cells that differ by a strain."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

import numpy as np

from invgen.data.differences import Slope, slope_of
from invgen.data.structure import Structure

LARGEST_GROUP = 300
"""Cells of one composition that are compared with each other; of more, so many are taken at even steps."""
FARTHEST = 0.3
"""Å: pairs that differ by more, strain times the length of an atom's share of the cell included, are left out."""
LEAST_WORK = 2e-3
"""eV: what less work of the stress says drowns in the convergence of energies."""
KNOWN = {
    1 / 160.22: "stresses in GPa",
    1 / 1602.2: "stresses in kbar",
    1 / 23.06: "stresses in kcal/mol/Å^3 beside energies in eV",
    23.06: "energies in kcal/mol beside stresses in eV/Å^3",
    27.21: "stresses in Hartree/Å^3 beside energies in eV",
    183.63: "stresses in Hartree/Bohr^3 beside energies in eV",
}
"""What a slope may come from when labels are read as eV and eV/Å^3."""


def stress_slope(structures: Sequence[Structure]) -> Slope:
    """Compare stresses with energy differences of the nearest cells of the same atoms in the same order.

    The work of forces along the displacements within the cell is subtracted from the energy differences first.
    """
    groups = defaultdict(list)
    for s in structures:
        if s.volume and s.energy is not None and s.forces is not None and s.stress is not None:
            groups[s.numbers.tobytes()].append(s)
    rows = [row for group in groups.values() if len(group) > 1 for row in _pairs(group)]
    return slope_of(np.array(sorted(rows)).reshape(-1, 3), "stresses", KNOWN)


def _pairs(group: list[Structure]) -> list[tuple[float, float, float]]:
    """(distance, energy difference less the work of forces, work of stresses) of near cells; each pair once."""
    group = group[:: -(-len(group) // LARGEST_GROUP)]
    fractions = np.stack([s.positions @ np.linalg.inv(s.cell) for s in group])
    cells = np.stack([s.cell for s in group])
    nearest = {tuple(sorted((k, _nearest(k, cells, fractions)))) for k in range(len(group))}
    rows = [_row(group[one], group[two]) for one, two in sorted(nearest) if one != two]
    return [row for row in rows if row[0] < FARTHEST and abs(row[2]) > LEAST_WORK]


def _nearest(k: int, cells: np.ndarray, fractions: np.ndarray) -> int:
    """The cell that differs least from cell ``k`` among those that differ by a strain; ``k`` if there is none."""
    strain = _stretch(cells[k], cells)[0] - np.eye(3)
    size = np.sqrt(np.square(strain).sum(axis=(1, 2))) * np.cbrt(abs(np.linalg.det(cells[k])) / fractions.shape[1])
    moved = np.sqrt(np.square(_moved(fractions - fractions[k], cells[k])).sum(axis=2).mean(axis=1))
    far = np.where(size > 1e-3, np.hypot(size, moved), np.inf)
    return k if np.isinf(far).all() else int(far.argmin())


def _row(one: Structure, two: Structure) -> tuple[float, float, float]:
    """Of two cells; the second is turned so that it is the first, stretched."""
    stretch, turn = (found[0] for found in _stretch(one.cell, two.cell[None]))
    strain = stretch - np.eye(3)
    fractions = two.positions @ np.linalg.inv(two.cell) - one.positions @ np.linalg.inv(one.cell)
    moved = _moved(fractions[None], one.cell)[0]
    forces, turned = np.asarray(one.forces), np.asarray(two.forces) @ turn.T
    work = -0.5 * ((forces * moved).sum() + (turned * (moved @ stretch)).sum())
    stress = one.volume * _matrix(one) + two.volume * turn @ _matrix(two) @ turn.T
    energy = (two.energy or 0.0) - (one.energy or 0.0)
    length = np.cbrt(one.volume / one.atoms)
    distance = np.hypot(np.linalg.norm(strain) * length, np.sqrt(np.square(moved).sum(axis=1).mean()))
    return float(distance), float(energy - work), float((stress * strain).sum() / 2)


def _stretch(cell: np.ndarray, others: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Symmetric stretches and turns (cells, 3, 3) with ``others = cell @ stretch @ turn``."""
    gradient = np.linalg.inv(cell) @ others
    values, vectors = np.linalg.eigh(gradient @ gradient.transpose(0, 2, 1))
    stretch = (vectors * np.sqrt(values)[:, None, :]) @ vectors.transpose(0, 2, 1)
    return stretch, np.linalg.inv(stretch) @ gradient


def _moved(fractions: np.ndarray, cell: np.ndarray) -> np.ndarray:
    """(frames, atoms, 3) Å displacements to the nearest images in a cell, without the common one."""
    moved = (fractions - np.round(fractions)) @ cell
    return moved - moved.mean(axis=1, keepdims=True)


def _matrix(structure: Structure) -> np.ndarray:
    """The stress (3, 3), eV/Å^3."""
    return np.asarray(structure.stress)[[0, 5, 4, 5, 1, 3, 4, 3, 2]].reshape(3, 3)
