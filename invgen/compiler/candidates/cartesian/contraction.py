"""Contractions of symmetric traceless tensors as coloured multigraphs, and their labels.

Vertices are channels, edges are contracted index pairs; ``EPSILON`` is the Levi-Civita symbol
of a pseudo-scalar. Two contractions are the same when a relabelling of equal tensors turns one into the other;
the canonical form picks one representative by a rule that depends on nothing but the graph.
"""

from __future__ import annotations

import re
import string
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from invgen.compiler.algebra.channels import Channel, Multiset, factor_key

Bond = tuple[int, int, int]
Matrix = tuple[tuple[int, ...], ...]

EPSILON = Channel(0, 1, -1)
LETTERS = string.ascii_lowercase + string.ascii_uppercase
INDICES = "ijklmnopqrstuvwxyzabcdefgh"
_NAMES = ("s", "v", "Q", "T", "H")
_FACTOR = re.compile(r"(e|\d+)(?::(\d+))?([a-zA-Z]*)")


def degree(tensor: Channel) -> int:
    """Number of indices: the rank, or 3 for the Levi-Civita symbol."""
    return 3 if tensor == EPSILON else tensor.rank


@dataclass(frozen=True, repr=False)
class Contraction:
    """A full contraction: ``tensors`` in ascending order and ``bonds`` ``(u, v, multiplicity)`` with u < v."""

    tensors: tuple[Channel, ...]
    bonds: tuple[Bond, ...]

    def __repr__(self) -> str:
        return f"Contraction({self.label!r})"

    def _repr_latex_(self) -> str:
        return f"${latex(self)}$"

    @property
    def order(self) -> int:
        """Correlation order: the number of tensor factors, the Levi-Civita symbol not among them."""
        return len(self.content)

    @property
    def content(self) -> tuple[Channel, ...]:
        """The multiset of tensors, ascending."""
        return tuple(t for t in self.tensors if t != EPSILON)

    @property
    def total_rank(self) -> int:
        """Sum of the ranks of all factors."""
        return sum(channel.rank for channel in self.content)

    @property
    def is_pseudo(self) -> bool:
        """Whether inversion changes the sign."""
        return EPSILON in self.tensors

    @cached_property
    def label(self) -> str:
        """The text that alone rebuilds the contraction: ``2ab.2ac.2bc`` is Q_ab Q_ac Q_bc.

        One factor for each tensor: rank, ``:number`` from 0 unless it is 0, one letter for each index; ``e`` is the
        Levi-Civita symbol.
        """
        letters: list[str] = [""] * len(self.tensors)
        fresh = iter(LETTERS)
        for u, v, multiplicity in self.bonds:
            for _ in range(multiplicity):
                letter = next(fresh)
                letters[u] += letter
                letters[v] += letter
        return ".".join(head(t) + indices for t, indices in zip(self.tensors, letters, strict=True))

    @classmethod
    def from_label(cls, label: str) -> Contraction:
        """The contraction of a label, in canonical form; raises ``ValueError`` for text that is none."""
        tensors: list[Channel] = []
        where: dict[str, list[int]] = {}
        for vertex, text in enumerate(label.split(".")):
            match = _FACTOR.fullmatch(text)
            if match is None:
                raise ValueError(f"label {label!r}: {text!r} is not a tensor factor such as 2ab, 2:1ab or eabc")
            head, number, indices = match.groups()
            tensor = EPSILON if head == "e" else Channel(0, int(number or 0) + 1, int(head))
            if len(indices) != degree(tensor):
                raise ValueError(
                    f"label {label!r}: {text!r} has {len(indices)} indices, rank {degree(tensor)} needs as many"
                )
            tensors.append(tensor)
            for letter in indices:
                where.setdefault(letter, []).append(vertex)
        matrix = [[0] * len(tensors) for _ in tensors]
        for letter, ends in where.items():
            if len(ends) != 2 or ends[0] == ends[1]:
                raise ValueError(f"label {label!r}: index {letter!r} must stand once in each of two different factors")
            u, v = ends
            matrix[u][v] += 1
            matrix[v][u] += 1
        return canonical(tensors, matrix)

    @cached_property
    def matrix(self) -> Matrix:
        """Symmetric matrix of bond multiplicities."""
        rows = [[0] * len(self.tensors) for _ in self.tensors]
        for u, v, multiplicity in self.bonds:
            rows[u][v] = rows[v][u] = multiplicity
        return tuple(tuple(row) for row in rows)

    def factors(self) -> list[Contraction]:
        """The connected contractions whose product this is."""
        left = set(range(len(self.tensors)))
        parts = []
        while left:
            part = _reachable(self.matrix, min(left))
            left -= part
            members = sorted(part)
            parts.append(
                canonical([self.tensors[v] for v in members], [[self.matrix[u][v] for v in members] for u in members])
            )
        return sorted(parts, key=sort_key)


def tensor_name(tensor: Channel) -> str:
    """``s``, ``v``, ``Q``, ``T``, ``H`` for ranks 0 to 4, ``T5`` and so on above; ``Qc1`` is the second of its rank."""
    if tensor == EPSILON:
        return "eps"
    rank, number = tensor.rank, tensor.n - 1
    name = _NAMES[rank] if rank < len(_NAMES) else f"T{rank}"
    return name + (f"c{number}" if number else "")


def contraction_text(contraction: Contraction) -> str:
    """``Q_ij Q_ik Q_jk`` for the label ``2ab.2ac.2bc``."""
    parts = []
    for tensor, indices in zip(contraction.tensors, _indices(contraction), strict=True):
        parts.append(tensor_name(tensor) + (f"_{indices}" if indices else ""))
    return " ".join(parts)


def latex(contraction: Contraction) -> str:
    """``Q_{ij} Q_{ik} Q_{jk}`` for the label ``2ab.2ac.2bc``."""
    parts = []
    for tensor, indices in zip(contraction.tensors, _indices(contraction), strict=True):
        parts.append(_latex_name(tensor) + (f"_{{{indices}}}" if indices else ""))
    return " ".join(parts)


def _latex_name(tensor: Channel) -> str:
    if tensor == EPSILON:
        return r"\epsilon"
    rank, number = tensor.rank, tensor.n - 1
    upper = ",".join(([f"({rank})"] if rank >= len(_NAMES) else []) + ([f"[{number}]"] if number else []))
    return (_NAMES[rank] if rank < len(_NAMES) else "T") + (f"^{{{upper}}}" if upper else "")


def _indices(contraction: Contraction) -> list[str]:
    """The label's letters as i, j, k, ..., capitals after that."""
    alphabet = INDICES + INDICES.upper()
    translation = str.maketrans(LETTERS, alphabet)
    parts = zip(contraction.tensors, contraction.label.split("."), strict=True)
    return [
        (text[1:] if tensor == EPSILON else text.lstrip(":0123456789")).translate(translation) for tensor, text in parts
    ]


def product(factors: list[Contraction]) -> Contraction:
    """The contraction that is the product of these."""
    tensors: list[Channel] = []
    bonds: list[Bond] = []
    for factor in factors:
        bonds += [(u + len(tensors), v + len(tensors), m) for u, v, m in factor.bonds]
        tensors += factor.tensors
    matrix = [[0] * len(tensors) for _ in tensors]
    for u, v, m in bonds:
        matrix[u][v] = matrix[v][u] = m
    return canonical(tensors, matrix)


def sort_key(c: Contraction) -> tuple[object, ...]:
    """The stated order of candidates: order, total rank, distinct bonds, content, label."""
    return (c.order, c.total_rank, len(c.bonds), tuple(map(factor_key, c.content)), c.label)


def by_total_rank(contents: Iterable[Multiset]) -> list[Multiset]:
    """Multisets by the sum of their ranks, then by their factors."""
    return sorted(contents, key=lambda c: (sum(t.rank for t in c), tuple(map(factor_key, c))))


def head(tensor: Channel) -> str:
    """A tensor as labels spell it, without indices: ``2``, ``2:1`` for the second of rank 2, ``e`` for the symbol."""
    if tensor == EPSILON:
        return "e"
    return f"{tensor.rank}:{tensor.n - 1}" if tensor.n > 1 else str(tensor.rank)


def _reachable(matrix: Matrix, start: int) -> set[int]:
    seen, stack = {start}, [start]
    while stack:
        for v, m in enumerate(matrix[stack.pop()]):
            if m and v not in seen:
                seen.add(v)
                stack.append(v)
    return seen


def canonical(tensors: list[Channel] | tuple[Channel, ...], matrix: list[list[int]] | Matrix) -> Contraction:
    """The canonical contraction of a coloured multigraph given by its matrix of bond multiplicities."""
    order = canonical_order([factor_key(t) for t in tensors], matrix)
    bonds = tuple(
        (i, j, matrix[u][v]) for i, u in enumerate(order) for j, v in enumerate(order) if i < j and matrix[u][v]
    )
    return Contraction(tuple(tensors[v] for v in order), bonds)


def canonical_order(colours: Sequence[tuple[Any, ...]], matrix: list[list[int]] | Matrix) -> list[int]:
    """Vertices in canonical order: ascending colours, and among those the largest adjacency code.

    Colours are refined by the multiset of neighbouring colours until nothing changes; remaining ties are
    broken by trying each vertex of the first ambiguous class, one per set of interchangeable vertices.
    """
    neighbours = [[(v, m) for v, m in enumerate(row) if m] for row in matrix]
    best: tuple[tuple[int, ...], list[int]] | None = None
    stack = [_refine(_ranked(colours), neighbours)]
    while stack:
        classes = stack.pop()
        ambiguous = _first_ambiguous(classes)
        if ambiguous is None:
            order = sorted(range(len(classes)), key=classes.__getitem__)
            code = tuple(matrix[u][v] for i, u in enumerate(order) for v in order[i + 1 :])
            if best is None or code > best[0]:
                best = (code, order)
            continue
        for vertex in _one_per_twin_class(ambiguous, matrix):
            split = [2 * c + 1 for c in classes]
            split[vertex] -= 1
            stack.append(_refine(split, neighbours))
    return best[1] if best else []


def _ranked(keys: Sequence[tuple[Any, ...]]) -> list[int]:
    position = {key: i for i, key in enumerate(sorted(set(keys)))}
    return [position[key] for key in keys]


def _refine(classes: list[int], neighbours: list[list[tuple[int, int]]]) -> list[int]:
    count = len(set(classes))
    while True:
        keys = [
            (c, tuple(sorted((classes[v], m) for v, m in near))) for c, near in zip(classes, neighbours, strict=True)
        ]
        classes = _ranked(keys)
        refined = len(set(classes))
        if refined == count:
            return classes
        count = refined


def _first_ambiguous(classes: list[int]) -> list[int] | None:
    members: dict[int, list[int]] = {}
    for vertex, c in enumerate(classes):
        members.setdefault(c, []).append(vertex)
    return next((members[c] for c in sorted(members) if len(members[c]) > 1), None)


def _one_per_twin_class(vertices: list[int], matrix: list[list[int]] | Matrix) -> list[int]:
    chosen: list[int] = []
    for v in vertices:
        if not any(_twins(u, v, matrix) for u in chosen):
            chosen.append(v)
    return chosen


def _twins(u: int, v: int, matrix: list[list[int]] | Matrix) -> bool:
    return all(a == b for w, (a, b) in enumerate(zip(matrix[u], matrix[v], strict=True)) if w not in (u, v))
