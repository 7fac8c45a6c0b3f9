"""Default weights of linear fits against a grid of weights, on six materials.

For each material one design matrix, with one-body energies, of a full and a Langbein basis of about a hundred functions
is condensed once (cutoffs and r0 as in materials.py); every fit is five-fold ridge with the settings that
``invgen.ace.fit`` has by default. The grid has energy weights times stress weights, none among the latter, in units of
the forces'. Each row holds test errors (mean absolute: meV/atom, eV/Å), held-out errors (root mean square: eV per root
atom, eV/Å), and both geometric means of energy and force error, ``score`` and ``held_out_score``. ``best`` is the
setting of least *test* score, which the defaults did not see; ``ratio`` is what the defaults have over it. Where
the search for weights starts was chosen by ``shares``: for each shares of energies and stresses the largest and mean
ratio of held-out scores to the least of the material; the weight of stresses by ``stresses``: the ratios to the scores
without stresses. Neither has seen a test structure.

    python benchmarks/fit_defaults.py DATA [Cu ...] -> results/fit_defaults.json; DATA holds <El>.extxyz.xz
"""

from __future__ import annotations

import sys
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import record
from materials import MATERIALS, RADIAL_FUNCTIONS, best_cutoff, read

import invgen
from invgen.ace.fitting import balance
from invgen.ace.fitting.assembly import assemble
from invgen.ace.fitting.balance import SHARES, balanced, dominance, spreads
from invgen.ace.fitting.config import SolverConfig
from invgen.ace.fitting.design import DesignEvaluator
from invgen.ace.fitting.factors import Solution
from invgen.ace.fitting.fit import degrees
from invgen.ace.fitting.onebody import OneBodyDesign, OneBodyFactors
from invgen.ace.fitting.ridge import ridge
from invgen.ace.fitting.rows import Weights, reference_energies_of
from invgen.ace.fitting.validation import fold_numbers
from invgen.ace.radial import RadialBasis
from invgen.compiler.kernels.ace.products import product_basis
from invgen.data.structures import Structure

BASES = {"full": ("linear", 10), "langbein": ("independent", 14)}
ENERGY = (3.0, 10.0, 20.0, 30.0, 45.0, 65.0, 100.0, 200.0)
STRESS = (0.0, 0.02, 0.05, 0.1, 0.3, 1.0)
ENERGY_SHARES, STRESS_SHARES = (2.0, 3.0, 4.0, 5.0, 6.0, 8.0), (0.02, 0.05, 0.1, 0.2)
STRESS_FACTORS = (0.0, 0.05, 0.1, 0.2, 0.4)
FORMER = {"energy": 30.0, "forces": 1.0, "stress": 1.0}
SOLVER = SolverConfig()


class Material:
    """Condensed rows, test rows and test labels of one material."""

    def __init__(self, data: Path, element: str, couplings: tuple[Any, ...]) -> None:
        train, self.test = read(data, element)
        products = product_basis(couplings)
        radial = RadialBasis(best_cutoff(element), RADIAL_FUNCTIONS, MATERIALS[element].r0)
        self.degrees, self.design = degrees(products, 1.5), DesignEvaluator(products, radial, (element,))
        start = reference_energies_of(train, (element,))
        folds = fold_numbers(train, SOLVER.folds, SOLVER.fold_by, SOLVER.seed)
        factors = assemble(train, OneBodyDesign(self.design), folds, references=start)
        self.factors, (self.start,) = OneBodyFactors.of(factors, 1), start.values()
        rows = [self.design.rows(s) for s in self.test]
        self.energy_rows = np.array([row.energy / s.atoms for row, s in zip(rows, self.test, strict=True)])
        self.force_rows = np.concatenate([row.forces for row in rows])

    def fit(self, factors: OneBodyFactors, columns: np.ndarray) -> tuple[dict[str, Any], Solution]:
        """One fit with the weights of ``factors``, measured."""
        solution = ridge(factors, self.degrees[columns], smoothness=SOLVER.smoothness, normalise=SOLVER.normalise)
        energy, force = self.errors(columns, solution.coefficients, float(factors.energies(solution.coefficients)[0]))
        details = solution.details
        curve = next(c for c in details["curve"] if c["smoothness"] == details["smoothness"])
        chosen = int(np.argmin(curve["error"]))
        held_out = {kind: values[chosen] for kind, values in curve["kinds"].items()}
        row = {
            "weights": dict(factors.weights),
            "energy_mae": energy,
            "force_mae": force,
            "score": float(np.sqrt(energy * force)),
            "held_out": held_out,
            "held_out_score": float(np.sqrt(held_out["energy"] * held_out["forces"])),
        }
        return row, solution

    def errors(self, columns: np.ndarray, coefficients: np.ndarray, correction: float) -> tuple[float, float]:
        """Mean absolute test errors of energies (meV/atom) and force components (eV/Å)."""
        test: list[Structure] = self.test
        energies = np.array([s.energy / s.atoms for s in test]) - self.start - correction
        forces = np.concatenate([s.forces.reshape(-1) for s in test])
        found = (
            self.energy_rows[:, columns] @ coefficients - energies,
            self.force_rows[:, columns] @ coefficients - forces,
        )
        return 1e3 * float(np.abs(found[0]).mean()), float(np.abs(found[1]).mean())


def weights_of(factors: OneBodyFactors, energy: float, stress: float) -> dict[str, float]:
    """The weights that these shares give."""
    unit = {kind: 1 / (s.spread * np.sqrt(s.rows)) for kind, s in spreads(factors).items()}
    return {kind: share * unit[kind] / unit["forces"] for kind, share in (("energy", energy), ("stress", stress))}


def measured(material: Material, columns: np.ndarray) -> dict[str, Any]:
    """Defaults, the former defaults, the grid, and the shares that were to choose from, of one basis."""
    factors = material.factors.columns(columns)
    chosen = balanced(factors, Weights(), material.degrees[columns])
    default, solution = material.fit(chosen, columns)
    grid = [material.fit(factors.reweighted(energy=e, stress=s), columns)[0] for e in ENERGY for s in STRESS]
    best = min(grid, key=lambda row: row["score"])
    stresses = []
    for factor in STRESS_FACTORS:
        weight = factor / balance.STRESS * chosen.weights["stress"]
        row, _ = material.fit(chosen.reweighted(stress=weight), columns)
        stresses.append({"factor": factor, "held_out_score": row["held_out_score"]})
    shares = []
    for energy in ENERGY_SHARES:
        for stress in STRESS_SHARES:
            row, _ = material.fit(factors.reweighted(**weights_of(factors, energy, stress)), columns)
            shares.append({"energy": energy, "stress": stress, "held_out_score": row["held_out_score"]})
    return {
        "functions": len(columns),
        "default": default,
        "former": material.fit(factors.reweighted(**FORMER), columns)[0],
        "best": best,
        "ratio": {key: default[key] / best[key] for key in ("score", "energy_mae", "force_mae")},
        "least": {key: min(row[key] for row in grid) for key in ("energy_mae", "force_mae")},
        "rows": dominance(chosen, solution.coefficients),
        "grid": grid,
        "shares": shares,
        "stresses": stresses,
    }


def share_table(results: Mapping[str, Mapping[str, Any]]) -> list[dict[str, float]]:
    """For all shares the held-out scores over the least of their material and basis."""
    found = []
    for k, row in enumerate(next(iter(next(iter(results.values()))["bases"].values()))["shares"]):
        ratios = [
            b["shares"][k]["held_out_score"] / min(r["held_out_score"] for r in (*b["grid"], *b["shares"]))
            for result in results.values() for b in result["bases"].values()
        ]  # fmt: skip
        found.append(
            {"energy": row["energy"], "stress": row["stress"], "largest": max(ratios), "mean": float(np.mean(ratios))}
        )
    return found


def stress_table(results: Mapping[str, Mapping[str, Any]]) -> list[dict[str, float]]:
    """For all factors of the stress weight the held-out scores over those without stresses."""
    found = []
    for k, factor in enumerate(STRESS_FACTORS):
        rows = [b["stresses"] for result in results.values() for b in result["bases"].values()]
        ratios = [row[k]["held_out_score"] / row[0]["held_out_score"] for row in rows]
        found.append({"factor": factor, "largest": max(ratios), "mean": float(np.mean(ratios))})
    return found


def couplings_of(objective: str, degree: int) -> tuple[Any, ...]:
    """The functions of one basis."""
    spec = invgen.BasisSpec(family="ace", n_max=3, total_degree=degree, objective=objective)
    return tuple(invgen.generate(spec).invariants)


def told(element: str, name: str, b: dict[str, Any]) -> str:
    """One line for one basis."""
    errors = {
        k: f"{b[k]['energy_mae']:.3f} meV/atom {b[k]['force_mae']:.4f} eV/Å" for k in ("default", "best", "former")
    }
    listed = ", ".join(f"{k} {v}" for k, v in errors.items())
    return f"{element} {name}: {b['functions']} functions, {listed}, ratio {b['ratio']['score']:.3f}"


def main(data: str, *elements: str) -> None:
    """Measures the elements that are named, or all."""
    made = {name: couplings_of(objective, degree) for name, (objective, degree) in BASES.items()}
    couplings = tuple(dict.fromkeys(c for members in made.values() for c in members))
    position = {c.label: k for k, c in enumerate(couplings)}
    results: dict[str, Any] = {}
    for element in elements or tuple(MATERIALS):
        started = time.process_time()
        material = Material(Path(data), element, couplings)
        assembled = time.process_time() - started
        bases = {name: measured(material, np.array([position[c.label] for c in b])) for name, b in made.items()}
        seconds = time.process_time() - started
        results[element] = {"assembly_seconds": assembled, "processor_seconds": seconds, "bases": bases}
        for name, b in bases.items():
            print(told(element, name, b), flush=True)
    settings = {
        "shares": dict(SHARES),
        "stress": balance.STRESS,
        "energy_weights": ENERGY,
        "stress_weights": STRESS,
        "bases": BASES,
    }
    table = share_table(results)
    for row in sorted(table, key=lambda row: row["largest"])[:6]:
        print(row, flush=True)
    stresses = stress_table(results)
    for row in stresses:
        print(row, flush=True)
    record.write("fit_defaults", {"settings": settings, "shares": table, "stresses": stresses, "materials": results})


if __name__ == "__main__":
    main(*sys.argv[1:])
