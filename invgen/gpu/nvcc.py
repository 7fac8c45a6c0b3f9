"""The compiler driver of an installed CUDA toolkit, for machines that have it and no NVRTC."""

from __future__ import annotations

import re
import shutil
import subprocess
import tempfile
from functools import cache
from pathlib import Path

from invgen.errors import CudaError
from invgen.gpu.usage import Compiled, read_usage


class Nvcc:
    """The command ``nvcc`` at ``path``."""

    def __init__(self, path: str) -> None:
        self.path = path
        release = re.search(r"release ([\d.]+)", _run([path, "--version"]))
        self.name = f"nvcc {release[1] if release else 'of unknown version'}"
        self.architectures = tuple(
            sorted(int(n) for n in re.findall(r"sm_(\d+)$", _run([path, "--list-gpu-code"]), re.M))
        )

    def compile(self, source: str, architecture: str, definitions: tuple[str, ...]) -> Compiled:
        """Machine code for ``sm_90``, or PTX for ``compute_90``. Raises ``CudaError`` with the compiler's words."""
        machine = architecture.startswith("sm")
        with tempfile.TemporaryDirectory() as folder:
            text, result = Path(folder) / "kernels.cu", Path(folder) / "kernels.out"
            text.write_text(source)
            options = ["-cubin", "-Xptxas", "-v"] if machine else ["-ptx"]
            command = [self.path, *options, f"-arch={architecture}", "-std=c++17", *(f"-D{d}" for d in definitions)]
            log = _run([*command, str(text), "-o", str(result)])
            return Compiled(result.read_bytes(), read_usage(log) if machine else {})


def _run(command: list[str]) -> str:
    """Standard output and error. Raises ``CudaError`` if the command fails."""
    finished = subprocess.run(command, capture_output=True, text=True, check=False)
    if finished.returncode:
        raise CudaError(f"{' '.join(command)} failed: {(finished.stderr or finished.stdout).strip()[:2000]}")
    return finished.stdout + finished.stderr


@cache
def find_nvcc() -> Nvcc | None:
    """The ``nvcc`` on the search path, or ``None``."""
    path = shutil.which("nvcc")
    return Nvcc(path) if path else None
