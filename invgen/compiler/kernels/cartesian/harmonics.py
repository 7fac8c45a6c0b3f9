"""Contractions in real harmonics: as coupling trees, whose tables are sparse.

A contraction is an invariant of its content, so it is a combination of the coupling trees [U V]^0 of the same tensors,
and often a multiple of one, or a combination of two. Tensors go over to harmonics by a few additions; a tensor that
smaller ones are contracted with entirely, such as T_ijk Q_jk, has its components as they are and goes over afterwards.
Where an intermediate has fewer indices open than it might (the hexadecapole in R_ijkl R_klmn, say), its harmonics are
fewer than its entries.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from functools import cache
from itertools import combinations, product
from math import comb

import numpy as np

from invgen.compiler.algebra import modular
from invgen.compiler.algebra.channels import Channel, factor_key
from invgen.compiler.algebra.characters import count_invariants
from invgen.compiler.algebra.components import Powers, multiplicity
from invgen.compiler.algebra.harmonics import integer_harmonics
from invgen.compiler.candidates.cartesian.contraction import Contraction
from invgen.compiler.kernels.ace.lower import coupled
from invgen.compiler.kernels.ace.trees import Covariant, closed_trees
from invgen.compiler.kernels.builder import UNIT as ONE
from invgen.compiler.kernels.builder import Expression, Node
from invgen.compiler.kernels.cartesian.entries import NONE, Entries
from invgen.compiler.kernels.cartesian.graphs import open_part
from invgen.compiler.kernels.cartesian.ways import ways

MOST_ORDER = 4
"""Contractions of more tensors are not tried: there are too many trees."""
MOST_TREES = 24
"""Pairs of trees are tried up to this many."""
WAYS = 2
"""How many ways of an intermediate are tried."""
KEPT = 20
"""How many expressions of a contraction are kept, the shortest by themselves."""
POINTS = 16
POINT_SIZE = 9
"""Integer points at which contractions and trees are compared; their components lie within this many of zero."""

Components = list[Expression]
Star = tuple[tuple[Channel, ...], tuple[tuple[int, int, int], ...], int, int]
"""Tensors, bonds ``(u, v, multiplicity)``, and the one tensor that has open indices, with their number."""


class Harmonics:
    """Contractions over the entries of a lowering, by coupling trees."""

    def __init__(self, entries: Entries) -> None:
        self.entries = entries
        self.builder = entries.builder
        self.known: dict[Covariant, list[Components]] = {}
        size = self.builder.size
        stream = modular.residues("harmonics", size * POINTS, 2 * POINT_SIZE + 1).reshape(size, POINTS)
        self.values: dict[Node, np.ndarray] = {node: row.astype(object) - POINT_SIZE for node, row in enumerate(stream)}
        self.values[ONE] = np.array([1] * POINTS, dtype=object)

    def expressions(self, c: Contraction, same: Expression) -> list[Expression]:
        """A contraction in trees, the shortest first; ``same`` is it in another way. Empty where none are found."""
        content = tuple(sorted(c.content, key=factor_key))
        if not 2 <= c.order <= MOST_ORDER or c.is_pseudo:
            return []
        trees = [(found, self._value(found[0])) for t in closed_trees(content) if (found := self._closed(t))]
        if not _separated(content, [value for _, value in trees]):
            return []
        target = self._value(same)
        options: list[Expression] = []
        for size in (1, 2) if len(trees) <= MOST_TREES else (1,):
            for chosen in combinations(trees, size):
                factors = _combination([value for _, value in chosen], target)
                if factors is None:
                    continue
                for parts in product(*(found for found, _ in chosen)):
                    scaled = (
                        self._as(part, first, f)
                        for part, (first, *_), f in zip(parts, (found for found, _ in chosen), factors, strict=True)
                    )
                    options.append(self.builder.add(scaled))
        length = {option: self._length(option[1]) for option in options}
        return sorted(length, key=lambda option: (length[option], option[1]))[:KEPT]

    def _as(self, part: Expression, first: Expression, factor: Fraction) -> Expression:
        """``factor`` times the first way of a tree, by another way, which is a multiple of it."""
        if part == first:
            return self.builder.scale(factor, part)
        mine, its = self._value(part), self._value(first)
        k = int(np.flatnonzero(its)[0])
        return self.builder.scale(factor * its[k] / mine[k], part)

    # ---- trees ------------------------------------------------------------------------------------------------------

    def _closed(self, tree: Covariant) -> list[Expression]:
        left, right = tree.operands
        pairs = product(self._covariant(left), self._covariant(right))
        return [coupled(self.builder, tree, a, b)[0] for a, b in pairs]

    def _covariant(self, tree: Covariant) -> list[Components]:
        """Its components in ways that differ by a factor: harmonics of entries, or coupled."""
        if tree not in self.known:
            star = _star(tree)
            if star is not None:
                self.known[tree] = self._harmonics(star)
            else:
                left, right = (self._covariant(operand)[0] for operand in tree.operands)
                self.known[tree] = [coupled(self.builder, tree, left, right)]
        return self.known[tree]

    def _harmonics(self, star: Star) -> list[Components]:
        tensors, bonds, centre, rank = star
        size = len(tensors)
        rows = [[0] * (size + 1) for _ in range(size + 1)]
        for u, v, m in (*bonds, (centre, size, rank)):
            rows[u][v] += m
            rows[v][u] += m
        graph, order = open_part(tuple(map(tuple, rows)), tensors, tuple(range(size)))
        at = order.index(centre)
        found = []
        for way in ways(graph)[:WAYS]:
            components = []
            for polynomial, factor in _short_harmonics(rank):
                where = (((NONE,) * at + (p,) + (NONE,) * (size - at - 1), k) for p, k in polynomial)
                terms = (self.builder.scale(k, self.entries.entry(way, entry)) for entry, k in where)
                components.append(self.builder.scale(factor, self.builder.add(terms)))
            found.append(components)
        return found

    # ---- values at integer points -----------------------------------------------------------------------------------

    def _value(self, expression: Expression) -> np.ndarray:
        coefficient, root = expression
        for node in self.builder.reachable([root] if root != ONE else []):
            if node not in self.values:
                if node in self.builder.products:
                    left, right = self.builder.products[node]
                    self.values[node] = self.values[left] * self.values[right]
                else:
                    self.values[node] = np.sum([w * self.values[n] for w, n in self.builder.sums[node]], axis=0)
        return np.asarray(self.values[root] * Fraction(coefficient))

    def _length(self, root: Node) -> int:
        """Products, and terms of sums, of an expression by itself."""
        return sum(len(self.builder.operands(node)) - 1 for node in self.builder.reachable([root]))


@cache
def _short_harmonics(rank: int) -> tuple[tuple[tuple[tuple[Powers, int], ...], Fraction], ...]:
    """For m = -l..l the monomials of the real or imaginary part of (x + iy)^|m| z^(l-|m|), and a factor.

    For a traceless tensor, that combination of its entries times the factor is its component m in the scale of the
    integer couplings, up to a number common to the rank.
    """
    rows = []
    for m, harmonic in zip(range(-rank, rank + 1), integer_harmonics(rank), strict=True):
        order = abs(m)
        short = {
            (order - k, k, rank - order): (-1) ** (k // 2) * comb(order, k)
            for k in range(order + 1)
            if (k % 2 == 1) == (m < 0)
        }
        whole = dict(harmonic)
        common = sum((Fraction(whole.get(p, 0) * k, multiplicity(p)) for p, k in short.items()), Fraction(0))
        square = sum((Fraction(k * k, multiplicity(p)) for p, k in whole.items()), Fraction(0))
        rows.append((tuple(short.items()), square / common))
    return tuple(rows)


def _star(tree: Covariant) -> Star | None:
    """The graph of a tree whose couplings contract one operand entirely with the other; ``None`` for others."""
    if not tree.operands:
        return tree.factors, (), 0, tree.rank
    parts = [_star(operand) for operand in tree.operands]
    inner, outer = (
        sorted((p for p in parts if p is not None), key=lambda p: p[3]) if None not in parts else (None, None)
    )
    if inner is None or outer is None or not tree.rank or tree.rank != outer[3] - inner[3]:
        return None
    size = len(outer[0])
    moved = tuple((u + size, v + size, m) for u, v, m in inner[1])
    return (*outer[0], *inner[0]), (*outer[1], *moved, (outer[2], inner[2] + size, inner[3])), outer[2], tree.rank


def _separated(content: Sequence[Channel], values: Sequence[np.ndarray]) -> bool:
    """Whether the points tell any two invariants of a content apart: the trees have as many independent rows there."""
    whole = [[int(v * _denominator(row)) % modular.DEFAULT_PRIME for v in row] for row in values]
    matrix = np.array(whole, dtype=np.int64).reshape(len(values), POINTS)
    return modular.rank(matrix, modular.DEFAULT_PRIME) == count_invariants(content)


def _denominator(row: np.ndarray) -> int:
    return int(np.lcm.reduce([Fraction(v).denominator for v in row]))


def _combination(columns: Sequence[np.ndarray], target: np.ndarray) -> list[Fraction] | None:
    """The factors, none of them zero, with which one or two columns add up to the target."""
    if len(columns) == 1:
        (a,) = columns
        factors = [Fraction(target[0]) / a[0]] if a[0] else []
    else:
        a, b = columns
        area = a[0] * b[1] - a[1] * b[0]
        minors = (target[0] * b[1] - target[1] * b[0], a[0] * target[1] - a[1] * target[0])
        factors = [Fraction(m) / area for m in minors] if area else []
    if not factors or not all(factors):
        return None
    total = sum(f * column for f, column in zip(factors, columns, strict=True))
    return factors if (total == target).all() else None
