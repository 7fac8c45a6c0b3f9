"""Jacobians of functions that can only be called: central differences, extrapolated."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from invgen.errors import AuditError

Function = Callable[[np.ndarray], np.ndarray]
"""Values ``(members,)`` at a float64 point of any shape."""

LEVELS = 7
"""Steps, each half of the one before."""
FIRST_STEP = 0.1
"""Å for positions, which are of order one."""
UNCONVERGED = 1e-5
"""Error of a row, relative to its length, above which the function is not smooth there."""
APART = 0.01
"""How far, relative to the length of a row, the difference at the smallest step may be from what is extrapolated: a
function that is constant between jumps may agree with itself at the large steps."""
ROUND_OFF = 1e-10
"""Part of the values that round-off may leave in a derivative: 1e-16 over the smallest step, times some hundred."""


def central_differences(
    function: Function, point: np.ndarray, first_step: float = FIRST_STEP
) -> tuple[np.ndarray, float]:
    """The Jacobian ``(members, variables)``, and the error of a row relative to its length, root of the mean square.

    Richardson's extrapolation for each variable and member by itself: differences at halved steps are combined
    as long as that lowers the estimate of the error (Ridders). Rows that are zero up to errors and round-off are set to
    zero. Raises ``AuditError`` where the differences do not converge.
    """
    columns = [_column(function, point, k, first_step) for k in range(point.size)]
    jacobian, errors, finest = (np.stack(parts, axis=1) for parts in zip(*columns, strict=True))
    error, apart = (np.linalg.norm(part, axis=1) for part in (errors, finest - jacobian))
    lengths, sizes = np.linalg.norm(jacobian, axis=1), np.abs(function(point))
    round_off = ROUND_OFF * (sizes + 0.01 * sizes.max(initial=0.0))
    allowed = [np.maximum(share * lengths, round_off) for share in (UNCONVERGED, APART)]
    unsmooth = np.flatnonzero((error > allowed[0]) | (apart > allowed[1]))
    if unsmooth.size:
        k = int(unsmooth[0])
        raise AuditError(
            f"finite differences of descriptor {k} do not converge (error {max(error[k], apart[k]):.1e}, slope "
            f"{lengths[k]:.1e}): it "
            f"is not smooth within {first_step} of the configuration; look for jumps and for single precision"
        )
    regular = lengths > np.maximum(10 * error, round_off)
    relative = np.where(regular, error / np.where(regular, lengths, 1.0), 0.0)
    return np.where(regular[:, None], jacobian, 0.0), float(np.sqrt(np.mean(relative**2)))


def _column(function: Function, point: np.ndarray, variable: int, first_step: float) -> tuple[np.ndarray, ...]:
    """The derivative of every member by one variable, its error, and the difference at the smallest step."""
    shift: np.ndarray = np.zeros(point.size)
    shift[variable] = 1.0
    shift = shift.reshape(point.shape)
    before: list[np.ndarray] = []
    best: np.ndarray = np.zeros(0)
    error: np.ndarray = np.zeros(0)
    for level in range(LEVELS):
        step = first_step / 2**level
        row = [(function(point + step * shift) - function(point - step * shift)) / (2 * step)]
        for order, coarser in enumerate(before):
            row.append(row[-1] + (row[-1] - coarser) / (4.0 ** (order + 1) - 1))
        if level == 0:
            best, error = row[0], np.full_like(row[0], np.inf)
        for order in range(1, len(row)):
            estimate = np.maximum(np.abs(row[order] - row[order - 1]), np.abs(row[order] - before[order - 1]))
            better = estimate < error
            best, error = np.where(better, row[order], best), np.where(better, estimate, error)
        before = row
    return best, error, before[0]
