"""Numba: one function of SIMD registers for each pass; the template cuts atoms and features into tiles."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from invgen.compiler.emitters.order import narrowed
from invgen.compiler.emitters.render import OPERATORS, header, render, used_constants, value_names
from invgen.compiler.emitters.schedule import Pass, plan
from invgen.compiler.kernels.program import Kernel

FILE = "numba_kernels.py"
TEMPLATE = "numba/kernels.py.jinja"

LANES = 64
"""Width of a tile: several SIMD registers of either precision, and a buffer that stays in the nearest caches."""

REGISTERS = 16
"""SIMD registers of a processor without AVX-512, the most values alive at once that need no other order."""

PASS_LIMIT = 8000
"""Statements in one function. Values that cross a cut cost memory traffic, so a cut only bounds the size of what LLVM
sees at once: its time per statement is constant up to here."""


def emit(id: str, kernels: Mapping[str, Kernel]) -> str:
    """The text of ``numba_kernels.py`` for the kernels ``value``, ``vjp`` and ``second_order``."""
    return render(TEMPLATE, context(id, kernels))


def context(id: str, kernels: Mapping[str, Kernel]) -> dict[str, Any]:
    """What the template names, as plain strings, numbers and lists."""
    return {
        "header": header(TEMPLATE, id, kernels),
        "lanes": LANES,
        "kernels": [_program(name, kernel) for name, kernel in kernels.items()],
    }


def _program(name: str, kernel: Kernel) -> dict[str, Any]:
    kernel = narrowed(kernel, REGISTERS)
    steps = plan(kernel, PASS_LIMIT)
    return {
        "name": name,
        "inputs": [size for _, size in kernel.inputs],
        "outputs": [len(ids) for _, ids in kernel.outputs],
        "rows": steps.rows,
        "output_rows": list(steps.output_rows),
        "passes": [_pass(f"{name}_{k}", kernel, step) for k, step in enumerate(steps.passes)],
    }


def _pass(name: str, kernel: Kernel, step: Pass) -> dict[str, Any]:
    names = value_names(kernel)
    constants = used_constants(kernel, step.statements, step.stores)
    return {
        "name": name,
        "constants": [(f"c{k}", repr(float(kernel.constants[k]))) for k in constants],
        "lines": _lines(kernel, names, step),
    }


def _lines(kernel: Kernel, names: list[str], step: Pass) -> list[str]:
    """Loads where a value is first read, the statements, and stores as soon as a value is made."""
    lines: list[str] = []
    waiting, stores = dict(step.loads), dict(step.stores)
    for value, (op, left, right) in step.statements:
        for operand in (left, right):
            if operand in waiting:
                lines.append(f"{names[operand]} = rows[{waiting.pop(operand)}]")
        lines.append(f"{names[value]} = {names[left]} {OPERATORS[op]} {names[right]}")
        if value in stores:
            lines.append(f"rows[{stores.pop(value)}] = {names[value]}")
    lines += [f"rows[{row}] = {names[value]}" for value, row in stores.items()]
    return lines or ["pass"]
