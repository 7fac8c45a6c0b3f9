"""Which functions the atoms of each element have: all of the basis, or those up to a degree of the element's own.

In a molecule most atoms are of few elements, and an atom of hydrogen has one bond: as many functions at every element,
and of neighbours of every element, would be spent on what hardly occurs. The degree that is compared here is

    sum over the factors of n + w_L l + (what ``neighbours`` adds for the element of the neighbours).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from invgen.emitted.products import ProductBasis
from invgen.errors import unknown
from invgen.runs.config import ConfigError


def check_centres(centres: Mapping[str, Any], neighbours: Mapping[str, Any]) -> None:
    """Raises ``ConfigError`` unless all values are degrees, or those of ``centres`` lists with one for each order."""
    for element, degrees in centres.items():
        listed = degrees if isinstance(degrees, list | tuple) else [degrees]
        if not listed or not all(map(_is_degree, listed)):
            raise ConfigError(
                f"basis.centres.{element} must be the largest degree at {element} atoms, or a list with one for "
                f"each order, got {degrees!r}"
            )
    for element, added in neighbours.items():
        if not _is_degree(added):
            raise ConfigError(
                f"basis.neighbours.{element} must be what a factor with neighbours {element} adds to the degree, zero "
                f"or more, got {added!r}"
            )


def kept_functions(
    products: ProductBasis,
    w_L: float,
    elements: Sequence[str],
    centres: Mapping[str, Any],
    neighbours: Mapping[str, Any],
) -> np.ndarray:
    """(S, functions) bool: the functions of each element's atoms, those of at most its degree.

    centres
        By element the largest degree, or a list with one for each order, where 0 means none of this order; elements
        that are not named have the largest degrees of the basis.
    neighbours
        By element what each factor with neighbours of it adds to the degree.

    Raises ``ConfigError`` for other elements, lists of another length, and elements that are left without a function.
    """
    check_centres(centres, neighbours)
    added = [neighbours.get(e, 0.0) for e in elements]
    plain, degree = degrees(products, w_L), degrees(products, w_L, added)
    return within_limits(np.asarray(products.orders), plain, degree, elements, centres, neighbours)


def within_limits(
    orders: np.ndarray,
    plain: np.ndarray,
    degree: np.ndarray,
    elements: Sequence[str],
    centres: Mapping[str, Any],
    neighbours: Mapping[str, Any],
) -> np.ndarray:
    """As ``kept_functions``, of the order and degree of every function: without and with what neighbours add to it."""
    for name, given in (("centres", centres), ("neighbours", neighbours)):
        for element in given:
            if element not in elements:
                raise ConfigError(unknown(f"element in basis.{name}:", element, elements))
    orders = orders.astype(np.int64)
    largest = [float(plain[orders == n].max(initial=0.0)) for n in range(1, int(orders.max(initial=0)) + 1)]
    kept = np.array([degree <= _limits(e, centres.get(e, largest), len(largest))[orders - 1] for e in elements])
    for element, mine in zip(elements, kept, strict=True):
        if not mine.any():
            raise ConfigError(
                f"basis.centres and basis.neighbours leave {element} without a function: the least degree of one is "
                f"{degree.min():g}, the largest allowed {np.max(centres.get(element, largest)):g}"
            )
    return kept


def _limits(element: str, largest: Any, orders: int) -> np.ndarray:
    """(orders,) the largest degree of each order."""
    limits = np.asarray(largest, dtype=np.float64)
    if limits.ndim and len(limits) != orders:
        raise ConfigError(
            f"basis.centres.{element} has {len(limits)} degrees, but the basis has orders up to {orders}: give one "
            "number, or one for each order (0: none of it)"
        )
    return np.broadcast_to(limits, (orders,))


def degrees(products: ProductBasis, w_L: float, added: Sequence[float] | None = None) -> np.ndarray:
    """(functions,) the degree sum(n_i + w_L l_i + added_(z_i)) of every function; without ``added`` (S,) zero of it."""
    z, n, rank = products.channels.T
    of = np.empty(products.components + len(products.left))
    more = 0.0 if added is None else np.asarray(added)[z]
    of[: products.components] = np.repeat(n + w_L * rank + more, products.sizes)
    for k, (left, right) in enumerate(zip(products.left, products.right, strict=True), products.components):
        of[k] = of[left] + of[right]
    return np.asarray(of[products.column[products.row_start[:-1]]])


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
