"""Statements of the kernels of bases chosen by degree, by separate costs, and together with their kernel.

Beside each: the best of random restarts, each a basis drawn at random whose members are exchanged one by one while the
estimated program gets shorter. Seconds are processor time of the selection and of one lowering, in one process.

    python benchmarks/cheapest.py [L_MAX ...]          -> results/cheapest.json; 3 4 5 6 by default
"""

from __future__ import annotations

import sys
from typing import Any

import record

import invgen
from invgen.compiler.basis import Basis
from invgen.compiler.candidates.family import family_of
from invgen.compiler.kernels.alternatives import in_turn
from invgen.compiler.kernels.draws import Draws
from invgen.compiler.kernels.lower import form_of
from invgen.compiler.selection.program.independent import LEAST, SHARE, gradients
from invgen.compiler.selection.program.matroid import Matroid
from invgen.compiler.selection.program.rounds import PRICES
from invgen.compiler.selection.program.search import Members
from invgen.compiler.selection.setting import Setting

RESTARTS = 100
SETS = ((3, 4, "independent"), (3, 5, "independent"), (3, 4, "flexible"), (3, 4, "robust"), (4, 4, "independent"))
SETS += ((4, 4, "robust"), (5, 4, "independent"), (6, 4, "independent"))
ORDERINGS = ("degree", "cost", "program")


def statements(basis: Basis) -> list[int]:
    """Of value, vector-Jacobian product and second order."""
    return [kernel.operations["total"] for kernel in invgen.kernels_of(basis).values()]


def row(l_max: int, n_max: int, objective: str) -> dict[str, Any]:
    """All orderings of one request."""
    result: dict[str, Any] = {"l_max": l_max, "n_max": n_max, "objective": objective}
    for ordering in ORDERINGS:
        found: list[Basis] = []
        spec = invgen.BasisSpec(l_max=l_max, n_max=n_max, objective=objective, ordering=ordering)
        seconds = record.processor_seconds(lambda spec=spec, found=found: found.append(invgen.generate(spec)))
        (basis,) = found
        lowering = record.processor_seconds(basis.value_kernel)
        result[ordering] = {
            "statements": statements(basis),
            "size": len(basis),
            "rank": basis.evidence.rank,
            "singular_values": list(basis.evidence.singular_values),
            "full_sites": sum(s.rank == s.attainable for s in basis.flexibility().sites),
            "labels": list(basis.labels),
            "seconds": round(seconds, 1),
            "seconds_lowering": round(lowering, 2),
        }
        said = {k: v for k, v in result[ordering].items() if k != "labels"}
        print(l_max, n_max, objective, ordering, said, flush=True)
    if objective == "independent":
        result["random_restarts"] = restarts(invgen.BasisSpec(l_max=l_max, n_max=n_max, ordering="program"))
        print("best of random restarts:", result["random_restarts"], flush=True)
    return result


def restarts(spec: invgen.BasisSpec) -> dict[str, Any]:
    """The shortest value kernel among those of ``RESTARTS`` random bases after exchanges."""
    family, setting = family_of(spec), Setting()
    channels, exact = family.channels(spec), setting.selection(spec).exact
    stream = list(family.stream(spec, setting.max_candidates))
    whole = Matroid(gradients(exact, stream), setting.prime)
    known = whole.first(range(len(stream)))
    places = sorted({*range(min(len(stream), max(LEAST, SHARE * whole.rank))), *known})
    pool = tuple(stream[k] for k in places)
    matroid = Matroid(whole.rows[places], setting.prime)
    alternatives = form_of(spec).alternatives(pool, channels, PRICES[spec.ordering])
    draws, best = Draws(0), []
    for _ in range(RESTARTS):
        start = matroid.first(draws.shuffled(len(pool)))
        members = Members.of(alternatives, matroid, in_turn(alternatives, start))
        members.improve()
        best.append((members.cost, tuple(sorted(members.functions))))
    costs = [form_of(spec).lower(tuple(pool[k] for k in f), channels).operations["total"] for _, f in sorted(best)[:5]]
    estimates = sorted(cost for cost, _ in best)
    return {"restarts": RESTARTS, "best": min(costs), "estimates_median": estimates[len(estimates) // 2]}


def main() -> None:
    """Measures, writes, and prints."""
    wanted = set(map(int, sys.argv[1:])) or {3, 4, 5, 6}
    rows: list[dict[str, Any]] = []
    for request in SETS:
        if request[0] in wanted:
            rows.append(row(*request))
            print(record.write("cheapest", {"rows": rows}))


if __name__ == "__main__":
    main()
