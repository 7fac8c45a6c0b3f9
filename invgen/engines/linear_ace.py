"""A linear ACE potential for C++: the entries of its data file, and the source that runs it."""

from __future__ import annotations

from typing import Any

from invgen.ace.crowding import Crowding
from invgen.ace.energy import contract
from invgen.ace.potential import LinearPotential
from invgen.ace.repulsion import Repulsion

KIND = "linear-ace"
SOURCE = """// A linear ACE potential: everything is in the data file.
#include "linear_ace.hpp"
namespace invgen {
typedef LinearAce Potential;
}
"""


def entries(potential: LinearPotential) -> dict[str, Any]:
    """Everything that ``cpp/linear_ace.hpp`` reads."""
    basis = potential.basis
    nodes, weights, leaf_weights = contract(potential.products, potential.coefficients)
    repulsion, crowding = potential.repulsion, potential.crowding
    return {
        "kind": KIND,
        "elements": list(potential.elements),
        "cutoff": potential.radial.cutoff,
        "terms": [*(["zbl"] if repulsion is not None else []), *(["crowding"] if crowding is not None else [])],
        "references": potential.references,
        "radial": basis.radial,
        "recurrence": basis.recurrence,
        "function": basis.function,
        "component": basis.component,
        "components": basis.components,
        "harmonics": basis.harmonics,
        "groups": basis.groups,
        "left": nodes.left,
        "right": nodes.right,
        "leaf_start": nodes.leaf_start,
        "leaf": nodes.leaf,
        "weights": weights,
        "leaf_weights": leaf_weights,
        **({} if repulsion is None else zbl_entries(repulsion)),
        **({} if crowding is None else crowding_entries(crowding)),
    }


def zbl_entries(repulsion: Repulsion) -> dict[str, Any]:
    """Everything that ``cpp/zbl.hpp`` reads: tables by the species of both ends, eV Å and Å."""
    return {f"zbl_{name}": getattr(repulsion, name) for name in ("strength", "length", "inner", "outer")}


def crowding_entries(crowding: Crowding) -> dict[str, Any]:
    """Everything that ``cpp/crowding.hpp`` reads: Å, eV, and the others without unit."""
    return {f"crowding_{name}": getattr(crowding, name) for name in ("ranges", "most", "strength", "power")}
