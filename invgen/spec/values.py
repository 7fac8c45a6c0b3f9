"""Checks of the values in a request: each returns the value in its final form, or raises ``SpecError``."""

from __future__ import annotations

import re
from fractions import Fraction
from itertools import pairwise
from typing import Any

from invgen.errors import SpecError, unknown

DEFAULT_WEIGHT = Fraction(3, 2)
MAX_RANK = 12

Exact = int | str | Fraction
_SYMBOL = re.compile("[A-Z][a-z]?")


def exact_fraction(what: str, value: Exact | float) -> Fraction:
    """A fraction from an int, a text such as ``"3/2"`` or ``"1.5"``, or a Fraction.

    A float is taken only if its decimal text is its exact value: 1.5 is, 0.1 is not. Raises ``SpecError`` otherwise.
    """
    if isinstance(value, bool) or not isinstance(value, int | str | float | Fraction):
        raise SpecError(f"{what} must be an int, a text such as '3/2', or a Fraction, got {value!r}")
    try:
        exact = Fraction(value)
        readable = Fraction(repr(value)) if isinstance(value, float) else exact
    except (ValueError, OverflowError, ZeroDivisionError):
        raise SpecError(f"{what} must be a finite number such as '3/2', got {value!r}") from None
    if exact != readable:
        raise SpecError(
            f"{what}={value!r} is a float that is not exactly {value!r}; round-off would lose functions on the edge of "
            f"the truncation: write it as the text {str(value)!r} or as a Fraction"
        )
    return exact


def check_choice(what: str, value: object, known: tuple[str, ...]) -> None:
    if value not in known:
        raise SpecError(unknown(what, value, known))


def check_ordering(value: object, known: tuple[str, ...]) -> None:
    """Names like ``program_gpu``, the cost of some processor, are told what is counted instead."""
    if value not in known and str(value).startswith("program_"):
        raise SpecError(
            f"{unknown('ordering', value, known)}: programs are chosen by the number of their statements, which is the "
            "same on every processor; what a GPU needs for a basis is shown by `invgen show BASIS --gpu sm_90`"
        )
    check_choice("ordering", value, known)


def check_whole(what: str, value: object, least: int) -> None:
    if not isinstance(value, int) or isinstance(value, bool) or value < least:
        raise SpecError(f"{what} must be a whole number of at least {least}, got {value!r}")


def several(what: str, value: object) -> tuple[Any, ...]:
    if not isinstance(value, tuple | list):
        raise SpecError(f"{what} must be a tuple of whole numbers such as (0, 1, 2), got {value!r}")
    return tuple(value)


def checked_ranks(l_max: int | None, ranks: tuple[int, ...] | None) -> tuple[int, ...]:
    if (l_max is None) == (ranks is None):
        raise SpecError(f"give either l_max or ranks, got l_max={l_max!r} and ranks={ranks!r}")
    if ranks is None:
        check_whole("l_max", l_max, 0)
        assert l_max is not None
        chosen = tuple(range(l_max + 1))
    else:
        chosen = several("ranks", ranks)
        for rank in chosen:
            check_whole("every rank", rank, 0)
        if not chosen or any(a >= b for a, b in pairwise(chosen)):
            raise SpecError(
                f"ranks must be ascending without repeats, got {ranks!r}; use channels for several tensors of a rank"
            )
    if chosen[-1] > MAX_RANK:
        raise SpecError(f"rank {chosen[-1]} is above {MAX_RANK}, the highest that is supported; lower l_max or ranks")
    return chosen


def checked_weight(w_L: Exact | None, degree: object) -> Fraction | None:
    if degree is None:
        if w_L is not None:
            raise SpecError(f"w_L weighs the ranks of a total degree, got w_L={w_L!r} without total_degree")
        return None
    weight = DEFAULT_WEIGHT if w_L is None else exact_fraction("w_L", w_L)
    if weight <= 0:
        raise SpecError(f"w_L must be positive, or ranks have no limit, got {w_L!r}; the usual value is '3/2'")
    return weight


def highest_rank(degree: Fraction, weight: Fraction, orders: tuple[int, ...]) -> int:
    """The highest rank in a scalar of a total degree: two factors share it, all have n = 1, the others rank 0."""
    return max((int((degree - order) / (2 * weight)) for order in orders if 2 <= order <= degree), default=0)


def ranks_of_degree(
    degree: Fraction, weight: Fraction, orders: tuple[int, ...], l_max: int | None, ranks: tuple[int, ...] | None
) -> tuple[int, ...]:
    """The ranks that occur up to a total degree, none above the cap ``l_max``."""
    if ranks is not None:
        raise SpecError(f"total_degree goes with l_max, a cap of the ranks, got ranks={ranks!r}")
    if degree < orders[0]:
        raise SpecError(
            f"total_degree={degree} selects no function of orders {orders}: the smallest, all n=1 and l=0, "
            f"has degree {orders[0]}; raise total_degree"
        )
    if l_max is not None:
        check_whole("l_max", l_max, 0)
    highest = highest_rank(degree, weight, orders)
    return checked_ranks(highest if l_max is None else min(highest, l_max), None)


def checked_elements(elements: object) -> tuple[str, ...]:
    if isinstance(elements, str) or not isinstance(elements, tuple | list):
        raise SpecError(f"elements must be a tuple of symbols such as ('Mo', 'W'), got {elements!r}")
    for symbol in elements:
        if not isinstance(symbol, str) or not _SYMBOL.fullmatch(symbol):
            raise SpecError(f"every element must be a symbol such as 'Mo', got {symbol!r}")
    if len(set(elements)) < len(elements):
        raise SpecError(f"elements must not repeat, got {tuple(elements)!r}")
    return tuple(elements)


def checked_orders(orders: tuple[int, ...] | None, n_max: int) -> tuple[int, ...]:
    if orders is None:
        return tuple(range(1, n_max + 1))
    chosen = tuple(sorted(set(several("orders", orders))))
    for order in chosen:
        check_whole("every order", order, 1)
    if not chosen or chosen[-1] > n_max:
        raise SpecError(f"orders must lie in 1..n_max={n_max}, got {orders!r}")
    return chosen


def plain(value: Any) -> Any:
    """A value of a request as JSON has it."""
    if isinstance(value, tuple):
        return [plain(part) for part in value]
    return str(value) if isinstance(value, Fraction) else value


def in_id(value: Any) -> str:
    """A value of a request in the name of a file."""
    return ".".join(map(in_id, value)) if isinstance(value, tuple) else str(value).replace("/", "_")
