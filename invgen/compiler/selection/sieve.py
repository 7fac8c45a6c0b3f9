"""Which candidates may raise the rank, told from a few numbers for each, so that the others are never eliminated.

A row of the Jacobian lies in the space of those kept only if it is orthogonal to all that they are orthogonal to.
Random vectors stand for these: ``modular.PROBES`` residues for each row modulo the prime, which all vanish for a new
one with probability prime^-PROBES, below 10^-37; and in float64 the length of what is left of a row is estimated by
``floating.SKETCH`` products, which are a tenth of it with a probability below 10^-25. Only rows that may be new are
eliminated, which decides.

Rows only become less new. So another process may sift with the vectors of an earlier state: what it leaves out is
sifted out later, too.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from invgen.compiler.algebra import modular
from invgen.compiler.candidates.family import Candidate, CandidateEvaluator
from invgen.compiler.selection.floating import may_be_new

SHARE, EARLY_SHARE = 0.1, 0.01
"""Of the tolerance in float64: what is estimated to be left of a row that may be new, and the same at an earlier state,
where what is not below the first must not be lost."""
LEAST = 16
"""Candidates below which all are eliminated."""


class Screen(NamedTuple):
    """Vectors orthogonal to the rows kept so far.

    probes
        (components, PROBES) modulo the prime.
    sketch
        (configurations, components, SKETCH).
    tolerance
        Share of a row that is new in float64.
    """

    probes: np.ndarray
    prime: int
    sketch: np.ndarray
    tolerance: float


class Sifted(NamedTuple):
    """Rows of a block that may be new, and where in the block they are.

    exact, floats
        (rows, components) modulo the prime, and (configurations, rows, components).
    """

    exact_at: list[int]
    exact: np.ndarray
    floats_at: list[int]
    floats: np.ndarray

    def before(self, end: int) -> Sifted:
        """Without float64 rows from a position on."""
        count = sum(k < end for k in self.floats_at)
        return self._replace(floats_at=self.floats_at[:count], floats=self.floats[:, :count])

    def again(self, screen: Screen, share: float = SHARE) -> Sifted:
        """What is left of it by the screen of a later state."""
        (exact,) = np.nonzero(_may_raise(self.exact, screen))
        (floats,) = np.nonzero(may_be_new(self.floats, screen.sketch, share * screen.tolerance))
        return Sifted(
            [self.exact_at[k] for k in exact], self.exact[exact],
            [self.floats_at[k] for k in floats], self.floats[:, floats],
        )  # fmt: skip


def unsifted(exact: CandidateEvaluator, floating: CandidateEvaluator, candidates: Sequence[Candidate]) -> Sifted:
    """All rows of some candidates."""
    every = list(range(len(candidates)))
    return Sifted(every, exact.gradients(candidates)[0], every, floating.gradients(candidates))


def sifted(
    exact: CandidateEvaluator,
    floating: CandidateEvaluator,
    candidates: Sequence[Candidate],
    screen: Screen,
    share: float = SHARE,
) -> Sifted:
    """Those rows of the candidates that may be new.

    share
        ``EARLY_SHARE`` where the screen is that of an earlier state.
    """
    return unsifted(exact, floating, candidates).again(screen, share)


def _may_raise(rows: np.ndarray, screen: Screen) -> np.ndarray:
    return np.asarray(modular.matmul(rows % screen.prime, screen.probes, screen.prime).any(axis=1))
