"""A sign of life: when nothing has been said for some seconds, a line says what is going on."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

SILENCE = 8.0
"""Seconds without a line after which one is said."""


@contextmanager
def heartbeat(
    say: Callable[[str], None], line: Callable[[], str], silence: float = SILENCE
) -> Iterator[Callable[[str], None]]:
    """Within the block, ``line()`` is said whenever nothing was said for ``silence`` seconds.

    Yields the ``say`` to use in the block. A thread does it, so compilation that takes long is no silence either.
    """
    last, lock, ended = time.monotonic(), threading.Lock(), threading.Event()

    def told(text: str) -> None:
        nonlocal last
        with lock:
            last = time.monotonic()
            say(text)

    def watch() -> None:
        while not ended.wait(max(0.01, last + silence - time.monotonic())):
            if time.monotonic() - last >= silence:
                told(line())

    thread = threading.Thread(target=watch, name="heartbeat", daemon=True)
    thread.start()
    try:
        yield told
    finally:
        ended.set()
        thread.join()
