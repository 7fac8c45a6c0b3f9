"""The kernels of an emitted folder in every form that runs: modules of Torch and Numba, and compiled CUDA code."""

from __future__ import annotations

from functools import cached_property
from typing import Any

import numpy as np

from invgen.emitted.folder import EmittedFolder, read_products
from invgen.runtime.arrays import empty_at_cache_lines
from invgen.runtime.backends import require_numba


class Modules:
    """The kernels of one emitted folder; each form is loaded when it is first used."""

    def __init__(self, folder: EmittedFolder) -> None:
        manifest = folder.manifest
        self.folder = folder
        self.id: str = manifest["id"]
        self.key = folder.key
        self.components: int = manifest["components"]
        self.size: int = manifest["size"]
        self.operations: dict[str, dict[str, int]] = manifest["operations"]

    @cached_property
    def torch_module(self) -> Any:
        """The emitted Torch module, or what walks the emitted tables."""
        if self.folder.table_driven:
            from invgen.runtime import tables_torch

            return tables_torch.Tables(read_products(self.folder))
        return self.folder.module("torch")

    @cached_property
    def numba_module(self) -> Any:
        """The emitted statements compiled, or what walks the emitted tables. Raises ``ImportError`` without Numba."""
        require_numba()
        if self.folder.table_driven:
            from invgen.runtime.cpu import tables

            return tables.Tables(read_products(self.folder))
        from invgen.runtime.cpu.invariants import Invariants

        emitted = self.folder.module("numba")
        return Invariants(self.id, emitted.KERNELS, emitted.LANES)

    @cached_property
    def cuda_module(self) -> Any:
        """The emitted CUDA kernels. Raises ``EmittedFileError`` if there are none or they were edited."""
        from invgen.runtime.cuda import CudaKernels

        return CudaKernels(self.folder)

    @cached_property
    def interaction_module(self) -> Any:
        """The emitted fused CUDA kernels. Raises ``EmittedFileError`` if there are none or they were edited."""
        from invgen.runtime.cuda_interaction import CudaInteraction

        return CudaInteraction(self.folder)

    def run_numpy(self, kernel: str, arrays: tuple[np.ndarray, ...]) -> Any:
        """Run a Numba kernel on checked arrays (atoms, components, features) of one dtype."""
        module = self.numba_module
        atoms, _, features = arrays[0].shape
        dtype = arrays[0].dtype
        outputs = [empty_at_cache_lines((atoms, size, features), dtype) for size in module.KERNELS[kernel]["outputs"]]
        plain = [np.ascontiguousarray(a) for a in arrays]
        module.run(kernel, dtype.name, plain, outputs, atoms, features)
        return outputs[0] if len(outputs) == 1 else tuple(outputs)
