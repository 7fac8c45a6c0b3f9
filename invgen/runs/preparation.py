"""What goes on before and after the steps of a training, told while it does."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from invgen.runs.heartbeat import SILENCE, heartbeat

Stage = Callable[[str, int, int], None]
"""Is told what is done, how much of it, and how much there is."""


def silent(what: str, done: int, total: int) -> None:
    """A stage that nobody hears of."""


@contextmanager
def stages_told(
    say: Callable[[str], None], below: Callable[[str], None] | None = None, silence: float = SILENCE
) -> Iterator[tuple[Callable[[str], None], Stage]]:
    """``(say, stage)`` for the block: what ``stage`` hears is said whenever nothing was said for ``silence`` seconds.

    below
        Shows a text for as long as there is no other, such as below a bar; then nothing is said in between.
    """
    now = "preparing"

    def stage(what: str, done: int, total: int) -> None:
        nonlocal now
        now = f"{what}: {100 * done // max(total, 1)} %" if done else what
        if below is not None:
            below(now)

    if below is not None:
        yield say, stage
        return
    with heartbeat(say, lambda: now, silence) as told:
        yield told, stage
