"""What is being compiled, told while it is."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

LOGGER = "invgen.compile"
"""The logger to which every compilation is a message."""
PAUSE = 1.0
"""Seconds between lines: many kernels take less."""


class _Teller(logging.Handler):
    def __init__(self, say: Callable[[str], None]) -> None:
        super().__init__(logging.INFO)
        self.say, self.last = say, -PAUSE

    def emit(self, record: logging.LogRecord) -> None:
        if time.monotonic() - self.last >= PAUSE:
            self.say(record.getMessage())
            self.last = time.monotonic()


@contextmanager
def compilation_told(say: Callable[[str], None]) -> Iterator[None]:
    """Within the block ``say`` hears what is compiled, a line a second at most; nothing where all is in the cache."""
    logger, teller = logging.getLogger(LOGGER), _Teller(say)
    level = logger.level
    logger.addHandler(teller)
    logger.setLevel(min(level or logging.INFO, logging.INFO))
    try:
        yield
    finally:
        logger.removeHandler(teller)
        logger.setLevel(level)
