"""The table ``[references]`` of trainings and fits."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from invgen.data.references import METHODS
from invgen.errors import unknown
from invgen.runs.config import ConfigError


@dataclass(frozen=True)
class ReferencesConfig:
    """Energies of atoms."""

    method: str = "least-squares"
    """least-squares, isolated (the set holds single atoms) or none."""
    energies: dict[str, Any] = field(default_factory=dict)
    """eV: of elements, as given; the others by the method."""


def check_references(references: ReferencesConfig, methods: Sequence[str] = METHODS) -> None:
    """Raises ``ConfigError`` for an unknown method and energies that are no numbers."""
    if references.method not in methods:
        raise ConfigError(unknown("references.method", references.method, methods))
    check_energies("references.energies", references.energies)


def check_energies(table: str, energies: Mapping[str, Any]) -> None:
    """Raises ``ConfigError`` for energies of elements that are no finite numbers."""
    for element, value in energies.items():
        if not isinstance(value, int | float) or isinstance(value, bool) or not math.isfinite(value):
            raise ConfigError(f"{table}.{element} must be an energy in eV, got {value!r}")
