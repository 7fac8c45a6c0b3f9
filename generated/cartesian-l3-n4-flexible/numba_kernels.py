# Emitted by invgen 0.1.0 from templates/numba/kernels.py.jinja for cartesian-l3-n4-flexible. Do not edit: emit again.
# value: 280 operations (130 additions, 150 multiplications), kernel fb8399f142fa6fa3
# vjp: 672 operations (302 additions, 370 multiplications), kernel 3657d3f57c417b17
# second_order: 1582 operations (722 additions, 860 multiplications), kernel b2a47f8dd263ff00
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
    v152 = x1 * x9
    v153 = x2 * x10
    v154 = x3 * x11
    v155 = v152 + v153
    v156 = v155 + v154
    v157 = x1 * v156
    v158 = x1 * x10
    v159 = x2 * x12
    v160 = x3 * x13
    v161 = v158 + v159
    v162 = v161 + v160
    v163 = x2 * v162
    v164 = x1 * x11
    v165 = x2 * x13
    v166 = x3 * v23
    v167 = v164 + v165
    v168 = v167 - v166
    v169 = x3 * v168
    v170 = v157 + v163
    v171 = v170 + v169
    v172 = x1 * v171
    v173 = x1 * v162
    v174 = x1 * x12
    v175 = x2 * x14
    v176 = x3 * x15
    v177 = v174 + v175
    v178 = v177 + v176
    v179 = x2 * v178
    v180 = x1 * x13
    v181 = x2 * x15
    v182 = x3 * v27
    v183 = v180 + v181
    v184 = v183 - v182
    v185 = x3 * v184
    v186 = v173 + v179
    v187 = v186 + v185
    v188 = x2 * v187
    v189 = x1 * v168
    v190 = x2 * v184
    v191 = v156 + v178
    v192 = x3 * v191
    v193 = v189 + v190
    v194 = v193 - v192
    v195 = x3 * v194
    v196 = v172 + v188
    v197 = v196 + v195
    rows[22] = v197
    v198 = v46 * v46
    v199 = v52 * v52
    v200 = v58 * v58
    v201 = v198 + v199
    v202 = v201 + v200
    rows[23] = v202
    v203 = v156 * v156
    v204 = v162 * v162
    v205 = v168 * v168
    v206 = v178 * v178
    v207 = v184 * v184
    v208 = v191 * v191
    v209 = v203 + v206
    v210 = v209 + v208
    v211 = v204 + v205
    v212 = v211 + v207
    v213 = c0 * v212
    v214 = v210 + v213
    rows[24] = v214
    v215 = x4 * x9
    v216 = x5 * x10
    v217 = x6 * x11
    v218 = x7 * x12
    v219 = x8 * x13
    v220 = v10 * v23
    v221 = v215 + v218
    v222 = v221 + v220
    v223 = v216 + v217
    v224 = v223 + v219
    v225 = c0 * v224
    v226 = v222 + v225
    v227 = v226 * v226
    v228 = x4 * x10
    v229 = x5 * x12
    v230 = x6 * x13
    v231 = x7 * x14
    v232 = x8 * x15
    v233 = v10 * v27
    v234 = v228 + v231
    v235 = v234 + v233
    v236 = v229 + v230
    v237 = v236 + v232
    v238 = c0 * v237
    v239 = v235 + v238
    v240 = v239 * v239
    v241 = x4 * x11
    v242 = x5 * x13
    v243 = x6 * v23
    v244 = x7 * x15
    v245 = x8 * v27
    v246 = v10 * v29
    v247 = v241 + v244
    v248 = v247 + v246
    v249 = v242 - v243
    v250 = v249 - v245
    v251 = c0 * v250
    v252 = v248 + v251
    v253 = v252 * v252
    v254 = v227 + v240
    v255 = v254 + v253
    rows[25] = v255
    v256 = v63 * v95
    v257 = v67 * v106
    v258 = v72 * v118
    v259 = v75 * v125
    v260 = v80 * v137
    v261 = v83 * v144
    v262 = v256 + v259
    v263 = v262 + v261
    v264 = v257 + v258
    v265 = v264 + v260
    v266 = c0 * v265
    v267 = v263 + v266
    rows[26] = v267
    v268 = v95 * v95
    v269 = v106 * v106
    v270 = v118 * v118
    v271 = v125 * v125
    v272 = v137 * v137
    v273 = v144 * v144
    v274 = v268 + v271
    v275 = v274 + v273
    v276 = v269 + v270
    v277 = v276 + v272
    v278 = c0 * v277
    v279 = v275 + v278
    rows[27] = v279


value_0_ordinary, value_0_streaming = on_registers(value_0, False), on_registers(value_0, True)


def value_0_rows(table, length, number):
    value_0_ordinary(table, length, number)


def value_0_streamed(table, length, number):
    value_0_streaming(table, length, number)


def vjp_0(rows):
    c0 = rows.constant(4.0)
    c1 = rows.constant(2.0)
    c2 = rows.constant(3.0)
    c3 = rows.constant(-1.0)
    x1 = rows[1]
    x11 = rows[11]
    v0 = x1 * x11
    x2 = rows[2]
    x13 = rows[13]
    v1 = x2 * x13
    x9 = rows[9]
    x12 = rows[12]
    v2 = x9 + x12
    x3 = rows[3]
    v3 = x3 * v2
    v4 = v0 + v1
    v5 = v4 - v3
    g7 = rows[23]
    v6 = x3 * g7
    v7 = v5 * v6
    v8 = x1 * x13
    x15 = rows[15]
    v9 = x2 * x15
    x10 = rows[10]
    x14 = rows[14]
    v10 = x10 + x14
    v11 = x3 * v10
    v12 = v8 + v9
    v13 = v12 - v11
    g9 = rows[25]
    v14 = g9 * v13
    v15 = x2 * v6
    v16 = x2 * g7
    v17 = x3 * v16
    v18 = v15 + v17
    v19 = c0 * v14
    v20 = v18 + v19
    v21 = x13 * v20
    v22 = x1 * x12
    v23 = x2 * x14
    v24 = x3 * x15
    v25 = v22 + v23
    v26 = v25 + v24
    v27 = g9 * v26
    v28 = x1 * x9
    v29 = x2 * x10
    v30 = x3 * x11
    v31 = v28 + v29
    v32 = v31 + v30
    v33 = v32 + v26
    v34 = g9 * v33
    v35 = x3 * v6
    v36 = c1 * v34
    v37 = v36 - v35
    v38 = x2 * v16
    v39 = v37 + v38
    v40 = c1 * v27
    v41 = v39 + v40
    v42 = x12 * v41
    v43 = x1 * x10
    v44 = x2 * x12
    v45 = x3 * x13
    v46 = v43 + v44
    v47 = v46 + v45
    v48 = v47 * v16
    v49 = x1 * v32
    v50 = x2 * v47
    v51 = x3 * v5
    v52 = v49 + v50
    v53 = v52 + v51
    v54 = g7 * v53
    v55 = g9 * v5
    v56 = x1 * v6
    v57 = x1 * g7
    v58 = x3 * v57
    v59 = v56 + v58
    v60 = c0 * v55
    v61 = v59 + v60
    v62 = x11 * v61
    v63 = g9 * v47
    v64 = x1 * v16
    v65 = x2 * v57
    v66 = v64 + v65
    v67 = c0 * v63
    v68 = v66 + v67
    v69 = x10 * v68
    v70 = v32 * v57
    v71 = g9 * v32
    v72 = x1 * v57
    v73 = v37 + v72
    v74 = c1 * v71
    v75 = v73 + v74
    v76 = x9 * v75
    x6 = rows[6]
    v77 = x1 * x6
    x8 = rows[8]
    v78 = x2 * x8
    x4 = rows[4]
    x7 = rows[7]
    v79 = x4 + x7
    v80 = x3 * v79
    v81 = v77 + v78
    v82 = v81 - v80
    g8 = rows[24]
    v83 = g8 * v82
    g4 = rows[20]
    v84 = x3 * g4
    v85 = c1 * v83
    v86 = v84 + v85
    v87 = x6 * v86
    x5 = rows[5]
    v88 = x1 * x5
    v89 = x2 * x7
    v90 = x3 * x8
    v91 = v88 + v89
    v92 = v91 + v90
    v93 = g8 * v92
    v94 = x2 * g4
    v95 = c1 * v93
    v96 = v94 + v95
    v97 = x5 * v96
    v98 = x1 * x4
    v99 = x2 * x5
    v100 = x3 * x6
    v101 = v98 + v99
    v102 = v101 + v100
    v103 = g4 * v102
    v104 = g8 * v102
    v105 = x1 * g4
    v106 = c1 * v104
    v107 = v105 + v106
    v108 = x4 * v107
    g1 = rows[17]
    v109 = x1 * g1
    v110 = v7 + v21
    v111 = v110 + v42
    v112 = v111 + v48
    v113 = v112 + v54
    v114 = v113 + v62
    v115 = v114 + v69
    v116 = v115 + v70
    v117 = v116 + v76
    v118 = v117 + v87
    v119 = v118 + v97
    v120 = v119 + v103
    v121 = v120 + v108
    v122 = c1 * v109
    v123 = v121 + v122
    rows[29] = v123
    v124 = v13 * v6
    v125 = x1 * v47
    v126 = x2 * v26
    v127 = x3 * v13
    v128 = v125 + v126
    v129 = v128 + v127
    v130 = g7 * v129
    v131 = x15 * v20
    v132 = v26 * v16
    v133 = x14 * v41
    v134 = x13 * v61
    v135 = v47 * v57
    v136 = x12 * v68
    v137 = x10 * v75
    v138 = x8 * v86
    v139 = g4 * v92
    v140 = x7 * v96
    v141 = x5 * v107
    v142 = x2 * g1
    v143 = v124 + v130
    v144 = v143 + v131
    v145 = v144 + v132
    v146 = v145 + v133
    v147 = v146 + v134
    v148 = v147 + v135
    v149 = v148 + v136
    v150 = v149 + v137
    v151 = v150 + v138
    v152 = v151 + v139
    v153 = v152 + v140
    v154 = v153 + v141
    v155 = c1 * v142
    v156 = v154 + v155
    rows[30] = v156
    v157 = x1 * v5
    v158 = x2 * v13
    v159 = x3 * v33
    v160 = v157 + v158
    v161 = v160 - v159
    v162 = g7 * v161
    v163 = v33 * v6
    v164 = v13 * v16
    v165 = v10 * v20
    v166 = x15 * v41
    v167 = v5 * v57
    v168 = v2 * v61
    v169 = x13 * v68
    v170 = x11 * v75
    v171 = g4 * v82
    v172 = v79 * v86
    v173 = x8 * v96
    v174 = x6 * v107
    v175 = x3 * g1
    v176 = v162 + v164
    v177 = v176 + v166
    v178 = v177 + v167
    v179 = v178 + v169
    v180 = v179 + v170
    v181 = v180 + v171
    v182 = v181 + v173
    v183 = v182 + v174
    v184 = v183 - v163
    v185 = v184 - v165
    v186 = v185 - v168
    v187 = v186 - v172
    v188 = c1 * v175
    v189 = v187 + v188
    rows[31] = v189
    v190 = x4 * x11
    v191 = x7 * x15
    v192 = x11 + x15
    v193 = v79 * v192
    v194 = x5 * x13
    v195 = x6 * v2
    v196 = x8 * v10
    v197 = v194 - v195
    v198 = v197 - v196
    v199 = v190 + v191
    v200 = v199 + v193
    v201 = c1 * v198
    v202 = v200 + v201
    g10 = rows[26]
    v203 = g10 * v202
    v204 = x11 * v203
    v205 = x4 * x10
    v206 = x7 * x14
    v207 = v79 * v10
    v208 = x5 * x12
    v209 = x6 * x13
    v210 = x8 * x15
    v211 = v208 + v209
    v212 = v211 + v210
    v213 = v205 + v206
    v214 = v213 + v207
    v215 = c1 * v212
    v216 = v214 + v215
    v217 = g10 * v216
    v218 = x10 * v217
    v219 = x4 * x9
    v220 = x7 * x12
    v221 = v79 * v2
    v222 = x5 * x10
    v223 = x6 * x11
    v224 = x8 * x13
    v225 = v222 + v223
    v226 = v225 + v224
    v227 = v219 + v220
    v228 = v227 + v221
    v229 = c1 * v226
    v230 = v228 + v229
    v231 = g10 * v230
    v232 = x9 * v231
    v233 = x9 * x9
    v234 = x12 * x12
    v235 = v2 * v2
    v236 = x13 * x13
    v237 = x10 * x10
    v238 = x11 * x11
    v239 = v237 + v238
    v240 = v236 + v239
    v241 = v233 + v234
    v242 = v241 + v235
    v243 = c1 * v240
    v244 = v242 + v243
    g6 = rows[22]
    v245 = g6 * v244
    v246 = x12 * x15
    v247 = v2 * v192
    v248 = c1 * v2
    v249 = x9 - v248
    v250 = x11 * v249
    v251 = x10 - v10
    v252 = x13 * v251
    v253 = v246 + v247
    v254 = v253 + v250
    v255 = c1 * v252
    v256 = v254 + v255
    g11 = rows[27]
    v257 = g11 * v256
    g5 = rows[21]
    v258 = x6 * g5
    v259 = v257 + v258
    v260 = x6 * v259
    v261 = x4 * x4
    v262 = x5 * x5
    v263 = x6 * x6
    v264 = v261 + v262
    v265 = v264 + v263
    v266 = g5 * v265
    v267 = x1 * v107
    v268 = v192 * v203
    v269 = v10 * v217
    v270 = v2 * v231
    v271 = x15 * x15
    v272 = v192 * v192
    v273 = v10 * v10
    v274 = v236 + v235
    v275 = v274 + v273
    v276 = v238 + v271
    v277 = v276 + v272
    v278 = c1 * v275
    v279 = v277 + v278
    v280 = g6 * v279
    v281 = x10 * x11
    v282 = v10 * v192
    v283 = x12 - v2
    v284 = x13 * v283
    v285 = c1 * v10
    v286 = x14 - v285
    v287 = x15 * v286
    v288 = v281 + v282
    v289 = v288 + v287
    v290 = c1 * v284
    v291 = v289 + v290
    v292 = g11 * v291
    v293 = x8 * g5
    v294 = v292 + v293
    v295 = x8 * v294
    v296 = x12 * x14
    v297 = v2 * v10
    v298 = c1 * x12
    v299 = x9 + v298
    v300 = x10 * v299
    v301 = x13 * v192
    v302 = v296 + v297
    v303 = v302 + v300
    v304 = c1 * v301
    v305 = v303 + v304
    v306 = g11 * v305
    v307 = x5 * g5
    v308 = v306 + v307
    v309 = x5 * v308
    v310 = x8 * x8
    v311 = v79 * v79
    v312 = v263 + v310
    v313 = v312 + v311
    v314 = g5 * v313
    v315 = x3 * v86
    v316 = g11 * v279
    v317 = g5 * v79
    v318 = v316 - v317
    g2 = rows[18]
    v319 = g2 + v318
    v320 = v79 * v319
    v321 = v280 + v314
    v322 = v321 + v315
    v323 = v268 + v269
    v324 = v323 + v270
    v325 = v324 + v309
    v326 = v325 + v320
    v327 = v326 - v295
    v328 = v327 - v260
    v329 = c1 * v328
    v330 = v329 - v322
    v331 = g11 * v244
    v332 = x4 * g5
    v333 = v331 + v332
    v334 = g2 + v333
    v335 = x4 * v334
    v336 = v245 + v266
    v337 = v336 + v267
    v338 = v337 + v330
    v339 = v204 + v218
    v340 = v339 + v232
    v341 = v340 + v260
    v342 = v341 + v335
    v343 = c1 * v342
    v344 = v338 + v343
    rows[32] = v344
    v345 = x13 * v203
    v346 = x12 * v217
    v347 = x10 * v231
    v348 = g6 * v305
    v349 = x6 * v294
    v350 = x8 * v259
    v351 = x6 * x8
    v352 = x5 * v79
    v353 = v351 + v352
    v354 = g5 * v353
    v355 = v79 * v308
    v356 = x1 * v96
    v357 = x2 * v107
    v358 = x14 * x14
    v359 = v234 + v236
    v360 = v359 + v271
    v361 = v237 + v358
    v362 = v361 + v273
    v363 = c1 * v360
    v364 = v362 + v363
    v365 = g11 * v364
    v366 = x7 * g5
    v367 = v365 + v366
    v368 = v367 + v333
    v369 = c1 * g2
    v370 = v368 + v369
    v371 = x5 * v370
    v372 = v356 + v357
    v373 = v348 + v349
    v374 = v373 + v350
    v375 = v374 + v354
    v376 = v375 + v355
    v377 = v376 + v371
    v378 = c1 * v377
    v379 = v345 + v346
    v380 = v379 + v347
    v381 = c0 * v380
    v382 = v372 + v378
    v383 = v382 + v381
    rows[33] = v383
    v384 = v2 * v203
    v385 = x13 * v217
    v386 = x11 * v231
    v387 = g6 * v256
    v388 = x5 * v294
    v389 = x5 * x8
    v390 = x4 - v79
    v391 = x6 * v390
    v392 = v389 + v391
    v393 = g5 * v392
    v394 = v390 * v259
    v395 = x8 * v308
    v396 = x1 * v86
    v397 = x3 * v107
    v398 = v318 + v333
    v399 = v398 + v369
    v400 = x6 * v399
    v401 = v396 + v397
    v402 = v387 + v388
    v403 = v402 + v393
    v404 = v403 + v394
    v405 = v404 + v395
    v406 = v405 + v400
    v407 = c1 * v406
    v408 = v384 - v385
    v409 = v408 - v386
    v410 = c0 * v409
    v411 = v410 - v401
    v412 = v411 - v407
    v413 = x15 * v203
    v414 = x14 * v217
    v415 = x12 * v231
    v416 = g6 * v364
    v417 = x7 * x7
    v418 = v262 + v417
    v419 = v418 + v310
    v420 = g5 * v419
    v421 = x2 * v96
    v422 = g2 + v367
    v423 = x7 * v422
    v424 = v416 + v420
    v425 = v424 + v421
    v426 = v425 + v330
    v427 = v413 + v414
    v428 = v427 + v415
    v429 = v428 + v295
    v430 = v429 + v423
    v431 = c1 * v430
    v432 = v426 + v431
    rows[34] = v432
    v433 = v10 * v203
    v434 = x15 * v217
    v435 = x13 * v231
    v436 = g6 * v291
    v437 = x5 * x6
    v438 = x7 - v79
    v439 = x8 * v438
    v440 = v437 + v439
    v441 = g5 * v440
    v442 = v438 * v294
    v443 = x5 * v259
    v444 = x6 * v308
    v445 = x2 * v86
    v446 = x3 * v96
    v447 = v318 + v367
    v448 = v447 + v369
    v449 = x8 * v448
    v450 = v445 + v446
    v451 = v436 + v441
    v452 = v451 + v442
    v453 = v452 + v443
    v454 = v453 + v444
    v455 = v454 + v449
    v456 = c1 * v455
    v457 = v433 - v434
    v458 = v457 - v435
    v459 = c0 * v458
    v460 = v459 - v450
    v461 = v460 - v456
    v462 = x4 * v231
    v463 = x1 * v75
    g12 = rows[28]
    v464 = g12 * v256
    v465 = g11 * v392
    v466 = x6 * g6
    v467 = v465 + v466
    v468 = c1 * v464
    v469 = v467 + v468
    v470 = x11 * v469
    v471 = g12 * v305
    v472 = g11 * v353
    v473 = x5 * g6
    v474 = v472 + v473
    v475 = c1 * v471
    v476 = v474 + v475
    v477 = x10 * v476
    v478 = x6 * v203
    v479 = v79 * v231
    v480 = x3 * v61
    v481 = g12 * v291
    v482 = g11 * v440
    v483 = x8 * g6
    v484 = v482 + v483
    v485 = c1 * v481
    v486 = v484 + v485
    v487 = x13 * v486
    v488 = v192 * v469
    v489 = v10 * v476
    v490 = g12 * v279
    v491 = g11 * v313
    v492 = g6 * v79
    v493 = v491 - v492
    v494 = c1 * v490
    v495 = v493 + v494
    v496 = g12 * v244
    v497 = g11 * v265
    v498 = x4 * g6
    v499 = v497 + v498
    v500 = c1 * v496
    v501 = v499 + v500
    v502 = c1 * v495
    g3 = rows[19]
    v503 = c2 * g3
    v504 = v501 + v502
    v505 = v504 + v503
    v506 = v2 * v505
    v507 = v479 + v488
    v508 = v507 + v489
    v509 = v508 + v506
    v510 = c1 * v509
    v511 = v478 + v487
    v512 = v511 + v470
    v513 = c0 * v512
    v514 = v480 + v513
    v515 = v514 - v510
    v516 = g3 + v501
    v517 = x9 * v516
    v518 = v463 - v515
    v519 = v462 + v470
    v520 = v519 + v477
    v521 = v520 + v517
    v522 = c1 * v521
    v523 = v518 + v522
    rows[35] = v523
    v524 = x4 * v217
    v525 = x5 * v231
    v526 = x1 * v68
    v527 = x2 * v75
    v528 = x11 * v486
    v529 = x13 * v469
    v530 = v299 * v476
    v531 = g12 * v364
    v532 = g11 * v419
    v533 = x7 * g6
    v534 = v532 + v533
    v535 = c1 * v531
    v536 = v534 + v535
    v537 = c1 * v501
    v538 = v537 + v503
    v539 = v536 + v538
    v540 = x10 * v539
    v541 = x8 * v203
    v542 = v79 * v217
    v543 = x3 * v20
    v544 = x15 * v486
    v545 = v192 * v486
    v546 = v2 * v476
    v547 = v536 + v502
    v548 = v547 + v503
    v549 = v10 * v548
    v550 = v542 + v545
    v551 = v550 + v546
    v552 = v551 + v549
    v553 = c1 * v552
    v554 = v541 + v544
    v555 = v554 + v529
    v556 = c0 * v555
    v557 = v543 + v556
    v558 = v557 - v553
    v559 = v526 + v527
    v560 = v559 - v558
    v561 = v524 + v528
    v562 = v561 + v530
    v563 = v562 + v540
    v564 = c1 * v563
    v565 = v525 + v529
    v566 = c0 * v565
    v567 = v560 + v564
    v568 = v567 + v566
    rows[36] = v568
    v569 = x4 * v203
    v570 = x6 * v231
    v571 = x1 * v61
    v572 = x3 * v75
    v573 = x10 * v486
    v574 = v249 * v469
    v575 = v495 + v538
    v576 = x11 * v575
    v577 = v79 * v203
    v578 = v10 * v486
    v579 = v2 * v469
    v580 = x13 * v476
    v581 = g3 + v495
    v582 = v192 * v581
    v583 = v577 + v578
    v584 = v583 + v579
    v585 = v584 + v582
    v586 = c1 * v580
    v587 = v585 + v586
    v588 = v571 + v572
    v589 = v569 + v573
    v590 = v589 + v574
    v591 = v590 + v576
    v592 = v591 + v587
    v593 = c1 * v592
    v594 = c0 * v570
    v595 = v588 + v593
    v596 = v595 + v594
    rows[37] = v596
    v597 = x5 * v217
    v598 = x7 * v231
    v599 = x1 * v41
    v600 = x2 * v68
    v601 = x15 * v469
    v602 = x14 * v476
    v603 = c1 * v536
    v604 = v501 + v603
    v605 = v604 + v503
    v606 = x12 * v605
    v607 = v599 + v600
    v608 = v607 - v515
    v609 = v598 + v601
    v610 = v609 + v602
    v611 = v610 + v606
    v612 = c1 * v611
    v613 = v597 + v487
    v614 = v613 + v477
    v615 = c0 * v614
    v616 = v608 + v612
    v617 = v616 + v615
    rows[38] = v617
    v618 = x5 * v203
    v619 = x6 * v217
    v620 = x8 * v231
    v621 = x1 * v20
    v622 = x2 * v61
    v623 = x3 * v68
    v624 = v283 * v486
    v625 = v251 * v469
    v626 = v192 * v476
    v627 = v495 + v536
    v628 = v627 + v501
    v629 = v628 + v503
    v630 = x13 * v629
    v631 = v621 + v622
    v632 = v631 + v623
    v633 = v618 + v619
    v634 = v633 + v620
    v635 = v634 + v624
    v636 = v635 + v625
    v637 = v636 + v626
    v638 = v637 + v630
    v639 = c0 * v638
    v640 = v632 + v639
    rows[39] = v640
    v641 = x7 * v217
    v642 = x2 * v41
    v643 = x12 * v476
    v644 = g3 + v536
    v645 = x14 * v644
    v646 = v642 - v558
    v647 = v641 + v544
    v648 = v647 + v643
    v649 = v648 + v645
    v650 = c1 * v649
    v651 = v646 + v650
    rows[40] = v651
    v652 = x7 * v203
    v653 = x8 * v217
    v654 = x2 * v20
    v655 = x3 * v41
    v656 = v286 * v486
    v657 = x12 * v469
    v658 = v495 + v603
    v659 = v658 + v503
    v660 = x15 * v659
    v661 = v654 + v655
    v662 = v652 + v656
    v663 = v662 + v657
    v664 = v663 + v660
    v665 = v664 + v587
    v666 = c1 * v665
    v667 = c0 * v653
    v668 = v661 + v666
    v669 = v668 + v667
    rows[41] = v669
    v670 = c3 * v412
    rows[42] = v670
    v671 = c3 * v461
    rows[43] = v671


vjp_0_ordinary, vjp_0_streaming = on_registers(vjp_0, False), on_registers(vjp_0, True)


def vjp_0_rows(table, length, number):
    vjp_0_ordinary(table, length, number)


def vjp_0_streamed(table, length, number):
    vjp_0_streaming(table, length, number)


def second_order_0(rows):
    c0 = rows.constant(4.0)
    c1 = rows.constant(2.0)
    c2 = rows.constant(3.0)
    c3 = rows.constant(6.0)
    c4 = rows.constant(0.0)
    c5 = rows.constant(-1.0)
    x3 = rows[3]
    g7 = rows[23]
    v0 = x3 * g7
    x11 = rows[11]
    u1 = rows[30]
    v1 = x11 * u1
    x1 = rows[1]
    u11 = rows[40]
    v2 = x1 * u11
    v3 = v1 + v2
    x13 = rows[13]
    u2 = rows[31]
    v4 = x13 * u2
    x2 = rows[2]
    u13 = rows[42]
    v5 = x2 * u13
    v6 = v4 + v5
    x9 = rows[9]
    x12 = rows[12]
    v7 = x9 + x12
    u3 = rows[32]
    v8 = u3 * v7
    u9 = rows[38]
    u12 = rows[41]
    v9 = u9 + u12
    v10 = x3 * v9
    v11 = v8 + v10
    v12 = v3 + v6
    v13 = v12 - v11
    v14 = v0 * v13
    v15 = x1 * x11
    v16 = x2 * x13
    v17 = x3 * v7
    v18 = v15 + v16
    v19 = v18 - v17
    v20 = g7 * u3
    v21 = v19 * v20
    v22 = v14 + v21
    v23 = x1 * x13
    x15 = rows[15]
    v24 = x2 * x15
    x10 = rows[10]
    x14 = rows[14]
    v25 = x10 + x14
    v26 = x3 * v25
    v27 = v23 + v24
    v28 = v27 - v26
    g9 = rows[25]
    v29 = g9 * v28
    v30 = x2 * v0
    v31 = x2 * g7
    v32 = x3 * v31
    v33 = v30 + v32
    v34 = c0 * v29
    v35 = v33 + v34
    v36 = u13 * v35
    v37 = x13 * u1
    v38 = x1 * u13
    v39 = v37 + v38
    v40 = x15 * u2
    u15 = rows[44]
    v41 = x2 * u15
    v42 = v40 + v41
    v43 = u3 * v25
    u10 = rows[39]
    u14 = rows[43]
    v44 = u10 + u14
    v45 = x3 * v44
    v46 = v43 + v45
    v47 = v39 + v42
    v48 = v47 - v46
    v49 = g9 * v48
    v50 = u2 * v0
    v51 = x2 * v20
    v52 = v50 + v51
    v53 = u3 * v31
    v54 = g7 * u2
    v55 = x3 * v54
    v56 = v53 + v55
    v57 = v52 + v56
    v58 = c0 * v49
    v59 = v57 + v58
    v60 = x13 * v59
    v61 = v36 + v60
    v62 = x1 * x12
    v63 = x2 * x14
    v64 = x3 * x15
    v65 = v62 + v63
    v66 = v65 + v64
    v67 = g9 * v66
    v68 = x1 * x9
    v69 = x2 * x10
    v70 = x3 * x11
    v71 = v68 + v69
    v72 = v71 + v70
    v73 = v72 + v66
    v74 = g9 * v73
    v75 = x3 * v0
    v76 = c1 * v74
    v77 = v76 - v75
    v78 = x2 * v31
    v79 = v77 + v78
    v80 = c1 * v67
    v81 = v79 + v80
    v82 = u12 * v81
    v83 = x12 * u1
    v84 = x1 * u12
    v85 = v83 + v84
    v86 = x14 * u2
    v87 = x2 * u14
    v88 = v86 + v87
    v89 = x15 * u3
    v90 = x3 * u15
    v91 = v89 + v90
    v92 = v85 + v88
    v93 = v92 + v91
    v94 = g9 * v93
    v95 = x9 * u1
    v96 = x1 * u9
    v97 = v95 + v96
    v98 = x10 * u2
    v99 = x2 * u10
    v100 = v98 + v99
    v101 = x11 * u3
    v102 = x3 * u11
    v103 = v101 + v102
    v104 = v97 + v100
    v105 = v104 + v103
    v106 = v93 + v105
    v107 = g9 * v106
    v108 = u3 * v0
    v109 = x3 * v20
    v110 = v108 + v109
    v111 = c1 * v107
    v112 = v111 - v110
    v113 = u2 * v31
    v114 = x2 * v54
    v115 = v113 + v114
    v116 = v112 + v115
    v117 = c1 * v94
    v118 = v116 + v117
    v119 = x12 * v118
    v120 = v82 + v119
    v121 = x10 * u1
    v122 = x1 * u10
    v123 = v121 + v122
    v124 = x12 * u2
    v125 = x2 * u12
    v126 = v124 + v125
    v127 = x13 * u3
    v128 = x3 * u13
    v129 = v127 + v128
    v130 = v123 + v126
    v131 = v130 + v129
    v132 = v31 * v131
    v133 = x1 * x10
    v134 = x2 * x12
    v135 = x3 * x13
    v136 = v133 + v134
    v137 = v136 + v135
    v138 = v137 * v54
    v139 = v132 + v138
    v140 = u1 * v72
    v141 = x1 * v105
    v142 = v140 + v141
    v143 = u2 * v137
    v144 = x2 * v131
    v145 = v143 + v144
    v146 = u3 * v19
    v147 = x3 * v13
    v148 = v146 + v147
    v149 = v142 + v145
    v150 = v149 + v148
    v151 = g7 * v150
    v152 = g9 * v19
    v153 = x1 * v0
    v154 = x1 * g7
    v155 = x3 * v154
    v156 = v153 + v155
    v157 = c0 * v152
    v158 = v156 + v157
    v159 = u11 * v158
    v160 = g9 * v13
    v161 = u1 * v0
    v162 = x1 * v20
    v163 = v161 + v162
    v164 = u3 * v154
    v165 = g7 * u1
    v166 = x3 * v165
    v167 = v164 + v166
    v168 = v163 + v167
    v169 = c0 * v160
    v170 = v168 + v169
    v171 = x11 * v170
    v172 = v159 + v171
    v173 = g9 * v137
    v174 = x1 * v31
    v175 = x2 * v154
    v176 = v174 + v175
    v177 = c0 * v173
    v178 = v176 + v177
    v179 = u10 * v178
    v180 = g9 * v131
    v181 = u1 * v31
    v182 = x1 * v54
    v183 = v181 + v182
    v184 = u2 * v154
    v185 = x2 * v165
    v186 = v184 + v185
    v187 = v183 + v186
    v188 = c0 * v180
    v189 = v187 + v188
    v190 = x10 * v189
    v191 = v179 + v190
    v192 = v154 * v105
    v193 = v72 * v165
    v194 = v192 + v193
    v195 = g9 * v72
    v196 = x1 * v154
    v197 = v77 + v196
    v198 = c1 * v195
    v199 = v197 + v198
    v200 = u9 * v199
    v201 = g9 * v105
    v202 = u1 * v154
    v203 = x1 * v165
    v204 = v202 + v203
    v205 = v112 + v204
    v206 = c1 * v201
    v207 = v205 + v206
    v208 = x9 * v207
    v209 = v200 + v208
    x6 = rows[6]
    v210 = x1 * x6
    x8 = rows[8]
    v211 = x2 * x8
    x4 = rows[4]
    x7 = rows[7]
    v212 = x4 + x7
    v213 = x3 * v212
    v214 = v210 + v211
    v215 = v214 - v213
    g8 = rows[24]
    v216 = g8 * v215
    g4 = rows[20]
    v217 = x3 * g4
    v218 = c1 * v216
    v219 = v217 + v218
    u6 = rows[35]
    v220 = u6 * v219
    v221 = x6 * u1
    v222 = x1 * u6
    v223 = v221 + v222
    v224 = x8 * u2
    u8 = rows[37]
    v225 = x2 * u8
    v226 = v224 + v225
    v227 = u3 * v212
    u4 = rows[33]
    u7 = rows[36]
    v228 = u4 + u7
    v229 = x3 * v228
    v230 = v227 + v229
    v231 = v223 + v226
    v232 = v231 - v230
    v233 = g8 * v232
    v234 = g4 * u3
    v235 = c1 * v233
    v236 = v234 + v235
    v237 = x6 * v236
    v238 = v220 + v237
    x5 = rows[5]
    v239 = x1 * x5
    v240 = x2 * x7
    v241 = x3 * x8
    v242 = v239 + v240
    v243 = v242 + v241
    v244 = g8 * v243
    v245 = x2 * g4
    v246 = c1 * v244
    v247 = v245 + v246
    u5 = rows[34]
    v248 = u5 * v247
    v249 = x5 * u1
    v250 = x1 * u5
    v251 = v249 + v250
    v252 = x7 * u2
    v253 = x2 * u7
    v254 = v252 + v253
    v255 = x8 * u3
    v256 = x3 * u8
    v257 = v255 + v256
    v258 = v251 + v254
    v259 = v258 + v257
    v260 = g8 * v259
    v261 = g4 * u2
    v262 = c1 * v260
    v263 = v261 + v262
    v264 = x5 * v263
    v265 = v248 + v264
    v266 = x4 * u1
    v267 = x1 * u4
    v268 = v266 + v267
    v269 = x5 * u2
    v270 = x2 * u5
    v271 = v269 + v270
    v272 = x6 * u3
    v273 = x3 * u6
    v274 = v272 + v273
    v275 = v268 + v271
    v276 = v275 + v274
    v277 = g4 * v276
    v278 = x1 * x4
    v279 = x2 * x5
    v280 = x3 * x6
    v281 = v278 + v279
    v282 = v281 + v280
    v283 = g8 * v282
    v284 = x1 * g4
    v285 = c1 * v283
    v286 = v284 + v285
    v287 = u4 * v286
    v288 = g8 * v276
    v289 = g4 * u1
    v290 = c1 * v288
    v291 = v289 + v290
    v292 = x4 * v291
    v293 = v287 + v292
    g1 = rows[17]
    v294 = g1 * u1
    v295 = v22 + v61
    v296 = v295 + v120
    v297 = v296 + v139
    v298 = v297 + v151
    v299 = v298 + v172
    v300 = v299 + v191
    v301 = v300 + v194
    v302 = v301 + v209
    v303 = v302 + v238
    v304 = v303 + v265
    v305 = v304 + v277
    v306 = v305 + v293
    v307 = c1 * v294
    v308 = v306 + v307
    rows[45] = v308
    v309 = v0 * v48
    v310 = v28 * v20
    v311 = v309 + v310
    v312 = u1 * v137
    v313 = x1 * v131
    v314 = v312 + v313
    v315 = u2 * v66
    v316 = x2 * v93
    v317 = v315 + v316
    v318 = u3 * v28
    v319 = x3 * v48
    v320 = v318 + v319
    v321 = v314 + v317
    v322 = v321 + v320
    v323 = g7 * v322
    v324 = u15 * v35
    v325 = x15 * v59
    v326 = v324 + v325
    v327 = v31 * v93
    v328 = v66 * v54
    v329 = v327 + v328
    v330 = u14 * v81
    v331 = x14 * v118
    v332 = v330 + v331
    v333 = u13 * v158
    v334 = x13 * v170
    v335 = v333 + v334
    v336 = v154 * v131
    v337 = v137 * v165
    v338 = v336 + v337
    v339 = u12 * v178
    v340 = x12 * v189
    v341 = v339 + v340
    v342 = u10 * v199
    v343 = x10 * v207
    v344 = v342 + v343
    v345 = u8 * v219
    v346 = x8 * v236
    v347 = v345 + v346
    v348 = g4 * v259
    v349 = u7 * v247
    v350 = x7 * v263
    v351 = v349 + v350
    v352 = u5 * v286
    v353 = x5 * v291
    v354 = v352 + v353
    v355 = g1 * u2
    v356 = v311 + v323
    v357 = v356 + v326
    v358 = v357 + v329
    v359 = v358 + v332
    v360 = v359 + v335
    v361 = v360 + v338
    v362 = v361 + v341
    v363 = v362 + v344
    v364 = v363 + v347
    v365 = v364 + v348
    v366 = v365 + v351
    v367 = v366 + v354
    v368 = c1 * v355
    v369 = v367 + v368
    rows[46] = v369
    v370 = u1 * v19
    v371 = x1 * v13
    v372 = v370 + v371
    v373 = u2 * v28
    v374 = x2 * v48
    v375 = v373 + v374
    v376 = u3 * v73
    v377 = x3 * v106
    v378 = v376 + v377
    v379 = v372 + v375
    v380 = v379 - v378
    v381 = g7 * v380
    v382 = v0 * v106
    v383 = v73 * v20
    v384 = v382 + v383
    v385 = v31 * v48
    v386 = v28 * v54
    v387 = v385 + v386
    v388 = v35 * v44
    v389 = v25 * v59
    v390 = v388 + v389
    v391 = u15 * v81
    v392 = x15 * v118
    v393 = v391 + v392
    v394 = v154 * v13
    v395 = v19 * v165
    v396 = v394 + v395
    v397 = v158 * v9
    v398 = v7 * v170
    v399 = v397 + v398
    v400 = u13 * v178
    v401 = x13 * v189
    v402 = v400 + v401
    v403 = u11 * v199
    v404 = x11 * v207
    v405 = v403 + v404
    v406 = g4 * v232
    v407 = v219 * v228
    v408 = v212 * v236
    v409 = v407 + v408
    v410 = u8 * v247
    v411 = x8 * v263
    v412 = v410 + v411
    v413 = u6 * v286
    v414 = x6 * v291
    v415 = v413 + v414
    v416 = g1 * u3
    v417 = v381 + v387
    v418 = v417 + v393
    v419 = v418 + v396
    v420 = v419 + v402
    v421 = v420 + v405
    v422 = v421 + v406
    v423 = v422 + v412
    v424 = v423 + v415
    v425 = v424 - v384
    v426 = v425 - v390
    v427 = v426 - v399
    v428 = v427 - v409
    v429 = c1 * v416
    v430 = v428 + v429
    rows[47] = v430
    v431 = x4 * x11
    v432 = x7 * x15
    v433 = x11 + x15
    v434 = v212 * v433
    v435 = x5 * x13
    v436 = x6 * v7
    v437 = x8 * v25
    v438 = v435 - v436
    v439 = v438 - v437
    v440 = v431 + v432
    v441 = v440 + v434
    v442 = c1 * v439
    v443 = v441 + v442
    g10 = rows[26]
    v444 = g10 * v443
    v445 = u11 * v444
    v446 = x11 * u4
    v447 = x4 * u11
    v448 = v446 + v447
    v449 = x15 * u7
    v450 = x7 * u15
    v451 = v449 + v450
    v452 = v433 * v228
    v453 = u11 + u15
    v454 = v212 * v453
    v455 = v452 + v454
    v456 = x13 * u5
    v457 = x5 * u13
    v458 = v456 + v457
    v459 = u6 * v7
    v460 = x6 * v9
    v461 = v459 + v460
    v462 = u8 * v25
    v463 = x8 * v44
    v464 = v462 + v463
    v465 = v458 - v461
    v466 = v465 - v464
    v467 = v448 + v451
    v468 = v467 + v455
    v469 = c1 * v466
    v470 = v468 + v469
    v471 = g10 * v470
    v472 = x11 * v471
    v473 = v445 + v472
    v474 = x4 * x10
    v475 = x7 * x14
    v476 = v212 * v25
    v477 = x5 * x12
    v478 = x6 * x13
    v479 = x8 * x15
    v480 = v477 + v478
    v481 = v480 + v479
    v482 = v474 + v475
    v483 = v482 + v476
    v484 = c1 * v481
    v485 = v483 + v484
    v486 = g10 * v485
    v487 = u10 * v486
    v488 = x10 * u4
    v489 = x4 * u10
    v490 = v488 + v489
    v491 = x14 * u7
    v492 = x7 * u14
    v493 = v491 + v492
    v494 = v25 * v228
    v495 = v212 * v44
    v496 = v494 + v495
    v497 = x12 * u5
    v498 = x5 * u12
    v499 = v497 + v498
    v500 = x13 * u6
    v501 = x6 * u13
    v502 = v500 + v501
    v503 = x15 * u8
    v504 = x8 * u15
    v505 = v503 + v504
    v506 = v499 + v502
    v507 = v506 + v505
    v508 = v490 + v493
    v509 = v508 + v496
    v510 = c1 * v507
    v511 = v509 + v510
    v512 = g10 * v511
    v513 = x10 * v512
    v514 = v487 + v513
    v515 = x4 * x9
    v516 = x7 * x12
    v517 = v212 * v7
    v518 = x5 * x10
    v519 = x6 * x11
    v520 = x8 * x13
    v521 = v518 + v519
    v522 = v521 + v520
    v523 = v515 + v516
    v524 = v523 + v517
    v525 = c1 * v522
    v526 = v524 + v525
    v527 = g10 * v526
    v528 = u9 * v527
    v529 = x9 * u4
    v530 = x4 * u9
    v531 = v529 + v530
    v532 = x12 * u7
    v533 = x7 * u12
    v534 = v532 + v533
    v535 = v7 * v228
    v536 = v212 * v9
    v537 = v535 + v536
    v538 = x10 * u5
    v539 = x5 * u10
    v540 = v538 + v539
    v541 = x11 * u6
    v542 = x6 * u11
    v543 = v541 + v542
    v544 = x13 * u8
    v545 = x8 * u13
    v546 = v544 + v545
    v547 = v540 + v543
    v548 = v547 + v546
    v549 = v531 + v534
    v550 = v549 + v537
    v551 = c1 * v548
    v552 = v550 + v551
    v553 = g10 * v552
    v554 = x9 * v553
    v555 = v528 + v554
    v556 = x9 * u9
    v557 = x12 * u12
    v558 = v7 * v9
    v559 = x13 * u13
    v560 = x10 * u10
    v561 = x11 * u11
    v562 = v560 + v561
    v563 = v559 + v562
    v564 = v556 + v557
    v565 = v564 + v558
    v566 = c1 * v563
    v567 = v565 + v566
    g6 = rows[22]
    v568 = g6 * v567
    v569 = x12 * x15
    v570 = v7 * v433
    v571 = c1 * v7
    v572 = x9 - v571
    v573 = x11 * v572
    v574 = x10 - v25
    v575 = x13 * v574
    v576 = v569 + v570
    v577 = v576 + v573
    v578 = c1 * v575
    v579 = v577 + v578
    g11 = rows[27]
    v580 = g11 * v579
    g5 = rows[21]
    v581 = x6 * g5
    v582 = v580 + v581
    v583 = u6 * v582
    v584 = x15 * u12
    v585 = x12 * u15
    v586 = v584 + v585
    v587 = v433 * v9
    v588 = v7 * v453
    v589 = v587 + v588
    v590 = u11 * v572
    v591 = c1 * v9
    v592 = u9 - v591
    v593 = x11 * v592
    v594 = v590 + v593
    v595 = u13 * v574
    v596 = u10 - v44
    v597 = x13 * v596
    v598 = v595 + v597
    v599 = v586 + v589
    v600 = v599 + v594
    v601 = c1 * v598
    v602 = v600 + v601
    v603 = g11 * v602
    v604 = g5 * u6
    v605 = v603 + v604
    v606 = x6 * v605
    v607 = v583 + v606
    v608 = x4 * u4
    v609 = x5 * u5
    v610 = x6 * u6
    v611 = v608 + v609
    v612 = v611 + v610
    v613 = g5 * v612
    v614 = u1 * v286
    v615 = x1 * v291
    v616 = v614 + v615
    v617 = v444 * v453
    v618 = v433 * v471
    v619 = v617 + v618
    v620 = v486 * v44
    v621 = v25 * v512
    v622 = v620 + v621
    v623 = v527 * v9
    v624 = v7 * v553
    v625 = v623 + v624
    v626 = x15 * u15
    v627 = v433 * v453
    v628 = v25 * v44
    v629 = v558 + v559
    v630 = v629 + v628
    v631 = v561 + v626
    v632 = v631 + v627
    v633 = c1 * v630
    v634 = v632 + v633
    v635 = g6 * v634
    v636 = x10 * x11
    v637 = v25 * v433
    v638 = x12 - v7
    v639 = x13 * v638
    v640 = c1 * v25
    v641 = x14 - v640
    v642 = x15 * v641
    v643 = v636 + v637
    v644 = v643 + v642
    v645 = c1 * v639
    v646 = v644 + v645
    v647 = g11 * v646
    v648 = x8 * g5
    v649 = v647 + v648
    v650 = u8 * v649
    v651 = x11 * u10
    v652 = x10 * u11
    v653 = v651 + v652
    v654 = v433 * v44
    v655 = v25 * v453
    v656 = v654 + v655
    v657 = u13 * v638
    v658 = u12 - v9
    v659 = x13 * v658
    v660 = v657 + v659
    v661 = u15 * v641
    v662 = c1 * v44
    v663 = u14 - v662
    v664 = x15 * v663
    v665 = v661 + v664
    v666 = v653 + v656
    v667 = v666 + v665
    v668 = c1 * v660
    v669 = v667 + v668
    v670 = g11 * v669
    v671 = g5 * u8
    v672 = v670 + v671
    v673 = x8 * v672
    v674 = v650 + v673
    v675 = x12 * x14
    v676 = v7 * v25
    v677 = c1 * x12
    v678 = x9 + v677
    v679 = x10 * v678
    v680 = x13 * v433
    v681 = v675 + v676
    v682 = v681 + v679
    v683 = c1 * v680
    v684 = v682 + v683
    v685 = g11 * v684
    v686 = x5 * g5
    v687 = v685 + v686
    v688 = u5 * v687
    v689 = x14 * u12
    v690 = x12 * u14
    v691 = v689 + v690
    v692 = v25 * v9
    v693 = v7 * v44
    v694 = v692 + v693
    v695 = u10 * v678
    v696 = c1 * u12
    v697 = u9 + v696
    v698 = x10 * v697
    v699 = v695 + v698
    v700 = u13 * v433
    v701 = x13 * v453
    v702 = v700 + v701
    v703 = v691 + v694
    v704 = v703 + v699
    v705 = c1 * v702
    v706 = v704 + v705
    v707 = g11 * v706
    v708 = g5 * u5
    v709 = v707 + v708
    v710 = x5 * v709
    v711 = v688 + v710
    v712 = x8 * u8
    v713 = v212 * v228
    v714 = v610 + v712
    v715 = v714 + v713
    v716 = g5 * v715
    v717 = u3 * v219
    v718 = x3 * v236
    v719 = v717 + v718
    v720 = x11 * x11
    v721 = x15 * x15
    v722 = v433 * v433
    v723 = x13 * x13
    v724 = v7 * v7
    v725 = v25 * v25
    v726 = v723 + v724
    v727 = v726 + v725
    v728 = v720 + v721
    v729 = v728 + v722
    v730 = c1 * v727
    v731 = v729 + v730
    v732 = g11 * v731
    v733 = g5 * v212
    v734 = v732 - v733
    g2 = rows[18]
    v735 = g2 + v734
    v736 = v735 * v228
    v737 = g11 * v634
    v738 = g5 * v228
    v739 = c1 * v737
    v740 = v739 - v738
    v741 = v212 * v740
    v742 = v736 + v741
    v743 = v607 + v635
    v744 = v743 + v674
    v745 = v744 + v716
    v746 = v745 - v619
    v747 = v746 - v622
    v748 = v747 - v625
    v749 = v748 - v711
    v750 = v749 - v742
    v751 = c1 * v750
    v752 = v719 + v751
    v753 = x9 * x9
    v754 = x12 * x12
    v755 = x10 * x10
    v756 = v755 + v720
    v757 = v723 + v756
    v758 = v753 + v754
    v759 = v758 + v724
    v760 = c1 * v757
    v761 = v759 + v760
    v762 = g11 * v761
    v763 = x4 * g5
    v764 = v762 + v763
    v765 = g2 + v764
    v766 = u4 * v765
    v767 = g11 * v567
    v768 = g5 * u4
    v769 = c1 * v767
    v770 = v768 + v769
    v771 = x4 * v770
    v772 = v766 + v771
    v773 = v616 - v752
    v774 = v473 + v514
    v775 = v774 + v555
    v776 = v775 + v568
    v777 = v776 + v607
    v778 = v777 + v613
    v779 = v778 + v772
    v780 = c1 * v779
    v781 = v773 + v780
    rows[48] = v781
    v782 = u13 * v444
    v783 = x13 * v471
    v784 = v782 + v783
    v785 = u12 * v486
    v786 = x12 * v512
    v787 = v785 + v786
    v788 = u10 * v527
    v789 = x10 * v553
    v790 = v788 + v789
    v791 = g6 * v706
    v792 = u6 * v649
    v793 = x6 * v672
    v794 = v792 + v793
    v795 = u8 * v582
    v796 = x8 * v605
    v797 = v795 + v796
    v798 = x8 * u6
    v799 = x6 * u8
    v800 = v798 + v799
    v801 = u5 * v212
    v802 = x5 * v228
    v803 = v801 + v802
    v804 = v800 + v803
    v805 = g5 * v804
    v806 = v687 * v228
    v807 = v212 * v709
    v808 = v806 + v807
    v809 = u1 * v247
    v810 = x1 * v263
    v811 = v809 + v810
    v812 = u2 * v286
    v813 = x2 * v291
    v814 = v812 + v813
    v815 = x14 * x14
    v816 = v754 + v723
    v817 = v816 + v721
    v818 = v755 + v815
    v819 = v818 + v725
    v820 = c1 * v817
    v821 = v819 + v820
    v822 = g11 * v821
    v823 = x7 * g5
    v824 = v822 + v823
    v825 = v824 + v764
    v826 = c1 * g2
    v827 = v825 + v826
    v828 = u5 * v827
    v829 = x14 * u14
    v830 = v557 + v559
    v831 = v830 + v626
    v832 = v560 + v628
    v833 = v832 + v829
    v834 = c1 * v831
    v835 = v833 + v834
    v836 = g11 * v835
    v837 = g5 * u7
    v838 = c1 * v836
    v839 = v837 + v838
    v840 = v770 + v839
    v841 = x5 * v840
    v842 = v828 + v841
    v843 = v811 + v814
    v844 = v791 + v794
    v845 = v844 + v797
    v846 = v845 + v805
    v847 = v846 + v808
    v848 = v847 + v842
    v849 = c1 * v848
    v850 = v784 + v787
    v851 = v850 + v790
    v852 = c0 * v851
    v853 = v843 + v849
    v854 = v853 + v852
    rows[49] = v854
    v855 = v444 * v9
    v856 = v7 * v471
    v857 = v855 + v856
    v858 = u13 * v486
    v859 = x13 * v512
    v860 = v858 + v859
    v861 = u11 * v527
    v862 = x11 * v553
    v863 = v861 + v862
    v864 = g6 * v602
    v865 = u5 * v649
    v866 = x5 * v672
    v867 = v865 + v866
    v868 = x8 * u5
    v869 = x5 * u8
    v870 = v868 + v869
    v871 = x4 - v212
    v872 = u6 * v871
    v873 = u4 - v228
    v874 = x6 * v873
    v875 = v872 + v874
    v876 = v870 + v875
    v877 = g5 * v876
    v878 = v582 * v873
    v879 = v871 * v605
    v880 = v878 + v879
    v881 = u8 * v687
    v882 = x8 * v709
    v883 = v881 + v882
    v884 = u1 * v219
    v885 = x1 * v236
    v886 = v884 + v885
    v887 = u3 * v286
    v888 = x3 * v291
    v889 = v887 + v888
    v890 = v734 + v764
    v891 = v890 + v826
    v892 = u6 * v891
    v893 = v740 + v770
    v894 = x6 * v893
    v895 = v892 + v894
    v896 = v886 + v889
    v897 = v864 + v867
    v898 = v897 + v877
    v899 = v898 + v880
    v900 = v899 + v883
    v901 = v900 + v895
    v902 = c1 * v901
    v903 = v857 - v860
    v904 = v903 - v863
    v905 = c0 * v904
    v906 = v905 - v896
    v907 = v906 - v902
    v908 = u15 * v444
    v909 = x15 * v471
    v910 = v908 + v909
    v911 = u14 * v486
    v912 = x14 * v512
    v913 = v911 + v912
    v914 = u12 * v527
    v915 = x12 * v553
    v916 = v914 + v915
    v917 = g6 * v835
    v918 = x7 * u7
    v919 = v609 + v712
    v920 = v919 + v918
    v921 = g5 * v920
    v922 = u2 * v247
    v923 = x2 * v263
    v924 = v922 + v923
    v925 = g2 + v824
    v926 = u7 * v925
    v927 = x7 * v839
    v928 = v926 + v927
    v929 = v924 - v752
    v930 = v674 + v910
    v931 = v930 + v913
    v932 = v931 + v916
    v933 = v932 + v917
    v934 = v933 + v921
    v935 = v934 + v928
    v936 = c1 * v935
    v937 = v929 + v936
    rows[50] = v937
    v938 = v444 * v44
    v939 = v25 * v471
    v940 = v938 + v939
    v941 = u15 * v486
    v942 = x15 * v512
    v943 = v941 + v942
    v944 = u13 * v527
    v945 = x13 * v553
    v946 = v944 + v945
    v947 = g6 * v669
    v948 = x6 * u5
    v949 = x5 * u6
    v950 = v948 + v949
    v951 = x7 - v212
    v952 = u8 * v951
    v953 = u7 - v228
    v954 = x8 * v953
    v955 = v952 + v954
    v956 = v950 + v955
    v957 = g5 * v956
    v958 = v649 * v953
    v959 = v951 * v672
    v960 = v958 + v959
    v961 = u5 * v582
    v962 = x5 * v605
    v963 = v961 + v962
    v964 = u6 * v687
    v965 = x6 * v709
    v966 = v964 + v965
    v967 = u2 * v219
    v968 = x2 * v236
    v969 = v967 + v968
    v970 = u3 * v247
    v971 = x3 * v263
    v972 = v970 + v971
    v973 = v734 + v824
    v974 = v973 + v826
    v975 = u8 * v974
    v976 = v740 + v839
    v977 = x8 * v976
    v978 = v975 + v977
    v979 = v969 + v972
    v980 = v947 + v957
    v981 = v980 + v960
    v982 = v981 + v963
    v983 = v982 + v966
    v984 = v983 + v978
    v985 = c1 * v984
    v986 = v940 - v943
    v987 = v986 - v946
    v988 = c0 * v987
    v989 = v988 - v979
    v990 = v989 - v985
    v991 = u4 * v527
    v992 = x4 * v553
    v993 = v991 + v992
    v994 = u1 * v199
    v995 = x1 * v207
    v996 = v994 + v995
    g12 = rows[28]
    v997 = g12 * v579
    v998 = x5 * x8
    v999 = x6 * v871
    v1000 = v998 + v999
    v1001 = g11 * v1000
    v1002 = x6 * g6
    v1003 = v1001 + v1002
    v1004 = c1 * v997
    v1005 = v1003 + v1004
    v1006 = u11 * v1005
    v1007 = g12 * v602
    v1008 = g11 * v876
    v1009 = g6 * u6
    v1010 = v1008 + v1009
    v1011 = c1 * v1007
    v1012 = v1010 + v1011
    v1013 = x11 * v1012
    v1014 = v1006 + v1013
    v1015 = g12 * v684
    v1016 = x6 * x8
    v1017 = x5 * v212
    v1018 = v1016 + v1017
    v1019 = g11 * v1018
    v1020 = x5 * g6
    v1021 = v1019 + v1020
    v1022 = c1 * v1015
    v1023 = v1021 + v1022
    v1024 = u10 * v1023
    v1025 = g12 * v706
    v1026 = g11 * v804
    v1027 = g6 * u5
    v1028 = v1026 + v1027
    v1029 = c1 * v1025
    v1030 = v1028 + v1029
    v1031 = x10 * v1030
    v1032 = v1024 + v1031
    v1033 = u6 * v444
    v1034 = x6 * v471
    v1035 = v1033 + v1034
    v1036 = v527 * v228
    v1037 = v212 * v553
    v1038 = v1036 + v1037
    v1039 = u3 * v158
    v1040 = x3 * v170
    v1041 = v1039 + v1040
    v1042 = g12 * v646
    v1043 = x5 * x6
    v1044 = x8 * v951
    v1045 = v1043 + v1044
    v1046 = g11 * v1045
    v1047 = x8 * g6
    v1048 = v1046 + v1047
    v1049 = c1 * v1042
    v1050 = v1048 + v1049
    v1051 = u13 * v1050
    v1052 = g12 * v669
    v1053 = g11 * v956
    v1054 = g6 * u8
    v1055 = v1053 + v1054
    v1056 = c1 * v1052
    v1057 = v1055 + v1056
    v1058 = x13 * v1057
    v1059 = v1051 + v1058
    v1060 = v1005 * v453
    v1061 = v433 * v1012
    v1062 = v1060 + v1061
    v1063 = v1023 * v44
    v1064 = v25 * v1030
    v1065 = v1063 + v1064
    v1066 = g12 * v731
    v1067 = x6 * x6
    v1068 = x8 * x8
    v1069 = v212 * v212
    v1070 = v1067 + v1068
    v1071 = v1070 + v1069
    v1072 = g11 * v1071
    v1073 = g6 * v212
    v1074 = v1072 - v1073
    v1075 = c1 * v1066
    v1076 = v1074 + v1075
    v1077 = g12 * v761
    v1078 = x4 * x4
    v1079 = x5 * x5
    v1080 = v1078 + v1079
    v1081 = v1080 + v1067
    v1082 = g11 * v1081
    v1083 = x4 * g6
    v1084 = v1082 + v1083
    v1085 = c1 * v1077
    v1086 = v1084 + v1085
    v1087 = c1 * v1076
    g3 = rows[19]
    v1088 = c2 * g3
    v1089 = v1086 + v1087
    v1090 = v1089 + v1088
    v1091 = v1090 * v9
    v1092 = g12 * v634
    v1093 = g11 * v715
    v1094 = g6 * v228
    v1095 = c1 * v1093
    v1096 = c0 * v1092
    v1097 = v1095 + v1096
    v1098 = v1097 - v1094
    v1099 = g12 * v567
    v1100 = g11 * v612
    v1101 = g6 * u4
    v1102 = c1 * v1100
    v1103 = c0 * v1099
    v1104 = v1101 + v1102
    v1105 = v1104 + v1103
    v1106 = c1 * v1098
    v1107 = v1105 + v1106
    v1108 = v7 * v1107
    v1109 = v1091 + v1108
    v1110 = v1038 + v1062
    v1111 = v1110 + v1065
    v1112 = v1111 + v1109
    v1113 = c1 * v1112
    v1114 = v1014 + v1035
    v1115 = v1114 + v1059
    v1116 = c0 * v1115
    v1117 = v1041 + v1116
    v1118 = v1117 - v1113
    v1119 = g3 + v1086
    v1120 = u9 * v1119
    v1121 = x9 * v1105
    v1122 = v1120 + v1121
    v1123 = v996 - v1118
    v1124 = v993 + v1014
    v1125 = v1124 + v1032
    v1126 = v1125 + v1122
    v1127 = c1 * v1126
    v1128 = v1123 + v1127
    rows[51] = v1128
    v1129 = u4 * v486
    v1130 = x4 * v512
    v1131 = v1129 + v1130
    v1132 = u5 * v527
    v1133 = x5 * v553
    v1134 = v1132 + v1133
    v1135 = u1 * v178
    v1136 = x1 * v189
    v1137 = v1135 + v1136
    v1138 = u2 * v199
    v1139 = x2 * v207
    v1140 = v1138 + v1139
    v1141 = u11 * v1050
    v1142 = x11 * v1057
    v1143 = v1141 + v1142
    v1144 = u13 * v1005
    v1145 = x13 * v1012
    v1146 = v1144 + v1145
    v1147 = v1023 * v697
    v1148 = v678 * v1030
    v1149 = v1147 + v1148
    v1150 = g12 * v821
    v1151 = x7 * x7
    v1152 = v1079 + v1151
    v1153 = v1152 + v1068
    v1154 = g11 * v1153
    v1155 = x7 * g6
    v1156 = v1154 + v1155
    v1157 = c1 * v1150
    v1158 = v1156 + v1157
    v1159 = c1 * v1086
    v1160 = v1159 + v1088
    v1161 = v1158 + v1160
    v1162 = u10 * v1161
    v1163 = g12 * v835
    v1164 = g11 * v920
    v1165 = g6 * u7
    v1166 = c1 * v1164
    v1167 = c0 * v1163
    v1168 = v1165 + v1166
    v1169 = v1168 + v1167
    v1170 = c1 * v1105
    v1171 = v1169 + v1170
    v1172 = x10 * v1171
    v1173 = v1162 + v1172
    v1174 = u8 * v444
    v1175 = x8 * v471
    v1176 = v1174 + v1175
    v1177 = v486 * v228
    v1178 = v212 * v512
    v1179 = v1177 + v1178
    v1180 = u3 * v35
    v1181 = x3 * v59
    v1182 = v1180 + v1181
    v1183 = u15 * v1050
    v1184 = x15 * v1057
    v1185 = v1183 + v1184
    v1186 = v1050 * v453
    v1187 = v433 * v1057
    v1188 = v1186 + v1187
    v1189 = v1023 * v9
    v1190 = v7 * v1030
    v1191 = v1189 + v1190
    v1192 = v1158 + v1087
    v1193 = v1192 + v1088
    v1194 = v1193 * v44
    v1195 = v1169 + v1106
    v1196 = v25 * v1195
    v1197 = v1194 + v1196
    v1198 = v1179 + v1188
    v1199 = v1198 + v1191
    v1200 = v1199 + v1197
    v1201 = c1 * v1200
    v1202 = v1146 + v1176
    v1203 = v1202 + v1185
    v1204 = c0 * v1203
    v1205 = v1182 + v1204
    v1206 = v1205 - v1201
    v1207 = v1137 + v1140
    v1208 = v1207 - v1206
    v1209 = v1131 + v1143
    v1210 = v1209 + v1149
    v1211 = v1210 + v1173
    v1212 = c1 * v1211
    v1213 = v1134 + v1146
    v1214 = c0 * v1213
    v1215 = v1208 + v1212
    v1216 = v1215 + v1214
    rows[52] = v1216
    v1217 = u4 * v444
    v1218 = x4 * v471
    v1219 = v1217 + v1218
    v1220 = u6 * v527
    v1221 = x6 * v553
    v1222 = v1220 + v1221
    v1223 = u1 * v158
    v1224 = x1 * v170
    v1225 = v1223 + v1224
    v1226 = u3 * v199
    v1227 = x3 * v207
    v1228 = v1226 + v1227
    v1229 = u10 * v1050
    v1230 = x10 * v1057
    v1231 = v1229 + v1230
    v1232 = v1005 * v592
    v1233 = v572 * v1012
    v1234 = v1232 + v1233
    v1235 = v1076 + v1160
    v1236 = u11 * v1235
    v1237 = v1098 + v1170
    v1238 = x11 * v1237
    v1239 = v1236 + v1238
    v1240 = v444 * v228
    v1241 = v212 * v471
    v1242 = v1240 + v1241
    v1243 = v1050 * v44
    v1244 = v25 * v1057
    v1245 = v1243 + v1244
    v1246 = v1005 * v9
    v1247 = v7 * v1012
    v1248 = v1246 + v1247
    v1249 = u13 * v1023
    v1250 = x13 * v1030
    v1251 = v1249 + v1250
    v1252 = g3 + v1076
    v1253 = v1252 * v453
    v1254 = v433 * v1098
    v1255 = v1253 + v1254
    v1256 = v1242 + v1245
    v1257 = v1256 + v1248
    v1258 = v1257 + v1255
    v1259 = c1 * v1251
    v1260 = v1258 + v1259
    v1261 = v1225 + v1228
    v1262 = v1219 + v1231
    v1263 = v1262 + v1234
    v1264 = v1263 + v1239
    v1265 = v1264 + v1260
    v1266 = c1 * v1265
    v1267 = c0 * v1222
    v1268 = v1261 + v1266
    v1269 = v1268 + v1267
    rows[53] = v1269
    v1270 = u5 * v486
    v1271 = x5 * v512
    v1272 = v1270 + v1271
    v1273 = u7 * v527
    v1274 = x7 * v553
    v1275 = v1273 + v1274
    v1276 = u1 * v81
    v1277 = x1 * v118
    v1278 = v1276 + v1277
    v1279 = u2 * v178
    v1280 = x2 * v189
    v1281 = v1279 + v1280
    v1282 = u15 * v1005
    v1283 = x15 * v1012
    v1284 = v1282 + v1283
    v1285 = u14 * v1023
    v1286 = x14 * v1030
    v1287 = v1285 + v1286
    v1288 = c1 * v1158
    v1289 = v1086 + v1288
    v1290 = v1289 + v1088
    v1291 = u12 * v1290
    v1292 = c1 * v1169
    v1293 = v1105 + v1292
    v1294 = x12 * v1293
    v1295 = v1291 + v1294
    v1296 = v1278 + v1281
    v1297 = v1296 - v1118
    v1298 = v1275 + v1284
    v1299 = v1298 + v1287
    v1300 = v1299 + v1295
    v1301 = c1 * v1300
    v1302 = v1032 + v1059
    v1303 = v1302 + v1272
    v1304 = c0 * v1303
    v1305 = v1297 + v1301
    v1306 = v1305 + v1304
    rows[54] = v1306
    v1307 = u5 * v444
    v1308 = x5 * v471
    v1309 = v1307 + v1308
    v1310 = u6 * v486
    v1311 = x6 * v512
    v1312 = v1310 + v1311
    v1313 = u8 * v527
    v1314 = x8 * v553
    v1315 = v1313 + v1314
    v1316 = u1 * v35
    v1317 = x1 * v59
    v1318 = v1316 + v1317
    v1319 = u2 * v158
    v1320 = x2 * v170
    v1321 = v1319 + v1320
    v1322 = u3 * v178
    v1323 = x3 * v189
    v1324 = v1322 + v1323
    v1325 = v1050 * v658
    v1326 = v638 * v1057
    v1327 = v1325 + v1326
    v1328 = v1005 * v596
    v1329 = v574 * v1012
    v1330 = v1328 + v1329
    v1331 = v1023 * v453
    v1332 = v433 * v1030
    v1333 = v1331 + v1332
    v1334 = v1076 + v1158
    v1335 = v1334 + v1086
    v1336 = v1335 + v1088
    v1337 = u13 * v1336
    v1338 = v1098 + v1105
    v1339 = v1338 + v1169
    v1340 = x13 * v1339
    v1341 = v1337 + v1340
    v1342 = v1318 + v1321
    v1343 = v1342 + v1324
    v1344 = v1309 + v1312
    v1345 = v1344 + v1315
    v1346 = v1345 + v1327
    v1347 = v1346 + v1330
    v1348 = v1347 + v1333
    v1349 = v1348 + v1341
    v1350 = c0 * v1349
    v1351 = v1343 + v1350
    rows[55] = v1351
    v1352 = u7 * v486
    v1353 = x7 * v512
    v1354 = v1352 + v1353
    v1355 = u2 * v81
    v1356 = x2 * v118
    v1357 = v1355 + v1356
    v1358 = u12 * v1023
    v1359 = x12 * v1030
    v1360 = v1358 + v1359
    v1361 = g3 + v1158
    v1362 = u14 * v1361
    v1363 = x14 * v1169
    v1364 = v1362 + v1363
    v1365 = v1357 - v1206
    v1366 = v1185 + v1354
    v1367 = v1366 + v1360
    v1368 = v1367 + v1364
    v1369 = c1 * v1368
    v1370 = v1365 + v1369
    rows[56] = v1370
    v1371 = u7 * v444
    v1372 = x7 * v471
    v1373 = v1371 + v1372
    v1374 = u8 * v486
    v1375 = x8 * v512
    v1376 = v1374 + v1375
    v1377 = u2 * v35
    v1378 = x2 * v59
    v1379 = v1377 + v1378
    v1380 = u3 * v81
    v1381 = x3 * v118
    v1382 = v1380 + v1381
    v1383 = v1050 * v663
    v1384 = v641 * v1057
    v1385 = v1383 + v1384
    v1386 = u12 * v1005
    v1387 = x12 * v1012
    v1388 = v1386 + v1387
    v1389 = v1076 + v1288
    v1390 = v1389 + v1088
    v1391 = u15 * v1390
    v1392 = v1098 + v1292
    v1393 = x15 * v1392
    v1394 = v1391 + v1393
    v1395 = v1379 + v1382
    v1396 = v1260 + v1373
    v1397 = v1396 + v1385
    v1398 = v1397 + v1388
    v1399 = v1398 + v1394
    v1400 = c1 * v1399
    v1401 = c0 * v1376
    v1402 = v1395 + v1400
    v1403 = v1402 + v1401
    rows[57] = v1403
    v1404 = x1 * u1
    v1405 = x2 * u2
    v1406 = x3 * u3
    v1407 = v1404 + v1405
    v1408 = v1407 + v1406
    v1409 = v609 + v610
    v1410 = v1409 + v712
    v1411 = v608 + v713
    v1412 = v1411 + v918
    v1413 = c1 * v1410
    v1414 = v1412 + v1413
    v1415 = v557 + v558
    v1416 = v1415 + v562
    v1417 = v1416 + v626
    v1418 = v1417 + v628
    v1419 = v556 + v627
    v1420 = v1419 + v829
    v1421 = c2 * v1418
    v1422 = c3 * v559
    v1423 = v1420 + v1421
    v1424 = v1423 + v1422
    v1425 = u1 * v282
    v1426 = x1 * v276
    v1427 = v1425 + v1426
    v1428 = u2 * v243
    v1429 = x2 * v259
    v1430 = v1428 + v1429
    v1431 = u3 * v215
    v1432 = x3 * v232
    v1433 = v1431 + v1432
    v1434 = v1427 + v1430
    v1435 = v1434 + v1433
    rows[58] = v1435
    v1436 = u4 * v1081
    v1437 = x4 * v612
    v1438 = c1 * v1437
    v1439 = v1436 + v1438
    v1440 = u7 * v1153
    v1441 = x7 * v920
    v1442 = c1 * v1441
    v1443 = v1440 + v1442
    v1444 = v1071 * v228
    v1445 = v212 * v715
    v1446 = c1 * v1445
    v1447 = v1444 + v1446
    v1448 = u5 * v1018
    v1449 = x5 * v804
    v1450 = v1448 + v1449
    v1451 = u6 * v1000
    v1452 = x6 * v876
    v1453 = v1451 + v1452
    v1454 = u8 * v1045
    v1455 = x8 * v956
    v1456 = v1454 + v1455
    v1457 = v1450 + v1453
    v1458 = v1457 + v1456
    v1459 = v1439 + v1443
    v1460 = v1459 - v1447
    v1461 = c1 * v1458
    v1462 = v1460 + v1461
    rows[59] = v1462
    v1463 = u4 * v761
    v1464 = x4 * v567
    v1465 = c1 * v1464
    v1466 = v1463 + v1465
    v1467 = u7 * v821
    v1468 = x7 * v835
    v1469 = c1 * v1468
    v1470 = v1467 + v1469
    v1471 = v731 * v228
    v1472 = v212 * v634
    v1473 = c1 * v1472
    v1474 = v1471 + v1473
    v1475 = u5 * v684
    v1476 = x5 * v706
    v1477 = v1475 + v1476
    v1478 = u6 * v579
    v1479 = x6 * v602
    v1480 = v1478 + v1479
    v1481 = u8 * v646
    v1482 = x8 * v669
    v1483 = v1481 + v1482
    v1484 = v1477 + v1480
    v1485 = v1484 + v1483
    v1486 = v1466 + v1470
    v1487 = v1486 - v1474
    v1488 = c1 * v1485
    v1489 = v1487 + v1488
    rows[60] = v1489
    v1490 = x1 * v72
    v1491 = x2 * v137
    v1492 = x3 * v19
    v1493 = v1490 + v1491
    v1494 = v1493 + v1492
    v1495 = u1 * v1494
    v1496 = x1 * v150
    v1497 = v1495 + v1496
    v1498 = x1 * v137
    v1499 = x2 * v66
    v1500 = x3 * v28
    v1501 = v1498 + v1499
    v1502 = v1501 + v1500
    v1503 = u2 * v1502
    v1504 = x2 * v322
    v1505 = v1503 + v1504
    v1506 = x1 * v19
    v1507 = x2 * v28
    v1508 = x3 * v73
    v1509 = v1506 + v1507
    v1510 = v1509 - v1508
    v1511 = u3 * v1510
    v1512 = x3 * v380
    v1513 = v1511 + v1512
    v1514 = v1497 + v1505
    v1515 = v1514 + v1513
    rows[61] = v1515
    v1516 = v282 * v276
    v1517 = v243 * v259
    v1518 = v215 * v232
    v1519 = v1516 + v1517
    v1520 = v1519 + v1518
    v1521 = v72 * v105
    v1522 = v66 * v93
    v1523 = v73 * v106
    v1524 = v137 * v131
    v1525 = v19 * v13
    v1526 = v28 * v48
    v1527 = v1524 + v1525
    v1528 = v1527 + v1526
    v1529 = v1521 + v1522
    v1530 = v1529 + v1523
    v1531 = c1 * v1528
    v1532 = v1530 + v1531
    v1533 = v526 * v552
    v1534 = v485 * v511
    v1535 = v443 * v470
    v1536 = v1533 + v1534
    v1537 = v1536 + v1535
    v1538 = v761 * v612
    v1539 = v1081 * v567
    v1540 = v1538 + v1539
    v1541 = v821 * v920
    v1542 = v1153 * v835
    v1543 = v1541 + v1542
    v1544 = v731 * v715
    v1545 = v1071 * v634
    v1546 = v1544 + v1545
    v1547 = v684 * v804
    v1548 = v1018 * v706
    v1549 = v1547 + v1548
    v1550 = v579 * v876
    v1551 = v1000 * v602
    v1552 = v1550 + v1551
    v1553 = v646 * v956
    v1554 = v1045 * v669
    v1555 = v1553 + v1554
    v1556 = v1549 + v1552
    v1557 = v1556 + v1555
    v1558 = v1540 + v1543
    v1559 = v1558 + v1546
    v1560 = v1559 + v1557
    v1561 = v761 * v567
    v1562 = v821 * v835
    v1563 = v731 * v634
    v1564 = v684 * v706
    v1565 = v579 * v602
    v1566 = v646 * v669
    v1567 = v1564 + v1565
    v1568 = v1567 + v1566
    v1569 = v1561 + v1562
    v1570 = v1569 + v1563
    v1571 = v1570 + v1568
    v1572 = c5 * v907
    rows[62] = v1572
    v1573 = c5 * v990
    rows[63] = v1573
    v1574 = c1 * v1408
    rows[64] = v1574
    v1575 = c1 * v1414
    rows[65] = v1575
    v1576 = c1 * v1424
    rows[66] = v1576
    v1577 = c1 * v1520
    rows[67] = v1577
    v1578 = c1 * v1532
    rows[68] = v1578
    v1579 = c1 * v1537
    rows[69] = v1579
    v1580 = c1 * v1560
    rows[70] = v1580
    v1581 = c0 * v1571
    rows[71] = v1581
    rows[72] = c4


second_order_0_ordinary, second_order_0_streaming = on_registers(second_order_0, False), on_registers(second_order_0, True)


def second_order_0_rows(table, length, number):
    second_order_0_ordinary(table, length, number)


def second_order_0_streamed(table, length, number):
    second_order_0_streaming(table, length, number)


KERNELS = {
    "value": {
        "inputs": [16],
        "outputs": [13],
        "rows": 28,
        "output_rows": [0, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27],
        "passes": [value_0_rows],
        "streamed": [value_0_streamed],
    },
    "vjp": {
        "inputs": [16, 13],
        "outputs": [16],
        "rows": 44,
        "output_rows": [16, 29, 30, 31, 32, 33, 42, 34, 43, 35, 36, 37, 38, 39, 40, 41],
        "passes": [vjp_0_rows],
        "streamed": [vjp_0_streamed],
    },
    "second_order": {
        "inputs": [16, 13, 16],
        "outputs": [16, 13],
        "rows": 73,
        "output_rows": [72, 45, 46, 47, 48, 49, 62, 50, 63, 51, 52, 53, 54, 55, 56, 57, 29, 64, 65, 66, 58, 59, 60, 61, 67, 68, 69, 70, 71],
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
