# Emitted by invgen 0.1.0 from templates/numba/kernels.py.jinja for cartesian-l3-n3-independent. Do not edit: emit again.
# value: 190 operations (93 additions, 97 multiplications), kernel be0fcefaa83b59d1
# vjp: 449 operations (209 additions, 240 multiplications), kernel 0daacc3d0116f616
# second_order: 1011 operations (478 additions, 533 multiplications), kernel fed2098f5b88cd83
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
    v62 = x1 * x9
    v63 = x2 * x10
    v64 = x3 * x11
    v65 = v62 + v63
    v66 = v65 + v64
    v67 = x4 * v66
    v68 = x1 * x10
    v69 = x2 * x12
    v70 = x3 * x13
    v71 = v68 + v69
    v72 = v71 + v70
    v73 = x5 * v72
    v74 = x1 * x11
    v75 = x2 * x13
    v76 = x3 * v23
    v77 = v74 + v75
    v78 = v77 - v76
    v79 = x6 * v78
    v80 = x1 * x12
    v81 = x2 * x14
    v82 = x3 * x15
    v83 = v80 + v81
    v84 = v83 + v82
    v85 = x7 * v84
    v86 = x1 * x13
    v87 = x2 * x15
    v88 = x3 * v27
    v89 = v86 + v87
    v90 = v89 - v88
    v91 = x8 * v90
    v92 = v66 + v84
    v93 = v10 * v92
    v94 = v67 + v85
    v95 = v94 + v93
    v96 = v73 + v79
    v97 = v96 + v91
    v98 = c0 * v97
    v99 = v95 + v98
    rows[20] = v99
    v100 = v5 + v6
    v101 = v100 + v7
    v102 = x4 * v101
    v103 = x6 * x8
    v104 = x5 * v10
    v105 = v103 + v104
    v106 = x5 * v105
    v107 = x5 * x8
    v108 = x4 - v10
    v109 = x6 * v108
    v110 = v107 + v109
    v111 = x6 * v110
    v112 = v6 + v8
    v113 = v112 + v9
    v114 = x7 * v113
    v115 = x5 * x6
    v116 = x7 - v10
    v117 = x8 * v116
    v118 = v115 + v117
    v119 = x8 * v118
    v120 = v7 + v9
    v121 = v120 + v11
    v122 = v10 * v121
    v123 = v102 + v114
    v124 = v123 - v122
    v125 = v106 + v111
    v126 = v125 + v119
    v127 = c0 * v126
    v128 = v124 + v127
    rows[21] = v128
    v129 = v18 + v21
    v130 = v129 + v24
    v131 = v33 + v22
    v132 = c0 * v131
    v133 = v130 + v132
    v134 = x4 * v133
    v135 = x12 * x14
    v136 = v23 * v27
    v137 = c0 * x12
    v138 = x9 + v137
    v139 = x10 * v138
    v140 = x13 * v29
    v141 = v135 + v136
    v142 = v141 + v139
    v143 = c0 * v140
    v144 = v142 + v143
    v145 = x5 * v144
    v146 = x12 * x15
    v147 = v23 * v29
    v148 = c0 * v23
    v149 = x9 - v148
    v150 = x11 * v149
    v151 = x10 - v27
    v152 = x13 * v151
    v153 = v146 + v147
    v154 = v153 + v150
    v155 = c0 * v152
    v156 = v154 + v155
    v157 = x6 * v156
    v158 = v19 + v25
    v159 = v158 + v28
    v160 = v21 + v22
    v161 = v160 + v26
    v162 = c0 * v161
    v163 = v159 + v162
    v164 = x7 * v163
    v165 = x10 * x11
    v166 = v27 * v29
    v167 = x12 - v23
    v168 = x13 * v167
    v169 = c0 * v27
    v170 = x14 - v169
    v171 = x15 * v170
    v172 = v165 + v166
    v173 = v172 + v171
    v174 = c0 * v168
    v175 = v173 + v174
    v176 = x8 * v175
    v177 = v20 + v26
    v178 = v177 + v30
    v179 = v22 + v24
    v180 = v179 + v28
    v181 = c0 * v180
    v182 = v178 + v181
    v183 = v10 * v182
    v184 = v134 + v164
    v185 = v184 - v183
    v186 = v145 + v157
    v187 = v186 + v176
    v188 = c0 * v187
    v189 = v185 + v188
    rows[22] = v189


value_0_ordinary, value_0_streaming = on_registers(value_0, False), on_registers(value_0, True)


def value_0_rows(table, length, number):
    value_0_ordinary(table, length, number)


def value_0_streamed(table, length, number):
    value_0_streaming(table, length, number)


def vjp_0(rows):
    c0 = rows.constant(2.0)
    c1 = rows.constant(3.0)
    c2 = rows.constant(4.0)
    c3 = rows.constant(-1.0)
    x8 = rows[8]
    g5 = rows[21]
    v0 = x8 * g5
    x13 = rows[13]
    v1 = x13 * v0
    x6 = rows[6]
    v2 = x6 * g5
    x11 = rows[11]
    v3 = x11 * v2
    x5 = rows[5]
    v4 = x5 * g5
    x10 = rows[10]
    v5 = x10 * v4
    x4 = rows[4]
    x7 = rows[7]
    v6 = x4 + x7
    v7 = g5 * v6
    v8 = x7 * g5
    v9 = v7 + v8
    x12 = rows[12]
    v10 = x12 * v9
    v11 = x4 * g5
    v12 = v7 + v11
    x9 = rows[9]
    v13 = x9 * v12
    x3 = rows[3]
    g4 = rows[20]
    v14 = x3 * g4
    v15 = x6 * v14
    x2 = rows[2]
    v16 = x2 * g4
    v17 = x5 * v16
    x1 = rows[1]
    v18 = x1 * x4
    v19 = x2 * x5
    v20 = x3 * x6
    v21 = v18 + v19
    v22 = v21 + v20
    v23 = g4 * v22
    v24 = x1 * g4
    v25 = x4 * v24
    g1 = rows[17]
    v26 = x1 * g1
    v27 = v10 + v13
    v28 = v27 + v15
    v29 = v28 + v17
    v30 = v29 + v23
    v31 = v30 + v25
    v32 = v1 + v3
    v33 = v32 + v5
    v34 = v33 + v26
    v35 = c0 * v34
    v36 = v31 + v35
    rows[24] = v36
    x15 = rows[15]
    v37 = x15 * v0
    v38 = x13 * v2
    v39 = x12 * v4
    x14 = rows[14]
    v40 = x14 * v9
    v41 = x10 * v12
    v42 = x8 * v14
    v43 = x1 * x5
    v44 = x2 * x7
    v45 = x3 * x8
    v46 = v43 + v44
    v47 = v46 + v45
    v48 = g4 * v47
    v49 = x7 * v16
    v50 = x5 * v24
    v51 = x2 * g1
    v52 = v40 + v41
    v53 = v52 + v42
    v54 = v53 + v48
    v55 = v54 + v49
    v56 = v55 + v50
    v57 = v37 + v38
    v58 = v57 + v39
    v59 = v58 + v51
    v60 = c0 * v59
    v61 = v56 + v60
    rows[25] = v61
    v62 = x10 + x14
    v63 = v62 * v0
    v64 = x9 + x12
    v65 = v64 * v2
    v66 = x13 * v4
    v67 = x15 * v9
    v68 = x11 * v12
    v69 = x1 * x6
    v70 = x2 * x8
    v71 = x3 * v6
    v72 = v69 + v70
    v73 = v72 - v71
    v74 = g4 * v73
    v75 = v6 * v14
    v76 = x8 * v16
    v77 = x6 * v24
    v78 = x3 * g1
    v79 = v75 - v67
    v80 = v79 - v68
    v81 = v80 - v74
    v82 = v81 - v76
    v83 = v82 - v77
    v84 = v63 + v65
    v85 = v84 - v66
    v86 = v85 - v78
    v87 = c0 * v86
    v88 = v83 + v87
    v89 = x9 * x9
    v90 = x12 * x12
    v91 = v64 * v64
    v92 = x13 * x13
    v93 = x10 * x10
    v94 = x11 * x11
    v95 = v93 + v94
    v96 = v92 + v95
    v97 = v89 + v90
    v98 = v97 + v91
    v99 = c0 * v96
    v100 = v98 + v99
    g7 = rows[23]
    v101 = g7 * v100
    g6 = rows[22]
    v102 = x6 * g6
    v103 = x6 * v102
    v104 = x4 * x4
    v105 = x5 * x5
    v106 = x6 * x6
    v107 = v104 + v105
    v108 = v107 + v106
    v109 = g6 * v108
    v110 = x1 * x9
    v111 = x2 * x10
    v112 = x3 * x11
    v113 = v110 + v111
    v114 = v113 + v112
    v115 = g5 * v114
    v116 = x1 * v24
    v117 = x15 * x15
    v118 = x11 + x15
    v119 = v118 * v118
    v120 = v62 * v62
    v121 = v92 + v91
    v122 = v121 + v120
    v123 = v94 + v117
    v124 = v123 + v119
    v125 = c0 * v122
    v126 = v124 + v125
    v127 = g7 * v126
    v128 = x8 * g6
    v129 = x8 * v128
    v130 = x5 * g6
    v131 = x5 * v130
    v132 = x8 * x8
    v133 = v6 * v6
    v134 = v106 + v132
    v135 = v134 + v133
    v136 = g6 * v135
    v137 = x1 * x12
    v138 = x2 * x14
    v139 = x3 * x15
    v140 = v137 + v138
    v141 = v140 + v139
    v142 = v114 + v141
    v143 = g5 * v142
    v144 = x3 * v14
    v145 = g6 * v6
    g2 = rows[18]
    v146 = g2 - v145
    v147 = v6 * v146
    v148 = v127 + v136
    v149 = v148 + v144
    v150 = v149 - v143
    v151 = v129 + v103
    v152 = v151 - v131
    v153 = v152 - v147
    v154 = c0 * v153
    v155 = v150 + v154
    v156 = x4 * g6
    v157 = g2 + v156
    v158 = x4 * v157
    v159 = v101 + v109
    v160 = v159 + v115
    v161 = v160 + v116
    v162 = v161 - v155
    v163 = v103 + v158
    v164 = c0 * v163
    v165 = v162 + v164
    rows[26] = v165
    v166 = x12 * x14
    v167 = v64 * v62
    v168 = c0 * x12
    v169 = x9 + v168
    v170 = x10 * v169
    v171 = x13 * v118
    v172 = v166 + v167
    v173 = v172 + v170
    v174 = c0 * v171
    v175 = v173 + v174
    v176 = g7 * v175
    v177 = x6 * v128
    v178 = x8 * v102
    v179 = x6 * x8
    v180 = x5 * v6
    v181 = v179 + v180
    v182 = g6 * v181
    v183 = v6 * v130
    v184 = x1 * x10
    v185 = x2 * x12
    v186 = x3 * x13
    v187 = v184 + v185
    v188 = v187 + v186
    v189 = g5 * v188
    v190 = x1 * v16
    v191 = x2 * v24
    v192 = x7 * g6
    v193 = v192 + v156
    v194 = c0 * g2
    v195 = v193 + v194
    v196 = x5 * v195
    v197 = v190 + v191
    v198 = v176 + v177
    v199 = v198 + v178
    v200 = v199 + v182
    v201 = v200 + v183
    v202 = v201 + v189
    v203 = v202 + v196
    v204 = c0 * v203
    v205 = v197 + v204
    rows[27] = v205
    v206 = x12 * x15
    v207 = v64 * v118
    v208 = c0 * v64
    v209 = x9 - v208
    v210 = x11 * v209
    v211 = x10 - v62
    v212 = x13 * v211
    v213 = v206 + v207
    v214 = v213 + v210
    v215 = c0 * v212
    v216 = v214 + v215
    v217 = g7 * v216
    v218 = x5 * v128
    v219 = x5 * x8
    v220 = x4 - v6
    v221 = x6 * v220
    v222 = v219 + v221
    v223 = g6 * v222
    v224 = v220 * v102
    v225 = x8 * v130
    v226 = x1 * x11
    v227 = x2 * x13
    v228 = x3 * v64
    v229 = v226 + v227
    v230 = v229 - v228
    v231 = g5 * v230
    v232 = x1 * v14
    v233 = x3 * v24
    v234 = v156 - v145
    v235 = v234 + v194
    v236 = x6 * v235
    v237 = v232 + v233
    v238 = v217 + v218
    v239 = v238 + v223
    v240 = v239 + v224
    v241 = v240 + v225
    v242 = v241 + v231
    v243 = v242 + v236
    v244 = c0 * v243
    v245 = v237 + v244
    rows[28] = v245
    v246 = x14 * x14
    v247 = v90 + v92
    v248 = v247 + v117
    v249 = v93 + v246
    v250 = v249 + v120
    v251 = c0 * v248
    v252 = v250 + v251
    v253 = g7 * v252
    v254 = x7 * x7
    v255 = v105 + v254
    v256 = v255 + v132
    v257 = g6 * v256
    v258 = g5 * v141
    v259 = x2 * v16
    v260 = g2 + v192
    v261 = x7 * v260
    v262 = v253 + v257
    v263 = v262 + v258
    v264 = v263 + v259
    v265 = v264 - v155
    v266 = v129 + v261
    v267 = c0 * v266
    v268 = v265 + v267
    rows[29] = v268
    v269 = x10 * x11
    v270 = v62 * v118
    v271 = x12 - v64
    v272 = x13 * v271
    v273 = c0 * v62
    v274 = x14 - v273
    v275 = x15 * v274
    v276 = v269 + v270
    v277 = v276 + v275
    v278 = c0 * v272
    v279 = v277 + v278
    v280 = g7 * v279
    v281 = x5 * x6
    v282 = x7 - v6
    v283 = x8 * v282
    v284 = v281 + v283
    v285 = g6 * v284
    v286 = v282 * v128
    v287 = x5 * v102
    v288 = x6 * v130
    v289 = x1 * x13
    v290 = x2 * x15
    v291 = x3 * v62
    v292 = v289 + v290
    v293 = v292 - v291
    v294 = g5 * v293
    v295 = x2 * v14
    v296 = x3 * v16
    v297 = v192 - v145
    v298 = v297 + v194
    v299 = x8 * v298
    v300 = v295 + v296
    v301 = v280 + v285
    v302 = v301 + v286
    v303 = v302 + v287
    v304 = v303 + v288
    v305 = v304 + v294
    v306 = v305 + v299
    v307 = c0 * v306
    v308 = v300 + v307
    rows[30] = v308
    v309 = x6 * g7
    v310 = x11 * v309
    v311 = x5 * g7
    v312 = x10 * v311
    v313 = x1 * v12
    v314 = x8 * g7
    v315 = x13 * v314
    v316 = v118 * v309
    v317 = v62 * v311
    v318 = x3 * v2
    v319 = g7 * v6
    v320 = x4 * g7
    v321 = c0 * v319
    g3 = rows[19]
    v322 = c1 * g3
    v323 = v320 + v322
    v324 = v323 - v321
    v325 = v64 * v324
    v326 = v318 - v316
    v327 = v326 - v317
    v328 = v327 - v325
    v329 = v315 + v310
    v330 = c0 * v329
    v331 = v328 + v330
    v332 = g3 + v320
    v333 = x9 * v332
    v334 = v310 + v312
    v335 = v334 + v333
    v336 = v335 - v331
    v337 = c0 * v336
    v338 = v313 + v337
    rows[31] = v338
    v339 = x11 * v314
    v340 = x13 * v309
    v341 = v169 * v311
    v342 = x1 * v4
    v343 = x2 * v12
    v344 = x7 * g7
    v345 = c0 * v320
    v346 = v345 + v322
    v347 = v344 + v346
    v348 = x10 * v347
    v349 = x15 * v314
    v350 = v118 * v314
    v351 = v64 * v311
    v352 = x3 * v0
    v353 = v344 + v322
    v354 = v353 - v321
    v355 = v62 * v354
    v356 = v352 - v350
    v357 = v356 - v351
    v358 = v357 - v355
    v359 = v349 + v340
    v360 = c0 * v359
    v361 = v358 + v360
    v362 = v339 + v341
    v363 = v362 + v342
    v364 = v363 + v348
    v365 = v364 - v361
    v366 = c0 * v365
    v367 = c2 * v340
    v368 = v343 + v366
    v369 = v368 + v367
    rows[32] = v369
    v370 = x10 * v314
    v371 = v209 * v309
    v372 = x1 * v2
    v373 = x3 * v12
    v374 = v319 - v346
    v375 = x11 * v374
    v376 = v62 * v314
    v377 = v64 * v309
    v378 = x13 * v311
    v379 = g3 - v319
    v380 = v118 * v379
    v381 = v376 + v377
    v382 = v381 + v380
    v383 = c0 * v378
    v384 = v382 + v383
    v385 = v370 + v371
    v386 = v385 + v372
    v387 = v386 + v384
    v388 = v387 - v375
    v389 = c0 * v388
    v390 = v373 + v389
    rows[33] = v390
    v391 = x15 * v309
    v392 = x14 * v311
    v393 = x2 * v4
    v394 = x1 * v9
    v395 = c0 * v344
    v396 = v320 + v395
    v397 = v396 + v322
    v398 = x12 * v397
    v399 = v391 + v392
    v400 = v399 + v393
    v401 = v400 + v398
    v402 = v401 - v331
    v403 = c0 * v402
    v404 = v315 + v312
    v405 = c2 * v404
    v406 = v394 + v403
    v407 = v406 + v405
    rows[34] = v407
    v408 = v271 * v314
    v409 = v211 * v309
    v410 = v118 * v311
    v411 = x1 * v0
    v412 = x2 * v2
    v413 = x3 * v4
    v414 = v344 + v320
    v415 = v414 - v319
    v416 = v415 + v322
    v417 = x13 * v416
    v418 = v411 + v412
    v419 = v418 + v413
    v420 = v408 + v409
    v421 = v420 + v410
    v422 = v421 + v417
    v423 = c0 * v422
    v424 = v419 + v423
    v425 = x12 * v311
    v426 = x2 * v9
    v427 = g3 + v344
    v428 = x14 * v427
    v429 = v349 + v425
    v430 = v429 + v428
    v431 = v430 - v361
    v432 = c0 * v431
    v433 = v426 + v432
    rows[35] = v433
    v434 = v274 * v314
    v435 = x12 * v309
    v436 = x2 * v0
    v437 = x3 * v9
    v438 = v395 + v322
    v439 = v438 - v319
    v440 = x15 * v439
    v441 = v434 + v435
    v442 = v441 + v436
    v443 = v442 + v440
    v444 = v443 + v384
    v445 = c0 * v444
    v446 = v437 + v445
    rows[36] = v446
    v447 = c3 * v88
    rows[37] = v447
    v448 = c0 * v424
    rows[38] = v448


vjp_0_ordinary, vjp_0_streaming = on_registers(vjp_0, False), on_registers(vjp_0, True)


def vjp_0_rows(table, length, number):
    vjp_0_ordinary(table, length, number)


def vjp_0_streamed(table, length, number):
    vjp_0_streaming(table, length, number)


def second_order_0(rows):
    c0 = rows.constant(2.0)
    c1 = rows.constant(3.0)
    c2 = rows.constant(4.0)
    c3 = rows.constant(6.0)
    c4 = rows.constant(0.0)
    c5 = rows.constant(-1.0)
    x8 = rows[8]
    g5 = rows[21]
    v0 = x8 * g5
    u13 = rows[37]
    v1 = u13 * v0
    u8 = rows[32]
    v2 = g5 * u8
    x13 = rows[13]
    v3 = x13 * v2
    v4 = v1 + v3
    x6 = rows[6]
    v5 = x6 * g5
    u11 = rows[35]
    v6 = u11 * v5
    u6 = rows[30]
    v7 = g5 * u6
    x11 = rows[11]
    v8 = x11 * v7
    v9 = v6 + v8
    x5 = rows[5]
    v10 = x5 * g5
    u10 = rows[34]
    v11 = u10 * v10
    u5 = rows[29]
    v12 = g5 * u5
    x10 = rows[10]
    v13 = x10 * v12
    v14 = v11 + v13
    x4 = rows[4]
    x7 = rows[7]
    v15 = x4 + x7
    v16 = g5 * v15
    v17 = x7 * g5
    v18 = v16 + v17
    u12 = rows[36]
    v19 = u12 * v18
    u4 = rows[28]
    u7 = rows[31]
    v20 = u4 + u7
    v21 = g5 * v20
    v22 = g5 * u7
    v23 = v21 + v22
    x12 = rows[12]
    v24 = x12 * v23
    v25 = v19 + v24
    v26 = x4 * g5
    v27 = v16 + v26
    u9 = rows[33]
    v28 = u9 * v27
    v29 = g5 * u4
    v30 = v21 + v29
    x9 = rows[9]
    v31 = x9 * v30
    v32 = v28 + v31
    x3 = rows[3]
    g4 = rows[20]
    v33 = x3 * g4
    v34 = u6 * v33
    u3 = rows[27]
    v35 = g4 * u3
    v36 = x6 * v35
    v37 = v34 + v36
    x2 = rows[2]
    v38 = x2 * g4
    v39 = u5 * v38
    u2 = rows[26]
    v40 = g4 * u2
    v41 = x5 * v40
    v42 = v39 + v41
    u1 = rows[25]
    v43 = x4 * u1
    x1 = rows[1]
    v44 = x1 * u4
    v45 = v43 + v44
    v46 = x5 * u2
    v47 = x2 * u5
    v48 = v46 + v47
    v49 = x6 * u3
    v50 = x3 * u6
    v51 = v49 + v50
    v52 = v45 + v48
    v53 = v52 + v51
    v54 = g4 * v53
    v55 = x1 * g4
    v56 = u4 * v55
    v57 = g4 * u1
    v58 = x4 * v57
    v59 = v56 + v58
    g1 = rows[17]
    v60 = g1 * u1
    v61 = v25 + v32
    v62 = v61 + v37
    v63 = v62 + v42
    v64 = v63 + v54
    v65 = v64 + v59
    v66 = v4 + v9
    v67 = v66 + v14
    v68 = v67 + v60
    v69 = c0 * v68
    v70 = v65 + v69
    rows[40] = v70
    u15 = rows[39]
    v71 = u15 * v0
    x15 = rows[15]
    v72 = x15 * v2
    v73 = v71 + v72
    v74 = u13 * v5
    v75 = x13 * v7
    v76 = v74 + v75
    v77 = u12 * v10
    v78 = x12 * v12
    v79 = v77 + v78
    u14 = rows[38]
    v80 = u14 * v18
    x14 = rows[14]
    v81 = x14 * v23
    v82 = v80 + v81
    v83 = u10 * v27
    v84 = x10 * v30
    v85 = v83 + v84
    v86 = u8 * v33
    v87 = x8 * v35
    v88 = v86 + v87
    v89 = x5 * u1
    v90 = x1 * u5
    v91 = v89 + v90
    v92 = x7 * u2
    v93 = x2 * u7
    v94 = v92 + v93
    v95 = x8 * u3
    v96 = x3 * u8
    v97 = v95 + v96
    v98 = v91 + v94
    v99 = v98 + v97
    v100 = g4 * v99
    v101 = u7 * v38
    v102 = x7 * v40
    v103 = v101 + v102
    v104 = u5 * v55
    v105 = x5 * v57
    v106 = v104 + v105
    v107 = g1 * u2
    v108 = v82 + v85
    v109 = v108 + v88
    v110 = v109 + v100
    v111 = v110 + v103
    v112 = v111 + v106
    v113 = v73 + v76
    v114 = v113 + v79
    v115 = v114 + v107
    v116 = c0 * v115
    v117 = v112 + v116
    rows[41] = v117
    v118 = u10 + u14
    v119 = v0 * v118
    v120 = x10 + x14
    v121 = v120 * v2
    v122 = v119 + v121
    v123 = u9 + u12
    v124 = v5 * v123
    v125 = x9 + x12
    v126 = v125 * v7
    v127 = v124 + v126
    v128 = u13 * v10
    v129 = x13 * v12
    v130 = v128 + v129
    v131 = u15 * v18
    v132 = x15 * v23
    v133 = v131 + v132
    v134 = u11 * v27
    v135 = x11 * v30
    v136 = v134 + v135
    v137 = x6 * u1
    v138 = x1 * u6
    v139 = v137 + v138
    v140 = x8 * u2
    v141 = x2 * u8
    v142 = v140 + v141
    v143 = u3 * v15
    v144 = x3 * v20
    v145 = v143 + v144
    v146 = v139 + v142
    v147 = v146 - v145
    v148 = g4 * v147
    v149 = v33 * v20
    v150 = v15 * v35
    v151 = v149 + v150
    v152 = u8 * v38
    v153 = x8 * v40
    v154 = v152 + v153
    v155 = u6 * v55
    v156 = x6 * v57
    v157 = v155 + v156
    v158 = g1 * u3
    v159 = v151 - v133
    v160 = v159 - v136
    v161 = v160 - v148
    v162 = v161 - v154
    v163 = v162 - v157
    v164 = v122 + v127
    v165 = v164 - v130
    v166 = v165 - v158
    v167 = c0 * v166
    v168 = v163 + v167
    v169 = x9 * u9
    v170 = x12 * u12
    v171 = v125 * v123
    v172 = x13 * u13
    v173 = x10 * u10
    v174 = x11 * u11
    v175 = v173 + v174
    v176 = v172 + v175
    v177 = v169 + v170
    v178 = v177 + v171
    v179 = c0 * v176
    v180 = v178 + v179
    g7 = rows[23]
    v181 = g7 * v180
    g6 = rows[22]
    v182 = x6 * g6
    v183 = u6 * v182
    v184 = g6 * u6
    v185 = x6 * v184
    v186 = v183 + v185
    v187 = x4 * u4
    v188 = x5 * u5
    v189 = x6 * u6
    v190 = v187 + v188
    v191 = v190 + v189
    v192 = g6 * v191
    v193 = x9 * u1
    v194 = x1 * u9
    v195 = v193 + v194
    v196 = x10 * u2
    v197 = x2 * u10
    v198 = v196 + v197
    v199 = x11 * u3
    v200 = x3 * u11
    v201 = v199 + v200
    v202 = v195 + v198
    v203 = v202 + v201
    v204 = g5 * v203
    v205 = u1 * v55
    v206 = x1 * v57
    v207 = v205 + v206
    v208 = x15 * u15
    v209 = x11 + x15
    v210 = u11 + u15
    v211 = v209 * v210
    v212 = v120 * v118
    v213 = v171 + v172
    v214 = v213 + v212
    v215 = v174 + v208
    v216 = v215 + v211
    v217 = c0 * v214
    v218 = v216 + v217
    v219 = g7 * v218
    v220 = x8 * g6
    v221 = u8 * v220
    v222 = g6 * u8
    v223 = x8 * v222
    v224 = v221 + v223
    v225 = x5 * g6
    v226 = u5 * v225
    v227 = g6 * u5
    v228 = x5 * v227
    v229 = v226 + v228
    v230 = x8 * u8
    v231 = v15 * v20
    v232 = v189 + v230
    v233 = v232 + v231
    v234 = g6 * v233
    v235 = x12 * u1
    v236 = x1 * u12
    v237 = v235 + v236
    v238 = x14 * u2
    v239 = x2 * u14
    v240 = v238 + v239
    v241 = x15 * u3
    v242 = x3 * u15
    v243 = v241 + v242
    v244 = v237 + v240
    v245 = v244 + v243
    v246 = v203 + v245
    v247 = g5 * v246
    v248 = u3 * v33
    v249 = x3 * v35
    v250 = v248 + v249
    v251 = g6 * v15
    g2 = rows[18]
    v252 = g2 - v251
    v253 = v252 * v20
    v254 = g6 * v20
    v255 = v15 * v254
    v256 = v253 - v255
    v257 = v250 - v247
    v258 = v186 + v219
    v259 = v258 + v224
    v260 = v259 + v234
    v261 = v260 - v229
    v262 = v261 - v256
    v263 = c0 * v262
    v264 = v257 + v263
    v265 = x4 * g6
    v266 = g2 + v265
    v267 = u4 * v266
    v268 = g6 * u4
    v269 = x4 * v268
    v270 = v267 + v269
    v271 = v204 + v207
    v272 = v271 - v264
    v273 = v181 + v186
    v274 = v273 + v192
    v275 = v274 + v270
    v276 = c0 * v275
    v277 = v272 + v276
    rows[42] = v277
    v278 = x14 * u12
    v279 = x12 * u14
    v280 = v278 + v279
    v281 = v120 * v123
    v282 = v125 * v118
    v283 = v281 + v282
    v284 = c0 * x12
    v285 = x9 + v284
    v286 = u10 * v285
    v287 = c0 * u12
    v288 = u9 + v287
    v289 = x10 * v288
    v290 = v286 + v289
    v291 = u13 * v209
    v292 = x13 * v210
    v293 = v291 + v292
    v294 = v280 + v283
    v295 = v294 + v290
    v296 = c0 * v293
    v297 = v295 + v296
    v298 = g7 * v297
    v299 = u6 * v220
    v300 = x6 * v222
    v301 = v299 + v300
    v302 = u8 * v182
    v303 = x8 * v184
    v304 = v302 + v303
    v305 = x8 * u6
    v306 = x6 * u8
    v307 = v305 + v306
    v308 = u5 * v15
    v309 = x5 * v20
    v310 = v308 + v309
    v311 = v307 + v310
    v312 = g6 * v311
    v313 = v225 * v20
    v314 = v15 * v227
    v315 = v313 + v314
    v316 = x10 * u1
    v317 = x1 * u10
    v318 = v316 + v317
    v319 = x12 * u2
    v320 = x2 * u12
    v321 = v319 + v320
    v322 = x13 * u3
    v323 = x3 * u13
    v324 = v322 + v323
    v325 = v318 + v321
    v326 = v325 + v324
    v327 = g5 * v326
    v328 = u1 * v38
    v329 = x1 * v40
    v330 = v328 + v329
    v331 = u2 * v55
    v332 = x2 * v57
    v333 = v331 + v332
    v334 = x7 * g6
    v335 = v334 + v265
    v336 = c0 * g2
    v337 = v335 + v336
    v338 = u5 * v337
    v339 = g6 * u7
    v340 = v268 + v339
    v341 = x5 * v340
    v342 = v338 + v341
    v343 = v330 + v333
    v344 = v298 + v301
    v345 = v344 + v304
    v346 = v345 + v312
    v347 = v346 + v315
    v348 = v347 + v327
    v349 = v348 + v342
    v350 = c0 * v349
    v351 = v343 + v350
    rows[43] = v351
    v352 = x15 * u12
    v353 = x12 * u15
    v354 = v352 + v353
    v355 = v209 * v123
    v356 = v125 * v210
    v357 = v355 + v356
    v358 = c0 * v125
    v359 = x9 - v358
    v360 = u11 * v359
    v361 = c0 * v123
    v362 = u9 - v361
    v363 = x11 * v362
    v364 = v360 + v363
    v365 = x10 - v120
    v366 = u13 * v365
    v367 = u10 - v118
    v368 = x13 * v367
    v369 = v366 + v368
    v370 = v354 + v357
    v371 = v370 + v364
    v372 = c0 * v369
    v373 = v371 + v372
    v374 = g7 * v373
    v375 = u5 * v220
    v376 = x5 * v222
    v377 = v375 + v376
    v378 = x8 * u5
    v379 = x5 * u8
    v380 = v378 + v379
    v381 = x4 - v15
    v382 = u6 * v381
    v383 = u4 - v20
    v384 = x6 * v383
    v385 = v382 + v384
    v386 = v380 + v385
    v387 = g6 * v386
    v388 = v182 * v383
    v389 = v381 * v184
    v390 = v388 + v389
    v391 = u8 * v225
    v392 = x8 * v227
    v393 = v391 + v392
    v394 = x11 * u1
    v395 = x1 * u11
    v396 = v394 + v395
    v397 = x13 * u2
    v398 = x2 * u13
    v399 = v397 + v398
    v400 = u3 * v125
    v401 = x3 * v123
    v402 = v400 + v401
    v403 = v396 + v399
    v404 = v403 - v402
    v405 = g5 * v404
    v406 = u1 * v33
    v407 = x1 * v35
    v408 = v406 + v407
    v409 = u3 * v55
    v410 = x3 * v57
    v411 = v409 + v410
    v412 = v265 - v251
    v413 = v412 + v336
    v414 = u6 * v413
    v415 = v254 - v268
    v416 = x6 * v415
    v417 = v414 - v416
    v418 = v408 + v411
    v419 = v374 + v377
    v420 = v419 + v387
    v421 = v420 + v390
    v422 = v421 + v393
    v423 = v422 + v405
    v424 = v423 + v417
    v425 = c0 * v424
    v426 = v418 + v425
    rows[44] = v426
    v427 = x14 * u14
    v428 = v170 + v172
    v429 = v428 + v208
    v430 = v173 + v212
    v431 = v430 + v427
    v432 = c0 * v429
    v433 = v431 + v432
    v434 = g7 * v433
    v435 = x7 * u7
    v436 = v188 + v230
    v437 = v436 + v435
    v438 = g6 * v437
    v439 = g5 * v245
    v440 = u2 * v38
    v441 = x2 * v40
    v442 = v440 + v441
    v443 = g2 + v334
    v444 = u7 * v443
    v445 = x7 * v339
    v446 = v444 + v445
    v447 = v439 + v442
    v448 = v447 - v264
    v449 = v224 + v434
    v450 = v449 + v438
    v451 = v450 + v446
    v452 = c0 * v451
    v453 = v448 + v452
    rows[45] = v453
    v454 = x11 * u10
    v455 = x10 * u11
    v456 = v454 + v455
    v457 = v209 * v118
    v458 = v120 * v210
    v459 = v457 + v458
    v460 = x12 - v125
    v461 = u13 * v460
    v462 = u12 - v123
    v463 = x13 * v462
    v464 = v461 + v463
    v465 = c0 * v120
    v466 = x14 - v465
    v467 = u15 * v466
    v468 = c0 * v118
    v469 = u14 - v468
    v470 = x15 * v469
    v471 = v467 + v470
    v472 = v456 + v459
    v473 = v472 + v471
    v474 = c0 * v464
    v475 = v473 + v474
    v476 = g7 * v475
    v477 = x6 * u5
    v478 = x5 * u6
    v479 = v477 + v478
    v480 = x7 - v15
    v481 = u8 * v480
    v482 = u7 - v20
    v483 = x8 * v482
    v484 = v481 + v483
    v485 = v479 + v484
    v486 = g6 * v485
    v487 = v220 * v482
    v488 = v480 * v222
    v489 = v487 + v488
    v490 = u5 * v182
    v491 = x5 * v184
    v492 = v490 + v491
    v493 = u6 * v225
    v494 = x6 * v227
    v495 = v493 + v494
    v496 = x13 * u1
    v497 = x1 * u13
    v498 = v496 + v497
    v499 = x15 * u2
    v500 = x2 * u15
    v501 = v499 + v500
    v502 = u3 * v120
    v503 = x3 * v118
    v504 = v502 + v503
    v505 = v498 + v501
    v506 = v505 - v504
    v507 = g5 * v506
    v508 = u2 * v33
    v509 = x2 * v35
    v510 = v508 + v509
    v511 = u3 * v38
    v512 = x3 * v40
    v513 = v511 + v512
    v514 = v334 - v251
    v515 = v514 + v336
    v516 = u8 * v515
    v517 = v254 - v339
    v518 = x8 * v517
    v519 = v516 - v518
    v520 = v510 + v513
    v521 = v476 + v486
    v522 = v521 + v489
    v523 = v522 + v492
    v524 = v523 + v495
    v525 = v524 + v507
    v526 = v525 + v519
    v527 = c0 * v526
    v528 = v520 + v527
    rows[46] = v528
    v529 = x6 * g7
    v530 = u11 * v529
    v531 = g7 * u6
    v532 = x11 * v531
    v533 = v530 + v532
    v534 = x5 * g7
    v535 = u10 * v534
    v536 = g7 * u5
    v537 = x10 * v536
    v538 = v535 + v537
    v539 = u1 * v27
    v540 = x1 * v30
    v541 = v539 + v540
    v542 = x8 * g7
    v543 = u13 * v542
    v544 = g7 * u8
    v545 = x13 * v544
    v546 = v543 + v545
    v547 = v529 * v210
    v548 = v209 * v531
    v549 = v547 + v548
    v550 = v534 * v118
    v551 = v120 * v536
    v552 = v550 + v551
    v553 = u3 * v5
    v554 = x3 * v7
    v555 = v553 + v554
    v556 = g7 * v15
    v557 = x4 * g7
    v558 = c0 * v556
    g3 = rows[19]
    v559 = c1 * g3
    v560 = v557 + v559
    v561 = v560 - v558
    v562 = v561 * v123
    v563 = g7 * v20
    v564 = g7 * u4
    v565 = c0 * v563
    v566 = v565 - v564
    v567 = v125 * v566
    v568 = v562 - v567
    v569 = v555 - v549
    v570 = v569 - v552
    v571 = v570 - v568
    v572 = v533 + v546
    v573 = c0 * v572
    v574 = v571 + v573
    v575 = g3 + v557
    v576 = u9 * v575
    v577 = x9 * v564
    v578 = v576 + v577
    v579 = v533 + v538
    v580 = v579 + v578
    v581 = v580 - v574
    v582 = c0 * v581
    v583 = v541 + v582
    rows[47] = v583
    v584 = u11 * v542
    v585 = x11 * v544
    v586 = v584 + v585
    v587 = u13 * v529
    v588 = x13 * v531
    v589 = v587 + v588
    v590 = v534 * v288
    v591 = v285 * v536
    v592 = v590 + v591
    v593 = u1 * v10
    v594 = x1 * v12
    v595 = v593 + v594
    v596 = u2 * v27
    v597 = x2 * v30
    v598 = v596 + v597
    v599 = x7 * g7
    v600 = c0 * v557
    v601 = v600 + v559
    v602 = v599 + v601
    v603 = u10 * v602
    v604 = g7 * u7
    v605 = c0 * v564
    v606 = v604 + v605
    v607 = x10 * v606
    v608 = v603 + v607
    v609 = u15 * v542
    v610 = x15 * v544
    v611 = v609 + v610
    v612 = v542 * v210
    v613 = v209 * v544
    v614 = v612 + v613
    v615 = v534 * v123
    v616 = v125 * v536
    v617 = v615 + v616
    v618 = u3 * v0
    v619 = x3 * v2
    v620 = v618 + v619
    v621 = v599 + v559
    v622 = v621 - v558
    v623 = v622 * v118
    v624 = v565 - v604
    v625 = v120 * v624
    v626 = v623 - v625
    v627 = v620 - v614
    v628 = v627 - v617
    v629 = v628 - v626
    v630 = v589 + v611
    v631 = c0 * v630
    v632 = v629 + v631
    v633 = v586 + v592
    v634 = v633 + v595
    v635 = v634 + v608
    v636 = v635 - v632
    v637 = c0 * v636
    v638 = c2 * v589
    v639 = v598 + v637
    v640 = v639 + v638
    rows[48] = v640
    v641 = u10 * v542
    v642 = x10 * v544
    v643 = v641 + v642
    v644 = v529 * v362
    v645 = v359 * v531
    v646 = v644 + v645
    v647 = u1 * v5
    v648 = x1 * v7
    v649 = v647 + v648
    v650 = u3 * v27
    v651 = x3 * v30
    v652 = v650 + v651
    v653 = v556 - v601
    v654 = u11 * v653
    v655 = v563 - v605
    v656 = x11 * v655
    v657 = v654 + v656
    v658 = v542 * v118
    v659 = v120 * v544
    v660 = v658 + v659
    v661 = v529 * v123
    v662 = v125 * v531
    v663 = v661 + v662
    v664 = u13 * v534
    v665 = x13 * v536
    v666 = v664 + v665
    v667 = g3 - v556
    v668 = v667 * v210
    v669 = v209 * v563
    v670 = v668 - v669
    v671 = v660 + v663
    v672 = v671 + v670
    v673 = c0 * v666
    v674 = v672 + v673
    v675 = v643 + v646
    v676 = v675 + v649
    v677 = v676 + v674
    v678 = v677 - v657
    v679 = c0 * v678
    v680 = v652 + v679
    rows[49] = v680
    v681 = u15 * v529
    v682 = x15 * v531
    v683 = v681 + v682
    v684 = u14 * v534
    v685 = x14 * v536
    v686 = v684 + v685
    v687 = u2 * v10
    v688 = x2 * v12
    v689 = v687 + v688
    v690 = u1 * v18
    v691 = x1 * v23
    v692 = v690 + v691
    v693 = c0 * v599
    v694 = v557 + v693
    v695 = v694 + v559
    v696 = u12 * v695
    v697 = c0 * v604
    v698 = v564 + v697
    v699 = x12 * v698
    v700 = v696 + v699
    v701 = v683 + v686
    v702 = v701 + v689
    v703 = v702 + v700
    v704 = v703 - v574
    v705 = c0 * v704
    v706 = v538 + v546
    v707 = c2 * v706
    v708 = v692 + v705
    v709 = v708 + v707
    rows[50] = v709
    v710 = v542 * v462
    v711 = v460 * v544
    v712 = v710 + v711
    v713 = v529 * v367
    v714 = v365 * v531
    v715 = v713 + v714
    v716 = v534 * v210
    v717 = v209 * v536
    v718 = v716 + v717
    v719 = u1 * v0
    v720 = x1 * v2
    v721 = v719 + v720
    v722 = u2 * v5
    v723 = x2 * v7
    v724 = v722 + v723
    v725 = u3 * v10
    v726 = x3 * v12
    v727 = v725 + v726
    v728 = v599 + v557
    v729 = v728 - v556
    v730 = v729 + v559
    v731 = u13 * v730
    v732 = v563 - v564
    v733 = v732 - v604
    v734 = x13 * v733
    v735 = v731 - v734
    v736 = v721 + v724
    v737 = v736 + v727
    v738 = v712 + v715
    v739 = v738 + v718
    v740 = v739 + v735
    v741 = c0 * v740
    v742 = v737 + v741
    v743 = u12 * v534
    v744 = x12 * v536
    v745 = v743 + v744
    v746 = u2 * v18
    v747 = x2 * v23
    v748 = v746 + v747
    v749 = g3 + v599
    v750 = u14 * v749
    v751 = x14 * v604
    v752 = v750 + v751
    v753 = v611 + v745
    v754 = v753 + v752
    v755 = v754 - v632
    v756 = c0 * v755
    v757 = v748 + v756
    rows[51] = v757
    v758 = v542 * v469
    v759 = v466 * v544
    v760 = v758 + v759
    v761 = u12 * v529
    v762 = x12 * v531
    v763 = v761 + v762
    v764 = u2 * v0
    v765 = x2 * v2
    v766 = v764 + v765
    v767 = u3 * v18
    v768 = x3 * v23
    v769 = v767 + v768
    v770 = v693 + v559
    v771 = v770 - v556
    v772 = u15 * v771
    v773 = v563 - v697
    v774 = x15 * v773
    v775 = v772 - v774
    v776 = v674 + v760
    v777 = v776 + v763
    v778 = v777 + v766
    v779 = v778 + v775
    v780 = c0 * v779
    v781 = v769 + v780
    rows[52] = v781
    v782 = x1 * u1
    v783 = x2 * u2
    v784 = x3 * u3
    v785 = v782 + v783
    v786 = v785 + v784
    v787 = v188 + v189
    v788 = v787 + v230
    v789 = v187 + v231
    v790 = v789 + v435
    v791 = c0 * v788
    v792 = v790 + v791
    v793 = v170 + v171
    v794 = v793 + v175
    v795 = v794 + v208
    v796 = v795 + v212
    v797 = v169 + v211
    v798 = v797 + v427
    v799 = c1 * v796
    v800 = c3 * v172
    v801 = v798 + v799
    v802 = v801 + v800
    v803 = x1 * x4
    v804 = x2 * x5
    v805 = x3 * x6
    v806 = v803 + v804
    v807 = v806 + v805
    v808 = u1 * v807
    v809 = x1 * v53
    v810 = v808 + v809
    v811 = x1 * x5
    v812 = x2 * x7
    v813 = x3 * x8
    v814 = v811 + v812
    v815 = v814 + v813
    v816 = u2 * v815
    v817 = x2 * v99
    v818 = v816 + v817
    v819 = x1 * x6
    v820 = x2 * x8
    v821 = x3 * v15
    v822 = v819 + v820
    v823 = v822 - v821
    v824 = u3 * v823
    v825 = x3 * v147
    v826 = v824 + v825
    v827 = v810 + v818
    v828 = v827 + v826
    rows[53] = v828
    v829 = x1 * x9
    v830 = x2 * x10
    v831 = x3 * x11
    v832 = v829 + v830
    v833 = v832 + v831
    v834 = u4 * v833
    v835 = x4 * v203
    v836 = v834 + v835
    v837 = x1 * x12
    v838 = x2 * x14
    v839 = x3 * x15
    v840 = v837 + v838
    v841 = v840 + v839
    v842 = u7 * v841
    v843 = x7 * v245
    v844 = v842 + v843
    v845 = v833 + v841
    v846 = v845 * v20
    v847 = v15 * v246
    v848 = v846 + v847
    v849 = x1 * x10
    v850 = x2 * x12
    v851 = x3 * x13
    v852 = v849 + v850
    v853 = v852 + v851
    v854 = u5 * v853
    v855 = x5 * v326
    v856 = v854 + v855
    v857 = x1 * x11
    v858 = x2 * x13
    v859 = x3 * v125
    v860 = v857 + v858
    v861 = v860 - v859
    v862 = u6 * v861
    v863 = x6 * v404
    v864 = v862 + v863
    v865 = x1 * x13
    v866 = x2 * x15
    v867 = x3 * v120
    v868 = v865 + v866
    v869 = v868 - v867
    v870 = u8 * v869
    v871 = x8 * v506
    v872 = v870 + v871
    v873 = v856 + v864
    v874 = v873 + v872
    v875 = v836 + v844
    v876 = v875 + v848
    v877 = c0 * v874
    v878 = v876 + v877
    rows[54] = v878
    v879 = x4 * x4
    v880 = x5 * x5
    v881 = x6 * x6
    v882 = v879 + v880
    v883 = v882 + v881
    v884 = u4 * v883
    v885 = x4 * v191
    v886 = c0 * v885
    v887 = v884 + v886
    v888 = x7 * x7
    v889 = x8 * x8
    v890 = v880 + v888
    v891 = v890 + v889
    v892 = u7 * v891
    v893 = x7 * v437
    v894 = c0 * v893
    v895 = v892 + v894
    v896 = v15 * v15
    v897 = v881 + v889
    v898 = v897 + v896
    v899 = v898 * v20
    v900 = v15 * v233
    v901 = c0 * v900
    v902 = v899 + v901
    v903 = x6 * x8
    v904 = x5 * v15
    v905 = v903 + v904
    v906 = u5 * v905
    v907 = x5 * v311
    v908 = v906 + v907
    v909 = x5 * x8
    v910 = x6 * v381
    v911 = v909 + v910
    v912 = u6 * v911
    v913 = x6 * v386
    v914 = v912 + v913
    v915 = x5 * x6
    v916 = x8 * v480
    v917 = v915 + v916
    v918 = u8 * v917
    v919 = x8 * v485
    v920 = v918 + v919
    v921 = v908 + v914
    v922 = v921 + v920
    v923 = v887 + v895
    v924 = v923 - v902
    v925 = c0 * v922
    v926 = v924 + v925
    rows[55] = v926
    v927 = x9 * x9
    v928 = x12 * x12
    v929 = v125 * v125
    v930 = x13 * x13
    v931 = x10 * x10
    v932 = x11 * x11
    v933 = v931 + v932
    v934 = v930 + v933
    v935 = v927 + v928
    v936 = v935 + v929
    v937 = c0 * v934
    v938 = v936 + v937
    v939 = u4 * v938
    v940 = x4 * v180
    v941 = c0 * v940
    v942 = v939 + v941
    v943 = x14 * x14
    v944 = v120 * v120
    v945 = x15 * x15
    v946 = v928 + v930
    v947 = v946 + v945
    v948 = v931 + v943
    v949 = v948 + v944
    v950 = c0 * v947
    v951 = v949 + v950
    v952 = u7 * v951
    v953 = x7 * v433
    v954 = c0 * v953
    v955 = v952 + v954
    v956 = v209 * v209
    v957 = v930 + v929
    v958 = v957 + v944
    v959 = v932 + v945
    v960 = v959 + v956
    v961 = c0 * v958
    v962 = v960 + v961
    v963 = v962 * v20
    v964 = v15 * v218
    v965 = c0 * v964
    v966 = v963 + v965
    v967 = x12 * x14
    v968 = v125 * v120
    v969 = x10 * v285
    v970 = x13 * v209
    v971 = v967 + v968
    v972 = v971 + v969
    v973 = c0 * v970
    v974 = v972 + v973
    v975 = u5 * v974
    v976 = x5 * v297
    v977 = v975 + v976
    v978 = x12 * x15
    v979 = v125 * v209
    v980 = x11 * v359
    v981 = x13 * v365
    v982 = v978 + v979
    v983 = v982 + v980
    v984 = c0 * v981
    v985 = v983 + v984
    v986 = u6 * v985
    v987 = x6 * v373
    v988 = v986 + v987
    v989 = x10 * x11
    v990 = v120 * v209
    v991 = x13 * v460
    v992 = x15 * v466
    v993 = v989 + v990
    v994 = v993 + v992
    v995 = c0 * v991
    v996 = v994 + v995
    v997 = u8 * v996
    v998 = x8 * v475
    v999 = v997 + v998
    v1000 = v977 + v988
    v1001 = v1000 + v999
    v1002 = v942 + v955
    v1003 = v1002 - v966
    v1004 = c0 * v1001
    v1005 = v1003 + v1004
    rows[56] = v1005
    v1006 = c5 * v168
    rows[57] = v1006
    v1007 = c0 * v742
    rows[58] = v1007
    v1008 = c0 * v786
    rows[59] = v1008
    v1009 = c0 * v792
    rows[60] = v1009
    v1010 = c0 * v802
    rows[61] = v1010
    rows[62] = c4


second_order_0_ordinary, second_order_0_streaming = on_registers(second_order_0, False), on_registers(second_order_0, True)


def second_order_0_rows(table, length, number):
    second_order_0_ordinary(table, length, number)


def second_order_0_streamed(table, length, number):
    second_order_0_streaming(table, length, number)


KERNELS = {
    "value": {
        "inputs": [16],
        "outputs": [8],
        "rows": 23,
        "output_rows": [0, 16, 17, 18, 19, 20, 21, 22],
        "passes": [value_0_rows],
        "streamed": [value_0_streamed],
    },
    "vjp": {
        "inputs": [16, 8],
        "outputs": [16],
        "rows": 39,
        "output_rows": [16, 24, 25, 37, 26, 27, 28, 29, 30, 31, 32, 33, 34, 38, 35, 36],
        "passes": [vjp_0_rows],
        "streamed": [vjp_0_streamed],
    },
    "second_order": {
        "inputs": [16, 8, 16],
        "outputs": [16, 8],
        "rows": 63,
        "output_rows": [62, 40, 41, 57, 42, 43, 44, 45, 46, 47, 48, 49, 50, 58, 51, 52, 24, 59, 60, 61, 53, 54, 55, 56],
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
