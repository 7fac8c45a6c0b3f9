"""Repulsion of atoms that are more crowded than any that a potential was fitted to, as in a crystal under pressure.

Radial functions are bounded, but the number of neighbours within the cutoff is not: in a crystal that is pressed
together the functions of order n grow like its n-th power, of either sign, long before two nuclei touch. With

    rho_i = sum_j w(r_ij),   w(r) = (1 - (r / R)^2)^3 below a range R,   x = rho_i / most,

where ``most`` is a little more than the largest rho of an atom of this element in the structures that were fitted, an
atom has

    U(x) = strength (x - 1)^3 x^power above x = 1, and nothing below,

with two continuous derivatives. ``power`` is the highest order less two, so that U outgrows all functions. There may be
several ranges: the longest tells what bulk is pressed, shorter ones what a few atoms are, which are no crowd in a large
sphere. Their U are added.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from invgen.data.errors import DataError
from invgen.runtime.cpu.compiled import compiled


@dataclass(frozen=True, eq=False)
class Crowding:
    """See the module.

    ranges
        (T,) R, Å.
    most
        (T, S) without unit: rho up to which atoms of each element feel nothing.
    strength
        (T,) eV; zero for a range that is not needed.
    power
        A whole number, at least zero.

    Raises ``DataError`` for shapes that do not fit, and numbers that are none of these.
    """

    ranges: np.ndarray
    most: np.ndarray
    strength: np.ndarray
    power: int

    def __post_init__(self) -> None:
        for name in ("ranges", "most", "strength"):
            object.__setattr__(self, name, np.array(getattr(self, name), dtype=np.float64, order="C"))
        shapes = self.ranges.ndim == 1 and self.most.shape[:1] == self.strength.shape == self.ranges.shape
        numbers = np.concatenate([self.ranges, self.most.ravel(), 1 + self.strength])
        fine = ((numbers > 0) & np.isfinite(numbers)).all() and (self.strength >= 0).all()
        if not shapes or not fine or self.power < 0 or int(self.power) != self.power:
            raise DataError(
                "crowding needs for each range a positive length in Å, a positive number for each element, and a "
                f"strength in eV, and a whole power of at least 0; got {self.to_json()}"
            )

    def crowds(self, first: np.ndarray, r: np.ndarray, species: np.ndarray) -> np.ndarray:
        """(T, atoms) x, of atoms with these neighbours: (pairs,) the atom, and how far its neighbour is (Å)."""
        weights = np.clip(1 - (r / self.ranges[:, None]) ** 2, 0, None) ** 3
        found = [np.bincount(first, w, minlength=len(species)) / most[species]
                 for w, most in zip(weights, self.most, strict=True)]  # fmt: skip
        return np.array(found).reshape(len(self.ranges), len(species))

    def energies(self, x: np.ndarray) -> np.ndarray:
        """(T, atoms) U in eV."""
        x = np.maximum(x, 1.0)
        return np.asarray(self.strength[:, None] * (x - 1) ** 3 * x**self.power)

    def add(
        self, near: Any, positions: np.ndarray, energies: np.ndarray, forces: np.ndarray, virial: np.ndarray
    ) -> None:
        """Adds to (atoms,) eV, (atoms, 3) eV/Å and (6,) eV what ``Neighbourhoods`` feel."""
        _press(
            np.ascontiguousarray(positions), near.species, near.start, near.second, near.shift, self.ranges, self.most,
            self.strength, int(self.power), energies, forces, virial,
        )  # fmt: skip

    def to_json(self) -> dict[str, Any]:
        """All numbers, by name."""
        return {
            **{name: getattr(self, name).tolist() for name in ("ranges", "most", "strength")},
            "power": int(self.power),
        }

    @classmethod
    def from_json(cls, data: dict[str, Any] | None) -> Crowding | None:
        """From ``to_json``; raises ``KeyError`` for less."""
        return None if data is None else cls(data["ranges"], data["most"], data["strength"], data["power"])


@compiled
def _press(positions, species, start, second, shift, ranges, most, strength, power, energies, forces, virial):
    """Adds to the last three arrays."""
    for t in range(ranges.size):
        if strength[t] == 0.0:
            continue
        inverse = 1.0 / (ranges[t] * ranges[t])
        for atom in range(species.size):
            first, last, rho = start[atom, 0], start[atom, start.shape[1] - 1], 0.0
            for p in range(first, last):
                x = positions[second[p], 0] + shift[p, 0] - positions[atom, 0]
                y = positions[second[p], 1] + shift[p, 1] - positions[atom, 1]
                z = positions[second[p], 2] + shift[p, 2] - positions[atom, 2]
                rho += max(1.0 - (x * x + y * y + z * z) * inverse, 0.0) ** 3
            unit = most[t, species[atom]]
            crowd = rho / unit
            if crowd <= 1.0:
                continue
            over = crowd - 1.0
            grown = strength[t] * over * over * crowd**power
            energies[atom] += grown * over
            slope = -6.0 * inverse / unit * grown * (3.0 + power * over / crowd)
            for p in range(first, last):
                x = positions[second[p], 0] + shift[p, 0] - positions[atom, 0]
                y = positions[second[p], 1] + shift[p, 1] - positions[atom, 1]
                z = positions[second[p], 2] + shift[p, 2] - positions[atom, 2]
                w = slope * max(1.0 - (x * x + y * y + z * z) * inverse, 0.0) ** 2
                for c, along in enumerate((x, y, z)):
                    forces[atom, c] += w * along
                    forces[second[p], c] -= w * along
                virial[0] += w * x * x
                virial[1] += w * y * y
                virial[2] += w * z * z
                virial[3] += w * y * z
                virial[4] += w * x * z
                virial[5] += w * x * y
