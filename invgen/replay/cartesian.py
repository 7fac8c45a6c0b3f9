"""Labels of contractions such as ``2ab.2ac.2bc``, evaluated on full tensors with 3^l entries."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache, lru_cache
from math import comb, factorial, prod

import numpy as np

from invgen.replay.arithmetic import matmul

Operand = tuple[np.ndarray, str]
_FACTOR = re.compile(r"(e|\d+(?::\d+)?)([a-zA-Z]*)")
LEVI_CIVITA = "e"


def parse(label: str) -> list[tuple[str, str]]:
    """Factors ``(tensor, indices)`` such as ``("2", "ab")``, ``("2:1", "ab")`` and ``("e", "abc")``.

    Raises ``ValueError`` unless every index stands once in each of two factors, and tensors have as many as their rank.
    """
    factors: list[tuple[str, str]] = []
    for text in label.split("."):
        match = _FACTOR.fullmatch(text)
        if match is None or len(match[2]) != degree(match[1]):
            raise ValueError(f"{text!r} is no tensor with its indices")
        factors.append((match[1], match[2]))
    for letter in set("".join(indices for _, indices in factors)):
        if [indices.count(letter) for _, indices in factors if letter in indices] != [1, 1]:
            raise ValueError(f"index {letter!r} does not stand once in each of two factors")
    return factors


def degree(tensor: str) -> int:
    """Number of indices."""
    return 3 if tensor == LEVI_CIVITA else int(tensor.partition(":")[0])


@lru_cache(maxsize=8192)
def content(label: str) -> tuple[str, ...]:
    """The multiset of tensors, sorted, the Levi-Civita symbol not among them."""
    return tuple(sorted(tensor for tensor, _ in parse(label) if tensor != LEVI_CIVITA))


@cache
def expansion(rank: int) -> np.ndarray:
    """All 3^l entries from the 2l+1 components whose sorted indices do not end in zz, in lexicographic order.

    T_xx..zz.. with k pairs zz is (-1)^k times the sum, with binomial weights, over what each pair becomes, xx or yy.
    """
    columns = [(a, rank - a - c, c) for a in range(rank, -1, -1) for c in (0, 1) if a + c <= rank]
    indices = np.indices((3,) * rank).reshape(rank, 3**rank)
    a, b, c = ((indices == axis).sum(axis=0) for axis in range(3))
    matrix = np.zeros((3**rank, 2 * rank + 1), dtype=np.int64)
    for column, powers in enumerate(columns):
        for pairs in range(rank // 2 + 1):
            for first in range(pairs + 1):
                source = (powers[0] - 2 * first, powers[1] - 2 * (pairs - first), powers[2] + 2 * pairs)
                matrix[(a == source[0]) & (b == source[1]) & (c == source[2]), column] = (-1) ** pairs * comb(
                    pairs, first
                )
    return matrix


def harmonics(rank: int, neighbours: np.ndarray, prime: int) -> np.ndarray:
    """The traceless part of x_i x_j x_k ..., times (2l-1)!!: pairs of indices become -r^2 times a Kronecker delta."""
    powers = np.ones((2 * rank + 1, *neighbours.shape), dtype=np.int64)
    for k in range(1, len(powers)):
        powers[k] = powers[k - 1] * neighbours % prime
    squares = powers[2].sum(axis=1) % prime if rank > 1 else np.zeros(len(neighbours), dtype=np.int64)
    columns = []
    for a, b, c in ((a, rank - a - c, c) for a in range(rank, -1, -1) for c in (0, 1) if a + c <= rank):
        column = np.zeros(len(neighbours), dtype=np.int64)
        for i, j in ((i, j) for i in range(a // 2 + 1) for j in range(b // 2 + 1)):
            weight = (-1) ** (i + j) * _pairings(a, i) * _pairings(b, j) * prod(range(1, 2 * (rank - i - j), 2))
            term = powers[a - 2 * i][:, 0] * powers[b - 2 * j][:, 1] % prime * powers[c][:, 2] % prime
            for _ in range(i + j):
                term = term * squares % prime
            column = (column + term * (weight % prime)) % prime
        columns.append(column)
    return np.stack(columns, axis=1)


def _pairings(n: int, pairs: int) -> int:
    """In how many ways so many pairs can be chosen among n."""
    return factorial(n) // (2**pairs * factorial(pairs) * factorial(n - 2 * pairs))


@cache
def _levi_civita(prime: int) -> np.ndarray:
    symbol = np.zeros((3, 3, 3), dtype=np.int64)
    for i, j, k in ((0, 1, 2), (1, 2, 0), (2, 0, 1)):
        symbol[i, j, k], symbol[i, k, j] = 1, prime - 1
    return symbol


class CartesianPoint:
    """One point: residues of the reduced Cartesian components of tensors such as ``("0", "1", "2", "2:1")``."""

    def __init__(self, tensors: Sequence[str], components: np.ndarray, prime: int) -> None:
        self.prime = prime
        self.width = len(components)
        self.slices: dict[str, slice] = {}
        self._full: dict[str, np.ndarray] = {LEVI_CIVITA: _levi_civita(prime)}
        start = 0
        for tensor in tensors:
            rank = degree(tensor)
            self.slices[tensor] = slice(start, start + 2 * rank + 1)
            start += 2 * rank + 1
            flat = (expansion(rank) @ components[self.slices[tensor]]) % prime
            self._full[tensor] = flat.reshape((3,) * rank)

    def value(self, label: str) -> int:
        """The contraction modulo the prime."""
        return int(_contract([(self._full[t], indices) for t, indices in parse(label)], "", self.prime))

    def gradient(self, label: str) -> np.ndarray:
        """Derivatives by all components: each factor in turn is left out, and the others are contracted."""
        factors = parse(label)
        total = np.zeros(self.width, dtype=np.int64)
        for left_out, (tensor, indices) in enumerate(factors):
            if tensor == LEVI_CIVITA:
                continue
            others = [(self._full[t], i) for k, (t, i) in enumerate(factors) if k != left_out]
            by_entry = _contract(others, indices, self.prime).reshape(-1)
            total[self.slices[tensor]] += (by_entry @ expansion(degree(tensor))) % self.prime
        return total % self.prime


def _contract(operands: list[Operand], indices: str, prime: int) -> np.ndarray:
    """The product of the operands summed over shared indices, the open ones in the order of ``indices``."""
    operands = operands or [(np.ones((), dtype=np.int64), "")]
    while len(operands) > 1:
        pairs = [(i, j) for j in range(len(operands)) for i in range(j)]
        i, j = min(pairs, key=lambda pair: _size(operands[pair[0]][1], operands[pair[1]][1]))
        merged = _merge(operands[i], operands[j], prime)
        operands = [o for k, o in enumerate(operands) if k not in (i, j)] + [merged]
    array, letters = operands[0]
    return array.transpose([letters.index(letter) for letter in indices])


def _size(a: str, b: str) -> tuple[int, int]:
    """Number of open and of all indices of a product."""
    return len(set(a) ^ set(b)), len(set(a) | set(b))


def _merge(first: Operand, second: Operand, prime: int) -> Operand:
    (a, a_letters), (b, b_letters) = first, second
    shared = [x for x in a_letters if x in b_letters]
    a_open, b_open = ([x for x in letters if x not in shared] for letters in (a_letters, b_letters))
    left = a.transpose([a_letters.index(x) for x in (*a_open, *shared)]).reshape(3 ** len(a_open), -1)
    right = b.transpose([b_letters.index(x) for x in (*shared, *b_open)]).reshape(-1, 3 ** len(b_open))
    letters = "".join(a_open + b_open)
    return matmul(left, right, prime).reshape((3,) * len(letters)), letters


def norm(label: str) -> int:
    """A bound of the sum of the absolute coefficients: 3^edges terms, each a product of expanded entries."""
    factors = parse(label)
    bonds = sum(len(indices) for _, indices in factors) // 2
    return int(3**bonds * 2 ** sum(degree(t) // 2 for t, _ in factors if t != LEVI_CIVITA))
