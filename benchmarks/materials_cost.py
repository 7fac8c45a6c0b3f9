"""What the best potentials of ``docs/materials.md`` cost: microseconds per atom of energy and forces, on one thread.

For each material the basis that cross-validation chose among all (``results/materials.json``), its cutoff and radial
functions, and a cell of its own structure of about a hundred atoms, 0.1 Å off their places. Coefficients are random
numbers: what an evaluation costs does not depend on them. Beside it the best basis of at most 300 functions, chosen the
same way. Seconds are those of the processor, in turns over all potentials, the median of so many; neighbour pairs are
given, the time to find them is told by itself.

With ``--repulsions`` nothing of this is measured again, but evaluations of the same potentials without and with the
repulsions that a fit gives them, between nuclei and of crowded atoms, of the lengths that ``short_range.py`` found; and
both repulsions alone. Each is timed right after another one of it. No atom of these cells is that close or crowded. A
range of crowding that a fit finds not to be needed costs nothing; here all are there.

With ``--mace``, the Python of an environment of its own, nothing of this is measured again, but networks of mace-torch
on the same cells with the same cutoffs (``peers/mace_cost.py``): energy, forces and stress, one thread, with neighbours
given.

    python benchmarks/materials_cost.py [--quick]            -> results/materials_cost.json
    python benchmarks/materials_cost.py --repulsions         -> the same file
    python benchmarks/materials_cost.py --mace ENV/bin/python -> the same file
"""

from __future__ import annotations

import os

os.environ["OMP_NUM_THREADS"] = "1"
os.environ["NUMBA_NUM_THREADS"] = "1"

import argparse
import json
import statistics
import subprocess
import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import ace_md
import numpy as np
import record
from materials import FOLDER, MATERIALS, score
from materials_bases import LARGE, SERIES, functions

from invgen.ace.crowding import Crowding
from invgen.ace.fitting.config import ShortRangeConfig
from invgen.ace.fitting.shortrange import WITHDRAWN
from invgen.ace.neighbourhoods import Neighbourhoods
from invgen.ace.potential import LinearPotential
from invgen.ace.radial import RadialBasis
from invgen.ace.repulsion import Repulsion
from invgen.compiler.kernels.ace.products import product_basis
from invgen.data import Structure, from_ase

SMALL, REPEATS, MORE = 300, 21, 101
"""Functions; repeats, and those with ``--repulsions``, whose differences are small."""
PEER = Path(__file__).resolve().parent / "peers" / "mace_cost.py"
Actions = dict[str, Callable[[], Any]]


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


def plain(model: LinearPotential, structure: Structure, near: Neighbourhoods) -> Actions:
    """What is timed of a potential, once everything is compiled."""
    model.energy_forces_stress(structure, near)
    return {
        "evaluation": partial(model.energy_forces_stress, structure, near),
        "neighbours": partial(model.neighbourhoods, structure),
    }


def repelling(model: LinearPotential, structure: Structure, near: Neighbourhoods) -> Actions:
    """The same with ``--repulsions``: those of ``short_range.py``, of any strength."""
    found = json.loads((record.RESULTS / "short_range.json").read_text())["materials"][model.elements[0]]
    inner, outer = (np.array([[share * found["shortest"]]]) for share in (ShortRangeConfig().inner, WITHDRAWN))
    repulsion = Repulsion(model.numbers, inner, outer)
    crowding = Crowding(**{**found["crowding"], "strength": np.ones(len(found["crowding"]["ranges"]))})
    full = replace(model, repulsion=repulsion, crowding=crowding)
    energies = [one.energy_forces_stress(structure, near).energy for one in (model, full)]
    if energies[0] != energies[1]:
        raise SystemExit(f"atoms of {model.elements[0]} are repelled, which costs more: nothing is timed")

    def alone() -> None:
        results = np.zeros(structure.atoms), np.zeros((structure.atoms, 3)), np.zeros(6)
        repulsion.add(near, structure.positions, *results)
        crowding.add(near, structure.positions, *results)

    return {
        "evaluation": partial(model.energy_forces_stress, structure, near),
        "with_repulsions": partial(full.energy_forces_stress, structure, near),
        "repulsions": alone,
    }


def seconds(models: Sequence[Actions], repeats: int, again: bool) -> list[dict[str, list[float]]]:
    """For each potential those of its actions, all in turns; ``again``: the second of two times."""
    found: list[dict[str, list[float]]] = [{name: [] for name in actions} for actions in models]
    for _ in range(repeats):
        for taken, actions in zip(found, models, strict=True):
            for name, action in actions.items():
                if again:
                    action()
                taken[name].append(record.processor_seconds(action))
    return found


def mace(python: str, elements: Sequence[str]) -> dict[str, Any]:
    """What ``peers/mace_cost.py`` says of the same cells."""
    cells = []
    for element in elements:
        cutoff = json.loads((FOLDER / f"{element}.json").read_text())["settings"]["cutoff"]
        structure = crystal(element)
        arrays = {"numbers": structure.numbers, "positions": structure.positions, "cell": structure.cell}
        cells.append({"element": element, "cutoff": cutoff, **{key: array.tolist() for key, array in arrays.items()}})
    with tempfile.TemporaryDirectory() as folder:
        given, result = Path(folder) / "cells.json", Path(folder) / "result.json"
        given.write_text(json.dumps(cells))
        subprocess.run([python, str(PEER), str(given), str(result)], check=True)
        return dict(json.loads(result.read_text()))


def table_row(row: Mapping[str, Any]) -> str:
    """One line of the table in ``docs/materials.md``."""
    cells = [row["element"], f"{row['functions']:,}", f"{row['neighbours']:.0f}", f"{row['energy_mae']:.2f}"]
    cells += [f"{row['force_mae']:.4f}", *(f"{us:.1f}" for us in row["us_per_atom"].values())]
    return f"| {' | '.join(cells)} |"


def repulsions_row(row: Mapping[str, Any]) -> str:
    """One line of the table of repulsions there."""
    without, full, alone = (row["us_per_atom"][name] for name in ("evaluation", "with_repulsions", "repulsions"))
    return f"| {row['element']} | {row['functions']:,} | {without:.1f} | {full:.1f} | {alone:.2f} |"


def mace_table(rows: Sequence[Mapping[str, Any]], peers: Sequence[Mapping[str, Any]]) -> list[str]:
    """Lines of the table beside mace-torch: ours (largest, small), then each network in turn."""
    lines = []
    for element in dict.fromkeys(row["element"] for row in peers):
        ours = [row["us_per_atom"]["evaluation"] for row in rows if row["element"] == element]
        theirs = [row["us_per_atom"] for row in peers if row["element"] == element]
        lines.append(f"| {' | '.join([element, *(f'{us:.1f}' for us in ours), *(f'{us:,.0f}' for us in theirs)])} |")
    return lines


def main() -> None:
    """Measures, writes, and prints."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true", help="copper and three repeats, nothing written")
    parser.add_argument("--repulsions", action="store_true", help="what they cost, to be measured as well")
    parser.add_argument("--mace", metavar="PYTHON", help="of an environment with mace-torch, to be measured as well")
    given, path = parser.parse_args(), record.RESULTS / "materials_cost.json"
    before = json.loads(path.read_text()) if path.exists() else {}
    if given.mace:
        found = mace(given.mace, list(dict.fromkeys(row["element"] for row in before["rows"])))
        print("\n".join(mace_table(before["rows"], found["rows"])))
        print(record.write("materials_cost", {**before, "mace": {"stamp": record.stamp(), **found}}))
        return
    quick, again = given.quick, given.repulsions
    rows: list[dict[str, Any]] = []
    models: list[Actions] = []
    for element in ("Cu",) if quick else tuple(MATERIALS):
        found, structure = json.loads((FOLDER / f"{element}.json").read_text()), crystal(element)
        for most in (float("inf"), SMALL):
            row = chosen(found["rows"], most)
            model = potential(element, row, found["settings"])
            near = model.neighbourhoods(structure)
            models.append((repelling if again else plain)(model, structure, near))
            known = {key: row[key] for key in ("series", "size", "functions", "energy_mae", "force_mae")}
            neighbours = len(near.second) / structure.atoms
            rows.append({"element": element, "atoms": structure.atoms, "neighbours": neighbours, **known})
    repeats = 3 if quick else MORE if again else REPEATS
    for row, found in zip(rows, seconds(models, repeats, again), strict=True):
        per_atom = {name: [1e6 * t / row["atoms"] for t in taken] for name, taken in found.items()}
        row["us_per_atom"] = {name: statistics.median(taken) for name, taken in per_atom.items()}
        row["least_us_per_atom"] = {name: min(taken) for name, taken in per_atom.items()}
        print(repulsions_row(row) if again else table_row(row))
    measured = {"stamp": record.stamp(), "repeats": repeats, "rows": rows}
    if not quick:
        print(record.write("materials_cost", {**before, **({"repulsions": measured} if again else measured)}))


if __name__ == "__main__":
    main()
