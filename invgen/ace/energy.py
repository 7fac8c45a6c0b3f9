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
from invgen.runtime.cpu.loops import elementwise, increase, line, rows, written
from invgen.runtime.cpu.simd import Code, Index


class Nodes(NamedTuple):
    """What the kernels read; values are the components, then the inner nodes."""

    components: int
    left: np.ndarray
    """(inner,) int64 value."""
    right: np.ndarray
    """(inner,) int64 component."""
    group: np.ndarray
    """(groups,) int64: left factor of a group of leaves."""
    group_start: np.ndarray
    """(groups+1,) int64: leaves of group g."""
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
    function = np.repeat(np.arange(len(products.orders)), np.diff(products.row_start))
    weights = np.zeros((len(coefficients), components + count))
    for z, c in enumerate(coefficients):
        np.add.at(weights[z], products.column, c[function] * products.value)
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
    groups, start = np.unique(left[leaves], return_index=True)
    nodes = Nodes(
        components, position[left[kept]], right[kept], position[groups], np.append(start, len(leaves)), right[leaves]
    )
    return Contraction(
        nodes, np.ascontiguousarray(weights[:, inner]), np.ascontiguousarray(weights[:, components + leaves])
    )


def _add_leaves(
    code: Code, values: Index, adjoint: Index, energy: Index, left: Index, leaves: Index, weights: Index, start: Index,
    stop: Index,
) -> None:  # fmt: skip
    v, d, total, weight = rows(code, [values, adjoint, energy, weights])
    leaf, own = code.integers(leaves), left * LANES
    factor, found = v.load(own, LANES), code.sum(LANES)
    with code.loop(start, stop) as t:
        at, w = leaf[t] * LANES, weight[t]
        found.add(w * v.load(at, LANES))
        increase(d, at, w * factor)
    increase(d, own, found.value)
    increase(total, 0, found.value * factor)


add_leaves = written(_add_leaves)
"""energy += v s, adjoint[left] += s with v = values[left], s = sum_t w_t values[leaf_t]; adjoint[leaf_t] += w_t v.

A function of (values, adjoint, energy, left, leaves, weights, start, stop). Rows of LANES numbers; ``leaves`` and
``weights`` are addresses of int64 and float64, t from ``start`` to ``stop``.
"""


_product = elementwise(lambda out, a, b: a * b)
_fill = elementwise(lambda out, value: value)
_weigh = elementwise(lambda adjoint, energy, value, weight: (weight, energy + value * weight))
_add_product = elementwise(lambda out, a, b: out + a * b)


@compiled
def contracted_energy(nodes, weights, leaf_weights, values, adjoint, energy):
    """Energies of a tile of atoms of one species, and their derivatives by A.

    values, adjoint
        (components + inner, LANES); A on entry in the first rows of ``values``, dE/dA on return in those of
        ``adjoint``.
    energy
        (1, LANES).
    """
    components, left, right, group, start, leaf = nodes
    total, v, d = line(energy, 0), line(values, 0), line(adjoint, 0)
    step = 8 * LANES
    inner = left.size
    for node in range(inner):
        _product((v + (components + node) * step, v + left[node] * step, v + right[node] * step), (), LANES)
    _fill((total,), (0.0,), LANES)
    for k in range(components + inner):
        _weigh((d + k * step, total, v + k * step), (weights[k],), LANES)
    for g in range(group.size):
        add_leaves(v, d, total, group[g], leaf.ctypes.data, leaf_weights.ctypes.data, start[g], start[g + 1])
    for node in range(inner - 1, -1, -1):
        a, b, out = left[node] * step, right[node] * step, (components + node) * step
        _add_product((d + a, d + out, v + b), (), LANES)
        _add_product((d + b, d + out, v + a), (), LANES)


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
