"""``Structure``: the atoms of one molecule or one periodic cell, with its labels, checked on construction."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from invgen.data.errors import DataError

LARGEST_ATOMIC_NUMBER = 118


@dataclass(frozen=True)
class Structure:
    """One molecule or periodic cell.

    numbers
        (atoms,) atomic numbers, 1..118.
    positions
        (atoms, 3) in Å.
    cell
        (3, 3) lattice vectors as rows in Å; all zero for a molecule, which is the default.
    periodic
        (3,) whether the structure repeats along each lattice vector; one value stands for three.
    energy
        Total energy in eV, or ``None`` without a label.
    forces
        (atoms, 3) in eV/Å, or ``None``.
    name
        Used in error messages only.
    stress
        (6,) in eV/Å^3, ASE's sign (derivative of the energy by the strain, over the volume) and order xx, yy, zz, yz,
        xz, xy; or ``None``.
    group
        What errors are reported by, such as ``"Elastic"``; or ``None``.

    Arrays are copied: what is done to those that were given changes nothing here.

    Raises ``DataError`` for wrong shapes, values that are not finite, unknown atomic numbers, and a cell
    without volume along the periodic directions.
    """

    numbers: np.ndarray
    positions: np.ndarray
    cell: np.ndarray = field(default_factory=lambda: np.zeros((3, 3)))
    periodic: np.ndarray = field(default_factory=lambda: np.zeros(3, dtype=bool))
    energy: float | None = None
    forces: np.ndarray | None = None
    name: str = "structure"
    stress: np.ndarray | None = None
    group: str | None = None

    def __post_init__(self) -> None:
        arrays = {
            "numbers": self._whole_numbers(),
            "positions": np.array(self.positions, dtype=np.float64),
            "cell": np.array(self.cell, dtype=np.float64),
            "periodic": np.array(np.broadcast_to(self.periodic, (3,)), dtype=bool),
            "energy": None if self.energy is None else float(self.energy),
            "forces": None if self.forces is None else np.array(self.forces, dtype=np.float64),
            "stress": None if self.stress is None else np.array(self.stress, dtype=np.float64),
        }
        for name, value in arrays.items():
            object.__setattr__(self, name, value)
        self._check_shapes()
        self._check_values()

    def _whole_numbers(self) -> np.ndarray:
        given = np.asarray(self.numbers)
        with np.errstate(invalid="ignore"):
            numbers = given.astype(np.int64)
        if not np.array_equal(given, numbers):
            raise DataError(f"{self.name}: atomic numbers must be whole, got {given.tolist()}")
        return numbers

    def _check_shapes(self) -> None:
        atoms = self.numbers.size
        rows = (atoms, 3)
        wanted = {"numbers": (atoms,), "positions": rows, "cell": (3, 3), "forces": rows, "stress": (6,)}
        for name, shape in wanted.items():
            value = getattr(self, name)
            if value is not None and value.shape != shape:
                raise DataError(f"{self.name}: {name} has shape {value.shape}, needs {shape}")

    def _check_values(self) -> None:
        for name in ("positions", "cell", "energy", "forces", "stress"):
            value = getattr(self, name)
            if value is not None and not np.all(np.isfinite(value)):
                raise DataError(f"{self.name}: {name} {infinite(np.asarray(value))}; remove or relabel this structure")
        bad = sorted({int(n) for n in set(self.numbers.tolist()) if not 1 <= n <= LARGEST_ATOMIC_NUMBER})
        if bad:
            raise DataError(f"{self.name}: atomic numbers {bad} are outside 1..{LARGEST_ATOMIC_NUMBER}")
        if self.periodic.any() and spanned(self.cell[self.periodic]) < 1e-9:
            raise DataError(f"{self.name}: periodic, but its cell {self.cell.tolist()} Å has no volume")

    @property
    def atoms(self) -> int:
        """Number of atoms."""
        return self.numbers.size

    @property
    def volume(self) -> float:
        """Å^3; zero unless periodic in three directions, so that no stress is defined."""
        return float(abs(np.linalg.det(self.cell))) if self.periodic.all() else 0.0


def spanned(vectors: np.ndarray) -> float:
    """Length, area or volume (Å to the power of their number) that one to three ``vectors``, the rows, span."""
    return float(np.prod(np.linalg.svd(vectors, compute_uv=False)))


def infinite(value: np.ndarray) -> str:
    """What an array that is not finite holds and where, for a message: ``is nan at [0, 2], not finite``."""
    place = tuple(np.argwhere(~np.isfinite(value))[0].tolist())
    return f"is {value[place]}{f' at {list(place)}' if place else ''}, not finite"
