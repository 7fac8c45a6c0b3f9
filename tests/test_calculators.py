"""ASE calculators of linear potentials, networks, compiled networks and committees: one base, the same behaviour."""

from __future__ import annotations

import copy
import pickle
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import ace_fixtures
import network_fixtures
import numpy as np
import pytest
from ase import Atoms
from ase.calculators.calculator import PropertyNotImplementedError
from network_fixtures import as_atoms, build
from tolerances import LAW

from invgen.ace.repulsion import Repulsion
from invgen.data import Structure
from invgen.data.calculator import GeometryCalculator
from invgen.potentials import InvgenCalculator, compile_model, load_compiled, save_model
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
