"""What the folder of a training tells before any data are read: other settings, or that it is finished already."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import torch

from invgen.data.labels import UNITS, LabelFormat, label_format
from invgen.files import write_text
from invgen.nn.network import Network
from invgen.potentials.saved import MODEL, describe, load_arrays
from invgen.potentials.training import checkpoint
from invgen.potentials.training.config import Config, DataConfig
from invgen.potentials.training.report import FILES
from invgen.potentials.training.start import MEASURED, new_model

SUMMARY = "summary.json"


@dataclass(frozen=True)
class Earlier:
    """A training that is finished: its network with the best weights, its summary, and the rows of its epochs."""

    model: Network
    summary: dict[str, Any]
    history: list[dict[str, float]]


def earlier_training(config: Config, base: Path, folder: Path, loaded: Network | None, extend: bool) -> Earlier | None:
    """The training that ended in ``folder`` with this very configuration and files as they are now, if there is one.

    If anything is another, the data are to be read, and tell what counts.

    loaded
        The network that ``load_start`` gives; it gets the weights.

    Raises ``DataError`` as ``checkpoint.check`` for all that is known without data.
    """
    if not (folder / checkpoint.CHECKPOINT).exists():
        return None
    saved = checkpoint.read(folder)
    there = {name: value for name, value in saved.header["identity"].items() if not name.endswith(" data")}
    dtype = getattr(torch, config.training.dtype)
    known = {name: there[name] for name in MEASURED if getattr(config.model, name) is None}
    settings = replace(config.model, **known)
    model = new_model(settings, there["species"], 0, dtype, base) if loaded is None else loaded.to(dtype)
    here = checkpoint.identity(config.training, config.loss, describe(model), {})
    if saved.header.get("labels") is not None:  # checkpoints of earlier versions do not tell
        before, now = LabelFormat(**saved.header["labels"]), label_format(config.data.keys, config.data.units)
        units = any(before.factor(name) != now.factor(name) for name in UNITS)
        there, here = there | _labels(before, units), here | _labels(now, units)
    if checkpoint.check(here, there, folder, extend):
        checkpoint.check_longer(config.training.epochs, saved.header["epoch"], folder)
    summary = _summary(folder)
    if not saved.header["finished"] or summary.get("config") != json.loads(json.dumps(config.to_json())):
        return None
    files = file_digests(config.data, base)
    if files is None or files != summary.get("files"):
        return None
    load_arrays(model, saved.parts["best"], str(folder / checkpoint.CHECKPOINT))
    return Earlier(model.eval(), summary, saved.header["history"])


def _labels(labels: LabelFormat, units: bool) -> dict[str, str]:
    """What a configuration says of labels, of their ``units`` only on request: one unit may have two names."""
    tables = {"keys": labels.keys, "units": labels.units if units else {}}
    return {f"data.{table}.{name}": value for table, given in tables.items() for name, value in given.items()}


def _summary(folder: Path) -> dict[str, Any]:
    """Empty unless everything is there that a finished training leaves."""
    if not all((folder / name).is_file() for name in (SUMMARY, MODEL, *FILES)):
        return {}
    try:
        return dict(json.loads((folder / SUMMARY).read_text(encoding="utf-8")))
    except ValueError:
        return {}


def file_digests(data: DataConfig, base: Path) -> dict[str, str] | None:
    """SHA-256 of every file of structures; ``None`` for a recipe, which has its own, and a streamed set, too large."""
    if data.recipe is not None or data.streamed:
        return None
    named = {name: getattr(data, name) for name in ("train", "validation", "test")}
    return {name: _sha256(base / file) for name, file in named.items() if file is not None}


def write_summary(folder: Path, config: Config, files: dict[str, str] | None, found: dict[str, Any]) -> None:
    """The configuration, the files that were read, and what was ``found`` in the end, as JSON."""
    text = json.dumps({"config": config.to_json(), "files": files, **found}, indent=1)
    write_text(folder / SUMMARY, text + "\n")


def _sha256(path: Path) -> str:
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
