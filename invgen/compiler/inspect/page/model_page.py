"""The page of a trained network or potential, from plain facts: what it is, its errors, how it learned, on what."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import sqrt

from markupsafe import Markup

from invgen.compiler.inspect.page import plots
from invgen.compiler.inspect.page.render import page

MOST_POINTS = 1500
"""Points of a parity plot; of more, evenly chosen ones are drawn. Errors are those of all."""


@dataclass(frozen=True)
class Facts:
    """A heading with names and values."""

    heading: str
    rows: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Errors:
    """A table of errors: a heading, the names of its columns with units, and rows of a name and texts.

    bars
        ``(what, unit, ((name, number), ...))``: a column as bars, if it is worth it.
    """

    heading: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    bars: tuple[str, str, tuple[tuple[str, float], ...]] | None = None


@dataclass(frozen=True)
class Curve:
    """A positive quantity against epochs or another number: names, unit, and points."""

    what: str
    unit: str
    across: str
    points: tuple[tuple[float, float], ...]


@dataclass(frozen=True)
class Parity:
    """Labels and predictions of one quantity."""

    what: str
    unit: str
    labels: Sequence[float]
    predictions: Sequence[float]


@dataclass(frozen=True)
class ModelFacts:
    """All that a page shows of a model; every text may hold anything.

    words
        What it is, in sentences.
    missing
        What could not be shown, and how to get it.
    """

    title: str
    kind: str
    words: tuple[str, ...]
    facts: tuple[Facts, ...]
    errors: tuple[Errors, ...]
    curves: tuple[Curve, ...]
    parity: tuple[Parity, ...]
    missing: tuple[str, ...]


def model_page(found: ModelFacts) -> str:
    """The page as text."""
    errors = [(table, Markup(_bars(*table.bars)) if table.bars and table.bars[2] else "") for table in found.errors]
    curves = [(curve, Markup(curve_plot(curve))) for curve in found.curves if curve.points]
    parity = [(part, len(part.labels), Markup(parity_plot(part))) for part in found.parity if len(part.labels)]
    context = {"title": found.title, "model": found, "errors": errors, "curves": curves, "parity": parity}
    return page("model.html.jinja", {**context, "most_points": MOST_POINTS})


def curve_plot(curve: Curve) -> str:
    """A learning curve, on a logarithmic scale."""
    points = [(x, y) for x, y in curve.points if y > 0]
    if not points:
        return ""
    x, y = [p[0] for p in points], [p[1] for p in points]
    frame = plots.Frame((min(x), max(x)), (min(y), max(y)), log=True)
    places = [frame.place(*p) for p in points]
    parts = [*frame.axes(curve.across, curve.unit), plots.path(places, "series")]
    if len(places) <= 100:
        parts += [f'<circle cx="{px:.1f}" cy="{py:.1f}" r="2.6" class="dot"/>' for px, py in places]
    words = f"{curve.what} against {curve.across}: from {y[0]:.4g} to {y[-1]:.4g} {curve.unit}, least {min(y):.4g}."
    return plots.picture(parts, words)


def parity_plot(part: Parity) -> str:
    """Predictions against labels; the line is where both are equal."""
    pairs = list(zip(part.labels, part.predictions, strict=True))
    error = sqrt(sum((p - q) ** 2 for p, q in pairs) / len(pairs))
    low, high = min(map(min, pairs)), max(map(max, pairs))
    frame = plots.Frame((low, high), (low, high), height=360)
    shown = pairs[:: -(-len(pairs) // MOST_POINTS)]
    parts = frame.axes(f"label ({part.unit})", f"prediction ({part.unit})")
    parts.append(plots.line(frame.place(low, low), frame.place(high, high), "diagonal"))
    places = (frame.place(*pair) for pair in shown)
    size = 3 if len(shown) <= 200 else 1.8
    parts += [f'<circle cx="{x:.1f}" cy="{y:.1f}" r="{size}" class="dot thin"/>' for x, y in places]
    words = f"{part.what}: {len(pairs):,} predictions against labels, root mean square error {error:.4g} {part.unit}."
    return plots.picture(parts, words, 360)


def _bars(what: str, unit: str, values: tuple[tuple[str, float], ...]) -> str:
    """Bars from left to right, one below the other."""
    most, left, height = max(value for _, value in values) or 1.0, 150, 22 * len(values) + 6
    parts = []
    for k, (name, value) in enumerate(values):
        y, width = 22 * k + 4, (plots.WIDTH - left - 90) * value / most
        parts.append(plots.text(left - 8, y + 12, name if len(name) <= 24 else f"{name[:23]}…", "end"))
        parts.append(f'<rect x="{left}" y="{y}" width="{width:.1f}" height="16" class="fill"/>')
        parts.append(plots.text(left + width + 6, y + 12, f"{value:.4g}"))
    told = ", ".join(f"{name} {value:.4g}" for name, value in values)
    return plots.picture(parts, f"{what} in {unit}: {told}.", height)
