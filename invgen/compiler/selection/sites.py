"""Sites with point-group symmetry: what chemistry puts around an atom, and the tensors that it makes there.

A site is a Schoenflies group and a few seeds; each seed and its images are one shell of neighbours. The tensors are
sums over shells with weights of their own for every shell and channel, as different radial functions would give.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import combinations

import numpy as np

from invgen.compiler.algebra import modular
from invgen.compiler.algebra.arithmetic import Arithmetic, Floating, Modular
from invgen.compiler.algebra.channels import Channel, components_of
from invgen.compiler.algebra.point_groups import POINT_GROUPS, Circle, FloatCircle, ModularCircle, generators, orbit
from invgen.compiler.candidates.environment import Terms, polynomials
from invgen.compiler.candidates.family import FAMILIES
from invgen.errors import SpecError
from invgen.spec.sites import GENERAL, PLANE, Seed
from invgen.spec.sites import SITES as ROWS

VANISHING = 1e-10
"""Length of a sum over a shell of unit vectors, in float64, that is round-off."""


@dataclass(frozen=True)
class Site:
    """An atom and its neighbours.

    group
        The Schoenflies symbol of the site symmetry; see ``algebra.point_groups`` for the axes. It must be the whole
        symmetry of the neighbours: where they have more, fewer ranks are attainable than the group lets expect.
    example
        Where chemistry has it.
    seeds
        One neighbour of every shell, integer coordinates; the group makes the others.
    ranks
        The ranks that are left where all other tensors vanish; all of them by default.

    Raises ``SpecError`` for seeds that are not whole coordinates, and ``ValueError`` for a group that is none.
    """

    name: str
    group: str
    example: str
    seeds: tuple[Seed, ...]
    ranks: tuple[int, ...] | None = None

    def __post_init__(self) -> None:
        generators(self.group, FloatCircle())
        if not (isinstance(self.seeds, tuple) and self.seeds and all(map(_is_whole, self.seeds))):
            raise SpecError(
                f"site {self.name!r} needs a tuple of neighbours, one of every shell, each with three whole "
                f"coordinates such as ((1, 0, 0), (1, 1, 1)), got seeds={self.seeds!r}"
            )


def _is_whole(seed: object) -> bool:
    return isinstance(seed, tuple) and len(seed) == 3 and all(isinstance(x, int) for x in seed)


SITES = tuple(Site(*row) for row in ROWS)

SHELLS = 14
"""Shells at general places: they make tensors up to rank six as general as any group lets them be."""


def group_sites() -> tuple[Site, ...]:
    """One site for each of ``POINT_GROUPS``, neighbours at general places."""
    return tuple(Site(f"general {group}", group, "", GENERAL[:SHELLS]) for group in POINT_GROUPS)


def pattern_sites(channels: Sequence[Channel]) -> tuple[Site, ...]:
    """One site for each non-empty subset of the ranks: all others vanish, those left are as general as can be."""
    ranks = sorted({c.rank for c in channels})
    found = []
    for size in range(1, len(ranks) + 1):
        for left in combinations(ranks, size):
            present = [c.rank for c in channels if c.rank in left and c.rank > 0]
            group, seeds = _least_symmetry(present)
            found.append(Site("ranks " + ", ".join(map(str, left)), group, "", seeds, left))
    return tuple(found)


def _least_symmetry(ranks: list[int]) -> tuple[str, tuple[Seed, ...]]:
    """The symmetry that tensors of these ranks, one for each entry, keep in general: the principal isotropy group."""
    if not ranks:
        return "Kh", ((0, 0, 0),)
    if ranks == [1]:
        return "Cinfv", ((0, 0, 1),)
    if ranks == [1, 1]:
        return "Cs", PLANE
    if ranks == [2]:
        return "D2h", GENERAL
    return ("Ci" if all(rank % 2 == 0 for rank in ranks) else "C1"), GENERAL


@dataclass(frozen=True, eq=False)
class SitePoint:
    """The tensors at a site, exact modulo a prime or in float64.

    components
        Shape ``(components,)``.
    rotations
        Shape ``(3, components)``: how the components begin to change under turns about x, y and z.
    changes
        Shape ``(rows, components)``: what the operations of the group change, for all tensors whatever. A covector is
        invariant under the group if it vanishes on these.
    """

    components: np.ndarray
    rotations: np.ndarray
    changes: np.ndarray


@lru_cache(maxsize=2048)
def site_point(
    site: Site, family: str, channels: tuple[Channel, ...], prime: int | None = None, seed: str = ""
) -> SitePoint:
    """The tensors of a family's channels at a site; weights of shells are random numbers that ``seed`` fixes.

    prime
        A ``turning_prime``, or ``None`` for float64: then every tensor that does not vanish has length one.
    """
    arithmetic = arithmetic_of(prime)
    weights = _weights(f"{site.name}/{site.group}/{seed}", (len(channels), len(site.seeds)), prime)
    start, parts, changes = 0, [], []
    for channel, weight in zip(channels, weights, strict=True):
        made, changed = _of_rank(site.group, site.seeds, family, channel.rank, prime)
        present = site.ranks is None or channel.rank in site.ranks
        tensor = arithmetic.reduce(arithmetic.reduce(made * weight[:, None, None]).sum(axis=0)) * present
        parts.append(tensor if prime else _normalised(tensor))
        rows = np.zeros((len(changed), components_of(channels)), tensor.dtype)
        rows[:, start : start + tensor.shape[1]] = changed
        start += tensor.shape[1]
        changes.append(rows)
    tensors = np.concatenate(parts, axis=1)
    return SitePoint(tensors[0], tensors[1:], np.concatenate(changes))


def arithmetic_of(prime: int | None) -> Arithmetic:
    """Residues modulo the prime, or float64 without one."""
    return Modular(prime) if prime else Floating()


def _weights(seed: str, shape: tuple[int, int], prime: int | None) -> np.ndarray:
    words = modular.residues(f"weights/{seed}", shape[0] * shape[1], prime or modular.DEFAULT_PRIME).reshape(shape)
    return words if prime else 0.5 + words / modular.DEFAULT_PRIME


def _normalised(tensor: np.ndarray) -> np.ndarray:
    """Rows: a tensor and its changes under rotations, all divided by its length unless it vanishes."""
    length = np.linalg.norm(tensor[0])
    return tensor / length if length > VANISHING else np.zeros_like(tensor)


@lru_cache(maxsize=4096)
def _of_rank(
    group: str, seeds: tuple[Seed, ...], family: str, rank: int, prime: int | None
) -> tuple[np.ndarray, np.ndarray]:
    """Per shell the tensor and its three rotations (shells, 4, 2 rank + 1), and the changes (rows, 2 rank + 1)."""
    arithmetic = arithmetic_of(prime)
    circle: Circle = ModularCircle(prime) if prime else FloatCircle()
    matrices = generators(group, circle)
    harmonics = FAMILIES[family].harmonics(rank, arithmetic)
    shells = [orbit(seed[None], matrices, prime) for seed in _points(seeds, prime)]
    points = _points(GENERAL, prime)
    before = polynomials(harmonics, points, arithmetic)[0]
    changed = [np.zeros((0, 2 * rank + 1), before.dtype)]
    for matrix in matrices:
        after = arithmetic.matmul(points, arithmetic.array(matrix).T)
        changed.append(arithmetic.reduce(polynomials(harmonics, after, arithmetic)[0] - before).T)
    return np.stack([_turned(harmonics, shell, arithmetic) for shell in shells]), np.concatenate(changed)


def _turned(harmonics: Sequence[Terms], shell: np.ndarray, arithmetic: Arithmetic) -> np.ndarray:
    """The tensor of a shell, and its derivatives under turns about x, y and z: (4, 2 rank + 1)."""
    values, gradients = polynomials(harmonics, shell, arithmetic)
    turns = [gradients[..., b] * shell[:, c] - gradients[..., c] * shell[:, b] for b, c in ((2, 1), (0, 2), (1, 0))]
    return arithmetic.reduce(np.stack([part.sum(axis=1) for part in (values, *map(arithmetic.reduce, turns))]))


def _points(seeds: tuple[Seed, ...], prime: int | None) -> np.ndarray:
    """As they are modulo a prime, where a factor for a shell is part of its weight; of length one in float64."""
    points = np.array(seeds)
    if prime:
        return points
    return points / np.maximum(np.linalg.norm(points, axis=1, keepdims=True), 1)
