"""The objectives: which candidates are offered, and when a set is finished.

Each is a plain function ``(spec, ...) -> (contractions, evidence)``, registered in ``OBJECTIVES``.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from itertools import combinations

import numpy as np

from invgen.algebra import modular
from invgen.algebra.characters import count_invariants, transcendence_degree
from invgen.candidates.cartesian import Content, all_contractions, connected_contractions, levels
from invgen.candidates.contraction import Contraction, Tensor, sort_key
from invgen.candidates.cost import contraction_cost
from invgen.candidates.counting import refuse_explosion
from invgen.candidates.evaluate import Evaluator, Modular
from invgen.errors import TooManyCandidates
from invgen.selection.evidence import Evidence, Pattern
from invgen.selection.langbein import Progress, Selection, evaluators, extreme_singular_values
from invgen.spec import BasisSpec


@dataclass(frozen=True)
class Setting:
    """Where a selection is evaluated: prime, seed of witness and configurations, limit, and whom to tell."""

    prime: int = modular.DEFAULT_PRIME
    seed: str = ""
    max_candidates: int = 200_000
    progress: Progress | None = None

    def witness(self, spec: BasisSpec) -> np.ndarray:
        """Residues, one for each component."""
        return modular.residues(f"witness/{spec.id}/{self.seed}", spec.components, self.prime)

    def selection(self, spec: BasisSpec) -> Selection:
        """A fresh selection over all tensors of the spec."""
        exact, floating = evaluators(spec.tensors, self.prime, self.witness(spec), f"neighbours/{spec.id}/{self.seed}")
        return Selection(exact, floating, self.prime)


Chosen = tuple[list[Contraction], Evidence]


def stream(spec: BasisSpec, tensors: Iterable[Tensor], limit: int, orders: Iterable[int] | None = None) -> Iterator[Contraction]:
    """Connected candidates of the spec's parity in the spec's ordering; lazy for the ordering ``degree``."""
    lazily = _lazily(spec, tuple(tensors), limit, tuple(orders or spec.orders))
    if spec.ordering == "degree":
        return lazily
    keys = {
        "cost": lambda c: (contraction_cost(c), sort_key(c)),
        "rank": lambda c: (max(rank for rank, _ in c.content), sort_key(c)),
    }
    return iter(sorted(lazily, key=keys[spec.ordering]))


def _lazily(spec: BasisSpec, tensors: tuple[Tensor, ...], limit: int, orders: tuple[int, ...]) -> Iterator[Contraction]:
    seen = 0
    for order in orders:
        found: list[Contraction] = []
        for pseudo in _parities(spec):
            for level in levels(tensors, [order], pseudo):
                refuse_explosion(level, seen, limit)
                fresh = [c for content in level for c in connected_contractions(content, pseudo)]
                seen += len(fresh)
                if spec.parity == "both":
                    found += fresh
                else:
                    yield from sorted(fresh, key=sort_key)
        yield from sorted(found, key=sort_key)


def _parities(spec: BasisSpec) -> tuple[bool, ...]:
    return {"proper": (False,), "pseudo": (True,), "both": (False, True)}[spec.parity]


def independent(spec: BasisSpec, setting: Setting) -> Chosen:
    """Plain greedy selection over all tensors, stopped at the bound."""
    selection = setting.selection(spec)
    bound = transcendence_degree(spec.tensors)
    selection.run(stream(spec, spec.tensors, setting.max_candidates), bound, setting.progress)
    return selection.kept, _evidence(spec, setting, [selection], selection.kept, selection.rank, bound)


def flexible(spec: BasisSpec, setting: Setting) -> Chosen:
    """The pure invariants of every tensor, then for every pair the mixed ones that fix their relative orientation.

    A tensor of rank 0 or 1 has one pure invariant, one of rank l >= 2 has 2l-2; a pair has two mixed ones if one rank is 1
    (one if both are), otherwise three. Orders above n_max are cut; the evidence says what the whole set would need.
    """
    runs: list[Selection] = []
    pure: dict[Tensor, list[Contraction]] = {}
    for tensor in spec.tensors:
        run = setting.selection(spec)
        run.run(stream(spec, [tensor], setting.max_candidates), transcendence_degree([tensor]), setting.progress, f"pure l={tensor[0]}")
        pure[tensor] = run.kept
        runs.append(run)
    kept = [c for part in pure.values() for c in part]
    for pair in combinations([t for t in spec.tensors if t[0] > 0], 2):
        run = setting.selection(spec)
        for c in pure[pair[0]] + pure[pair[1]]:
            run.offer(c)
        known = len(run.kept)
        run.offered.clear()
        target = run.rank + transcendence_degree(pair) - sum(transcendence_degree([t]) for t in pair)
        mixed = (c for c in stream(spec, pair, setting.max_candidates) if len(set(c.content)) == 2)
        run.run(mixed, target, setting.progress, f"mixed l={pair[0][0]},{pair[1][0]}")
        kept += run.kept[known:]
        runs.append(run)
    kept.sort(key=sort_key)
    return kept, _flexible_evidence(spec, setting, runs, kept)


def _flexible_evidence(spec: BasisSpec, setting: Setting, runs: list[Selection], kept: list[Contraction]) -> Evidence:
    whole = setting.selection(spec)
    rows = [whole.exact.values_and_gradients(c)[1][0] for c in kept]
    for row in rows:
        whole.echelon.add(row)
    attainable, _ = independent(replace_objective(spec, "independent"), setting)
    evidence = _evidence(spec, setting, runs, kept, whole.rank, transcendence_degree(spec.tensors), attainable=len(attainable))
    return replace(
        evidence,
        pivots=tuple(whole.echelon.pivots),
        size_complete=flexible_size(spec.tensors),
        patterns=vanishing_patterns(spec, kept, np.array(rows), setting.prime),
    )


def flexible_size(tensors: tuple[Tensor, ...]) -> int:
    """Size of the complete flexible set: pure parts and pairs."""
    pure = {t: transcendence_degree([t]) for t in tensors}
    pairs = combinations([t for t in tensors if t[0] > 0], 2)
    return sum(pure.values()) + sum(transcendence_degree(p) - pure[p[0]] - pure[p[1]] for p in pairs)


def vanishing_patterns(spec: BasisSpec, kept: list[Contraction], rows: np.ndarray, prime: int) -> tuple[Pattern, ...]:
    """Rank and bound of the set for every non-empty subset of ranks that is left when all others vanish.

    An invariant that holds a vanishing tensor is zero there, and so is its derivative by the others; at least
    one of them is present, so the rank is that of the rows and columns of the ranks that are left.
    """
    from invgen.algebra.components import component_slices

    slices = component_slices(spec.tensors)
    patterns = []
    for size in range(1, len(spec.ranks) + 1):
        for ranks in combinations(spec.ranks, size):
            members = [k for k, c in enumerate(kept) if all(rank in ranks for rank, _ in c.content)]
            columns = np.concatenate([np.arange(s.start, s.stop) for (rank, _), s in slices.items() if rank in ranks])
            rank = modular.rank(rows[np.ix_(members, columns)], prime) if members else 0
            bound = transcendence_degree([t for t in spec.tensors if t[0] in ranks])
            patterns.append(Pattern(ranks, len(members), rank, bound))
    return tuple(patterns)


def linear(spec: BasisSpec, setting: Setting) -> Chosen:
    """All linearly independent invariants, products among them, content by content, certified by characters."""
    wanted = {order: _linear_contents(spec, order) for order in spec.orders}
    counts = {order: sum(number for *_, number in rows) for order, rows in wanted.items()}
    if (total := sum(counts.values())) > setting.max_candidates:
        raise TooManyCandidates(
            f"{spec.id} has {total} linearly independent invariants ({counts[spec.n_max]} of them at order {spec.n_max}); "
            f"lower n_max, l_max or channels, or raise max_candidates (now {setting.max_candidates})"
        )
    kept: list[Contraction] = []
    offered: Counter[int] = Counter()
    for order, rows in wanted.items():
        for content, pseudo, number in rows:
            chosen, seen = linear_span(spec, content, pseudo, number, setting)
            kept += chosen
            offered[order] += seen
        if setting.progress:
            setting.progress(f"linear n={order}", len(kept), total)
    return kept, _linear_evidence(spec, setting, kept, offered, counts)


def _linear_contents(spec: BasisSpec, order: int) -> list[tuple[Content, bool, int]]:
    found = []
    for pseudo in _parities(spec):
        for level in levels(spec.tensors, [order], pseudo):
            found += [(content, pseudo, number) for content in level if (number := count_invariants(content))]
    return found


def linear_span(spec: BasisSpec, content: Content, pseudo: bool, number: int, setting: Setting) -> tuple[list[Contraction], int]:
    """A linearly independent set of contractions of one content, and how many were looked at.

    Independence is proven by values at ``number + 2`` points modulo the prime; raises ``ArithmeticError`` if the
    contractions do not span what the characters say (an unlucky prime, or an error of this program).
    """
    tensors = tuple(sorted(set(content)))
    width = number + 2
    components = sum(2 * rank + 1 for rank, _ in tensors)
    points = modular.residues(f"points/{content}/{setting.seed}", width * components, setting.prime).reshape(width, components)
    evaluator = Evaluator(tensors, points, Modular(setting.prime))
    echelon = modular.Echelon(width, setting.prime)
    kept: list[Contraction] = []
    seen = 0
    for candidate in all_contractions(content, pseudo):
        seen += 1
        if echelon.add(evaluator.values(candidate)) is not None:
            kept.append(candidate)
            if len(kept) == number:
                return kept, seen
    raise ArithmeticError(
        f"the contractions of {content} span {len(kept)} dimensions modulo {setting.prime}, the characters say {number}; "
        "try another prime"
    )


def _linear_evidence(spec: BasisSpec, setting: Setting, kept: list[Contraction], offered: Counter[int], counts: dict[int, int]) -> Evidence:
    bound = transcendence_degree(spec.tensors)
    run = setting.selection(spec)
    for c in kept:
        if run.rank == bound:
            break
        run.offer(c)
    run.offered = offered
    evidence = _evidence(spec, setting, [run], run.kept, run.rank, bound)
    per_order = Counter(c.order for c in kept)
    return replace(
        evidence,
        pivots=(),
        size_complete=sum(counts.values()),
        kept_per_order=tuple(sorted(per_order.items())),
        counts=tuple(sorted(counts.items())),
    )


def _evidence(
    spec: BasisSpec,
    setting: Setting,
    runs: list[Selection],
    kept: list[Contraction],
    rank: int,
    bound: int,
    attainable: int | None = None,
) -> Evidence:
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


def replace_objective(spec: BasisSpec, objective: str) -> BasisSpec:
    """The same request with another objective."""
    return BasisSpec.from_json({**spec.to_json(), "objective": objective})


OBJECTIVES = {"independent": independent, "flexible": flexible, "linear": linear}


def select(spec: BasisSpec, setting: Setting) -> Chosen:
    """Runs the objective of the spec."""
    return OBJECTIVES[spec.objective](spec, setting)
