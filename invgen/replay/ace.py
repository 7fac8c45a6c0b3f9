"""Labels of couplings such as ``ace:1.1,1.1,1.2,2.2|L=2``, evaluated by transvectants of binary forms.

A tensor of rank l is a binary form of degree 2l, sum_w f_w x^(l+w) y^(l-w), and two forms couple to rank L by their
transvectant of index l1 + l2 - L: up to a constant the only equivariant bilinear map. No Clebsch-Gordan coefficient
and no square root occurs. With the scaled real components S_m of the label's family

    f_0 = S_0,   f_w = S_w + i S_-w,   f_-w = (-1)^w (S_w - i S_-w)     for w > 0.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache
from math import comb, gcd, perm

import numpy as np

from invgen.replay.arithmetic import matmul

_LABEL = re.compile(r"ace:([\d.,]+)(?:\|L=(\d+(?:,\d+)*))?")
_CHANNEL = re.compile(r"(?:\d+\.)?\d+\.\d+")


def rank_of(channel: str) -> int:
    """The rank of a channel ``n.l`` or ``z.n.l``."""
    return int(channel.rpartition(".")[2])


def parse(label: str) -> tuple[tuple[str, ...], tuple[int, ...]]:
    """The channels, and the ranks of all partial couplings from the first channel to the scalar.

    Raises ``ValueError`` for text that is no label or ranks that do not couple.
    """
    match = _LABEL.fullmatch(label)
    channels = tuple(match[1].split(",")) if match else ()
    if match is None or not all(map(_CHANNEL.fullmatch, channels)):
        raise ValueError("it is not of the form ace:n.l,n.l,...|L=...")
    between = tuple(map(int, match[2].split(","))) if match[2] else ()
    ranks = tuple(map(rank_of, channels))
    chain: tuple[int, ...] = (0,) if len(ranks) == 1 else (*ranks[:1], *between, *ranks[-1:], 0)
    if len(ranks) == 2:
        chain = (ranks[0], *between, 0)
    if len(chain) != len(ranks) or chain[0] != ranks[0]:
        raise ValueError(f"{len(ranks)} factors of ranks {ranks} do not couple to a scalar through {between}")
    for first, second, third in zip(chain, ranks[1:], chain[1:], strict=False):
        if not abs(first - second) <= third <= first + second:
            raise ValueError(f"ranks {first} and {second} do not couple to {third}")
    return channels, chain


def content(label: str) -> tuple[str, ...]:
    """The multiset of channels, sorted."""
    return tuple(sorted(parse(label)[0]))


def spelled(label: str) -> str:
    """The one spelling: factors by rank, species and radial function, with the same partial couplings."""
    channels, chain = parse(label)
    numbers = [tuple(map(int, channel.split("."))) for channel in channels]
    known = sorted((own[-1], own[0] if len(own) == 3 else 0, own[-2]) for own in numbers)
    names = (f"{species}.{n}.{rank}" if species else f"{n}.{rank}" for rank, species, n in known)
    between = chain[1 if len(chain) > 2 else 0 : -2]
    return f"ace:{','.join(names)}" + ("|L=" + ",".join(map(str, between)) if between else "")


def _transvectant(first: int, second: int, index: int, v: int, w: int) -> int:
    """The coefficient with which x^(l1+v) y^(l1-v) and x^(l2+w) y^(l2-w) enter the transvectant of this index."""
    total = 0
    for j in range(index + 1):
        left = perm(first + v, index - j) * perm(first - v, j)
        right = perm(second + w, j) * perm(second - w, index - j)
        total += (-1) ** j * comb(index, j) * left * right
    return total


def _real_parts(w: int) -> tuple[tuple[int, int, int], ...]:
    """f_w as terms ``(m, sign, quarter turns)`` of S_m times a sign times a power of i."""
    if w == 0:
        return ((0, 1, 0),)
    if w > 0:
        return ((w, 1, 0), (-w, 1, 1))
    sign = (-1) ** w
    return ((-w, sign, 0), (w, -sign, 1))


@cache
def coupling(first: int, second: int, third: int) -> np.ndarray:
    """Whole numbers, shape ``(2 l1 + 1, 2 l2 + 1, 2 L + 1)``, components m = -l..l, without common factor."""
    index = first + second - third
    table = np.zeros((2 * first + 1, 2 * second + 1, 2 * third + 1), dtype=object)
    for v in range(-first, first + 1):
        for w in range(max(-second, -third - v), min(second, third - v) + 1):
            if v + w < 0:
                continue
            value = _transvectant(first, second, index, v, w)
            for m, sign, turns in _real_parts(v):
                for n, other_sign, other_turns in _real_parts(w):
                    target, phase = _real_component(v + w, (turns + other_turns - index) % 4)
                    if target is not None:
                        table[m + first, n + second, target + third] += value * sign * other_sign * phase
    return table // gcd(*(int(x) for x in table.flat))


def _real_component(w: int, turns: int) -> tuple[int | None, int]:
    """Where i^turns in f_w belongs: to S_w if real, to S_-w if imaginary, and nowhere for the imaginary part of f_0."""
    if turns % 2 == 0:
        return w, 1 - turns
    return (-w if w else None), 2 - turns


class AcePoint:
    """One point: residues of the scaled components of channels such as ``("1.0", "1.1", "2.0")``."""

    def __init__(self, channels: Sequence[str], components: np.ndarray, prime: int) -> None:
        self.prime = prime
        self.components = components
        self.slices: dict[str, slice] = {}
        self._tables: dict[tuple[int, int, int], np.ndarray] = {}
        start = 0
        for channel in channels:
            self.slices[channel] = slice(start, start + 2 * rank_of(channel) + 1)
            start += 2 * rank_of(channel) + 1

    def value(self, label: str) -> int:
        """The coupling modulo the prime."""
        channels, chain = parse(label)
        return int(self._partial(channels, chain)[-1][0])

    def gradient(self, label: str) -> np.ndarray:
        """Derivatives by all components, from the last factor back to the first."""
        channels, chain = parse(label)
        partial = self._partial(channels, chain)
        total = np.zeros(len(self.components), dtype=np.int64)
        back = np.ones(1, dtype=np.int64)
        for k in range(len(channels) - 1, 0, -1):
            table = self._table(chain[k - 1], rank_of(channels[k]), chain[k])
            matrix = matmul(table.reshape(-1, len(back)), back, self.prime).reshape(table.shape[:2])
            total[self.slices[channels[k]]] += matmul(partial[k - 1], matrix, self.prime)
            back = matmul(matrix, self.components[self.slices[channels[k]]], self.prime)
        total[self.slices[channels[0]]] += back
        return total % self.prime

    def _partial(self, channels: tuple[str, ...], chain: tuple[int, ...]) -> list[np.ndarray]:
        found = [self.components[self.slices[channels[0]]]]
        for k in range(1, len(channels)):
            table = self._table(chain[k - 1], rank_of(channels[k]), chain[k])
            pairs = np.multiply.outer(found[-1], self.components[self.slices[channels[k]]]) % self.prime
            found.append(matmul(pairs.reshape(-1), table.reshape(pairs.size, -1), self.prime))
        return found

    def _table(self, *ranks: int) -> np.ndarray:
        key = (ranks[0], ranks[1], ranks[2])
        if key not in self._tables:
            self._tables[key] = (coupling(*key) % self.prime).astype(np.int64)
        return self._tables[key]


def harmonics(rank: int, neighbours: np.ndarray, prime: int) -> np.ndarray:
    """Powers of the neighbour's binary form: S_1 = x, S_-1 = y and S_0 = 2 z, whose discriminant is 4 r^2."""
    first = neighbours[:, [1, 2, 0]] * np.array([1, 2, 1]) % prime
    found = np.ones((len(neighbours), 1), dtype=np.int64)
    for lower in range(rank):
        table = (coupling(lower, 1, lower + 1) % prime).astype(np.int64)
        pairs = (found[:, :, None] * first[:, None] % prime).reshape(len(found), -1)
        found = matmul(pairs, table.reshape(pairs.shape[1], -1), prime)
    return found


def norm(label: str) -> int:
    """A bound of the sum of the absolute coefficients: absolute tables at components that are all one."""
    channels, chain = parse(label)
    state = np.ones(2 * rank_of(channels[0]) + 1, dtype=object)
    for k in range(1, len(channels)):
        table = abs(coupling(chain[k - 1], rank_of(channels[k]), chain[k]))
        state = table.sum(axis=1).T @ state
    return int(state.sum())
