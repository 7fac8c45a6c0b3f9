"""Interaction layers: what an atom hears from its neighbours, before the activation.

Every layer adds W z + b for the atom itself. They differ in what they make of the tensors E of the neighbourhood.
Invariants of E are normalised over the features; where a GPU has them, sums and invariants are one kernel.
"""

from __future__ import annotations

from typing import Any

import torch
from torch import nn

from invgen.data.batch import Batch
from invgen.nn.environment import make_environment
from invgen.nn.sensitivity import Sensitivity
from invgen.runtime.backends import fast_on_cpu

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
    ) -> None:
        super().__init__(inputs, outputs, sensitivity, backend)
        if l_max not in (1, 2):
            raise ValueError(f"HIP-NN-TS exists for l_max 1 and 2, got {l_max}; take HipHopNN for higher ranks")
        self.l_max = l_max
        self.cusp = CUSP
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
    ) -> None:
        super().__init__(inputs, outputs, sensitivity, backend)
        self.invariants = invariants
        self.normalisation = make_normalisation(invariants.size, outputs, GROUP_NORM_EPSILON, backend)
        self.mixing = nn.Parameter(torch.empty(invariants.size * outputs, outputs))
        nn.init.xavier_normal_(self.mixing.data.view(outputs, invariants.size, outputs))

    def combine(self, tensors: torch.Tensor) -> torch.Tensor:
        return self.normalisation.mixed(self.invariants(tensors), self.mixing)


def _linear(inputs: int, outputs: int) -> nn.Linear:
    layer = nn.Linear(inputs, outputs)
    nn.init.xavier_normal_(layer.weight)
    return layer


class FusedInteraction(InvariantInteraction):
    """``InvariantInteraction`` with the same parameters and results; on GPUs no tensor E reaches memory.

    Invariants that were asked of ``"torch"`` are left as they are: their derivatives have any order. So are dtypes that
    the kernels do not compute in.
    """

    def __init__(self, *arguments: Any, **keywords: Any) -> None:
        super().__init__(*arguments, **keywords)
        self._find()

    def _find(self) -> None:
        """The operator of the fused kernels, with what belongs to it."""
        self._operator = None
        if self.invariants.kernels.compiled:
            from invgen.runtime.operators.interaction import DTYPES, VALUE, fused
            from invgen.runtime.pair_lists import lists_from_slots

            self._operator, self._dtypes, self._fused, self._lists = VALUE, DTYPES, fused, lists_from_slots

    def __getstate__(self) -> dict[str, Any]:
        return {k: v for k, v in vars(self).items() if k not in ("_operator", "_dtypes", "_fused", "_lists")}

    def __setstate__(self, state: dict[str, Any]) -> None:
        super().__setstate__(state)
        self._find()

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


class Normalisation(nn.GroupNorm):
    """Every invariant has a group of its own: mean and variance are taken over its features."""

    def __init__(self, size: int, features: int, epsilon: float) -> None:
        super().__init__(size, size * features, eps=epsilon)

    def mixed(self, values: torch.Tensor, mixing: torch.Tensor) -> torch.Tensor:
        """values (atoms, size, features), mixing (size * features, outputs) -> (atoms, outputs)."""
        return self(values.flatten(1)) @ mixing


class FusedNormalisation(Normalisation):
    """The same by the operator ``invgen::normalise``; weight and bias act on the mixing matrix, not on every atom."""

    def mixed(self, values: torch.Tensor, mixing: torch.Tensor) -> torch.Tensor:
        from invgen.runtime.operators import normalise

        if values.device.type != "cpu" or values.dtype not in normalise.DTYPES:
            return super().mixed(values, mixing)
        normal, _ = normalise.VALUE(values, self.eps)
        return torch.addmm(self.bias @ mixing, normal.flatten(1), self.weight.unsqueeze(1) * mixing)


def make_normalisation(size: int, features: int, epsilon: float, backend: str) -> Normalisation:
    """The layer of a backend, chosen as in ``make_environment``."""
    return (FusedNormalisation if fast_on_cpu(backend) else Normalisation)(size, features, epsilon)
