"""From atomic numbers to the first features."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import torch
from torch import nn

from invgen.data.errors import UnknownSpeciesError
from invgen.data.structures import LARGEST_ATOMIC_NUMBER
from invgen.runtime.cuda import capturing


class SpeciesEncoding(nn.Module):
    """Atomic numbers -> one-hot features, one for each element in ``species``.

    Raises ``ValueError`` at construction for an empty, repeated or impossible element.
    """

    table: torch.Tensor
    one_hot: torch.Tensor

    def __init__(self, species: Sequence[int]) -> None:
        super().__init__()
        self.species = tuple(int(z) for z in species)
        if not self.species or len(set(self.species)) != len(self.species):
            raise ValueError(f"species must be one or more different atomic numbers, got {self.species}")
        if min(self.species) < 1 or max(self.species) > LARGEST_ATOMIC_NUMBER:
            raise ValueError(f"species must lie in 1..{LARGEST_ATOMIC_NUMBER}, got {self.species}")
        table = torch.full((LARGEST_ATOMIC_NUMBER + 1,), len(self.species), dtype=torch.int64)
        table[list(self.species)] = torch.arange(len(self.species))
        self.register_buffer("table", table, persistent=False)
        self.register_buffer("one_hot", torch.eye(len(self.species)), persistent=False)

    def index(self, numbers: torch.Tensor) -> torch.Tensor:
        """(atoms,) atomic numbers -> (atoms,) positions in ``species``.

        Raises ``UnknownSpeciesError`` naming the elements the model was not built for. Inside ``torch.compile`` and
        while a CUDA graph is captured no name can be read from a tensor: there the look-up that follows fails on an
        index out of range.
        """
        index = self.table[numbers]
        unreadable = torch.compiler.is_compiling() or capturing()
        if not unreadable and index.numel() and index.max().item() == len(self.species):
            unknown = sorted({int(z) for z in numbers[index == len(self.species)]})
            raise UnknownSpeciesError(
                f"atomic numbers {unknown} are unknown to this model, which was built for {list(self.species)}; "
                "build and train a model with all elements, or remove these structures"
            )
        return index

    def forward(self, numbers: torch.Tensor) -> torch.Tensor:
        """(atoms,) atomic numbers -> (atoms, species) one-hot rows."""
        return self.rows(self.index(numbers))

    def rows(self, index: torch.Tensor) -> torch.Tensor:
        """(atoms,) positions in ``species`` -> (atoms, species) one-hot rows."""
        return nn.functional.embedding(index, self.one_hot)


class SpeciesEnergies(nn.Module):
    """E⁰ of every element in eV: a frozen buffer that stays float64 when the network is cast to float32."""

    values: torch.Tensor

    def __init__(self, count: int) -> None:
        super().__init__()
        self.register_buffer("values", torch.zeros(count, dtype=torch.float64))

    def _apply(self, fn: Callable[[torch.Tensor], torch.Tensor], recurse: bool = True) -> SpeciesEnergies:
        exact = self.values
        super()._apply(fn, recurse)
        self.values = exact.to(self.values.device)
        return self

    def set(self, energies: torch.Tensor) -> None:
        """Take over ``energies`` (species,) in eV."""
        if energies.shape != self.values.shape:
            raise ValueError(f"need {len(self.values)} species energies, got shape {tuple(energies.shape)}")
        self.values.copy_(energies)

    def forward(self, index: torch.Tensor) -> torch.Tensor:
        """(atoms,) positions in the list of species -> (atoms,) eV."""
        return self.values[index]
