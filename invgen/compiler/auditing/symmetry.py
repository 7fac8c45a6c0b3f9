"""Which motions leave descriptors unchanged, and so how many of them can be independent.

A motion of the variables is a field: its velocity at a configuration. Descriptors that a motion leaves unchanged have a
Jacobian that annihilates the field, so their rank is at most the number of variables less the rank of all such fields.
"""

from __future__ import annotations

import numpy as np

from invgen.compiler.algebra.channels import Channel, channel_slices
from invgen.compiler.algebra.components import full_tensor, reduced_components

ANNIHILATED = 1e-6
"""Part of a Jacobian row along a field, both of unit length, that counts as zero, or more where the row is noisy."""

Fields = dict[str, np.ndarray]
"""Velocities ``(configurations, fields, variables)`` by the name of the motion."""


def motions_of_positions(positions: np.ndarray) -> Fields:
    """Of positions ``(configurations, atoms, 3)``: three translations, three rotations about the origin."""
    moved = np.zeros((len(positions), 3, *positions.shape[1:]))
    moved[:, range(3), :, range(3)] = 1.0
    turned = np.stack([np.cross(axis, positions) for axis in np.eye(3)], axis=1)
    return {
        "translations": moved.reshape(len(positions), 3, -1),
        "rotations": turned.reshape(len(positions), 3, -1),
    }


def motions_of_tensors(components: np.ndarray, tensors: tuple[Channel, ...]) -> Fields:
    """Rotations of reduced Cartesian components ``(configurations, components)``."""
    turned = np.zeros((len(components), 3, components.shape[1]))
    for tensor, where in channel_slices(tensors).items():
        rank = tensor.rank
        full = full_tensor(components[:, where], rank)
        for axis in range(3):
            generator = np.cross(np.eye(3)[axis], np.eye(3)).T
            velocity = np.zeros_like(full)
            for index in range(1, rank + 1):
                velocity += np.moveaxis(np.tensordot(full, generator, axes=(index, 1)), -1, index)
            turned[:, axis, where] = reduced_components(velocity, rank)
    return {"rotations": turned}


FLATTENED = {"planar": ((1.0, 1.0, 0.0), 1), "collinear": ((1.0, 0.0, 0.0), 0)}
"""Factors of x, y and z that bring atoms into a plane or onto a line, and how many rotations move them within it."""


def attainable_flattened(name: str, atoms: int, unchanged: Fields) -> int:
    """The largest rank of functions that rotations and reflections leave unchanged, at atoms in a plane or on a line.

    Their gradients lie within it, across the motions within it.
    """
    scales, turns = FLATTENED[name]
    dimension = int(sum(scales))
    moved = dimension * ("translations" in unchanged) + turns * ("rotations" in unchanged)
    return max(dimension * atoms - moved, 0)


def bound_by_symmetry(jacobians: np.ndarray, fields: Fields, noise: float) -> tuple[int, str]:
    """What the rank cannot exceed, and why: only motions count that the Jacobians annihilate.

    jacobians
        Shape ``(configurations, members, variables)``.
    """
    variables = jacobians.shape[2]
    kept = unchanging(jacobians, fields, noise)
    if not kept:
        changed = " nor ".join(fields)
        return variables, f"{variables} variables" + (f"; neither {changed} leave them unchanged" if fields else "")
    together = np.concatenate(list(kept.values()), axis=1)
    orbit = int(np.linalg.matrix_rank(together).max())
    return variables - orbit, f"{variables} variables less {orbit} of {' and '.join(kept)}"


def unchanging(jacobians: np.ndarray, fields: Fields, noise: float) -> Fields:
    """The motions that leave the descriptors unchanged."""
    return {name: part for name, part in fields.items() if _annihilates(jacobians, part, noise)}


def _annihilates(jacobians: np.ndarray, fields: np.ndarray, noise: float) -> bool:
    lengths = np.linalg.norm(jacobians, axis=2)
    scale = np.maximum(lengths, np.finfo(float).eps * lengths.max())[:, :, None]
    sizes = np.maximum(np.linalg.norm(fields, axis=2), 1e-300)[:, None, :]
    along = np.abs(jacobians @ fields.transpose(0, 2, 1)) / np.maximum(scale, 1e-300) / sizes
    return bool(along.max(initial=0.0) <= max(ANNIHILATED, 10 * noise))
