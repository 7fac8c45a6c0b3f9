"""Lists of contractions of symmetric traceless tensors: ``ij,jk,ki->,two,two,two`` is tr Q^3.

A line holds einsum subscripts, one group for each factor, an arrow, and after it the factors' names. A name is a
rank, as a word (``zero`` to ``twelve``), a number or a letter (``s v q t h`` for 0 to 4). ``_`` and anything behind
tell tensors of one rank apart: ``two_1,two_2``. ``eps`` is the Levi-Civita symbol.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from itertools import combinations
from math import log2

import numpy as np

from invgen.algebra import modular
from invgen.algebra.characters import transcendence_degree
from invgen.algebra.components import component_slices, expansion_matrix
from invgen.auditing.listing import Line
from invgen.auditing.source import Place, Size
from invgen.candidates.cartesian_family import random_neighbourhoods
from invgen.candidates.contraction import EPSILON, Contraction, Tensor, canonical, degree
from invgen.candidates.cost import contraction_cost
from invgen.candidates.evaluate import Arithmetic, Evaluator, Modular
from invgen.errors import unknown

WORDS = ["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"]
LETTERS = "svqth"
RANKS = {**{word: k for k, word in enumerate(WORDS)}, **{str(k): k for k in range(len(WORDS))}}
RANKS |= {letter: k for k, letter in enumerate(LETTERS)}
EPSILONS = ("eps", "epsilon")
_NAME = re.compile(r"([A-Za-z]+|\d+)(?:_(\w+))?")

Factor = tuple[int, str]
"""Rank and channel name of a tensor, ``(-1, "")`` for the Levi-Civita symbol."""


@dataclass(frozen=True)
class _Parsed:
    line: Line
    factors: tuple[Factor, ...]
    groups: tuple[str, ...]


@dataclass(frozen=True)
class ContractionList:
    """Contractions with their tensors; see ``ExactList``.

    contractions
        ``None`` for one that is zero because an index contracts a traceless tensor with itself, or two indices of a
        symmetric tensor meet the Levi-Civita symbol.
    tensors
        In component order, reduced Cartesian components.
    names
        Of the tensors, as they were written first.
    """

    labels: tuple[str, ...]
    notes: tuple[str, ...]
    contractions: tuple[Contraction | None, ...]
    tensors: tuple[Tensor, ...]
    names: tuple[str, ...]
    kind = "contractions"

    @classmethod
    def parse(cls, lines: Iterable[Line]) -> ContractionList:
        """Raises ``AuditError`` naming the line for text that is no full contraction."""
        parsed = [_parse(line) for line in lines]
        factors = sorted({f for p in parsed for f in p.factors if f[0] >= 0})
        ranks = [rank for rank, _ in factors]
        numbered = {f: (f[0], k - ranks.index(f[0])) for k, f in enumerate(factors)} | {(-1, ""): EPSILON}
        built = [_contraction(p, numbered) for p in parsed]
        return cls(
            labels=tuple(p.line.name for p in parsed),
            notes=_duplicates(parsed, [b[1] for b in built], [b[0] for b in built]),
            contractions=tuple(b[0] for b in built),
            tensors=tuple(numbered[f] for f in factors),
            names=tuple(WORDS[rank] + (f"_{channel}" if channel else "") for rank, channel in factors),
        )

    @property
    def variables(self) -> int:
        return sum(2 * rank + 1 for rank, _ in self.tensors)

    @property
    def bound(self) -> int:
        return transcendence_degree(self.tensors)

    @property
    def bound_reason(self) -> str:
        return f"{self.variables} components less {self.variables - self.bound} of a generic orbit of rotations"

    @cached_property
    def costs(self) -> tuple[int, ...]:
        """Multiplications along the contraction path."""
        return tuple(contraction_cost(c) if c else 0 for c in self.contractions)

    @cached_property
    def sizes(self) -> tuple[Size, ...]:
        """Each of 3^bonds terms is a product of expansions of components in the reduced ones."""
        return tuple(_size(c) if c else Size(0, 0.0) for c in self.contractions)

    def usable(self, prime: int) -> bool:
        return True

    def rows(self, points: np.ndarray, arithmetic: Arithmetic) -> np.ndarray:
        evaluator = Evaluator(self.tensors, points, arithmetic)
        zero = np.zeros((len(points), self.variables), dtype=arithmetic.array(points).dtype)
        rows = [evaluator.values_and_gradients(c)[1] if c else zero for c in self.contractions]
        return np.stack(rows, axis=1)

    def configurations(self, count: int, seed: str) -> np.ndarray:
        return random_neighbourhoods(self.tensors, count, seed)

    @cached_property
    def contents(self) -> tuple[frozenset[Tensor], ...]:
        return tuple(frozenset(c.content) if c else frozenset() for c in self.contractions)

    def bound_of(self, contents: frozenset[Tensor]) -> int:
        return transcendence_degree(contents)

    def places(self, kept: tuple[int, ...], prime: int, seed: str) -> tuple[Place, ...]:
        """One for each set of ranks that is left when all tensors of the others vanish."""
        witness = modular.residues(f"{seed}/places", self.variables, prime)
        rows = self.rows(witness[None], Modular(prime))[0]
        ranks = sorted({rank for rank, _ in self.tensors})
        some = [left for size in range(1, len(ranks)) for left in combinations(ranks, size)]
        return tuple(self._place(left, rows, kept, prime) for left in some)

    def _place(self, ranks: tuple[int, ...], rows: np.ndarray, kept: tuple[int, ...], prime: int) -> Place:
        """By the tensors that are left: a member that holds a vanishing one is zero there, whatever they are."""
        left = [t for t in self.tensors if t[0] in ranks]
        slices = component_slices(self.tensors)
        columns = np.concatenate([np.arange(slices[t].start, slices[t].stop) for t in left])
        inside = [k for k, c in enumerate(self.contractions) if c and set(c.content) <= set(left)]
        chosen = [k for k in inside if k in kept]
        found = [modular.rank(rows[part][:, columns], prime) if part else 0 for part in (inside, chosen)]
        name = f"only {' '.join(WORDS[rank] for rank in ranks)} left"
        return Place(name, found[0], found[1], transcendence_degree(left))


def _parse(line: Line) -> _Parsed:
    subscripts, arrow, rest = line.text.partition("->")
    if not arrow:
        raise line.error("there is no arrow; write subscripts, an arrow and names, such as ij,ij->,two,two")
    output, *names = [part.strip() for part in rest.split(",")]
    groups = tuple(part.replace(" ", "") for part in subscripts.split(","))
    for letter in output + "".join(groups):
        if not (letter.isascii() and letter.isalpha()):
            raise line.error(f"{letter!r} is no index; indices are the letters a-z and A-Z")
    if output:
        raise line.error(f"the index {output[0]!r} is left free; leave nothing between the arrow and the next comma")
    if len(names) != len(groups):
        raise line.error(
            f"there are {len(groups)} groups of indices and {len(names)} names; every factor needs one of each"
        )
    factors = tuple(_factor(name, line) for name in names)
    _check_indices(line, factors, groups, names)
    return _Parsed(line, factors, groups)


def _factor(name: str, line: Line) -> Factor:
    if name.lower() in EPSILONS:
        return (-1, "")
    match = _NAME.fullmatch(name)
    word = match.group(1).lower() if match else name
    if match is None or word not in RANKS:
        known = [*WORDS, *LETTERS, EPSILONS[0]]
        raise line.error(unknown("tensor", name, known) + "; _1, _2 and so on tell tensors of one rank apart")
    return (RANKS[word], match.group(2) or "")


def _check_indices(line: Line, factors: tuple[Factor, ...], groups: tuple[str, ...], names: list[str]) -> None:
    for (rank, _), group, name in zip(factors, groups, names, strict=True):
        needed = 3 if rank < 0 else rank
        if len(group) != needed:
            raise line.error(f"{name} needs {needed} indices, {group!r} has {len(group)}")
    if [rank for rank, _ in factors].count(-1) > 1:
        raise line.error("two Levi-Civita symbols are a sum of products of deltas; write its terms as members")
    if all(rank < 0 for rank, _ in factors):
        raise line.error("there is no tensor")
    for letter, times in Counter("".join(groups)).items():
        if times == 1:
            raise line.error(f"the index {letter!r} is left free; every index stands twice")
        if times > 2:
            raise line.error(f"the index {letter!r} stands {times} times; every index stands twice")


def _contraction(parsed: _Parsed, numbered: dict[Factor, Tensor]) -> tuple[Contraction | None, str]:
    """The contraction, or ``None`` and the reason why it is zero."""
    tensors = [numbered[f] for f in parsed.factors]
    matrix = [[0] * len(tensors) for _ in tensors]
    for letter in dict.fromkeys("".join(parsed.groups)):
        ends = [k for k, group in enumerate(parsed.groups) for other in group if other == letter]
        if ends[0] == ends[1]:
            what = "the antisymmetric Levi-Civita symbol" if tensors[ends[0]] == EPSILON else "a traceless tensor"
            return None, f"zero: the index {letter} contracts {what} with itself"
        matrix[ends[0]][ends[1]] += 1
        matrix[ends[1]][ends[0]] += 1
    if EPSILON in tensors and max(matrix[tensors.index(EPSILON)]) > 1:
        return None, "zero: two indices of a symmetric tensor meet the antisymmetric Levi-Civita symbol"
    return canonical(tensors, matrix), ""


def _duplicates(parsed: list[_Parsed], notes: list[str], contractions: list[Contraction | None]) -> tuple[str, ...]:
    first: dict[Contraction, str] = {}
    found = []
    for p, note, c in zip(parsed, notes, contractions, strict=True):
        if c is not None and c in first:
            note = f"the same contraction as {first[c]}"
        elif c is not None:
            first[c] = p.line.name
        found.append(note)
    return tuple(found)


def _size(contraction: Contraction) -> Size:
    bonds = sum(m for *_, m in contraction.bonds)
    widest = [int(np.abs(expansion_matrix(degree(t))).sum(axis=1).max()) for t in contraction.content]
    return Size(contraction.order, bonds * log2(3) + sum(map(log2, widest)))
