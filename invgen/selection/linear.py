"""The objective ``linear``: all linearly independent invariants, content by content, certified by characters."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

from invgen.algebra import modular
from invgen.algebra.characters import count_invariants, count_order, transcendence_degree
from invgen.candidates.cartesian import Content, all_contractions, levels
from invgen.candidates.contraction import Contraction
from invgen.candidates.counting import refuse_multisets
from invgen.candidates.evaluate import Evaluator, Modular
from invgen.errors import TooManyCandidates
from invgen.selection.evidence import Evidence
from invgen.selection.setting import Chosen, Setting, collect_evidence, parities
from invgen.spec import BasisSpec


def linear(spec: BasisSpec, setting: Setting) -> Chosen:
    """All linearly independent invariants, products among them, content by content, certified by characters."""
    counts = {order: sum(count_order(spec.tensors, order, p) for p in parities(spec)) for order in spec.orders}
    if (total := sum(counts.values())) > setting.max_candidates:
        raise TooManyCandidates(
            f"{spec.id} has {total} linearly independent invariants, "
            f"{counts[max(counts)]} of them at order {max(counts)}; "
            f"lower n_max, l_max or channels, or raise max_candidates (now {setting.max_candidates})"
        )
    kept: list[Contraction] = []
    offered: Counter[int] = Counter()
    for order in spec.orders:
        for content, pseudo, number in _linear_contents(spec, order):
            chosen, seen = linear_span(spec, content, pseudo, number, setting)
            kept += chosen
            offered[order] += seen
        if setting.progress:
            setting.progress(f"linear n={order}", len(kept), total)
    return kept, _linear_evidence(spec, setting, kept, offered, counts)


def _linear_contents(spec: BasisSpec, order: int) -> list[tuple[Content, bool, int]]:
    found = []
    refuse_multisets(len(spec.tensors), order)
    for pseudo in parities(spec):
        for level in levels(spec.tensors, [order], pseudo):
            found += [(content, pseudo, number) for content in level if (number := count_invariants(content))]
    return found


def linear_span(
    spec: BasisSpec, content: Content, pseudo: bool, number: int, setting: Setting
) -> tuple[list[Contraction], int]:
    """A linearly independent set of contractions of one content, and how many were looked at.

    Independence is proven by values at ``number + 2`` points modulo the prime; raises ``ArithmeticError`` if the
    contractions do not span what the characters say (an unlucky prime, or an error of this program).
    """
    tensors = tuple(sorted(set(content)))
    width = number + 2
    components = sum(2 * rank + 1 for rank, _ in tensors)
    points = modular.residues(f"points/{content}/{setting.seed}", width * components, setting.prime).reshape(
        width, components
    )
    evaluator = Evaluator(tensors, points, Modular(setting.prime))
    echelon = modular.Echelon(width, setting.prime)
    kept: list[Contraction] = []
    for seen, candidate in enumerate(all_contractions(content, pseudo), start=1):
        if echelon.add(evaluator.values(candidate)) is not None:
            kept.append(candidate)
            if len(kept) == number:
                return kept, seen
    raise ArithmeticError(
        f"the contractions of {content} span {len(kept)} dimensions modulo {setting.prime}, "
        f"the characters say {number}; try another prime"
    )


def _linear_evidence(
    spec: BasisSpec, setting: Setting, kept: list[Contraction], offered: Counter[int], counts: dict[int, int]
) -> Evidence:
    bound = transcendence_degree(spec.tensors)
    run = setting.selection(spec)
    for c in kept:
        if run.rank == bound:
            break
        run.offer(c)
    run.offered = offered
    evidence = collect_evidence(spec, setting, [run], run.kept, run.rank, bound)
    per_order = Counter(c.order for c in kept)
    return replace(
        evidence,
        pivots=(),
        size_complete=sum(counts.values()),
        kept_per_order=tuple(sorted(per_order.items())),
        counts=tuple(sorted(counts.items())),
    )
