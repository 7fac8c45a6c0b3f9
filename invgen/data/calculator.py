"""ASE calculators: a potential is asked for structures with their neighbours, or for batches."""

from __future__ import annotations

from collections.abc import Sequence
from threading import RLock
from typing import Any, ClassVar, Protocol

import numpy as np
import torch
from ase import Atoms
from ase.calculators.calculator import Calculator, PropertyNotImplementedError, all_changes

from invgen.data.batch import Batch, batch_on
from invgen.data.dataset import structure_batch
from invgen.data.errors import DataError
from invgen.data.neighbours import NeighbourPairs, VerletList, stays_within
from invgen.data.structure import Structure

WITHOUT_STRESS = "stress needs a cell that is periodic in three directions"


class GeometryCalculator(Calculator):
    """Energy, per-atom energies (eV), forces (eV/Å) and stress (eV/Å^3, ASE's sign and order), all in one pass.

    Stress is there for cells periodic in three directions; asked for of others it is ``PropertyNotImplementedError``.
    Results are kept while elements and geometry stay exactly as they are.

    Threads that share a calculator take turns: each gets what it asked for of its own atoms, and none is faster for it.
    ``results`` are those of whoever asked last.
    """

    implemented_properties: ClassVar[list[str]] = ["energy", "free_energy", "energies", "forces", "stress"]

    def __init__(self, **arguments: Any) -> None:
        super().__init__(**arguments)
        self._turn = RLock()

    def __getstate__(self) -> dict[str, Any]:
        """Without the lock, which a copy has its own of."""
        return {name: value for name, value in vars(self).items() if name != "_turn"}

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__dict__.update({**state, "_turn": RLock()})

    def get_property(self, name: str, atoms: Atoms | None = None, allow_calculation: bool = True) -> Any:
        """As ASE asks for everything: whether it is known already, and the calculation if not, in one turn."""
        with self._turn:
            return super().get_property(name, atoms, allow_calculation)

    def check_state(self, atoms: Atoms, tol: float = 0.0) -> list[str]:
        """What is not exactly as it was when ``results`` were calculated."""
        before = self.atoms
        if before is None:
            return list(all_changes)
        same = {
            "positions": np.array_equal(before.positions, atoms.positions),
            "numbers": np.array_equal(before.numbers, atoms.numbers),
            "cell": np.array_equal(before.cell.array, atoms.cell.array),
            "pbc": np.array_equal(before.pbc, atoms.pbc),
        }
        return [name for name, equal in same.items() if not equal]

    def calculate(
        self,
        atoms: Atoms | None = None,
        properties: Sequence[str] = ("energy",),
        system_changes: Sequence[str] = tuple(all_changes),
    ) -> None:
        """Fill ``self.results``; called by ASE."""
        super().calculate(atoms, properties, system_changes)
        here = self.atoms
        structure = Structure(here.numbers, here.positions, np.asarray(here.cell), here.pbc, name="atoms")
        self.results = self.evaluate(structure)
        if "stress" in properties and "stress" not in self.results:
            raise PropertyNotImplementedError(WITHOUT_STRESS)

    def evaluate(self, structure: Structure) -> dict[str, Any]:
        """The results of a structure: all of ``implemented_properties``, without stress if it has no volume."""
        raise NotImplementedError


class StructurePotential(Protocol):
    """What evaluates one structure; what it knows of neighbours is its own."""

    def neighbourhoods(self, structure: Structure, skin: float) -> Any:
        """Neighbours that stay good while no atom moves by more than skin/2 (Å)."""

    def evaluate(self, structure: Structure, near: Any) -> Any:
        """With ``energy`` (eV), ``energies`` (atoms,) eV, ``forces`` (eV/Å), ``stress`` (eV/Å^3), perhaps ``None``."""


class StructureCalculator(GeometryCalculator):
    """The calculator of a potential that takes one structure after another.

    potential
        Such as ``invgen.ace.LinearPotential``.
    skin
        Å. Neighbours are looked for within the cutoff plus the skin, and again when an atom has moved by more than half
        of it, or when the cell or the elements are others. The results do not depend on it.

    Unknown elements, coincident atoms and positions that are not finite raise the errors of ``invgen.data``.
    """

    def __init__(self, potential: StructurePotential, skin: float = 0.5, **arguments: Any) -> None:
        super().__init__(**arguments)
        self.potential, self.skin = potential, _length(skin)
        self._known: tuple[Structure, Any] | None = None

    def evaluate(self, structure: Structure) -> dict[str, Any]:
        """As ``GeometryCalculator.evaluate``."""
        found = self.potential.evaluate(structure, self._neighbourhoods(structure))
        results = {"energy": found.energy, "free_energy": found.energy, "energies": found.energies}
        results["forces"] = found.forces
        return results if found.stress is None else {**results, "stress": found.stress}

    def _neighbourhoods(self, structure: Structure) -> Any:
        if self._known is None or not stays_within(self.skin, self._known[0], structure):
            self._known = structure, self.potential.neighbourhoods(structure, self.skin)
        return self._known[1]


class BatchCalculator(GeometryCalculator):
    """The calculator of a network of torch, as ``StructureCalculator``.

    network
        ``EnergyForces`` or a compiled potential: batches to energies, forces and, apart, stress.
    skin
        As there.
    """

    def __init__(self, network: Any, skin: float = 0.5, **arguments: Any) -> None:
        super().__init__(**arguments)
        self.network, self.skin = network, _length(skin)
        self._near = VerletList(self.model.cutoff, self.skin)
        self._known: tuple[NeighbourPairs, Batch] | None = None

    @property
    def model(self) -> Any:
        """The network itself, which knows its cutoff and where it computes."""
        return self.network.model

    def evaluate(self, structure: Structure) -> dict[str, Any]:
        """As ``GeometryCalculator.evaluate``."""
        found = self.network(self._batch(structure), differentiable=False, stress=bool(structure.volume))
        energy = found.energy.item()
        results = {"energy": energy, "free_energy": energy, "energies": _numpy(found.energies)}
        results["forces"] = _numpy(found.forces)
        return {**results, "stress": _numpy(found.stress)[0]} if structure.volume else results

    def _batch(self, structure: Structure) -> Batch:
        """The structure as a graph; while its pairs stay the same, positions alone are new."""
        pairs = self._near.pairs(structure)
        if self._known is None or pairs is not self._known[0]:
            self._known = pairs, batch_on(structure_batch(structure, pairs), self.model.device)
        batch = self._known[1]
        return batch._replace(positions=torch.tensor(structure.positions, device=batch.positions.device))


def _length(skin: float) -> float:
    if not 0 <= skin < np.inf:
        raise DataError(f"the skin must be a length of at least 0 Å, got {skin}")
    return skin


def _numpy(values: torch.Tensor) -> np.ndarray:
    return values.double().cpu().numpy()
