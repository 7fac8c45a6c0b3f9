# Emitted by invgen 0.1.0 from templates/numba/kernels.py.jinja for harmonics-l5. Do not edit: emit again.
# value: 222 operations (61 additions, 161 multiplications), kernel 39947af87b6f2d6a
# vjp: 575 operations (207 additions, 368 multiplications), kernel f0f510d7fc9ed61d
# second_order: 1399 operations (511 additions, 888 multiplications), kernel 03c08c7738fa7950
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
    c4 = rows.constant(7.0)
    c5 = rows.constant(9.0)
    c6 = rows.constant(54.0)
    c7 = rows.constant(210.0)
    c8 = rows.constant(16.0)
    c9 = rows.constant(160.0)
    c10 = rows.constant(1.0)
    c11 = rows.constant(0.3333333333333333)
    c12 = rows.constant(0.06666666666666667)
    c13 = rows.constant(0.022222222222222223)
    c14 = rows.constant(-0.022222222222222223)
    c15 = rows.constant(-0.06666666666666667)
    c16 = rows.constant(0.009523809523809525)
    c17 = rows.constant(0.002380952380952381)
    c18 = rows.constant(-0.0015873015873015873)
    c19 = rows.constant(0.0007936507936507937)
    c20 = rows.constant(-0.002380952380952381)
    c21 = rows.constant(-0.0007936507936507937)
    c22 = rows.constant(-0.009523809523809525)
    c23 = rows.constant(0.0010582010582010583)
    c24 = rows.constant(0.00021164021164021165)
    c25 = rows.constant(-0.00010582010582010582)
    c26 = rows.constant(0.00015873015873015873)
    c27 = rows.constant(-3.527336860670194e-05)
    c28 = rows.constant(-0.00021164021164021165)
    c29 = rows.constant(-0.00015873015873015873)
    c30 = rows.constant(-0.0010582010582010583)
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
    v53 = r0 * v16
    v54 = v4 * v6
    v55 = c4 * v53
    v56 = c5 * v54
    v57 = v55 - v56
    v58 = r0 * v24
    v59 = r1 * v16
    v60 = v4 * v7
    v61 = v58 + v59
    v62 = c4 * v61
    v63 = c6 * v60
    v64 = v62 - v63
    v65 = r0 * v32
    v66 = r2 * v16
    v67 = v4 * v8
    v68 = v65 + v66
    v69 = c4 * v68
    v70 = c6 * v67
    v71 = v69 - v70
    v72 = r0 * v38
    v73 = r1 * v24
    v74 = v6 + v10
    v75 = v4 * v74
    v76 = v72 - v73
    v77 = c4 * v76
    v78 = c5 * v75
    v79 = v77 + v78
    v80 = r0 * v43
    v81 = r1 * v32
    v82 = r2 * v24
    v83 = v4 * v11
    v84 = v81 + v82
    v85 = c4 * v84
    v86 = c6 * v83
    v87 = c7 * v80
    v88 = v85 + v87
    v89 = v88 - v86
    v90 = r0 * v46
    v91 = r1 * v38
    v92 = v90 + v91
    v93 = c4 * v92
    v94 = v93 + v63
    v95 = r0 * v52
    v96 = r1 * v43
    v97 = r2 * v38
    v98 = v95 + v97
    v99 = c4 * v98
    v100 = c7 * v96
    v101 = v99 + v70
    v102 = v101 - v100
    v103 = r1 * v46
    v104 = v4 * v10
    v105 = c4 * v103
    v106 = c5 * v104
    v107 = v105 + v106
    v108 = r1 * v52
    v109 = r2 * v46
    v110 = v108 + v109
    v111 = c4 * v110
    v112 = v111 + v86
    v113 = r0 * v57
    v114 = v4 * v16
    v115 = c5 * v113
    v116 = c8 * v114
    v117 = v115 - v116
    v118 = r0 * v64
    v119 = r1 * v57
    v120 = v4 * v24
    v121 = v118 + v119
    v122 = c5 * v121
    v123 = c8 * v120
    v124 = v122 - v123
    v125 = r0 * v71
    v126 = r2 * v57
    v127 = v4 * v32
    v128 = v125 + v126
    v129 = c5 * v128
    v130 = c8 * v127
    v131 = v129 - v130
    v132 = r0 * v79
    v133 = r1 * v64
    v134 = v16 - v38
    v135 = v4 * v134
    v136 = v132 - v133
    v137 = c5 * v136
    v138 = c8 * v135
    v139 = v137 + v138
    v140 = r0 * v89
    v141 = r1 * v71
    v142 = r2 * v64
    v143 = v4 * v43
    v144 = v140 + v141
    v145 = v144 + v142
    v146 = c0 * v145
    v147 = c9 * v143
    v148 = v146 - v147
    v149 = r0 * v94
    v150 = r1 * v79
    v151 = v24 - v46
    v152 = v4 * v151
    v153 = v149 + v150
    v154 = c5 * v153
    v155 = c8 * v152
    v156 = v154 + v155
    v157 = r0 * v102
    v158 = r1 * v89
    v159 = r2 * v79
    v160 = v32 - v52
    v161 = v4 * v160
    v162 = v157 + v159
    v163 = v162 - v158
    v164 = c5 * v163
    v165 = c8 * v161
    v166 = v164 + v165
    v167 = r0 * v107
    v168 = r1 * v94
    v169 = v4 * v38
    v170 = v167 + v168
    v171 = c5 * v170
    v172 = c8 * v169
    v173 = v171 - v172
    v174 = r0 * v112
    v175 = r1 * v102
    v176 = r2 * v94
    v177 = v174 + v175
    v178 = v177 + v176
    v179 = c0 * v178
    v180 = v179 + v147
    v181 = r1 * v107
    v182 = v4 * v46
    v183 = c5 * v181
    v184 = c8 * v182
    v185 = v183 - v184
    v186 = r1 * v112
    v187 = r2 * v107
    v188 = v4 * v52
    v189 = v186 + v187
    v190 = c5 * v189
    v191 = c8 * v188
    v192 = v190 - v191
    v193 = c11 * v6
    rows[6] = v193
    v194 = c11 * v10
    rows[7] = v194
    v195 = c12 * v16
    rows[8] = v195
    v196 = c13 * v24
    rows[9] = v196
    v197 = c13 * v32
    rows[10] = v197
    v198 = c14 * v38
    rows[11] = v198
    v199 = c11 * v43
    rows[12] = v199
    v200 = c15 * v46
    rows[13] = v200
    v201 = c14 * v52
    rows[14] = v201
    v202 = c16 * v57
    rows[15] = v202
    v203 = c17 * v64
    rows[16] = v203
    v204 = c17 * v71
    rows[17] = v204
    v205 = c18 * v79
    rows[18] = v205
    v206 = c19 * v89
    rows[19] = v206
    v207 = c20 * v94
    rows[20] = v207
    v208 = c21 * v102
    rows[21] = v208
    v209 = c22 * v107
    rows[22] = v209
    v210 = c20 * v112
    rows[23] = v210
    v211 = c23 * v117
    rows[24] = v211
    v212 = c24 * v124
    rows[25] = v212
    v213 = c24 * v131
    rows[26] = v213
    v214 = c25 * v139
    rows[27] = v214
    v215 = c26 * v148
    rows[28] = v215
    v216 = c25 * v156
    rows[29] = v216
    v217 = c27 * v166
    rows[30] = v217
    v218 = c28 * v173
    rows[31] = v218
    v219 = c29 * v180
    rows[32] = v219
    v220 = c30 * v185
    rows[33] = v220
    v221 = c28 * v192
    rows[34] = v221
    rows[35] = c10


value_0_ordinary, value_0_streaming = on_registers(value_0, False), on_registers(value_0, True)


def value_0_rows(table, length, number):
    value_0_ordinary(table, length, number)


def value_0_streamed(table, length, number):
    value_0_streaming(table, length, number)


def vjp_0(rows):
    c0 = rows.constant(3.0)
    c1 = rows.constant(4.0)
    c2 = rows.constant(5.0)
    c3 = rows.constant(30.0)
    c4 = rows.constant(7.0)
    c5 = rows.constant(54.0)
    c6 = rows.constant(9.0)
    c7 = rows.constant(210.0)
    c8 = rows.constant(2.0)
    c9 = rows.constant(16.0)
    c10 = rows.constant(21.0)
    c11 = rows.constant(32.0)
    c12 = rows.constant(42.0)
    c13 = rows.constant(63.0)
    c14 = rows.constant(64.0)
    c15 = rows.constant(420.0)
    c16 = rows.constant(189.0)
    c17 = rows.constant(192.0)
    c18 = rows.constant(1260.0)
    c19 = rows.constant(252.0)
    c20 = rows.constant(320.0)
    c21 = rows.constant(15.0)
    c22 = rows.constant(81.0)
    c23 = rows.constant(9450.0)
    c24 = rows.constant(3150.0)
    c25 = rows.constant(162.0)
    c26 = rows.constant(972.0)
    c27 = rows.constant(18900.0)
    c28 = rows.constant(12.0)
    c29 = rows.constant(96.0)
    c30 = rows.constant(486.0)
    c31 = rows.constant(960.0)
    c32 = rows.constant(1440.0)
    c33 = rows.constant(1458.0)
    c34 = rows.constant(6.0)
    c35 = rows.constant(18.0)
    c36 = rows.constant(27.0)
    c37 = rows.constant(90.0)
    c38 = rows.constant(108.0)
    c39 = rows.constant(126.0)
    c40 = rows.constant(540.0)
    c41 = rows.constant(756.0)
    c42 = rows.constant(1890.0)
    c43 = rows.constant(56700.0)
    c44 = rows.constant(1.763668430335097e-05)
    r0 = rows[0]
    v0 = r0 * r0
    r1 = rows[1]
    v1 = r1 * r1
    r2 = rows[2]
    v2 = r2 * r2
    v3 = v0 + v1
    v4 = v3 + v2
    v5 = r1 * r2
    v6 = v4 * v5
    v7 = r2 * v4
    v8 = r1 * v5
    v9 = c0 * v1
    v10 = v9 - v4
    v11 = r2 * v10
    v12 = c1 * v7
    v13 = c2 * v11
    v14 = c3 * v8
    v15 = v12 - v13
    v16 = v15 - v14
    v17 = r1 * v16
    v18 = r1 * v4
    v19 = r1 * v10
    v20 = c1 * v18
    v21 = c2 * v19
    v22 = v20 - v21
    v23 = r2 * v22
    v24 = v17 + v23
    v25 = c4 * v24
    v26 = c5 * v6
    v27 = v25 + v26
    g33 = rows[36]
    v28 = g33 * v27
    v29 = r1 * v22
    v30 = v4 * v10
    v31 = c4 * v29
    v32 = c6 * v30
    v33 = v31 + v32
    g32 = rows[35]
    v34 = g32 * v33
    v35 = r0 * r2
    v36 = v4 * v35
    v37 = r0 * v5
    v38 = r1 * v35
    v39 = r0 * r1
    v40 = r2 * v39
    v41 = v37 + v38
    v42 = v41 + v40
    v43 = r1 * v42
    v44 = r0 * v16
    v45 = r0 * v4
    v46 = r0 * v10
    v47 = r1 * v39
    v48 = c1 * v45
    v49 = c2 * v46
    v50 = c3 * v47
    v51 = v48 - v49
    v52 = v51 - v50
    v53 = r2 * v52
    v54 = v44 + v53
    v55 = c4 * v54
    v56 = c5 * v36
    v57 = c7 * v43
    v58 = v55 + v56
    v59 = v58 - v57
    g31 = rows[34]
    v60 = g31 * v59
    v61 = v4 * v39
    v62 = r0 * v22
    v63 = r1 * v52
    v64 = v62 + v63
    v65 = c4 * v64
    v66 = c5 * v61
    v67 = v65 + v66
    g30 = rows[33]
    v68 = g30 * v67
    v69 = r0 * v42
    v70 = r0 * v35
    v71 = c0 * v0
    v72 = v71 - v4
    v73 = r2 * v72
    v74 = c2 * v73
    v75 = c3 * v70
    v76 = v74 + v75
    v77 = v76 - v12
    v78 = r1 * v77
    v79 = r0 * v39
    v80 = r1 * v72
    v81 = c2 * v80
    v82 = c3 * v79
    v83 = v81 + v82
    v84 = v83 - v20
    v85 = r2 * v84
    v86 = v78 + v85
    v87 = c4 * v86
    v88 = c7 * v69
    v89 = v87 + v88
    v90 = v89 - v26
    g29 = rows[32]
    v91 = g29 * v90
    v92 = v72 + v10
    v93 = v4 * v92
    v94 = r0 * v52
    v95 = r1 * v84
    v96 = v94 - v95
    v97 = c4 * v96
    v98 = c6 * v93
    v99 = v97 + v98
    g28 = rows[31]
    v100 = g28 * v99
    v101 = r0 * v77
    v102 = r0 * v72
    v103 = c2 * v102
    v104 = v103 - v48
    v105 = r2 * v104
    v106 = v101 + v105
    v107 = c4 * v106
    v108 = v56 - v107
    g27 = rows[30]
    v109 = g27 * v108
    v110 = r0 * v84
    v111 = r1 * v104
    v112 = v110 + v111
    v113 = c4 * v112
    v114 = v66 - v113
    g26 = rows[29]
    v115 = g26 * v114
    v116 = r0 * v104
    v117 = v4 * v72
    v118 = c4 * v116
    v119 = c6 * v117
    v120 = v118 - v119
    g25 = rows[28]
    v121 = g25 * v120
    v122 = r1 * g33
    v123 = r0 * g31
    v124 = c8 * v123
    v125 = c0 * v122
    g22 = rows[25]
    v126 = c2 * g22
    v127 = v124 + v125
    v128 = v127 + v126
    v129 = v16 * v128
    v130 = r2 * g33
    v131 = r1 * g32
    v132 = r0 * g30
    v133 = c8 * v132
    v134 = c1 * v131
    g21 = rows[24]
    v135 = c2 * g21
    v136 = v130 + v133
    v137 = v136 + v134
    v138 = v137 + v135
    v139 = v22 * v138
    v140 = r1 * g31
    v141 = r0 * g29
    v142 = c8 * v140
    v143 = c0 * v141
    g20 = rows[23]
    v144 = c2 * g20
    v145 = v142 + v143
    v146 = v145 + v144
    v147 = v42 * v146
    v148 = r2 * g31
    v149 = r1 * g30
    v150 = r0 * g28
    v151 = v149 + v150
    v152 = c0 * v151
    g19 = rows[22]
    v153 = c2 * g19
    v154 = v148 + v152
    v155 = v154 + v153
    v156 = v52 * v155
    v157 = r1 * g29
    v158 = r0 * g27
    v159 = c1 * v158
    g18 = rows[21]
    v160 = c2 * g18
    v161 = v157 + v159
    v162 = v161 + v160
    v163 = v77 * v162
    v164 = r2 * g29
    v165 = r1 * g28
    v166 = r0 * g26
    v167 = c8 * v165
    v168 = c1 * v166
    g17 = rows[20]
    v169 = c2 * g17
    v170 = v164 + v167
    v171 = v170 + v168
    v172 = v171 + v169
    v173 = v84 * v172
    v174 = r2 * g27
    v175 = r1 * g26
    v176 = r0 * g25
    v177 = v174 + v175
    g16 = rows[19]
    v178 = g16 + v176
    v179 = c2 * v178
    v180 = v177 + v179
    v181 = v104 * v180
    v182 = g29 + g33
    v183 = v4 * v182
    v184 = r1 * v128
    v185 = r0 * v146
    v186 = c9 * v183
    v187 = v184 + v185
    v188 = c10 * v187
    g13 = rows[16]
    v189 = c7 * g13
    v190 = v188 + v189
    v191 = v190 - v186
    v192 = v5 * v191
    v193 = g32 * v4
    v194 = g28 * v4
    v195 = r2 * v128
    v196 = r1 * v138
    v197 = r0 * v155
    v198 = c10 * v195
    v199 = c11 * v194
    v200 = c12 * v197
    v201 = c13 * v196
    v202 = c14 * v193
    g12 = rows[15]
    v203 = c15 * g12
    v204 = v198 + v200
    v205 = v204 + v201
    v206 = v205 + v203
    v207 = v206 - v199
    v208 = v207 - v202
    v209 = v10 * v208
    v210 = g31 * v4
    v211 = g27 * v4
    v212 = r1 * v146
    v213 = r0 * v162
    v214 = c11 * v210
    v215 = c13 * v212
    v216 = c16 * v213
    v217 = c17 * v211
    g11 = rows[14]
    v218 = c18 * g11
    v219 = v215 + v216
    v220 = v219 + v218
    v221 = v220 - v214
    v222 = v221 - v217
    v223 = v35 * v222
    v224 = g30 * v4
    v225 = g26 * v4
    v226 = r2 * v146
    v227 = r1 * v155
    v228 = r0 * v172
    v229 = c10 * v226
    v230 = c11 * v224
    v231 = c12 * v227
    v232 = c13 * v228
    v233 = c14 * v225
    g10 = rows[13]
    v234 = c15 * g10
    v235 = v229 + v231
    v236 = v235 + v232
    v237 = v236 + v234
    v238 = v237 - v230
    v239 = v238 - v233
    v240 = v39 * v239
    v241 = g25 * v4
    v242 = r2 * v162
    v243 = r1 * v172
    v244 = r0 * v180
    v245 = v242 + v243
    v246 = c13 * v245
    v247 = c19 * v244
    v248 = c20 * v241
    g9 = rows[12]
    v249 = c18 * g9
    v250 = v246 + v247
    v251 = v250 + v249
    v252 = v251 - v199
    v253 = v252 - v248
    v254 = v208 + v253
    v255 = v4 * v254
    v256 = v72 * v253
    v257 = c0 * v162
    v258 = v128 + v257
    v259 = v4 * v258
    v260 = r1 * v191
    v261 = r0 * v222
    v262 = c2 * v261
    v263 = c21 * v260
    v264 = c22 * v259
    g6 = rows[9]
    v265 = c23 * g6
    v266 = v262 + v263
    v267 = v266 + v265
    v268 = v267 - v264
    v269 = r2 * v268
    v270 = v138 + v172
    v271 = v4 * v270
    v272 = r2 * v191
    v273 = r1 * v208
    v274 = r0 * v239
    v275 = v272 + v273
    v276 = v275 + v274
    v277 = c2 * v276
    v278 = c22 * v271
    g5 = rows[8]
    v279 = c24 * g5
    v280 = v277 + v279
    v281 = v280 - v278
    v282 = r1 * v281
    v283 = v4 * v155
    v284 = v4 * v180
    v285 = r2 * v222
    v286 = r1 * v239
    v287 = r0 * v253
    v288 = c2 * v285
    v289 = v286 + v287
    v290 = c21 * v289
    v291 = c25 * v283
    v292 = c26 * v284
    g4 = rows[7]
    v293 = c27 * g4
    v294 = v288 + v290
    v295 = v294 + v293
    v296 = v295 - v291
    v297 = v296 - v292
    g35 = rows[38]
    v298 = g35 * v16
    g34 = rows[37]
    v299 = g34 * v22
    v300 = g32 * v52
    v301 = v77 - v16
    v302 = g31 * v301
    v303 = v84 - v22
    v304 = g30 * v303
    v305 = v42 * v182
    v306 = v104 - v52
    v307 = g28 * v306
    v308 = g27 * v77
    v309 = g26 * v84
    v310 = g25 * v104
    v311 = r2 * g35
    v312 = r1 * g34
    v313 = r0 * g32
    v314 = v311 + v313
    g23 = rows[26]
    v315 = g23 + v312
    v316 = c2 * v315
    v317 = v314 + v316
    v318 = v10 * v317
    v319 = r1 * g35
    v320 = r0 * g33
    v321 = c1 * v319
    g24 = rows[27]
    v322 = c2 * g24
    v323 = v320 + v321
    v324 = v323 + v322
    v325 = c0 * v324
    v326 = v146 + v325
    v327 = v5 * v326
    v328 = v92 * v155
    v329 = v35 * v258
    v330 = v39 * v270
    v331 = v72 * v180
    v332 = g35 * v4
    v333 = r1 * v324
    v334 = r0 * v128
    v335 = c13 * v334
    v336 = c16 * v333
    v337 = c17 * v332
    g15 = rows[18]
    v338 = c18 * g15
    v339 = v335 + v336
    v340 = v339 + v338
    v341 = v340 - v214
    v342 = v341 - v337
    v343 = v342 + v222
    v344 = r2 * v343
    v345 = g34 * v4
    v346 = r2 * v324
    v347 = r1 * v317
    v348 = r0 * v138
    v349 = v346 + v348
    v350 = c13 * v349
    v351 = c19 * v347
    v352 = c20 * v345
    g14 = rows[17]
    v353 = c18 * g14
    v354 = v350 + v351
    v355 = v354 + v353
    v356 = v355 - v230
    v357 = v356 - v352
    v358 = v357 + v239
    v359 = r1 * v358
    v360 = r0 * v254
    v361 = v4 * v317
    v362 = r2 * v342
    v363 = r1 * v357
    v364 = r0 * v208
    v365 = c2 * v362
    v366 = v363 + v364
    v367 = c21 * v366
    v368 = c26 * v361
    g7 = rows[10]
    v369 = c27 * g7
    v370 = v365 + v367
    v371 = v370 + v369
    v372 = v371 - v291
    v373 = v372 - v368
    v374 = v373 + v297
    v375 = c1 * v344
    v376 = v359 + v360
    v377 = c28 * v376
    v378 = c11 * v302
    v379 = v304 + v307
    v380 = c29 * v379
    v381 = c25 * v328
    v382 = v298 + v300
    v383 = v382 - v308
    v384 = v383 - v309
    v385 = c17 * v384
    v386 = v327 + v329
    v387 = c30 * v386
    v388 = v299 - v310
    v389 = c31 * v388
    v390 = v318 + v331
    v391 = c26 * v390
    v392 = c32 * v305
    v393 = c33 * v330
    v394 = v385 + v389
    v395 = v394 - v374
    v396 = v395 - v375
    v397 = v396 - v377
    v398 = v397 - v378
    v399 = v398 - v380
    v400 = v399 - v381
    v401 = v400 - v387
    v402 = v401 - v391
    v403 = v402 - v392
    v404 = v403 - v393
    v405 = c0 * v297
    v406 = v404 + v405
    v407 = r0 * v406
    v408 = c8 * v407
    v409 = c34 * v269
    v410 = c28 * v255
    v411 = v209 + v256
    v412 = c21 * v411
    v413 = v282 - v60
    v414 = c35 * v413
    v415 = v91 - v28
    v416 = c36 * v415
    v417 = c3 * v223
    v418 = v68 + v100
    v419 = c5 * v418
    v420 = c13 * v129
    v421 = v192 + v240
    v422 = c37 * v421
    v423 = v34 + v109
    v424 = v423 + v115
    v425 = c38 * v424
    v426 = c39 * v156
    v427 = v163 + v173
    v428 = v427 - v139
    v429 = c16 * v428
    v430 = c40 * v121
    v431 = c41 * v181
    v432 = c42 * v147
    g1 = rows[4]
    v433 = c43 * g1
    v434 = v408 + v409
    v435 = v434 + v412
    v436 = v435 + v414
    v437 = v436 + v416
    v438 = v437 + v417
    v439 = v438 + v422
    v440 = v439 + v429
    v441 = v440 + v430
    v442 = v441 + v431
    v443 = v442 + v432
    v444 = v443 + v433
    v445 = v444 - v410
    v446 = v445 - v419
    v447 = v446 - v420
    v448 = v447 - v425
    v449 = v448 - v426
    v450 = g35 * v27
    v451 = g34 * v33
    v452 = g33 * v59
    v453 = g32 * v67
    v454 = g31 * v90
    v455 = g30 * v99
    v456 = g29 * v108
    v457 = g28 * v114
    v458 = g26 * v120
    v459 = v16 * v324
    v460 = v22 * v317
    v461 = v42 * v128
    v462 = v52 * v138
    v463 = v77 * v146
    v464 = v84 * v155
    v465 = v104 * v172
    v466 = v5 * v342
    v467 = v10 * v357
    v468 = v35 * v191
    v469 = v39 * v208
    v470 = v4 * v358
    v471 = v72 * v239
    v472 = v4 * v326
    v473 = r1 * v342
    v474 = r0 * v191
    v475 = c2 * v473
    v476 = c21 * v474
    v477 = c22 * v472
    g8 = rows[11]
    v478 = c23 * g8
    v479 = v475 + v476
    v480 = v479 + v478
    v481 = v480 - v477
    v482 = r2 * v481
    v483 = r0 * v281
    v484 = c0 * v373
    v485 = v404 + v484
    v486 = r1 * v485
    v487 = c8 * v486
    v488 = c34 * v482
    v489 = c28 * v470
    v490 = v467 + v471
    v491 = c21 * v490
    v492 = v454 + v483
    v493 = c35 * v492
    v494 = v452 + v456
    v495 = c36 * v494
    v496 = c3 * v466
    v497 = v455 + v457
    v498 = c5 * v497
    v499 = c13 * v463
    v500 = v468 + v469
    v501 = c37 * v500
    v502 = v458 - v450
    v503 = v502 - v453
    v504 = c38 * v503
    v505 = c39 * v464
    v506 = v465 - v459
    v507 = v506 - v462
    v508 = c16 * v507
    v509 = c40 * v451
    v510 = c41 * v460
    v511 = c42 * v461
    g2 = rows[5]
    v512 = c43 * g2
    v513 = v487 + v488
    v514 = v513 + v491
    v515 = v514 + v493
    v516 = v515 + v496
    v517 = v516 + v499
    v518 = v517 + v501
    v519 = v518 + v504
    v520 = v519 + v505
    v521 = v520 + v508
    v522 = v521 + v511
    v523 = v522 + v512
    v524 = v523 - v489
    v525 = v524 - v495
    v526 = v525 - v498
    v527 = v526 - v509
    v528 = v527 - v510
    v529 = g35 * v33
    v530 = g33 * v67
    v531 = g31 * v99
    v532 = g29 * v114
    v533 = g27 * v120
    v534 = v22 * v324
    v535 = v52 * v128
    v536 = v84 * v146
    v537 = v104 * v162
    v538 = v10 * v342
    v539 = v39 * v191
    v540 = v4 * v343
    v541 = v72 * v222
    v542 = r1 * v481
    v543 = r0 * v268
    v544 = r2 * v404
    v545 = c8 * v544
    v546 = c1 * v540
    v547 = v538 + v541
    v548 = c2 * v547
    v549 = v542 + v543
    v550 = c34 * v549
    v551 = c35 * v531
    v552 = v530 + v532
    v553 = c36 * v552
    v554 = v536 - v535
    v555 = c13 * v554
    v556 = c37 * v539
    v557 = v533 - v529
    v558 = c38 * v557
    v559 = v537 - v534
    v560 = c16 * v559
    g3 = rows[6]
    v561 = c43 * g3
    v562 = v545 + v548
    v563 = v562 + v550
    v564 = v563 + v555
    v565 = v564 + v556
    v566 = v565 + v558
    v567 = v566 + v560
    v568 = v567 + v561
    v569 = v568 - v546
    v570 = v569 - v551
    v571 = v570 - v553
    v572 = c44 * v449
    rows[39] = v572
    v573 = c44 * v528
    rows[40] = v573
    v574 = c44 * v571
    rows[41] = v574


vjp_0_ordinary, vjp_0_streaming = on_registers(vjp_0, False), on_registers(vjp_0, True)


def vjp_0_rows(table, length, number):
    vjp_0_ordinary(table, length, number)


def vjp_0_streamed(table, length, number):
    vjp_0_streaming(table, length, number)


def second_order_0(rows):
    c0 = rows.constant(2.0)
    c1 = rows.constant(3.0)
    c2 = rows.constant(4.0)
    c3 = rows.constant(5.0)
    c4 = rows.constant(30.0)
    c5 = rows.constant(7.0)
    c6 = rows.constant(54.0)
    c7 = rows.constant(18.0)
    c8 = rows.constant(210.0)
    c9 = rows.constant(16.0)
    c10 = rows.constant(21.0)
    c11 = rows.constant(32.0)
    c12 = rows.constant(42.0)
    c13 = rows.constant(63.0)
    c14 = rows.constant(64.0)
    c15 = rows.constant(420.0)
    c16 = rows.constant(128.0)
    c17 = rows.constant(189.0)
    c18 = rows.constant(192.0)
    c19 = rows.constant(1260.0)
    c20 = rows.constant(384.0)
    c21 = rows.constant(252.0)
    c22 = rows.constant(320.0)
    c23 = rows.constant(640.0)
    c24 = rows.constant(15.0)
    c25 = rows.constant(81.0)
    c26 = rows.constant(9450.0)
    c27 = rows.constant(3150.0)
    c28 = rows.constant(162.0)
    c29 = rows.constant(972.0)
    c30 = rows.constant(18900.0)
    c31 = rows.constant(12.0)
    c32 = rows.constant(96.0)
    c33 = rows.constant(486.0)
    c34 = rows.constant(960.0)
    c35 = rows.constant(1440.0)
    c36 = rows.constant(1458.0)
    c37 = rows.constant(6.0)
    c38 = rows.constant(27.0)
    c39 = rows.constant(90.0)
    c40 = rows.constant(108.0)
    c41 = rows.constant(126.0)
    c42 = rows.constant(540.0)
    c43 = rows.constant(756.0)
    c44 = rows.constant(1890.0)
    c45 = rows.constant(9.0)
    c46 = rows.constant(160.0)
    c47 = rows.constant(-1.763668430335097e-05)
    c48 = rows.constant(0.0)
    c49 = rows.constant(0.6666666666666666)
    c50 = rows.constant(-0.06666666666666667)
    c51 = rows.constant(-0.022222222222222223)
    c52 = rows.constant(0.3333333333333333)
    c53 = rows.constant(0.009523809523809525)
    c54 = rows.constant(-0.002380952380952381)
    c55 = rows.constant(-0.0015873015873015873)
    c56 = rows.constant(-0.0007936507936507937)
    c57 = rows.constant(-0.009523809523809525)
    c58 = rows.constant(0.0010582010582010583)
    c59 = rows.constant(-0.00021164021164021165)
    c60 = rows.constant(-0.00010582010582010582)
    c61 = rows.constant(-0.00015873015873015873)
    c62 = rows.constant(-3.527336860670194e-05)
    c63 = rows.constant(0.00021164021164021165)
    c64 = rows.constant(-0.0010582010582010583)
    r1 = rows[1]
    r2 = rows[2]
    v0 = r1 * r2
    r0 = rows[0]
    u0 = rows[39]
    v1 = r0 * u0
    u1 = rows[40]
    v2 = r1 * u1
    u2 = rows[41]
    v3 = r2 * u2
    v4 = v1 + v2
    v5 = v4 + v3
    v6 = v0 * v5
    v7 = r0 * r0
    v8 = r1 * r1
    v9 = r2 * r2
    v10 = v7 + v8
    v11 = v10 + v9
    v12 = r2 * u1
    v13 = r1 * u2
    v14 = v12 + v13
    rows[42] = v14
    v15 = v11 * v14
    v16 = c0 * v6
    v17 = v15 + v16
    v18 = r2 * v11
    v19 = r1 * v0
    v20 = c1 * v8
    v21 = v20 - v11
    v22 = r2 * v21
    v23 = c2 * v18
    v24 = c3 * v22
    v25 = c4 * v19
    v26 = v23 - v24
    v27 = v26 - v25
    v28 = u1 * v27
    v29 = u2 * v11
    v30 = r2 * v5
    v31 = c0 * v30
    v32 = v29 + v31
    v33 = u1 * v0
    v34 = r1 * v14
    v35 = v33 + v34
    v36 = u2 * v21
    v37 = c1 * v2
    v38 = v37 - v5
    v39 = r2 * v38
    v40 = c0 * v39
    v41 = v36 + v40
    v42 = c2 * v32
    v43 = c3 * v41
    v44 = c4 * v35
    v45 = v42 - v43
    v46 = v45 - v44
    v47 = r1 * v46
    v48 = v28 + v47
    v49 = r1 * v11
    v50 = r1 * v21
    v51 = c2 * v49
    v52 = c3 * v50
    v53 = v51 - v52
    v54 = u2 * v53
    v55 = u1 * v11
    v56 = r1 * v5
    v57 = c0 * v56
    v58 = v55 + v57
    v59 = u1 * v21
    v60 = r1 * v38
    v61 = c0 * v60
    v62 = v59 + v61
    v63 = c2 * v58
    v64 = c3 * v62
    v65 = v63 - v64
    v66 = r2 * v65
    v67 = v54 + v66
    v68 = v48 + v67
    v69 = c5 * v68
    v70 = c6 * v17
    v71 = v69 + v70
    g33 = rows[36]
    v72 = g33 * v71
    v73 = u1 * v53
    v74 = r1 * v65
    v75 = v73 + v74
    v76 = v21 * v5
    v77 = v11 * v38
    v78 = v76 + v77
    v79 = c5 * v75
    v80 = c7 * v78
    v81 = v79 + v80
    g32 = rows[35]
    v82 = g32 * v81
    v83 = r0 * r2
    v84 = v83 * v5
    v85 = r2 * u0
    v86 = r0 * u2
    v87 = v85 + v86
    rows[43] = v87
    v88 = v11 * v87
    v89 = c0 * v84
    v90 = v88 + v89
    v91 = r0 * v0
    v92 = r1 * v83
    v93 = r0 * r1
    v94 = r2 * v93
    v95 = v91 + v92
    v96 = v95 + v94
    v97 = u1 * v96
    v98 = u0 * v0
    v99 = r0 * v14
    v100 = v98 + v99
    v101 = u1 * v83
    v102 = r1 * v87
    v103 = v101 + v102
    v104 = u2 * v93
    v105 = r1 * u0
    v106 = r0 * u1
    v107 = v105 + v106
    rows[44] = v107
    v108 = r2 * v107
    v109 = v104 + v108
    v110 = v100 + v103
    v111 = v110 + v109
    v112 = r1 * v111
    v113 = v97 + v112
    v114 = u0 * v27
    v115 = r0 * v46
    v116 = v114 + v115
    v117 = r0 * v11
    v118 = r0 * v21
    v119 = r1 * v93
    v120 = c2 * v117
    v121 = c3 * v118
    v122 = c4 * v119
    v123 = v120 - v121
    v124 = v123 - v122
    v125 = u2 * v124
    v126 = u0 * v11
    v127 = r0 * v5
    v128 = c0 * v127
    v129 = v126 + v128
    v130 = u0 * v21
    v131 = r0 * v38
    v132 = c0 * v131
    v133 = v130 + v132
    v134 = u1 * v93
    v135 = r1 * v107
    v136 = v134 + v135
    v137 = c2 * v129
    v138 = c3 * v133
    v139 = c4 * v136
    v140 = v137 - v138
    v141 = v140 - v139
    v142 = r2 * v141
    v143 = v125 + v142
    v144 = v116 + v143
    v145 = c5 * v144
    v146 = c6 * v90
    v147 = c8 * v113
    v148 = v145 + v146
    v149 = v148 - v147
    g31 = rows[34]
    v150 = g31 * v149
    v151 = v93 * v5
    v152 = v11 * v107
    v153 = c0 * v151
    v154 = v152 + v153
    v155 = u0 * v53
    v156 = r0 * v65
    v157 = v155 + v156
    v158 = u1 * v124
    v159 = r1 * v141
    v160 = v158 + v159
    v161 = v157 + v160
    v162 = c5 * v161
    v163 = c6 * v154
    v164 = v162 + v163
    g30 = rows[33]
    v165 = g30 * v164
    v166 = u0 * v96
    v167 = r0 * v111
    v168 = v166 + v167
    v169 = r0 * v83
    v170 = c1 * v7
    v171 = v170 - v11
    v172 = r2 * v171
    v173 = c3 * v172
    v174 = c4 * v169
    v175 = v173 + v174
    v176 = v175 - v23
    v177 = u1 * v176
    v178 = u0 * v83
    v179 = r0 * v87
    v180 = v178 + v179
    v181 = u2 * v171
    v182 = c1 * v1
    v183 = v182 - v5
    v184 = r2 * v183
    v185 = c0 * v184
    v186 = v181 + v185
    v187 = c3 * v186
    v188 = c4 * v180
    v189 = v42 - v187
    v190 = v189 - v188
    v191 = r1 * v190
    v192 = v177 - v191
    v193 = r0 * v93
    v194 = r1 * v171
    v195 = c3 * v194
    v196 = c4 * v193
    v197 = v195 + v196
    v198 = v197 - v51
    v199 = u2 * v198
    v200 = u0 * v93
    v201 = r0 * v107
    v202 = v200 + v201
    v203 = u1 * v171
    v204 = r1 * v183
    v205 = c0 * v204
    v206 = v203 + v205
    v207 = c3 * v206
    v208 = c4 * v202
    v209 = v63 - v207
    v210 = v209 - v208
    v211 = r2 * v210
    v212 = v199 - v211
    v213 = v192 + v212
    v214 = c5 * v213
    v215 = c8 * v168
    v216 = v70 - v214
    v217 = v216 - v215
    g29 = rows[32]
    v218 = g29 * v217
    v219 = v171 + v21
    v220 = v219 * v5
    v221 = v38 + v183
    v222 = v11 * v221
    v223 = v220 + v222
    v224 = u0 * v124
    v225 = r0 * v141
    v226 = v224 + v225
    v227 = u1 * v198
    v228 = r1 * v210
    v229 = v227 - v228
    v230 = v226 - v229
    v231 = c5 * v230
    v232 = c7 * v223
    v233 = v231 + v232
    g28 = rows[31]
    v234 = g28 * v233
    v235 = u0 * v176
    v236 = r0 * v190
    v237 = v235 - v236
    v238 = r0 * v171
    v239 = c3 * v238
    v240 = v239 - v120
    v241 = u2 * v240
    v242 = u0 * v171
    v243 = r0 * v183
    v244 = c0 * v243
    v245 = v242 + v244
    v246 = c3 * v245
    v247 = v137 - v246
    v248 = r2 * v247
    v249 = v241 - v248
    v250 = v237 + v249
    v251 = c5 * v250
    v252 = v146 - v251
    g27 = rows[30]
    v253 = g27 * v252
    v254 = u0 * v198
    v255 = r0 * v210
    v256 = v254 - v255
    v257 = u1 * v240
    v258 = r1 * v247
    v259 = v257 - v258
    v260 = v256 + v259
    v261 = c5 * v260
    v262 = v163 - v261
    g26 = rows[29]
    v263 = g26 * v262
    v264 = u0 * v240
    v265 = r0 * v247
    v266 = v264 - v265
    v267 = v171 * v5
    v268 = v11 * v183
    v269 = v267 + v268
    v270 = c5 * v266
    v271 = c7 * v269
    v272 = v270 - v271
    g25 = rows[28]
    v273 = g25 * v272
    v274 = r1 * g33
    v275 = r0 * g31
    v276 = c0 * v275
    v277 = c1 * v274
    g22 = rows[25]
    v278 = c3 * g22
    v279 = v276 + v277
    v280 = v279 + v278
    v281 = v280 * v46
    v282 = g33 * u1
    v283 = g31 * u0
    v284 = c0 * v283
    v285 = c1 * v282
    v286 = v284 + v285
    v287 = v27 * v286
    v288 = v281 + v287
    v289 = r2 * g33
    v290 = r1 * g32
    v291 = r0 * g30
    v292 = c0 * v291
    v293 = c2 * v290
    g21 = rows[24]
    v294 = c3 * g21
    v295 = v289 + v292
    v296 = v295 + v293
    v297 = v296 + v294
    v298 = v297 * v65
    v299 = g33 * u2
    v300 = g32 * u1
    v301 = g30 * u0
    v302 = c0 * v301
    v303 = c2 * v300
    v304 = v299 + v302
    v305 = v304 + v303
    v306 = v53 * v305
    v307 = v298 + v306
    v308 = r1 * g31
    v309 = r0 * g29
    v310 = c0 * v308
    v311 = c1 * v309
    g20 = rows[23]
    v312 = c3 * g20
    v313 = v310 + v311
    v314 = v313 + v312
    v315 = v314 * v111
    v316 = g31 * u1
    v317 = g29 * u0
    v318 = c0 * v316
    v319 = c1 * v317
    v320 = v318 + v319
    v321 = v96 * v320
    v322 = v315 + v321
    v323 = r2 * g31
    v324 = r1 * g30
    v325 = r0 * g28
    v326 = v324 + v325
    v327 = c1 * v326
    g19 = rows[22]
    v328 = c3 * g19
    v329 = v323 + v327
    v330 = v329 + v328
    v331 = v330 * v141
    v332 = g31 * u2
    v333 = g30 * u1
    v334 = g28 * u0
    v335 = v333 + v334
    v336 = c1 * v335
    v337 = v332 + v336
    v338 = v124 * v337
    v339 = v331 + v338
    v340 = r1 * g29
    v341 = r0 * g27
    v342 = c2 * v341
    g18 = rows[21]
    v343 = c3 * g18
    v344 = v340 + v342
    v345 = v344 + v343
    v346 = v345 * v190
    v347 = g29 * u1
    v348 = g27 * u0
    v349 = c2 * v348
    v350 = v347 + v349
    v351 = v176 * v350
    v352 = v346 - v351
    v353 = r2 * g29
    v354 = r1 * g28
    v355 = r0 * g26
    v356 = c0 * v354
    v357 = c2 * v355
    g17 = rows[20]
    v358 = c3 * g17
    v359 = v353 + v356
    v360 = v359 + v357
    v361 = v360 + v358
    v362 = v361 * v210
    v363 = g29 * u2
    v364 = g28 * u1
    v365 = g26 * u0
    v366 = c0 * v364
    v367 = c2 * v365
    v368 = v363 + v366
    v369 = v368 + v367
    v370 = v198 * v369
    v371 = v362 - v370
    v372 = r2 * g27
    v373 = r1 * g26
    v374 = r0 * g25
    v375 = v372 + v373
    g16 = rows[19]
    v376 = g16 + v374
    v377 = c3 * v376
    v378 = v375 + v377
    v379 = v378 * v247
    v380 = g27 * u2
    v381 = g26 * u1
    v382 = g25 * u0
    v383 = v380 + v381
    v384 = c3 * v382
    v385 = v383 + v384
    v386 = v240 * v385
    v387 = v379 - v386
    v388 = g29 + g33
    v389 = v11 * v388
    v390 = r1 * v280
    v391 = r0 * v314
    v392 = c9 * v389
    v393 = v390 + v391
    v394 = c10 * v393
    g13 = rows[16]
    v395 = c8 * g13
    v396 = v394 + v395
    v397 = v396 - v392
    v398 = v397 * v14
    v399 = v388 * v5
    v400 = u1 * v280
    v401 = r1 * v286
    v402 = v400 + v401
    v403 = u0 * v314
    v404 = r0 * v320
    v405 = v403 + v404
    v406 = v402 + v405
    v407 = c10 * v406
    v408 = c11 * v399
    v409 = v408 - v407
    v410 = v0 * v409
    v411 = v398 - v410
    v412 = g32 * v11
    v413 = g28 * v11
    v414 = r2 * v280
    v415 = r1 * v297
    v416 = r0 * v330
    v417 = c10 * v414
    v418 = c11 * v413
    v419 = c12 * v416
    v420 = c13 * v415
    v421 = c14 * v412
    g12 = rows[15]
    v422 = c15 * g12
    v423 = v417 + v419
    v424 = v423 + v420
    v425 = v424 + v422
    v426 = v425 - v418
    v427 = v426 - v421
    v428 = v427 * v38
    v429 = g32 * v5
    v430 = g28 * v5
    v431 = u2 * v280
    v432 = r2 * v286
    v433 = v431 + v432
    v434 = u1 * v297
    v435 = r1 * v305
    v436 = v434 + v435
    v437 = u0 * v330
    v438 = r0 * v337
    v439 = v437 + v438
    v440 = c10 * v433
    v441 = c12 * v439
    v442 = c13 * v436
    v443 = c14 * v430
    v444 = c16 * v429
    v445 = v443 + v444
    v446 = v445 - v440
    v447 = v446 - v441
    v448 = v447 - v442
    v449 = v21 * v448
    v450 = c0 * v428
    v451 = v450 - v449
    v452 = g31 * v11
    v453 = g27 * v11
    v454 = r1 * v314
    v455 = r0 * v345
    v456 = c11 * v452
    v457 = c13 * v454
    v458 = c17 * v455
    v459 = c18 * v453
    g11 = rows[14]
    v460 = c19 * g11
    v461 = v457 + v458
    v462 = v461 + v460
    v463 = v462 - v456
    v464 = v463 - v459
    v465 = v464 * v87
    v466 = g31 * v5
    v467 = g27 * v5
    v468 = u1 * v314
    v469 = r1 * v320
    v470 = v468 + v469
    v471 = u0 * v345
    v472 = r0 * v350
    v473 = v471 + v472
    v474 = c13 * v470
    v475 = c14 * v466
    v476 = c17 * v473
    v477 = c20 * v467
    v478 = v475 + v477
    v479 = v478 - v474
    v480 = v479 - v476
    v481 = v83 * v480
    v482 = v465 - v481
    v483 = g30 * v11
    v484 = g26 * v11
    v485 = r2 * v314
    v486 = r1 * v330
    v487 = r0 * v361
    v488 = c10 * v485
    v489 = c11 * v483
    v490 = c12 * v486
    v491 = c13 * v487
    v492 = c14 * v484
    g10 = rows[13]
    v493 = c15 * g10
    v494 = v488 + v490
    v495 = v494 + v491
    v496 = v495 + v493
    v497 = v496 - v489
    v498 = v497 - v492
    v499 = v498 * v107
    v500 = g30 * v5
    v501 = g26 * v5
    v502 = u2 * v314
    v503 = r2 * v320
    v504 = v502 + v503
    v505 = u1 * v330
    v506 = r1 * v337
    v507 = v505 + v506
    v508 = u0 * v361
    v509 = r0 * v369
    v510 = v508 + v509
    v511 = c10 * v504
    v512 = c12 * v507
    v513 = c13 * v510
    v514 = c14 * v500
    v515 = c16 * v501
    v516 = v514 + v515
    v517 = v516 - v511
    v518 = v517 - v512
    v519 = v518 - v513
    v520 = v93 * v519
    v521 = v499 - v520
    v522 = g25 * v11
    v523 = r2 * v345
    v524 = r1 * v361
    v525 = r0 * v378
    v526 = v523 + v524
    v527 = c13 * v526
    v528 = c21 * v525
    v529 = c22 * v522
    g9 = rows[12]
    v530 = c19 * g9
    v531 = v527 + v528
    v532 = v531 + v530
    v533 = v532 - v418
    v534 = v533 - v529
    v535 = v427 + v534
    v536 = v535 * v5
    v537 = g25 * v5
    v538 = u2 * v345
    v539 = r2 * v350
    v540 = v538 + v539
    v541 = u1 * v361
    v542 = r1 * v369
    v543 = v541 + v542
    v544 = u0 * v378
    v545 = r0 * v385
    v546 = v544 + v545
    v547 = v540 + v543
    v548 = c13 * v547
    v549 = c21 * v546
    v550 = c23 * v537
    v551 = v443 + v550
    v552 = v551 - v548
    v553 = v552 - v549
    v554 = v448 + v553
    v555 = v11 * v554
    v556 = c0 * v536
    v557 = v556 - v555
    v558 = v534 * v183
    v559 = v171 * v553
    v560 = c0 * v558
    v561 = v560 - v559
    v562 = c1 * v345
    v563 = v280 + v562
    v564 = v11 * v563
    v565 = r1 * v397
    v566 = r0 * v464
    v567 = c3 * v566
    v568 = c24 * v565
    v569 = c25 * v564
    g6 = rows[9]
    v570 = c26 * g6
    v571 = v567 + v568
    v572 = v571 + v570
    v573 = v572 - v569
    v574 = u2 * v573
    v575 = v563 * v5
    v576 = c1 * v350
    v577 = v286 + v576
    v578 = v11 * v577
    v579 = c0 * v575
    v580 = v578 + v579
    v581 = u1 * v397
    v582 = r1 * v409
    v583 = v581 - v582
    v584 = u0 * v464
    v585 = r0 * v480
    v586 = v584 - v585
    v587 = c3 * v586
    v588 = c24 * v583
    v589 = c25 * v580
    v590 = v589 - v587
    v591 = v590 - v588
    v592 = r2 * v591
    v593 = v574 - v592
    v594 = v297 + v361
    v595 = v11 * v594
    v596 = r2 * v397
    v597 = r1 * v427
    v598 = r0 * v498
    v599 = v596 + v597
    v600 = v599 + v598
    v601 = c3 * v600
    v602 = c25 * v595
    g5 = rows[8]
    v603 = c27 * g5
    v604 = v601 + v603
    v605 = v604 - v602
    v606 = u1 * v605
    v607 = v594 * v5
    v608 = v305 + v369
    v609 = v11 * v608
    v610 = c0 * v607
    v611 = v609 + v610
    v612 = u2 * v397
    v613 = r2 * v409
    v614 = v612 - v613
    v615 = u1 * v427
    v616 = r1 * v448
    v617 = v615 - v616
    v618 = u0 * v498
    v619 = r0 * v519
    v620 = v618 - v619
    v621 = v614 + v617
    v622 = v621 + v620
    v623 = c3 * v622
    v624 = c25 * v611
    v625 = v624 - v623
    v626 = r1 * v625
    v627 = v606 - v626
    v628 = v11 * v330
    v629 = v11 * v378
    v630 = r2 * v464
    v631 = r1 * v498
    v632 = r0 * v534
    v633 = c3 * v630
    v634 = v631 + v632
    v635 = c24 * v634
    v636 = c28 * v628
    v637 = c29 * v629
    g4 = rows[7]
    v638 = c30 * g4
    v639 = v633 + v635
    v640 = v639 + v638
    v641 = v640 - v636
    v642 = v641 - v637
    g35 = rows[38]
    v643 = g35 * v27
    g34 = rows[37]
    v644 = g34 * v53
    v645 = g32 * v124
    v646 = v176 - v27
    v647 = g31 * v646
    v648 = v198 - v53
    v649 = g30 * v648
    v650 = v96 * v388
    v651 = v240 - v124
    v652 = g28 * v651
    v653 = g27 * v176
    v654 = g26 * v198
    v655 = g25 * v240
    v656 = r2 * g35
    v657 = r1 * g34
    v658 = r0 * g32
    v659 = v656 + v658
    g23 = rows[26]
    v660 = g23 + v657
    v661 = c3 * v660
    v662 = v659 + v661
    v663 = v21 * v662
    v664 = r1 * g35
    v665 = r0 * g33
    v666 = c2 * v664
    g24 = rows[27]
    v667 = c3 * g24
    v668 = v665 + v666
    v669 = v668 + v667
    v670 = c1 * v669
    v671 = v314 + v670
    v672 = v0 * v671
    v673 = v219 * v330
    v674 = v83 * v563
    v675 = v93 * v594
    v676 = v171 * v378
    v677 = g35 * v11
    v678 = r1 * v669
    v679 = r0 * v280
    v680 = c13 * v679
    v681 = c17 * v678
    v682 = c18 * v677
    g15 = rows[18]
    v683 = c19 * g15
    v684 = v680 + v681
    v685 = v684 + v683
    v686 = v685 - v456
    v687 = v686 - v682
    v688 = v687 + v464
    v689 = r2 * v688
    v690 = g34 * v11
    v691 = r2 * v669
    v692 = r1 * v662
    v693 = r0 * v297
    v694 = v691 + v693
    v695 = c13 * v694
    v696 = c21 * v692
    v697 = c22 * v690
    g14 = rows[17]
    v698 = c19 * g14
    v699 = v695 + v696
    v700 = v699 + v698
    v701 = v700 - v489
    v702 = v701 - v697
    v703 = v702 + v498
    v704 = r1 * v703
    v705 = r0 * v535
    v706 = v11 * v662
    v707 = r2 * v687
    v708 = r1 * v702
    v709 = r0 * v427
    v710 = c3 * v707
    v711 = v708 + v709
    v712 = c24 * v711
    v713 = c29 * v706
    g7 = rows[10]
    v714 = c30 * g7
    v715 = v710 + v712
    v716 = v715 + v714
    v717 = v716 - v636
    v718 = v717 - v713
    v719 = v718 + v642
    v720 = c2 * v689
    v721 = v704 + v705
    v722 = c31 * v721
    v723 = c11 * v647
    v724 = v649 + v652
    v725 = c32 * v724
    v726 = c28 * v673
    v727 = v643 + v645
    v728 = v727 - v653
    v729 = v728 - v654
    v730 = c18 * v729
    v731 = v672 + v674
    v732 = c33 * v731
    v733 = v644 - v655
    v734 = c34 * v733
    v735 = v663 + v676
    v736 = c29 * v735
    v737 = c35 * v650
    v738 = c36 * v675
    v739 = v730 + v734
    v740 = v739 - v719
    v741 = v740 - v720
    v742 = v741 - v722
    v743 = v742 - v723
    v744 = v743 - v725
    v745 = v744 - v726
    v746 = v745 - v732
    v747 = v746 - v736
    v748 = v747 - v737
    v749 = v748 - v738
    v750 = c1 * v642
    v751 = v749 + v750
    v752 = u0 * v751
    v753 = v330 * v5
    v754 = v11 * v337
    v755 = c0 * v753
    v756 = v754 + v755
    v757 = v378 * v5
    v758 = v11 * v385
    v759 = c0 * v757
    v760 = v758 + v759
    v761 = u2 * v464
    v762 = r2 * v480
    v763 = v761 - v762
    v764 = u1 * v498
    v765 = r1 * v519
    v766 = v764 - v765
    v767 = u0 * v534
    v768 = r0 * v553
    v769 = v767 - v768
    v770 = c3 * v763
    v771 = v766 + v769
    v772 = c24 * v771
    v773 = c28 * v756
    v774 = c29 * v760
    v775 = v773 + v774
    v776 = v775 - v770
    v777 = v776 - v772
    v778 = g35 * v46
    v779 = g34 * v65
    v780 = g32 * v141
    v781 = v46 + v190
    v782 = g31 * v781
    v783 = v65 + v210
    v784 = g30 * v783
    v785 = v388 * v111
    v786 = v141 + v247
    v787 = g28 * v786
    v788 = g27 * v190
    v789 = g26 * v210
    v790 = g25 * v247
    v791 = v662 * v38
    v792 = g35 * u2
    v793 = g34 * u1
    v794 = g32 * u0
    v795 = v792 + v794
    v796 = c3 * v793
    v797 = v795 + v796
    v798 = v21 * v797
    v799 = c0 * v791
    v800 = v798 + v799
    v801 = v671 * v14
    v802 = g35 * u1
    v803 = g33 * u0
    v804 = c2 * v802
    v805 = v803 + v804
    v806 = c1 * v805
    v807 = v320 + v806
    v808 = v0 * v807
    v809 = v801 + v808
    v810 = v330 * v221
    v811 = v219 * v337
    v812 = c0 * v810
    v813 = v811 + v812
    v814 = v563 * v87
    v815 = v83 * v577
    v816 = v814 + v815
    v817 = v594 * v107
    v818 = v93 * v608
    v819 = v817 + v818
    v820 = v378 * v183
    v821 = v171 * v385
    v822 = c0 * v820
    v823 = v821 + v822
    v824 = u2 * v688
    v825 = g35 * v5
    v826 = u1 * v669
    v827 = r1 * v805
    v828 = v826 + v827
    v829 = u0 * v280
    v830 = r0 * v286
    v831 = v829 + v830
    v832 = c13 * v831
    v833 = c17 * v828
    v834 = c20 * v825
    v835 = v475 + v834
    v836 = v835 - v832
    v837 = v836 - v833
    v838 = v480 + v837
    v839 = r2 * v838
    v840 = v824 - v839
    v841 = u1 * v703
    v842 = g34 * v5
    v843 = u2 * v669
    v844 = r2 * v805
    v845 = v843 + v844
    v846 = u1 * v662
    v847 = r1 * v797
    v848 = v846 + v847
    v849 = u0 * v297
    v850 = r0 * v305
    v851 = v849 + v850
    v852 = v845 + v851
    v853 = c13 * v852
    v854 = c21 * v848
    v855 = c23 * v842
    v856 = v514 + v855
    v857 = v856 - v853
    v858 = v857 - v854
    v859 = v519 + v858
    v860 = r1 * v859
    v861 = v841 - v860
    v862 = u0 * v535
    v863 = r0 * v554
    v864 = v862 - v863
    v865 = v662 * v5
    v866 = v11 * v797
    v867 = c0 * v865
    v868 = v866 + v867
    v869 = u2 * v687
    v870 = r2 * v837
    v871 = v869 - v870
    v872 = u1 * v702
    v873 = r1 * v858
    v874 = v872 - v873
    v875 = u0 * v427
    v876 = r0 * v448
    v877 = v875 - v876
    v878 = c3 * v871
    v879 = v874 + v877
    v880 = c24 * v879
    v881 = c29 * v868
    v882 = v773 + v881
    v883 = v882 - v878
    v884 = v883 - v880
    v885 = v777 + v884
    v886 = c2 * v840
    v887 = v861 + v864
    v888 = c31 * v887
    v889 = c11 * v782
    v890 = v784 + v787
    v891 = c32 * v890
    v892 = c28 * v813
    v893 = v778 + v780
    v894 = v893 + v788
    v895 = v894 + v789
    v896 = c18 * v895
    v897 = v809 + v816
    v898 = c33 * v897
    v899 = v779 + v790
    v900 = c34 * v899
    v901 = v800 + v823
    v902 = c29 * v901
    v903 = c35 * v785
    v904 = c36 * v819
    v905 = v885 + v889
    v906 = v905 + v891
    v907 = v906 + v896
    v908 = v907 + v900
    v909 = v908 - v886
    v910 = v909 - v888
    v911 = v910 - v892
    v912 = v911 - v898
    v913 = v912 - v902
    v914 = v913 - v903
    v915 = v914 - v904
    v916 = c1 * v777
    v917 = v916 - v915
    v918 = r0 * v917
    v919 = v752 - v918
    v920 = c0 * v919
    v921 = c37 * v593
    v922 = c31 * v557
    v923 = v451 + v561
    v924 = c24 * v923
    v925 = v150 - v627
    v926 = c7 * v925
    v927 = v72 + v218
    v928 = c38 * v927
    v929 = c4 * v482
    v930 = v165 + v234
    v931 = c6 * v930
    v932 = c13 * v288
    v933 = v411 + v521
    v934 = c39 * v933
    v935 = v82 + v253
    v936 = v935 + v263
    v937 = c40 * v936
    v938 = c41 * v339
    v939 = v307 + v352
    v940 = v939 + v371
    v941 = c17 * v940
    v942 = c42 * v273
    v943 = c43 * v387
    v944 = c44 * v322
    v945 = v922 + v926
    v946 = v945 + v928
    v947 = v946 + v931
    v948 = v947 + v932
    v949 = v948 + v937
    v950 = v949 + v938
    v951 = v950 + v941
    v952 = v951 + v943
    v953 = v952 - v920
    v954 = v953 - v921
    v955 = v954 - v924
    v956 = v955 - v929
    v957 = v956 - v934
    v958 = v957 - v942
    v959 = v958 - v944
    v960 = g35 * v71
    v961 = g34 * v81
    v962 = g33 * v149
    v963 = g32 * v164
    v964 = g31 * v217
    v965 = g30 * v233
    v966 = g29 * v252
    v967 = g28 * v262
    v968 = g26 * v272
    v969 = v669 * v46
    v970 = v27 * v805
    v971 = v969 + v970
    v972 = v662 * v65
    v973 = v53 * v797
    v974 = v972 + v973
    v975 = v280 * v111
    v976 = v96 * v286
    v977 = v975 + v976
    v978 = v297 * v141
    v979 = v124 * v305
    v980 = v978 + v979
    v981 = v314 * v190
    v982 = v176 * v320
    v983 = v981 - v982
    v984 = v330 * v210
    v985 = v198 * v337
    v986 = v984 - v985
    v987 = v361 * v247
    v988 = v240 * v369
    v989 = v987 - v988
    v990 = v687 * v14
    v991 = v0 * v837
    v992 = v990 - v991
    v993 = v702 * v38
    v994 = v21 * v858
    v995 = c0 * v993
    v996 = v995 - v994
    v997 = v397 * v87
    v998 = v83 * v409
    v999 = v997 - v998
    v1000 = v427 * v107
    v1001 = v93 * v448
    v1002 = v1000 - v1001
    v1003 = v703 * v5
    v1004 = v11 * v859
    v1005 = c0 * v1003
    v1006 = v1005 - v1004
    v1007 = v498 * v183
    v1008 = v171 * v519
    v1009 = c0 * v1007
    v1010 = v1009 - v1008
    v1011 = v11 * v671
    v1012 = r1 * v687
    v1013 = r0 * v397
    v1014 = c3 * v1012
    v1015 = c24 * v1013
    v1016 = c25 * v1011
    g8 = rows[11]
    v1017 = c26 * g8
    v1018 = v1014 + v1015
    v1019 = v1018 + v1017
    v1020 = v1019 - v1016
    v1021 = u2 * v1020
    v1022 = v671 * v5
    v1023 = v11 * v807
    v1024 = c0 * v1022
    v1025 = v1023 + v1024
    v1026 = u1 * v687
    v1027 = r1 * v837
    v1028 = v1026 - v1027
    v1029 = u0 * v397
    v1030 = r0 * v409
    v1031 = v1029 - v1030
    v1032 = c3 * v1028
    v1033 = c24 * v1031
    v1034 = c25 * v1025
    v1035 = v1034 - v1032
    v1036 = v1035 - v1033
    v1037 = r2 * v1036
    v1038 = v1021 - v1037
    v1039 = u0 * v605
    v1040 = r0 * v625
    v1041 = v1039 - v1040
    v1042 = c1 * v718
    v1043 = v749 + v1042
    v1044 = u1 * v1043
    v1045 = c1 * v884
    v1046 = v1045 - v915
    v1047 = r1 * v1046
    v1048 = v1044 - v1047
    v1049 = c0 * v1048
    v1050 = c37 * v1038
    v1051 = c31 * v1006
    v1052 = v996 + v1010
    v1053 = c24 * v1052
    v1054 = v964 - v1041
    v1055 = c7 * v1054
    v1056 = v962 + v966
    v1057 = c38 * v1056
    v1058 = c4 * v992
    v1059 = v965 + v967
    v1060 = c6 * v1059
    v1061 = c13 * v983
    v1062 = v999 + v1002
    v1063 = c39 * v1062
    v1064 = v960 + v963
    v1065 = v1064 - v968
    v1066 = c40 * v1065
    v1067 = c41 * v986
    v1068 = v971 + v980
    v1069 = v1068 + v989
    v1070 = c17 * v1069
    v1071 = c42 * v961
    v1072 = c43 * v974
    v1073 = c44 * v977
    v1074 = v1051 + v1055
    v1075 = v1074 + v1057
    v1076 = v1075 + v1060
    v1077 = v1076 + v1061
    v1078 = v1077 + v1066
    v1079 = v1078 + v1067
    v1080 = v1079 + v1070
    v1081 = v1080 + v1071
    v1082 = v1081 + v1072
    v1083 = v1082 - v1049
    v1084 = v1083 - v1050
    v1085 = v1084 - v1053
    v1086 = v1085 - v1058
    v1087 = v1086 - v1063
    v1088 = v1087 - v1073
    v1089 = g35 * v81
    v1090 = g33 * v164
    v1091 = g31 * v233
    v1092 = g29 * v262
    v1093 = g27 * v272
    v1094 = v669 * v65
    v1095 = v53 * v805
    v1096 = v1094 + v1095
    v1097 = v280 * v141
    v1098 = v124 * v286
    v1099 = v1097 + v1098
    v1100 = v314 * v210
    v1101 = v198 * v320
    v1102 = v1100 - v1101
    v1103 = v345 * v247
    v1104 = v240 * v350
    v1105 = v1103 - v1104
    v1106 = v687 * v38
    v1107 = v21 * v837
    v1108 = c0 * v1106
    v1109 = v1108 - v1107
    v1110 = v397 * v107
    v1111 = v93 * v409
    v1112 = v1110 - v1111
    v1113 = v688 * v5
    v1114 = v11 * v838
    v1115 = c0 * v1113
    v1116 = v1115 - v1114
    v1117 = v464 * v183
    v1118 = v171 * v480
    v1119 = c0 * v1117
    v1120 = v1119 - v1118
    v1121 = u1 * v1020
    v1122 = r1 * v1036
    v1123 = v1121 - v1122
    v1124 = u0 * v573
    v1125 = r0 * v591
    v1126 = v1124 - v1125
    v1127 = u2 * v749
    v1128 = r2 * v915
    v1129 = v1127 + v1128
    v1130 = c0 * v1129
    v1131 = c2 * v1116
    v1132 = v1109 + v1120
    v1133 = c3 * v1132
    v1134 = v1123 + v1126
    v1135 = c37 * v1134
    v1136 = c7 * v1091
    v1137 = v1090 + v1092
    v1138 = c38 * v1137
    v1139 = v1099 + v1102
    v1140 = c13 * v1139
    v1141 = c39 * v1112
    v1142 = v1089 - v1093
    v1143 = c40 * v1142
    v1144 = v1096 + v1105
    v1145 = c17 * v1144
    v1146 = v1131 + v1136
    v1147 = v1146 + v1138
    v1148 = v1147 + v1140
    v1149 = v1148 + v1143
    v1150 = v1149 + v1145
    v1151 = v1150 - v1130
    v1152 = v1151 - v1133
    v1153 = v1152 - v1135
    v1154 = v1153 - v1141
    v1155 = r0 * v240
    v1156 = v11 * v171
    v1157 = c5 * v1155
    v1158 = c45 * v1156
    v1159 = v1157 - v1158
    v1160 = u0 * v1159
    v1161 = r0 * v272
    v1162 = v1160 + v1161
    v1163 = v240 * v5
    v1164 = v11 * v247
    v1165 = c0 * v1163
    v1166 = v1165 - v1164
    v1167 = c45 * v1162
    v1168 = c9 * v1166
    v1169 = v1167 - v1168
    v1170 = v198 * v5
    v1171 = v11 * v210
    v1172 = c0 * v1170
    v1173 = v1172 - v1171
    v1174 = v11 * v93
    v1175 = r0 * v198
    v1176 = r1 * v240
    v1177 = v1175 + v1176
    v1178 = c5 * v1177
    v1179 = c6 * v1174
    v1180 = v1179 - v1178
    v1181 = u0 * v1180
    v1182 = r0 * v262
    v1183 = v1181 + v1182
    v1184 = u1 * v1159
    v1185 = r1 * v272
    v1186 = v1184 + v1185
    v1187 = v1183 - v1186
    v1188 = c45 * v1187
    v1189 = c9 * v1173
    v1190 = v1188 + v1189
    v1191 = v176 * v5
    v1192 = v11 * v190
    v1193 = c0 * v1191
    v1194 = v1193 - v1192
    v1195 = v11 * v83
    v1196 = r0 * v176
    v1197 = r2 * v240
    v1198 = v1196 + v1197
    v1199 = c5 * v1198
    v1200 = c6 * v1195
    v1201 = v1200 - v1199
    v1202 = u0 * v1201
    v1203 = r0 * v252
    v1204 = v1202 + v1203
    v1205 = u2 * v1159
    v1206 = r2 * v272
    v1207 = v1205 + v1206
    v1208 = v1204 - v1207
    v1209 = c45 * v1208
    v1210 = c9 * v1194
    v1211 = v1209 + v1210
    v1212 = v651 * v5
    v1213 = v11 * v786
    v1214 = c0 * v1212
    v1215 = v1214 - v1213
    v1216 = v11 * v219
    v1217 = r0 * v124
    v1218 = r1 * v198
    v1219 = v1217 - v1218
    v1220 = c5 * v1219
    v1221 = c45 * v1216
    v1222 = v1220 + v1221
    v1223 = u0 * v1222
    v1224 = r0 * v233
    v1225 = v1223 + v1224
    v1226 = u1 * v1180
    v1227 = r1 * v262
    v1228 = v1226 + v1227
    v1229 = v1225 + v1228
    v1230 = c45 * v1229
    v1231 = c9 * v1215
    v1232 = v1230 + v1231
    v1233 = v96 * v5
    v1234 = v11 * v111
    v1235 = c0 * v1233
    v1236 = v1234 + v1235
    v1237 = r0 * v96
    v1238 = v11 * v0
    v1239 = r1 * v176
    v1240 = r2 * v198
    v1241 = v1239 + v1240
    v1242 = c5 * v1241
    v1243 = c6 * v1238
    v1244 = c8 * v1237
    v1245 = v1242 + v1244
    v1246 = v1245 - v1243
    v1247 = u0 * v1246
    v1248 = r0 * v217
    v1249 = v1247 - v1248
    v1250 = u1 * v1201
    v1251 = r1 * v252
    v1252 = v1250 + v1251
    v1253 = u2 * v1180
    v1254 = r2 * v262
    v1255 = v1253 + v1254
    v1256 = v1249 - v1252
    v1257 = v1256 - v1255
    v1258 = c1 * v1257
    v1259 = c46 * v1236
    v1260 = v1259 - v1258
    v1261 = v648 * v5
    v1262 = v11 * v783
    v1263 = c0 * v1261
    v1264 = v1263 - v1262
    v1265 = r0 * v53
    v1266 = r1 * v124
    v1267 = v1265 + v1266
    v1268 = c5 * v1267
    v1269 = v1268 + v1179
    v1270 = u0 * v1269
    v1271 = r0 * v164
    v1272 = v1270 + v1271
    v1273 = u1 * v1222
    v1274 = r1 * v233
    v1275 = v1273 + v1274
    v1276 = v1272 + v1275
    v1277 = c45 * v1276
    v1278 = c9 * v1264
    v1279 = v1277 + v1278
    v1280 = v646 * v5
    v1281 = v11 * v781
    v1282 = c0 * v1280
    v1283 = v1282 - v1281
    v1284 = r1 * v96
    v1285 = r0 * v27
    v1286 = r2 * v124
    v1287 = v1285 + v1286
    v1288 = c5 * v1287
    v1289 = c8 * v1284
    v1290 = v1288 + v1200
    v1291 = v1290 - v1289
    v1292 = u0 * v1291
    v1293 = r0 * v149
    v1294 = v1292 + v1293
    v1295 = u1 * v1246
    v1296 = r1 * v217
    v1297 = v1295 - v1296
    v1298 = u2 * v1222
    v1299 = r2 * v233
    v1300 = v1298 + v1299
    v1301 = v1294 + v1300
    v1302 = v1301 - v1297
    v1303 = c45 * v1302
    v1304 = c9 * v1283
    v1305 = v1303 + v1304
    v1306 = v124 * v5
    v1307 = v11 * v141
    v1308 = c0 * v1306
    v1309 = v1307 + v1308
    v1310 = r1 * v53
    v1311 = v11 * v21
    v1312 = c5 * v1310
    v1313 = c45 * v1311
    v1314 = v1312 + v1313
    v1315 = u0 * v1314
    v1316 = r0 * v81
    v1317 = v1315 + v1316
    v1318 = u1 * v1269
    v1319 = r1 * v164
    v1320 = v1318 + v1319
    v1321 = v1317 + v1320
    v1322 = c45 * v1321
    v1323 = c9 * v1309
    v1324 = v1323 - v1322
    v1325 = r1 * v27
    v1326 = r2 * v53
    v1327 = v1325 + v1326
    v1328 = c5 * v1327
    v1329 = v1328 + v1243
    v1330 = u0 * v1329
    v1331 = r0 * v71
    v1332 = v1330 + v1331
    v1333 = u1 * v1291
    v1334 = r1 * v149
    v1335 = v1333 + v1334
    v1336 = u2 * v1269
    v1337 = r2 * v164
    v1338 = v1336 + v1337
    v1339 = v1332 + v1335
    v1340 = v1339 + v1338
    v1341 = c1 * v1340
    v1342 = v1341 + v1259
    v1343 = u1 * v1314
    v1344 = r1 * v81
    v1345 = v1343 + v1344
    v1346 = v53 * v5
    v1347 = v11 * v65
    v1348 = c0 * v1346
    v1349 = v1347 + v1348
    v1350 = c45 * v1345
    v1351 = c9 * v1349
    v1352 = v1350 - v1351
    v1353 = v27 * v5
    v1354 = v11 * v46
    v1355 = c0 * v1353
    v1356 = v1354 + v1355
    v1357 = u1 * v1329
    v1358 = r1 * v71
    v1359 = v1357 + v1358
    v1360 = u2 * v1314
    v1361 = r2 * v81
    v1362 = v1360 + v1361
    v1363 = v1359 + v1362
    v1364 = c45 * v1363
    v1365 = c9 * v1356
    v1366 = v1365 - v1364
    v1367 = c47 * v959
    rows[45] = v1367
    v1368 = c47 * v1088
    rows[46] = v1368
    v1369 = c47 * v1154
    rows[47] = v1369
    v1370 = c49 * v183
    rows[48] = v1370
    v1371 = c49 * v38
    rows[49] = v1371
    v1372 = c50 * v247
    rows[50] = v1372
    v1373 = c51 * v210
    rows[51] = v1373
    v1374 = c51 * v190
    rows[52] = v1374
    v1375 = c51 * v141
    rows[53] = v1375
    v1376 = c52 * v111
    rows[54] = v1376
    v1377 = c50 * v65
    rows[55] = v1377
    v1378 = c51 * v46
    rows[56] = v1378
    v1379 = c53 * v272
    rows[57] = v1379
    v1380 = c54 * v262
    rows[58] = v1380
    v1381 = c54 * v252
    rows[59] = v1381
    v1382 = c55 * v233
    rows[60] = v1382
    v1383 = c56 * v217
    rows[61] = v1383
    v1384 = c54 * v164
    rows[62] = v1384
    v1385 = c56 * v149
    rows[63] = v1385
    v1386 = c57 * v81
    rows[64] = v1386
    v1387 = c54 * v71
    rows[65] = v1387
    v1388 = c58 * v1169
    rows[66] = v1388
    v1389 = c59 * v1190
    rows[67] = v1389
    v1390 = c59 * v1211
    rows[68] = v1390
    v1391 = c60 * v1232
    rows[69] = v1391
    v1392 = c61 * v1260
    rows[70] = v1392
    v1393 = c60 * v1279
    rows[71] = v1393
    v1394 = c62 * v1305
    rows[72] = v1394
    v1395 = c63 * v1324
    rows[73] = v1395
    v1396 = c61 * v1342
    rows[74] = v1396
    v1397 = c64 * v1352
    rows[75] = v1397
    v1398 = c63 * v1366
    rows[76] = v1398
    rows[77] = c48


second_order_0_ordinary, second_order_0_streaming = on_registers(second_order_0, False), on_registers(second_order_0, True)


def second_order_0_rows(table, length, number):
    second_order_0_ordinary(table, length, number)


def second_order_0_streamed(table, length, number):
    second_order_0_streaming(table, length, number)


KERNELS = {
    "value": {
        "inputs": [3],
        "outputs": [36],
        "rows": 36,
        "output_rows": [35, 0, 1, 2, 6, 3, 4, 7, 5, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31, 32, 33, 34],
        "passes": [value_0_rows],
        "streamed": [value_0_streamed],
    },
    "vjp": {
        "inputs": [3, 36],
        "outputs": [3],
        "rows": 42,
        "output_rows": [39, 40, 41],
        "passes": [vjp_0_rows],
        "streamed": [vjp_0_streamed],
    },
    "second_order": {
        "inputs": [3, 36, 3],
        "outputs": [3, 36],
        "rows": 78,
        "output_rows": [45, 46, 47, 77, 39, 40, 41, 48, 44, 43, 49, 42, 50, 51, 52, 53, 54, 55, 56, 57, 58, 59, 60, 61, 62, 63, 64, 65, 66, 67, 68, 69, 70, 71, 72, 73, 74, 75, 76],
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
