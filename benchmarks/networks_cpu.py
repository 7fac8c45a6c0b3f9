"""Energies, forces and training steps of whole networks on a CPU, beside hippynn's with the same weights.

Runs in an environment that has both hippynn and invgen. 128 features, 20 sensitivities, 2 interaction and 3 atom
layers, cutoff 6.5 Å, float32, molecules of 14 or more atoms of a QM7 file. Numbers are compared before anything is
timed: our model is made from the state of hippynn's. Both sides get their input as they take it, and both make their
pairs inside the timed region. Rounds of the two alternate; times are medians, ratios medians of the ratios of rounds.

    python benchmarks/networks_cpu.py QM7.npz [--threads 1] [--molecules 100] [--quick]  -> results/networks_cpu.json
    python benchmarks/networks_cpu.py QM7.npz --memory invgen         one side, its peak memory on stdout
"""

from __future__ import annotations

import argparse
import json
import resource
import statistics
import subprocess
import sys
import time
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import record
import torch
from equal_weights import hippynn_graph

from invgen.data import Structure, batch_structures
from invgen.nn import EnergyForces
from invgen.potentials import hippynn_model

CUTOFF = 6.5
SETTINGS = {
    "n_features": 128, "n_sensitivities": 20, "dist_soft_min": 0.8, "dist_soft_max": 5.0, "dist_hard_max": CUTOFF,
    "n_interaction_layers": 2, "n_atom_layers": 3,
}  # fmt: skip
CASES: dict[str, tuple[str, dict[str, int], str | None]] = {
    "HIP-NN": ("Hipnn", {}, None),
    "HIP-NN-TS l=1": ("HipnnVec", {}, None),
    "HIP-NN-TS l=2": ("HipnnQuad", {}, None),
    "HIP-HOP-NN (2,4)": ("HipHopnn", {"l_max": 2, "n_max": 4}, "cartesian-l2-n4-flexible"),
    "HIP-HOP-NN (3,4)": ("HipHopnn", {"l_max": 3, "n_max": 4}, "cartesian-l3-n4-flexible"),
}
TARGET = "HIP-HOP-NN (3,4)"
AGREEMENT = 2e-4
"""Largest difference of forces over the largest force at which two float32 networks count as the same."""


class Peer:
    """hippynn's network: zero-padded arrays in, energies and forces out."""

    def __init__(self, case: str, numbers: np.ndarray, positions: np.ndarray) -> None:
        kind, extra, _ = CASES[case]
        self.graph = hippynn_graph(kind, extra, SETTINGS, seed=1)
        self.numbers = torch.from_numpy(numbers)
        self.positions = torch.from_numpy(positions.astype(np.float32))
        self.real = self.numbers > 0
        self.parameters = list(self.graph.parameters())

    def predict(self) -> tuple[torch.Tensor, torch.Tensor]:
        """Energies (molecules,) and forces (atoms, 3), with a graph behind them in training mode."""
        energy, forces = self.graph(self.numbers, self.positions)
        return energy[:, 0], forces[self.real]


class Ours:
    """The network built from hippynn's state: structures in, energies and forces out."""

    def __init__(self, case: str, peer: Peer) -> None:
        numbers, positions = peer.numbers.numpy(), peer.positions.detach().numpy().astype(np.float64)
        self.molecules = [Structure(z[z > 0], r[z > 0]) for z, r in zip(numbers, positions, strict=True)]
        self.model = EnergyForces(hippynn_model(peer.graph.state_dict(), CUTOFF, CASES[case][2]).float())
        self.parameters = [p for p in self.model.parameters() if p.requires_grad]

    def predict(self) -> tuple[torch.Tensor, torch.Tensor]:
        """As ``Peer.predict``."""
        found = self.model(batch_structures(self.molecules, CUTOFF))
        return found.energy, found.forces


def inference(network: Peer | Ours) -> tuple[torch.Tensor, torch.Tensor]:
    """Energies and forces in evaluation mode."""
    module = network.graph if isinstance(network, Peer) else network.model
    module.eval()
    energy, forces = network.predict()
    return energy.detach(), forces.detach()


def training(network: Peer | Ours, labels: tuple[torch.Tensor, torch.Tensor]) -> Callable[[], float]:
    """A function that does one Adam step on energies and forces; its rate is zero, so that every step is the same."""
    module = network.graph if isinstance(network, Peer) else network.model
    optimiser = torch.optim.Adam(network.parameters, lr=0.0)

    def step() -> float:
        module.train()
        optimiser.zero_grad()
        energy, forces = network.predict()
        loss = (energy - labels[0]).square().mean() + (forces - labels[1]).square().mean()
        loss.backward()
        optimiser.step()
        return float(loss)

    return step


def molecules(path: Path, count: int) -> tuple[np.ndarray, np.ndarray]:
    """The first ``count`` molecules of 14 or more atoms: numbers (count, atoms), positions (count, atoms, 3) Å."""
    with np.load(path) as file:
        rows = np.flatnonzero((file["Z"] > 0).sum(axis=1) >= 14)[:count]
        return file["Z"][rows].astype(np.int64), file["R"][rows].astype(np.float64)


def timed(work: list[Callable[[], Any]], rounds: int) -> list[list[float]]:
    """For every piece of work its seconds in each round, after one round to warm up."""
    seconds: list[list[float]] = [[] for _ in work]
    for turn in range(rounds + 1):
        for piece, found in zip(work, seconds, strict=True):
            started = time.perf_counter()
            piece()
            if turn:
                found.append(time.perf_counter() - started)
    return seconds


def compared(peer: Peer, ours: Ours, case: str) -> dict[str, float]:
    """Differences of energies and forces; raises if they are not the same network."""
    theirs, mine = inference(peer), inference(ours)
    scale = float(theirs[1].abs().max())
    difference = float((theirs[1] - mine[1]).abs().max()) / scale
    if not difference < AGREEMENT:
        raise RuntimeError(f"{case}: forces differ by {difference:.1e} of the largest one: not the same network")
    energies = float((theirs[0] - mine[0].float()).abs().max() / theirs[0].abs().max())
    return {"relative_force_difference": difference, "relative_energy_difference": energies}


def measured(case: str, numbers: np.ndarray, positions: np.ndarray, rounds: int) -> dict[str, Any]:
    """Milliseconds per atom of one network and its peer."""
    peer = Peer(case, numbers, positions)
    ours = Ours(case, peer)
    result: dict[str, Any] = {"agreement": compared(peer, ours, case)}
    atoms = int((numbers > 0).sum())
    labels = tuple(t + 0.1 for t in inference(peer))
    steps = [training(network, labels) for network in (peer, ours)]
    for name, work in {
        "energies_and_forces": [lambda: inference(peer), lambda: inference(ours)],
        "training_step": steps,
    }.items():
        theirs, mine = timed(work, rounds)
        result[name] = {
            "hippynn_ms_per_atom": 1e3 * statistics.median(theirs) / atoms,
            "invgen_ms_per_atom": 1e3 * statistics.median(mine) / atoms,
            "ratio": statistics.median(a / b for a, b in zip(theirs, mine, strict=True)),
            "rounds": rounds,
        }
        row = result[name]
        print(
            f"{case:18s} {name:20s} hippynn {row['hippynn_ms_per_atom']:.3f} invgen {row['invgen_ms_per_atom']:.3f} "
            f"ms/atom, ratio {row['ratio']:.1f}",
            flush=True,
        )
    return result


def peak_memory(path: Path, count: int, side: str, case: str = TARGET) -> int:
    """MiB that one training step of one side adds to the process, in a process of its own."""
    numbers, positions = molecules(path, count)
    small = Peer(case, numbers[:2], positions[:2])
    labels = tuple(t + 0.1 for t in inference(small))
    network: Peer | Ours = small if side == "hippynn" else Ours(case, small)
    training(network, labels)()
    peer = Peer(case, numbers, positions)
    network = peer if side == "hippynn" else Ours(case, peer)
    atoms = int((numbers > 0).sum())
    labels = torch.zeros(len(numbers)), torch.zeros(atoms, 3)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    training(network, labels)()
    return (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) // 1024


def memory(path: Path, count: int) -> dict[str, Any]:
    """Peak memory of a training step, each side in its own process."""
    found = {}
    for side in ("hippynn", "invgen"):
        command = [sys.executable, __file__, str(path), "--molecules", str(count), "--memory", side]
        done = subprocess.run(command, capture_output=True, text=True, check=True)
        found[f"{side}_MiB"] = int(done.stdout.split()[-1])
    found["share"] = found["invgen_MiB"] / found["hippynn_MiB"]
    return found


def main() -> None:
    """Runs what the arguments say."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("qm7", type=Path, help="npz with Z (molecules, atoms) zero-padded and R in Å")
    parser.add_argument("--threads", type=int, action="append", help="1 and 2 by default")
    parser.add_argument("--molecules", type=int, default=100)
    parser.add_argument("--memory", choices=("hippynn", "invgen"), help="only the memory of this side")
    parser.add_argument("--quick", action="store_true", help="only HIP-HOP-NN (3,4), two rounds, nothing written")
    arguments = parser.parse_args()
    warnings.filterwarnings("ignore")
    if arguments.memory:
        torch.set_num_threads(1)
        print(peak_memory(arguments.qm7, arguments.molecules, arguments.memory))
        return
    numbers, positions = molecules(arguments.qm7, arguments.molecules)
    result: dict[str, Any] = {"settings": SETTINGS, "molecules": len(numbers), "atoms": int((numbers > 0).sum())}
    for threads in arguments.threads or (1, 2):
        torch.set_num_threads(threads)
        cases = [TARGET] if arguments.quick else list(CASES)
        result[f"threads_{threads}"] = {
            case: measured(case, numbers, positions, 2 if arguments.quick else 7) for case in cases
        }
    result["memory_of_a_training_step"] = memory(arguments.qm7, arguments.molecules)
    print(json.dumps(result["memory_of_a_training_step"]))
    if not arguments.quick:
        record.write("networks_cpu", result)


if __name__ == "__main__":
    main()
