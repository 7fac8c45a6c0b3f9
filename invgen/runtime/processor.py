"""What computes: names and instruction sets of processors, names of GPUs, versions of what runs on them."""

from __future__ import annotations

import platform
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

_CPUINFO = Path("/proc/cpuinfo")
_INSTRUCTIONS = (
    *("sse", "ssse", "avx", "fma", "f16c", "bmi", "abm", "lzcnt", "popcnt", "movbe", "adx", "aes", "vaes", "pclmul"),
    *("vpclmul", "gfni", "sha", "amx", "asimd", "sve", "sme", "i8mm", "bf16", "crc32", "atomics", "fp"),
)
"""What compilers use and a program that lacks it dies of; other flags tell of caches, clocks and mitigations."""


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
    """Names of the vector and bit instruction sets of this CPU as Linux gives them; empty where they are not told."""
    fields = _cpuinfo()
    names = (fields.get("flags") or fields.get("Features") or "").split()
    return tuple(sorted(name for name in names if name.startswith(_INSTRUCTIONS)))


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
