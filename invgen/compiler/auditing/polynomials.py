"""Lists of polynomials in named variables: ``x*y + z**2``."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from invgen.compiler.algebra import modular
from invgen.compiler.algebra.arithmetic import Arithmetic, Modular
from invgen.compiler.auditing import expressions, parsing
from invgen.compiler.auditing.source import Line, Place, Size
from invgen.errors import AuditError

TOGETHER = 16
"""Points evaluated at once."""


@dataclass(frozen=True)
class PolynomialList:
    """Polynomials with rational coefficients; see ``ExactList``.

    names
        The variables, in order of first appearance; one column of the Jacobian for each.
    """

    labels: tuple[str, ...]
    polynomials: tuple[expressions.Node, ...]
    names: tuple[str, ...]
    kind = "polynomials"

    @classmethod
    def parse(cls, lines: Iterable[Line]) -> PolynomialList:
        """Raises ``AuditError`` naming the line for text that is no polynomial, or if there is no variable."""
        lines = tuple(lines)
        nodes = tuple(parsing.parse(line.text, line.error) for line in lines)
        names = tuple({name: None for node in nodes for name in expressions.names(node)})
        if not names:
            raise AuditError(f"{lines[0].where}: none of the {len(lines)} polynomials has a variable")
        return cls(tuple(line.name for line in lines), nodes, names)

    @property
    def notes(self) -> tuple[str, ...]:
        return tuple("a constant" if isinstance(p, expressions.Number) else "" for p in self.polynomials)

    @property
    def costs(self) -> tuple[int, ...]:
        """Additions and multiplications as written."""
        return tuple(expressions.operations(p) for p in self.polynomials)

    @property
    def variables(self) -> int:
        return len(self.names)

    @property
    def bound(self) -> int:
        return self.variables

    @property
    def bound_reason(self) -> str:
        return f"{self.variables} variable{'s' if self.variables > 1 else ''}"

    @property
    def sizes(self) -> tuple[Size, ...]:
        return tuple(p.size for p in self.polynomials)

    def usable(self, prime: int) -> bool:
        return all(d % prime for p in self.polynomials for d in expressions.denominators(p))

    def rows(self, points: np.ndarray, arithmetic: Arithmetic) -> np.ndarray:
        points = arithmetic.array(points)
        values = {name: points[:, k] for k, name in enumerate(self.names)}
        rows = np.zeros((len(points), len(self.polynomials), self.variables), dtype=points.dtype)
        column = {name: k for k, name in enumerate(self.names)}
        for row, polynomial in enumerate(self.polynomials):
            for name, slope in expressions.gradient(polynomial, values, arithmetic).items():
                rows[:, row, column[name]] = slope
        return rows

    def configurations(self, count: int, seed: str) -> np.ndarray:
        """Between -1 and 1."""
        prime = modular.DEFAULT_PRIME
        words = modular.residues(seed, count * self.variables, prime) / prime
        return 2 * words.reshape(count, self.variables) - 1

    @cached_property
    def contents(self) -> tuple[frozenset[str], ...]:
        return tuple(frozenset(expressions.names(p)) for p in self.polynomials)

    def bound_of(self, contents: frozenset[str]) -> int:
        return len(contents)

    def places(self, kept: tuple[int, ...], prime: int, seed: str) -> tuple[Place, ...]:
        """One for each variable that is zero while the others are generic.

        Nowhere is the rank of all members larger than the number of those kept.
        """
        if self.variables == 1:
            return ()
        witness = modular.residues(f"{seed}/places", self.variables, prime)
        found: list[Place] = []
        for start in range(0, self.variables, TOGETHER):
            names = self.names[start : start + TOGETHER]
            points = np.tile(witness, (len(names), 1))
            points[np.arange(len(names)), np.arange(start, start + len(names))] = 0
            for name, rows in zip(names, self.rows(points, Modular(prime)), strict=True):
                kept_rank = modular.rank(rows[list(kept)], prime)
                rank = kept_rank if kept_rank == len(kept) else modular.rank(rows, prime)
                found.append(Place(f"{name} = 0", rank, kept_rank))
        return tuple(found)
