"""What the filter takes: lists that can be evaluated exactly, and samples of float64 Jacobians.

Lists come from text files: one member a line, ``#`` starts a comment, and a name may stand before ``=``.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import numpy as np

from invgen.compiler.algebra.arithmetic import Arithmetic
from invgen.errors import AuditError, unknown

LONGEST_NAME = 56
"""Characters of a member that stands for its own name."""
_NAMED = re.compile(r"\s*([\w.'-]+)\s*=(?!=)(.*)", re.DOTALL)


@dataclass(frozen=True)
class Size:
    """Bounds on a member as a polynomial with integer coefficients, once denominators are cleared.

    degree
        In the variables.
    bits
        Logarithm to base 2 of the sum of the absolute values of its coefficients, or more.
    """

    degree: int
    bits: float


@dataclass(frozen=True)
class Place:
    """The rank of a list at one kind of configuration.

    rank, kept_rank
        Of all members, and of the subset that is kept.
    attainable
        The largest rank there of any set with the same symmetries, ``None`` where that is not known.
    """

    name: str
    rank: int
    kept_rank: int
    attainable: int | None = None


class ExactList(Protocol):
    """Members that are polynomials with rational coefficients.

    labels, notes, costs
        One for each member; a note says what reading it showed already, and is mostly empty.
    variables
        Number of variables.
    bound, bound_reason
        What the rank cannot exceed, and why.
    contents
        The tensors or variables that each member is made of.
    """

    @property
    def kind(self) -> str: ...
    @property
    def labels(self) -> tuple[str, ...]: ...
    @property
    def notes(self) -> tuple[str, ...]: ...
    @property
    def costs(self) -> tuple[int, ...]: ...
    @property
    def variables(self) -> int: ...
    @property
    def bound(self) -> int: ...
    @property
    def bound_reason(self) -> str: ...
    @property
    def sizes(self) -> tuple[Size, ...]: ...
    @property
    def contents(self) -> tuple[frozenset[Any], ...]: ...

    def usable(self, prime: int) -> bool:
        """Whether no denominator is divisible by this prime."""

    def rows(self, points: np.ndarray, arithmetic: Arithmetic) -> np.ndarray:
        """The Jacobian, shape ``(points, members, variables)``, at points ``(points, variables)``."""

    def configurations(self, count: int, seed: str) -> np.ndarray:
        """Random float64 points ``(count, variables)`` of order one."""

    def bound_of(self, contents: frozenset[Any]) -> int:
        """The largest number of independent members that are made of these."""

    def places_skipped(self, wanted: str) -> str:
        """Why there are none, where there could be; raises ``AuditError`` for names that are not known."""

    def places(self, kept: tuple[int, ...], prime: int, seed: str, wanted: str = "auto") -> tuple[Place, ...]:
        """Ranks modulo the prime at special configurations: ``auto``, ``all``, ``none``, or names that vanish."""


@dataclass(frozen=True)
class Samples:
    """Jacobians of members that can only be evaluated in float64.

    jacobians
        Shape ``(configurations, members, variables)``, finite.
    noise
        Error of a row relative to its length, as far as it is known.
    special
        Jacobians ``(members, variables)`` at configurations that are not generic, by name, with the rank
        attainable there; ``None`` for a Jacobian that is not finite.
    """

    kind: str
    labels: tuple[str, ...]
    jacobians: np.ndarray
    noise: float
    bound: int
    bound_reason: str
    how: str
    costs: tuple[int, ...] | None = None
    special: tuple[tuple[str, np.ndarray | None, int | None], ...] = ()


def chosen_places(wanted: str, known: Sequence[str], what: str) -> list[tuple[str, ...]]:
    """The sets of names in ``x,y+z``: x alone, and y with z. Raises ``AuditError`` for one that is not known."""
    found = [tuple(name.strip() for name in part.split("+")) for part in wanted.split(",")]
    for name in (name for part in found for name in part):
        if name not in known:
            raise AuditError(f"places: {unknown(what, name, [*known[:20], 'all', 'none'])}; join those at once by +")
    return found


def member_names(labels: tuple[str, ...], number: int) -> tuple[str, ...]:
    """The labels, or d0, d1, ... where none are given; raises ``AuditError`` where they do not fit or print."""
    names = labels or tuple(f"d{k}" for k in range(number))
    if len(names) != number:
        raise AuditError(f"there are {len(names)} labels for {number} descriptors")
    for name in names:
        if not name.isprintable():
            raise AuditError(f"the label {name!r} holds a character that cannot be printed; take it out")
    return names


@dataclass(frozen=True)
class Line:
    """A member as it was written: where, its name (the text itself where none is given), and the text."""

    where: str
    name: str
    text: str

    def error(self, reason: str) -> AuditError:
        """The error to raise for this line."""
        return AuditError(f"{self.where}: {self.text!r}: {reason}")


def read_lines(path: str | os.PathLike[str]) -> tuple[Line, ...]:
    """The members of a text file; raises ``AuditError`` if it is not UTF-8 text or holds none."""
    try:
        text = Path(path).read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise AuditError(
            f"{path} is not UTF-8 text (byte {error.start}); lists are text files, tables are .npz files"
        ) from None
    return parse_lines(text.splitlines(), str(path))


def parse_lines(texts: Iterable[str], source: str) -> tuple[Line, ...]:
    """The members among lines of text; raises ``AuditError`` if there is none, or a name stands twice."""
    found: list[Line] = []
    for number, text in enumerate(texts, start=1):
        content = text.partition("#")[0].strip()
        if not content:
            continue
        where, named = f"{source}, line {number}", _NAMED.fullmatch(content)
        name, body = (named.group(1), named.group(2).strip()) if named else (_shortened(content, number), content)
        found.append(Line(where, name, body))
    if not found:
        raise AuditError(f"{source} holds no members; write one a line, such as ij,jk,ki->,two,two,two or x*y + z**2")
    _refuse_namesakes(found)
    return tuple(found)


def _shortened(text: str, number: int) -> str:
    """The text of a member without a name, or its line and beginning where it is long."""
    return text if len(text) <= LONGEST_NAME else f"line {number}: {text[: LONGEST_NAME - 20].rstrip()} ..."


def _refuse_namesakes(lines: list[Line]) -> None:
    seen: dict[str, Line] = {}
    for line in lines:
        if line.name != line.text and line.name in seen:
            raise line.error(f"the name {line.name!r} stands at {seen[line.name].where} already; choose another")
        seen.setdefault(line.name, line)
