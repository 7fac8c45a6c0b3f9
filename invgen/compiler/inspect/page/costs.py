"""What the kernels of a basis cost: operations of each, and what each backend is given."""

from __future__ import annotations

from dataclasses import dataclass

from invgen.compiler.basis import Basis
from invgen.compiler.emitters import BACKENDS, emit_sources
from invgen.compiler.inspect.report import operations
from invgen.compiler.inspect.resources import kernels
from invgen.compiler.kernels.lower import form_of, walked

KERNELS = {
    "value": "the invariants",
    "vjp": "gradient of one function of them, for forces",
    "value_and_vjp": "both together",
    "second_order": "second derivatives along a direction, for training on forces",
}


@dataclass(frozen=True)
class KernelCost:
    """One kernel: what it gives, additions, multiplications, their sum, and that in units of the value kernel."""

    name: str
    words: str
    additions: int
    multiplications: int
    total: int
    ratio: float


@dataclass(frozen=True)
class BackendCost:
    """One backend: how it runs the basis, and the size of its source in bytes; 0 where it has none."""

    name: str
    words: str
    size: int


def kernel_costs(basis: Basis) -> list[KernelCost]:
    """One row for each kernel."""
    counted = operations(basis)
    value = counted["value"]["total"] or 1
    return [
        KernelCost(name, KERNELS.get(name, ""), c["additions"], c["multiplications"], c["total"], c["total"] / value)
        for name, c in counted.items()
    ]


def backend_costs(basis: Basis) -> list[BackendCost]:
    """One row for each backend."""
    if walked(basis) is not None:
        return [
            BackendCost(name, "runs from tables of shared products" if row.walks_tables else "does not run it", 0)
            for name, row in BACKENDS.items()
        ]
    programs, fused = kernels(basis), form_of(basis.spec).interaction(basis.channels)
    rows = []
    for name, row in BACKENDS.items():
        texts = emit_sources(basis.id, programs, (name,), fused)
        with_layer = fused and row.interaction is not None
        words = "unrolled" + (", and the interaction layer of HIP-HOP-NN fused with it" if with_layer else "")
        rows.append(BackendCost(name, words, sum(len(text.encode()) for text in texts.values())))
    return rows
