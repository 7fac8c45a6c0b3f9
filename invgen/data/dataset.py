"""``Data``: what trainings ask a data set for; ``Dataset``: one in memory, with its neighbour pairs found once."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol, TypeAlias

import numpy as np
import torch

from invgen.data.batch import Batch, Labels
from invgen.data.errors import DataError
from invgen.data.neighbours import NeighbourPairs, neighbour_pairs, slots
from invgen.data.structure import Structure

STEP = 1000
"""Structures between two calls of a progress."""
Systems: TypeAlias = np.ndarray | torch.Tensor | Sequence[int]
"""Numbers of systems."""


class Data(Protocol):
    """A data set as trainings and evaluations use it, in memory (``Dataset``) or not (``StreamedDataset``)."""

    @property
    def cutoff(self) -> float:
        """Å, of the pairs in batches."""

    @property
    def groups(self) -> tuple[str | None, ...]:
        """(systems,) what errors are reported by."""

    @property
    def energy(self) -> torch.Tensor:
        """(systems,) float64 eV; NaN without a label."""

    @property
    def atoms(self) -> torch.Tensor:
        """(systems,) int64 numbers of atoms."""

    @property
    def pairs(self) -> torch.Tensor:
        """(systems,) int64 numbers of pairs, by which batches are kept within memory; perhaps estimated."""

    def __len__(self) -> int:
        """How many systems there are."""

    def batch(self, systems: Systems) -> Batch:
        """The graph of the given systems, in the given order."""

    def labels(self, systems: Systems) -> Labels:
        """Labels of the given systems, in the given order."""

    def prefetch(self, systems: Systems) -> None:
        """Tells which systems the next batch will have."""

    def labelled(self) -> dict[str, int]:
        """How many systems have an energy, forces and a stress."""

    def composition(self, species: Sequence[int]) -> torch.Tensor:
        """(systems, species) float64: number of atoms of every element in every system."""

    def species(self) -> tuple[int, ...]:
        """Atomic numbers that occur, ascending."""

    def digest(self) -> str:
        """SHA-256 of elements, positions, cells and labels: equal for equal data of one kind."""


@dataclass(frozen=True)
class Dataset:
    """Structures end to end: system ``k`` owns atoms ``atom_start[k]:atom_start[k+1]``, and pairs likewise.

    Indices of pairs count within their own system. A label that a structure does not have is NaN.

    cutoff
        Å: up to where pairs were looked for.
    numbers, positions, cell
        (atoms,) atomic numbers; (atoms, 3) Å; (systems, 3, 3) lattice vectors as rows, Å, zero for a molecule.
    first, second, shift, first_slot, second_slot
        (pairs,) each, shift (pairs, 3) Å, as in ``Batch``.
    atom_start, pair_start
        (systems + 1,) where the atoms and pairs of each system begin.
    energy, forces, stress
        (systems,) eV; (atoms, 3) eV/Å; (systems, 6) eV/Å^3, as in ``Labels``.
    groups
        (systems,) what errors are reported by.
    """

    cutoff: float
    numbers: torch.Tensor
    positions: torch.Tensor
    cell: torch.Tensor
    first: torch.Tensor
    second: torch.Tensor
    shift: torch.Tensor
    first_slot: torch.Tensor
    second_slot: torch.Tensor
    atom_start: torch.Tensor
    pair_start: torch.Tensor
    energy: torch.Tensor
    forces: torch.Tensor
    stress: torch.Tensor
    groups: tuple[str | None, ...]

    @classmethod
    def from_structures(
        cls, structures: Sequence[Structure], cutoff: float, progress: Callable[[str, int, int], None] | None = None
    ) -> Dataset:
        """Find every pair within ``cutoff`` (Å). A stress counts of cells that are periodic in three directions.

        Raises ``DataError`` for no structure; else as ``neighbour_pairs``.
        """
        if not structures:
            raise DataError("a data set needs at least one structure, got none")
        pairs = []
        for k, s in enumerate(structures):
            if progress is not None and k % STEP == 0:
                progress("find neighbours", k, len(structures))
            pairs.append(neighbour_pairs(s, cutoff))
        energies = [np.nan if s.energy is None else s.energy for s in structures]
        forces = [np.full((s.atoms, 3), np.nan) if s.forces is None else s.forces for s in structures]
        stresses = [s.stress if s.stress is not None and s.volume else np.full(6, np.nan) for s in structures]
        return cls(
            cutoff=cutoff,
            numbers=_joined([s.numbers for s in structures]),
            positions=_joined([s.positions for s in structures]),
            cell=torch.from_numpy(np.stack([s.cell for s in structures])),
            first=_joined([p.first for p in pairs]),
            second=_joined([p.second for p in pairs]),
            shift=_joined([p.shift for p in pairs]),
            first_slot=_joined([slots(p.first, s.atoms) for p, s in zip(pairs, structures, strict=True)]),
            second_slot=_joined([slots(p.second, s.atoms) for p, s in zip(pairs, structures, strict=True)]),
            atom_start=_starts([s.atoms for s in structures]),
            pair_start=_starts([len(p.first) for p in pairs]),
            energy=torch.tensor(energies, dtype=torch.float64),
            forces=_joined(forces),
            stress=torch.from_numpy(np.stack(stresses)),
            groups=tuple(s.group for s in structures),
        )

    def __len__(self) -> int:
        return len(self.cell)

    @property
    def atoms(self) -> torch.Tensor:
        """(systems,) numbers of atoms."""
        return self.atom_start.diff()

    @property
    def pairs(self) -> torch.Tensor:
        """(systems,) numbers of pairs."""
        return self.pair_start.diff()

    def prefetch(self, systems: Systems) -> None:
        """Nothing: all is in memory."""

    def batch(self, systems: Systems) -> Batch:
        """The graph of the given systems, in the given order."""
        systems = torch.as_tensor(systems, dtype=torch.int64)
        atoms, owner = _ragged(self.atom_start, systems)
        pairs, pair_owner = _ragged(self.pair_start, systems)
        counts = self.atom_start[systems + 1] - self.atom_start[systems]
        offset = (torch.cumsum(counts, 0) - counts)[pair_owner]
        slot = self.first_slot[pairs]
        return Batch(
            numbers=self.numbers[atoms],
            positions=self.positions[atoms],
            system=owner,
            cell=self.cell[systems],
            first=self.first[pairs] + offset,
            second=self.second[pairs] + offset,
            shift=self.shift[pairs],
            first_slot=slot,
            second_slot=self.second_slot[pairs],
            degree=int(slot.max()) + 1 if len(slot) else 0,
        )

    def labels(self, systems: Systems) -> Labels:
        """Labels of the given systems, in the given order."""
        systems = torch.as_tensor(systems, dtype=torch.int64)
        atoms = _ragged(self.atom_start, systems)[0]
        return Labels(self.energy[systems], self.forces[atoms], self.stress[systems])

    def labelled(self) -> dict[str, int]:
        """How many systems have an energy, forces and a stress."""
        first = self.atom_start[:-1][self.atom_start[1:] > self.atom_start[:-1]]
        rows = {"energy": self.energy, "forces": self.forces[first, 0], "stress": self.stress[:, 0]}
        return {name: int(row.isfinite().sum()) for name, row in rows.items()}

    def composition(self, species: Sequence[int]) -> torch.Tensor:
        """(systems, species) float64: number of atoms of every element in every system."""
        owner = _ragged(self.atom_start, torch.arange(len(self)))[1]
        table = torch.zeros(len(self), len(species), dtype=torch.float64)
        for column, number in enumerate(species):
            table[:, column] = torch.bincount(owner[self.numbers == number], minlength=len(self))
        return table

    def digest(self) -> str:
        """SHA-256 of elements, positions, cells and labels: equal for equal data."""
        digest = hashlib.sha256()
        labels = self.energy, self.forces, self.stress
        for tensor in (self.numbers, self.positions, self.cell, self.atom_start, *labels):
            digest.update(tensor.numpy().tobytes())
        return digest.hexdigest()

    def species(self) -> tuple[int, ...]:
        """Atomic numbers that occur, ascending."""
        return tuple(int(n) for n in torch.unique(self.numbers))


def split_indices(systems: int, sizes: dict[str, int], seed: int) -> dict[str, np.ndarray]:
    """Disjoint random index sets of the given ``sizes`` out of ``range(systems)``, the same for the same ``seed``.

    A smaller first set is a prefix of a larger one when the others are listed before it, so learning curves nest.
    Raises ``DataError`` when the sizes do not fit.
    """
    if sum(sizes.values()) > systems:
        told = ", ".join(f"{name} {size}" for name, size in sizes.items() if size)
        raise DataError(
            f"the splits {told} need {sum(sizes.values())} structures, there are {systems}: take smaller ones, or add "
            "structures"
        )
    order = np.random.default_rng(seed).permutation(systems)
    edges = np.cumsum([0, *sizes.values()])
    return {name: order[a:b] for name, a, b in zip(sizes, edges[:-1], edges[1:], strict=True)}


def _joined(rows: Sequence[np.ndarray]) -> torch.Tensor:
    return torch.from_numpy(np.concatenate(rows))


def _starts(counts: Sequence[int]) -> torch.Tensor:
    return torch.tensor([0, *np.cumsum(counts)], dtype=torch.int64)


def _ragged(start: torch.Tensor, systems: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    """Rows of the given systems, and for each row the position of its system in ``systems``."""
    counts = start[systems + 1] - start[systems]
    owner = torch.repeat_interleave(torch.arange(len(systems)), counts)
    begin = torch.cumsum(counts, 0) - counts
    return torch.arange(len(owner)) + (start[systems] - begin)[owner], owner


def structure_batch(structure: Structure, pairs: NeighbourPairs) -> Batch:
    """One structure and its pairs as a graph; ``batch_structures`` of several does the same with more bookkeeping."""
    first, second = (slots(index, structure.atoms) for index in (pairs.first, pairs.second))
    return Batch(
        numbers=torch.tensor(structure.numbers),
        positions=torch.tensor(structure.positions),
        system=torch.zeros(structure.atoms, dtype=torch.int64),
        cell=torch.tensor(structure.cell).unsqueeze(0),
        first=torch.from_numpy(pairs.first),
        second=torch.from_numpy(pairs.second),
        shift=torch.from_numpy(pairs.shift),
        first_slot=torch.from_numpy(first),
        second_slot=torch.from_numpy(second),
        degree=int(first.max(initial=-1)) + 1,
    )


def batch_structures(structures: Sequence[Structure], cutoff: float) -> Batch:
    """Neighbour pairs within ``cutoff`` (Å) of all ``structures``, as one graph.

    Raises ``CoincidentAtomsError`` naming the pair, ``DataError`` for no structure or a cutoff that is not positive.
    """
    if len(structures) == 1:
        return structure_batch(structures[0], neighbour_pairs(structures[0], cutoff))
    return Dataset.from_structures(structures, cutoff).batch(np.arange(len(structures)))
