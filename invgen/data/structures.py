"""``Structure``: the atoms of one molecule or one periodic cell, with its labels, checked on construction."""

from __future__ import annotations

import io
import lzma
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from invgen.data.errors import DataError
from invgen.files import write_arrays

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
        xz, xy; or ``None``. Networks do not train on it.
    group
        What errors are reported by, such as ``"Elastic"``; or ``None``.

    Raises ``DataError`` for wrong shapes, values that are not finite, unknown atomic numbers, and a cell
    without volume along a periodic direction.
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
            "numbers": np.asarray(self.numbers, dtype=np.int64),
            "positions": np.asarray(self.positions, dtype=np.float64),
            "cell": np.asarray(self.cell, dtype=np.float64),
            "periodic": np.broadcast_to(np.asarray(self.periodic, dtype=bool), (3,)),
            "energy": None if self.energy is None else float(self.energy),
            "forces": None if self.forces is None else np.asarray(self.forces, dtype=np.float64),
            "stress": None if self.stress is None else np.asarray(self.stress, dtype=np.float64),
        }
        for name, value in arrays.items():
            object.__setattr__(self, name, value)
        self._check_shapes()
        self._check_values()

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
                raise DataError(f"{self.name}: {name} is not finite; remove or relabel this structure")
        bad = sorted({int(n) for n in set(self.numbers.tolist()) if not 1 <= n <= LARGEST_ATOMIC_NUMBER})
        if bad:
            raise DataError(f"{self.name}: atomic numbers {bad} are outside 1..{LARGEST_ATOMIC_NUMBER}")
        if self.periodic.any():
            lengths = np.linalg.norm(self.cell[self.periodic], axis=1)
            if not lengths.all() or (self.periodic.all() and abs(np.linalg.det(self.cell)) < 1e-9):
                raise DataError(f"{self.name}: periodic, but its cell {self.cell.tolist()} Å has no volume")

    @property
    def atoms(self) -> int:
        """Number of atoms."""
        return self.numbers.size

    @property
    def volume(self) -> float:
        """Å^3; zero unless periodic in three directions, so that no stress is defined."""
        return float(abs(np.linalg.det(self.cell))) if self.periodic.all() else 0.0


def from_ase(atoms: Any, name: str = "structure") -> Structure:
    """``Structure`` of an ``ase.Atoms``, with the energy (eV), forces (eV/Å) and stress (eV/Å^3) its calculator holds.

    Labels outside of a calculator are taken from ``info`` and ``arrays``, ``group`` always from ``info``.
    """
    results = getattr(atoms.calc, "results", {}) if atoms.calc is not None else {}
    energy = results.get("energy", atoms.info.get("energy"))
    forces = results.get("forces", atoms.arrays.get("forces"))
    stress, group = results.get("stress", atoms.info.get("stress")), atoms.info.get("group")
    if np.shape(stress) == (3, 3):
        stress = _voigt(np.asarray(stress))
    group = None if group is None else str(group)
    return Structure(
        atoms.numbers, atoms.positions, np.asarray(atoms.cell), atoms.pbc, energy, forces, name, stress, group
    )


def _voigt(stress: np.ndarray) -> np.ndarray:
    """(3, 3) -> (6,) in the order xx, yy, zz, yz, xz, xy."""
    symmetric = (stress + stress.T) / 2
    return symmetric[[0, 1, 2, 1, 0, 0], [0, 1, 2, 2, 2, 1]]


def read_structures(path: str | Path) -> list[Structure]:
    """Read extended XYZ (``.xyz``, ``.extxyz``, each also ``.xz``) or ``.npz`` (see ``read_npz``).

    Raises ``DataError`` for a missing file, an unknown suffix or a malformed content.
    """
    path = Path(path)
    if not path.is_file():
        raise DataError(f"no such file: {path}")
    suffixes = [s for s in path.suffixes if s != ".xz"]
    suffix = suffixes[-1] if suffixes else ""
    if suffix == ".npz":
        return read_npz(path)
    if suffix not in (".xyz", ".extxyz"):
        raise DataError(f"{path}: unknown suffix {suffix!r}; readable are .xyz, .extxyz (also with .xz) and .npz")
    return _read_extended_xyz(path)


def _read_extended_xyz(path: Path) -> list[Structure]:
    import ase.io

    data = path.read_bytes()
    text = (lzma.decompress(data) if path.suffix == ".xz" else data).decode()
    try:
        frames = ase.io.read(io.StringIO(text), ":", format="extxyz")
    except Exception as error:
        raise DataError(f"{path} is not readable as extended XYZ: {error}") from error
    return [from_ase(atoms, f"{path.name} frame {index}") for index, atoms in enumerate(frames)]


def read_npz(path: str | Path) -> list[Structure]:
    """Read structures of one npz file: ``Z`` (frames, atoms) zero-padded or (atoms,), ``R`` (frames, atoms, 3) Å.

    Optional: ``E_eV`` or ``E`` (frames,) in eV, ``F_eV_per_A`` or ``F`` (frames, atoms, 3) in eV/Å, ``cell``
    (frames, 3, 3) in Å, which makes every frame periodic. Raises ``DataError`` when ``Z`` or ``R`` is missing.
    """
    path = Path(path)
    with np.load(path, allow_pickle=False) as file:
        arrays = {key: file[key] for key in file.files}
    missing = {"Z", "R"} - set(arrays)
    if missing:
        raise DataError(f"{path}: keys {sorted(missing)} are missing; present are {sorted(arrays)}")
    frames = len(arrays["R"])
    numbers = np.broadcast_to(arrays["Z"], arrays["R"].shape[:2])
    energy = arrays.get("E_eV", arrays.get("E"))
    forces = arrays.get("F_eV_per_A", arrays.get("F"))
    cell = arrays.get("cell")
    for label, value in (("energies", energy), ("forces", forces), ("cell", cell)):
        if value is not None and len(value) != frames:
            raise DataError(f"{path}: {len(value)} {label} for {frames} structures")
    return [
        Structure(
            z[z > 0],
            arrays["R"][k][z > 0],
            np.zeros((3, 3)) if cell is None else cell[k],
            np.full(3, cell is not None),
            None if energy is None else energy[k],
            None if forces is None else forces[k][z > 0],
            f"{path.name} frame {k}",
        )
        for k, z in enumerate(numbers)
    ]


def write_npz(path: str | Path, structures: Sequence[Structure]) -> Path:
    """Write labelled molecules in the format of ``read_npz``: to a temporary name first, then renamed."""
    if any(s.periodic.any() for s in structures):
        raise DataError("write_npz holds molecules; write periodic cells as extended XYZ with ase.io.write")
    if any(s.energy is None or s.forces is None for s in structures):
        raise DataError("write_npz holds labelled structures; some have no energy or no forces")
    width = max((s.atoms for s in structures), default=0)
    numbers = np.zeros((len(structures), width), dtype=np.int64)
    positions = np.zeros((len(structures), width, 3))
    forces = np.zeros_like(positions)
    for k, s in enumerate(structures):
        numbers[k, : s.atoms], positions[k, : s.atoms], forces[k, : s.atoms] = s.numbers, s.positions, s.forces
    energies = np.array([s.energy for s in structures], dtype=np.float64)
    return write_arrays(path, {"Z": numbers, "R": positions, "E_eV": energies, "F_eV_per_A": forces})
