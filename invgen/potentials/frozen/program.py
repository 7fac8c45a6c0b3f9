"""The exported program of a network: native code that takes a batch to energies and pair gradients, without Python.

What it needs of a machine is written down when it is made and compared before it is loaded. torch's own loader of such
programs imports SymPy; the runner below it does not. The manifest of the folder says what else it holds, and vouches
for every file.
"""

from __future__ import annotations

import hashlib
import json
import sys
from importlib import import_module
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from invgen.data.batch import Batch
from invgen.errors import CompiledModelError
from invgen.potentials.saved import MODEL
from invgen.runtime.processor import cpu_features, machine, processor_name
from invgen.runtime.torch_private import program_runner

LIBRARY = "program.so"
CALLS = "program.json"
"""Beside the library if it calls operators of this package; the runner finds it by its name."""

OPERATORS = tuple(f"invgen.runtime.operators.{name}" for name in ("invariants", "pairs", "normalise", "sensitivities"))
"""What defines the operators that a program may call."""
FORMAT = "invgen compiled model 2"
MANIFEST, KERNELS, REFERENCE = "manifest.json", "kernels", "reference.npz"
FIELDS = ("format", "model", "harmonics", "kernels", "target", "program", "without", "timings", "made_by", "files")


class Program:
    """A verified library, loaded. ``program(batch, vectors)`` -> energies (atoms,) eV and dE/dr (pairs, 3) eV/Å.

    The dtype of the vectors must be that of the network, on the CPU: the library does not look.
    """

    def __init__(self, folder: Path) -> None:
        if (folder / CALLS).is_file():
            for name in OPERATORS:
                import_module(name)
        self._runner = program_runner()(str(folder / LIBRARY), 1)

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
    if program_runner() is None:
        return f"torch {torch.__version__} cannot run such programs"
    return None


def read_manifest(folder: Path) -> dict[str, Any]:
    """The manifest, after it and every file that it names were found to be those that were written."""
    if not (folder / MANIFEST).is_file():
        raise CompiledModelError(
            f"{folder} holds no compiled model: {MANIFEST} is missing; write one with invgen compile"
        )
    try:
        manifest = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
        written = manifest.pop("sha256")
    except (ValueError, KeyError, AttributeError, TypeError) as error:
        raise CompiledModelError(
            f"{folder / MANIFEST} is no manifest of a compiled model (truncated or edited): compile again"
        ) from error
    if manifest.get("format") != FORMAT:
        raise CompiledModelError(
            f"{folder / MANIFEST} has format {manifest.get('format')!r}, this version reads {FORMAT!r}: compile again"
        )
    if written != digest(manifest) or any(field not in manifest for field in FIELDS):
        raise CompiledModelError(f"{folder / MANIFEST} was edited or truncated: compile again")
    needed = [
        MODEL,
        REFERENCE,
        *([LIBRARY] if manifest["program"] else []),
        *([CALLS] if (folder / CALLS).exists() else []),
    ]
    unlisted = [name for name in needed if name not in manifest["files"]]
    if unlisted:
        raise CompiledModelError(f"{folder / MANIFEST} does not vouch for {', '.join(unlisted)}: compile again")
    for name, checksum in manifest["files"].items():
        _check_file(folder / name, checksum)
    return manifest


def digest(manifest: dict[str, Any]) -> str:
    """SHA-256 of a manifest without its own checksum."""
    return hashlib.sha256(json.dumps(manifest, sort_keys=True).encode()).hexdigest()


def _check_file(path: Path, checksum: str) -> None:
    try:
        found = hashlib.sha256(path.read_bytes()).hexdigest()
    except OSError as error:
        raise CompiledModelError(f"{path} is listed in {MANIFEST} but cannot be read: compile again") from error
    if found != checksum:
        raise CompiledModelError(
            f"{path} has checksum {found[:16]}, {MANIFEST} says {checksum[:16]}: the file was edited or truncated and "
            "is not used; compile again"
        )


def checksums(folder: Path) -> dict[str, str]:
    """SHA-256 of every file below a folder, by its path in it."""
    files = sorted(p for p in folder.rglob("*") if p.is_file())
    return {p.relative_to(folder).as_posix(): hashlib.sha256(p.read_bytes()).hexdigest() for p in files}
