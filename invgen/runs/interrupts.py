"""Ctrl-C as a request: work stops at the next place from which it can be continued."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any


class Interrupts:
    """Whether Ctrl-C was pressed: ``noted``."""

    noted = False


@contextmanager
def ctrl_c_is_noted() -> Iterator[Interrupts]:
    """Turn the first Ctrl-C within the block into ``noted``; a second one acts as usual.

    Outside of the main thread, where Python allows no signal handlers, nothing is changed.
    """
    state = Interrupts()
    if threading.current_thread() is not threading.main_thread():
        yield state
        return
    before = signal.getsignal(signal.SIGINT)

    def note(number: int, frame: Any) -> None:
        state.noted = True
        signal.signal(signal.SIGINT, before)

    signal.signal(signal.SIGINT, note)
    try:
        yield state
    finally:
        signal.signal(signal.SIGINT, before)
