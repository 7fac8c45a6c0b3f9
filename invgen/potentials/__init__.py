"""Trained potentials: training from a configuration, models in files, an ASE calculator.

Names are loaded when first used, so that a configuration is read without torch.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from invgen.lazy import lazy

if TYPE_CHECKING:
    from invgen.potentials.calculator import InvgenCalculator, load_potential
    from invgen.potentials.evaluation import Evaluation, evaluate
    from invgen.potentials.frozen.freeze import compile_model
    from invgen.potentials.frozen.potential import CompiledPotential, load_compiled
    from invgen.potentials.hippynn_weights import hippynn_model
    from invgen.potentials.saved import load_model, save_model
    from invgen.potentials.training.config import Config, ConfigError, parse_config, read_config
    from invgen.potentials.training.run import TrainingResult, train, train_from_file
    from invgen.potentials.training.trainer import Trainer, TrainingError

_NAMES = {
    "CompiledPotential": "invgen.potentials.frozen.potential",
    "Config": "invgen.potentials.training.config",
    "ConfigError": "invgen.potentials.training.config",
    "Evaluation": "invgen.potentials.evaluation",
    "InvgenCalculator": "invgen.potentials.calculator",
    "Trainer": "invgen.potentials.training.trainer",
    "TrainingError": "invgen.potentials.training.trainer",
    "TrainingResult": "invgen.potentials.training.run",
    "compile_model": "invgen.potentials.frozen.freeze",
    "evaluate": "invgen.potentials.evaluation",
    "hippynn_model": "invgen.potentials.hippynn_weights",
    "load_compiled": "invgen.potentials.frozen.potential",
    "load_model": "invgen.potentials.saved",
    "load_potential": "invgen.potentials.calculator",
    "parse_config": "invgen.potentials.training.config",
    "read_config": "invgen.potentials.training.config",
    "save_model": "invgen.potentials.saved",
    "train": "invgen.potentials.training.run",
    "train_from_file": "invgen.potentials.training.run",
}

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

__getattr__, __dir__ = lazy(__name__, _NAMES, __all__)
