"""This checkout against another one, side by side: kernels, networks, linear ACE potentials.

A process for each side stays alive and is asked for one timing after the other, in turns; the least of the rounds
counts, on one thread, in processor time. The cases use public names only. Writes ``results/against_commit.json``.

    git worktree add ../before COMMIT
    python benchmarks/against_commit.py --other ../before
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import record

HERE = Path(__file__).resolve().parent.parent
WORKER = """
import json, os, sys, time
sys.path.insert(0, sys.argv[1])
import numpy as np, torch
torch.set_num_threads(1)
import invgen
from invgen.data.dataset import Dataset
from invgen.data.structures import Structure
from invgen.nn.energy import EnergyForces
from invgen.nn.network import HipHopNN, HipNN
assert os.path.samefile(os.path.dirname(os.path.dirname(invgen.__file__)), sys.argv[1]), invgen.__file__
try:
    import numba
    numba.set_num_threads(1)
except ImportError:
    pass

random = np.random.default_rng(0)
cases = {}

def kernels(id, atoms, features, dtype):
    f = invgen.load(id, backend="numba")
    x, u = (torch.from_numpy(random.normal(size=(atoms, f.components, features)).astype(dtype)) for _ in range(2))
    g = torch.from_numpy(random.normal(size=(atoms, f.size, features)).astype(dtype))
    name = f"{id}, {atoms} x {features} {dtype}"
    cases[f"value of {name}"] = lambda: f(x)
    cases[f"vjp of {name}"] = lambda: f.vjp(x, g)
    cases[f"second order of {name}"] = lambda: f.second_order(x, g, u)

for id in ("cartesian-l3-n4-flexible", "cartesian-l4-n5-flexible", "ace-l3-n4-linear"):
    kernels(id, 1000, 128, "float32")
    kernels(id, 125, 48, "float32")
    kernels(id, 300, 20, "float64")

corners = np.array([[0, 0, 0], [0.63, 0.63, 0.63], [-0.63, -0.63, 0.63], [-0.63, 0.63, -0.63], [0.63, -0.63, -0.63]])
frames = [Structure([6, 1, 1, 1, 1], corners + random.normal(scale=0.05, size=(5, 3)), energy=float(random.normal()),
                    forces=random.normal(size=(5, 3))) for _ in range(128)]
data = Dataset.from_structures(frames, 6.5)

def network(kind, count, **arguments):
    torch.manual_seed(0)
    model = EnergyForces(kind(species=(1, 6), features=48, sensitivities=8, cutoff=6.5, soft_max=5.0, **arguments))
    systems = torch.arange(count)
    def step():
        predicted, labels = model(data.batch(systems)), data.labels(systems)
        (predicted.energy.square().mean() + (predicted.forces - labels.forces).square().mean()).backward()
        model.zero_grad()
    model.train()
    cases[f"training step of {kind.__name__}, {count} methanes"] = step
    cases[f"forces of {kind.__name__}, {count} methanes"] = lambda: model(data.batch(systems), differentiable=False)

for count in (25, 128):
    network(HipNN, count)
    network(HipHopNN, count, basis="cartesian-l3-n4-flexible")

def copper(cells, seed):
    noise = np.random.default_rng(seed)
    grid = np.argwhere(np.ones((cells, cells, cells)))
    base = 3.6 * np.concatenate([grid + shift for shift in ([0, 0, 0], [.5, .5, 0], [.5, 0, .5], [0, .5, .5])])
    return Structure([29] * len(base), base + noise.normal(scale=0.08, size=base.shape), 3.6 * cells * np.eye(3), True,
                     energy=float(noise.normal()), forces=noise.normal(size=base.shape))

few, big = [copper(2, seed) for seed in range(6)], copper(4, 9)
request = {"basis": {"total_degree": 9, "n_max": 3}, "radial": {"cutoff": 5.2, "r0": 2.5}}
potential = invgen.ace.fit(few, **request).potential
cases["energy, forces, stress of 256 Cu atoms, linear ACE"] = lambda: potential.energy_forces_stress(big)
cases["fit of a linear ACE potential, 6 cells of 32 Cu atoms"] = lambda: invgen.ace.fit(few, **request)
for case in cases.values():
    case()
print(json.dumps(list(cases)), flush=True)
for line in sys.stdin:
    case = cases[json.loads(line)]
    case()
    start, turns = time.process_time(), 0
    while turns < 3 or time.process_time() - start < 0.05 and turns < 200:
        case()
        turns += 1
    print((time.process_time() - start) / turns, flush=True)
"""


class Side:
    """A process that runs the cases on one checkout."""

    def __init__(self, root: Path) -> None:
        environment = {**os.environ, "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1", "PYTHONPATH": str(root)}
        self.process = subprocess.Popen(
            [sys.executable, "-c", WORKER, str(root)], env=environment, cwd=root, text=True,
            stdin=subprocess.PIPE, stdout=subprocess.PIPE,
        )  # fmt: skip
        self.cases: list[str] = json.loads(self._line())

    def _line(self) -> str:
        assert self.process.stdout is not None
        while not (line := self.process.stdout.readline()).startswith(("[", *"0123456789")):
            if not line:
                raise SystemExit(f"the process ended with {self.process.wait()}")
        return line

    def seconds(self, case: str) -> float:
        assert self.process.stdin is not None
        self.process.stdin.write(json.dumps(case) + "\n")
        self.process.stdin.flush()
        return float(self._line())


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--other", type=Path, required=True, help="a checkout of the commit to compare with")
    parser.add_argument("--rounds", type=int, default=7)
    arguments = parser.parse_args()
    other = arguments.other.resolve()
    sides = {"here": Side(HERE), "other": Side(other)}
    table: list[dict[str, Any]] = []
    for case in sides["here"].cases:
        times: dict[str, list[float]] = {name: [] for name in sides}
        for _ in range(arguments.rounds):
            for name, side in sides.items():
                times[name].append(1e3 * side.seconds(case))
        least = {name: min(found) for name, found in times.items()}
        row = {"case": case, "ms": times, "here_over_other": least["here"] / least["other"]}
        table.append(row)
        print(
            f"{row['here_over_other']:5.2f}  {least['here']:9.3f} ms, before {least['other']:9.3f}  {case}", flush=True
        )
    command = ["git", "-C", str(other), "rev-parse", "--short", "HEAD"]
    commit = subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()
    record.write("against_commit", {"unit": "ms of processor time", "other_commit": commit, "table": table})


if __name__ == "__main__":
    main()
