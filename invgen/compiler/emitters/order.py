"""The statements of a kernel in an order that keeps few values alive, its sums added up in the order of their terms.

A sum takes each term when it is there, so that a product which nothing else reads needs no register: GPUs and CPUs
multiply and add in one instruction. The first order goes depth first. A search moves operations, with what they alone
need, to other places: all moves that leave fewer values alive above what is enough are taken, others ever more rarely
(simulated annealing). Work is counted in trials, and whole numbers and correctly rounded products decide: every machine
finds the same order.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cache

import numpy as np

from invgen.compiler.emitters.schedule import live_statements
from invgen.compiler.kernels.draws import Draws
from invgen.compiler.kernels.program import Kernel, Statement

ENOUGH = 64
"""Values alive at once that need no other order: in float64 half of the registers that a thread may have, so that a GPU
runs several blocks side by side (docs/cuda.md). A CPU has fewer."""
OF_EACH, WORK = 20, 30_000_000
"""Trials of a search: so many for each operation, and no more than take this much work: trials times operations. That
is about a second."""
HEAT = 100.0
"""What a trial may add at first to the sum of squares of values above ``ENOUGH``, on average."""
LARGEST = 40
"""Operations that move together at most."""


@dataclass(frozen=True)
class Operation:
    """Makes a product, or adds a term to a sum.

    target
        The product or the sum.
    sign
        0 for a product, else that of the term.
    term
        The value that is added; a product that only this sum reads is multiplied here.
    reads
        Values that have to be there, without constants.
    """

    target: int
    sign: int
    term: int
    reads: tuple[int, ...]


class Operations:
    """Those of a kernel, numbered in program order, and what has to come before and after each."""

    def __init__(self, kernel: Kernel) -> None:
        self.kernel = kernel
        self.statements = dict(live_statements(kernel))
        self.outputs = {i for _, ids in kernel.outputs for i in ids}
        readers, summed = Counter(i for _, ids in kernel.outputs for i in ids), Counter[int]()
        for op, *operands in self.statements.values():
            readers.update(operands)
            summed.update(operands if op != "mul" else ())
        once = {v for v in self.statements if readers[v] == summed[v] == 1}
        self.multiplied = {v for v in once if self.statements[v][0] == "mul"}
        self.merged = once - self.multiplied
        self.all = [o for v in self.statements if v not in once for o in self._of(v)]
        self.makers: dict[int, list[int]] = {}
        self.users: dict[int, list[int]] = {}
        for k, operation in enumerate(self.all):
            self.makers.setdefault(operation.target, []).append(k)
            for value in operation.reads:
                self.users.setdefault(value, []).append(k)
        self.before = [sorted({m for v in o.reads for m in self.makers.get(v, ())}) for o in self.all]
        self.after = [self.users.get(o.target, []) for o in self.all]

    def _of(self, value: int) -> Iterator[Operation]:
        """The operations that make a value."""
        op, *operands = self.statements[value]
        if op == "mul":
            yield Operation(value, 0, value, self._variable(operands))
            return
        for sign, term in self._terms(value):
            reads = self.statements[term][1:] if term in self.multiplied else (term,)
            yield Operation(value, sign, term, self._variable(reads))

    def _variable(self, values: Iterable[int]) -> tuple[int, ...]:
        first, count = self.kernel.input_size, len(self.kernel.constants)
        return tuple(dict.fromkeys(v for v in values if not first <= v < first + count))

    def _terms(self, value: int) -> Iterator[tuple[int, int]]:
        """Signed terms of a sum, those of sums that only it reads among them."""
        stack = [(1, value)]
        while stack:
            sign, term = stack.pop()
            if term == value or term in self.merged:
                op, left, right = self.statements[term]
                stack += [(sign if op == "add" else -sign, right), (sign, left)]
            else:
                yield sign, term

    def depth_first(self) -> list[int]:
        """Output by output, everything right before it is needed."""
        order, seen = list[int](), set[int]()
        stack: list[tuple[bool, int]] = [(False, i) for _, ids in reversed(self.kernel.outputs) for i in reversed(ids)]
        while stack:
            is_operation, here = stack.pop()
            if is_operation:
                order.append(here)
            elif here in self.makers and here not in seen:
                seen.add(here)
                for k in reversed(self.makers[here]):
                    stack.append((True, k))
                    stack += [(False, value) for value in reversed(self.all[k].reads)]
        return order

    def alone(self, seeds: Iterable[int], most: int) -> set[int]:
        """Some operations and what only they need, about so many."""
        queue = list(seeds)
        block = set(queue)
        while queue and len(block) < most:
            for k in self.before[queue.pop()]:
                target = self.all[k].target
                if k not in block and target not in self.outputs and all(u in block for u in self.after[k]):
                    block.update(self.makers[target])
                    queue += self.makers[target]
        return block

    def in_order(self, order: Iterable[int]) -> Kernel:
        """The kernel whose statements are these operations in this order."""
        first = self.kernel.input_size + len(self.kernel.constants)
        value = {i: i for i in range(first)}
        made: list[Statement] = []
        sums: dict[int, tuple[int, int]] = {}

        def make(op: str, left: int, right: int) -> int:
            made.append((op, left, right))
            return first + len(made) - 1

        for k in order:
            target, sign, term = self.all[k].target, self.all[k].sign, self.all[k].term
            if sign == 0 or term in self.multiplied:
                _, left, right = self.statements[term]
                value[term] = make("mul", value[left], value[right])
            if sign and target in sums:
                signs, total = sums[target]
                operands = (value[term], total) if signs < sign else (total, value[term])
                sums[target] = max(sign, signs), make("add" if sign == signs else "sub", *operands)
                value[target] = sums[target][1]
            elif sign:
                sums[target] = sign, value[term]
        outputs = tuple((array, tuple(value[i] for i in ids)) for array, ids in self.kernel.outputs)
        return replace(self.kernel, statements=tuple(made), outputs=outputs)


@dataclass(frozen=True)
class _Order:
    """An order, where each operation is in it, and how many values are alive after each of its places.

    A value is alive from ``birth`` (of a sum the first term, of an input the first use) until the place ``death``.
    """

    order: np.ndarray
    at: np.ndarray
    birth: np.ndarray
    death: np.ndarray
    alive: np.ndarray
    excess: int

    @property
    def rank(self) -> tuple[int, int]:
        """The less the better."""
        return int(self.alive.max()), self.excess


class _Search:
    def __init__(self, operations: Operations, enough: int) -> None:
        self.operations, self.enough = operations, enough
        self.count, self.draws = len(operations.all), Draws(0)
        makers, users = operations.makers, operations.users
        values = sorted(makers.keys() | users.keys())
        self.first, self.firsts = _joined([makers.get(v) or users[v] for v in values])
        self.last, self.lasts = _joined([users.get(v) or makers[v] for v in values])

    def look(self, order: np.ndarray) -> _Order:
        """What there is to know of an order."""
        at = np.empty(self.count, dtype=np.int64)
        at[order] = np.arange(self.count)
        birth = np.minimum.reduceat(at[self.first], self.firsts)
        death = np.maximum.reduceat(at[self.last], self.lasts)
        alive = np.cumsum(np.bincount(birth, minlength=self.count) - np.bincount(death, minlength=self.count))
        return _Order(order, at, birth, death, alive, int((np.maximum(alive - self.enough, 0) ** 2).sum()))

    def run(self, order: Sequence[int]) -> list[int]:
        """The best order of all that are tried."""
        here = best = self.look(np.array(order, dtype=np.int64))
        trials = min(OF_EACH * self.count, WORK // self.count)
        for trial in range(trials):
            if not here.excess:
                break
            tried = self._tried(here)
            if tried and tried.excess - here.excess <= HEAT * (1 - trial / trials) * self.draws.waiting():
                here = tried
                best = min(best, here, key=lambda found: found.rank)
        return [int(k) for k in best.order]

    def _tried(self, here: _Order) -> _Order | None:
        """Some operations moved to another place where they may be, if there is one."""
        operations, at = self.operations, here.at
        block = self._block(here)
        low = 1 + max((int(at[d]) for k in block for d in operations.before[k] if d not in block), default=-1)
        high = min((int(at[u]) for k in block for u in operations.after[k] if u not in block), default=self.count)
        place = (low, high, low + self.draws.below(high - low + 1))[self.draws.below(3)]
        moving = sorted(int(at[k]) for k in block)
        stays = np.ones(self.count, dtype=bool)
        stays[moving] = False
        if low == moving[0] and high == moving[-1] + 1:
            return None
        order = here.order
        parts = order[:place][stays[:place]], order[moving], order[place:][stays[place:]]
        return self.look(np.concatenate(parts))

    def _block(self, here: _Order) -> set[int]:
        """An operation from anywhere, or one that makes or last reads a value alive where too many are."""
        operations, draws = self.operations, self.draws
        k = draws.below(self.count)
        if draws.below(2):
            crowded = np.flatnonzero(here.alive > self.enough)
            place = crowded[draws.below(len(crowded))]
            values = np.flatnonzero((here.birth <= place) & (here.death > place))
            value = values[draws.below(len(values))]
            k = int(here.order[(here.birth, here.death)[draws.below(2)][value]])
        seeds = [k] if draws.below(2) else operations.makers[operations.all[k].target]
        return operations.alone(seeds, 1 + draws.below(LARGEST))


def _joined(lists: Sequence[Sequence[int]]) -> tuple[np.ndarray, np.ndarray]:
    """All lists in one, and where each begins."""
    return np.concatenate(lists), np.cumsum([0, *map(len, lists[:-1])])


def alive(kernel: Kernel) -> int:
    """The largest number of values alive at once: inputs are read at first use, outputs written when they are made."""
    statements, first = live_statements(kernel), kernel.input_size
    constants = range(first, first + len(kernel.constants))
    last = {operand: position for position, (_, s) in enumerate(statements) for operand in s[1:]}
    now: set[int] = set()
    most = 0
    for position, (value, (_, left, right)) in enumerate(statements):
        now.update(operand for operand in (left, right) if operand not in constants)
        most = max(most, len(now))
        now.difference_update(operand for operand in (left, right) if last[operand] == position)
        if value in last:
            now.add(value)
        most = max(most, len(now))
    return most


def depth_first(kernel: Kernel) -> Kernel:
    """The same results of the same number of statements, everything made right before it is needed.

    Sums are added up in another order, so results differ by rounding.
    """
    operations = Operations(kernel)
    return operations.in_order(operations.depth_first())


@cache
def narrowed(kernel: Kernel, enough: int | None = None) -> Kernel:
    """``depth_first``, then the search for an order with fewer values alive at once, ``enough`` or fewer if possible.

    By default that is ``ENOUGH``.
    """
    operations = Operations(kernel)
    if not operations.all:
        return kernel
    return operations.in_order(_Search(operations, ENOUGH if enough is None else enough).run(operations.depth_first()))
