"""What every correlation order of a truncation may hold: one value for all orders, or one for each.

``total_degree``, ``l_max`` and ``channels`` take a single value, a tuple with one value for each of ``orders``, or a
mapping from orders to values. A request has one normal form: what limits no order is left out, and what one value says
is one value.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise
from math import inf
from typing import Any

from invgen.errors import SpecError
from invgen.spec.values import Exact, check_whole, exact_fraction, highest_rank

Whole = int | Sequence[int] | Mapping[int, int]
"""A whole number, or one for each order."""
Degree = Exact | Sequence[Exact] | Mapping[int, Exact]
"""An exact number, or one for each order."""


@dataclass(frozen=True)
class Limits:
    """What one order may hold: no rank above ``l_max``, so many channels of every rank, and a total degree.

    ``channels`` is ``None`` where only the degree limits their number, and ``total_degree`` is ``None`` for a box.
    """

    l_max: int
    channels: int | None
    total_degree: Fraction | None

    def most(self, weight: Fraction | None, order: int, species: int) -> tuple[float, float]:
        """The highest rank, and the number of channels of rank 0, that the degree alone leaves to this order."""
        if self.total_degree is None or weight is None:
            return inf, inf
        highest = highest_rank(self.total_degree, weight, (order,))
        return highest, species * most_radial(self.total_degree, order)


def differs(value: object) -> bool:
    """Whether a value is given order by order."""
    return isinstance(value, Mapping | tuple | list)


def each(what: str, value: Any, orders: tuple[int, ...]) -> tuple[Any, ...]:
    """One value for each of the orders; raises ``SpecError`` where there are more or fewer."""
    if not differs(value):
        return (value,) * len(orders)
    if isinstance(value, Mapping):
        if set(value) != set(orders):
            raise SpecError(f"{what} must name each of the orders {orders} and no other, got {value!r}")
        return tuple(value[order] for order in orders)
    if len(value) != len(orders):
        raise SpecError(
            f"{what} must be one value, or one for each of the orders {orders}, got {len(value)} values, {value!r}"
        )
    return tuple(value)


def most_radial(degree: Fraction, order: int) -> int:
    """The highest n in a function of a total degree: the other factors have n = 1 and all have rank 0."""
    return max(0, int(degree) - order + 1)


def normal_form(
    orders: tuple[int, ...],
    l_max: Whole | None,
    channels: Whole,
    total_degree: Degree | None,
    weight: Fraction | None,
    species: int,
) -> tuple[Any, Any, Any, tuple[Limits, ...]]:
    """The highest ``l_max``, ``channels`` and ``total_degree`` of any order, and the limits of each if they differ.

    Raises ``SpecError`` for values out of range, and for an order that is named and can hold nothing.
    """
    if not any(map(differs, (l_max, channels, total_degree))) and (total_degree is None or channels == 1):
        return l_max, channels, total_degree, ()
    limits = _limits(orders, l_max, channels, total_degree, weight, species)
    said = shortest(limits, orders, weight, species)
    if not any(isinstance(value, tuple) for value in said.values()):
        return said["l_max"], said["channels"] or 1, said["total_degree"], ()
    degree = None if total_degree is None else max(limit.total_degree or 0 for limit in limits)
    return max(limit.l_max for limit in limits), max(limit.channels or 1 for limit in limits), degree, limits


def _limits(
    orders: tuple[int, ...], l_max: Any, channels: Any, total_degree: Any, weight: Fraction | None, species: int
) -> tuple[Limits, ...]:
    """The limits of every order, none higher than the degree lets them be."""
    if l_max is None and total_degree is None:
        raise SpecError(f"channels={channels!r} make a box with l_max beside them; give l_max, or a total_degree")
    found = []
    asked = (each(*pair, orders) for pair in (("l_max", l_max), ("channels", channels), ("total_degree", total_degree)))
    for order, cap, number, degree in zip(orders, *asked, strict=True):
        if l_max is not None:
            check_whole("every l_max" if differs(l_max) else "l_max", cap, 0)
        check_whole("every number of channels" if differs(channels) else "channels", number, 1)
        exact = None if total_degree is None else exact_fraction("total_degree", degree)
        if exact is not None and exact < order and differs(total_degree):
            raise SpecError(
                f"total_degree={exact} of order {order} selects no function: the smallest, all n=1 and l=0, has degree "
                f"{order}; raise it, or leave the order out of orders={orders}"
            )
        highest, most = Limits(0, None, exact).most(weight, order, species)
        free = exact is not None and (number >= most or (number == 1 and not differs(channels)))
        found.append(Limits(int(min(highest if cap is None else cap, highest)), None if free else number, exact))
    return tuple(found)


def grows(limits: Sequence[Limits], orders: tuple[int, ...], weight: Fraction | None, species: int) -> bool:
    """Whether an order allows anything that a lower one does not; ranks of order 1 do not count, they must be 0."""
    most = (limit.most(weight, order, species) for limit, order in zip(limits, orders, strict=True))
    channels = [limit.channels or number for limit, (_, number) in zip(limits, most, strict=True)]
    ranks = [limit.l_max for limit, order in zip(limits, orders, strict=True) if order > 1]
    degrees = [limit.total_degree or 0 for limit in limits]
    return any(a < b for values in (ranks, channels, degrees) for a, b in pairwise(values))


def shortest(
    limits: Sequence[Limits], orders: tuple[int, ...], weight: Fraction | None, species: int
) -> dict[str, Any]:
    """``l_max``, ``channels`` and ``total_degree`` as a request says them in the fewest numbers.

    Each is ``None`` where it limits nothing, one value that limits all orders alike, or a tuple with one for each.
    """
    most = [limit.most(weight, order, species) for limit, order in zip(limits, orders, strict=True)]
    radial = [limit.channels or number for limit, (_, number) in zip(limits, most, strict=True)]
    channels = _alike(radial, [number for _, number in most])
    degrees = tuple(limit.total_degree for limit in limits)
    if channels == 1 and degrees[0] is not None:
        channels = tuple(radial)
    return {
        "l_max": _alike([limit.l_max for limit in limits], [highest for highest, _ in most]),
        "channels": channels,
        "total_degree": degrees[0] if len(set(degrees)) == 1 else degrees,
    }


def _alike(values: Sequence[Any], most: Sequence[float]) -> Any:
    if list(values) == list(most):
        return None
    top = max(values)
    return top if all(value == min(top, limit) for value, limit in zip(values, most, strict=True)) else tuple(values)
