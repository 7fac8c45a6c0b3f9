"""From ACE functions to their value kernel: exact, without expanding them into monomials.

Couplings have integer tables in the scaled components S_lm = sqrt(s_lm) A_lm; square roots appear at inputs and outputs
only. Factors of rank 0 are peeled off: a function with one is that scalar times a shorter function.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from math import prod

from invgen.compiler.algebra.channels import channel_slices, components_of
from invgen.compiler.algebra.couplings import integer_coupling, scalings
from invgen.compiler.candidates.ace.chains import Chain, coupling_steps
from invgen.compiler.candidates.ace.coupling import Channel, Coupling
from invgen.compiler.candidates.ace.covariants import Covariant as Function
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
    values = Functions(builder, channels, functions)
    return simplified(builder, "value", [("y", [values.of(f) for f in functions])])


def lower_covariants(functions: Sequence[Function], channels: Sequence[Channel], rank: int) -> Kernel:
    """The value kernel ``x`` -> ``y``, the components m = -rank..rank of each covariant in turn."""
    builder = Builder([("x", components_of(channels))])
    values = Functions(builder, channels, functions)
    return simplified(builder, "value", [("y", [component for f in functions for component in values.tensor(f)])])


def alternatives(functions: Sequence[Coupling], channels: Sequence[Channel], price: Price) -> Alternatives:
    """Every function as its chain says."""
    builder = Builder([("x", components_of(channels))])
    values = Functions(builder, channels, functions)
    return Alternatives(builder, [[values.of(f)] for f in functions], price)


def factored(function: Chain) -> tuple[Coupling | Function, ...]:
    """The shorter functions whose product a function is: its chain is cut wherever it passes through rank 0."""
    parts: list[Coupling | Function] = []
    first = 0
    for last, rank in enumerate(function.chain):
        if rank == 0:
            factors = function.factors[first : last + 1]
            parts.append(Coupling(factors, function.chain[first + 1 : last - 1] if len(factors) > 3 else ()))
            first = last + 1
    if first < len(function.factors):
        parts.append(Function(function.factors[first:], function.chain[first:]))
    return tuple(parts)


class Functions:
    """Values of functions as expressions, built on demand."""

    def __init__(self, builder: Builder, channels: Sequence[Channel], functions: Sequence[Chain]) -> None:
        self.builder = builder
        self.starts = {c: s.start for c, s in channel_slices(channels).items()}
        self.known: dict[Coupling, Expression] = {}
        self.parts: dict[Covariant, list[Expression]] = {}
        single = dict.fromkeys(part for function in functions for part in factored(function))
        chosen = recipes(f for f in single if f.order > 1)
        self.recipe = {f: recipe for recipe in chosen for f in recipe.functions}
        self.held = scaling(chosen)

    def of(self, function: Coupling) -> Expression:
        """An invariant."""
        if function not in self.known:
            parts = factored(function)
            if len(parts) > 1:
                shorter = Coupling(function.factors[: -parts[-1].order], function.chain[1 : -parts[-1].order - 2])
                self.known[function] = self.builder.mul(self.of(shorter), self.of(_invariant(parts[-1])))
            elif function.order == 1:
                self.known[function] = self.builder.input(self.starts[function.factors[0]])
            else:
                (self.known[function],) = self._combined(function)
        return self.known[function]

    def tensor(self, function: Function) -> list[Expression]:
        """The components of a covariant."""
        *scalars, last = factored(function)
        if isinstance(last, Coupling):
            return [self._product([*scalars, last])]
        start = self.starts[last.factors[0]]
        whole = last.order > 1
        components = (
            self._combined(last) if whole else [self.builder.input(start + k) for k in range(2 * last.rank + 1)]
        )
        return [self.builder.mul(self._product(scalars), c) for c in components] if scalars else components

    def _product(self, scalars: Sequence[Coupling | Function]) -> Expression:
        product = self.of(_invariant(scalars[0]))
        for scalar in scalars[1:]:
            product = self.builder.mul(product, self.of(_invariant(scalar)))
        return product

    def _combined(self, function: Coupling | Function) -> list[Expression]:
        recipe = self.recipe[function]
        coefficients = recipe.combinations[recipe.functions.index(function)]
        found = []
        for k, scaled in enumerate(scalings(function.chain[-1])):
            terms = [
                self.builder.scale(c, self.covariant(t)[k]) for c, t in zip(coefficients, recipe.trees, strict=True)
            ]
            factor, node = self.builder.add(terms)
            sign = 1 if factor > 0 else -1
            root = self.builder.root(sign * self._scale(function) / scaled * Fraction(factor) ** 2)
            found.append(self.builder.mul(root, (1, node)))
        return found

    def _scale(self, function: Chain) -> Fraction:
        """The square of what turns the trees of a function, made of components as they are held, into the function."""
        kappas = (integer_coupling(a, b, c)[1] for a, b, c in coupling_steps(function))
        return prod(kappas, start=Fraction(1)) * prod(self.held[c.rank].common for c in function.factors)

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
        first, second = tree.operands
        return coupled(self.builder, tree, self.covariant(first), self.covariant(second))


def coupled(
    builder: Builder, tree: Covariant, left: Sequence[Expression], right: Sequence[Expression]
) -> list[Expression]:
    """The components of a tree from those of its operands.

    Entries of equal (|m1|, |m2|) are added up first: they are the parts of one complex product.
    """
    first, second = tree.operands
    table, _ = integer_coupling(first.rank, second.rank, tree.rank)
    groups: list[dict[tuple[int, int], list[Expression]]] = [{} for _ in range(2 * tree.rank + 1)]
    for i, j, m in zip(*table.nonzero(), strict=True):
        moduli = abs(int(i) - first.rank), abs(int(j) - second.rank)
        term = builder.scale(int(table[i, j, m]), builder.mul(left[i], right[j]))
        groups[m].setdefault(moduli, []).append(term)
    return [builder.add(builder.add(terms) for terms in group.values()) for group in groups]


def _invariant(function: Coupling | Function) -> Coupling:
    assert isinstance(function, Coupling), "a chain is cut into invariants, up to the last part"
    return function
