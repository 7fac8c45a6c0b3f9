"""Primes and points drawn from a digest of what is claimed: fixed after the claim, and the same for everybody.

Primes are uniform among the 50,697,537 between 2^30 and 2^31, residues uniform below their prime; both by rejection, so
without bias. SHA-256 in counter mode stands for chance.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator

import numpy as np

from invgen.replay.arithmetic import is_prime

SEED = re.compile(r"[\w.-]*")
"""What the author of a certificate may add to the digest."""
LOWEST_PRIME = 2**30
PRIMES = 50_000_000
"""Fewer than there are between 2^30 and 2^31, by more than anybody draws."""


def words(seed: str, bits: int) -> Iterator[int]:
    """Uniform whole numbers of up to 32 bits."""
    counter = 0
    while True:
        digest = hashlib.sha256(f"{seed}/{counter}".encode()).digest()
        for start in range(0, 32, 4):
            yield int.from_bytes(digest[start : start + 4], "big") >> (32 - bits)
        counter += 1


def draw_primes(seed: str, count: int) -> list[int]:
    """Different primes between 2^30 and 2^31."""
    found: list[int] = []
    numbers = words(f"{seed}/prime", 30)
    while len(found) < count:
        candidate = LOWEST_PRIME + next(numbers)
        if candidate not in found and is_prime(candidate):
            found.append(candidate)
    return found


def draw_point(seed: str, number: int, width: int, prime: int) -> np.ndarray:
    """Residues of the components of point ``number``, shape ``(width,)``."""
    fitting = (word for word in words(f"{seed}/point/{prime}/{number}", 31) if word < prime)
    return np.array([next(fitting) for _ in range(width)], dtype=np.int64)
