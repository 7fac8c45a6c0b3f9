"""Channels: the tensors that candidates are made of, their order, and where their components stand."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple


class Channel(NamedTuple):
    """The tensor A_znl, ``2 rank + 1`` components m = -l..l; channels sort by species, n, rank."""

    species: int
    n: int
    rank: int


Multiset = tuple[Channel, ...]
"""The factors of a candidate in canonical order, see ``factor_key``."""


def factor_key(channel: Channel) -> tuple[int, int, int]:
    """The order of factors within a candidate: rank, species, n."""
    return channel.rank, channel.species, channel.n


def components_of(channels: Iterable[Channel]) -> int:
    """Number of components of these channels together."""
    return sum(2 * c.rank + 1 for c in channels)


def channel_slices(channels: tuple[Channel, ...]) -> dict[Channel, slice]:
    """Where every channel lies on the component axis; inside m = -l..l."""
    slices: dict[Channel, slice] = {}
    start = 0
    for channel in channels:
        slices[channel] = slice(start, start + 2 * channel.rank + 1)
        start += 2 * channel.rank + 1
    return slices
