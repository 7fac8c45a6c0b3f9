"""Table-driven kernels on the CPU: the product basis walked node by node, a tile of atoms and features at a time.

The plane of atoms and features is cut into tiles of LANES elements; every value of the product basis is one row of a
buffer. Sums over nodes and entries of the tables stay in registers.

    values     v_n = v_left v_right,                         B_k = sum_t value_t v_column
    cotangent  c_n = sum_k value_kn g_k + sum_children c_child v_right        (children of n: nodes whose left is n)
    second     the derivative of both along u, node by node
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from invgen.emitted.products import ProductBasis
from invgen.runtime.cpu.routine import routine
from invgen.runtime.cpu.simd import Code, Sum
from invgen.runtime.cpu.tiles import move
from invgen.runtime.cpu.values import Index, Memory, Register

LANES = 32
"""Elements of a row: enough independent sums to hide the latency of multiply-add."""
TABLES = "left right row_start column child start function"


class Rows:
    """A buffer of rows of as many numbers."""

    def __init__(self, memory: Memory, lanes: int = LANES) -> None:
        self.memory, self.lanes = memory, lanes

    def __getitem__(self, row: Index) -> Register:
        return self.memory.load(row * self.lanes, self.lanes)

    def __setitem__(self, row: Index, value: Register) -> None:
        self.memory.store(row * self.lanes, value)


def _buffers(scratch: Memory, *sizes: Index) -> list[Rows]:
    """Buffers of so many rows, one after the other."""
    found, at = [], scratch
    for size in sizes:
        found.append(Rows(at))
        at = at.at(size * LANES)
    return found


def multiply(code: Code, v: Rows, left: Memory, right: Memory, components: Index, nodes: Index) -> None:
    """v_n = v_left v_right for all nodes."""
    with code.loop(0, nodes) as i:
        v[i + components] = v[left[i]] * v[right[i]]


def _multiply_tangents(
    code: Code, v: Rows, d: Rows, left: Memory, right: Memory, components: Index, nodes: Index
) -> None:
    """d_n = d_left v_right + v_left d_right for all nodes."""
    with code.loop(0, nodes) as i:
        a, b = left[i], right[i]
        d[i + components] = d[a] * v[b] + v[a] * d[b]


def _sum_rows(code: Code, v: Rows, y: Rows, row_start: Memory, column: Memory, value: Memory, functions: Index) -> None:
    """y_k = sum_t value_t v_column."""
    with code.loop(0, functions) as k:
        total = code.sum(LANES)
        with code.loop(row_start[k], row_start[k + 1]) as t:
            total.add(value[t] * v[column[t]])
        y[k] = total.value


def _direct(code: Code, g: Rows, start: Memory, function: Memory, value: Memory, n: Index) -> Sum:
    """sum_k value_kn g_k."""
    total = code.sum(LANES)
    with code.loop(start[n], start[n + 1]) as t:
        total.add(value[t] * g[function[t]])
    return total


def pull_back(
    code: Code, v: Rows, c: Rows, direct: Callable[[Index], Sum], left: Memory, right: Memory, child: Memory,
    components: Index, nodes: Index,
) -> None:  # fmt: skip
    """Cotangents of all nodes, last first, added to those of the components in the first rows of ``c``.

    ``direct(n)`` is the cotangent of a node without what other nodes make of it.
    """
    with code.loop(0, nodes) as k:
        i = nodes - 1 - k
        n = i + components
        total = direct(n)
        with code.loop(child[i], child[i + 1]) as j:
            total.add(c[j + components] * v[right[j]])
        cotangent = total.value
        c[n] = cotangent
        a, b = left[i], right[i]
        c[b] = c[b] + cotangent * v[a]
        with code.when(a < components):
            c[a] = c[a] + cotangent * v[b]


def _pull_back_sums(
    code: Code, v: Rows, c: Rows, g: Rows, left: Memory, right: Memory, child: Memory, start: Memory, function: Memory,
    value: Memory, components: Index, nodes: Index,
) -> None:  # fmt: skip
    """Cotangents of all nodes and components in ``c`` from those of the functions in ``g``."""

    def direct(n: Index) -> Sum:
        return _direct(code, g, start, function, value, n)

    with code.loop(0, components) as n:
        c[n] = direct(n).value
    pull_back(code, v, c, direct, left, right, child, components, nodes)


def _pull_back_tangents(
    code: Code, v: Rows, d: Rows, c: Rows, e: Rows, left: Memory, right: Memory, child: Memory, components: Index,
    nodes: Index,
) -> None:  # fmt: skip
    """Tangents ``e`` of the cotangents ``c``; ``e`` starts from zero, for g does not change along u."""
    with code.loop(0, components) as n:
        e[n] = code.number(0.0, LANES)
    with code.loop(0, nodes) as k:
        i = nodes - 1 - k
        n = i + components
        total = code.sum(LANES)
        with code.loop(child[i], child[i + 1]) as j:
            here, factor = j + components, right[j]
            total.add(e[here] * v[factor])
            total.add(c[here] * d[factor])
        tangent, cotangent = total.value, c[n]
        e[n] = tangent
        a, b = left[i], right[i]
        e[b] = e[b] + (tangent * v[a] + cotangent * d[a])
        with code.when(a < components):
            e[a] = e[a] + (tangent * v[b] + cotangent * d[b])


def _move(
    code: Code, rows: Rows, array: Memory, width: Index, start: Index, stop: Index, features: Index, out: bool
) -> None:
    move(code, array, rows.memory, width, LANES, start, stop, features, out=out)


@routine(numbers="x y value", indices=TABLES)
def _value(
    code, first, last, scratch, x, y, value, left, right, row_start, column, child, start, function, components, nodes,
    functions, total, features,
):  # fmt: skip
    v, b = _buffers(scratch, components + nodes, functions)
    with code.loop(first, last) as tile:
        begin = tile * LANES
        end = (begin + LANES).least(total)
        _move(code, v, x, components, begin, end, features, out=False)
        multiply(code, v, left, right, components, nodes)
        _sum_rows(code, v, b, row_start, column, value, functions)
        _move(code, b, y, functions, begin, end, features, out=True)


@routine(numbers="x g y transposed", indices=TABLES)
def _vjp(
    code, first, last, scratch, x, g, y, transposed, left, right, row_start, column, child, start, function, components,
    nodes, functions, total, features,
):  # fmt: skip
    v, c, b = _buffers(scratch, components + nodes, components + nodes, functions)
    with code.loop(first, last) as tile:
        begin = tile * LANES
        end = (begin + LANES).least(total)
        _move(code, v, x, components, begin, end, features, out=False)
        multiply(code, v, left, right, components, nodes)
        _move(code, b, g, functions, begin, end, features, out=False)
        _pull_back_sums(code, v, c, b, left, right, child, start, function, transposed, components, nodes)
        _move(code, c, y, components, begin, end, features, out=True)


@routine(numbers="x g u y z value transposed", indices=TABLES)
def _second_order(
    code, first, last, scratch, x, g, u, y, z, value, transposed, left, right, row_start, column, child, start,
    function, components, nodes, functions, total, features,
):  # fmt: skip
    rows = components + nodes
    v, c, d, e, b = _buffers(scratch, rows, rows, rows, rows, functions)
    with code.loop(first, last) as tile:
        begin = tile * LANES
        end = (begin + LANES).least(total)
        _move(code, v, x, components, begin, end, features, out=False)
        multiply(code, v, left, right, components, nodes)
        _move(code, b, g, functions, begin, end, features, out=False)
        _pull_back_sums(code, v, c, b, left, right, child, start, function, transposed, components, nodes)
        _move(code, d, u, components, begin, end, features, out=False)
        _multiply_tangents(code, v, d, left, right, components, nodes)
        _pull_back_tangents(code, v, d, c, e, left, right, child, components, nodes)
        _move(code, e, y, components, begin, end, features, out=True)
        _sum_rows(code, d, b, row_start, column, value, functions)
        _move(code, b, z, functions, begin, end, features, out=True)


def children(left: np.ndarray, components: int) -> np.ndarray:
    """(nodes+1,): the nodes whose left factor is node i are child[i]:child[i+1]."""
    return np.searchsorted(left, components + np.arange(len(left) + 1))


class Tables:
    """The kernels of a product basis, called as ``invariants.Invariants`` are."""

    def __init__(self, products: ProductBasis) -> None:
        count, functions = products.components, len(products)
        order, start, function = products.transposed
        child = children(products.left, count)
        tables = (products.left, products.right, products.row_start, products.column, child, start, function)
        self.tables = tuple(np.ascontiguousarray(table, np.int64) for table in tables)
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

    def run(self, kernel: str, dtype: str, arrays: list[Any], outputs: list[Any], atoms: int, features: int) -> None:
        """Fill the contiguous ``outputs`` of a kernel from contiguous ``arrays`` of one dtype, NumPy's or torch's."""
        value, transposed = self.values[dtype]
        call, values, buffers = {
            "value": (_value, (value,), 1),
            "vjp": (_vjp, (transposed,), 2),
            "second_order": (_second_order, (value, transposed), 4),
        }[kernel]
        components, nodes, functions = self.sizes
        call(
            dtype, -(-atoms * features // LANES), *arrays, *outputs, *values, *self.tables, *self.sizes,
            atoms * features, features, scratch=(buffers * (components + nodes) + functions) * LANES,
        )  # fmt: skip
