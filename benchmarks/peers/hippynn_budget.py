"""hippynn's side of benchmarks/same_budget.py: its network, and the loss of its example for ANI-1x.

As there: RMSE + MAE of energies and of forces in kcal/mol and Å and the hierarchicality, Adam, later layers small at
the beginning. Energies are given less their training mean, taken in float64, in the place of fitted energies of atoms,
which one composition does not determine. Kernels are hippynn's own choice, and it finds its pairs in every step.
"""

from __future__ import annotations

import warnings
from typing import Any

import budget
import numpy as np
import torch

warnings.filterwarnings("ignore")
import hippynn  # noqa: E402
from hippynn.graphs import inputs, networks, physics, targets  # noqa: E402
from hippynn.pretraining import hierarchical_energy_initialization  # noqa: E402

KCAL = 0.0433641153087705
"""eV."""


class Hippynn:
    """As ``budget.Side``. Settings: kind, arguments (of the network), energy (weight), dtype."""

    def __init__(self, numbers: np.ndarray, sets: dict[str, budget.Set], settings: dict[str, Any], seed: int) -> None:
        self.dtype = getattr(torch, settings["dtype"])
        torch.set_default_dtype(self.dtype)
        torch.manual_seed(seed)
        self.shift, self.energy_weight = float(sets["train"]["E"].mean()), settings["energy"]
        self.sets = {part: self._tensors(s) for part, s in sets.items()}
        self.numbers = torch.from_numpy(numbers.astype(np.int64))
        nodes = inputs.SpeciesNode(db_name="Z"), inputs.PositionsNode(db_name="R")
        arguments = {"possible_species": [0, *sorted(set(numbers.tolist()))], **settings["arguments"]}
        network = getattr(networks, settings["kind"])("network", nodes, module_kwargs=arguments)
        energy = targets.HEnergyNode("energy", network, db_name="E", first_is_interacting=False)
        force = physics.GradientNode("forces", (energy, nodes[1]), sign=-1)
        self.graph = hippynn.graphs.GraphModule(list(nodes), [energy.mol_energy, force, energy.hierarchicality])
        first = energy.torch_module.layers[0]
        torch.nn.init.zeros_(first.weight)
        first.weight.requires_grad_(False)
        energy.torch_module.first_is_interacting = True  # energies of atoms are given: only make later layers small
        hierarchical_energy_initialization(energy.torch_module, encoder=False, energy_name="E", species_name="Z")
        energy.torch_module.first_is_interacting = False

    def _tensors(self, part: budget.Set) -> tuple[torch.Tensor, ...]:
        energy = (part["E"] - self.shift) / KCAL
        arrays = part["R"], energy.reshape(-1, 1), part["F"] / KCAL
        return tuple(torch.from_numpy(a).to(self.dtype) for a in arrays)

    def begin(self) -> None:
        self.optimizer = torch.optim.Adam([p for p in self.graph.parameters() if p.requires_grad])

    def _evaluated(self, positions: torch.Tensor) -> Any:
        return self.graph(self.numbers.expand(len(positions), -1), positions)

    def step(self, rows: np.ndarray, rate: float, done: float) -> None:
        self.graph.train()
        for group in self.optimizer.param_groups:
            group["lr"] = rate
        positions, energy, forces = (a[rows] for a in self.sets["train"])
        self.optimizer.zero_grad(set_to_none=True)
        found = self._evaluated(positions)
        loss = self.energy_weight * both(found[0] - energy) + both(found[1] - forces) + found[2].mean()
        loss.backward()
        self.optimizer.step()

    def predict(self, part: str) -> tuple[np.ndarray, np.ndarray]:
        self.graph.eval()
        found = [self._evaluated(positions)[:2] for positions in self.sets[part][0].split(50)]
        energy, forces = (torch.cat(pieces).detach().double().numpy() for pieces in zip(*found, strict=True))
        return energy[:, 0] * KCAL + self.shift, forces * KCAL

    def weights(self) -> dict[str, Any]:
        return {k: v.clone() if isinstance(v, torch.Tensor) else v for k, v in self.graph.state_dict().items()}

    def load(self, weights: dict[str, Any]) -> None:
        self.graph.load_state_dict(weights)

    def parameters(self) -> int:
        return sum(p.numel() for p in self.graph.parameters() if p.requires_grad)


def both(error: torch.Tensor) -> torch.Tensor:
    """RMSE + MAE."""
    return error.square().mean().sqrt() + error.abs().mean()


if __name__ == "__main__":
    torch._dynamo.config.recompile_limit = 256  # its compiled sums would fall back to eager ones after eight
    torch._dynamo.config.accumulated_recompile_limit = 4096
    budget.run(Hippynn, ("hippynn", "torch"))
