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

from typing import Any

import numba
import numpy as np

from invgen.runtime.cpu.matrices import add_matrix_product, add_projection, matrix_product, projection

OPTIONS: dict[str, Any] = {"cache": True, "error_model": "numpy", "nogil": True}
PIECE = 128
"""Most pairs of one row that one thread takes at a time."""


@numba.njit(**OPTIONS)
def grouped(index, groups):
    """``starts`` (groups + 1,), ``order`` (pairs,): pairs of group k are order[starts[k]:starts[k + 1]], ascending."""
    starts = np.zeros(groups + 1, np.int64)
    for group in index:
        starts[group + 1] += 1
    for k in range(groups):
        starts[k + 1] += starts[k]
    order = np.empty(index.size, np.int64)
    position = starts[:-1].copy()
    for pair in range(index.size):
        group = index[pair]
        order[position[group]] = pair
        position[group] += 1
    return starts, order


@numba.njit(**OPTIONS)
def pieces(starts):
    """(pieces, 3): group, first and last position of runs of at most ``PIECE`` pairs, at least one for each group."""
    count = 0
    for k in range(starts.size - 1):
        count += max(1, -((starts[k] - starts[k + 1]) // PIECE))
    table = np.empty((count, 3), np.int64)
    row = 0
    for k in range(starts.size - 1):
        for part in range(max(1, -((starts[k] - starts[k + 1]) // PIECE))):
            first = starts[k] + part * PIECE
            table[row] = k, first, min(first + PIECE, starts[k + 1])
            row += 1
    return table


@numba.njit(**OPTIONS)
def largest(starts):
    """Most pairs of one group."""
    most = 0
    for k in range(starts.size - 1):
        most = max(most, starts[k + 1] - starts[k])
    return most


@numba.njit(**OPTIONS)
def turn(target, depth, source, order, first, last):
    """Row k of ``target`` (rows of ``depth`` numbers) is column k of ``source``, for the pairs order[first:last]."""
    for q in range(first, last):
        pair = order[q]
        for k in range(source.shape[1]):
            target[k * depth + q - first] = source[pair, k]


@numba.njit(**OPTIONS)
def value_part(s, t, m, sizes, starts, order, second, e, begin, end):
    """e of the centres from ``begin`` to ``end``."""
    sensitivities, components, features = sizes
    depth = largest(starts[begin : end + 1])
    a, turned = np.empty(depth * features, m.dtype), np.empty(depth * components, m.dtype)
    flat_s = s.reshape(-1)
    block = sensitivities * features
    for i in range(begin, end):
        first, last = starts[i], starts[i + 1]
        for q in range(first, last):
            p = order[q]
            matrix_product((a, (q - first) * features, 0, flat_s, p * sensitivities, 0, 1,
                            m, second[p] * block, features, 1, sensitivities, features))  # fmt: skip
        turn(turned, depth, t, order, first, last)
        matrix_product((e, i * components * features, features, turned, 0, depth, 1,
                        a, 0, features, components, last - first, features))  # fmt: skip


@numba.njit(**OPTIONS)
def centres_part(s, t, m, g, sizes, starts, order, second, gt, begin, end):
    """gt_pc = sum_f g_icf a_pf of the pairs whose centres lie from ``begin`` to ``end``."""
    sensitivities, components, features = sizes
    a, flat_s = np.empty(features, m.dtype), s.reshape(-1)
    block = sensitivities * features
    for i in range(begin, end):
        for q in range(starts[i], starts[i + 1]):
            p = order[q]
            matrix_product((a, 0, 0, flat_s, p * sensitivities, 0, 1,
                            m, second[p] * block, features, 1, sensitivities, features))  # fmt: skip
            projection((gt, p * components, g, i * components * features, features, a, 0, components, features))


@numba.njit(**OPTIONS)
def rows_part(s, t, m, g, sizes, table, order, first_atom, gs, gm, begin, end):
    """gs_pn = sum_f m_jnf r_pf, and unless it is empty gm_jnf = sum_p s_pn r_pf, of the pieces ``begin`` to ``end``."""
    sensitivities, components, features = sizes
    r, turned = np.empty(PIECE * features, m.dtype), np.empty(PIECE * sensitivities, m.dtype)
    flat_t = t.reshape(-1)
    block = sensitivities * features
    for piece in range(begin, end):
        j, first, last = table[piece]
        for q in range(first, last):
            p = order[q]
            at = (q - first) * features
            matrix_product((r, at, 0, flat_t, p * components, 0, 1,
                            g, first_atom[p] * components * features, features, 1, components, features))  # fmt: skip
            projection((gs, p * sensitivities, m, j * block, features, r, at, sensitivities, features))
        if gm.size:
            turn(turned, PIECE, s, order, first, last)
            matrix_product((gm, piece * block, features, turned, 0, PIECE, 1,
                            r, 0, features, sensitivities, last - first, features))  # fmt: skip


@numba.njit(**OPTIONS)
def second_centres_part(s, t, m, g, us, ut, um, sizes, starts, order, second, ht, hg, begin, end):
    """With b_pf = sum_n us_pn m_jnf + s_pn um_jnf: ht_pc = sum_f g_icf b_pf, hg_icf = sum_p t_pc b_pf + ut_pc a_pf."""
    sensitivities, components, features = sizes
    depth = largest(starts[begin : end + 1])
    a, b = np.empty(depth * features, m.dtype), np.empty(depth * features, m.dtype)
    turned = np.empty(depth * components, m.dtype)
    flat_s, flat_us = s.reshape(-1), us.reshape(-1)
    block, plane = sensitivities * features, components * features
    for i in range(begin, end):
        first, last = starts[i], starts[i + 1]
        for q in range(first, last):
            p = order[q]
            at, row, source = (q - first) * features, p * sensitivities, second[p] * block
            matrix_product((a, at, 0, flat_s, row, 0, 1, m, source, features, 1, sensitivities, features))
            matrix_product((b, at, 0, flat_us, row, 0, 1, m, source, features, 1, sensitivities, features))
            if um.size:
                add_matrix_product((b, at, 0, flat_s, row, 0, 1, um, source, features, 1, sensitivities, features))
            projection((ht, p * components, g, i * plane, features, b, at, components, features))
        turn(turned, depth, t, order, first, last)
        matrix_product((hg, i * plane, features, turned, 0, depth, 1,
                        b, 0, features, components, last - first, features))  # fmt: skip
        turn(turned, depth, ut, order, first, last)
        add_matrix_product((hg, i * plane, features, turned, 0, depth, 1,
                            a, 0, features, components, last - first, features))  # fmt: skip


@numba.njit(**OPTIONS)
def second_rows_part(s, t, m, g, us, ut, um, sizes, table, order, first_atom, hs, hm, begin, end):
    """With d_pf = sum_c ut_pc g_icf: hs_pn = sum_f m_jnf d_pf + um_jnf r_pf, hm_jnf = sum_p s_pn d_pf + us_pn r_pf."""
    sensitivities, components, features = sizes
    r, d = np.empty(PIECE * features, m.dtype), np.empty(PIECE * features, m.dtype)
    turned = np.empty(PIECE * sensitivities, m.dtype)
    flat_t, flat_ut = t.reshape(-1), ut.reshape(-1)
    block, plane = sensitivities * features, components * features
    for piece in range(begin, end):
        j, first, last = table[piece]
        for q in range(first, last):
            p = order[q]
            at, row, source = (q - first) * features, p * components, first_atom[p] * plane
            matrix_product((r, at, 0, flat_t, row, 0, 1, g, source, features, 1, components, features))
            matrix_product((d, at, 0, flat_ut, row, 0, 1, g, source, features, 1, components, features))
            projection((hs, p * sensitivities, m, j * block, features, d, at, sensitivities, features))
            if um.size:
                add_projection((hs, p * sensitivities, um, j * block, features, r, at, sensitivities, features))
        turn(turned, PIECE, s, order, first, last)
        matrix_product((hm, piece * block, features, turned, 0, PIECE, 1,
                        d, 0, features, sensitivities, last - first, features))  # fmt: skip
        turn(turned, PIECE, us, order, first, last)
        add_matrix_product((hm, piece * block, features, turned, 0, PIECE, 1,
                            r, 0, features, sensitivities, last - first, features))  # fmt: skip


@numba.njit(parallel=True, **OPTIONS)
def value(s, t, m, sizes, starts, order, second, e, chunks):
    """All centres; m and e are flat, and ``sizes`` are (sensitivities, components, features)."""
    atoms = starts.size - 1
    for k in numba.prange(chunks):
        value_part(s, t, m, sizes, starts, order, second, e, k * atoms // chunks, (k + 1) * atoms // chunks)


@numba.njit(parallel=True, **OPTIONS)
def vjp(s, t, m, g, sizes, centres, rows, first, second, gs, gt, gm, chunks):
    """All centres, then all pieces of rows; m, g and the results are flat, gm has one block for each piece."""
    (starts, order), (table, row_order) = centres, rows
    atoms, count = starts.size - 1, len(table)
    for k in numba.prange(chunks):
        centres_part(s, t, m, g, sizes, starts, order, second, gt, k * atoms // chunks, (k + 1) * atoms // chunks)
    for k in numba.prange(chunks):
        rows_part(s, t, m, g, sizes, table, row_order, first, gs, gm,
                  k * count // chunks, (k + 1) * count // chunks)  # fmt: skip


@numba.njit(parallel=True, **OPTIONS)
def second_order(s, t, m, g, us, ut, um, sizes, centres, rows, first, second, hs, ht, hm, hg, chunks):
    """As ``vjp``; an empty um stands for zero."""
    (starts, order), (table, row_order) = centres, rows
    atoms, count = starts.size - 1, len(table)
    for k in numba.prange(chunks):
        second_centres_part(s, t, m, g, us, ut, um, sizes, starts, order, second, ht, hg,
                            k * atoms // chunks, (k + 1) * atoms // chunks)  # fmt: skip
    for k in numba.prange(chunks):
        second_rows_part(s, t, m, g, us, ut, um, sizes, table, row_order, first, hs, hm,
                         k * count // chunks, (k + 1) * count // chunks)  # fmt: skip
