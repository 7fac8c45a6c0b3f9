"""hippynn's networks before and after ``invgen.hippynn.patch``: energies, forces, training steps; and equality.

Runs where hippynn and invgen are. Networks, molecules and steps are those of ``networks_cpu``: float32, 128 features,
20 sensitivities, 2 interaction and 3 atom layers, cutoff 6.5 Å, molecules of 14 or more atoms of a QM7 file; pairs are
made inside of the timed region, by hippynn. Energies, forces and gradients of the loss are compared in float64 and
float32 before anything is timed. Rounds before and after alternate in one process; times are processor time of all
threads, ratios medians of the ratios of rounds. hippynn runs on its plain torch kernels, compiled as often as they ask.

    python benchmarks/hippynn_patch.py QM7.npz [--molecules 30] [--rounds 3] [--threads 1] -> results/hippynn_patch.json
"""

from __future__ import annotations

import argparse
import os
import time
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import networks_cpu
import numpy as np
import record
import torch

from invgen.hippynn import patch

SAME = {"float64": 1e-12, "float32": 1e-4}
"""Largest difference of energies, forces and gradients over the largest of each at which networks count as the same."""


def results(peer: networks_cpu.Peer) -> list[torch.Tensor]:
    """Energies, forces, and gradients of a loss by all parameters."""
    energy, forces = networks_cpu.inference(peer)
    networks_cpu.training(peer, (energy + 0.1, forces + 0.1))()
    gradients = [p.grad.detach().clone() for p in peer.parameters if p.grad is not None]
    return [energy, forces.detach(), *gradients]


def compared(case: str, numbers: np.ndarray, positions: np.ndarray, dtype: torch.dtype) -> dict[str, float]:
    """Largest relative differences; raises if the patch changes the network."""
    torch.set_default_dtype(dtype)
    peer = networks_cpu.Peer(case, numbers, positions)
    peer.graph.to(dtype)
    peer.positions, name = torch.from_numpy(positions).to(dtype), str(dtype).removeprefix("torch.")
    before, names = results(peer), list(peer.graph.state_dict())
    with patch(peer.graph):
        after = results(peer)
        if list(peer.graph.state_dict()) != names:
            raise RuntimeError(f"{case}: the patch changed the state dict")
    torch.set_default_dtype(torch.float32)
    off = [float((a - b).abs().max() / b.abs().max()) for a, b in zip(after, before, strict=True)]
    found = {"energies": off[0], "forces": off[1], "gradients": max(off[2:])}
    if not max(found.values()) < SAME[name]:
        raise RuntimeError(f"{case}, {name}: {found}: not the same network")
    return found


def seconds(work: Callable[[], Any]) -> tuple[float, float]:
    """Of the processor, all threads together, and of the wall."""
    processor, wall = time.process_time(), time.perf_counter()
    work()
    return time.process_time() - processor, time.perf_counter() - wall


def measured(case: str, numbers: np.ndarray, positions: np.ndarray, rounds: int) -> dict[str, Any]:
    """Milliseconds per atom before and after, after one round to warm up."""
    peer, atoms = networks_cpu.Peer(case, numbers, positions), int((numbers > 0).sum())
    peer.graph.float()
    labels = tuple(t + 0.1 for t in networks_cpu.inference(peer))
    tasks = {"energies_and_forces": lambda: networks_cpu.inference(peer)}
    tasks["training_step"] = networks_cpu.training(peer, labels)  # type: ignore[assignment,arg-type]
    found: dict[str, Any] = {}
    for task, work in tasks.items():
        before, after = [], []
        for turn in range(rounds + 1):
            plain = seconds(work)
            with patch(peer.graph):
                patched = seconds(work)
            if turn:
                before.append(plain)
                after.append(patched)
        rows = np.array(before), np.array(after)
        ratios = rows[0] / rows[1]
        found[task] = {
            "before_ms_per_atom": 1e3 * float(np.median(rows[0][:, 0])) / atoms,
            "after_ms_per_atom": 1e3 * float(np.median(rows[1][:, 0])) / atoms,
            "ratio": float(np.median(ratios[:, 0])),
            "ratio_of_wall_times": float(np.median(ratios[:, 1])),
            "ratios": ratios[:, 0].tolist(),
        }
        print(
            f"{case:18s} {task:20s} " + " ".join(f"{k} {v:.2f}" for k, v in list(found[task].items())[:4]), flush=True
        )
    return found


def main() -> None:
    """Runs what the arguments say."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("qm7", type=Path, help="npz with Z (molecules, atoms) zero-padded and R in Å")
    parser.add_argument("--threads", type=int, action="append", help="1 and 2 by default")
    parser.add_argument("--molecules", type=int, default=30)
    parser.add_argument("--rounds", type=int, default=3)
    arguments = parser.parse_args()
    warnings.filterwarnings("ignore")
    torch._dynamo.config.recompile_limit = 256  # hippynn's compiled sums would fall back to eager ones after eight
    torch._dynamo.config.accumulated_recompile_limit = 4096
    torch.set_default_dtype(torch.float64)
    import hippynn  # noqa: F401  makes its projections in the default dtype of now

    torch.set_default_dtype(torch.float32)
    numbers, positions = networks_cpu.molecules(arguments.qm7, arguments.molecules)
    result: dict[str, Any] = {
        "settings": networks_cpu.SETTINGS, "molecules": len(numbers), "atoms": int((numbers > 0).sum()),
        "rounds": arguments.rounds,
    }  # fmt: skip
    torch.set_num_threads(1)
    result["largest_relative_differences"] = {
        case: {str(d).removeprefix("torch."): compared(case, numbers[:10], positions[:10], d) for d in dtypes}
        for case in networks_cpu.CASES
        for dtypes in [(torch.float64, torch.float32)]
    }
    print(result["largest_relative_differences"], flush=True)
    for threads in arguments.threads or (1, 2):
        torch.set_num_threads(threads)
        rows = {case: measured(case, numbers, positions, arguments.rounds) for case in networks_cpu.CASES}
        result[f"threads_{threads}"] = rows
        result["load_average"] = os.getloadavg()
        record.write("hippynn_patch", result)


if __name__ == "__main__":
    main()
