"""Machine code written from Python: a function of traced values runs once, and what it does becomes LLVM instructions.

    Index       a 64-bit integer; + - * // % and comparisons, with Python integers too
    Register    numbers of one SIMD register, or one number; + - * /, where a product and a sum may be fused
    Memory      numbers or integers of one kind at an address
    Sum         a register that a loop adds to
    Code        the function that is being written: loops, branches, sums over a row

The order of every sum is the one that is written: no vectoriser and no reassociation stand between, so that equal
instructions give equal bits. One number and a register make a register. Any LLVM builder will do, Numba's too.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from llvmlite import ir

INDEX = ir.IntType(64)
_LANE = ir.IntType(32)
_FUSED = ("contract",)
ELEMENTS: dict[str, Any] = {"float32": ir.FloatType(), "float64": ir.DoubleType()}
SIZES = {"float32": 4, "float64": 8}


class Index:
    """A 64-bit integer. Division and remainder are of numbers that are not negative."""

    def __init__(self, builder: Any, value: Any) -> None:
        self.builder, self.value = builder, value

    def _new(self, write: Any, left: Any, right: Any) -> Index:
        return Index(self.builder, write(_plain(left), _plain(right)))

    def __add__(self, other: Index | int) -> Index:
        return self._new(self.builder.add, self, other)

    __radd__ = __add__

    def __sub__(self, other: Index | int) -> Index:
        return self._new(self.builder.sub, self, other)

    def __rsub__(self, other: int) -> Index:
        return self._new(self.builder.sub, other, self)

    def __mul__(self, other: Index | int) -> Index:
        return self._new(self.builder.mul, self, other)

    __rmul__ = __mul__

    def __floordiv__(self, other: Index | int) -> Index:
        return self._new(self.builder.udiv, self, other)

    def __mod__(self, other: Index | int) -> Index:
        return self._new(self.builder.urem, self, other)

    def __invert__(self) -> Index:
        return Index(self.builder, self.builder.not_(self.value))

    def __lt__(self, other: Index | int) -> Any:
        return self.builder.icmp_signed("<", self.value, _plain(other))

    def __ge__(self, other: Index | int) -> Any:
        return self.builder.icmp_signed(">=", self.value, _plain(other))

    def equals(self, other: Index | int) -> Any:
        """Whether both are the same number; ``==`` compares the Python objects."""
        return self.builder.icmp_signed("==", self.value, _plain(other))

    def least(self, other: Index | int) -> Index:
        """The smaller of two."""
        return Index(self.builder, self.builder.select(self < other, self.value, _plain(other)))

    def largest(self, other: Index | int) -> Index:
        """The larger of two."""
        return Index(self.builder, self.builder.select(self < other, _plain(other), self.value))

    def number(self, element: Any) -> Register:
        """The same as a floating-point number."""
        return Register(self.builder, self.builder.sitofp(self.value, element))


def _plain(index: Index | int) -> Any:
    return index.value if isinstance(index, Index) else INDEX(index)


class Register:
    """``lanes`` numbers of one kind, or one where ``lanes`` is 1; a number meets every lane of a register."""

    def __init__(self, builder: Any, value: Any) -> None:
        self.builder, self.value = builder, value

    @property
    def lanes(self) -> int:
        return self.value.type.count if isinstance(self.value.type, ir.VectorType) else 1

    @property
    def element(self) -> Any:
        return self.value.type.element if isinstance(self.value.type, ir.VectorType) else self.value.type

    def spread(self, lanes: int) -> Register:
        """A number in all of ``lanes``; a register stays as it is."""
        if self.lanes > 1 or lanes == 1:
            return self
        undefined = ir.Constant(ir.VectorType(self.element, lanes), ir.Undefined)
        one = self.builder.insert_element(undefined, self.value, _LANE(0))
        mask = ir.Constant(ir.VectorType(_LANE, lanes), None)
        return Register(self.builder, self.builder.shuffle_vector(one, undefined, mask))

    def constant(self, number: float) -> Register:
        """A number like this register."""
        if self.lanes == 1:
            return Register(self.builder, self.element(number))
        return Register(self.builder, self.value.type([self.element(number)] * self.lanes))

    def _both(self, other: Register | float) -> tuple[Register, Register]:
        if not isinstance(other, Register):
            other = self.constant(other)
        return self.spread(other.lanes), other.spread(self.lanes)

    def _new(self, write: Any, left: Register, right: Register) -> Register:
        return Register(self.builder, write(left.value, right.value, flags=_FUSED))

    def __add__(self, other: Register | float) -> Register:
        return self._new(self.builder.fadd, *self._both(other))

    def __sub__(self, other: Register | float) -> Register:
        return self._new(self.builder.fsub, *self._both(other))

    def __mul__(self, other: Register | float) -> Register:
        return self._new(self.builder.fmul, *self._both(other))

    def __truediv__(self, other: Register | float) -> Register:
        return self._new(self.builder.fdiv, *self._both(other))

    def __rtruediv__(self, other: float) -> Register:
        return self.constant(other) / self

    def __neg__(self) -> Register:
        return Register(self.builder, self.builder.fneg(self.value))

    def sqrt(self) -> Register:
        size = "f32" if self.element == ELEMENTS["float32"] else "f64"
        name = f"llvm.sqrt.{size if self.lanes == 1 else f'v{self.lanes}{size}'}"
        kind = ir.FunctionType(self.value.type, [self.value.type])
        return Register(self.builder, self.builder.call(intrinsic(self.builder.module, name, kind), [self.value]))

    def below(self, limit: Register, value: Register) -> Register:
        """``value`` where this is less than ``limit``, else 0."""
        less = self.builder.fcmp_ordered("<", self.value, limit.spread(self.lanes).value)
        return Register(self.builder, self.builder.select(less, value.value, value.constant(0.0).value))

    def total(self) -> Register:
        """The sum of all lanes, by halves."""
        value, lanes = self.value, self.lanes
        while lanes > 1:
            lanes //= 2
            halves = [
                self.builder.shuffle_vector(value, value, ir.Constant(ir.VectorType(_LANE, lanes), list(part)))
                for part in (range(lanes), range(lanes, 2 * lanes))
            ]
            value = self.builder.fadd(*halves)
        return Register(self.builder, self.builder.extract_element(value, _LANE(0)) if self.lanes > 1 else value)


class Memory:
    """Numbers, or 64-bit integers, that lie one after the other; ``align`` is what is known of the address."""

    def __init__(self, builder: Any, pointer: Any) -> None:
        self.builder, self.pointer = builder, pointer

    @property
    def element(self) -> Any:
        return self.pointer.type.pointee

    @property
    def size(self) -> int:
        """Bytes of one."""
        return 4 if self.element == ELEMENTS["float32"] else 8

    @property
    def address(self) -> Index:
        return Index(self.builder, self.builder.ptrtoint(self.pointer, INDEX))

    def at(self, position: Index | int) -> Memory:
        """The memory from ``position`` on."""
        return Memory(self.builder, self.builder.gep(self.pointer, [_plain(position)]))

    def __getitem__(self, position: Index | int) -> Any:
        """One number (``Register``) or integer (``Index``)."""
        value = self.builder.load(self.at(position).pointer)
        return Index(self.builder, value) if self.element == INDEX else Register(self.builder, value)

    def __setitem__(self, position: Index | int, value: Any) -> None:
        self.builder.store(_plain(value) if self.element == INDEX else value.value, self.at(position).pointer)

    def _registers(self, position: Index | int, lanes: int) -> Any:
        pointer = self.at(position).pointer
        return pointer if lanes == 1 else self.builder.bitcast(pointer, ir.VectorType(self.element, lanes).as_pointer())

    def load(self, position: Index | int, lanes: int) -> Register:
        """``lanes`` numbers from ``position`` on."""
        return Register(self.builder, self.builder.load(self._registers(position, lanes), align=self.size))

    def store(self, position: Index | int, value: Register) -> None:
        self.builder.store(value.value, self._registers(position, value.lanes), align=self.size)

    def stream(self, position: Index | int, value: Register) -> None:
        """A store past the caches; the address must be that of a whole register."""
        align = self.size * value.lanes
        store = self.builder.store(value.value, self._registers(position, value.lanes), align=align)
        store.set_metadata("nontemporal", self.builder.module.add_metadata([_LANE(1)]))


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
        k.add_incoming(_plain(start), before)
        builder.cbranch(builder.icmp_signed("<", k, _plain(stop)), body, after)
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
        kind = ir.FunctionType(ir.VoidType(), [pointer.type, _LANE, _LANE, _LANE])
        function = intrinsic(self.builder.module, "llvm.prefetch.p0i8", kind)
        self.builder.call(function, [pointer, _LANE(0), _LANE(2), _LANE(1)])


class Variable:
    """An integer that changes; LLVM keeps it in a register."""

    def __init__(self, code: Code, start: Index | int) -> None:
        self.code, self.place = code, code.place(INDEX)
        self.set(start)

    @property
    def value(self) -> Index:
        return Index(self.code.builder, self.code.builder.load(self.place))

    def set(self, value: Index | int) -> None:
        self.code.builder.store(_plain(value), self.place)


def _joined(registers: Sequence[Register]) -> Register:
    total = registers[0]
    for other in registers[1:]:
        total = total + other
    return total


def intrinsic(module: Any, name: str, kind: Any) -> Any:
    """The declaration of one of LLVM's own functions."""
    return module.globals.get(name) or ir.Function(module, kind, name)
