"""Pictures of a training: learning curves, and predictions against labels. Axes come from the caller."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

History = Sequence[Mapping[str, float]]
"""Rows as in ``TrainingResult.history``."""
COLOURS = ("#4477aa", "#ee6677", "#228833", "#ccbb44")
QUANTITIES = {"energy": ("energy", "meV"), "force": ("force", "meV/Å")}


def learning_curves(axis: Any, histories: Mapping[str, History], key: str = "force_rmse") -> None:
    """Validation errors ``key`` of ``training.trainer.errors``, in meV or meV/Å, after every epoch, by name."""
    for (name, history), colour in zip(histories.items(), COLOURS, strict=False):
        epochs = [row["epoch"] + 1 for row in history]
        axis.plot(epochs, [1000 * row[key] for row in history], "o-", color=colour, markersize=3, label=name)
    what, unit = QUANTITIES[key.split("_")[0]]
    measure = key.split("_")[1].upper()
    axis.set(xlabel="epoch", ylabel=f"{what} {measure} ({unit})", yscale="log", title=f"validation, {what}")
    axis.xaxis.get_major_locator().set_params(integer=True)
    for ticks in (axis.yaxis.set_major_formatter, axis.yaxis.set_minor_formatter):
        ticks(lambda value, position: f"{value:,.0f}" if str(value)[0] in "125" else "")
    axis.grid(True, which="both", linewidth=0.3)
    axis.legend(frameon=False)


def parity(
    axis: Any, label: np.ndarray, predicted: Mapping[str, np.ndarray], what: str = "energy", unit: str = "eV"
) -> None:
    """Predictions, by name, against labels of any equal shape, in ``unit``; the legend tells each RMSE in its meV."""
    label = np.ravel(label)
    ends = np.array([label.min(), label.max()])
    axis.plot(ends, ends, color="black", linewidth=0.8, zorder=3)
    for (name, values), colour in zip(predicted.items(), COLOURS, strict=False):
        error = 1000 * float(np.sqrt(np.mean((np.ravel(values) - label) ** 2)))
        text = f"{name}: {error:.0f} m{unit}"
        axis.plot(label, np.ravel(values), ".", color=colour, markersize=3, alpha=0.6, label=text, rasterized=True)
    axis.set(xlabel=f"label, {what} ({unit})", ylabel=f"predicted {what} ({unit})", title=f"test set, {what}")
    axis.grid(True, linewidth=0.3)
    axis.legend(frameon=False, markerscale=4)
