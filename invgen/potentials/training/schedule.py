"""Learning-rate and batch-size schedules. Their whole state is a dictionary of JSON values."""

from __future__ import annotations

import math
from typing import Any, Protocol

from invgen.potentials.training.config import TrainingConfig


class Schedule(Protocol):
    """What the trainer asks before each step and tells after each epoch."""

    state: dict[str, Any]

    def batch_size(self) -> int:
        """Systems in a batch of the coming epoch."""

    def learning_rate(self, progress: float) -> float:
        """Rate of the next step; ``progress`` is the fraction of all epochs that is done, from 0 to 1."""

    def epoch_done(self, validation_loss: float) -> bool:
        """Take note of an epoch; true when training should end."""


class Plateau:
    """Doubles the batch, later halves the rate, when validation stands still (see ``TrainingConfig``)."""

    def __init__(self, settings: TrainingConfig) -> None:
        self.settings = settings
        self.state: dict[str, Any] = {
            "batch": settings.batch_size,
            "rate": settings.learning_rate,
            "best": math.inf,
            "waited": 0,
        }

    def batch_size(self) -> int:
        return self.state["batch"]

    def learning_rate(self, progress: float) -> float:
        return self.state["rate"]

    def epoch_done(self, validation_loss: float) -> bool:
        state = self.state
        if validation_loss < state["best"]:
            state.update(best=validation_loss, waited=0)
            return False
        state["waited"] += 1
        if state["waited"] <= self.settings.patience:
            return False
        state["waited"] = 0
        if state["batch"] < self.settings.largest_batch:
            state["batch"] = min(2 * state["batch"], self.settings.largest_batch)
        else:
            state["rate"] /= 2
        return state["rate"] < self.settings.learning_rate / 100


class OneCycle:
    """Linear rise over the first tenth, then a cosine down to a thousandth; the batch stays."""

    RISE = 0.1
    FLOOR = 1e-3

    def __init__(self, settings: TrainingConfig) -> None:
        self.settings = settings
        self.state: dict[str, Any] = {}

    def batch_size(self) -> int:
        return self.settings.batch_size

    def learning_rate(self, progress: float) -> float:
        top = self.settings.learning_rate
        if progress < self.RISE:
            return top * (0.05 + 0.95 * progress / self.RISE)
        fall = 0.5 * (1 + math.cos(math.pi * (progress - self.RISE) / (1 - self.RISE)))
        return top * (self.FLOOR + (1 - self.FLOOR) * fall)

    def epoch_done(self, validation_loss: float) -> bool:
        return False


def make_schedule(settings: TrainingConfig) -> Schedule:
    """The schedule named in ``settings``."""
    return Plateau(settings) if settings.schedule == "plateau" else OneCycle(settings)
