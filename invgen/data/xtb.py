"""Energies and forces by GFN2-xTB through tblite: eV and eV/Å, on several processes, failures counted."""

from __future__ import annotations

import multiprocessing
import os
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from functools import partial

import numpy as np

BOHR = 0.529177210903
"""Å (CODATA 2018)."""
HARTREE = 27.211386245988
"""eV (CODATA 2018)."""

Label = tuple[float, np.ndarray] | None
"""(energy eV, forces (atoms, 3) eV/Å), or ``None`` where the self-consistent charges did not converge."""

Labeller = Callable[[Iterable[tuple[np.ndarray, np.ndarray]]], Iterator[Label]]


def label_one(structure: tuple[np.ndarray, np.ndarray]) -> Label:
    """Label ``(numbers (atoms,), positions (atoms, 3) Å)``. Temperature and accuracy are tblite's defaults."""
    from tblite.exceptions import TBLiteRuntimeError
    from tblite.interface import Calculator

    numbers, positions = structure
    calculator = Calculator("GFN2-xTB", numbers, positions / BOHR)
    calculator.set("verbosity", 0)
    try:
        result = calculator.singlepoint()
    except TBLiteRuntimeError:
        return None
    forces = -np.asarray(result.get("gradient")) * (HARTREE / BOHR)
    energy = float(result.get("energy")) * HARTREE
    return (energy, forces) if np.isfinite(energy) and np.isfinite(forces).all() else None


@contextmanager
def labeller(processes: int = 1) -> Iterator[Labeller]:
    """A function from structures to their labels, in order and as they are ready, on ``processes`` processes.

    Every process computes on one thread: small molecules gain nothing from more. Raises ``ValueError`` for less than
    one process.
    """
    if processes < 1:
        raise ValueError(f"processes must be at least 1, got {processes}")
    if processes == 1:
        yield partial(map, label_one)
        return
    before = os.environ.get("OMP_NUM_THREADS")
    os.environ["OMP_NUM_THREADS"] = "1"
    try:
        with multiprocessing.get_context("spawn").Pool(processes) as pool:
            yield partial(pool.imap, label_one, chunksize=16)
    finally:
        os.environ.pop("OMP_NUM_THREADS")
        if before is not None:
            os.environ["OMP_NUM_THREADS"] = before
