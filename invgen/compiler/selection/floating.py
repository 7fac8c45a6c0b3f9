"""The float64 Langbein pass: rows are orthogonalised on random configurations, and kept where enough is new."""

from __future__ import annotations

import numpy as np

FLOAT_TOLERANCE = 1e-6
"""Share of a row that must be new in most configurations. Dependent rows leave round-off that the rows before amplify,
sometimes to 1e-5 in a single configuration that happens to be ill-conditioned; hence more than one decides."""
VANISHING = 1e-13
"""Length of a gradient, at tensors of length one, below which the contraction is identically zero."""
BLOCK = 64
"""Rows that are orthogonalised together."""
SKETCH = 32
"""Random vectors by which the length of what is left of a row is estimated."""


class FloatEchelon:
    """Row space on several configurations at once, by Gram-Schmidt with one repetition.

    tolerance
        A row is new if more than this share of it is left in at least half of the configurations where it does not
        vanish.
    """

    def __init__(self, configurations: int, width: int, tolerance: float = FLOAT_TOLERANCE) -> None:
        self.tolerance = tolerance
        self.rank = 0
        """Number of rows kept."""
        self._basis = np.zeros((configurations, 0, width))
        self._sketch: np.ndarray | None = None
        self._sketched = 0

    def add(self, rows: np.ndarray) -> bool:
        """Keeps rows of shape ``(configurations, width)`` if enough of them is new."""
        return self.add_block(rows[:, None])[0]

    def add_block(self, rows: np.ndarray) -> list[bool]:
        """``add`` for rows ``(configurations, count, width)`` one after another, orthogonalised together."""
        norms = np.linalg.norm(rows, axis=-1, keepdims=True)
        regular = norms[..., 0] > VANISHING
        rows = _without(rows / np.maximum(norms, VANISHING), self._basis[:, : self.rank])
        before, found = self.rank, []
        for k in range(rows.shape[1]):
            row = _without(rows[:, k : k + 1], self._basis[:, before : self.rank])
            left = np.linalg.norm(row, axis=-1, keepdims=True)
            new = regular[:, k] & (left[:, 0, 0] > self.tolerance)
            found.append(bool(_enough(new, regular[:, k])) and self.rank < rows.shape[2])
            if found[-1]:
                self._append(_without(row / np.maximum(left, VANISHING), self._basis[:, :before]))
        return found

    @property
    def sketch(self) -> np.ndarray:
        """Random vectors ``(configurations, width, SKETCH)`` less their projections on all rows kept so far."""
        if self._sketch is None:
            shape = (self._basis.shape[0], self._basis.shape[2], SKETCH)
            self._sketch = np.random.default_rng(0).standard_normal(shape)
        fresh = self._basis[:, self._sketched : self.rank]
        if fresh.shape[1]:
            self._sketch = self._sketch - fresh.transpose(0, 2, 1) @ (fresh @ self._sketch)
            self._sketched = self.rank
        return self._sketch

    def _append(self, row: np.ndarray) -> None:
        configurations, capacity, width = self._basis.shape
        if self.rank == capacity:
            more = min(max(2 * capacity, 16), width)
            grown = np.zeros((configurations, more, width))
            grown[:, : self.rank] = self._basis
            self._basis = grown
        self._basis[:, self.rank : self.rank + 1] = row / np.maximum(
            np.linalg.norm(row, axis=-1, keepdims=True), VANISHING
        )
        self.rank += 1


def may_be_new(rows: np.ndarray, sketch: np.ndarray, least: float) -> np.ndarray:
    """Whether about ``least`` of each row ``(configurations, count, width)`` is left in at least half of the regular
    configurations, estimated by a sketch of the rows before."""
    norms = np.linalg.norm(rows, axis=-1)
    left = np.sqrt(np.mean((rows @ sketch) ** 2, axis=-1))
    regular = norms > VANISHING
    return np.asarray(_enough(regular & (left > least * norms), regular))


def _enough(new: np.ndarray, regular: np.ndarray) -> np.ndarray:
    """Of configurations, the first axis: whether any is new, and as many as are not."""
    return new.any(axis=0) & (2 * new.sum(axis=0) >= regular.sum(axis=0))


def _without(rows: np.ndarray, basis: np.ndarray) -> np.ndarray:
    """Rows ``(configurations, count, width)`` less their projections on orthonormal ones, subtracted twice."""
    for _ in range(2 if basis.shape[1] else 0):
        rows = rows - (rows @ basis.transpose(0, 2, 1)) @ basis
    return rows


def independent_rows(jacobians: np.ndarray, tolerance: float = FLOAT_TOLERANCE) -> list[int]:
    """The float64 Langbein pass on anybody's descriptors.

    jacobians
        Shape ``(configurations, descriptors, variables)``, derivatives at random configurations.

    Returns the positions of the descriptors kept, first come first kept. Raises ``ValueError`` for another shape or
    for values that are not finite.
    """
    jacobians = np.asarray(jacobians, dtype=np.float64)
    if jacobians.ndim != 3:
        raise ValueError(f"Jacobians need shape (configurations, descriptors, variables), got {jacobians.shape}")
    if not np.isfinite(jacobians).all():
        raise ValueError("the Jacobians hold values that are not finite; check the configurations for coincident atoms")
    echelon = FloatEchelon(jacobians.shape[0], jacobians.shape[2], tolerance)
    kept = []
    for start in range(0, jacobians.shape[1], BLOCK):
        kept += echelon.add_block(jacobians[:, start : start + BLOCK])
    return [k for k, keep in enumerate(kept) if keep]
