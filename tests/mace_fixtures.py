"""A stand-in for MACE's symmetric contraction: the same buffers and attributes, summed by plain einsum.

Its couplings are those of an ordered product, one factor after another, by e3nn's 3j symbols: dependent once they are
symmetrised, as MACE's are.
"""

from __future__ import annotations

import itertools
import sys
import types
import warnings
from functools import cache

import numpy as np
import pytest
import torch

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    from e3nn import o3


@cache
def ordered_couplings(ranks: tuple[int, ...], rank: int, order: int) -> np.ndarray:
    """All couplings of an ordered product to one rank of parity (-1)^l: (2 L + 1, width, ..., width, columns)."""
    width = sum(2 * r + 1 for r in ranks)
    found = [c for c in _chains(ranks, order, rank) if (c[0], c[1]) == (rank, rank % 2)]
    empty = np.zeros((2 * rank + 1, *(width,) * order, 1))
    return np.stack([c[2] for c in found], axis=-1) if found else empty


three_j = cache(lambda *ranks: o3.wigner_3j(*ranks, dtype=torch.float64).numpy())


@cache
def _chains(ranks: tuple[int, ...], order: int, last: int | None = None) -> list[tuple[int, int, np.ndarray]]:
    """(rank, parity, coupling (2 L + 1, width, ...)) of every chain of couplings, or of those to the rank ``last``."""
    width = sum(2 * r + 1 for r in ranks)
    starts = np.cumsum([0, *(2 * r + 1 for r in ranks)])
    singles = [(r, r % 2, np.eye(width)[s : s + 2 * r + 1]) for r, s in zip(ranks, starts, strict=False)]
    if order == 1:
        return singles
    found = []
    for (a, p, left), (b, q, right) in itertools.product(_chains(ranks, order - 1), singles):
        for c in range(abs(a - b), a + b + 1):
            if last not in (None, c):
                continue
            three = three_j(c, a, b) * np.sqrt(2 * c + 1)
            coupling = np.einsum("cab,ax,by->cxy", three, left.reshape(len(left), -1), right, optimize=True)
            found.append((c, (p + q) % 2, coupling.reshape(2 * c + 1, *(width,) * order)))
    return found


class Contraction(torch.nn.Module):
    """One output. Weights of the highest order apart, the others by falling order."""

    def __init__(self, ranks: tuple[int, ...], rank: int, correlation: int, elements: int, features: int) -> None:
        super().__init__()
        self.correlation, self.rank = correlation, rank
        weights = []
        for order in range(1, correlation + 1):
            u = torch.tensor(ordered_couplings(ranks, rank, order), dtype=torch.get_default_dtype())
            self.register_buffer(f"U_matrix_{order}", u if rank else u[0])
            weights.append(torch.nn.Parameter(torch.randn(elements, u.shape[-1], features) / u.shape[-1]))
        self.weights = torch.nn.ParameterList(weights[-2::-1])
        self.weights_max = weights[-1]

    def forward(self, x: torch.Tensor, y: torch.Tensor) -> torch.Tensor:
        """The sum over all orders: (atoms, features * (2 L + 1))."""
        out = 0
        for order in range(1, self.correlation + 1):
            weight = self.weights_max if order == self.correlation else self.weights[self.correlation - order - 1]
            u = getattr(self, f"U_matrix_{order}")
            u = u if self.rank else u[None]
            letters = "ijkl"[:order]
            factors = ",".join(f"bc{letter}" for letter in letters)
            out = out + torch.einsum(f"m{letters}p,{factors},epc,be->bcm", u, *[x] * order, weight, y)
        return out.flatten(1)


class SymmetricContraction(torch.nn.Module):
    """Several outputs."""

    def __init__(self, irreps_in: str, irreps_out: str, correlation: int | list[int], num_elements: int) -> None:
        super().__init__()
        self.irreps_in, self.irreps_out = o3.Irreps(irreps_in), o3.Irreps(irreps_out)
        orders = [correlation] * len(self.irreps_out) if isinstance(correlation, int) else correlation
        ranks, features = tuple(ir.l for _, ir in self.irreps_in), self.irreps_in[0].mul
        self.contractions = torch.nn.ModuleList(
            Contraction(ranks, ir.l, n, num_elements, features)
            for (_, ir), n in zip(self.irreps_out, orders, strict=True)
        )

    def forward(self, x: torch.Tensor, y: torch.Tensor) -> torch.Tensor:
        return torch.cat([contraction(x, y) for contraction in self.contractions], dim=-1)


def pretend(monkeypatch: pytest.MonkeyPatch, version: str = "0.3.16") -> None:
    """The stand-in under the names of MACE's modules."""
    mace, modules, module = (
        types.ModuleType(name) for name in ("mace", "mace.modules", "mace.modules.symmetric_contraction")
    )
    mace.__version__, mace.__path__, modules.__path__ = version, [], []  # type: ignore[attr-defined]
    mace.__spec__ = types.SimpleNamespace(name="mace")  # type: ignore[assignment]
    module.SymmetricContraction = SymmetricContraction  # type: ignore[attr-defined]
    for name, found in (("mace", mace), ("mace.modules", modules), (module.__name__, module)):
        monkeypatch.setitem(sys.modules, name, found)


@pytest.fixture
def doubles():
    """Float64 by default, as e3nn and MACE follow the default."""
    torch.set_default_dtype(torch.float64)
    yield
    torch.set_default_dtype(torch.float32)


def inputs(ranks: tuple[int, ...], features: int, elements: int, atoms: int = 6) -> tuple[torch.Tensor, torch.Tensor]:
    """Tensors (atoms, features, components) and the one-hot rows of elements."""
    generator = torch.Generator().manual_seed(1)
    x = torch.randn(atoms, features, sum(2 * r + 1 for r in ranks), generator=generator)
    return x, torch.nn.functional.one_hot(torch.arange(atoms) % elements, elements).to(x.dtype)
