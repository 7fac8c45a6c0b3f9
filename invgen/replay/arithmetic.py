"""Arithmetic modulo a prime below 2^31 on int64 arrays: matrix products and elimination row by row."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np


def is_prime(n: int) -> bool:
    """By trial division, for numbers below 2^31."""
    return n > 1 and all(n % q for q in range(2, int(n**0.5) + 1))


LONGEST_SUM = 2**14
"""Products of 16 and 31 bits of which sums stay below 2^62."""


def matmul(a: np.ndarray, b: np.ndarray, prime: int) -> np.ndarray:
    """``a @ b`` of residues, the inner axis the last of a and the first of b; both halves of a have at most 16 bits."""
    if len(b) > LONGEST_SUM:
        head, tail = a[..., :LONGEST_SUM], a[..., LONGEST_SUM:]
        total = matmul(head, b[:LONGEST_SUM], prime) + matmul(tail, b[LONGEST_SUM:], prime)
        return np.asarray(total % prime)
    return np.asarray(((((a >> 16) @ b) % prime << 16) + (a & 0xFFFF) @ b) % prime)


class Elimination:
    """Rows of residues, added one after another; each that raises the rank has a pivot column."""

    def __init__(self, prime: int) -> None:
        self.prime = prime
        self.pivots: list[int] = []
        self._rows: list[np.ndarray] = []

    @property
    def rank(self) -> int:
        """Dimension of the span of the rows so far."""
        return len(self.pivots)

    @property
    def echelon(self) -> list[tuple[np.ndarray, int]]:
        """What was left of every row that raised the rank, with its pivot."""
        return list(zip(self._rows, self.pivots, strict=True))

    def add(self, row: np.ndarray) -> int | None:
        """Subtracts the kept rows; keeps what is left, if anything, and returns its first non-zero column."""
        left = row % self.prime
        for pivot, kept in zip(self.pivots, self._rows, strict=True):
            if left[pivot]:
                left = (left - left[pivot] * kept) % self.prime
        columns = np.flatnonzero(left)
        if columns.size == 0:
            return None
        pivot = int(columns[0])
        self._rows.append(left * pow(int(left[pivot]), -1, self.prime) % self.prime)
        self.pivots.append(pivot)
        return pivot


def rank(rows: Iterable[np.ndarray], prime: int) -> int:
    """Rank of rows of residues."""
    elimination = Elimination(prime)
    for row in rows:
        elimination.add(row)
    return elimination.rank
