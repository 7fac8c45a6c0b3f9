"""Plots as SVG by hand; colours and fonts are those of the page, by classes."""

from __future__ import annotations

from collections.abc import Sequence
from math import ceil, floor, log10
from xml.sax.saxutils import escape

WIDTH, HEIGHT = 640, 240
LEFT, RIGHT, TOP, BOTTOM = 52, 14, 14, 40
Point = tuple[float, float]


class Frame:
    """Axes: numbers to places.

    x, y
        Smallest and largest number of each axis; ``log`` is that of the vertical one.
    """

    def __init__(self, x: tuple[float, float], y: tuple[float, float], log: bool = False, height: int = HEIGHT) -> None:
        self.log, self.height = log, height
        self.x = x if x[1] > x[0] else (x[0], x[0] + 1.0)
        low, high = round_logarithms(*y) if log else y
        self.y = (low, high if high > low else low + 1.0)

    def place(self, x: float, y: float) -> Point:
        """Where a point stands in the picture."""
        across = (x - self.x[0]) / (self.x[1] - self.x[0])
        up = ((log10(y) if self.log else y) - self.y[0]) / (self.y[1] - self.y[0])
        return (
            LEFT + across * (WIDTH - LEFT - RIGHT),
            self.height - BOTTOM - up * (self.height - TOP - BOTTOM),
        )

    def axes(self, across: str, up: str) -> list[str]:
        """Lines, numbers and names of both axes."""
        parts = []
        for value in ticks(*self.x):
            x, _ = self.place(value, 10 ** self.y[0] if self.log else self.y[0])
            parts.append(text(x, self.height - BOTTOM + 16, number(value), "middle"))
        for value in powers(*self.y) if self.log else ticks(*self.y):
            _, y = self.place(self.x[0], value)
            parts.append(line((LEFT, y), (WIDTH - RIGHT, y), "grid"))
            parts.append(text(LEFT - 6, y + 4, number(value), "end"))
        parts.append(text((LEFT + WIDTH - RIGHT) / 2, self.height - 6, across, "middle", "name"))
        middle = (TOP + self.height - BOTTOM) / 2
        parts.append(
            f'<text class="name up" text-anchor="middle" transform="translate(14 {middle:.0f}) rotate(-90)">'
            f"{escape(up)}</text>"
        )
        return parts


def picture(parts: Sequence[str], words: str, height: int = HEIGHT) -> str:
    """The element ``svg`` with an alternative text."""
    words = escape(words, {'"': "&quot;"})
    head = f'<svg class="plot" role="img" viewBox="0 0 {WIDTH} {height}" aria-label="{words}">'
    return "".join([head, *parts, "</svg>"])


def ticks(low: float, high: float, most: int = 6) -> list[float]:
    """Round numbers within a range, at most about ``most``."""
    raw = (high - low) / most
    step = 10.0 ** floor(log10(raw))
    step *= next(k for k in (1, 2, 5, 10) if k * step >= raw * 0.999)
    if high - low >= 2:
        step = max(step, 1.0)
    return [k * step for k in range(ceil(low / step - 1e-9), floor(high / step + 1e-9) + 1)]


def round_logarithms(low: float, high: float) -> tuple[float, float]:
    """Logarithms of the numbers 1, 2, 5 times a power of ten next to two positive numbers, outside of them."""
    return max(x for x in _rounds(low) if x <= log10(low) + 1e-9), min(
        x for x in _rounds(high) if x >= log10(high) - 1e-9
    )


def _rounds(value: float) -> list[float]:
    decade = floor(log10(value))
    return [k + log10(digit) for k in (decade - 1, decade, decade + 1) for digit in (1, 2, 5)]


def powers(low: float, high: float) -> list[float]:
    """Numbers from 10^low to 10^high: powers of ten, at most about seven, or 1, 2, 5 times them in a narrow range."""
    if high - low <= 2:
        decades = range(floor(low), ceil(high) + 1)
        found = [digit * 10.0**k for k in decades for digit in (1, 2, 5)]
        return [v for v in found if low - 1e-9 <= log10(v) <= high + 1e-9]
    step = max(1, ceil((high - low) / 7))
    return [10.0**k for k in range(ceil(low - 1e-9), floor(high + 1e-9) + 1, step)]


def number(value: float) -> str:
    """A number for an axis."""
    if value and (abs(value) < 1e-3 or abs(value) >= 1e6):
        return f"{value:.0e}".replace("e-0", "e-").replace("e+0", "e")
    return f"{value:,.6g}"


def text(x: float, y: float, words: str, anchor: str = "start", kind: str = "") -> str:
    """Words in a plot."""
    of_kind = f' class="{kind}"' if kind else ""
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}"{of_kind}>{escape(words)}</text>'


def line(a: Point, b: Point, kind: str) -> str:
    """A straight line of a class."""
    return f'<line x1="{a[0]:.1f}" y1="{a[1]:.1f}" x2="{b[0]:.1f}" y2="{b[1]:.1f}" class="{kind}"/>'


def path(points: Sequence[Point], kind: str) -> str:
    """A line through points."""
    places = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
    return f'<polyline points="{places}" class="{kind}"/>'


def rank_curve(ranks: Sequence[int], kept: Sequence[bool], orders: Sequence[int], bound: int) -> str:
    """Rank of what was kept against the number of candidates that were looked at; those not kept are ticks below."""
    count = len(ranks)
    frame = Frame((0, count), (0, max(bound, 1)))
    parts = frame.axes("candidates looked at", "rank")
    for k in range(1, count):
        if orders[k] > orders[k - 1]:
            x, _ = frame.place(k, 0)
            parts += [line((x, TOP), (x, HEIGHT - BOTTOM), "grid"), text(x + 3, TOP + 9, f"n={orders[k]}")]
    left, top = frame.place(0, bound)
    parts.append(line((left, top), (WIDTH - RIGHT, top), "bound"))
    places, last = [frame.place(0, 0)], 0
    for k, rank in enumerate(ranks, start=1):
        if rank != last or k == count:
            places += [frame.place(k, last), frame.place(k, rank)]
            last = rank
    parts.append(path(places, "series"))
    missed = [k for k, keep in enumerate(kept, start=1) if not keep]
    for k in missed if count <= 1000 else ():
        x, y = frame.place(k, 0)
        parts.append(line((x, y), (x, y - 7), "missed"))
    words = (
        f"Rank against candidates: {count} candidates, {count - len(missed)} kept, "
        f"final rank {ranks[-1] if count else 0}, upper bound {bound}."
    )
    return picture(parts, words)


def spectrum(values: Sequence[float]) -> str:
    """Singular values in descending order, on a logarithmic scale."""
    shown = [v for v in values if v > 0]
    frame = Frame((1, max(len(shown), 2)), (min(shown), max(shown)), log=True, height=200)
    places = [frame.place(k, v) for k, v in enumerate(shown, start=1)]
    parts = [*frame.axes("number of the singular value", "singular value"), path(places, "series")]
    if len(places) <= 120:
        parts += [f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3" class="dot"/>' for x, y in places]
    words = f"{len(shown)} singular values, from {shown[0]:.3g} down to {shown[-1]:.3g}."
    return picture(parts, words, 200)
