"""Linear and independent sizes of ACE bases: over total degree and w_L, for one to four elements, and in boxes.

Every selection is exact and beside it in float64; the exponent of independent against full size is the slope of a
straight line through the logarithms: for one element over all degrees of at least ``FITTED``; for several, for one
beside them, and for boxes over all bases of at least ``LEAST`` functions. Boxes grow either in radial functions or in
ranks. Then the float64 pass alone, on the largest elimination, at tolerances around the one that is used: how much room
there is.

    python benchmarks/ace_sizes.py [--quick]      -> results/ace_sizes.json, results/ace_sizes.png
"""

from __future__ import annotations

import sys
import time
from typing import Any

import matplotlib

matplotlib.use("Agg")
import matplotlib.pyplot as plt
import numpy as np
import record

import invgen
from invgen.compiler.algebra.arithmetic import Floating
from invgen.compiler.candidates.family import family_of
from invgen.compiler.inspect.sizes import sizes
from invgen.compiler.selection.floating import FLOAT_TOLERANCE, independent_rows
from invgen.compiler.selection.langbein import CONFIGURATIONS

GRID = {"1": range(6, 19, 2), "3/2": range(6, 27, 2), "2": range(6, 31, 2)}
QUICK = {"1": range(6, 13, 2), "3/2": range(6, 15, 2), "2": range(6, 17, 2)}
ELEMENTS = ("Mo", "Nb", "Ta", "W")
ALLOYS = {"1": {1: 24, 2: 16, 3: 13, 4: 11}, "3/2": {1: 26, 2: 19, 3: 15, 4: 13}}
"""For each w_L and number of elements the highest degree: about 10,000 functions."""
QUICK_ALLOYS = {"3/2": {1: 14, 2: 10, 3: 9, 4: 8}}
BOXES = {
    "radial functions, l <= 3, order <= 3": {"l_max": 3, "n_max": 3, "radial": range(1, 13)},
    "radial functions, l <= 3, order <= 4": {"l_max": 3, "n_max": 4, "radial": range(1, 6)},
    "ranks, 4 radial functions, order <= 3": {"l_max": range(1, 11), "n_max": 3, "radial": 4},
    "ranks, 4 radial functions, order <= 4": {"l_max": range(1, 5), "n_max": 4, "radial": 4},
}
"""In a box an element is worth as much as a radial function: k of one and m of the other are k m channels of a rank."""
QUICK_BOXES = {"radial functions, l <= 3, order <= 3": {"l_max": 3, "n_max": 3, "radial": range(1, 5)}}
FITTED = 10
LEAST = (100, 1000)
PAPER = 0.75
MOST = 20_000
TOLERANCES = (1e-8, 1e-7, FLOAT_TOLERANCE, 1e-5, 1e-4, 1e-3)
LARGEST = {"w_L": "1", "total_degree": 24}
QUICK_LARGEST = {"w_L": "1", "total_degree": 14}


def size(**request: Any) -> dict[str, Any]:
    """One truncation: certified count, rank, bounds, and whether both passes agree."""
    spec = invgen.BasisSpec(family="ace", **request, objective="independent")
    known = sizes(spec)
    started = time.process_time()
    basis = invgen.generate(spec, max_candidates=MOST)
    evidence = basis.evidence
    row = {
        "linear": known.counts.total,
        "independent": len(basis),
        "rank_at_most": known.rank_at_most,
        "bound": evidence.bound,
        "float_agrees": evidence.float_agrees,
        "smallest_singular_value": evidence.singular_values[1],
        "seconds": time.process_time() - started,
    }
    print(spec.id, row, flush=True)
    return row


def of_degree(w_L: str, degree: int, elements: int = 1) -> dict[str, Any]:
    """A total degree, correlation order <= 3."""
    request = {"n_max": 3, "total_degree": degree, "w_L": w_L}
    names = {"elements": ELEMENTS[:elements]} if elements > 1 else {}
    return {"w_L": w_L, "degree": degree, "elements": elements, **size(**request, **names)}


def of_box(l_max: int, radial: int, n_max: int) -> dict[str, Any]:
    """A box of so many radial functions, one element."""
    found = size(l_max=l_max, channels=radial, n_max=n_max)
    return {"l_max": l_max, "radial": radial, "n_max": n_max, **found}


def box_series(l_max: Any, radial: Any, n_max: int) -> list[dict[str, Any]]:
    """The boxes of a series, which grows in one of the two."""
    if isinstance(l_max, range):
        return [of_box(highest, radial, n_max) for highest in l_max]
    return [of_box(l_max, number, n_max) for number in radial]


def exponent(rows: list[dict[str, Any]]) -> float:
    """Slope of log(independent) against log(linear)."""
    points = [(row["linear"], row["independent"]) for row in rows]
    full, kept = np.log(np.array(points, dtype=float)).T
    return float(np.polyfit(full, kept, 1)[0])


def exponents_from(rows: list[dict[str, Any]]) -> dict[str, float | None]:
    """Slopes over the bases of at least so many functions; ``None`` where there are fewer than three."""
    parts = {str(least): [row for row in rows if row["linear"] >= least] for least in LEAST}
    return {least: exponent(part) if len(part) > 2 else None for least, part in parts.items()}


def room(truncation: dict[str, Any]) -> dict[str, Any]:
    """How many functions the float64 pass keeps at each tolerance, and whether they are those of the exact pass."""
    spec = invgen.BasisSpec(family="ace", n_max=3, objective="independent", **truncation)
    exact = list(invgen.generate(spec, max_candidates=MOST).labels)
    family = family_of(spec)
    evaluator = family.evaluator(spec, family.configurations(spec, CONFIGURATIONS, "tolerances"), Floating())
    candidates = list(family.stream(spec, MOST))
    jacobians = evaluator.gradients(candidates)
    rows = []
    for tolerance in TOLERANCES:
        kept = [candidates[k].label for k in independent_rows(jacobians, tolerance)]
        rows.append({"tolerance": tolerance, "kept": len(kept), "as_exact": kept == exact})
        print(rows[-1], flush=True)
    return {"candidates": len(candidates), "variables": jacobians.shape[-1], "rank": len(exact), "rows": rows}


def draw(degrees: dict[str, Any], alloys: dict[str, Any], boxes: dict[str, Any]) -> None:
    """Independent size and bound against full size: one element, several, boxes."""
    figure, axes = plt.subplots(1, 3, figsize=(14, 4.5), sharey=True, constrained_layout=True)
    x = np.array([30.0, 10_000.0])
    for axis, series, title in zip(
        axes,
        (degrees, alloys, boxes),
        ("one element, total degree", "several elements, total degree", "boxes"),
        strict=True,
    ):
        for number, (name, part) in enumerate(series.items()):
            full, kept = [row["linear"] for row in part["rows"]], [row["independent"] for row in part["rows"]]
            label = f"{name}: {next(iter(part['exponents'].values())):.2f}"
            axis.loglog(full, kept, "o-", color=f"C{number}", markersize=3, linewidth=1, label=label)
            axis.loglog(full, [row["bound"] for row in part["rows"]], ":", color=f"C{number}", linewidth=1)
        axis.loglog(x, 10 * (x / 30) ** PAPER, color="grey", linewidth=1, label=f"slope {PAPER} (paper)")
        axis.set(xlabel="linearly independent functions", title=title)
        axis.legend(fontsize=7)
    axes[0].set_ylabel("functionally independent (dotted: upper bound)")
    figure.savefig(record.RESULTS / "ace_sizes.png", dpi=130)


def main() -> None:
    """Runs the grids and writes the results."""
    quick = "--quick" in sys.argv
    series = {w_L: [of_degree(w_L, d) for d in degrees] for w_L, degrees in (QUICK if quick else GRID).items()}
    exponents = {w_L: exponent([row for row in rows if row["degree"] >= FITTED]) for w_L, rows in series.items()}
    alloys, boxes = {}, {}
    for w_L, highest in (QUICK_ALLOYS if quick else ALLOYS).items():
        for number, last in highest.items():
            step = 2 if number == 1 else 1
            rows = [of_degree(w_L, degree, number) for degree in range(6, last + 1, step)]
            alloys[f"w_L = {w_L}, {number} elements"] = {"exponents": exponents_from(rows), "rows": rows}
    for name, request in (QUICK_BOXES if quick else BOXES).items():
        rows = box_series(**request)
        boxes[name] = {"exponents": exponents_from(rows), "rows": rows}
    print(exponents, {name: part["exponents"] for name, part in (alloys | boxes).items()})
    one = {f"$w_L$ = {w_L}, D >= {FITTED}": {"exponents": {"": exponents[w_L]}, "rows": series[w_L]} for w_L in series}
    draw(one, alloys, boxes)
    found = {"exponents": exponents, "paper": PAPER, "fitted_from_degree": FITTED, "rows": series}
    found |= {"fitted_from_functions": LEAST, "alloys": alloys, "boxes": boxes}
    record.write("ace_sizes", {**found, "tolerances": room(QUICK_LARGEST if quick else LARGEST)})


if __name__ == "__main__":
    main()
