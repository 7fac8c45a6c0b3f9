"""Figures and the table of ``materials.py``: errors against size, and the best beside GAP and MTP."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

import matplotlib

matplotlib.use("Agg")
import matplotlib.pyplot as plt
import numpy as np
import record

UNITS = {"energy_mae": ("test energy MAE (meV/atom)", 0), "force_mae": ("test force MAE (eV/Å)", 1)}
STYLE = {
    "linear": {"marker": "o", "linestyle": "-"},
    "independent": {"marker": "s", "linestyle": "--"},
    "graded": {"marker": "^", "linestyle": "-"},
}


def figures(materials: Mapping[str, Any], series: Sequence[Any]) -> None:
    """Writes ``materials_energy.png``, ``materials_force.png`` and ``materials.json``."""
    found = {el: json.loads((record.RESULTS / "materials" / f"{el}.json").read_text()) for el in materials}
    for quantity in UNITS:
        _figure(quantity, materials, found, series)
    best = {el: _best(materials[el], result["rows"]) for el, result in found.items()}
    equal = {el: _at_equal_size(result["rows"], series) for el, result in found.items()}
    summary = {"best": best, "equal_size": equal, "totals": _totals(best, equal)}
    record.write("materials", {**summary, "settings": {el: r["settings"] for el, r in found.items()}})
    print(json.dumps(summary, indent=1))


def _figure(quantity: str, materials: Mapping[str, Any], found: Mapping[str, Any], series: Sequence[Any]) -> None:
    label, position = UNITS[quantity]
    figure, axes = plt.subplots(2, 3, figsize=(12, 7), constrained_layout=True)
    for axis, (element, material) in zip(axes.flat, materials.items(), strict=True):
        for number, s in enumerate(series):
            rows = [row for row in found[element]["rows"] if row["series"] == s.name]
            sizes, errors = [row["functions"] for row in rows], [row[quantity] for row in rows]
            axis.loglog(sizes, errors, color=f"C{number // 2}", markersize=4, label=s.name, **STYLE[s.objective])
        axis.axhline(material.gap[position], color="grey", linewidth=0.8, linestyle=":", label="GAP (published)")
        axis.axhline(material.mtp[position], color="black", linewidth=0.8, linestyle="-.", label="MTP (published)")
        axis.set(title=element, xlabel="functions", ylabel=label)
    axes.flat[0].legend(fontsize=6)
    figure.savefig(record.RESULTS / f"materials_{quantity.split('_')[0]}.png", dpi=130)
    plt.close(figure)


def _best(material: Any, rows: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """The basis of least product of held-out errors beside the better published ones, which have two decimals."""
    row = min(rows, key=lambda row: row["held_out"]["energy_mae"] * row["held_out"]["force_rmse"])
    target = [min(pair) for pair in zip(material.gap, material.mtp, strict=True)]
    made = {key: row[key] for key in ("series", "degree", "functions", "energy_weight", "energy_mae", "force_mae")}
    return {
        **made,
        "published": {"gap": material.gap, "mtp": material.mtp},
        "energy_at_or_below": row["energy_mae"] <= target[0],
        "force_at_or_below": row["force_mae"] <= target[1],
        "force_at_or_below_to_two_decimals": round(row["force_mae"], 2) <= target[1],
        "energy_at_or_below_to_two_decimals": round(row["energy_mae"], 2) <= target[0],
    }


def _at_equal_size(rows: Sequence[dict[str, Any]], series: Sequence[Any]) -> list[dict[str, Any]]:
    """Every independent basis against the full one of the same truncation, interpolated in log-log to its size."""
    made = []
    for s in (s for s in series if s.objective == "independent"):
        partner = s.name.replace("independent", "linear")
        full = sorted((row for row in rows if row["series"] == partner), key=lambda row: row["functions"])
        sizes = np.log([row["functions"] for row in full])
        for row in (row for row in rows if row["series"] == s.name):
            if not full or not sizes[0] <= np.log(row["functions"]) <= sizes[-1]:
                continue
            ratios = {}
            for quantity in UNITS:
                there = np.interp(np.log(row["functions"]), sizes, np.log([other[quantity] for other in full]))
                ratios[quantity] = float(row[quantity] / np.exp(there))
            key = {"series": s.name, "degree": row["degree"], "functions": row["functions"]}
            made.append({**key, "energy_ratio": ratios["energy_mae"], "force_ratio": ratios["force_mae"]})
    return made


def _totals(best: Mapping[str, Any], equal: Mapping[str, Any]) -> dict[str, Any]:
    points = [row for rows in equal.values() for row in rows]
    verdicts = {name: sum(row[name] for row in best.values()) for name in next(iter(best.values())) if "below" in name}
    lower = {name: sum(row[f"{name}_ratio"] < 1 for row in points) for name in ("energy", "force")}
    return {**verdicts, "points_of_equal_size": len(points), "independent_has_lower_error": lower}
