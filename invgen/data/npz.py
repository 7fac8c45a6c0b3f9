"""npz files of structures: padded frames, or frames joined end to end. No pickle is read or written."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from invgen.data.entries import check_keys, found_in, structure_of
from invgen.data.errors import DataError
from invgen.data.files import DAMAGED
from invgen.data.labels import LABELS, LabelFormat
from invgen.data.structure import Structure
from invgen.files import write_arrays

DEFAULT_KEYS = {
    "numbers": ("Z",),
    "positions": ("R",),
    "cell": ("cell",),
    "n_atoms": ("n_atoms",),
    "energy": ("E_eV", "E"),
    "forces": ("F_eV_per_A", "F"),
    "stress": ("stress",),
    "virial": (),
    "group": ("group",),
}
"""Names of the arrays, the first one that is there, unless ``LabelFormat.keys`` say otherwise."""
PER_ATOM = ("numbers", "positions", "forces")
LABELLING = (*LABELS, "virial")
STEP = 1000
"""Frames between two calls of a progress."""


def read_npz(
    path: str | Path,
    labels: LabelFormat | None = None,
    wanted: Collection[str] = (),
    progress: Callable[[str, int, int], None] | None = None,
) -> list[Structure]:
    """Read structures of one npz file: ``Z`` (frames, atoms) zero-padded or (atoms,), ``R`` (frames, atoms, 3).

    With ``R`` (all atoms, 3) the frames are joined end to end, ``Z`` is (all atoms,) and ``n_atoms`` (frames,).
    Optional: ``E_eV`` or ``E`` (frames,), ``F_eV_per_A`` or ``F`` as ``R``, ``stress`` (frames, 6) or (frames, 3, 3),
    ``group`` (frames,), empty where there is none, and ``cell`` (frames, 3, 3), which makes every frame periodic.
    ``labels`` has other names, and units.

    Raises ``DataError`` when numbers, positions or a ``wanted`` label are missing, with the names that are there, for
    lengths that do not fit, and as ``structure_of``.
    """
    path, labels = Path(path), labels or LabelFormat()
    arrays = _load(path)
    names = _names(path, labels, arrays)
    values = {label: arrays[name] for label, name in names.items()}
    if "group" in values and values["group"].dtype.kind == "S":
        values["group"] = np.char.decode(values["group"], "utf-8")
    rows = _rows(path, names, values)
    if values["positions"].ndim == 3:
        values["numbers"] = np.broadcast_to(values["numbers"], values["positions"].shape[:2])
    keyed = LabelFormat({label: name for label, name in names.items() if label in LABELLING}, labels.units)
    structures = []
    for k, atoms in enumerate(rows):
        if progress is not None and k % STEP == 0:
            progress(f"read {path.name}", k, len(rows))
        frame = {label: value[atoms if label in PER_ATOM else k] for label, value in values.items()}
        geometry = {"cell": np.zeros((3, 3)), "periodic": "cell" in frame, **frame}
        entries = {names[label]: frame[label] for label in LABELLING if label in frame}
        structures.append(structure_of(geometry, entries, keyed, f"{path.name} frame {k}", frame.get("group") or None))
    check_keys(path, labels, wanted, found_in(structures), len(structures), _first(arrays))
    return structures


def npz_entries(path: Path) -> dict[str, Any]:
    """What the first frame has, by its key."""
    return _first(_load(path))


def _first(arrays: dict[str, np.ndarray]) -> dict[str, Any]:
    return {key: value[0] for key, value in arrays.items() if value.ndim and len(value)}


def _load(path: Path) -> dict[str, np.ndarray]:
    try:
        with open(path, "rb") as raw, np.load(raw, allow_pickle=False) as file:
            return {key: file[key] for key in file.files}
    except DAMAGED as error:
        raise DataError(
            f"{path} is not readable as npz ({error}); write plain arrays with numpy.savez: objects would need pickle, "
            "which is not read"
        ) from error


def _names(path: Path, labels: LabelFormat, arrays: dict[str, np.ndarray]) -> dict[str, str]:
    """Which array holds what, of what is there; a virial that is named takes the place of the stress."""
    defaults = {**DEFAULT_KEYS, "stress": ()} if "virial" in labels.keys else DEFAULT_KEYS
    names = {}
    for label, usual in defaults.items():
        given = labels.keys.get(label)
        candidates = usual if given is None else (given,)
        found = next((name for name in candidates if name in arrays), None)
        if found is not None:
            names[label] = found
            if given is None:
                _check_unit(path, label, found, labels)
        elif label in ("numbers", "positions") or (given is not None and label in ("cell", "n_atoms")):
            raise DataError(
                f"{path}: keys {sorted(candidates)} are missing, which hold {label}; present are {sorted(arrays)}: "
                f'name the right one, keys = {{{label} = "..."}}'
            )
    return names


def _check_unit(path: Path, label: str, name: str, labels: LabelFormat) -> None:
    """Raises ``DataError`` where the name of an array says another unit than the format."""
    said = {"E_eV": "eV", "F_eV_per_A": "eV/Å"}.get(name)
    if said and labels.factor(label) != 1:
        raise DataError(
            f"{path}: the name {name!r} says {said}, but the unit of {label} is another; take the unit away, or name "
            f'the array, keys = {{{label} = "{name}"}}'
        )


def _rows(path: Path, names: dict[str, str], values: dict[str, np.ndarray]) -> list[Any]:
    """For every frame the index of its atoms: into padded arrays (frames, atoms, ...), or joined ones (all atoms, ...).

    Raises ``DataError`` for arrays whose lengths do not fit.
    """
    numbers, positions = values["numbers"], values["positions"]
    if positions.ndim == 2 and "n_atoms" not in values:
        raise DataError(
            f"{path}: {names['positions']!r} has the shape {positions.shape}, frames joined end to end; that needs the "
            'number of atoms of each frame: name it, keys = {n_atoms = "..."}'
        )
    joined, frames = positions.ndim == 2, len(values["n_atoms"] if positions.ndim == 2 else positions)
    if joined:
        fits = numbers.shape == positions.shape[:1] == (values["n_atoms"].sum(),)
    else:
        fits = numbers.shape in (positions.shape[:2], positions.shape[1:2])
    if not fits or positions.ndim not in (2, 3) or positions.shape[-1] != 3:
        raise DataError(
            f"{path}: numbers {numbers.shape} and positions {positions.shape} do not fit; needed are (frames, atoms) "
            "or (atoms,) and (frames, atoms, 3), or (all atoms,) and (all atoms, 3) with n_atoms (frames,)"
        )
    for label, value in values.items():
        wanted = len(positions) if label in PER_ATOM else frames
        if value.shape[:1] != (wanted,) and label not in ("numbers", "n_atoms"):
            raise DataError(f"{path}: {names[label]!r} has the shape {value.shape} for {frames} structures")
    if joined:
        ends = np.cumsum(values["n_atoms"], dtype=np.int64)
        return [slice(*edges) for edges in zip([0, *ends[:-1]], ends, strict=True)]
    return list(enumerate(np.broadcast_to(numbers, positions.shape[:2]) > 0))


def write_npz(path: str | Path, structures: Sequence[Structure]) -> Path:
    """Write labelled ``structures``, molecules with groups, to ``path`` as ``read_npz`` reads: whole, or not at all.

    Raises ``DataError`` for periodic cells, and for structures without energy or forces.
    """
    if any(s.periodic.any() for s in structures):
        raise DataError("write_npz holds molecules; write periodic cells as extended XYZ with ase.io.write")
    if any(s.energy is None or s.forces is None for s in structures):
        raise DataError("write_npz holds labelled structures; some have no energy or no forces")
    width = max((s.atoms for s in structures), default=0)
    numbers = np.zeros((len(structures), width), dtype=np.int64)
    positions = np.zeros((len(structures), width, 3))
    forces = np.zeros_like(positions)
    for k, s in enumerate(structures):
        numbers[k, : s.atoms], positions[k, : s.atoms], forces[k, : s.atoms] = s.numbers, s.positions, s.forces
    arrays = {"Z": numbers, "R": positions, "F_eV_per_A": forces}
    arrays["E_eV"] = np.array([s.energy for s in structures], dtype=np.float64)
    if any(s.group is not None for s in structures):
        arrays["group"] = np.array([s.group or "" for s in structures])
    return write_arrays(path, arrays)
