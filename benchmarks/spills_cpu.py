"""Instructions of the CPU kernels of (3,4) and (4,4), counted in the machine code: what registers do not hold.

Every kernel is compiled for a processor with 16 registers of 256 bits (LLVM's ``znver3``) and for one with 32 of 512
bits (``znver4``), in float32, with its statements in the order of the program and as LLVM schedules them, and in the
order that is emitted, which LLVM keeps. The longest run of instructions without a jump is counted by objdump: one
register of items. Counts do not depend on what else the machine does.

    python benchmarks/spills_cpu.py        -> results/spills_cpu.json
"""

from __future__ import annotations

import re
import subprocess
import tempfile
from collections import Counter
from functools import cache
from typing import Any

import llvmlite.binding as llvm
import record

from invgen.compiler.basis import Basis
from invgen.compiler.emission import kernels_of
from invgen.compiler.emitters import numba
from invgen.compiler.kernels.program import Kernel
from invgen.resources import generated_folder
from invgen.runtime.cpu import objects
from invgen.runtime.cpu.invariants import Invariants

BASES = ("cartesian-l3-n4-flexible", "cartesian-l4-n4-flexible")
PROCESSORS = {"znver3": 32, "znver4": 64}
VECTOR = re.compile(r"%[xyz]mm\d")
STACK = re.compile(r"\(%r[sb]p")


def routines(kernels: dict[str, Kernel], searched: bool) -> Invariants:
    """The kernels as emitted, or with their statements in the order of the program."""
    real = numba.narrowed
    try:
        if not searched:
            numba.narrowed = lambda kernel, enough: kernel  # type: ignore[assignment]
        text = numba.emit("counted", kernels)
    finally:
        numba.narrowed = real
    made: dict[str, Any] = {}
    exec(text, made)
    return Invariants("counted", made["KERNELS"], made["LANES"])


def longest_run(code: bytes) -> list[str]:
    """The instructions between two jumps, or places that are jumped to, most of which are vector instructions."""
    with tempfile.NamedTemporaryFile(suffix=".o") as file:
        file.write(code)
        file.flush()
        command = ["objdump", "-d", "--no-show-raw-insn", "-M", "att", file.name]
        listing = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    lines = re.findall(r"^\s+([0-9a-f]+):\s+([^#<\n]*)", listing, re.MULTILINE)
    targets = {m[1] for _, text in lines if (m := re.match(r"j\w+\s+([0-9a-f]+)", text))}
    runs: list[list[str]] = [[]]
    for place, text in lines:
        if place in targets:
            runs.append([])
        runs[-1].append(text.strip())
        if text.startswith("j"):
            runs.append([])
    return max(runs, key=lambda run: sum(bool(VECTOR.search(text)) for text in run))


def counted(run: list[str]) -> dict[str, int]:
    """All instructions, arithmetic of registers, and loads from and stores to the stack."""
    found = Counter[str](all=len(run))
    for text in run:
        operation, _, operands = text.partition(" ")
        if not VECTOR.search(operands):
            continue
        found["vector"] += 1
        found["arithmetic"] += operation.startswith(("vf", "vmul", "vadd", "vsub"))
        if STACK.search(operands):
            found["stack_stores" if operands.rstrip().endswith(")") else "stack_loads"] += 1
    return {name: found[name] for name in ("all", "vector", "arithmetic", "stack_loads", "stack_stores")}


def machine_for(processor: str) -> Any:
    """LLVM's description of a processor."""
    llvm.initialize_native_target()
    llvm.initialize_native_asmprinter()
    target = llvm.Target.from_default_triple()
    return target.create_target_machine(cpu=processor, features="", opt=3, jit=True)


def main() -> None:
    """Counts and writes."""
    rows = []
    for id in BASES:
        kernels = kernels_of(Basis.load(generated_folder() / id))
        for searched in (False, True):
            program = routines(kernels, searched)
            for processor, size in PROCESSORS.items():
                objects.register_bytes = lambda size=size: size  # type: ignore[misc, assignment]
                objects._machine = cache(lambda processor=processor: machine_for(processor))
                for name in kernels:
                    text = program._new_routine(name, "in_place").text("float32")
                    row = counted(longest_run(objects._compiled(f"{id} {name}", text, ordered=searched)))
                    rows.append({"id": id, "kernel": name, "processor": processor, "searched": searched, **row})
                    print(*rows[-1].values(), flush=True)
    record.write("spills_cpu", {"rows": rows})


if __name__ == "__main__":
    main()
