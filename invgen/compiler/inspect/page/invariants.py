"""The rows of a page: every invariant with picture, formula, label and cost, and which tensors they are made of."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import Any

from markupsafe import Markup

from invgen.compiler.basis import Basis
from invgen.compiler.kernels.lower import form_of
from invgen.markup.drawings import embedded
from invgen.markup.mathml import mathml

MOST_ROWS = 1200
"""Invariants that a page shows one by one."""


@dataclass(frozen=True)
class Row:
    """One invariant.

    drawing, formula
        Markup that this package made: an ``svg`` and a ``math``.
    operations
        Of the invariant by itself; together a kernel shares intermediates.
    """

    name: str
    label: str
    order: int
    ranks: tuple[int, ...]
    factors: str
    text: str
    drawing: Markup
    formula: Markup
    monomials: int
    operations: int
    symmetry: int
    pseudo: bool


def rows(basis: Basis) -> list[Row]:
    """One for each invariant, of the first ``MOST_ROWS``."""
    return [_row(basis, k, c) for k, c in enumerate(basis.invariants[:MOST_ROWS])]


def _row(basis: Basis, position: int, c: Any) -> Row:
    family, spec = basis.family, basis.spec
    return Row(
        name=f"I{position}",
        label=c.label,
        order=c.order,
        ranks=tuple(channel.rank for channel in c.content),
        factors=family.factors(spec, c),
        text=family.text(spec, c),
        drawing=Markup(embedded(family.drawing(spec, c))),
        formula=Markup(mathml(family.latex(spec, c))),
        monomials=family.monomials(c),
        operations=form_of(spec).operations(c, basis.channels),
        symmetry=family.symmetry_number(c),
        pseudo=c.is_pseudo,
    )


@dataclass(frozen=True)
class ContentMap:
    """In how many invariants each tensor of one species occurs; a dash for tensors that are not asked for.

    rows
        For every n: its number and one number or ``None`` for each of ``ranks``.
    """

    species: str
    ranks: tuple[int, ...]
    rows: tuple[tuple[int, tuple[int | None, ...]], ...]
    most: int


def content_maps(basis: Basis) -> list[ContentMap]:
    """The (n, l) content, one map for each species."""
    seen = Counter(channel for c in basis for channel in set(c.content))
    most = max(seen.values(), default=0)
    maps = []
    for species in sorted({c.species for c in basis.channels}):
        own = [c for c in basis.channels if c.species == species]
        ranks = tuple(sorted({c.rank for c in own}))
        table = {(c.n, c.rank): seen[c] for c in own}
        numbers = sorted({c.n for c in own})
        lines = tuple((n, tuple(table.get((n, rank)) for rank in ranks)) for n in numbers)
        name = basis.spec.elements[species] if basis.spec.elements else ""
        maps.append(ContentMap(name, ranks, lines, most))
    return maps
