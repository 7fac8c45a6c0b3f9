"""Open graphs: parts of contractions with some indices left open, identified up to isomorphism.

So the same intermediate (say M_il = T_ijk T_ljk) is formed once however many invariants use it.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache, cached_property

from invgen.compiler.algebra.channels import Channel, factor_key
from invgen.compiler.candidates.cartesian.contraction import canonical_order

Matrix = tuple[tuple[int, ...], ...]


@dataclass(frozen=True)
class OpenGraph:
    """A canonical part of a contraction: tensors, how many indices of each are open, bond multiplicities."""

    tensors: tuple[Channel, ...]
    open: tuple[int, ...]
    matrix: Matrix

    @cached_property
    def _hash(self) -> int:
        return hash((self.tensors, self.open, self.matrix))

    def __hash__(self) -> int:
        return self._hash

    @cached_property
    def is_open(self) -> bool:
        """Whether any index is open."""
        return any(self.open)

    @property
    def is_tensor(self) -> bool:
        """Whether this is a single tensor, all indices open."""
        return len(self.tensors) == 1


@cache
def automorphisms(graph: OpenGraph) -> tuple[tuple[int, ...], ...]:
    """All permutations of the vertices that leave the open graph as it is; ``p[v]`` is the image of v."""
    colour = list(zip(graph.tensors, graph.open, strict=True))
    size = len(colour)
    found: list[tuple[int, ...]] = []

    def extend(images: tuple[int, ...]) -> None:
        v = len(images)
        if v == size:
            found.append(images)
            return
        for w in range(size):
            if (
                w not in images
                and colour[w] == colour[v]
                and all(graph.matrix[u][v] == graph.matrix[x][w] for u, x in enumerate(images))
            ):
                extend((*images, w))

    extend(())
    return tuple(found)


@cache
def open_part(
    contraction_matrix: Matrix, tensors: tuple[Channel, ...], members: tuple[int, ...]
) -> tuple[OpenGraph, tuple[int, ...]]:
    """The canonical open graph on some vertices of a contraction, and the vertices in its order."""
    inside = set(members)
    matrix = [[contraction_matrix[u][v] for v in members] for u in members]
    free = [sum(m for v, m in enumerate(contraction_matrix[u]) if v not in inside) for u in members]
    order = canonical_order([(factor_key(tensors[u]), k) for u, k in zip(members, free, strict=True)], matrix)
    graph = OpenGraph(
        tuple(tensors[members[i]] for i in order),
        tuple(free[i] for i in order),
        tuple(tuple(matrix[i][j] for j in order) for i in order),
    )
    return graph, tuple(members[i] for i in order)


def is_connected(matrix: Matrix, members: Iterable[int]) -> bool:
    """Whether these vertices hang together without the others."""
    left = set(members)
    stack = [left.pop()]
    while stack:
        near = {v for v in left if matrix[stack[-1]][v]}
        stack.pop()
        left -= near
        stack += near
    return not left


@cache
def entries(graph: OpenGraph) -> float:
    """Number of independent entries: orbits of the automorphisms, by counting fixed entries."""
    group = automorphisms(graph)
    fixed = 0
    for p in group:
        seen: set[int] = set()
        product = 1
        for v in range(len(p)):
            if v not in seen:
                w = v
                while w not in seen:
                    seen.add(w)
                    w = p[w]
                product *= 2 * graph.open[v] + 1
        fixed += product
    return fixed / len(group)
