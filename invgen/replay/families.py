"""What the replay needs of a family of labels; it reads them by its own means."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import Any, Protocol

import numpy as np

from invgen.replay import ace, cartesian
from invgen.replay.chance import Row


class Point(Protocol):
    """Labels evaluated at one point modulo a prime."""

    def value(self, label: str) -> int: ...
    def gradient(self, label: str) -> np.ndarray: ...


class Cartesian:
    """Contractions; tensors are named ``rank`` or ``rank:channel``."""

    products = True
    """Whether products of labels are invariants beside them; ACE couplings include them."""
    content = staticmethod(cartesian.content)
    norm = staticmethod(cartesian.norm)
    rank_of = staticmethod(cartesian.degree)

    def check(self, label: str) -> None:
        """Raises ``ValueError`` unless the label has a meaning."""
        cartesian.parse(label)

    def point(self, tensors: Sequence[str], components: np.ndarray, prime: int) -> Point:
        return cartesian.CartesianPoint(tensors, components, prime)

    def tensors(self, specification: dict[str, Any]) -> set[str]:
        """All tensors that the specification admits."""
        channels = range(specification["channels"])
        return {
            f"{rank}:{channel}" if channel else str(rank) for rank in specification["ranks"] for channel in channels
        }

    def degree(self, specification: dict[str, Any], tensor: str) -> Fraction:
        return Fraction(0)

    def limit(self, specification: dict[str, Any]) -> Fraction | None:
        """The largest sum of degrees of the factors of a label."""
        return None


class Ace:
    """Couplings; channels are named ``n.l`` or ``z.n.l``."""

    products = False
    content = staticmethod(ace.content)
    norm = staticmethod(ace.norm)
    rank_of = staticmethod(ace.rank_of)

    def check(self, label: str) -> None:
        ace.parse(label)

    def point(self, tensors: Sequence[str], components: np.ndarray, prime: int) -> Point:
        return ace.AcePoint(tensors, components, prime)

    def tensors(self, specification: dict[str, Any]) -> set[str]:
        species = max(1, len(specification.get("elements", [])))
        limit, cap = self.limit(specification), specification.get("l_max")
        if limit is None:
            radial, ranks = specification["channels"] // species, range(specification["l_max"] + 1)
        else:
            radial, ranks = int(limit), range(int(limit / Fraction(specification["w_L"])) + 1)
        found = [(z, n, rank) for z in range(species) for n in range(1, radial + 1) for rank in ranks]
        names = {f"{z}.{n}.{rank}" if z else f"{n}.{rank}" for z, n, rank in found if cap is None or rank <= cap}
        return {name for name in names if limit is None or self.degree(specification, name) <= limit}

    def degree(self, specification: dict[str, Any], tensor: str) -> Fraction:
        if "total_degree" not in specification:
            return Fraction(0)
        *_, n, rank = tensor.split(".")
        return int(n) + Fraction(specification["w_L"]) * int(rank)

    def limit(self, specification: dict[str, Any]) -> Fraction | None:
        degree = specification.get("total_degree")
        return None if degree is None else Fraction(degree)


Family = Cartesian | Ace
FAMILIES: dict[str, Family] = {"cartesian": Cartesian(), "ace": Ace()}


def row(family: Family, label: str) -> Row:
    """What a label adds to the degree and size of a minor."""
    return Row.of(len(family.content(label)), family.norm(label))
