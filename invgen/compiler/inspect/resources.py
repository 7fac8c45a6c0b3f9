"""What the CUDA kernels of a basis take of a GPU: registers, spills, bytes and operations of one item.

An item is one atom and one feature, computed by one thread. Kernels are compiled for the architecture asked for; no GPU
is needed. Of the fused interaction layer it is registers, spills and shared memory of every pass.
"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from itertools import product
from typing import Any

from rich.table import Table

from invgen.compiler.basis import Basis
from invgen.compiler.emitters import cuda, cuda_interaction
from invgen.compiler.emitters.render import render
from invgen.compiler.kernels.derivatives import second_order, vjp
from invgen.compiler.kernels.lower import form_of, lower, walked
from invgen.compiler.kernels.program import Kernel
from invgen.errors import CudaError
from invgen.gpu import Usage, find_compiler

BYTES = {"float": 4, "double": 8}
LAYOUTS = {"planes": (), "rows": ("COMPONENTS_LAST",)}
"""(atoms, components, features), and (items, components)."""
SENSITIVITIES = 20
THREADS = (128, 64, 32)
"""Of a block of the interaction: the most that shared memory allows."""


@dataclass(frozen=True)
class Part:
    """One launch: ``bytes`` that an item reads and writes, ``operations``, and what a thread takes."""

    name: str
    real: str
    layout: str
    bytes: int
    operations: int
    usage: Usage


@dataclass(frozen=True)
class Pass:
    """One launch of the fused interaction, compiled for so many sensitivities and threads of a block."""

    name: str
    real: str
    sensitivities: int
    threads: int
    usage: Usage


def resources(
    basis: Basis, architecture: int, reals: tuple[str, ...] = tuple(BYTES), layouts: tuple[str, ...] = ("planes",)
) -> list[Part]:
    """Every part of every kernel, compiled for ``sm_<architecture>`` with each precision and layout.

    Raises ``CudaError`` without a compiler, for an architecture that it does not know, and for bases that are too large
    to be unrolled.
    """
    if walked(basis) is not None:
        raise CudaError(f"{basis.id} is too large to be unrolled: on a GPU it runs from tables in backend 'torch'")
    return compiled(basis.id, kernels(basis), architecture, reals, layouts)


def kernels(basis: Basis) -> dict[str, Kernel]:
    """The kernels that are emitted, in order."""
    value = lower(basis)
    return {"value": value, "vjp": vjp(value), "second_order": second_order(value)}


def compiled(
    id: str, programs: Mapping[str, Kernel], architecture: int, reals: tuple[str, ...], layouts: tuple[str, ...]
) -> list[Part]:
    """What ``resources`` gives, for any kernels."""
    compiler = find_compiler()
    if architecture not in compiler.architectures:
        known = ", ".join(map(str, compiler.architectures))
        raise CudaError(f"{compiler.name} does not compile for sm_{architecture}; it knows {known}")
    context = cuda.context(id, programs)
    source = render(cuda.TEMPLATE, context)
    found = []
    for real, layout, (position, function) in product(reals, layouts, enumerate(context["kernels"])):
        definitions = (f"REAL={real}", f"ONLY={position}", *LAYOUTS[layout])
        usage = compiler.compile(source, f"sm_{architecture}", definitions).usage
        found += [_row(part, real, layout, usage[part["name"]]) for part in function["parts"]]
    return found


def interaction(
    id: str, programs: Mapping[str, Kernel], architecture: int, real: str,
    sensitivities: int = SENSITIVITIES, threads: int = THREADS[0],
) -> list[Pass]:  # fmt: skip
    """Every pass of the fused interaction for kernels of invariants.

    Raises ``CudaError`` without a compiler, and for what it refuses: blocks whose shared memory is too large, too.
    """
    compiler, rows = find_compiler(), []
    text = cuda.emit(id, programs) + cuda_interaction.emit(id, programs)
    for order in range(len(programs)):
        definitions = (
            "STATEMENTS", f"REAL={real}", f"SENSITIVITIES={sensitivities}", f"THREADS={threads}", f"ORDER={order}"
        )  # fmt: skip
        usage = compiler.compile(text, f"sm_{architecture}", definitions).usage
        rows += [Pass(name, real, sensitivities, threads, used) for name, used in sorted(usage.items())]
    return rows


def interaction_resources(basis: Basis, architecture: int, reals: tuple[str, ...] = tuple(BYTES)) -> list[Pass]:
    """``interaction`` of a basis in blocks as large as may be; empty for one that has no fused kernels."""
    if not form_of(basis.spec).interaction(basis.channels):
        return []
    programs = kernels(basis)
    return [found for real in reals for found in _in_largest_blocks(basis.id, programs, architecture, real)]


def _in_largest_blocks(id: str, programs: Mapping[str, Kernel], architecture: int, real: str) -> list[Pass]:
    *larger, smallest = THREADS
    for threads in larger:
        with suppress(CudaError):
            return interaction(id, programs, architecture, real, threads=threads)
    return interaction(id, programs, architecture, real, threads=smallest)


def _row(part: Mapping[str, Any], real: str, layout: str, usage: Usage) -> Part:
    return Part(part["name"], real, layout, part["words"] * BYTES[real], part["operations"], usage)


def resource_table(parts: list[Part], architecture: int) -> Table:
    """One row for each part and precision."""
    table = Table(title=f"sm_{architecture}, one thread for each item", title_justify="left", show_edge=False)
    for heading in ("part", "precision", "layout"):
        table.add_column(heading, no_wrap=True)
    for heading in ("operations", "bytes", "registers", "spilled bytes"):
        table.add_column(heading, justify="right")
    for part in parts:
        spilled = part.usage.spill_stores + part.usage.spill_loads
        numbers = (part.operations, part.bytes, part.usage.registers, spilled)
        table.add_row(part.name, part.real, part.layout, *(f"{n:,}" for n in numbers))
    return table


def interaction_table(passes: list[Pass], architecture: int) -> Table:
    """One row for each pass and precision."""
    title = f"sm_{architecture}, fused interaction, one block for each atom, {passes[0].sensitivities} sensitivities"
    table = Table(title=title, title_justify="left", show_edge=False)
    for heading in ("pass", "precision"):
        table.add_column(heading, no_wrap=True)
    for heading in ("threads", "shared bytes", "registers", "spilled bytes"):
        table.add_column(heading, justify="right")
    for found in passes:
        used = found.usage
        numbers = (found.threads, used.shared, used.registers, used.spill_stores + used.spill_loads)
        table.add_row(found.name.removeprefix("interaction_"), found.real, *(f"{n:,}" for n in numbers))
    return table
