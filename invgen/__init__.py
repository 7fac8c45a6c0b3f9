"""Independent, complete and flexible bases of rotation invariants, and compiled kernels for them.

Names are loaded when first used: ``import invgen`` imports neither torch nor SymPy.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from invgen.lazy import lazy
from invgen.spec import BasisSpec
from invgen.version import __version__

if TYPE_CHECKING:
    from invgen.audits import audit
    from invgen.compiler.analysis.separation import separation
    from invgen.compiler.basis import Basis
    from invgen.compiler.candidates.family import count
    from invgen.compiler.covariant_basis import CovariantBasis
    from invgen.compiler.emission import emit, emitted_folder, kernels_of
    from invgen.compiler.pipeline import covariants, find_basis, generate, shorten
    from invgen.potentials import load_compiled
    from invgen.runtime import load

_NAMES = {
    "audit": "invgen.audits",
    "Basis": "invgen.compiler.basis",
    "count": "invgen.compiler.candidates.family",
    "CovariantBasis": "invgen.compiler.covariant_basis",
    "covariants": "invgen.compiler.pipeline",
    "emit": "invgen.compiler.emission",
    "emitted_folder": "invgen.compiler.emission",
    "find_basis": "invgen.compiler.pipeline",
    "generate": "invgen.compiler.pipeline",
    "kernels_of": "invgen.compiler.emission",
    "load": "invgen.runtime",
    "load_compiled": "invgen.potentials",
    "shorten": "invgen.compiler.pipeline",
    "separation": "invgen.compiler.analysis.separation",
}
_MODULES = ("ace", "nn", "data", "potentials", "hippynn", "mace")

__all__ = [
    "Basis",
    "BasisSpec",
    "CovariantBasis",
    "__version__",
    "audit",
    "count",
    "covariants",
    "emit",
    "emitted_folder",
    "find_basis",
    "generate",
    "kernels_of",
    "load",
    "load_compiled",
    "separation",
    "shorten",
]

__getattr__, __dir__ = lazy(__name__, _NAMES, __all__, _MODULES)
