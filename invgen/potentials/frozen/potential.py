"""Compiled models: a folder with frozen weights, kernels and a program, checked file by file before any of it is used.

    manifest.json   what it is, what it needs, checksums of all files and of itself
    model.safetensors       architecture and weights, as training saves them
    kernels/        the emitted kernels of the basis, if the network has one
    program.so      native code for energies and gradients on a CPU, if it could be made (``frozen.program``)
    reference.npz   energies and forces of probe molecules by the network that was compiled

``load_compiled`` needs neither SymPy nor Jinja. What the machine lacks is told as a warning, with the remedy, and the
network's layers compute what the program cannot.
"""

from __future__ import annotations

import json
import math
import warnings
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import torch
from torch import Tensor

from invgen.data.batch import Batch, batch_on
from invgen.data.dataset import batch_structures
from invgen.data.files import read_archive
from invgen.data.structures import Structure
from invgen.emitted.folder import EmittedFolder, adopt, open_folder
from invgen.errors import CompiledModelError, CudaError
from invgen.nn.energy import EnergyForces, Prediction
from invgen.nn.network import Network
from invgen.potentials.frozen.program import (
    KERNELS,
    LIBRARY,
    MANIFEST,
    REFERENCE,
    Program,
    lacking,
    read_manifest,
)
from invgen.potentials.saved import MODEL, describe, load_model
from invgen.runtime.backends import has_numba

if TYPE_CHECKING:
    from invgen.data.calculator import BatchCalculator

COMPARED = ("energy", "forces")
"""What is kept of the network that was compiled, and compared."""
ROUND_OFF = {"float32": 1e-4, "float64": 1e-10}
"""Largest difference of forces to the largest force, and of energies to the largest energy, that counts as the same."""


class CompiledPotential(EnergyForces):
    """A frozen network, as ``load_compiled`` makes it of a folder and its manifest.

    ``forward(batch)``, ``predict(structures)`` and ``calculator()`` give energies (eV), forces (eV/Å) and stresses
    (eV/Å^3).

    Batches on another ``device`` raise ``TypeError``. Cast or moved, it computes by its layers.

    Small and large batches may be computed by different means, program or layers: whichever was faster when the model
    was compiled (``timings``). Both agree to round-off. ``notices`` are what was told when it was loaded.
    """

    def __init__(
        self, folder: Path, manifest: dict[str, Any], model: Network, program: Program | None, notices: Sequence[str]
    ) -> None:
        super().__init__(model.eval().requires_grad_(False))
        self.folder, self.manifest, self.program, self.notices = folder, manifest, program, tuple(notices)
        self.eval()

    def __reduce__(self) -> tuple[Any, ...]:
        """Its folder, which is checked and loaded again: native code is never pickled."""
        return _again, (self.folder.absolute(), self.manifest, self.dtype, self.device)

    @property
    def cutoff(self) -> float:
        """Å."""
        return self.model.cutoff

    @property
    def species(self) -> tuple[int, ...]:
        """Atomic numbers it knows."""
        return self.model.species

    @property
    def dtype(self) -> torch.dtype:
        """Of forces; energies are float64."""
        return self.model.dtype

    @property
    def device(self) -> torch.device:
        """Where it computes."""
        return self.model.device

    def predict(self, structures: Sequence[Structure]) -> Prediction:
        """Energies and forces of all structures, on the CPU."""
        predicted = self(batch_on(batch_structures(structures, self.cutoff), self.device))
        return Prediction(*(None if field is None else field.cpu() for field in predicted))

    def calculator(self, skin: float = 0.5) -> BatchCalculator:
        """An ASE calculator: ``InvgenCalculator(self, skin)`` but for the class, which is the one below it."""
        from invgen.data.calculator import BatchCalculator

        return BatchCalculator(self, skin)

    def picked(self, pairs: int) -> str:
        """``"program"`` or ``"layers"``: what was faster for the measured batch nearest to so many pairs."""
        if self.program is None or pairs < 2:
            return "layers"
        timings = self.manifest["timings"]
        if not timings:
            return "program"
        nearest = min(timings, key=lambda row: abs(math.log(row["pairs"] / pairs)))
        return "program" if nearest["program"] <= nearest["layers"] else "layers"

    def verify(self) -> dict[str, float]:
        """Largest differences to the network that was compiled, on the probe molecules: energies eV, forces eV/Å.

        Raises ``CompiledModelError`` if they are more than round-off.
        """
        _, arrays = read_archive(self.folder / REFERENCE, "invgen reference")
        found = self.predict(probes_of(arrays))
        kept, again = ({name: get(name) for name in COMPARED} for get in (arrays.__getitem__, found._asdict().get))
        return compare({k: torch.from_numpy(v) for k, v in kept.items()}, again, self.folder)

    def summary(self) -> str:
        """What it is, what it computes with and how long that took, in lines."""
        made = self.manifest["made_by"]
        lines = [
            f"{self.folder}, for {self.manifest['target']}, made by invgen {made['invgen']}, torch {made['torch']}"
        ]
        lines.append(f"elements {list(self.species)}, cutoff {self.cutoff} Å, {self.dtype}, on {self.device}")
        lines.append(
            "program" if self.program is not None else f"layers only: {self.manifest['without'] or 'see notices'}"
        )
        for row in self.manifest["timings"]:
            lines.append(
                f"{row['atoms']} atoms, {row['pairs']} pairs: {self.picked(row['pairs'])} "
                f"(program {1e3 * row['program']:.3g} ms, layers {1e3 * row['layers']:.3g} ms when compiled)"
            )
        return "\n".join([*lines, *(f"notice: {notice}" for notice in self.notices)])

    def extra_repr(self) -> str:
        """What ``print`` shows."""
        return self.summary()

    def _apply(self, fn: Callable[[Tensor], Tensor], recurse: bool = True) -> CompiledPotential:
        before = self.dtype, self.device
        super()._apply(fn, recurse)
        if (self.dtype, self.device) != before:
            self.program = None
        return self

    def _energies(self, batch: Batch, vectors: Tensor, differentiable: bool) -> Tensor:
        return self._gradient(batch, vectors, differentiable)[0]

    def _gradient(self, batch: Batch, vectors: Tensor, differentiable: bool) -> tuple[Tensor, Tensor]:
        if differentiable:
            raise CompiledModelError(
                f"{self.folder} is compiled: its weights are frozen and nothing flows back to them; train the network "
                "it was made from (invgen.potentials.load_model)"
            )
        self._check(batch)
        if self.picked(len(batch.first)) == "layers":
            return super()._gradient(batch, vectors, False)
        assert self.program is not None
        self.model.encoding.index(batch.numbers)
        return self.program(batch, vectors)

    def _check(self, batch: Batch) -> None:
        """A program would take any memory for what it was compiled for, and compute nonsense."""
        device = self.device
        for name, field in zip(batch._fields, tuple(batch), strict=True):
            if not isinstance(field, Tensor):
                continue
            wanted = torch.float64 if field.is_floating_point() else torch.int64
            if field.dtype != wanted or field.device != device:
                raise TypeError(
                    f"{self.folder} computes on {self.device} from positions of float64 and indices of int64, and the "
                    f"batch's {name} is {field.dtype} on {field.device}: make it with batch_structures, and move it "
                    "with invgen.data.batch.batch_on"
                )


def load_compiled(folder: str | Path) -> CompiledPotential:
    """The compiled model in a folder that ``compile_model`` or ``invgen compile`` wrote.

    Warns, with the remedy, if this machine lacks what it was compiled for. Raises ``CompiledModelError`` for a folder
    that is incomplete, edited or of another format: nothing of it is executed.
    """
    folder = Path(folder)
    manifest = read_manifest(folder)
    kernels = None if manifest["kernels"] is None else open_folder(folder / KERNELS)
    device, notices = _device(manifest["target"])
    basis = None if kernels is None else _adopted(kernels).path
    model = load_model(folder / MODEL, basis=basis).to(device)
    _check_model(folder, manifest, model)
    program = _program(folder, manifest["program"], notices) if device == "cpu" else None
    if kernels is not None and device == "cpu" and program is None and not has_numba():
        notices.append("Numba is not installed, plain tensor operations do its work more slowly: pip install numba")
    for notice in notices:
        warnings.warn(f"{folder}: {notice}", stacklevel=2)
    return CompiledPotential(folder, manifest, model, program, notices)


def _again(folder: Path, manifest: dict[str, Any], dtype: torch.dtype, device: torch.device) -> CompiledPotential:
    """A potential that was pickled or copied. Raises ``CompiledModelError`` if its folder is another one by now."""
    potential = load_compiled(folder)
    if potential.manifest != manifest:
        raise CompiledModelError(f"{folder} holds another model than the one that was pickled: compile that one again")
    return potential.to(device, dtype)


def _device(target: str) -> tuple[str, list[str]]:
    """Where to compute, and a notice if it is not where the model was compiled for."""
    if target == "cpu":
        return "cpu", []
    from invgen.runtime.cuda import require_cuda

    try:
        require_cuda()
    except CudaError as error:
        return "cpu", [f"it was compiled for a GPU and runs on the CPU, more slowly: {error.reason}"]
    return "cuda", []


def _program(folder: Path, needed: dict[str, Any] | None, notices: list[str]) -> Program | None:
    """The program, loaded after the layers, which define the operators that it may call."""
    if needed is None:
        return None
    reason = lacking(needed)
    if reason is None:
        try:
            return Program(folder)
        except RuntimeError as error:
            reason = f"it cannot be loaded ({str(error).partition(chr(10))[0]})"
    notices.append(
        f"{LIBRARY} is not used, the layers run instead, more slowly: {reason}; compile the model again here"
    )
    return None


def _adopted(kernels: EmittedFolder) -> EmittedFolder:
    try:
        return adopt(kernels)
    except OSError as error:
        raise CompiledModelError(
            f"the kernels of {kernels.id} cannot be kept in the cache ({error}): set INVGEN_CACHE to a folder that can "
            "be written"
        ) from error


def _check_model(folder: Path, manifest: dict[str, Any], model: Network) -> None:
    if json.loads(json.dumps(describe(model))) != manifest["model"]:
        raise CompiledModelError(f"{folder / MODEL} is not the model that {MANIFEST} describes: compile again")
    if harmonics_key(model) != manifest["harmonics"]:
        raise CompiledModelError(
            f"{folder} was compiled with the tensor harmonics {manifest['harmonics']}, this version of invgen has "
            f"{harmonics_key(model)}: compile again, or install invgen {manifest['made_by']['invgen']}"
        )


def harmonics_key(model: Network) -> str | None:
    """Key of the emitted tensor harmonics that a network evaluates."""
    return None if model.harmonics.polynomials is None else model.harmonics.polynomials.key


def probes_of(arrays: dict[str, Any]) -> list[Structure]:
    """The probe molecules in a reference file."""
    ends = arrays["sizes"].cumsum()[:-1]
    numbers, positions = np.split(arrays["numbers"], ends), np.split(arrays["positions"], ends)
    return [Structure(z, r, name="probe molecule") for z, r in zip(numbers, positions, strict=True)]


def compare(wanted: Mapping[str, Tensor], found: Mapping[str, Tensor], where: object) -> dict[str, float]:
    """Largest differences. Raises ``CompiledModelError`` if they are more than round-off in the dtype of the forces."""
    differences = {}
    least = ROUND_OFF[str(wanted["forces"].dtype).removeprefix("torch.")]
    for name, a in wanted.items():
        difference, scale = float((a - found[name]).abs().max()), float(a.abs().max())
        if not difference <= least * scale:
            raise CompiledModelError(
                f"{where}: a difference of {difference:.3g} in {name} to the network, whose largest is {scale:.3g}"
            )
        differences[name] = difference
    return differences
