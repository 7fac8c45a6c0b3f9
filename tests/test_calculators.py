"""ASE calculators of linear potentials, networks, compiled networks and committees: one base, the same behaviour."""

from __future__ import annotations

import copy
import pickle
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from threading import Barrier, Thread
from typing import Any

import ace_fixtures
import network_fixtures
import numpy as np
import pytest
import torch
from ase import Atoms
from ase.calculators.calculator import PropertyNotImplementedError
from network_fixtures import as_atoms, build
from tolerances import LAW

from invgen.ace.repulsion import Repulsion
from invgen.data import DataError, Structure
from invgen.data.calculator import GeometryCalculator
from invgen.errors import CudaError
from invgen.potentials import InvgenCalculator, compile_model, load_compiled, load_potential, save_model
from invgen.potentials.committee import CommitteeCalculator


def linear(place: Path) -> GeometryCalculator:
    bare = ace_fixtures.potential()
    reach = np.full((2, 2), 1.2), np.full((2, 2), 2.8)
    return replace(bare, repulsion=Repulsion(bare.numbers, *reach)).calculator()


def network(place: Path) -> GeometryCalculator:
    return InvgenCalculator(save_model(build("hip-nn"), place / "model.safetensors"))


def compiled(place: Path) -> GeometryCalculator:
    return load_compiled(compile_model(build("hip-nn"), place / "folder", export=False)).calculator()


def committee(place: Path) -> GeometryCalculator:
    return CommitteeCalculator([build("hip-nn"), build("hip-nn-ts-1")])


MAKERS = {"linear": linear, "network": network, "compiled": compiled, "committee": committee}


@pytest.fixture(params=MAKERS)
def made(request: pytest.FixtureRequest, tmp_path: Path) -> tuple[GeometryCalculator, Callable[[], Structure], Any]:
    """A calculator, and what makes a molecule and a crystal of its elements."""
    fixtures = ace_fixtures if request.param == "linear" else network_fixtures
    molecule = ace_fixtures.cluster if request.param == "linear" else network_fixtures.molecule
    return MAKERS[request.param](tmp_path), molecule, fixtures.crystal


def atoms_of(structure: Structure, calculator: Any) -> Atoms:
    atoms = as_atoms(structure)
    atoms.calc = calculator
    return atoms


def test_energies_of_atoms_add_up_and_belong_to_them(made: Any) -> None:
    calculator, molecule, crystal = made
    for structure in (molecule(), crystal()):
        atoms = atoms_of(structure, calculator)
        shares = atoms.get_potential_energies()
        assert shares.shape == (len(atoms),)
        assert shares.sum() == pytest.approx(atoms.get_potential_energy(), rel=LAW["float64"])
        assert atoms.get_potential_energy(force_consistent=True) == atoms.get_potential_energy()
    one, two = (atoms_of(molecule(seed), calculator) for seed in (0, 1))
    far = two.copy()
    far.positions += 100.0
    both = one.copy() + far
    both.calc = calculator
    apart = np.concatenate([one.get_potential_energies(), two.get_potential_energies()])
    np.testing.assert_allclose(both.get_potential_energies(), apart, rtol=0, atol=LAW["float64"] * abs(apart).max())


def test_stress_is_there_for_crystals_alone(made: Any) -> None:
    calculator, molecule, crystal = made
    assert atoms_of(crystal(), calculator).get_stress().shape == (6,)
    with pytest.raises(PropertyNotImplementedError, match="periodic in three directions"):
        atoms_of(molecule(), calculator).get_stress()
    assert "stress" not in calculator.results


def test_everything_is_there_after_one_pass_until_the_geometry_changes(
    made: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    calculator, _, crystal = made
    passes, evaluate = [], type(calculator).evaluate
    monkeypatch.setattr(type(calculator), "evaluate", lambda self, s: passes.append(self) or evaluate(self, s))
    atoms = atoms_of(crystal(), calculator)

    def ask() -> int:
        atoms.get_potential_energy(), atoms.get_forces(), atoms.get_stress(), atoms.get_potential_energies()
        return sum(which is calculator for which in passes)

    assert ask() == 1
    atoms.set_initial_charges(np.ones(len(atoms)))
    atoms.set_initial_magnetic_moments(np.ones(len(atoms)))
    assert ask() == 1
    atoms.positions[0, 0] = np.nextafter(atoms.positions[0, 0], 1)
    assert ask() == 2
    atoms.cell[0, 0] *= 1.01
    assert ask() == 3


def test_copies_and_pickles_give_the_same(made: Any) -> None:
    calculator, molecule, crystal = made
    wanted = {name: calculator.evaluate(structure()) for name, structure in (("m", molecule), ("c", crystal))}
    for other in (pickle.loads(pickle.dumps(calculator)), copy.deepcopy(calculator)):
        assert type(other) is type(calculator)
        for name, structure in (("m", molecule), ("c", crystal)):
            found = other.evaluate(structure())
            assert found.keys() == wanted[name].keys()
            for key in found:
                np.testing.assert_array_equal(found[key], wanted[name][key])


def test_threads_that_share_a_calculator_get_the_results_of_their_own_atoms(made: Any) -> None:
    calculator, molecule, _ = made
    systems = [atoms_of(molecule(seed), calculator) for seed in (0, 1)]
    wanted = [atoms.get_forces() for atoms in systems]
    wrong: list[object] = []
    together = Barrier(len(systems))

    def ask(atoms: Atoms, forces: np.ndarray) -> None:
        for _ in range(40):
            together.wait()
            try:
                found = atoms.get_forces()
            except Exception as error:
                wrong.append(error)
            else:
                wrong.extend([found] if found.shape != forces.shape or abs(found - forces).max() > 1e-9 else [])

    threads = [Thread(target=ask, args=pair) for pair in zip(systems, wanted, strict=True)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not wrong


@pytest.mark.parametrize("make", [network, compiled, committee])
def test_a_device_that_is_not_there_is_refused(make: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    calculator = make(tmp_path)
    given = calculator.members[0].network if make is committee else calculator.network
    places = [given, *([tmp_path / "model.safetensors"] if make is network else [])]
    for place in places:
        with pytest.raises(CudaError, match=r'device is "cuda", but torch .* finds no GPU here: take "auto" or "cpu"'):
            InvgenCalculator(place, device="cuda")
        with pytest.raises(ValueError, match=r"unknown device 'gpu'.*known: auto, cpu, cuda"):
            InvgenCalculator(place, device="gpu")
        for device in ("auto", "cpu"):
            assert InvgenCalculator(place, device=device).model.device == torch.device("cpu")


def test_the_folder_of_a_fit_is_refused_with_the_calculator_that_it_has(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    ace_fixtures.potential().save(tmp_path / "potential.npz")
    for path in (tmp_path, tmp_path / "potential.npz"):
        with pytest.raises(DataError, match=r"is a linear potential: take LinearPotential.load\(...\).calculator"):
            InvgenCalculator(path)
        with pytest.raises(DataError, match="computes on the CPU"):
            load_potential(path, device="cuda")


@pytest.mark.gpu
@pytest.mark.skipif(not torch.cuda.is_available(), reason="needs an NVIDIA GPU")
def test_a_saved_network_computes_on_the_gpu_there_is(tmp_path: Path) -> None:
    file = save_model(build("hip-nn"), tmp_path / "model.safetensors")
    found = [atoms_of(network_fixtures.molecule(), InvgenCalculator(file, device=d)) for d in ("auto", "cuda", "cpu")]
    assert [atoms.calc.model.device.type for atoms in found] == ["cuda", "cuda", "cpu"]
    for atoms in found[:2]:
        np.testing.assert_allclose(atoms.get_forces(), found[2].get_forces(), rtol=0, atol=LAW["float64"])
