"""Channels: the tensors that candidates of every family are made of, their order, and where their components stand."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple


class Channel(NamedTuple):
    """One irreducible tensor, by its rank and by what tells it from others of that rank.

    In the family ``ace`` it is A_znl, of a species z and a radial function n, with components m = -l..l. A Cartesian
    tensor is the n-th of its rank, of species 0, with reduced components; requests and labels count those from 0, see
    ``cartesian``. As tuples channels sort by species, n, rank; within a candidate by ``factor_key``.
    """

    species: int
    n: int
    rank: int

    @property
    def size(self) -> int:
        """Number of components."""
        return 2 * self.rank + 1


Multiset = tuple[Channel, ...]
"""The factors of a candidate in canonical order, see ``factor_key``."""


def cartesian(tensors: Iterable[tuple[int, int]]) -> tuple[Channel, ...]:
    """The channels of Cartesian tensors ``(rank, number)``, numbered from 0 as requests and labels number them."""
    return tuple(Channel(0, number + 1, rank) for rank, number in tensors)


def factor_key(channel: Channel) -> tuple[int, int, int]:
    """The order of factors within a candidate, and of Cartesian tensors in general: rank, species, n."""
    return channel.rank, channel.species, channel.n


def components_of(channels: Iterable[Channel]) -> int:
    """Number of components of these channels together."""
    return sum(c.size for c in channels)


def channel_slices(channels: Iterable[Channel]) -> dict[Channel, slice]:
    """Where every channel lies on the component axis."""
    slices: dict[Channel, slice] = {}
    start = 0
    for channel in channels:
        slices[channel] = slice(start, start + channel.size)
        start += channel.size
    return slices
