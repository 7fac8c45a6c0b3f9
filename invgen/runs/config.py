"""TOML tables as dataclasses: unknown keys, missing keys and wrong types are errors before any work starts."""

from __future__ import annotations

import os
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import MISSING, Field, fields
from pathlib import Path
from types import NoneType, UnionType
from typing import Any, TypeVar, get_args, get_origin, get_type_hints

from invgen.errors import InvgenError, unknown

Parsed = TypeVar("Parsed")


class ConfigError(InvgenError, ValueError):
    """A configuration that cannot be run."""


def read_tables(path: str | Path, parse: Callable[[Mapping[str, Any]], Parsed]) -> Parsed:
    """``parse`` applied to a TOML file; its ``ConfigError`` is told with the name of the file."""
    path = Path(path)
    if not path.is_file():
        raise ConfigError(f"no such configuration file: {path}")
    try:
        values = tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigError(f"{path} is no valid TOML: {error}") from error
    try:
        return parse(values)
    except ConfigError as error:
        raise ConfigError(f"{path}: {error}") from error


def check_files(config: Any, base: str | Path) -> None:
    """Raises ``ConfigError`` for files of ``[data]`` that are not there, and an output folder that is a file or locked.

    config, base
        Of a training or a fit, and where its paths begin.
    """
    for key in ("train", "validation", "test"):
        file = getattr(config.data, key)
        if file is not None and not (path := Path(base) / file).is_file():
            raise ConfigError(f"data.{key}: no such file: {path}{' is a folder' if path.is_dir() else ''}")
    folder = Path(base) / config.output.folder
    for path in (folder, *folder.parents):
        if path.exists() and not path.is_dir():
            raise ConfigError(f"output.folder: {path} is a file, not a folder: choose another name, or remove it")
    there = next(path for path in (folder, *folder.absolute().parents) if path.exists())
    if not os.access(there, os.W_OK):
        raise ConfigError(f"output.folder: nothing can be written in {there}: make it writable, or choose another")


VERBS = {
    **dict.fromkeys(("model", "loss", "training"), "train"),
    **dict.fromkeys(("basis", "radial", "weights", "solver", "short_range"), "fit"),
}
"""Which verb's configuration a table is part of, where it is part of one alone."""


def parse_tables(values: Mapping[str, Any], tables: Mapping[str, type]) -> dict[str, Any]:
    """One object of each kind in ``tables``, from nested values; raises ``ConfigError`` naming the table and key."""
    for name in values:
        if name not in tables:
            verb = f": it belongs to a configuration of invgen {VERBS[name]}" if name in VERBS else ""
            raise ConfigError(unknown("table", name, tables) + verb)
    for name, kind in tables.items():
        needed = [f.name for f in fields(kind) if _is_required(f)]
        if name not in values and needed:
            raise ConfigError(f"the table [{name}] with its key {', '.join(needed)} is missing")
    return {name: parse_table(name, kind, values.get(name, {})) for name, kind in tables.items()}


def parse_table(name: str, kind: type, values: Any) -> Any:
    """A ``kind`` from one table. Types are those of its annotations: plain ones, ``tuple[plain, ...]``, ``dict``."""
    if not isinstance(values, Mapping):
        raise ConfigError(f"{name} must be a table, got {values!r}")
    known, types = {f.name: f for f in fields(kind)}, get_type_hints(kind)
    checked = {}
    for key, value in values.items():
        if key not in known:
            raise ConfigError(unknown(f"key in [{name}]:", key, known))
        checked[key] = _typed(f"{name}.{key}", types[key], value)
    missing = [k for k, f in known.items() if _is_required(f) and k not in checked]
    if missing:
        raise ConfigError(f"[{name}] lacks the required {', '.join(missing)}")
    return kind(**checked)


def _is_required(key: Field[Any]) -> bool:
    return key.default is MISSING and key.default_factory is MISSING


def _typed(key: str, kind: Any, value: Any) -> Any:
    wanted = tuple(k for k in (get_args(kind) if isinstance(kind, UnionType) else (kind,)) if k is not NoneType)
    if get_origin(wanted[0]) is dict:
        if not isinstance(value, Mapping):
            raise ConfigError(f"{key} must be a table, got {value!r}")
        return dict(value)
    for listed in (k for k in wanted if get_origin(k) is tuple):
        if isinstance(value, list | tuple):
            return tuple(_typed(f"{key}[{k}]", get_args(listed)[0], item) for k, item in enumerate(value))
        wanted = tuple(k for k in wanted if k is not listed)
    if not wanted:
        raise ConfigError(f"{key} must be a list, got {value!r}")
    if float in wanted and isinstance(value, int) and not isinstance(value, bool) and int not in wanted:
        return float(value)
    if not isinstance(value, wanted) or (isinstance(value, bool) and bool not in wanted):
        names = " or ".join(k.__name__ for k in wanted)
        raise ConfigError(f"{key} must be of type {names}, got {value!r}")
    return value
