"""Torch custom operators over emitted kernels: ``invgen::invariants`` and its first and second derivative.

    invgen::invariants(Tensor x, str key) -> Tensor                                   y
    invgen::invariants_vjp(Tensor x, Tensor g, str key) -> Tensor                     Jᵀg
    invgen::invariants_second_order(Tensor x, Tensor g, Tensor u, str key) -> (Tensor, Tensor)   (Σ g_k H_k u, J u)

All tensors are (atoms, components, features). Of float32 or float64, CPU tensors run in Numba without a copy and CUDA
tensors in compiled CUDA kernels; everything else, or a machine that lacks what these need, runs the emitted Torch
statements. ``key`` names the kernels in ``LOADED``; an unknown key is looked for among the shipped and cached folders,
so an exported program finds its kernels again.
"""

from __future__ import annotations

import warnings
from typing import Any

import torch
from torch import Tensor

from invgen.emitted.folder import find_key
from invgen.runtime.backends import BACKENDS, Backend, for_tensors
from invgen.runtime.modules import Modules, alone
from invgen.runtime.operators.given import plain
from invgen.runtime.operators.registration import LIBRARY, below, define, differentiable, last_derivative
from invgen.runtime.torch_private import Operator, SingleLevelFunction

LOADED: dict[str, Modules] = {}
"""Modules by key; filled by ``register`` and by ``kernels_of``."""

_TOLD: set[torch.device] = set()
"""GPUs for which a warning was given."""


def register(kernels: Modules) -> str:
    """Make ``kernels`` known to the operators and return their key.

    Others of this key that are known already stay, with what they have opened, as long as their folder does.
    """
    known = LOADED.setdefault(kernels.key, kernels)
    if known is not kernels and not torch.compiler.is_compiling() and not known.folder.path.is_dir():
        LOADED[kernels.key] = kernels
    return kernels.key


def kernels_of(key: str) -> Modules:
    """The kernels of a key. Raises ``LookupError`` if they are neither loaded, shipped nor cached."""
    if key not in LOADED:
        LOADED[key] = Modules(find_key(key))
    return LOADED[key]


def run(kernel: str, key: str, tensors: tuple[Tensor, ...]) -> Any:
    """As the operator, without its derivative. Outputs are fresh and contiguous, as the fake kernels promise."""
    kernels = kernels_of(key)
    _check(kernels, tensors)
    if tensors[0].dtype in (torch.float32, torch.float64):
        compiled = compiled_backend(kernels.folder.backends, tensors[0].device)
        if compiled is not None:
            return alone(kernels.form(compiled.name).run(kernel, tuple(plain(*tensors))))
    results = getattr(kernels.plain, kernel)(*(t.detach() for t in tensors))
    return tuple(r.contiguous() for r in results) if isinstance(results, tuple) else results.contiguous()


def compiled_backend(names: tuple[str, ...], device: torch.device) -> Backend | None:
    """Among emitted backends, what runs compiled kernels on a device, or ``None``.

    The reason why those of a GPU do not run is told once.
    """
    found = for_tensors(names, device.type, device.index)
    if found is None and device.index is not None and device not in _TOLD:
        there = (b for b in BACKENDS.values() if b.name in names and b.device == device.type)
        for backend in there:
            _TOLD.add(device)
            reason = backend.why_not(device.index)
            warnings.warn(
                f"invariants on {device} run as plain tensor operations, which is slower: {reason}", stacklevel=2
            )
    return found


def _check(kernels: Modules, tensors: tuple[Tensor, ...]) -> None:
    x = tensors[0]
    for name, width, tensor in zip(
        "xgu", (kernels.components, kernels.size, kernels.components), tensors, strict=False
    ):
        if tensor.dim() != 3 or tensor.shape[1] != width:
            raise ValueError(f"{kernels.id}: {name} must be (atoms, {width}, features), got {tuple(tensor.shape)}")
        if (tensor.shape[0], tensor.shape[2]) != (x.shape[0], x.shape[2]) or tensor.dtype != x.dtype:
            raise ValueError(
                f"{kernels.id}: {name} is {tuple(tensor.shape)} {tensor.dtype}, x is {tuple(x.shape)} {x.dtype}: "
                "atoms, features and dtype must agree"
            )
        if tensor.device != x.device:
            raise ValueError(
                f"{kernels.id}: {name} is on {tensor.device}, x on {x.device}: move them to one device with .to()"
            )


def _fresh(like: Tensor, width: int) -> Tensor:
    return like.new_empty((like.shape[0], width, like.shape[2]))


def _value(x: Tensor, key: str) -> Tensor:
    return run("value", key, (x,))


def _vjp(x: Tensor, g: Tensor, key: str) -> Tensor:
    return run("vjp", key, (x, g))


def _second_order(x: Tensor, g: Tensor, u: Tensor, key: str) -> tuple[Tensor, Tensor]:
    return run("second_order", key, (x, g, u))


def _fake_value(x: Tensor, key: str) -> Tensor:
    kernels = kernels_of(key)
    _check(kernels, (x,))
    return _fresh(x, kernels.size)


def _fake_vjp(x: Tensor, g: Tensor, key: str) -> Tensor:
    _check(kernels_of(key), (x, g))
    return _fresh(x, x.shape[1])


def _fake_second_order(x: Tensor, g: Tensor, u: Tensor, key: str) -> tuple[Tensor, Tensor]:
    _check(kernels_of(key), (x, g, u))
    return _fresh(x, x.shape[1]), _fresh(x, g.shape[1])


VALUE = define("invariants", "(Tensor x, str key) -> Tensor", _value, _fake_value)
VJP = define("invariants_vjp", "(Tensor x, Tensor g, str key) -> Tensor", _vjp, _fake_vjp)
SECOND_ORDER = define(
    "invariants_second_order",
    "(Tensor x, Tensor g, Tensor u, str key) -> (Tensor, Tensor)",
    _second_order,
    _fake_second_order,
)
CALLS = {"value": VALUE, "vjp": VJP, "second_order": SECOND_ORDER}


class _Value(SingleLevelFunction):
    @staticmethod
    def forward(ctx: Any, x: Tensor, key: str) -> Tensor:
        ctx.save_for_backward(x)
        ctx.key = key
        return below(VALUE, x, key)

    @staticmethod
    def backward(ctx: Any, g: Tensor) -> tuple[Tensor, None]:
        (x,) = ctx.saved_tensors
        return VJP(x, g, ctx.key), None


class _Vjp(SingleLevelFunction):
    @staticmethod
    def forward(ctx: Any, x: Tensor, g: Tensor, key: str) -> Tensor:
        ctx.save_for_backward(x, g)
        ctx.key = key
        return below(VJP, x, g, key)

    @staticmethod
    def backward(ctx: Any, u: Tensor) -> tuple[Tensor, Tensor, None]:
        x, g = ctx.saved_tensors
        hu, ju = SECOND_ORDER(x, g, u, ctx.key)
        return hu, ju, None


def _plain_second_order(x: Tensor, g: Tensor, u: Tensor, key: str) -> tuple[Tensor, Tensor]:
    return kernels_of(key).plain.second_order(x, g, u)


def _batched(operator: Operator) -> None:
    """``torch.func.vmap``: the mapped axis joins the atoms."""

    def rule(info: Any, in_dims: tuple[int | None, ...], *arguments: Any) -> tuple[Any, Any]:
        *tensors, key = arguments
        size = info.batch_size
        moved = [
            t.unsqueeze(0).expand(size, *t.shape) if d is None else t.movedim(d, 0)
            for t, d in zip(tensors, in_dims[:-1], strict=True)
        ]
        results = operator(*(t.reshape(size * t.shape[1], *t.shape[2:]) for t in moved), key)
        atoms = moved[0].shape[1]
        if isinstance(results, tuple):
            return tuple(r.reshape(size, atoms, *r.shape[1:]) for r in results), (0,) * len(results)
        return results.reshape(size, atoms, *results.shape[1:]), 0

    torch.library.register_vmap(operator, rule, lib=LIBRARY)


differentiable(_Value, VALUE)
differentiable(_Vjp, VJP)
last_derivative(SECOND_ORDER, "invariants", _plain_second_order)
for _operator in (VALUE, VJP, SECOND_ORDER):
    _batched(_operator)
