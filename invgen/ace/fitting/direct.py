"""Plain least squares by LAPACK, with the columns that depend on others named."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import scipy.linalg

from invgen.ace.fitting.factors import Factor
from invgen.ace.fitting.solution import RANK_TOLERANCE, Solution


def least_squares(factor: Factor, labels: Sequence[str] | None = None, tolerance: float = RANK_TOLERANCE) -> Solution:
    """Plain least squares by LAPACK's QR. A column that is a combination of earlier ones gets zero and is reported.

    ``details["dependent"]`` names each dependent column (``labels``, or its number) with what is left of it.
    """
    norms = factor.norms
    scaled = factor.matrix / np.where(norms > 0, norms, 1.0)
    kept, left = independent_columns(scaled, tolerance)
    q, r = scipy.linalg.qr(scaled[:, kept], mode="economic", check_finite=False)
    found = np.zeros(len(norms))
    if len(kept):
        found[kept] = scipy.linalg.solve_triangular(r, q.T @ factor.target) / norms[kept]
    singular = np.linalg.svd(r, compute_uv=False) if len(kept) else np.array([np.inf, 1.0])
    named = _named(kept, left, labels)
    dependent = tuple(row["column"] for row in named)
    condition = float(singular[0] / singular[-1])
    return Solution("least squares", found, len(kept), condition, dependent, {"dependent": named})


def dependent_columns(
    factor: Factor, labels: Sequence[str] | None = None, tolerance: float = RANK_TOLERANCE
) -> list[dict[str, Any]]:
    """``{"column", "label", "left"}`` of every column that is a combination of earlier ones; columns weigh the same."""
    norms = factor.norms
    return _named(*independent_columns(factor.matrix / np.where(norms > 0, norms, 1.0), tolerance), labels)


def _named(kept: np.ndarray, left: np.ndarray, labels: Sequence[str] | None) -> list[dict[str, Any]]:
    dependent = np.setdiff1d(np.arange(len(left)), kept).tolist()
    names = labels or [f"column {k}" for k in range(len(left))]
    return [{"column": k, "label": names[k], "left": float(left[k])} for k in dependent]


def independent_columns(matrix: np.ndarray, tolerance: float = RANK_TOLERANCE) -> tuple[np.ndarray, np.ndarray]:
    """Columns that are no combination of earlier ones, and what is left of every column: its distance from their span.

    ``matrix`` (rows, columns) has columns of length one (or zero). The diagonal of R of its QR is that distance up to
    the first column that depends on others; that one is taken out, and what follows is decomposed again.
    """
    kept: list[int] = []
    left = np.zeros(matrix.shape[1])
    begin, rest = 0, matrix
    while rest.size:
        rest = scipy.linalg.qr(rest, mode="r", check_finite=False)[0]
        distance = np.abs(np.diag(rest))
        small = np.flatnonzero(distance <= tolerance)
        good = int(small[0]) if len(small) else len(distance)
        kept += range(begin, begin + good)
        left[begin : begin + len(distance[: good + 1])] = distance[: good + 1]
        begin, rest = begin + good + 1, rest[good:, good + 1 :]
    return np.array(kept, dtype=np.int64), left
