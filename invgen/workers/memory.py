"""How much memory a process may still take, and has taken."""

from __future__ import annotations

import os
import sys
from pathlib import Path

GIB = 2**30


def free_memory() -> int | None:
    """Bytes that this process may still take, as far as the system tells."""
    found = [limit for limit in (_available(), _group_limit()) if limit is not None]
    return min(found, default=None)


def _available() -> int | None:
    meminfo = Path("/proc/meminfo")
    if meminfo.exists():
        for line in meminfo.read_text().splitlines():
            if line.startswith("MemAvailable:"):
                return 1024 * int(line.split()[1])
    if hasattr(os, "sysconf") and "SC_PHYS_PAGES" in os.sysconf_names:
        return os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    return None


def _group_limit() -> int | None:
    """What is left of the limit of the control group."""
    try:
        limit, used = (int(Path(f"/sys/fs/cgroup/memory.{name}").read_text()) for name in ("max", "current"))
    except (OSError, ValueError):
        return None
    return limit - used


def told(needed: int, free: int | None) -> str:
    """``"about 2.1 GiB of memory needed, 18.0 free"``."""
    return f"about {needed / GIB:.1f} GiB of memory needed" + ("" if free is None else f", {free / GIB:.1f} free")


def peak_memory() -> float | None:
    """GiB at most in use by this process so far, where the system tells."""
    try:
        import resource
    except ImportError:
        return None
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024) / GIB
