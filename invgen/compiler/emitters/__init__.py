"""Kernels to source files. A backend is one module here plus one folder of templates, listed in ``BACKENDS``.

To add a backend: write ``emitters/<name>.py`` with ``FILE``, ``TEMPLATE``, ``emit`` and ``context``; write
``templates/<name>/``; add the module to ``BACKENDS``; teach ``runtime/`` to call the emitted file.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Mapping
from pathlib import Path
from types import ModuleType
from typing import Any

from invgen.compiler.emitters import cuda, numba, torch
from invgen.compiler.kernels.program import Kernel
from invgen.emitted.folder import KERNELS, write_folder
from invgen.emitted.products import FILE as PRODUCTS
from invgen.emitted.products import ProductBasis
from invgen.errors import unknown
from invgen.version import __version__

BACKENDS: dict[str, ModuleType] = {"numba": numba, "torch": torch, "cuda": cuda}

TABLE_BACKENDS = ("numba", "torch")
"""Backends that walk the tables of a large basis; every backend unrolls."""

__all__ = ["BACKENDS", "emit_folder", "emit_sources", "emit_tables"]


def emit_sources(id: str, kernels: Mapping[str, Kernel], backends: tuple[str, ...]) -> dict[str, str]:
    """File name to text, one file for each backend; the same kernels give the same bytes everywhere.

    Raises ``ValueError`` for an unknown or no backend, and for missing kernels.
    """
    _check_backends(backends)
    if set(kernels) != set(KERNELS):
        raise ValueError(f"emission needs the kernels {KERNELS}, got {tuple(kernels)}")
    ordered = {name: kernels[name] for name in KERNELS}
    return {BACKENDS[name].FILE: BACKENDS[name].emit(id, ordered) for name in backends}


def emit_folder(
    into: str | os.PathLike[str],
    *,
    id: str,
    kind: str,
    kernels: Mapping[str, Kernel],
    backends: tuple[str, ...],
    metadata: Mapping[str, Any],
    tables: Mapping[str, bytes] | None = None,
) -> Path:
    """Write the emitted sources and ``manifest.json`` into the folder ``into`` and return it.

    kind
        ``"invariants"`` or ``"harmonics"``.
    metadata
        Joins the manifest: ``ranks``, ``channels`` (how many there are of each rank), ``components``, ``size``,
        ``labels``, and anything else.
    tables
        Further files by name, such as the product basis of ACE functions.

    Files are written to a temporary name and renamed, the manifest last: a folder with a manifest is whole.
    """
    sources = emit_sources(id, kernels, tuple(backends))
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
    walking = [name for name in backends if name in TABLE_BACKENDS]
    if not walking:
        raise ValueError(
            f"{id} is too large to be unrolled, and tables are walked by {', '.join(TABLE_BACKENDS)} only, "
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
