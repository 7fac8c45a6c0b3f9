"""How large a basis will be, from characters alone: nothing is enumerated."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from invgen.compiler.algebra.channels import Channel, components_of
from invgen.compiler.candidates.family import Counts, count, family_of
from invgen.compiler.selection.langbein import PIECE
from invgen.compiler.selection.objectives import in_pieces
from invgen.compiler.selection.pieces import memory_of, pieces_of
from invgen.errors import counted
from invgen.spec import MAX_CANDIDATES, BasisSpec
from invgen.workers.memory import GIB

OTHERS = 2
"""Other processes, for an example of what they take."""


@dataclass(frozen=True)
class Sizes:
    """What is known of a request before anything is made.

    counts
        Linearly independent functions of every order, exact: the full basis.
    channels
        Those that occur in any function.
    bound
        Components less the dimension of a generic orbit: the largest rank of any functions of these channels.
    rank_at_most
        The sharpest bound of the rank of the functions of this request, and so of how many are independent.
    by_element
        Where a fit limits functions by elements: how many of the linearly independent ones each element's atoms have.
    """

    spec: BasisSpec
    counts: Counts
    channels: tuple[Channel, ...]
    bound: int
    rank_at_most: int
    by_element: Mapping[str, int] | None = None

    @property
    def components(self) -> int:
        """Width of the arrays that the basis takes."""
        return components_of(self.channels)

    @property
    def ranks(self) -> dict[int, int]:
        """Number of channels of every rank."""
        return dict(sorted(Counter(c.rank for c in self.channels).items()))

    @property
    def coefficients(self) -> int | None:
        """Of a linear potential, one set for each species of the central atom; at most so many unless ``linear``."""
        if not family_of(self.spec).atomic:
            return None
        most = self.counts.total if self.spec.objective == "linear" else self.rank_at_most
        each = [most] * self.spec.species if self.by_element is None else self.by_element.values()
        return sum(min(most, number) for number in each)

    @property
    def pieces(self) -> int | None:
        """In how many pieces the candidates are selected; ``None`` if one by one."""
        return pieces_of(self.counts.total) if in_pieces(self.spec) else None

    def memory(self, workers: int = 1) -> int | None:
        """Bytes at most in use by that selection and so many processes, as ``generate`` tells before it starts."""
        return memory_of(self.spec, workers) if in_pieces(self.spec) else None

    def to_json(self) -> dict[str, Any]:
        """Plain values."""
        return {
            "id": self.spec.id,
            "spec": self.spec.to_json(),
            "counts": {str(order): number for order, number in self.counts.items()},
            "total": self.counts.total,
            "channels": len(self.channels),
            "ranks": {str(rank): number for rank, number in self.ranks.items()},
            "components": self.components,
            "bound": self.bound,
            "rank_at_most": self.rank_at_most,
            "coefficients": self.coefficients,
            "by_element": None if self.by_element is None else dict(self.by_element),
            "pieces": self.pieces,
            "memory_bytes": self.memory(),
            "memory_bytes_with_two_workers": self.memory(OTHERS),
        }

    @property
    def orders(self) -> str:
        """``1 of order 1, 7 of order 2``: the counts in words."""
        return ", ".join(f"{number:,} of order {order}" for order, number in self.counts.items())

    def short(self) -> str:
        """One line: what there is to choose from, and how many of it can be independent."""
        return (
            f"{self.spec.id}: {self.counts.total:,} linearly independent functions ({self.orders}), "
            f"at most {self.rank_at_most:,} of them functionally independent"
        )

    def __str__(self) -> str:
        ranks = ", ".join(f"{number} of rank {rank}" for rank, number in self.ranks.items()) or "none"
        lines = [
            self.spec.id,
            f"  linearly independent  {self.counts.total:,}: {self.orders}",
            f"  channels              {len(self.channels):,}: {ranks}; {self.components:,} components",
            f"  independent           at most {self.rank_at_most:,}; {self.bound:,} by components less a generic orbit",
        ]
        if self.coefficients is not None:
            exact = "" if self.spec.objective == "linear" else "at most "
            shares = [f"{number:,} at {element}" for element, number in (self.by_element or {}).items()]
            told = f": {', '.join(shares)}" * bool(shares)
            lines.append(f"  linear potential      {exact}{self.coefficients:,} coefficients{told}")
        one, two = self.memory(), self.memory(OTHERS)
        if self.pieces is not None and one is not None and two is not None:
            lines.append(
                f"  selection             {counted(self.pieces, 'piece')} of {PIECE:,} candidates; "
                f"at most {one / GIB:.1f} GiB of memory, {two / GIB:.1f} with --workers {OTHERS}"
            )
        if self.counts.total > MAX_CANDIDATES:
            lines.append(f"  generate refuses more than {MAX_CANDIDATES:,} unless --max-candidates says so")
        return "\n".join(lines)


def sizes(spec: BasisSpec) -> Sizes:
    """Counts, channels and bounds of a request; raises ``TypeError`` for anything but a ``BasisSpec``."""
    counts, family = count(spec), family_of(spec)
    return Sizes(spec, counts, family.channels(spec), family.bound(spec), family.rank_at_most(spec))
