"""From labelled structures to condensed factors: each block of structures is condensed, joined, and forgotten."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import numpy as np

from invgen.ace.fitting.blocks import ROWS, Work, blocks_of, in_order, joined, row_counts
from invgen.ace.fitting.factors import Factors
from invgen.ace.fitting.folds import FoldState
from invgen.ace.fitting.memory import check_memory
from invgen.ace.fitting.rows import Design, Weights
from invgen.ace.fitting.steps import Steps
from invgen.data.errors import DataError
from invgen.data.structures import Structure
from invgen.runs.interrupts import ctrl_c_is_noted

Progress = Callable[[str, int, int], None]


def assemble(
    structures: Sequence[Structure],
    evaluator: Design,
    folds: Sequence[int] | np.ndarray,
    *,
    references: Mapping[int, float] | None = None,
    weights: Weights | None = None,
    folder: str | Path | None = None,
    threads: int = 1,
    scheduler: str | None = None,
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
        Blocks of structures condensed at a time.
    scheduler
        Address of a Dask scheduler whose workers condense and join instead, or ``"local"`` for one on this machine.
    progress
        Called as ``progress("assemble", structures done, structures)``, after ``progress("memory: ...", 1, 1)``, which
        says how much is needed.

    The result is the same to the last bit for any number of threads and workers. Ctrl-C saves what was joined and
    raises ``KeyboardInterrupt``; called again, work goes on from there with the same steps. Raises ``DataError`` for
    folds that do not fit, structures without any label, and more columns than fit into memory; ``SchedulerError`` for a
    scheduler that is not there or goes away.
    """
    weights, references = weights or Weights(), references or {}
    folds = _checked_folds(structures, folds)
    members = [[s for s, f in zip(structures, folds, strict=True) if f == k] for k in range(int(folds.max()) + 1)]
    needed = check_memory(evaluator.columns, [row_counts(part) for part in members], threads)
    if progress is not None:
        progress(f"memory: {needed}", 1, 1)
        progress("assemble", 0, len(structures))
    digest = assembly_digest(structures, evaluator, folds, references, weights) if folder is not None else ""
    states = []
    for fold, part in enumerate(members):
        path = None if folder is None else Path(folder) / f"{digest[:20]}-fold{fold}.npz"
        states.append(FoldState(path, digest, blocks_of(part, evaluator.columns), evaluator.columns + 1))
    say = None if progress is None else _told(progress, len(structures))
    work = Work(evaluator, references, weights)
    with ctrl_c_is_noted() as interrupts:
        steps = Steps(say, interrupts, sum(state.structures for state in states))
        steps.look()
        try:
            if scheduler is None:
                _on_threads(states, work, threads, steps)
            else:
                from invgen.ace.fitting.distributed import over_workers

                over_workers(scheduler, states, work, steps)
        except KeyboardInterrupt:
            for state in states:
                state.save()
            raise
    return Factors(tuple(state.part for state in states), weights.kinds)


def _on_threads(states: Sequence[FoldState], work: Work, threads: int, steps: Steps) -> None:
    """Condense the blocks of all folds, in order, and join each with those before it."""
    jobs = [(state, block) for state in states for block in state.waiting]
    made = in_order(lambda job: work.condensed(job[1], steps.step), jobs, threads, steps.look)
    for (state, _), part in zip(jobs, made, strict=True):
        state.take(joined(state.part, part), state.done + 1)


def _told(progress: Progress, total: int) -> Callable[[int], None]:
    return lambda done: progress("assemble", done, total)


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
        "block rows": ROWS,
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
