"""An ASE calculator over a trained network."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any, ClassVar

import torch
from ase import Atoms
from ase.calculators.calculator import Calculator, all_changes
from ase.stress import full_3x3_to_voigt_6_stress

from invgen.data.batch import batch_on
from invgen.data.dataset import batch_structures
from invgen.data.structures import from_ase
from invgen.nn.energy import EnergyForces
from invgen.nn.network import Network
from invgen.potentials.frozen.potential import CompiledPotential, load_compiled
from invgen.potentials.saved import load_model


class InvgenCalculator(Calculator):
    """Energy (eV), forces (eV/Å) and, for cells periodic in three directions, stress (eV/Å^3, ASE's sign and order).

    ``model`` is a network, the path of a saved one, a compiled potential, or the folder of one. Atoms of unknown
    elements, coincident atoms and values that are not finite raise the errors of ``invgen.data``.
    """

    implemented_properties: ClassVar[list[str]] = ["energy", "free_energy", "forces", "stress"]

    def __init__(self, model: Network | CompiledPotential | str | Path, **arguments: Any) -> None:
        super().__init__(**arguments)
        if isinstance(model, (str, Path)):
            model = load_compiled(model) if Path(model).is_dir() else load_model(model)
        self.network = model if isinstance(model, CompiledPotential) else EnergyForces(model).eval()
        self.model = self.network.model
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
