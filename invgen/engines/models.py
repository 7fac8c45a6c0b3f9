"""A potential from its file or folder, of whichever kind it is."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from invgen.data.errors import DataError
from invgen.data.files import LINEAR, kind_of


@dataclass(frozen=True)
class Model:
    """``potential`` is a ``LinearPotential``, a ``Network``, or a ``CompiledPotential``."""

    potential: Any

    @property
    def linear(self) -> bool:
        """Whether it is a linear potential."""
        return hasattr(self.potential, "neighbourhoods")

    def calculator(self) -> Any:
        """An ASE calculator."""
        if self.linear:
            return self.potential.calculator()
        from invgen.potentials.calculator import InvgenCalculator

        return InvgenCalculator(self.potential)


def open_model(path: str | Path, basis: Any = None) -> Model:
    """Read a linear potential, a network (``basis`` as in ``load_model``), or the folder of either or a compiled one.

    Raises ``DataError`` for a path that holds none of them.
    """
    path = Path(path)
    if not path.exists():
        raise DataError(f"no such file: {path}")
    if path.is_dir():
        from invgen.nn.energy import EnergyForces
        from invgen.potentials.calculator import load_potential

        found = load_potential(path, basis)
        return Model(found.model if type(found) is EnergyForces else found)
    if kind_of(path) == LINEAR:
        from invgen.ace.potential import LinearPotential

        return Model(LinearPotential.load(path))
    from invgen.potentials.saved import load_model

    return Model(load_model(path, basis))
