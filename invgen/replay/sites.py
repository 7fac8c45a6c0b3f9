"""Symmetric sites, made anew: groups as lists of their elements, neighbours, the tensors that they make, and ranks.

Modulo a prime that leaves 1 on division by 1680 there are cosines and sines of all parts of a turn that occur. A rank
found there is at most the true one: a minor that does not vanish modulo the prime does not vanish.

No set of invariants has a larger rank at a site than this: the dimension of the tensors that the group leaves as they
are, counted by characters, less the rotations that commute with the group and still move the tensors.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from itertools import permutations, product

import numpy as np

from invgen.replay import counts
from invgen.replay.arithmetic import is_prime, matmul
from invgen.replay.families import Family
from invgen.replay.witnesses import LOWEST_PRIME, draw_point, words
from invgen.spec.sites import SITES, Seed

TURN = 1680
AXIAL = ("C", "S")
"""Groups with one axis and nothing that turns it round, unless they end in ``v``."""


def turning_prime(seed: str) -> int:
    """A prime between 2^30 and 2^31 that leaves 1 modulo 1680."""
    for word in words(f"{seed}/turning", 30):
        candidate = LOWEST_PRIME + word - (LOWEST_PRIME + word) % TURN + 1
        if candidate > LOWEST_PRIME and is_prime(candidate):
            return candidate
    raise AssertionError("unreachable")


@cache
def _root(prime: int) -> int:
    """A residue whose powers are the 1680 roots of unity."""
    for base in range(2, prime):
        root = pow(base, (prime - 1) // TURN, prime)
        if all(pow(root, TURN // q, prime) != 1 for q in (2, 3, 5, 7)):
            return root
    raise AssertionError("unreachable")


def _turn(k: int, n: int, prime: int) -> np.ndarray:
    """The matrix of k/n of a turn about z."""
    ahead, back = (pow(_root(prime), s * k * (TURN // n) % TURN, prime) for s in (1, -1))
    half, quarter = pow(2, -1, prime), pow(_root(prime), TURN // 4, prime)
    cosine, sine = (ahead + back) * half % prime, (ahead - back) * half * pow(quarter, -1, prime) % prime
    return np.array([[cosine, -sine, 0], [sine, cosine, 0], [0, 0, 1]]) % prime


@cache
def elements(group: str, prime: int) -> np.ndarray:
    """The matrices ``(elements, 3, 3)`` of a Schoenflies symbol; of ``Cinfv`` and ``Dinfh`` what moves the axis."""
    simple = {"C1": [1], "Cinfv": [1], "Ci": [1, -1], "Dinfh": [1, -1]}
    if group in simple:
        return np.stack([sign * np.eye(3, dtype=np.int64) for sign in simple[group]]) % prime
    if group == "Cs":
        return np.stack([np.diag([1, 1, s]) for s in (1, -1)]) % prime
    if group[0] in "TO":
        return np.stack([m for m in _signed_permutations() if _in_cubic(group, m)]) % prime
    if group[0] == "I":
        return _icosahedral(group, prime)
    letter, number, suffix = group[0], int(group[1:].rstrip("vhd")), group[-1] if group[-1] in "vhd" else ""
    if letter == "S" or suffix == "d":
        order = 2 * number if suffix == "d" else number
        found = [_turn(k, order, prime) @ np.diag([1, 1, (-1) ** k]) for k in range(order)]
    else:
        found = [_turn(k, number, prime) for k in range(number)]
    for other in _doubling(letter, suffix):
        found += [m @ np.diag(other) for m in found]
    return np.stack(found) % prime


def _doubling(letter: str, suffix: str) -> list[tuple[int, int, int]]:
    """What each doubles the group: a twofold axis along x, a mirror that holds z and x, one across z."""
    twofold = [(1, -1, -1)] if letter == "D" and suffix != "d" else []
    return twofold + {"v": [(1, -1, 1)], "d": [(1, -1, 1)], "h": [(1, 1, -1)]}.get(suffix, [])


def _signed_permutations() -> list[np.ndarray]:
    rows = np.eye(3, dtype=np.int64)
    return [rows[list(p)] * np.array(s)[:, None] for p in permutations(range(3)) for s in product((1, -1), repeat=3)]


def _in_cubic(group: str, matrix: np.ndarray) -> bool:
    """By the sign of the permutation and the product of the signs of the entries."""
    signs = int(matrix.sum(axis=0).prod())
    even = round(np.linalg.det(matrix)) == signs
    return {"T": even and signs == 1, "Td": signs == 1, "Th": even, "O": even == (signs == 1), "Oh": True}[group]


def _icosahedral(group: str, prime: int) -> np.ndarray:
    """By a fifth of a turn about z, and half a turn about the sum of z and the next fivefold axis."""
    fifth = _turn(1, 5, prime)
    root = (1 + 4 * int(fifth[0, 0])) % prime
    axis = np.array([2, 0, 1 + root])
    norm = pow(int(axis @ axis) % prime, -1, prime)
    half = (2 * np.outer(axis, axis) % prime * norm - np.eye(3, dtype=np.int64)) % prime
    found: dict[bytes, np.ndarray] = {}
    front = [np.eye(3, dtype=np.int64)]
    while front:
        matrix = front.pop()
        if matrix.tobytes() not in found:
            found[matrix.tobytes()] = matrix
            front += [matmul(matrix, m, prime) for m in (fifth, half)]
    whole = list(found.values())
    return np.stack(whole + [-m for m in whole] if group == "Ih" else whole) % prime


def _neighbours(seed: Seed, group: str, prime: int) -> np.ndarray:
    return np.unique(matmul(elements(group, prime), np.array(seed) % prime, prime), axis=0)


def point(family: Family, tensors: Sequence[str], site: int, prime: int, seed: str) -> np.ndarray:
    """Residues of all components at a site of the list, every shell with a random weight in every tensor."""
    name, group, _, seeds = SITES[site]
    shells = [_neighbours(neighbour, group, prime) for neighbour in seeds]
    made = {
        r: [family.harmonics(r, s, prime).sum(axis=0) % prime for s in shells] for r in map(family.rank_of, tensors)
    }
    parts = []
    for number, tensor in enumerate(tensors):
        weights = draw_point(f"{seed}/{name}", number, len(shells), prime)
        parts.append(matmul(weights, np.stack(made[family.rank_of(tensor)]), prime))
    return np.concatenate(parts)


def attainable(ranks: Sequence[int], group: str, prime: int) -> int:
    """The largest rank that any set of proper scalars of tensors of these ranks has at a site of this group."""
    kept = [rank for rank in ranks if _fixed(rank, group, prime)]
    return sum(_fixed(rank, group, prime) for rank in ranks) - _moving(kept, group, prime)


def _moving(kept: Sequence[int], group: str, prime: int) -> int:
    """How many rotations commute with the group and move what it leaves of the tensors."""
    if group in ("C1", "Ci"):
        return sum(2 * rank + 1 for rank in kept) - counts.bound(kept, "proper")
    alone = group[0] in AXIAL and not group.endswith("v")
    return int(alone and any(_fixed(rank, group, prime) > _along(rank, group) for rank in kept))


def _along(rank: int, group: str) -> int:
    """What all turns about z leave alone of it: one component, m = 0, unless a reflection across z changes its sign."""
    flipped = group == "Cs" or group.endswith("h") or group[0] == "S"
    return int(rank % 2 == 0 or not flipped)


def _fixed(rank: int, group: str, prime: int) -> int:
    """Dimension of the tensors of a rank that a group leaves alone: the mean of their character."""
    if group in ("Cinfv", "Dinfh"):
        return int(group == "Cinfv" or rank % 2 == 0)
    total = 0
    for matrix in elements(group, prime):
        sign = _determinant(matrix, prime)
        trace = sign * int(np.trace(matrix)) % prime
        total += (sign**rank) * _character(rank, trace, prime)
    return total * pow(len(elements(group, prime)), -1, prime) % prime


def _character(rank: int, trace: int, prime: int) -> int:
    """1 + 2 cos(t) + ... + 2 cos(l t) for a rotation by t, whose trace is 1 + 2 cos(t)."""
    waves = [2, trace - 1]
    for _ in range(rank):
        waves.append((waves[1] * waves[-1] - waves[-2]) % prime)
    return 1 + sum(waves[1 : rank + 1])


def _determinant(matrix: np.ndarray, prime: int) -> int:
    a, b, c = (list(map(int, row)) for row in matrix)
    cross = (a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0])
    return 1 if sum(x * y for x, y in zip(cross, c, strict=True)) % prime == 1 else -1
