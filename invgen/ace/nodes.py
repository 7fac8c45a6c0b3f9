"""The energy as a polynomial of shared products with the coefficients contracted into it: E = sum_v w_v V_v.

V are the components A and the nodes of the product basis. Nodes that no other node needs are *leaves*: they are never
stored. Leaves with the same left factor V_a are one term V_a (sum_b w_ab A_b) of the energy.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from invgen.ace.fused import add_leaves
from invgen.emitted.products import ProductBasis
from invgen.runtime.cpu.compiled import compiled
from invgen.runtime.cpu.loops import WIDTH as LANES
from invgen.runtime.cpu.loops import elementwise, line


class Nodes(NamedTuple):
    """What the kernels read; values are the components, then the inner nodes."""

    components: int
    left: np.ndarray
    """(inner,) int64 value."""
    right: np.ndarray
    """(inner,) int64 component."""
    group: np.ndarray
    """(groups,) int64: left factor of a group of leaves."""
    group_start: np.ndarray
    """(groups+1,) int64: leaves of group g."""
    leaf: np.ndarray
    """(leaves,) int64: right factor of every leaf."""


class Contraction(NamedTuple):
    """Nodes and their weights for every species of the centre."""

    nodes: Nodes
    weights: np.ndarray
    """(S, components + inner) of the values."""
    leaf_weights: np.ndarray
    """(S, leaves)."""


def contract(products: ProductBasis, coefficients: np.ndarray) -> Contraction:
    """Nodes with weights sum_k c_zk B_k = sum_v w_zv V_v; ``coefficients`` (S, functions).

    Nodes that nothing needs because all their weights are zero are left out.
    """
    components, count = products.components, products.nodes
    function = np.repeat(np.arange(len(products.orders)), np.diff(products.row_start))
    weights = np.zeros((len(coefficients), components + count))
    for z, c in enumerate(coefficients):
        np.add.at(weights[z], products.column, c[function] * products.value)
    left, right = products.left.astype(np.int64), products.right.astype(np.int64)
    needed = (weights != 0).any(axis=0)
    inner = np.zeros(components + count, dtype=bool)
    for node in range(count - 1, -1, -1):
        if needed[components + node]:
            needed[left[node]] = inner[left[node]] = True
    inner[:components] = True
    position = np.cumsum(inner) - 1
    kept = np.flatnonzero(inner[components:])
    leaves = np.flatnonzero(needed[components:] & ~inner[components:])
    leaves = leaves[np.argsort(left[leaves], kind="stable")]
    groups, start = np.unique(left[leaves], return_index=True)
    nodes = Nodes(
        components, position[left[kept]], right[kept], position[groups], np.append(start, len(leaves)), right[leaves]
    )
    return Contraction(
        nodes, np.ascontiguousarray(weights[:, inner]), np.ascontiguousarray(weights[:, components + leaves])
    )


_product = elementwise(lambda out, a, b: a * b)
_fill = elementwise(lambda out, value: value)
_weigh = elementwise(lambda adjoint, energy, value, weight: (weight, energy + value * weight))
_add_product = elementwise(lambda out, a, b: out + a * b)


@compiled
def contracted_energy(nodes, weights, leaf_weights, values, adjoint, energy):
    """Energies of a tile of atoms of one species, and their derivatives by A.

    values, adjoint
        (components + inner, LANES); A on entry in the first rows of ``values``, dE/dA on return in those of
        ``adjoint``.
    energy
        (1, LANES).
    """
    components, left, right, group, start, leaf = nodes
    total, v, d = line(energy, 0), line(values, 0), line(adjoint, 0)
    step = 8 * LANES
    inner = left.size
    for node in range(inner):
        _product((v + (components + node) * step, v + left[node] * step, v + right[node] * step), (), LANES)
    _fill((total,), (0.0,), LANES)
    for k in range(components + inner):
        _weigh((d + k * step, total, v + k * step), (weights[k],), LANES)
    for g in range(group.size):
        add_leaves(v, d, total, group[g], leaf.ctypes.data, leaf_weights.ctypes.data, start[g], start[g + 1])
    for node in range(inner - 1, -1, -1):
        a, b, out = left[node] * step, right[node] * step, (components + node) * step
        _add_product((d + a, d + out, v + b), (), LANES)
        _add_product((d + b, d + out, v + a), (), LANES)


def tile_buffers(nodes: Nodes) -> tuple[np.ndarray, np.ndarray]:
    """Zeros for the values and their adjoint."""
    rows = nodes.components + len(nodes.left)
    return np.zeros((rows, LANES)), np.zeros((rows, LANES))
