"""Atomic environments as tensors: radial functions, spherical harmonics, and A_znlm = sum_j R_n(r_j) Y_lm(r_j).

The radial functions are NumPy; everything else here is compiled by Numba, so importing it needs Numba.
"""

from invgen.atomic.radial import RadialBasis

__all__ = ["RadialBasis"]
