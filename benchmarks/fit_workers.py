"""Assembly over Dask's workers beside one process: the same bytes, a worker killed on the way, and how it scales.

The first STRUCTURES frames of 3BPA are condensed in five folds by this process on one thread, by one worker, and by
two (processes of one thread each), in turn. Other programs share the machine: seconds of the wall depend on how busy it
is, so each way is measured several times and the fastest counts; the load is in the results. Seconds of the processor,
of this process and of all workers, do not: what other processes cost, and the part that cannot be shared out, is there.

    python benchmarks/fit_workers.py --data DATA [--repeats 3]        -> results/fit_workers.json
"""

from __future__ import annotations

import argparse
import os
import signal
import time
from pathlib import Path
from typing import Any

import numpy as np
import psutil
import record

import invgen
from invgen.ace import RadialBasis
from invgen.ace.fitting.assembly import assemble
from invgen.ace.fitting.blocks import blocks_of
from invgen.ace.fitting.design import DesignEvaluator
from invgen.ace.fitting.factors import Factors
from invgen.ace.fitting.validation import fold_numbers
from invgen.compiler.kernels.ace.products import product_basis
from invgen.data.structures import read_structures

ELEMENTS = ("H", "C", "N", "O")
STRUCTURES = 250
BASIS = {"n_max": 3, "w_L": "3/2", "total_degree": 5}


def design() -> DesignEvaluator:
    """1,016 coefficients."""
    products = product_basis(
        invgen.generate(invgen.BasisSpec(family="ace", objective="linear", elements=ELEMENTS, **BASIS))
    )
    return DesignEvaluator(products, RadialBasis(5.0, int(products.channels[:, 1].max()), 1.1), ELEMENTS)


def same(a: Factors, b: Factors) -> bool:
    """Whether two assemblies agree to the last bit."""
    pairs = [(one[k], other[k]) for one, other in zip(a.parts, b.parts, strict=True) for k in one]
    return all(x.rows == y.rows and x.augmented.tobytes() == y.augmented.tobytes() for x, y in pairs)


def cluster(workers: int) -> Any:
    """Worker processes of one thread each."""
    from distributed import LocalCluster

    return LocalCluster(n_workers=workers, threads_per_worker=1, dashboard_address=":0", silence_logs="CRITICAL")


def measured(data: Path, repeats: int) -> dict[str, Any]:
    """Seconds of every way, and whether the bytes are the same."""
    structures, evaluator = read_structures(data / "3bpa" / "train_300K.extxyz.xz")[:STRUCTURES], design()
    folds = fold_numbers(structures, 5)
    members = [[s for s, f in zip(structures, folds, strict=True) if f == k] for k in range(5)]
    wanted = assemble(structures, evaluator, folds)
    seconds: dict[str, list[float]] = {"process": [], "1 worker": [], "2 workers": []}
    processor: dict[str, list[dict[str, float]]] = {way: [] for way in seconds}
    agree = []
    with cluster(1) as one, cluster(2) as two:
        ways = {"process": None, "1 worker": one.scheduler_address, "2 workers": two.scheduler_address}
        workers = {"process": [], "1 worker": list(one.workers.values()), "2 workers": list(two.workers.values())}
        for address in (one.scheduler_address, two.scheduler_address):
            assemble(structures[:100], evaluator, np.arange(100) % 5, scheduler=address)
        for _ in range(repeats):
            for way, address in ways.items():
                start, used = time.perf_counter(), spent(workers[way])
                found = assemble(structures, evaluator, folds, scheduler=address)
                seconds[way].append(time.perf_counter() - start)
                processor[way].append({key: value - used[key] for key, value in spent(workers[way]).items()})
                agree.append(same(wanted, found))
                print(f"{way}: {seconds[way][-1]:.1f} s, same bytes: {agree[-1]}", flush=True)
        killed, survived = kill(two, structures, evaluator, folds)
    best = {way: min(found) for way, found in seconds.items()}
    least = {way: min(found, key=lambda row: sum(row.values())) for way, found in processor.items()}
    return {
        "coefficients": evaluator.columns,
        "structures": len(structures),
        "blocks": sum(len(blocks_of(part, evaluator.columns)) for part in members),
        "seconds": seconds,
        "best": best,
        "processor": least,
        "speedup_of_two_workers": best["1 worker"] / best["2 workers"],
        "same_bytes": all(agree),
        "killed_worker": {"structures_done_when_killed": killed, "same_bytes": same(wanted, survived)},
        "load": os.getloadavg(),
    }


def spent(workers: Any) -> dict[str, float]:
    """Seconds of the processor of this process, and of each of these workers."""
    times = [psutil.Process(worker.pid).cpu_times() for worker in workers]
    found = {f"worker {k}": t.user + t.system for k, t in enumerate(times, 1)}
    return {"this process": time.process_time(), **found}


def kill(two: Any, structures: Any, evaluator: DesignEvaluator, folds: np.ndarray) -> tuple[int, Factors]:
    """Assemble, and kill a worker once a fifth of the structures is done; how many were, and the result."""
    killed: list[int] = []

    def progress(stage: str, done: int, total: int) -> None:
        if stage == "assemble" and done >= total // 5 and not killed:
            killed.append(done)
            os.kill(two.workers[0].pid, signal.SIGKILL)

    found = assemble(structures, evaluator, folds, scheduler=two.scheduler_address, progress=progress)
    return killed[0], found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--repeats", type=int, default=3)
    arguments = parser.parse_args()
    data = measured(arguments.data, arguments.repeats)
    record.write("fit_workers", data)
    print(data)


if __name__ == "__main__":
    main()
