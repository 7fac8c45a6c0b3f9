"""Which parameters take which share of the learning rate."""

from __future__ import annotations

from typing import Any

from torch import nn

from invgen.nn.sensitivity import Sensitivity


def parameter_groups(model: nn.Module, sensitivity_rate: float) -> list[dict[str, Any]]:
    """Groups for the optimizer; ``share`` of the learning rate is 1, for positions and widths of sensitivities less.

    Adam steps are about as long as the rate, whatever the unit. A position is a length: 0.005 Å is half the width of
    the innermost sensitivity (μ²/σ = 0.01 Å at μ = 0.4 Å, σ = 16 Å), and each step moves it for all pairs.
    """
    radial = {id(p) for module in model.modules() if isinstance(module, Sensitivity) for p in module.parameters()}
    rest = [p for p in model.parameters() if id(p) not in radial]
    sensitivities = [p for p in model.parameters() if id(p) in radial]
    return [{"params": rest, "share": 1.0}, {"params": sensitivities, "share": sensitivity_rate}]
