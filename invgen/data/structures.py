"""Structures of files: extended XYZ, npz, ASE's trajectories and databases."""

from __future__ import annotations

import io
import lzma
from collections.abc import Callable, Collection, Iterator
from itertools import islice
from pathlib import Path
from typing import Any
from weakref import WeakValueDictionary

import numpy as np

from invgen.data.entries import check_keys, found_in, keys_of, overlooked, structure_of
from invgen.data.errors import DataError
from invgen.data.labels import LABELS, LabelFormat
from invgen.data.npz import STEP, npz_entries, read_npz, write_npz
from invgen.data.structure import LARGEST_ATOMIC_NUMBER, Structure
from invgen.errors import unknown

__all__ = ["LARGEST_ATOMIC_NUMBER", "Structure", "from_ase", "read_npz", "read_structures", "write_npz"]

Progress = Callable[[str, int, int], None]
"""Is told what is done, how much of it, and how much there is."""
LMDB = ".aselmdb"
DATABASES = (".db", ".json", LMDB)
"""Suffixes of databases; the last needs the package ase-db-backends."""
FORMATS = (".xyz", ".extxyz", ".xyz.xz", ".extxyz.xz", ".npz", ".traj", *DATABASES)
FIRST = 20
"""Frames whose entries are looked through for labels under other names."""


def from_ase(
    atoms: Any, name: str = "structure", labels: LabelFormat | None = None, more: dict[str, Any] | None = None
) -> Structure:
    """``Structure`` of an ``ase.Atoms``, with the labels that its calculator, ``info``, ``arrays`` or ``more`` hold.

    atoms, name
        What is read, and how messages call it.

    What a calculator holds comes before the others, as long as the atoms are as they were when it was computed;
    ``group`` is always from ``info`` or ``more``. ``labels`` says under which keys and in which units; by default
    energy (eV), forces (eV/Å), stress (eV/Å^3) and group. Raises ``DataError`` as ``structure_of``.
    """
    labels, entries = labels or LabelFormat(), entries_of(atoms, more)
    geometry = {
        "numbers": atoms.numbers,
        "positions": atoms.positions,
        "cell": atoms.cell.array,
        "periodic": atoms.pbc,
    }
    group = {**atoms.info, **(more or {})}.get(labels.key("group"))
    return structure_of(geometry, entries, labels, name, group)


def entries_of(atoms: Any, more: dict[str, Any] | None = None) -> dict[str, Any]:
    """All that may be a label, by its key: ``info``, ``arrays``, ``more``, and results of a calculator."""
    results = {} if _is_stale(atoms) else getattr(atoms.calc, "results", {})
    arrays = {key: value for key, value in atoms.arrays.items() if key not in ("numbers", "positions")}
    return {**atoms.info, **arrays, **(more or {}), **results}


def _is_stale(atoms: Any) -> bool:
    """Whether the calculator, if there is one, has results of other atoms than these are now."""
    before = getattr(atoms.calc, "atoms", None)
    parts = ("numbers", "positions", "cell", "pbc")
    return before is not None and not all(np.array_equal(getattr(before, k), getattr(atoms, k)) for k in parts)


def read_structures(
    path: str | Path,
    labels: LabelFormat | None = None,
    wanted: Collection[str] | None = None,
    progress: Progress | None = None,
) -> list[Structure]:
    """The structures of a file.

    path
        Extended XYZ (``.xyz``, ``.extxyz``, each also ``.xz``), ``.npz`` (see ``read_npz``), ASE's ``.traj``, or a
        database of ASE (``.db``, ``.json``; ``.aselmdb`` with the package ase-db-backends).
    labels
        Keys and units of the labels in the file; by default as ``from_ase``.
    wanted
        Labels that some frame has to have; by default those whose keys ``labels`` give.

    Raises ``DataError`` for a missing file, an unknown suffix, a malformed content, a frame without atoms, a label that
    is no number, not finite or of a wrong shape, and a wanted label that no frame has, naming keys that are there.
    """
    path, labels = Path(path), labels or LabelFormat()
    wanted = labels.named() if wanted is None else wanted
    if not path.is_file():
        raise DataError(f"no such file: {path}")
    if path.suffix == ".npz":
        return read_npz(path, labels, wanted, progress)
    structures: list[Structure] = []
    there: dict[str, Any] = {}
    for atoms, more in _frames(path, progress or _silent):
        structures.append(from_ase(atoms, f"{path.name} frame {len(structures)}", labels, more))
        if wanted:
            there.update(entries_of(atoms, more))
    if not structures:
        raise DataError(f"{path} holds no structure: it is empty, or was not written to its end")
    check_keys(path, labels, wanted, found_in(structures), len(structures), there)
    return structures


def overlooked_labels(path: str | Path, labels: LabelFormat, found: Collection[str]) -> list[str]:
    """A line for every label that is not ``found``, though an entry of the first frames looks like it.

    path, labels
        As for ``read_structures``, which has read the file.
    """
    there = {} if set(LABELS) <= set(found) else first_entries(path)
    likely = overlooked(labels, found, there)
    if not likely and not set(LABELS) & set(found):
        named = ", ".join(sorted(there)) or "no entries"
        return [f"no frame of {Path(path).name} has a label; there are {named}: name the right ones as keys"]
    return [
        f"no frame of {Path(path).name} has a label {labels.key(label)!r} for {label}, but an entry {key!r}: if that "
        f"is it, say so, {keys_of(label, key)}"
        for label, key in likely.items()
    ]


def first_entries(path: str | Path) -> dict[str, Any]:
    """One value of every entry of the first frames of a file, by its key."""
    path, there = Path(path), {}
    if path.suffix == ".npz":
        return npz_entries(path)
    for atoms, more in islice(_frames(path, _silent), FIRST):
        there.update(entries_of(atoms, more))
    return there


def _frames(path: Path, progress: Progress) -> Iterator[tuple[Any, dict[str, Any]]]:
    """Atoms and what else is known of each frame of a file."""
    suffixes = [s for s in path.suffixes if s != ".xz"]
    suffix = suffixes[-1] if suffixes else ""
    if suffix in (".xyz", ".extxyz"):
        return _extended_xyz(path, progress)
    if path.suffix == ".traj":
        return _trajectory(path, progress)
    if path.suffix in DATABASES:
        return ((row.toatoms(), row_entries(row)) for row in database_rows(path, progress))
    raise DataError(f"{path}: {unknown('suffix', suffix, FORMATS)}; convert the file with ase.io")


def _extended_xyz(path: Path, progress: Progress) -> Iterator[tuple[Any, dict[str, Any]]]:
    import ase.io

    try:
        data = path.read_bytes()
        text = (lzma.decompress(data) if path.suffix == ".xz" else data).decode()
        file = io.StringIO(text)
        for frame, atoms in enumerate(ase.io.iread(file, ":", format="extxyz")):
            if frame % STEP == 0:
                progress(f"read {path.name}", file.tell(), len(text))
            yield atoms, {}
    except Exception as error:
        raise DataError(f"{path} is not readable as extended XYZ: {error}") from error


def _trajectory(path: Path, progress: Progress) -> Iterator[tuple[Any, dict[str, Any]]]:
    from ase.io.trajectory import TrajectoryReader

    try:
        with TrajectoryReader(str(path)) as frames:
            for index in range(len(frames)):
                if index % STEP == 0:
                    progress(f"read {path.name}", index, len(frames))
                yield frames[index], {}
    except Exception as error:
        raise DataError(f"{path} is not readable as a trajectory of ASE: {error}") from error


def database_rows(path: str | Path, progress: Progress | None = None) -> Iterator[Any]:
    """Rows of a database of ASE in the order of their ids. Raises ``DataError`` where it cannot be opened or read."""
    progress = progress or _silent
    try:
        database = connect(path)
        total = len(database)
        for index, row in enumerate(database.select()):
            if index % STEP == 0:
                progress(f"read {Path(path).name}", index, total)
            yield row
    except DataError:
        raise
    except ImportError as error:
        raise DataError(f"{path}: this database needs another package ({error}); try ase-db-backends") from error
    except Exception as error:
        raise DataError(f"{path} is not readable as a database of ASE: {error}") from error


def connect(path: str | Path) -> Any:
    """The database of ASE in a file, which has to be there: ASE would make a new one.

    LMDB can be open once in a process, so callers share it for as long as one of them holds it.
    """
    from ase.db import connect as ase_connect

    if not Path(path).is_file():
        raise DataError(f"no such file: {path}")
    if Path(path).suffix != LMDB:
        return ase_connect(str(path), use_lock_file=False)
    file = Path(path).stat()
    key = (file.st_dev, file.st_ino, file.st_mtime_ns)
    database = _open_lmdb.get(key)
    if database is None:
        database = _open_lmdb[key] = ase_connect(str(path), use_lock_file=False, readonly=True)
    return database


_open_lmdb: WeakValueDictionary[tuple[int, int, int], Any] = WeakValueDictionary()


def hold(path: str | Path) -> Any:
    """The database of ASE in a file, kept open for reading rows one by one by the thread that calls."""
    database = connect(path)
    return database if Path(path).suffix == LMDB else database.__enter__()  # a transaction of LMDB is one thread's


def row_entries(row: Any) -> dict[str, Any]:
    """Keys and values of a row of a database, and its data."""
    return {**row.key_value_pairs, **(row.data or {})}


def _silent(stage: str, done: int, total: int) -> None:
    """No progress is told."""
