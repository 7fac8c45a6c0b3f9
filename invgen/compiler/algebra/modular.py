"""Arithmetic modulo a word-size prime: matrix products and the incremental echelon form.

Primes lie below 2^31, so that products of two residues fit in a signed 64-bit integer.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field

import numpy as np

DEFAULT_PRIME = 2**31 - 1


def is_prime(n: int) -> bool:
    """Deterministic Miller-Rabin test, valid below 3.3e24."""
    if n < 2:
        return False
    small = (2, 3, 5, 7, 11, 13, 17, 19, 23, 29, 31, 37, 41)
    if any(n % q == 0 for q in small):
        return n in small
    odd, twos = n - 1, 0
    while odd % 2 == 0:
        odd, twos = odd // 2, twos + 1
    for base in small:
        power = pow(base, odd, n)
        if power in (1, n - 1):
            continue
        for _ in range(twos - 1):
            power = power * power % n
            if power == n - 1:
                break
        else:
            return False
    return True


def prime_below(limit: int) -> int:
    """The largest prime below ``limit``."""
    candidate = limit - 1
    while not is_prime(candidate):
        candidate -= 1
    return candidate


def check_prime(prime: int) -> None:
    """Raises ``ValueError`` unless this is a prime that the 64-bit arithmetic here is exact for."""
    if not (2**20 < prime < 2**31 and is_prime(prime)):
        raise ValueError(
            f"the modulus must be a prime between 2^20 and 2^31, got {prime}; the default is {DEFAULT_PRIME}"
        )


def residues(seed: str, count: int, prime: int) -> np.ndarray:
    """Deterministic residues, equidistributed to within 2^-33: SHA-256 of the seed in counter mode."""
    words: list[int] = []
    block = 0
    while len(words) < count:
        digest = hashlib.sha256(f"{seed}/{block}".encode()).digest()
        words += [int.from_bytes(digest[i : i + 8], "big") % prime for i in range(0, 32, 8)]
        block += 1
    return np.array(words[:count], dtype=np.int64)


PROBES = 4
"""Random vectors that stand for all to which a row space is orthogonal: each overlooks one row in 2^31."""
STRIPE = 512
"""Rows that are multiplied at a time, which bounds the memory of a product."""
BLOCK = 64
"""Rows that are eliminated together."""
LARGE_PRODUCT = 2**20
"""Multiplications from which a matrix product goes through float64: its set-up costs as much below."""


def matmul(a: np.ndarray, b: np.ndarray, prime: int) -> np.ndarray:
    """``a @ b`` modulo the prime for residues; exact for inner dimensions below 2^15."""
    if a.ndim == b.ndim == 2 and a.size * b.shape[1] >= LARGE_PRODUCT:
        return _float_matmul(a, b, prime)
    high, low = a >> 15, a & 0x7FFF
    return (((high @ b) % prime << 15) + low @ b) % prime


def _float_matmul(a: np.ndarray, b: np.ndarray, prime: int) -> np.ndarray:
    """The same by float64 products of halves: sums of fewer than 2^21 integers below 2^32 are exact in any order."""
    a1, b1 = ((x >> 16).astype(np.float64) for x in (a, b))
    a0, b0 = ((x & 0xFFFF).astype(np.float64) for x in (a, b))
    upper, middle, lower = a1 @ b1, a1 @ b0 + a0 @ b1, a0 @ b0
    total = (upper.astype(np.int64) % prime << 16) + middle.astype(np.int64)
    return ((total % prime << 16) + lower.astype(np.int64)) % prime


@dataclass
class Echelon:
    """Row space modulo a prime, grown row by row; the heart of the exact greedy selection."""

    width: int
    prime: int
    pivots: list[int] = field(default_factory=list)
    _rows: np.ndarray = field(init=False)
    _probes: np.ndarray | None = field(init=False, default=None)

    def __post_init__(self) -> None:
        check_prime(self.prime)
        self._rows = np.zeros((self.width, self.width), dtype=np.int64)

    @property
    def rank(self) -> int:
        """Dimension of the row space so far."""
        return len(self.pivots)

    def reduce(self, rows: np.ndarray) -> np.ndarray:
        """What is left of rows ``(..., width)`` after those kept so far are subtracted; zero where they depend."""
        rows = np.asarray(rows, dtype=np.int64) % self.prime
        if not self.pivots:
            return rows
        flat = rows.reshape(-1, self.width)
        factors = flat[:, self.pivots]
        for start in range(0, self.rank, STRIPE):
            part = slice(start, min(start + STRIPE, self.rank))
            flat = (flat - matmul(factors[:, part], self._rows[part], self.prime)) % self.prime
        return flat.reshape(rows.shape)

    @property
    def probes(self) -> np.ndarray:
        """Random vectors ``(width, PROBES)`` orthogonal to all rows so far: the pivots determine them by the other
        columns, whose entries never change."""
        if self._probes is None:
            found = residues(f"probes/{self.width}", self.width * PROBES, self.prime).reshape(self.width, PROBES)
            if self.pivots:
                found[self.pivots] = 0
                found[self.pivots] = -matmul(self._rows[: self.rank], found, self.prime) % self.prime
            self._probes = found
        return self._probes

    def add(self, row: np.ndarray) -> int | None:
        """Keeps the row if it raises the rank and returns its pivot column; otherwise returns ``None``."""
        return self.add_block(np.asarray(row)[None, :])[0]

    def add_block(self, rows: np.ndarray) -> list[int | None]:
        """``add`` for rows ``(count, width)`` one after another, all reduced together.

        The kept rows stay in reduced form: every pivot column is zero in all other rows. Many rows are reduced among
        themselves first, so that what was kept before is changed once.
        """
        left = self.reduce(rows)
        if len(left) > BLOCK:
            among = Echelon(self.width, self.prime)
            raised = [p for start in range(0, len(left), BLOCK) for p in among.add_block(left[start : start + BLOCK])]
            self._append(among._rows[: among.rank], among.pivots)
            return raised
        found: list[int | None] = [None] * len(left)
        for k in range(len(left)):
            nonzero = np.flatnonzero(left[k])
            if nonzero.size == 0:
                continue
            pivot = int(nonzero[0])
            left[k] = left[k] * pow(int(left[k, pivot]), -1, self.prime) % self.prime
            factors = left[:, pivot].copy()
            factors[k] = 0
            others = np.flatnonzero(factors)
            left[others] = (left[others] - factors[others, None] * left[k]) % self.prime
            found[k] = pivot
        raising = [(k, pivot) for k, pivot in enumerate(found) if pivot is not None]
        self._append(left[[k for k, _ in raising]], [pivot for _, pivot in raising])
        return found

    def _append(self, fresh: np.ndarray, pivots: list[int]) -> None:
        """Rows that are reduced by those before and among themselves."""
        if not pivots:
            return
        factors = self._rows[: self.rank, pivots]
        if self._probes is not None:
            change = -matmul(fresh, self._probes, self.prime) % self.prime
            self._probes[pivots] = (self._probes[pivots] + change) % self.prime
            if self.pivots:
                known = self._probes[self.pivots] - matmul(factors, change, self.prime)
                self._probes[self.pivots] = known % self.prime
        for start in range(0, self.rank, STRIPE):
            kept = self._rows[start : min(start + STRIPE, self.rank)]
            kept -= matmul(factors[start : start + STRIPE], fresh, self.prime)
            kept %= self.prime
        self._rows[self.rank : self.rank + len(pivots)] = fresh
        self.pivots += pivots


def rank(matrix: np.ndarray, prime: int) -> int:
    """Rank of an integer matrix modulo the prime: a lower bound of its rank over the rationals."""
    echelon = Echelon(matrix.shape[1], prime)
    for start in range(0, len(matrix), BLOCK):
        echelon.add_block(matrix[start : start + BLOCK])
    return echelon.rank
