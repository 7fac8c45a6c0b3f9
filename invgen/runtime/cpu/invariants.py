"""Emitted kernels on the CPU: statements on rows become routines. Arrays are (atoms, components, features).

A pass of statements reads and writes rows, equally long pieces of memory. Where the features fill whole SIMD registers,
the rows of an atom are its components in the arrays themselves, found through a table of addresses. Otherwise the plane
of atoms and features is cut into tiles, and the components of a tile are copied into the rows of a small buffer and
out of it. Values that go from one pass to the next have rows in a buffer always.

Large results go past the caches: an ordinary store to memory first reads what it overwrites. That pays in whole cache
lines, one after the other. A register that is a line is stored so when it is computed ("streamed"); results that are by
far most of the traffic, of smaller registers, or of several passes wait in the buffer until those of an atom are
complete ("staged").
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from functools import cache, partial
from typing import Any

import numpy as np

from invgen.runtime.cpu import objects
from invgen.runtime.cpu.routine import CACHE_LINE, Routine, address
from invgen.runtime.cpu.simd import Code
from invgen.runtime.cpu.tiles import move
from invgen.runtime.cpu.values import SIZES, Index, Memory, Register

MOST_IN_PLACE = 2048
"""Features from which tiles are better: rows of one atom are then too long for the nearest cache."""
STREAMED = 2**23
"""Bytes of results from which they go past the caches: what reads so many hardly finds the first of them there."""
MOST_STREAMED = 4
"""Results for each argument up to which lines are stored when computed: each is far from the one before in memory."""
AHEAD = 4
"""Cache lines of a row between what is asked for and what is computed: enough for memory, too few to fill a cache."""
NOWHERE = 0
"""The address of an array that a kernel does not have."""
NUMBERS, INDICES = ("x", "g", "u", "y", "z"), ("y_rows", "z_rows")

Step = Callable[[Any], None]
"""One pass of statements: reads ``rows[k]``, writes ``rows[k] = value``, makes ``rows.constant(number)``."""


class Rows:
    """The rows at the position of one register; ``memory`` tells where a row begins."""

    def __init__(self, code: Code, memory: Callable[[int], Memory], lane: Index, streamed: bool = False) -> None:
        self.code, self.memory, self.lane, self.streamed = code, memory, lane, streamed

    def __getitem__(self, row: int) -> Register:
        return self.memory(row).load(self.lane, self.code.register)

    def __setitem__(self, row: int, value: Register) -> None:
        memory = self.memory(row)
        (memory.stream if self.streamed else memory.store)(self.lane, value)

    def constant(self, number: float) -> Register:
        return self.code.number(number, self.code.register)


class Invariants:
    """The kernels of an emitted module, called with flat arrays.

    name
        What is said while they are compiled.
    programs
        Of every kernel: numbers of components of its ``inputs`` and ``outputs``, its ``passes``, the number of ``rows``
        and the ``output_rows``.
    lanes
        Width of a tile.
    """

    def __init__(self, name: str, programs: Mapping[str, Mapping[str, Any]], lanes: int) -> None:
        self.name, self.KERNELS, self.lanes = name, programs, lanes
        self._routine = cache(self._new_routine)
        self._places = cache(partial(_output_places, programs))

    def run(self, kernel: str, dtype: str, arrays: list[Any], outputs: list[Any], atoms: int, features: int) -> None:
        """Fill the contiguous ``outputs`` of a kernel from contiguous ``arrays`` of one dtype, NumPy's or torch's."""
        program, size = self.KERNELS[kernel], SIZES[dtype]
        rows = program["rows"]
        if features * size % objects.register_bytes() == 0 and features <= MOST_IN_PLACE:
            items = atoms
            form = _form(program, outputs)
            scratch = _table_size(rows, size) + rows * features
        else:
            items, form, scratch = -(-atoms * features // self.lanes), "tiles", rows * self.lanes
        given = [*arrays, *[NOWHERE] * (3 - len(arrays)), *outputs, *[NOWHERE] * (2 - len(outputs))]
        _, places, sizes = self._places(kernel)
        self._routine(kernel, form)(dtype, items, *given, *places, *sizes, atoms * features, features, scratch=scratch)

    def _new_routine(self, kernel: str, form: str) -> Routine:
        program = self.KERNELS[kernel]
        write = partial(_in_tiles, program, self.lanes) if form == "tiles" else partial(_in_place, program, form)
        return Routine(write, f"{self.name} {kernel}, {form.replace('_', ' ')}", NUMBERS, INDICES, ordered=True)


def _in_place(
    program: Mapping[str, Any], form: str, code, first, last, scratch, x, g, u, y, z, y_rows, z_rows, nx, ng, nu, ny,
    nz, total, features,
):  # fmt: skip
    """Atoms whose components in the arrays are the rows."""
    rows, length, line = program["rows"], features * code.size, CACHE_LINE // code.size
    table, buffer = code.integers(scratch.address), scratch.at(_table_size(rows, code.size))
    inputs, outputs = ((x, 0, nx), (g, nx, ng), (u, nx + ng, nu)), ((y, y_rows, ny), (z, z_rows, nz))
    with code.loop(0, rows) as k:
        table[k] = buffer.address + k * length
    with code.loop(first, last) as atom:
        for array, row, count in inputs:
            with code.loop(0, count) as k:
                table[row + k] = array.address + (atom * count + k) * length
        for array, places, count in outputs if form != "staged" else ():
            with code.loop(0, count) as k, code.when(places[k] >= 0):
                table[places[k]] = array.address + (atom * count + k) * length
        for number, step in enumerate(program["passes"]):
            with code.loop(0, features, line) as start:
                if number == 0:
                    _prefetch(code, table, zip((nx, ng, nu), program["inputs"], strict=False), start, features)
                with code.loop(start, (start + line).least(features), code.register) as lane:
                    step(Rows(code, lambda row: code.numbers(table[row]), lane, form == "streamed"))
        for array, places, count in outputs:
            with code.loop(0, count) as k:
                target, row = array.at((atom * count + k) * features), places[k].largest(~places[k])
                if form == "staged":
                    with code.loop(0, features, code.register) as lane:
                        target.stream(lane, code.numbers(table[row]).load(lane, code.register))
                else:
                    with code.when(places[k] < 0):
                        code.copy(target, code.numbers(table[row]), features)


def _prefetch(code: Code, table: Memory, arrays: Iterable[tuple[Index, int]], lane: Index, features: Index) -> None:
    """Ask for what comes ``AHEAD`` cache lines later in every row: of this atom, or of the next one.

    Row by row: a whole atom at once would be more than a processor waits for. ``arrays`` are numbers of components, of
    the arguments and as Python integers.
    """
    later = lane + AHEAD * CACHE_LINE // code.size
    row = 0
    for components, count in arrays:
        offset = (later + (components - 1) * features).unless(later < features, later) * code.size
        for _ in range(count):
            code.prefetch(table[row] + offset)
            row += 1


def _in_tiles(
    program: Mapping[str, Any], lanes: int, code, first, last, scratch, x, g, u, y, z, y_rows, z_rows, nx, ng, nu, ny,
    nz, total, features,
):  # fmt: skip
    """Tiles: load up to three inputs, run the passes, store up to two outputs. A row is ``lanes`` numbers."""
    with code.loop(first, last) as tile:
        start = tile * lanes
        stop = (start + lanes).least(total)
        for array, row, size in zip((x, g, u), (0, nx, nx + ng), (nx, ng, nu), strict=True):
            move(code, array, scratch.at(row * lanes), size, lanes, start, stop, features, out=False)
        for step in program["passes"]:
            with code.loop(0, lanes, code.register) as lane:
                step(Rows(code, lambda row: scratch.at(row * lanes), lane))
        for array, places, count in zip((y, z), (y_rows, z_rows), (ny, nz), strict=True):
            move(code, array, scratch, count, lanes, start, stop, features, out=True, row=partial(_row, places))


def _row(places: Memory, output: Index) -> Index:
    """The row of an output, which ``places`` names as k or ~k."""
    return places[output].largest(~places[output])


def _table_size(rows: int, itemsize: int) -> int:
    """Numbers that hold the addresses of the rows, in whole cache lines."""
    return -(-rows * 8 // CACHE_LINE) * CACHE_LINE // itemsize


def _output_places(programs: Mapping[str, Mapping[str, Any]], kernel: str) -> tuple[np.ndarray, list[int], list[int]]:
    """The rows of both outputs, in an array and the addresses of each in it, and the sizes of three inputs and two
    outputs, 0 for those that are not there.

    A row is k, or ~k where it must be copied: it belongs to an input or to an earlier output.
    """
    program = programs[kernel]
    inputs, rows = sum(program["inputs"]), program["output_rows"]
    places = np.array([~row if row < inputs or row in rows[:k] else row for k, row in enumerate(rows)], dtype=np.int64)
    sizes = [*[*program["inputs"], 0, 0][:3], *[*program["outputs"], 0][:2]]
    return places, [address(places), address(places[sizes[3] :])], sizes


def _form(program: Mapping[str, Any], outputs: list[Any]) -> str:
    """How rows in the arrays are stored; past the caches if they are large and begin where registers do."""
    if sum(o.nbytes for o in outputs) < STREAMED or any(address(o) % objects.register_bytes() for o in outputs):
        return "in_place"
    few = sum(program["outputs"]) <= MOST_STREAMED * sum(program["inputs"])
    whole = objects.register_bytes() == CACHE_LINE and len(program["passes"]) == 1  # later passes read what is stored
    return "streamed" if few and whole else "staged"
