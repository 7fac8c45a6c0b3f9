"""Torch custom operators for normalisation over the features: ``invgen::normalise`` and its derivatives.

    invgen::normalise(x, epsilon) -> (h, scale)                h = (x - mean x) scale,  scale = (var x + epsilon)^(-1/2)
    invgen::normalise_vjp(h, scale, g, q) -> gx                  derivative of <g, h> + <q, scale> by x
    invgen::normalise_second_order(h, scale, g, q, u) -> (gh, gscale, gg, gq)      derivatives of <u, gx>

x, h, g, u (atoms, groups, features), scale and q (atoms, groups); mean and variance over the F features of each group:

    gx = scale (g - mean g - h mean(g h)) - q scale² h / F

float32 or float64, on the CPU: in Numba, or in plain tensor operations where Numba is not installed.
"""

from __future__ import annotations

from functools import cache
from typing import Any

import torch
from torch import Tensor

from invgen.runtime.backends import has_numba
from invgen.runtime.operators.given import constants, dtype_name, like, plain
from invgen.runtime.operators.registration import below, define, differentiable, last_derivative, mapped_one_by_one
from invgen.runtime.torch_private import SingleLevelFunction

DTYPES = (torch.float32, torch.float64)


@cache
def machine_code() -> Any:
    """The routines, where llvmlite is installed."""
    from invgen.runtime.cpu import normalise

    return normalise


def _check(names: str, *tensors: Tensor) -> None:
    first = tensors[0]
    if first.dim() != 3 or first.dtype not in DTYPES:
        raise ValueError(
            f"normalise takes (atoms, groups, features) of float32 or float64, got {tuple(first.shape)} {first.dtype}"
        )
    for name, tensor in zip(names.split(), tensors, strict=True):
        like(name, tensor, first.shape[:2] if name in ("scale", "q") else first.shape, first, "normalise")


def value(x: Tensor, epsilon: float) -> tuple[Tensor, Tensor]:
    """As the operator, without its derivative."""
    _check("x", x)
    if not has_numba():
        centred = x - x.mean(2, keepdim=True)
        scale = (centred.square().mean(2) + epsilon).rsqrt()
        return centred * scale.unsqueeze(2), scale
    h, scale = _fresh(x), x.new_empty(x.shape[:2])
    machine_code().value(
        dtype_name(x.dtype), scale.numel(), *plain(x), constants(x.dtype, epsilon), h, scale, x.shape[2]
    )
    return h, scale


def vjp(h: Tensor, scale: Tensor, g: Tensor, q: Tensor) -> Tensor:
    """As the operator, without its derivative."""
    _check("h scale g q", h, scale, g, q)
    if not has_numba():
        s, width = scale.unsqueeze(2), h.shape[2]
        return s * (g - _mean(g) - h * _mean(g * h)) - q.unsqueeze(2) * s * s * h / width
    gx = _fresh(h)
    machine_code().vjp(dtype_name(h.dtype), scale.numel(), *plain(h, scale, g, q), gx, h.shape[2])
    return gx


def _second_order(h: Tensor, scale: Tensor, g: Tensor, q: Tensor, u: Tensor) -> tuple[Tensor, ...]:
    _check("h scale g q u", h, scale, g, q, u)
    if not has_numba():
        return _plain_second_order(h, scale, g, q, u)
    results = _fresh(h), _fresh(scale), _fresh(h), _fresh(scale)
    machine_code().second_order(dtype_name(h.dtype), scale.numel(), *plain(h, scale, g, q, u), *results, h.shape[2])
    return results


def _plain_second_order(h: Tensor, scale: Tensor, g: Tensor, q: Tensor, u: Tensor) -> tuple[Tensor, ...]:
    s, r, width = scale.unsqueeze(2), q.unsqueeze(2), h.shape[2]
    mean_gh, mean_uh = _mean(g * h), _mean(u * h)
    by_scale = (u * (g - _mean(g) - h * mean_gh)).sum(2) - 2 * q * scale * mean_uh.squeeze(2)
    gh = -s * (u * mean_gh + g * mean_uh) - r * s * s * u / width
    return gh, by_scale, s * (u - _mean(u) - h * mean_uh), -scale * scale * mean_uh.squeeze(2)


def _mean(x: Tensor) -> Tensor:
    return x.mean(2, keepdim=True)


def _fresh(like: Tensor) -> Tensor:
    return like.new_empty(like.shape)


def _fake_value(x: Tensor, epsilon: float) -> tuple[Tensor, Tensor]:
    _check("x", x)
    return _fresh(x), x.new_empty(x.shape[:2])


def _fake_vjp(h: Tensor, scale: Tensor, g: Tensor, q: Tensor) -> Tensor:
    _check("h scale g q", h, scale, g, q)
    return _fresh(h)


def _fake_second_order(h: Tensor, scale: Tensor, g: Tensor, q: Tensor, u: Tensor) -> tuple[Tensor, ...]:
    _check("h scale g q u", h, scale, g, q, u)
    return _fresh(h), _fresh(scale), _fresh(h), _fresh(scale)


VALUE = define("normalise", "(Tensor x, float epsilon) -> (Tensor, Tensor)", value, _fake_value, ("CPU",))
VJP = define("normalise_vjp", "(Tensor h, Tensor scale, Tensor g, Tensor q) -> Tensor", vjp, _fake_vjp, ("CPU",))
SECOND_ORDER = define(
    "normalise_second_order",
    "(Tensor h, Tensor scale, Tensor g, Tensor q, Tensor u) -> (Tensor, Tensor, Tensor, Tensor)",
    _second_order,
    _fake_second_order,
    ("CPU",),
)


class _Value(SingleLevelFunction):
    @staticmethod
    def forward(ctx: Any, x: Tensor, epsilon: float) -> tuple[Tensor, Tensor]:
        h, scale = below(VALUE, x, epsilon)
        ctx.save_for_backward(h, scale)
        return h, scale

    @staticmethod
    def backward(ctx: Any, g: Tensor, q: Tensor) -> tuple[Tensor, None]:
        return VJP(*ctx.saved_tensors, g, q), None


class _Vjp(SingleLevelFunction):
    @staticmethod
    def forward(ctx: Any, *inputs: Tensor) -> Tensor:
        ctx.save_for_backward(*inputs)
        return below(VJP, *inputs)

    @staticmethod
    def backward(ctx: Any, u: Tensor) -> tuple[Tensor, ...]:
        return SECOND_ORDER(*ctx.saved_tensors, u)


differentiable(_Value, VALUE)
differentiable(_Vjp, VJP)
last_derivative(SECOND_ORDER, "normalise", _plain_second_order)
for _operator in (VALUE, VJP, SECOND_ORDER):
    mapped_one_by_one(_operator)
