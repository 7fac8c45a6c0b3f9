"""All of torch that this package uses without torch's promise to keep it, under plain names; no other module may.

A release of torch may rename any of it: ``pyproject.toml`` bounds the version by what was tested, and
``tests/test_torch_private.py`` lists the names. What takes long to import is looked up when it is called.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, TypeAlias

import torch
import torch._functorch.utils

Operator: TypeAlias = torch._ops.OpOverload
"""One overload of an operator, as ``torch.ops.<namespace>.<name>.default``."""

SingleLevelFunction: TypeAlias = torch.autograd.function._SingleLevelFunction
"""An autograd function that ``torch.func`` takes for a C++ formula: each of its levels records it on its own."""

single_level_functions = torch._functorch.utils.enable_single_level_autograd_function
"""A context in which functions of that kind may be applied."""

forward_gradients = torch.autograd.forward_ad._set_fwd_grad_enabled
"""A context in which forward-mode derivatives are recorded or not."""

below_autograd = torch._C._AutoDispatchBelowAutograd
"""A context in which operators are called past their Autograd key."""

assert_on_device = torch._assert_async
"""Fail on the device, without waiting for it, unless a tensor of one truth value is true."""

lerp_all = torch._foreach_lerp_
"""``a += weight * (b - a)`` in place, for lists of tensors."""


def interpreted() -> bool:
    """Whether ``torch.func`` transforms or dispatch modes, fake tensors say, stand between a call and its kernel."""
    return bool(torch._C._are_functorch_transforms_active() or torch._C._len_torch_dispatch_stack())


def has_hooks(module: torch.nn.Module) -> bool:
    """Whether calls of a module are watched or changed by hooks of its own."""
    return bool(module._forward_hooks or module._forward_pre_hooks or module._backward_hooks)


def parameters_of(module: torch.nn.Module) -> dict[str, torch.Tensor | None]:
    """A module's own parameters by name, without the search that asking for an attribute costs."""
    return module._parameters


def modules_of(module: torch.nn.Module) -> dict[str, torch.nn.Module | None]:
    """A module's own modules by name, likewise."""
    return module._modules


def recompile_now(graph: torch.fx.GraphModule) -> None:
    """Generate the code of a graph that is generated at its first call otherwise."""
    from torch.fx._lazy_graph_module import _LazyGraphModule

    _LazyGraphModule.force_recompile(graph)


def trace(function: Callable[..., Any], inputs: Sequence[Any]) -> torch.fx.GraphModule:
    """What a function does as one graph, sizes left open; tensors that it holds besides are constants."""
    from torch.fx.experimental.proxy_tensor import make_fx

    return make_fx(function, tracing_mode="symbolic", _allow_non_fake_inputs=True)(*inputs)


def compile_ahead(graph: torch.fx.GraphModule, inputs: Sequence[Any], options: dict[str, Any]) -> None:
    """Inductor's native code of a graph, as a library at the place that the options name."""
    import torch._inductor

    torch._inductor.aot_compile(graph, inputs, options=options)


def program_runner() -> Any:
    """The class that runs such a library on the CPU without importing SymPy; ``None`` where torch has none."""
    if not hasattr(torch._C._aoti, "AOTIModelContainerRunnerCpu"):
        return None
    return torch._C._aoti.AOTIModelContainerRunnerCpu
