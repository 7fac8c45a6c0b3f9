"""Learning curves on randomly displaced methane: HIP-NN, HIP-NN-TS and HIP-HOP-NN on richer and richer bases.

All networks have one recipe (``MODEL``, ``LOSS``, ``TRAINING``): the same widths, loss, optimizer, batches and, for
each training size, epochs. It was chosen on validation errors of frames drawn with another seed, see docs/training.md.
The labels are GFN2-xTB's; the curve drawn dashed beside is the published one, whose labels are PBE's.

Labels, checkpoints and finished trainings are kept in ``--into`` and not repeated: the same command continues after an
interruption. One training at a time, in the order of ``PLAN``. Writes ``results/methane.json`` and ``.svg``.

    export OMP_NUM_THREADS=1 NUMBA_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1
    python benchmarks/methane.py --into methane
    python benchmarks/methane.py --into methane --report    # of what is finished so far
"""

from __future__ import annotations

import argparse
import json
import os
import time
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

import molecules
import numpy as np
import record
import torch

from invgen.data import methane, write_npz
from invgen.files import write_text
from invgen.potentials.training.config import Config, ModelConfig
from invgen.potentials.training.run import train

KCAL = 23.060548
"""kcal/mol of one eV."""
HOP = "HIP-HOP-NN"
MODELS: dict[str, dict[str, Any]] = {
    "HIP-NN": {"kind": "hip-nn"},
    "HIP-NN-TS l=1": {"kind": "hip-nn-ts", "l_max": 1},
    "HIP-NN-TS l=2": {"kind": "hip-nn-ts", "l_max": 2},
    f"{HOP} (2,3)": {"kind": "hip-hop-nn", "basis": "cartesian-l2-n3-flexible"},
    f"{HOP} (2,4)": {"kind": "hip-hop-nn", "basis": "cartesian-l2-n4-flexible"},
    f"{HOP} (3,4)": {"kind": "hip-hop-nn", "basis": "cartesian-l3-n4-flexible"},
    f"{HOP} (4,4)": {"kind": "hip-hop-nn", "basis": "cartesian-l4-n4-flexible"},
    f"{HOP} (3,10)": {"kind": "hip-hop-nn", "basis": "cartesian-l3-n10-flexible"},
}
MODEL = {"features": 64, "sensitivities": 10, "soft_max": 5.0, "sigma": 4.0, "cutoff": 6.5, "atom_layers": 3}
LOSS = {"kind": "mae", "energy": 0.2}
TRAINING = {
    "batch_size": 100,
    "learning_rate": 1e-2,
    "sensitivity_rate": 0.2,
    "optimizer": "muon",
    "schedule": "one-cycle",
}
EPOCHS = {1_000: 200, 10_000: 60, 100_000: 60}
"""Training size -> epochs."""
SEEDS = (0, 1, 2)
FRAME_SEED = 3
"""Of the drawing of frames. Settings were chosen on frames of seed 7, by trainings of seeds 10 and 11."""
VALIDATION, TEST = 1_000, 5_000
FIRST, SIMPLEST = f"{HOP} (3,4)", "HIP-NN"
SECOND = f"{FIRST}, second cycle"
"""A further training that begins with the weights of ``FIRST`` of the same size and seed."""
CYCLE = {"epochs": 24, "learning_rate": 2e-3, "adaptive_clip": 2.0, "average": 0.99}
"""What it has instead of the recipe, chosen on validation errors of seed 0, see docs/training.md."""
PLAN = [
    *((name, 10_000) for name in (FIRST, SIMPLEST, *(name for name in MODELS if name not in (FIRST, SIMPLEST)))),
    (FIRST, 100_000),
    *((name, 1_000) for name in MODELS),
    (SIMPLEST, 100_000),
    (SECOND, 100_000),
]
"""(model, training size) in the order of trainings; all seeds of one before the next."""
NAMES = [*MODELS, SECOND]
KEYS = ("energy_rmse", "energy_mae", "force_rmse", "force_mae")
PAPER = {
    "HIP-NN": {1_000: 13.8, 10_000: 9.21, 100_000: 8.97},
    "HIP-NN-TS l=1": {1_000: 11.9, 10_000: 2.91, 100_000: 1.45},
    "HIP-NN-TS l=2": {1_000: 10.8, 10_000: 2.51, 100_000: 1.10},
    f"{HOP} (2,3)": {1_000: 12.4, 10_000: 2.30, 100_000: 0.719},
    f"{HOP} (2,4)": {1_000: 11.3, 10_000: 2.35, 100_000: 0.713},
    f"{HOP} (3,4)": {1_000: 13.4, 10_000: 2.26, 100_000: 0.659},
}
"""Published test energy RMSE in kcal/mol (labels: PBE; 32 features; mean of ten)."""
say = partial(print, flush=True)


@dataclass(frozen=True)
class Run:
    """One training: a model, a number of training frames, a seed."""

    model: str
    size: int
    seed: int

    @property
    def name(self) -> str:
        """Of the training's folder and of the file that keeps its result."""
        words = "".join(c if c.isalnum() else "-" for c in self.model).strip("-").lower()
        return f"{words.replace('--', '-')}-{self.size}-{self.seed}"


def prepare(into: Path, size: int, processes: int) -> None:
    """Files of validation, test and ``size`` training frames. Smaller training sets are parts of larger ones."""
    wanted = {"validation": (0, VALIDATION), "test": (VALIDATION, TEST), f"train-{size}": (VALIDATION + TEST, size)}
    paths = {name: into / f"{name}.npz" for name in wanted}
    if all(path.exists() for path in paths.values()):
        return
    arrays = methane.generate(into / "methane.npz", VALIDATION + TEST + size, FRAME_SEED, processes, say)
    for name, (start, count) in wanted.items():
        rows = {key: arrays[key][start : start + count] for key in ("R", "E", "F")}
        write_npz(paths[name], methane.structures(rows))


def configuration(run: Run, into: Path) -> Config:
    """What ``invgen train`` would be told."""
    files = {"train": f"train-{run.size}.npz", "validation": "validation.npz", "test": "test.npz"}
    tables = settings(run)
    if run.model == SECOND:
        first = Run(FIRST, run.size, run.seed)
        tables["model"] = {"start": str((into / first.name / "model.safetensors").resolve())}
    found = molecules.configuration(
        {
            "data": {key: str((into / name).resolve()) for key, name in files.items()},
            "model": tables["model"],
            "loss": tables["loss"],
            "training": {**tables["training"], "epochs": tables["epochs"], "seed": run.seed},
            "output": {"folder": run.name},
        }
    )
    return replace(found, model=ModelConfig(**tables["model"])) if run.model == SECOND else found


def settings(run: Run) -> dict[str, Any]:
    """What a kept result must have been made with."""
    second = run.model == SECOND
    training = {"epochs": EPOCHS[run.size], **TRAINING, **(CYCLE if second else {})}
    model = {**MODEL, **MODELS[FIRST if second else run.model]}
    return {"model": model, "loss": LOSS, "epochs": training.pop("epochs"), "training": training}


def execute(run: Run, into: Path) -> dict[str, Any]:
    """Train and test: errors in kcal/mol and kcal/mol/Å, seconds of the steps, processor seconds if in one go."""
    begun = (into / run.name / "checkpoint.npz").exists()
    start = time.process_time()
    result = train(configuration(run, into), into, say)
    if not result.finished:
        raise SystemExit(130)
    seconds = time.process_time() - start
    return {
        **vars(run),
        "settings": settings(run),
        "commit": record.stamp()["commit"],
        "parameters": result.model.parameter_count(),
        "test": {key: KCAL * (result.test or {})[key] for key in KEYS},
        "validation": {key: KCAL * result.validation[key] for key in KEYS},
        "best_epoch": result.validation["epoch"],
        "seconds": result.history[-1]["seconds"],
        "processor_seconds": None if begun else seconds,
    }


def finished(into: Path) -> dict[Run, dict[str, Any]]:
    """The kept results. Raises ``SystemExit`` for one of another recipe."""
    found = {}
    for path in sorted(into.glob("run-*.json")):
        values = json.loads(path.read_text())
        run = Run(values["model"], values["size"], values["seed"])
        if values["settings"] != settings(run):
            raise SystemExit(f"{path} was trained with other settings than this script has: take another folder")
        found[run] = values
    return found


def spread(values: list[float]) -> dict[str, float]:
    """Mean, and standard deviation of the sample."""
    return {"mean": float(np.mean(values)), "deviation": float(np.std(values, ddof=1))}


def collect(runs: dict[Run, dict[str, Any]]) -> dict[str, Any]:
    """Means over the seeds for every (model, size) of the plan that has all of them, and what is missing."""
    table, incomplete = [], []
    for model, size in sorted(PLAN, key=lambda cell: (cell[1], NAMES.index(cell[0]))):
        members = [runs[run] for seed in SEEDS if (run := Run(model, size, seed)) in runs]
        if len(members) < len(SEEDS):
            incomplete.append({"model": model, "size": size, "seeds": len(members)})
            continue
        timed = [m["processor_seconds"] for m in members if m["processor_seconds"] is not None]
        table.append(
            {
                "model": model,
                "size": size,
                "parameters": members[0]["parameters"],
                **{key: spread([m["test"][key] for m in members]) for key in KEYS},
                "seconds": float(np.median([m["seconds"] for m in members])),
                "processor_seconds": float(np.median(timed)) if timed else None,
            }
        )
    return {
        "units": "kcal/mol, kcal/mol/Å, s",
        "labels": "GFN2-xTB through tblite; the paper's are PBE",
        "settings": {"model": MODEL, "loss": LOSS, "training": TRAINING, "epochs": EPOCHS, "second": CYCLE},
        "frames": {"validation": VALIDATION, "test": TEST, "seed": FRAME_SEED},
        "seeds": SEEDS,
        "threads": torch.get_num_threads(),
        "table": table,
        "incomplete": incomplete,
        "paper_energy_rmse": PAPER,
        "runs": [
            {key: value for key, value in run.items() if key != "settings"}
            for run in sorted(runs.values(), key=lambda r: (r["size"], r["model"], r["seed"]))
        ],
    }


def draw(report: dict[str, Any], path: Path) -> None:
    """Test RMSE of energies and forces against training size; the paper's energies dashed."""
    import matplotlib

    matplotlib.use("svg")
    import matplotlib.pyplot as plt

    matplotlib.rcParams["svg.hashsalt"] = "invgen"
    figure, axes = plt.subplots(1, 2, figsize=(12, 4.5), layout="constrained")
    for axis, key, unit in zip(axes, ("energy_rmse", "force_rmse"), ("kcal/mol", "kcal/mol/Å"), strict=True):
        for index, model in enumerate(NAMES):
            color = f"C{index}"
            rows = [row for row in report["table"] if row["model"] == model]
            if key == "energy_rmse" and model in PAPER:
                axis.plot(list(PAPER[model]), list(PAPER[model].values()), "--", color=color, alpha=0.5)
            if rows:
                mean, bar = ([row[key][what] for row in rows] for what in ("mean", "deviation"))
                axis.errorbar([row["size"] for row in rows], mean, bar, color=color, marker="o", capsize=3, label=model)
        axis.set(xscale="log", yscale="log", xlabel="training frames", ylabel=f"test {key[:6].strip('_')} RMSE, {unit}")
    axes[0].plot([], [], "k--", alpha=0.5, label="the same in the paper (labels: PBE)")
    figure.legend(*axes[0].get_legend_handles_labels(), loc="outside right upper", fontsize=8)
    axes[0].set_title("Random methane, labels: GFN2-xTB")
    axes[1].set_title(f"Bars: deviation over {len(SEEDS)} seeds")
    figure.savefig(path, metadata={"Date": None})
    plt.close(figure)


def table_row(row: dict[str, Any]) -> str:
    """A row of ``table`` as it stands in docs/performance.md."""
    errors = [f"{row[key]['mean']:.2f} ± {row[key]['deviation']:.2f}" for key in KEYS]
    seconds = "-" if row["processor_seconds"] is None else f"{row['processor_seconds']:.0f}"
    paper = f"{PAPER[row['model']][row['size']]:g} " if row["model"] in PAPER else ""
    return f"| {row['model']} | {row['parameters']:,} | {row['size']:,} | {' | '.join(errors)} | {seconds} | {paper}|"


def write_results(into: Path) -> None:
    """``benchmarks/results/methane.json`` and ``.svg`` of the finished trainings."""
    report = collect(finished(into))
    record.write("methane", report)
    draw(report, record.RESULTS / "methane.svg")
    for row in report["table"]:
        texts = [f"{row[key]['mean']:.2f} ± {row[key]['deviation']:.2f}" for key in ("energy_rmse", "force_rmse")]
        say(f"{row['size']:>7} {row['model']:<18} energy {texts[0]}, force {texts[1]}, {row['seconds']:.0f} s")
    for cell in report["incomplete"]:
        say(f"{cell['size']:>7} {cell['model']:<18} {cell['seeds']} of {len(SEEDS)} seeds")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--into", type=Path, required=True, help="folder of labels, checkpoints, finished trainings")
    parser.add_argument("--models", nargs="+", choices=NAMES, default=NAMES)
    parser.add_argument("--sizes", nargs="+", type=int, choices=EPOCHS, default=list(EPOCHS))
    parser.add_argument("--seeds", nargs="+", type=int, choices=SEEDS, default=list(SEEDS))
    parser.add_argument("--processes", type=int, default=1, help="for the labels")
    parser.add_argument("--report", action="store_true", help="only write the results of what is finished")
    arguments = parser.parse_args()
    torch.set_num_threads(int(os.environ.get("OMP_NUM_THREADS", "1")))
    into = arguments.into
    cells = [(model, size) for model, size in PLAN if model in arguments.models and size in arguments.sizes]
    for run in [] if arguments.report else [Run(*cell, seed) for cell in cells for seed in arguments.seeds]:
        if run in finished(into):
            continue
        into.mkdir(parents=True, exist_ok=True)
        prepare(into, run.size, arguments.processes)
        say(f"training {run.name}")
        write_text(into / f"run-{run.name}.json", json.dumps(execute(run, into), indent=1) + "\n")
    write_results(into)


if __name__ == "__main__":
    main()
