"""NVRTC, NVIDIA's compiler as a library: that of torch, of the package nvidia-cuda-nvrtc, or of a toolkit."""

from __future__ import annotations

import ctypes
import ctypes.util
import os
from collections.abc import Iterator
from functools import cache
from importlib.util import find_spec
from pathlib import Path

from invgen.errors import CudaError
from invgen.gpu.usage import Compiled, read_usage

PATTERNS = ("libnvrtc.so*", "libnvrtc-*.so*", "nvrtc64_*.dll")


class Nvrtc:
    """One loaded library. ``architectures`` are those it compiles for, such as 90 for compute capability 9.0."""

    def __init__(self, library: ctypes.CDLL) -> None:
        self._library = library
        major, minor = ctypes.c_int(), ctypes.c_int()
        self._call("nvrtcVersion", ctypes.byref(major), ctypes.byref(minor))
        self.name = f"NVRTC {major.value}.{minor.value}"
        count = ctypes.c_int()
        self._call("nvrtcGetNumSupportedArchs", ctypes.byref(count))
        numbers = (ctypes.c_int * count.value)()
        self._call("nvrtcGetSupportedArchs", numbers)
        self.architectures = tuple(sorted(numbers))

    def compile(self, source: str, architecture: str, definitions: tuple[str, ...]) -> Compiled:
        """Machine code for ``sm_90``, or PTX for ``compute_90``. Raises ``CudaError`` with the compiler's words."""
        program = ctypes.c_void_p()
        self._call("nvrtcCreateProgram", ctypes.byref(program), source.encode(), b"kernels.cu", 0, None, None)
        try:
            options = [f"--gpu-architecture={architecture}", "--std=c++17", "--ptxas-options=-v"]
            texts = [text.encode() for text in (*options, *(f"-D{d}" for d in definitions))]
            code = self._library.nvrtcCompileProgram(program, len(texts), (ctypes.c_char_p * len(texts))(*texts))
            log = self._read(program, "nvrtcGetProgramLogSize", "nvrtcGetProgramLog").rstrip(b"\0").decode()
            if code:
                raise CudaError(f"{self.name} does not compile this source for {architecture}: {log.strip()[:2000]}")
            if architecture.startswith("compute"):
                return Compiled(self._read(program, "nvrtcGetPTXSize", "nvrtcGetPTX"), {})
            return Compiled(self._read(program, "nvrtcGetCUBINSize", "nvrtcGetCUBIN"), read_usage(log))
        finally:
            self._library.nvrtcDestroyProgram(ctypes.byref(program))

    def _read(self, program: ctypes.c_void_p, size: str, content: str) -> bytes:
        count = ctypes.c_size_t()
        self._call(size, program, ctypes.byref(count))
        buffer = ctypes.create_string_buffer(count.value)
        self._call(content, program, buffer)
        return buffer.raw

    def _call(self, function: str, *arguments: object) -> None:
        code = getattr(self._library, function)(*arguments)
        if code:
            self._library.nvrtcGetErrorString.restype = ctypes.c_char_p
            raise CudaError(f"{function} of NVRTC failed: {self._library.nvrtcGetErrorString(code).decode()}")


def libraries() -> Iterator[str]:
    """Where NVRTC may be, in the order of trial: Python packages, torch's own folder, toolkits, the system."""
    folders: list[Path] = []
    nvidia, torch = find_spec("nvidia"), find_spec("torch")
    for place in (nvidia.submodule_search_locations or []) if nvidia else []:
        folders += sorted(Path(place).glob("*/lib"), reverse=True) + sorted(Path(place).glob("*/bin"), reverse=True)
    if torch is not None and torch.origin:
        folders.append(Path(torch.origin).parent / "lib")
    for variable in ("CUDA_HOME", "CUDA_PATH"):
        if home := os.environ.get(variable):
            folders += [Path(home) / "lib64", Path(home) / "bin"]
    for folder in folders:
        for pattern in PATTERNS:
            yield from (
                str(f) for f in sorted(folder.glob(pattern)) if "builtins" not in f.name and ".alt" not in f.name
            )
    if name := ctypes.util.find_library("nvrtc"):
        yield name


@cache
def find_nvrtc() -> Nvrtc | None:
    """The first library that loads, or ``None``."""
    for path in libraries():
        try:
            return Nvrtc(ctypes.CDLL(path))
        except (OSError, AttributeError):
            continue
    return None
