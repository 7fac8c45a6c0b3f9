"""What tests of C++ code need: a compiler, and the reason where there is none."""

from __future__ import annotations

import pytest

from invgen.cpp import CppCompiler, find_compiler
from invgen.errors import CppError


def _found() -> tuple[CppCompiler | None, str]:
    try:
        return find_compiler(), ""
    except CppError as error:
        return None, str(error)


COMPILER, WHY = _found()
needs_compiler = pytest.mark.skipif(COMPILER is None, reason=WHY or "there is a compiler")
