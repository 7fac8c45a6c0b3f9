"""The tensors of a neighbourhood, one set for every feature."""

from __future__ import annotations

import torch
from torch import nn

from invgen.data.batch import Batch
from invgen.nn.sensitivity import Sensitivity
from invgen.runtime.backends import fast_on_cpu


class Environment(nn.Module):
    """E_ica = Σ_j T_c(r̂_ij) Σ_ν s_ν(r_ij) Σ_b V_νab z_jb, one V_ν for all ranks.

    The sum over b is taken first, once for every atom: M_jνa = Σ_b V_νab z_jb. Pairs are then contracted as two
    batched matrix products over padded tables, by neighbour for the sum over ν and by centre for the sum over j, so
    no array with axes (pair, ν, a) or (component, ν, b) exists.
    """

    def __init__(self, inputs: int, outputs: int, sensitivity: Sensitivity) -> None:
        super().__init__()
        self.sensitivity = sensitivity
        self.weight = nn.Parameter(torch.empty(len(sensitivity.mu), outputs, inputs))
        nn.init.xavier_normal_(self.weight)

    def forward(
        self,
        features: torch.Tensor,
        batch: Batch,
        distance: torch.Tensor,
        harmonics: torch.Tensor,
        species: torch.Tensor | None = None,
    ) -> torch.Tensor:
        """features (atoms, inputs), distance (pairs,) Å, harmonics (pairs, components).

        species (atoms,) says, if it is given, that the features are one-hot and where the ones are.
        Returns (atoms, components, outputs).
        """
        atoms, width = len(features), batch.degree
        count, outputs, _ = self.weight.shape
        by_second = batch.second * width + batch.second_slot
        by_first = batch.first * width + batch.first_slot
        messages = self.messages(features).view(atoms, count, outputs)
        radial = _table(self.sensitivity(distance), by_second, atoms, width) @ messages
        received = _table(radial.reshape(atoms * width, outputs).index_select(0, by_second), by_first, atoms, width)
        return _table(harmonics, by_first, atoms, width).transpose(1, 2) @ received

    def messages(self, features: torch.Tensor) -> torch.Tensor:
        """(atoms, inputs) -> M (atoms, sensitivities * outputs)."""
        return features @ self.weight.flatten(0, 1).T


class PairEnvironment(Environment):
    """The same sum by the operator ``invgen::pair_sum``: Numba on the CPU, without padding and without tables of pairs.

    One-hot features need no product: M has a row for each species, not for each atom.
    """

    def forward(
        self,
        features: torch.Tensor,
        batch: Batch,
        distance: torch.Tensor,
        harmonics: torch.Tensor,
        species: torch.Tensor | None = None,
    ) -> torch.Tensor:
        from invgen.runtime.operators import pairs

        if features.device.type != "cpu" or features.dtype not in pairs.DTYPES:
            return super().forward(features, batch, distance, harmonics, species)
        count, outputs, _ = self.weight.shape
        if species is None:
            messages, rows = self.messages(features).view(-1, count, outputs), batch.second
        else:
            messages, rows = self.weight.permute(2, 0, 1), species.index_select(0, batch.second)
        radial = self.sensitivity.compiled(distance)
        return pairs.VALUE(radial, harmonics, messages, batch.first, rows, len(features))


def make_environment(inputs: int, outputs: int, sensitivity: Sensitivity, backend: str) -> Environment:
    """``PairEnvironment`` if ``fast_on_cpu(backend)``, else the plain layer. Raises what ``fast_on_cpu`` raises."""
    return (PairEnvironment if fast_on_cpu(backend) else Environment)(inputs, outputs, sensitivity)


def _table(rows: torch.Tensor, address: torch.Tensor, atoms: int, width: int) -> torch.Tensor:
    """(pairs, n) rows put at their addresses in a table (atoms, width, n); zero where there is no pair."""
    table = rows.new_zeros(atoms * width, rows.shape[1]).index_copy(0, address, rows)
    return table.view(atoms, width, rows.shape[1])
