"""Lists of polynomials in named variables: ``x*y + z**2``."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from invgen.compiler.algebra import modular
from invgen.compiler.algebra.arithmetic import Arithmetic, Modular
from invgen.compiler.auditing import expressions, monomials, parsing
from invgen.compiler.auditing.source import Line, Place, Size, chosen_places
from invgen.errors import AuditError

TOGETHER = 16
"""Points evaluated at once."""
MOST_PLACES = 100
"""Variables up to which each is set to zero in turn without being asked for."""


@dataclass(frozen=True)
class PolynomialList:
    """Polynomials with rational coefficients; see ``ExactList``.

    names
        The variables, in order of first appearance; one column of the Jacobian for each.
    """

    labels: tuple[str, ...]
    polynomials: tuple[expressions.Node, ...]
    names: tuple[str, ...]
    rotations: bool = False
    kind = "polynomials"

    @classmethod
    def parse(cls, lines: Iterable[Line], rotations: bool = False) -> PolynomialList:
        """Raises ``AuditError`` naming the line for text that is no polynomial, or if there is no variable.

        rotations
            Whether it is told that rotations, three of them in general, leave all members unchanged.
        """
        lines = tuple(lines)
        nodes = tuple(parsing.parse(line.text, line.error) for line in lines)
        names = tuple({name: None for node in nodes for name in expressions.names(node)})
        if not names:
            raise AuditError(f"{lines[0].where}: none of the {len(lines)} polynomials has a variable")
        return cls(tuple(line.name for line in lines), nodes, names, rotations)

    @property
    def notes(self) -> tuple[str, ...]:
        return tuple("a constant" if isinstance(p, expressions.Number) else "" for p in self.polynomials)

    @cached_property
    def costs(self) -> tuple[int, ...]:
        """Additions and multiplications as written."""
        return tuple(expressions.operations(p) for p in self.polynomials)

    @property
    def variables(self) -> int:
        return len(self.names)

    @property
    def bound(self) -> int:
        return max(self.variables - 3 * self.rotations, 1)

    @property
    def bound_reason(self) -> str:
        told = " less 3 of the rotations that are told to leave the members unchanged" if self.rotations else ""
        return f"{self.variables} variable{'s' if self.variables > 1 else ''}{told}"

    @property
    def sizes(self) -> tuple[Size, ...]:
        return tuple(p.size for p in self.polynomials)

    def usable(self, prime: int) -> bool:
        return all(d % prime for d in self._denominators)

    @cached_property
    def _denominators(self) -> frozenset[int]:
        return frozenset(d for p in self.polynomials for d in expressions.denominators(p))

    @cached_property
    def _terms(self) -> list[list[monomials.Term] | None]:
        return [monomials.terms(p) for p in self.polynomials]

    @cached_property
    def _groups(self) -> tuple[monomials.Group, ...]:
        return monomials.grouped(self._terms, self.names)

    def rows(self, points: np.ndarray, arithmetic: Arithmetic) -> np.ndarray:
        points = arithmetic.array(points)
        values = {name: points[:, k] for k, name in enumerate(self.names)}
        rows = np.zeros((len(points), len(self.polynomials), self.variables), dtype=points.dtype)
        column = {name: k for k, name in enumerate(self.names)}
        for group in self._groups:
            group.add_gradients(rows, points, arithmetic)
        for row in (k for k, some in enumerate(self._terms) if some is None):
            polynomial = self.polynomials[row]
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

    def vanishing(self, wanted: str) -> list[tuple[str, ...]]:
        """The sets of variables to set to zero, see ``source.chosen_places``: each one in turn where all are wanted."""
        if wanted == "none" or self.variables == 1 or (wanted == "auto" and self.variables > MOST_PLACES):
            return []
        if wanted in ("auto", "all"):
            return [(name,) for name in self.names]
        return chosen_places(wanted, self.names, "variable")

    def places_skipped(self, wanted: str) -> str:
        if self.vanishing(wanted) or self.variables == 1:
            return ""
        why = "not wanted" if wanted == "none" else f"{self.variables} variables; --places all, or --places x,y+z"
        return f"no variable was set to zero ({why})"

    def places(self, kept: tuple[int, ...], prime: int, seed: str, wanted: str = "auto") -> tuple[Place, ...]:
        """One for each set of variables that are zero while the others are generic.

        Nowhere is the rank of all members larger than the number of those kept.
        """
        witness, column = modular.residues(f"{seed}/places", self.variables, prime), self.names.index
        found: list[Place] = []
        sets = self.vanishing(wanted)
        for start in range(0, len(sets), TOGETHER):
            part = sets[start : start + TOGETHER]
            points = np.tile(witness, (len(part), 1))
            for point, names in zip(points, part, strict=True):
                point[[column(name) for name in names]] = 0
            for names, rows in zip(part, self.rows(points, Modular(prime)), strict=True):
                kept_rank = modular.rank(rows[list(kept)], prime)
                rank = kept_rank if kept_rank == len(kept) else modular.rank(rows, prime)
                found.append(Place(" = ".join([*names, "0"]), rank, kept_rank))
        return tuple(found)
