"""The objective ``independent`` by ordering ``program``: the basis of a matroid with the shortest program."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from typing import Any

import numpy as np

from invgen.compiler.candidates.family import Candidate, family_of
from invgen.compiler.kernels.lower import form_of
from invgen.compiler.selection.floating import BLOCK
from invgen.compiler.selection.program.matroid import Matroid
from invgen.compiler.selection.program.rounds import PRICES, best_of_rounds, given, tell_ways, with_costs
from invgen.compiler.selection.program.search import annealed, greedy
from invgen.compiler.selection.setting import Chosen, Setting, collect_evidence
from invgen.spec import BasisSpec

SHARE, LEAST = 2, 60
"""How many candidates are searched for every independent one, and at least: those that are cheapest by themselves."""


def independent_by_program(spec: BasisSpec, setting: Setting) -> Chosen:
    """The greedy choice by separate costs, then the search among the cheapest candidates."""
    family = family_of(spec)
    stream = list(family.stream(spec, setting.max_candidates))
    selection, bound = setting.selection(spec), family.bound(spec)
    selection.run(stream, bound, setting.progress, lookahead=family.lookahead, checkpoint=setting.checkpoint(spec))
    cheap = stream[: max(LEAST, SHARE * selection.rank)]
    pool = cheap + [c for c in selection.kept if c not in cheap]
    setting.consider(pool)
    matroid = Matroid(gradients(selection.exact, pool), setting.prime)
    members, rounds = search_bases(spec, setting, pool, matroid, selection.kept) if pool else ([], None)
    kept = [pool[k] for k in members]
    whole = setting.selection(spec)
    whole.run(kept, len(kept), lookahead=BLOCK)
    seen = {c.label: c for c in (*stream[: selection.decisions.offered], *pool)}
    whole.offered = Counter(c.order for c in seen.values())
    evidence = collect_evidence(spec, setting, [whole], kept, whole.rank, bound)
    agrees = evidence.float_agrees and not selection.disagreements
    return kept, with_costs(spec, replace(evidence, float_agrees=agrees), selection.kept, kept, rounds)


def gradients(evaluator: Any, candidates: Sequence[Candidate]) -> np.ndarray:
    """Gradients ``(candidates, components)`` at the first point."""
    parts = [candidates[start : start + BLOCK] for start in range(0, len(candidates), BLOCK)]
    rows = [evaluator.gradients(part)[0] for part in parts]
    return np.concatenate([np.zeros((0, evaluator.components), dtype=np.int64), *rows])


def search_bases(
    spec: BasisSpec, setting: Setting, pool: Sequence[Candidate], matroid: Matroid, before: Sequence[Candidate]
) -> tuple[list[int], int | None]:
    """Positions of the members of the basis with the shortest program, and how many rounds there were, if any."""
    if (known := given(setting, pool, matroid)) is not None:
        return known, None
    channels = family_of(spec).channels(spec)
    tell_ways(setting)
    alternatives = form_of(spec).alternatives(tuple(pool), channels, PRICES[spec.ordering])
    start = greedy(alternatives, matroid)
    starts = [start.functions, [pool.index(c) for c in before]]
    return best_of_rounds(spec, setting, pool, starts, partial(annealed, alternatives, matroid, start.chosen))
