"""Numba with the options of this room, or an error that says what is missing."""

from __future__ import annotations

try:
    from numba import njit, prange
except ImportError as error:
    raise ImportError(
        "linear ACE potentials are compiled by Numba, which is not installed: pip install numba"
    ) from error

OPTIONS = {
    "cache": True,
    "error_model": "numpy",
    "nogil": True,
    "fastmath": {"contract", "reassoc", "nsz"},
}
"""Sums may be reordered and multiply-adds fused, so that loops run on SIMD registers; NaN and infinity are kept."""

__all__ = ["OPTIONS", "njit", "prange"]
