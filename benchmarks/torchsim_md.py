"""Molecular dynamics of 64 molecules in TorchSim, in one batch and one by one: time, and that both are the same.

Runs in an environment with Python 3.12, TorchSim 0.6 and invgen. The first 64 molecules of 14 or more atoms of a QM7
file, HIP-HOP-NN (3,4) with 32 features, one interaction layer, cutoff 5 Å and random weights, constant energy from
300 K, 0.2 fs. Times are processor time, one thread. First of all TorchSim's ``validate_model_outputs`` runs.

    python benchmarks/torchsim_md.py QM7.npz [--steps 20]                                    -> results/torchsim_md.json
"""

from __future__ import annotations

import argparse
import os
import time
import warnings
from pathlib import Path
from typing import Any

import numpy as np
import record
import torch

warnings.filterwarnings("ignore")
import torch_sim  # noqa: E402
from ase import Atoms  # noqa: E402
from torch_sim.integrators.nve import nve_init, nve_step  # noqa: E402
from torch_sim.models.interface import validate_model_outputs  # noqa: E402
from torch_sim.units import MetalUnits  # noqa: E402

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


def main() -> None:
    """Runs what the arguments say."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("qm7", type=Path, help="npz with Z (molecules, atoms) zero-padded and R in Å")
    parser.add_argument("--steps", type=int, default=20)
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    validate_model_outputs(Model(network(torch.float64, (1, 6, 12, 14, 26))), CPU, torch.float64)
    systems = molecules(arguments.qm7, 64)
    result: dict[str, Any] = {
        "settings": SETTINGS, "molecules": len(systems), "atoms": sum(map(len, systems)), "steps": arguments.steps,
        "validate_model_outputs": "passed",
    }  # fmt: skip
    for dtype in (torch.float64, torch.float32):
        found = compared(systems, dtype, arguments.steps)
        result[str(dtype).removeprefix("torch.")] = found
        print(dtype, found)
    result["load_average"] = os.getloadavg()
    record.write("torchsim_md", result)


if __name__ == "__main__":
    main()
