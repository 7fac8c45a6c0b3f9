"""Candidates as SVG, vertices coloured by rank.

A contraction is a graph with one curve for each contracted index pair. A coupling is a tree: factors below, one vertex
with its rank above for every coupling, the scalar on top.
"""

from __future__ import annotations

from itertools import permutations
from math import cos, hypot, pi, sin
from xml.sax.saxutils import escape

from invgen.compiler.candidates.ace.coupling import Coupling
from invgen.compiler.candidates.cartesian.contraction import Contraction, contraction_text, tensor_name

SIZE = 220
RADIUS = 74
VERTEX = 17
EPSILON_COLOUR = "#000000"

Point = tuple[float, float]
STEP = 48
"""Between neighbouring factors of a tree."""
COLOURS = ("#7f7f7f", "#1f77b4", "#2ca02c", "#d62728", "#9467bd", "#ff7f0e", "#8c564b", "#e377c2", "#17becf")


def draw(contraction: Contraction) -> str:
    """The SVG text of one contraction, vertices on a circle."""
    seats = _circle(len(contraction.tensors))
    points = [seats[seat] for seat in _seating(contraction)]
    caption = contraction_text(contraction)
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {SIZE} {SIZE + 24}" '
        f'width="{SIZE}" height="{SIZE + 24}">',
        f"<title>{escape(contraction.label)}</title>",
    ]
    for u, v, multiplicity in contraction.bonds:
        parts += [_curve(points[u], points[v], offset) for offset in _offsets(multiplicity)]
    parts += [
        _vertex(p, tensor.rank, tensor_name(tensor)) for p, tensor in zip(points, contraction.tensors, strict=True)
    ]
    parts.append(
        f'<text x="{SIZE / 2:g}" y="{SIZE + 14}" text-anchor="middle" font-family="serif" '
        f'font-size="{min(12.0, 1.5 * SIZE / max(len(caption), 1)):.1f}">{escape(caption)}</text>'
    )
    return "\n".join([*parts, "</svg>", ""])


def _seating(contraction: Contraction) -> list[int]:
    """A seat on the circle for each vertex, bonded vertices side by side: all tried, or greedily above seven."""
    count = len(contraction.tensors)
    if count > 7:
        order = [0]
        while len(order) < count:
            left = [v for v in range(count) if v not in order]
            order.append(max(left, key=lambda v: (contraction.matrix[order[-1]][v], -v)))
    else:
        order = [0, *min(permutations(range(1, count)), key=lambda rest: _stretch(contraction, (0, *rest)))]
    return [order.index(v) for v in range(count)]


def _stretch(contraction: Contraction, order: tuple[int, ...]) -> int:
    count = len(order)
    seat = {v: k for k, v in enumerate(order)}
    return sum(m * min((seat[u] - seat[v]) % count, (seat[v] - seat[u]) % count) ** 2 for u, v, m in contraction.bonds)


def _circle(count: int) -> list[Point]:
    if count == 1:
        return [(SIZE / 2, SIZE / 2)]
    start = pi if count == 2 else -pi / 2 if count % 2 else pi / count - pi / 2
    angles = [start + 2 * pi * k / count for k in range(count)]
    return [(SIZE / 2 + RADIUS * cos(a), SIZE / 2 + RADIUS * sin(a)) for a in angles]


def _offsets(multiplicity: int) -> list[float]:
    return [14.0 * (k - (multiplicity - 1) / 2) for k in range(multiplicity)]


def _curve(a: Point, b: Point, offset: float) -> str:
    """A quadratic curve whose middle is moved sideways, so that parallel bonds stay apart."""
    dx, dy = b[0] - a[0], b[1] - a[1]
    length = hypot(dx, dy)
    x = (a[0] + b[0]) / 2 - 2 * offset * dy / length
    y = (a[1] + b[1]) / 2 + 2 * offset * dx / length
    return (
        f'<path d="M {a[0]:.2f} {a[1]:.2f} Q {x:.2f} {y:.2f} {b[0]:.2f} {b[1]:.2f}" fill="none" '
        'stroke="#333333" stroke-width="1.6"/>'
    )


def _vertex(point: Point, rank: int, name: str) -> str:
    colour = EPSILON_COLOUR if rank < 0 else COLOURS[rank % len(COLOURS)]
    text = "ε" if rank < 0 else name
    return (
        f'<circle cx="{point[0]:.2f}" cy="{point[1]:.2f}" r="{VERTEX}" fill="{colour}"/>'
        f'<text x="{point[0]:.2f}" y="{point[1] + 5:.2f}" text-anchor="middle" font-family="sans-serif" font-size="13" '
        f'fill="#ffffff">{escape(text)}</text>'
    )


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
    return (
        f'<circle cx="{point[0]:.2f}" cy="{point[1]:.2f}" r="{VERTEX}" fill="{COLOURS[rank % len(COLOURS)]}"/>'
        f'<text x="{point[0]:.2f}" y="{point[1] + 4:.2f}" text-anchor="middle" font-family="sans-serif" '
        f'font-size="{min(13.0, 46 / len(text)):.1f}" fill="#ffffff">{escape(text)}</text>'
    )
