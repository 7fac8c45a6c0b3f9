"""Lists of contractions of symmetric tensors: ``ij,jk,ki->,two,two,two`` is tr Q^3.

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

from invgen.compiler.algebra import modular
from invgen.compiler.algebra.arithmetic import Arithmetic, Modular
from invgen.compiler.algebra.channels import Channel
from invgen.compiler.auditing.source import Line, Place, Size, chosen_places
from invgen.compiler.auditing.tensors import WORDS, Factor, TensorSet
from invgen.compiler.candidates.cartesian.contraction import EPSILON, Contraction, canonical
from invgen.compiler.candidates.cartesian.evaluate import Evaluator, contraction_cost
from invgen.errors import unknown

LETTERS = "svqth"
MOST_RANKS = 8
"""Ranks up to which all sets of them are gone through."""
RANKS = {**{word: k for k, word in enumerate(WORDS)}, **{str(k): k for k in range(len(WORDS))}}
RANKS |= {letter: k for k, letter in enumerate(LETTERS)}
EPSILONS = ("eps", "epsilon")
_NAME = re.compile(r"([A-Za-z]+|\d+)(?:_(\w+))?")


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
    """

    labels: tuple[str, ...]
    notes: tuple[str, ...]
    contractions: tuple[Contraction | None, ...]
    tensors: TensorSet
    kind = "contractions"

    @classmethod
    def parse(cls, lines: Iterable[Line], traces: bool = False, unit: bool = False) -> ContractionList:
        """Raises ``AuditError`` naming the line for text that is no full contraction.

        traces
            Whether the tensors have traces, as moment tensors do; else they are traceless.
        unit
            Whether they are moments of unit vectors, see ``TensorSet``.
        """
        parsed = [_parse(line) for line in lines]
        tensors = TensorSet(tuple(sorted({f for p in parsed for f in p.factors if f[0] >= 0})), traces, unit)
        built = [_contraction(p, tensors) for p in parsed]
        return cls(
            labels=tuple(p.line.name for p in parsed),
            notes=_duplicates(parsed, [b[1] for b in built], [b[0] for b in built]),
            contractions=tuple(b[0] for b in built),
            tensors=tensors,
        )

    @property
    def variables(self) -> int:
        return self.tensors.components

    @property
    def bound(self) -> int:
        return self.tensors.bound(self.tensors.factors)

    @property
    def bound_reason(self) -> str:
        return f"{self.variables} components less {self.variables - self.bound} of a generic orbit of rotations"

    @cached_property
    def costs(self) -> tuple[int, ...]:
        """Multiplications along the contraction path."""
        return tuple(contraction_cost(c) if c else 0 for c in self.contractions)

    @cached_property
    def sizes(self) -> tuple[Size, ...]:
        """Each of 3^bonds terms is a product of linear combinations of components."""
        return tuple(self._size(c) if c else Size(0, 0.0) for c in self.contractions)

    def _size(self, contraction: Contraction) -> Size:
        bonds = sum(m for *_, m in contraction.bonds)
        widest = [int(np.abs(self.tensors.layout[t][1]).sum(axis=1).max()) for t in contraction.content]
        return Size(contraction.order, bonds * log2(3) + sum(map(log2, widest)))

    def usable(self, prime: int) -> bool:
        return True

    def evaluator(self, points: np.ndarray, arithmetic: Arithmetic) -> Evaluator:
        """At points ``(points, variables)``."""
        return Evaluator(tuple(self.tensors.layout), points, arithmetic, self.tensors.layout)

    def rows(self, points: np.ndarray, arithmetic: Arithmetic) -> np.ndarray:
        evaluator = self.evaluator(points, arithmetic)
        zero = np.zeros((len(points), self.variables), dtype=arithmetic.array(points).dtype)
        rows = [evaluator.values_and_gradients(c)[1] if c else zero for c in self.contractions]
        return np.stack(rows, axis=1)

    def configurations(self, count: int, seed: str) -> np.ndarray:
        return self.tensors.random(count, seed)

    @cached_property
    def contents(self) -> tuple[frozenset[Factor], ...]:
        factors = self.tensors.factor_of
        return tuple(frozenset(factors[t] for t in c.content) if c else frozenset() for c in self.contractions)

    def bound_of(self, contents: frozenset[Factor]) -> int:
        return self.tensors.bound(contents)

    def places_skipped(self, wanted: str) -> str:
        self._vanishing(wanted)
        return "no tensor was let vanish (not wanted)" if wanted == "none" else ""

    def _vanishing(self, wanted: str) -> list[tuple[int, ...]]:
        """The sets of ranks that are left, see ``source.chosen_places``."""
        ranks = sorted({rank for rank, _ in self.tensors.factors})
        if wanted == "none" or self.tensors.unit:
            return []
        if wanted not in ("auto", "all"):
            gone = chosen_places(wanted, [WORDS[rank] for rank in ranks], "rank")
            sets = [tuple(rank for rank in ranks if WORDS[rank] not in some) for some in gone]
            return [left for left in sets if left]
        fewest = 1 if len(ranks) <= MOST_RANKS or wanted == "all" else len(ranks) - 2
        return [left for size in range(fewest, len(ranks)) for left in combinations(ranks, size)]

    def places(self, kept: tuple[int, ...], prime: int, seed: str, wanted: str = "auto") -> tuple[Place, ...]:
        """One for each set of ranks that is left when all tensors of the others vanish.

        Where there are more than eight ranks, no more than two vanish unless all places are wanted.
        """
        witness = modular.residues(f"{seed}/places", self.variables, prime)
        rows = self.rows(witness[None], Modular(prime))[0]
        return tuple(self._place(left, rows, kept, prime) for left in self._vanishing(wanted))

    def _place(self, ranks: tuple[int, ...], rows: np.ndarray, kept: tuple[int, ...], prime: int) -> Place:
        """By the tensors that are left: a member that holds a vanishing one is zero there, whatever they are."""
        left = [f for f in self.tensors.factors if f[0] in ranks]
        slices = [self.tensors.slices[f] for f in left]
        columns = np.concatenate([np.arange(s.start, s.stop) for s in slices])
        inside = [k for k, content in enumerate(self.contents) if content and content <= set(left)]
        chosen = [k for k in inside if k in kept]
        found = [modular.rank(rows[part][:, columns], prime) if part else 0 for part in (inside, chosen)]
        name = f"only {' '.join(WORDS[rank] for rank in ranks)} left"
        return Place(name, found[0], found[1], self.tensors.bound(left))


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


def _contraction(parsed: _Parsed, tensors: TensorSet) -> tuple[Contraction | None, str]:
    """The contraction, or ``None`` and the reason why it is zero."""
    pairs: list[tuple[int, int]] = []
    loops = [0] * len(parsed.factors)
    for letter in dict.fromkeys("".join(parsed.groups)):
        u, v = (k for k, group in enumerate(parsed.groups) for other in group if other == letter)
        epsilon = parsed.factors[u][0] < 0
        if u != v:
            pairs.append((u, v))
        elif epsilon or not tensors.traces:
            what = "the antisymmetric Levi-Civita symbol" if epsilon else "a traceless tensor"
            return None, f"zero: the index {letter} contracts {what} with itself"
        else:
            loops[u] += 1
    matrix = [[pairs.count((u, v)) + pairs.count((v, u)) for v in range(len(loops))] for u in range(len(loops))]
    vertices: list[Channel] = [
        tensors.vertices[f, count] if f[0] >= 0 else EPSILON for f, count in zip(parsed.factors, loops, strict=True)
    ]
    if EPSILON in vertices and max(matrix[vertices.index(EPSILON)]) > 1:
        return None, "zero: two indices of a symmetric tensor meet the antisymmetric Levi-Civita symbol"
    return canonical(vertices, matrix), ""


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
