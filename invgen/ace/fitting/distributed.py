"""Assembly over Dask's distributed scheduler: blocks are condensed, and folds joined, by its workers.

Blocks and the order in which they are joined are those of ``blocks``, so that the bytes do not depend on how many
workers there are, nor on who was first. What a worker held that is lost is computed again by another one.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from typing import Any

from invgen.ace.fitting.blocks import POLL, Part, Work, cores, joined
from invgen.ace.fitting.folds import FoldState
from invgen.ace.fitting.steps import Steps
from invgen.data.structures import Structure
from invgen.workers import scheduler
from invgen.workers.scheduler import check_workers, connected, losses_told

KEPT = "finished folds are"


def over_workers(address: str, states: Sequence[FoldState], work: Work, steps: Steps) -> None:
    """Condense and join what is missing of all folds, if anything is; each is kept as soon as it is whole.

    Raises ``SchedulerError`` naming the address and the remedy, and ``KeyboardInterrupt`` through ``steps``.
    """
    if not any(state.waiting for state in states):
        return
    with connected(address, cores()) as client, losses_told(address, KEPT):
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
        _watched(client, folds, blocks, steps, lambda: check_workers(client, address, KEPT))


def as_it_is(value: Any) -> Any:
    """What was sent."""
    return value


def condensed_by(work: Work, block: list[Structure]) -> Part:
    """What a worker does with a block."""
    return work.condensed(block)


def _watched(
    client: Any, folds: dict[Any, FoldState], blocks: dict[Any, int], steps: Steps, check: Callable[[], None]
) -> None:
    """Tell how many blocks are done, and take each fold when it is whole; in the end nothing is left behind.

    ``check()`` is called when nothing was done for a while.
    """
    from distributed import wait

    last = time.monotonic()
    try:
        while folds:
            try:
                done = wait({*folds, *blocks}, timeout=POLL, return_when="FIRST_COMPLETED").done
            except TimeoutError:
                steps.look()
                if time.monotonic() - last > scheduler.PATIENCE:
                    check()
                    last = time.monotonic()
                continue
            last = time.monotonic()
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
