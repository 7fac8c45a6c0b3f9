"""From a ``Kernel`` to parts whose values fit into the registers of one GPU thread.

A *part* computes some outputs from the inputs alone and is a program of its own; what two parts both need is computed
twice, so that nothing travels between them. Within a part, statements get an order that keeps few values alive.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from invgen.compiler.emitters.order import ENOUGH, alive, depth_first, narrowed
from invgen.compiler.kernels.program import Kernel

ALIVE_LIMIT = 250
"""Values alive at once above which a part is halved: about as many as a thread has registers (docs/cuda.md)."""

TAKEN_OFF = 0.7
"""What a search leaves of the values alive in the first order at best, as a share: where that is too much it is not
tried."""


@dataclass(frozen=True)
class Part:
    """``kernel`` makes some outputs of the whole, as one array; ``outputs`` are ``(array, component)`` of each."""

    kernel: Kernel
    outputs: tuple[tuple[str, int], ...]


def parts(kernel: Kernel, limit: int = ALIVE_LIMIT) -> tuple[Part, ...]:
    """One part where the values alive at once stay within ``limit``, else one or more for each output array."""
    arrays = [[(array, c) for c in range(len(ids))] for array, ids in kernel.outputs]
    whole = _part(kernel, [output for array in arrays for output in array], limit)
    if whole is not None:
        return (whole,)
    return tuple(part for array in arrays for part in _halved(kernel, array, limit))


def _halved(kernel: Kernel, outputs: list[tuple[str, int]], limit: int) -> Iterable[Part]:
    part = _part(kernel, outputs, limit)
    if part is not None:
        return [part]
    middle = len(outputs) // 2
    return [*_halved(kernel, outputs[:middle], limit), *_halved(kernel, outputs[middle:], limit)]


def _part(kernel: Kernel, outputs: list[tuple[str, int]], limit: int) -> Part | None:
    """The part of these outputs; ``None`` if it has more values alive than ``limit`` and can be halved."""
    ids, single = dict(kernel.outputs), len(outputs) < 2
    part = replace(kernel, outputs=(("part", tuple(ids[array][c] for array, c in outputs)),))
    if alive(part) > ENOUGH:
        if not single and TAKEN_OFF * alive(depth_first(part)) > limit:
            return None
        part = narrowed(part)
    return Part(part, tuple(outputs)) if single or alive(part) <= limit else None
