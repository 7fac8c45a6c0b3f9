"""What fits of 1,000 to 5,000 coefficients take: 500 structures of 3BPA with forces, 5 folds, 3 priors, 41 lambdas.

Each size is a process of its own on two threads. Beside it: one dense decomposition of a matrix of that size by SciPy
on one thread, which is the limit of any exact solver. Other programs share the machine, so that seconds of the wall say
how busy it was; seconds of the processor, all threads together, say what the work is. On two idle cores the wall takes
about half of them.

    python benchmarks/fit_size.py --data DATA [--sizes 1000 2000 3400 5000]        -> results/fit_size.json

Sizes that are not named keep what was measured before.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import record

THREADS = 2
ELEMENTS = ("H", "C", "N", "O")
CUTOFF = 5.0
BASES: dict[int, dict[str, Any]] = {
    1000: {"n_max": 3, "w_L": "3/2", "total_degree": 5},
    2000: {"n_max": 3, "w_L": "3/2", "total_degree": 6},
    3400: {"n_max": 3, "w_L": "3/2", "total_degree": 7},
    5000: {"n_max": 4, "w_L": "2", "total_degree": 7},
}


class Rows:
    """Seconds of processor that the rows of the design matrix take, on all threads."""

    def __init__(self, evaluator: type) -> None:
        self.seconds, lock, rows = 0.0, threading.Lock(), evaluator.rows

        def timed(design: Any, structure: Any) -> Any:
            start = time.thread_time()
            made = rows(design, structure)
            with lock:
                self.seconds += time.thread_time() - start
            return made

        evaluator.rows = timed


def dense(columns: int) -> dict[str, dict[str, float]]:
    """Seconds of decompositions of a random matrix on one thread."""
    import numpy as np
    import scipy.linalg

    from invgen.ace.fitting.blocks import one_blas_thread

    matrix = np.asfortranarray(np.random.default_rng(0).normal(size=(columns, columns)))
    found = {}
    with one_blas_thread():
        gram = matrix.T @ matrix
        found["cholesky"] = timed(lambda: scipy.linalg.cholesky(gram, check_finite=False))
        found["qr"] = timed(lambda: scipy.linalg.qr(matrix, mode="r", check_finite=False))
    return found


def timed(action: Callable[[], Any]) -> dict[str, float]:
    """Seconds of the wall and of the processor."""
    wall, processor = time.perf_counter(), time.process_time()
    action()
    return {"wall": time.perf_counter() - wall, "processor": time.process_time() - processor}


def measured(data: Path, size: int) -> dict[str, Any]:
    """One fit."""
    import invgen
    from invgen.ace.fitting.design import DesignEvaluator

    rows = Rows(DesignEvaluator)
    frames = data / "3bpa" / "train_300K.extxyz.xz"
    told: list[str] = []
    load = os.getloadavg()[0]

    def progress(stage: str, done: int, total: int) -> None:
        if stage.startswith("memory"):
            told.append(stage)

    with tempfile.TemporaryDirectory() as folder:
        result = invgen.ace.fit(
            frames,
            basis=invgen.BasisSpec(family="ace", objective="linear", elements=ELEMENTS, **BASES[size]),
            radial={"cutoff": CUTOFF},
            solver={"threads": THREADS},
            folder=folder,
            plots=False,
            progress=progress,
        )
    report = result.report
    details, seconds = report["solution"]["details"], report["seconds"]
    assembly = seconds["assembly"]["processor"]
    return {
        "size": size,
        "basis": BASES[size],
        "coefficients": report["coefficients"],
        "rank": report["solution"]["rank"],
        "structures": report["data"]["train"]["structures"],
        "threads": THREADS,
        "load": {"before": load, "after": os.getloadavg()[0]},
        "seconds": seconds,
        "processor_seconds": {
            "rows": rows.seconds,
            "condensation": assembly - rows.seconds,
            "solve": seconds["solve"]["processor"],
        },
        "dense": dense(report["coefficients"]),
        "memory_told": told[0],
        "peak_memory_gib": report["peak_memory_gib"],
        "held_out_error": details["error"],
        "relative_lambda": details["relative_lambda"],
        "smoothness": details["smoothness"],
        "errors": report["errors"]["train"]["all"],
    }


HEAD = (
    "| coefficients | rows | condensing | solve | one QR, one Cholesky | memory told, taken | wall (load) |\n"
    "|---|---|---|---|---|---|---|"
)


def table_row(row: dict[str, Any]) -> str:
    """One line of the table in docs/potentials.md."""
    took, dense = row["processor_seconds"], row["dense"]
    wall = row["seconds"]["assembly"]["wall"] + row["seconds"]["solve"]["wall"]
    told = row["memory_told"].removeprefix("memory: about ").partition(" GiB")[0]
    return (
        f"| {row['coefficients']:,} | {took['rows']:.0f} s | {took['condensation']:.0f} s | {took['solve']:.0f} s "
        f"| {dense['qr']['processor']:.1f} s, {dense['cholesky']['processor']:.1f} s "
        f"| {told}, {row['peak_memory_gib']:.1f} GiB | {wall:.0f} s ({row['load']['after']:.0f}) |"
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--sizes", type=int, nargs="*", default=list(BASES), choices=list(BASES))
    parser.add_argument("--one", type=int, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.one:
        print(json.dumps(measured(arguments.data, arguments.one)))
        return
    path = record.RESULTS / "fit_size.json"
    rows = {row["size"]: row for row in json.loads(path.read_text())["rows"]} if path.exists() else {}
    for size in arguments.sizes:
        command = [sys.executable, __file__, "--data", str(arguments.data), "--one", str(size)]
        printed = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout
        rows[size] = json.loads(printed.splitlines()[-1])
        record.write("fit_size", {"rows": [rows[key] for key in sorted(rows)]})
    print("\n".join([HEAD, *(table_row(rows[key]) for key in sorted(rows))]))


if __name__ == "__main__":
    main()
