"""CUDA C++ text to machine code, for any architecture, with or without a GPU. Needs neither torch nor a toolkit."""

from invgen.gpu.compiler import find_compiler, target
from invgen.gpu.usage import Compiled, Compiler, Usage

__all__ = ["Compiled", "Compiler", "Usage", "find_compiler", "target"]
