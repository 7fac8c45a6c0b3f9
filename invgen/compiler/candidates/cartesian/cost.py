"""An estimate of what a contraction costs: multiplications along its contraction path, one after another."""

from __future__ import annotations

from math import prod

from invgen.compiler.candidates.cartesian.contraction import Contraction
from invgen.compiler.candidates.cartesian.evaluate import contraction_path


def contraction_cost(contraction: Contraction) -> int:
    """Multiplications of a single evaluation, tensors held by their 2m+1 components on each bond."""
    size = [2 * m + 1 for *_, m in contraction.bonds]
    legs = [
        frozenset(i for i, (u, v, _) in enumerate(contraction.bonds) if vertex in (u, v))
        for vertex in range(len(contraction.tensors))
    ]
    total = 0
    for left, right in contraction_path(tuple(tuple(sorted(x)) for x in legs), contraction.bonds):
        total += prod(size[i] for i in legs[left] | legs[right])
        legs.append(legs[left] ^ legs[right])
    return total
