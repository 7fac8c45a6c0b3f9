"""Normalisation over the features on the CPU: each row is read and written once (equations in ``operators.normalise``).

x, h, g, u and their derivatives (rows, features), scale and q (rows,); ``epsilon`` holds one number.
"""

from __future__ import annotations

from invgen.runtime.cpu.routine import routine
from invgen.runtime.cpu.simd import Code
from invgen.runtime.cpu.values import Index, Memory, Register


@routine(numbers="x epsilon h scale")
def value(code, first, last, scratch, x, epsilon, h, scale, features):
    """h and scale of the rows."""
    inverse = 1.0 / features.number(code.element)
    with code.loop(first, last) as r:
        row, out = x.at(r * features), h.at(r * features)
        (total,) = code.sums(features, lambda f, lanes: [row.load(f, lanes)], 1)
        mean = total * inverse

        def squares(f, lanes, row=row, mean=mean):
            centred = row.load(f, lanes) - mean
            return [centred * centred]

        (square,) = code.sums(features, squares, 1)
        factor = 1.0 / (square * inverse + epsilon[0]).sqrt()
        code.each(features, lambda f, lanes: out.store(f, (row.load(f, lanes) - mean) * factor))
        scale[r] = factor


def means(code: Code, h: Memory, g: Memory, features: Index) -> list[Register]:
    """Means of g and of g h over the features of a row."""

    def terms(f: Index, lanes: int) -> list[Register]:
        loaded = g.load(f, lanes)
        return [loaded, loaded * h.load(f, lanes)]

    inverse = 1.0 / features.number(code.element)
    return [total * inverse for total in code.sums(features, terms, 2)]


@routine(numbers="h scale g q gx")
def vjp(code, first, last, scratch, h, scale, g, q, gx, features):
    """Derivative by x of the rows."""
    inverse = 1.0 / features.number(code.element)
    with code.loop(first, last) as r:
        h_row, g_row, out = (memory.at(r * features) for memory in (h, g, gx))
        s = scale[r]
        mean, product = means(code, h_row, g_row, features)
        along_h = s * product + q[r] * s * s * inverse
        code.each(
            features,
            lambda f, lanes: out.store(f, s * (g_row.load(f, lanes) - mean) - along_h * h_row.load(f, lanes)),
        )


@routine(numbers="h scale g q u gh gscale gg gq")
def second_order(code, first, last, scratch, h, scale, g, q, u, gh, gscale, gg, gq, features):
    """Derivatives of <u, gx> by h, scale, g, q of the rows."""
    inverse = 1.0 / features.number(code.element)
    with code.loop(first, last) as r:
        h_row, g_row, u_row, gh_row, gg_row = (memory.at(r * features) for memory in (h, g, u, gh, gg))
        s = scale[r]
        mean_g, product_g = means(code, h_row, g_row, features)
        mean_u, product_u = means(code, h_row, u_row, features)
        along_u = s * product_g + q[r] * s * s * inverse
        along_g = s * product_u

        def by_scale(f, lanes):
            centred = g_row.load(f, lanes) - mean_g - h_row.load(f, lanes) * product_g
            return [u_row.load(f, lanes) * centred]

        def store(f, lanes):
            g_here, h_here, u_here = (memory.load(f, lanes) for memory in (g_row, h_row, u_row))
            gh_row.store(f, -(along_u * u_here) - along_g * g_here)
            gg_row.store(f, (u_here - mean_u - h_here * product_u) * s)

        (total,) = code.sums(features, by_scale, 1)
        code.each(features, store)
        gscale[r] = total - q[r] * along_g * 2.0
        gq[r] = -(s * along_g)
