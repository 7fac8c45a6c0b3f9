"""What every solver returns, and the numerical rank that it reports."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np

from invgen.ace.fitting.factors import Factor
from invgen.errors import InvgenError

RANK_TOLERANCE = 1e-11
"""A column of which this part or less is left once the others are subtracted depends on them."""


class SolverError(InvgenError, ValueError):
    """A least-squares problem that cannot be solved as asked."""


@dataclass(frozen=True)
class Solution:
    """Coefficients, and how they were found.

    coefficients
        (columns,) in eV.
    rank, condition
        Numerical rank of the weighted design matrix with columns of length one, and the ratio of its largest to its
        smallest singular value (among the independent ones).
    dependent
        Columns that are combinations of others; least squares gives them zero.
    details
        What else the solver says: lambda, its curve, precisions.
    """

    method: str
    coefficients: np.ndarray
    rank: int
    condition: float
    dependent: tuple[int, ...] = ()
    details: dict[str, Any] = field(default_factory=dict)


def numerical_rank(factor: Factor) -> tuple[int, float]:
    """Numerical rank and condition number with columns of length one."""
    norms = factor.norms
    singular = np.linalg.svd(factor.matrix / np.where(norms > 0, norms, 1.0), compute_uv=False)
    rank = int(np.sum(singular > RANK_TOLERANCE * singular[0])) if len(singular) and singular[0] else 0
    return rank, float(singular[0] / singular[rank - 1]) if rank else float("inf")
