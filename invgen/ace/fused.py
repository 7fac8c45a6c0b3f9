"""Two loops of the compiled evaluation in which sums over lists stay in registers."""

from __future__ import annotations

from invgen.runtime.cpu.loops import WIDTH, rows, written
from invgen.runtime.cpu.simd import Code, Index, Memory, Register


def _increase(memory: Memory, at: Index | int, value: Register) -> None:
    memory.store(at, memory.load(at, WIDTH) + value)


def _add_leaves(
    code: Code, values: Index, adjoint: Index, energy: Index, left: Index, leaves: Index, weights: Index, start: Index,
    stop: Index,
) -> None:  # fmt: skip
    v, d, total, weight = rows(code, [values, adjoint, energy, weights])
    leaf, own = code.integers(leaves), left * WIDTH
    factor, found = v.load(own, WIDTH), code.sum(WIDTH)
    with code.loop(start, stop) as t:
        at, w = leaf[t] * WIDTH, weight[t]
        found.add(w * v.load(at, WIDTH))
        _increase(d, at, w * factor)
    _increase(d, own, found.value)
    _increase(total, 0, found.value * factor)


add_leaves = written(_add_leaves)
"""energy += v s, adjoint[left] += s with v = values[left], s = sum_t w_t values[leaf_t]; adjoint[leaf_t] += w_t v.

A function of (values, adjoint, energy, left, leaves, weights, start, stop). Rows of WIDTH numbers; ``leaves`` and
``weights`` are addresses of int64 and float64, t from ``start`` to ``stop``.
"""


def _fold(
    code: Code, addresses: list[Index], radial: list[Index], planes: Index, weights: Index, ratio: Register,
    begin: Index, end: Index, stride: Index, count: Index,
) -> None:  # fmt: skip
    total, q, above, *signed = rows(code, addresses)
    sources, weight, plane = rows(code, radial), code.numbers(weights), code.integers(planes)
    signs = len(signed) // 3
    with code.loop(0, count, WIDTH) as at:
        sums = [[code.sum(WIDTH) for _ in sources] for _ in range(signs)]
        with code.loop(begin, end) as k:
            place = plane[k] * stride + at
            functions = [source.load(place, WIDTH) for source in sources]
            for sign in range(signs):
                w = weight[k * 2 + sign]
                for part, function in zip(sums[sign], functions, strict=True):
                    part.add(w * function)
        legendre, slope = q.load(at, WIDTH), above.load(at, WIDTH) * ratio
        along = total.load(at, WIDTH)
        for sign in range(signs):
            value, derivative, angle = signed[3 * sign : 3 * sign + 3]
            g, h = (part.value for part in sums[sign])
            _increase(value, at, g * legendre)
            _increase(derivative, at, g * slope)
            along = along + h * (legendre * angle.load(at, WIDTH))
        total.store(at, along)


fold = written(_fold)
"""One rank and |m|: contract R_n and R'_n with weights, and fold the results over the rank, for m = 0 or m and -m.

    g = sum_k w_k R_n(k),  h = sum_k w_k R'_n(k);   P += g q,  dP += g ratio q_above,  total += h q c

A function of (rows, radial, planes, weights, ratio, begin, end, stride, count).

rows
    (total, q, q_above), then for every sign of m: P, dP, c.
radial
    Addresses of R_1 and R'_1; plane n(k) lies ``stride`` numbers times ``planes[k]`` (int64) behind.
weights
    Address of pairs of numbers, one for each sign of m; k runs from ``begin`` to ``end``.
"""
