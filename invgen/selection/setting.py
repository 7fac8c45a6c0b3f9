"""Where and among which candidates a selection runs, and the evidence it leaves."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np

from invgen.algebra import modular
from invgen.candidates.cartesian import connected_contractions, levels
from invgen.candidates.contraction import Contraction, Tensor, sort_key
from invgen.candidates.cost import contraction_cost
from invgen.candidates.counting import refuse_explosion, refuse_multisets
from invgen.selection.evidence import Evidence
from invgen.selection.langbein import Progress, Selection, evaluators, extreme_singular_values
from invgen.spec import MAX_CANDIDATES, BasisSpec


@dataclass(frozen=True)
class Setting:
    """Where a selection is evaluated: prime, seed of witness and configurations, limit, and whom to tell."""

    prime: int = modular.DEFAULT_PRIME
    seed: str = ""
    max_candidates: int = MAX_CANDIDATES
    progress: Progress | None = None

    def witness(self, spec: BasisSpec) -> np.ndarray:
        """Residues, one for each component."""
        return modular.residues(f"witness/{spec.id}/{self.seed}", spec.components, self.prime)

    def selection(self, spec: BasisSpec) -> Selection:
        """A fresh selection over all tensors of the spec."""
        exact, floating = evaluators(spec.tensors, self.prime, self.witness(spec), f"neighbours/{spec.id}/{self.seed}")
        return Selection(exact, floating, self.prime)


Chosen = tuple[list[Contraction], Evidence]


def stream(spec: BasisSpec, tensors: Iterable[Tensor], limit: int) -> Iterator[Contraction]:
    """Connected candidates of the spec's parity in the spec's ordering; lazy for the ordering ``degree``."""
    lazily = _lazily(spec, tuple(tensors), limit)
    if spec.ordering == "degree":
        return lazily
    keys = {
        "cost": lambda c: (contraction_cost(c), sort_key(c)),
        "rank": lambda c: (max(rank for rank, _ in c.content), sort_key(c)),
    }
    return iter(sorted(lazily, key=keys[spec.ordering]))


def _lazily(spec: BasisSpec, tensors: tuple[Tensor, ...], limit: int) -> Iterator[Contraction]:
    seen = 0
    for order in spec.orders:
        found: list[Contraction] = []
        refuse_multisets(len(tensors), order)
        for pseudo in parities(spec):
            for level in levels(tensors, [order], pseudo):
                refuse_explosion(level, seen, limit)
                fresh = [c for content in level for c in connected_contractions(content, pseudo)]
                seen += len(fresh)
                if spec.parity == "both":
                    found += fresh
                else:
                    yield from sorted(fresh, key=sort_key)
        yield from sorted(found, key=sort_key)


def parities(spec: BasisSpec) -> tuple[bool, ...]:
    """Whether to look at contractions without, with, or without and with a Levi-Civita symbol."""
    return {"proper": (False,), "pseudo": (True,), "both": (False, True)}[spec.parity]


def collect_evidence(
    spec: BasisSpec,
    setting: Setting,
    runs: list[Selection],
    kept: list[Contraction],
    rank: int,
    bound: int,
    attainable: int | None = None,
) -> Evidence:
    """The evidence of one or several runs that together kept these contractions."""
    offered = sum((run.offered for run in runs), Counter[int]())
    per_order = Counter(c.order for c in kept)
    return Evidence(
        prime=setting.prime,
        witness=tuple(int(w) for w in setting.witness(spec)),
        pivots=tuple(runs[0].echelon.pivots) if len(runs) == 1 else (),
        rank=rank,
        bound=bound,
        attainable=rank if attainable is None else attainable,
        size_complete=bound,
        candidates=sum(offered.values()),
        candidates_per_order=tuple(sorted(offered.items())),
        kept_per_order=tuple(sorted(per_order.items())),
        float_agrees=not any(run.disagreements for run in runs),
        singular_values=extreme_singular_values(runs[0].floating, kept, rank),
    )
