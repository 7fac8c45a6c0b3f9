"""Invariants on a GPU: bytes per second of the three CUDA kernels against a copy in the same run.

128 features, float32 and float64, planes and components last, several numbers of atoms; values are compared with the
CPU before anything is timed. Each time is the median over repeats of calls captured in a CUDA graph, with a flushed
cache, so that neither launches nor the L2 cache are measured.

    pip install '.[torch]'          # a build of torch for CUDA
    python benchmarks/cuda_invariants.py [--quick]        -> results/cuda_invariants.json
"""

from __future__ import annotations

import argparse
import statistics
import subprocess
from collections.abc import Callable
from typing import Any

import record
import torch
from torch import Tensor

from invgen.runtime import Kernels, load
from invgen.runtime.cuda import require_cuda

BASES = ("cartesian-l2-n4-flexible", "cartesian-l3-n4-flexible", "cartesian-l4-n4-flexible", "ace-l3-n4-linear")
ORDERS = ("value", "vjp", "second_order")
AGREEMENT = {torch.float32: 2e-5, torch.float64: 1e-13}
FLUSH_BYTES = 256 * 2**20

Call = Callable[[], Any]


def arguments(f: Kernels, order: str, atoms: int, features: int, dtype: torch.dtype) -> list[Tensor]:
    """Components on the middle axis; one feature is the layout with components last."""
    generator = torch.Generator(device="cuda").manual_seed(0)
    widths = [f.components, f.size, f.components][: ORDERS.index(order) + 1]
    return [0.7 * torch.randn(atoms, w, features, device="cuda", dtype=dtype, generator=generator) for w in widths]


def check(f: Kernels, order: str, arrays: list[Tensor]) -> float:
    """Largest deviation from the plain statements in float64 on the CPU, relative to the largest entry."""
    few = [a[:200].contiguous() for a in arrays]
    found = f.form("cuda").run(order, tuple(few))
    expected = getattr(f.plain, order)(*(a.double().cpu() for a in few))
    expected = expected if isinstance(expected, tuple) else (expected,)
    worst = max(float((a.double().cpu() - b).abs().max() / b.abs().max()) for a, b in zip(found, expected, strict=True))
    if worst > AGREEMENT[arrays[0].dtype]:
        raise SystemExit(f"{f.id} {order} deviates from the CPU by {worst:.1e}: nothing is timed")
    return worst


def seconds(call: Call, repeats: int, flush: Tensor) -> list[float]:
    """Times of single calls, from CUDA events around a captured graph."""
    call()
    torch.cuda.synchronize()
    graph = torch.cuda.CUDAGraph()
    with torch.cuda.graph(graph):
        call()
    times = []
    for _ in range(repeats):
        flush.zero_()
        start, stop = (torch.cuda.Event(enable_timing=True) for _ in range(2))
        start.record()
        graph.replay()
        stop.record()
        torch.cuda.synchronize()
        times.append(start.elapsed_time(stop) * 1e-3)
    return times


def copy_bandwidth(size: int, repeats: int, flush: Tensor) -> float:
    """Bytes per second that a copy reads and writes together, for arrays of ``size`` bytes in all."""
    source = torch.empty(size // 2, dtype=torch.uint8, device="cuda")
    target = torch.empty_like(source)
    return 2 * source.numel() / statistics.median(seconds(lambda: target.copy_(source), repeats, flush))


def measure(f: Kernels, order: str, atoms: int, features: int, dtype: torch.dtype, repeats: int) -> dict[str, Any]:
    """One row of the results."""
    arrays = arguments(f, order, atoms, features, dtype)
    deviation = check(f, order, arrays)
    flush = torch.empty(FLUSH_BYTES, dtype=torch.uint8, device="cuda")
    results = f.form("cuda").run(order, tuple(arrays))
    moved = sum(a.numel() * a.element_size() for a in (*arrays, *results))
    times = seconds(lambda: f.form("cuda").run(order, tuple(arrays)), repeats, flush)
    bandwidth, copy = moved / statistics.median(times), copy_bandwidth(moved, repeats, flush)
    row = {
        "basis": f.id,
        "kernel": order,
        "dtype": str(dtype).removeprefix("torch."),
        "atoms": atoms,
        "features": features,
        "deviation": deviation,
        "seconds_median": statistics.median(times),
        "seconds_least": min(times),
        "bytes": moved,
        "bytes_per_second": bandwidth,
        "copy_bytes_per_second": copy,
        "part_of_copy": bandwidth / copy,
    }
    print(f"{f.id} {order} {row['dtype']} {atoms} x {features}: {bandwidth / 1e9:.0f} GB/s, {bandwidth / copy:.1%}")
    return row


def machine() -> dict[str, Any]:
    """Device, driver, and versions."""
    compiler = require_cuda()
    properties = torch.cuda.get_device_properties(0)
    query = ["nvidia-smi", "--query-gpu=driver_version", "--format=csv,noheader"]
    return {
        "device": properties.name,
        "compute_capability": f"{properties.major}.{properties.minor}",
        "memory_bytes": properties.total_memory,
        "torch_cuda": torch.version.cuda,
        "driver": subprocess.run(query, capture_output=True, text=True, check=True).stdout.split()[0],
        "compiler": compiler.name,
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="(3,4) in float32 alone, few repeats, nothing written")
    options = parser.parse_args()
    bases, dtypes, repeats = (BASES, (torch.float32, torch.float64), 31)
    sizes = [(1000, 128), (10_000, 128), (100_000, 128), (1_280_000, 1)]
    if options.quick:
        bases, dtypes, repeats, sizes = BASES[1:2], (torch.float32,), 5, sizes[1:2]
    about = machine()
    rows = [
        measure(load(id, backend="cuda"), order, atoms, features, dtype, repeats)
        for id in bases
        for dtype in dtypes
        for order in ORDERS
        for atoms, features in sizes
    ]
    if not options.quick:
        print(record.write("cuda_invariants", {**about, "repeats": repeats, "rows": rows}))


if __name__ == "__main__":
    main()
