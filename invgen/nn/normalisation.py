"""Normalisation of the invariants over the features, and the matrix that mixes what comes out."""

from __future__ import annotations

import torch
from torch import nn

from invgen.runtime.load import fast_on_cpu


class Normalisation(nn.GroupNorm):
    """Every invariant has a group of its own: mean and variance are taken over its features."""

    def __init__(self, size: int, features: int, epsilon: float) -> None:
        super().__init__(size, size * features, eps=epsilon)

    def mixed(self, values: torch.Tensor, mixing: torch.Tensor) -> torch.Tensor:
        """values (atoms, size, features), mixing (size * features, outputs) -> (atoms, outputs)."""
        return self(values.flatten(1)) @ mixing


class FusedNormalisation(Normalisation):
    """The same by the operator ``invgen::normalise``; weight and bias act on the mixing matrix, not on every atom."""

    def mixed(self, values: torch.Tensor, mixing: torch.Tensor) -> torch.Tensor:
        from invgen.runtime.operators import normalise

        if values.device.type != "cpu" or values.dtype not in normalise.DTYPES:
            return super().mixed(values, mixing)
        normal, _ = normalise.VALUE(values, self.eps)
        return torch.addmm(self.bias @ mixing, normal.flatten(1), self.weight.unsqueeze(1) * mixing)


def make_normalisation(size: int, features: int, epsilon: float, backend: str) -> Normalisation:
    """The layer of a backend, chosen as in ``make_environment``."""
    return (FusedNormalisation if fast_on_cpu(backend) else Normalisation)(size, features, epsilon)
