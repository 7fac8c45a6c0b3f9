"""Products of small matrices for Numba code, written as LLVM instructions so that sums stay in SIMD registers.

Matrices lie in flat contiguous arrays: element (r, k) of a matrix is ``array[at + r * row + k * column]``. The last
axis is cut into blocks of several registers, then single registers, then single numbers. Each function takes one tuple:

    matrix_product, add_matrix_product      out, at, row, left, at, row, column, right, at, row, rows, depth, width
                                            out_rf = or += sum_k left_rk right_kf
    projection, add_projection              out, at, matrix, at, row, vector, at, rows, width
                                            out_r = or += sum_f matrix_rf vector_f

Numba's cache on disk looks at the file of a compiled function only: after a change here, touch what imports it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from itertools import product
from typing import Any

from llvmlite import ir
from numba import types
from numba.core import cgutils
from numba.core.codegen import get_host_cpu_features
from numba.extending import intrinsic

INDEX = ir.IntType(64)
REGISTER_BYTES = 64 if "+avx512f" in get_host_cpu_features() else 32
ROWS = 4
"""Rows of the result that are summed together."""
VECTORS = 4 if REGISTER_BYTES == 64 else 2
"""Registers of one row that are summed together where there are ``ROWS`` rows; one row takes as many in all."""


class _Code:
    """The builder with the few instructions that are needed here. Values are registers of ``lanes`` numbers."""

    def __init__(self, context: Any, builder: Any, element: Any) -> None:
        self.builder, self.element = builder, element
        self.size = context.get_abi_sizeof(element)

    def vector(self, lanes: int) -> Any:
        return ir.VectorType(self.element, lanes)

    def index(self, start: Any, *steps: tuple[Any, Any]) -> Any:
        for factor, other in steps:
            start = self.builder.add(start, self.builder.mul(factor, other))
        return start

    def pointer(self, data: Any, at: Any, lanes: int) -> Any:
        return self.builder.bitcast(self.builder.gep(data, [at]), self.vector(lanes).as_pointer())

    def load(self, data: Any, at: Any, lanes: int) -> Any:
        return self.builder.load(self.pointer(data, at, lanes), align=self.size)

    def store(self, value: Any, data: Any, at: Any, lanes: int) -> None:
        self.builder.store(value, self.pointer(data, at, lanes), align=self.size)

    def spread(self, data: Any, at: Any, lanes: int) -> Any:
        """One number in all lanes."""
        number = self.builder.load(self.builder.gep(data, [at]))
        one = self.builder.insert_element(ir.Constant(self.vector(lanes), ir.Undefined), number, ir.IntType(32)(0))
        return self.builder.shuffle_vector(one, one, ir.Constant(ir.VectorType(ir.IntType(32), lanes), None))

    def place(self, lanes: int) -> Any:
        """A register set to zero, as a place in the frame that LLVM promotes."""
        place = cgutils.alloca_once(self.builder, self.vector(lanes))
        self.builder.store(ir.Constant(self.vector(lanes), None), place)
        return place

    def add_product(self, place: Any, a: Any, b: Any) -> None:
        term = self.builder.fmul(a, b, flags=("contract",))
        self.builder.store(self.builder.fadd(self.builder.load(place), term, flags=("contract",)), place)

    def total(self, value: Any, lanes: int) -> Any:
        """The sum of all lanes, by halves."""
        while lanes > 1:
            lanes //= 2
            halves = [
                self.builder.shuffle_vector(value, value, ir.Constant(ir.VectorType(ir.IntType(32), lanes), list(part)))
                for part in (range(lanes), range(lanes, 2 * lanes))
            ]
            value = self.builder.fadd(*halves)
        return self.builder.extract_element(value, ir.IntType(32)(0))

    @contextmanager
    def loop(self, start: Any, stop: Any, step: int = 1) -> Iterator[Any]:
        with cgutils.for_range_slice(self.builder, start, stop, INDEX(step), INDEX) as (k, _):
            yield k

    def blocks(self, length: Any, sizes: Sequence[int]) -> Iterator[tuple[int, Any, Any]]:
        """(size, start, stop) that cover 0..length with blocks of falling sizes, the last of them 1."""
        start: Any = INDEX(0)
        for size in sizes:
            stop = self.builder.sub(length, self.builder.urem(length, INDEX(size))) if size > 1 else length
            yield size, start, stop
            start = stop


def _matrix_code(name: str, write: Callable[..., None], add: bool) -> Any:
    """An intrinsic of flat arrays of one dtype and 64-bit integers, all in one tuple."""

    def typed(typing_context: Any, arguments: Any) -> Any:
        def codegen(context: Any, builder: Any, signature: Any, values: Any) -> Any:
            kinds = signature.args[0].types
            given = []
            for k, kind in enumerate(kinds):
                value = builder.extract_value(values[0], k)
                is_array = isinstance(kind, types.Array)
                given.append(context.make_array(kind)(context, builder, value).data if is_array else value)
            write(_Code(context, builder, context.get_data_type(kinds[0].dtype)), *given, add)
            return context.get_dummy_value()

        return types.void(arguments), codegen

    typed.__name__ = name
    return intrinsic(typed)


def _write_product(
    code: _Code, out: Any, out_at: Any, out_row: Any, left: Any, left_at: Any, left_row: Any, left_column: Any,
    right: Any, right_at: Any, right_row: Any, rows: Any, depth: Any, width: Any, add: bool,
) -> None:  # fmt: skip
    register = REGISTER_BYTES // code.size
    for count, first, last in code.blocks(rows, (ROWS, 1)):
        vectors = VECTORS if count > 1 else VECTORS * 2
        for block, start, stop in code.blocks(width, (vectors * register, register, 1)):
            lanes = min(block, register)
            grid = list(product(range(count), range(block // lanes)))
            with code.loop(start, stop, block) as f, code.loop(first, last, count) as r:
                places = [code.place(lanes) for _ in grid]
                targets = [
                    code.builder.add(code.index(out_at, (code.builder.add(r, INDEX(i)), out_row)),
                                     code.builder.add(f, INDEX(v * lanes)))
                    for i, v in grid
                ]  # fmt: skip
                if add:
                    for place, target in zip(places, targets, strict=True):
                        code.builder.store(code.load(out, target, lanes), place)
                with code.loop(INDEX(0), depth) as k:
                    source = code.builder.add(code.index(right_at, (k, right_row)), f)
                    vector = [
                        code.load(right, code.builder.add(source, INDEX(v * lanes)), lanes)
                        for v in range(block // lanes)
                    ]
                    factor = [
                        code.spread(left, code.index(left_at, (code.builder.add(r, INDEX(i)), left_row),
                                                     (k, left_column)), lanes)
                        for i in range(count)
                    ]  # fmt: skip
                    for place, (i, v) in zip(places, grid, strict=True):
                        code.add_product(place, factor[i], vector[v])
                for place, target in zip(places, targets, strict=True):
                    code.store(code.builder.load(place), out, target, lanes)


def _write_projection(
    code: _Code, out: Any, out_at: Any, matrix: Any, matrix_at: Any, matrix_row: Any, vector: Any, vector_at: Any,
    rows: Any, width: Any, add: bool,
) -> None:  # fmt: skip
    register = REGISTER_BYTES // code.size
    for count, first, last in code.blocks(rows, (ROWS, 1)):
        with code.loop(first, last, count) as r:
            starts = [code.index(matrix_at, (code.builder.add(r, INDEX(i)), matrix_row)) for i in range(count)]
            totals: list[Any] = [None] * count
            for block, start, stop in code.blocks(width, (2 * register, register, 1)):
                lanes = min(block, register)
                grid = list(product(range(count), range(block // lanes)))
                places = {cell: code.place(lanes) for cell in grid}
                with code.loop(start, stop, block) as f:
                    for i, v in grid:
                        at = code.builder.add(f, INDEX(v * lanes))
                        row = code.load(matrix, code.builder.add(starts[i], at), lanes)
                        code.add_product(places[i, v], row, code.load(vector, code.builder.add(vector_at, at), lanes))
                for i, v in grid:
                    found = code.total(code.builder.load(places[i, v]), lanes)
                    totals[i] = found if totals[i] is None else code.builder.fadd(totals[i], found)
            for i in range(count):
                target = code.builder.gep(out, [code.builder.add(code.builder.add(out_at, r), INDEX(i))])
                if add:
                    totals[i] = code.builder.fadd(code.builder.load(target), totals[i])
                code.builder.store(totals[i], target)


matrix_product = _matrix_code("matrix_product", _write_product, False)
add_matrix_product = _matrix_code("add_matrix_product", _write_product, True)
projection = _matrix_code("projection", _write_projection, False)
add_projection = _matrix_code("add_projection", _write_projection, True)
