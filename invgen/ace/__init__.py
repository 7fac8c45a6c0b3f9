"""Linear ACE potentials, from structures to a file::

    result = invgen.ace.fit("train.extxyz", basis=invgen.BasisSpec(family="ace", n_max=3, total_degree=10),
                            radial={"cutoff": 5.0})
    result.potential.save("cu.npz")
    atoms.calc = invgen.ace.LinearPotential.load("cu.npz").calculator()

``fit_file`` does the same as ``invgen fit CONFIG.toml``; see docs/potentials.md. Names are loaded when first used. What
evaluates a potential is here, what makes a fit, from the design to the report, in ``fitting``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from invgen.lazy import lazy

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

__getattr__, __dir__ = lazy(__name__, _NAMES, __all__)
