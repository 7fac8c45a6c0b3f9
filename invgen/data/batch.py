"""The batch: one graph that holds several molecules or periodic cells, as tensors.

This is the one place that declares the keys every model reads, with their shapes and units. Models take a
``Batch``, so a new model needs no new plumbing.
"""

from __future__ import annotations

from typing import NamedTuple

import torch


class Batch(NamedTuple):
    """Geometry of several systems in one graph, in float64 whatever a model computes in; indices are int64.

    A model takes differences of positions, which it rounds to its own dtype: what matters of a position is lost if it
    is rounded before.
    """

    numbers: torch.Tensor
    """(atoms,) atomic numbers."""
    positions: torch.Tensor
    """(atoms, 3) Å."""
    system: torch.Tensor
    """(atoms,) which system an atom belongs to, ascending."""
    cell: torch.Tensor
    """(systems, 3, 3) lattice vectors as rows, Å; zero for a molecule."""
    first: torch.Tensor
    """(pairs,) the atom whose neighbourhood the pair is in."""
    second: torch.Tensor
    """(pairs,) the neighbour."""
    shift: torch.Tensor
    """(pairs, 3) Å: lattice translation of the neighbour; vector = positions[second] - positions[first] + shift."""
    first_slot: torch.Tensor
    """(pairs,) running number of the pair among those with the same ``first``."""
    second_slot: torch.Tensor
    """(pairs,) running number of the pair among those with the same ``second``."""
    degree: int
    """Largest number of pairs of one atom: the width of a table addressed by (atom, slot)."""


class Labels(NamedTuple):
    """What a model is trained on, float64. NaN says that a system or an atom has no such label."""

    energy: torch.Tensor
    """(systems,) total energies, eV."""
    forces: torch.Tensor
    """(atoms, 3) eV/Å."""
    stress: torch.Tensor
    """(systems, 6) eV/Å^3, tension positive, in the order xx, yy, zz, yz, xz, xy."""


def pair_vectors(batch: Batch, positions: torch.Tensor) -> torch.Tensor:
    """(pairs, 3) Å from each ``first`` to the image of its ``second``, differentiable in ``positions``."""
    return positions.index_select(0, batch.second) - positions.index_select(0, batch.first) + batch.shift


def batch_on(batch: Batch, device: torch.device | str) -> Batch:
    """The batch with all tensors on a device."""
    return Batch(*(field.to(device) if isinstance(field, torch.Tensor) else field for field in tuple(batch)))


def labels_on(labels: Labels, device: torch.device | str) -> Labels:
    """The labels on a device."""
    return Labels(*(field.to(device) for field in labels))
