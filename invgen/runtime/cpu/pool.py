"""Memory of large results, used again when nobody holds them any more.

The C library maps fresh pages for every array above 32 MiB, and the system clears them, which can take three times as
long as computing what is written there. What is lent here comes back when the last array, view or tensor on it is gone,
which Python says by deleting the ``_Lent`` that all of them refer to. ``KEPT`` bytes at most lie idle.
"""

from __future__ import annotations

from collections import deque
from typing import Any

import numpy as np

from invgen.runtime.cpu.routine import CACHE_LINE

LARGE = 2**25
"""Bytes from which memory is kept: the C library itself keeps what is smaller."""
KEPT = 2**28
"""Bytes that lie idle at most; the oldest are given up first."""
WASTE = 1.25
"""Larger memory by this factor at most is taken for a result."""

_idle: deque[np.ndarray] = deque()
"""Its methods are atomic, so that no lock is held where Python happens to delete something."""


class _Lent:
    """What arrays on ``memory`` refer to."""

    def __init__(self, memory: np.ndarray) -> None:
        self.memory, self.__array_interface__ = memory, memory.__array_interface__

    def __del__(self) -> None:
        _idle.append(self.memory)
        while sum(memory.nbytes for memory in list(_idle)) > KEPT:
            _idle.popleft()


def empty_at_cache_lines(shape: tuple[int, ...], dtype: np.dtype[Any]) -> np.ndarray:
    """A contiguous array that begins at a cache line, as stores past the caches need; its values are arbitrary."""
    size = int(np.prod(shape)) * dtype.itemsize
    raw = np.empty(size + CACHE_LINE, np.uint8) if size < LARGE else np.asarray(_Lent(_memory(size + CACHE_LINE)))
    start = -raw.ctypes.data % CACHE_LINE
    return raw[start : start + size].view(dtype).reshape(shape)


def _memory(size: int) -> np.ndarray:
    """Idle memory of about this size, or fresh memory."""
    for _ in range(len(_idle)):
        try:
            memory = _idle.popleft()
        except IndexError:  # another thread took it
            break
        if size <= memory.nbytes <= WASTE * size:
            return memory
        _idle.append(memory)
    return np.empty(size, np.uint8)
