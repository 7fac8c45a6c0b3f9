"""Energy, forces and virial of a structure, compiled: tiles of atoms of one species, one lane for each atom.

The energy is a polynomial of shared products with the coefficients contracted into it: E = sum_v w_v V_v. V are the
components A and the nodes of the product basis. Nodes that no other node needs are *leaves*: they are never stored.
Leaves with the same left factor V_a are one term V_a (sum_b w_ab A_b) of the energy.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from invgen.ace.abasis import ABasis
from invgen.ace.adjoint import pair_forces
from invgen.ace.neighbourhoods import Neighbourhoods
from invgen.ace.planes import angular_of, gather, make_planes, moments_of, radial_of
from invgen.emitted.products import ProductBasis
from invgen.runtime.cpu.compiled import compiled
from invgen.runtime.cpu.loops import WIDTH as LANES
from invgen.runtime.cpu.loops import line, rows, written
from invgen.runtime.cpu.simd import Code, Sum
from invgen.runtime.cpu.tables import Rows, children, multiply, pull_back
from invgen.runtime.cpu.values import Index


class Nodes(NamedTuple):
    """What the kernels read; values are the components, then the inner nodes."""

    components: int
    left: np.ndarray
    """(inner,) int64 value."""
    right: np.ndarray
    """(inner,) int64 component."""
    child: np.ndarray
    """(inner+1,) int64: the nodes whose left factor is node i are child[i]:child[i+1]."""
    leaf_start: np.ndarray
    """(components+inner+1,) int64: the leaves whose left factor is value v are leaf_start[v]:leaf_start[v+1]."""
    leaf: np.ndarray
    """(leaves,) int64: right factor of every leaf."""


class Contraction(NamedTuple):
    """Nodes and their weights for every species of the centre."""

    nodes: Nodes
    weights: np.ndarray
    """(S, components + inner) of the values."""
    leaf_weights: np.ndarray
    """(S, leaves)."""


def contract(products: ProductBasis, coefficients: np.ndarray) -> Contraction:
    """Nodes with weights sum_k c_zk B_k = sum_v w_zv V_v; ``coefficients`` (S, functions).

    Nodes that nothing needs because all their weights are zero are left out.
    """
    components, count = products.components, products.nodes
    weights = np.zeros((len(coefficients), components + count))
    for z, c in enumerate(coefficients):
        np.add.at(weights[z], products.column, c[products.rows] * products.value)
    left, right = products.left.astype(np.int64), products.right.astype(np.int64)
    needed = (weights != 0).any(axis=0)
    inner = np.zeros(components + count, dtype=bool)
    for node in range(count - 1, -1, -1):
        if needed[components + node]:
            needed[left[node]] = inner[left[node]] = True
    inner[:components] = True
    position = np.cumsum(inner) - 1
    kept = np.flatnonzero(inner[components:])
    leaves = np.flatnonzero(needed[components:] & ~inner[components:])
    leaves = leaves[np.argsort(left[leaves], kind="stable")]
    inside = position[left[kept]]
    leaf_start = np.searchsorted(position[left[leaves]], np.arange(inner.sum() + 1))
    nodes = Nodes(components, inside, right[kept], children(inside, components), leaf_start, right[leaves])
    return Contraction(
        nodes, np.ascontiguousarray(weights[:, inner]), np.ascontiguousarray(weights[:, components + leaves])
    )


def _contracted(
    code: Code, buffers: list[Index], tables: list[Index], numbers: list[Index], components: Index, inner: Index
) -> None:
    v, d, energy = (Rows(memory, LANES) for memory in rows(code, buffers))
    left, right, child, start, leaf = (code.integers(table) for table in tables)
    (weight, leaf_weight), total = rows(code, numbers), code.sum(LANES)

    def direct(n: Index) -> Sum:
        """The weight of a value and its leaves, whose part of the energy and of the adjoint is added."""
        own, found = v[n], code.sum(LANES, weight[n].spread(LANES))
        with code.loop(start[n], start[n + 1]) as t:
            w, b = leaf_weight[t], leaf[t]
            found.add(w * v[b])
            d[b] = d[b] + w * own
        total.add(found.value * own)
        return found

    multiply(code, v, left, right, components, inner)
    with code.loop(0, components) as n:
        d[n] = code.number(0.0, LANES)
    with code.loop(0, components) as n:
        found = direct(n).value
        d[n] = d[n] + found
    pull_back(code, v, d, direct, left, right, child, components, inner)
    energy[code.index(0)] = total.value


_contract = written(_contracted)
"""A function of addresses: of (values, adjoint, energy), of the tables of ``Nodes``, of both weights; and two sizes."""


@compiled
def contracted_energy(nodes, weights, leaf_weights, values, adjoint, energy):
    """Energies of a tile of atoms of one species, and their derivatives by A.

    values, adjoint
        (components + inner, LANES); A on entry in the first rows of ``values``, dE/dA on return in those of
        ``adjoint``.
    energy
        (1, LANES).
    """
    buffers = (line(values, 0), line(adjoint, 0), line(energy, 0))
    tables = (
        nodes.left.ctypes.data, nodes.right.ctypes.data, nodes.child.ctypes.data, nodes.leaf_start.ctypes.data,
        nodes.leaf.ctypes.data,
    )  # fmt: skip
    numbers = (weights.ctypes.data, leaf_weights.ctypes.data)
    _contract(buffers, tables, numbers, nodes.components, nodes.left.size)


def tile_buffers(nodes: Nodes) -> tuple[np.ndarray, np.ndarray]:
    """Zeros for the values and their adjoint."""
    rows = nodes.components + len(nodes.left)
    return np.zeros((rows, LANES)), np.zeros((rows, LANES))


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
        self.tables, self.contraction = basis, contraction
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
                pairs[lane] = gather(planes, lane, atom, positions, start, second, shift, tables.radial[0, 0, 0])
                radial_of(planes, lane, z, pairs[lane], tables.radial, tables.recurrence)
                angular_of(planes, lane, pairs[lane], tables.harmonics)
                moments_of(planes, lane, tables, values)
            contracted_energy(nodes, weights[z], leaf_weights[z], values, adjoint, energy)
            for lane in range(count):
                atom = order[first + lane]
                energies[atom] = energy[0, lane]
                pair_forces(planes, lane, tables, adjoint, pairs[lane])
                _add_forces(planes, lane, atom, pairs[lane], forces, virial)
