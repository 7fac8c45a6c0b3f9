"""Products of small matrices with sums that stay in SIMD registers.

Matrices are memory from their first number on; element (r, k) lies ``r * row + k * column`` further. The last axis is
cut into blocks of several registers, then single registers, then single numbers.
"""

from __future__ import annotations

from itertools import product

from invgen.runtime.cpu.simd import Code
from invgen.runtime.cpu.values import Index, Memory, Register

ROWS = 4
"""Rows of the result that are summed together."""


def _vectors(code: Code) -> int:
    """Registers of one row that are summed together where there are ``ROWS`` rows; one row takes as many in all."""
    return 4 if code.register_bytes == 64 else 2


def matrix_product(
    code: Code, out: Memory, out_row: Index | int, left: Memory, left_row: Index | int, left_column: Index | int,
    right: Memory, right_row: Index | int, rows: Index, depth: Index, width: Index, add: bool = False,
) -> None:  # fmt: skip
    """out_rf = sum_k left_rk right_kf, or += with ``add``; the last axes of ``out`` and ``right`` are contiguous."""
    for count, first, last in code.blocks(rows, (ROWS, 1)):
        vectors = _vectors(code) * (1 if count > 1 else 2)
        for block, start, stop in code.blocks(width, (vectors * code.register, code.register, 1)):
            lanes = min(block, code.register)
            grid = list(product(range(count), range(block // lanes)))
            with code.loop(start, stop, block) as f, code.loop(first, last, count) as r:
                targets = {(i, v): (r + i) * out_row + f + v * lanes for i, v in grid}
                sums = {cell: code.sum(lanes, out.load(at, lanes) if add else None) for cell, at in targets.items()}
                with code.loop(0, depth) as k:
                    source = k * right_row + f
                    vector = [right.load(source + v * lanes, lanes) for v in range(block // lanes)]
                    factor = [left[(r + i) * left_row + k * left_column].spread(lanes) for i in range(count)]
                    for (i, v), total in sums.items():
                        total.add(factor[i] * vector[v])
                for cell, total in sums.items():
                    out.store(targets[cell], total.value)


def projection(
    code: Code, out: Memory, matrix: Memory, matrix_row: Index | int, vector: Memory, rows: Index, width: Index,
    add: bool = False,
) -> None:  # fmt: skip
    """out_r = sum_f matrix_rf vector_f, or += with ``add``."""
    for count, first, last in code.blocks(rows, (ROWS, 1)):
        with code.loop(first, last, count) as r:
            starts = [(r + i) * matrix_row for i in range(count)]
            totals: list[Register] = []
            for block, start, stop in code.blocks(width, (2 * code.register, code.register, 1)):
                lanes = min(block, code.register)
                sums = {cell: code.sum(lanes) for cell in product(range(count), range(block // lanes))}
                with code.loop(start, stop, block) as f:
                    for (i, v), part in sums.items():
                        at = f + v * lanes
                        part.add(matrix.load(starts[i] + at, lanes) * vector.load(at, lanes))
                found = [_together([t.value.total() for (j, _), t in sums.items() if j == i]) for i in range(count)]
                totals = [a + b for a, b in zip(totals, found, strict=True)] if totals else found
            for i, total in enumerate(totals):
                out[r + i] = out[r + i] + total if add else total


def _together(parts: list[Register]) -> Register:
    total = parts[0]
    for part in parts[1:]:
        total = total + part
    return total
