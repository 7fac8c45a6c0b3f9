"""Where the repulsion of a new potential begins: below the shortest distance of the structures that it is fitted to.

It is zero at all distances that occur, so a fit is the same with and without it. What the functions do below is known
only after the fit: where they attract more than ZBL repels, the repulsion of that pair of elements is multiplied.
"""

from __future__ import annotations

import warnings
from collections.abc import Collection, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from ase.data import atomic_numbers, covalent_radii

from invgen.ace.fitting.config import ShortRangeConfig
from invgen.ace.neighbourhoods import element_numbers
from invgen.ace.potential import LinearPotential
from invgen.ace.repulsion import Repulsion
from invgen.data.errors import DataError
from invgen.data.neighbours import neighbour_pairs
from invgen.data.structures import Structure
from invgen.runs.config import ConfigError

BELOW = 1 - 1e-12
"""Keeps what is rounded at the shortest distance on the side where the repulsion is zero."""
PRESSED, TRIED = 0.3, 30
"""Å: the shortest distance at which pairs of atoms are tried; how many distances."""
WITHDRAWN = 0.9
"""Where the repulsion ends, as a share of the shortest distance: structures to come will be a little closer than that
now and then, and should not run into it."""
MARGIN = 2.0
"""How many times the attraction it is then."""
CLOSEST = 0.1
"""Å: structures with closer atoms are refused, for a repulsion that ends there has no strength."""


def shortest_distances(structures: Sequence[Structure], elements: Sequence[str], cutoff: float) -> np.ndarray:
    """(S, S) Å: the shortest distance of each pair of elements; infinite where none is within ``cutoff``."""
    position = np.full(max(atomic_numbers.values()) + 1, -1)
    position[[atomic_numbers[e] for e in elements]] = np.arange(len(elements))
    shortest = np.full((len(elements), len(elements)), np.inf)
    for s in structures:
        pairs, species = neighbour_pairs(s, cutoff), position[s.numbers]
        vectors = s.positions[pairs.second] - s.positions[pairs.first] + pairs.shift
        lengths = np.linalg.norm(vectors, axis=1)
        if lengths.size and lengths.min() < CLOSEST:
            k = int(lengths.argmin())
            raise DataError(
                f"{s.name}: atoms {pairs.first[k]} and {pairs.second[k]} are {lengths[k]:.2g} Å apart, closer than any "
                f"nuclei that a potential is for ({CLOSEST} Å): repair its cell and positions, or remove it"
            )
        np.minimum.at(shortest, (species[pairs.first], species[pairs.second]), lengths)
    return np.minimum(shortest, shortest.T)


def repulsion_of(
    structures: Sequence[Structure], elements: Sequence[str], cutoff: float, config: ShortRangeConfig
) -> Repulsion | None:
    """The repulsion before anything is fitted.

    It ends at ``WITHDRAWN`` of the shortest distance of a pair of elements; for a pair that no structure has within the
    cutoff, at the sum of their covalent radii. It is ZBL's up to the part ``config.inner`` of that distance or sum.
    ``config.pairs`` say otherwise.

    Raises ``ConfigError`` for pairs of other elements, and for those that would act on the structures.
    """
    if not config.zbl:
        return None
    shortest = shortest_distances(structures, elements, cutoff)
    radii = covalent_radii[[atomic_numbers[e] for e in elements]]
    seen, sums = np.isfinite(shortest), np.minimum(np.add.outer(radii, radii), cutoff)
    reach, share = BELOW * np.where(seen, shortest, sums), max(WITHDRAWN, (1 + config.inner) / 2)
    tables = {"outer": np.where(seen, share, 1) * reach, "inner": config.inner * reach, "factor": np.ones_like(reach)}
    for (a, b), given in _given(config, elements).items():
        limit = reach[a, b] if seen[a, b] else cutoff
        if given.get("outer", 0.0) > limit:
            raise ConfigError(
                f"short_range.pairs: outer of {elements[a]}-{elements[b]} is {given['outer']} Å, where it would act on "
                f"the structures that are fitted, or end beyond the cutoff; at most {limit:.4g} Å"
            )
        if "outer" in given:
            given = {"inner": config.inner * given["outer"], **given}
        for name, value in given.items():
            tables[name][[a, b], [b, a]] = value
    return Repulsion(element_numbers(tuple(elements)), **tables)


def _given(config: ShortRangeConfig, elements: Sequence[str]) -> dict[tuple[int, int], dict[str, float]]:
    """What ``config.pairs`` say, by positions of the elements."""
    found = {}
    for pair, given in config.pairs.items():
        parts = pair.split("-")
        if not set(parts) <= set(elements):
            known = ", ".join(f"{a}-{b}" for k, a in enumerate(elements) for b in elements[k:])
            raise ConfigError(f"short_range.pairs: {pair} is none of the pairs of the potential ({known})")
        a, b = sorted(elements.index(e) for e in parts)
        found[a, b] = {name: float(value) for name, value in given.items()}
    return found


def strengthened(potential: LinearPotential, config: ShortRangeConfig) -> LinearPotential:
    """With a repulsion that is stronger than the functions between all pairs of elements, but for ``config.pairs``.

    A pair that attracts closer than ``inner`` gets one of so many times ZBL's strength that up to there its force is at
    least ``MARGIN`` times the attraction.
    """
    repulsion = potential.repulsion
    if repulsion is None:
        return potential
    factor = np.array(repulsion.factor)
    for a, b in _pairs(potential, set(_given(config, potential.elements))):
        _, together = _pressed(potential, a, b)
        if (together > 0).all():
            continue
        alone = _pressed(replace(potential, coefficients=np.zeros_like(potential.coefficients)), a, b)[1]
        both = [a, b], [b, a]
        factor[both] = max(1.0, MARGIN * float((1 - together / alone).max()))
    return replace(potential, repulsion=replace(repulsion, factor=factor))


def _pairs(potential: LinearPotential, but: Collection[tuple[int, int]] = ()) -> list[tuple[int, int]]:
    """Positions of pairs of elements."""
    size = len(potential.elements)
    return [(a, b) for a in range(size) for b in range(a, size) if (a, b) not in but]


def _pressed(potential: LinearPotential, a: int, b: int) -> tuple[np.ndarray, np.ndarray]:
    """Distances (Å) up to ``inner`` of a pair of elements, and the forces (eV/Å) that drive two atoms apart there."""
    numbers, inner = potential.numbers[[a, b]], 0.0 if potential.repulsion is None else potential.repulsion.inner[a, b]
    distances = np.linspace(PRESSED, max(float(inner), PRESSED), TRIED)
    found = [Structure(numbers, np.array([[0.0, 0.0, 0.0], [0.0, 0.0, r]])) for r in distances]
    return distances, np.array([potential.energy_forces_stress(pair).forces[1, 2] for pair in found])


def told_repulsion(
    repulsion: Repulsion | None, structures: Sequence[Structure], elements: Sequence[str], cutoff: float
) -> dict[str, Any]:
    """What the report says of it: ``inner``, ``outer``, ``factor`` and ``seen`` for each pair of elements."""
    if repulsion is None:
        return {"zbl": False}
    seen = np.isfinite(shortest_distances(structures, elements, cutoff))
    pairs = {
        f"{elements[a]}-{elements[b]}": {
            **{name: float(getattr(repulsion, name)[a, b]) for name in ("inner", "outer", "factor")},
            "seen": bool(seen[a, b]),
        }
        for a in range(len(elements))
        for b in range(a, len(elements))
    }
    return {"zbl": True, "pairs": pairs}


def name_attractions(potential: LinearPotential) -> dict[str, float]:
    """Pairs of elements that attract closer than ``inner``, with the largest such distance (Å) tried; warns of them.

    The functions of a basis may do anything where there was no structure, and be stronger than the repulsion.
    """
    found: dict[str, float] = {}
    if potential.repulsion is None:
        return found
    elements = potential.elements
    for a, b in _pairs(potential):
        distances, forces = _pressed(potential, a, b)
        if (forces <= 0).any():
            found[f"{elements[a]}-{elements[b]}"] = float(distances[forces <= 0].max())
    if found:
        named = ", ".join(f"{pair} at {r:.2f} Å" for pair, r in found.items())
        warnings.warn(
            f"the fit is more attractive at short range than its repulsion ({named}): leave these out of "
            "short_range.pairs, raise their factor, or add structures at short distances",
            stacklevel=4,
        )
    return found
