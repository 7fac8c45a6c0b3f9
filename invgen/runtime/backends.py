"""The table of backends: what runs the files of an emitter, where, and what it needs. A row here, and it is known.

``emitters.BACKENDS`` is the other half of the table: which module writes the files of a backend.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from importlib.util import find_spec
from typing import Any

from invgen.emitted.folder import EmittedFolder, read_products
from invgen.errors import BackendError, CudaError, PackageError, unknown


@dataclass(frozen=True)
class Backend:
    """How the kernels of an emitted folder run in one way.

    name
        As in ``invgen.load(..., backend=name)``; the emitted file is ``<name>_kernels`` with its ending.
    form
        Makes of an emitted folder what runs. Where ``device`` is given that has ``run(kernel, arrays)``: a tuple of
        results for checked arrays (atoms, components, features). Else it has the three kernels as functions of
        tensors and ``axis``, differentiable to any order.
    require
        Raises ``BackendError``, with the remedy, where it cannot run; the index of a GPU
        may be given.
    device
        Kind of device whose tensors its compiled kernels take, or ``None`` for plain tensor operations on any.
    takes_numpy
        Whether ``run`` takes NumPy arrays, too.
    interaction
        Makes of an emitted folder its fused interaction layer, or ``None`` if the backend has none. That has ``value``,
        ``vjp`` and ``second_order`` of checked tensors and ``PairLists``, as ``operators.pair_sums`` without a key, and
        always gives tuples.
    """

    name: str
    form: Callable[[EmittedFolder], Any]
    require: Callable[[int | None], None]
    device: str | None = None
    takes_numpy: bool = False
    interaction: Callable[[EmittedFolder], Any] | None = None

    def why_not(self, index: int | None = None) -> str | None:
        """Why it cannot run on this machine, or on the GPU of an index, and what to install; ``None`` if it can."""
        try:
            self.require(index)
        except BackendError as error:
            return error.reason
        return None

    @property
    def compiled(self) -> bool:
        """Whether kernels of its own run, instead of plain tensor operations."""
        return self.device is not None

    @property
    def only_on_its_device(self) -> bool:
        """Whether it takes nothing but tensors on its device."""
        return self.compiled and not self.takes_numpy


@cache
def has_numba() -> bool:
    """Whether llvmlite, the compiler that Numba brings, is installed (it is not imported)."""
    return find_spec("llvmlite") is not None


def _require_numba(index: int | None) -> None:
    if not has_numba():
        raise PackageError('backend="numba" needs llvmlite, which is not installed: pip install numba', "torch")


def _require_torch(index: int | None) -> None:
    if find_spec("torch") is None:
        raise PackageError('backend="torch" needs torch, which is not installed: pip install torch')


def _require_cuda(index: int | None) -> None:
    if find_spec("torch") is None:
        raise PackageError('backend="cuda" takes torch tensors, and torch is not installed: pip install torch')
    from invgen.runtime import cuda

    if index is None:
        cuda.require_cuda()
    elif (reason := cuda.unusable(index)) is not None:
        raise CudaError(reason)


def _require_cpp(index: int | None) -> None:
    from invgen.cpp import find_compiler

    find_compiler()


def _numba_form(folder: EmittedFolder) -> Any:
    _require_numba(None)
    from invgen.runtime.cpu.kernels import open_kernels

    return open_kernels(folder)


def _torch_form(folder: EmittedFolder) -> Any:
    if folder.table_driven:
        from invgen.runtime.tables_torch import Tables

        return Tables(read_products(folder))
    return folder.module("torch")


def _cpp_form(folder: EmittedFolder) -> Any:
    from invgen.runtime.cpp import CppKernels

    return CppKernels(folder)


def _cuda_form(folder: EmittedFolder) -> Any:
    from invgen.runtime.cuda import CudaKernels

    return CudaKernels(folder)


def _cuda_interaction(folder: EmittedFolder) -> Any:
    from invgen.runtime.cuda_interaction import CudaInteraction

    return CudaInteraction(folder)


BACKENDS: dict[str, Backend] = {}
"""In order of preference: among those that can run, the first is what ``"auto"`` takes."""


def register_backend(backend: Backend) -> None:
    """Adds a row. Raises ``ValueError`` for a name that is taken."""
    if backend.name in (*BACKENDS, "auto"):
        raise ValueError(f"there is a backend {backend.name!r} already")
    BACKENDS[backend.name] = backend


register_backend(Backend("numba", _numba_form, _require_numba, device="cpu", takes_numpy=True))
register_backend(Backend("torch", _torch_form, _require_torch))
register_backend(Backend("cuda", _cuda_form, _require_cuda, device="cuda", interaction=_cuda_interaction))
register_backend(Backend("cpp", _cpp_form, _require_cpp, device="cpu", takes_numpy=True))
PLAIN = "torch"
"""The backend of plain tensor operations: it runs wherever torch does, and derivatives of any order exist."""


def check_backend(name: str) -> None:
    """Raises ``ValueError`` for an unknown name, and what ``require`` raises for one that cannot run here."""
    if name not in (*BACKENDS, "auto"):
        raise ValueError(unknown("backend", name, (*BACKENDS, "auto")))
    if name != "auto":
        BACKENDS[name].require(None)


def for_arrays(names: tuple[str, ...]) -> str:
    """Among emitted backends, the first that takes NumPy arrays and can run here; else the plain one."""
    fit = (b.name for b in BACKENDS.values() if b.name in names and b.takes_numpy and b.why_not() is None)
    return next(fit, PLAIN)


def for_tensors(names: tuple[str, ...], kind: str, index: int | None = None) -> Backend | None:
    """Among emitted backends, the first whose kernels run on tensors of a device; ``None`` for plain operations."""
    fit = (b for b in BACKENDS.values() if b.name in names and b.device == kind and b.why_not(index) is None)
    return next(fit, None)


def compiled_for(kind: str) -> str:
    """The first backend with kernels for a kind of device, whether or not it runs here; the plain one if none has."""
    return next((b.name for b in BACKENDS.values() if b.device == kind), PLAIN)


def fast_on_cpu(backend: str) -> bool:
    """Whether layers of this backend use compiled operators for CPU tensors: that of the CPU, and ``"auto"`` with it.

    Raises what ``check_backend`` raises.
    """
    check_backend(backend)
    return has_numba() and (backend == "auto" or BACKENDS[backend].device == "cpu")
