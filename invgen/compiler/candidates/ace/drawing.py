"""Couplings as SVG: trees with the factors below, one vertex with its rank for every coupling, the scalar on top."""

from __future__ import annotations

from xml.sax.saxutils import escape

from invgen.compiler.candidates.ace.coupling import Coupling
from invgen.compiler.candidates.drawing import Point, rank_colour, vertex

STEP = 48
"""Between neighbouring factors of a tree."""


def draw_coupling(coupling: Coupling, elements: tuple[str, ...] = ()) -> str:
    """The SVG text of one coupling tree; factors are named n, l, or element and n, l."""
    names = coupling.factor_texts(elements)
    order = len(names)
    width, height = STEP * (order + 1), STEP * (order + 1) + 24
    leaves = [(STEP * (k + 1.0), STEP * (order + 0.0)) for k in range(order)]
    inner, vertices = leaves[0], list(zip(leaves, names, (c.rank for c in coupling.factors), strict=True))
    lines: list[tuple[Point, Point]] = []
    for k, rank in enumerate(coupling.chain[1:], start=1):
        joint = ((inner[0] + leaves[k][0]) / 2, STEP * (order - k + 0.0))
        lines += [(joint, inner), (joint, leaves[k])]
        vertices.append((joint, str(rank), rank))
        inner = joint
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" height="{height}">',
        f"<title>{escape(coupling.label)}</title>",
        *(_line(*ends) for ends in lines),
        *(_tree_vertex(*vertex) for vertex in vertices),
        f'<text x="{width / 2:g}" y="{height - 10}" text-anchor="middle" font-family="serif" '
        f'font-size="{min(12.0, 1.5 * width / len(coupling.label)):.1f}">{escape(coupling.label)}</text>',
    ]
    return "\n".join([*parts, "</svg>", ""])


def _line(a: Point, b: Point) -> str:
    return (
        f'<line x1="{a[0]:.2f}" y1="{a[1]:.2f}" x2="{b[0]:.2f}" y2="{b[1]:.2f}" stroke="#333333" stroke-width="1.6"/>'
    )


def _tree_vertex(point: Point, text: str, rank: int) -> str:
    return vertex(point, text, rank_colour(rank), f"{min(13.0, 46 / len(text)):.1f}", drop=4)
