"""The family ``ace`` as the stages after it see it: streams, evaluators, bounds, labels."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from fractions import Fraction
from functools import lru_cache
from itertools import chain
from math import factorial, prod
from typing import Any

import numpy as np

from invgen.compiler.algebra import modular
from invgen.compiler.algebra.arithmetic import Arithmetic
from invgen.compiler.algebra.channels import Channel, channel_slices, components_of
from invgen.compiler.algebra.characters import count_invariants, largest_rank
from invgen.compiler.algebra.couplings import integer_coupling
from invgen.compiler.algebra.sparse import Sparse, monomial
from invgen.compiler.candidates.ace.chains import AceEvaluator, coupling_steps
from invgen.compiler.candidates.ace.counting import count_ace, rank_at_most
from invgen.compiler.candidates.ace.coupling import Coupling, candidates, channel_label, couplings
from invgen.compiler.candidates.ace.truncation import (
    Truncation,
    box,
    channels_in_use,
    multisets,
    total_degree,
)
from invgen.compiler.candidates.environment import Terms, solid_harmonics
from invgen.compiler.candidates.multidegree import Multidegree
from invgen.errors import SpecError, TooManyCandidates, raise_limit
from invgen.spec import BasisSpec


class AceFamily:
    """Couplings of channels A_znl; candidates are linearly independent, products of smaller ones among them."""

    lookahead = 64
    headings = ("factors", "coupling")
    products = False
    atomic = True

    def channels(self, spec: BasisSpec) -> tuple[Channel, ...]:
        """The channels that occur in any candidate of the spec, ascending (z, n, l)."""
        return _channels(spec)

    def bound(self, spec: BasisSpec) -> int:
        return largest_rank(_channels(spec), spec.parity)

    def rank_at_most(self, spec: BasisSpec) -> int:
        return rank_at_most(truncations(spec), spec.parity, _channels(spec))

    def counts(self, spec: BasisSpec) -> dict[int, int]:
        return dict(_counts(spec))

    def refuse(self, spec: BasisSpec, limit: int) -> None:
        """Raises ``TooManyCandidates`` above the limit, and ``SpecError`` if there is no function at all."""
        counts = _counts(spec)
        total, highest = sum(counts.values()), max(counts)
        if not total:
            raise SpecError(
                f"{spec.id} selects no function: no multiset of its channels couples to a {spec.parity} scalar of "
                f"orders {spec.orders}; raise total_degree or l_max, or ask for other orders"
            )
        if total > limit:
            raise TooManyCandidates(
                f"{spec.id} has {total} linearly independent candidates, {counts[highest]} of them of order {highest}; "
                f"lower n_max, l_max, channels or total_degree, or {raise_limit(limit)}"
            )

    def offered(self, spec: BasisSpec) -> int | None:
        return sum(_counts(spec).values())

    def evaluator(self, spec: BasisSpec, points: np.ndarray, arithmetic: Arithmetic) -> AceEvaluator:
        return AceEvaluator(_channels(spec), points, arithmetic)

    def harmonics(self, rank: int, arithmetic: Arithmetic) -> list[Terms]:
        return solid_harmonics(rank, arithmetic)

    def configurations(self, spec: BasisSpec, count: int, seed: str) -> np.ndarray:
        return random_tensors(_channels(spec), count, seed)

    def stream(self, spec: BasisSpec, limit: int) -> Iterator[Coupling]:
        self.refuse(spec, limit)
        found = chain.from_iterable(candidates(truncation(spec, order), (order,), spec.parity) for order in spec.orders)
        if spec.ordering == "degree":
            return found
        keys = {"cost": coupling_cost, "rank": lambda c: c.factors[-1].rank}
        return iter(sorted(found, key=keys["cost" if spec.by_program else spec.ordering]))

    def linear_sets(
        self, spec: BasisSpec, order: int, prime: int, seed: str
    ) -> Iterator[tuple[Sequence[Coupling], int]]:
        for multiset in multisets(truncation(spec, order), order, spec.parity):
            found = couplings(multiset, prime)
            yield found, len(found)

    def multidegrees(self, spec: BasisSpec, order: int) -> Iterator[Multidegree]:
        used = set(_channels(spec))
        for multiset in multisets(truncation(spec, order), order, "both"):
            if used.issuperset(multiset):
                name = " ".join(channel_label(c) for c in multiset)
                odd = sum(c.rank for c in multiset) % 2 == 1
                yield Multidegree(multiset, name, count_invariants(multiset), odd)

    def spanning(self, piece: Multidegree, already: int, limit: int) -> Sequence[Coupling]:
        return couplings(piece.factors)

    def name(self, channel: Channel) -> str:
        return channel_label(channel)

    def from_label(self, label: str) -> Coupling:
        return Coupling.from_label(label)

    def factors(self, spec: BasisSpec, candidate: Coupling) -> str:
        return " ".join(candidate.factor_texts(spec.elements))

    def text(self, spec: BasisSpec, candidate: Coupling) -> str:
        return candidate.text(spec.elements)

    def latex(self, spec: BasisSpec, candidate: Coupling) -> str:
        return candidate.latex(spec.elements)

    def drawing(self, spec: BasisSpec, candidate: Coupling) -> str:
        from invgen.compiler.candidates.ace.drawing import draw_coupling

        return draw_coupling(candidate, spec.elements)

    def sympy(self, spec: BasisSpec, candidate: Coupling) -> Any:
        return candidate.sympy(several=spec.species > 1)

    def monomials(self, candidate: Coupling) -> int:
        return len(candidate.polynomial().integers)

    def symmetry_number(self, candidate: Coupling) -> int:
        """Permutations of equal factors: the product of the factorials of their numbers."""
        return prod(factorial(number) for number in Counter(candidate.factors).values())

    def expanded(self, spec: BasisSpec, candidate: Coupling) -> Sparse:
        slices = channel_slices(_channels(spec))
        exact = candidate.polynomial()
        centres = [slices[c].start + c.rank for c in candidate.factors]
        found: Sparse = {}
        for orders, value in zip(exact.orders.tolist(), exact.integers, strict=True):
            found[monomial(Counter(centre + m for centre, m in zip(centres, orders, strict=True)).items())] = value
        return found

    def scale(self, candidate: Coupling) -> Fraction:
        return candidate.polynomial().scale


def random_tensors(channels: Sequence[Channel], count: int, seed: str) -> np.ndarray:
    """Components ``(count, components)``: every channel has length one, in a random direction."""
    width = components_of(channels)
    prime = modular.DEFAULT_PRIME
    words = modular.residues(seed, count * width, prime).reshape(count, width) / prime - 0.5
    starts = np.cumsum([0, *(c.size for c in channels)])[:-1]
    lengths = np.sqrt(np.add.reduceat(words**2, starts, axis=1))
    return words / np.repeat(lengths, [c.size for c in channels], axis=1)


def truncation(spec: BasisSpec, order: int) -> Truncation:
    """The channels and degrees that a spec allows in one order."""
    limit = spec.limits[spec.orders.index(order)]
    radial = None if limit.channels is None else limit.channels // spec.species
    if limit.total_degree is None or spec.w_L is None:
        return box(limit.l_max, radial or 1, spec.species)
    return total_degree(limit.total_degree, spec.w_L, spec.species, limit.l_max, radial)


def truncations(spec: BasisSpec) -> dict[Truncation, tuple[int, ...]]:
    """The orders of a spec by what they hold: one entry where all are alike."""
    found: dict[Truncation, tuple[int, ...]] = {}
    for order in spec.orders:
        part = truncation(spec, order)
        found[part] = (*found.get(part, ()), order)
    return found


@lru_cache(maxsize=64)
def _channels(spec: BasisSpec) -> tuple[Channel, ...]:
    parts = (channels_in_use(part, orders, spec.parity) for part, orders in truncations(spec).items())
    return tuple(sorted(set().union(*parts)))


@lru_cache(maxsize=64)
def _counts(spec: BasisSpec) -> dict[int, int]:
    parts = [count_ace(part, orders, spec.parity) for part, orders in truncations(spec).items()]
    return dict(sorted(pair for part in parts for pair in part.items()))


def coupling_cost(coupling: Coupling) -> int:
    """Multiplications of a single evaluation: the coefficients of every coupling along the chain that are not zero."""
    return sum(int(np.count_nonzero(integer_coupling(*step)[0])) for step in coupling_steps(coupling))
