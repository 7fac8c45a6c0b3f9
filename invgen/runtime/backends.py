"""The backends by name, and which of them this machine has."""

from __future__ import annotations

from functools import cache
from importlib.util import find_spec

from invgen.errors import unknown

BACKENDS = ("numba", "torch", "cuda")


@cache
def has_numba() -> bool:
    """Whether llvmlite, the compiler that Numba brings, is installed (it is not imported)."""
    return find_spec("llvmlite") is not None


def require_numba() -> None:
    """Raise ``ImportError`` with the remedy if that is missing."""
    if not has_numba():
        raise ImportError(
            'backend="numba" needs llvmlite, which is not installed: pip install numba, or use backend="torch"'
        )


def fast_on_cpu(backend: str) -> bool:
    """Whether layers of this backend use the Numba operators for CPU tensors: ``"numba"``, and ``"auto"`` with Numba.

    Raises ``ValueError`` for an unknown backend, ``ImportError`` for ``"numba"`` where it is not installed.
    """
    check_backend(backend)
    return backend == "numba" or (backend == "auto" and has_numba())


def check_backend(backend: str) -> None:
    """Raises ``ValueError`` for an unknown name, ``ImportError`` for ``"numba"`` where it is not installed."""
    if backend not in (*BACKENDS, "auto"):
        raise ValueError(unknown("backend", backend, (*BACKENDS, "auto")))
    if backend == "numba":
        require_numba()
