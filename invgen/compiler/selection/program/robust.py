"""The objective ``robust`` by ordering ``program``: the largest rank at every site with a short program."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np

from invgen.compiler.algebra import modular
from invgen.compiler.candidates.family import Candidate, family_of
from invgen.compiler.kernels.alternatives import Alternatives, in_turn
from invgen.compiler.kernels.lower import form_of
from invgen.compiler.selection.program.rounds import PRICES, best_of_rounds, given, tell_ways, with_costs
from invgen.compiler.selection.program.search import NEVER, annealed
from invgen.compiler.selection.program.spanning import Points
from invgen.compiler.selection.robust import covering, described
from invgen.compiler.selection.setting import Chosen, Setting
from invgen.spec import BasisSpec

SHARE, LEAST = 2, 60
"""How many candidates are searched for every member, and at least: those that are cheapest by themselves."""


def robust_by_program(spec: BasisSpec, setting: Setting) -> Chosen:
    """The set that covers most ranks with the fewest members, then exchanges that keep all ranks."""
    found = covering(spec, setting)
    size = max(LEAST, SHARE * len(found.members))
    places = sorted({*range(min(size, len(found.candidates))), *found.members})
    pool = tuple(found.candidates[k] for k in places)
    start = [places.index(k) for k in found.members]
    everywhere = found.everywhere
    points = Points(everywhere.primes, everywhere.rows[:, places])
    known = given(setting, pool, points)
    members, rounds = (known, None) if known is not None else _searched(spec, setting, pool, points, start)
    before = [found.candidates[k] for k in found.members]
    kept, evidence = described(spec, setting, replace(found, members=[places[k] for k in members]))
    return kept, with_costs(spec, evidence, before, kept, rounds)


def _searched(
    spec: BasisSpec, setting: Setting, pool: Sequence[Candidate], points: Points, start: list[int]
) -> tuple[list[int], int | None]:
    """Positions of the members with the shortest program, and how many rounds there were."""
    tell_ways(setting)
    alternatives = form_of(spec).alternatives(tuple(pool), family_of(spec).channels(spec), PRICES[spec.ordering])
    firsts = [in_turn(alternatives, members) for members in (_cheap_covering(points, alternatives), start)]

    def find(number: int, tell: Callable[[int, int], None]) -> list[int]:
        found = annealed(alternatives, points, firsts[number % 2], number // 2, tell)
        return _without_dispensable(points, found)

    return best_of_rounds(spec, setting, pool, [start], find)


def _cheap_covering(points: Points, alternatives: Alternatives) -> list[int]:
    """What adds least to the program, if it raises a rank, again and again; then without what is dispensable."""
    echelons = [modular.Echelon(points.rows.shape[2], prime) for prime in points.primes]
    left = points.rows % np.array(points.primes)[:, None, None]
    counts, members = alternatives.nothing(), list[int]()
    while (open_ := (left != 0).any(axis=(0, 2))).any():
        members.append(int(np.where(open_, alternatives.least(counts), NEVER).argmin()))
        counts[alternatives.rows[alternatives.cheapest(counts, members[-1])[0]]] += 1
        for point, echelon in enumerate(echelons):
            if left[point, members[-1]].any():
                echelon.add(left[point, members[-1]])
                left[point] = echelon.reduce(left[point])
    return _without_dispensable(points, members)


def _without_dispensable(points: Points, members: list[int]) -> list[int]:
    """Members without those, from the last on, that the others can do without."""
    while spare := points.basis(members).dispensable():
        members = members[: spare[-1]] + members[spare[-1] + 1 :]
    return members
