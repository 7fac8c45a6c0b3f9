"""Rows of the least-squares problem of one structure, with the weights that they are given.

A structure of N atoms and volume V gives, after the references of its elements are subtracted,

    energy   g_E / s(N) * (row, E - sum of references)       1 row,        eV
    forces   g_F        * (rows, F)                          3 N rows,     eV/Å
    stress   g_S / s(N) * (rows, V * stress)                 6 rows,       eV,  periodic cells only

with s(N) = sqrt(N) (``"sqrt"``: errors of extensive energies grow like the root of the size) or N (``"atom"``: errors
per atom), and g the factors of the group of the structure. The weights of the three kinds come later, when factors
are joined, so that they can be changed without the data. References are energies of single atoms, which the potential
adds again.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

import numpy as np
from ase.data import atomic_numbers, chemical_symbols

from invgen.ace.fitting.factors import KINDS
from invgen.data.errors import DataError, UnknownSpeciesError
from invgen.data.references import reference_energies
from invgen.data.structures import Structure
from invgen.errors import unknown

SCALINGS = ("sqrt", "atom")


class Design(Protocol):
    """What assembly needs of ``DesignEvaluator``."""

    elements: tuple[str, ...]
    radial: Any

    @property
    def columns(self) -> int:
        """Number of coefficients."""

    def rows(self, structure: Structure) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Energy (columns,), forces (3 atoms, columns), stress times volume (6, columns)."""


@dataclass(frozen=True)
class Weights:
    """Weights of the rows, as they multiply residuals (the square of them enters the loss).

    energy, forces, stress
        In 1/eV, Å/eV and 1/eV. Those that are ``None`` are balanced by the labels, see ``fitting.balance``.
    scaling
        ``"sqrt"`` or ``"atom"``: what energies and stresses are divided by.
    groups
        For a group, extra factors of any of the kinds: ``{"Elastic": {"energy": 10.0}}``.
    """

    energy: float | None = None
    forces: float | None = None
    stress: float | None = None
    scaling: str = "sqrt"
    groups: Mapping[str, Mapping[str, float]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if self.scaling not in SCALINGS:
            raise ValueError(unknown("scaling of the weights", self.scaling, SCALINGS))
        named = {kind: getattr(self, kind) for kind in KINDS if getattr(self, kind) is not None}
        for group, factors in self.groups.items():
            for kind, value in factors.items():
                if kind not in KINDS:
                    raise ValueError(unknown(f"kind in the weights of group {group}:", kind, KINDS))
                named[f"{kind} of group {group}"] = value
        for name, value in named.items():
            if not (np.isfinite(value) and value >= 0):
                raise ValueError(f"the weight {name} must be a number of at least zero, got {value!r}")
        if all(getattr(self, kind) == 0 for kind in KINDS):
            raise ValueError("all weights are zero; give energy, forces or stress a weight")

    @property
    def kinds(self) -> dict[str, float]:
        """The weight of each kind; one where it is left to the labels."""
        return {kind: 1.0 if getattr(self, kind) is None else float(getattr(self, kind)) for kind in KINDS}

    def factor(self, kind: str, structure: Structure) -> float:
        """What the rows of one kind of a structure are multiplied by at assembly."""
        own = float(self.groups.get(structure.group or "", {}).get(kind, 1.0))
        if kind == "forces":
            return own
        return own / (structure.atoms if self.scaling == "atom" else np.sqrt(structure.atoms))


def weighted_rows(
    structure: Structure, evaluator: Design, references: Mapping[int, float], weights: Weights
) -> dict[str, np.ndarray]:
    """For each labelled kind the rows (any, columns + 1) of one structure, the right-hand side last."""
    energy, forces, virial = evaluator.rows(structure)
    made: dict[str, tuple[np.ndarray, np.ndarray]] = {}
    if structure.energy is not None:
        known = sum(references.get(int(z), 0.0) for z in structure.numbers)
        made["energy"] = (energy[None, :], np.array([structure.energy - known]))
    if structure.forces is not None:
        made["forces"] = (forces, structure.forces.reshape(-1))
    if structure.stress is not None and structure.volume:
        made["stress"] = (virial, structure.stress * structure.volume)
    found = {}
    for kind, (matrix, target) in made.items():
        rows = np.empty((len(target), matrix.shape[1] + 1))
        factor = weights.factor(kind, structure)
        np.multiply(matrix, factor, out=rows[:, :-1])
        np.multiply(target, factor, out=rows[:, -1])
        if not np.isfinite(rows).all():
            raise DataError(f"{structure.name}: its {kind} rows are not finite; remove this structure")
        found[kind] = rows
    return found


def elements_of(structures: Sequence[Structure]) -> tuple[str, ...]:
    """Symbols of all elements that occur, by atomic number."""
    return tuple(chemical_symbols[z] for z in sorted({int(z) for s in structures for z in s.numbers}))


def check_elements(structures: Sequence[Structure], elements: Sequence[str], training: bool = True) -> None:
    """Raises ``UnknownSpeciesError`` for structures with other elements, or a training set that lacks some of them."""
    for s in structures:
        missing = [e for e in elements_of([s]) if e not in elements]
        if missing:
            raise UnknownSpeciesError(
                f"{s.name} has {', '.join(missing)}, the basis is for {', '.join(elements)}: add the element to the "
                "basis, or remove the structure"
            )
    absent = [e for e in elements if e not in elements_of(structures)]
    if training and absent:
        raise UnknownSpeciesError(
            f"the training structures have no {', '.join(absent)}, but the basis is for {', '.join(elements)}: nothing "
            f"can be learnt about {', '.join(absent)}; add structures, or leave the element out"
        )


def reference_energies_of(
    structures: Sequence[Structure],
    elements: Sequence[str],
    method: str = "least-squares",
    given: Mapping[str, float] | None = None,
) -> dict[int, float]:
    """``invgen.data.references.reference_energies`` of structures."""
    counts = np.array([[np.sum(s.numbers == atomic_numbers[e]) for e in elements] for s in structures])
    energies = np.array([np.nan if s.energy is None else s.energy for s in structures])
    return reference_energies(counts.reshape(len(structures), len(elements)), energies, elements, method, given)
