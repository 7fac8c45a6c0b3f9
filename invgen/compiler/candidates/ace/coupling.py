"""The ACE family: couplings of multisets of channels to scalars, linearly independent, labelled, in a stated order.

A candidate is a chain of Clebsch-Gordan couplings of its factors. Per multiset the chains are tried in ascending order
of their intermediate ranks, and one is kept when it is linearly independent of those before; the character formula
says how many there must be. Nothing restricts the parity of intermediates: with four or more different channels
a chain through unnatural parity is a function of its own.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any

from invgen.compiler.algebra import modular
from invgen.compiler.algebra.arithmetic import Modular
from invgen.compiler.algebra.channels import Channel, Multiset, components_of, factor_key
from invgen.compiler.algebra.characters import count_invariants
from invgen.compiler.algebra.couplings import SignedRoot
from invgen.compiler.candidates.ace.chains import AceEvaluator, Polynomial, Ranks, partial_ranks, polynomial
from invgen.compiler.candidates.ace.counting import count_ace
from invgen.compiler.candidates.ace.truncation import (
    Truncation,
    box,
    channels_in_use,
    multisets,
    parities,
    total_degree,
)

__all__ = [
    "AceEvaluator",
    "Channel",
    "Coupling",
    "Multiset",
    "Truncation",
    "box",
    "candidates",
    "channels_in_use",
    "count_ace",
    "couplings",
    "multisets",
    "total_degree",
]

_FACTOR = re.compile(r"(?:(\d+)\.)?(\d+)\.(\d+)")
_LABEL = re.compile(r"ace:([\d.,]+)(?:\|L=(\d+(?:,\d+)*))?")


@dataclass(frozen=True, repr=False)
class Coupling:
    """One candidate: ``factors`` in canonical order and the ranks of the partial couplings between them.

    intermediates
        L_2, ..., L_N-2 of ((A_1 A_2)^L2 A_3)^L3 ...: N-3 ranks for N >= 4 factors, none below. The last
        two, l_N and 0, are forced.

    Raises ``ValueError`` for factors out of order and for ranks that do not couple.
    """

    factors: Multiset
    intermediates: Ranks = ()

    def __post_init__(self) -> None:
        if tuple(sorted(self.factors, key=factor_key)) != self.factors or not self.factors:
            raise ValueError(
                f"the factors of a candidate ascend by rank, species, n, got {spell_factors(self.factors)!r}"
            )
        ranks, classes = pattern_of(self.factors)
        possible = {chain[1:-2] for chain in partial_ranks(ranks, classes)}
        if self.intermediates not in possible:
            raise ValueError(
                f"ranks {ranks} with intermediates {self.intermediates} do not couple to a scalar that is not zero "
                f"(possible intermediates: {sorted(possible) or 'none'})"
            )

    def __repr__(self) -> str:
        return f"Coupling({self.label!r})"

    def _repr_latex_(self) -> str:
        return f"${self.latex()}$"

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
        """Whether inversion changes the sign."""
        return self.total_rank % 2 == 1

    @property
    def chain(self) -> Ranks:
        """The ranks of all partial couplings, from the first factor to the scalar."""
        if self.order == 1:
            return (0,)
        first = () if self.order == 2 else (self.factors[0].rank,)
        return (*first, *self.intermediates, self.factors[-1].rank, 0)

    @property
    def label(self) -> str:
        """The text that alone rebuilds the candidate: ``ace:1.1,1.1,1.2,2.2|L=2``.

        Factors are ``n.l``, or ``z.n.l`` for a species z > 0; ``|L=`` lists the intermediates where there are any.
        """
        tail = "|L=" + ",".join(map(str, self.intermediates)) if self.intermediates else ""
        return f"ace:{spell_factors(self.factors)}{tail}"

    @classmethod
    def from_label(cls, label: str) -> Coupling:
        """The candidate of a label; raises ``ValueError`` for text that is none or names a function that is zero."""
        match = _LABEL.fullmatch(label)
        factors = read_factors(match[1]) if match else ()
        if match is None or not factors:
            raise ValueError(
                f"label {label!r} is not of the form ace:n.l,n.l,...|L=..., such as ace:1.1,1.1,1.2,2.2|L=2"
            )
        try:
            coupling = cls(factors, tuple(map(int, match[2].split(","))) if match[2] else ())
        except ValueError as error:
            raise ValueError(f"label {label!r}: {error}") from None
        if coupling.label != label:
            raise ValueError(f"label {label!r}: this coupling is spelled {coupling.label!r}")
        if vanishes(*pattern_of(factors), coupling.chain):
            raise ValueError(f"label {label!r}: this coupling is identically zero")
        return coupling

    def polynomial(self) -> Polynomial:
        """The exact polynomial; see there for scaled and plain components."""
        return polynomial(self)

    def terms(self) -> list[tuple[tuple[tuple[Channel, int], ...], SignedRoot]]:
        """Monomials of A_znlm as ``((channel, m), ...)``, each with its exact coefficient."""
        exact = self.polynomial()
        monomials = (tuple(zip(self.factors, map(int, row), strict=True)) for row in exact.orders)
        return list(zip(monomials, exact.coefficients(), strict=True))

    def sympy(self, several: bool = False) -> Any:
        """The invariant as a SymPy expression in symbols ``A_n_l_m`` such as ``A_1_2_m1`` for m = -1.

        several
            Whether to write the species, ``A_z_n_l_m``; done anyway if a factor is of another species than 0.
        """
        import sympy

        several = several or any(c.species for c in self.factors)
        total = sympy.Integer(0)
        for monomial, coefficient in self.terms():
            product = coefficient.sympy()
            for channel, m in monomial:
                numbers = [*(channel if several else channel[1:]), f"m{-m}" if m < 0 else m]
                product *= sympy.Symbol("A_" + "_".join(map(str, numbers)))
            total += product
        return total

    def factor_texts(self, elements: tuple[str, ...] = ()) -> list[str]:
        """Every factor: ``A12`` for n = 1, l = 2, or ``Mo12`` with names of the species, else ``A1.1.2`` for z > 0."""
        return factor_texts(self.factors, elements)

    def text(self, elements: tuple[str, ...] = ()) -> str:
        """The coupling tree on one line: ``((A11 A11)2 A12)0``; the rank of a coupling follows its bracket."""
        names = self.factor_texts(elements)
        text = names[0]
        for name, rank in zip(names[1:], self.chain[1:], strict=True):
            text = f"({text} {name}){rank}"
        return text

    def latex(self, elements: tuple[str, ...] = ()) -> str:
        """The coupling tree, such as ``\\left[A_{1,1} \\otimes A^{\\mathrm{W}}_{1,1}\\right]^{0}``."""
        names = []
        for c in self.factors:
            species = rf"^{{\mathrm{{{elements[c.species]}}}}}" if elements else f"^{{({c.species})}}" * bool(c.species)
            names.append(f"A{species}_{{{c.n},{c.rank}}}")
        text = names[0]
        for name, rank in zip(names[1:], self.chain[1:], strict=True):
            text = rf"\left[{text} \otimes {name}\right]^{{{rank}}}"
        return text


def factor_texts(factors: Multiset, elements: tuple[str, ...] = ()) -> list[str]:
    """Every factor: ``A12`` for n = 1, l = 2, or ``Mo12`` with names of the species, else ``A1.1.2`` for z > 0."""
    texts = []
    for c in factors:
        numbers = c[1:] if elements or not c.species else c
        separator = "." if max(numbers) > 9 or len(numbers) > 2 else ""
        texts.append((elements[c.species] if elements else "A") + separator.join(map(str, numbers)))
    return texts


def channel_label(channel: Channel) -> str:
    """``n.l``, or ``z.n.l`` for a species z > 0."""
    return ".".join(map(str, channel if channel.species else channel[1:]))


def spell_factors(factors: Multiset) -> str:
    """Factors as labels spell them."""
    return ",".join(map(channel_label, factors))


def read_factors(text: str) -> Multiset:
    """The factors that ``spell_factors`` wrote; none if the text is none."""
    parts = [_FACTOR.fullmatch(part) for part in text.split(",")]
    return tuple(Channel(int(p[1] or 0), int(p[2]), int(p[3])) for p in parts if p) if all(parts) else ()


def couplings(multiset: Iterable[Channel], prime: int = modular.DEFAULT_PRIME) -> tuple[Coupling, ...]:
    """A linearly independent set of candidates of one multiset, as many as the characters say, in ascending order."""
    factors = tuple(sorted(multiset, key=factor_key))
    return tuple(Coupling(factors, chain[1:-2]) for chain in independent_chains(*pattern_of(factors), prime))


def pattern_of(factors: Multiset) -> tuple[Ranks, tuple[int, ...]]:
    """The pattern of a multiset: its ranks, and for every factor the first one that equals it."""
    return tuple(c.rank for c in factors), tuple(map(factors.index, factors))


@dataclass(frozen=True)
class _Trial:
    factors: Multiset
    chain: Ranks


def _pattern(ranks: Ranks, classes: tuple[int, ...]) -> Multiset:
    return tuple(Channel(0, k, rank) for rank, k in zip(ranks, classes, strict=True))


def _random_evaluator(factors: Multiset, size: int, prime: int = modular.DEFAULT_PRIME) -> AceEvaluator:
    channels = tuple(sorted(set(factors)))
    components = components_of(channels)
    points = modular.residues(f"ace/{factors}", size * components, prime).reshape(size, components)
    return AceEvaluator(channels, points, Modular(prime))


@cache
def vanishes(ranks: Ranks, classes: tuple[int, ...], chain: Ranks) -> bool:
    """Whether a chain is identically zero: whether it is at three random points modulo a prime."""
    factors = _pattern(ranks, classes)
    return not _random_evaluator(factors, 3).values(_Trial(factors, chain)).any()


@cache
def independent_chains(ranks: Ranks, classes: tuple[int, ...], prime: int = modular.DEFAULT_PRIME) -> tuple[Ranks, ...]:
    """The chains kept for factors of these ranks, equal where the classes are; shared by all multisets of the pattern.

    Independence is proven by values at random points modulo a prime. Raises ``ArithmeticError`` if fewer are
    found than the characters say (an unlucky prime, or an error of this program).
    """
    factors = _pattern(ranks, classes)
    number = count_invariants(factors)
    if not number:
        return ()
    width = number + 2
    evaluator = _random_evaluator(factors, width, prime)
    echelon = modular.Echelon(width, prime)
    kept: list[Ranks] = []
    for chain in partial_ranks(ranks, classes):
        if echelon.add(evaluator.values(_Trial(factors, chain))) is not None:
            kept.append(chain)
            if len(kept) == number:
                return tuple(kept)
    raise ArithmeticError(
        f"the couplings of ranks {ranks} with equal channels {classes} span {len(kept)} dimensions modulo {prime}, "
        f"the characters say {number}"
    )


def candidates(truncation: Truncation, orders: Iterable[int], parity: str = "proper") -> Iterator[Coupling]:
    """All linearly independent candidates, lazily, in the stated order.

    By order, then degree (a box: total rank), then factors by (rank, species, n), then intermediates; of both
    parities, proper scalars and pseudo-scalars of a degree stand together.
    """
    parities(parity)
    for order in sorted(set(orders)):
        for multiset in multisets(truncation, order, parity):
            yield from couplings(multiset)
