"""Flexibility of bases side by side, as a table and as a heat map."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from string import ascii_uppercase
from typing import Any

import numpy as np
from rich.table import Table

from invgen.compiler.selection.flexibility import Flexibility, PatternRank
from invgen.compiler.selection.sites import SITES
from invgen.errors import SpecError
from invgen.files import whole_file
from invgen.markup.terminal import BETWEEN, Column, fitted
from invgen.spec.sites import written

SUFFIXES = ("png", "svg", "pdf")
NAMES = 32
"""Characters for the names of sites and their groups."""
LETTERS = ascii_uppercase


def flexibility_table(found: Sequence[Flexibility], width: int = 10_000) -> Table:
    """Sites in rows, bases in columns: rank of what is attainable.

    Where their ids are too wide for ``width`` characters, bases are called A, B, ... (``legend``).
    """
    alone = len(found) == 1
    names = ["rank of attainable"] if alone else _headings(found, width)
    columns = [Column("site", folds=True), Column("group"), *map(Column, names)]
    if alone:
        columns.append(Column("example", folds=True, spare=1))
    examples = {site.name: site.example for site in SITES}
    rows = []
    for sites in zip(*(f.sites for f in found), strict=True):
        example = [examples.get(sites[0].name, "")] if alone else []
        rows.append([sites[0].name, written(sites[0].group), *map(_cell, sites), *example])
    for row in found[0].patterns if alone else ():
        rows.append([f"only {row.name}", "", _cell(row), "all other tensors vanish"])
    title = found[0].id if alone else "rank of the largest possible rank"
    return fitted(columns, rows, width, title)


def legend(found: Sequence[Flexibility], width: int) -> list[str]:
    """What the letters of ``flexibility_table`` stand for; nothing where bases are called by their ids."""
    names = _headings(found, width)
    pairs = zip(names, found, strict=True)
    return [f"{name}: {f.id}" for name, f in pairs if name != f.id] if len(found) > 1 else []


def _headings(found: Sequence[Flexibility], width: int) -> list[str]:
    ids = [f.id for f in found]
    room = width - NAMES
    return (
        ids
        if sum(len(i) + BETWEEN for i in ids) <= room
        else [LETTERS[k % 26] * (k // 26 + 1) for k in range(len(ids))]
    )


def _cell(row: Any) -> str:
    rank, most = (row.among, row.bound) if isinstance(row, PatternRank) else (row.rank, row.attainable)
    return f"{rank} of {most}" if rank == most else f"[red]{rank} of {most}[/red]"


def summary_line(found: Flexibility) -> str:
    """One line on a basis, and whether float64 agrees."""
    first = str(found).splitlines()[0] + f"; float64 {'agrees' if found.float_agrees else 'DISAGREES'}"
    return f"{first}; {found.short}" if found.short else first


def heat_map(found: Sequence[Flexibility], file: str | os.PathLike[str]) -> Path:
    """Draws how many ranks each basis misses at each site where any of them does, and at how many none does.

    file
        Its suffix is one of ``SUFFIXES``; raises ``SpecError`` for another one. Needs matplotlib.
    """
    path = checked_figure(file)
    import matplotlib

    with matplotlib.rc_context({"svg.hashsalt": "invgen", "figure.dpi": 110}):
        figure = _drawn(found)
        with whole_file(path) as stream:
            figure.savefig(stream, format=path.suffix[1:], metadata=_undated(path.suffix))
    return path


def checked_figure(file: str | os.PathLike[str]) -> Path:
    """The path of a figure; raises ``SpecError`` for a suffix that is none of ``SUFFIXES``."""
    path = Path(file)
    if path.suffix[1:] not in SUFFIXES:
        raise SpecError(f"a heat map is written as {', '.join(SUFFIXES)}, got {path.name!r}; change the suffix")
    return path


def _undated(suffix: str) -> dict[str, None]:
    return {} if suffix == ".png" else {"Date": None} if suffix == ".svg" else {"CreationDate": None}


def _drawn(found: Sequence[Flexibility]) -> Any:
    from matplotlib.colors import ListedColormap
    from matplotlib.figure import Figure

    sites = list(zip(*(f.sites for f in found), strict=True))
    names = [f"{rows[0].name}  {written(rows[0].group)}" for rows in sites]
    short = np.array([[row.attainable - row.rank for row in rows] for rows in sites])
    figure = Figure(figsize=(3.4 + 0.55 * len(found), 1.9 + 0.19 * len(sites)), layout="constrained")
    axis = figure.subplots()
    colours = ListedColormap(["#d9ead9", "#fde0a6", "#f8b26a", "#ec7c4b", "#c9423c", "#8e1b2f"])
    axis.imshow(np.minimum(short, 5), cmap=colours, vmin=0, vmax=5, aspect="auto")
    for (i, j), missing in np.ndenumerate(short):
        row = sites[i][j]
        text = f"{row.rank}" if not missing else f"{row.rank}/{row.attainable}"
        axis.text(j, i, text, ha="center", va="center", fontsize=6, color="white" if missing > 3 else "black")
    axis.set_xticks(
        range(len(found)), [f.id for f in found], rotation=40, ha="right", rotation_mode="anchor", fontsize=7
    )
    axis.set_yticks(range(len(sites)), names, fontsize=7)
    axis.set_title("rank, and what is attainable where it is more", fontsize=8)
    return figure
