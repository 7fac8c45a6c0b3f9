"""Learning curves of HIP-NN, HIP-NN-TS and HIP-HOP-NN on randomly displaced methane, at equal settings.

Labels (GFN2-xTB) are computed on the spot and kept in ``--data``; every finished run is kept beside it and not
repeated, so the benchmark continues after an interruption. All models: 32 features, 20 sensitivities, soft range
0.4-9 Å, cutoff 10.3 Å, one interaction layer, three atom layers, loss and Adam of ``invgen.potentials``, float32, and
for each training size the same number of epochs. Test errors are those of the weights with the least validation loss.

    export OMP_NUM_THREADS=1 NUMBA_NUM_THREADS=1
    python benchmarks/methane.py --data methane_gfn2.npz --published methane_first1000_EF.npz
"""

from __future__ import annotations

import argparse
import json
import os
import time
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import record
import torch

from invgen.data import Dataset, Structure, methane, read_structures
from invgen.data.dataset import split_indices
from invgen.files import write_text
from invgen.nn import EnergyForces
from invgen.potentials import Trainer
from invgen.potentials.evaluation import evaluate
from invgen.potentials.training.config import ModelConfig, TrainingConfig
from invgen.potentials.training.start import starting_model
from invgen.runs.references import ReferencesConfig

KCAL = 23.060548
"""kcal/mol of one eV."""
MODELS = {
    "HIP-NN": ModelConfig(kind="hip-nn"),
    "HIP-NN-TS l=1": ModelConfig(kind="hip-nn-ts", l_max=1),
    "HIP-NN-TS l=2": ModelConfig(kind="hip-nn-ts", l_max=2),
    "HIP-HOP-NN (3,4)": ModelConfig(kind="hip-hop-nn", basis="cartesian-l3-n4-flexible"),
}
EPOCHS = {1000: 100, 5000: 60, 20000: 25}
"""Training size -> epochs."""
PUBLISHED = "published frames"
PUBLISHED_SIZE, PUBLISHED_EPOCHS = 800, 100
SEEDS = (0, 1, 2)
VALIDATION, TEST, POOL = 500, 2000, 28000
SCHEDULE = TrainingConfig(batch_size=50, largest_batch=50, learning_rate=5e-3, schedule="one-cycle", compile=True)


@dataclass(frozen=True)
class Run:
    """One training: ``size`` structures of ``source`` (the GFN2-xTB pool or the published frames)."""

    model: str
    source: str
    size: int
    seed: int

    @property
    def name(self) -> str:
        """Name of the file that keeps the result."""
        return (
            "".join(c if c.isalnum() else "-" for c in f"{self.model}-{self.source}-{self.size}-{self.seed}") + ".json"
        )


def execute(run: Run, sets: dict[str, Dataset], epochs: int) -> dict[str, Any]:
    """Train and test; errors in kcal/mol and kcal/mol/Å, throughput in frames per second after the first epoch."""
    settings = TrainingConfig(**{**vars(SCHEDULE), "epochs": epochs, "seed": run.seed})
    model = starting_model(MODELS[run.model], ReferencesConfig(), sets["train"], run.seed, torch.float32)
    trainer = Trainer(model, sets["train"], sets["validation"], settings)
    cpu, wall = time.process_time(), time.monotonic()
    trainer.run()
    if not trainer.finished:
        raise KeyboardInterrupt
    test = evaluate(EnergyForces(model).eval(), sets["test"]).errors()
    return {
        **vars(run),
        "epochs": epochs,
        "parameters": model.parameter_count(),
        "test_kcal": {key: KCAL * value for key, value in test.items()},
        "best_epoch": trainer.best["epoch"],
        "train_loss_kcal": KCAL * trainer.history[-1]["train_loss"],
        "frames_per_second": (epochs - 1) * run.size / (trainer.seconds - trainer.history[0]["seconds"]),
        "cpu_seconds": time.process_time() - cpu,
        "wall_seconds": time.monotonic() - wall,
    }


def structure_sets(source: str, size: int, pool: list[Structure]) -> dict[str, Dataset]:
    """Validation and test sets do not depend on ``size``, and smaller training sets are parts of larger ones."""
    if source == PUBLISHED:
        sizes = {"validation": 100, "test": 100, "train": size}
    else:
        sizes = {"validation": VALIDATION, "test": TEST, "train": size}
    rows = split_indices(len(pool), sizes, seed=0)
    cutoff = ModelConfig().cutoff
    return {name: Dataset.from_structures([pool[i] for i in index], cutoff) for name, index in rows.items()}


def all_runs(models: list[str], published: bool, sizes: list[int], seeds: list[int]) -> list[tuple[Run, int]]:
    """Seed by seed, small sizes first, so that an unfinished benchmark is a smaller one."""
    plan = []
    for seed in seeds:
        for size in sizes:
            plan += [(Run(model, "GFN2-xTB", size, seed), EPOCHS[size]) for model in models]
        if published:
            plan += [(Run(model, PUBLISHED, PUBLISHED_SIZE, seed), PUBLISHED_EPOCHS) for model in models]
    return plan


def collect(folder: Path) -> dict[str, Any]:
    """Every stored run, and mean and standard deviation over seeds of the test energy and force RMSE."""
    runs = [json.loads(path.read_text()) for path in sorted(folder.glob("*.json"))]
    groups: dict[tuple[str, int, str], list[dict[str, Any]]] = {}
    for run in runs:
        groups.setdefault((run["source"], run["size"], run["model"]), []).append(run)
    table = []
    for (source, size, model), members in sorted(groups.items()):
        row: dict[str, Any] = {"source": source, "size": size, "model": model, "seeds": len(members)}
        for key in ("energy_rmse", "energy_mae", "force_rmse", "force_mae"):
            values = [m["test_kcal"][key] for m in members]
            row[key] = {"mean": float(np.mean(values)), "deviation": float(np.std(values, ddof=len(values) > 1))}
        row["frames_per_second"] = float(np.median([m["frames_per_second"] for m in members]))
        frames = [m["epochs"] * m["size"] / m["cpu_seconds"] for m in members]
        row["frames_per_cpu_second_with_compilation_and_validation"] = float(np.median(frames))
        table.append(row)
    return {
        "units": "kcal/mol and kcal/mol/Å",
        "labels": "GFN2-xTB through tblite; 'published frames' are PBE",
        "settings": {
            "model": vars(ModelConfig()),
            "training": vars(SCHEDULE),
            "epochs": EPOCHS,
            "validation": VALIDATION,
            "test": TEST,
        },
        "threads": torch.get_num_threads(),
        "table": table,
        "runs": runs,
    }


def draw(report: dict[str, Any], path: Path) -> None:
    """Test energy RMSE against training size."""
    import matplotlib

    matplotlib.use("svg")
    import matplotlib.pyplot as plt

    matplotlib.rcParams["svg.hashsalt"] = "invgen"
    figure, axis = plt.subplots(figsize=(5.5, 4))
    for model in MODELS:
        rows = [r for r in report["table"] if r["model"] == model and r["source"] != PUBLISHED]
        if rows:
            values = [r["energy_rmse"] for r in rows]
            axis.errorbar(
                [r["size"] for r in rows],
                [v["mean"] for v in values],
                yerr=[v["deviation"] for v in values],
                marker="o",
                capsize=3,
                label=model,
            )
    axis.set(xscale="log", yscale="log", xlabel="training structures", ylabel="test energy RMSE, kcal/mol")
    axis.legend()
    figure.tight_layout()
    figure.savefig(path, metadata={"Date": None})


def write_results(folder: Path) -> None:
    """``benchmarks/results/methane.json`` and ``.svg`` from the stored runs."""
    report = collect(folder)
    record.write("methane", report)
    draw(report, record.RESULTS / "methane.svg")
    for row in report["table"]:
        energy, force = row["energy_rmse"], row["force_rmse"]
        print(
            f"{row['source']:>18} {row['size']:>6} {row['model']:<18} {row['seeds']} seeds: energy "
            f"{energy['mean']:.2f} ± {energy['deviation']:.2f}, force {force['mean']:.2f} ± {force['deviation']:.2f}"
        )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument(
        "--data", type=Path, required=True, help="archive of the labelled configurations; made if absent"
    )
    parser.add_argument("--published", type=Path, help="npz of published frames: Z, R (Å), E_eV, F_eV_per_A")
    parser.add_argument("--models", nargs="+", choices=MODELS, default=list(MODELS))
    parser.add_argument("--sizes", nargs="+", type=int, choices=EPOCHS, default=list(EPOCHS))
    parser.add_argument("--seeds", nargs="+", type=int, default=list(SEEDS), help="processes may share them out")
    parser.add_argument("--processes", type=int, default=max(1, (os.cpu_count() or 1) // 2), help="for the labels")
    parser.add_argument("--report", action="store_true", help="only write the results of the runs finished so far")
    arguments = parser.parse_args()
    torch.set_num_threads(int(os.environ.get("OMP_NUM_THREADS", "1")))
    folder = arguments.data.with_suffix(".runs")
    folder.mkdir(parents=True, exist_ok=True)
    if arguments.report:
        write_results(folder)
        return
    say = partial(print, flush=True)
    pools = {"GFN2-xTB": methane.structures(methane.generate(arguments.data, POOL, 0, arguments.processes, say))}
    if arguments.published:
        pools[PUBLISHED] = read_structures(arguments.published)
    plan = all_runs(arguments.models, arguments.published is not None, arguments.sizes, arguments.seeds)
    for run, epochs in plan:
        if (folder / run.name).exists():
            continue
        result = execute(run, structure_sets(run.source, run.size, pools[run.source]), epochs)
        write_text(folder / run.name, json.dumps(result, indent=1) + "\n")
        say(f"{run}: energy RMSE {result['test_kcal']['energy_rmse']:.3f} kcal/mol, {result['wall_seconds']:.0f} s")
    write_results(folder)


if __name__ == "__main__":
    main()
