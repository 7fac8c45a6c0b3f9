"""MACE's symmetric contraction on generated kernels: fewer couplings, the same function.

``reduce`` turns a loaded model into one with linearly independent couplings; ``SymmetricContraction`` is the module it
is made of, which works without MACE; ``count`` says how many paths a model has and how many there are. MACE itself is
imported when a model comes in.
"""

from __future__ import annotations

from invgen.mace.contraction import SymmetricContraction
from invgen.mace.irreps import Path
from invgen.mace.models import count, reduce

__all__ = ["Path", "SymmetricContraction", "count", "reduce"]
