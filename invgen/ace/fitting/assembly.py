"""From labelled structures to condensed factors: every block of rows is weighted, folded in, and forgotten."""

from __future__ import annotations

import hashlib
import json
import os
import time
import warnings
from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np

from invgen.ace.fitting.factors import KINDS, Accumulator, Factors
from invgen.ace.fitting.rows import Design, Weights, weighted_rows
from invgen.data.errors import DataError
from invgen.data.files import read_archive, write_archive
from invgen.data.structures import Structure
from invgen.runs.interrupts import ctrl_c_is_noted

Progress = Callable[[str, int, int], None]
ARCHIVE = "invgen design factors"
ROWS = 768
"""Rows collected before they are folded in: enough for LAPACK to run at full speed."""
SAVE_SECONDS = 60.0


def assemble(
    structures: Sequence[Structure],
    evaluator: Design,
    folds: Sequence[int] | np.ndarray,
    *,
    references: Mapping[int, float] | None = None,
    weights: Weights | None = None,
    folder: str | Path | None = None,
    threads: int = 1,
    progress: Progress | None = None,
) -> Factors:
    """Condense the design matrix of ``structures``, in memory of columns^2 for each fold and kind.

    folds
        (structures,) the fold of every structure, 0, 1, ... without gaps.
    references
        Energy (eV) of every atomic number, subtracted from the energies; none by default.
    folder
        Where finished and partial folds are kept and looked for; files are named by a digest of all that enters.
    threads
        Structures evaluated at a time; the result does not depend on it.
    progress
        Called as ``progress("assemble", structures done, structures)``.

    Ctrl-C saves what was folded in and raises ``KeyboardInterrupt``; called again, work goes on from there with the
    same steps. Raises ``DataError`` for folds that do not fit, structures without any label, and more columns than fit
    into memory.
    """
    weights, references = weights or Weights(), references or {}
    folds = _checked_folds(structures, folds)
    _check_memory(evaluator.columns, int(folds.max()) + 1)
    digest = assembly_digest(structures, evaluator, folds, references, weights) if folder is not None else ""
    parts, before = [], 0
    for fold in range(int(folds.max()) + 1):
        members = [s for s, f in zip(structures, folds, strict=True) if f == fold]
        path = None if folder is None else Path(folder) / f"{digest[:20]}-fold{fold}.npz"
        state = _State(evaluator.columns + 1, path, digest)
        say = None if progress is None else _shifted(progress, before, len(structures))
        _fold_in(state, members, evaluator, references, weights, threads, say)
        parts.append({kind: a.factor() for kind, a in state.accumulators.items()})
        before += len(members)
    return Factors(tuple(parts), weights.kinds)


class _State:
    """The triangles of one fold, how many structures are in them, and their file."""

    def __init__(self, width: int, path: Path | None, digest: str) -> None:
        self.path, self.digest, self.done, self.saved = path, digest, 0, time.monotonic()
        self.accumulators = {kind: Accumulator(width) for kind in KINDS}
        if path is not None and path.exists():
            self._load(width)

    def _load(self, width: int) -> None:
        assert self.path is not None
        try:
            header, arrays = read_archive(self.path, ARCHIVE)
        except DataError as error:
            warnings.warn(f"assembling this fold again: {error}", stacklevel=2)
            return
        if header["digest"] != self.digest:
            warnings.warn(f"{self.path} belongs to other data; assembling this fold again", stacklevel=2)
            return
        self.done = header["done"]
        self.accumulators = {kind: Accumulator(width, arrays[kind], header["rows"][kind]) for kind in KINDS}

    def fold(self, done: int) -> None:
        """Condense what was collected: ``done`` structures are in."""
        for accumulator in self.accumulators.values():
            accumulator.fold()
        self.done = done
        if time.monotonic() - self.saved > SAVE_SECONDS:
            self.save()

    def save(self) -> None:
        """Write the triangles as they were folded last."""
        if self.path is None:
            return
        rows = {kind: a.count for kind, a in self.accumulators.items()}
        header = {"kind": ARCHIVE, "digest": self.digest, "done": self.done, "rows": rows}
        write_archive(self.path, header, {kind: a.rows for kind, a in self.accumulators.items()})
        self.saved = time.monotonic()


def _fold_in(
    state: _State,
    members: Sequence[Structure],
    evaluator: Design,
    references: Mapping[int, float],
    weights: Weights,
    threads: int,
    say: Callable[[int], None] | None,
) -> None:
    """Fold in ``members`` from ``state.done`` on, in order, condensing at places that depend on the data alone."""
    if say is not None and state.done:
        say(state.done)
    if state.done == len(members):
        return
    jobs = members[state.done :]
    with ctrl_c_is_noted() as interrupts:
        made = _in_order(lambda s: weighted_rows(s, evaluator, references, weights), jobs, threads)
        for done, rows in enumerate(made, state.done + 1):
            for kind, block in rows.items():
                state.accumulators[kind].add(block)
            if done == len(members) or sum(a.waiting for a in state.accumulators.values()) >= ROWS:
                state.fold(done)
            if say is not None:
                say(done)
            if interrupts.noted:
                state.save()
                raise KeyboardInterrupt
    state.save()


def _in_order(function: Callable[[Structure], Any], items: Sequence[Structure], threads: int) -> Iterator[Any]:
    """``map`` on several threads, at most two results ahead of the reader for each of them."""
    if threads <= 1:
        yield from map(function, items)
        return
    with ThreadPoolExecutor(threads) as pool:
        ahead: deque[Future[Any]] = deque()
        try:
            for item in items:
                ahead.append(pool.submit(function, item))
                if len(ahead) > 2 * threads:
                    yield ahead.popleft().result()
            while ahead:
                yield ahead.popleft().result()
        finally:
            for future in ahead:
                future.cancel()


def _shifted(progress: Progress, before: int, total: int) -> Callable[[int], None]:
    return lambda done: progress("assemble", before + done, total)


def _checked_folds(structures: Sequence[Structure], folds: Sequence[int] | np.ndarray) -> np.ndarray:
    array = np.asarray(folds, dtype=np.int64)
    if not structures:
        raise DataError("there are no structures to fit to")
    if array.shape != (len(structures),) or set(array.tolist()) != set(range(int(array.max()) + 1)):
        raise DataError(
            f"{len(structures)} structures need one fold each, 0, 1, ... without gaps; got {array.tolist()}"
        )
    for s in structures:
        if s.energy is None and s.forces is None and (s.stress is None or not s.volume):
            raise DataError(f"{s.name} has no energy, no forces and no stress; remove it or label it")
    return array


def _check_memory(columns: int, folds: int) -> None:
    needed = 8 * (columns + 1) ** 2 * (folds + 3)
    there = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") if hasattr(os, "sysconf") else needed
    if needed > there:
        raise DataError(
            f"{columns} coefficients in {folds} folds need {needed / 2**30:.0f} GiB of memory, there are "
            f"{there / 2**30:.0f}: lower the degree or the number of folds"
        )


def assembly_digest(
    structures: Sequence[Structure],
    evaluator: Design,
    folds: np.ndarray,
    references: Mapping[int, float],
    weights: Weights,
) -> str:
    """SHA-256 of all that the factors depend on; the functions enter through their rows for one generic cluster."""
    settings = {
        "elements": list(evaluator.elements),
        "references": {str(z): float(e).hex() for z, e in sorted(references.items())},
        "scaling": weights.scaling,
        "groups": {group: dict(factors) for group, factors in weights.groups.items()},
        "rows": ROWS,
    }
    digest = hashlib.sha256(json.dumps(settings, sort_keys=True).encode())
    for array in evaluator.rows(_probe(evaluator)):
        digest.update(np.ascontiguousarray(array).tobytes())
    digest.update(np.asarray(folds, dtype=np.int64).tobytes())
    for s in structures:
        digest.update(structure_digest(s))
    return digest.hexdigest()


def structure_digest(s: Structure) -> bytes:
    """SHA-256 of geometry, labels and group; not of the name."""
    digest = hashlib.sha256(repr((s.atoms, s.group, s.energy, s.forces is None, s.stress is None)).encode())
    for array in (s.numbers, s.positions, s.cell, s.periodic, s.forces, s.stress):
        if array is not None:
            digest.update(np.ascontiguousarray(array).tobytes())
    return digest.digest()


def _probe(evaluator: Design) -> Structure:
    """Three atoms of every element at generic places within one cutoff of each other."""
    from ase.data import atomic_numbers

    numbers = [atomic_numbers[e] for e in evaluator.elements for _ in range(3)]
    places = np.random.default_rng(20).uniform(-0.28, 0.28, (len(numbers), 3)) * evaluator.radial.cutoff
    return Structure(np.array(numbers), places, name="probe")
