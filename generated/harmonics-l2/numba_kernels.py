# Emitted by invgen 0.1.0 from templates/numba/kernels.py.jinja for harmonics-l2. Do not edit: emit again.
# value: 14 operations (4 additions, 10 multiplications), kernel 49f927164e5c79e8
# vjp: 32 operations (12 additions, 20 multiplications), kernel eace11d09792f022
# second_order: 49 operations (16 additions, 33 multiplications), kernel b39e38e0e32b940e
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
    c0 = rows.constant(3.0)
    c1 = rows.constant(1.0)
    c2 = rows.constant(0.3333333333333333)
    r0 = rows[0]
    v0 = r0 * r0
    r1 = rows[1]
    v1 = r1 * r1
    r2 = rows[2]
    v2 = r2 * r2
    v3 = v0 + v1
    v4 = v3 + v2
    v5 = c0 * v0
    v6 = v5 - v4
    v7 = r0 * r1
    rows[3] = v7
    v8 = r0 * r2
    rows[4] = v8
    v9 = c0 * v1
    v10 = v9 - v4
    v11 = r1 * r2
    rows[5] = v11
    v12 = c2 * v6
    rows[6] = v12
    v13 = c2 * v10
    rows[7] = v13
    rows[8] = c1


def value_0_tile(pointer):
    value_0(pointer)


@on_registers
def vjp_0(rows):
    c0 = rows.constant(3.0)
    c1 = rows.constant(2.0)
    c2 = rows.constant(0.3333333333333333)
    r2 = rows[2]
    g6 = rows[9]
    v0 = r2 * g6
    r1 = rows[1]
    g5 = rows[8]
    v1 = r1 * g5
    g4 = rows[7]
    g7 = rows[10]
    v2 = g4 + g7
    v3 = c0 * g4
    v4 = v3 - v2
    r0 = rows[0]
    v5 = r0 * v4
    v6 = c1 * v5
    g1 = rows[4]
    v7 = g1 + v0
    v8 = v7 + v1
    v9 = c0 * v8
    v10 = v6 + v9
    g8 = rows[11]
    v11 = r2 * g8
    v12 = r0 * g5
    v13 = c0 * g7
    v14 = v13 - v2
    v15 = r1 * v14
    v16 = c1 * v15
    g2 = rows[5]
    v17 = g2 + v11
    v18 = v17 + v12
    v19 = c0 * v18
    v20 = v16 + v19
    v21 = r1 * g8
    v22 = r0 * g6
    v23 = r2 * v2
    v24 = c1 * v23
    g3 = rows[6]
    v25 = g3 + v21
    v26 = v25 + v22
    v27 = c0 * v26
    v28 = v27 - v24
    v29 = c2 * v10
    rows[12] = v29
    v30 = c2 * v20
    rows[13] = v30
    v31 = c2 * v28
    rows[14] = v31


def vjp_0_tile(pointer):
    vjp_0(pointer)


@on_registers
def second_order_0(rows):
    c0 = rows.constant(3.0)
    c1 = rows.constant(2.0)
    c2 = rows.constant(0.3333333333333333)
    c3 = rows.constant(0.0)
    c4 = rows.constant(0.6666666666666666)
    g6 = rows[9]
    u2 = rows[14]
    v0 = g6 * u2
    g5 = rows[8]
    u1 = rows[13]
    v1 = g5 * u1
    g4 = rows[7]
    g7 = rows[10]
    v2 = g4 + g7
    v3 = c0 * g4
    v4 = v3 - v2
    u0 = rows[12]
    v5 = u0 * v4
    v6 = c1 * v5
    v7 = v0 + v1
    v8 = c0 * v7
    v9 = v6 + v8
    g8 = rows[11]
    v10 = g8 * u2
    v11 = g5 * u0
    v12 = c0 * g7
    v13 = v12 - v2
    v14 = u1 * v13
    v15 = c1 * v14
    v16 = v10 + v11
    v17 = c0 * v16
    v18 = v15 + v17
    v19 = g8 * u1
    v20 = g6 * u0
    v21 = u2 * v2
    v22 = c1 * v21
    v23 = v19 + v20
    v24 = c0 * v23
    v25 = v24 - v22
    r0 = rows[0]
    v26 = r0 * u0
    r1 = rows[1]
    v27 = r1 * u1
    r2 = rows[2]
    v28 = r2 * u2
    v29 = v26 + v27
    v30 = v29 + v28
    v31 = c0 * v26
    v32 = v31 - v30
    v33 = r1 * u0
    v34 = r0 * u1
    v35 = v33 + v34
    rows[15] = v35
    v36 = r2 * u0
    v37 = r0 * u2
    v38 = v36 + v37
    rows[16] = v38
    v39 = c0 * v27
    v40 = v39 - v30
    v41 = r2 * u1
    v42 = r1 * u2
    v43 = v41 + v42
    rows[17] = v43
    v44 = c2 * v9
    rows[18] = v44
    v45 = c2 * v18
    rows[19] = v45
    v46 = c2 * v25
    rows[20] = v46
    v47 = c4 * v32
    rows[21] = v47
    v48 = c4 * v40
    rows[22] = v48
    rows[23] = c3


def second_order_0_tile(pointer):
    second_order_0(pointer)


KERNELS = {
    "value": {
        "inputs": [3],
        "outputs": [9],
        "rows": 9,
        "output_rows": [8, 0, 1, 2, 6, 3, 4, 7, 5],
        "passes": [value_0_tile],
    },
    "vjp": {
        "inputs": [3, 9],
        "outputs": [3],
        "rows": 15,
        "output_rows": [12, 13, 14],
        "passes": [vjp_0_tile],
    },
    "second_order": {
        "inputs": [3, 9, 3],
        "outputs": [3, 9],
        "rows": 24,
        "output_rows": [18, 19, 20, 23, 12, 13, 14, 21, 15, 16, 22, 17],
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
