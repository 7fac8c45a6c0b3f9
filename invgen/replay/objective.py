"""Whether a basis is what its name says: what its objective admits, and what it must have."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np

from invgen.replay import counts, sites
from invgen.replay.arithmetic import Elimination, rank
from invgen.replay.certificate import Claim
from invgen.replay.parts import Part, chance, parts, rest, tried
from invgen.replay.trial import Trial
from invgen.replay.witnesses import draw_point, draw_primes
from invgen.spec.sites import SITES


def words(claim: Claim) -> str:
    """What is confirmed of a basis that passes: the name of its objective only where the rules here bind it."""
    objective = claim.spec["objective"]
    if objective == "generators":
        return "confirmed in its ranks, not as a generating set,"
    if objective in ("independent", "flexible") and not claim.closed:
        return "confirmed in its ranks, not that no candidate was left out,"
    if objective == "robust" and not claim.spans and any(s.rank < s.attainable for s in claim.sites):
        return "confirmed in its ranks, not that no candidate has more at the sites where they are short,"
    return f"confirmed as {'an' if objective == 'independent' else 'a'} {objective} set"


def admitted(claim: Claim) -> Iterator[str]:
    """What is wrong by the labels alone: what may be dependent, and what may stand outside."""
    objective, parity = claim.spec["objective"], claim.spec["parity"]
    if claim.outside and (objective, parity) != ("generators", "pseudo"):
        yield f"{len(claim.outside)} labels stand outside, and what raises the rank belongs into a set {objective!r}"
    dependent = [m.label for m in claim.kept if not m.raises]
    if objective == "independent" and dependent:
        yield f"an independent set has no dependent members, such as {dependent[0]}"
    if objective == "linear" and not claim.spans:
        yield "a linear set must span all invariants"


def by_parts(claim: Claim, seed: str) -> Iterator[str]:
    """What is wrong with the parts of a flexible set, by ranks at points that the seed gives."""
    found, risk = parts(claim), chance(claim)
    for number, prime in enumerate(draw_primes(f"{seed}/parts", risk.rounds) if found else ()):
        there = _There(claim, prime, f"{seed}/parts")
        if number == 0:
            yield from there.members(found)
        for part in tried(claim):
            yield from there.others(part)


@dataclass(frozen=True)
class _There:
    """Ranks of the labels of parts modulo a prime."""

    claim: Claim
    prime: int
    seed: str
    gradients: dict[str, np.ndarray] = field(default_factory=dict)

    @cached_property
    def trial(self) -> Trial:
        return Trial(self.claim, self.prime, draw_point(self.seed, 0, self.claim.components, self.prime)[None])

    def rank(self, labels: Iterable[str]) -> int:
        for label in (labels := tuple(labels)):
            if label not in self.gradients:
                self.gradients[label] = self.trial.first.gradient(label)
        return rank((self.gradients[label] for label in labels), self.prime)

    def members(self, found: Sequence[Part]) -> Iterator[str]:
        """They are independent in their part; where they are few no candidate was left out; others raise the rank."""
        for part in found:
            if self.rank(part.base + part.members) - self.rank(part.base) != len(part.members):
                yield f"the members of {part.name} depend on each other"
            if part.is_short and not self.spanned(part):
                few = f"which has {len(part.members)} members and room for {part.room}"
                yield f"candidates of {part.name} are missing, {few}"
        kept, made_up = [m.label for m in self.claim.kept], rest(self.claim)
        if self.rank(kept) - self.rank(label for label in kept if label not in made_up) != len(made_up):
            yield f"of {', '.join(made_up)}, that belong to no tensor or pair, not all raise the rank"

    def spanned(self, part: Part) -> bool:
        """Whether the labels of a part make as many invariants of its tensors as characters say."""
        due = _due(self.claim, part)
        return self.trial.span([*part.base, *part.members, *part.others], due) == due

    def others(self, part: Part) -> Iterator[str]:
        """Where there are few members no candidate is a further one."""
        own = part.base + part.members
        reached = self.rank(own)
        if self.rank(own + part.others) > reached:
            further = next(label for label in part.others if self.rank((*own, label)) > reached)
            yield f"{further} would be a further member of {part.name}"


def _due(claim: Claim, part: Part) -> dict[int, int]:
    """Linearly independent invariants of these tensors for each order, by characters."""
    weighted = [(claim.family.rank_of(t), claim.family.degree(claim.spec, t)) for t in part.tensors]
    return counts.count_invariants(weighted, claim.spec["orders"], (0,), None)


def at_sites(claim: Claim, seed: str) -> Iterator[tuple[str, str]]:
    """Reasons and details of what is wrong at the symmetric sites of a robust set, by points that the seed gives."""
    if claim.spec["objective"] != "robust":
        if claim.sites:
            yield "sites", "only robust sets have them"
        return
    if [(s.name, s.group) for s in claim.sites] != [(name, group) for name, group, *_ in SITES]:
        yield "sites", f"there are {len(claim.sites)}, and not those of the list of {len(SITES)} in their order"
        return
    prime = sites.turning_prime(seed)
    ranks = [claim.family.rank_of(t) for t in claim.tensors]
    dispensable = {m.label for m in claim.kept}
    for number, site in enumerate(claim.sites):
        if (most := sites.attainable(ranks, site.group, prime)) != site.attainable:
            yield "sites", f"{site.name}: the largest possible rank is {most}, the certificate says {site.attainable}"
        point = claim.family.point(claim.tensors, sites.point(claim.family, claim.tensors, number, prime, seed), prime)
        rows = {m.label: point.gradient(m.label) for m in claim.kept}
        found, spare = _without_any_one(rows, prime)
        dispensable &= spare
        if found != site.rank:
            yield "sites", f"{site.name}: the rank is {found}, the certificate says {site.rank}"
        others = (*claim.outside, *claim.rejected) if found < most else ()
        if (larger := rank([*rows.values(), *map(point.gradient, others)], prime)) > found:
            yield "objective", f"{site.name}: the candidates have rank {larger}, the members {found}"
    if dispensable:
        yield "objective", f"{', '.join(sorted(dispensable))} could be left out without any rank getting smaller"


def _without_any_one(rows: dict[str, np.ndarray], prime: int) -> tuple[int, set[str]]:
    """The rank of the rows, and those without any one of which it is the same: they take part in a combination to zero.

    Every row bears its number behind it, a one among zeros, so what is left of a dependent row is such a combination.
    """
    elimination, width = Elimination(prime), len(next(iter(rows.values()), ()))
    numbers, spare = np.eye(len(rows), dtype=np.int64), set[str]()
    for row, number in zip(rows.values(), numbers, strict=True):
        elimination.add(np.concatenate([row, number]))
    combinations = [left[width:] for left, pivot in elimination.echelon if pivot >= width]
    for combination in combinations:
        spare |= {label for label, share in zip(rows, combination, strict=True) if share}
    return elimination.rank - len(combinations), spare
