"""How a selection went: its candidates one after another, which were kept, and the rank that was reached."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from invgen.compiler.algebra import modular
from invgen.compiler.algebra.arithmetic import Floating, Modular
from invgen.compiler.basis import Basis
from invgen.compiler.candidates.family import Candidate
from invgen.compiler.selection.floating import BLOCK
from invgen.compiler.selection.heard import select_and_tell
from invgen.compiler.selection.langbein import CONFIGURATIONS, Progress


@dataclass(frozen=True)
class Step:
    """One candidate: whether the basis keeps it, and the rank of all kept so far.

    raises
        Whether it raises the rank of those kept before; of one that is not kept, that of the whole basis and of those
        before that do.
    """

    candidate: Candidate
    kept: bool
    raises: bool
    rank: int


@dataclass(frozen=True)
class History:
    """Every candidate once, in the order in which the selection first saw it.

    told
        Whether the selection was run again; otherwise only the invariants of the basis are there, in its order.
    """

    steps: tuple[Step, ...]
    told: bool

    @property
    def rejected(self) -> tuple[Candidate, ...]:
        """Those that depend on the basis, and on those outside of it that raise the rank."""
        return tuple(s.candidate for s in self.steps if not s.kept and not s.raises)

    @property
    def outside(self) -> tuple[Candidate, ...]:
        """Those that would raise the rank of the basis."""
        return tuple(s.candidate for s in self.steps if not s.kept and s.raises)


def history(basis: Basis, most: int, progress: Progress | None = None) -> History:
    """The history of a basis; its selection is run again unless it had more than ``most`` candidates."""
    told = basis.evidence.candidates <= most
    heard = select_and_tell(basis.spec, progress, basis.labels)[2] if told else []
    order = {c.label: c for c in [*heard, *basis]}
    members = set(basis.labels)
    kept = [c for c in order.values() if c.label in members]
    others = [c for c in order.values() if c.label not in members]
    raising = _raising(basis, [*kept, *others])
    steps, rank = [], 0
    for label, c in order.items():
        rank += label in members and label in raising
        steps.append(Step(c, label in members, label in raising, rank))
    return History(tuple(steps), told)


def _raising(basis: Basis, candidates: Iterable[Candidate]) -> set[str]:
    """The labels that raise the rank of those before, at the witness of the evidence."""
    evidence, waiting, found = basis.evidence, list(candidates), set[str]()
    evaluator = basis.family.evaluator(basis.spec, np.array([evidence.witness]), Modular(evidence.prime))
    echelon = modular.Echelon(basis.components, evidence.prime)
    for start in range(0, len(waiting), BLOCK):
        if echelon.rank == evidence.bound:
            break
        block = waiting[start : start + BLOCK]
        pivots = echelon.add_block(evaluator.gradients(block)[0])
        found |= {c.label for c, pivot in zip(block, pivots, strict=True) if pivot is not None}
    return found


def singular_values(basis: Basis) -> np.ndarray:
    """Those of the rows of the Jacobian, each of length one, descending, as many as the rank.

    Of the random configurations of the selection it is the one with the largest of the last values, which is where
    the evidence takes its two.
    """
    members, rank = list(basis), basis.evidence.rank
    if not rank:
        return np.zeros(0)
    points = basis.family.configurations(basis.spec, CONFIGURATIONS, f"neighbours/{basis.id}/")
    rows = basis.family.evaluator(basis.spec, points, Floating()).gradients(members)
    lengths = np.linalg.norm(rows, axis=-1, keepdims=True)
    values = np.linalg.svd(rows / np.where(lengths > 0, lengths, 1.0), compute_uv=False)[:, :rank]
    return values[np.argmax(values[:, -1])]
