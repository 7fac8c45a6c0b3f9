"""A potential on the structures of a file: its errors, and its predictions in a file."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import torch
from ase import Atoms
from ase.calculators.singlepoint import SinglePointCalculator

from invgen.data.dataset import Dataset
from invgen.data.entries import found_in, overlooked
from invgen.data.errors import DataError
from invgen.data.labels import LABELS, LabelFormat
from invgen.data.structure import Structure
from invgen.data.structures import first_entries, read_structures
from invgen.files import write_text
from invgen.nn.energy import EnergyForces
from invgen.potentials.evaluation import Evaluation, evaluate, joined

if TYPE_CHECKING:
    from invgen.ace.potential import LinearPotential

AT_ONCE = 2_000
"""Structures whose neighbours are in memory at a time."""
PREDICTED = "predicted_"
"""Before energy, forces and stress: what predictions are called in a file, where labels keep their names."""
Stage = Callable[[str, int, int], None]


def evaluate_file(
    potential: EnergyForces | LinearPotential,
    path: str | Path,
    labels: LabelFormat | None = None,
    predictions: str | Path | None = None,
    progress: Stage | None = None,
) -> Evaluation:
    """Of the structures in a file, whose labels are named and measured as those of the training unless told otherwise.

    predictions
        A file of extended XYZ to write: structures, their labels, and ``predicted_energy`` (eV), ``predicted_forces``
        (eV/Å) and, of cells, ``predicted_stress`` (eV/Å^3). Structures without labels are welcome then.

    Raises ``DataError`` for a file without any label, ``UnknownSpeciesError`` for elements the model does not know.
    """
    labels = labels or trained_labels(potential)
    structures = read_structures(path, labels, wanted=(), progress=progress)
    if predictions is None:
        _check(structures, Path(path), labels)
    parts, done = [], 0
    for part in _parts(potential, structures, predictions is not None):
        parts.append(part)
        done += len(part.atoms)
        if progress is not None:
            progress("evaluate", done, len(structures))
    found = joined(parts)
    if predictions is not None:
        write_predictions(predictions, structures, found)
    return found


def trained_labels(potential: EnergyForces | LinearPotential) -> LabelFormat:
    """Keys and units of the labels that a model was trained on, or a linear potential fitted to."""
    notes = potential.model.notes if isinstance(potential, EnergyForces) else potential.metadata
    return LabelFormat(**notes.get("labels", {}))


def _parts(
    potential: EnergyForces | LinearPotential, structures: Sequence[Structure], everything: bool
) -> Iterator[Evaluation]:
    """Of all structures in their order, after a look at their elements."""
    if not isinstance(potential, EnergyForces):
        from invgen.ace.neighbourhoods import species_of

        for structure in structures:
            species_of(structure, potential.numbers)
        yield from (_linear(potential, structure) for structure in structures)
        return
    elements = sorted({int(z) for s in structures for z in s.numbers})
    potential.model.encoding.index(torch.tensor(elements, device=potential.model.device))
    for start in range(0, len(structures), AT_ONCE):
        data = Dataset.from_structures(structures[start : start + AT_ONCE], potential.model.cutoff)
        yield evaluate(potential, data, everything=everything)


def _linear(potential: LinearPotential, structure: Structure) -> Evaluation:
    """Of one structure."""
    found = potential.energy_forces_stress(structure)

    def rows(name: str, *shape: int) -> np.ndarray:
        label, predicted = getattr(structure, name), getattr(found, name)
        label = None if predicted is None else label  # what was not predicted counts as not labelled
        return np.stack([np.full(shape, np.nan) if side is None else side for side in (label, predicted)], -1)[None]

    forces = rows("forces", structure.atoms, 3)[0]
    groups, energy, stress = (structure.group,), rows("energy"), rows("stress", 6)
    return Evaluation(np.array([structure.atoms]), structure.numbers, groups, energy, forces, stress)


def _check(structures: Sequence[Structure], path: Path, labels: LabelFormat) -> None:
    found = found_in(structures) & set(LABELS)
    if structures and not found:
        keys = ", ".join(repr(labels.key(label)) for label in LABELS)
        there = first_entries(path)
        likely = " ".join(f"--key {label}={key}" for label, key in overlooked(LabelFormat(), (), there).items())
        raise DataError(
            f"{path} has no label to compare with: none of its {len(structures)} frames has an entry {keys}, and there "
            f"are {', '.join(there) or 'no entries'}. Keys and units are those of the training unless given: tell "
            f"where labels are, {likely or '--key energy=...'}, and in which units, --unit energy=..."
        )


def write_predictions(path: str | Path, structures: Sequence[Structure], found: Evaluation) -> None:
    """Structures with labels and predictions in eV and Å, as extended XYZ; whole, or not at all."""
    from ase.io.extxyz import write_extxyz

    frames, ends = [], np.cumsum(found.atoms)
    for k, (structure, end) in enumerate(zip(structures, ends, strict=True)):
        atoms = Atoms(structure.numbers, structure.positions, cell=structure.cell, pbc=structure.periodic)
        known = {label: getattr(structure, label) for label in LABELS if getattr(structure, label) is not None}
        if known:
            atoms.calc = SinglePointCalculator(atoms, **known)
        if structure.group is not None:
            atoms.info["group"] = structure.group
        atoms.info[f"{PREDICTED}energy"] = float(found.energy[k, 1])
        atoms.arrays[f"{PREDICTED}forces"] = found.forces[end - structure.atoms : end, :, 1]
        if structure.volume:
            atoms.info[f"{PREDICTED}stress"] = found.stress[k, :, 1]
        frames.append(atoms)
    text = io.StringIO()
    write_extxyz(text, frames)
    write_text(path, text.getvalue())
