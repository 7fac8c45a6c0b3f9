"""An ASE calculator over a linear potential."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar

import numpy as np
from ase import Atoms
from ase.calculators.calculator import Calculator, PropertyNotImplementedError, all_changes

from invgen.ace.neighbourhoods import Neighbourhoods
from invgen.ace.potential import LinearPotential
from invgen.data.errors import DataError
from invgen.data.structures import Structure


class LinearCalculator(Calculator):
    """Energy (eV), forces (eV/Å) and, for cells periodic in three directions, stress (eV/Å^3, ASE's sign and order).

    potential
        A ``LinearPotential`` or the path of a saved one.
    skin
        Å. Neighbours are looked for within the cutoff plus the skin, and again when an atom has moved by more than half
        of it, or when the cell or the elements are others. The results do not depend on it.

    Unknown elements, coincident atoms and positions that are not finite raise the errors of ``invgen.data``.
    """

    implemented_properties: ClassVar[list[str]] = ["energy", "free_energy", "forces", "stress"]

    def __init__(self, potential: LinearPotential | str, skin: float = 0.5, **arguments: Any) -> None:
        super().__init__(**arguments)
        if not 0 <= skin < np.inf:
            raise DataError(f"the skin must be a length of at least 0 Å, got {skin}")
        self.potential = potential if isinstance(potential, LinearPotential) else LinearPotential.load(potential)
        self.skin = skin
        self._known: tuple[Structure, Neighbourhoods] | None = None

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

    def _neighbourhoods(self, structure: Structure) -> Neighbourhoods:
        if self._known is None or not self._still_good(self._known[0], structure):
            self._known = structure, self.potential.neighbourhoods(structure, self.skin)
        return self._known[1]

    def _still_good(self, before: Structure, now: Structure) -> bool:
        same = all(np.array_equal(getattr(before, k), getattr(now, k)) for k in ("numbers", "cell", "periodic"))
        if not same:
            return False
        moved = np.einsum("ia,ia->i", *[now.positions - before.positions] * 2).max(initial=0.0)
        return bool(moved <= (0.5 * self.skin) ** 2)
