"""Flexibility: the rank of a set of invariants at symmetric sites, beside the rank that any set can have there.

Let H be the group of the rotations and inversions that leave the tensors x as they are. The derivative at x of an
invariant is a covector that H leaves as it is, and that vanishes along the directions in which rotations move x. By
the slice theorem every such covector is the derivative of an invariant: it extends to an invariant function near the
orbit of x, and invariant polynomials approximate that together with its derivatives. So

    attainable rank = dimension of { covectors that vanish on (h - 1) v for h in H and all v, and on rotations of x }.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from invgen.compiler.algebra import modular
from invgen.compiler.algebra.arithmetic import Modular
from invgen.compiler.algebra.channels import components_of
from invgen.compiler.algebra.characters import transcendence_degree
from invgen.compiler.algebra.point_groups import turning_prime
from invgen.compiler.candidates.family import Candidate, family_of
from invgen.compiler.selection.evidence import SiteRank
from invgen.compiler.selection.flexible import shortfall
from invgen.compiler.selection.langbein import CONFIGURATIONS
from invgen.compiler.selection.sites import SITES, Site, arithmetic_of, pattern_sites, site_point
from invgen.errors import SpecError
from invgen.markup import block, table
from invgen.spec import BasisSpec
from invgen.spec.sites import written

FLOAT_RANK = 1e-9
"""Share of the largest singular value of unit rows above which a singular value counts, in the best configuration."""
NO_ROW = 1e-11
"""Length of a gradient, at tensors of length one, that is round-off."""
AT_ONCE = 32
"""Sites whose Jacobians are in memory together."""
MOST_PATTERNS = 8
"""Number of ranks up to which all subsets of them are gone through."""


@dataclass(frozen=True)
class PatternRank(SiteRank):
    """The same where only some ranks are left and all other tensors vanish, without any symmetry that asks for it.

    rank, attainable
        By all components, those of the vanishing tensors among them: what begins to be seen as they appear.
    among, bound
        The rank by the components of the tensors that are left, and components less the dimension of an orbit.
    """

    among: int
    bound: int

    @property
    def verdict(self) -> str:
        """``complete`` among the tensors that are left, or by how much the rank is short."""
        return "complete" if self.among == self.bound else f"{self.bound - self.among} short"


@dataclass(frozen=True)
class Flexibility:
    """What a basis sees where there is symmetry.

    sites
        Sites of real chemistry, by their point groups.
    patterns
        One for each non-empty subset of the ranks that is left when all other tensors vanish; empty above
        ``MOST_PATTERNS`` ranks.
    rank, bound
        In general, and what no set exceeds.
    short
        Objective ``flexible``: the patterns in which the set falls short and the order that would suffice, in words.
    prime
        The exact ranks were found modulo it.
    float_agrees
        Whether the float64 ranks are the same everywhere.
    """

    id: str
    rank: int
    bound: int
    short: str
    prime: int
    sites: tuple[SiteRank, ...]
    patterns: tuple[PatternRank, ...]
    float_agrees: bool

    @property
    def robust(self) -> bool:
        """Whether the rank is the largest possible one at every site."""
        return all(row.rank == row.attainable for row in self.sites)

    @property
    def flexible(self) -> bool:
        """Whether the set stays complete among the tensors that are left, whichever vanish."""
        return all(row.among == row.bound for row in self.patterns)

    def to_json(self) -> dict[str, Any]:
        """Plain data, with a verdict in every row."""
        rows = {
            part: [{**asdict(row), "verdict": row.verdict} for row in getattr(self, part)]
            for part in ("sites", "patterns")
        }
        return {**asdict(self), "robust": self.robust, "flexible": self.flexible, **rows}

    def _repr_html_(self) -> str:
        rows = [(r.name, written(r.group), f"{r.rank} of {r.attainable}", r.verdict) for r in self.sites]
        rows += [(r.name, "", f"{r.among} of {r.bound}", r.verdict) for r in self.patterns]
        return block(str(self).splitlines()[0], self.short, table(("site", "group", "rank", "verdict"), rows))

    def __str__(self) -> str:
        full, complete = (sum(" " not in r.verdict for r in part) for part in (self.sites, self.patterns))
        general = "complete" if self.rank == self.bound else f"{self.bound - self.rank} short of complete"
        lines = [
            f"{self.id}: in general rank {self.rank} of at most {self.bound}, {general}; full rank at {full} of "
            f"{len(self.sites)} sites, complete in {complete} of {len(self.patterns)} vanishing patterns",
            *([self.short] if self.short else []),
            *(f"{r.name} ({written(r.group)}): {r.rank} of {r.attainable}, {r.verdict}" for r in self.sites),
            *(f"{r.name}: {r.among} of {r.bound}, {r.verdict}" for r in self.patterns),
            f"exact modulo {self.prime}; float64 {'agrees' if self.float_agrees else 'DISAGREES'}",
        ]
        return "\n".join(lines)


def flexibility(spec: BasisSpec, invariants: Sequence[Candidate], sites: Iterable[Site] = SITES) -> Flexibility:
    """Ranks of a set of invariants at sites and in all vanishing patterns.

    Raises ``SpecError`` unless the parity is proper: inversion and mirrors belong to the symmetry of a site.
    """
    check_parity(spec)
    channels, sites = family_of(spec).channels(spec), tuple(sites)
    patterns = pattern_sites(channels) if len({c.rank for c in channels}) <= MOST_PATTERNS else ()
    everywhere, prime = sites + patterns, turning_prime()
    ranks = site_ranks(spec, invariants, everywhere, prime)
    floats = [site_ranks(spec, invariants, everywhere, None, f"{k}") for k in range(CONFIGURATIONS)]
    best = [tuple(max(pair) for pair in zip(*found, strict=True)) for found in zip(*floats, strict=True)]
    limits = attainable_ranks(spec, everywhere, prime)
    bounds = [transcendence_degree(c for c in channels if c.rank in (p.ranks or ())) for p in patterns]
    rows = list(zip(everywhere, ranks, limits, strict=True))
    left = (
        (p.ranks or (), among, bound)
        for p, (_, among), bound in zip(patterns, ranks[len(sites) :], bounds, strict=True)
    )
    return Flexibility(
        spec.id,
        _general_rank(spec, invariants, prime),
        family_of(spec).bound(spec),
        shortfall(spec, left) if spec.objective == "flexible" else "",
        prime,
        tuple(SiteRank(s.name, s.group, rank, limit) for s, (rank, _), limit in rows[: len(sites)]),
        tuple(
            PatternRank(s.name, s.group, rank, limit, among, bound)
            for (s, (rank, among), limit), bound in zip(rows[len(sites) :], bounds, strict=True)
        ),
        ranks == best and limits == attainable_ranks(spec, everywhere, None),
    )


def _general_rank(spec: BasisSpec, invariants: Sequence[Candidate], prime: int) -> int:
    """At components of no symmetry, which need not be those of neighbours."""
    channels = family_of(spec).channels(spec)
    point = modular.residues(f"general/{spec.id}", components_of(channels), prime)
    evaluator = family_of(spec).evaluator(spec, point, Modular(prime))
    return modular.rank(evaluator.gradients(invariants)[0], prime) if invariants else 0


def check_parity(spec: BasisSpec) -> None:
    """Raises ``SpecError`` for pseudo-scalars."""
    if spec.parity != "proper":
        raise SpecError(
            f"flexibility is a property of proper scalars, since inversion and mirrors belong to the symmetry of a "
            f"site; got parity={spec.parity!r}; use parity='proper'"
        )


def site_gradients(
    spec: BasisSpec, invariants: Sequence[Candidate], sites: Sequence[Site], prime: int | None, seed: str = ""
) -> np.ndarray:
    """Gradients (sites, invariants, components) of candidates at all sites."""
    family = family_of(spec)
    channels = family.channels(spec)
    points = [site_point(site, spec.family, channels, prime, seed).components for site in sites]
    if not invariants:
        return np.zeros((len(sites), 0, components_of(channels)), points[0].dtype)
    return family.evaluator(spec, np.stack(points), arithmetic_of(prime)).gradients(invariants)


def site_ranks(
    spec: BasisSpec, invariants: Sequence[Candidate], sites: Sequence[Site], prime: int | None, seed: str = ""
) -> list[tuple[int, int]]:
    """The rank of the Jacobian at every site, by all components and by those of the ranks that are left there."""
    channels = family_of(spec).channels(spec)
    of_column = np.repeat([c.rank for c in channels], [c.size for c in channels])
    found = []
    for start in range(0, len(sites), AT_ONCE):
        part = sites[start : start + AT_ONCE]
        for site, rows in zip(part, site_gradients(spec, invariants, part, prime, seed), strict=True):
            whole = _rank(rows, prime)
            left = whole if site.ranks is None else _rank(rows[:, np.isin(of_column, site.ranks)], prime)
            found.append((whole, left))
    return found


def attainable_ranks(spec: BasisSpec, sites: Sequence[Site], prime: int | None, seed: str = "") -> list[int]:
    """The rank that the derivatives of all invariants together have at every site."""
    channels = family_of(spec).channels(spec)
    found = []
    for site in sites:
        point = site_point(site, spec.family, channels, prime, seed)
        forbidden = np.concatenate([point.changes, point.rotations])
        found.append(components_of(channels) - _rank(forbidden, prime))
    return found


def _rank(rows: np.ndarray, prime: int | None) -> int:
    """Modulo a prime by elimination; in float64 by the singular values of unit rows."""
    if prime:
        return modular.rank(rows, prime)
    lengths = np.linalg.norm(rows, axis=1)
    rows = rows[lengths > NO_ROW] / lengths[lengths > NO_ROW, None]
    if not len(rows):
        return 0
    values = np.linalg.svd(rows, compute_uv=False)
    return int((values > FLOAT_RANK * values[0]).sum())
