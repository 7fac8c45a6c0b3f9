"""Errors of a potential on a data set: in all, by group, and by element."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from ase.data import chemical_symbols

from invgen.data.batch import Batch, Labels, batch_on, labels_on
from invgen.data.dataset import Data
from invgen.markup import block, preformatted
from invgen.nn.energy import EnergyForces, Prediction

MEASURES = {"energy": "meV", "energy_per_atom": "meV/atom", "force": "meV/Å", "stress": "meV/Å^3"}
"""What is measured, and the unit in which it is told. Numbers in Python and JSON are in eV instead of meV."""
LARGEST_PAIRS = 200_000
"""Pairs in a batch when errors are measured."""

Sums = np.ndarray
"""(measures, 3): number of labels, sum of absolute errors, sum of squares. Sums of several sets add up."""


@dataclass(frozen=True)
class Evaluation:
    """Labels and predictions of a data set, float64: rows are (label, prediction); a missing label is NaN.

    Errors are those of everything that has a label: a prediction that is not finite makes them so.

    energy (systems, 2) eV; forces (atoms, 3, 2) eV/Å; stress (systems, 6, 2) eV/Å^3, in ASE's sign and order; groups
    (systems,), ``None`` for a system without one.
    """

    atoms: np.ndarray
    """(systems,) numbers of atoms."""
    numbers: np.ndarray
    """(atoms,) atomic numbers."""
    groups: tuple[str | None, ...]
    energy: np.ndarray
    forces: np.ndarray
    stress: np.ndarray

    def errors(self) -> dict[str, float]:
        """``energy_rmse``, ``energy_mae`` (eV), ``energy_per_atom_…``, ``force_…`` (eV/Å), ``stress_…`` (eV/Å^3)."""
        return errors_of(self.sums())

    def sums(self, systems: np.ndarray | None = None, atoms: np.ndarray | None = None) -> Sums:
        """Of all, or of a choice: masks (systems,) and (atoms,). See ``Sums``: (measures, 3), in eV, eV/Å, eV/Å^3."""
        some = slice(None) if systems is None else systems
        energy, forces = self.energy[some], self.forces[slice(None) if atoms is None else atoms]
        counts = np.maximum(self.atoms[some], 1)
        return np.array([_sums(energy), _sums(energy, counts), _sums(forces), _sums(self.stress[some])])

    def by_group(self) -> dict[str, dict[str, float]]:
        """Errors of every group of systems, as ``errors`` (eV, eV/Å, eV/Å^3); nothing where none has a group."""
        names = np.array(["" if g is None else g for g in self.groups])
        if not any(self.groups):
            return {}
        owner = np.repeat(names, self.atoms)
        return {str(g or "no group"): errors_of(self.sums(names == g, owner == g)) for g in np.unique(names)}

    def by_element(self) -> dict[str, dict[str, float]]:
        """Errors of the forces (eV/Å) on the atoms of every element."""
        nobody = np.zeros(len(self.atoms), dtype=bool)
        found = {chemical_symbols[z]: errors_of(self.sums(nobody, self.numbers == z)) for z in np.unique(self.numbers)}
        return {symbol: errors for symbol, errors in found.items() if errors}

    def to_json(self) -> dict[str, Any]:
        """All errors in eV, eV/atom, eV/Å and eV/Å^3."""
        labelled = {
            name: int((~np.isnan(array[..., 0])).reshape(len(array), -1).any(1).sum())
            for name, array in (("energy", self.energy), ("stress", self.stress))
        }
        return {
            "systems": len(self.atoms),
            "atoms": len(self.numbers),
            "labelled": {**labelled, "forces (atoms)": int((~np.isnan(self.forces[:, 0, 0])).sum())},
            "errors": self.errors(),
            "by_group": self.by_group(),
            "by_element": self.by_element(),
        }

    def _repr_html_(self) -> str:
        systems, atoms = len(self.atoms), len(self.numbers)
        return block(f"errors of {systems:,} structures, {atoms:,} atoms", preformatted(self.table()))

    def table(self) -> str:
        """The errors as lines of text, in meV."""
        rows = {"all": self.errors(), **self.by_group()}
        rows |= {f"atoms of {symbol}": errors for symbol, errors in self.by_element().items()}
        return error_table(rows)


def evaluate(
    network: EnergyForces,
    data: Data,
    systems: torch.Tensor | None = None,
    everything: bool = False,
    progress: Callable[[int, int], None] | None = None,
) -> Evaluation:
    """Predictions for ``systems`` of ``data``, (systems,) indices, all by default, on the network's device.

    Forces and stresses are computed if any system has a label for them, or if ``everything`` is wanted. ``progress``
    hears how many systems are done, and how many there are.
    """
    systems = torch.arange(len(data)) if systems is None else systems
    forces, stress = (everything or data.labelled()[name] > 0 for name in ("forces", "stress"))
    parts, done = [], 0
    for batch, labels, predicted in predictions(network, data, systems, forces, stress):
        parts.append(evaluation_of(batch, labels, predicted))
        done += len(batch.cell)
        if progress is not None:
            progress(done, len(systems))
    return joined(parts, tuple(data.groups[int(k)] for k in systems))


def joined(parts: Sequence[Evaluation], groups: tuple[str | None, ...] | None = None) -> Evaluation:
    """Of the systems of all parts, in their order, with ``groups`` instead of their own."""
    names = ("atoms", "numbers", "energy", "forces", "stress")
    arrays = {name: np.concatenate([getattr(part, name) for part in parts]) for name in names}
    return Evaluation(groups=sum((part.groups for part in parts), ()) if groups is None else groups, **arrays)


def predictions(
    network: EnergyForces, data: Data, systems: torch.Tensor, forces: bool, stress: bool
) -> Iterator[tuple[Batch, Labels, Prediction]]:
    """Batches of ``systems`` in their order, their labels, and what the network says of them; on its device."""
    device = network.model.device
    for some in chunks(data, systems):
        batch = batch_on(data.batch(some), device)
        predicted = network(batch, differentiable=False, forces=forces, stress=stress)
        yield batch, labels_on(data.labels(some), device), predicted


def evaluation_of(batch: Batch, labels: Labels, predicted: Prediction) -> Evaluation:
    """Of one batch, without groups. What was not predicted counts as not labelled."""

    def rows(name: str) -> np.ndarray:
        label, found = getattr(labels, name), getattr(predicted, name)
        if found is None:
            return np.full((*label.shape, 2), np.nan)
        return torch.stack([label, found.double()], dim=-1).cpu().numpy()

    atoms = torch.bincount(batch.system, minlength=len(batch.cell)).cpu().numpy()
    named = {name: rows(name) for name in ("energy", "forces", "stress")}
    return Evaluation(atoms, batch.numbers.cpu().numpy(), (None,) * len(atoms), **named)


def chunks(data: Data, systems: torch.Tensor) -> Iterator[torch.Tensor]:
    """``systems`` in order, in batches of at most ``LARGEST_PAIRS``, and of at least one system."""
    counts = data.pairs[systems].cumsum(0)
    start = 0
    while start < len(systems):
        done = counts[start - 1] if start else 0
        end = max(start + 1, int(torch.searchsorted(counts, done + LARGEST_PAIRS, right=True)))
        yield systems[start:end]
        start = end


def errors_of(sums: Sums) -> dict[str, float]:
    """RMSE and MAE of every measure that has labels, by names as in ``Evaluation.errors``."""
    found = {}
    for name, (count, absolute, square) in zip(MEASURES, sums, strict=True):
        if count:
            found[f"{name}_rmse"], found[f"{name}_mae"] = float(np.sqrt(square / count)), float(absolute / count)
    return found


def told(errors: Mapping[str, float]) -> str:
    """RMSEs on one line, with units."""
    texts = [
        f"{name.replace('_', ' ')} {1000 * errors[f'{name}_rmse']:.4g} {unit}"
        for name, unit in MEASURES.items()
        if f"{name}_rmse" in errors
    ]
    return "RMSE: " + ", ".join(texts)


def error_table(rows: Mapping[str, Mapping[str, float]]) -> str:
    """One line for each row, RMSE and MAE of each measure that any row has, in meV."""
    names = [n for n in MEASURES if any(f"{n}_rmse" in errors for errors in rows.values())]
    heads = ["", *(f"{n.replace('_', ' ')} {kind} ({MEASURES[n]})" for n in names for kind in ("RMSE", "MAE"))]
    lines = [heads]
    for row, errors in rows.items():
        numbers = [errors.get(f"{n}_{kind}") for n in names for kind in ("rmse", "mae")]
        lines.append([row, *("-" if x is None else f"{1000 * x:.4g}" for x in numbers)])
    widths = [max(len(line[k]) for line in lines) for k in range(len(heads))]
    return "".join(
        "  ".join([line[0].ljust(widths[0]), *(c.rjust(w) for c, w in zip(line[1:], widths[1:], strict=True))]) + "\n"
        for line in lines
    )


def _sums(pairs: np.ndarray, parts: np.ndarray | float = 1.0) -> list[float]:
    """Of labels and predictions (..., 2), the errors over ``parts`` (...,)."""
    error = ((pairs[..., 1] - pairs[..., 0]) / parts)[~np.isnan(pairs[..., 0])]
    return [float(error.size), float(np.abs(error).sum()), float((error**2).sum())]
