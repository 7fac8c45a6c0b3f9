"""How many contractions a content has, without enumerating them: Burnside's lemma over equal tensors.

The count takes in products of smaller contractions. It guards the enumeration (a specification that would explode is
refused beforehand) and checks it by a second method.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from fractions import Fraction
from functools import cache
from itertools import combinations, product
from math import comb, gcd, prod

import numpy as np

from invgen.compiler.algebra.channels import Channel
from invgen.errors import TooManyCandidates, raise_limit

Cycle = tuple[int, int]
"""``(rank, length)``: a cycle of equal tensors under a permutation."""

EPSILON_AS_TENSOR = Channel(0, 0, 3)

LARGEST_TABLE = 20_000_000
LARGEST_ORDER = 2_000_000
"""Multisets of tensors of one order that are listed at once."""


@cache
def _partitions(n: int, largest: int | None = None) -> tuple[tuple[int, ...], ...]:
    if n == 0:
        return ((),)
    top = min(n, largest or n)
    return tuple((first, *rest) for first in range(top, 0, -1) for rest in _partitions(n - first, first))


def _inverse_centraliser(partition: tuple[int, ...]) -> Fraction:
    """Share of the permutations that have this cycle type."""
    size = 1
    for length, count in Counter(partition).items():
        size *= length**count * prod(range(1, count + 1))
    return Fraction(1, size)


def _pair_orbits(cycles: list[Cycle]) -> Iterator[tuple[tuple[int, int], ...]]:
    """For every orbit of vertex pairs: how much one unit of bond adds to the degree in which cycles."""
    for i, (_, length) in enumerate(cycles):
        for _ in range((length - 1) // 2):
            yield ((i, 2),)
        if length % 2 == 0:
            yield ((i, 1),)
    for (i, (_, a)), (j, (_, b)) in combinations(enumerate(cycles), 2):
        common = gcd(a, b)
        for _ in range(common):
            yield ((i, b // common), (j, a // common))


def _fixed(cycles: list[Cycle]) -> int:
    """Number of multigraphs with the right degrees that a permutation with these cycles leaves as they are."""
    shape = tuple(rank + 1 for rank, _ in cycles)
    if prod(shape) > LARGEST_TABLE:
        raise OverflowError
    table = np.zeros(shape, dtype=object if prod(shape) < 100_000 else np.float64)
    table[(0,) * len(shape)] = 1
    for orbit in _pair_orbits(cycles):
        steps = dict(orbit)
        ahead = tuple(slice(steps.get(i, 0), None) for i in range(len(shape)))
        behind = tuple(slice(None, n - steps.get(i, 0)) for i, n in enumerate(shape))
        if any(steps[i] >= shape[i] for i in steps):
            continue
        first = min(steps, key=lambda i: (shape[i] - 1) // steps[i])
        for start in range(steps[first], shape[first], steps[first]):
            stop = min(start + steps[first], shape[first])
            to = list(ahead)
            source = list(behind)
            to[first], source[first] = slice(start, stop), slice(start - steps[first], stop - steps[first])
            table[tuple(to)] += table[tuple(source)]
    return int(table[tuple(n - 1 for n in shape)])


@cache
def _count(groups: tuple[tuple[int, int], ...]) -> int:
    total = Fraction(0)
    for types in product(*(_partitions(number) for _, number in groups)):
        cycles = [(rank, length) for (rank, _), lengths in zip(groups, types, strict=True) for length in lengths]
        weight = prod((_inverse_centraliser(t) for t in types), start=Fraction(1))
        total += weight * _fixed(cycles)
    return round(total)


def count_contractions(content: Iterable[Channel]) -> int:
    """Contractions of this multiset of tensors up to isomorphism, disconnected ones among them.

    Exact below tables of 100,000 degrees; in float64 above. Raises ``OverflowError`` above 20 million entries.
    """
    groups = Counter(content)
    return _count(tuple(sorted((tensor.rank, number) for tensor, number in groups.items())))


def refuse_multisets(tensors: int, order: int) -> None:
    """Raises ``TooManyCandidates`` when the multisets of this order alone would not fit in memory."""
    multisets = comb(tensors + order - 1, order)
    if multisets > LARGEST_ORDER:
        raise TooManyCandidates(
            f"order {order} of {tensors} tensors has {multisets} multisets, more than {LARGEST_ORDER}; "
            f"lower n_max below {order}, or use fewer ranks or channels"
        )


def refuse_explosion(level: list[tuple[Channel, ...]], already: int, limit: int, pseudo: bool = False) -> None:
    """Raises ``TooManyCandidates`` before a level of contents is enumerated that would exceed the limit.

    The Levi-Civita symbol of pseudo-scalars counts as one more tensor of rank 3, which takes in some that vanish.
    """
    if not level:
        return
    order = len(level[0])
    text = f"order {order} with total rank {sum(tensor.rank for tensor in level[0])}"
    advice = f"lower n_max below {order}, or use fewer ranks or channels, or {raise_limit(limit)}"
    if len(level) + already > limit:
        raise TooManyCandidates(f"{text} alone has {len(level)} multisets of tensors; {advice}")
    if order < 5:
        return
    total, symbol = already, (EPSILON_AS_TENSOR,) if pseudo else ()
    for content in level:
        try:
            total += count_contractions((*content, *symbol))
        except OverflowError:
            raise TooManyCandidates(f"{text} has more candidates than can be counted (over 10^8); {advice}") from None
    if total > limit:
        raise TooManyCandidates(f"the candidates up to {text} number about {total}; {advice}")
