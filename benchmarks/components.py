"""In which components programs are shortest, whether higher orders shorten them, and a lower bound.

Statements of the value kernel of given members, lowered over reduced Cartesian components alone, with adjugates of
matrices, with coupling trees in harmonics, and with all of these; products of single couplings in both; the search with
one order more; and what no program of independent invariants of ranks to 3 and n <= 4 can do without.

    python benchmarks/components.py          -> results/components.json; minutes
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from fractions import Fraction
from itertools import combinations
from typing import Any
from unittest.mock import patch

import numpy as np
import record

import invgen
from invgen.compiler.algebra import modular
from invgen.compiler.algebra.couplings import real_coupling
from invgen.compiler.candidates.cartesian.symbolic import polynomial
from invgen.compiler.candidates.family import family_of
from invgen.compiler.kernels.cartesian import ways
from invgen.compiler.kernels.cartesian.harmonics import Harmonics
from invgen.compiler.kernels.cartesian.lower import lower_contractions

SETS = (
    *(f"cartesian-l{l_max}-n4-by_program-{kind}" for l_max in (3, 4, 5) for kind in ("independent", "robust")),
    *(f"cartesian-l{l_max}-n4-{kind}" for l_max in (3, 4) for kind in ("independent", "flexible")),
)
COUPLINGS = (
    (1, 2, 1),
    (2, 3, 1),
    (1, 3, 2),
    (2, 4, 2),
    (3, 4, 1),
    (1, 4, 3),
    (2, 2, 2),
    (3, 3, 2),
    (4, 4, 2),
    (4, 4, 4),
)
HIGHER = ((2, 4), (2, 5), (3, 4), (3, 5), (4, 4), (4, 5))
COMPONENTS = {
    "cartesian": (False, False),
    "adjugates": (True, False),
    "harmonics": (False, True),
    "both": (True, True),
}


@contextmanager
def components(adjugates: bool, harmonics: bool) -> Iterator[None]:
    """Lowering without what is not named."""
    caches = (ways.ways, ways._without_trace)
    with ExitStack() as stack:
        if not adjugates:
            stack.enter_context(patch.object(ways, "_with_adjugate", lambda *_: ()))
            stack.enter_context(patch.object(ways, "_is_matrix", lambda _: False))
        if not harmonics:
            stack.enter_context(patch.object(Harmonics, "expressions", lambda *_: []))
        for cache in caches:
            cache.cache_clear()
        yield
    for cache in caches:
        cache.cache_clear()


def lowered(name: str) -> dict[str, Any]:
    """Statements of the value kernel of one set."""
    basis = invgen.find_basis(name)
    row: dict[str, Any] = {"set": name}
    for label, options in COMPONENTS.items():
        with components(*options):
            row[label] = lower_contractions(basis.invariants, basis.channels).operations["total"]
    return row


def coupling(first: int, second: int, rank: int) -> dict[str, Any]:
    """Products of a coupling of real harmonics, and of the contraction of independent Cartesian components."""
    terms = {
        (min(a, b), max(a, b), m) if first == second else (a, b, m) for a, b, m, _ in real_coupling(first, second, rank)
    }
    row: dict[str, Any] = {"ranks": [first, second, rank], "harmonics": len({(a, b) for a, b, _ in terms})}
    row["harmonics_terms"] = len(terms)
    if rank == second - first:
        row["cartesian"] = (2 * rank + 1) * (2 * first + 1)
    return row


def higher(l_max: int, n_max: int) -> dict[str, Any]:
    """The search by program at one order."""
    basis = invgen.generate(invgen.BasisSpec(l_max=l_max, n_max=n_max, ordering="program"))
    sites = basis.flexibility().sites
    return {
        "l_max": l_max,
        "n_max": n_max,
        "statements": [kernel.operations["total"] for kernel in invgen.kernels_of(basis).values()],
        "orders": [sum(c.order == n for c in basis.invariants) for n in range(1, n_max + 1)],
        "full_sites": sum(s.rank == s.attainable for s in sites),
        "labels": list(basis.labels),
    }


def bound() -> dict[str, Any]:
    """What no program of independent invariants of ranks to 3, n <= 4, can do without; proof: docs/cheapest.md.

    Its two premises are checked of every candidate. Of any of its tensors, the exponents of its monomials in their
    components differ in as many directions as there are components, less one for each tensor. And it is no product of
    the norms of two different tensors.
    """
    spec = invgen.BasisSpec(l_max=3, n_max=4)
    channels = family_of(spec).channels(spec)
    candidates = [c for c in family_of(spec).stream(spec, 10_000) if c.order > 1]
    norms = {c.content[0]: c for c in candidates if c.order == 2}
    points = modular.residues("bound", 2 * spec.components, 10**6).reshape(2, -1) + np.array(Fraction(1))
    for c in candidates:
        tensors = sorted(set(c.content))
        ends = np.cumsum([0, *(t.size for t in tensors)])
        exponents = np.array(list(polynomial(c)))
        for number in range(1, len(tensors) + 1):
            for some in combinations(range(len(tensors)), number):
                columns = np.concatenate([np.arange(ends[k], ends[k + 1]) for k in some])
                differences = exponents[1:, columns] - exponents[0, columns]
                if np.linalg.matrix_rank(differences) != sum(2 * tensors[k].rank for k in some):
                    raise ArithmeticError(f"{c.label} has more gradings than its tensors {some}")
        for a, b in combinations(norms, 2):
            if c.content == tuple(sorted((a, a, b, b))):
                values = lower_contractions((c, norms[a], norms[b]), channels).evaluate(points)
                ratios = values[:, 0] / (values[:, 1] * values[:, 2])
                if ratios[0] == ratios[1]:
                    raise ArithmeticError(f"{c.label} may be a product of norms")
    members, ranks = 12, (1, 2, 3)
    further = members - len(ranks)
    return {
        "candidates": len(candidates),
        "additions": sum(2 * rank for rank in ranks) + further,
        "multiplications": members,
        "multiplications_beside_norms": sum(2 * rank + 1 for rank in ranks) + further,
    }


def main() -> None:
    """Measures, writes, and prints."""
    data: dict[str, Any] = {"couplings": [coupling(*ranks) for ranks in COUPLINGS], "bound": bound(), "higher": []}
    for request in HIGHER:
        data["higher"].append(higher(*request))
        print(data["higher"][-1], flush=True)
    data["lowered"] = [lowered(name) for name in SETS]
    print(data["lowered"])
    print(record.write("components", data))


if __name__ == "__main__":
    main()
