"""A network as a model of metatomic, by metatomic's own calculator for ASE, in a process without this package, too."""

from __future__ import annotations

import importlib
import json
import sys
from pathlib import Path

import ace_fixtures
import numpy as np
import pytest
from network_fixtures import as_atoms, build, crystal, molecule
from processes import python
from tolerances import LAW, close

from invgen.engines.errors import EngineError
from invgen.potentials import InvgenCalculator, save_model

pytestmark = pytest.mark.filterwarnings("ignore")


def test_without_metatomic_one_line_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "metatensor.torch", None)
    monkeypatch.delitem(sys.modules, "invgen.engines.metatomic", raising=False)
    with pytest.raises(EngineError, match="pip install metatomic-torch") as caught:
        importlib.import_module("invgen.engines.metatomic")
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("name", ["hip-hop-nn", "hip-nn-ts-2"])
def test_energies_forces_and_stress_are_those_of_the_network(name: str, tmp_path: Path) -> None:
    pytest.importorskip("metatomic.torch", reason="metatomic is not installed: pip install metatomic-torch")
    from invgen.engines.metatomic import export

    network = build(name)
    save_model(network, tmp_path / "model.safetensors")
    exported = export(tmp_path / "model.safetensors", tmp_path / "model.pt")
    assert export(tmp_path, tmp_path / "new" / "again.pt").is_file()  # the folder of a training, and a new one
    systems = [molecule(), crystal()]
    for k, system in enumerate(systems):
        as_atoms(system).write(tmp_path / f"{k}.traj")
    code = f"""
import sys, warnings, json; warnings.simplefilter("ignore")
sys.modules["invgen"] = None
from ase.io import read
from metatomic_ase import MetatomicCalculator
for k in range(2):
    atoms = read({str(tmp_path)!r} + f"/{{k}}.traj")
    atoms.calc = MetatomicCalculator({str(exported)!r})
    stress = atoms.get_stress().tolist() if k else None
    print(json.dumps([atoms.get_potential_energy(), atoms.get_forces().tolist(), stress]))
"""
    for line, system in zip(python(code).splitlines(), systems, strict=True):
        energy, forces, stress = json.loads(line)
        atoms = as_atoms(system)
        atoms.calc = InvgenCalculator(network)
        close(np.array(energy), np.array(atoms.get_potential_energy()), LAW["float64"])
        close(np.array(forces), atoms.get_forces(), LAW["float64"])
        if stress is not None:
            close(np.array(stress), atoms.get_stress(), LAW["float64"])


def test_linear_potentials_are_refused(tmp_path: Path) -> None:
    pytest.importorskip("metatomic.torch", reason="metatomic is not installed: pip install metatomic-torch")
    from invgen.engines.metatomic import export

    with pytest.raises(EngineError, match="metatomic takes networks, got LinearPotential"):
        export(ace_fixtures.potential(), tmp_path / "model.pt")
