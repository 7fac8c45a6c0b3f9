"""The training loop with its loss and error measures: one process, resumable after any step to the bit-same result."""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import torch

from invgen.data.batch import Labels
from invgen.data.dataset import Dataset
from invgen.data.errors import DataError
from invgen.data.files import read_archive, write_archive
from invgen.errors import InvgenError
from invgen.files import write_text
from invgen.nn.energy import EnergyForces, Prediction
from invgen.nn.network import Network
from invgen.potentials.average import Average
from invgen.potentials.heartbeat import SILENCE, heartbeat
from invgen.potentials.optimizer import Optimizer
from invgen.potentials.saved import describe, load_arrays, save_model, state_arrays
from invgen.potentials.training.config import TrainingConfig
from invgen.potentials.training.schedule import make_schedule
from invgen.runs.compilation import compilation_told
from invgen.runs.interrupts import Interrupts, ctrl_c_is_noted
from invgen.runtime import choice

Progress = Callable[[str], None]
Bar = Callable[[float, int, str], None]
"""Called after every step with epochs done, epochs in all, and the line of the last epoch."""
CHECKPOINT = "training checkpoint"
COLUMNS = (
    "epoch", "batch_size", "learning_rate", "train_loss", "loss", "energy_rmse", "energy_mae", "force_rmse",
    "force_mae", "seconds",
)  # fmt: skip
PROGRESS = ("epoch", "step", "steps", "finished", "loss_sum", "seconds", "history", "best")
"""Attributes of the trainer that a checkpoint holds as they are."""
EVALUATION_BATCH = 512
"""Systems at a time when errors are measured."""


class TrainingError(InvgenError, ValueError):
    """Training that cannot go on; the message says why and what to change."""


class Trainer:
    """Trains ``model`` in place on energies and forces.

    Order of the data in epoch e depends on ``(settings.seed, e)`` alone and all other state is in the checkpoint, so an
    interrupted training that is started again takes the same steps. ``folder`` receives ``checkpoint.npz``,
    ``model.npz`` (least validation loss so far) and ``learning_curve.csv``; without it nothing is written.
    Where weights are averaged, the average is what is validated and saved as the model. Without a ``bar``, ``progress``
    hears a line within any ten seconds.
    """

    def __init__(
        self,
        model: Network,
        train: Dataset,
        validation: Dataset,
        settings: TrainingConfig,
        folder: str | Path | None = None,
        progress: Progress | None = None,
        bar: Bar | None = None,
    ) -> None:
        self.model, self.train, self.validation, self.settings = model, train, validation, settings
        self.folder = None if folder is None else Path(folder)
        self.say = progress or (lambda text: None)
        self.bar, self.line, self.shows_bar = bar or (lambda done, epochs, line: None), "", bar is not None
        self.network = EnergyForces(model)
        self.predict = torch.compile(self.network, fullgraph=True) if settings.compile else self.network
        self.loss = LOSSES[settings.loss]
        rates = settings.learning_rate, settings.sensitivity_rate
        self.optimizer = Optimizer(model, settings.optimizer, *rates)
        self.average = Average(model, settings.average)
        self.schedule = make_schedule(settings)
        self.history: list[dict[str, float]] = []
        self.epoch, self.step, self.steps, self.finished = 0, 0, 0, False
        self.loss_sum, self.seconds = 0.0, 0.0
        self.best = {"loss": math.inf}
        self.best_arrays = state_arrays(model)
        self._interrupts = Interrupts()
        for data in (train, validation):
            if data.cutoff < model.cutoff:
                raise DataError(f"pairs were found up to {data.cutoff} Å, the network hears up to {model.cutoff} Å")
            model.encoding.index(data.numbers)
            if min(data.labelled()[name] for name in ("energy", "forces")) < len(data):
                raise DataError("this data set has structures without energy or forces; label them all to train on it")
        if self.folder is not None and (self.folder / "checkpoint.npz").exists():
            self._load()

    def run(self) -> bool:
        """Train to the end and leave the best weights in the model.

        False when Ctrl-C ended it earlier; the checkpoint is written then, too.
        """
        if self.shows_bar:
            with compilation_told(self.say):
                return self._run()
        said = self.say
        with heartbeat(said, self._position, SILENCE) as self.say, compilation_told(self.say):
            ended = self._run()
        self.say = said
        return ended

    def _position(self) -> str:
        """Where the training is, for a line between those of the epochs."""
        seen = min(len(self.train), self.step * self.schedule.batch_size())
        mean = f", train {self.loss_sum / seen:.4f}" if seen else ", preparing (kernels may be compiled)"
        return f"epoch {self.epoch + 1} of {self.settings.epochs}: {seen} of {len(self.train)} structures{mean}"

    def _run(self) -> bool:
        saved = time.monotonic()
        with ctrl_c_is_noted() as self._interrupts:
            while not self.finished:
                started = time.monotonic()
                self._take_steps()
                self.seconds += time.monotonic() - started
                if self._interrupts.noted:
                    self._save()
                    self.say(f"interrupted in epoch {self.epoch}, step {self.step}; run again to continue")
                    return False
                self._end_epoch()
                if self.finished or time.monotonic() - saved > self.settings.checkpoint_seconds:
                    self._save()
                    saved = time.monotonic()
        load_arrays(self.model, self.best_arrays, "best weights")
        self.model.eval()
        return True

    def _take_steps(self) -> None:
        """The rest of the current epoch, or until Ctrl-C."""
        self.network.train()
        size = self.schedule.batch_size()
        generator = torch.Generator().manual_seed(self.settings.seed * 1_000_003 + self.epoch)
        batches = torch.randperm(len(self.train), generator=generator).split(size)
        for systems in batches[self.step :]:
            if self._interrupts.noted:
                return
            done = (self.epoch + self.step / len(batches)) / self.settings.epochs
            self.optimizer.rate = self.schedule.learning_rate(done)
            self.loss_sum += self._one_step(systems) * len(systems)
            self.step += 1
            self.bar(self.epoch + self.step / len(batches), self.settings.epochs, self.line)

    def _one_step(self, systems: torch.Tensor) -> float:
        self.optimizer.zero_grad()
        value = self.loss(self.predict(self.train.batch(systems)), self.train.labels(systems))
        value.backward()
        if self.settings.clip:
            torch.nn.utils.clip_grad_norm_(self.model.parameters(), self.settings.clip)
        self.optimizer.step()
        self.steps += 1
        self.average.update(self.steps)
        number = value.item()
        if not math.isfinite(number):
            raise TrainingError(f"the loss is {number} in epoch {self.epoch}, step {self.step}; lower learning_rate")
        return number

    def _end_epoch(self) -> None:
        self.network.eval()
        with self.average.in_place():
            measured = errors(self.network, self.validation)
            validated = state_arrays(self.model)
        row = {
            "epoch": self.epoch,
            "batch_size": self.schedule.batch_size(),
            "learning_rate": self.optimizer.rate,
            "train_loss": self.loss_sum / len(self.train),
            "seconds": round(self.seconds, 3),
            **measured,
        }
        self.history.append(row)
        if measured["loss"] < self.best["loss"]:
            self.best = dict(row)
            self.best_arrays = validated
        ended = self.schedule.epoch_done(measured["loss"])
        self.epoch, self.step, self.loss_sum = self.epoch + 1, 0, 0.0
        self.finished = ended or self.epoch >= self.settings.epochs
        self.line = (
            f"epoch {row['epoch']}: train {row['train_loss']:.4f}, validation {row['loss']:.4f} "
            f"(energy RMSE {row['energy_rmse']:.4f} eV, force RMSE {row['force_rmse']:.4f} eV/Å), {self.seconds:.0f} s"
        )
        self.bar(self.epoch, self.settings.epochs, self.line)
        self.say(self.line)

    def _identity(self) -> dict[str, Any]:
        """What has to be equal for a checkpoint to be continued."""
        settings = {k: v for k, v in vars(self.settings).items() if k != "checkpoint_seconds"}
        model = describe(self.model)
        return {
            **settings,
            **model.pop("arguments"),
            "kind": model["model"],
            "basis": model["basis"],
            "training data": self.train.digest(),
            "validation data": self.validation.digest(),
        }

    def _save(self) -> None:
        if self.folder is None:
            return
        arrays = {f"model/{name}": array for name, array in state_arrays(self.model).items()}
        arrays |= {f"best/{name}": array for name, array in self.best_arrays.items()}
        arrays |= {f"average/{name}": array for name, array in self.average.arrays().items()}
        arrays |= {f"optimizer/{name}": array for name, array in self.optimizer.arrays().items()}
        header = {
            "kind": CHECKPOINT,
            "identity": self._identity(),
            "schedule": self.schedule.state,
            "choice": choice.record(),
            **{name: getattr(self, name) for name in PROGRESS},
        }
        write_archive(self.folder / "checkpoint.npz", header, arrays)
        save_model(self.model, self.folder / "model.npz", self.best_arrays)
        rows = [",".join(str(row[c]) for c in COLUMNS) for row in self.history]
        write_text(self.folder / "learning_curve.csv", "\n".join([",".join(COLUMNS), *rows]) + "\n")

    def _load(self) -> None:
        path = self.folder / "checkpoint.npz" if self.folder else Path()
        header, arrays = read_archive(path, CHECKPOINT)
        here, there = _plain(self._identity()), header["identity"]
        differ = [k for k in here | there if here.get(k) != there.get(k)]
        changed = ", ".join(f"{k} (was {there.get(k)!r}, now {here.get(k)!r})" for k in differ)
        if differ:
            raise DataError(f"{path} belongs to another training: {changed}; use another folder or remove it")
        load_arrays(self.model, _under(arrays, "model/"), str(path))
        self.best_arrays = _under(arrays, "best/")
        self.average.load(_under(arrays, "average/"))
        self.optimizer.load(_under(arrays, "optimizer/"))
        self.schedule.state.update(header["schedule"])
        choice.continue_with(header["choice"])
        for name in PROGRESS:
            setattr(self, name, header[name])
        self.say(f"continuing {path} at epoch {self.epoch}, step {self.step}")


def _under(arrays: dict[str, np.ndarray], prefix: str) -> dict[str, np.ndarray]:
    return {name.removeprefix(prefix): a for name, a in arrays.items() if name.startswith(prefix)}


def _plain(value: Any) -> Any:
    """As it looks after JSON: tuples become lists."""
    if isinstance(value, dict):
        return {k: _plain(v) for k, v in value.items()}
    return [_plain(v) for v in value] if isinstance(value, (list, tuple)) else value


def rmse_and_mae(predicted: Prediction, labels: Labels) -> torch.Tensor:
    """RMSE + MAE of the energies (eV) plus RMSE + MAE of the force components (eV/Å), over one batch."""
    energy = predicted.energy - labels.energy
    forces = predicted.forces - labels.forces
    return _rmse(energy) + energy.abs().mean() + _rmse(forces) + forces.abs().mean()


def mae(predicted: Prediction, labels: Labels) -> torch.Tensor:
    """MAE of the energies (eV) plus MAE of the force components (eV/Å): no structure pulls harder than another."""
    energy = predicted.energy - labels.energy
    return energy.abs().mean() + (predicted.forces - labels.forces).abs().mean()


def _rmse(error: torch.Tensor) -> torch.Tensor:
    return error.square().mean().clamp(min=1e-30).sqrt()


LOSSES: dict[str, Callable[[Prediction, Labels], torch.Tensor]] = {"rmse+mae": rmse_and_mae, "mae": mae}
"""What is minimised, by its name in the configuration."""


def errors(network: EnergyForces, data: Dataset) -> dict[str, float]:
    """``energy_rmse``, ``energy_mae`` (eV), ``force_rmse``, ``force_mae`` (eV/Å) and their sum ``loss``."""
    sums = dict.fromkeys(("energy_square", "energy_absolute", "force_square", "force_absolute"), 0.0)
    for start in range(0, len(data), EVALUATION_BATCH):
        systems = torch.arange(start, min(start + EVALUATION_BATCH, len(data)))
        labels, predicted = data.labels(systems), network(data.batch(systems), differentiable=False)
        energy = (predicted.energy - labels.energy).double()
        forces = (predicted.forces - labels.forces).double()
        sums["energy_square"] += energy.square().sum().item()
        sums["energy_absolute"] += energy.abs().sum().item()
        sums["force_square"] += forces.square().sum().item()
        sums["force_absolute"] += forces.abs().sum().item()
    components = 3 * len(data.numbers)
    result = {
        "energy_rmse": math.sqrt(sums["energy_square"] / len(data)),
        "energy_mae": sums["energy_absolute"] / len(data),
        "force_rmse": math.sqrt(sums["force_square"] / components),
        "force_mae": sums["force_absolute"] / components,
    }
    return {**result, "loss": sum(result.values())}
