"""The training configuration: what a TOML file may say, with defaults, checked before any work starts."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from invgen.errors import unknown
from invgen.runs.config import ConfigError, parse_tables, read_tables
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
    """Where structures come from. Paths are relative to the configuration file.

    ``train`` is a file; or ``recipe`` names a published data set (``invgen.data.recipes``) whose files are in ``path``,
    with one of its ``split``s. What a recipe does not split is split as that of a file.

    ``validation`` and ``test`` are files; without them ``validation_size`` and ``test_size`` structures are taken at
    random (``split_seed``) out of ``train``, and ``train_size`` limits what is left. ``keys`` and ``units`` say where
    labels are and what they are measured in, as ``invgen.data.LabelFormat``; they travel with the model. ``streamed``
    reads databases of ASE batch by batch instead of holding them in memory.
    """

    train: str | None = None
    recipe: str | None = None
    path: str | None = None
    split: str | None = None
    validation: str | None = None
    test: str | None = None
    validation_size: int | None = None
    test_size: int = 0
    train_size: int | None = None
    split_seed: int = 0
    keys: dict[str, Any] = field(default_factory=dict)
    units: dict[str, Any] = field(default_factory=dict)
    streamed: bool = False


@dataclass(frozen=True)
class ModelConfig:
    """The network. Lengths in Å. ``l_max`` belongs to hip-nn-ts, ``basis`` (an id or a path) to hip-hop-nn.

    ``sigma`` is the inverse width that sensitivities start with; without it, 2 · ``sensitivities`` · ``soft_min``.
    ``start`` is the file of a model to go on from, with new data or settings: it tells the architecture, and keys that
    are given beside it must agree.
    """

    start: str | None = None
    kind: str = "hip-hop-nn"
    basis: str = "cartesian-l3-n4-flexible"
    l_max: int = 1
    features: int = 32
    sensitivities: int = 20
    soft_min: float = 0.4
    soft_max: float = 9.0
    cutoff: float = 10.3
    sigma: float | None = None
    interactions: int = 1
    atom_layers: int = 3


@dataclass(frozen=True)
class LossConfig:
    """What is minimised: the sum over energy, forces and stress of its weight times a mean over its labels in a batch.

    kind
        rmse+mae: RMSE + MAE, as the paper has it. mae: without the RMSE, so that few structures with enormous forces
        do not rule a batch. mse: the mean square. huber: e²/2 for errors below ``huber_delta``, beyond it
        ``huber_delta`` · (|e| - ``huber_delta``/2).
    energy, forces, stress
        Weights. Errors are those of the total energy (eV), of components of forces (eV/Å), and of components of the
        virial per atom, stress · volume / atoms (eV). What has no label in a batch adds nothing; 0 leaves it out.
    per_atom
        Divide errors of energies by the number of atoms.
    """

    kind: str = "rmse+mae"
    energy: float = 1.0
    forces: float = 1.0
    stress: float = 1.0
    per_atom: bool = False
    huber_delta: float = 0.01


@dataclass(frozen=True)
class TrainingConfig:
    """How to train.

    optimizer
        adam, or muon: matrices take steps of equal singular values, and Adam moves what is no matrix.
    weight_decay
        Every step shortens all matrices, those that mix invariants included, by the learning rate times this, apart
        from their gradient (AdamW). 0: none.
    sensitivity_rate
        Learning rate of positions and widths of the sensitivities (Å) as a share of ``learning_rate``; 0 keeps them.
    clip
        Largest norm of the gradient by all parameters; a longer one is shortened to it. 0: none is.
    average
        Decay d of a moving average of the weights, average <- d average + (1 - d) weights after every step; it is
        what is validated and saved. 0: the weights themselves are.
    plateau
        ``patience`` epochs without a better validation loss double the batch up to ``largest_batch``, then halve the
        learning rate, until it is below ``learning_rate``/100.
    one-cycle
        The learning rate rises over the first tenth of all steps and falls along a cosine to nothing.
    schedule, schedule_arguments, schedule_every
        plateau, one-cycle, or a class of torch.optim.lr_scheduler such as ``"ExponentialLR"`` with its arguments,
        stepped after every epoch or every step. ``"ReduceLROnPlateau"`` hears the validation loss.
    early_stopping
        End after so many epochs without a better validation loss. 0: never.
    device
        cpu, cuda, or auto: a GPU if torch finds one. Several processes on one machine take one GPU each.
    compile
        Run through ``torch.compile``: about a minute first, then up to twice as fast. Every new batch shape compiles
        again, so it suits molecules of one composition and a training size that is a multiple of ``batch_size``.
    """

    epochs: int = 100
    batch_size: int = 256
    largest_batch: int = 2048
    learning_rate: float = 2.5e-3
    schedule: str = "plateau"
    schedule_arguments: dict[str, Any] = field(default_factory=dict)
    schedule_every: str = "epoch"
    early_stopping: int = 0
    optimizer: str = "adam"
    weight_decay: float = 0.0
    sensitivity_rate: float = 0.05
    clip: float = 0.0
    average: float = 0.0
    patience: int = 10
    seed: int = 0
    dtype: str = "float32"
    device: str = "auto"
    compile: bool = False
    checkpoint_seconds: float = 30.0


@dataclass(frozen=True)
class OutputConfig:
    """The folder for log, checkpoint, learning curve, pictures and model; relative to the configuration file.

    ``tensorboard`` writes the learning curve for TensorBoard, too, which must be installed.
    """

    folder: str = "training"
    tensorboard: bool = False


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
    for key in ("sensitivity_rate", "clip", "weight_decay", "early_stopping"):
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
    if data.validation_size is not None and data.validation_size < 1:
        raise ConfigError(f"data.validation_size must be at least 1, got {data.validation_size}")
