"""Equal weights give equal numbers: networks of hippynn 0.1.3 against those built here from their state dicts.

Runs in an environment that has both hippynn and invgen. Random weights, float64, molecules of a QM7 file. hippynn runs
on its plain torch kernels: its Numba kernels differ from those by up to 1e-9 in the same double precision.

    python benchmarks/equal_weights.py --qm7 qm7.npz        # twenty molecules -> benchmarks/results/equal_weights.json
    python benchmarks/equal_weights.py --reference FILE     # made-up molecules and a tiny network, for the test suite
"""

from __future__ import annotations

import argparse
import json
import warnings
from pathlib import Path
from typing import Any

import numpy as np
import record
import torch

from invgen.data import Structure, batch_structures
from invgen.nn import EnergyForces
from invgen.potentials import hippynn_model

SPECIES = (1, 6, 7, 8, 16)
CASES: dict[str, tuple[str, dict[str, int]]] = {
    "hip-nn": ("Hipnn", {}),
    "hip-nn-ts l=1": ("HipnnVec", {}),
    "hip-nn-ts l=2": ("HipnnQuad", {}),
    "hip-hop-nn (2,4)": ("HipHopnn", {"l_max": 2, "n_max": 4}),
    "hip-hop-nn (3,4)": ("HipHopnn", {"l_max": 3, "n_max": 4}),
}


def hippynn_graph(kind: str, extra: dict[str, int], settings: dict[str, Any], seed: int) -> torch.nn.Module:
    """A hippynn graph from species and positions to molecular energy and forces, every weight random.

    hippynn is imported here because it makes its projection matrices in the default dtype of that moment.
    """
    import hippynn
    from hippynn.graphs import inputs, networks, physics, targets

    hippynn.custom_kernels.set_custom_kernels("pytorch")
    torch.manual_seed(seed)
    nodes = inputs.SpeciesNode(db_name="Z"), inputs.PositionsNode(db_name="R")
    arguments = {"possible_species": [0, *SPECIES], **settings, **extra}
    network = getattr(networks, kind)("network", nodes, module_kwargs=arguments)
    energy = targets.HEnergyNode("energy", network, db_name="E")
    force = physics.GradientNode("forces", (energy, nodes[1]), sign=-1)
    graph = hippynn.graphs.GraphModule(list(nodes), [energy.mol_energy, force])
    for name, parameter in graph.named_parameters():
        if "group_norm" in name:
            parameter.data += 0.3 * torch.randn_like(parameter)
    return graph


def compare(
    graph: torch.nn.Module, numbers: np.ndarray, positions: np.ndarray, cutoff: float, basis: Any
) -> dict[str, Any]:
    """Energies and forces of both, (molecules, atoms) zero-padded input, Å."""
    energy, forces = graph(torch.from_numpy(numbers), torch.from_numpy(positions))
    energy = energy[:, 0].detach().numpy()
    real = numbers > 0
    forces = forces.detach().numpy()[real]
    model = hippynn_model(graph.state_dict(), cutoff, basis)
    molecules = [Structure(z[z > 0], r[z > 0]) for z, r in zip(numbers, positions, strict=True)]
    ours = EnergyForces(model).eval()(batch_structures(molecules, cutoff))
    return {
        "energy": energy,
        "forces": forces,
        "largest_energy_difference": float(np.abs(ours.energy.numpy() - energy).max()),
        "largest_force_difference": float(np.abs(ours.forces.numpy() - forces).max()),
        "energy_range": float(np.ptp(energy)),
        "largest_energy": float(np.abs(energy).max()),
        "largest_force": float(np.abs(forces).max()),
    }


def real_molecules(path: Path, basis: dict[str, Any]) -> dict[str, Any]:
    """Every case on twenty molecules of QM7, spread evenly over the file."""
    with np.load(path) as file:
        rows = np.linspace(0, len(file["Z"]) - 1, 20).astype(int)
        numbers, positions = file["Z"][rows].astype(np.int64), file["R"][rows].astype(np.float64)
    settings = {
        "n_features": 32, "n_sensitivities": 20, "dist_soft_min": 0.8, "dist_soft_max": 5.0, "dist_hard_max": 6.5,
        "n_interaction_layers": 2, "n_atom_layers": 3,
    }  # fmt: skip
    cases = {}
    for name, (kind, extra) in CASES.items():
        graph = hippynn_graph(kind, extra, settings, seed=1)
        result = compare(graph, numbers, positions, settings["dist_hard_max"], basis.get(name))
        cases[name] = {key: value for key, value in result.items() if not isinstance(value, np.ndarray)}
    return {"molecules": rows.tolist(), "atoms": int((numbers > 0).sum()), "settings": settings, "cases": cases}


def made_up_molecules(count: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Random atoms of ``SPECIES`` in a box, at least 0.9 Å apart; the last molecule is one atom far from another."""
    rng = np.random.default_rng(seed)
    numbers, positions = np.zeros((count, 8), dtype=np.int64), np.zeros((count, 8, 3))
    for k in range(count - 1):
        size, have = 3 + k % 6, 0
        while have < size:
            trial = rng.uniform(-1.8, 1.8, 3)
            if have == 0 or np.linalg.norm(positions[k, :have] - trial, axis=1).min() > 0.9:
                positions[k, have], numbers[k, have] = trial, rng.choice(SPECIES)
                have += 1
    numbers[-1, :2], positions[-1, 1] = (6, 8), (0.0, 0.0, 50.0)
    return numbers, np.round(positions, 6)


def reference(basis: dict[str, Any]) -> dict[str, Any]:
    """Tiny networks, their state dicts, made-up molecules, and hippynn's numbers for them."""
    settings = {
        "n_features": 4, "n_sensitivities": 5, "dist_soft_min": 0.8, "dist_soft_max": 3.0, "dist_hard_max": 4.0,
        "n_interaction_layers": 2, "n_atom_layers": 1,
    }  # fmt: skip
    numbers, positions = made_up_molecules(8, seed=3)
    cases = {}
    for name, (kind, extra) in CASES.items():
        graph = hippynn_graph(kind, extra, settings, seed=2)
        result = compare(graph, numbers, positions, settings["dist_hard_max"], basis.get(name))
        state = {
            key: value.tolist()
            for key, value in graph.state_dict().items()
            if isinstance(value, torch.Tensor) and "cmaps" not in key and "pmaps" not in key
        }
        cases[name] = {"state": state, "energy": result["energy"].tolist(), "forces": result["forces"].tolist()}
    return {"cutoff": settings["dist_hard_max"], "numbers": numbers.tolist(), "positions": positions.tolist(),
            "cases": cases}  # fmt: skip


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--qm7", type=Path, help="npz with Z (molecules, atoms) zero-padded and R in Å")
    parser.add_argument("--reference", type=Path, help="where to write the reference of the test suite")
    arguments = parser.parse_args()
    warnings.filterwarnings("ignore")
    torch.set_default_dtype(torch.float64)
    basis = {"hip-hop-nn (2,4)": "cartesian-l2-n4-flexible", "hip-hop-nn (3,4)": "cartesian-l3-n4-flexible"}
    if arguments.reference:
        arguments.reference.write_text(json.dumps(reference(basis)) + "\n")
    if arguments.qm7:
        report = real_molecules(arguments.qm7, basis)
        record.write("equal_weights", report)
        print(json.dumps(report["cases"], indent=1))


if __name__ == "__main__":
    main()
