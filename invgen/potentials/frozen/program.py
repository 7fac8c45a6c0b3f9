"""The exported program of a network: native code that takes a batch to energies and pair gradients, without Python.

What it needs of a machine is written down when it is made and compared before it is loaded. torch's own loader of such
programs imports SymPy; the runner below it does not.
"""

from __future__ import annotations

import sys
from importlib import import_module
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from invgen.data.batch import Batch
from invgen.runtime.processor import cpu_features, machine, processor_name

LIBRARY = "program.so"
CALLS = "program.json"
"""Beside the library if it calls operators of this package; the runner finds it by its name."""

OPERATORS = tuple(f"invgen.runtime.operators.{name}" for name in ("invariants", "pairs", "normalise"))
"""What defines the operators that a program may call."""


class Program:
    """A verified library, loaded. ``program(batch, vectors)`` -> energies (systems,) eV and dE/dr (pairs, 3) eV/Å.

    The dtype must be that of the network, on the CPU: the library does not look.
    """

    def __init__(self, folder: Path) -> None:
        if (folder / CALLS).is_file():
            for name in OPERATORS:
                import_module(name)
        self._runner = torch._C._aoti.AOTIModelContainerRunnerCpu(str(folder / LIBRARY), 1)

    def __call__(self, batch: Batch, vectors: Tensor) -> tuple[Tensor, Tensor]:
        # The library reads memory as it was compiled to: nothing in it looks at strides.
        energy, gradient = self._runner.run([x.contiguous() for x in program_inputs(batch, vectors)])
        return energy, gradient


def program_inputs(batch: Batch, vectors: Tensor) -> list[Tensor]:
    """What a program takes: tensors of the batch in order, numbers as lengths of empty tensors, then (pairs, 3) Å."""
    fields: tuple[Any, ...] = tuple(batch)
    return [*(f if isinstance(f, Tensor) else vectors.new_empty(f) for f in fields), vectors]


def requirements() -> dict[str, Any]:
    """What a program that is made here needs."""
    return {
        "torch": torch.__version__,
        "system": sys.platform,
        "machine": machine(),
        "processor": processor_name(),
        "cpu_features": list(cpu_features()),
    }


def lacking(needed: dict[str, Any]) -> str | None:
    """Why a program with these requirements must not be loaded here, or ``None``."""
    here = requirements()
    for name, what in (("torch", "torch"), ("system", "a system"), ("machine", "a processor")):
        if needed[name] != here[name]:
            return f"it was compiled for {what} {needed[name]}, here is {here[name]}"
    absent = sorted(set(needed["cpu_features"]) - set(here["cpu_features"]))
    if absent:
        return f"it uses processor instructions that are missing here: {' '.join(absent)}"
    if not needed["cpu_features"] and needed["processor"] != here["processor"]:
        return f"it was compiled for the processor {needed['processor']}, here is {here['processor']}"
    if not hasattr(torch._C._aoti, "AOTIModelContainerRunnerCpu"):
        return f"torch {torch.__version__} cannot run such programs"
    return None
