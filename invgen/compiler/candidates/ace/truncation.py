"""Which ACE channels and multisets a truncation holds, enumerated lazily.

A **channel** is a tensor A_znl of a neighbourhood: species z (0, 1, ...), radial function n (1, 2, ...), rank l. A
candidate couples a **multiset** of channels. Two truncations: a box, and the total degree sum(n_i + w_L l_i) <= D,
which a box may cap.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache

from invgen.compiler.algebra.channels import Channel, Multiset, factor_key
from invgen.compiler.algebra.characters import count_covariants
from invgen.errors import SpecError, unknown
from invgen.spec import Exact, exact_fraction

PARITIES = {"proper": (False,), "pseudo": (True,), "both": (False, True)}


@dataclass(frozen=True)
class Truncation:
    """The channels on offer and the degree that orders and limits their multisets.

    channels
        In component order: ascending (species, n, rank).
    degrees
        One whole number for each channel, in multiples of ``unit``; a multiset has the sum of its factors' degrees.
    limit
        The highest degree of a multiset, or ``None`` for a box, whose degree is the total rank.
    """

    channels: tuple[Channel, ...]
    degrees: tuple[int, ...]
    unit: Fraction
    limit: int | None

    def degree(self, multiset: Iterable[Channel]) -> Fraction:
        """The exact degree of a multiset of these channels."""
        position = {channel: degree for channel, degree in zip(self.channels, self.degrees, strict=True)}
        return self.unit * sum(position[channel] for channel in multiset)


def at_least(what: str, value: int, least: int) -> None:
    """Raises ``SpecError`` for anything but a whole number of at least so much."""
    if not isinstance(value, int) or isinstance(value, bool) or value < least:
        raise SpecError(f"{what} must be a whole number of at least {least}, got {value!r}")


def box(l_max: int, radial: int = 1, species: int = 1) -> Truncation:
    """All (z, n, l) with z < ``species``, n = 1..``radial``, l = 0..``l_max``."""
    at_least("l_max", l_max, 0)
    at_least("radial", radial, 1)
    at_least("species", species, 1)
    found = tuple(
        Channel(z, n, rank) for z in range(species) for n in range(1, radial + 1) for rank in range(l_max + 1)
    )
    return Truncation(found, tuple(c.rank for c in found), Fraction(1), None)


def total_degree(
    degree: Exact, w_L: Exact = "3/2", species: int = 1, l_max: int | None = None, radial: int | None = None
) -> Truncation:
    """Multisets with sum(n_i + w_L l_i) <= ``degree``, n >= 1, l >= 0; optionally no l above ``l_max``, no n above
    ``radial``.

    Raises ``SpecError`` for a degree that selects nothing, a weight that is not positive, or an inexact float.
    """
    limit, weight = exact_fraction("total_degree", degree), exact_fraction("w_L", w_L)
    at_least("species", species, 1)
    if l_max is not None:
        at_least("l_max", l_max, 0)
    if radial is not None:
        at_least("radial", radial, 1)
    if weight <= 0:
        raise SpecError(f"w_L must be positive, or ranks have no limit, got {w_L!r}; the usual value is '3/2'")
    if limit < 1:
        raise SpecError(f"total_degree={degree!r} selects no function: the smallest, n=1 and l=0, has degree 1")
    per_n, per_rank = weight.denominator, weight.numerator
    whole = int(limit * per_n)
    highest = (whole - per_n) // per_rank if l_max is None else l_max
    most = whole // per_n if radial is None else min(radial, whole // per_n)
    found = tuple(
        Channel(z, n, rank)
        for z in range(species)
        for n in range(1, most + 1)
        for rank in range(highest + 1)
        if per_n * n + per_rank * rank <= whole
    )
    return Truncation(found, tuple(per_n * c.n + per_rank * c.rank for c in found), Fraction(1, per_n), whole)


def parities(parity: str) -> tuple[bool, ...]:
    """Whether to take proper scalars, pseudo-scalars, or both; raises ``SpecError`` for another word."""
    if parity not in PARITIES:
        raise SpecError(unknown("parity", parity, PARITIES))
    return PARITIES[parity]


def multisets(truncation: Truncation, order: int, parity: str = "proper", rank: int = 0) -> Iterator[Multiset]:
    """Multisets of ``order`` channels that hold an invariant, lazily: by degree, then by their factors' keys.

    Proper scalars have an even sum of ranks, pseudo-scalars an odd one; intermediate ranks are not restricted. With
    ``rank``, multisets that hold a covariant of that rank, which belongs to the sum.
    """
    at_least("order", order, 1)
    odd = parities(parity)
    by_degree = sorted(zip(truncation.degrees, map(factor_key, truncation.channels), truncation.channels, strict=True))
    degrees, channels = [d for d, *_ in by_degree], [c for *_, c in by_degree]
    for degree in _sums(degrees, order, truncation.limit):
        level = []
        for positions in _of_degree(degrees, order, degree, 0):
            factors = tuple(sorted((channels[p] for p in positions), key=factor_key))
            if (rank + sum(c.rank for c in factors)) % 2 in odd and count_covariants(factors, rank):
                level.append(factors)
        yield from sorted(level, key=lambda factors: [factor_key(c) for c in factors])


def _sums(degrees: list[int], order: int, limit: int | None) -> list[int]:
    """All degrees that ``order`` channels can have together, ascending."""
    sums = {0}
    for _ in range(order):
        sums = {a + b for a in sums for b in set(degrees) if limit is None or a + b <= limit}
    return sorted(sums)


def _of_degree(degrees: list[int], order: int, degree: int, start: int) -> Iterator[tuple[int, ...]]:
    """Ascending positions, from ``start`` on, of ``order`` channels whose degrees add up to ``degree``."""
    if order == 1:
        for last in range(bisect_left(degrees, degree, start), bisect_right(degrees, degree, start)):
            yield (last,)
        return
    for first in range(start, len(degrees)):
        if degrees[first] * order > degree:
            return
        for rest in _of_degree(degrees, order - 1, degree - degrees[first], first):
            yield first, *rest


def channels_in_use(truncation: Truncation, orders: Iterable[int], parity: str = "proper") -> tuple[Channel, ...]:
    """The channels that occur in any invariant of these orders, in component order."""
    chosen = sorted(set(orders))
    for order in chosen:
        at_least("every order", order, 1)
    parities(parity)
    found = _in_pseudo_scalars if parity == "pseudo" else _in_scalars
    return tuple(sorted(set().union(*(found(truncation, order) for order in chosen))))


@lru_cache(maxsize=64)
def _in_pseudo_scalars(truncation: Truncation, order: int) -> frozenset[Channel]:
    """Channels in pseudo-scalars of one order: for each its partners are tried until a pseudo-scalar is met.

    Channels of the same rank and degree are alike, so that one of them is tried for all. In a box, a pseudo-scalar
    times a channel of rank 0 is one of the next order.
    """
    found = set(_in_pseudo_scalars(truncation, order - 1)) if truncation.limit is None and order > 1 else set[Channel]()
    alike: dict[tuple[int, int], list[Channel]] = {}
    for channel, degree in zip(truncation.channels, truncation.degrees, strict=True):
        alike.setdefault((channel.rank, degree), []).append(channel)
    for (_, degree), channels in alike.items():
        if channels[0] in found:
            continue
        tried = ((channels[0], *rest) for rest in _partners(truncation, order - 1, degree))
        if any(sum(c.rank for c in factors) % 2 and count_covariants(factors, 0) for factors in tried):
            found |= set(channels)
    return frozenset(found)


def _partners(truncation: Truncation, count: int, taken: int) -> Iterator[Multiset]:
    """Multisets of ``count`` channels beside a channel of the degree ``taken``, by degree."""
    by_degree = sorted(zip(truncation.degrees, map(factor_key, truncation.channels), truncation.channels, strict=True))
    degrees = [degree for degree, *_ in by_degree]
    left = None if truncation.limit is None else truncation.limit - taken
    for degree in _sums(degrees, count, left):
        for positions in _of_degree(degrees, count, degree, 0) if count else [()]:
            yield tuple(by_degree[p][2] for p in positions)


def _in_scalars(truncation: Truncation, order: int) -> set[Channel]:
    """Channels in proper scalars of one order: with each go the cheapest one of its rank and the cheapest scalars.

    No other partners have a smaller degree together, which grows linearly with the rank.
    """
    cheapest: dict[int, int] = {}
    for channel, degree in zip(truncation.channels, truncation.degrees, strict=True):
        cheapest[channel.rank] = min(degree, cheapest.get(channel.rank, degree))

    def least(channel: Channel, degree: int) -> int:
        if channel.rank == 0 or order == 1:
            return degree + (order - 1) * cheapest[0]
        return degree + cheapest[channel.rank] + (order - 2) * cheapest[0]

    pairs = zip(truncation.channels, truncation.degrees, strict=True)
    return {
        channel
        for channel, degree in pairs
        if (channel.rank == 0 or order > 1) and (truncation.limit is None or least(channel, degree) <= truncation.limit)
    }
