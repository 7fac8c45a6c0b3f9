"""Random tensors for the tests of operators, and their derivatives of any order."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import pytest
import torch
from torch import Tensor

from invgen.runtime.operators import registration

Function = Callable[..., Tensor]


def tensors(
    *shapes: tuple[int, ...], seed: int = 0, dtype: torch.dtype = torch.float64, scale: float = 1.0
) -> tuple[Tensor, ...]:
    """Normal numbers times ``scale``, drawn one tensor after the other in float64 whatever their dtype."""
    generator = torch.Generator().manual_seed(seed)
    return tuple((scale * torch.randn(*s, generator=generator, dtype=torch.float64)).to(dtype) for s in shapes)


def same_derivatives(compiled: Function, plain: Function, inputs: Sequence[Tensor], order: int) -> None:
    """Derivatives up to ``order`` agree, and one warning tells of the third."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(registration, "_SAID", set())
        with pytest.warns(UserWarning, match="plain tensor operations") as told:
            found = _derivatives(compiled, inputs, order)
    assert len({str(w.message) for w in told}) == len(told)
    for a, b in zip(found, _derivatives(plain, inputs, order), strict=True):
        torch.testing.assert_close(a, b, rtol=1e-10, atol=1e-10 * float(b.abs().max()))
        assert b.abs().max() > 0


def _derivatives(function: Function, inputs: Sequence[Tensor], order: int) -> list[Tensor]:
    """Derivatives by the inputs of a sum of sines of the values, of a weighted sum of those, and so on."""
    leaves = [x.detach().requires_grad_() for x in inputs]
    value, found = function(*leaves).sin().sum(), []
    for k in range(order):
        slopes = torch.autograd.grad(value, leaves, create_graph=k < order - 1)
        found += [x.detach() for x in slopes]
        value = sum(((x * torch.arange(1.0, 1.0 + x.numel()).view(x.shape).cos()).sum() for x in slopes), value * 0)
    return found
