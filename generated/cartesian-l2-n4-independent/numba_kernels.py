# Emitted by invgen 0.1.0 from templates/numba/kernels.py.jinja for cartesian-l2-n4-independent. Do not edit: emit again.
# value: 72 operations (34 additions, 38 multiplications), kernel e02f11ff0d1e3370
# vjp: 167 operations (73 additions, 94 multiplications), kernel c9062846ec6fc684
# second_order: 386 operations (173 additions, 213 multiplications), kernel f9200b4555e4af9a
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
    v67 = v22 * v22
    v68 = v28 * v28
    v69 = v34 * v34
    v70 = v67 + v68
    v71 = v70 + v69
    rows[13] = v71


value_0_ordinary, value_0_streaming = on_registers(value_0, False), on_registers(value_0, True)


def value_0_rows(table, length, number):
    value_0_ordinary(table, length, number)


def value_0_streamed(table, length, number):
    value_0_streaming(table, length, number)


def vjp_0(rows):
    c0 = rows.constant(2.0)
    x1 = rows[1]
    x6 = rows[6]
    v0 = x1 * x6
    x2 = rows[2]
    x8 = rows[8]
    v1 = x2 * x8
    x4 = rows[4]
    x7 = rows[7]
    v2 = x4 + x7
    x3 = rows[3]
    v3 = x3 * v2
    v4 = v0 + v1
    v5 = v4 - v3
    g5 = rows[14]
    v6 = g5 * v5
    g3 = rows[12]
    v7 = x3 * g3
    v8 = c0 * v6
    v9 = v7 + v8
    v10 = x6 * v9
    x5 = rows[5]
    v11 = x1 * x5
    v12 = x2 * x7
    v13 = x3 * x8
    v14 = v11 + v12
    v15 = v14 + v13
    v16 = g5 * v15
    v17 = x2 * g3
    v18 = c0 * v16
    v19 = v17 + v18
    v20 = x5 * v19
    v21 = x1 * x4
    v22 = x2 * x5
    v23 = x3 * x6
    v24 = v21 + v22
    v25 = v24 + v23
    v26 = g3 * v25
    v27 = g5 * v25
    v28 = x1 * g3
    v29 = c0 * v27
    v30 = v28 + v29
    v31 = x4 * v30
    g1 = rows[10]
    v32 = x1 * g1
    v33 = v10 + v20
    v34 = v33 + v26
    v35 = v34 + v31
    v36 = c0 * v32
    v37 = v35 + v36
    rows[15] = v37
    v38 = x8 * v9
    v39 = g3 * v15
    v40 = x7 * v19
    v41 = x5 * v30
    v42 = x2 * g1
    v43 = v38 + v39
    v44 = v43 + v40
    v45 = v44 + v41
    v46 = c0 * v42
    v47 = v45 + v46
    rows[16] = v47
    v48 = g3 * v5
    v49 = v2 * v9
    v50 = x8 * v19
    v51 = x6 * v30
    v52 = x3 * g1
    v53 = v48 + v50
    v54 = v53 + v51
    v55 = v54 - v49
    v56 = c0 * v52
    v57 = v55 + v56
    rows[17] = v57
    g4 = rows[13]
    v58 = x6 * g4
    v59 = x6 * v58
    v60 = x4 * x4
    v61 = x5 * x5
    v62 = x6 * x6
    v63 = v60 + v61
    v64 = v63 + v62
    v65 = g4 * v64
    v66 = x1 * v30
    v67 = x8 * g4
    v68 = x8 * v67
    v69 = x5 * g4
    v70 = x5 * v69
    v71 = x8 * x8
    v72 = v2 * v2
    v73 = v62 + v71
    v74 = v73 + v72
    v75 = g4 * v74
    v76 = x3 * v9
    v77 = g4 * v2
    g2 = rows[11]
    v78 = g2 - v77
    v79 = v2 * v78
    v80 = v75 + v76
    v81 = v68 + v59
    v82 = v81 - v70
    v83 = v82 - v79
    v84 = c0 * v83
    v85 = v80 + v84
    v86 = x4 * g4
    v87 = g2 + v86
    v88 = x4 * v87
    v89 = v65 + v66
    v90 = v89 - v85
    v91 = v59 + v88
    v92 = c0 * v91
    v93 = v90 + v92
    rows[18] = v93
    v94 = x6 * v67
    v95 = x8 * v58
    v96 = x6 * x8
    v97 = x5 * v2
    v98 = v96 + v97
    v99 = g4 * v98
    v100 = v2 * v69
    v101 = x1 * v19
    v102 = x2 * v30
    v103 = x7 * g4
    v104 = v103 + v86
    v105 = c0 * g2
    v106 = v104 + v105
    v107 = x5 * v106
    v108 = v101 + v102
    v109 = v94 + v95
    v110 = v109 + v99
    v111 = v110 + v100
    v112 = v111 + v107
    v113 = c0 * v112
    v114 = v108 + v113
    rows[19] = v114
    v115 = x5 * v67
    v116 = x5 * x8
    v117 = x4 - v2
    v118 = x6 * v117
    v119 = v116 + v118
    v120 = g4 * v119
    v121 = v117 * v58
    v122 = x8 * v69
    v123 = x1 * v9
    v124 = x3 * v30
    v125 = v86 - v77
    v126 = v125 + v105
    v127 = x6 * v126
    v128 = v123 + v124
    v129 = v115 + v120
    v130 = v129 + v121
    v131 = v130 + v122
    v132 = v131 + v127
    v133 = c0 * v132
    v134 = v128 + v133
    rows[20] = v134
    v135 = x7 * x7
    v136 = v61 + v135
    v137 = v136 + v71
    v138 = g4 * v137
    v139 = x2 * v19
    v140 = g2 + v103
    v141 = x7 * v140
    v142 = v138 + v139
    v143 = v142 - v85
    v144 = v68 + v141
    v145 = c0 * v144
    v146 = v143 + v145
    rows[21] = v146
    v147 = x5 * x6
    v148 = x7 - v2
    v149 = x8 * v148
    v150 = v147 + v149
    v151 = g4 * v150
    v152 = v148 * v67
    v153 = x5 * v58
    v154 = x6 * v69
    v155 = x2 * v9
    v156 = x3 * v19
    v157 = v103 - v77
    v158 = v157 + v105
    v159 = x8 * v158
    v160 = v155 + v156
    v161 = v151 + v152
    v162 = v161 + v153
    v163 = v162 + v154
    v164 = v163 + v159
    v165 = c0 * v164
    v166 = v160 + v165
    rows[22] = v166


vjp_0_ordinary, vjp_0_streaming = on_registers(vjp_0, False), on_registers(vjp_0, True)


def vjp_0_rows(table, length, number):
    vjp_0_ordinary(table, length, number)


def vjp_0_streamed(table, length, number):
    vjp_0_streaming(table, length, number)


def second_order_0(rows):
    c0 = rows.constant(2.0)
    c1 = rows.constant(0.0)
    x1 = rows[1]
    x6 = rows[6]
    v0 = x1 * x6
    x2 = rows[2]
    x8 = rows[8]
    v1 = x2 * x8
    x4 = rows[4]
    x7 = rows[7]
    v2 = x4 + x7
    x3 = rows[3]
    v3 = x3 * v2
    v4 = v0 + v1
    v5 = v4 - v3
    g5 = rows[14]
    v6 = g5 * v5
    g3 = rows[12]
    v7 = x3 * g3
    v8 = c0 * v6
    v9 = v7 + v8
    u6 = rows[21]
    v10 = u6 * v9
    u1 = rows[16]
    v11 = x6 * u1
    v12 = x1 * u6
    v13 = v11 + v12
    u2 = rows[17]
    v14 = x8 * u2
    u8 = rows[23]
    v15 = x2 * u8
    v16 = v14 + v15
    u3 = rows[18]
    v17 = u3 * v2
    u4 = rows[19]
    u7 = rows[22]
    v18 = u4 + u7
    v19 = x3 * v18
    v20 = v17 + v19
    v21 = v13 + v16
    v22 = v21 - v20
    v23 = g5 * v22
    v24 = g3 * u3
    v25 = c0 * v23
    v26 = v24 + v25
    v27 = x6 * v26
    v28 = v10 + v27
    x5 = rows[5]
    v29 = x1 * x5
    v30 = x2 * x7
    v31 = x3 * x8
    v32 = v29 + v30
    v33 = v32 + v31
    v34 = g5 * v33
    v35 = x2 * g3
    v36 = c0 * v34
    v37 = v35 + v36
    u5 = rows[20]
    v38 = u5 * v37
    v39 = x5 * u1
    v40 = x1 * u5
    v41 = v39 + v40
    v42 = x7 * u2
    v43 = x2 * u7
    v44 = v42 + v43
    v45 = x8 * u3
    v46 = x3 * u8
    v47 = v45 + v46
    v48 = v41 + v44
    v49 = v48 + v47
    v50 = g5 * v49
    v51 = g3 * u2
    v52 = c0 * v50
    v53 = v51 + v52
    v54 = x5 * v53
    v55 = v38 + v54
    v56 = x4 * u1
    v57 = x1 * u4
    v58 = v56 + v57
    v59 = x5 * u2
    v60 = x2 * u5
    v61 = v59 + v60
    v62 = x6 * u3
    v63 = x3 * u6
    v64 = v62 + v63
    v65 = v58 + v61
    v66 = v65 + v64
    v67 = g3 * v66
    v68 = x1 * x4
    v69 = x2 * x5
    v70 = x3 * x6
    v71 = v68 + v69
    v72 = v71 + v70
    v73 = g5 * v72
    v74 = x1 * g3
    v75 = c0 * v73
    v76 = v74 + v75
    v77 = u4 * v76
    v78 = g5 * v66
    v79 = g3 * u1
    v80 = c0 * v78
    v81 = v79 + v80
    v82 = x4 * v81
    v83 = v77 + v82
    g1 = rows[10]
    v84 = g1 * u1
    v85 = v28 + v55
    v86 = v85 + v67
    v87 = v86 + v83
    v88 = c0 * v84
    v89 = v87 + v88
    rows[24] = v89
    v90 = u8 * v9
    v91 = x8 * v26
    v92 = v90 + v91
    v93 = g3 * v49
    v94 = u7 * v37
    v95 = x7 * v53
    v96 = v94 + v95
    v97 = u5 * v76
    v98 = x5 * v81
    v99 = v97 + v98
    v100 = g1 * u2
    v101 = v92 + v93
    v102 = v101 + v96
    v103 = v102 + v99
    v104 = c0 * v100
    v105 = v103 + v104
    rows[25] = v105
    v106 = g3 * v22
    v107 = v9 * v18
    v108 = v2 * v26
    v109 = v107 + v108
    v110 = u8 * v37
    v111 = x8 * v53
    v112 = v110 + v111
    v113 = u6 * v76
    v114 = x6 * v81
    v115 = v113 + v114
    v116 = g1 * u3
    v117 = v106 + v112
    v118 = v117 + v115
    v119 = v118 - v109
    v120 = c0 * v116
    v121 = v119 + v120
    rows[26] = v121
    g4 = rows[13]
    v122 = x6 * g4
    v123 = u6 * v122
    v124 = g4 * u6
    v125 = x6 * v124
    v126 = v123 + v125
    v127 = x4 * u4
    v128 = x5 * u5
    v129 = x6 * u6
    v130 = v127 + v128
    v131 = v130 + v129
    v132 = g4 * v131
    v133 = u1 * v76
    v134 = x1 * v81
    v135 = v133 + v134
    v136 = x8 * g4
    v137 = u8 * v136
    v138 = g4 * u8
    v139 = x8 * v138
    v140 = v137 + v139
    v141 = x5 * g4
    v142 = u5 * v141
    v143 = g4 * u5
    v144 = x5 * v143
    v145 = v142 + v144
    v146 = x8 * u8
    v147 = v2 * v18
    v148 = v129 + v146
    v149 = v148 + v147
    v150 = g4 * v149
    v151 = u3 * v9
    v152 = x3 * v26
    v153 = v151 + v152
    v154 = g4 * v2
    g2 = rows[11]
    v155 = g2 - v154
    v156 = v155 * v18
    v157 = g4 * v18
    v158 = v2 * v157
    v159 = v156 - v158
    v160 = v126 + v140
    v161 = v160 + v150
    v162 = v161 - v145
    v163 = v162 - v159
    v164 = c0 * v163
    v165 = v153 + v164
    v166 = x4 * g4
    v167 = g2 + v166
    v168 = u4 * v167
    v169 = g4 * u4
    v170 = x4 * v169
    v171 = v168 + v170
    v172 = v135 - v165
    v173 = v126 + v132
    v174 = v173 + v171
    v175 = c0 * v174
    v176 = v172 + v175
    rows[27] = v176
    v177 = u6 * v136
    v178 = x6 * v138
    v179 = v177 + v178
    v180 = u8 * v122
    v181 = x8 * v124
    v182 = v180 + v181
    v183 = x8 * u6
    v184 = x6 * u8
    v185 = v183 + v184
    v186 = u5 * v2
    v187 = x5 * v18
    v188 = v186 + v187
    v189 = v185 + v188
    v190 = g4 * v189
    v191 = v141 * v18
    v192 = v2 * v143
    v193 = v191 + v192
    v194 = u1 * v37
    v195 = x1 * v53
    v196 = v194 + v195
    v197 = u2 * v76
    v198 = x2 * v81
    v199 = v197 + v198
    v200 = x7 * g4
    v201 = v200 + v166
    v202 = c0 * g2
    v203 = v201 + v202
    v204 = u5 * v203
    v205 = g4 * u7
    v206 = v169 + v205
    v207 = x5 * v206
    v208 = v204 + v207
    v209 = v196 + v199
    v210 = v179 + v182
    v211 = v210 + v190
    v212 = v211 + v193
    v213 = v212 + v208
    v214 = c0 * v213
    v215 = v209 + v214
    rows[28] = v215
    v216 = u5 * v136
    v217 = x5 * v138
    v218 = v216 + v217
    v219 = x8 * u5
    v220 = x5 * u8
    v221 = v219 + v220
    v222 = x4 - v2
    v223 = u6 * v222
    v224 = u4 - v18
    v225 = x6 * v224
    v226 = v223 + v225
    v227 = v221 + v226
    v228 = g4 * v227
    v229 = v122 * v224
    v230 = v222 * v124
    v231 = v229 + v230
    v232 = u8 * v141
    v233 = x8 * v143
    v234 = v232 + v233
    v235 = u1 * v9
    v236 = x1 * v26
    v237 = v235 + v236
    v238 = u3 * v76
    v239 = x3 * v81
    v240 = v238 + v239
    v241 = v166 - v154
    v242 = v241 + v202
    v243 = u6 * v242
    v244 = v157 - v169
    v245 = x6 * v244
    v246 = v243 - v245
    v247 = v237 + v240
    v248 = v218 + v228
    v249 = v248 + v231
    v250 = v249 + v234
    v251 = v250 + v246
    v252 = c0 * v251
    v253 = v247 + v252
    rows[29] = v253
    v254 = x7 * u7
    v255 = v128 + v146
    v256 = v255 + v254
    v257 = g4 * v256
    v258 = u2 * v37
    v259 = x2 * v53
    v260 = v258 + v259
    v261 = g2 + v200
    v262 = u7 * v261
    v263 = x7 * v205
    v264 = v262 + v263
    v265 = v260 - v165
    v266 = v140 + v257
    v267 = v266 + v264
    v268 = c0 * v267
    v269 = v265 + v268
    rows[30] = v269
    v270 = x6 * u5
    v271 = x5 * u6
    v272 = v270 + v271
    v273 = x7 - v2
    v274 = u8 * v273
    v275 = u7 - v18
    v276 = x8 * v275
    v277 = v274 + v276
    v278 = v272 + v277
    v279 = g4 * v278
    v280 = v136 * v275
    v281 = v273 * v138
    v282 = v280 + v281
    v283 = u5 * v122
    v284 = x5 * v124
    v285 = v283 + v284
    v286 = u6 * v141
    v287 = x6 * v143
    v288 = v286 + v287
    v289 = u2 * v9
    v290 = x2 * v26
    v291 = v289 + v290
    v292 = u3 * v37
    v293 = x3 * v53
    v294 = v292 + v293
    v295 = v200 - v154
    v296 = v295 + v202
    v297 = u8 * v296
    v298 = v157 - v205
    v299 = x8 * v298
    v300 = v297 - v299
    v301 = v291 + v294
    v302 = v279 + v282
    v303 = v302 + v285
    v304 = v303 + v288
    v305 = v304 + v300
    v306 = c0 * v305
    v307 = v301 + v306
    rows[31] = v307
    v308 = x1 * u1
    v309 = x2 * u2
    v310 = x3 * u3
    v311 = v308 + v309
    v312 = v311 + v310
    v313 = v128 + v129
    v314 = v313 + v146
    v315 = v127 + v147
    v316 = v315 + v254
    v317 = c0 * v314
    v318 = v316 + v317
    v319 = u1 * v72
    v320 = x1 * v66
    v321 = v319 + v320
    v322 = u2 * v33
    v323 = x2 * v49
    v324 = v322 + v323
    v325 = u3 * v5
    v326 = x3 * v22
    v327 = v325 + v326
    v328 = v321 + v324
    v329 = v328 + v327
    rows[32] = v329
    v330 = x4 * x4
    v331 = x5 * x5
    v332 = x6 * x6
    v333 = v330 + v331
    v334 = v333 + v332
    v335 = u4 * v334
    v336 = x4 * v131
    v337 = c0 * v336
    v338 = v335 + v337
    v339 = x7 * x7
    v340 = x8 * x8
    v341 = v331 + v339
    v342 = v341 + v340
    v343 = u7 * v342
    v344 = x7 * v256
    v345 = c0 * v344
    v346 = v343 + v345
    v347 = v2 * v2
    v348 = v332 + v340
    v349 = v348 + v347
    v350 = v349 * v18
    v351 = v2 * v149
    v352 = c0 * v351
    v353 = v350 + v352
    v354 = x6 * x8
    v355 = x5 * v2
    v356 = v354 + v355
    v357 = u5 * v356
    v358 = x5 * v189
    v359 = v357 + v358
    v360 = x5 * x8
    v361 = x6 * v222
    v362 = v360 + v361
    v363 = u6 * v362
    v364 = x6 * v227
    v365 = v363 + v364
    v366 = x5 * x6
    v367 = x8 * v273
    v368 = v366 + v367
    v369 = u8 * v368
    v370 = x8 * v278
    v371 = v369 + v370
    v372 = v359 + v365
    v373 = v372 + v371
    v374 = v338 + v346
    v375 = v374 - v353
    v376 = c0 * v373
    v377 = v375 + v376
    rows[33] = v377
    v378 = v72 * v66
    v379 = v33 * v49
    v380 = v5 * v22
    v381 = v378 + v379
    v382 = v381 + v380
    v383 = c0 * v312
    rows[34] = v383
    v384 = c0 * v318
    rows[35] = v384
    v385 = c0 * v382
    rows[36] = v385
    rows[37] = c1


second_order_0_ordinary, second_order_0_streaming = on_registers(second_order_0, False), on_registers(second_order_0, True)


def second_order_0_rows(table, length, number):
    second_order_0_ordinary(table, length, number)


def second_order_0_streamed(table, length, number):
    second_order_0_streaming(table, length, number)


KERNELS = {
    "value": {
        "inputs": [9],
        "outputs": [6],
        "rows": 14,
        "output_rows": [0, 9, 10, 11, 12, 13],
        "passes": [value_0_rows],
        "streamed": [value_0_streamed],
    },
    "vjp": {
        "inputs": [9, 6],
        "outputs": [9],
        "rows": 23,
        "output_rows": [9, 15, 16, 17, 18, 19, 20, 21, 22],
        "passes": [vjp_0_rows],
        "streamed": [vjp_0_streamed],
    },
    "second_order": {
        "inputs": [9, 6, 9],
        "outputs": [9, 6],
        "rows": 38,
        "output_rows": [37, 24, 25, 26, 27, 28, 29, 30, 31, 15, 34, 35, 32, 33, 36],
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
