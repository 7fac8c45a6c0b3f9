"""ASE calculators: a potential is asked for structures with their neighbours, or for batches."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar, Protocol

import numpy as np
import torch
from ase import Atoms
from ase.calculators.calculator import Calculator, PropertyNotImplementedError, all_changes
from ase.stress import full_3x3_to_voigt_6_stress

from invgen.data.batch import batch_on
from invgen.data.dataset import batch_structures
from invgen.data.errors import DataError
from invgen.data.structures import Structure, from_ase


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
        now = self.atoms
        structure = Structure(now.numbers, now.positions, np.asarray(now.cell), now.pbc, name="atoms")
        found = self.potential.energy_forces_stress(structure, self._neighbourhoods(structure))
        self.results = {"energy": found.energy, "free_energy": found.energy, "forces": found.forces}
        if found.stress is not None:
            self.results["stress"] = found.stress
        elif "stress" in properties:
            raise PropertyNotImplementedError("stress needs a cell that is periodic in three directions")

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
    """As ``StructureCalculator``, over a network of torch.

    network
        ``EnergyForces`` or a compiled potential: batches to energies, forces and, apart, stress.
    """

    implemented_properties: ClassVar[list[str]] = ["energy", "free_energy", "forces", "stress"]

    def __init__(self, network: Any, **arguments: Any) -> None:
        super().__init__(**arguments)
        self.network, self.model = network, network.model
        self.dtype = next(self.model.parameters()).dtype

    def calculate(
        self,
        atoms: Atoms | None = None,
        properties: Sequence[str] = ("energy",),
        system_changes: Sequence[str] = tuple(all_changes),
    ) -> None:
        """Fill ``self.results``; called by ASE."""
        super().calculate(atoms, properties, system_changes)
        batch = batch_structures([from_ase(self.atoms, "atoms")], self.model.cutoff, self.dtype)
        batch = batch_on(batch, next(self.model.parameters()).device)
        with torch.no_grad():
            predicted = self.network(batch)
            energy = predicted.energy.item()
            self.results = {"energy": energy, "free_energy": energy, "forces": predicted.forces.double().cpu().numpy()}
            if "stress" in properties:
                self.results["stress"] = full_3x3_to_voigt_6_stress(
                    self.network.stress(batch)[0].double().cpu().numpy()
                )
