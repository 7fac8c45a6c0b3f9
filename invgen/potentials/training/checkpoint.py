"""The checkpoint of a training: everything from which it goes on to the same bytes, and what it must fit."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from invgen.data.errors import DataError
from invgen.data.files import read_archive, write_archive
from invgen.potentials.saved import MODEL
from invgen.potentials.training.config import LossConfig, TrainingConfig

CHECKPOINT = "checkpoint.npz"
KIND = "training checkpoint"
FREE = frozenset({"checkpoint_seconds", "device", "compile"})
"""Settings that may change between two parts of one training."""
FIXED = frozenset({"seed", "dtype", "optimizer", "average"})
"""Settings that an extension cannot change: the state of the training depends on them."""

Identity = dict[str, Any]
"""What has to be equal for a checkpoint to be continued, by name."""


@dataclass(frozen=True)
class Saved:
    """What a checkpoint holds: a header of JSON values, and arrays by their part."""

    header: dict[str, Any]
    parts: dict[str, dict[str, np.ndarray]]


def identity(settings: TrainingConfig, loss: LossConfig, model: Mapping[str, Any], data: Mapping[str, str]) -> Identity:
    """Of a training with these settings, model (``saved.describe``) and digests of data."""
    described = dict(model)
    return {
        **{name: value for name, value in vars(settings).items() if name not in FREE},
        **{f"loss.{name}": value for name, value in vars(loss).items()},
        **described.pop("arguments"),
        "kind": described["model"],
        "basis": described["basis"],
        **data,
    }


def write(folder: Path, header: dict[str, Any], parts: Mapping[str, Mapping[str, np.ndarray]]) -> None:
    """Write the checkpoint whole."""
    arrays = {f"{part}/{name}": array for part, named in parts.items() for name, array in named.items()}
    write_archive(folder / CHECKPOINT, {"kind": KIND, **header}, arrays)


def read(folder: Path) -> Saved:
    """Read it back. Raises ``DataError`` for a damaged file."""
    try:
        header, arrays = read_archive(folder / CHECKPOINT, KIND)
    except DataError as error:
        raise DataError(
            f"{error}. What it held cannot be gone on with: remove it to train anew, or use another folder "
            f"(output.folder) and --from {folder / MODEL}, the best weights so far"
        ) from error
    parts: dict[str, dict[str, np.ndarray]] = {}
    for path, array in arrays.items():
        part, _, name = path.partition("/")
        parts.setdefault(part, {})[name] = array
    return Saved(header, parts)


def changes(here: Identity, there: Identity) -> list[str]:
    """Names in which two identities differ."""
    here = _plain(here)
    return [name for name in here | there if here.get(name) != there.get(name)]


def check(here: Identity, there: Identity, folder: Path, extend: bool) -> list[str]:
    """The names that changed, all of which ``extend`` allows. Raises ``DataError`` for any that it does not."""
    differ = changes(here, there)
    allowed = {name for name in vars(TrainingConfig()) if name not in FIXED}
    kept = [name for name in differ if name not in allowed and not name.startswith("loss.")]
    if not differ or (extend and not kept):
        return differ
    told = ", ".join(
        f"{name} (other structures or labels)"
        if name.endswith(" data")
        else f"{name} (was {there.get(name)!r}, now {_plain(here).get(name)!r})"
        for name in kept or differ
    )
    fine = f"use another folder (output.folder) and --from {folder / MODEL}"
    if not kept:
        remedy = "to go on with these settings, extend it (--extend, extend=True)"
    elif all(name in FIXED or name.endswith(" data") or name.startswith("data.") for name in kept):
        remedy = f"to start from its weights, {fine}"
    else:
        remedy = f"to train another network, use another folder; to start from the weights of this one, {fine}"
    raise DataError(f"{folder / CHECKPOINT} belongs to another training: {told}; {remedy}, or remove it")


def check_longer(epochs: int, done: int, folder: Path) -> None:
    """Raises ``DataError`` unless an extension has more epochs than are ``done``."""
    if epochs <= done:
        raise DataError(
            f"{folder} has {done} epochs behind it, and epochs is {epochs}: raise it to extend the training"
        )


def _plain(value: Any) -> Any:
    """As it looks after JSON: tuples become lists."""
    if isinstance(value, dict):
        return {k: _plain(v) for k, v in value.items()}
    return [_plain(v) for v in value] if isinstance(value, (list, tuple)) else value
