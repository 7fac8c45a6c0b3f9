"""An ASE calculator over a trained network."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from invgen.data.calculator import BatchCalculator
from invgen.data.errors import DataError
from invgen.nn.energy import EnergyForces
from invgen.nn.network import Network
from invgen.potentials.frozen.potential import CompiledPotential, load_compiled
from invgen.potentials.frozen.program import MANIFEST
from invgen.potentials.saved import MODEL, load_model


def load_potential(path: str | Path, basis: Any = None) -> EnergyForces:
    """A compiled model from its folder, or a network from its file or the folder of its training.

    path
        The folder, or the file.
    basis
        For a file whose basis is not shipped: the folder of its emitted kernels, or the ``Basis``.

    Raises as ``load_compiled`` and ``load_model``.
    """
    path = Path(path)
    if not path.exists():
        raise DataError(f"no such model: {path}")
    if path.is_dir() and not (path / MODEL).exists() and any(path.glob(f"member-*/{MODEL}")):
        raise DataError(
            f"{path} holds a committee: name one member, such as {path / 'member-0'}, or use CommitteeCalculator"
        )
    trained = path.is_file() or ((path / MODEL).exists() and not (path / MANIFEST).exists())
    return EnergyForces(load_model(path, basis=basis)).eval() if trained else load_compiled(path)


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
