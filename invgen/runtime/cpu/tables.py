"""Table-driven kernels on the CPU: the product basis walked node by node, a tile of atoms and features at a time.

The plane of atoms and features is cut into tiles of LANES elements; every value of the product basis is one row of a
buffer. The loops over nodes and entries are written as LLVM instructions on whole rows, so that sums stay in registers.

    values     v_n = v_left v_right,                         B_k = sum_t value_t v_column
    cotangent  c_n = sum_k value_kn g_k + sum_children c_child v_right        (children of n: nodes whose left is n)
    second     the derivative of both along u, node by node
"""

from __future__ import annotations

from typing import Any

import numba
import numpy as np
from llvmlite import ir
from numba import types
from numba.core import cgutils
from numba.extending import intrinsic

from invgen.emitted.products import ProductBasis

LANES = 32
"""Elements of a row: enough independent sums to hide the latency of multiply-add."""
OPTIONS: dict[str, Any] = {"cache": True, "error_model": "numpy", "nogil": True}
INDEX = ir.IntType(64)
ORDERS = {"value": 0, "vjp": 1, "second_order": 2}


class _Rows:
    """A buffer of rows, inside the code of an intrinsic."""

    def __init__(self, context: Any, builder: Any, kind: Any, array: Any) -> None:
        self.builder = builder
        self.data = context.make_array(kind)(context, builder, array).data
        self.element = context.get_data_type(kind.dtype)
        self.vector = ir.VectorType(self.element, LANES)
        self.align = context.get_abi_sizeof(self.element)

    def _pointer(self, row: Any) -> Any:
        start = self.builder.mul(row, INDEX(LANES))
        return self.builder.bitcast(self.builder.gep(self.data, [start]), self.vector.as_pointer())

    def load(self, row: Any) -> Any:
        return self.builder.load(self._pointer(row), align=self.align)

    def store(self, row: Any, value: Any) -> None:
        self.builder.store(value, self._pointer(row), align=self.align)

    def increase(self, row: Any, value: Any) -> None:
        self.store(row, self.builder.fadd(self.load(row), value, flags=("contract",)))

    def fresh(self) -> Any:
        """A register set to zero, as a place in the frame that LLVM promotes."""
        place = cgutils.alloca_once(self.builder, self.vector)
        self.builder.store(ir.Constant(self.vector, None), place)
        return place

    def product(self, first: Any, second: Any) -> Any:
        return self.builder.fmul(first, second, flags=("contract",))

    def accumulate(self, place: Any, *factors: Any) -> None:
        value = self.product(*factors) if len(factors) == 2 else factors[0]
        self.builder.store(self.builder.fadd(self.builder.load(place), value, flags=("contract",)), place)

    def spread(self, scalar: Any) -> Any:
        """A row of equal elements."""
        one = self.builder.insert_element(ir.Constant(self.vector, ir.Undefined), scalar, ir.IntType(32)(0))
        return self.builder.shuffle_vector(one, one, ir.Constant(ir.VectorType(ir.IntType(32), LANES), None))


class _List:
    """An array of numbers, inside the code of an intrinsic; integers are read as 64-bit ones."""

    def __init__(self, context: Any, builder: Any, kind: Any, array: Any) -> None:
        self.builder = builder
        self.data = context.make_array(kind)(context, builder, array).data

    def at(self, position: Any) -> Any:
        value = self.builder.load(self.builder.gep(self.data, [position]))
        if isinstance(value.type, ir.IntType) and value.type.width < 64:
            return self.builder.sext(value, INDEX)
        return value


def _loop(builder: Any, start: Any, stop: Any) -> Any:
    return cgutils.for_range_slice(builder, start, stop, INDEX(1), INDEX)


def _code(rows: int) -> Any:
    """Make of a function that writes instructions an intrinsic: the first ``rows`` arrays are buffers, then lists."""

    def decorate(write: Any) -> Any:
        def typed(typing_context: Any, arguments: Any) -> Any:
            def codegen(context: Any, builder: Any, signature: Any, values: Any) -> Any:
                kinds = signature.args[0].types
                members = [builder.extract_value(values[0], k) for k in range(len(kinds))]
                wrapped = [
                    member
                    if not isinstance(kind, types.Array)
                    else (_Rows if k < rows else _List)(context, builder, kind, member)
                    for k, (kind, member) in enumerate(zip(kinds, members, strict=True))
                ]
                write(builder, *wrapped)
                return context.get_dummy_value()

            return types.void(arguments), codegen

        typed.__name__ = write.__name__
        return intrinsic(typed)

    return decorate


@_code(rows=1)
def multiply(builder: Any, v: Any, left: Any, right: Any, components: Any, nodes: Any) -> None:
    """v_n = v_left v_right for all nodes."""
    with _loop(builder, INDEX(0), nodes) as (i, _):
        product = v.product(v.load(left.at(i)), v.load(right.at(i)))
        v.store(builder.add(i, components), product)


@_code(rows=2)
def multiply_tangents(builder: Any, v: Any, d: Any, left: Any, right: Any, components: Any, nodes: Any) -> None:
    """d_n = d_left v_right + v_left d_right for all nodes."""
    with _loop(builder, INDEX(0), nodes) as (i, _):
        a, b = left.at(i), right.at(i)
        total = builder.fadd(v.product(d.load(a), v.load(b)), v.product(v.load(a), d.load(b)), flags=("contract",))
        d.store(builder.add(i, components), total)


@_code(rows=2)
def sum_rows(builder: Any, v: Any, y: Any, row_start: Any, column: Any, value: Any, functions: Any) -> None:
    """y_k = sum_t value_t v_column."""
    with _loop(builder, INDEX(0), functions) as (k, _):
        total = y.fresh()
        with _loop(builder, row_start.at(k), row_start.at(builder.add(k, INDEX(1)))) as (t, _):
            y.accumulate(total, y.spread(value.at(t)), v.load(column.at(t)))
        y.store(k, builder.load(total))


@_code(rows=3)
def pull_back(
    builder: Any, v: Any, c: Any, g: Any, left: Any, right: Any, child: Any, start: Any, function: Any, value: Any,
    components: Any, nodes: Any,
) -> None:  # fmt: skip
    """Cotangents of all nodes, last first, and of all components in the first rows of ``c``."""
    last = builder.sub(builder.add(components, nodes), INDEX(1))
    with _loop(builder, INDEX(0), components) as (n, _):
        c.store(n, builder.load(_direct(builder, c, g, start, function, value, n)))
    with _loop(builder, INDEX(0), nodes) as (k, _):
        n = builder.sub(last, k)
        i = builder.sub(n, components)
        total = _direct(builder, c, g, start, function, value, n)
        with _loop(builder, child.at(i), child.at(builder.add(i, INDEX(1)))) as (j, _):
            c.accumulate(total, c.load(builder.add(j, components)), v.load(right.at(j)))
        cotangent = builder.load(total)
        c.store(n, cotangent)
        a, b = left.at(i), right.at(i)
        c.increase(b, c.product(cotangent, v.load(a)))
        with builder.if_then(builder.icmp_signed("<", a, components)):
            c.increase(a, c.product(cotangent, v.load(b)))


def _direct(builder: Any, c: Any, g: Any, start: Any, function: Any, value: Any, n: Any) -> Any:
    """sum_k value_kn g_k in a register."""
    total = c.fresh()
    with _loop(builder, start.at(n), start.at(builder.add(n, INDEX(1)))) as (t, _):
        c.accumulate(total, c.spread(value.at(t)), g.load(function.at(t)))
    return total


@_code(rows=4)
def pull_back_tangents(
    builder: Any, v: Any, d: Any, c: Any, e: Any, left: Any, right: Any, child: Any, components: Any, nodes: Any
) -> None:
    """Tangents ``e`` of the cotangents ``c``; ``e`` starts from zero, for g does not change along u."""
    last = builder.sub(builder.add(components, nodes), INDEX(1))
    with _loop(builder, INDEX(0), components) as (n, _):
        e.store(n, ir.Constant(e.vector, None))
    with _loop(builder, INDEX(0), nodes) as (k, _):
        n = builder.sub(last, k)
        i = builder.sub(n, components)
        total = e.fresh()
        with _loop(builder, child.at(i), child.at(builder.add(i, INDEX(1)))) as (j, _):
            here, factor = builder.add(j, components), right.at(j)
            e.accumulate(total, e.load(here), v.load(factor))
            e.accumulate(total, c.load(here), d.load(factor))
        tangent, cotangent = builder.load(total), c.load(n)
        e.store(n, tangent)
        a, b = left.at(i), right.at(i)
        for target, other in ((b, a), (a, b)):
            part = builder.fadd(
                e.product(tangent, v.load(other)), e.product(cotangent, d.load(other)), flags=("contract",)
            )
            if target is b:
                e.increase(target, part)
            else:
                with builder.if_then(builder.icmp_signed("<", a, components)):
                    e.increase(target, part)


@numba.njit(**OPTIONS)
def load(array, rows, width, start, stop, features):
    """Rows 0 to ``width`` from elements ``start`` to ``stop`` of every component of (atoms, width, features)."""
    element = start
    while element < stop:
        atom = element // features
        feature = element - atom * features
        run = min(features - feature, stop - element)
        for c in range(width):
            source, target = (atom * width + c) * features + feature, c * LANES + element - start
            for k in range(run):
                rows[target + k] = array[source + k]
        element += run


@numba.njit(**OPTIONS)
def store(array, rows, width, start, stop, features):
    """Undo ``load``."""
    element = start
    while element < stop:
        atom = element // features
        feature = element - atom * features
        run = min(features - feature, stop - element)
        for c in range(width):
            target, source = (atom * width + c) * features + feature, c * LANES + element - start
            for k in range(run):
                array[target + k] = rows[source + k]
        element += run


@numba.njit(parallel=True, **OPTIONS)
def drive(order, x, g, u, y, z, tables, value, transposed, sizes, chunks):
    """Every tile of every chunk, for derivative ``order`` 0, 1, 2; ``sizes`` are those of ``run``."""
    left, right, row_start, column, child, start, function = tables
    components, nodes, functions, atoms, features = sizes
    total, rows = atoms * features, components + nodes
    tiles = (total + LANES - 1) // LANES
    for chunk in numba.prange(chunks):
        v, b = np.zeros(rows * LANES, x.dtype), np.zeros(functions * LANES, x.dtype)
        c = np.zeros(rows * LANES if order > 0 else 0, x.dtype)
        d = np.zeros(rows * LANES if order > 1 else 0, x.dtype)
        e = np.zeros(rows * LANES if order > 1 else 0, x.dtype)
        for tile in range(chunk * tiles // chunks, (chunk + 1) * tiles // chunks):
            first = tile * LANES
            stop = min(first + LANES, total)
            load(x, v, components, first, stop, features)
            multiply((v, left, right, components, nodes))
            if order == 0:
                sum_rows((v, b, row_start, column, value, functions))
                store(y, b, functions, first, stop, features)
                continue
            load(g, b, functions, first, stop, features)
            pull_back((v, c, b, left, right, child, start, function, transposed, components, nodes))
            if order == 1:
                store(y, c, components, first, stop, features)
                continue
            load(u, d, components, first, stop, features)
            multiply_tangents((v, d, left, right, components, nodes))
            pull_back_tangents((v, d, c, e, left, right, child, components, nodes))
            store(y, e, components, first, stop, features)
            sum_rows((d, b, row_start, column, value, functions))
            store(z, b, functions, first, stop, features)


class Tables:
    """The kernels of a product basis, called as an emitted Numba module is."""

    def __init__(self, products: ProductBasis) -> None:
        count, functions = products.components, len(products)
        order, start, function = products.transposed
        child = np.searchsorted(products.left, count + np.arange(products.nodes + 1))
        self.tables = (
            products.left, products.right, products.row_start, products.column, child, start, function
        )  # fmt: skip
        self.values = {
            dtype: (products.value.astype(dtype), products.value[order].astype(dtype))
            for dtype in ("float32", "float64")
        }
        self.sizes = (count, products.nodes, functions)
        self.KERNELS = {
            "value": {"inputs": [count], "outputs": [functions]},
            "vjp": {"inputs": [count, functions], "outputs": [count]},
            "second_order": {"inputs": [count, functions, count], "outputs": [count, functions]},
        }

    def run(self, name: str, arrays: list[np.ndarray], outputs: list[np.ndarray], atoms: int, features: int) -> None:
        """Fill the flat contiguous ``outputs`` of kernel ``name`` from the flat contiguous ``arrays`` of one dtype."""
        dtype = arrays[0].dtype
        empty = np.empty(0, dtype)
        tiles = (atoms * features + LANES - 1) // LANES
        drive(
            ORDERS[name], *[*arrays, empty, empty][:3], *[*outputs, empty][:2], self.tables, *self.values[dtype.name],
            (*self.sizes, atoms, features), min(tiles, 4 * numba.get_num_threads()),
        )  # fmt: skip
