"""An ASE calculator over a trained network."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from invgen.data.calculator import BatchCalculator
from invgen.data.errors import DataError
from invgen.data.files import linear_file
from invgen.nn.energy import EnergyForces
from invgen.nn.network import Network
from invgen.potentials.device import torch_device
from invgen.potentials.frozen.potential import load_compiled
from invgen.potentials.frozen.program import MANIFEST
from invgen.potentials.saved import MODEL, load_model

if TYPE_CHECKING:
    from invgen.ace.potential import LinearPotential


def load_potential(path: str | Path, basis: Any = None, device: str | None = None) -> EnergyForces | LinearPotential:
    """A compiled model from its folder, or a network or linear potential from its file or the folder of its training.

    path
        The folder, or the file.
    basis
        For a file whose basis is not shipped: the folder of its emitted kernels, or the ``Basis``.
    device
        Where a network computes: ``"cpu"``, ``"cuda"``, or ``"auto"``, on a GPU if torch finds one, and a compiled one
        where it was compiled for. By default the CPU, and a compiled one as with ``"auto"``.

    Raises as ``load_compiled``, ``load_model``, ``LinearPotential.load`` and ``torch_device``.
    """
    path, place = Path(path), torch_device(device or "cpu")
    if not path.exists():
        raise DataError(f"no such model: {path}")
    if path.is_dir() and not (path / MODEL).exists() and any(path.glob(f"member-*/{MODEL}")):
        raise DataError(
            f"{path} holds a committee: name one member, such as {path / 'member-0'}, or use CommitteeCalculator"
        )
    linear = None if (path / MODEL).exists() else linear_file(path)
    if linear is not None:
        return _linear(linear, basis, device)
    if path.is_file() or ((path / MODEL).exists() and not (path / MANIFEST).exists()):
        return EnergyForces(load_model(path, basis=basis)).eval().to(place)
    compiled = load_compiled(path)
    return compiled if device in (None, "auto") else compiled.to(place)


def _linear(file: Path, basis: Any, device: str | None) -> LinearPotential:
    from invgen.ace.potential import LinearPotential

    if basis is not None:
        raise DataError(f"{file} is a linear potential, which holds its functions: leave the basis out")
    if device == "cuda":
        raise DataError(f'{file} is a linear potential, which computes on the CPU: leave the device out, or take "cpu"')
    return LinearPotential.load(file)


class InvgenCalculator(BatchCalculator):
    """Energy (eV), forces (eV/Å) and, for cells periodic in three directions, stress (eV/Å^3, ASE's sign and order).

    model
        A network, the path of a saved one, a compiled potential, or the folder of one.
    device
        ``"auto"``: a saved network computes on a GPU if torch finds one, a network that is given stays where it is, and
        so does a compiled one, where it was compiled for. ``"cpu"`` or ``"cuda"``: it is moved there.
    skin
        0.5 Å. Neighbours are looked for within the cutoff plus the skin, and again when an atom has moved by more than
        half of it, or when the cell or the elements are others. The results do not depend on it.

    Atoms of unknown elements, coincident atoms and values that are not finite raise the errors of ``invgen.data``;
    ``"cuda"`` raises ``CudaError`` where there is no GPU that torch can use.
    """

    def __init__(self, model: Network | EnergyForces | str | Path, skin: float = 0.5, device: str = "auto") -> None:
        if isinstance(model, str | Path):
            found = load_potential(model, device=device)
            if not isinstance(found, EnergyForces):
                raise DataError(f"{model} is a linear potential: take LinearPotential.load(...).calculator()")
        else:
            found = EnergyForces(model).eval() if isinstance(model, Network) else model
            place = torch_device(device)
            found = found if device == "auto" else found.to(place)
        super().__init__(found, skin)
