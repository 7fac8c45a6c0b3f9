"""Which bases tell apart structures that descriptors of low body order confuse, and the smallest that do.

DATA is an extended XYZ file of methane structures, plain or .xz, each with ``manifold`` ("minus" or "plus") and
``pair``: the pairs around the degenerate manifold of arXiv 2001.11696. Beside them stand pairs of neighbourhoods with
integer coordinates, compared exactly.

    python benchmarks/separation.py DATA        -> results/separation.json; about two minutes on one core
"""

from __future__ import annotations

import io
import lzma
import sys
import time
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path
from typing import Any

import ase.io
import numpy as np
import record

import invgen
from invgen.compiler.algebra import modular
from invgen.compiler.algebra.point_groups import turning_prime
from invgen.compiler.analysis.separation import DEGENERATE, incongruence, invariants_of
from invgen.compiler.candidates.family import family_of

CENTRES = {"C": 6, "H": 1, "all": None}
PRIMES = (modular.DEFAULT_PRIME, modular.prime_below(modular.DEFAULT_PRIME), turning_prime())
LARGEST_SUBSET = 2

WANTED: tuple[dict[str, Any], ...] = (
    {"l_max": 2, "n_max": 2, "objective": "linear"},
    {"l_max": 6, "n_max": 2, "objective": "linear"},
    {"family": "ace", "l_max": 6, "n_max": 2, "channels": 4, "objective": "linear"},
    {"family": "ace", "l_max": 4, "n_max": 2, "channels": 8, "elements": ("C", "H"), "objective": "linear"},
    {"l_max": 1, "n_max": 4, "objective": "linear"},
    {"l_max": 2, "n_max": 3, "objective": "independent"},
    {"l_max": 2, "n_max": 4, "objective": "independent"},
    {"l_max": 3, "n_max": 3, "objective": "independent"},
    {"l_max": 3, "n_max": 4, "objective": "independent"},
    {"l_max": 3, "n_max": 4, "objective": "flexible"},
    {"l_max": 3, "n_max": 4, "objective": "robust"},
    {"l_max": 3, "n_max": 5, "objective": "linear", "orders": (5,)},
    {"family": "ace", "l_max": 3, "n_max": 3, "channels": 2, "objective": "linear"},
    {"family": "ace", "l_max": 2, "n_max": 4, "channels": 2, "objective": "linear"},
)  # fmt: skip


@dataclass(frozen=True)
class Candidates:
    """Invariants that no selection has chosen."""

    spec: invgen.BasisSpec
    invariants: tuple[Any, ...]


def read_pairs(path: Path) -> tuple[list[Any], list[Any]]:
    """The structures called minus and those called plus, in the order of their pairs."""
    data = path.read_bytes()
    text = (lzma.decompress(data) if path.suffix == ".xz" else data).decode()
    frames = ase.io.read(io.StringIO(text), ":", format="extxyz")
    sides = {"minus": {}, "plus": {}}
    for frame in frames:
        sides[frame.info["manifold"]][int(frame.info["pair"])] = frame
    numbers = sorted(sides["minus"])
    assert numbers == sorted(sides["plus"]), "every pair needs both sides"
    return [sides["minus"][k] for k in numbers], [sides["plus"][k] for k in numbers]


def table(minus: list[Any], plus: list[Any]) -> list[dict[str, Any]]:
    """Pairs told apart by each basis, for environments of C, of H, and of all atoms."""
    rows = []
    for wanted in WANTED:
        basis = invgen.generate(invgen.BasisSpec(**wanted))
        elements = [6, 1] if basis.spec.species > 1 else None
        row: dict[str, Any] = {"id": basis.id, "size": len(basis), "n_max": basis.spec.n_max}
        for name, centres in CENTRES.items():
            start = time.perf_counter()
            found = invgen.separation(basis, minus, plus, centres=centres, elements=elements)
            row[name] = {
                "separated": found.separated,
                "largest_within": found.gap[0],
                "smallest_beyond": None if found.separated == 0 else found.gap[1],
                "confused_pairs": [k for k, d in enumerate(found.differences) if d <= found.tolerance],
                "seconds": round(time.perf_counter() - start, 2),
            }
        counts = {name: row[name]["separated"] for name in CENTRES}
        print(f"{row['id']:38s} {row['size']:5d} invariants, of {len(minus)} pairs {counts}", flush=True)
        rows.append(row)
    return rows


def smallest(minus: list[Any], plus: list[Any]) -> dict[str, Any]:
    """The fewest connected contractions, of the lowest order, that tell all pairs apart, around C and around H."""
    found: dict[str, Any] = {}
    for name in ("C", "H"):
        spec = invgen.BasisSpec(l_max=3, n_max=4)
        candidates = list(family_of(spec).stream(spec, 1000))
        apart = {c.label: _differences(spec, c, minus, plus, CENTRES[name]) for c in candidates}
        found[name] = _fewest({c.label: c.order for c in candidates}, apart)
        print(f"smallest set for environments of {name}: {found[name]}", flush=True)
    return found


def _differences(spec: invgen.BasisSpec, candidate: Any, minus: list[Any], plus: list[Any], centres: int | None) -> Any:
    return np.array(invgen.separation(Candidates(spec, (candidate,)), minus, plus, centres=centres).differences)


def _fewest(orders: dict[str, int], apart: dict[str, Any], tolerance: float = 1e-6) -> dict[str, Any]:
    """By size, then by highest order, then by the largest smallest difference."""
    for size in range(1, LARGEST_SUBSET + 1):
        sets = {s: np.max([apart[label] for label in s], axis=0).min() for s in combinations(apart, size)}
        good = {s: least for s, least in sets.items() if least > tolerance}
        if good:
            best = min(good, key=lambda s: (max(orders[label] for label in s), -good[s]))
            return {
                "labels": list(best),
                "order": max(orders[label] for label in best),
                "smallest_difference": float(good[best]),
                "sets_of_this_size": len(good),
            }
    return {"labels": None, "searched_sizes": LARGEST_SUBSET}


def exact_pairs() -> list[dict[str, Any]]:
    """For the integer pairs, how many candidates of every order differ, modulo three primes."""
    rows = []
    for degenerate, pair in DEGENERATE.items():
        first, second = (np.array(side) for side in pair)
        for order, l_max, channels in ((2, 4, 2), (3, 4, 2), (4, 4, 2), (5, 3, 1)):
            spec = invgen.BasisSpec("ace", l_max, order, channels=channels, orders=(order,), objective="linear")
            basis = Candidates(spec, tuple(family_of(spec).stream(spec, 10_000)))
            values = [[invariants_of(basis, side, prime=prime) for side in (first, second)] for prime in PRIMES]
            differing = {int(np.count_nonzero(a != b)) for a, b in values}
            rows.append({
                "agrees_up_to": degenerate, "neighbours": len(first), "incongruence": incongruence(first, second),
                "order": order, "invariants": len(basis.invariants), "differing": sorted(differing),
            })  # fmt: skip
            print(rows[-1], flush=True)
    return rows


def main() -> None:
    """Measures, writes, and prints."""
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    minus, plus = read_pairs(Path(sys.argv[1]))
    apart = [incongruence(a.positions[1:], b.positions[1:]) for a, b in zip(minus, plus, strict=True)]
    data = {
        "pairs": len(minus),
        "least_incongruence": min(apart),
        "table": table(minus, plus),
        "smallest": smallest(minus, plus),
        "exact_pairs": exact_pairs(),
    }
    print(record.write("separation", data))


if __name__ == "__main__":
    main()
