"""What a fit takes: memory, said before it starts; and seconds of the wall and of the processor."""

from __future__ import annotations

import time
from collections.abc import Sequence

from invgen.data.errors import DataError
from invgen.workers.memory import GIB, free_memory, told

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


def check_memory(columns: int, rows: Sequence[Sequence[int]], threads: int) -> str:
    """``"2.1 GiB of memory needed, 18.0 free"``. Raises ``DataError`` when there is not that much."""
    needed, free = fit_memory(columns, rows, threads), free_memory()
    if free is not None and needed > free:
        fewer = f"solver.threads (now {threads}), " if threads > 1 else ""
        raise DataError(
            f"{columns} coefficients in {len(rows)} folds need {needed / GIB:.1f} GiB of memory, "
            f"{free / GIB:.1f} are free: lower {fewer}the degree or the number of folds"
        )
    return told(needed, free)


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
