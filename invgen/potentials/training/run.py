"""From a configuration to a trained potential in a folder."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import torch

from invgen.data.dataset import Data
from invgen.data.labels import label_format
from invgen.data.references import symbols
from invgen.markup import block, preformatted
from invgen.nn.energy import EnergyForces
from invgen.nn.network import Network
from invgen.potentials.device import torch_device
from invgen.potentials.evaluation import Evaluation, error_table, evaluate
from invgen.potentials.training.config import Config, check_places, read_config
from invgen.potentials.training.earlier import earlier_training, file_digests, write_summary
from invgen.potentials.training.journal import Bar, Progress, log, summary_writer
from invgen.potentials.training.processes import Processes, started_processes
from invgen.potentials.training.report import write_report
from invgen.potentials.training.schedule import make_schedule
from invgen.potentials.training.sets import training_sets
from invgen.potentials.training.start import load_start, starting_model
from invgen.potentials.training.trainer import Trainer
from invgen.runs.config import ConfigError
from invgen.runs.preparation import Stage, stages_told
from invgen.runtime import choice


@dataclass(frozen=True)
class TrainingResult:
    """What ``train`` leaves.

    model, folder
        The network with the weights of the least validation loss, and where everything was written.
    finished
        False after Ctrl-C.
    validation, test
        Errors as ``Evaluation.errors`` (eV, eV/Å, eV/Å^3); ``None`` without a test set, or when it is not finished.
    history
        One row for each epoch, as in ``learning_curve.csv``: validation errors (eV, eV/Å, eV/Å^3).
    """

    model: Network
    finished: bool
    folder: Path
    validation: dict[str, float]
    test: dict[str, float] | None
    history: list[dict[str, float]]

    def _repr_html_(self) -> str:
        rows = {"validation": self.validation, **({"test": self.test} if self.test else {})}
        what = f"{type(self.model).__name__}, {self.model.parameter_count():,} parameters"
        state = "finished" if self.finished else "interrupted: the same command continues it"
        title = f"{what}, {len(self.history)} epochs, {state}"
        return block(title, preformatted(error_table(rows)), f"in {self.folder}")


def train_from_file(
    path: str | Path,
    progress: Progress | None = None,
    bar: Bar | None = None,
    *,
    extend: bool = False,
    start: str | Path | None = None,
    member: int | None = None,
) -> TrainingResult:
    """Read the TOML configuration ``path`` and train; paths in it are relative to the file.

    ``bar``, ``extend``, ``start`` and ``member`` are those of ``train``.

    Raises ``ConfigError`` or ``DataError`` before work starts. An interrupted training continues when called again.
    """
    path = Path(path)
    return train(read_config(path), path.parent, progress, bar, extend=extend, start=start, member=member)


def train(
    config: Config,
    base: str | Path = ".",
    progress: Progress | None = None,
    bar: Bar | None = None,
    *,
    extend: bool = False,
    start: str | Path | None = None,
    member: int | None = None,
) -> TrainingResult:
    """Train as ``config`` says, telling ``progress`` a line for every event and epoch, and ``bar`` every step.

    base
        The folder that paths in ``config`` are relative to.

    Writes model, checkpoint, learning curve, log, summary, errors and pictures to the folder. Under torchrun, all its
    processes share the work, and the first one writes and tells.

    extend
        Let a training that is in the folder go on with other settings, such as more epochs.
    start
        The file of a model to begin with: ``model.start``.
    member
        Number of a member of a committee: it has a folder of its own in that of the configuration, and the seed of the
        configuration plus its number.
    """
    base = Path(base)
    if start is not None:
        config = replace(config, model=replace(config.model, start=str(start)))
    if member is not None:
        folder = str(Path(config.output.folder) / f"member-{member}")
        seeded = replace(config.training, seed=config.training.seed + member)
        config = replace(config, training=seeded, output=replace(config.output, folder=folder))
    check_places(config, base)
    make_schedule(config.training)
    label_format(config.data.keys, config.data.units)
    if config.output.tensorboard:
        summary_writer()
    device = torch_device(config.training.device, "training.device", ConfigError)
    with started_processes(device) as processes:
        if not processes.first:
            progress = bar = None
        return _train(config, base, progress, bar, extend, device, processes)


def _train(
    config: Config,
    base: Path,
    progress: Progress | None,
    bar: Bar | None,
    extend: bool,
    device: torch.device,
    processes: Processes,
) -> TrainingResult:
    folder = base / config.output.folder
    say = log(folder, progress) if processes.first else lambda text: None
    described, loaded = load_start(config.model, base)
    config = replace(config, model=described)
    settings = config.training
    dtype = getattr(torch, settings.dtype)
    before = earlier_training(config, base, folder, loaded, extend)
    if before is not None:
        say(f"finished before, with these settings and data, and all is in {folder}: with more epochs --extend goes on")
        found = before.summary["validation"], before.summary["test"]
        return TrainingResult(_placed(before.model, config, device), True, folder, *found, before.history)
    with stages_told(say, below_bar(bar, 0, settings.epochs)) as (told, stage):
        stage("checksums of files", 0, 1)
        files = file_digests(config.data, base)
        sets, references = training_sets(config, base, told, stage)
        stage("energies of atoms", 0, 1)
        model = starting_model(config.model, references, sets["train"], settings.seed, dtype, base, loaded)
    model = _placed(model, config, device)
    where = f" on {device}" + (f", {processes.count} processes" if processes.count > 1 else "")
    say(f"{config.model.kind} for {', '.join(symbols(model.species))}: {model.parameter_count()} parameters{where}")
    if loaded is None:
        say("sensitivities from {soft_min:.2f} to {soft_max:.2f} Å, cutoff {cutoff:g} Å".format(**model.arguments))
    trainer = Trainer(
        model, sets["train"], sets["validation"], settings, folder, say, bar, config.loss, processes, extend,
        config.output.tensorboard,
    )  # fmt: skip
    finished = trainer.run()
    test: dict[str, float] | None = None
    if finished and processes.first:
        others: dict[str, Data] = {name: sets[name] for name in ("validation", "test") if name in sets}
        below = below_bar(bar, settings.epochs, settings.epochs)
        with stages_told(say, below) as (_, stage), choice.as_recorded(trainer.decided):
            measured, decided = evaluations(model, others, stage), choice.record()
        test = measured["test"].errors() if "test" in measured else None
        write_report(folder, measured, trainer.history)
        ended = {"validation": trainer.best, "test": test, "choice": decided}
        write_summary(folder, config, files, ended)
        say(f"finished; model, checkpoint, learning curve, errors and pictures are in {folder}")
    return TrainingResult(model, finished, folder, trainer.best, test, trainer.history)


def _placed(model: Network, config: Config, device: torch.device) -> Network:
    """On its device, with a note of how its labels were read."""
    model.notes["labels"] = label_format(config.data.keys, config.data.units).to_json()
    return model.to(device)


def below_bar(bar: Bar | None, done: int, epochs: int) -> Progress | None:
    """Shows a text below the bar while no epoch is under way; ``None`` without a bar."""
    return None if bar is None else lambda text: bar(done, epochs, text)


def evaluations(model: Network, sets: dict[str, Data], stage: Stage) -> dict[str, Evaluation]:
    """Labels and predictions of every set."""
    network = EnergyForces(model).eval()

    def told(name: str) -> Callable[[int, int], None]:
        return lambda done, total: stage(f"errors of the {name} set", done, total)

    return {name: evaluate(network, data, progress=told(name)) for name, data in sets.items()}
