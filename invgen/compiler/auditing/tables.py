"""Descriptors as a table: an npz file with their Jacobians at several configurations.

jacobian    (configurations, descriptors, variables)
            or jacobian_0, jacobian_1, ..., each (descriptors, variables)
values      (configurations, descriptors), optional
labels      (descriptors,) text, optional
costs       (descriptors,) whole numbers, optional
positions   (configurations, atoms, 3), optional: shows which motions leave the descriptors unchanged
noise       a number, optional: error of a row relative to its length, 1e-9 by default
"""

from __future__ import annotations

import os
import re
import zipfile

import numpy as np

from invgen.compiler.auditing.source import Samples, member_names
from invgen.compiler.auditing.symmetry import bound_by_symmetry, motions_of_positions
from invgen.errors import AuditError, unknown

NOISE = 1e-9
"""Of derivatives that somebody else computed, unless the table says better."""
HOW = (
    "Values alone do not show what depends on what. For derivatives audit the function that made them, "
    "invgen.audit(function, atoms=N) or module:function, which is differentiated for you; or save its Jacobian at some "
    "configurations yourself, such as jax.jacobian or torch.func.jacrev give it, or central differences: "
    "np.savez(file, jacobian=...)"
)
KNOWN = ("jacobian", "values", "labels", "costs", "positions", "noise")
_NUMBERED = re.compile(r"jacobian_(\d+)")


def read_table(path: str | os.PathLike[str]) -> Samples:
    """The table of an npz file; raises ``AuditError`` for arrays that are missing, unknown, or do not fit."""
    try:
        with np.load(path, allow_pickle=False) as file:
            arrays = {name: file[name] for name in file.files}
    except (ValueError, zipfile.BadZipFile, EOFError, AttributeError) as error:
        raise AuditError(f"{path} is no npz file of plain arrays: {error}") from None
    return table(arrays, str(path))


def table(arrays: dict[str, np.ndarray], where: str = "the table") -> Samples:
    """The same for arrays by name."""
    for name in arrays:
        if name not in KNOWN and not _NUMBERED.fullmatch(name):
            raise AuditError(f"{where}: " + unknown("array", name, [*KNOWN, "jacobian_0"]))
    arrays = {name: np.asarray(array) for name, array in arrays.items()}
    jacobians = _jacobians(arrays, where)
    configurations, members, variables = jacobians.shape
    _check_values(arrays.get("values"), (configurations, members), where)
    labels = _optional(arrays, "labels", (members,), where)
    costs = _optional(arrays, "costs", (members,), where)
    positions = _optional(arrays, "positions", (configurations, variables // 3, 3), where)
    told = _optional(arrays, "noise", (), where)
    noise = NOISE if told is None else float(_finite(told, "noise", where))
    if not 0 <= noise < 1:
        raise AuditError(f"{where}: noise must be 0 or more and below 1, the length of a row, got {noise}")
    fields = motions_of_positions(_finite(positions, "positions", where)) if positions is not None else {}
    bound, reason = bound_by_symmetry(jacobians, fields, noise)
    return Samples(
        kind="table",
        labels=member_names(tuple(map(str, labels)) if labels is not None else (), members),
        jacobians=jacobians,
        noise=noise,
        bound=bound,
        bound_reason=reason,
        how="given",
        costs=tuple(int(c) for c in _finite(costs, "costs", where)) if costs is not None else None,
    )


def _jacobians(arrays: dict[str, np.ndarray], where: str) -> np.ndarray:
    if "jacobian" in arrays:
        if numbered := [name for name in arrays if _NUMBERED.fullmatch(name)]:
            raise AuditError(f"{where} holds both jacobian and {numbered[0]}; leave one of them out")
        stacked = _numbers(arrays["jacobian"], "jacobian", where)
        if stacked.ndim != 3 or 0 in stacked.shape:
            raise AuditError(
                f"{where}: jacobian must have shape (configurations, descriptors, variables), got {stacked.shape}"
                + (f". If these are values: {HOW}" if stacked.ndim == 2 else "")
            )
    else:
        stacked = _stacked(arrays, where)
    if not np.isfinite(stacked).all():
        k, row, column = np.argwhere(~np.isfinite(stacked))[0]
        raise AuditError(
            f"{where}: the derivative of descriptor {row} by variable {column} at configuration {k} is "
            f"{stacked[k, row, column]}; look for coincident atoms, or remove the configuration"
        )
    return stacked


def _stacked(arrays: dict[str, np.ndarray], where: str) -> np.ndarray:
    found = {name: array for name, array in arrays.items() if _NUMBERED.fullmatch(name)}
    if not found:
        raise AuditError(f"{where} holds no array jacobian; it holds {', '.join(arrays) or 'nothing'}. {HOW}")
    parts = {name: _numbers(found[name], name, where) for name in sorted(found, key=lambda n: int(n[9:]))}
    shapes = {part.shape for part in parts.values()}
    if len(shapes) > 1:
        told = ", ".join(f"{name} {part.shape}" for name, part in parts.items())
        raise AuditError(f"{where}: shapes differ between configurations: {told}")
    if len(shape := shapes.pop()) != 2 or 0 in shape:
        raise AuditError(f"{where}: jacobian_0 and so on must have shape (descriptors, variables), got {shape}")
    return np.stack(list(parts.values()))


def _numbers(array: np.ndarray, name: str, where: str) -> np.ndarray:
    if array.dtype.kind not in "fiu":
        raise AuditError(f"{where}: {name} must hold real numbers, got {array.dtype}")
    return np.asarray(array, dtype=np.float64)


def _finite(array: np.ndarray, name: str, where: str) -> np.ndarray:
    if not np.isfinite(numbers := _numbers(array, name, where)).all():
        raise AuditError(f"{where}: {name} must be finite, got {numbers[~np.isfinite(numbers)][0]}")
    return numbers


def _optional(arrays: dict[str, np.ndarray], name: str, shape: tuple[int, ...], where: str) -> np.ndarray | None:
    array = arrays.get(name)
    if array is not None and array.shape != shape:
        raise AuditError(f"{where}: {name} must have shape {shape} to go with the Jacobians, got {array.shape}")
    return array


def _check_values(values: np.ndarray | None, shape: tuple[int, int], where: str) -> None:
    if values is None:
        return
    if values.shape != shape:
        raise AuditError(f"{where}: values must have shape {shape} to go with the Jacobians, got {values.shape}")
    if not np.isfinite(_numbers(values, "values", where)).all():
        k, row = np.argwhere(~np.isfinite(values))[0]
        raise AuditError(f"{where}: the value of descriptor {row} at configuration {k} is {values[k, row]}")
