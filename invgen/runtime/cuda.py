"""Emitted CUDA kernels on torch tensors: compiled when first used, launched on torch's current stream.

After the first call of a kernel with one dtype and layout on one device nothing happens but the launch: torch's
allocator gives the memory of the results, and nothing waits. So calls may be captured in CUDA graphs once they have run
outside.
"""

from __future__ import annotations

import ctypes
import json
import math
import os
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from invgen.emitted.folder import EmittedFolder
from invgen.errors import CudaError, EmittedFileError
from invgen.gpu import Compiler, find_compiler, target
from invgen.gpu.driver import Handle, driver
from invgen.kept import kept

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


class Source:
    """One CUDA text and its functions, compiled and loaded where they are first wanted."""

    def __init__(self, id: str, text: str) -> None:
        self.id, self.text = id, text
        self._loaded: dict[tuple[tuple[str, ...], int], tuple[Handle, ...]] = {}

    def functions(self, names: tuple[str, ...], definitions: tuple[str, ...], device: int) -> tuple[Handle, ...]:
        """The functions ``names`` under these macros. Raises ``CudaError`` if they cannot be had now."""
        key = (definitions, device)
        if key not in self._loaded:
            if capturing():
                raise CudaError(
                    f"{self.id}: {names[0]} is not compiled with {', '.join(definitions)} for cuda:{device} yet, which "
                    "cannot happen while a CUDA graph is captured: call it once before the capture"
                )
            module = self._module(definitions, device)
            self._loaded[key] = tuple(driver().function(module, name) for name in names)
        return self._loaded[key]

    def _module(self, definitions: tuple[str, ...], device: int) -> Handle:
        image = self._image(definitions, device)
        try:
            return driver().load(image, device)
        except CudaError as error:
            raise CudaError(
                f"{self.id}: the driver refuses code that {find_compiler().name} made ({error}); if it is older than "
                'the compiler, update the NVIDIA driver, install an older nvidia-cuda-nvrtc, or use backend="torch"'
            ) from error

    def _image(self, definitions: tuple[str, ...], device: int) -> bytes:
        compiler = find_compiler()
        architecture = target(capability(device), compiler)
        return kept(
            "gpu", self.text, architecture, definitions, compiler.name,
            lambda: compiler.compile(self.text, architecture, definitions).image,
        )  # fmt: skip


class CudaKernels:
    """The CUDA kernels of one emitted folder. Raises ``EmittedFileError`` unless the file is as it was emitted."""

    def __init__(self, folder: EmittedFolder) -> None:
        self.id = folder.id
        self.source = Source(folder.id, folder.read(FILE).decode())
        self.launches = _launches(self.source.text, folder)

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
        definitions = (
            f"REAL={REALS[arrays[0].dtype]}", f"ONLY={KERNELS.index(kernel)}", *(("COMPONENTS_LAST",) if rows else ())
        )  # fmt: skip
        for function in self.source.functions(launch.parts, definitions, device):
            driver().launch(function, device, stream, blocks, threads, arguments)


def _launches(source: str, folder: EmittedFolder) -> dict[str, _Launch]:
    return {
        name: _Launch(tuple(f["parts"]), f["threads"], f["row_threads"], tuple(f["outputs"]))
        for name, f in launch_fields(source, folder.path / FILE).items()
    }


def launch_fields(source: str, path: Path) -> dict[str, Any]:
    """What an emitted CUDA text says of its launch. Raises ``EmittedFileError`` if it says nothing."""
    for line in source.splitlines():
        if line.startswith(LAUNCH):
            return json.loads(line.removeprefix(LAUNCH))
    raise EmittedFileError(f"{path} does not say how to launch its kernels: emit again")


def _allocate(id: str, tensors: tuple[Tensor, ...], widths: tuple[int, ...]) -> tuple[list[Tensor], tuple[Tensor, ...]]:
    atoms, _, features = tensors[0].shape
    return allocate(id, tensors, [(atoms, width, features) for width in widths])


def allocate(
    id: str, tensors: tuple[Tensor, ...], shapes: list[tuple[int, ...]]
) -> tuple[list[Tensor], tuple[Tensor, ...]]:
    """The arguments without gaps, copied if they have any, and memory for results of these shapes.

    Raises ``torch.OutOfMemoryError`` that names the memory needed.
    """
    try:
        arrays = [t.detach().resolve_neg().contiguous() for t in tensors]
        return arrays, tuple(arrays[0].new_empty(shape) for shape in shapes)
    except torch.OutOfMemoryError as error:
        size = tensors[0].element_size()
        results, given = size * sum(map(math.prod, shapes)), size * sum(t.numel() for t in tensors)
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
        raise CudaError(f"this torch ({torch.__version__}) is built without CUDA: install a build with it", "torch")
    if not torch.cuda.is_available():
        visible = os.environ.get("CUDA_VISIBLE_DEVICES")
        raise CudaError(
            f"no NVIDIA GPU is to be seen (CUDA_VISIBLE_DEVICES is {'not set' if visible is None else repr(visible)}, "
            f"torch is built for CUDA {torch.version.cuda}): check nvidia-smi",
            "numba",
            "torch",
        )
    try:
        compiler = find_compiler()
        target(capability(torch.cuda.current_device() if device is None else device), compiler)
    except CudaError as error:
        raise CudaError(error.reason, "torch") from None
    return compiler


@cache
def unusable(device: int) -> str | None:
    """Why the kernels cannot run on a GPU, or ``None``: what decides whether tensors there take plain operations."""
    try:
        require_cuda(device)
    except CudaError as error:
        return str(error)
    return None
