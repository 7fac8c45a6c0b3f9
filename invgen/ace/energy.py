"""Energy, forces and virial of a structure, compiled: tiles of atoms of one species, one lane for each atom."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from invgen.ace import nodes as nodes_module
from invgen.ace.abasis import ABasis
from invgen.ace.adjoint import pair_forces
from invgen.ace.moments import angular_of, moments_of, radial_of
from invgen.ace.neighbourhoods import Neighbourhoods
from invgen.ace.nodes import LANES, Contraction, contracted_energy, tile_buffers
from invgen.ace.planes import gather, make_planes, pair_tables
from invgen.runtime.cpu.compiled import compiler

compiled = compiler(nodes_module.__file__)


class Evaluation(NamedTuple):
    """Results without the references of the isolated atoms."""

    energies: np.ndarray
    """(atoms,) eV."""
    forces: np.ndarray
    """(atoms, 3) eV/Å."""
    virial: np.ndarray
    """(6,) eV: stress times volume, ASE's sign and order xx, yy, zz, yz, xz, xy."""


class Evaluator:
    """Evaluates one contraction; work space is kept between calls, on every thread its own."""

    def __init__(self, basis: ABasis, contraction: Contraction) -> None:
        self.tables, self.contraction = pair_tables(basis), contraction
        self._spare: list[tuple[int, tuple]] = []

    def evaluate(self, near: Neighbourhoods, positions: np.ndarray) -> Evaluation:
        """Energies, forces and virial; ``near`` may hold pairs farther apart than the cutoff."""
        species, atoms = self.contraction.weights.shape[0], len(positions)
        result = Evaluation(np.zeros(atoms), np.zeros((atoms, 3)), np.zeros(6))
        order = np.argsort(near.species, kind="stable")
        edges = np.searchsorted(near.species[order], np.arange(species + 1))
        widest, work = self._work(near.widest)
        _evaluate(
            order, edges, np.ascontiguousarray(positions), near.start, near.second, near.shift, self.tables,
            *self.contraction, *work, *result,
        )  # fmt: skip
        self._spare.append((widest, work))
        return result

    def _work(self, widest: int) -> tuple[int, tuple]:
        """Work space for at least ``widest`` neighbours."""
        try:
            size, work = self._spare.pop()
        except IndexError:
            size, work = -1, ()
        if size >= widest:
            return size, work
        nodes, weights = self.contraction.nodes, self.contraction.weights
        return widest, (make_planes(self.tables, LANES, len(weights), widest), *tile_buffers(nodes))


@compiled
def _add_forces(planes, lane, atom, pairs, forces, virial):
    """Add what the pairs of one atom contribute, from dE/dr in ``planes.gradient``."""
    w, unit, lines, neighbour = planes.gradient, planes.unit, planes.lines, planes.neighbour
    xx, yy, zz, yz, xz, xy = 0.0, 0.0, 0.0, 0.0, 0.0, 0.0
    for j in range(pairs):
        at, r = neighbour[lane, j], lines[lane, 0, j]
        fx, fy, fz = w[0, j], w[1, j], w[2, j]
        x, y, z = r * unit[lane, 0, j], r * unit[lane, 1, j], r * unit[lane, 2, j]
        forces[at, 0] -= fx
        forces[at, 1] -= fy
        forces[at, 2] -= fz
        forces[atom, 0] += fx
        forces[atom, 1] += fy
        forces[atom, 2] += fz
        xx += fx * x
        yy += fy * y
        zz += fz * z
        yz += fy * z
        xz += fx * z
        xy += fx * y
    for k, part in enumerate((xx, yy, zz, yz, xz, xy)):
        virial[k] += part


@compiled
def _evaluate(
    order, edges, positions, start, second, shift, tables, nodes, weights, leaf_weights, planes, values, adjoint,
    energies, forces, virial,
):  # fmt: skip
    """Atoms in ``order``, those of species z from ``edges[z]``; adds to the last three arrays."""
    energy, pairs = np.zeros((1, LANES)), np.zeros(LANES, dtype=np.int64)
    for z in range(edges.size - 1):
        for first in range(edges[z], edges[z + 1], LANES):
            count = min(LANES, edges[z + 1] - first)
            for lane in range(count):
                atom = order[first + lane]
                pairs[lane] = gather(planes, lane, atom, positions, start, second, shift, tables.radial[0])
                radial_of(planes, lane, pairs[lane], tables.radial, tables.recurrence)
                angular_of(planes, lane, pairs[lane], tables.harmonics)
                moments_of(planes, lane, tables, values)
            contracted_energy(nodes, weights[z], leaf_weights[z], values, adjoint, energy)
            for lane in range(count):
                atom = order[first + lane]
                energies[atom] = energy[0, lane]
                pair_forces(planes, lane, tables, adjoint, pairs[lane])
                _add_forces(planes, lane, atom, pairs[lane], forces, virial)
