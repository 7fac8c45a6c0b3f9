"""Training loss and error measures."""

from __future__ import annotations

import math
from collections.abc import Callable

import torch

from invgen.data.batch import Labels
from invgen.data.dataset import Dataset
from invgen.nn.energy import EnergyForces, Prediction

EVALUATION_BATCH = 512
"""Systems at a time when errors are measured."""


def rmse_and_mae(predicted: Prediction, labels: Labels) -> torch.Tensor:
    """RMSE + MAE of the energies (eV) plus RMSE + MAE of the force components (eV/Å), over one batch."""
    energy = predicted.energy - labels.energy
    forces = predicted.forces - labels.forces
    return _rmse(energy) + energy.abs().mean() + _rmse(forces) + forces.abs().mean()


def mae(predicted: Prediction, labels: Labels) -> torch.Tensor:
    """MAE of the energies (eV) plus MAE of the force components (eV/Å): no structure pulls harder than another."""
    energy = predicted.energy - labels.energy
    return energy.abs().mean() + (predicted.forces - labels.forces).abs().mean()


def _rmse(error: torch.Tensor) -> torch.Tensor:
    return error.square().mean().clamp(min=1e-30).sqrt()


LOSSES: dict[str, Callable[[Prediction, Labels], torch.Tensor]] = {"rmse+mae": rmse_and_mae, "mae": mae}
"""What is minimised, by its name in the configuration."""


def errors(network: EnergyForces, data: Dataset) -> dict[str, float]:
    """``energy_rmse``, ``energy_mae`` (eV), ``force_rmse``, ``force_mae`` (eV/Å) and their sum ``loss``."""
    sums = dict.fromkeys(("energy_square", "energy_absolute", "force_square", "force_absolute"), 0.0)
    for start in range(0, len(data), EVALUATION_BATCH):
        systems = torch.arange(start, min(start + EVALUATION_BATCH, len(data)))
        labels, predicted = data.labels(systems), network(data.batch(systems), differentiable=False)
        energy = (predicted.energy - labels.energy).double()
        forces = (predicted.forces - labels.forces).double()
        sums["energy_square"] += energy.square().sum().item()
        sums["energy_absolute"] += energy.abs().sum().item()
        sums["force_square"] += forces.square().sum().item()
        sums["force_absolute"] += forces.abs().sum().item()
    components = 3 * len(data.numbers)
    result = {
        "energy_rmse": math.sqrt(sums["energy_square"] / len(data)),
        "energy_mae": sums["energy_absolute"] / len(data),
        "force_rmse": math.sqrt(sums["force_square"] / components),
        "force_mae": sums["force_absolute"] / components,
    }
    return {**result, "loss": sum(result.values())}
