"""Which columns are no combination of earlier ones, and the condition of those: from a triangle, at any size."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import scipy.linalg
import scipy.sparse.linalg

from invgen.ace.fitting.factors import RANK_TOLERANCE, is_triangle

PANEL = 64
"""Columns that are looked at before the columns behind them are changed."""
LANCZOS = 1000
"""Columns from which on extreme singular values are found by Lanczos' method instead of a decomposition."""


def independent_columns(matrix: np.ndarray, tolerance: float = RANK_TOLERANCE) -> tuple[np.ndarray, np.ndarray]:
    """Columns that are no combination of earlier ones, and what is left of every column: its distance from their span.

    ``matrix`` (rows, columns) has columns of length one (or zero).
    """
    kept, left, _ = echelon(matrix, tolerance)
    return kept, left


def named_columns(kept: np.ndarray, left: np.ndarray, labels: Sequence[str] | None = None) -> list[dict[str, Any]]:
    """``{"column", "label", "left"}`` of every column that is not among ``kept``."""
    dependent = np.setdiff1d(np.arange(len(left)), kept).tolist()
    names = labels or [f"column {k}" for k in range(len(left))]
    return [{"column": k, "label": names[k], "left": float(left[k])} for k in dependent]


def echelon(matrix: np.ndarray, tolerance: float = RANK_TOLERANCE) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """``(kept, left, triangle)``: as ``independent_columns``, and R of the QR decomposition of the columns kept.

    Householder reflections that pass over a column of which less than ``tolerance`` is left. As the matrix is a
    triangle to begin with, a reflection reaches only as far down as columns were passed over.
    """
    r = np.array(_upper(matrix))
    size, columns = r.shape
    kept: list[int] = []
    left = np.zeros(columns)
    for begin in range(0, columns, PANEL):
        end = min(begin + PANEL, columns)
        top, bottom = len(kept), min(size, end)
        panel, rest = r[top:bottom, begin:end], r[top:bottom, end:]
        distance = np.abs(np.diag(panel)) if bottom - top == end - begin else np.zeros(1)
        if top == begin and len(distance) == end - begin and (distance > tolerance).all():
            left[begin:end] = distance
            kept += range(begin, end)
        else:
            found, left[begin:end] = _reflected(panel, rest, tolerance)
            kept += [begin + k for k in found]
    return np.array(kept, dtype=np.int64), left, np.triu(r[: len(kept), kept])


def _upper(matrix: np.ndarray) -> np.ndarray:
    """R of a QR decomposition, (at most columns, columns)."""
    rows, columns = matrix.shape
    if rows == columns + 1 and not matrix[-1].any() and is_triangle(matrix[:-1]):
        return matrix[:-1]
    return np.asarray(scipy.linalg.qr(matrix, mode="r", check_finite=False)[0])[:columns]


def _reflected(panel: np.ndarray, rest: np.ndarray, tolerance: float) -> tuple[list[int], np.ndarray]:
    """Reflect the columns of ``panel`` that are kept, one after the other, and ``rest`` by all of them; in place."""
    found: list[int] = []
    left = np.zeros(panel.shape[1])
    vectors = np.zeros((len(panel), panel.shape[1]))
    scales = np.zeros(panel.shape[1])
    for k in range(panel.shape[1]):
        top = len(found)
        column = panel[top:, k]
        left[k] = np.linalg.norm(column)
        if left[k] <= tolerance:
            panel[top:, k] = 0.0
            continue
        v = np.array(column)
        v[0] += np.copysign(left[k], v[0])
        v /= np.linalg.norm(v)
        panel[top:, k:] -= np.outer(2 * v, v @ panel[top:, k:])
        vectors[top:, top], scales[top] = v, 2.0
        found.append(k)
    v, count = vectors[:, : len(found)], len(found)
    if count and rest.shape[1]:
        inverse = np.triu(v.T @ v, 1) + np.diag(1 / scales[:count])
        rest -= v @ scipy.linalg.solve_triangular(inverse, v.T @ rest, trans="T", check_finite=False)
    return found, left


def extreme_singular_values(triangle: np.ndarray) -> tuple[float, float]:
    """The largest and the smallest singular value of a triangle without zeros on its diagonal."""
    size = len(triangle)
    if not size:
        return np.inf, 1.0
    if size < LANCZOS:
        singular = np.linalg.svd(triangle, compute_uv=False)
        return float(singular[0]), float(singular[-1])

    def inverse(x: np.ndarray) -> np.ndarray:
        y = scipy.linalg.solve_triangular(triangle, x, trans="T", check_finite=False)
        return np.asarray(scipy.linalg.solve_triangular(triangle, y, check_finite=False))

    smallest = _largest_eigenvalue(inverse, size) ** -0.5
    return largest_singular_value(triangle), smallest


def largest_singular_value(matrix: np.ndarray, scales: np.ndarray | float = 1.0) -> float:
    """That of ``matrix / scales`` (columns over scales)."""
    return _largest_eigenvalue(lambda x: ((matrix @ (x / scales)) @ matrix) / scales, matrix.shape[1]) ** 0.5


def _largest_eigenvalue(apply: Callable[[np.ndarray], np.ndarray], size: int) -> float:
    operator = scipy.sparse.linalg.LinearOperator((size, size), matvec=apply, dtype=np.float64)
    start = np.random.default_rng(0).normal(size=size)
    return float(scipy.sparse.linalg.eigsh(operator, 1, ncv=8, tol=1e-6, v0=start, return_eigenvectors=False)[0])
