"""Bytes per second of the three Numba kernels of (3,4), beside a plain copy of the same arrays in the same process.

7,813 atoms x 128 features (10^6 items), float32, warm arrays that begin at cache lines, as the package makes them. A
kernel moves its inputs and its outputs once; the copy, a Numba loop, moves as many bytes: it reads half of them and
writes half. Kernels and copies take turns; the least time of each counts, and medians are recorded beside it.

    python benchmarks/bandwidth_cpu.py [--threads 1]      -> results/bandwidth_cpu.json, results/bandwidth_cpu.png
"""

from __future__ import annotations

import argparse
import os
import statistics
import time
from collections.abc import Callable
from typing import Any

import matplotlib

matplotlib.use("Agg")
import matplotlib.pyplot as plt
import numba
import numpy as np
import record
import torch

import invgen
from invgen.runtime.cpu.kernels import empty_at_cache_lines

BASIS = "cartesian-l3-n4-flexible"
ATOMS, FEATURES = 7813, 128
FLOAT = np.dtype("float32")
TARGET = 0.7
"""Share of the copy's rate that the value kernel is meant to reach."""


@numba.njit
def _copy_run(source: np.ndarray, target: np.ndarray) -> None:
    for k in range(target.size):
        target[k] = source[k]


@numba.njit(parallel=True)
def _copy(source: np.ndarray, target: np.ndarray, chunks: int) -> None:
    for chunk in numba.prange(chunks):
        first, last = chunk * target.size // chunks, (chunk + 1) * target.size // chunks
        _copy_run(source[first:last], target[first:last])


def filled(*shape: int) -> np.ndarray:
    """Random numbers at a cache line."""
    array = empty_at_cache_lines(shape, FLOAT)
    array[:] = np.random.default_rng(0).normal(size=shape)
    return array


def kernel_job(module: Any, name: str) -> tuple[Callable[[], None], int]:
    """The kernel on arrays of its own, and the bytes it moves."""
    program = module.KERNELS[name]
    arrays = [filled(ATOMS * width * FEATURES) for width in program["inputs"]]
    outputs = [filled(ATOMS * width * FEATURES) for width in program["outputs"]]
    moved = sum(a.nbytes for a in (*arrays, *outputs))
    return lambda: module.run(name, FLOAT.name, arrays, outputs, ATOMS, FEATURES), moved


def copy_job(moved: int) -> Callable[[], None]:
    """A copy that moves as many bytes."""
    source, target = filled(moved // 8), filled(moved // 8)
    return lambda: _copy(source, target, numba.get_num_threads())


def measured(module: Any, rounds: int) -> dict[str, Any]:
    """Gigabytes per second of every kernel and of its copy."""
    jobs: dict[tuple[str, str], Callable[[], None]] = {}
    sizes = {}
    for name in module.KERNELS:
        jobs[name, "kernel"], sizes[name] = kernel_job(module, name)
        jobs[name, "copy"] = copy_job(sizes[name])
    seconds: dict[tuple[str, str], list[float]] = {key: [] for key in jobs}
    for turn in range(rounds + 1):
        for key, job in jobs.items():
            started = time.perf_counter()
            job()
            if turn:
                seconds[key].append(time.perf_counter() - started)
    found = {}
    for name, moved in sizes.items():
        best = {side: min(seconds[name, side]) for side in ("kernel", "copy")}
        found[name] = {
            "megabytes": moved / 1e6,
            "kernel_ms": 1e3 * best["kernel"],
            "copy_ms": 1e3 * best["copy"],
            "kernel_median_ms": 1e3 * statistics.median(seconds[name, "kernel"]),
            "copy_median_ms": 1e3 * statistics.median(seconds[name, "copy"]),
            "kernel_GB_per_s": moved / best["kernel"] / 1e9,
            "copy_GB_per_s": moved / best["copy"] / 1e9,
            "share_of_copy": best["copy"] / best["kernel"],
        }
        row = found[name]
        print(
            f"{name:13s} {row['kernel_GB_per_s']:6.2f} GB/s, copy {row['copy_GB_per_s']:6.2f}, share "
            f"{row['share_of_copy']:.2f}",
            flush=True,
        )
    return found


def plot(data: dict[str, Any]) -> None:
    """Shares of the copy's rate."""
    runs = {key: value for key, value in data.items() if key.startswith("threads_")}
    figure, axes = plt.subplots(figsize=(6, 3.6), layout="constrained")
    for k, (key, found) in enumerate(runs.items()):
        shares = [100 * row["share_of_copy"] for row in found.values()]
        bars = axes.bar(np.arange(len(shares)) + 0.4 * k - 0.2, shares, 0.38, label=key.replace("_", " "))
        axes.bar_label(bars, [f"{s:.0f}" for s in shares], fontsize=8)
        axes.set_xticks(range(len(shares)), list(found))
    axes.axhline(100 * TARGET, color="black", lw=0.8, ls=":")
    axes.set(ylabel="% of the bytes per second of a copy", title=f"{BASIS}, 10⁶ items, float32")
    axes.legend()
    figure.savefig(record.RESULTS / "bandwidth_cpu.png", dpi=150)
    plt.close(figure)


def main() -> None:
    """Runs what the arguments say."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--threads", type=int, action="append", help="1 and 2 by default")
    parser.add_argument("--rounds", type=int, default=15)
    arguments = parser.parse_args()
    module = invgen.load(BASIS, backend="numba").form("numba").program
    data: dict[str, Any] = {"basis": BASIS, "atoms": ATOMS, "features": FEATURES, "dtype": FLOAT.name}
    for threads in arguments.threads or (1, 2):
        numba.set_num_threads(threads)
        torch.set_num_threads(threads)
        print(f"{threads} thread{'s' if threads > 1 else ''}")
        data[f"threads_{threads}"] = measured(module, arguments.rounds)
    data["load_average_at_end"] = os.getloadavg()
    record.write("bandwidth_cpu", data)
    plot(data)


if __name__ == "__main__":
    main()
