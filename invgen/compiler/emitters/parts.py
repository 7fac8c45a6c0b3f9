"""From a ``Kernel`` to parts whose values fit into the registers of one GPU thread.

A *part* computes some outputs from the inputs alone and is a program of its own; what two parts both need is computed
twice, so that nothing travels between them. Within a part, statements get an order that keeps few values alive.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterable
from dataclasses import dataclass, replace

from invgen.compiler.emitters.schedule import live_statements
from invgen.compiler.kernels.program import Kernel, Statement

Statements = tuple[tuple[int, Statement], ...]

ALIVE_LIMIT = 320
"""Values alive at once above which a part is halved. The compiler reorders further: with 307 it was measured to need
all 255 registers in float32 and no memory, with 340 some memory (docs/cuda.md)."""

PROGRAM_ORDER_LIMIT = 100
"""Values alive up to which the order of the program is kept: registers are not short."""

REORDERED_EXCESS = 1.25
"""How many more values the other order may keep alive to be preferred: compilers shorten it better (docs/cuda.md)."""


@dataclass(frozen=True)
class Part:
    """``outputs`` are ``(array, component, id)``, ``statements`` are ``(id, (op, left, right))`` in order."""

    outputs: tuple[tuple[str, int, int], ...]
    statements: Statements


def parts(kernel: Kernel, limit: int = ALIVE_LIMIT) -> tuple[Part, ...]:
    """One part where the values alive at once stay within ``limit``, else one or more for each output array."""
    outputs = [[(array, c, i) for c, i in enumerate(ids)] for array, ids in kernel.outputs]
    whole = _part(kernel, [output for array in outputs for output in array])
    if alive(kernel, whole.statements) <= limit:
        return (whole,)
    return tuple(part for array in outputs for part in _halved(kernel, array, limit))


def _halved(kernel: Kernel, outputs: list[tuple[str, int, int]], limit: int) -> Iterable[Part]:
    part = _part(kernel, outputs)
    if len(outputs) < 2 or alive(kernel, part.statements) <= limit:
        return [part]
    middle = len(outputs) // 2
    return [*_halved(kernel, outputs[:middle], limit), *_halved(kernel, outputs[middle:], limit)]


def _part(kernel: Kernel, outputs: list[tuple[str, int, int]]) -> Part:
    statements = live_statements(replace(kernel, outputs=(("part", tuple(i for _, _, i in outputs)),)))
    before = alive(kernel, statements)
    if before > PROGRAM_ORDER_LIMIT:
        other = reordered(kernel, statements)
        if alive(kernel, other) <= REORDERED_EXCESS * before:
            statements = other
    return Part(tuple(outputs), statements)


def alive(kernel: Kernel, statements: Statements) -> int:
    """The largest number of values alive at once: inputs are read at first use, outputs written when they are made."""
    last = {operand: position for position, (_, s) in enumerate(statements) for operand in s[1:]}
    now: set[int] = set()
    most = 0
    for position, (value, (_, left, right)) in enumerate(statements):
        now.update(operand for operand in (left, right) if not _is_constant(kernel, operand))
        most = max(most, len(now))
        now.difference_update(operand for operand in (left, right) if last[operand] == position)
        if value in last:
            now.add(value)
        most = max(most, len(now))
    return most


def reordered(kernel: Kernel, statements: Statements) -> Statements:
    """Of all statements whose operands are ready, next the one that adds fewest to the values alive.

    Among equals the one whose operands were touched last, then the earliest.
    """
    return _Greedy(kernel, statements).order()


class _Greedy:
    def __init__(self, kernel: Kernel, statements: Statements) -> None:
        self.kernel, self.statement = kernel, dict(statements)
        self.operands = {
            value: [o for o in sorted({left, right}) if not _is_constant(kernel, o)]
            for value, (_, left, right) in statements
        }
        self.users: dict[int, list[int]] = {}
        for value, operands in self.operands.items():
            for operand in operands:
                self.users.setdefault(operand, []).append(value)
        self.unread = {operand: len(users) for operand, users in self.users.items()}
        self.missing = {v: sum(o in self.statement for o in operands) for v, operands in self.operands.items()}
        self.touched: dict[int, int] = {}

    def order(self) -> Statements:
        ready = {value for value, count in self.missing.items() if count == 0}
        queue = [(self._cost(value), value) for value in ready]
        heapq.heapify(queue)
        made: list[tuple[int, Statement]] = []
        while queue:
            cost, value = heapq.heappop(queue)
            if value not in ready or cost != self._cost(value):
                continue
            ready.remove(value)
            made.append((value, self.statement[value]))
            for changed in self._make(value, len(made)):
                if self.missing[changed] == 0 and changed not in self.touched:
                    ready.add(changed)
                    heapq.heappush(queue, (self._cost(changed), changed))
        return tuple(made)

    def _make(self, value: int, step: int) -> set[int]:
        """Mark ``value`` as made; return the statements whose cost or readiness that may have changed."""
        self.touched[value] = step
        for user in self.users.get(value, ()):
            self.missing[user] -= 1
        for operand in self.operands[value]:
            self.touched[operand] = step
            self.unread[operand] -= 1
        return {user for o in (value, *self.operands[value]) for user in self.users.get(o, ())}

    def _cost(self, value: int) -> tuple[int, int, int]:
        operands = self.operands[value]
        fresh = sum(o not in self.touched for o in operands)
        dying = sum(self.unread[o] == 1 for o in operands)
        recent = max((self.touched.get(o, -1) for o in operands), default=-1)
        return (value in self.users) + fresh - dying, -recent, value


def _is_constant(kernel: Kernel, value: int) -> bool:
    return kernel.input_size <= value < kernel.input_size + len(kernel.constants)
