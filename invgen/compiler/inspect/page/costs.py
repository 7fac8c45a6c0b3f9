"""What the kernels of a basis cost: operations of each, and what each backend is given."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from invgen.compiler.basis import Basis
from invgen.compiler.emitters import BACKENDS
from invgen.compiler.inspect.report import operations
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


@dataclass(frozen=True)
class Costs:
    """Of all kernels, and of all backends."""

    kernels: tuple[KernelCost, ...] = ()
    backends: tuple[BackendCost, ...] = ()


def costs(basis: Basis) -> Costs:
    """What the kernels of a basis cost, and what backends are given.

    Sources are those that ``invgen.load`` takes, emitted to the cache where they are neither shipped nor there yet.
    """
    counted = _kernel_costs(operations(basis))
    if walked(basis) is not None:
        return Costs(counted, tuple(map(_from_tables, BACKENDS)))
    folder, fused = basis.emitted_folder(tuple(BACKENDS)), form_of(basis.spec).interaction(basis.channels)
    return Costs(counted, tuple(_unrolled(name, folder, fused) for name in BACKENDS))


def _kernel_costs(counted: Mapping[str, Mapping[str, int]]) -> tuple[KernelCost, ...]:
    value = counted["value"]["total"] or 1
    return tuple(
        KernelCost(name, KERNELS.get(name, ""), c["additions"], c["multiplications"], c["total"], c["total"] / value)
        for name, c in counted.items()
    )


def _from_tables(name: str) -> BackendCost:
    walks = BACKENDS[name].walks_tables
    return BackendCost(name, "runs from tables of shared products" if walks else "does not run it", 0)


def _unrolled(name: str, folder: Path, fused: bool) -> BackendCost:
    row = BACKENDS[name]
    emitters = [row.kernels, *([row.interaction] if fused and row.interaction is not None else [])]
    layer = ", and the interaction layer of HIP-HOP-NN fused with it" if len(emitters) > 1 else ""
    return BackendCost(name, f"unrolled{layer}", sum((folder / e.FILE).stat().st_size for e in emitters))
