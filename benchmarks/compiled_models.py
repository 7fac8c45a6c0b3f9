"""Compiled models beside the networks they were made from: loading, first call, energies and forces, on a CPU.

Networks with weights drawn at random, 128 features, 20 sensitivities, 2 interaction and 3 atom layers, cutoff 6.5 Å,
float32; molecules of 14 or more atoms of a QM7 file, alone and in a batch of a hundred. Numbers are compared before
anything is timed. Batches are made beforehand. Rounds of program, layers and network alternate; times are medians,
ratios medians of the ratios of rounds. Loading is timed in fresh processes, from the moment torch is imported, by the
clock and by the processor; ``busy_processes`` tells how many processes wanted the machine when it began.

    python benchmarks/compiled_models.py QM7.npz [--threads 1] [--rounds 15]           -> results/compiled_models.json
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import record
import torch

from invgen.data import Structure, batch_structures
from invgen.nn import EnergyForces, HipHopNN, HipNN
from invgen.nn.network import Network
from invgen.potentials import compile_model, load_compiled
from invgen.potentials.frozen.potential import COMPARED, CompiledPotential, compare

CUTOFF = 6.5
SETTINGS = {
    "species": (1, 6, 7, 8, 16), "features": 128, "sensitivities": 20, "soft_min": 0.8, "soft_max": 5.0,
    "cutoff": CUTOFF, "interactions": 2, "atom_layers": 3,
}  # fmt: skip
CASES: dict[str, Callable[[], Network]] = {
    "HIP-NN": lambda: HipNN(**SETTINGS),
    "HIP-HOP-NN (3,4)": lambda: HipHopNN("cartesian-l3-n4-flexible", **SETTINGS),
}
LOAD = """
import sys, time
import torch
torch.set_num_threads(THREADS)
started, work = time.perf_counter(), time.process_time()
import invgen
potential = invgen.load_compiled(FOLDER)
loaded, work = time.perf_counter(), time.process_time() - work
from invgen.data import Structure
potential.predict([Structure([6, 1, 1], [[0, 0, 0], [0, 0, 1.1], [0, 1.1, 0]])])
print(loaded - started, work, time.perf_counter() - loaded, "sympy" in sys.modules, "numba" in sys.modules)
"""


def molecules(path: Path, count: int) -> list[Structure]:
    """The first ``count`` molecules of 14 or more atoms; the first has 14."""
    with np.load(path) as file:
        sizes = (file["Z"] > 0).sum(axis=1)
        rows = np.flatnonzero(sizes >= 14)
        rows = np.concatenate([rows[sizes[rows] == 14][:1], rows])[:count]
        pairs = [(z[z > 0], r[z > 0]) for z, r in zip(file["Z"][rows], file["R"][rows], strict=True)]
    return [Structure(z.astype(np.int64), r.astype(np.float64)) for z, r in pairs]


class Forced(CompiledPotential):
    """A compiled model that takes what it is told, program or layers, instead of what was faster."""

    way = "program"

    def picked(self, pairs: int) -> str:
        return self.way


def ways(folder: Path, network: Network) -> dict[str, torch.nn.Module]:
    """Program and layers of the folder, and the network in evaluation mode as a user of it would have it."""
    found: dict[str, torch.nn.Module] = {"network": EnergyForces(network).eval()}
    for way in ("program", "layers"):
        potential = load_compiled(folder)
        potential.__class__, potential.way = Forced, way
        found[way] = potential
    return found


def timed(works: dict[str, Callable[[], Any]], rounds: int) -> dict[str, list[float]]:
    """Seconds of every piece of work in each round, after two rounds to warm up."""
    seconds: dict[str, list[float]] = {name: [] for name in works}
    for turn in range(rounds + 2):
        for name, work in works.items():
            started = time.perf_counter()
            work()
            if turn > 1:
                seconds[name].append(time.perf_counter() - started)
    return seconds


def calls(folder: Path, network: Network, structures: list[Structure], rounds: int) -> dict[str, Any]:
    """Milliseconds of energies and forces of one batch."""
    batch, modules = batch_structures(structures, CUTOFF), ways(folder, network)
    found = {way: {name: getattr(module(batch), name) for name in COMPARED} for way, module in modules.items()}
    wanted = found["network"]
    differences = {way: compare(wanted, found[way], way) for way in ("program", "layers")}
    seconds = timed({name: lambda m=module: m(batch) for name, module in modules.items()}, rounds)
    ratio = {
        way: statistics.median(a / b for a, b in zip(seconds["network"], seconds[way], strict=True))
        for way in ("program", "layers")
    }
    milliseconds = {name: 1e3 * statistics.median(found) for name, found in seconds.items()}
    scale = float(wanted["forces"].abs().max())
    return {
        "atoms": len(batch.numbers), "pairs": len(batch.first), "ms": milliseconds, "network_over": ratio,
        "relative_force_difference": {way: d["forces"] / scale for way, d in differences.items()},
        "picked_when_compiled": load_compiled(folder).picked(len(batch.first)), "rounds": rounds,
    }  # fmt: skip


def loading(folder: Path, threads: int, processes: int = 5) -> dict[str, Any]:
    """Seconds in fresh processes, after torch was imported."""
    code = LOAD.replace("FOLDER", repr(str(folder))).replace("THREADS", str(threads))
    rows = []
    for _ in range(processes):
        done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
        rows.append(done.stdout.split())
    load, work, first = (statistics.median(float(row[k]) for row in rows) for k in range(3))
    sympy, numba = (rows[0][k] == "True" for k in (3, 4))
    return {
        "load_s": load, "load_processor_s": work, "first_call_s": first, "imports_sympy": sympy, "imports_numba": numba
    }  # fmt: skip


def main() -> None:
    """Runs what the arguments say."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("qm7", type=Path, help="npz with Z (molecules, atoms) zero-padded and R in Å")
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--rounds", type=int, default=15)
    arguments = parser.parse_args()
    torch.set_num_threads(arguments.threads)
    structures = molecules(arguments.qm7, 100)
    busy = os.getloadavg()[0]
    result: dict[str, Any] = {"settings": SETTINGS, "threads": arguments.threads, "busy_processes": busy, "cases": {}}
    for name, make in CASES.items():
        torch.manual_seed(0)
        network = make()
        with tempfile.TemporaryDirectory() as place:
            started = time.perf_counter()
            folder = compile_model(network, Path(place) / "model")
            row: dict[str, Any] = {"compile_s": time.perf_counter() - started}
            row["folder_MB"] = sum(p.stat().st_size for p in folder.rglob("*") if p.is_file()) / 1e6
            row["loading"] = loading(folder, arguments.threads)
            row["one_molecule"] = calls(folder, network, structures[:1], arguments.rounds)
            row["hundred_molecules"] = calls(folder, network, structures, max(3, arguments.rounds // 3))
        result["cases"][name] = row
        print(name, json.dumps(row, indent=1), flush=True)
    record.write("compiled_models", result)


if __name__ == "__main__":
    main()
