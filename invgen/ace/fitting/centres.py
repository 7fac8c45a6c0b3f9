"""Which functions the atoms of an element have: all of the basis, or those up to a degree of the element's own."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from invgen.emitted.products import ProductBasis
from invgen.errors import unknown
from invgen.runs.config import ConfigError


def check_centres(centres: Mapping[str, Any]) -> None:
    """Raises ``ConfigError`` unless every value is a degree, or a list of degrees with one for each order."""
    for element, degrees in centres.items():
        listed = degrees if isinstance(degrees, list | tuple) else [degrees]
        if not listed or not all(map(_is_degree, listed)):
            raise ConfigError(
                f"basis.centres.{element} must be the largest degree at {element} atoms, or a list with one for "
                f"each order, got {degrees!r}"
            )


def kept_functions(
    products: ProductBasis, degrees: np.ndarray, elements: Sequence[str], centres: Mapping[str, Any]
) -> np.ndarray:
    """(S, functions) bool: the functions of each element's atoms, those of at most its degree.

    degrees
        (functions,) of all functions.
    centres
        By element the largest degree, or a list with one for each order, where 0 means none of this order; elements
        that are not named have all functions.

    Raises ``ConfigError`` for other elements, lists of another length, and elements that are left without a function.
    """
    check_centres(centres)
    orders = np.asarray(products.orders, dtype=np.int64)
    kept = np.ones((len(elements), len(orders)), dtype=bool)
    for element, largest in centres.items():
        if element not in elements:
            raise ConfigError(unknown("element in basis.centres:", element, elements))
        limits = np.asarray(largest, dtype=np.float64)
        if limits.ndim and len(limits) != orders.max():
            raise ConfigError(
                f"basis.centres.{element} has {len(limits)} degrees, but the basis has orders up to {orders.max()}: "
                "give one number, or one for each order (0: none of it)"
            )
        mine = degrees <= (limits[orders - 1] if limits.ndim else limits)
        if not mine.any():
            least = degrees.min()
            raise ConfigError(f"basis.centres leaves {element} without a function: the least degree is {least:g}")
        kept[elements.index(element)] = mine
    return kept


def labels_of(products: ProductBasis, elements: Sequence[str], kept: np.ndarray) -> list[str]:
    """Of the columns: the element of the centre, and the function."""
    return [f"{elements[z]}: {products.labels[k]}" for z, k in np.argwhere(kept)]


def pair_twins(products: ProductBasis, kept: np.ndarray) -> np.ndarray:
    """Columns of pair functions that others repeat: a sum over pairs of two elements is the same from either end.

    They are those of correlation order 1 at centres of species z with neighbours of a species before z, if atoms of
    that species have the same function of their neighbours of species z. ``kept`` as ``kept_functions``.
    """
    single = np.flatnonzero(products.orders == 1)
    channel = np.repeat(np.arange(len(products.channels)), products.sizes)
    pairs = products.channels[channel[products.column[products.row_start[single]]]][:, :2].tolist()
    place = {(z, n): k for (z, n), k in zip(pairs, single.tolist(), strict=True)}
    column = np.cumsum(kept).reshape(kept.shape) - 1
    found = [
        column[z, k]
        for z in range(len(kept))
        for (neighbour, n), k in zip(pairs, single.tolist(), strict=True)
        if neighbour < z and kept[z, k] and (z, n) in place and kept[neighbour, place[z, n]]
    ]
    return np.array(found, dtype=np.int64)


def _is_degree(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value < float("inf")
