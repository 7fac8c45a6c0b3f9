"""The one table of tolerances, keyed by dtype; each number with its reason."""

from __future__ import annotations

LAW = {
    "float64": 1e-10,
}
"""Exact laws of networks of two layers: some thousand roundings of 1e-16 each, times condition numbers near 100."""

FINITE_DIFFERENCE = {
    "float64": 1e-7,
}
"""Five-point differences, step 1e-4: truncation 1e-16 times fifth derivatives up to 1e6, rounding 1e-16·E/h ≈ 1e-11."""
