"""The interaction layer of HIP-HOP-NN with sums over pairs and invariants in one kernel, where a GPU has it."""

from __future__ import annotations

import torch

from invgen.data.batch import Batch
from invgen.nn.interaction import InvariantInteraction
from invgen.runtime.interaction_operators import VALUE, fused
from invgen.runtime.pair_lists import lists_from_slots


class FusedInteraction(InvariantInteraction):
    """``InvariantInteraction`` with the same parameters and results; on GPUs no tensor E reaches memory.

    Invariants of backend ``"torch"`` are left as they are: their derivatives have any order.
    """

    @property
    def fusible(self) -> bool:
        """Whether derivatives up to the second are all that is asked for."""
        return self.invariants.kernels.backend != "torch"

    def forward(
        self,
        features: torch.Tensor,
        batch: Batch,
        distance: torch.Tensor,
        harmonics: torch.Tensor,
        species: torch.Tensor | None = None,
    ) -> torch.Tensor:
        """As ``ScalarInteraction.forward``."""
        invariants, device = self.invariants, features.device
        if not self.fusible or not fused(invariants.key, device.type, device.index):
            return super().forward(features, batch, distance, harmonics, species)
        count, outputs, _ = self.environment.weight.shape
        messages = self.environment.messages(features).view(-1, count, outputs)
        lists = lists_from_slots(batch.first, batch.first_slot, batch.second, batch.second_slot, len(features))
        sensitivities = self.environment.sensitivity(distance)
        values = VALUE(messages, sensitivities, harmonics, *lists, invariants.key)
        return self.normalisation.mixed(values, self.mixing) + self.self_interaction(features)
