"""``StreamedDataset``: a data set larger than memory, read from a database of ASE batch by batch."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import torch

from invgen.data.batch import Batch, Labels
from invgen.data.dataset import Dataset, Systems
from invgen.data.entries import check_keys
from invgen.data.errors import DataError
from invgen.data.labels import LABELS, LabelFormat
from invgen.data.memory import expected_pairs
from invgen.data.neighbours import neighbour_pairs
from invgen.data.structure import Structure
from invgen.data.structures import LMDB, Progress, database_rows, entries_of, from_ase, hold, row_entries

STREAMED = (".db", LMDB)
"""Suffixes of databases whose rows can be read one by one; the second is LMDB, by the package ase-db-backends."""


class Rows:
    """Rows of a database as structures, read by a thread of their own, which holds the only connection."""

    def __init__(self, path: Path, labels: LabelFormat) -> None:
        self.path, self.labels = path, labels
        self._thread = ThreadPoolExecutor(1, thread_name_prefix=f"read {path.name}")
        self._database = self._thread.submit(lambda: hold(path)).result()

    def read(self, ids: Sequence[int], names: Sequence[str], cutoff: float) -> Future[Dataset]:
        """Structures with their neighbours, as soon as the thread has them."""
        return self._thread.submit(lambda: Dataset.from_structures(self._structures(ids, names), cutoff))

    def structures(self, ids: Sequence[int], names: Sequence[str]) -> list[Structure]:
        """Some of the rows, in memory."""
        return self._thread.submit(self._structures, ids, names).result()

    def _structures(self, ids: Sequence[int], names: Sequence[str]) -> list[Structure]:
        rows = [self._database.get(int(k)) for k in ids]
        return [
            from_ase(row.toatoms(), name, self.labels, row_entries(row)) for row, name in zip(rows, names, strict=True)
        ]


@dataclass(frozen=True)
class Contents:
    """What is known of every row without reading it again; arrays (systems, ...)."""

    ids: np.ndarray
    numbers: np.ndarray
    """Running number of the row in its file."""
    atoms: np.ndarray
    pairs: np.ndarray
    """Expected from the density; of single atoms, which may be isolated, counted."""
    energy: np.ndarray
    labelled: np.ndarray
    """(systems, 3) whether there is an energy, forces and a stress."""
    counts: np.ndarray
    """(systems, elements) atoms of each element."""
    elements: tuple[int, ...]
    groups: tuple[str | None, ...]
    checksums: np.ndarray
    """(systems, 32) bytes: SHA-256 of elements, positions, cell and labels."""

    def take(self, systems: np.ndarray) -> Contents:
        """Those of some systems, in their order."""
        arrays = ("ids", "numbers", "atoms", "pairs", "energy", "labelled", "counts", "checksums")
        taken = {name: getattr(self, name)[systems] for name in arrays}
        return replace(self, **taken, groups=tuple(self.groups[k] for k in systems))


class StreamedDataset:
    """``Data`` over a database of ASE (``.db``, or ``.aselmdb`` with the package ase-db-backends).

    Opening it reads every row once and keeps some hundred bytes of each. ``batch`` and ``labels`` read the rows they
    need and look for their neighbours; ``prefetch`` lets a thread do so beforehand. Attributes are those of ``Data``.

    rows, contents, cutoff
        How rows are read, what is known of each, and up to where (Å) pairs are looked for: made by ``open``.
    """

    def __init__(self, rows: Rows, contents: Contents, cutoff: float) -> None:
        self._rows, self._contents, self.cutoff = rows, contents, cutoff
        self.groups = contents.groups
        self.energy = torch.from_numpy(contents.energy)
        self.atoms = torch.from_numpy(contents.atoms)
        self.pairs = torch.from_numpy(contents.pairs)
        self._begun: dict[tuple[int, ...], Future[Dataset]] = {}

    @classmethod
    def open(
        cls, path: str | Path, cutoff: float, labels: LabelFormat | None = None, progress: Progress | None = None
    ) -> StreamedDataset:
        """Read every row once; pairs will be looked for up to ``cutoff`` (Å).

        Raises ``DataError`` for a file of another kind, without rows, or whose labels cannot be used, as
        ``read_structures`` does.
        """
        path, labels = Path(path), labels or LabelFormat()
        if path.suffix not in STREAMED:
            raise DataError(
                f"{path} cannot be read row by row; only {' and '.join(STREAMED)} can: convert it with ase.db"
            )
        if not cutoff > 0:
            raise DataError(f"the cutoff must be positive, got {cutoff} Å")
        contents = _contents(path, labels, cutoff, progress)
        return cls(Rows(path, labels), contents, cutoff)

    def take(self, systems: Systems) -> StreamedDataset:
        """The data set of some systems, such as a split; it reads through the same connection."""
        return StreamedDataset(self._rows, self._contents.take(np.asarray(systems)), self.cutoff)

    def __len__(self) -> int:
        return len(self._contents.ids)

    def prefetch(self, systems: Systems) -> None:
        """Begin to read the systems of the next batch."""
        self._begin(_key(systems))

    def batch(self, systems: Systems) -> Batch:
        """As ``Dataset.batch``."""
        return self._read(systems).batch(np.arange(len(systems)))

    def labels(self, systems: Systems) -> Labels:
        """As ``Dataset.labels``."""
        return self._read(systems).labels(np.arange(len(systems)))

    def labelled(self) -> dict[str, int]:
        """How many systems have an energy, forces and a stress."""
        return dict(zip(LABELS, self._contents.labelled.sum(axis=0).tolist(), strict=True))

    def composition(self, species: Sequence[int]) -> torch.Tensor:
        """(systems, species) float64: number of atoms of every element in every system."""
        table = torch.zeros(len(self), len(species), dtype=torch.float64)
        for column, number in enumerate(species):
            if number in self._contents.elements:
                place = self._contents.elements.index(number)
                table[:, column] = torch.from_numpy(self._contents.counts[:, place].astype(np.float64))
        return table

    def species(self) -> tuple[int, ...]:
        """Atomic numbers that occur, ascending."""
        return tuple(self._contents.elements[k] for k in np.flatnonzero(self._contents.counts.any(axis=0)))

    def digest(self) -> str:
        """SHA-256 of elements, positions, cells and labels: equal for equal rows in the same order."""
        return hashlib.sha256(self._contents.checksums.tobytes()).hexdigest()

    def structures(self, systems: Systems) -> list[Structure]:
        """Some of the systems, in memory, to be looked at."""
        which = np.asarray(systems, dtype=np.int64)
        return self._rows.structures(self._contents.ids[which].tolist(), self._names(which))

    def _names(self, which: np.ndarray) -> list[str]:
        return [f"{self._rows.path.name} row {number}" for number in self._contents.numbers[which]]

    def _read(self, systems: Systems) -> Dataset:
        """The systems with their neighbours; those of the last call and of the last ``prefetch`` are kept."""
        key = _key(systems)
        self._begin(key)
        found = self._begun[key].result()
        others = [other for other in self._begun if other != key]
        self._begun = {**{other: self._begun[other] for other in others[-1:]}, key: self._begun[key]}
        return found

    def _begin(self, key: tuple[int, ...]) -> None:
        if key not in self._begun:
            which = np.array(key, dtype=np.int64)
            self._begun[key] = self._rows.read(self._contents.ids[which].tolist(), self._names(which), self.cutoff)


def _key(systems: Systems) -> tuple[int, ...]:
    return tuple(np.asarray(systems, dtype=np.int64).tolist())


def _contents(path: Path, labels: LabelFormat, cutoff: float, progress: Progress | None) -> Contents:
    """Read every row once."""
    rows: list[tuple[int, int, float, float, list[bool]]] = []
    groups: list[str | None] = []
    compositions: list[tuple[np.ndarray, np.ndarray]] = []
    checksums: list[bytes] = []
    there: dict[str, object] = {}
    for number, row in enumerate(database_rows(path, progress)):
        atoms, more = row.toatoms(), row_entries(row)
        structure = from_ase(atoms, f"{path.name} row {number}", labels, more)
        energy = np.nan if structure.energy is None else structure.energy
        labelled = [getattr(structure, name) is not None for name in LABELS]
        labelled[-1] &= bool(structure.volume)  # as in ``Dataset``
        alone = structure.atoms == 1
        pairs = len(neighbour_pairs(structure, cutoff).first) if alone else expected_pairs(structure, cutoff)
        rows.append((row.id, structure.atoms, pairs, energy, labelled))
        groups.append(structure.group)
        compositions.append(np.unique(structure.numbers, return_counts=True))
        checksums.append(_checksum(structure))
        if labels.keys:
            there.update(entries_of(atoms, more))
    if not rows:
        raise DataError(f"{path} has no rows; a data set needs at least one")
    columns = [np.array(column) for column in zip(*rows, strict=True)]
    found = {LABELS[k] for k in np.flatnonzero(columns[-1].any(axis=0))}
    check_keys(path, labels, labels.named(), found | ({"group"} if any(groups) else set()), len(rows), there)
    elements = sorted({int(z) for numbers, _ in compositions for z in numbers})
    counts = np.zeros((len(rows), len(elements)), dtype=np.int32)
    for k, (numbers, amounts) in enumerate(compositions):
        counts[k, np.searchsorted(elements, numbers)] = amounts
    ids, sizes, counted, energies, has = columns
    return Contents(
        ids=ids,
        numbers=np.arange(len(rows)),
        atoms=sizes,
        pairs=counted.astype(np.int64),
        energy=energies,
        labelled=has,
        counts=counts,
        elements=tuple(elements),
        groups=tuple(groups),
        checksums=np.frombuffer(b"".join(checksums), dtype=np.uint8).reshape(len(rows), -1),
    )


def _checksum(structure: Structure) -> bytes:
    digest = hashlib.sha256()
    for name in ("numbers", "positions", "cell", "periodic", *LABELS):
        value = getattr(structure, name)
        digest.update(name.encode() if value is None else np.ascontiguousarray(value).tobytes())
    return digest.digest()
