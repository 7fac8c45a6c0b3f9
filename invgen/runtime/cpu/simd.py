"""Machine code written from Python: a function of traced values runs once, and what it does becomes LLVM instructions.

``Code`` is the function that is being written: loops, branches, sums over a row, of the values in ``values``. The order
of every sum is the one that is written: no vectoriser and no reassociation stand between, so that equal instructions
give equal bits. One number and a register make a register. Any LLVM builder will do, Numba's too.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from llvmlite import ir

from invgen.runtime.cpu.values import ELEMENTS, INDEX, LANE, SIZES, Index, Memory, Register, intrinsic, plain


class Sum:
    """A register that starts at zero, or at ``start``; LLVM keeps it out of memory."""

    def __init__(self, code: Code, element: Any, lanes: int, start: Register | None = None) -> None:
        self.code, kind = code, element if lanes == 1 else ir.VectorType(element, lanes)
        self.place = code.place(kind)
        code.builder.store(ir.Constant(kind, 0.0 if lanes == 1 else None) if start is None else start.value, self.place)

    def add(self, part: Register) -> None:
        self.code.builder.store((self.value + part).value, self.place)

    @property
    def value(self) -> Register:
        return Register(self.code.builder, self.code.builder.load(self.place))


class Code:
    """The function that ``builder`` is writing. ``element`` names its numbers, ``register`` is their number in one
    register of ``register_bytes``."""

    def __init__(self, builder: Any, dtype: str, register_bytes: int) -> None:
        self.builder, self.dtype = builder, dtype
        self.element, self.size = ELEMENTS[dtype], SIZES[dtype]
        self.register_bytes, self.register = register_bytes, register_bytes // SIZES[dtype]

    def index(self, value: int) -> Index:
        return Index(self.builder, INDEX(value))

    def number(self, value: float, lanes: int = 1) -> Register:
        """A constant, in all of ``lanes``."""
        return Register(self.builder, self.element(value)).spread(lanes)

    def numbers(self, address: Index) -> Memory:
        """Numbers at an address."""
        return Memory(self.builder, self.builder.inttoptr(address.value, self.element.as_pointer()))

    def integers(self, address: Index) -> Memory:
        """64-bit integers at an address."""
        return Memory(self.builder, self.builder.inttoptr(address.value, INDEX.as_pointer()))

    def place(self, kind: Any) -> Any:
        """Room in the frame of the function, made once however often a loop comes by."""
        with self.builder.goto_entry_block():
            return self.builder.alloca(kind)

    def sum(self, lanes: int = 1, start: Register | None = None) -> Sum:
        return Sum(self, self.element, lanes, start)

    @contextmanager
    def loop(self, start: Index | int, stop: Index | int, step: int = 1) -> Iterator[Index]:
        """The indices from ``start`` below ``stop``."""
        builder = self.builder
        before = builder.block
        head, body, after = (builder.append_basic_block() for _ in range(3))
        builder.branch(head)
        builder.position_at_end(head)
        k = builder.phi(INDEX)
        k.add_incoming(plain(start), before)
        builder.cbranch(builder.icmp_signed("<", k, plain(stop)), body, after)
        builder.position_at_end(body)
        yield Index(builder, k)
        k.add_incoming(builder.add(k, INDEX(step)), builder.block)
        builder.branch(head)
        builder.position_at_end(after)

    @contextmanager
    def repeat(self, condition: Callable[[], Any]) -> Iterator[None]:
        """As long as the condition holds, which is asked before every turn."""
        builder = self.builder
        head, body, after = (builder.append_basic_block() for _ in range(3))
        builder.branch(head)
        builder.position_at_end(head)
        builder.cbranch(condition(), body, after)
        builder.position_at_end(body)
        yield
        builder.branch(head)
        builder.position_at_end(after)

    def when(self, condition: Any) -> Any:
        """Only where the condition holds: ``with code.when(a < b): ...``."""
        return self.builder.if_then(condition)

    def either(self, condition: Any) -> Any:
        """``with code.either(a < b) as (yes, no): with yes: ...; with no: ...``."""
        return self.builder.if_else(condition)

    def variable(self, start: Index | int) -> Variable:
        return Variable(self, start)

    def blocks(self, length: Index, sizes: Sequence[int]) -> Iterator[tuple[int, Index, Index]]:
        """(size, start, stop) that cover 0..length with blocks of falling sizes, the last of them 1."""
        start = self.index(0)
        for size in sizes:
            stop = length - length % size if size > 1 else length
            yield size, start, stop
            start = stop

    def each(self, length: Index, body: Callable[[Index, int], None]) -> None:
        """``body(position, lanes)`` for all positions below ``length``: whole registers, then single numbers."""
        for lanes, start, stop in self.blocks(length, (self.register, 1)):
            with self.loop(start, stop, lanes) as at:
                body(at, lanes)

    def sums(self, length: Index, terms: Callable[[Index, int], Sequence[Register]], count: int) -> list[Register]:
        """Sums of ``count`` terms over all positions below ``length``: in several registers, one register, numbers."""
        totals: list[Register] = []
        for size, start, stop in self.blocks(length, (4 * self.register, self.register, 1)):
            lanes = min(size, self.register)
            parts = [[self.sum(lanes) for _ in range(count)] for _ in range(size // lanes)]
            with self.loop(start, stop, size) as at:
                for k, sums in enumerate(parts):
                    for total, term in zip(sums, terms(at + k * lanes, lanes), strict=True):
                        total.add(term)
            found = [_joined([sums[k].value for sums in parts]).total() for k in range(count)]
            totals = [a + b for a, b in zip(totals, found, strict=True)] if totals else found
        return totals

    def copy(self, target: Memory, source: Memory, count: Index | int) -> None:
        """Copy ``count`` numbers; a copy of constant size is a few moves of registers."""
        pointer, flag = ir.IntType(8).as_pointer(), ir.IntType(1)
        kind = ir.FunctionType(ir.VoidType(), [pointer, pointer, INDEX, flag])
        function = intrinsic(self.builder.module, "llvm.memcpy.p0i8.p0i8.i64", kind)
        places = [self.builder.bitcast(memory.pointer, pointer) for memory in (target, source)]
        length = INDEX(count * self.size) if isinstance(count, int) else (count * self.size).value
        self.builder.call(function, [*places, length, flag(0)])

    def prefetch(self, address: Index) -> None:
        """Ask for the cache line at ``address``, which may be past the end of an array."""
        pointer = self.builder.inttoptr(address.value, ir.IntType(8).as_pointer())
        kind = ir.FunctionType(ir.VoidType(), [pointer.type, LANE, LANE, LANE])
        function = intrinsic(self.builder.module, "llvm.prefetch.p0i8", kind)
        self.builder.call(function, [pointer, LANE(0), LANE(2), LANE(1)])


class Variable:
    """An integer that changes; LLVM keeps it in a register."""

    def __init__(self, code: Code, start: Index | int) -> None:
        self.code, self.place = code, code.place(INDEX)
        self.set(start)

    @property
    def value(self) -> Index:
        return Index(self.code.builder, self.code.builder.load(self.place))

    def set(self, value: Index | int) -> None:
        self.code.builder.store(plain(value), self.place)


def _joined(registers: Sequence[Register]) -> Register:
    total = registers[0]
    for other in registers[1:]:
        total = total + other
    return total
