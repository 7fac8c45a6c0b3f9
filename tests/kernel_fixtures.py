"""Hand-made kernels for the tests of emitters and runtime, with derivatives by a naive second method.

Hand-made kernels use none of the project's own lowering and derivative passes, so what these emit is judged by other
means.
"""

from __future__ import annotations

import random
from collections.abc import Iterable
from fractions import Fraction
from functools import cache
from pathlib import Path

import numpy as np
from tolerances import KERNEL, close

import invgen
from invgen.compiler.emitters import emit_folder
from invgen.compiler.kernels.program import Kernel

ORDERS = ("value", "vjp", "second_order")


class Builder:
    """Appends statements to a growing program; ``None`` stands for an exact zero and is folded away."""

    def __init__(self, inputs: tuple[tuple[str, int], ...], constants: tuple[Fraction, ...]) -> None:
        self.inputs, self.constants = inputs, constants
        self.statements: list[tuple[str, int, int]] = []
        self.first = sum(size for _, size in inputs) + len(constants)

    def emit(self, op: str, left: int, right: int) -> int:
        self.statements.append((op, left, right))
        return self.first + len(self.statements) - 1

    def mul(self, left: int | None, right: int | None) -> int | None:
        return None if left is None or right is None else self.emit("mul", left, right)

    def add(self, left: int | None, right: int | None) -> int | None:
        if left is None or right is None:
            return right if left is None else left
        return self.emit("add", left, right)

    def sub(self, left: int | None, right: int | None, zero: int) -> int | None:
        if right is None:
            return left
        return self.emit("sub", zero if left is None else left, right)

    def kernel(self, name: str, outputs: tuple[tuple[str, list[int | None]], ...], zero: int) -> Kernel:
        filled = tuple((array, tuple(zero if i is None else i for i in ids)) for array, ids in outputs)
        return Kernel(name, self.inputs, self.constants, tuple(self.statements), filled)


def polynomial(components: int = 16, size: int = 13, statements: int = 300, seed: int = 0) -> Kernel:
    """A random value kernel: polynomials of degree at most four, one output an input, one the constant 3/7."""
    rng = random.Random(seed)
    constants = (Fraction(0), Fraction(2), Fraction(3, 7))
    builder = Builder((("x", components),), constants)
    degree = [1] * components + [0, 0, 0]
    unread = list(range(components))
    while len(builder.statements) < statements:
        left = unread.pop(rng.randrange(len(unread)) if rng.random() < 0.5 else 0)
        pool = [i for i in range(len(degree)) if i != components and degree[i] + degree[left] <= 4]
        op = rng.choice(("mul", "add", "sub")) if pool else rng.choice(("add", "sub"))
        right = rng.choice(pool[-80:] if op == "mul" else range(components))
        made = builder.emit(op, left, right)
        degree.append(degree[left] + degree[right] if op == "mul" else max(degree[left], degree[right]))
        unread.append(made)
    ids = [0, components + 2, *reversed(unread)][:size]
    return Kernel("value", builder.inputs, constants, tuple(builder.statements), (("y", tuple(ids)),))


def _rebuild(kernel: Kernel, builder: Builder, names: dict[int, int]) -> None:
    """Replay the value program inside ``builder``; ``names`` maps old ids to new ones."""
    shift = builder.first - len(builder.constants)
    old = kernel.input_size
    names.update({i: i for i in range(old)})
    names.update({old + k: shift + k for k in range(len(kernel.constants))})
    for position, (op, left, right) in enumerate(kernel.statements):
        names[old + len(kernel.constants) + position] = builder.emit(op, names[left], names[right])


def naive_vjp(kernel: Kernel) -> Kernel:
    """Reverse accumulation, statement by statement, nothing shared or removed."""
    components, size = kernel.input_size, kernel.output_size
    builder = Builder((("x", components), ("g", size)), kernel.constants)
    names: dict[int, int] = {}
    _rebuild(kernel, builder, names)
    return builder.kernel("vjp", (("gx", _reverse(kernel, builder, names, components)),), names[components])


def _reverse(kernel: Kernel, builder: Builder, names: dict[int, int], g_start: int) -> list[int | None]:
    zero = names[kernel.input_size]
    first = kernel.input_size + len(kernel.constants)
    bar: dict[int, int | None] = {}
    for k, i in enumerate(kernel.outputs[0][1]):
        bar[i] = builder.add(bar.get(i), g_start + k)
    for position in reversed(range(len(kernel.statements))):
        op, left, right = kernel.statements[position]
        b = bar.get(first + position)
        if b is None:
            continue
        if op == "mul":
            bar[left] = builder.add(bar.get(left), builder.mul(b, names[right]))
            bar[right] = builder.add(bar.get(right), builder.mul(b, names[left]))
        else:
            bar[left] = builder.add(bar.get(left), b)
            bar[right] = builder.add(bar.get(right), b) if op == "add" else builder.sub(bar.get(right), b, zero)
    return [bar.get(i) for i in range(kernel.input_size)]


def naive_second_order(kernel: Kernel) -> Kernel:
    """Forward accumulation along ``u`` through the reverse program: ``hu`` and, from the values, ``ju``."""
    gradient = naive_vjp(kernel)
    components, size = kernel.input_size, kernel.output_size
    builder = Builder((("x", components), ("g", size), ("u", components)), kernel.constants)
    names: dict[int, int] = {}
    _rebuild(gradient, builder, names)
    zero = names[gradient.input_size]
    dot: dict[int, int | None] = {i: components + size + i for i in range(components)}
    first = gradient.input_size + len(kernel.constants)
    for position, (op, left, right) in enumerate(gradient.statements):
        a, b = dot.get(left), dot.get(right)
        if op == "mul":
            value = builder.add(builder.mul(a, names[right]), builder.mul(b, names[left]))
        else:
            value = builder.add(a, b) if op == "add" else builder.sub(a, b, zero)
        dot[first + position] = value
    inputs, constants = kernel.input_size, len(kernel.constants)
    ju = [dot.get(i if i < inputs else i + size) for i in kernel.outputs[0][1]]
    assert constants == len(gradient.constants)
    hu = [dot.get(i) for i in gradient.outputs[0][1]]
    return builder.kernel("second_order", (("hu", hu), ("ju", ju)), zero)


def naive_family(kernel: Kernel) -> dict[str, Kernel]:
    """The three kernels of one value kernel, as an emitted folder holds them."""
    return {"value": kernel, "vjp": naive_vjp(kernel), "second_order": naive_second_order(kernel)}


def emitted(folder: Path, kernel: Kernel, backends: tuple[str, ...] = ("numba", "torch")) -> Path:
    """An emitted folder of a hand-made kernel."""
    metadata = {
        "ranks": [0],
        "channels": [kernel.input_size],
        "components": kernel.input_size,
        "size": kernel.output_size,
        "labels": [str(k) for k in range(kernel.output_size)],
    }
    kernels = naive_family(kernel)
    return emit_folder(folder, id="hand-made", kind="invariants", kernels=kernels, backends=backends, metadata=metadata)


@cache
def oracle(id: str) -> dict[str, Kernel]:
    """The programs of a shipped basis, whose ``evaluate`` computes in the order in which they are written."""
    return invgen.kernels_of(invgen.find_basis(id))


def assert_agrees(found: Iterable[np.ndarray], kernel: Kernel, planes: Iterable[np.ndarray], dtype: str) -> None:
    """Planes (atoms, components, features) against a float64 oracle on the same rounded numbers."""
    expected = kernel.evaluate(*(np.moveaxis(a.astype("float64"), 1, -1) for a in planes))
    for a, b in zip(found, expected if isinstance(expected, tuple) else (expected,), strict=True):
        assert a.dtype == dtype
        close(np.moveaxis(a, 1, -1).astype("float64"), b, KERNEL[dtype], least=0.0)
