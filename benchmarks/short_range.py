"""Pairs of atoms pressed together: a small fit to acetylacetone below its shortest distances, before and after its
repulsion is strengthened; and how much closer than the training frames test frames come.

    python benchmarks/short_range.py --data FOLDER        -> results/short_range.json
"""

from __future__ import annotations

import argparse
import io
import lzma
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import record
from ase.io import read

import invgen
from invgen.ace.fitting.config import ShortRangeConfig
from invgen.ace.fitting.shortrange import repulsion_of, shortest_distances
from invgen.ace.potential import LinearPotential
from invgen.data import Structure, from_ase

CUTOFF, EVERY = 4.4, 10
BASIS = {"total_degree": (12, 6, 4)}
TESTS = ("test_MD_300K", "test_MD_600K", "test_H_transfer")


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
    found = {}
    for a, b in zip(*np.triu_indices(len(model.elements)), strict=True):
        distances = np.linspace(0.3, before.repulsion.inner[a, b], 100)
        found[f"{model.elements[a]}-{model.elements[b]}"] = {
            "shortest": float(before.repulsion.outer[a, b]),
            "factor": float(model.repulsion.factor[a, b]),
            "least_force_with_zbl": float(forces(before, a, b, distances).min()),
            "least_force": float(forces(model, a, b, distances).min()),
        }
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True)
    data = parser.parse_args().data
    train = frames(data, "train_300K")
    result = invgen.ace.fit(train, basis=BASIS, radial={"cutoff": CUTOFF}, plots=False)
    model = result.potential
    shortest = shortest_distances(train, model.elements, CUTOFF)
    closer = {name: (shortest_distances(frames(data, name), model.elements, CUTOFF) / shortest).min() for name in TESTS}
    record.write(
        "short_range",
        {
            "frames": len(train),
            "basis": BASIS,
            "cutoff": CUTOFF,
            "coefficients": int(model.coefficients.size),
            "pairs": pressed(train, model),
            "test_distances_over_shortest": {name: float(share) for name, share in closer.items()},
        },
    )


if __name__ == "__main__":
    main()
