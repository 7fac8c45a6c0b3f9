"""Emitted folders to callables: NumPy in gives NumPy out, torch in gives torch out and can be differentiated."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np

from invgen.emitted.folder import EmittedFolder, find_folder, open_folder, reopen
from invgen.markup import block, table
from invgen.runtime.arrays import as_planes, check_shapes, choose_axis, from_planes
from invgen.runtime.backends import BACKENDS, check_backend, for_arrays
from invgen.runtime.choice import Decision, decisions
from invgen.runtime.modules import Modules, alone


class Kernels(Modules):
    """A basis (or a set of tensor harmonics) as callables, in one backend.

    ``f(x)`` gives the values, ``f.vjp(x, g)`` is Jᵀg, ``f.second_order(x, g, u)`` is (Σ_k g_k H_k u, J u). Each takes
    ``component_axis=-1`` or ``-2``; ``None`` means components last for arrays of one or two axes and
    (atoms, components, features) for three. Other axes are kept. Contiguous writeable arrays are not copied.

    ``f.multiplicities`` says how many tensors there are of each of ``f.ranks``. ``invgen.load`` makes them: of a
    ``folder`` that was opened, for a ``backend`` by name, which ``automatic`` is where tensors start from.

    Raises ``ValueError`` for a wrong width or unequal shapes, ``TypeError`` for anything but float32 and float64, and
    for masked arrays.
    """

    def __init__(
        self, folder: EmittedFolder, backend: str, component_axis: int | None = None, automatic: bool = False
    ) -> None:
        if component_axis is not None:
            choose_axis(2, component_axis)
        super().__init__(folder)
        self.backend, self.component_axis, self.automatic = backend, component_axis, automatic
        manifest = folder.manifest
        self.kind: str = manifest["kind"]
        self.ranks: tuple[int, ...] = tuple(manifest["ranks"])
        self.multiplicities = folder.multiplicities
        self.labels: tuple[str, ...] = tuple(manifest["labels"])

    def __repr__(self) -> str:
        return f"Kernels({self.key}, {self.components} components -> {self.size}, backend={self.how})"

    def _repr_html_(self) -> str:
        rows = [
            ("kind", self.kind),
            ("components", f"{self.components} (ranks {', '.join(map(str, self.ranks))})"),
            ("functions", str(self.size)),
            ("backend", self.how),
            ("folder", str(self.folder.path)),
        ]
        return block(repr(self), table(("", ""), rows), "\n".join(map(str, self.choice)))

    @property
    def how(self) -> str:
        """The backend in words: what ``"auto"`` starts from is in brackets."""
        return f"'auto' ({self.backend!r})" if self.automatic else repr(self.backend)

    @property
    def compiled(self) -> bool:
        """Whether tensors may take compiled kernels, through ``operators``: always but for a plain backend by name."""
        return self.automatic or BACKENDS[self.backend].compiled

    @property
    def choice(self) -> tuple[Decision, ...]:
        """What ``backend="auto"`` picked so far in this process and why: print it. Empty for a named backend."""
        return decisions(self.key) if self.automatic else ()

    def __deepcopy__(self, memo: Any) -> Kernels:
        """Itself: kernels never change, and modules that hold them are copied by trainers."""
        return self

    def __reduce__(self) -> tuple[Any, ...]:
        """Where the folder lies and what is in it: code is never pickled."""
        return _again, (self.folder.path, self.key, self.backend, self.component_axis, self.automatic)

    def __len__(self) -> int:
        return self.size

    def __call__(self, x: Any, *, component_axis: int | None = None) -> Any:
        """Values of shape like ``x`` with ``size`` in place of ``components``."""
        return self._apply("value", (x,), component_axis)

    def vjp(self, x: Any, g: Any, *, component_axis: int | None = None) -> Any:
        """Jᵀg, shaped like ``x``, for cotangents ``g`` shaped like the values."""
        return self._apply("vjp", (x, g), component_axis)

    def second_order(self, x: Any, g: Any, u: Any, *, component_axis: int | None = None) -> tuple[Any, Any]:
        """(Σ_k g_k H_k u, J u) for ``g`` shaped like the values and ``u`` shaped like ``x``."""
        return self._apply("second_order", (x, g, u), component_axis)

    @cached_property
    def chooser(self) -> Any:
        """Picks the backend of a call on torch tensors, for ``backend="auto"``."""
        from invgen.runtime.automatic import Automatic

        return Automatic(self)

    def backend_for(self, kernel: str, x: Any) -> str:
        """The backend that runs ``kernel`` for a tensor of components."""
        import torch

        if not self.automatic:
            return self.backend
        if torch.compiler.is_compiling():  # on a GPU that cannot run the kernels, operators run the plain operations
            computed = x.dtype in (torch.float32, torch.float64)
            there = (b for b in BACKENDS.values() if b.name in self.folder.backends and b.only_on_its_device)
            return next((b.name for b in there if computed and b.device == x.device.type), self.backend)
        return self.chooser.backend(kernel, x)

    def runs_plain(self, kernel: str, x: Any) -> bool:
        """Whether plain tensor operations run ``kernel`` for a tensor of components."""
        return not BACKENDS[self.backend_for(kernel, x)].compiled

    def check_device(self, kind: str) -> None:
        """Raise ``TypeError`` if this backend does not compute on ``kind``, such as ``"cpu"``."""
        row = BACKENDS[self.backend]
        if row.only_on_its_device and kind != row.device:
            raise TypeError(
                f'{self.id}: backend="{row.name}" computes on tensors of {row.device}, got {kind}: move them with '
                f'.to("{row.device}"), or load with backend="auto"'
            )

    def _apply(self, kernel: str, arrays: tuple[Any, ...], component_axis: int | None) -> Any:
        imported = sys.modules.get("torch")
        if imported is not None and any(isinstance(a, imported.Tensor) for a in arrays):
            return self._torch(kernel, arrays, component_axis)
        self.check_device("NumPy arrays")
        if any(isinstance(a, np.ma.MaskedArray) for a in arrays):
            raise TypeError(
                f"{self.id}: got a masked array, whose mask would be lost: give the entries that count, such as "
                "x[~x.mask.any(axis=-1)].data with components last, or x.filled(0)"
            )
        given = tuple(np.asarray(a) for a in arrays)
        dtypes = {str(a.dtype) for a in given}
        if len(dtypes) != 1 or dtypes - {"float32", "float64"}:
            raise TypeError(f"{self.id}: arrays must all be float32 or all float64, got {sorted(dtypes)}")
        if not BACKENDS[self.backend].takes_numpy:
            import torch

            forward = (a.copy() if any(s < 0 for s in a.strides) else a for a in given)  # of one atom reversed, too
            writeable = (np.require(a, requirements=["C", "W"]) for a in forward)
            results = self._torch(kernel, tuple(torch.from_numpy(a) for a in writeable), component_axis)
            return _each(results, lambda r: r.numpy())
        axis = self._axis(kernel, given, component_axis)
        results = self.form(self.backend).run(kernel, tuple(as_planes(a, axis) for a in given))
        return _each(alone(results), lambda r: from_planes(r, given[0].shape, axis))

    def _torch(self, kernel: str, tensors: tuple[Any, ...], component_axis: int | None) -> Any:
        import torch

        if not all(isinstance(t, torch.Tensor) and t.is_floating_point() for t in tensors):
            raise TypeError(
                f"{self.id}: give floating-point tensors only, got {[getattr(t, 'dtype', type(t)) for t in tensors]}"
            )
        if len({(t.dtype, t.device) for t in tensors}) != 1:
            raise TypeError(
                f"{self.id}: tensors differ in dtype or device: {[(t.dtype, str(t.device)) for t in tensors]}"
            )
        self.check_device(tensors[0].device.type)
        axis = self._axis(kernel, tensors, component_axis)
        if self.runs_plain(kernel, tensors[0]):
            return getattr(self.plain, kernel)(*tensors, axis=axis)
        from invgen.runtime.operators import invariants

        invariants.register(self)
        results = invariants.CALLS[kernel](*(as_planes(t, axis) for t in tensors), self.key)
        return _each(results, lambda r: from_planes(r, tuple(tensors[0].shape), axis))

    def _axis(self, kernel: str, arrays: tuple[Any, ...], component_axis: int | None) -> int:
        wanted = self.component_axis if component_axis is None else component_axis
        axis = choose_axis(len(arrays[0].shape), wanted)
        sizes = [self.components, self.size, self.components][: len(arrays)]
        check_shapes(f"{self.id} {kernel}", ["x", "g", "u"][: len(arrays)], sizes, arrays, axis)
        return axis


def load(source: Any, backend: str = "auto", component_axis: int | None = None) -> Kernels:
    """Kernels of a shipped id, of an emitted folder, or of a basis.

    source
        An id such as ``"cartesian-l3-n4-flexible"``, the path of a folder that ``invgen.emit`` wrote, or a ``Basis``.
    backend
        ``"numba"``, ``"torch"``, ``"cuda"``, ``"cpp"``, or ``"auto"``. Kernels of ``"numba"`` take CUDA tensors too and
        then run as those of ``"cuda"``. ``"auto"`` is Numba for NumPy arrays if it is installed, else Torch; for
        tensors it is compiled kernels where they run, or what is fastest when measured, if that was asked for
        (``invgen.runtime.choice``), and ``f.choice`` tells.
    component_axis
        -1 or -2 for arrays of any number of axes, see ``Kernels``.

    Raises ``ValueError`` for an unknown backend, ``ImportError`` for one that is not installed, ``FileNotFoundError``
    for an unknown source, ``EmittedFileError`` for files that are not as they were emitted: none of them is executed,
    ``CudaError`` for ``"cuda"`` on a machine without a usable GPU or a compiler for it.
    """
    check_backend(backend)
    folder = _folder(source, backend)
    automatic = backend == "auto"
    if automatic:
        backend = for_arrays(folder.backends)
    if backend not in folder.backends:
        folder.module(backend)
    return Kernels(folder, backend, component_axis, automatic)


def _again(path: Path, key: str, *arguments: Any) -> Kernels:
    """Kernels that were pickled. Raises ``LookupError`` if this machine has no kernels with their key."""
    return Kernels(reopen(path, key), *arguments)


def _folder(source: Any, backend: str) -> EmittedFolder:
    if hasattr(source, "emitted_folder"):
        return open_folder(source.emitted_folder(() if backend == "auto" else (backend,)))
    if not isinstance(source, str | os.PathLike):
        raise TypeError(
            f"load takes a shipped id, the path of an emitted folder or a Basis, got {type(source).__name__}"
        )
    return find_folder(source)


def _each(results: Any, change: Callable[[Any], Any]) -> Any:
    return tuple(change(r) for r in results) if isinstance(results, tuple) else change(results)
