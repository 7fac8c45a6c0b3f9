"""The interaction layer, whole networks and training steps on a GPU; beside hippynn's where it is installed.

128 features, 20 sensitivities, 2 interaction and 3 atom layers, cutoff 6.5 Å, float32, 1,024 molecules of 14 atoms.
Numbers are compared before anything is timed: fused kernels with plain tensor operations in float64 on the CPU,
networks with hippynn's from the same weights. hippynn runs with each of its kernels, and the fastest counts. Times are
medians: of calls captured in a CUDA graph with a flushed cache for the layer, of synchronised calls for networks, where
those of invgen are given as they are and captured. Neighbour pairs of invgen are made on the CPU, once for a data
set: their time is given by itself, while hippynn's is part of its call.

    pip install '.[torch]' hippynn==0.1.3
    python benchmarks/cuda_networks.py [--qm7 QM7.npz] [--quick]          -> results/cuda_networks.json
    python benchmarks/cuda_networks.py --cpu        tiny sizes on the CPU, to try the script; nothing is written
"""

from __future__ import annotations

import argparse
import statistics
import time
import warnings
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import cuda_invariants
import numpy as np
import record
import torch
from equal_weights import SPECIES, hippynn_graph
from networks_cpu import AGREEMENT, CASES, CUTOFF, SETTINGS, molecules
from torch import Tensor

from invgen.data import Batch, Structure
from invgen.data.dataset import Dataset
from invgen.nn import EnergyForces, HipHopNN, HipNN, HipNNTS
from invgen.potentials import hippynn_model
from invgen.runtime import load
from invgen.runtime.operators import interaction, pair_sums
from invgen.runtime.pair_lists import PairLists, pair_lists

BASES = ("cartesian-l2-n4-flexible", "cartesian-l3-n4-flexible", "cartesian-l4-n4-flexible")
OPERATORS = {
    "value": (interaction.VALUE, 3),
    "vjp": (interaction.VJP, 4),
    "second_order": (interaction.SECOND_ORDER, 7),
}
LAYER_AGREEMENT = 1e-4
"""Largest deviation of a float32 kernel over the largest entry."""
KERNELS = ("triton", "cupy", "numba", "sparse", "pytorch")
"""Of hippynn."""
COMPILED = ("numba", "pytorch")
"""Those that compile for half a minute on a CPU, where the script is only tried: left out there."""

Call = Callable[[], Any]


# ---- the interaction layer --------------------------------------------------------------------------------------


def problem(id: str, atoms: int, neighbours: int, features: int, device: str) -> tuple[list[Tensor], PairLists, str]:
    """m, s, t, g, um, us, ut, with molecules of 14 atoms (or more, for more neighbours), float32."""
    kernels = load(id, backend="torch")
    generator = torch.Generator().manual_seed(0)
    size = max(14, neighbours + 1)
    first = torch.arange(atoms).repeat_interleave(neighbours)
    shift = torch.stack(
        [1 + torch.randperm(size - 1, generator=generator)[:neighbours] for _ in range(atoms)]
    ).flatten()
    second = (first - first % size + (first % size + shift) % size) % atoms
    inner = [(atoms, 20, features), (len(first), 20), (len(first), kernels.components)]
    shapes = [*inner, (atoms, kernels.size, features), *inner]
    arrays = [0.3 * torch.randn(shape, generator=generator).to(device) for shape in shapes]
    return arrays, pair_lists(first.to(device), second.to(device), atoms, atoms), kernels.key


def deviation(order: str, id: str, device: str) -> float:
    """Of the operator in float32 from plain tensor operations in float64 on the CPU, relative to the largest entry."""
    arrays, lists, key = problem(id, 56, 13, 40, device)
    operator, count = OPERATORS[order]
    found = operator(*arrays[:count], *lists, key)
    exact = getattr(pair_sums, order)(
        *(a.double().cpu() for a in arrays[:count]), PairLists(*(x.cpu() for x in lists)), key
    )
    pairs = zip(found, exact, strict=True) if isinstance(found, tuple) else [(found, exact)]
    worst = max(float((a.double().cpu() - b).abs().max() / b.abs().max()) for a, b in pairs)
    if not worst < LAYER_AGREEMENT:
        raise SystemExit(f"{id} {order} deviates from the CPU by {worst:.1e}: nothing is timed")
    return worst


def layer(id: str, order: str, atoms: int, neighbours: int, features: int, device: str, repeats: int) -> dict[str, Any]:
    """Seconds of one operator, bytes that it must move, and what plain tensor operations take, where they fit."""
    operator, count = OPERATORS[order]
    worst = deviation(order, id, device)
    arrays, lists, key = problem(id, atoms, neighbours, features, device)
    results = operator(*arrays[:count], *lists, key)
    moved = sum(a.numel() * a.element_size() for a in [*arrays[:count], *(results if count > 3 else [results])])
    row: dict[str, Any] = {
        "basis": id, "order": order, "atoms": atoms, "neighbours": neighbours, "features": features,
        "deviation": worst, "bytes": moved,
        "seconds": captured_seconds(lambda: operator(*arrays[:count], *lists, key), device, repeats),
    }  # fmt: skip
    try:
        plain = getattr(pair_sums, order)
        row["plain_seconds"] = captured_seconds(lambda: plain(*arrays[:count], lists, key), device, repeats)
    except torch.OutOfMemoryError:
        row["plain_seconds"] = None
    print(*(f"{value:.3g}" if isinstance(value, float) else value for value in row.values()), flush=True)
    return row


def captured_seconds(call: Call, device: str, repeats: int) -> float:
    """Median seconds of a call in a CUDA graph, the cache flushed before each."""
    if device == "cpu":
        return plain_seconds(call, device, repeats)
    flush = torch.empty(cuda_invariants.FLUSH_BYTES, dtype=torch.uint8, device=device)
    return statistics.median(cuda_invariants.seconds(call, repeats, flush))


def plain_seconds(call: Call, device: str, repeats: int) -> float:
    """Median seconds of a call that is waited for, after two calls to warm up."""
    times = []
    for turn in range(repeats + 2):
        started = time.perf_counter()
        call()
        if device != "cpu":
            torch.cuda.synchronize()
        if turn > 1:
            times.append(time.perf_counter() - started)
    return statistics.median(times)


# ---- networks ---------------------------------------------------------------------------------------------------


def made_up(count: int, size: int = 14) -> tuple[np.ndarray, np.ndarray]:
    """Molecules of random atoms, at least 1 Å apart in a cube: numbers (count, size), positions (count, size, 3) Å."""
    rng = np.random.default_rng(0)
    positions = np.empty((count, size, 3))
    for k in range(count):
        have = 0
        while have < size:
            trial = rng.uniform(-2.6, 2.6, 3)
            if not have or np.linalg.norm(positions[k, :have] - trial, axis=1).min() > 1.0:
                positions[k, have] = trial
                have += 1
    return rng.choice(SPECIES, (count, size)), positions


def structures(numbers: np.ndarray, positions: np.ndarray) -> list[Structure]:
    """Zero-padded arrays as molecules."""
    return [Structure(z[z > 0], r[z > 0]) for z, r in zip(numbers, positions, strict=True)]


def own_model(case: str) -> torch.nn.Module:
    """A network with random weights, for machines without hippynn."""
    torch.manual_seed(1)
    arguments = {
        "species": SPECIES, "features": SETTINGS["n_features"], "sensitivities": SETTINGS["n_sensitivities"],
        "soft_min": SETTINGS["dist_soft_min"], "soft_max": SETTINGS["dist_soft_max"], "cutoff": CUTOFF,
        "interactions": SETTINGS["n_interaction_layers"], "atom_layers": SETTINGS["n_atom_layers"],
    }  # fmt: skip
    kind, _, basis = CASES[case]
    if basis is not None:
        return HipHopNN(basis, **arguments)
    return HipNN(**arguments) if kind == "Hipnn" else HipNNTS(l_max=1 if kind == "HipnnVec" else 2, **arguments)


def moved(batch: Batch, device: str) -> Batch:
    """The batch on a device."""
    return Batch(*(x.to(device) if isinstance(x, Tensor) else x for x in batch))


def training(network: torch.nn.Module, predict: Call, labels: tuple[Tensor, Tensor]) -> Call:
    """One Adam step on energies and forces at rate zero, so that every step is the same."""
    parameters = [p for p in network.parameters() if p.requires_grad]
    optimiser = torch.optim.Adam(parameters, lr=0.0, capturable=labels[0].device.type == "cuda")

    def step() -> None:
        optimiser.zero_grad(set_to_none=True)
        energy, forces = predict()
        ((energy - labels[0]).square().mean() + (forces - labels[1]).square().mean()).backward()
        optimiser.step()

    return step


def in_a_graph(call: Call) -> Call:
    """The call as the replay of a CUDA graph."""
    side = torch.cuda.Stream()
    side.wait_stream(torch.cuda.current_stream())
    with torch.cuda.stream(side):
        for _ in range(3):
            call()
    torch.cuda.current_stream().wait_stream(side)
    graph = torch.cuda.CUDAGraph()
    with torch.cuda.graph(graph):
        call()
    return graph.replay


def peak(call: Call, device: str) -> int | None:
    """MiB of GPU memory that a call adds at most."""
    if device == "cpu":
        return None
    torch.cuda.synchronize()
    torch.cuda.reset_peak_memory_stats()
    before = torch.cuda.memory_allocated()
    call()
    torch.cuda.synchronize()
    return (torch.cuda.max_memory_allocated() - before) // 2**20


class Peer:
    """hippynn's network on a device, with the fastest of its kernels."""

    def __init__(self, case: str, numbers: np.ndarray, positions: np.ndarray, device: str) -> None:
        kind, extra, _ = CASES[case]
        self.graph = hippynn_graph(kind, extra, SETTINGS, seed=1).to(device)
        self.numbers = torch.from_numpy(numbers).to(device)
        self.positions = torch.from_numpy(positions.astype(np.float32)).to(device)
        self.real = self.numbers > 0
        self.kernel, self.tried = self._fastest(device)

    def predict(self) -> tuple[Tensor, Tensor]:
        """Energies (molecules,) and forces (atoms, 3)."""
        energy, forces = self.graph(self.numbers, self.positions)
        return energy[:, 0], forces[self.real]

    def _fastest(self, device: str) -> tuple[str, dict[str, float | str]]:
        from hippynn import custom_kernels

        tried: dict[str, float | str] = {}
        for name in KERNELS:
            if device == "cpu" and name in COMPILED:
                continue
            try:
                custom_kernels.set_custom_kernels(name)
                tried[name] = plain_seconds(self.predict, device, 3)
            except Exception as error:  # what is not installed or fails here is named in the results
                tried[name] = f"{type(error).__name__}: {error}"[:200]
        best = min((n for n, seconds in tried.items() if isinstance(seconds, float)), key=lambda n: tried[n])
        custom_kernels.set_custom_kernels(best)
        return best, tried


def network(case: str, numbers: np.ndarray, positions: np.ndarray, device: str, repeats: int) -> dict[str, Any]:
    """Seconds of energies and forces and of a training step, ours and hippynn's."""
    peer = Peer(case, numbers, positions, device) if find_spec("hippynn") else None
    model = own_model(case) if peer is None else hippynn_model(peer.graph.state_dict(), CUTOFF, CASES[case][2])
    ours = EnergyForces(model.float().to(device))
    started = time.perf_counter()
    data = Dataset.from_structures(structures(numbers, positions), CUTOFF)
    found = time.perf_counter()
    batch = moved(data.batch(np.arange(len(data))), device)
    row: dict[str, Any] = {
        "case": case, "atoms": len(batch.numbers), "pairs": len(batch.first),
        "finding_pairs_once_seconds": found - started, "cutting_a_batch_seconds": time.perf_counter() - found,
    }  # fmt: skip

    def predict() -> tuple[Tensor, Tensor]:
        found = ours(batch)
        return found.energy, found.forces

    ours.eval()
    labels = tuple(x.detach() + 0.1 for x in predict())
    row["invgen"] = timed(ours, predict, labels, device, repeats, capture=device != "cpu")
    if peer is not None:
        theirs = tuple(x.detach() for x in peer.predict())
        ours.eval()
        mine = tuple(x.detach() for x in predict())
        difference = float((theirs[1] - mine[1]).abs().max() / theirs[1].abs().max())
        if not difference < AGREEMENT:
            raise SystemExit(f"{case}: forces differ by {difference:.1e} of the largest one: not the same network")
        row |= {"relative_force_difference": difference, "hippynn_kernel": peer.kernel, "hippynn_tried": peer.tried}
        row["hippynn"] = timed(peer.graph, peer.predict, labels, device, repeats, capture=False)
    print(row, flush=True)
    return row


def timed(
    module: torch.nn.Module, predict: Call, labels: tuple[Tensor, Tensor], device: str, repeats: int, capture: bool
) -> dict[str, Any]:
    """Seconds and MiB of energies and forces, and of a training step; also as replays of CUDA graphs."""
    module.eval()
    result: dict[str, Any] = {
        "energies_and_forces": plain_seconds(predict, device, repeats),
        "energies_and_forces_MiB": peak(predict, device),
    }
    if capture:
        result["energies_and_forces_captured"] = plain_seconds(in_a_graph(predict), device, repeats)
    module.train()
    step = training(module, predict, (labels[0].to(predict()[0].dtype), labels[1]))
    result |= {"training_step": plain_seconds(step, device, repeats), "training_step_MiB": peak(step, device)}
    if capture:
        result["training_step_captured"] = plain_seconds(in_a_graph(step), device, repeats)
    return result


def layers(options: argparse.Namespace, device: str) -> list[dict[str, Any]]:
    """The standard problem in all bases and orders, then its growth with features and neighbours."""
    if options.cpu:
        return [layer(BASES[1], order, 28, 13, 8, device, 1) for order in OPERATORS]
    atoms, repeats = 14 * 1024, 5 if options.quick else 21
    bases = BASES[1:2] if options.quick else BASES
    rows = [layer(id, order, atoms, 13, 128, device, repeats) for id in bases for order in OPERATORS]
    if not options.quick:
        growth = [(13, 32), (13, 64), (13, 256), (26, 128), (52, 128)]
        rows += [layer(BASES[1], o, atoms, n, f, device, repeats) for n, f in growth for o in OPERATORS]
    return rows


def main() -> None:
    """Runs what the arguments say."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--qm7", type=Path, help="npz with Z (molecules, atoms) zero-padded and R in Å; else made up")
    parser.add_argument("--quick", action="store_true", help="(3,4) and HIP-NN alone, few repeats, nothing written")
    parser.add_argument("--cpu", action="store_true", help="tiny sizes on the CPU, nothing written")
    options = parser.parse_args()
    warnings.filterwarnings("ignore")
    device = "cpu" if options.cpu else "cuda"
    about = {} if options.cpu else cuda_invariants.machine()
    count, repeats = (4, 1) if options.cpu else (1024, 5 if options.quick else 21)
    numbers, positions = molecules(options.qm7, count) if options.qm7 else made_up(count)
    cases = ["HIP-NN", "HIP-HOP-NN (3,4)"] if options.quick or options.cpu else list(CASES)
    result = {
        **about, "settings": SETTINGS, "molecules": len(numbers),
        "source": options.qm7.name if options.qm7 else "made up",
        "layer": layers(options, device),
        "networks": [network(case, numbers, positions, device, repeats) for case in cases],
    }  # fmt: skip
    if not (options.quick or options.cpu):
        print(record.write("cuda_networks", result))


if __name__ == "__main__":
    main()
