"""Linear potentials: equal to design rows times coefficients, the same in torch and ASE, safe in files."""

from __future__ import annotations

import json

import numpy as np
import pytest
import torch
from ace_fixtures import CUTOFF, ELEMENTS, PAIR_RADIAL, RADIAL, cluster, crystal, functions, potential, products
from ase import Atoms, units
from ase.calculators.calculator import PropertyNotImplementedError
from ase.md.verlet import VelocityVerlet
from laws import moved
from tolerances import DIRECT_SUM, LAW

from invgen.ace.energy import contract
from invgen.ace.fitting.design import DesignEvaluator
from invgen.ace.potential import KIND, LinearPotential
from invgen.compiler.candidates.ace import coupling
from invgen.compiler.kernels.ace.products import product_basis
from invgen.data import CoincidentAtomsError, DataError, Structure, UnknownSpeciesError, batch_structures, calculator
from invgen.data.calculator import StructureCalculator
from invgen.data.files import read_archive, write_archive
from invgen.nn import EnergyForces
from invgen.potentials.evaluated import _linear


def copper(repeat: int = 2) -> Atoms:
    from ase.build import bulk

    atoms = bulk("Cu", cubic=True) * (repeat, repeat, repeat)
    atoms.rattle(0.08, seed=3)
    return atoms


def check_design(model: LinearPotential, design: DesignEvaluator) -> None:
    """The potential is the design rows times the coefficients, and the references."""
    coefficients = model.coefficients.reshape(-1)
    for structure in (cluster(), crystal(), cluster(2, 23), Structure([29], np.zeros((1, 3)))):
        energy, forces, stress = model.energy_forces_stress(structure)
        wanted = design.rows(structure)
        isolated = sum(model.references[list(model.numbers).index(n)] for n in structure.numbers)
        scale = abs(wanted.forces).max(initial=1.0) * abs(coefficients).sum()
        tolerance = DIRECT_SUM["float64"] * scale
        np.testing.assert_allclose(energy, wanted.energy @ coefficients + isolated, rtol=0, atol=tolerance)
        np.testing.assert_allclose(forces.reshape(-1), wanted.forces @ coefficients, rtol=0, atol=tolerance)
        if structure.volume:
            virial = stress * structure.volume
            np.testing.assert_allclose(virial, wanted.virial @ coefficients, rtol=0, atol=10 * tolerance)


@pytest.mark.parametrize("orders", [(1,), (2,), (3,), (4,), (5,), (1, 2, 3, 4)])
def test_potential_is_design_times_coefficients(orders):
    check_design(potential(orders), DesignEvaluator(products(orders), RADIAL, ELEMENTS))


def test_pairs_of_elements_have_their_r0():
    model = potential(radial=PAIR_RADIAL)
    check_design(model, DesignEvaluator(products(), PAIR_RADIAL, ELEMENTS))
    with pytest.raises(AssertionError):
        check_design(model, DesignEvaluator(products(), RADIAL, ELEMENTS))


def test_another_design_is_noticed():
    other = DesignEvaluator(products(), RADIAL, ELEMENTS[::-1])
    with pytest.raises(AssertionError):
        check_design(potential(), other)


def test_functions_without_weight_cost_nothing():
    table = products()
    coefficients = np.zeros((2, len(table)))
    assert contract(table, coefficients).nodes.leaf.size == 0
    coefficients[:, 0] = 1.0
    small, full = contract(table, coefficients).nodes, contract(table, np.ones_like(coefficients)).nodes
    assert len(small.left) + len(small.leaf) < len(full.left) + len(full.leaf) <= table.nodes


def test_one_atom_and_none_have_their_reference_energies():
    model = potential()
    assert model.energy_forces_stress(Structure([28], np.zeros((1, 3)))).energy == -4.25
    energy, forces, stress = model.energy_forces_stress(Structure([], np.zeros((0, 3))))
    assert (energy, forces.shape, stress) == (0.0, (0, 3), None)


# ---- torch and ASE ----------------------------------------------------------------------------------------------


def in_torch(model: torch.nn.Module, structure: Structure) -> tuple[float, np.ndarray]:
    found = EnergyForces(model).eval()(batch_structures([structure], CUTOFF))
    return found.energy.item(), found.forces.numpy()


@pytest.mark.parametrize("radial", [RADIAL, PAIR_RADIAL])
@pytest.mark.parametrize("orders", [(1,), (1, 2, 3, 4), (5,)])
def test_torch_gives_the_same_numbers(orders, radial):
    model = potential(orders, radial=radial)
    for structure in (cluster(), crystal(), Structure([29], np.zeros((1, 3)))):
        energy, forces, stress = model.energy_forces_stress(structure)
        energy_torch, forces_torch = in_torch(model.torch(), structure)
        scale = max(1.0, abs(forces).max(), abs(energy))
        assert abs(energy - energy_torch) < DIRECT_SUM["float64"] * scale
        np.testing.assert_allclose(forces_torch, forces, rtol=0, atol=10 * DIRECT_SUM["float64"] * scale)
        if stress is not None:
            batch = batch_structures([structure], CUTOFF)
            voigt = EnergyForces(model.torch()).eval()(batch, stress=True).stress[0].numpy()
            np.testing.assert_allclose(voigt, stress, rtol=0, atol=DIRECT_SUM["float64"] * scale)
    assert abs(in_torch(potential(orders, seed=1).torch(), cluster())[0] - in_torch(model.torch(), cluster())[0]) > 1e-6


def test_torch_takes_several_systems_and_float32():
    model, systems = potential(), [cluster(), crystal(), cluster(1, 3)]
    energy = EnergyForces(model.torch())(batch_structures(systems, CUTOFF)).energy
    wanted = [model.energy_forces_stress(s).energy for s in systems]
    np.testing.assert_allclose(energy.detach().numpy(), wanted, rtol=LAW["float64"])
    single = EnergyForces(model.torch().float())(batch_structures(systems, CUTOFF)).energy
    np.testing.assert_allclose(single.detach().numpy(), wanted, rtol=LAW["float32"])
    with pytest.raises(UnknownSpeciesError, match=r"atomic numbers \[1\] are not among"):
        model.torch()(batch_structures([Structure([1], np.zeros((1, 3)))], CUTOFF), torch.zeros(0, 3))


def test_calculator_gives_the_numbers_of_the_potential():
    model, atoms = potential(species=1), copper()
    atoms.calc = model.calculator()
    wanted = model.energy_forces_stress(Structure(atoms.numbers, atoms.positions, np.asarray(atoms.cell), True))
    energy = atoms.get_potential_energy()
    assert energy == atoms.get_potential_energy(force_consistent=True)
    for a, b in ((energy, wanted.energy), (atoms.get_forces(), wanted.forces), (atoms.get_stress(), wanted.stress)):
        np.testing.assert_allclose(a, b, rtol=0, atol=DIRECT_SUM["float64"] * abs(wanted.forces).max())
    molecule = Atoms("Cu2", [[0, 0, 0], [0, 0, 2.3]], calculator=model.calculator())
    assert molecule.get_forces()[0, 2] == -molecule.get_forces()[1, 2] != 0
    with pytest.raises(PropertyNotImplementedError, match="periodic in three directions"):
        molecule.get_stress()
    with pytest.raises(DataError, match=r"skin .* got -1"):
        model.calculator(skin=-1)


def steps(skin: float, displacement: float) -> tuple[list[np.ndarray], list[object]]:
    """Forces along a path of atoms that wander, and the neighbourhoods that were used."""
    atoms, rng = copper(), np.random.default_rng(1)
    atoms.calc = potential(species=1).calculator(skin)
    forces, used = [], []
    for step in range(6):
        atoms.positions += displacement * rng.normal(size=(len(atoms), 3))
        if step == 4:
            atoms.set_cell(1.01 * atoms.cell, scale_atoms=True)
        forces.append(atoms.get_forces())
        used.append(atoms.calc._known[1])
    return forces, used


def test_skin_saves_searches_and_changes_nothing():
    (with_skin, used), (without, fresh) = steps(1.0, 0.02), steps(0.0, 0.02)
    for a, b in zip(with_skin, without, strict=True):
        np.testing.assert_allclose(a, b, rtol=0, atol=LAW["float64"])
    assert used[0] is used[1] is used[3] is not used[4]
    assert len({id(n) for n in fresh}) == 6
    assert steps(1.0, 0.5)[1][0] is not steps(1.0, 0.5)[1][1]


def test_atoms_that_meet_within_the_skin_are_named():
    atoms = Atoms("Cu2", [[0, 0, 0], [0, 0, 0.4]], calculator=potential().calculator(skin=1.0))
    assert np.isfinite(atoms.get_potential_energy())
    atoms.positions[1] = 0.0
    with pytest.raises(CoincidentAtomsError, match=r"atoms 0 .* and 1"):
        atoms.get_potential_energy()


def test_a_skin_that_is_never_renewed_is_noticed(monkeypatch):
    monkeypatch.setattr(calculator, "stays_within", lambda *_: True)
    stale = steps(0.1, 0.2)[0][3]
    monkeypatch.undo()
    assert abs(steps(0.0, 0.2)[0][3] - stale).max() > 1e-3


def drift(model: LinearPotential, scale: float = 1.0) -> float:
    """eV per atom by which the total energy leaves its start within 50 steps of 1 fs at about 600 K."""

    class Scaled(StructureCalculator):
        def calculate(self, *arguments, **keywords):
            super().calculate(*arguments, **keywords)
            self.results["forces"] = scale * self.results["forces"]

    atoms, rng = copper(), np.random.default_rng(0)
    atoms.calc = Scaled(model)
    atoms.set_momenta(np.sqrt(units.kB * 600 * atoms.get_masses())[:, None] * rng.normal(size=(len(atoms), 3)))
    start = atoms.get_total_energy()
    worst = 0.0
    dynamics = VelocityVerlet(atoms, timestep=units.fs)
    for _ in range(50):
        dynamics.run(1)
        worst = max(worst, abs(atoms.get_total_energy() - start) / len(atoms))
    return worst


def test_molecular_dynamics_conserves_energy():
    stiff = potential((1, 2), species=1)
    assert drift(stiff) < 2e-4
    assert drift(stiff, scale=0.9) > 1e-3


# ---- files ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("radial", [RADIAL, PAIR_RADIAL])
def test_files_give_the_same_potential(tmp_path, radial):
    model = potential(radial=radial)
    path = model.save(tmp_path / "alloy.npz")
    again = LinearPotential.load(path)
    assert again.labels == model.labels == tuple(f.label for f in functions())
    assert (again.elements, again.radial, again.metadata, again.digest) == (
        model.elements, model.radial, {"basis": "some"}, model.digest
    )  # fmt: skip
    for structure in (cluster(), crystal()):
        for a, b in zip(model.energy_forces_stress(structure), again.energy_forces_stress(structure), strict=True):
            np.testing.assert_array_equal(a, b)
    assert path.read_bytes() == again.save(tmp_path / "again.npz").read_bytes()
    assert LinearPotential.load(str(path)).calculator().potential.digest == model.digest
    header = read_archive(path, KIND)[0]
    assert header["units"] == {"energy": "eV", "length": "Å"}
    assert json.loads(json.dumps(header)) == header


def edited(path, change) -> None:
    """Write the archive again after ``change(header, arrays)``, with a checksum that fits."""
    header, arrays = read_archive(path, KIND)
    change(header, arrays)
    write_archive(path, header, arrays)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda h, a: h.update(format=4), "has format 4, this version reads 1, 2 and 3"),
        (lambda h, a: a.pop("references"), "lacks 'references'"),
        (lambda h, a: h["radial"].pop("q"), r"missing': \['q'\]"),
        (lambda h, a: h.update(elements=["Cu", "Qq"]), "different chemical symbols"),
        (lambda h, a: a.update(coefficients=a["coefficients"][:, 1:]), r"coefficients .* have shape .* not \(2, "),
        (lambda h, a: a.update(coefficients=a["coefficients"] * np.nan), "coefficients .* are not finite"),
        (lambda h, a: a["products_left"].__setitem__(0, 10**6), "reads a value that does not exist"),
    ],
)
def test_files_that_do_not_fit_are_refused(tmp_path, change, message):
    path = potential().save(tmp_path / "alloy.npz")
    edited(path, change)
    with pytest.raises(DataError, match=message):
        LinearPotential.load(path)


def test_damaged_files_are_refused(tmp_path):
    path = potential().save(tmp_path / "alloy.npz")
    whole = path.read_bytes()
    with np.load(path) as file:
        arrays = dict(file)
    arrays["coefficients"] = arrays["coefficients"] + 1e-9
    np.savez(path, **arrays)
    with pytest.raises(DataError, match="do not match its checksum"):
        LinearPotential.load(path)
    path.write_bytes(whole[: len(whole) // 2])
    with pytest.raises(DataError, match="truncated"):
        LinearPotential.load(path)
    with pytest.raises(DataError, match="no such file"):
        LinearPotential.load(tmp_path / "none.npz")
    write_archive(path, {"kind": "invgen model"}, {})
    with pytest.raises(DataError, match="holds a 'invgen model'"):
        LinearPotential.load(path)


def test_wrong_input_is_named():
    model = potential()
    with pytest.raises(UnknownSpeciesError, match="has H, but this potential knows only Cu, Ni"):
        model.energy_forces_stress(Structure([1, 29], [[0.0, 0, 0], [0, 0, 1]]))
    with pytest.raises(CoincidentAtomsError, match=r"atoms 0 .* and 1"):
        model.energy_forces_stress(moved(cluster(), cluster().positions * np.array([[0.0], [0]] + 4 * [[1.0]])))
    table = product_basis([coupling.Coupling.from_label("ace:1.0")])
    with pytest.raises(DataError, match=r"references .* have shape \(2,\), not \(1,\)"):
        LinearPotential(table, RADIAL, ("Cu",), np.zeros((1, 1)), np.zeros(2))
    with pytest.raises(DataError, match="2 labels for 1 functions"):
        LinearPotential(table, RADIAL, ("Cu",), np.zeros((1, 1)), np.zeros(1), labels=("a", "b"))


def test_the_label_of_a_stress_that_is_not_defined_does_not_count():
    slab = Structure([29, 29], [[0, 0, 0], [0, 0, 2.5]], np.diag([3.0, 3.0, 20.0]), [True, True, False],
                     energy=0.0, stress=np.ones(6))  # fmt: skip
    found = _linear(potential(), slab)
    assert "stress_rmse" not in found.errors()
    assert found.to_json()["labelled"] == {"energy": 1, "stress": 0, "forces (atoms)": 0}
