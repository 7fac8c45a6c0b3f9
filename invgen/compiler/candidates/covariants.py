"""What a family offers to the selection of covariants, and the families that have some.

Parity is that of the request: ``proper`` covariants of rank L change under inversion by (-1)^L.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import Any, Protocol

import numpy as np

from invgen.compiler.algebra import modular
from invgen.compiler.algebra.arithmetic import Arithmetic
from invgen.compiler.algebra.channels import Channel
from invgen.compiler.algebra.characters import count_order
from invgen.compiler.candidates.ace import covariants as ace
from invgen.compiler.candidates.ace.counting import count_ace
from invgen.compiler.candidates.ace.family import random_tensors, truncation
from invgen.compiler.candidates.ace.truncation import Truncation, multisets, total_degree
from invgen.compiler.candidates.cartesian import covariants as cartesian
from invgen.compiler.candidates.cartesian.family import linear_span, parities, random_neighbourhoods
from invgen.compiler.candidates.family import family_of
from invgen.errors import SpecError
from invgen.spec import BasisSpec
from invgen.spec.values import highest_rank


class CovariantEvaluator(Protocol):
    """Covariants at fixed points; a selection finds their components where gradients usually are."""

    @property
    def size(self) -> int: ...
    @property
    def components(self) -> int: ...
    def values(self, candidate: Any, /) -> np.ndarray: ...
    def values_and_gradients(self, candidate: Any, /) -> tuple[np.ndarray, np.ndarray]: ...
    def gradients(self, candidates: Sequence[Any], /) -> np.ndarray: ...


class Covariants(Protocol):
    """The covariants of a family; ``objectives`` are those by which some of them are chosen.

    Candidates are those of ``candidates.family``, with ``rank``, ``text`` and ``latex``.
    """

    @property
    def objectives(self) -> tuple[str, ...]: ...

    def channels(self, spec: BasisSpec, rank: int) -> tuple[Channel, ...]:
        """The tensors in use, in component order."""

    def counts(self, spec: BasisSpec, rank: int) -> dict[int, int]:
        """Linearly independent covariants per order, products with scalars among them, by characters."""

    def evaluator(
        self, channels: tuple[Channel, ...], rank: int, points: np.ndarray, arithmetic: Arithmetic
    ) -> CovariantEvaluator:
        """Evaluates covariants at points ``(points, components)``."""

    def configurations(self, channels: tuple[Channel, ...], count: int, seed: str) -> np.ndarray:
        """Random float64 components ``(count, components)`` of order one."""

    def stream(self, spec: BasisSpec, rank: int, limit: int) -> Iterator[Any]:
        """Candidates that span all covariants over the field of invariants, in the stated order."""

    def linear_sets(
        self, spec: BasisSpec, rank: int, order: int, prime: int, seed: str
    ) -> Iterator[tuple[Sequence[Any], int]]:
        """For each multiset a linearly independent set, proven modulo the prime, and how many were looked at."""

    def from_label(self, label: str) -> Any:
        """The covariant of a label; raises ``ValueError`` for text that is none."""


class CartesianCovariants:
    """Contractions with an open vertex."""

    objectives = ("independent", "linear", "generators")

    def channels(self, spec: BasisSpec, rank: int) -> tuple[Channel, ...]:
        return family_of(spec).channels(spec)

    def counts(self, spec: BasisSpec, rank: int) -> dict[int, int]:
        channels = self.channels(spec, rank)
        return {n: sum(count_order(channels, n, p, rank) for p in parities(spec)) for n in spec.orders}

    def evaluator(
        self, channels: tuple[Channel, ...], rank: int, points: np.ndarray, arithmetic: Arithmetic
    ) -> cartesian.CovariantEvaluator:
        return cartesian.CovariantEvaluator(channels, rank, points, arithmetic)

    def configurations(self, channels: tuple[Channel, ...], count: int, seed: str) -> np.ndarray:
        return random_neighbourhoods(channels, count, seed)

    def stream(self, spec: BasisSpec, rank: int, limit: int) -> Iterator[cartesian.Covariant]:
        channels = self.channels(spec, rank)
        for order in spec.orders:
            yield from cartesian.candidates(channels, rank, order, spec.parity, limit)

    def linear_sets(
        self, spec: BasisSpec, rank: int, order: int, prime: int, seed: str
    ) -> Iterator[tuple[Sequence[cartesian.Covariant], int]]:
        for piece in cartesian.multidegrees(self.channels(spec, rank), rank, order):
            if piece.is_pseudo in parities(spec):
                found, seen = linear_span(piece.factors, piece.is_pseudo, piece.invariants, prime, seed)
                yield list(map(cartesian.Covariant, found)), seen

    def from_label(self, label: str) -> cartesian.Covariant:
        return cartesian.Covariant.from_label(label)


class AceCovariants:
    """Couplings to a tensor; they are linearly independent, products with scalars among them."""

    objectives = ("independent", "linear")

    def channels(self, spec: BasisSpec, rank: int) -> tuple[Channel, ...]:
        return _ace_channels(spec, rank)

    def counts(self, spec: BasisSpec, rank: int) -> dict[int, int]:
        parts = [count_ace(free_truncation(spec, n), (n,), spec.parity, rank) for n in spec.orders]
        return {order: number for part in parts for order, number in part.items()}

    def evaluator(
        self, channels: tuple[Channel, ...], rank: int, points: np.ndarray, arithmetic: Arithmetic
    ) -> ace.CovariantEvaluator:
        return ace.CovariantEvaluator(channels, rank, points, arithmetic)

    def configurations(self, channels: tuple[Channel, ...], count: int, seed: str) -> np.ndarray:
        return random_tensors(channels, count, seed)

    def stream(self, spec: BasisSpec, rank: int, limit: int) -> Iterator[ace.Covariant]:
        for order in spec.orders:
            for found, _ in self.linear_sets(spec, rank, order, modular.DEFAULT_PRIME, ""):
                yield from found

    def linear_sets(
        self, spec: BasisSpec, rank: int, order: int, prime: int, seed: str
    ) -> Iterator[tuple[Sequence[ace.Covariant], int]]:
        for content in multisets(free_truncation(spec, order), order, spec.parity, rank):
            found = ace.covariants_of(content, rank, prime)
            yield found, len(found)

    def from_label(self, label: str) -> ace.Covariant:
        return ace.Covariant.from_label(label)


@lru_cache(maxsize=64)
def _ace_channels(spec: BasisSpec, rank: int) -> tuple[Channel, ...]:
    found = (multisets(free_truncation(spec, n), n, spec.parity, rank) for n in spec.orders)
    return tuple(sorted({channel for part in found for content in part for channel in content}))


def free_truncation(spec: BasisSpec, order: int) -> Truncation:
    """What a spec allows in one order; a total degree alone limits ranks by itself, not by what scalars can hold."""
    limit = spec.limits[spec.orders.index(order)]
    if limit.total_degree is None or spec.w_L is None:
        return truncation(spec, order)
    implied = highest_rank(limit.total_degree, spec.w_L, (order,) if spec.by_order else spec.orders)
    radial = None if limit.channels is None else limit.channels // spec.species
    cap = limit.l_max if limit.l_max < implied else None
    return total_degree(limit.total_degree, spec.w_L, spec.species, cap, radial)


FAMILIES: dict[str, Covariants] = {"cartesian": CartesianCovariants(), "ace": AceCovariants()}
"""A family of candidates need not have covariants."""


def covariants_of(spec: BasisSpec) -> Covariants:
    """The covariants of the family of a spec; raises ``SpecError`` if it has none."""
    if spec.family not in FAMILIES:
        raise SpecError(
            f"no covariants are known of the family {spec.family!r}, only of {', '.join(FAMILIES)}; use one of these"
        )
    return FAMILIES[spec.family]
