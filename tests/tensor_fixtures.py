"""Random tensors for the tests of operators."""

from __future__ import annotations

import torch
from torch import Tensor


def tensors(
    *shapes: tuple[int, ...], seed: int = 0, dtype: torch.dtype = torch.float64, scale: float = 1.0
) -> tuple[Tensor, ...]:
    """Normal numbers times ``scale``, drawn one tensor after the other in float64 whatever their dtype."""
    generator = torch.Generator().manual_seed(seed)
    return tuple((scale * torch.randn(*s, generator=generator, dtype=torch.float64)).to(dtype) for s in shapes)
