"""Parts of HTML pages and of notebooks: whatever a text holds is escaped, and only what is made here is markup."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from html import escape


class Markup(str):
    """HTML that this package made; it goes into ``block`` and ``table`` as it is."""

    __slots__ = ()


def block(title: str, *parts: str) -> str:
    """An element with a title in bold and parts below: a ``Markup`` as it is, other text as a paragraph."""
    shown = "".join(part if isinstance(part, Markup) else f"<p>{lines(part)}</p>" for part in parts if part)
    return f"<div><p><b>{escape(title)}</b></p>{shown}</div>"


def table(headings: Sequence[str], rows: Iterable[Sequence[str]]) -> Markup:
    """A table; of the cells a ``Markup`` stays as it is."""
    head = "".join(f'<th style="text-align:left">{escape(name)}</th>' for name in headings)
    body = "".join(
        "<tr>" + "".join(f'<td style="text-align:left">{_cell(cell)}</td>' for cell in row) + "</tr>" for row in rows
    )
    return Markup(f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>")


def code(text: str) -> Markup:
    """A word to copy."""
    return Markup(f"<code>{escape(text)}</code>")


def preformatted(text: str) -> Markup:
    """Text whose columns stay where they are."""
    return Markup(f"<pre>{escape(text)}</pre>")


def folded(title: str, part: Markup) -> Markup:
    """A part that opens when its title is clicked."""
    return Markup(f"<details><summary>{escape(title)}</summary>{part}</details>")


def lines(text: str) -> str:
    """Escaped text; its line ends stay."""
    return escape(text).replace("\n", "<br>")


def _cell(cell: str) -> str:
    return cell if isinstance(cell, Markup) else lines(cell)
