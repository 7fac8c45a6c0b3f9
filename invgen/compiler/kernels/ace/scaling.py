"""In which multiples the kernels hold the components of a channel, so that few sums need weights.

Coupling tables are integers in the scaled components S_lm = sqrt(s_lm) A_lm, and stay rational when S is divided by one
root for each l and by any rational for each (l, |m|). Components that need a root anyway take such a factor for
nothing; and it decides how many weights other than one the sums have.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cache
from math import gcd, isqrt, lcm

from invgen.compiler.algebra.couplings import integer_coupling, scalings
from invgen.compiler.kernels.ace.choice import Recipe
from invgen.compiler.kernels.ace.trees import Covariant

STEPS = tuple(Fraction(a, b) for a, b in ((2, 1), (1, 2), (3, 1), (1, 3), (5, 1), (1, 5), (7, 1), (1, 7)))


DESCENT_LIMIT = 120
"""Shapes of covariants above which no steps are tried: about a second."""


@dataclass(frozen=True)
class Held:
    """How the components of rank l are held: S_lm = sqrt(common) rationals[m] H_lm, H_lm = sqrt(squares[m]) A_lm.

    squares, rationals
        For m = -l..l.
    """

    common: int
    squares: tuple[Fraction, ...]
    rationals: tuple[Fraction, ...]


def _root_parts(value: Fraction) -> tuple[Fraction, int]:
    """``(q, n)`` with value = q^2 n and n without square factors."""
    whole = value.numerator * value.denominator
    square = max(k for k in range(1, isqrt(whole) + 1) if whole % k**2 == 0)
    return Fraction(square, value.denominator), whole // square**2


def held(rank: int, common: int, multiples: Sequence[Fraction]) -> Held:
    """Components divided by sqrt(common), times a multiple for each |m| where a root is left."""
    squares, rationals = [], []
    for m, scaling in zip(range(-rank, rank + 1), scalings(rank), strict=True):
        rational, radicand = _root_parts(scaling / common)
        multiple = multiples[abs(m)] if radicand > 1 else Fraction(1)
        squares.append(radicand * multiple**2)
        rationals.append(rational / multiple)
    return Held(common, tuple(squares), tuple(rationals))


@cache
def _commons(rank: int) -> tuple[int, ...]:
    """The radicands that leave the fewest components a root."""
    radicands = [_root_parts(s)[1] for s in scalings(rank)]
    most = max(radicands.count(n) for n in radicands)
    return tuple(sorted({n for n in radicands if radicands.count(n) == most}))


def scaling(recipes: Sequence[Recipe]) -> dict[int, Held]:
    """For all ranks that the recipes use: steps are taken one at a time while the number of weights falls."""
    return _Descent(recipes).best()


@dataclass(frozen=True)
class _Shape:
    """What the weights of a covariant depend on: ranks, and whether both operands are equal."""

    rank: int
    operands: tuple[_Shape, ...] = ()
    equal: bool = False


def _shape(tree: Covariant, known: dict[Covariant, _Shape]) -> _Shape:
    """The shape of a covariant; ``known`` collects those of all its parts, operands first."""
    if tree not in known:
        parts = tuple(_shape(t, known) for t in tree.operands)
        known[tree] = _Shape(tree.rank, parts, bool(parts) and tree.operands[0] == tree.operands[1])
    return known[tree]


class _Descent:
    """The numbers of weights, and the steps that lower them. Covariants of one shape are counted together."""

    def __init__(self, recipes: Sequence[Recipe]) -> None:
        known: dict[Covariant, _Shape] = {}
        self.rows: Counter[tuple[tuple[int, _Shape], ...]] = Counter()
        for recipe in recipes:
            shapes = [_shape(tree, known) for tree in recipe.trees]
            for row in recipe.combinations:
                self.rows[tuple((c, s) for c, s in zip(_whole(row), shapes, strict=True) if c)] += 1
        self.number = Counter(known.values())
        self.ranks = sorted({shape.rank for shape in self.number if not shape.operands})
        self.steps = STEPS if len(self.number) <= DESCENT_LIMIT else ()

    def best(self) -> dict[int, Held]:
        state = {rank: held(rank, _commons(rank)[0], [Fraction(1)] * (rank + 1)) for rank in self.ranks}
        cost = self.weights(state)
        for rank in self.ranks:
            options = [self._descended(rank, common, state) for common in _commons(rank)]
            cost, state = min([(cost, state), *options], key=lambda option: option[0])
        return state

    def _descended(self, rank: int, common: int, state: dict[int, Held]) -> tuple[int, dict[int, Held]]:
        multiples = [Fraction(1)] * (rank + 1)
        best = {**state, rank: held(rank, common, multiples)}
        cost = self.weights(best)
        improved = True
        while improved:
            improved = False
            for m in range(rank + 1):
                for step in self.steps:
                    trial = [*multiples[:m], multiples[m] * step, *multiples[m + 1 :]]
                    state = {**best, rank: held(rank, common, trial)}
                    if (found := self.weights(state)) < cost:
                        multiples, best, cost, improved = trial, state, found, True
        return cost, best

    def weights(self, state: dict[int, Held]) -> int:
        """Multiplications by weights; a common factor of all components of one rank changes none of them."""
        whole = {rank: _whole(held.rationals) for rank, held in state.items()}
        contents: dict[_Shape, list[int]] = {}
        total = 0
        for shape, number in self.number.items():
            if shape.operands:
                contents[shape], more = _contents(shape, contents)
                total += more * number
            else:
                contents[shape] = whole[shape.rank]
        for row, number in self.rows.items():
            total += _primitive({abs(c * contents[shape][0]) for c, shape in row})[1] * number
        return total


def _whole(rationals: Sequence[Fraction]) -> list[int]:
    """The numbers times their common denominator."""
    denominator = lcm(*(r.denominator for r in rationals))
    return [int(r * denominator) for r in rationals]


def _contents(shape: _Shape, contents: dict[_Shape, list[int]]) -> tuple[list[int], int]:
    """The factor that every component has in front of its primitive sum, and the weights of these sums."""
    left, right = shape.operands
    first, second = contents[left], contents[right]
    found, total = [], 0
    for groups in _groups(left.rank, right.rank, shape.rank, shape.equal):
        parts = set()
        for group in groups:
            content, more = _primitive({weight * first[i] * second[j] for i, j, weight in group})
            parts.add(content)
            total += more
        content, more = _primitive(parts)
        found.append(content)
        total += more
    return found, total


@cache
def _groups(
    first: int, second: int, rank: int, equal: bool
) -> tuple[tuple[tuple[tuple[int, int, int], ...], ...], ...]:
    """For every component its entries ``(i, j, |integer|)`` by (|m1|, |m2|); i <= j for equal operands."""
    table, _ = integer_coupling(first, second, rank)
    found = []
    for m in range(2 * rank + 1):
        entries: Counter[tuple[int, int]] = Counter()
        for i, j in zip(*table[:, :, m].nonzero(), strict=True):
            pair = (int(i), int(j)) if not equal or i <= j else (int(j), int(i))
            entries[pair] += int(table[i, j, m])
        groups: dict[tuple[int, int], list[tuple[int, int, int]]] = {}
        for (i, j), weight in sorted(entries.items()):
            if weight:
                groups.setdefault((abs(i - first), abs(j - second)), []).append((i, j, abs(weight)))
        found.append(tuple(map(tuple, groups.values())))
    return tuple(found)


def _primitive(weights: set[int]) -> tuple[int, int]:
    """The greatest common divisor of positive weights, and how many different ones are left beside it."""
    content = gcd(*weights)
    return content, len(weights - {content})
