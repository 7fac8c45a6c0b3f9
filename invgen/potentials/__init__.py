"""Trained potentials: training from a configuration, models in files, an ASE calculator."""

from invgen.potentials.calculator import InvgenCalculator
from invgen.potentials.compiled import CompiledPotential, load_compiled
from invgen.potentials.compiling import compile_model
from invgen.potentials.config import Config, ConfigError, parse_config, read_config
from invgen.potentials.hippynn_weights import hippynn_model
from invgen.potentials.saved import load_model, save_model
from invgen.potentials.trainer import Trainer, TrainingError
from invgen.potentials.training import TrainingResult, train, train_from_file

__all__ = [
    "CompiledPotential",
    "Config",
    "ConfigError",
    "InvgenCalculator",
    "Trainer",
    "TrainingError",
    "TrainingResult",
    "compile_model",
    "hippynn_model",
    "load_compiled",
    "load_model",
    "parse_config",
    "read_config",
    "save_model",
    "train",
    "train_from_file",
]
