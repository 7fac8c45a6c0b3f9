"""Kernels to source files. A backend is one module here plus one folder of templates, and a row in ``BACKENDS``.

To add a backend: write ``emitters/<name>.py`` with ``FILE``, ``TEMPLATE``, ``emit`` and ``context``; write
``templates/<name>/``; add a row to ``BACKENDS``; teach ``runtime/`` to call the emitted file. A module that writes a
fused interaction layer is of the same kind.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from invgen.compiler.emitters import cpp, cuda, cuda_interaction, numba, torch
from invgen.compiler.kernels.program import Kernel
from invgen.emitted.folder import KERNELS, write_folder
from invgen.emitted.products import FILE as PRODUCTS
from invgen.emitted.products import ProductBasis
from invgen.errors import unknown
from invgen.version import __version__


class Emitter(Protocol):
    """What writes one file of a backend: a module."""

    FILE: str
    """Its name: ``<backend>_kernels`` or ``<backend>_interaction`` with the ending of the language, py, cu or hpp."""

    def emit(self, id: str, kernels: Mapping[str, Kernel]) -> str:
        """Its text for the kernels ``value``, ``vjp`` and ``second_order``."""


@dataclass(frozen=True)
class Backend:
    """What is emitted for a backend.

    kernels
        Writes the unrolled kernels.
    walks_tables
        Whether it runs large bases from their tables too, which are emitted once for all.
    interaction
        Writes its fused interaction layer, which is beside the kernels where a basis has one; ``None`` without.
    usual
        Whether its files are written where nobody names backends.
    """

    kernels: Emitter
    walks_tables: bool = False
    interaction: Emitter | None = None
    usual: bool = True


BACKENDS = {
    "numba": Backend(numba, walks_tables=True),
    "torch": Backend(torch, walks_tables=True),
    "cuda": Backend(cuda, interaction=cuda_interaction),
    "cpp": Backend(cpp, usual=False),
}
USUAL = tuple(name for name, row in BACKENDS.items() if row.usual)
"""What is emitted, and shipped, where nobody names backends."""

__all__ = ["BACKENDS", "USUAL", "Backend", "emit_folder", "emit_sources", "emit_tables"]


def emit_sources(
    id: str, kernels: Mapping[str, Kernel], backends: tuple[str, ...], interaction: bool = False
) -> dict[str, str]:
    """File name to text, a file for each backend, and with ``interaction`` those of the fused layers of backends.

    The same kernels give the same bytes everywhere.

    Raises ``ValueError`` for an unknown or no backend, and for missing kernels.
    """
    _check_backends(backends)
    if set(kernels) != set(KERNELS):
        raise ValueError(f"emission needs the kernels {KERNELS}, got {tuple(kernels)}")
    ordered = {name: kernels[name] for name in KERNELS}
    rows = [BACKENDS[name] for name in backends]
    emitters = [row.kernels for row in rows]
    if interaction:
        emitters += [row.interaction for row in rows if row.interaction is not None]
    return {emitter.FILE: emitter.emit(id, ordered) for emitter in emitters}


def emit_folder(
    into: str | os.PathLike[str],
    *,
    id: str,
    kind: str,
    kernels: Mapping[str, Kernel],
    backends: tuple[str, ...],
    metadata: Mapping[str, Any],
    tables: Mapping[str, bytes] | None = None,
    interaction: bool = False,
) -> Path:
    """Write the emitted sources and ``manifest.json`` into the folder ``into`` and return it.

    kind
        ``"invariants"`` or ``"harmonics"``.
    metadata
        Joins the manifest: ``ranks``, ``channels`` (how many there are of each rank), ``components``, ``size``,
        ``labels``, and anything else.
    tables
        Further files by name, such as the product basis of ACE functions.
    interaction
        Whether backends write their fused interaction layer too.

    Files are written to a temporary name and renamed, the manifest last: a folder with a manifest is whole.
    """
    sources = emit_sources(id, kernels, tuple(backends), interaction)
    files = {file: text.encode() for file, text in sources.items()} | dict(tables or {})
    costs = {
        "operations": {name: kernels[name].operations for name in KERNELS},
        "kernel_digests": {name: kernels[name].digest for name in KERNELS},
    }
    return write_folder(Path(into), {"id": id, "kind": kind, "version": __version__, **metadata, **costs}, files)


def emit_tables(
    into: str | os.PathLike[str],
    *,
    id: str,
    products: ProductBasis,
    backends: tuple[str, ...],
    metadata: Mapping[str, Any],
) -> Path:
    """Write the product basis and ``manifest.json``, for kernels that walk the tables instead of being unrolled.

    The manifest says ``"form": "tables"`` and for which ``backends``, of those that walk tables; the arguments are
    otherwise those of ``emit_folder``, and so are the guarantees.
    """
    _check_backends(backends)
    walking = [name for name in backends if BACKENDS[name].walks_tables]
    if not walking:
        able = [name for name, row in BACKENDS.items() if row.walks_tables]
        raise ValueError(
            f"{id} is too large to be unrolled, and tables are walked by {', '.join(able)} only, "
            f"not by {', '.join(backends)}: emit backend 'torch', which runs on GPUs too"
        )
    data = products.to_bytes()
    details = {
        "form": "tables",
        "backends": walking,
        "operations": products.operations,
        "kernel_digests": dict.fromkeys(KERNELS, hashlib.sha256(data).hexdigest()),
    }
    head = {"id": id, "kind": "invariants", "version": __version__, **metadata, **details}
    return write_folder(Path(into), head, {PRODUCTS: data})


def _check_backends(backends: tuple[str, ...]) -> None:
    if not backends:
        raise ValueError(f"no backend given; choose from {', '.join(BACKENDS)}")
    for name in backends:
        if name not in BACKENDS:
            raise ValueError(unknown("backend", name, BACKENDS))
