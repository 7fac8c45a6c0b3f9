"""Whether exchanges of two members at once shorten what rounds of the search by program end with.

After each round every pair of members is taken out and the candidates that cost less than both are put in one by one,
each with the cheapest second one that keeps the rank.

    python benchmarks/cheapest_pairs.py [L_MAX ...]          -> results/cheapest_pairs.json; 3 4 5 by default
"""

from __future__ import annotations

import sys
import time
from typing import Any

import numpy as np
import record

import invgen
from invgen.compiler.candidates.family import family_of
from invgen.compiler.kernels.draws import Draws
from invgen.compiler.kernels.lower import form_of
from invgen.compiler.selection.program.independent import LEAST, SHARE, gradients
from invgen.compiler.selection.program.matroid import Matroid
from invgen.compiler.selection.program.rounds import PRICES, ROUNDS, costs
from invgen.compiler.selection.program.search import HEATS, NEVER, OF_EACH, TRIALS, Members, greedy
from invgen.compiler.selection.setting import Setting

FIRSTS = 20
"""Candidates that are tried as the first of two, those that add least."""


def exchange_two(members: Members) -> int:
    """Makes the first exchange of two that shortens the program; returns by how many statements, 0 if there is none."""
    size = len(members.chosen)
    for i in range(size):
        for j in range(i + 1, size):
            if gain := _exchange(members, i, j):
                return gain
    return 0


def _exchange(members: Members, i: int, j: int) -> int:
    options, pair = members.alternatives, (members.chosen[i], members.chosen[j])
    first, other = (int(options.owner[k]) for k in pair)
    inside = set(members.functions) - {first, other}
    freed = members.cost - options.cost([k for p, k in enumerate(members.chosen) if p not in (i, j)])
    for k in pair:
        members.counts[options.rows[k]] -= 1
    least = options.least(members.counts)
    cheap = [int(f) for f in np.argsort(least, kind="stable") if least[f] < freed and int(f) not in {*inside, other}]
    for f in cheap[:FIRSTS]:
        if f != first and not members.basis.can(i, f):
            continue
        k, added = options.cheapest(members.counts, f)
        members.counts[options.rows[k]] += 1
        if f != first:
            members.basis.exchange(i, f)
        seconds = np.where(members.basis.replaceable(j), options.least(members.counts), NEVER)
        seconds[list(inside | {f})] = NEVER
        g = int(seconds.argmin())
        if added + seconds[g] < freed:
            last, more = options.cheapest(members.counts, g)
            if g != other:
                members.basis.exchange(j, g)
            members.counts[options.rows[last]] += 1
            members.chosen[i], members.chosen[j] = k, last
            return freed - added - more
        if f != first:
            members.basis.exchange(i, first)
        members.counts[options.rows[k]] -= 1
    for k in pair:
        members.counts[options.rows[k]] += 1
    return 0


def rounds(l_max: int, n_max: int) -> list[dict[str, Any]]:
    """Every round of the search for the independent set, before and after exchanges of two."""
    spec = invgen.BasisSpec(l_max=l_max, n_max=n_max, ordering="program")
    family, setting = family_of(spec), Setting()
    stream = list(family.stream(spec, setting.max_candidates))
    selection = setting.selection(spec)
    selection.run(stream, family.bound(spec), None, lookahead=family.lookahead)
    cheap = stream[: max(LEAST, SHARE * selection.rank)]
    pool = cheap + [c for c in selection.kept if c not in cheap]
    matroid = Matroid(gradients(selection.exact, pool), setting.prime)
    options = form_of(spec).alternatives(tuple(pool), family.channels(spec), PRICES["program"])
    start, counted, result = greedy(options, matroid).chosen, costs(spec).counted, []
    trials = min(TRIALS, OF_EACH * len(options)) * len(start)
    for number in range(ROUNDS):
        began = time.process_time()
        found = Members.of(options, matroid, start).anneal(
            Draws(number), HEATS[number % len(HEATS)], trials, lambda done: None
        )
        members = Members.of(options, matroid, found)
        members.improve()
        middle, row = time.process_time(), {"round": number, "estimate": members.cost}
        row["statements"] = counted([pool[k] for k in sorted(members.functions)])
        gains, paused = [], time.process_time()
        while gain := exchange_two(members):
            members.improve()
            gains.append(int(gain))
        ended = time.process_time()
        row |= {"gains": gains, "estimate_after": members.cost}
        row["statements_after"] = counted([pool[k] for k in sorted(members.functions)])
        row |= {"seconds": round(middle - began, 1), "seconds_of_two": round(ended - paused, 1)}
        print(l_max, n_max, row, flush=True)
        result.append(row)
    return result


def main() -> None:
    """Measures and writes."""
    wanted = list(map(int, sys.argv[1:])) or [3, 4, 5]
    rows = [{"l_max": l_max, "n_max": 4, "rounds": rounds(l_max, 4)} for l_max in wanted]
    print(record.write("cheapest_pairs", {"rows": rows}))


if __name__ == "__main__":
    main()
