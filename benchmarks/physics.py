"""What a float32 network keeps of physics: energy in NVE dynamics, symmetries, extensivity, smoothness at the cutoff.

HIP-NN, HIP-NN-TS and HIP-HOP-NN (3,4) are trained in float32 for a short while on random methane (GFN2-xTB), so that
numbers are those of learnt weights; the float64 column is the same network, cast. Forces and energies in meV and
meV/Å.

    export OMP_NUM_THREADS=1 NUMBA_NUM_THREADS=1
    python benchmarks/physics.py --into FOLDER
"""

from __future__ import annotations

import argparse
from dataclasses import replace
from pathlib import Path
from typing import Any

import molecules
import numpy as np
import record
import torch
from ase import Atoms, units
from ase.build import molecule
from ase.md.velocitydistribution import thermalize_momenta
from ase.md.verlet import VelocityVerlet

from invgen.data import Structure, batch_structures, methane, write_npz
from invgen.nn import EnergyForces
from invgen.nn.network import Network
from invgen.potentials import InvgenCalculator, train

FRAMES = 3_000
MODELS = {
    "HIP-NN": {"kind": "hip-nn"},
    "HIP-NN-TS l=2": {"kind": "hip-nn-ts", "l_max": 2},
    "HIP-HOP-NN (3,4)": {"kind": "hip-hop-nn", "basis": "cartesian-l3-n4-flexible"},
}
STEP_FS, STEPS, TEMPERATURE = 0.25, 20_000, 300.0
ROTATIONS = 20
FAR = np.array([1000.0, -700.0, 400.0])
"""Å."""


def trained(name: str, frames: Path, into: Path) -> Network:
    """A network after a short training in float32."""
    config = molecules.configuration(
        {
            "data": {"train": str(frames), "validation_size": 300, "test_size": 300},
            "model": {"features": 32, "sensitivities": 6, "soft_max": 5.0, "sigma": 3.0, "cutoff": 5.0, **MODELS[name]},
            "training": {
                "epochs": 20, "batch_size": 25, "learning_rate": 3e-3, "optimizer": "muon", "sensitivity_rate": 0.2,
                "schedule": "one-cycle",
            },
            "output": {"folder": name.replace(" ", "-")},
        }
    )  # fmt: skip
    result = train(config, into, print)
    print(name, result.test, flush=True)
    return result.model


def predict(model: Network, *structures: Structure) -> tuple[np.ndarray, np.ndarray]:
    """Energies (systems,) in meV and forces (atoms, 3) in meV/Å."""
    found = EnergyForces(model).eval()(batch_structures(structures, model.cutoff))
    return 1000 * found.energy.numpy(), 1000 * found.forces.double().numpy()


def symmetries(model: Network) -> dict[str, float]:
    """Largest differences of the forces (meV/Å) and the energy (meV) that should not be there."""
    rng = np.random.default_rng(0)
    atoms = molecule("CH4")
    here = Structure(atoms.numbers, atoms.positions + 0.1 * rng.normal(size=(5, 3)))
    energy, forces = predict(model, here)
    turned = {"rotation, forces": 0.0, "rotation, energy": 0.0}
    for _ in range(ROTATIONS):
        q, r = np.linalg.qr(rng.normal(size=(3, 3)))
        q = q * np.sign(np.diag(r))
        e, f = predict(model, replace(here, positions=here.positions @ q.T))
        turned["rotation, forces"] = max(turned["rotation, forces"], float(np.abs(f - forces @ q.T).max()))
        turned["rotation, energy"] = max(turned["rotation, energy"], float(np.abs(e - energy).max()))
    there = predict(model, replace(here, positions=here.positions + FAR))
    both = Structure(
        np.concatenate([here.numbers, here.numbers]),
        np.concatenate([here.positions, here.positions + np.array([0, 0, 50.0])]),
    )
    double = predict(model, both)
    return {
        **turned,
        "moved by 1,285 Å, forces": float(np.abs(there[1] - forces).max()),
        "two far molecules, energy less twice one": float(abs(double[0][0] - 2 * energy[0])),
        "largest force": float(np.abs(forces).max()),
    }


def through_the_cutoff(model: Network) -> dict[str, float]:
    """A hydrogen leaves a methane through the cutoff in steps of 0.001 Å: largest changes from step to step."""
    atoms = molecule("CH4")
    lone = atoms.positions[1] / np.linalg.norm(atoms.positions[1])
    distances = np.arange(model.cutoff - 0.05, model.cutoff + 0.05, 0.001)
    frames = [
        Structure(np.append(atoms.numbers, 1), np.vstack([atoms.positions, distance * lone])) for distance in distances
    ]
    energy, forces = predict(model, *frames)
    along = forces.reshape(len(frames), 6, 3)
    return {
        "largest change of energy, meV": float(np.abs(np.diff(energy)).max()),
        "largest change of a force, meV/Å": float(np.abs(np.diff(along, axis=0)).max()),
    }


def drift(model: Network) -> dict[str, float]:
    """Methane, NVE from a relaxed start at 2 x 300 K: linear drift and fluctuation of the total energy."""
    atoms: Atoms = molecule("CH4")
    atoms.calc = InvgenCalculator(model)
    thermalize_momenta(atoms, 2 * TEMPERATURE, rng=np.random.default_rng(1))
    atoms.set_momenta(atoms.get_momenta() - atoms.get_momenta().mean(0))
    dynamics = VelocityVerlet(atoms, STEP_FS * units.fs)
    energies = []
    dynamics.attach(lambda: energies.append(atoms.get_total_energy()), interval=20)
    dynamics.run(STEPS)
    times = STEP_FS * 20 * np.arange(len(energies)) / 1e6
    slope, start = np.polyfit(times, energies, 1)
    rest = energies - (slope * times + start)
    return {
        "drift, meV/atom/ns": float(1000 * slope / len(atoms)),
        "fluctuation, meV/atom": float(1000 * rest.std() / len(atoms)),
        "ps": STEP_FS * STEPS / 1000,
    }


def main() -> None:
    """Train, measure, record."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--into", type=Path, required=True, help="folder for frames and trainings")
    into = parser.parse_args().into.resolve()
    into.mkdir(parents=True, exist_ok=True)
    torch.set_num_threads(1)
    frames = write_npz(into / "frames.npz", methane.structures(methane.generate(into / "methane.npz", FRAMES, 5, 1)))
    table: dict[str, dict[str, Any]] = {}
    for name in MODELS:
        model = trained(name, frames, into)
        table[name] = {}
        for dtype in (torch.float32, torch.float64):
            cast = model.to(dtype)
            row = {"symmetries": symmetries(cast), "cutoff": through_the_cutoff(cast), "NVE": drift(cast)}
            table[name][str(dtype).removeprefix("torch.")] = row
            print(name, dtype, row, flush=True)
    record.write("physics", {"units": "meV, meV/Å", "step of NVE, fs": STEP_FS, "table": table})


if __name__ == "__main__":
    main()
