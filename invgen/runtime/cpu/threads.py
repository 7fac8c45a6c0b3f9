"""Work for several threads: those of the OpenMP runtime that torch brought, else a pool of Python's.

Sharing torch's OpenMP runtime, compiled routines and torch take turns on the same threads, and
``torch.set_num_threads`` governs both. A routine is machine code ``void f(void *frame)`` that takes pieces of work out
of the frame until none is left; all threads run it on one frame.
"""

from __future__ import annotations

import ctypes
import os
import sys
from concurrent.futures import ThreadPoolExecutor, wait
from functools import cache
from typing import Any

Function = ctypes.CFUNCTYPE(None, ctypes.c_void_p)
VARIABLES = ("OMP_NUM_THREADS", "NUMBA_NUM_THREADS")
"""Read in this order where torch is not imported."""


def thread_count() -> int:
    """Threads that a routine may use: torch's number if it is imported, else one for each processor, or as ordered."""
    torch = sys.modules.get("torch")
    if torch is not None:
        return int(torch.get_num_threads())
    return _without_torch()


@cache
def _without_torch() -> int:
    for name in VARIABLES:
        if (text := os.environ.get(name, "")).isdecimal() and int(text) > 0:
            return int(text)
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def run(function: Any, frame: Any, threads: int) -> None:
    """Call ``function`` (a ``Function``) on a frame (a ctypes array), from several threads; returns when all have."""
    if threads == 1:
        function(frame)
    elif (parallel := _openmp()) is not None:
        parallel(ctypes.cast(function, ctypes.c_void_p), frame, threads, 0)
    else:
        others = [_pool(threads - 1).submit(function, frame) for _ in range(threads - 1)]
        function(frame)
        wait(others)


def _openmp() -> Any:
    """OpenMP's way to run a function on all threads of a team, if a runtime with this name is loaded."""
    return _openmp_entry() if "torch" in sys.modules else None


@cache
def _openmp_entry() -> Any:
    try:
        entry = ctypes.CDLL(None).GOMP_parallel
    except (AttributeError, OSError, TypeError):
        return None
    entry.argtypes, entry.restype = [ctypes.c_void_p, ctypes.c_void_p, ctypes.c_uint, ctypes.c_uint], None
    return entry


@cache
def _pool(threads: int) -> ThreadPoolExecutor:
    return ThreadPoolExecutor(threads, "invgen")


if hasattr(os, "register_at_fork"):  # a child has none of its parent's threads
    os.register_at_fork(after_in_child=_pool.cache_clear)
