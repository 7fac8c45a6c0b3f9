"""The three Numba kernels of (3,4) and (4,4) against a plain copy, and against multiply-adds, in the same process.

10^6 items (128 features), float32, warm arrays that begin at cache lines, as the package makes them. A kernel moves its
inputs and its outputs once; the copy, a Numba loop, moves as many bytes: it reads half of them and writes half. The
multiply-adds are those of ten independent registers in a loop that touches no memory; a kernel's are its additions and
products, two for one. Kernels, copies and multiply-adds take turns; the least time of each counts, and medians are
recorded beside it. ``--instructions znver3`` compiles for that processor, with registers of 256 bits where it has them.

    python benchmarks/bandwidth_cpu.py [--threads 1] [--instructions znver3]
      -> results/bandwidth_cpu.json, results/bandwidth_cpu.png
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import time
from collections.abc import Callable
from functools import cache
from typing import Any

import llvmlite.binding as llvm
import matplotlib

matplotlib.use("Agg")
import matplotlib.pyplot as plt
import numba
import numpy as np
import record
import torch

import invgen
from invgen.runtime.cpu import objects
from invgen.runtime.cpu.pool import empty_at_cache_lines
from invgen.runtime.cpu.routine import routine

BASES = ("cartesian-l3-n4-flexible", "cartesian-l4-n4-flexible")
ATOMS, FEATURES = 7813, 128
FLOAT = np.dtype("float32")
NAMES = ("value", "vjp", "second_order")
CHAINS, TURNS = 10, 2_000_000
"""Registers, and multiply-adds of each in a measurement."""


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


@routine(numbers="x")
def _multiply_adds(code, first, last, scratch, x, turns):
    """``turns`` multiply-adds of each of ``CHAINS`` registers, once for every item."""
    factor = x.load(0, code.register)
    with code.loop(first, last) as item:
        sums = [code.sum(code.register) for _ in range(CHAINS)]
        with code.loop(0, turns):
            for total in sums:
                old = total.value
                code.builder.store((old * factor + factor).value, total.place)
        for k, total in enumerate(sums):
            x.store((item * CHAINS + k + 1) * code.register, total.value)


def arithmetic_job() -> tuple[Callable[[], None], int]:
    """The loop without memory, and its multiply-adds in all lanes."""
    workers, lanes = numba.get_num_threads(), objects.register_bytes() // FLOAT.itemsize
    x = np.full(lanes * (1 + CHAINS * workers), 0.5, FLOAT)
    return lambda: _multiply_adds(FLOAT.name, workers, x, TURNS), TURNS * CHAINS * lanes * workers


def multiply_adds(id: str, name: str) -> float:
    """Of a kernel for one item: its additions, subtractions and products, two for one."""
    return invgen.load(id, backend="numba").operations[name]["total"] / 2


def measured(id: str, rounds: int) -> dict[str, Any]:
    """Gigabytes per second of every kernel and of its copy, and its share of the rate of multiply-adds."""
    module = invgen.load(id, backend="numba").form("numba").program
    jobs: dict[tuple[str, str], Callable[[], None]] = {}
    sizes = {}
    for name in module.KERNELS:
        jobs[name, "kernel"], sizes[name] = kernel_job(module, name)
        jobs[name, "copy"] = copy_job(sizes[name])
    jobs["", "multiply_adds"], count = arithmetic_job()
    seconds: dict[tuple[str, str], list[float]] = {key: [] for key in jobs}
    for turn in range(rounds + 1):
        for key, job in jobs.items():
            started = time.perf_counter()
            job()
            if turn:
                seconds[key].append(time.perf_counter() - started)
    rate = count / min(seconds["", "multiply_adds"])
    found: dict[str, Any] = {"multiply_adds_per_ns": rate / 1e9}
    for name, moved in sizes.items():
        best = {side: min(seconds[name, side]) for side in ("kernel", "copy")}
        work = multiply_adds(id, name)
        found[name] = {
            "megabytes": moved / 1e6,
            "kernel_ms": 1e3 * best["kernel"],
            "copy_ms": 1e3 * best["copy"],
            "kernel_median_ms": 1e3 * statistics.median(seconds[name, "kernel"]),
            "copy_median_ms": 1e3 * statistics.median(seconds[name, "copy"]),
            "kernel_GB_per_s": moved / best["kernel"] / 1e9,
            "copy_GB_per_s": moved / best["copy"] / 1e9,
            "share_of_copy": best["copy"] / best["kernel"],
            "multiply_adds": work,
            "share_of_multiply_adds": work * ATOMS * FEATURES / best["kernel"] / rate,
        }
        row = found[name]
        print(
            f"{id} {name:13s} {row['kernel_GB_per_s']:6.2f} GB/s, copy {row['copy_GB_per_s']:6.2f}, share "
            f"{row['share_of_copy']:.2f}, of multiply-adds {row['share_of_multiply_adds']:.2f}",
            flush=True,
        )
    return found


def compile_for(processor: str) -> None:
    """Let every routine of this process be compiled for a processor by LLVM's name, in a cache of its own."""
    wide = "znver4" in processor or "avx512" in processor
    objects.register_bytes = lambda: 64 if wide else 32  # type: ignore[assignment]
    objects.identity = lambda: f"benchmark for {processor}"
    llvm.initialize_native_target()
    llvm.initialize_native_asmprinter()

    def machine() -> Any:
        target = llvm.Target.from_default_triple()
        return target.create_target_machine(cpu=processor, features="", opt=3, jit=True)

    objects._new_machine, objects._machine = machine, cache(machine)


def plot(data: dict[str, Any]) -> None:
    """Shares of the copy's rate of all that is recorded."""
    figure, axes = plt.subplots(figsize=(9, 4.8), layout="constrained")
    rows = [
        (f"{id.split('-flexible')[0].removeprefix('cartesian-')}, {instructions}", found)
        for instructions, runs in data["instructions"].items()
        for id, found in runs["threads_1"].items()
    ]
    width = 0.8 / len(rows)
    for k, (label, found) in enumerate(rows):
        shares = [100 * found[name]["share_of_copy"] for name in NAMES]
        bars = axes.bar(np.arange(len(NAMES)) + (k - (len(rows) - 1) / 2) * width, shares, 0.95 * width, label=label)
        axes.bar_label(bars, [f"{s:.0f}" for s in shares], fontsize=7)
    axes.set_xticks(range(len(NAMES)), [name.replace("_", " ") for name in NAMES])
    axes.axhline(100, color="black", lw=0.8, ls=":")
    axes.set(ylabel="% of the bytes per second of a copy", title="10⁶ items, float32, one thread")
    figure.legend(loc="outside lower center", ncols=2, fontsize=8)
    figure.savefig(record.RESULTS / "bandwidth_cpu.png", dpi=150)
    plt.close(figure)


def main() -> None:
    """Runs what the arguments say; results for other instructions are kept."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--threads", type=int, action="append", help="1 and 2 by default")
    parser.add_argument("--rounds", type=int, default=15)
    parser.add_argument("--instructions", help="a processor by LLVM's name, such as znver3; this one by default")
    parser.add_argument("--name", help="of the results; by default that of this processor")
    arguments = parser.parse_args()
    if arguments.instructions:
        compile_for(arguments.instructions)
    found: dict[str, Any] = {"register_bytes": objects.register_bytes()}
    for threads in arguments.threads or (1, 2):
        numba.set_num_threads(threads)
        torch.set_num_threads(threads)
        print(f"{threads} thread{'s' if threads > 1 else ''}")
        found[f"threads_{threads}"] = {id: measured(id, arguments.rounds) for id in BASES}
    found["load_average_at_end"] = os.getloadavg()
    path = record.RESULTS / "bandwidth_cpu.json"
    others = json.loads(path.read_text()).get("instructions", {}) if path.exists() else {}
    here = llvm.get_host_cpu_name()
    emulated = f"{here}, instructions of {arguments.instructions}" if arguments.instructions else here
    name = arguments.name or emulated
    instructions = {**others, name: {**found, "stamp": record.stamp()}}
    data = {"atoms": ATOMS, "features": FEATURES, "dtype": FLOAT.name, "instructions": instructions}
    record.write("bandwidth_cpu", data)
    plot(data)


if __name__ == "__main__":
    main()
