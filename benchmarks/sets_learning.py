"""Does a cheaper complete set learn as well? HIP-HOP-NN with flexible, independent, robust and cheapest sets.

Equal settings for all: those of ``methane.py`` with 10,000 frames, and those of ``rmd17.py`` with 40 epochs for two
molecules; they were chosen for the flexible set of (3,4). Sets of (3,4) for all three, of (4,4) for methane. Of each
set also what might predict it: size, statements of the three programs, singular values at random environments, and
symmetric sites at which it sees less than could be seen. Rows of the flexible sets are those in
``results/methane.json`` and ``rmd17.json``. Sets with the same members are trained once: at (3,4) the independent set
has the largest rank at all sites, so it is the robust one.

    export OMP_NUM_THREADS=1 NUMBA_NUM_THREADS=1
    python benchmarks/sets_learning.py --data DATA --into sets [--tasks methane ..] [--sets ..] [--seeds 0 ..]
      -> results/sets_learning.json
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import methane
import molecules
import record
import rmd17
from molecules import Run, Sets, configuration, grouped, say, spread

import invgen
from invgen.data import read_structures

SIZE = 10_000
METHANE, METHANE_4 = "methane", "methane (4,4)"
TASKS = (METHANE, "ethanol", "malonaldehyde", METHANE_4)
SEEDS = (0, 1, 2)
FLEXIBLE = "flexible"
OBJECTIVES: dict[str, dict[str, Any]] = {
    FLEXIBLE: {"objective": "flexible"},
    "independent": {"objective": "independent"},
    "cheapest independent": {"objective": "independent", "ordering": "program"},
    "robust": {"objective": "robust"},
    "cheapest robust": {"objective": "robust", "ordering": "program"},
}
SETS = {3: tuple(OBJECTIVES)[:3], 4: tuple(OBJECTIVES)}
"""By the highest rank: the objectives whose sets differ."""
KEYS = ("energy_rmse", "energy_mae", "force_rmse", "force_mae")


def rank(task: str) -> int:
    """The highest rank of a task's sets."""
    return 4 if task == METHANE_4 else 3


def made(l_max: int, name: str) -> invgen.Basis:
    """The basis of an objective, n <= 4."""
    return invgen.generate(invgen.BasisSpec("cartesian", l_max=l_max, n_max=4, **OBJECTIVES[name]))


def emitted(l_max: int, name: str, into: Path) -> Path:
    """The folder of a set, made once."""
    folder = into / "bases" / (name.replace(" ", "-") + ("" if l_max == 3 else f"-l{l_max}"))
    if not folder.exists():
        invgen.emit(made(l_max, name), ("numba", "torch"), folder)
    return folder


def facts(l_max: int, name: str) -> dict[str, Any]:
    """What is known of a set before it is trained with."""
    basis = made(l_max, name)
    seen = basis.flexibility()
    return {
        "l_max": l_max,
        "set": name,
        "same_members_as": [
            other for other in OBJECTIVES if other != name and set(made(l_max, other).labels) == set(basis.labels)
        ],
        "labels": list(basis.labels),
        "statements": {kernel: program.operations["total"] for kernel, program in invgen.kernels_of(basis).items()},
        "singular_values": list(basis.evidence.singular_values),
        "sites": len(seen.sites),
        "sites_short": [site.name for site in seen.sites if site.rank < site.attainable],
        "patterns_short": [pattern.name for pattern in seen.patterns if pattern.among < pattern.bound],
    }


def run(task: str, name: str, seed: int, data: Path, into: Path) -> Run:
    """One set, one task, one seed."""
    basis = {"basis": str(emitted(rank(task), name, into).resolve())}
    about = {"task": task, "set": name, "seed": seed}
    title = f"{task.replace(' ', '-')}-{name.replace(' ', '-')}-{seed}"
    if task in (METHANE, METHANE_4):

        def frames() -> Sets:
            methane.prepare(into, SIZE, 1)
            files = {"train": f"train-{SIZE}", "validation": "validation", "test": "test"}
            return {part: read_structures(into / f"{file}.npz") for part, file in files.items()}

        settings = {
            "data": {"train": f"train-{SIZE}.npz", "validation": "validation.npz"},
            "model": {**methane.MODEL, **methane.MODELS[methane.FIRST], **basis},
            "loss": methane.LOSS,
            "training": {**methane.TRAINING, "epochs": methane.EPOCHS[SIZE], "seed": seed},
        }
        return Run(title, about, configuration(settings), frames)
    known = rmd17.run(data, task, seed, rmd17.EPOCHS[0])
    settings = {**rmd17.SETTINGS, "data": {"train": f"rmd17/{task}_split01.npz", "validation_size": rmd17.VALIDATION}}
    changed = configuration(settings, model=basis, training={"seed": seed, "epochs": rmd17.EPOCHS[0]})
    return Run(title, about, changed, known.sets)


def kept_rows() -> list[dict[str, Any]]:
    """Rows of the flexible sets from the two other results, errors in eV and eV/Å."""
    rows = []
    tasks = {methane.FIRST: METHANE, f"{methane.HOP} (4,4)": METHANE_4}
    for found in json.loads((record.RESULTS / "methane.json").read_text())["runs"]:
        if found["model"] in tasks and found["size"] == SIZE:
            test = {key: found["test"][key] / methane.KCAL for key in KEYS}
            rows.append({"task": tasks[found["model"]], "set": FLEXIBLE, "seed": found["seed"], "test": {"test": test}})
    for found in json.loads((record.RESULTS / "rmd17.json").read_text())["rows"]:
        if found["molecule"] in TASKS and found["epochs"] == rmd17.EPOCHS[0]:
            rows.append({"task": found["molecule"], "set": FLEXIBLE, "seed": found["seed"], "test": found["test"]})
    return rows


def report(planned: list[Run], into: Path) -> None:
    """``results/sets_learning.json``: means over the seeds."""
    data = molecules.collect("sets_learning", planned, into)
    summary = []
    for (task, name), rows in sorted(
        grouped([*kept_rows(), *data["rows"]], "task", "set").items(),
        key=lambda item: (TASKS.index(item[0][0]), list(OBJECTIVES).index(item[0][1])),
    ):
        errors = {key: spread(1000 * row["test"]["test"][key] for row in rows) for key in KEYS}
        summary.append({"task": task, "set": name, "seeds": len(rows), "errors_meV": errors})
        say(f"{task:14s} {name:21s} " + ", ".join(f"{key} {molecules.told(errors[key])}" for key in KEYS))
    known = [facts(l_max, name) for l_max, names in SETS.items() for name in names]
    record.write("sets_learning", {"sets": known, "summary": summary, **data})


def main() -> None:
    """Trains what is missing, and reports."""
    parser = molecules.parser(__doc__)
    trained = [name for name in OBJECTIVES if name != FLEXIBLE]
    parser.add_argument("--tasks", nargs="+", choices=TASKS, default=list(TASKS))
    parser.add_argument("--sets", nargs="+", choices=trained, default=trained)
    parser.add_argument("--seeds", nargs="+", type=int, choices=SEEDS, default=list(SEEDS))
    arguments = parser.parse_args()
    arguments.into.mkdir(parents=True, exist_ok=True)

    def plan(seeds: Any, tasks: Any, sets: Any) -> list[Run]:
        return [
            run(task, name, seed, arguments.data, arguments.into)
            for seed in seeds
            for task in tasks
            for name in sets
            if name in SETS[rank(task)]
        ]

    planned, chosen = plan(SEEDS, TASKS, trained), plan(arguments.seeds, arguments.tasks, arguments.sets)
    molecules.work("sets_learning", planned, chosen, arguments)
    report(planned, arguments.into)


if __name__ == "__main__":
    main()
