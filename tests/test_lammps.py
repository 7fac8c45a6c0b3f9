"""The plugin inside LAMMPS, on one process and two, and ``fix external``: the same numbers as Python, and refusals."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from ace_fixtures import cluster, crystal, potential
from ase import Atoms
from ase.build import bulk
from ase.md.verlet import VelocityVerlet
from cpp_fixtures import needs_compiler
from engine_fixtures import job_of, needs_lammps, run_lammps, standing, start_lammps
from processes import invgen
from tolerances import ACE, LAW, close

from invgen.ace import LinearPotential
from invgen.data import Structure
from invgen.data.dataset import structure_batch
from invgen.data.neighbours import neighbour_pairs
from invgen.engines.lammps import LammpsError, find_headers
from invgen.engines.plugin import LIBRARY, SCRIPT, Plugin, export
from invgen.nn.energy import EnergyForces
from invgen.nn.network import HipHopNN
from invgen.potentials import save_model

NUMBERS = (29, 28)
PICOSECOND = 1.0364269e-4**-0.5
"""A picosecond in Å sqrt(u/eV), as LAMMPS has it; ASE's constants differ in the eighth digit."""
STRESS = 1e-9
"""eV/Å^3 of stresses of 0.1 that LAMMPS gives in bar: the last digits of its constant."""


def alloy() -> Structure:
    """A triclinic cell of 108 rattled atoms, which two processes cut in halves."""
    rng = np.random.default_rng(1)
    atoms = bulk("Cu", cubic=True).repeat(3)
    atoms.set_cell(atoms.cell.array @ [[1.0, 0, 0], [0.1, 1.0, 0], [0.15, -0.1, 1.0]], scale_atoms=True)
    atoms.rattle(0.15, rng=rng)
    numbers = np.where(rng.random(len(atoms)) < 0.5, 28, 29)
    return Structure(numbers, atoms.positions, atoms.cell.array, True)


SYSTEMS = {"crystal": standing(crystal()), "cluster": cluster(atoms=20), "alloy": standing(alloy())}


@pytest.fixture(scope="module")
def model() -> LinearPotential:
    return potential()


@pytest.fixture(scope="module")
def plugin(model: LinearPotential, tmp_path_factory: pytest.TempPathFactory) -> Plugin:
    return export(model, tmp_path_factory.mktemp("lammps") / "plugin")


@needs_compiler
@needs_lammps
@pytest.mark.parametrize("newton", ["on", "off"])
@pytest.mark.parametrize("ranks", [1, 2])
@pytest.mark.parametrize("name", SYSTEMS)
def test_the_plugin_gives_what_python_gives(
    plugin: Plugin, model: LinearPotential, tmp_path: Path, name: str, ranks: int, newton: str
) -> None:
    system, wanted = SYSTEMS[name], model.energy_forces_stress(SYSTEMS[name])
    found = run_lammps(job_of(system, NUMBERS, lines=plugin.lines, newton=newton), tmp_path, ranks)
    close(found["energy"], np.array(wanted.energy), ACE["float64"])
    close(found["share"].sum(), found["energy"], ACE["float64"])
    close(found["forces"], wanted.forces, ACE["float64"])
    if wanted.stress is not None:
        close(found["stress"], wanted.stress, STRESS)
    parts = -found["per_atom_stress"].sum(0) / found["volume"]
    close(parts, found["pressure"], ACE["float64"])


@needs_compiler
@needs_lammps
def test_a_network_gives_what_torch_gives(tmp_path: Path) -> None:
    torch.manual_seed(0)
    sizes = {"features": 12, "sensitivities": 8, "atom_layers": 1, "cutoff": 5.0, "soft_min": 1.2, "soft_max": 4.5}
    network = HipHopNN("cartesian-l2-n3-flexible", species=[28, 29], **sizes).double().eval()
    path = save_model(network, tmp_path / "model.safetensors")
    made = export(path, tmp_path / "plugin")
    assert made.elements == ("Ni", "Cu")
    for name in ("alloy", "crystal"):
        system = SYSTEMS[name]
        batch = structure_batch(system, neighbour_pairs(system, network.cutoff))
        wanted = EnergyForces(network)(batch, differentiable=False, stress=True)
        assert wanted.forces is not None
        assert wanted.stress is not None
        for ranks in (1, 2):
            found = run_lammps(job_of(system, NUMBERS[::-1], lines=made.lines), tmp_path, ranks)
            close(found["energy"], wanted.energy[0].numpy(), LAW["float64"])
            close(found["share"][:, 0], wanted.energies.numpy(), LAW["float64"])
            close(found["forces"], wanted.forces.numpy(), LAW["float64"])
            close(found["stress"], wanted.stress[0].numpy(), STRESS)


@needs_compiler
@needs_lammps
@pytest.mark.parametrize("ranks", [1, 2])
def test_twenty_steps_are_those_of_ase(plugin: Plugin, model: LinearPotential, tmp_path: Path, ranks: int) -> None:
    system = SYSTEMS["alloy"]
    atoms = Atoms(system.numbers, system.positions, cell=system.cell, pbc=True)
    atoms.set_masses(10.0 + system.numbers)
    velocities = np.random.default_rng(0).normal(size=(len(atoms), 3))
    atoms.set_velocities(velocities / PICOSECOND)
    atoms.calc = model.calculator()
    job = job_of(system, NUMBERS, lines=plugin.lines, velocities=velocities.tolist(), steps=20)
    found = run_lammps(job, tmp_path, ranks)
    dynamics = VelocityVerlet(atoms, 1e-3 * PICOSECOND)
    dynamics.run(20)
    image = found["images"].reshape(-1, 3)
    moved = found["positions"] + image @ system.cell
    close(moved, atoms.positions, 1e-11)
    drift = np.ptp(found["total_energies"]) / len(atoms)
    assert drift < 1e-3


@needs_lammps
def test_fix_external_gives_what_python_gives(model: LinearPotential, tmp_path: Path) -> None:
    path = model.save(tmp_path / "model.npz")
    for name, system in SYSTEMS.items():
        wanted = model.energy_forces_stress(system)
        found = run_lammps(job_of(system, NUMBERS, external=[str(path), ["Cu", "Ni"]]), tmp_path)
        close(found["energy"], np.array(wanted.energy), ACE["float64"])
        close(found["forces"], wanted.forces, ACE["float64"])
        if wanted.stress is not None:
            close(found["stress"], wanted.stress, STRESS)
        else:
            assert np.isfinite(found["pressure"]).all(), name


@needs_lammps
@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"external": ["MODEL", ["Cu"]]}, r"2 atom types need as many chemical symbols, got \['Cu'\]"),
        ({"external": ["MODEL", ["Cu", "Xy"]]}, "need as many chemical symbols"),
        ({"external": ["MODEL", ["Cu", "Pt"]]}, "has Pt, but this potential knows only Cu, Ni"),
        ({"external": ["nowhere.npz", ["Cu", "Ni"]]}, "no such file: nowhere.npz"),
        ({"units": "real"}, "put 'units metal' into the input"),
    ],
)
def test_fix_external_says_what_is_wrong(
    model: LinearPotential, tmp_path: Path, change: dict[str, Any], words: str
) -> None:
    path = str(model.save(tmp_path / "model.npz"))
    job = job_of(SYSTEMS["crystal"], NUMBERS, **{"external": ["MODEL", ["Cu", "Ni"]], **change})
    job["external"][0] = job["external"][0].replace("MODEL", path)
    _fails(job, tmp_path, words)


@needs_lammps
def test_fix_external_wants_one_process(model: LinearPotential, tmp_path: Path) -> None:
    job = job_of(SYSTEMS["alloy"], NUMBERS, external=[str(model.save(tmp_path / "m.npz")), ["Cu", "Ni"]])
    _fails(job, tmp_path, "fix external runs in one process, not in 2: take the plugin", ranks=2)


def _fails(job: dict[str, Any], folder: Path, words: str, ranks: int = 1) -> None:
    import re

    done = start_lammps(job, folder, ranks)
    assert done.returncode != 0
    text = " ".join((done.stdout + done.stderr).split())
    assert re.search(words, text), text


@needs_compiler
@needs_lammps
@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"units": "real"}, r"put 'units metal' \(here: units real\)"),
        ({"elements": "Cu"}, "an element for each of the 2 atom types, got 4 words"),
        ({"elements": "Cu Pt"}, r"atom type 2 is Pt, which .* does not know \(it knows: Cu Ni\)"),
        ({"elements": "Cu NULL"}, "atom type 2 is NULL, which .* does not know"),
        ({"data": "edited"}, "it was edited or truncated and is not used"),
        ({"data": "missing"}, "cannot be read"),
        ({"coincident": True}, "atoms [12] and [12] are at one place"),
        ({"atom_style": "bond"}, "needs all pairs, also of bonded atoms: put 'special_bonds lj/coul 1 1 1'"),
        ({"argument": "5.0"}, "pair_style invgen takes no arguments, got 1"),
    ],
)
def test_the_plugin_says_what_is_wrong(plugin: Plugin, tmp_path: Path, change: dict[str, Any], words: str) -> None:
    load, style, coefficients = plugin.lines
    data = plugin.folder / "potential.invgen"
    other = tmp_path / "other.invgen"
    if change.get("data") == "edited":
        other.write_text(data.read_text().replace("0x1.", "0x1.1", 1))
    path = other if "data" in change else data
    coefficients = f"pair_coeff * * {path} {change.get('elements', 'Cu Ni')}"
    job = job_of(SYSTEMS["crystal"], NUMBERS, lines=[load, f"{style} {change.get('argument', '')}", coefficients])
    job |= {name: change[name] for name in ("units", "atom_style") if name in change}
    if "coincident" in change:
        job["positions"] = [job["positions"][0]] * 2
    _fails(job, tmp_path, words)


@needs_compiler
@needs_lammps
def test_another_version_of_lammps_is_refused_when_it_loads(plugin: Plugin, tmp_path: Path) -> None:
    script = (plugin.folder / SCRIPT).read_text()
    found = find_headers()
    assert f"-DINVGEN_LAMMPS={found.version}" in script
    for file in plugin.folder.iterdir():
        (tmp_path / file.name).write_bytes(file.read_bytes())
    quickly = script.replace("-O3", "-O0")
    (tmp_path / SCRIPT).write_text(quickly.replace(f"={found.version}", "=20200303"))
    subprocess.run(["sh", str(tmp_path / SCRIPT)], check=True)
    lines = [f"plugin load {tmp_path / LIBRARY}", *plugin.lines[1:]]
    words = f"built for LAMMPS 20200303, but this is LAMMPS {found.version}: build it again"
    _fails(job_of(SYSTEMS["crystal"], NUMBERS, lines=lines), tmp_path, words)


@needs_compiler
@needs_lammps
def test_the_source_folder_of_lammps_tells_its_version_itself(
    model: LinearPotential, plugin: Plugin, tmp_path: Path
) -> None:
    shutil.copytree(find_headers().lammps, tmp_path / "src")
    (tmp_path / "src" / "version.h").write_text('#define LAMMPS_VERSION "22 Jul 2025"\n')
    assert find_headers(tmp_path / "src").version is None
    made = export(model, tmp_path / "plugin", headers=tmp_path / "src")
    system = SYSTEMS["crystal"]
    found = run_lammps(job_of(system, NUMBERS, lines=made.lines), tmp_path)
    close(found["energy"], np.array(model.energy_forces_stress(system).energy), ACE["float64"])


@needs_compiler
def test_without_lammps_the_sources_are_written_with_what_is_missing(
    model: LinearPotential, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("invgen.engines.lammps.find_spec", lambda name: None)
    made = export(model, tmp_path / "plugin")
    assert made.not_built == "LAMMPS is not installed here: pip install lammps mpich, or give the folder of pair.h"
    assert not (made.folder / LIBRARY).exists()
    assert '-I"${LAMMPS:?must be the folder of pair.h}"' in (made.folder / SCRIPT).read_text()
    with pytest.raises(LammpsError, match=r"has no pair\.h: give 'src' of LAMMPS"):
        export(model, tmp_path / "other", headers=tmp_path)
    with pytest.raises(FileExistsError):
        export(model, tmp_path / "plugin")


@needs_compiler
def test_the_command_writes_and_tells(model: LinearPotential, tmp_path: Path) -> None:
    path = model.save(tmp_path / "model.npz")
    done = invgen("export", "lammps", path, "-o", tmp_path / "plugin", "--no-build")
    assert done.returncode == 0, done.stderr
    place = tmp_path / "plugin"
    assert done.stdout.splitlines() == [
        f"plugin load {place}/invgen.so",
        "pair_style invgen",
        f"pair_coeff * * {place}/potential.invgen Cu Ni",
    ]
    assert "not built" in done.stderr
    missing = invgen("export", "lammps", tmp_path / "none.npz", "-o", tmp_path / "x")
    assert missing.returncode == 2
    assert "no such potential" in missing.stderr
