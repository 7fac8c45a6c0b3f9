"""Energies of single atoms, which are subtracted before the fit and added by the potential."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from ase.data import atomic_numbers, chemical_symbols

from invgen.data.errors import DataError, UnknownSpeciesError
from invgen.data.structures import Structure
from invgen.errors import unknown

METHODS = ("least-squares", "isolated", "none")


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


def reference_energies(
    structures: Sequence[Structure],
    elements: Sequence[str],
    method: str = "least-squares",
    given: Mapping[str, float] | None = None,
) -> dict[int, float]:
    """Energy (eV) of an atom of every element, by atomic number.

    ``given`` energies are kept; the others are, by ``method``: those that explain the energies of the structures best
    (least squares of the energies per root atom; the smallest where compositions leave them open), those of the
    structures of one atom, or zero.

    Raises ``DataError`` for unknown methods and elements, and where no structure has the energy that is needed.
    """
    known = {_number(symbol, elements): float(value) for symbol, value in (given or {}).items()}
    open_ = [atomic_numbers[e] for e in elements if atomic_numbers[e] not in known]
    if method not in METHODS:
        raise DataError(unknown("method of reference energies", method, METHODS))
    found = {"least-squares": _least_squares, "isolated": _isolated, "none": _zero}[method](structures, open_, known)
    return {z: found.get(z, known.get(z, 0.0)) for z in sorted({**found, **known})}


def _number(symbol: str, elements: Sequence[str]) -> int:
    if symbol not in elements:
        raise DataError(unknown("element of a reference energy", symbol, elements))
    return int(atomic_numbers[symbol])


def _least_squares(structures: Sequence[Structure], open_: list[int], known: Mapping[int, float]) -> dict[int, float]:
    labelled = [s for s in structures if s.energy is not None]
    if open_ and not labelled:
        raise DataError("no structure has an energy to take reference energies from; give them, or use method none")
    counts = np.array([[np.sum(s.numbers == z) for z in open_] for s in labelled], dtype=np.float64)
    rest = [float(s.energy or 0.0) - sum(known.get(int(z), 0.0) for z in s.numbers) for s in labelled]
    scale = 1 / np.sqrt([s.atoms for s in labelled])
    found: Any = np.linalg.lstsq(counts * scale[:, None], np.array(rest) * scale, rcond=None)[0] if open_ else []
    return {z: float(e) for z, e in zip(open_, found, strict=True)}


def _isolated(structures: Sequence[Structure], open_: list[int], known: Mapping[int, float]) -> dict[int, float]:
    found: dict[int, float] = {}
    for z in open_:
        single = [s for s in structures if s.atoms == 1 and s.numbers[0] == z and s.energy is not None]
        if not single:
            raise DataError(
                f"no structure of a single atom of {chemical_symbols[z]} has an energy; add one, or give its energy in "
                "references.energies"
            )
        found[z] = float(single[0].energy or 0.0)
    return found


def _zero(structures: Sequence[Structure], open_: list[int], known: Mapping[int, float]) -> dict[int, float]:
    return dict.fromkeys(open_, 0.0)
