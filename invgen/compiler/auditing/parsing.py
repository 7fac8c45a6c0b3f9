"""Polynomials with rational coefficients, read from text without evaluating it.

    sum     = ["+" | "-"] product {("+" | "-") product}
    product = signed {("*" | "/") signed}
    signed  = {"+" | "-"} power
    power   = atom ["**" signed]
    atom    = number | name | "(" sum ")"

Numbers are read as exact decimals; one may divide by a constant only; exponents are whole numbers.

Python's own parser reads another language: there ``lambda`` is no name, ``007`` is no number but ``1_000`` and ``0x10``
are, a sum of three thousand terms is too deep, and ``2x`` is told without what should stand there.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from fractions import Fraction

from invgen.compiler.auditing.expressions import Name, Node, Number, Power, added, multiplied

MAX_DEGREE = 1000
MAX_DEPTH = 50
"""Of parentheses."""
MAX_BITS = 20_000
"""Of the coefficients."""
MAX_DIGITS = 100
_TOKEN = re.compile(r"\s*(?:(\d+\.?\d*(?:[eE][+-]?\d{1,3}(?!\d))?|\.\d+)|([^\W\d]\w*)|(\*\*|[-+*/()]))")


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
            terms.append(term if sign == "+" else multiplied([Number(Fraction(-1)), term]))
        return added(terms)

    def product(self) -> Node:
        factors = [self.signed()]
        while operator := self.take("*", "/"):
            factor = self.signed()
            factors.append(factor if operator == "*" else self.inverse(factor))
        return multiplied(factors)

    def signed(self) -> Node:
        negative = False
        while sign := self.take("+", "-"):
            negative ^= sign == "-"
        node = self.power()
        return multiplied([Number(Fraction(-1)), node]) if negative else node

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
