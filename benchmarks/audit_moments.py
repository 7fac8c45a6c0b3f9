"""Contractions of moment tensors under audit: how many are functionally independent, level by level.

    python benchmarks/audit_moments.py                  -> results/audit_moments.json
    python benchmarks/audit_moments.py --polynomials    -> results/audit_polynomials.json

Moment tensors M_mu,nu = sum_j f_mu(r_j) r_j ... r_j (nu factors) are symmetric and have traces. The level of one is
2 + 4 mu + nu, that of a contraction the sum over its factors (Shapeev, Moment Tensor Potentials, 2016). Counted are all
contractions between different factors up to a level, products among them, and the connected ones alone; once for
moments of any radial functions and vectors, and once for those of unit vectors, as Moment Tensor Potentials have them,
where the trace of M_mu,nu is M_mu,nu-2.

With ``--polynomials``, how long the audit of a list of polynomials takes, and how large its report is: connected
contractions of four moments at most, written out in the components of moments without any names.
"""

from __future__ import annotations

import argparse
import time
from collections import Counter
from itertools import product
from typing import Any

import record

import invgen
from invgen.compiler.algebra.channels import Multiset, cartesian
from invgen.compiler.auditing.report import as_json, text
from invgen.compiler.auditing.tensors import WORDS
from invgen.compiler.candidates.cartesian.contraction import Contraction
from invgen.compiler.candidates.cartesian.enumeration import all_contractions

LEVELS = range(2, 20, 2)
POLYNOMIALS, POLYNOMIAL_LEVEL = 245, 26


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
    unit = invgen.audit([line(c) for c in everything], unit=True)
    alone = invgen.audit([line(c) for c in connected], traces=True)
    return {
        "level": highest,
        "contractions": len(everything),
        "connected": len(connected),
        "independent": whole.rank,
        "independent_connected": alone.rank,
        "bound": whole.bound,
        "linearly_independent": whole.linear_rank,
        "independent_of_unit_vectors": unit.rank,
        "bound_of_unit_vectors": unit.bound,
        "linearly_independent_of_unit_vectors": unit.linear_rank,
        "proven": sum(m.proven for m in whole.members),
        "trials": len(whole.exact.trials) if whole.exact else 0,
        "log10_mistake": whole.exact.log10_mistake if whole.exact else None,
        "first_dependent_connected": alone.members[alone.dependent[0]].label if alone.dependent else None,
        "seconds": spent,
    }


def written_out(c: Contraction) -> str:
    """The polynomial in components such as ``m0_210``: mu, and how often x, y and z occur."""
    groups = line(c).partition("->")[0].split(",")
    letters = sorted(set("".join(groups)))
    terms: Counter[str] = Counter()
    for values in product(range(3), repeat=len(letters)):
        index = dict(zip(letters, values, strict=True))
        powers = [[sum(index[letter] == axis for letter in group) for axis in range(3)] for group in groups]
        names = [f"m{m.n - 1}_{''.join(map(str, p))}" for m, p in zip(c.tensors, powers, strict=True)]
        terms["*".join(sorted(names))] += 1
    return " + ".join(f"{number}*{term}" for term, number in terms.items())


def polynomials() -> dict[str, Any]:
    """The audit of ``POLYNOMIALS`` members, and what it prints."""
    found = [c for part in contents(POLYNOMIAL_LEVEL) if len(part) <= 4 for c in all_contractions(part)]
    found = [c for c in found if len(c.factors()) == 1 and sum(m for *_, m in c.bonds) <= 8]
    texts = [written_out(found[k * len(found) // POLYNOMIALS]) for k in range(POLYNOMIALS)]
    start = time.process_time()
    audit = invgen.audit(texts)
    spent = time.process_time() - start
    return {
        "members": len(texts),
        "variables": audit.variables,
        "characters": sum(map(len, texts)),
        "rank": audit.rank,
        "linearly_independent": audit.linear_rank,
        "processor_seconds": round(spent, 1),
        "report_kilobytes": round(len(text(audit)) / 1000, 1),
        "json_kilobytes": round(len(as_json(audit)) / 1000, 1),
    }


def main() -> None:
    """Counts, writes, and prints."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--polynomials", action="store_true", help="audit the list of polynomials instead")
    if parser.parse_args().polynomials:
        print(record.write("audit_polynomials", data := polynomials()))
        print(data)
        return
    rows = [row(highest) for highest in LEVELS]
    print(record.write("audit_moments", {"rows": rows}))
    for found in rows:
        print(found)


if __name__ == "__main__":
    main()
