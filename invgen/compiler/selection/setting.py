"""Where a selection runs, and the evidence it leaves."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from invgen.compiler.algebra import modular
from invgen.compiler.algebra.arithmetic import Floating, Modular
from invgen.compiler.algebra.channels import Channel, components_of
from invgen.compiler.candidates.family import Candidate, family_of
from invgen.compiler.selection.checkpoint import Checkpoint
from invgen.compiler.selection.evidence import Evidence
from invgen.compiler.selection.langbein import CONFIGURATIONS, Progress, Selection, extreme_singular_values
from invgen.spec import MAX_CANDIDATES, BasisSpec

UNLIMITED = 2**62
"""The limit of candidates where the selection of an existing basis runs again: it was agreed to when it was made."""


@dataclass(frozen=True)
class Setting:
    """Where a selection is evaluated: prime, seed of witness and configurations, limit, and whom to tell.

    checkpoints
        The folder in which a long selection leaves where it is, so that it can go on; ``None`` for nowhere.
    rounds
        How many rounds a search by program takes; ``None`` for as many as it should.
    found
        Labels that a search by program has found: it is not run again, but they are judged as it would judge them.
    workers, scheduler
        Processes that evaluate candidates, or the address of a Dask scheduler whose workers do, see ``pieces``.
    """

    prime: int = modular.DEFAULT_PRIME
    seed: str = ""
    max_candidates: int = MAX_CANDIDATES
    progress: Progress | None = None
    checkpoints: Path | None = None
    rounds: int | None = None
    found: tuple[str, ...] | None = None
    workers: int = 1
    scheduler: str | None = None

    def witness(self, spec: BasisSpec, channels: Sequence[Channel] | None = None) -> np.ndarray:
        """Residues, one for each component of the channels, by default those of the invariants of a spec."""
        width = components_of(family_of(spec).channels(spec) if channels is None else channels)
        return modular.residues(f"witness/{spec.id}/{self.seed}", width, self.prime)

    def checkpoint(self, spec: BasisSpec) -> Checkpoint | None:
        """Where the selection of this spec, prime and seed goes on."""
        if self.checkpoints is None:
            return None
        return Checkpoint.of(self.checkpoints, spec, prime=self.prime, seed=self.seed)

    def selection(self, spec: BasisSpec) -> Selection:
        """A fresh selection over all tensors of the spec."""
        family = family_of(spec)
        configurations = family.configurations(spec, CONFIGURATIONS, f"neighbours/{spec.id}/{self.seed}")
        exact = family.evaluator(spec, self.witness(spec), Modular(self.prime))
        floating = family.evaluator(spec, configurations, Floating())
        return Selection(exact, floating, self.prime)

    def consider(self, candidates: Sequence[Candidate]) -> None:
        """Is told of candidates that are ranked without being offered to a selection; for those who list them."""


Chosen = tuple[Sequence[Candidate], Evidence]


def collect_evidence(
    spec: BasisSpec,
    setting: Setting,
    runs: list[Selection],
    kept: Sequence[Candidate],
    rank: int,
    bound: int,
    attainable: int | None = None,
    channels: Sequence[Channel] | None = None,
) -> Evidence:
    """The evidence of one or several runs that together kept these candidates, made of ``channels`` as a witness is."""
    offered = sum((run.offered for run in runs), Counter[int]())
    per_order = Counter(c.order for c in kept)
    return Evidence(
        prime=setting.prime,
        witness=tuple(int(w) for w in setting.witness(spec, channels)),
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
