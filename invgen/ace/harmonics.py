"""Recurrences of real orthonormal spherical harmonics; ``planes`` and ``torch_potential`` follow them.

Order and sign are sphericart's: component l^2 + l + m, m = -l..l, l = 1 is y, z, x. On the unit sphere

    Y_lm = q_lm(z) c_m(x, y),  Y_l,-m = q_lm(z) s_m(x, y),   c_m + i s_m = (x + iy)^m,

where q_lm is the normalised m-th derivative of the Legendre polynomial P_l. The derivatives of Y_lm(r/|r|) by r are
those of these polynomials, projected on the tangent plane and divided by the distance (``adjoint``).
"""

from __future__ import annotations

from functools import cache
from math import factorial, pi, sqrt

import numpy as np

MAX_RANK = 12


def norm(l: int, m: int) -> float:  # noqa: E741
    """N_lm: sqrt((2l+1)/(4 pi) (l-m)!/(l+m)!), times sqrt(2) for m > 0."""
    return sqrt((2 * l + 1) / (4 * pi) * factorial(l - m) / factorial(l + m) * (2 if m else 1))


@cache
def harmonic_table(l_max: int) -> np.ndarray:
    """(l_max+1, l_max+2, 4) for q_lm = t0 z q_(l-1)m - t1 q_(l-2)m, diagonal q_mm = t2, derivative t3 q_l(m+1).

    Raises ``ValueError`` for ranks outside 0..12.
    """
    if not 0 <= l_max <= MAX_RANK:
        raise ValueError(f"spherical harmonics are made for l_max between 0 and {MAX_RANK}, got {l_max}")
    table = np.zeros((l_max + 1, l_max + 2, 4))
    for rank in range(l_max + 1):
        double_factorial = factorial(2 * rank) / (2**rank * factorial(rank))
        table[rank, rank, 2] = norm(rank, rank) * double_factorial
        for m in range(rank):
            table[rank, m, 0] = (2 * rank - 1) / (rank - m) * norm(rank, m) / norm(rank - 1, m)
            table[rank, m, 3] = norm(rank, m) / norm(rank, m + 1)
            if rank - 2 >= m:
                table[rank, m, 1] = (rank + m - 1) / (rank - m) * norm(rank, m) / norm(rank - 2, m)
    table.setflags(write=False)
    return table
