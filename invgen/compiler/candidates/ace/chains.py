"""Chains of couplings: values and gradients at given A, and the exact polynomial that a chain is.

A chain couples its factors from the left, ((A_1 A_2)^L2 A_3)^L3 ... to rank 0. Its ranks are those of all partial
couplings, ``(l_1, L_2, ..., L_N-2, l_N, 0)``; a single factor of rank 0 has ``(0,)``.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cache, lru_cache
from typing import Protocol

import numpy as np

from invgen.compiler.algebra.arithmetic import Arithmetic, Modular
from invgen.compiler.algebra.channels import Channel, channel_slices, components_of
from invgen.compiler.algebra.couplings import SignedRoot, float_coupling, integer_coupling, scalings

Ranks = tuple[int, ...]

CACHED_STATES = 200_000
"""Partial couplings that an evaluator remembers, times points: some tens of megabytes."""


class Chain(Protocol):
    """What the evaluator needs of a candidate: its factors, and the ranks of all partial couplings."""

    @property
    def factors(self) -> tuple[Channel, ...]: ...
    @property
    def chain(self) -> Ranks: ...


def coupling_steps(candidate: Chain) -> list[tuple[int, int, int]]:
    """The couplings of a chain: ranks of what is there, of the next factor, and of both together."""
    ranks = (c.rank for c in candidate.factors[1:])
    return list(zip(candidate.chain, ranks, candidate.chain[1:], strict=False))


class AceEvaluator:
    """Evaluates ACE candidates at fixed points; partial couplings are shared between candidates.

    channels
        Component order: ascending, m = -l..l inside.
    points
        Shape ``(points, components)``. With ``Floating`` the components are A_znlm and values are those of the
        orthonormal couplings. With ``Modular`` they are integers that stand for the scaled components
        S_znlm = sqrt(s_lm) A_znlm, and values are divided by the square root of ``Polynomial.scale``: then no square
        root is left, and every prime serves. Ranks of Jacobians are the same in both.
    """

    def __init__(self, channels: tuple[Channel, ...], points: np.ndarray, arithmetic: Arithmetic) -> None:
        self.arithmetic = arithmetic
        self.slices = channel_slices(channels)
        self.components = components_of(channels)
        points = np.atleast_2d(points)
        if points.shape[-1] != self.components:
            raise ValueError(f"points need {self.components} components on the last axis, got {points.shape}")
        self.size = points.shape[0]
        self._points = arithmetic.array(points)
        self._tables: dict[tuple[int, int, int], np.ndarray] = {}
        self._partial = lru_cache(maxsize=max(100, CACHED_STATES // max(self.size, 1)))(self._couple_prefix)

    def values(self, candidate: Chain) -> np.ndarray:
        """Shape ``(points,)``."""
        return self.tensors(candidate)[:, 0]

    def values_and_gradients(self, candidate: Chain) -> tuple[np.ndarray, np.ndarray]:
        """Values ``(points,)`` and gradients ``(points, components)`` with respect to the components of the points."""
        one = np.ones((self.size, 1), dtype=self._points.dtype)
        return self.values(candidate), self.pull_back(candidate, one)

    def tensors(self, candidate: Chain) -> np.ndarray:
        """What a chain ends in, shape ``(points, 2 L + 1)``, whether or not that is a scalar."""
        self._check(candidate)
        return self._partial(candidate.factors, candidate.chain)

    def pull_back(self, candidate: Chain, cotangent: np.ndarray) -> np.ndarray:
        """Cotangents ``(points, components)`` of the points for those of ``tensors``, ``(points, 2 L + 1)``."""
        factors, chain = candidate.factors, candidate.chain
        gradient = np.zeros((self.size, self.components), dtype=self._points.dtype)
        reduce = self.arithmetic.reduce
        for k in range(len(factors) - 1, 0, -1):
            table = self._table(chain[k - 1], factors[k].rank, chain[k])
            left = self._partial(factors[:k], chain[:k])
            right = self._points[:, self.slices[factors[k]]]
            back = self.arithmetic.matmul(cotangent, table.T).reshape(self.size, left.shape[1], right.shape[1])
            gradient[:, self.slices[factors[k]]] += reduce(back * left[:, :, None]).sum(axis=1)
            cotangent = reduce(reduce(back * right[:, None, :]).sum(axis=2))
        gradient[:, self.slices[factors[0]]] += cotangent
        return reduce(gradient)

    def gradients(self, candidates: Sequence[Chain]) -> np.ndarray:
        """Gradients of several candidates, shape ``(points, candidates, components)``, in their order.

        Those of equal ranks are evaluated together, each by the operations of ``values_and_gradients``: in float64,
        too, a row is the same to the last bit whatever stands beside it.
        """
        rows = np.zeros((self.size, len(candidates), self.components), dtype=self._points.dtype)
        alike: dict[tuple[Ranks, Ranks], list[int]] = {}
        for position, candidate in enumerate(candidates):
            self._check(candidate)
            key = tuple(c.rank for c in candidate.factors), candidate.chain
            alike.setdefault(key, []).append(position)
        for (ranks, chain), positions in alike.items():
            self._add_alike(rows, np.array(positions), [candidates[k].factors for k in positions], ranks, chain)
        return rows

    def _add_alike(
        self, rows: np.ndarray, positions: np.ndarray, factors: list[tuple[Channel, ...]], ranks: Ranks, chain: Ranks
    ) -> None:
        """``pull_back`` of a one for candidates of the same ranks, to the rows at their positions."""
        starts = np.array([[self.slices[c].start for c in row] for row in factors])
        where = [starts[:, k, None] + np.arange(2 * rank + 1) for k, rank in enumerate(ranks)]
        leaves = [np.ascontiguousarray(self._points[:, at].transpose(1, 0, 2)) for at in where]
        steps = list(zip(chain, ranks[1:], chain[1:], strict=False))
        lefts, reduce = [leaves[0]], self.arithmetic.reduce
        for leaf, step in zip(leaves[1:-1], steps, strict=False):
            outer = reduce(lefts[-1][..., :, None] * leaf[..., None, :]).reshape(len(positions), self.size, -1)
            lefts.append(self.arithmetic.matmul(outer, self._table(*step)))
        cotangent = np.ones((len(positions), self.size, 1), dtype=self._points.dtype)
        for k in range(len(steps), 0, -1):
            left, right = lefts[k - 1], leaves[k]
            back = self.arithmetic.matmul(cotangent, self._table(*steps[k - 1]).T).reshape(*left.shape, -1)
            found = reduce(back * left[..., :, None]).sum(axis=-2)
            self._scatter(rows, positions, where[k], found)
            cotangent = reduce(reduce(back * right[..., None, :]).sum(axis=-1))
        self._scatter(rows, positions, where[0], cotangent)

    def _scatter(self, rows: np.ndarray, positions: np.ndarray, where: np.ndarray, found: np.ndarray) -> None:
        at = np.index_exp[:, positions[:, None], where]
        rows[at] = self.arithmetic.reduce(rows[at] + found.transpose(1, 0, 2))

    def _check(self, candidate: Chain) -> None:
        for channel in candidate.factors:
            if channel not in self.slices:
                raise ValueError(f"{channel} is not among the {len(self.slices)} channels of this evaluator; add it")

    def _couple_prefix(self, factors: tuple[Channel, ...], chain: Ranks) -> np.ndarray:
        right = self._points[:, self.slices[factors[-1]]]
        if len(factors) == 1:
            return right
        left = self._partial(factors[:-1], chain[:-1])
        outer = self.arithmetic.reduce(left[:, :, None] * right[:, None, :]).reshape(self.size, -1)
        return self.arithmetic.matmul(outer, self._table(chain[-2], factors[-1].rank, chain[-1]))

    def _table(self, first: int, second: int, rank: int) -> np.ndarray:
        """The coupling as a matrix ((2 first + 1)(2 second + 1), 2 rank + 1)."""
        key = (first, second, rank)
        if key not in self._tables:
            if isinstance(self.arithmetic, Modular):
                table = (integer_coupling(*key)[0] % self.arithmetic.prime).astype(np.int64)
            else:
                table = float_coupling(*key)
            self._tables[key] = table.reshape(-1, 2 * rank + 1)
        return self._tables[key]


@dataclass(frozen=True)
class Polynomial:
    """An invariant as an exact sparse polynomial: sqrt(scale) sum_t integers[t] prod_k S[k, orders[t, k]].

    orders
        Shape ``(terms, factors)``: m of every factor, ascending among equal factors; each monomial once, ascending.
    integers
        The coefficients of the scaled components S_lm = sqrt(s_lm) A_lm, and of what ``AceEvaluator`` evaluates
        modulo a prime.
    scale
        A positive rational.
    """

    ranks: Ranks
    orders: np.ndarray
    integers: tuple[int, ...]
    scale: Fraction

    def coefficients(self) -> list[SignedRoot]:
        """The coefficients of the monomials in A_znlm, each a signed square root of a rational."""
        found = []
        for orders, integer in zip(self.orders, self.integers, strict=True):
            square = self.scale * integer**2
            for rank, m in zip(self.ranks, orders, strict=True):
                square *= scalings(rank)[int(m) + rank]
            found.append(SignedRoot(square if integer > 0 else -square))
        return found

    def floats(self) -> np.ndarray:
        """``coefficients`` as float64."""
        roots = [np.sqrt([float(s) for s in scalings(rank)]) for rank in self.ranks]
        product = np.array([float(i) for i in self.integers]) * float(SignedRoot(self.scale))
        for k, root in enumerate(roots):
            product = product * root[self.orders[:, k] + self.ranks[k]]
        return product


def polynomial(candidate: Chain) -> Polynomial:
    """The exact polynomial of a candidate; it has no terms if the coupling vanishes identically."""
    classes = tuple(candidate.factors.index(channel) for channel in candidate.factors)
    return _polynomial(tuple(c.rank for c in candidate.factors), classes, candidate.chain)


def tensor_terms(candidate: Chain) -> tuple[np.ndarray, np.ndarray]:
    """What a chain ends in as polynomials of A_znlm, each monomial once.

    Returns m of every factor, shape ``(terms, factors)``, and float64 coefficients ``(terms, 2 L + 1)``.
    """
    ranks = tuple(c.rank for c in candidate.factors)
    classes = tuple(candidate.factors.index(channel) for channel in candidate.factors)
    positions, table, scale = _covariant(ranks, classes, candidate.chain)
    roots = [np.sqrt([float(s) for s in scalings(rank)]) for rank in (*ranks, candidate.chain[-1])]
    coefficients = table.astype(float) * float(SignedRoot(scale)) / roots[-1]
    for k in range(len(ranks)):
        coefficients *= roots[k][positions[:, k], None]
    return positions - np.array(ranks), coefficients


@lru_cache(maxsize=4096)
def _polynomial(ranks: Ranks, classes: tuple[int, ...], chain: Ranks) -> Polynomial:
    positions, table, scale = _covariant(ranks, classes, chain)
    orders = positions - np.array(ranks)
    orders.setflags(write=False)
    return Polynomial(ranks, orders, tuple(int(v) for v in table[:, 0]), scale)


@lru_cache(maxsize=1024)
def _covariant(ranks: Ranks, classes: tuple[int, ...], chain: Ranks) -> tuple[np.ndarray, np.ndarray, Fraction]:
    """A partial coupling: monomials (terms, factors) as m + l, integers (terms, 2 L + 1), and a common square."""
    width = 2 * ranks[-1] + 1
    if len(ranks) == 1:
        return np.arange(width)[:, None], np.eye(width, dtype=np.int64), Fraction(1)
    positions, left, scale = _covariant(ranks[:-1], classes[:-1], chain[:-1])
    table, kappa = integer_coupling(chain[-2], ranks[-1], chain[-1])
    product = np.tensordot(*_wide_enough(left, table, len(ranks)), axes=(1, 0)).reshape(-1, 2 * chain[-1] + 1)
    last = np.tile(np.arange(width), len(positions))[:, None]
    positions = np.concatenate([np.repeat(positions, width, axis=0), last], axis=1)
    run = classes.index(classes[-1])
    positions[:, run:] = np.sort(positions[:, run:], axis=1)
    positions, where = np.unique(positions, axis=0, return_inverse=True)
    merged = np.zeros((len(positions), product.shape[1]), dtype=product.dtype)
    np.add.at(merged, where.reshape(-1), product)
    alive = (merged != 0).any(axis=1)
    return positions[alive], merged[alive], scale * kappa


def _wide_enough(left: np.ndarray, table: np.ndarray, copies: int) -> tuple[np.ndarray, np.ndarray]:
    """Both as int64 if no sum of ``copies`` products can overflow, else as Python integers."""
    bound = int(abs(left).max(initial=0)) * int(abs(table).max(initial=0)) * left.shape[1] * copies
    if bound < 2**62:
        return left.astype(np.int64), table.astype(np.int64)
    return left.astype(object), table.astype(object)


@cache
def partial_ranks(ranks: Ranks, classes: tuple[int, ...]) -> tuple[Ranks, ...]:
    """All chains of these factors, ascending; without those whose first two factors are equal and couple oddly.

    ranks, classes
        Of the factors in order; equal classes mark equal channels.
    """
    if len(ranks) == 1:
        return ((0,),) if ranks == (0,) else ()
    chains: list[Ranks] = [(ranks[0],)]
    for k in range(1, len(ranks)):
        chains = [(*chain, rank) for chain in chains for rank in _next(chain[-1], ranks, k)]
        if k == 1 and classes[0] == classes[1]:
            chains = [chain for chain in chains if chain[1] % 2 == 0]
    return tuple(chains)


def _next(current: int, ranks: Ranks, k: int) -> range:
    """Ranks that factor k may couple to, given what the rest can bring back to zero."""
    rest = ranks[k + 1 :]
    highest = min(current + ranks[k], sum(rest))
    lowest = max(abs(current - ranks[k]), max(rest, default=0) * 2 - sum(rest))
    if len(rest) == 1:
        lowest = max(lowest, rest[0])
    return range(lowest, highest + 1)
