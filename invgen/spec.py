"""What is asked for: ``BasisSpec``, its id, and its JSON form."""

from __future__ import annotations

from dataclasses import dataclass, fields
from itertools import pairwise
from typing import Any

from invgen.errors import SpecError, unknown

FAMILIES = ("cartesian",)
OBJECTIVES = ("independent", "flexible", "linear")
PARITIES = ("proper", "pseudo", "both")
ORDERINGS = ("degree", "cost", "rank")
MAX_RANK = 12
MAX_CANDIDATES = 20_000
"""How many candidates are enumerated unless more are asked for: about half a minute of work."""

Tensor = tuple[int, int]
"""One irreducible tensor of a neighbourhood: ``(rank, channel)``."""


@dataclass(frozen=True, init=False)
class BasisSpec:
    """A request for a basis of rotation invariants.

    family
        ``cartesian``: contractions of symmetric traceless tensors.
    l_max, ranks
        The ranks 0..l_max, or an explicit ascending tuple such as ``(0, 1, 2, 4)``; one of the two.
    n_max
        Largest correlation order: the number of tensor factors in an invariant (body order is one more).
    objective
        ``independent``: fewest functions of full Jacobian rank. ``flexible``: the pure invariants of every
        tensor and the mixed ones of every pair, which stay complete when tensors vanish. ``linear``: all
        linearly independent invariants, products among them.
    channels
        Number of tensors of every rank.
    parity
        ``proper`` scalars (default), ``pseudo`` scalars (one Levi-Civita symbol), or ``both``.
    orders
        Restricts the invariants to these correlation orders; all of 1..n_max by default.
    ordering
        In which order candidates are offered to the selection: ``degree`` (order, then total rank), ``cost``
        (estimated multiplications) or ``rank`` (highest rank in the contraction first to last).

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
        chosen = _ranks(l_max, ranks)
        values = {
            "family": family,
            "n_max": n_max,
            "ranks": chosen,
            "objective": objective,
            "channels": channels,
            "parity": parity,
            "orders": _orders(orders, n_max),
            "ordering": ordering,
        }
        for name, value in values.items():
            object.__setattr__(self, name, value)
        self._check_objective()

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
    def tensors(self) -> tuple[Tensor, ...]:
        """All tensors ``(rank, channel)`` in component order: rank by rank, channels inside."""
        return tuple((rank, channel) for rank in self.ranks for channel in range(self.channels))

    @property
    def components(self) -> int:
        """Number of components of all tensors together: the width of the arrays that the basis takes."""
        return sum(2 * rank + 1 for rank, _ in self.tensors)

    @property
    def id(self) -> str:
        """``cartesian-l3-n4-flexible``; what differs from the defaults is appended to its part of the name."""
        full = self.ranks == tuple(range(self.l_max + 1))
        parts = [self.family, f"l{self.l_max}" if full else "r" + ".".join(map(str, self.ranks)), f"n{self.n_max}"]
        if self.channels > 1:
            parts.append(f"c{self.channels}")
        if self.orders != tuple(range(1, self.n_max + 1)):
            parts.append("o" + ".".join(map(str, self.orders)))
        if self.parity != "proper":
            parts.append(self.parity)
        if self.ordering != "degree":
            parts.append(f"by_{self.ordering}")
        return "-".join([*parts, self.objective])

    def to_json(self) -> dict[str, Any]:
        """Plain data; ``BasisSpec.from_json`` restores an equal spec."""
        values = {f.name: getattr(self, f.name) for f in fields(self)}
        return {name: list(v) if isinstance(v, tuple) else v for name, v in values.items()}

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


def _orders(orders: tuple[int, ...] | None, n_max: int) -> tuple[int, ...]:
    if orders is None:
        return tuple(range(1, n_max + 1))
    chosen = tuple(sorted(set(_several("orders", orders))))
    for order in chosen:
        _whole("every order", order, 1)
    if not chosen or chosen[-1] > n_max:
        raise SpecError(f"orders must lie in 1..n_max={n_max}, got {orders!r}")
    return chosen
