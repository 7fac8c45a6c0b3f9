"""A fit from structures and a request for a basis, or from a configuration file, to a potential in a folder.

This is where linear potentials meet the compiler half, which generates the basis and its product basis when a fit asks.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from invgen.ace.fitting.assembly import Progress
from invgen.ace.fitting.centres import within_limits
from invgen.ace.fitting.checks import check_request, look_at
from invgen.ace.fitting.config import (
    BasisConfig,
    FitReferencesConfig,
    RadialConfig,
    ShortRangeConfig,
    SolverConfig,
    WeightsConfig,
    check_basis,
    read_fit_config,
    spec_arguments,
    table,
)
from invgen.ace.fitting.fit import FitSettings, fit_products
from invgen.ace.fitting.folds import disk_told
from invgen.ace.fitting.radials import radial_basis
from invgen.ace.fitting.result import FitResult
from invgen.ace.fitting.rows import Weights, elements_of
from invgen.ace.radial import RadialBasis
from invgen.data.dataset import split_indices
from invgen.data.first_look import WARNING
from invgen.data.labels import LabelFormat, label_format
from invgen.data.structures import Structure, read_structures
from invgen.emitted.products import ProductBasis
from invgen.errors import BasisFileError, SpecError, counted
from invgen.runs.config import ConfigError, check_files
from invgen.spec import MAX_CANDIDATES, BasisSpec
from invgen.workers.scheduler import check_scheduler

if TYPE_CHECKING:
    from invgen.compiler.basis import Basis
    from invgen.compiler.inspect.sizes import Sizes


def fit(
    structures: Sequence[Structure] | str | Path,
    *,
    basis: Basis | BasisSpec | BasisConfig | Mapping[str, Any] | str | Path,
    radial: RadialBasis | RadialConfig | Mapping[str, Any],
    validation: Sequence[Structure] | str | Path = (),
    test: Sequence[Structure] | str | Path = (),
    labels: LabelFormat | None = None,
    weights: Weights | Mapping[str, Any] | None = None,
    references: FitReferencesConfig | Mapping[str, Any] | None = None,
    solver: SolverConfig | Mapping[str, Any] | str = "ridge",
    short_range: ShortRangeConfig | Mapping[str, Any] | None = None,
    folder: str | Path | None = None,
    plots: bool = True,
    scheduler: str | None = None,
    progress: Progress | None = None,
) -> FitResult:
    """Fit a linear ACE potential to energies (eV), forces (eV/Å) and stresses (eV/Å^3).

    structures, validation, test
        Structures or a file of them. ``validation`` chooses lambda instead of cross-validation, ``test`` is measured.
    labels
        Keys and units of files; they travel with the potential, so that others are read as these.
    basis
        A basis of the family ace, a request for one, the keys of ``[basis]`` in a configuration, or a file.
    radial
        Radial functions, or the keys of ``[radial]``: at least ``cutoff`` in Å.
    weights, references, solver, short_range
        As the tables of a configuration; ``solver`` may be the name of a method.
    folder
        Where potential, report and plots are written; nothing is written by default.
    scheduler
        Address of a Dask scheduler whose workers assemble, or ``"local"`` for workers on this machine.
    progress
        Called as ``progress(stage, done, total)``.

    Raises ``ConfigError``, ``SpecError`` or ``DataError`` before work starts, ``SchedulerError`` for a scheduler that
    is gone. Ctrl-C during assembly or solve keeps what was done in ``folder``; the same call goes on from there.
    """
    labels = labels or LabelFormat()
    sources = {"train": structures, "validation": validation, "test": test}
    sets = {name: _structures(source, labels) for name, source in sources.items()}
    given, limits = table("weights", WeightsConfig, weights), _keys(basis)
    settings = FitSettings(
        given.weights() if isinstance(given, WeightsConfig) else given or Weights(),
        table("references", FitReferencesConfig, references or {}),
        table("solver", SolverConfig, {"method": solver} if isinstance(solver, str) else solver),
        table("short_range", ShortRangeConfig, short_range or {}),
        centres=limits.centres,
        neighbours=limits.neighbours,
        factors_folder=None if folder is None else Path(folder) / "factors",
        scheduler=scheduler,
    )
    wanted, elements = _request(basis, sets["train"])
    check_request(sets, elements, settings.references, settings.solver, settings.weights)
    shape = radial_basis(radial, sets["train"], elements)
    found = _found(wanted, basis, None if folder is None else Path(folder), progress)
    products = _products(found)
    if not isinstance(radial, type(shape)):
        shape = replace(shape, functions=int(products.channels[:, 1].max()))
    if found.spec.w_L is not None:
        settings = replace(settings, w_L=found.spec.w_L)
    origin = {"id": found.id, "sha256": found.digest, "spec": found.spec.to_json()}
    about = {"basis": origin, "labels": labels.to_json()}
    result = fit_products(sets, products, shape, elements, settings, progress=progress, about=about)
    return result if folder is None else replace(result, folder=result.write(folder, plots))


def fit_file(
    path: str | Path,
    progress: Progress | None = None,
    *,
    scheduler: str | None = None,
    say: Callable[[str], None] | None = None,
) -> FitResult:
    """Fit as a TOML configuration says, on the workers of a Dask scheduler if one is named; paths in the file are
    relative to it.

    path
        The TOML file, see docs/potentials.md.
    say
        Hears lines on the training structures before the fit begins; what looks wrong in them is a warning.

    Raises ``ConfigError`` naming the table, the key and the closest known one, and as ``fit``.
    """
    config, base = read_fit_config(path), Path(path).parent
    check_files(config, base)
    basis = _found_from(config.basis, base)
    if scheduler is not None:
        check_scheduler(scheduler)
    labels = label_format(config.data.keys, config.data.units)
    others = {"test": config.data.test, "valid": config.data.validation}
    sets = {"train": read_structures(base / config.data.train, labels)}
    sets |= {k: [] if v is None else read_structures(base / v, labels, wanted=()) for k, v in others.items()}
    if config.data.test_size:
        pool, size = sets["train"], config.data.test_size
        if size >= len(pool):
            raise ConfigError(
                f"data.test_size {size} leaves none of the {counted(len(pool), 'structure')} of {config.data.train} to "
                "fit to: take fewer, or a file of their own (data.test)"
            )
        rows = split_indices(len(pool), {"test": size, "train": len(pool) - size}, config.data.split_seed)
        sets |= {name: [pool[i] for i in sorted(indices)] for name, indices in rows.items()}
    for line in look_at(sets["train"], config, base / config.data.train, labels, progress):
        if line.startswith(WARNING):
            warnings.warn(line.removeprefix(WARNING), stacklevel=2)
        elif say is not None:
            say(line)
    return fit(
        sets["train"],
        basis=basis,
        radial=config.radial,
        validation=sets["valid"],
        test=sets["test"],
        labels=labels,
        weights=config.weights.weights(),
        references=config.references,
        solver=config.solver,
        short_range=config.short_range,
        folder=base / config.output.folder,
        plots=config.output.plots,
        scheduler=scheduler,
        progress=progress,
    )


def basis_of_file(path: str | Path) -> BasisSpec:
    """The basis that a TOML configuration asks for; structures are read only where it does not name the elements."""
    from invgen.compiler.pipeline import find_basis

    config, base = read_fit_config(path), Path(path).parent
    basis = _found_from(config.basis, base)
    if basis.source is not None:
        return find_basis(basis.source).spec
    labels = label_format(config.data.keys, config.data.units)
    elements = basis.elements or elements_of(read_structures(base / config.data.train, labels, wanted=()))
    return BasisSpec(**spec_arguments(basis, elements))


def sizes_of_file(path: str | Path) -> Sizes:
    """The sizes of the basis that a TOML configuration asks for; raises as ``basis_of_file`` and ``kept_functions``."""
    from invgen.compiler.inspect.sizes import sizes

    spec, basis = basis_of_file(path), read_fit_config(path).basis
    found = sizes(spec)
    return replace(found, by_element=_by_element(spec, basis)) if basis.centres or basis.neighbours else found


def _by_element(spec: BasisSpec, basis: BasisConfig) -> dict[str, int]:
    """How many of all linearly independent functions ``kept_functions`` leaves to each element's atoms."""
    from invgen.compiler.candidates.family import family_of

    w_L = float(FitSettings.w_L if spec.w_L is None else spec.w_L)
    added = [basis.neighbours.get(element, 0.0) for element in spec.elements]
    pieces = [p for order in spec.orders for p in family_of(spec).multidegrees(spec, order) if not p.is_pseudo]
    plain = np.array([sum(c.n + w_L * c.rank for c in p.factors) for p in pieces])
    more = np.array([sum(added[c.species] for c in p.factors) for p in pieces])
    each = np.repeat(np.arange(len(pieces)), [p.invariants for p in pieces])
    orders = np.array([len(p.factors) for p in pieces])[each]
    kept = within_limits(orders, plain[each], (plain + more)[each], spec.elements, basis.centres, basis.neighbours)
    return dict(zip(spec.elements, kept.sum(axis=1).tolist(), strict=True))


def _found_from(basis: BasisConfig, base: Path) -> BasisConfig:
    """With the path of its source, which is relative to the configuration. Raises ``ConfigError`` if there is none."""
    from invgen.compiler.pipeline import basis_path

    if basis.source is None:
        return basis
    if (base / basis.source).exists():
        return replace(basis, source=str(base / basis.source))
    try:
        return replace(basis, source=str(basis_path(basis.source)))
    except FileNotFoundError as error:
        raise ConfigError(f"basis.source: {error}") from None


def _structures(source: Sequence[Structure] | str | Path, labels: LabelFormat) -> list[Structure]:
    return read_structures(source, labels) if isinstance(source, str | Path) else list(source)


def _keys(basis: Any) -> BasisConfig:
    """The keys of ``[basis]``; defaults where a basis itself was given."""
    keys = table("basis", BasisConfig, basis)
    return keys if isinstance(keys, BasisConfig) else BasisConfig()


def _request(basis: Any, train: list[Structure]) -> tuple[Basis | BasisSpec, tuple[str, ...]]:
    """What was asked for, not yet generated, and the elements: those of the structures where it names none."""
    from invgen.compiler.candidates.family import family_of
    from invgen.compiler.pipeline import find_basis

    present, named, asked = elements_of(train), tuple[str, ...](), tuple[str, ...]()
    if isinstance(basis, Mapping):
        basis = table("basis", BasisConfig, basis)
    if isinstance(basis, BasisConfig):
        check_basis(basis)
        asked, named = tuple(basis.elements), basis.elements or present
        basis = basis.source if basis.source is not None else BasisSpec(**spec_arguments(basis, named))
    wanted = basis if isinstance(basis, BasisSpec) else find_basis(basis)
    spec = wanted if isinstance(wanted, BasisSpec) else wanted.spec
    if not family_of(spec).atomic:
        raise SpecError(f'linear potentials need a basis of the family "ace", got {spec.id}')
    elements = spec.elements or named or present
    if asked and asked != tuple(elements):
        raise SpecError(
            f"basis.elements are {', '.join(asked)}, but the basis {spec.id} is for {', '.join(elements)}, in this "
            "order: its functions are numbered by it; remove basis.elements, or generate the basis in the other order"
        )
    if not spec.elements and len(elements) > 1:
        raise SpecError(
            f"the basis {spec.id} is for one element, the structures have {', '.join(elements)}: generate it with "
            f"elements={elements}"
        )
    return wanted, elements


def _found(wanted: Basis | BasisSpec, basis: Any, folder: Path | None, progress: Progress | None) -> Basis:
    """The basis, generated unless the folder of the fit holds the one of this spec."""
    from invgen.compiler.basis import Basis
    from invgen.compiler.pipeline import generate

    if not isinstance(wanted, BasisSpec):
        return wanted
    if folder is not None and (folder / "basis.json").exists():
        try:
            kept = Basis.load(folder)
        except BasisFileError:
            kept = None
        if kept is not None and kept.spec == wanted:
            return kept
    limit = basis.get("max_candidates") if isinstance(basis, Mapping) else getattr(basis, "max_candidates", None)
    made = generate(wanted, progress=progress, max_candidates=limit or MAX_CANDIDATES)
    if folder is not None:
        with disk_told(folder):
            made.save(folder)
    return made


def _products(basis: Basis) -> ProductBasis:
    from invgen.compiler.kernels.ace.products import product_basis

    if not len(basis):
        raise SpecError(
            f"{basis.id} selects no function: the smallest is a single radial function, of total degree 1; raise "
            "total_degree, or allow lower orders"
        )
    return product_basis(basis)
