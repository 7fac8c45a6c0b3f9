"""Energies and forces by GFN2-xTB through tblite: eV and eV/Å, on several processes, failures counted."""

from __future__ import annotations

import multiprocessing
import os
from collections.abc import Callable, Iterable, Iterator

import numpy as np

BOHR = 0.529177210903
"""Å (CODATA 2018)."""
HARTREE = 27.211386245988
"""eV (CODATA 2018)."""

Label = tuple[float, np.ndarray] | None
"""(energy eV, forces (atoms, 3) eV/Å), or ``None`` where the self-consistent charges did not converge."""


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


def label_many(
    structures: Iterable[tuple[np.ndarray, np.ndarray]],
    processes: int = 1,
    progress: Callable[[int], None] | None = None,
) -> Iterator[Label]:
    """Labels in the order of ``structures``; ``progress(done)`` is called after each one.

    Every process computes on one thread: small molecules gain nothing from more.
    """
    if processes < 1:
        raise ValueError(f"processes must be at least 1, got {processes}")
    if processes == 1:
        yield from _counted(map(label_one, structures), progress)
        return
    context = multiprocessing.get_context("spawn")
    with context.Pool(processes, initializer=_one_thread) as pool:
        yield from _counted(pool.imap(label_one, structures, chunksize=32), progress)


def _one_thread() -> None:
    os.environ["OMP_NUM_THREADS"] = "1"


def _counted(labels: Iterable[Label], progress: Callable[[int], None] | None) -> Iterator[Label]:
    for done, label in enumerate(labels, start=1):
        yield label
        if progress is not None:
            progress(done)
