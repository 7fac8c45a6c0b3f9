"""Normalisation over the features on the CPU: each row is read and written once (``operators.normalise``)."""

from __future__ import annotations

from typing import Any

import numba
import numpy as np

OPTIONS: dict[str, Any] = {
    "cache": True, "error_model": "numpy", "nogil": True, "fastmath": {"contract", "reassoc", "nsz"},
}  # fmt: skip


@numba.njit(**OPTIONS)
def value_row(x, h, epsilon):
    """h of one row; returns its scale."""
    one, total = x.dtype.type(1), x.dtype.type(0)
    inverse = one / x.dtype.type(x.size)
    for f in range(x.size):
        total += x[f]
    mean, square = total * inverse, x.dtype.type(0)
    for f in range(x.size):
        square += (x[f] - mean) * (x[f] - mean)
    scale = one / np.sqrt(square * inverse + x.dtype.type(epsilon))
    for f in range(x.size):
        h[f] = (x[f] - mean) * scale
    return scale


@numba.njit(**OPTIONS)
def means(h, g):
    """Means of g and of g h over the features."""
    total, product = h.dtype.type(0), h.dtype.type(0)
    for f in range(h.size):
        total += g[f]
        product += g[f] * h[f]
    inverse = h.dtype.type(1) / h.dtype.type(h.size)
    return total * inverse, product * inverse


@numba.njit(**OPTIONS)
def vjp_row(h, scale, g, q, gx):
    """Derivative by x of one row."""
    mean, product = means(h, g)
    along_h = scale * product + q * scale * scale / h.dtype.type(h.size)
    for f in range(h.size):
        gx[f] = scale * (g[f] - mean) - along_h * h[f]


@numba.njit(**OPTIONS)
def second_row(h, scale, g, q, u, gh, gg):
    """Derivatives of <u, gx> by h and g of one row; returns those by scale and q."""
    mean_g, product_g = means(h, g)
    mean_u, product_u = means(h, u)
    width, by_scale = h.dtype.type(h.size), h.dtype.type(0)
    along_u = scale * product_g + q * scale * scale / width
    for f in range(h.size):
        by_scale += u[f] * (g[f] - mean_g - h[f] * product_g)
        gh[f] = -along_u * u[f] - scale * product_u * g[f]
        gg[f] = scale * (u[f] - mean_u - h[f] * product_u)
    return by_scale - h.dtype.type(2) * q * scale * product_u, -scale * scale * product_u


@numba.njit(parallel=True, **OPTIONS)
def value(x, epsilon, h, scale):
    """All rows of x (rows, features)."""
    for r in numba.prange(len(x)):
        scale[r] = value_row(x[r], h[r], epsilon)


@numba.njit(parallel=True, **OPTIONS)
def vjp(h, scale, g, q, gx):
    """All rows."""
    for r in numba.prange(len(h)):
        vjp_row(h[r], scale[r], g[r], q[r], gx[r])


@numba.njit(parallel=True, **OPTIONS)
def second_order(h, scale, g, q, u, gh, gscale, gg, gq):
    """All rows."""
    for r in numba.prange(len(h)):
        gscale[r], gq[r] = second_row(h[r], scale[r], g[r], q[r], u[r], gh[r], gg[r])
