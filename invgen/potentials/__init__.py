"""Trained potentials: training from a configuration, models in files, an ASE calculator."""

from invgen.potentials.calculator import InvgenCalculator, load_potential
from invgen.potentials.evaluation import Evaluation, evaluate
from invgen.potentials.frozen.freeze import compile_model
from invgen.potentials.frozen.potential import CompiledPotential, load_compiled
from invgen.potentials.hippynn_weights import hippynn_model
from invgen.potentials.saved import load_model, save_model
from invgen.potentials.training.config import Config, ConfigError, parse_config, read_config
from invgen.potentials.training.run import TrainingResult, train, train_from_file
from invgen.potentials.training.trainer import Trainer, TrainingError

__all__ = [
    "CompiledPotential",
    "Config",
    "ConfigError",
    "Evaluation",
    "InvgenCalculator",
    "Trainer",
    "TrainingError",
    "TrainingResult",
    "compile_model",
    "evaluate",
    "hippynn_model",
    "load_compiled",
    "load_model",
    "load_potential",
    "parse_config",
    "read_config",
    "save_model",
    "train",
    "train_from_file",
]
