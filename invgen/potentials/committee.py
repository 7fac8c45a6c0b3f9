"""Several potentials trained alike: their mean, and their spread as a sign of how far to trust it."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from invgen.data.calculator import BatchCalculator, GeometryCalculator
from invgen.data.errors import DataError
from invgen.data.structure import Structure
from invgen.nn.energy import EnergyForces
from invgen.nn.network import Network
from invgen.potentials.calculator import InvgenCalculator
from invgen.potentials.saved import MODEL

SPREAD = {"energy_std": "energy", "energies_std": "energies", "forces_std": "forces", "stress_std": "stress"}
"""Spreads among the results, and what they are of."""


class CommitteeCalculator(GeometryCalculator):
    """Means of energy, energies, forces and stress over the members, in the units of ``InvgenCalculator``.

    ``results`` holds their spread, too: ``energy_std``, ``energies_std``, ``forces_std`` and ``stress_std``, standard
    deviations with n - 1 below the fraction bar, of the same shapes and units.

    members
        Networks, files of networks or folders of compiled ones, at least two; or the folder of a training of a
        committee.
    device
        As of ``InvgenCalculator``.

    Raises ``DataError`` for fewer than two members, and where they were not made for the same elements.
    """

    def __init__(
        self,
        members: Sequence[Network | EnergyForces | str | Path] | str | Path,
        device: str = "auto",
        **arguments: Any,
    ) -> None:
        super().__init__(**arguments)
        if isinstance(members, (str, Path)):
            members = member_files(members)
        if len(members) < 2:
            raise DataError(f"a committee needs at least two members, got {len(members)}")
        self.members: list[BatchCalculator] = [InvgenCalculator(m, device=device) for m in members]
        known = [tuple(sorted(calculator.model.species)) for calculator in self.members]
        for number, species in enumerate(known):
            if species != known[0]:
                raise DataError(
                    f"member {number} of the committee is made for the atomic numbers {list(species)}, member 0 for "
                    f"{list(known[0])}: their spread would mean nothing; take members of one training"
                )

    def evaluate(self, structure: Structure) -> dict[str, Any]:
        """As ``GeometryCalculator.evaluate``, with the spreads."""
        members = [member.evaluate(structure) for member in self.members]
        found = {name: np.array([results[name] for results in members]) for name in members[0]}
        means = {name: values.mean(axis=0) for name, values in found.items()}
        spreads = {name: found[of].std(axis=0, ddof=1) for name, of in SPREAD.items() if of in found}
        return {k: float(v) if np.ndim(v) == 0 else v for k, v in {**means, **spreads}.items()}


def member_files(folder: str | Path) -> list[Path]:
    """Models of the members that a training of a committee left in a folder. Raises ``DataError`` if there are none."""
    found = sorted(Path(folder).glob(f"member-*/{MODEL}"), key=lambda path: int(path.parent.name.split("-")[1]))
    if not found:
        raise DataError(f"{folder} holds no member-<number>/{MODEL}: train a committee with --committee")
    return found
