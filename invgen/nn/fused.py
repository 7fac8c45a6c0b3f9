"""The interaction layer of HIP-HOP-NN with sums over pairs and invariants in one kernel, where a GPU has it."""

from __future__ import annotations

from typing import Any

import torch

from invgen.data.batch import Batch
from invgen.nn.interaction import InvariantInteraction


class FusedInteraction(InvariantInteraction):
    """``InvariantInteraction`` with the same parameters and results; on GPUs no tensor E reaches memory.

    Invariants that were asked of ``"torch"`` are left as they are: their derivatives have any order. So are dtypes that
    the kernels do not compute in.
    """

    def __init__(self, *arguments: Any, **keywords: Any) -> None:
        super().__init__(*arguments, **keywords)
        self._operator = None
        if self.invariants.kernels.compiled:
            from invgen.runtime.operators.interaction import DTYPES, VALUE, fused
            from invgen.runtime.operators.pair_lists import lists_from_slots

            self._operator, self._dtypes, self._fused, self._lists = VALUE, DTYPES, fused, lists_from_slots

    def forward(
        self,
        features: torch.Tensor,
        batch: Batch,
        distance: torch.Tensor,
        harmonics: torch.Tensor,
        species: torch.Tensor | None = None,
    ) -> torch.Tensor:
        """As ``ScalarInteraction.forward``."""
        device = features.device
        if (
            self._operator is None
            or features.dtype not in self._dtypes
            or not self._fused(self.invariants.key, device.type, device.index)
        ):
            return super().forward(features, batch, distance, harmonics, species)
        count, outputs, _ = self.environment.weight.shape
        messages = self.environment.messages(features).view(-1, count, outputs)
        lists = self._lists(batch.first, batch.first_slot, batch.second, batch.second_slot, len(features))
        sensitivities = self.environment.sensitivity(distance)
        values = self._operator(messages, sensitivities, harmonics, *lists, self.invariants.key)
        return self.normalisation.mixed(values, self.mixing) + self.self_interaction(features)
