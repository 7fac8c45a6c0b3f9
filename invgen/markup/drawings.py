"""Drawings of candidates for pages and notebooks: small, without caption, in the colours of what is around them."""

from __future__ import annotations

from xml.etree import ElementTree

NAMESPACE = "{http://www.w3.org/2000/svg}"
KEPT = {
    "path": ("d",),
    "line": ("x1", "y1", "x2", "y2"),
    "circle": ("cx", "cy", "r", "fill"),
    "text": ("x", "y", "font-size"),
}
"""Elements and attributes that a drawing may have; nothing else of it reaches the page."""
CAPTION = "serif"
"""The font of the line under a drawing, which repeats the formula."""


MARGIN = 4.0
SCALE = 0.75
"""Pixels of the page for one of a drawing."""


def inline(svg: str) -> str:
    """``embedded`` for where no style sheet is."""
    return embedded(svg).replace("<svg ", f"<svg {_STYLE} ", 1).replace("<text ", f"<text {_LETTERS} ")


_STYLE = 'stroke="currentColor" stroke-width="1.7" fill="none"'
_LETTERS = 'stroke="none" fill="#fff" text-anchor="middle"'


def embedded(svg: str) -> str:
    """The drawing of a family as an element ``svg`` cut to what is drawn, without name or caption.

    Lines take the colour of text. It is hidden from those who do not see it: its words stand beside it.
    """
    root = ElementTree.fromstring(svg)
    result = ElementTree.Element("svg")
    for element in root:
        kind = element.tag.removeprefix(NAMESPACE)
        if kind in KEPT and element.get("font-family") != CAPTION:
            ElementTree.SubElement(result, kind, _attributes(element, kind)).text = element.text
    left, top, width, height = _box(result)
    result.set("viewBox", f"{left:.0f} {top:.0f} {width:.0f} {height:.0f}")
    result.set("style", f"width:{SCALE * width:.0f}px")
    result.set("aria-hidden", "true")
    return ElementTree.tostring(result, encoding="unicode")


def _box(drawn: ElementTree.Element) -> tuple[float, float, float, float]:
    """Left, top, width and height of circles and curves; a quadratic curve stays inside the halves of its control."""
    x, y = [0.0][:0], [0.0][:0]
    for circle in drawn.iter("circle"):
        cx, cy, r = (float(circle.get(name, "0")) for name in ("cx", "cy", "r"))
        x, y = [*x, cx - r, cx + r], [*y, cy - r, cy + r]
    for curve in drawn.iter("path"):
        numbers = [float(word) for word in curve.get("d", "").split() if word[-1].isdigit()]
        if len(numbers) == 6:
            ax, ay, bx, by, cx, cy = numbers
            x, y = [*x, (ax + 2 * bx + cx) / 4], [*y, (ay + 2 * by + cy) / 4]
    if not x:
        return 0.0, 0.0, 100.0, 100.0
    left, top = min(x) - MARGIN, min(y) - MARGIN
    return left, top, max(x) + MARGIN - left, max(y) + MARGIN - top


def _attributes(element: ElementTree.Element, kind: str) -> dict[str, str]:
    values = {name: element.get(name, "") for name in KEPT[kind] if element.get(name)}
    return {name: _short(value) if name != "fill" else value for name, value in values.items()}


def _short(value: str) -> str:
    """Numbers with one decimal."""
    return " ".join(f"{float(word):.1f}".removesuffix(".0") if word[-1].isdigit() else word for word in value.split())
