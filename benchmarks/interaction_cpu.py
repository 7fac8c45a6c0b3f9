"""One interaction layer of HIP-HOP-NN (3,4) beside hippynn's with the same weights, on one thread.

The second layer of a network (128 features in and out, 20 sensitivities), 512 atoms of a jittered crystal with about 16
neighbours each, pairs given, float32, one process. Distances and tensor harmonics of the pairs are part of the work.
Three tasks: the layer's output; output and forces, the gradient by positions and features; and the double backward of
training: the derivative of a function of these forces by features and weights. All numbers are compared before
anything is timed. Rounds of the contenders alternate; times are processor time, medians, and ratios are medians of the
ratios of rounds. hippynn runs with its plain torch and with its Numba message passing.

    pip install '.[numba,torch,peers]' matplotlib vesin
    python benchmarks/interaction_cpu.py [--quick]  -> results/interaction_cpu.json, results/interaction_cpu.png
"""

from __future__ import annotations

import os

os.environ["OMP_NUM_THREADS"] = "1"

import argparse
import resource
import statistics
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import matplotlib

matplotlib.use("Agg")
import matplotlib.pyplot as plt
import numba
import numpy as np
import record
import torch
from equal_weights import SPECIES, hippynn_graph
from torch import Tensor

from invgen.data import Structure, batch_structures
from invgen.data.batch import Batch, pair_vectors
from invgen.nn import HipHopNN
from invgen.nn.network import Network
from invgen.potentials import hippynn_model

BASIS = "cartesian-l3-n4-flexible"
TASKS = ("output", "output + forces", "output + forces + double backward")
SPACING = 2.5
"""Å between the sites of the simple cubic lattice."""
NEIGHBOURS = 14
"""Sites in a sphere of the cutoff on average; jittered shells of the lattice make it 16 or so."""
AGREEMENT = 2e-5
"""float32 on both sides, relative to the largest: measured 1e-6, invariants being divided by their deviation."""

Output = Callable[[Tensor, Tensor], Tensor]
"""Positions (atoms, 3) Å and features (atoms, width) to the output of the layer (atoms, width)."""


def crystal(sites: int, cutoff: float, jitter: float = 0.2) -> Batch:
    """``sites``^3 atoms, periodic, displaced at random by up to ``jitter`` Å along each axis."""
    rng = np.random.default_rng(0)
    grid = np.stack(np.meshgrid(*[np.arange(sites)] * 3, indexing="ij"), axis=-1).reshape(-1, 3)
    positions = SPACING * grid + rng.uniform(-jitter, jitter, grid.shape)
    numbers = rng.choice(SPECIES, len(grid))
    structure = Structure(numbers, positions, cell=np.eye(3) * SPACING * sites, periodic=True)
    return batch_structures([structure], cutoff)


def cutoff_for(neighbours: float) -> float:
    """Å: the radius of a sphere that holds so many sites on average."""
    return SPACING * (3 * neighbours / (4 * np.pi)) ** (1 / 3)


def settings(features: int, cutoff: float) -> dict[str, Any]:
    """Arguments of hippynn's networks."""
    return {
        "n_features": features, "n_sensitivities": 20, "dist_soft_min": 0.8, "dist_soft_max": 0.8 * cutoff,
        "dist_hard_max": cutoff, "n_interaction_layers": 2, "n_atom_layers": 1,
    }  # fmt: skip


def second_layer(model: Network, batch: Batch) -> tuple[torch.nn.Module, Output]:
    """The second interaction layer of one of our networks, and its output as a function."""
    layer = model.blocks[1].interaction.layer

    def output(positions: Tensor, features: Tensor) -> Tensor:
        vectors = pair_vectors(batch, positions).to(features.dtype)
        distance = torch.linalg.vector_norm(vectors, dim=1)
        return layer(features, batch, distance, model.harmonics(vectors / distance.unsqueeze(1)))

    return layer, output


def our_layer(features: int, cutoff: float, batch: Batch) -> tuple[torch.nn.Module, Output]:
    """As ``second_layer``, of a new network with random weights."""
    torch.manual_seed(0)
    model = HipHopNN(
        BASIS, species=SPECIES, features=features, soft_min=0.8, soft_max=0.8 * cutoff, cutoff=cutoff, interactions=2,
        atom_layers=0,
    )  # fmt: skip
    return second_layer(model, batch)


def hippynn_layer(graph: torch.nn.Module, batch: Batch) -> tuple[torch.nn.Module, Output]:
    """As ``second_layer``, of a hippynn graph."""
    found = {type(m).__name__: m for m in graph.modules()}
    layer, extractor = found["HOPInteractionLayer"], found["TensorExtractor"]

    def output(positions: Tensor, features: Tensor) -> Tensor:
        vectors = pair_vectors(batch, positions).to(features.dtype)
        distance = torch.linalg.vector_norm(vectors, dim=1)
        tensors = torch.cat(extractor(vectors / distance.unsqueeze(1)), dim=1)
        return layer(features, batch.first, batch.second, distance, tensors)

    return layer, output


@dataclass(frozen=True)
class Work:
    """Inputs of the three tasks: positions, features, weights of the output, directions for forces and features."""

    positions: Tensor
    features: Tensor
    weights: Tensor
    directions: Tensor
    turned: Tensor

    @classmethod
    def random(cls, batch: Batch, features: int) -> Work:
        generator = torch.Generator().manual_seed(0)
        atoms = len(batch.positions)
        shapes = ((atoms, features), (atoms, features), (atoms, 3), (atoms, features))
        return cls(batch.positions, *(torch.randn(shape, generator=generator) for shape in shapes))

    def steps(self, output: Output, layer: torch.nn.Module, parameters: list[Tensor]) -> dict[str, Callable[[], Any]]:
        """The tasks: output; (output, forces, feature gradient); derivatives by features and ``parameters``."""
        trainable = [p for p in layer.parameters() if p.requires_grad]

        def value() -> Tensor:
            with torch.no_grad():
                return output(self.positions, self.features)

        def forces(create_graph: bool = False) -> tuple[Tensor, ...]:
            for parameter in trainable:
                parameter.requires_grad_(create_graph)
            leaves = self.positions.detach().requires_grad_(), self.features.detach().requires_grad_()
            found = output(*leaves)
            slopes = torch.autograd.grad((found * self.weights).sum(), leaves, create_graph=create_graph)
            return found, -slopes[0], slopes[1], leaves[1]

        def double() -> tuple[Tensor, ...]:
            _, force, slope, leaf = forces(create_graph=True)
            loss = (force * self.directions).sum() + (slope * self.turned).sum()
            return torch.autograd.grad(loss, [leaf, *parameters])

        return {TASKS[0]: value, TASKS[1]: lambda: forces()[:3], TASKS[2]: double}


def alternating(contenders: dict[str, dict[str, Callable[[], Any]]], rounds: int) -> dict[str, dict[str, list[float]]]:
    """Seconds of every contender and task in each round, after one round to warm up."""
    found = {name: {task: [] for task in steps} for name, steps in contenders.items()}
    for task in TASKS:
        for turn in range(rounds + 1):
            for name, steps in contenders.items():
                took = record.processor_seconds(steps[task])
                if turn:
                    found[name][task].append(took)
    return found


def compared(ours: dict[str, Callable[[], Any]], theirs: dict[str, Callable[[], Any]]) -> dict[str, float]:
    """Largest difference of every task relative to the largest number of each array; raises if not the same layer."""
    found = {}
    for task in TASKS:
        pairs = [(ours[task](), theirs[task]())] if task == TASKS[0] else zip(ours[task](), theirs[task](), strict=True)
        found[task] = max(float(((a - b).abs().max() / b.abs().max()).detach()) for a, b in pairs)
        if not found[task] < AGREEMENT:
            raise SystemExit(f"{task}: differs from hippynn's by {found[task]:.1e}: nothing is timed")
    return found


def measured(sites: int, features: int, rounds: int) -> dict[str, Any]:
    """Agreement, microseconds per atom and ratios."""
    import hippynn

    cutoff = cutoff_for(NEIGHBOURS)
    batch = crystal(sites, cutoff)
    graph = hippynn_graph("HipHopnn", {"l_max": 3, "n_max": 4}, settings(features, cutoff), seed=1)
    layer, output = second_layer(hippynn_model(graph.state_dict(), cutoff, BASIS).float(), batch)
    peer, peer_output = hippynn_layer(graph, batch)
    work = Work.random(batch, features)
    sensitivity = layer.environment.sensitivity
    mine = [layer.environment.weight, layer.self_interaction.weight, sensitivity.mu, sensitivity.sigma]
    theirs = [peer.int_weights, peer.selfint.weight, peer.sensitivity.mu, peer.sensitivity.sigma]
    contenders = {"invgen": work.steps(output, layer, mine)}
    for kernels in ("pytorch", "numba"):

        def chosen(positions: Tensor, z: Tensor, kernels: str = kernels) -> Tensor:
            hippynn.custom_kernels.set_custom_kernels(kernels)
            return peer_output(positions, z)

        contenders[f"hippynn, {kernels}"] = work.steps(chosen, peer, theirs)
    agreement = {name: compared(contenders["invgen"], steps) for name, steps in contenders.items() if name != "invgen"}
    for name, row in agreement.items():
        print(f"{name} agrees to {max(row.values()):.1e}", flush=True)
    times = alternating(contenders, rounds)
    atoms, pairs = len(batch.positions), len(batch.first)
    medians = {n: {t: 1e6 * statistics.median(s) / atoms for t, s in row.items()} for n, row in times.items()}
    ratios = {
        name: {
            t: statistics.median(a / b for a, b in zip(times[name][t], times["invgen"][t], strict=True)) for t in TASKS
        }
        for name in agreement
    }
    return {
        "features": features, "atoms": atoms, "neighbours": pairs / atoms, "cutoff": cutoff, "agreement": agreement,
        "microseconds_per_atom": medians, "times_slower_than_invgen": ratios,
    }  # fmt: skip


def plot(data: dict[str, Any], path: Path) -> None:
    """Bars for each task and contender."""
    figure, axes = plt.subplots(figsize=(7.5, 4), layout="constrained")
    for k, (name, row) in enumerate(data["microseconds_per_atom"].items()):
        bars = axes.bar(np.arange(3) + (k - 1) * 0.28, [row[task] for task in TASKS], 0.27, label=name)
        axes.bar_label(bars, [f"{row[task]:.3g}" for task in TASKS], fontsize=8)
    title = f"one HIP-HOP-NN (3,4) layer, {data['features']} features, {data['neighbours']:.0f} neighbours, one thread"
    axes.set(yscale="log", ylabel="microseconds per atom", title=title)
    axes.set_xticks(range(3), TASKS)
    axes.legend()
    figure.savefig(path, dpi=150)


def main() -> None:
    """Compares, measures, writes and prints."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--quick", action="store_true", help="64 atoms, 16 features, two rounds, nothing written")
    options = parser.parse_args()
    torch.set_num_threads(1)
    numba.set_num_threads(1)
    warnings.filterwarnings("ignore")
    sites, features, rounds = (4, 16, 2) if options.quick else (8, 128, options.rounds)
    data = measured(sites, features, rounds)
    for name, row in data["microseconds_per_atom"].items():
        print(f"{name:18s} µs/atom", {task: round(value, 1) for task, value in row.items()})
    for name, row in data["times_slower_than_invgen"].items():
        print(f"{name:18s} ratio  ", {task: round(value, 1) for task, value in row.items()})
    if options.quick:
        return
    data |= {
        "basis": BASIS, "dtype": "float32", "threads": 1, "rounds": rounds, "load_average_at_end": os.getloadavg(),
        "largest_memory_gb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6,
    }  # fmt: skip
    print(record.write("interaction_cpu", data))
    plot(data, record.RESULTS / "interaction_cpu.png")


if __name__ == "__main__":
    main()
