# Emitted by invgen 0.1.0 from templates/numba/kernels.py.jinja for harmonics-l4. Do not edit: emit again.
# value: 131 operations (35 additions, 96 multiplications), kernel fa21d26321471fd1
# vjp: 317 operations (116 additions, 201 multiplications), kernel f9de663dd2f633b3
# second_order: 748 operations (273 additions, 475 multiplications), kernel d037892d077cfbd7
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
    c8 = rows.constant(1.0)
    c9 = rows.constant(0.3333333333333333)
    c10 = rows.constant(0.06666666666666667)
    c11 = rows.constant(0.022222222222222223)
    c12 = rows.constant(-0.022222222222222223)
    c13 = rows.constant(-0.06666666666666667)
    c14 = rows.constant(0.009523809523809525)
    c15 = rows.constant(0.002380952380952381)
    c16 = rows.constant(-0.0015873015873015873)
    c17 = rows.constant(0.0007936507936507937)
    c18 = rows.constant(-0.002380952380952381)
    c19 = rows.constant(-0.0007936507936507937)
    c20 = rows.constant(-0.009523809523809525)
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
    v113 = c9 * v6
    rows[6] = v113
    v114 = c9 * v10
    rows[7] = v114
    v115 = c10 * v16
    rows[8] = v115
    v116 = c11 * v24
    rows[9] = v116
    v117 = c11 * v32
    rows[10] = v117
    v118 = c12 * v38
    rows[11] = v118
    v119 = c9 * v43
    rows[12] = v119
    v120 = c13 * v46
    rows[13] = v120
    v121 = c12 * v52
    rows[14] = v121
    v122 = c14 * v57
    rows[15] = v122
    v123 = c15 * v64
    rows[16] = v123
    v124 = c15 * v71
    rows[17] = v124
    v125 = c16 * v79
    rows[18] = v125
    v126 = c17 * v89
    rows[19] = v126
    v127 = c18 * v94
    rows[20] = v127
    v128 = c19 * v102
    rows[21] = v128
    v129 = c20 * v107
    rows[22] = v129
    v130 = c18 * v112
    rows[23] = v130
    rows[24] = c8


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
    c4 = rows.constant(2.0)
    c5 = rows.constant(9.0)
    c6 = rows.constant(35.0)
    c7 = rows.constant(210.0)
    c8 = rows.constant(27.0)
    c9 = rows.constant(18.0)
    c10 = rows.constant(105.0)
    c11 = rows.constant(108.0)
    c12 = rows.constant(420.0)
    c13 = rows.constant(28.0)
    c14 = rows.constant(54.0)
    c15 = rows.constant(162.0)
    c16 = rows.constant(6.0)
    c17 = rows.constant(7.0)
    c18 = rows.constant(14.0)
    c19 = rows.constant(21.0)
    c20 = rows.constant(84.0)
    c21 = rows.constant(1260.0)
    c22 = rows.constant(0.0007936507936507937)
    r0 = rows[0]
    v0 = r0 * r0
    r1 = rows[1]
    v1 = r1 * r1
    r2 = rows[2]
    v2 = r2 * r2
    v3 = v0 + v1
    v4 = v3 + v2
    v5 = r2 * v4
    v6 = r1 * r2
    v7 = r1 * v6
    v8 = c0 * v1
    v9 = v8 - v4
    v10 = r2 * v9
    v11 = c1 * v5
    v12 = c2 * v10
    v13 = c3 * v7
    v14 = v11 - v12
    v15 = v14 - v13
    g22 = rows[25]
    v16 = g22 * v15
    v17 = r1 * v4
    v18 = r1 * v9
    v19 = c1 * v17
    v20 = c2 * v18
    v21 = v19 - v20
    g21 = rows[24]
    v22 = g21 * v21
    v23 = r0 * v6
    v24 = r0 * r2
    v25 = r1 * v24
    v26 = r0 * r1
    v27 = r2 * v26
    v28 = v23 + v25
    v29 = v28 + v27
    g20 = rows[23]
    v30 = g20 * v29
    v31 = r0 * v4
    v32 = r0 * v9
    v33 = r1 * v26
    v34 = c1 * v31
    v35 = c2 * v32
    v36 = c3 * v33
    v37 = v34 - v35
    v38 = v37 - v36
    g19 = rows[22]
    v39 = g19 * v38
    v40 = r0 * v24
    v41 = c0 * v0
    v42 = v41 - v4
    v43 = r2 * v42
    v44 = c2 * v43
    v45 = c3 * v40
    v46 = v44 + v45
    v47 = v46 - v11
    g18 = rows[21]
    v48 = g18 * v47
    v49 = r0 * v26
    v50 = r1 * v42
    v51 = c2 * v50
    v52 = c3 * v49
    v53 = v51 + v52
    v54 = v53 - v19
    g17 = rows[20]
    v55 = g17 * v54
    v56 = r0 * v42
    v57 = c2 * v56
    v58 = v57 - v34
    g16 = rows[19]
    v59 = g16 * v58
    v60 = r1 * g22
    v61 = r0 * g20
    v62 = v60 + v61
    g13 = rows[16]
    v63 = c4 * g13
    v64 = v62 + v63
    v65 = v6 * v64
    v66 = r2 * g22
    v67 = r1 * g21
    v68 = r0 * g19
    v69 = c4 * v68
    v70 = c0 * v67
    g12 = rows[15]
    v71 = c1 * g12
    v72 = v66 + v69
    v73 = v72 + v70
    v74 = v73 + v71
    v75 = v9 * v74
    v76 = r1 * g20
    v77 = r0 * g18
    v78 = c0 * v77
    g11 = rows[14]
    v79 = c1 * g11
    v80 = v76 + v78
    v81 = v80 + v79
    v82 = v24 * v81
    v83 = r2 * g20
    v84 = r1 * g19
    v85 = r0 * g17
    v86 = c4 * v84
    v87 = c0 * v85
    g10 = rows[13]
    v88 = c1 * g10
    v89 = v83 + v86
    v90 = v89 + v87
    v91 = v90 + v88
    v92 = v26 * v91
    v93 = r2 * g18
    v94 = r1 * g17
    v95 = r0 * g16
    v96 = v93 + v94
    g9 = rows[12]
    v97 = g9 + v95
    v98 = c1 * v97
    v99 = v96 + v98
    v100 = c0 * v99
    v101 = v74 + v100
    v102 = v4 * v101
    v103 = v42 * v99
    v104 = c0 * g18
    v105 = g22 + v104
    v106 = v4 * v105
    v107 = r1 * v64
    v108 = r0 * v81
    v109 = c5 * v106
    v110 = v107 + v108
    v111 = c6 * v110
    g6 = rows[9]
    v112 = c7 * g6
    v113 = v111 + v112
    v114 = v113 - v109
    v115 = r2 * v114
    v116 = g17 + g21
    v117 = v4 * v116
    v118 = r2 * v64
    v119 = r1 * v74
    v120 = r0 * v91
    v121 = c8 * v117
    v122 = v118 + v119
    v123 = v122 + v120
    v124 = c6 * v123
    g5 = rows[8]
    v125 = c7 * g5
    v126 = v124 + v125
    v127 = v126 - v121
    v128 = r1 * v127
    v129 = g19 * v4
    v130 = g16 * v4
    v131 = r2 * v81
    v132 = r1 * v91
    v133 = r0 * v99
    v134 = c9 * v129
    v135 = v131 + v132
    v136 = c6 * v135
    v137 = c10 * v133
    v138 = c11 * v130
    g4 = rows[7]
    v139 = c12 * g4
    v140 = v136 + v137
    v141 = v140 + v139
    v142 = v141 - v134
    v143 = v142 - v138
    g23 = rows[26]
    v144 = g23 * v9
    g24 = rows[27]
    v145 = c0 * g24
    v146 = g20 + v145
    v147 = v6 * v146
    v148 = v42 + v9
    v149 = g19 * v148
    v150 = v24 * v105
    v151 = v26 * v116
    v152 = g16 * v42
    v153 = r1 * g24
    v154 = r0 * g22
    v155 = c0 * v153
    g15 = rows[18]
    v156 = c1 * g15
    v157 = v154 + v155
    v158 = v157 + v156
    v159 = v158 + v81
    v160 = r2 * v159
    v161 = r2 * g24
    v162 = r1 * g23
    v163 = r0 * g21
    v164 = v161 + v163
    g14 = rows[17]
    v165 = g14 + v162
    v166 = c1 * v165
    v167 = v164 + v166
    v168 = c0 * v167
    v169 = v91 + v168
    v170 = r1 * v169
    v171 = r0 * v101
    v172 = g23 * v4
    v173 = r2 * v158
    v174 = r1 * v167
    v175 = r0 * v74
    v176 = v173 + v175
    v177 = c6 * v176
    v178 = c10 * v174
    v179 = c11 * v172
    g7 = rows[10]
    v180 = c12 * g7
    v181 = v177 + v178
    v182 = v181 + v180
    v183 = v182 - v134
    v184 = v183 - v179
    v185 = v184 + v143
    v186 = c9 * v149
    v187 = v160 + v170
    v188 = v187 + v171
    v189 = c13 * v188
    v190 = v147 + v150
    v191 = c14 * v190
    v192 = v144 + v152
    v193 = c11 * v192
    v194 = c15 * v151
    v195 = v185 + v186
    v196 = v195 + v189
    v197 = v196 + v191
    v198 = v197 + v193
    v199 = v198 + v194
    v200 = c0 * v143
    v201 = v200 - v199
    v202 = r0 * v201
    v203 = c4 * v202
    v204 = v115 + v128
    v205 = c16 * v204
    v206 = c17 * v16
    v207 = c18 * v39
    v208 = v48 + v55
    v209 = v208 - v22
    v210 = c19 * v209
    v211 = c13 * v102
    v212 = c6 * v75
    v213 = c20 * v59
    v214 = c10 * v103
    v215 = v30 + v65
    v216 = v215 + v82
    v217 = v216 + v92
    v218 = c7 * v217
    g1 = rows[4]
    v219 = c21 * g1
    v220 = v203 + v205
    v221 = v220 + v210
    v222 = v221 + v212
    v223 = v222 + v213
    v224 = v223 + v214
    v225 = v224 + v218
    v226 = v225 + v219
    v227 = v226 - v206
    v228 = v227 - v207
    v229 = v228 - v211
    v230 = g24 * v15
    v231 = g23 * v21
    v232 = g22 * v29
    v233 = g21 * v38
    v234 = g20 * v47
    v235 = g19 * v54
    v236 = g17 * v58
    v237 = v6 * v158
    v238 = v9 * v167
    v239 = v24 * v64
    v240 = v26 * v74
    v241 = v4 * v169
    v242 = v42 * v91
    v243 = v4 * v146
    v244 = r1 * v158
    v245 = r0 * v64
    v246 = c5 * v243
    v247 = v244 + v245
    v248 = c6 * v247
    g8 = rows[11]
    v249 = c7 * g8
    v250 = v248 + v249
    v251 = v250 - v246
    v252 = r2 * v251
    v253 = r0 * v127
    v254 = c0 * v184
    v255 = v254 - v199
    v256 = r1 * v255
    v257 = c4 * v256
    v258 = v252 + v253
    v259 = c16 * v258
    v260 = c17 * v234
    v261 = c18 * v235
    v262 = v236 - v230
    v263 = v262 - v233
    v264 = c19 * v263
    v265 = c13 * v241
    v266 = c6 * v242
    v267 = c20 * v231
    v268 = c10 * v238
    v269 = v232 + v237
    v270 = v269 + v239
    v271 = v270 + v240
    v272 = c7 * v271
    g2 = rows[5]
    v273 = c21 * g2
    v274 = v257 + v259
    v275 = v274 + v260
    v276 = v275 + v261
    v277 = v276 + v264
    v278 = v277 + v266
    v279 = v278 + v268
    v280 = v279 + v272
    v281 = v280 + v273
    v282 = v281 - v265
    v283 = v282 - v267
    v284 = g24 * v21
    v285 = g22 * v38
    v286 = g20 * v54
    v287 = g18 * v58
    v288 = v9 * v158
    v289 = v26 * v64
    v290 = v4 * v159
    v291 = v42 * v81
    v292 = r1 * v251
    v293 = r0 * v114
    v294 = r2 * v199
    v295 = c4 * v294
    v296 = v292 + v293
    v297 = c16 * v296
    v298 = v286 - v285
    v299 = c17 * v298
    v300 = v287 - v284
    v301 = c19 * v300
    v302 = c13 * v290
    v303 = v288 + v291
    v304 = c6 * v303
    v305 = c7 * v289
    g3 = rows[6]
    v306 = c21 * g3
    v307 = v297 + v299
    v308 = v307 + v301
    v309 = v308 + v304
    v310 = v309 + v305
    v311 = v310 + v306
    v312 = v311 - v295
    v313 = v312 - v302
    v314 = c22 * v229
    rows[28] = v314
    v315 = c22 * v283
    rows[29] = v315
    v316 = c22 * v313
    rows[30] = v316


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
    c5 = rows.constant(9.0)
    c6 = rows.constant(35.0)
    c7 = rows.constant(210.0)
    c8 = rows.constant(18.0)
    c9 = rows.constant(27.0)
    c10 = rows.constant(54.0)
    c11 = rows.constant(105.0)
    c12 = rows.constant(108.0)
    c13 = rows.constant(420.0)
    c14 = rows.constant(28.0)
    c15 = rows.constant(162.0)
    c16 = rows.constant(36.0)
    c17 = rows.constant(216.0)
    c18 = rows.constant(6.0)
    c19 = rows.constant(7.0)
    c20 = rows.constant(14.0)
    c21 = rows.constant(21.0)
    c22 = rows.constant(84.0)
    c23 = rows.constant(-0.0007936507936507937)
    c24 = rows.constant(0.0)
    c25 = rows.constant(0.6666666666666666)
    c26 = rows.constant(-0.06666666666666667)
    c27 = rows.constant(-0.022222222222222223)
    c28 = rows.constant(0.3333333333333333)
    c29 = rows.constant(0.009523809523809525)
    c30 = rows.constant(-0.002380952380952381)
    c31 = rows.constant(-0.0015873015873015873)
    c32 = rows.constant(0.0007936507936507937)
    c33 = rows.constant(-0.009523809523809525)
    r0 = rows[0]
    v0 = r0 * r0
    r1 = rows[1]
    v1 = r1 * r1
    r2 = rows[2]
    v2 = r2 * r2
    v3 = v0 + v1
    v4 = v3 + v2
    u2 = rows[30]
    v5 = u2 * v4
    u0 = rows[28]
    v6 = r0 * u0
    u1 = rows[29]
    v7 = r1 * u1
    v8 = r2 * u2
    v9 = v6 + v7
    v10 = v9 + v8
    v11 = r2 * v10
    v12 = c0 * v11
    v13 = v5 + v12
    v14 = r1 * r2
    v15 = u1 * v14
    v16 = r2 * u1
    v17 = r1 * u2
    v18 = v16 + v17
    rows[31] = v18
    v19 = r1 * v18
    v20 = v15 + v19
    v21 = c1 * v1
    v22 = v21 - v4
    v23 = u2 * v22
    v24 = c1 * v7
    v25 = v24 - v10
    v26 = r2 * v25
    v27 = c0 * v26
    v28 = v23 + v27
    v29 = c2 * v13
    v30 = c3 * v28
    v31 = c4 * v20
    v32 = v29 - v30
    v33 = v32 - v31
    g22 = rows[25]
    v34 = g22 * v33
    v35 = u1 * v4
    v36 = r1 * v10
    v37 = c0 * v36
    v38 = v35 + v37
    v39 = u1 * v22
    v40 = r1 * v25
    v41 = c0 * v40
    v42 = v39 + v41
    v43 = c2 * v38
    v44 = c3 * v42
    v45 = v43 - v44
    g21 = rows[24]
    v46 = g21 * v45
    v47 = u0 * v14
    v48 = r0 * v18
    v49 = v47 + v48
    v50 = r0 * r2
    v51 = u1 * v50
    v52 = r2 * u0
    v53 = r0 * u2
    v54 = v52 + v53
    rows[32] = v54
    v55 = r1 * v54
    v56 = v51 + v55
    v57 = r0 * r1
    v58 = u2 * v57
    v59 = r1 * u0
    v60 = r0 * u1
    v61 = v59 + v60
    rows[33] = v61
    v62 = r2 * v61
    v63 = v58 + v62
    v64 = v49 + v56
    v65 = v64 + v63
    g20 = rows[23]
    v66 = g20 * v65
    v67 = u0 * v4
    v68 = r0 * v10
    v69 = c0 * v68
    v70 = v67 + v69
    v71 = u0 * v22
    v72 = r0 * v25
    v73 = c0 * v72
    v74 = v71 + v73
    v75 = u1 * v57
    v76 = r1 * v61
    v77 = v75 + v76
    v78 = c2 * v70
    v79 = c3 * v74
    v80 = c4 * v77
    v81 = v78 - v79
    v82 = v81 - v80
    g19 = rows[22]
    v83 = g19 * v82
    v84 = u0 * v50
    v85 = r0 * v54
    v86 = v84 + v85
    v87 = c1 * v0
    v88 = v87 - v4
    v89 = u2 * v88
    v90 = c1 * v6
    v91 = v90 - v10
    v92 = r2 * v91
    v93 = c0 * v92
    v94 = v89 + v93
    v95 = c3 * v94
    v96 = c4 * v86
    v97 = v29 - v95
    v98 = v97 - v96
    g18 = rows[21]
    v99 = g18 * v98
    v100 = u0 * v57
    v101 = r0 * v61
    v102 = v100 + v101
    v103 = u1 * v88
    v104 = r1 * v91
    v105 = c0 * v104
    v106 = v103 + v105
    v107 = c3 * v106
    v108 = c4 * v102
    v109 = v43 - v107
    v110 = v109 - v108
    g17 = rows[20]
    v111 = g17 * v110
    v112 = u0 * v88
    v113 = r0 * v91
    v114 = c0 * v113
    v115 = v112 + v114
    v116 = c3 * v115
    v117 = v78 - v116
    g16 = rows[19]
    v118 = g16 * v117
    v119 = r1 * g22
    v120 = r0 * g20
    v121 = v119 + v120
    g13 = rows[16]
    v122 = c0 * g13
    v123 = v121 + v122
    v124 = v123 * v18
    v125 = g22 * u1
    v126 = g20 * u0
    v127 = v125 + v126
    v128 = v14 * v127
    v129 = v124 + v128
    v130 = r2 * g22
    v131 = r1 * g21
    v132 = r0 * g19
    v133 = c0 * v132
    v134 = c1 * v131
    g12 = rows[15]
    v135 = c2 * g12
    v136 = v130 + v133
    v137 = v136 + v134
    v138 = v137 + v135
    v139 = v138 * v25
    v140 = g22 * u2
    v141 = g21 * u1
    v142 = g19 * u0
    v143 = c0 * v142
    v144 = c1 * v141
    v145 = v140 + v143
    v146 = v145 + v144
    v147 = v22 * v146
    v148 = c0 * v139
    v149 = v147 + v148
    v150 = r1 * g20
    v151 = r0 * g18
    v152 = c1 * v151
    g11 = rows[14]
    v153 = c2 * g11
    v154 = v150 + v152
    v155 = v154 + v153
    v156 = v155 * v54
    v157 = g20 * u1
    v158 = g18 * u0
    v159 = c1 * v158
    v160 = v157 + v159
    v161 = v50 * v160
    v162 = v156 + v161
    v163 = r2 * g20
    v164 = r1 * g19
    v165 = r0 * g17
    v166 = c0 * v164
    v167 = c1 * v165
    g10 = rows[13]
    v168 = c2 * g10
    v169 = v163 + v166
    v170 = v169 + v167
    v171 = v170 + v168
    v172 = v171 * v61
    v173 = g20 * u2
    v174 = g19 * u1
    v175 = g17 * u0
    v176 = c0 * v174
    v177 = c1 * v175
    v178 = v173 + v176
    v179 = v178 + v177
    v180 = v57 * v179
    v181 = v172 + v180
    v182 = r2 * g18
    v183 = r1 * g17
    v184 = r0 * g16
    v185 = v182 + v183
    g9 = rows[12]
    v186 = g9 + v184
    v187 = c2 * v186
    v188 = v185 + v187
    v189 = c1 * v188
    v190 = v138 + v189
    v191 = v190 * v10
    v192 = g18 * u2
    v193 = g17 * u1
    v194 = g16 * u0
    v195 = v192 + v193
    v196 = c2 * v194
    v197 = v195 + v196
    v198 = c1 * v197
    v199 = v146 + v198
    v200 = v4 * v199
    v201 = c0 * v191
    v202 = v200 + v201
    v203 = v188 * v91
    v204 = v88 * v197
    v205 = c0 * v203
    v206 = v204 + v205
    v207 = c1 * g18
    v208 = g22 + v207
    v209 = v4 * v208
    v210 = r1 * v123
    v211 = r0 * v155
    v212 = c5 * v209
    v213 = v210 + v211
    v214 = c6 * v213
    g6 = rows[9]
    v215 = c7 * g6
    v216 = v214 + v215
    v217 = v216 - v212
    v218 = u2 * v217
    v219 = v208 * v10
    v220 = u1 * v123
    v221 = r1 * v127
    v222 = v220 + v221
    v223 = u0 * v155
    v224 = r0 * v160
    v225 = v223 + v224
    v226 = c8 * v219
    v227 = v222 + v225
    v228 = c6 * v227
    v229 = v226 - v228
    v230 = r2 * v229
    v231 = v218 - v230
    v232 = g17 + g21
    v233 = v4 * v232
    v234 = r2 * v123
    v235 = r1 * v138
    v236 = r0 * v171
    v237 = c9 * v233
    v238 = v234 + v235
    v239 = v238 + v236
    v240 = c6 * v239
    g5 = rows[8]
    v241 = c7 * g5
    v242 = v240 + v241
    v243 = v242 - v237
    v244 = u1 * v243
    v245 = v232 * v10
    v246 = u2 * v123
    v247 = r2 * v127
    v248 = v246 + v247
    v249 = u1 * v138
    v250 = r1 * v146
    v251 = v249 + v250
    v252 = u0 * v171
    v253 = r0 * v179
    v254 = v252 + v253
    v255 = v248 + v251
    v256 = v255 + v254
    v257 = c6 * v256
    v258 = c10 * v245
    v259 = v258 - v257
    v260 = r1 * v259
    v261 = v244 - v260
    v262 = g19 * v4
    v263 = g16 * v4
    v264 = r2 * v155
    v265 = r1 * v171
    v266 = r0 * v188
    v267 = c8 * v262
    v268 = v264 + v265
    v269 = c6 * v268
    v270 = c11 * v266
    v271 = c12 * v263
    g4 = rows[7]
    v272 = c13 * g4
    v273 = v269 + v270
    v274 = v273 + v272
    v275 = v274 - v267
    v276 = v275 - v271
    g23 = rows[26]
    v277 = g23 * v22
    g24 = rows[27]
    v278 = c1 * g24
    v279 = g20 + v278
    v280 = v14 * v279
    v281 = v88 + v22
    v282 = g19 * v281
    v283 = v50 * v208
    v284 = v57 * v232
    v285 = g16 * v88
    v286 = r1 * g24
    v287 = r0 * g22
    v288 = c1 * v286
    g15 = rows[18]
    v289 = c2 * g15
    v290 = v287 + v288
    v291 = v290 + v289
    v292 = v291 + v155
    v293 = r2 * v292
    v294 = r2 * g24
    v295 = r1 * g23
    v296 = r0 * g21
    v297 = v294 + v296
    g14 = rows[17]
    v298 = g14 + v295
    v299 = c2 * v298
    v300 = v297 + v299
    v301 = c1 * v300
    v302 = v171 + v301
    v303 = r1 * v302
    v304 = r0 * v190
    v305 = g23 * v4
    v306 = r2 * v291
    v307 = r1 * v300
    v308 = r0 * v138
    v309 = v306 + v308
    v310 = c6 * v309
    v311 = c11 * v307
    v312 = c12 * v305
    g7 = rows[10]
    v313 = c13 * g7
    v314 = v310 + v311
    v315 = v314 + v313
    v316 = v315 - v267
    v317 = v316 - v312
    v318 = v317 + v276
    v319 = c8 * v282
    v320 = v293 + v303
    v321 = v320 + v304
    v322 = c14 * v321
    v323 = v280 + v283
    v324 = c10 * v323
    v325 = v277 + v285
    v326 = c12 * v325
    v327 = c15 * v284
    v328 = v318 + v319
    v329 = v328 + v322
    v330 = v329 + v324
    v331 = v330 + v326
    v332 = v331 + v327
    v333 = c1 * v276
    v334 = v333 - v332
    v335 = u0 * v334
    v336 = g19 * v10
    v337 = g16 * v10
    v338 = u2 * v155
    v339 = r2 * v160
    v340 = v338 + v339
    v341 = u1 * v171
    v342 = r1 * v179
    v343 = v341 + v342
    v344 = u0 * v188
    v345 = r0 * v197
    v346 = v344 + v345
    v347 = v340 + v343
    v348 = c6 * v347
    v349 = c16 * v336
    v350 = c11 * v346
    v351 = c17 * v337
    v352 = v349 + v351
    v353 = v352 - v348
    v354 = v353 - v350
    v355 = g23 * v25
    v356 = v279 * v18
    v357 = v25 + v91
    v358 = g19 * v357
    v359 = v208 * v54
    v360 = v232 * v61
    v361 = g16 * v91
    v362 = u2 * v292
    v363 = g24 * u1
    v364 = g22 * u0
    v365 = c1 * v363
    v366 = v364 + v365
    v367 = v160 + v366
    v368 = r2 * v367
    v369 = v362 + v368
    v370 = u1 * v302
    v371 = g24 * u2
    v372 = g23 * u1
    v373 = g21 * u0
    v374 = v371 + v373
    v375 = c2 * v372
    v376 = v374 + v375
    v377 = c1 * v376
    v378 = v179 + v377
    v379 = r1 * v378
    v380 = v370 + v379
    v381 = u0 * v190
    v382 = r0 * v199
    v383 = v381 + v382
    v384 = g23 * v10
    v385 = u2 * v291
    v386 = r2 * v366
    v387 = v385 + v386
    v388 = u1 * v300
    v389 = r1 * v376
    v390 = v388 + v389
    v391 = u0 * v138
    v392 = r0 * v146
    v393 = v391 + v392
    v394 = v387 + v393
    v395 = c6 * v394
    v396 = c11 * v390
    v397 = c17 * v384
    v398 = v349 + v397
    v399 = v398 - v395
    v400 = v399 - v396
    v401 = v354 + v400
    v402 = v369 + v380
    v403 = v402 + v383
    v404 = c14 * v403
    v405 = c16 * v358
    v406 = v356 + v359
    v407 = c10 * v406
    v408 = c15 * v360
    v409 = v355 + v361
    v410 = c17 * v409
    v411 = v401 - v404
    v412 = v411 - v405
    v413 = v412 - v407
    v414 = v413 - v408
    v415 = v414 - v410
    v416 = c1 * v354
    v417 = v416 - v415
    v418 = r0 * v417
    v419 = v335 - v418
    v420 = c0 * v419
    v421 = v231 + v261
    v422 = c18 * v421
    v423 = c19 * v34
    v424 = c20 * v83
    v425 = v46 + v99
    v426 = v425 + v111
    v427 = c21 * v426
    v428 = c14 * v202
    v429 = c6 * v149
    v430 = c22 * v118
    v431 = c11 * v206
    v432 = v66 + v129
    v433 = v432 + v162
    v434 = v433 + v181
    v435 = c7 * v434
    v436 = v423 + v424
    v437 = v436 + v427
    v438 = v437 + v428
    v439 = v438 + v430
    v440 = v439 - v420
    v441 = v440 - v422
    v442 = v441 - v429
    v443 = v442 - v431
    v444 = v443 - v435
    v445 = g24 * v33
    v446 = g23 * v45
    v447 = g22 * v65
    v448 = g21 * v82
    v449 = g20 * v98
    v450 = g19 * v110
    v451 = g17 * v117
    v452 = v291 * v18
    v453 = v14 * v366
    v454 = v452 + v453
    v455 = v300 * v25
    v456 = v22 * v376
    v457 = c0 * v455
    v458 = v456 + v457
    v459 = v123 * v54
    v460 = v50 * v127
    v461 = v459 + v460
    v462 = v138 * v61
    v463 = v57 * v146
    v464 = v462 + v463
    v465 = v302 * v10
    v466 = v4 * v378
    v467 = c0 * v465
    v468 = v466 + v467
    v469 = v171 * v91
    v470 = v88 * v179
    v471 = c0 * v469
    v472 = v470 + v471
    v473 = v4 * v279
    v474 = r1 * v291
    v475 = r0 * v123
    v476 = c5 * v473
    v477 = v474 + v475
    v478 = c6 * v477
    g8 = rows[11]
    v479 = c7 * g8
    v480 = v478 + v479
    v481 = v480 - v476
    v482 = u2 * v481
    v483 = v279 * v10
    v484 = u1 * v291
    v485 = r1 * v366
    v486 = v484 + v485
    v487 = u0 * v123
    v488 = r0 * v127
    v489 = v487 + v488
    v490 = c8 * v483
    v491 = v486 + v489
    v492 = c6 * v491
    v493 = v490 - v492
    v494 = r2 * v493
    v495 = v482 - v494
    v496 = u0 * v243
    v497 = r0 * v259
    v498 = v496 - v497
    v499 = c1 * v317
    v500 = v499 - v332
    v501 = u1 * v500
    v502 = c1 * v400
    v503 = v502 - v415
    v504 = r1 * v503
    v505 = v501 - v504
    v506 = c0 * v505
    v507 = v495 + v498
    v508 = c18 * v507
    v509 = c19 * v449
    v510 = c20 * v450
    v511 = v445 + v448
    v512 = v511 + v451
    v513 = c21 * v512
    v514 = c14 * v468
    v515 = c6 * v472
    v516 = c22 * v446
    v517 = c11 * v458
    v518 = v447 + v454
    v519 = v518 + v461
    v520 = v519 + v464
    v521 = c7 * v520
    v522 = v509 + v510
    v523 = v522 + v513
    v524 = v523 + v514
    v525 = v524 + v516
    v526 = v525 - v506
    v527 = v526 - v508
    v528 = v527 - v515
    v529 = v528 - v517
    v530 = v529 - v521
    v531 = g24 * v45
    v532 = g22 * v82
    v533 = g20 * v110
    v534 = g18 * v117
    v535 = v291 * v25
    v536 = v22 * v366
    v537 = c0 * v535
    v538 = v536 + v537
    v539 = v123 * v61
    v540 = v57 * v127
    v541 = v539 + v540
    v542 = v292 * v10
    v543 = v4 * v367
    v544 = c0 * v542
    v545 = v543 + v544
    v546 = v155 * v91
    v547 = v88 * v160
    v548 = c0 * v546
    v549 = v547 + v548
    v550 = u1 * v481
    v551 = r1 * v493
    v552 = v550 - v551
    v553 = u0 * v217
    v554 = r0 * v229
    v555 = v553 - v554
    v556 = u2 * v332
    v557 = r2 * v415
    v558 = v556 - v557
    v559 = c0 * v558
    v560 = v552 + v555
    v561 = c18 * v560
    v562 = v532 + v533
    v563 = c19 * v562
    v564 = v531 + v534
    v565 = c21 * v564
    v566 = c14 * v545
    v567 = v538 + v549
    v568 = c6 * v567
    v569 = c7 * v541
    v570 = v559 + v563
    v571 = v570 + v565
    v572 = v571 + v566
    v573 = v572 - v561
    v574 = v573 - v568
    v575 = v574 - v569
    v576 = r0 * v88
    v577 = r0 * v4
    v578 = c2 * v577
    v579 = c3 * v576
    v580 = v579 - v578
    v581 = u0 * v580
    v582 = r0 * v117
    v583 = v581 - v582
    v584 = v88 * v10
    v585 = v4 * v91
    v586 = v584 + v585
    v587 = c19 * v583
    v588 = c8 * v586
    v589 = v587 - v588
    v590 = v57 * v10
    v591 = v4 * v61
    v592 = c0 * v590
    v593 = v591 + v592
    v594 = r0 * v57
    v595 = r1 * v88
    v596 = r1 * v4
    v597 = c2 * v596
    v598 = c3 * v595
    v599 = c4 * v594
    v600 = v598 + v599
    v601 = v600 - v597
    v602 = u0 * v601
    v603 = r0 * v110
    v604 = v602 - v603
    v605 = u1 * v580
    v606 = r1 * v117
    v607 = v605 - v606
    v608 = v604 + v607
    v609 = c19 * v608
    v610 = c10 * v593
    v611 = v610 - v609
    v612 = v50 * v10
    v613 = v4 * v54
    v614 = c0 * v612
    v615 = v613 + v614
    v616 = r0 * v50
    v617 = r2 * v88
    v618 = r2 * v4
    v619 = c2 * v618
    v620 = c3 * v617
    v621 = c4 * v616
    v622 = v620 + v621
    v623 = v622 - v619
    v624 = u0 * v623
    v625 = r0 * v98
    v626 = v624 - v625
    v627 = u2 * v580
    v628 = r2 * v117
    v629 = v627 - v628
    v630 = v626 + v629
    v631 = c19 * v630
    v632 = c10 * v615
    v633 = v632 - v631
    v634 = v281 * v10
    v635 = v4 * v357
    v636 = v634 + v635
    v637 = r0 * v22
    v638 = r1 * v57
    v639 = c3 * v637
    v640 = c4 * v638
    v641 = v578 - v639
    v642 = v641 - v640
    v643 = u0 * v642
    v644 = r0 * v82
    v645 = v643 + v644
    v646 = u1 * v601
    v647 = r1 * v110
    v648 = v646 - v647
    v649 = v645 - v648
    v650 = c19 * v649
    v651 = c8 * v636
    v652 = v650 + v651
    v653 = r0 * v14
    v654 = r1 * v50
    v655 = r2 * v57
    v656 = v653 + v654
    v657 = v656 + v655
    v658 = u0 * v657
    v659 = r0 * v65
    v660 = v658 + v659
    v661 = v14 * v10
    v662 = v4 * v18
    v663 = c0 * v661
    v664 = v662 + v663
    v665 = u1 * v623
    v666 = r1 * v98
    v667 = v665 - v666
    v668 = u2 * v601
    v669 = r2 * v110
    v670 = v668 - v669
    v671 = v667 + v670
    v672 = c19 * v671
    v673 = c10 * v664
    v674 = c7 * v660
    v675 = v672 + v674
    v676 = v675 - v673
    v677 = r1 * v22
    v678 = c3 * v677
    v679 = v597 - v678
    v680 = u0 * v679
    v681 = r0 * v45
    v682 = v680 + v681
    v683 = u1 * v642
    v684 = r1 * v82
    v685 = v683 + v684
    v686 = v682 + v685
    v687 = c19 * v686
    v688 = v687 + v610
    v689 = u1 * v657
    v690 = r1 * v65
    v691 = v689 + v690
    v692 = r1 * v14
    v693 = r2 * v22
    v694 = c3 * v693
    v695 = c4 * v692
    v696 = v619 - v694
    v697 = v696 - v695
    v698 = u0 * v697
    v699 = r0 * v33
    v700 = v698 + v699
    v701 = u2 * v642
    v702 = r2 * v82
    v703 = v701 + v702
    v704 = v700 + v703
    v705 = c19 * v704
    v706 = c7 * v691
    v707 = v705 + v632
    v708 = v707 - v706
    v709 = u1 * v679
    v710 = r1 * v45
    v711 = v709 + v710
    v712 = v22 * v10
    v713 = v4 * v25
    v714 = v712 + v713
    v715 = c19 * v711
    v716 = c8 * v714
    v717 = v715 + v716
    v718 = u1 * v697
    v719 = r1 * v33
    v720 = v718 + v719
    v721 = u2 * v679
    v722 = r2 * v45
    v723 = v721 + v722
    v724 = v720 + v723
    v725 = c19 * v724
    v726 = v725 + v673
    v727 = c23 * v444
    rows[34] = v727
    v728 = c23 * v530
    rows[35] = v728
    v729 = c23 * v575
    rows[36] = v729
    v730 = c25 * v91
    rows[37] = v730
    v731 = c25 * v25
    rows[38] = v731
    v732 = c26 * v117
    rows[39] = v732
    v733 = c27 * v110
    rows[40] = v733
    v734 = c27 * v98
    rows[41] = v734
    v735 = c27 * v82
    rows[42] = v735
    v736 = c28 * v65
    rows[43] = v736
    v737 = c26 * v45
    rows[44] = v737
    v738 = c27 * v33
    rows[45] = v738
    v739 = c29 * v589
    rows[46] = v739
    v740 = c30 * v611
    rows[47] = v740
    v741 = c30 * v633
    rows[48] = v741
    v742 = c31 * v652
    rows[49] = v742
    v743 = c32 * v676
    rows[50] = v743
    v744 = c30 * v688
    rows[51] = v744
    v745 = c23 * v708
    rows[52] = v745
    v746 = c33 * v717
    rows[53] = v746
    v747 = c30 * v726
    rows[54] = v747
    rows[55] = c24


second_order_0_ordinary, second_order_0_streaming = on_registers(second_order_0, False), on_registers(second_order_0, True)


def second_order_0_rows(table, length, number):
    second_order_0_ordinary(table, length, number)


def second_order_0_streamed(table, length, number):
    second_order_0_streaming(table, length, number)


KERNELS = {
    "value": {
        "inputs": [3],
        "outputs": [25],
        "rows": 25,
        "output_rows": [24, 0, 1, 2, 6, 3, 4, 7, 5, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23],
        "passes": [value_0_rows],
        "streamed": [value_0_streamed],
    },
    "vjp": {
        "inputs": [3, 25],
        "outputs": [3],
        "rows": 31,
        "output_rows": [28, 29, 30],
        "passes": [vjp_0_rows],
        "streamed": [vjp_0_streamed],
    },
    "second_order": {
        "inputs": [3, 25, 3],
        "outputs": [3, 25],
        "rows": 56,
        "output_rows": [34, 35, 36, 55, 28, 29, 30, 37, 33, 32, 38, 31, 39, 40, 41, 42, 43, 44, 45, 46, 47, 48, 49, 50, 51, 52, 53, 54],
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
