"""The objective ``robust``: few invariants that have the largest possible rank at every site of real chemistry.

One Jacobian at a generic point and one at every site are eliminated side by side. Candidates are taken order by order
until all of them together have the attainable rank everywhere, or the orders end. Then the candidate that raises most
ranks is kept, again and again; at last every member that the others can do without is dropped. The set is minimal:
without any one of its members some rank is lower. No smaller set than the largest of the ranks can exist.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import groupby

import numpy as np

from invgen.compiler.algebra import modular
from invgen.compiler.algebra.channels import components_of
from invgen.compiler.algebra.point_groups import turning_prime
from invgen.compiler.candidates.family import Candidate, family_of
from invgen.compiler.selection.evidence import Evidence, SiteRank
from invgen.compiler.selection.flexibility import attainable_ranks, check_parity, site_gradients, site_ranks
from invgen.compiler.selection.floating import BLOCK
from invgen.compiler.selection.setting import Chosen, Setting, collect_evidence
from invgen.compiler.selection.sites import SITES
from invgen.spec import BasisSpec


@dataclass(frozen=True)
class Everywhere:
    """Jacobian rows of candidates at the generic point, first, and at all sites.

    primes
        One for each point.
    rows
        Shape ``(points, candidates, components)``.
    """

    primes: tuple[int, ...]
    rows: np.ndarray

    def ranks(self, members: Sequence[int] | None = None) -> list[int]:
        """The rank of some rows, or of all, at every point."""
        chosen = self.rows if members is None else self.rows[:, list(members)]
        return [modular.rank(rows, prime) for rows, prime in zip(chosen, self.primes, strict=True)]


@dataclass(frozen=True)
class Covering:
    """Members that have the largest rank everywhere.

    targets, limits
        At the generic point and at every site: the rank of all candidates together, and the rank attainable with any.
    members
        Positions among the candidates.
    """

    candidates: list[Candidate]
    everywhere: Everywhere
    targets: list[int]
    limits: list[int]
    members: list[int]


def robust(spec: BasisSpec, setting: Setting) -> Chosen:
    """Few invariants of the largest rank, at the requested orders, at a generic point and at all ``SITES``."""
    return described(spec, setting, covering(spec, setting))


def covering(spec: BasisSpec, setting: Setting) -> Covering:
    """The members that ``robust`` chooses."""
    check_parity(spec)
    prime = turning_prime(setting.prime)
    limits = [family_of(spec).bound(spec), *attainable_ranks(spec, SITES, prime, setting.seed)]
    candidates, everywhere, targets = _enough(spec, setting, prime, limits)
    members = _covering(everywhere, targets, setting)
    members = sorted(_without_dispensable(everywhere, targets, members))
    return Covering(candidates, everywhere, targets, limits, members)


def described(spec: BasisSpec, setting: Setting, found: Covering) -> Chosen:
    """The members and the evidence for them."""
    kept = [found.candidates[k] for k in found.members]
    return kept, _evidence(spec, setting, found.candidates, kept, found.targets, found.limits)


def _enough(
    spec: BasisSpec, setting: Setting, prime: int, limits: list[int]
) -> tuple[list[Candidate], Everywhere, list[int]]:
    """Candidates of the lowest orders that reach the limits together, or of all orders, and the ranks they reach."""
    primes = (setting.prime, *(prime for _ in SITES))
    width = components_of(family_of(spec).channels(spec))
    everywhere = Everywhere(primes, np.zeros((len(primes), 0, width), dtype=np.int64))
    candidates: list[Candidate] = []
    targets = everywhere.ranks()
    for order, level in _levels(spec, setting):
        candidates += level
        setting.consider(level)
        generic = setting.selection(spec).exact.gradients(level)
        fresh = np.concatenate([generic, site_gradients(spec, level, SITES, prime, setting.seed)])
        everywhere = Everywhere(primes, np.concatenate([everywhere.rows, fresh], axis=1))
        targets = everywhere.ranks()
        if setting.progress:
            setting.progress(f"robust n={order}", sum(targets), sum(limits))
        if targets == limits:
            break
    return candidates, everywhere, targets


def _levels(spec: BasisSpec, setting: Setting) -> Iterator[tuple[int, list[Candidate]]]:
    """Candidates of one order after another; of all orders at once for an ordering that mixes them."""
    stream = family_of(spec).stream(spec, setting.max_candidates)
    if spec.ordering == "degree":
        yield from ((order, list(level)) for order, level in groupby(stream, key=lambda c: c.order))
    elif level := list(stream):
        yield spec.n_max, level


def _covering(everywhere: Everywhere, targets: list[int], setting: Setting) -> list[int]:
    """Positions of the candidates that are kept: each time the first of those that raise most ranks."""
    width = everywhere.rows.shape[2]
    echelons = [modular.Echelon(width, prime) for prime in everywhere.primes]
    left = everywhere.rows % np.array(everywhere.primes)[:, None, None]
    members: list[int] = []
    while any(e.rank < target for e, target in zip(echelons, targets, strict=True)):
        best = int(np.argmax((left != 0).any(axis=2).sum(axis=0)))
        members.append(best)
        for point, echelon in enumerate(echelons):
            if left[point, best].any():
                echelon.add(left[point, best])
                left[point] = echelon.reduce(left[point])
        if setting.progress:
            setting.progress("robust, choosing", sum(e.rank for e in echelons), sum(targets))
    return members


def _without_dispensable(everywhere: Everywhere, targets: list[int], members: list[int]) -> list[int]:
    """Members without those, from the last in the stated order on, that the others can do without.

    Where there are no more than the rank at the generic point every one is needed there.
    """
    if len(members) == targets[0]:
        return members
    for candidate in sorted(members, reverse=True):
        others = [k for k in members if k != candidate]
        if everywhere.ranks(others) == targets:
            members = others
    return members


def _evidence(
    spec: BasisSpec,
    setting: Setting,
    candidates: list[Candidate],
    kept: list[Candidate],
    targets: list[int],
    limits: list[int],
) -> Evidence:
    whole = setting.selection(spec)
    whole.run(kept, len(kept), lookahead=BLOCK)
    whole.offered = Counter(c.order for c in candidates)
    evidence = collect_evidence(spec, setting, [whole], kept, whole.rank, limits[0], attainable=targets[0])
    floats = np.max(
        [site_ranks(spec, kept, SITES, None, f"{setting.seed}/{k}") for k in range(whole.floating.size)], axis=0
    )
    return replace(
        evidence,
        size_complete=len(kept),
        float_agrees=evidence.float_agrees and [int(rank) for rank, _ in floats] == targets[1:],
        sites=tuple(
            SiteRank(site.name, site.group, rank, limit)
            for site, rank, limit in zip(SITES, targets[1:], limits[1:], strict=True)
        ),
    )
