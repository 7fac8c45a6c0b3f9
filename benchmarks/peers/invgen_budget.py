"""invgen's side of benchmarks/same_budget.py: what ``invgen train`` does in a step. ``settings["config"]`` is its TOML.

A script of its own only because the budget counts processor seconds, and the schedule of ``invgen train`` epochs.
"""

from __future__ import annotations

from typing import Any

import budget
import numpy as np
import torch

from invgen.data.dataset import Dataset
from invgen.data.structures import Structure
from invgen.nn.energy import EnergyForces
from invgen.potentials.average import Average
from invgen.potentials.evaluation import evaluate
from invgen.potentials.optimizer import Optimizer
from invgen.potentials.training.config import parse_config
from invgen.potentials.training.loss import Loss
from invgen.potentials.training.start import starting_model


class Invgen:
    """As ``budget.Side``."""

    def __init__(self, numbers: np.ndarray, sets: dict[str, budget.Set], settings: dict[str, Any], seed: int) -> None:
        loss = {"per_atom": False, **settings["config"]["loss"]}  # as ``molecules.PAPER``
        self.config = parse_config({"data": {"train": "-", "validation_size": 1}, **settings["config"], "loss": loss})
        cutoff, self.atoms = self.config.model.cutoff, len(numbers)
        self.data = {
            part: Dataset.from_structures(
                [Structure(numbers, r, energy=e, forces=f) for r, e, f in zip(*(s[k] for k in "REF"), strict=True)],
                cutoff,
            )
            for part, s in sets.items()
        }
        dtype = getattr(torch, self.config.training.dtype)
        self.model = starting_model(self.config.model, self.config.references, self.data["train"], seed, dtype)
        self.network, self.loss = EnergyForces(self.model), Loss(self.config.loss)
        self.trained = [p for p in self.model.parameters() if p.requires_grad]

    def begin(self) -> None:
        training = self.config.training
        rates = training.learning_rate, training.sensitivity_rate, training.weight_decay
        self.optimizer = Optimizer(self.model, training.optimizer, *rates)
        self.average, self.steps = Average(self.model, training.average), 0

    def step(self, rows: np.ndarray, rate: float, done: float) -> None:
        self.network.train()
        self.optimizer.rate = rate
        self.optimizer.zero_grad()
        systems, train = torch.from_numpy(rows), self.data["train"]
        batch = train.batch(systems)
        value = self.loss.value(self.loss.sums(self.network(batch), train.labels(systems), batch))
        value.backward(inputs=self.trained)
        self.optimizer.step()
        self.steps += 1
        self.average.update(self.steps)

    def predict(self, part: str) -> tuple[np.ndarray, np.ndarray]:
        self.network.eval()
        with self.average.in_place():
            found = evaluate(self.network, self.data[part])
        return found.energy[:, 1], found.forces[..., 1].reshape(-1, self.atoms, 3)

    def weights(self) -> dict[str, torch.Tensor]:
        with self.average.in_place():
            return {name: value.clone() for name, value in self.model.state_dict().items()}

    def load(self, weights: dict[str, torch.Tensor]) -> None:
        self.model.load_state_dict(weights)
        self.average = Average(self.model, 0.0)

    def parameters(self) -> int:
        return self.model.parameter_count()


if __name__ == "__main__":
    budget.run(Invgen, ("invgen-atomistic", "torch", "numba"))
