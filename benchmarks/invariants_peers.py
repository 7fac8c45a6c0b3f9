"""The 13 invariants of (3,4) on one thread beside cuEquivariance, e3nn and MACE.

500 atoms x 128 channels, float32, one process: values; values and gradient; values, gradient and the double backward
that training on forces needs. hippynn, eager and compiled, is in ``invariants_cpu.py``. Contenders, each in the
components and the layout it prefers:

    invgen kernels    the emitted Numba kernels on NumPy arrays, without autograd
    invgen autograd   the same as torch operators
    invgen summed     autograd, with the 13 contracted by weights to one number per channel: what MACE returns
    cuEquivariance    a segmented polynomial with one uniform mode (the channels) whose 352 paths are the monomials of
                      the 13, in its plain torch method: what its method uniform_1d comes down to without a GPU
    ... compiled      the same under torch.compile; compilations of the gradient and of the double backward are tried
                      in processes of their own, each with 40 s of processor time
    e3nn              two o3.TensorProduct layers for the coupled functions in whose span the 13 lie, and a matrix
    mace              SymmetricContraction (use_reduced_cg) with the weights for which it is that weighted sum; called
                      on 250 atoms at a time, so that its tensors of order 4 stay below 3 GB

Values, gradients and second derivatives are compared before anything is timed. Times are processor time, medians.

    pip install '.[numba,torch,peers]' matplotlib && pip install --no-deps mace-torch==0.3.16
    python benchmarks/invariants_peers.py [--quick]  -> results/invariants_peers.json, results/invariants_peers.png
"""

from __future__ import annotations

import os

os.environ["OMP_NUM_THREADS"] = "1"

import argparse
import json
import resource
import signal
import statistics
import subprocess
import sys
import time
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

import matplotlib

matplotlib.use("Agg")
import matplotlib.pyplot as plt
import numba
import numpy as np
import record
import torch
from ace_kernels import (
    AGREEMENT,
    TASKS,
    Inputs,
    PairProducts,
    Steps,
    autograd_steps,
    direct_steps,
    mace_functions,
    mace_layer,
)
from record import processor_seconds
from sympy import Poly
from torch import Tensor

import invgen
from invgen.compiler.algebra.harmonics import spherical_matrix
from invgen.compiler.basis import Basis
from invgen.compiler.candidates.cartesian.symbolic import component_symbols
from invgen.nn import Invariants

BASIS = "cartesian-l3-n4-flexible"
LINEAR = "ace-l3-n4-linear"
CHUNK = 250
"""Atoms of one call of MACE."""
COMPILE_LIMIT = 40
"""Seconds of processor time for compiling, and calling, one derivative of cuEquivariance's polynomial."""
ABSENT = 1e-9
"""Coefficients below this share of the largest are zeros of a float64 least-squares solution."""

Layout = Callable[[Tensor], Tensor]


@dataclass(frozen=True)
class Contender:
    """A layer in its own layout.

    ``enter`` takes our planes (atoms, 16, channels) to its components and layout, ``leave`` is the adjoint: it takes
    gradients back. ``cotangent`` takes our weights (atoms, 13, channels) of the values to its layout. ``reference``
    names the contender of ours that does the same work. Atoms are handed over ``chunk`` at a time.
    """

    layer: Layout
    enter: Layout
    leave: Layout
    cotangent: Layout
    reference: str = "invgen autograd"
    chunk: int | None = None

    def steps(self, inputs: Inputs) -> Steps:
        """The three tasks on all atoms."""
        size = self.chunk or len(inputs.x)
        parts = [
            autograd_steps(self.layer, self.enter(x), self.cotangent(w), self.enter(u))
            for x, u, w in zip(*(t.split(size) for t in (inputs.x, inputs.u, inputs.w)), strict=True)
        ]
        return {task: (lambda t=task: torch.cat([part[t]() for part in parts])) for task in TASKS}


# ---- contenders -----------------------------------------------------------------------------------------------------


def to_e3nn() -> Tensor:
    """The matrix from our 16 reduced Cartesian components to e3nn's."""
    return torch.block_diag(*(torch.from_numpy(spherical_matrix(rank, "e3nn")) for rank in range(4)))


def monomials(basis: Basis) -> list[tuple[int, tuple[int, ...], float]]:
    """Invariant, components with repetition, and coefficient of every monomial."""
    names = [name for channel in basis.channels for name in component_symbols(channel)]
    found = []
    for k in range(len(basis)):
        polynomial = Poly(basis.sympy(k))
        columns = [names.index(str(symbol)) for symbol in polynomial.gens]
        for powers, coefficient in polynomial.terms():
            factors = tuple(c for c, power in zip(columns, powers, strict=True) for _ in range(power))
            found.append((k, factors, float(coefficient)))
    return found


def segmented_polynomial(basis: Basis, channels: int) -> Any:
    """The invariants as one cuEquivariance polynomial: one path for each monomial, channels as the uniform mode."""
    import cuequivariance as cue

    paths: dict[int, list[tuple[int, tuple[int, ...], float]]] = {}
    for path in monomials(basis):
        paths.setdefault(len(path[1]), []).append(path)
    operands = [cue.SegmentedOperand(ndim=1, segments=[(channels,)] * n) for n in (basis.components, len(basis))]
    operations = []
    for degree, members in sorted(paths.items()):
        product = cue.SegmentedTensorProduct.from_subscripts(",".join("u" * (degree + 1)))
        for place in range(degree + 1):
            product.add_segments(place, operands[place == degree].segments)
        for k, factors, coefficient in members:
            product.add_path(*factors, k, c=coefficient)
        operations.append((cue.Operation([0] * degree + [1]), product))
    return cue.SegmentedPolynomial(operands[:1], operands[1:], operations)


def cuequivariance_layer(basis: Basis, channels: int) -> Layout:
    """``(atoms, 16 channels) -> (atoms, 13 channels)``."""
    import cuequivariance_torch

    module = cuequivariance_torch.SegmentedPolynomial(segmented_polynomial(basis, channels), method="naive")
    return lambda rows: module([rows])[0]


def coupled(basis: Basis, channels: int, turn: Tensor) -> tuple[torch.nn.Module, Tensor]:
    """e3nn's layer of the coupled functions that the invariants need, and the matrix (invariants, functions)."""
    linear = invgen.find_basis(LINEAR)
    to_real = np.zeros((16, 16))
    for rank in range(4):
        block = slice(rank**2, (rank + 1) ** 2)
        to_real[block, block] = spherical_matrix(rank)
    points = np.random.default_rng(0).normal(size=(400, 16))
    ours = basis.evaluate(points)
    expansion = np.linalg.lstsq(linear.evaluate(points @ to_real.T), ours, rcond=None)[0]
    needed = np.flatnonzero((np.abs(expansion) > ABSENT * np.abs(expansion).max()).any(axis=1))
    functions = tuple(linear.invariants[k] for k in needed)
    theirs = PairProducts(functions, 1)((torch.from_numpy(points) @ turn.T).float()).detach().double().numpy()
    return PairProducts(functions, channels), torch.from_numpy(np.linalg.lstsq(theirs, ours, rcond=None)[0].T).float()


def mace_as_sum(basis: Basis, channels: int, turn: Tensor, weights: Tensor) -> torch.nn.Module:
    """MACE's layer with the weights that make it the sum over k of ``weights[k]`` times invariant k."""
    layer = mace_layer(channels)
    points = torch.randn(400, 16, generator=torch.Generator().manual_seed(1), dtype=torch.float64)
    theirs = mace_functions(layer, points @ turn.T).numpy()
    total = basis.evaluate(points.numpy()) @ weights.double().numpy()
    found = torch.from_numpy(np.linalg.lstsq(theirs, total, rcond=None)[0]).float()
    contraction = layer.contractions[0]
    tables = [*reversed(list(contraction.weights)), contraction.weights_max]
    parts = found.split([table.shape[1] for table in tables])
    with torch.no_grad():
        for table, part in zip(tables, parts, strict=True):
            table.copy_(part[None, :, None].expand_as(table))
    return layer.requires_grad_(False)


def contenders(channels: int) -> dict[str, Contender]:
    """Everyone who goes through torch autograd; ours first, the slowest last."""
    basis, ours = invgen.find_basis(BASIS), Invariants(BASIS, backend="numba")
    mixing = torch.randn(len(basis), generator=torch.Generator().manual_seed(2))
    turn = to_e3nn()
    turned = turn.float()
    cue = cuequivariance_layer(basis, channels)
    products, matrix = coupled(basis, channels, turn)
    mace = mace_as_sum(basis, channels, turn, mixing)

    def same(planes: Tensor) -> Tensor:
        return planes

    def one_row(planes: Tensor) -> Tensor:
        return planes.reshape(len(planes), -1)

    def planes(rows: Tensor) -> Tensor:
        return rows.reshape(len(rows), -1, channels)

    def by_channel(x: Tensor) -> Tensor:
        return torch.einsum("ij,ajc->aci", turned, x).contiguous()

    def from_channel(g: Tensor) -> Tensor:
        return torch.einsum("ij,aci->ajc", turned, g)

    def by_rank(x: Tensor) -> Tensor:
        rows = by_channel(x)
        return torch.cat([rows[:, :, r**2 : (r + 1) ** 2].flatten(1) for r in range(4)], dim=1).contiguous()

    def from_rank(g: Tensor) -> Tensor:
        parts = g.split([channels * (2 * r + 1) for r in range(4)], dim=1)
        return from_channel(torch.cat([p.reshape(len(g), channels, -1) for p in parts], dim=2))

    def first_weight(w: Tensor) -> Tensor:
        return w[:, 0].contiguous()

    def mixed(rows: Tensor) -> Tensor:
        return torch.einsum("kf,afc->akc", matrix, products(rows).reshape(len(rows), -1, channels))

    return {
        "invgen autograd": Contender(ours, same, same, same),
        "invgen summed": Contender(lambda x: (ours(x) * mixing[:, None]).sum(1), same, same, first_weight),
        "cuEquivariance": Contender(cue, one_row, planes, one_row),
        "e3nn": Contender(mixed, by_rank, from_rank, same),
        "mace": Contender(
            lambda rows: mace(rows, torch.ones(len(rows), 1)), by_channel, from_channel, first_weight,
            reference="invgen summed", chunk=CHUNK,
        ),
    }  # fmt: skip


# ---- comparison and timing ------------------------------------------------------------------------------------------


def compared(everyone: dict[str, Contender], inputs: Inputs) -> dict[str, dict[str, float]]:
    """Values, gradients, second derivatives of the peers against ours, relative to the largest; raises if not ours."""
    found: dict[str, dict[str, float]] = {}
    for name, peer in everyone.items():
        if name.startswith("invgen"):
            continue
        ours, theirs = everyone[peer.reference].steps(inputs), peer.steps(inputs)
        found[name] = {}
        for task in TASKS:
            a, b = ours[task]().detach(), theirs[task]().detach()
            b = b.reshape(a.shape) if task == TASKS[0] else peer.leave(b)
            error = found[name][task] = float((a - b).abs().max() / a.abs().max())
            if not error < AGREEMENT:
                raise SystemExit(f"{name}, {task}: differs from ours by {error:.1e}: nothing is timed")
        print(f"{name}: agrees to {max(found[name].values()):.1e}", flush=True)
    return found


def compiled_steps(layer: Layout, inputs: Inputs) -> Steps:
    """The three tasks compiled; the double backward differentiates ``torch.func.grad`` inside the compiled function."""
    x, u, w = (t.flatten(1) for t in (inputs.x, inputs.u, inputs.w))
    steps = autograd_steps(torch.compile(layer, fullgraph=True), x, w, u)
    first = torch.compile(torch.func.grad(lambda rows: (layer(rows) * w).sum()), fullgraph=True)
    leaf = x.detach().requires_grad_()
    steps[TASKS[2]] = lambda: torch.autograd.grad((first(leaf) * u).sum(), leaf)[0]
    return steps


def compiled_here(task: str, atoms: int, channels: int) -> dict[str, Any]:
    """Milliseconds of one compiled task of cuEquivariance in this process, which ends when its time is up."""
    resource.setrlimit(resource.RLIMIT_CPU, (COMPILE_LIMIT, resource.RLIM_INFINITY))
    basis = invgen.find_basis(BASIS)
    steps = compiled_steps(cuequivariance_layer(basis, channels), Inputs.random(atoms, channels, len(basis)))
    return timed({task: steps[task]}, 1)[task]


def compiled(task: str, atoms: int, channels: int) -> dict[str, Any]:
    """The same in a process of its own; what it found, or that its time was up."""
    command = [sys.executable, __file__, "--compile", task, "--atoms", str(atoms), "--channels", str(channels)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode == -signal.SIGXCPU:
        return {"ended_after_s": COMPILE_LIMIT}
    done.check_returncode()
    return json.loads(done.stdout.splitlines()[-1])


def timed(steps: Steps, repeats: int) -> dict[str, dict[str, float]]:
    """Milliseconds for each task: median and least of ``repeats`` after a first call; that call itself with none."""
    results = {}
    for task, step in steps.items():
        first = processor_seconds(step)
        times = [processor_seconds(step) for _ in range(repeats)] or [first]
        results[task] = {"median_ms": statistics.median(times) * 1e3, "min_ms": min(times) * 1e3, "first_call_s": first}
        print(f"   {task:36s} median {results[task]['median_ms']:10.2f} ms", flush=True)
    return results


def evaluation(atoms: int, channels: int, repeats: int, peer_repeats: int) -> dict[str, Any]:
    """Agreement, timings and ratios."""
    everyone = contenders(channels)
    size = len(invgen.find_basis(BASIS))
    agreement = compared(everyone, Inputs.random(40, channels, size))
    inputs = Inputs.random(atoms, channels, size)
    print("invgen kernels", flush=True)
    ours = Invariants(BASIS, backend="numba")
    timings = {"invgen kernels": timed(direct_steps(ours, inputs.x, inputs.w, inputs.u), repeats)}
    for name, contender in everyone.items():
        print(name, flush=True)
        often = repeats if name.startswith("invgen") else 0 if name == "mace" else peer_repeats
        timings[name] = timed(contender.steps(inputs), often)
    print("cuEquivariance compiled", flush=True)
    attempts = {task: compiled(task, atoms, channels) for task in TASKS}
    print(attempts, flush=True)
    timings["cuEquivariance compiled"] = {task: row for task, row in attempts.items() if "median_ms" in row}
    references = {name: peer.reference for name, peer in everyone.items() if not name.startswith("invgen")}
    references["cuEquivariance compiled"] = "invgen autograd"
    ratios = {
        name: {task: row["median_ms"] / timings[reference][task]["median_ms"] for task, row in timings[name].items()}
        for name, reference in references.items()
    }
    return {
        "agreement": agreement, "timings": timings, "times_slower_than_invgen": ratios,
        "ratios_refer_to": references, "cuEquivariance_compiled": attempts,
    }  # fmt: skip


def plot(data: dict[str, Any], path: Path) -> None:
    """Bars for each task and contender."""
    figure, axes = plt.subplots(figsize=(9, 4.4), layout="constrained")
    names = list(data["timings"])
    width = 0.86 / len(names)
    for k, name in enumerate(names):
        heights = [data["timings"][name][t]["median_ms"] if t in data["timings"][name] else 0 for t in TASKS]
        bars = axes.bar(np.arange(3) + (k - (len(names) - 1) / 2) * width, heights, 0.95 * width, label=name)
        axes.bar_label(bars, [f"{h:.0f}" if h >= 100 else f"{h:.2g}" if h else "" for h in heights], fontsize=6)
    title = f"{BASIS}, {data['atoms']} x {data['channels']}, float32, one thread"
    axes.set(yscale="log", ylabel="milliseconds", title=title)
    axes.set_xticks(range(3), TASKS)
    figure.legend(fontsize=8, ncols=4, loc="outside lower center")
    figure.savefig(path, dpi=150)


def main() -> None:
    """Compares, measures, writes and prints."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--atoms", type=int, default=500)
    parser.add_argument("--channels", type=int, default=128)
    parser.add_argument("--repeats", type=int, default=11)
    parser.add_argument("--peer-repeats", type=int, default=3)
    parser.add_argument("--quick", action="store_true", help="50 atoms x 16 channels, nothing written")
    parser.add_argument("--compile", choices=TASKS, help=argparse.SUPPRESS)
    options = parser.parse_args()
    record.need("cuequivariance", "cuequivariance_torch", "mace", "e3nn")
    torch.set_num_threads(1)
    numba.set_num_threads(1)
    warnings.filterwarnings("ignore")
    if options.compile:
        print(json.dumps(compiled_here(options.compile, options.atoms, options.channels)))
        return
    if options.quick:
        options.atoms, options.channels, options.repeats, options.peer_repeats = 50, 16, 3, 1
    started = time.perf_counter()
    data = {
        "basis": BASIS, "atoms": options.atoms, "channels": options.channels, "dtype": "float32", "threads": 1,
        "repeats": {"invgen": options.repeats, "peers": options.peer_repeats, "mace": 1},
        "peers": {name: version(name) for name in ("cuequivariance-torch", "mace-torch", "e3nn")},
        "paths": len(monomials(invgen.find_basis(BASIS))),
        **evaluation(options.atoms, options.channels, options.repeats, options.peer_repeats),
    }  # fmt: skip
    data["largest_memory_gb"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6
    data["load_average_at_end"], data["wall_s"] = os.getloadavg(), time.perf_counter() - started
    for name, row in data["times_slower_than_invgen"].items():
        print(f"{name:24s}", {task: round(value, 1) for task, value in row.items()})
    if not options.quick:
        print(record.write("invariants_peers", data))
        plot(data, record.RESULTS / "invariants_peers.png")


if __name__ == "__main__":
    main()
