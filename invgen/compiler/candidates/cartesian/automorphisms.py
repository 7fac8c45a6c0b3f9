"""The symmetry number of a contraction: permutations of equal tensors that leave all bonds where they are."""

from __future__ import annotations

from invgen.compiler.algebra.channels import factor_key
from invgen.compiler.candidates.cartesian.contraction import Contraction, Matrix


def automorphisms(contraction: Contraction) -> int:
    """The order of the group, by orbits and stabilisers: vertices are fixed one after another, and each contributes
    the number of places to which those that are fixed before it let it move."""
    colours = [factor_key(tensor) for tensor in contraction.tensors]
    matrix, count = contraction.matrix, 1
    for vertex in range(len(colours)):
        images = [w for w in range(vertex, len(colours)) if colours[w] == colours[vertex]]
        count *= sum(_extends([*range(vertex), w], colours, matrix) for w in images)
    return count


def _extends(images: list[int], colours: list[tuple[int, int, int]], matrix: Matrix) -> bool:
    """Whether an automorphism maps the first vertices to these."""
    new, vertex = images[-1], len(images) - 1
    if any(matrix[vertex][u] != matrix[new][images[u]] for u in range(vertex)):
        return False
    if len(images) == len(colours):
        return True
    left = [w for w in range(len(colours)) if w not in images and colours[w] == colours[len(images)]]
    return any(_extends([*images, w], colours, matrix) for w in left)
