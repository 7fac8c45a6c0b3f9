"""Rows of the design matrix: energies, forces and virials of a structure, one column for every coefficient.

E = sum_i c_(z_i) . B(A_i) is linear in c. For every atom the compiled kernel makes A, its derivatives by the positions
of the neighbours (see ``derivatives``), and for every function B_k the few derivatives dB_k/dA that are not
zero. Their product is added straight into the rows of the structure.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from invgen.ace.abasis import a_basis
from invgen.ace.fitting.derivatives import TAIL, moment_derivatives
from invgen.ace.neighbourhoods import element_numbers, neighbourhoods
from invgen.ace.planes import angular_of, gather, make_planes, moments_of, radial_of
from invgen.ace.radial import RadialBasis
from invgen.data.structures import Structure
from invgen.emitted.products import ProductBasis
from invgen.runtime.cpu.compiled import compiled

CHUNK = 4
"""Components that the design kernel takes at a time."""


class DesignRows(NamedTuple):
    """Derivatives by the C coefficients, in the order of ``DesignEvaluator``. float64, contiguous."""

    energy: np.ndarray
    """(C,) sum over the atoms."""
    forces: np.ndarray
    """(3 atoms, C), rows atom by atom x, y, z; 1/Å."""
    virial: np.ndarray
    """(6, C) derivatives by the strain: stress times volume, ASE's sign, order xx, yy, zz, yz, xz, xy."""


class DesignEvaluator:
    """Rows for the functions of ``products``: a column for each function that is kept at each species of the centre.

    elements
        Chemical symbols; position z is species z of the channels and of the columns.
    kept
        (S, functions) bool: which functions atoms of a species have; all without it. Columns are in the order of its
        true entries, row by row.

    Raises ``DataError`` for elements that are none, ``ValueError`` for channels that ``radial`` or ``elements`` lack.
    """

    def __init__(
        self, products: ProductBasis, radial: RadialBasis, elements: tuple[str, ...], kept: np.ndarray | None = None
    ) -> None:
        self.radial, self.elements = radial, tuple(elements)
        self.numbers = element_numbers(self.elements)
        self.basis = a_basis(products.channels, radial, len(self.numbers))
        self.terms = unfold(products)
        self.functions = len(self.terms.order)
        self.kept = np.ones((len(self.elements), self.functions), dtype=bool) if kept is None else kept
        self.column = np.where(self.kept, np.cumsum(self.kept).reshape(self.kept.shape) - 1, -1)

    def __repr__(self) -> str:
        return f"DesignEvaluator({self.functions} functions, {self.basis.components} components, {self.elements})"

    @property
    def columns(self) -> int:
        """Number of coefficients: functions times elements, unless some are not kept."""
        return int(self.kept.sum())

    def by_species(self, coefficients: np.ndarray) -> np.ndarray:
        """(S, functions) of ``coefficients`` (columns,); zero where a function is not kept."""
        found = np.zeros(self.kept.shape)
        found[self.kept] = coefficients
        return found

    def rows(self, structure: Structure) -> DesignRows:
        """Rows of one structure; may run on several threads at once, the kernels leave Python's lock.

        Raises ``UnknownSpeciesError`` naming a missing element, ``CoincidentAtomsError`` naming the atoms.
        """
        near = neighbourhoods(structure, self.numbers, self.radial.cutoff)
        energy = np.zeros(self.columns)
        sums = np.zeros((self.columns, 3 * structure.atoms + 6))
        planes = make_planes(self.basis, 1, len(self.elements), near.widest)
        _rows(
            np.ascontiguousarray(structure.positions), *near, 3 * near.widest + TAIL, self.basis, planes,
            tuple(self.terms), self.column, energy, sums,
        )  # fmt: skip
        forces, virial = _transposed(sums)
        return DesignRows(energy, forces, virial)


@compiled
def _small_derivatives(row, order, value, factor, slot, k, a, out):
    """dB_k/dA of orders 1 to 3 into ``out``; returns B_k."""
    total = 0.0
    if order == 1:
        for t in range(row[k], row[k + 1]):
            out[slot[t, 0]] += value[t]
            total += value[t] * a[factor[t, 0]]
    elif order == 2:
        for t in range(row[k], row[k + 1]):
            x, y, v = a[factor[t, 0]], a[factor[t, 1]], value[t]
            out[slot[t, 0]] += v * y
            out[slot[t, 1]] += v * x
            total += v * x * y
    else:
        for t in range(row[k], row[k + 1]):
            x, y, z, v = a[factor[t, 0]], a[factor[t, 1]], a[factor[t, 2]], value[t]
            xy, vz = x * y, v * z
            out[slot[t, 0]] += vz * y
            out[slot[t, 1]] += vz * x
            out[slot[t, 2]] += v * xy
            total += vz * xy
    return total


@compiled
def _derivatives(row, order, value, factor, slot, k, a, out):
    """dB_k/dA into ``out``, which is zero on entry; returns B_k."""
    if order <= 3:
        return _small_derivatives(row, order, value, factor, slot, k, a, out)
    total = 0.0
    for t in range(row[k], row[k + 1]):
        product = value[t]
        for f in range(order):
            rest = value[t]
            for g in range(order):
                if g != f:
                    rest *= a[factor[t, g]]
            out[slot[t, f]] += rest
            product *= a[factor[t, f]]
        total += product
    return total


@compiled
def _add_four(out, d, support, weights, begin, end):
    """out += sum of four rows of ``d`` times ``weights``, columns ``begin`` to ``end``."""
    w0, w1, w2, w3 = weights[0], weights[1], weights[2], weights[3]
    target = out[begin:end]
    d0, d1 = d[support[0], begin:end], d[support[1], begin:end]
    d2, d3 = d[support[2], begin:end], d[support[3], begin:end]
    for w in range(target.size):
        target[w] += w0 * d0[w] + w1 * d1[w] + w2 * d2[w] + w3 * d3[w]


@compiled
def _scatter(line, bounds, inside, neighbour, atom, sums):
    """Add the row of one function at one atom to the row of the structure: forces are minus derivatives."""
    for z in range(bounds.size - 1):
        width, begin = inside[z + 1] - inside[z], 3 * inside[z]
        for j in range(width):
            at = 3 * neighbour[bounds[z] + j]
            sums[at] -= line[begin + j]
            sums[at + 1] -= line[begin + width + j]
            sums[at + 2] -= line[begin + 2 * width + j]
    end = 3 * inside[-1]
    for axis in range(3):
        sums[3 * atom + axis] -= line[end + axis]
    for k in range(6):
        sums[sums.size - 6 + k] += line[end + 3 + k]


@compiled
def _function_rows(k, atom, column, bounds, inside, neighbour, a, d, terms, weights, line, energy, sums):
    """Add function ``k`` at ``atom`` to ``column`` of energies, and to this row of the sums."""
    row, order, value, factor, slot, chunk, support, group = terms
    chunks, end = chunk[k + 1] - chunk[k], 3 * inside[-1]
    weights[: chunks * CHUNK] = 0.0
    line[: end + TAIL] = 0.0
    energy[column] += _derivatives(row, order[k], value, factor, slot, k, a, weights)
    for c in range(chunks):
        z, mine = group[chunk[k] + c], support[chunk[k] + c]
        four = weights[c * CHUNK : c * CHUNK + CHUNK]
        _add_four(line, d, mine, four, 3 * inside[z], 3 * inside[z + 1])
        _add_four(line, d, mine, four, end, end + TAIL)
    _scatter(line, bounds, inside, neighbour, atom, sums[column])


@compiled
def _rows(positions, species, start, second, shift, width, tables, planes, terms, column, energy, sums):
    """All functions at all atoms; the derivatives of A have at most ``width`` columns."""
    functions, chunk, components = terms[1].size, terms[5], tables.components
    a, d, line = np.empty(components), np.empty((components, width)), np.empty(width)
    longest = 1
    for k in range(functions):
        longest = max(longest, CHUNK * (chunk[k + 1] - chunk[k]))
    weights = np.empty(longest)
    bounds, inside, neighbour = planes.bounds[0], planes.inside[0], planes.neighbour[0]
    for atom in range(species.size):
        pairs = gather(planes, 0, atom, positions, start, second, shift, tables.radial[0, 0, 0])
        radial_of(planes, 0, species[atom], pairs, tables.radial, tables.recurrence)
        angular_of(planes, 0, pairs, tables.harmonics)
        moments_of(planes, 0, tables, a.reshape(-1, 1))
        moment_derivatives(planes, tables, d)
        for k in range(functions):
            mine = column[species[atom], k]
            if mine >= 0:
                _function_rows(k, atom, mine, bounds, inside, neighbour, a, d, terms, weights, line, energy, sums)


@compiled
def _transposed(sums):
    """Forces and virial, contiguous, from the sums by function."""
    columns, size = sums.shape
    forces, virial = np.empty((size - 6, columns)), np.empty((6, columns))
    tile = 32
    for lo in range(0, columns, tile):
        hi = min(columns, lo + tile)
        for row in range(0, size - 6, tile):
            for c in range(lo, hi):
                for r in range(row, min(size - 6, row + tile)):
                    forces[r, c] = sums[c, r]
        for c in range(lo, hi):
            for r in range(6):
                virial[r, c] = sums[c, size - 6 + r]
    return forces, virial


class Terms(NamedTuple):
    """B_k = sum over its terms t of value[t] prod_f A[factor[t, f]], f < order[k]."""

    row: np.ndarray
    """(functions+1,) int64: terms of function k are row[k]:row[k+1]."""
    order: np.ndarray
    """(functions,) int64."""
    value: np.ndarray
    """(terms,) float64."""
    factor: np.ndarray
    """(terms, highest order) int64 components; behind the order -1."""
    slot: np.ndarray
    """(terms, highest order) int64: place of each factor's derivative among those of its function."""
    chunk: np.ndarray
    """(functions+1,) int64: function k has the chunks chunk[k]:chunk[k+1]."""
    support: np.ndarray
    """(chunks, CHUNK) int64 components of one species, ascending; the last is repeated as padding."""
    species: np.ndarray
    """(chunks,) int64."""


def node_factors(left: np.ndarray, right: np.ndarray, components: int, highest: int) -> np.ndarray:
    """(components + nodes, highest) the components that each node multiplies; -1 behind the last."""
    factors = np.full((components + len(left), highest), -1, dtype=np.int64)
    degree = np.ones(len(factors), dtype=np.int64)
    factors[:components, 0] = np.arange(components)
    for node, (a, b) in enumerate(zip(left.tolist(), right.tolist(), strict=True), start=components):
        factors[node] = factors[a]
        factors[node, degree[a]] = b
        degree[node] = degree[a] + 1
    return factors


def unfold(products: ProductBasis) -> Terms:
    """Terms of a product basis."""
    components, species = products.components, products.species.astype(np.int64)
    orders = np.asarray(products.orders, dtype=np.int64)
    row = np.asarray(products.row_start, dtype=np.int64)
    factors = node_factors(products.left, products.right, components, int(orders.max(initial=1)))
    factor = factors[np.asarray(products.column, dtype=np.int64)]
    slot = np.zeros_like(factor)
    chunks, support = [0], []
    for k in range(len(orders)):
        block = slice(row[k], row[k + 1])
        padded = _chunks(np.unique(factor[block][factor[block] >= 0]), species)
        flat = np.array(padded).reshape(-1)
        first = np.full(components, -1)
        first[flat[::-1]] = np.arange(len(flat))[::-1]
        slot[block] = first[factor[block]]
        support += padded
        chunks.append(len(support))
    table = np.array(support, dtype=np.int64).reshape(-1, CHUNK)
    value = np.ascontiguousarray(products.value, dtype=np.float64)
    return Terms(row, orders, value, factor, slot, np.array(chunks), table, species[table[:, 0]])


def _chunks(components: np.ndarray, species: np.ndarray) -> list[list[int]]:
    found = []
    for z in np.unique(species[components]):
        mine = components[species[components] == z].tolist()
        mine += [mine[-1]] * (-len(mine) % CHUNK)
        found += [mine[k : k + CHUNK] for k in range(0, len(mine), CHUNK)]
    return found
