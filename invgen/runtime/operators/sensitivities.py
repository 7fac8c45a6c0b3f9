"""Torch custom operators for sensitivities of distances: ``invgen::sensitivities`` and its derivatives.

    invgen::sensitivities(r, c, w, cutoff) -> s                s_pn = exp(-w_n² (1/r_p - c_n)² / 2) cos²(π r_p / 2R)
    invgen::sensitivities_vjp(r, c, w, g, cutoff, sums) -> (gr, gc, gw)             derivatives of <g, s>
    invgen::sensitivities_second_order(r, c, w, g, ur, uc, uw, cutoff) -> (hr, hc, hw, hg)
                                                           derivatives of <ur, gr> + <uc, gc> + <uw, gw> by r, c, w, g

r (pairs,) Å, c (sensitivities,) 1/Å, w (sensitivities,) Å, s and g (pairs, sensitivities), R = ``cutoff`` Å. s is 0
beyond R, and where the exponential is below ``sensitivities_torch.NEGLIGIBLE``. Without ``sums`` gc and gw are empty.
float32 or float64, on the CPU: machine code of ``cpu.sensitivities``, or plain tensor operations where llvmlite is not
installed.
"""

from __future__ import annotations

import math
from functools import cache
from typing import Any

import torch
from torch import Tensor

from invgen.runtime.backends import has_numba
from invgen.runtime.operators import sensitivities_torch
from invgen.runtime.operators.given import constants, dtype_name, like, plain
from invgen.runtime.operators.registration import below, define, differentiable, last_derivative, mapped_one_by_one
from invgen.runtime.torch_private import SingleLevelFunction

DTYPES = (torch.float32, torch.float64)


@cache
def machine_code() -> Any:
    """The routines, where llvmlite is installed."""
    from invgen.runtime.cpu import sensitivities

    return sensitivities


def _check(r: Tensor, c: Tensor, w: Tensor) -> None:
    if r.dim() != 1 or c.dim() != 1 or r.dtype not in DTYPES:
        raise ValueError(
            f"sensitivities take (pairs,) and (sensitivities,) of float32 or float64, got {tuple(r.shape)} {r.dtype} "
            f"and {tuple(c.shape)} {c.dtype}"
        )
    for name, x in (("c", c), ("w", w)):
        like(name, x, (c.shape[0],), r, "sensitivities")


def _check_cotangent(r: Tensor, c: Tensor, w: Tensor, g: Tensor) -> None:
    _check(r, c, w)
    like("g", g, (r.shape[0], c.shape[0]), r, "sensitivities")


def _limits(r: Tensor, cutoff: float) -> Tensor:
    return constants(
        r.dtype, cutoff, math.pi / (2.0 * cutoff), sensitivities_torch.NEGLIGIBLE, sensitivities_torch.LEAST
    )


def value(r: Tensor, c: Tensor, w: Tensor, cutoff: float) -> Tensor:
    """As the operator, without its derivative."""
    _check(r, c, w)
    if not has_numba():
        return sensitivities_torch.value(r, c, w, cutoff)
    s = r.new_empty(r.shape[0], c.shape[0])
    machine_code().value(dtype_name(r.dtype), len(r), *plain(r, c, w), _limits(r, cutoff), s, len(c))
    return s


def value_and_slope(r: Tensor, c: Tensor, w: Tensor, cutoff: float) -> tuple[Tensor, Tensor]:
    """s and its derivative by r, both (pairs, sensitivities), by machine code."""
    _check(r, c, w)
    s, slope = r.new_empty(r.shape[0], c.shape[0]), r.new_empty(r.shape[0], c.shape[0])
    machine_code().value_and_slope(
        dtype_name(r.dtype), r.shape[0], *plain(r, c, w), _limits(r, cutoff), s, slope, c.shape[0]
    )
    return s, slope


def vjp(r: Tensor, c: Tensor, w: Tensor, g: Tensor, cutoff: float, sums: bool) -> tuple[Tensor, Tensor, Tensor]:
    """As the operator, without its derivative."""
    _check_cotangent(r, c, w, g)
    if not has_numba():
        gr, *sums_over = sensitivities_torch.vjp(r, c, w, g, cutoff)
        return gr, *(x if sums else x.new_empty(0) for x in sums_over)
    pieces = -(-len(r) // machine_code().PIECE)
    gr, parts = r.new_empty(len(r)), r.new_empty(2, pieces if sums else 0, len(c))
    machine_code().vjp(
        dtype_name(r.dtype), pieces, *plain(r, c, w), _limits(r, cutoff), *plain(g), gr, *parts, int(sums), len(r),
        len(c),
    )  # fmt: skip
    return (gr, *(part.sum(0) for part in parts)) if sums else (gr, c.new_empty(0), c.new_empty(0))


def _second_order(
    r: Tensor, c: Tensor, w: Tensor, g: Tensor, ur: Tensor, uc: Tensor, uw: Tensor, cutoff: float
) -> tuple[Tensor, ...]:
    _check_second(r, c, w, g, ur, uc, uw)
    if not has_numba():
        return sensitivities_torch.second_order(r, c, w, g, ur, uc, uw, cutoff)
    pieces = -(-len(r) // machine_code().PIECE)
    hr, parts, hg = r.new_empty(len(r)), r.new_empty(2, pieces, len(c)), g.new_empty(g.shape)
    machine_code().second_order(
        dtype_name(r.dtype), pieces, *plain(r, c, w), _limits(r, cutoff), *plain(g, ur, uc, uw), hr, *parts, hg,
        len(r), len(c),
    )  # fmt: skip
    return hr, *(part.sum(0) for part in parts), hg


def _check_second(r: Tensor, c: Tensor, w: Tensor, g: Tensor, ur: Tensor, uc: Tensor, uw: Tensor) -> None:
    _check_cotangent(r, c, w, g)
    for name, tensor, other in (("ur", ur, r), ("uc", uc, c), ("uw", uw, w)):
        like(name, tensor, tuple(other.shape), r, "sensitivities")


def _fake_value(r: Tensor, c: Tensor, w: Tensor, cutoff: float) -> Tensor:
    _check(r, c, w)
    return r.new_empty(r.shape[0], c.shape[0])


def _fake_vjp(r: Tensor, c: Tensor, w: Tensor, g: Tensor, cutoff: float, sums: bool) -> tuple[Tensor, ...]:
    _check_cotangent(r, c, w, g)
    return r.new_empty(r.shape), *(r.new_empty(x.shape if sums else (0,)) for x in (c, w))


def _fake_second_order(
    r: Tensor, c: Tensor, w: Tensor, g: Tensor, ur: Tensor, uc: Tensor, uw: Tensor, cutoff: float
) -> tuple[Tensor, ...]:
    _check_second(r, c, w, g, ur, uc, uw)
    return tuple(x.new_empty(x.shape) for x in (r, c, w, g))


_FIRST = "Tensor r, Tensor c, Tensor w"
VALUE = define("sensitivities", f"({_FIRST}, float cutoff) -> Tensor", value, _fake_value, ("CPU",))
VJP = define(
    "sensitivities_vjp",
    f"({_FIRST}, Tensor g, float cutoff, bool sums) -> (Tensor, Tensor, Tensor)",
    vjp,
    _fake_vjp,
    ("CPU",),
)
SECOND_ORDER = define(
    "sensitivities_second_order",
    f"({_FIRST}, Tensor g, Tensor ur, Tensor uc, Tensor uw, float cutoff) -> (Tensor, Tensor, Tensor, Tensor)",
    _second_order,
    _fake_second_order,
    ("CPU",),
)


class _Value(SingleLevelFunction):
    @staticmethod
    def forward(ctx: Any, r: Tensor, c: Tensor, w: Tensor, cutoff: float) -> Tensor:
        ctx.save_for_backward(r, c, w)
        ctx.cutoff = cutoff
        return below(VALUE, r, c, w, cutoff)

    @staticmethod
    def backward(ctx: Any, g: Tensor) -> tuple[Tensor | None, ...]:
        sums = any(ctx.needs_input_grad[1:3])
        gr, gc, gw = VJP(*ctx.saved_tensors, g, ctx.cutoff, sums)
        return gr, gc if sums else None, gw if sums else None, None


class _Vjp(SingleLevelFunction):
    @staticmethod
    def forward(ctx: Any, *inputs: Any) -> tuple[Tensor, ...]:
        *tensors, cutoff, sums = inputs
        ctx.save_for_backward(*tensors)
        ctx.cutoff, ctx.sums = cutoff, sums
        ctx.set_materialize_grads(False)
        return below(VJP, *tensors, cutoff, sums)

    @staticmethod
    def backward(ctx: Any, *u: Tensor | None) -> tuple[Tensor | None, ...]:
        r, c, w, g = ctx.saved_tensors
        known = (u[0], *(u[1:] if ctx.sums else (None, None)))
        tangents = (torch.zeros_like(x) if d is None else d for x, d in zip((r, c, w), known, strict=True))
        return *SECOND_ORDER(r, c, w, g, *tangents, ctx.cutoff), None, None


differentiable(_Value, VALUE)
differentiable(_Vjp, VJP)
last_derivative(SECOND_ORDER, "the sensitivity to distances", sensitivities_torch.second_order)
for _operator in (VALUE, VJP, SECOND_ORDER):
    mapped_one_by_one(_operator)
