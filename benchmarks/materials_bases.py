"""The bases of ``materials.py``: full and Langbein ones, by total degree and in boxes, each made once and kept."""

from __future__ import annotations

import time
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import invgen
from invgen.compiler.candidates.ace.coupling import Coupling

FULL, LANGBEIN, GRADED = "linear", "independent", "graded"
FIXED = ", one-body energy fixed"
GRADE = 5
MOST = 50_000
"""Candidates of the largest selection."""


@dataclass(frozen=True)
class Truncation:
    """All functions of orders up to ``n_max`` with sum(n + w_L l) <= size, or in a box of ``size`` radial functions.

    With ``degrees``, one for each order, these take the place of a size.
    """

    n_max: int
    w_L: str | None = None
    l_max: int | None = None
    degrees: tuple[int, ...] = ()

    @property
    def kind(self) -> str:
        """``total degree`` or ``box``."""
        return "box" if self.w_L is None else "total degree"

    @property
    def name(self) -> str:
        """``n<=3, w_L=3/2`` or ``n<=3, l<=2``."""
        return f"n<={self.n_max}, " + (f"l<={self.l_max}" if self.w_L is None else f"w_L={self.w_L}")

    def keywords(self, size: int) -> dict[str, Any]:
        """Of ``BasisSpec``."""
        if self.w_L is None:
            return {"n_max": self.n_max, "l_max": self.l_max, "channels": size}
        return {"n_max": self.n_max, "total_degree": self.degrees or size, "w_L": self.w_L}


@dataclass(frozen=True)
class Series:
    """Bases of one truncation and objective that grow with its size; ``graded`` ones join two full ones.

    A graded basis has three orders at degree D (w_L = 3/2), and a fourth at D - ``GRADE`` (w_L of its truncation).
    The one-body energy is fitted, or ``fixed`` at the mean of the training energies.
    """

    objective: str
    truncation: Truncation
    sizes: tuple[int, ...]
    fixed: bool = False

    @property
    def name(self) -> str:
        """``linear, n<=3, w_L=3/2``."""
        if self.objective == GRADED:
            return GRADED
        return f"{self.objective}, {self.truncation.name}" + (FIXED if self.fixed else "")


GRIDS = {
    Truncation(3, w_L="3/2"): ((3, 5, 7, 9, 11, 13, 15, 17), (6, 8, 10, 12, 14, 16, 18, 21, 24, 26)),
    Truncation(3, w_L="1"): ((3, 4, 6, 8, 10, 12, 14), (5, 6, 8, 10, 12, 14, 16, 18, 20)),
    Truncation(4, w_L="3/2"): ((3, 5, 7, 9, 11, 13, 14), (6, 8, 10, 12, 14, 16, 18, 20)),
    Truncation(4, w_L="1"): ((3, 4, 6, 8, 10, 12), (5, 6, 8, 10, 12, 14, 16)),
    Truncation(3, l_max=2): ((1, 2, 3, 4, 5, 6), (1, 2, 3, 4, 6, 8, 12, 16)),
    Truncation(3, l_max=3): ((1, 2, 3, 4, 5), (1, 2, 3, 4, 6, 8, 12, 16)),
    Truncation(4, l_max=2): ((1, 2, 3, 4), (1, 2, 3, 4, 6, 8, 12, 16)),
}
"""By truncation the sizes of full and of Langbein bases: total degrees, or numbers of radial functions of a box."""
ALSO_FIXED = (Truncation(3, w_L="3/2"), Truncation(3, l_max=2))
SERIES = tuple(
    Series(objective, truncation, sizes, fixed)
    for fixed in (False, True)
    for truncation, both in GRIDS.items()
    if not fixed or truncation in ALSO_FIXED
    for objective, sizes in zip((FULL, LANGBEIN), both, strict=True)
)
LARGE = (Series(GRADED, Truncation(4, w_L="1"), (13, 15, 17, 19)),)
"""Beside the others for the best basis of all."""
CUTOFF_BASIS = (GRADED, Truncation(4, w_L="1"), 15)
"""Objective, truncation and size of the basis that chooses the cutoff."""
QUICK = (
    Series(FULL, Truncation(3, w_L="3/2"), (6, 8, 10)),
    Series(LANGBEIN, Truncation(3, w_L="3/2"), (8, 10, 12)),
    Series(FULL, Truncation(3, l_max=2), (1, 2, 3)),
    Series(LANGBEIN, Truncation(3, l_max=2), (2, 4, 6)),
)


@cache
def functions(objective: str, truncation: Truncation, size: int) -> tuple[Coupling, ...]:
    """The functions of one basis, generated once for all elements and kept in a file.

    From the third order on, boxes of at least two radial functions reach the bound of the rank, which the Langbein
    stage takes order by order: a higher order adds none, and is not gone through.
    """
    if objective == GRADED:
        three = functions(FULL, Truncation(3, w_L="3/2"), size)
        return tuple(dict.fromkeys((*three, *functions(FULL, truncation, size - GRADE))))
    if objective == LANGBEIN and truncation.l_max is not None and truncation.n_max > 3 and size > 1:
        return functions(objective, Truncation(3, l_max=truncation.l_max), size)
    spec = invgen.BasisSpec(family="ace", objective=objective, **truncation.keywords(size))
    file = Path("products/bases") / f"{spec.id}.json"
    if file.exists():
        return tuple(invgen.Basis.load(file).invariants)
    started = time.process_time()
    basis = invgen.generate(spec, max_candidates=MOST)
    if truncation.l_max is not None and objective == LANGBEIN and size > 1 and len(basis) != basis.evidence.bound:
        raise ValueError(f"{spec.id} has {len(basis)} functions where the bound is {basis.evidence.bound}")
    basis.save(file)
    print(f"{spec.id}: {len(basis)} functions, {time.process_time() - started:.1f} s", flush=True)
    return tuple(basis.invariants)


def bases(series: tuple[Series, ...]) -> dict[tuple[Series, int], tuple[Coupling, ...]]:
    """All bases by series and size."""
    return {(s, size): functions(s.objective, s.truncation, size) for s in series for size in s.sizes}
