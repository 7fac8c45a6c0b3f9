"""What is looked at before a fit, and said after it: elements, duplicates, dependent columns."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from invgen.ace.fitting.config import (
    FitConfig,
    FitReferencesConfig,
    SolverConfig,
    check_fit_references,
    check_solver,
)
from invgen.ace.fitting.factors import Factors, Solution
from invgen.ace.fitting.rows import Weights, check_elements
from invgen.ace.fitting.solvers import dependent_columns
from invgen.ace.fitting.validation import duplicates
from invgen.data.entries import found_in
from invgen.data.errors import DataError
from invgen.data.first_look import first_look
from invgen.data.labels import LABELS, LabelFormat
from invgen.data.structures import Structure, overlooked_labels
from invgen.data.suspicions import energies_apart
from invgen.errors import unknown
from invgen.runs.config import ConfigError

NAMED = 8
"""Columns or structures that a warning names; the report names all."""


def look_at(
    structures: Sequence[Structure],
    config: FitConfig,
    file: Path,
    labels: LabelFormat,
    progress: Callable[[str, int, int], None] | None,
) -> Iterator[str]:
    """``first_look`` at the training structures of ``file``. Raises ``DataError`` if none has a label.

    Of structures that repeat others nothing is said: ``name_duplicates`` does, for all sets.
    """
    learnt = [label for label in LABELS if getattr(config.weights, label) != 0]
    if not found_in(structures) & set(LABELS):
        others = [label for label in LABELS if label not in learnt]
        lines = overlooked_labels(file, labels, others)
        raise DataError("; ".join(lines) or f"no frame of {file.name} has a label that counts")
    return first_look(structures, config.radial.cutoff, learnt, labels, file, repeats=False, progress=progress)


def check_request(
    sets: Mapping[str, Sequence[Structure]],
    elements: Sequence[str],
    references: FitReferencesConfig,
    solver: SolverConfig,
    weights: Weights,
) -> None:
    """All that can be seen before any work.

    Raises ``ConfigError`` for settings out of range and weights of a group that no structure belongs to, ``DataError``
    without training structures and for others without any label, ``UnknownSpeciesError`` for elements that do not fit.
    """
    check_fit_references(references)
    check_solver(solver)
    if not sets["train"]:
        raise DataError("there are no training structures")
    for name, part in sets.items():
        check_elements(part, elements, training=name == "train")
        if name != "train" and part and not found_in(part) & set(LABELS):
            raise DataError(
                f"none of the {len(part)} {name} structures has a label to compare with: tell where labels are "
                f"(data.keys, which count for all files), or leave the {name} set out"
            )
    groups = sorted({s.group for part in sets.values() for s in part if s.group is not None})
    for group in weights.groups:
        if group not in groups:
            raise ConfigError(unknown("group in the weights:", group, groups or ["none"]))


def check_rows(structures: Sequence[Structure], columns: int, weights: Weights, method: str) -> None:
    """More columns than rows with a weight: a warning, since a prior can choose; of least squares a ``DataError``."""
    rows = {"energy": 0, "forces": 0, "stress": 0}
    for s in structures:
        labelled = {"energy": s.energy is not None, "forces": s.forces is not None}
        labelled["stress"] = s.stress is not None and bool(s.volume)
        for kind, size in (("energy", 1), ("forces", 3 * s.atoms), ("stress", 6)):
            if labelled[kind] and getattr(weights, kind) != 0 and weights.factor(kind, s):
                rows[kind] += size
    total = sum(rows.values())
    if columns <= total or not total:
        return
    listed = ", ".join(f"{size} of {kind}" for kind, size in rows.items())
    cause = f"{columns} coefficients and one-body energies for {total} rows ({listed})"
    if method == "least-squares":
        raise DataError(f"{cause}: least squares has no answer; add structures, lower the degree, or take ridge")
    warnings.warn(f"{cause}: only the prior chooses among them; add structures, or lower the degree", stacklevel=4)


def name_duplicates(sets: Mapping[str, Sequence[Structure]]) -> list[list[str]]:
    """Names of structures of equal geometry, with a warning."""
    groups = duplicates([s for part in sets.values() for s in part])
    repeated = [[s.name for s in group] for group in groups]
    if repeated:
        listed = some([" = ".join(names) for names in repeated], "; ")
        warnings.warn(
            f"structures of equal geometry, each of which counts: {listed}{energies_apart(groups)}; remove some",
            stacklevel=4,
        )
    return repeated


def name_dependent(
    factors: Factors, solution: Solution, labels: Sequence[str], twins: Sequence[int] | np.ndarray = ()
) -> list[dict[str, Any]]:
    """The columns that are combinations of others (see ``dependent_columns``), with a warning that names them.

    twins
        Columns that repeat others whatever the structures are (see ``pair_twins``): named, but nothing to warn of.
    """
    if solution.rank == factors.size:
        return []
    named = solution.details.get("dependent") or dependent_columns(factors.combine(), labels)
    avoidable = [row["label"] for row in named if row["column"] not in set(np.asarray(twins).tolist())]
    if avoidable:
        warnings.warn(
            f"the design matrix has rank {solution.rank} for {factors.size} coefficients; the structures do not tell "
            f"these functions from combinations of others: {some(avoidable, ', ')}; add structures, or lower the "
            "degree",
            stacklevel=4,
        )
    return named


def some(names: Sequence[str], between: str) -> str:
    """The first ``NAMED`` names, and how many more there are."""
    more = f" and {len(names) - NAMED} more" if len(names) > NAMED else ""
    return between.join(names[:NAMED]) + more
