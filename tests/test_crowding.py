"""Repulsion of crowded atoms: its formula and derivatives, files, torch, ASE, and fits that would fall into a hole."""

from __future__ import annotations

import dataclasses
from functools import cache

import numpy as np
import pytest
import torch
from ace_fixtures import CUTOFF, cluster, crystal, potential
from ase import Atoms
from tolerances import DIRECT_SUM

import invgen
from invgen.ace.crowding import Crowding
from invgen.ace.fitting.config import ShortRangeConfig
from invgen.ace.fitting.crowded import kept_apart
from invgen.ace.fitting.result import FitResult
from invgen.ace.potential import LinearPotential
from invgen.data import DataError, Structure, batch_structures
from invgen.data.files import read_archive, write_archive
from invgen.nn import EnergyForces

RANGES, MOST, STRENGTH, POWER = [4.0, 2.6], [[0.5, 0.7], [0.15, 0.1]], [0.7, 1.9], 2
CROWDED = Crowding(np.array(RANGES), np.array(MOST), np.array(STRENGTH), POWER)
"""Felt by the atoms of the fixtures."""


def crowded(crowding: Crowding = CROWDED) -> LinearPotential:
    return dataclasses.replace(potential(), crowding=crowding)


def scaled(s: Structure, scale: float) -> Structure:
    return Structure(s.numbers, scale * s.positions, scale * s.cell, s.periodic)


def energies_by_hand(s: Structure) -> np.ndarray:
    """Of every atom of a molecule of copper (the first element) and nickel."""
    found = np.zeros(s.atoms)
    for i in range(s.atoms):
        for length, most, strength in zip(RANGES, MOST, STRENGTH, strict=True):
            others = [np.linalg.norm(s.positions[j] - s.positions[i]) for j in range(s.atoms) if j != i]
            rho = sum((1 - (r / length) ** 2) ** 3 for r in others if r < length)
            x = rho / most[0 if s.numbers[i] == 29 else 1]
            found[i] += strength * (x - 1) ** 3 * x**POWER if x > 1 else 0.0
    return found


def test_it_is_added_to_what_there_was() -> None:
    s = cluster()
    bare, full = potential().evaluate(s), crowded().evaluate(s)
    wanted = energies_by_hand(s)
    assert 3 <= (wanted > 0).sum() < s.atoms
    np.testing.assert_allclose(full.energies - bare.energies, wanted, rtol=0, atol=1e-11 * abs(full.energies).max())
    np.testing.assert_allclose(full.forces.sum(axis=0), 0, atol=1e-10)


@pytest.mark.parametrize("made", [cluster, crystal])
def test_forces_and_stress_are_derivatives(made) -> None:
    model, s, step = crowded(), scaled(made(), 0.8), 1e-5
    found = model.energy_forces_stress(s)
    assert abs(found.forces - potential().energy_forces_stress(s).forces).max() > 0.1
    for atom, axis in ((0, 0), (1, 1), (1, 2)):
        ends = []
        for sign in (1, -1):
            moved = s.positions.copy()
            moved[atom, axis] += sign * step
            ends.append(model.energy_forces_stress(Structure(s.numbers, moved, s.cell, s.periodic)).energy)
        assert found.forces[atom, axis] == pytest.approx(-(ends[0] - ends[1]) / (2 * step), rel=1e-6, abs=1e-4)
    for k, (a, b) in enumerate(((0, 0), (1, 1), (2, 2), (1, 2), (0, 2), (0, 1)) if s.volume else ()):
        ends = []
        for sign in (1, -1):
            strain = np.eye(3)
            strain[a, b] += sign * step / 2
            strain[b, a] += sign * step / 2
            moved = Structure(s.numbers, s.positions @ strain, s.cell @ strain, True)
            ends.append(model.energy_forces_stress(moved).energy)
        assert found.stress[k] == pytest.approx((ends[0] - ends[1]) / (2 * step) / s.volume, rel=1e-5, abs=1e-6)


def test_two_derivatives_are_continuous_where_it_begins() -> None:
    x = np.array([[1 - 1e-4, 1.0, 1 + 1e-4, 1 + 2e-4]])
    alone = Crowding([4.0], [[1.0]], [1.0], 2)
    energies = alone.energies(x)[0]
    assert energies[0] == energies[1] == 0 < energies[2]
    assert abs(np.diff(energies, 2)).max() / 1e-8 < 2e-3, "the second derivative goes to zero like x - 1"
    assert alone.energies(np.array([[2.0]]))[0, 0] == 4.0


def test_torch_gives_the_same_numbers_and_second_derivatives() -> None:
    model = crowded()
    for s in (cluster(), scaled(crystal(), 0.8), Structure([29], [[0.0, 0.0, 0.0]])):
        energy, forces, stress = model.energy_forces_stress(s)
        found = EnergyForces(model.torch()).eval()(batch_structures([s], CUTOFF), stress=stress is not None)
        scale = DIRECT_SUM["float64"] * max(abs(energy), abs(forces).max(), 1.0)
        assert abs(found.energy.item() - energy) < scale
        np.testing.assert_allclose(found.forces.numpy(), forces, rtol=0, atol=10 * scale)
        if stress is not None:
            np.testing.assert_allclose(found.stress[0].numpy(), stress, rtol=0, atol=10 * scale)
    module, batch = model.torch().crowding, batch_structures([cluster()], CUTOFF)
    species = torch.tensor([0 if z == 29 else 1 for z in batch.numbers.tolist()])
    vectors = torch.as_tensor(batch.positions)[batch.second] - torch.as_tensor(batch.positions)[batch.first]
    assert torch.autograd.gradgradcheck(lambda v: module(batch, species, v), (vectors.requires_grad_(),))
    assert set(model.torch().state_dict()) == set(potential().torch().state_dict())


def test_the_calculator_gives_the_same_numbers_with_a_skin() -> None:
    s = cluster()
    for skin in (0.0, 1.0):
        atoms = Atoms(s.numbers, s.positions, calculator=crowded().calculator(skin))
        assert atoms.get_potential_energy() == pytest.approx(crowded().energy_forces_stress(s).energy, rel=1e-13)


def test_files_hold_it_and_older_files_have_none(tmp_path) -> None:
    path = crowded().save(tmp_path / "new.npz")
    again = LinearPotential.load(path)
    assert again.crowding.to_json() == CROWDED.to_json()
    assert again.energy_forces_stress(cluster()).energy == crowded().energy_forces_stress(cluster()).energy
    header, arrays = read_archive(path, "invgen linear potential")
    del header["crowding"]
    write_archive(tmp_path / "old.npz", {**header, "format": 2}, arrays)
    old = LinearPotential.load(tmp_path / "old.npz")
    assert old.crowding is None
    assert old.energy_forces_stress(cluster()).energy == potential().energy_forces_stress(cluster()).energy
    write_archive(tmp_path / "lacks.npz", header, arrays)
    with pytest.raises(DataError, match="lacks 'crowding'"):
        LinearPotential.load(tmp_path / "lacks.npz")


@pytest.mark.parametrize(
    "change",
    [{"ranges": [4.0]}, {"most": [[0.0, 1.0], [1.0, 1.0]]}, {"strength": [-1.0, 1.0]}, {"power": -1}, {"power": 0.5}],
)
def test_what_does_not_fit_is_named(change) -> None:
    with pytest.raises(DataError, match="crowding needs for each range a positive length"):
        dataclasses.replace(CROWDED, **change)
    with pytest.raises(DataError, match=r"crowding is of 1 elements within 4.0 Å, the potential of 2 within 4.2 Å"):
        crowded(Crowding([4.0], [[1.0]], [1.0], 1))
    with pytest.raises(DataError, match=r"no longer range"):
        crowded(Crowding([9.0], [[1.0, 1.0]], [1.0], 1))


# ---- fits -------------------------------------------------------------------------------------------------------


@cache
def cells() -> tuple[Structure, ...]:
    """Cubic cells of lithium, shaken, whose energy is -10 eV Å sum 1/r within 4 Å, faded: the denser the lower."""
    rng, made = np.random.default_rng(5), []
    for n in range(30):
        scale = 1 + 0.05 * (n % 3 - 1)
        grid = np.array([[i, j, k] for i in range(2) for j in range(2) for k in range(2)], dtype=float)
        positions = scale * (2.5 * grid + rng.normal(scale=0.1, size=grid.shape))
        cell = 5.0 * scale * np.eye(3)
        energy, forces = 0.0, np.zeros_like(positions)
        for shift in np.array([[i, j, k] for i in (-1, 0, 1) for j in (-1, 0, 1) for k in (-1, 0, 1)]) @ cell:
            vectors = positions[None] + shift - positions[:, None]
            r = np.linalg.norm(vectors, axis=-1)
            near = (r > 0.1) & (r < 4)
            r = np.where(near, r, 1.0)
            fade = (1 - (r / 4) ** 2) ** 3
            slope = fade / r**2 + 6 * r / 16 * (1 - (r / 4) ** 2) ** 2 / r
            energy -= 5 * (fade / r)[near].sum()
            forces += 10 * ((slope * near / r)[..., None] * vectors).sum(axis=1)
        made.append(Structure(np.full(8, 3), positions, cell, True, energy, forces, f"cell {n}", group=str(n % 3)))
    return tuple(made)


FIT = {"basis": {"total_degree": 6}, "radial": {"cutoff": 4.0, "r0": 2.5}, "solver": {"folds": 3}}


@cache
def fitted(crowding: bool) -> FitResult:
    return invgen.ace.fit(cells(), short_range={"crowding": crowding}, plots=False, **FIT)


def pressed(model: LinearPotential, s: Structure) -> np.ndarray:
    """Energies of the structure at falling lengths, from where its atoms are crowded on."""
    return np.array([model.energy_forces_stress(scaled(s, scale)).energy for scale in np.arange(0.85, 0.3, -0.02)])


def test_labels_of_the_cells_are_derivatives() -> None:
    model = fitted(False)
    assert model.errors["train"]["all"]["forces_rmse"] < 0.1 * np.std([s.forces for s in cells()])


def test_a_fit_is_the_same_with_and_without() -> None:
    one, two = fitted(True).potential, fitted(False).potential
    assert two.crowding is None
    assert one.crowding is not None
    assert one.coefficients.tobytes() == two.coefficients.tobytes()
    for s in cells():
        a, b = one.energy_forces_stress(s), two.energy_forces_stress(s)
        assert a.energy == b.energy
        np.testing.assert_array_equal(a.forces, b.forces)
    told = fitted(True).report["short_range"]["crowding"]
    assert set(told) == {"ranges", "most", "strength", "power"}
    assert list(told["most"]) == ["Li"]
    assert told["ranges"] == [4.0, 2.0]
    assert fitted(False).report["short_range"]["crowding"] is None


def test_what_is_pressed_falls_without_and_rises_with_it() -> None:
    for s in cells()[:6]:
        assert np.diff(pressed(fitted(False).potential, s)).min() < -1, "there is a hole"
        assert (np.diff(pressed(fitted(True).potential, s)) > 0).all()


@pytest.mark.parametrize(("share", "falls"), [(0.51, False), (0.49, True)])
def test_the_strength_is_twice_what_is_needed(share: float, falls: bool) -> None:
    """After four steps of a fit all cells are crowded by more than a tenth."""
    model = fitted(True).potential
    assert model.crowding is not None
    model = dataclasses.replace(
        model, crowding=dataclasses.replace(model.crowding, strength=share * model.crowding.strength)
    )
    lowest = min(
        np.diff([model.energy_forces_stress(scaled(s, 0.97**k)).energy for k in range(4, 34)]).min()
        for s in cells()[:3]
    )
    assert (lowest < 0) == falls


def test_only_fits_that_need_it_have_one() -> None:
    model = fitted(False).potential
    none = dataclasses.replace(model, coefficients=np.zeros_like(model.coefficients))
    assert kept_apart(none, cells(), ShortRangeConfig()).crowding is None
    assert kept_apart(model, cells(), ShortRangeConfig()).crowding is not None
    for off in (ShortRangeConfig(crowding=False), ShortRangeConfig(zbl=False)):
        bare = model if off.zbl else dataclasses.replace(model, repulsion=None)
        assert kept_apart(bare, cells(), off).crowding is None
