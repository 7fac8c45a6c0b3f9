"""Two loops of the compiled evaluation in which sums over lists stay in registers."""

from __future__ import annotations

from typing import Any

from llvmlite import ir
from numba import types
from numba.core import cgutils
from numba.extending import intrinsic

from invgen.runtime.cpu.simd import WIDTH, Register, Sum, load, pointer, spread


def _item(builder: Any, address: Any, kind: Any, at: Any) -> Any:
    return builder.load(builder.gep(builder.inttoptr(address, kind.as_pointer()), [at]))


def _store(builder: Any, register: Register, address: Any, at: Any = None) -> None:
    builder.store(register.value, pointer(builder, address, at), align=8)


@intrinsic
def add_leaves(typing_context, values, adjoint, energy, left, leaves, weights, start, stop):
    """energy += v s, adjoint[left] += s with v = values[left], s = sum_t w_t values[leaf_t]; adjoint[leaf_t] += w_t v.

    Rows of WIDTH numbers; ``leaves`` and ``weights`` are addresses of int64 and float64, t from ``start`` to ``stop``.
    """

    def codegen(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        v, d, total, left, leaves, weights, start, stop = arguments
        stride = ir.Constant(left.type, WIDTH)
        own = builder.mul(left, stride)
        factor, found = load(builder, v, own), Sum(builder)
        with cgutils.for_range_slice(builder, start, stop, ir.Constant(start.type, 1)) as (t, _):
            at = builder.mul(_item(builder, leaves, ir.IntType(64), t), stride)
            weight = spread(builder, _item(builder, weights, ir.DoubleType(), t))
            found.add(weight * load(builder, v, at))
            _store(builder, load(builder, d, at) + weight * factor, d, at)
        _store(builder, load(builder, d, own) + found.register(), d, own)
        _store(builder, load(builder, total) + found.register() * factor, total)
        return context.get_dummy_value()

    return types.void(*[types.intp] * 8), codegen


def _folding(signs: int) -> Any:
    """The loop of ``fold_one`` and ``fold_both``: m = 0, or m and -m together."""

    @intrinsic
    def fold(typing_context, rows, radial, planes, weights, ratio, begin, end, stride, count):
        rows_kind, radial_kind = types.UniTuple(types.intp, 3 + 3 * signs), types.UniTuple(types.intp, 2)

        def codegen(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
            total, q, above, *signed = cgutils.unpack_tuple(builder, arguments[0], 3 + 3 * signs)
            sources = cgutils.unpack_tuple(builder, arguments[1], 2)
            planes, weights, ratio, begin, end, stride, count = arguments[2:]
            one, zero, step = (ir.Constant(count.type, k) for k in (1, 0, WIDTH))
            factor = spread(builder, ratio)
            with cgutils.for_range_slice(builder, zero, count, step) as (at, _):
                sums = [[Sum(builder), Sum(builder)] for _ in range(signs)]
                with cgutils.for_range_slice(builder, begin, end, one) as (k, _):
                    place = builder.add(builder.mul(_item(builder, planes, ir.IntType(64), k), stride), at)
                    functions = [load(builder, source, place) for source in sources]
                    for sign in range(signs):
                        index = builder.add(builder.mul(k, ir.Constant(k.type, 2)), ir.Constant(k.type, sign))
                        weight = spread(builder, _item(builder, weights, ir.DoubleType(), index))
                        for part, function in zip(sums[sign], functions, strict=True):
                            part.add(weight * function)
                legendre, slope = load(builder, q, at), load(builder, above, at) * factor
                along = load(builder, total, at)
                for sign in range(signs):
                    value, derivative, angle = signed[3 * sign : 3 * sign + 3]
                    g, h = (part.register() for part in sums[sign])
                    _store(builder, load(builder, value, at) + g * legendre, value, at)
                    _store(builder, load(builder, derivative, at) + g * slope, derivative, at)
                    along = along + h * (legendre * load(builder, angle, at))
                _store(builder, along, total, at)
            return context.get_dummy_value()

        integer, real = types.intp, types.float64
        kinds = (rows_kind, radial_kind, integer, integer, real, integer, integer, integer, integer)
        return types.void(*kinds), codegen

    return fold


fold_one = _folding(1)
fold_both = _folding(2)
"""One rank and |m|: contract R_n and R'_n with weights, and fold the results over the rank.

    g = sum_k w_k R_n(k),  h = sum_k w_k R'_n(k);   P += g q,  dP += g ratio q_above,  total += h q c

rows
    (total, q, q_above), then for every sign of m: P, dP, c.
radial
    Addresses of R_1 and R'_1; plane n(k) lies ``stride`` numbers times ``planes[k]`` (int64) behind.
weights
    Address of pairs of numbers, one for each sign of m; k runs from ``begin`` to ``end``.
"""
