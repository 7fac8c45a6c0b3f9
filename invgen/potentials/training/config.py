"""The training configuration: what a TOML file may say, with defaults, checked before any work starts."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from invgen.emitted.folder import find_folder
from invgen.errors import unknown
from invgen.runs.config import ConfigError, check_files, parse_tables, read_tables
from invgen.runs.references import ReferencesConfig, check_references

KINDS = ("hip-nn", "hip-nn-ts", "hip-hop-nn")
SCHEDULES = ("plateau", "one-cycle")
"""Beside these, any class of torch.optim.lr_scheduler whose arguments are numbers."""
OPTIMIZERS = ("adam", "muon")
LOSSES = ("rmse+mae", "mae", "mse", "huber")
DTYPES = ("float32", "float64")
DEVICES = ("auto", "cpu", "cuda")
STEPS = ("epoch", "step")


@dataclass(frozen=True)
class DataConfig:
    """Where structures come from: a file, or a published data set. Paths are relative to the configuration file."""

    train: str | None = None
    """A file of structures; this key, or ``recipe`` with ``path``, is required."""
    recipe: str | None = None
    """The name of a published data set (``invgen.data.recipes``). What it does not split is split as a file is."""
    path: str | None = None
    """The folder with the files of the recipe."""
    split: str | None = None
    """One of the recipe's splits; without it the usual one."""
    validation: str | None = None
    """A file of structures to validate on. This, or ``validation_size``, is required for a file."""
    test: str | None = None
    """A file of structures that are measured at the end."""
    validation_size: int | None = None
    """structures: so many are taken out of ``train`` at random."""
    test_size: int = 0
    """structures: without a ``test`` file, so many are taken out of ``train`` at random."""
    train_size: int | None = None
    """structures: at most so many of those that are left; without it all."""
    split_seed: int = 0
    """Which structures are taken."""
    keys: dict[str, Any] = field(default_factory=dict)
    """Under which keys the file has its labels, as ``invgen.data.LabelFormat``; travels with the model."""
    units: dict[str, Any] = field(default_factory=dict)
    """What the labels are measured in, as ``invgen.data.LabelFormat``; travels with the model."""
    streamed: bool = False
    """Read a database of ASE batch by batch instead of holding it in memory."""


@dataclass(frozen=True)
class ModelConfig:
    """The network."""

    start: str | None = None
    """The file of a model to go on from, which tells the architecture: keys given beside it must agree."""
    kind: str = "hip-hop-nn"
    """hip-nn, hip-nn-ts or hip-hop-nn."""
    basis: str = "cartesian-l3-n4-flexible"
    """hip-hop-nn: the id of a shipped basis, or the path of one."""
    l_max: int = 1
    """hip-nn-ts: the largest rank, 1 or 2."""
    features: int = 64
    """Width: features of an atom."""
    sensitivities: int = 10
    """Number of radial functions."""
    soft_min: float | None = None
    """Å: with ``soft_max`` the range of the peaks of the first sensitivities; without it 0.9 of the distance below
    which two atoms come in a hundredth of the training structures."""
    soft_max: float | None = None
    """Å: see ``soft_min``; without it 0.9 of the cutoff."""
    cutoff: float = 5.5
    """Å: where interactions end."""
    sigma: float | None = None
    """Å: inverse width in 1/r that sensitivities start with; without it they are twice as wide as they are apart."""
    interactions: int = 2
    """Number of interaction layers."""
    atom_layers: int = 2
    """Number of layers after each of them."""


@dataclass(frozen=True)
class LossConfig:
    """What is minimised: the sum over energy, forces and stress of its weight times a mean over its labels in a batch.

    What has no label in a batch adds nothing.
    """

    kind: str = "mae"
    """mae, so that few enormous forces do not rule a batch; rmse+mae as in the paper; mse; huber."""
    energy: float = 0.5
    """1/eV (mse: 1/eV²): weight of energies; 0 leaves them out."""
    forces: float = 1.0
    """Å/eV (mse: Å²/eV²): weight of components of forces."""
    stress: float = 1.0
    """1/eV (mse: 1/eV²): weight of components of the virial per atom, stress · volume / atoms."""
    per_atom: bool = True
    """Divide errors of energies by the number of atoms."""
    huber_delta: float = 0.01
    """eV, eV/Å: huber is e²/2 for errors below it, beyond it ``huber_delta`` · (|e| - ``huber_delta``/2)."""


@dataclass(frozen=True)
class TrainingConfig:
    """How to train."""

    epochs: int = 100
    """epochs: how many, unless the schedule ends the training before."""
    batch_size: int = 10
    """structures in a batch."""
    largest_batch: int = 2048
    """structures: plateau doubles the batch up to so many."""
    learning_rate: float = 1.5e-3
    """Top of the schedule."""
    schedule: str = "one-cycle"
    """one-cycle: the rate rises for a tenth of all steps, then falls along a cosine. plateau, as in the paper:
    ``patience`` epochs without a better validation loss double the batch, later halve the rate, until it is below a
    hundredth. Or a class of torch.optim.lr_scheduler; ``"ReduceLROnPlateau"`` hears the validation loss."""
    schedule_arguments: dict[str, Any] = field(default_factory=dict)
    """Arguments of such a class, numbers."""
    schedule_every: str = "epoch"
    """epoch or step: when such a class is stepped."""
    early_stopping: int = 0
    """epochs without a better validation loss after which to end; 0: never."""
    optimizer: str = "muon"
    """muon: matrices take steps of equal singular values, Adam moves what is none; or adam alone."""
    weight_decay: float = 0.0
    """Every step shortens all matrices by the learning rate times this, apart from their gradient (AdamW)."""
    sensitivity_rate: float = 0.2
    """Learning rate of positions and widths (Å) of sensitivities as a share of ``learning_rate``; 0 keeps them."""
    clip: float = 0.0
    """Largest norm of the gradient by all parameters; a longer one is shortened. 0: none is."""
    adaptive_clip: float = 0.0
    """Longest gradient of each parameter, in running means of its own norms, such as 2, against jumps of the loss that
    single structures of enormous errors cause. 0: none is shortened."""
    average: float = 0.99
    """Decay of a moving average of the weights, which is validated and saved. 0: the weights are."""
    patience: int = 10
    """epochs: see ``schedule``."""
    seed: int = 0
    """Of the first weights and of the order of structures."""
    dtype: str = "float32"
    """float32 or float64."""
    device: str = "auto"
    """cpu, cuda, or auto: a GPU if torch finds one. Several processes on a machine take one GPU each."""
    compile: bool = False
    """Run through ``torch.compile``: a minute first, and again for every new shape of a batch."""
    checkpoint_seconds: float = 30.0
    """s at least between checkpoints, which are written at the end of an epoch, and by Ctrl-C at once."""


@dataclass(frozen=True)
class OutputConfig:
    """Where everything goes."""

    folder: str = "training"
    """For log, checkpoint, learning curve, pictures and model; relative to the configuration file."""
    tensorboard: bool = False
    """Write the learning curve for TensorBoard, too, which must be installed."""


@dataclass(frozen=True)
class Config:
    """One training run: the tables data, references, model, loss, training and output."""

    data: DataConfig = field(default_factory=DataConfig)
    references: ReferencesConfig = field(default_factory=ReferencesConfig)
    model: ModelConfig = field(default_factory=ModelConfig)
    loss: LossConfig = field(default_factory=LossConfig)
    training: TrainingConfig = field(default_factory=TrainingConfig)
    output: OutputConfig = field(default_factory=OutputConfig)

    def to_json(self) -> dict[str, Any]:
        """Nested plain values."""
        return asdict(self)


TABLES = {
    "data": DataConfig,
    "references": ReferencesConfig,
    "model": ModelConfig,
    "loss": LossConfig,
    "training": TrainingConfig,
    "output": OutputConfig,
}


def read_config(path: str | Path) -> Config:
    """Read the TOML file ``path``. Raises ``ConfigError`` naming the file, the key, and the closest known key."""
    return read_tables(path, parse_config)


def parse_config(values: Mapping[str, Any]) -> Config:
    """``Config`` of nested tables. Raises ``ConfigError`` for unknown keys, wrong types and impossible values."""
    config = Config(**parse_tables(values, TABLES))
    _check(config)
    return config


def check_places(config: Config, base: str | Path) -> None:
    """Raises ``ConfigError`` as ``check_files``, and for a basis of HIP-HOP-NN that is neither shipped nor a folder."""
    check_files(config, base)
    if config.model.kind == "hip-hop-nn":
        try:
            find_folder(basis_place(config.model, base))
        except FileNotFoundError as error:
            raise ConfigError(f"model.basis: {error}") from None


def basis_place(model: ModelConfig, base: str | Path) -> Path | str:
    """A folder relative to the configuration, or an id."""
    folder = Path(base) / model.basis
    return folder if folder.is_dir() else model.basis


def check_loss(loss: LossConfig) -> None:
    """Raises ``ConfigError`` for an unknown kind, and weights of which none counts."""
    if loss.kind not in LOSSES:
        raise ConfigError(unknown("loss.kind", loss.kind, LOSSES))
    weights = {name: getattr(loss, name) for name in ("energy", "forces", "stress")}
    for name, weight in weights.items():
        if not 0 <= weight < math.inf:
            raise ConfigError(f"loss.{name} is a weight: it must be 0 (left out) or a positive number, got {weight}")
    if not any(weights.values()):
        raise ConfigError("loss.energy, loss.forces and loss.stress are all 0: nothing would be learnt; raise one")
    if not 0 < loss.huber_delta < math.inf:
        raise ConfigError(f"loss.huber_delta must be positive, got {loss.huber_delta}")


def _check(config: Config) -> None:
    model, training, data = config.model, config.training, config.data
    check_references(config.references)
    check_loss(config.loss)
    words = (
        ("kind", model.kind, KINDS),
        ("optimizer", training.optimizer, OPTIMIZERS),
        ("dtype", training.dtype, DTYPES),
        ("device", training.device, DEVICES),
        ("schedule_every", training.schedule_every, STEPS),
    )
    for what, value, known in words:
        if value not in known:
            raise ConfigError(unknown(what, value, known))
    positive: dict[str, float] = {
        "training.epochs": training.epochs,
        "training.batch_size": training.batch_size,
        "training.learning_rate": training.learning_rate,
        "training.patience": training.patience,
        "data.train_size": 1 if data.train_size is None else data.train_size,
    }
    for key, number in positive.items():
        if not number > 0:
            raise ConfigError(f"{key} must be positive, got {number}")
    for key in ("sensitivity_rate", "clip", "adaptive_clip", "weight_decay", "early_stopping"):
        number = getattr(training, key)
        if not 0 <= number < math.inf:
            raise ConfigError(f"training.{key} must be 0 (off) or a positive number, got {number}")
    if not 0 <= training.average < 1:
        raise ConfigError(
            f"training.average must be a decay from 0 (no average) to below 1, such as 0.998, got {training.average}"
        )
    if training.largest_batch < training.batch_size:
        raise ConfigError(f"largest_batch {training.largest_batch} is below batch_size {training.batch_size}")
    if (data.train is None) == (data.recipe is None):
        raise ConfigError("give either data.train (a file) or data.recipe (the name of a data set), and not both")
    if (data.recipe is None) != (data.path is None):
        raise ConfigError(
            "data.recipe and data.path (the folder with its files) belong together: give both, or neither"
        )
    if data.streamed and data.recipe is not None:
        raise ConfigError("data.streamed reads a database of ASE, data.train, and not the files of a recipe")
    if data.split is not None and data.recipe is None:
        raise ConfigError(f"data.split {data.split!r} is one of a recipe's: give data.recipe, or leave it out")
    given = (data.validation is not None) + (data.validation_size is not None)
    if given != 1 and not (given == 0 and data.recipe is not None):
        raise ConfigError("give either data.validation (a file) or data.validation_size (a number), and not both")
    if data.test_size < 0 or (data.test_size and data.test is not None):
        raise ConfigError(f"give data.test (a file) or data.test_size (a positive number), got {data.test_size}")
    if data.validation_size is not None and data.validation_size < 1:
        raise ConfigError(f"data.validation_size must be at least 1, got {data.validation_size}")
