"""The folder of a fit: potential, report, error table and plots, all of them new or all of them as they were."""

from __future__ import annotations

import io
import json
import os
import shutil
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from invgen.ace.fitting.validation import UNITS, Predictions, residuals, table_text
from invgen.data.files import POTENTIAL
from invgen.data.structures import Structure
from invgen.files import temporary_name, write_bytes, write_text

REPORT, TABLE, PARITY, CURVE = "report.json", "errors.txt", "parity.png", "lambda.png"
COLOURS = {"train": "0.6", "validation": "tab:orange", "test": "tab:blue"}

Sets = Mapping[str, tuple[Sequence[Structure], Predictions]]


def write_report(
    folder: str | Path, report: Mapping[str, Any], sets: Sets, save: Callable[[Path], Any], plots: bool = True
) -> Path:
    """Write ``report`` (JSON values, tables under ``"errors"``), plots of ``sets``, and the potential by ``save``.

    Everything is written to a folder beside its place first: when that fails (disk full), what was there stays.
    """
    folder = Path(folder)
    staged = temporary_name(folder / "report")
    try:
        write_text(staged / REPORT, json.dumps(report, indent=1) + "\n")
        write_text(staged / TABLE, table_text(report["errors"]))
        save(staged / POTENTIAL)
        if plots:
            write_bytes(staged / PARITY, parity_plot(sets))
            if report["solution"]["details"].get("lambda"):
                write_bytes(staged / CURVE, curve_plot(report["solution"]["details"]))
        stale = [folder / name for name in (PARITY, CURVE) if not (staged / name).exists()]
        for path in sorted(staged.iterdir()):
            os.replace(path, folder / path.name)
        for path in stale:
            path.unlink(missing_ok=True)
    finally:
        shutil.rmtree(staged, ignore_errors=True)
    return folder


def parity_plot(sets: Sets) -> bytes:
    """PNG: for each kind of label the predictions against the labels, errors in the legend."""
    kinds = [k for k in UNITS if any(p is not None for _, found in sets.values() for p in getattr(found, k))]
    figure, axes = _axes(max(len(kinds), 1))
    for axis, kind in zip(axes, kinds, strict=False):
        unit = "eV/atom" if kind == "energy" else "eV/Å" if kind == "forces" else "eV/Å$^3$"
        for name, (structures, found) in sets.items():
            errors = residuals(structures, found, range(len(structures))).get(kind)
            if errors is None:
                continue
            labels, predicted = _pairs(structures, getattr(found, kind), kind)
            text = f"{name}: RMSE {np.sqrt(np.mean(errors**2)):.3g} {UNITS[kind]}"
            axis.plot(labels, predicted, ".", ms=3, color=COLOURS.get(name), label=text, rasterized=True)
        low, high = axis.get_xlim()
        axis.plot([low, high], [low, high], color="k", lw=0.7, zorder=0)
        axis.set(title=kind, xlabel=f"label ({unit})", ylabel=f"prediction ({unit})")
        axis.legend(fontsize=7)
    return _png(figure)


def curve_plot(details: Mapping[str, Any]) -> bytes:
    """PNG: held-out error against lambda, one line for each power of the prior; the choice is marked."""
    figure, (axis,) = _axes(1)
    for curve in details["curve"]:
        axis.loglog(curve["lambdas"], curve["error"], "-", label=f"prior degree^{curve['smoothness']:g}")
    axis.plot([details["lambda"]], [details["error"]], "ko", label="chosen")
    axis.set(xlabel="lambda", ylabel="held-out weighted error", title="choice of lambda")
    axis.legend(fontsize=7)
    return _png(figure)


def _pairs(structures: Sequence[Structure], pairs: Sequence[Any], kind: str) -> tuple[np.ndarray, np.ndarray]:
    scales = [1 / s.atoms if kind == "energy" else 1.0 for s in structures]
    kept = [(p, scale) for p, scale in zip(pairs, scales, strict=True) if p is not None]
    labels, predicted = (np.concatenate([np.ravel(p[side]) * scale for p, scale in kept]) for side in (0, 1))
    return labels, predicted


def _axes(count: int) -> tuple[Any, Any]:
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    figure = Figure(figsize=(4.5 * count, 4), layout="constrained")
    FigureCanvasAgg(figure)
    return figure, figure.subplots(1, count, squeeze=False)[0]


def _png(figure: Any) -> bytes:
    file = io.BytesIO()
    figure.savefig(file, format="png", dpi=130, metadata={"Software": None})
    return file.getvalue()
