"""CUDA C++ for the interaction layer of HIP-HOP-NN: sums over pairs and invariants in one kernel.

The text holds no statements of its own: it is compiled behind that of ``cuda_kernels.cu``, whose parts it calls.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from invgen.compiler.emitters import cuda
from invgen.compiler.emitters.render import header, render
from invgen.compiler.kernels.program import Kernel

FILE = "cuda_interaction.cu"
TEMPLATE = "cuda/interaction.cu.jinja"

PAIRS = 8
"""Pairs whose sensitivities and harmonics a block holds in shared memory at once."""

ARGUMENTS = {
    "value": {"x": "x, 1", "y": "y_at, features"},
    "vjp": {"x": "x, 1", "g": "g_at, features", "gx": "gx_at, features"},
    "second_order": {
        "x": "x, THREADS", "g": "g_at, features", "u": "u, THREADS", "gx": "gx_at, features", "hu": "hx_at, features",
        "ju": "hg_at, features",
    },
}  # fmt: skip
"""For every kernel where its arrays are: a pointer to component 0 of the thread's feature, and the stride."""


def emit(id: str, kernels: Mapping[str, Kernel]) -> str:
    """The text of ``cuda_interaction.cu`` for the kernels ``value``, ``vjp`` and ``second_order``."""
    return render(TEMPLATE, context(id, kernels))


def context(id: str, kernels: Mapping[str, Kernel]) -> dict[str, Any]:
    """What the template names, as plain strings, numbers and lists."""
    parts = {f["name"]: f["parts"] for f in cuda.context(id, kernels)["kernels"]}
    components, size = kernels["value"].input_size, kernels["value"].output_size
    return {
        "header": header(TEMPLATE, id, kernels, comment="//"),
        "kernels": cuda.FILE,
        "components": components,
        "size": size,
        "pairs": PAIRS,
        "calls": {
            "value": _calls(parts["value"], ARGUMENTS["value"]),
            "vjp": _calls(parts["vjp"], ARGUMENTS["vjp"]),
            "second_order": _calls([*parts["vjp"], *parts["second_order"]], ARGUMENTS["second_order"]),
        },
        "launch": json.dumps({"components": components, "size": size, "pairs": PAIRS}),
    }


def _calls(parts: list[Mapping[str, Any]], arguments: Mapping[str, str]) -> list[str]:
    return [
        f"{part['name']}_statements({', '.join(arguments[a['name']] for a in (*part['inputs'], *part['outputs']))});"
        for part in parts
    ]
