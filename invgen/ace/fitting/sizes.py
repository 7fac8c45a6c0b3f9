"""How large the basis of a fit will be, before it is made: that of the request, and what the elements' limits leave."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from invgen.ace.fitting.centres import within_limits
from invgen.ace.fitting.config import BasisConfig, read_fit_config
from invgen.ace.fitting.fit import FitSettings
from invgen.ace.fitting.run import basis_of_file
from invgen.spec import BasisSpec

if TYPE_CHECKING:
    from invgen.compiler.inspect.sizes import Sizes


def sizes_of_file(path: str | Path) -> Sizes:
    """The sizes of the basis that a TOML configuration asks for; raises as ``basis_of_file`` and ``kept_functions``."""
    from invgen.compiler.inspect.sizes import sizes

    spec, basis = basis_of_file(path), read_fit_config(path).basis
    found = sizes(spec)
    return replace(found, by_element=_by_element(spec, basis)) if basis.centres or basis.neighbours else found


def _by_element(spec: BasisSpec, basis: BasisConfig) -> dict[str, int]:
    """How many of all linearly independent functions ``kept_functions`` leaves to each element's atoms."""
    from invgen.compiler.candidates.family import family_of

    w_L = float(FitSettings.w_L if spec.w_L is None else spec.w_L)
    added = [basis.neighbours.get(element, 0.0) for element in spec.elements]
    pieces = [p for order in spec.orders for p in family_of(spec).multidegrees(spec, order) if not p.is_pseudo]
    plain = np.array([sum(c.n + w_L * c.rank for c in p.factors) for p in pieces])
    more = np.array([sum(added[c.species] for c in p.factors) for p in pieces])
    each = np.repeat(np.arange(len(pieces)), [p.invariants for p in pieces])
    orders = np.array([len(p.factors) for p in pieces])[each]
    kept = within_limits(orders, plain[each], (plain + more)[each], spec.elements, basis.centres, basis.neighbours)
    return dict(zip(spec.elements, kept.sum(axis=1).tolist(), strict=True))
