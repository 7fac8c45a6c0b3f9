"""Rows that are independent modulo a prime form a matroid: its bases, and which member can be exchanged for which row.

For costs that add up, rows taken in ascending order of cost, each if it is independent of those before, are the
cheapest basis. What a program costs does not add up; but from any basis every other one can be reached by exchanging
one member at a time (the exchange axiom), and that is what the search does.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np

from invgen.compiler.algebra import modular


class Matroid:
    """Rows ``(candidates, width)`` modulo a prime."""

    def __init__(self, rows: np.ndarray, prime: int) -> None:
        self.prime = prime
        self.rows = np.asarray(rows, dtype=np.int64) % prime
        self.rank = modular.rank(self.rows, prime)

    def __len__(self) -> int:
        return len(self.rows)

    def first(self, order: Iterable[int]) -> list[int]:
        """The rows that are independent of those before them, in this order: by ascending cost the cheapest basis."""
        echelon = modular.Echelon(self.rows.shape[1], self.prime)
        kept: list[int] = []
        for k in order:
            if len(kept) == self.rank:
                break
            if echelon.add(self.rows[k]) is not None:
                kept.append(k)
        return kept

    def growing(self) -> Growing:
        """An independent set that is empty at first."""
        return Growing(self)

    def basis(self, members: Sequence[int]) -> ExchangeBasis:
        """A basis, ready for exchanges; raises ``ValueError`` for members that are none."""
        return ExchangeBasis(self, members)


class Growing:
    """An independent set that grows to a basis."""

    def __init__(self, matroid: Matroid) -> None:
        self.echelon = modular.Echelon(matroid.rows.shape[1], matroid.prime)
        self.matroid = matroid
        self.left = matroid.rows

    @property
    def complete(self) -> bool:
        """Whether this is a basis."""
        return self.echelon.rank == self.matroid.rank

    def open(self) -> np.ndarray:
        """Which rows are independent of the set."""
        return np.asarray((self.left != 0).any(axis=1))

    def add(self, row: int) -> None:
        """Adds an open row."""
        self.echelon.add(self.left[row])
        self.left = self.echelon.reduce(self.left)


class ExchangeBasis:
    """Every row as a combination of the members of a basis: a member can go for each row in which it takes part."""

    def __init__(self, matroid: Matroid, members: Sequence[int]) -> None:
        self.prime = matroid.prime
        within, self.coordinates = coordinates_in(matroid.rows, members, matroid.prime)
        if not len(within) == len(members) == matroid.rank:
            raise ValueError(f"{len(members)} rows of rank {len(within)} are no basis of rank {matroid.rank}")

    def replaceable(self, position: int) -> np.ndarray:
        """Which rows make a basis in the place of the member at this position."""
        return self.coordinates[:, position] != 0

    def can(self, position: int, row: int) -> bool:
        """Whether this row does."""
        return bool(self.coordinates[row, position])

    def exchange(self, position: int, row: int) -> None:
        """Puts a row in the place of a member."""
        fresh = self.coordinates[row].copy()
        share = self.coordinates[:, position] * pow(int(fresh[position]), -1, self.prime) % self.prime
        fresh[position] -= 1
        touched = np.flatnonzero(share)
        self.coordinates[touched] = (self.coordinates[touched] - share[touched, None] * fresh) % self.prime


def coordinates_in(rows: np.ndarray, members: Sequence[int], prime: int) -> tuple[list[int], np.ndarray]:
    """Positions of members that are a basis of the members, the first ones, and all rows as combinations of these.

    Combinations have shape ``(rows, members)``, zero for other members; they are right for rows that depend on the
    members.
    """
    chosen = rows[list(members)] % prime
    echelon = modular.Echelon(rows.shape[1], prime)
    raised = echelon.add_block(chosen)
    within = [k for k, pivot in enumerate(raised) if pivot is not None]
    result = np.zeros((len(rows), len(members)), dtype=np.int64)
    square = chosen[np.ix_(within, echelon.pivots)]
    result[:, within] = modular.matmul(rows[:, echelon.pivots] % prime, _inverse(square, prime), prime)
    return within, result


def _inverse(square: np.ndarray, prime: int) -> np.ndarray:
    size = len(square)
    both = np.concatenate([square % prime, np.eye(size, dtype=np.int64)], axis=1)
    for k in range(size):
        pivot = k + int(np.flatnonzero(both[k:, k])[0])
        both[[k, pivot]] = both[[pivot, k]]
        both[k] = both[k] * pow(int(both[k, k]), -1, prime) % prime
        others = np.array([i for i in np.flatnonzero(both[:, k]) if i != k], dtype=np.int64)
        both[others] = (both[others] - both[others, k][:, None] * both[k]) % prime
    return both[:, size:]
