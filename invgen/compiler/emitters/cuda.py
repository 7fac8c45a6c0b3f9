"""CUDA C++: one function for each part, one thread for each atom and feature; runs in NVRTC without any header."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from invgen.compiler.emitters.parts import Part, parts
from invgen.compiler.emitters.render import OPERATORS, header, render, used_constants, value_names
from invgen.compiler.emitters.schedule import live_statements
from invgen.compiler.kernels.program import Kernel

FILE = "cuda_kernels.cu"
TEMPLATE = "cuda/kernels.cu.jinja"

THREADS = 128
"""Threads of a block."""

SHARED_BYTES = 48 * 1024
"""Shared memory that every block may have on every architecture without asking."""


def emit(id: str, kernels: Mapping[str, Kernel]) -> str:
    """The text of ``cuda_kernels.cu`` for the kernels ``value``, ``vjp`` and ``second_order``."""
    return render(TEMPLATE, context(id, kernels))


def context(id: str, kernels: Mapping[str, Kernel]) -> dict[str, Any]:
    """What the template names, as plain strings, numbers and lists."""
    functions = [_kernel(name, kernel) for name, kernel in kernels.items()]
    return {
        "header": header(TEMPLATE, id, kernels, comment="//"),
        "kernels": functions,
        "launch": json.dumps({f["name"]: _launch(f) for f in functions}),
    }


def _launch(function: Mapping[str, Any]) -> dict[str, Any]:
    """What a caller has to know: names of the parts in order, sizes of blocks, components of every array."""
    return {
        "parts": [part["name"] for part in function["parts"]],
        **{key: function[key] for key in ("threads", "row_threads", "inputs", "outputs")},
    }


def _kernel(name: str, kernel: Kernel) -> dict[str, Any]:
    arguments = [f"const real* __restrict__ {array}" for array, _ in kernel.inputs]
    arguments += [f"real* __restrict__ {array}" for array, _ in kernel.outputs]
    made = [_part(f"{name}_{k}", kernel, part) for k, part in enumerate(parts(kernel))]
    return {
        "name": name,
        "signature": ", ".join(arguments),
        "inputs": [size for _, size in kernel.inputs],
        "outputs": [len(ids) for _, ids in kernel.outputs],
        "threads": THREADS,
        "row_threads": min(_row_threads(part) for part in made),
        "parts": made,
    }


def _row_threads(part: Mapping[str, Any]) -> int:
    """The largest block whose items of float64 fit into shared memory."""
    width = 8 * sum(array["pitch"] for array in (*part["inputs"], *part["outputs"]))
    return next((t for t in (THREADS, 64, 32, 16, 8, 4, 2) if t * width <= SHARED_BYTES), 1)


def _part(name: str, kernel: Kernel, part: Part) -> dict[str, Any]:
    statements = live_statements(part.kernel)
    read = {operand for _, s in statements for operand in s[1:]}.union(*(ids for _, ids in part.kernel.outputs))
    inputs, first = [], 0
    for array, size in kernel.inputs:
        if read & set(range(first, first + size)):
            inputs.append({"name": array, "size": size, "pitch": size | 1})
        first += size
    outputs = _written(kernel, part)
    return {
        "name": name,
        "inputs": inputs,
        "outputs": outputs,
        "parameters": ", ".join(
            f"{'const ' if array in inputs else ''}real* const {array['name']}_at, const unsigned long long "
            f"{array['name']}_stride"
            for array in (*inputs, *outputs)
        ),
        "lines": _lines(part),
        "words": sum(i < kernel.input_size for i in read) + len(part.outputs),
        "operations": len(statements),
    }


def _written(kernel: Kernel, part: Part) -> list[dict[str, Any]]:
    """Of every output array that the part writes: its size, and the first and the number of the components written."""
    arrays = []
    for array, ids in kernel.outputs:
        components = [c for name, c in part.outputs if name == array]
        if components:
            arrays.append(
                {
                    "name": array,
                    "size": len(ids),
                    "pitch": len(ids) | 1,
                    "start": components[0],
                    "width": len(components),
                }
            )
    return arrays


def _lines(part: Part) -> list[str]:
    """Constants, loads where a value is first read, the statements, and stores as soon as a value is made."""
    kernel, statements = part.kernel, live_statements(part.kernel)
    names = value_names(kernel)
    stores: dict[int, list[str]] = {}
    ((_, ids),) = kernel.outputs
    for (array, component), value in zip(part.outputs, ids, strict=True):
        stores.setdefault(value, []).append(f"{array}_at[{component} * {array}_stride] = {names[value]};")
    lines = [
        f"const real {names[kernel.input_size + k]} = real({float(kernel.constants[k])!r});"
        for k in used_constants(kernel, statements, stores)
    ]
    loads = {i: f"const real {names[i]} = {a}_at[{c} * {a}_stride];" for i, (a, c) in enumerate(kernel.input_names())}
    for value, (op, left, right) in statements:
        lines += [loads.pop(operand) for operand in (left, right) if operand in loads]
        lines.append(f"const real {names[value]} = {names[left]} {OPERATORS[op]} {names[right]};")
        lines += stores.pop(value, [])
    for value, rest in stores.items():
        lines += [loads.pop(value)] if value in loads else []
        lines += rest
    return lines
