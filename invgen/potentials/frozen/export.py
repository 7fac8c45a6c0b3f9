"""From a network to its program: energies traced by torch.export, their gradient by autograd, native code by Inductor.

    network    -> energies as one graph with sizes of atoms, pairs and systems left open     torch.export
    energies   -> energies and gradient by pair vectors as one graph                         make_fx over autograd
    graph      -> a shared library                                                           AOTInductor, a C++ compiler

Inductor fuses the emitted statements of the invariants with what is around them. Only where there are so many that
compiling them would take minutes, the program calls the operators of this package instead.
"""

from __future__ import annotations

import shutil
import tempfile
import warnings
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from invgen.data.batch import Batch, pair_vectors
from invgen.errors import CompiledModelError
from invgen.nn.network import Network
from invgen.potentials.frozen.program import CALLS, LIBRARY, program_inputs
from invgen.runtime.torch_private import compile_ahead, trace

OPTIONS: dict[str, Any] = {
    "aot_inductor.package": False,
    "cpp.dynamic_threads": True,
    "aot_inductor.precompile_headers": False,  # there is one source for each, so that nothing would be saved
}
OPEN = {0: torch.export.Dim.AUTO}


class _Energy(nn.Module):
    """Energies of atoms from the inputs of a program."""

    def __init__(self, model: nn.Module, example: Batch) -> None:
        super().__init__()
        self.model = model
        self.numbers = [not isinstance(field, Tensor) for field in tuple(example)]

    def forward(self, *inputs: Tensor) -> Tensor:
        *fields, vectors = inputs
        values = [f.shape[0] if number else f for f, number in zip(fields, self.numbers, strict=True)]
        return self.model(Batch(*values), vectors)


def export_program(model: Network, example: Batch, folder: Path) -> None:
    """Write ``program.so``, and ``program.json`` if it calls operators, into a folder.

    example
        A batch in which numbers of atoms, pairs, systems and the largest degree differ: equal ones would be taken
        for one.

    Raises ``CompiledModelError`` with the reason if torch or the C++ compiler fails.
    """
    vectors = pair_vectors(example, example.positions).to(model.dtype)
    inputs = tuple(program_inputs(example, vectors))
    with tempfile.TemporaryDirectory() as place, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        library = Path(place) / LIBRARY
        try:
            graph = _with_gradient(_Energy(model, example), inputs)
            compile_ahead(graph, inputs, {**OPTIONS, "aot_inductor.output_path": str(library)})
        except Exception as error:  # torch raises errors of many kinds, and all of them have one remedy
            reason = next((line for line in str(error).splitlines() if line.strip()), type(error).__name__)
            raise CompiledModelError(f"torch {torch.__version__} cannot export this network: {reason[:300]}") from error
        shutil.copy(library, folder / LIBRARY)
        for calls in Path(place).glob("*wrapper.json"):
            shutil.copy(calls, folder / CALLS)


def _with_gradient(energy: nn.Module, inputs: tuple[Tensor, ...]) -> torch.fx.GraphModule:
    """The graph ``inputs -> (energies, gradient by the last input)``, sizes left open.

    ``torch.func.grad`` inside an export fails in the derivative of custom operators, hence the two steps.
    """
    traced = torch.export.export(energy, inputs, dynamic_shapes={"inputs": (OPEN,) * len(inputs)}, strict=True)
    function = traced.module(check_guards=False)

    def both(*arguments: Tensor) -> tuple[Tensor, Tensor]:
        *fields, vectors = arguments
        variable = vectors.detach().requires_grad_(True)
        with torch.enable_grad():
            energies = function(*fields, variable)
            (gradient,) = torch.autograd.grad(energies.sum(), variable)
        return energies.detach(), gradient

    graph = trace(both, inputs)
    graph.graph.eliminate_dead_code()
    graph.recompile()
    return torch.export.export(graph, inputs, dynamic_shapes=(OPEN,) * len(inputs)).module(check_guards=False)
