"""Figures and tables of ``materials.py``: errors against size, Langbein against full at equal size, the best of all.

**Equal size.** The full bases of a truncation are interpolated, linear in the logarithms of size and error, to the size
of each Langbein basis of the same truncation that lies between the smallest and the largest of them. How certain the
ratio of the errors is, the test set says: its structures are drawn again with repetition ``DRAWS`` times, for both
bases alike. Where 95 % of the ratios lie on one side of one, that basis wins; all else is a tie. Draws know nothing of
other training sets.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import matplotlib

matplotlib.use("Agg")
import matplotlib.pyplot as plt
import numpy as np
import record
from materials_bases import FIXED, FULL, GRADED, GRIDS, LANGBEIN, LARGE, SERIES, Truncation, functions
from materials_tables import tables

UNITS = {"energy_mae": ("test energy MAE (meV/atom)", 0), "force_mae": ("test force MAE (eV/Å)", 1)}
DRAWS = 2000
OVERALL = (10, 20, 40, 80, 160, 320)
"""Sizes at which the best full and the best Langbein basis are compared."""
PANELS: dict[str, Callable[[Truncation], bool]] = {
    "total degree, order <= 3": lambda t: t.kind == "total degree" and t.n_max == 3,
    "total degree, order <= 4": lambda t: t.kind == "total degree" and t.n_max == 4,
    "boxes": lambda t: t.kind == "box",
}
LOOKS = {FULL: {"marker": "o", "linestyle": "-"}, LANGBEIN: {"marker": "s", "linestyle": "-.", "markerfacecolor": "w"}}
LOWEST = {FULL: "black", LANGBEIN: "crimson"}
Rows = Sequence[dict[str, Any]]


@dataclass(frozen=True)
class Curve:
    """Errors of one series: over the test set, (bases,), and over ``DRAWS`` drawn ones, (draws, bases)."""

    sizes: np.ndarray
    held_out: np.ndarray
    errors: Mapping[str, np.ndarray]
    drawn: Mapping[str, np.ndarray]

    @classmethod
    def of(cls, rows: Rows, atoms: np.ndarray) -> Curve | None:
        """Ascending in size; ``None`` for no rows."""
        if not rows:
            return None
        rows = sorted(rows, key=lambda row: row["functions"])
        kept = [
            row
            for row, after in zip(rows, [*rows[1:], {"functions": 0}], strict=True)
            if row["functions"] != after["functions"]
        ]
        counts = drawn_counts(len(atoms))
        weights = {"energy_mae": counts, "force_mae": counts * atoms}
        each = {q: np.array([row["per_structure"][q] for row in kept]) for q in UNITS}
        drawn = {q: weights[q] @ each[q].T / weights[q].sum(axis=1, keepdims=True) for q in UNITS}
        errors = {q: np.array([row[q] for row in kept]) for q in UNITS}
        return cls(np.array([row["functions"] for row in kept]), np.array([_score(row) for row in kept]), errors, drawn)

    def covers(self, size: int) -> bool:
        """Whether there are bases of this size or smaller and larger ones."""
        return bool(self.sizes[0] <= size <= self.sizes[-1])

    def at(self, size: int, values: np.ndarray) -> Any:
        """``values`` (..., bases) at a size in between, (...)."""
        x, wanted = np.log(self.sizes), np.log(size)
        above = int(np.clip(np.searchsorted(x, wanted), 1, len(x) - 1)) if len(x) > 1 else 0
        if not above:
            return values[..., 0]
        part = (wanted - x[above - 1]) / (x[above] - x[above - 1])
        return np.exp((1 - part) * np.log(values[..., above - 1]) + part * np.log(values[..., above]))


def drawn_counts(structures: int) -> np.ndarray:
    """(draws, structures) how often each structure was drawn."""
    rng = np.random.default_rng(0)
    return rng.multinomial(structures, np.full(structures, 1 / structures), size=DRAWS).astype(float)


def compared(langbein: Curve, full: Curve, size: int) -> dict[str, Any]:
    """Ratio of the errors, Langbein over full, its interval of 95 %, and who wins."""
    found: dict[str, Any] = {}
    for quantity in UNITS:
        ratio = langbein.at(size, langbein.errors[quantity]) / full.at(size, full.errors[quantity])
        drawn = langbein.at(size, langbein.drawn[quantity]) / full.at(size, full.drawn[quantity])
        low, high = np.quantile(drawn, [0.025, 0.975])
        verdict = "langbein" if high < 1 else "full" if low > 1 else "tie"
        found[quantity] = {"ratio": float(ratio), "interval": [float(low), float(high)], "wins": verdict}
    return found


def figures(materials: Mapping[str, Any]) -> None:
    """Writes ``materials_energy.png``, ``materials_force.png`` and ``materials.json``."""
    files = {el: record.RESULTS / "materials" / f"{el}.json" for el in materials}
    found = {el: json.loads(file.read_text()) for el, file in files.items() if file.exists()}
    found = {el: result for el, result in found.items() if "test" in result}
    for quantity in UNITS:
        _figure(quantity, materials, found)
    points = [point for el, result in found.items() for point in at_equal_size(el, result)]
    overall = [point for el, result in found.items() for point in best_at_size(el, result)]
    across = [point for el, result in found.items() for point in crossed(el, result)]
    best = {el: _best(materials[el], result["rows"]) for el, result in found.items()}
    summary = {
        "missing": _missing(materials, found),
        "draws": DRAWS,
        "totals": totals(points, overall, across, best),
        "best": best,
        "same_truncation": [point for el, result in found.items() for point in at_same_truncation(el, result)],
        "products": products(),
        "constant": [point for el in found for point in of_constant(el)],
        "equal_size": points,
        "best_at_size": overall,
        "crossed": across,
    }
    record.write("materials", {**summary, "settings": {el: r["settings"] for el, r in found.items()}})
    print(f"missing: {json.dumps(summary['missing'])}")
    written = json.loads((record.RESULTS / "materials.json").read_text())
    for name, lines in tables(written).items():
        print("\n".join((f"\n{name}", *lines)))


def _curves(result: Mapping[str, Any]) -> dict[str, Curve]:
    atoms = np.array(result["test"]["atoms"], dtype=float)
    made = {s.name: Curve.of([r for r in result["rows"] if r["series"] == s.name], atoms) for s in SERIES}
    return {name: curve for name, curve in made.items() if curve is not None}


def _names(truncation: Truncation, fixed: bool = False) -> tuple[str, str]:
    """Full and Langbein series."""
    full, langbein = (f"{objective}, {truncation.name}{FIXED if fixed else ''}" for objective in (FULL, LANGBEIN))
    return full, langbein


def at_equal_size(element: str, result: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Every Langbein basis against the full ones of the same truncation."""
    curves, made = _curves(result), []
    for fixed in (False, True):
        for truncation in GRIDS:
            full, langbein = (curves.get(name) for name in _names(truncation, fixed))
            if full is None or langbein is None:
                continue
            common = {"element": element, "truncation": truncation.name, "kind": truncation.kind}
            common |= {"n_max": truncation.n_max, "w_L": truncation.w_L, "one_body": "fixed" if fixed else "fitted"}
            sizes = [int(size) for size in langbein.sizes if full.covers(size)]
            made += [{**common, "functions": size, **compared(langbein, full, size)} for size in sizes]
    return made


def crossed(element: str, result: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Every Langbein basis of a box against the full ones by total degree, order <= 3 and w_L = 1."""
    curves, made = _curves(result), []
    full = curves.get(_names(Truncation(3, w_L="1"))[0])
    for truncation in (t for t in GRIDS if t.kind == "box" and t.n_max == 3):
        langbein = curves.get(_names(truncation)[1])
        if full is not None and langbein is not None:
            sizes = [int(size) for size in langbein.sizes if full.covers(size)]
            named = {"element": element, "truncation": truncation.name}
            made += [{**named, "functions": size, **compared(langbein, full, size)} for size in sizes]
    return made


def best_at_size(element: str, result: Mapping[str, Any]) -> list[dict[str, Any]]:
    """At sizes in between, the full and the Langbein series of least held-out errors there against each other."""
    curves, made = _curves(result), []
    for size in OVERALL:
        chosen = {}
        for objective in (FULL, LANGBEIN):
            names = [f"{objective}, {truncation.name}" for truncation in GRIDS]
            there = [name for name in names if name in curves and curves[name].covers(size)]
            if there:
                chosen[objective] = min(there, key=lambda name: curves[name].at(size, curves[name].held_out))
        if len(chosen) == 2:
            pair = compared(curves[chosen[LANGBEIN]], curves[chosen[FULL]], size)
            made.append({"element": element, "functions": size, "series": chosen, **pair})
    return made


def at_same_truncation(element: str, result: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Both bases of one truncation and size of it: how much shorter, and how much less exact, the Langbein one is."""
    made = []
    for truncation in GRIDS:
        names = _names(truncation)
        full, langbein = ({r["size"]: r for r in result["rows"] if r["series"] == name} for name in names)
        for size in sorted(set(full) & set(langbein)):
            a, b = langbein[size], full[size]
            made.append(
                {
                    "element": element,
                    "truncation": truncation.name,
                    "size": size,
                    "functions": [a["functions"], b["functions"]],
                    **{quantity: [a[quantity], b[quantity]] for quantity in UNITS},
                }
            )
    return made


def of_constant(element: str) -> list[dict[str, Any]]:
    """What Langbein and full bases of one truncation leave of a constant energy at equal size, in eV per atom."""
    file = record.RESULTS / "materials" / f"{element}-constant.json"
    rows = json.loads(file.read_text())["rows"] if file.exists() else []
    made = []
    for truncation in GRIDS:
        names = _names(truncation)
        full, langbein = (sorted((r["functions"], r["left"]) for r in rows if r["series"] == name) for name in names)
        for size, left in langbein:
            if full and full[0][0] <= size <= full[-1][0]:
                there = np.exp(np.interp(np.log(size), *np.log(np.array(full)).T))
                pair = {"full": float(there), "langbein": left}
                made.append({"element": element, "truncation": truncation.name, "functions": size, **pair})
    return made


def products() -> list[dict[str, Any]]:
    """How many functions of full bases of three orders are a scalar A_n00 times another one: all of their products."""
    made = []
    for truncation, (full, langbein) in GRIDS.items():
        if truncation.n_max > 3:
            continue
        size = max(set(full) & set(langbein), default=None)
        if size is None:
            continue
        members, kept = functions(FULL, truncation, size), functions(LANGBEIN, truncation, size)
        factorised = sum(1 for c in members if len(c.factors) > 1 and any(f.rank == 0 for f in c.factors))
        row = {"truncation": truncation.name, "size": size, "full": len(members), "langbein": len(kept)}
        made.append({**row, "with_a_scalar_factor": factorised})
    return made


def _count(points: Iterable[Mapping[str, Any]]) -> dict[str, Any]:
    listed = list(points)
    made: dict[str, Any] = {"points": len(listed)}
    for quantity in UNITS:
        wins = [point[quantity]["wins"] for point in listed]
        made[quantity] = {who: wins.count(who) for who in ("langbein", "tie", "full")}
        made[quantity]["langbein_lower"] = sum(point[quantity]["ratio"] < 1 for point in listed)
        ratios = [np.log(point[quantity]["ratio"]) for point in listed]
        made[quantity]["mean_ratio"] = float(np.exp(np.mean(ratios))) if ratios else None
    return made


def totals(points: Rows, overall: Rows, across: Rows, best: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
    """Wins by truncation, element and size, of the overall best, and how many of the best reach the published ones."""
    fitted = [point for point in points if point["one_body"] == "fitted"]
    ranges = {"below 30": (0, 30), "30 to 99": (30, 100), "100 and more": (100, 10**9)}
    elements = sorted({point["element"] for point in points})
    made: dict[str, Any] = {}
    for kind in ("total degree", "box"):
        mine = [point for point in fitted if point["kind"] == kind]
        made[kind] = {
            "all": _count(mine),
            "truncation": {
                t.name: _count(p for p in mine if p["truncation"] == t.name) for t in GRIDS if t.kind == kind
            },
            "element": {el: _count(p for p in mine if p["element"] == el) for el in elements},
            "functions": {
                name: _count(p for p in mine if low <= p["functions"] < high) for name, (low, high) in ranges.items()
            },
        }
    made["one_body"] = {
        truncation.name: {
            how: _count(p for p in points if p["truncation"] == truncation.name and p["one_body"] == how)
            for how in ("fixed", "fitted")
        }
        for truncation in GRIDS
        if any(p["truncation"] == truncation.name and p["one_body"] == "fixed" for p in points)
    }
    made["best_at_size"] = {str(size): _count(p for p in overall if p["functions"] == size) for size in OVERALL}
    boxes = dict.fromkeys(point["truncation"] for point in across)
    made["crossed"] = {name: _count(p for p in across if p["truncation"] == name) for name in boxes}
    names = [name for row in best.values() for name in row if "below" in name]
    made["at_or_below_published"] = {name: sum(row[name] for row in best.values()) for name in dict.fromkeys(names)}
    return made


def _missing(materials: Mapping[str, Any], found: Mapping[str, Any]) -> dict[str, Any]:
    """By element and series the sizes that have no row; ``all`` for an element without any."""
    made: dict[str, Any] = {element: "all" for element in materials if element not in found}
    for element, result in found.items():
        there = {(row["series"], row["size"]) for row in result["rows"]}
        sizes = {s.name: [n for n in s.sizes if (s.name, n) not in there] for s in (*SERIES, *LARGE)}
        made |= {element: left} if (left := {name: part for name, part in sizes.items() if part}) else {}
    return made


def _figure(quantity: str, materials: Mapping[str, Any], found: Mapping[str, Any]) -> None:
    """Rows are kinds of truncations, columns elements; dashed lines are the lowest errors of the panel."""
    label, position = UNITS[quantity]
    figure, axes = plt.subplots(
        len(PANELS), len(materials), figsize=(21, 10), sharex=True, sharey="col", constrained_layout=True
    )
    for line, (title, belongs) in zip(axes, PANELS.items(), strict=True):
        for axis, (element, material) in zip(line, materials.items(), strict=True):
            rows = found.get(element, {"rows": []})["rows"]
            for number, truncation in enumerate(t for t in GRIDS if belongs(t)):
                for objective, name in zip((FULL, LANGBEIN), _names(truncation), strict=True):
                    mine = sorted((r["functions"], r[quantity]) for r in rows if r["series"] == name)
                    look, shown = LOOKS[objective], "full" if objective == FULL else "Langbein"
                    xy = np.array(mine).reshape(-1, 2).T
                    axis.loglog(*xy, color=f"C{number}", markersize=4, label=f"{shown}, {truncation.name}", **look)
            for objective, color in LOWEST.items():
                names = {_names(t)[objective == LANGBEIN] for t in GRIDS if belongs(t)}
                errors = [r[quantity] for r in rows if r["series"] in names]
                if errors:
                    axis.axhline(min(errors), color=color, linewidth=0.8, linestyle="--")
            axis.set(title=f"{element}, {title}" if rows else f"{element}: missing")
            if not rows:
                continue
            axis.axhline(material.gap[position], color="grey", linewidth=0.8, linestyle=":", label="GAP (published)")
            axis.axhline(material.mtp[position], color="grey", linewidth=0.8, linestyle="-", label="MTP (published)")
        line[0].set_ylabel(label)
        line[0].legend(fontsize=6)
    for axis in axes[-1]:
        axis.set_xlabel("functions")
    figure.savefig(record.RESULTS / f"materials_{quantity.split('_')[0]}.png", dpi=100)
    plt.close(figure)


def _score(row: Mapping[str, Any]) -> float:
    return float(row["held_out"]["energy_mae"] * row["held_out"]["force_rmse"])


def _best(material: Any, rows: Rows) -> dict[str, Any]:
    """The basis of least product of held-out errors beside the better published ones, which have two decimals."""
    row = min((row for row in rows if FIXED not in row["series"]), key=_score)
    target = [min(pair) for pair in zip(material.gap, material.mtp, strict=True)]
    kept = ("series", "size", "functions", "energy_weight", "energy_mae", "force_mae", "energy_mae_per_group")
    return {
        **{key: row[key] for key in kept},
        "published": {"gap": material.gap, "mtp": material.mtp},
        "energy_at_or_below": row["energy_mae"] <= target[0],
        "force_at_or_below": row["force_mae"] <= target[1],
        "force_at_or_below_to_two_decimals": round(row["force_mae"], 2) <= target[1],
        "energy_at_or_below_to_two_decimals": round(row["energy_mae"], 2) <= target[0],
        "largest_tried": max(r["functions"] for r in rows),
        "graded_tried": any(r["series"] == GRADED for r in rows),
    }
