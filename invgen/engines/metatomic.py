"""metatomic: a network as one file that its engines run without this package, among them LAMMPS, i-PI and ASE.

pip install metatomic-torch
"""

import tempfile
from pathlib import Path
from typing import Any, Dict, List, Optional  # noqa: UP035  TorchScript reads these

import torch
from torch import nn

from invgen.engines.errors import EngineError
from invgen.engines.models import open_model
from invgen.engines.typed import TypedNetwork
from invgen.files import write_bytes
from invgen.nn.network import Network
from invgen.version import __version__

try:
    from metatensor.torch import Labels, TensorBlock, TensorMap
    from metatomic.torch import (
        AtomisticModel,
        ModelCapabilities,
        ModelMetadata,
        ModelOutput,
        NeighborListOptions,
        System,
    )
except ImportError:
    raise EngineError("metatomic is not installed: pip install metatomic-torch") from None

DTYPES = {torch.float32: "float32", torch.float64: "float64"}


class Exported(nn.Module):
    """Energies of systems or atoms, eV; lengths in Å. Pairs are those of a full, strict list within the cutoff."""

    def __init__(self, network: Network) -> None:
        super().__init__()
        self.network = TypedNetwork(network)
        self.options = NeighborListOptions(cutoff=network.cutoff, full_list=True, strict=True, requestor="invgen")

    def requested_neighbor_lists(self) -> List[NeighborListOptions]:  # noqa: UP006
        """What the engine has to find."""
        return [self.options]

    def forward(
        self,
        systems: List[System],  # noqa: UP006
        outputs: Dict[str, ModelOutput],  # noqa: UP006
        selected_atoms: Optional[Labels],  # noqa: UP045
    ) -> Dict[str, TensorMap]:  # noqa: UP006
        """Of each system, or of each atom where that is asked for; of selected atoms alone where some are selected."""
        found: Dict[str, TensorMap] = {}  # noqa: UP006
        if "energy" not in outputs:
            return found
        by_atom = outputs["energy"].sample_kind == "atom"
        values: List[torch.Tensor] = []  # noqa: UP006
        samples: List[torch.Tensor] = []  # noqa: UP006
        for k, system in enumerate(systems):
            pairs = system.get_neighbor_list(self.options)
            ends = pairs.samples.values[:, :2].to(torch.int64)
            energies = self.network(system.types.to(torch.int64), ends[:, 0], ends[:, 1], pairs.values.squeeze(-1))
            atoms = torch.arange(len(system), device=energies.device)
            if selected_atoms is not None:
                rows = selected_atoms.values.to(torch.int64)
                atoms = rows[rows[:, 0] == k, 1]
            energies = energies.index_select(0, atoms).to(system.positions.dtype)
            if by_atom:
                values.append(energies.unsqueeze(1))
                samples.append(torch.stack([torch.full_like(atoms, k), atoms], dim=1))
            else:
                values.append(energies.sum().reshape(1, 1))
                samples.append(torch.full([1, 1], k, device=energies.device))
        names = ["system", "atom"] if by_atom else ["system"]
        device = values[0].device
        block = TensorBlock(
            values=torch.cat(values),
            samples=Labels(names, torch.cat(samples).to(torch.int32)),
            components=torch.jit.annotate(List[Labels], []),  # noqa: UP006
            properties=Labels(["energy"], torch.zeros(1, 1, dtype=torch.int32, device=device)),
        )
        found["energy"] = TensorMap(Labels(["_"], torch.zeros(1, 1, dtype=torch.int32, device=device)), [block])
        return found


def export(model: Any, path: str | Path) -> Path:
    """Write a network, or the file of one, as a model of metatomic (``.pt``).

    Its energy is differentiated by the engine, for forces and stress. Positions are in the precision of the network, so
    float64 is the better choice. Raises ``EngineError`` for linear potentials and other models that are no network.
    """
    network = open_model(model).potential if isinstance(model, str | Path) else model
    if not isinstance(network, Network):
        kind = type(network).__name__
        raise EngineError(f"metatomic takes networks, got {kind}: LAMMPS has a plugin, others ASE's calculator")
    species = list(network.species)
    capabilities = ModelCapabilities(
        outputs={"energy": ModelOutput(unit="eV", sample_kind="atom", description="potential energy")},
        atomic_types=species,
        interaction_range=network.cutoff * len(network.blocks),
        length_unit="angstrom",
        supported_devices=["cpu", "cuda"],
        dtype=DTYPES[network.dtype],
    )
    metadata = ModelMetadata(name=type(network).__name__, description=f"written by invgen {__version__}")
    with tempfile.TemporaryDirectory() as place:
        made = Path(place) / Path(path).name
        AtomisticModel(Exported(network).eval(), metadata, capabilities).save(str(made))
        return write_bytes(path, made.read_bytes())
