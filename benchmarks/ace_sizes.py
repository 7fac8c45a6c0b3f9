"""Linear and independent sizes of ACE bases over total degree and w_L, one element, correlation order <= 3.

Every selection is exact and beside it in float64; the exponent of independent against full size is the slope of a
straight line through the logarithms, over all degrees of at least ``FITTED``. Then the float64 pass alone, on the
largest elimination, at tolerances around the one that is used: how much room there is.

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
from invgen.compiler.selection.langbein import CONFIGURATIONS, FLOAT_TOLERANCE, independent_rows

GRID = {"1": range(6, 19, 2), "3/2": range(6, 27, 2), "2": range(6, 31, 2)}
QUICK = {"1": range(6, 13, 2), "3/2": range(6, 15, 2), "2": range(6, 17, 2)}
FITTED = 10
PAPER = 0.75
MOST = 20_000
TOLERANCES = (1e-8, 1e-7, FLOAT_TOLERANCE, 1e-5, 1e-4, 1e-3)
LARGEST = {"w_L": "1", "total_degree": 24}
QUICK_LARGEST = {"w_L": "1", "total_degree": 14}


def size(w_L: str, degree: int) -> dict[str, Any]:
    """One truncation: certified count, rank, bound, and whether both passes agree."""
    spec = invgen.BasisSpec(family="ace", n_max=3, total_degree=degree, w_L=w_L, objective="independent")
    started = time.perf_counter()
    basis = invgen.generate(spec, max_candidates=MOST)
    evidence = basis.evidence
    return {
        "w_L": w_L,
        "degree": degree,
        "linear": invgen.count(spec).total,
        "independent": len(basis),
        "bound": evidence.bound,
        "float_agrees": evidence.float_agrees,
        "smallest_singular_value": evidence.singular_values[1],
        "seconds": time.perf_counter() - started,
    }


def exponent(rows: list[dict[str, Any]]) -> float:
    """Slope of log(independent) against log(linear)."""
    points = [(row["linear"], row["independent"]) for row in rows if row["degree"] >= FITTED]
    full, kept = np.log(np.array(points, dtype=float)).T
    return float(np.polyfit(full, kept, 1)[0])


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


def draw(series: dict[str, list[dict[str, Any]]], exponents: dict[str, float]) -> None:
    """Independent size and bound against full size."""
    figure, axis = plt.subplots(figsize=(6, 4.5), constrained_layout=True)
    for number, (w_L, rows) in enumerate(series.items()):
        full, kept = [row["linear"] for row in rows], [row["independent"] for row in rows]
        axis.loglog(full, kept, "o-", color=f"C{number}", label=f"$w_L$ = {w_L}: exponent {exponents[w_L]:.2f}")
        axis.loglog(full, [row["bound"] for row in rows], ":", color=f"C{number}", linewidth=1)
    x = np.array([30.0, 5000.0])
    axis.loglog(x, 10 * (x / 30) ** PAPER, color="grey", linewidth=1, label=f"slope {PAPER} (paper)")
    axis.set(xlabel="linearly independent functions", ylabel="functionally independent (dotted: upper bound)")
    axis.legend()
    figure.savefig(record.RESULTS / "ace_sizes.png", dpi=130)


def main() -> None:
    """Runs the grid and writes the results."""
    series: dict[str, list[dict[str, Any]]] = {}
    quick = "--quick" in sys.argv
    for w_L, degrees in (QUICK if quick else GRID).items():
        series[w_L] = []
        for degree in degrees:
            series[w_L].append(size(w_L, degree))
            print(series[w_L][-1], flush=True)
    exponents = {w_L: exponent(rows) for w_L, rows in series.items()}
    print(exponents)
    draw(series, exponents)
    found = {"exponents": exponents, "paper": PAPER, "fitted_from_degree": FITTED, "rows": series}
    record.write("ace_sizes", {**found, "tolerances": room(QUICK_LARGEST if quick else LARGEST)})


if __name__ == "__main__":
    main()
