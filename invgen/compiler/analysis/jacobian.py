"""Rows of Jacobians modulo a prime by label, and which of them raise the rank."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from invgen.compiler.algebra import modular
from invgen.compiler.candidates.cartesian.evaluate import Modular
from invgen.compiler.candidates.family import Candidate, family_of
from invgen.compiler.selection.langbein import BLOCK
from invgen.spec import BasisSpec


@dataclass(frozen=True)
class Rows:
    """Derivatives of candidates by the components of a spec."""

    spec: BasisSpec
    candidates: dict[str, Candidate]

    def pivots(self, labels: Sequence[str], point: np.ndarray, prime: int) -> dict[str, int]:
        """The pivot column of each label that raises the rank of those before; ``point`` has shape (1, components)."""
        evaluator = family_of(self.spec).evaluator(self.spec, point, Modular(prime))
        echelon = modular.Echelon(evaluator.components, prime)
        found: dict[str, int] = {}
        for start in range(0, len(labels), BLOCK):
            block = labels[start : start + BLOCK]
            pivots = echelon.add_block(evaluator.gradients([self.candidates[label] for label in block])[0])
            found |= {label: pivot for label, pivot in zip(block, pivots, strict=True) if pivot is not None}
        return found
