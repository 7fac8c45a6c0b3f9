"""The objective ``generators``: a minimal generating set of the ring of invariants, multidegree by multidegree.

The ring is graded by multisets of tensors, and every graded piece has a dimension that the characters give. In a piece,
the *decomposable* invariants are spanned by products of a generator found before and an invariant of what is left.
Candidates are taken as new generators, in order, until the span has the dimension of the piece. Everything is linear
algebra on values at random points modulo a prime: full rank there proves linear independence over the rationals, and
the characters prove that nothing is missing.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import replace
from functools import partial
from typing import Any

import numpy as np

from invgen.compiler.algebra import modular
from invgen.compiler.algebra.arithmetic import Modular
from invgen.compiler.algebra.channels import Multiset, components_of
from invgen.compiler.candidates.family import Candidate, family_of
from invgen.compiler.candidates.multidegree import Multidegree
from invgen.compiler.selection.evidence import Evidence, Piece
from invgen.compiler.selection.langbein import Selection
from invgen.compiler.selection.setting import Chosen, Setting, collect_evidence
from invgen.spec import BasisSpec

SPARE = 3
"""Points beyond the largest dimension: a piece that is larger than the characters say would be seen."""


class Ring:
    """A graded ring, or a module over one, grown piece by piece in ascending order.

    values
        Residues of a candidate at ``width`` common points.
    multiplies
        Whether generators of a piece are multiplied by others; those of a module are not.
    """

    def __init__(
        self,
        values: Callable[[Any], np.ndarray],
        width: int,
        prime: int,
        multiplies: Callable[[Multidegree], bool] = lambda piece: True,
    ) -> None:
        self.values, self.width, self.prime, self.multiplies = values, width, prime, multiplies
        self.offered: Counter[int] = Counter()
        self.pieces: list[Piece] = []
        self._spaces: dict[Multiset, np.ndarray] = {}
        self._generators: list[tuple[Multiset, np.ndarray]] = []

    def extend(self, piece: Multidegree, candidates: Callable[[], Iterable[Any]]) -> list[Any]:
        """The new generators of a piece; ``candidates`` is called only where there are any.

        Raises ``ArithmeticError`` if values contradict the characters.
        """
        echelon = modular.Echelon(self.width, self.prime)
        rows = self._decomposable(piece)
        pivots = echelon.add_block(rows)
        kept = [row for row, pivot in zip(rows, pivots, strict=True) if pivot is not None]
        decomposable = echelon.rank
        new: list[Any] = []
        for candidate in candidates() if decomposable < piece.invariants else ():
            self.offered[len(piece.factors)] += 1
            row = self.values(candidate)
            if echelon.add(row) is not None:
                new.append(candidate)
                kept.append(row)
            if echelon.rank == piece.invariants:
                break
        if echelon.rank != piece.invariants:
            raise ArithmeticError(
                f"products and candidates of {piece.name!r} span {echelon.rank} dimensions modulo {self.prime}, "
                f"the characters say {piece.invariants}; try another prime"
            )
        self._keep(piece, kept, new)
        self.pieces.append(Piece(piece.name, len(piece.factors), piece.is_pseudo, piece.invariants, decomposable))
        return new

    def _decomposable(self, piece: Multidegree) -> np.ndarray:
        """Values of all products of a generator and an invariant of what is left: ``(products, points)``."""
        products = [np.zeros((0, self.width), dtype=np.int64)]
        for factors, row in self._generators:
            rest = piece.without(factors)
            if rest in self._spaces:
                products.append(row * self._spaces[rest] % self.prime)
        return np.concatenate(products)

    def _keep(self, piece: Multidegree, kept: list[np.ndarray], new: list[Candidate]) -> None:
        self._spaces[piece.factors] = np.array(kept)
        if self.multiplies(piece):
            self._generators += [(piece.factors, row) for row in kept[len(kept) - len(new) :]]


def generators(spec: BasisSpec, setting: Setting) -> Chosen:
    """A minimal generating set up to degree n_max: of the proper scalars; of proper and pseudo-scalars together (parity
    ``both``); or of the pseudo-scalars as a module over the proper ones (parity ``pseudo``).
    """
    family = family_of(spec)
    family.refuse(spec, setting.max_candidates)
    pieces = {order: list(_pieces(spec, order)) for order in spec.orders}
    width = SPARE + max((p.invariants for part in pieces.values() for p in part), default=0)
    components = components_of(family.channels(spec))
    points = modular.residues(f"ring/{spec.id}/{setting.seed}", width * components, setting.prime)
    evaluator = family.evaluator(spec, points.reshape(width, components), Modular(setting.prime))
    ring = Ring(evaluator.values, width, setting.prime, lambda p: spec.parity == "both" or not p.is_pseudo)
    kept: list[Candidate] = []
    for order, part in pieces.items():
        for piece in part:
            offer = partial(family.spanning, piece, ring.offered.total(), setting.max_candidates)
            new = ring.extend(piece, offer)
            kept += [c for c in new if spec.parity != "pseudo" or c.is_pseudo]
        if setting.progress:
            setting.progress("generators", order, spec.n_max)
    return kept, _evidence(spec, setting, kept, ring)


def _pieces(spec: BasisSpec, order: int) -> Iterable[Multidegree]:
    """The pieces of one order, pseudo-scalars among them where they are asked for."""
    return (p for p in family_of(spec).multidegrees(spec, order) if spec.parity != "proper" or not p.is_pseudo)


def _evidence(spec: BasisSpec, setting: Setting, kept: list[Candidate], ring: Ring) -> Evidence:
    family = family_of(spec)
    bound, run = family.bound(spec), setting.selection(spec)
    run.run(kept, bound, setting.progress, "rank", lookahead=family.lookahead)
    run.offered = ring.offered
    evidence = collect_evidence(spec, setting, [run], run.kept, run.rank, bound, _attainable(spec, setting, run))
    return replace(
        evidence,
        pivots=(),
        size_complete=len(kept),
        kept_per_order=tuple(sorted(Counter(c.order for c in kept).items())),
        counts=tuple(sorted(family.counts(spec).items())),
        ring=tuple(p for p in ring.pieces if spec.parity != "pseudo" or p.is_pseudo),
    )


def _attainable(spec: BasisSpec, setting: Setting, run: Selection) -> int:
    """The rank of a generating set is that of the ring; a module holds products with functions outside of it."""
    if spec.parity != "pseudo":
        return run.rank
    family, everything = family_of(spec), setting.selection(spec)
    everything.run(family.stream(spec, setting.max_candidates), family.bound(spec), lookahead=family.lookahead)
    return everything.rank
