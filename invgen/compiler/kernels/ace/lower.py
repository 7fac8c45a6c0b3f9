"""From ACE functions to their value kernel: exact, without expanding them into monomials.

Couplings have integer tables in the scaled components S_lm = sqrt(s_lm) A_lm; square roots appear at inputs and outputs
only. Factors of rank 0 are peeled off: a function with one is that scalar times a shorter function.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from math import prod

from invgen.compiler.algebra.channels import channel_slices, components_of
from invgen.compiler.algebra.couplings import integer_coupling
from invgen.compiler.candidates.ace.coupling import Channel, Coupling
from invgen.compiler.kernels.ace.choice import recipes
from invgen.compiler.kernels.ace.scaling import scaling
from invgen.compiler.kernels.ace.trees import Covariant
from invgen.compiler.kernels.alternatives import Alternatives, Price
from invgen.compiler.kernels.builder import Builder, Expression
from invgen.compiler.kernels.program import Kernel
from invgen.compiler.kernels.simplify import simplified


def lower_couplings(functions: Sequence[Coupling], channels: Sequence[Channel]) -> Kernel:
    """The value kernel ``x`` (components of the channels) -> ``y`` (functions, in their order)."""
    builder = Builder([("x", components_of(channels))])
    values = _Functions(builder, tuple(channels), tuple(functions))
    return simplified(builder, "value", [("y", [values.of(f) for f in functions])])


def alternatives(functions: Sequence[Coupling], channels: Sequence[Channel], price: Price) -> Alternatives:
    """Every function as its chain says."""
    builder = Builder([("x", components_of(channels))])
    values = _Functions(builder, tuple(channels), tuple(functions))
    return Alternatives(builder, [[values.of(f)] for f in functions], price)


def factored(function: Coupling) -> tuple[Coupling, ...]:
    """The shorter functions whose product a function is: its chain is cut wherever it passes through rank 0."""
    parts, first = [], 0
    for last, rank in enumerate(function.chain):
        if rank == 0:
            factors = function.factors[first : last + 1]
            parts.append(Coupling(factors, function.chain[first + 1 : last - 1] if len(factors) > 3 else ()))
            first = last + 1
    return tuple(parts)


class _Functions:
    """Values of functions as expressions, built on demand."""

    def __init__(self, builder: Builder, channels: tuple[Channel, ...], functions: tuple[Coupling, ...]) -> None:
        self.builder = builder
        self.starts = {c: s.start for c, s in channel_slices(channels).items()}
        self.known: dict[Coupling, Expression] = {}
        self.parts: dict[Covariant, list[Expression]] = {}
        single = dict.fromkeys(part for function in functions for part in factored(function))
        chosen = recipes(f for f in single if f.order > 1)
        self.recipe = {f: recipe for recipe in chosen for f in recipe.functions}
        self.held = scaling(chosen)

    def of(self, function: Coupling) -> Expression:
        if function not in self.known:
            parts = factored(function)
            if len(parts) > 1:
                shorter = Coupling(function.factors[: -parts[-1].order], function.chain[1 : -parts[-1].order - 2])
                self.known[function] = self.builder.mul(self.of(shorter), self.of(parts[-1]))
            elif function.order == 1:
                self.known[function] = self.builder.input(self.starts[function.factors[0]])
            else:
                self.known[function] = self._combined(function)
        return self.known[function]

    def _combined(self, function: Coupling) -> Expression:
        recipe = self.recipe[function]
        coefficients = recipe.combinations[recipe.functions.index(function)]
        terms = [self.builder.scale(c, self.covariant(t)[0]) for c, t in zip(coefficients, recipe.trees, strict=True)]
        factor, node = self.builder.add(terms)
        scale = function.polynomial().scale * prod(self.held[c.rank].common for c in function.factors)
        sign = 1 if factor > 0 else -1
        return self.builder.mul(self.builder.root(sign * scale * Fraction(factor) ** 2), (1, node))

    def covariant(self, tree: Covariant) -> list[Expression]:
        """The components of a covariant in scaled components, without the roots of its couplings."""
        if tree not in self.parts:
            self.parts[tree] = self._coupled(tree) if tree.operands else self._channel(tree.factors[0])
        return self.parts[tree]

    def _channel(self, channel: Channel) -> list[Expression]:
        found = []
        held = self.held[channel.rank]
        for k, (square, rational) in enumerate(zip(held.squares, held.rationals, strict=True)):
            value = self.builder.mul(self.builder.root(square), self.builder.input(self.starts[channel] + k))
            found.append(self.builder.scale(rational, value))
        return found

    def _coupled(self, tree: Covariant) -> list[Expression]:
        """Entries of equal (|m1|, |m2|) are added up first: they are the parts of one complex product."""
        first, second = tree.operands
        left, right = self.covariant(first), self.covariant(second)
        table, _ = integer_coupling(first.rank, second.rank, tree.rank)
        groups: list[dict[tuple[int, int], list[Expression]]] = [{} for _ in range(2 * tree.rank + 1)]
        for i, j, m in zip(*table.nonzero(), strict=True):
            moduli = abs(int(i) - first.rank), abs(int(j) - second.rank)
            term = self.builder.scale(int(table[i, j, m]), self.builder.mul(left[i], right[j]))
            groups[m].setdefault(moduli, []).append(term)
        return [self.builder.add(self.builder.add(terms) for terms in group.values()) for group in groups]
