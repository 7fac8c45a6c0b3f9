"""What ``invgen train`` reaches when it is told where the data are and nothing else, beside the paper's settings.

A molecule, distorted molecules, a flexible molecule, and a metal with stresses. ``defaults`` are those of ``invgen
train``; ``paper`` are the settings of the paper (``molecules.PAPER``), which were the defaults before; ``fixed range``
are the defaults with sensitivities that suit organic molecules, whatever the distances are. All take 100 epochs of the
same frames. Test frames choose nothing.

    export OMP_NUM_THREADS=1 NUMBA_NUM_THREADS=1
    python benchmarks/train_defaults.py --data DATA --into FOLDER [--sets ethanol ..] [--seeds 0 ..]
                                                                                  -> results/train_defaults.json

``--report`` writes what is finished; the JSON names what is missing.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import acac
import molecules
import record
import rmd17
from molecules import Run, Sets, configuration, grouped, say, spread

from invgen.data.recipes import load_recipe
from invgen.potentials.training.config import parse_config

SEEDS = (0, 1, 2)
DEFAULTS, PAPER, FIXED = "defaults", "paper", "fixed range"
ERRORS = ("energy_mae", "energy_per_atom_mae", "force_mae", "stress_mae")


def _ethanol(data: Path) -> Sets:
    return rmd17.run(data, "ethanol", 0, rmd17.EPOCHS[0]).sets()


def _methane(data: Path) -> Sets:
    return dict(load_recipe("methane", data / "methane"))


def _3bpa(data: Path) -> Sets:
    parts = acac.read(data, "3bpa")
    return {"train": parts["train"], "validation": parts["validation"], "test": parts["held_out_300K"]}


def _molybdenum(data: Path) -> Sets:
    parts = load_recipe("zuo2020/Mo", data / "zuo2020")
    return {**molecules.held_out(parts["train"], 20), "test": parts["test"]}


SETS: dict[str, Callable[[Path], Sets]] = {
    "ethanol": _ethanol,
    "methane": _methane,
    "3bpa": _3bpa,
    "Mo": _molybdenum,
}
PLAN = [
    *((name, recipe) for name in SETS for recipe in (DEFAULTS, PAPER) if (name, recipe) != ("Mo", PAPER)),
    ("Mo", FIXED),
]
"""With the paper's cutoff an atom of molybdenum has some 300 neighbours: left out."""
RANGE = {"soft_min": 0.8, "soft_max": 5.0, "sigma": 4.0}
"""Å: of ``rmd17.py``."""


def runs(data: Path, names: Sequence[str] = tuple(SETS), seeds: Sequence[int] = SEEDS) -> list[Run]:
    """One seed of all, then the next."""
    return [run(data, name, recipe, seed) for seed in seeds for name, recipe in PLAN if name in names]


def run(data: Path, name: str, recipe: str, seed: int) -> Run:
    """One training."""
    tables: dict[str, dict[str, Any]] = {"data": {"train": name, "validation_size": 1}, "training": {"seed": seed}}
    model = {FIXED: RANGE}.get(recipe, {})
    config = configuration(tables) if recipe == PAPER else parse_config({**tables, "model": model})
    facts = {"set": name, "recipe": recipe, "seed": seed}
    return Run(f"defaults-{name}-{recipe}-{seed}".replace(" ", "-"), facts, config, lambda: SETS[name](data))


def report(planned: list[Run], into: Path) -> None:
    """``results/train_defaults.json``: test errors in meV, meV/atom and meV/Å, and seconds, by set and settings."""
    data = molecules.collect("train_defaults", planned, into)
    summary = []
    for (name, recipe), rows in grouped(data["rows"], "set", "recipe").items():
        tests = [row["test"]["test"] for row in rows]
        spent = [row["processor_seconds"] for row in rows if row["processor_seconds"] is not None]
        line: dict[str, Any] = {"set": name, "recipe": recipe, "seeds": [row["seed"] for row in rows]}
        line["sizes"] = rows[0]["sizes"]
        for key in ERRORS:
            if key in tests[0]:
                line[key] = spread(1000 * errors[key] for errors in tests)
        line["processor_seconds"] = spread(spent) if spent else None
        summary.append(line)
        say(table_row(line))
    record.write("train_defaults", {"summary": summary, **data})


def table_row(line: dict[str, Any]) -> str:
    """A line of the summary as a row of the table in docs/training.md."""
    errors = [rmd17.rounded(line[key]) if key in line else "" for key in ERRORS[:3]]
    seconds = "" if line["processor_seconds"] is None else f"{line['processor_seconds']['mean']:.0f}"
    return f"| {line['set']} | {line['sizes']['train']:,} | {line['recipe']} | {' | '.join(errors)} | {seconds} |"


if __name__ == "__main__":
    molecules.script("train_defaults", __doc__, runs, report, sets=tuple(SETS), seeds=SEEDS)
