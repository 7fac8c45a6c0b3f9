"""The language of ``simd`` inside functions that Numba compiles: loops over rows of float64 numbers.

A row is the address of contiguous numbers; loops take WIDTH of them at a time, so rows have multiples of WIDTH.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any

from numba import types
from numba.extending import intrinsic

from invgen.runtime.cpu.compiled import compiled
from invgen.runtime.cpu.simd import Code
from invgen.runtime.cpu.values import SIZES, Index, Memory, Register

WIDTH = 8
DTYPE = "float64"


def written(write: Callable[..., Any], outputs: int = 0) -> Any:
    """A function for Numba whose instructions ``write(code, *arguments)`` writes.

    Arguments are integers (``Index``), float64 numbers (``Register``), and tuples of them (lists). With ``outputs`` it
    returns so many numbers, a tuple of what ``write`` returns.
    """

    def typed(typing_context: Any, *arguments: Any) -> Any:
        kinds = [_plain(kind) for kind in arguments]
        returned = types.UniTuple(types.float64, outputs) if outputs else types.void

        def codegen(context: Any, builder: Any, signature: Any, values: Any) -> Any:
            code = Code(builder, DTYPE, WIDTH * SIZES[DTYPE])
            result = write(code, *(_traced(builder, *pair) for pair in zip(signature.args, values, strict=True)))
            if outputs:
                return context.make_tuple(builder, returned, [register.value for register in result])
            return context.get_dummy_value()

        return returned(*kinds), codegen

    # Numba would pack what ``*arguments`` takes; it reads the signature instead
    names = ["typing_context", *list(inspect.signature(write).parameters)[1:]]
    parameters = [inspect.Parameter(name, inspect.Parameter.POSITIONAL_OR_KEYWORD) for name in names]
    typed.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]
    typed.__name__ = write.__name__
    return intrinsic(typed)


def _plain(kind: Any) -> Any:
    """What an argument is converted to: 64-bit integers and numbers, and tuples of them."""
    if isinstance(kind, types.BaseTuple):
        return types.Tuple([_plain(member) for member in kind])
    return types.float64 if isinstance(kind, types.Float) else types.intp


def _traced(builder: Any, kind: Any, value: Any) -> Any:
    if isinstance(kind, types.BaseTuple):
        return [_traced(builder, member, builder.extract_value(value, k)) for k, member in enumerate(kind)]
    return Register(builder, value) if isinstance(kind, types.Float) else Index(builder, value)


def rows(code: Code, addresses: list[Index]) -> list[Memory]:
    """The memory of rows."""
    return [code.numbers(address) for address in addresses]


def elementwise(body: Callable[..., Any]) -> Any:
    """``f(rows, scalars, count)``: the body takes registers of rows and scalars; its results go to the first rows.

    ``rows`` and ``scalars`` are tuples of addresses and of numbers.
    """

    def loop(code: Code, addresses: list[Index], scalars: list[Register], count: Index) -> None:
        memory, numbers = rows(code, addresses), [scalar.spread(WIDTH) for scalar in scalars]
        with code.loop(0, count, WIDTH) as at:
            results = body(*(row.load(at, WIDTH) for row in memory), *numbers)
            for row, result in zip(memory, results if isinstance(results, tuple) else (results,), strict=False):
                row.store(at, result.spread(WIDTH))

    return written(loop)


def summed(body: Callable[..., Any]) -> Any:
    """``f(rows, count)``: the sums over the rows of the body's four results, a tuple of numbers."""

    def loop(code: Code, addresses: list[Index], count: Index) -> list[Register]:
        memory = rows(code, addresses)
        sums = [code.sum(WIDTH) for _ in range(4)]
        with code.loop(0, count, WIDTH) as at:
            for total, result in zip(sums, body(*(row.load(at, WIDTH) for row in memory)), strict=True):
                total.add(result)
        return [total.value.total() for total in sums]

    return written(loop, outputs=4)


@compiled
def row(array, first, second):
    """The address of ``array[first, second]`` of a C-contiguous array of three axes."""
    return array.ctypes.data + 8 * (first * array.shape[1] + second) * array.shape[2]


@compiled
def line(array, first):
    """The address of ``array[first]`` of a C-contiguous array of two axes."""
    return array.ctypes.data + 8 * first * array.shape[1]
