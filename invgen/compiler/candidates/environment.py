"""Neighbours at explicit positions: the components A_znlm that they make, and the derivatives by the positions.

    A_znlm = sum_j [z_j = z] P_n(r_j^2) r_j^l Y_lm(r_j / |r_j|)

P_n are shifted Legendre polynomials, orthogonal on 0..1, so A is a polynomial of the positions. Components are scaled
as ``AceEvaluator`` takes them, up to a factor for every channel, which changes no rank.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property

import numpy as np

from invgen.compiler.algebra.arithmetic import Arithmetic, Floating, Modular
from invgen.compiler.algebra.channels import Channel, channel_slices, components_of
from invgen.compiler.algebra.components import reduced_powers
from invgen.compiler.algebra.couplings import scalings
from invgen.compiler.algebra.harmonics import harmonic_polynomial, integer_harmonics


def _number(value: Fraction | int, arithmetic: Arithmetic) -> int | float:
    if isinstance(arithmetic, Modular):
        return value.numerator * pow(value.denominator, -1, arithmetic.prime) % arithmetic.prime
    return float(value)


Terms = Sequence[tuple[tuple[int, int, int], int | float]]
"""A polynomial in x, y, z: powers, and coefficients in the arithmetic in use."""


def solid_harmonics(rank: int, arithmetic: Arithmetic) -> list[Terms]:
    """r^l Y_lm for m = -l..l: modulo a prime the scaled components, in float64 orthonormal up to a common factor."""
    roots = [float(s) ** 0.5 if isinstance(arithmetic, Floating) else 1 for s in scalings(rank)]
    return [
        [(powers, _number(k, arithmetic) / root if root != 1 else _number(k, arithmetic)) for powers, k in row]
        for row, root in zip(integer_harmonics(rank), roots, strict=True)
    ]


def tensor_harmonics(rank: int, arithmetic: Arithmetic) -> list[Terms]:
    """The reduced Cartesian components of T^l(r) = STF(r ... r)."""
    return [
        [(key, _number(value, arithmetic)) for key, value in harmonic_polynomial(powers)]
        for powers in reduced_powers(rank)
    ]


def polynomials(rows: Sequence[Terms], positions: np.ndarray, arithmetic: Arithmetic) -> tuple[np.ndarray, np.ndarray]:
    """Values ``(rows, points)`` and gradients ``(rows, points, 3)`` of polynomials at positions ``(points, 3)``."""
    reduce, x = arithmetic.reduce, arithmetic.array(positions)
    powers = [np.ones_like(x)]
    for _ in range(max((max(key) for row in rows for key, _ in row), default=0)):
        powers.append(reduce(powers[-1] * x))
    values = np.zeros((len(rows), len(x)), x.dtype)
    gradients = np.zeros((len(rows), *x.shape), x.dtype)
    for m, row in enumerate(rows):
        for exponents, coefficient in row:
            parts = [powers[e][:, axis] for axis, e in enumerate(exponents)]
            values[m] += reduce(coefficient * reduce(reduce(parts[0] * parts[1]) * parts[2]))
            for axis, e in enumerate(exponents):
                if e:
                    others = reduce(parts[axis - 1] * parts[axis - 2])
                    lowered = reduce(e * powers[e - 1][:, axis])
                    gradients[m, :, axis] += reduce(coefficient * reduce(others * lowered))
    return reduce(values), reduce(gradients)


def radial_polynomials(
    positions: np.ndarray, highest: int, arithmetic: Arithmetic
) -> tuple[list[np.ndarray], list[np.ndarray]]:
    """P_n(r^2) for n = 0..highest, each ``(neighbours,)``, and gradients ``(neighbours, 3)``.

    (k+1) P_(k+1) = (2k+1) (2 r^2 - 1) P_k - k P_(k-1).
    """
    reduce, x = arithmetic.reduce, arithmetic.array(positions)
    argument, inner = reduce(2 * reduce(reduce(x * x).sum(axis=1)) - 1), reduce(4 * x)
    values, slopes = [np.ones_like(argument), argument], [np.zeros_like(inner), inner]
    for k in range(1, highest):
        up = _number(Fraction(2 * k + 1, k + 1), arithmetic)
        down = _number(Fraction(k, k + 1), arithmetic)
        product = reduce(reduce(argument[:, None] * slopes[k]) + reduce(inner * values[k][:, None]))
        values.append(reduce(reduce(up * reduce(argument * values[k])) - reduce(down * values[k - 1])))
        slopes.append(reduce(reduce(up * product) - reduce(down * slopes[k - 1])))
    return values, slopes


@dataclass(frozen=True, eq=False)
class Environment:
    """Neighbours of one atom.

    channels
        Component order of A.
    positions
        Shape ``(neighbours, 3)``: float64 within the unit ball for ``Floating``, residues for ``Modular``.
    species
        Of every neighbour, shape ``(neighbours,)``.
    """

    channels: tuple[Channel, ...]
    positions: np.ndarray
    species: np.ndarray
    arithmetic: Arithmetic

    @cached_property
    def components(self) -> np.ndarray:
        """A, shape ``(components,)``; in float64 every channel has length one."""
        return self._evaluated[0]

    @cached_property
    def derivatives(self) -> np.ndarray:
        """dA/dpositions, shape ``(components, 3 neighbours)``, columns x, y, z of one neighbour after another."""
        return self._evaluated[1]

    @cached_property
    def _evaluated(self) -> tuple[np.ndarray, np.ndarray]:
        reduce, slices = self.arithmetic.reduce, channel_slices(self.channels)
        width, number = components_of(self.channels), len(self.positions)
        kind = self.arithmetic.array(self.positions).dtype
        values, derivatives = np.zeros(width, kind), np.zeros((width, number, 3), kind)
        radial, slopes = self._radial(max(c.n for c in self.channels))
        angular = {rank: self._angular(rank) for rank in {c.rank for c in self.channels}}
        for channel, where in slices.items():
            mine = self.species == channel.species
            y, dy = angular[channel.rank]
            r, dr = radial[channel.n] * mine, slopes[channel.n] * mine[:, None]
            part = reduce(y * r)
            slope = reduce(reduce(dy * r[:, None]) + reduce(y[..., None] * dr))
            scale = 1.0 / np.linalg.norm(part.sum(axis=1)) if isinstance(self.arithmetic, Floating) else 1
            values[where] = reduce(part.sum(axis=1)) * scale
            derivatives[where] = slope * scale
        return values, derivatives.reshape(width, 3 * number)

    def _radial(self, highest: int) -> tuple[list[np.ndarray], list[np.ndarray]]:
        return radial_polynomials(self.positions, highest, self.arithmetic)

    def _angular(self, rank: int) -> tuple[np.ndarray, np.ndarray]:
        """r^l Y_lm, ``(2 rank + 1, neighbours)``, scaled, and gradients ``(2 rank + 1, neighbours, 3)``."""
        return polynomials(solid_harmonics(rank, self.arithmetic), self.positions, self.arithmetic)
