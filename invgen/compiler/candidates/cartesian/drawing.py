"""Contractions as SVG: a graph with one curve for each contracted index pair, vertices coloured by rank."""

from __future__ import annotations

from itertools import permutations
from math import cos, hypot, pi, sin
from xml.sax.saxutils import escape

from invgen.compiler.candidates.cartesian.contraction import Contraction, contraction_text, tensor_name
from invgen.compiler.candidates.drawing import Point, rank_colour, vertex

SIZE = 220
RADIUS = 74
EPSILON_COLOUR = "#000000"


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
    return vertex(point, "ε", EPSILON_COLOUR) if rank < 0 else vertex(point, name, rank_colour(rank))
