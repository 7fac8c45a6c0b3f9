"""A hash-consed expression graph with n-ary sums: where programs are built and tidied before they become a ``Kernel``.

A *node* is an input, a constant root, a product of two nodes, or a sum of integer-weighted nodes in primitive form
(no common divisor, first weight positive). An *expression* is a pair ``(coefficient, node)``, so signs and rational
factors cost nothing until a sum or an output has to apply them. Equal nodes are one node.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from fractions import Fraction
from math import gcd, isqrt, lcm
from typing import Any, TypeVar

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
        left, right = sorted((a[1], b[1]))
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
        items = sorted((node, c) for node, c in collected.items() if c)
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
        return tuple(n for _, n in self.sums.get(node, ()))

    def reachable(self, roots: Iterable[Node]) -> list[Node]:
        """All product and sum nodes below the roots, operands before users."""
        seen: set[Node] = set()
        order: list[Node] = []
        stack: list[tuple[Node, bool]] = [(n, False) for n in reversed(list(roots))]
        while stack:
            node, expanded = stack.pop()
            if expanded:
                order.append(node)
            elif node not in seen and node >= self.size:
                seen.add(node)
                stack.append((node, True))
                stack += [(n, False) for n in reversed(self.operands(node))]
        return order

    def kernel(self, name: str, outputs: Sequence[tuple[str, Sequence[Expression]]]) -> Kernel:
        """The straight-line program of these outputs."""
        return _Linearisation(self, name, outputs).kernel()


def _primitive(items: Items) -> tuple[Number, Terms]:
    """Whole weights without common divisor, the first one positive, and what they are multiplied by."""
    denominator = lcm(*(c.denominator for _, c in items))
    whole = [int(c * denominator) for _, c in items]
    content = gcd(*whole) if whole[0] > 0 else -gcd(*whole)
    primitive = tuple((c // content, node) for c, (node, _) in zip(whole, items, strict=True))
    return _plain(Fraction(content, denominator)), primitive


def statements(terms: Terms) -> int:
    """Those of a sum: it adds its terms, and multiplies each group of one weight by it."""
    return len(terms) - 1 + len({abs(weight) for weight, _ in terms} - {1})


def _plain(value: Fraction) -> Number:
    return value.numerator if value.denominator == 1 else value


class _Linearisation:
    """Writes products and sums as binary statements; a sum groups the terms of equal weight."""

    def __init__(self, builder: Builder, name: str, outputs: Sequence[tuple[str, Sequence[Expression]]]) -> None:
        self.builder = builder
        self.name = name
        self.outputs = outputs
        self.constants: dict[Constant, int] = {}
        self.statements: list[tuple[str, object, object]] = []
        self.where: dict[Node, object] = {}
        self.known: dict[tuple[str, object, object], object] = {}
        self.held: dict[Node, Held] = {}

    def kernel(self) -> Kernel:
        roots = [node for _, expressions in self.outputs for _, node in expressions if node != UNIT]
        order = self.builder.reachable(roots)
        self.held = held_weights(self.builder.products, self.builder.sums, order, roots)
        for node in order:
            if node in self.held:
                weight, factor, other = self.held[node]
                scaled = self._emit("mul", self._constant(weight), self._value(factor))
                self.where[node] = self._emit("mul", scaled, self._value(other))
            elif node in self.builder.products:
                left, right = self.builder.products[node]
                self.where[node] = self._emit("mul", self._value(left), self._value(right))
            else:
                self.where[node] = self._sum(self.builder.sums[node])
        results = [(array, [self._output(e) for e in expressions]) for array, expressions in self.outputs]
        return self._numbered(results)

    def _value(self, node: Node) -> object:
        if node < UNIT:
            return self._constant(Root(self.builder.roots[node]))
        return node if node < self.builder.size else self.where[node]

    def _constant(self, number: Number | Root) -> tuple[str, Constant]:
        value = number if isinstance(number, Root) else Fraction(number)
        self.constants.setdefault(value, len(self.constants))
        return ("constant", value)

    def _emit(self, op: str, left: object, right: object) -> object:
        key = (op, left, right)
        if key not in self.known:
            self.known[key] = ("statement", len(self.statements))
            self.statements.append(key)
        return self.known[key]

    def _sum(self, terms: Terms) -> object:
        """Terms of equal weight are added up first, so that each weight is applied once, if factors do not hold it."""
        groups: dict[int, list[tuple[int, object]]] = {}
        for weight, node in terms:
            left = 1 if node in self.held else abs(weight)
            groups.setdefault(left, []).append((1 if weight > 0 else -1, self._value(node)))
        parts = []
        for weight in sorted(groups):
            sign, value = self._join(groups[weight])
            parts.append((sign, value if weight == 1 else self._emit("mul", self._constant(weight), value)))
        return self._join(parts)[1]

    def _join(self, parts: list[tuple[int, object]]) -> tuple[int, object]:
        """Adds up signed values, a positive one first; the sign is left to the caller when all are negative."""
        overall = 1 if any(sign > 0 for sign, _ in parts) else -1
        ordered = sorted(parts, key=lambda part: -part[0] * overall)
        value = ordered[0][1]
        for sign, other in ordered[1:]:
            value = self._emit("add" if sign == overall else "sub", value, other)
        return overall, value

    def _output(self, expression: Expression) -> object:
        coefficient, node = expression
        if node == UNIT or coefficient == 0:
            return self._constant(coefficient)
        value = self._value(node)
        return value if coefficient == 1 else self._emit("mul", self._constant(coefficient), value)

    def _numbered(self, results: list[tuple[str, list[object]]]) -> Kernel:
        first = self.builder.size + len(self.constants)

        def number(value: Any) -> int:
            if isinstance(value, int):
                return value
            kind, index = value
            return self.builder.size + self.constants[index] if kind == "constant" else first + index

        return Kernel(
            name=self.name,
            inputs=self.builder.inputs,
            constants=tuple(self.constants),
            statements=tuple((op, number(a), number(b)) for op, a, b in self.statements),
            outputs=tuple((array, tuple(number(v) for v in values)) for array, values in results),
        )
