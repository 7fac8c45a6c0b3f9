"""The one spelling of a contraction: of all orders of its factors the canonical one, indices in order of appearance.

Factors stand in classes: by tensor at first, e before all others, then by rank and number. A class is split by the
classes of a factor's neighbours, each with the number of shared indices, until nothing changes. Where a class still
holds several factors, each in turn is put before the others. Of all orders that this gives the canonical one has the
largest sequence of numbers of shared indices, read row by row above the diagonal.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from string import ascii_letters
from typing import Any

from invgen.replay.cartesian import LEVI_CIVITA, parse

Shared = list[list[int]]
"""How many indices any two factors share."""


def canonical(label: str) -> str:
    """The canonical spelling of a label; raises ``ValueError`` for one that has no meaning."""
    factors = parse(label)
    shared = [[len(set(a) & set(b)) * (i != j) for j, (_, b) in enumerate(factors)] for i, (_, a) in enumerate(factors)]
    start = _numbered([_place(tensor) for tensor, _ in factors])
    order = max(_orders(start, shared), key=lambda order: _upper(order, shared))
    letters, fresh = [""] * len(order), iter(ascii_letters)
    for i, first in enumerate(order):
        for j, second in enumerate(order[i + 1 :], start=i + 1):
            for _ in range(shared[first][second]):
                letter = next(fresh)
                letters[i] += letter
                letters[j] += letter
    return ".".join(factors[k][0] + indices for k, indices in zip(order, letters, strict=True))


def _place(tensor: str) -> tuple[int, int]:
    if tensor == LEVI_CIVITA:
        return -1, 0
    rank, _, number = tensor.partition(":")
    return int(rank), int(number or 0)


def _numbered(keys: Sequence[Any]) -> list[int]:
    """The place of every key among the different ones."""
    places = {key: place for place, key in enumerate(sorted(set(keys)))}
    return [places[key] for key in keys]


def _settled(classes: list[int], shared: Shared) -> list[int]:
    while True:
        keys = [
            (own, sorted((classes[k], n) for k, n in enumerate(row) if n))
            for own, row in zip(classes, shared, strict=True)
        ]
        finer = _numbered([(own, tuple(near)) for own, near in keys])
        if len(set(finer)) == len(set(classes)):
            return finer
        classes = finer


def _orders(classes: list[int], shared: Shared) -> Iterator[list[int]]:
    """Orders of the factors; of factors that can change places one alone is put first."""
    classes = _settled(classes, shared)
    several = [c for c in sorted(set(classes)) if classes.count(c) > 1]
    if not several:
        yield sorted(range(len(classes)), key=classes.__getitem__)
        return
    tried: list[int] = []
    for k in (k for k, c in enumerate(classes) if c == several[0]):
        if not any(_exchangeable(k, other, shared) for other in tried):
            tried.append(k)
            yield from _orders([2 * c + (j != k) for j, c in enumerate(classes)], shared)


def _exchangeable(a: int, b: int, shared: Shared) -> bool:
    return all(shared[a][k] == shared[b][k] for k in range(len(shared)) if k not in (a, b))


def _upper(order: list[int], shared: Shared) -> list[int]:
    return [shared[a][b] for i, a in enumerate(order) for b in order[i + 1 :]]
