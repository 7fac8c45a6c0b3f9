"""Energies of single atoms, which a potential adds to what it has learnt."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from ase.data import atomic_numbers, chemical_symbols

from invgen.data.errors import DataError
from invgen.errors import unknown

METHODS = ("least-squares", "isolated", "none")


def reference_energies(
    counts: np.ndarray,
    energies: np.ndarray,
    elements: Sequence[str],
    method: str = "least-squares",
    given: Mapping[str, float] | None = None,
) -> dict[int, float]:
    """Energy (eV) of an atom of every element, by atomic number, from labels.

    counts
        (structures, elements) numbers of atoms.
    energies
        (structures,) eV; NaN without a label.

    ``given`` energies are kept; the others are, by ``method``: those that explain the energies best (least squares of
    the energies per root atom; the smallest where compositions leave them open), those of the structures of one atom,
    or zero.

    Raises ``DataError`` for unknown methods and elements, and where no structure has the energy that is needed.
    """
    if method not in METHODS:
        raise DataError(unknown("method of reference energies", method, METHODS))
    for symbol in given or {}:
        if symbol not in elements:
            raise DataError(unknown("element of a reference energy", symbol, elements))
    known = {symbol: float(value) for symbol, value in (given or {}).items()}
    labelled = ~np.isnan(energies)
    counts, energies = counts[labelled].astype(np.float64), energies[labelled]
    rest = energies - counts @ np.array([known.get(e, 0.0) for e in elements])
    open_ = [k for k, e in enumerate(elements) if e not in known]
    solve = {"least-squares": _least_squares, "isolated": _isolated, "none": _zero}[method]
    found = solve(counts[:, open_], rest, [elements[k] for k in open_])
    return {int(atomic_numbers[e]): known.get(e, found.get(e, 0.0)) for e in sorted(elements, key=atomic_numbers.get)}


def _least_squares(counts: np.ndarray, energies: np.ndarray, elements: list[str]) -> dict[str, float]:
    if elements and not len(energies):
        raise DataError("no structure has an energy to take reference energies from; give them, or use method none")
    scale = 1 / np.sqrt(np.maximum(counts.sum(1), 1.0))
    found = np.linalg.lstsq(counts * scale[:, None], energies * scale, rcond=None)[0] if elements else []
    return {e: float(value) for e, value in zip(elements, found, strict=True)}


def _isolated(counts: np.ndarray, energies: np.ndarray, elements: list[str]) -> dict[str, float]:
    found: dict[str, float] = {}
    single = counts.sum(1) == 1
    for k, element in enumerate(elements):
        rows = energies[single & (counts[:, k] == 1)]
        if not len(rows):
            raise DataError(
                f"no structure of a single atom of {element} has an energy; add one, or give its energy in "
                "references.energies"
            )
        found[element] = float(rows[0])
    return found


def _zero(counts: np.ndarray, energies: np.ndarray, elements: list[str]) -> dict[str, float]:
    return dict.fromkeys(elements, 0.0)


def symbols(numbers: Sequence[int]) -> tuple[str, ...]:
    """Symbols of atomic numbers."""
    return tuple(chemical_symbols[z] for z in numbers)
