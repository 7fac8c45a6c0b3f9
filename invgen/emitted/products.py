"""The ``ProductBasis``: invariants as a sparse table over shared products of components, and its file.

Values have ids. Ids below C are the components A; node C+i is ``value[left[i]] * value[right[i]]``, where ``right[i]``
is a component and ``left[i]`` any earlier value. Invariant k is a sum over a row of a sparse matrix,

    B_k = sum_t value[t] node[column[t]],   t = row_start[k], ..., row_start[k+1] - 1.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import ClassVar

import numpy as np

from invgen.errors import EmittedFileError

FILE = "product_basis.npz"


@dataclass(frozen=True, eq=False)
class ProductBasis:
    """Invariants of A_znlm through shared products.

    channels
        int32 ``(channels, 3)``: a channel A_znl in each row, (species, n, l), species from 0 and n from 1, in component
        order; each has 2l+1 components, m = -l..l.
    left, right
        int32 ``(nodes,)``: the factors of every node. Nodes ascend by degree, then by ``left``, so that factors come
        first and the nodes made from one value stand together.
    row_start, column, value
        int64 ``(functions + 1,)``, int32 ``(entries,)``, float64 ``(entries,)``: the sparse matrix by rows, columns
        ascending.
    orders
        int32 ``(functions,)``: correlation order of every function.
    labels
        The label of every function; not in the file, but in the manifest beside it.

    Raises ``EmittedFileError`` for arrays that do not fit together.
    """

    channels: np.ndarray
    left: np.ndarray
    right: np.ndarray
    row_start: np.ndarray
    column: np.ndarray
    value: np.ndarray
    orders: np.ndarray
    labels: tuple[str, ...] = ()

    DTYPES: ClassVar[dict[str, str]] = {
        "channels": "int32",
        "left": "int32",
        "right": "int32",
        "row_start": "int64",
        "column": "int32",
        "value": "float64",
        "orders": "int32",
    }

    def __post_init__(self) -> None:
        for name, dtype in self.DTYPES.items():
            array = getattr(self, name)
            if array.dtype != dtype or array.ndim != (2 if name == "channels" else 1):
                raise EmittedFileError(f"product basis: {name} is {array.dtype} {array.shape}, not {dtype}: emit again")
        if self.channels.shape[1] != 3 or (self.channels < 0).any():
            raise EmittedFileError("product basis: channels need three columns of numbers from 0 on; emit again")
        for problem, wrong in self._problems():
            if wrong:
                raise EmittedFileError(f"product basis: {problem}; the tables are damaged, emit again")

    def _problems(self) -> Iterator[tuple[str, bool]]:
        starts, last = self.row_start, self.components + self.nodes
        yield "left and right differ in length", self.left.shape != self.right.shape
        yield "a node reads a value that does not exist yet", _outside(self.left, np.arange(self.components, last))
        yield "nodes are not in order", bool((np.diff(self.left) < 0).any())
        yield "the last factor of a node is no component", _outside(self.right, self.components)
        yield "column and value differ in length", self.column.shape != self.value.shape
        yield "a column names no value", _outside(self.column, last)
        covered = len(starts) > 0 and starts[0] == 0 and starts[-1] == len(self.column) and (np.diff(starts) >= 0).all()
        yield "rows do not cover the entries", not covered
        functions = len(starts) - 1
        fitting = len(self.orders) == functions and len(self.labels) in (0, functions)
        yield "rows, orders and labels differ in number", not fitting

    def __len__(self) -> int:
        """Number of functions."""
        return len(self.orders)

    @property
    def sizes(self) -> np.ndarray:
        """``(channels,)``: number of components of every channel."""
        return 2 * self.channels[:, 2] + 1

    @property
    def components(self) -> int:
        """Number C of components of all channels together."""
        return int(self.sizes.sum())

    @cached_property
    def species(self) -> np.ndarray:
        """``(C,)``: the species of the channel of every component."""
        return np.repeat(self.channels[:, 0], self.sizes)

    @property
    def nodes(self) -> int:
        """Number of products."""
        return len(self.left)

    @cached_property
    def levels(self) -> tuple[int, ...]:
        """Node numbers at which the degree rises: nodes ``levels[k]:levels[k+1]`` are products of k + 2 components."""
        bounds = [0]
        while bounds[-1] < self.nodes:
            later = self.left[bounds[-1] :] >= self.components + bounds[-1]
            stop = bounds[-1] + int(later.argmax()) if later.any() else self.nodes
            bounds.append(stop)
        return tuple(bounds)

    @cached_property
    def rows(self) -> np.ndarray:
        """The function that every entry belongs to, int32 ``(entries,)``."""
        return np.repeat(np.arange(len(self), dtype=np.int32), np.diff(self.row_start))

    @cached_property
    def transposed(self) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """The matrix by columns: positions of the entries, int64 ``(C + nodes + 1,)`` starts, and the rows."""
        order = np.argsort(self.column, kind="stable")
        counts = np.bincount(self.column, minlength=self.components + self.nodes)
        return order, np.concatenate([[0], np.cumsum(counts)]), self.rows[order]

    @property
    def operations(self) -> dict[str, dict[str, int]]:
        """Additions, multiplications and their total of the table-driven kernels, by name."""
        n, t = self.nodes, len(self.value)
        counts = {
            "value": (max(t - len(self), 0), n + t),
            "vjp": (2 * n + t, 3 * n + t),
            "second_order": (7 * n + 2 * t, 9 * n + 2 * t),
        }
        return {name: {"additions": a, "multiplications": m, "total": a + m} for name, (a, m) in counts.items()}

    def to_bytes(self) -> bytes:
        """The file: a plain npz archive; equal tables give equal bytes."""
        file = io.BytesIO()
        np.savez(file, **{name: getattr(self, name) for name in self.DTYPES})
        return file.getvalue()

    @classmethod
    def from_bytes(cls, data: bytes, labels: tuple[str, ...] = ()) -> ProductBasis:
        """The tables of a file. Raises ``EmittedFileError`` if it is none or its arrays do not fit together."""
        try:
            with np.load(io.BytesIO(data), allow_pickle=False) as archive:
                arrays = {name: archive[name] for name in cls.DTYPES}
        except (KeyError, ValueError, OSError, EOFError, zipfile.BadZipFile) as error:
            raise EmittedFileError(
                f"{FILE} cannot be read ({error}): it was truncated or edited; emit again"
            ) from error
        return cls(**arrays, labels=labels)


def _outside(ids: np.ndarray, stop: int | np.ndarray) -> bool:
    return bool(((ids < 0) | (ids >= stop)).any())
