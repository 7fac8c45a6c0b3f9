"""A basis as a table for people and as JSON for programs."""

from __future__ import annotations

from typing import Any

from rich.table import Table

from invgen.basis import Basis
from invgen.candidates.contraction import Contraction
from invgen.candidates.symbolic import contraction_text, latex, monomials
from invgen.kernels.derivatives import second_order, value_and_vjp, vjp
from invgen.kernels.lower import lower, lower_contractions


def operations(basis: Basis) -> dict[str, dict[str, int]]:
    """Additions, multiplications and total of every kernel; ``value_and_vjp`` returns values and gradient together."""
    value = lower(basis)
    kernels = {
        "value": value,
        "vjp": vjp(value),
        "value_and_vjp": value_and_vjp(value),
        "second_order": second_order(value),
    }
    return {name: dict(kernel.operations) for name, kernel in kernels.items()}


def describe(basis: Basis) -> dict[str, Any]:
    """Everything ``invgen show --json`` prints: ``id``, ``spec``, ``invariants``, ``evidence``, ``operations``."""
    return {
        "id": basis.id,
        "spec": basis.spec.to_json(),
        "invariants": [_row(basis, c) for c in basis],
        "evidence": {**basis.evidence.to_json(), "complete": basis.evidence.complete},
        "operations": operations(basis),
    }


def _row(basis: Basis, c: Contraction) -> dict[str, Any]:
    return {
        "label": c.label,
        "order": c.order,
        "ranks": [rank for rank, _ in c.content],
        "contraction": contraction_text(c),
        "latex": latex(c),
        "monomials": monomials(c),
        "operations": lower_contractions((c,), basis.spec.tensors).operations["total"],
    }


def table(basis: Basis) -> Table:
    """One row for each invariant: name, order, ranks, contraction, monomials, operations, label.

    Operations are those of the invariant by itself; together the kernel needs fewer, since intermediates are shared.
    """
    result = Table(title=basis.id, title_justify="left", show_edge=False, pad_edge=False)
    for heading, justify in (
        ("name", "left"),
        ("n", "right"),
        ("ranks", "left"),
        ("contraction", "left"),
        ("monomials", "right"),
        ("operations", "right"),
        ("label", "left"),
    ):
        result.add_column(heading, justify=justify, overflow="fold")  # type: ignore[arg-type]
    for position, c in enumerate(basis):
        row = _row(basis, c)
        ranks = " ".join(map(str, row["ranks"]))
        numbers = (f"{row['monomials']:,}", f"{row['operations']:,}")
        result.add_row(f"I{position}", str(c.order), ranks, row["contraction"], *numbers, c.label)
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
