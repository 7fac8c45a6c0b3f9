"""Covariants: couplings of channels to tensors of any rank, as trees, and those that span all of a multiset."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache, cached_property
from itertools import combinations

from invgen.compiler.algebra.channels import factor_key
from invgen.compiler.algebra.couplings import couples
from invgen.compiler.candidates.ace.chains import Chain
from invgen.compiler.candidates.ace.coupling import Channel, Multiset


@dataclass(frozen=True)
class Covariant:
    """A channel, or two covariants coupled to rank ``rank``; ``left`` has at least as many factors as ``right``."""

    factors: Multiset
    rank: int
    left: Covariant | None = None
    right: Covariant | None = None

    @cached_property
    def _hash(self) -> int:
        return hash((self.factors, self.rank, self.left, self.right))

    def __hash__(self) -> int:
        return self._hash

    @cached_property
    def key(self) -> tuple[object, ...]:
        """Orders covariants, smaller ones first, whatever the hash seed."""
        parts = () if self.left is None or self.right is None else (self.left.key, self.right.key)
        return len(self.factors), self.factors, self.rank, parts

    @property
    def operands(self) -> tuple[Covariant, ...]:
        """Both operands, or none of a channel."""
        return () if self.left is None or self.right is None else (self.left, self.right)


def channel(factor: Channel) -> Covariant:
    """A single factor."""
    return Covariant((factor,), factor.rank)


def couple(first: Covariant, second: Covariant, rank: int) -> Covariant | None:
    """The coupling with its operands in canonical order; ``None`` where it vanishes."""
    if not couples(first.rank, second.rank, rank) or (first == second and rank % 2):
        return None
    left, right = sorted((first, second), key=lambda c: c.key, reverse=True)
    return Covariant(tuple(sorted((*left.factors, *right.factors), key=factor_key)), rank, left, right)


@cache
def covariants(factors: Multiset, rank: int | None) -> tuple[Covariant, ...]:
    """All covariants of these factors, of one rank or of any: one factor is coupled to those of the others."""
    if len(factors) == 1:
        return (channel(factors[0]),) if rank in (None, factors[0].rank) else ()
    found: dict[Covariant, None] = {}
    for k in range(len(factors)):
        for rest in covariants(factors[:k] + factors[k + 1 :], None):
            ranks = (
                (rank,)
                if rank is not None
                else range(abs(rest.rank - factors[k].rank), rest.rank + factors[k].rank + 1)
            )
            found.update((c, None) for r in ranks if (c := couple(rest, channel(factors[k]), r)) is not None)
    return tuple(found)


def closed_trees(factors: Multiset) -> tuple[Covariant, ...]:
    """Trees [U V]^0; they span the invariants of a multiset."""
    return spanning_trees(factors, 0)


@cache
def spanning_trees(factors: Multiset, rank: int) -> tuple[Covariant, ...]:
    """Trees [U V]^rank over all cuts of the multiset into halves; they span its covariants of this rank."""
    found: dict[Covariant, None] = {}
    for inside in combinations(range(len(factors)), len(factors) // 2):
        small = tuple(factors[i] for i in inside)
        large = tuple(f for i, f in enumerate(factors) if i not in inside)
        for left in covariants(large, None):
            for right in covariants(small, None if rank else left.rank):
                if (tree := couple(left, right, rank)) is not None:
                    found[tree] = None
    return tuple(sorted(found, key=lambda c: c.key))


def chain_tree(function: Chain) -> Covariant:
    """The tree that is the function itself, up to a constant factor; invariants are cut in the middle."""
    factors, chain = function.factors, function.chain
    if chain[-1]:
        tree = channel(factors[0])
        for factor, rank in zip(factors[1:], chain[1:], strict=True):
            tree = _some(couple(tree, channel(factor), rank))
        return tree
    cut = (len(factors) + 1) // 2
    left, right = channel(factors[0]), channel(factors[-1])
    for k in range(1, cut):
        left = _some(couple(left, channel(factors[k]), chain[k]))
    for k in range(len(factors) - 2, cut - 1, -1):
        right = _some(couple(right, channel(factors[k]), chain[k - 1]))
    return _some(couple(left, right, 0))


def _some(tree: Covariant | None) -> Covariant:
    assert tree is not None, "a chain that does not vanish has no part that does"
    return tree
