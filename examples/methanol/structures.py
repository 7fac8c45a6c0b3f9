"""Methanol as GFN2-xTB moves it at 400 K, for the tutorial docs/tutorials/network.md: no other data are needed.

python examples/methanol/structures.py --into methanol.extxyz
"""

from __future__ import annotations

import argparse
import os
from pathlib import Path

os.environ.setdefault("OMP_NUM_THREADS", "1")  # before anything loads OpenMP: six atoms gain nothing from more threads

import ase.io
import numpy as np
from ase import Atoms, units
from ase.build import molecule
from ase.calculators.calculator import Calculator, all_changes
from ase.calculators.singlepoint import SinglePointCalculator
from ase.md.langevin import Langevin

from invgen.data.xtb import label_one

TEMPERATURE = 400.0
"""K."""
STEP = 0.5
"""fs."""


class Xtb(Calculator):
    """GFN2-xTB: energies in eV, forces in eV/Å."""

    implemented_properties = ("energy", "forces")

    def calculate(self, atoms: Atoms, properties: object = (), system_changes: object = all_changes) -> None:
        """Fill ``self.results``; called by ASE."""
        super().calculate(atoms, list(self.implemented_properties), list(all_changes))
        found = label_one((atoms.numbers, atoms.positions))
        if found is None:
            raise RuntimeError("GFN2-xTB did not converge; lower the temperature")
        self.results = {"energy": found[0], "forces": found[1]}


def frames(count: int, every: int, seed: int = 0) -> list[Atoms]:
    """``count`` labelled frames, one in so many steps, after as many steps to forget the start."""
    rng = np.random.default_rng(seed)
    atoms = molecule("CH3OH")
    atoms.calc = Xtb()
    thermal = np.sqrt(atoms.get_masses() * units.kB * TEMPERATURE)
    atoms.set_momenta(thermal[:, None] * rng.normal(size=(len(atoms), 3)))
    dynamics = Langevin(
        atoms, STEP * units.fs, temperature_K=TEMPERATURE, friction=0.02 / units.fs, rng=rng, fixcm=False
    )
    dynamics.run(10 * every)
    found = []
    for _ in range(count):
        dynamics.run(every)
        frame = Atoms(atoms.numbers, atoms.positions)
        energy, forces = atoms.get_potential_energy(), atoms.get_forces()
        frame.calc = SinglePointCalculator(frame, energy=energy, forces=forces)
        found.append(frame)
    return found


def main() -> None:
    """Write the file."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--into", type=Path, default=Path("methanol.extxyz"))
    parser.add_argument("--frames", type=int, default=200)
    parser.add_argument("--every", type=int, default=20, help="steps of 0.5 fs between frames")
    options = parser.parse_args()
    made = frames(options.frames, options.every)
    ase.io.write(options.into, made)
    print(f"{len(made)} frames in {options.into}")


if __name__ == "__main__":
    main()
