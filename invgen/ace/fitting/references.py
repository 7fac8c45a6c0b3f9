"""The one-body energies of a fit: where it starts, what it ends with, and how far that is from isolated atoms.

Energies that explain the labels best are subtracted before assembly, so that what is left to fit is small; a fit then
finds the corrections together with the coefficients (``onebody``). Where compositions leave them open, corrections are
the shortest ones.
"""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
from ase.data import atomic_numbers

from invgen.ace.fitting.config import FITTED, FitReferencesConfig
from invgen.ace.fitting.factors import RANK_TOLERANCE, Factors
from invgen.ace.fitting.onebody import OneBodyFactors
from invgen.ace.fitting.rows import reference_energies_of
from invgen.data.neighbours import neighbour_pairs
from invgen.data.structures import Structure

FAR_OFF = 0.5
"""eV: a one-body energy farther than this from that of the isolated atom makes dissociation wrong."""


@dataclass(frozen=True)
class References:
    """One-body energies (eV) by element.

    free
        Positions of the elements whose energies are fitted.
    undetermined
        (any, elements) directions, of length one, in which they change without any energy of a structure changing.
    """

    elements: tuple[str, ...]
    energies: tuple[float, ...]
    free: tuple[int, ...] = ()
    undetermined: np.ndarray = field(default_factory=lambda: np.zeros((0, 0)))

    @property
    def by_element(self) -> dict[str, float]:
        """By symbol."""
        return dict(zip(self.elements, self.energies, strict=True))

    @property
    def by_number(self) -> dict[int, float]:
        """By atomic number."""
        return {int(atomic_numbers[e]): energy for e, energy in self.by_element.items()}


def starting_energies(
    train: Sequence[Structure], elements: Sequence[str], references: FitReferencesConfig, cutoff: float
) -> References:
    """What is subtracted from the energies before the fit; isolated atoms have no neighbours within ``cutoff`` (Å).

    Raises ``DataError`` where a method lacks the structures that it needs; warns when fitted energies have no labels to
    be fitted to: they are zero then; and of compositions that leave energies open.
    """
    method = "least-squares" if references.method == FITTED else references.method
    free = tuple(k for k, e in enumerate(elements) if e not in references.energies)
    labelled = [s for s in train if s.energy is not None]
    if references.method == FITTED and free and not labelled:
        named = ", ".join(elements[k] for k in free)
        warnings.warn(
            f"no training structure has an energy: the one-body energies of {named} are zero, and the energies of the "
            "potential mean something up to a constant for each atom only; give them in references.energies",
            stacklevel=4,
        )
        method, free = "none", ()
    frames = [s for s in train if _is_isolated(s, cutoff)] if method == "isolated" else train
    found = reference_energies_of(frames, elements, method, references.energies)
    energies = tuple(found[atomic_numbers[e]] for e in elements)
    undetermined = _undetermined(labelled, elements, free) if method == "least-squares" else np.zeros((0, 0))
    start = References(tuple(elements), energies, free if references.method == FITTED else (), undetermined)
    _name_open(start)
    return start


def _name_open(found: References) -> None:
    """A warning, before the work, of what compositions do not tell."""
    if open_ := _directions(found):
        columns = np.abs(found.undetermined).max(axis=0)
        named = ", ".join(e for e, column in zip(found.elements, columns, strict=True) if column > 1e-9)
        warnings.warn(
            f"the compositions of the training structures leave one-body energies of {named} open: no energy changes "
            f"with {'; '.join(open_)}; the smallest are taken. Add structures of other compositions, or give some of "
            "them in references.energies",
            stacklevel=5,
        )


def _undetermined(labelled: Sequence[Structure], elements: Sequence[str], free: Sequence[int]) -> np.ndarray:
    """The directions that no composition tells apart."""
    numbers = [atomic_numbers[elements[k]] for k in free]
    counts = np.array([[np.sum(s.numbers == n) for n in numbers] for s in labelled], dtype=np.float64)
    found = np.zeros((0, len(elements)))
    if counts.size:
        _, s, vt = np.linalg.svd(counts)
        rank = int(np.sum(s > RANK_TOLERANCE * s[0]))
        found = np.zeros((len(free) - rank, len(elements)))
        found[:, list(free)] = vt[rank:]
    return found


def final_energies(
    start: References, factors: Factors, coefficients: np.ndarray, excluding: int | None = None
) -> References:
    """``start`` with the corrections that go with ``coefficients``; ``excluding`` is a fold that was not fitted."""
    if not isinstance(factors, OneBodyFactors):
        return start
    energies = np.array(start.energies) + factors.energies(coefficients, excluding)
    return replace(start, energies=tuple(energies.tolist()))


def isolated_energies(structures: Sequence[Structure], elements: Sequence[str], cutoff: float) -> dict[str, float]:
    """Energies (eV) of labelled structures of one atom without neighbours within ``cutoff`` (Å), by element."""
    found: dict[str, float] = {}
    symbols = {int(atomic_numbers[e]): e for e in elements}
    for s in structures:
        if s.energy is not None and _is_isolated(s, cutoff):
            found.setdefault(symbols[int(s.numbers[0])], float(s.energy))
    return found


def _is_isolated(s: Structure, cutoff: float) -> bool:
    """Whether it is one atom that does not see its own images, as that of a primitive cell does."""
    return s.atoms == 1 and not len(neighbour_pairs(s, cutoff).first)


def told_energies(
    found: References, train: Sequence[Structure], cutoff: float, references: FitReferencesConfig
) -> dict[str, Any]:
    """What the report says: ``energies``, ``isolated`` ones where known, the ``difference``, what is ``undetermined``.

    Warns of energies far from those of isolated atoms.
    """
    isolated = {**isolated_energies(train, found.elements, cutoff), **references.compare}
    isolated = {e: float(isolated[e]) for e in found.elements if e in isolated}
    difference = {e: found.by_element[e] - known for e, known in isolated.items()}
    far = [f"{e}: {found.by_element[e]:.3f} eV, isolated {isolated[e]:.3f}" for e, d in difference.items()
           if abs(d) > FAR_OFF]  # fmt: skip
    if far:
        warnings.warn(
            f"one-body energies far from those of isolated atoms ({'; '.join(far)}): the potential does not describe "
            'dissociation; if it should, set references.method to "isolated", or give references.energies',
            stacklevel=4,
        )
    return {
        "method": references.method,
        "energies": found.by_element,
        "isolated": isolated,
        "difference": difference,
        "undetermined": _directions(found),
    }


def _directions(found: References) -> list[str]:
    """``+0.45 O -0.89 H``, for each that is undetermined."""
    return [
        " ".join(f"{value:+.2f} {e}" for e, value in zip(found.elements, row, strict=True) if abs(value) > 1e-9)
        for row in found.undetermined
    ]
