"""Sparse polynomials with whole coefficients: a dictionary from monomials, packed into one integer, to coefficients."""

from __future__ import annotations

from collections.abc import Iterable

Sparse = dict[int, int]
BITS = 8
"""Of the exponent of each variable."""
HIGHEST_ORDER = 2**BITS - 1
"""Up to which no exponent overflows."""


def monomial(powers: Iterable[tuple[int, int]]) -> int:
    """The key of a product of variables ``(position, exponent)``."""
    return sum(exponent << BITS * position for position, exponent in powers)


def multiply(a: Sparse, b: Sparse) -> Sparse:
    """The product."""
    if len(a) < len(b):
        a, b = b, a
    product: Sparse = {}
    for key, factor in b.items():
        for other, value in a.items():
            product[key + other] = product.get(key + other, 0) + factor * value
    return product


def add(total: Sparse, part: Sparse, factor: int) -> None:
    """Adds ``factor`` times a polynomial to another in place."""
    for key, value in part.items():
        total[key] = total.get(key, 0) + factor * value
