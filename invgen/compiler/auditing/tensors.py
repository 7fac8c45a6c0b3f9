"""The tensors of a list of contractions: symmetric, traceless or with their traces, and their components."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache, cached_property

import numpy as np

from invgen.compiler.algebra import modular
from invgen.compiler.algebra.channels import Channel, cartesian
from invgen.compiler.algebra.characters import transcendence_degree
from invgen.compiler.algebra.components import expansion_matrix, position, symmetric_powers
from invgen.compiler.candidates.cartesian.family import random_neighbourhoods

Factor = tuple[int, str]
"""Rank and name of a tensor, ``(-1, "")`` for the Levi-Civita symbol."""
WORDS = ["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"]


@dataclass(frozen=True)
class TensorSet:
    """Tensors in component order.

    factors
        Ascending.
    traces
        Whether they have traces: then the components of one are those of its symmetric list, else the reduced ones.
    unit
        Whether they are moments of unit vectors: the trace of one is that of the same name with two indices less, so
        that the components of the one with most indices are those of all others of its name and parity, too.
    """

    factors: tuple[Factor, ...]
    traces: bool
    unit: bool = False

    @property
    def names(self) -> tuple[str, ...]:
        """As words: ``two_1``."""
        return tuple(WORDS[rank] + (f"_{name}" if name else "") for rank, name in self.factors)

    @cached_property
    def slices(self) -> dict[Factor, slice]:
        """Where each lies among the components."""
        owners = list(dict.fromkeys(map(self._owner, self.factors)))
        ends = np.cumsum([0, *(self.matrix(rank, 0).shape[1] for rank, _ in owners)]).tolist()
        of_owner = {f: slice(ends[k], ends[k + 1]) for k, f in enumerate(owners)}
        return {f: of_owner[self._owner(f)] for f in self.factors}

    def _owner(self, factor: Factor) -> Factor:
        """The tensor whose components these are: itself, or of unit vectors' moments the one with most indices."""
        if not self.unit:
            return factor
        rank, name = factor
        return max(r for r, n in self.factors if n == name and (r - rank) % 2 == 0), name

    @property
    def components(self) -> int:
        """Number of all components."""
        return max((s.stop for s in self.slices.values()), default=0)

    def bound(self, factors: Iterable[Factor]) -> int:
        """The largest number of independent invariants of these: each is a sum of irreducible tensors."""
        if self.unit:
            factors = {(rank % 2, name): (rank, name) for rank, name in sorted(factors)}.values()
        irreducible = [range(rank, -1, -2) if self.traces else (rank,) for rank, _ in factors]
        return transcendence_degree(cartesian((rank, 0) for ranks in irreducible for rank in ranks))

    def matrix(self, rank: int, loops: int) -> np.ndarray:
        """The symmetric components of a tensor, contracted so often with itself, from its components."""
        return trace_matrix(rank, loops) if self.traces else expansion_matrix(rank)

    @cached_property
    def vertices(self) -> dict[tuple[Factor, int], Channel]:
        """The tensor of a contraction for every factor and number of contractions with itself."""
        found: dict[tuple[Factor, int], Channel] = {}
        for rank, name in self.factors:
            for loops in range(rank // 2 + 1 if self.traces else 1):
                left = rank - 2 * loops
                found[(rank, name), loops] = Channel(0, 1 + sum(t.rank == left for t in found.values()), left)
        return found

    @cached_property
    def layout(self) -> Mapping[Channel, tuple[slice, np.ndarray]]:
        """For every vertex where the components lie and the matrix that makes its symmetric ones of them."""
        found = {}
        for (factor, loops), tensor in self.vertices.items():
            owner = self._owner(factor)
            found[tensor] = self.slices[factor], self.matrix(owner[0], loops + (owner[0] - factor[0]) // 2)
        return found

    @cached_property
    def factor_of(self) -> dict[Channel, Factor]:
        """The factor of every vertex."""
        return {tensor: factor for (factor, _), tensor in self.vertices.items()}

    def random(self, count: int, seed: str) -> np.ndarray:
        """Components ``(count, components)`` of order one."""
        if not self.traces:
            return random_neighbourhoods(tuple(self.vertices.values()), count, seed)
        words = modular.residues(seed, count * self.components, modular.DEFAULT_PRIME) / modular.DEFAULT_PRIME
        return 2 * words.reshape(count, self.components) - 1


@cache
def trace_matrix(rank: int, loops: int) -> np.ndarray:
    """Integer matrix (symmetric components of rank - 2 loops, of rank): T_aabb.. summed over pairs of equal indices."""
    matrix = np.eye(len(symmetric_powers(rank)), dtype=np.int64)
    for left in range(rank - 2, rank - 2 * loops - 1, -2):
        step = np.zeros((len(symmetric_powers(left)), len(matrix)), dtype=np.int64)
        for row, (a, b, c) in enumerate(symmetric_powers(left)):
            for powers in ((a + 2, b, c), (a, b + 2, c), (a, b, c + 2)):
                step[row, position(powers)] = 1
        matrix = step @ matrix
    return matrix
