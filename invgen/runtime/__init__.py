"""Runtime half: emitted files to callables and torch operators. Imports neither SymPy nor Jinja, and torch only on use."""

from invgen.runtime.load import Kernels, load

__all__ = ["Kernels", "load"]
