"""One-body energies fitted with the rest: one column for every element, without a penalty, eliminated exactly.

A structure with n_z atoms of element z has n_z in column z of its energy row; forces and stresses do not know of these
columns. With T u + M c = z the energy rows, u the one-body energies, and T = U [S 0; 0 0] V^T,

    |T u + M c - z|^2 = |S V_1^T u + M_1 c - z_1|^2 + |M_2 c - z_2|^2,      [M_1; M_2] = U^T M, and z alike.

The first term is zero for u = V_1 S^-1 (z_1 - M_1 c), the shortest u if compositions leave some of it open. The second
one is a problem of c alone, which takes the place of the energy rows in every solver.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import scipy.linalg
from ase.data import atomic_numbers

from invgen.ace.fitting.factors import RANK_TOLERANCE, Factor, Factors
from invgen.ace.fitting.rows import Design
from invgen.data.structures import Structure


class OneBodyDesign:
    """A design with one more column in front for each element: the number of its atoms in the rows of energies."""

    def __init__(self, design: Design) -> None:
        self.design, self.elements, self.radial = design, tuple(design.elements), design.radial
        self.numbers = np.array([atomic_numbers[e] for e in self.elements])

    @property
    def columns(self) -> int:
        """Elements and coefficients."""
        return len(self.elements) + self.design.columns

    def rows(self, structure: Structure) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """As ``Design.rows``."""
        energy, forces, virial = self.design.rows(structure)
        counts = (structure.numbers[:, None] == self.numbers).sum(axis=0).astype(np.float64)
        nothing = [np.zeros((len(rows), len(counts))) for rows in (forces, virial)]
        return np.append(counts, energy), np.hstack([nothing[0], forces]), np.hstack([nothing[1], virial])


@dataclass(frozen=True)
class OneBodyEnergies:
    """The one-body energies that go with given coefficients, eV.

    rotated
        (rank, columns + 1): [M_1 z_1].
    inverse
        (one-body energies, rank): V_1 S^-1.
    """

    rotated: np.ndarray
    inverse: np.ndarray

    def __call__(self, coefficients: np.ndarray) -> np.ndarray:
        """(one-body energies,) for ``coefficients`` (columns,), or (..., several) for (columns, several)."""
        target = self.rotated[:, -1] if coefficients.ndim == 1 else self.rotated[:, -1:]
        return np.asarray(self.inverse @ (target - self.rotated[:, :-1] @ coefficients))


def eliminate(factor: Factor, count: int) -> tuple[Factor, OneBodyEnergies]:
    """The rows that are left for the other columns once the first ``count`` are eliminated, and the way back."""
    rows = factor.augmented
    if np.any(np.tril(rows[:, :count], -1)):
        rows = scipy.linalg.qr(rows, mode="r", check_finite=False)[0]
    top, others = rows[:count], rows[:, count:]
    u, s, vt = np.linalg.svd(top[:, :count]) if top.size else (np.eye(len(top)), np.zeros(0), np.eye(count))
    rank = int(np.sum(s > RANK_TOLERANCE * s.max(initial=0.0)))
    rotated = u.T @ others[:count]
    rest = np.concatenate([rotated[rank:], others[count:]])
    rounding = np.linalg.norm(rest, axis=0) <= RANK_TOLERANCE * np.linalg.norm(others, axis=0)
    rest[:, rounding] = 0.0
    found = OneBodyEnergies(rotated[:rank], vt[:rank].T / s[:rank])
    return Factor(rest, factor.rows - rank), found


@dataclass(frozen=True)
class OneBodyFactors(Factors):
    """Factors of a ``OneBodyDesign``, seen without its one-body energies.

    elements
        How many columns in front are one-body energies.
    free
        Positions of those that are fitted; the others are known, and no part of any row.

    ``combine`` gives rows of the coefficients alone. ``errors`` of a fold are those with the one-body energies that the
    other folds give.
    """

    elements: int = 0
    free: tuple[int, ...] = ()
    _found: dict[int | None, OneBodyEnergies] = field(init=False, repr=False, compare=False, default_factory=dict)

    @classmethod
    def of(cls, factors: Factors, elements: int, free: Sequence[int] | None = None) -> OneBodyFactors:
        """All one-body energies are fitted unless ``free`` tells which."""
        return cls(factors.parts, factors.weights, elements, tuple(range(elements) if free is None else free))

    @property
    def size(self) -> int:
        """Number of columns without one-body energies: of coefficients."""
        return super().size - self.elements

    @property
    def digest(self) -> str:
        """As ``Factors.digest``, and which one-body energies are fitted."""
        return f"{super().digest} {self.elements} {self.free}"

    def columns(self, subset: Sequence[int] | np.ndarray) -> OneBodyFactors:
        """Only these coefficients, and all one-body energies."""
        chosen = [*range(self.elements), *(np.asarray(subset, dtype=np.int64) + self.elements)]
        parts = [{kind: factor.columns(chosen) for kind, factor in part.items()} for part in self.parts]
        return replace(self, parts=tuple(parts))

    def energy_rows(self, excluding: int | None = None) -> Factor:
        """The energy rows of all folds but one, with their one-body energies eliminated."""
        kept = [part for fold, part in enumerate(self.parts) if fold != excluding and "energy" in part]
        joined = Factor.join([(self._fitted(part["energy"]), 1.0) for part in kept], len(self.free) + self.size + 1)
        rest, self._found[excluding] = eliminate(joined, len(self.free))
        return rest

    def one_body(self, excluding: int | None = None) -> OneBodyEnergies:
        """The one-body energies (of ``free``) that all folds but one give."""
        if excluding not in self._found:
            self.energy_rows(excluding)
        return self._found[excluding]

    def energies(self, coefficients: np.ndarray, excluding: int | None = None) -> np.ndarray:
        """(elements,) eV: the one-body energies that go with ``coefficients``; those that are not fitted are zero."""
        found = np.zeros(self.elements)
        found[list(self.free)] = self.one_body(excluding)(coefficients)
        return found

    def _fitted(self, factor: Factor) -> Factor:
        """Without the columns of one-body energies that are known."""
        if len(self.free) == self.elements:
            return factor
        kept = [*self.free, *range(self.elements, factor.augmented.shape[1])]
        return Factor(factor.augmented[:, kept], factor.rows)

    def _alone(self, factor: Factor) -> Factor:
        """Without any column of one-body energies, which are zero in these rows; a view."""
        return Factor(factor.augmented[:, self.elements :], factor.rows)

    def _others(self, excluding: int | None = None) -> list[dict[str, Factor]]:
        """By fold the rows of forces and stresses."""
        kept = [part for fold, part in enumerate(self.parts) if fold != excluding]
        return [{kind: self._alone(f) for kind, f in part.items() if kind != "energy"} for part in kept]

    def by_kind(self) -> dict[str, list[Factor]]:
        """All rows of each kind, without its weight, of the coefficients alone."""
        found = {"energy": [self.energy_rows()]}
        for part in self._others():
            for kind, factor in part.items():
                found.setdefault(kind, []).append(factor)
        return found

    def combine(self, *, excluding: int | None = None) -> Factor:
        """All weighted rows, or those outside of one fold, of the coefficients alone; raises as ``Factors``."""
        rest = self._others(excluding)
        energies = [{"energy": self.energy_rows(excluding)}] if rest else []
        return Factors((*energies, *rest), self.weights).combine()

    def errors(self, coefficients: np.ndarray, fold: int) -> dict[str, tuple[np.ndarray, int]]:
        """As ``Factors.errors``, for coefficients that were fitted to the other folds."""
        found: dict[str, Any] = {}
        for kind, factor in self.parts[fold].items():
            if kind == "energy" and factor.rows:
                both = np.concatenate([self.one_body(fold)(coefficients), coefficients])
                found[kind] = self._fitted(factor).squared_error(both), factor.rows
            elif factor.rows:
                found[kind] = self._alone(factor).squared_error(coefficients), factor.rows
        return found
