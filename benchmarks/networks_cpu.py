"""Energies, forces and training steps of whole networks on a CPU, beside hippynn's with the same weights.

Runs in an environment that has both hippynn and invgen. 128 features, 20 sensitivities, 2 interaction and 3 atom
layers, cutoff 6.5 Å, float32, molecules of 14 or more atoms of a QM7 file. Numbers are compared before anything is
timed: our model is made from the state of hippynn's. Both sides get their input as they take it, and both make their
pairs inside the timed region. Rounds of the two alternate; times are medians, ratios medians of the ratios of rounds.
hippynn runs on its plain torch kernels: its Numba kernels are no faster here on one thread. Beside the times stands
what HIP-HOP-NN (3,4) has to compute, counted from the sizes of its arrays.

    python benchmarks/networks_cpu.py QM7.npz [--threads 1] [--molecules 100] [--quick]
                                                                -> results/networks_cpu.json, results/networks_cpu.png
    python benchmarks/networks_cpu.py QM7.npz --memory invgen         one side, its peak memory on stdout
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import time
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import matplotlib

matplotlib.use("Agg")
import matplotlib.pyplot as plt
import numpy as np
import record
import torch
from equal_weights import hippynn_graph

from invgen.data import Structure, batch_structures
from invgen.nn import EnergyForces, Invariants
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
WANTED = {"energies_and_forces": 10, "training_step": 8}
"""Least ratios of hippynn's time for ``TARGET`` to ours."""
ROUNDS = {"HIP-HOP-NN (3,4)": 5, "HIP-HOP-NN (2,4)": 5}
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


def multiply_adds(pairs: float, species: int) -> dict[str, float]:
    """Multiply-adds per atom of HIP-HOP-NN (3,4): the energy, and what forces take besides.

    Forces need every matrix product once more, the sums over pairs again with two contractions of each kind, one of
    them for the features of the second layer, and the derivatives of the invariants, which are two operations each.
    """
    width, sensitivities, atom_layers = (SETTINGS[k] for k in ("n_features", "n_sensitivities", "n_atom_layers"))
    layer = Invariants(str(CASES[TARGET][2]))
    operations = {name: sum(count.values()) for name, count in layer.kernels.operations.items()}
    square = width * width
    matrices = {
        "messages": sensitivities * square,
        "mixing": 2 * layer.size * square,
        "atom layers": 2 * (2 * atom_layers + 1) * square + square + 2 * species * width,
    }
    both = sensitivities + layer.components
    return {
        **{f"energy, {name}": count for name, count in matrices.items()},
        "energy, pairs": 2 * pairs * both * width,
        "energy, invariants": operations["value"] * width,
        **{f"forces, {name}": count for name, count in matrices.items()},
        "forces, pairs": pairs * (2 * 2 * both + sensitivities) * width,
        "forces, invariants": operations["vjp"] * width,
    }


def added_memory(work: Callable[[], Any]) -> int:
    """MiB by which the largest memory of this process during ``work`` exceeds what it held before (Linux)."""

    def megabytes(field: str) -> int:
        lines = Path("/proc/self/status").read_text().splitlines()
        return next(int(line.split()[1]) // 1024 for line in lines if line.startswith(field))

    before = megabytes("VmRSS")
    Path("/proc/self/clear_refs").write_text("5")  # sets the largest memory to the present one
    work()
    return megabytes("VmHWM") - before


def peak_memory(path: Path, count: int, side: str, case: str = TARGET) -> int:
    """MiB that one training step of one side adds to what its process holds before, in a process of its own."""
    numbers, positions = molecules(path, count)
    small = Peer(case, numbers[:2], positions[:2])
    labels = tuple(t + 0.1 for t in inference(small))
    network: Peer | Ours = small if side == "hippynn" else Ours(case, small)
    training(network, labels)()
    peer = Peer(case, numbers, positions)
    network = peer if side == "hippynn" else Ours(case, peer)
    atoms = int((numbers > 0).sum())
    labels = torch.zeros(len(numbers)), torch.zeros(atoms, 3)
    return added_memory(training(network, labels))


def memory(path: Path, count: int) -> dict[str, Any]:
    """Peak memory of a training step, each side in its own process."""
    found = {}
    for side in ("hippynn", "invgen"):
        command = [sys.executable, __file__, str(path), "--molecules", str(count), "--memory", side]
        done = subprocess.run(command, capture_output=True, text=True, check=True)
        found[f"{side}_MiB"] = int(done.stdout.split()[-1])
    found["share"] = found["invgen_MiB"] / found["hippynn_MiB"]
    return found


def summary(result: dict[str, Any]) -> None:
    """Adds what our HIP-HOP-NN (3,4) computes per second, and its time beside hippynn's HIP-NN; prints both."""
    count = sum(result["multiply_adds_per_atom"].values())
    for key in [k for k in result if k.startswith("threads_")]:
        target, plain = result[key][TARGET], result[key].get("HIP-NN")
        forces = target["energies_and_forces"]
        forces["invgen_GFLOP_per_s"] = 2e-6 * count / forces["invgen_ms_per_atom"]
        print(f"{key}: {count / 1e6:.2f} million multiply-adds per atom, {forces['invgen_GFLOP_per_s']:.0f} GFLOP/s")
        for task, wanted in WANTED.items():
            print(f"{key}: {task} {target[task]['ratio']:.1f} times faster than hippynn, wanted {wanted}")
            if plain:
                target[task]["share_of_hippynn_hip_nn"] = (
                    target[task]["invgen_ms_per_atom"] / plain[task]["hippynn_ms_per_atom"]
                )
                print(f"{key}: {task} {target[task]['share_of_hippynn_hip_nn']:.2f} of hippynn's HIP-NN")


def plot(result: dict[str, Any]) -> None:
    """Bars of every network, for each task, of the first number of threads."""
    key = next(k for k in result if k.startswith("threads_"))
    figure, axes = plt.subplots(1, 2, figsize=(10, 3.8), layout="constrained")
    for panel, task in zip(axes, WANTED, strict=True):
        for k, side in enumerate(("hippynn", "invgen")):
            times = [row[task][f"{side}_ms_per_atom"] for row in result[key].values()]
            bars = panel.bar(np.arange(len(times)) + 0.4 * k - 0.2, times, 0.38, label=side)
            panel.bar_label(bars, [f"{t:.2g}" for t in times], fontsize=7)
        panel.set_xticks(range(len(result[key])), list(result[key]), rotation=20, fontsize=8)
        panel.set(yscale="log", ylabel="milliseconds per atom", title=f"{task.replace('_', ' ')}, {key[8:]} thread(s)")
        panel.legend()
    figure.savefig(record.RESULTS / "networks_cpu.png", dpi=150)
    plt.close(figure)


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
    torch._dynamo.config.recompile_limit = 256  # hippynn's compiled sums would fall back to eager ones after eight
    torch._dynamo.config.accumulated_recompile_limit = 4096
    if arguments.memory:
        torch.set_num_threads(1)
        print(peak_memory(arguments.qm7, arguments.molecules, arguments.memory))
        return
    numbers, positions = molecules(arguments.qm7, arguments.molecules)
    structures = [Structure(z[z > 0], r[z > 0]) for z, r in zip(numbers, positions, strict=True)]
    pairs, atoms = len(batch_structures(structures, CUTOFF).first), int((numbers > 0).sum())
    result: dict[str, Any] = {"settings": SETTINGS, "molecules": len(numbers), "atoms": atoms, "pairs": pairs}
    result["multiply_adds_per_atom"] = multiply_adds(pairs / atoms, species=5)
    cases = [TARGET] if arguments.quick else list(CASES)
    for threads in arguments.threads or (1, 2):
        torch.set_num_threads(threads)
        print(f"{threads} thread{'s' if threads > 1 else ''}")
        result[f"threads_{threads}"] = {
            case: measured(case, numbers, positions, 2 if arguments.quick else ROUNDS.get(case, 9)) for case in cases
        }
    result["memory_of_a_training_step"] = memory(arguments.qm7, arguments.molecules)
    print(json.dumps(result["memory_of_a_training_step"]))
    summary(result)
    if not arguments.quick:
        result["load_average_at_end"] = os.getloadavg()
        record.write("networks_cpu", result)
        plot(result)


if __name__ == "__main__":
    main()
