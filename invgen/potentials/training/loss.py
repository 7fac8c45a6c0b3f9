"""What is minimised: a weighted sum over energies, forces and stresses, as a function of sums that add up.

Sums over several batches or processes are sums of their sums, so the loss of the whole, and its gradient, are exact
however the systems are shared out.
"""

from __future__ import annotations

import torch
from torch import Tensor

from invgen.data.batch import Batch, Labels
from invgen.data.dataset import Data
from invgen.data.errors import DataError
from invgen.nn.energy import Prediction
from invgen.potentials.training.config import LossConfig

PROPERTIES = ("energy", "forces", "stress")
TINY = 1e-30
"""Mean square below which a root has no derivative."""


class Loss:
    """Σ_p w_p f(errors of property p), with f by ``settings.kind``: see ``LossConfig``.

    ``sums`` of a batch are (3, 4): for energy, forces and stress the number of labels, the sum of their absolute
    errors, of the squares, and of Huber's function. ``value`` is the loss of any sum of such.
    """

    def __init__(self, settings: LossConfig) -> None:
        self.settings = settings
        self.weights = {name: float(getattr(settings, name)) for name in PROPERTIES}

    def wants(self, name: str) -> bool:
        """Whether a property counts."""
        return self.weights[name] > 0

    def learnt(self, name: str, data: Data) -> tuple[str, ...]:
        """The properties that count and that structures of the ``name`` set have; raises ``DataError`` for none."""
        labelled = data.labelled()
        found = tuple(p for p in PROPERTIES if self.wants(p) and labelled[p])
        if not found:
            wanted = ", ".join(p for p in PROPERTIES if self.wants(p))
            raise DataError(
                f"none of the {len(data)} {name} structures has a label that counts (wanted: {wanted}; there are "
                f"{', '.join(f'{n} with {p}' for p, n in labelled.items())}): tell where labels are (data.keys), "
                "or change the weights in [loss]"
            )
        return found

    def sums(self, predicted: Prediction, labels: Labels, batch: Batch) -> Tensor:
        """(3, 4) float64 on the CPU, differentiable. Labels that are NaN do not count; predictions that are, do."""
        nothing = torch.zeros(4, dtype=torch.float64, device=labels.energy.device)
        errors = self._errors(predicted, labels, batch)
        known = (~getattr(labels, name).isnan() for name in PROPERTIES)
        rows = [nothing if e is None else self._row(e, k) for e, k in zip(errors, known, strict=True)]
        return torch.stack(rows).cpu()

    def value(self, sums: Tensor) -> Tensor:
        """The loss of everything that was summed; a property without labels adds nothing."""
        count, absolute, square, huber = (sums / sums[:, :1].clamp(min=1.0)).unbind(1)
        terms = {
            "rmse+mae": lambda: square.clamp(min=TINY).sqrt() + absolute,
            "mae": lambda: absolute,
            "mse": lambda: square,
            "huber": lambda: huber,
        }[self.settings.kind]()
        weights = terms.new_tensor([self.weights[name] for name in PROPERTIES])
        return torch.where(count > 0, weights * terms, 0.0).sum()

    def with_slope(self, sums: Tensor) -> tuple[Tensor, Tensor]:
        """The loss and its derivative by the sums (3, 4): Σ slope * (sums of a share) has the share's gradient."""
        sums = sums.detach().requires_grad_(True)
        value = self.value(sums)
        return value.detach(), torch.autograd.grad(value, sums)[0]

    def _errors(self, predicted: Prediction, labels: Labels, batch: Batch) -> list[Tensor | None]:
        """Errors of the properties that count: eV, or eV per atom; eV/Å; eV of virial per atom."""
        atoms = torch.bincount(batch.system, minlength=len(batch.cell)).clamp(min=1).double()
        errors: list[Tensor | None] = [None, None, None]
        if self.wants("energy"):
            errors[0] = (predicted.energy - labels.energy) / (atoms if self.settings.per_atom else 1.0)
        if self.wants("forces") and predicted.forces is not None:
            errors[1] = predicted.forces - labels.forces
        if self.wants("stress") and predicted.stress is not None:
            volume = torch.linalg.det(batch.cell).abs()
            errors[2] = (predicted.stress - labels.stress) * (volume / atoms).unsqueeze(1)
        return errors

    def _row(self, error: Tensor, known: Tensor) -> Tensor:
        error = torch.where(known, error, 0.0)
        absolute, delta = error.abs(), self.settings.huber_delta
        huber = torch.where(absolute < delta, 0.5 * error.square(), delta * (absolute - 0.5 * delta))
        return torch.stack([known.sum().double(), absolute.sum(), error.square().sum(), huber.sum()])
