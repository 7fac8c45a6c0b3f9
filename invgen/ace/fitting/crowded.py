"""How strongly crowded atoms of a new potential repel: more than its functions attract when structures are pressed.

``Crowding`` begins where no atom of the structures is, so a fit is the same with and without it. Some structures, and a
few atoms of each by themselves, are pressed together; where their energy falls, the strength is what makes it rise.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from invgen.ace.crowding import Crowding
from invgen.ace.fitting.assembly import Progress
from invgen.ace.fitting.config import ShortRangeConfig
from invgen.ace.fitting.shortrange import MARGIN
from invgen.ace.neighbourhoods import neighbourhoods
from invgen.ace.potential import LinearPotential
from invgen.data.structures import Structure

RANGES = (1.0, 0.5)
"""Parts of the cutoff."""
CHOSEN, TOGETHER = 12, (3, 4, 6, 8, 12, 16, 24, 32)
"""How many structures are pressed, and how many atoms of each by themselves."""
STEP, SHORTEST = 0.03, 0.3
"""By which part of their length they are pressed each time, and to which."""
SPARE = 1.1
"""``Crowding.most`` over the largest rho there is: structures to come will be a little denser now and then."""
FROM, TO = 1.1, 16.0
"""x of the most crowded atom between which the energy has to rise. Below, the repulsion is only beginning."""
LEAST = 1.0
"""Of ``Crowding.most``: an atom with a single neighbour is never crowded."""


def kept_apart(
    potential: LinearPotential, structures: Sequence[Structure], config: ShortRangeConfig, say: Progress | None = None
) -> LinearPotential:
    """With a ``Crowding`` for which nothing that is pressed falls, or without one if nothing does anyway."""
    if potential.repulsion is None or not config.crowding:
        return potential
    say = say or (lambda stage, done, total: None)
    ranges = potential.radial.cutoff * np.array(RANGES)
    most = np.full((len(ranges), len(potential.elements)), LEAST)
    unit = Crowding(ranges, most, np.ones(len(ranges)), max(int(potential.products.orders.max()) - 2, 0))
    for done, s in enumerate(structures, 1):
        species, x = _crowds(potential, unit, s)
        for row, found in zip(most, x, strict=True):
            np.maximum.at(row, species, SPARE * LEAST * found)
        say("crowds", done, len(structures))
    unit, chosen = replace(unit, most=most), _chosen(structures)
    strength, found = np.zeros(len(ranges)), potential
    for term, pressed in enumerate((chosen, [part for s in chosen for part in _fragments(potential, unit, s)])):
        for done, s in enumerate(pressed, 1):
            strength[term] = max(strength[term], MARGIN * _needed(found, unit, s, term))
            say(("press structures", "press clusters")[term], done, len(pressed))
        if strength.any():
            found = replace(potential, crowding=replace(unit, strength=strength))
    return found


def _crowds(potential: LinearPotential, crowding: Crowding, s: Structure) -> tuple[np.ndarray, np.ndarray]:
    """(atoms,) positions of their elements, and (T, atoms) x."""
    near = neighbourhoods(s, potential.numbers, potential.radial.cutoff)
    first = np.repeat(np.arange(s.atoms), near.start[:, -1] - near.start[:, 0])
    vectors = s.positions[near.second] - s.positions[first] + near.shift
    return near.species, crowding.crowds(first, np.linalg.norm(vectors, axis=1), near.species)


def _chosen(structures: Sequence[Structure]) -> list[Structure]:
    """The smallest of every group and set of elements, or so many of them, evenly."""
    found: dict[Any, Structure] = {}
    for s in structures:
        key = (str(s.group), *sorted(set(s.numbers.tolist())))
        if key not in found or s.atoms < found[key].atoms:
            found[key] = s
    kept = [found[key] for key in sorted(found)]
    return kept[:: -(-len(kept) // CHOSEN)]


def _fragments(potential: LinearPotential, unit: Crowding, s: Structure) -> Iterator[Structure]:
    """The atom that is most crowded at short range with its nearest neighbours, without what is around them."""
    near = neighbourhoods(s, potential.numbers, potential.radial.cutoff)
    atom = int(_crowds(potential, unit, s)[1][-1].argmax())
    others = slice(near.start[atom, 0], near.start[atom, -1])
    vectors = s.positions[near.second[others]] + near.shift[others] - s.positions[atom]
    order = np.argsort(np.linalg.norm(vectors, axis=1), kind="stable")
    numbers, positions = s.numbers[near.second[others]], np.concatenate([[[0.0, 0.0, 0.0]], vectors[order]])
    for size in (size for size in TOGETHER if size <= len(positions)):
        yield Structure(np.append(s.numbers[atom], numbers[order])[:size], positions[:size])


def _needed(potential: LinearPotential, unit: Crowding, s: Structure, term: int) -> float:
    """The least strength (eV) of a range with which the energy rises at every step; 0 if it does without."""
    needed, before, scale = 0.0, (np.inf, np.inf), 1.0
    while scale > SHORTEST:
        pressed = replace(s, positions=scale * s.positions, cell=scale * s.cell)
        x = _crowds(potential, unit, pressed)[1][term]
        now = potential.energy_forces_stress(pressed).energy, float(unit.energies(x[None])[0].sum())
        if x.max() > FROM and before[1] < now[1]:
            needed = max(needed, (before[0] - now[0]) / (now[1] - before[1]))
        if x.max() > TO:
            break
        before, scale = now, scale * (1 - STEP)
    return needed


def told_crowding(crowding: Crowding | None, elements: Sequence[str]) -> dict[str, Any] | None:
    """What the report says of it, ``most`` by element."""
    if crowding is None:
        return None
    return {**crowding.to_json(), "most": dict(zip(elements, crowding.most.T.tolist(), strict=True))}
