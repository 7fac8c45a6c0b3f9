"""A hash-consed expression graph with n-ary sums: where programs are built and tidied before they become a ``Kernel``.

A *node* is an input, a constant root, a product of two nodes, or a sum of integer-weighted nodes in primitive form
(no common divisor, first weight positive). An *expression* is a pair ``(coefficient, node)``, so signs and rational
factors cost nothing until a sum or an output has to apply them. Equal nodes are one node.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from fractions import Fraction
from math import gcd, isqrt, lcm
from typing import TypeVar

from invgen.compiler.kernels.program import Constant, Kernel, Root
from invgen.compiler.kernels.weights import Held, held_weights

Node = int
T = TypeVar("T")

Number = int | Fraction
"""Whole numbers stay ``int``, which is several times faster than ``Fraction``."""
Expression = tuple[Number, Node]
Terms = tuple[tuple[int, Node], ...]
Items = list[tuple[Node, Number]]

UNIT: Node = -1
"""The node whose value is one."""
ZERO: Expression = (0, UNIT)
ONE: Expression = (1, UNIT)


class Builder:
    """Builds an expression graph over named input arrays."""

    def __init__(self, inputs: Sequence[tuple[str, int]]) -> None:
        self.inputs = tuple(inputs)
        self.size = sum(size for _, size in inputs)
        self.products: dict[Node, tuple[Node, Node]] = {}
        self.sums: dict[Node, Terms] = {}
        self.roots: dict[Node, Fraction] = {}
        self._known: dict[object, Node] = {}
        self._linear: dict[Node, dict[Node, Number]] = {}
        self._forms: dict[Terms, Expression] = {}
        self._next = self.size

    @property
    def nodes(self) -> int:
        """The number of the next node: inputs, products and sums are below it."""
        return self._next

    def input(self, index: int) -> Expression:
        """Input component ``index``, counted over all arrays."""
        return 1, index

    def constant(self, value: Fraction) -> Expression:
        """A number."""
        return (_plain(value), UNIT) if value else ZERO

    def root(self, signed_square: Fraction) -> Expression:
        """The number sign(x) sqrt(|x|); a root that is irrational is a node, below ``UNIT``."""
        numerator, denominator = isqrt(abs(signed_square.numerator)), isqrt(signed_square.denominator)
        if Fraction(numerator, denominator) ** 2 == abs(signed_square):
            return self.constant(Fraction(numerator if signed_square > 0 else -numerator, denominator))
        key = ("root", signed_square)
        if key not in self._known:
            self._known[key] = UNIT - 1 - len(self.roots)
            self.roots[self._known[key]] = signed_square
        return 1, self._known[key]

    def mul(self, a: Expression, b: Expression) -> Expression:
        """The product."""
        coefficient = a[0] * b[0]
        if coefficient == 0:
            return ZERO
        left, right = (a[1], b[1]) if a[1] <= b[1] else (b[1], a[1])
        if UNIT in (left, right):
            return coefficient, left if right == UNIT else right
        return coefficient, self._node(("mul", left, right), self.products, (left, right))

    def scale(self, factor: Number, a: Expression) -> Expression:
        """The expression times a number."""
        product = a[0] * factor
        return (product, a[1]) if product else ZERO

    def add(self, terms: Iterable[Expression]) -> Expression:
        """The sum; terms over the same node are merged, a common factor is taken out, equal forms of inputs are one."""
        collected: dict[Node, Number] = {}
        for coefficient, node in terms:
            collected[node] = collected.get(node, 0) + coefficient
        items = sorted([(node, c) for node, c in collected.items() if c])
        if not items:
            return ZERO
        if len(items) == 1:
            return items[0][1], items[0][0]
        if all(0 <= node < self.size or node in self._linear for node, _ in items):
            return self._linear_form(items)
        return self._sum(items)

    def _sum(self, items: Items) -> Expression:
        content, primitive = _primitive(items)
        return content, self._node(("sum", primitive), self.sums, primitive)

    def _linear_form(self, items: Items) -> Expression:
        """A sum of inputs and of such sums, as it is given or over inputs alone, whichever is shorter."""
        total: dict[Node, Number] = {}
        for node, c in items:
            for leaf, weight in self._linear.get(node, {node: 1}).items():
                total[leaf] = total.get(leaf, 0) + c * weight
        leaves = sorted((leaf, c) for leaf, c in total.items() if c)
        if not leaves:
            return ZERO
        if len(leaves) == 1:
            return leaves[0][1], leaves[0][0]
        content, form = _primitive(leaves)
        if form not in self._forms:
            factor, node = self._sum(min((leaves, items), key=lambda spelled: statements(_primitive(spelled)[1])))
            self._linear[node] = {leaf: _plain(Fraction(c) / factor) for leaf, c in leaves}
            self._forms[form] = _plain(Fraction(factor) / content), node
        factor, node = self._forms[form]
        return _plain(Fraction(content * factor)), node

    def _node(self, key: object, table: dict[Node, T], value: T) -> Node:
        node = self._known.get(key)
        if node is None:
            node = self._known[key] = self._next
            self._next += 1
            table[node] = value
        return node

    def operands(self, node: Node) -> tuple[Node, ...]:
        """The nodes that a node reads."""
        if node in self.products:
            return self.products[node]
        return tuple([n for _, n in self.sums.get(node, ())])

    def reachable(self, roots: Iterable[Node]) -> list[Node]:
        """All product and sum nodes below the roots, operands before users."""
        seen: set[Node] = set()
        order: list[Node] = []
        stack = [n for n in reversed(list(roots)) if n >= self.size]
        while stack:
            node = stack.pop()
            if node < 0:  # all operands of its complement are in the order
                order.append(~node)
            elif node not in seen:
                seen.add(node)
                stack.append(~node)
                stack += [n for n in reversed(self.operands(node)) if n >= self.size and n not in seen]
        return order

    def kernel(self, name: str, outputs: Sequence[tuple[str, Sequence[Expression]]]) -> Kernel:
        """The straight-line program of these outputs."""
        return Linearisation(self, name, outputs).kernel()


def _primitive(items: Items) -> tuple[Number, Terms]:
    """Whole weights without common divisor, the first one positive, and what they are multiplied by."""
    denominator = lcm(*[c.denominator for _, c in items])
    whole = [int(c * denominator) for _, c in items]
    content = gcd(*whole) if whole[0] > 0 else -gcd(*whole)
    primitive = tuple([(c // content, node) for c, (node, _) in zip(whole, items, strict=True)])
    return content if denominator == 1 else _plain(Fraction(content, denominator)), primitive


def statements(terms: Terms) -> int:
    """Those of a sum: it adds its terms, and multiplies each group of one weight by it."""
    return len(terms) - 1 + len({abs(weight) for weight, _ in terms} - {1})


def _plain(value: Fraction) -> Number:
    return value.numerator if value.denominator == 1 else value


class Linearisation:
    """Products and sums as binary statements; a sum groups the terms of equal weight.

    Values are inputs, from 0 on; statements, counted from the number of inputs on; and constants, from -1 down. So
    numbers stay whatever constants are met later. ``order`` holds the nodes, operands before users.
    """

    def __init__(self, builder: Builder, name: str, outputs: Sequence[tuple[str, Sequence[Expression]]]) -> None:
        self.builder = builder
        self.name = name
        self.outputs = outputs
        self.constants: dict[Constant, int] = {}
        self.statements: list[tuple[str, int, int]] = []
        self.where: dict[Node, int] = {}
        self.known: dict[tuple[str, int, int], int] = {}
        roots = [node for _, expressions in outputs for _, node in expressions if node != UNIT]
        self.order = builder.reachable(roots)
        self.held: dict[Node, Held] = held_weights(builder.products, builder.sums, self.order, roots)
        for node in self.order:
            if node in self.held:
                weight, factor, other = self.held[node]
                scaled = self._emit("mul", self._constant(weight), self._value(factor))
                self.where[node] = self._emit("mul", scaled, self._value(other))
            elif node in builder.products:
                left, right = builder.products[node]
                self.where[node] = self._emit("mul", self._value(left), self._value(right))
            else:
                self.where[node] = self._sum(builder.sums[node])
        self.results = [(array, [self._output(e) for e in expressions]) for array, expressions in outputs]

    def _value(self, node: Node) -> int:
        if node < UNIT:
            return self._constant(Root(self.builder.roots[node]))
        return node if node < self.builder.size else self.where[node]

    def _constant(self, number: Number | Root) -> int:
        if (known := self.constants.get(number)) is not None:  # type: ignore[arg-type]
            return known
        return self.constants.setdefault(
            number if isinstance(number, Root) else Fraction(number), -1 - len(self.constants)
        )

    def _emit(self, op: str, left: int, right: int) -> int:
        key = (op, left, right)
        value = self.known.get(key)
        if value is None:
            value = self.known[key] = self.builder.size + len(self.statements)
            self.statements.append(key)
        return value

    def _sum(self, terms: Terms) -> int:
        """Terms of equal weight are added up first, so that each weight is applied once, if factors do not hold it."""
        groups: dict[int, list[tuple[int, int]]] = {}
        for weight, node in terms:
            left = 1 if node in self.held else abs(weight)
            groups.setdefault(left, []).append((1 if weight > 0 else -1, self._value(node)))
        if len(groups) == 1 and 1 in groups:
            return self._join(groups[1])[1]
        parts = []
        for weight in sorted(groups):
            sign, value = self._join(groups[weight])
            parts.append((sign, value if weight == 1 else self._emit("mul", self._constant(weight), value)))
        return self._join(parts)[1]

    def _join(self, parts: list[tuple[int, int]]) -> tuple[int, int]:
        """Adds up signed values, a positive one first; the sign is left to the caller when all are negative."""
        added = [value for sign, value in parts if sign > 0]
        others = [value for sign, value in parts if sign < 0]
        overall = 1
        if not added:
            added, others, overall = others, added, -1
        value = added[0]
        for other in added[1:]:
            value = self._emit("add", value, other)
        for other in others:
            value = self._emit("sub", value, other)
        return overall, value

    def _output(self, expression: Expression) -> int:
        coefficient, node = expression
        if node == UNIT or coefficient == 0:
            return self._constant(coefficient)
        value = self._value(node)
        return value if coefficient == 1 else self._emit("mul", self._constant(coefficient), value)

    def kernel(self) -> Kernel:
        """The program."""
        size, more = self.builder.size, len(self.constants)

        def number(value: int) -> int:
            return size - 1 - value if value < 0 else value if value < size else value + more

        return Kernel(
            name=self.name,
            inputs=self.builder.inputs,
            constants=tuple(self.constants),
            statements=tuple([(op, number(a), number(b)) for op, a, b in self.statements]),
            outputs=tuple((array, tuple(number(v) for v in values)) for array, values in self.results),
        )
