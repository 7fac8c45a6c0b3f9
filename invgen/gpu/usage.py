"""What a compiled function takes of a GPU thread, read from what ``ptxas -v`` prints."""

from __future__ import annotations

import re
from dataclasses import dataclass

_ENTRY = re.compile(r"Compiling entry function '(\w+)'")
_SPILLS = re.compile(r"(\d+) bytes stack frame, (\d+) bytes spill stores, (\d+) bytes spill loads")
_USED = re.compile(r"Used (\d+) registers")
_SHARED = re.compile(r"(\d+) bytes smem")


@dataclass(frozen=True)
class Usage:
    """``registers`` of 32 bits and bytes of ``spill_stores`` and ``spill_loads`` for each thread, ``shared`` bytes for
    each block."""

    registers: int
    spill_stores: int
    spill_loads: int
    shared: int


def read_usage(log: str) -> dict[str, Usage]:
    """Usage by function. Raises ``ValueError`` for a log in which a function has no numbers."""
    found = {}
    for entry in _ENTRY.split(log)[1:]:
        if entry.isidentifier():
            name = entry
            continue
        spills, used, shared = _SPILLS.search(entry), _USED.search(entry), _SHARED.search(entry)
        if spills is None or used is None:
            raise ValueError(f"ptxas printed no registers or spills of {name}: {entry[:200]!r}")
        found[name] = Usage(int(used[1]), int(spills[2]), int(spills[3]), int(shared[1]) if shared else 0)
    return found
