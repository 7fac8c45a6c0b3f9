"""Irreps as MACE writes them, read from their text: which tensors go into a contraction and which come out."""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import pairwise

from invgen.errors import MaceError

_TERM = re.compile(r"(?:(\d+)x)?(\d+)([eo])")


@dataclass(frozen=True)
class Path:
    """One weight of a contraction.

    output
        The irrep it adds to, such as ``1o``.
    order
        Correlation order: how many tensors are multiplied.
    label
        The text that alone rebuilds the coupling, see ``invgen.covariants``.
    text
        The coupling as a tree, such as ``((A11 A11)2 A12)1``: A_nl, with n = 1 for the one tensor of each rank.
    """

    output: str
    order: int
    label: str
    text: str


@dataclass(frozen=True)
class Irreps:
    """Tensors of one multiplicity, one of each rank l and of parity (-1)^l: what MACE contracts.

    Raises ``MaceError`` for others.
    """

    ranks: tuple[int, ...]
    multiplicity: int

    @classmethod
    def read(cls, what: str, text: object) -> Irreps:
        """From ``"128x0e+128x1o"``, or from e3nn's ``Irreps``; ``what`` names them in errors."""
        terms = [_TERM.fullmatch(part.strip()) for part in str(text).split("+")]
        if not all(terms):
            raise MaceError(f"{what} must be irreps such as '128x0e+128x1o', got {str(text)!r}")
        found = [(int(t[1] or 1), int(t[2]), t[3]) for t in terms if t]
        for _, rank, parity in found:
            if parity != "eo"[rank % 2]:
                raise MaceError(
                    f"{what} has the irrep {rank}{parity}; contractions of tensors of parity (-1)^l are known, such as "
                    f"{rank}{'eo'[rank % 2]}: keep MACE's own module for this model"
                )
        ranks = tuple(rank for _, rank, _ in found)
        if any(a >= b for a, b in pairwise(ranks)):
            raise MaceError(f"{what} must have every rank once, ascending, got {str(text)!r}")
        multiplicities = {number for number, _, _ in found}
        if len(multiplicities) > 1 or 0 in multiplicities:
            raise MaceError(f"{what} must have one multiplicity for all ranks, got {str(text)!r}")
        return cls(ranks, multiplicities.pop())

    @property
    def names(self) -> tuple[str, ...]:
        """``0e``, ``1o`` and so on."""
        return tuple(f"{rank}{'eo'[rank % 2]}" for rank in self.ranks)

    @property
    def components(self) -> int:
        """Of one feature."""
        return sum(2 * rank + 1 for rank in self.ranks)
