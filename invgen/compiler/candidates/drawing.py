"""What drawings of candidates have in common: colours of ranks, and vertices, as SVG."""

from __future__ import annotations

from xml.sax.saxutils import escape

Point = tuple[float, float]
VERTEX = 17
COLOURS = ("#7f7f7f", "#1f77b4", "#2ca02c", "#d62728", "#9467bd", "#ff7f0e", "#8c564b", "#e377c2", "#17becf")


def rank_colour(rank: int) -> str:
    """The colour of a rank; after nine they begin again."""
    return COLOURS[rank % len(COLOURS)]


def vertex(point: Point, text: str, colour: str, size: str = "13", drop: int = 5) -> str:
    """A filled circle with white text in it, whose baseline is ``drop`` below the centre."""
    return (
        f'<circle cx="{point[0]:.2f}" cy="{point[1]:.2f}" r="{VERTEX}" fill="{colour}"/>'
        f'<text x="{point[0]:.2f}" y="{point[1] + drop:.2f}" text-anchor="middle" font-family="sans-serif" '
        f'font-size="{size}" fill="#ffffff">{escape(text)}</text>'
    )
