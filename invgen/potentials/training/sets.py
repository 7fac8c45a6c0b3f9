"""The data sets of a training: read, looked at, checked and split, in memory or streamed from a database."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import torch
from ase.data import chemical_symbols

from invgen.data.dataset import Data, Dataset, split_indices
from invgen.data.errors import DataError, UnknownSpeciesError
from invgen.data.first_look import first_look
from invgen.data.labels import LABELS, check_elements, label_format
from invgen.data.memory import check_set_memory
from invgen.data.recipes import load_recipe
from invgen.data.references import symbols
from invgen.data.streamed import StreamedDataset
from invgen.data.structure import Structure
from invgen.data.structures import read_structures
from invgen.potentials.training.config import Config, DataConfig
from invgen.runs.config import ConfigError
from invgen.runs.preparation import Stage, silent
from invgen.runs.references import ReferencesConfig

SETS = ("train", "validation", "test")
ATOMS = "isolated_atoms"
"""What recipes call their single atoms."""
SAMPLE = 1_000
"""Rows of a streamed set that are looked at, at even steps."""


def training_sets(
    config: Config, base: Path, say: Callable[[str], None], stage: Stage = silent
) -> tuple[dict[str, Data], ReferencesConfig]:
    """Training, validation and perhaps test set, and where energies of atoms come from. ``say`` hears what is seen.

    Raises ``DataError``, ``UnknownSpeciesError`` and ``ConfigError`` for what would not work, before work starts.
    """
    cutoff = config.model.cutoff
    if config.data.streamed:
        streamed = streamed_sets(config.data, base, cutoff, stage)
        say("structures: " + ", ".join(f"{len(data)} {name}" for name, data in streamed.items()) + ", streamed")
        train = streamed["train"]
        step = -(-len(train) // SAMPLE)
        if step > 1:
            say("labels: " + ", ".join(f"{name} {count}" for name, count in train.labelled().items()))
        seen = train.structures(range(0, len(train), step))
        for line in _first_look(config, base, seen, stage, "train" if step == 1 else f"one in {step} of train"):
            say(line)
        sets: dict[str, Data] = {**streamed}
        atoms: list[Structure] = []
    else:
        structures = load_splits(config.data, base, stage)
        say("structures: " + ", ".join(f"{len(some)} {name}" for name, some in structures.items() if some))
        for line in _first_look(config, base, structures["train"], stage, "train"):
            say(line)
        sets = datasets({name: structures[name] for name in SETS if structures.get(name)}, cutoff, stage)
        atoms = structures.get(ATOMS, [])
    if "test" in sets and any(sets["train"].labelled().values()) and not any(sets["test"].labelled().values()):
        raise DataError(
            f"none of the {len(sets['test'])} test structures has a label to compare with: tell where labels are "
            "(data.keys), or leave the test set out"
        )
    return sets, with_isolated_atoms(config.references, sets, atoms)


def _first_look(config: Config, base: Path, structures: Sequence[Structure], stage: Stage, name: str) -> Iterator[str]:
    learnt = [label for label in LABELS if getattr(config.loss, label) > 0]
    labels = label_format(config.data.keys, config.data.units)
    file = None if config.data.train is None else base / config.data.train
    return first_look(structures, config.model.cutoff, learnt, labels, file, config.training.batch_size, name, stage)


def with_isolated_atoms(
    references: ReferencesConfig, sets: Mapping[str, Data], atoms: Sequence[Structure]
) -> ReferencesConfig:
    """With energies of single atoms, wherever the split has put them, and of the ``atoms`` of a recipe."""
    if references.method != "isolated":
        return references
    known = {int(s.numbers[0]): s.energy for s in atoms if s.energy is not None}
    for data in reversed(list(sets.values())):
        alone = torch.nonzero((data.atoms == 1) & (data.pairs == 0) & ~data.energy.isnan())[:, 0]
        elements = data.composition(data.species())[alone].argmax(dim=1)
        for element, energy in zip(elements.tolist(), data.energy[alone].tolist(), strict=True):
            known[data.species()[element]] = energy
    trained = sets["train"].species()
    energies = {chemical_symbols[z]: energy for z, energy in known.items() if z in trained}
    return replace(references, energies={**energies, **references.energies})


def datasets(structures: Mapping[str, Sequence[Structure]], cutoff: float, stage: Stage = silent) -> dict[str, Data]:
    """In memory, with all neighbours.

    Raises ``UnknownSpeciesError`` for elements that are not in the training set, and ``DataError`` for neighbours that
    would not fit into the memory.
    """
    known = {int(z) for s in structures["train"] for z in s.numbers}
    for name, some in structures.items():
        check_elements(known, some, name)
        check_set_memory(some, cutoff, f"the {name} set")
    return {name: Dataset.from_structures(some, cutoff, stage) for name, some in structures.items()}


def streamed_sets(settings: DataConfig, base: Path, cutoff: float, stage: Stage = silent) -> dict[str, StreamedDataset]:
    """Read from databases batch by batch. Raises as ``datasets``, naming elements alone."""
    labels = label_format(settings.keys, settings.units)
    pool = StreamedDataset.open(base / str(settings.train), cutoff, labels, stage)
    rows = split_indices(len(pool), _sizes(settings, len(pool), settings.test is None), settings.split_seed)
    sets = {name: pool.take(some) for name, some in rows.items() if len(some)}
    for name, file in (("validation", settings.validation), ("test", settings.test)):
        if file is not None:
            sets[name] = StreamedDataset.open(base / file, cutoff, labels, stage)
    for name, data in sets.items():
        new = sorted(set(data.species()) - set(sets["train"].species()))
        if new:
            raise UnknownSpeciesError(
                f"the {name} structures hold {', '.join(symbols(new))}, which no training structure does: add "
                "structures with these elements, or remove the others"
            )
    return sets


def _sizes(settings: DataConfig, pool: int, takes_test: bool) -> dict[str, int]:
    """How many structures of the pool each set gets; training the rest, or less."""
    taken = {"validation": settings.validation_size or 0, "test": settings.test_size if takes_test else 0}
    rest = max(pool - sum(taken.values()), 1)
    return {**taken, "train": rest if settings.train_size is None else settings.train_size}


def load_splits(settings: DataConfig, base: Path, stage: Stage = silent) -> dict[str, list[Structure]]:
    """Structures of ``train``, ``validation`` and ``test`` (perhaps empty), and what else a recipe has.

    Raises ``DataError`` for too few, and what recipes and readers raise.
    """
    labels = label_format(settings.keys, settings.units)
    if settings.recipe is not None:
        more = {**load_recipe(settings.recipe, base / str(settings.path), settings.split)}
    else:
        more = {"train": read_structures(base / str(settings.train), labels, progress=stage)}
    pool = more.pop("train")
    for name in SETS[1:]:
        if name in more and getattr(settings, f"{name}_size"):
            raise ConfigError(f"{settings.recipe} publishes a {name} set: leave data.{name}_size out")
    if "validation" not in more and settings.validation_size is None and settings.validation is None:
        raise ConfigError(
            f"{settings.recipe} publishes no validation set: give data.validation_size or data.validation"
        )
    sizes = _sizes(settings, len(pool), settings.test is None and "test" not in more)
    splits = {k: [pool[i] for i in rows] for k, rows in split_indices(len(pool), sizes, settings.split_seed).items()}
    for name, file in (("validation", settings.validation), ("test", settings.test)):
        if file is not None:
            more[name] = read_structures(base / file, labels, wanted=(), progress=stage)
    return {**splits, **more}
