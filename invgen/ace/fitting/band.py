"""Ridge for many lambda at the price of one: a triangle reduced to a band by orthogonal transformations.

With R = U B V^T, U and V products of Householder reflections and B upper triangular with a few diagonals,

    |R c - z|^2 + lambda |c|^2 = |B y - U^T z|^2 + lambda |y|^2,      c = V y,

so that a problem in a band is left for each lambda: [B; sqrt(lambda) 1] is decomposed block row by block row. Nothing
is squared (R^T R is never formed), and the errors are those of the singular value decomposition. The reduction takes
8/3 n^3 operations, nearly all of them products of matrices; going straight to two diagonals, as a singular value
decomposition does, waits for memory half of the time, and its vectors take more operations than all the rest.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import scipy.linalg

WIDTH = 64
"""Diagonals of B above the main one."""
STRIPE = 256
"""Rows of the matrix that are changed at a time, so that a product stays in the cache."""
TOGETHER = 8
"""Lambdas solved together: memory is TOGETHER * 2 * WIDTH * 8 bytes for each column."""

Tick = Callable[[], None]


@dataclass(frozen=True)
class Band:
    """R = U B V^T, and U^T z.

    diagonal, above
        (blocks, w, w) and (blocks - 1, w, w): B, upper and lower triangular blocks.
    target
        (blocks, w) U^T z.
    reflectors
        For every block (v, t), the reflections 1 - v t v^T of the columns behind it.
    columns
        Of R; B is padded with zeros.
    """

    diagonal: np.ndarray
    above: np.ndarray
    target: np.ndarray
    reflectors: list[tuple[np.ndarray, np.ndarray]]
    columns: int

    @classmethod
    def of(cls, matrix: np.ndarray, target: np.ndarray, width: int = WIDTH, tick: Tick | None = None) -> Band:
        """Of ``matrix`` (rows, columns), nearly square, and ``target`` (rows,); ``tick()`` is called for each block."""
        rows, columns = matrix.shape
        blocks = -(-max(rows, columns) // width)
        a, z = np.zeros((blocks * width, blocks * width)), np.zeros(blocks * width)
        a[:rows, :columns], z[:rows] = matrix, target
        diagonal, above = np.zeros((blocks, width, width)), np.zeros((blocks - 1, width, width))
        reflectors = []
        for k in range(blocks):
            diagonal[k], v, t = _panel(a[:, :width])
            z[k * width :] -= v @ (t.T @ (v.T @ z[k * width :]))
            if k + 1 < blocks:
                above[k], *reflector = _both_sides(a[:, width:], v, t, width)
                reflectors.append((reflector[0], reflector[1]))
                a = a[width:, width:]
            if tick is not None:
                tick()
        return cls(diagonal, above, z.reshape(blocks, width), reflectors, columns)

    def coefficients(self, lambdas: np.ndarray) -> np.ndarray:
        """(columns, lambdas) the minimum for each lambda, all positive."""
        width = self.diagonal.shape[1]
        parts = np.split(lambdas, range(TOGETHER, len(lambdas), TOGETHER))
        found = np.concatenate([self._solved(part) for part in parts], axis=1)
        for k in range(len(self.reflectors) - 1, -1, -1):
            v, t = self.reflectors[k]
            found[(k + 1) * width :] -= v @ (t @ (v.T @ found[(k + 1) * width :]))
        return found[: self.columns]

    def _solved(self, lambdas: np.ndarray) -> np.ndarray:
        """(padded columns, lambdas) y."""
        blocks, width, _ = self.diagonal.shape
        roots = np.sqrt(lambdas)[:, None, None] * np.eye(width)
        rows = np.zeros((len(lambdas), 3 * width, 2 * width + 1))
        carried = np.zeros((len(lambdas), width, width + 1))
        carried[:, :, :width] = roots
        decomposed = np.zeros((blocks, len(lambdas), width, 2 * width + 1))
        for k in range(blocks):
            rows[:] = 0.0
            rows[:, :width, :width], rows[:, :width, -1] = carried[:, :, :width], carried[:, :, -1]
            rows[:, width : 2 * width, :width], rows[:, width : 2 * width, -1] = self.diagonal[k], self.target[k]
            if k + 1 < blocks:
                rows[:, width : 2 * width, width : 2 * width] = self.above[k]
                rows[:, 2 * width :, width : 2 * width] = roots
            r = np.asarray(np.linalg.qr(rows, mode="r"))
            decomposed[k] = r[:, :width]
            carried = r[:, width : 2 * width, width:]
        return _substituted(decomposed)


def _substituted(decomposed: np.ndarray) -> np.ndarray:
    """Back substitution, block by block, for all lambdas."""
    blocks, lambdas, width, _ = decomposed.shape
    found = np.zeros((blocks, lambdas, width, 1))
    for k in range(blocks - 1, -1, -1):
        right = decomposed[k, :, :, -1:]
        if k + 1 < blocks:
            right = right - decomposed[k, :, :, width : 2 * width] @ found[k + 1]
        found[k] = np.linalg.solve(decomposed[k, :, :, :width], right)
    return found[..., 0].transpose(0, 2, 1).reshape(blocks * width, lambdas)


def _panel(panel: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """``(r, v, t)`` with panel = (1 - v t v^T) [r; 0]."""
    packed, tau = np.linalg.qr(panel, mode="raw")
    r, v = np.triu(packed.T[: panel.shape[1]]), np.tril(packed.T, -1)
    v[np.diag_indices(panel.shape[1])] = 1.0
    v[:, tau == 0] = 0.0
    inverse = np.triu(v.T @ v, 1) + np.diag(np.divide(1.0, tau, out=np.ones_like(tau), where=tau != 0))
    return r, v, scipy.linalg.solve_triangular(inverse, np.eye(len(tau)), check_finite=False)


def _both_sides(a: np.ndarray, v: np.ndarray, t: np.ndarray, width: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Reflect ``a`` from the left, then its rows below ``width`` from the right so that only a block is left above.

    Returns that block and the reflection; the rows below are changed in place, from both sides at once.
    """
    x = t.T @ (v.T @ a)
    r, w, s = _panel(np.ascontiguousarray((a[:width] - v[:width] @ x).T))
    rest = a[width:]
    y = (rest @ w - v[width:] @ (x @ w)) @ s
    left, right = np.concatenate([v[width:], y], axis=1), np.concatenate([x, w.T])
    for begin in range(0, len(rest), STRIPE):
        rest[begin : begin + STRIPE] -= left[begin : begin + STRIPE] @ right
    return r.T, w, s
