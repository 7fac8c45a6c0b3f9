"""Molecular dynamics at constant energy with a fitted linear ACE potential: how well is the energy kept?

A cell of about a hundred atoms of the potential's first element starts with Maxwell-Boltzmann velocities of twice the
temperature (half of it becomes potential energy) and runs with ASE's velocity Verlet. Reported for every time step:
the slope of a straight line through the total energy (the drift, per atom and ps), the largest deviation from the
start, also over the kinetic energy; and microseconds per atom and step, neighbour search and ASE included.

    pip install '.[all]'
    python benchmarks/ace_md.py POTENTIAL.npz [--quick]          -> results/ace_md.json, results/ace_md.svg
    python benchmarks/ace_md.py POTENTIAL.npz --picoseconds 100  -> results/ace_md_long.json, results/ace_md_long.svg

The long run has one time step (``--step``), a thousand energies are kept, and the drift of each tenth is told, too: the
slope of a line through a part says whether the drift is one. A smaller ``--lattice`` presses the cell, until the atoms
are more crowded than any that the potential was fitted to and repel (``crowding``): ``largest_crowd`` above 1 says so.
"""

from __future__ import annotations

import os

os.environ["OMP_NUM_THREADS"] = "1"

import argparse
import json
import time
from pathlib import Path
from typing import Any

import matplotlib

matplotlib.use("Agg")
import matplotlib.pyplot as plt
import numpy as np
import record
from ase import Atoms, units
from ase.build import bulk
from ase.md.verlet import VelocityVerlet

from invgen.ace import LinearPotential
from invgen.data import from_ase

REPEATS = {1: 5, 2: 4, 4: 3, 8: 2}
"""Cells along each axis by atoms of the cubic cell: 125, 128, 108, 64 atoms."""
TIME_STEPS = (2.0, 1.0, 0.5)
"""fs; the error of the integrator falls with the square, that of inconsistent forces does not."""
KEPT, PARTS, LOOKS = 1000, 10, 100
"""Energies of a trajectory that are kept, its parts whose drift is told, and how often it is looked for crowds."""

LONG = {
    "ace_md_long": "best of at most 300, no repulsion",
    "ace_md_best": "best of all, no repulsion",
    "ace_md_crowding": "fit of the defaults, both repulsions",
    "ace_md_pressed": "the same, pressed to 0.93",
}
"""Long runs, and what the page calls them."""


def cell(element: str, lattice: float | None) -> Atoms:
    """A cubic supercell of the element's own structure; ``lattice`` is the cubic cell's edge in Å."""
    unit = bulk(element, cubic=True, a=lattice)
    return unit.repeat(REPEATS[len(unit)])


def thermal_momenta(atoms: Atoms, temperature: float) -> np.ndarray:
    """Random momenta of a temperature in K, (atoms, 3), whose sum is zero."""
    widths = np.sqrt(units.kB * temperature * atoms.get_masses())
    momenta = widths[:, None] * np.random.default_rng(0).normal(size=(len(atoms), 3))
    return momenta - momenta.mean(axis=0)


def crowds(potential: LinearPotential, atoms: Atoms) -> np.ndarray:
    """(T, atoms) x of ``Crowding`` by range; none without it."""
    if potential.crowding is None:
        return np.zeros((0, len(atoms)))
    s = from_ase(atoms)
    near = potential.neighbourhoods(s)
    first = np.repeat(np.arange(s.atoms), near.start[:, -1] - near.start[:, 0])
    lengths = np.linalg.norm(s.positions[near.second] - s.positions[first] + near.shift, axis=1)
    return potential.crowding.crowds(first, lengths, near.species)


def run(potential: LinearPotential, start: Atoms, step: float, steps: int) -> dict[str, Any]:
    """One trajectory of ``steps`` steps of ``step`` fs."""
    atoms = start.copy()
    atoms.set_momenta(start.get_momenta())
    atoms.calc = potential.calculator()
    dynamics = VelocityVerlet(atoms, timestep=step * units.fs)
    totals, temperatures, crowded = [], [], []

    def note() -> None:
        totals.append(atoms.get_total_energy() / len(atoms))
        temperatures.append(atoms.get_temperature())

    dynamics.attach(note)
    dynamics.attach(lambda: crowded.append(crowds(potential, atoms)), interval=max(1, steps // LOOKS))
    begin, busy = time.perf_counter(), time.process_time()
    dynamics.run(steps)
    seconds, busy = time.perf_counter() - begin, time.process_time() - busy
    energies = np.array(totals)
    picoseconds = 1e-3 * step * np.arange(len(energies))
    slope = np.polyfit(picoseconds, energies, 1)[0]
    parts = zip(np.array_split(picoseconds, PARTS), np.array_split(energies, PARTS), strict=True)
    kept = slice(None, None, max(1, len(energies) // KEPT))
    deviation = float(abs(energies - energies[0]).max())
    return {
        "time_step_fs": step,
        "steps": steps,
        "drift_meV_per_atom_and_ps": 1e3 * float(slope),
        "drift_of_tenths": [1e3 * float(np.polyfit(t, e, 1)[0]) for t, e in parts],
        "largest_deviation_meV_per_atom": 1e3 * deviation,
        "deviation_over_kinetic": deviation / (1.5 * units.kB * float(np.mean(temperatures))),
        "largest_crowd": np.max(crowded, axis=(0, 2)).tolist(),
        "share_crowded": float((np.array(crowded) > 1).any(axis=1).mean()),
        "mean_temperature_K": float(np.mean(temperatures)),
        "us_per_atom_and_step": 1e6 * seconds / steps / len(atoms),
        "processor_us_per_atom_and_step": 1e6 * busy / steps / len(atoms),
        "energies_meV_per_atom": (1e3 * (energies - energies[0]))[kept].round(6).tolist(),
        "temperatures_K": np.round(temperatures, 1)[kept].tolist() if steps > KEPT else [],
    }


def plot(rows: list[dict[str, Any]], name: str) -> None:
    """Total energy over time."""
    figure, axes = plt.subplots(figsize=(5.4, 3.4), constrained_layout=True)
    for row in rows:
        energies = row["energies_meV_per_atom"]
        time_axis = np.linspace(0, 1e-3 * row["time_step_fs"] * row["steps"], len(energies))
        axes.plot(time_axis, energies, lw=0.8, label=f"{row['time_step_fs']} fs")
    axes.set(xlabel="ps", ylabel="total energy - start, meV per atom")
    axes.legend()
    figure.savefig(record.RESULTS / f"{name}.svg")


def table() -> list[str]:
    """The long runs as lines of the table in ``docs/performance.md``."""
    lines = []
    for name, told in LONG.items():
        found = json.loads((record.RESULTS / f"{name}.json").read_text())
        (row,) = found["rows"]
        tenths, crowded = row["drift_of_tenths"], row.get("share_crowded", 0.0)
        cells = [told, f"{found['functions']:,}", f"{row['mean_temperature_K']:.0f}", f"{100 * crowded:.0f} %"]
        cells += [f"{row['drift_meV_per_atom_and_ps']:.1e}", f"{min(tenths):.1e}, {max(tenths):.1e}"]
        cells += [f"{row['largest_deviation_meV_per_atom']:.3f}", f"{row['processor_us_per_atom_and_step']:.0f}"]
        lines.append(f"| {' | '.join(cells)} |")
    return lines


def main() -> None:
    """Runs, writes, and prints."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("potential", type=Path)
    parser.add_argument("--temperature", type=float, default=300.0, help="K, after equipartition")
    parser.add_argument("--lattice", type=float, help="edge of the cubic cell in Å; by default ASE's reference")
    parser.add_argument("--steps", type=int, default=1000)
    parser.add_argument("--picoseconds", type=float, help="one long run instead")
    parser.add_argument("--step", type=float, default=2.0, help="fs, of the long run")
    parser.add_argument("--name", help="of the files of a long run; by default ace_md_long")
    parser.add_argument("--quick", action="store_true", help="50 steps of 1 fs, nothing written")
    given = parser.parse_args()
    potential = LinearPotential.load(given.potential)
    atoms = cell(potential.elements[0], given.lattice)
    atoms.set_momenta(thermal_momenta(atoms, 2 * given.temperature))
    run(potential, atoms, 1.0, 3 * PARTS)
    steps = {1.0: 50} if given.quick else {step: given.steps for step in TIME_STEPS}
    if given.picoseconds:
        steps = {given.step: round(1e3 * given.picoseconds / given.step)}
    name = (given.name or "ace_md_long") if given.picoseconds else "ace_md"
    rows = [run(potential, atoms, step, number) for step, number in steps.items()]
    for row in rows:
        print({key: value for key, value in row.items() if key not in ("energies_meV_per_atom", "temperatures_K")})
    if not given.quick:
        about = {"potential": given.potential.name, "functions": len(potential.products), "digest": potential.digest}
        repulsions = {name: getattr(potential, name) for name in ("repulsion", "crowding")}
        about |= {name: None if found is None else found.to_json() for name, found in repulsions.items()}
        data = {**about, "atoms": len(atoms), "element": potential.elements[0], "rows": rows}
        print(record.write(name, data))
        plot(rows, name)


if __name__ == "__main__":
    main()
