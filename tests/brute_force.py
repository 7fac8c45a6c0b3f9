"""Transparent second methods for the tests of the compiler half: slow, short, and free of the package's own algebra.

Everything works on full tensors with 3^l entries and on Python integers or fractions, so nothing is rounded.
"""

from __future__ import annotations

import itertools
import random
import string
from collections import Counter
from collections.abc import Iterable, Sequence
from fractions import Fraction
from functools import cache
from typing import Any

import numpy as np
import sympy

from invgen.compiler.basis import Basis
from invgen.compiler.candidates.cartesian.contraction import Contraction
from invgen.compiler.selection.objectives import select
from invgen.compiler.selection.setting import Setting
from invgen.spec import BasisSpec

Tensor = tuple[int, int]


@cache
def built(l_max: int, n_max: int, objective: str) -> Basis:
    """The basis of one channel and ranks 0..l_max, generated once for all tests of a run."""
    return build(BasisSpec(l_max=l_max, n_max=n_max, objective=objective))


def build(spec: BasisSpec) -> Basis:
    """A basis by selection alone, without the emission stage."""
    chosen, evidence = select(spec, Setting())
    return Basis(spec, tuple(chosen), evidence)


def independent_indices(rank: int) -> list[tuple[int, ...]]:
    """Sorted index tuples that do not end in zz, in lexicographic order."""
    tuples = itertools.combinations_with_replacement(range(3), rank)
    return [t for t in tuples if t[-2:] != (2, 2)]


def full_from_reduced(reduced: Sequence[Any], rank: int) -> np.ndarray:
    """All 3^l entries from the independent ones: T_..zz = -T_..xx - T_..yy, applied until none is left."""
    known = dict(zip(independent_indices(rank), reduced, strict=True))

    def entry(index: tuple[int, ...]) -> Any:
        index = tuple(sorted(index))
        if index[-2:] == (2, 2):
            return -entry((*index[:-2], 0, 0)) - entry((*index[:-2], 1, 1))
        return known[index]

    full = np.empty((3,) * rank, dtype=object)
    for index in itertools.product(range(3), repeat=rank):
        full[index] = entry(index)
    return full


def levi_civita() -> np.ndarray:
    """The symbol as integers, by its definition as a determinant of signs."""
    symbol = np.zeros((3, 3, 3), dtype=object)
    for i, j, k in itertools.permutations(range(3)):
        symbol[i, j, k] = (j - i) * (k - i) * (k - j) // 2
    return symbol


def parse(label: str) -> list[tuple[Tensor | None, str]]:
    """Factors of a label as ``(tensor, indices)``; ``None`` is the Levi-Civita symbol."""
    factors: list[tuple[Tensor | None, str]] = []
    for text in label.split("."):
        head = text.rstrip(string.ascii_letters)
        if not head:
            factors.append((None, text[1:]))
            continue
        rank, _, channel = head.partition(":")
        factors.append(((int(rank), int(channel or 0)), text[len(head) :]))
    return factors


def einsum(factors: Iterable[tuple[np.ndarray, str]]) -> Any:
    """The full contraction of arrays with index letters."""
    scale: Any = 1
    operands, subscripts = [], []
    for array, indices in factors:
        if indices:
            operands.append(array)
            subscripts.append(indices)
        else:
            scale = scale * array.item()
    if not operands:
        return scale
    result = np.einsum(",".join(subscripts) + "->", *operands, optimize="greedy")
    return scale * (result.item() if isinstance(result, np.ndarray) else result)


def _tensors(tensors: Sequence[Tensor], x: Sequence[Any]) -> dict[Tensor, np.ndarray]:
    full = {}
    start = 0
    for rank, channel in tensors:
        full[rank, channel] = full_from_reduced(x[start : start + 2 * rank + 1], rank)
        start += 2 * rank + 1
    return full


def value(label: str, tensors: Sequence[Tensor], x: Sequence[Any]) -> Any:
    """The invariant of a label at components ``x``, by einsum over full tensors."""
    full = _tensors(tensors, x)
    return einsum((levi_civita() if t is None else full[t], indices) for t, indices in parse(label))


def gradient(label: str, tensors: Sequence[Tensor], x: Sequence[Any]) -> list[Any]:
    """Its derivatives by the components: the product rule, one factor at a time replaced by a unit component."""
    full = _tensors(tensors, x)
    factors = parse(label)
    result: list[Any] = []
    for tensor in tensors:
        width = 2 * tensor[0] + 1
        for component in range(width):
            unit = full_from_reduced([int(i == component) for i in range(width)], tensor[0])
            total: Any = 0
            for position, (member, _) in enumerate(factors):
                if member == tensor:
                    arrays = [levi_civita() if t is None else full[t] for t, _ in factors]
                    arrays[position] = unit
                    total += einsum(zip(arrays, (indices for _, indices in factors), strict=True))
            result.append(total)
    return result


def petersen() -> Contraction:
    """The Petersen graph of ten tensors of rank 3: an outer and an inner five-ring joined by spokes."""
    edges = [(i, (i + 1) % 5) for i in range(5)] + [(5 + i, 5 + (i + 2) % 5) for i in range(5)]
    edges += [(i, i + 5) for i in range(5)]
    letters = [""] * 10
    for (u, v), letter in zip(edges, string.ascii_lowercase, strict=False):
        letters[u] += letter
        letters[v] += letter
    return Contraction.from_label(".".join("3" + text for text in letters))


def integers(count: int, seed: int, largest: int = 9) -> list[int]:
    """Small non-zero integers."""
    rng = random.Random(seed)
    return [rng.choice((-1, 1)) * rng.randint(1, largest) for _ in range(count)]


def fractions(count: int, seed: int) -> np.ndarray:
    """Rationals with small numerators and denominators, as an object array."""
    rng = random.Random(seed)
    return np.array([Fraction(rng.randint(-9, 9), rng.randint(1, 7)) for _ in range(count)], dtype=object)


def traceless_projector(rank: int) -> np.ndarray:
    """Orthogonal projector (3^l, 3^l) onto symmetric traceless tensors, from a basis of them."""
    width = 2 * rank + 1
    unit = [full_from_reduced([int(i == j) for i in range(width)], rank) for j in range(width)]
    basis = np.stack([u.astype(float).reshape(-1) for u in unit], axis=1)
    return basis @ np.linalg.solve(basis.T @ basis, basis.T)


def value_at(polynomial: sympy.Poly, x: np.ndarray) -> Fraction:
    """Exact value, monomial by monomial."""
    total = Fraction(0)
    for powers, coefficient in polynomial.terms():
        term = Fraction(int(coefficient.p), int(coefficient.q))
        for value, power in zip(x, powers, strict=True):
            term *= value**power
        total += term
    return total


def molien(tensors: tuple[tuple[int, int], ...], order: int, rank: int, parity: str) -> int:
    """Multiplicity of a representation of O(3) in a symmetric power: the mean of a product of characters.

    Sums over equally spaced angles are exact for trigonometric polynomials of lower degree; -R multiplies the
    character of every multiset by the parity of its total rank.
    """
    top = order * max(r for r, _ in tensors) + rank + 2
    angles = 2 * np.pi * np.arange(top) / top
    target = np.sum([np.exp(1j * m * angles) for m in range(-rank, rank + 1)], axis=0)
    total = 0.0
    for content in itertools.combinations_with_replacement(tensors, order):
        odd = (rank + sum(r for r, _ in content)) % 2
        if odd not in {"proper": (0,), "pseudo": (1,), "both": (0, 1)}[parity]:
            continue
        character = target * (1 - np.cos(angles))
        for (r, _), power in Counter(content).items():
            weights = [np.exp(1j * m * angles) for m in range(-r, r + 1)]
            words = itertools.combinations_with_replacement(weights, power)
            character = character * sum(np.prod(w, axis=0) for w in words)
        total += float(np.real(np.mean(character)))
    return round(total)
