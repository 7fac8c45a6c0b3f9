"""The one table of tolerances, keyed by dtype, each number with its reason; and the one comparison that uses them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np

LAW = {
    "float32": 1e-4,
    "float64": 1e-10,
}
"""Exact laws of networks of two layers: some thousand roundings of 1e-16 each, times condition numbers near 100."""

FINITE_DIFFERENCE = {
    "float64": 1e-7,
}
"""Five-point differences, step 1e-4: truncation 1e-16 times fifth derivatives up to 1e6, rounding 1e-16·E/h ≈ 1e-11."""

EQUAL_WEIGHTS = {
    "float64": 1e-12,
}
"""The same function summed in another order: measured 2e-14 for energies up to 60, with a margin of 50."""

DIRECT_SUM = {
    "float64": 1e-12,
}
"""Relative error of sums of at most 10^4 products of numbers of order one: 1e-16 times the root of that, margin 100."""

CENTRAL_DIFFERENCE = {
    "float64": 1e-8,
}
"""Polynomials of degree up to ten, tensors of length one: two-point differences, step 1e-5, truncation near 1e-10."""

KERNEL = {
    "float32": 3e-6,
    "float64": 6e-15,
}
"""A backend against the exact-order oracle, relative to the largest output: some dozen terms in another rounding
(fused multiply-adds, float32 against a float64 oracle); measured 3e-7 and 4e-16 up to rank 4, order 5, margin ten."""

ACE = {
    "float64": 3e-13,
}
"""Harmonics up to rank 12, radial polynomials up to degree 12 and sums of them: recurrences of a dozen steps that add
up some hundred roundings; measured 2e-14, margin ten."""

ACE_DIFFERENCE = {
    "float64": 1e-9,
}
"""Five-point differences of design rows, step 1e-4 Å, relative to the largest row: rounding of 1e-15 over the step, and
the square of the step where a pair crosses the cutoff, at which third derivatives jump; measured 3e-11."""


def close(found: Any, expected: Any, tolerance: float = LAW["float64"], least: float = 1.0) -> None:
    """Equal in shape and dtype, and up to ``tolerance`` relative to the largest expected entry, at least ``least``.

    Arrays, numbers, and tensors on any device.
    """
    a, b = (np.asarray(x.detach().cpu() if hasattr(x, "detach") else x) for x in (found, expected))
    assert (a.shape, a.dtype) == (b.shape, b.dtype)
    scale = max(least, float(np.abs(b).max(initial=0.0)))
    np.testing.assert_allclose(a, b, rtol=0, atol=tolerance * scale, equal_nan=False)


def all_close(found: Iterable[Any], expected: Iterable[Any], tolerance: float) -> None:
    """Tensors one by one, whatever precision they were computed in, relative to the largest entry of each."""
    for a, b in zip(found, expected, strict=True):
        close(a.to(b.dtype), b, tolerance, least=0.0)
