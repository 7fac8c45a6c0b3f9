"""The search for a relation: linear algebra on the monomials of a multidegree, modulo primes, then over the rationals.

Every relation among homogeneous invariants is a sum of relations that are homogeneous in each tensor, so multidegrees
are looked at one by one, in ascending order. Monomials of the invariants come first and those with the candidate after
them, by its power: the first of these that depends on those before gives the relation of lowest degree in the
candidate.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from functools import cached_property
from itertools import islice
from math import comb, gcd, lcm, prod
from typing import Any

import numpy as np

from invgen.compiler.algebra import modular
from invgen.compiler.algebra.arithmetic import Modular
from invgen.compiler.algebra.channels import components_of
from invgen.compiler.algebra.rational import combine, reconstruct, solve
from invgen.compiler.algebra.sparse import HIGHEST_ORDER
from invgen.compiler.analysis.relations import Relation, Term
from invgen.compiler.candidates.family import Candidate, family_of
from invgen.compiler.selection.langbein import Progress
from invgen.spec import BasisSpec

Degree = tuple[tuple[Any, int], ...]
"""Tensors with their multiplicities, ascending."""
Exponents = tuple[int, ...]
"""Of the invariants in use, and last of the candidate."""

MOST_MONOMIALS = 500
MOST_DEGREES = 2000
MOST_TERMS = 100_000
"""Monomials of a multidegree in the components, above which the expansion that proves a relation takes too long."""
SPARE = 12
"""Points beyond the number of monomials."""
MOST_PRIMES = 40


@dataclass
class Search:
    """Relations between a candidate and the other invariants of a basis.

    searched
        The highest order of which all multidegrees within the limits have been looked at.
    """

    spec: BasisSpec
    invariants: tuple[Candidate, ...]
    candidate: Candidate
    searched: int = 0
    _values: dict[int, np.ndarray] = field(default_factory=dict)

    def run(self, max_order: int, progress: Progress | None = None) -> Relation | None:
        """The relation of lowest order, within the limits of this module; ``None`` if there is none."""
        first, max_order = self.candidate.order, min(max_order, HIGHEST_ORDER)
        degrees = self._degrees(max_order - first)
        tried = 0
        for extra in range(max_order - first + 1):
            for degree in sorted(degrees[extra]):
                if progress:
                    progress(f"relations of order {first + extra}", tried, MOST_DEGREES)
                tried += 1
                if tried > MOST_DEGREES:
                    return None
                if (found := self._of_degree(_sum(degree, self._degree(self.candidate)))) is not None:
                    return found
            self.searched = first + extra
        return None

    def _degree(self, candidate: Candidate) -> Degree:
        content = candidate.content
        return tuple((t, content.count(t)) for t in sorted(set(content)))

    @cached_property
    def _all(self) -> list[tuple[int, Candidate]]:
        """Positions in the basis and invariants other than the candidate; the candidate last, at -1."""
        others = [(i, c) for i, c in enumerate(self.invariants) if c.label != self.candidate.label]
        return [*others, (-1, self.candidate)]

    def _degrees(self, highest: int) -> list[set[Degree]]:
        """Multidegrees of products of invariants and candidate by order."""
        steps = {(c.order, self._degree(c)) for _, c in self._all}
        found: list[set[Degree]] = [{()}]
        for order in range(1, highest + 1):
            parts = ((n, step) for n, step in steps if n <= order)
            sums = (_sum(d, step) for n, step in parts for d in found[order - n])
            found.append(set(islice(sums, 20 * MOST_DEGREES)))
        return found

    def _of_degree(self, degree: Degree) -> Relation | None:
        size = prod(comb(2 * tensor.rank + n, n) for tensor, n in degree)
        if size > MOST_TERMS:
            return None
        wanted = dict(degree)
        fitting = [k for k, (_, c) in enumerate(self._all) if _fits(self._degree(c), wanted)]
        steps = [self._degree(self._all[k][1]) for k in fitting]
        monomials = list(islice(_monomials(steps, wanted), MOST_MONOMIALS + 1))
        if len(monomials) > MOST_MONOMIALS:
            return None
        monomials.sort(key=lambda exponents: exponents[::-1])
        return self._among(monomials, fitting)

    def _among(self, monomials: list[Exponents], fitting: list[int]) -> Relation | None:
        prime = modular.DEFAULT_PRIME
        values = self._products(monomials, fitting, prime)
        echelon = modular.Echelon(values.shape[1], prime)
        pivots = echelon.add_block(values)
        independent: list[int] = []
        for k, pivot in enumerate(pivots):
            if pivot is not None:
                independent.append(k)
            elif monomials[k][-1]:
                found = self._solve(monomials, fitting, [*independent, k])
                if found is not None:
                    return found
        return None

    def _solve(self, monomials: list[Exponents], fitting: list[int], chosen: list[int]) -> Relation | None:
        """The rational combination of the chosen monomials that vanishes, proven; the last has coefficient 1."""
        picked = [monomials[k] for k in chosen]
        modulus, residues = 1, [0] * (len(picked) - 1)
        before: list[Fraction | None] = []
        prime = modular.DEFAULT_PRIME + 1
        for _ in range(MOST_PRIMES):
            prime = modular.prime_below(prime)
            solution = _combination(self._products(picked, fitting, prime), prime)
            if solution is None:
                continue
            residues = [combine(r, modulus, int(s), prime) for r, s in zip(residues, solution, strict=True)]
            modulus *= prime
            fractions = [reconstruct(r, modulus) for r in residues]
            if None not in fractions and fractions == before:
                relation = self._relation(picked, fitting, [f for f in fractions if f is not None])
                return relation if self._tells(relation) and relation.holds else None
            before = fractions
        return None

    def _relation(self, picked: list[Exponents], fitting: list[int], fractions: list[Fraction]) -> Relation:
        values = [-f for f in fractions] + [Fraction(1)]
        scale = Fraction(lcm(*(v.denominator for v in values)), gcd(*(v.numerator for v in values)))
        terms = []
        for exponents, value in zip(picked, values, strict=True):
            if value:
                powers = tuple((self._all[k][0], e) for k, e in zip(fitting[:-1], exponents, strict=False) if e)
                terms.append(Term(int(value * scale), exponents[-1], powers))
        terms.sort(key=lambda t: (-t.power, t.powers))
        return Relation(self.spec, self.candidate, self.invariants, tuple(terms))

    def _tells(self, relation: Relation) -> bool:
        """Whether the derivative by the candidate is not zero: else it is a relation of the invariants, multiplied."""
        prime = modular.DEFAULT_PRIME
        values, where = self._evaluated(prime, 1)[:, 0], {i: k for k, (i, _) in enumerate(self._all)}
        total = 0
        for term in relation.terms:
            if term.power:
                product = term.coefficient * term.power * pow(int(values[-1]), term.power - 1, prime)
                for i, exponent in term.powers:
                    product = product * pow(int(values[where[i]]), exponent, prime) % prime
                total += product
        return total % prime != 0

    def _products(self, monomials: Sequence[Exponents], fitting: list[int], prime: int) -> np.ndarray:
        """Values of the monomials at random points, shape ``(monomials, points)``."""
        points = len(monomials) + SPARE
        values = self._evaluated(prime, points)[fitting, :points]
        rows = np.ones((len(monomials), points), dtype=np.int64)
        for row, exponents in zip(rows, monomials, strict=True):
            for value, exponent in zip(values, exponents, strict=True):
                for _ in range(exponent):
                    row[:] = row * value % prime
        return rows

    def _evaluated(self, prime: int, points: int) -> np.ndarray:
        """Values of all invariants and the candidate, shape ``(invariants, points or more)``."""
        if prime not in self._values or self._values[prime].shape[1] < points:
            family = family_of(self.spec)
            width = components_of(family.channels(self.spec))
            seed = f"relation/{self.spec.id}/{self.candidate.label}"
            x = modular.residues(seed, points * width, prime).reshape(points, width)
            evaluator = family.evaluator(self.spec, x, Modular(prime))
            self._values[prime] = np.stack([evaluator.values(c) for _, c in self._all])
        return self._values[prime]


def _combination(values: np.ndarray, prime: int) -> np.ndarray | None:
    """The last row as a combination of the others; ``None`` if those are not independent modulo this prime."""
    echelon = modular.Echelon(values.shape[1], prime)
    echelon.add_block(values[:-1])
    if echelon.rank < len(values) - 1:
        return None
    return solve(values[:-1][:, echelon.pivots].T, values[-1][echelon.pivots], prime)


def _sum(a: Degree, b: Degree) -> Degree:
    total = dict(a)
    for tensor, n in b:
        total[tensor] = total.get(tensor, 0) + n
    return tuple(sorted(total.items()))


def _fits(step: Degree, left: dict[Any, int]) -> bool:
    return all(left.get(tensor, 0) >= n for tensor, n in step)


def _monomials(steps: list[Degree], wanted: dict[Any, int]) -> Iterator[Exponents]:
    """Exponents of all products of these degrees that have the wanted one."""
    if not steps:
        if not any(wanted.values()):
            yield ()
        return
    left, exponent = dict(wanted), 0
    while True:
        for rest in _monomials(steps[1:], left):
            yield exponent, *rest
        if not _fits(steps[0], left):
            return
        for tensor, n in steps[0]:
            left[tensor] -= n
        exponent += 1
