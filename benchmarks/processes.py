"""Trainings on one and on two processes: gradients, weights after an epoch, and weak scaling.

Gradients of every step and the weights after an epoch are compared in float64. Weak scaling: the processor time and the
wall time of an epoch of one process on n frames, and of two processes on 2 n frames with batches twice as large; both
take as many steps. One thread for each process.

    export OMP_NUM_THREADS=1 NUMBA_NUM_THREADS=1
    python benchmarks/processes.py --into FOLDER
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import record

from invgen.data import methane, write_npz

FRAMES, VALIDATION, BATCH = 1_000, 20, 25
REPEATS = 3
COMMON = {"sensitivities": 6, "soft_min": 0.4, "soft_max": 5.0, "sigma": 3.0, "cutoff": 6.5, "atom_layers": 3}
SCALED = {
    "48 features, batches of 25": ({**COMMON, "features": 48, "interactions": 1}, 25),
    "48 features, batches of 100": ({**COMMON, "features": 48, "interactions": 1}, 100),
    "128 features, two interactions, batches of 25": ({**COMMON, "features": 128, "interactions": 2}, 25),
    "128 features, two interactions, batches of 100": ({**COMMON, "features": 128, "interactions": 2}, 100),
}
"""Networks and frames in a batch of each process, of which the scaling is measured."""
WORKER = """
import json, os, sys, time
from pathlib import Path
import numpy as np
import torch
torch.set_num_threads(1)
from invgen.potentials.training import run, trainer
from invgen.potentials.training.config import parse_config

folder, frames, size, batch, dtype, epochs, model = Path(sys.argv[1]), sys.argv[2], *map(json.loads, sys.argv[3:])
config = parse_config({
    "data": {"train": frames, "validation_size": 20, "train_size": size},
    "model": model,
    "loss": {"kind": "rmse+mae", "energy": 1.0, "per_atom": False},
    "training": {"epochs": epochs, "batch_size": batch, "largest_batch": 2048, "dtype": dtype, "learning_rate": 1e-3,
                 "schedule": "plateau", "optimizer": "adam", "sensitivity_rate": 0.05, "average": 0.0},
    "output": {"folder": str(folder)},
})
gradients, times = [], []
step = trainer.Trainer._backward
def noting(self, systems):
    value = step(self, systems)
    gradients.append(torch.cat([p.grad.flatten() for p in self.model.parameters() if p.grad is not None]).numpy())
    return value
take = trainer.Trainer._take_steps
def timed(self):
    start, work = time.perf_counter(), time.process_time()
    ended = take(self)
    times.append((time.perf_counter() - start, time.process_time() - work))
    return ended
if dtype == "float64":
    trainer.Trainer._backward = noting
trainer.Trainer._take_steps = timed
run.train(config)
if int(os.environ.get("RANK", "0")) == 0:
    if gradients:
        np.save(folder / "gradients.npy", np.stack(gradients))
    (folder / "times.json").write_text(json.dumps(times))
"""


def launch(folder: Path, frames: Path, count: int, *settings: Any) -> None:
    """A training by ``count`` processes. ``settings`` are size, batch, dtype, epochs and model."""
    script = folder.parent / "worker.py"
    script.write_text(WORKER)
    start = [sys.executable, "-m", "torch.distributed.run", "--standalone", "--nproc-per-node", str(count), str(script)]
    arguments = [str(folder), str(frames), *map(json.dumps, settings)]
    subprocess.run([*start, *arguments], check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def equality(into: Path, frames: Path) -> dict[str, float]:
    """Largest differences, relative to the largest gradient and weight. Batches of 25 and a last one of 1."""
    for count in (1, 2):
        launch(
            into / f"equal-{count}", frames, count, 101, BATCH, "float64", 1, SCALED["48 features, batches of 25"][0]
        )
    gradients = [np.load(into / f"equal-{count}" / "gradients.npy") for count in (1, 2)]
    weights = []
    for count in (1, 2):
        with np.load(into / f"equal-{count}" / "checkpoint.npz") as file:
            weights.append(np.concatenate([file[n].ravel() for n in sorted(file.files) if n.startswith("model/")]))
    return {
        "gradients": float(np.abs(gradients[0] - gradients[1]).max() / np.abs(gradients[0]).max()),
        "weights": float(np.abs(weights[0] - weights[1]).max() / np.abs(weights[0]).max()),
        "steps": len(gradients[0]),
    }


def scaling(into: Path, frames: Path, name: str) -> dict[str, Any]:
    """Seconds of the second epoch, in turn."""
    model, batch = SCALED[name]
    rows: dict[str, list[dict[str, float]]] = {"one process": [], "two processes": []}
    for repeat in range(REPEATS):
        for count, processes in ((1, "one process"), (2, "two processes")):
            folder = into / f"scaling-{len(list(into.glob('scaling-*')))}"
            launch(folder, frames, count, count * FRAMES, count * batch, "float32", 2, model)
            wall, work = json.loads((folder / "times.json").read_text())[1]
            rows[processes].append({"wall": wall, "processor": work})
            print(f"{name}, {repeat}: {processes}: {wall:.2f} s, {work:.2f} s of processor time", flush=True)
    least = {
        processes: {key: min(row[key] for row in found) for key in ("wall", "processor")}
        for processes, found in rows.items()
    }
    efficiency = {key: least["one process"][key] / least["two processes"][key] for key in ("wall", "processor")}
    return {"frames per process": FRAMES, "seconds": rows, "efficiency": efficiency}


def main() -> None:
    """Measure and record."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--into", type=Path, required=True, help="new folder for frames and trainings")
    into = parser.parse_args().into.resolve()
    into.mkdir(parents=True)
    arrays = methane.generate(into / "methane.npz", 2 * FRAMES + VALIDATION, 3, 1)
    frames = write_npz(into / "frames.npz", methane.structures(arrays))
    data = {"equality": equality(into, frames), "weak scaling": {name: scaling(into, frames, name) for name in SCALED}}
    print(data["equality"], {name: row["efficiency"] for name, row in data["weak scaling"].items()})
    record.write("processes", data)


if __name__ == "__main__":
    main()
