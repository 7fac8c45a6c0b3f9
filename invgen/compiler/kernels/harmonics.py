"""The tensor harmonics T^l(r) as a kernel: ``r`` (x, y, z) -> ``t``, ranks 0..l_max in reduced Cartesian order.

Homogeneous polynomials by the recursion over the rank (with r.T^(l-1) known from T^(l-2)):

    T^l_abc = (a x T^(l-1)_(a-1)bc + b y T^(l-1)_a(b-1)c + c z T^(l-1)_ab(c-1)) / l
              - 2 / (l (2l-1)) (l-1)/(2l-3) |r|^2 sum over index pairs of delta T^(l-2)
"""

from __future__ import annotations

from fractions import Fraction
from functools import cache
from math import comb

from invgen.compiler.algebra.components import Powers, reduced_powers
from invgen.compiler.kernels.builder import ONE, Builder, Expression
from invgen.compiler.kernels.program import Kernel
from invgen.compiler.kernels.simplify import simplified
from invgen.errors import SpecError
from invgen.spec import MAX_RANK


@cache
def harmonics(l_max: int) -> Kernel:
    """T^0..T^l_max of a vector; raises ``SpecError`` for ranks outside 0..12."""
    if not 0 <= l_max <= MAX_RANK:
        raise SpecError(f"tensor harmonics are made for l_max between 0 and {MAX_RANK}, got {l_max}")
    table = _Table()
    outputs = [table.component(powers) for rank in range(l_max + 1) for powers in reduced_powers(rank)]
    return simplified(table.builder, "harmonics", [("t", outputs)])


class _Table:
    """Components of all ranks, built on demand."""

    def __init__(self) -> None:
        self.builder = Builder([("r", 3)])
        self.axes = [self.builder.input(i) for i in range(3)]
        self.square = self.builder.add(self.builder.mul(a, a) for a in self.axes)
        self.known: dict[Powers, Expression] = {(0, 0, 0): ONE}

    def component(self, powers: Powers) -> Expression:
        if powers not in self.known:
            self.known[powers] = self._traced(powers) if powers[2] > 1 else self._recursion(powers)
        return self.known[powers]

    def _traced(self, powers: Powers) -> Expression:
        a, b, c = powers
        parts = [self.component((a + 2, b, c - 2)), self.component((a, b + 2, c - 2))]
        return self.builder.scale(-1, self.builder.add(parts))

    def _recursion(self, powers: Powers) -> Expression:
        rank = sum(powers)
        terms = []
        for axis, power in enumerate(powers):
            if power:
                product = self.builder.mul(self.axes[axis], self.component(_less(powers, axis, 1)))
                terms.append(self.builder.scale(Fraction(power, rank), product))
        pairs = [
            self.builder.scale(comb(power, 2), self.component(_less(powers, axis, 2)))
            for axis, power in enumerate(powers)
            if power > 1
        ]
        if pairs:
            factor = Fraction(-2 * (rank - 1), rank * (2 * rank - 1) * (2 * rank - 3))
            terms.append(self.builder.scale(factor, self.builder.mul(self.square, self.builder.add(pairs))))
        return self.builder.add(terms)


def _less(powers: Powers, axis: int, by: int) -> Powers:
    a, b, c = (p - by if i == axis else p for i, p in enumerate(powers))
    return a, b, c
