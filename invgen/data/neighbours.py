"""Neighbour pairs within a cutoff, found by vesin."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from invgen.data.errors import CoincidentAtomsError, DataError
from invgen.data.structure import Structure

COINCIDENT = 1e-6
"""Å. Below this distance a direction has no meaning: no physical structure comes near it, round-off does."""


class NeighbourPairs(NamedTuple):
    """Directed pairs of one structure, sorted by ``first``; every pair is there in both directions.

    The vector of a pair is ``positions[second] - positions[first] + shift``, shorter than the cutoff.
    """

    first: np.ndarray
    """(pairs,) int64: the atom whose neighbourhood it is."""
    second: np.ndarray
    """(pairs,) int64: the neighbour."""
    shift: np.ndarray
    """(pairs, 3) float64, Å: the lattice translation of the neighbour's image; zero in a molecule."""


def neighbour_pairs(structure: Structure, cutoff: float) -> NeighbourPairs:
    """All pairs of ``structure`` closer than ``cutoff`` (Å), periodic images included.

    Raises ``DataError`` for a cutoff that is not positive and finite, ``CoincidentAtomsError`` naming the pair when two
    atoms or images are closer than ``COINCIDENT``.
    """
    import vesin  # imports torch, which whoever only reads a file does without

    if not 0 < cutoff < np.inf:
        raise DataError(f"the cutoff must be positive and finite, got {cutoff} Å")
    if structure.atoms == 0:
        return NeighbourPairs(np.zeros(0, np.int64), np.zeros(0, np.int64), np.zeros((0, 3)))
    if not structure.periodic.any():  # no pair is farther apart, and the search takes time as the cutoff cubed
        cutoff = min(cutoff, float(np.linalg.norm(np.ptp(structure.positions, axis=0))) + 1.0)
    finder = vesin.NeighborList(cutoff=cutoff, full_list=True, sorted=True, n_threads=1)
    first, second, images, distance = finder.compute(
        points=structure.positions, box=structure.cell, periodic=structure.periodic, quantities="ijSd"
    )
    if distance.size and distance.min() < COINCIDENT:
        _raise_coincident(structure, first, second, images, int(distance.argmin()))
    shift = images.astype(np.float64) @ structure.cell
    return NeighbourPairs(first.astype(np.int64), second.astype(np.int64), shift)


def _raise_coincident(
    structure: Structure, first: np.ndarray, second: np.ndarray, images: np.ndarray, pair: int
) -> None:
    i, j = int(first[pair]), int(second[pair])
    image = f" (periodic image {images[pair].tolist()})" if images[pair].any() else ""
    raise CoincidentAtomsError(
        f"{structure.name}: atoms {i} (Z={structure.numbers[i]}) and {j} (Z={structure.numbers[j]}){image} coincide at "
        f"{structure.positions[i].tolist()} Å; no direction between them exists: remove one of them"
    )


def stays_within(skin: float, before: Structure, now: Structure) -> bool:
    """Whether no atom has moved by more than half of the skin (Å), and elements, cell and periodicity are the same."""
    if not all(np.array_equal(getattr(before, k), getattr(now, k)) for k in ("numbers", "cell", "periodic")):
        return False
    moved = now.positions - before.positions
    return bool(np.einsum("ia,ia->i", moved, moved).max(initial=0.0) <= (0.5 * skin) ** 2)


class VerletList:
    """The pairs of a structure whose atoms move: ``neighbour_pairs`` without a search in every step.

    Pairs are searched within the cutoff plus the skin (Å), and again when ``stays_within`` says no. Those within the
    cutoff at the moment are taken, so what is found does not depend on the skin.
    """

    def __init__(self, cutoff: float, skin: float) -> None:
        self.cutoff, self.skin = cutoff, skin
        self._searched: tuple[Structure, NeighbourPairs] | None = None
        self._taken: tuple[np.ndarray, NeighbourPairs] | None = None

    def pairs(self, structure: Structure) -> NeighbourPairs:
        """As ``neighbour_pairs(structure, cutoff)``; the same object as last time if the pairs are the same."""
        if self._searched is None or not stays_within(self.skin, self._searched[0], structure):
            self._searched, self._taken = (structure, neighbour_pairs(structure, self.cutoff + self.skin)), None
        first, second, shift = near = self._searched[1]
        vectors = structure.positions[second] - structure.positions[first] + shift
        squares = np.einsum("pa,pa->p", vectors, vectors)
        if squares.min(initial=np.inf) < COINCIDENT**2:
            return neighbour_pairs(structure, self.cutoff)  # which names the pair
        inside = squares < self.cutoff**2
        if self._taken is None or not np.array_equal(inside, self._taken[0]):
            self._taken = inside, near if inside.all() else NeighbourPairs(*(x[inside] for x in near))
        return self._taken[1]


def slots(index: np.ndarray, atoms: int) -> np.ndarray:
    """Running number of every pair among the pairs with the same ``index``: (pairs,) int64, from 0.

    With ``index`` an end of the pairs, ``(index, slot)`` addresses a padded table (atoms, largest degree).
    """
    order = np.argsort(index, kind="stable")
    counts = np.bincount(index, minlength=atoms)
    starts = np.concatenate([[0], np.cumsum(counts)[:-1]]) if atoms else np.zeros(0, np.int64)
    slot = np.empty(len(index), dtype=np.int64)
    slot[order] = np.arange(len(index)) - starts[index[order]]
    return slot


def nearest_distance(structures: Sequence[Structure], cutoff: float) -> float:
    """The median distance (Å) of an atom to its nearest neighbour, over at most 100 structures.

    Raises ``DataError`` when no atom has a neighbour.
    """
    found: list[np.ndarray] = []
    for s in structures[:: -(-len(structures) // 100)]:
        pairs = neighbour_pairs(s, cutoff)
        vectors = s.positions[pairs.second] - s.positions[pairs.first] + pairs.shift
        shortest = np.full(s.atoms, np.inf)
        np.minimum.at(shortest, pairs.first, np.linalg.norm(vectors, axis=1))
        found.append(shortest[np.isfinite(shortest)])
    distances = np.concatenate(found) if found else np.zeros(0)
    if not len(distances):
        raise DataError(f"no atom of the training structures has a neighbour within {cutoff} Å: raise radial.cutoff")
    return round(float(np.median(distances)), 3)
