"""Emission of a basis: its kernels, and the folder of sources with checksums that the runtime half reads."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any, ClassVar, Protocol

from invgen.compiler.algebra.channels import Channel
from invgen.compiler.emitters import USUAL, emit_folder, emit_tables
from invgen.compiler.kernels.ace.products import unrolled
from invgen.compiler.kernels.derivatives import second_order, vjp
from invgen.compiler.kernels.harmonics import harmonics
from invgen.compiler.kernels.lower import form_of
from invgen.compiler.kernels.program import Kernel
from invgen.emitted.folder import FORMAT, open_folder
from invgen.emitted.products import FILE as PRODUCTS
from invgen.errors import SpecError
from invgen.resources import cache_folder, generated_folder
from invgen.spec import BasisSpec
from invgen.version import __version__


class Chosen(Protocol):
    """What emission asks of a basis, of invariants or of covariants.

    covariant_rank
        ``None`` for invariants.
    digest
        SHA-256 of the file of the basis.
    """

    FILE: ClassVar[str]

    @property
    def spec(self) -> BasisSpec: ...
    @property
    def evidence(self) -> Any: ...
    @property
    def id(self) -> str: ...
    @property
    def labels(self) -> tuple[str, ...]: ...
    @property
    def channels(self) -> tuple[Channel, ...]: ...
    @property
    def components(self) -> int: ...
    @property
    def covariant_rank(self) -> int | None: ...
    @property
    def digest(self) -> str: ...
    def __len__(self) -> int: ...
    def __iter__(self) -> Iterator[Any]: ...
    def value_kernel(self) -> Kernel: ...
    def save(self, path: str | os.PathLike[str], /) -> Path: ...
    @classmethod
    def load(cls, path: str | os.PathLike[str], /) -> Chosen: ...


def kernels_of(basis: Chosen) -> dict[str, Kernel]:
    """The three kernels of a basis by name: ``value``, ``vjp`` and ``second_order``."""
    return with_derivatives(basis.value_kernel())


def with_derivatives(value: Kernel) -> dict[str, Kernel]:
    """A value kernel and its derivatives by name."""
    return {"value": value, "vjp": vjp(value), "second_order": second_order(value)}


def emit(
    basis: Chosen,
    backends: tuple[str, ...] = USUAL,
    into: str | os.PathLike[str] | None = None,
) -> Path:
    """Writes the basis, the emitted sources and their manifest into a folder, and returns it.

    backends
        Names of ``invgen.compiler.emitters.BACKENDS``, by default ``USUAL``; raises ``ValueError`` for an unknown one.
    into
        The folder; by default one named by id and digest in the user's cache.

    Raises ``SpecError`` for a basis that holds nothing.
    """
    if not len(basis):
        where, remedy = f"up to order {basis.spec.n_max}", "raise n_max, or ask for another parity or other ranks"
        if not basis.evidence.bound:
            where, remedy = "at any order, by symmetry", "ask for another parity or other ranks"
        raise SpecError(
            f"{basis.id} holds no function, so there are no kernels to emit: there is none of this parity {where}; "
            f"{remedy}"
        )
    folder = Path(into) if into is not None else _cached(basis)
    form, backends = form_of(basis.spec), tuple(backends)
    metadata = {**form.manifest, **_metadata(basis)}
    products = form.products(tuple(basis), basis.channels) if basis.covariant_rank is None else None
    if products is not None and not unrolled(products):
        emit_tables(folder, id=basis.id, products=products, backends=backends, metadata=metadata)
    else:
        invariants = basis.covariant_rank is None
        emit_folder(
            folder,
            id=basis.id,
            kind="invariants" if invariants else "covariants",
            kernels=kernels_of(basis),
            backends=backends,
            metadata=metadata,
            tables={} if products is None else {PRODUCTS: products.to_bytes()},
            interaction=invariants and form.interaction(basis.channels),
        )
    basis.save(folder)
    return folder


def _metadata(basis: Chosen) -> dict[str, Any]:
    """A covariant counts as 2 rank + 1 functions, one after another."""
    open_rank = {} if basis.covariant_rank is None else {"covariant_rank": basis.covariant_rank}
    multiplicity = Counter(channel.rank for channel in basis.channels)
    return {
        "ranks": sorted(multiplicity),
        "channels": [multiplicity[rank] for rank in sorted(multiplicity)],
        "components": basis.components,
        "size": len(basis) * (2 * open_rank.get("covariant_rank", 0) + 1),
        "labels": list(basis.labels),
        "basis_sha256": basis.digest,
        **open_rank,
    }


def _cached(basis: Chosen) -> Path:
    """Where this version keeps emitted sources of a basis: what another version emitted is not taken for ours."""
    return cache_folder() / f"{basis.id}-{basis.digest[:16]}-v{__version__}-{FORMAT}"


def emit_harmonics(l_max: int, backends: tuple[str, ...], into: str | os.PathLike[str]) -> Path:
    """Writes the tensor harmonics of ranks 0..l_max as emitted sources."""
    width = (l_max + 1) ** 2
    metadata = {
        "ranks": list(range(l_max + 1)),
        "channels": [1] * (l_max + 1),
        "components": 3,
        "size": width,
        "labels": [f"T{rank}" for rank in range(l_max + 1)],
    }
    return emit_folder(
        Path(into),
        id=f"harmonics-l{l_max}",
        kind="harmonics",
        kernels=with_derivatives(harmonics(l_max)),
        backends=tuple(backends),
        metadata=metadata,
    )


def emitted_folder(basis: Chosen, backends: tuple[str, ...] = ()) -> Path:
    """Where emitted sources of this basis lie: the shipped folder if its basis is equal, else the user's cache.

    Those of the usual backends and of ``backends`` are there; what is missing is emitted.
    """
    shipped, cached = generated_folder() / basis.id, _cached(basis)
    equal = (shipped / basis.FILE).is_file() and type(basis).load(shipped).digest == basis.digest
    there = (cached / basis.FILE).is_file() and (cached / "manifest.json").is_file()
    for place in (*([shipped] if equal else ()), *([cached] if there else ())):
        if set(backends) <= set(open_folder(place).backends):
            return place
    return emit(basis, tuple(dict.fromkeys((*USUAL, *backends))), cached)
