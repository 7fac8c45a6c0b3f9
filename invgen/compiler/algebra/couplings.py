"""Exact Clebsch-Gordan coefficients of integer ranks, for complex and for real spherical harmonics.

Every coefficient is a signed square root of a rational. For real harmonics, m = -l..l in the order and with the
signs of sphericart, the coupling of two tensors to a third,

    C_LM = sum_{m1 m2} G(l1 m1, l2 m2; L M) A_l1m1 B_l2m2,

is orthonormal (sum over m1 and m2 of G G' is 1 for equal (L, M) and 0 otherwise); for odd l1+l2+L the complex
coupling is purely imaginary and G is -i times it, so that two vectors couple to their vector product over sqrt(2).
In the **scaled components** S_lm = sqrt(s_lm) A_lm with s_l0 = binomial(2l, l) and s_lm = binomial(2l, l+m)/2 all
square roots leave the sums: G becomes one square root, common to (l1, l2, L), times a table of integers.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from functools import cache
from math import comb, factorial, gcd, isqrt, lcm, sqrt
from typing import Any

import numpy as np


@dataclass(frozen=True)
class SignedRoot:
    """The exact number sign(x) sqrt(|x|) of a rational x = ``signed_square``."""

    signed_square: Fraction

    @property
    def sign(self) -> int:
        """-1, 0 or 1."""
        return (self.signed_square > 0) - (self.signed_square < 0)

    @property
    def square(self) -> Fraction:
        """The square of the number."""
        return abs(self.signed_square)

    def __float__(self) -> float:
        return self.sign * sqrt(self.square)

    def __neg__(self) -> SignedRoot:
        return SignedRoot(-self.signed_square)

    def __mul__(self, other: SignedRoot) -> SignedRoot:
        return SignedRoot(self.sign * other.sign * self.square * other.square)

    def __bool__(self) -> bool:
        return self.signed_square != 0

    def sympy(self) -> Any:
        """The number in SymPy."""
        import sympy

        return self.sign * sympy.sqrt(sympy.Rational(self.square.numerator, self.square.denominator))


ZERO = SignedRoot(Fraction(0))


def couples(first: int, second: int, rank: int) -> bool:
    """Whether the triangle condition lets two ranks couple to a third."""
    return abs(first - second) <= rank <= first + second


def clebsch_gordan(l1: int, m1: int, l2: int, m2: int, rank: int, m: int) -> SignedRoot:
    """The coefficient <l1 m1 l2 m2 | rank m> of complex harmonics with the Condon-Shortley phase (Racah's formula).

    Zero outside the selection rules; raises ``ValueError`` for a negative rank or |m| above its rank.
    """
    for order, whole in ((m1, l1), (m2, l2), (m, rank)):
        if whole < 0 or abs(order) > whole:
            raise ValueError(f"a Clebsch-Gordan coefficient needs l >= 0 and |m| <= l, got l={whole}, m={order}")
    if m1 + m2 != m or not couples(l1, l2, rank):
        return ZERO
    first, second, third = l1 + l2 - rank, l1 + rank - l2, l2 + rank - l1
    total = sum(
        (-1) ** k * comb(first, k) * comb(second, l1 - m1 - k) * comb(third, l2 + m2 - k)
        for k in range(max(0, l2 - rank - m1, l1 - rank + m2), min(first, l1 - m1, l2 + m2) + 1)
    )
    states = 1
    for order, whole in ((m1, l1), (m2, l2), (m, rank)):
        states *= factorial(whole + order) * factorial(whole - order)
    below = factorial(first) * factorial(second) * factorial(third) * factorial(l1 + l2 + rank + 1)
    return SignedRoot(Fraction(total * abs(total) * (2 * rank + 1) * states, below))


def real_coefficient(l1: int, m1: int, l2: int, m2: int, rank: int, m: int) -> SignedRoot:
    """The coefficient G(l1 m1, l2 m2; rank m) of real harmonics."""
    signs = _weights(m1, m2, m)
    if signs is None or not couples(l1, l2, rank):
        return ZERO
    a, b, c = signs
    complex_coefficient = clebsch_gordan(l1, a, l2, b, rank, c)
    quarter_turns = _phase(a, m1) + _phase(b, m2) - _phase(c, m) - (l1 + l2 + rank) % 2
    if quarter_turns % 2:
        return ZERO
    scale = Fraction(1, 2) if m1 and m2 and m else Fraction(1)
    sign = -1 if quarter_turns % 4 == 2 else 1
    return SignedRoot(sign * scale * complex_coefficient.signed_square)


def _weights(m1: int, m2: int, m: int) -> tuple[int, int, int] | None:
    """Complex weights (a, b, a+b) of these moduli: one of two opposite choices, or none."""
    a, b, c = abs(m1), abs(m2), abs(m)
    for second in (b, -b):
        if abs(a + second) == c:
            return a, second, a + second
    return None


def _phase(weight: int, m: int) -> int:
    """Quarter turns of the matrix element between the complex state ``weight`` and the real component ``m``.

    A_weight = (-1)^weight (A_|m| + i A_-|m|) / sqrt(2) for weight > 0, (A_|m| - i A_-|m|) / sqrt(2) for weight < 0.
    """
    turns = 2 * (weight % 2) if weight > 0 else 0
    if m < 0:
        turns += 1 if weight > 0 else -1
    return turns


@cache
def real_coupling(l1: int, l2: int, rank: int) -> tuple[tuple[int, int, int, SignedRoot], ...]:
    """The nonzero coefficients ``(m1, m2, m, G)`` of a real coupling, ascending; empty if the ranks do not couple."""
    if not couples(l1, l2, rank):
        return ()
    found = []
    for m1 in range(-l1, l1 + 1):
        for m2 in range(-l2, l2 + 1):
            moduli = sorted({abs(abs(m1) - abs(m2)), abs(m1) + abs(m2)})
            for m in sorted({s * c for c in moduli for s in (-1, 1) if c <= rank}):
                if value := real_coefficient(l1, m1, l2, m2, rank, m):
                    found.append((m1, m2, m, value))
    return tuple(found)


@cache
def float_coupling(l1: int, l2: int, rank: int) -> np.ndarray:
    """The real coupling as float64, shape ``(2 l1 + 1, 2 l2 + 1, 2 rank + 1)``; read-only."""
    table = np.zeros((2 * l1 + 1, 2 * l2 + 1, 2 * rank + 1))
    for m1, m2, m, value in real_coupling(l1, l2, rank):
        table[m1 + l1, m2 + l2, m + rank] = float(value)
    table.setflags(write=False)
    return table


@cache
def scalings(rank: int) -> tuple[Fraction, ...]:
    """The squares s_lm of the factors of the scaled components S_lm = sqrt(s_lm) A_lm, m = -l..l."""
    return tuple(Fraction(comb(2 * rank, rank + m), 2 if m else 1) for m in range(-rank, rank + 1))


@cache
def integer_coupling(l1: int, l2: int, rank: int) -> tuple[np.ndarray, Fraction]:
    """The real coupling of scaled components: a table of integers without common factor, and a rational kappa.

    S_LM = sqrt(kappa) sum table[m1 + l1, m2 + l2, M + L] S_l1m1 S_l2m2. The table, read-only, is int64, or of Python
    integers where they are larger. Raises ``ValueError`` if the ranks do not couple.
    """
    entries = real_coupling(l1, l2, rank)
    if not entries:
        raise ValueError(f"ranks {l1} and {l2} do not couple to {rank}; it must lie in {abs(l1 - l2)}..{l1 + l2}")
    first, second, third = scalings(l1), scalings(l2), scalings(rank)
    scaled = [G.signed_square * third[m + rank] / (first[m1 + l1] * second[m2 + l2]) for m1, m2, m, G in entries]
    ratios = [_rational_root(value / abs(scaled[0])) for value in scaled]
    denominator = lcm(*(r.denominator for r in ratios))
    common = gcd(*(int(r * denominator) for r in ratios))
    integers = [int(r * denominator) // common for r in ratios]
    small = max(map(abs, integers)) < 2**62
    table = np.zeros((2 * l1 + 1, 2 * l2 + 1, 2 * rank + 1), dtype=np.int64 if small else object)
    for (m1, m2, m, _), value in zip(entries, integers, strict=True):
        table[m1 + l1, m2 + l2, m + rank] = value
    table.setflags(write=False)
    return table, abs(scaled[0]) / integers[0] ** 2


def _rational_root(signed_square: Fraction) -> Fraction:
    """The signed root of a rational whose root is rational."""
    numerator, denominator = abs(signed_square.numerator), signed_square.denominator
    root = Fraction(isqrt(numerator), isqrt(denominator))
    if root**2 != abs(signed_square):
        raise ArithmeticError(f"the square root of {signed_square} is not rational: the scaling of components is wrong")
    return root if signed_square > 0 else -root
