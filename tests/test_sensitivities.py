"""Sensitivities by the operator ``invgen::sensitivities``: its formula, both derivatives, limits, and bad input."""

from __future__ import annotations

from typing import Any

import pytest
import torch
from tensor_fixtures import same_derivatives
from tolerances import DIRECT_SUM, KERNEL, all_close
from torch import Tensor

from invgen.nn.sensitivity import Sensitivity
from invgen.runtime.operators import sensitivities as operators
from invgen.runtime.operators import sensitivities_torch

F64 = torch.float64
CUTOFF = 4.0

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::FutureWarning", "ignore::UserWarning")


def arguments(pairs: int = 5, count: int = 3, dtype: torch.dtype = F64) -> tuple[Tensor, ...]:
    """r on both sides of the cutoff, c and w; g and tangents of each."""
    generator = torch.Generator().manual_seed(pairs + count)
    r = torch.rand(pairs, generator=generator, dtype=F64) * (CUTOFF + 0.5) + 0.4
    r[:1] = 1.2
    c, w = torch.linspace(0.25, 1.5, count, dtype=F64), torch.linspace(2.0, 9.0, count, dtype=F64)
    others = [torch.randn(n, generator=generator, dtype=F64) for n in ((pairs, count), (pairs,), (count,), (count,))]
    return tuple(x.to(dtype) for x in (r, c, w, *others))


def leaves(*tensors: Tensor) -> tuple[Tensor, ...]:
    return tuple(x.detach().double().requires_grad_() for x in tensors)


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
@pytest.mark.parametrize(("pairs", "count"), [(0, 3), (2, 1), (7, 5), (300, 20), (129, 37)])
def test_value_and_derivatives_are_those_of_the_formula(dtype: torch.dtype, pairs: int, count: int) -> None:
    r, c, w, g, *tangents = arguments(pairs, count, dtype)
    found = (
        operators.VALUE(r, c, w, CUTOFF),
        *operators.VJP(r, c, w, g, CUTOFF, True),
        *operators.SECOND_ORDER(r, c, w, g, *tangents, CUTOFF),
    )
    *variables, cotangent = leaves(r, c, w, g)
    s = sensitivities_torch.value(*variables, CUTOFF)
    slopes = [torch.autograd.grad(s[:, k].sum(), variables[0], retain_graph=True)[0] for k in range(count)]
    first = torch.autograd.grad(s, variables, cotangent, create_graph=True)
    second = torch.autograd.grad(first, (*variables, cotangent), [u.double() for u in tangents])
    tolerance = DIRECT_SUM["float64"] if dtype == F64 else 3 * KERNEL["float32"]
    all_close(found, (s, *first, *second), tolerance)
    all_close(operators.value_and_slope(r, c, w, CUTOFF), (s, torch.stack(slopes, 1)), tolerance)


def test_gradients() -> None:
    function = lambda *x: operators.VALUE(*x, CUTOFF)  # noqa: E731
    assert torch.autograd.gradcheck(function, leaves(*arguments()[:3]))
    assert torch.autograd.gradgradcheck(function, leaves(*arguments()[:3]))


def test_gradcheck_notices_a_wrong_derivative() -> None:
    class Wrong(torch.autograd.Function):
        @staticmethod
        def forward(ctx: Any, *inputs: Tensor) -> Tensor:
            ctx.save_for_backward(*inputs)
            return operators.VALUE(*inputs, CUTOFF)

        @staticmethod
        def backward(ctx: Any, g: Tensor) -> tuple[Tensor, ...]:
            return operators.VJP(*ctx.saved_tensors, g, 1.1 * CUTOFF, True)

    assert not torch.autograd.gradcheck(Wrong.apply, leaves(*arguments()[:3]), raise_exception=False)


def test_opcheck() -> None:
    r, c, w, g, *tangents = arguments()
    for operator, given in (
        (operators.VALUE, (*leaves(r, c, w), CUTOFF)),
        (operators.VJP, (*leaves(r, c, w, g), CUTOFF, True)),
        (operators.VJP, (*leaves(r, c, w, g), CUTOFF, False)),
        (operators.SECOND_ORDER, (r, c, w, g, *tangents, CUTOFF)),
    ):
        assert set(torch.library.opcheck(operator, given).values()) == {"SUCCESS"}


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_zero_beyond_the_cutoff_and_where_it_is_negligible(dtype: torch.dtype) -> None:
    r = torch.tensor([CUTOFF, 2 * CUTOFF, 0.01], dtype=dtype)
    c, w = torch.tensor([0.3, 0.4], dtype=dtype), torch.tensor([5.0, 9.0], dtype=dtype)
    everything = (
        operators.VALUE(r, c, w, CUTOFF),
        *operators.VJP(r, c, w, torch.ones(3, 2, dtype=dtype), CUTOFF, True),
        *operators.SECOND_ORDER(r, c, w, torch.ones(3, 2, dtype=dtype), r, c, w, CUTOFF),
    )
    assert not any(bool(x.any()) for x in everything)


def test_operators_without_machine_code_give_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    r, c, w, g, *tangents = arguments(40, 6)

    def all_orders() -> tuple[Tensor, ...]:
        first = operators.VJP(r, c, w, g, CUTOFF, True)
        return operators.VALUE(r, c, w, CUTOFF), *first, *operators.SECOND_ORDER(r, c, w, g, *tangents, CUTOFF)

    compiled = all_orders()
    monkeypatch.setattr(operators, "has_numba", lambda: False)
    all_close(compiled, all_orders(), DIRECT_SUM["float64"])


def test_higher_derivatives_are_those_of_plain_operations() -> None:
    def reference(r: Tensor, c: Tensor, w: Tensor) -> Tensor:
        return sensitivities_torch.value(r, c, w, CUTOFF)

    same_derivatives(lambda *x: operators.VALUE(*x, CUTOFF), reference, arguments()[:3], order=4)


def test_bad_input_is_named() -> None:
    r, c, w, g, *_ = arguments()
    with pytest.raises(ValueError, match="w must be"):
        operators.VALUE(r, c, w[:2], CUTOFF)
    with pytest.raises(ValueError, match="float16"):
        operators.VALUE(r.half(), c.half(), w.half(), CUTOFF)
    with pytest.raises(ValueError, match="g must be"):
        operators.VJP(r, c, w, g[:, :2], CUTOFF, True)


def test_the_layer_gives_the_same_either_way() -> None:
    layer, r = Sensitivity(4, 0.8, 3.5, CUTOFF).double(), arguments(50)[0]
    all_close((layer.compiled(r).detach(),), (layer(r).detach(),), DIRECT_SUM["float64"])
