"""Which covariants to form: coupling trees of all ACE functions of a basis, chosen together.

The functions of one multiset and rank L, 0 for invariants, are linear combinations of trees [U V]^L of the same
multiset, whichever way it is cut in two, so any trees that span them will do. For every multiset those are taken that
need the fewest operations beside what others form already. That depends on what is formed first, so covariants are
offered in advance, one by one, and an offer is kept when the estimated total falls. The combinations are then found
exactly, from values at integer points; one component tells, as all others turn with it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction

import numpy as np

from invgen.compiler.algebra import modular
from invgen.compiler.algebra.characters import count_covariants
from invgen.compiler.algebra.couplings import integer_coupling
from invgen.compiler.algebra.rational import coefficients
from invgen.compiler.candidates.ace.chains import Chain
from invgen.compiler.candidates.ace.coupling import Multiset
from invgen.compiler.kernels.ace.trees import Covariant, chain_tree, channel, spanning_trees

PRIME = modular.DEFAULT_PRIME
POINT_SIZE = 7
"""Components of the integer points lie within this many of zero."""
SEARCH_LIMIT = 12_000
"""Trees to price, over all offers of one round, above which no offers are tried: about a second."""


@dataclass(frozen=True)
class Recipe:
    """Functions of one multiset and rank as exact combinations of trees, both without the root of their scale.

    ``combinations[k]`` has one coefficient for each tree; it gives ``functions[k]``.
    """

    functions: tuple[Chain, ...]
    trees: tuple[Covariant, ...]
    combinations: tuple[tuple[Fraction, ...], ...]


def recipes(functions: Iterable[Chain]) -> list[Recipe]:
    """Trees and combinations for functions of order 2 and more, multiset by multiset and rank by rank."""
    by_content: dict[tuple[Multiset, int], list[Chain]] = {}
    for function in functions:
        by_content.setdefault((function.factors, function.chain[-1]), []).append(function)
    groups = [_Group(factors, rank, listed) for (factors, rank), listed in by_content.items()]
    return [group.recipe(trees) for group, trees in zip(groups, _Search(groups).best(), strict=True)]


# ---- values ---------------------------------------------------------------------------------------------------------


class _Values:
    """Integer values of covariants at integer points of the scaled components; ``(points, 2 rank + 1)`` each."""

    def __init__(self, factors: Multiset, points: int) -> None:
        self.points = points
        self.known: dict[Covariant, np.ndarray] = {}
        for factor in sorted(set(factors)):
            stream = modular.residues(f"trees/{factor}", points * (2 * factor.rank + 1), 2 * POINT_SIZE + 1)
            self.known[channel(factor)] = stream.reshape(points, -1).astype(object) - POINT_SIZE

    def of(self, tree: Covariant) -> np.ndarray:
        if tree not in self.known:
            left, right = tree.operands
            self.known[tree] = self._coupled(self.of(left), self.of(right), (left.rank, right.rank, tree.rank))
        return self.known[tree]

    def function(self, function: Chain) -> np.ndarray:
        """The middle component divided by the root of its scale: the integer tables of its chain multiplied."""
        value = self.known[channel(function.factors[0])]
        for k, factor in enumerate(function.factors[1:], start=1):
            ranks = (function.chain[k - 1] if k > 1 else function.factors[0].rank, factor.rank, function.chain[k])
            value = self._coupled(value, self.known[channel(factor)], ranks)
        return value[:, function.chain[-1]]

    def _coupled(self, left: np.ndarray, right: np.ndarray, ranks: tuple[int, int, int]) -> np.ndarray:
        table = integer_coupling(*ranks)[0].astype(object)
        outer = (left[:, :, None] * right[:, None, :]).reshape(self.points, -1)
        return outer @ table.reshape(outer.shape[1], -1)


class _Span:
    """Vectors modulo a prime, kept when they are independent."""

    def __init__(self) -> None:
        self.rows: list[tuple[int, list[int]]] = []

    def _reduced(self, vector: Sequence[int]) -> list[int]:
        left = list(vector)
        for pivot, row in self.rows:
            if factor := left[pivot]:
                left = [(a - factor * b) % PRIME for a, b in zip(left, row, strict=True)]
        return left

    def add(self, vector: Sequence[int]) -> bool:
        left = self._reduced(vector)
        pivot = next((k for k, v in enumerate(left) if v), None)
        if pivot is None:
            return False
        inverse = pow(left[pivot], -1, PRIME)
        self.rows.append((pivot, [v * inverse % PRIME for v in left]))
        return True

    def holds(self, vector: Sequence[int]) -> bool:
        return not any(self._reduced(vector))


class _Group:
    """The functions asked for of one multiset and rank, and the trees that may give them.

    As many points as the multiset has covariants of the rank make an equation at the points one of functions, when the
    values there are independent; one point more is there as a check.
    """

    def __init__(self, factors: Multiset, rank: int, functions: list[Chain]) -> None:
        self.functions = tuple(functions)
        self.values = _Values(factors, count_covariants(factors, rank) + 1)
        self.wanted = [self.values.function(f) for f in functions]
        self.own = list(dict.fromkeys(chain_tree(f) for f in functions))
        self.trees = list(spanning_trees(factors, rank))
        self.residues = {t: self._modular(self.values.of(t)[:, rank]) for t in (*self.trees, *self.own)}
        self.targets = [self._modular(w) for w in self.wanted]

    @staticmethod
    def _modular(vector: np.ndarray) -> list[int]:
        return [int(v) % PRIME for v in vector]

    def first_spanning(self, ranked: Iterable[Covariant]) -> list[Covariant]:
        """Independent trees in this order, until they span the functions asked for."""
        span, kept = _Span(), []
        for tree in ranked:
            if span.add(self.residues[tree]):
                kept.append(tree)
                if all(map(span.holds, self.targets)):
                    return kept
        raise ArithmeticError(f"the trees of {self.functions[0]} do not span it modulo {PRIME}")

    def recipe(self, trees: Sequence[Covariant]) -> Recipe:
        """The exact combinations; trees that none of them uses are left out."""
        matrix = [[Fraction(int(v)) for v in self.values.of(t)[:, t.rank]] for t in trees]
        wanted = [[Fraction(int(v)) for v in w] for w in self.wanted]
        rows = coefficients(matrix, wanted, ("the trees chosen", "the function at the integer points"))
        used = [k for k in range(len(trees)) if any(row[k] for row in rows)]
        return Recipe(self.functions, tuple(trees[k] for k in used), tuple(tuple(r[k] for k in used) for r in rows))


# ---- the search -------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Price:
    """What a tree needs, as sets of bits: couplings and products."""

    couplings: int
    products: int


class _Search:
    """Prices of all trees, and the choice for every group."""

    def __init__(self, groups: list[_Group]) -> None:
        self.groups = groups
        self.position: dict[Covariant, int] = {}
        self.products: dict[tuple[object, ...], int] = {}
        self.sums: list[int] = []
        self.prices: dict[Covariant, _Price] = {}
        for group in groups:
            for tree in (*group.trees, *group.own):
                self._priced(tree)

    def _priced(self, tree: Covariant) -> _Price:
        """Products are shared by couplings of the same operands to different ranks; additions are not."""
        if not tree.operands:
            return _Price(0, 0)
        if tree not in self.prices:
            below = [self._priced(t) for t in tree.operands]
            products, sums = _work(tree)
            mine = 0
            for product in products:
                mine |= 1 << self.products.setdefault(product, len(self.products))
            self.position[tree] = len(self.sums)
            self.sums.append(sums)
            couplings = below[0].couplings | below[1].couplings | 1 << self.position[tree]
            self.prices[tree] = _Price(couplings, below[0].products | below[1].products | mine)
        return self.prices[tree]

    def _cost(self, couplings: int, products: int) -> int:
        total = products.bit_count()
        while couplings:
            lowest = couplings & -couplings
            total += self.sums[lowest.bit_length() - 1]
            couplings ^= lowest
        return total

    def _beside(self, tree: Covariant, have: _Price) -> int:
        price = self.prices[tree]
        return self._cost(price.couplings & ~have.couplings, price.products & ~have.products)

    def _union(self, trees: Iterable[Covariant], have: _Price = _Price(0, 0)) -> _Price:
        couplings, products = have.couplings, have.products
        for tree in trees:
            couplings |= self.prices[tree].couplings
            products |= self.prices[tree].products
        return _Price(couplings, products)

    def _choice(self, group: _Group, have: _Price) -> list[Covariant]:
        """The cheaper of two: the cheapest trees first, and the functions' own trees first."""
        ranked = sorted(group.trees, key=lambda t: (self._beside(t, have), t.key))
        options = [group.first_spanning(ranked)]
        if len(group.own) < len(options[0]) or len(group.trees) > 1:
            options.append(group.first_spanning([*group.own, *ranked]))

        def cost(trees: list[Covariant]) -> int:
            whole = self._union(trees, have)
            mixing = 0 if trees == group.own else 2 * (len(trees) - 1) * len(group.functions)
            return mixing + self._cost(whole.couplings & ~have.couplings, whole.products & ~have.products)

        return min(options, key=cost)

    def _all(self, offered: Iterable[Covariant]) -> tuple[int, list[list[Covariant]]]:
        """Total cost and choice when what is offered counts as formed while choosing; it is paid for if used."""
        have = self._union(offered)
        chosen: list[list[Covariant]] = []
        for group in self.groups:
            chosen.append(self._choice(group, have))
            have = self._union(chosen[-1], have)
        whole = self._union(t for trees in chosen for t in trees)
        mixing = sum(
            0 if trees == group.own else 2 * (len(trees) - 1) * len(group.functions)
            for group, trees in zip(self.groups, chosen, strict=True)
        )
        return self._cost(whole.couplings, whole.products) + mixing, chosen

    def best(self) -> list[list[Covariant]]:
        """Offers are added, or taken back, while the total falls."""
        offers: list[Covariant] = []
        best, chosen = self._all(offers)
        last = {t for group in self.groups for t in (*group.trees, *group.own)}
        open_trees = sorted(self.prices.keys() - last, key=lambda t: t.key)
        if len(open_trees) * sum(len(group.trees) for group in self.groups) > SEARCH_LIMIT:
            return chosen
        improved = True
        while improved:
            improved = False
            for tree in open_trees:
                trial = [t for t in offers if t != tree] if tree in offers else [*offers, tree]
                total, found = self._all(trial)
                if total < best:
                    best, chosen, offers, improved = total, found, trial, True
        return chosen


def _work(tree: Covariant) -> tuple[list[tuple[object, ...]], int]:
    """The products that a coupling needs, and the additions and multiplications by weights beside them."""
    left, right = tree.operands
    table, _ = integer_coupling(left.rank, right.rank, tree.rank)
    entries = [(int(i), int(j), int(m)) for i, j, m in zip(*table.nonzero(), strict=True)]
    terms = {(m, *sorted((i, j))) if left == right else (m, i, j) for i, j, m in entries}
    products = dict.fromkeys((left, right, i, j) for _, i, j in sorted(terms))
    weights = {(m, abs(int(table[i, j, m]))) for i, j, m in entries}
    return list(products), len(terms) - 2 * tree.rank - 1 + len(weights) - len({m for m, _ in weights})
