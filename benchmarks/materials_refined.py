"""Molybdenum and germanium once more: cutoff, weight of the surfaces and basis together, by cross-validation alone.

``materials.py`` chooses the cutoff with one middling basis, and gives all groups of structures one weight. Here the
bases of at most ``MOST`` functions that have the least held-out errors there are fitted at every cutoff whose score was
within ``NEAR`` of the least (and at the next one where that is the largest that was tried), with the energies of
surfaces weighted once and several times. Score and solver are those of ``materials.py``: held-out errors count all
structures alike, whatever weights a fit has. Test structures choose nothing.

    python benchmarks/materials_refined.py DATA [Mo Ge] -> results/materials_refined.json
"""

from __future__ import annotations

import os

os.environ.setdefault("OMP_NUM_THREADS", "1")

import json
import sys
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import materials
import numpy as np
import record
from materials import CUTOFFS, FOLDER, FOLDS, MATERIALS, Problem, Selection, best_weight, score
from materials_bases import LARGE, SERIES, functions

from invgen.ace.fitting.factors import Factor
from invgen.ace.fitting.validation import fold_numbers

MOST, BASES, NEAR = 1200, 2, 1.02
SURFACES = (1.0, 4.0)
"""What the energies of surfaces are multiplied by."""
STEP = 0.6
"""Å between cutoffs."""


def cutoffs_of(element: str) -> list[float]:
    """The cutoffs that are tried."""
    rows = json.loads((FOLDER / f"{element}-cutoff.json").read_text())["rows"]
    least = min(row["score"] for row in rows)
    found = [row["cutoff"] for row in rows if row["score"] <= NEAR * least]
    return [*found, CUTOFFS[-1] + STEP] if CUTOFFS[-1] in found else found


def bases_of(element: str) -> list[dict[str, Any]]:
    """The rows of ``materials.py`` of the bases that are tried."""
    fixed = {s.name for s in SERIES if s.fixed}
    rows = json.loads((FOLDER / f"{element}.json").read_text())["rows"]
    return sorted((r for r in rows if r["series"] not in fixed and r["functions"] <= MOST), key=score)[:BASES]


def weighted(p: Problem, groups: list[str | None], folds: np.ndarray, factor: float) -> Problem:
    """With the rows of the energies of surfaces multiplied."""
    parts = []
    for fold, part in enumerate(p.factors.parts):
        energy = part["energy"]
        factors = np.array([factor if g == "Surface" else 1.0 for g, f in zip(groups, folds, strict=True) if f == fold])
        parts.append({**part, "energy": Factor(energy.augmented * factors[:, None], energy.rows)})
    return replace(p, factors=replace(p.factors, parts=tuple(parts)))


def errors(p: Problem, columns: np.ndarray, one_body: float, coefficients: np.ndarray) -> dict[str, Any]:
    """On the test structures."""
    energies = np.array([s.energy / s.atoms - one_body for s in p.test])
    de = 1e3 * np.abs(p.energy_rows[:, columns] @ coefficients - energies)
    df = np.abs(p.force_rows[:, columns] @ coefficients - np.concatenate([s.forces.reshape(-1) for s in p.test]))
    groups = np.array([str(s.group) for s in p.test])
    per_group = {g: float(de[groups == g].mean()) for g in sorted(set(groups))}
    return {"energy_mae": float(de.mean()), "force_mae": float(df.mean()), "energy_mae_per_group": per_group}


def refined(data: Path, element: str) -> list[dict[str, Any]]:
    """All fits of one element."""
    train, _ = materials.read(data, element)
    groups, folds, rows = [s.group for s in train], fold_numbers(train, FOLDS), []
    wanted = {}
    for row in bases_of(element):
        series = next(s for s in (*SERIES, *LARGE) if s.name == row["series"])
        wanted[row["series"], row["size"]] = functions(series.objective, series.truncation, row["size"])
    together = tuple(dict.fromkeys(f for members in wanted.values() for f in members))
    for cutoff in cutoffs_of(element):
        p = materials.problem(data, element, together, cutoff, "products/factors/refined")
        position = {label: k for k, label in enumerate(p.labels)}
        for (series_name, size), members in wanted.items():
            columns = np.array([position[f.label] for f in members])
            for factor in SURFACES:
                started = time.process_time()
                chosen = Selection.of(weighted(p, groups, folds, factor), columns)
                settings, coefficients = best_weight(replace(chosen, problem=p))
                row = {"cutoff": cutoff, "series": series_name, "size": size, "functions": len(members)}
                row |= {"surfaces": factor, **settings, **errors(p, columns, settings["one_body_energy"], coefficients)}
                rows.append({**row, "score": score(row)})
                print(
                    f"{element} {cutoff} Å, {series_name} {size}, surfaces {factor}: score {rows[-1]['score']:.4f}, "
                    f"{row['energy_mae']:.2f} meV/atom, {row['force_mae']:.4f} eV/Å, {row['energy_mae_per_group']}, "
                    f"{time.process_time() - started:.0f} s", flush=True,
                )  # fmt: skip
    return rows


def main(data: str, *elements: str) -> None:
    """Fits the elements that are named, or both."""
    path = record.RESULTS / "materials_refined.json"
    found = json.loads(path.read_text())["elements"] if path.exists() else {}
    for element in elements or ("Mo", "Ge"):
        rows = refined(Path(data), element)
        before = min((r for r in json.loads((FOLDER / f"{element}.json").read_text())["rows"]), key=score)
        published = MATERIALS[element]
        found[element] = {
            "before": {key: before[key] for key in ("series", "size", "energy_mae", "force_mae", "held_out")},
            "best": min(rows, key=lambda row: row["score"]),
            "published": {"gap": published.gap, "mtp": published.mtp},
            "rows": rows,
        }
        record.write("materials_refined", {"elements": found})


if __name__ == "__main__":
    main(*sys.argv[1:])
