"""g++ or clang: found where ``$CXX`` or the search path say, asked for its version, run with its words in the error."""

from __future__ import annotations

import os
import shlex
import shutil
import subprocess
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from invgen.errors import CppError

NAMES = ("g++", "clang++", "c++")
FLAGS = ("-std=c++17", "-O3", "-fPIC", "-shared", "-Wno-psabi", "-fno-math-errno")
"""Of every shared object. Packs of numbers are never arguments of functions that others call, hence no psabi."""
NATIVE = "-march=native"
"""For code that runs on the machine that compiles it."""


@dataclass(frozen=True)
class CppCompiler:
    """A command, and the first line that it says of its version."""

    command: tuple[str, ...]
    name: str

    def shared_object(self, sources: Sequence[str | os.PathLike[str]], output: Path, flags: Sequence[str]) -> Path:
        """Compiles files into one shared object. Raises ``CppError`` with the compiler's words."""
        arguments = [*self.command, *FLAGS, *flags, *map(str, sources), "-o", str(output)]
        finished = subprocess.run(arguments, capture_output=True, text=True, check=False)
        if finished.returncode:
            raise CppError(
                f"{shlex.join(arguments)} failed: {(finished.stderr or finished.stdout).strip()[:2000]}; set CXX to "
                "another compiler of C++17, such as g++ 9 or clang 10 or newer"
            )
        return output

    def image(self, source: str, flags: Sequence[str]) -> bytes:
        """The shared object of one text."""
        with tempfile.TemporaryDirectory() as folder:
            text = Path(folder) / "kernels.cpp"
            text.write_text(source, encoding="utf-8")
            return self.shared_object([text], Path(folder) / "kernels.so", flags).read_bytes()


def find_compiler() -> CppCompiler:
    """The compiler of ``$CXX``, else the first of g++, clang++ and c++. Raises ``CppError`` if there is none."""
    return _find(os.environ.get("CXX", ""))


@cache
def _find(chosen: str) -> CppCompiler:
    for words in [shlex.split(chosen)] if chosen else [[name] for name in NAMES]:
        if words and shutil.which(words[0]):
            said = subprocess.run([*words, "--version"], capture_output=True, text=True, check=False).stdout
            return CppCompiler(tuple(words), said.partition("\n")[0].strip() or words[0])
    wanted = f"CXX={chosen} names none" if chosen else f"none of {', '.join(NAMES)} is on the search path"
    raise CppError(f"no C++ compiler: {wanted}; install g++ (apt install g++) or clang, or set CXX")
