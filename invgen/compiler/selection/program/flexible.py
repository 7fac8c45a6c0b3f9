"""The objective ``flexible`` by ordering ``program``: which invariants stand for a tensor, and which for a pair.

The pure invariants of a tensor are a basis of a matroid, the mixed ones of a pair are one of what is independent of the
pure ones of both, and what is made up is one of what is independent of all these. Which members span a part does not
change what is independent of it, so the whole set is a basis of the sum of these matroids.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np

from invgen.compiler.algebra import modular
from invgen.compiler.algebra.channels import Channel
from invgen.compiler.candidates.family import Candidate, family_of
from invgen.compiler.selection.flexible import flexible, remade
from invgen.compiler.selection.program.independent import gradients, search_bases
from invgen.compiler.selection.program.matroid import Matroid
from invgen.compiler.selection.program.rounds import with_costs
from invgen.compiler.selection.setting import Chosen, Setting
from invgen.spec import BasisSpec

SHARE, LEAST = 3, 12
"""How many candidates of a part are searched for every member of it, and at least."""

Part = tuple[Channel, ...]
"""The tensors of a part: one, two, or none for what holds three and more."""


def flexible_by_program(spec: BasisSpec, setting: Setting) -> Chosen:
    """The greedy choice by separate costs, then the search of all parts together."""
    before, evidence = flexible(spec, setting)
    exact = setting.selection(spec).exact
    pool: list[Candidate] = []
    blocks: list[np.ndarray] = []
    cheap = _cheapest(family_of(spec).stream(spec, setting.max_candidates))
    for part in dict.fromkeys(map(_part, before)):
        mine = [c for c in before if _part(c) == part]
        listed = cheap[part][: max(LEAST, SHARE * len(mine))]
        listed += [c for c in mine if c not in listed]
        below = [c for c in before if _part(c) != part and (not part or set(c.content) <= set(part))]
        rows = _independent_of(gradients(exact, below), gradients(exact, listed), setting.prime)
        if rows.shape[1] != len(mine):  # the part was cut: its members stay
            listed, rows = mine, np.eye(len(mine), dtype=np.int64)
        pool += listed
        blocks.append(rows)
    setting.consider(pool)
    matroid = Matroid(_side_by_side(blocks), setting.prime)
    members, rounds = search_bases(spec, setting, pool, matroid, before)
    kept, evidence = remade(spec, setting, evidence, [pool[k] for k in members])
    return kept, with_costs(spec, evidence, before, kept, rounds)


def _part(c: Candidate) -> Part:
    tensors = tuple(sorted(set(c.content)))
    return tensors if len(tensors) < 3 else ()


def _cheapest(stream: Iterable[Candidate]) -> dict[Part, list[Candidate]]:
    """The candidates of every part, cheapest first as they come."""
    parts: dict[Part, list[Candidate]] = {}
    for c in stream:
        parts.setdefault(_part(c), []).append(c)
    return parts


def _independent_of(below: np.ndarray, rows: np.ndarray, prime: int) -> np.ndarray:
    """Rows modulo those below, in as many columns as their rank is."""
    echelon = modular.Echelon(rows.shape[1], prime)
    echelon.add_block(below)
    left = echelon.reduce(rows)
    own = modular.Echelon(rows.shape[1], prime)
    own.add_block(left)
    return left[:, own.pivots]


def _side_by_side(blocks: Sequence[np.ndarray]) -> np.ndarray:
    """One matrix whose rows vanish outside of the columns of their block."""
    width = sum(block.shape[1] for block in blocks)
    result = np.zeros((sum(map(len, blocks)), width), dtype=np.int64)
    row = column = 0
    for block in blocks:
        result[row : row + len(block), column : column + block.shape[1]] = block
        row, column = row + len(block), column + block.shape[1]
    return result
