# Emitted by invgen 0.1.0 from templates/numba/kernels.py.jinja for harmonics-l3. Do not edit: emit again.
# value: 62 operations (16 additions, 46 multiplications), kernel 86defc0f38435fed
# vjp: 134 operations (51 additions, 83 multiplications), kernel 3acc0275dee09ce3
# second_order: 294 operations (106 additions, 188 multiplications), kernel 716cecbd5c0d033a
"""Kernels for the CPU. Arrays are flat views of (atoms, components, features), features fastest.

A pass reads and writes rows: equally long pieces of memory, found through a table of their addresses. Where the
features fill whole SIMD registers, the rows of an atom are its components in the arrays themselves. Otherwise the
plane of atoms and features is cut into tiles of LANES elements, and the components of a tile are copied into the rows
of a small buffer and out of it. Values that go from one pass to the next have rows in a buffer always.

Large results go past the caches ("streaming"): an ordinary store to memory first reads what it overwrites.

A pass is written as ordinary statements. It is executed once, when it is compiled, with values that write LLVM
instructions on whole SIMD registers: its statements never go through type inference or a vectoriser.
"""

import functools

import numba
import numpy as np
from llvmlite import ir
from numba import types
from numba.core import cgutils
from numba.core.codegen import get_host_cpu_features
from numba.extending import intrinsic

LANES = 64
REGISTER_BYTES = 64 if "+avx512f" in get_host_cpu_features() else 32
MOST_IN_PLACE = 2048
"""Features from which tiles are better: rows of one atom are then too long for the nearest cache."""
STREAMED = 2**25
"""Bytes of results from which they are streamed."""
CACHE_LINE = 64
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
    """The rows at one register's position: ``rows[k]`` reads row ``k``, assignment writes it."""

    def __init__(self, builder, table, lane, kind, streaming):
        self.builder, self.table, self.lane, self.kind, self.streaming = builder, table, lane, kind, streaming

    def _pointer(self, row):
        address = self.builder.load(self.builder.gep(self.table, [ir.Constant(ir.IntType(64), row)]))
        data = self.builder.inttoptr(address, self.kind.element.as_pointer())
        return self.builder.bitcast(self.builder.gep(data, [self.lane]), self.kind.as_pointer())

    def __getitem__(self, row):
        return Register(self.builder, self.builder.load(self._pointer(row), align=4))

    def __setitem__(self, row, register):
        store = self.builder.store(register.value, self._pointer(row), align=REGISTER_BYTES if self.streaming else 4)
        if self.streaming:
            store.set_metadata("nontemporal", self.builder.module.add_metadata([ir.IntType(32)(1)]))

    def constant(self, number):
        return Register(self.builder, self.kind([self.kind.element(number)] * self.kind.count))


def on_registers(step, streaming):
    """Make of the statements ``step(rows)`` a Numba function (table, length, number): a loop over registers.

    ``number`` is any number of the dtype. With ``streaming``, rows that are written must begin at whole registers.
    """

    def typed(typing_context, table, length, number):
        def codegen(context, builder, signature, arguments):
            element = context.get_data_type(number)
            width = REGISTER_BYTES // context.get_abi_sizeof(element)
            start, stride = (ir.Constant(ir.IntType(64), k) for k in (0, width))
            with cgutils.for_range_slice(builder, start, arguments[1], stride) as (lane, _):
                step(Rows(builder, arguments[0], lane, ir.VectorType(element, width), streaming))
            return context.get_dummy_value()

        return types.void(table, length, number), codegen

    return intrinsic(typed)


@intrinsic
def run_pass(typing_context, address, table, length, number):
    """Call the compiled pass at ``address`` on the rows of ``table``."""

    def codegen(context, builder, signature, arguments):
        data = context.make_array(signature.args[1])(context, builder, arguments[1]).data
        kind = ir.FunctionType(ir.VoidType(), [data.type, arguments[2].type, arguments[3].type])
        builder.call(builder.inttoptr(arguments[0], kind.as_pointer()), [data, *arguments[2:]])
        return context.get_dummy_value()

    return types.void(address, table, length, number), codegen


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


@intrinsic
def copy_row(typing_context, target, at, address, count):
    """Copy ``count`` elements that lie at ``address`` into an array."""

    def codegen(context, builder, signature, arguments):
        data = context.make_array(signature.args[0])(context, builder, arguments[0]).data
        source = builder.inttoptr(arguments[2], data.type)
        size = context.get_abi_sizeof(context.get_data_type(target.dtype))
        cgutils.raw_memcpy(builder, builder.gep(data, [arguments[1]]), source, arguments[3], size, align=1)
        return context.get_dummy_value()

    return types.void(target, types.intp, types.intp, types.intp), codegen


@intrinsic
def prefetch(typing_context, address):
    """Ask for the cache line at ``address``, which may be past the end of an array."""

    def codegen(context, builder, signature, arguments):
        number = ir.IntType(32)
        pointer = builder.inttoptr(arguments[0], ir.IntType(8).as_pointer())
        kind = ir.FunctionType(ir.VoidType(), [pointer.type, number, number, number])
        function = cgutils.get_or_insert_function(builder.module, kind, "llvm.prefetch.p0i8")
        builder.call(function, [pointer, number(0), number(2), number(1)])
        return context.get_dummy_value()

    return types.void(types.intp), codegen


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
    """Elements ``start`` to ``stop`` of every component from the buffer's rows, of which ``rows`` names k or ~k."""
    width, stride, count = np.uintp(LANES), np.uintp(features), rows.size
    if features == 1:
        for c in range(count):
            for k in range(stop - start):
                array[np.uintp((start + k) * count + c)] = lanes[np.uintp(max(rows[c], ~rows[c]) * LANES + k)]
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
                copy_lanes(array, target, lanes, np.uintp(max(row, ~row)) * width)
                target += stride
        else:
            for row in rows:
                source = np.uintp(max(row, ~row)) * width + offset
                for k in range(np.uintp(run)):
                    array[target + k] = lanes[source + k]
                target += stride
        element += run


@numba.njit(**OPTIONS)
def point_at(table, row, array, atom, count, length):
    """Rows ``row`` to ``row + count`` of ``table`` are the components of an atom; the next atom's are prefetched."""
    start, width = np.int64(array.ctypes.data) + atom * count * length, count * length
    for k in range(count):
        table[row + k] = start + k * length
    for at in range(start + width, start + 2 * width, CACHE_LINE):
        prefetch(at)


@numba.njit(**OPTIONS)
def in_place(passes, x, g, u, sizes, y, z, buffer, y_rows, z_rows, first, last, features):
    """The atoms from ``first`` to ``last``, whose components in the arrays are the rows."""
    length = features * x.itemsize
    table = np.int64(buffer.ctypes.data) + np.arange(buffer.size // features) * length
    for atom in range(first, last):
        point_at(table, 0, x, atom, sizes[0], length)
        point_at(table, sizes[0], g, atom, sizes[1], length)
        point_at(table, sizes[0] + sizes[1], u, atom, sizes[2], length)
        for array, places in ((y, y_rows), (z, z_rows)):
            start = np.int64(array.ctypes.data) + atom * places.size * length
            for k in range(places.size):
                if places[k] >= 0:
                    table[places[k]] = start + k * length
        for address in passes:
            run_pass(address, table, features, x.dtype.type(0))
        for array, places in ((y, y_rows), (z, z_rows)):
            for k in range(places.size):
                if places[k] < 0:
                    copy_row(array, (atom * places.size + k) * features, table[~places[k]], features)


@numba.njit(**OPTIONS)
def in_tiles(passes, x, g, u, sizes, y, z, buffer, y_rows, z_rows, first, last, total, features):
    """The tiles from ``first`` to ``last``: load up to three inputs, run the passes, store up to two outputs."""
    table = np.int64(buffer.ctypes.data) + np.arange(buffer.size // LANES) * (LANES * x.itemsize)
    for tile in range(first, last):
        start = tile * LANES
        stop = min(start + LANES, total)
        load(x, buffer, 0, sizes[0], start, stop, features)
        load(g, buffer, sizes[0], sizes[1], start, stop, features)
        load(u, buffer, sizes[0] + sizes[1], sizes[2], start, stop, features)
        for address in passes:
            run_pass(address, table, LANES, x.dtype.type(0))
        store(y, buffer, y_rows, start, stop, features)
        store(z, buffer, z_rows, start, stop, features)


def drive(passes, x, g, u, sizes, y, z, rows, y_rows, z_rows, chunks, atoms, features, fits):
    """Every chunk of all atoms, or of all tiles unless the features fit."""
    total = atoms * features
    count = atoms if fits else (total + LANES - 1) // LANES
    for chunk in numba.prange(chunks):
        buffer = np.zeros(rows * (features if fits else LANES), x.dtype)
        first, last = chunk * count // chunks, (chunk + 1) * count // chunks
        if fits:
            in_place(passes, x, g, u, sizes, y, z, buffer, y_rows, z_rows, first, last, features)
        else:
            in_tiles(passes, x, g, u, sizes, y, z, buffer, y_rows, z_rows, first, last, total, features)


def value_0(rows):
    c0 = rows.constant(3.0)
    c1 = rows.constant(4.0)
    c2 = rows.constant(5.0)
    c3 = rows.constant(30.0)
    c4 = rows.constant(1.0)
    c5 = rows.constant(0.3333333333333333)
    c6 = rows.constant(0.06666666666666667)
    c7 = rows.constant(0.022222222222222223)
    c8 = rows.constant(-0.022222222222222223)
    c9 = rows.constant(-0.06666666666666667)
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
    v12 = r0 * v6
    v13 = r0 * v4
    v14 = c1 * v13
    v15 = c2 * v12
    v16 = v15 - v14
    v17 = r0 * v7
    v18 = r1 * v6
    v19 = r1 * v4
    v20 = c1 * v19
    v21 = c2 * v18
    v22 = c3 * v17
    v23 = v21 + v22
    v24 = v23 - v20
    v25 = r0 * v8
    v26 = r2 * v6
    v27 = r2 * v4
    v28 = c1 * v27
    v29 = c2 * v26
    v30 = c3 * v25
    v31 = v29 + v30
    v32 = v31 - v28
    v33 = r0 * v10
    v34 = r1 * v7
    v35 = c2 * v33
    v36 = c3 * v34
    v37 = v14 - v35
    v38 = v37 - v36
    v39 = r0 * v11
    v40 = r1 * v8
    v41 = r2 * v7
    v42 = v39 + v40
    v43 = v42 + v41
    v44 = r1 * v10
    v45 = c2 * v44
    v46 = v20 - v45
    v47 = r1 * v11
    v48 = r2 * v10
    v49 = c2 * v48
    v50 = c3 * v47
    v51 = v28 - v49
    v52 = v51 - v50
    v53 = c5 * v6
    rows[6] = v53
    v54 = c5 * v10
    rows[7] = v54
    v55 = c6 * v16
    rows[8] = v55
    v56 = c7 * v24
    rows[9] = v56
    v57 = c7 * v32
    rows[10] = v57
    v58 = c8 * v38
    rows[11] = v58
    v59 = c5 * v43
    rows[12] = v59
    v60 = c9 * v46
    rows[13] = v60
    v61 = c8 * v52
    rows[14] = v61
    rows[15] = c4


value_0_ordinary, value_0_streaming = on_registers(value_0, False), on_registers(value_0, True)


def value_0_rows(table, length, number):
    value_0_ordinary(table, length, number)


def value_0_streamed(table, length, number):
    value_0_streaming(table, length, number)


def vjp_0(rows):
    c0 = rows.constant(3.0)
    c1 = rows.constant(2.0)
    c2 = rows.constant(4.0)
    c3 = rows.constant(5.0)
    c4 = rows.constant(15.0)
    c5 = rows.constant(30.0)
    c6 = rows.constant(45.0)
    c7 = rows.constant(0.022222222222222223)
    r1 = rows[1]
    r2 = rows[2]
    v0 = r1 * r2
    g13 = rows[16]
    v1 = g13 * v0
    v2 = r1 * r1
    r0 = rows[0]
    v3 = r0 * r0
    v4 = r2 * r2
    v5 = v3 + v2
    v6 = v5 + v4
    v7 = c0 * v2
    v8 = v7 - v6
    g12 = rows[15]
    v9 = g12 * v8
    v10 = r0 * r2
    g11 = rows[14]
    v11 = g11 * v10
    v12 = r0 * r1
    g10 = rows[13]
    v13 = g10 * v12
    g9 = rows[12]
    v14 = c0 * g9
    v15 = g12 + v14
    v16 = v6 * v15
    v17 = c0 * v3
    v18 = v17 - v6
    v19 = g9 * v18
    v20 = r1 * g13
    v21 = r0 * g11
    v22 = c1 * v21
    g6 = rows[9]
    v23 = c0 * g6
    v24 = v20 + v22
    v25 = v24 + v23
    v26 = r2 * v25
    v27 = r2 * g13
    v28 = r1 * g12
    v29 = r0 * g10
    v30 = v28 + v29
    v31 = c1 * v30
    g5 = rows[8]
    v32 = c0 * g5
    v33 = v27 + v31
    v34 = v33 + v32
    v35 = r1 * v34
    v36 = r2 * g11
    v37 = r1 * g10
    v38 = r0 * g9
    v39 = v36 + v37
    g4 = rows[7]
    v40 = g4 + v38
    v41 = c0 * v40
    v42 = v39 + v41
    g15 = rows[18]
    v43 = g11 + g15
    v44 = r2 * v43
    g14 = rows[17]
    v45 = c0 * g14
    v46 = g10 + v45
    v47 = r1 * v46
    v48 = r0 * v15
    v49 = r2 * g15
    v50 = r1 * g14
    v51 = r0 * g12
    v52 = v49 + v51
    g7 = rows[10]
    v53 = g7 + v50
    v54 = c0 * v53
    v55 = v52 + v54
    v56 = v44 + v47
    v57 = v56 + v48
    v58 = c2 * v57
    v59 = v55 + v42
    v60 = c3 * v59
    v61 = v58 + v60
    v62 = c4 * v42
    v63 = v62 - v61
    v64 = r0 * v63
    v65 = c1 * v64
    v66 = c2 * v16
    v67 = c3 * v9
    v68 = v1 + v19
    v69 = v68 + v26
    v70 = v69 + v35
    v71 = c4 * v70
    v72 = v11 + v13
    v73 = c5 * v72
    g1 = rows[4]
    v74 = c6 * g1
    v75 = v65 + v67
    v76 = v75 + v71
    v77 = v76 + v73
    v78 = v77 + v74
    v79 = v78 - v66
    v80 = g15 * v0
    v81 = g14 * v8
    v82 = g13 * v10
    v83 = g12 * v12
    v84 = v6 * v46
    v85 = g10 * v18
    v86 = r1 * g15
    v87 = r0 * g13
    v88 = c1 * v86
    g8 = rows[11]
    v89 = c0 * g8
    v90 = v87 + v88
    v91 = v90 + v89
    v92 = r2 * v91
    v93 = r0 * v34
    v94 = c4 * v55
    v95 = v94 - v61
    v96 = r1 * v95
    v97 = c1 * v96
    v98 = c2 * v84
    v99 = c3 * v85
    v100 = v81 + v82
    v101 = v100 + v92
    v102 = v101 + v93
    v103 = c4 * v102
    v104 = v80 + v83
    v105 = c5 * v104
    g2 = rows[5]
    v106 = c6 * g2
    v107 = v97 + v99
    v108 = v107 + v103
    v109 = v108 + v105
    v110 = v109 + v106
    v111 = v110 - v98
    v112 = g15 * v8
    v113 = g13 * v12
    v114 = v6 * v43
    v115 = g11 * v18
    v116 = r1 * v91
    v117 = r0 * v25
    v118 = r2 * v61
    v119 = c1 * v118
    v120 = c2 * v114
    v121 = v112 + v115
    v122 = c3 * v121
    v123 = v113 + v116
    v124 = v123 + v117
    v125 = c4 * v124
    g3 = rows[6]
    v126 = c6 * g3
    v127 = v122 + v125
    v128 = v127 + v126
    v129 = v128 - v119
    v130 = v129 - v120
    v131 = c7 * v79
    rows[19] = v131
    v132 = c7 * v111
    rows[20] = v132
    v133 = c7 * v130
    rows[21] = v133


vjp_0_ordinary, vjp_0_streaming = on_registers(vjp_0, False), on_registers(vjp_0, True)


def vjp_0_rows(table, length, number):
    vjp_0_ordinary(table, length, number)


def vjp_0_streamed(table, length, number):
    vjp_0_streaming(table, length, number)


def second_order_0(rows):
    c0 = rows.constant(3.0)
    c1 = rows.constant(2.0)
    c2 = rows.constant(4.0)
    c3 = rows.constant(5.0)
    c4 = rows.constant(15.0)
    c5 = rows.constant(8.0)
    c6 = rows.constant(10.0)
    c7 = rows.constant(30.0)
    c8 = rows.constant(0.022222222222222223)
    c9 = rows.constant(0.0)
    c10 = rows.constant(0.6666666666666666)
    c11 = rows.constant(0.06666666666666667)
    c12 = rows.constant(-0.022222222222222223)
    c13 = rows.constant(0.3333333333333333)
    c14 = rows.constant(-0.06666666666666667)
    r2 = rows[2]
    u1 = rows[20]
    v0 = r2 * u1
    r1 = rows[1]
    u2 = rows[21]
    v1 = r1 * u2
    v2 = v0 + v1
    rows[22] = v2
    g13 = rows[16]
    v3 = g13 * v2
    v4 = r1 * u1
    r0 = rows[0]
    u0 = rows[19]
    v5 = r0 * u0
    v6 = r2 * u2
    v7 = v4 + v5
    v8 = v7 + v6
    v9 = c0 * v4
    v10 = v9 - v8
    g12 = rows[15]
    v11 = g12 * v10
    v12 = r2 * u0
    v13 = r0 * u2
    v14 = v12 + v13
    rows[23] = v14
    g11 = rows[14]
    v15 = g11 * v14
    v16 = r1 * u0
    v17 = r0 * u1
    v18 = v16 + v17
    rows[24] = v18
    g10 = rows[13]
    v19 = g10 * v18
    g9 = rows[12]
    v20 = c0 * g9
    v21 = g12 + v20
    v22 = v21 * v8
    v23 = c0 * v5
    v24 = v23 - v8
    v25 = g9 * v24
    v26 = r1 * g13
    v27 = r0 * g11
    v28 = c1 * v27
    g6 = rows[9]
    v29 = c0 * g6
    v30 = v26 + v28
    v31 = v30 + v29
    v32 = u2 * v31
    v33 = g13 * u1
    v34 = g11 * u0
    v35 = c1 * v34
    v36 = v33 + v35
    v37 = r2 * v36
    v38 = v32 + v37
    v39 = r2 * g13
    v40 = r1 * g12
    v41 = r0 * g10
    v42 = v40 + v41
    v43 = c1 * v42
    g5 = rows[8]
    v44 = c0 * g5
    v45 = v39 + v43
    v46 = v45 + v44
    v47 = u1 * v46
    v48 = g13 * u2
    v49 = g12 * u1
    v50 = g10 * u0
    v51 = v49 + v50
    v52 = c1 * v51
    v53 = v48 + v52
    v54 = r1 * v53
    v55 = v47 + v54
    v56 = r2 * g11
    v57 = r1 * g10
    v58 = r0 * g9
    v59 = v56 + v57
    g4 = rows[7]
    v60 = g4 + v58
    v61 = c0 * v60
    v62 = v59 + v61
    g15 = rows[18]
    v63 = g11 + g15
    v64 = r2 * v63
    g14 = rows[17]
    v65 = c0 * g14
    v66 = g10 + v65
    v67 = r1 * v66
    v68 = r0 * v21
    v69 = r2 * g15
    v70 = r1 * g14
    v71 = r0 * g12
    v72 = v69 + v71
    g7 = rows[10]
    v73 = g7 + v70
    v74 = c0 * v73
    v75 = v72 + v74
    v76 = v64 + v67
    v77 = v76 + v68
    v78 = c2 * v77
    v79 = v75 + v62
    v80 = c3 * v79
    v81 = v78 + v80
    v82 = c4 * v62
    v83 = v82 - v81
    v84 = u0 * v83
    v85 = g11 * u2
    v86 = g10 * u1
    v87 = g9 * u0
    v88 = v85 + v86
    v89 = c0 * v87
    v90 = v88 + v89
    v91 = u2 * v63
    v92 = u1 * v66
    v93 = u0 * v21
    v94 = g15 * u2
    v95 = g14 * u1
    v96 = g12 * u0
    v97 = v94 + v96
    v98 = c0 * v95
    v99 = v97 + v98
    v100 = v91 + v92
    v101 = v100 + v93
    v102 = c2 * v101
    v103 = v90 + v99
    v104 = c3 * v103
    v105 = v102 + v104
    v106 = c4 * v90
    v107 = v106 - v105
    v108 = r0 * v107
    v109 = v84 + v108
    v110 = c1 * v109
    v111 = c5 * v22
    v112 = c6 * v11
    v113 = v3 + v38
    v114 = v113 + v55
    v115 = c4 * v114
    v116 = v15 + v19
    v117 = v116 + v25
    v118 = c7 * v117
    v119 = v110 + v112
    v120 = v119 + v115
    v121 = v120 + v118
    v122 = v121 - v111
    v123 = g15 * v2
    v124 = g14 * v10
    v125 = g13 * v14
    v126 = g12 * v18
    v127 = v66 * v8
    v128 = g10 * v24
    v129 = r1 * g15
    v130 = r0 * g13
    v131 = c1 * v129
    g8 = rows[11]
    v132 = c0 * g8
    v133 = v130 + v131
    v134 = v133 + v132
    v135 = u2 * v134
    v136 = g15 * u1
    v137 = g13 * u0
    v138 = c1 * v136
    v139 = v137 + v138
    v140 = r2 * v139
    v141 = v135 + v140
    v142 = u0 * v46
    v143 = r0 * v53
    v144 = v142 + v143
    v145 = c4 * v75
    v146 = v145 - v81
    v147 = u1 * v146
    v148 = c4 * v99
    v149 = v148 - v105
    v150 = r1 * v149
    v151 = v147 + v150
    v152 = c1 * v151
    v153 = c5 * v127
    v154 = c6 * v128
    v155 = v125 + v141
    v156 = v155 + v144
    v157 = c4 * v156
    v158 = v123 + v124
    v159 = v158 + v126
    v160 = c7 * v159
    v161 = v152 + v154
    v162 = v161 + v157
    v163 = v162 + v160
    v164 = v163 - v153
    v165 = g15 * v10
    v166 = g13 * v18
    v167 = v63 * v8
    v168 = g11 * v24
    v169 = u1 * v134
    v170 = r1 * v139
    v171 = v169 + v170
    v172 = u0 * v31
    v173 = r0 * v36
    v174 = v172 + v173
    v175 = u2 * v81
    v176 = r2 * v105
    v177 = v175 + v176
    v178 = c1 * v177
    v179 = c5 * v167
    v180 = v165 + v168
    v181 = c6 * v180
    v182 = v166 + v171
    v183 = v182 + v174
    v184 = c4 * v183
    v185 = v181 + v184
    v186 = v185 - v178
    v187 = v186 - v179
    v188 = r0 * r0
    v189 = r1 * r1
    v190 = r2 * r2
    v191 = v188 + v189
    v192 = v191 + v190
    v193 = c0 * v188
    v194 = v193 - v192
    v195 = u0 * v194
    v196 = r0 * v24
    v197 = c1 * v196
    v198 = v195 + v197
    v199 = u0 * v192
    v200 = r0 * v8
    v201 = c1 * v200
    v202 = v199 + v201
    v203 = c2 * v202
    v204 = c3 * v198
    v205 = v204 - v203
    v206 = r0 * r1
    v207 = u0 * v206
    v208 = r0 * v18
    v209 = v207 + v208
    v210 = u1 * v194
    v211 = r1 * v24
    v212 = c1 * v211
    v213 = v210 + v212
    v214 = u1 * v192
    v215 = r1 * v8
    v216 = c1 * v215
    v217 = v214 + v216
    v218 = c2 * v217
    v219 = c3 * v213
    v220 = c7 * v209
    v221 = v219 + v220
    v222 = v221 - v218
    v223 = r0 * r2
    v224 = u0 * v223
    v225 = r0 * v14
    v226 = v224 + v225
    v227 = u2 * v194
    v228 = r2 * v24
    v229 = c1 * v228
    v230 = v227 + v229
    v231 = u2 * v192
    v232 = r2 * v8
    v233 = c1 * v232
    v234 = v231 + v233
    v235 = c2 * v234
    v236 = c3 * v230
    v237 = c7 * v226
    v238 = v236 + v237
    v239 = v238 - v235
    v240 = c0 * v189
    v241 = v240 - v192
    v242 = u0 * v241
    v243 = r0 * v10
    v244 = c1 * v243
    v245 = v242 + v244
    v246 = u1 * v206
    v247 = r1 * v18
    v248 = v246 + v247
    v249 = c3 * v245
    v250 = c7 * v248
    v251 = v203 - v249
    v252 = v251 - v250
    v253 = r1 * r2
    v254 = u0 * v253
    v255 = r0 * v2
    v256 = v254 + v255
    v257 = u1 * v223
    v258 = r1 * v14
    v259 = v257 + v258
    v260 = u2 * v206
    v261 = r2 * v18
    v262 = v260 + v261
    v263 = v256 + v259
    v264 = v263 + v262
    v265 = u1 * v241
    v266 = r1 * v10
    v267 = c1 * v266
    v268 = v265 + v267
    v269 = c3 * v268
    v270 = v218 - v269
    v271 = u1 * v253
    v272 = r1 * v2
    v273 = v271 + v272
    v274 = u2 * v241
    v275 = r2 * v10
    v276 = c1 * v275
    v277 = v274 + v276
    v278 = c3 * v277
    v279 = c7 * v273
    v280 = v235 - v278
    v281 = v280 - v279
    v282 = c8 * v122
    rows[25] = v282
    v283 = c8 * v164
    rows[26] = v283
    v284 = c8 * v187
    rows[27] = v284
    v285 = c10 * v24
    rows[28] = v285
    v286 = c10 * v10
    rows[29] = v286
    v287 = c11 * v205
    rows[30] = v287
    v288 = c8 * v222
    rows[31] = v288
    v289 = c8 * v239
    rows[32] = v289
    v290 = c12 * v252
    rows[33] = v290
    v291 = c13 * v264
    rows[34] = v291
    v292 = c14 * v270
    rows[35] = v292
    v293 = c12 * v281
    rows[36] = v293
    rows[37] = c9


second_order_0_ordinary, second_order_0_streaming = on_registers(second_order_0, False), on_registers(second_order_0, True)


def second_order_0_rows(table, length, number):
    second_order_0_ordinary(table, length, number)


def second_order_0_streamed(table, length, number):
    second_order_0_streaming(table, length, number)


KERNELS = {
    "value": {
        "inputs": [3],
        "outputs": [16],
        "rows": 16,
        "output_rows": [15, 0, 1, 2, 6, 3, 4, 7, 5, 8, 9, 10, 11, 12, 13, 14],
        "passes": [value_0_rows],
        "streamed": [value_0_streamed],
    },
    "vjp": {
        "inputs": [3, 16],
        "outputs": [3],
        "rows": 22,
        "output_rows": [19, 20, 21],
        "passes": [vjp_0_rows],
        "streamed": [vjp_0_streamed],
    },
    "second_order": {
        "inputs": [3, 16, 3],
        "outputs": [3, 16],
        "rows": 38,
        "output_rows": [25, 26, 27, 37, 19, 20, 21, 28, 24, 23, 29, 22, 30, 31, 32, 33, 34, 35, 36],
        "passes": [second_order_0_rows],
        "streamed": [second_order_0_streamed],
    },
}


@functools.cache
def compiled_drive(dtype):
    """``drive`` for ``float32`` or ``float64`` (a name), compiled once for all kernels of this file."""
    array, integers = getattr(types, dtype)[::1], types.int64[::1]
    signature = types.void(
        integers, array, array, array, integers, array, array, types.int64, integers, integers, types.int64, types.int64,
        types.int64, types.boolean,
    )  # fmt: skip
    return numba.njit(signature, parallel=True, nogil=True, **OPTIONS)(drive)


def compiled(steps, dtype):
    """Compiled steps, which must stay alive, and the array of their addresses."""
    signature = types.void(types.CPointer(types.int64), types.int64, getattr(types, dtype))
    functions = [numba.cfunc(signature, **OPTIONS)(step) for step in steps]
    return functions, np.array([f.address for f in functions], dtype=np.int64)


@functools.cache
def compiled_passes(name, dtype):
    """The passes of kernel ``name``."""
    return compiled(KERNELS[name]["passes"], dtype)


@functools.cache
def compiled_streamed(name, dtype):
    """The one pass of kernel ``name`` with streaming stores."""
    return compiled(KERNELS[name]["streamed"], dtype)


@functools.cache
def output_places(name):
    """The row of every output, as ~row where it must be copied: it belongs to an input or to an earlier output."""
    inputs, rows = sum(KERNELS[name]["inputs"]), KERNELS[name]["output_rows"]
    places = [~row if row < inputs or row in rows[:k] else row for k, row in enumerate(rows)]
    return np.split(np.array(places, dtype=np.int64), [KERNELS[name]["outputs"][0]])


def streams(program, outputs):
    """Whether the results are large and begin where registers do. Only a single pass never reads what it stored."""
    aligned = all(o.ctypes.data % REGISTER_BYTES == 0 for o in outputs)
    return bool(program["streamed"]) and aligned and sum(o.nbytes for o in outputs) >= STREAMED


def run(name, arrays, outputs, atoms, features):
    """Fill the flat contiguous ``outputs`` of kernel ``name`` from the flat contiguous ``arrays`` of one dtype."""
    program, dtype = KERNELS[name], arrays[0].dtype
    empty = np.empty(0, dtype)
    inputs = [*arrays, empty, empty][:3]
    sizes = np.array([*program["inputs"], 0, 0][:3])
    fits = features * dtype.itemsize % REGISTER_BYTES == 0 and features <= MOST_IN_PLACE
    count = atoms if fits else (atoms * features + LANES - 1) // LANES
    passes = compiled_streamed if fits and streams(program, outputs) else compiled_passes
    compiled_drive(dtype.name)(
        passes(name, dtype.name)[1], *inputs, sizes, *[*outputs, empty][:2],
        program["rows"], *output_places(name), min(count, 4 * numba.get_num_threads()), atoms, features, fits,
    )  # fmt: skip
