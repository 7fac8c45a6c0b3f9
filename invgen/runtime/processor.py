"""What computes: names and instruction sets of processors, names of GPUs, versions of what runs on them."""

from __future__ import annotations

import platform
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

_CPUINFO = Path("/proc/cpuinfo")


@cache
def _cpuinfo() -> dict[str, str]:
    """Fields of the first processor; empty where the system does not tell."""
    try:
        lines = _CPUINFO.read_text().partition("\n\n")[0].splitlines()
    except OSError:
        return {}
    return {name.strip(): value.strip() for name, _, value in (line.partition(":") for line in lines)}


def machine() -> str:
    """Architecture such as ``x86_64``."""
    return platform.machine()


def processor_name(device: str = "cpu", index: int | None = None) -> str:
    """The name of this machine's CPU, or of a GPU (torch's current one by default) for the device ``cuda``."""
    if device == "cuda":
        import torch

        return torch.cuda.get_device_name(index)
    return _cpuinfo().get("model name") or platform.processor() or machine()


def cpu_features() -> tuple[str, ...]:
    """Names of the instruction sets of this CPU as Linux gives them, sorted; empty where they are not told."""
    fields = _cpuinfo()
    return tuple(sorted((fields.get("flags") or fields.get("Features") or "").split()))


@cache
def versions() -> dict[str, str]:
    """Versions of this package, torch, Numba and Python; nothing is imported."""
    found = {"python": platform.python_version()}
    for name in ("invgen-atomistic", "torch", "numba"):
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            found[name] = "none"
    return found
