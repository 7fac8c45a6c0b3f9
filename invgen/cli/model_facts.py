"""What files say of a trained network or a linear potential, as plain facts for a page."""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import numpy as np

from invgen.compiler.inspect.page.model_page import Curve, Errors, Facts, ModelFacts, Parity
from invgen.data.files import POTENTIAL, linear_file

NETWORK = "model.safetensors"


def model_file(path: Path) -> Path | None:
    """The file of a network or a linear potential, given itself or its folder; ``None`` for anything else."""
    if path.is_dir():
        return next((path / name for name in (NETWORK, POTENTIAL) if (path / name).is_file()), None)
    return path if path.is_file() and path.suffix in (".safetensors", ".npz") else None


def model_facts(file: Path, data: Path | None = None, basis: str | None = None, labels: Any = None) -> ModelFacts:
    """Facts of a model; with ``data`` also its errors on these labelled structures.

    labels
        A ``LabelFormat`` of that file; by default that of the training.

    Raises ``DataError`` for a file that is damaged or none of a model.
    """
    from invgen.data.errors import DataError
    from invgen.data.files import read_tensors
    from invgen.potentials.saved import KIND

    if linear_file(file):
        return _linear(file, data, labels)

    try:
        header, arrays = read_tensors(file, KIND)
    except DataError as error:
        raise DataError(f"{error} (a report is of a basis, a trained network or a linear potential)") from error
    return _network(file, header, sum(array.size for array in arrays.values()), data, basis, labels)


# ---- networks -----------------------------------------------------------------------------------------------------


def _network(
    file: Path, header: Mapping[str, Any], weights: int, data: Path | None, basis: str | None, labels: Any
) -> ModelFacts:
    from ase.data import chemical_symbols

    arguments = header["arguments"]
    elements = ", ".join(chemical_symbols[z] for z in arguments.get("species", ()))
    words = [f"A network of kind {header['model']} for {elements}: {weights:,} numbers, in {header['dtype']}."]
    if header["basis"]:
        words.append(f"Its invariants are the {len(header['basis']['labels'])} of {header['basis']['id']}.")
    words.append(f"Atoms see neighbours up to {arguments.get('cutoff', '?')} Å.")
    summary, missing = _json(file.parent / "summary.json"), []
    errors = _told_errors(file.parent / "errors.txt")
    if summary and not errors:
        sets = {k: summary[k] for k in ("validation", "test") if summary.get(k)}
        errors = [Errors("At the end of the training", *_table(sets))]
    if not summary:
        missing.append("There is no summary.json beside the model, so what it was trained on is not known here.")
    parity: tuple[Parity, ...] = ()
    if data is None:
        missing.append("Predictions against labels: give labelled structures with --data FILE.")
    else:
        from invgen.potentials import load_potential
        from invgen.potentials.evaluated import evaluate_file

        place = file if header["basis"] is None or not (file.parent / "manifest.json").is_file() else file.parent
        found = evaluate_file(load_potential(place, basis), data, labels)
        more, parity = _of_evaluation(found, data.name)
        errors += more
    config = (summary or {}).get("config", {})
    facts = [Facts("Architecture", _rows(arguments))]
    facts += [Facts(name.capitalize(), rows) for name, table in config.items() if (rows := _rows(table))]
    return ModelFacts(
        file.parent.resolve().name + "/" + file.name, "Trained network", tuple(words), tuple(facts), tuple(errors),
        _learning_curves(file.parent / "learning_curve.csv"), parity, tuple(missing),
    )  # fmt: skip


def _learning_curves(file: Path) -> tuple[Curve, ...]:
    from invgen.potentials.evaluation import MEASURES

    if not file.is_file():
        return ()
    with open(file, encoding="utf-8", newline="") as stream:
        rows = list(csv.DictReader(stream))
    curves = []
    for name, unit in MEASURES.items():
        points = [(float(r["epoch"]) + 1, 1000 * float(r[f"{name}_rmse"])) for r in rows if r.get(f"{name}_rmse")]
        if points:
            curves.append(Curve(f"validation, {name.replace('_', ' ')} RMSE", unit, "epoch", tuple(points)))
    return tuple(curves)


def _told_errors(file: Path) -> list[Errors]:
    """The tables that a training wrote: of each set in all, by group and by element."""
    if not file.is_file():
        return []
    found = []
    for part in file.read_text(encoding="utf-8").split("\n\n"):
        name, head, *lines = part.strip("\n").splitlines()
        columns = re.split(r"\s{2,}", head.strip())
        rows = tuple(tuple(x.strip() for x in line.rsplit(maxsplit=len(columns))) for line in lines)
        found.append(Errors(f"At the end of the training, {name}", ("", *columns), rows))
    return found


def _table(rows: Mapping[str, Mapping[str, float]]) -> tuple[tuple[str, ...], tuple[tuple[str, ...], ...]]:
    """Columns and rows of RMSE and MAE of each measure that any row has, in meV."""
    from invgen.potentials.evaluation import MEASURES

    names = [n for n in MEASURES if any(f"{n}_rmse" in errors for errors in rows.values())]
    columns = ["", *(f"{n.replace('_', ' ')} {kind} ({MEASURES[n]})" for n in names for kind in ("RMSE", "MAE"))]
    lines = []
    for row, errors in rows.items():
        numbers = (errors.get(f"{n}_{kind}") for n in names for kind in ("rmse", "mae"))
        lines.append((row, *("–" if x is None else f"{1000 * x:.4g}" for x in numbers)))
    return tuple(columns), tuple(lines)


# ---- on labelled structures ---------------------------------------------------------------------------------------


def _of_evaluation(found: Any, name: str) -> tuple[list[Errors], tuple[Parity, ...]]:
    """Errors in all, by group, by element; labels and predictions."""
    tables = [Errors(f"On {name}", *_table({"all": found.errors()}))]
    for heading, rows, measure, unit in (
        ("By group", found.by_group(), "energy_per_atom", "meV/atom"),
        ("Forces on the atoms of each element", found.by_element(), "force", "meV/Å"),
    ):
        if rows:
            numbers = tuple((k, 1000 * r[f"{measure}_rmse"]) for k, r in rows.items() if f"{measure}_rmse" in r)
            bars = (f"{measure.replace('_', ' ')} RMSE", unit, numbers)
            tables.append(Errors(heading, *_table(rows), bars))
    per_atom = found.energy / np.maximum(found.atoms, 1)[:, None]
    kinds = (
        ("Energy per atom", "eV/atom", per_atom),
        ("Forces", "eV/Å", found.forces),
        ("Stress", "eV/Å³", found.stress),
    )
    return tables, tuple(_parity(*kind) for kind in kinds)


def _parity(what: str, unit: str, pairs: np.ndarray) -> Parity:
    rows = pairs.reshape(-1, 2)
    rows = rows[~np.isnan(rows).any(1)]
    return Parity(what, unit, rows[:, 0].tolist(), rows[:, 1].tolist())


# ---- linear potentials --------------------------------------------------------------------------------------------


def _linear(file: Path, data: Path | None, labels: Any) -> ModelFacts:
    from invgen.ace import LinearPotential

    potential = LinearPotential.load(file)
    report = _json(file.parent / "report.json") or dict(potential.metadata)
    size = potential.coefficients.size
    words = [f"A linear ACE potential for {', '.join(potential.elements)}: {size:,} coefficients."]
    if "basis" in report:
        words.append(f"Its functions are those of {report['basis']['id']}.")
    words.append(f"Atoms see neighbours up to {potential.radial.cutoff:g} Å.")
    errors = [_fit_errors(name, table, report["units"]) for name, table in report.get("errors", {}).items()]
    details = report.get("solution", {}).get("details", {})
    curves = [
        Curve(f"held-out error, prior degree^{c['smoothness']:g}", "weighted error", "log10 of lambda", tuple(
            (float(np.log10(x)), y) for x, y in zip(c["lambdas"], c["error"], strict=True) if x > 0))
        for c in details.get("curve", ())
    ]  # fmt: skip
    missing, parity = [], tuple[Parity, ...]()
    if data is None:
        missing.append("Predictions against labels, and errors by element: give labelled structures with --data FILE.")
    else:
        from invgen.potentials.evaluated import evaluate_file

        more, parity = _of_evaluation(evaluate_file(potential, data, labels), data.name)
        errors += more
    kept = ("references", "weights", "solver", "radial", "one_body", "short_range")
    facts = [Facts(f"Data: {name}", _rows(part)) for name, part in report.get("data", {}).items()]
    facts += [Facts(k.replace("_", " ").capitalize(), _rows(report[k])) for k in kept if _rows(report.get(k))]
    return ModelFacts(
        file.parent.resolve().name + "/" + file.name, "Linear ACE potential", tuple(words), tuple(facts), tuple(errors),
        tuple(curves), parity, tuple(missing),
    )  # fmt: skip


def _fit_errors(name: str, table: Mapping[str, Mapping[str, Any]], units: Mapping[str, str]) -> Errors:
    kinds = [k for k in units if any(f"{k}_mae" in row for row in table.values())]
    columns = ("group", "structures", *(f"{k} {m} ({units[k]})" for k in kinds for m in ("MAE", "RMSE")))
    lines = []
    for group, row in table.items():
        numbers = (row.get(f"{k}_{m}") for k in kinds for m in ("mae", "rmse"))
        lines.append((group, str(row["structures"]), *("–" if v is None else f"{v:.4g}" for v in numbers)))
    return Errors(f"Set {name}", columns, tuple(lines))


# ---- helpers ------------------------------------------------------------------------------------------------------


def _json(file: Path) -> dict[str, Any] | None:
    """The content of a JSON file; ``None`` if there is none, ``DataError`` if it is damaged."""
    from invgen.data.errors import DataError

    if not file.is_file():
        return None
    try:
        return dict(json.loads(file.read_text(encoding="utf-8")))
    except (ValueError, TypeError) as error:
        raise DataError(f"{file} is not a whole JSON file ({error}); remove it, or train again") from error


def _rows(table: Any) -> tuple[tuple[str, str], ...]:
    """Names and values of a table that are set, tables inside of it joined by dots."""
    return tuple(_flat("", table)) if isinstance(table, Mapping) else ()


def _flat(head: str, table: Mapping[str, Any]) -> Iterable[tuple[str, str]]:
    for name, value in table.items():
        if isinstance(value, Mapping):
            yield from _flat(f"{head}{name}.", value)
        elif value is not None and value not in ("", [], {}):
            shown = ", ".join(map(str, value)) if isinstance(value, list | tuple) else str(value)
            yield f"{head}{name}", shown if len(shown) <= 300 else f"{shown[:299]}…"
