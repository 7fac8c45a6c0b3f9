"""Radial sensitivity functions."""

from __future__ import annotations

import torch
from torch import nn

from invgen.runtime.operators import sensitivities, sensitivities_torch


class Sensitivity(nn.Module):
    """s_ν(r) = exp(-(σ_ν²/2)(1/r - 1/μ_ν)²) · cos²(πr/2R) for r < R, else 0, with trainable μ_ν (Å) and σ_ν (Å).

    1/μ_ν starts evenly between 1/``soft_max`` and 1/``soft_min``, σ_ν at ``sigma`` or, without it, at
    2·``count``·``soft_min``; the smaller, the wider. Value and first derivative vanish at R = ``cutoff``. Lengths in Å;
    raises ``ValueError`` unless 0 < soft_min < soft_max, 0 < sigma and 0 < R.
    """

    def __init__(self, count: int, soft_min: float, soft_max: float, cutoff: float, sigma: float | None = None) -> None:
        super().__init__()
        if count < 1:
            raise ValueError(f"sensitivities must be at least 1, got {count}")
        if not 0 < soft_min < soft_max:
            raise ValueError(f"need 0 < soft_min < soft_max, got soft_min={soft_min} and soft_max={soft_max} Å")
        if not cutoff > 0:
            raise ValueError(f"cutoff must be positive, got {cutoff} Å")
        sigma = 2.0 * count * soft_min if sigma is None else sigma
        if not sigma > 0:
            raise ValueError(f"sigma must be positive, got {sigma} Å")
        self.cutoff = float(cutoff)
        self.mu = nn.Parameter(1.0 / torch.linspace(1.0 / soft_max, 1.0 / soft_min, count))
        self.sigma = nn.Parameter(torch.full((count,), float(sigma)))

    def forward(self, distance: torch.Tensor) -> torch.Tensor:
        """(pairs,) distances in Å -> (pairs, sensitivities); where the exponential is negligible, exactly zero."""
        return sensitivities_torch.value(distance, self.mu.reciprocal(), self.sigma, self.cutoff)

    def compiled(self, distance: torch.Tensor) -> torch.Tensor:
        """The same by the operator ``invgen::sensitivities``, for tensors on the CPU."""
        return sensitivities.VALUE(distance, self.mu.reciprocal(), self.sigma, self.cutoff)
