"""Plain least squares by LAPACK, with the columns that depend on others named."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import scipy.linalg

from invgen.potentials.linear.factors import Factor
from invgen.potentials.linear.solution import RANK_TOLERANCE, Solution


def least_squares(factor: Factor, labels: Sequence[str] | None = None, tolerance: float = RANK_TOLERANCE) -> Solution:
    """Plain least squares by LAPACK's QR. A column that is a combination of earlier ones gets zero and is reported.

    ``details["dependent"]`` names each dependent column (``labels``, or its number) with what is left of it.
    """
    norms = factor.norms
    scaled = factor.matrix / np.where(norms > 0, norms, 1.0)
    kept, left = independent_columns(scaled, tolerance)
    dependent = tuple(int(k) for k in np.setdiff1d(np.arange(len(norms)), kept))
    q, r = scipy.linalg.qr(scaled[:, kept], mode="economic", check_finite=False)
    found = np.zeros(len(norms))
    if len(kept):
        found[kept] = scipy.linalg.solve_triangular(r, q.T @ factor.target) / norms[kept]
    singular = np.linalg.svd(r, compute_uv=False) if len(kept) else np.ones(1)
    named = [{"column": k, "label": _label(labels, k), "left": float(left[k])} for k in dependent]
    condition = float(singular[0] / singular[-1])
    return Solution("least squares", found, len(kept), condition, dependent, {"dependent": named})


def independent_columns(matrix: np.ndarray, tolerance: float = RANK_TOLERANCE) -> tuple[np.ndarray, np.ndarray]:
    """Columns that are no combination of earlier ones, and what is left of every column: its distance from their span.

    ``matrix`` (rows, columns) has columns of length one (or zero). The first pass is an ordinary QR, whose diagonal is
    that distance as long as no column depends on others; otherwise columns are reflected one by one.
    """
    rows, columns = matrix.shape
    r = scipy.linalg.qr(matrix, mode="r", check_finite=False)[0]
    left = np.zeros(columns)
    left[: min(rows, columns)] = np.abs(np.diag(r))
    if (left > tolerance).all():
        return np.arange(columns), left
    work = np.array(matrix, order="F")
    kept: list[int] = []
    for k in range(columns):
        step = len(kept)
        tail = work[step:, k]
        left[k] = float(np.linalg.norm(tail)) if step < rows else 0.0
        if left[k] <= tolerance:
            continue
        kept.append(k)
        vector = tail.copy()
        vector[0] += np.copysign(left[k], vector[0])
        vector /= np.linalg.norm(vector)
        work[step:, k:] -= 2 * np.outer(vector, vector @ work[step:, k:])
    return np.array(kept, dtype=np.int64), left


def _label(labels: Sequence[str] | None, column: int) -> str:
    return f"column {column}" if labels is None else labels[column]
