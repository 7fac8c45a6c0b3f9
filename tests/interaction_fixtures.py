"""Pairs, arrays and a slow second way for the tests of the fused interaction."""

from __future__ import annotations

import torch
from tensor_fixtures import tensors
from torch import Tensor

from invgen.runtime import load
from invgen.runtime.pair_lists import PairLists, pair_lists


def lists(atoms: int = 5, pairs: int = 23, seed: int = 0) -> PairLists:
    """Random pairs in no order, most without their reverse; the last atom has none."""
    generator = torch.Generator().manual_seed(seed)
    ends = torch.randint(0, atoms - 1, (2, pairs), generator=generator)
    return pair_lists(ends[0], ends[1], atoms, atoms)


def messages(id: str, of: PairLists, features: int, sensitivities: int = 3, seed: int = 0) -> tuple[Tensor, ...]:
    """m, s, t, g, um, us, ut in float64, moderate."""
    kernels = load(id, backend="torch")
    atoms, pairs = len(of.centre_start) - 1, len(of.first)
    first = [(atoms, sensitivities, features), (pairs, sensitivities), (pairs, kernels.components)]
    return tensors(*first, (atoms, kernels.size, features), *first, seed=seed, scale=0.6)


def slow_value(m: Tensor, s: Tensor, t: Tensor, of: PairLists, id: str) -> Tensor:
    """The formula pair by pair; differentiable to any order."""
    x = [torch.zeros(t.shape[1], m.shape[2], dtype=m.dtype) for _ in range(len(of.centre_start) - 1)]
    for p, (i, j) in enumerate(zip(of.first.tolist(), of.second.tolist(), strict=True)):
        x[i] = x[i] + t[p, :, None] * (s[p, :, None] * m[j]).sum(0)
    return load(id, backend="torch", component_axis=-2)(torch.stack(x))


def pair_by_pair(order: str, arrays: tuple[Tensor, ...], of: PairLists, id: str) -> tuple[Tensor, ...]:
    """The results in float64, derivatives by autograd through the slow sum."""
    m, s, t, g, *u = (a.double().detach().requires_grad_() for a in arrays)
    y = slow_value(m, s, t, of, id)
    if order == "value":
        return (y.detach(),)
    first = torch.autograd.grad((y * g).sum(), (m, s, t), create_graph=True)
    if order == "vjp":
        return tuple(f.detach() for f in first)
    total = sum((a * b).sum() for a, b in zip(first, u, strict=True))
    return torch.autograd.grad(total, (m, s, t, g))


COUNTS = {"value": 3, "vjp": 4, "second_order": 7}
