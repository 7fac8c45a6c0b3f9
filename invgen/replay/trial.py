"""One trial: all ranks that a certificate speaks of, at given points modulo a given prime."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import combinations_with_replacement

import numpy as np

from invgen.replay.arithmetic import Elimination, rank
from invgen.replay.certificate import Claim
from invgen.replay.counts import PARITIES
from invgen.replay.families import Family, Point
from invgen.replay.statement import evaluated
from invgen.replay.witnesses import draw_point


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
    def first(self) -> Point:
        """The first point."""
        return self.family.point(self.claim.tensors, self.points[0], self.prime)

    @cached_property
    def rows(self) -> dict[str, np.ndarray]:
        """Derivatives of every label that is needed, at the first point."""
        return {label: self.first.gradient(label) for label in evaluated(self.claim)}

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
        return self._span(spanning_labels(self.claim), dict(self.claim.counts), self.points)

    def span(self, labels: Sequence[str], due: dict[int, int]) -> dict[int, int]:
        """The same of some labels, at as many further points as the largest number that is due."""
        seed = f"span/{self.prime}/{self.points[0].tolist()}"
        width = self.points.shape[1]
        points = [draw_point(seed, k, width, self.prime) for k in range(max(due.values(), default=0))]
        return self._span(labels, due, np.array(points).reshape(-1, width))

    def _span(self, labels: Sequence[str], due: dict[int, int], points: np.ndarray) -> dict[int, int]:
        family = self.family
        evaluators = [family.point(self.claim.tensors, x, self.prime) for x in points]
        values = {label: np.array([e.value(label) for e in evaluators], dtype=np.int64) for label in labels}
        rows: dict[tuple[str, ...], list[np.ndarray]] = {}
        for factors in products(self.claim, labels, due):
            content = tuple(sorted(t for label in factors for t in family.content(label)))
            row = np.ones(len(points), dtype=np.int64)
            for label in factors:
                row = row * values[label] % self.prime
            rows.setdefault(content, []).append(row)
        found = dict.fromkeys(due, 0)
        for content, part in rows.items():
            found[len(content)] += rank(part, self.prime)
        return found


def members(claim: Claim, ranks: Sequence[int]) -> list[str]:
    """The kept labels that hold tensors of these ranks only."""
    family = claim.family
    return [m.label for m in claim.kept if all(family.rank_of(t) in ranks for t in family.content(m.label))]


def spanning_labels(claim: Claim) -> tuple[str, ...]:
    """The labels that are said to span: of the objective ``linear`` the kept ones."""
    return tuple(m.label for m in claim.kept) if claim.spec["objective"] == "linear" else claim.labels


def products(claim: Claim, labels: Sequence[str], orders: Iterable[int]) -> Iterator[tuple[str, ...]]:
    """Labels, and their products of these orders and the parity of the claim, where they are not labels already."""
    family = claim.family
    if not family.products or claim.spec["objective"] == "linear":
        yield from ((label,) for label in labels)
        return
    contents = {label: family.content(label) for label in labels}
    odd = {label: sum(map(family.rank_of, content)) % 2 for label, content in contents.items()}
    by_order: dict[int, list[str]] = {}
    for label in labels:
        by_order.setdefault(len(contents[label]), []).append(label)
    for order in orders:
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
