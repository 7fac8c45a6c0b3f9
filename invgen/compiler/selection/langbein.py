"""The Langbein stage: keep a candidate when its Jacobian row raises the rank.

The exact pass eliminates modulo a prime at an integer witness point: the kept candidates are proven independent
over the rationals, and with rows offered in order they are the pivot columns of the echelon form of the transposed
Jacobian. The float64 pass does the same by orthogonalisation on random configurations; it is the only one possible for
descriptors that are not polynomials, and here it must agree.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

import numpy as np

from invgen.compiler.algebra import modular
from invgen.compiler.candidates.family import Candidate, CandidateEvaluator
from invgen.compiler.selection.checkpoint import Checkpoint, Decisions
from invgen.errors import SelectionError

Progress = Callable[[str, int, int], None]
"""Called with the stage, and how much is done of how much: candidates if their number is known, else rank of bound."""

FLOAT_TOLERANCE = 1e-6
"""Share of a row that must be new in most configurations. Dependent rows leave round-off that the rows before amplify,
sometimes to 1e-5 in a single configuration that happens to be ill-conditioned; hence more than one decides."""
VANISHING = 1e-13
"""Length of a gradient, at tensors of length one, below which the contraction is identically zero."""
CONFIGURATIONS = 3
BLOCK = 64
"""Rows that are eliminated together."""


class FloatEchelon:
    """Row space on several configurations at once, by Gram-Schmidt with one repetition.

    tolerance
        A row is new if more than this share of it is left in at least half of the configurations where it does not
        vanish.
    """

    def __init__(self, configurations: int, width: int, tolerance: float = FLOAT_TOLERANCE) -> None:
        self.tolerance = tolerance
        self.rank = 0
        """Number of rows kept."""
        self._basis = np.zeros((configurations, 0, width))

    def add(self, rows: np.ndarray) -> bool:
        """Keeps rows of shape ``(configurations, width)`` if enough of them is new."""
        return self.add_block(rows[:, None])[0]

    def add_block(self, rows: np.ndarray) -> list[bool]:
        """``add`` for rows ``(configurations, count, width)`` one after another, orthogonalised together."""
        norms = np.linalg.norm(rows, axis=-1, keepdims=True)
        regular = norms[..., 0] > VANISHING
        rows = _without(rows / np.maximum(norms, VANISHING), self._basis[:, : self.rank])
        before, found = self.rank, []
        for k in range(rows.shape[1]):
            row = _without(rows[:, k : k + 1], self._basis[:, before : self.rank])
            left = np.linalg.norm(row, axis=-1, keepdims=True)
            new = regular[:, k] & (left[:, 0, 0] > self.tolerance)
            enough = bool(new.any()) and 2 * int(new.sum()) >= int(regular[:, k].sum())
            found.append(enough and self.rank < rows.shape[2])
            if found[-1]:
                self._append(_without(row / np.maximum(left, VANISHING), self._basis[:, :before]))
        return found

    def _append(self, row: np.ndarray) -> None:
        configurations, capacity, width = self._basis.shape
        if self.rank == capacity:
            more = np.zeros((configurations, min(max(2 * capacity, 16), width) - capacity, width))
            self._basis = np.concatenate([self._basis, more], axis=1)
        self._basis[:, self.rank : self.rank + 1] = row / np.maximum(
            np.linalg.norm(row, axis=-1, keepdims=True), VANISHING
        )
        self.rank += 1


def _without(rows: np.ndarray, basis: np.ndarray) -> np.ndarray:
    """Rows ``(configurations, count, width)`` less their projections on orthonormal ones, subtracted twice."""
    for _ in range(2 if basis.shape[1] else 0):
        rows = rows - (rows @ basis.transpose(0, 2, 1)) @ basis
    return rows


def independent_rows(jacobians: np.ndarray, tolerance: float = FLOAT_TOLERANCE) -> list[int]:
    """The float64 Langbein pass on anybody's descriptors.

    jacobians
        Shape ``(configurations, descriptors, variables)``, derivatives at random configurations.

    Returns the positions of the descriptors kept, first come first kept. Raises ``ValueError`` for another shape or
    for values that are not finite.
    """
    jacobians = np.asarray(jacobians, dtype=np.float64)
    if jacobians.ndim != 3:
        raise ValueError(f"Jacobians need shape (configurations, descriptors, variables), got {jacobians.shape}")
    if not np.isfinite(jacobians).all():
        raise ValueError("the Jacobians hold values that are not finite; check the configurations for coincident atoms")
    echelon = FloatEchelon(jacobians.shape[0], jacobians.shape[2], tolerance)
    kept = []
    for start in range(0, jacobians.shape[1], BLOCK):
        kept += echelon.add_block(jacobians[:, start : start + BLOCK])
    return [k for k, keep in enumerate(kept) if keep]


@dataclass
class Selection:
    """The state of a greedy selection: both echelon forms and what was kept.

    decisions
        The same by positions in the stream of candidates.
    """

    exact: CandidateEvaluator
    floating: CandidateEvaluator
    prime: int
    tolerance: float = FLOAT_TOLERANCE
    echelon: modular.Echelon = field(init=False)
    float_echelon: FloatEchelon = field(init=False)
    kept: list[Any] = field(default_factory=list)
    offered: Counter[int] = field(default_factory=Counter)
    disagreements: list[str] = field(default_factory=list)
    decisions: Decisions = field(default_factory=Decisions)

    def __post_init__(self) -> None:
        self.echelon = modular.Echelon(self.exact.components, self.prime)
        size, width = self.floating.size, self.floating.components
        self.float_echelon = FloatEchelon(size, width, self.tolerance)

    @property
    def rank(self) -> int:
        """Jacobian rank of what was kept."""
        return self.echelon.rank

    def offer(self, candidate: Candidate) -> bool:
        """Keeps the candidate if it raises the exact rank; notes where the float pass decides otherwise."""
        return self.offer_block([candidate])[0]

    def offer_block(self, candidates: Sequence[Candidate], bound: int | None = None) -> list[bool]:
        """``offer`` for candidates one after another, evaluated together; those after the bound is reached are not."""
        raised = [p is not None for p in self.echelon.add_block(self.exact.gradients(candidates)[0])]
        if bound is not None and self.rank >= bound:
            last = len(raised) - raised[::-1].index(True)
            candidates, raised = candidates[:last], raised[:last]
        in_floats = self.float_echelon.add_block(self.floating.gradients(candidates))
        self._note(candidates, raised, in_floats)
        return raised

    def _note(self, candidates: Sequence[Candidate], raised: list[bool], in_floats: list[bool]) -> None:
        start = self.decisions.offered
        differing = [k for k, (here, there) in enumerate(zip(raised, in_floats, strict=True)) if here != there]
        self.offered.update(c.order for c in candidates)
        self.kept += [c for c, keep in zip(candidates, raised, strict=True) if keep]
        self.disagreements += [candidates[k].label for k in differing]
        self.decisions = Decisions(
            start + len(candidates),
            self.decisions.kept + tuple(start + k for k, keep in enumerate(raised) if keep),
            self.decisions.disagreements + tuple(start + k for k in differing),
        )

    def run(
        self,
        candidates: Iterable[Candidate],
        bound: int,
        progress: Progress | None = None,
        stage: str = "select",
        *,
        lookahead: int = 1,
        total: int | None = None,
        checkpoint: Checkpoint | None = None,
    ) -> None:
        """Offers candidates until the rank reaches the bound or they run out.

        lookahead
            How many may be taken from the stream at once.
        total
            Their number where it is known: then progress counts candidates, else the rank.
        checkpoint
            Where the decisions of an interrupted run are found and, now and then, written.
        """
        stream = iter(candidates)
        try:
            if checkpoint and (found := checkpoint.load()):
                self._resume(stream, found, checkpoint)
            while self.rank < bound and (block := list(islice(stream, lookahead))):
                raised = self.offer_block(block, bound)
                if checkpoint:
                    checkpoint.offer(self.decisions)
                if progress and (total or any(raised)):
                    progress(stage, *((self.decisions.offered, total) if total else (self.rank, bound)))
        except KeyboardInterrupt:
            if checkpoint and self.decisions.offered:
                checkpoint.write(self.decisions)
            raise
        if checkpoint:
            checkpoint.remove()

    def _resume(self, stream: Iterator[Candidate], found: Decisions, checkpoint: Checkpoint) -> None:
        """Rebuilds both echelon forms from what was kept; the rest is not evaluated again."""
        skipped = list(islice(stream, found.offered))
        kept = [skipped[k] for k in found.kept]
        rows = [self.exact.gradients(part)[0] for part in _parts(kept)]
        raised = [p is not None for part in rows for p in self.echelon.add_block(part)]
        for part in _parts([skipped[k] for k in found.float_kept]):
            raised += self.float_echelon.add_block(self.floating.gradients(part))
        if len(skipped) < found.offered or not all(raised):
            raise SelectionError(f"the checkpoint {checkpoint.path} is of another selection; remove it and run again")
        self.kept, self.decisions = kept, found
        self.offered.update(c.order for c in skipped)
        self.disagreements = [skipped[k].label for k in found.disagreements]


def _parts(candidates: list[Candidate]) -> list[list[Candidate]]:
    return [candidates[start : start + BLOCK] for start in range(0, len(candidates), BLOCK)]


def extreme_singular_values(floating: CandidateEvaluator, kept: Sequence[Candidate], rank: int) -> tuple[float, ...]:
    """Largest and ``rank``-th singular value of the unit rows of the kept set, best configuration, three digits."""
    if not kept:
        return ()
    rows = floating.gradients(kept)
    rows = rows / np.linalg.norm(rows, axis=-1, keepdims=True)
    values = np.linalg.svd(rows, compute_uv=False)
    best = values[np.argmax(values[:, rank - 1])]
    return float(f"{best[0]:.3g}"), float(f"{best[rank - 1]:.3g}")
