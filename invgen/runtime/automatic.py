"""``backend="auto"`` on torch tensors: emitted Torch statements, or the operator that runs compiled kernels."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import numpy as np
import torch
from torch import Tensor

from invgen.runtime.backends import PLAIN
from invgen.runtime.choice import SIZES, choose, size_class, tracing
from invgen.runtime.modules import Modules
from invgen.runtime.operators import invariants

FEATURES = 64
"""Of synthetic data: enough for vector units, few enough that the smallest size class has several atoms."""
MOST = 2**25
"""Items times operations of the largest size class of some kernels: Torch statements keep every intermediate."""
MEASURED = (torch.float32, torch.float64)
WITH_GRADIENT = "value and gradient"


class Automatic:
    """Which backend computes what of some kernels, remembered by size class, dtype and device."""

    def __init__(self, kernels: Modules) -> None:
        self.kernels = kernels
        self._has_plain = PLAIN in kernels.folder.backends
        self._found: dict[tuple[object, ...], str] = {}
        operations = kernels.operations["value"]["total"]
        self._largest = max((size for size in SIZES if size * operations <= MOST), default=SIZES[0])

    def backend(self, kernel: str, x: Tensor) -> str:
        """The backend for a kernel and its argument x of components.

        Values whose gradient autograd will want are judged by the time of both.
        """
        usual = self._usual(x)
        if usual == PLAIN or x.dtype not in MEASURED or not self._has_plain or tracing():
            return usual
        work = WITH_GRADIENT if kernel == "value" and x.requires_grad and torch.is_grad_enabled() else kernel
        items = min(x.numel() // self.kernels.components, self._largest)
        threads = torch.get_num_threads() if x.device.type == "cpu" else 1
        place = (work, x.dtype, x.device, size_class(items), threads)
        if place not in self._found:
            candidates = {name: partial(self._trial, name, work, x.dtype, x.device) for name in (usual, PLAIN)}
            decision = choose(
                work, self.kernels.key, candidates, dtype=str(x.dtype).removeprefix("torch."), items=items,
                device=x.device.type, index=x.device.index, threads=threads,
            )  # fmt: skip
            self._found[place] = decision.backend
        return self._found[place]

    def _usual(self, x: Tensor) -> str:
        """What is used where nothing is measured: compiled kernels wherever they run."""
        if x.device.type != "cpu" and x.dtype not in MEASURED:
            return PLAIN
        found = invariants.compiled_backend(self.kernels.folder.backends, x.device)
        return PLAIN if found is None else found.name

    def _trial(
        self, backend: str, work: str, dtype: torch.dtype, device: torch.device, items: int
    ) -> Callable[[], object]:
        """What does the work once with ``backend``. Draws nothing from torch's random numbers."""
        kernels, atoms = self.kernels, items // FEATURES
        draw = np.random.default_rng(0).standard_normal
        x, g = (torch.from_numpy(draw((atoms, n, FEATURES))) for n in (kernels.components, kernels.size))
        x, g = x.to(device, dtype), g.to(device, dtype)
        if work == WITH_GRADIENT:
            return partial(_value_and_gradient, partial(self._call, backend, "value"), x.requires_grad_(), g)
        arguments = {"value": (x,), "vjp": (x, g), "second_order": (x, g, x)}[work]
        return partial(_without_graph, partial(self._call, backend, work), arguments)

    def _call(self, backend: str, kernel: str, *tensors: Tensor) -> object:
        if backend == PLAIN:
            return getattr(self.kernels.plain, kernel)(*tensors)
        return invariants.CALLS[kernel](*tensors, invariants.register(self.kernels))


def _value_and_gradient(value: Callable[[Tensor], Tensor], x: Tensor, g: Tensor) -> object:
    with torch.inference_mode(False), torch.enable_grad():
        return torch.autograd.grad(value(x), x, g)


def _without_graph(work: Callable[..., object], arguments: tuple[Tensor, ...]) -> object:
    with torch.no_grad():
        return work(*arguments)
