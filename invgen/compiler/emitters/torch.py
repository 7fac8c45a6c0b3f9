"""Torch: the statements as plain tensor operations, the readable reference on any device and dtype."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from invgen.compiler.emitters.render import OPERATORS, header, render, value_names
from invgen.compiler.emitters.schedule import live_statements
from invgen.compiler.kernels.program import Kernel

FILE = "torch_kernels.py"
TEMPLATE = "torch/kernels.py.jinja"


def emit(id: str, kernels: Mapping[str, Kernel]) -> str:
    """The text of ``torch_kernels.py`` for the kernels ``value``, ``vjp`` and ``second_order``."""
    return render(TEMPLATE, context(id, kernels))


def context(id: str, kernels: Mapping[str, Kernel]) -> dict[str, Any]:
    """What the template names, as plain strings and lists."""
    return {"header": header(TEMPLATE, id, kernels), "kernels": [_function(n, k) for n, k in kernels.items()]}


def _function(name: str, kernel: Kernel) -> dict[str, Any]:
    names = _names(kernel)
    statements = live_statements(kernel)
    plain = _plain(kernel)
    read = {i for _, s in statements for i in s[1:]} | {i for _, ids in kernel.outputs for i in ids}
    unpacked, start = [], 0
    for array, size in kernel.inputs:
        parts = [names[i] if i in read else "_" for i in range(start, start + size)]
        unpacked.append((array, ", ".join(parts) + ("," if size == 1 else "")))
        start += size
    first = kernel.inputs[0][0]
    outputs = [
        ", ".join(
            f"{first}.select(axis, 0).new_full((), {names[i]}).expand(shape)" if i in plain else names[i] for i in ids
        )
        for _, ids in kernel.outputs
    ]
    return {
        "name": name,
        "arguments": [array for array, _ in kernel.inputs],
        "unpacked": unpacked,
        "lines": [f"{names[i]} = {names[left]} {OPERATORS[op]} {names[right]}" for i, (op, left, right) in statements],
        "needs_shape": any(i in plain for _, ids in kernel.outputs for i in ids),
        "outputs": outputs,
    }


def _names(kernel: Kernel) -> list[str]:
    names = value_names(kernel)
    for k, constant in enumerate(kernel.constants):
        literal = repr(float(constant))
        names[kernel.input_size + k] = f"({literal})" if float(constant) < 0 else literal
    return names


def _plain(kernel: Kernel) -> set[int]:
    """Ids of the values that depend on constants alone, so that Python holds them as plain numbers."""
    first = kernel.input_size + len(kernel.constants)
    plain = set(range(kernel.input_size, first))
    for position, (_, left, right) in enumerate(kernel.statements):
        if left in plain and right in plain:
            plain.add(first + position)
    return plain
