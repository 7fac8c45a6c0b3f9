"""The C++ compiler of this machine, and shared objects that it makes."""

from invgen.cpp.compiler import CppCompiler, find_compiler
from invgen.cpp.library import Library, open_library

__all__ = ["CppCompiler", "Library", "find_compiler", "open_library"]
