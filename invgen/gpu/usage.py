"""What compilers are and give: machine code, and what its functions take of a GPU thread, as ``ptxas -v`` prints it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Protocol

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


@dataclass(frozen=True)
class Compiled:
    """``image``: a cubin, or PTX that the driver compiles further; ``usage`` by function, empty for PTX."""

    image: bytes
    usage: dict[str, Usage]


class Compiler(Protocol):
    """NVRTC or nvcc. ``architectures`` are sorted compute capabilities without the dot."""

    name: str
    architectures: tuple[int, ...]

    def compile(self, source: str, architecture: str, definitions: tuple[str, ...]) -> Compiled:
        """``definitions`` are macros such as ``REAL=double``."""
        ...
