"""How many invariants there must be: exact counts from the characters of SO(3).

The number of linearly independent scalars in a representation is the multiplicity of weight 0 less that of
weight 1. Weights of a symmetric power of one rank-l tensor are counted by a Gaussian binomial.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from functools import cache
from itertools import combinations_with_replacement

from invgen.compiler.algebra.channels import Channel, Multiset, components_of, factor_key


@cache
def symmetric_power_weights(rank: int, power: int) -> tuple[int, ...]:
    """Multiplicity of every weight -rank*power..rank*power in the symmetric power of a rank-l tensor."""
    table = [[0] * (2 * rank * power + 1) for _ in range(power + 1)]
    table[0][0] = 1
    for m in range(2 * rank + 1):
        for factors in range(1, power + 1):
            row, shorter = table[factors], table[factors - 1]
            for weight in range(m, len(row)):
                row[weight] += shorter[weight - m]
    return tuple(table[power])


def _product(a: tuple[int, ...], b: tuple[int, ...]) -> tuple[int, ...]:
    result = [0] * (len(a) + len(b) - 1)
    for i, x in enumerate(a):
        if x:
            for j, y in enumerate(b):
                result[i + j] += x * y
    return tuple(result)


@cache
def _invariants(powers: tuple[tuple[int, int], ...], rank: int) -> int:
    weights: tuple[int, ...] = (1,)
    for tensor_rank, power in powers:
        weights = _product(weights, symmetric_power_weights(tensor_rank, power))
    centre = len(weights) // 2
    return sum(
        sign * weights[centre + shift] for sign, shift in ((1, rank), (-1, rank + 1)) if centre + shift < len(weights)
    )


def count_invariants(content: Iterable[Channel]) -> int:
    """Linearly independent scalars of exactly this content, a multiset of channels.

    They are proper for an even sum of ranks and pseudo-scalars for an odd one.
    """
    return count_covariants(content, 0)


def count_covariants(content: Iterable[Channel], rank: int) -> int:
    """Linearly independent covariants of this rank and content."""
    powers = tuple(sorted((channel.rank, power) for channel, power in Counter(content).items()))
    return _invariants(powers, rank)


def contents(channels: Iterable[Channel], order: int) -> list[Multiset]:
    """All multisets of ``order`` channels, in lexicographic order of their factors."""
    return list(combinations_with_replacement(sorted(channels, key=factor_key), order))


def orbit_dimension(channels: Iterable[Channel]) -> int:
    """Dimension of a generic orbit of SO(3) on these tensors together: 0, 2 (one vector) or 3."""
    ranks = [channel.rank for channel in channels if channel.rank > 0]
    if not ranks:
        return 0
    return 2 if ranks == [1] else 3


def transcendence_degree(channels: Iterable[Channel]) -> int:
    """The largest possible number of independent invariants: components less the generic orbit's dimension."""
    channels = tuple(channels)
    return components_of(channels) - orbit_dimension(channels)


def largest_rank(channels: Iterable[Channel], parity: str) -> int:
    """The largest Jacobian rank of any set of invariants of these tensors: ``proper``, ``pseudo`` or ``both``.

    That is the transcendence degree: products of one pseudo-scalar with all proper scalars have the rank of these. It
    is 0 for pseudo-scalars if there is none, since a mirror or the inversion leaves generic tensors as they are.
    """
    channels = tuple(channels)
    if parity == "pseudo" and not generic_covariants(channels, 0, pseudo=True):
        return 0
    return transcendence_degree(channels)


def generic_covariants(channels: Iterable[Channel], rank: int, pseudo: bool = False) -> int:
    """The most covariants of this rank that can be linearly independent at a generic point.

    That is the dimension of what the stabiliser of a generic point in O(3) leaves fixed: a covariant has at least the
    symmetry of the tensors it is made of. ``pseudo`` are those whose parity is not (-1)^rank.
    """
    ranks = sorted(channel.rank for channel in channels if channel.rank > 0)
    if not ranks:
        return int(rank == 0 and not pseudo)
    if ranks == [1]:
        return int(not pseudo)
    if ranks == [1, 1]:
        return rank + (not pseudo)
    if all(r % 2 == 0 for r in ranks) and (rank + pseudo) % 2:
        return 0
    if ranks == [2]:
        return (2 * rank + 1 + 3 * (-1) ** rank) // 4
    return 2 * rank + 1


def count_order(channels: Iterable[Channel], order: int, pseudo: bool = False, rank: int = 0) -> int:
    """Linearly independent invariants of these tensors of exactly this order, over all contents at once; or covariants.

    Counts weights of the symmetric power of all tensors together, apart for even and odd sums of ranks.
    """
    ranks = [channel.rank for channel in channels]
    top = max(ranks, default=0) * order
    table = [[[0] * (2 * top + 1) for _ in range(2)] for _ in range(order + 1)]
    table[0][0][top] = 1
    for other in ranks:
        for weight in range(-other, other + 1):
            _multiply_geometric(table, other % 2, weight)
    weights = table[order][(rank + pseudo) % 2][top:] + [0] * (rank + 2)
    return weights[rank] - weights[rank + 1]


def _multiply_geometric(table: list[list[list[int]]], parity: int, weight: int) -> None:
    """Multiplies the generating function, in place, by 1 / (1 - t p^parity q^weight)."""
    for power in range(1, len(table)):
        for sign in range(2):
            source = table[power - 1][sign ^ parity]
            target = table[power][sign]
            for w in range(max(0, weight), min(len(target), len(target) + weight)):
                target[w] += source[w - weight]
