"""Neighbourhoods of the atoms of one structure, in the layout that the compiled kernels read."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from ase.data import atomic_numbers, chemical_symbols

from invgen.data.errors import DataError, UnknownSpeciesError
from invgen.data.neighbours import neighbour_pairs
from invgen.data.structures import Structure


class Neighbourhoods(NamedTuple):
    """Pairs grouped by their first atom, and within an atom by the species of the neighbour."""

    species: np.ndarray
    """(atoms,) int64: position of every atom's element in the list of elements."""
    start: np.ndarray
    """(atoms, S+1) int64: neighbours of atom i of species z are pairs start[i, z]:start[i, z+1]."""
    second: np.ndarray
    """(pairs,) int64: the neighbour."""
    shift: np.ndarray
    """(pairs, 3) Å: the lattice translation of the neighbour's image."""

    @property
    def widest(self) -> int:
        """The largest number of neighbours."""
        return int((self.start[:, -1] - self.start[:, 0]).max(initial=0))


def element_numbers(elements: tuple[str, ...]) -> np.ndarray:
    """(S,) atomic numbers of element symbols; raises ``DataError`` for none, unknown or repeated ones."""
    unknown = [e for e in elements if e not in atomic_numbers]
    if unknown or not elements or len(set(elements)) != len(elements):
        raise DataError(f"elements must be different chemical symbols such as ('Mo', 'W'), got {tuple(elements)!r}")
    return np.array([atomic_numbers[e] for e in elements], dtype=np.int64)


def species_of(structure: Structure, numbers: np.ndarray) -> np.ndarray:
    """(atoms,) position of every atom's element in ``numbers``; raises ``UnknownSpeciesError`` naming the missing."""
    match = structure.numbers[:, None] == numbers
    if not match.any(axis=1).all():
        missing = sorted({chemical_symbols[n] for n in structure.numbers[~match.any(axis=1)]})
        raise UnknownSpeciesError(
            f"{structure.name} has {', '.join(missing)}, but this potential knows only "
            f"{', '.join(chemical_symbols[n] for n in numbers)}; fit one to structures that have {', '.join(missing)}"
        )
    return match.argmax(axis=1)


def neighbourhoods(structure: Structure, numbers: np.ndarray, cutoff: float) -> Neighbourhoods:
    """All neighbours closer than ``cutoff`` (Å), periodic images included.

    Raises ``UnknownSpeciesError``, and as ``neighbour_pairs``.
    """
    species = species_of(structure, numbers)
    first, second, shift = neighbour_pairs(structure, cutoff)
    group = first * len(numbers) + species[second]
    if len(numbers) > 1:
        order = np.argsort(group, kind="stable")
        group, second, shift = group[order], second[order], shift[order]
    counts = np.bincount(group, minlength=structure.atoms * len(numbers))
    ends = np.concatenate([[0], np.cumsum(counts)])
    start = np.append(ends[:-1].reshape(-1, len(numbers)), ends[len(numbers) :: len(numbers), None], axis=1)
    return Neighbourhoods(species, np.ascontiguousarray(start), second, shift)
