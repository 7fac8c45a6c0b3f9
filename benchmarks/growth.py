"""How the cost of kernels and of the interaction layer grows: rank, order, features, neighbours. One thread, float32.

Kernels of flexible bases with n <= 4 over the rank l_max = 1..6, and of linear bases with l <= 3 over the order
n_max = 2..6 (flexible ones have all they need at n = 4, but for one invariant), made in a temporary folder, 2^17 items
(1,024 atoms x 128 features): operations; nanoseconds per item of value, vjp and second order on NumPy arrays, beside a
plain Numba copy that reads and writes as many bytes as the kernel in the same run; seconds of the first call, in which
a kernel that nobody has compiled yet is compiled (that of the value kernel compiles the loop that all three share as
well); seconds of generation, evidence included, and of emission (what an earlier case enumerated is not enumerated
again; ``generation.py`` has that cold). Then (3,4) over features at the same number of items, and one HIP-HOP-NN (3,4)
layer, output and forces, over features and over neighbours. All times are processor time.

    pip install '.[numba,torch]' matplotlib vesin
    python benchmarks/growth.py [--quick]      -> results/growth.json, results/growth.png
"""

from __future__ import annotations

import os

os.environ["OMP_NUM_THREADS"] = "1"

import argparse
import statistics
import tempfile
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
from interaction_cpu import TASKS, Work, crystal, cutoff_for, our_layer
from record import processor_seconds

import invgen

KERNELS = ("value", "vjp", "second_order")
ITEMS = 2**17
FEATURES = 128
NEIGHBOURS = 14
REPEATS = 7


def sampled(action: Callable[[], Any], repeats: int) -> float:
    """Median seconds of ``repeats`` calls after one to warm up."""
    action()
    return statistics.median(processor_seconds(action) for _ in range(repeats))


@numba.njit
def _copy(source: np.ndarray, target: np.ndarray) -> None:
    for k in range(target.size):
        target[k] = source[k]


def copy_time(floats: int, repeats: int) -> float:
    """Seconds in which a plain loop reads and writes ``floats`` float32 in all: it copies half as many."""
    source, target = np.ones(floats // 2, np.float32), np.ones(floats // 2, np.float32)
    return sampled(lambda: _copy(source, target), repeats)


def calls(kernels: invgen.runtime.Kernels, atoms: int, features: int) -> dict[str, tuple[Callable[[], Any], int]]:
    """Every kernel as a call, and the floats that it must read and write for one item."""
    rng = np.random.default_rng(0)
    components, size = kernels.components, kernels.size
    x, u = (rng.normal(size=(atoms, components, features)).astype(np.float32) for _ in range(2))
    g = rng.normal(size=(atoms, size, features)).astype(np.float32)
    return {
        "value": (lambda: kernels(x), components + size),
        "vjp": (lambda: kernels.vjp(x, g), 2 * components + size),
        "second_order": (lambda: kernels.second_order(x, g, u), 3 * components + 2 * size),
    }


def timings(kernels: invgen.runtime.Kernels, items: int, features: int, repeats: int) -> dict[str, Any]:
    """Nanoseconds per item of the three kernels and of copies of as many bytes, and the share of copy bandwidth."""
    found: dict[str, Any] = {}
    for name, (call, floats) in calls(kernels, items // features, features).items():
        copied, took = copy_time(floats * items, repeats), sampled(call, repeats)
        found[name] = {
            "ns_per_item": 1e9 * took / items,
            "copy_ns_per_item": 1e9 * copied / items,
            "share_of_copy": copied / took,
        }
    return found


def emitted(l_max: int, n_max: int, objective: str, folder: Path) -> tuple[invgen.runtime.Kernels, dict[str, Any]]:
    """Kernels of a basis made in ``folder``, and what making them took: all that precedes the timing."""
    spec = invgen.BasisSpec(family="cartesian", l_max=l_max, n_max=n_max, objective=objective)
    start = time.process_time()
    basis = invgen.generate(spec)
    generated = time.process_time()
    kernels = invgen.load(invgen.emit(basis, backends=("numba",), into=folder / basis.id), backend="numba")
    row = {
        "id": basis.id, "l_max": l_max, "n_max": n_max, "objective": objective,
        "components": basis.components, "size": len(basis), "rank": basis.evidence.rank,
        "generate_s": generated - start, "emit_s": time.process_time() - generated,
    }  # fmt: skip
    row["operations"] = {name: kernels.operations[name]["total"] for name in KERNELS}
    first = {name: processor_seconds(call) for name, (call, _) in calls(kernels, 1, 8).items()}
    row["first_call_s"] = first | {"total": sum(first.values())}
    return kernels, row


def growth_of_kernels(
    cases: list[tuple[int, int, str]], items: int, repeats: int, folder: Path
) -> list[dict[str, Any]]:
    """A row for every (l_max, n_max, objective)."""
    rows = []
    for case in cases:
        kernels, row = emitted(*case, folder)
        row["kernels"] = timings(kernels, items, FEATURES, repeats)
        rows.append(row)
        times = {name: round(k["ns_per_item"], 1) for name, k in row["kernels"].items()}
        print(row["id"], row["operations"], "ns/item", times, "first call s", end=" ")
        print({name: round(s, 1) for name, s in row["first_call_s"].items()}, flush=True)
    return rows


def growth_with_features(widths: list[int], items: int, repeats: int, folder: Path) -> list[dict[str, Any]]:
    """(3,4) at a constant number of items."""
    kernels = invgen.load(folder / "cartesian-l3-n4-flexible", backend="numba")
    rows = []
    for features in widths:
        rows.append({"features": features, "kernels": timings(kernels, items, features, repeats)})
        times = {name: round(k["ns_per_item"], 1) for name, k in rows[-1]["kernels"].items()}
        print(f"{features} features, ns/item", times, flush=True)
    return rows


def layer_row(features: int, neighbours: float, sites: int, repeats: int) -> dict[str, Any]:
    """Microseconds per atom of one layer: output, and output with forces."""
    cutoff = cutoff_for(neighbours)
    batch = crystal(sites, cutoff)
    layer, output = our_layer(features, cutoff, batch)
    steps = Work.random(batch, features).steps(output, layer, [])
    atoms = len(batch.positions)
    row: dict[str, Any] = {"features": features, "atoms": atoms, "neighbours": len(batch.first) / atoms}
    row["microseconds_per_atom"] = {t: 1e6 * sampled(steps[t], repeats) / atoms for t in TASKS[:2]}
    times = {task: round(value, 1) for task, value in row["microseconds_per_atom"].items()}
    print(f"layer, {features} features, {row['neighbours']:.1f} neighbours, µs/atom", times, flush=True)
    return row


def measured(quick: bool, folder: Path) -> dict[str, Any]:
    """Everything; ``quick`` keeps to small cases that take seconds."""
    invgen.generate(invgen.BasisSpec(l_max=1, n_max=1))  # imports what the first case would otherwise be charged for
    items, repeats, sites = (2**10, 2, 4) if quick else (ITEMS, REPEATS, 8)
    ranks = [(l_max, 4, "flexible") for l_max in ([3] if quick else range(1, 7))]
    orders = [(3, n_max, "linear") for n_max in ([2] if quick else range(2, 7))]
    kernels = growth_of_kernels(ranks + orders, items, repeats, folder)
    widths, degrees = ([8, 32], [6, 14]) if quick else ([1, 8, 32, 128, 512], [6, 14, 26, 50, 90])
    return {
        "items": items, "features": FEATURES, "repeats": repeats, "kernels": kernels,
        "kernels_over_features": growth_with_features(widths, items, repeats, folder),
        "layer_over_features": [
            layer_row(f, NEIGHBOURS, sites, repeats) for f in ([8, 16] if quick else [16, 32, 64, 128, 256])
        ],
        "layer_over_neighbours": [layer_row(16 if quick else FEATURES, k, sites, repeats) for k in degrees],
    }  # fmt: skip


def _kernel_panel(axes: Any, rows: list[dict[str, Any]], key: str, label: str) -> None:
    for name in KERNELS:
        x = [row[key] for row in rows]
        (line,) = axes.semilogy(x, [row["kernels"][name]["ns_per_item"] for row in rows], "o-", label=name)
        axes.semilogy(x, [row["kernels"][name]["copy_ns_per_item"] for row in rows], ":", color=line.get_color())
    axes.set(xlabel=label, ylabel="ns per item (dotted: copy)")
    axes.legend(fontsize=7)


def _layer_panel(axes: Any, rows: list[dict[str, Any]], key: str) -> None:
    for task in TASKS[:2]:
        axes.loglog([row[key] for row in rows], [row["microseconds_per_atom"][task] for row in rows], "o-", label=task)
    axes.set(xlabel=key, ylabel="µs per atom", title="layer (3,4)")
    axes.legend(fontsize=7)


def plot(data: dict[str, Any], path: Path) -> None:
    """Kernels over rank, order and features, first calls over operations; the layer over features and neighbours."""
    figure, axes = plt.subplots(2, 3, figsize=(12.5, 7), layout="constrained")
    for panel, key, objective, label in (
        (axes[0, 0], "l_max", "flexible", "l_max (flexible, n ≤ 4)"),
        (axes[0, 1], "n_max", "linear", "n_max (linear, l ≤ 3)"),
    ):
        _kernel_panel(panel, [row for row in data["kernels"] if row["objective"] == objective], key, label)
    _kernel_panel(axes[1, 0], data["kernels_over_features"], "features", "features, (3,4)")
    axes[1, 0].set_xscale("log")
    for name in KERNELS:
        points = [(row["operations"][name], row["first_call_s"][name]) for row in data["kernels"]]
        axes[0, 2].loglog(*zip(*points, strict=True), "o", label=name)
    axes[0, 2].set(xlabel="operations", ylabel="seconds of the first call")
    axes[0, 2].legend(fontsize=7)
    _layer_panel(axes[1, 1], data["layer_over_features"], "features")
    _layer_panel(axes[1, 2], data["layer_over_neighbours"], "neighbours")
    figure.savefig(path, dpi=130)


def main() -> None:
    """Measures, writes and prints."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="small cases, nothing written")
    options = parser.parse_args()
    torch.set_num_threads(1)
    numba.set_num_threads(1)
    warnings.filterwarnings("ignore")
    started = time.perf_counter()
    with tempfile.TemporaryDirectory() as folder:
        os.environ["INVGEN_CACHE"] = folder
        data = measured(options.quick, Path(folder))
    data |= {"dtype": "float32", "threads": 1, "load_average_at_end": os.getloadavg()}
    data["wall_s"] = time.perf_counter() - started
    print(f"{data['wall_s']:.0f} s")
    if not options.quick:
        print(record.write("growth", data))
        plot(data, record.RESULTS / "growth.png")


if __name__ == "__main__":
    main()
