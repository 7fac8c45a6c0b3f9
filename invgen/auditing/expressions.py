"""Polynomials with rational coefficients, read from text without evaluating it.

    sum     = ["+" | "-"] product {("+" | "-") product}
    product = signed {("*" | "/") signed}
    signed  = {"+" | "-"} power
    power   = atom ["**" signed]
    atom    = number | name | "(" sum ")"

Numbers are read as exact decimals; one may divide by a constant only; exponents are whole numbers.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from math import log2

import numpy as np

from invgen.auditing.source import Size
from invgen.candidates.evaluate import Arithmetic, Modular

MAX_DEGREE = 1000
MAX_DEPTH = 50
"""Of parentheses."""
MAX_BITS = 20_000
"""Of the coefficients."""
MAX_DIGITS = 100
_TOKEN = re.compile(r"\s*(?:(\d+\.?\d*(?:[eE][+-]?\d{1,3}(?!\d))?|\.\d+)|([^\W\d]\w*)|(\*\*|[-+*/()]))")


@dataclass(frozen=True)
class Number:
    """A rational constant."""

    value: Fraction

    @cached_property
    def size(self) -> Size:
        return Size(0, _bits(self.value.numerator))

    @cached_property
    def denominator_bits(self) -> float:
        return _bits(self.value.denominator)


@dataclass(frozen=True)
class Name:
    """A variable."""

    name: str
    size = Size(1, 0.0)
    denominator_bits = 0.0


@dataclass(frozen=True)
class Sum:
    """Terms added up."""

    terms: tuple[Node, ...]

    @cached_property
    def size(self) -> Size:
        """Every term is multiplied by all denominators but its own."""
        bits = [t.size.bits - t.denominator_bits for t in self.terms]
        return Size(max(t.size.degree for t in self.terms), max(bits) + log2(len(bits)) + self.denominator_bits)

    @cached_property
    def denominator_bits(self) -> float:
        return sum(t.denominator_bits for t in self.terms)


@dataclass(frozen=True)
class Product:
    """Factors multiplied."""

    factors: tuple[Node, ...]

    @cached_property
    def size(self) -> Size:
        return Size(sum(f.size.degree for f in self.factors), sum(f.size.bits for f in self.factors))

    @cached_property
    def denominator_bits(self) -> float:
        return sum(f.denominator_bits for f in self.factors)


@dataclass(frozen=True)
class Power:
    """A whole power, at least 1."""

    base: Node
    exponent: int

    @cached_property
    def size(self) -> Size:
        return Size(self.base.size.degree * self.exponent, self.base.size.bits * self.exponent)

    @cached_property
    def denominator_bits(self) -> float:
        return self.base.denominator_bits * self.exponent


Node = Number | Name | Sum | Product | Power


def parse(text: str, error: Callable[[str], Exception]) -> Node:
    """The polynomial of a text; raises ``error(reason)`` for text that is none, or one that is too large."""
    node = _Parser(_tokens(text, error), error).whole()
    if node.size.degree > MAX_DEGREE or max(node.size.bits, node.denominator_bits) > MAX_BITS:
        raise error(f"the polynomial is too large: degree {node.size.degree}, at most {MAX_DEGREE} are taken")
    return node


def _tokens(text: str, error: Callable[[str], Exception]) -> list[str]:
    tokens, start = [], 0
    text = text.rstrip()
    while start < len(text):
        match = _TOKEN.match(text, start)
        if match is None:
            rest = text[start:].strip()
            hint = "; powers are written **" if rest[0] == "^" else ""
            raise error(f"cannot read {rest[:20]!r}; a polynomial is made of numbers, names, + - * / ** and ( ){hint}")
        tokens.append(match.group().strip())
        start = match.end()
    return tokens


class _Parser:
    """Recursive descent; only parentheses and exponents descend."""

    def __init__(self, tokens: list[str], error: Callable[[str], Exception]) -> None:
        self.tokens = tokens
        self.error = error
        self.position = 0
        self.depth = 0

    def whole(self) -> Node:
        node = self.sum()
        if self.position < len(self.tokens):
            raise self.error(f"{self.peek()!r} stands where an operator such as * should")
        return node

    def peek(self) -> str:
        return self.tokens[self.position] if self.position < len(self.tokens) else ""

    def take(self, *wanted: str) -> str:
        """The next token if it is one of these, else nothing."""
        token = self.peek()
        if token not in wanted:
            return ""
        self.position += 1
        return token

    def sum(self) -> Node:
        terms = [self.product()]
        while sign := self.take("+", "-"):
            term = self.product()
            terms.append(term if sign == "+" else _product([Number(Fraction(-1)), term]))
        return _sum(terms)

    def product(self) -> Node:
        factors = [self.signed()]
        while operator := self.take("*", "/"):
            factor = self.signed()
            factors.append(factor if operator == "*" else self.inverse(factor))
        return _product(factors)

    def signed(self) -> Node:
        negative = False
        while sign := self.take("+", "-"):
            negative ^= sign == "-"
        node = self.power()
        return _product([Number(Fraction(-1)), node]) if negative else node

    def power(self) -> Node:
        base = self.atom()
        if not self.take("**"):
            return base
        self.descend()
        exponent = self.signed()
        self.depth -= 1
        if not isinstance(exponent, Number) or exponent.value.denominator != 1 or exponent.value < 0:
            raise self.error("an exponent must be a whole number, 0 or more")
        return self.raised(base, int(exponent.value))

    def raised(self, base: Node, exponent: int) -> Node:
        if exponent * max(base.size.degree, base.size.bits / 8, base.denominator_bits / 8) > MAX_DEGREE:
            raise self.error(f"the power ** {exponent} is too large; at most degree {MAX_DEGREE} is taken")
        if isinstance(base, Number):
            return Number(base.value**exponent)
        return Number(Fraction(1)) if exponent == 0 else Power(base, exponent)

    def inverse(self, node: Node) -> Node:
        if not isinstance(node, Number):
            raise self.error("division by a variable is not polynomial; divide by numbers only, or audit a function")
        if node.value == 0:
            raise self.error("division by zero")
        return Number(1 / node.value)

    def descend(self) -> None:
        self.depth += 1
        if self.depth > MAX_DEPTH:
            raise self.error(f"more than {MAX_DEPTH} parentheses are open at once")

    def atom(self) -> Node:
        token = self.peek()
        self.position += 1
        if token == "(":
            self.descend()
            node = self.sum()
            self.depth -= 1
            if not self.take(")"):
                raise self.error("a parenthesis is not closed")
            return node
        if token[:1].isdigit() or token[:1] == ".":
            if len(token) > MAX_DIGITS:
                raise self.error(f"a number has more than {MAX_DIGITS} digits")
            return Number(Fraction(token))
        if not token or not (token[0].isalpha() or token[0] == "_"):
            raise self.error(f"a number, a name or a parenthesis should stand {f'for {token!r}' if token else 'last'}")
        if self.peek() == "(":
            raise self.error(f"unknown function {token!r}; a polynomial calls none (write * to multiply)")
        return Name(token)


def _sum(terms: list[Node]) -> Node:
    if len(terms) == 1:
        return terms[0]
    numbers = [t.value for t in terms if isinstance(t, Number)]
    if len(numbers) == len(terms):
        return Number(sum(numbers, Fraction(0)))
    return Sum(tuple(terms))


def _product(factors: list[Node]) -> Node:
    value, others = Fraction(1), []
    for f in factors:
        if isinstance(f, Number):
            value *= f.value
        else:
            others.append(f)
    if value == 0 or not others:
        return Number(value)
    kept = others if value == 1 else [Number(value), *others]
    return kept[0] if len(kept) == 1 else Product(tuple(kept))


def _bits(number: int) -> float:
    return log2(abs(number)) if number else 0.0


def children(node: Node) -> tuple[Node, ...]:
    """The parts of a sum, a product or a power."""
    match node:
        case Sum(parts) | Product(parts):
            return parts
        case Power(base, _):
            return (base,)
    return ()


def names(node: Node) -> dict[str, None]:
    """The variables in order of appearance."""
    if isinstance(node, Name):
        return {node.name: None}
    return {name: None for part in children(node) for name in names(part)}


def operations(node: Node) -> int:
    """Additions and multiplications of an evaluation as it is written."""
    inner = sum(operations(part) for part in children(node))
    return inner + (node.exponent if isinstance(node, Power) else max(len(children(node)), 1)) - 1


def denominators(node: Node) -> set[int]:
    """All denominators of numbers."""
    if isinstance(node, Number):
        return {node.value.denominator}
    return {d for part in children(node) for d in denominators(part)}


def gradient(node: Node, points: dict[str, np.ndarray], arithmetic: Arithmetic) -> dict[str, np.ndarray]:
    """The derivative by every variable that takes part, each ``(points,)``, by reverse differentiation.

    points
        Values ``(points,)`` of the variables.
    """
    found: dict[str, np.ndarray] = {}
    evaluated = _evaluate(node, points, arithmetic)
    _backwards(evaluated, np.ones_like(evaluated.value), found, arithmetic)
    return found


@dataclass(frozen=True, eq=False)
class _Evaluated:
    node: Node
    value: np.ndarray
    parts: tuple[_Evaluated, ...] = ()


def _evaluate(node: Node, points: dict[str, np.ndarray], arithmetic: Arithmetic) -> _Evaluated:
    if isinstance(node, Number):
        some = next(iter(points.values()))
        return _Evaluated(node, np.full_like(some, constant(node.value, arithmetic)))
    if isinstance(node, Name):
        return _Evaluated(node, points[node.name])
    parts = tuple(_evaluate(part, points, arithmetic) for part in children(node))
    values = [part.value for part in parts]
    if isinstance(node, Sum):
        value = arithmetic.reduce(np.sum(values, axis=0))
    elif isinstance(node, Product):
        value = _multiplied(values, arithmetic)
    else:
        value = _power(values[0], node.exponent, arithmetic)
    return _Evaluated(node, value, parts)


def _backwards(
    evaluated: _Evaluated, cotangent: np.ndarray, found: dict[str, np.ndarray], arithmetic: Arithmetic
) -> None:
    """Adds the cotangent times the derivatives of a node to those found."""
    node, parts, reduce = evaluated.node, evaluated.parts, arithmetic.reduce
    if isinstance(node, Name):
        found[node.name] = reduce(found[node.name] + cotangent) if node.name in found else cotangent
    elif isinstance(node, Sum):
        for part in parts:
            _backwards(part, cotangent, found, arithmetic)
    elif isinstance(node, Product):
        for k, part in enumerate(parts):
            if not isinstance(part.node, Number):
                others = [other.value for i, other in enumerate(parts) if i != k]
                _backwards(part, _multiplied([cotangent, *others], arithmetic), found, arithmetic)
    elif isinstance(node, Power):
        slope = cotangent * constant(Fraction(node.exponent), arithmetic)
        if node.exponent > 1:
            slope = reduce(slope) * _power(parts[0].value, node.exponent - 1, arithmetic)
        _backwards(parts[0], reduce(slope), found, arithmetic)


def _multiplied(values: list[np.ndarray], arithmetic: Arithmetic) -> np.ndarray:
    total = values[0]
    for value in values[1:]:
        total = arithmetic.reduce(total * value)
    return total


def _power(base: np.ndarray, exponent: int, arithmetic: Arithmetic) -> np.ndarray:
    """By repeated squaring; the exponent is at least 1."""
    result: np.ndarray | None = None
    while True:
        if exponent % 2:
            result = base if result is None else arithmetic.reduce(result * base)
        exponent //= 2
        if not exponent:
            assert result is not None
            return result
        base = arithmetic.reduce(base * base)


def constant(value: Fraction, arithmetic: Arithmetic) -> int | float:
    """A rational number, modulo the prime or rounded."""
    if isinstance(arithmetic, Modular):
        return value.numerator * pow(value.denominator, -1, arithmetic.prime) % arithmetic.prime
    return float(value)
