"""The emitted CUDA kernels of the interaction layer on torch tensors: one launch per pass, nothing waits.

Kernels are compiled for the number of sensitivities and of threads when first used; later calls may be captured in CUDA
graphs. Arrays are those of ``operators.interaction``, checked there.
"""

from __future__ import annotations

import ctypes

from torch import Tensor

from invgen.emitted.folder import EmittedFolder
from invgen.errors import CudaError
from invgen.runtime import cuda
from invgen.runtime.pair_lists import PairLists

FILE = "cuda_interaction.cu"
"""Compiled behind the kernels, whose parts it calls."""
MOST_THREADS = 128
"""Threads of a block, at most: each may then have all registers that the architecture gives to one."""
SHARED_BYTES = 48 * 1024
"""Shared memory that every block may have on every architecture without asking."""

PASSES = {
    "value": ("interaction_value",),
    "vjp": ("interaction_vjp_centres", "interaction_vjp_neighbours"),
    "second_order": ("interaction_second_order_centres", "interaction_second_order_neighbours"),
}


class CudaInteraction:
    """The kernels of one emitted folder. Raises ``EmittedFileError`` unless its files are as they were emitted."""

    def __init__(self, folder: EmittedFolder) -> None:
        text = folder.read(FILE).decode()
        fields = cuda.launch_fields(text, folder.path / FILE)
        self.components, self.size, self.pairs = (int(fields[name]) for name in ("components", "size", "pairs"))
        self.source = cuda.Source(folder.id, folder.read(cuda.FILE).decode() + text)

    def value(self, tensors: tuple[Tensor, ...], lists: PairLists) -> tuple[Tensor]:
        """y for m, s, t."""
        centres, features = len(lists.centre_start) - 1, tensors[0].shape[2]
        (m, s, t), (y,) = self._allocate(tensors, [(centres, self.size, features)])
        self._centres("value", (m, s, t), lists, (y,), centres)
        return (y,)

    def vjp(self, tensors: tuple[Tensor, ...], lists: PairLists) -> tuple[Tensor, Tensor, Tensor]:
        """The cotangents of m, s, t for m, s, t and the cotangent of y."""
        centres, features = len(lists.centre_start) - 1, tensors[0].shape[2]
        shapes = [tuple(x.shape) for x in tensors[:3]]
        (m, s, t, g), (gm, gs, gt, gx) = self._allocate(tensors, [*shapes, (centres, self.components, features)])
        self._centres("vjp", (m, s, t, g), lists, (gx,), centres)
        self._neighbours("vjp", (m, s, t, gx), lists, (gm, gs, gt))
        return gm, gs, gt

    def second_order(self, tensors: tuple[Tensor, ...], lists: PairLists) -> tuple[Tensor, Tensor, Tensor, Tensor]:
        """The cotangents of m, s, t and g, for m, s, t, g and the cotangents of what ``vjp`` returns."""
        centres, features = len(lists.centre_start) - 1, tensors[0].shape[2]
        inner = (centres, self.components, features)
        arrays, results = self._allocate(tensors, [*(tuple(x.shape) for x in tensors[:4]), inner, inner])
        (m, s, t, g, um, us, ut), (hm, hs, ht, hg, hx, gx) = arrays, results
        self._centres("second_order", (m, s, t, g, um, us, ut), lists, (hx, gx, hg), centres)
        self._neighbours("second_order", (m, s, t, um, us, ut, hx, gx), lists, (hm, hs, ht))
        return hm, hs, ht, hg

    def _allocate(
        self, tensors: tuple[Tensor, ...], shapes: list[tuple[int, ...]]
    ) -> tuple[list[Tensor], tuple[Tensor, ...]]:
        return cuda.allocate(self.source.id, tensors, shapes)

    def _centres(
        self, order: str, arrays: tuple[Tensor, ...], lists: PairLists, results: tuple[Tensor, ...], centres: int
    ) -> None:
        threads, slabs = self._blocks(order, arrays[0])
        groups = (lists.centre_start, lists.centre_order, lists.second)
        self._launch(order, 0, (*arrays, *groups, *results), arrays[0], centres * slabs, threads, slabs)

    def _neighbours(
        self, order: str, arrays: tuple[Tensor, ...], lists: PairLists, results: tuple[Tensor, ...]
    ) -> None:
        if not arrays[0].shape[2]:
            for result in results:
                result.zero_()
            return
        threads, slabs = self._blocks(order, arrays[0])
        groups = (lists.neighbour_start, lists.neighbour_order, lists.first)
        self._launch(order, 1, (*arrays, *groups, *results), arrays[0], len(arrays[0]), threads, slabs)

    def _launch(
        self, order: str, step: int, arrays: tuple[Tensor, ...], m: Tensor, blocks: int, threads: int, slabs: int
    ) -> None:
        if not blocks:
            return
        if blocks > cuda.MOST_BLOCKS:
            raise CudaError(f"{self.source.id}: {blocks} blocks are more than one launch holds: pass fewer atoms")
        definitions = (
            "STATEMENTS", f"REAL={cuda.REALS[m.dtype]}", f"SENSITIVITIES={m.shape[1]}", f"THREADS={threads}",
            f"ORDER={list(PASSES).index(order)}",
        )  # fmt: skip
        device = m.device.index
        function = self.source.functions(PASSES[order], definitions, device)[step]
        arguments = [ctypes.c_void_p(a.data_ptr()) for a in arrays]
        sizes = [ctypes.c_uint(m.shape[2]), ctypes.c_uint(slabs)]
        cuda.driver().launch(function, device, cuda.current_stream(device), blocks, threads, [*arguments, *sizes])

    def _blocks(self, order: str, m: Tensor) -> tuple[int, int]:
        """Threads of a block, and into how many slabs that cuts the features: as few as shared memory allows."""
        features, slabs = m.shape[2], max(1, -(-m.shape[2] // MOST_THREADS))
        while slabs <= max(1, features):
            threads = 32 * -(-features // (32 * slabs)) or 32
            if self.shared_bytes(order, m.shape[1], threads, m.element_size()) <= SHARED_BYTES:
                return threads, -(-features // threads)
            slabs += 1
        raise CudaError(
            f"{self.source.id}: {m.shape[1]} sensitivities need more shared memory than a block has: take fewer, or "
            'use backend="torch"'
        )

    def shared_bytes(self, order: str, sensitivities: int, threads: int, real: int) -> int:
        """Shared memory of a block of the pass that takes more, for numbers of ``real`` bytes."""
        second = order == "second_order"
        row = (-(-sensitivities // 4) + -(-self.components // 4)) * 4
        rows = row * (2 * self.pairs if second else self.pairs + 1)
        columns = 2 * self.components * threads if second else 0
        sums = self.pairs * (threads // 32) * (sensitivities + self.components) if order != "value" else 0
        return 16 * self.pairs + 16 + real * (rows + max(columns, sums))
