"""ASE calculators: a potential is asked for structures with their neighbours, or for batches."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar, Protocol

import numpy as np
import torch
from ase import Atoms
from ase.calculators.calculator import Calculator, PropertyNotImplementedError, all_changes

from invgen.data.batch import batch_on
from invgen.data.dataset import batch_structures
from invgen.data.errors import DataError
from invgen.data.structure import Structure

WITHOUT_STRESS = "stress needs a cell that is periodic in three directions"


class StructurePotential(Protocol):
    """What evaluates one structure; what it knows of neighbours is its own."""

    def neighbourhoods(self, structure: Structure, skin: float) -> Any:
        """Neighbours that stay good while no atom moves by more than skin/2 (Å)."""

    def energy_forces_stress(self, structure: Structure, near: Any) -> Any:
        """With ``energy`` (eV), ``forces`` (eV/Å) and ``stress`` (eV/Å^3), which may be ``None``."""


class StructureCalculator(Calculator):
    """Energy (eV), forces (eV/Å) and, for cells periodic in three directions, stress (eV/Å^3, ASE's sign and order).

    potential
        Such as ``invgen.ace.LinearPotential``.
    skin
        Å. Neighbours are looked for within the cutoff plus the skin, and again when an atom has moved by more than half
        of it, or when the cell or the elements are others. The results do not depend on it.

    Unknown elements, coincident atoms and positions that are not finite raise the errors of ``invgen.data``.
    """

    implemented_properties: ClassVar[list[str]] = ["energy", "free_energy", "forces", "stress"]

    def __init__(self, potential: StructurePotential, skin: float = 0.5, **arguments: Any) -> None:
        super().__init__(**arguments)
        if not 0 <= skin < np.inf:
            raise DataError(f"the skin must be a length of at least 0 Å, got {skin}")
        self.potential, self.skin = potential, skin
        self._known: tuple[Structure, Any] | None = None

    def calculate(
        self,
        atoms: Atoms | None = None,
        properties: Sequence[str] = ("energy",),
        system_changes: Sequence[str] = tuple(all_changes),
    ) -> None:
        """Fill ``self.results``; called by ASE."""
        super().calculate(atoms, properties, system_changes)
        structure = _structure(self.atoms)
        found = self.potential.energy_forces_stress(structure, self._neighbourhoods(structure))
        self.results = {"energy": found.energy, "free_energy": found.energy, "forces": found.forces}
        if found.stress is not None:
            self.results["stress"] = found.stress
        elif "stress" in properties:
            raise PropertyNotImplementedError(WITHOUT_STRESS)

    def _neighbourhoods(self, structure: Structure) -> Any:
        if self._known is None or not self._still_good(self._known[0], structure):
            self._known = structure, self.potential.neighbourhoods(structure, self.skin)
        return self._known[1]

    def _still_good(self, before: Structure, now: Structure) -> bool:
        same = all(np.array_equal(getattr(before, k), getattr(now, k)) for k in ("numbers", "cell", "periodic"))
        if not same:
            return False
        moved = np.einsum("ia,ia->i", *[now.positions - before.positions] * 2).max(initial=0.0)
        return bool(moved <= (0.5 * self.skin) ** 2)


class BatchCalculator(Calculator):
    """As ``StructureCalculator``, over a network of torch, with per-atom ``energies`` (eV) besides.

    network
        ``EnergyForces`` or a compiled potential: batches to energies, forces and, apart, stress.
    """

    implemented_properties: ClassVar[list[str]] = ["energy", "free_energy", "energies", "forces", "stress"]

    def __init__(self, network: Any, **arguments: Any) -> None:
        super().__init__(**arguments)
        self.network, self.model = network, network.model

    def calculate(
        self,
        atoms: Atoms | None = None,
        properties: Sequence[str] = ("energy",),
        system_changes: Sequence[str] = tuple(all_changes),
    ) -> None:
        """Fill ``self.results``; called by ASE."""
        super().calculate(atoms, properties, system_changes)
        structure = _structure(self.atoms)
        batch = batch_on(batch_structures([structure], self.model.cutoff), self.model.device)
        found = self.network(batch, differentiable=False, stress=bool(structure.volume))
        energy = found.energy.item()
        self.results = {"energy": energy, "free_energy": energy}
        self.results |= {"energies": _numpy(found.energies), "forces": _numpy(found.forces)}
        if structure.volume:
            self.results["stress"] = _numpy(found.stress)[0]
        elif "stress" in properties:
            raise PropertyNotImplementedError(WITHOUT_STRESS)


def _structure(atoms: Atoms) -> Structure:
    """The geometry alone."""
    return Structure(atoms.numbers, atoms.positions, np.asarray(atoms.cell), atoms.pbc, name="atoms")


def _numpy(values: torch.Tensor) -> np.ndarray:
    return values.double().cpu().numpy()
