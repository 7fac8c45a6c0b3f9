"""Ridge with a smoothness prior; its two parameters are chosen by the error of held-out folds.

It minimises, over the coefficients c of columns k with prior scales gamma_k,

    |A c - b|^2 + lambda |Gamma c|^2,      Gamma = diag(gamma_k),      gamma_k = (degree_k / smallest degree)^p,

so that rough functions (of high degree) pay more. With c' = Gamma c and one singular value decomposition
R Gamma^-1 = U S V^T of the condensed rows, c'(lambda) = V [s / (s^2 + lambda)] U^T z for all lambda at once. From
``LARGE`` columns on, a reduction to a band (``band``) gives the same coefficients in less time.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import scipy.linalg

from invgen.ace.fitting.blocks import one_blas_thread
from invgen.ace.fitting.factors import RANK_TOLERANCE, Factor, Factors, Solution, SolverError, numerical_rank
from invgen.ace.fitting.independence import echelon, extreme_singular_values, named_columns
from invgen.ace.fitting.large import Prior, Sums, held_out_sums, regularised

RELATIVE_LAMBDAS = tuple(float(x) for x in np.logspace(-20, 0, 41))
"""The path of ridge, in units of the largest squared singular value of the scaled problem."""
LARGE = 1000
"""Columns from which on bands replace singular value decompositions."""
RANKED = 2000
"""Columns up to which rank and condition are those of all singular values."""
Say = Callable[[int, int], None]


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


@one_blas_thread()
def ridge(
    factors: Factors,
    degrees: np.ndarray,
    labels: Sequence[str] | None = None,
    *,
    smoothness: Sequence[float] = (2.0,),
    relative_lambdas: Sequence[float] = RELATIVE_LAMBDAS,
    normalise: bool = False,
    held_out: Sequence[int] | None = None,
    refit: bool = True,
    threads: int = 1,
    folder: Path | None = None,
    say: Say | None = None,
) -> Solution:
    """Ridge; lambda and the power p of the prior are those of the least held-out error.

    degrees, labels
        (columns,) degree and name of every function.
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
    threads, folder, say
        From ``LARGE`` columns on: decompositions at a time, where the curve of each is kept as soon as it is there, and
        ``say(steps done, steps)``. Ctrl-C then raises ``KeyboardInterrupt``; the same call goes on from there.

    The error is the root of the mean of the squared weighted residuals of all held-out rows: what the fit minimises.
    ``details`` holds ``lambda``, ``relative_lambda``, ``smoothness``, ``error``, and ``curve``: for each p the errors
    by lambda, and the root mean square residual of each kind of rows without the weights of the kinds;
    ``factorisation_seconds`` is what one dense decomposition of this size took: a singular value decomposition, or from
    ``LARGE`` columns on a QR decomposition.
    """
    if not smoothness:
        raise SolverError("no power was given to try; smoothness needs at least one number")
    turns = list(range(len(factors)) if held_out is None else held_out)
    everything = factors.combine(excluding=None if refit or len(turns) != 1 else turns[0])
    scales = _prior_scales(everything, degrees, smoothness, normalise)
    relative = np.asarray(relative_lambdas, dtype=np.float64)
    if factors.size >= LARGE:
        priors = [Prior.of(everything, scale, relative) for scale in scales]
        sums = held_out_sums(factors, turns, priors, threads=threads, folder=folder, say=say)
    else:
        rest = {fold: factors.combine(excluding=fold) for fold in turns}
        priors, sums = _small_sums(factors, everything, rest, scales, relative)
    best, curves = _chosen(factors.weights, smoothness, relative, priors, sums)
    start = time.perf_counter()
    prior = scales[list(smoothness).index(best["smoothness"])]
    if factors.size >= LARGE:
        coefficients = regularised(everything, prior * np.sqrt(best["lambda"]))
    else:
        coefficients = RidgePath.of(everything, prior).coefficients(best["lambda"])
    best["factorisation_seconds"] = time.perf_counter() - start
    rank, condition, named = _rank(everything, labels)
    dependent = tuple(row["column"] for row in named.get("dependent", ()))
    details = {**best, "normalise": normalise, "curve": curves, **named}
    return Solution("ridge", coefficients, rank, condition, dependent, details)


def _prior_scales(
    everything: Factor, degrees: np.ndarray, smoothness: Sequence[float], normalise: bool
) -> list[np.ndarray]:
    """gamma_k of each power."""
    norms = everything.norms / np.sqrt(everything.rows)
    base = np.where(norms > 0, norms, 1.0) if normalise else np.ones_like(norms)
    return [prior_scales(degrees, power) * base for power in smoothness]


def _chosen(
    weights: Mapping[str, float],
    smoothness: Sequence[float],
    relative: np.ndarray,
    priors: Sequence[Prior],
    sums: Sequence[Mapping[int, Sums]],
) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """Lambda and power of the least held-out error, and the curves of all powers."""
    curves = [
        {"smoothness": float(power), "lambdas": prior.lambdas.tolist(), **_curve(weights, part)}
        for power, prior, part in zip(smoothness, priors, sums, strict=True)
    ]
    places = ((k, int(np.argmin(curve["error"]))) for k, curve in enumerate(curves))
    power, at = min(places, key=lambda place: float(curves[place[0]]["error"][place[1]]))
    best = {"smoothness": float(smoothness[power]), "error": curves[power]["error"][at]}
    return best | {"lambda": float(priors[power].lambdas[at]), "relative_lambda": float(relative[at])}, curves


def _rank(factor: Factor, labels: Sequence[str] | None) -> tuple[int, float, dict[str, Any]]:
    """Rank and condition; beyond ``RANKED`` columns those of least squares, with the dependent columns."""
    if factor.augmented.shape[1] - 1 <= RANKED:
        return *numerical_rank(factor), {}
    kept, left, triangle = echelon(factor.matrix / np.where(factor.norms > 0, factor.norms, 1.0), RANK_TOLERANCE)
    largest, smallest = extreme_singular_values(triangle)
    return len(kept), largest / smallest, {"dependent": named_columns(kept, left, labels)}


def _small_sums(
    factors: Factors,
    everything: Factor,
    rest: Mapping[int, Factor],
    scales: Sequence[np.ndarray],
    relative: np.ndarray,
) -> tuple[list[Prior], list[dict[int, Sums]]]:
    """By singular value decompositions."""
    priors: list[Prior] = []
    sums: list[dict[int, Sums]] = []
    for scale in scales:
        largest = RidgePath.of(everything, scale).singular[0]
        priors.append(Prior(scale, relative * largest**2))
        paths = {fold: RidgePath.of(factor, scale) for fold, factor in rest.items()}
        sums.append({f: factors.errors(path.coefficients(priors[-1].lambdas), f) for f, path in paths.items()})
    return priors, sums


def _curve(weights: Mapping[str, float], found: Mapping[int, Sums]) -> dict[str, Any]:
    """Held-out errors along the path: lists by lambda."""
    kinds = [kind for kind in weights if any(kind in sums for sums in found.values())]
    squares = {kind: sum(sums[kind][0] for sums in found.values() if kind in sums) for kind in kinds}
    rows = {kind: sum(sums[kind][1] for sums in found.values() if kind in sums) for kind in kinds}
    count = sum(rows[kind] for kind in kinds if weights[kind])
    if not count:
        raise SolverError("the held-out folds have no rows with a weight; there is nothing to choose lambda by")
    total = sum(weights[kind] ** 2 * squares[kind] for kind in kinds)
    errors = {kind: np.sqrt(squares[kind] / rows[kind]).tolist() for kind in kinds}
    return {"error": np.sqrt(total / count).tolist(), "kinds": errors}


def _svd(matrix: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    try:
        return scipy.linalg.svd(matrix, full_matrices=False, check_finite=False)
    except np.linalg.LinAlgError:
        return scipy.linalg.svd(matrix, full_matrices=False, check_finite=False, lapack_driver="gesvd")
