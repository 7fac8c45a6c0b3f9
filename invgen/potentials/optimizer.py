"""Optimizers of a training, which parameters each of them moves, and by which share of the learning rate."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import numpy as np
import torch
from torch import nn

from invgen.nn.sensitivity import Sensitivity

MOMENTUM = 0.95
NEWTON_SCHULZ = (3.4445, -4.7750, 2.0315)
"""Coefficients of x -> a x + b x³ + c x⁵, which takes singular values from 0..1 to about 1 in ``ITERATIONS``."""
ITERATIONS = 5
RMS = 0.2
"""Root mean square of the entries of a step at rate 1: about that of Adam."""
NARROWEST = 3
"""Matrices with a side shorter than this are left to Adam."""
MEMORY = 0.98
"""Decay, per step, of the running mean of the norms of gradients."""
KNOWN = 0.18
"""Weight of the steps seen in that mean (1 after many) from which on it limits: 10 steps."""


class Muon(torch.optim.Optimizer):
    """Steps along the momentum of a matrix with its singular values made equal (Jordan et al. 2024, "Muon").

    Directions in which gradients are small are learnt as fast as others, and a large gradient makes no longer step.
    """

    def __init__(self, parameters: Iterable[Any], lr: float, weight_decay: float = 0.0) -> None:
        super().__init__(parameters, {"lr": lr, "weight_decay": weight_decay})

    @torch.no_grad()
    def step(self, closure: Callable[[], Any] | None = None) -> None:
        """Matrices of one shape are computed together."""
        for group in self.param_groups:
            shapes: dict[torch.Size, list[nn.Parameter]] = {}
            for parameter in group["params"]:
                if parameter.grad is not None:
                    shapes.setdefault(parameter.shape, []).append(parameter)
            for shape, matrices in shapes.items():
                directions = orthogonal(torch.stack([self._momentum(p) for p in matrices]))
                length = -group["lr"] * RMS * max(shape) ** 0.5
                for matrix, direction in zip(matrices, directions, strict=True):
                    matrix.mul_(1 - group["lr"] * group["weight_decay"])
                    matrix.add_(direction, alpha=length)

    def _momentum(self, parameter: nn.Parameter) -> torch.Tensor:
        """Nesterov's: the gradient counts once more."""
        state = self.state[parameter]
        if not state:
            state["momentum"] = torch.zeros_like(parameter)
        state["momentum"].lerp_(parameter.grad, 1 - MOMENTUM)
        return torch.lerp(parameter.grad, state["momentum"], MOMENTUM)


def orthogonal(matrices: torch.Tensor) -> torch.Tensor:
    """(n, rows, columns): the same singular vectors, with singular values of about 1 (0.7 to 1.2)."""
    a, b, c = NEWTON_SCHULZ
    wide = matrices if matrices.shape[1] <= matrices.shape[2] else matrices.mT
    x = wide / torch.linalg.matrix_norm(wide, keepdim=True).clamp(min=1e-30)
    for _ in range(ITERATIONS):
        square = x @ x.mT
        x = a * x + (b * square + c * square @ square) @ x
    return x if wide is matrices else x.mT


class AdaptiveClip:
    """Shortens the gradient of each parameter to ``factor`` times the running mean of the norms that it had.

    One structure whose error is enormous, as a network can have where atoms nearly touch, makes gradients of deep
    layers a hundred times as long as usual, while the norm over all parameters hardly tells; the momenta of the
    optimizer would remember it for many steps. What was shortened enters the mean as it is then; gradients of zero,
    as of labels that are rare, do not enter. (Adaptive clipping per tensor: Wang et al. 2025, arXiv 2502.11034, here
    with the mean of few steps in place of a warm-up.)
    """

    def __init__(self, parameters: Iterable[nn.Parameter], factor: float) -> None:
        self.parameters = list(parameters)
        self.factor = factor
        device = self.parameters[0].device
        self.mean, self.weight = torch.zeros(2, len(self.parameters), dtype=torch.float64, device=device)

    @torch.no_grad()
    def step(self) -> None:
        """Shorten the gradients that are there."""
        gradients = [p.new_zeros(()) if p.grad is None else p.grad for p in self.parameters]
        norms = torch.stack([gradient.norm() for gradient in gradients]).double()
        shares = (self.factor * self.mean / self.weight / norms.clamp(min=1e-300)).clamp(max=1.0)
        shares = torch.where(self.weight > KNOWN, shares, 1.0)
        for share, gradient in zip(shares, gradients, strict=True):
            gradient.mul_(share)
        new = torch.where(norms > 0, 1 - MEMORY, 0.0)
        self.mean += new * (norms * shares - self.mean)
        self.weight += new * (1 - self.weight)

    def arrays(self) -> dict[str, np.ndarray]:
        """The means and their weights."""
        return {"mean": self.mean.cpu().numpy().copy(), "weight": self.weight.cpu().numpy().copy()}

    def load(self, arrays: dict[str, np.ndarray]) -> None:
        """Take over what ``arrays`` gave; checkpoints of earlier versions have one weight for all."""
        self.mean.copy_(torch.from_numpy(arrays["mean"]))
        self.weight.copy_(torch.from_numpy(arrays["weight"]))


class Optimizer:
    """Adam for all parameters, or with ``kind`` muon for those that are no matrices; one rate for both.

    ``weight_decay`` shortens all that has two axes or more by rate times decay in every step: the matrices of layers,
    those that mix invariants and the weights of environments, but no biases, scales and sensitivities.

    ``sensitivity_rate`` is the share of the rate for positions and widths of sensitivities. Adam steps are about as
    long as the rate, whatever the unit. A position is a length: 0.005 Å is half the width of the innermost sensitivity
    (μ²/σ = 0.01 Å at μ = 0.4 Å, σ = 16 Å), and each step moves it for all pairs.
    """

    def __init__(
        self,
        model: nn.Module,
        kind: str,
        rate: float,
        sensitivity_rate: float,
        weight_decay: float = 0.0,
        adaptive_clip: float = 0.0,
    ) -> None:
        radial = {id(p) for module in model.modules() if isinstance(module, Sensitivity) for p in module.parameters()}
        matrices = [p for p in model.parameters() if kind == "muon" and p.dim() == 2 and min(p.shape) >= NARROWEST]
        taken = radial | {id(p) for p in matrices}
        rest = [p for p in model.parameters() if id(p) not in taken]
        groups = [
            {"params": [p for p in rest if p.dim() > 1], "share": 1.0, "weight_decay": weight_decay},
            {"params": [p for p in rest if p.dim() < 2], "share": 1.0, "weight_decay": 0.0},
            {
                "params": [p for p in model.parameters() if id(p) in radial],
                "share": sensitivity_rate,
                "weight_decay": 0.0,
            },
        ]
        self.parts: dict[str, torch.optim.Optimizer] = {"adam": torch.optim.AdamW(groups, lr=rate, fused=True)}
        if matrices:
            self.parts["muon"] = Muon([{"params": matrices, "share": 1.0}], rate, weight_decay)
        self.rate = rate
        self.clip = AdaptiveClip(model.parameters(), adaptive_clip) if adaptive_clip else None

    def zero_grad(self) -> None:
        """Forget the gradients."""
        for part in self.parts.values():
            part.zero_grad(set_to_none=True)

    def step(self) -> None:
        """One step at the current ``rate``."""
        if self.clip is not None:
            self.clip.step()
        for part in self.parts.values():
            for group in part.param_groups:
                group["lr"] = self.rate * group["share"]
            part.step()

    def arrays(self) -> dict[str, np.ndarray]:
        """All state, as ``<part>/<parameter>/<name>``, and that of the clip as ``clip/<name>``."""
        clip = {} if self.clip is None else self.clip.arrays()
        return {f"clip/{name}": array for name, array in clip.items()} | {
            f"{name}/{index}/{key}": value.cpu().numpy()
            for name, part in self.parts.items()
            for index, state in part.state_dict()["state"].items()
            for key, value in state.items()
        }

    def load(self, arrays: dict[str, np.ndarray]) -> None:
        """Take over what ``arrays`` gave."""
        states: dict[str, dict[int, dict[str, torch.Tensor]]] = {name: {} for name in self.parts}
        clip = {path.removeprefix("clip/"): array for path, array in arrays.items() if path.startswith("clip/")}
        if self.clip is not None and clip:
            self.clip.load(clip)
        for path, array in arrays.items():
            if path.startswith("clip/"):
                continue
            name, index, key = path.split("/")
            states[name].setdefault(int(index), {})[key] = torch.from_numpy(array)
        for name, part in self.parts.items():
            part.load_state_dict({**part.state_dict(), "state": states[name]})
