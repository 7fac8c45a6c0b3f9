"""How much memory neighbour lists and batches need, estimated before they are made."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from invgen.data.errors import DataError
from invgen.data.structure import Structure, spanned

SET_BYTES = {"frame": 144, "atom": 56, "pair": 56}
"""What ``Dataset`` keeps: cell, labels and offsets; number, position and force; two ends, shift and two slots."""
BATCH_BYTES = {"frame": 128, "atom": 64, "pair": 56}
"""What one ``Batch`` and its ``Labels`` keep; what a network makes of them comes on top."""
JOINING = 2
"""While a ``Dataset`` is made, the lists of single frames and the joined ones are there together."""


def set_bytes(frames: float, atoms: float, pairs: float) -> int:
    """Bytes of a ``Dataset``: 144 per frame, 56 per atom and 56 per directed pair."""
    return _bytes(SET_BYTES, frames, atoms, pairs)


def batch_bytes(frames: float, atoms: float, pairs: float) -> int:
    """Bytes of a ``Batch`` with its ``Labels``: 128 per frame, 64 per atom and 56 per directed pair."""
    return _bytes(BATCH_BYTES, frames, atoms, pairs)


def _bytes(table: dict[str, int], frames: float, atoms: float, pairs: float) -> int:
    return int(table["frame"] * frames + table["atom"] * atoms + table["pair"] * pairs)


def expected_pairs(structure: Structure, cutoff: float) -> float:
    """Directed pairs within ``cutoff`` (Å), from the density alone: no neighbour is looked for.

    N² L, with L the lattice points in a ball of that radius; along directions that are not periodic at most one.
    """
    lattice = structure.cell[structure.periodic]
    dimensions = len(lattice)
    if dimensions == 0:
        return structure.atoms * _others(structure, cutoff)
    ball = {1: 2 * cutoff, 2: np.pi * cutoff**2, 3: 4 / 3 * np.pi * cutoff**3}[dimensions]
    return structure.atoms**2 * ball / spanned(lattice)


def _others(structure: Structure, cutoff: float) -> float:
    """Neighbours of an atom of a molecule: all others, or as many as its density has in a ball."""
    extent = np.ptp(structure.positions, axis=0) + 2.0 if structure.atoms else np.ones(3)
    return min(structure.atoms - 1, structure.atoms / float(np.prod(extent)) * 4 / 3 * np.pi * cutoff**3)


def check_set_memory(
    structures: Sequence[Structure], cutoff: float, what: str = "the data set", available: int | None = None
) -> int:
    """Bytes that ``Dataset.from_structures`` is expected to need at its peak for ``structures`` and ``cutoff`` (Å).

    Raises ``DataError`` naming them, and ``what`` they are for, if so many bytes are not available: before any
    neighbour is looked for.
    """
    pairs = sum(expected_pairs(s, cutoff) for s in structures)
    needed = JOINING * set_bytes(len(structures), sum(s.atoms for s in structures), pairs)
    reason = (
        f"{len(structures)} frames with about {pairs:.3g} pairs within {cutoff:g} Å, {SET_BYTES['pair']} bytes each"
    )
    check_memory(needed, f"{what}: {reason}, twice while they are joined", available)
    return needed


def check_memory(needed: float, what: str, available: int | None = None) -> None:
    """Raises ``DataError`` naming ``needed`` bytes and ``what`` for, if fewer are ``available`` (by default: now)."""
    available = available_memory() if available is None else available
    if available is not None and needed > available:
        raise DataError(
            f"about {in_bytes(needed)} of memory are needed, {in_bytes(available)} are available ({what}); lower the "
            "cutoff or the batch size, take fewer or smaller frames, or stream them from a database"
        )


def available_memory() -> int | None:
    """Bytes that can be used without swapping, or ``None`` where the system does not tell."""
    limits = [_free(), _number(Path("/sys/fs/cgroup/memory.max"))]
    return min((limit for limit in limits if limit is not None), default=None)


def _free() -> int | None:
    """What Linux calls available, which counts caches that it can give up; elsewhere free pages."""
    try:
        rows = Path("/proc/meminfo").read_text().splitlines()
        return next(int(row.split()[1]) * 1024 for row in rows if row.startswith("MemAvailable:"))
    except (OSError, ValueError, IndexError, StopIteration):
        pass
    try:
        return os.sysconf("SC_AVPHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    except (AttributeError, ValueError, OSError):
        return None


def _number(path: Path) -> int | None:
    try:
        return int(path.read_text())
    except (OSError, ValueError):
        return None


def in_bytes(count: float) -> str:
    """``count`` bytes in the unit that suits it."""
    for unit in ("B", "KiB", "MiB", "GiB"):
        if count < 1024:
            return f"{count:.3g} {unit}"
        count /= 1024
    return f"{count:.3g} TiB"
