# Emitted by invgen 0.1.0 from templates/numba/kernels.py.jinja for cartesian-l2-n3-flexible. Do not edit: emit again.
# value: 67 operations (32 additions, 35 multiplications), kernel 4bdea02ce2b707fd
# vjp: 158 operations (70 additions, 88 multiplications), kernel f42658d82c4c80d0
# second_order: 362 operations (165 additions, 197 multiplications), kernel 9bcae724d9f4d09f
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
    c0 = rows.constant(2.0)
    x1 = rows[1]
    v0 = x1 * x1
    x2 = rows[2]
    v1 = x2 * x2
    x3 = rows[3]
    v2 = x3 * x3
    v3 = v0 + v1
    v4 = v3 + v2
    rows[9] = v4
    x4 = rows[4]
    v5 = x4 * x4
    x5 = rows[5]
    v6 = x5 * x5
    x6 = rows[6]
    v7 = x6 * x6
    x7 = rows[7]
    v8 = x7 * x7
    x8 = rows[8]
    v9 = x8 * x8
    v10 = x4 + x7
    v11 = v10 * v10
    v12 = v5 + v8
    v13 = v12 + v11
    v14 = v6 + v7
    v15 = v14 + v9
    v16 = c0 * v15
    v17 = v13 + v16
    rows[10] = v17
    v18 = x1 * x4
    v19 = x2 * x5
    v20 = x3 * x6
    v21 = v18 + v19
    v22 = v21 + v20
    v23 = x1 * v22
    v24 = x1 * x5
    v25 = x2 * x7
    v26 = x3 * x8
    v27 = v24 + v25
    v28 = v27 + v26
    v29 = x2 * v28
    v30 = x1 * x6
    v31 = x2 * x8
    v32 = x3 * v10
    v33 = v30 + v31
    v34 = v33 - v32
    v35 = x3 * v34
    v36 = v23 + v29
    v37 = v36 + v35
    rows[11] = v37
    v38 = v5 + v6
    v39 = v38 + v7
    v40 = x4 * v39
    v41 = x6 * x8
    v42 = x5 * v10
    v43 = v41 + v42
    v44 = x5 * v43
    v45 = x5 * x8
    v46 = x4 - v10
    v47 = x6 * v46
    v48 = v45 + v47
    v49 = x6 * v48
    v50 = v6 + v8
    v51 = v50 + v9
    v52 = x7 * v51
    v53 = x5 * x6
    v54 = x7 - v10
    v55 = x8 * v54
    v56 = v53 + v55
    v57 = x8 * v56
    v58 = v7 + v9
    v59 = v58 + v11
    v60 = v10 * v59
    v61 = v40 + v52
    v62 = v61 - v60
    v63 = v44 + v49
    v64 = v63 + v57
    v65 = c0 * v64
    v66 = v62 + v65
    rows[12] = v66


value_0_ordinary, value_0_streaming = on_registers(value_0, False), on_registers(value_0, True)


def value_0_rows(table, length, number):
    value_0_ordinary(table, length, number)


def value_0_streamed(table, length, number):
    value_0_streaming(table, length, number)


def vjp_0(rows):
    c0 = rows.constant(2.0)
    x3 = rows[3]
    g3 = rows[12]
    v0 = x3 * g3
    x6 = rows[6]
    v1 = x6 * v0
    x2 = rows[2]
    v2 = x2 * g3
    x5 = rows[5]
    v3 = x5 * v2
    x1 = rows[1]
    x4 = rows[4]
    v4 = x1 * x4
    v5 = x2 * x5
    v6 = x3 * x6
    v7 = v4 + v5
    v8 = v7 + v6
    v9 = g3 * v8
    v10 = x1 * g3
    v11 = x4 * v10
    g1 = rows[10]
    v12 = x1 * g1
    v13 = v1 + v3
    v14 = v13 + v9
    v15 = v14 + v11
    v16 = c0 * v12
    v17 = v15 + v16
    rows[14] = v17
    x8 = rows[8]
    v18 = x8 * v0
    v19 = x1 * x5
    x7 = rows[7]
    v20 = x2 * x7
    v21 = x3 * x8
    v22 = v19 + v20
    v23 = v22 + v21
    v24 = g3 * v23
    v25 = x7 * v2
    v26 = x5 * v10
    v27 = x2 * g1
    v28 = v18 + v24
    v29 = v28 + v25
    v30 = v29 + v26
    v31 = c0 * v27
    v32 = v30 + v31
    rows[15] = v32
    v33 = x1 * x6
    v34 = x2 * x8
    v35 = x4 + x7
    v36 = x3 * v35
    v37 = v33 + v34
    v38 = v37 - v36
    v39 = g3 * v38
    v40 = v35 * v0
    v41 = x8 * v2
    v42 = x6 * v10
    v43 = x3 * g1
    v44 = v39 + v41
    v45 = v44 + v42
    v46 = v45 - v40
    v47 = c0 * v43
    v48 = v46 + v47
    rows[16] = v48
    g4 = rows[13]
    v49 = x6 * g4
    v50 = x6 * v49
    v51 = x4 * x4
    v52 = x5 * x5
    v53 = x6 * x6
    v54 = v51 + v52
    v55 = v54 + v53
    v56 = g4 * v55
    v57 = x1 * v10
    v58 = x8 * g4
    v59 = x8 * v58
    v60 = x5 * g4
    v61 = x5 * v60
    v62 = x8 * x8
    v63 = v35 * v35
    v64 = v53 + v62
    v65 = v64 + v63
    v66 = g4 * v65
    v67 = x3 * v0
    v68 = g4 * v35
    g2 = rows[11]
    v69 = g2 - v68
    v70 = v35 * v69
    v71 = v66 + v67
    v72 = v59 + v50
    v73 = v72 - v61
    v74 = v73 - v70
    v75 = c0 * v74
    v76 = v71 + v75
    v77 = x4 * g4
    v78 = g2 + v77
    v79 = x4 * v78
    v80 = v56 + v57
    v81 = v80 - v76
    v82 = v50 + v79
    v83 = c0 * v82
    v84 = v81 + v83
    rows[17] = v84
    v85 = x6 * v58
    v86 = x8 * v49
    v87 = x6 * x8
    v88 = x5 * v35
    v89 = v87 + v88
    v90 = g4 * v89
    v91 = v35 * v60
    v92 = x1 * v2
    v93 = x2 * v10
    v94 = x7 * g4
    v95 = v94 + v77
    v96 = c0 * g2
    v97 = v95 + v96
    v98 = x5 * v97
    v99 = v92 + v93
    v100 = v85 + v86
    v101 = v100 + v90
    v102 = v101 + v91
    v103 = v102 + v98
    v104 = c0 * v103
    v105 = v99 + v104
    rows[18] = v105
    v106 = x5 * v58
    v107 = x5 * x8
    v108 = x4 - v35
    v109 = x6 * v108
    v110 = v107 + v109
    v111 = g4 * v110
    v112 = v108 * v49
    v113 = x8 * v60
    v114 = x1 * v0
    v115 = x3 * v10
    v116 = v77 - v68
    v117 = v116 + v96
    v118 = x6 * v117
    v119 = v114 + v115
    v120 = v106 + v111
    v121 = v120 + v112
    v122 = v121 + v113
    v123 = v122 + v118
    v124 = c0 * v123
    v125 = v119 + v124
    rows[19] = v125
    v126 = x7 * x7
    v127 = v52 + v126
    v128 = v127 + v62
    v129 = g4 * v128
    v130 = x2 * v2
    v131 = g2 + v94
    v132 = x7 * v131
    v133 = v129 + v130
    v134 = v133 - v76
    v135 = v59 + v132
    v136 = c0 * v135
    v137 = v134 + v136
    rows[20] = v137
    v138 = x5 * x6
    v139 = x7 - v35
    v140 = x8 * v139
    v141 = v138 + v140
    v142 = g4 * v141
    v143 = v139 * v58
    v144 = x5 * v49
    v145 = x6 * v60
    v146 = x2 * v0
    v147 = x3 * v2
    v148 = v94 - v68
    v149 = v148 + v96
    v150 = x8 * v149
    v151 = v146 + v147
    v152 = v142 + v143
    v153 = v152 + v144
    v154 = v153 + v145
    v155 = v154 + v150
    v156 = c0 * v155
    v157 = v151 + v156
    rows[21] = v157


vjp_0_ordinary, vjp_0_streaming = on_registers(vjp_0, False), on_registers(vjp_0, True)


def vjp_0_rows(table, length, number):
    vjp_0_ordinary(table, length, number)


def vjp_0_streamed(table, length, number):
    vjp_0_streaming(table, length, number)


def second_order_0(rows):
    c0 = rows.constant(2.0)
    c1 = rows.constant(0.0)
    x3 = rows[3]
    g3 = rows[12]
    v0 = x3 * g3
    u6 = rows[20]
    v1 = u6 * v0
    u3 = rows[17]
    v2 = g3 * u3
    x6 = rows[6]
    v3 = x6 * v2
    v4 = v1 + v3
    x2 = rows[2]
    v5 = x2 * g3
    u5 = rows[19]
    v6 = u5 * v5
    u2 = rows[16]
    v7 = g3 * u2
    x5 = rows[5]
    v8 = x5 * v7
    v9 = v6 + v8
    x4 = rows[4]
    u1 = rows[15]
    v10 = x4 * u1
    x1 = rows[1]
    u4 = rows[18]
    v11 = x1 * u4
    v12 = v10 + v11
    v13 = x5 * u2
    v14 = x2 * u5
    v15 = v13 + v14
    v16 = x6 * u3
    v17 = x3 * u6
    v18 = v16 + v17
    v19 = v12 + v15
    v20 = v19 + v18
    v21 = g3 * v20
    v22 = x1 * g3
    v23 = u4 * v22
    v24 = g3 * u1
    v25 = x4 * v24
    v26 = v23 + v25
    g1 = rows[10]
    v27 = g1 * u1
    v28 = v4 + v9
    v29 = v28 + v21
    v30 = v29 + v26
    v31 = c0 * v27
    v32 = v30 + v31
    rows[23] = v32
    u8 = rows[22]
    v33 = u8 * v0
    x8 = rows[8]
    v34 = x8 * v2
    v35 = v33 + v34
    v36 = x5 * u1
    v37 = x1 * u5
    v38 = v36 + v37
    x7 = rows[7]
    v39 = x7 * u2
    u7 = rows[21]
    v40 = x2 * u7
    v41 = v39 + v40
    v42 = x8 * u3
    v43 = x3 * u8
    v44 = v42 + v43
    v45 = v38 + v41
    v46 = v45 + v44
    v47 = g3 * v46
    v48 = u7 * v5
    v49 = x7 * v7
    v50 = v48 + v49
    v51 = u5 * v22
    v52 = x5 * v24
    v53 = v51 + v52
    v54 = g1 * u2
    v55 = v35 + v47
    v56 = v55 + v50
    v57 = v56 + v53
    v58 = c0 * v54
    v59 = v57 + v58
    rows[24] = v59
    v60 = x6 * u1
    v61 = x1 * u6
    v62 = v60 + v61
    v63 = x8 * u2
    v64 = x2 * u8
    v65 = v63 + v64
    v66 = x4 + x7
    v67 = u3 * v66
    v68 = u4 + u7
    v69 = x3 * v68
    v70 = v67 + v69
    v71 = v62 + v65
    v72 = v71 - v70
    v73 = g3 * v72
    v74 = v0 * v68
    v75 = v66 * v2
    v76 = v74 + v75
    v77 = u8 * v5
    v78 = x8 * v7
    v79 = v77 + v78
    v80 = u6 * v22
    v81 = x6 * v24
    v82 = v80 + v81
    v83 = g1 * u3
    v84 = v73 + v79
    v85 = v84 + v82
    v86 = v85 - v76
    v87 = c0 * v83
    v88 = v86 + v87
    rows[25] = v88
    g4 = rows[13]
    v89 = x6 * g4
    v90 = u6 * v89
    v91 = g4 * u6
    v92 = x6 * v91
    v93 = v90 + v92
    v94 = x4 * u4
    v95 = x5 * u5
    v96 = x6 * u6
    v97 = v94 + v95
    v98 = v97 + v96
    v99 = g4 * v98
    v100 = u1 * v22
    v101 = x1 * v24
    v102 = v100 + v101
    v103 = x8 * g4
    v104 = u8 * v103
    v105 = g4 * u8
    v106 = x8 * v105
    v107 = v104 + v106
    v108 = x5 * g4
    v109 = u5 * v108
    v110 = g4 * u5
    v111 = x5 * v110
    v112 = v109 + v111
    v113 = x8 * u8
    v114 = v66 * v68
    v115 = v96 + v113
    v116 = v115 + v114
    v117 = g4 * v116
    v118 = u3 * v0
    v119 = x3 * v2
    v120 = v118 + v119
    v121 = g4 * v66
    g2 = rows[11]
    v122 = g2 - v121
    v123 = v122 * v68
    v124 = g4 * v68
    v125 = v66 * v124
    v126 = v123 - v125
    v127 = v93 + v107
    v128 = v127 + v117
    v129 = v128 - v112
    v130 = v129 - v126
    v131 = c0 * v130
    v132 = v120 + v131
    v133 = x4 * g4
    v134 = g2 + v133
    v135 = u4 * v134
    v136 = g4 * u4
    v137 = x4 * v136
    v138 = v135 + v137
    v139 = v102 - v132
    v140 = v93 + v99
    v141 = v140 + v138
    v142 = c0 * v141
    v143 = v139 + v142
    rows[26] = v143
    v144 = u6 * v103
    v145 = x6 * v105
    v146 = v144 + v145
    v147 = u8 * v89
    v148 = x8 * v91
    v149 = v147 + v148
    v150 = x8 * u6
    v151 = x6 * u8
    v152 = v150 + v151
    v153 = u5 * v66
    v154 = x5 * v68
    v155 = v153 + v154
    v156 = v152 + v155
    v157 = g4 * v156
    v158 = v108 * v68
    v159 = v66 * v110
    v160 = v158 + v159
    v161 = u1 * v5
    v162 = x1 * v7
    v163 = v161 + v162
    v164 = u2 * v22
    v165 = x2 * v24
    v166 = v164 + v165
    v167 = x7 * g4
    v168 = v167 + v133
    v169 = c0 * g2
    v170 = v168 + v169
    v171 = u5 * v170
    v172 = g4 * u7
    v173 = v136 + v172
    v174 = x5 * v173
    v175 = v171 + v174
    v176 = v163 + v166
    v177 = v146 + v149
    v178 = v177 + v157
    v179 = v178 + v160
    v180 = v179 + v175
    v181 = c0 * v180
    v182 = v176 + v181
    rows[27] = v182
    v183 = u5 * v103
    v184 = x5 * v105
    v185 = v183 + v184
    v186 = x8 * u5
    v187 = x5 * u8
    v188 = v186 + v187
    v189 = x4 - v66
    v190 = u6 * v189
    v191 = u4 - v68
    v192 = x6 * v191
    v193 = v190 + v192
    v194 = v188 + v193
    v195 = g4 * v194
    v196 = v89 * v191
    v197 = v189 * v91
    v198 = v196 + v197
    v199 = u8 * v108
    v200 = x8 * v110
    v201 = v199 + v200
    v202 = u1 * v0
    v203 = x1 * v2
    v204 = v202 + v203
    v205 = u3 * v22
    v206 = x3 * v24
    v207 = v205 + v206
    v208 = v133 - v121
    v209 = v208 + v169
    v210 = u6 * v209
    v211 = v124 - v136
    v212 = x6 * v211
    v213 = v210 - v212
    v214 = v204 + v207
    v215 = v185 + v195
    v216 = v215 + v198
    v217 = v216 + v201
    v218 = v217 + v213
    v219 = c0 * v218
    v220 = v214 + v219
    rows[28] = v220
    v221 = x7 * u7
    v222 = v95 + v113
    v223 = v222 + v221
    v224 = g4 * v223
    v225 = u2 * v5
    v226 = x2 * v7
    v227 = v225 + v226
    v228 = g2 + v167
    v229 = u7 * v228
    v230 = x7 * v172
    v231 = v229 + v230
    v232 = v227 - v132
    v233 = v107 + v224
    v234 = v233 + v231
    v235 = c0 * v234
    v236 = v232 + v235
    rows[29] = v236
    v237 = x6 * u5
    v238 = x5 * u6
    v239 = v237 + v238
    v240 = x7 - v66
    v241 = u8 * v240
    v242 = u7 - v68
    v243 = x8 * v242
    v244 = v241 + v243
    v245 = v239 + v244
    v246 = g4 * v245
    v247 = v103 * v242
    v248 = v240 * v105
    v249 = v247 + v248
    v250 = u5 * v89
    v251 = x5 * v91
    v252 = v250 + v251
    v253 = u6 * v108
    v254 = x6 * v110
    v255 = v253 + v254
    v256 = u2 * v0
    v257 = x2 * v2
    v258 = v256 + v257
    v259 = u3 * v5
    v260 = x3 * v7
    v261 = v259 + v260
    v262 = v167 - v121
    v263 = v262 + v169
    v264 = u8 * v263
    v265 = v124 - v172
    v266 = x8 * v265
    v267 = v264 - v266
    v268 = v258 + v261
    v269 = v246 + v249
    v270 = v269 + v252
    v271 = v270 + v255
    v272 = v271 + v267
    v273 = c0 * v272
    v274 = v268 + v273
    rows[30] = v274
    v275 = x1 * u1
    v276 = x2 * u2
    v277 = x3 * u3
    v278 = v275 + v276
    v279 = v278 + v277
    v280 = v95 + v96
    v281 = v280 + v113
    v282 = v94 + v114
    v283 = v282 + v221
    v284 = c0 * v281
    v285 = v283 + v284
    v286 = x1 * x4
    v287 = x2 * x5
    v288 = x3 * x6
    v289 = v286 + v287
    v290 = v289 + v288
    v291 = u1 * v290
    v292 = x1 * v20
    v293 = v291 + v292
    v294 = x1 * x5
    v295 = x2 * x7
    v296 = x3 * x8
    v297 = v294 + v295
    v298 = v297 + v296
    v299 = u2 * v298
    v300 = x2 * v46
    v301 = v299 + v300
    v302 = x1 * x6
    v303 = x2 * x8
    v304 = x3 * v66
    v305 = v302 + v303
    v306 = v305 - v304
    v307 = u3 * v306
    v308 = x3 * v72
    v309 = v307 + v308
    v310 = v293 + v301
    v311 = v310 + v309
    rows[31] = v311
    v312 = x4 * x4
    v313 = x5 * x5
    v314 = x6 * x6
    v315 = v312 + v313
    v316 = v315 + v314
    v317 = u4 * v316
    v318 = x4 * v98
    v319 = c0 * v318
    v320 = v317 + v319
    v321 = x7 * x7
    v322 = x8 * x8
    v323 = v313 + v321
    v324 = v323 + v322
    v325 = u7 * v324
    v326 = x7 * v223
    v327 = c0 * v326
    v328 = v325 + v327
    v329 = v66 * v66
    v330 = v314 + v322
    v331 = v330 + v329
    v332 = v331 * v68
    v333 = v66 * v116
    v334 = c0 * v333
    v335 = v332 + v334
    v336 = x6 * x8
    v337 = x5 * v66
    v338 = v336 + v337
    v339 = u5 * v338
    v340 = x5 * v156
    v341 = v339 + v340
    v342 = x5 * x8
    v343 = x6 * v189
    v344 = v342 + v343
    v345 = u6 * v344
    v346 = x6 * v194
    v347 = v345 + v346
    v348 = x5 * x6
    v349 = x8 * v240
    v350 = v348 + v349
    v351 = u8 * v350
    v352 = x8 * v245
    v353 = v351 + v352
    v354 = v341 + v347
    v355 = v354 + v353
    v356 = v320 + v328
    v357 = v356 - v335
    v358 = c0 * v355
    v359 = v357 + v358
    rows[32] = v359
    v360 = c0 * v279
    rows[33] = v360
    v361 = c0 * v285
    rows[34] = v361
    rows[35] = c1


second_order_0_ordinary, second_order_0_streaming = on_registers(second_order_0, False), on_registers(second_order_0, True)


def second_order_0_rows(table, length, number):
    second_order_0_ordinary(table, length, number)


def second_order_0_streamed(table, length, number):
    second_order_0_streaming(table, length, number)


KERNELS = {
    "value": {
        "inputs": [9],
        "outputs": [5],
        "rows": 13,
        "output_rows": [0, 9, 10, 11, 12],
        "passes": [value_0_rows],
        "streamed": [value_0_streamed],
    },
    "vjp": {
        "inputs": [9, 5],
        "outputs": [9],
        "rows": 22,
        "output_rows": [9, 14, 15, 16, 17, 18, 19, 20, 21],
        "passes": [vjp_0_rows],
        "streamed": [vjp_0_streamed],
    },
    "second_order": {
        "inputs": [9, 5, 9],
        "outputs": [9, 5],
        "rows": 36,
        "output_rows": [35, 23, 24, 25, 26, 27, 28, 29, 30, 14, 33, 34, 31, 32],
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
