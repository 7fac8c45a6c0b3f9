"""The grading of the ring of invariants: by how often every tensor occurs."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from invgen.compiler.algebra.channels import Multiset


@dataclass(frozen=True)
class Multidegree:
    """One graded piece of the ring: the invariants of exactly one multiset of tensors.

    name
        The multiset as text, spelled as in labels: ``1 1 2`` is v v Q.
    invariants
        Dimension of the piece, by characters.
    is_pseudo
        Whether inversion changes the sign of the whole piece.
    """

    factors: Multiset
    name: str
    invariants: int
    is_pseudo: bool

    def without(self, factors: Multiset) -> Multiset | None:
        """What is left of the multiset when ``factors`` are taken out; ``None`` if they are not all in it."""
        wanted = Counter(factors)
        left = []
        for factor in self.factors:
            if wanted[factor]:
                wanted[factor] -= 1
            else:
                left.append(factor)
        return tuple(left) if not wanted.total() else None
