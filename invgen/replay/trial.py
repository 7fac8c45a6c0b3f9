"""One trial: all ranks that a certificate speaks of, at given points modulo a given prime."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import combinations_with_replacement

import numpy as np

from invgen.replay.arithmetic import Elimination, rank
from invgen.replay.certificate import Claim
from invgen.replay.counts import PARITIES
from invgen.replay.families import Family
from invgen.replay.statement import evaluated


@dataclass(frozen=True)
class Trial:
    """The labels of a claim at points ``(points, components)`` modulo a prime."""

    claim: Claim
    prime: int
    points: np.ndarray

    @property
    def family(self) -> Family:
        """The family of the labels."""
        return self.claim.family

    @cached_property
    def rows(self) -> dict[str, np.ndarray]:
        """Derivatives of every label that is needed, at the first point."""
        point = self.family.point(self.claim.tensors, self.points[0], self.prime)
        return {label: point.gradient(label) for label in evaluated(self.claim)}

    @cached_property
    def pivots(self) -> dict[str, int]:
        """The pivot column of every label that raises the rank, in order."""
        elimination = Elimination(self.prime)
        found = {label: elimination.add(row) for label, row in self.rows.items()}
        return {label: pivot for label, pivot in found.items() if pivot is not None}

    def pattern_rank(self, ranks: Sequence[int]) -> int:
        """Rank of the kept labels that hold these ranks only, which is theirs when all other tensors vanish."""
        return rank((self.rows[label] for label in members(self.claim, ranks)), self.prime)

    def spanned(self) -> dict[int, int]:
        """For every order the number of linearly independent functions among labels and their products."""
        points = [self.family.point(self.claim.tensors, x, self.prime) for x in self.points]
        labels = spanning_labels(self.claim)
        values = {label: np.array([p.value(label) for p in points], dtype=np.int64) for label in labels}
        rows: dict[tuple[str, ...], list[np.ndarray]] = {}
        for factors in products(self.claim, labels):
            content = tuple(sorted(t for label in factors for t in self.family.content(label)))
            row = np.ones(len(points), dtype=np.int64)
            for label in factors:
                row = row * values[label] % self.prime
            rows.setdefault(content, []).append(row)
        found: Counter[int] = Counter()
        for content, part in rows.items():
            found[len(content)] += rank(part, self.prime)
        return dict(found)


def members(claim: Claim, ranks: Sequence[int]) -> list[str]:
    """The kept labels that hold tensors of these ranks only."""
    family = claim.family
    return [m.label for m in claim.kept if all(family.rank_of(t) in ranks for t in family.content(m.label))]


def spanning_labels(claim: Claim) -> tuple[str, ...]:
    """The labels that are said to span: of the objective ``linear`` the kept ones."""
    return tuple(m.label for m in claim.kept) if claim.spec["objective"] == "linear" else claim.labels


def products(claim: Claim, labels: Sequence[str]) -> Iterator[tuple[str, ...]]:
    """Labels, and their products of an order and parity that the claim counts, where they are not labels already."""
    family = claim.family
    if not family.products or claim.spec["objective"] == "linear":
        yield from ((label,) for label in labels)
        return
    contents = {label: family.content(label) for label in labels}
    odd = {label: sum(map(family.rank_of, content)) % 2 for label, content in contents.items()}
    by_order: dict[int, list[str]] = {}
    for label in labels:
        by_order.setdefault(len(contents[label]), []).append(label)
    for order, _ in claim.counts:
        for parts in _partitions(order, order):
            groups = [combinations_with_replacement(by_order.get(part, []), n) for part, n in Counter(parts).items()]
            for factors in _choices([list(group) for group in groups]):
                if sum(odd[label] for label in factors) % 2 in PARITIES[claim.spec["parity"]]:
                    yield factors


def _partitions(total: int, largest: int) -> Iterator[tuple[int, ...]]:
    if total == 0:
        yield ()
    for first in range(min(total, largest), 0, -1):
        for rest in _partitions(total - first, first):
            yield first, *rest


def _choices(groups: list[list[tuple[str, ...]]]) -> Iterator[tuple[str, ...]]:
    if not groups:
        yield ()
        return
    for first in groups[0]:
        for rest in _choices(groups[1:]):
            yield first + rest
