"""Tables on terminals: what is copied stands on one line, and narrow terminals get fewer columns."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from rich.table import Table
from rich.text import Text

BETWEEN = 3
"""Characters between columns."""
FOLDED = 16
"""Width down to which a column may be folded before columns are left out."""


@dataclass(frozen=True)
class Column:
    """One column.

    folds
        Whether its cells may take several lines.
    spare
        Columns with larger numbers are left out first where there is no room; those with 0 stay.
    """

    heading: str
    justify: Literal["left", "right"] = "left"
    folds: bool = False
    spare: int = 0


def fitted(columns: Sequence[Column], rows: Sequence[Sequence[str]], width: int, title: str | None = None) -> Table:
    """A table of ``rows`` (markup of Rich) for a terminal of so many characters.

    Columns that may be spared go first, the others are folded if they may be. What still has no room makes the table
    wider than the terminal: print it with ``crop=False``.
    """
    lengths = [[Text.from_markup(row[k]).cell_len for row in rows] for k in range(len(columns))]
    full = [max([len(c.heading), *cells]) for c, cells in zip(columns, lengths, strict=True)]
    least = [min(f, max(FOLDED, len(c.heading))) if c.folds else f for c, f in zip(columns, full, strict=True)]
    kept = list(range(len(columns)))
    while _total([least[k] for k in kept]) > width and any(columns[k].spare for k in kept):
        kept.remove(max(kept, key=lambda k: (columns[k].spare, k)))
    needed = max(_total([least[k] for k in kept]), min(width, _total([full[k] for k in kept])))
    result = Table(title=title, title_justify="left", show_edge=False, pad_edge=False, width=needed)
    for k in kept:
        column = columns[k]
        result.add_column(
            column.heading, justify=column.justify, overflow="fold", no_wrap=not column.folds,
            min_width=least[k],
        )  # fmt: skip
    for row in rows:
        result.add_row(*(row[k] for k in kept))
    return result


def _total(widths: Sequence[int]) -> int:
    return sum(widths) + BETWEEN * (len(widths) - 1)
