"""From a ``Kernel`` to passes: what every backend that unrolls statements needs to know.

A *pass* is a slice of the program that a compiler sees as one loop. Values that are made in one pass and
read in another live in numbered rows of a scratch buffer, one row for each value, reused once it is dead.
"""

from __future__ import annotations

from dataclasses import dataclass

from invgen.compiler.kernels.program import Kernel, Statement


@dataclass(frozen=True)
class Pass:
    """``loads`` and ``stores`` map value ids to rows; ``statements`` are ``(id, (op, left, right))`` in order."""

    loads: dict[int, int]
    statements: tuple[tuple[int, Statement], ...]
    stores: dict[int, int]


@dataclass(frozen=True)
class Plan:
    """Passes in order, the number of ``rows`` of the buffer, and the row of every output component.

    The inputs occupy rows 0, 1, ... in the order of the kernel's inputs.
    """

    passes: tuple[Pass, ...]
    rows: int
    output_rows: tuple[int, ...]


def live_statements(kernel: Kernel) -> tuple[tuple[int, Statement], ...]:
    """The statements that some output needs, with their ids, in program order."""
    first = kernel.input_size + len(kernel.constants)
    needed = {i for _, ids in kernel.outputs for i in ids}
    kept: list[tuple[int, Statement]] = []
    for position in reversed(range(len(kernel.statements))):
        if first + position in needed:
            statement = kernel.statements[position]
            needed.update(statement[1:])
            kept.append((first + position, statement))
    return tuple(reversed(kept))


def plan(kernel: Kernel, limit: int) -> Plan:
    """Cut ``kernel`` into passes of about ``limit`` statements and give every crossing value a row.

    Cuts fall where the fewest values are alive, within a fifth of a pass of the even spacing.
    """
    if limit < 1:
        raise ValueError(f"a pass needs at least one statement, got limit={limit}")
    statements = live_statements(kernel)
    cuts = _cuts(kernel, statements, limit)
    slices = [statements[a:b] for a, b in zip([0, *cuts], [*cuts, len(statements)], strict=True)]
    return _Rows(kernel, slices).plan()


def _is_constant(kernel: Kernel, value: int) -> bool:
    return kernel.input_size <= value < kernel.input_size + len(kernel.constants)


def _alive(kernel: Kernel, statements: tuple[tuple[int, Statement], ...]) -> list[int]:
    """How many computed values cross the gap in front of each statement."""
    made = {value: position for position, (value, _) in enumerate(statements)}
    last = {operand: position for position, (_, s) in enumerate(statements) for operand in s[1:] if operand in made}
    last.update({i: len(statements) for _, ids in kernel.outputs for i in ids if i in made})
    change = [0] * (len(statements) + 2)
    for value, end in last.items():
        change[made[value] + 1] += 1
        change[end + 1] -= 1
    total, alive = 0, []
    for step in change[: len(statements)]:
        total += step
        alive.append(total)
    return alive


def _cuts(kernel: Kernel, statements: tuple[tuple[int, Statement], ...], limit: int) -> list[int]:
    count = -(-len(statements) // limit)
    alive = _alive(kernel, statements)
    cuts: list[int] = []
    for k in range(1, count):
        middle, slack = k * len(statements) // count, limit // 10
        window = range(max(middle - slack, 1), min(middle + slack, len(statements) - 1) + 1)
        cuts.append(min(window, key=lambda p: (alive[p], abs(p - middle), p)))
    return sorted(set(cuts))


class _Rows:
    """Linear scan over passes: a row is free again in the pass after the last one that reads it."""

    def __init__(self, kernel: Kernel, slices: list[tuple[tuple[int, Statement], ...]]) -> None:
        self.kernel, self.slices = kernel, slices or [()]
        self.outputs = [i for _, ids in kernel.outputs for i in ids]
        self.made = {value: k for k, part in enumerate(self.slices) for value, _ in part}
        self.last = {operand: k for k, part in enumerate(self.slices) for _, s in part for operand in s[1:]}
        self.last.update({i: len(self.slices) for i in self.outputs})
        self.row = {i: i for i in range(kernel.input_size)}
        self.rows = kernel.input_size
        self.free: list[int] = []

    def plan(self) -> Plan:
        passes = tuple(self._one(k) for k in range(len(self.slices)))
        return Plan(passes, self.rows, tuple(self.row[i] for i in self.outputs))

    def _one(self, k: int) -> Pass:
        loads, stores = {}, {}
        for value, (_, left, right) in self.slices[k]:
            for operand in (left, right):
                if self.made.get(operand, -1) < k and not _is_constant(self.kernel, operand):
                    loads[operand] = self.row[operand]
            if self.last[value] > k:
                stores[value] = self._take(value)
        if k == len(self.slices) - 1:
            for value in dict.fromkeys(self.outputs):
                if _is_constant(self.kernel, value):
                    stores[value] = self._take(value)
        self.free += sorted((r for v, r in loads.items() if self.last[v] == k), reverse=True)
        return Pass(loads, self.slices[k], stores)

    def _take(self, value: int) -> int:
        if self.free:
            self.row[value] = self.free.pop()
        else:
            self.row[value] = self.rows
            self.rows += 1
        return self.row[value]
