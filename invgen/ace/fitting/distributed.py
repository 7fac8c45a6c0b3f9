"""Assembly over Dask's distributed scheduler: blocks are condensed, and folds joined, by its workers.

Blocks and the order in which they are joined are those of ``blocks``, so that the bytes do not depend on how many
workers there are, nor on who was first. What a worker held that is lost is computed again by another one.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from invgen.ace.fitting.blocks import POLL, Part, Work, cores, joined
from invgen.ace.fitting.folds import FoldState
from invgen.ace.fitting.steps import Steps
from invgen.data.structures import Structure
from invgen.errors import InvgenError
from invgen.version import __version__

LOCAL = "local"
PATIENCE = 10.0
"""Seconds within which a scheduler has to answer, and to have a worker."""
LOSSES = 10
"""Workers that may be lost with the same task before it is given up."""


class SchedulerError(InvgenError, ConnectionError):
    """A scheduler that does not answer, has no workers, or went away."""


def over_workers(address: str, states: Sequence[FoldState], work: Work, steps: Steps) -> None:
    """Condense and join what is missing of all folds; each is kept as soon as it is whole.

    Raises ``SchedulerError`` naming the address and the remedy, and ``KeyboardInterrupt`` through ``steps``.
    """
    with connected(address) as client, _losses_told(address):
        # results of tasks are computed again when the worker that holds them is lost; scattered data is not
        sent = client.submit(as_it_is, work, pure=False)
        folds, blocks = {}, {}
        for number, state in enumerate(states):
            options = {"pure": False, "priority": -number}
            whole = client.submit(as_it_is, state.part, **options) if state.done and state.waiting else None
            for block in state.waiting:
                made = client.submit(condensed_by, sent, block, **options)
                blocks[made] = len(block)
                whole = made if whole is None else client.submit(joined, whole, made, **options)
            if whole is not None:
                folds[whole] = state
        _watched(client, folds, blocks, steps)


def as_it_is(value: Any) -> Any:
    """What was sent."""
    return value


def condensed_by(work: Work, block: list[Structure]) -> Part:
    """What a worker does with a block."""
    return work.condensed(block)


def _watched(client: Any, folds: dict[Any, FoldState], blocks: dict[Any, int], steps: Steps) -> None:
    """Tell how many blocks are done, and take each fold when it is whole; in the end nothing is left behind."""
    from distributed import wait

    try:
        while folds:
            try:
                done = wait({*folds, *blocks}, timeout=POLL, return_when="FIRST_COMPLETED").done
            except TimeoutError:
                steps.look()
                continue
            for future in done:
                if future in blocks:
                    steps.step(blocks.pop(future) if future.status == "finished" else 0)
                if future.status == "error":
                    future.result()
                if future in folds:
                    state = folds.pop(future)
                    state.take(future.result(), len(state.blocks))
            steps.look()
    finally:
        if folds or blocks:
            client.cancel([*folds, *blocks], force=True)


@contextmanager
def connected(address: str) -> Iterator[Any]:
    """A client of the scheduler at ``address``, or of workers of its own, one for each core, for ``"local"``."""
    try:
        import dask
        from distributed import Client, LocalCluster
    except ImportError as error:
        raise ImportError("a scheduler needs Dask, which is not installed: pip install distributed") from error
    with dask.config.set({"distributed.scheduler.allowed-failures": LOSSES}):
        if address == LOCAL:
            cluster = LocalCluster(n_workers=cores(), threads_per_worker=1, dashboard_address=":0")
            with cluster, Client(cluster) as client:
                yield client
            return
        try:
            client = Client(address, timeout=PATIENCE)
        except (OSError, ValueError, TypeError, TimeoutError) as error:
            raise SchedulerError(
                f"no Dask scheduler answers at {address}: start one (dask scheduler), or fit without --scheduler"
            ) from error
        with client:
            _check_workers(client, address)
            yield client


def _check_workers(client: Any, address: str) -> None:
    try:
        client.wait_for_workers(1, timeout=PATIENCE)
    except TimeoutError as error:
        raise SchedulerError(
            f"the scheduler at {address} has no workers: start some (dask worker {address})"
        ) from error
    for worker, found in client.run(version).items():
        if found != __version__:
            raise SchedulerError(f"the worker {worker} has invgen {found}, this is {__version__}: install the same")


def version() -> str:
    """What a worker answers."""
    return __version__


@contextmanager
def _losses_told(address: str) -> Iterator[None]:
    """Errors of Dask in one line."""
    from distributed import CancelledError, KilledWorker
    from distributed.comm import CommClosedError

    try:
        yield
    except KilledWorker as error:
        raise SchedulerError(
            f"{LOSSES} workers of {address} were lost with the same block, perhaps for lack of memory: give them more; "
            "finished folds are kept, run again to continue"
        ) from error
    except (CancelledError, CommClosedError) as error:
        raise SchedulerError(
            f"the scheduler at {address} went away ({error}); finished folds are kept, run again to continue"
        ) from error
