"""Shared objects for this process: compiled once, kept with a checksum, opened from verified bytes."""

from __future__ import annotations

import ctypes
import logging
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import TypeAlias

from invgen.cpp.compiler import NATIVE, find_compiler
from invgen.kept import kept

Library: TypeAlias = ctypes.CDLL
log = logging.getLogger("invgen.compile")


def open_library(name: str, source: str, architecture: str, definitions: Sequence[str] = ()) -> Library:
    """The functions of a C++ text that are ``extern "C"``, compiled for this processor.

    name
        What is said while it is compiled.
    architecture
        What the code depends on beside text and compiler: the processor with its instruction sets.
    definitions
        Macros such as ``INVGEN_REAL=double``.

    Raises ``CppError`` without a compiler, and for a text that it refuses.
    """
    compiler = find_compiler()

    def build() -> bytes:
        log.info("compiling %s", name)
        return compiler.image(source, [NATIVE, *(f"-D{d}" for d in definitions)])

    image = kept("cpp", source, architecture, tuple(definitions), compiler.name, build)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "kernels.so"
        path.write_bytes(image)
        return ctypes.CDLL(str(path))
