"""The product basis unfolded for the design matrix: terms with their factors, and the few components a function has."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from invgen.emitted.products import ProductBasis

CHUNK = 4
"""Components that the design kernel takes at a time."""


class Terms(NamedTuple):
    """B_k = sum over its terms t of value[t] prod_f A[factor[t, f]], f < order[k]."""

    row: np.ndarray
    """(functions+1,) int64: terms of function k are row[k]:row[k+1]."""
    order: np.ndarray
    """(functions,) int64."""
    value: np.ndarray
    """(terms,) float64."""
    factor: np.ndarray
    """(terms, highest order) int64 components; behind the order -1."""
    slot: np.ndarray
    """(terms, highest order) int64: place of each factor's derivative among those of its function."""
    chunk: np.ndarray
    """(functions+1,) int64: function k has the chunks chunk[k]:chunk[k+1]."""
    support: np.ndarray
    """(chunks, CHUNK) int64 components of one species, ascending; the last is repeated as padding."""
    species: np.ndarray
    """(chunks,) int64."""


def node_factors(left: np.ndarray, right: np.ndarray, components: int, highest: int) -> np.ndarray:
    """(components + nodes, highest) the components that each node multiplies; -1 behind the last."""
    factors = np.full((components + len(left), highest), -1, dtype=np.int64)
    degree = np.ones(len(factors), dtype=np.int64)
    factors[:components, 0] = np.arange(components)
    for node, (a, b) in enumerate(zip(left.tolist(), right.tolist(), strict=True), start=components):
        factors[node] = factors[a]
        factors[node, degree[a]] = b
        degree[node] = degree[a] + 1
    return factors


def unfold(products: ProductBasis, species_of_component: np.ndarray) -> Terms:
    """Terms of a product basis; the species of its components in their order."""
    components = len(species_of_component)
    orders = np.asarray(products.orders, dtype=np.int64)
    row = np.asarray(products.row_start, dtype=np.int64)
    factors = node_factors(products.left, products.right, components, int(orders.max(initial=1)))
    factor = factors[np.asarray(products.column, dtype=np.int64)]
    slot = np.zeros_like(factor)
    chunks, support = [0], []
    for k in range(len(orders)):
        block = slice(row[k], row[k + 1])
        padded = _chunks(np.unique(factor[block][factor[block] >= 0]), species_of_component)
        flat = np.array(padded).reshape(-1)
        first = np.full(components, -1)
        first[flat[::-1]] = np.arange(len(flat))[::-1]
        slot[block] = first[factor[block]]
        support += padded
        chunks.append(len(support))
    table = np.array(support, dtype=np.int64).reshape(-1, CHUNK)
    value = np.ascontiguousarray(products.value, dtype=np.float64)
    return Terms(row, orders, value, factor, slot, np.array(chunks), table, species_of_component[table[:, 0]])


def _chunks(components: np.ndarray, species: np.ndarray) -> list[list[int]]:
    found = []
    for z in np.unique(species[components]):
        mine = components[species[components] == z].tolist()
        mine += [mine[-1]] * (-len(mine) % CHUNK)
        found += [mine[k : k + CHUNK] for k in range(0, len(mine), CHUNK)]
    return found
