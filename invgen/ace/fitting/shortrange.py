"""Where the repulsion of a new potential begins: below the shortest distance of the structures that it is fitted to.

It is zero at all distances that occur, so a fit is the same with and without it.
"""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from typing import Any

import numpy as np
from ase.data import atomic_numbers, covalent_radii

from invgen.ace.fitting.config import ShortRangeConfig
from invgen.ace.neighbourhoods import element_numbers
from invgen.ace.potential import LinearPotential
from invgen.ace.repulsion import Repulsion
from invgen.data.neighbours import neighbour_pairs
from invgen.data.structures import Structure

BELOW = 1 - 1e-12
"""Keeps what is rounded at the shortest distance on the side where the repulsion is zero."""
PRESSED, TRIED = 0.3, 15
"""Å: the shortest distance at which pairs of atoms are tried; how many distances."""


def shortest_distances(structures: Sequence[Structure], elements: Sequence[str], cutoff: float) -> np.ndarray:
    """(S, S) Å: the shortest distance of each pair of elements; infinite where none is within ``cutoff``."""
    position = np.full(max(atomic_numbers.values()) + 1, -1)
    position[[atomic_numbers[e] for e in elements]] = np.arange(len(elements))
    shortest = np.full((len(elements), len(elements)), np.inf)
    for s in structures:
        pairs, species = neighbour_pairs(s, cutoff), position[s.numbers]
        vectors = s.positions[pairs.second] - s.positions[pairs.first] + pairs.shift
        np.minimum.at(shortest, (species[pairs.first], species[pairs.second]), np.linalg.norm(vectors, axis=1))
    return np.minimum(shortest, shortest.T)


def repulsion_of(
    structures: Sequence[Structure], elements: Sequence[str], cutoff: float, config: ShortRangeConfig
) -> tuple[Repulsion | None, dict[str, Any]]:
    """The repulsion, and what the report says of it: ``inner``, ``outer`` and ``seen`` for each pair of elements.

    It ends at the shortest distance of a pair of elements; for a pair that no structure has within the cutoff, at the
    sum of their covalent radii. It is ZBL's up to the part ``config.inner`` of that.
    """
    if not config.zbl:
        return None, {"zbl": False}
    shortest = shortest_distances(structures, elements, cutoff)
    radii = covalent_radii[[atomic_numbers[e] for e in elements]]
    outer = BELOW * np.where(np.isfinite(shortest), shortest, np.minimum(np.add.outer(radii, radii), cutoff))
    found = Repulsion(element_numbers(tuple(elements)), config.inner * outer, outer)
    pairs = {
        f"{elements[a]}-{elements[b]}": {
            "inner": float(found.inner[a, b]),
            "outer": float(outer[a, b]),
            "seen": bool(np.isfinite(shortest[a, b])),
        }
        for a in range(len(elements))
        for b in range(a, len(elements))
    }
    return found, {"zbl": True, "pairs": pairs}


def name_attractions(potential: LinearPotential) -> dict[str, float]:
    """Pairs of elements that attract closer than ``inner``, with the largest such distance (Å) tried; warns of them.

    The functions of a basis may do anything where there was no structure, and be stronger than the repulsion.
    """
    found: dict[str, float] = {}
    if potential.repulsion is None:
        return found
    numbers, elements = potential.numbers, potential.elements
    for a in range(len(numbers)):
        for b in range(a, len(numbers)):
            for r in np.linspace(PRESSED, max(float(potential.repulsion.inner[a, b]), PRESSED), TRIED):
                pair = Structure(numbers[[a, b]], np.array([[0.0, 0.0, 0.0], [0.0, 0.0, r]]))
                if potential.energy_forces_stress(pair).forces[1, 2] <= 0:
                    found[f"{elements[a]}-{elements[b]}"] = float(r)
    if found:
        named = ", ".join(f"{pair} at {r:.2f} Å" for pair, r in found.items())
        warnings.warn(
            f"the fit is more attractive at short range than its repulsion ({named}): add structures at short "
            "distances, take fewer functions, or raise short_range.inner",
            stacklevel=4,
        )
    return found
