"""The solvers by name. All take condensed rows (``invgen.ace.fitting.factors``) and return a ``Solution``."""

from __future__ import annotations

import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import scipy.linalg

from invgen.ace.fitting.blocks import one_blas_thread
from invgen.ace.fitting.factors import RANK_TOLERANCE, Factor, Factors, Solution, SolverError, numerical_rank
from invgen.ace.fitting.independence import extreme_singular_values, independent_columns, named_columns
from invgen.ace.fitting.ridge import RidgePath, Say, prior_scales, ridge
from invgen.errors import unknown


def least_squares(factor: Factor, labels: Sequence[str] | None = None, tolerance: float = RANK_TOLERANCE) -> Solution:
    """Plain least squares by LAPACK's QR. A column that is a combination of earlier ones gets zero and is reported.

    ``details["dependent"]`` names each dependent column (``labels``, or its number) with what is left of it.
    """
    norms = factor.norms
    scaled = factor.matrix / np.where(norms > 0, norms, 1.0)
    kept, left = independent_columns(scaled, tolerance)
    start = time.perf_counter()
    q, r = scipy.linalg.qr(scaled[:, kept], mode="economic", check_finite=False)
    seconds = time.perf_counter() - start
    found = np.zeros(len(norms))
    if len(kept):
        found[kept] = scipy.linalg.solve_triangular(r, q.T @ factor.target) / norms[kept]
    largest, smallest = extreme_singular_values(r)
    named = named_columns(kept, left, labels)
    dependent = tuple(row["column"] for row in named)
    condition = largest / smallest
    details = {"dependent": named, "factorisation_seconds": seconds}
    return Solution("least squares", found, len(kept), condition, dependent, details)


@one_blas_thread()
def dependent_columns(factor: Factor, labels: Sequence[str] | None = None) -> list[dict[str, Any]]:
    """``{"column", "label", "left"}`` of every column that is a combination of earlier ones; columns weigh the same."""
    norms = factor.norms
    return named_columns(*independent_columns(factor.matrix / np.where(norms > 0, norms, 1.0)), labels)


LARGEST_BAYESIAN, LARGEST_ARD = 4000, 1500
"""Columns beyond which scikit-learn takes hours: it decomposes, and ARD inverts in every iteration, square matrices."""


ARD_OPTIONS = {"threshold_lambda": 1e8, "lambda_1": 1e-12, "lambda_2": 1e-12}
"""With scikit-learn's own prior (1e-6) no precision could reach a threshold this high."""


def bayesian_ridge(factor: Factor, prior: np.ndarray, **options: Any) -> Solution:
    """scikit-learn's ``BayesianRidge`` of c' = Gamma c: the precisions of noise and coefficients maximise the evidence.

    See ``_sampled`` for how a triangle counts as many samples. Raises ``SolverError`` beyond ``LARGEST_BAYESIAN``
    columns.
    """
    _small_enough(factor, LARGEST_BAYESIAN, "BayesianRidge")
    start = {"alpha_init": factor.rows / max(float(factor.target @ factor.target), np.finfo(float).tiny)}
    return _scikit("bayesian ridge", "BayesianRidge", factor, prior, {**start, **options})


def ard(factor: Factor, **options: Any) -> Solution:
    """scikit-learn's ``ARDRegression``: a precision for every coefficient, most of which end as zero.

    It works on columns and a target of root mean square one, so that ``threshold_lambda`` (1e8 unless given) drops what
    contributes less than 1/sqrt(threshold_lambda) of the target. Raises ``SolverError`` beyond ``LARGEST_ARD`` columns.
    """
    _small_enough(factor, LARGEST_ARD, "ARDRegression")
    root = np.sqrt(factor.rows)
    scales = np.where(factor.norms > 0, factor.norms, 1.0) / root
    size = float(np.linalg.norm(factor.target)) / root or 1.0
    return _scikit("ard", "ARDRegression", factor, scales, {**ARD_OPTIONS, **options}, size)


def _scikit(
    method: str, estimator: str, factor: Factor, scales: np.ndarray, options: dict[str, Any], size: float = 1.0
) -> Solution:
    """Fit the target over ``size`` with columns over ``scales``."""
    try:
        from sklearn import linear_model
    except ImportError as error:
        raise ImportError(
            f"the solver {method!r} is scikit-learn's, which is not installed: pip install scikit-learn, or use ridge"
        ) from error
    settings = {**options, "alpha_1": _sampled(factor, float(options.get("alpha_1", 1e-6)))}
    model = getattr(linear_model, estimator)
    fitted = model(fit_intercept=False, **settings).fit(factor.matrix / scales, factor.target / size)
    found = size * np.asarray(fitted.coef_) / scales
    rank, condition = numerical_rank(factor)
    noise, kept = size * float(fitted.alpha_) ** -0.5, int(np.sum(found != 0))
    return Solution(
        method, found, rank, condition, (), {"noise": noise, "iterations": int(fitted.n_iter_), "kept": kept}
    )


def _sampled(factor: Factor, alpha_1: float) -> float:
    """The shape of the noise prior with which a factor of m rows counts as the samples that it stands for.

    Both estimators set the noise precision to (n - sum of gamma + 2 alpha_1) / (|residual|^2 + 2 alpha_2), and nothing
    else depends on the number n of samples; the factor keeps |residual|^2, so alpha_1 + (samples - m) / 2 restores n.
    """
    return alpha_1 + (factor.rows - len(factor.target)) / 2


def _small_enough(factor: Factor, largest: int, name: str) -> None:
    columns = factor.augmented.shape[1] - 1
    if columns > largest:
        gib = columns**2 * 8 * 4 / 2**30
        raise SolverError(
            f"{name} would work in memory on {columns} columns (about {gib:.1f} GiB and hours), at most {largest} are "
            'taken; lower the degree, or use solver "ridge"'
        )


SOLVERS = ("ridge", "least-squares", "bayesian-ridge", "ard")

__all__ = [
    "SOLVERS",
    "RidgePath",
    "Solution",
    "SolverError",
    "ard",
    "bayesian_ridge",
    "independent_columns",
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
    threads: int = 1,
    folder: Path | None = None,
    say: Say | None = None,
    **options: Any,
) -> Solution:
    """Coefficients by the solver of this name; only ``ridge`` chooses by held-out folds.

    degrees, labels
        (columns,) of every function.
    smoothness
        Powers of the prior: ridge chooses among them, Bayesian ridge takes the first, the others have no prior.

    held_out, refit
        Folds to predict, all of them by default; without ``refit`` no solver fits a single one that is named.
    threads, folder, say
        See ``ridge``; the others decompose once.

    Raises ``SolverError`` for an unknown name, a problem that is too large for the method, and coefficients that are
    not finite.
    """
    if method not in SOLVERS:
        raise SolverError(unknown("solver", method, SOLVERS))
    if method == "ridge":
        options |= {"held_out": held_out, "refit": refit, "threads": threads, "folder": folder, "say": say}
        found = ridge(factors, degrees, labels, smoothness=smoothness, **options)
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
