"""Polynomials with rational coefficients: sizes, and derivatives in any arithmetic."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from math import log2, log10

import numpy as np

from invgen.compiler.algebra.arithmetic import Arithmetic, Modular
from invgen.compiler.auditing.source import Size
from invgen.errors import AuditError


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


def added(terms: list[Node]) -> Node:
    """The sum; a number if all terms are."""
    if len(terms) == 1:
        return terms[0]
    numbers = [t.value for t in terms if isinstance(t, Number)]
    if len(numbers) == len(terms):
        return Number(sum(numbers, Fraction(0)))
    return Sum(tuple(terms))


def multiplied(factors: list[Node]) -> Node:
    """The product, numbers taken together."""
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
    """A rational number, modulo the prime or rounded; raises ``AuditError`` for one beyond the range of float64."""
    if isinstance(arithmetic, Modular):
        return value.numerator * pow(value.denominator, -1, arithmetic.prime) % arithmetic.prime
    try:
        return float(value)
    except OverflowError:
        digits = round(log10(abs(value.numerator)) - log10(value.denominator))
        raise AuditError(
            f"a coefficient of about 1e{digits} is beyond the range of float64, in which a second pass runs; "
            "multiply the member by a small number, which changes nothing of what it depends on"
        ) from None
