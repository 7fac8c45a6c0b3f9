"""Many structures at once, for engines that move batches of them."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

import numpy as np
import torch

from invgen.data.batch import Batch, batch_on
from invgen.data.dataset import structure_batch
from invgen.data.neighbours import NeighbourPairs, VerletList, stays_within
from invgen.data.structure import Structure
from invgen.engines.models import Model, open_model
from invgen.nn.energy import EnergyForces
from invgen.nn.network import Network

if TYPE_CHECKING:
    from invgen.data.calculator import StructurePotential


class Evaluated(NamedTuple):
    """What a potential says of some structures, float64."""

    energy: torch.Tensor
    """(systems,) eV."""
    forces: torch.Tensor
    """(atoms, 3) eV/Å."""
    stress: torch.Tensor
    """(systems, 6) eV/Å^3, ASE's sign and order; NaN for a system that is not periodic in three directions."""


class Evaluator(Protocol):
    """Calls with the structures of the last call, moved a little, find their neighbours without a search."""

    def __call__(self, structures: Sequence[Structure], stress: bool = True) -> Evaluated: ...

    def to(self, device: torch.device) -> Any: ...


def evaluator(model: Any, skin: float = 0.5) -> Evaluator:
    """Of a network, a linear potential, a compiled network, or the path of one.

    skin
        Å. Neighbours are looked for again where an atom has moved by more than half of it; results do not depend on it.

    Raises ``DataError`` for a path without a model, and what potentials raise of structures.
    """
    potential = open_model(model).potential if isinstance(model, str | Path) else model
    if Model(potential).linear:
        return LinearEvaluator(potential, skin)
    return NetworkEvaluator(EnergyForces(potential).eval() if isinstance(potential, Network) else potential, skin)


class LinearEvaluator:
    """A linear potential, one structure after another."""

    def __init__(self, potential: StructurePotential, skin: float) -> None:
        self.potential, self.skin = potential, skin
        self._known: dict[int, tuple[Structure, Any]] = {}

    def to(self, device: torch.device) -> LinearEvaluator:
        """Itself: it computes on the CPU."""
        return self

    def __call__(self, structures: Sequence[Structure], stress: bool = True) -> Evaluated:
        found = [self.potential.evaluate(s, self._near(k, s)) for k, s in enumerate(structures)]
        tensors = [np.full(6, np.nan) if f.stress is None else f.stress for f in found]
        arrays = [f.energy for f in found], np.concatenate([f.forces for f in found]), np.array(tensors)
        return Evaluated(*(torch.tensor(a, dtype=torch.float64) for a in arrays))

    def _near(self, index: int, structure: Structure) -> Any:
        known = self._known.get(index)
        if known is None or not stays_within(self.skin, known[0], structure):
            self._known[index] = known = structure, self.potential.neighbourhoods(structure, self.skin)
        return known[1]


class NetworkEvaluator:
    """A network, all structures in one graph."""

    def __init__(self, network: Any, skin: float) -> None:
        self.network, self.skin = network, skin
        self._lists: list[VerletList] = []
        self._known: tuple[list[NeighbourPairs], Batch] | None = None

    def to(self, device: torch.device) -> NetworkEvaluator:
        """Itself, with the network moved to a device."""
        self.network.to(device)
        return self

    def __call__(self, structures: Sequence[Structure], stress: bool = True) -> Evaluated:
        batch = self._batch(structures)
        found = self.network(batch, differentiable=False, stress=stress)
        tensors = found.stress if stress else torch.full((len(structures), 6), torch.nan)
        solid = torch.tensor([bool(s.volume) for s in structures], device=tensors.device)
        tensors = torch.where(solid.unsqueeze(1), tensors, torch.nan)
        return Evaluated(*(x.detach().double() for x in (found.energy, found.forces, tensors)))

    def _batch(self, structures: Sequence[Structure]) -> Batch:
        """The structures as one graph; while all their pairs stay the same, positions alone are new."""
        missing = len(structures) - len(self._lists)
        self._lists += [VerletList(self.network.model.cutoff, self.skin) for _ in range(missing)]
        pairs = [near.pairs(s) for near, s in zip(self._lists, structures, strict=False)]
        device = self.network.model.device
        same = self._known is not None and len(self._known[0]) == len(pairs)
        if not same or any(a is not b for a, b in zip(self._known[0], pairs, strict=True)):  # type: ignore[index]
            self._known = pairs, batch_on(joined(structures, pairs), device)
        positions = torch.tensor(np.concatenate([s.positions for s in structures]), device=device)
        return self._known[1]._replace(positions=positions)  # type: ignore[index]


def joined(structures: Sequence[Structure], pairs: Sequence[NeighbourPairs]) -> Batch:
    """Structures and the pairs of each as one graph."""
    parts = [structure_batch(s, p) for s, p in zip(structures, pairs, strict=True)]
    starts = np.cumsum([0, *(s.atoms for s in structures)]).tolist()
    fields = {name: torch.cat([getattr(part, name) for part in parts]) for name in Batch._fields if name != "degree"}
    for name in ("first", "second"):
        fields[name] = torch.cat([getattr(part, name) + start for part, start in zip(parts, starts, strict=False)])
    fields["system"] = torch.cat([part.system + k for k, part in enumerate(parts)])
    return Batch(**fields, degree=max(part.degree for part in parts))
