"""What is asked for: ``BasisSpec``, its id, and its JSON form."""

from __future__ import annotations

from dataclasses import dataclass, fields
from fractions import Fraction
from typing import Any, cast

from invgen.errors import SpecError, unknown
from invgen.spec.families import FAMILIES, Rules, Tensor
from invgen.spec.limits import Degree, Limits, Whole, grows, normal_form, shortest
from invgen.spec.values import (
    MAX_RANK,
    Exact,
    check_choice,
    check_ordering,
    check_whole,
    checked_elements,
    checked_orders,
    checked_ranks,
    checked_weight,
    exact_fraction,
    highest_rank,
    in_id,
    plain,
    ranks_of_degree,
)

__all__ = [
    "FAMILIES",
    "MAX_CANDIDATES",
    "MAX_RANK",
    "OBJECTIVES",
    "ORDERINGS",
    "PARITIES",
    "BasisSpec",
    "Exact",
    "Limits",
    "Rules",
    "Tensor",
    "exact_fraction",
]

OBJECTIVES = ("independent", "flexible", "robust", "linear", "generators")
PARITIES = ("proper", "pseudo", "both")
ORDERINGS = ("degree", "cost", "rank", "program", "program_vjp", "program_all")
MAX_CANDIDATES = 20_000
"""How many candidates are enumerated unless more are asked for: about half a minute of work."""


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
        tensor and the mixed ones of every pair, which stay complete when tensors vanish; cut by n_max, with further
        ones until the rank in general is the attainable one. ``linear``: all linearly independent invariants, products
        among them. ``generators``: the fewest of which all invariants up to degree n_max are polynomials. ``robust``:
        few functions of the largest possible rank in general and at every symmetric site of a list.
    channels
        Number of channels, that is tensors, of every rank; those of ``ace`` are shared out species by species. Beside
        ``total_degree`` they cap its radial functions; 1, the default, caps nothing there.
    parity
        ``proper`` scalars (default), ``pseudo`` scalars (one Levi-Civita symbol), or ``both``.
    orders
        Restricts the invariants to these correlation orders; all of 1..n_max by default.
    ordering
        In which order candidates are offered to the selection: ``degree`` (order, then total rank), ``cost``
        (estimated multiplications) or ``rank`` (highest rank in the contraction first to last). ``program`` chooses the
        members together with their kernel, by statements of the program for the values that they share;
        ``program_vjp`` counts the vector-Jacobian product too, ``program_all`` all three kernels.
    total_degree, w_L
        ``ace`` only: all multisets with sum(n_i + w_L l_i) <= total_degree; w_L is 3/2 by default. Exact: an int, a
        text such as ``"3/2"``, or a Fraction.
    elements
        ``ace`` only: symbols of the neighbouring species such as ``("Mo", "W")``; z is the position in this tuple.
        One species without a name by default.

    In ``ace``, ``total_degree``, ``l_max`` and ``channels`` may differ from order to order: a tuple with one value for
    each of ``orders``, or a mapping such as ``{1: 20, 2: 16, 3: 12}``. The fields then hold the highest of them, and
    ``limits`` what every order may hold.

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
    by_order: tuple[Limits, ...]

    def __init__(
        self,
        family: str = "cartesian",
        l_max: Whole | None = None,
        n_max: int = 4,
        objective: str = "independent",
        *,
        ranks: tuple[int, ...] | None = None,
        channels: Whole = 1,
        parity: str = "proper",
        orders: tuple[int, ...] | None = None,
        ordering: str = "degree",
        total_degree: Degree | None = None,
        w_L: Exact | None = None,
        elements: tuple[str, ...] = (),
        **misspelt: Any,
    ) -> None:
        misspelt = {k: v for k, v in misspelt.items() if (k, v) != ("by_order", ())}  # ``dataclasses.replace`` says it
        if misspelt:
            known = ["l_max", *(f.name for f in fields(self) if f.name != "by_order")]
            raise TypeError("BasisSpec: " + unknown("keyword", next(iter(misspelt)), known))
        check_choice("family", family, tuple(FAMILIES))
        check_choice("objective", objective, OBJECTIVES)
        check_choice("parity", parity, PARITIES)
        check_ordering(ordering, ORDERINGS)
        check_whole("n_max", n_max, 1)
        chosen, named = checked_orders(orders, n_max), checked_elements(elements)
        weight = checked_weight(w_L, total_degree)
        highest, channels, total_degree, by_order = normal_form(
            chosen, l_max, channels, total_degree, weight, max(1, len(named))
        )
        check_whole("channels", channels, 1)
        degree = None if total_degree is None else exact_fraction("total_degree", cast("Exact", total_degree))
        if degree is None or weight is None:
            known_ranks = checked_ranks(highest, ranks)
        else:
            known_ranks = ranks_of_degree(degree, weight, chosen, highest, ranks)
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
            "elements": named,
            "by_order": by_order,
        }
        for name, value in values.items():
            object.__setattr__(self, name, value)
        self._check_family()
        self._check_objective()

    def _check_family(self) -> None:
        """By the rules of the family, and what belongs to others."""
        rules = FAMILIES[self.family]
        for owner, others in FAMILIES.items():
            for name in others.own:
                value = getattr(self, name)
                if name not in rules.own and value not in (None, ()):
                    raise SpecError(f"{name} belongs to the family {owner!r}, got {name}={value!r} for {self.family!r}")
        if self.objective not in rules.objectives:
            raise SpecError(
                f"the family {self.family!r} has no {self.objective} sets; use objective='independent' or 'linear'"
            )
        if not rules.any_ranks and self.ranks != tuple(range(self.l_max + 1)):
            raise SpecError(
                f"the family {self.family!r} takes all ranks up to l_max, got ranks={self.ranks}; give l_max"
            )
        rules.check(self)

    def _check_objective(self) -> None:
        if self.objective == "generators":
            self._check_generators()
        if self.objective not in ("flexible", "robust"):
            return
        if self.parity != "proper":
            raise SpecError(
                f"a {self.objective} set is made of proper scalars, got parity={self.parity!r}; "
                "use objective='independent'"
            )
        if self.objective == "robust":
            return
        if self.orders != tuple(range(1, self.n_max + 1)):
            raise SpecError(f"a flexible set needs all orders up to n_max, got orders={self.orders}; leave orders out")
        if self.n_max < 2 and self.l_max > 0:
            raise SpecError(
                f"a flexible set of ranks {self.ranks} needs correlation order 2 at least (the norm of every tensor), "
                f"got n_max={self.n_max}; raise n_max"
            )

    def _check_generators(self) -> None:
        if self.orders != tuple(range(1, self.n_max + 1)):
            raise SpecError(
                f"generators need all orders up to n_max, since products of lower ones are no generators, "
                f"got orders={self.orders}; leave orders out"
            )
        if grows(self.limits, self.orders, self.w_L, self.species):
            raise SpecError(
                f"generators need limits that do not grow with the order, since a factor of a product must be allowed "
                f"where the product is, got {self.id}; use objective='independent'"
            )
        if self.ordering != "degree":
            raise SpecError(f"generators are chosen degree by degree, got ordering={self.ordering!r}; leave it out")

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
        """All tensors ``(rank, number)`` in component order: by rank, then by number from 0.

        Those of the family ``ace`` follow from the truncation, see ``Basis.channels``, and it raises ``SpecError``.
        """
        return FAMILIES[self.family].tensors(self)

    @property
    def components(self) -> int:
        """Number of components of all Cartesian tensors together; of every family: ``Basis.components``."""
        return sum(2 * rank + 1 for rank, _ in self.tensors)

    @property
    def by_program(self) -> bool:
        """Whether members are chosen together with their kernel, see ``ordering``."""
        return self.ordering.startswith("program")

    @property
    def limits(self) -> tuple[Limits, ...]:
        """What each of ``orders`` may hold."""
        free = self.total_degree is not None and self.channels == 1
        alike = Limits(self.l_max, None if free else self.channels, self.total_degree)
        return self.by_order or (alike,) * len(self.orders)

    @property
    def id(self) -> str:
        """``cartesian-l3-n4-flexible``, ``ace-d10-w3_2-n3-linear``; what differs from the defaults is appended.

        Numbers that differ from order to order stand one after another: ``ace-d20.16.12-w3_2-n3-linear``.
        """
        said = self._truncation()
        parts = [self.family]
        if not FAMILIES[self.family].any_ranks or self.ranks == tuple(range(self.l_max + 1)):
            parts += [f"l{in_id(said['l_max'])}"] if said["l_max"] is not None else []
        else:
            parts.append("r" + in_id(self.ranks))
        if self.total_degree is not None:
            parts += [f"d{in_id(said['total_degree'])}", f"w{in_id(self.w_L)}"]
        parts.append(f"n{self.n_max}")
        if said["channels"] != 1:
            parts.append(f"c{in_id(said['channels'])}")
        if self.orders != tuple(range(1, self.n_max + 1)):
            parts.append("o" + in_id(self.orders))
        if self.parity != "proper":
            parts.append(self.parity)
        if self.ordering != "degree":
            parts.append(f"by_{self.ordering}")
        parts.append(self.objective)
        return "-".join([*parts, ".".join(self.elements)] if self.elements else parts)

    def _truncation(self) -> dict[str, Any]:
        """``l_max``, unless the degree limits the ranks, ``channels`` and ``total_degree``: one value, or a tuple."""
        if self.by_order:
            said = shortest(self.by_order, self.orders, self.w_L, self.species)
            return {**said, "channels": said["channels"] or 1}
        capped = True
        if self.total_degree is not None and self.w_L is not None:
            capped = self.l_max < highest_rank(self.total_degree, self.w_L, self.orders)
        l_max = self.l_max if capped else None
        return {"l_max": l_max, "channels": self.channels, "total_degree": self.total_degree}

    def to_json(self) -> dict[str, Any]:
        """Plain data; ``BasisSpec.from_json`` restores an equal spec. Fields of another family are left out."""
        values = {f.name: getattr(self, f.name) for f in fields(self) if f.name != "by_order"}
        if not FAMILIES[self.family].any_ranks:
            values = {**values, "ranks": None, **self._truncation()}
        return {name: plain(v) for name, v in values.items() if v is not None and (name != "elements" or v)}

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> BasisSpec:
        """The spec written by ``to_json``; raises ``SpecError`` or ``TypeError`` as the constructor does."""
        values: dict[str, Any] = {name: tuple(v) if isinstance(v, list) else v for name, v in data.items()}
        return cls(**values)
