"""TorchSim 0.6: any potential as one of its models. It needs Python 3.12: pip install torch-sim-atomistic."""

from __future__ import annotations

from typing import Any

import numpy as np
import torch

from invgen.data.structure import Structure
from invgen.engines.batched import evaluator
from invgen.engines.errors import EngineError

try:
    from torch_sim.models.interface import ModelInterface
except ImportError:
    raise EngineError("TorchSim is not installed: pip install 'torch-sim-atomistic>=0.6', with Python 3.12") from None

FULL = [[0, 5, 4], [5, 1, 3], [4, 3, 2]]
"""Where ASE's xx, yy, zz, yz, xz, xy stand in a symmetric matrix."""


class Model(ModelInterface):
    """Energies (systems,) eV, forces (atoms, 3) eV/Å and stresses (systems, 3, 3) eV/Å^3 of a state of TorchSim.

    model
        A network, a linear potential or a compiled network; or the path of one.
    device, dtype
        Where networks compute, and what states and results are in. A network computes in its own precision; positions
        of less than float64 lose digits.
    skin
        Å, as in ``engines.batched.evaluator``.

    Networks take all systems in one graph, linear potentials one after another. The stress of a system that is not
    periodic in three directions is NaN. Unknown elements, coincident atoms and positions that are not finite raise the
    errors of ``invgen.data``.
    """

    def __init__(
        self,
        model: Any,
        *,
        device: torch.device | str = "cpu",
        dtype: torch.dtype = torch.float64,
        skin: float = 0.5,
    ) -> None:
        super().__init__()
        self._device, self._dtype = torch.device(device), dtype
        self._compute_stress = self._compute_forces = True
        self._evaluator = evaluator(model, skin).to(self._device)

    @property
    def compute_stress(self) -> bool:
        """Whether results hold the stress."""
        return self._compute_stress

    @compute_stress.setter
    def compute_stress(self, value: bool) -> None:
        self._compute_stress = value

    @property
    def compute_forces(self) -> bool:
        """Whether results hold the forces."""
        return self._compute_forces

    @compute_forces.setter
    def compute_forces(self, value: bool) -> None:
        self._compute_forces = value

    def forward(self, state: Any, **_: Any) -> dict[str, torch.Tensor]:
        """Of a ``SimState``: its lattice vectors are columns."""
        found = self._evaluator(structures_of(state), stress=self._compute_stress)
        result = {"energy": found.energy}
        if self._compute_forces:
            result["forces"] = found.forces
        if self._compute_stress:
            result["stress"] = found.stress[:, FULL]
        return {name: value.to(self._device, self._dtype) for name, value in result.items()}


def structures_of(state: Any) -> list[Structure]:
    """The systems of a state, in their order."""
    positions, cells = (x.detach().cpu().double().numpy() for x in (state.positions, state.cell))
    numbers, owners = (x.cpu().numpy() for x in (state.atomic_numbers, state.system_idx))
    periodic = state.pbc.cpu().numpy()
    edges = np.searchsorted(owners, np.arange(len(cells) + 1))
    return [
        Structure(numbers[a:b], positions[a:b], cell.T, periodic, name=f"system {k}")
        for k, (cell, a, b) in enumerate(zip(cells, edges[:-1], edges[1:], strict=True))
    ]
