"""What the benchmarks of molecular sets share: reading the sets, a training that is kept as JSON, and the report.

Units of what is read: eV and Å. A finished training lies in ``--into`` as ``run-<name>.json`` with its configuration
and is not repeated; one of another configuration is an error. An interrupted training goes on where it was. Trainings
of which the last report tells, made elsewhere perhaps, are not repeated either and stand in the next one.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import ase.units
import numpy as np
import record
import torch

from invgen.data.dataset import Dataset
from invgen.data.structures import Structure
from invgen.files import write_text
from invgen.nn.energy import EnergyForces
from invgen.nn.network import Network
from invgen.potentials.evaluation import errors_of, evaluate
from invgen.potentials.training.checkpoint import CHECKPOINT
from invgen.potentials.training.config import Config, parse_config
from invgen.potentials.training.start import starting_model
from invgen.potentials.training.trainer import Trainer

KCAL = ase.units.kcal / ase.units.mol
"""eV per kcal/mol."""
HIP_NN, HIP_HOP_NN = "hip-nn", "hip-hop-nn"
PAPER: dict[str, dict[str, Any]] = {
    "model": {
        "features": 32, "sensitivities": 20, "soft_min": 0.4, "soft_max": 9.0, "cutoff": 10.3, "sigma": 16.0,
        "interactions": 1, "atom_layers": 3,
    },
    "loss": {"kind": "rmse+mae", "energy": 1.0, "per_atom": False},
    "training": {
        "epochs": 100, "batch_size": 256, "learning_rate": 2.5e-3, "schedule": "plateau", "optimizer": "adam",
        "sensitivity_rate": 0.05, "average": 0.0,
    },
}  # fmt: skip
"""The paper's settings. What a benchmark does not name is as here, whatever the defaults of ``invgen train`` are."""
AT_ONCE = 5_000
"""Structures whose pairs are in memory at a time when errors are measured."""
Sets = dict[str, list[Structure]]
say = partial(print, flush=True)


def rmd17(data: Path, molecule: str) -> Sets:
    """The 1,000 frames for training and the 1,000 for testing of official split 01, in their order."""
    with np.load(data / "rmd17" / f"{molecule}_split01.npz") as arrays:
        return {
            part: [
                Structure(arrays["Z"], positions, energy=energy * KCAL, forces=forces * KCAL)
                for positions, energy, forces in zip(*(arrays[f"{x}_{part}"] for x in "REF"), strict=True)
            ]
            for part in ("train", "test")
        }


def qm7(data: Path) -> tuple[list[Structure], np.ndarray]:
    """All molecules with their PBE0 atomization energies (negative), and the indices of the five splits."""
    with np.load(data / "qm7.npz") as arrays:
        rows = zip(arrays["Z"], arrays["R"], arrays["E_kcal"], strict=True)
        return [Structure(z[z > 0], r[z > 0], energy=e * KCAL) for z, r, e in rows], arrays["splits"].astype(int)


def qm9(data: Path) -> list[Structure]:
    """All molecules with their atomization energies at 0 K: U0 less that of the atoms (B3LYP)."""
    with np.load(data / "qm9.npz") as arrays:
        hartree = arrays["props"][:, list(arrays["prop_names"]).index("U0_Ha")]
        atoms = dict(zip(arrays["atomref_Z"].tolist(), arrays["atomref_U0_Ha"].tolist(), strict=True))
        ends = np.cumsum(arrays["n_atoms"], dtype=int)[:-1]
        molecules = zip(np.split(arrays["Z"], ends), np.split(arrays["R"], ends), hartree, strict=True)
        return [
            Structure(z, r, energy=(e - sum(atoms[int(n)] for n in z)) * ase.units.Hartree) for z, r, e in molecules
        ]


def held_out(structures: Sequence[Structure], count: int) -> Sets:
    """``count`` of the structures for validation, the rest for training: the same draw for all seeds."""
    order = np.random.default_rng(0).permutation(len(structures))
    return {"train": [structures[i] for i in order[count:]], "validation": [structures[i] for i in order[:count]]}


def configuration(settings: dict[str, dict[str, Any]], **changes: dict[str, Any]) -> Config:
    """``PAPER`` with ``settings``, and single keys of them changed, table by table."""
    layers = PAPER, settings, changes
    return parse_config(
        {
            table: {k: v for some in layers for k, v in some.get(table, {}).items()}
            for table in dict.fromkeys(table for some in layers for table in some)
        }
    )


@dataclass(frozen=True)
class Run:
    """One training: ``facts`` go into its row; ``sets`` gives train, validation and any number of test sets."""

    name: str
    facts: dict[str, Any]
    config: Config
    sets: Callable[[], Sets]

    def file(self, into: Path) -> Path:
        """Where the finished training lies."""
        return into / f"run-{self.name}.json"


def finished(run: Run, into: Path) -> dict[str, Any] | None:
    """The kept row, if there is one. Fails if it is of other settings."""
    if not run.file(into).exists():
        return None
    kept: dict[str, Any] = json.loads(run.file(into).read_text())
    defaults = Config().to_json()  # of options that are newer than the training
    settings = {table: {**values, **kept["config"].get(table, {})} for table, values in defaults.items()}
    if settings != json.loads(json.dumps(run.config.to_json())):
        raise SystemExit(f"{run.file(into)} has other settings than this script: move it away, or take another --into")
    return kept


def execute(run: Run, into: Path) -> None:
    """Train, test and keep: errors in eV and eV/Å, seconds of the steps and of the processor."""
    if finished(run, into):
        return
    say(f"training {run.name}")
    sets, config = run.sets(), run.config
    learnt = {name: Dataset.from_structures(sets.pop(name), config.model.cutoff) for name in ("train", "validation")}
    dtype = getattr(torch, config.training.dtype)
    model = starting_model(config.model, config.references, learnt["train"], config.training.seed, dtype)
    resumed = (into / run.name / CHECKPOINT).exists()
    start = time.process_time()
    trainer = Trainer(
        model, learnt["train"], learnt["validation"], config.training, into / run.name, say, loss=config.loss
    )
    if not trainer.run():
        raise SystemExit(130)
    spent = time.process_time() - start
    result = {
        **run.facts,
        "parameters": model.parameter_count(),
        "sizes": {name: len(data) for name, data in learnt.items()} | {name: len(s) for name, s in sets.items()},
        "best_epoch": trainer.best["epoch"],
        "validation": {k: v for k, v in trainer.best.items() if k.endswith(("_mae", "_rmse"))},
        "test": {name: errors(model, structures) for name, structures in sets.items()},
        "seconds": trainer.seconds,
        "processor_seconds": None if resumed else spent,
        "config": config.to_json(),
        "stamp": record.stamp(),
    }
    write_text(run.file(into), json.dumps(result, indent=1) + "\n")


def errors(model: Network, structures: Sequence[Structure]) -> dict[str, float]:
    """As ``Evaluation.errors``; of sets of any size."""
    network = EnergyForces(model).eval()
    sums = 0.0
    for start in range(0, len(structures), AT_ONCE):
        data = Dataset.from_structures(structures[start : start + AT_ONCE], model.cutoff)
        sums = sums + evaluate(network, data).sums()
    return errors_of(np.asarray(sums))


def spread(values: Iterable[float]) -> dict[str, Any]:
    """Mean, sample standard deviation (none of a single value) and the values."""
    values = list(values)
    deviation = statistics.stdev(values) if len(values) > 1 else None
    return {"mean": statistics.fmean(values), "deviation": deviation, "values": values}


def told(values: dict[str, Any]) -> str:
    """``12.3 ± 0.4 (3)``, or without a spread for one value."""
    deviation = "" if values["deviation"] is None else f" ± {values['deviation']:.3g}"
    return f"{values['mean']:.4g}{deviation} ({len(values['values'])})"


def grouped(rows: Iterable[dict[str, Any]], *keys: str) -> dict[tuple[Any, ...], list[dict[str, Any]]]:
    """Rows that agree in ``keys``, in their order."""
    groups: dict[tuple[Any, ...], list[dict[str, Any]]] = {}
    for row in rows:
        groups.setdefault(tuple(row[key] for key in keys), []).append(row)
    return groups


def recorded(name: str, planned: Sequence[Run]) -> dict[str, dict[str, Any]]:
    """Rows of ``results/<name>.json`` by the names of trainings, all of which are ``planned``.

    Fails if they are of other settings.
    """
    path = record.RESULTS / f"{name}.json"
    if not path.exists():
        return {}
    kept = json.loads(path.read_text())
    defaults, settings = Config().to_json(), json.loads(json.dumps(common([run.config.to_json() for run in planned])))
    for table, keys in settings.items():
        then = {**defaults[table], **kept["settings"].get(table, {})}  # an option that is newer had its default
        if other := [key for key, value in keys.items() if then[key] != value]:
            raise SystemExit(f"{path} has other settings than this script ({table}: {', '.join(other)}): move it away")
    rows = [(row, run) for run in planned for row in kept["rows"] if run.facts.items() <= row.items()]
    return {run.name: row for row, run in rows}


def collect(name: str, planned: Sequence[Run], into: Path) -> dict[str, Any]:
    """Rows of what is trained, here or as ``results/<name>.json`` has it; what is missing; the settings once."""
    found = recorded(name, planned)
    for run in planned:
        if row := finished(run, into):
            stamp = row.pop("stamp")
            del row["config"]
            found[run.name] = {**row, "trained_at": stamp["commit"], "processor": stamp["processor"]}
    return {
        "settings": common([run.config.to_json() for run in planned]),
        "threads": torch.get_num_threads(),
        "units": "eV and eV/Å in rows; seconds of the wall on a busy machine; processor_seconds null where resumed",
        "missing": [run.name for run in planned if run.name not in found],
        "rows": [found[run.name] for run in planned if run.name in found],
    }


def common(configs: Sequence[dict[str, dict[str, Any]]]) -> dict[str, dict[str, Any]]:
    """Keys, table by table, that all configurations agree in."""
    first, *others = configs
    return {
        table: {key: value for key, value in keys.items() if all(other[table][key] == value for other in others)}
        for table, keys in first.items()
    }


def parser(description: str) -> argparse.ArgumentParser:
    """The options that all scripts have."""
    made = argparse.ArgumentParser(description=description.splitlines()[0])
    made.add_argument("--data", type=Path, required=True, help="folder with rmd17/, qm7.npz, qm9.npz, acac/, 3bpa/")
    made.add_argument("--into", type=Path, required=True, help="folder for checkpoints and finished trainings")
    made.add_argument("--report", action="store_true", help="only collect what is finished")
    return made


def script(
    name: str,
    description: str,
    runs: Callable[..., list[Run]],
    report: Callable[[list[Run], Path], None],
    **choices: Sequence[Any],
) -> None:
    """The command line of ``benchmarks/<name>.py``: train what ``runs(data, *chosen)`` plans, then report.

    ``choices`` are options by name, of which any may be chosen; all are by default.
    """
    made = parser(description)
    for option, known in choices.items():
        made.add_argument(f"--{option}", nargs="+", type=type(known[0]), choices=known, default=list(known))
    arguments = made.parse_args()
    planned = runs(arguments.data)
    chosen = runs(arguments.data, *(tuple(getattr(arguments, option)) for option in choices))
    work(name, planned, chosen, arguments)
    report(planned, arguments.into)


def work(name: str, planned: Sequence[Run], chosen: Sequence[Run], arguments: argparse.Namespace) -> None:
    """Train those of the ``chosen`` that neither ``--into`` nor ``results/<name>.json`` has, one at a time.

    On as many threads as OMP_NUM_THREADS says, or one.
    """
    torch.set_num_threads(int(os.environ.get("OMP_NUM_THREADS", "1")))
    kept = recorded(name, planned)
    for run in () if arguments.report else chosen:
        if run.name not in kept:
            execute(run, arguments.into)
