"""Registers and spills of the emitted CUDA kernels, by architecture, precision and layout, and of the fused interaction
with 20 sensitivities; what the order of statements and the limit of values alive do to them. Needs no GPU.

pip install '.[test]'
python benchmarks/cuda_resources.py [--quick] [BASIS ...]        -> results/cuda_resources.json
"""

from __future__ import annotations

import argparse
import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict

import record

import invgen
from invgen.compiler.emitters import parts as schedule
from invgen.compiler.emitters.order import alive, depth_first, narrowed
from invgen.compiler.emitters.parts import parts
from invgen.compiler.emitters.schedule import live_statements
from invgen.compiler.inspect.resources import compiled, interaction
from invgen.compiler.kernels.program import Kernel
from invgen.gpu import find_compiler

BASES = ("cartesian-l2-n4-flexible", "cartesian-l3-n4-flexible", "ace-l3-n4-linear", "cartesian-l4-n4-flexible")
SETS = tuple(
    f"cartesian-l{l_max}-n4-{name}"
    for l_max in (3, 4)
    for name in ("independent", "by_program-independent", "by_program-robust")
)
ARCHITECTURES = (80, 90, 100)
SENSITIVITIES = 20
MORE_SENSITIVITIES = (10, 20, 30, 40, 64)
LARGE = "cartesian-l4-n5-flexible"
LIMITS = (200, 250, 300, 350, 10_000)


def orders(programs: dict[str, Kernel]) -> list[dict[str, object]]:
    """Values alive at once in each order of unsplit kernels, processor seconds of the search, and the parts made."""
    rows = []
    for name, kernel in programs.items():
        start = time.process_time()
        found = narrowed.__wrapped__(kernel)
        seconds = time.process_time() - start
        rows.append(
            {
                "kernel": name,
                "operations": kernel.operations["total"],
                "alive": {
                    "program": alive(kernel),
                    "depth_first": alive(depth_first(kernel)),
                    "searched": alive(found),
                },
                "seconds": round(seconds, 2),
                "parts": [
                    {"operations": len(live_statements(p.kernel)), "alive": alive(p.kernel), "outputs": len(p.outputs)}
                    for p in parts(kernel)
                ],
            }
        )
    return rows


def in_each_order(id: str, programs: dict[str, Kernel]) -> list[dict[str, object]]:
    """Unsplit kernels on sm_90 with their statements in the order of the program, depth first, and as searched."""
    rows = []
    for order, change in {"program": lambda kernel: kernel, "depth_first": depth_first, "searched": narrowed}.items():
        with settings(ALIVE_LIMIT=10_000, ENOUGH=0, narrowed=change):
            for part in compiled(id, programs, 90, ("float", "double"), ("planes",)):
                rows.append({"order": order, "name": part.name, "real": part.real, **asdict(part.usage)})
                print(id, *rows[-1].values(), flush=True)
    return rows


def under_limits(id: str, kernel: Kernel) -> list[dict[str, object]]:
    """The parts of a kernel in float on sm_90 for several limits of the values alive."""
    rows = []
    for limit in LIMITS:
        with settings(ALIVE_LIMIT=limit):
            split = parts(kernel, limit)
            found = compiled(id, {"value": kernel}, 90, ("float",), ("planes",))
        for part, made in zip(split, found, strict=True):
            rows.append(
                {
                    "limit": limit, "alive": alive(part.kernel), "operations": made.operations,
                    "outputs": len(part.outputs), **asdict(made.usage),
                }
            )  # fmt: skip
            print(id, *rows[-1].values(), flush=True)
    return rows


@contextmanager
def settings(**values: object) -> Iterator[None]:
    """Other constants of the schedule for a while."""
    before = {name: getattr(schedule, name) for name in values}
    defaults = schedule.parts.__defaults__
    for name, value in values.items():
        setattr(schedule, name, value)
    schedule.parts.__defaults__ = (schedule.ALIVE_LIMIT,)
    try:
        yield
    finally:
        schedule.parts.__defaults__ = defaults
        for name, value in before.items():
            setattr(schedule, name, value)


def measured(
    id: str, programs: dict[str, Kernel], architecture: int, layouts: tuple[str, ...]
) -> list[dict[str, object]]:
    """One row for each part, flattened."""
    rows = []
    for part in compiled(id, programs, architecture, ("float", "double"), layouts):
        row = asdict(part)
        usage = row.pop("usage")
        rows.append({"architecture": f"sm_{architecture}", **row, **usage})
        print(id, *rows[-1].values(), flush=True)
    return rows


def fused(
    id: str, programs: dict[str, Kernel], architecture: int, sensitivities: int, threads: dict[str, int]
) -> list[dict[str, object]]:
    """One row for each pass of the interaction."""
    rows = []
    for real in ("float", "double"):
        for found in interaction(id, programs, architecture, real, sensitivities, threads[real]):
            row = asdict(found)
            usage = row.pop("usage")
            rows.append({"architecture": f"sm_{architecture}", **row, **usage})
            print(id, *rows[-1].values(), flush=True)
    return rows


def of_basis(id: str, architectures: tuple[int, ...]) -> dict[str, object]:
    """All that is measured of a basis: of ``SETS`` their parts and orders alone."""
    programs = invgen.kernels_of(invgen.find_basis(id))
    layouts = ("planes", "rows") if id == BASES[1] else ("planes",)
    rows = [row for a in architectures for row in measured(id, programs, a, layouts)]
    result: dict[str, object] = {"commit": record.stamp()["commit"], "orders": orders(programs), "parts": rows}
    result["in_each_order"] = in_each_order(id, programs)
    if id in BASES and id.startswith("cartesian"):
        threads = {"float": 128, "double": 64 if id == BASES[-1] else 128}
        result["interaction"] = [row for a in architectures for row in fused(id, programs, a, SENSITIVITIES, threads)]
    if id == BASES[1]:
        halved = {"float": 64, "double": 64}
        result["more_sensitivities"] = [r for n in MORE_SENSITIVITIES for r in fused(id, programs, 90, n, halved)]
    return result


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="sm_90 and (3,4) alone, and nothing is written")
    parser.add_argument("bases", nargs="*", help="these alone; what the file says of others stays")
    options = parser.parse_args()
    if options.quick:
        of_basis(BASES[1], (90,))
        return
    data: dict[str, object] = {"compiler": find_compiler().name, "sensitivities": SENSITIVITIES, "bases": {}}
    if options.bases:
        data = json.loads((record.RESULTS / "cuda_resources.json").read_text())
        data.pop("stamp")
    for id in options.bases or (*BASES, *SETS):
        data["bases"][id] = of_basis(id, ARCHITECTURES)  # type: ignore[index]
        print(record.write("cuda_resources", data))
    if not options.bases:
        programs = invgen.kernels_of(invgen.find_basis(LARGE))
        data["limits"] = {"basis": LARGE, "rows": under_limits(LARGE, programs["second_order"])}
        print(record.write("cuda_resources", data))


if __name__ == "__main__":
    main()
