"""Molecular dynamics of 64 molecules in TorchSim, in one batch and one by one: time, and that both are the same.

Runs in an environment with Python 3.12, TorchSim 0.6 and invgen. The first 64 molecules of 14 or more atoms of a QM7
file, HIP-HOP-NN (3,4) with 32 features, one interaction layer, cutoff 5 Å and random weights, constant energy from
300 K, 0.2 fs. Times are processor time, one thread. First of all TorchSim's ``validate_model_outputs`` runs.

With ``--data`` (the published set of molybdenum), the potentials and cells of ``lammps_plugin`` instead: largest
differences of TorchSim from Python's numbers, and of positions after 200 steps of constant energy from ASE's.

    python benchmarks/torchsim_md.py --qm7 QM7.npz                                           -> results/torchsim_md.json
    python benchmarks/torchsim_md.py --data FOLDER                                     -> results/torchsim_equality.json
"""

from __future__ import annotations

import argparse
import os
import time
import warnings
from pathlib import Path
from typing import Any

import lammps_plugin
import numpy as np
import record
import torch

warnings.filterwarnings("ignore")
import torch_sim  # noqa: E402
from ase import Atoms  # noqa: E402
from torch_sim.integrators.nve import nve_init, nve_step  # noqa: E402
from torch_sim.models.interface import validate_model_outputs  # noqa: E402
from torch_sim.units import MetalUnits  # noqa: E402

from invgen.data import Structure  # noqa: E402
from invgen.engines.models import Model as Opened  # noqa: E402
from invgen.engines.torchsim import Model  # noqa: E402
from invgen.nn import HipHopNN  # noqa: E402

SETTINGS = {"features": 32, "sensitivities": 12, "soft_min": 0.8, "soft_max": 4.0, "cutoff": 5.0, "atom_layers": 2}
ROUNDS = 3
CPU = torch.device("cpu")


def molecules(path: Path, count: int) -> list[Atoms]:
    """The first ones of 14 or more atoms."""
    with np.load(path) as file:
        rows = np.flatnonzero((file["Z"] > 0).sum(axis=1) >= 14)[:count]
        return [Atoms(z[z > 0], r[z > 0]) for z, r in zip(file["Z"][rows], file["R"][rows].astype(float), strict=True)]


def network(dtype: torch.dtype, species: tuple[int, ...]) -> HipHopNN:
    """With random weights."""
    torch.manual_seed(0)
    return HipHopNN(species=species, **SETTINGS).to(dtype)


def moved(model: Model, systems: list[Atoms], steps: int, momenta: torch.Tensor | None = None) -> dict[str, Any]:
    """Positions and energies after some steps, momenta at the beginning, and seconds of the steps."""
    start = torch_sim.io.atoms_to_state(systems, CPU, torch.float64)
    start.rng = 3
    state = nve_init(start, model, kT=torch.tensor(300.0) * float(MetalUnits.temperature))
    if momenta is not None:
        state.momenta = momenta.clone()
    begun, started = state.momenta.clone(), time.process_time()
    for _ in range(steps):
        state = nve_step(state, model, dt=torch.tensor(0.0002) * float(MetalUnits.time))
    took = time.process_time() - started
    return {"positions": state.positions, "energy": state.energy, "momenta": begun, "seconds": took}


def compared(systems: list[Atoms], dtype: torch.dtype, steps: int) -> dict[str, Any]:
    """A batch and its molecules one by one, in turn; medians of the rounds."""
    model = Model(network(dtype, (1, 6, 7, 8, 16)))
    moved(model, systems[:2], 2)
    sizes, seconds = [len(s) for s in systems], []
    for _ in range(ROUNDS):
        together = moved(model, systems, steps)
        alone = [moved(model, [s], steps, p) for s, p in zip(systems, together["momenta"].split(sizes), strict=True)]
        seconds.append((together["seconds"], sum(a["seconds"] for a in alone)))
    positions, energy = (torch.cat([a[name] for a in alone]) for name in ("positions", "energy"))
    batch, one_by_one = np.median(seconds, axis=0)
    unit = 1e6 / sum(sizes) / steps
    return {
        "batch_us_per_atom_and_step": unit * batch,
        "one_by_one_us_per_atom_and_step": unit * one_by_one,
        "ratio": float(np.median([b / a for a, b in seconds])),
        "ratios": [b / a for a, b in seconds],
        "largest_difference_of_positions_A": float((positions - together["positions"]).abs().max()),
        "largest_difference_of_energies_eV": float((energy - together["energy"]).abs().max()),
    }


def by_torchsim(model: Model, system: Structure, steps: int) -> dict[str, Any]:
    """Energy, forces, stress, and positions after some steps of 1 fs, as ``lammps_plugin.by_ase``."""
    atoms = lammps_plugin.ase_atoms(system, None)
    start = torch_sim.io.atoms_to_state([atoms], CPU, torch.float64)
    state = nve_init(start, model, kT=torch.tensor(0.0))
    found = {name: value.numpy() for name, value in model(start).items()}
    state.momenta = torch.tensor(atoms.get_momenta())
    for _ in range(steps):
        state = nve_step(state, model, dt=torch.tensor(1e-3 * lammps_plugin.PICOSECOND, dtype=torch.float64))
    stress = found["stress"][0].ravel()[[0, 4, 8, 5, 2, 1]]
    return {"energy": found["energy"][0], "forces": found["forces"], "stress": stress, "positions": state.positions}


def equality(data: Path, steps: int) -> dict[str, Any]:
    """Rows of the linear potential and of both networks in both cells."""
    potentials: dict[str, Any] = {"linear ACE, degree 14": lammps_plugin.fitted(lammps_plugin.training(data), 14)}
    for dtype in (torch.float64, torch.float32):
        potentials[f"HIP-HOP-NN, {str(dtype).removeprefix('torch.')}"] = lammps_plugin.network(dtype)
    systems = {"triclinic, 128 atoms": (4, 0.15, 0.08), "2 atoms, smaller than the cutoff": (1, 0.1, 0.1)}
    rows: dict[str, Any] = {name: [] for name in potentials}
    for name, potential in potentials.items():
        for where, shape in systems.items():
            system, model = lammps_plugin.cell(*shape), Opened(potential)
            wanted = lammps_plugin.by_ase(system, model.calculator(), steps)
            wanted |= lammps_plugin.python_numbers(model, system)
            found = by_torchsim(Model(potential), system, steps)
            rows[name].append({"system": where, "way": "TorchSim", **lammps_plugin.differences(found, wanted)})
            print(name, rows[name][-1], flush=True)
    return {"steps": steps, "equality": rows}


def main() -> None:
    """Runs what the arguments say."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--qm7", type=Path, help="npz with Z (molecules, atoms) zero-padded and R in Å")
    parser.add_argument("--data", type=Path, help="folder of Mo.extxyz.xz")
    parser.add_argument("--steps", type=int, help="20, and 200 with --data")
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    if arguments.data:
        record.write("torchsim_equality", equality(arguments.data, arguments.steps or 200))
    if arguments.qm7:
        record.write("torchsim_md", speed(molecules(arguments.qm7, 64), arguments.steps or 20))


def speed(systems: list[Atoms], steps: int) -> dict[str, Any]:
    """Batches and molecules one by one, in both precisions."""
    validate_model_outputs(Model(network(torch.float64, (1, 6, 12, 14, 26))), CPU, torch.float64)
    result: dict[str, Any] = {
        "settings": SETTINGS, "molecules": len(systems), "atoms": sum(map(len, systems)), "steps": steps,
        "validate_model_outputs": "passed",
    }  # fmt: skip
    for dtype in (torch.float64, torch.float32):
        found = compared(systems, dtype, steps)
        result[str(dtype).removeprefix("torch.")] = found
        print(dtype, found)
    return {**result, "load_average": os.getloadavg()}


if __name__ == "__main__":
    main()
