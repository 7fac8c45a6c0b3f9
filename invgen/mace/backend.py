"""Prepared for the registry of kernel backends that MACE is getting (entry points ``mace.kernel_backends.torch``).

Its contract is not released, so nothing here is needed elsewhere, and MACE's package is imported only when it asks.
What is certain is there: the one operation that is made, from a description of its shape, with weights that are read in
any basis of couplings (``SymmetricContraction.load_weights``).
"""

from __future__ import annotations

from importlib import import_module
from importlib.util import find_spec
from typing import Any, Protocol

from invgen.mace.contraction import SymmetricContraction


class Description(Protocol):
    """What is read of a description of a contraction: irreps of one feature, and sizes."""

    @property
    def irreps_in(self) -> str: ...
    @property
    def irreps_out(self) -> str: ...
    @property
    def correlation(self) -> int: ...
    @property
    def num_elements(self) -> int: ...
    @property
    def num_features(self) -> int: ...


class Backend:
    """The backend ``invgen``: symmetric contractions only."""

    name = "invgen"

    def capabilities(self) -> Any:
        """What it can do, in MACE's own words.

        Raises ``ImportError`` where no MACE with a registry is installed.
        """
        contract = "mace_core.kernels.capabilities"
        if find_spec("mace_core") is None:
            raise ImportError(
                "the registry of kernel backends comes with mace_core, which is not installed: models of released "
                "versions are sped up by invgen.mace.reduce(model)"
            )
        return import_module(contract).BackendCapabilities(
            ops=frozenset({"symmetric_contraction"}),
            devices=frozenset({"cpu", "cuda"}),
            dtypes=frozenset({"float32", "float64"}),
            supports_double_backward=True,
        )

    def make_symmetric_contraction(self, descriptor: Description) -> SymmetricContraction:
        """The module of a description; raises ``MaceError`` for irreps that are not known."""
        features = descriptor.num_features
        inside, outside = _multiplied(descriptor.irreps_in, features), _multiplied(descriptor.irreps_out, features)
        return SymmetricContraction(inside, outside, descriptor.correlation, descriptor.num_elements)


def _multiplied(irreps: str, features: int) -> str:
    """``8x0e+8x1o`` from ``0e+1o`` or ``1x0e+1x1o``."""
    return "+".join(f"{features}x{part.strip().removeprefix('1x')}" for part in irreps.split("+"))
