"""How a candidate depends on the invariants of a basis: an explicit polynomial relation, proven by expansion."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from math import gcd, isqrt, lcm
from typing import Any

from invgen.compiler.algebra.couplings import SignedRoot
from invgen.compiler.algebra.sparse import Sparse, add, multiply
from invgen.compiler.candidates.family import Candidate, family_of
from invgen.spec import BasisSpec

Powers = tuple[tuple[int, int], ...]
"""Positions of invariants in the basis with their exponents, ascending."""


@dataclass(frozen=True)
class Term:
    """``coefficient`` times a power of the candidate times powers of invariants, all with whole coefficients."""

    coefficient: int
    power: int
    powers: Powers


@dataclass(frozen=True)
class Relation:
    """A polynomial P(c, f_0, f_1, ...) that vanishes identically, c the candidate and f_i the invariants of the basis.

    terms
        For contractions c and f_i themselves; for couplings what they are without the root of their ``scale``. Whole
        coefficients without common factor; by power of the candidate, descending.
    """

    spec: BasisSpec
    candidate: Candidate
    invariants: tuple[Candidate, ...]
    terms: tuple[Term, ...]

    explicit = True

    @property
    def label(self) -> str:
        """The label of the candidate."""
        return self.candidate.label

    @property
    def degree(self) -> int:
        """The degree in the candidate."""
        return max(term.power for term in self.terms)

    @property
    def used(self) -> tuple[int, ...]:
        """Positions of the invariants that occur."""
        return tuple(sorted({i for term in self.terms for i, _ in term.powers}))

    def expand(self) -> Sparse:
        """The relation expanded in the components, in integer arithmetic; no term is left if it holds."""
        family = family_of(self.spec)
        known = {i: family.expanded(self.spec, self.invariants[i]) for i in self.used}
        known[-1] = family.expanded(self.spec, self.candidate)
        products: dict[tuple[int, ...], Sparse] = {(): {0: 1}}
        total: Sparse = {}
        for term in self.terms:
            factors = [i for i, exponent in term.powers for _ in range(exponent)]
            sequence = tuple([-1] * term.power + factors)
            for length in range(1, len(sequence) + 1):
                if sequence[:length] not in products:
                    products[sequence[:length]] = multiply(
                        products[sequence[: length - 1]], known[sequence[length - 1]]
                    )
            add(total, products[sequence], term.coefficient)
        return {key: value for key, value in total.items() if value}

    @cached_property
    def holds(self) -> bool:
        """Whether the relation is an identity: proven by expansion."""
        return not self.expand()

    def coefficients(self) -> list[SignedRoot]:
        """Of every term in the invariants themselves, the first one 1; rational unless the family is ``ace``."""
        scale, roots = family_of(self.spec).scale, []
        for term in self.terms:
            square = Fraction(term.coefficient**2) / scale(self.candidate) ** term.power
            for i, exponent in term.powers:
                square /= scale(self.invariants[i]) ** exponent
            roots.append(SignedRoot(square if term.coefficient > 0 else -square))
        first = roots[0]
        return [SignedRoot(first.sign * r.signed_square / first.square) for r in roots]

    def text(self) -> str:
        """On one line, such as ``c = 1/2 f3^2``."""
        return self._sides(_Text())

    def latex(self) -> str:
        """In LaTeX, invariants written out."""
        return self._sides(_Latex(self.spec, self.candidate, self.invariants))

    def _repr_latex_(self) -> str:
        return f"${self.latex()}$"

    def sympy(self) -> Any:
        """The polynomial that vanishes, in symbols ``c``, ``f0``, ``f1``, ..."""
        import sympy

        total = sympy.Integer(0)
        for term, coefficient in zip(self.terms, self.coefficients(), strict=True):
            product = coefficient.sympy() * sympy.Symbol("c") ** term.power
            for i, exponent in term.powers:
                product *= sympy.Symbol(f"f{i}") ** exponent
            total += product
        return total

    def _sides(self, style: _Text) -> str:
        coefficients = self.coefficients()
        if self.terms[0].powers:
            return style.sum(self.terms, _whole(coefficients)) + " = 0"
        right = style.sum(self.terms[1:], [-c for c in coefficients[1:]])
        return f"{style.product(self.terms[0])} = {right}"

    def __str__(self) -> str:
        family = family_of(self.spec)
        named = [("c", self.candidate), *((f"f{i}", self.invariants[i]) for i in self.used)]
        rows = [f"  {name} = {c.label}    {family.text(self.spec, c)}" for name, c in named]
        outcome = "proven: expanded in the components, all terms cancel" if self.holds else "WRONG: terms are left"
        return "\n".join([self.text(), *rows, f"  {outcome}"])


def _whole(coefficients: Sequence[SignedRoot]) -> list[SignedRoot]:
    """Multiplied by the least common denominator if all are rational."""
    rational = [_root(c) for c in coefficients]
    if None in rational:
        return list(coefficients)
    fractions = [f for f in rational if f is not None]
    common = Fraction(lcm(*(f.denominator for f in fractions)), gcd(*(f.numerator for f in fractions)))
    return [SignedRoot((f * common) * abs(f * common)) for f in fractions]


def _root(number: SignedRoot) -> Fraction | None:
    """The number where it is rational."""
    rational, radicand = _split(number)
    return number.sign * rational if radicand == 1 else None


def _split(number: SignedRoot) -> tuple[Fraction, int]:
    """The absolute value as a rational times the root of a whole number without small square factors."""
    square = number.square
    root = Fraction(isqrt(square.numerator), isqrt(square.denominator))
    if root**2 == square:
        return root, 1
    rational, radicand = Fraction(1, square.denominator), square.numerator * square.denominator
    for factor in range(2, 1000):
        while radicand % factor**2 == 0:
            rational, radicand = rational * factor, radicand // factor**2
    return rational, radicand


class _Text:
    """Sums and products as plain text."""

    candidate = "c"
    space = " "

    def name(self, i: int) -> str:
        return f"f{i}"

    def power(self, base: str, exponent: int) -> str:
        return base if exponent == 1 else f"{base}^{exponent}"

    def fraction(self, value: Fraction) -> str:
        return str(value)

    def root(self, radicand: int) -> str:
        return f"sqrt({radicand})"

    def number(self, value: SignedRoot) -> list[str]:
        """The factors of the absolute value that are not 1."""
        rational, radicand = _split(value)
        factors = [] if rational == 1 else [self.fraction(rational)]
        return factors if radicand == 1 else [*factors, self.root(radicand)]

    def product(self, term: Term) -> str:
        parts = [self.power(self.candidate, term.power)] if term.power else []
        return self.space.join(parts + [self.power(self.name(i), exponent) for i, exponent in term.powers])

    def sum(self, terms: Sequence[Term], coefficients: Sequence[SignedRoot]) -> str:
        text = ""
        for term, value in zip(terms, coefficients, strict=True):
            sign = "-" if value.sign < 0 else "+"
            text += f" {sign} " + self.space.join([*self.number(value), self.product(term)])
        return "-" + text[3:] if text.startswith(" - ") else text[3:] or "0"


class _Latex(_Text):
    """The same in LaTeX, invariants written out in brackets."""

    space = r" \, "

    def __init__(self, spec: BasisSpec, candidate: Candidate, invariants: tuple[Candidate, ...]) -> None:
        self._spec, self._invariants, self._family = spec, invariants, family_of(spec)
        self.candidate = self._bracketed(candidate)

    def _bracketed(self, c: Candidate) -> str:
        return rf"\left({self._family.latex(self._spec, c)}\right)"

    def name(self, i: int) -> str:
        return self._bracketed(self._invariants[i])

    def power(self, base: str, exponent: int) -> str:
        return base if exponent == 1 else f"{base}^{{{exponent}}}"

    def fraction(self, value: Fraction) -> str:
        return str(value) if value.denominator == 1 else rf"\frac{{{value.numerator}}}{{{value.denominator}}}"

    def root(self, radicand: int) -> str:
        return rf"\sqrt{{{radicand}}}"
