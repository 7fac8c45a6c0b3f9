"""What a fit takes: memory, said before it starts; and seconds of the wall and of the processor."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from invgen.data.errors import DataError

GIB = 2**30
BASE = GIB // 2
"""What Python and its packages take."""
FOLDING, SOLVING = 6, 4
"""Square matrices in use while a block is condensed or joined, and while a fold is decomposed."""


def fit_memory(columns: int, rows: Sequence[Sequence[int]], threads: int) -> int:
    """Bytes at most in use by assembly and ridge.

    rows
        For every fold the rows of each kind.
    threads
        Blocks condensed, and folds decomposed, at a time.
    """
    width = columns + 1
    kept = sum(8 * width * min(count, width) for fold in rows for count in fold)
    largest = max((sum(min(count, width) for count in fold) for fold in rows), default=0)
    return BASE + kept + 8 * width * (FOLDING * min(largest, width) + SOLVING * width * threads)


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


def check_memory(columns: int, rows: Sequence[Sequence[int]], threads: int) -> str:
    """``"2.1 GiB of memory needed, 18.0 free"``. Raises ``DataError`` when there is not that much."""
    needed, free = fit_memory(columns, rows, threads), free_memory()
    if free is not None and needed > free:
        fewer = f"solver.threads (now {threads}), " if threads > 1 else ""
        raise DataError(
            f"{columns} coefficients in {len(rows)} folds need {needed / GIB:.1f} GiB of memory, "
            f"{free / GIB:.1f} are free: lower {fewer}the degree or the number of folds"
        )
    return f"about {needed / GIB:.1f} GiB of memory needed" + ("" if free is None else f", {free / GIB:.1f} free")


def peak_memory() -> float | None:
    """GiB at most in use by this process so far, where the system tells."""
    try:
        import resource
    except ImportError:
        return None
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024) / GIB


class Clock:
    """Seconds of each stage: ``seconds["assembly"]`` is ``{"wall": ..., "processor": ...}``."""

    def __init__(self) -> None:
        self.seconds: dict[str, dict[str, float]] = {}
        self._last = time.perf_counter(), time.process_time()

    def stop(self, stage: str) -> None:
        """``stage`` ends here, and the next begins."""
        now = time.perf_counter(), time.process_time()
        self.seconds[stage] = {"wall": now[0] - self._last[0], "processor": now[1] - self._last[1]}
        self._last = now
