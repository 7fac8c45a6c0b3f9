"""Rational solutions of linear systems from their residues: elimination, remainders, and reconstruction."""

from __future__ import annotations

from fractions import Fraction
from math import isqrt

import numpy as np

from invgen.compiler.algebra import modular


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
