"""The probability that a rank is larger than what independent trials have shown.

Suppose that the Jacobian of m labels has rank above r over the rationals. Then some minor M of size r+1 is a polynomial
with whole coefficients that is not zero. A trial draws a prime p among more than ``PRIMES`` between 2^30 and 2^31 and,
modulo p, a point; it misses M only if

- p divides every coefficient of M. A coefficient that is not zero has fewer than ``bits`` binary digits, so fewer than
  bits / 30 such primes divide it: probability at most (bits / 30) / PRIMES;
- or M is not zero modulo p and vanishes at the point: probability at most degree / p < degree / 2^30, by the lemma of
  Schwartz and Zippel.

M has degree at most the sum of (order - 1) over its rows. The absolute coefficients of a determinant add up to at most
the product over its rows of those of the row, and those of all derivatives of a form f of order n to n times those of
f. Independent trials multiply, and several statements add.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction

from invgen.replay.witnesses import LOWEST_PRIME, PRIMES

TARGET = Fraction(1, 10**30)
"""The probability that repetition must get below."""
FEWEST_ROUNDS = 3


@dataclass(frozen=True)
class Row:
    """What a label adds to a minor: its order, and binary digits of order times sum of absolute coefficients."""

    order: int
    bits: int

    @classmethod
    def of(cls, order: int, norm: int) -> Row:
        """From a bound of the sum of absolute coefficients."""
        return cls(order, (order * norm).bit_length())


@dataclass(frozen=True)
class Chance:
    """One trial misses a minor of at most this degree and this many binary digits.

    statements
        How many ranks rest on the trials; with none the probability is zero.
    """

    statements: int
    degree: int
    bits: int

    @classmethod
    def of(cls, rows: Iterable[Row], size: int, statements: int) -> Chance:
        """For minors of up to ``size`` of the rows."""
        rows = list(rows)
        degree = sum(sorted((row.order - 1 for row in rows), reverse=True)[:size])
        bits = sum(sorted((row.bits for row in rows), reverse=True)[:size])
        return cls(statements, degree, bits)

    @property
    def one_trial(self) -> Fraction:
        """The probability that one trial misses."""
        return Fraction(self.degree, LOWEST_PRIME) + Fraction(self.bits // 30, PRIMES)

    def after(self, trials: int) -> Fraction:
        """The probability that any statement is wrong although all trials agree."""
        return self.statements * self.one_trial**trials

    @property
    def rounds(self) -> int:
        """How many trials are made: three at least, and as many as the target needs."""
        trials = FEWEST_ROUNDS
        while self.after(trials) >= TARGET:
            trials += 1
        return trials


def below(probability: Fraction) -> str:
    """The smallest power of ten that is not exceeded, such as ``1e-36``."""
    exponent = 0
    while probability * 10 ** (exponent + 1) <= 1:
        exponent += 1
    return f"1e-{exponent}"
