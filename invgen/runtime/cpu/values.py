"""What instructions act on: integers, registers of numbers, and memory. Operators on them write LLVM instructions.

Index       a 64-bit integer; + - * // % and comparisons, with Python integers too
Register    numbers of one SIMD register, or one number; + - * /, where a product and a sum may be fused
Memory      numbers or integers of one kind at an address
"""

from __future__ import annotations

from typing import Any

from llvmlite import ir

INDEX = ir.IntType(64)
LANE = ir.IntType(32)
_FUSED = ("contract",)
ELEMENTS: dict[str, Any] = {"float32": ir.FloatType(), "float64": ir.DoubleType()}
SIZES = {"float32": 4, "float64": 8}


class Index:
    """A 64-bit integer. Division and remainder are of numbers that are not negative."""

    def __init__(self, builder: Any, value: Any) -> None:
        self.builder, self.value = builder, value

    def _new(self, write: Any, left: Any, right: Any) -> Index:
        return Index(self.builder, write(plain(left), plain(right)))

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
        return self.builder.icmp_signed("<", self.value, plain(other))

    def __ge__(self, other: Index | int) -> Any:
        return self.builder.icmp_signed(">=", self.value, plain(other))

    def equals(self, other: Index | int) -> Any:
        """Whether both are the same number; ``==`` compares the Python objects."""
        return self.builder.icmp_signed("==", self.value, plain(other))

    def least(self, other: Index | int) -> Index:
        """The smaller of two."""
        return Index(self.builder, self.builder.select(self < other, self.value, plain(other)))

    def largest(self, other: Index | int) -> Index:
        """The larger of two."""
        return Index(self.builder, self.builder.select(self < other, plain(other), self.value))

    def unless(self, condition: Any, other: Index | int) -> Index:
        """This one, and the other where the condition holds."""
        return Index(self.builder, self.builder.select(condition, plain(other), self.value))

    def number(self, element: Any) -> Register:
        """The same as a floating-point number."""
        return Register(self.builder, self.builder.sitofp(self.value, element))


def plain(index: Index | int) -> Any:
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
        one = self.builder.insert_element(undefined, self.value, LANE(0))
        mask = ir.Constant(ir.VectorType(LANE, lanes), None)
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

    def largest(self, other: Register | float) -> Register:
        """The larger of two in every lane."""
        left, right = self._both(other)
        less = self.builder.fcmp_ordered("<", left.value, right.value)
        return Register(self.builder, self.builder.select(less, right.value, left.value))

    def total(self) -> Register:
        """The sum of all lanes, by halves."""
        value, lanes = self.value, self.lanes
        while lanes > 1:
            lanes //= 2
            halves = [
                self.builder.shuffle_vector(value, value, ir.Constant(ir.VectorType(LANE, lanes), list(part)))
                for part in (range(lanes), range(lanes, 2 * lanes))
            ]
            value = self.builder.fadd(*halves)
        return Register(self.builder, self.builder.extract_element(value, LANE(0)) if self.lanes > 1 else value)


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
        return Memory(self.builder, self.builder.gep(self.pointer, [plain(position)]))

    def __getitem__(self, position: Index | int) -> Any:
        """One number (``Register``) or integer (``Index``)."""
        value = self.builder.load(self.at(position).pointer)
        return Index(self.builder, value) if self.element == INDEX else Register(self.builder, value)

    def __setitem__(self, position: Index | int, value: Any) -> None:
        self.builder.store(plain(value) if self.element == INDEX else value.value, self.at(position).pointer)

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
        store.set_metadata("nontemporal", self.builder.module.add_metadata([LANE(1)]))


def intrinsic(module: Any, name: str, kind: Any) -> Any:
    """The declaration of one of LLVM's own functions."""
    return module.globals.get(name) or ir.Function(module, kind, name)
