"""Linear ACE potentials, from structures to a file::

    result = invgen.ace.fit("train.extxyz", basis=invgen.BasisSpec(family="ace", n_max=3, total_degree=10),
                            radial={"cutoff": 5.0})
    result.potential.save("cu.npz")
    atoms.calc = invgen.ace.LinearPotential.load("cu.npz").calculator()

``fit_file`` does the same as ``invgen fit CONFIG.toml``; see docs/potentials.md. Names are loaded when first used. What
evaluates a potential is here, what makes a fit, from the design to the report, in ``fitting``.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from invgen.ace.fitting.result import FitResult
    from invgen.ace.fitting.run import fit, fit_file
    from invgen.ace.potential import LinearPotential
    from invgen.ace.radial import RadialBasis

__all__ = ["FitResult", "LinearPotential", "RadialBasis", "fit", "fit_file"]

_NAMES = {
    "FitResult": "invgen.ace.fitting.result",
    "LinearPotential": "invgen.ace.potential",
    "RadialBasis": "invgen.ace.radial",
    "fit": "invgen.ace.fitting.run",
    "fit_file": "invgen.ace.fitting.run",
}


def __getattr__(name: str) -> Any:
    if name in _NAMES:
        return getattr(import_module(_NAMES[name]), name)
    raise AttributeError(f"module 'invgen.ace' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted(__all__)
