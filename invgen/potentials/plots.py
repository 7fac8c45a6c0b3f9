"""Pictures of a training: learning curves, predictions against labels, errors by kind. Axes come from the caller."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from invgen.potentials.evaluation import MEASURES, Evaluation

History = Sequence[Mapping[str, float]]
"""Rows as in ``TrainingResult.history``."""
COLOURS = ("#4477aa", "#ee6677", "#228833", "#ccbb44")


def learning_curves(axis: Any, histories: Mapping[str, History], key: str = "force_rmse") -> None:
    """Validation errors ``key`` of ``Evaluation.errors``, in meV or meV/Å, after every epoch, by name."""
    for (name, history), colour in zip(histories.items(), COLOURS, strict=False):
        epochs = [row["epoch"] + 1 for row in history]
        axis.plot(epochs, [1000 * row[key] for row in history], "o-", color=colour, markersize=3, label=name)
    name, _, kind = key.rpartition("_")
    what = name.replace("_", " ")
    axis.set(xlabel="epoch", ylabel=f"{what} {kind.upper()} ({MEASURES[name]})", title=f"validation, {what}")
    if any(row[key] > 0 for history in histories.values() for row in history):  # forces of lone atoms are zero
        axis.set(yscale="log")
    axis.xaxis.get_major_locator().set_params(integer=True)
    for ticks in (axis.yaxis.set_major_formatter, axis.yaxis.set_minor_formatter):
        ticks(lambda value, position: f"{value:,.0f}" if str(value)[0] in "125" else "")
    axis.grid(True, which="both", linewidth=0.3)
    axis.legend(frameon=False)


def losses(axis: Any, history: History) -> None:
    """Loss of training and validation in every epoch; a widening gap says that the network learns frames by heart."""
    for (name, key), colour in zip({"training": "train_loss", "validation": "loss"}.items(), COLOURS, strict=False):
        axis.plot([row["epoch"] + 1 for row in history], [row[key] for row in history], "o-", color=colour,
                  markersize=3, label=name)  # fmt: skip
    axis.set(xlabel="epoch", ylabel="loss", yscale="log", title="loss")
    axis.xaxis.get_major_locator().set_params(integer=True)
    axis.grid(True, which="both", linewidth=0.3)
    axis.legend(frameon=False)


def parity(
    axis: Any, sets: Mapping[str, tuple[np.ndarray, np.ndarray]], what: str = "energy", unit: str = "eV"
) -> None:
    """Labels and predictions, each of any shape, by name, in ``unit``; the legend tells each RMSE in its meV."""
    flat = {name: (np.ravel(label), np.ravel(predicted)) for name, (label, predicted) in sets.items()}
    labels = np.concatenate([label for label, _ in flat.values()])
    if labels.size:
        ends = np.array([labels.min(), labels.max()])
        axis.plot(ends, ends, color="black", linewidth=0.8, zorder=3)
    for (name, (label, predicted)), colour in zip(flat.items(), COLOURS, strict=False):
        if not label.size:
            continue
        error = 1000 * float(np.sqrt(np.mean((predicted - label) ** 2)))
        text = f"{name}: {error:.3g} m{unit}"
        axis.plot(label, predicted, ".", color=colour, markersize=3, alpha=0.6, label=text, rasterized=True)
    axis.set(xlabel=f"label, {what} ({unit})", ylabel=f"predicted {what} ({unit})", title=what)
    axis.grid(True, linewidth=0.3)
    axis.legend(frameon=False, markerscale=4)


def errors_by(axis: Any, evaluation: Evaluation, kind: str) -> None:
    """Bars of RMSE (meV): forces by element, energies per atom and stresses by group."""
    forces = kind == "forces"
    measure = {"energy": "energy_per_atom", "forces": "force", "stress": "stress"}[kind]
    rows = evaluation.by_element() if forces else evaluation.by_group()
    errors = {name: 1000 * row[f"{measure}_rmse"] for name, row in rows.items() if f"{measure}_rmse" in row}
    title = f"{measure.replace('_', ' ')} RMSE by {'element' if forces else 'group'}"
    axis.set(xlabel=f"RMSE ({MEASURES[measure]})", title=title)
    if errors:
        axis.barh(list(errors), list(errors.values()), color=COLOURS[0])
        axis.invert_yaxis()
    else:
        axis.set_axis_off()
        axis.text(0.5, 0.5, "no groups", ha="center", va="center", transform=axis.transAxes)
