"""Loops over rows of numbers, written as LLVM instructions on whole SIMD registers.

A row is the address of contiguous float64 numbers; loops take WIDTH of them at a time, so rows have multiples of WIDTH.
The body of a loop is an ordinary Python expression: it is executed once, when a kernel is compiled, with values
that write instructions. No guards against overlapping rows and no vectoriser stand between.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from llvmlite import ir
from numba import types
from numba.core import cgutils
from numba.extending import intrinsic

from invgen.runtime.cpu.compiled import compiled

WIDTH = 8
REGISTER = ir.VectorType(ir.DoubleType(), WIDTH)
_FLAGS = ("contract",)


class Register:
    """WIDTH numbers; arithmetic writes instructions, and a product and a sum may be fused."""

    def __init__(self, builder: Any, value: Any) -> None:
        self.builder, self.value = builder, value

    def _of(self, other: Any) -> Any:
        return other.value if isinstance(other, Register) else ir.Constant(REGISTER, [float(other)] * WIDTH)

    def _new(self, write: Any, left: Any, right: Any) -> Register:
        return Register(self.builder, write(left, right, flags=_FLAGS))

    def __add__(self, other: Any) -> Register:
        return self._new(self.builder.fadd, self.value, self._of(other))

    def __sub__(self, other: Any) -> Register:
        return self._new(self.builder.fsub, self.value, self._of(other))

    def __mul__(self, other: Any) -> Register:
        return self._new(self.builder.fmul, self.value, self._of(other))

    def __rtruediv__(self, other: Any) -> Register:
        return self._new(self.builder.fdiv, self._of(other), self.value)

    def sqrt(self) -> Register:
        kind = ir.FunctionType(REGISTER, [REGISTER])
        function = cgutils.get_or_insert_function(self.builder.module, kind, f"llvm.sqrt.v{WIDTH}f64")
        return Register(self.builder, self.builder.call(function, [self.value]))

    def below(self, limit: Register, value: Register) -> Register:
        """``value`` where this is less than ``limit``, else 0."""
        less = self.builder.fcmp_ordered("<", self.value, limit.value)
        return Register(self.builder, self.builder.select(less, value.value, self._of(0.0)))

    def sum(self) -> Any:
        """The sum of all lanes, a scalar: halves are added until one is left."""
        total, size = self.value, WIDTH
        while size > 1:
            size //= 2
            low, high = (
                ir.Constant(ir.VectorType(ir.IntType(32), size), [k + at for k in range(size)]) for at in (0, size)
            )
            total = self.builder.fadd(
                self.builder.shuffle_vector(total, total, low), self.builder.shuffle_vector(total, total, high)
            )
        return self.builder.extract_element(total, ir.Constant(ir.IntType(32), 0))


def spread(builder: Any, scalar: Any) -> Register:
    single = builder.insert_element(ir.Constant(REGISTER, ir.Undefined), scalar, ir.Constant(ir.IntType(32), 0))
    mask = ir.Constant(ir.VectorType(ir.IntType(32), WIDTH), [0] * WIDTH)
    return Register(builder, builder.shuffle_vector(single, ir.Constant(REGISTER, ir.Undefined), mask))


def pointer(builder: Any, address: Any, at: Any = None) -> Any:
    data = builder.inttoptr(address, ir.DoubleType().as_pointer())
    return builder.bitcast(data if at is None else builder.gep(data, [at]), REGISTER.as_pointer())


def load(builder: Any, address: Any, at: Any = None) -> Register:
    return Register(builder, builder.load(pointer(builder, address, at), align=8))


class Sum:
    """A sum that a loop adds to; LLVM keeps it in a register."""

    def __init__(self, builder: Any) -> None:
        self.builder, self.place = builder, cgutils.alloca_once(builder, REGISTER)
        builder.store(ir.Constant(REGISTER, [0.0] * WIDTH), self.place)

    def add(self, part: Register) -> None:
        self.builder.store((self.register() + part).value, self.place)

    def register(self) -> Register:
        return Register(self.builder, self.builder.load(self.place))


def _tuples(rows: Any, scalars: Any) -> tuple[Any, Any]:
    return types.UniTuple(types.intp, len(rows)), types.UniTuple(types.float64, len(scalars))


def elementwise(body: Callable[..., Any]) -> Any:
    """``f(rows, scalars, count)``: the body takes registers of rows and scalars; its results go to the first rows.

    ``rows`` and ``scalars`` are tuples of addresses and of numbers.
    """

    @intrinsic
    def loop(typing_context, rows, scalars, count):
        kinds = _tuples(rows, scalars)

        def codegen(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
            addresses = cgutils.unpack_tuple(builder, arguments[0], kinds[0].count)
            numbers = [spread(builder, s) for s in cgutils.unpack_tuple(builder, arguments[1], kinds[1].count)]
            zero, step = (ir.Constant(arguments[2].type, k) for k in (0, WIDTH))
            with cgutils.for_range_slice(builder, zero, arguments[2], step) as (at, _):
                results = body(*(load(builder, a, at) for a in addresses), *numbers)
                for address, result in zip(
                    addresses, results if isinstance(results, tuple) else (results,), strict=False
                ):
                    builder.store(result.value, pointer(builder, address, at), align=8)
            return context.get_dummy_value()

        return types.void(*kinds, types.intp), codegen

    return loop


def summed(body: Callable[..., Any]) -> Any:
    """``f(rows, count)``: the sums over the rows of the body's results, a tuple of ``outputs`` numbers."""
    outputs = 4

    @intrinsic
    def loop(typing_context, rows, count):
        kinds = types.UniTuple(types.intp, len(rows))
        returned = types.UniTuple(types.float64, outputs)

        def codegen(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
            addresses = cgutils.unpack_tuple(builder, arguments[0], kinds.count)
            zero, step = (ir.Constant(arguments[1].type, k) for k in (0, WIDTH))
            sums = [Sum(builder) for _ in range(outputs)]
            with cgutils.for_range_slice(builder, zero, arguments[1], step) as (at, _):
                for total, result in zip(sums, body(*(load(builder, a, at) for a in addresses)), strict=True):
                    total.add(result)
            scalars = [total.register().sum() for total in sums]
            return context.make_tuple(builder, returned, scalars)

        return returned(kinds, types.intp), codegen

    return loop


@compiled
def row(array, first, second):
    """The address of ``array[first, second]`` of a C-contiguous array of three axes."""
    return array.ctypes.data + 8 * (first * array.shape[1] + second) * array.shape[2]


@compiled
def line(array, first):
    """The address of ``array[first]`` of a C-contiguous array of two axes."""
    return array.ctypes.data + 8 * first * array.shape[1]
