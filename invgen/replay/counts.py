"""How many invariants there must be: characters of symmetric powers by Newton's identities.

With p_k the character at the k-th power of a rotation, n h_n = sum_k p_k h_(n-k) gives that of the n-th symmetric
power; invariants are the states of weight 0 less those of weight 1.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

PARITIES = {"proper": (0,), "pseudo": (1,), "both": (0, 1)}
"""Of the sum of ranks: even for proper scalars, odd for pseudo-scalars."""

Character = dict[tuple[Fraction, int, int], int]
"""Number of states for each (degree, parity, weight)."""


def bound(ranks: Sequence[int], parity: str) -> int:
    """Components less the dimension of a generic orbit of rotations: 0 for scalars, 2 for one vector, else 3.

    Of pseudo-scalars 0 where none exists: two vectors have a mirror plane, and the inversion leaves even ranks alone.
    """
    turning = [rank for rank in ranks if rank]
    if parity == "pseudo" and (turning in ([1], [1, 1]) or all(rank % 2 == 0 for rank in turning)):
        return 0
    orbit = 0 if not turning else 2 if turning == [1] else 3
    return sum(2 * rank + 1 for rank in ranks) - orbit


def count_invariants(
    tensors: Sequence[tuple[int, Fraction]], orders: Sequence[int], parities: Sequence[int], limit: Fraction | None
) -> dict[int, int]:
    """Linearly independent invariants of each order.

    tensors
        Rank and degree of each.
    parities
        Of the sum of ranks: 0 for proper scalars, 1 for pseudo-scalars.
    limit
        The largest sum of degrees, or ``None``.
    """
    powers: list[Character] = [{(Fraction(0), 0, 0): 1}]
    for n in range(1, max(orders) + 1):
        total: Character = {}
        for k in range(1, n + 1):
            _add_product(total, _power_sum(tensors, k), powers[n - k], limit)
        powers.append({key: number // n for key, number in total.items()})
    return {n: _invariants(powers[n], parities) for n in orders}


def _power_sum(tensors: Sequence[tuple[int, Fraction]], k: int) -> Character:
    found: Character = {}
    for rank, degree in tensors:
        for m in range(-rank, rank + 1):
            key = (k * degree, k * rank % 2, k * m)
            found[key] = found.get(key, 0) + 1
    return found


def _add_product(total: Character, first: Character, second: Character, limit: Fraction | None) -> None:
    for (d, p, m), number in first.items():
        for (e, q, w), other in second.items():
            if limit is None or d + e <= limit:
                key = (d + e, (p + q) % 2, m + w)
                total[key] = total.get(key, 0) + number * other


def _invariants(character: Character, parities: Sequence[int]) -> int:
    chosen = [(weight, number) for (_, parity, weight), number in character.items() if parity in parities]
    return sum(number for weight, number in chosen if weight == 0) - sum(number for w, number in chosen if w == 1)
