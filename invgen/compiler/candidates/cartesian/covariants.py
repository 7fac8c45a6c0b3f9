"""Covariants: symmetric traceless tensors that are polynomials of tensors and turn with them.

An invariant that is linear in one more tensor A of rank k is A contracted with a covariant C of rank k; C is its
derivative by A. So covariants are contractions with one *open* vertex, and everything that is known of contractions
holds for them: those of one content span all covariants of that content.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from invgen.compiler.algebra.arithmetic import Arithmetic, Modular
from invgen.compiler.algebra.channels import Channel, factor_key
from invgen.compiler.algebra.characters import contents, count_covariants
from invgen.compiler.algebra.components import inverse_contraction_matrix
from invgen.compiler.candidates.cartesian.contraction import (
    Contraction,
    by_total_rank,
    contraction_text,
    head,
    latex,
    sort_key,
)
from invgen.compiler.candidates.cartesian.counting import refuse_explosion, refuse_multisets
from invgen.compiler.candidates.cartesian.enumeration import all_contractions, connected_contractions
from invgen.compiler.candidates.cartesian.evaluate import Evaluator
from invgen.compiler.candidates.multidegree import Multidegree

OPEN = 1_000_001
"""The number n of the open vertex, apart from those of all tensors."""


def open_tensor(rank: int) -> Channel:
    """The tensor that an invariant is differentiated by."""
    return Channel(0, OPEN, rank)


@dataclass(frozen=True)
class Covariant:
    """One covariant; ``contraction`` is the invariant whose derivative by the open tensor it is."""

    contraction: Contraction

    @cached_property
    def rank(self) -> int:
        """How many indices are open."""
        return next(tensor.rank for tensor in self.contraction.tensors if tensor.n == OPEN)

    @property
    def content(self) -> tuple[Channel, ...]:
        """The multiset of tensors it is made of, ascending."""
        return tuple(t for t in self.contraction.content if t.n != OPEN)

    @property
    def order(self) -> int:
        """Correlation order: the number of tensor factors."""
        return len(self.content)

    @property
    def total_rank(self) -> int:
        """Sum of the ranks of all factors."""
        return sum(tensor.rank for tensor in self.content)

    @property
    def is_pseudo(self) -> bool:
        """Whether its parity under inversion is not (-1)^rank: an axial vector, for instance."""
        return self.contraction.is_pseudo

    @cached_property
    def label(self) -> str:
        """The text that alone rebuilds it: ``1a.2ab`` is v_a Q_ab; letters that stand once are open.

        Of the open indices the symmetric traceless part is taken.
        """
        factors = zip(self.contraction.tensors, self.contraction.label.split("."), strict=True)
        return ".".join(text for tensor, text in factors if tensor.n != OPEN)

    @classmethod
    def from_label(cls, label: str) -> Covariant:
        """The covariant of a label; raises ``ValueError`` for text that is none."""
        letters = "".join(text[1:] if text[:1] == "e" else text.lstrip(":0123456789") for text in label.split("."))
        once = [letter for letter in letters if letters.count(letter) == 1]
        return cls(Contraction.from_label(".".join([label, head(open_tensor(len(once))) + "".join(once)])))

    @property
    def text(self) -> str:
        """``v_i Q_ij``: indices that stand once are open."""
        return self._without_open(contraction_text(self.contraction))

    @property
    def latex(self) -> str:
        """``v_{i} Q_{ij}``."""
        return self._without_open(latex(self.contraction))

    def _without_open(self, text: str) -> str:
        factors = zip(self.contraction.tensors, text.split(" "), strict=True)
        return " ".join(factor for tensor, factor in factors if tensor.n != OPEN)


class CovariantEvaluator:
    """Covariants of one rank at fixed points; a selection finds their components where gradients usually are.

    points
        Shape ``(points, variables)``: components of the given tensors, the open one not among them.
    """

    def __init__(self, tensors: tuple[Channel, ...], rank: int, points: np.ndarray, arithmetic: Arithmetic) -> None:
        self.components = 2 * rank + 1
        self.arithmetic = arithmetic
        self._tensors = (*tensors, open_tensor(rank))
        self._points = np.atleast_2d(points)
        self.size = len(self._points)
        self._inner = self._at(np.zeros(self.components, dtype=self._points.dtype))
        self._inverse = _inverse(rank, arithmetic)

    def _at(self, open_components: np.ndarray) -> Evaluator:
        """The evaluator of the invariants, where the open tensor has these components."""
        tail = np.broadcast_to(open_components, (self.size, self.components))
        return Evaluator(self._tensors, np.concatenate([self._points, tail], axis=1), self.arithmetic)

    def values(self, covariant: Covariant) -> np.ndarray:
        """Reduced components, shape ``(points, 2 rank + 1)``."""
        gradient = self._inner.values_and_gradients(covariant.contraction)[1][:, -self.components :]
        return self.arithmetic.matmul(gradient, self._inverse)

    def values_and_gradients(self, covariant: Covariant) -> tuple[np.ndarray, np.ndarray]:
        """Components, and their derivatives by those of the tensors: shape ``(points, 2 rank + 1, variables)``.

        An invariant linear in A has as its derivative by x, where A is a unit vector, a row of the mixed derivative.
        """
        rows = []
        for unit in np.eye(self.components, dtype=self._points.dtype):
            gradient = self._at(unit).values_and_gradients(covariant.contraction)[1]
            rows.append(gradient[:, : -self.components])
        return self.values(covariant), self.arithmetic.matmul(self._inverse.T, np.stack(rows, axis=1))

    def gradients(self, covariants: Sequence[Covariant]) -> np.ndarray:
        """Shape ``(points, covariants, 2 rank + 1)``."""
        return np.stack([self.values(c) for c in covariants], axis=1)


def _inverse(rank: int, arithmetic: Arithmetic) -> np.ndarray:
    exact = inverse_contraction_matrix(rank)
    if isinstance(arithmetic, Modular):
        p = arithmetic.prime
        return np.array([[v.numerator * pow(v.denominator, -1, p) % p for v in row] for row in exact])
    return np.array([[float(v) for v in row] for row in exact])


def multidegrees(tensors: Iterable[Channel], rank: int, order: int) -> Iterator[Multidegree]:
    """All contents of this order that hold a covariant, as pieces with the open tensor among their factors."""
    tensors = tuple(tensors)
    refuse_multisets(len(tensors), order)
    for content in by_total_rank(contents(tensors, order)):
        if number := count_covariants(content, rank):
            odd = (rank + sum(t.rank for t in content)) % 2 == 1
            factors = tuple(sorted((*content, open_tensor(rank)), key=factor_key))
            yield Multidegree(factors, " ".join(map(head, content)), number, odd)


def spanning(piece: Multidegree, already: int, limit: int, products: bool) -> tuple[Contraction, ...]:
    """Contractions of a piece: the connected ones, or all with ``products`` of scalars and covariants.

    Raises ``TooManyCandidates`` if they and those offered ``already`` are more than the limit.
    """
    refuse_explosion([piece.factors], already, limit, piece.is_pseudo)
    return (all_contractions if products else connected_contractions)(piece.factors, piece.is_pseudo)


def candidates(tensors: tuple[Channel, ...], rank: int, order: int, parity: str, limit: int) -> Iterator[Covariant]:
    """Covariants of one order that span all of them over the field of invariants, in the stated order.

    They are connected; with parity ``pseudo`` also products of a pseudo-scalar and a covariant of the other parity.
    """
    found: list[Contraction] = []
    for piece in multidegrees(tensors, rank, order):
        if parity == "both" or piece.is_pseudo == (parity == "pseudo"):
            found += spanning(piece, len(found), limit, products=parity == "pseudo")
    return (Covariant(c) for c in sorted(found, key=sort_key))
