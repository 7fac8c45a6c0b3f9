"""Invariants of (3,4) on one thread: this package's Numba kernels beside hippynn's layer, eager and compiled.

1,000 atoms x 128 features, float32, everything in one process. Three tasks: the values; values and gradient;
values, gradient and the double backward that training on forces needs. Every contender gets the layout it prefers:
(atoms, components, features) here, (atoms*features, components) in hippynn. Values, gradients and second derivatives
are compared before any timing.

    pip install '.[numba,torch,peers]' matplotlib
    python benchmarks/invariants_cpu.py        -> results/invariants_cpu.json, results/invariants_cpu.png
"""

from __future__ import annotations

import os

os.environ["OMP_NUM_THREADS"] = "1"

import argparse
import statistics
import time
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import matplotlib

matplotlib.use("Agg")
import matplotlib.pyplot as plt
import numba
import numpy as np
import record
import torch
from torch import Tensor

from invgen.nn import Invariants

BASIS = "cartesian-l3-n4-flexible"
TASKS = ("value", "value + gradient", "value + gradient + double backward")
AGREEMENT = 2e-5
"""float32 on both sides, polynomials of degree 4 in 16 variables summed in different orders."""

Steps = dict[str, Callable[[], Any]]


def seconds(action: Callable[[], Any]) -> float:
    start = time.perf_counter()
    action()
    return time.perf_counter() - start


def hippynn_layer() -> Callable[[Tensor], Tensor]:
    """hippynn's layer as a function (rows, 16) -> (rows, 13)."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from hippynn.layers.hiplayers.tensors import HopInvariantLayer
    layer = HopInvariantLayer(4, 3)

    def invariants(rows: Tensor) -> Tensor:
        result = layer(rows)
        return result if isinstance(result, Tensor) else torch.stack([r.reshape(len(rows)) for r in result], dim=1)

    return invariants


def matching(ours: np.ndarray, theirs: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """For each of our columns the hippynn column proportional to it, and the factor. Raises if one has no partner."""
    columns, factors = [], []
    for k in range(ours.shape[1]):
        factor = (ours[:, k] @ theirs) / np.sum(theirs**2, axis=0)
        residual = np.linalg.norm(ours[:, k, None] - factor * theirs, axis=0) / np.linalg.norm(ours[:, k])
        best = int(np.argmin(residual))
        if residual[best] > AGREEMENT or best in columns:
            raise SystemExit(
                f"invariant {k} equals no hippynn invariant (best residual {residual[best]:.1e}): nothing is timed"
            )
        columns.append(best)
        factors.append(factor[best])
    return np.array(columns), np.array(factors)


def autograd_steps(layer: Callable[[Tensor], Tensor], x: Tensor, w: Tensor, u: Tensor) -> Steps:
    """The three tasks by plain autograd, with energy E = sum(w * y) and loss = sum(u * dE/dx)."""
    leaf = x.detach().requires_grad_()

    def value() -> Tensor:
        with torch.no_grad():
            return layer(x)

    def gradient() -> Tensor:
        return torch.autograd.grad((layer(leaf) * w).sum(), leaf)[0]

    def double() -> Tensor:
        (first,) = torch.autograd.grad((layer(leaf) * w).sum(), leaf, create_graph=True)
        return torch.autograd.grad((first * u).sum(), leaf)[0]

    return dict(zip(TASKS, (value, gradient, double), strict=True))


def compiled_steps(layer: Callable[[Tensor], Tensor], x: Tensor, w: Tensor, u: Tensor) -> Steps:
    """The same compiled; the double backward differentiates ``torch.func.grad`` inside the compiled function."""
    leaf = x.detach().requires_grad_()
    compiled = torch.compile(layer, fullgraph=True)
    first = torch.compile(torch.func.grad(lambda rows: (layer(rows) * w).sum()), fullgraph=True)
    steps = autograd_steps(compiled, x, w, u)
    steps[TASKS[2]] = lambda: torch.autograd.grad((first(leaf) * u).sum(), leaf)[0]
    return steps


def direct_steps(layer: Invariants, x: Tensor, w: Tensor, u: Tensor) -> Steps:
    """The kernels without autograd, on NumPy views of the same memory."""
    f = layer.kernels
    a, g, v = x.numpy(), w.numpy(), u.numpy()

    def gradient() -> Any:
        f(a)
        return f.vjp(a, g)

    def double() -> Any:
        gradient()
        return f.second_order(a, g, v)[0]

    return dict(zip(TASKS, (lambda: f(a), gradient, double), strict=True))


@numba.njit
def _copy(source: np.ndarray, target: np.ndarray) -> None:
    for k in range(target.size):
        target[k] = source[k]


def timed(steps: Steps, repeats: int) -> dict[str, dict[str, float]]:
    """Milliseconds for each task: first call (with compilation), then median and least of ``repeats``."""
    results = {}
    for task, step in steps.items():
        first = seconds(step)
        step()
        times = [seconds(step) for _ in range(repeats)]
        results[task] = {"median_ms": statistics.median(times) * 1e3, "min_ms": min(times) * 1e3, "first_call_s": first}
        print(
            f"   {task:36s} median {results[task]['median_ms']:9.2f} ms  min {results[task]['min_ms']:9.2f} ms",
            flush=True,
        )
    return results


def contenders(atoms: int, features: int) -> tuple[dict[str, Steps], Tensor]:
    """Every contender's steps on the same numbers, checked to agree."""
    generator = torch.Generator().manual_seed(0)
    x = torch.randn(atoms, 16, features, generator=generator) * 0.7
    layer = Invariants(BASIS, backend="numba")
    w = torch.randn(atoms, layer.size, features, generator=generator)
    u = torch.randn(atoms, 16, features, generator=generator)
    theirs = hippynn_layer()

    def rows(planes: Tensor) -> Tensor:
        return planes.transpose(1, 2).reshape(-1, planes.shape[1]).contiguous()

    columns, factors = matching(rows(layer(x)).double().numpy()[:4000], theirs(rows(x)[:4000]).double().numpy())
    weights = torch.zeros(atoms * features, layer.size)
    weights[:, columns] = rows(w) * torch.from_numpy(factors).float()
    ours = autograd_steps(layer, x, w, u)
    eager = autograd_steps(theirs, rows(x), weights, rows(u))
    for task in TASKS[1:]:
        a, b = rows(ours[task]()), eager[task]()
        error = float((a - b).abs().max() / b.abs().max())
        if error > AGREEMENT:
            raise SystemExit(f"{task}: our numbers differ from hippynn's by {error:.1e}: nothing is timed")
        print(f"{task}: agrees with hippynn to {error:.1e}")
    return {
        "invgen numba, kernels": direct_steps(layer, x, w, u),
        "invgen numba, torch autograd": ours,
        "hippynn eager": eager,
        "hippynn compiled": compiled_steps(theirs, rows(x), weights, rows(u)),
    }, x


def plot(data: dict[str, Any], path: Path) -> None:
    """Bars for each task and contender, with the copy of the same arrays as a line."""
    figure, axes = plt.subplots(figsize=(8, 4.2), layout="constrained")
    names = list(data["timings"])
    for k, name in enumerate(names):
        heights = [data["timings"][name][task]["median_ms"] for task in TASKS]
        bars = axes.bar(np.arange(3) + (k - 1.5) * 0.2, heights, 0.19, label=name)
        axes.bar_label(bars, [f"{h:.3g}" for h in heights], fontsize=7)
    axes.axhline(data["copy_ms"]["median_ms"], color="black", lw=0.8, ls=":", label="Numba copy, inputs to outputs")
    axes.set(
        yscale="log", ylabel="milliseconds", title=f"{BASIS}, {data['atoms']} x {data['features']}, float32, one thread"
    )
    axes.set_xticks(range(3), TASKS)
    axes.legend(fontsize=8)
    figure.savefig(path, dpi=150)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--atoms", type=int, default=1000)
    parser.add_argument("--features", type=int, default=128)
    parser.add_argument("--repeats", type=int, default=11)
    options = parser.parse_args()
    torch.set_num_threads(1)
    numba.set_num_threads(1)
    everyone, x = contenders(options.atoms, options.features)
    source = x.numpy().reshape(-1)
    target = np.empty(options.atoms * 13 * options.features, np.float32)
    copy = timed({"copy": lambda: _copy(source, target)}, options.repeats)["copy"]
    timings = {}
    for name, steps in everyone.items():
        print(name, flush=True)
        timings[name] = timed(steps, options.repeats)
    ours = timings["invgen numba, torch autograd"]
    ratios = {
        name: {task: timings[name][task]["median_ms"] / ours[task]["median_ms"] for task in TASKS} for name in timings
    }
    data = {
        "basis": BASIS, "atoms": options.atoms, "features": options.features, "dtype": "float32", "threads": 1,
        "repeats": options.repeats, "load_average_at_end": os.getloadavg(),
        "copy_ms": copy, "timings": timings, "times_slower_than_invgen_torch_autograd": ratios,
    }  # fmt: skip
    print(record.write("invariants_cpu", data))
    for name, row in ratios.items():
        print(f"{name:32s}", {task: round(value, 2) for task, value in row.items()})
    plot(data, record.RESULTS / "invariants_cpu.png")


if __name__ == "__main__":
    main()
