"""Threads of Numba and torch in one process.

Numba's OpenMP layer sets the number of OpenMP threads of the whole process when it starts, which would overrule
``OMP_NUM_THREADS`` and ``torch.set_num_threads``: torch would run on all cores from then on.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def torch_threads_kept() -> Iterator[None]:
    """Leaves torch, if it is imported, with as many threads as it had."""
    torch = sys.modules.get("torch")
    if torch is None:
        yield
        return
    before = torch.get_num_threads()
    try:
        yield
    finally:
        if torch.get_num_threads() != before:
            torch.set_num_threads(before)


@contextmanager
def numba_threads_like_torch() -> Iterator[None]:
    """Numba runs on as many threads as torch, so that ``torch.set_num_threads`` governs the custom operators."""
    import numba
    import torch

    with torch_threads_kept():
        wanted = min(torch.get_num_threads(), numba.config.NUMBA_NUM_THREADS)
        before = numba.get_num_threads()  # starts Numba's threads if nothing has yet
    numba.set_num_threads(wanted)
    try:
        yield
    finally:
        numba.set_num_threads(before)
