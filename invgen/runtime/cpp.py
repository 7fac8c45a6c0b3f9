"""The C++ kernels of an emitted folder, through a compiled shared object: one thread, arrays of NumPy's and tensors."""

from __future__ import annotations

import ctypes
from typing import Any

import numpy as np

from invgen.cpp import Library, open_library
from invgen.emitted.folder import EmittedFolder
from invgen.runtime.processor import cpu_features, machine, processor_name

FILE = "cpp_kernels.hpp"
REALS = {4: "float", 8: "double"}


class CppKernels:
    """Kernels behind ``run``, each compiled in each precision when it is first called.

    Raises ``EmittedFileError`` unless the file is as it was emitted.
    """

    def __init__(self, folder: EmittedFolder) -> None:
        self.id, self.text = folder.id, folder.read(FILE).decode()
        components, size = folder.manifest["components"], folder.manifest["size"]
        self._outputs = {"value": (size,), "vjp": (components,), "second_order": (components, size)}
        self._libraries: dict[tuple[str, int], Library] = {}

    def run(self, kernel: str, arrays: tuple[Any, ...]) -> tuple[Any, ...]:
        """Results of ``kernel`` for checked arrays (atoms, components, features) of one dtype: fresh and contiguous.

        Tensors are on the CPU and contiguous. Raises ``CppError`` without a compiler of C++17.
        """
        x = arrays[0]
        atoms, _, features = x.shape
        given = isinstance(x, np.ndarray)
        plain = [np.ascontiguousarray(a) for a in arrays] if given else list(arrays)
        shapes = [(atoms, size, features) for size in self._outputs[kernel]]
        results = tuple(np.empty(shape, x.dtype) if given else x.new_empty(shape) for shape in shapes)
        library = self._library(kernel, x.dtype.itemsize)
        library.invgen_run(_addresses(plain), _addresses(results), ctypes.c_size_t(atoms), ctypes.c_size_t(features))
        return results

    def _library(self, kernel: str, itemsize: int) -> Library:
        key = kernel, itemsize
        if key not in self._libraries:
            definitions = (f"INVGEN_KERNEL={kernel}", f"INVGEN_REAL={REALS[itemsize]}")
            architecture = " ".join((machine(), processor_name(), *cpu_features()))
            name = f"{self.id} {kernel} for {REALS[itemsize]}"
            self._libraries[key] = open_library(name, self.text, architecture, definitions)
        return self._libraries[key]


def _addresses(arrays: Any) -> Any:
    found = [a.ctypes.data if isinstance(a, np.ndarray) else a.data_ptr() for a in arrays]
    return (ctypes.c_void_p * len(found))(*found)
