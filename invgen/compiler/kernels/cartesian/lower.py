"""From contractions to their kernel: contract along the graphs, share intermediates, keep independent components.

An intermediate is an array over the open indices of each of its tensors. The open indices of one tensor are
symmetric and traceless, so an entry is named by one triple of powers for each tensor; triples with two or more z
follow from tracelessness, and entries that an automorphism of the open graph exchanges are computed once.
"""

from __future__ import annotations

from itertools import product
from math import prod

from invgen.compiler.algebra.channels import Channel, channel_slices, components_of
from invgen.compiler.algebra.components import Powers, multiplicity, reduced_powers, symmetric_powers
from invgen.compiler.candidates.cartesian.contraction import EPSILON, Contraction
from invgen.compiler.kernels.builder import ONE, Builder, Expression
from invgen.compiler.kernels.cartesian.tree import OpenGraph, Split, automorphisms, contraction_forest, open_part
from invgen.compiler.kernels.program import Kernel
from invgen.compiler.kernels.simplify import simplified

Entry = tuple[Powers, ...]

_NONE: Powers = (0, 0, 0)
_UNIT: tuple[Powers, ...] = ((1, 0, 0), (0, 1, 0), (0, 0, 1))
_SIGN = {(0, 1, 2): 1, (1, 2, 0): 1, (2, 0, 1): 1, (0, 2, 1): -1, (2, 1, 0): -1, (1, 0, 2): -1}


def lower_contractions(contractions: tuple[Contraction, ...], tensors: tuple[Channel, ...]) -> Kernel:
    """The value kernel of any list of contractions over the given tensors, products of contractions among them."""
    builder, outputs = _lowered(contractions, tensors)
    return simplified(builder, "value", [("y", outputs)])


def _lowered(contractions: tuple[Contraction, ...], tensors: tuple[Channel, ...]) -> tuple[Builder, list[Expression]]:
    builder = Builder([("x", components_of(tensors))])
    factors = {c: c.factors() for c in contractions}
    connected = sorted({f for parts in factors.values() for f in parts}, key=lambda c: (c.order, c.total_rank, c.label))
    pieces = {c: _pieces(c) for c in connected}
    forest, _ = contraction_forest([(c, piece) for c in connected for piece in pieces[c]])
    arrays = _Arrays(builder, tensors, forest)
    values = {c: _closed(arrays, c, pieces[c]) for c in connected}
    outputs = []
    for c in contractions:
        total = ONE
        for factor in factors[c]:
            total = builder.mul(total, values[factor])
        outputs.append(total)
    return builder, outputs


def _pieces(c: Contraction) -> list[tuple[int, ...]]:
    """The vertices of each connected piece that is left when the Levi-Civita symbol is taken out."""
    left = [v for v, tensor in enumerate(c.tensors) if tensor != EPSILON]
    pieces = []
    while left:
        piece = {left[0]}
        while more := {v for v in left if v not in piece and any(c.matrix[u][v] for u in piece)}:
            piece |= more
        pieces.append(tuple(sorted(piece)))
        left = [v for v in left if v not in piece]
    return pieces


def _closed(arrays: _Arrays, c: Contraction, pieces: list[tuple[int, ...]]) -> Expression:
    """The value of a connected contraction; for a pseudo-scalar the signed sum over the symbol's six entries."""
    parts = [open_part(c.matrix, c.tensors, piece) for piece in pieces]
    if not c.is_pseudo:
        return arrays.scalar(parts[0][0])
    ends = [v for v, m in enumerate(c.matrix[c.tensors.index(EPSILON)]) if m]
    terms = []
    for axes, sign in _SIGN.items():
        at = dict(zip(ends, axes, strict=True))
        term = ONE
        for graph, order in parts:
            term = arrays.builder.mul(
                term, arrays.entry(graph, tuple(_UNIT[at[v]] if v in at else _NONE for v in order))
            )
        terms.append(arrays.builder.scale(sign, term))
    return arrays.builder.add(terms)


class _Arrays:
    """Entries of intermediates, built on demand."""

    def __init__(self, builder: Builder, tensors: tuple[Channel, ...], forest: dict[OpenGraph, Split]) -> None:
        self.builder = builder
        self.forest = forest
        self.starts = {tensor: s.start for tensor, s in channel_slices(tensors).items()}
        self.entries: dict[tuple[OpenGraph, Entry], Expression] = {}

    def component(self, tensor: Channel, powers: Powers) -> Expression:
        """An independent component of an input tensor."""
        return self.builder.input(self.starts[tensor] + reduced_powers(tensor.rank).index(powers))

    def scalar(self, graph: OpenGraph) -> Expression:
        """The value of a closed graph."""
        return self.entry(graph, (_NONE,) * len(graph.tensors))

    def entry(self, graph: OpenGraph, entry: Entry) -> Expression:
        """One entry, through tracelessness and the automorphisms of the graph."""
        entry = min(tuple(entry[p[v]] for v in range(len(p))) for p in automorphisms(graph))
        key = (graph, entry)
        if key not in self.entries:
            self.entries[key] = self._build(graph, entry)
        return self.entries[key]

    def _build(self, graph: OpenGraph, entry: Entry) -> Expression:
        for v, (a, b, c) in enumerate(entry):
            if c > 1:
                first = self.entry(graph, (*entry[:v], (a + 2, b, c - 2), *entry[v + 1 :]))
                second = self.entry(graph, (*entry[:v], (a, b + 2, c - 2), *entry[v + 1 :]))
                return self.builder.scale(-1, self.builder.add([first, second]))
        if graph.is_tensor:
            return self.component(graph.tensors[0], entry[0])
        return self._contract(graph, entry, self.forest[graph])

    def _contract(self, graph: OpenGraph, entry: Entry, split: Split) -> Expression:
        bonds = [
            (i, j, graph.matrix[u][v])
            for i, u in enumerate(split.left_map)
            for j, v in enumerate(split.right_map)
            if graph.matrix[u][v]
        ]
        left0 = [entry[u] for u in split.left_map]
        right0 = [entry[v] for v in split.right_map]
        terms = []
        for powers in product(*(symmetric_powers(m) for *_, m in bonds)):
            left, right = list(left0), list(right0)
            for (i, j, _), p in zip(bonds, powers, strict=True):
                left[i] = _plus(left[i], p)
                right[j] = _plus(right[j], p)
            weight = prod(multiplicity(p) for p in powers)
            value = self.builder.mul(self.entry(split.left, tuple(left)), self.entry(split.right, tuple(right)))
            terms.append(self.builder.scale(weight, value))
        return self.builder.add(terms)


def _plus(a: Powers, b: Powers) -> Powers:
    return a[0] + b[0], a[1] + b[1], a[2] + b[2]
