"""The Langbein stage: keep a candidate when its Jacobian row raises the rank.

The exact pass eliminates modulo a prime at an integer witness point: the kept candidates are proven independent
over the rationals, and with rows offered in order they are the pivot columns of the echelon form of the transposed
Jacobian. The float64 pass does the same by orthogonalisation on random configurations; it is the only one possible for
descriptors that are not polynomials, and here it must agree.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field

import numpy as np

from invgen.algebra import modular
from invgen.candidates.family import Candidate, CandidateEvaluator

Progress = Callable[[str, int, int], None]
"""Called with the stage, the rank reached, and the bound."""

FLOAT_TOLERANCE = 1e-9
"""Share of a row that must be new: far above float64 round-off, far below the rows of independent candidates."""
VANISHING = 1e-13
"""Length of a gradient, at tensors of length one, below which the contraction is identically zero."""
CONFIGURATIONS = 3


class FloatEchelon:
    """Row space on several configurations at once, by modified Gram-Schmidt with one repetition."""

    def __init__(self, configurations: int, width: int, tolerance: float = FLOAT_TOLERANCE) -> None:
        self.tolerance = tolerance
        self._basis = np.zeros((configurations, 0, width))

    @property
    def rank(self) -> int:
        """Number of rows kept."""
        return self._basis.shape[1]

    def add(self, rows: np.ndarray) -> bool:
        """Keeps rows of shape ``(configurations, width)`` if, in any configuration, enough of the row is new."""
        norms = np.linalg.norm(rows, axis=-1, keepdims=True)
        if norms.max() <= VANISHING:
            return False
        rows = rows / np.maximum(norms, VANISHING)
        for _ in range(2):
            overlap = self._basis @ rows[..., None]
            rows = rows - (self._basis.transpose(0, 2, 1) @ overlap)[..., 0]
        left = np.linalg.norm(rows, axis=-1, keepdims=True)
        if self.rank == self._basis.shape[2] or left.max() <= self.tolerance:
            return False
        self._basis = np.concatenate([self._basis, (rows / np.maximum(left, 1e-300))[:, None, :]], axis=1)
        return True


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
    return [k for k in range(jacobians.shape[1]) if echelon.add(jacobians[:, k])]


@dataclass
class Selection:
    """The state of a greedy selection: both echelon forms and what was kept."""

    exact: CandidateEvaluator
    floating: CandidateEvaluator
    prime: int
    echelon: modular.Echelon = field(init=False)
    float_echelon: FloatEchelon = field(init=False)
    kept: list[Candidate] = field(default_factory=list)
    offered: Counter[int] = field(default_factory=Counter)
    disagreements: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.echelon = modular.Echelon(self.exact.components, self.prime)
        self.float_echelon = FloatEchelon(self.floating.size, self.floating.components)

    @property
    def rank(self) -> int:
        """Jacobian rank of what was kept."""
        return self.echelon.rank

    def offer(self, candidate: Candidate) -> bool:
        """Keeps the candidate if it raises the exact rank; notes where the float pass decides otherwise."""
        self.offered[candidate.order] += 1
        raised = self.echelon.add(self.exact.values_and_gradients(candidate)[1][0]) is not None
        if self.float_echelon.add(self.floating.values_and_gradients(candidate)[1]) != raised:
            self.disagreements.append(candidate.label)
        if raised:
            self.kept.append(candidate)
        return raised

    def run(
        self, candidates: Iterable[Candidate], bound: int, progress: Progress | None = None, stage: str = "select"
    ) -> None:
        """Offers candidates until the rank reaches the bound or they run out."""
        if self.rank >= bound:
            return
        for candidate in candidates:
            if self.offer(candidate) and progress:
                progress(stage, self.rank, bound)
            if self.rank >= bound:
                return


def extreme_singular_values(floating: CandidateEvaluator, kept: Sequence[Candidate], rank: int) -> tuple[float, ...]:
    """Largest and ``rank``-th singular value of the unit rows of the kept set, best configuration, three digits."""
    if not kept:
        return ()
    rows = np.stack([floating.values_and_gradients(c)[1] for c in kept], axis=1)
    rows = rows / np.linalg.norm(rows, axis=-1, keepdims=True)
    values = np.linalg.svd(rows, compute_uv=False)
    best = values[np.argmax(values[:, rank - 1])]
    return float(f"{best[0]:.3g}"), float(f"{best[rank - 1]:.3g}")
