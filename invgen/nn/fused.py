"""The interaction layer of HIP-HOP-NN with sums over pairs and invariants in one kernel, where a GPU has it."""

from __future__ import annotations

import torch

from invgen.data.batch import Batch
from invgen.nn.interaction import InvariantInteraction
from invgen.runtime import interaction_operators
from invgen.runtime.pair_lists import lists_from_slots


class FusedInteraction(InvariantInteraction):
    """``InvariantInteraction`` with the same parameters and results; on GPUs no tensor E reaches memory.

    Invariants of backend ``"torch"`` are left as they are: their derivatives have any order.
    """

    def forward(
        self,
        features: torch.Tensor,
        batch: Batch,
        distance: torch.Tensor,
        harmonics: torch.Tensor,
        species: torch.Tensor | None = None,
    ) -> torch.Tensor:
        """As ``ScalarInteraction.forward``."""
        kernels = self.invariants.kernels
        if kernels.backend == "torch" or not interaction_operators.fused(kernels, features.device):
            return super().forward(features, batch, distance, harmonics, species)
        count, outputs, _ = self.environment.weight.shape
        messages = self.environment.messages(features).view(-1, count, outputs)
        lists = lists_from_slots(batch.first, batch.first_slot, batch.second, batch.second_slot, len(features))
        sensitivities = self.environment.sensitivity(distance)
        values = interaction_operators.VALUE(
            messages.view(-1, count, outputs), sensitivities, harmonics, *lists, self.invariants.key
        )
        return self.normalisation.mixed(values, self.mixing) + self.self_interaction(features)
