"""Sums over pairs of atoms on the CPU, without an array that has axes (pair, sensitivity, feature).

With pairs p from a centre i(p) to a row j(p) of m, s (pairs, sensitivities), t (pairs, components) and
m (rows, sensitivities, features),

    e_icf = sum_{p: i(p)=i} t_pc a_pf,        a_pf = sum_n s_pn m_{j(p)nf},

is linear in each of s, t, m, so its derivatives are sums of the same kind:

    over the pairs of a centre i              a, and what is contracted with it, by t and g
    over the pairs of a row j                 r_pf = sum_c t_pc g_{i(p)cf}, and what is contracted with it, by s and m

A small matrix stays in the first cache while its pairs pass by. Rows with many pairs are cut into pieces, so that a
table with few rows keeps all threads busy. Each result is written by one thread in one order, whatever their number.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from invgen.runtime.cpu.matrices import matrix_product, projection
from invgen.runtime.cpu.routine import address, routine

PIECE = 128
"""Most pairs of one row that one thread takes at a time."""


@routine(indices="index starts position order table")
def _group(code, first, last, scratch, index, starts, position, order, table, pairs, groups):
    with code.loop(0, groups) as k:
        position[k] = 0
    with code.loop(0, pairs) as p:
        k = index[p]
        position[k] = position[k] + 1
    start, row, most = code.variable(0), code.variable(0), code.variable(0)
    with code.loop(0, groups) as k:
        count, begin = position[k], start.value
        end = begin + count
        starts[k], position[k] = begin, begin
        start.set(end)
        most.set(most.value.largest(count))
        with code.loop(begin, (begin + 1).largest(end), PIECE) as at:
            piece = table.at(row.value * 3)
            piece[0], piece[1], piece[2] = k, at, (at + PIECE).least(end)
            row.set(row.value + 1)
    starts[groups], starts[groups + 1], starts[groups + 2] = start.value, row.value, most.value
    with code.loop(0, pairs) as p:
        k = index[p]
        at = position[k]
        order[at] = p
        position[k] = at + 1


class Groups(NamedTuple):
    """Pairs by one of their ends. Tables are int64, given by their addresses in ``memory``."""

    memory: np.ndarray
    starts: int
    """(groups + 1,): pairs of group k are order[starts[k]:starts[k + 1]], ascending."""
    order: int
    """(pairs,)"""
    table: int
    """(pieces, 3): group, first and last position of runs of at most ``PIECE`` pairs, at least one for each group."""
    pieces: int
    largest: int
    """Most pairs of one group."""

    @property
    def owners(self) -> np.ndarray:
        """(pieces,): the group of each."""
        start = (self.table - self.starts) // 8
        return self.memory[start : start + 3 * self.pieces : 3].copy()


def grouped(index: Any, groups: int) -> Groups:
    """Pairs grouped by an index (pairs,) int64 below ``groups``."""
    pairs = index.shape[0]
    memory = np.empty(2 * groups + 3 + pairs + 3 * (groups + pairs // PIECE), np.int64)
    starts = address(memory)
    position = starts + 8 * (groups + 3)
    order = position + 8 * groups
    table = order + 8 * pairs
    _group("float64", 1, index, starts, position, order, table, pairs, groups)
    pieces, largest = memory[groups + 1 : groups + 3].tolist()
    return Groups(memory, starts, order, table, pieces, largest)


def _turn(code, target, depth, source, width, order, first, last):
    """Row k of ``target`` (rows of ``depth`` numbers) is column k of ``source``, for the pairs order[first:last]."""
    with code.loop(first, last) as q:
        row = source.at(order[q] * width)
        with code.loop(0, width) as k:
            target[k * depth + q - first] = row[k]


@routine(numbers="s t m e", indices="starts order second")
def _value(code, first, last, scratch, s, t, m, starts, order, second, e, sensitivities, components, features, depth):
    """e of the centres."""
    a, turned = scratch, scratch.at(depth * features)
    with code.loop(first, last) as i:
        begin, end = starts[i], starts[i + 1]
        with code.loop(begin, end) as q:
            p = order[q]
            matrix_product(
                code, a.at((q - begin) * features), 0, s.at(p * sensitivities), 0, 1,
                m.at(second[p] * sensitivities * features), features, code.index(1), sensitivities, features,
            )  # fmt: skip
        _turn(code, turned, depth, t, components, order, begin, end)
        matrix_product(
            code, e.at(i * components * features), features, turned, depth, 1, a, features, components, end - begin,
            features,
        )  # fmt: skip


@routine(numbers="s t m g gt", indices="starts order second")
def _centres(code, first, last, scratch, s, t, m, g, starts, order, second, gt, sensitivities, components, features):
    """gt_pc = sum_f g_icf a_pf of the pairs of the centres."""
    with code.loop(first, last) as i, code.loop(starts[i], starts[i + 1]) as q:
        p = order[q]
        matrix_product(
            code, scratch, 0, s.at(p * sensitivities), 0, 1, m.at(second[p] * sensitivities * features), features,
            code.index(1), sensitivities, features,
        )  # fmt: skip
        projection(
            code, gt.at(p * components), g.at(i * components * features), features, scratch, components, features
        )


@routine(numbers="s t m g gs gm", indices="table order centre")
def _rows(
    code, first, last, scratch, s, t, m, g, table, order, centre, gs, gm, with_m, sensitivities, components, features
):  # fmt: skip
    """gs_pn = sum_f m_jnf r_pf, and ``with_m`` gm_jnf = sum_p s_pn r_pf, of the pieces."""
    r, turned = scratch, scratch.at(PIECE * features)
    block = sensitivities * features
    with code.loop(first, last) as piece:
        j, begin, end = (table[piece * 3 + k] for k in range(3))
        with code.loop(begin, end) as q:
            p = order[q]
            row = r.at((q - begin) * features)
            matrix_product(
                code, row, 0, t.at(p * components), 0, 1, g.at(centre[p] * components * features), features,
                code.index(1), components, features,
            )  # fmt: skip
            projection(code, gs.at(p * sensitivities), m.at(j * block), features, row, sensitivities, features)
        with code.when(with_m >= 1):
            _turn(code, turned, PIECE, s, sensitivities, order, begin, end)
            matrix_product(
                code,
                gm.at(piece * block),
                features,
                turned,
                PIECE,
                1,
                r,
                features,
                sensitivities,
                end - begin,
                features,
            )


@routine(numbers="s t m g us ut um ht hg", indices="starts order second")
def _second_centres(
    code, first, last, scratch, s, t, m, g, us, ut, um, starts, order, second, ht, hg, with_um, sensitivities,
    components, features, depth,
):  # fmt: skip
    """With b_pf = sum_n us_pn m_jnf + s_pn um_jnf: ht_pc = sum_f g_icf b_pf, hg_icf = sum_p t_pc b_pf + ut_pc a_pf."""
    a, b, turned = scratch, scratch.at(depth * features), scratch.at(depth * features * 2)
    block, plane, one = sensitivities * features, components * features, code.index(1)
    with code.loop(first, last) as i:
        begin, end = starts[i], starts[i + 1]
        with code.loop(begin, end) as q:
            p = order[q]
            at = (q - begin) * features
            row_s, row_us, source = s.at(p * sensitivities), us.at(p * sensitivities), m.at(second[p] * block)
            row_a, row_b = a.at(at), b.at(at)
            matrix_product(code, row_a, 0, row_s, 0, 1, source, features, one, sensitivities, features)
            matrix_product(code, row_b, 0, row_us, 0, 1, source, features, one, sensitivities, features)
            with code.when(with_um >= 1):
                other = um.at(second[p] * block)
                matrix_product(code, row_b, 0, row_s, 0, 1, other, features, one, sensitivities, features, add=True)
            projection(code, ht.at(p * components), g.at(i * plane), features, row_b, components, features)
        out = hg.at(i * plane)
        for k, (factors, rows) in enumerate(((t, b), (ut, a))):
            _turn(code, turned, depth, factors, components, order, begin, end)
            matrix_product(
                code, out, features, turned, depth, 1, rows, features, components, end - begin, features, add=k > 0
            )


@routine(numbers="s t m g us ut um hs hm", indices="table order centre")
def _second_rows(
    code, first, last, scratch, s, t, m, g, us, ut, um, table, order, centre, hs, hm, with_um, sensitivities,
    components, features,
):  # fmt: skip
    """With d_pf = sum_c ut_pc g_icf: hs_pn = sum_f m_jnf d_pf + um_jnf r_pf, hm_jnf = sum_p s_pn d_pf + us_pn r_pf."""
    r, d, turned = scratch, scratch.at(PIECE * features), scratch.at(PIECE * features * 2)
    block, plane, one = sensitivities * features, components * features, code.index(1)
    with code.loop(first, last) as piece:
        j, begin, end = (table[piece * 3 + k] for k in range(3))
        with code.loop(begin, end) as q:
            p = order[q]
            at, source, out = (q - begin) * features, g.at(centre[p] * plane), hs.at(p * sensitivities)
            matrix_product(code, r.at(at), 0, t.at(p * components), 0, 1, source, features, one, components, features)
            matrix_product(code, d.at(at), 0, ut.at(p * components), 0, 1, source, features, one, components, features)
            projection(code, out, m.at(j * block), features, d.at(at), sensitivities, features)
            with code.when(with_um >= 1):
                projection(code, out, um.at(j * block), features, r.at(at), sensitivities, features, add=True)
        out = hm.at(piece * block)
        for k, (factors, rows) in enumerate(((s, d), (us, r))):
            _turn(code, turned, PIECE, factors, sensitivities, order, begin, end)
            matrix_product(
                code, out, features, turned, PIECE, 1, rows, features, sensitivities, end - begin, features, add=k > 0
            )


def value(s: Any, t: Any, m: Any, second: Any, centres: Groups, e: Any) -> None:
    """Fill e. Tensors are contiguous and of one dtype, indices int64 and in range; shapes as in ``operators.pairs``.

    ``centres`` are the pairs grouped by their centres.
    """
    dtype, sizes = _described(t, m)
    depth = centres.largest
    _value(
        dtype, len(e), s, t, m, centres.starts, centres.order, second, e, *sizes, depth,
        scratch=depth * (sizes[1] + sizes[2]),
    )  # fmt: skip


def vjp(
    s: Any, t: Any, m: Any, first: Any, second: Any, g: Any, centres: Groups, rows: Groups, gs: Any, gt: Any, gm: Any
) -> None:
    """Fill gs, gt, and unless it is ``None`` gm: a block for each piece of ``rows``, pairs grouped by ``second``."""
    dtype, sizes = _described(t, m)
    _centres(
        dtype, len(g), s, t, m, g, centres.starts, centres.order, second, gt, *sizes, scratch=sizes[2]
    )  # fmt: skip
    _rows(
        dtype, rows.pieces, s, t, m, g, rows.table, rows.order, first, gs, gs if gm is None else gm,
        int(gm is not None), *sizes, scratch=PIECE * (sizes[0] + sizes[2]),
    )  # fmt: skip


def second_order(
    s: Any, t: Any, m: Any, first: Any, second: Any, g: Any, us: Any, ut: Any, um: Any, centres: Groups, rows: Groups,
    hs: Any, ht: Any, hm: Any, hg: Any,
) -> None:  # fmt: skip
    """Fill hs, ht, hg, and hm with a block for each piece, as ``vjp``; ``None`` as um stands for zero."""
    dtype, sizes = _described(t, m)
    depth, with_um, um = centres.largest, int(um is not None), m if um is None else um
    _second_centres(
        dtype, len(g), s, t, m, g, us, ut, um, centres.starts, centres.order, second, ht, hg, with_um, *sizes, depth,
        scratch=depth * (2 * sizes[2] + sizes[1]),
    )  # fmt: skip
    _second_rows(
        dtype, rows.pieces, s, t, m, g, us, ut, um, rows.table, rows.order, first, hs, hm, with_um, *sizes,
        scratch=PIECE * (2 * sizes[2] + sizes[0]),
    )  # fmt: skip


def _described(t: Any, m: Any) -> tuple[str, tuple[int, int, int]]:
    """The name of the dtype, and the numbers of sensitivities, components and features."""
    return f"float{8 * m.dtype.itemsize}", (m.shape[1], t.shape[1], m.shape[2])
