"""What a notebook shows of a basis: a table of pictures and formulas, or the formulas in LaTeX."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from invgen.compiler.candidates.family import family_of
from invgen.markup import Markup, block, code, folded, preformatted, table
from invgen.markup.drawings import inline
from invgen.markup.mathml import mathml
from invgen.spec import BasisSpec

SHOWN = 50
"""Invariants that are shown one by one."""


def basis_html(spec: BasisSpec, invariants: Sequence[Any], title: str, evidence: str) -> str:
    """Title, a row for each of the first ``SHOWN`` invariants, how many are left out, and the evidence to unfold."""
    family = family_of(spec)
    rows = [
        (
            f"I{k}",
            Markup(inline(family.drawing(spec, c))),
            Markup(mathml(family.latex(spec, c))),
            str(c.order),
            f"{family.monomials(c):,}",
            code(c.label),
        )
        for k, c in enumerate(invariants[:SHOWN])
    ]
    more = f"and {len(invariants) - SHOWN:,} more: basis.labels has them all" if len(invariants) > SHOWN else ""
    headings = ("name", "picture", "formula", "order", "monomials", "label")
    return block(title, table(headings, rows), more, folded("evidence", preformatted(evidence)))


def basis_latex(spec: BasisSpec, invariants: Sequence[Any]) -> str:
    """The first ``SHOWN`` invariants, one below the other."""
    family = family_of(spec)
    lines = [rf"I_{{{k}}} &= {family.latex(spec, c)}" for k, c in enumerate(invariants[:SHOWN])]
    if len(invariants) > SHOWN:
        lines.append(rf"&\ \ \vdots \quad \text{{{len(invariants) - SHOWN} more}}")
    return r"$\displaystyle\begin{aligned}" + r" \\ ".join(lines) + r"\end{aligned}$"
