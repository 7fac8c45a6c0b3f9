"""Descriptors as a Python function: found by name, called at random configurations, differentiated."""

from __future__ import annotations

import importlib
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np

from invgen.compiler.auditing.sampling import Space
from invgen.compiler.auditing.source import Samples, member_names
from invgen.compiler.auditing.symmetry import FLATTENED, attainable_flattened, bound_by_symmetry, unchanging
from invgen.compiler.selection.langbein import Progress
from invgen.errors import AuditError, unknown

Differentiator = Callable[[Callable[..., Any], np.ndarray], tuple[np.ndarray, np.ndarray, float]]
"""Values ``(members,)``, Jacobian ``(members, variables)`` and its noise, of a function at a configuration."""
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


def find_function(name: str) -> Callable[..., Any]:
    """The function ``module:function``; the working directory is looked at first, as ``python -m`` does.

    Importing runs the module. Raises ``AuditError`` if it cannot be imported or has no such function.
    """
    module_name, _, attribute = name.partition(":")
    with _working_directory_first():
        try:
            module = importlib.import_module(module_name)
        except (Exception, SystemExit) as error:
            raise AuditError(
                f"cannot import the module {module_name!r} of {name!r}: {type(error).__name__}: {error}; "
                "it must be installed or lie in the working directory"
            ) from error
    found = getattr(module, attribute, None)
    if found is None:
        known = [n for n in vars(module) if callable(getattr(module, n)) and not n.startswith("_")]
        raise AuditError(f"module {module_name!r}: " + unknown("function", attribute, known))
    if not callable(found):
        raise AuditError(f"{name} is no function but a {type(found).__name__}")
    return found


@contextmanager
def _working_directory_first() -> Iterator[None]:
    here = os.getcwd()
    sys.path.insert(0, here)
    try:
        yield
    finally:
        sys.path.remove(here)


def by_differences(function: Callable[..., Any], point: np.ndarray) -> tuple[np.ndarray, np.ndarray, float]:
    """A ``Differentiator`` for functions of NumPy arrays."""
    values = as_values(function(point.copy()))
    jacobian, noise = central_differences(lambda x: as_values(function(x.copy()), len(values)), point)
    return values, jacobian, noise


def given(function: Callable[..., Any], point: np.ndarray) -> tuple[np.ndarray, np.ndarray, float]:
    """A ``Differentiator`` for functions that return their values and their Jacobian ``(members, *configuration)``."""
    result = function(point)
    if not (isinstance(result, tuple) and len(result) == 2):
        raise AuditError(f"the function must return its values and their Jacobian, got {type(result).__name__}")
    values, jacobian = as_values(result[0]), np.asarray(result[1], dtype=np.float64)
    if jacobian.shape not in ((len(values), *point.shape), (len(values), point.size)):
        raise AuditError(
            f"the Jacobian of {len(values)} descriptors at a configuration of shape {point.shape} must have shape "
            f"{(len(values), *point.shape)}, got {jacobian.shape}"
        )
    return values, jacobian.reshape(len(values), point.size), 0.0


def as_values(result: Any, expected: int | None = None) -> np.ndarray:
    """A result as ``(members,)``; raises ``AuditError`` for another shape, another number, or what is not finite."""
    if getattr(result, "dtype", None) in (np.float16, np.float32):
        raise AuditError(f"the function returned {result.dtype}; it must compute in float64 for its rank to be seen")
    try:
        array = np.asarray(result)
        values = np.atleast_1d(array.real.astype(np.float64))
    except (TypeError, ValueError) as error:
        raise AuditError(f"the function must return numbers, got {type(result).__name__}: {error}") from None
    if result is None or np.iscomplexobj(array):
        raise AuditError(f"the function must return real numbers, got {'None' if result is None else array.dtype}")
    if values.ndim != 1 or not values.size:
        raise AuditError(f"the function must return one number for each descriptor, got an array {values.shape}")
    if expected is not None and len(values) != expected:
        raise AuditError(f"the function returned {expected} descriptors, then {len(values)} at another configuration")
    if not np.isfinite(values).all():
        bad = int(np.flatnonzero(~np.isfinite(values))[0])
        raise AuditError(
            f"descriptor {bad} is {values[bad]}; look for coincident atoms, or give points where it is defined"
        )
    return values


def sample_function(
    function: Callable[..., Any],
    space: Space,
    differentiate: Differentiator,
    *,
    how: str,
    configurations: int,
    seed: str,
    labels: tuple[str, ...] = (),
    points: np.ndarray | None = None,
    progress: Progress | None = None,
) -> Samples:
    """Jacobians of a function at random configurations, or at the given points.

    how
        What ``differentiate`` does, in words.

    Raises ``AuditError`` for a function that raises, is not finite, or gives another number of descriptors.
    """
    sampled = points is None
    points = space.sample(configurations, f"audit/{seed}") if points is None else _checked(points, space)
    found = []
    for k, point in enumerate(points):
        if progress:
            progress("differentiate", k, len(points))
        found.append(_differentiated(function, space, differentiate, point, f"configuration {k}"))
    if progress:
        progress("differentiate", len(points), len(points))
    sizes = [len(values) for values, _, _ in found]
    if len(set(sizes)) > 1:
        raise AuditError(f"the number of descriptors differs between configurations: {', '.join(map(str, sizes))}")
    jacobians, noise = np.stack([j for _, j, _ in found]), max(n for *_, n in found)
    names = member_names(labels, sizes[0])
    fields = space.motions(points)
    bound, reason = bound_by_symmetry(jacobians, fields, noise)
    unchanged = unchanging(jacobians, fields, noise)
    special = [
        (name, *_flattened(function, space, differentiate, name, f"audit/{seed}", unchanged))
        for name in (FLATTENED if space.number > 1 and sampled else ())
    ]
    return Samples("function", names, jacobians, noise, bound, reason, how, special=tuple(special))


def _differentiated(
    function: Callable[..., Any], space: Space, differentiate: Differentiator, point: np.ndarray, where: str
) -> tuple[np.ndarray, np.ndarray, float]:
    try:
        values, jacobian, noise = differentiate(lambda x: function(x, *space.arguments), point)
    except AuditError as error:
        raise AuditError(f"{where}: {error}") from None
    except (Exception, SystemExit) as error:
        raise AuditError(
            f"the function raised {type(error).__name__} at {where}, an array of shape {point.shape}: {error}"
        ) from error
    if not np.isfinite(jacobian).all():
        row, column = np.argwhere(~np.isfinite(jacobian))[0]
        raise AuditError(f"{where}: the derivative of descriptor {row} by variable {column} is {jacobian[row, column]}")
    return values, jacobian, noise


def _flattened(
    function: Callable[..., Any],
    space: Space,
    differentiate: Differentiator,
    name: str,
    seed: str,
    unchanged: dict[str, np.ndarray],
) -> tuple[np.ndarray | None, int]:
    """The Jacobian with all atoms in a plane or on a line, ``None`` where there is none, and the rank attainable."""
    try:
        jacobian = _differentiated(function, space, differentiate, space.flattened(name, seed), name)[1]
    except AuditError:
        jacobian = None
    return jacobian, attainable_flattened(name, space.number, unchanged)


def _checked(points: np.ndarray, space: Space) -> np.ndarray:
    points = np.asarray(points, dtype=np.float64)
    if points.ndim < 2 or points.shape[1:] != space.shape or not len(points) or not np.isfinite(points).all():
        raise AuditError(f"points must be finite and of shape (configurations, {space.shape}), got {points.shape}")
    return points


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
