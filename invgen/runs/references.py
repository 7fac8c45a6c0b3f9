"""The table ``[references]`` of trainings and fits."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from invgen.data.references import METHODS
from invgen.errors import unknown
from invgen.runs.config import ConfigError


@dataclass(frozen=True)
class ReferencesConfig:
    """Energies of atoms: ``method`` is least-squares, isolated or none; ``energies`` (eV) of elements are as given."""

    method: str = "least-squares"
    energies: dict[str, Any] = field(default_factory=dict)


def check_references(references: ReferencesConfig) -> None:
    """Raises ``ConfigError`` for an unknown method and energies that are no numbers."""
    if references.method not in METHODS:
        raise ConfigError(unknown("references.method", references.method, METHODS))
    for element, value in references.energies.items():
        if not isinstance(value, int | float) or isinstance(value, bool):
            raise ConfigError(f"references.energies.{element} must be an energy in eV, got {value!r}")
