"""From ACE functions to their product basis: shared monomials, each a shorter product times a component.

A function is a sparse polynomial; the monomials of all functions together are the columns. A monomial of degree d is
made from one of degree d - 1, which some function may need anyway; otherwise it is auxiliary, and a greedy cover
keeps auxiliary ones few.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from invgen.compiler.algebra.channels import channel_slices, components_of
from invgen.compiler.candidates.ace.chains import Polynomial
from invgen.compiler.candidates.ace.coupling import Channel, Coupling
from invgen.emitted.products import ProductBasis

UNROLLED_FUNCTIONS, UNROLLED_SIZE = 400, 20_000
"""Up to so many functions, and so many nodes and entries, kernels are unrolled. Unrolled ones are 3 to 20 times faster
at every size; but the time to compile them grows with the size and reaches twenty seconds here."""


def unrolled(products: ProductBasis) -> bool:
    """Whether the kernels of this product basis are unrolled; those of larger ones walk its tables."""
    return len(products) <= UNROLLED_FUNCTIONS and products.nodes + len(products.value) <= UNROLLED_SIZE


def product_basis(functions: Iterable[Coupling], channels: Sequence[Channel] | None = None) -> ProductBasis:
    """The product basis of ACE functions, in their order.

    functions
        A basis of family ``ace``, or any sequence of couplings.
    channels
        The component order; by default ``functions.channels``, or else the channels that occur, ascending.

    Raises ``ValueError`` for a function with a channel that is not among them.
    """
    listed = tuple(functions)
    if channels is None:
        channels = getattr(functions, "channels", None) or sorted({c for f in listed for c in f.factors})
    tables = _monomials(listed, tuple(channels))
    components = components_of(channels)
    left, right, columns = _nodes({degree: table.rows for degree, table in tables.items()}, components)
    row = np.concatenate([np.zeros(0, np.int64), *(table.function for table in tables.values())])
    column = np.concatenate([np.zeros(0, np.int64), *(columns[degree] for degree in tables)])
    value = np.concatenate([np.zeros(0), *(table.value for table in tables.values())])
    order = np.lexsort((column, row))
    starts = np.concatenate([[0], np.cumsum(np.bincount(row, minlength=len(listed)))])
    return ProductBasis(
        channels=np.array(channels, dtype=np.int32).reshape(-1, 3),
        left=left.astype(np.int32),
        right=right.astype(np.int32),
        row_start=starts.astype(np.int64),
        column=column[order].astype(np.int32),
        value=value[order],
        orders=np.array([f.order for f in listed], dtype=np.int32),
        labels=tuple(f.label for f in listed),
    )


@dataclass(frozen=True)
class _Monomials:
    """All monomials of one degree, function by function: components ``(terms, degree)`` ascending, and coefficients."""

    rows: np.ndarray
    function: np.ndarray
    value: np.ndarray


def _monomials(functions: tuple[Coupling, ...], channels: tuple[Channel, ...]) -> dict[int, _Monomials]:
    starts = {channel: s.start for channel, s in channel_slices(channels).items()}
    found: dict[int, tuple[list[np.ndarray], list[np.ndarray], list[np.ndarray]]] = {}
    coefficients: dict[int, tuple[Polynomial, np.ndarray]] = {}
    for k, function in enumerate(functions):
        missing = [c for c in function.factors if c not in starts]
        if missing:
            raise ValueError(
                f"{function.label} has the channel {tuple(missing[0])}, which is not among the channels given"
            )
        exact = function.polynomial()
        if id(exact) not in coefficients:
            coefficients[id(exact)] = exact, exact.floats()
        centre = np.array([starts[c] + c.rank for c in function.factors])
        parts = found.setdefault(function.order, ([], [], []))
        parts[0].append(exact.orders + centre)
        parts[1].append(np.full(len(exact.orders), k))
        parts[2].append(coefficients[id(exact)][1])
    joined = {degree: tuple(map(np.concatenate, parts)) for degree, parts in sorted(found.items())}
    return {degree: _Monomials(np.sort(rows, axis=1), k, value) for degree, (rows, k, value) in joined.items()}


def _nodes(wanted: dict[int, np.ndarray], components: int) -> tuple[np.ndarray, np.ndarray, dict[int, np.ndarray]]:
    """Factors of all nodes, and for every degree the value ids of the wanted monomials."""
    highest = max(wanted, default=1)
    needed = {d: wanted.get(d, np.zeros((0, d), np.int64)) for d in range(1, highest + 1)}
    chosen: dict[int, np.ndarray] = {}
    for degree in range(highest, 1, -1):
        needed[degree] = _unique(needed[degree])
        if degree == 2:
            chosen[2] = np.ones(len(needed[2]), dtype=np.int64)
            continue
        chosen[degree] = _choose_last(needed[degree], _unique(needed[degree - 1]))
        prefixes, _ = _split(needed[degree], chosen[degree])
        needed[degree - 1] = np.concatenate([needed[degree - 1], prefixes])
    return _numbered(wanted, needed, chosen, components)


def _numbered(
    wanted: dict[int, np.ndarray], needed: dict[int, np.ndarray], chosen: dict[int, np.ndarray], components: int
) -> tuple[np.ndarray, np.ndarray, dict[int, np.ndarray]]:
    """Numbers the nodes by degree, then left, then right factor."""
    lefts, rights = [np.zeros(0, np.int64)], [np.zeros(0, np.int64)]
    columns = {1: wanted[1][:, 0]} if 1 in wanted else {}
    rows, ids, following = np.arange(components)[:, None], np.arange(components), components
    for degree in sorted(chosen):
        prefixes, right = _split(needed[degree], chosen[degree])
        left = ids[_where(prefixes, rows)]
        order = np.lexsort((right, left))
        rows, ids = needed[degree][order], following + np.arange(len(order))
        following += len(order)
        lefts.append(left[order])
        rights.append(right[order])
        if degree in wanted:
            columns[degree] = ids[_where(wanted[degree], rows)]
    return np.concatenate(lefts), np.concatenate(rights), columns


def _split(rows: np.ndarray, last: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The rows without the factor at the positions ``last``, and that factor."""
    keep = np.arange(rows.shape[1])[None, :] != last[:, None]
    return rows[keep].reshape(len(rows), rows.shape[1] - 1), rows[~keep]


def _choose_last(rows: np.ndarray, available: np.ndarray) -> np.ndarray:
    """Which factor to take off every monomial, so that few of the remaining ones are not among those available."""
    count, degree = rows.shape
    parts = np.concatenate([np.delete(rows, j, axis=1) for j in range(degree)])
    ids = _ids(np.concatenate([available, parts]))
    mine = ids[len(available) :].reshape(degree, count).T
    taken = np.zeros(ids.max(initial=-1) + 1, dtype=bool)
    taken[ids[: len(available)]] = True
    repeated = np.zeros((count, degree), dtype=bool)
    repeated[:, 1:] = rows[:, 1:] == rows[:, :-1]
    left = ~taken[mine].any(axis=1)
    while left.any():
        open_parts, first = mine[left], ~repeated[left]
        gains = np.bincount(open_parts[first], minlength=len(taken))
        rank = np.empty(len(taken), dtype=np.int64)
        rank[np.lexsort((np.arange(len(taken)), -gains))] = np.arange(len(taken))
        favourite = open_parts[np.arange(len(open_parts)), rank[open_parts].argmin(axis=1)]
        taken |= (np.bincount(favourite, minlength=len(taken)) == gains) & (gains > 0)
        left = ~taken[mine].any(axis=1)
    return np.where(taken[mine], mine, len(taken)).argmin(axis=1)


def _unique(rows: np.ndarray) -> np.ndarray:
    """The different rows, in lexicographic order."""
    first = np.unique(_ids(rows), return_index=True)[1]
    return rows[first]


def _where(rows: np.ndarray, among: np.ndarray) -> np.ndarray:
    """The position in ``among``, whose rows differ, of every one of ``rows``."""
    ids = _ids(np.concatenate([among, rows]))
    position = np.empty(len(among), dtype=np.int64)
    position[ids[: len(among)]] = np.arange(len(among))
    return position[ids[len(among) :]]


def _ids(rows: np.ndarray) -> np.ndarray:
    """Equal numbers 0, 1, ... for equal rows, ascending with their lexicographic order."""
    ids = np.zeros(len(rows), dtype=np.int64)
    for column in rows.T:
        ids = np.unique(ids * (int(column.max(initial=0)) + 1) + column, return_inverse=True)[1].reshape(-1)
    return ids
