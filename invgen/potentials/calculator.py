"""An ASE calculator over a trained network."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any, ClassVar

import torch
from ase import Atoms
from ase.calculators.calculator import Calculator, all_changes
from ase.stress import full_3x3_to_voigt_6_stress

from invgen.data.batch import batch_structures
from invgen.data.structures import from_ase
from invgen.nn.energy import EnergyForces
from invgen.nn.network import Network
from invgen.potentials.saved import load_model


class InvgenCalculator(Calculator):
    """Energy (eV), forces (eV/Å) and, for cells periodic in three directions, stress (eV/Å^3, ASE's sign and order).

    ``model`` is a network or the path of a saved one. Atoms of unknown elements, coincident atoms and values that are
    not finite raise the errors of ``invgen.data``.
    """

    implemented_properties: ClassVar[list[str]] = ["energy", "free_energy", "forces", "stress"]

    def __init__(self, model: Network | str | Path, **arguments: Any) -> None:
        super().__init__(**arguments)
        self.model = (load_model(model) if isinstance(model, (str, Path)) else model).eval()
        self.network = EnergyForces(self.model).eval()
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
        with torch.no_grad():
            predicted = self.network(batch)
            energy = predicted.energy.item()
            self.results = {"energy": energy, "free_energy": energy, "forces": predicted.forces.double().numpy()}
            if "stress" in properties:
                self.results["stress"] = full_3x3_to_voigt_6_stress(self.network.stress(batch)[0].double().numpy())
