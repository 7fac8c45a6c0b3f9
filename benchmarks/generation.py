"""How long generation takes, evidence included, and how it grows with rank and order.

Cold: a fresh process from start to finished ``Basis``, against a fresh process that imports torch. Growth: in one
process, caches of the enumeration emptied between cases. Kernels: lowering and derivatives of flexible bases.

    python benchmarks/generation.py        -> results/generation.json, results/generation.png
"""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Callable
from typing import Any

import matplotlib

matplotlib.use("Agg")
import matplotlib.pyplot as plt
import record

import invgen
from invgen.compiler.algebra.channels import cartesian
from invgen.compiler.candidates.cartesian import enumeration
from invgen.compiler.candidates.cartesian.enumeration import candidates
from invgen.compiler.kernels.derivatives import second_order, value_and_vjp, vjp
from invgen.compiler.kernels.lower import lower

REPEATS = 5
COLD = {
    "import torch": "import torch",
    "(3,4) flexible": "import invgen; invgen.generate(invgen.BasisSpec(l_max=3, n_max=4, objective='flexible'))",
    "(3,4) independent": "import invgen; invgen.generate(invgen.BasisSpec(l_max=3, n_max=4))",
    "(8,4) independent": "import invgen; invgen.generate(invgen.BasisSpec(l_max=8, n_max=4))",
}


def seconds(action: Callable[[], Any]) -> tuple[float, Any]:
    """Wall time and result."""
    start = time.perf_counter()
    result = action()
    return time.perf_counter() - start, result


def cold() -> dict[str, dict[str, float]]:
    """Median and least seconds of fresh processes, taken in turn."""
    times: dict[str, list[float]] = {name: [] for name in COLD}
    for _ in range(REPEATS):
        for name, code in COLD.items():
            times[name].append(seconds(lambda c=code: subprocess.run([sys.executable, "-c", c], check=True))[0])
    return {name: {"median": sorted(t)[len(t) // 2], "least": min(t)} for name, t in times.items()}


def _empty_caches() -> None:
    enumeration._connected.cache_clear()
    enumeration._all.cache_clear()


def growth() -> dict[str, list[dict[str, Any]]]:
    """Selections over rank and order, and the number of connected candidates over order."""
    rows: dict[str, list[dict[str, Any]]] = {"independent, n=4": [], "linear, l=3": [], "candidates, l=3": []}
    for l_max in range(1, 9):
        _empty_caches()
        spent, basis = seconds(lambda top=l_max: invgen.generate(invgen.BasisSpec(l_max=top, n_max=4)))
        evidence = basis.evidence
        row = {"l_max": l_max, "seconds": spent, "size": len(basis), "candidates": evidence.candidates}
        rows["independent, n=4"].append({**row, "rank": evidence.rank, "bound": evidence.bound})
    for n_max in range(1, 7):
        _empty_caches()
        spec = invgen.BasisSpec(l_max=3, n_max=n_max, objective="linear")
        spent, basis = seconds(lambda s=spec: invgen.generate(s))
        rows["linear, l=3"].append({"n_max": n_max, "seconds": spent, "size": len(basis)})
    for order in range(2, 8):
        _empty_caches()
        spent, count = seconds(lambda n=order: sum(1 for _ in candidates(cartesian([(1, 0), (2, 0), (3, 0)]), [n])))
        rows["candidates, l=3"].append({"order": order, "seconds": spent, "candidates": count})
    return rows


def kernels() -> list[dict[str, Any]]:
    """Operation counts, and seconds for lowering and for all derivatives."""
    rows = []
    for l_max, n_max in ((2, 4), (3, 4), (4, 4), (4, 5), (5, 4), (6, 4)):
        basis = invgen.generate(invgen.BasisSpec(l_max=l_max, n_max=n_max, objective="flexible"))
        lowering, value = seconds(lambda b=basis: lower(b))
        differentiating, found = seconds(lambda v=value: [value_and_vjp(v), vjp(v), second_order(v)])
        names = ("value", "value_and_vjp", "vjp", "second_order")
        counts = {name: k.operations["total"] for name, k in zip(names, (value, *found), strict=True)}
        rows.append(
            {"id": basis.id, "size": len(basis), "lower_s": lowering, "derivatives_s": differentiating, **counts}
        )
    return rows


def plot(rows: dict[str, list[dict[str, Any]]]) -> None:
    """Seconds over rank, and seconds and candidates over order."""
    figure, axes = plt.subplots(1, 2, figsize=(9, 3.6), constrained_layout=True)
    table = rows["independent, n=4"]
    axes[0].semilogy([r["l_max"] for r in table], [r["seconds"] for r in table], "o-")
    axes[0].set(xlabel="l_max", ylabel="seconds", title="independent basis, n ≤ 4")
    for name, key, style in (("linear, l=3", "n_max", "s-"), ("candidates, l=3", "order", "^-")):
        axes[1].semilogy([r[key] for r in rows[name]], [r["seconds"] for r in rows[name]], style, label=name)
    axes[1].set(xlabel="correlation order n", ylabel="seconds", title="l_max = 3")
    axes[1].legend()
    figure.savefig(record.RESULTS / "generation.png", dpi=130)


def main() -> None:
    """Measures, writes, and prints."""
    data = {"cold_seconds": cold(), "growth": growth(), "kernels": kernels()}
    print(record.write("generation", data))
    plot(data["growth"])
    for name, value in data["cold_seconds"].items():
        print(f"{name:20s} median {value['median']:.2f} s, least {value['least']:.2f} s")
    for row in data["kernels"]:
        print(row)


if __name__ == "__main__":
    main()
