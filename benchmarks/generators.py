"""Numbers of generators of rings of invariants, by degree, further up than the tests go, and what they cost.

Seconds are processor time of one thread.

    python benchmarks/generators.py [--quick]      -> results/generators.json
"""

from __future__ import annotations

import sys
import time
from typing import Any

import record

import invgen

RINGS = (
    ((2,), 10, "both"),
    ((3,), 10, "both"),
    ((4,), 10, "proper"),
    ((1, 2), 10, "both"),
    ((1, 3), 8, "both"),
    ((2, 3), 8, "both"),
    ((1, 2, 3), 7, "both"),
    ((1, 2, 3, 4), 5, "both"),
)


def ring(ranks: tuple[int, ...], n_max: int, parity: str) -> dict[str, Any]:
    """Proper and pseudo-scalar generators of each degree."""
    spec = invgen.BasisSpec(ranks=ranks, n_max=n_max, objective="generators", parity=parity)
    started = time.process_time()
    basis = invgen.generate(spec)
    seconds = time.process_time() - started
    degrees = range(1, n_max + 1)
    return {
        "ranks": ranks,
        "n_max": n_max,
        "parity": parity,
        "proper": {n: k for n in degrees if (k := sum(c.order == n and not c.is_pseudo for c in basis))},
        "pseudo": {n: k for n in degrees if (k := sum(c.order == n and c.is_pseudo for c in basis))},
        "invariants": dict(basis.evidence.counts),
        "rank": basis.evidence.rank,
        "seconds": round(seconds, 2),
    }


def main() -> None:
    quick = "--quick" in sys.argv
    rows = [ring(ranks, 4 if quick else n_max, parity) for ranks, n_max, parity in RINGS]
    for row in rows:
        print(row)
    if not quick:
        record.write("generators", {"rings": rows})


if __name__ == "__main__":
    main()
