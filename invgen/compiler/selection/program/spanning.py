"""Sets that have the largest rank at several points at once, and which member can be exchanged for which candidate.

At every point some members are a basis of the rows there, and every row is a combination of them. A member is needed
at a point if it is in that basis and in no combination that gives another member; then it can go only for candidates in
whose combination it is. So the rank stays the largest at every point.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from invgen.compiler.algebra import modular
from invgen.compiler.selection.program.matroid import coordinates_in


class Points:
    """Rows of the same candidates at several points.

    primes
        One for each point.
    rows
        Shape ``(points, candidates, width)``.
    """

    def __init__(self, primes: Sequence[int], rows: np.ndarray) -> None:
        self.primes = tuple(primes)
        self.rows = rows
        self.ranks = [modular.rank(part, prime) for part, prime in zip(rows, self.primes, strict=True)]

    def basis(self, members: Sequence[int]) -> SpanningSet:
        """A set of the largest rank everywhere, ready for exchanges; raises ``ValueError`` for one that is not."""
        return SpanningSet(self, members)


class SpanningSet:
    """Combinations of the members for every candidate at every point.

    coordinates
        Shape ``(points, candidates, members)``; zero for members that are not in the basis of a point.
    """

    def __init__(self, points: Points, members: Sequence[int]) -> None:
        self.primes = points.primes
        self.members = list(members)
        parts, inside = [], []
        for rows, prime, rank in zip(points.rows, points.primes, points.ranks, strict=True):
            within, part = coordinates_in(rows, self.members, prime)
            if len(within) < rank:
                raise ValueError(f"the set has rank {len(within)} of {rank} at a point modulo {prime}")
            parts.append(part)
            inside.append(np.isin(np.arange(len(members)), within))
        self.coordinates = np.stack(parts)
        self.inside = np.stack(inside)
        self._look()

    def _look(self) -> None:
        """Which members are needed at which point: the basis takes part in no member but itself."""
        among = self.coordinates[:, self.members] != 0
        self.needed = self.inside & (among.sum(axis=1) == 1)

    def replaceable(self, position: int) -> np.ndarray:
        """Which candidates keep all ranks in the place of the member at this position."""
        at = self.needed[:, position]
        return np.asarray((self.coordinates[at][:, :, position] != 0).all(axis=0))

    def can(self, position: int, row: int) -> bool:
        """Whether this candidate does."""
        return bool(((self.coordinates[:, row, position] != 0) | ~self.needed[:, position]).all())

    def exchange(self, position: int, row: int) -> None:
        """Puts a candidate in the place of a member."""
        for point, prime in enumerate(self.primes):
            if self.inside[point, position]:
                self._leave(point, prime, position, row)
        self.members[position] = row
        self._look()

    def _leave(self, point: int, prime: int, position: int, row: int) -> None:
        """The member leaves the basis of a point: the candidate takes its place, or else another member does."""
        part = self.coordinates[point]
        target = position
        if not part[row, position]:
            outside = np.flatnonzero(~self.inside[point])
            target = int(next(k for k in outside if part[self.members[k], position]))
            row = self.members[target]
        fresh = part[row].copy()
        share = part[:, position] * pow(int(fresh[position]), -1, prime) % prime
        fresh[position] = 0
        touched = np.flatnonzero(share)
        part[touched] = (part[touched] - share[touched, None] * fresh) % prime
        part[:, position] = 0
        part[:, target] = share
        self.inside[point, position] = False
        self.inside[point, target] = True

    def dispensable(self) -> list[int]:
        """Positions of members without any one of which all ranks stay."""
        return [int(k) for k in np.flatnonzero(~self.needed.any(axis=0))]
