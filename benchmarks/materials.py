"""Six materials: test errors against the number of functions, full ACE bases and their Langbein subsets.

Both by total degree and in boxes (``materials_bases``). For every element one design matrix of all functions in
question is condensed once; every basis is a selection of its columns, so all of them have the same radial functions,
solver and tuning budget: ridge with a smoothness prior. The cutoff (found with one basis), lambda, the weight of the
energies and the best basis are those of the least product of the errors that four-fold cross-validation over the
training structures finds: mean absolute for energies, as in the published table, and root mean square for forces, of
which a condensed matrix keeps only sums of squares. The one-body energy is fitted with the coefficients. Test
structures choose nothing.

    python benchmarks/materials.py DATA cutoff Cu [Mo ..] -> results/materials/Cu-cutoff.json; DATA holds <El>.extxyz.xz
    python benchmarks/materials.py DATA fit Cu [Mo ...]   -> results/materials/Cu.json, with the best of the cutoffs
    python benchmarks/materials.py DATA large Cu [Mo ...] -> the same file, also with the bases of up to 2,292 functions
    python benchmarks/materials.py DATA constant Cu ..    -> results/materials/Cu-constant.json, what an intercept does
    python benchmarks/materials.py DATA potential Cu [--most=300] -> products/Cu.npz, the best basis as a potential file
    python benchmarks/materials.py DATA figures           -> results/materials.json, materials_*.png

``--quick`` takes small bases. Finished elements, bases and parts of a design matrix are kept: the same command goes on
where it was interrupted.
"""

from __future__ import annotations

import json
import lzma
import re
import shutil
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import record
from materials_bases import ALSO_FIXED, CUTOFF_BASIS, LARGE, QUICK, SERIES, Series, bases, functions

from invgen.ace.fitting.assembly import assemble
from invgen.ace.fitting.band import Band
from invgen.ace.fitting.config import ShortRangeConfig
from invgen.ace.fitting.crowded import kept_apart, told_crowding
from invgen.ace.fitting.design import DesignEvaluator
from invgen.ace.fitting.factors import Factor
from invgen.ace.fitting.fit import degrees
from invgen.ace.fitting.independence import largest_singular_value
from invgen.ace.fitting.onebody import OneBodyDesign, OneBodyFactors
from invgen.ace.fitting.ridge import RidgePath, prior_scales
from invgen.ace.fitting.rows import Weights, reference_energies_of
from invgen.ace.fitting.shortrange import repulsion_of, strengthened
from invgen.ace.fitting.validation import fold_numbers
from invgen.ace.potential import LinearPotential
from invgen.ace.radial import RadialBasis
from invgen.compiler.candidates.ace.coupling import Coupling
from invgen.compiler.kernels.ace.products import product_basis
from invgen.data.structures import Structure, read_structures
from invgen.files import write_text

FOLDS = 4
WIDE = 1000
"""Columns from which on bands replace singular value decompositions."""
SMOOTHNESS = 2.0
WEIGHTS = Weights(energy=200.0, forces=1.0, stress=1.0, scaling="atom")
ENERGY_WEIGHTS = (25.0, 50.0, 100.0, 200.0, 400.0, 800.0, 1600.0)
"""Tried from the middle on in the direction in which the score falls."""
CUTOFFS = (4.6, 5.2, 5.8, 6.4, 7.0)
"""In Å."""
RADIAL_FUNCTIONS = 26
"""The largest n of all bases."""
MOST_FOR_CONSTANT = 200
"""Functions of a basis that is asked how well it makes a constant."""
FOLDER = record.RESULTS / "materials"
ORDER = [(s.name, size) for s in dict.fromkeys((*SERIES, *LARGE, *QUICK)) for size in s.sizes]
"""Of the rows of a file."""
LAMBDAS = tuple(float(x) for x in np.logspace(-18, -4, 29))


@dataclass(frozen=True)
class Material:
    """Distance of nearest neighbours (Å), and published test errors of GAP and MTP.

    Energy in meV/atom and force in eV/Å, mean absolute, of Zuo et al., J. Phys. Chem. A 124, 731 (2020).
    """

    r0: float
    gap: tuple[float, float]
    mtp: tuple[float, float]


MATERIALS = {
    "Ni": Material(2.49, (0.42, 0.02), (0.48, 0.01)),
    "Cu": Material(2.56, (0.46, 0.01), (0.41, 0.01)),
    "Li": Material(3.00, (0.49, 0.01), (0.49, 0.01)),
    "Mo": Material(2.73, (2.24, 0.09), (2.83, 0.09)),
    "Si": Material(2.35, (2.91, 0.07), (2.21, 0.06)),
    "Ge": Material(2.45, (2.06, 0.05), (1.79, 0.05)),
}


@dataclass(frozen=True)
class Problem:
    """One element: condensed training rows, and the rows and labels of the test structures."""

    element: str
    evaluator: DesignEvaluator
    labels: tuple[str, ...]
    factors: OneBodyFactors
    degrees: np.ndarray
    reference: float
    test: list[Structure]
    energy_rows: np.ndarray
    force_rows: np.ndarray


def read(data: Path, element: str) -> tuple[list[Structure], list[Structure]]:
    """Training and test structures of the published split."""
    structures, split = read_structures(data / f"{element}.extxyz.xz"), _splits(data, element)
    parts = [[s for s, name in zip(structures, split, strict=True) if name == part] for part in ("train", "test")]
    return parts[0], parts[1]


def _splits(data: Path, element: str) -> list[str]:
    text = lzma.decompress((data / f"{element}.extxyz.xz").read_bytes()).decode()
    return re.findall(r"\bsplit=(train|test)\b", text)


def problem(
    data: Path,
    element: str,
    chosen: tuple[Coupling, ...],
    cutoff: float,
    folder: str | None = "products/factors",
    folds: np.ndarray | None = None,
    shape: Mapping[str, Any] | None = None,
) -> Problem:
    """Assembles the design matrix of these functions; in a folder it goes on where it was interrupted.

    ``folds`` has the fold of every training structure; by default ``FOLDS`` are dealt out. ``shape`` has parameters of
    ``RadialBasis`` that are not to be those of all other fits.
    """
    train, test = read(data, element)
    products = product_basis(chosen)
    radial = RadialBasis(
        **{"cutoff": cutoff, "functions": RADIAL_FUNCTIONS, "r0": MATERIALS[element].r0, **(shape or {})}
    )
    evaluator = DesignEvaluator(products, radial, (element,))
    references = reference_energies_of(train, (element,))
    started = time.perf_counter()
    factors = assemble(
        train,
        OneBodyDesign(evaluator),
        fold_numbers(train, FOLDS) if folds is None else folds,
        references=references,
        weights=WEIGHTS,
        folder=folder,
    )
    rows = [evaluator.rows(s) for s in test]
    print(f"{element}: {evaluator.columns} columns assembled in {time.perf_counter() - started:.0f} s", flush=True)
    energy_rows = np.array([row.energy / s.atoms for row, s in zip(rows, test, strict=True)])
    force_rows = np.concatenate([row.forces for row in rows])
    labels = tuple(c.label for c in chosen)
    (reference,) = references.values()
    return Problem(
        element, evaluator, labels, OneBodyFactors.of(factors, 1), degrees(products, 1.5), reference, test, energy_rows,
        force_rows,
    )  # fmt: skip


def measured(p: Problem, labels: list[str], fixed: bool = False) -> dict[str, Any]:
    """Fits one selection of columns and measures it on the test structures, all together and one by one.

    The one-body energy is fitted too, or ``fixed`` at the mean of the training energies.
    """
    position = {label: k for k, label in enumerate(p.labels)}
    columns = np.array([position[label] for label in labels])
    settings, coefficients = best_weight(Selection.of(p, columns, fixed))
    energies = np.array([s.energy / s.atoms - settings["one_body_energy"] for s in p.test])
    de = 1e3 * np.abs(p.energy_rows[:, columns] @ coefficients - energies)
    forces = np.concatenate([s.forces.reshape(-1) for s in p.test])
    df = np.abs(p.force_rows[:, columns] @ coefficients - forces)
    ends = np.cumsum([3 * s.atoms for s in p.test])[:-1]
    groups = sorted({s.group for s in p.test})
    per_group = {g: float(np.mean([e for e, s in zip(de, p.test, strict=True) if s.group == g])) for g in groups}
    return {
        "functions": len(labels),
        "energy_mae": float(de.mean()),
        "force_mae": float(df.mean()),
        "energy_mae_per_group": per_group,
        "per_structure": {
            "energy_mae": [float(f"{e:.5g}") for e in de],
            "force_mae": [float(f"{part.mean():.5g}") for part in np.split(df, ends)],
        },
        **settings,
        "coefficients": coefficients,
    }


@dataclass(frozen=True)
class Selection:
    """Some columns of a problem.

    factors
        Those of these columns alone.
    prior
        (columns,) gamma_k of ridge.
    energies, others
        By the fold that is left out (or ``None``): rows of energies without their weight, their one-body energies
        eliminated; and condensed rows of forces and stresses, which no choice of that weight changes.
    wide
        Columns from which on there are bands.
    """

    problem: Problem
    columns: np.ndarray
    factors: OneBodyFactors
    prior: np.ndarray
    energies: dict[int | None, Factor]
    others: dict[int | None, Factor]
    wide: int = WIDE

    @classmethod
    def of(cls, p: Problem, columns: np.ndarray, fixed: bool = False) -> Selection:
        """The columns at these positions; the one-body energy is fitted or ``fixed``."""
        factors = OneBodyFactors.of(p.factors.columns(columns), 1, () if fixed else None)
        return cls.with_factors(p, columns, factors, SMOOTHNESS)

    @classmethod
    def with_factors(
        cls, p: Problem, columns: np.ndarray, factors: OneBodyFactors, smoothness: float, wide: int = WIDE
    ) -> Selection:
        """Of other factors of these columns, and another power of the prior."""
        alone, turns = factors.reweighted(energy=0.0), (None, *range(len(factors)))
        others = {fold: alone.combine(excluding=fold) for fold in turns}
        energies = {fold: factors.energy_rows(fold) for fold in turns}
        return cls(p, columns, factors, prior_scales(p.degrees[columns], smoothness), energies, others, wide)

    def path(self, weight: float, excluding: int | None = None) -> RidgePath | BandPath:
        """All ridge solutions for one weight of the energies."""
        parts = [(self.others[excluding], 1.0), (self.energies[excluding], weight)]
        joined = Factor.join(parts, self.factors.size + 1)
        return RidgePath.of(joined, self.prior) if self.factors.size < self.wide else BandPath(joined, self.prior)


class BandPath:
    """The solutions of ``RidgePath`` from a band, which costs a tenth of a singular value decomposition."""

    def __init__(self, factor: Factor, prior: np.ndarray) -> None:
        self.factor, self.prior = factor, prior
        self.band = Band.of(factor.matrix / prior, factor.target)

    @property
    def singular(self) -> np.ndarray:
        """(1,) the largest singular value."""
        return np.array([largest_singular_value(self.factor.matrix, self.prior)])

    def coefficients(self, lambdas: float | np.ndarray) -> np.ndarray:
        """(columns,) or (columns, lambdas)."""
        found = self.band.coefficients(np.atleast_1d(lambdas)) / self.prior[:, None]
        return found if np.ndim(lambdas) else found[:, 0]


Tried = tuple[dict[str, Any], np.ndarray]
"""Settings and coefficients."""


def best_weight(selection: Selection) -> Tried:
    """Settings and coefficients of the weight of least score."""
    return downhill(partial(tried, selection))


def downhill(fit: Callable[[float], Tried], weights: Sequence[float] = ENERGY_WEIGHTS) -> Tried:
    """What ``fit`` makes with the weight of the energies of least score, found downhill from the middle one."""
    at = len(weights) // 2
    found = {k: fit(weights[k]) for k in (at - 1, at, at + 1)}
    while (at := min(found, key=lambda k: score(found[k][0]))) in (min(found), max(found)):
        further = at - 1 if at == min(found) else at + 1
        if not 0 <= further < len(weights):
            break
        found[further] = fit(weights[further])
    return found[at]


def tried(selection: Selection, weight: float) -> Tried:
    """For one weight of the energies the lambda of least score, what was held out there, and the coefficients."""
    path = selection.path(weight)
    lambdas = np.array(LAMBDAS) * path.singular[0] ** 2
    energy, force = _held_out(selection, weight, lambdas)
    best = int(np.argmin(energy * force))
    coefficients = path.coefficients(lambdas[best])
    settings = {
        "one_body_energy": selection.problem.reference + float(selection.factors.energies(coefficients)[0]),
        "held_out": {"energy_mae": float(energy[best]), "force_rmse": float(force[best])},
        "energy_weight": weight,
        "relative_lambda": LAMBDAS[best],
    }
    return settings, coefficients


def _held_out(selection: Selection, weight: float, lambdas: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """By lambda, over all folds: mean absolute error of energies (meV/atom), root mean square one of forces (eV/Å)."""
    factors = selection.factors
    energies: list[np.ndarray] = []
    squares, rows = np.zeros(len(lambdas)), 0
    for fold, part in enumerate(selection.problem.factors.parts):
        found = selection.path(weight, fold).coefficients(lambdas)
        raw = part["energy"]
        if len(raw.augmented) != raw.rows:
            raise ValueError(f"fold {fold} has {raw.rows} energies for {raw.matrix.shape[1]} columns: condensed")
        one_body = raw.matrix[:, list(factors.free)] @ factors.one_body(fold)(found)
        predicted = raw.matrix[:, selection.columns + 1] @ found + one_body
        energies.append(np.abs(predicted - raw.target[:, None]))
        squared, count = factors.errors(found, fold)["forces"]
        squares, rows = squares + squared, rows + count
    return 1e3 * np.concatenate(energies).mean(axis=0), np.sqrt(squares / rows)


def score(row: dict[str, Any]) -> float:
    """What the best lambda, weight and basis have least: the product of the held-out errors."""
    return float(row["held_out"]["energy_mae"] * row["held_out"]["force_rmse"])


def choose_cutoff(data: Path, element: str) -> None:
    """The scores of one middling basis by cutoff."""
    rows = []
    chosen = functions(*CUTOFF_BASIS)
    for cutoff in CUTOFFS:
        p = problem(data, element, chosen, cutoff, None)
        settings, _ = best_weight(Selection.of(p, np.arange(len(chosen))))
        rows.append({"cutoff": cutoff, "score": score(settings), **settings})
        print(f"{element} cutoff {cutoff}: score {rows[-1]['score']:.4f}, {settings['energy_weight']:.0f}", flush=True)
    result = {"stamp": record.stamp(), "element": element, "basis": [CUTOFF_BASIS[0], CUTOFF_BASIS[2]], "rows": rows}
    write_text(FOLDER / f"{element}-cutoff.json", json.dumps(result, indent=1) + "\n")


def best_cutoff(element: str) -> float:
    """What ``cutoff`` found."""
    rows = json.loads((FOLDER / f"{element}-cutoff.json").read_text())["rows"]
    return float(min(rows, key=lambda row: row["score"])["cutoff"])


def fit(data: Path, element: str, series: tuple[Series, ...], folder: Path) -> None:
    """Every basis of every series for one element; bases that were fitted with the same settings keep their rows."""
    file = folder / f"{element}.json"
    rows = kept_rows(file, element)
    done = {(row["series"], row["size"]) for row in rows}
    wanted = bases(series)
    found = {(s, size): members for (s, size), members in wanted.items() if (s.name, size) not in done}
    if not found:
        print(f"{element}: every basis has its row in {file.name}", flush=True)
        return
    stamp, factors = record.stamp(), Path("products/factors") / element
    together = tuple(dict.fromkeys(c for members in wanted.values() for c in members))
    p = problem(data, element, together, best_cutoff(element), folder=str(factors))
    test = {"atoms": [s.atoms for s in p.test], "group": [s.group for s in p.test]}
    for (s, size), members in found.items():
        started = time.process_time()
        row = measured(p, [c.label for c in members], s.fixed)
        row.pop("coefficients")
        rows.append({"series": s.name, "size": size, "commit": stamp["commit"], **row})
        print(
            f"{element} {s.name}, size {size}: {row['functions']} functions, "
            f"energy {row['energy_mae']:.3f} meV/atom, force {row['force_mae']:.4f} eV/Å, "
            f"energy weight {row['energy_weight']:.0f}, {time.process_time() - started:.1f} s",
            flush=True,
        )
        rows.sort(key=lambda row: ORDER.index((row["series"], row["size"])))
        result = {"stamp": stamp, "element": element, "settings": settings(element), "test": test, "rows": rows}
        write_text(file, json.dumps(result, indent=1) + "\n")
    shutil.rmtree(factors)


def constant(data: Path, element: str) -> None:
    """What each basis leaves of a constant energy that exerts no forces: least squares, one eV for each atom.

    A one-body energy has it for nothing; without one the functions must make it of themselves. ``left`` is the root
    mean square of what is missing, forces and stresses weighted as in a fit, in eV per atom.
    """
    members_of = bases(tuple(s for s in SERIES if s.truncation in ALSO_FIXED and not s.fixed))
    found = {key: members for key, members in members_of.items() if len(members) <= MOST_FOR_CONSTANT}
    p = problem(data, element, tuple(dict.fromkeys(c for m in found.values() for c in m)), best_cutoff(element), None)
    position, rows = {label: k for k, label in enumerate(p.labels)}, []
    for (s, size), members in found.items():
        factors = p.factors.columns([position[c.label] for c in members])
        left = left_of_constant(factors)
        rows.append({"series": s.name, "size": size, "functions": len(members), "left": left})
        print(f"{element} {s.name}, {len(members)} functions: {1e3 * left:.3g} meV/atom", flush=True)
    result = {"stamp": record.stamp(), "element": element, "settings": settings(element), "rows": rows}
    write_text(FOLDER / f"{element}-constant.json", json.dumps(result, indent=1) + "\n")


def left_of_constant(factors: OneBodyFactors) -> float:
    """Of all rows of these coefficients, with the column of the one-body energy as their target."""
    order = [*range(1, factors.size + 1), 0]
    pairs = [(f, WEIGHTS.kinds[kind]) for part in factors.parts for kind, f in part.items()]
    joined = Factor.join([(Factor(f.augmented[:, order], f.rows), weight) for f, weight in pairs], factors.size + 1)
    energies = sum(part["energy"].rows for part in factors.parts)
    return float(abs(joined.augmented[-1, -1]) / (WEIGHTS.kinds["energy"] * np.sqrt(energies)))


def settings(element: str) -> dict[str, Any]:
    """What all bases of one element have in common."""
    weights = {**WEIGHTS.kinds, "energy": list(ENERGY_WEIGHTS), "scaling": WEIGHTS.scaling}
    radial = RadialBasis(best_cutoff(element), RADIAL_FUNCTIONS, MATERIALS[element].r0).to_json()
    common = {"cutoff": best_cutoff(element), "r0": MATERIALS[element].r0, "weights": weights, "one_body": "fitted"}
    return {**common, "folds": FOLDS, "smoothness": SMOOTHNESS, "radial": radial}


def kept_rows(file: Path, element: str) -> list[dict[str, Any]]:
    """Rows of an earlier run with the same settings."""
    earlier = json.loads(file.read_text()) if file.exists() else {"settings": None}
    if earlier["settings"] != settings(element):
        return []
    return [row for row in earlier["rows"] if (row["series"], row["size"]) in ORDER]


def potential(data: Path, element: str, most: int | None = None) -> None:
    """The basis of least product of held-out errors, among those of at most so many functions, as a potential file.

    With the settings that its row has, and the repulsions at short range that a fit makes.
    """
    result = json.loads((FOLDER / f"{element}.json").read_text())
    fixed = {s.name for s in SERIES if s.fixed}
    rows = [row for row in result["rows"] if row["series"] not in fixed]
    best = min((row for row in rows if row["functions"] <= (most or row["functions"])), key=score)
    series = next(s for s in (*SERIES, *LARGE) if s.name == best["series"])
    chosen = functions(series.objective, series.truncation, best["size"])
    p = problem(data, element, chosen, best_cutoff(element))
    selection = Selection.of(p, np.arange(len(chosen)))
    path = selection.path(best["energy_weight"])
    coefficients = path.coefficients(best["relative_lambda"] * path.singular[0] ** 2)
    one_body = p.reference + float(selection.factors.energies(coefficients)[0])
    made = LinearPotential(
        product_basis(chosen), p.evaluator.radial, (element,), coefficients[None, :], np.array([one_body]), p.labels,
        {"benchmark": "materials", "series": series.name},
    )  # fmt: skip
    train, short_range = read(data, element)[0], ShortRangeConfig()
    repulsion = repulsion_of(train, made.elements, made.radial.cutoff, short_range)
    made = kept_apart(strengthened(replace(made, repulsion=repulsion), short_range), train, short_range)
    print(f"{made}: one-body energy {one_body:.6f} eV, that of its row {best['one_body_energy']:.6f}", flush=True)
    print(f"crowding: {told_crowding(made.crowding, made.elements)}", flush=True)
    made.save(f"products/{element}.npz")


def main(data: str, verb: str, *arguments: str) -> None:
    """Runs a verb, see above."""
    quick = "--quick" in arguments
    elements = [a for a in arguments if not a.startswith("--")]
    most = next((a.removeprefix("--most=") for a in arguments if a.startswith("--most=")), None)
    if verb == "figures":
        from materials_figures import figures

        figures(MATERIALS)
    for element in elements:
        if verb == "cutoff":
            choose_cutoff(Path(data), element)
        elif verb == "constant":
            constant(Path(data), element)
        elif verb == "potential":
            potential(Path(data), element, int(most) if most else None)
        else:
            series = {"fit": SERIES, "large": LARGE}[verb]
            fit(Path(data), element, QUICK if quick else series, Path("products") if quick else FOLDER)


if __name__ == "__main__":
    main(*sys.argv[1:])
