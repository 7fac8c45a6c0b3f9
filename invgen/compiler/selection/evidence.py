"""What makes a basis believable, as plain data."""

from __future__ import annotations

from dataclasses import asdict, dataclass, fields
from typing import Any

OPTIONAL = ("ring", "sites", "costs", "rounds")
"""Fields that only some objectives fill."""


@dataclass(frozen=True)
class Pattern:
    """Completeness of a set when only some ranks are present and all other tensors vanish."""

    ranks: tuple[int, ...]
    size: int
    rank: int
    bound: int


@dataclass(frozen=True)
class Piece:
    """A graded piece of the ring of invariants: those of one multiset of tensors.

    multiset
        Its tensors, spelled as in labels: ``1 1 2`` is v v Q.
    invariants, decomposable
        Dimension by characters, and of the span of products of invariants of lower degree.
    """

    multiset: str
    degree: int
    is_pseudo: bool
    invariants: int
    decomposable: int

    @property
    def new(self) -> int:
        """Number of generators of this multiset."""
        return self.invariants - self.decomposable


@dataclass(frozen=True)
class SiteRank:
    """The rank of a set at a site of this point group, and the largest rank that a set can have there."""

    name: str
    group: str
    rank: int
    attainable: int

    @property
    def verdict(self) -> str:
        """``full``, or by how much the rank is short."""
        return "full" if self.rank == self.attainable else f"{self.attainable - self.rank} short"


@dataclass(frozen=True)
class KernelCost:
    """Statements of a kernel: of the greedy choice by separate costs, and of what the search found."""

    kernel: str
    before: int
    after: int


@dataclass(frozen=True)
class Evidence:
    """The record of a selection, enough to run it again.

    prime, witness
        The Jacobian was evaluated modulo ``prime`` at this point (residues, one for each component).
        Full rank there proves independence over the rationals.
    pivots
        For each invariant the column in which it raised the rank; empty for the objective ``linear``.
    rank, bound, attainable
        Jacobian rank of the set; components less the dimension of a generic orbit; largest rank that any set of
        invariants of the requested orders reaches.
    size_complete
        Size of the complete set of this objective, whatever orders it needs; of generators, up to degree n_max.
    candidates, candidates_per_order, kept_per_order
        Number of candidates offered to the selection, and how many per correlation order; order first.
    float_agrees, singular_values
        Whether the float64 pass decided as the exact one on every candidate, and the largest and the smallest
        singular value of the kept rows (each of length one) at its best configuration, to three digits.
    patterns
        One row for each subset of ranks that is left when the others vanish.
    counts
        Objectives ``linear`` and ``generators``: linearly independent invariants per order, by characters.
    ring
        Objective ``generators``: every graded piece that holds an invariant.
    sites
        Objective ``robust``: for every symmetric site the rank of the set, which is that of all candidates together,
        and the rank attainable with any orders. Files of other objectives have no such field.
    costs, rounds
        Orderings by program: statements of each kernel before and after the search, and how many rounds of the search
        there were, of how many. Files of other orderings have no such fields.
    """

    prime: int
    witness: tuple[int, ...]
    pivots: tuple[int, ...]
    rank: int
    bound: int
    attainable: int
    size_complete: int
    candidates: int
    candidates_per_order: tuple[tuple[int, int], ...]
    kept_per_order: tuple[tuple[int, int], ...]
    float_agrees: bool
    singular_values: tuple[float, ...]
    patterns: tuple[Pattern, ...] = ()
    counts: tuple[tuple[int, int], ...] = ()
    ring: tuple[Piece, ...] = ()
    sites: tuple[SiteRank, ...] = ()
    costs: tuple[KernelCost, ...] = ()
    rounds: tuple[int, ...] = ()

    @property
    def complete(self) -> bool:
        """Whether the rank reaches the bound: every further invariant is a function of these."""
        return self.rank == self.bound

    @property
    def searched(self) -> int | None:
        """How many rounds a search took to find this set; ``None`` without a search."""
        return self.rounds[0] if self.rounds else None

    @property
    def reach(self) -> str:
        """What the rank of the set is, beside what these and any orders attain."""
        if self.rank < self.attainable:
            short = self.attainable - self.rank
            return f"rank {self.rank}, {short} short of the {self.attainable} attainable at these orders"
        verdict = "complete" if self.complete else "all that these orders attain"
        return f"rank {self.rank} of at most {self.bound}, {verdict}"

    @property
    def ring_per_degree(self) -> tuple[tuple[int, int, int], ...]:
        """``(degree, invariants, decomposable)`` over all pieces of a degree; what is left over is new."""
        degrees = sorted({p.degree for p in self.ring})
        parts = [[p for p in self.ring if p.degree == degree] for degree in degrees]
        return tuple(
            (degree, sum(p.invariants for p in part), sum(p.decomposable for p in part))
            for degree, part in zip(degrees, parts, strict=True)
        )

    def to_json(self) -> dict[str, Any]:
        """Plain data; ``from_json`` restores it. Empty fields of single objectives are left out."""
        return {name: value for name, value in asdict(self).items() if name not in OPTIONAL or value}

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> Evidence:
        """The evidence written by ``to_json``; raises ``KeyError`` for a missing field."""
        data = {**dict.fromkeys(OPTIONAL, ()), **data}
        values = {f.name: _tuples(data[f.name]) for f in fields(cls)}
        values["patterns"] = tuple(
            Pattern(tuple(p["ranks"]), p["size"], p["rank"], p["bound"]) for p in data["patterns"]
        )
        values["ring"] = tuple(Piece(**p) for p in data["ring"])
        values["sites"] = tuple(SiteRank(**p) for p in data["sites"])
        values["costs"] = tuple(KernelCost(**p) for p in data["costs"])
        return cls(**values)

    def __str__(self) -> str:
        verdict = "complete" if self.complete else f"{self.bound - self.rank} short of the bound"
        lines = [
            f"rank {self.rank} of at most {self.bound} ({verdict}); attainable at these orders: {self.attainable}",
            f"{self.candidates} candidates offered, kept per order: " + _per_order(self.kept_per_order),
            f"exact modulo {self.prime}; float64 pass {'agrees' if self.float_agrees else 'DISAGREES'}",
        ]
        if self.singular_values:
            lines.append("singular values of the unit rows: {:.3g} to {:.3g}".format(*self.singular_values))
        if self.counts:
            lines.append("linearly independent by characters: " + _per_order(self.counts))
        if self.ring:
            sums = (f"n={degree}: {all_} = {lower} + {all_ - lower}" for degree, all_, lower in self.ring_per_degree)
            lines.append("ring, invariants = from lower degrees + new generators: " + ", ".join(sums))
        if self.sites:
            full = sum(site.rank == site.attainable for site in self.sites)
            lines.append(f"largest possible rank at {full} of {len(self.sites)} symmetric sites")
        if self.costs:
            counts = ", ".join(f"{c.kernel} {c.before} -> {c.after}" for c in self.costs)
            lines.append(f"statements by separate costs -> by program: {counts} ({_of(self.rounds)} rounds)")
        return "\n".join(lines)


def _of(pair: tuple[int, ...]) -> str:
    return " of ".join(map(str, dict.fromkeys(pair)))


def _per_order(pairs: tuple[tuple[int, int], ...]) -> str:
    return ", ".join(f"n={order}: {number}" for order, number in pairs)


def _tuples(value: Any) -> Any:
    return tuple(_tuples(v) for v in value) if isinstance(value, list) else value
