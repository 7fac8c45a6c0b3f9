"""What an audit found, as plain data and in words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from invgen.compiler.auditing.exact import Exact
from invgen.compiler.auditing.numeric import Floating
from invgen.compiler.auditing.source import Place
from invgen.compiler.auditing.wider import Attainable
from invgen.markup import block, code, table

SHOWN = 8
"""Members and degenerate places named in the verdict."""
MOST_ROWS = 200
"""Members that a notebook shows one by one."""


@dataclass(frozen=True)
class Member:
    """One descriptor.

    position
        In the order given, from 0.
    status
        ``kept``, ``dependent`` on kept ones before it, or ``constant``, when it does not change at all.
    depends_on, coefficients
        The kept members that its gradient is a combination of, and the coefficients at one configuration.
    share
        What is left of its unit gradient there when all kept ones before it are subtracted.
    proven
        Whether the status is proven; never in float64 alone.
    """

    position: int
    label: str
    status: str
    depends_on: tuple[int, ...]
    coefficients: tuple[float, ...]
    share: float
    note: str = ""
    cost: int | None = None
    proven: bool = False


@dataclass(frozen=True)
class Audit:
    """The outcome of an audit; prints as its verdict.

    kept
        Positions of the subset to keep, in the order in which members were offered.
    bound, bound_reason
        What no list of this kind can exceed, and why.
    places
        Ranks at special configurations, and at those sampled ones where the rank is lower than at most.
    linear_rank
        How many are linearly independent, constants aside; ``None`` where that is not known.
    attainable
        Of contractions of traceless tensors: the largest rank at their tensors and orders, and what is missing.
    no_places
        Why no special configuration was looked at.
    exact, floating
        What the passes found; ``exact`` is ``None`` for functions and tables.
    """

    kind: str
    name: str
    ordering: str
    members: tuple[Member, ...]
    kept: tuple[int, ...]
    variables: int
    bound: int
    bound_reason: str
    floating: Floating
    configurations: int
    how: str
    places: tuple[Place, ...]
    exact: Exact | None
    linear_rank: int | None = None
    attainable: Attainable | None = None
    no_places: str = ""

    @property
    def rank(self) -> int:
        """Of the Jacobian at generic configurations."""
        return len(self.kept) if self.exact else self.floating.rank

    @property
    def dependent(self) -> tuple[int, ...]:
        """Positions of the members that tell nothing new, constants among them."""
        return tuple(m.position for m in self.members if m.status != "kept")

    @property
    def decided(self) -> bool:
        """Whether the rank is certain: always for exact lists, in float64 only where a wide gap shows it."""
        return self.exact is not None or self.floating.clear

    @property
    def independent(self) -> bool:
        """Whether no member is dependent, and that is decided."""
        return self.decided and not self.dependent

    @property
    def float_agrees(self) -> bool:
        """Whether the float64 pass keeps the same members."""
        return set(self.floating.kept) == set(self.kept)

    @property
    def degenerate(self) -> tuple[Place, ...]:
        """Places where the list sees less than in general and than could be seen, or the subset less than the list."""
        most = {p: self.rank if p.attainable is None else min(self.rank, p.attainable) for p in self.places}
        return tuple(p for p in self.places if p.kept_rank < p.rank or p.rank < most[p])

    def to_json(self) -> dict[str, Any]:
        """Plain data, verdict included; everything is said once."""
        floating = {**asdict(self.floating), "singular_values": _short(self.floating.singular_values)}
        if self.float_agrees:
            del floating["kept"]
        return {
            **{key: getattr(self, key) for key in ("kind", "name", "ordering", "variables", "bound", "bound_reason")},
            "rank": self.rank,
            "linear_rank": self.linear_rank,
            "attainable": asdict(self.attainable) if self.attainable else None,
            "decided": self.decided,
            "independent": self.independent,
            "kept": list(self.kept),
            "dependent": list(self.dependent),
            "members": [_member_json(m) for m in self.members],
            "degenerate": [p.name for p in self.degenerate],
            "places": [asdict(p) for p in self.places],
            "exact": _exact_json(self.exact) if self.exact else None,
            "floating": {**floating, "agrees": self.float_agrees, "configurations": self.configurations},
            "verdict": self.verdict(),
        }

    def verdict(self) -> list[str]:
        """What was found, line by line."""
        lines = [self._counts(), *self._named(), self._completeness(), *self._wider()]
        lines += self._proofs() if self.exact else [self._numbers()]
        if self.rank:
            values = self.floating.singular_values
            lines.append(f"singular values of the unit rows: {values[0]:.3g} to {values[self.rank - 1]:.3g}")
        if worse := sum(p.kept_rank < p.rank for p in self.places):
            lines.append(
                f"mind: at {worse} special places members called dependent raise the rank; keep them where those matter"
            )
        lines += [self._degenerate(p) for p in self.degenerate[:SHOWN]]
        if len(self.degenerate) > SHOWN:
            lines.append(f"degenerate: {len(self.degenerate) - SHOWN} more places, all of them in the JSON report")
        if self.no_places:
            lines.append(f"degenerate: {self.no_places}")
        return lines

    def _repr_html_(self) -> str:
        rows = []
        for m in self.members[:MOST_ROWS]:
            on = ", ".join(self.members[k].label for k in m.depends_on[:SHOWN])
            more = f" and {len(m.depends_on) - SHOWN} more" if len(m.depends_on) > SHOWN else ""
            share = "" if self.exact and m.status != "kept" else f"{m.share:.1e}"
            rows.append((str(m.position), code(m.label), m.status, on + more or m.note, share))
        left = len(self.members) - MOST_ROWS
        more = f"and {left:,} more: audit.members has them all" if left > 0 else ""
        first, *others = self.verdict()
        return block(first, "\n".join(others), table(("#", "member", "status", "depends on", "new"), rows), more)

    def __str__(self) -> str:
        return "\n".join(self.verdict())

    def _counts(self) -> str:
        by = {status: sum(m.status == status for m in self.members) for status in ("dependent", "constant")}
        lost = [f"{number} {status}" for status, number in by.items() if number]
        outcome = " and ".join(lost) if lost else "none dependent" if self.decided else "none shown to be dependent"
        keep = f"; keep {len(self.kept)}" if lost else ""
        return f"{self.name}: {len(self.members)} members, {outcome}{keep}"

    def _named(self) -> list[str]:
        """The first dependent members, and on what they depend."""
        lines = []
        for m in [self.members[k] for k in self.dependent[:SHOWN]]:
            parts = ", ".join(self.members[k].label for k in m.depends_on[:SHOWN])
            more = f" and {len(m.depends_on) - SHOWN} more" if len(m.depends_on) > SHOWN else ""
            lines.append(f"{m.label}: " + (f"depends on {parts}{more}" if parts else m.note or "does not change"))
        if len(self.dependent) > SHOWN:
            lines.append(f"and {len(self.dependent) - SHOWN} more, all of them in the table and the JSON report")
        return lines

    def _completeness(self) -> str:
        short = self.bound - self.rank
        word = "as many as there can be" if short == 0 else f"{short} short of it"
        return f"rank {self.rank} of at most {self.bound} ({self.bound_reason}): {word}"

    def _wider(self) -> list[str]:
        """The linear rank, and what the orders of the list would allow."""
        lines = []
        if self.linear_rank is not None:
            lines.append(f"linearly independent, constants aside: {self.linear_rank} of {len(self.members)}")
        if (there := self.attainable) is not None and there.rank < self.bound:
            lines.append(f"attainable with the tensors and orders of the list: {there.rank} of these {self.bound}")
        if there is not None and there.missing:
            more = f" and {len(there.missing) - SHOWN} more" if len(there.missing) > SHOWN else ""
            lines.append(f"missing members: {'; '.join(there.missing[:SHOWN])}{more}")
        return lines

    def _proofs(self) -> list[str]:
        assert self.exact is not None
        lines = []
        if self.kept:
            witnesses = sum(t.kept == self.kept for t in self.exact.trials)
            lines.append(
                f"proven: what is kept is independent over the rationals (full rank modulo {self.exact.prime} at a "
                f"witness; the same at {witnesses} of {len(self.exact.trials)} primes and witnesses)"
            )
        if self.dependent:
            proven = [k for k in self.dependent if self.members[k].proven]
            if proven:
                lines.append(f"proven: {len(proven)} dependent, no room being left by those kept in the same variables")
            if self.exact.log10_mistake is not None:
                lines.append(
                    f"{len(self.dependent) - len(proven)} dependent with a probability of a mistake below "
                    f"1e{int(self.exact.log10_mistake)} (Schwartz-Zippel, random primes)"
                )
        if not self.float_agrees:
            others = sorted(set(self.floating.kept) ^ set(self.kept))
            named = ", ".join(self.members[k].label for k in others[:5]) + (", ..." if len(others) > 5 else "")
            lines.append(f"float64 alone would decide otherwise on {named}; the exact pass counts")
        return lines

    def _numbers(self) -> str:
        above, below = self.floating.gap
        if not self.rank:
            return f"numerical, derivatives {self.how}: no singular value is above the noise"
        what = f"numerical, derivatives {self.how}: last singular value {above:.1e}, the next or the noise {below:.1e}"
        if self.floating.clear:
            return f"{what}; new members had to be new by {self.floating.tolerance:.0e}"
        return f"{what}: NO CLEAR GAP, so the rank is not decided and the members named are a guess"

    def _degenerate(self, place: Place) -> str:
        most = f" of {place.attainable} attainable" if place.attainable is not None else f", generic {self.rank}"
        kept = f"; the subset to keep has {place.kept_rank}" if place.kept_rank < place.rank else ""
        return f"degenerate: {place.name}: rank {place.rank}{most}{kept}"


def _short(numbers: Sequence[float]) -> list[float]:
    """To four digits, which is enough to see what they are."""
    return [float(f"{number:.4g}") for number in numbers]


def _member_json(member: Member) -> dict[str, Any]:
    """Its position is its place in the list; what is empty is left out."""
    share = _short([member.share])[0]
    found = {"label": member.label, "status": member.status, "proven": member.proven, "share": share}
    found |= {"cost": member.cost, "depends_on": list(member.depends_on), "coefficients": _short(member.coefficients)}
    return {key: value for key, value in {**found, "note": member.note}.items() if value not in (None, [], "")}


def _exact_json(exact: Exact) -> dict[str, Any]:
    """Trials say what they keep, and where the rank rose, if it is not as it was in the first that kept as many."""
    trials = []
    for t in exact.trials:
        others = {"kept": exact.kept, "pivots": exact.proof.pivots}
        differing = {name: list(getattr(t, name)) for name, usual in others.items() if getattr(t, name) != usual}
        trials.append({"prime": t.prime, "seed": t.seed, **differing})
    return {"log10_mistake": exact.log10_mistake, "pivots": list(exact.proof.pivots), "trials": trials}
