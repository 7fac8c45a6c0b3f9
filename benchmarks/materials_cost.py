"""What the best potentials of ``docs/materials.md`` cost: microseconds per atom of energy and forces, on one thread.

For each material the basis that cross-validation chose among all (``results/materials.json``), its cutoff and radial
functions, and a cell of its own structure of about a hundred atoms, 0.1 Å off their places. Coefficients are random
numbers: what an evaluation costs does not depend on them. Beside it the best basis of at most 300 functions, chosen the
same way. Seconds are those of the processor, in turns over all potentials, the median of so many; neighbour pairs are
given, the time to find them is told by itself.

    python benchmarks/materials_cost.py [--quick] -> results/materials_cost.json
"""

from __future__ import annotations

import os

os.environ["OMP_NUM_THREADS"] = "1"
os.environ["NUMBA_NUM_THREADS"] = "1"

import argparse
import json
import statistics
from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

import ace_md
import numpy as np
import record
from materials import FOLDER, MATERIALS, score
from materials_bases import LARGE, SERIES, functions

from invgen.ace.neighbourhoods import Neighbourhoods
from invgen.ace.potential import LinearPotential
from invgen.ace.radial import RadialBasis
from invgen.compiler.kernels.ace.products import product_basis
from invgen.data import Structure, from_ase

SMALL, REPEATS = 300, 21
Model = tuple[LinearPotential, Structure, Neighbourhoods]


def chosen(rows: list[Mapping[str, Any]], most: float) -> Mapping[str, Any]:
    """The basis of least product of held-out errors, of at most so many functions, with a fitted one-body energy."""
    fixed = {s.name for s in SERIES if s.fixed}
    return min((row for row in rows if row["functions"] <= most and row["series"] not in fixed), key=score)


def potential(element: str, row: Mapping[str, Any], settings: Mapping[str, Any]) -> LinearPotential:
    """Its functions with random coefficients."""
    series = next(s for s in (*SERIES, *LARGE) if s.name == row["series"])
    products = product_basis(functions(series.objective, series.truncation, row["size"]))
    radial = RadialBasis(settings["cutoff"], int(products.channels[:, 1].max()), MATERIALS[element].r0)
    coefficients = np.random.default_rng(0).normal(size=(1, len(products)))
    return LinearPotential(products, radial, (element,), coefficients, np.zeros(1))


def crystal(element: str) -> Structure:
    """A cell of its own structure."""
    atoms = ace_md.cell(element, None)
    atoms.rattle(0.1, seed=1)
    return from_ase(atoms)


def seconds(models: Sequence[Model], repeats: int) -> list[dict[str, list[float]]]:
    """For each potential those of evaluations, and of searches for neighbours, taken in turns."""
    found: list[dict[str, list[float]]] = [{"evaluation": [], "neighbours": []} for _ in models]
    for _ in range(repeats):
        for taken, (model, structure, near) in zip(found, models, strict=True):
            taken["evaluation"].append(record.processor_seconds(partial(model.energy_forces_stress, structure, near)))
            taken["neighbours"].append(record.processor_seconds(partial(model.neighbourhoods, structure)))
    return found


def table_row(row: Mapping[str, Any]) -> str:
    """One line of the table in ``docs/materials.md``."""
    cells = [row["element"], f"{row['functions']:,}", f"{row['neighbours']:.0f}", f"{row['energy_mae']:.2f}"]
    cells += [f"{row['force_mae']:.4f}", *(f"{us:.1f}" for us in row["us_per_atom"].values())]
    return f"| {' | '.join(cells)} |"


def main() -> None:
    """Measures, writes, and prints."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true", help="copper and three repeats, nothing written")
    quick = parser.parse_args().quick
    rows: list[dict[str, Any]] = []
    models: list[Model] = []
    for element in ("Cu",) if quick else tuple(MATERIALS):
        found, structure = json.loads((FOLDER / f"{element}.json").read_text()), crystal(element)
        for most in (float("inf"), SMALL):
            row = chosen(found["rows"], most)
            model = potential(element, row, found["settings"])
            near = model.neighbourhoods(structure)
            models.append((model, structure, near))
            known = {key: row[key] for key in ("series", "size", "functions", "energy_mae", "force_mae")}
            neighbours = len(near.second) / structure.atoms
            rows.append({"element": element, "atoms": structure.atoms, "neighbours": neighbours, **known})
            model.energy_forces_stress(structure, near)
    for row, found in zip(rows, seconds(models, 3 if quick else REPEATS), strict=True):
        per_atom = {name: [1e6 * t / row["atoms"] for t in taken] for name, taken in found.items()}
        row["us_per_atom"] = {name: statistics.median(taken) for name, taken in per_atom.items()}
        row["least_us_per_atom"] = {name: min(taken) for name, taken in per_atom.items()}
        print(table_row(row))
    if not quick:
        print(record.write("materials_cost", {"repeats": REPEATS, "rows": rows}))


if __name__ == "__main__":
    main()
