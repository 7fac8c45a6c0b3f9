"""mace-torch's side of benchmarks/same_budget.py: the network, loss, optimizer and average of its ``mace_run_train``.

As there: weighted squared errors, Adam with amsgrad and weight decay on products and linear layers, gradients clipped
at 10, exponential average of the weights with 0.99. Energies are given less their training mean, taken in float64:
total energies lose digits in float32. Neighbours are found once, before the training.
"""

from __future__ import annotations

from typing import Any

import budget
import numpy as np
import torch
from mace import data, modules, tools  # before e3nn, which can then read its constants with this torch
from mace.tools import torch_geometric

from e3nn import o3  # isort: skip
from torch_ema import ExponentialMovingAverage

CLIP, EMA, WEIGHT_DECAY = 10.0, 0.99, 5e-7
SECOND, STAGE_TWO = 0.75, 1000.0
"""With ``stage_two``, the last quarter has this weight of energies, which is 1 before, as with its ``--stage_two``."""


class Mace:
    """As ``budget.Side``. Settings: hidden, l_max, correlation, cutoff, forces (weight), dtype, stage_two."""

    def __init__(self, numbers: np.ndarray, sets: dict[str, budget.Set], settings: dict[str, Any], seed: int) -> None:
        torch.set_default_dtype(getattr(torch, settings["dtype"]))
        self.atoms, self.settings = len(numbers), settings
        self.table = tools.AtomicNumberTable(sorted(set(numbers.tolist())))
        self.shift = float(sets["train"]["E"].mean())
        self.graphs = {part: self._graphs(numbers, s) for part, s in sets.items()}
        tools.set_seeds(seed)
        self.model = self._network(float(np.sqrt(np.square(sets["train"]["F"]).mean())))
        stages = (1.0, STAGE_TWO) if settings.get("stage_two") else (1.0, 1.0)
        self.losses = [modules.WeightedEnergyForcesLoss(weight, settings["forces"]) for weight in stages]
        self.average: ExponentialMovingAverage | None = None

    def _graphs(self, numbers: np.ndarray, part: budget.Set) -> list[data.AtomicData]:
        weights = {"energy": 1.0, "forces": 1.0}
        return [
            data.AtomicData.from_config(
                data.Configuration(numbers, r, {"energy": e - self.shift, "forces": f}, weights),
                z_table=self.table,
                cutoff=self.settings["cutoff"],
            )
            for r, e, f in zip(*(part[key] for key in "REF"), strict=True)
        ]

    def _network(self, scale: float) -> torch.nn.Module:
        block = modules.interaction_classes["RealAgnosticResidualInteractionBlock"]
        pairs = sum(graph.edge_index.shape[1] for graph in self.graphs["train"])
        return modules.ScaleShiftMACE(
            r_max=self.settings["cutoff"],
            num_bessel=8,
            num_polynomial_cutoff=5,
            max_ell=self.settings["l_max"],
            interaction_cls=block,
            interaction_cls_first=block,
            num_interactions=2,
            num_elements=len(self.table),
            hidden_irreps=o3.Irreps(self.settings["hidden"]),
            MLP_irreps=o3.Irreps("16x0e"),
            gate=torch.nn.functional.silu,
            atomic_energies=np.zeros(len(self.table)),
            avg_num_neighbors=pairs / (self.atoms * len(self.graphs["train"])),
            atomic_numbers=self.table.zs,
            correlation=self.settings["correlation"],
            radial_MLP=[64, 64, 64],
            atomic_inter_scale=scale,
            atomic_inter_shift=0.0,
        )

    def begin(self) -> None:
        model = self.model
        decayed, free = [], []
        for name, parameter in model.interactions.named_parameters():
            (decayed if "linear.weight" in name or "skip_tp_full.weight" in name else free).append(parameter)
        others = [*free, *model.node_embedding.parameters(), *model.readouts.parameters()]
        groups = [
            {"params": [*decayed, *model.products.parameters()], "weight_decay": WEIGHT_DECAY},
            {"params": others, "weight_decay": 0.0},
        ]
        self.optimizer = torch.optim.Adam(groups, amsgrad=True)
        self.average = ExponentialMovingAverage(model.parameters(), decay=EMA)

    def _batch(self, part: str, rows: np.ndarray) -> Any:
        return torch_geometric.Batch.from_data_list([self.graphs[part][i] for i in rows])

    def step(self, rows: np.ndarray, rate: float, done: float) -> None:
        assert self.average is not None
        self.model.train()
        for group in self.optimizer.param_groups:
            group["lr"] = rate
        batch = self._batch("train", rows)
        self.optimizer.zero_grad(set_to_none=True)
        output = self.model(batch.to_dict(), training=True, compute_force=True)
        self.losses[done >= SECOND](pred=output, ref=batch).backward()
        torch.nn.utils.clip_grad_norm_(self.model.parameters(), max_norm=CLIP)
        self.optimizer.step()
        self.average.update()

    def predict(self, part: str) -> tuple[np.ndarray, np.ndarray]:
        self.model.eval()
        if self.average is None:
            return self._predict(part)
        with self.average.average_parameters():
            return self._predict(part)

    def _predict(self, part: str) -> tuple[np.ndarray, np.ndarray]:
        energies, forces = [], []
        for rows in np.array_split(np.arange(len(self.graphs[part])), max(1, len(self.graphs[part]) // 25)):
            output = self.model(self._batch(part, rows).to_dict(), training=False, compute_force=True)
            energies.append(output["energy"].detach().double().numpy() + self.shift)
            forces.append(output["forces"].detach().double().numpy().reshape(len(rows), self.atoms, 3))
        return np.concatenate(energies), np.concatenate(forces)

    def weights(self) -> dict[str, torch.Tensor]:
        assert self.average is not None
        with self.average.average_parameters():
            return {name: value.clone() for name, value in self.model.state_dict().items()}

    def load(self, weights: dict[str, torch.Tensor]) -> None:
        self.model.load_state_dict(weights)
        self.average = None

    def parameters(self) -> int:
        return sum(p.numel() for p in self.model.parameters() if p.requires_grad)


if __name__ == "__main__":
    budget.run(Mace, ("mace-torch", "e3nn", "torch"))
