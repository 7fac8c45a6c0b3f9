"""Does a cheaper complete set learn as well? HIP-HOP-NN with flexible, robust, independent and cheapest sets of (3,4).

Equal settings for all: those of ``methane.py`` with 10,000 frames, and those of ``rmd17.py`` with 40 epochs for two
molecules; they were chosen for the flexible set. Of each set also what might predict it: size, statements of the three
programs, singular values at random environments, and symmetric sites at which it sees less than could be seen. Rows of
the flexible set are those in ``results/methane.json`` and ``rmd17.json``.

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
TASKS = ("methane", "ethanol", "malonaldehyde")
SEEDS = (0, 1, 2)
FLEXIBLE = "flexible"
SETS: dict[str, dict[str, Any]] = {
    FLEXIBLE: {"objective": "flexible"},
    "robust": {"objective": "robust"},
    "independent": {"objective": "independent"},
    "cheapest independent": {"objective": "independent", "ordering": "program"},
    "cheapest robust": {"objective": "robust", "ordering": "program"},
}
KEYS = ("energy_rmse", "energy_mae", "force_rmse", "force_mae")


def emitted(name: str, into: Path) -> Path:
    """The folder of a set, made once."""
    folder = into / "bases" / name.replace(" ", "-")
    if not folder.exists():
        basis = invgen.generate(invgen.BasisSpec("cartesian", l_max=3, n_max=4, **SETS[name]))
        invgen.emit(basis, ("numba", "torch"), folder)
    return folder


def facts(name: str, into: Path) -> dict[str, Any]:
    """What is known of a set before it is trained with."""
    basis = invgen.find_basis(emitted(name, into))
    seen = basis.flexibility()
    return {
        "set": name,
        "labels": list(basis.labels),
        "statements": {kernel: program.operations["total"] for kernel, program in invgen.kernels_of(basis).items()},
        "singular_values": list(basis.evidence.singular_values),
        "sites": len(seen.sites),
        "sites_short": [site.name for site in seen.sites if site.rank < site.attainable],
        "patterns_short": [pattern.name for pattern in seen.patterns if pattern.among < pattern.bound],
    }


def run(task: str, name: str, seed: int, data: Path, into: Path) -> Run:
    """One set, one task, one seed."""
    basis = {"basis": str(emitted(name, into).resolve())}
    about = {"task": task, "set": name, "seed": seed}
    title = f"{task}-{name.replace(' ', '-')}-{seed}"
    if task == "methane":

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
    """Rows of the flexible set from the two other results, errors in eV and eV/Å."""
    rows = []
    for found in json.loads((record.RESULTS / "methane.json").read_text())["runs"]:
        if (found["model"], found["size"]) == (methane.FIRST, SIZE):
            test = {key: found["test"][key] / methane.KCAL for key in KEYS}
            rows.append({"task": "methane", "set": FLEXIBLE, "seed": found["seed"], "test": {"test": test}})
    for found in json.loads((record.RESULTS / "rmd17.json").read_text())["rows"]:
        if found["molecule"] in TASKS and found["epochs"] == rmd17.EPOCHS[0]:
            rows.append({"task": found["molecule"], "set": FLEXIBLE, "seed": found["seed"], "test": found["test"]})
    return rows


def report(planned: list[Run], into: Path) -> None:
    """``results/sets_learning.json``: means over the seeds, and the errors relative to those of the flexible set."""
    data = molecules.collect(planned, into)
    summary = []
    for (task, name), rows in sorted(
        grouped([*kept_rows(), *data["rows"]], "task", "set").items(),
        key=lambda item: (TASKS.index(item[0][0]), list(SETS).index(item[0][1])),
    ):
        errors = {key: spread(1000 * row["test"]["test"][key] for row in rows) for key in KEYS}
        summary.append({"task": task, "set": name, "seeds": len(rows), "errors_meV": errors})
        say(f"{task:14s} {name:21s} " + ", ".join(f"{key} {molecules.told(errors[key])}" for key in KEYS))
    record.write("sets_learning", {"sets": [facts(name, into) for name in SETS], "summary": summary, **data})


def main() -> None:
    """Trains what is missing, and reports."""
    parser = molecules.parser(__doc__)
    parser.add_argument("--tasks", nargs="+", choices=TASKS, default=list(TASKS))
    parser.add_argument("--sets", nargs="+", choices=SETS, default=[name for name in SETS if name != FLEXIBLE])
    parser.add_argument("--seeds", nargs="+", type=int, choices=SEEDS, default=list(SEEDS))
    arguments = parser.parse_args()
    arguments.into.mkdir(parents=True, exist_ok=True)

    def plan(seeds: Any, tasks: Any, sets: Any) -> list[Run]:
        return [run(task, name, s, arguments.data, arguments.into) for s in seeds for task in tasks for name in sets]

    molecules.work(plan(arguments.seeds, arguments.tasks, arguments.sets), arguments)
    report(plan(SEEDS, TASKS, [name for name in SETS if name != FLEXIBLE]), arguments.into)


if __name__ == "__main__":
    main()
