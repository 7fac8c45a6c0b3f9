"""How cuEquivariance's own descriptor of the symmetric contraction grows with rank and order, built on a CPU.

``cuequivariance.descriptors.symmetric_contraction`` of orders 1..n with ranks 0..l, 128 channels, once with scalars as
output (the work of MACE's last layer, and of the invariants here) and once with all ranks 0..l as output; for scalars
also the torch module that evaluates it without a GPU. Each in a process of its own with a limit on its address space
and one on its processor time, so that a case that needs more is stopped, and recorded as stopped. Beside them the ACE
functions of the same orders and ranks, tables included, made here. All times are processor time.

    pip install '.[numba,torch,peers]' matplotlib
    python benchmarks/cue_descriptor.py [--quick]  -> results/cue_descriptor.json, results/cue_descriptor.png
"""

from __future__ import annotations

import os

os.environ["OMP_NUM_THREADS"] = "1"

import argparse
import json
import resource
import signal
import subprocess
import sys
import time
from importlib.metadata import version
from pathlib import Path
from typing import Any

import matplotlib

matplotlib.use("Agg")
import matplotlib.pyplot as plt
import record

import invgen
from invgen.compiler.kernels.ace.products import product_basis

CHANNELS = 128
KINDS = {
    "invgen": "ACE functions and tables, scalars",
    "scalars": "cuEquivariance descriptor, scalars",
    "all ranks": "cuEquivariance descriptor, all ranks",
    "module": "its torch module for a CPU, scalars",
}


def built(kind: str, rank: int, order: int) -> dict[str, Any]:
    """One case in this process: seconds, peak memory, functions or paths."""
    found = invgen_tables(rank, order) if kind == "invgen" else descriptor(kind, rank, order)
    return {**found, "peak_memory_gb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6}


def invgen_tables(rank: int, order: int) -> dict[str, Any]:
    """The linear ACE basis of one channel with its tables; imports are not counted."""
    generate = invgen.generate
    start = time.process_time()
    basis = generate(invgen.BasisSpec(family="ace", l_max=rank, n_max=order, objective="linear"))
    tables = product_basis(basis)
    return {"seconds": time.process_time() - start, "functions": len(basis), "entries": len(tables.value)}


def descriptor(kind: str, rank: int, order: int) -> dict[str, Any]:
    """cuEquivariance's descriptor or module; imports are not counted."""
    import cuequivariance as cue

    if kind == "module":
        import cuequivariance_torch
    start = time.process_time()
    outputs = irreps(rank if kind == "all ranks" else 0)
    inputs = cue.Irreps("O3", irreps(rank))
    made = cue.descriptors.symmetric_contraction(inputs, cue.Irreps("O3", outputs), tuple(range(1, order + 1)))
    if kind == "module":
        start = time.process_time()
        cuequivariance_torch.SegmentedPolynomial(made.polynomial, method="naive")
    seconds = time.process_time() - start
    return {"seconds": seconds, "paths": sum(product.num_paths for _, product in made.polynomial.operations)}


def irreps(rank: int) -> str:
    """``128x0e+128x1o+...`` up to a rank."""
    return "+".join(f"{CHANNELS}x{k}{'eo'[k % 2]}" for k in range(rank + 1))


def limited(kind: str, rank: int, order: int, gigabytes: float, seconds: float) -> dict[str, Any]:
    """One case in a process of its own: what it found, or which limit stopped it."""
    limits = ["--gigabytes", str(gigabytes), "--seconds", str(seconds)]
    command = [sys.executable, __file__, "--case", kind, str(rank), str(order), *limits]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode == 0:
        return json.loads(done.stdout.splitlines()[-1])
    if done.returncode == -signal.SIGXCPU:
        return {"stopped": f"{seconds:g} s"}
    if any(word in done.stderr for word in ("MemoryError", "bad_alloc", "Unable to allocate", "can't allocate memory")):
        return {"stopped": f"{gigabytes:g} GB"}
    raise RuntimeError(f"{kind} of rank {rank} and order {order} failed:\n{done.stderr[-2000:]}")


def growth(highest: int, orders: int, gigabytes: float, seconds: float) -> list[dict[str, Any]]:
    """All cases by kind, order and rank."""
    rows = []
    for kind in KINDS:
        for order in range(2, orders + 1):
            for rank in range(1, highest + 1):
                row = {"kind": kind, "l_max": rank, "n_max": order, **limited(kind, rank, order, gigabytes, seconds)}
                rows.append(row)
                print(row, flush=True)
    return rows


def plot(rows: list[dict[str, Any]], limits: dict[str, float], path: Path) -> None:
    """Seconds and memory over rank, a line for each kind at the highest order; a cross at the limit that stopped it."""
    figure, axes = plt.subplots(1, 2, figsize=(9.5, 3.8), layout="constrained")
    order = max(row["n_max"] for row in rows)
    for axis, key, limit, unit, label in (
        (axes[0], "seconds", limits["seconds"], "s", "seconds"),
        (axes[1], "peak_memory_gb", limits["gigabytes"], "GB", "peak memory in GB"),
    ):
        for kind, name in KINDS.items():
            line = [row for row in rows if row["kind"] == kind and row["n_max"] == order]
            done = [row for row in line if key in row]
            (drawn,) = axis.semilogy([r["l_max"] for r in done], [r[key] for r in done], "o-", label=name)
            stopped = [row["l_max"] for row in line if row.get("stopped", "").endswith(f" {unit}")]
            axis.semilogy(stopped, [limit] * len(stopped), "x", ms=9, color=drawn.get_color())
        axis.axhline(limit, color="black", lw=0.8, ls=":")
        axis.set(xlabel="l_max", ylabel=label, xticks=sorted({r["l_max"] for r in rows}), title=f"orders 1 to {order}")
    figure.legend(*axes[0].get_legend_handles_labels(), fontsize=8, ncols=2, loc="outside lower center")
    figure.savefig(path, dpi=150)


def main() -> None:
    """Measures, writes and prints."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--gigabytes", type=float, default=6.0, help="limit on the address space of each process")
    parser.add_argument("--seconds", type=float, default=60.0, help="limit on the processor time of each")
    parser.add_argument("--quick", action="store_true", help="ranks 1 and 2, orders 2 and 3, nothing written")
    parser.add_argument("--case", nargs=3, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.case:
        resource.setrlimit(resource.RLIMIT_AS, (int(options.gigabytes * 1e9),) * 2)
        resource.setrlimit(resource.RLIMIT_CPU, (int(options.seconds), resource.RLIM_INFINITY))
        kind, rank, order = options.case
        print(json.dumps(built(kind, int(rank), int(order))))
        return
    limits = {"gigabytes": options.gigabytes, "seconds": options.seconds}
    started = time.perf_counter()
    rows = growth(2 if options.quick else 3, 3 if options.quick else 4, **limits)
    if options.quick:
        return
    data = {
        "channels": CHANNELS, "limits": limits, "rows": rows,
        "peers": {"cuequivariance-torch": version("cuequivariance-torch")},
        "load_average_at_end": os.getloadavg(), "wall_s": time.perf_counter() - started,
    }  # fmt: skip
    print(record.write("cue_descriptor", data))
    plot(rows, limits, record.RESULTS / "cue_descriptor.png")


if __name__ == "__main__":
    main()
