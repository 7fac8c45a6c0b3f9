"""Emitted CUDA kernels on torch tensors: compiled when first used, launched on torch's current stream.

After the first call of a kernel with one dtype and layout on one device nothing happens but the launch: torch's
allocator gives the memory of the results, and nothing waits. So calls may be captured in CUDA graphs once they have run
outside.
"""

from __future__ import annotations

import ctypes
import json
import os
from dataclasses import dataclass
from functools import cache

import torch
from torch import Tensor

from invgen.errors import CudaError, EmittedFileError
from invgen.gpu import Compiler, find_compiler, target
from invgen.runtime.cuda_cache import cached
from invgen.runtime.cuda_driver import Handle, driver
from invgen.runtime.folder import EmittedFolder

FILE = "cuda_kernels.cu"
KERNELS = ("value", "vjp", "second_order")
REALS = {torch.float32: "float", torch.float64: "double"}
LAUNCH = "// launch: "
MOST_BLOCKS = 2**31 - 1


@dataclass(frozen=True)
class _Launch:
    """``parts`` are names of functions in order; blocks have ``threads`` threads, or ``row_threads`` if components are
    last."""

    parts: tuple[str, ...]
    threads: int
    row_threads: int
    outputs: tuple[int, ...]


class CudaKernels:
    """The CUDA kernels of one emitted folder. Raises ``EmittedFileError`` unless the file is as it was emitted."""

    def __init__(self, folder: EmittedFolder) -> None:
        self.id = folder.id
        self.source = folder.read(FILE).decode()
        self.launches = _launches(self.source, folder)
        self._functions: dict[tuple[str, torch.dtype, bool, int], tuple[Handle, ...]] = {}

    def run(self, kernel: str, tensors: tuple[Tensor, ...]) -> tuple[Tensor, ...]:
        """The results of ``kernel`` for checked tensors (atoms, components, features) of one dtype and device.

        Raises ``torch.OutOfMemoryError`` that names the memory needed, and ``CudaError`` if the kernel cannot be
        compiled or launched.
        """
        launch = self.launches[kernel]
        arrays, results = _allocate(self.id, tensors, launch.outputs)
        if results[0].numel():
            self._launch(kernel, launch, arrays, results)
        return results

    def _launch(self, kernel: str, launch: _Launch, arrays: list[Tensor], results: tuple[Tensor, ...]) -> None:
        device, (atoms, _, features) = arrays[0].device.index, arrays[0].shape
        rows = features == 1
        threads = launch.row_threads if rows else launch.threads
        blocks = -(-atoms * features // threads)
        if blocks > MOST_BLOCKS:
            raise CudaError(
                f"{self.id}: {atoms} atoms x {features} features are more than one launch holds: split them"
            )
        pointers = [ctypes.c_void_p(t.data_ptr()) for t in (*arrays, *results)]
        arguments = [*pointers, ctypes.c_longlong(atoms * features), ctypes.c_uint(features)]
        stream = current_stream(device)
        for function in self._loaded(kernel, arrays[0].dtype, rows, device):
            driver().launch(function, device, stream, blocks, threads, arguments)

    def _loaded(self, kernel: str, dtype: torch.dtype, rows: bool, device: int) -> tuple[Handle, ...]:
        """The functions of all parts, compiled and loaded at the first call."""
        key = (kernel, dtype, rows, device)
        if key not in self._functions:
            if capturing():
                raise CudaError(
                    f"{self.id}: {kernel} is not compiled for {dtype} on cuda:{device} yet, which cannot happen while "
                    "a CUDA graph is captured: call it once before the capture"
                )
            module = driver().load(self._image(kernel, dtype, rows, device), device)
            self._functions[key] = tuple(driver().function(module, name) for name in self.launches[kernel].parts)
        return self._functions[key]

    def _image(self, kernel: str, dtype: torch.dtype, rows: bool, device: int) -> bytes:
        compiler = find_compiler()
        architecture = target(capability(device), compiler)
        definitions = (f"REAL={REALS[dtype]}", f"ONLY={KERNELS.index(kernel)}", *(("COMPONENTS_LAST",) if rows else ()))
        return cached(
            self.source, architecture, definitions, compiler.name,
            lambda: compiler.compile(self.source, architecture, definitions).image,
        )  # fmt: skip


def _launches(source: str, folder: EmittedFolder) -> dict[str, _Launch]:
    for line in source.splitlines():
        if line.startswith(LAUNCH):
            fields = json.loads(line.removeprefix(LAUNCH))
            return {
                name: _Launch(tuple(f["parts"]), f["threads"], f["row_threads"], tuple(f["outputs"]))
                for name, f in fields.items()
            }
    raise EmittedFileError(f"{folder.path / FILE} does not say how to launch its kernels: emit again")


def _allocate(id: str, tensors: tuple[Tensor, ...], widths: tuple[int, ...]) -> tuple[list[Tensor], tuple[Tensor, ...]]:
    """The arguments without gaps, copied if they have any, and memory for the results."""
    atoms, _, features = tensors[0].shape
    try:
        arrays = [t.detach().resolve_neg().contiguous() for t in tensors]
        return arrays, tuple(arrays[0].new_empty((atoms, width, features)) for width in widths)
    except torch.OutOfMemoryError as error:
        size = tensors[0].element_size()
        results, given = size * atoms * sum(widths) * features, size * sum(t.numel() for t in tensors)
        raise torch.OutOfMemoryError(
            f"{id}: {_mebibytes(results)} of GPU memory are needed for the results, beside {_mebibytes(given)} of "
            f"arguments: pass fewer atoms at once ({error})"
        ) from error


def _mebibytes(size: int) -> str:
    return f"{size / 2**20:,.1f} MiB"


def current_stream(device: int) -> int:
    """The handle of torch's current stream."""
    return torch.cuda.current_stream(device).cuda_stream


def capturing() -> bool:
    """Whether torch is recording a CUDA graph."""
    return torch.cuda.is_available() and torch.cuda.is_current_stream_capturing()


@cache
def capability(device: int) -> int:
    """90 for a GPU of compute capability 9.0."""
    major, minor = torch.cuda.get_device_capability(device)
    return 10 * major + minor


def require_cuda(device: int | None = None) -> Compiler:
    """The compiler that will be used. Raises ``CudaError`` where the kernels cannot run, with the reason.

    device
        Index of the GPU; torch's current one by default.
    """
    if torch.version.cuda is None:
        raise CudaError(
            f'this torch ({torch.__version__}) is built without CUDA: install a build with it, or use backend="torch"'
        )
    if not torch.cuda.is_available():
        visible = os.environ.get("CUDA_VISIBLE_DEVICES")
        raise CudaError(
            f"no NVIDIA GPU is to be seen (CUDA_VISIBLE_DEVICES is {'not set' if visible is None else repr(visible)}, "
            f'torch is built for CUDA {torch.version.cuda}): check nvidia-smi, or use backend="numba" or "torch"'
        )
    compiler = find_compiler()
    target(capability(torch.cuda.current_device() if device is None else device), compiler)
    return compiler


@cache
def unusable(device: int) -> str | None:
    """Why the kernels cannot run on a GPU, or ``None``: what decides whether tensors there take plain operations."""
    try:
        require_cuda(device)
    except CudaError as error:
        return str(error)
    return None
