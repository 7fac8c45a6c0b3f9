"""Derivatives of a kernel as kernels: the vector-Jacobian product and the second-order kernel.

Both run on the expression graph with n-ary sums, so that signs and weights stay free and cotangents of one
node are added up at once, and are tidied like every other kernel.
"""

from __future__ import annotations

from collections import Counter
from functools import cache

from invgen.compiler.kernels.builder import UNIT, ZERO, Builder, Expression, Node
from invgen.compiler.kernels.program import Kernel, Root
from invgen.compiler.kernels.simplify import simplified

Terms = list[Expression]


@cache
def vjp(kernel: Kernel) -> Kernel:
    """``(x, g) -> gx`` with gx_c = sum_k g_k dy_k/dx_c, of a kernel ``x -> y``."""
    (x, width), (_, outputs) = _single(kernel)
    builder = Builder([(x, width), ("g", len(outputs))])
    values = expressions(kernel, builder)
    gradient = _cotangents(builder, [values[i] for i in outputs], width)
    return simplified(builder, "vjp", [("gx", gradient)])


@cache
def value_and_vjp(kernel: Kernel) -> Kernel:
    """``(x, g) -> (y, gx)``: values and vector-Jacobian product in one program."""
    (x, width), (y, outputs) = _single(kernel)
    builder = Builder([(x, width), ("g", len(outputs))])
    values = expressions(kernel, builder)
    chosen = [values[i] for i in outputs]
    return simplified(builder, "value_and_vjp", [(y, chosen), ("gx", _cotangents(builder, chosen, width))])


@cache
def second_order(kernel: Kernel) -> Kernel:
    """``(x, g, u) -> (hu, ju)`` with hu = sum_k g_k H_k u and ju = J u, of a kernel ``x -> y``.

    This is the derivative of the vector-Jacobian product in direction u: what a backward pass through forces needs.
    """
    (x, width), (_, outputs) = _single(kernel)
    builder = Builder([(x, width), ("g", len(outputs)), ("u", width)])
    every = expressions(kernel, builder)
    values = [every[i] for i in outputs]
    gradient = _cotangents(builder, values, width)
    tangents = _tangents(builder, [e[1] for e in [*gradient, *values]], width, first=width + len(outputs))
    hu = [builder.scale(c, tangents[node]) for c, node in gradient]
    ju = [builder.scale(c, tangents[node]) for c, node in values]
    return simplified(builder, "second_order", [("hu", hu), ("ju", ju)])


def _single(kernel: Kernel) -> tuple[tuple[str, int], tuple[str, tuple[int, ...]]]:
    if len(kernel.inputs) != 1 or len(kernel.outputs) != 1:
        raise ValueError(f"derivatives are taken of kernels with one input and one output array, got {kernel}")
    return kernel.inputs[0], kernel.outputs[0]


def expressions(kernel: Kernel, builder: Builder) -> list[Expression]:
    """Every value of a kernel as an expression of the builder, whose first inputs are those of the kernel.

    Additions that only one other addition reads are merged into it, which restores the n-ary sums.
    """
    first = kernel.input_size + len(kernel.constants)
    readers: Counter[int] = Counter(i for _, ids in kernel.outputs for i in ids)
    summed: Counter[int] = Counter()
    for op, left, right in kernel.statements:
        for i in (left, right):
            readers[i] += 1
            summed[i] += op != "mul"
    values: list[Expression] = [builder.input(i) for i in range(kernel.input_size)]
    values += [builder.root(c.signed_square) if isinstance(c, Root) else builder.constant(c) for c in kernel.constants]
    pending: dict[int, Terms] = {}
    for position, (op, left, right) in enumerate(kernel.statements):
        if op == "mul":
            values.append(builder.mul(values[left], values[right]))
            continue
        sign = 1 if op == "add" else -1
        terms = pending.pop(left, [values[left]])
        terms = terms + [builder.scale(sign, t) for t in pending.pop(right, [values[right]])]
        here = first + position
        if readers[here] == 1 and summed[here] == 1:
            pending[here] = terms
            values.append(ZERO)
        else:
            values.append(builder.add(terms))
    return values


def _cotangents(builder: Builder, outputs: list[Expression], width: int) -> list[Expression]:
    """For cotangents g of the outputs, the inputs after x."""
    return cotangents(builder, outputs, [builder.input(width + k) for k in range(len(outputs))], width)


def cotangents(builder: Builder, outputs: list[Expression], seeds: list[Expression], width: int) -> list[Expression]:
    """Reverse mode: the cotangent of each of the first ``width`` inputs for the cotangents ``seeds`` of the outputs."""
    terms: dict[Node, Terms] = {}
    for (coefficient, node), seed in zip(outputs, seeds, strict=True):
        terms.setdefault(node, []).append(builder.scale(coefficient, seed))
    for node in reversed(builder.reachable(node for _, node in outputs if node != UNIT)):
        cotangent = builder.add(terms.pop(node))
        if node in builder.products:
            left, right = builder.products[node]
            if left == right:
                terms.setdefault(left, []).append(builder.scale(2, builder.mul(cotangent, (1, left))))
            else:
                terms.setdefault(left, []).append(builder.mul(cotangent, (1, right)))
                terms.setdefault(right, []).append(builder.mul(cotangent, (1, left)))
        else:
            for weight, child in builder.sums[node]:
                terms.setdefault(child, []).append(builder.scale(weight, cotangent))
    return [builder.add(terms.get(i, [])) for i in range(width)]


def _tangents(builder: Builder, roots: list[Node], width: int, first: int) -> dict[Node, Expression]:
    """Forward mode: the derivative of every node along u, whose components start at input ``first``."""
    tangents: dict[Node, Expression] = {UNIT: ZERO} | dict.fromkeys(builder.roots, ZERO)
    tangents |= {i: builder.input(first + i) if i < width else ZERO for i in range(builder.size)}
    for node in builder.reachable(root for root in roots if root != UNIT):
        if node in builder.products:
            left, right = builder.products[node]
            parts = [builder.mul(tangents[left], (1, right)), builder.mul((1, left), tangents[right])]
            tangents[node] = builder.add(parts)
        else:
            tangents[node] = builder.add(builder.scale(weight, tangents[child]) for weight, child in builder.sums[node])
    return tangents
