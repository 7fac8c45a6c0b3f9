"""Every CUDA kernel once under compute-sanitizer: memory, races, barriers, uninitialised reads.

Runs itself under the command ``compute-sanitizer`` of a CUDA toolkit, once for each of its tools, and writes what they
found. Torch's caching of memory is switched off, so that a step over the end of an array is seen.

    python benchmarks/cuda_sanitizer.py                  -> results/cuda_sanitizer.json
    python benchmarks/cuda_sanitizer.py --kernels        the kernels alone, as the tools run them
"""

from __future__ import annotations

import argparse
import os
import re
import shutil
import subprocess
import sys
from typing import Any

import record
import torch

from invgen.runtime import load
from invgen.runtime.pair_lists import pair_lists

TOOLS = ("memcheck", "racecheck", "synccheck", "initcheck")
BASES = ("cartesian-l2-n4-flexible", "cartesian-l3-n4-flexible")
ORDERS = ("value", "vjp", "second_order")


def invariants(id: str, dtype: torch.dtype) -> None:
    """The three kernels in both layouts, with a block that is not full."""
    f = load(id, backend="cuda").form("cuda")
    widths = [f.launches["vjp"].outputs[0], f.launches["value"].outputs[0], f.launches["vjp"].outputs[0]]
    for atoms, features in ((5, 70), (300, 1)):
        arrays = tuple(torch.randn(atoms, w, features, dtype=dtype, device="cuda") for w in widths)
        for count, order in enumerate(ORDERS, 1):
            f.run(order, arrays[:count])


def interaction(id: str, dtype: torch.dtype) -> None:
    """The three operators; a warp that is not full, several slabs, atoms without pairs and with many."""
    f = load(id, backend="cuda").interaction("cuda")
    atoms, pairs, sensitivities = 7, 90, 20
    first, second = torch.randint(0, atoms - 1, (2, pairs), device="cuda")
    lists = pair_lists(first, second, atoms, atoms)
    for features in (20, 130):
        inner = [(atoms, sensitivities, features), (pairs, sensitivities), (pairs, f.components)]
        shapes = [*inner, (atoms, f.size, features), *inner]
        arrays = tuple(0.3 * torch.randn(shape, dtype=dtype, device="cuda") for shape in shapes)
        for count, order in zip((3, 4, 7), ORDERS, strict=True):
            getattr(f, order)(arrays[:count], lists)


def kernels() -> None:
    """Everything once, in both precisions."""
    for id in BASES:
        for dtype in (torch.float32, torch.float64):
            invariants(id, dtype)
            interaction(id, dtype)
    torch.cuda.synchronize()


def checked(tool: str, command: str) -> dict[str, Any]:
    """What one tool says: its return code and summary."""
    environment = os.environ | {"PYTORCH_NO_CUDA_MEMORY_CACHING": "1"}
    arguments = [command, "--tool", tool, "--error-exitcode", "9", sys.executable, __file__, "--kernels"]
    done = subprocess.run(arguments, env=environment, capture_output=True, text=True, check=False)
    summary = re.findall(r"SUMMARY: .*", done.stdout + done.stderr)
    print(tool, done.returncode, *summary, flush=True)
    return {"returncode": done.returncode, "summary": summary, "output": "" if summary else done.stderr[-2000:]}


def main() -> None:
    """Runs what the arguments say."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--kernels", action="store_true", help="the kernels alone")
    if parser.parse_args().kernels:
        kernels()
        return
    command = shutil.which("compute-sanitizer")
    if command is None:
        raise SystemExit("compute-sanitizer is not on the search path: it is part of the CUDA toolkit")
    from cuda_invariants import machine

    found = {tool: checked(tool, command) for tool in TOOLS}
    print(record.write("cuda_sanitizer", {**machine(), "tools": found}))
    if any(result["returncode"] for result in found.values()):
        raise SystemExit("not clean")


if __name__ == "__main__":
    main()
