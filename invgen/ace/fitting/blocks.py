"""Blocks of structures, condensed one by one and joined in one order: equal bytes, whoever condenses them and when.

A block holds the next structures of a fold until their rows are as many as the columns, so that where it ends depends
on the data alone. Its rows are condensed on one thread of BLAS, which would otherwise add in another order; several
blocks are condensed side by side instead, by threads (LAPACK leaves Python's lock) or by Dask's workers. The triangle
of a fold is that of its first block, joined with the second, then with the third, and so on.
"""

from __future__ import annotations

import os
import threading
from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait
from contextlib import contextmanager
from typing import Any, NamedTuple

from threadpoolctl import threadpool_info, threadpool_limits

from invgen.ace.fitting.factors import KINDS, Accumulator, Factor
from invgen.ace.fitting.rows import Design, Weights, weighted_rows
from invgen.data.structures import Structure

ROWS = 768
"""Rows of a block, or as many as there are columns: enough for LAPACK to run at full speed."""
POLL = 0.2
"""Seconds after which a thread that waits looks for Ctrl-C and tells how far the others are."""

Part = Mapping[str, Factor]
"""Condensed rows of each kind, without the weights of the kinds."""
Tick = Callable[[], None]


class _Limit:
    """The limit on threads of BLAS, which is one for the process: set by the first who needs it, lifted by the last."""

    def __init__(self) -> None:
        self._lock, self._users = threading.Lock(), 0
        self._limits: Any = None

    def take(self) -> None:
        with self._lock:
            if not self._users:
                self._limits = threadpool_limits(1, user_api="blas")
            self._users += 1

    def leave(self) -> None:
        with self._lock:
            self._users -= 1
            if not self._users:
                self._limits.restore_original_limits()


_LIMIT = _Limit()


@contextmanager
def one_blas_thread() -> Iterator[None]:
    """BLAS and LAPACK compute on the thread that calls them: equal bytes on any number of cores."""
    _LIMIT.take()
    try:
        yield
    finally:
        _LIMIT.leave()


def cores() -> int:
    """How many threads BLAS would take: all cores, unless ``OMP_NUM_THREADS`` says otherwise."""
    found = [int(library["num_threads"]) for library in threadpool_info() if library["user_api"] == "blas"]
    return max(1, min(found, default=os.cpu_count() or 1))


def row_counts(structures: Sequence[Structure]) -> list[int]:
    """Rows of the design matrix of each kind."""
    energy = sum(s.energy is not None for s in structures)
    forces = sum(3 * s.atoms for s in structures if s.forces is not None)
    return [energy, forces, 6 * sum(s.stress is not None and bool(s.volume) for s in structures)]


def blocks_of(members: Sequence[Structure], columns: int) -> list[list[Structure]]:
    """The structures of a fold, in order, in blocks."""
    found: list[list[Structure]] = []
    rows = most = max(ROWS, columns + 1)
    for s in members:
        if rows >= most:
            found.append([])
            rows = 0
        found[-1].append(s)
        rows += sum(row_counts([s]))
    return found


class Work(NamedTuple):
    """What the rows of any structure are made with."""

    evaluator: Design
    references: Mapping[int, float]
    weights: Weights

    def condensed(self, block: Sequence[Structure], tick: Tick | None = None) -> Part:
        """The weighted rows of a block, condensed; ``tick()`` is called after each structure, and may raise."""
        collected = {kind: Accumulator(self.evaluator.columns + 1) for kind in KINDS}
        for s in block:
            for kind, rows in weighted_rows(s, self.evaluator, self.references, self.weights).items():
                collected[kind].add(rows)
            if tick is not None:
                tick()
        with one_blas_thread():
            return {kind: _folded(a) for kind, a in collected.items()}


def joined(first: Part, second: Part) -> Part:
    """The rows of both."""
    made = {}
    with one_blas_thread():
        for kind in KINDS:
            a, b = first[kind], second[kind]
            accumulator = Accumulator(a.augmented.shape[1], a.augmented, a.rows)
            if b.rows:
                accumulator.add(b.augmented, b.rows)
            made[kind] = _folded(accumulator)
    return made


def _folded(accumulator: Accumulator) -> Factor:
    accumulator.fold()
    return accumulator.factor()


def in_order(
    function: Callable[[Any], Any], items: Sequence[Any], threads: int, tick: Tick | None = None
) -> Iterator[Any]:
    """``map`` on several threads, one result ahead of the reader for each of them; ``tick()`` is called while it waits.

    What ``tick`` or a call of ``function`` raises ends the others as soon as they look.
    """
    if threads <= 1 or len(items) <= 1:
        yield from map(function, items)
        return
    with ThreadPoolExecutor(threads) as pool:
        ahead: deque[Future[Any]] = deque()
        waiting = deque(items)
        try:
            while waiting or ahead:
                while waiting and len(ahead) <= threads:
                    ahead.append(pool.submit(function, waiting.popleft()))
                while not wait([ahead[0]], POLL).done:
                    if tick is not None:
                        tick()
                yield ahead.popleft().result()
        finally:
            for future in ahead:
                future.cancel()
