"""A basis as a table for people and as JSON for programs."""

from __future__ import annotations

from typing import Any

from rich.markup import escape
from rich.table import Table

from invgen.compiler.basis import Basis
from invgen.compiler.kernels.derivatives import second_order, value_and_vjp, vjp
from invgen.compiler.kernels.lower import form_of, lower, walked
from invgen.compiler.selection.evidence import Evidence
from invgen.emitted.products import ProductBasis
from invgen.markup.terminal import Column, fitted


def operations(basis: Basis) -> dict[str, dict[str, int]]:
    """Additions, multiplications and total of every kernel; ``value_and_vjp`` returns values and gradient together.

    A large basis may run from tables: then only the values are counted, one multiplication for every shared product and
    for every coefficient.
    """
    if (products := walked(basis)) is not None:
        return {"value": _of_tables(products)}
    value = lower(basis)
    kernels = {
        "value": value,
        "vjp": vjp(value),
        "value_and_vjp": value_and_vjp(value),
        "second_order": second_order(value),
    }
    return {name: dict(kernel.operations) for name, kernel in kernels.items()}


def _of_tables(products: ProductBasis) -> dict[str, int]:
    coefficients = len(products.value)
    additions, multiplications = coefficients - len(products), products.nodes + coefficients
    return {"additions": additions, "multiplications": multiplications, "total": additions + multiplications}


def describe(basis: Basis) -> dict[str, Any]:
    """Everything ``invgen show --json`` prints: ``id``, ``spec``, ``invariants``, ``evidence``, ``operations``."""
    return {
        "id": basis.id,
        "spec": basis.spec.to_json(),
        "invariants": [_row(basis, c) for c in basis],
        "evidence": {**basis.evidence.to_json(), "complete": basis.evidence.complete},
        "operations": operations(basis),
    }


def _row(basis: Basis, c: Any) -> dict[str, Any]:
    return {
        "label": c.label,
        "order": c.order,
        "ranks": [channel.rank for channel in c.content],
        "factors": basis.family.factors(basis.spec, c),
        "contraction": basis.family.text(basis.spec, c),
        "latex": basis.family.latex(basis.spec, c),
        "monomials": basis.family.monomials(c),
        "operations": form_of(basis.spec).operations(c, basis.channels),
    }


def table(basis: Basis, width: int = 10_000) -> Table:
    """One row for each invariant: name, order, factors, contraction or coupling tree, monomials, operations, label.

    On a terminal of fewer characters (``width``) columns are left out, never name and label. Operations are those of
    the invariant by itself; together the kernel needs fewer, since intermediates are shared.
    """
    factors, text = basis.family.headings
    columns = (
        Column("name"),
        Column("n", "right", spare=1),
        Column(factors, spare=3),
        Column(text, folds=True, spare=2),
        Column("monomials", "right", spare=5),
        Column("operations", "right", spare=4),
        Column("label"),
    )
    rows = []
    for position, c in enumerate(basis):
        row = _row(basis, c)
        words = (f"I{position}", str(c.order), row["factors"], row["contraction"])
        rows.append([*map(escape, words), f"{row['monomials']:,}", f"{row['operations']:,}", escape(c.label)])
    return fitted(columns, rows, width)


def ring_table(evidence: Evidence) -> Table:
    """One row for each multidegree of the objective ``generators``: dimensions, and how many generators are new."""
    result = Table(show_edge=False, pad_edge=False)
    for heading in ("degree", "multiset", "parity", "invariants", "from lower degrees", "new"):
        result.add_column(heading, justify="left" if heading in ("multiset", "parity") else "right")
    for piece in evidence.ring:
        numbers = (str(n) if n else "" for n in (piece.invariants, piece.decomposable, piece.new))
        result.add_row(str(piece.degree), piece.multiset, "pseudo" if piece.is_pseudo else "proper", *numbers)
    return result


def summary(basis: Basis) -> str:
    """The evidence and the cost of the kernels, in a few lines."""
    cost = operations(basis)
    value = cost["value"]["total"]
    lines = [str(basis)]
    for name, count in cost.items():
        ratio = f", {count['total'] / value:.2f} of the value kernel" if name != "value" and value else ""
        parts = f"{count['additions']:,} additions, {count['multiplications']:,} multiplications"
        lines.append(f"{name}: {count['total']:,} operations ({parts}){ratio}")
    return "\n".join(lines)
