"""Runtime half: emitted files to callables and torch operators. Never SymPy or Jinja; torch only on use."""

from invgen.runtime.load import Kernels, load

__all__ = ["Kernels", "load"]
