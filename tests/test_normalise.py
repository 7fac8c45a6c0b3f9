"""Normalisation over the features by the operator ``invgen::normalise``, and the layer that uses it."""

from __future__ import annotations

import pytest
import torch
from tensor_fixtures import same_derivatives, tensors
from tolerances import DIRECT_SUM, KERNEL
from torch import Tensor

from invgen.nn.interaction import FusedNormalisation, Normalisation, make_normalisation
from invgen.runtime.operators import normalise as operators

F64 = torch.float64
EPSILON = 1e-2

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::FutureWarning", "ignore::UserWarning")


def random(*shape: int, dtype: torch.dtype = F64) -> Tensor:
    return tensors(shape, seed=len(shape), dtype=dtype)[0]


def arguments(dtype: torch.dtype = F64) -> tuple[Tensor, ...]:
    """h, scale, g, q, u of 3 atoms, 2 groups, 5 features."""
    h, g, u = (random(3, 2, 5, dtype=dtype) * k for k in (1, 2, 3))
    return h, random(3, 2, dtype=dtype).square() + 1, g.sin(), random(3, 2, dtype=dtype), u.cos()


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_value_is_group_norm_with_one_group_for_each_row(dtype: torch.dtype) -> None:
    x = random(4, 3, 37, dtype=dtype)
    h, scale = operators.VALUE(x, EPSILON)
    expected = torch.nn.functional.group_norm(x.double().flatten(1), 3, eps=EPSILON).view(4, 3, 37)
    tolerance = DIRECT_SUM["float64"] if dtype == F64 else KERNEL["float32"]
    torch.testing.assert_close(h.double(), expected, rtol=0, atol=tolerance * float(expected.abs().max()))
    torch.testing.assert_close(scale.double(), (x.double().var(2, correction=0) + EPSILON).rsqrt(), rtol=3e-7, atol=0)


def test_gradients() -> None:
    x = random(3, 2, 5).requires_grad_()
    assert torch.autograd.gradcheck(lambda a: operators.VALUE(a, EPSILON), x)
    assert torch.autograd.gradgradcheck(lambda a: operators.VALUE(a, EPSILON), x)
    assert torch.autograd.gradcheck(operators.VJP, [a.requires_grad_() for a in arguments()[:4]])


def test_gradcheck_notices_a_wrong_derivative() -> None:
    class Wrong(torch.autograd.Function):
        @staticmethod
        def forward(ctx: object, x: Tensor) -> Tensor:
            h, scale = operators.VALUE(x, EPSILON)
            ctx.save_for_backward(h, scale)  # type: ignore[attr-defined]
            return h

        @staticmethod
        def backward(ctx: object, g: Tensor) -> Tensor:
            h, scale = ctx.saved_tensors  # type: ignore[attr-defined]
            return g * scale.unsqueeze(2) + 0 * h

    x = random(3, 2, 5).requires_grad_()
    assert not torch.autograd.gradcheck(Wrong.apply, x, raise_exception=False)


def test_opcheck() -> None:
    h, scale, g, q, u = arguments()
    for operator, given in (
        (operators.VALUE, (h.requires_grad_(), EPSILON)),
        (operators.VJP, (h, scale.requires_grad_(), g, q)),
        (operators.SECOND_ORDER, tuple(a.detach() for a in (h, scale, g, q, u))),
    ):
        assert set(torch.library.opcheck(operator, given).values()) == {"SUCCESS"}


def test_without_numba_plain_operations_give_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    h, scale, g, q, u = arguments()

    def all_orders() -> tuple[Tensor, ...]:
        return (
            *operators.VALUE(h, EPSILON),
            operators.VJP(h, scale, g, q),
            *operators.SECOND_ORDER(h, scale, g, q, u),
        )

    compiled = all_orders()
    monkeypatch.setattr(operators, "has_numba", lambda: False)
    for a, b in zip(all_orders(), compiled, strict=True):
        torch.testing.assert_close(a, b, rtol=1e-12, atol=1e-12)


def test_bad_input_is_named() -> None:
    h, scale, g, q, _ = arguments()
    with pytest.raises(ValueError, match=r"takes \(atoms, groups, features\)"):
        operators.VALUE(h[0], EPSILON)
    with pytest.raises(ValueError, match=r"float32 or float64, got .* torch\.int64"):
        operators.VALUE(h.long(), EPSILON)
    with pytest.raises(ValueError, match=r"g must be \(3, 2, 5\)"):
        operators.VJP(h, scale, g[:2], q)
    with pytest.raises(ValueError, match=r"q must be .* on cpu, got .* on meta"):
        operators.VJP(h, scale, g, q.to("meta"))
    assert operators.VALUE(h[:0], EPSILON)[0].shape == (0, 2, 5)


def test_higher_derivatives_are_those_of_plain_operations() -> None:
    def reference(x: Tensor) -> Tensor:
        return torch.nn.functional.group_norm(x.flatten(1), 2, eps=EPSILON).view(3, 2, 5)

    same_derivatives(lambda x: operators.VALUE(x, EPSILON)[0], reference, [random(3, 2, 5)], order=4)


def test_both_layers_are_equal() -> None:
    layers = [make_normalisation(4, 6, EPSILON, backend).double() for backend in ("torch", "numba")]
    assert [type(layer) for layer in layers] == [Normalisation, FusedNormalisation]
    for parameter in layers[0].parameters():
        parameter.data = random(len(parameter)) + 1
    layers[1].load_state_dict(layers[0].state_dict())
    x, mixing = random(3, 4, 6).requires_grad_(), random(24, 5).requires_grad_()
    found = []
    for layer in layers:
        z = layer.mixed(x, mixing)
        (first,) = torch.autograd.grad(z.tanh().sum(), x, create_graph=True)
        variables = (x, mixing, layer.weight, layer.bias)
        found.append((z, first, *torch.autograd.grad(first.square().sum() + z.sum(), variables)))
    for a, b in zip(*found, strict=True):
        torch.testing.assert_close(a, b, rtol=1e-11, atol=1e-11)


def test_other_dtypes_take_the_plain_path() -> None:
    layer = make_normalisation(4, 6, EPSILON, "numba").bfloat16()
    z = layer.mixed(random(3, 4, 6, dtype=torch.bfloat16), random(24, 5, dtype=torch.bfloat16))
    assert z.dtype == torch.bfloat16
