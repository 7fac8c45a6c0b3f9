# Emitted by invgen 0.1.0 from templates/numba/kernels.py.jinja for harmonics-l1. Do not edit: emit again.
# value: 0 operations (0 additions, 0 multiplications), kernel 08735e5fc05a0fdf
# vjp: 0 operations (0 additions, 0 multiplications), kernel 38bd90f90fbd044f
# second_order: 0 operations (0 additions, 0 multiplications), kernel 17abca8fe59318de
"""Kernels for the CPU. Arrays are flat views of (atoms, components, features), features fastest.

The plane of atoms and features is cut into tiles of LANES elements. The components of a tile are copied into the
rows of a small buffer, every pass computes on the rows of that buffer, and the output rows are copied out.

A pass is written as ordinary statements. It is executed once, when it is compiled, with values that write LLVM
instructions on whole SIMD registers: its statements never go through type inference or a vectoriser.
"""

import functools

import numba
import numpy as np
from llvmlite import ir
from numba import types
from numba.core import cgutils
from numba.extending import intrinsic

LANES = 64
REGISTER_BYTES = 32
OPTIONS = {"cache": True, "error_model": "numpy"}


class Register:
    """One SIMD register of LLVM's; arithmetic on it writes an instruction that may be fused into multiply-add."""

    def __init__(self, builder, value):
        self.builder, self.value = builder, value

    def __add__(self, other):
        return Register(self.builder, self.builder.fadd(self.value, other.value, flags=("contract",)))

    def __sub__(self, other):
        return Register(self.builder, self.builder.fsub(self.value, other.value, flags=("contract",)))

    def __mul__(self, other):
        return Register(self.builder, self.builder.fmul(self.value, other.value, flags=("contract",)))


class Rows:
    """The buffer of a tile at one register's position: ``rows[k]`` reads row ``k``, assignment writes it."""

    def __init__(self, builder, data, lane, kind):
        self.builder, self.data, self.lane, self.kind = builder, data, lane, kind

    def _pointer(self, row):
        start = self.builder.add(self.lane, self.lane.type(row * LANES))
        return self.builder.bitcast(self.builder.gep(self.data, [start]), self.kind.as_pointer())

    def __getitem__(self, row):
        return Register(self.builder, self.builder.load(self._pointer(row), align=4))

    def __setitem__(self, row, register):
        self.builder.store(register.value, self._pointer(row), align=4)

    def constant(self, number):
        return Register(self.builder, self.kind([self.kind.element(number)] * self.kind.count))


def on_registers(step):
    """Make of the statements ``step(rows)`` a Numba function of a pointer: a loop over the registers of a tile."""

    def typed(typing_context, pointer):
        def codegen(context, builder, signature, arguments):
            element = context.get_data_type(pointer.dtype)
            width = REGISTER_BYTES // context.get_abi_sizeof(element)
            start, stop, stride = (ir.Constant(ir.IntType(64), k) for k in (0, LANES, width))
            with cgutils.for_range_slice(builder, start, stop, stride) as (lane, _):
                step(Rows(builder, arguments[0], lane, ir.VectorType(element, width)))
            return context.get_dummy_value()

        return types.void(pointer), codegen

    return intrinsic(typed)


@intrinsic
def run_pass(typing_context, address, lanes):
    """Call the compiled pass at ``address`` on the buffer ``lanes``."""

    def codegen(context, builder, signature, arguments):
        data = context.make_array(signature.args[1])(context, builder, arguments[1]).data
        kind = ir.FunctionType(ir.VoidType(), [data.type])
        builder.call(builder.inttoptr(arguments[0], kind.as_pointer()), [data])
        return context.get_dummy_value()

    return types.void(address, lanes), codegen


@intrinsic
def copy_lanes(typing_context, target, at, source, start):
    """Copy LANES elements: a copy of constant size is a few vector moves."""

    def codegen(context, builder, signature, arguments):
        pointers = [
            builder.gep(context.make_array(kind)(context, builder, array).data, [index])
            for kind, array, index in zip(signature.args[::2], arguments[::2], arguments[1::2])
        ]
        size = context.get_abi_sizeof(context.get_data_type(target.dtype))
        cgutils.raw_memcpy(builder, pointers[0], pointers[1], ir.Constant(ir.IntType(64), LANES), size, align=1)
        return context.get_dummy_value()

    return types.void(target, types.uintp, source, types.uintp), codegen


@numba.njit(**OPTIONS)
def load(array, lanes, row, count, start, stop, features):
    """Rows ``row`` to ``row + count`` of the buffer from elements ``start`` to ``stop`` of every component."""
    width, stride = np.uintp(LANES), np.uintp(features)
    if features == 1:
        for c in range(count):
            for k in range(stop - start):
                lanes[np.uintp((row + c) * LANES + k)] = array[np.uintp((start + k) * count + c)]
        return
    element = start
    while element < stop:
        atom = element // features
        feature = element - atom * features
        run = min(features - feature, stop - element)
        source = np.uintp(atom * count * features + feature)
        target = np.uintp(row * LANES + element - start)
        if run == LANES:
            for _ in range(count):
                copy_lanes(lanes, target, array, source)
                source += stride
                target += width
        else:
            for _ in range(count):
                for k in range(np.uintp(run)):
                    lanes[target + k] = array[source + k]
                source += stride
                target += width
        element += run


@numba.njit(**OPTIONS)
def store(array, lanes, rows, start, stop, features):
    """Elements ``start`` to ``stop`` of every component from the buffer's rows ``rows``."""
    width, stride, count = np.uintp(LANES), np.uintp(features), rows.size
    if features == 1:
        for c in range(count):
            for k in range(stop - start):
                array[np.uintp((start + k) * count + c)] = lanes[np.uintp(rows[c] * LANES + k)]
        return
    element = start
    while element < stop:
        atom = element // features
        feature = element - atom * features
        run = min(features - feature, stop - element)
        target = np.uintp(atom * count * features + feature)
        offset = np.uintp(element - start)
        if run == LANES:
            for row in rows:
                copy_lanes(array, target, lanes, np.uintp(row) * width)
                target += stride
        else:
            for row in rows:
                source = np.uintp(row) * width + offset
                for k in range(np.uintp(run)):
                    array[target + k] = lanes[source + k]
                target += stride
        element += run


def drive(passes, x, g, u, sizes, y, z, rows, y_rows, z_rows, chunks, atoms, features):
    """Every tile of every chunk: load up to three inputs, run the passes, store up to two outputs."""
    total = atoms * features
    tiles = (total + LANES - 1) // LANES
    for chunk in numba.prange(chunks):
        lanes = np.zeros(rows * LANES, x.dtype)
        for tile in range(chunk * tiles // chunks, (chunk + 1) * tiles // chunks):
            start = tile * LANES
            stop = min(start + LANES, total)
            load(x, lanes, 0, sizes[0], start, stop, features)
            load(g, lanes, sizes[0], sizes[1], start, stop, features)
            load(u, lanes, sizes[0] + sizes[1], sizes[2], start, stop, features)
            for address in passes:
                run_pass(address, lanes)
            store(y, lanes, y_rows, start, stop, features)
            store(z, lanes, z_rows, start, stop, features)


@on_registers
def value_0(rows):
    c0 = rows.constant(1.0)
    rows[3] = c0


def value_0_tile(pointer):
    value_0(pointer)


@on_registers
def vjp_0(rows):
    pass


def vjp_0_tile(pointer):
    vjp_0(pointer)


@on_registers
def second_order_0(rows):
    c0 = rows.constant(0.0)
    rows[10] = c0


def second_order_0_tile(pointer):
    second_order_0(pointer)


KERNELS = {
    "value": {
        "inputs": [3],
        "outputs": [4],
        "rows": 4,
        "output_rows": [3, 0, 1, 2],
        "passes": [value_0_tile],
    },
    "vjp": {
        "inputs": [3, 4],
        "outputs": [3],
        "rows": 7,
        "output_rows": [4, 5, 6],
        "passes": [vjp_0_tile],
    },
    "second_order": {
        "inputs": [3, 4, 3],
        "outputs": [3, 4],
        "rows": 11,
        "output_rows": [10, 10, 10, 10, 7, 8, 9],
        "passes": [second_order_0_tile],
    },
}


@functools.cache
def compiled_drive(dtype):
    """``drive`` for ``float32`` or ``float64`` (a name), compiled once for all kernels of this file."""
    array, integers = getattr(types, dtype)[::1], types.int64[::1]
    signature = types.void(
        integers, array, array, array, integers, array, array, types.int64, integers, integers, types.int64, types.int64,
        types.int64,
    )  # fmt: skip
    return numba.njit(signature, parallel=True, nogil=True, **OPTIONS)(drive)


@functools.cache
def compiled_passes(name, dtype):
    """The compiled passes of kernel ``name``, which must stay alive, and the array of their addresses."""
    signature = types.void(types.CPointer(getattr(types, dtype)))
    functions = [numba.cfunc(signature, **OPTIONS)(step) for step in KERNELS[name]["passes"]]
    return functions, np.array([f.address for f in functions], dtype=np.int64)


def run(name, arrays, outputs, atoms, features):
    """Fill the flat contiguous ``outputs`` of kernel ``name`` from the flat contiguous ``arrays`` of one dtype."""
    program, dtype = KERNELS[name], arrays[0].dtype
    empty = np.empty(0, dtype)
    inputs = [*arrays, empty, empty][:3]
    sizes = np.array([*program["inputs"], 0, 0][:3])
    split = program["outputs"][0]
    rows = np.array(program["output_rows"])
    tiles = (atoms * features + LANES - 1) // LANES
    chunks = min(tiles, 4 * numba.get_num_threads())
    compiled_drive(dtype.name)(
        compiled_passes(name, dtype.name)[1], *inputs, sizes, *[*outputs, empty][:2], program["rows"],
        rows[:split], rows[split:], chunks, atoms, features,
    )  # fmt: skip
