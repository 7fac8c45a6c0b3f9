"""Physical laws of everything that predicts energies, forces and virials: networks, design rows, linear potentials.

A law is a function of a ``Subject`` that raises ``AssertionError`` where it does not hold.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from scipy.spatial.transform import Rotation
from tolerances import close

from invgen.data import Structure

Rows = tuple[np.ndarray, np.ndarray, np.ndarray]
"""Energies (K,), forces (3 atoms, K) and virials (6, K) as xx, yy, zz, yz, xz, xy; K is 1 unless a law is many."""

SHIFT = np.array([0.3, -7.0, 2.0])
VOIGT = ((0, 0), (1, 1), (2, 2), (1, 2), (0, 2), (0, 1))


@dataclass(frozen=True)
class Subject:
    """What obeys the laws, and what to try it on.

    rows, energy
        All of a structure's rows, and those of its energy alone.
    molecule, other, crystal
        A molecule of six atoms, a smaller one, and a cell smaller than the cutoff.
    pair
        Two atoms at a distance.
    difference
        Tolerance of a five-point difference.
    falls, near
        The power with which energies go to zero at the cutoff, and the gap to it (Å) where the last are taken.
    several
        Energies (systems,) and forces (atoms, 3) of several structures at once, where that is possible.
    """

    rows: Callable[[Structure], Rows]
    energy: Callable[[Structure], np.ndarray]
    molecule: Structure
    other: Structure
    crystal: Structure
    pair: Callable[[float], Structure]
    cutoff: float
    difference: float
    falls: int
    near: float
    several: Callable[[Sequence[Structure]], tuple[np.ndarray, np.ndarray]] | None = None

    @property
    def both(self) -> tuple[Structure, Structure]:
        return self.molecule, self.crystal


def moved(structure: Structure, positions: np.ndarray) -> Structure:
    """The same atoms at other positions."""
    return Structure(structure.numbers, positions, structure.cell, structure.periodic)


def mapped(structure: Structure, matrix: np.ndarray) -> Structure:
    """Positions and cell times a matrix: a rotation, an inversion or a strain."""
    return Structure(structure.numbers, structure.positions @ matrix.T, structure.cell @ matrix.T, structure.periodic)


def joined(*structures: Structure) -> Structure:
    """Molecules far from each other."""
    places = [s.positions + 60.0 * k for k, s in enumerate(structures)]
    return Structure(np.concatenate([s.numbers for s in structures]), np.concatenate(places))


def stencil(energy: Callable[[float], np.ndarray], step: float = 1e-4) -> np.ndarray:
    """The derivative at 0 by five points."""
    return (8 * (energy(step) - energy(-step)) - energy(2 * step) + energy(-2 * step)) / (12 * step)


def forces(subject: Subject) -> None:
    """Forces are minus the derivatives of the energy by the positions."""
    for structure in subject.both:
        found, last = subject.rows(structure)[1], structure.atoms - 1
        for atom, axis in ((0, 0), (1, 1), (1, 2), (last, 1), (last, 2)):
            shift = np.zeros((structure.atoms, 3))
            shift[atom, axis] = 1
            slope = stencil(lambda h, s=structure, d=shift: subject.energy(moved(s, s.positions + h * d)))
            close(found[3 * atom + axis], -slope, subject.difference)


def virial(subject: Subject) -> None:
    """The virial is the derivative of the energy by a homogeneous strain."""
    for structure in subject.both:
        found = subject.rows(structure)[2]
        for k, (a, b) in enumerate(VOIGT):
            strain = np.zeros((3, 3))
            strain[a, b] += 0.5
            strain[b, a] += 0.5
            slope = stencil(lambda h, s=structure, e=strain: subject.energy(mapped(s, np.eye(3) + h * e)))
            close(found[k], slope, subject.difference)


def orthogonal(subject: Subject, matrix: np.ndarray) -> None:
    """Energies stay, and forces turn with the structure."""
    for structure in subject.both:
        energy, found, _ = subject.rows(structure)
        energy_turned, found_turned, _ = subject.rows(mapped(structure, matrix))
        close(energy_turned, energy)
        turned = np.einsum("ab,nbk->nak", matrix, found.reshape(structure.atoms, 3, -1))
        close(found_turned, turned.reshape(found.shape))


def rotation(subject: Subject) -> None:
    """Proper rotations."""
    orthogonal(subject, Rotation.random(rng=1).as_matrix())


def inversion(subject: Subject) -> None:
    """The energy is a proper scalar."""
    orthogonal(subject, -np.eye(3))


def translation(subject: Subject) -> None:
    """Only relative positions matter; atoms may lie outside the cell."""
    for structure in subject.both:
        there = subject.rows(moved(structure, structure.positions + SHIFT))
        for a, b in zip(there, subject.rows(structure), strict=True):
            close(a, b)


def permutation(subject: Subject) -> None:
    """Forces are in the order of the atoms; nothing else knows it."""
    structure, order = subject.molecule, np.random.default_rng(2).permutation(subject.molecule.atoms)
    energy, found, strain = subject.rows(structure)
    other = subject.rows(Structure(structure.numbers[order], structure.positions[order]))
    close(other[0], energy)
    close(other[1], found.reshape(structure.atoms, 3, -1)[order].reshape(found.shape))
    close(other[2], strain)


def supercell(subject: Subject) -> None:
    """A cell smaller than the cutoff is its supercell, and the energy of two cells is twice that of one."""
    small = subject.crystal
    places = np.concatenate([small.positions, small.positions + small.cell[0]])
    large = Structure(np.tile(small.numbers, 2), places, small.cell * np.array([[2], [1], [1]]), True)
    (energy, found, strain), (energy2, found2, strain2) = subject.rows(small), subject.rows(large)
    close(energy2, 2 * energy)
    close(found2, np.tile(found, (2, 1)))
    close(strain2, 2 * strain)


def smoothness(subject: Subject) -> None:
    """At the cutoff the energy goes to zero with a power of what is left, and the force with one power less."""
    wide = 1e-2
    alone = subject.energy(subject.pair(2 * subject.cutoff))
    far, near = (subject.rows(subject.pair(subject.cutoff - gap)) for gap in (wide, subject.near))
    energy, force = abs(far[0] - alone).max(), abs(far[1]).max()
    assert energy > 0
    assert abs(near[0] - alone).max() <= 1.1 * (subject.near / wide) ** subject.falls * energy
    assert abs(near[1]).max() <= 1.1 * (subject.near / wide) ** (subject.falls - 1) * force
    assert not subject.rows(subject.pair(subject.cutoff + 1e-9))[1].any()


def locality(subject: Subject) -> None:
    """Molecules farther apart than the cutoff do not feel each other, and their energies add up."""
    parts = [subject.rows(s) for s in (subject.molecule, subject.other)]
    energy, found, strain = subject.rows(joined(subject.molecule, subject.other))
    close(energy, parts[0][0] + parts[1][0])
    close(found, np.concatenate([parts[0][1], parts[1][1]]))
    close(strain, parts[0][2] + parts[1][2])


def isolated_atom(subject: Subject) -> None:
    """An atom alone has a finite energy and feels nothing; out of everybody's reach it adds that energy."""
    atom = Structure(subject.molecule.numbers[:1], np.zeros((1, 3)))
    energy, found, strain = subject.rows(atom)
    assert np.isfinite(energy).all()
    assert not found.any()
    assert not strain.any()
    energy_both, found_both, _ = subject.rows(joined(subject.molecule, atom))
    close(energy_both, subject.energy(subject.molecule) + energy)
    assert not found_both[-3:].any()


def batch_independence(subject: Subject) -> None:
    """A batch of several structures is the structures alone."""
    assert subject.several is not None
    systems = [subject.molecule, subject.crystal, subject.other]
    energy, found = subject.several(systems)
    alone = [subject.rows(s) for s in systems]
    close(energy, np.concatenate([e for e, _, _ in alone]))
    close(found.reshape(-1, 1), np.concatenate([f for _, f, _ in alone]))


LAWS = (
    forces, virial, rotation, inversion, translation, permutation, supercell, smoothness, locality, isolated_atom,
    batch_independence,
)  # fmt: skip
