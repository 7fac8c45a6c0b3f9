"""A weighted contraction: combinations of covariants, of several ranks, with weights that come in beside the tensors.

    y_LM = sum_p w_p C_p,LM(x),        C_p the covariants of rank L

is a polynomial of x and w together, so one program, whose only input holds both, has its derivatives by both.
"""

from __future__ import annotations

from collections.abc import Sequence

from invgen.compiler.algebra.channels import Channel, components_of
from invgen.compiler.candidates.ace.covariants import Covariant
from invgen.compiler.kernels.ace.lower import Functions
from invgen.compiler.kernels.builder import Builder, Expression
from invgen.compiler.kernels.program import Kernel
from invgen.compiler.kernels.simplify import simplified


def lower_contraction(outputs: Sequence[Sequence[Covariant]], channels: Sequence[Channel]) -> Kernel:
    """The value kernel ``x`` -> ``y``.

    outputs
        Covariants, for each output those of its rank.

    ``x`` holds the components of the channels, then one weight for each covariant, output by output; ``y`` the
    components m = -L..L of each output.
    """
    width = components_of(channels)
    builder = Builder([("x", width + sum(map(len, outputs)))])
    values = Functions(builder, channels, [c for covariants in outputs for c in covariants])
    found: list[Expression] = []
    for covariants in outputs:
        weighted = []
        for k, covariant in enumerate(covariants):
            weight = builder.input(width + k)
            weighted.append([builder.mul(weight, component) for component in values.tensor(covariant)])
        found += map(builder.add, zip(*weighted, strict=True))
        width += len(covariants)
    return simplified(builder, "value", [("y", found)])
