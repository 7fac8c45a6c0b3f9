"""Repulsion of nuclei at short range, where a fit has seen no structure.

The universal potential of Ziegler, Biersack and Littmark (The Stopping and Range of Ions in Matter, 1985) between
nuclei of charges z and z', switched to zero with two continuous derivatives:

    V(r) = f k z z' / r * phi(r / a) * S((r - inner) / (outer - inner)),      a = 0.8854 a_0 / (z^0.23 + z'^0.23),
    phi(x) = 0.18175 exp(-3.19980 x) + 0.50986 exp(-0.94229 x) + 0.28022 exp(-0.40290 x) + 0.02817 exp(-0.20162 x),
    S(t) = 1 - t^3 (10 - 15 t + 6 t^2),  1 below t = 0,  0 above t = 1,

k = 14.3996 eV Å, a_0 = 0.529177 Å. ``inner``, ``outer`` and the factor f, by default 1, belong to a pair of elements.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from invgen.data.errors import DataError
from invgen.runtime.cpu.compiled import compiled

COULOMB = 14.3996454784
"""e^2 / (4 pi epsilon_0) in eV Å (CODATA 2018)."""
BOHR = 0.529177210903
"""Å."""
SCREENING = np.array([[0.18175, 3.19980], [0.50986, 0.94229], [0.28022, 0.40290], [0.02817, 0.20162]])
"""Factors and rates of phi."""
ZBL, SCALED = "zbl", "scaled zbl"
"""Kinds in files: without factors, and with."""


@dataclass(frozen=True, eq=False)
class Repulsion:
    """ZBL repulsion between elements of these atomic numbers.

    numbers
        (S,) atomic numbers.
    inner, outer
        (S, S) Å, symmetric: up to ``inner`` it is ZBL's, from ``outer`` on it is zero.
    factor
        (S, S) symmetric: how many times ZBL's it is; 1 everywhere by default.

    Raises ``DataError`` for shapes that do not fit, lengths that are not 0 < inner < outer, and factors that are not
    positive.
    """

    numbers: np.ndarray
    inner: np.ndarray
    outer: np.ndarray
    factor: np.ndarray | None = None

    def __post_init__(self) -> None:
        numbers = np.asarray(self.numbers, dtype=np.int64)
        object.__setattr__(self, "numbers", numbers)
        if self.factor is None:
            object.__setattr__(self, "factor", np.ones((len(numbers), len(numbers))))
        for name in ("inner", "outer", "factor"):
            table = np.ascontiguousarray(getattr(self, name), dtype=np.float64)
            if table.shape != (len(numbers), len(numbers)) or not np.array_equal(table, table.T):
                raise DataError(
                    f"{name} of a repulsion of {len(numbers)} elements must be a symmetric table of "
                    f"{len(numbers)} x {len(numbers)} numbers, got {table.tolist()}"
                )
            if name == "factor" and not ((table > 0) & np.isfinite(table)).all():
                raise DataError(f"factors of a repulsion must be positive, got {table.tolist()}")
            object.__setattr__(self, name, table)
        if not ((self.inner > 0) & (self.inner < self.outer) & np.isfinite(self.outer)).all():
            raise DataError(
                f"a repulsion needs 0 < inner < outer for all pairs of elements, got inner {self.inner.tolist()} Å and "
                f"outer {self.outer.tolist()} Å"
            )

    @cached_property
    def strength(self) -> np.ndarray:
        """(S, S) f k z z', eV Å."""
        return np.asarray(self.factor * (COULOMB * np.multiply.outer(self.numbers, self.numbers).astype(np.float64)))

    @cached_property
    def length(self) -> np.ndarray:
        """(S, S) a, Å."""
        powers = self.numbers.astype(np.float64) ** 0.23
        return np.asarray(0.8854 * BOHR / np.add.outer(powers, powers))

    def add(
        self, near: Any, positions: np.ndarray, energies: np.ndarray, forces: np.ndarray, virial: np.ndarray
    ) -> None:
        """Adds to (atoms,) eV, half of every pair, (atoms, 3) eV/Å and (6,) eV what ``Neighbourhoods`` feel."""
        _repel(
            np.ascontiguousarray(positions), near.species, near.start, near.second, near.shift, self.strength,
            self.length, self.inner, self.outer, SCREENING, energies, forces, virial,
        )  # fmt: skip

    def to_json(self) -> dict[str, Any]:
        """``kind``, ``inner``, ``outer``, and ``factor`` if there are any; the elements are those of the potential.

        Versions that know no factors refuse the kind that has them.
        """
        tables = {"inner": self.inner.tolist(), "outer": self.outer.tolist()}
        if (np.asarray(self.factor) == 1).all():
            return {"kind": ZBL, **tables}
        return {"kind": SCALED, **tables, "factor": np.asarray(self.factor).tolist()}

    @classmethod
    def from_json(cls, data: dict[str, Any] | None, numbers: np.ndarray) -> Repulsion | None:
        """From ``to_json``, for these atomic numbers; raises ``DataError`` for another kind, ``KeyError`` for less."""
        if data is None:
            return None
        if data["kind"] not in (ZBL, SCALED):
            raise DataError(f"a repulsion of kind {data['kind']!r}, this version knows {ZBL!r}; use a newer one")
        factor = np.array(data["factor"]) if data["kind"] == SCALED else None
        return cls(numbers, np.array(data["inner"]), np.array(data["outer"]), factor)


@compiled
def _potential(r, strength, length, inner, outer, screening):
    """V(r) and its derivative."""
    phi, slope = 0.0, 0.0
    for k in range(screening.shape[0]):
        part = screening[k, 0] * np.exp(-screening[k, 1] * r / length)
        phi += part
        slope -= part * screening[k, 1] / length
    v = strength / r * phi
    dv = strength / r * slope - v / r
    if r > inner:
        t = (r - inner) / (outer - inner)
        s = 1.0 - t * t * t * (10.0 + t * (6.0 * t - 15.0))
        ds = -30.0 * t * t * (1.0 - t) * (1.0 - t) / (outer - inner)
        v, dv = v * s, dv * s + v * ds
    return v, dv


@compiled
def _repel(
    positions, species, start, second, shift, strength, length, inner, outer, screening, energies, forces, virial
):
    """Adds to the last three arrays; every pair is met from either end."""
    for atom in range(species.size):
        a = species[atom]
        for b in range(outer.shape[0]):
            end = outer[a, b]
            for p in range(start[atom, b], start[atom, b + 1]):
                x = positions[second[p], 0] + shift[p, 0] - positions[atom, 0]
                y = positions[second[p], 1] + shift[p, 1] - positions[atom, 1]
                z = positions[second[p], 2] + shift[p, 2] - positions[atom, 2]
                square = x * x + y * y + z * z
                if square >= end * end:
                    continue
                r = np.sqrt(square)
                v, dv = _potential(r, strength[a, b], length[a, b], inner[a, b], end, screening)
                energies[atom] += 0.5 * v
                w = dv / r
                forces[atom, 0] += w * x
                forces[atom, 1] += w * y
                forces[atom, 2] += w * z
                virial[0] += 0.5 * w * x * x
                virial[1] += 0.5 * w * y * y
                virial[2] += 0.5 * w * z * z
                virial[3] += 0.5 * w * y * z
                virial[4] += 0.5 * w * x * z
                virial[5] += 0.5 * w * x * y
