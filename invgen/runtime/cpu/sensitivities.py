"""Sensitivities of distances on the CPU, with both derivatives.

    s_pn = G(d_pn) C(r_p),     d_pn = w_n (1/r_p - c_n),     G(d) = exp(-d²/2),     C(r) = cos²(k r),  k = π/2R,

0 from r = R on, and where G is negligible. r (pairs,), c and w (sensitivities,), s (pairs, sensitivities). With a
cotangent g of s and tangents ur, uc, uw, and D the derivative along the tangents,

    gr, gc, gw      derivatives of <g, s> by r, c, w
    hg              Ds, of which hr, hc, hw are the derivatives of <g, Ds> by r, c, w.

What is summed over pairs comes in parts (pieces, sensitivities), one for every ``PIECE`` pairs. ``limits`` are R, k,
the least G, and the least exponent that is computed.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from invgen.runtime.cpu.functions import exponential, sine_and_cosine
from invgen.runtime.cpu.routine import routine
from invgen.runtime.cpu.simd import Code
from invgen.runtime.cpu.values import Index, Memory, Register

PIECE = 128
"""Pairs whose share in sums over pairs is one part."""


class _Radial(NamedTuple):
    """What all sensitivities of a pair share: 1/r, C and its derivatives by r."""

    inverse: Register
    cut: Register
    slope: Register
    curvature: Register


def _radial(code: Code, r: Register, limits: Memory) -> _Radial:
    cutoff, k = limits[0], limits[1]
    one = code.number(1.0)
    inside = r.below(cutoff, one)
    sine, cosine = sine_and_cosine(r.below(cutoff, k * (cutoff - r)))  # of the angle that is left to the cutoff
    curvature = inside * k * k * 2.0
    return _Radial(one / r, sine * sine, -(k * sine * cosine * 2.0), curvature * (cosine * cosine - sine * sine))


def _gaussian(d: Register, limits: Memory) -> Register:
    g = exponential((d * d * -0.5).largest(limits[3].spread(d.lanes)))
    return limits[2].spread(d.lanes).below(g, g)


def _each_sensitivity(code: Code, count: Index, body: Callable[[Index, int], Register]) -> Register:
    """The sum of what ``body`` gives for registers of sensitivities."""
    totals: list[Register] = []
    for lanes, start, stop in code.blocks(count, (code.register, 1)):
        total = code.sum(lanes)
        with code.loop(start, stop, lanes) as n:
            total.add(body(n, lanes))
        totals.append(total.value.total())
    return totals[0] + totals[1]


def _clear(code: Code, memory: Memory, count: Index) -> None:
    code.each(count, lambda at, lanes: memory.store(at, code.number(0.0, lanes)))


def _gather(memory: Memory, at: Index, part: Register) -> None:
    memory.store(at, memory.load(at, part.lanes) + part)


@routine(numbers="r c w limits s")
def value(code, first, last, scratch, r, c, w, limits, s, sensitivities):
    """s of the pairs."""
    with code.loop(first, last) as p:
        pair, row = _radial(code, r[p], limits), s.at(p * sensitivities)

        def store(n, lanes, pair=pair, row=row):
            d = w.load(n, lanes) * (pair.inverse - c.load(n, lanes))
            row.store(n, _gaussian(d, limits) * pair.cut)

        code.each(sensitivities, store)


@routine(numbers="r c w limits s slope")
def value_and_slope(code, first, last, scratch, r, c, w, limits, s, slope, sensitivities):
    """s of the pairs, and its derivative by r."""
    with code.loop(first, last) as p:
        pair, row, out = _radial(code, r[p], limits), s.at(p * sensitivities), slope.at(p * sensitivities)
        by_r = pair.inverse * pair.inverse

        def store(n, lanes, pair=pair, by_r=by_r, row=row, out=out):
            width = w.load(n, lanes)
            d = width * (pair.inverse - c.load(n, lanes))
            gaussian = _gaussian(d, limits)
            cut = gaussian * pair.cut
            row.store(n, cut)
            out.store(n, gaussian * pair.slope + d * width * by_r * cut)

        code.each(sensitivities, store)


@routine(numbers="r c w limits g gr gc gw")
def vjp(code, first, last, scratch, r, c, w, limits, g, gr, gc, gw, with_sums, pairs, sensitivities):
    """gr of the pairs of the pieces and, ``with_sums``, their parts of gc and gw."""
    with code.loop(first, last) as piece:
        by_c, by_w = gc.at(piece * sensitivities), gw.at(piece * sensitivities)
        with code.when(with_sums >= 1):
            _clear(code, by_c, sensitivities)
            _clear(code, by_w, sensitivities)
        with code.loop(piece * PIECE, (piece * PIECE + PIECE).least(pairs)) as p:
            pair, row = _radial(code, r[p], limits), g.at(p * sensitivities)

            def along_r(n, lanes, pair=pair, row=row, by_c=by_c, by_w=by_w):
                width, away = w.load(n, lanes), pair.inverse - c.load(n, lanes)
                d, cotangent = width * away, row.load(n, lanes)
                gaussian = _gaussian(d, limits)
                by_d = -(cotangent * d * gaussian * pair.cut)
                with code.when(with_sums >= 1):
                    _gather(by_c, n, -(by_d * width))
                    _gather(by_w, n, by_d * away)
                return cotangent * gaussian * pair.slope - by_d * width * (pair.inverse * pair.inverse)

            gr[p] = _each_sensitivity(code, sensitivities, along_r)


@routine(numbers="r c w limits g ur uc uw hr hc hw hg")
def second_order(
    code, first, last, scratch, r, c, w, limits, g, ur, uc, uw, hr, hc, hw, hg, pairs, sensitivities
):  # fmt: skip
    """hr and hg of the pairs of the pieces and their parts of hc and hw."""
    with code.loop(first, last) as piece:
        by_c, by_w = hc.at(piece * sensitivities), hw.at(piece * sensitivities)
        _clear(code, by_c, sensitivities)
        _clear(code, by_w, sensitivities)
        with code.loop(piece * PIECE, (piece * PIECE + PIECE).least(pairs)) as p:
            pair, u = _radial(code, r[p], limits), ur[p]
            x, row, out = pair.inverse, g.at(p * sensitivities), hg.at(p * sensitivities)
            by_r = -(x * x)

            def along_r(n, lanes, pair=pair, u=u, x=x, by_r=by_r, row=row, out=out, by_c=by_c, by_w=by_w):
                width, away, cotangent = w.load(n, lanes), x - c.load(n, lanes), row.load(n, lanes)
                move, stretch = uc.load(n, lanes), uw.load(n, lanes)
                d = width * away
                gaussian = _gaussian(d, limits)
                a, b = gaussian * pair.cut, gaussian * pair.slope
                inner = by_r * u - move
                q = width * inner + stretch * away  # Dd
                out.store(n, b * u - d * q * a)
                by_d = cotangent * ((d * d - 1.0) * q * a - d * b * u)
                by_q = -(cotangent * d * a)
                _gather(by_c, n, -(by_d * width) - by_q * stretch)
                _gather(by_w, n, by_d * away + by_q * inner)
                turned = (x * x * x * u * 2.0) * width + stretch * by_r
                explicit = cotangent * (gaussian * pair.curvature * u - d * q * b)
                return by_d * width * by_r + by_q * turned + explicit

            hr[p] = _each_sensitivity(code, sensitivities, along_r)
