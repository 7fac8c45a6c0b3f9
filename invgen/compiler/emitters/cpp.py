"""Portable C++17: one function template for each kernel over numbers or packs of them, in one header without others."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from invgen.compiler.emitters.render import OPERATORS, header, render, used_constants, value_names
from invgen.compiler.emitters.schedule import live_statements
from invgen.compiler.kernels.program import Kernel

FILE = "cpp_kernels.hpp"
TEMPLATE = "cpp/kernels.hpp.jinja"


def emit(id: str, kernels: Mapping[str, Kernel]) -> str:
    """The text of ``cpp_kernels.hpp`` for the kernels ``value``, ``vjp`` and ``second_order``."""
    return render(TEMPLATE, context(id, kernels))


def context(id: str, kernels: Mapping[str, Kernel]) -> dict[str, Any]:
    """What the template names, as plain strings, numbers and lists."""
    return {
        "header": header(TEMPLATE, id, kernels, comment="//"),
        "id": id,
        "name": namespace(id).removeprefix("invgen_"),
        "components": kernels["value"].input_size,
        "size": kernels["value"].output_size,
        "kernels": [_kernel(name, kernel) for name, kernel in kernels.items()],
    }


def namespace(id: str) -> str:
    """Where the functions of a basis are."""
    return "invgen_" + re.sub(r"\W", "_", id)


def _kernel(name: str, kernel: Kernel) -> dict[str, Any]:
    inputs = [{"name": array, "size": size} for array, size in kernel.inputs]
    outputs = [{"name": array, "size": len(ids)} for array, ids in kernel.outputs]
    of_v, of_real = (
        [f"[[maybe_unused]] const {real}* __restrict {a['name']}" for a in inputs]
        + [f"{real}* __restrict {a['name']}" for a in outputs]
        for real in ("typename Lanes<V>::real", "real")
    )
    arrays = inputs + outputs
    return {
        "name": name,
        "inputs": inputs,
        "outputs": outputs,
        "parameters": ", ".join(of_v),
        "arguments": ", ".join(of_real),
        "in_place": ", ".join(f"{a['name']} + {a['size']} * atom * features + feature" for a in arrays),
        "gathered": ", ".join(f"{a['name']}_lanes" for a in arrays),
        "pointers": ", ".join([f"in[{k}]" for k in range(len(inputs))] + [f"out[{k}]" for k in range(len(outputs))]),
        "lines": _lines(kernel),
    }


def _lines(kernel: Kernel) -> list[str]:
    """Constants, loads where a value is first read, the statements, and stores as soon as a value is made."""
    names, statements = value_names(kernel), live_statements(kernel)
    stores: dict[int, list[str]] = {}
    for array, ids in kernel.outputs:
        for component, value in enumerate(ids):
            stores.setdefault(value, []).append(f"store<V>({array} + {component} * stride, {names[value]});")
    lines = [
        f"const V {names[kernel.input_size + k]} = Lanes<V>::all({float(kernel.constants[k])!r});"
        for k in used_constants(kernel, statements, stores)
    ]
    loads = {
        i: f"const V {names[i]} = load<V>({array} + {component} * stride);"
        for i, (array, component) in enumerate(kernel.input_names())
    }
    for value, (op, left, right) in statements:
        lines += [loads.pop(operand) for operand in (left, right) if operand in loads]
        lines.append(f"const V {names[value]} = {names[left]} {OPERATORS[op]} {names[right]};")
        lines += stores.pop(value, [])
    for value, rest in stores.items():
        lines += [loads.pop(value)] if value in loads else []
        lines += rest
    return lines
