"""scikit-learn's Bayesian ridge and ARD on condensed rows."""

from __future__ import annotations

from typing import Any

import numpy as np

from invgen.ace.fitting.factors import Factor
from invgen.ace.fitting.solution import Solution, SolverError, numerical_rank

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
