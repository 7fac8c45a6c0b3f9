"""The solvers by name. All take condensed rows (``invgen.ace.fitting.factors``) and return a ``Solution``."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from invgen.ace.fitting.bayesian import ard, bayesian_ridge
from invgen.ace.fitting.direct import least_squares
from invgen.ace.fitting.factors import Factors
from invgen.ace.fitting.ridge import RidgePath, prior_scales, ridge
from invgen.ace.fitting.solution import Solution, SolverError
from invgen.errors import unknown

SOLVERS = ("ridge", "least-squares", "bayesian-ridge", "ard")

__all__ = [
    "SOLVERS",
    "RidgePath",
    "Solution",
    "SolverError",
    "ard",
    "bayesian_ridge",
    "least_squares",
    "prior_scales",
    "ridge",
    "solve",
]


def solve(
    method: str,
    factors: Factors,
    degrees: np.ndarray,
    labels: Sequence[str] | None = None,
    *,
    smoothness: Sequence[float] = (2.0,),
    held_out: Sequence[int] | None = None,
    refit: bool = True,
    **options: Any,
) -> Solution:
    """Coefficients by the solver of this name; only ``ridge`` chooses by held-out folds.

    degrees, labels
        (columns,) of every function.
    smoothness
        Powers of the prior: ridge chooses among them, Bayesian ridge takes the first, the others have no prior.

    held_out, refit
        Folds to predict, all of them by default; without ``refit`` no solver fits a single one that is named.

    Raises ``SolverError`` for an unknown name, a problem that is too large for the method, and coefficients that are
    not finite.
    """
    if method not in SOLVERS:
        raise SolverError(unknown("solver", method, SOLVERS))
    if method == "ridge":
        found = ridge(factors, degrees, smoothness=smoothness, held_out=held_out, refit=refit, **options)
    else:
        rows = factors.combine(excluding=None if refit or not held_out else held_out[0])
        if method == "least-squares":
            found = least_squares(rows, labels, **options)
        elif method == "bayesian-ridge":
            found = bayesian_ridge(rows, prior_scales(degrees, smoothness[0]), **options)
        else:
            found = ard(rows, **options)
    if not np.isfinite(found.coefficients).all():
        raise SolverError(f"{method} gave coefficients that are not finite; look for labels far out of range")
    return found
