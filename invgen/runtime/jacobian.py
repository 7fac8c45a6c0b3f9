"""Jacobians of anybody's functions of torch tensors, by reverse differentiation."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import torch


class NotDifferentiable(TypeError):
    """A function that does not take torch tensors, or returns nothing that depends on them."""


def jacobian(function: Callable[..., Any], point: np.ndarray) -> tuple[np.ndarray, np.ndarray, float]:
    """Values ``(members,)``, Jacobian ``(members, variables)`` and its relative error at a float64 point of any shape.

    The function takes a tensor and returns a tensor ``(members,)`` or ``()``. Raises ``NotDifferentiable``.
    """
    x = torch.tensor(point, dtype=torch.float64, requires_grad=True)
    result = function(x)
    if not isinstance(result, torch.Tensor):
        raise NotDifferentiable(f"the function must return a torch tensor (descriptors,), got {type(result).__name__}")
    if result.ndim > 1 or not result.requires_grad:
        raise NotDifferentiable(
            "the function must return a tensor (descriptors,) that depends on its argument, got one of shape "
            f"{tuple(result.shape)} with requires_grad={result.requires_grad}"
        )
    values = result.reshape(-1)
    rows = [_row(value, x) for value in values]
    noise = 0.0 if result.dtype == torch.float64 else 10 * float(torch.finfo(result.dtype).eps)
    return values.detach().numpy().astype(np.float64), np.array(rows).reshape(len(values), point.size), noise


def _row(value: torch.Tensor, x: torch.Tensor) -> np.ndarray:
    """Zero for a value that does not depend on x."""
    if not value.requires_grad:
        return np.zeros(x.numel())
    (gradient,) = torch.autograd.grad(value, x, retain_graph=True, allow_unused=True)
    return np.zeros(x.numel()) if gradient is None else gradient.reshape(-1).numpy().copy()
