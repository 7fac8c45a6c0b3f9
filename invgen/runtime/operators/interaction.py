"""Torch custom operators for sums over pairs and the invariants of what they give: ``invgen::interaction``.

    invgen::interaction(m, s, t, <lists>, key) -> y
    invgen::interaction_vjp(m, s, t, g, <lists>, key) -> (gm, gs, gt)                 derivatives of <g, y>
    invgen::interaction_second_order(m, s, t, g, um, us, ut, <lists>, key) -> (hm, hs, ht, hg)
                                                derivatives of <um, gm> + <us, gs> + <ut, gt> by m, s, t, g

m (neighbours, sensitivities, features), s (pairs, sensitivities), t (pairs, components), y and g (centres, invariants,
features), all float32 or all float64; <lists> are the six tensors of ``PairLists``; ``key`` names the kernels of the
invariants as in ``operators.invariants``. Formula and plain tensor operations are in ``pair_sums``: they run where no
backend has fused kernels for the device.
"""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor

from invgen.runtime.backends import Backend
from invgen.runtime.modules import Modules
from invgen.runtime.operators import pair_sums
from invgen.runtime.operators.invariants import compiled_backend, kernels_of
from invgen.runtime.operators.registration import below, define, differentiable, last_derivative, mapped_one_by_one
from invgen.runtime.pair_lists import PairLists
from invgen.runtime.torch_private import SingleLevelFunction

DTYPES = (torch.float32, torch.float64)
NAMES = ("m", "s", "t", "g", "um", "us", "ut")


def fused(key: str, kind: str, index: int | None) -> bool:
    """Whether the fused kernels of ``key`` run on a device; a reason that a GPU cannot run them is told once.

    kind, index
        Type and index of a ``torch.device``: constants, so that compiled graphs take the answer as one.
    """
    return _fused_backend(kernels_of(key), torch.device(kind, index)) is not None


# What torch.compiler.assume_constant_result does, without the compiler, whose import takes a second and needs SymPy.
fused._dynamo_marked_constant = True  # type: ignore[attr-defined]


def _fused_backend(kernels: Modules, device: torch.device) -> Backend | None:
    return compiled_backend(kernels.folder.interactions, device)


def _run(order: str, tensors: tuple[Tensor, ...], lists: PairLists, key: str) -> Any:
    kernels = kernels_of(key)
    check(kernels, tensors, lists)
    plain = tuple(x.detach() for x in tensors)
    backend = _fused_backend(kernels, plain[0].device)
    if backend is not None:
        results = getattr(kernels.interaction(backend.name), order)(plain, lists)
        return results if len(results) > 1 else results[0]
    return getattr(pair_sums, order)(*plain, lists, key)


def check(kernels: Modules, tensors: tuple[Tensor, ...], lists: PairLists) -> None:
    """Raise ``ValueError`` or ``TypeError`` that names the first tensor whose shape, dtype or device does not fit."""
    m = tensors[0]
    if m.dim() != 3 or m.shape[1] < 1:
        raise ValueError(f"{kernels.id}: m must be (neighbours, sensitivities, features), got {tuple(m.shape)}")
    if m.dtype not in DTYPES:
        raise TypeError(f"{kernels.id}: the interaction is computed in float32 or float64, got {m.dtype}")
    pairs, centres = lists.first.shape[0], lists.centre_start.shape[0] - 1
    of_m, of_s, of_t = tuple(m.shape), (pairs, m.shape[1]), (pairs, kernels.components)
    wanted = (of_m, of_s, of_t, (centres, kernels.size, m.shape[2]), of_m, of_s, of_t)
    for name, shape, x in zip(NAMES, wanted, tensors, strict=False):
        if tuple(x.shape) != shape:
            raise ValueError(f"{kernels.id}: {name} must be {shape}, got {tuple(x.shape)}")
        if x.dtype != m.dtype:
            raise TypeError(f"{kernels.id}: {name} is {x.dtype}, m is {m.dtype}: they must be one dtype")
    if lists.neighbour_start.shape[0] - 1 != m.shape[0]:
        raise ValueError(
            f"{kernels.id}: pairs were listed for {len(lists.neighbour_start) - 1} neighbours, m has {len(m)}"
        )
    for name, x in (*zip(NAMES, tensors, strict=False), *lists._asdict().items()):
        if x.device != m.device:
            raise ValueError(
                f"{kernels.id}: {name} is on {x.device}, m on {m.device}: move them to one device with .to()"
            )


def _split(arguments: tuple[Any, ...], count: int) -> tuple[tuple[Tensor, ...], PairLists, str]:
    return arguments[:count], PairLists(*arguments[count:-1]), arguments[-1]


def _value(*arguments: Any) -> Tensor:
    return _run("value", *_split(arguments, 3))


def _vjp(*arguments: Any) -> tuple[Tensor, ...]:
    return _run("vjp", *_split(arguments, 4))


def _second_order(*arguments: Any) -> tuple[Tensor, ...]:
    return _run("second_order", *_split(arguments, 7))


def _plain_second_order(*arguments: Any) -> tuple[Tensor, ...]:
    (m, s, t, g, um, us, ut), lists, key = _split(arguments, 7)
    return pair_sums.second_order(m, s, t, g, um, us, ut, lists, key)


def _fake_value(*arguments: Any) -> Tensor:
    (m, s, t), lists, key = _split(arguments, 3)
    kernels = kernels_of(key)
    check(kernels, (m, s, t), lists)
    return m.new_empty(lists.centre_start.shape[0] - 1, kernels.size, m.shape[2])


def _fake_vjp(*arguments: Any) -> tuple[Tensor, ...]:
    tensors, lists, key = _split(arguments, 4)
    check(kernels_of(key), tensors, lists)
    return tuple(x.new_empty(x.shape) for x in tensors[:3])


def _fake_second_order(*arguments: Any) -> tuple[Tensor, ...]:
    tensors, lists, key = _split(arguments, 7)
    check(kernels_of(key), tensors, lists)
    return tuple(x.new_empty(x.shape) for x in tensors[:4])


_FIRST = "Tensor m, Tensor s, Tensor t"
_LISTS = ", ".join(f"Tensor {name}" for name in PairLists._fields) + ", str key"
VALUE = define("interaction", f"({_FIRST}, {_LISTS}) -> Tensor", _value, _fake_value)
VJP = define("interaction_vjp", f"({_FIRST}, Tensor g, {_LISTS}) -> (Tensor, Tensor, Tensor)", _vjp, _fake_vjp)
SECOND_ORDER = define(
    "interaction_second_order",
    f"({_FIRST}, Tensor g, Tensor um, Tensor us, Tensor ut, {_LISTS}) -> (Tensor, Tensor, Tensor, Tensor)",
    _second_order,
    _fake_second_order,
)
NONE = (None,) * (len(PairLists._fields) + 1)
"""Lists and key have no derivative."""


class _Value(SingleLevelFunction):
    @staticmethod
    def forward(ctx: Any, *arguments: Any) -> Tensor:
        ctx.save_for_backward(*arguments[:-1])
        ctx.key = arguments[-1]
        return below(VALUE, *arguments)

    @staticmethod
    def backward(ctx: Any, g: Tensor) -> tuple[Any, ...]:
        m, s, t, *lists = ctx.saved_tensors
        return (*VJP(m, s, t, g, *lists, ctx.key), *NONE)


class _Vjp(SingleLevelFunction):
    @staticmethod
    def forward(ctx: Any, *arguments: Any) -> tuple[Tensor, ...]:
        ctx.save_for_backward(*arguments[:-1])
        ctx.key = arguments[-1]
        return below(VJP, *arguments)

    @staticmethod
    def backward(ctx: Any, um: Tensor, us: Tensor, ut: Tensor) -> tuple[Any, ...]:
        m, s, t, g, *lists = ctx.saved_tensors
        return (*SECOND_ORDER(m, s, t, g, um, us, ut, *lists, ctx.key), *NONE)


differentiable(_Value, VALUE)
differentiable(_Vjp, VJP)
last_derivative(SECOND_ORDER, "the interaction", _plain_second_order)
for _operator in (VALUE, VJP, SECOND_ORDER):
    mapped_one_by_one(_operator)
