"""Exact counts of ACE functions without enumeration, and what they say of the rank before any function is made.

Functions are counted by characters: the states of weight 0 less those of weight 1 in the symmetric powers of all
channels together, apart for every degree and for even and odd sums of ranks. Channels are multiplied in one after
another, so the counts for the channels so far come with it.

**A bound of the rank.** Let S_1, S_2, ... be growing sets of channels, each with one more. The rank r_k of the
functions of S_k exceeds that of S_(k-1) by no more than their number grows, f_k, and it cannot exceed the components of
S_k less the dimension of a generic orbit:

    r_k <= min(r_(k-1) + f_k, components of S_k - dimension of its generic orbit).

It is sharper than the bound for all channels alone, because a truncation holds few functions of its highest channels.
Any order of the channels gives a bound; some are tried.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from fractions import Fraction
from math import comb

import numpy as np

from invgen.compiler.algebra.channels import Channel, components_of
from invgen.compiler.algebra.characters import count_covariants, largest_rank
from invgen.compiler.candidates.ace.truncation import Truncation, at_least, multisets, parities

LARGEST_TABLE = 10**7
"""Orders times degrees times weights above which counting enumerates multisets."""
SLOPES = (1, 2, 3, 4, 6, 100)
"""Orders of channels that a bound of the rank tries: ascending n + slope * l."""


def count_ace(truncation: Truncation, orders: Iterable[int], parity: str = "proper", rank: int = 0) -> dict[int, int]:
    """Linearly independent invariants for each order, over all multisets at once, without enumerating them.

    Or covariants of a rank: the states of that weight less those of the next one; proper ones change by (-1)^rank under
    inversion.

    With more than some thousand different degrees the table of states is too large; then multisets are enumerated.
    """
    odd = parities(parity)
    chosen = sorted(set(orders))
    for order in chosen:
        at_least("every order", order, 1)
    if not chosen:
        return {}
    levels = _levels(truncation, chosen[-1])
    if levels is None:
        return {
            order: sum(count_covariants(content, rank) for content in multisets(truncation, order, parity, rank))
            for order in chosen
        }
    centre = _highest_rank(truncation, chosen[-1])
    *_, table = _weight_tables(truncation, chosen[-1], levels, truncation.channels)
    return {
        order: int(sum(_multiplicity(table[order][(rank + p) % 2], centre + rank) for p in odd)) for order in chosen
    }


def rank_at_most(truncations: Mapping[Truncation, Iterable[int]], parity: str, channels: Sequence[Channel]) -> int:
    """An upper bound of the rank of all functions together, from counts alone.

    truncations
        The orders that each holds.
    channels
        Those that occur in any function.
    """
    bound = largest_rank(channels, parity)
    for slope in SLOPES:
        sequence = sorted(channels, key=lambda c: (c.n + slope * c.rank, c.rank, c.species))
        growing = [_growing(part, orders, parity, sequence) for part, orders in truncations.items()]
        if any(counts is None for counts in growing):
            return bound
        totals = [sum(counts) for counts in zip(*(g for g in growing if g is not None), strict=True)]
        rank = before = 0
        for k, total in enumerate(totals, start=1):
            rank, before = min(rank + total - before, largest_rank(sequence[:k], parity)), total
        bound = min(bound, rank)
    return bound


def _growing(
    truncation: Truncation, orders: Iterable[int], parity: str, sequence: Sequence[Channel]
) -> list[int] | None:
    """How many functions there are of the first channel, of the first two, and so on; ``None`` if that is too large."""
    chosen = sorted(orders)
    levels, centre = _levels(truncation, chosen[-1]), _highest_rank(truncation, chosen[-1])
    if levels is None:
        return None
    tables = _weight_tables(truncation, chosen[-1], levels, sequence)
    return [
        int(sum(_multiplicity(table[order][int(p)], centre) for order in chosen for p in parities(parity)))
        for table in tables
    ]


def _levels(truncation: Truncation, order: int) -> np.ndarray | None:
    """Degrees 0, 1, ... up to the limit, or if the table gets too large those that multisets have, or none."""
    most = LARGEST_TABLE // ((order + 1) * (_highest_rank(truncation, order) + 1))
    limit = truncation.limit or 0
    if limit < most:
        return np.arange(limit + 1)
    sums = {0}
    for _ in range(order):
        sums |= {a + b for a in sums for b in set(truncation.degrees) if a + b <= limit}
    return np.array(sorted(sums), dtype=np.int64) if len(sums) <= most else None


def _highest_rank(truncation: Truncation, order: int) -> int:
    """A bound of the total rank of a multiset."""
    highest = order * max(c.rank for c in truncation.channels)
    if truncation.limit is None:
        return highest
    steepest = max(Fraction(c.rank, d) for c, d in zip(truncation.channels, truncation.degrees, strict=True))
    return min(highest, int(truncation.limit * steepest))


def _multiplicity(weights: np.ndarray, position: int) -> int:
    """Of a representation: the states of its highest weight, at a position of the axis, less those of the next."""
    states, higher = (weights[:, k].sum() if k < weights.shape[1] else 0 for k in (position, position + 1))
    return int(states - higher)


def _weight_tables(
    truncation: Truncation, order: int, levels: np.ndarray, sequence: Iterable[Channel]
) -> Iterator[np.ndarray]:
    """Number of states after each channel of a sequence; those that the truncation does not hold change nothing.

    Shape (order + 1, parity, level of the degree, weight), weights ascending around 0; one array, changed in place.
    """
    degrees = dict(zip(truncation.channels, truncation.degrees, strict=True))
    centre = _highest_rank(truncation, order)
    states = comb(components_of(truncation.channels) + order - 1, order)
    kind = np.int64 if states < 2**62 else object
    table = np.zeros((order + 1, 2, len(levels), 2 * centre + 1), dtype=kind)
    table[0, 0, 0, centre] = 1
    for channel in sequence:
        if channel in degrees:
            below, above = _steps(levels, degrees[channel] if truncation.limit is not None else 0)
            for m in range(-channel.rank, channel.rank + 1):
                source = slice(max(0, -m), 2 * centre + 1 - max(0, m))
                target = slice(max(0, m), 2 * centre + 1 - max(0, -m))
                for power in range(1, order + 1):
                    for parity in range(2):
                        added = table[power - 1, parity ^ (channel.rank % 2), below, source]
                        table[power, parity, above, target] += added
        yield table


def _steps(levels: np.ndarray, degree: int) -> tuple[np.ndarray | slice, np.ndarray | slice]:
    """Where on the axis of levels there is one that is higher by ``degree``, and where that one is."""
    if levels[-1] == len(levels) - 1:
        return slice(0, max(len(levels) - degree, 0)), slice(degree, None)
    above = np.minimum(np.searchsorted(levels, levels + degree), len(levels) - 1)
    (below,) = np.nonzero(levels[above] == levels + degree)
    return below, above[below]
