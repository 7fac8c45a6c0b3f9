"""Molybdenum and germanium with other radial functions: r0, transforms and envelopes, by cross-validation alone.

``materials_refined.py`` varies cutoff, basis, prior and weights of groups with one kind of radial functions (the agnesi
transform with p = 2, q = 4, and r0 the distance of nearest neighbours). Here ``RADIALS`` are fitted with one middling
basis at the cutoff that it chose; then the ``KEPT`` best of them with other bases (``BASES``), among them a larger one,
and one whose functions of a single neighbour have a higher degree; then the best pair of both at other cutoffs and
with other powers of the prior. Its folds, those of even shares of every group (``structures``), and its score, the
product of held-out errors, choose. The lists were laid down before anything was fitted. Weights of energies and lambda
may go further than there (``WEIGHTS``, ``RELATIVE``): some of its fits end at the ends. Test structures choose nothing.

Elements that are not in ``CUTOFFS`` only have the first stage, at the cutoff of ``materials.py``.

    python benchmarks/materials_radials.py DATA [Mo Ge] -> results/materials_radials.json

Fits that are in the file are not repeated; it has those of most use, made out of this order (``docs/materials.md``).
"""

from __future__ import annotations

import os

os.environ.setdefault("OMP_NUM_THREADS", "1")

import json
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import materials
import materials_refined
import numpy as np
import record
from materials import ENERGY_WEIGHTS, LAMBDAS, MATERIALS, Selection, downhill, score
from materials_bases import FULL, Truncation, functions
from materials_refined import Cell, errors, joined, tried

from invgen.ace.fitting.onebody import OneBodyFactors

WAY = "structures"
WEIGHTS = (12.5, *ENERGY_WEIGHTS, 3200.0, 6400.0)
RELATIVE = (*(float(x) for x in np.logspace(-22, -18.5, 8)), *LAMBDAS)
CUTOFFS = {"Mo": (6.4, 5.8, 5.2, 7.0), "Ge": (7.6, 7.0, 8.2)}
"""Å: first the one of the least score of ``materials_refined``, which has all but the last stage."""
POWERS = (2.0, 1.0, 3.0)
MIDDLING = "three orders, w_L = 1"
BASES: Mapping[str, tuple[str, Truncation, int]] = {
    **{name: materials_refined.BASES[name] for name in (MIDDLING, "three orders, w_L = 3/2", "four orders")},
    "three orders, w_L = 3/2, one neighbour to 26": (FULL, Truncation(3, w_L="3/2", degrees=(26, 17, 17)), 0),
    "three orders, w_L = 3/2, 19": (FULL, Truncation(3, w_L="3/2"), 19),
}
KEPT = 3
"""Two were laid down; the third was taken along when the first stage, test errors included, had been seen."""
KEYS = ("cutoff", "basis", "power", "radial")


@dataclass(frozen=True)
class Radial:
    """Radial functions; r0 is that many ``times`` the distance of nearest neighbours."""

    times: float = 1.0
    transform: str = "agnesi"
    p: int = 2
    q: int = 4
    envelope: int = 3

    @property
    def name(self) -> str:
        """``agnesi 2, 4, r0 x 1.25``."""
        kind = f"agnesi {self.p}, {self.q}" if self.transform == "agnesi" else f"power {self.p}"
        return f"{kind}, r0 x {self.times:g}" + (f", e = {self.envelope}" if self.envelope != 3 else "")

    def shape(self, element: str) -> dict[str, Any]:
        """Parameters of ``RadialBasis``."""
        r0 = self.times * MATERIALS[element].r0
        return {"r0": r0, "transform": self.transform, "p": self.p, "q": self.q, "envelope": self.envelope}


USUAL = Radial()
RADIALS = {
    r.name: r
    for r in (
        USUAL,
        *(Radial(times) for times in (0.75, 1.25, 1.5, 2.0)),
        *(Radial(times, p=p, q=q) for p, q in ((1, 2), (1, 4), (2, 6)) for times in (1.0, 1.5)),
        *(Radial(times, "power", p) for p, times in ((1, 1.0), (1, 3.0), (2, 1.0), (2, 2.0))),
        *(Radial(envelope=envelope) for envelope in (4, 6)),
    )
}


class Fits:
    """All fits of one element; ``rows`` has those that were made."""

    def __init__(self, data: Path, element: str) -> None:
        self.data, self.element = data, element
        self.rows: list[dict[str, Any]] = read().get(element, {}).get("rows", [])
        train, _ = materials.read(data, element)
        self.cells, self.folds = materials_refined.cells_of(train)

    def fit(self, cutoff: float, basis: str, power: float, radial: str) -> None:
        """One fit, unless it was made; written at once."""
        settings = {"cutoff": cutoff, "basis": basis, "power": power, "radial": radial}
        if any(all(row[key] == settings[key] for key in KEYS) for row in self.rows):
            return
        started, members = time.process_time(), functions(*BASES[basis])
        shape = RADIALS[radial].shape(self.element)
        p = materials.problem(self.data, self.element, members, cutoff, None, self.folds, shape)
        columns = np.arange(len(members))
        names = [cell.held_out_with(WAY) for cell in self.cells]
        factors = joined(p.factors, names, [{}] * len(names))
        selection = Selection.with_factors(p, columns, factors, power, wide=0)
        of_weight = partial(tried, selection, p.factors, self.cells, WAY, relative=RELATIVE)
        found, coefficients = downhill(of_weight, WEIGHTS)
        row = {**settings, "functions": len(members), **found, "score": score(found)}
        row["by_fold"] = by_fold(selection, p.factors, self.cells, found)
        self.rows.append({**row, **errors(p, columns, found["one_body_energy"], coefficients)})
        write(self.element, self.rows)
        last = self.rows[-1]
        print(
            f"{self.element} {settings}: {last['functions']} functions, weight {last['energy_weight']:g}, lambda "
            f"{last['relative_lambda']:.0e}, score {last['score']:.4f}, held out {last['held_out']}, "
            f"{last['held_out_energy_mae_per_group']}, {time.process_time() - started:.0f} s",
            flush=True,
        )


def by_fold(
    selection: Selection, fine: OneBodyFactors, cells: Sequence[Cell], found: Mapping[str, Any]
) -> dict[str, list[float]]:
    """Held-out errors of every fold with the weight and lambda that were found, in the units of ``held_out``."""
    weight, names = found["energy_weight"], [cell.held_out_with(WAY) for cell in cells]
    lambdas = found["relative_lambda"] * selection.path(weight).singular[:1] ** 2
    made: dict[str, list[float]] = {"energy_mae": [], "force_rmse": []}
    for fold, name in enumerate(sorted(set(names))):
        coefficients = selection.path(weight, fold).coefficients(lambdas)
        both = np.concatenate([selection.factors.one_body(fold)(coefficients), coefficients])
        parts = [part for part, other in zip(fine.parts, names, strict=True) if other == name]
        energies = np.concatenate([part["energy"].matrix @ both - part["energy"].target[:, None] for part in parts])
        squares = sum(float(part["forces"].squared_error(both)[0]) for part in parts)
        made["energy_mae"].append(1e3 * float(np.abs(energies).mean()))
        made["force_rmse"].append(float(np.sqrt(squares / sum(part["forces"].rows for part in parts))))
    return made


def searched(data: Path, element: str) -> None:
    """All fits of one element."""
    fits, cutoffs = Fits(data, element), CUTOFFS.get(element, ())
    first = cutoffs[0] if cutoffs else materials.best_cutoff(element)
    for radial in RADIALS:
        fits.fit(first, MIDDLING, POWERS[0], radial)
    if not cutoffs:
        return
    middling = [r for r in fits.rows if (r["cutoff"], r["basis"], r["power"]) == (first, MIDDLING, POWERS[0])]
    kept = [row["radial"] for row in sorted(middling, key=lambda row: row["score"])[:KEPT]]
    for radial in dict.fromkeys((*kept, USUAL.name)):
        for basis in BASES:
            fits.fit(first, basis, POWERS[0], radial)
    grid = [r for r in fits.rows if (r["cutoff"], r["power"]) == (first, POWERS[0])]
    chosen = min(grid, key=lambda row: row["score"])
    for cutoff in cutoffs[1:]:
        fits.fit(cutoff, chosen["basis"], POWERS[0], chosen["radial"])
    for power in POWERS[1:]:
        fits.fit(first, chosen["basis"], power, chosen["radial"])


def read() -> dict[str, Any]:
    """By element what was made before."""
    path = record.RESULTS / "materials_radials.json"
    return dict(json.loads(path.read_text())["elements"]) if path.exists() else {}


def write(element: str, rows: list[dict[str, Any]]) -> None:
    """All rows, and the best of them."""
    made = {"best": min(rows, key=lambda row: row["score"]), "rows": rows}
    found = {"folds": materials_refined.FOLDS, "radials": {name: r.__dict__ for name, r in RADIALS.items()}}
    record.write("materials_radials", {**found, "elements": {**read(), element: made}})


def against_usual(rows: Sequence[Mapping[str, Any]], row: Mapping[str, Any]) -> tuple[float, float] | None:
    """Logarithm of the score over that with the usual radial functions, and its standard error by the folds, if known.

    Both are of single folds: a mean over them, whatever their sizes.
    """
    same = [r for r in rows if r["radial"] == USUAL.name and all(r[key] == row[key] for key in KEYS[:3])]
    if not same or same[0] is row:
        return None
    logs = [
        np.log(np.prod([r["by_fold"][kind] for kind in ("energy_mae", "force_rmse")], axis=0)) for r in (row, *same)
    ]
    change = logs[0] - logs[1]
    return float(change.mean()), float(change.std(ddof=1) / np.sqrt(len(change)))


def table(elements: Mapping[str, Mapping[str, Any]]) -> list[str]:
    """Rows of the table in ``docs/materials.md``: one for each basis and radial functions, with all elements beside."""
    lines = []
    for basis in BASES:
        for radial in RADIALS:
            cells, sizes = [], set()
            for element, found in elements.items():
                one = [r for r in found["rows"] if all(r[k] == v for k, v in at(element, basis, radial).items())]
                sizes |= {row["functions"] for row in one}
                cells += described(found["rows"], one[0]) if one else 4 * [""]
            lines += [f"| {size:,} | {radial.replace(' x ', ' × ')} | {' | '.join(cells)} |" for size in sizes]
    return lines


def at(element: str, basis: str, radial: str) -> dict[str, Any]:
    """The settings of a fit before cutoff and power are varied."""
    return {"cutoff": CUTOFFS[element][0], "basis": basis, "power": POWERS[0], "radial": radial}


def described(rows: Sequence[Mapping[str, Any]], row: Mapping[str, Any]) -> list[str]:
    """Four cells: errors held out, the score against the usual radial functions, test errors, and those of surfaces."""
    change = against_usual(rows, row)
    surfaces = row["held_out_energy_mae_per_group"]["Surface"], row["energy_mae_per_group"]["Surface"]
    return [
        f"{row['held_out']['energy_mae']:.2f}, {row['held_out']['force_rmse']:.4f}",
        f"{100 * change[0]:+.0f} ± {100 * change[1]:.0f}" if change else "",
        f"{row['energy_mae']:.2f}, {row['force_mae']:.4f}",
        ", ".join(f"{error:.1f}" for error in surfaces),
    ]


def main(data: str, *elements: str) -> None:
    """Fits the elements that are named, or both."""
    for element in elements or tuple(CUTOFFS):
        searched(Path(data), element)


if __name__ == "__main__":
    main(*sys.argv[1:])
