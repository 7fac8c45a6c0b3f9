"""Acetylacetone and 3BPA: learnt at 300 K; RMSE of energies and forces at 300 K and beyond.

acac: of the 500 frames of train_300K 50 choose the best epoch; the published test sets are MD at 300 K and 600 K, a
dihedral scan and the transfer of the hydrogen, the last two with energies alone. 3BPA, whose test sets are not to be
had here: of its train_300K 50 frames are held out for the test and 50 others choose the best epoch, which leaves 400.
Settings are those of ``rmd17.py`` with more epochs, since there are fewer frames.

    export OMP_NUM_THREADS=1 NUMBA_NUM_THREADS=1
    python benchmarks/acac.py --data DATA --into acac [--molecules acac ..] [--seeds 0 ..]        -> results/acac.json

``--report`` writes what is finished; the JSON names what is missing.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import molecules
import record
import rmd17
from molecules import Run, Sets, configuration, grouped, say, spread, told

from invgen.data.structures import read_structures

MOLECULES = ("acac", "3bpa")
TESTS = ("test_MD_300K", "test_MD_600K", "test_dihedral", "test_H_transfer")
SEEDS = rmd17.SEEDS
VALIDATION = 50
SETTINGS = {**rmd17.SETTINGS, "training": {**rmd17.SETTINGS["training"], "epochs": 80}}


def read(data: Path, molecule: str) -> Sets:
    """All sets of one molecule."""

    def file(name: str) -> Path:
        return data / molecule / f"{name}.extxyz.xz"

    frames = read_structures(file("train_300K"))
    if molecule == "acac":
        tests = {name: read_structures(file(name)) for name in TESTS}
    else:
        parts = molecules.held_out(frames, VALIDATION)
        frames, tests = parts["train"], {"held_out_300K": parts["validation"]}
    return {**molecules.held_out(frames, VALIDATION), **tests}


def runs(data: Any, names: tuple[str, ...] = MOLECULES, seeds: tuple[int, ...] = SEEDS) -> list[Run]:
    """One seed of both molecules, then the next."""
    return [run(data, molecule, seed) for seed in seeds for molecule in names]


def run(data: Any, molecule: str, seed: int) -> Run:
    """One molecule, one seed."""
    config = configuration(
        SETTINGS,
        data={"train": f"{molecule}/train_300K.extxyz.xz", "validation_size": VALIDATION},
        training={"seed": seed},
    )
    facts = {"molecule": molecule, "seed": seed}
    return Run(f"{molecule}-{seed}", facts, config, lambda: read(data, molecule))


def report(planned: list[Run], into: Any) -> None:
    """``results/acac.json``: RMSE (meV, meV/Å) for every test set."""
    data = molecules.collect("acac", planned, into)
    summary = []
    for (molecule,), rows in grouped(data["rows"], "molecule").items():
        for name in rows[0]["test"]:
            found = [row["test"][name] for row in rows]
            line: dict[str, Any] = {"molecule": molecule, "set": name, "seeds": [row["seed"] for row in rows]}
            text = f"{molecule} {name}:"
            for key, label, unit in (
                ("energy_rmse", "energy_rmse_meV", "meV"),
                ("force_rmse", "force_rmse_meV_per_A", "meV/Å"),
            ):
                if key in found[0]:
                    line[label] = spread(1000 * errors[key] for errors in found)
                    text += f" {key.replace('_', ' ')} {told(line[label])} {unit}"
            summary.append(line)
            say(text)
    record.write("acac", {"summary": summary, **data})


if __name__ == "__main__":
    molecules.script("acac", __doc__, runs, report, molecules=MOLECULES, seeds=SEEDS)
