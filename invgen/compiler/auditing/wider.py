"""Two numbers beside the functional rank: that of the members as vectors, and the one attainable at their orders."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from invgen.compiler.algebra import modular
from invgen.compiler.algebra.arithmetic import Modular
from invgen.compiler.auditing.contractions import ContractionList
from invgen.compiler.auditing.source import ExactList
from invgen.compiler.auditing.tensors import WORDS
from invgen.compiler.candidates.cartesian.contraction import EPSILON, Contraction
from invgen.compiler.candidates.cartesian.family import stream
from invgen.compiler.selection.floating import BLOCK
from invgen.errors import TooManyCandidates
from invgen.spec import BasisSpec

MOST_CANDIDATES = 2000
"""Contractions that are looked at for members that a list lacks."""


def linear_rank(members: ExactList, prime: int, seed: str) -> int:
    """How many members are linearly independent, constants aside.

    A combination is constant if its gradient vanishes everywhere. Gradients at ever more random points stand side by
    side until one more of them does not raise the rank: then none does but for an unlucky one. The rank is proven to be
    no smaller.
    """
    beside, found = np.zeros((len(members.labels), 0), dtype=np.int64), -1
    for number in range(len(members.labels) + 1):
        point = modular.residues(f"{seed}/linear/{number}", members.variables, prime)
        beside = np.concatenate([beside, members.rows(point[None], Modular(prime))[0]], axis=1)
        if (rank := modular.rank(beside, prime)) == found:
            break
        found = rank
        if found == len(beside):
            break
        pivots = modular.Echelon(len(beside), prime).add_block(beside.T)
        beside = beside[:, [k for k, p in enumerate(pivots) if p is not None]]
    return found


@dataclass(frozen=True)
class Attainable:
    """The largest rank at the tensors and orders of a list, and connected contractions that would make it up."""

    rank: int
    missing: tuple[str, ...]


def attainable(members: ExactList, kept: Sequence[int], prime: int, seed: str) -> Attainable | None:
    """Of contractions of traceless tensors, where there are no more than ``MOST_CANDIDATES``; else ``None``."""
    if not isinstance(members, ContractionList) or members.tensors.traces or not kept:
        return None
    some, channels = [c for c in members.contractions if c], tuple(members.tensors.layout)
    ranks = tuple(sorted({c.rank for c in channels}))
    parities = {c.is_pseudo for c in some}
    parity = "both" if len(parities) > 1 else "pseudo" if parities == {True} else "proper"
    spec = BasisSpec(ranks=ranks, n_max=max(c.order for c in some), parity=parity)
    try:
        offered = list(stream(spec, channels, MOST_CANDIDATES))
    except TooManyCandidates:
        return None
    point = modular.residues(f"{seed}/attainable", members.variables, prime)
    evaluator, echelon = members.evaluator(point[None], Modular(prime)), modular.Echelon(members.variables, prime)
    for c in (members.contractions[k] for k in kept):
        if c is not None:
            echelon.add(evaluator.values_and_gradients(c)[1][0])
    missing: list[str] = []
    for start in range(0, len(offered), BLOCK):
        block = offered[start : start + BLOCK]
        raised = echelon.add_block(evaluator.gradients(block)[0])
        missing += [line(c, members) for c, pivot in zip(block, raised, strict=True) if pivot is not None]
        if echelon.rank == members.bound:
            break
    return Attainable(echelon.rank, tuple(missing))


def line(contraction: Contraction, members: ContractionList) -> str:
    """A contraction as a line of a list, with the names of its tensors."""
    groups, names = [], []
    for tensor, text in zip(contraction.tensors, contraction.label.split("."), strict=True):
        groups.append(text.lstrip("e0123456789:") if tensor != EPSILON else text[1:])
        rank, name = members.tensors.factor_of[tensor] if tensor != EPSILON else (-1, "")
        names.append("eps" if rank < 0 else WORDS[rank] + (f"_{name}" if name else ""))
    return ",".join(groups) + "->," + ",".join(names)
