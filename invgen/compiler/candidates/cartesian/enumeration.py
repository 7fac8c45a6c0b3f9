"""The Cartesian family: connected contractions, enumerated lazily up to isomorphism in a stated order.

Vertices are saturated one after another. Partial graphs are kept in canonical form, so no isomorphism class
is grown twice, and a new vertex is only saturated when it is already reached, so every graph is connected.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import cache
from itertools import combinations_with_replacement

from invgen.compiler.algebra.channels import Channel, Multiset, factor_key
from invgen.compiler.candidates.cartesian.contraction import (
    EPSILON,
    Contraction,
    canonical,
    canonical_order,
    degree,
    product,
    sort_key,
)

Partial = tuple[tuple[Channel, ...], tuple[int, ...], tuple[tuple[int, ...], ...]]
"""A partial graph in canonical form: tensors, open indices of each, bond multiplicities."""


def connected_contractions(content: Multiset, pseudo: bool = False) -> tuple[Contraction, ...]:
    """All connected contractions of exactly this multiset of tensors, canonical, in the stated order.

    content
        The order of the tensors does not matter.
    pseudo
        With one Levi-Civita symbol, whose three indices meet three different tensors.
    """
    return _connected(tuple(sorted(content, key=factor_key)), pseudo)


@cache
def _connected(content: Multiset, pseudo: bool) -> tuple[Contraction, ...]:
    tensors = ((EPSILON,) if pseudo else ()) + content
    if sum(map(degree, tensors)) % 2 or not content:
        return ()
    if len(tensors) == 1:
        return (Contraction(tensors, ()),) if degree(tensors[0]) == 0 else ()
    if any(degree(t) == 0 for t in tensors):
        return ()
    return tuple(sorted(_complete(tensors), key=sort_key))


def _complete(tensors: tuple[Channel, ...]) -> set[Contraction]:
    empty = tuple((0,) * len(tensors) for _ in tensors)
    front: set[Partial] = {(tensors, tuple(map(degree, tensors)), empty)}
    done: set[Contraction] = set()
    while front:
        following: set[Partial] = set()
        for partial in front:
            for tensors_, open_, matrix in _saturations(partial):
                if any(open_):
                    following.add(_canonical_partial(tensors_, open_, matrix))
                else:
                    done.add(canonical(tensors_, matrix))
        front = following
    return done


def _saturations(partial: Partial) -> Iterator[Partial]:
    """Every way to use up the open indices of one vertex, leaving a graph that can still become connected."""
    tensors, open_, matrix = partial
    vertex = _next_vertex(tensors, open_, matrix)
    if vertex is None:
        return
    others = [v for v, free in enumerate(open_) if free and v != vertex]
    for bonds in _distributions(open_[vertex], [_most(tensors, vertex, v, open_[v]) for v in others]):
        rows = [list(row) for row in matrix]
        left = list(open_)
        left[vertex] = 0
        for v, m in zip(others, bonds, strict=True):
            rows[vertex][v] = rows[v][vertex] = m
            left[v] -= m
        if any(left) or all(any(row) for row in rows):
            yield tensors, tuple(left), tuple(tuple(row) for row in rows)


def _next_vertex(
    tensors: tuple[Channel, ...], open_: tuple[int, ...], matrix: tuple[tuple[int, ...], ...]
) -> int | None:
    """The reached vertex with the most open indices; at the start the first one; none if the rest is cut off."""
    reached = [v for v, free in enumerate(open_) if free and any(matrix[v])]
    if reached:
        return max(reached, key=lambda v: (open_[v], -v))
    return 0 if not any(map(any, matrix)) else None


def _most(tensors: tuple[Channel, ...], u: int, v: int, free: int) -> int:
    return min(free, 1) if EPSILON in (tensors[u], tensors[v]) else free


def _distributions(total: int, limits: list[int]) -> Iterator[tuple[int, ...]]:
    if not limits:
        if total == 0:
            yield ()
        return
    rest = sum(limits[1:])
    for first in range(max(0, total - rest), min(total, limits[0]) + 1):
        for tail in _distributions(total - first, limits[1:]):
            yield first, *tail


def _canonical_partial(
    tensors: tuple[Channel, ...], open_: tuple[int, ...], matrix: tuple[tuple[int, ...], ...]
) -> Partial:
    order = canonical_order([(factor_key(t), free) for t, free in zip(tensors, open_, strict=True)], matrix)
    return (
        tuple(tensors[v] for v in order),
        tuple(open_[v] for v in order),
        tuple(tuple(matrix[u][v] for v in order) for u in order),
    )


def all_contractions(content: Multiset, pseudo: bool = False) -> tuple[Contraction, ...]:
    """All contractions of this content, products of connected ones among them, in the stated order.

    A pseudo-scalar has its Levi-Civita symbol in exactly one factor.
    """
    return _all(tuple(sorted(content, key=factor_key)), pseudo)


@cache
def _all(content: Multiset, pseudo: bool) -> tuple[Contraction, ...]:
    found = set(_connected(content, pseudo))
    for part in _proper_parts(content):
        rest = _difference(content, part)
        for with_epsilon in (False, True) if pseudo else (False,):
            firsts = _connected(part, with_epsilon)
            if firsts:
                seconds = _all(rest, pseudo and not with_epsilon)
                found.update(product([a, b]) for a in firsts for b in seconds)
    return tuple(sorted(found, key=sort_key))


def _proper_parts(content: Multiset) -> Iterator[Multiset]:
    """Sub-multisets that hold the first tensor and leave something over."""
    kinds = sorted(set(content), key=factor_key)
    counts = [content.count(kind) for kind in kinds]

    def choose(position: int) -> Iterator[Multiset]:
        if position == len(kinds):
            yield ()
            return
        least = 1 if position == 0 else 0
        for taken in range(least, counts[position] + 1):
            for rest in choose(position + 1):
                yield (kinds[position],) * taken + rest

    return (part for part in choose(0) if len(part) < len(content))


def _difference(content: Multiset, part: Multiset) -> Multiset:
    left = list(content)
    for tensor in part:
        left.remove(tensor)
    return tuple(left)


def levels(tensors: Iterable[Channel], orders: Iterable[int], pseudo: bool = False) -> Iterator[list[Multiset]]:
    """Multisets level by level: for every order ascending, for every total rank ascending, all multisets."""
    tensors = sorted(tensors, key=factor_key)
    for order in sorted(orders):
        by_rank: dict[int, list[Multiset]] = {}
        for content in combinations_with_replacement(tensors, order):
            total = sum(tensor.rank for tensor in content)
            if (total + 3 * pseudo) % 2 == 0:
                by_rank.setdefault(total, []).append(content)
        for total in sorted(by_rank):
            yield by_rank[total]


def candidates(tensors: Iterable[Channel], orders: Iterable[int], pseudo: bool = False) -> Iterator[Contraction]:
    """Connected contractions of these tensors, lazily, in the stated order (see ``sort_key``)."""
    for level in levels(tensors, orders, pseudo):
        found = [c for content in level for c in connected_contractions(content, pseudo)]
        yield from sorted(found, key=sort_key)
