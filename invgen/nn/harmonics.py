"""Tensor harmonics of pair directions."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import nn


class TensorHarmonics(nn.Module):
    """T^l(r̂), the symmetric traceless part of r̂⊗...⊗r̂, for each rank in ``ranks``, in reduced Cartesian order."""

    def __init__(self, ranks: Sequence[int]) -> None:
        super().__init__()
        self.ranks = tuple(ranks)
        if max(self.ranks) > 3:
            raise ValueError(f"ranks up to 3, got {self.ranks}")

    @property
    def components(self) -> int:
        """Number of components over all ranks."""
        return sum(2 * l + 1 for l in self.ranks)  # noqa: E741

    def forward(self, directions: torch.Tensor) -> torch.Tensor:
        """(pairs, 3) unit vectors -> (pairs, components)."""
        x, y, z = directions.unbind(1)
        r2 = x * x + y * y + z * z
        parts = {
            0: lambda: [torch.ones_like(x)],
            1: lambda: [x, y, z],
            2: lambda: [x * x - r2 / 3, x * y, x * z, y * y - r2 / 3, y * z],
            3: lambda: [
                x * (x * x - 0.6 * r2),
                y * (x * x - 0.2 * r2),
                z * (x * x - 0.2 * r2),
                x * (y * y - 0.2 * r2),
                x * y * z,
                y * (y * y - 0.6 * r2),
                z * (y * y - 0.2 * r2),
            ],
        }
        return torch.stack([p for rank in self.ranks for p in parts[rank]()], dim=1)
