"""Tensor harmonics of pair directions."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import nn

from invgen.emitted.folder import shipped_ids
from invgen.nn.invariants import Invariants
from invgen.runtime.backends import PLAIN


class TensorHarmonics(nn.Module):
    """T^l(r̂), the symmetric traceless part of r̂⊗...⊗r̂, for each rank in ``ranks``, in reduced Cartesian order.

    The polynomials are the emitted kernels ``harmonics-l<l_max>``; ``backend`` as in ``invgen.load``.
    Raises ``ValueError`` for ranks that none of them reaches.
    """

    columns: torch.Tensor

    def __init__(self, ranks: Sequence[int], backend: str = PLAIN) -> None:
        super().__init__()
        self.ranks = tuple(ranks)
        l_max = max(self.ranks)
        name = f"harmonics-l{l_max}"
        if l_max > 0 and name not in shipped_ids():
            raise ValueError(f"no tensor harmonics of rank {l_max} are shipped; take a basis of lower ranks")
        self.polynomials = Invariants(name, backend=backend) if l_max > 0 else None
        columns = [c for rank in self.ranks for c in range(rank**2, (rank + 1) ** 2)]
        self.register_buffer("columns", torch.tensor(columns), persistent=False)
        self.all_columns = len(columns) == (l_max + 1) ** 2

    def forward(self, directions: torch.Tensor) -> torch.Tensor:
        """(pairs, 3) unit vectors -> (pairs, components)."""
        if self.polynomials is None:
            return directions.new_ones(len(directions), 1)
        planes = self.polynomials(directions.T.unsqueeze(0)).squeeze(0)
        return (planes if self.all_columns else planes.index_select(0, self.columns)).T.contiguous()
