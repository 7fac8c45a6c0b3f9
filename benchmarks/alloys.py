"""Four elements, Mo, Nb, Ta and W: test errors of full and Langbein ACE bases of equal size, by group of structures.

5,282 training and 376 test structures of energies and forces, published split (README of the data). One design matrix
of all functions in question is condensed once; every basis is a selection of its columns, for centres of all four
elements alike, so all of them have the same radial functions, folds and tuning budget: what ``invgen.ace.fit`` does by
default (one-body energies fitted, weights by a pilot fit, ridge with three powers of the prior), with four folds. The
cutoff is that of the least product of held-out errors of one full basis, fitted to a quarter of the structures. Test
structures choose nothing. Cells of all four elements (``Multinary_Test``) are told apart from the others: training
structures have at most two, and say nothing of functions that couple three neighbours or centre of three.

    python benchmarks/alloys.py DATA [--quick] -> results/alloys.json; DATA holds MoNbTaW.extxyz.xz
    python benchmarks/alloys.py DATA --report  -> the same file, compared again without a fit; tables for the page

``--quick`` takes every twentieth training structure and small bases, and writes nothing. The design matrix is kept in
``products/factors``: the same command goes on where it was interrupted.
"""

from __future__ import annotations

import os

os.environ.setdefault("OMP_NUM_THREADS", "1")

import argparse
import json
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import record

import invgen
from invgen.ace.fitting.assembly import assemble
from invgen.ace.fitting.balance import balanced
from invgen.ace.fitting.config import SolverConfig
from invgen.ace.fitting.design import DesignEvaluator
from invgen.ace.fitting.fit import degrees
from invgen.ace.fitting.onebody import OneBodyDesign, OneBodyFactors
from invgen.ace.fitting.ridge import ridge
from invgen.ace.fitting.rows import Weights, reference_energies_of
from invgen.ace.fitting.validation import ALL, error_table, fold_numbers, predict
from invgen.ace.potential import LinearPotential
from invgen.ace.radial import RadialBasis
from invgen.compiler.candidates.ace.coupling import Coupling
from invgen.compiler.kernels.ace.products import product_basis
from invgen.data.neighbours import nearest_distance
from invgen.data.structures import Structure, read_structures
from invgen.files import write_text

ELEMENTS = ("Nb", "Mo", "Ta", "W")
"""By atomic number."""
W_L, FOLDS = "3/2", 4
SIZES = {"linear": (2, 3, 4, 5), "independent": (4, 5, 6, 7, 8, 9, 10, 11)}
QUICK = {"linear": (3, 4), "independent": (5, 6)}
CUTOFFS = (4.2, 4.6, 5.2, 5.8)
"""Å."""
CUTOFF_BASIS, THINNED = ("linear", 5), 4
"""A full basis, and every how manyth training structure chooses the cutoff with it."""
DRAWS = 2000
"""Of the test structures, for the spread of a ratio."""
SOLVER = SolverConfig()
KINDS = ("one element", "two elements", "four elements")
"""Of test structures."""
Functions = tuple[Coupling, ...]


class Problem(NamedTuple):
    """Condensed training rows of these functions at one cutoff."""

    functions: Functions
    radial: RadialBasis
    factors: OneBodyFactors
    references: Mapping[int, float]

    def columns(self, chosen: Functions) -> np.ndarray:
        """Their positions for centres of all elements."""
        position = {function: k for k, function in enumerate(self.functions)}
        own = np.array([position[function] for function in chosen])
        return np.concatenate([own + z * len(self.functions) for z in range(len(ELEMENTS))])


def functions(objective: str, degree: int) -> Functions:
    """All of order <= 3 up to a total degree, or the Langbein basis among them; kept in a file."""
    spec = invgen.BasisSpec(family="ace", n_max=3, total_degree=degree, w_L=W_L, objective=objective, elements=ELEMENTS)
    file = Path("products/bases") / f"{spec.id}.json"
    if not file.exists():
        invgen.generate(spec).save(file)
    return tuple(invgen.Basis.load(file).invariants)


def problem(train: Sequence[Structure], chosen: Functions, cutoff: float, folder: str | None) -> Problem:
    """Assembles the design matrix; in a folder it goes on where it was interrupted."""
    started = time.process_time()
    products = product_basis(chosen)
    radial = RadialBasis(cutoff, int(products.channels[:, 1].max()), nearest_distance(train, cutoff))
    evaluator = DesignEvaluator(products, radial, ELEMENTS)
    references = reference_energies_of(train, ELEMENTS)
    folds = fold_numbers(train, FOLDS, SOLVER.fold_by, SOLVER.seed)
    factors = assemble(train, OneBodyDesign(evaluator), folds, references=references, folder=folder)
    print(f"{cutoff} Å: {evaluator.columns} columns, {time.process_time() - started:.0f} s of processor", flush=True)
    return Problem(chosen, radial, OneBodyFactors.of(factors, len(ELEMENTS)), references)


def fitted(p: Problem, chosen: Functions) -> tuple[LinearPotential, dict[str, Any]]:
    """The potential of one basis, and how it was found."""
    products = product_basis(chosen)
    scales = np.tile(degrees(products, 1.5), len(ELEMENTS))
    factors = balanced(p.factors.columns(p.columns(chosen)), Weights(stress=0.0), scales)
    solution = ridge(factors, scales, smoothness=SOLVER.smoothness, normalise=SOLVER.normalise)
    details = solution.details
    curve = next(c for c in details["curve"] if c["smoothness"] == details["smoothness"])
    held_out = {kind: values[int(np.argmin(curve["error"]))] for kind, values in curve["kinds"].items()}
    energies = np.array(list(p.references.values())) + factors.energies(solution.coefficients)
    found = LinearPotential(
        products, p.radial, ELEMENTS, solution.coefficients.reshape(len(ELEMENTS), -1), energies, products.labels
    )
    settings = {key: details[key] for key in ("smoothness", "relative_lambda")}
    return found, {"held_out": held_out, "weights": dict(factors.weights), **settings}


def measured(p: Problem, chosen: Functions, test: Sequence[Structure]) -> dict[str, Any]:
    """Test errors of one basis by group, and for each structure."""
    started = time.process_time()
    potential, row = fitted(p, chosen)
    predictions = predict(potential, test)
    energies = [1e3 * abs(pair[1] - pair[0]) / s.atoms for s, pair in zip(test, predictions.energy, strict=True)]
    forces = [float(np.abs(pair[1] - pair[0]).mean()) for pair in predictions.forces]
    seconds = time.process_time() - started
    per_structure = {"energy_mae": energies, "force_mae": forces}
    errors = error_table(test, predictions)
    return {"errors": errors, "per_structure": per_structure, "processor_seconds": seconds, **row}


def score(row: Mapping[str, Any]) -> float:
    """The product of the held-out errors."""
    return float(row["held_out"]["energy"] * row["held_out"]["forces"])


def best_cutoff(train: Sequence[Structure]) -> tuple[float, list[dict[str, Any]]]:
    """By one full basis."""
    rows = []
    for cutoff in CUTOFFS:
        chosen = functions(*CUTOFF_BASIS)
        _, row = fitted(problem(train[::THINNED], chosen, cutoff, None), chosen)
        rows.append({"cutoff": cutoff, "score": score(row), **row})
        print(f"cutoff {cutoff}: score {rows[-1]['score']:.5g}", flush=True)
    return min(rows, key=lambda row: row["score"])["cutoff"], rows


def comparisons(rows: Sequence[Mapping[str, Any]], test: Sequence[Structure], group: str) -> list[dict[str, Any]]:
    """For each Langbein basis within the sizes of the full ones, error over that of a full basis of its size.

    That is interpolated, linear in the logarithms of size and error, over the structures of a ``kind``. ``spread`` is
    the range of 95 % of the ratios when these structures are drawn again with repetition.
    """
    full = [row for row in rows if row["objective"] == "linear"]
    mine = np.array([k for k, s in enumerate(test) if kind_of(s) == group])
    atoms = np.array([test[k].atoms for k in mine], dtype=float)
    draws = np.random.default_rng(0).integers(len(mine), size=(DRAWS, len(mine)))
    draws[0] = np.arange(len(mine))
    found = []
    for row in rows:
        size = np.log(row["functions"])
        after = next((k for k, f in enumerate(full) if np.log(f["functions"]) >= size), None)
        if row["objective"] == "linear" or not after:
            continue
        a, b = full[after - 1], full[after]
        share = (size - np.log(a["functions"])) / np.log(b["functions"] / a["functions"])
        line: dict[str, Any] = {"kind": group, "functions": row["functions"]}
        for key, weight in (("energy_mae", np.ones(len(mine))), ("force_mae", atoms)):
            own, low, high = (_means(np.array(r["per_structure"][key])[mine], weight, draws) for r in (row, a, b))
            ratios = own / np.exp((1 - share) * np.log(low) + share * np.log(high))
            line[key] = {"ratio": float(ratios[0]), "spread": np.quantile(ratios, (0.025, 0.975)).tolist()}
        found.append(line)
    return found


def kind_of(s: Structure) -> str:
    """One of ``KINDS``, by the number of elements."""
    return KINDS[min(len(set(s.numbers.tolist())), 3) - 1]


def by_kind(row: Mapping[str, Any], test: Sequence[Structure]) -> dict[str, dict[str, float]]:
    """Mean absolute errors (meV/atom, eV/Å) of each of ``KINDS``."""
    found = {}
    for kind in KINDS:
        mine = np.array([k for k, s in enumerate(test) if kind_of(s) == kind])
        atoms = np.array([test[k].atoms for k in mine])
        energy, force = (np.array(row["per_structure"][key])[mine] for key in ("energy_mae", "force_mae"))
        found[kind] = {"energy_mae": float(energy.mean()), "force_mae": float(force @ atoms / atoms.sum())}
    return found


def tables(data: Mapping[str, Any]) -> dict[str, list[str]]:
    """Rows of the tables of ``docs/materials.md``."""
    rows = []
    for row in data["rows"]:
        cells = [f"{e['energy_mae']:.2f}, {e['force_mae']:.4f}" for e in row["kinds"].values()]
        name = "full" if row["objective"] == "linear" else "Langbein"
        rows.append(
            f"| {name}, {row['degree']} | {row['functions']:,} | {row['coefficients']:,} | {' | '.join(cells)} |"
        )
    ratios = []
    for size in dict.fromkeys(line["functions"] for line in data["comparisons"]):
        mine = {line["kind"]: line for line in data["comparisons"] if line["functions"] == size}
        cells = [f"{size}"]
        for key in ("energy_mae", "force_mae"):
            for kind in KINDS:
                low, high = mine[kind][key]["spread"]
                cells.append(f"{mine[kind][key]['ratio']:.2f} ({low:.2f} to {high:.2f})")
        ratios.append(f"| {' | '.join(cells)} |")
    return {"sizes": rows, "ratios": ratios}


def compared(rows: list[dict[str, Any]], test: Sequence[Structure]) -> dict[str, Any]:
    """``rows`` by kind of structure, and the comparisons."""
    rows = [{**row, "kinds": by_kind(row, test)} for row in rows]
    return {"rows": rows, "comparisons": [line for kind in KINDS for line in comparisons(rows, test, kind)]}


def _means(errors: Sequence[float], weights: np.ndarray, draws: np.ndarray) -> np.ndarray:
    """(draws,) weighted means of the structures drawn."""
    values = np.array(errors) * weights
    return np.asarray(values[draws].sum(axis=1) / weights[draws].sum(axis=1))


def told(row: Mapping[str, Any]) -> str:
    """One line."""
    errors = row["errors"][ALL]
    return (
        f"{row['objective']} {row['degree']}: {row['functions']} functions, {errors['energy_mae']:.2f} meV/atom, "
        f"{errors['forces_mae']:.4f} eV/Å, {row['processor_seconds']:.0f} s"
    )


def main() -> None:
    """Measures, writes, and prints."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path)
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--report", action="store_true")
    given = parser.parse_args()
    structures = read_structures(given.data / "MoNbTaW.extxyz.xz")
    train, test = ([s for s in structures if str(s.group).endswith("Test") == is_test] for is_test in (False, True))
    path = record.RESULTS / "alloys.json"
    if given.report:
        found = json.loads(path.read_text())
        found |= compared(found["rows"], test)
        write_text(path, json.dumps(found, indent=1) + "\n")
        for name, lines in tables(found).items():
            print(name, *lines, sep="\n")
        return
    train = train[::20] if given.quick else train
    cutoff, cutoffs = (CUTOFFS[0], []) if given.quick else best_cutoff(train)
    bases = {(o, d): functions(o, d) for o, ds in (QUICK if given.quick else SIZES).items() for d in ds}
    together = tuple(dict.fromkeys(f for members in bases.values() for f in members))
    p = problem(train, together, cutoff, None if given.quick else "products/factors/alloys")
    rows = []
    for (objective, degree), members in bases.items():
        known = {"objective": objective, "degree": degree, "functions": len(members)}
        rows.append({**known, "coefficients": len(members) * len(ELEMENTS), **measured(p, members, test)})
        print(told(rows[-1]), flush=True)
    data = compared(rows, test)
    for name, lines in tables(data).items():
        print(name, *lines, sep="\n")
    if not given.quick:
        sets = {"train": len(train), "test": len(test), "w_L": W_L, "elements": ELEMENTS, "folds": FOLDS}
        about = {"cutoff": cutoff, "cutoffs": cutoffs, "radial": p.radial.to_json(), "sets": sets}
        record.write("alloys", {**about, **data})


if __name__ == "__main__":
    main()
