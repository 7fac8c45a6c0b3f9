"""Randomly displaced methane from energies alone: the 10,000 published frames with PBE energies, eight networks.

The networks, and what ``benchmarks/methane.py`` says of their widths, are those of that script; the labels are the
published ones and have no forces. A fixed permutation of the frames gives 1,000 for validation, 1,000 for the test and
8,000 to learn from, alike for all seeds. One recipe for all networks. Its rate and number of epochs were chosen on
validation errors of HIP-HOP-NN (3,4) with seed 10; optimizer, schedule and batch are those of ``methane.py``.

    export OMP_NUM_THREADS=1 NUMBA_NUM_THREADS=1
    python benchmarks/methane_energies.py --data DATA --into methane_energies [--models ..] [--seeds 0 ..]
      -> results/methane_energies.json

``--report`` writes what is finished; the JSON names what is missing.
"""

from __future__ import annotations

from functools import cache
from typing import Any

import methane
import molecules
import numpy as np
import record
from methane import MODELS, SEEDS
from molecules import KCAL, Run, Sets, configuration, grouped, say, spread

from invgen.data.recipes import load_recipe

RECIPE = "methane/energies"
VALIDATION, TEST = 1_000, 1_000
SPLIT_SEED = 0
"""Of the permutation of all frames: the first are for validation, the next for the test, the rest to learn from."""
SETTINGS: dict[str, dict[str, Any]] = {
    "model": methane.MODEL,
    "loss": {"kind": "mae"},
    "training": {**methane.TRAINING, "epochs": 40},
}


@cache
def everything(data: Any) -> Sets:
    """The three parts."""
    frames = load_recipe(RECIPE, data / "methane")["train"]
    order = np.random.default_rng(SPLIT_SEED).permutation(len(frames))
    ends = [VALIDATION, VALIDATION + TEST]
    parts = zip(("validation", "test", "train"), np.split(order, ends), strict=True)
    return {name: [frames[i] for i in rows] for name, rows in parts}


def runs(data: Any, models: tuple[str, ...] = tuple(MODELS), seeds: tuple[int, ...] = SEEDS) -> list[Run]:
    """The first seed of every network, then the second of every network, and so on."""
    return [run(data, model, seed) for seed in seeds for model in models]


def run(data: Any, model: str, seed: int) -> Run:
    """One network, one seed."""
    config = configuration(
        SETTINGS,
        data={"recipe": RECIPE, "path": "methane", "validation_size": VALIDATION, "test_size": TEST},
        model=MODELS[model],
        training={"seed": seed},
    )
    name = methane.Run(model, 8_000, seed).name
    return Run(f"energies-{name}", {"model": model, "seed": seed}, config, lambda: dict(everything(data)))


def report(planned: list[Run], into: Any) -> None:
    """``results/methane_energies.json``, and a row of the table in docs/performance.md for every network."""
    data = molecules.collect("methane_energies", planned, into)
    found = grouped(data["rows"], "model")
    summary = []
    for model in [name for name in MODELS if (name,) in found]:
        rows = found[(model,)]
        timed = [row["processor_seconds"] for row in rows if row["processor_seconds"] is not None]
        line = {
            "model": model,
            "parameters": rows[0]["parameters"],
            "seeds": [row["seed"] for row in rows],
            **{
                f"{part}_{key}": spread(errors[key] / KCAL for errors in found_errors(rows, part))
                for part in ("test", "validation")
                for key in ("energy_rmse", "energy_mae")
            },
            "processor_seconds": float(np.median(timed)) if timed else None,
        }
        summary.append(line)
        say(table_row(line))
    frames = {"validation": VALIDATION, "test": TEST, "permutation_seed": SPLIT_SEED}
    units = "kcal/mol in the summary"
    record.write(
        "methane_energies", {"labels": "PBE", "frames": frames, "summary_units": units, "summary": summary, **data}
    )


def found_errors(rows: list[dict[str, Any]], part: str) -> list[dict[str, float]]:
    """Errors in eV of one part, row by row."""
    return [row["validation"] if part == "validation" else row["test"][part] for row in rows]


def table_row(line: dict[str, Any]) -> str:
    """A line of the summary as a row of the table in docs/performance.md."""
    errors = [
        f"{e['mean']:.2f} ± {e['deviation']:.2f}" if e["deviation"] is not None else f"{e['mean']:.2f}"
        for e in (line["test_energy_rmse"], line["test_energy_mae"])
    ]
    seconds = "-" if line["processor_seconds"] is None else f"{line['processor_seconds']:.0f}"
    paper = methane.PAPER.get(line["model"], {}).get(10_000, "")
    return f"| {line['model']} | {' | '.join(errors)} | {seconds} | {paper} |".replace("|  |", "| |")


if __name__ == "__main__":
    molecules.script("methane_energies", __doc__, runs, report, models=tuple(MODELS), seeds=SEEDS)
