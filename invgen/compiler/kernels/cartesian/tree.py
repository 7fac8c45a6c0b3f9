"""Which intermediates to form: contraction trees of all invariants of a basis, chosen together.

An *open graph* is a part of a contraction with some indices left open; it is identified up to isomorphism, so the
same intermediate (say M_il = T_ijk T_ljk) is formed once however many invariants use it. Each graph's tree is
the cheapest by dynamic programming over its connected parts, with what other invariants need already free, and the
trees are revised in turn until the estimated total stops falling.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from math import comb, inf, prod

from invgen.compiler.algebra.channels import Channel, factor_key
from invgen.compiler.candidates.cartesian.contraction import Contraction, canonical_order


@dataclass(frozen=True)
class OpenGraph:
    """A canonical part of a contraction: tensors, how many indices of each are open, bond multiplicities."""

    tensors: tuple[Channel, ...]
    open: tuple[int, ...]
    matrix: tuple[tuple[int, ...], ...]

    @property
    def is_tensor(self) -> bool:
        """Whether this is a single tensor, all indices open."""
        return len(self.tensors) == 1


@dataclass(frozen=True)
class Split:
    """An open graph as the contraction of two smaller ones.

    ``left`` and ``right`` are canonical; the maps say which vertex of the whole each of their vertices is.
    """

    left: OpenGraph
    left_map: tuple[int, ...]
    right: OpenGraph
    right_map: tuple[int, ...]


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


def open_part(
    contraction_matrix: tuple[tuple[int, ...], ...], tensors: tuple[Channel, ...], members: tuple[int, ...]
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


def _entries(graph: OpenGraph) -> float:
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


@cache
def _contraction_cost(whole: OpenGraph, left: OpenGraph, right: OpenGraph, bonds: tuple[int, ...]) -> float:
    """Estimated additions and multiplications to form an intermediate from two smaller ones."""
    terms: float = prod(comb(m + 2, 2) for m in bonds)
    if left == right and not any(whole.open):
        terms = (terms + 1) / 2 + 1
    return _entries(whole) * (2 * terms - 1 + (max(bonds) > 1))


class _Graph:
    """The parts of one connected piece of a contraction, given by its vertices, and how each can be split."""

    def __init__(self, contraction: Contraction, members: tuple[int, ...]) -> None:
        self.tensors = contraction.tensors
        self.matrix = contraction.matrix
        self.size = len(self.tensors)
        self._parts: dict[int, tuple[OpenGraph, tuple[int, ...]]] = {}
        self._connected: dict[int, bool] = {}
        self.full = sum(1 << v for v in members)

    def part(self, mask: int) -> tuple[OpenGraph, tuple[int, ...]]:
        if mask not in self._parts:
            members = tuple(v for v in range(self.size) if mask >> v & 1)
            self._parts[mask] = open_part(self.matrix, self.tensors, members)
        return self._parts[mask]

    def connected(self, mask: int) -> bool:
        if mask not in self._connected:
            reached = mask & -mask
            while True:
                more = reached
                for v in range(self.size):
                    if reached >> v & 1:
                        more |= sum(1 << w for w, m in enumerate(self.matrix[v]) if m and mask >> w & 1)
                if more == reached:
                    break
                reached = more
            self._connected[mask] = reached == mask
        return self._connected[mask]

    def splits(self, mask: int) -> Iterator[tuple[int, int]]:
        lowest = mask & -mask
        part = (mask - 1) & mask
        while part:
            other = mask ^ part
            if part & lowest and self.connected(part) and self.connected(other):
                yield part, other
            part = (part - 1) & mask

    def split(self, mask: int, part: int, other: int) -> Split:
        order = self.part(mask)[1]
        left, left_order = self.part(part)
        right, right_order = self.part(other)
        return Split(left, tuple(order.index(v) for v in left_order), right, tuple(order.index(v) for v in right_order))

    def bonds(self, part: int, other: int) -> tuple[int, ...]:
        pairs = [
            self.matrix[u][v] for u in range(self.size) if part >> u & 1 for v in range(self.size) if other >> v & 1
        ]
        return tuple(sorted(m for m in pairs if m))


Tree = dict[OpenGraph, Split]


def _best_tree(graph: _Graph, have: Counter[OpenGraph]) -> Tree:
    """The cheapest tree of one contraction when everything in ``have`` is free."""
    best: dict[int, tuple[float, tuple[int, int] | None]] = {}

    def cost(mask: int) -> float:
        if mask in best:
            return best[mask][0]
        whole, _ = graph.part(mask)
        if whole.is_tensor or have[whole]:
            best[mask] = (0.0, None)
            return 0.0
        options: tuple[float, tuple[int, int] | None] = (inf, None)
        for part, other in graph.splits(mask):
            left, right = graph.part(part)[0], graph.part(other)[0]
            total = _contraction_cost(whole, *sorted((left, right), key=_size_key), graph.bonds(part, other)) + cost(
                part
            )
            if left != right:
                total += cost(other)
            if total < options[0]:
                options = (total, (part, other))
        best[mask] = options
        return options[0]

    cost(graph.full)
    tree: Tree = {}

    def collect(mask: int) -> None:
        whole, _ = graph.part(mask)
        chosen = best[mask][1] if mask in best else None
        if chosen is None or whole in tree:
            return
        tree[whole] = graph.split(mask, *chosen)
        collect(chosen[0])
        collect(chosen[1])

    collect(graph.full)
    return tree


def _size_key(graph: OpenGraph) -> tuple[object, ...]:
    return (len(graph.tensors), tuple(map(factor_key, graph.tensors)), graph.open, graph.matrix)


def _split_cost(whole: OpenGraph, split: Split) -> float:
    bonds = [whole.matrix[u][v] for u in split.left_map for v in split.right_map]
    ordered = sorted((split.left, split.right), key=_size_key)
    return _contraction_cost(whole, *ordered, tuple(sorted(m for m in bonds if m)))


def _needed(root: OpenGraph, forest: Tree) -> set[OpenGraph]:
    seen: set[OpenGraph] = set()
    stack = [root]
    while stack:
        graph = stack.pop()
        if graph not in seen and not graph.is_tensor:
            seen.add(graph)
            stack += [forest[graph].left, forest[graph].right]
    return seen


def contraction_forest(
    pieces: list[tuple[Contraction, tuple[int, ...]]], rounds: int = 4
) -> tuple[Tree, list[OpenGraph]]:
    """Splits of every intermediate that these connected pieces need, and the open graph of each piece.

    A piece is a contraction and the vertices that belong to it: all of them, or what hangs together without
    the Levi-Civita symbol.
    """
    graphs = [_Graph(c, members) for c, members in pieces]
    roots = [graph.part(graph.full)[0] for graph in graphs]
    forest: Tree = {}
    uses: Counter[OpenGraph] = Counter()
    for graph, root in zip(graphs, roots, strict=True):
        forest |= _best_tree(graph, uses)
        uses.update(_needed(root, forest))
    for _ in range(rounds):
        changed = False
        for graph, root in zip(graphs, roots, strict=True):
            old = _needed(root, forest)
            uses.subtract(old)
            freed = {g for g in old if uses[g] <= 0}
            fresh = _best_tree(graph, +uses)
            before = sum(_split_cost(g, forest[g]) for g in freed)
            after = sum(_split_cost(g, s) for g, s in fresh.items())
            if after < before:
                forest = {g: s for g, s in forest.items() if g not in freed} | fresh
                changed = True
            uses.update(_needed(root, forest))
        if not changed:
            break
    return forest, roots
