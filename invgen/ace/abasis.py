"""Tables of the A-basis of one atom: A_znlm = sum_j delta_(z z_j) R_n(r_j) Y_lm(r_j/|r_j|)."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from invgen.ace.harmonics import harmonic_table
from invgen.ace.radial import RadialBasis


class ABasis(NamedTuple):
    """What the kernels read; a group is a species and a rank, with all its channels."""

    components: int
    groups: np.ndarray
    """(groups, 4) int64: species, rank, first and last+1 of its channels in what follows."""
    function: np.ndarray
    """(channels,) int64 radial function from 0, by species, rank, n."""
    component: np.ndarray
    """(channels,) int64 first component of the same channel."""
    radial: np.ndarray
    """(S, S, 10) or (1, 1, 10) constants of the radial functions by the species of an atom and of its neighbour."""
    recurrence: np.ndarray
    """(functions, 3)."""
    harmonics: np.ndarray
    """(l_max+1, l_max+2, 4)."""


def a_basis(channels: np.ndarray, radial: RadialBasis, species: int) -> ABasis:
    """Tables for ``channels`` (channels, 3), laid out as those of a ``ProductBasis``: (species, n, l), n from 1.

    Raises ``ValueError`` for a channel of a species or a radial function that does not exist, and for an r0 of pairs of
    other species.
    """
    channels = np.asarray(channels, dtype=np.int64).reshape(-1, 3)
    if len(channels) and channels[:, 0].max() >= species:
        raise ValueError(
            f"the basis has channels of {channels[:, 0].max() + 1} species, but {species} elements are given; "
            "name them all, in the order of the basis"
        )
    if len(channels) and channels[:, 1].max() > radial.functions:
        raise ValueError(
            f"the basis uses radial functions up to n={channels[:, 1].max()}, the radial basis has {radial.functions}"
        )
    if len(radial.pair_r0) not in (0, species):
        raise ValueError(
            f"the radial basis has r0 for pairs of {len(radial.pair_r0)} species, but {species} elements are given"
        )
    z, n, rank = channels.T
    sizes = 2 * rank + 1
    component = np.cumsum(sizes) - sizes
    order = np.lexsort((n, rank, z))
    pairs, first = np.unique(channels[order][:, [0, 2]], axis=0, return_index=True)
    groups = np.column_stack([pairs, first, np.append(first[1:], len(order))]).astype(np.int64)
    return ABasis(
        int(sizes.sum()), groups, n[order] - 1, component[order], radial.constants(), radial.recurrence,
        harmonic_table(int(rank.max(initial=0))),
    )  # fmt: skip
