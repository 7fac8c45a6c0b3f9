"""Six materials: test errors against the number of functions, full ACE basis and its Langbein subset.

For every element one design matrix of all functions in question is condensed once; every basis is a selection of its
columns, so all of them have the same radial functions, solver and tuning budget: ridge with a smoothness prior. The
cutoff (found with one basis), lambda, the weight of the energies and the best basis are those of the least product of
the errors that four-fold cross-validation over the training structures finds: mean absolute for energies, as in the
published table, and root mean square for forces, of which a condensed matrix keeps only sums of squares. The one-body
energy is fitted with the coefficients. Test structures choose nothing.

    python benchmarks/materials.py DATA cutoff Cu [Mo ..] -> results/materials/Cu-cutoff.json; DATA holds <El>.extxyz.xz
    python benchmarks/materials.py DATA fit Cu [Mo ...]   -> results/materials/Cu.json, with the best of the cutoffs
    python benchmarks/materials.py DATA potential Cu      -> products/Cu.npz, the best basis as a potential file
    python benchmarks/materials.py DATA figures           -> results/materials.json, materials_*.png

``--quick`` takes small bases.
"""

from __future__ import annotations

import json
import lzma
import re
import sys
import time
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import record

import invgen
from invgen.ace.fitting.assembly import assemble
from invgen.ace.fitting.design import DesignEvaluator
from invgen.ace.fitting.fit import degrees
from invgen.ace.fitting.onebody import OneBodyDesign, OneBodyFactors
from invgen.ace.fitting.ridge import RidgePath, prior_scales
from invgen.ace.fitting.rows import Weights, reference_energies_of
from invgen.ace.fitting.validation import fold_numbers
from invgen.ace.potential import LinearPotential
from invgen.ace.radial import RadialBasis
from invgen.compiler.candidates.ace.coupling import Coupling
from invgen.compiler.kernels.ace.products import product_basis
from invgen.data.structures import Structure, read_structures
from invgen.files import write_text

FOLDS = 4
SMOOTHNESS = 2.0
WEIGHTS = Weights(energy=200.0, forces=1.0, stress=1.0, scaling="atom")
ENERGY_WEIGHTS = (25.0, 50.0, 100.0, 200.0, 400.0, 800.0, 1600.0)
"""Tried from the middle on in the direction in which the score falls."""
CUTOFFS = (4.6, 5.2, 5.8, 6.4, 7.0)
"""In Å."""
RADIAL_FUNCTIONS = 26
"""The largest n of all bases."""
LAMBDAS = tuple(float(x) for x in np.logspace(-18, -4, 29))
MOST = 50_000
"""Candidates of the largest selection."""


GRADED, GRADE = "graded", 5


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
class Series:
    """Bases of growing total degree; ``graded`` joins full ones, three orders at D and a fourth at D - ``GRADE``."""

    objective: str
    n_max: int
    w_L: str
    degrees: tuple[int, ...]

    @property
    def name(self) -> str:
        """``linear, n<=3, w_L=3/2``."""
        return GRADED if self.objective == GRADED else f"{self.objective}, n<={self.n_max}, w_L={self.w_L}"


SERIES = (
    Series("linear", 3, "3/2", (6, 8, 10, 12, 14, 16, 18)),
    Series("independent", 3, "3/2", (8, 10, 12, 14, 16, 18, 20, 22, 24, 26)),
    Series("linear", 4, "1", (6, 8, 10, 11, 12, 13)),
    Series("independent", 4, "1", (8, 10, 11, 12, 13, 14, 16)),
    Series(GRADED, 4, "1", (13, 15, 16, 17, 18, 19)),
)
CUTOFF_BASIS = (GRADED, 4, "1", 15)
"""Objective, n_max, w_L and degree of the basis that chooses the cutoff."""
QUICK = (Series("linear", 3, "3/2", (6, 8, 10)), Series("independent", 3, "3/2", (8, 10, 12)))


@cache
def functions(objective: str, n_max: int, w_L: str, degree: int) -> tuple[Coupling, ...]:
    """The functions of one basis, generated once for all elements and kept in a file."""
    if objective == GRADED:
        parts = functions("linear", 3, "3/2", degree), functions("linear", n_max, w_L, degree - GRADE)
        return tuple(dict.fromkeys(c for part in parts for c in part))
    spec = invgen.BasisSpec(family="ace", n_max=n_max, total_degree=degree, w_L=w_L, objective=objective)
    file = Path("products/bases") / f"{spec.id}.json"
    if file.exists():
        return tuple(invgen.Basis.load(file).invariants)
    started = time.perf_counter()
    basis = invgen.generate(spec, max_candidates=MOST)
    basis.save(file)
    print(f"{spec.id}: {len(basis)} functions, {time.perf_counter() - started:.0f} s", flush=True)
    return tuple(basis.invariants)


def bases(series: tuple[Series, ...]) -> dict[tuple[str, int], tuple[Coupling, ...]]:
    """All bases by series and degree."""
    return {(s.name, d): functions(s.objective, s.n_max, s.w_L, d) for s in series for d in s.degrees}


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
    data: Path, element: str, chosen: tuple[Coupling, ...], cutoff: float, folder: str | None = "products/factors"
) -> Problem:
    """Assembles the design matrix of these functions; in a folder it goes on where it was interrupted."""
    train, test = read(data, element)
    products = product_basis(chosen)
    radial = RadialBasis(cutoff, RADIAL_FUNCTIONS, MATERIALS[element].r0)
    evaluator = DesignEvaluator(products, radial, (element,))
    references = reference_energies_of(train, (element,))
    started = time.perf_counter()
    factors = assemble(
        train,
        OneBodyDesign(evaluator),
        fold_numbers(train, FOLDS),
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


def measured(p: Problem, labels: list[str]) -> dict[str, Any]:
    """Fits one selection of columns and measures it on the test structures."""
    position = {label: k for k, label in enumerate(p.labels)}
    columns = np.array([position[label] for label in labels])
    settings, coefficients = best_weight(p, columns)
    energies = np.array([s.energy / s.atoms - settings["one_body_energy"] for s in p.test])
    de = 1e3 * np.abs(p.energy_rows[:, columns] @ coefficients - energies)
    forces = np.concatenate([s.forces.reshape(-1) for s in p.test])
    df = np.abs(p.force_rows[:, columns] @ coefficients - forces)
    groups = sorted({s.group for s in p.test})
    per_group = {g: float(np.mean([e for e, s in zip(de, p.test, strict=True) if s.group == g])) for g in groups}
    return {
        "functions": len(labels),
        "energy_mae": float(de.mean()),
        "force_mae": float(df.mean()),
        "energy_mae_per_group": per_group,
        **settings,
        "coefficients": coefficients,
    }


def best_weight(p: Problem, columns: np.ndarray) -> tuple[dict[str, Any], np.ndarray]:
    """Settings and coefficients of the weight of least score, found downhill from the middle one."""
    at = len(ENERGY_WEIGHTS) // 2
    found = {k: tried(p, columns, ENERGY_WEIGHTS[k]) for k in (at - 1, at, at + 1)}
    while (at := min(found, key=lambda k: score(found[k][0]))) in (min(found), max(found)):
        further = at - 1 if at == min(found) else at + 1
        if not 0 <= further < len(ENERGY_WEIGHTS):
            break
        found[further] = tried(p, columns, ENERGY_WEIGHTS[further])
    return found[at]


def tried(p: Problem, columns: np.ndarray, weight: float) -> tuple[dict[str, Any], np.ndarray]:
    """For one weight of the energies the lambda of least score, what was held out there, and the coefficients."""
    factors = p.factors.columns(columns).reweighted(energy=weight)
    prior = prior_scales(p.degrees[columns], SMOOTHNESS)
    path = RidgePath.of(factors.combine(), prior)
    lambdas = np.array(LAMBDAS) * path.singular[0] ** 2
    energy, force = _held_out(p, factors, columns, prior, lambdas)
    best = int(np.argmin(energy * force))
    coefficients = path.coefficients(lambdas[best])
    settings = {
        "one_body_energy": p.reference + float(factors.energies(coefficients)[0]),
        "held_out": {"energy_mae": float(energy[best]), "force_rmse": float(force[best])},
        "energy_weight": weight,
        "relative_lambda": LAMBDAS[best],
    }
    return settings, coefficients


def _held_out(
    p: Problem, factors: OneBodyFactors, columns: np.ndarray, prior: np.ndarray, lambdas: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """By lambda, over all folds: mean absolute error of energies (meV/atom), root mean square one of forces (eV/Å)."""
    energies: list[np.ndarray] = []
    squares, rows = np.zeros(len(lambdas)), 0
    for fold in range(len(factors)):
        found = RidgePath.of(factors.combine(excluding=fold), prior).coefficients(lambdas)
        raw = p.factors.parts[fold]["energy"]
        if len(raw.augmented) != raw.rows:
            raise ValueError(f"fold {fold} has {raw.rows} energies for {p.factors.size} columns: they were condensed")
        predicted = raw.matrix[:, columns + 1] @ found + raw.matrix[:, :1] * factors.one_body(fold)(found)
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
        settings, _ = best_weight(problem(data, element, chosen, cutoff, None), np.arange(len(chosen)))
        rows.append({"cutoff": cutoff, "score": score(settings), **settings})
        print(f"{element} cutoff {cutoff}: score {rows[-1]['score']:.4f}, {settings['energy_weight']:.0f}", flush=True)
    result = {"stamp": record.stamp(), "element": element, "basis": CUTOFF_BASIS, "rows": rows}
    write_text(record.RESULTS / "materials" / f"{element}-cutoff.json", json.dumps(result, indent=1) + "\n")


def best_cutoff(element: str) -> float:
    """What ``cutoff`` found."""
    rows = json.loads((record.RESULTS / "materials" / f"{element}-cutoff.json").read_text())["rows"]
    return float(min(rows, key=lambda row: row["score"])["cutoff"])


def fit(data: Path, element: str, series: tuple[Series, ...]) -> None:
    """Every basis of every series for one element; bases that were fitted with the same settings keep their rows."""
    file = record.RESULTS / "materials" / f"{element}.json"
    rows = kept_rows(file, element, series)
    done = {(row["series"], row["degree"]) for row in rows}
    found = {key: members for key, members in bases(series).items() if key not in done}
    if not found:
        print(f"{element}: every basis has its row in {file.name}", flush=True)
        return
    stamp = record.stamp()
    p = problem(
        data, element, tuple(dict.fromkeys(c for members in found.values() for c in members)), best_cutoff(element)
    )
    for (name, degree), members in found.items():
        started = time.perf_counter()
        row = measured(p, [c.label for c in members])
        row.pop("coefficients")
        rows.append({"series": name, "degree": degree, "commit": stamp["commit"], **row})
        print(
            f"{element} {name} D={degree}: {row['functions']} functions, "
            f"energy {row['energy_mae']:.3f} meV/atom, force {row['force_mae']:.4f} eV/Å, "
            f"energy weight {row['energy_weight']:.0f}, {time.perf_counter() - started:.0f} s",
            flush=True,
        )
    order = [(s.name, degree) for s in series for degree in s.degrees]
    rows.sort(key=lambda row: order.index((row["series"], row["degree"])))
    result = {"stamp": stamp, "element": element, "settings": settings(element), "rows": rows}
    write_text(file, json.dumps(result, indent=1) + "\n")


def settings(element: str) -> dict[str, Any]:
    """What all bases of one element have in common."""
    weights = {**WEIGHTS.kinds, "energy": list(ENERGY_WEIGHTS), "scaling": WEIGHTS.scaling}
    radial = RadialBasis(best_cutoff(element), RADIAL_FUNCTIONS, MATERIALS[element].r0).to_json()
    common = {"cutoff": best_cutoff(element), "r0": MATERIALS[element].r0, "weights": weights, "one_body": "fitted"}
    return {**common, "folds": FOLDS, "smoothness": SMOOTHNESS, "radial": radial}


def kept_rows(file: Path, element: str, series: tuple[Series, ...]) -> list[dict[str, Any]]:
    """Rows of an earlier run with the same settings."""
    earlier = json.loads(file.read_text()) if file.exists() else {"settings": None}
    if earlier["settings"] != settings(element):
        return []
    wanted = {(s.name, degree) for s in series for degree in s.degrees}
    return [row for row in earlier["rows"] if (row["series"], row["degree"]) in wanted]


def potential(data: Path, element: str) -> None:
    """The basis of least product of held-out errors as a potential file."""
    result = json.loads((record.RESULTS / "materials" / f"{element}.json").read_text())
    best = min(result["rows"], key=score)
    series = next(s for s in SERIES if s.name == best["series"])
    chosen = functions(series.objective, series.n_max, series.w_L, best["degree"])
    p = problem(data, element, chosen, best_cutoff(element))
    row = measured(p, list(p.labels))
    made = LinearPotential(
        product_basis(chosen), p.evaluator.radial, (element,), row["coefficients"][None, :],
        np.array([row["one_body_energy"]]), p.labels,
        {"benchmark": "materials", "series": series.name},
    )  # fmt: skip
    made.save(f"products/{element}.npz")


def main(data: str, verb: str, *arguments: str) -> None:
    """Runs a verb, see above."""
    series = QUICK if "--quick" in arguments else SERIES
    elements = [a for a in arguments if not a.startswith("--")]
    if verb == "figures":
        from materials_figures import figures

        figures(MATERIALS, SERIES)
    for element in elements:
        if verb == "cutoff":
            choose_cutoff(Path(data), element)
        elif verb == "fit":
            fit(Path(data), element, series)
        else:
            potential(Path(data), element)


if __name__ == "__main__":
    main(*sys.argv[1:])
