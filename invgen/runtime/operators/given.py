"""What operators make of their arguments before a routine takes them."""

from __future__ import annotations

from functools import cache
from typing import Any

import torch
from torch import Tensor


def plain(*tensors: Tensor | None) -> list[Any]:
    """Tensors as they lie in memory, contiguous; ``None`` stays."""
    return [x if x is None or as_it_lies(x) else x.detach().resolve_neg().contiguous() for x in tensors]


def as_it_lies(x: Tensor) -> bool:
    """Whether the memory of a tensor holds its numbers, in order."""
    return x.is_contiguous() and not x.is_neg()


@cache
def dtype_name(dtype: torch.dtype) -> str:
    """Such as ``"float32"``."""
    return str(dtype).removeprefix("torch.")


@cache
def constants(dtype: torch.dtype, *numbers: float) -> Tensor:
    """Numbers as a tensor on the CPU, made once."""
    return torch.tensor(numbers, dtype=dtype, device="cpu")


def like(name: str, tensor: Tensor, shape: tuple[int, ...], other: Tensor, what: str) -> None:
    """Raise ``ValueError`` unless a tensor has a shape, and dtype and device of another."""
    if tensor.shape != shape or tensor.dtype != other.dtype or tensor.device != other.device:
        raise ValueError(
            f"{what}: {name} must be {tuple(shape)} {other.dtype} on {other.device}, got {tuple(tensor.shape)} "
            f"{tensor.dtype} on {tensor.device}"
        )
