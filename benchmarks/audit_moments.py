"""Contractions of moment tensors under audit: how many are functionally independent, level by level.

    python benchmarks/audit_moments.py        -> results/audit_moments.json

Moment tensors M_mu,nu = sum_j f_mu(r_j) r_j ... r_j (nu factors) are symmetric and have traces. The level of one is
2 + 4 mu + nu, that of a contraction the sum over its factors (Shapeev, Moment Tensor Potentials, 2016). Counted are all
contractions between different factors up to a level, products among them, and the connected ones alone.
"""

from __future__ import annotations

import time
from typing import Any

import record

import invgen
from invgen.compiler.algebra.channels import Multiset, cartesian
from invgen.compiler.auditing.tensors import WORDS
from invgen.compiler.candidates.cartesian.contraction import Contraction
from invgen.compiler.candidates.cartesian.enumeration import all_contractions

LEVELS = range(2, 20, 2)


def level(moment: tuple[int, int]) -> int:
    """Of the moment ``(nu, mu)``."""
    return 2 + 4 * moment[1] + moment[0]


def contents(highest: int) -> list[Multiset]:
    """All multisets of moments of an even number of indices up to a level."""
    moments = sorted((nu, mu) for mu in range(highest) for nu in range(highest) if level((nu, mu)) <= highest)
    found: list[tuple[tuple[int, int], ...]] = []

    def grow(start: int, left: int, chosen: tuple[tuple[int, int], ...]) -> None:
        if chosen and sum(nu for nu, _ in chosen) % 2 == 0:
            found.append(chosen)
        for k in range(start, len(moments)):
            if level(moments[k]) <= left:
                grow(k, left - level(moments[k]), (*chosen, moments[k]))

    grow(0, highest, ())
    return list(map(cartesian, sorted(found, key=lambda content: (sum(map(level, content)), content))))


def line(c: Contraction) -> str:
    """The einsum line: moments are named by nu, as a word, and mu."""
    groups = [part.partition(":")[2] or part for part in c.label.split(".")]
    names = ",".join(f"{WORDS[moment.rank]}_{moment.n - 1}" for moment in c.tensors)
    return ",".join(group.lstrip("0123456789") for group in groups) + "->," + names


def row(highest: int) -> dict[str, Any]:
    """Numbers of contractions and of independent ones, all and connected."""
    everything = [c for content in contents(highest) for c in all_contractions(content)]
    connected = [c for c in everything if len(c.factors()) == 1]
    start = time.perf_counter()
    whole = invgen.audit([line(c) for c in everything], traces=True)
    spent = time.perf_counter() - start
    alone = invgen.audit([line(c) for c in connected], traces=True)
    return {
        "level": highest,
        "contractions": len(everything),
        "connected": len(connected),
        "independent": whole.rank,
        "independent_connected": alone.rank,
        "bound": whole.bound,
        "proven": sum(m.proven for m in whole.members),
        "trials": len(whole.exact.trials) if whole.exact else 0,
        "log10_mistake": whole.exact.log10_mistake if whole.exact else None,
        "first_dependent_connected": alone.members[alone.dependent[0]].label if alone.dependent else None,
        "seconds": spent,
    }


def main() -> None:
    """Counts, writes, and prints."""
    rows = [row(highest) for highest in LEVELS]
    print(record.write("audit_moments", {"rows": rows}))
    for found in rows:
        print(found)


if __name__ == "__main__":
    main()
