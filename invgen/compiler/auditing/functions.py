"""Descriptors as a Python function: found by name, called at random configurations, differentiated."""

from __future__ import annotations

import importlib
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np

from invgen.compiler.auditing.differences import central_differences
from invgen.compiler.auditing.sampling import Space
from invgen.compiler.auditing.source import Samples, member_names
from invgen.compiler.auditing.symmetry import FLATTENED, attainable_flattened, bound_by_symmetry, unchanging
from invgen.compiler.selection.langbein import Progress
from invgen.errors import AuditError, unknown

Differentiator = Callable[[Callable[..., Any], np.ndarray], tuple[np.ndarray, np.ndarray, float]]
"""Values ``(members,)``, Jacobian ``(members, variables)`` and its noise, of a function at a configuration."""


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
