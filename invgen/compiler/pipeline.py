"""The stages in order: this docstring is the architecture.

    stage      input -> output                                          where
    spec       what is asked for -> ``BasisSpec``                       spec/
    candidates a family's contractions or couplings, in order           candidates/   (exact)
    selection  candidates -> the chosen ones and ``Evidence``           selection/    (exact, float64 beside it)
    basis      chosen + evidence -> ``Basis``, a file                   basis.py, covariant_basis.py
    kernels    basis -> value ``Kernel`` -> vjp, second-order kernels   kernels/
    emission   kernels -> a folder of sources with checksums            emitters/, templates/
    ---------- only files cross this line ----------
    runtime    folder -> callables and torch operators                  runtime/
    models     callables -> layers, networks, potentials                nn/, potentials/, data/

Everything above the line is the compiler half and never imports torch; everything below is the runtime half and
never imports SymPy or Jinja. Objects are immutable; every stage returns a new one.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from invgen import __version__
from invgen.compiler.basis import Basis
from invgen.compiler.covariant_basis import CovariantBasis
from invgen.compiler.emitters import BACKENDS, cuda_interaction, emit_folder, emit_tables
from invgen.compiler.kernels.ace.products import product_basis, unrolled
from invgen.compiler.kernels.covariants import lower_covariants
from invgen.compiler.kernels.derivatives import second_order, vjp
from invgen.compiler.kernels.harmonics import harmonics
from invgen.compiler.kernels.lower import lower
from invgen.compiler.kernels.program import Kernel
from invgen.compiler.selection.covariants import select as select_covariants
from invgen.compiler.selection.langbein import Progress
from invgen.compiler.selection.objectives import select
from invgen.compiler.selection.setting import Setting
from invgen.emitted.products import FILE as PRODUCTS
from invgen.errors import SpecError
from invgen.resources import cache_folder, generated_folder
from invgen.spec import MAX_CANDIDATES, BasisSpec


def generate(spec: BasisSpec, *, progress: Progress | None = None, max_candidates: int = MAX_CANDIDATES) -> Basis:
    """Generates the basis of a spec, exactly, with its evidence.

    progress
        Called as ``progress(stage, done, total)``: candidates where their number is known, else rank and bound.
    max_candidates
        Refuses, with ``TooManyCandidates``, to enumerate more than this.
    """
    _check_spec("generate", spec)
    setting = Setting(progress=progress, max_candidates=max_candidates, checkpoints=cache_folder() / "selections")
    chosen, evidence = select(spec, setting)
    return Basis(spec, tuple(chosen), evidence)


def covariants(
    spec: BasisSpec, rank: int = 1, *, progress: Progress | None = None, max_candidates: int = MAX_CANDIDATES
) -> CovariantBasis:
    """Chooses covariants: tensors of one rank that are polynomials of the tensors of a spec and turn with them.

    spec
        Objectives: ``independent``, the fewest that span all at a generic point; ``generators``, the fewest of which
        all up to degree n_max are combinations with invariant coefficients; ``linear``, all of these. Parity:
        ``proper`` for (-1)^rank under inversion, as a dipole has, ``pseudo`` for the other one, as a torque has, or
        ``both``.
    progress, max_candidates
        As in ``generate``.

    Raises ``SpecError`` for another family or objective, and ``TooManyCandidates``.
    """
    _check_spec("covariants", spec)
    chosen, evidence = select_covariants(spec, rank, Setting(progress=progress, max_candidates=max_candidates))
    return CovariantBasis(spec, rank, tuple(chosen), evidence)


def _check_spec(function: str, spec: object) -> None:
    if not isinstance(spec, BasisSpec):
        raise TypeError(
            f"{function} takes a BasisSpec, got {type(spec).__name__}; write invgen.BasisSpec(l_max=3, n_max=4)"
        )


def kernels_of(basis: Basis | CovariantBasis) -> dict[str, Kernel]:
    """The three kernels of a basis by name: ``value``, ``vjp`` and ``second_order``."""
    if isinstance(basis, CovariantBasis):
        return _with_derivatives(lower_covariants(basis.covariants, basis.spec.tensors, basis.rank))
    return _with_derivatives(lower(basis))


def _with_derivatives(value: Kernel) -> dict[str, Kernel]:
    return {"value": value, "vjp": vjp(value), "second_order": second_order(value)}


def emit(
    basis: Basis | CovariantBasis,
    backends: tuple[str, ...] = tuple(BACKENDS),
    into: str | os.PathLike[str] | None = None,
) -> Path:
    """Writes the basis, the emitted sources and their manifest into a folder, and returns it.

    backends
        Names of ``invgen.compiler.emitters.BACKENDS``; raises ``ValueError`` for an unknown one.
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
    if isinstance(basis, Basis) and basis.spec.family == "ace":
        _emit_ace(basis, tuple(backends), folder)
    else:
        channels = [basis.spec.channels] * len(basis.spec.ranks)
        metadata = {"ranks": list(basis.spec.ranks), "channels": channels, **_metadata(basis)}
        kind = "covariants" if isinstance(basis, CovariantBasis) else "invariants"
        kernels = kernels_of(basis)
        fused = "cuda" in backends and basis.spec.channels == 1 and kind == "invariants"
        files = {cuda_interaction.FILE: cuda_interaction.emit(basis.id, kernels).encode()} if fused else {}
        emit_folder(
            folder, id=basis.id, kind=kind, kernels=kernels, backends=tuple(backends), metadata=metadata, tables=files
        )
    basis.save(folder)
    return folder


def _metadata(basis: Basis | CovariantBasis) -> dict[str, Any]:
    """A covariant counts as 2 rank + 1 functions, one after another."""
    open_rank = {"covariant_rank": basis.rank} if isinstance(basis, CovariantBasis) else {}
    return {
        "components": basis.components,
        "size": len(basis) * (2 * open_rank.get("covariant_rank", 0) + 1),
        "labels": list(basis.labels),
        "basis_sha256": basis.digest,
        **open_rank,
    }


def _emit_ace(basis: Basis, backends: tuple[str, ...], folder: Path) -> None:
    """The product basis, and unrolled kernels beside it unless it is large."""
    products = product_basis(basis)
    ranks = [c.rank for c in basis.channels]
    metadata = {
        "family": "ace",
        "ranks": sorted(set(ranks)),
        "channels": [ranks.count(rank) for rank in sorted(set(ranks))],
        **_metadata(basis),
    }
    if unrolled(products):
        tables = {PRODUCTS: products.to_bytes()}
        emit_folder(
            folder, id=basis.id, kind="invariants", kernels=kernels_of(basis), backends=backends, metadata=metadata,
            tables=tables,
        )  # fmt: skip
    else:
        emit_tables(folder, id=basis.id, products=products, backends=backends, metadata=metadata)


def _cached(basis: Basis | CovariantBasis) -> Path:
    """Where this version keeps emitted sources of a basis: what another version emitted is not taken for ours."""
    return cache_folder() / f"{basis.id}-{basis.digest[:16]}-v{__version__}"


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
        kernels=_with_derivatives(harmonics(l_max)),
        backends=tuple(backends),
        metadata=metadata,
    )


def emitted_folder(basis: Basis | CovariantBasis, backends: tuple[str, ...]) -> Path:
    """Where emitted sources of this basis lie: the shipped folder if its basis is equal, else the user's cache."""
    shipped = generated_folder() / basis.id
    if (shipped / basis.FILE).is_file() and type(basis).load(shipped).digest == basis.digest:
        return shipped
    cached = _cached(basis)
    if (cached / basis.FILE).is_file() and (cached / "manifest.json").is_file():
        return cached
    return emit(basis, backends=tuple(BACKENDS), into=cached)


def find_basis(source: str | os.PathLike[str] | Basis) -> Basis:
    """A basis from a file, a folder, or the id of a shipped one.

    Raises ``FileNotFoundError``, listing what is shipped, when there is neither.
    """
    if isinstance(source, Basis):
        return source
    path = Path(source)
    if path.exists():
        return Basis.load(path)
    shipped = generated_folder() / str(source)
    if (shipped / "basis.json").is_file():
        return Basis.load(shipped)
    known = sorted(p.parent.name for p in generated_folder().glob("*/basis.json"))
    raise FileNotFoundError(f"no basis at {path} and none shipped under this id; shipped: {', '.join(known)}")
