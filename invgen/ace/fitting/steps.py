"""Steps of a long computation on several threads: counted anywhere, told and interrupted from the main one."""

from __future__ import annotations

import threading
from collections.abc import Callable

from invgen.runs.interrupts import Interrupts


class Steps:
    """Counts steps; ``say(done)`` is called by the thread that made this object, and by no other."""

    def __init__(self, say: Callable[[int], None] | None, interrupts: Interrupts, done: int = 0) -> None:
        self.done, self._told = done, -1
        self._say, self._interrupts = say, interrupts
        self._lock, self._thread = threading.Lock(), threading.get_ident()

    def step(self, count: int = 1) -> None:
        """``count`` steps are done. Raises ``KeyboardInterrupt`` once Ctrl-C was pressed."""
        with self._lock:
            self.done += count
        self.look()

    def look(self) -> None:
        """Tell what is new. Raises ``KeyboardInterrupt`` once Ctrl-C was pressed."""
        if self._say is not None and self._told != self.done and threading.get_ident() == self._thread:
            self._told = self.done
            self._say(self.done)
        if self._interrupts.noted:
            raise KeyboardInterrupt
