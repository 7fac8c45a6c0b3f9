"""Covariants of the ACE family: couplings of multisets of channels to a tensor of any rank, linearly independent.

Coupled once more with one further tensor of that rank, the *open* one, a covariant becomes an invariant, and from that
invariant it is found again. So chains of covariants are those of invariants that end in the open tensor, and what is
proven of invariants holds for them.

Components are those of the channels that go in: m = -L..L of real spherical harmonics. As couplings commute with
rotations, and e3nn's convention is ours in a turned frame (``algebra.conventions``), A in e3nn's components gives
covariants in e3nn's components.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from invgen.compiler.algebra import modular
from invgen.compiler.algebra.arithmetic import Arithmetic
from invgen.compiler.algebra.channels import Channel, Multiset, factor_key
from invgen.compiler.candidates.ace.chains import AceEvaluator, Ranks, partial_ranks
from invgen.compiler.candidates.ace.coupling import (
    factor_texts,
    independent_chains,
    pattern_of,
    read_factors,
    spell_factors,
    vanishes,
)

_LABEL = re.compile(r"ace:([\d.,]+)(?:\|L=(\d+(?:,\d+)*))?>(\d+)")


@dataclass(frozen=True)
class Covariant:
    """One covariant: ``factors`` in canonical order and the ranks of the partial couplings between them.

    chain
        l_1, L_2, ..., L_N of (((A_1 A_2)^L2 A_3)^L3 ...)^L_N; the last one is the rank.

    Raises ``ValueError`` for factors out of order and for ranks that do not couple.
    """

    factors: Multiset
    chain: Ranks

    def __post_init__(self) -> None:
        if tuple(sorted(self.factors, key=factor_key)) != self.factors or not self.factors:
            raise ValueError(
                f"the factors of a candidate ascend by rank, species, n, got {spell_factors(self.factors)!r}"
            )
        possible = {chain[:-1] for chain in partial_ranks(*_closed(self.factors, self.chain[-1]))}
        if self.chain not in possible:
            ranks = tuple(c.rank for c in self.factors)
            raise ValueError(
                f"ranks {ranks} do not couple by way of {self.chain} to a tensor that is not zero "
                f"(possible: {sorted(possible) or 'none'})"
            )

    @property
    def rank(self) -> int:
        """Of the tensor that it is."""
        return self.chain[-1]

    @property
    def order(self) -> int:
        """Correlation order: the number of factors."""
        return len(self.factors)

    @property
    def content(self) -> Multiset:
        """The multiset of channels, in canonical order."""
        return self.factors

    @property
    def total_rank(self) -> int:
        """Sum of the ranks of all factors."""
        return sum(c.rank for c in self.factors)

    @property
    def is_pseudo(self) -> bool:
        """Whether its parity under inversion is not (-1)^rank: an axial vector, for instance."""
        return (self.total_rank + self.rank) % 2 == 1

    @property
    def label(self) -> str:
        """The text that alone rebuilds it: ``ace:1.1,1.1,1.2|L=2>1``.

        Factors are ``n.l``, or ``z.n.l`` for a species z > 0; ``|L=`` lists the ranks between the first and the last
        coupling where there are any; the rank follows ``>``.
        """
        between = self.chain[1:-1]
        tail = "|L=" + ",".join(map(str, between)) if between else ""
        return f"ace:{spell_factors(self.factors)}{tail}>{self.rank}"

    @classmethod
    def from_label(cls, label: str) -> Covariant:
        """The covariant of a label; raises ``ValueError`` for text that is none or names a tensor that is zero."""
        match = _LABEL.fullmatch(label)
        factors = read_factors(match[1]) if match else ()
        if match is None or not factors:
            raise ValueError(
                f"label {label!r} is not of the form ace:n.l,...|L=...>rank, such as ace:1.1,1.1,1.2|L=2>1"
            )
        between = tuple(map(int, match[2].split(","))) if match[2] else ()
        last = (int(match[3]),)
        try:
            found = cls(factors, (factors[0].rank, *between, *last) if len(factors) > 1 else (*between, *last))
        except ValueError as error:
            raise ValueError(f"label {label!r}: {error}") from None
        if found.label != label:
            raise ValueError(f"label {label!r}: this coupling is spelled {found.label!r}")
        if vanishes(*_closed(factors, found.rank), (*found.chain, 0)):
            raise ValueError(f"label {label!r}: this coupling is identically zero")
        return found

    @property
    def text(self) -> str:
        """The coupling tree on one line: ``((A11 A11)2 A12)1``; the rank of a coupling follows its bracket."""
        text, *names = factor_texts(self.factors)
        for name, rank in zip(names, self.chain[1:], strict=True):
            text = f"({text} {name}){rank}"
        return text

    @property
    def latex(self) -> str:
        """The coupling tree, such as ``\\left[A_{1,1} \\otimes A_{1,1}\\right]^{2}``."""
        text, *names = (rf"A{f'^{{({c.species})}}' * bool(c.species)}_{{{c.n},{c.rank}}}" for c in self.factors)
        for name, rank in zip(names, self.chain[1:], strict=True):
            text = rf"\left[{text} \otimes {name}\right]^{{{rank}}}"
        return text


def _closed(factors: Multiset, rank: int) -> tuple[Ranks, tuple[int, ...]]:
    """The pattern of the factors with the open tensor behind them."""
    ranks, classes = pattern_of(factors)
    return (*ranks, rank), (*classes, len(ranks))


def covariants_of(content: Multiset, rank: int, prime: int = modular.DEFAULT_PRIME) -> tuple[Covariant, ...]:
    """A linearly independent set of covariants of one multiset, as many as the characters say, in ascending order."""
    factors = tuple(sorted(content, key=factor_key))
    chains = independent_chains(*_closed(factors, rank), prime)
    return tuple(Covariant(factors, chain[:-1]) for chain in chains)


class CovariantEvaluator:
    """Covariants of one rank at fixed points; a selection finds their components where gradients usually are.

    channels, points
        As ``AceEvaluator`` takes them. Modulo a prime, every component is divided by the square root of its scale and a
        common one: ranks are those of the true components.
    """

    def __init__(self, channels: tuple[Channel, ...], rank: int, points: np.ndarray, arithmetic: Arithmetic) -> None:
        self.components = 2 * rank + 1
        self._chains = AceEvaluator(channels, points, arithmetic)
        self.size = self._chains.size

    def values(self, covariant: Covariant) -> np.ndarray:
        """Components m = -L..L, shape ``(points, 2 rank + 1)``."""
        return self._chains.tensors(covariant)

    def values_and_gradients(self, covariant: Covariant) -> tuple[np.ndarray, np.ndarray]:
        """Components, and their derivatives by those of the channels: shape ``(points, 2 rank + 1, variables)``."""
        value = self.values(covariant)
        units = np.eye(self.components, dtype=value.dtype)
        rows = [self._chains.pull_back(covariant, np.broadcast_to(u, value.shape)) for u in units]
        return value, np.stack(rows, axis=1)

    def gradients(self, covariants: Sequence[Covariant]) -> np.ndarray:
        """Shape ``(points, covariants, 2 rank + 1)``."""
        return np.stack([self.values(c) for c in covariants], axis=1)
