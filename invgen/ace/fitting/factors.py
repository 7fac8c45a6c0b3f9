"""Least-squares problems condensed to triangles: what is left of a design matrix once its rows have been folded in.

With A c = b the rows of a problem and A = Q R,

    |A c - b|^2 = |[R z; 0 rho] [c; -1]|^2,   z = Q^T b,   rho^2 = |b|^2 - |z|^2,

so the triangle of the augmented matrix [A b] gives every weighted sum of squares of the rows exactly, and its columns
are those of the design matrix: any sub-selection of them is solved from the triangle alone. Rows are folded in by
blocked Householder QR of [triangle; rows] (LAPACK tpqrt, which uses that the upper part is a triangle already).
Solvers take a ``Factor`` and return a ``Solution``.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

import numpy as np
from scipy.linalg import lapack

from invgen.data.errors import DataError
from invgen.errors import InvgenError

KINDS = ("energy", "forces", "stress")
BLOCK, WIDE_BLOCK, WIDE = 48, 96, 1000
"""Columns that LAPACK reflects at a time, and how many where there are ``WIDE`` or more."""
RANK_TOLERANCE = 1e-11
"""A column of which this part or less is left once the others are subtracted depends on them."""


@dataclass(frozen=True)
class Factor:
    """Rows of a least-squares problem, condensed.

    augmented
        (m, columns + 1) float64, the last column being the right-hand side; m <= columns + 1.
    rows
        How many rows of the design matrix it stands for.
    """

    augmented: np.ndarray
    rows: int

    @classmethod
    def of(cls, matrix: np.ndarray, target: np.ndarray) -> Factor:
        """The factor of ``matrix`` (rows, columns) and ``target`` (rows,)."""
        rows = np.column_stack([matrix, target])
        return cls(triangle([rows], rows.shape[1]), len(rows))

    @classmethod
    def join(cls, factors: Iterable[tuple[Factor, float]], width: int) -> Factor:
        """All rows of several factors of ``width`` columns and a right-hand side, each times a number."""
        found = [(f, weight) for f, weight in factors if f.rows and weight]
        parts = (weight * f.augmented for f, weight in found)
        return cls(triangle(parts, width), sum(f.rows for f, _ in found))

    def columns(self, subset: Sequence[int] | np.ndarray) -> Factor:
        """The same rows with only these columns, in this order."""
        chosen = np.append(np.asarray(subset, dtype=np.int64), self.augmented.shape[1] - 1)
        return Factor(triangle([self.augmented[:, chosen]], len(chosen)), self.rows)

    def squared_error(self, coefficients: np.ndarray) -> np.ndarray:
        """|A c - b|^2; ``coefficients`` (columns,) or (columns, several), the result () or (several,)."""
        residual = self.augmented[:, :-1] @ coefficients
        target = self.augmented[:, -1] if residual.ndim == 1 else self.augmented[:, -1:]
        return np.asarray(np.sum((residual - target) ** 2, axis=0))

    @property
    def matrix(self) -> np.ndarray:
        """(m, columns) the condensed rows; a view."""
        return self.augmented[:, :-1]

    @property
    def target(self) -> np.ndarray:
        """(m,) the condensed right-hand side; a view."""
        return self.augmented[:, -1]

    @cached_property
    def norms(self) -> np.ndarray:
        """(columns,) the Euclidean norm of every column of the design matrix."""
        return np.asarray(np.sqrt(np.sum(self.matrix**2, axis=0)))


def triangle(parts: Iterable[np.ndarray], width: int) -> np.ndarray:
    """Fewest rows (at most ``width``) with the Gram matrix of all rows of ``parts``, each (any, width)."""
    accumulator = Accumulator(width)
    for part in parts:
        accumulator.add(part)
        accumulator.fold()
    return accumulator.rows


def is_triangle(rows: np.ndarray) -> bool:
    """Whether ``rows`` is square and zero below its diagonal."""
    return rows.shape[0] == rows.shape[1] and not any(np.any(rows[k + 1 :, k]) for k in range(len(rows)))


def _clear_below(rows: np.ndarray) -> np.ndarray:
    for k in range(rows.shape[1]):
        rows[k + 1 :, k] = 0.0
    return rows


class Accumulator:
    """Takes rows of ``width`` numbers and keeps a triangle; few rows are kept as they are.

    ``add`` only collects, ``fold`` condenses what was collected. Equal calls give equal bytes on one thread of BLAS.
    """

    def __init__(self, width: int, rows: np.ndarray | None = None, count: int = 0) -> None:
        self.width, self.count = width, count
        self.rows = np.zeros((0, width)) if rows is None else rows
        self._triangular = is_triangle(self.rows)
        self._block = min(BLOCK if width < WIDE else WIDE_BLOCK, width)
        self._waiting: list[np.ndarray] = []
        self._arrived = 0

    def add(self, rows: np.ndarray, count: int | None = None) -> None:
        """Collect rows (any, width), which stand for ``count`` rows of the design matrix, or for themselves."""
        self._waiting.append(rows)
        self._arrived += len(rows) if count is None else count

    def fold(self) -> None:
        """Condense all that was collected."""
        if not self._waiting:
            return
        kept = [] if self._triangular else [self.rows]
        new = np.concatenate([*kept, *self._waiting])
        self.count += self._arrived
        self._waiting, self._arrived = [], 0
        if self._triangular:
            self.rows = self._reduced(np.array(self.rows, order="F"), np.asfortranarray(new))
        elif len(new) <= self.width:
            self.rows = new
        else:
            upper, *_ = lapack.dgeqrt(self._block, np.asfortranarray(new), overwrite_a=1)
            self.rows, self._triangular = _clear_below(np.array(upper[: self.width], order="F")), True

    def _reduced(self, upper: np.ndarray, below: np.ndarray) -> np.ndarray:
        """The triangle of [upper; below]; both are overwritten."""
        zeros = self.width if is_triangle(below) else 0
        upper, *_ = lapack.dtpqrt(zeros, self._block, upper, below, overwrite_a=1, overwrite_b=1)
        return _clear_below(upper)

    def factor(self) -> Factor:
        """What was folded so far."""
        return Factor(self.rows, self.count)


@dataclass(frozen=True)
class Factors:
    """A design matrix condensed fold by fold, with energies, forces and stresses kept apart.

    parts
        For every fold the factor of each kind of rows (``KINDS``), without the weights of the kinds.
    weights
        What multiplies the rows of each kind whenever factors are joined; changing them (``reweighted``) costs nothing.
    """

    parts: tuple[Mapping[str, Factor], ...]
    weights: Mapping[str, float]

    def __post_init__(self) -> None:
        for kind in self.weights:
            if kind not in KINDS:
                raise ValueError(f"weights are for {', '.join(KINDS)}, got one for {kind!r}")

    def __len__(self) -> int:
        return len(self.parts)

    @property
    def size(self) -> int:
        """Number of columns: of coefficients."""
        return int(next(iter(self.parts[0].values())).augmented.shape[1]) - 1

    @property
    def digest(self) -> str:
        """Of rows and weights: what a fit of these factors depends on."""
        digest = hashlib.sha256(json.dumps(dict(self.weights), sort_keys=True).encode())
        for part in self.parts:
            for kind, factor in sorted(part.items()):
                digest.update(f"{kind}|{factor.rows}|{factor.augmented.shape}".encode())
                digest.update(factor.augmented.ravel("K").data)
        return digest.hexdigest()

    def reweighted(self, **weights: float) -> Factors:
        """The same rows with other weights of some kinds: ``reweighted(energy=20.0)``."""
        return replace(self, weights={**self.weights, **weights})

    def columns(self, subset: Sequence[int] | np.ndarray) -> Factors:
        """Only these columns, without going back to the data."""
        chosen = [{kind: factor.columns(subset) for kind, factor in part.items()} for part in self.parts]
        return replace(self, parts=tuple(chosen))

    def combine(self, *, excluding: int | None = None) -> Factor:
        """All weighted rows, or those outside of one fold. Raises ``DataError`` when there is none."""
        kept = [part for fold, part in enumerate(self.parts) if fold != excluding]
        if not kept:
            raise DataError("nothing is left to fit when the only fold is held out; take at least two folds")
        pairs = [(factor, self.weights.get(kind, 0.0)) for part in kept for kind, factor in part.items()]
        joined = Factor.join(pairs, self.size + 1)
        if not joined.rows:
            present = sorted({kind for part in kept for kind, factor in part.items() if factor.rows})
            raise DataError(f"no label has a weight: there are labels of {', '.join(present)}, weights {self.weights}")
        return joined

    def errors(self, coefficients: np.ndarray, fold: int) -> dict[str, tuple[np.ndarray, int]]:
        """For each kind in one fold (sum of squared residuals without the weight of the kind, rows)."""
        part = self.parts[fold]
        return {kind: (factor.squared_error(coefficients), factor.rows) for kind, factor in part.items() if factor.rows}


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
