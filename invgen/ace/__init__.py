"""Linear ACE potentials, from structures to a file.

    result = invgen.ace.fit("train.extxyz", basis=invgen.BasisSpec(family="ace", n_max=3, total_degree=10),
                            radial={"cutoff": 5.0})
    result.potential.save("cu.npz")
    atoms.calc = invgen.ace.LinearPotential.load("cu.npz").calculator()

``fit_file`` does the same as ``invgen fit CONFIG.toml``; see docs/potentials.md.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from invgen.ace.fitting.config import BasisConfig, RadialConfig, ReferencesConfig, SolverConfig
    from invgen.ace.fitting.fit import FitResult
    from invgen.ace.fitting.rows import Weights
    from invgen.ace.potential import LinearPotential
    from invgen.ace.radial import RadialBasis
    from invgen.compiler.basis import Basis
    from invgen.data import Structure
    from invgen.emitted.products import ProductBasis
    from invgen.spec import BasisSpec

Progress = Callable[[str, int, int], None]


__all__ = ["FitResult", "LinearPotential", "RadialBasis", "fit", "fit_file"]

_NAMES = {
    "FitResult": "invgen.ace.fitting.fit",
    "LinearPotential": "invgen.ace.potential",
    "RadialBasis": "invgen.ace.radial",
}


def __getattr__(name: str) -> Any:
    if name in _NAMES:
        return getattr(import_module(_NAMES[name]), name)
    raise AttributeError(f"module 'invgen.ace' has no attribute {name!r}")


def fit(
    structures: Sequence[Structure] | str | Path,
    *,
    basis: Basis | BasisSpec | BasisConfig | Mapping[str, Any] | str | Path,
    radial: RadialBasis | RadialConfig | Mapping[str, Any],
    validation: Sequence[Structure] | str | Path = (),
    test: Sequence[Structure] | str | Path = (),
    weights: Weights | Mapping[str, Any] | None = None,
    references: ReferencesConfig | Mapping[str, Any] | None = None,
    solver: SolverConfig | Mapping[str, Any] | str = "ridge",
    folder: str | Path | None = None,
    plots: bool = True,
    progress: Progress | None = None,
) -> FitResult:
    """Fit a linear ACE potential to energies (eV), forces (eV/Å) and stresses (eV/Å^3).

    structures, validation, test
        Structures or a file of them. ``validation`` chooses lambda instead of cross-validation, ``test`` is measured.
    basis
        A basis of the family ace, a request for one, the keys of ``[basis]`` in a configuration, or a file.
    radial
        Radial functions, or the keys of ``[radial]``: at least ``cutoff`` in Å.
    weights, references, solver
        As the tables of a configuration; ``solver`` may be the name of a method.
    folder
        Where potential, report and plots are written; nothing is written by default.
    progress
        Called as ``progress(stage, done, total)``.

    Raises ``ConfigError``, ``SpecError`` or ``DataError`` before work starts. Ctrl-C during assembly keeps what was
    done in ``folder``; the same call goes on from there.
    """
    from invgen.ace.fitting.checks import check_request
    from invgen.ace.fitting.config import ReferencesConfig, SolverConfig, WeightsConfig
    from invgen.ace.fitting.fit import FitSettings, fit_products
    from invgen.ace.fitting.rows import Weights

    sets = {"train": _structures(structures), "validation": _structures(validation), "test": _structures(test)}
    given = _table("weights", WeightsConfig, weights)
    settings = FitSettings(
        given.weights() if isinstance(given, WeightsConfig) else given or Weights(),
        _table("references", ReferencesConfig, references or {}),
        _table("solver", SolverConfig, {"method": solver} if isinstance(solver, str) else solver),
        factors_folder=None if folder is None else Path(folder) / "factors",
    )
    wanted, elements = _request(basis, sets["train"])
    check_request(sets, elements, settings.references, settings.solver, settings.weights)
    shape = _radial(radial, sets["train"])
    found = _found(wanted, basis, None if folder is None else Path(folder), progress)
    products = _products(found)
    if not isinstance(radial, type(shape)):
        shape = replace(shape, functions=int(products.channels[:, 1].max()))
    if found.spec.w_L is not None:
        settings = replace(settings, w_L=found.spec.w_L)
    about = {"basis": {"id": found.id, "sha256": found.digest, "spec": found.spec.to_json()}}
    result = fit_products(sets, products, shape, elements, settings, progress=progress, about=about)
    return result if folder is None else replace(result, folder=result.write(folder, plots))


def fit_file(path: str | Path, progress: Progress | None = None) -> FitResult:
    """Fit as a TOML configuration says; paths in it are relative to the file.

    Raises ``ConfigError`` naming the table, the key and the closest known one, and as ``fit``.
    """
    from invgen.ace.fitting.config import read_fit_config
    from invgen.data.dataset import split_indices
    from invgen.data.structures import read_structures

    config, base = read_fit_config(path), Path(path).parent
    sets = {
        name: read_structures(base / file) if file is not None else []
        for name, file in (("train", config.data.train), ("test", config.data.test), ("valid", config.data.validation))
    }
    if config.data.test_size:
        pool, size = sets["train"], config.data.test_size
        rows = split_indices(len(pool), {"test": size, "train": len(pool) - size}, config.data.split_seed)
        sets |= {name: [pool[i] for i in sorted(indices)] for name, indices in rows.items()}
    basis = config.basis
    if basis.source is not None and (base / basis.source).exists():
        basis = replace(basis, source=str(base / basis.source))
    return fit(
        sets["train"],
        basis=basis,
        radial=config.radial,
        validation=sets["valid"],
        test=sets["test"],
        weights=config.weights.weights(),
        references=config.references,
        solver=config.solver,
        folder=base / config.output.folder,
        plots=config.output.plots,
        progress=progress,
    )


def _structures(source: Sequence[Structure] | str | Path) -> list[Structure]:
    from invgen.data.structures import read_structures

    return read_structures(source) if isinstance(source, str | Path) else list(source)


def _table(name: str, kind: type, values: Any) -> Any:
    from invgen.runs.config import parse_table

    return parse_table(name, kind, values) if isinstance(values, Mapping) else values


def _request(basis: Any, train: list[Structure]) -> tuple[Basis | BasisSpec, tuple[str, ...]]:
    """What was asked for, not yet generated, and the elements: those of the structures where it names none."""
    import invgen
    from invgen.ace.fitting.config import BasisConfig, check_basis
    from invgen.ace.fitting.rows import elements_of
    from invgen.errors import SpecError

    present, named = elements_of(train), tuple[str, ...]()
    if isinstance(basis, Mapping):
        basis = _table("basis", BasisConfig, basis)
    if isinstance(basis, BasisConfig):
        check_basis(basis)
        named = basis.elements or present
        basis = basis.source if basis.source is not None else invgen.BasisSpec(**_spec_arguments(basis, named))
    wanted = basis if isinstance(basis, invgen.BasisSpec) else invgen.find_basis(basis)
    spec = wanted if isinstance(wanted, invgen.BasisSpec) else wanted.spec
    if spec.family != "ace":
        raise SpecError(f'linear potentials need a basis of the family "ace", got {spec.id}')
    elements = spec.elements or named or present
    if not spec.elements and len(elements) > 1:
        raise SpecError(
            f"the basis {spec.id} is for one element, the structures have {', '.join(elements)}: generate it with "
            f"elements={elements}"
        )
    return wanted, elements


def _found(wanted: Basis | BasisSpec, basis: Any, folder: Path | None, progress: Progress | None) -> Basis:
    """The basis, generated unless the folder of the fit holds the one of this spec."""
    import invgen
    from invgen.errors import BasisFileError
    from invgen.spec import MAX_CANDIDATES

    if not isinstance(wanted, invgen.BasisSpec):
        return wanted
    if folder is not None and (folder / "basis.json").exists():
        try:
            kept = invgen.Basis.load(folder)
        except BasisFileError:
            kept = None
        if kept is not None and kept.spec == wanted:
            return kept
    limit = basis.get("max_candidates") if isinstance(basis, Mapping) else getattr(basis, "max_candidates", None)
    made = invgen.generate(wanted, progress=progress, max_candidates=limit or MAX_CANDIDATES)
    if folder is not None:
        made.save(folder)
    return made


def _spec_arguments(basis: BasisConfig, elements: tuple[str, ...]) -> dict[str, Any]:
    values = {
        k: getattr(basis, k) for k in ("total_degree", "w_L", "n_max", "l_max", "channels", "objective", "ordering")
    }
    values |= {"orders": basis.orders or None, "elements": elements}
    return {"family": "ace", **{k: v for k, v in values.items() if v is not None}}


def _products(basis: Basis) -> ProductBasis:
    from invgen.compiler.kernels.ace.products import product_basis
    from invgen.errors import SpecError

    if not len(basis):
        raise SpecError(
            f"{basis.id} selects no function: the smallest is a single radial function, of total degree 1; raise "
            "total_degree, or allow lower orders"
        )
    return product_basis(basis)


def _radial(radial: Any, train: Sequence[Structure]) -> RadialBasis:
    """The radial functions; of a table only the shape, for the basis says how many there are."""
    from invgen.ace.fitting.config import RadialConfig
    from invgen.ace.radial import RadialBasis
    from invgen.data.neighbours import nearest_distance

    if isinstance(radial, RadialBasis):
        return radial
    keys: RadialConfig = _table("radial", RadialConfig, radial)
    r0 = nearest_distance(train, keys.cutoff) if keys.r0 is None else keys.r0
    return RadialBasis(keys.cutoff, 1, r0, keys.transform, keys.p, keys.q, keys.envelope)
