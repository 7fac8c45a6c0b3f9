"""The few calls of NVIDIA's driver that load machine code and launch it."""

from __future__ import annotations

import ctypes
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import cache
from typing import Any

from invgen.errors import CudaError

Handle = ctypes.c_void_p


class Driver:
    """The driver's library. Code is loaded into the primary context of a device, the one that torch uses."""

    def __init__(self, library: ctypes.CDLL) -> None:
        self._library = library
        self._call("cuInit", 0)
        self._contexts: dict[int, Handle] = {}

    def load(self, image: bytes, device: int) -> Handle:
        """A module of machine code or PTX on ``device``. Raises ``CudaError`` if the driver refuses it."""
        module = Handle()
        with self._context(device):
            self._call("cuModuleLoadData", ctypes.byref(module), image)
        return module

    def function(self, module: Handle, name: str) -> Handle:
        """The function ``name`` of a module."""
        function = Handle()
        self._call("cuModuleGetFunction", ctypes.byref(function), module, name.encode())
        return function

    def launch(
        self,
        function: Handle,
        device: int,
        stream: int,
        blocks: int,
        threads: int,
        arguments: Sequence[Any],
    ) -> None:
        """Put ``function`` on ``stream``: a line of ``blocks`` with ``threads`` each. Does not wait."""
        pointers = (ctypes.c_void_p * len(arguments))(*(ctypes.addressof(a) for a in arguments))
        with self._context(device):
            self._call(
                "cuLaunchKernel", function, *map(ctypes.c_uint, (blocks, 1, 1, threads, 1, 1, 0)), Handle(stream),
                pointers, None,
            )  # fmt: skip

    @contextmanager
    def _context(self, device: int) -> Iterator[None]:
        if device not in self._contexts:
            context = Handle()
            self._call("cuDevicePrimaryCtxRetain", ctypes.byref(context), device)
            self._contexts[device] = context
        self._call("cuCtxPushCurrent_v2", self._contexts[device])
        try:
            yield
        finally:
            self._call("cuCtxPopCurrent_v2", ctypes.byref(Handle()))

    def _call(self, function: str, *arguments: object) -> None:
        code = getattr(self._library, function)(*arguments)
        if code:
            text = ctypes.c_char_p()
            self._library.cuGetErrorString(code, ctypes.byref(text))
            raise CudaError(f"{function} of the CUDA driver failed: {(text.value or b'unknown').decode()} ({code})")


@cache
def driver() -> Driver:
    """The driver of this machine. Raises ``CudaError`` without one."""
    name = "nvcuda.dll" if sys.platform == "win32" else "libcuda.so.1"
    try:
        return Driver(ctypes.CDLL(name))
    except OSError as error:
        raise CudaError(f"the CUDA driver {name} does not load ({error}): install the NVIDIA driver") from error
