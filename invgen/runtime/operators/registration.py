"""How custom operators of the namespace ``invgen`` are defined and made differentiable.

Derivative rules are registered at the Autograd dispatch key by single-level autograd functions, as PyTorch's own
C++ formulas are: ``torch.library.register_autograd`` makes functions that ``torch.func`` transforms refuse.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor

from invgen.runtime.torch_private import (
    Operator,
    SingleLevelFunction,
    below_autograd,
    forward_gradients,
    interpreted,
    single_level_functions,
)

LIBRARY = torch.library.Library("invgen", "DEF")
RUNS: dict[Operator, Callable[..., Any]] = {}
"""What runs an operator on the devices."""
_SAID: set[str] = set()
"""Warnings that were given."""
ORDINARY = (Tensor, torch.nn.Parameter)
_TAGS = (torch.Tag.pt2_compliant_tag,)


def define(
    name: str,
    schema: str,
    run: Callable[..., Any],
    fake: Callable[..., Any],
    devices: tuple[str, ...] = ("CPU", "CUDA"),
) -> Operator:
    """The operator ``invgen::name``: what runs on the devices, and what tells shapes without running."""
    LIBRARY.define(name + schema, tags=_TAGS)
    for device in devices:
        LIBRARY.impl(name, run, device)
    torch.library.register_fake(f"invgen::{name}", fake, lib=LIBRARY)
    operator = getattr(torch.ops.invgen, name).default
    RUNS[operator] = run
    return operator


def below(operator: Operator, *arguments: Any) -> Any:
    """Call ``operator`` past its Autograd key; ``torch.func`` levels below still record, hence grad mode is on.

    Where nothing stands between the call and what runs on the CPU, that is called, past the dispatcher, too.
    """
    if not interpreted() and all(type(a) in ORDINARY and a.is_cpu for a in arguments if isinstance(a, Tensor)):
        with torch.no_grad():
            return RUNS[operator](*arguments)
    with torch.enable_grad(), forward_gradients(True), below_autograd():
        return operator(*arguments)


def differentiable(function: type[SingleLevelFunction], operator: Operator) -> None:
    """``function`` is the derivative rule of ``operator``."""

    def autograd(*arguments: Any) -> Any:
        if torch.is_grad_enabled() and any(isinstance(a, Tensor) and a.requires_grad for a in arguments):
            with single_level_functions():
                return function.apply(*arguments)
        return below(operator, *arguments)

    LIBRARY.impl(operator.name().removeprefix("invgen::"), autograd, "Autograd")


def last_derivative(operator: Operator, what: str, plain: Callable[..., tuple[Tensor, ...]]) -> None:
    """``operator`` is the last that is compiled: its derivative is that of ``plain``, the same in tensor operations.

    So derivatives of ``what`` have any order; the first that is not compiled is told by a warning.
    """

    class Last(SingleLevelFunction):
        @staticmethod
        def forward(ctx: Any, *arguments: Any) -> Any:
            ctx.save_for_backward(*(a if isinstance(a, Tensor) else None for a in arguments))
            ctx.others = [None if isinstance(a, Tensor) else a for a in arguments]
            return below(operator, *arguments)

        @staticmethod
        def backward(ctx: Any, *cotangents: Tensor) -> Any:
            warn_once(
                f"{what}: compiled derivatives stop at the second, and a third was asked for; it runs in plain tensor "
                "operations, which take more time and memory"
            )
            arguments = [o if t is None else t for t, o in zip(ctx.saved_tensors, ctx.others, strict=True)]
            wanted = [k for k, needed in enumerate(ctx.needs_input_grad) if needed]

            def function(*moving: Tensor) -> tuple[Tensor, ...]:
                return plain(*(moving[wanted.index(k)] if k in wanted else a for k, a in enumerate(arguments)))

            _, pull = torch.func.vjp(function, *(arguments[k] for k in wanted))
            found = dict(zip(wanted, pull(cotangents), strict=True))
            return tuple(found.get(k) for k in range(len(arguments)))

    differentiable(Last, operator)


def warn_once(text: str) -> None:
    """Warn, unless this was said before in this process."""
    if text not in _SAID:
        _SAID.add(text)
        warnings.warn(text, stacklevel=2)


def mapped_one_by_one(operator: Operator) -> None:
    """``torch.func.vmap`` calls ``operator`` for one slice after the other."""

    def rule(info: Any, in_dims: tuple[int | None, ...], *arguments: Any) -> tuple[Any, Any]:
        results = []
        for k in range(info.batch_size):
            taken = (a if d is None else a.select(d, k) for a, d in zip(arguments, in_dims, strict=True))
            results.append(operator(*taken))
        if isinstance(results[0], tuple):
            return tuple(torch.stack(parts) for parts in zip(*results, strict=True)), (0,) * len(results[0])
        return torch.stack(results), 0

    torch.library.register_vmap(operator, rule, lib=LIBRARY)
