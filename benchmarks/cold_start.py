"""Processor time that a fresh process needs until the first training step is done, with empty and with full caches.

Each case runs in processes of its own: first with every cache in a new folder, then again with what the first left.
Processor time includes that of all threads and children; torch's import is told apart. Writes
``results/cold_start.json``.

    python benchmarks/cold_start.py
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import record

CACHES = ("INVGEN_CACHE", "NUMBA_CACHE_DIR", "XDG_CACHE_HOME", "TORCHINDUCTOR_CACHE_DIR")
TARGETS = {"training step, empty caches": 10.0, "training step, full caches, after importing torch": 3.0}
"""Seconds of processor time that are asked for."""

STEP = """
import json, time
started = time.process_time()
import torch
imported = time.process_time()
import numpy as np
from invgen.data.dataset import Dataset
from invgen.data.structures import Structure
from invgen.potentials.training.config import parse_config
from invgen.potentials.training.start import new_model
from invgen.potentials.training.trainer import Trainer

random = np.random.default_rng(0)
corners = np.array([[0, 0, 0], [0.63, 0.63, 0.63], [-0.63, -0.63, 0.63], [-0.63, 0.63, -0.63], [0.63, -0.63, -0.63]])
frames = [
    Structure([6, 1, 1, 1, 1], corners + random.normal(scale=0.05, size=(5, 3)), energy=float(random.normal()),
              forces=random.normal(size=(5, 3)))
    for _ in range(64)
]
config = parse_config({
    "data": {"train": "unused", "validation_size": 1},
    "model": {"kind": "hip-hop-nn", "basis": "cartesian-l3-n4-flexible", "features": 32, "sensitivities": 20,
              "soft_min": 0.4, "soft_max": 9.0, "sigma": 16.0, "cutoff": 10.3, "interactions": 1, "atom_layers": 3},
    "loss": {"kind": "rmse+mae", "energy": 1.0, "per_atom": False},
    "training": {"batch_size": 32, "epochs": 1, "learning_rate": 2.5e-3, "schedule": "plateau", "optimizer": "adam",
                 "sensitivity_rate": 0.05, "average": 0.0},
})
data = Dataset.from_structures(frames, config.model.cutoff)
model = new_model(config.model, data.species(), 0, torch.float32)
trainer = Trainer(model, data, data, config.training)
trainer._one_step(torch.arange(32))
done = time.process_time()
print(json.dumps({"importing torch": imported - started, "all": done, "after importing torch": done - imported}))
"""
CALL = """
import json, time
import numpy as np, invgen
f = invgen.load("cartesian-l3-n4-flexible", backend="numba")
x = np.ones((4, f.components, 32))
f.second_order(x, np.ones((4, f.size, 32)), x)
print(json.dumps({"all": time.process_time()}))
"""
CHECK = """
import json, resource, sys
from invgen.cli import main
try:
    sys.argv = ["invgen", "check", "cartesian-l3-n4-flexible"]
    main()
except SystemExit as end:
    assert not end.code
used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
print(json.dumps({"all": sum(u.ru_utime + u.ru_stime for u in used)}))
"""
CASES = {
    "first training step of HIP-HOP-NN (3,4)": STEP,
    "first second-order call of the (3,4) kernels, without torch": CALL,
    "invgen check cartesian-l3-n4-flexible": CHECK,
}


def fresh_process(code: str, caches: Path) -> dict[str, float]:
    """Seconds of processor time that the code tells, and of the wall."""
    environment = {**os.environ, **{name: str(caches / name) for name in CACHES}}
    start = time.perf_counter()
    done = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True)
    wall = time.perf_counter() - start
    return {**json.loads(done.stdout.splitlines()[-1]), "wall": wall}


def measured(code: str, repeats: int) -> dict[str, list[dict[str, float]]]:
    """Repeats, each with caches of its own: the first process, then the second."""
    results: dict[str, list[dict[str, float]]] = {"empty caches": [], "full caches": []}
    for _ in range(repeats):
        with tempfile.TemporaryDirectory() as folder:
            for found in results.values():
                found.append(fresh_process(code, Path(folder)))
    return results


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--repeats", type=int, default=3)
    repeats = parser.parse_args().repeats
    data: dict[str, Any] = {"unit": "s of processor time (wall: s)", "targets": TARGETS, "cases": {}}
    for name, code in CASES.items():
        data["cases"][name] = found = measured(code, repeats)
        for state, times in found.items():
            print(f"{name}, {state}: {min(t['all'] for t in times):.1f} s of processor time", flush=True)
    step = data["cases"]["first training step of HIP-HOP-NN (3,4)"]
    first = max(t["all"] for t in step["empty caches"])
    second = max(t["after importing torch"] for t in step["full caches"])
    data["reached"] = dict(zip(TARGETS, (first, second), strict=True))
    record.write("cold_start", data)
    for (what, target), seconds in zip(TARGETS.items(), (first, second), strict=True):
        print(f"{what}: {seconds:.1f} s, asked for at most {target:.0f}")


if __name__ == "__main__":
    main()
