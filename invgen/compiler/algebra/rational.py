"""Rational solutions of linear systems: by elimination in fractions, or from residues modulo primes."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from math import isqrt

import numpy as np

from invgen.compiler.algebra import modular


def coefficients(
    vectors: Sequence[Sequence[Fraction]],
    wanted: Sequence[Sequence[Fraction]],
    names: tuple[str, str] = ("the vectors", "what is wanted"),
) -> list[list[Fraction]]:
    """X with ``wanted = X vectors``: how the vectors add up to each of the wanted ones.

    Raises ``ArithmeticError``, with the names of both, if the vectors are dependent or do not span what is wanted.
    """
    count = len(vectors)
    rows = [list(column) for column in zip(*vectors, *wanted, strict=True)]
    for k in range(count):
        pivot = next((i for i in range(k, len(rows)) if rows[i][k]), None)
        if pivot is None:
            raise ArithmeticError(f"{names[0]} are not independent")
        rows[k], rows[pivot] = rows[pivot], rows[k]
        rows[k] = [v / rows[k][k] for v in rows[k]]
        for i, row in enumerate(rows):
            if i != k and (factor := row[k]):
                rows[i] = [v - factor * w if w else v for v, w in zip(row, rows[k], strict=True)]
    if any(any(row[count:]) for row in rows[count:]):
        raise ArithmeticError(f"{names[0]} do not span {names[1]}")
    return [[rows[k][count + m] for k in range(count)] for m in range(len(wanted))]


def solve(matrix: np.ndarray, right: np.ndarray, prime: int) -> np.ndarray | None:
    """The solution x of ``matrix @ x = right`` modulo a prime for a square matrix; ``None`` if it is singular."""
    size = len(matrix)
    echelon = modular.Echelon(size + 1, prime)
    echelon.add_block(np.concatenate([matrix, right[:, None]], axis=1))
    if sorted(echelon.pivots) != list(range(size)):
        return None
    return np.asarray(-echelon.reduce(np.eye(size, size + 1, dtype=np.int64))[:, size] % prime)


def combine(residue: int, modulus: int, other: int, prime: int) -> int:
    """The residue modulo ``modulus * prime`` that has these two (Chinese remainders)."""
    return residue + modulus * ((other - residue) * pow(modulus, -1, prime) % prime)


def reconstruct(residue: int, modulus: int) -> Fraction | None:
    """The fraction of this residue whose numerator and denominator are below the root of half the modulus, if any."""
    limit = isqrt(modulus // 2)
    before, remainder, old, factor = modulus, residue % modulus, 0, 1
    while remainder > limit:
        quotient = before // remainder
        before, remainder = remainder, before - quotient * remainder
        old, factor = factor, old - quotient * factor
    if factor == 0 or abs(factor) > limit:
        return None
    found = Fraction(remainder, factor)
    return found if found.denominator == abs(factor) else None
