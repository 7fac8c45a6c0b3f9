"""Energies, forces and stress in one function, for eager use, training and ``torch.compile``."""

from __future__ import annotations

from typing import NamedTuple

import torch
from torch import nn

from invgen.data.batch import Batch, pair_vectors
from invgen.nn.evaluation import energies_and_gradient, evaluates

LEAST_VOLUME = 1e-9
"""Å^3. A cell of less is that of a molecule, or of a film or chain without vectors across: it has no stress."""


class Prediction(NamedTuple):
    """What a potential says of a batch. What was not asked for is ``None``."""

    energy: torch.Tensor
    """(systems,) eV, float64."""
    energies: torch.Tensor
    """(atoms,) eV, float64: the share of every atom."""
    forces: torch.Tensor | None = None
    """(atoms, 3) eV/Å."""
    stress: torch.Tensor | None = None
    """(systems, 6) eV/Å^3, tension positive, order xx, yy, zz, yz, xz, xy; NaN for a cell without volume.

    Batches do not know along which vectors a system repeats: that of a film in a cell with vacuum is over its volume.
    """


class EnergyForces(nn.Module):
    """``forward(batch)`` -> ``Prediction`` of a model that maps pair vectors to energies of atoms.

    The energy depends on positions through pair vectors r_p only, so one gradient g_p = dE/dr_p gives the forces
    F_i = Σ_{p: first=i} g_p - Σ_{p: second=i} g_p and the strain derivative dE/dε_ab = Σ_p r_pa g_pb; the stress is
    that over the volume. Vectors are differences in float64, rounded to the model's dtype. Gradients of the result with
    respect to the model's parameters flow in training mode, or whenever ``differentiable`` is set.
    """

    def __init__(self, model: nn.Module) -> None:
        super().__init__()
        self.model = model

    def forward(
        self, batch: Batch, differentiable: bool | None = None, forces: bool = True, stress: bool = False
    ) -> Prediction:
        """Energies, forces and stress of every system in ``batch``; without both, no gradient is computed."""
        differentiable = self.training if differentiable is None else differentiable
        vectors = pair_vectors(batch, batch.positions).detach().to(self.model.dtype)
        if not (forces or stress):
            return _prediction(batch, self._energies(batch, vectors, differentiable))
        energies, gradient = self._gradient(batch, vectors, differentiable)
        result = _prediction(batch, energies)
        if forces:
            zeros = gradient.new_zeros(len(batch.numbers), 3)
            pulls = zeros.index_add(0, batch.first, gradient).index_add(0, batch.second, -gradient)
            result = result._replace(forces=pulls)
        return result._replace(stress=_stress(batch, vectors, gradient)) if stress else result

    def _energies(self, batch: Batch, vectors: torch.Tensor, differentiable: bool) -> torch.Tensor:
        """(atoms,) eV."""
        if differentiable:
            return self.model(batch, vectors)
        with torch.no_grad():
            return self.model(batch, vectors)

    def _gradient(self, batch: Batch, vectors: torch.Tensor, differentiable: bool) -> tuple[torch.Tensor, torch.Tensor]:
        """Energies (atoms,) and dE/dr (pairs, 3)."""
        if torch.compiler.is_compiling():

            def total(v: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
                energies = self.model(batch, v)
                return energies.sum(), energies

            gradient, energies = torch.func.grad(total, has_aux=True)(vectors)
            return energies, gradient
        if not differentiable and evaluates(self.model, vectors):
            return energies_and_gradient(self.model, batch, vectors)
        model = self.model if differentiable else self._without_gradients
        with torch.enable_grad():
            vectors = vectors.requires_grad_(True)
            energies = model(batch, vectors)
            (gradient,) = torch.autograd.grad(energies.sum(), vectors, create_graph=differentiable)
        return (energies if differentiable else energies.detach()), gradient

    def _without_gradients(self, batch: Batch, vectors: torch.Tensor) -> torch.Tensor:
        """The energies as a function of the vectors alone: nothing is kept for derivatives by parameters."""
        constants = {name: parameter.detach() for name, parameter in self.model.named_parameters()}
        return torch.func.functional_call(self.model, constants, (batch, vectors))


def _prediction(batch: Batch, energies: torch.Tensor) -> Prediction:
    """Sums over atoms are taken in float64: a total energy has more digits than float32."""
    energies = energies.double()
    return Prediction(energies.new_zeros(len(batch.cell)).index_add(0, batch.system, energies), energies)


def _stress(batch: Batch, vectors: torch.Tensor, gradient: torch.Tensor) -> torch.Tensor:
    """(systems, 6): (1/V) dE/dε, symmetric."""
    outer = vectors.detach().unsqueeze(2) * gradient.unsqueeze(1)
    strain = gradient.new_zeros(len(batch.cell), 3, 3).index_add(0, batch.system[batch.first], outer)
    strain = 0.5 * (strain + strain.transpose(1, 2))
    voigt = strain.flatten(1)[:, [0, 4, 8, 5, 2, 1]]
    volume = torch.linalg.det(batch.cell).abs().unsqueeze(1)
    solid = volume > LEAST_VOLUME
    return torch.where(solid, voigt / torch.where(solid, volume, 1.0).to(voigt.dtype), torch.nan)
