"""What the replay needs of a family of labels; it reads them by its own means."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import Any, Protocol

import numpy as np

from invgen.errors import CertificateError
from invgen.replay import ace, cartesian
from invgen.replay.chance import Row
from invgen.replay.spelling import canonical


class Point(Protocol):
    """Labels evaluated at one point modulo a prime."""

    def value(self, label: str) -> int: ...
    def gradient(self, label: str) -> np.ndarray: ...


class Family(Protocol):
    """What the replay reads of labels and of names of tensors.

    products
        Whether products of labels are invariants beside them; otherwise labels include them.
    uses_all
        Whether a certificate must name every tensor that its specification admits, even one that is in no invariant.
    """

    @property
    def products(self) -> bool: ...
    @property
    def uses_all(self) -> bool: ...

    def check(self, label: str) -> None:
        """Raises ``ValueError`` unless the label has a meaning and is spelled in the one way that it has."""

    def content(self, label: str, /) -> tuple[str, ...]:
        """The tensors in a label, each as often as it occurs."""

    def norm(self, label: str, /) -> int:
        """A bound of the sum of absolute coefficients."""

    def rank_of(self, tensor: str, /) -> int:
        """The rank of a tensor."""

    def point(self, tensors: Sequence[str], components: np.ndarray, prime: int) -> Point:
        """Labels at components of these tensors, 2 rank + 1 of each in turn."""

    def tensors(self, specification: dict[str, Any], order: int) -> set[str]:
        """All tensors that the specification admits in labels of this order."""

    def degree(self, specification: dict[str, Any], tensor: str) -> Fraction:
        """What a tensor adds to the degree of a label."""

    def limit(self, specification: dict[str, Any], order: int) -> Fraction | None:
        """The largest sum of degrees of the factors of a label of this order."""

    def harmonics(self, rank: int, neighbours: np.ndarray, prime: int) -> np.ndarray:
        """The components of a tensor that single neighbours make, up to a factor for each rank.

        From residues ``(neighbours, 3)`` to ``(neighbours, 2 rank + 1)``.
        """


class Cartesian:
    """Contractions; tensors are named ``rank`` or ``rank:number``."""

    products = True
    uses_all = True
    content = staticmethod(cartesian.content)
    norm = staticmethod(cartesian.norm)
    harmonics = staticmethod(cartesian.harmonics)
    rank_of = staticmethod(cartesian.degree)

    def check(self, label: str) -> None:
        if (spelled := canonical(label)) != label:
            raise ValueError(f"it is spelled {spelled}")

    def point(self, tensors: Sequence[str], components: np.ndarray, prime: int) -> Point:
        return cartesian.CartesianPoint(tensors, components, prime)

    def tensors(self, specification: dict[str, Any], order: int) -> set[str]:
        numbers = range(specification["channels"])
        return {f"{rank}:{number}" if number else str(rank) for rank in specification["ranks"] for number in numbers}

    def degree(self, specification: dict[str, Any], tensor: str) -> Fraction:
        return Fraction(0)

    def limit(self, specification: dict[str, Any], order: int) -> Fraction | None:
        return None


class Ace:
    """Couplings; channels are named ``n.l`` or ``z.n.l``."""

    products = False
    uses_all = False
    content = staticmethod(ace.content)
    norm = staticmethod(ace.norm)
    harmonics = staticmethod(ace.harmonics)
    rank_of = staticmethod(ace.rank_of)

    def check(self, label: str) -> None:
        if (spelled := ace.spelled(label)) != label:
            raise ValueError(f"it is spelled {spelled}")

    def point(self, tensors: Sequence[str], components: np.ndarray, prime: int) -> Point:
        return ace.AcePoint(tensors, components, prime)

    def tensors(self, specification: dict[str, Any], order: int) -> set[str]:
        species = max(1, len(specification.get("elements", [])))
        limit, cap = self.limit(specification, order), _of_order(specification, "l_max", order)
        channels = _of_order(specification, "channels", order)
        if limit is None:
            radial, ranks = channels // species, range(cap + 1)
        else:
            free = specification["channels"] == 1
            radial = int(limit) if free else min(int(limit), channels // species)
            ranks = range(int(limit / Fraction(specification["w_L"])) + 1)
        found = [(z, n, rank) for z in range(species) for n in range(1, radial + 1) for rank in ranks]
        names = {f"{z}.{n}.{rank}" if z else f"{n}.{rank}" for z, n, rank in found if cap is None or rank <= cap}
        return {name for name in names if limit is None or self.degree(specification, name) <= limit}

    def degree(self, specification: dict[str, Any], tensor: str) -> Fraction:
        if "total_degree" not in specification:
            return Fraction(0)
        *_, n, rank = tensor.split(".")
        return int(n) + Fraction(specification["w_L"]) * int(rank)

    def limit(self, specification: dict[str, Any], order: int) -> Fraction | None:
        degree = _of_order(specification, "total_degree", order)
        return None if degree is None else Fraction(degree)


def _of_order(specification: dict[str, Any], name: str, order: int) -> Any:
    """A value that a specification gives once, or as a list with one for each of its orders."""
    value = specification.get(name)
    return value[specification["orders"].index(order)] if isinstance(value, list) else value


FAMILIES: dict[str, Family] = {"cartesian": Cartesian(), "ace": Ace()}


def family_named(name: str) -> Family:
    """The family of a name; raises ``CertificateError`` for one that the replay does not know."""
    if name not in FAMILIES:
        raise CertificateError(
            f"the replay knows no family {name!r}, only {', '.join(FAMILIES)}: its labels have no second implementation"
        )
    return FAMILIES[name]


def row(family: Family, label: str) -> Row:
    """What a label adds to the degree and size of a minor."""
    return Row.of(len(family.content(label)), family.norm(label))
