"""Ways to form an open graph: from which smaller graphs, and by which formula.

A way is a tree. Its leaves are tensors; above them two smaller graphs are multiplied and contracted over the indices
that they share (over none: an outer product such as v_i v_j), or one index of a bond is summed last (``trace``, so that
Q_ij Q_ij is the trace of Q_ik Q_kj where that matrix is there anyway). A contraction of a symmetric traceless tensor
need not run over all of its components: see ``FORMS``.

There are many ways; those that an estimate says are far too long are dropped, graph by graph.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache, cached_property
from itertools import combinations
from math import comb, prod

from invgen.compiler.algebra.channels import factor_key
from invgen.compiler.kernels.cartesian.graphs import Matrix, OpenGraph, entries, is_connected, open_part

ADJUGATE = ("adjugate", "adjugate differences", "adjugate trace", "determinant")
FORMS = ("tensor", "plain", "left", "right", "squares", "trace", *ADJUGATE)
"""A tensor as it comes. A contraction over all symmetric components; over the independent ones of the left or of the
right operand, which multiply differences of the other one's; of two equal operands with the squares of p, q and r
where p + q + r = 0 made two products, since q^2 + r^2 = p^2 - 2 q r. The sum over one index.

A symmetric traceless matrix M has M^2 = adj M + tr(M^2) / 2, and the entries of its adjugate are shorter than those of
its square. So for a traceless L, L_ij (M^2)_ij is L_ij (adj M)_ij, over all entries or the independent ones of L, which
multiply differences; tr M^2 = -2 tr adj M; and tr M^3 = 3 det M, a row of M times one of the adjugate."""

MOST_OPEN = 3
"""Ways that are kept of a graph with open indices, which is a part of others."""
MOST_CLOSED = 100
"""The same of a whole contraction."""
MOST_SEARCHED = 40
"""The same where it is one of many candidates."""
LONGER, MORE = 2, 100
"""A way is dropped if it takes this many times as long as the shortest, and this many statements more."""
LARGE = 5
"""Above this many tensors, graphs are cut into connected parts only and without traces, and one way of each is kept."""
TRACED = 4
"""Up to this many tensors a graph may be a trace."""


@dataclass(frozen=True)
class Way:
    """One way to form ``graph``.

    left, right
        Ways of the operands; no left one for a tensor, no right one for a trace.
    left_map, right_map
        Which vertex of the graph each vertex of an operand is; of a trace ``right_map`` is the pair that is joined.
    """

    graph: OpenGraph
    form: str = "tensor"
    left: Way | None = None
    left_map: tuple[int, ...] = ()
    right: Way | None = None
    right_map: tuple[int, ...] = ()

    @cached_property
    def _hash(self) -> int:
        return hash((self.graph, self.form, self.left, self.left_map, self.right, self.right_map))

    def __hash__(self) -> int:
        return self._hash

    @property
    def operands(self) -> tuple[Way, Way]:
        """Both operands of a contraction."""
        assert self.left is not None
        assert self.right is not None
        return self.left, self.right

    @cached_property
    def bonds(self) -> tuple[tuple[int, int, int], ...]:
        """``(i, j, multiplicity)``: vertex i of the left operand and j of the right one share indices."""
        m = self.graph.matrix
        pairs = ((i, j, m[u][v]) for i, u in enumerate(self.left_map) for j, v in enumerate(self.right_map))
        return tuple(bond for bond in pairs if bond[2])

    @cached_property
    def steps(self) -> frozenset[Way]:
        """All ways in this tree that compute something."""
        below = (way.steps for way in (self.left, self.right) if way is not None)
        return frozenset() if self.left is None else frozenset((self,)).union(*below)

    @cached_property
    def estimate(self) -> float:
        """Additions and multiplications, each intermediate once: halves, so that the sum is exact in any order."""
        return sum(map(_own_estimate, self.steps))

    @cached_property
    def key(self) -> tuple[object, ...]:
        """Orders ways, whatever the hash seed."""
        below = tuple(way.key for way in (self.left, self.right) if way is not None)
        graph = (len(self.graph.tensors), *map(factor_key, self.graph.tensors)), self.graph.open, self.graph.matrix
        return (*graph, FORMS.index(self.form), self.left_map, self.right_map, below)


@cache
def ways(graph: OpenGraph) -> tuple[Way, ...]:
    """The ways of a graph that are worth a look, the shortest by estimate first."""
    if graph.is_tensor:
        return (Way(graph),)
    found = dict.fromkeys(_contracted(graph))
    if len(graph.tensors) <= TRACED:
        found.update(dict.fromkeys(_traced(graph)))
    return _shortest(found, graph)


@cache
def _without_trace(graph: OpenGraph) -> tuple[Way, ...]:
    return _shortest(dict.fromkeys(_contracted(graph)), graph)


def _shortest(found: Iterable[Way], graph: OpenGraph) -> tuple[Way, ...]:
    most = MOST_OPEN if graph.is_open else MOST_CLOSED
    if len(graph.tensors) > LARGE:
        most = 1
    lengths = {way: (way.estimate, len(way.steps)) for way in found}
    longest = sorted(lengths.values())[:most][-1]  # keys are long: only of those that may be kept
    ranked = sorted([w for w in lengths if lengths[w] <= longest], key=lambda way: (lengths[way], way.key))[:most]
    return tuple(way for way in ranked if way.estimate <= LONGER * ranked[0].estimate + MORE)


def _contracted(graph: OpenGraph) -> Iterator[Way]:
    size = len(graph.tensors)
    large = size > LARGE
    everything = tuple(range(size))
    for count in range(1, size // 2 + 1):
        for part in combinations(everything, count):
            rest = tuple(v for v in everything if v not in part)
            if 2 * count == size and 0 in rest:
                continue
            if large and not (is_connected(graph.matrix, part) and is_connected(graph.matrix, rest)):
                continue
            yield from _joined(graph, part, rest)


def _joined(graph: OpenGraph, part: tuple[int, ...], rest: tuple[int, ...]) -> Iterator[Way]:
    (left, left_map), (right, right_map) = part_of(graph, part), part_of(graph, rest)
    forms = list(_forms(graph, left_map, right_map))
    for first in ways(left):
        for second in ways(right):
            if left == right and first != second:
                continue
            for form in forms:
                yield Way(graph, form, first, left_map, second, right_map)
            if first == second and _is_norm(graph, left_map, right_map):
                yield Way(graph, "squares", first, left_map, second, right_map)
                if _is_matrix(first.graph):
                    yield Way(graph, "adjugate trace", first, left_map, second, right_map)
            if not any(graph.open):
                yield from _with_adjugate(graph, first, left_map, second, right_map)
                yield from _with_adjugate(graph, second, right_map, first, left_map)


def _forms(graph: OpenGraph, left: tuple[int, ...], right: tuple[int, ...]) -> Iterator[str]:
    """A tensor that is contracted over one index only has no components to spare."""
    yield "plain"
    if max(sum(graph.matrix[u][v] for v in right) for u in left) > 1:
        yield "left"
    if max(sum(graph.matrix[u][v] for u in left) for v in right) > 1:
        yield "right"


def _is_norm(graph: OpenGraph, left: tuple[int, ...], right: tuple[int, ...]) -> bool:
    """Whether every index of an operand meets the same index of the other one."""
    return not any(graph.open) and all(
        i == j or not graph.matrix[u][v] for i, u in enumerate(left) for j, v in enumerate(right)
    )


def _is_matrix(graph: OpenGraph) -> bool:
    """Whether it has two open indices, and one tensor has both, so that it is symmetric and traceless."""
    return max(graph.open) == sum(graph.open) == 2


def _with_adjugate(
    graph: OpenGraph, first: Way, first_map: tuple[int, ...], second: Way, second_map: tuple[int, ...]
) -> Iterator[Way]:
    """A matrix contracted with the square of one."""
    if _is_matrix(first.graph) and (matrix := _squared(second)) is not None:
        for form in ADJUGATE[:2]:
            yield Way(graph, form, first, first_map, second, second_map)
        if matrix == first:
            yield Way(graph, "determinant", first, first_map, second, second_map)


def _squared(way: Way) -> Way | None:
    """The matrix of which a way is the square."""
    if way.left is None or way.left != way.right or not _is_matrix(way.left.graph) or len(way.bonds) != 1:
        return None
    i, j, multiplicity = way.bonds[0]
    return way.left if i == j == way.left.graph.open.index(2) and multiplicity == 1 else None


def _traced(graph: OpenGraph) -> Iterator[Way]:
    for u, v in combinations(range(len(graph.tensors)), 2):
        if graph.matrix[u][v]:
            rows = [list(row) for row in graph.matrix]
            rows[u][v] -= 1
            rows[v][u] -= 1
            free = [k + (w in (u, v)) for w, k in enumerate(graph.open)]
            cut, order = _open_graph(graph, rows, free, tuple(range(len(free))))
            for way in _without_trace(cut):
                yield Way(graph, "trace", way, order, None, (order.index(u), order.index(v)))


def part_of(graph: OpenGraph, members: tuple[int, ...]) -> tuple[OpenGraph, tuple[int, ...]]:
    """The canonical graph on some vertices of an open graph, and the vertices in its order."""
    return _open_graph(graph, graph.matrix, graph.open, members)


def _open_graph(
    graph: OpenGraph, matrix: Iterable[Iterable[int]], free: Iterable[int], members: tuple[int, ...]
) -> tuple[OpenGraph, tuple[int, ...]]:
    """Open indices are bonds to one more vertex outside."""
    rows: Matrix = (*((*row, k) for row, k in zip(matrix, free, strict=True)), (*free, 0))
    return open_part(rows, graph.tensors, members)


# ---- estimates ------------------------------------------------------------------------------------------------------


@cache
def _own_estimate(way: Way) -> float:
    """Additions and multiplications of the last step."""
    size = entries(way.graph)
    if way.form == "trace":
        return 2 * size
    if not way.bonds:
        return size
    if way.form in ADJUGATE:
        return {"adjugate trace": 3, "determinant": 6}.get(way.form, 12)
    multiplicities = [m for *_, m in way.bonds]
    terms: float = prod(comb(m + 2, 2) for m in multiplicities)
    weighted = max(multiplicities) > 1
    if way.form == "squares":
        return 1.5 * prod(2 * m + 1 for m in multiplicities)
    if way.form == "plain":
        if way.left == way.right and not any(way.graph.open):
            terms = (terms + 1) / 2 + 1
        return size * (2 * terms - 1 + weighted)
    inside, outside = (way.left_map, way.right_map) if way.form == "left" else (way.right_map, way.left_map)
    terms = prod(2 * sum(way.graph.matrix[u][v] for u in outside) + 1 for v in inside)
    return size * (2 * terms - 1 + weighted) + terms * prod(2 * way.graph.open[u] + 1 for u in outside)
