"""Whether candidates and their products make all invariants: multiset by multiset, by values modulo a prime.

The second implementation, in ``replay``, goes through products of labels instead of growing spaces.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import combinations, combinations_with_replacement
from typing import Any

import numpy as np

from invgen.compiler.algebra import modular
from invgen.compiler.algebra.arithmetic import Modular
from invgen.compiler.algebra.channels import Multiset, components_of, factor_key
from invgen.compiler.algebra.characters import count_invariants
from invgen.compiler.candidates.family import Candidate, family_of
from invgen.compiler.candidates.multidegree import Multidegree
from invgen.spec import BasisSpec

SPARE = 3
"""Points beyond the largest dimension."""
PARITIES = {"proper": (0,), "pseudo": (1,), "both": (0, 1)}


def multisets(spec: BasisSpec, candidates: Iterable[Candidate]) -> list[Multiset]:
    """Those of the orders of a spec, ascending; without products only those of candidates can hold invariants."""
    family = family_of(spec)
    if not family.products:
        return sorted({c.content for c in candidates}, key=lambda content: (len(content), content))
    channels = sorted(family.channels(spec), key=factor_key)
    return [found for order in spec.orders for found in combinations_with_replacement(channels, order)]


def spans(spec: BasisSpec, candidates: Sequence[Candidate], prime: int = modular.DEFAULT_PRIME) -> bool:
    """Whether in every multiset of the wanted parity there are as many independent functions as characters say."""
    family, contents = family_of(spec), multisets(spec, candidates)
    due = {content: count_invariants(content) for content in contents}
    width, components = max(due.values(), default=0) + SPARE, components_of(family.channels(spec))
    points = modular.residues(f"spanning/{spec.id}", width * components, prime).reshape(width, components)
    evaluator = family.evaluator(spec, points, Modular(prime))
    values: dict[Multiset, list[np.ndarray]] = {}
    for c in candidates:
        values.setdefault(c.content, []).append(evaluator.values(c))
    spaces: dict[Multiset, np.ndarray] = {}
    for content in contents:
        rows = list(values.get(content, ()))
        if family.products:
            rows += _products(Multidegree(content, "", due[content], False), values, spaces, prime)
        spaces[content] = _independent(rows, width, prime)
        wanted = sum(channel.rank for channel in content) % 2 in PARITIES[spec.parity]
        if wanted and len(spaces[content]) != due[content]:
            return False
    return _complete(spec, due)


def _products(
    piece: Multidegree, values: dict[Multiset, list[np.ndarray]], spaces: dict[Multiset, np.ndarray], prime: int
) -> list[np.ndarray]:
    """A candidate times an invariant of what is left of the multiset."""
    found: list[np.ndarray] = []
    for size in range(1, len(piece.factors)):
        for own in sorted(set(combinations(piece.factors, size))):
            left = piece.without(own)
            if own in values and left in spaces:
                found += [row * other % prime for row in values[own] for other in spaces[left]]
    return found


def _independent(rows: list[np.ndarray], width: int, prime: int) -> np.ndarray:
    echelon = modular.Echelon(width, prime)
    pivots = echelon.add_block(np.array(rows, dtype=np.int64).reshape(-1, width))
    return np.array([row for row, p in zip(rows, pivots, strict=True) if p is not None]).reshape(-1, width)


def _complete(spec: BasisSpec, due: dict[Multiset, int]) -> bool:
    """Whether the multisets gone through hold all invariants that there are."""
    found: dict[int, int] = dict.fromkeys(spec.orders, 0)
    for content, number in due.items():
        if sum(channel.rank for channel in content) % 2 in PARITIES[spec.parity]:
            found[len(content)] += number
    return found == dict(family_of(spec).counts(spec))


def largest(contents: Iterable[Any]) -> int:
    """The largest number of invariants of one multiset, at least 1."""
    return max([1, *map(count_invariants, contents)])
