"""An exponential moving average of the weights: smoother than the last step, and what is validated and saved."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np
import torch

from invgen.runtime.torch_private import lerp_all

START = 10
"""The decay of step n is at most (1 + n) / (START + n): early weights are forgotten soon."""


class Average:
    """After step n, average <- d average + (1 - d) weights with d = min(``decay``, (1 + n) / (10 + n)).

    ``decay`` 0 keeps no average: then the weights themselves stand for it.
    """

    def __init__(self, model: torch.nn.Module, decay: float) -> None:
        self.decay = decay
        named = {name: p for name, p in model.named_parameters() if p.requires_grad} if decay else {}
        self.names, self.weights = list(named), list(named.values())
        self.values = [p.detach().clone() for p in self.weights]

    def update(self, step: int) -> None:
        """Take in the weights after step number ``step``, which counts from 1."""
        if self.values:
            decay = min(self.decay, (1 + step) / (START + step))
            lerp_all(self.values, [p.detach() for p in self.weights], 1 - decay)

    @contextmanager
    def in_place(self) -> Iterator[None]:
        """Within the block the model holds the average, after it its own weights again."""
        own = [p.detach().clone() for p in self.weights]
        _put(self.weights, self.values)
        try:
            yield
        finally:
            _put(self.weights, own)

    def arrays(self) -> dict[str, np.ndarray]:
        """The average of every trainable parameter, by name; nothing without a decay."""
        return {name: value.cpu().numpy() for name, value in zip(self.names, self.values, strict=True)}

    def load(self, arrays: dict[str, np.ndarray]) -> None:
        """Take over what ``arrays`` gave."""
        for name, value in zip(self.names, self.values, strict=True):
            value.copy_(torch.from_numpy(arrays[name]))


@torch.no_grad()
def _put(weights: list[torch.nn.Parameter], values: list[torch.Tensor]) -> None:
    for weight, value in zip(weights, values, strict=True):
        weight.copy_(value)
