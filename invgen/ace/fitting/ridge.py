"""Ridge with a smoothness prior; its two parameters are chosen by the error of held-out folds.

It minimises, over the coefficients c of columns k with prior scales gamma_k,

    |A c - b|^2 + lambda |Gamma c|^2,      Gamma = diag(gamma_k),      gamma_k = (degree_k / smallest degree)^p,

so that rough functions (of high degree) pay more. With c' = Gamma c and one singular value decomposition
R Gamma^-1 = U S V^T of the condensed rows, c'(lambda) = V [s / (s^2 + lambda)] U^T z for all lambda at once.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import scipy.linalg

from invgen.ace.fitting.factors import Factor, Factors, Solution, SolverError, numerical_rank

RELATIVE_LAMBDAS = tuple(float(x) for x in np.logspace(-20, 0, 41))
"""The path of ridge, in units of the largest squared singular value of the scaled problem."""


@dataclass(frozen=True)
class RidgePath:
    """All ridge solutions of one factor under one prior."""

    singular: np.ndarray
    rotated: np.ndarray
    right: np.ndarray
    prior: np.ndarray

    @classmethod
    def of(cls, factor: Factor, prior: np.ndarray) -> RidgePath:
        """``prior`` (columns,) holds gamma_k, all positive."""
        left, singular, right = _svd(factor.matrix / prior)
        return cls(singular, left.T @ factor.target, right, prior)

    def coefficients(self, lambdas: float | np.ndarray) -> np.ndarray:
        """(columns,) or (columns, lambdas)."""
        values = np.asarray(lambdas, dtype=np.float64)
        s, u = (self.singular, self.rotated) if values.ndim == 0 else (self.singular[:, None], self.rotated[:, None])
        with np.errstate(divide="ignore", invalid="ignore"):
            shrunk = np.where(s > 0, s * u / (s * s + values), 0.0)
        prior = self.prior if values.ndim == 0 else self.prior[:, None]
        return np.asarray((self.right.T @ shrunk) / prior)


def prior_scales(degrees: np.ndarray, power: float) -> np.ndarray:
    """gamma_k = (degree_k / smallest degree)^power."""
    degrees = np.asarray(degrees, dtype=np.float64)
    if not (degrees > 0).all():
        raise SolverError(f"degrees must be positive, the smallest is {degrees.min()}")
    return np.asarray((degrees / degrees.min()) ** power)


def ridge(
    factors: Factors,
    degrees: np.ndarray,
    *,
    smoothness: Sequence[float] = (2.0,),
    relative_lambdas: Sequence[float] = RELATIVE_LAMBDAS,
    normalise: bool = False,
    held_out: Sequence[int] | None = None,
    refit: bool = True,
) -> Solution:
    """Ridge; lambda and the power p of the prior are those of the least held-out error.

    degrees
        (columns,) degree of every function.
    smoothness
        Powers p to try.
    relative_lambdas
        Lambdas to try, in units of the largest squared singular value of R Gamma^-1 with all rows.
    normalise
        Multiply gamma_k by the root mean square of column k: the penalty is then on what a function contributes to the
        weighted rows, not on its coefficient.
    held_out
        The folds that are predicted from the others, in turn; all by default (k-fold cross-validation). One fold makes
        it a validation set.
    refit
        Whether the final coefficients use the held-out rows, too.

    The error is the root of the mean of the squared weighted residuals of all held-out rows: what the fit minimises.
    ``details`` holds ``lambda``, ``relative_lambda``, ``smoothness``, ``error``, and ``curve``: for each p the errors
    by lambda, and the root mean square residual of each kind of rows without the weights of the kinds.
    """
    turns = range(len(factors)) if held_out is None else held_out
    rest = {fold: factors.combine(excluding=fold) for fold in turns}
    everything = factors.combine() if refit or len(rest) != 1 else next(iter(rest.values()))
    norms = everything.norms / np.sqrt(everything.rows)
    base = np.where(norms > 0, norms, 1.0) if normalise else np.ones_like(norms)
    best: dict[str, Any] | None = None
    curves = []
    for power in smoothness:
        prior = prior_scales(degrees, power) * base
        path = RidgePath.of(everything, prior)
        lambdas = np.asarray(relative_lambdas) * path.singular[0] ** 2
        curve = _curve(factors, {fold: RidgePath.of(f, prior) for fold, f in rest.items()}, lambdas)
        curves.append({"smoothness": float(power), "lambdas": lambdas.tolist(), **curve})
        chosen = int(np.argmin(curve["error"]))
        if best is None or curve["error"][chosen] < best["error"]:
            best = {"path": path, "smoothness": float(power), "error": curve["error"][chosen]}
            best |= {"lambda": float(lambdas[chosen]), "relative_lambda": float(relative_lambdas[chosen])}
    if best is None:
        raise SolverError("no power was given to try; smoothness needs at least one number")
    path = best.pop("path")
    found = path.coefficients(best["lambda"])
    rank, condition = numerical_rank(everything)
    return Solution("ridge", found, rank, condition, (), {**best, "normalise": normalise, "curve": curves})


def _curve(factors: Factors, paths: dict[int, RidgePath], lambdas: np.ndarray) -> dict[str, Any]:
    """Held-out errors along the path: lists by lambda."""
    sums = {kind: np.zeros(len(lambdas)) for kind in factors.weights}
    rows = dict.fromkeys(factors.weights, 0)
    for fold, path in paths.items():
        for kind, (squares, count) in factors.errors(path.coefficients(lambdas), fold).items():
            sums[kind] += squares
            rows[kind] += count
    total, count = np.zeros(len(lambdas)), 0
    for kind, weight in factors.weights.items():
        total += weight**2 * sums[kind]
        count += rows[kind] if weight else 0
    if not count:
        raise SolverError("the held-out folds have no rows with a weight; there is nothing to choose lambda by")
    kinds = {kind: np.sqrt(sums[kind] / rows[kind]).tolist() for kind in sums if rows[kind]}
    return {"error": np.sqrt(total / count).tolist(), "kinds": kinds}


def _svd(matrix: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    try:
        return scipy.linalg.svd(matrix, full_matrices=False, check_finite=False)
    except np.linalg.LinAlgError:
        return scipy.linalg.svd(matrix, full_matrices=False, check_finite=False, lapack_driver="gesvd")
