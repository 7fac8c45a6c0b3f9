"""What a family of candidates offers to the stages after it; they know no family beyond this protocol."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction
from typing import Any, Protocol

import numpy as np

from invgen.compiler.algebra.arithmetic import Arithmetic
from invgen.compiler.algebra.channels import Channel
from invgen.compiler.algebra.sparse import Sparse
from invgen.compiler.candidates.ace.family import AceFamily
from invgen.compiler.candidates.cartesian.family import CartesianFamily
from invgen.compiler.candidates.environment import Terms
from invgen.compiler.candidates.multidegree import Multidegree
from invgen.spec import BasisSpec


class Candidate(Protocol):
    """One exact invariant; its label alone rebuilds it."""

    @property
    def label(self) -> str: ...
    @property
    def order(self) -> int: ...
    @property
    def content(self) -> tuple[Channel, ...]: ...
    @property
    def total_rank(self) -> int: ...
    @property
    def is_pseudo(self) -> bool: ...


class CandidateEvaluator(Protocol):
    """Values and gradients of candidates at fixed points."""

    @property
    def size(self) -> int: ...
    @property
    def components(self) -> int: ...
    def values(self, candidate: Any, /) -> np.ndarray: ...
    def values_and_gradients(self, candidate: Any, /) -> tuple[np.ndarray, np.ndarray]: ...
    def gradients(self, candidates: Sequence[Any], /) -> np.ndarray: ...


class Family(Protocol):
    """A family of candidates.

    lookahead
        How many candidates a selection may take from the stream at once; 1 where enumeration is costly.
    headings
        What ``factors`` and ``text`` of a candidate are called.
    products
        Whether products of candidates are invariants beside them; otherwise candidates include their products.
    atomic
        Whether tensors are sums over neighbours of given species, of radial functions times solid harmonics: those of
        ``candidates.environment`` and of linear potentials.
    """

    @property
    def lookahead(self) -> int: ...
    @property
    def headings(self) -> tuple[str, str]: ...
    @property
    def products(self) -> bool: ...
    @property
    def atomic(self) -> bool: ...

    def channels(self, spec: BasisSpec) -> tuple[Channel, ...]:
        """The tensors in use, in component order."""

    def bound(self, spec: BasisSpec) -> int:
        """Transcendence degree: the largest number of independent invariants."""

    def rank_at_most(self, spec: BasisSpec) -> int:
        """The sharpest bound of the rank of all candidates together that is known before any is made."""

    def counts(self, spec: BasisSpec) -> dict[int, int]:
        """Linearly independent invariants per order, products among them, by characters."""

    def refuse(self, spec: BasisSpec, limit: int) -> None:
        """Raises ``TooManyCandidates`` if ``counts`` add up to more than the limit."""

    def offered(self, spec: BasisSpec) -> int | None:
        """How many candidates ``stream`` yields, where that is known beforehand."""

    def evaluator(self, spec: BasisSpec, points: np.ndarray, arithmetic: Arithmetic) -> CandidateEvaluator:
        """Evaluates candidates at points ``(points, components)``."""

    def harmonics(self, rank: int, arithmetic: Arithmetic) -> list[Terms]:
        """The components of a tensor of this rank made by one neighbour, as homogeneous polynomials of its position."""

    def configurations(self, spec: BasisSpec, count: int, seed: str) -> np.ndarray:
        """Random float64 components ``(count, components)`` of order one."""

    def stream(self, spec: BasisSpec, limit: int) -> Iterator[Any]:
        """Candidates in the ordering of the spec; raises ``TooManyCandidates`` before enumerating above the limit."""

    def linear_sets(self, spec: BasisSpec, order: int, prime: int, seed: str) -> Iterator[tuple[Sequence[Any], int]]:
        """For each multiset a linearly independent set, proven modulo the prime, and how many were looked at."""

    def multidegrees(self, spec: BasisSpec, order: int) -> Iterator[Multidegree]:
        """All multisets of this order that hold an invariant, proper or pseudo, in the stated order."""

    def spanning(self, piece: Multidegree, already: int, limit: int) -> Sequence[Any]:
        """Candidates that span a piece together with products.

        Raises ``TooManyCandidates`` if they and those offered ``already`` are more than the limit.
        """

    def name(self, channel: Channel) -> str:
        """A tensor as certificates spell it."""

    def from_label(self, label: str) -> Any:
        """The candidate of a label; raises ``ValueError`` for text that is none."""

    def factors(self, spec: BasisSpec, candidate: Any) -> str:
        """The multiset to read: ranks, or names of channels."""

    def text(self, spec: BasisSpec, candidate: Any) -> str:
        """The candidate on one line: an index contraction, or a coupling tree with its intermediate ranks."""

    def latex(self, spec: BasisSpec, candidate: Any) -> str:
        """The candidate in LaTeX."""

    def drawing(self, spec: BasisSpec, candidate: Any) -> str:
        """The candidate as the text of an SVG file."""

    def sympy(self, spec: BasisSpec, candidate: Any) -> Any:
        """The candidate as a SymPy polynomial in its components."""

    def monomials(self, candidate: Any) -> int:
        """Number of monomials."""

    def symmetry_number(self, candidate: Any) -> int:
        """In how many ways equal tensors can change places and leave the candidate's picture as it is, 1 for none."""

    def expanded(self, spec: BasisSpec, candidate: Any) -> Sparse:
        """The polynomial with whole coefficients that evaluators modulo a prime take, without the root of ``scale``."""

    def scale(self, candidate: Any) -> Fraction:
        """The rational whose root times ``expanded``, in scaled components, is the invariant."""


FAMILIES: dict[str, Family] = {"cartesian": CartesianFamily(), "ace": AceFamily()}
"""One of four rows of a family, see ``invgen.compiler.families``."""


def family_of(spec: BasisSpec) -> Family:
    """The family of a spec."""
    return FAMILIES[spec.family]


class Counts(dict[int, int]):
    """Number of functions for each correlation order; prints as ``n=1: 4, n=2: 16, total 20``."""

    @property
    def total(self) -> int:
        """Over all orders."""
        return sum(self.values())

    def __str__(self) -> str:
        return ", ".join([*(f"n={order}: {number}" for order, number in self.items()), f"total {self.total}"])


def count(spec: BasisSpec) -> Counts:
    """Linearly independent invariants of a spec per order, products among them: exact, by characters, none is built.

    For ``objective="linear"`` that is the size of the basis. Raises ``TypeError`` for anything but a ``BasisSpec``.
    """
    if not isinstance(spec, BasisSpec):
        raise TypeError(f"count takes a BasisSpec, got {type(spec).__name__}; write invgen.BasisSpec(l_max=3, n_max=4)")
    return Counts(family_of(spec).counts(spec))
