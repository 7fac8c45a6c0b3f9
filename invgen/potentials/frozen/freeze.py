"""``compile_model``: a trained network to a folder that runs by itself (``invgen.potentials.frozen.potential``)."""

from __future__ import annotations

import copy
import json
import warnings
from collections.abc import Callable
from itertools import count, product
from pathlib import Path
from typing import Any

import numpy as np

from invgen.data.batch import Batch, pair_vectors
from invgen.data.dataset import batch_structures
from invgen.data.errors import DataError
from invgen.data.files import write_archive
from invgen.data.structures import Structure
from invgen.emitted.folder import EmittedFolder
from invgen.errors import CompiledModelError, unknown
from invgen.files import whole_folder, write_bytes, write_text
from invgen.nn.energy import EnergyForces
from invgen.nn.network import HipHopNN, Network
from invgen.potentials.frozen.export import export_program
from invgen.potentials.frozen.potential import COMPARED, compare, harmonics_key, load_compiled
from invgen.potentials.frozen.program import (
    CALLS,
    FORMAT,
    KERNELS,
    LIBRARY,
    MANIFEST,
    REFERENCE,
    Program,
    checksums,
    digest,
    requirements,
)
from invgen.potentials.saved import MODEL, describe, load_model, save_model
from invgen.runtime.backends import PLAIN, compiled_for
from invgen.runtime.choice import measure
from invgen.runtime.processor import versions
from invgen.version import __version__

TARGETS = ("cpu", "cuda")
INLINED = 1500
"""Operations of value and gradient up to which invariants become part of the program: more take minutes to compile."""
SPACING = 1.6
"""Å between the atoms of probe molecules."""
PROBES = (14, 9, 5, 2, 1)
"""Atoms of the probe molecules whose energies and forces are kept."""
TIMED = (1, 100)
"""Molecules of 14 atoms in the batches that are timed."""

Progress = Callable[[str, int, int], None]


def compile_model(
    model: Network | str | Path,
    folder: str | Path,
    *,
    basis: Any = None,
    target: str = "cpu",
    export: bool = True,
    progress: Progress | None = None,
) -> Path:
    """Freeze a trained network into a new folder for ``load_compiled`` and return it.

    model
        A network, or the file of one that ``save_model`` or a training wrote.
    basis
        For a file whose basis is not shipped: the folder of its emitted kernels, or the ``Basis``. It must be the one
        that the network was trained with.
    target
        ``"cpu"``, or ``"cuda"``, which can be compiled for on a machine without a GPU: its kernels are sources until
        they are loaded.
    export
        Make native code of the whole network, too. It takes a minute or two and a C++ compiler, and holds for this
        version of torch and processors like this one. For ``"cuda"`` none is made.

    Raises ``DataError`` for a file that holds no network or a basis that is not its own, ``ValueError`` for an unknown
    target, ``FileExistsError`` for a folder that is not empty, ``CompiledModelError`` for a basis without kernels for
    the target, and for a result that differs from the network by more than round-off. The folder does not exist then.
    """
    say = progress or (lambda stage, done, total: None)
    if target not in TARGETS:
        raise ValueError(f"{unknown('target', target, TARGETS)}: a GPU is 'cuda'")
    network = _network(model, basis)
    kernels = _kernels(network, target)
    with whole_folder(folder) as place:
        save_model(network, place / MODEL)
        if kernels is not None:
            _copy(kernels, place / KERNELS)
        _write_reference(network, place / REFERENCE)
        say("export", 0, 1)
        program, without, timings = _program(place, kernels, target, export)
        say("export", 1, 1)
        made = {"target": target, "program": program, "without": without, "timings": timings}
        _write_manifest(place, network, kernels, made)
        say("verify", 0, 1)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            load_compiled(place).verify()
        say("verify", 1, 1)
    return Path(folder)


def _write_manifest(place: Path, network: Network, kernels: EmittedFolder | None, made: dict[str, Any]) -> None:
    manifest = {
        "format": FORMAT,
        "model": json.loads(json.dumps(describe(network))),
        "harmonics": harmonics_key(network),
        "kernels": None if kernels is None else kernels.key,
        **made,
        "made_by": {**versions(), "invgen": __version__},
        "files": checksums(place),
    }
    text = json.dumps({**manifest, "sha256": digest(manifest)}, indent=1)
    write_text(place / MANIFEST, text + "\n")


def _network(model: Network | str | Path, basis: Any) -> Network:
    """A copy on the CPU, in evaluation mode."""
    if isinstance(model, Network):
        if basis is not None:
            raise ValueError("a network has its basis already: give one with the file of a network only")
        return copy.deepcopy(model).cpu().eval()
    network = load_model(model, basis=basis)
    if basis is not None and not isinstance(network, HipHopNN):
        raise DataError(f"{model} is a {describe(network)['model']} network, which has no basis: leave it out")
    return network


def _kernels(network: Network, target: str) -> EmittedFolder | None:
    """The emitted folder of the network's basis: with plain operations for a CPU, which need nothing and which programs
    are made of, and with kernels of its own for a GPU."""
    if not isinstance(network, HipHopNN):
        return None
    kernels = network.blocks[0].interaction.layer.invariants.kernels.folder
    needed = PLAIN if target == "cpu" else compiled_for(target)
    if needed not in kernels.backends:
        raise CompiledModelError(
            f"{kernels.path} holds kernels for {', '.join(kernels.backends)} and the target {target!r} needs those for "
            f"{needed!r}: emit the basis again with all backends"
        )
    return kernels


def _copy(kernels: EmittedFolder, place: Path) -> None:
    for file in kernels.manifest["files"]:
        write_bytes(place / file, kernels.read(file))
    write_bytes(place / "manifest.json", (kernels.path / "manifest.json").read_bytes())


def _write_reference(network: Network, path: Path) -> None:
    """Probe molecules with the energies and forces of the network."""
    probes = [probe(network, atoms, seed) for seed, atoms in enumerate(PROBES)]
    predicted = EnergyForces(network)(_batch(network, probes), differentiable=False)._asdict()
    arrays = {
        "sizes": np.array(PROBES),
        "numbers": np.concatenate([p.numbers for p in probes]),
        "positions": np.concatenate([p.positions for p in probes]),
        **{name: predicted[name].numpy() for name in COMPARED},
    }
    if not all(np.isfinite(arrays[name]).all() for name in COMPARED):
        raise CompiledModelError("the network's energies or forces of a probe molecule are not finite: train it again")
    write_archive(path, {"kind": "invgen reference"}, arrays)


def probe(network: Network, atoms: int, seed: int) -> Structure:
    """A molecule of the network's elements: points of a cubic lattice nearest to the origin, displaced at random."""
    spacing = min(SPACING, 0.6 * network.cutoff)
    points = np.array(sorted(product(range(-2, 3), repeat=3), key=lambda p: (sum(x * x for x in p), p)))[:atoms]
    random = np.random.default_rng(seed)
    numbers = np.resize(network.species, atoms)
    return Structure(numbers, spacing * (points + random.uniform(-0.15, 0.15, points.shape)), name="probe molecule")


def _batch(network: Network, structures: list[Structure]) -> Batch:
    return batch_structures(structures, network.cutoff)


def _program(
    place: Path, kernels: EmittedFolder | None, target: str, export: bool
) -> tuple[dict[str, Any] | None, str | None, list[dict[str, Any]]]:
    """Makes the program; what it needs, or why there is none, and how long it takes beside the layers."""
    if target == "cuda":
        return None, "on a GPU the layers run the emitted kernels", []
    if not export:
        return None, "none was asked for", []
    basis = None if kernels is None else kernels.path
    operations = 0 if kernels is None else sum(kernels.manifest["operations"][k]["total"] for k in ("value", "vjp"))
    network = load_model(place / MODEL, basis=basis, backend=PLAIN if operations <= INLINED else "auto")
    try:
        export_program(network.requires_grad_(False), _example(network), place)
        timings = _timings(Program(place), load_model(place / MODEL, basis=basis))
    except CompiledModelError as error:
        for name in (LIBRARY, CALLS):
            (place / name).unlink(missing_ok=True)
        return None, str(error), []
    return requirements(), None, timings


def _example(network: Network) -> Batch:
    """A batch in which all sizes that stay open differ, and from the three of space."""
    for systems in count(5):
        batch = _batch(network, [probe(network, 4 + k % 4, k) for k in range(systems)])
        if len({3, systems, len(batch.numbers), len(batch.first), batch.degree}) == 5:
            return batch
    raise AssertionError


def _timings(program: Program, network: Network) -> list[dict[str, Any]]:
    """Seconds of program and layers for batches of few and of many pairs.

    Raises ``CompiledModelError`` if their energies or gradients differ by more than round-off.
    """
    layers, rows = EnergyForces(network.requires_grad_(False)).eval(), []
    for molecules in TIMED:
        batch = _batch(network, [probe(network, 14, seed) for seed in range(molecules)])
        vectors = pair_vectors(batch, batch.positions).to(network.dtype)
        wanted = layers._gradient(batch, vectors, False)
        try:
            found = program(batch, vectors)
        except RuntimeError as error:
            raise CompiledModelError(f"the exported program fails: {str(error).partition(chr(10))[0]}") from error
        names = dict(zip(COMPARED, wanted, strict=True)), dict(zip(COMPARED, found, strict=True))
        compare(*names, "the exported program")
        works = (lambda b=batch, v=vectors: program(b, v), lambda b=batch: layers(b))
        seconds = dict(zip(("program", "layers"), measure(works), strict=True))
        rows.append({"atoms": len(batch.numbers), "pairs": len(batch.first), **seconds})
    return rows
