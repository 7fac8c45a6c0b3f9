"""Weights of sums that are applied to factors which several sums share.

In ``2 (a x + b y)``, ``2 (a u + b v)`` and ``2 (a p + b q)`` there are three multiplications by two; of a and b, two.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

Node = int
Held = tuple[int, Node, Node]
"""A product of a weighted factor and the other one: weight, factor, other factor."""


def held_weights(
    products: Mapping[Node, tuple[Node, Node]],
    sums: Mapping[Node, Sequence[tuple[int, Node]]],
    order: Sequence[Node],
    outputs: Iterable[Node],
) -> dict[Node, Held]:
    """Products whose factor takes the weight that they have in the one sum that reads them.

    A sum leaves a weight to factors with all terms that have it, and only where that shortens the program.

    order
        All products and sums of the program, operands before users.
    """
    readers = Counter(outputs)
    for node in order:
        readers.update(products[node] if node in products else [n for _, n in sums[node]])
    groups = [
        (weight, nodes)
        for node in order
        if node in sums
        for weight, nodes in _by_weight(sums[node]).items()
        if weight > 1 and all(n in products and readers[n] == 1 for n in nodes)
    ]
    number = Counter((weight, factor) for weight, nodes in groups for n in nodes for factor in set(products[n]))
    clusters: dict[tuple[int, tuple[Node, ...]], list[list[Held]]] = {}
    for weight, nodes in groups:
        terms = []
        for n in nodes:
            factor, other = sorted(products[n], key=lambda f: (-number[weight, f], f))
            terms.append((weight, factor, other))
        clusters.setdefault((weight, tuple(sorted({factor for _, factor, _ in terms}))), []).append(terms)
    held: dict[Node, Held] = {}
    scaled: set[tuple[int, Node]] = set()
    nodes_of = {tuple(sorted(products[n])): n for _, nodes in groups for n in nodes}
    for (weight, factors), members in sorted(clusters.items(), key=lambda item: (-len(item[1]), item[0])):
        fresh = {(weight, factor) for factor in factors} - scaled
        if len(members) > len(fresh):
            scaled |= fresh
            held |= {nodes_of[tuple(sorted(term[1:]))]: term for terms in members for term in terms}
    return held


def _by_weight(terms: Sequence[tuple[int, Node]]) -> dict[int, list[Node]]:
    groups: dict[int, list[Node]] = {}
    for weight, node in terms:
        groups.setdefault(abs(weight), []).append(node)
    return groups
