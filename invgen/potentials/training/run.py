"""From a configuration to a trained potential in a folder."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch

from invgen.data.dataset import Dataset, split_indices
from invgen.data.structures import Structure, read_structures
from invgen.files import write_text
from invgen.nn.energy import EnergyForces
from invgen.nn.network import Network
from invgen.nn.species import fit_species_energies
from invgen.potentials.saved import build_model
from invgen.potentials.training.config import Config, DataConfig, ModelConfig, read_config
from invgen.potentials.training.trainer import Bar, Progress, Trainer, errors
from invgen.runtime import choice


@dataclass(frozen=True)
class TrainingResult:
    """What ``train`` leaves: ``finished`` is false after Ctrl-C; errors as ``trainer.errors``."""

    model: Network
    finished: bool
    folder: Path
    validation: dict[str, float]
    test: dict[str, float] | None
    history: list[dict[str, float]]


def train_from_file(path: str | Path, progress: Progress | None = None, bar: Bar | None = None) -> TrainingResult:
    """Read a TOML configuration and train; paths in it are relative to the file.

    Raises ``ConfigError`` or ``DataError`` before work starts. An interrupted training continues when called again.
    """
    path = Path(path)
    return train(read_config(path), path.parent, progress, bar)


def train(
    config: Config, base: str | Path = ".", progress: Progress | None = None, bar: Bar | None = None
) -> TrainingResult:
    """Train as ``config`` says, telling ``progress`` a line for every event and epoch, and ``bar`` every step.

    Writes ``model.npz``, ``checkpoint.npz``, ``learning_curve.csv``, ``log.txt`` and ``summary.json`` to the folder.
    """
    base = Path(base)
    folder = base / config.output.folder
    say = _log(folder, progress)
    structures = load_splits(config.data, base)
    dtype = getattr(torch, config.training.dtype)
    sets = {k: Dataset.from_structures(v, config.model.cutoff) for k, v in structures.items() if v}
    say("structures: " + ", ".join(f"{len(data)} {name}" for name, data in sets.items()))
    model = new_model(config.model, sets["train"], config.training.seed, dtype, base)
    say(f"{config.model.kind} for elements {list(model.species)}: {model.parameter_count()} parameters")
    trainer = Trainer(model, sets["train"], sets["validation"], config.training, folder, say, bar)
    finished = trainer.run()
    test = errors(EnergyForces(model).eval(), sets["test"]) if finished and "test" in sets else None
    if finished:
        summary = {"config": config.to_json(), "validation": trainer.best, "test": test, "choice": choice.record()}
        write_text(folder / "summary.json", json.dumps(summary, indent=1) + "\n")
        say(f"finished; model, checkpoint and learning curve are in {folder}")
    return TrainingResult(model, finished, folder, trainer.best, test, trainer.history)


def _log(folder: Path, progress: Progress | None) -> Progress:
    """Write every line to ``folder/log.txt``, and to ``progress``."""

    def say(text: str) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        with open(folder / "log.txt", "a") as file:
            file.write(text + "\n")
        if progress is not None:
            progress(text)

    return say


def new_model(settings: ModelConfig, data: Dataset, seed: int, dtype: torch.dtype, base: Path = Path()) -> Network:
    """A network with weights drawn from ``seed``, for the elements of ``data`` and with their E⁰."""
    names = ("features", "sensitivities", "soft_min", "soft_max", "cutoff", "sigma", "interactions", "atom_layers")
    arguments: dict[str, Any] = {name: getattr(settings, name) for name in names}
    if settings.kind == "hip-nn-ts":
        arguments["l_max"] = settings.l_max
    basis = base / settings.basis if (base / settings.basis).is_dir() else settings.basis
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        model = build_model(settings.kind, {"species": data.species(), **arguments}, basis)
    model = model.to(dtype)
    model.species_energies.set(fit_species_energies(data, model.species))
    return model


def load_splits(settings: DataConfig, base: Path) -> dict[str, list[Structure]]:
    """Structures of ``train``, ``validation`` and ``test`` (perhaps empty). Raises ``DataError`` for too few."""
    pool = read_structures(base / settings.train)
    taken = {
        "validation": settings.validation_size or 0,
        "test": settings.test_size if settings.test is None else 0,
    }
    rest = len(pool) - sum(taken.values())
    sizes = {**taken, "train": max(rest, 1) if settings.train_size is None else settings.train_size}
    splits = {k: [pool[i] for i in rows] for k, rows in split_indices(len(pool), sizes, settings.split_seed).items()}
    for name, file in (("validation", settings.validation), ("test", settings.test)):
        if file is not None:
            splits[name] = read_structures(base / file)
    return splits
