"""From contractions to their kernel: contract along the graphs, share intermediates, keep independent components.

Every contraction can be formed in several ways (``ways``), and in ``harmonics``, which are expressions of one graph;
which of them make the shortest program together is chosen by ``kernels.alternatives``.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import islice, product

from invgen.compiler.algebra.channels import Channel, components_of
from invgen.compiler.candidates.cartesian.contraction import EPSILON, Contraction
from invgen.compiler.kernels.alternatives import VALUE, Alternatives, Price, together
from invgen.compiler.kernels.builder import ONE, Builder, Expression
from invgen.compiler.kernels.cartesian.entries import NONE, UNIT, Entries
from invgen.compiler.kernels.cartesian.graphs import open_part
from invgen.compiler.kernels.cartesian.harmonics import KEPT, Harmonics
from invgen.compiler.kernels.cartesian.ways import MOST_CLOSED, MOST_SEARCHED, Way, ways
from invgen.compiler.kernels.program import Kernel
from invgen.compiler.kernels.simplify import simplified

_SIGN = {(0, 1, 2): 1, (1, 2, 0): 1, (2, 0, 1): 1, (0, 2, 1): -1, (2, 1, 0): -1, (1, 0, 2): -1}


def lower_contractions(contractions: tuple[Contraction, ...], tensors: tuple[Channel, ...]) -> Kernel:
    """The value kernel of any list of contractions over the given tensors, products of contractions among them."""
    factors = {c: c.factors() for c in contractions}
    connected = sorted({f for parts in factors.values() for f in parts}, key=lambda c: (c.order, c.total_rank, c.label))
    builder = Builder([("x", components_of(tensors))])
    choice = together(_of_connected(builder, connected, tensors))
    values = dict(zip(connected, choice, strict=True))
    outputs = []
    for c in contractions:
        total = ONE
        for factor in factors[c]:
            total = builder.mul(total, values[factor])
        outputs.append(total)
    return simplified(builder, "value", [("y", outputs)])


def alternatives(
    contractions: Sequence[Contraction], tensors: tuple[Channel, ...], price: Price = VALUE
) -> Alternatives:
    """Every contraction in several ways; a product in the ways of its factors."""
    builder = Builder([("x", components_of(tensors))])
    harmonics = Harmonics(Entries(builder, tensors))
    known: dict[Contraction, list[Expression]] = {}
    found = []
    for c in contractions:
        options: list[Expression] = [ONE]
        for factor in c.factors():
            if factor not in known:
                known[factor] = _expressions(harmonics, factor, MOST_SEARCHED)
            pairs = islice(product(options, known[factor]), MOST_SEARCHED + KEPT)
            options = [builder.mul(a, b) for a, b in pairs]
        found.append(options)
    return Alternatives(builder, found, price)


def _of_connected(builder: Builder, connected: Sequence[Contraction], tensors: tuple[Channel, ...]) -> Alternatives:
    harmonics = Harmonics(Entries(builder, tensors))
    return Alternatives(builder, [_expressions(harmonics, c, MOST_CLOSED) for c in connected])


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


def _expressions(harmonics: Harmonics, c: Contraction, most: int) -> list[Expression]:
    """A connected contraction in its ways, the shortest by estimate first, and in harmonics."""
    entries = harmonics.entries
    parts = [open_part(c.matrix, c.tensors, piece) for piece in _pieces(c)]
    if not c.is_pseudo:
        found = [entries.scalar(way) for way in ways(parts[0][0])[:most]]
        return found + harmonics.expressions(c, found[0])
    orders = [order for _, order in parts]
    choices = islice(product(*(ways(graph) for graph, _ in parts)), most)
    return [_pseudo(entries, c, chosen, orders) for chosen in choices]


def _pseudo(entries: Entries, c: Contraction, chosen: Sequence[Way], orders: Sequence[tuple[int, ...]]) -> Expression:
    """The value of a pseudo-scalar, the signed sum over the symbol's six entries, from ways of its pieces."""
    builder = entries.builder
    ends = [v for v, m in enumerate(c.matrix[c.tensors.index(EPSILON)]) if m]
    terms = []
    for axes, sign in _SIGN.items():
        at = dict(zip(ends, axes, strict=True))
        term = ONE
        for way, order in zip(chosen, orders, strict=True):
            term = builder.mul(term, entries.entry(way, tuple(UNIT[at[v]] if v in at else NONE for v in order)))
        terms.append(builder.scale(sign, term))
    return builder.add(terms)
