"""From structures and a product basis to a linear potential with its report."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np

from invgen.ace.fitting.assembly import Progress, assemble, structure_digest
from invgen.ace.fitting.balance import balanced, dominance
from invgen.ace.fitting.blocks import cores
from invgen.ace.fitting.centres import degrees, kept_functions, labels_of, pair_twins
from invgen.ace.fitting.checks import check_request, check_rows, name_dependent, name_duplicates
from invgen.ace.fitting.config import FitReferencesConfig, ShortRangeConfig, SolverConfig, check_short_range
from invgen.ace.fitting.crowded import kept_apart, told_crowding
from invgen.ace.fitting.design import DesignEvaluator
from invgen.ace.fitting.factors import Factors
from invgen.ace.fitting.memory import Clock
from invgen.ace.fitting.onebody import OneBodyDesign, OneBodyFactors
from invgen.ace.fitting.references import References, final_energies, starting_energies, told_energies
from invgen.ace.fitting.result import FitResult
from invgen.ace.fitting.rows import Weights
from invgen.ace.fitting.shortrange import name_attractions, repulsion_of, strengthened, told_repulsion
from invgen.ace.fitting.solvers import Solution, solve
from invgen.ace.fitting.validation import UNITS, error_table, fold_numbers, predict
from invgen.ace.potential import LinearPotential
from invgen.ace.radial import RadialBasis
from invgen.ace.repulsion import Repulsion
from invgen.data.errors import DataError
from invgen.data.structures import Structure
from invgen.emitted.products import ProductBasis
from invgen.workers.memory import peak_memory


@dataclass(frozen=True)
class FitSettings:
    """How to fit. ``w_L`` is the weight of a rank in the degrees of the smoothness prior.

    ``centres`` and ``neighbours`` limit functions by elements, see ``kept_functions``.
    ``factors_folder`` keeps the condensed design, so that an interrupted fit goes on and another solver starts there.
    ``scheduler`` is the address of a Dask scheduler that assembles.
    """

    weights: Weights = field(default_factory=Weights)
    references: FitReferencesConfig = field(default_factory=FitReferencesConfig)
    solver: SolverConfig = field(default_factory=SolverConfig)
    short_range: ShortRangeConfig = field(default_factory=ShortRangeConfig)
    w_L: Fraction | float = Fraction(3, 2)
    centres: Mapping[str, Any] = field(default_factory=dict)
    neighbours: Mapping[str, Any] = field(default_factory=dict)
    factors_folder: Path | None = None
    scheduler: str | None = None

    def to_json(self) -> dict[str, Any]:
        """Plain values, without the folder."""
        limits = {"centres": dict(self.centres), "neighbours": dict(self.neighbours)}
        return {"weights": asdict(self.weights), "solver": asdict(self.solver), **limits}


def fit_products(
    sets: Mapping[str, Sequence[Structure]],
    products: ProductBasis,
    radial: RadialBasis,
    elements: Sequence[str],
    settings: FitSettings | None = None,
    *,
    progress: Progress | None = None,
    about: Mapping[str, Any] | None = None,
) -> FitResult:
    """Fit a ``LinearPotential`` to energies (eV), forces (eV/Å) and stresses (eV/Å^3).

    sets
        ``"train"``; perhaps ``"validation"``, which chooses lambda instead of cross-validation, and ``"test"``, which
        is only measured.
    about
        More JSON values for the report and the metadata of the potential.

    Raises ``DataError`` or ``ConfigError`` before work starts.
    """
    settings, say = settings or FitSettings(), progress or (lambda stage, done, total: None)
    sets = {name: list(sets.get(name, ())) for name in ("train", "validation", "test")}
    check_request(sets, elements, settings.references, settings.solver, settings.weights)
    check_short_range(settings.short_range)
    repulsion = repulsion_of([*sets["train"], *sets["validation"]], elements, radial.cutoff, settings.short_range)
    repeated = name_duplicates(sets)
    start = starting_energies(sets["train"], elements, settings.references, radial.cutoff)
    kept = kept_functions(products, float(settings.w_L), elements, settings.centres, settings.neighbours)
    evaluator = DesignEvaluator(products, radial, tuple(elements), kept)
    fitted = [*sets["train"], *(sets["validation"] if settings.solver.refit else ())]
    check_rows(fitted, evaluator.columns + len(start.free), settings.weights, settings.solver.method)
    clock, scales = Clock(), np.broadcast_to(degrees(products, float(settings.w_L)), kept.shape)[kept]
    factors = _weighted(sets, evaluator, start, settings, scales, clock, say)
    labels = labels_of(products, elements, kept)
    say("solve", 0, 1)
    solution = _solve(factors, scales, labels, settings, bool(sets["validation"]), say)
    say("solve", 1, 1)
    clock.stop("solve")
    left_out = 1 if sets["validation"] and not settings.solver.refit else None
    energies = final_energies(start, factors, solution.coefficients, left_out)
    one_body = told_energies(energies, sets["train"], radial.cutoff, settings.references)
    known = _known(sets, products, settings, factors, energies, about)
    coefficients = evaluator.by_species(solution.coefficients)
    potential, short_range = _potential(sets, products, radial, settings, coefficients, known, repulsion, say)
    report = {
        **known,
        "radial": radial.to_json(),
        "duplicates": repeated,
        "one_body": one_body,
        "short_range": short_range,
        "rows": dominance(factors, solution.coefficients),
        "solution": _told(solution, name_dependent(factors, solution, labels, pair_twins(products, kept))),
        "seconds": clock.seconds,
        "peak_memory_gib": peak_memory(),
    }
    return _measured(potential, solution, sets, report, say)


def _weighted(
    sets: Mapping[str, Sequence[Structure]],
    evaluator: DesignEvaluator,
    start: References,
    settings: FitSettings,
    scales: np.ndarray,
    clock: Clock,
    say: Progress,
) -> Factors:
    """The condensed rows of all structures with the weights of their kinds."""
    factors = _assembled(sets, evaluator, start, settings, say)
    clock.stop("assembly")
    held_out = (1,) if sets["validation"] else None
    found = balanced(factors, settings.weights, scales, held_out, lambda done, total: say("weights", done, total))
    clock.stop("weights")
    return found


def _known(
    sets: Mapping[str, Sequence[Structure]],
    products: ProductBasis,
    settings: FitSettings,
    factors: Factors,
    energies: References,
    about: Mapping[str, Any] | None,
) -> dict[str, Any]:
    """What both report and potential tell."""
    return {
        **(about or {}),
        "elements": list(energies.elements),
        "functions": len(products.orders),
        "coefficients": factors.size,
        "references": energies.by_element,
        **settings.to_json(),
        "weights": {**asdict(settings.weights), **factors.weights},
        "data": {name: _summary(part) for name, part in sets.items() if part},
        "units": UNITS,
    }


def _potential(
    sets: Mapping[str, Sequence[Structure]],
    products: ProductBasis,
    radial: RadialBasis,
    settings: FitSettings,
    coefficients: np.ndarray,
    known: dict[str, Any],
    repulsion: Repulsion | None,
    say: Progress,
) -> tuple[LinearPotential, dict[str, Any]]:
    """The potential with its repulsion, and what the report says of the latter."""
    elements, references = tuple(known["elements"]), known["references"]
    structures = [*sets["train"], *sets["validation"]]
    potential = LinearPotential(
        products, radial, elements, coefficients, np.array(list(references.values())), products.labels, known,
        repulsion,
    )  # fmt: skip
    say("press dimers", 0, 1)
    potential = kept_apart(strengthened(potential, settings.short_range), structures, settings.short_range, say)
    told = told_repulsion(potential.repulsion, structures, elements, radial.cutoff)
    told |= {"attracts": name_attractions(potential), "crowding": told_crowding(potential.crowding, elements)}
    return potential, told


def _assembled(
    sets: Mapping[str, Sequence[Structure]],
    evaluator: DesignEvaluator,
    start: References,
    settings: FitSettings,
    say: Progress,
) -> Factors:
    factors = assemble(
        [*sets["train"], *sets["validation"]],
        OneBodyDesign(evaluator) if start.free else evaluator,
        _folds(sets["train"], sets["validation"], settings.solver),
        references=start.by_number,
        weights=settings.weights,
        folder=settings.factors_folder,
        threads=settings.solver.threads or cores(),
        scheduler=settings.scheduler,
        progress=say,
    )
    return OneBodyFactors.of(factors, len(start.elements), start.free) if start.free else factors


def _told(solution: Solution, dependent: list[dict[str, Any]]) -> dict[str, Any]:
    """What the report says of a solution."""
    condition = solution.condition if np.isfinite(solution.condition) else None
    known = {"method": solution.method, "rank": solution.rank, "condition": condition}
    return {**known, "dependent": dependent, "details": solution.details}


def _measured(
    potential: LinearPotential,
    solution: Solution,
    sets: Mapping[str, Sequence[Structure]],
    report: dict[str, Any],
    say: Progress,
) -> FitResult:
    """The result with the errors of every set that is not empty."""
    found: dict[str, Any] = {}
    for name, part in sets.items():
        if part:
            say(f"measure {name}", 0, 1)
            found[name] = (part, predict(potential, part))
            say(f"measure {name}", 1, 1)
    errors = {name: error_table(*pair) for name, pair in found.items()}
    return FitResult(potential, solution, errors, {**report, "errors": errors}, found)


def _folds(train: Sequence[Structure], validation: Sequence[Structure], solver: SolverConfig) -> np.ndarray:
    """The same folds for all solvers, so that one condensed design serves them; only ridge needs as many as asked."""
    if validation:
        return np.repeat([0, 1], [len(train), len(validation)])
    try:
        return fold_numbers(train, solver.folds, solver.fold_by, solver.seed)
    except DataError:
        if solver.method == "ridge":
            raise
        return np.zeros(len(train), dtype=np.int64)


def _solve(
    factors: Factors,
    scales: np.ndarray,
    labels: Sequence[str],
    settings: FitSettings,
    validated: bool,
    say: Progress,
) -> Solution:
    solver = settings.solver
    options: dict[str, Any] = {"refit": solver.refit, "held_out": (1,) if validated else None}
    options |= {"threads": solver.threads or cores(), "folder": settings.factors_folder}
    options["say"] = lambda done, total: say("solve", done, total)
    if solver.method == "ridge":
        options["normalise"] = solver.normalise
        if solver.lambdas:
            options["relative_lambdas"] = solver.lambdas
    elif solver.method in ("bayesian-ridge", "ard"):
        options["max_iter"] = solver.iterations
    return solve(solver.method, factors, scales, labels, smoothness=solver.smoothness, **options)


def _summary(structures: Sequence[Structure]) -> dict[str, Any]:
    digest = hashlib.sha256(b"".join(structure_digest(s) for s in structures)).hexdigest()
    return {"structures": len(structures), "atoms": sum(s.atoms for s in structures), "sha256": digest}
