"""Small ACE bases and structures, and the physical laws of design rows and potentials as checks.

A check is a function of ``rows``, which maps a structure to (energy (K,), forces (3 atoms, K), virial (6, K)); it
raises ``AssertionError`` where the law does not hold.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache

import numpy as np
from tolerances import ACE_DIFFERENCE, close

from invgen.ace import RadialBasis
from invgen.compiler.candidates.ace import coupling
from invgen.compiler.kernels.ace.products import product_basis
from invgen.data import Structure
from invgen.emitted.products import ProductBasis

Rows = Callable[[Structure], tuple[np.ndarray, np.ndarray, np.ndarray]]
ELEMENTS = ("Cu", "Ni")
CUTOFF = 4.2
SHIFT = np.array([0.3, -7.0, 2.0])
RADIAL = RadialBasis(CUTOFF, 6, 2.5)


@cache
def functions(orders: tuple[int, ...] = (1, 2, 3, 4), species: int = 2) -> tuple[coupling.Coupling, ...]:
    """Up to a dozen functions of every order, spread over those with sum(n + l/2) <= 6: ranks up to 4."""
    truncation = coupling.total_degree(6, w_L="1/2", species=species)
    found: list[coupling.Coupling] = []
    for order in orders:
        listed = list(coupling.candidates(truncation, (order,)))
        found += [listed[k] for k in np.unique(np.linspace(0, len(listed) - 1, 12).astype(int))]
    return tuple(found)


@cache
def products(orders: tuple[int, ...] = (1, 2, 3, 4), species: int = 2) -> ProductBasis:
    return product_basis(functions(orders, species))


def listed(
    truncation: coupling.Truncation, orders: tuple[int, ...], parity: str
) -> tuple[list[coupling.Coupling], tuple[coupling.Channel, ...]]:
    """All functions of some orders, and the channels that they are made of."""
    return list(coupling.candidates(truncation, orders, parity)), coupling.channels_in_use(truncation, orders, parity)


def cluster(seed: int = 0, atoms: int = 6, elements: tuple[int, ...] = (28, 29)) -> Structure:
    """Random atoms at least 1.6 Å apart."""
    rng = np.random.default_rng(seed)
    positions: list[np.ndarray] = []
    while len(positions) < atoms:
        trial = rng.uniform(0, 2.2 * atoms ** (1 / 3), 3)
        if all(np.linalg.norm(trial - p) > 1.6 for p in positions):
            positions.append(trial)
    return Structure(rng.choice(elements, atoms), np.array(positions))


def crystal(elements: tuple[int, ...] = (28, 29)) -> Structure:
    """A skewed cell of two atoms, smaller than the cutoff: atoms see their own images."""
    rng = np.random.default_rng(4)
    cell = 2.9 * np.eye(3) + 0.25 * rng.normal(size=(3, 3))
    fractions = np.array([[0.0, 0.0, 0.0], [0.52, 0.47, 0.45]])
    return Structure([elements[0], elements[-1]], fractions @ cell, cell, True)


def moved(structure: Structure, positions: np.ndarray) -> Structure:
    return Structure(structure.numbers, positions, structure.cell, structure.periodic)


def mapped(structure: Structure, matrix: np.ndarray) -> Structure:
    """Positions and cell times a matrix: a rotation, an inversion or a strain."""
    return Structure(structure.numbers, structure.positions @ matrix.T, structure.cell @ matrix.T, structure.periodic)


def stencil(energy: Callable[[float], np.ndarray], step: float = 1e-4) -> np.ndarray:
    """The derivative at 0 by five points."""
    return (8 * (energy(step) - energy(-step)) - energy(2 * step) + energy(-2 * step)) / (12 * step)


# ---- laws -------------------------------------------------------------------------------------------------------


def check_forces(rows: Rows) -> None:
    """Forces are minus the derivatives of the energy by the positions."""
    for structure in (cluster(), crystal()):
        forces = rows(structure)[1]
        for atom, axis in [(0, 0), (1, 1), (structure.atoms - 1, 2)]:
            shift = np.zeros((structure.atoms, 3))
            shift[atom, axis] = 1
            slope = stencil(lambda h, s=structure, d=shift: rows(moved(s, s.positions + h * d))[0])
            close(forces[3 * atom + axis], -slope, ACE_DIFFERENCE["float64"])


def check_virial(rows: Rows) -> None:
    """The virial is the derivative of the energy by a homogeneous strain, xx, yy, zz, yz, xz, xy."""
    for structure in (cluster(), crystal()):
        virial = rows(structure)[2]
        for k, (a, b) in enumerate([(0, 0), (1, 1), (2, 2), (1, 2), (0, 2), (0, 1)]):
            strain = np.zeros((3, 3))
            strain[a, b] += 0.5
            strain[b, a] += 0.5
            slope = stencil(lambda h, s=structure, e=strain: rows(mapped(s, np.eye(3) + h * e))[0])
            close(virial[k], slope, ACE_DIFFERENCE["float64"])


def check_orthogonal(rows: Rows, matrix: np.ndarray) -> None:
    for structure in (cluster(), crystal()):
        energy, forces, _ = rows(structure)
        turned = rows(mapped(structure, matrix))
        close(energy, turned[0])
        close(np.einsum("ab,nbk->nak", matrix, forces.reshape(structure.atoms, 3, -1)).reshape(forces.shape), turned[1])


def check_rotation(rows: Rows) -> None:
    """Energies stay and forces turn with the structure."""
    from scipy.spatial.transform import Rotation

    check_orthogonal(rows, Rotation.random(rng=1).as_matrix())


def check_inversion(rows: Rows) -> None:
    """The functions are proper scalars."""
    check_orthogonal(rows, -np.eye(3))


def check_translation(rows: Rows) -> None:
    """Only relative positions matter; atoms may lie outside the cell."""
    for structure in (cluster(), crystal()):
        for a, b in zip(rows(structure), rows(moved(structure, structure.positions + SHIFT)), strict=True):
            close(a, b)


def check_permutation(rows: Rows) -> None:
    """Forces are in the order of the atoms; nothing else knows it."""
    structure, order = cluster(), np.random.default_rng(2).permutation(6)
    energy, forces, virial = rows(structure)
    other = rows(Structure(structure.numbers[order], structure.positions[order]))
    close(energy, other[0])
    close(virial, other[2])
    close(forces.reshape(6, 3, -1)[order].reshape(forces.shape), other[1])


def check_supercell(rows: Rows) -> None:
    """A cell smaller than the cutoff is its supercell."""
    small = crystal()
    shifts = np.array([[0.0, 0, 0], [1, 0, 0]]) @ small.cell
    large = Structure(
        np.tile(small.numbers, 2), np.concatenate([small.positions + s for s in shifts]),
        small.cell * np.array([[2], [1], [1]]), True,
    )  # fmt: skip
    (energy, forces, virial), (energy2, forces2, virial2) = rows(small), rows(large)
    close(2 * energy, energy2)
    close(np.tile(forces, (2, 1)), forces2)
    close(2 * virial, virial2)


def pair(distance: float) -> Structure:
    return Structure([29, 28], [[0.0, 0, 0], [0.0, 0.6 * distance, 0.8 * distance]])


def check_smoothness(rows: Rows) -> None:
    """At the cutoff the energy goes to zero with the third power of what is left, the force with the second."""
    alone = rows(pair(2 * CUTOFF))[0]
    far, near = rows(pair(CUTOFF - 1e-2)), rows(pair(CUTOFF - 1e-3))
    assert abs(far[0] - alone).max() > 0
    assert abs(near[0] - alone).max() <= 1.1e-3 * abs(far[0] - alone).max()
    assert abs(near[1]).max() <= 1.1e-2 * abs(far[1]).max()
    assert not rows(pair(CUTOFF + 1e-9))[1].any()


def check_locality(rows: Rows) -> None:
    """Fragments farther apart than the cutoff do not feel each other; one atom feels nothing."""
    a, b = cluster(0), cluster(1, 4)
    both = Structure(np.append(a.numbers, b.numbers), np.append(a.positions, b.positions + 60.0, axis=0))
    energy, forces, virial = rows(both)
    parts = rows(a), rows(b)
    close(energy, parts[0][0] + parts[1][0])
    close(forces, np.concatenate([parts[0][1], parts[1][1]]))
    close(virial, parts[0][2] + parts[1][2])
    atom = rows(Structure([29], np.zeros((1, 3))))
    assert not atom[1].any()
    assert not atom[2].any()


LAWS = [
    check_forces, check_virial, check_rotation, check_inversion, check_translation, check_permutation, check_supercell,
    check_smoothness, check_locality,
]  # fmt: skip
