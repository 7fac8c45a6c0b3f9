"""What is pressed together where no structure was, by pairs and all at once.

acac: pairs of atoms below their shortest distances in a small fit to acetylacetone, before and after its repulsion is
strengthened; how much closer than the training frames test frames come; and their errors with the repulsion, without
any, and where it ends at the shortest distance of a pair (but for strengthened pairs) instead of at 0.9 of it.

materials: fits to six elements with and without the repulsion of crowded atoms. Test structures (of every group the
smallest), and a few atoms of each by themselves, are pressed in three directions or in one; a fall is by how much, at
most, the energy goes down again on the way, in eV per atom. Pairs of atoms are pressed alone, and the closest of the
training structures where they are.

    python benchmarks/short_range.py --data FOLDER [acac materials]   -> results/short_range.json
    python benchmarks/short_range.py --data FOLDER potential          -> products/Cu-crowding.npz, that of copper
"""

from __future__ import annotations

import argparse
import io
import json
import lzma
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import materials
import numpy as np
import record
from ase.io import read

import invgen
from invgen.ace.fitting.config import ShortRangeConfig
from invgen.ace.fitting.shortrange import repulsion_of, shortest_distances
from invgen.ace.fitting.validation import ALL, error_table, predict
from invgen.ace.potential import LinearPotential
from invgen.data import Structure, from_ase
from invgen.data.neighbours import neighbour_pairs

CUTOFF, EVERY = 4.4, 10
BASIS = {"total_degree": (12, 6, 4)}
TESTS = ("test_MD_300K", "test_MD_600K", "test_H_transfer")
DEGREE = 12
CUTOFFS = {"Ni": 4.6, "Cu": 5.2, "Li": 7.0, "Mo": 6.4, "Si": 7.0, "Ge": 7.0}
"""Å: those of the best potentials, see ``materials.py``."""
SCALES = np.arange(1.0, 0.4, -0.03)
"""Of the lengths that are pressed."""
SIZES = (4, 8, 16, 32)
"""Of clusters."""


def frames(folder: Path, name: str) -> list[Structure]:
    """Every tenth frame of a file."""
    text = lzma.decompress((folder / "acac" / f"{name}.extxyz.xz").read_bytes()).decode()
    return [from_ase(atoms) for atoms in read(io.StringIO(text), f"::{EVERY}", format="extxyz")]


def forces(model: LinearPotential, a: int, b: int, distances: np.ndarray) -> np.ndarray:
    """eV/Å that drive two atoms apart."""
    pairs = [Structure(model.numbers[[a, b]], np.array([[0, 0, 0], [0, 0, r]])) for r in distances]
    return np.array([model.energy_forces_stress(pair).forces[1, 2] for pair in pairs])


def pressed(train: list[Structure], model: LinearPotential) -> dict[str, dict[str, Any]]:
    """For every pair of elements the strongest attraction up to ``inner`` with ZBL, and with what the fit has."""
    before = replace(model, repulsion=repulsion_of(train, model.elements, CUTOFF, ShortRangeConfig()))
    shortest = shortest_distances(train, model.elements, CUTOFF)
    found = {}
    for a, b in zip(*np.triu_indices(len(model.elements)), strict=True):
        distances = np.linspace(0.3, before.repulsion.inner[a, b], 100)
        found[f"{model.elements[a]}-{model.elements[b]}"] = {
            "shortest": float(shortest[a, b]),
            "factor": float(model.repulsion.factor[a, b]),
            "least_force_with_zbl": float(forces(before, a, b, distances).min()),
            "least_force": float(forces(model, a, b, distances).min()),
        }
    return found


def molecule(data: Path) -> dict[str, Any]:
    """Acetylacetone."""
    train = frames(data, "train_300K")
    result = invgen.ace.fit(train, basis=BASIS, radial={"cutoff": CUTOFF}, plots=False)
    model = result.potential
    shortest = shortest_distances(train, model.elements, CUTOFF)
    tests = {name: frames(data, name) for name in TESTS}
    repulsion = model.repulsion
    outer = np.where((repulsion.factor == 1) & np.isfinite(shortest), (1 - 1e-12) * shortest, repulsion.outer)
    ways = {
        "with": model,
        "without": replace(model, repulsion=None, crowding=None),
        "ends_at_the_shortest_distance": replace(model, repulsion=replace(repulsion, outer=outer)),
    }
    errors = {name: {way: error_table(part, predict(one, part))[ALL] for way, one in ways.items()}
              for name, part in tests.items()}  # fmt: skip
    closer = {name: (shortest_distances(part, model.elements, CUTOFF) / shortest).min() for name, part in tests.items()}
    return {
        "frames": len(train),
        "basis": BASIS,
        "cutoff": CUTOFF,
        "coefficients": int(model.coefficients.size),
        "pairs": pressed(train, model),
        "test": errors,
        "test_distances_over_shortest": {name: float(share) for name, share in closer.items()},
    }


def clusters(s: Structure, cutoff: float) -> Iterator[Structure]:
    """The first atom with its nearest neighbours."""
    pairs = neighbour_pairs(s, cutoff)
    vectors = (s.positions[pairs.second] - s.positions[pairs.first] + pairs.shift)[pairs.first == 0]
    order = np.argsort(np.linalg.norm(vectors, axis=1), kind="stable")
    positions = np.concatenate([np.zeros((1, 3)), vectors[order]])
    for size in SIZES:
        yield Structure(np.full(size, s.numbers[0]), positions[:size])


def fall(model: LinearPotential, structures: Sequence[Structure], axes: Sequence[int]) -> float:
    """The largest, eV per atom, with these axes pressed."""
    found = 0.0
    for s in structures:
        energies = []
        for scale in SCALES:
            lengths = np.where(np.isin(np.arange(3), axes), scale, 1.0)
            squeezed = replace(s, positions=s.positions * lengths, cell=s.cell * lengths)
            energies.append(model.energy_forces_stress(squeezed).energy / s.atoms)
        found = max(found, float((np.maximum.accumulate(energies) - energies).max()))
    return found


def least_in_place(model: LinearPotential, train: Sequence[Structure], shortest: float) -> float:
    """eV/Å that drive the closest pairs of three structures apart, at the least, as they are pushed together there."""
    closest = []
    for s in train:
        pairs = neighbour_pairs(s, model.radial.cutoff)
        vectors = s.positions[pairs.second] - s.positions[pairs.first] + pairs.shift
        vectors[pairs.first == pairs.second] = np.inf
        k = int(np.linalg.norm(vectors, axis=1).argmin())
        closest.append((float(np.linalg.norm(vectors[k])), int(pairs.first[k]), int(pairs.second[k]), vectors[k], s))
    least = np.inf
    for length, i, j, vector, s in sorted(closest, key=lambda row: row[0])[:3]:
        direction = vector / length
        for r in shortest * np.linspace(1.0, 0.15, 40):
            positions = s.positions.copy()
            positions[i] += direction * (length - r) / 2
            positions[j] -= direction * (length - r) / 2
            found = model.energy_forces_stress(replace(s, positions=positions)).forces
            least = min(least, float((found[j] - found[i]) @ direction / 2))
    return least


def fitted(train: Sequence[Structure], name: str) -> LinearPotential:
    """The fit of one element."""
    radial = {"cutoff": CUTOFFS[name], "r0": materials.MATERIALS[name].r0}
    return invgen.ace.fit(train, basis={"total_degree": DEGREE}, radial=radial, plots=False).potential


def element(data: Path, name: str) -> dict[str, Any]:
    """One fit, with what the repulsion of crowded atoms changes."""
    train, test = materials.read(data / "zuo2020", name)
    model = fitted(train, name)
    groups = sorted({str(s.group) for s in test})
    chosen = [min((s for s in test if s.group == group), key=lambda s: s.atoms) for group in groups]
    few = [cluster for s in chosen for cluster in clusters(s, CUTOFFS[name])]
    rows = {}
    for key, one in (("without", replace(model, crowding=None)), ("with", model)):
        errors = error_table(test, predict(one, test))[ALL]
        rows[key] = {
            "fall": {"cells": fall(one, chosen, (0, 1, 2)), "cells_one_axis": fall(one, chosen, (2,)),
                     "clusters": fall(one, few, (0, 1, 2))},
            "test": {"energy_mae": errors["energy_mae"], "force_mae": errors["forces_mae"]},
        }  # fmt: skip
    shortest = float(shortest_distances(train, model.elements, CUTOFFS[name])[0, 0])
    return {
        "functions": len(model.products),
        "shortest": shortest,
        "crowding": None if model.crowding is None else model.crowding.to_json(),
        "least_force_of_a_pair": float(forces(model, 0, 0, shortest * np.linspace(1.0, 0.15, 40)).min()),
        "least_force_in_place": least_in_place(model, train, shortest),
        **rows,
    }


def table(found: dict[str, Any]) -> list[str]:
    """Rows of the table in ``docs/potentials.md``: falls without and with, and the least forces of pairs."""
    made = []
    for name, row in found.items():
        without, with_it = (row[key]["fall"] for key in ("without", "with"))
        falls = [f"{told(without[key])}, {told(with_it[key])}" for key in without]
        least = [f"{row[key]:.1f}" for key in ("least_force_of_a_pair", "least_force_in_place")]
        made.append(f"| {' | '.join([name, *falls, *least])} |")
    return made


def told(energy: float) -> str:
    """eV, with two digits below ten."""
    return f"{energy:,.0f}" if energy >= 10 or energy == 0 else f"{energy:.2g}"


def kept() -> dict[str, Any]:
    """What was measured before."""
    path = record.RESULTS / "short_range.json"
    return {k: v for k, v in json.loads(path.read_text()).items() if k != "stamp"} if path.exists() else {}


def main() -> None:
    """Measures and writes."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("parts", nargs="*", default=["acac", "materials"])
    given = parser.parse_args()
    if "acac" in given.parts:
        record.write("short_range", {**kept(), **molecule(given.data)})
    if "potential" in given.parts:
        made = fitted(materials.read(given.data / "zuo2020", "Cu")[0], "Cu")
        print(made.save("products/Cu-crowding.npz"), made.crowding)
    if "materials" in given.parts:
        for name in CUTOFFS:
            found = {**kept().get("materials", {}), name: element(given.data, name)}
            print(name, json.dumps(found[name]), flush=True)
            record.write("short_range", {**kept(), "degree": DEGREE, "materials": found})


if __name__ == "__main__":
    main()
