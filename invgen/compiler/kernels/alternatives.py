"""Functions that can each be computed in several ways, and what a program of some of them costs.

An alternative is an expression of one graph; it needs the products and sums below it, each of which a program
computes once. So the cost of a program is that of a union of sets, and what an alternative adds to a program is what is
not there yet. Products and sums that the same alternatives need count as one.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from invgen.compiler.kernels.builder import UNIT, Builder, Expression, Node, statements
from invgen.compiler.kernels.draws import Draws

ROUNDS = 100
"""Trials when alternatives of given functions are chosen together."""
FEW = 3
"""How many of the cheapest alternatives a trial draws from."""
SWEEPS = 20
"""How often at most every function is offered its alternatives again."""


@dataclass(frozen=True)
class Price:
    """What a product, a statement of a sum, and a term of a sum count."""

    product: int = 1
    addition: int = 1
    term: int = 0


VALUE = Price()


class Alternatives:
    """The alternatives of all functions.

    expressions
        Those of one function after another, without repeats.
    owner
        The function of each.
    starts
        The first alternative of each function, and their number at the end.
    """

    def __init__(self, builder: Builder, options: Sequence[Sequence[Expression]], price: Price = VALUE) -> None:
        self.builder = builder
        distinct = [list(dict.fromkeys(listed)) for listed in options]
        self.expressions = [expression for listed in distinct for expression in listed]
        self.owner = np.repeat(np.arange(len(distinct)), [len(listed) for listed in distinct])
        self.starts = np.concatenate([[0], np.cumsum([len(listed) for listed in distinct])]).astype(np.int64)
        self._output = np.array([c != 1 and node != UNIT for c, node in self.expressions], dtype=np.int64)
        self._merge([_needed(builder, node) for _, node in self.expressions], price)

    def _merge(self, needed: list[np.ndarray], price: Price) -> None:
        """Nodes that the same alternatives need become one column."""
        first, draws = self.builder.size, Draws(len(needed))
        signatures = np.zeros(self.builder.nodes - first, dtype=np.uint64)
        for nodes in needed:
            signatures[nodes - first] += np.uint64(draws.word())
        used = np.flatnonzero(signatures)
        _, column = np.unique(signatures[used], return_inverse=True)
        of_node = np.zeros(len(signatures), dtype=np.int64)
        of_node[used] = column
        prices = [_cost(self.builder, int(node) + first, price) for node in used]
        self.weights = np.zeros(int(column.max()) + 1 if len(used) else 0, dtype=np.int64)
        np.add.at(self.weights, column, prices)
        self.rows = [np.unique(of_node[nodes - first]) for nodes in needed]
        self._ends = np.concatenate([[0], np.cumsum([len(row) for row in self.rows])]).astype(np.int64)
        self._columns = np.concatenate([*self.rows, np.zeros(0, dtype=np.int64)])
        self._prices = self.weights[self._columns]

    def __len__(self) -> int:
        return len(self.starts) - 1

    def of(self, function: int) -> range:
        """The alternatives of a function."""
        return range(int(self.starts[function]), int(self.starts[function + 1]))

    def nothing(self) -> np.ndarray:
        """How often each column is needed by a program of no function."""
        return np.zeros(len(self.weights), dtype=np.int64)

    def added(self, counts: np.ndarray, first: int = 0, last: int | None = None) -> np.ndarray:
        """What each of the alternatives ``first`` to ``last`` (all by default) adds to a program."""
        last = len(self.rows) if last is None else last
        low, high = self._ends[first], self._ends[last]
        sums = np.zeros(high - low + 1, dtype=np.int64)
        np.cumsum(self._prices[low:high] * (counts[self._columns[low:high]] == 0), out=sums[1:])
        ends = self._ends[first : last + 1] - low
        return np.asarray(sums[ends[1:]] - sums[ends[:-1]] + self._output[first:last])

    def cheapest(self, counts: np.ndarray, function: int) -> tuple[int, int]:
        """The alternative of a function that adds least, the first of those, and how much it adds."""
        first, last = int(self.starts[function]), int(self.starts[function + 1])
        added = self.added(counts, first, last)
        best = int(added.argmin())
        return first + best, int(added[best])

    def better(self, counts: np.ndarray, old: int) -> int:
        """The first of the alternatives that add least to a program without a function, or ``old`` if it is of them."""
        first, last = (int(self.starts[self.owner[old] + k]) for k in (0, 1))
        if last - first == 1:
            return old
        added = self.added(counts, first, last)
        best = int(added.argmin())
        return first + best if added[best] < added[old - first] else old

    def least(self, counts: np.ndarray) -> np.ndarray:
        """The least that each function adds to a program."""
        return np.minimum.reduceat(self.added(counts), self.starts[:-1])

    def cost(self, chosen: Iterable[int]) -> int:
        """The statements of a program of these alternatives."""
        counts, outputs = self.nothing(), 0
        for k in chosen:
            counts[self.rows[k]] += 1
            outputs += int(self._output[k])
        return int(self.weights[counts > 0].sum()) + outputs


def _needed(builder: Builder, node: Node) -> np.ndarray:
    """Products and sums at and below a node."""
    return np.array(sorted(builder.reachable([node])), dtype=np.int64)


def _cost(builder: Builder, node: Node, price: Price) -> int:
    if node in builder.products:
        return price.product
    terms = builder.sums[node]
    return price.addition * statements(terms) + price.term * len(terms)


def together(alternatives: Alternatives) -> list[Expression]:
    """An alternative of every function, so that the program of all is short; the same on every machine.

    Again and again some functions are taken out and put back in another order, each in one of the ways that add least.
    """
    best = _put_back(alternatives, {}, range(len(alternatives)), None)
    lowest, draws = alternatives.cost(best), Draws(0)
    for _ in range(ROUNDS if len(alternatives) > 1 else 0):
        order = draws.shuffled(len(alternatives))
        out = order[: 1 + draws.below(len(order))]
        kept = {function: best[function] for function in sorted(set(order) - set(out))}
        trial = _put_back(alternatives, kept, out, draws)
        cost = alternatives.cost(trial)
        if cost <= lowest:
            best, lowest = trial, cost
    return [alternatives.expressions[k] for k in best]


def _put_back(alternatives: Alternatives, kept: dict[int, int], order: Iterable[int], draws: Draws | None) -> list[int]:
    """Each function in the cheapest way beside those before it; with draws every other one in one of ``FEW``."""
    counts, chosen = alternatives.nothing(), dict(kept)
    for k in kept.values():
        counts[alternatives.rows[k]] += 1
    for function in order:
        options = alternatives.of(function)
        added = alternatives.added(counts, options.start, options.stop)
        rank = draws.below(min(FEW, len(options))) if draws is not None and draws.below(2) else 0
        chosen[function] = options.start + int(np.argsort(added, kind="stable")[rank])
        counts[alternatives.rows[chosen[function]]] += 1
    return settled(alternatives, [chosen[function] for function in range(len(alternatives))], counts)


def in_turn(alternatives: Alternatives, functions: Iterable[int]) -> list[int]:
    """An alternative of each of some functions: the cheapest beside those before it, then the cheapest beside all."""
    counts, chosen = alternatives.nothing(), []
    for function in functions:
        chosen.append(alternatives.cheapest(counts, function)[0])
        counts[alternatives.rows[chosen[-1]]] += 1
    return settled(alternatives, chosen, counts)


def settled(alternatives: Alternatives, chosen: list[int], counts: np.ndarray) -> list[int]:
    """Every function is offered its alternatives again until none becomes cheaper; changes both arguments."""
    for _ in range(SWEEPS):
        before = list(chosen)
        for position, old in enumerate(chosen):
            counts[alternatives.rows[old]] -= 1
            chosen[position] = alternatives.better(counts, old)
            counts[alternatives.rows[chosen[position]]] += 1
        if chosen == before:
            break
    return chosen
