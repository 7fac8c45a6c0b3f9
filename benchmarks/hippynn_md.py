"""Molecular dynamics with hippynn's calculator for ASE, before and after ``invgen.hippynn.patch``, beside ours.

The cell, the network and the units of speed are those of ``lammps_plugin``: 2,000 atoms of molybdenum, HIP-HOP-NN
(3,4), cutoff 5.2 Å, random weights, atoms times steps per second of processor time, one thread. Ours is made from the
state of hippynn's, and forces of all three are compared first. hippynn runs on the kernels that it chooses itself.

    python benchmarks/hippynn_md.py [--repeat 10] [--steps 4] [--repetitions 2]               -> results/hippynn_md.json
"""

from __future__ import annotations

import os

os.environ.setdefault("OMP_NUM_THREADS", "1")
os.environ.setdefault("NUMBA_NUM_THREADS", "1")

import argparse
import warnings
from collections.abc import Callable
from typing import Any

import numpy as np
import record
import torch
from lammps_plugin import CUTOFF, NETWORK, ase_atoms, cell, speed, timed_ase

from invgen.data import Structure
from invgen.hippynn import patch
from invgen.potentials import InvgenCalculator, hippynn_model

warnings.filterwarnings("ignore")
torch.set_default_dtype(torch.float64)
import hippynn  # noqa: E402  makes its projections in the default dtype of now
from hippynn.graphs import inputs, networks, physics, targets  # noqa: E402
from hippynn.interfaces.ase_interface import HippynnCalculator  # noqa: E402

AGREEMENT = {torch.float64: 1e-8, torch.float32: 1e-3}
"""Of forces, relative to the largest: hippynn's Numba sums differ by 1e-9 in double precision."""


def energy_node() -> Any:
    """The energy of a periodic network with random weights, and its graph."""
    torch.manual_seed(0)
    nodes = inputs.SpeciesNode(db_name="Z"), inputs.PositionsNode(db_name="R"), inputs.CellNode(db_name="C")
    settings = {
        "possible_species": [0, 42], "n_features": NETWORK["features"], "n_sensitivities": NETWORK["sensitivities"],
        "dist_soft_min": NETWORK["soft_min"], "dist_soft_max": NETWORK["soft_max"], "dist_hard_max": CUTOFF,
        "n_interaction_layers": 1, "n_atom_layers": NETWORK["atom_layers"],
    }  # fmt: skip
    network = networks.HipHopnn("network", nodes, module_kwargs=settings, periodic=True)
    energy = targets.HEnergyNode("energy", network, db_name="E")
    force = physics.GradientNode("forces", (energy, nodes[1]), sign=-1)
    return energy, hippynn.graphs.GraphModule(list(nodes), [energy.mol_energy, force])


def patched(calculator: Any, work: Callable[[int], float]) -> Callable[[int], float]:
    """The same work with the patch on."""

    def again(steps: int) -> float:
        with patch(calculator.module):
            return work(steps)

    return again


def compared(system: Structure, theirs: Any, ours: InvgenCalculator, dtype: torch.dtype) -> dict[str, float]:
    """Largest differences of forces over the largest force; raises if they are not the same network."""
    before = ase_atoms(system, theirs).get_forces()
    with patch(theirs.module):
        after = ase_atoms(system, theirs).get_forces()
    mine, scale = ase_atoms(system, ours).get_forces(), np.abs(before).max()
    found = {name: float(np.abs(f - before).max() / scale) for name, f in (("patch", after), ("invgen", mine))}
    if not max(found.values()) < AGREEMENT[dtype]:
        raise SystemExit(f"forces differ by {found}: not the same network")
    return found


def main() -> None:
    """Runs what the arguments say."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--repeat", type=int, default=10)
    parser.add_argument("--steps", type=int, default=4)
    parser.add_argument("--repetitions", type=int, default=2)
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    system = cell(arguments.repeat, 0.0, 0.05)
    result: dict[str, Any] = {"atoms": system.atoms, "kernels": hippynn.custom_kernels.CUSTOM_KERNELS_ACTIVE}
    for dtype in (torch.float64, torch.float32):
        torch.set_default_dtype(torch.float64)
        energy, graph = energy_node()
        ours = InvgenCalculator(hippynn_model(graph.state_dict(), CUTOFF).to(dtype))
        torch.set_default_dtype(dtype)
        theirs = HippynnCalculator(energy, en_unit=1.0)
        theirs.to(dtype)
        found = {"forces": compared(cell(3, 0.0, 0.05), theirs, ours, dtype)}
        work = timed_ase(system, theirs)
        works = {"hippynn, ASE": work, "hippynn with patch, ASE": patched(theirs, work), "ASE": timed_ase(system, ours)}
        found["rows"] = list(speed(works, system.atoms, arguments.steps, arguments.repetitions))
        print(dtype, found, flush=True)
        result[str(dtype).removeprefix("torch.")] = found
    result["load_average"] = os.getloadavg()
    record.write("hippynn_md", result)


if __name__ == "__main__":
    main()
