"""The blocks of the pages on engines run, one after another, where the engine is installed."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from tolerances import LAW, close

from invgen.engines.models import open_model
from invgen.runtime import load

DOCS = Path(__file__).resolve().parent.parent / "docs"

pytestmark = pytest.mark.filterwarnings("ignore")


def blocks(page: str) -> list[tuple[str, str]]:
    """Language and text of each."""
    return re.findall(r"```(\w+)\n(.*?)```", (DOCS / page).read_text(), flags=re.DOTALL)


def run(texts: list[str]) -> dict[str, Any]:
    """Python blocks in one set of names."""
    names: dict[str, Any] = {"__name__": "page"}
    for text in texts:
        exec(compile(text, "page", "exec"), names)
    return names


def test_openmm(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Energy and forces are those of ASE at the last positions, and 20 steps keep the total energy."""
    openmm = pytest.importorskip("openmm", reason="OpenMM is not installed: pip install openmm")
    monkeypatch.chdir(tmp_path)
    found = blocks("openmm.md")
    assert [language for language, _ in found] == ["python", "python"]
    assert max(text.count("\n") for _, text in found) <= 30
    names = run([text for _, text in found])
    unit, context, atoms = openmm.unit, names["context"], names["atoms"].copy()
    atoms.calc = open_model("model.safetensors").calculator()
    state = context.getState(energy=True, positions=True, forces=True)
    atoms.positions = state.getPositions(asNumpy=True).value_in_unit(unit.angstrom)
    ev = unit.kilojoule_per_mole * names["EV"]
    close(np.array(state.getPotentialEnergy() / ev), np.array(atoms.get_potential_energy()), LAW["float64"])
    forces = state.getForces(asNumpy=True).value_in_unit(unit.kilojoule_per_mole / unit.angstrom) / names["EV"]
    close(np.array(forces), atoms.get_forces(), LAW["float64"])
    totals = []
    for _ in range(3):
        names["integrator"].step(10)
        state = context.getState(energy=True)
        totals.append((state.getPotentialEnergy() + state.getKineticEnergy()) / ev)
    kinetic = state.getKineticEnergy() / ev
    assert kinetic > 0.1
    assert np.ptp(totals) < 0.01 * kinetic


def test_ipi(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The potential of the first step is ASE's, and the conserved quantity is conserved."""
    pytest.importorskip("ipi", reason="i-PI is not installed: pip install ipi")
    monkeypatch.chdir(tmp_path)
    found = blocks("ipi.md")
    assert [language for language, _ in found] == ["python", "python", "xml", "sh"]
    assert max(text.count("\n") for _, text in found) <= 30
    names = run([found[0][1]])
    (tmp_path / "invgen_pes.py").write_text(found[1][1])
    (tmp_path / "input.xml").write_text(found[2][1])
    environment = {**os.environ, "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}"}
    command = ["sh", "-ec", found[3][1]]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=300, check=False)
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-2000:]
    _, _, conserved, potential = np.loadtxt("run.out").T
    assert len(conserved) == 11
    atoms = names["molecule"]("CH3CH2OH", vacuum=20, pbc=False)
    atoms.calc = open_model("model.safetensors").calculator()
    close(np.array(potential[0]), np.array(atoms.get_potential_energy()), 1e-6)
    assert np.ptp(potential) > 1e-3
    assert np.ptp(conserved) < 0.05 * np.ptp(potential)


def test_hippynn(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("hippynn", reason="hippynn is not installed: pip install hippynn==0.1.3")
    found = blocks("hippynn.md")
    assert [language for language, _ in found] == ["python", "python"]
    script = "\n".join(text for _, text in found)
    done = subprocess.run([sys.executable, "-c", script], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-2000:]
    size = len(load("cartesian-l4-n4-flexible").labels)
    assert done.stdout.splitlines()[-1] == f"{size} (8, {size}, 8)"
    assert f"with {size} of them" in (DOCS / "hippynn.md").read_text().replace("\n", " ")


def test_torchsim(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    reason = "TorchSim is not installed, which needs Python 3.12: pip install torch-sim-atomistic==0.6.2"
    pytest.importorskip("torch_sim", minversion="0.6", reason=reason)
    monkeypatch.chdir(tmp_path)
    found = blocks("torchsim.md")
    assert [language for language, _ in found] == ["python", "python"]
    final = run([text for _, text in found])["final"]
    assert final.positions.shape == (5 + 3 + 9, 3)
    assert bool(np.isfinite(final.energy.numpy()).all())


def test_metatomic(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("metatomic.torch", reason="metatomic is not installed: pip install metatomic-torch")
    monkeypatch.chdir(tmp_path)
    found = blocks("metatomic.md")
    assert [language for language, _ in found] == ["python", "python"]
    names = run([text for _, text in found])
    atoms = names["atoms"].copy()
    atoms.calc = open_model("model.safetensors").calculator()
    close(np.array(names["atoms"].get_potential_energy()), np.array(atoms.get_potential_energy()), LAW["float64"])
