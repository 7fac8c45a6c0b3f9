"""Dask's distributed scheduler: a client of it, and its errors in one line."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import Any

from invgen.errors import InvgenError
from invgen.version import __version__

LOCAL = "local"
PATIENCE = 10.0
"""Seconds within which a scheduler has to answer, and to have a worker."""
LOSSES = 10
"""Workers that may be lost with the same task before it is given up."""


class SchedulerError(InvgenError, ConnectionError):
    """A scheduler that does not answer, has no workers, or went away."""


@contextmanager
def connected(address: str, workers: int) -> Iterator[Any]:
    """A client of the scheduler at ``address``, or, for ``"local"``, of so many worker processes of its own.

    What Dask logs within is left out. Raises ``SchedulerError`` naming the address and the remedy, ``ImportError``
    where Dask is not installed.
    """
    try:
        import dask
        from distributed import Client, LocalCluster
    except ImportError as error:
        raise ImportError("a scheduler needs Dask, which is not installed: pip install distributed") from error
    with dask.config.set({"distributed.scheduler.allowed-failures": LOSSES}), _without_logs():
        if address == LOCAL:
            cluster = LocalCluster(n_workers=workers, threads_per_worker=1, dashboard_address=":0")
            with cluster, Client(cluster) as client:
                yield client
            return
        try:
            client = Client(address, timeout=PATIENCE)
        except (OSError, ValueError, TypeError, TimeoutError) as error:
            raise SchedulerError(
                f"no Dask scheduler answers at {address}: start one (dask scheduler), or run without --scheduler"
            ) from error
        with client:
            check_workers(client, address)
            for worker, found in client.run(version).items():
                if found != __version__:
                    raise SchedulerError(
                        f"the worker {worker} has invgen {found}, this is {__version__}: install the same"
                    )
            yield client


@contextmanager
def _without_logs() -> Iterator[None]:
    from distributed.utils import silence_logging_cmgr

    with ExitStack() as stack:
        for name in ("distributed", "distributed.client"):
            stack.enter_context(silence_logging_cmgr(logging.CRITICAL, name))
        yield


def check_scheduler(address: str) -> None:
    """Raises as ``connected`` if there would be no use in asking this scheduler."""
    if address != LOCAL:
        with connected(address, 1):
            pass


def check_workers(client: Any, address: str, kept: str = "") -> None:
    """Raises ``SchedulerError`` if there is no worker within ``PATIENCE``."""
    try:
        client.wait_for_workers(1, timeout=PATIENCE)
    except TimeoutError as error:
        raise SchedulerError(
            f"the scheduler at {address} has no workers: start some (dask worker {address})"
            + (f"; {kept} kept, run again to continue" if kept else "")
        ) from error


def result_of(client: Any, future: Any, address: str, kept: str) -> Any:
    """The result of a task. Raises as ``check_workers`` when nobody is left who could do it."""
    from distributed import wait

    while not future.done():
        try:
            wait(future, timeout=PATIENCE)
        except TimeoutError:
            check_workers(client, address, kept)
    return future.result()


def version() -> str:
    """What a worker answers."""
    return __version__


@contextmanager
def losses_told(address: str, kept: str) -> Iterator[None]:
    """Errors of Dask in one line, which says what is ``kept``: ``finished folds are``."""
    from distributed import CancelledError, KilledWorker
    from distributed.comm import CommClosedError

    try:
        yield
    except KilledWorker as error:
        raise SchedulerError(
            f"{LOSSES} workers of {address} were lost with the same block, perhaps for lack of memory: give them more; "
            f"{kept} kept, run again to continue"
        ) from error
    except (CancelledError, CommClosedError) as error:
        raise SchedulerError(
            f"the scheduler at {address} went away; {kept} kept, run again to continue, with a scheduler or without"
        ) from error
