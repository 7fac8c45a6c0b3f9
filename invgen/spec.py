"""What is asked for: ``BasisSpec``, its id, and its JSON form."""

from __future__ import annotations

import re
from dataclasses import dataclass, fields
from fractions import Fraction
from itertools import pairwise
from typing import Any

from invgen.errors import SpecError, unknown

FAMILIES = ("cartesian", "ace")
OBJECTIVES = ("independent", "flexible", "linear")
PARITIES = ("proper", "pseudo", "both")
ORDERINGS = ("degree", "cost", "rank")
DEFAULT_WEIGHT = Fraction(3, 2)
MAX_RANK = 12
MAX_CANDIDATES = 20_000
"""How many candidates are enumerated unless more are asked for: about half a minute of work."""

Tensor = tuple[int, int]
"""One irreducible tensor of a neighbourhood: ``(rank, channel)``."""
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


@dataclass(frozen=True, init=False)
class BasisSpec:
    """A request for a basis of rotation invariants.

    family
        ``cartesian``: contractions of symmetric traceless tensors. ``ace``: couplings of atomic basis functions
        A_znlm, for species z, radial function n and rank l.
    l_max, ranks
        The ranks 0..l_max, or an explicit ascending tuple such as ``(0, 1, 2, 4)``; one of the two. The family
        ``ace`` takes l_max; with ``total_degree`` it is a cap and may be left out.
    n_max
        Largest correlation order: the number of tensor factors in an invariant (body order is one more).
    objective
        ``independent``: fewest functions of full Jacobian rank. ``flexible``: the pure invariants of every
        tensor and the mixed ones of every pair, which stay complete when tensors vanish. ``linear``: all
        linearly independent invariants, products among them.
    channels
        Number of tensors of every rank; for ``ace`` of (species, radial) channels, shared out species by species.
    parity
        ``proper`` scalars (default), ``pseudo`` scalars (one Levi-Civita symbol), or ``both``.
    orders
        Restricts the invariants to these correlation orders; all of 1..n_max by default.
    ordering
        In which order candidates are offered to the selection: ``degree`` (order, then total rank), ``cost``
        (estimated multiplications) or ``rank`` (highest rank in the contraction first to last).
    total_degree, w_L
        ``ace`` only, instead of ``channels``: all multisets with sum(n_i + w_L l_i) <= total_degree; w_L is 3/2 by
        default. Exact: an int, a text such as ``"3/2"``, or a Fraction.
    elements
        ``ace`` only: symbols of the neighbouring species such as ``("Mo", "W")``; z is the position in this tuple.
        One species without a name by default.

    Raises ``SpecError`` for values out of range and ``TypeError`` for a keyword that does not exist.
    """

    family: str
    n_max: int
    ranks: tuple[int, ...]
    objective: str
    channels: int
    parity: str
    orders: tuple[int, ...]
    ordering: str
    total_degree: Fraction | None
    w_L: Fraction | None
    elements: tuple[str, ...]

    def __init__(
        self,
        family: str = "cartesian",
        l_max: int | None = None,
        n_max: int = 4,
        objective: str = "independent",
        *,
        ranks: tuple[int, ...] | None = None,
        channels: int = 1,
        parity: str = "proper",
        orders: tuple[int, ...] | None = None,
        ordering: str = "degree",
        total_degree: Exact | None = None,
        w_L: Exact | None = None,
        elements: tuple[str, ...] = (),
        **misspelt: Any,
    ) -> None:
        if misspelt:
            known = ["l_max", *(f.name for f in fields(self))]
            raise TypeError("BasisSpec: " + unknown("keyword", next(iter(misspelt)), known))
        _choice("family", family, FAMILIES)
        _choice("objective", objective, OBJECTIVES)
        _choice("parity", parity, PARITIES)
        _choice("ordering", ordering, ORDERINGS)
        _whole("n_max", n_max, 1)
        _whole("channels", channels, 1)
        chosen = _orders(orders, n_max)
        degree = None if total_degree is None else exact_fraction("total_degree", total_degree)
        weight = _weight(w_L, degree)
        if degree is None or weight is None:
            known_ranks = _ranks(l_max, ranks)
        else:
            known_ranks = _ranks_of_degree(degree, weight, chosen, l_max, ranks)
        values = {
            "family": family,
            "n_max": n_max,
            "ranks": known_ranks,
            "objective": objective,
            "channels": channels,
            "parity": parity,
            "orders": chosen,
            "ordering": ordering,
            "total_degree": degree,
            "w_L": weight,
            "elements": _elements(elements),
        }
        for name, value in values.items():
            object.__setattr__(self, name, value)
        self._check_family()
        self._check_objective()

    def _check_family(self) -> None:
        if self.family != "ace":
            foreign = {"total_degree": self.total_degree, "elements": self.elements or None}
            for name, value in foreign.items():
                if value is not None:
                    raise SpecError(f"{name} belongs to the family 'ace', got {name}={value!r} for {self.family!r}")
            return
        if self.objective == "flexible":
            raise SpecError("the family 'ace' has no flexible sets; use objective='independent' or 'linear'")
        if self.ranks != tuple(range(self.l_max + 1)):
            raise SpecError(f"the family 'ace' takes all ranks up to l_max, got ranks={self.ranks}; give l_max")
        if self.total_degree is not None and self.channels != 1:
            raise SpecError(
                f"give either channels (a box) or total_degree, got channels={self.channels} and "
                f"total_degree={self.total_degree}; with total_degree the radial functions follow from the degree"
            )
        if self.total_degree is None and self.channels % self.species:
            raise SpecError(
                f"channels={self.channels} cannot be shared out among {self.species} elements "
                f"({', '.join(self.elements)}); use a multiple of {self.species}"
            )

    def _check_objective(self) -> None:
        if self.objective != "flexible":
            return
        if self.parity != "proper":
            raise SpecError(
                f"a flexible set is made of proper scalars, got parity={self.parity!r}; use objective='independent'"
            )
        if self.orders != tuple(range(1, self.n_max + 1)):
            raise SpecError(f"a flexible set needs all orders up to n_max, got orders={self.orders}; leave orders out")
        if self.n_max < 2 and self.l_max > 0:
            raise SpecError(
                f"a flexible set of ranks {self.ranks} needs correlation order 2 at least (the norm of every tensor), "
                f"got n_max={self.n_max}; raise n_max"
            )

    @property
    def l_max(self) -> int:
        """The highest rank."""
        return self.ranks[-1]

    @property
    def species(self) -> int:
        """Number of neighbouring species that are told apart: those named in ``elements``, else one."""
        return max(1, len(self.elements))

    @property
    def tensors(self) -> tuple[Tensor, ...]:
        """All tensors ``(rank, channel)`` of the family ``cartesian`` in component order: by rank, channels inside.

        Those of the family ``ace`` follow from the truncation: ``Basis.channels``.
        """
        if self.family != "cartesian":
            raise SpecError(f"{self.id} has channels A_znl, not Cartesian tensors; see Basis.channels")
        return tuple((rank, channel) for rank in self.ranks for channel in range(self.channels))

    @property
    def components(self) -> int:
        """Number of components of all Cartesian tensors together; of every family: ``Basis.components``."""
        return sum(2 * rank + 1 for rank, _ in self.tensors)

    @property
    def id(self) -> str:
        """``cartesian-l3-n4-flexible``, ``ace-d10-w3_2-n3-linear``; what differs from the defaults is appended."""
        parts = [self.family, *self._truncation_id(), f"n{self.n_max}"]
        if self.channels > 1:
            parts.append(f"c{self.channels}")
        if self.orders != tuple(range(1, self.n_max + 1)):
            parts.append("o" + ".".join(map(str, self.orders)))
        if self.parity != "proper":
            parts.append(self.parity)
        if self.ordering != "degree":
            parts.append(f"by_{self.ordering}")
        parts.append(self.objective)
        return "-".join([*parts, ".".join(self.elements)] if self.elements else parts)

    def _truncation_id(self) -> list[str]:
        if self.total_degree is None or self.w_L is None:
            full = self.ranks == tuple(range(self.l_max + 1))
            return [f"l{self.l_max}" if full else "r" + ".".join(map(str, self.ranks))]
        numbers = [f"d{self.total_degree}".replace("/", "_"), f"w{self.w_L}".replace("/", "_")]
        return ([f"l{self.l_max}"] if self._capped else []) + numbers

    @property
    def _capped(self) -> bool:
        """Whether l_max limits the ranks, rather than the total degree."""
        if self.total_degree is None or self.w_L is None:
            return True
        return self.l_max < _highest_rank(self.total_degree, self.w_L, self.orders)

    def to_json(self) -> dict[str, Any]:
        """Plain data; ``BasisSpec.from_json`` restores an equal spec. Fields of another family are left out."""
        values = {f.name: getattr(self, f.name) for f in fields(self)}
        if self.family == "ace":
            values = {**values, "ranks": None, "l_max": self.l_max if self._capped else None}
        return {
            name: list(v) if isinstance(v, tuple) else str(v) if isinstance(v, Fraction) else v
            for name, v in values.items()
            if v is not None and (name != "elements" or v)
        }

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> BasisSpec:
        """The spec written by ``to_json``; raises ``SpecError`` or ``TypeError`` as the constructor does."""
        values: dict[str, Any] = {name: tuple(v) if isinstance(v, list) else v for name, v in data.items()}
        return cls(**values)


def _choice(what: str, value: object, known: tuple[str, ...]) -> None:
    if value not in known:
        raise SpecError(unknown(what, value, known))


def _whole(what: str, value: object, least: int) -> None:
    if not isinstance(value, int) or isinstance(value, bool) or value < least:
        raise SpecError(f"{what} must be a whole number of at least {least}, got {value!r}")


def _several(what: str, value: object) -> tuple[Any, ...]:
    if not isinstance(value, tuple | list):
        raise SpecError(f"{what} must be a tuple of whole numbers such as (0, 1, 2), got {value!r}")
    return tuple(value)


def _ranks(l_max: int | None, ranks: tuple[int, ...] | None) -> tuple[int, ...]:
    if (l_max is None) == (ranks is None):
        raise SpecError(f"give either l_max or ranks, got l_max={l_max!r} and ranks={ranks!r}")
    if ranks is None:
        _whole("l_max", l_max, 0)
        assert l_max is not None
        chosen = tuple(range(l_max + 1))
    else:
        chosen = _several("ranks", ranks)
        for rank in chosen:
            _whole("every rank", rank, 0)
        if not chosen or any(a >= b for a, b in pairwise(chosen)):
            raise SpecError(
                f"ranks must be ascending without repeats, got {ranks!r}; use channels for several tensors of a rank"
            )
    if chosen[-1] > MAX_RANK:
        raise SpecError(f"rank {chosen[-1]} is above {MAX_RANK}, the highest that is supported; lower l_max or ranks")
    return chosen


def _weight(w_L: Exact | None, degree: Fraction | None) -> Fraction | None:
    if degree is None:
        if w_L is not None:
            raise SpecError(f"w_L weighs the ranks of a total degree, got w_L={w_L!r} without total_degree")
        return None
    weight = DEFAULT_WEIGHT if w_L is None else exact_fraction("w_L", w_L)
    if weight <= 0:
        raise SpecError(f"w_L must be positive, or ranks have no limit, got {w_L!r}; the usual value is '3/2'")
    return weight


def _highest_rank(degree: Fraction, weight: Fraction, orders: tuple[int, ...]) -> int:
    """The highest rank in a scalar of a total degree: two factors share it, all have n = 1, the others rank 0."""
    return max((int((degree - order) / (2 * weight)) for order in orders if 2 <= order <= degree), default=0)


def _ranks_of_degree(
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
        _whole("l_max", l_max, 0)
    highest = _highest_rank(degree, weight, orders)
    return _ranks(highest if l_max is None else min(highest, l_max), None)


def _elements(elements: object) -> tuple[str, ...]:
    if isinstance(elements, str) or not isinstance(elements, tuple | list):
        raise SpecError(f"elements must be a tuple of symbols such as ('Mo', 'W'), got {elements!r}")
    for symbol in elements:
        if not isinstance(symbol, str) or not _SYMBOL.fullmatch(symbol):
            raise SpecError(f"every element must be a symbol such as 'Mo', got {symbol!r}")
    if len(set(elements)) < len(elements):
        raise SpecError(f"elements must not repeat, got {tuple(elements)!r}")
    return tuple(elements)


def _orders(orders: tuple[int, ...] | None, n_max: int) -> tuple[int, ...]:
    if orders is None:
        return tuple(range(1, n_max + 1))
    chosen = tuple(sorted(set(_several("orders", orders))))
    for order in chosen:
        _whole("every order", order, 1)
    if not chosen or chosen[-1] > n_max:
        raise SpecError(f"orders must lie in 1..n_max={n_max}, got {orders!r}")
    return chosen
