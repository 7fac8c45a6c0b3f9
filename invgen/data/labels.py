"""``LabelFormat``: where files keep their labels and in which units; and what a training needs of the labels."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from invgen.data.errors import DataError, UnknownSpeciesError
from invgen.data.references import symbols
from invgen.data.structure import Structure
from invgen.data.units import unit_value
from invgen.errors import unknown

LABELS = ("energy", "forces", "stress")
KEYS = (*LABELS, "virial", "group", "numbers", "positions", "cell", "n_atoms")
"""What a file may keep under a name of its own; the last four in npz files alone."""
UNITS = {"energy": "eV", "length": "Ang", "forces": None, "stress": None}
"""Quantities with a unit and their defaults; ``None``: energy/length and energy/length^3."""


@dataclass(frozen=True)
class LabelFormat:
    """Keys and units of the labels in a file. It travels with trained models, so that tests are read as trainings.

    keys
        Which entry of ``info``, ``arrays``, the calculator, a database row or an npz file holds energy, forces, stress,
        group, virial (stress = -virial/volume), and in npz files numbers, positions, cell and n_atoms (atoms of each
        frame, of files whose frames are joined end to end). By default an entry has the name of its label; in npz
        files those of ``read_npz``.
    units
        Of energy (eV), length (Ang), forces (energy/length) and stress (energy/length^3), as ``unit_value`` reads
        them. A virial has the unit of energies.

    Raises ``DataError`` for unknown keys and units, with the closest known one.
    """

    keys: Mapping[str, str] = field(default_factory=dict)
    units: Mapping[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for what, given, known in (("keys", self.keys, KEYS), ("units", self.units, UNITS)):
            if not isinstance(given, Mapping):
                raise DataError(f"{what} must be a table such as {{energy = ...}}, got {given!r}")
            for name, value in given.items():
                if name not in known:
                    raise DataError(unknown(f"name in {what}:", name, known))
                if not isinstance(value, str) or not value:
                    raise DataError(f"{what}.{name} must be a text, got {value!r}")
            object.__setattr__(self, what, dict(given))
        if {"stress", "virial"} <= set(self.keys):
            raise DataError("keys name both stress and virial; keep the one that shall be read")
        for name in UNITS:
            self.factor(name)

    def key(self, label: str) -> str:
        """The name under which a file keeps ``label``."""
        return self.keys.get(label, label)

    def factor(self, quantity: str) -> float:
        """What one unit of a quantity (energy, length, forces or stress) is in eV and Å."""
        unit = self.units.get(quantity, UNITS[quantity])
        if unit is not None:
            return unit_value(unit, quantity)
        return self.factor("energy") / self.factor("length") ** (1 if quantity == "forces" else 3)

    def named(self) -> tuple[str, ...]:
        """The labels whose keys are given, ``group`` included: a file is expected to have them."""
        return tuple(label for label in self.keys if label in (*LABELS, "virial", "group"))

    def to_json(self) -> dict[str, dict[str, str]]:
        """Plain values; ``LabelFormat(**values)`` is equal to this."""
        return {"keys": dict(self.keys), "units": dict(self.units)}

    def __str__(self) -> str:
        keys = ", ".join(f"{label} = {key!r}" for label, key in self.keys.items())
        units = ", ".join(f"{name} {unit}" for name, unit in self.units.items())
        return f"keys: {keys or 'as the labels'}; units: {units or 'eV, Å'}"


def label_format(keys: Mapping[str, Any] | None = None, units: Mapping[str, Any] | None = None) -> LabelFormat:
    """``LabelFormat`` of the tables ``keys`` and ``units`` of a configuration, with its errors."""
    return LabelFormat({} if keys is None else keys, {} if units is None else units)


@dataclass(frozen=True)
class LabelCheck:
    """Which of so many ``frames`` lack which of the wanted labels.

    lacking
        Names of frames by label, for labels that some frame lacks.
    """

    frames: int
    lacking: Mapping[str, tuple[str, ...]]

    def lines(self) -> list[str]:
        """One line for every label that some frame lacks."""
        return [
            f"{len(names)} of {self.frames} frames {'has' if len(names) == 1 else 'have'} no {label}, such as "
            f"{_some(names)}; the rest of them is used"
            for label, names in self.lacking.items()
        ]


def check_labels(
    structures: Sequence[Structure],
    wanted: Mapping[str, float] | Collection[str],
    labels: LabelFormat | None = None,
    what: str = "training",
) -> LabelCheck:
    """Which frames lack a wanted label.

    wanted
        energy, forces, stress; of a mapping from labels to weights (without unit), those with a positive weight.
    labels, what
        How the structures were read, and what they are for; both for the message.

    Raises ``DataError`` for a wanted label that no frame has, and for a frame that has none of the wanted labels.
    """
    names = [n for n in wanted if not isinstance(wanted, Mapping) or wanted[n] > 0]
    for name in names:
        if name not in LABELS:
            raise DataError(unknown("label", name, LABELS))
    lacking = {n: tuple(s.name for s in structures if getattr(s, n) is None) for n in names}
    for name, frames in lacking.items():
        if len(frames) == len(structures):
            key = (labels or LabelFormat()).key(name)
            raise DataError(
                f"none of the {len(structures)} {what} frames has {_article(name)} (key {key!r}; the first is "
                f'{frames[0] if frames else "missing"}): name the key, keys = {{{name} = "..."}}, or set the weight of '
                f"{name} to 0"
            )
    empty = [s.name for s in structures if names and all(getattr(s, n) is None for n in names)]
    if empty:
        raise DataError(
            f"{len(empty)} {what} frames have none of {', '.join(names)}: {_some(empty)}; label or remove them"
        )
    return LabelCheck(len(structures), {n: frames for n, frames in lacking.items() if frames})


def check_elements(train_elements: Collection[int], structures: Sequence[Structure], what: str = "validation") -> None:
    """Raises ``UnknownSpeciesError`` naming the elements of ``structures`` that are no ``train_elements``, and frames.

    train_elements
        Atomic numbers.
    what
        What the structures are for, for the message.
    """
    known = np.array(sorted(train_elements), dtype=np.int64)
    frames: dict[int, list[str]] = {}
    for s in structures:
        for number in np.setdiff1d(s.numbers, known):
            frames.setdefault(int(number), []).append(s.name)
    if frames:
        found = "; ".join(f"{symbols([z])[0]} in {_some(names)}" for z, names in sorted(frames.items()))
        raise UnknownSpeciesError(
            f"the {what} structures hold elements that are in no training structure: {found}. Training has "
            f"{', '.join(symbols(known.tolist()))}: add structures with the others, or remove these frames"
        )


def _some(names: Sequence[str]) -> str:
    """The first three names, and how many more there are."""
    more = f" and {len(names) - 3} more" if len(names) > 3 else ""
    return ", ".join(names[:3]) + more


def _article(label: str) -> str:
    return {"energy": "an energy", "forces": "forces", "stress": "a stress"}[label]
