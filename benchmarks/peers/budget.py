"""One training of so many processor seconds: what the sides of benchmarks/same_budget.py have in common.

Needs NumPy and torch alone, because every peer lives in an environment of its own. A side is one package: it makes a
network from its settings and a seed, takes a step on given frames at a given rate, and predicts. The loop is the same
for all: batches in random order, one cycle of the rate that ends with the budget, and a look at the validation frames
at ``LOOKS`` of the budget; the weights with the least ``score`` there are tested. Seconds are those of the
processor in the steps, batches included. What is not counted, for none of them: imports, reading, neighbours that a
package finds before it trains, the first ``WARM_UP`` steps, which compile and are taken back, and predictions.
"""

from __future__ import annotations

import argparse
import json
import math
import time
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path
from typing import Any, Protocol

import numpy as np
import torch

PARTS = ("train", "validation", "test")
LOOKS = (0.5, 0.6, 0.7, 0.8, 0.85, 0.9, 0.95, 1.0)
WARM_UP = 8
RISE, FLOOR = 0.1, 1e-3
Set = dict[str, np.ndarray]
"""Positions R (frames, atoms, 3) Å, energies E (frames,) eV, forces F (frames, atoms, 3) eV/Å."""


class Side(Protocol):
    """One package with one network."""

    def begin(self) -> None:
        """A new optimizer, and a new average of the weights if there is one."""

    def step(self, rows: np.ndarray, rate: float, done: float) -> None:
        """One step on these frames of the training set, after a share ``done`` of the budget."""

    def predict(self, part: str) -> tuple[np.ndarray, np.ndarray]:
        """Energies (frames,) eV and forces (frames, atoms, 3) eV/Å, by averaged weights if there is an average."""

    def weights(self) -> Any:
        """A copy of what ``predict`` uses."""

    def load(self, weights: Any) -> None:
        """Take over such a copy; what is predicted then are these weights, and not an average."""

    def parameters(self) -> int:
        """Number of trainable ones."""


def read(path: Path) -> tuple[np.ndarray, dict[str, Set]]:
    """Atomic numbers (atoms,) and the three parts."""
    with np.load(path, allow_pickle=False) as file:
        return file["Z"], {part: {key: file[f"{key}_{part}"] for key in "REF"} for part in PARTS}


def one_cycle(done: float) -> float:
    """Share of the highest rate: up to a tenth of the budget a rise, then down a cosine to a thousandth."""
    if done < RISE:
        return 0.05 + 0.95 * done / RISE
    return FLOOR + (1 - FLOOR) * 0.5 * (1 + math.cos(math.pi * (min(done, 1.0) - RISE) / (1 - RISE)))


def errors(side: Side, part: str, labels: Set) -> dict[str, float]:
    """MAE and RMSE: eV, eV/Å."""
    energy, forces = side.predict(part)
    found = {"energy": energy - labels["E"], "force": forces - labels["F"]}
    return {
        f"{name}_{kind}": float(value)
        for name, error in found.items()
        for kind, value in (("mae", np.abs(error).mean()), ("rmse", np.sqrt(np.square(error).mean())))
    }


def score(found: dict[str, float]) -> float:
    """What weights and settings are chosen by, the loss of invgen's recipe: MAE of forces, and 0.05 of energies."""
    return found["force_mae"] + 0.05 * found["energy_mae"]


def spend(side: Side, sets: dict[str, Set], budget: float, batch: int, rate: float, seed: int) -> dict[str, Any]:
    """Train for ``budget`` processor seconds and test."""
    frames = len(sets["train"]["E"])
    generator = np.random.default_rng(seed)
    warm_up(side, frames, batch)
    spent, steps, best, looks = 0.0, 0, None, []
    ahead = list(LOOKS)
    while ahead:
        for rows in np.array_split(generator.permutation(frames), math.ceil(frames / batch)):
            started = time.process_time()
            side.step(rows, rate * one_cycle(spent / budget), spent / budget)
            spent += time.process_time() - started
            steps += 1
            if spent >= ahead[0] * budget:
                looks.append({"spent": spent, "steps": steps, **errors(side, "validation", sets["validation"])})
                if not score(looks[-1]) >= min(map(score, looks[:-1]), default=math.inf):
                    best = looks[-1], side.weights()
                ahead = [share for share in ahead if share * budget > spent]
                if not ahead:
                    break
    assert best is not None
    side.load(best[1])
    return {
        "parameters": side.parameters(),
        "steps": steps,
        "epochs": steps * batch / frames,
        "spent": spent,
        "best_at": best[0]["spent"],
        "validation": {key: value for key, value in best[0].items() if key not in ("spent", "steps")},
        "looks": looks,
    }


def warm_up(side: Side, frames: int, batch: int) -> None:
    """A few steps that are taken back: what is compiled is compiled here."""
    side.begin()
    start = side.weights()
    for k in range(WARM_UP):
        side.step(np.arange(k * batch, (k + 1) * batch) % frames, 1e-5, 0.0)
    side.load(start)
    side.begin()


def run(make: Callable[[np.ndarray, dict[str, Set], dict[str, Any], int], Side], packages: tuple[str, ...]) -> None:
    """The command line of a side: SETS.npz, settings, seed and budget in, a JSON file out."""
    parser = argparse.ArgumentParser()
    parser.add_argument("sets", type=Path)
    parser.add_argument("result", type=Path)
    parser.add_argument("--settings", type=json.loads, required=True, help="JSON with batch, rate and the network")
    parser.add_argument("--seed", type=int, required=True)
    parser.add_argument("--budget", type=float, required=True, help="processor seconds")
    parser.add_argument("--untested", action="store_true", help="validation errors alone, to choose settings by")
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    numbers, sets = read(arguments.sets)
    wall, processor = time.perf_counter(), time.process_time()
    side = make(numbers, sets, arguments.settings, arguments.seed)
    settings = arguments.settings
    found = spend(side, sets, arguments.budget, settings["batch"], settings["rate"], arguments.seed)
    if not arguments.untested:
        found["test"] = errors(side, "test", sets["test"])
    found["wall_seconds"] = time.perf_counter() - wall
    found["processor_seconds"] = time.process_time() - processor
    found["versions"] = {name: version(name) for name in packages}
    temporary = arguments.result.with_suffix(".tmp")
    temporary.write_text(json.dumps(found, indent=1) + "\n")
    temporary.replace(arguments.result)
