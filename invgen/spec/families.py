"""What a request may say, one row for each family: ``BasisSpec`` asks the row and knows no family by its name."""

from __future__ import annotations

from typing import Protocol

from invgen.errors import SpecError
from invgen.spec.limits import Limits

Tensor = tuple[int, int]
"""One irreducible tensor of a neighbourhood: ``(rank, number)``, numbered from 0 among those of its rank."""


class Request(Protocol):
    """What rules read of a ``BasisSpec``."""

    @property
    def id(self) -> str: ...
    @property
    def ranks(self) -> tuple[int, ...]: ...
    @property
    def n_max(self) -> int: ...
    @property
    def channels(self) -> int: ...
    @property
    def parity(self) -> str: ...
    @property
    def species(self) -> int: ...
    @property
    def elements(self) -> tuple[str, ...]: ...
    @property
    def limits(self) -> tuple[Limits, ...]: ...


class Rules:
    """What a request for a family may say; a family overrides what is different.

    own
        Fields that belong to this family, and to others that name them too.
    objectives
        Those that the family has; ``independent`` and ``linear`` are of every family, ``flexible`` is made of
        contractions of Cartesian tensors only.
    any_ranks
        Whether any set of ranks may be asked for. Otherwise it is all of 0..l_max, and files say ``l_max``.
    """

    own: tuple[str, ...] = ()
    objectives: tuple[str, ...] = ("independent", "linear", "generators", "robust")
    any_ranks: bool = True

    def check(self, spec: Request) -> None:
        """Raises ``SpecError`` for what makes no sense in this family; everything else is checked already."""

    def tensors(self, spec: Request) -> tuple[Tensor, ...]:
        """All tensors in component order, or ``SpecError`` where they are not numbered rank by rank."""
        return tuple((rank, number) for rank in spec.ranks for number in range(spec.channels))


class CartesianRules(Rules):
    """Symmetric traceless tensors: any ranks, as many channels of each; flexible sets too."""

    objectives = (*Rules.objectives, "flexible")


class AceRules(Rules):
    """Channels A_znl: a box, a total degree, or both, alike for all orders or not, of species that may be named."""

    own = ("total_degree", "elements", "by_order")
    any_ranks = False

    def check(self, spec: Request) -> None:
        for limit in spec.limits:
            if limit.channels is not None and limit.channels % spec.species:
                raise SpecError(
                    f"channels={limit.channels} cannot be shared out among {spec.species} elements "
                    f"({', '.join(spec.elements)}); use a multiple of {spec.species}"
                )

    def tensors(self, spec: Request) -> tuple[Tensor, ...]:
        raise SpecError(f"{spec.id} has channels A_znl, not Cartesian tensors; see Basis.channels")


FAMILIES: dict[str, Rules] = {"cartesian": CartesianRules(), "ace": AceRules()}
