"""Energies and forces in one function, for eager use, training and ``torch.compile``."""

from __future__ import annotations

from typing import NamedTuple

import torch
from torch import nn

from invgen.data.batch import Batch, pair_vectors


class Prediction(NamedTuple):
    """Energies (systems,) in eV, float64, and forces (atoms, 3) in eV/Å."""

    energy: torch.Tensor
    forces: torch.Tensor


class EnergyForces(nn.Module):
    """``forward(batch)`` -> ``Prediction``; ``stress(batch)`` for periodic cells besides.

    The energy depends on positions through pair vectors r_p only, so one gradient g_p = dE/dr_p gives the forces
    F_i = Σ_{p: first=i} g_p - Σ_{p: second=i} g_p and the strain derivative dE/dε_ab = Σ_p r_pa g_pb. Gradients of
    the result with respect to the model's parameters flow in training mode, or whenever ``differentiable`` is set.
    """

    def __init__(self, model: nn.Module) -> None:
        super().__init__()
        self.model = model

    def forward(self, batch: Batch, differentiable: bool | None = None) -> Prediction:
        """Energies and forces of every system in ``batch``."""
        energy, gradient, _ = self._gradient(batch, self.training if differentiable is None else differentiable)
        forces = torch.zeros_like(batch.positions)
        forces = forces.index_add(0, batch.first, gradient).index_add(0, batch.second, -gradient)
        return Prediction(energy, forces)

    def stress(self, batch: Batch) -> torch.Tensor:
        """(systems, 3, 3) eV/Å^3, symmetric, tension positive: (1/V) dE/dε.

        Raises ``ValueError`` for a cell without volume.
        """
        volume = torch.linalg.det(batch.cell).abs()
        if bool((volume < 1e-9).any()):
            raise ValueError("stress needs cells with a volume; this batch holds a molecule, which has none")
        _, gradient, vectors = self._gradient(batch, False)
        outer = vectors.unsqueeze(2) * gradient.unsqueeze(1)
        strain = torch.zeros_like(batch.cell).index_add(0, batch.system[batch.first], outer)
        return 0.5 * (strain + strain.transpose(1, 2)) / volume[:, None, None]

    def _gradient(self, batch: Batch, differentiable: bool) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
        vectors = pair_vectors(batch, batch.positions.detach())
        model = self.model if differentiable else self._without_gradients
        if torch.compiler.is_compiling():

            def total(v: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
                energy = self.model(batch, v)
                return energy.sum(), energy

            gradient, energy = torch.func.grad(total, has_aux=True)(vectors)
            return energy, gradient, vectors
        with torch.enable_grad():
            vectors.requires_grad_(True)
            energy = model(batch, vectors)
            (gradient,) = torch.autograd.grad(energy.sum(), vectors, create_graph=differentiable)
        if not differentiable:
            energy, vectors = energy.detach(), vectors.detach()
        return energy, gradient, vectors

    def _without_gradients(self, batch: Batch, vectors: torch.Tensor) -> torch.Tensor:
        """The energy as a function of the vectors alone: nothing is computed or kept for derivatives by parameters."""
        constants = {name: parameter.detach() for name, parameter in self.model.named_parameters()}
        return torch.func.functional_call(self.model, constants, (batch, vectors))
