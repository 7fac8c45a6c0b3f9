"""Gradients of polynomials that are written out as sums of monomials, all at once.

Such a term is a coefficient and a row of variables, one for each factor; its derivative by the factor in one slot is
the product of those in all others. Polynomials written otherwise are left to ``expressions.gradient``.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction

import numpy as np

from invgen.compiler.algebra.arithmetic import Arithmetic
from invgen.compiler.auditing.expressions import Name, Node, Number, Power, Product, Sum, constant

LONGEST = 12
"""Factors of a term, above which the polynomial is left to others."""
Term = tuple[Fraction, tuple[str, ...]]


def terms(node: Node) -> list[Term] | None:
    """Coefficients and variables of a sum of monomials; ``None`` for anything else."""
    found = [_term(part) for part in (node.terms if isinstance(node, Sum) else (node,))]
    return [t for t in found if t is not None] if None not in found else None


def _term(node: Node) -> Term | None:
    value, variables = Fraction(1), []
    for part in _factors(node):
        if isinstance(part, Number):
            value *= part.value
        elif isinstance(part, Name):
            variables.append(part.name)
        elif isinstance(part, Power) and isinstance(part.base, Name) and part.exponent <= LONGEST:
            variables += [part.base.name] * part.exponent
        else:
            return None
    return (value, tuple(variables)) if len(variables) <= LONGEST else None


def _factors(node: Node) -> Iterator[Node]:
    """Those of products within products, too, as a sign makes them."""
    if isinstance(node, Product):
        for part in node.factors:
            yield from _factors(part)
    else:
        yield node


@dataclass(frozen=True)
class Group:
    """Terms of as many factors.

    rows, columns
        Which polynomial each belongs to, shape ``(terms,)``, and its variables, shape ``(terms, factors)``.
    """

    coefficients: tuple[Fraction, ...]
    rows: np.ndarray
    columns: np.ndarray

    def add_gradients(self, total: np.ndarray, points: np.ndarray, arithmetic: Arithmetic) -> None:
        """Adds to ``total``, shape ``(points, polynomials, variables)``."""
        scale = np.array([constant(c, arithmetic) for c in self.coefficients], dtype=points.dtype)
        factors = self.columns.shape[1]
        for point, rows in zip(points, total, strict=True):
            values = point[self.columns]
            after = np.empty_like(values)
            after[:, -1] = 1
            for k in range(factors - 1, 0, -1):
                after[:, k - 1] = arithmetic.reduce(after[:, k] * values[:, k])
            before = scale
            for k in range(factors):
                np.add.at(rows, (self.rows, self.columns[:, k]), arithmetic.reduce(before * after[:, k]))
                before = arithmetic.reduce(before * values[:, k])
            rows[:] = arithmetic.reduce(rows)


def grouped(polynomials: Sequence[list[Term] | None], names: Sequence[str]) -> tuple[Group, ...]:
    """The terms of those polynomials that have them, by their number of factors; constants have no gradient."""
    column = {name: k for k, name in enumerate(names)}
    found: dict[int, list[tuple[int, Term]]] = {}
    for row, some in enumerate(polynomials):
        for term in some or ():
            found.setdefault(len(term[1]), []).append((row, term))
    return tuple(
        Group(
            tuple(value for _, (value, _) in part),
            np.array([row for row, _ in part]),
            np.array([[column[name] for name in variables] for _, (_, variables) in part]),
        )
        for factors, part in sorted(found.items())
        if factors
    )
