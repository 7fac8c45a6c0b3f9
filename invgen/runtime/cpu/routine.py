"""Routines: what one thread does for a range of items, written in the language of ``simd`` and run by all threads.

    @routine(numbers="x y")
    def double(code, first, last, scratch, x, y, features):
        with code.loop(first * features, last * features) as at:
            y[at] = x[at] + x[at]

    double("float64", len(x), x, y, x.shape[1])

Each item is computed by one thread in one order, whatever the number of threads.
"""

from __future__ import annotations

import ctypes
import inspect
import threading
from collections.abc import Callable
from functools import cache
from typing import Any

import numpy as np
from llvmlite import ir

from invgen.runtime.cpu import objects, threads
from invgen.runtime.cpu.simd import Code
from invgen.runtime.cpu.values import INDEX, SIZES, Index

TURN, WORKER, CHUNKS, ITEMS, SCRATCH, STRIDE, ARGUMENTS = range(7)
"""Places in the frame, an array of int64: the next chunk, the next worker, their number, the number of items, the
address of the scratch and its bytes for each worker, and from the last place on the arguments."""
CHUNKS_PER_THREAD = 4
"""Enough that none waits long for another."""
CACHE_LINE = 64
SCRATCH_KEPT = 2**20
"""Bytes of scratch that are kept for the next call: to make them and ask where they are can take longer than it."""
LEADING = ("code", "first", "last", "scratch")
INTEGERS, BYTES = np.dtype(np.int64), np.dtype(np.uint8)


class _Scratch(threading.local):
    """Scratch of the routines that a thread of Python calls, one after the other: small ones are the same memory."""

    def __init__(self) -> None:
        self.size = -1
        self.memory: tuple[Any, int] = None, 0

    def lent(self, size: int) -> tuple[Any, int]:
        """Memory that must stay alive, and the first cache line in it."""
        if size <= self.size:
            return self.memory
        buffer = np.empty(size + CACHE_LINE, BYTES)
        memory = buffer, -(-address(buffer) // CACHE_LINE) * CACHE_LINE
        if size <= SCRATCH_KEPT:
            self.size, self.memory = size, memory
        return memory


_kept = _Scratch()


class Routine:
    """A written routine, compiled for each dtype when it is first called; ``ordered``: in its own order."""

    def __init__(
        self,
        write: Callable[..., None],
        name: str,
        numbers: tuple[str, ...],
        indices: tuple[str, ...],
        ordered: bool = False,
    ) -> None:
        self.write, self.name, self.numbers, self.indices, self.ordered = write, name, numbers, indices, ordered
        self.parameters = tuple(inspect.signature(write).parameters)[len(LEADING) :]
        self._compiled: dict[str, tuple[Any, ...]] = {}

    def __call__(self, dtype: str, items: int, *arguments: Any, scratch: int = 0) -> None:
        """Work on all items.

        arguments
            In the order of the routine's parameters: contiguous arrays or tensors of the dtype and of int64, integers.
            An integer in place of an array is the address of one that the caller keeps.
        scratch
            Numbers that each thread needs for itself; their values are arbitrary at first.
        """
        if not items:
            return
        _, function, kinds, frame_of = self._compiled.get(dtype) or self.compiled(dtype)
        workers = threads.thread_count()
        chunks = 1 if workers == 1 else min(items, CHUNKS_PER_THREAD * workers)
        workers = min(workers, chunks)
        stride = -(-scratch * SIZES[dtype] // CACHE_LINE) * CACHE_LINE
        _alive, start = _kept.lent(workers * stride)
        places = [a if type(a) is int else _place(a, kind, self.name) for a, kind in zip(arguments, kinds, strict=True)]
        threads.run(function, frame_of(0, 0, chunks, items, start, stride, *places), workers)

    def compiled(self, dtype: str) -> tuple[Any, ...]:
        """The engine, which must stay alive, the function of a frame, the dtypes of arguments, the type of frames."""
        if dtype not in self._compiled:
            engine = objects.load(f"{self.name} ({dtype})", self.text(dtype), self.ordered)
            frame = ctypes.c_int64 * (ARGUMENTS + len(self.parameters))
            kinds = [
                np.dtype(dtype) if name in self.numbers else INTEGERS if name in self.indices else None
                for name in self.parameters
            ]
            self._compiled[dtype] = engine, threads.Function(engine.get_function_address("routine")), kinds, frame
        return self._compiled[dtype]

    def text(self, dtype: str) -> str:
        """The routine as a module of LLVM text."""
        module = ir.Module("routine")
        kind = ir.FunctionType(ir.VoidType(), [INDEX.as_pointer()])
        function = ir.Function(module, kind, "routine")
        # else what is spilled straddles cache lines, by chance; llvmlite writes it beside another attribute alone
        function.attributes.add("nounwind")
        function.attributes.alignstack = objects.register_bytes()
        code = Code(ir.IRBuilder(function.append_basic_block()), dtype, objects.register_bytes())
        self._drain(code, function.args[0])
        code.builder.ret_void()
        return str(module)

    def _drain(self, code: Code, frame: Any) -> None:
        """Take a place in the scratch, then chunk after chunk."""
        builder = code.builder

        def entry(k: int) -> Index:
            return Index(builder, builder.load(builder.gep(frame, [INDEX(k)])))

        def next_of(k: int) -> Index:
            return Index(builder, builder.atomic_rmw("add", builder.gep(frame, [INDEX(k)]), INDEX(1), "monotonic"))

        given = []
        for k, name in enumerate(self.parameters):
            value = entry(ARGUMENTS + k)
            given.append(
                code.numbers(value) if name in self.numbers else code.integers(value) if name in self.indices else value
            )
        chunks, items = entry(CHUNKS), entry(ITEMS)
        scratch = code.numbers(entry(SCRATCH) + next_of(WORKER) * entry(STRIDE))
        turn = code.variable(next_of(TURN))
        with code.repeat(lambda: turn.value < chunks):
            first, last = turn.value * items // chunks, (turn.value + 1) * items // chunks
            self.write(code, first, last, scratch, *given)
            turn.set(next_of(TURN))


def routine(numbers: str = "", indices: str = "") -> Callable[[Callable[..., None]], Routine]:
    """Make a ``Routine`` of a function (code, first, last, scratch, *parameters).

    Parameters named in ``numbers`` are memory of the dtype, those in ``indices`` memory of int64; others are integers.
    """

    def decorate(write: Callable[..., None]) -> Routine:
        name = f"{write.__module__.rpartition('.')[2]}: {write.__name__.strip('_').replace('_', ' ')}"
        return Routine(write, name, tuple(numbers.split()), tuple(indices.split()))

    return decorate


def address(array: Any) -> int:
    """Where an array of NumPy's or a tensor begins."""
    return array.__array_interface__["data"][0] if isinstance(array, np.ndarray) else array.data_ptr()


def _place(value: Any, kind: np.dtype | None, what: str) -> int:
    """What the frame holds for an argument: an integer, or the address of a contiguous array or tensor of a dtype."""
    if kind is None:
        return int(value)
    known = isinstance(value, np.ndarray)
    found = value.dtype if known else _dtype(value.dtype)
    contiguous = value.flags.c_contiguous if known else value.is_contiguous()
    if found != kind or not contiguous:
        raise ValueError(f"{what} takes contiguous {kind}, got {found}{'' if contiguous else ', not contiguous'}")
    return address(value)


@cache
def _dtype(of_tensor: Any) -> np.dtype:
    return np.dtype(str(of_tensor).removeprefix("torch."))
