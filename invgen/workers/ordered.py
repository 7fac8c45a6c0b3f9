"""A function of items, by other processes, with the results in the order of the items.

The processes are those of a pool of its own, or the workers of a Dask scheduler. What a process held that is lost is
computed again by another one, so that results do not depend on how many there are, nor on who was first.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from typing import Any

from invgen.errors import InvgenError
from invgen.workers.scheduler import LOSSES, connected, losses_told, result_of

Function = Callable[[Any], Any]


class WorkerError(InvgenError, ChildProcessError):
    """Processes that are lost again and again."""


def cores() -> int:
    """How many processes this machine runs at a time."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def in_order(
    function: Function, items: Iterator[Any], workers: int = 1, scheduler: str | None = None, kept: str = "results are"
) -> Iterator[Any]:
    """``map(function, items)`` on ``workers`` processes, or on those of the Dask scheduler at this address.

    items
        Taken one by one where there is room, a few ahead of the reader: later ones may be made of earlier results.
    kept
        What errors say is kept: ``"results are"``.

    Function, items and results have to be picklable. To be closed by a reader who stops early. Raises ``WorkerError``
    or ``SchedulerError`` when processes are lost again and again with the same item, or there are none.
    """
    if scheduler is not None:
        return _by_scheduler(function, items, scheduler, kept)
    return _by_processes(function, items, workers, kept) if workers > 1 else map(function, items)


def _by_processes(function: Function, items: Iterator[Any], workers: int, kept: str) -> Iterator[Any]:
    ahead: deque[tuple[Any, Future[Any] | None]] = deque()
    pool, lost = _pool(workers), 0
    try:
        while True:
            while len(ahead) <= workers:
                try:
                    item = next(items)
                except StopIteration:
                    break
                ahead.append((item, _submitted(pool, function, item)))
            if not ahead:
                return
            try:
                if (future := ahead[0][1]) is None:
                    raise BrokenProcessPool("a process was lost before")
                result = future.result()
            except BrokenProcessPool as error:
                lost += 1
                if lost >= LOSSES:
                    raise WorkerError(
                        f"{LOSSES} times one of {workers} processes was lost with the same piece, perhaps for lack of "
                        f"memory: take fewer workers; {kept} kept, run again to continue. (A script that asks for "
                        'workers needs `if __name__ == "__main__":`)'
                    ) from error
                pool.shutdown(wait=True, cancel_futures=True)
                pool = _pool(workers)
                ahead = deque((i, f if _finished(f) else _submitted(pool, function, i)) for i, f in ahead)
                continue
            ahead.popleft()
            lost = 0
            yield result
    finally:
        pool.shutdown(wait=True, cancel_futures=True)


def _submitted(pool: ProcessPoolExecutor, function: Function, item: Any) -> Future[Any] | None:
    """``None`` if the pool has lost a process."""
    try:
        with _one_thread():
            return pool.submit(function, item)
    except BrokenProcessPool:
        return None


def _finished(future: Future[Any] | None) -> bool:
    return future is not None and future.done() and not future.cancelled() and future.exception() is None


def _pool(workers: int) -> ProcessPoolExecutor:
    return ProcessPoolExecutor(workers, multiprocessing.get_context("spawn"), _begin)


@contextmanager
def _one_thread() -> Iterator[None]:
    """Processes that are started within have one thread each: there is one of them for each core."""
    names = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")
    before = {name: os.environ.get(name) for name in names}
    os.environ.update(dict.fromkeys(names, "1"))
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value


def _begin() -> None:
    """Ctrl-C is for the process that waits for this one; without it this one has no purpose."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with_parent, name="parent", daemon=True).start()


def _end_with_parent() -> None:
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)


def _by_scheduler(function: Function, items: Iterator[Any], address: str, kept: str) -> Iterator[Any]:
    with connected(address, cores()) as client, losses_told(address, kept):
        ahead: deque[Any] = deque()
        try:
            while True:
                room = _room(client)
                while len(ahead) < room:
                    try:
                        item = next(items)
                    except StopIteration:
                        break
                    ahead.append(client.submit(function, item, pure=False))
                if not ahead:
                    return
                result = result_of(client, ahead[0], address, kept)
                ahead.popleft()
                yield result
        finally:
            if ahead:
                client.cancel(list(ahead), force=True)


def _room(client: Any) -> int:
    """One item more than there are threads now: workers come and go."""
    from distributed.comm import CommClosedError

    try:
        return 1 + max(1, sum(client.nthreads().values()))
    except OSError as error:
        raise CommClosedError(str(error)) from error
