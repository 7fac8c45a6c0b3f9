"""Sizes of flexible, independent and robust sets, the orders that they need, and what they see at symmetric sites.

Pure sets of one rank are complete, whatever order they need; flexible sets are checked in every vanishing pattern, all
sets at the sites of chemistry and at a general site of each of 55 finite point groups with axes up to order 8. ACE
bases of a total degree are compared with what is chosen from them.

    python benchmarks/flexible_sizes.py [L_MAX]        -> results/flexible_sizes.json; l_max = 6 in about five minutes
"""

from __future__ import annotations

import sys
import time
from collections import Counter
from typing import Any

import record

import invgen
from invgen.compiler.algebra.channels import cartesian
from invgen.compiler.algebra.characters import transcendence_degree
from invgen.compiler.basis import Basis
from invgen.compiler.candidates.cartesian.counting import count_contractions
from invgen.compiler.selection.sites import group_sites

MOST_CANDIDATES = 1_000_000
HIGHEST_ORDER = 10
DEGREES = (10, 12, 14, 16)


def formula(l_max: int) -> int:
    """The size of the complete flexible set: pure invariants, pairs with the vector, pairs of higher ranks."""
    pure = l_max**2 - l_max + 2
    return pure + 2 * (l_max - 1) + 3 * (l_max - 1) * (l_max - 2) // 2


def generated(**wanted: Any) -> tuple[Basis, float]:
    """A basis and the seconds that it took."""
    start = time.perf_counter()
    basis = invgen.generate(invgen.BasisSpec(**wanted), max_candidates=MOST_CANDIDATES)
    return basis, round(time.perf_counter() - start, 2)


def pure(rank: int) -> dict[str, Any]:
    """The functionally complete set of one tensor."""
    basis, seconds = generated(ranks=(rank,), n_max=HIGHEST_ORDER, objective="flexible" if rank else "independent")
    orders = Counter(c.order for c in basis)
    row = {
        "rank": rank,
        "size": len(basis),
        "needed": transcendence_degree(cartesian([(rank, 0)])),
        "orders": dict(sorted(orders.items())),
        "offered": dict(basis.evidence.candidates_per_order),
        "contractions_of_highest_order": count_contractions(cartesian([(rank, 0)] * max(orders))),
        "labels": list(basis.labels),
        "float_agrees": basis.evidence.float_agrees,
        "smallest_singular_value": basis.evidence.singular_values[-1],
        "seconds": seconds,
    }
    print(f"pure l={rank}: {row['size']} of {row['needed']}, orders {row['orders']}, {seconds} s", flush=True)
    return row


def row(l_max: int, n_max: int, objective: str) -> dict[str, Any]:
    """Size, rank, and what is seen at sites and in vanishing patterns."""
    basis, seconds = generated(l_max=l_max, n_max=n_max, objective=objective)
    found, general = basis.flexibility(), basis.flexibility(group_sites()).sites
    result = {
        "l_max": l_max,
        "n_max": n_max,
        "objective": objective,
        "size": len(basis),
        "rank": basis.evidence.rank,
        "bound": basis.evidence.bound,
        "highest_order": max(c.order for c in basis),
        "candidates": basis.evidence.candidates,
        "sites": len(found.sites),
        "full_sites": sum(s.rank == s.attainable for s in found.sites),
        "short_sites": {s.name: [s.rank, s.attainable] for s in found.sites if s.rank < s.attainable},
        "groups": len(general),
        "short_groups": {s.group: [s.rank, s.attainable] for s in general if s.rank < s.attainable},
        "patterns": len(found.patterns),
        "complete_patterns": sum(p.among == p.bound for p in found.patterns),
        "float_agrees": basis.evidence.float_agrees and found.float_agrees,
        "seconds": seconds,
    }
    print({k: v for k, v in result.items() if k != "seconds"}, seconds, "s", flush=True)
    return result


def pruned(degree: int) -> dict[str, Any]:
    """The full ACE basis of a total degree and order 3, and the sites where what is chosen from it sees less."""
    wanted = {"family": "ace", "total_degree": degree, "n_max": 3}
    bases = {o: generated(**wanted, objective=o)[0] for o in ("linear", "independent", "robust")}
    found = {objective: basis.flexibility() for objective, basis in bases.items()}
    result: dict[str, Any] = {"total_degree": degree, "float_agrees": all(f.float_agrees for f in found.values())}
    for objective, basis in bases.items():
        pairs = zip(found[objective].sites, found["linear"].sites, strict=True)
        less = {mine.name: [mine.rank, whole.rank] for mine, whole in pairs if mine.rank < whole.rank}
        result[objective] = {"size": len(basis), "sees_less": less}
    print(result, flush=True)
    return result


def main() -> None:
    """Measures, writes, and prints."""
    l_max = int(sys.argv[1]) if len(sys.argv) > 1 else 6
    wanted = (("flexible", HIGHEST_ORDER), ("flexible", 4), ("independent", 4), ("robust", 4))
    rows = [row(rank, n_max, objective) for rank in range(1, l_max + 1) for objective, n_max in wanted]
    sizes = {
        r["l_max"]: {
            "formula": formula(r["l_max"]),
            "found": r["size"],
            "complete": r["complete_patterns"] == r["patterns"],
        }
        for r in rows
        if r["n_max"] == HIGHEST_ORDER
    }
    print(sizes)
    data = {"pure": [pure(k) for k in range(l_max + 1)], "sizes": sizes, "rows": rows}
    print(record.write("flexible_sizes", {**data, "ace": [pruned(degree) for degree in DEGREES]}))


if __name__ == "__main__":
    main()
