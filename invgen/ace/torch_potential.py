"""A linear potential in plain torch operations: any device, derivatives of any order by autograd."""

from __future__ import annotations

from typing import Protocol

import numpy as np
import torch
from torch import nn

from invgen.ace.abasis import ABasis
from invgen.ace.crowding import Crowding
from invgen.ace.harmonics import harmonic_table
from invgen.ace.radial import RadialBasis
from invgen.ace.repulsion import SCREENING, Repulsion
from invgen.data.batch import Batch
from invgen.data.errors import UnknownSpeciesError
from invgen.emitted.products import ProductBasis
from invgen.runtime.tables_torch import Tables


class Linear(Protocol):
    """What is read of a ``LinearPotential``."""

    @property
    def products(self) -> ProductBasis: ...
    @property
    def radial(self) -> RadialBasis: ...
    @property
    def elements(self) -> tuple[str, ...]: ...
    @property
    def coefficients(self) -> np.ndarray: ...
    @property
    def references(self) -> np.ndarray: ...
    @property
    def numbers(self) -> np.ndarray: ...
    @property
    def basis(self) -> ABasis: ...
    @property
    def repulsion(self) -> Repulsion | None: ...
    @property
    def crowding(self) -> Crowding | None: ...


class TorchLinearPotential(nn.Module):
    """``forward(batch, vectors)`` -> energies (atoms,) in eV, of the dtype of ``vectors`` (pairs, 3) in Å.

    For forces and stress take ``invgen.nn.EnergyForces(module)``; batches are made with the potential's ``cutoff``.
    Coefficients and references are parameters, in float64 until the module is converted.
    """

    numbers: torch.Tensor
    pair_r0: torch.Tensor

    def __init__(self, potential: Linear) -> None:
        super().__init__()
        self.radial, self.elements, self.cutoff = potential.radial, potential.elements, potential.radial.cutoff
        self.ranks = potential.basis.harmonics.shape[0]
        self.products = Tables(potential.products)
        self.channels: list[list[int]] = potential.products.channels.tolist()
        numbers = torch.from_numpy(np.asarray(potential.numbers, dtype=np.int64))
        self.register_buffer("numbers", numbers, persistent=False)
        table = torch.tensor(self.radial.pair_r0, dtype=torch.float64)
        self.register_buffer("pair_r0", table, persistent=False)
        self.coefficients = nn.Parameter(torch.from_numpy(potential.coefficients.copy()))
        self.references = nn.Parameter(torch.from_numpy(potential.references.copy()))
        self.repulsion = None if potential.repulsion is None else TorchRepulsion(potential.repulsion)
        self.crowding = None if potential.crowding is None else TorchCrowding(potential.crowding)

    @property
    def dtype(self) -> torch.dtype:
        """What it computes in."""
        return self.coefficients.dtype

    def forward(self, batch: Batch, vectors: torch.Tensor) -> torch.Tensor:
        """Energies (atoms,). Raises ``UnknownSpeciesError`` for an element that the potential was not made for."""
        species = self._species(batch.numbers)
        functions = self.products.value(self.moments(batch, species, vectors), axis=1)
        energies = (functions * self.coefficients[species]).sum(1) + self.references[species]
        if self.repulsion is not None:
            pairs = self.repulsion(species[batch.first], species[batch.second], vectors.norm(dim=1))
            energies = energies.index_add(0, batch.first, 0.5 * pairs)
        return energies if self.crowding is None else energies + self.crowding(batch, species, vectors)

    def moments(self, batch: Batch, species: torch.Tensor, vectors: torch.Tensor) -> torch.Tensor:
        """(atoms, components): A in the order of the channels."""
        r = vectors.norm(dim=1)
        harmonics = real_harmonics(vectors / r.unsqueeze(1), self.ranks - 1)
        r0 = self.pair_r0[species[batch.first], species[batch.second]] if self.radial.pair_r0 else None
        radial = torch.stack(self.radial.values(r, r0), dim=1)
        parts = []
        for z, n, rank in self.channels:
            mine = radial[:, n - 1] * (species[batch.second] == z)
            parts.append(mine.unsqueeze(1) * harmonics[:, rank * rank : (rank + 1) ** 2])
        products = torch.cat(parts, dim=1)
        return products.new_zeros(len(batch.numbers), products.shape[1]).index_add(0, batch.first, products)

    def _species(self, numbers: torch.Tensor) -> torch.Tensor:
        match = numbers.unsqueeze(1) == self.numbers
        if not bool(match.any(dim=1).all()):
            missing = sorted({int(n) for n in numbers[~match.any(dim=1)]})
            raise UnknownSpeciesError(f"atomic numbers {missing} are not among this potential's {self.elements}")
        return match.int().argmax(dim=1)


class TorchRepulsion(nn.Module):
    """``Repulsion``: ``forward(first, second, r)`` -> energies (pairs,) in eV of species at distances r (Å)."""

    tables: torch.Tensor
    screening: torch.Tensor

    def __init__(self, repulsion: Repulsion) -> None:
        super().__init__()
        tables = np.stack([repulsion.strength, repulsion.length, repulsion.inner, repulsion.outer])
        self.register_buffer("tables", torch.from_numpy(tables), persistent=False)
        self.register_buffer("screening", torch.from_numpy(SCREENING.copy()), persistent=False)

    def forward(self, first: torch.Tensor, second: torch.Tensor, r: torch.Tensor) -> torch.Tensor:
        """See the class."""
        strength, length, inner, outer = self.tables[:, first, second]
        factor, rate = self.screening.unbind(1)
        phi = (factor * torch.exp(-rate * (r / length).unsqueeze(1))).sum(1)
        t = ((r - inner) / (outer - inner)).clamp(0.0, 1.0)
        return strength / r * phi * (1 - t**3 * (10 - 15 * t + 6 * t**2))


class TorchCrowding(nn.Module):
    """``Crowding``: ``forward(batch, species, vectors)`` -> energies (atoms,) in eV."""

    most: torch.Tensor

    def __init__(self, crowding: Crowding) -> None:
        super().__init__()
        self.terms = list(zip(crowding.ranges.tolist(), crowding.strength.tolist(), strict=True))
        self.power = crowding.power
        self.register_buffer("most", torch.from_numpy(crowding.most.copy()), persistent=False)

    def forward(self, batch: Batch, species: torch.Tensor, vectors: torch.Tensor) -> torch.Tensor:
        """See the class."""
        square, found = vectors.square().sum(1), vectors.new_zeros(len(species))
        for (length, strength), most in zip(self.terms, self.most, strict=True):
            weights = (1 - square / length**2).clamp(min=0.0) ** 3
            x = torch.zeros_like(found).index_add(0, batch.first, weights) / most[species]
            found = found + strength * (x - 1).clamp(min=0.0) ** 3 * x**self.power
        return found


def real_harmonics(directions: torch.Tensor, l_max: int) -> torch.Tensor:
    """(pairs, 3) unit vectors -> (pairs, (l_max+1)^2), as ``invgen.ace.harmonics``."""
    x, y, z = directions.unbind(1)
    cosine, sine = [torch.ones_like(x)], [torch.zeros_like(x)]
    for _ in range(l_max):
        cosine.append(x * cosine[-1] - y * sine[-1])
        sine.append(x * sine[-1] + y * cosine[-2])
    table = harmonic_table(l_max)
    legendre: dict[tuple[int, int], torch.Tensor] = {}
    found = []
    for rank in range(l_max + 1):
        legendre[rank, rank] = torch.full_like(z, table[rank, rank, 2])
        for m in range(rank):
            legendre[rank, m] = table[rank, m, 0] * z * legendre[rank - 1, m]
            if rank - 2 >= m:
                legendre[rank, m] = legendre[rank, m] - table[rank, m, 1] * legendre[rank - 2, m]
        found += [
            legendre[rank, -m] * sine[-m] if m < 0 else legendre[rank, m] * cosine[m] for m in range(-rank, rank + 1)
        ]
    return torch.stack(found, dim=1)
