"""The ``Kernel``: a straight-line program over scalars, and the oracle of every backend.

A kernel is pure data. Value ids count upwards: first the components of every input array in the order
of ``inputs``, then the ``constants``, then one id for each statement. A statement ``(op, left, right)``
reads earlier ids only, so the list is its own schedule. Outputs are lists of ids, grouped in arrays.

This module imports nothing of ours but ``markup``; everything that writes or runs code for a basis reads only this.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from math import sqrt
from typing import Any

import numpy as np

from invgen.markup import block, table

OPERATIONS = ("add", "sub", "mul")

Statement = tuple[str, int, int]


@dataclass(frozen=True)
class Root:
    """The exact constant sign(x) sqrt(|x|) of a rational x = ``signed_square``; its text is like ``-sqrt(3/5)``."""

    signed_square: Fraction

    def __float__(self) -> float:
        root = sqrt(abs(self.signed_square))
        return root if self.signed_square > 0 else -root

    def __str__(self) -> str:
        return f"{'-' if self.signed_square < 0 else ''}sqrt({abs(self.signed_square)})"

    def exact(self) -> Any:
        """The number in SymPy."""
        import sympy

        square = abs(self.signed_square)
        root = sympy.sqrt(sympy.Rational(square.numerator, square.denominator))
        return root if self.signed_square > 0 else -root


Constant = Fraction | Root


@dataclass(frozen=True, repr=False)
class Kernel:
    """A straight-line program, e.g. the 13 invariants of (3,4) as functions of 16 components.

    name
        ``value``, ``vjp``, ``second_order`` or ``harmonics``.
    inputs
        ``(("x", 16), ("g", 13))``: arrays in call order with their number of components.
    constants
        Exact rationals and square roots of rationals; a backend rounds them once, to its own precision.
    statements
        ``(op, left, right)`` with ``op`` in ``OPERATIONS`` and ids of earlier values.
    outputs
        ``(("y", (17, 30, ...)),)``: arrays in return order with the id of every component. An id may be
        an input or a constant.
    """

    name: str
    inputs: tuple[tuple[str, int], ...]
    constants: tuple[Constant, ...]
    statements: tuple[Statement, ...]
    outputs: tuple[tuple[str, tuple[int, ...]], ...]

    def __post_init__(self) -> None:
        first = self.input_size + len(self.constants)
        for position, (op, left, right) in enumerate(self.statements):
            if op not in OPERATIONS:
                raise ValueError(f"kernel {self.name}: statement {position} has operation {op!r}; known: {OPERATIONS}")
            if not (0 <= left < first + position and 0 <= right < first + position):
                raise ValueError(f"kernel {self.name}: statement {position} reads a value that does not exist yet")
        last = first + len(self.statements)
        for array, ids in self.outputs:
            if any(not 0 <= i < last for i in ids):
                raise ValueError(f"kernel {self.name}: output {array} names a value that does not exist")

    @property
    def input_size(self) -> int:
        """Number of scalar inputs over all input arrays."""
        return sum(size for _, size in self.inputs)

    @property
    def output_size(self) -> int:
        """Number of scalar outputs over all output arrays."""
        return sum(len(ids) for _, ids in self.outputs)

    @cached_property
    def operations(self) -> dict[str, int]:
        """Number of additions (subtractions among them), of multiplications, and their sum ``total``."""
        multiplications = sum(op == "mul" for op, _, _ in self.statements)
        total = len(self.statements)
        return {"additions": total - multiplications, "multiplications": multiplications, "total": total}

    @cached_property
    def digest(self) -> str:
        """SHA-256 of the program: equal programs have equal digests on every machine."""
        return hashlib.sha256(json.dumps(self.to_json(), separators=(",", ":")).encode()).hexdigest()

    def to_json(self) -> dict[str, Any]:
        """Plain lists, integers, and strings such as ``"p/q"`` or ``"-sqrt(p/q)"``."""
        return {
            "name": self.name,
            "inputs": [[name, size] for name, size in self.inputs],
            "constants": [str(c) for c in self.constants],
            "statements": [list(s) for s in self.statements],
            "outputs": [[name, list(ids)] for name, ids in self.outputs],
        }

    def input_names(self) -> Iterator[tuple[str, int]]:
        """``(array, component)`` of every input id in order."""
        for name, size in self.inputs:
            for component in range(size):
                yield name, component

    def evaluate(self, *arrays: Any) -> Any:
        """Run the program in NumPy, components on the last axis.

        Each array has shape ``(..., size)`` in the order of ``inputs``, with equal leading axes. Floating
        arrays are computed in their common precision. Object arrays (``Fraction``, SymPy, integers modulo a
        prime with an own type) are computed exactly; where a constant is a root, that takes SymPy numbers. Returns one
        array for one output, else a tuple.

        Raises ``ValueError`` for a wrong number of arrays or a wrong width, ``TypeError`` for integer arrays.
        """
        columns = self._columns(arrays)
        exact = columns[0].dtype == object if columns else False
        dtype = columns[0].dtype if columns else np.dtype(float)
        values: list[Any] = list(columns)
        values += [_exact(c) if exact else dtype.type(float(c)) for c in self.constants]
        for op, left, right in self.statements:
            a, b = values[left], values[right]
            values.append(a * b if op == "mul" else a + b if op == "add" else a - b)
        shape = np.asarray(arrays[0]).shape[:-1] if arrays else ()
        results = tuple(
            np.stack([np.broadcast_to(np.asarray(values[i], dtype=dtype), shape) for i in ids], axis=-1)
            if ids
            else np.empty((*shape, 0), dtype=dtype)
            for _, ids in self.outputs
        )
        return results[0] if len(results) == 1 else results

    def _columns(self, arrays: tuple[Any, ...]) -> list[np.ndarray]:
        if len(arrays) != len(self.inputs):
            wanted = ", ".join(name for name, _ in self.inputs)
            raise ValueError(f"kernel {self.name} takes {len(self.inputs)} arrays ({wanted}), got {len(arrays)}")
        given = [np.asarray(a) for a in arrays]
        dtype = np.result_type(*given)
        if dtype.kind != "O" and not np.issubdtype(dtype, np.floating):
            raise TypeError(f"kernel {self.name} computes in floating point or on exact objects, got {dtype}")
        columns: list[np.ndarray] = []
        for (name, size), array in zip(self.inputs, given, strict=True):
            if array.ndim == 0 or array.shape[-1] != size:
                raise ValueError(
                    f"kernel {self.name}: {name} needs {size} components on its last axis, got {array.shape}"
                )
            if array.shape[:-1] != given[0].shape[:-1]:
                raise ValueError(f"kernel {self.name}: leading axes differ, {array.shape} and {given[0].shape}")
            columns += [array[..., i].astype(dtype, copy=False) for i in range(size)]
        return columns

    def __repr__(self) -> str:
        return f"Kernel({self})"

    def _repr_html_(self) -> str:
        arrays = [("takes", name, str(size)) for name, size in self.inputs]
        arrays += [("gives", name, str(len(ids))) for name, ids in self.outputs]
        return block(str(self), table(("", "array", "components"), arrays), f"SHA-256 {self.digest}")

    def __str__(self) -> str:
        count = self.operations
        arrays = ", ".join(f"{name}[{size}]" for name, size in self.inputs)
        results = ", ".join(f"{name}[{len(ids)}]" for name, ids in self.outputs)
        return (
            f"{self.name}({arrays}) -> {results}: {count['total']} operations "
            f"({count['additions']} additions, {count['multiplications']} multiplications)"
        )


def _exact(constant: Constant) -> Any:
    return constant.exact() if isinstance(constant, Root) else constant
