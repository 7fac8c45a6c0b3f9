"""An ASE calculator over a trained network."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from invgen.data.calculator import BatchCalculator
from invgen.nn.energy import EnergyForces
from invgen.nn.network import Network
from invgen.potentials.frozen.potential import CompiledPotential, load_compiled
from invgen.potentials.saved import load_model


def load_potential(path: str | Path, basis: Any = None) -> EnergyForces:
    """A compiled model from its folder, or a network from its file.

    path
        The folder, or the file.
    basis
        For a file whose basis is not shipped: the folder of its emitted kernels, or the ``Basis``.

    Raises as ``load_compiled`` and ``load_model``.
    """
    return load_compiled(path) if Path(path).is_dir() else EnergyForces(load_model(path, basis=basis)).eval()


class InvgenCalculator(BatchCalculator):
    """Energy (eV), forces (eV/Å) and, for cells periodic in three directions, stress (eV/Å^3, ASE's sign and order).

    model
        A network, the path of a saved one, a compiled potential, or the folder of one.
    skin
        0.5 Å. Neighbours are looked for within the cutoff plus the skin, and again when an atom has moved by more than
        half of it, or when the cell or the elements are others. The results do not depend on it.

    Atoms of unknown elements, coincident atoms and values that are not finite raise the errors of ``invgen.data``.
    """

    def __init__(self, model: Network | CompiledPotential | str | Path, skin: float = 0.5) -> None:
        if isinstance(model, (str, Path)):
            model = load_potential(model)
        super().__init__(EnergyForces(model).eval() if isinstance(model, Network) else model, skin)
