"""Interaction layers: what an atom hears from its neighbours, before the activation.

Every layer adds W z + b for the atom itself. They differ in what they make of the tensors E of the neighbourhood.
"""

from __future__ import annotations

import torch
from torch import nn

from invgen.data.batch import Batch
from invgen.nn.environment import make_environment
from invgen.nn.normalisation import make_normalisation
from invgen.nn.sensitivity import Sensitivity

CUSP = 1e-6
"""ε of sqrt(|E|² + ε): keeps the norm differentiable where a tensor vanishes."""
GROUP_NORM_EPSILON = 1e-5
"""Added to the variance of each invariant over the features."""


class ScalarInteraction(nn.Module):
    """HIP-NN: z' = E^0 + W z + b."""

    l_max = 0

    def __init__(self, inputs: int, outputs: int, sensitivity: Sensitivity, backend: str = "auto") -> None:
        super().__init__()
        self.environment = make_environment(inputs, outputs, sensitivity, backend)
        self.self_interaction = _linear(inputs, outputs)

    def forward(
        self,
        features: torch.Tensor,
        batch: Batch,
        distance: torch.Tensor,
        harmonics: torch.Tensor,
        species: torch.Tensor | None = None,
    ) -> torch.Tensor:
        """features (atoms, inputs), distance (pairs,) Å, harmonics (pairs, components) -> (atoms, outputs).

        species (atoms,) are the positions of the ones, where features are one-hot.
        """
        tensors = self.environment(features, batch, distance, harmonics, species)
        return self.combine(tensors) + self.self_interaction(features)

    def combine(self, tensors: torch.Tensor) -> torch.Tensor:
        """(atoms, components, outputs) -> (atoms, outputs)."""
        return tensors[:, 0]


class TensorSensitivityInteraction(ScalarInteraction):
    """HIP-NN-TS: z' = E^0 + Σ_l t_l sqrt(|E^l|² + ε) + W z + b for l = 1..l_max, l_max 1 or 2."""

    def __init__(
        self,
        inputs: int,
        outputs: int,
        sensitivity: Sensitivity,
        l_max: int,
        backend: str = "auto",
        cusp: float = CUSP,
    ) -> None:
        super().__init__(inputs, outputs, sensitivity, backend)
        if l_max not in (1, 2):
            raise ValueError(f"HIP-NN-TS exists for l_max 1 and 2, got {l_max}; take HipHopNN for higher ranks")
        self.l_max = l_max
        self.cusp = cusp
        self.scales = nn.Parameter(torch.randn(l_max, outputs))

    def combine(self, tensors: torch.Tensor) -> torch.Tensor:
        vector = tensors[:, 1:4]
        total = tensors[:, 0] + self.scales[0] * (vector.square().sum(1) + self.cusp).sqrt()
        if self.l_max == 2:
            quadrupole = tensors[:, 4:9]
            norm = 2.0 * (quadrupole.square().sum(1) + quadrupole[:, 0] * quadrupole[:, 3])
            total = total + self.scales[1] * (norm + self.cusp).sqrt()
        return total


class InvariantInteraction(ScalarInteraction):
    """HIP-HOP-NN: invariants of each feature's own tensors, normalised, mixed by one matrix; plus W z + b.

    ``invariants`` maps (atoms, components, outputs) to (atoms, invariants, outputs) and tells its number as ``size``.
    Normalisation has one group for each invariant: its mean and variance are taken over the features.
    """

    def __init__(
        self,
        inputs: int,
        outputs: int,
        sensitivity: Sensitivity,
        invariants: nn.Module,
        backend: str = "auto",
        epsilon: float = GROUP_NORM_EPSILON,
    ) -> None:
        super().__init__(inputs, outputs, sensitivity, backend)
        self.invariants = invariants
        self.normalisation = make_normalisation(invariants.size, outputs, epsilon, backend)
        self.mixing = nn.Parameter(torch.empty(invariants.size * outputs, outputs))
        nn.init.xavier_normal_(self.mixing.data.view(outputs, invariants.size, outputs))

    def combine(self, tensors: torch.Tensor) -> torch.Tensor:
        return self.normalisation.mixed(self.invariants(tensors), self.mixing)


def _linear(inputs: int, outputs: int) -> nn.Linear:
    layer = nn.Linear(inputs, outputs)
    nn.init.xavier_normal_(layer.weight)
    return layer
