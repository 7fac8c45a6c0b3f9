"""What a finished training leaves to be looked at: tables of errors and pictures."""

from __future__ import annotations

import io
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from invgen.files import write_bytes, write_text
from invgen.potentials.evaluation import Evaluation
from invgen.potentials.plots import History, errors_by, learning_curves, losses, parity

FILES = ERRORS, CURVES, PARITY = "errors.txt", "learning_curve.png", "parity.png"


def write_report(folder: Path, found: Mapping[str, Evaluation], history: History) -> None:
    """``errors.txt``, ``learning_curve.png`` and ``parity.png`` for evaluations by the name of their set."""
    tables = [f"{name}\n{evaluation.table()}" for name, evaluation in found.items()]
    write_text(folder / ERRORS, "\n".join(tables))
    write_bytes(folder / CURVES, curves(history))
    write_bytes(folder / PARITY, parities(found))


def curves(history: History) -> bytes:
    """PNG: the loss in every epoch, and validation errors after it, one panel for each measure."""
    keys = [k for k in ("energy_rmse", "force_rmse", "stress_rmse") if history and k in history[0]]
    figure, axes = _figure(1, 1 + len(keys))
    losses(axes[0, 0], history)
    for axis, key in zip(axes[0, 1:], keys, strict=True):
        learning_curves(axis, {"validation": history}, key)
    return _png(figure)


def parities(found: Mapping[str, Evaluation]) -> bytes:
    """PNG: predictions against labels, above by set, below energies by group and forces by element of the last set."""
    last = list(found.values())[-1]
    kinds = [k for k in ("energy", "forces", "stress") if any(_known(e, k)[0].size for e in found.values())]
    figure, axes = _figure(2, max(len(kinds), 1))
    for column, kind in enumerate(kinds):
        sets = {name: _known(evaluation, kind) for name, evaluation in found.items()}
        parity(axes[0, column], sets, *WHAT[kind])
        errors_by(axes[1, column], last, kind)
    return _png(figure)


WHAT = {"energy": ("energy per atom", "eV/atom"), "forces": ("force", "eV/Å"), "stress": ("stress", "eV/Å$^3$")}
"""Title and unit of a panel."""


def _known(evaluation: Evaluation, kind: str) -> tuple[np.ndarray, np.ndarray]:
    """Labels and predictions, energies per atom."""
    rows = getattr(evaluation, kind)
    if kind == "energy":
        rows = rows / np.maximum(evaluation.atoms, 1)[:, None]
    rows = rows.reshape(-1, 2)
    rows = rows[~np.isnan(rows).any(1)]
    return rows[:, 0], rows[:, 1]


def _figure(rows: int, columns: int) -> tuple[Any, Any]:
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    figure = Figure(figsize=(4.5 * columns, 4 * rows), layout="constrained")
    FigureCanvasAgg(figure)
    return figure, figure.subplots(rows, columns, squeeze=False)


def _png(figure: Any) -> bytes:
    file = io.BytesIO()
    figure.savefig(file, format="png", dpi=130, metadata={"Software": None})
    return file.getvalue()
