"""Point groups by their Schoenflies symbols, as matrices over a prime field or in float64.

The entries are integers and the cosines and sines of whole parts of a turn. A prime that leaves the remainder 1 when
divided by ``TURNS`` has all roots of unity of these orders, so a calculation modulo such a prime is the image of an
exact one in a field of cyclotomic numbers: a minor that does not vanish modulo the prime does not vanish at all.

The main axis is z; mirror planes of C_nv, D_nh and D_nd contain x, twofold axes of D_n lie along x. Cubic groups have
their fourfold (twofold) axes along x, y, z, icosahedral ones a fivefold axis along z.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from math import cos, lcm, pi, sin
from typing import Protocol

import numpy as np

from invgen.compiler.algebra import modular

TURNS = 2 * lcm(*range(1, 9))
"""Orders of rotations that exist modulo the primes here are the divisors of this number, 1680."""


def turning_prime(limit: int = modular.DEFAULT_PRIME) -> int:
    """The largest prime up to ``limit`` with all roots of unity whose order divides ``TURNS``."""
    candidate = limit - (limit - 1) % TURNS
    while not modular.is_prime(candidate):
        candidate -= TURNS
    return candidate


class Circle(Protocol):
    """Cosines and sines of k/n of a turn, and the inverse of a number."""

    def cosine(self, k: int, n: int) -> int | float: ...
    def sine(self, k: int, n: int) -> int | float: ...
    def inverse(self, x: int | float) -> int | float: ...


@dataclass(frozen=True)
class ModularCircle:
    """Residues modulo a prime that leaves 1 modulo ``TURNS``; raises ``ValueError`` for another modulus."""

    prime: int

    def __post_init__(self) -> None:
        modular.check_prime(self.prime)
        if self.prime % TURNS != 1:
            raise ValueError(
                f"{self.prime} has no roots of unity of order {TURNS}; use turning_prime({self.prime}), "
                f"that is {turning_prime(self.prime)}"
            )

    def _root(self, k: int, n: int) -> int:
        if TURNS % n:
            raise ValueError(f"1/{n} of a turn has no cosine modulo {self.prime}; n must divide {TURNS}")
        return pow(_primitive_root(self.prime), k % n * (TURNS // n), self.prime)

    def cosine(self, k: int, n: int) -> int:
        return (self._root(k, n) + self._root(-k, n)) * self.inverse(2) % self.prime

    def sine(self, k: int, n: int) -> int:
        return (self._root(k, n) - self._root(-k, n)) * self.inverse(2 * self._root(1, 4)) % self.prime

    def inverse(self, x: int | float) -> int:
        return pow(int(x), -1, self.prime)


@cache
def _primitive_root(prime: int) -> int:
    """A residue of multiplicative order ``TURNS``."""
    factors = [q for q in range(2, TURNS) if TURNS % q == 0 and modular.is_prime(q)]
    for base in range(2, prime):
        root = pow(base, (prime - 1) // TURNS, prime)
        if all(pow(root, TURNS // q, prime) != 1 for q in factors):
            return root
    raise ArithmeticError(f"{prime} is no prime")


class FloatCircle:
    """Float64."""

    def cosine(self, k: int, n: int) -> float:
        return cos(2 * pi * k / n)

    def sine(self, k: int, n: int) -> float:
        return sin(2 * pi * k / n)

    def inverse(self, x: int | float) -> float:
        return 1 / x


Matrix = np.ndarray
_AXIAL = re.compile(r"(C|D|S)([1-9]\d*|inf)(v|h|d)?")
_INVERSION = np.diag([-1, -1, -1])
_MIRROR_Y, _MIRROR_Z, _TWOFOLD_X = np.diag([1, -1, 1]), np.diag([1, 1, -1]), np.diag([1, -1, -1])
_CYCLE, _TWOFOLD_Z = np.array([[0, 0, 1], [1, 0, 0], [0, 1, 0]]), np.diag([-1, -1, 1])
_FOURFOLD = np.array([[0, -1, 0], [1, 0, 0], [0, 0, 1]])
_FIXED = {
    "C1": (),
    "Cs": (_MIRROR_Z,),
    "Ci": (_INVERSION,),
    "T": (_CYCLE, _TWOFOLD_Z),
    "Td": (_CYCLE, -_FOURFOLD),
    "Th": (_CYCLE, _TWOFOLD_Z, _INVERSION),
    "O": (_CYCLE, _FOURFOLD),
    "Oh": (_CYCLE, _FOURFOLD, _INVERSION),
}

HIGHEST_AXIS = 8
POINT_GROUPS: tuple[str, ...] = (
    *_FIXED,
    "I",
    "Ih",
    *(f"{name}{n}{suffix}" for n in range(2, HIGHEST_AXIS + 1) for name in "CD" for suffix in ("", "v", "h", "d")
      if (name, suffix) not in (("C", "d"), ("D", "v"))),
    *(f"S{n}" for n in range(4, HIGHEST_AXIS + 1, 2)),
)  # fmt: skip
"""The 32 of crystals, and 23 more. Of the groups with rotation axes up to order 8 only S10, S12, S14, S16 are left."""


def generators(symbol: str, circle: Circle) -> list[Matrix]:
    """Matrices (3, 3) that generate the point group of a Schoenflies symbol such as ``C3v``, ``Td`` or ``Dinfh``.

    The continuous groups ``Cinfv``, ``Dinfh`` and ``Kh`` (the whole of O(3)) are generated up to closure, by rotations
    of infinite order. Raises ``ValueError`` for a symbol that is none.
    """
    if symbol in _FIXED:
        return [np.array(m) for m in _FIXED[symbol]]
    if symbol in ("I", "Ih"):
        found = [_rotation(circle.cosine(1, 5), circle.sine(1, 5)), _icosahedral_twofold(circle)]
        return found + ([_INVERSION] if symbol == "Ih" else [])
    if symbol == "Kh":
        return [_endless(circle), _CYCLE, _INVERSION]
    match = _AXIAL.fullmatch(symbol)
    if match is None or (match[1], match[3]) in (("S", "v"), ("S", "h"), ("S", "d"), ("D", "v"), ("C", "d")):
        raise ValueError(f"{symbol!r} is not a Schoenflies symbol such as C1, Cs, C3v, D4h, D2d, S4, Td, Oh, Ih, Dinfh")
    return _axial(match[1], match[2], match[3] or "", circle)


def _axial(letter: str, turns: str, suffix: str, circle: Circle) -> list[Matrix]:
    def turn(n: int) -> Matrix:
        return _rotation(circle.cosine(1, n), circle.sine(1, n))

    if turns == "inf":
        rotation = _endless(circle)
    elif letter == "S" or suffix == "d":
        order = int(turns) * (2 if suffix == "d" else 1)
        rotation = turn(order) * np.array([[1], [1], [-1]])
    else:
        rotation = turn(int(turns))
    more = {"v": [_MIRROR_Y], "h": [_MIRROR_Z], "d": [_MIRROR_Y]}.get(suffix, [])
    twofold = [_TWOFOLD_X] if letter == "D" and suffix != "d" else []
    return [rotation, *twofold, *more]


def _rotation(c: int | float, s: int | float) -> Matrix:
    return np.array([[c, -s, 0], [s, c, 0], [0, 0, 1]])


def _endless(circle: Circle) -> Matrix:
    """The rotation about z with cosine 3/5 and sine 4/5: no power of it is the identity."""
    fifth = circle.inverse(5)
    return _rotation(3 * fifth, 4 * fifth)


def _icosahedral_twofold(circle: Circle) -> Matrix:
    """Half a turn about the middle between the fivefold axis z and the next one, whose cosine with z is 1/sqrt(5)."""
    near = circle.inverse(1 + 4 * circle.cosine(1, 5))
    return np.array([[-near, 0, 2 * near], [0, -1, 0], [2 * near, 0, near]])


def orbit(seeds: np.ndarray, matrices: list[Matrix], prime: int | None = None) -> np.ndarray:
    """All images (images, 3) of points (seeds, 3) under a group with these generators, each once.

    prime
        Points and matrices are residues, or float64 if there is none.

    Raises ``ValueError`` if a point has more than 240 images: it must lie on the axis of a continuous group.
    """
    found: dict[tuple[int, ...], np.ndarray] = {}
    front = [np.asarray(seed) for seed in seeds]
    while front:
        point = front.pop()
        key = tuple(int(v) for v in (point % prime if prime else np.rint(point * 1e6)))
        if key in found:
            continue
        found[key] = point
        if len(found) > 240 * len(seeds):
            raise ValueError(f"the points {seeds.tolist()} have too many images; put them on the axis of the group")
        for matrix in matrices:
            image = modular.matmul(matrix % prime, point[:, None] % prime, prime)[:, 0] if prime else matrix @ point
            front.append(image)
    return np.stack(list(found.values()))
