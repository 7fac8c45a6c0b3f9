"""The trainings of ``make demo`` for five seeds and two backends: is either MAE at most half with invariants?

Settings, frames and split are those of ``examples/demo.py``; the seed draws the initial weights and the order of the
data. Labels, checkpoints and finished trainings are kept in ``--into`` and not repeated. One training at a time.
Writes ``results/demo_seeds.json`` and fails if a ratio is above a half.

    export OMP_NUM_THREADS=1 NUMBA_NUM_THREADS=1
    python benchmarks/demo_seeds.py --into demo_seeds
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import time
from functools import partial
from pathlib import Path
from typing import Any

import record
import torch

import invgen
from invgen.data import methane, write_npz
from invgen.data.dataset import Dataset
from invgen.files import write_text
from invgen.nn.energy import EnergyForces
from invgen.nn.network import Network
from invgen.potentials.evaluation import evaluate
from invgen.potentials.saved import build_model, load_arrays, state_arrays
from invgen.potentials.training.config import Config
from invgen.potentials.training.sets import load_splits
from invgen.potentials.training.start import starting_model
from invgen.potentials.training.trainer import Trainer

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "examples"))
import demo

SEEDS = (0, 1, 2, 3, 4)
BACKENDS = ("numba", "torch")
KEYS = ("energy_mae", "energy_rmse", "force_mae", "force_rmse")
say = partial(print, flush=True)


def prepare(into: Path) -> tuple[Path, Path]:
    """The kernels and the labelled frames."""
    folder = into / "basis"
    if not folder.exists():
        invgen.emit(invgen.generate(demo.specification(list(demo.REQUESTS)[-1])), into=folder)
    processes = os.cpu_count() or 1
    arrays = methane.generate(into / "methane.npz", demo.FRAMES, demo.FRAME_SEED, processes, progress=say)
    return folder, write_npz(into / "frames.npz", methane.structures(arrays))


def network(config: Config, data: Dataset, backend: str) -> Network:
    """The network that ``invgen train`` would make, computed by ``backend``."""
    drawn = starting_model(config.model, config.references, data, config.training.seed, torch.float32)
    basis = config.model.basis if config.model.kind == "hip-hop-nn" else None
    model = build_model(config.model.kind, drawn.arguments, basis, backend)
    load_arrays(model, state_arrays(drawn), "initial weights")
    return model


def execute(config: Config, backend: str, sets: dict[str, Dataset], folder: Path) -> dict[str, Any]:
    """Train and test: errors in eV and eV/Å, seconds of the steps."""
    model = network(config, sets["train"], backend)
    start = time.process_time()
    trainer = Trainer(model, sets["train"], sets["validation"], config.training, folder, say, loss=config.loss)
    if not trainer.run():
        raise SystemExit(130)
    return {
        "kind": config.model.kind,
        "seed": config.training.seed,
        "backend": backend,
        "test": evaluate(EnergyForces(model).eval(), sets["test"]).errors(),
        "validation": {key: trainer.best[key] for key in KEYS},
        "seconds": trainer.seconds,
        "processor_seconds": time.process_time() - start,
    }


def collect(into: Path, configs: dict[str, Config]) -> dict[str, Any]:
    """A row for every pair of finished trainings: test errors in meV and meV/Å, and their ratios."""
    runs = [json.loads(path.read_text()) for path in sorted(into.glob("run-*.json"))]
    found = {(run["backend"], run["seed"], run["kind"]): run for run in runs}
    table = []
    for backend in BACKENDS:
        for seed in SEEDS:
            pair = [found.get((backend, seed, kind)) for kind in demo.KINDS.values()]
            if None not in pair:
                table.append(row(backend, seed, *pair))
    settings = {name: config.to_json() for name, config in configs.items()}
    for values in settings.values():
        values["data"].pop("train")
        values["model"]["basis"] = "cartesian-l4-n5-by_cost-robust"
    return {"units": "meV, meV/Å, s", "threads": torch.get_num_threads(), "settings": settings, "table": table}


def row(backend: str, seed: int, without: dict[str, Any], with_basis: dict[str, Any]) -> dict[str, Any]:
    """Errors of the two networks of one seed and backend."""
    result: dict[str, Any] = {"backend": backend, "seed": seed}
    for key in KEYS:
        a, b = without["test"][key], with_basis["test"][key]
        result[key] = {demo.WITHOUT: 1000 * a, demo.WITH: 1000 * b, "ratio": b / a}
    result["seconds"] = {demo.WITHOUT: without["seconds"], demo.WITH: with_basis["seconds"]}
    return result


def report(into: Path, configs: dict[str, Config]) -> None:
    """Writes and prints what is finished; fails if it is not what the demo claims."""
    data = collect(into, configs)
    record.write("demo_seeds", data)
    worst = 0.0
    for line in data["table"]:
        worst = max(worst, *(line[key]["ratio"] for key in demo.CLAIMED))
        say(f"{line['backend']} {table_row(line)}")
    if worst > demo.LARGEST_RATIO:
        raise SystemExit(f"the largest ratio is {worst:.2f}, more than {demo.LARGEST_RATIO}")


def table_row(line: dict[str, Any]) -> str:
    """A seed in docs/training.md: errors without and with invariants, and their ratio."""
    texts = [f"{line[k][demo.WITHOUT]:.0f} / {line[k][demo.WITH]:.0f}: {line[k]['ratio']:.2f}" for k in KEYS]
    return f"| {line['seed']} | {' | '.join(texts)} |"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument(
        "--into", type=Path, required=True, help="folder for labels, checkpoints and finished trainings"
    )
    parser.add_argument("--backends", nargs="+", choices=BACKENDS, default=list(BACKENDS))
    parser.add_argument("--seeds", nargs="+", type=int, choices=SEEDS, default=list(SEEDS))
    arguments = parser.parse_args()
    torch.set_num_threads(int(os.environ.get("OMP_NUM_THREADS", "1")))
    into = arguments.into
    folder, frames = prepare(into)
    configs = {name: demo.configuration(kind, folder, frames) for name, kind in demo.KINDS.items()}
    structures = load_splits(configs[demo.WITH].data, Path())
    sets = {name: Dataset.from_structures(s, configs[demo.WITH].model.cutoff) for name, s in structures.items()}
    for backend in arguments.backends:
        for seed in arguments.seeds:
            for kind in demo.KINDS.values():
                name = f"{kind}-{backend}-{seed}"
                if (into / f"run-{name}.json").exists():
                    continue
                say(f"training {name}")
                config = demo.configuration(kind, folder, frames, seed)
                result = execute(config, backend, sets, into / name)
                write_text(into / f"run-{name}.json", json.dumps(result, indent=1) + "\n")
    report(into, configs)


if __name__ == "__main__":
    main()
