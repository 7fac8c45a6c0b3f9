"""Molybdenum and germanium once more: cutoff, basis, prior and weights of groups, by cross-validation alone.

``materials.py`` chooses the cutoff with one middling basis, and gives all groups of structures one weight. Here every
basis of ``BASES``, among them fourth and fifth orders of low degree and a box, is fitted at every cutoff of
``CUTOFFS``; then, with the best cutoff and basis, other powers of the prior (``POWERS``), and other weights of groups
(``WEIGHTS``). The weight of all energies and lambda are searched for in each fit, as in ``materials.py``.

Two ways to hold out, both laid down before anything was fitted, and each with a best fit of its own:

    structures  eight folds, each an even share of every group. A surface is a facet of its own, and those of the test
                set are other facets: a held-out surface is of a kind never seen, as there. Snapshots of one trajectory
                are in several folds, as they are in training and test set.
    groups      all of one group is held out (dynamics, vacancies, strained cells, surfaces), so that each is
                predicted from the other three. It may ask for more regularisation.

The score is that of ``materials.py``, the product of the held-out errors, mean absolute of energies and root mean
square of forces. It counts all structures alike, whatever weights a fit has. Test structures choose nothing; every fit
is measured on them.

    python benchmarks/materials_refined.py DATA [Mo Ge] -> results/materials_refined.json

Fits that are in the file are not repeated.
"""

from __future__ import annotations

import os

os.environ.setdefault("OMP_NUM_THREADS", "1")

import json
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import materials
import numpy as np
import record
from materials import FOLDER, LAMBDAS, MATERIALS, Problem, Selection, Tried, downhill, score
from materials_bases import FULL, GRADED, Truncation, functions

from invgen.ace.fitting.factors import KINDS, Factor, Factors
from invgen.ace.fitting.onebody import OneBodyFactors
from invgen.ace.fitting.validation import fold_numbers
from invgen.compiler.candidates.ace.coupling import Coupling
from invgen.data.structures import Structure

FOLDS = 8
CUTOFFS = {"Mo": (6.4, 5.8, 5.2), "Ge": (7.0, 6.4, 7.6)}
"""Å: those of the least scores in ``results/materials``, and one more where the largest is among them."""
BASES: Mapping[str, tuple[str, Truncation, int]] = {
    "three orders, w_L = 3/2": (FULL, Truncation(3, w_L="3/2"), 17),
    "three orders, w_L = 1": (FULL, Truncation(3, w_L="1"), 14),
    "three orders, box": (FULL, Truncation(3, l_max=3), 5),
    "four orders": (GRADED, Truncation(4, w_L="1"), 17),
    "four orders, w_L = 1": (FULL, Truncation(4, w_L="1"), 12),
    "five orders": (FULL, Truncation(5, w_L="1", degrees=(20, 16, 12, 9, 8)), 0),
}
"""Objective, truncation and size."""
POWERS = (2.0, 1.0, 3.0)
"""Of the prior."""
WEIGHTS: Mapping[str, Mapping[str, Mapping[str, float]]] = {
    "all alike": {},
    "energies of surfaces times 4": {"Surface": {"energy": 4.0}},
    "surfaces times 2": {"Surface": {"energy": 2.0, "forces": 2.0, "stress": 2.0}},
    "no stresses of surfaces": {"Surface": {"stress": 0.0}},
    "dynamics times 1/2": {"AIMD-NVT": {"energy": 0.5, "forces": 0.5, "stress": 0.5}},
}
"""What the rows of a group are multiplied by."""
WAYS = ("structures", "groups")
KEYS = ("cutoff", "basis", "power", "weights", "way")


@dataclass(frozen=True)
class Cell:
    """The structures that one fold has of one group."""

    fold: int
    group: str

    def held_out_with(self, way: str) -> str:
        """A name of what is held out with them."""
        return self.group if way == "groups" else str(self.fold)


def cells_of(train: Sequence[Structure]) -> tuple[list[Cell], np.ndarray]:
    """All cells, and the position of that of every structure."""
    of = [Cell(int(f), str(s.group)) for f, s in zip(fold_numbers(train, FOLDS), train, strict=True)]
    cells = sorted(set(of), key=lambda cell: (cell.fold, cell.group))
    return cells, np.array([cells.index(cell) for cell in of])


def joined(fine: OneBodyFactors, names: Sequence[str], factors: Sequence[Mapping[str, float]]) -> OneBodyFactors:
    """Folds by name in the order of the alphabet, each from all cells of that name with the factors of their rows."""
    width, parts = fine.size + fine.elements + 1, []
    for name in sorted(set(names)):
        mine = [(part, f) for part, f, other in zip(fine.parts, factors, names, strict=True) if other == name]
        pairs = {kind: [(part[kind], f.get(kind, 1.0)) for part, f in mine] for kind in KINDS}
        parts.append({kind: Factor.join(pairs[kind], width) for kind in KINDS})
    return OneBodyFactors.of(Factors(tuple(parts), fine.weights), fine.elements)


def held_out(
    selection: Selection, fine: OneBodyFactors, cells: Sequence[Cell], way: str, weight: float, lambdas: np.ndarray
) -> tuple[dict[str, np.ndarray], np.ndarray]:
    """By lambda: absolute errors of energies by group, (structures, lambdas) in meV/atom; RMSE of forces in eV/Å."""
    names = [cell.held_out_with(way) for cell in cells]
    energies: dict[str, list[np.ndarray]] = {}
    squares, rows = np.zeros(len(lambdas)), 0
    for fold, name in enumerate(sorted(set(names))):
        found = selection.path(weight, fold).coefficients(lambdas)
        both = np.concatenate([selection.factors.one_body(fold)(found), found])
        for cell, part in ((c, p) for c, p, other in zip(cells, fine.parts, names, strict=True) if other == name):
            raw = part["energy"]
            if len(raw.augmented) != raw.rows:
                raise ValueError(f"{cell} has {raw.rows} energies in {len(raw.augmented)} rows: condensed")
            energies.setdefault(cell.group, []).append(1e3 * np.abs(raw.matrix @ both - raw.target[:, None]))
            squares, rows = squares + part["forces"].squared_error(both), rows + part["forces"].rows
    return {group: np.concatenate(parts) for group, parts in sorted(energies.items())}, np.sqrt(squares / rows)


def tried(
    selection: Selection,
    fine: OneBodyFactors,
    cells: Sequence[Cell],
    way: str,
    weight: float,
    relative: Sequence[float] = LAMBDAS,
) -> Tried:
    """For one weight of the energies the lambda of least score, of ``relative`` ones."""
    path = selection.path(weight)
    lambdas = np.array(relative) * path.singular[0] ** 2
    energies, force = held_out(selection, fine, cells, way, weight, lambdas)
    energy = np.concatenate(list(energies.values())).mean(axis=0)
    best = int(np.argmin(energy * force))
    coefficients = path.coefficients(lambdas[best])
    one_body = selection.problem.reference + float(selection.factors.energies(coefficients)[0])
    settings = {
        "energy_weight": weight,
        "relative_lambda": relative[best],
        "one_body_energy": one_body,
        "held_out": {"energy_mae": float(energy[best]), "force_rmse": float(force[best])},
        "held_out_energy_mae_per_group": {group: float(e[:, best].mean()) for group, e in energies.items()},
    }
    return settings, coefficients


def errors(p: Problem, columns: np.ndarray, one_body: float, coefficients: np.ndarray) -> dict[str, Any]:
    """On the test structures."""
    energies = np.array([s.energy / s.atoms - one_body for s in p.test])
    de = 1e3 * np.abs(p.energy_rows[:, columns] @ coefficients - energies)
    df = np.abs(p.force_rows[:, columns] @ coefficients - np.concatenate([s.forces.reshape(-1) for s in p.test]))
    groups = np.array([str(s.group) for s in p.test])
    per_group = {g: float(de[groups == g].mean()) for g in sorted(set(groups.tolist()))}
    return {"energy_mae": float(de.mean()), "force_mae": float(df.mean()), "energy_mae_per_group": per_group}


class Fits:
    """All fits of one element; ``rows`` has those that were made."""

    def __init__(self, data: Path, element: str) -> None:
        self.data, self.element = data, element
        before = read().get(element, {}).get("rows", [])
        self.rows: list[dict[str, Any]] = [row for row in before if set(KEYS) <= set(row)]
        self.bases: dict[str, tuple[Coupling, ...]] = {name: functions(*basis) for name, basis in BASES.items()}
        train, _ = materials.read(data, element)
        self.cells, self.folds = cells_of(train)
        self._problem: tuple[float, Problem] | None = None
        self._columns: dict[tuple[float, str], tuple[np.ndarray, OneBodyFactors]] = {}

    def problem(self, cutoff: float) -> Problem:
        """All functions of all bases at one cutoff; only the last one is kept."""
        if self._problem is None or self._problem[0] != cutoff:
            self._problem = None
            self._columns.clear()
            together = tuple(dict.fromkeys(f for members in self.bases.values() for f in members))
            made = materials.problem(self.data, self.element, together, cutoff, folder=None, folds=self.folds)
            self._problem = cutoff, made
        return self._problem[1]

    def columns(self, cutoff: float, basis: str) -> tuple[np.ndarray, OneBodyFactors]:
        """The positions of the functions of a basis, and their condensed rows by cell."""
        p = self.problem(cutoff)
        if (cutoff, basis) not in self._columns:
            position = {label: k for k, label in enumerate(p.labels)}
            columns = np.array([position[f.label] for f in self.bases[basis]])
            self._columns.clear()
            self._columns[cutoff, basis] = columns, p.factors.columns(columns)
        return self._columns[cutoff, basis]

    def fit(self, cutoff: float, basis: str, power: float, weights: str, way: str) -> None:
        """One fit, unless it was made; written at once."""
        settings = {"cutoff": cutoff, "basis": basis, "power": power, "weights": weights, "way": way}
        if any(all(row[key] == settings[key] for key in KEYS) for row in self.rows):
            return
        p, (columns, fine) = self.problem(cutoff), self.columns(cutoff, basis)
        started = time.process_time()
        names = [cell.held_out_with(way) for cell in self.cells]
        factors = joined(fine, names, [WEIGHTS[weights].get(cell.group, {}) for cell in self.cells])
        selection = Selection.with_factors(p, columns, factors, power, wide=0)
        found, coefficients = downhill(partial(tried, selection, fine, self.cells, way))
        row = {**settings, "functions": len(columns), **found, "score": score(found)}
        self.rows.append({**row, **errors(p, columns, found["one_body_energy"], coefficients)})
        write(self.element, self.rows)
        last = self.rows[-1]
        print(
            f"{self.element} {settings}: {last['functions']} functions, score {last['score']:.4f}, "
            f"held out {last['held_out']}, {last['held_out_energy_mae_per_group']}; {last['energy_mae']:.2f} meV/atom, "
            f"{last['force_mae']:.4f} eV/Å, {last['energy_mae_per_group']}, {time.process_time() - started:.0f} s",
            flush=True,
        )

    def best(self, way: str) -> dict[str, Any]:
        """The row of the least score."""
        return best_of(self.rows, way)


def best_of(rows: Sequence[dict[str, Any]], way: str) -> dict[str, Any]:
    """The row of the least score among those of one way to hold out."""
    return min((row for row in rows if row["way"] == way), key=lambda row: row["score"])


def refined(data: Path, element: str) -> None:
    """All fits of one element."""
    fits = Fits(data, element)
    for cutoff in CUTOFFS[element]:
        for basis in BASES:
            for way in WAYS:
                fits.fit(cutoff, basis, POWERS[0], "all alike", way)
    for way in WAYS:
        grid = [r for r in fits.rows if r["way"] == way and r["power"] == POWERS[0] and r["weights"] == "all alike"]
        chosen = min(grid, key=lambda row: row["score"])
        for power in POWERS[1:]:
            fits.fit(chosen["cutoff"], chosen["basis"], power, "all alike", way)
        for weights in list(WEIGHTS)[1:]:
            fits.fit(chosen["cutoff"], chosen["basis"], POWERS[0], weights, way)


def read() -> dict[str, Any]:
    """By element what was made before."""
    path = record.RESULTS / "materials_refined.json"
    return dict(json.loads(path.read_text())["elements"]) if path.exists() else {}


def write(element: str, rows: list[dict[str, Any]]) -> None:
    """All rows, the best of each way, and what they stand beside."""
    before = min(json.loads((FOLDER / f"{element}.json").read_text())["rows"], key=score)
    published = MATERIALS[element]
    made = {
        "before": {key: before[key] for key in ("series", "size", "energy_mae", "force_mae", "held_out")},
        "best": {way: best_of(rows, way) for way in WAYS if any(row["way"] == way for row in rows)},
        "published": {"gap": published.gap, "mtp": published.mtp},
        "rows": rows,
    }
    record.write("materials_refined", {"folds": FOLDS, "elements": {**read(), element: made}})


def table(elements: Mapping[str, Mapping[str, Any]]) -> list[str]:
    """Rows of the table in ``docs/materials.md``: the best of each way to hold out."""
    lines = []
    for element, found in elements.items():
        for way, row in ((way, found["best"][way]) for way in WAYS if way in found["best"]):
            cells = [element, way, f"{row['cutoff']}", row["basis"], f"{row['functions']:,}", f"{row['power']:g}"]
            cells += [row["weights"], f"{row['held_out']['energy_mae']:.2f}, {row['held_out']['force_rmse']:.4f}"]
            surfaces = [row["held_out_energy_mae_per_group"]["Surface"], row["energy_mae_per_group"]["Surface"]]
            cells += [", ".join(f"{e:.1f}" for e in surfaces), f"{row['energy_mae']:.2f}, {row['force_mae']:.4f}"]
            lines.append(f"| {' | '.join(cells)} |")
    return lines


def main(data: str, *elements: str) -> None:
    """Fits the elements that are named, or both."""
    for element in elements or tuple(CUTOFFS):
        refined(Path(data), element)
    print("\n".join(table(read())))


if __name__ == "__main__":
    main(*sys.argv[1:])
