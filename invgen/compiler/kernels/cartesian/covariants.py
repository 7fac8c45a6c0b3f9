"""Covariants to kernels: the derivative of an invariant by the open tensor, and from that the tensor's components."""

from __future__ import annotations

from dataclasses import replace

from invgen.compiler.algebra.channels import Channel
from invgen.compiler.algebra.components import inverse_contraction_matrix
from invgen.compiler.candidates.cartesian.covariants import Covariant, open_tensor
from invgen.compiler.kernels.builder import ONE, Builder
from invgen.compiler.kernels.cartesian.lower import lower_contractions
from invgen.compiler.kernels.derivatives import cotangents, expressions
from invgen.compiler.kernels.program import Kernel
from invgen.compiler.kernels.simplify import simplified


def lower_covariants(covariants: tuple[Covariant, ...], tensors: tuple[Channel, ...], rank: int) -> Kernel:
    """The value kernel: ``x`` (components) -> ``y``, 2 rank + 1 reduced components for each covariant in turn.

    Contractions are linear in the open tensor, so none of its components is left in their derivatives.
    """
    value = lower_contractions(tuple(c.contraction for c in covariants), (*tensors, open_tensor(rank)))
    inputs = value.input_size
    width = 2 * rank + 1
    builder = Builder([("x", inputs)])
    every = expressions(value, builder)
    outputs = []
    for i in value.outputs[0][1]:
        gradient = cotangents(builder, [every[i]], [ONE], inputs)[inputs - width :]
        for row in inverse_contraction_matrix(rank):
            outputs.append(builder.add(builder.scale(c, g) for c, g in zip(row, gradient, strict=True)))
    return _without_last_inputs(simplified(builder, "value", [("y", outputs)]), width)


def _without_last_inputs(kernel: Kernel, width: int) -> Kernel:
    """The same program with fewer inputs, none of which it reads."""
    first = kernel.input_size - width

    def moved(value: int) -> int:
        if first <= value < first + width:
            raise ArithmeticError("a covariant that is not linear in its open tensor: an error of this program")
        return value if value < first else value - width

    return replace(
        kernel,
        inputs=((kernel.inputs[0][0], first),),
        statements=tuple((op, moved(left), moved(right)) for op, left, right in kernel.statements),
        outputs=tuple((name, tuple(map(moved, ids))) for name, ids in kernel.outputs),
    )
