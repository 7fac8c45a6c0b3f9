"""A Dynamo backend with which a compiled module can be differentiated twice, as training on forces does.

``torch.compile`` makes of a graph one compiled forward and one compiled backward, and raises at a second backward
("does not currently support double backward"). This backend makes of the same Dynamo graph two compiled functions:

    value       inputs -> outputs
    pullback    inputs, cotangents -> gradients; ordinary ``torch.compile``, so it has a compiled backward of its own

and joins them by an autograd function. The price is that the first backward computes the forward once more.

    compiled = torch.compile(module, fullgraph=True, backend="invgen")

An entry point tells torch the name; where this package is not installed, pass ``backend=invgen_backend``.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import torch
from torch import Tensor

from invgen.runtime.torch_private import recompile_now


class _Graph:
    """One Dynamo graph with its compiled value and, for each choice of differentiable inputs, compiled pullback."""

    def __init__(self, graph: torch.fx.GraphModule, inner: str) -> None:
        recompile_now(graph)
        self.forward, self.inner = graph.forward, inner
        self.value = torch.compile(lambda *inputs: graph.forward(*inputs), fullgraph=True, backend=inner)
        self.pullbacks: dict[tuple[int, ...], Callable[..., Any]] = {}
        self.checked = False

    def __call__(self, *inputs: Any) -> Any:
        if torch.is_grad_enabled() and any(isinstance(a, Tensor) and a.requires_grad for a in inputs):
            return _Twice.apply(self, *inputs)
        return self.value(*inputs)

    def run(self, inputs: tuple[Any, ...]) -> tuple[Any, ...]:
        if self.checked:
            return tuple(self.value(*inputs))
        before = self._state(inputs)
        outputs = tuple(self.value(*inputs))
        if self._state(inputs) != before:
            raise RuntimeError(
                'backend="invgen" computes the forward twice, and this module draws random numbers (dropout?) or '
                "changes its inputs or buffers in place: call module.eval() or use another backend"
            )
        self.checked = True
        return outputs

    @staticmethod
    def _state(inputs: tuple[Any, ...]) -> tuple[bytes, list[int]]:
        return torch.get_rng_state().numpy().tobytes(), [a._version for a in inputs if isinstance(a, Tensor)]

    def pullback(self, chosen: tuple[int, ...]) -> Callable[..., Any]:
        """Compiled ``(inputs, cotangents) -> gradients`` with respect to the inputs at the positions ``chosen``."""
        if chosen not in self.pullbacks:
            forward = self.forward

            def gradients(inputs: tuple[Any, ...], cotangents: tuple[Tensor, ...], where: tuple[int, ...]) -> Any:
                def outputs(*variables: Tensor) -> Any:
                    values = list(inputs)
                    for position, variable in zip(chosen, variables, strict=True):
                        values[position] = variable
                    results = forward(*values)
                    return tuple(results[k] for k in where)

                return torch.func.vjp(outputs, *(inputs[k] for k in chosen))[1](cotangents)

            self.pullbacks[chosen] = torch.compile(gradients, fullgraph=True, backend=self.inner)
        return self.pullbacks[chosen]


class _Twice(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, graph: _Graph, *inputs: Any) -> Any:
        ctx.graph = graph
        ctx.plain = [None if isinstance(a, Tensor) else a for a in inputs]
        ctx.tensors = [k for k, a in enumerate(inputs) if isinstance(a, Tensor)]
        ctx.save_for_backward(*(inputs[k] for k in ctx.tensors))
        outputs = graph.run(inputs)
        ctx.real = [k for k, o in enumerate(outputs) if isinstance(o, Tensor) and o.is_floating_point()]
        ctx.mark_non_differentiable(*(o for k, o in enumerate(outputs) if isinstance(o, Tensor) and k not in ctx.real))
        return outputs

    @staticmethod
    def backward(ctx: Any, *cotangents: Any) -> Any:
        inputs = list(ctx.plain)
        for position, tensor in zip(ctx.tensors, ctx.saved_tensors, strict=True):
            inputs[position] = tensor
        chosen = tuple(k for k in range(len(inputs)) if ctx.needs_input_grad[k + 1])
        given = tuple(cotangents[k] for k in ctx.real)
        found = iter(ctx.graph.pullback(chosen)(tuple(inputs), given, tuple(ctx.real)))
        return None, *(next(found) if k in chosen else None for k in range(len(inputs)))


def invgen_backend(
    graph: torch.fx.GraphModule, example_inputs: Sequence[Any], options: dict[str, str] | None = None
) -> Callable[..., Any]:
    """Backend for ``torch.compile(..., backend="invgen")``: compiled, and differentiable twice.

    ``options={"inner": "aot_eager"}`` replaces ``inductor``, which compiles value and pullback.
    """
    return torch.compiler.disable(_Graph(graph, **(options or {"inner": "inductor"})))
