"""From the entries of one frame, whatever file they come from, to a ``Structure`` in eV and Å."""

from __future__ import annotations

import difflib
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from invgen.data.errors import DataError
from invgen.data.labels import LABELS, LabelFormat
from invgen.data.structure import Structure, infinite

STEMS = {
    "energy": ("energy", "toten", "u0"),
    "forces": ("force", "grad"),
    "stress": ("stress", "virial"),
    "virial": ("virial", "stress"),
}
"""What names of labels have in common, the likeliest first."""


def structure_of(
    geometry: Mapping[str, Any], entries: Mapping[str, Any], labels: LabelFormat, name: str, group: Any = None
) -> Structure:
    """``Structure`` of ``geometry`` (numbers, positions, cell, periodic) with what ``labels`` finds in ``entries``.

    An entry that is missing or ``None`` gives no label. Raises ``DataError`` naming the frame, the key, the value and
    the remedy for no atoms, and for labels that are no numbers, not finite or of another shape; else as ``Structure``.
    """
    atoms = len(geometry["numbers"])
    if atoms == 0:
        raise DataError(f"{name} has no atoms; remove this frame")
    length = labels.factor("length")
    found = {
        label: _label(entries, labels.key(label), label, atoms, name) * factor
        for label, factor in (("energy", labels.factor("energy")), ("forces", labels.factor("forces")))
        if entries.get(labels.key(label)) is not None
    }
    bare = Structure(
        geometry["numbers"],
        np.asarray(geometry["positions"], dtype=np.float64) * length,
        np.asarray(geometry["cell"], dtype=np.float64) * length,
        geometry["periodic"],
        found["energy"].item() if "energy" in found else None,
        found.get("forces"),
        name,
        group=None if group is None else str(group),
    )
    stress = _stress(entries, labels, bare)
    return bare if stress is None else replace(bare, stress=stress)


def _stress(entries: Mapping[str, Any], labels: LabelFormat, bare: Structure) -> np.ndarray | None:
    """(6,) eV/Å^3, also of a virial."""
    label = "virial" if "virial" in labels.keys else "stress"
    key = labels.key(label)
    if entries.get(key) is None:
        return None
    value = _label(entries, key, label, bare.atoms, bare.name)
    if label == "stress":
        return value * labels.factor("stress")
    if not bare.volume:
        raise DataError(
            f"{bare.name}: a virial (key {key!r}) of a structure that is not periodic in three directions; "
            "take the entry away: such a structure has no stress"
        )
    return -value * labels.factor("energy") / bare.volume


def _label(entries: Mapping[str, Any], key: str, label: str, atoms: int, name: str) -> np.ndarray:
    """The finite value of an entry in its own unit: (), (atoms, 3) or (6,)."""
    entry = entries[key]
    where = f"{name}: {label} (key {key!r})"
    try:
        value = np.asarray(entry, dtype=np.float64)
    except (TypeError, ValueError):
        raise DataError(f"{where} is {_short(entry)}, no number; repair it or name another key") from None
    if label == "energy" and value.size == 1:
        value = value.reshape(())
    if label in ("stress", "virial") and value.size == 9:
        value = _voigt(value.reshape(3, 3))
    wanted = {"energy": (), "forces": (atoms, 3)}.get(label, (6,))
    if value.shape != wanted:
        raise DataError(f"{where} has the shape {value.shape}, needs {wanted}; repair it or name another key")
    if not np.isfinite(value).all():
        raise DataError(
            f"{where} {infinite(value)}; remove the frame, or remove the entry from this frame, so that it counts as "
            "unlabelled"
        )
    return value


def _voigt(stress: np.ndarray) -> np.ndarray:
    """(3, 3) -> (6,) in the order xx, yy, zz, yz, xz, xy."""
    symmetric = (stress + stress.T) / 2
    return symmetric[[0, 1, 2, 1, 0, 0], [0, 1, 2, 2, 2, 1]]


def _short(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= 60 else text[:60] + "..."


def check_keys(
    path: Path,
    labels: LabelFormat,
    wanted: Iterable[str],
    found: Collection[str],
    frames: int,
    there: Mapping[str, Any],
) -> None:
    """Raises ``DataError`` for a wanted label that no frame has, naming the keys that are there and the likely one.

    found
        energy, forces, stress and group, as far as some of the ``frames`` have them.
    there
        One value of every entry that some frame has, by its key.
    """
    for label in wanted:
        if not frames or ("stress" if label == "virial" else label) in found:
            continue
        likely = likely_key(label, there)
        remedy = f"likely meant is {keys_of(label, likely)}" if likely else "no other entry looks like it"
        raise DataError(
            f"{path}: none of its {frames} frames has an entry {labels.key(label)!r} for {label}; "
            f"there are {', '.join(sorted(there)) or 'no entries'}; {remedy}"
        )


def found_in(structures: Sequence[Structure]) -> set[str]:
    """Which of energy, forces, stress and group some structure has."""
    return {name for name in (*LABELS, "group") if any(getattr(s, name) is not None for s in structures)}


def overlooked(labels: LabelFormat, found: Collection[str], there: Mapping[str, Any]) -> dict[str, str]:
    """Entries whose names and shapes say that they are labels, by the label that nothing was ``found`` for.

    there
        As in ``check_keys``. What ``labels`` name themselves is not looked for.
    """
    missing = [label for label in LABELS if label not in found and label not in labels.keys]
    likely = {label: likely_key(label, there, close=False) for label in missing}
    return {label: key for label, key in likely.items() if key is not None and key not in labels.keys.values()}


def keys_of(label: str, key: str) -> str:
    """What a configuration says for ``label`` to be read from ``key``."""
    if label in ("stress", "virial"):
        label = next((word for word in ("stress", "virial") if word in key.lower()), label)
    return f'keys = {{{label} = "{key}"}}'


def likely_key(label: str, there: Mapping[str, Any], close: bool = True) -> str | None:
    """The entry that by name and shape is the likeliest to hold ``label``, or ``None``; names may be ``close``."""
    fitting = [key for key, value in there.items() if _fits(label, value)]
    for stem in STEMS.get(label, (label,)):
        named = sorted((key for key in fitting if stem in key.lower()), key=len)
        if named:
            return named[0]
    near = difflib.get_close_matches(label, fitting, n=1) if close else []
    return near[0] if near else None


def _fits(label: str, value: Any) -> bool:
    """Whether a value could be the label of one frame."""
    if label not in (*LABELS, "virial"):
        return isinstance(value, str)
    try:
        shape = np.asarray(value, dtype=np.float64).shape
    except (TypeError, ValueError):
        return False
    if label == "energy":
        return shape in ((), (1,))
    return len(shape) == 2 and shape[1] == 3 if label == "forces" else shape in ((6,), (9,), (3, 3))
