"""Random configurations to differentiate a function at: atoms, or components."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from invgen.compiler.algebra import modular
from invgen.compiler.algebra.channels import Channel, cartesian, components_of
from invgen.compiler.auditing.symmetry import FLATTENED, Fields, motions_of_positions, motions_of_tensors
from invgen.compiler.auditing.tensors import WORDS
from invgen.compiler.candidates.cartesian.family import random_neighbourhoods
from invgen.errors import AuditError

SPACING = 1.5
"""Å; mean distance of neighbouring atoms."""
CLOSEST = 0.6
"""Of the spacing: atoms are not put closer to each other."""


@dataclass(frozen=True)
class Space:
    """What a function takes, exactly one of the first four.

    atoms
        Their number; the function takes positions ``(atoms, 3)`` in Å.
    neighbours
        The same for positions relative to a central atom at the origin.
    ranks
        The function takes reduced Cartesian components of tensors of these ranks, one after another.
    components
        The function takes this many numbers, between -1 and 1.
    species
        One for each atom or taken in turns; the function then takes the species, one for each atom, as its second
        argument.
    """

    atoms: int | None = None
    neighbours: int | None = None
    ranks: tuple[int, ...] | None = None
    components: int | None = None
    species: tuple[Any, ...] = ()

    def __post_init__(self) -> None:
        given = [name for name in ("atoms", "neighbours", "ranks", "components") if getattr(self, name) is not None]
        if len(given) != 1:
            raise AuditError(
                "a function needs exactly one of atoms, neighbours, ranks and components: what it is a function of; "
                + (f"got {' and '.join(given)}" if given else "got none")
            )
        value = getattr(self, given[0])
        if given[0] == "ranks":
            if not value or not all(is_whole(rank) and 0 <= rank < len(WORDS) for rank in value):
                raise AuditError(f"ranks must be whole numbers in 0..{len(WORDS) - 1} such as 0,1,2,3, got {value!r}")
        elif not is_whole(value) or value < 1:
            raise AuditError(f"{given[0]} must be a whole number, 1 or more, got {value!r}")
        if self.species and not self.number:
            raise AuditError("species go with atoms or neighbours, not with components")

    @property
    def number(self) -> int:
        """Of atoms; 0 for components."""
        return self.atoms or self.neighbours or 0

    @property
    def shape(self) -> tuple[int, ...]:
        """Of a configuration."""
        if self.number:
            return (self.number, 3)
        return (self.components or components_of(self.tensors),)

    @property
    def tensors(self) -> tuple[Channel, ...]:
        """In component order."""
        ranks = self.ranks or ()
        return cartesian((rank, ranks[:k].count(rank)) for k, rank in enumerate(ranks))

    @property
    def arguments(self) -> tuple[Any, ...]:
        """What the function takes behind the configuration."""
        if not self.species:
            return ()
        return ([self.species[k % len(self.species)] for k in range(self.number)],)

    def sample(self, count: int, seed: str) -> np.ndarray:
        """Configurations ``(count, *shape)``."""
        if self.number:
            return np.stack([self._atoms(f"{seed}/{k}") for k in range(count)])
        if self.ranks:
            return random_neighbourhoods(self.tensors, count, seed)
        return _uniform(seed, (count, *self.shape))

    def flattened(self, name: str, seed: str) -> np.ndarray:
        """Atoms in a plane or on a line, a name of ``FLATTENED``."""
        return self._atoms(f"{seed}/{name}", FLATTENED[name][0])

    def _atoms(self, seed: str, scales: tuple[float, ...] = (1.0, 1.0, 1.0)) -> np.ndarray:
        """Atoms in a cube, one after another where none is close; a central atom counts, too."""
        side = SPACING * (self.number + 1) ** (1 / sum(scales))
        placed = [np.zeros(3)] if self.neighbours else []
        for place in _uniform(seed, (1000 * self.number, 3)) * side / 2 * scales:
            if all(np.linalg.norm(place - other) > CLOSEST * SPACING for other in placed):
                placed.append(place)
            if len(placed) == self.number + bool(self.neighbours):
                break
        return np.array(placed[bool(self.neighbours) :])

    def motions(self, points: np.ndarray) -> Fields:
        """Motions that may leave a function unchanged, at configurations ``(count, *shape)``."""
        if self.number:
            return motions_of_positions(points)
        return motions_of_tensors(points, self.tensors) if self.ranks else {}


def is_whole(value: object) -> bool:
    """Whether this is a Python or NumPy integer."""
    return isinstance(value, int | np.integer) and not isinstance(value, bool)


def _uniform(seed: str, shape: tuple[int, ...]) -> np.ndarray:
    """Between -1 and 1."""
    prime = modular.DEFAULT_PRIME
    return 2 * modular.residues(seed, int(np.prod(shape)), prime).reshape(shape) / prime - 1
