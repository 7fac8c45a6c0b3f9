"""Draws for searches that must find the same on every machine: whole numbers and correctly rounded operations only."""

from __future__ import annotations

_MASK = (1 << 64) - 1
_LN2 = 0.6931471805599453


class Draws:
    """A stream that its seed fixes (splitmix64)."""

    def __init__(self, seed: int) -> None:
        self.state = seed & _MASK

    def word(self) -> int:
        """64 bits."""
        self.state = (self.state + 0x9E3779B97F4A7C15) & _MASK
        z = self.state
        z = ((z ^ (z >> 30)) * 0xBF58476D1CE4E5B9) & _MASK
        z = ((z ^ (z >> 27)) * 0x94D049BB133111EB) & _MASK
        return z ^ (z >> 31)

    def below(self, number: int) -> int:
        """A whole number from 0 to ``number - 1``."""
        return (self.word() * number) >> 64

    def shuffled(self, number: int) -> list[int]:
        """The whole numbers below ``number`` in any order."""
        order = list(range(number))
        for last in range(number - 1, 0, -1):
            other = self.below(last + 1)
            order[last], order[other] = order[other], order[last]
        return order

    def waiting(self) -> float:
        """Distributed as -log u to some 6 %: log2(1 + f) is taken as f, so that no library rounds it."""
        word = self.word() | 1
        zeros = 64 - word.bit_length()
        return _LN2 * (zeros + 2 - word / (1 << (63 - zeros)))
