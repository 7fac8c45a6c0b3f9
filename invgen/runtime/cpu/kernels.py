"""The kernels of an emitted folder on the CPU, for arrays of NumPy's and for tensors."""

from __future__ import annotations

from typing import Any

import numpy as np

from invgen.emitted.folder import EmittedFolder, read_products
from invgen.runtime.cpu.invariants import Invariants
from invgen.runtime.cpu.pool import empty_at_cache_lines
from invgen.runtime.cpu.tables import Tables


class CpuKernels:
    """Compiled kernels behind ``run``; ``program`` is a form of statements or of tables."""

    def __init__(self, program: Invariants | Tables) -> None:
        self.program = program

    def run(self, kernel: str, arrays: tuple[Any, ...]) -> tuple[Any, ...]:
        """Results of ``kernel`` for checked arrays (atoms, components, features) of one dtype: fresh and contiguous.

        Tensors are contiguous.
        """
        x = arrays[0]
        (atoms, _, features), sizes = x.shape, self.program.KERNELS[kernel]["outputs"]
        dtype, plain = f"float{8 * x.dtype.itemsize}", list(arrays)
        if isinstance(x, np.ndarray):
            plain = [np.ascontiguousarray(a) for a in arrays]
            results = tuple(empty_at_cache_lines((atoms, size, features), x.dtype) for size in sizes)
        else:
            results = tuple(x.new_empty(atoms, size, features) for size in sizes)
        self.program.run(kernel, dtype, plain, list(results), atoms, features)
        return results


def open_kernels(folder: EmittedFolder) -> CpuKernels:
    """The emitted statements, or what walks the emitted tables. They are compiled when they are first called."""
    if folder.table_driven:
        return CpuKernels(Tables(read_products(folder)))
    emitted = folder.module("numba")
    return CpuKernels(Invariants(folder.id, emitted.KERNELS, emitted.LANES))
