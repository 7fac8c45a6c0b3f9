"""The tables of ``docs/materials.md`` from ``results/materials.json``, as rows of Markdown."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

UNITS = ("energy_mae", "force_mae")
CONSTANT = (("n<=3, w_L=3/2", 29), ("n<=3, w_L=3/2", 84), ("n<=3, l<=2", 33), ("n<=3, l<=2", 105))
"""Truncations and sizes of Langbein bases at which a constant energy is shown."""
Counts = Mapping[str, Any]


def tables(measured: Mapping[str, Any]) -> dict[str, list[str]]:
    """By name the rows of every table, without heads."""
    totals = measured["totals"]
    return {
        "best": [best_row(element, row, measured["settings"][element]) for element, row in measured["best"].items()],
        "truncations": [
            counted(kind if name is None else name, counts)
            for kind in ("total degree", "box")
            for name, counts in [*totals[kind]["truncation"].items(), (None, totals[kind]["all"])]
        ],
        "elements": [
            counted(f"{element}, {kind}", totals[kind]["element"][element])
            for element in totals["box"]["element"]
            for kind in ("total degree", "box")
        ],
        "crossed": [counted(name, counts) for name, counts in totals["crossed"].items()],
        "sizes": [
            counted(f"{kind}, {name}", counts)
            for kind in ("total degree", "box")
            for name, counts in totals[kind]["functions"].items()
        ],
        "one body": [
            counted(f"{truncation}, {how}", counts)
            for truncation, both in totals["one_body"].items()
            for how, counts in both.items()
        ],
        "best at size": [counted(size, counts) for size, counts in totals["best_at_size"].items()],
        "same truncation": same_truncation(measured["same_truncation"]),
        "constant": constant(measured["constant"]),
        "products": [
            row([p["truncation"], p["size"], p["full"], p["with_a_scalar_factor"], p["langbein"]])
            for p in measured["products"]
        ],
    }


def constant(points: Sequence[Mapping[str, Any]]) -> list[str]:
    """By element, for each place of ``CONSTANT`` what full and Langbein bases leave of one eV, in meV."""
    made = []
    for element in dict.fromkeys(p["element"] for p in points):
        mine = {(p["truncation"], p["functions"]): p for p in points if p["element"] == element}
        made.append(
            row([element, *(f"{1e3 * mine[k]['full']:.2g} / {1e3 * mine[k]['langbein']:.2g}" for k in CONSTANT)])
        )
    return made


def row(cells: Sequence[Any]) -> str:
    """One row; whole numbers with commas."""
    return "| " + " | ".join(f"{cell:,}" if isinstance(cell, int) else str(cell) for cell in cells) + " |"


def counted(name: str, counts: Counts) -> str:
    """Points, and for energies and forces wins of Langbein, ties, wins of full, and the mean ratio of errors."""
    return row([name, counts["points"], *_cells(counts)])


def _cells(counts: Counts) -> list[str]:
    made = []
    for quantity in UNITS:
        found = counts[quantity]
        mean = found["mean_ratio"]
        made += [f"{found['langbein']} / {found['tie']} / {found['full']}", "" if mean is None else f"{mean:.2f}"]
    return made


def best_row(element: str, best: Mapping[str, Any], settings: Mapping[str, Any]) -> str:
    """Errors of the best basis beside the better published ones; bold where at or below."""
    published = [min(pair) for pair in zip(*best["published"].values(), strict=True)]
    energy, force = f"{best['energy_mae']:.3g}", f"{best['force_mae']:.4f}"
    energy = f"**{energy}**" if best["energy_at_or_below"] else energy
    force = f"**{force}**" if best["force_at_or_below"] else force
    basis = f"{best['series']}, {best['size']}"
    return row([element, settings["cutoff"], basis, best["functions"], energy, published[0], force, published[1]])


def same_truncation(points: Sequence[Mapping[str, Any]]) -> list[str]:
    """Both bases of one truncation: sizes, and the geometric mean over elements of the ratio of the errors."""
    made = []
    for key in dict.fromkeys((p["truncation"], p["size"]) for p in points):
        mine = [p for p in points if (p["truncation"], p["size"]) == key]
        ratios = [float(np.exp(np.mean([np.log(p[q][0] / p[q][1]) for p in mine]))) for q in UNITS]
        made.append(row([*key, *mine[0]["functions"], *(f"{ratio:.2f}" for ratio in ratios)]))
    return made
