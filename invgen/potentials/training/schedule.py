"""Learning-rate and batch-size schedules. Their whole state is a dictionary of JSON values."""

from __future__ import annotations

import json
import math
from typing import Any, Protocol

import torch

from invgen.errors import unknown
from invgen.potentials.training.config import SCHEDULES, TrainingConfig
from invgen.runs.config import ConfigError


class Schedule(Protocol):
    """What the trainer asks before each step and tells after each epoch."""

    state: dict[str, Any]

    def batch_size(self) -> int:
        """Systems in a batch of the coming epoch."""

    def learning_rate(self, progress: float) -> float:
        """Rate of the next step; ``progress`` is the fraction of all epochs that is done, from 0 to 1."""

    def step_done(self) -> None:
        """Take note of a step."""

    def epoch_done(self, validation_loss: float) -> bool:
        """Take note of an epoch; true when training should end."""


class _Stepless:
    """A schedule that takes no note of single steps."""

    def step_done(self) -> None:
        pass


class Plateau(_Stepless):
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


class OneCycle(_Stepless):
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


class TorchSchedule:
    """A scheduler of ``torch.optim.lr_scheduler`` by its name. Raises ``ConfigError`` if it cannot be made or kept."""

    def __init__(self, settings: TrainingConfig) -> None:
        self.settings = settings
        self._optimizer = torch.optim.SGD([torch.nn.Parameter(torch.zeros(1))], lr=settings.learning_rate)
        try:
            kind = getattr(torch.optim.lr_scheduler, settings.schedule)
            self._scheduler = kind(self._optimizer, **settings.schedule_arguments)
            json.dumps(self._scheduler.state_dict())
        except (TypeError, ValueError, AssertionError) as error:
            raise ConfigError(
                f"training.schedule {settings.schedule!r} with the schedule_arguments {settings.schedule_arguments} "
                f"cannot be made or cannot be kept in a checkpoint: {error}"
            ) from error
        self._listens = isinstance(self._scheduler, torch.optim.lr_scheduler.ReduceLROnPlateau)
        if self._listens and settings.schedule_every != "epoch":
            raise ConfigError('ReduceLROnPlateau hears the validation loss: it needs schedule_every = "epoch"')

    @property
    def state(self) -> dict[str, Any]:
        """Of the scheduler, with the rate of the next step."""
        return {"rate": self.learning_rate(0.0), "scheduler": self._scheduler.state_dict()}

    @state.setter
    def state(self, state: dict[str, Any]) -> None:
        self._scheduler.load_state_dict(state["scheduler"])
        self._optimizer.param_groups[0]["lr"] = state["rate"]

    def batch_size(self) -> int:
        return self.settings.batch_size

    def learning_rate(self, progress: float) -> float:
        return float(self._optimizer.param_groups[0]["lr"])

    def step_done(self) -> None:
        if self.settings.schedule_every == "step":
            self._advance()

    def epoch_done(self, validation_loss: float) -> bool:
        if self._listens:
            self._scheduler.step(validation_loss)
        elif self.settings.schedule_every == "epoch":
            self._advance()
        return False

    def _advance(self) -> None:
        self._optimizer.step()  # changes nothing; torch warns of a scheduler that is stepped before its optimizer
        self._scheduler.step()


def torch_schedules() -> tuple[str, ...]:
    """Names of the schedulers of torch."""
    module = torch.optim.lr_scheduler
    return tuple(
        sorted(
            name
            for name, kind in vars(module).items()
            if isinstance(kind, type)
            and issubclass(kind, module.LRScheduler)
            and kind is not module.LRScheduler
            and not name.startswith("_")
        )
    )


def make_schedule(settings: TrainingConfig) -> Schedule:
    """The schedule named in ``settings``. Raises ``ConfigError`` for an unknown name, and what its maker raises."""
    if settings.schedule == "plateau":
        return Plateau(settings)
    if settings.schedule == "one-cycle":
        return OneCycle(settings)
    if settings.schedule not in torch_schedules():
        raise ConfigError(unknown("training.schedule", settings.schedule, [*SCHEDULES, *torch_schedules()]))
    return TorchSchedule(settings)
