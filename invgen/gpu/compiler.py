"""Which compiler, and for which architecture."""

from __future__ import annotations

from invgen.errors import CudaError
from invgen.gpu.usage import Compiler


def find_compiler() -> Compiler:
    """NVRTC, else nvcc. Raises ``CudaError`` that says what to install."""
    from invgen.gpu.nvcc import find_nvcc
    from invgen.gpu.nvrtc import find_nvrtc

    found = find_nvrtc() or find_nvcc()
    if found is None:
        raise CudaError(
            "no compiler for GPU kernels: neither the library NVRTC nor the command nvcc was found; "
            "pip install nvidia-cuda-nvrtc (builds of torch for CUDA bring it along)"
        )
    return found


def target(capability: int, compiler: Compiler) -> str:
    """What to compile for a GPU of compute capability ``capability`` (90 for 9.0).

    Machine code if the compiler knows the architecture, else PTX of the nearest older one, which drivers of newer GPUs
    compile. Raises ``CudaError`` for a GPU older than all that the compiler knows.
    """
    if capability in compiler.architectures:
        return f"sm_{capability}"
    older = [known for known in compiler.architectures if known < capability]
    if not older:
        oldest = compiler.architectures[0]
        raise CudaError(
            f"the GPU has compute capability {_dotted(capability)}, {compiler.name} compiles for {_dotted(oldest)} and "
            "newer: install an older nvidia-cuda-nvrtc"
        )
    return f"compute_{older[-1]}"


def _dotted(capability: int) -> str:
    return f"{capability // 10}.{capability % 10}"
