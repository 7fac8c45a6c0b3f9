"""Entries of intermediates as expressions, built on demand and each once.

An intermediate is an array over the open indices of each of its tensors. The open indices of one tensor are
symmetric and traceless, so an entry is named by one triple of powers for each tensor; triples with two or more z
follow from tracelessness, and entries that an automorphism of the open graph exchanges are computed once.
"""

from __future__ import annotations

from functools import cache
from itertools import product
from math import prod

from invgen.compiler.algebra.channels import Channel, channel_slices
from invgen.compiler.algebra.components import Powers, multiplicity, reduced_powers, symmetric_powers
from invgen.compiler.kernels.builder import Builder, Expression
from invgen.compiler.kernels.cartesian.graphs import OpenGraph, automorphisms
from invgen.compiler.kernels.cartesian.ways import ADJUGATE, Way

Entry = tuple[Powers, ...]
Matrix = dict[tuple[int, int], Expression]

NONE: Powers = (0, 0, 0)
UNIT: tuple[Powers, ...] = ((1, 0, 0), (0, 1, 0), (0, 0, 1))
_SQUARE: tuple[tuple[Powers, Powers], ...] = tuple(
    ((2 * a, 2 * b, 2 * c), (-2 * a, -2 * b, -2 * c)) for a, b, c in UNIT
)
"""Two more, and two less, indices of each axis."""
_PAIRS = ((0, 0), (1, 1), (2, 2), (0, 1), (0, 2), (1, 2))
"""Axes of the entries of a symmetric matrix, the diagonal first."""


class Entries:
    """Entries of all intermediates over the given tensors."""

    def __init__(self, builder: Builder, tensors: tuple[Channel, ...]) -> None:
        self.builder = builder
        self.starts = {tensor: s.start for tensor, s in channel_slices(tensors).items()}
        self.known: dict[tuple[Way, Entry], Expression] = {}

    def scalar(self, way: Way) -> Expression:
        """The value of a closed graph."""
        return self.entry(way, (NONE,) * len(way.graph.tensors))

    def entry(self, way: Way, entry: Entry) -> Expression:
        """One entry, through tracelessness and the automorphisms of the graph."""
        key = (way, _first_image(way.graph, entry))
        found = self.known.get(key)
        if found is None:
            found = self.known[key] = self._build(*key)
        return found

    def _build(self, way: Way, entry: Entry) -> Expression:
        for v, (a, b, c) in enumerate(entry):
            if c > 1:
                first = self.entry(way, (*entry[:v], (a + 2, b, c - 2), *entry[v + 1 :]))
                second = self.entry(way, (*entry[:v], (a, b + 2, c - 2), *entry[v + 1 :]))
                return self.builder.scale(-1, self.builder.add([first, second]))
        if way.form == "tensor":
            tensor = way.graph.tensors[0]
            return self.builder.input(self.starts[tensor] + reduced_powers(tensor.rank).index(entry[0]))
        if way.form in ADJUGATE:
            return self._adjugate(way)
        return {
            "trace": self._trace,
            "squares": self._squares,
            "plain": self._plain,
            "left": self._reduced,
            "right": self._reduced,
        }[way.form](way, entry)

    def _trace(self, way: Way, entry: Entry) -> Expression:
        assert way.left is not None
        u, v = way.right_map
        inside = [entry[w] for w in way.left_map]
        terms = []
        for axis in UNIT:
            at = list(inside)
            at[u], at[v] = _plus(at[u], axis), _plus(at[v], axis)
            terms.append(self.entry(way.left, tuple(at)))
        return self.builder.add(terms)

    def _plain(self, way: Way, entry: Entry) -> Expression:
        left, right = way.operands
        terms = []
        for weight, at_left, at_right in _summed(way):
            first = self.entry(left, _moved(way.graph, entry, way.left_map, at_left))
            second = self.entry(right, _moved(way.graph, entry, way.right_map, at_right))
            terms.append(self.builder.scale(weight, self.builder.mul(first, second)))
        return self.builder.add(terms)

    def _reduced(self, way: Way, entry: Entry) -> Expression:
        """Terms with the same independent component of one operand are joined before they are multiplied by it."""
        left, right = way.operands
        swapped = way.form == "left"
        inner, inner_map, outer, outer_map = (
            (left, way.left_map, right, way.right_map) if swapped else (right, way.right_map, left, way.left_map)
        )
        joined: dict[Entry, list[Expression]] = {}
        for weight, at_left, at_right in _summed(way):
            at_inner, at_outer = (at_left, at_right) if swapped else (at_right, at_left)
            value = self.entry(outer, _moved(way.graph, entry, outer_map, at_outer))
            for powers, sign in _independent(at_inner):
                where = _first_image(inner.graph, _moved(way.graph, entry, inner_map, powers))
                joined.setdefault(where, []).append(self.builder.scale(weight * sign, value))
        terms = (self.builder.mul(self.builder.add(part), self.entry(inner, at)) for at, part in joined.items())
        return self.builder.add(terms)

    def _squares(self, way: Way, entry: Entry) -> Expression:
        """A weighted sum of squares of entries; of p + q + r = 0 two with equal weights are -2 q r and a p^2 more."""
        operand, _ = way.operands
        weights: dict[Entry, int] = {}
        for weight, at, _ in _summed(way):
            where = _first_image(operand.graph, at)
            weights[where] = weights.get(where, 0) + weight
        terms = []
        for triple in _vanishing_sums(operand.graph, tuple(sorted(weights))):
            for k in range(3):
                q, r = (t for t in triple if t != triple[k])
                if set(triple) <= weights.keys() and weights[q] == weights[r]:
                    weight = weights.pop(q)
                    del weights[r]
                    weights[triple[k]] += weight
                    mixed = self.builder.mul(self.entry(operand, q), self.entry(operand, r))
                    terms.append(self.builder.scale(-2 * weight, mixed))
        for where, weight in weights.items():
            value = self.entry(operand, where)
            terms.append(self.builder.scale(weight, self.builder.mul(value, value)))
        return self.builder.add(terms)

    def _adjugate(self, way: Way) -> Expression:
        """By minors of the matrix whose square is an operand, or whose norm this is."""
        first, second = way.operands
        matrix = self._matrix(first)
        if way.form == "adjugate trace":
            minors = _minors(self.builder, matrix)
            return self.builder.scale(-2, self.builder.add(minors[k, k] for k in range(3)))
        minors = _minors(self.builder, self._matrix(second.operands[0]))
        if way.form == "determinant":
            row = (self.builder.mul(matrix[0, k], minors[0, k]) for k in range(3))
            return self.builder.scale(3, self.builder.add(row))
        if way.form == "adjugate differences":
            last = self.builder.scale(-1, minors[2, 2])
            minors |= {(k, k): self.builder.add([minors[k, k], last]) for k in range(3)}
        terms = (
            self.builder.scale(1 if i == j else 2, self.builder.mul(matrix[i, j], minors[i, j])) for i, j in _PAIRS
        )
        return self.builder.add(terms)

    def _matrix(self, way: Way) -> Matrix:
        """The entries of a graph whose open indices are two of one tensor."""
        v = way.graph.open.index(2)
        before, after = (NONE,) * v, (NONE,) * (len(way.graph.open) - v - 1)
        return {(i, j): self.entry(way, (*before, _plus(UNIT[i], UNIT[j]), *after)) for i, j in _PAIRS}


def _minors(builder: Builder, matrix: Matrix) -> Matrix:
    """The adjugate of a symmetric matrix."""

    def minor(i: int, j: int) -> Expression:
        """Rows i+1, i+2 and columns j+1, j+2, counted round, so that no sign is needed."""
        rows, columns = (((k + 1) % 3, (k + 2) % 3) for k in (i, j))
        at = [[matrix[min(r, c), max(r, c)] for c in columns] for r in rows]
        cross = builder.mul(at[0][1], at[1][0])
        return builder.add([builder.mul(at[0][0], at[1][1]), builder.scale(-1, cross)])

    return {(i, j): minor(i, j) for i, j in _PAIRS}


def _plus(a: Powers, b: Powers) -> Powers:
    return a[0] + b[0], a[1] + b[1], a[2] + b[2]


def _moved(graph: OpenGraph, entry: Entry, where: tuple[int, ...], by: Entry) -> Entry:
    """The entry of an operand: its share of the open indices, and the indices that are summed."""
    return tuple([_plus(entry[v], powers) for v, powers in zip(where, by, strict=True)]) if graph.is_open else by


@cache
def _first_image(graph: OpenGraph, entry: Entry) -> Entry:
    """One name for entries that an automorphism exchanges."""
    return min(tuple(entry[v] for v in p) for p in automorphisms(graph))


def _summed(way: Way) -> tuple[tuple[int, Entry, Entry], ...]:
    """How many index tuples there are of each kind, and the powers that they add to the operands."""
    return _terms(way.bonds, len(way.left_map), len(way.right_map))


@cache
def _terms(
    bonds: tuple[tuple[int, int, int], ...], left_size: int, right_size: int
) -> tuple[tuple[int, Entry, Entry], ...]:
    terms = []
    for powers in product(*(symmetric_powers(m) for *_, m in bonds)):
        left, right = [NONE] * left_size, [NONE] * right_size
        for (i, j, _), p in zip(bonds, powers, strict=True):
            left[i], right[j] = _plus(left[i], p), _plus(right[j], p)
        terms.append((prod(map(multiplicity, powers)), tuple(left), tuple(right)))
    return tuple(terms)


@cache
def _independent(powers: Entry) -> tuple[tuple[Entry, int], ...]:
    """Powers of the summed indices without two z at one tensor, by tracelessness, with their coefficients."""
    for v, (a, b, c) in enumerate(powers):
        if c > 1:
            found: dict[Entry, int] = {}
            for part in ((a + 2, b, c - 2), (a, b + 2, c - 2)):
                for where, sign in _independent((*powers[:v], part, *powers[v + 1 :])):
                    found[where] = found.get(where, 0) - sign
            return tuple((where, sign) for where, sign in found.items() if sign)
    return ((powers, 1),)


@cache
def _vanishing_sums(graph: OpenGraph, entries: tuple[Entry, ...]) -> tuple[tuple[Entry, Entry, Entry], ...]:
    """Triples of different entries that add up to zero: two indices of one tensor are xx, yy and zz."""
    found = []
    for entry in entries:
        for v, powers in enumerate(entry):
            for axis in range(3):
                if powers[axis] > 1:
                    less = _plus(powers, _SQUARE[axis][1])
                    more = [_plus(less, square) for square, _ in _SQUARE]
                    images = {_first_image(graph, (*entry[:v], m, *entry[v + 1 :])) for m in more}
                    if len(images) == 3:
                        p, q, r = sorted(images)
                        found.append((p, q, r))
    return tuple(dict.fromkeys(found))
