# Emitted by invgen 0.1.0 from templates/numba/kernels.py.jinja for cartesian-l3-n3-flexible. Do not edit: emit again.
# value: 152 operations (77 additions, 75 multiplications), kernel d17aaf36a5b8822e
# vjp: 341 operations (160 additions, 181 multiplications), kernel b374fa0c19c62bea
# second_order: 755 operations (360 additions, 395 multiplications), kernel aa3c237dc025aac4
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
    c1 = rows.constant(3.0)
    c2 = rows.constant(6.0)
    x1 = rows[1]
    v0 = x1 * x1
    x2 = rows[2]
    v1 = x2 * x2
    x3 = rows[3]
    v2 = x3 * x3
    v3 = v0 + v1
    v4 = v3 + v2
    rows[16] = v4
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
    rows[17] = v17
    x9 = rows[9]
    v18 = x9 * x9
    x10 = rows[10]
    v19 = x10 * x10
    x11 = rows[11]
    v20 = x11 * x11
    x12 = rows[12]
    v21 = x12 * x12
    x13 = rows[13]
    v22 = x13 * x13
    v23 = x9 + x12
    v24 = v23 * v23
    x14 = rows[14]
    v25 = x14 * x14
    x15 = rows[15]
    v26 = x15 * x15
    v27 = x10 + x14
    v28 = v27 * v27
    v29 = x11 + x15
    v30 = v29 * v29
    v31 = v18 + v25
    v32 = v31 + v30
    v33 = v19 + v20
    v34 = v33 + v21
    v35 = v34 + v24
    v36 = v35 + v26
    v37 = v36 + v28
    v38 = c1 * v37
    v39 = c2 * v22
    v40 = v32 + v38
    v41 = v40 + v39
    rows[18] = v41
    v42 = x1 * x4
    v43 = x2 * x5
    v44 = x3 * x6
    v45 = v42 + v43
    v46 = v45 + v44
    v47 = x1 * v46
    v48 = x1 * x5
    v49 = x2 * x7
    v50 = x3 * x8
    v51 = v48 + v49
    v52 = v51 + v50
    v53 = x2 * v52
    v54 = x1 * x6
    v55 = x2 * x8
    v56 = x3 * v10
    v57 = v54 + v55
    v58 = v57 - v56
    v59 = x3 * v58
    v60 = v47 + v53
    v61 = v60 + v59
    rows[19] = v61
    v62 = v5 + v6
    v63 = v62 + v7
    v64 = x4 * v63
    v65 = x6 * x8
    v66 = x5 * v10
    v67 = v65 + v66
    v68 = x5 * v67
    v69 = x5 * x8
    v70 = x4 - v10
    v71 = x6 * v70
    v72 = v69 + v71
    v73 = x6 * v72
    v74 = v6 + v8
    v75 = v74 + v9
    v76 = x7 * v75
    v77 = x5 * x6
    v78 = x7 - v10
    v79 = x8 * v78
    v80 = v77 + v79
    v81 = x8 * v80
    v82 = v7 + v9
    v83 = v82 + v11
    v84 = v10 * v83
    v85 = v64 + v76
    v86 = v85 - v84
    v87 = v68 + v73
    v88 = v87 + v81
    v89 = c0 * v88
    v90 = v86 + v89
    rows[20] = v90
    v91 = v18 + v21
    v92 = v91 + v24
    v93 = v33 + v22
    v94 = c0 * v93
    v95 = v92 + v94
    v96 = x4 * v95
    v97 = x12 * x14
    v98 = v23 * v27
    v99 = c0 * x12
    v100 = x9 + v99
    v101 = x10 * v100
    v102 = x13 * v29
    v103 = v97 + v98
    v104 = v103 + v101
    v105 = c0 * v102
    v106 = v104 + v105
    v107 = x5 * v106
    v108 = x12 * x15
    v109 = v23 * v29
    v110 = c0 * v23
    v111 = x9 - v110
    v112 = x11 * v111
    v113 = x10 - v27
    v114 = x13 * v113
    v115 = v108 + v109
    v116 = v115 + v112
    v117 = c0 * v114
    v118 = v116 + v117
    v119 = x6 * v118
    v120 = v19 + v25
    v121 = v120 + v28
    v122 = v21 + v22
    v123 = v122 + v26
    v124 = c0 * v123
    v125 = v121 + v124
    v126 = x7 * v125
    v127 = x10 * x11
    v128 = v27 * v29
    v129 = x12 - v23
    v130 = x13 * v129
    v131 = c0 * v27
    v132 = x14 - v131
    v133 = x15 * v132
    v134 = v127 + v128
    v135 = v134 + v133
    v136 = c0 * v130
    v137 = v135 + v136
    v138 = x8 * v137
    v139 = v20 + v26
    v140 = v139 + v30
    v141 = v22 + v24
    v142 = v141 + v28
    v143 = c0 * v142
    v144 = v140 + v143
    v145 = v10 * v144
    v146 = v96 + v126
    v147 = v146 - v145
    v148 = v107 + v119
    v149 = v148 + v138
    v150 = c0 * v149
    v151 = v147 + v150
    rows[21] = v151


value_0_ordinary, value_0_streaming = on_registers(value_0, False), on_registers(value_0, True)


def value_0_rows(table, length, number):
    value_0_ordinary(table, length, number)


def value_0_streamed(table, length, number):
    value_0_streaming(table, length, number)


def vjp_0(rows):
    c0 = rows.constant(2.0)
    c1 = rows.constant(3.0)
    c2 = rows.constant(4.0)
    x3 = rows[3]
    g4 = rows[20]
    v0 = x3 * g4
    x6 = rows[6]
    v1 = x6 * v0
    x2 = rows[2]
    v2 = x2 * g4
    x5 = rows[5]
    v3 = x5 * v2
    x1 = rows[1]
    x4 = rows[4]
    v4 = x1 * x4
    v5 = x2 * x5
    v6 = x3 * x6
    v7 = v4 + v5
    v8 = v7 + v6
    v9 = g4 * v8
    v10 = x1 * g4
    v11 = x4 * v10
    g1 = rows[17]
    v12 = x1 * g1
    v13 = v1 + v3
    v14 = v13 + v9
    v15 = v14 + v11
    v16 = c0 * v12
    v17 = v15 + v16
    rows[23] = v17
    x8 = rows[8]
    v18 = x8 * v0
    v19 = x1 * x5
    x7 = rows[7]
    v20 = x2 * x7
    v21 = x3 * x8
    v22 = v19 + v20
    v23 = v22 + v21
    v24 = g4 * v23
    v25 = x7 * v2
    v26 = x5 * v10
    v27 = x2 * g1
    v28 = v18 + v24
    v29 = v28 + v25
    v30 = v29 + v26
    v31 = c0 * v27
    v32 = v30 + v31
    rows[24] = v32
    v33 = x1 * x6
    v34 = x2 * x8
    v35 = x4 + x7
    v36 = x3 * v35
    v37 = v33 + v34
    v38 = v37 - v36
    v39 = g4 * v38
    v40 = v35 * v0
    v41 = x8 * v2
    v42 = x6 * v10
    v43 = x3 * g1
    v44 = v39 + v41
    v45 = v44 + v42
    v46 = v45 - v40
    v47 = c0 * v43
    v48 = v46 + v47
    rows[25] = v48
    x9 = rows[9]
    v49 = x9 * x9
    x12 = rows[12]
    v50 = x12 * x12
    v51 = x9 + x12
    v52 = v51 * v51
    x13 = rows[13]
    v53 = x13 * x13
    x10 = rows[10]
    v54 = x10 * x10
    x11 = rows[11]
    v55 = x11 * x11
    v56 = v54 + v55
    v57 = v53 + v56
    v58 = v49 + v50
    v59 = v58 + v52
    v60 = c0 * v57
    v61 = v59 + v60
    g6 = rows[22]
    v62 = g6 * v61
    g5 = rows[21]
    v63 = x6 * g5
    v64 = x6 * v63
    v65 = x4 * x4
    v66 = x5 * x5
    v67 = x6 * x6
    v68 = v65 + v66
    v69 = v68 + v67
    v70 = g5 * v69
    v71 = x1 * v10
    x15 = rows[15]
    v72 = x15 * x15
    v73 = x11 + x15
    v74 = v73 * v73
    x14 = rows[14]
    v75 = x10 + x14
    v76 = v75 * v75
    v77 = v53 + v52
    v78 = v77 + v76
    v79 = v55 + v72
    v80 = v79 + v74
    v81 = c0 * v78
    v82 = v80 + v81
    v83 = g6 * v82
    v84 = x8 * g5
    v85 = x8 * v84
    v86 = x5 * g5
    v87 = x5 * v86
    v88 = x8 * x8
    v89 = v35 * v35
    v90 = v67 + v88
    v91 = v90 + v89
    v92 = g5 * v91
    v93 = x3 * v0
    v94 = g5 * v35
    g2 = rows[18]
    v95 = g2 - v94
    v96 = v35 * v95
    v97 = v83 + v92
    v98 = v97 + v93
    v99 = v85 + v64
    v100 = v99 - v87
    v101 = v100 - v96
    v102 = c0 * v101
    v103 = v98 + v102
    v104 = x4 * g5
    v105 = g2 + v104
    v106 = x4 * v105
    v107 = v62 + v70
    v108 = v107 + v71
    v109 = v108 - v103
    v110 = v64 + v106
    v111 = c0 * v110
    v112 = v109 + v111
    rows[26] = v112
    v113 = x12 * x14
    v114 = v51 * v75
    v115 = c0 * x12
    v116 = x9 + v115
    v117 = x10 * v116
    v118 = x13 * v73
    v119 = v113 + v114
    v120 = v119 + v117
    v121 = c0 * v118
    v122 = v120 + v121
    v123 = g6 * v122
    v124 = x6 * v84
    v125 = x8 * v63
    v126 = x6 * x8
    v127 = x5 * v35
    v128 = v126 + v127
    v129 = g5 * v128
    v130 = v35 * v86
    v131 = x1 * v2
    v132 = x2 * v10
    v133 = x7 * g5
    v134 = v133 + v104
    v135 = c0 * g2
    v136 = v134 + v135
    v137 = x5 * v136
    v138 = v131 + v132
    v139 = v123 + v124
    v140 = v139 + v125
    v141 = v140 + v129
    v142 = v141 + v130
    v143 = v142 + v137
    v144 = c0 * v143
    v145 = v138 + v144
    rows[27] = v145
    v146 = x12 * x15
    v147 = v51 * v73
    v148 = c0 * v51
    v149 = x9 - v148
    v150 = x11 * v149
    v151 = x10 - v75
    v152 = x13 * v151
    v153 = v146 + v147
    v154 = v153 + v150
    v155 = c0 * v152
    v156 = v154 + v155
    v157 = g6 * v156
    v158 = x5 * v84
    v159 = x5 * x8
    v160 = x4 - v35
    v161 = x6 * v160
    v162 = v159 + v161
    v163 = g5 * v162
    v164 = v160 * v63
    v165 = x8 * v86
    v166 = x1 * v0
    v167 = x3 * v10
    v168 = v104 - v94
    v169 = v168 + v135
    v170 = x6 * v169
    v171 = v166 + v167
    v172 = v157 + v158
    v173 = v172 + v163
    v174 = v173 + v164
    v175 = v174 + v165
    v176 = v175 + v170
    v177 = c0 * v176
    v178 = v171 + v177
    rows[28] = v178
    v179 = x14 * x14
    v180 = v50 + v53
    v181 = v180 + v72
    v182 = v54 + v179
    v183 = v182 + v76
    v184 = c0 * v181
    v185 = v183 + v184
    v186 = g6 * v185
    v187 = x7 * x7
    v188 = v66 + v187
    v189 = v188 + v88
    v190 = g5 * v189
    v191 = x2 * v2
    v192 = g2 + v133
    v193 = x7 * v192
    v194 = v186 + v190
    v195 = v194 + v191
    v196 = v195 - v103
    v197 = v85 + v193
    v198 = c0 * v197
    v199 = v196 + v198
    rows[29] = v199
    v200 = x10 * x11
    v201 = v75 * v73
    v202 = x12 - v51
    v203 = x13 * v202
    v204 = c0 * v75
    v205 = x14 - v204
    v206 = x15 * v205
    v207 = v200 + v201
    v208 = v207 + v206
    v209 = c0 * v203
    v210 = v208 + v209
    v211 = g6 * v210
    v212 = x5 * x6
    v213 = x7 - v35
    v214 = x8 * v213
    v215 = v212 + v214
    v216 = g5 * v215
    v217 = v213 * v84
    v218 = x5 * v63
    v219 = x6 * v86
    v220 = x2 * v0
    v221 = x3 * v2
    v222 = v133 - v94
    v223 = v222 + v135
    v224 = x8 * v223
    v225 = v220 + v221
    v226 = v211 + v216
    v227 = v226 + v217
    v228 = v227 + v218
    v229 = v228 + v219
    v230 = v229 + v224
    v231 = c0 * v230
    v232 = v225 + v231
    rows[30] = v232
    v233 = x6 * g6
    v234 = x11 * v233
    v235 = x5 * g6
    v236 = x10 * v235
    v237 = x8 * g6
    v238 = x13 * v237
    v239 = v73 * v233
    v240 = v75 * v235
    v241 = g6 * v35
    v242 = x4 * g6
    v243 = c0 * v241
    g3 = rows[19]
    v244 = c1 * g3
    v245 = v242 + v244
    v246 = v245 - v243
    v247 = v51 * v246
    v248 = v239 + v240
    v249 = v248 + v247
    v250 = v238 + v234
    v251 = c0 * v250
    v252 = v251 - v249
    v253 = g3 + v242
    v254 = x9 * v253
    v255 = v234 + v236
    v256 = v255 + v254
    v257 = v256 - v252
    v258 = x11 * v237
    v259 = x13 * v233
    v260 = v116 * v235
    v261 = x7 * g6
    v262 = c0 * v242
    v263 = v262 + v244
    v264 = v261 + v263
    v265 = x10 * v264
    v266 = x15 * v237
    v267 = v73 * v237
    v268 = v51 * v235
    v269 = v261 + v244
    v270 = v269 - v243
    v271 = v75 * v270
    v272 = v267 + v268
    v273 = v272 + v271
    v274 = v266 + v259
    v275 = c0 * v274
    v276 = v275 - v273
    v277 = v258 + v260
    v278 = v277 + v265
    v279 = v278 - v276
    v280 = c0 * v259
    v281 = v279 + v280
    v282 = x10 * v237
    v283 = v149 * v233
    v284 = v241 - v263
    v285 = x11 * v284
    v286 = v75 * v237
    v287 = v51 * v233
    v288 = x13 * v235
    v289 = g3 - v241
    v290 = v73 * v289
    v291 = v286 + v287
    v292 = v291 + v290
    v293 = c0 * v288
    v294 = v292 + v293
    v295 = v282 + v283
    v296 = v295 + v294
    v297 = v296 - v285
    v298 = x15 * v233
    v299 = x14 * v235
    v300 = c0 * v261
    v301 = v242 + v300
    v302 = v301 + v244
    v303 = x12 * v302
    v304 = v298 + v299
    v305 = v304 + v303
    v306 = v305 - v252
    v307 = v238 + v236
    v308 = c0 * v307
    v309 = v306 + v308
    v310 = v202 * v237
    v311 = v151 * v233
    v312 = v73 * v235
    v313 = v261 + v242
    v314 = v313 - v241
    v315 = v314 + v244
    v316 = x13 * v315
    v317 = v310 + v311
    v318 = v317 + v312
    v319 = v318 + v316
    v320 = x12 * v235
    v321 = g3 + v261
    v322 = x14 * v321
    v323 = v266 + v320
    v324 = v323 + v322
    v325 = v324 - v276
    v326 = v205 * v237
    v327 = x12 * v233
    v328 = v300 + v244
    v329 = v328 - v241
    v330 = x15 * v329
    v331 = v326 + v327
    v332 = v331 + v330
    v333 = v332 + v294
    v334 = c0 * v257
    rows[31] = v334
    v335 = c0 * v281
    rows[32] = v335
    v336 = c0 * v297
    rows[33] = v336
    v337 = c0 * v309
    rows[34] = v337
    v338 = c2 * v319
    rows[35] = v338
    v339 = c0 * v325
    rows[36] = v339
    v340 = c0 * v333
    rows[37] = v340


vjp_0_ordinary, vjp_0_streaming = on_registers(vjp_0, False), on_registers(vjp_0, True)


def vjp_0_rows(table, length, number):
    vjp_0_ordinary(table, length, number)


def vjp_0_streamed(table, length, number):
    vjp_0_streaming(table, length, number)


def second_order_0(rows):
    c0 = rows.constant(2.0)
    c1 = rows.constant(3.0)
    c2 = rows.constant(6.0)
    c3 = rows.constant(0.0)
    c4 = rows.constant(4.0)
    x3 = rows[3]
    g4 = rows[20]
    v0 = x3 * g4
    u6 = rows[29]
    v1 = u6 * v0
    u3 = rows[26]
    v2 = g4 * u3
    x6 = rows[6]
    v3 = x6 * v2
    v4 = v1 + v3
    x2 = rows[2]
    v5 = x2 * g4
    u5 = rows[28]
    v6 = u5 * v5
    u2 = rows[25]
    v7 = g4 * u2
    x5 = rows[5]
    v8 = x5 * v7
    v9 = v6 + v8
    x4 = rows[4]
    u1 = rows[24]
    v10 = x4 * u1
    x1 = rows[1]
    u4 = rows[27]
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
    v21 = g4 * v20
    v22 = x1 * g4
    v23 = u4 * v22
    v24 = g4 * u1
    v25 = x4 * v24
    v26 = v23 + v25
    g1 = rows[17]
    v27 = g1 * u1
    v28 = v4 + v9
    v29 = v28 + v21
    v30 = v29 + v26
    v31 = c0 * v27
    v32 = v30 + v31
    rows[39] = v32
    u8 = rows[31]
    v33 = u8 * v0
    x8 = rows[8]
    v34 = x8 * v2
    v35 = v33 + v34
    v36 = x5 * u1
    v37 = x1 * u5
    v38 = v36 + v37
    x7 = rows[7]
    v39 = x7 * u2
    u7 = rows[30]
    v40 = x2 * u7
    v41 = v39 + v40
    v42 = x8 * u3
    v43 = x3 * u8
    v44 = v42 + v43
    v45 = v38 + v41
    v46 = v45 + v44
    v47 = g4 * v46
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
    rows[40] = v59
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
    v73 = g4 * v72
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
    rows[41] = v88
    x9 = rows[9]
    u9 = rows[32]
    v89 = x9 * u9
    x12 = rows[12]
    u12 = rows[35]
    v90 = x12 * u12
    v91 = x9 + x12
    v92 = u9 + u12
    v93 = v91 * v92
    x13 = rows[13]
    u13 = rows[36]
    v94 = x13 * u13
    x10 = rows[10]
    u10 = rows[33]
    v95 = x10 * u10
    x11 = rows[11]
    u11 = rows[34]
    v96 = x11 * u11
    v97 = v95 + v96
    v98 = v94 + v97
    v99 = v89 + v90
    v100 = v99 + v93
    v101 = c0 * v98
    v102 = v100 + v101
    g6 = rows[22]
    v103 = g6 * v102
    g5 = rows[21]
    v104 = x6 * g5
    v105 = u6 * v104
    v106 = g5 * u6
    v107 = x6 * v106
    v108 = v105 + v107
    v109 = x4 * u4
    v110 = x5 * u5
    v111 = x6 * u6
    v112 = v109 + v110
    v113 = v112 + v111
    v114 = g5 * v113
    v115 = u1 * v22
    v116 = x1 * v24
    v117 = v115 + v116
    x15 = rows[15]
    u15 = rows[38]
    v118 = x15 * u15
    v119 = x11 + x15
    v120 = u11 + u15
    v121 = v119 * v120
    x14 = rows[14]
    v122 = x10 + x14
    u14 = rows[37]
    v123 = u10 + u14
    v124 = v122 * v123
    v125 = v93 + v94
    v126 = v125 + v124
    v127 = v96 + v118
    v128 = v127 + v121
    v129 = c0 * v126
    v130 = v128 + v129
    v131 = g6 * v130
    v132 = x8 * g5
    v133 = u8 * v132
    v134 = g5 * u8
    v135 = x8 * v134
    v136 = v133 + v135
    v137 = x5 * g5
    v138 = u5 * v137
    v139 = g5 * u5
    v140 = x5 * v139
    v141 = v138 + v140
    v142 = x8 * u8
    v143 = v66 * v68
    v144 = v111 + v142
    v145 = v144 + v143
    v146 = g5 * v145
    v147 = u3 * v0
    v148 = x3 * v2
    v149 = v147 + v148
    v150 = g5 * v66
    g2 = rows[18]
    v151 = g2 - v150
    v152 = v151 * v68
    v153 = g5 * v68
    v154 = v66 * v153
    v155 = v152 - v154
    v156 = v108 + v131
    v157 = v156 + v136
    v158 = v157 + v146
    v159 = v158 - v141
    v160 = v159 - v155
    v161 = c0 * v160
    v162 = v149 + v161
    v163 = x4 * g5
    v164 = g2 + v163
    v165 = u4 * v164
    v166 = g5 * u4
    v167 = x4 * v166
    v168 = v165 + v167
    v169 = v117 - v162
    v170 = v103 + v108
    v171 = v170 + v114
    v172 = v171 + v168
    v173 = c0 * v172
    v174 = v169 + v173
    rows[42] = v174
    v175 = x14 * u12
    v176 = x12 * u14
    v177 = v175 + v176
    v178 = v122 * v92
    v179 = v91 * v123
    v180 = v178 + v179
    v181 = c0 * x12
    v182 = x9 + v181
    v183 = u10 * v182
    v184 = c0 * u12
    v185 = u9 + v184
    v186 = x10 * v185
    v187 = v183 + v186
    v188 = u13 * v119
    v189 = x13 * v120
    v190 = v188 + v189
    v191 = v177 + v180
    v192 = v191 + v187
    v193 = c0 * v190
    v194 = v192 + v193
    v195 = g6 * v194
    v196 = u6 * v132
    v197 = x6 * v134
    v198 = v196 + v197
    v199 = u8 * v104
    v200 = x8 * v106
    v201 = v199 + v200
    v202 = x8 * u6
    v203 = x6 * u8
    v204 = v202 + v203
    v205 = u5 * v66
    v206 = x5 * v68
    v207 = v205 + v206
    v208 = v204 + v207
    v209 = g5 * v208
    v210 = v137 * v68
    v211 = v66 * v139
    v212 = v210 + v211
    v213 = u1 * v5
    v214 = x1 * v7
    v215 = v213 + v214
    v216 = u2 * v22
    v217 = x2 * v24
    v218 = v216 + v217
    v219 = x7 * g5
    v220 = v219 + v163
    v221 = c0 * g2
    v222 = v220 + v221
    v223 = u5 * v222
    v224 = g5 * u7
    v225 = v166 + v224
    v226 = x5 * v225
    v227 = v223 + v226
    v228 = v215 + v218
    v229 = v195 + v198
    v230 = v229 + v201
    v231 = v230 + v209
    v232 = v231 + v212
    v233 = v232 + v227
    v234 = c0 * v233
    v235 = v228 + v234
    rows[43] = v235
    v236 = x15 * u12
    v237 = x12 * u15
    v238 = v236 + v237
    v239 = v119 * v92
    v240 = v91 * v120
    v241 = v239 + v240
    v242 = c0 * v91
    v243 = x9 - v242
    v244 = u11 * v243
    v245 = c0 * v92
    v246 = u9 - v245
    v247 = x11 * v246
    v248 = v244 + v247
    v249 = x10 - v122
    v250 = u13 * v249
    v251 = u10 - v123
    v252 = x13 * v251
    v253 = v250 + v252
    v254 = v238 + v241
    v255 = v254 + v248
    v256 = c0 * v253
    v257 = v255 + v256
    v258 = g6 * v257
    v259 = u5 * v132
    v260 = x5 * v134
    v261 = v259 + v260
    v262 = x8 * u5
    v263 = x5 * u8
    v264 = v262 + v263
    v265 = x4 - v66
    v266 = u6 * v265
    v267 = u4 - v68
    v268 = x6 * v267
    v269 = v266 + v268
    v270 = v264 + v269
    v271 = g5 * v270
    v272 = v104 * v267
    v273 = v265 * v106
    v274 = v272 + v273
    v275 = u8 * v137
    v276 = x8 * v139
    v277 = v275 + v276
    v278 = u1 * v0
    v279 = x1 * v2
    v280 = v278 + v279
    v281 = u3 * v22
    v282 = x3 * v24
    v283 = v281 + v282
    v284 = v163 - v150
    v285 = v284 + v221
    v286 = u6 * v285
    v287 = v153 - v166
    v288 = x6 * v287
    v289 = v286 - v288
    v290 = v280 + v283
    v291 = v258 + v261
    v292 = v291 + v271
    v293 = v292 + v274
    v294 = v293 + v277
    v295 = v294 + v289
    v296 = c0 * v295
    v297 = v290 + v296
    rows[44] = v297
    v298 = x14 * u14
    v299 = v90 + v94
    v300 = v299 + v118
    v301 = v95 + v124
    v302 = v301 + v298
    v303 = c0 * v300
    v304 = v302 + v303
    v305 = g6 * v304
    v306 = x7 * u7
    v307 = v110 + v142
    v308 = v307 + v306
    v309 = g5 * v308
    v310 = u2 * v5
    v311 = x2 * v7
    v312 = v310 + v311
    v313 = g2 + v219
    v314 = u7 * v313
    v315 = x7 * v224
    v316 = v314 + v315
    v317 = v312 - v162
    v318 = v136 + v305
    v319 = v318 + v309
    v320 = v319 + v316
    v321 = c0 * v320
    v322 = v317 + v321
    rows[45] = v322
    v323 = x11 * u10
    v324 = x10 * u11
    v325 = v323 + v324
    v326 = v119 * v123
    v327 = v122 * v120
    v328 = v326 + v327
    v329 = x12 - v91
    v330 = u13 * v329
    v331 = u12 - v92
    v332 = x13 * v331
    v333 = v330 + v332
    v334 = c0 * v122
    v335 = x14 - v334
    v336 = u15 * v335
    v337 = c0 * v123
    v338 = u14 - v337
    v339 = x15 * v338
    v340 = v336 + v339
    v341 = v325 + v328
    v342 = v341 + v340
    v343 = c0 * v333
    v344 = v342 + v343
    v345 = g6 * v344
    v346 = x6 * u5
    v347 = x5 * u6
    v348 = v346 + v347
    v349 = x7 - v66
    v350 = u8 * v349
    v351 = u7 - v68
    v352 = x8 * v351
    v353 = v350 + v352
    v354 = v348 + v353
    v355 = g5 * v354
    v356 = v132 * v351
    v357 = v349 * v134
    v358 = v356 + v357
    v359 = u5 * v104
    v360 = x5 * v106
    v361 = v359 + v360
    v362 = u6 * v137
    v363 = x6 * v139
    v364 = v362 + v363
    v365 = u2 * v0
    v366 = x2 * v2
    v367 = v365 + v366
    v368 = u3 * v5
    v369 = x3 * v7
    v370 = v368 + v369
    v371 = v219 - v150
    v372 = v371 + v221
    v373 = u8 * v372
    v374 = v153 - v224
    v375 = x8 * v374
    v376 = v373 - v375
    v377 = v367 + v370
    v378 = v345 + v355
    v379 = v378 + v358
    v380 = v379 + v361
    v381 = v380 + v364
    v382 = v381 + v376
    v383 = c0 * v382
    v384 = v377 + v383
    rows[46] = v384
    v385 = x6 * g6
    v386 = u11 * v385
    v387 = g6 * u6
    v388 = x11 * v387
    v389 = v386 + v388
    v390 = x5 * g6
    v391 = u10 * v390
    v392 = g6 * u5
    v393 = x10 * v392
    v394 = v391 + v393
    v395 = x8 * g6
    v396 = u13 * v395
    v397 = g6 * u8
    v398 = x13 * v397
    v399 = v396 + v398
    v400 = v385 * v120
    v401 = v119 * v387
    v402 = v400 + v401
    v403 = v390 * v123
    v404 = v122 * v392
    v405 = v403 + v404
    v406 = g6 * v66
    v407 = x4 * g6
    v408 = c0 * v406
    g3 = rows[19]
    v409 = c1 * g3
    v410 = v407 + v409
    v411 = v410 - v408
    v412 = v411 * v92
    v413 = g6 * v68
    v414 = g6 * u4
    v415 = c0 * v413
    v416 = v415 - v414
    v417 = v91 * v416
    v418 = v412 - v417
    v419 = v402 + v405
    v420 = v419 + v418
    v421 = v389 + v399
    v422 = c0 * v421
    v423 = v422 - v420
    v424 = g3 + v407
    v425 = u9 * v424
    v426 = x9 * v414
    v427 = v425 + v426
    v428 = v389 + v394
    v429 = v428 + v427
    v430 = v429 - v423
    v431 = u11 * v395
    v432 = x11 * v397
    v433 = v431 + v432
    v434 = u13 * v385
    v435 = x13 * v387
    v436 = v434 + v435
    v437 = v390 * v185
    v438 = v182 * v392
    v439 = v437 + v438
    v440 = x7 * g6
    v441 = c0 * v407
    v442 = v441 + v409
    v443 = v440 + v442
    v444 = u10 * v443
    v445 = g6 * u7
    v446 = c0 * v414
    v447 = v445 + v446
    v448 = x10 * v447
    v449 = v444 + v448
    v450 = u15 * v395
    v451 = x15 * v397
    v452 = v450 + v451
    v453 = v395 * v120
    v454 = v119 * v397
    v455 = v453 + v454
    v456 = v390 * v92
    v457 = v91 * v392
    v458 = v456 + v457
    v459 = v440 + v409
    v460 = v459 - v408
    v461 = v460 * v123
    v462 = v415 - v445
    v463 = v122 * v462
    v464 = v461 - v463
    v465 = v455 + v458
    v466 = v465 + v464
    v467 = v436 + v452
    v468 = c0 * v467
    v469 = v468 - v466
    v470 = v433 + v439
    v471 = v470 + v449
    v472 = v471 - v469
    v473 = c0 * v436
    v474 = v472 + v473
    v475 = u10 * v395
    v476 = x10 * v397
    v477 = v475 + v476
    v478 = v385 * v246
    v479 = v243 * v387
    v480 = v478 + v479
    v481 = v406 - v442
    v482 = u11 * v481
    v483 = v413 - v446
    v484 = x11 * v483
    v485 = v482 + v484
    v486 = v395 * v123
    v487 = v122 * v397
    v488 = v486 + v487
    v489 = v385 * v92
    v490 = v91 * v387
    v491 = v489 + v490
    v492 = u13 * v390
    v493 = x13 * v392
    v494 = v492 + v493
    v495 = g3 - v406
    v496 = v495 * v120
    v497 = v119 * v413
    v498 = v496 - v497
    v499 = v488 + v491
    v500 = v499 + v498
    v501 = c0 * v494
    v502 = v500 + v501
    v503 = v477 + v480
    v504 = v503 + v502
    v505 = v504 - v485
    v506 = u15 * v385
    v507 = x15 * v387
    v508 = v506 + v507
    v509 = u14 * v390
    v510 = x14 * v392
    v511 = v509 + v510
    v512 = c0 * v440
    v513 = v407 + v512
    v514 = v513 + v409
    v515 = u12 * v514
    v516 = c0 * v445
    v517 = v414 + v516
    v518 = x12 * v517
    v519 = v515 + v518
    v520 = v508 + v511
    v521 = v520 + v519
    v522 = v521 - v423
    v523 = v394 + v399
    v524 = c0 * v523
    v525 = v522 + v524
    v526 = v395 * v331
    v527 = v329 * v397
    v528 = v526 + v527
    v529 = v385 * v251
    v530 = v249 * v387
    v531 = v529 + v530
    v532 = v390 * v120
    v533 = v119 * v392
    v534 = v532 + v533
    v535 = v440 + v407
    v536 = v535 - v406
    v537 = v536 + v409
    v538 = u13 * v537
    v539 = v413 - v414
    v540 = v539 - v445
    v541 = x13 * v540
    v542 = v538 - v541
    v543 = v528 + v531
    v544 = v543 + v534
    v545 = v544 + v542
    v546 = u12 * v390
    v547 = x12 * v392
    v548 = v546 + v547
    v549 = g3 + v440
    v550 = u14 * v549
    v551 = x14 * v445
    v552 = v550 + v551
    v553 = v452 + v548
    v554 = v553 + v552
    v555 = v554 - v469
    v556 = v395 * v338
    v557 = v335 * v397
    v558 = v556 + v557
    v559 = u12 * v385
    v560 = x12 * v387
    v561 = v559 + v560
    v562 = v512 + v409
    v563 = v562 - v406
    v564 = u15 * v563
    v565 = v413 - v516
    v566 = x15 * v565
    v567 = v564 - v566
    v568 = v502 + v558
    v569 = v568 + v561
    v570 = v569 + v567
    v571 = x1 * u1
    v572 = x2 * u2
    v573 = x3 * u3
    v574 = v571 + v572
    v575 = v574 + v573
    v576 = v110 + v111
    v577 = v576 + v142
    v578 = v109 + v143
    v579 = v578 + v306
    v580 = c0 * v577
    v581 = v579 + v580
    v582 = v90 + v93
    v583 = v582 + v97
    v584 = v583 + v118
    v585 = v584 + v124
    v586 = v89 + v121
    v587 = v586 + v298
    v588 = c1 * v585
    v589 = c2 * v94
    v590 = v587 + v588
    v591 = v590 + v589
    v592 = x1 * x4
    v593 = x2 * x5
    v594 = x3 * x6
    v595 = v592 + v593
    v596 = v595 + v594
    v597 = u1 * v596
    v598 = x1 * v20
    v599 = v597 + v598
    v600 = x1 * x5
    v601 = x2 * x7
    v602 = x3 * x8
    v603 = v600 + v601
    v604 = v603 + v602
    v605 = u2 * v604
    v606 = x2 * v46
    v607 = v605 + v606
    v608 = x1 * x6
    v609 = x2 * x8
    v610 = x3 * v66
    v611 = v608 + v609
    v612 = v611 - v610
    v613 = u3 * v612
    v614 = x3 * v72
    v615 = v613 + v614
    v616 = v599 + v607
    v617 = v616 + v615
    rows[47] = v617
    v618 = x4 * x4
    v619 = x5 * x5
    v620 = x6 * x6
    v621 = v618 + v619
    v622 = v621 + v620
    v623 = u4 * v622
    v624 = x4 * v113
    v625 = c0 * v624
    v626 = v623 + v625
    v627 = x7 * x7
    v628 = x8 * x8
    v629 = v619 + v627
    v630 = v629 + v628
    v631 = u7 * v630
    v632 = x7 * v308
    v633 = c0 * v632
    v634 = v631 + v633
    v635 = v66 * v66
    v636 = v620 + v628
    v637 = v636 + v635
    v638 = v637 * v68
    v639 = v66 * v145
    v640 = c0 * v639
    v641 = v638 + v640
    v642 = x6 * x8
    v643 = x5 * v66
    v644 = v642 + v643
    v645 = u5 * v644
    v646 = x5 * v208
    v647 = v645 + v646
    v648 = x5 * x8
    v649 = x6 * v265
    v650 = v648 + v649
    v651 = u6 * v650
    v652 = x6 * v270
    v653 = v651 + v652
    v654 = x5 * x6
    v655 = x8 * v349
    v656 = v654 + v655
    v657 = u8 * v656
    v658 = x8 * v354
    v659 = v657 + v658
    v660 = v647 + v653
    v661 = v660 + v659
    v662 = v626 + v634
    v663 = v662 - v641
    v664 = c0 * v661
    v665 = v663 + v664
    rows[48] = v665
    v666 = x9 * x9
    v667 = x12 * x12
    v668 = v91 * v91
    v669 = x13 * x13
    v670 = x10 * x10
    v671 = x11 * x11
    v672 = v670 + v671
    v673 = v669 + v672
    v674 = v666 + v667
    v675 = v674 + v668
    v676 = c0 * v673
    v677 = v675 + v676
    v678 = u4 * v677
    v679 = x4 * v102
    v680 = c0 * v679
    v681 = v678 + v680
    v682 = x14 * x14
    v683 = v122 * v122
    v684 = x15 * x15
    v685 = v667 + v669
    v686 = v685 + v684
    v687 = v670 + v682
    v688 = v687 + v683
    v689 = c0 * v686
    v690 = v688 + v689
    v691 = u7 * v690
    v692 = x7 * v304
    v693 = c0 * v692
    v694 = v691 + v693
    v695 = v119 * v119
    v696 = v669 + v668
    v697 = v696 + v683
    v698 = v671 + v684
    v699 = v698 + v695
    v700 = c0 * v697
    v701 = v699 + v700
    v702 = v701 * v68
    v703 = v66 * v130
    v704 = c0 * v703
    v705 = v702 + v704
    v706 = x12 * x14
    v707 = v91 * v122
    v708 = x10 * v182
    v709 = x13 * v119
    v710 = v706 + v707
    v711 = v710 + v708
    v712 = c0 * v709
    v713 = v711 + v712
    v714 = u5 * v713
    v715 = x5 * v194
    v716 = v714 + v715
    v717 = x12 * x15
    v718 = v91 * v119
    v719 = x11 * v243
    v720 = x13 * v249
    v721 = v717 + v718
    v722 = v721 + v719
    v723 = c0 * v720
    v724 = v722 + v723
    v725 = u6 * v724
    v726 = x6 * v257
    v727 = v725 + v726
    v728 = x10 * x11
    v729 = v122 * v119
    v730 = x13 * v329
    v731 = x15 * v335
    v732 = v728 + v729
    v733 = v732 + v731
    v734 = c0 * v730
    v735 = v733 + v734
    v736 = u8 * v735
    v737 = x8 * v344
    v738 = v736 + v737
    v739 = v716 + v727
    v740 = v739 + v738
    v741 = v681 + v694
    v742 = v741 - v705
    v743 = c0 * v740
    v744 = v742 + v743
    rows[49] = v744
    v745 = c0 * v430
    rows[50] = v745
    v746 = c0 * v474
    rows[51] = v746
    v747 = c0 * v505
    rows[52] = v747
    v748 = c0 * v525
    rows[53] = v748
    v749 = c4 * v545
    rows[54] = v749
    v750 = c0 * v555
    rows[55] = v750
    v751 = c0 * v570
    rows[56] = v751
    v752 = c0 * v575
    rows[57] = v752
    v753 = c0 * v581
    rows[58] = v753
    v754 = c0 * v591
    rows[59] = v754
    rows[60] = c3


second_order_0_ordinary, second_order_0_streaming = on_registers(second_order_0, False), on_registers(second_order_0, True)


def second_order_0_rows(table, length, number):
    second_order_0_ordinary(table, length, number)


def second_order_0_streamed(table, length, number):
    second_order_0_streaming(table, length, number)


KERNELS = {
    "value": {
        "inputs": [16],
        "outputs": [7],
        "rows": 22,
        "output_rows": [0, 16, 17, 18, 19, 20, 21],
        "passes": [value_0_rows],
        "streamed": [value_0_streamed],
    },
    "vjp": {
        "inputs": [16, 7],
        "outputs": [16],
        "rows": 38,
        "output_rows": [16, 23, 24, 25, 26, 27, 28, 29, 30, 31, 32, 33, 34, 35, 36, 37],
        "passes": [vjp_0_rows],
        "streamed": [vjp_0_streamed],
    },
    "second_order": {
        "inputs": [16, 7, 16],
        "outputs": [16, 7],
        "rows": 61,
        "output_rows": [60, 39, 40, 41, 42, 43, 44, 45, 46, 50, 51, 52, 53, 54, 55, 56, 23, 57, 58, 59, 47, 48, 49],
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
