# Emitted by invgen 0.1.0 from templates/numba/kernels.py.jinja for cartesian-l3-n4-independent. Do not edit: emit again.
# value: 277 operations (129 additions, 148 multiplications), kernel 856e3181006a9208
# vjp: 670 operations (306 additions, 364 multiplications), kernel 549dc1f6bc9e06b0
# second_order: 1611 operations (745 additions, 866 multiplications), kernel 3a4e6b72a51bbd16
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
    v190 = x1 * v66
    v191 = x2 * v72
    v192 = x3 * v78
    v193 = v190 + v191
    v194 = v193 + v192
    v195 = x1 * v194
    v196 = x1 * v72
    v197 = x2 * v84
    v198 = x3 * v90
    v199 = v196 + v197
    v200 = v199 + v198
    v201 = x2 * v200
    v202 = x1 * v78
    v203 = x2 * v90
    v204 = x3 * v92
    v205 = v202 + v203
    v206 = v205 - v204
    v207 = x3 * v206
    v208 = v195 + v201
    v209 = v208 + v207
    rows[23] = v209
    v210 = v46 * v46
    v211 = v52 * v52
    v212 = v58 * v58
    v213 = v210 + v211
    v214 = v213 + v212
    rows[24] = v214
    v215 = v66 * v66
    v216 = v72 * v72
    v217 = v78 * v78
    v218 = v84 * v84
    v219 = v90 * v90
    v220 = v92 * v92
    v221 = v215 + v218
    v222 = v221 + v220
    v223 = v216 + v217
    v224 = v223 + v219
    v225 = c0 * v224
    v226 = v222 + v225
    rows[25] = v226
    v227 = x9 * v46
    v228 = x10 * v52
    v229 = x11 * v58
    v230 = v227 + v228
    v231 = v230 + v229
    v232 = x4 * v231
    v233 = x10 * v46
    v234 = x12 * v52
    v235 = x13 * v58
    v236 = v233 + v234
    v237 = v236 + v235
    v238 = x5 * v237
    v239 = x11 * v46
    v240 = x13 * v52
    v241 = v23 * v58
    v242 = v239 + v240
    v243 = v242 - v241
    v244 = x6 * v243
    v245 = x12 * v46
    v246 = x14 * v52
    v247 = x15 * v58
    v248 = v245 + v246
    v249 = v248 + v247
    v250 = x7 * v249
    v251 = x13 * v46
    v252 = x15 * v52
    v253 = v27 * v58
    v254 = v251 + v252
    v255 = v254 - v253
    v256 = x8 * v255
    v257 = v231 + v249
    v258 = v10 * v257
    v259 = v232 + v250
    v260 = v259 + v258
    v261 = v238 + v244
    v262 = v261 + v256
    v263 = c0 * v262
    v264 = v260 + v263
    rows[26] = v264
    v265 = v66 * v101
    v266 = v72 * v105
    v267 = v78 * v110
    v268 = v84 * v113
    v269 = v90 * v118
    v270 = v92 * v121
    v271 = v265 + v268
    v272 = v271 - v270
    v273 = v266 + v267
    v274 = v273 + v269
    v275 = c0 * v274
    v276 = v272 + v275
    rows[27] = v276


value_0_ordinary, value_0_streaming = on_registers(value_0, False), on_registers(value_0, True)


def value_0_rows(table, length, number):
    value_0_ordinary(table, length, number)


def value_0_streamed(table, length, number):
    value_0_streaming(table, length, number)


def vjp_0(rows):
    c0 = rows.constant(2.0)
    c1 = rows.constant(4.0)
    c2 = rows.constant(3.0)
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
    g8 = rows[24]
    v6 = x3 * g8
    v7 = v5 * v6
    x10 = rows[10]
    v8 = x1 * x10
    v9 = x2 * x12
    v10 = x3 * x13
    v11 = v8 + v9
    v12 = v11 + v10
    v13 = x2 * g8
    v14 = v12 * v13
    v15 = x1 * x9
    v16 = x2 * x10
    v17 = x3 * x11
    v18 = v15 + v16
    v19 = v18 + v17
    v20 = x1 * v19
    v21 = x2 * v12
    v22 = x3 * v5
    v23 = v20 + v21
    v24 = v23 + v22
    v25 = g8 * v24
    v26 = x1 * g8
    v27 = v19 * v26
    x5 = rows[5]
    x6 = rows[6]
    v28 = x5 * x6
    x4 = rows[4]
    x7 = rows[7]
    v29 = x4 + x7
    v30 = x7 - v29
    x8 = rows[8]
    v31 = x8 * v30
    v32 = v28 + v31
    g12 = rows[28]
    v33 = g12 * v32
    v34 = x1 * x13
    x15 = rows[15]
    v35 = x2 * x15
    x14 = rows[14]
    v36 = x10 + x14
    v37 = x3 * v36
    v38 = v34 + v35
    v39 = v38 - v37
    g10 = rows[26]
    v40 = g10 * v39
    v41 = x2 * v6
    v42 = x3 * v13
    g5 = rows[21]
    v43 = x8 * g5
    v44 = v41 + v42
    v45 = v33 + v43
    v46 = c0 * v45
    v47 = c1 * v40
    v48 = v44 + v46
    v49 = v48 + v47
    v50 = x13 * v49
    v51 = x5 * x8
    v52 = x4 - v29
    v53 = x6 * v52
    v54 = v51 + v53
    v55 = g12 * v54
    v56 = g10 * v5
    v57 = x1 * v6
    v58 = x3 * v26
    v59 = x6 * g5
    v60 = v57 + v58
    v61 = v55 + v59
    v62 = c0 * v61
    v63 = c1 * v56
    v64 = v60 + v62
    v65 = v64 + v63
    v66 = x11 * v65
    v67 = x6 * x8
    v68 = x5 * v29
    v69 = v67 + v68
    v70 = g12 * v69
    v71 = g10 * v12
    v72 = x1 * v13
    v73 = x2 * v26
    v74 = x5 * g5
    v75 = v72 + v73
    v76 = v70 + v74
    v77 = c0 * v76
    v78 = c1 * v71
    v79 = v75 + v77
    v80 = v79 + v78
    v81 = x10 * v80
    v82 = x5 * x5
    v83 = x7 * x7
    v84 = x8 * x8
    v85 = v82 + v83
    v86 = v85 + v84
    v87 = g12 * v86
    v88 = x1 * x12
    v89 = x2 * x14
    v90 = x3 * x15
    v91 = v88 + v89
    v92 = v91 + v90
    v93 = g10 * v92
    v94 = x2 * v13
    v95 = x6 * x6
    v96 = v29 * v29
    v97 = v95 + v84
    v98 = v97 + v96
    v99 = g12 * v98
    v100 = v19 + v92
    v101 = g10 * v100
    v102 = x3 * v6
    v103 = g5 * v29
    v104 = v99 + v102
    v105 = v104 - v103
    v106 = c0 * v101
    v107 = v105 - v106
    v108 = x7 * g5
    v109 = v87 + v94
    v110 = v109 + v108
    v111 = v110 - v107
    v112 = c0 * v93
    v113 = v111 + v112
    v114 = x12 * v113
    v115 = x4 * x4
    v116 = v115 + v82
    v117 = v116 + v95
    v118 = g12 * v117
    v119 = g10 * v19
    v120 = x1 * v26
    v121 = x4 * g5
    v122 = v118 + v120
    v123 = v122 + v121
    v124 = v123 - v107
    v125 = c0 * v119
    v126 = v124 + v125
    v127 = x9 * v126
    g11 = rows[27]
    v128 = x8 * g11
    v129 = v36 * v128
    v130 = x6 * g11
    v131 = v2 * v130
    v132 = x5 * g11
    v133 = x13 * v132
    v134 = g11 * v29
    v135 = x7 * g11
    v136 = v134 + v135
    v137 = x15 * v136
    v138 = x4 * g11
    v139 = v134 + v138
    v140 = x11 * v139
    v141 = x1 * x6
    v142 = x2 * x8
    v143 = x3 * v29
    v144 = v141 + v142
    v145 = v144 - v143
    g9 = rows[25]
    v146 = g9 * v145
    g4 = rows[20]
    v147 = x3 * g4
    v148 = v137 + v140
    v149 = v148 + v147
    v150 = v129 + v131
    v151 = v150 - v133
    v152 = v151 - v146
    v153 = c0 * v152
    v154 = v153 - v149
    v155 = x6 * v154
    v156 = x15 * v128
    v157 = x13 * v130
    v158 = x12 * v132
    v159 = x14 * v136
    v160 = x10 * v139
    v161 = x1 * x5
    v162 = x2 * x7
    v163 = x3 * x8
    v164 = v161 + v162
    v165 = v164 + v163
    v166 = g9 * v165
    v167 = x2 * g4
    v168 = v159 + v160
    v169 = v168 + v167
    v170 = v156 + v157
    v171 = v170 + v158
    v172 = v171 + v166
    v173 = c0 * v172
    v174 = v169 + v173
    v175 = x5 * v174
    v176 = x1 * x4
    v177 = x2 * x5
    v178 = x3 * x6
    v179 = v176 + v177
    v180 = v179 + v178
    v181 = g4 * v180
    v182 = x13 * v128
    v183 = x11 * v130
    v184 = x10 * v132
    v185 = x12 * v136
    v186 = x9 * v139
    v187 = g9 * v180
    v188 = x1 * g4
    v189 = v185 + v186
    v190 = v189 + v188
    v191 = v182 + v183
    v192 = v191 + v184
    v193 = v192 + v187
    v194 = c0 * v193
    v195 = v190 + v194
    v196 = x4 * v195
    g1 = rows[17]
    v197 = x1 * g1
    v198 = v7 + v14
    v199 = v198 + v25
    v200 = v199 + v27
    v201 = v200 + v50
    v202 = v201 + v66
    v203 = v202 + v81
    v204 = v203 + v114
    v205 = v204 + v127
    v206 = v205 + v175
    v207 = v206 + v181
    v208 = v207 + v196
    v209 = v208 - v155
    v210 = c0 * v197
    v211 = v209 + v210
    rows[29] = v211
    v212 = v39 * v6
    v213 = x1 * v12
    v214 = x2 * v92
    v215 = x3 * v39
    v216 = v213 + v214
    v217 = v216 + v215
    v218 = g8 * v217
    v219 = v92 * v13
    v220 = v12 * v26
    v221 = x15 * v49
    v222 = x13 * v65
    v223 = x12 * v80
    v224 = x14 * v113
    v225 = x10 * v126
    v226 = x8 * v154
    v227 = g4 * v165
    v228 = x7 * v174
    v229 = x5 * v195
    v230 = x2 * g1
    v231 = v212 + v218
    v232 = v231 + v219
    v233 = v232 + v220
    v234 = v233 + v221
    v235 = v234 + v222
    v236 = v235 + v223
    v237 = v236 + v224
    v238 = v237 + v225
    v239 = v238 + v227
    v240 = v239 + v228
    v241 = v240 + v229
    v242 = v241 - v226
    v243 = c0 * v230
    v244 = v242 + v243
    rows[30] = v244
    v245 = x1 * v5
    v246 = x2 * v39
    v247 = x3 * v100
    v248 = v245 + v246
    v249 = v248 - v247
    v250 = g8 * v249
    v251 = v100 * v6
    v252 = v39 * v13
    v253 = v5 * v26
    v254 = v36 * v49
    v255 = v2 * v65
    v256 = x13 * v80
    v257 = x15 * v113
    v258 = x11 * v126
    v259 = g4 * v145
    v260 = v29 * v154
    v261 = x8 * v174
    v262 = x6 * v195
    v263 = x3 * g1
    v264 = v250 + v252
    v265 = v264 + v253
    v266 = v265 + v256
    v267 = v266 + v257
    v268 = v267 + v258
    v269 = v268 + v259
    v270 = v269 + v260
    v271 = v270 + v261
    v272 = v271 + v262
    v273 = v272 - v251
    v274 = v273 - v254
    v275 = v274 - v255
    v276 = c0 * v263
    v277 = v275 + v276
    rows[31] = v277
    v278 = x9 * v180
    v279 = x10 * v165
    v280 = x11 * v145
    v281 = v278 + v279
    v282 = v281 + v280
    v283 = g11 * v282
    v284 = x9 * x9
    v285 = x12 * x12
    v286 = v2 * v2
    v287 = x13 * x13
    v288 = x10 * x10
    v289 = x11 * x11
    v290 = v288 + v289
    v291 = v287 + v290
    v292 = v284 + v285
    v293 = v292 + v286
    v294 = c0 * v291
    v295 = v293 + v294
    g7 = rows[23]
    v296 = g7 * v295
    v297 = g12 * v5
    g6 = rows[22]
    v298 = x6 * g6
    v299 = v297 + v298
    v300 = x6 * v299
    v301 = g6 * v117
    v302 = g5 * v19
    v303 = x1 * v195
    v304 = x12 * v180
    v305 = x14 * v165
    v306 = x15 * v145
    v307 = v304 + v305
    v308 = v307 + v306
    v309 = v282 + v308
    v310 = g11 * v309
    v311 = x15 * x15
    v312 = x11 + x15
    v313 = v312 * v312
    v314 = v36 * v36
    v315 = v287 + v286
    v316 = v315 + v314
    v317 = v289 + v311
    v318 = v317 + v313
    v319 = c0 * v316
    v320 = v318 + v319
    v321 = g7 * v320
    v322 = g12 * v39
    v323 = x8 * g6
    v324 = v322 + v323
    v325 = x8 * v324
    v326 = g12 * v12
    v327 = x5 * g6
    v328 = v326 + v327
    v329 = x5 * v328
    v330 = g6 * v98
    v331 = g5 * v100
    v332 = x3 * v154
    v333 = g12 * v100
    v334 = g6 * v29
    v335 = v333 + v334
    g2 = rows[18]
    v336 = g2 - v335
    v337 = v29 * v336
    v338 = v310 + v331
    v339 = v338 + v332
    v340 = v339 - v321
    v341 = v340 - v330
    v342 = v329 + v337
    v343 = v342 - v325
    v344 = v343 - v300
    v345 = c0 * v344
    v346 = v341 + v345
    v347 = g12 * v19
    v348 = x4 * g6
    v349 = v347 + v348
    v350 = g2 + v349
    v351 = x4 * v350
    v352 = v283 + v296
    v353 = v352 + v301
    v354 = v353 + v302
    v355 = v354 + v303
    v356 = v355 + v346
    v357 = v300 + v351
    v358 = c0 * v357
    v359 = v356 + v358
    rows[32] = v359
    v360 = x10 * v180
    v361 = x12 * v165
    v362 = x13 * v145
    v363 = v360 + v361
    v364 = v363 + v362
    v365 = g11 * v364
    v366 = x12 * x14
    v367 = v2 * v36
    v368 = c0 * x12
    v369 = x9 + v368
    v370 = x10 * v369
    v371 = x13 * v312
    v372 = v366 + v367
    v373 = v372 + v370
    v374 = c0 * v371
    v375 = v373 + v374
    v376 = g7 * v375
    v377 = x6 * v324
    v378 = x8 * v299
    v379 = g6 * v69
    v380 = v29 * v328
    v381 = g5 * v12
    v382 = x1 * v174
    v383 = x2 * v195
    v384 = g12 * v92
    v385 = x7 * g6
    v386 = v384 + v385
    v387 = v386 + v349
    v388 = c0 * g2
    v389 = v387 + v388
    v390 = x5 * v389
    v391 = v382 + v383
    v392 = v365 + v376
    v393 = v392 + v377
    v394 = v393 + v378
    v395 = v394 + v379
    v396 = v395 + v380
    v397 = v396 + v381
    v398 = v397 + v390
    v399 = c0 * v398
    v400 = v391 + v399
    rows[33] = v400
    v401 = x11 * v180
    v402 = x13 * v165
    v403 = v2 * v145
    v404 = v401 + v402
    v405 = v404 - v403
    v406 = g11 * v405
    v407 = x12 * x15
    v408 = v2 * v312
    v409 = c0 * v2
    v410 = x9 - v409
    v411 = x11 * v410
    v412 = x10 - v36
    v413 = x13 * v412
    v414 = v407 + v408
    v415 = v414 + v411
    v416 = c0 * v413
    v417 = v415 + v416
    v418 = g7 * v417
    v419 = x5 * v324
    v420 = g6 * v54
    v421 = v52 * v299
    v422 = x8 * v328
    v423 = g5 * v5
    v424 = x1 * v154
    v425 = x3 * v195
    v426 = v349 - v335
    v427 = v426 + v388
    v428 = x6 * v427
    v429 = v425 - v424
    v430 = v406 + v418
    v431 = v430 + v419
    v432 = v431 + v420
    v433 = v432 + v421
    v434 = v433 + v422
    v435 = v434 + v423
    v436 = v435 + v428
    v437 = c0 * v436
    v438 = v429 + v437
    rows[34] = v438
    v439 = g11 * v308
    v440 = x14 * x14
    v441 = v285 + v287
    v442 = v441 + v311
    v443 = v288 + v440
    v444 = v443 + v314
    v445 = c0 * v442
    v446 = v444 + v445
    v447 = g7 * v446
    v448 = g6 * v86
    v449 = g5 * v92
    v450 = x2 * v174
    v451 = g2 + v386
    v452 = x7 * v451
    v453 = v439 + v447
    v454 = v453 + v448
    v455 = v454 + v449
    v456 = v455 + v450
    v457 = v456 + v346
    v458 = v325 + v452
    v459 = c0 * v458
    v460 = v457 + v459
    rows[35] = v460
    v461 = x13 * v180
    v462 = x15 * v165
    v463 = v36 * v145
    v464 = v461 + v462
    v465 = v464 - v463
    v466 = g11 * v465
    v467 = x10 * x11
    v468 = v36 * v312
    v469 = x12 - v2
    v470 = x13 * v469
    v471 = c0 * v36
    v472 = x14 - v471
    v473 = x15 * v472
    v474 = v467 + v468
    v475 = v474 + v473
    v476 = c0 * v470
    v477 = v475 + v476
    v478 = g7 * v477
    v479 = g6 * v32
    v480 = v30 * v324
    v481 = x5 * v299
    v482 = x6 * v328
    v483 = g5 * v39
    v484 = x2 * v154
    v485 = x3 * v174
    v486 = v386 - v335
    v487 = v486 + v388
    v488 = x8 * v487
    v489 = v485 - v484
    v490 = v466 + v478
    v491 = v490 + v479
    v492 = v491 + v480
    v493 = v492 + v481
    v494 = v493 + v482
    v495 = v494 + v483
    v496 = v495 + v488
    v497 = c0 * v496
    v498 = v489 + v497
    rows[36] = v498
    v499 = v180 * v139
    v500 = x6 * g7
    v501 = x11 * v500
    v502 = x5 * g7
    v503 = x10 * v502
    v504 = x1 * v126
    v505 = v145 * v130
    v506 = x8 * g7
    v507 = x13 * v506
    v508 = v312 * v500
    v509 = v36 * v502
    v510 = x3 * v65
    v511 = g7 * v29
    v512 = x4 * g7
    v513 = c0 * v511
    g3 = rows[19]
    v514 = c2 * g3
    v515 = v512 + v514
    v516 = v515 - v513
    v517 = v2 * v516
    v518 = v505 - v508
    v519 = v518 - v509
    v520 = v519 - v517
    v521 = c0 * v520
    v522 = v507 + v501
    v523 = c1 * v522
    v524 = v510 + v521
    v525 = v524 + v523
    v526 = g3 + v512
    v527 = x9 * v526
    v528 = v499 + v504
    v529 = v528 - v525
    v530 = v501 + v503
    v531 = v530 + v527
    v532 = c0 * v531
    v533 = v529 + v532
    rows[37] = v533
    v534 = v180 * v132
    v535 = v165 * v139
    v536 = x11 * v506
    v537 = x13 * v500
    v538 = v369 * v502
    v539 = x1 * v80
    v540 = x2 * v126
    v541 = x7 * g7
    v542 = c0 * v512
    v543 = v542 + v514
    v544 = v541 + v543
    v545 = x10 * v544
    v546 = v145 * v128
    v547 = x15 * v506
    v548 = v312 * v506
    v549 = v2 * v502
    v550 = x3 * v49
    v551 = v541 + v514
    v552 = v551 - v513
    v553 = v36 * v552
    v554 = v546 - v548
    v555 = v554 - v549
    v556 = v555 - v553
    v557 = c0 * v556
    v558 = v547 + v537
    v559 = c1 * v558
    v560 = v550 + v557
    v561 = v560 + v559
    v562 = v535 + v539
    v563 = v562 + v540
    v564 = v563 - v561
    v565 = v534 + v536
    v566 = v565 + v538
    v567 = v566 + v545
    v568 = c0 * v567
    v569 = c1 * v537
    v570 = v564 + v568
    v571 = v570 + v569
    rows[38] = v571
    v572 = v180 * v130
    v573 = v145 * v139
    v574 = x10 * v506
    v575 = v410 * v500
    v576 = x1 * v65
    v577 = x3 * v126
    v578 = v511 - v543
    v579 = x11 * v578
    v580 = v36 * v506
    v581 = v2 * v500
    v582 = x13 * v502
    v583 = g3 - v511
    v584 = v312 * v583
    v585 = v580 + v581
    v586 = v585 + v584
    v587 = c0 * v582
    v588 = v586 + v587
    v589 = v573 + v576
    v590 = v589 + v577
    v591 = v572 + v574
    v592 = v591 + v575
    v593 = v592 + v588
    v594 = v593 - v579
    v595 = c0 * v594
    v596 = v590 + v595
    rows[39] = v596
    v597 = v165 * v132
    v598 = v180 * v136
    v599 = x15 * v500
    v600 = x14 * v502
    v601 = x2 * v80
    v602 = x1 * v113
    v603 = c0 * v541
    v604 = v512 + v603
    v605 = v604 + v514
    v606 = x12 * v605
    v607 = v598 + v601
    v608 = v607 + v602
    v609 = v608 - v525
    v610 = v597 + v599
    v611 = v610 + v600
    v612 = v611 + v606
    v613 = c0 * v612
    v614 = v507 + v503
    v615 = c1 * v614
    v616 = v609 + v613
    v617 = v616 + v615
    rows[40] = v617
    v618 = v180 * v128
    v619 = v165 * v130
    v620 = v145 * v132
    v621 = v469 * v506
    v622 = v412 * v500
    v623 = v312 * v502
    v624 = x1 * v49
    v625 = x2 * v65
    v626 = x3 * v80
    v627 = v541 + v512
    v628 = v627 - v511
    v629 = v628 + v514
    v630 = x13 * v629
    v631 = v624 + v625
    v632 = v631 + v626
    v633 = v618 + v619
    v634 = v633 + v620
    v635 = c0 * v634
    v636 = v621 + v622
    v637 = v636 + v623
    v638 = v637 + v630
    v639 = c1 * v638
    v640 = v632 + v635
    v641 = v640 + v639
    rows[41] = v641
    v642 = v165 * v136
    v643 = x12 * v502
    v644 = x2 * v113
    v645 = g3 + v541
    v646 = x14 * v645
    v647 = v642 + v644
    v648 = v647 - v561
    v649 = v547 + v643
    v650 = v649 + v646
    v651 = c0 * v650
    v652 = v648 + v651
    rows[42] = v652
    v653 = v165 * v128
    v654 = v145 * v136
    v655 = v472 * v506
    v656 = x12 * v500
    v657 = x2 * v49
    v658 = x3 * v113
    v659 = v603 + v514
    v660 = v659 - v511
    v661 = x15 * v660
    v662 = v654 + v657
    v663 = v662 + v658
    v664 = v653 + v655
    v665 = v664 + v656
    v666 = v665 + v661
    v667 = v666 + v588
    v668 = c0 * v667
    v669 = v663 + v668
    rows[43] = v669


vjp_0_ordinary, vjp_0_streaming = on_registers(vjp_0, False), on_registers(vjp_0, True)


def vjp_0_rows(table, length, number):
    vjp_0_ordinary(table, length, number)


def vjp_0_streamed(table, length, number):
    vjp_0_streaming(table, length, number)


def second_order_0(rows):
    c0 = rows.constant(2.0)
    c1 = rows.constant(4.0)
    c2 = rows.constant(3.0)
    c3 = rows.constant(6.0)
    c4 = rows.constant(0.0)
    x3 = rows[3]
    g8 = rows[24]
    v0 = x3 * g8
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
    v20 = g8 * u3
    v21 = v19 * v20
    v22 = v14 + v21
    v23 = x2 * g8
    x10 = rows[10]
    v24 = x10 * u1
    u10 = rows[39]
    v25 = x1 * u10
    v26 = v24 + v25
    v27 = x12 * u2
    v28 = x2 * u12
    v29 = v27 + v28
    v30 = x13 * u3
    v31 = x3 * u13
    v32 = v30 + v31
    v33 = v26 + v29
    v34 = v33 + v32
    v35 = v23 * v34
    v36 = x1 * x10
    v37 = x2 * x12
    v38 = x3 * x13
    v39 = v36 + v37
    v40 = v39 + v38
    v41 = g8 * u2
    v42 = v40 * v41
    v43 = v35 + v42
    v44 = x1 * x9
    v45 = x2 * x10
    v46 = x3 * x11
    v47 = v44 + v45
    v48 = v47 + v46
    v49 = u1 * v48
    v50 = x9 * u1
    v51 = x1 * u9
    v52 = v50 + v51
    v53 = x10 * u2
    v54 = x2 * u10
    v55 = v53 + v54
    v56 = x11 * u3
    v57 = x3 * u11
    v58 = v56 + v57
    v59 = v52 + v55
    v60 = v59 + v58
    v61 = x1 * v60
    v62 = v49 + v61
    v63 = u2 * v40
    v64 = x2 * v34
    v65 = v63 + v64
    v66 = u3 * v19
    v67 = x3 * v13
    v68 = v66 + v67
    v69 = v62 + v65
    v70 = v69 + v68
    v71 = g8 * v70
    v72 = x1 * g8
    v73 = v72 * v60
    v74 = g8 * u1
    v75 = v48 * v74
    v76 = v73 + v75
    x5 = rows[5]
    x6 = rows[6]
    v77 = x5 * x6
    x4 = rows[4]
    x7 = rows[7]
    v78 = x4 + x7
    v79 = x7 - v78
    x8 = rows[8]
    v80 = x8 * v79
    v81 = v77 + v80
    g12 = rows[28]
    v82 = g12 * v81
    v83 = x1 * x13
    x15 = rows[15]
    v84 = x2 * x15
    x14 = rows[14]
    v85 = x10 + x14
    v86 = x3 * v85
    v87 = v83 + v84
    v88 = v87 - v86
    g10 = rows[26]
    v89 = g10 * v88
    v90 = x2 * v0
    v91 = x3 * v23
    g5 = rows[21]
    v92 = x8 * g5
    v93 = v90 + v91
    v94 = v82 + v92
    v95 = c0 * v94
    v96 = c1 * v89
    v97 = v93 + v95
    v98 = v97 + v96
    v99 = u13 * v98
    u5 = rows[34]
    v100 = x6 * u5
    u6 = rows[35]
    v101 = x5 * u6
    v102 = v100 + v101
    u8 = rows[37]
    v103 = u8 * v79
    u4 = rows[33]
    u7 = rows[36]
    v104 = u4 + u7
    v105 = u7 - v104
    v106 = x8 * v105
    v107 = v103 + v106
    v108 = v102 + v107
    v109 = g12 * v108
    v110 = x13 * u1
    v111 = x1 * u13
    v112 = v110 + v111
    v113 = x15 * u2
    u15 = rows[44]
    v114 = x2 * u15
    v115 = v113 + v114
    v116 = u3 * v85
    u14 = rows[43]
    v117 = u10 + u14
    v118 = x3 * v117
    v119 = v116 + v118
    v120 = v112 + v115
    v121 = v120 - v119
    v122 = g10 * v121
    v123 = u2 * v0
    v124 = x2 * v20
    v125 = v123 + v124
    v126 = u3 * v23
    v127 = x3 * v41
    v128 = v126 + v127
    v129 = g5 * u8
    v130 = v125 + v128
    v131 = v109 + v129
    v132 = c0 * v131
    v133 = c1 * v122
    v134 = v130 + v132
    v135 = v134 + v133
    v136 = x13 * v135
    v137 = v99 + v136
    v138 = x5 * x8
    v139 = x4 - v78
    v140 = x6 * v139
    v141 = v138 + v140
    v142 = g12 * v141
    v143 = g10 * v19
    v144 = x1 * v0
    v145 = x3 * v72
    v146 = x6 * g5
    v147 = v144 + v145
    v148 = v142 + v146
    v149 = c0 * v148
    v150 = c1 * v143
    v151 = v147 + v149
    v152 = v151 + v150
    v153 = u11 * v152
    v154 = x8 * u5
    v155 = x5 * u8
    v156 = v154 + v155
    v157 = u6 * v139
    v158 = u4 - v104
    v159 = x6 * v158
    v160 = v157 + v159
    v161 = v156 + v160
    v162 = g12 * v161
    v163 = g10 * v13
    v164 = u1 * v0
    v165 = x1 * v20
    v166 = v164 + v165
    v167 = u3 * v72
    v168 = x3 * v74
    v169 = v167 + v168
    v170 = g5 * u6
    v171 = v166 + v169
    v172 = v162 + v170
    v173 = c0 * v172
    v174 = c1 * v163
    v175 = v171 + v173
    v176 = v175 + v174
    v177 = x11 * v176
    v178 = v153 + v177
    v179 = x6 * x8
    v180 = x5 * v78
    v181 = v179 + v180
    v182 = g12 * v181
    v183 = g10 * v40
    v184 = x1 * v23
    v185 = x2 * v72
    v186 = x5 * g5
    v187 = v184 + v185
    v188 = v182 + v186
    v189 = c0 * v188
    v190 = c1 * v183
    v191 = v187 + v189
    v192 = v191 + v190
    v193 = u10 * v192
    v194 = x8 * u6
    v195 = x6 * u8
    v196 = v194 + v195
    v197 = u5 * v78
    v198 = x5 * v104
    v199 = v197 + v198
    v200 = v196 + v199
    v201 = g12 * v200
    v202 = g10 * v34
    v203 = u1 * v23
    v204 = x1 * v41
    v205 = v203 + v204
    v206 = u2 * v72
    v207 = x2 * v74
    v208 = v206 + v207
    v209 = g5 * u5
    v210 = v205 + v208
    v211 = v201 + v209
    v212 = c0 * v211
    v213 = c1 * v202
    v214 = v210 + v212
    v215 = v214 + v213
    v216 = x10 * v215
    v217 = v193 + v216
    v218 = x5 * x5
    v219 = x7 * x7
    v220 = x8 * x8
    v221 = v218 + v219
    v222 = v221 + v220
    v223 = g12 * v222
    v224 = x1 * x12
    v225 = x2 * x14
    v226 = x3 * x15
    v227 = v224 + v225
    v228 = v227 + v226
    v229 = g10 * v228
    v230 = x2 * v23
    v231 = x6 * x6
    v232 = v78 * v78
    v233 = v231 + v220
    v234 = v233 + v232
    v235 = g12 * v234
    v236 = v48 + v228
    v237 = g10 * v236
    v238 = x3 * v0
    v239 = g5 * v78
    v240 = v235 + v238
    v241 = v240 - v239
    v242 = c0 * v237
    v243 = v241 - v242
    v244 = x7 * g5
    v245 = v223 + v230
    v246 = v245 + v244
    v247 = v246 - v243
    v248 = c0 * v229
    v249 = v247 + v248
    v250 = u12 * v249
    v251 = x5 * u5
    v252 = x7 * u7
    v253 = x8 * u8
    v254 = v251 + v252
    v255 = v254 + v253
    v256 = g12 * v255
    v257 = x12 * u1
    v258 = x1 * u12
    v259 = v257 + v258
    v260 = x14 * u2
    v261 = x2 * u14
    v262 = v260 + v261
    v263 = x15 * u3
    v264 = x3 * u15
    v265 = v263 + v264
    v266 = v259 + v262
    v267 = v266 + v265
    v268 = g10 * v267
    v269 = u2 * v23
    v270 = x2 * v41
    v271 = v269 + v270
    v272 = x6 * u6
    v273 = v78 * v104
    v274 = v253 + v272
    v275 = v274 + v273
    v276 = g12 * v275
    v277 = v60 + v267
    v278 = g10 * v277
    v279 = u3 * v0
    v280 = x3 * v20
    v281 = v279 + v280
    v282 = g5 * v104
    v283 = v281 - v282
    v284 = v276 - v278
    v285 = c0 * v284
    v286 = v283 + v285
    v287 = g5 * u7
    v288 = v271 + v287
    v289 = v288 - v286
    v290 = v256 + v268
    v291 = c0 * v290
    v292 = v289 + v291
    v293 = x12 * v292
    v294 = v250 + v293
    v295 = x4 * x4
    v296 = v295 + v218
    v297 = v296 + v231
    v298 = g12 * v297
    v299 = g10 * v48
    v300 = x1 * v72
    v301 = x4 * g5
    v302 = v298 + v300
    v303 = v302 + v301
    v304 = v303 - v243
    v305 = c0 * v299
    v306 = v304 + v305
    v307 = u9 * v306
    v308 = x4 * u4
    v309 = v251 + v272
    v310 = v309 + v308
    v311 = g12 * v310
    v312 = g10 * v60
    v313 = u1 * v72
    v314 = x1 * v74
    v315 = v313 + v314
    v316 = g5 * u4
    v317 = v286 - v315
    v318 = v317 - v316
    v319 = v311 + v312
    v320 = c0 * v319
    v321 = v318 - v320
    v322 = x9 * v321
    v323 = v307 - v322
    g11 = rows[27]
    v324 = x8 * g11
    v325 = v85 * v324
    v326 = x6 * g11
    v327 = v7 * v326
    v328 = x5 * g11
    v329 = x13 * v328
    v330 = g11 * v78
    v331 = x7 * g11
    v332 = v330 + v331
    v333 = x15 * v332
    v334 = x4 * g11
    v335 = v330 + v334
    v336 = x11 * v335
    v337 = x1 * x6
    v338 = x2 * x8
    v339 = x3 * v78
    v340 = v337 + v338
    v341 = v340 - v339
    g9 = rows[25]
    v342 = g9 * v341
    g4 = rows[20]
    v343 = x3 * g4
    v344 = v333 + v336
    v345 = v344 + v343
    v346 = v325 + v327
    v347 = v346 - v329
    v348 = v347 - v342
    v349 = c0 * v348
    v350 = v349 - v345
    v351 = u6 * v350
    v352 = v324 * v117
    v353 = g11 * u8
    v354 = v85 * v353
    v355 = v352 + v354
    v356 = v326 * v9
    v357 = g11 * u6
    v358 = v7 * v357
    v359 = v356 + v358
    v360 = u13 * v328
    v361 = g11 * u5
    v362 = x13 * v361
    v363 = v360 + v362
    v364 = u15 * v332
    v365 = g11 * v104
    v366 = g11 * u7
    v367 = v365 + v366
    v368 = x15 * v367
    v369 = v364 + v368
    v370 = u11 * v335
    v371 = g11 * u4
    v372 = v365 + v371
    v373 = x11 * v372
    v374 = v370 + v373
    v375 = x6 * u1
    v376 = x1 * u6
    v377 = v375 + v376
    v378 = x8 * u2
    v379 = x2 * u8
    v380 = v378 + v379
    v381 = u3 * v78
    v382 = x3 * v104
    v383 = v381 + v382
    v384 = v377 + v380
    v385 = v384 - v383
    v386 = g9 * v385
    v387 = g4 * u3
    v388 = v369 + v374
    v389 = v388 + v387
    v390 = v355 + v359
    v391 = v390 - v363
    v392 = v391 - v386
    v393 = c0 * v392
    v394 = v393 - v389
    v395 = x6 * v394
    v396 = v351 + v395
    v397 = x15 * v324
    v398 = x13 * v326
    v399 = x12 * v328
    v400 = x14 * v332
    v401 = x10 * v335
    v402 = x1 * x5
    v403 = x2 * x7
    v404 = x3 * x8
    v405 = v402 + v403
    v406 = v405 + v404
    v407 = g9 * v406
    v408 = x2 * g4
    v409 = v400 + v401
    v410 = v409 + v408
    v411 = v397 + v398
    v412 = v411 + v399
    v413 = v412 + v407
    v414 = c0 * v413
    v415 = v410 + v414
    v416 = u5 * v415
    v417 = u15 * v324
    v418 = x15 * v353
    v419 = v417 + v418
    v420 = u13 * v326
    v421 = x13 * v357
    v422 = v420 + v421
    v423 = u12 * v328
    v424 = x12 * v361
    v425 = v423 + v424
    v426 = u14 * v332
    v427 = x14 * v367
    v428 = v426 + v427
    v429 = u10 * v335
    v430 = x10 * v372
    v431 = v429 + v430
    v432 = x5 * u1
    v433 = x1 * u5
    v434 = v432 + v433
    v435 = x7 * u2
    v436 = x2 * u7
    v437 = v435 + v436
    v438 = x8 * u3
    v439 = x3 * u8
    v440 = v438 + v439
    v441 = v434 + v437
    v442 = v441 + v440
    v443 = g9 * v442
    v444 = g4 * u2
    v445 = v428 + v431
    v446 = v445 + v444
    v447 = v419 + v422
    v448 = v447 + v425
    v449 = v448 + v443
    v450 = c0 * v449
    v451 = v446 + v450
    v452 = x5 * v451
    v453 = v416 + v452
    v454 = x4 * u1
    v455 = x1 * u4
    v456 = v454 + v455
    v457 = x5 * u2
    v458 = x2 * u5
    v459 = v457 + v458
    v460 = x6 * u3
    v461 = x3 * u6
    v462 = v460 + v461
    v463 = v456 + v459
    v464 = v463 + v462
    v465 = g4 * v464
    v466 = x13 * v324
    v467 = x11 * v326
    v468 = x10 * v328
    v469 = x12 * v332
    v470 = x9 * v335
    v471 = x1 * x4
    v472 = x2 * x5
    v473 = x3 * x6
    v474 = v471 + v472
    v475 = v474 + v473
    v476 = g9 * v475
    v477 = x1 * g4
    v478 = v469 + v470
    v479 = v478 + v477
    v480 = v466 + v467
    v481 = v480 + v468
    v482 = v481 + v476
    v483 = c0 * v482
    v484 = v479 + v483
    v485 = u4 * v484
    v486 = u13 * v324
    v487 = x13 * v353
    v488 = v486 + v487
    v489 = u11 * v326
    v490 = x11 * v357
    v491 = v489 + v490
    v492 = u10 * v328
    v493 = x10 * v361
    v494 = v492 + v493
    v495 = u12 * v332
    v496 = x12 * v367
    v497 = v495 + v496
    v498 = u9 * v335
    v499 = x9 * v372
    v500 = v498 + v499
    v501 = g9 * v464
    v502 = g4 * u1
    v503 = v497 + v500
    v504 = v503 + v502
    v505 = v488 + v491
    v506 = v505 + v494
    v507 = v506 + v501
    v508 = c0 * v507
    v509 = v504 + v508
    v510 = x4 * v509
    v511 = v485 + v510
    g1 = rows[17]
    v512 = g1 * u1
    v513 = v22 + v43
    v514 = v513 + v71
    v515 = v514 + v76
    v516 = v515 + v137
    v517 = v516 + v178
    v518 = v517 + v217
    v519 = v518 + v294
    v520 = v519 + v323
    v521 = v520 + v453
    v522 = v521 + v465
    v523 = v522 + v511
    v524 = v523 - v396
    v525 = c0 * v512
    v526 = v524 + v525
    rows[45] = v526
    v527 = v0 * v121
    v528 = v88 * v20
    v529 = v527 + v528
    v530 = u1 * v40
    v531 = x1 * v34
    v532 = v530 + v531
    v533 = u2 * v228
    v534 = x2 * v267
    v535 = v533 + v534
    v536 = u3 * v88
    v537 = x3 * v121
    v538 = v536 + v537
    v539 = v532 + v535
    v540 = v539 + v538
    v541 = g8 * v540
    v542 = v23 * v267
    v543 = v228 * v41
    v544 = v542 + v543
    v545 = v72 * v34
    v546 = v40 * v74
    v547 = v545 + v546
    v548 = u15 * v98
    v549 = x15 * v135
    v550 = v548 + v549
    v551 = u13 * v152
    v552 = x13 * v176
    v553 = v551 + v552
    v554 = u12 * v192
    v555 = x12 * v215
    v556 = v554 + v555
    v557 = u14 * v249
    v558 = x14 * v292
    v559 = v557 + v558
    v560 = u10 * v306
    v561 = x10 * v321
    v562 = v560 - v561
    v563 = u8 * v350
    v564 = x8 * v394
    v565 = v563 + v564
    v566 = g4 * v442
    v567 = u7 * v415
    v568 = x7 * v451
    v569 = v567 + v568
    v570 = u5 * v484
    v571 = x5 * v509
    v572 = v570 + v571
    v573 = g1 * u2
    v574 = v529 + v541
    v575 = v574 + v544
    v576 = v575 + v547
    v577 = v576 + v550
    v578 = v577 + v553
    v579 = v578 + v556
    v580 = v579 + v559
    v581 = v580 + v562
    v582 = v581 + v566
    v583 = v582 + v569
    v584 = v583 + v572
    v585 = v584 - v565
    v586 = c0 * v573
    v587 = v585 + v586
    rows[46] = v587
    v588 = u1 * v19
    v589 = x1 * v13
    v590 = v588 + v589
    v591 = u2 * v88
    v592 = x2 * v121
    v593 = v591 + v592
    v594 = u3 * v236
    v595 = x3 * v277
    v596 = v594 + v595
    v597 = v590 + v593
    v598 = v597 - v596
    v599 = g8 * v598
    v600 = v0 * v277
    v601 = v236 * v20
    v602 = v600 + v601
    v603 = v23 * v121
    v604 = v88 * v41
    v605 = v603 + v604
    v606 = v72 * v13
    v607 = v19 * v74
    v608 = v606 + v607
    v609 = v98 * v117
    v610 = v85 * v135
    v611 = v609 + v610
    v612 = v152 * v9
    v613 = v7 * v176
    v614 = v612 + v613
    v615 = u13 * v192
    v616 = x13 * v215
    v617 = v615 + v616
    v618 = u15 * v249
    v619 = x15 * v292
    v620 = v618 + v619
    v621 = u11 * v306
    v622 = x11 * v321
    v623 = v621 - v622
    v624 = g4 * v385
    v625 = v350 * v104
    v626 = v78 * v394
    v627 = v625 + v626
    v628 = u8 * v415
    v629 = x8 * v451
    v630 = v628 + v629
    v631 = u6 * v484
    v632 = x6 * v509
    v633 = v631 + v632
    v634 = g1 * u3
    v635 = v599 + v605
    v636 = v635 + v608
    v637 = v636 + v617
    v638 = v637 + v620
    v639 = v638 + v623
    v640 = v639 + v624
    v641 = v640 + v627
    v642 = v641 + v630
    v643 = v642 + v633
    v644 = v643 - v602
    v645 = v644 - v611
    v646 = v645 - v614
    v647 = c0 * v634
    v648 = v646 + v647
    rows[47] = v648
    v649 = u9 * v475
    v650 = x9 * v464
    v651 = v649 + v650
    v652 = u10 * v406
    v653 = x10 * v442
    v654 = v652 + v653
    v655 = u11 * v341
    v656 = x11 * v385
    v657 = v655 + v656
    v658 = v651 + v654
    v659 = v658 + v657
    v660 = g11 * v659
    v661 = x9 * u9
    v662 = x12 * u12
    v663 = v7 * v9
    v664 = x13 * u13
    v665 = x10 * u10
    v666 = x11 * u11
    v667 = v665 + v666
    v668 = v664 + v667
    v669 = v661 + v662
    v670 = v669 + v663
    v671 = c0 * v668
    v672 = v670 + v671
    g7 = rows[23]
    v673 = g7 * v672
    v674 = g12 * v19
    g6 = rows[22]
    v675 = x6 * g6
    v676 = v674 + v675
    v677 = u6 * v676
    v678 = g12 * v13
    v679 = g6 * u6
    v680 = v678 + v679
    v681 = x6 * v680
    v682 = v677 + v681
    v683 = g6 * v310
    v684 = g5 * v60
    v685 = u1 * v484
    v686 = x1 * v509
    v687 = v685 + v686
    v688 = u12 * v475
    v689 = x12 * v464
    v690 = v688 + v689
    v691 = u14 * v406
    v692 = x14 * v442
    v693 = v691 + v692
    v694 = u15 * v341
    v695 = x15 * v385
    v696 = v694 + v695
    v697 = v690 + v693
    v698 = v697 + v696
    v699 = v659 + v698
    v700 = g11 * v699
    v701 = x15 * u15
    v702 = x11 + x15
    v703 = u11 + u15
    v704 = v702 * v703
    v705 = v85 * v117
    v706 = v663 + v664
    v707 = v706 + v705
    v708 = v666 + v701
    v709 = v708 + v704
    v710 = c0 * v707
    v711 = v709 + v710
    v712 = g7 * v711
    v713 = g12 * v88
    v714 = x8 * g6
    v715 = v713 + v714
    v716 = u8 * v715
    v717 = g12 * v121
    v718 = g6 * u8
    v719 = v717 + v718
    v720 = x8 * v719
    v721 = v716 + v720
    v722 = g12 * v40
    v723 = x5 * g6
    v724 = v722 + v723
    v725 = u5 * v724
    v726 = g12 * v34
    v727 = g6 * u5
    v728 = v726 + v727
    v729 = x5 * v728
    v730 = v725 + v729
    v731 = g6 * v275
    v732 = g5 * v277
    v733 = u3 * v350
    v734 = x3 * v394
    v735 = v733 + v734
    v736 = g12 * v236
    v737 = g6 * v78
    v738 = v736 + v737
    g2 = rows[18]
    v739 = g2 - v738
    v740 = v739 * v104
    v741 = g12 * v277
    v742 = g6 * v104
    v743 = v741 + v742
    v744 = v78 * v743
    v745 = v740 - v744
    v746 = v700 + v732
    v747 = v746 + v735
    v748 = v682 + v712
    v749 = v748 + v721
    v750 = v749 + v731
    v751 = v750 - v730
    v752 = v751 - v745
    v753 = c0 * v752
    v754 = v753 - v747
    v755 = g12 * v48
    v756 = x4 * g6
    v757 = v755 + v756
    v758 = g2 + v757
    v759 = u4 * v758
    v760 = g12 * v60
    v761 = g6 * u4
    v762 = v760 + v761
    v763 = x4 * v762
    v764 = v759 + v763
    v765 = v660 + v684
    v766 = v765 + v687
    v767 = v766 - v754
    v768 = v673 + v682
    v769 = v768 + v683
    v770 = v769 + v764
    v771 = c0 * v770
    v772 = v767 + v771
    rows[48] = v772
    v773 = u10 * v475
    v774 = x10 * v464
    v775 = v773 + v774
    v776 = u12 * v406
    v777 = x12 * v442
    v778 = v776 + v777
    v779 = u13 * v341
    v780 = x13 * v385
    v781 = v779 + v780
    v782 = v775 + v778
    v783 = v782 + v781
    v784 = g11 * v783
    v785 = x14 * u12
    v786 = x12 * u14
    v787 = v785 + v786
    v788 = v85 * v9
    v789 = v7 * v117
    v790 = v788 + v789
    v791 = c0 * x12
    v792 = x9 + v791
    v793 = u10 * v792
    v794 = c0 * u12
    v795 = u9 + v794
    v796 = x10 * v795
    v797 = v793 + v796
    v798 = u13 * v702
    v799 = x13 * v703
    v800 = v798 + v799
    v801 = v787 + v790
    v802 = v801 + v797
    v803 = c0 * v800
    v804 = v802 + v803
    v805 = g7 * v804
    v806 = u6 * v715
    v807 = x6 * v719
    v808 = v806 + v807
    v809 = u8 * v676
    v810 = x8 * v680
    v811 = v809 + v810
    v812 = g6 * v200
    v813 = v724 * v104
    v814 = v78 * v728
    v815 = v813 + v814
    v816 = g5 * v34
    v817 = u1 * v415
    v818 = x1 * v451
    v819 = v817 + v818
    v820 = u2 * v484
    v821 = x2 * v509
    v822 = v820 + v821
    v823 = g12 * v228
    v824 = x7 * g6
    v825 = v823 + v824
    v826 = v825 + v757
    v827 = c0 * g2
    v828 = v826 + v827
    v829 = u5 * v828
    v830 = g12 * v267
    v831 = g6 * u7
    v832 = v830 + v831
    v833 = v762 + v832
    v834 = x5 * v833
    v835 = v829 + v834
    v836 = v819 + v822
    v837 = v784 + v805
    v838 = v837 + v808
    v839 = v838 + v811
    v840 = v839 + v812
    v841 = v840 + v815
    v842 = v841 + v816
    v843 = v842 + v835
    v844 = c0 * v843
    v845 = v836 + v844
    rows[49] = v845
    v846 = u11 * v475
    v847 = x11 * v464
    v848 = v846 + v847
    v849 = u13 * v406
    v850 = x13 * v442
    v851 = v849 + v850
    v852 = v341 * v9
    v853 = v7 * v385
    v854 = v852 + v853
    v855 = v848 + v851
    v856 = v855 - v854
    v857 = g11 * v856
    v858 = x15 * u12
    v859 = x12 * u15
    v860 = v858 + v859
    v861 = v702 * v9
    v862 = v7 * v703
    v863 = v861 + v862
    v864 = c0 * v7
    v865 = x9 - v864
    v866 = u11 * v865
    v867 = c0 * v9
    v868 = u9 - v867
    v869 = x11 * v868
    v870 = v866 + v869
    v871 = x10 - v85
    v872 = u13 * v871
    v873 = u10 - v117
    v874 = x13 * v873
    v875 = v872 + v874
    v876 = v860 + v863
    v877 = v876 + v870
    v878 = c0 * v875
    v879 = v877 + v878
    v880 = g7 * v879
    v881 = u5 * v715
    v882 = x5 * v719
    v883 = v881 + v882
    v884 = g6 * v161
    v885 = v676 * v158
    v886 = v139 * v680
    v887 = v885 + v886
    v888 = u8 * v724
    v889 = x8 * v728
    v890 = v888 + v889
    v891 = g5 * v13
    v892 = u1 * v350
    v893 = x1 * v394
    v894 = v892 + v893
    v895 = u3 * v484
    v896 = x3 * v509
    v897 = v895 + v896
    v898 = v757 - v738
    v899 = v898 + v827
    v900 = u6 * v899
    v901 = v743 - v762
    v902 = x6 * v901
    v903 = v900 - v902
    v904 = v897 - v894
    v905 = v857 + v880
    v906 = v905 + v883
    v907 = v906 + v884
    v908 = v907 + v887
    v909 = v908 + v890
    v910 = v909 + v891
    v911 = v910 + v903
    v912 = c0 * v911
    v913 = v904 + v912
    rows[50] = v913
    v914 = g11 * v698
    v915 = x14 * u14
    v916 = v662 + v664
    v917 = v916 + v701
    v918 = v665 + v705
    v919 = v918 + v915
    v920 = c0 * v917
    v921 = v919 + v920
    v922 = g7 * v921
    v923 = g6 * v255
    v924 = g5 * v267
    v925 = u2 * v415
    v926 = x2 * v451
    v927 = v925 + v926
    v928 = g2 + v825
    v929 = u7 * v928
    v930 = x7 * v832
    v931 = v929 + v930
    v932 = v914 + v924
    v933 = v932 + v927
    v934 = v933 - v754
    v935 = v721 + v922
    v936 = v935 + v923
    v937 = v936 + v931
    v938 = c0 * v937
    v939 = v934 + v938
    rows[51] = v939
    v940 = u13 * v475
    v941 = x13 * v464
    v942 = v940 + v941
    v943 = u15 * v406
    v944 = x15 * v442
    v945 = v943 + v944
    v946 = v341 * v117
    v947 = v85 * v385
    v948 = v946 + v947
    v949 = v942 + v945
    v950 = v949 - v948
    v951 = g11 * v950
    v952 = x11 * u10
    v953 = x10 * u11
    v954 = v952 + v953
    v955 = v702 * v117
    v956 = v85 * v703
    v957 = v955 + v956
    v958 = x12 - v7
    v959 = u13 * v958
    v960 = u12 - v9
    v961 = x13 * v960
    v962 = v959 + v961
    v963 = c0 * v85
    v964 = x14 - v963
    v965 = u15 * v964
    v966 = c0 * v117
    v967 = u14 - v966
    v968 = x15 * v967
    v969 = v965 + v968
    v970 = v954 + v957
    v971 = v970 + v969
    v972 = c0 * v962
    v973 = v971 + v972
    v974 = g7 * v973
    v975 = g6 * v108
    v976 = v715 * v105
    v977 = v79 * v719
    v978 = v976 + v977
    v979 = u5 * v676
    v980 = x5 * v680
    v981 = v979 + v980
    v982 = u6 * v724
    v983 = x6 * v728
    v984 = v982 + v983
    v985 = g5 * v121
    v986 = u2 * v350
    v987 = x2 * v394
    v988 = v986 + v987
    v989 = u3 * v415
    v990 = x3 * v451
    v991 = v989 + v990
    v992 = v825 - v738
    v993 = v992 + v827
    v994 = u8 * v993
    v995 = v743 - v832
    v996 = x8 * v995
    v997 = v994 - v996
    v998 = v991 - v988
    v999 = v951 + v974
    v1000 = v999 + v975
    v1001 = v1000 + v978
    v1002 = v1001 + v981
    v1003 = v1002 + v984
    v1004 = v1003 + v985
    v1005 = v1004 + v997
    v1006 = c0 * v1005
    v1007 = v998 + v1006
    rows[52] = v1007
    v1008 = v335 * v464
    v1009 = v475 * v372
    v1010 = v1008 + v1009
    v1011 = x6 * g7
    v1012 = u11 * v1011
    v1013 = g7 * u6
    v1014 = x11 * v1013
    v1015 = v1012 + v1014
    v1016 = x5 * g7
    v1017 = u10 * v1016
    v1018 = g7 * u5
    v1019 = x10 * v1018
    v1020 = v1017 + v1019
    v1021 = u1 * v306
    v1022 = x1 * v321
    v1023 = v1021 - v1022
    v1024 = v326 * v385
    v1025 = v341 * v357
    v1026 = v1024 + v1025
    v1027 = x8 * g7
    v1028 = u13 * v1027
    v1029 = g7 * u8
    v1030 = x13 * v1029
    v1031 = v1028 + v1030
    v1032 = v1011 * v703
    v1033 = v702 * v1013
    v1034 = v1032 + v1033
    v1035 = v1016 * v117
    v1036 = v85 * v1018
    v1037 = v1035 + v1036
    v1038 = u3 * v152
    v1039 = x3 * v176
    v1040 = v1038 + v1039
    v1041 = g7 * v78
    v1042 = x4 * g7
    v1043 = c0 * v1041
    g3 = rows[19]
    v1044 = c2 * g3
    v1045 = v1042 + v1044
    v1046 = v1045 - v1043
    v1047 = v1046 * v9
    v1048 = g7 * v104
    v1049 = g7 * u4
    v1050 = c0 * v1048
    v1051 = v1050 - v1049
    v1052 = v7 * v1051
    v1053 = v1047 - v1052
    v1054 = v1026 - v1034
    v1055 = v1054 - v1037
    v1056 = v1055 - v1053
    v1057 = c0 * v1056
    v1058 = v1015 + v1031
    v1059 = c1 * v1058
    v1060 = v1040 + v1057
    v1061 = v1060 + v1059
    v1062 = g3 + v1042
    v1063 = u9 * v1062
    v1064 = x9 * v1049
    v1065 = v1063 + v1064
    v1066 = v1010 + v1023
    v1067 = v1066 - v1061
    v1068 = v1015 + v1020
    v1069 = v1068 + v1065
    v1070 = c0 * v1069
    v1071 = v1067 + v1070
    rows[53] = v1071
    v1072 = v328 * v464
    v1073 = v475 * v361
    v1074 = v1072 + v1073
    v1075 = v335 * v442
    v1076 = v406 * v372
    v1077 = v1075 + v1076
    v1078 = u11 * v1027
    v1079 = x11 * v1029
    v1080 = v1078 + v1079
    v1081 = u13 * v1011
    v1082 = x13 * v1013
    v1083 = v1081 + v1082
    v1084 = v1016 * v795
    v1085 = v792 * v1018
    v1086 = v1084 + v1085
    v1087 = u1 * v192
    v1088 = x1 * v215
    v1089 = v1087 + v1088
    v1090 = u2 * v306
    v1091 = x2 * v321
    v1092 = v1090 - v1091
    v1093 = x7 * g7
    v1094 = c0 * v1042
    v1095 = v1094 + v1044
    v1096 = v1093 + v1095
    v1097 = u10 * v1096
    v1098 = g7 * u7
    v1099 = c0 * v1049
    v1100 = v1098 + v1099
    v1101 = x10 * v1100
    v1102 = v1097 + v1101
    v1103 = v324 * v385
    v1104 = v341 * v353
    v1105 = v1103 + v1104
    v1106 = u15 * v1027
    v1107 = x15 * v1029
    v1108 = v1106 + v1107
    v1109 = v1027 * v703
    v1110 = v702 * v1029
    v1111 = v1109 + v1110
    v1112 = v1016 * v9
    v1113 = v7 * v1018
    v1114 = v1112 + v1113
    v1115 = u3 * v98
    v1116 = x3 * v135
    v1117 = v1115 + v1116
    v1118 = v1093 + v1044
    v1119 = v1118 - v1043
    v1120 = v1119 * v117
    v1121 = v1050 - v1098
    v1122 = v85 * v1121
    v1123 = v1120 - v1122
    v1124 = v1105 - v1111
    v1125 = v1124 - v1114
    v1126 = v1125 - v1123
    v1127 = c0 * v1126
    v1128 = v1083 + v1108
    v1129 = c1 * v1128
    v1130 = v1117 + v1127
    v1131 = v1130 + v1129
    v1132 = v1077 + v1089
    v1133 = v1132 + v1092
    v1134 = v1133 - v1131
    v1135 = v1074 + v1080
    v1136 = v1135 + v1086
    v1137 = v1136 + v1102
    v1138 = c0 * v1137
    v1139 = c1 * v1083
    v1140 = v1134 + v1138
    v1141 = v1140 + v1139
    rows[54] = v1141
    v1142 = v326 * v464
    v1143 = v475 * v357
    v1144 = v1142 + v1143
    v1145 = v335 * v385
    v1146 = v341 * v372
    v1147 = v1145 + v1146
    v1148 = u10 * v1027
    v1149 = x10 * v1029
    v1150 = v1148 + v1149
    v1151 = v1011 * v868
    v1152 = v865 * v1013
    v1153 = v1151 + v1152
    v1154 = u1 * v152
    v1155 = x1 * v176
    v1156 = v1154 + v1155
    v1157 = u3 * v306
    v1158 = x3 * v321
    v1159 = v1157 - v1158
    v1160 = v1041 - v1095
    v1161 = u11 * v1160
    v1162 = v1048 - v1099
    v1163 = x11 * v1162
    v1164 = v1161 + v1163
    v1165 = v1027 * v117
    v1166 = v85 * v1029
    v1167 = v1165 + v1166
    v1168 = v1011 * v9
    v1169 = v7 * v1013
    v1170 = v1168 + v1169
    v1171 = u13 * v1016
    v1172 = x13 * v1018
    v1173 = v1171 + v1172
    v1174 = g3 - v1041
    v1175 = v1174 * v703
    v1176 = v702 * v1048
    v1177 = v1175 - v1176
    v1178 = v1167 + v1170
    v1179 = v1178 + v1177
    v1180 = c0 * v1173
    v1181 = v1179 + v1180
    v1182 = v1147 + v1156
    v1183 = v1182 + v1159
    v1184 = v1144 + v1150
    v1185 = v1184 + v1153
    v1186 = v1185 + v1181
    v1187 = v1186 - v1164
    v1188 = c0 * v1187
    v1189 = v1183 + v1188
    rows[55] = v1189
    v1190 = v328 * v442
    v1191 = v406 * v361
    v1192 = v1190 + v1191
    v1193 = v332 * v464
    v1194 = v475 * v367
    v1195 = v1193 + v1194
    v1196 = u15 * v1011
    v1197 = x15 * v1013
    v1198 = v1196 + v1197
    v1199 = u14 * v1016
    v1200 = x14 * v1018
    v1201 = v1199 + v1200
    v1202 = u2 * v192
    v1203 = x2 * v215
    v1204 = v1202 + v1203
    v1205 = u1 * v249
    v1206 = x1 * v292
    v1207 = v1205 + v1206
    v1208 = c0 * v1093
    v1209 = v1042 + v1208
    v1210 = v1209 + v1044
    v1211 = u12 * v1210
    v1212 = c0 * v1098
    v1213 = v1049 + v1212
    v1214 = x12 * v1213
    v1215 = v1211 + v1214
    v1216 = v1195 + v1204
    v1217 = v1216 + v1207
    v1218 = v1217 - v1061
    v1219 = v1192 + v1198
    v1220 = v1219 + v1201
    v1221 = v1220 + v1215
    v1222 = c0 * v1221
    v1223 = v1020 + v1031
    v1224 = c1 * v1223
    v1225 = v1218 + v1222
    v1226 = v1225 + v1224
    rows[56] = v1226
    v1227 = v324 * v464
    v1228 = v475 * v353
    v1229 = v1227 + v1228
    v1230 = v326 * v442
    v1231 = v406 * v357
    v1232 = v1230 + v1231
    v1233 = v328 * v385
    v1234 = v341 * v361
    v1235 = v1233 + v1234
    v1236 = v1027 * v960
    v1237 = v958 * v1029
    v1238 = v1236 + v1237
    v1239 = v1011 * v873
    v1240 = v871 * v1013
    v1241 = v1239 + v1240
    v1242 = v1016 * v703
    v1243 = v702 * v1018
    v1244 = v1242 + v1243
    v1245 = u1 * v98
    v1246 = x1 * v135
    v1247 = v1245 + v1246
    v1248 = u2 * v152
    v1249 = x2 * v176
    v1250 = v1248 + v1249
    v1251 = u3 * v192
    v1252 = x3 * v215
    v1253 = v1251 + v1252
    v1254 = v1093 + v1042
    v1255 = v1254 - v1041
    v1256 = v1255 + v1044
    v1257 = u13 * v1256
    v1258 = v1048 - v1049
    v1259 = v1258 - v1098
    v1260 = x13 * v1259
    v1261 = v1257 - v1260
    v1262 = v1247 + v1250
    v1263 = v1262 + v1253
    v1264 = v1229 + v1232
    v1265 = v1264 + v1235
    v1266 = c0 * v1265
    v1267 = v1238 + v1241
    v1268 = v1267 + v1244
    v1269 = v1268 + v1261
    v1270 = c1 * v1269
    v1271 = v1263 + v1266
    v1272 = v1271 + v1270
    rows[57] = v1272
    v1273 = v332 * v442
    v1274 = v406 * v367
    v1275 = v1273 + v1274
    v1276 = u12 * v1016
    v1277 = x12 * v1018
    v1278 = v1276 + v1277
    v1279 = u2 * v249
    v1280 = x2 * v292
    v1281 = v1279 + v1280
    v1282 = g3 + v1093
    v1283 = u14 * v1282
    v1284 = x14 * v1098
    v1285 = v1283 + v1284
    v1286 = v1275 + v1281
    v1287 = v1286 - v1131
    v1288 = v1108 + v1278
    v1289 = v1288 + v1285
    v1290 = c0 * v1289
    v1291 = v1287 + v1290
    rows[58] = v1291
    v1292 = v324 * v442
    v1293 = v406 * v353
    v1294 = v1292 + v1293
    v1295 = v332 * v385
    v1296 = v341 * v367
    v1297 = v1295 + v1296
    v1298 = v1027 * v967
    v1299 = v964 * v1029
    v1300 = v1298 + v1299
    v1301 = u12 * v1011
    v1302 = x12 * v1013
    v1303 = v1301 + v1302
    v1304 = u2 * v98
    v1305 = x2 * v135
    v1306 = v1304 + v1305
    v1307 = u3 * v249
    v1308 = x3 * v292
    v1309 = v1307 + v1308
    v1310 = v1208 + v1044
    v1311 = v1310 - v1041
    v1312 = u15 * v1311
    v1313 = v1048 - v1212
    v1314 = x15 * v1313
    v1315 = v1312 - v1314
    v1316 = v1297 + v1306
    v1317 = v1316 + v1309
    v1318 = v1181 + v1294
    v1319 = v1318 + v1300
    v1320 = v1319 + v1303
    v1321 = v1320 + v1315
    v1322 = c0 * v1321
    v1323 = v1317 + v1322
    rows[59] = v1323
    v1324 = x1 * u1
    v1325 = x2 * u2
    v1326 = x3 * u3
    v1327 = v1324 + v1325
    v1328 = v1327 + v1326
    v1329 = v251 + v253
    v1330 = v1329 + v272
    v1331 = v252 + v273
    v1332 = v1331 + v308
    v1333 = c0 * v1330
    v1334 = v1332 + v1333
    v1335 = v662 + v663
    v1336 = v1335 + v667
    v1337 = v1336 + v701
    v1338 = v1337 + v705
    v1339 = v661 + v704
    v1340 = v1339 + v915
    v1341 = c2 * v1338
    v1342 = c3 * v664
    v1343 = v1340 + v1341
    v1344 = v1343 + v1342
    v1345 = u1 * v475
    v1346 = x1 * v464
    v1347 = v1345 + v1346
    v1348 = u2 * v406
    v1349 = x2 * v442
    v1350 = v1348 + v1349
    v1351 = u3 * v341
    v1352 = x3 * v385
    v1353 = v1351 + v1352
    v1354 = v1347 + v1350
    v1355 = v1354 + v1353
    rows[60] = v1355
    v1356 = u4 * v48
    v1357 = x4 * v60
    v1358 = v1356 + v1357
    v1359 = u7 * v228
    v1360 = x7 * v267
    v1361 = v1359 + v1360
    v1362 = v236 * v104
    v1363 = v78 * v277
    v1364 = v1362 + v1363
    v1365 = u5 * v40
    v1366 = x5 * v34
    v1367 = v1365 + v1366
    v1368 = u6 * v19
    v1369 = x6 * v13
    v1370 = v1368 + v1369
    v1371 = u8 * v88
    v1372 = x8 * v121
    v1373 = v1371 + v1372
    v1374 = v1367 + v1370
    v1375 = v1374 + v1373
    v1376 = v1358 + v1361
    v1377 = v1376 + v1364
    v1378 = c0 * v1375
    v1379 = v1377 + v1378
    rows[61] = v1379
    v1380 = u4 * v297
    v1381 = x4 * v310
    v1382 = c0 * v1381
    v1383 = v1380 + v1382
    v1384 = u7 * v222
    v1385 = x7 * v255
    v1386 = c0 * v1385
    v1387 = v1384 + v1386
    v1388 = v234 * v104
    v1389 = v78 * v275
    v1390 = c0 * v1389
    v1391 = v1388 + v1390
    v1392 = u5 * v181
    v1393 = x5 * v200
    v1394 = v1392 + v1393
    v1395 = u6 * v141
    v1396 = x6 * v161
    v1397 = v1395 + v1396
    v1398 = u8 * v81
    v1399 = x8 * v108
    v1400 = v1398 + v1399
    v1401 = v1394 + v1397
    v1402 = v1401 + v1400
    v1403 = v1383 + v1387
    v1404 = v1403 - v1391
    v1405 = c0 * v1402
    v1406 = v1404 + v1405
    rows[62] = v1406
    v1407 = x9 * x9
    v1408 = x12 * x12
    v1409 = v7 * v7
    v1410 = x13 * x13
    v1411 = x10 * x10
    v1412 = x11 * x11
    v1413 = v1411 + v1412
    v1414 = v1410 + v1413
    v1415 = v1407 + v1408
    v1416 = v1415 + v1409
    v1417 = c0 * v1414
    v1418 = v1416 + v1417
    v1419 = u4 * v1418
    v1420 = x4 * v672
    v1421 = c0 * v1420
    v1422 = v1419 + v1421
    v1423 = x14 * x14
    v1424 = v85 * v85
    v1425 = x15 * x15
    v1426 = v1408 + v1410
    v1427 = v1426 + v1425
    v1428 = v1411 + v1423
    v1429 = v1428 + v1424
    v1430 = c0 * v1427
    v1431 = v1429 + v1430
    v1432 = u7 * v1431
    v1433 = x7 * v921
    v1434 = c0 * v1433
    v1435 = v1432 + v1434
    v1436 = v702 * v702
    v1437 = v1410 + v1409
    v1438 = v1437 + v1424
    v1439 = v1412 + v1425
    v1440 = v1439 + v1436
    v1441 = c0 * v1438
    v1442 = v1440 + v1441
    v1443 = v1442 * v104
    v1444 = v78 * v711
    v1445 = c0 * v1444
    v1446 = v1443 + v1445
    v1447 = x12 * x14
    v1448 = v7 * v85
    v1449 = x10 * v792
    v1450 = x13 * v702
    v1451 = v1447 + v1448
    v1452 = v1451 + v1449
    v1453 = c0 * v1450
    v1454 = v1452 + v1453
    v1455 = u5 * v1454
    v1456 = x5 * v804
    v1457 = v1455 + v1456
    v1458 = x12 * x15
    v1459 = v7 * v702
    v1460 = x11 * v865
    v1461 = x13 * v871
    v1462 = v1458 + v1459
    v1463 = v1462 + v1460
    v1464 = c0 * v1461
    v1465 = v1463 + v1464
    v1466 = u6 * v1465
    v1467 = x6 * v879
    v1468 = v1466 + v1467
    v1469 = x10 * x11
    v1470 = v85 * v702
    v1471 = x13 * v958
    v1472 = x15 * v964
    v1473 = v1469 + v1470
    v1474 = v1473 + v1472
    v1475 = c0 * v1471
    v1476 = v1474 + v1475
    v1477 = u8 * v1476
    v1478 = x8 * v973
    v1479 = v1477 + v1478
    v1480 = v1457 + v1468
    v1481 = v1480 + v1479
    v1482 = v1422 + v1435
    v1483 = v1482 - v1446
    v1484 = c0 * v1481
    v1485 = v1483 + v1484
    rows[63] = v1485
    v1486 = x1 * v48
    v1487 = x2 * v40
    v1488 = x3 * v19
    v1489 = v1486 + v1487
    v1490 = v1489 + v1488
    v1491 = u1 * v1490
    v1492 = x1 * v70
    v1493 = v1491 + v1492
    v1494 = x1 * v40
    v1495 = x2 * v228
    v1496 = x3 * v88
    v1497 = v1494 + v1495
    v1498 = v1497 + v1496
    v1499 = u2 * v1498
    v1500 = x2 * v540
    v1501 = v1499 + v1500
    v1502 = x1 * v19
    v1503 = x2 * v88
    v1504 = x3 * v236
    v1505 = v1502 + v1503
    v1506 = v1505 - v1504
    v1507 = u3 * v1506
    v1508 = x3 * v598
    v1509 = v1507 + v1508
    v1510 = v1493 + v1501
    v1511 = v1510 + v1509
    rows[64] = v1511
    v1512 = v475 * v464
    v1513 = v406 * v442
    v1514 = v341 * v385
    v1515 = v1512 + v1513
    v1516 = v1515 + v1514
    v1517 = v48 * v60
    v1518 = v228 * v267
    v1519 = v236 * v277
    v1520 = v40 * v34
    v1521 = v19 * v13
    v1522 = v88 * v121
    v1523 = v1520 + v1521
    v1524 = v1523 + v1522
    v1525 = v1517 + v1518
    v1526 = v1525 + v1519
    v1527 = c0 * v1524
    v1528 = v1526 + v1527
    v1529 = x9 * v475
    v1530 = x10 * v406
    v1531 = x11 * v341
    v1532 = v1529 + v1530
    v1533 = v1532 + v1531
    v1534 = u4 * v1533
    v1535 = x4 * v659
    v1536 = v1534 + v1535
    v1537 = x12 * v475
    v1538 = x14 * v406
    v1539 = x15 * v341
    v1540 = v1537 + v1538
    v1541 = v1540 + v1539
    v1542 = u7 * v1541
    v1543 = x7 * v698
    v1544 = v1542 + v1543
    v1545 = v1533 + v1541
    v1546 = v1545 * v104
    v1547 = v78 * v699
    v1548 = v1546 + v1547
    v1549 = x10 * v475
    v1550 = x12 * v406
    v1551 = x13 * v341
    v1552 = v1549 + v1550
    v1553 = v1552 + v1551
    v1554 = u5 * v1553
    v1555 = x5 * v783
    v1556 = v1554 + v1555
    v1557 = x11 * v475
    v1558 = x13 * v406
    v1559 = v7 * v341
    v1560 = v1557 + v1558
    v1561 = v1560 - v1559
    v1562 = u6 * v1561
    v1563 = x6 * v856
    v1564 = v1562 + v1563
    v1565 = x13 * v475
    v1566 = x15 * v406
    v1567 = v85 * v341
    v1568 = v1565 + v1566
    v1569 = v1568 - v1567
    v1570 = u8 * v1569
    v1571 = x8 * v950
    v1572 = v1570 + v1571
    v1573 = v1556 + v1564
    v1574 = v1573 + v1572
    v1575 = v1536 + v1544
    v1576 = v1575 + v1548
    v1577 = c0 * v1574
    v1578 = v1576 + v1577
    rows[65] = v1578
    v1579 = v297 * v60
    v1580 = v48 * v310
    v1581 = c0 * v1580
    v1582 = v1579 + v1581
    v1583 = v222 * v267
    v1584 = v228 * v255
    v1585 = c0 * v1584
    v1586 = v1583 + v1585
    v1587 = v234 * v277
    v1588 = v236 * v275
    v1589 = c0 * v1588
    v1590 = v1587 + v1589
    v1591 = v181 * v34
    v1592 = v40 * v200
    v1593 = v1591 + v1592
    v1594 = v141 * v13
    v1595 = v19 * v161
    v1596 = v1594 + v1595
    v1597 = v81 * v121
    v1598 = v88 * v108
    v1599 = v1597 + v1598
    v1600 = v1593 + v1596
    v1601 = v1600 + v1599
    v1602 = v1582 + v1586
    v1603 = v1602 - v1590
    v1604 = c0 * v1601
    v1605 = v1603 + v1604
    rows[66] = v1605
    v1606 = c0 * v1328
    rows[67] = v1606
    v1607 = c0 * v1334
    rows[68] = v1607
    v1608 = c0 * v1344
    rows[69] = v1608
    v1609 = c0 * v1516
    rows[70] = v1609
    v1610 = c0 * v1528
    rows[71] = v1610
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
        "output_rows": [16, 29, 30, 31, 32, 33, 34, 35, 36, 37, 38, 39, 40, 41, 42, 43],
        "passes": [vjp_0_rows],
        "streamed": [vjp_0_streamed],
    },
    "second_order": {
        "inputs": [16, 13, 16],
        "outputs": [16, 13],
        "rows": 73,
        "output_rows": [72, 45, 46, 47, 48, 49, 50, 51, 52, 53, 54, 55, 56, 57, 58, 59, 29, 67, 68, 69, 60, 61, 62, 63, 64, 70, 71, 65, 66],
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
