"""Copper cells for examples/copper/fit.toml, labelled by ASE's effective-medium potential: no other data are needed.

python examples/copper/structures.py && invgen fit examples/copper/fit.toml
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import ase.io
import numpy as np
from ase import Atoms
from ase.build import bulk, fcc111, make_supercell
from ase.calculators.emt import EMT
from ase.calculators.singlepoint import SinglePointCalculator

LATTICE_CONSTANT = 3.6


def cells(rng: np.random.Generator, count: int) -> Iterator[tuple[str, Atoms]]:
    """``count`` cells of every group: rattled crystals, strained crystals, vacancies and surfaces."""
    for _ in range(count):
        crystal = make_supercell(bulk("Cu", "fcc", a=LATTICE_CONSTANT, cubic=True), np.diag([2, 2, 1]))
        rattled = crystal.copy()
        rattled.positions += rng.normal(scale=rng.uniform(0.02, 0.2), size=rattled.positions.shape)
        yield "rattled", rattled
        strained = bulk("Cu", "fcc", a=LATTICE_CONSTANT, cubic=True)
        strain = np.eye(3) + rng.uniform(-0.06, 0.06, (3, 3))
        strained.set_cell(strained.cell @ (strain + strain.T) / 2, scale_atoms=True)
        strained.positions += rng.normal(scale=0.02, size=strained.positions.shape)
        yield "strained", strained
        vacancy = crystal.copy()
        del vacancy[int(rng.integers(len(vacancy)))]
        vacancy.positions += rng.normal(scale=0.1, size=vacancy.positions.shape)
        yield "vacancy", vacancy
        surface = fcc111("Cu", (1, 2, 4), a=LATTICE_CONSTANT, vacuum=6.0, orthogonal=True, periodic=True)
        surface.info.clear()
        surface.positions += rng.normal(scale=0.08, size=surface.positions.shape)
        yield "surface", surface


def labelled(seed: int, count: int) -> list[Atoms]:
    """Cells with energy (eV), forces (eV/Å) and stress (eV/Å^3), and their group in ``info``."""
    made = []
    for group, atoms in cells(np.random.default_rng(seed), count):
        atoms.calc = EMT()
        results = {name: atoms.calc.get_property(name, atoms) for name in ("energy", "forces", "stress")}
        atoms.calc = SinglePointCalculator(atoms, **results)
        atoms.info["group"] = group
        made.append(atoms)
    return made


def main() -> None:
    """Writes train.extxyz and test.extxyz beside this file."""
    for name, seed, count in (("train", 0, 20), ("test", 1, 5)):
        path = Path(__file__).with_name(f"{name}.extxyz")
        ase.io.write(path, labelled(seed, count), format="extxyz")
        print(f"{4 * count} cells in {path}")


if __name__ == "__main__":
    main()
