"""Ctrl-C as a request: work stops at the next place from which it can be continued."""

from __future__ import annotations

import signal
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

SAME = 1.0
"""Seconds within which signals belong to one Ctrl-C."""


class Interrupts:
    """Whether Ctrl-C was pressed: ``noted``."""

    noted = False


@contextmanager
def ctrl_c_is_noted() -> Iterator[Interrupts]:
    """Turn the first Ctrl-C within the block into ``noted``; a second one, a second later at least, acts as usual.

    Under torchrun one Ctrl-C comes twice, from the terminal and from torchrun.
    Outside of the main thread, where Python allows no signal handlers, nothing is changed.
    """
    state = Interrupts()
    if threading.current_thread() is not threading.main_thread():
        yield state
        return
    before, pressed = signal.getsignal(signal.SIGINT), 0.0

    def note(number: int, frame: Any) -> None:
        nonlocal pressed
        if not state.noted:
            state.noted, pressed = True, time.monotonic()
        elif time.monotonic() - pressed > SAME:
            signal.signal(signal.SIGINT, before)
            signal.raise_signal(signal.SIGINT)

    signal.signal(signal.SIGINT, note)
    try:
        yield state
    finally:
        signal.signal(signal.SIGINT, before)
