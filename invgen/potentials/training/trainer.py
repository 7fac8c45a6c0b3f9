"""The training loop: resumable after any step to the same bytes, in one process or shared out among several."""

from __future__ import annotations

import math
import time
from pathlib import Path
from typing import Any

import numpy as np
import torch

from invgen.data.batch import batch_on, labels_on
from invgen.data.dataset import Data
from invgen.data.errors import DataError
from invgen.errors import InvgenError
from invgen.nn.energy import EnergyForces
from invgen.nn.network import Network
from invgen.potentials.average import Average
from invgen.potentials.evaluation import MEASURES, errors_of, evaluation_of, predictions, told
from invgen.potentials.optimizer import Optimizer
from invgen.potentials.saved import MODEL, describe, load_arrays, save_model, state_arrays
from invgen.potentials.training import checkpoint
from invgen.potentials.training.config import LossConfig, TrainingConfig
from invgen.potentials.training.journal import Bar, Progress, TensorBoard, write_curve
from invgen.potentials.training.loss import PROPERTIES, Loss
from invgen.potentials.training.processes import Processes
from invgen.potentials.training.schedule import make_schedule
from invgen.runs.compilation import compilation_told
from invgen.runs.heartbeat import SILENCE, heartbeat
from invgen.runs.interrupts import Interrupts, ctrl_c_is_noted
from invgen.runtime import choice

PROGRESS = ("epoch", "step", "steps", "begun", "finished", "loss_sum", "seconds", "history", "best")
"""Attributes of the trainer that a checkpoint holds as they are."""


class TrainingError(InvgenError, ValueError):
    """Training that cannot go on; the message says why and what to change."""


class Trainer:
    """Trains ``model`` in place on whatever labels the systems of ``train`` have, as ``settings`` and ``loss`` say.

    Order of the data in epoch e depends on ``(settings.seed, e)`` alone and all other state is in the checkpoint, so an
    interrupted training that is started again takes the same steps. ``folder`` receives ``checkpoint.npz``,
    ``model.safetensors`` (least validation loss so far) and ``learning_curve.csv``; without it nothing is written.
    Where weights are averaged, the average is what is validated and saved as the model. Without a ``bar``, ``progress``
    hears a line within any ten seconds. With ``extend``, a training in ``folder`` goes on with other settings;
    with ``tensorboard`` the curve is written for it, too. Several ``processes`` share the systems of every step and
    take the same steps as one, to round-off.
    """

    def __init__(
        self,
        model: Network,
        train: Data,
        validation: Data,
        settings: TrainingConfig,
        folder: str | Path | None = None,
        progress: Progress | None = None,
        bar: Bar | None = None,
        loss: LossConfig | None = None,
        processes: Processes | None = None,
        extend: bool = False,
        tensorboard: bool = False,
    ) -> None:
        self.model, self.train, self.validation, self.settings = model, train, validation, settings
        self.folder = None if folder is None else Path(folder)
        self.say = progress or (lambda text: None)
        self.bar, self.line, self.shows_bar = bar or (lambda done, epochs, line: None), "", bar is not None
        self.processes = processes or Processes()
        self.network = EnergyForces(model)
        self.predict = torch.compile(self.network, fullgraph=True) if settings.compile else self.network
        self.loss = Loss(loss or LossConfig())
        rates = settings.learning_rate, settings.sensitivity_rate, settings.weight_decay, settings.adaptive_clip
        self.optimizer = Optimizer(model, settings.optimizer, *rates)
        self.average = Average(model, settings.average)
        self.schedule = make_schedule(settings)
        self.history: list[dict[str, float]] = []
        self.epoch, self.step, self.steps, self.begun, self.finished = 0, 0, 0, 0, False
        self.loss_sum, self.seconds = 0.0, 0.0
        self.best = {"loss": math.inf}
        self.best_arrays = state_arrays(model)
        self.decided: dict[str, Any] | None = None  # the kernels of a training that is continued
        self._interrupts = Interrupts()
        self._parameters = [p for p in model.parameters() if p.requires_grad]
        self._check()
        if self.folder is not None and (self.folder / checkpoint.CHECKPOINT).exists():
            self._load(extend)
        self._board = TensorBoard(self.folder if tensorboard and self.processes.first else None, self.epoch)

    def _check(self) -> None:
        """Pairs, elements and labels; ``learns`` are the properties that count and are labelled."""
        for name, data in (("validation", self.validation), ("training", self.train)):
            if data.cutoff < self.model.cutoff:
                raise DataError(f"pairs reach up to {data.cutoff} Å, the network hears up to {self.model.cutoff} Å")
            self.model.encoding.index(torch.tensor(data.species(), device=self.model.device))
            self.learns = self.loss.learnt(name, data)

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
        return f"in epoch {self.epoch} (last: {self.settings.epochs - 1}): {seen} of {len(self.train)} structures{mean}"

    def _run(self) -> bool:
        saved = time.monotonic()
        with choice.as_recorded(self.decided), ctrl_c_is_noted() as self._interrupts:
            while not self.finished:
                started = time.monotonic()
                whole = self._take_steps()
                self.seconds += time.monotonic() - started
                if not whole:
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

    def _take_steps(self) -> bool:
        """The rest of the current epoch; false if Ctrl-C came before its end."""
        self.network.train()
        size = self.schedule.batch_size()
        generator = torch.Generator().manual_seed(self.settings.seed * 1_000_003 + self.epoch)
        batches = torch.randperm(len(self.train), generator=generator).split(size)
        epochs = self.settings.epochs - self.begun
        for number in range(self.step, len(batches)):
            systems = batches[number]
            if number + 1 < len(batches):
                self.train.prefetch(self.processes.share(batches[number + 1]))
            if self.processes.any(self._interrupts.noted):
                return False
            done = (self.epoch - self.begun + self.step / len(batches)) / epochs
            self.optimizer.rate = self.schedule.learning_rate(done)
            self.loss_sum += self._one_step(systems) * len(systems)
            self.step += 1
            self.schedule.step_done()
            self.bar(self.epoch + self.step / len(batches), self.settings.epochs, self.line)
        return not self.processes.any(self._interrupts.noted)

    def _one_step(self, systems: torch.Tensor) -> float:
        self.optimizer.zero_grad()
        value = self._backward(systems)
        if self.settings.clip:
            torch.nn.utils.clip_grad_norm_(self.model.parameters(), self.settings.clip)
        self.optimizer.step()
        self.steps += 1
        self.average.update(self.steps)
        if not math.isfinite(value):
            raise TrainingError(f"the loss is {value} in epoch {self.epoch}, step {self.step}; lower learning_rate")
        return value

    def _backward(self, systems: torch.Tensor) -> float:
        """The loss of the systems; its gradient is left in the parameters, the same in every process."""
        mine = self.processes.share(systems)
        sums = self._sums(mine) if len(mine) else torch.zeros(len(PROPERTIES), 4, dtype=torch.float64)
        value, slope = self.loss.with_slope(self.processes.sum(sums.detach()))
        if sums.requires_grad:
            (sums * slope).sum().backward(inputs=self._parameters)  # the gradient by the pair vectors is not wanted
        self.processes.sum_gradients(self._parameters)
        return value.item()

    def _sums(self, systems: torch.Tensor) -> torch.Tensor:
        """(3, 4) sums of errors, as ``Loss.sums``."""
        device = self.model.device
        batch = batch_on(self.train.batch(systems), device)
        predicted = self.predict(batch, forces="forces" in self.learns, stress="stress" in self.learns)
        return self.loss.sums(predicted, labels_on(self.train.labels(systems), device), batch)

    def _measure(self) -> dict[str, float]:
        """Validation loss and errors, of all processes together."""
        mine = self.processes.share(torch.arange(len(self.validation)))
        sums, measured = torch.zeros(len(PROPERTIES), 4, dtype=torch.float64), torch.zeros(len(MEASURES), 3).double()
        labelled = self.validation.labelled()
        wanted = (labelled[name] > 0 for name in ("forces", "stress"))
        for batch, labels, predicted in predictions(self.network, self.validation, mine, *wanted):
            sums = sums + self.loss.sums(predicted, labels, batch)
            measured = measured + torch.from_numpy(evaluation_of(batch, labels, predicted).sums())
        value = self.loss.value(self.processes.sum(sums)).item()
        return {**errors_of(self.processes.sum(measured).numpy()), "loss": value}

    def _end_epoch(self) -> None:
        self.network.eval()
        with self.average.in_place():
            measured = self._measure()
            validated = state_arrays(self.model)
        if not math.isfinite(measured["loss"]):
            raise TrainingError(
                f"the validation loss is {measured['loss']} in epoch {self.epoch}: lower learning_rate, and look for "
                "structures whose atoms nearly touch (invgen data)"
            )
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
        waited = self.epoch - 1 - self.best.get("epoch", self.epoch - 1)
        tired = 0 < self.settings.early_stopping <= waited
        self.finished = ended or tired or self.epoch >= self.settings.epochs
        self.line = (
            f"epoch {row['epoch']}: train {row['train_loss']:.4f}, validation {row['loss']:.4f} "
            f"({told(measured)}), {self.seconds:.0f} s"
        )
        self.bar(self.epoch, self.settings.epochs, self.line)
        self.say(self.line)
        if tired:
            self.say(f"no better validation loss for {waited} epochs: ended early")
        self._board.add(row)

    def _identity(self) -> checkpoint.Identity:
        digests = {"training data": self.train.digest(), "validation data": self.validation.digest()}
        return checkpoint.identity(self.settings, self.loss.settings, describe(self.model), digests)

    def _save(self) -> None:
        if self.folder is None or not self.processes.first:
            return
        parts: dict[str, dict[str, np.ndarray]] = {
            "model": state_arrays(self.model),
            "best": self.best_arrays,
            "average": self.average.arrays(),
            "optimizer": self.optimizer.arrays(),
        }
        header: dict[str, Any] = {
            "identity": self._identity(),
            "schedule": self.schedule.state,
            "choice": choice.record(),
            "labels": self.model.notes.get("labels"),
            **{name: getattr(self, name) for name in PROGRESS},
        }
        try:
            save_model(self.model, self.folder / MODEL, self.best_arrays)
            write_curve(self.folder, self.history)
            checkpoint.write(self.folder, header, parts)  # last: what it says is done is there
        except OSError as error:
            raise TrainingError(
                f"{self.folder} cannot be written to ({error.strerror or error}); what was written there before is "
                "whole: make room, and run again to continue from it"
            ) from error

    def _load(self, extend: bool) -> None:
        assert self.folder is not None
        saved = checkpoint.read(self.folder)
        changed = checkpoint.check(self._identity(), saved.header["identity"], self.folder, extend)
        load_arrays(self.model, saved.parts["model"], str(self.folder / checkpoint.CHECKPOINT))
        self.best_arrays = saved.parts["best"]
        self.average.load(saved.parts.get("average", {}))
        self.optimizer.load(saved.parts.get("optimizer", {}))
        self.decided = saved.header["choice"]
        for name in PROGRESS:
            setattr(self, name, saved.header[name])
        if changed:
            self._extended(changed)
        else:
            self.schedule.state = saved.header["schedule"]
        self.say(f"continuing {self.folder / checkpoint.CHECKPOINT} at epoch {self.epoch}, step {self.step}")

    def _extended(self, changed: list[str]) -> None:
        """New settings take over: the schedule begins anew, and so does the search for the best weights if need be."""
        assert self.folder is not None
        checkpoint.check_longer(self.settings.epochs, self.epoch, self.folder)
        self.begun, self.step, self.loss_sum, self.finished = self.epoch, 0, 0.0, False
        if any(name.startswith("loss.") for name in changed):
            self.best = {"loss": math.inf}
        self.say(f"extending it with {', '.join(f'{k} {self._identity()[k]!r}' for k in changed)}")
