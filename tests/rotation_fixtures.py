"""Directions, and rotations and inversion on reduced components, through full tensors with 3^l entries."""

from __future__ import annotations

import string
from collections.abc import Sequence

import numpy as np
from brute_force import full_from_reduced, independent_indices
from scipy.spatial.transform import Rotation


def rotation(seed: int = 0) -> np.ndarray:
    """A random proper rotation (3, 3)."""
    return Rotation.random(rng=seed).as_matrix()


def directions(count: int, seed: int = 0) -> np.ndarray:
    """Random unit vectors (count, 3)."""
    vectors = np.random.default_rng(seed).normal(size=(count, 3))
    return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)


def representation(rank: int, matrix: np.ndarray, axial: bool = False) -> np.ndarray:
    """D with D @ components = components of the turned tensor; an axial one gets the determinant as a factor."""
    old, new = string.ascii_lowercase[:rank], string.ascii_uppercase[:rank]
    subscripts = ",".join([f"{b}{a}" for a, b in zip(old, new, strict=True)] + [old]) + "->" + new
    columns = []
    for k in range(2 * rank + 1):
        unit = full_from_reduced([float(i == k) for i in range(2 * rank + 1)], rank).astype(float)
        full = np.einsum(subscripts, *[matrix] * rank, unit) if rank else unit
        columns.append([full[index] for index in independent_indices(rank)])
    return np.array(columns).T * (np.linalg.det(matrix) if axial else 1.0)


def turned(x: np.ndarray, tensors: Sequence[tuple[int, int]], matrix: np.ndarray) -> np.ndarray:
    """Components ``(..., components)`` of the turned tensors."""
    parts, start = [], 0
    for rank, _ in tensors:
        parts.append(x[..., start : start + 2 * rank + 1] @ representation(rank, matrix).T)
        start += 2 * rank + 1
    return np.concatenate(parts, axis=-1)
