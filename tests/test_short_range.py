"""ZBL repulsion below the shortest training distance: its formula and derivatives, files, torch, ASE, whole fits."""

from __future__ import annotations

import dataclasses
import math
from functools import cache

import numpy as np
import pytest
import torch
from ace_fixtures import CUTOFF, cluster, crystal, potential
from ase import Atoms
from ase.build import bulk
from ase.calculators.emt import EMT
from tolerances import DIRECT_SUM

import invgen
from invgen.ace.fitting.config import ShortRangeConfig, parse_fit_config
from invgen.ace.fitting.shortrange import (
    name_attractions,
    repulsion_of,
    shortest_distances,
    strengthened,
    told_repulsion,
)
from invgen.ace.potential import LinearPotential
from invgen.ace.repulsion import Repulsion
from invgen.data import DataError, Structure, batch_structures
from invgen.data.files import read_archive, write_archive
from invgen.nn import EnergyForces
from invgen.runs.config import ConfigError

INNER, OUTER = np.array([[1.1, 1.2], [1.2, 1.0]]), np.array([[2.6, 2.8], [2.8, 2.5]])
WIDE = Repulsion(np.array([29, 28]), INNER, OUTER)
"""Wide enough to act between the atoms of the fixtures."""


def repelling(repulsion: Repulsion = WIDE) -> LinearPotential:
    return dataclasses.replace(potential(), repulsion=repulsion)


def pair(r: float, numbers: tuple[int, int] = (29, 28)) -> Structure:
    return Structure(numbers, [[0.0, 0.0, 0.0], [0.0, 0.6 * r, 0.8 * r]])


def zbl(r: float, z: int, w: int, inner: float, outer: float) -> float:
    """The formula once more, with e^2 in Hartree times Bohr and the fade written by its three factors of (1 - t)."""
    x = r / 0.529177210903 * (z**0.23 + w**0.23) / 0.8854
    phi = 0.02817 * math.exp(-0.20162 * x) + 0.28022 * math.exp(-0.4029 * x)
    phi += 0.50986 * math.exp(-0.94229 * x) + 0.18175 * math.exp(-3.1998 * x)
    t = min(max((r - inner) / (outer - inner), 0.0), 1.0)
    return z * w * 27.211386245988 * 0.529177210903 / r * phi * (1 - t) ** 3 * (1 + 3 * t + 6 * t * t)


def energies_at(r: float, numbers: tuple[int, int] = (29, 28)) -> np.ndarray:
    """(2,) eV: what repels a pair, by its atoms."""
    energies = np.zeros(2)
    WIDE.add(repelling().neighbourhoods(pair(r, numbers)), pair(r).positions, energies, np.zeros((2, 3)), np.zeros(6))
    return energies


# ---- the formula ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("r", [0.05, 0.3, 1.0, 1.19, 1.21, 2.0, 2.7, 2.79, 2.81, 3.5])
def test_energies_are_those_of_the_formula(r):
    energies = energies_at(r)
    found = energies.sum()
    assert energies[0] == energies[1]
    assert found == pytest.approx(zbl(r, 29, 28, 1.2, 2.8), rel=1e-10)
    assert (found == 0) == (r >= 2.8)
    assert zbl(r, 29, 29, 1.2, 2.8) != pytest.approx(zbl(r, 29, 28, 1.2, 2.8), rel=1e-5) or r >= 2.8


def test_screening_starts_at_one_and_falls():
    assert energies_at(2e-6, (29, 29)).sum() == pytest.approx(14.39964548 * 29**2 / 2e-6, rel=1e-4)
    energies = [energies_at(r, (29, 29)).sum() for r in np.linspace(0.1, 2.6, 200)]
    assert (np.diff(energies) < 0).all()


@pytest.mark.parametrize("where", [1.2, 2.8])
def test_two_derivatives_are_continuous_at_both_ends(where):
    step, side = 1e-3, []

    def energy(r: float) -> float:
        return float(energies_at(r).sum())

    for sign in (-1, 1):
        e = [energy(where + sign * k * step) for k in range(4)]
        side.append((sign * (-11 * e[0] + 18 * e[1] - 9 * e[2] + 2 * e[3]) / (6 * step),
                     (2 * e[0] - 5 * e[1] + 4 * e[2] - e[3]) / step**2))  # fmt: skip
    scale = abs(energy(1.2))
    assert side[0][0] == pytest.approx(side[1][0], abs=1e-3 * scale)
    assert side[0][1] == pytest.approx(side[1][1], abs=0.05 * scale)


def test_forces_and_stress_are_derivatives_through_the_switch():
    model, step = repelling(), 1e-5
    structures = [pair(r) for r in (0.5, 1.199, 1.2, 1.9, 2.799, 2.8, 2.801)] + [cluster(), crystal()]
    for s in structures:
        found = model.energy_forces_stress(s)
        for atom, axis in ((0, 0), (1, 1), (1, 2)):
            ends = []
            for sign in (1, -1):
                moved = s.positions.copy()
                moved[atom, axis] += sign * step
                ends.append(model.energy_forces_stress(Structure(s.numbers, moved, s.cell, s.periodic)).energy)
            slope = -(ends[0] - ends[1]) / (2 * step)
            assert found.forces[atom, axis] == pytest.approx(slope, rel=1e-6, abs=1e-4)
    s, found = crystal(), model.energy_forces_stress(crystal())
    for k, (a, b) in enumerate(((0, 0), (1, 1), (2, 2), (1, 2), (0, 2), (0, 1))):
        ends = []
        for sign in (1, -1):
            strain = np.eye(3)
            strain[a, b] += sign * step / 2
            strain[b, a] += sign * step / 2
            ends.append(model.energy_forces_stress(
                Structure(s.numbers, s.positions @ strain, s.cell @ strain, True)).energy)  # fmt: skip
        assert found.stress[k] == pytest.approx((ends[0] - ends[1]) / (2 * step) / s.volume, rel=1e-5, abs=1e-6)


def test_it_is_added_to_what_there_was():
    for s in (cluster(), crystal()):
        bare, full = potential().energy_forces_stress(s), repelling().energy_forces_stress(s)
        vectors = s.positions[None] - s.positions[:, None]
        if not s.volume:
            wanted = sum(
                zbl(float(np.linalg.norm(vectors[i, j])), int(s.numbers[i]), int(s.numbers[j]), *(
                    table[s.numbers[i] - 29, s.numbers[j] - 29] for table in (INNER, OUTER)))
                for i in range(s.atoms) for j in range(i)
            )  # fmt: skip
            assert full.energy - bare.energy == pytest.approx(wanted, rel=1e-5)
        assert full.energy > bare.energy + 1
        np.testing.assert_allclose(full.forces.sum(axis=0), 0, atol=1e-10)


# ---- torch, ASE, files ------------------------------------------------------------------------------------------


def test_torch_gives_the_same_numbers_and_second_derivatives():
    model = repelling()
    for s in (cluster(), crystal(), pair(0.3), pair(2.0)):
        energy, forces, stress = model.energy_forces_stress(s)
        batch = batch_structures([s], CUTOFF)
        found = EnergyForces(model.torch()).eval()(batch, stress=stress is not None)
        scale = DIRECT_SUM["float64"] * max(abs(energy), abs(forces).max(), 1.0)
        assert abs(found.energy.item() - energy) < scale
        np.testing.assert_allclose(found.forces.numpy(), forces, rtol=0, atol=10 * scale)
        if stress is not None:
            np.testing.assert_allclose(found.stress[0].numpy(), stress, rtol=0, atol=10 * scale)
    module = model.torch().repulsion
    r = torch.tensor([0.4, 1.2, 1.9, 2.8, 3.0], dtype=torch.float64, requires_grad=True)
    first, second = torch.zeros(5, dtype=torch.int64), torch.ones(5, dtype=torch.int64)
    assert torch.autograd.gradgradcheck(
        lambda x: module(first[:3], second[:3], x), (r[[0, 2, 4]].detach().requires_grad_(),)
    )
    slope = torch.autograd.grad(module(first, second, r).sum(), r)[0]
    assert torch.isfinite(slope).all()
    assert slope[3:].eq(0).all()
    assert (slope[:3] < 0).all()
    assert set(model.torch().state_dict()) == set(potential().torch().state_dict())


def test_the_calculator_gives_the_same_numbers_with_a_skin():
    s = pair(1.7)
    for skin in (0.0, 1.0):
        atoms = Atoms(s.numbers, s.positions, calculator=repelling().calculator(skin))
        assert atoms.get_potential_energy() == pytest.approx(repelling().energy_forces_stress(s).energy, rel=1e-14)
        atoms.positions[1] *= 0.9
        moved = Structure(s.numbers, atoms.positions)
        np.testing.assert_allclose(atoms.get_forces(), repelling().energy_forces_stress(moved).forces, rtol=1e-12)


def test_files_hold_it_and_older_files_have_none(tmp_path):
    path = repelling().save(tmp_path / "new.npz")
    again = LinearPotential.load(path)
    np.testing.assert_array_equal(again.repulsion.inner, INNER)
    np.testing.assert_array_equal(again.repulsion.outer, OUTER)
    assert again.energy_forces_stress(cluster()).energy == repelling().energy_forces_stress(cluster()).energy
    assert "ZBL" in repr(again)
    header, arrays = read_archive(path, "invgen linear potential")
    del header["repulsion"]
    write_archive(tmp_path / "old.npz", {**header, "format": 1}, arrays)
    old = LinearPotential.load(tmp_path / "old.npz")
    assert old.repulsion is None
    assert old.energy_forces_stress(cluster()).energy == potential().energy_forces_stress(cluster()).energy
    write_archive(tmp_path / "lacks.npz", {**header, "format": 2}, arrays)
    with pytest.raises(DataError, match="lacks 'repulsion'"):
        LinearPotential.load(tmp_path / "lacks.npz")
    write_archive(tmp_path / "other.npz", {**header, "repulsion": {"kind": "morse"}}, arrays)
    with pytest.raises(DataError, match="kind 'morse', this version knows 'zbl'"):
        LinearPotential.load(tmp_path / "other.npz")


def test_what_does_not_fit_is_named():
    with pytest.raises(DataError, match="0 < inner < outer"):
        Repulsion(np.array([29, 28]), OUTER, INNER)
    with pytest.raises(DataError, match="symmetric table of 2 x 2"):
        Repulsion(np.array([29, 28]), INNER[:1], OUTER)
    with pytest.raises(DataError, match=r"atomic numbers \[28, 29\], the potential is for \[29, 28\]"):
        repelling(Repulsion(np.array([28, 29]), INNER, OUTER))
    with pytest.raises(DataError, match=r"ends at 28.0 Å, beyond the cutoff"):
        repelling(Repulsion(np.array([29, 28]), INNER, 10 * OUTER))
    tables = {"data": {"train": "a"}, "radial": {"cutoff": 4.0}, "basis": {"total_degree": 4}}
    assert parse_fit_config(tables).short_range == ShortRangeConfig(True, 0.7)
    assert not parse_fit_config({**tables, "short_range": {"zbl": False}}).short_range.zbl
    with pytest.raises(ConfigError, match=r"short_range.inner must be between 0 and 1, got 1.5"):
        parse_fit_config({**tables, "short_range": {"inner": 1.5}})
    for pairs, message in (
        ({"CuNi": {}}, "takes pairs of elements such as Cu-Ni, got 'CuNi'"),
        ({"Cu-Ni": 2.0}, r"pairs.Cu-Ni\] must be a table of inner, outer \(Å\) and factor, positive numbers, got 2.0"),
        ({"Cu-Ni": {"outer": -1.0}}, "positive numbers, got"),
        ({"Cu-Ni": {"width": 1.0}}, "positive numbers, got"),
    ):
        with pytest.raises(ConfigError, match=message):
            parse_fit_config({**tables, "short_range": {"pairs": pairs}})
    with pytest.raises(DataError, match="factors of a repulsion must be positive"):
        Repulsion(np.array([29, 28]), INNER, OUTER, np.array([[1.0, 0.0], [0.0, 1.0]]))


# ---- fits -------------------------------------------------------------------------------------------------------

FIT = {"basis": {"total_degree": 5}, "radial": {"cutoff": 4.6, "r0": 2.5}, "solver": {"folds": 3}}


@cache
def cells() -> tuple[Structure, ...]:
    rng, made = np.random.default_rng(4), []
    for k in range(12):
        atoms = bulk("Cu", "fcc", a=3.6, cubic=True)
        atoms.positions += rng.normal(scale=0.1, size=atoms.positions.shape)
        atoms.calc = EMT()
        energy, forces = atoms.get_potential_energy(), atoms.get_forces()
        made.append(Structure(atoms.numbers, atoms.positions, atoms.cell.array, True, energy, forces, f"cell {k}"))
    return tuple(made)


def test_a_fit_is_the_same_with_and_without_and_repels_by_default():
    with_it, without = invgen.ace.fit(cells(), **FIT), invgen.ace.fit(cells(), short_range={"zbl": False}, **FIT)
    assert without.potential.repulsion is None
    assert with_it.potential.coefficients.tobytes() == without.potential.coefficients.tobytes()
    assert with_it.potential.references.tobytes() == without.potential.references.tobytes()
    for s in cells():
        one, two = with_it.potential.energy_forces_stress(s), without.potential.energy_forces_stress(s)
        assert one.energy == two.energy
        np.testing.assert_array_equal(one.forces, two.forces)
        np.testing.assert_array_equal(one.stress, two.stress)
    told = with_it.report["short_range"]["pairs"]["Cu-Cu"]
    shortest = float(shortest_distances(cells(), ("Cu",), 4.6)[0, 0])
    assert told["outer"] == pytest.approx(0.9 * shortest, rel=1e-10)
    assert told["inner"] == pytest.approx(0.7 * shortest)
    closer = pair(0.95 * shortest, (29, 29))
    np.testing.assert_array_equal(*(f.potential.energy_forces_stress(closer).forces for f in (with_it, without)))
    energies = [
        with_it.potential.energy_forces_stress(pair(r, (29, 29))).energy for r in (0.3, 0.6, 0.9, told["outer"])
    ]
    assert energies[0] > energies[1] > energies[2] > energies[3]
    assert energies[0] > 1000
    pressed = with_it.potential.energy_forces_stress(pair(0.3, (29, 29)))
    assert pressed.forces[1, 2] > 1000 > without.potential.energy_forces_stress(pair(0.3, (29, 29))).forces[1, 2]
    assert with_it.report["short_range"]["attracts"] == {}


def test_shortest_distances_count_images_and_pairs_that_never_meet():
    s = Structure([29, 28, 29], [[0, 0, 0], [0, 0, 2.0], [9.0, 0, 0]], np.diag([11.5, 30, 30]), True)
    found = shortest_distances([s], ("Cu", "Ni"), 4.0)
    np.testing.assert_allclose(found, [[2.5, 2.0], [2.0, np.inf]])
    repulsion = repulsion_of([s], ("Cu", "Ni"), 4.0, ShortRangeConfig(inner=0.5))
    told = told_repulsion(repulsion, [s], ("Cu", "Ni"), 4.0)
    lengths = {"inner": pytest.approx(1.24), "outer": pytest.approx(2.48)}
    assert told["pairs"]["Ni-Ni"] == {**lengths, "factor": 1.0, "seen": False}
    assert told["pairs"]["Cu-Cu"]["seen"]
    np.testing.assert_allclose(repulsion.outer, [[2.25, 1.8], [1.8, 2.48]])
    assert repulsion_of([s], ("Cu", "Ni"), 2.2, ShortRangeConfig()).outer.max() < 2.2
    assert repulsion_of([s], ("Cu", "Ni"), 4.0, ShortRangeConfig(zbl=False)) is None
    assert told_repulsion(None, [s], ("Cu", "Ni"), 4.0) == {"zbl": False}


def test_pairs_are_what_the_configuration_says():
    s = Structure([29, 28, 29], [[0, 0, 0], [0, 0, 2.0], [9.0, 0, 0]], np.diag([11.5, 30, 30]), True)
    pairs = {"Ni-Cu": {"outer": 1.5, "factor": 3}, "Ni-Ni": {"inner": 1.1, "outer": 3.9}}
    config = ShortRangeConfig(pairs=pairs)
    found = repulsion_of([s], ("Cu", "Ni"), 4.0, config)
    np.testing.assert_allclose(found.outer, [[2.25, 1.5], [1.5, 3.9]])
    np.testing.assert_allclose(found.inner, [[1.75, 1.05], [1.05, 1.1]])
    np.testing.assert_array_equal(found.factor, [[1, 3], [3, 1]])
    with pytest.raises(ConfigError, match=r"outer of Cu-Ni is 2.1 Å, where it would act on .*; at most 2 Å"):
        repulsion_of([s], ("Cu", "Ni"), 4.0, ShortRangeConfig(pairs={"Cu-Ni": {"outer": 2.1}}))
    with pytest.raises(ConfigError, match=r"Cu-Au is none of the pairs of the potential \(Cu-Cu, Cu-Ni, Ni-Ni\)"):
        repulsion_of([s], ("Cu", "Ni"), 4.0, ShortRangeConfig(pairs={"Cu-Au": {"factor": 2}}))
    model = dataclasses.replace(attractive(), repulsion=found)
    kept = strengthened(model, ShortRangeConfig(pairs={"Cu-Cu": {}, **pairs})).repulsion
    assert (kept.factor == found.factor).all(), "a pair that is named is left as it is"


def attractive() -> LinearPotential:
    """Much stronger than its repulsion between all pairs of elements."""
    weak = Repulsion(np.array([29, 28]), INNER, OUTER)
    signs = {sign: dataclasses.replace(repelling(weak), coefficients=sign * 1e5 * potential().coefficients)
             for sign in (1, -1)}  # fmt: skip
    return max(signs.values(), key=lambda model: sum(pressed(model, pair).min() < 0 for pair in PAIRS))


PAIRS = ((29, 29), (29, 28), (28, 28))


def pressed(model: LinearPotential, numbers: tuple[int, int]) -> np.ndarray:
    """Forces on the second of two atoms at distances up to ``inner``."""
    first, second = (model.numbers.tolist().index(z) for z in numbers)
    distances = np.linspace(0.3, model.repulsion.inner[first, second], 100)
    return np.array([model.energy_forces_stress(pair(r, numbers)).forces[1] @ [0, 0.6, 0.8] for r in distances])


def test_a_repulsion_becomes_stronger_than_any_attraction(tmp_path):
    before = attractive()
    after, step = strengthened(before, ShortRangeConfig()), 1e-5
    attracting = [numbers for numbers in PAIRS if pressed(before, numbers).min() < 0]
    assert len(attracting) >= 2
    for k, numbers in enumerate(PAIRS):
        assert pressed(after, numbers).min() > 0
        a, b = ((0, 0), (0, 1), (1, 1))[k]
        changed = numbers in attracting
        assert after.repulsion.factor[a, b] > 2 if changed else after.repulsion.factor[a, b] == 1
        assert after.repulsion.outer[a, b] == OUTER[a, b]
        assert after.repulsion.inner[a, b] == INNER[a, b]
        for r in (0.5, INNER[a, b], 0.8 * OUTER[a, b], 0.95 * OUTER[a, b]):
            ends = [after.energy_forces_stress(pair(r + sign * step, numbers)).energy for sign in (1, -1)]
            force = after.energy_forces_stress(pair(r, numbers)).forces[1] @ [0, 0.6, 0.8]
            assert force == pytest.approx(-(ends[0] - ends[1]) / (2 * step), rel=1e-6, abs=1e-3)
    bare = dataclasses.replace(before, repulsion=None)
    touched = pair(OUTER.max(), attracting[0])
    assert after.energy_forces_stress(touched).energy == bare.energy_forces_stress(touched).energy
    assert name_attractions(after) == {}
    with pytest.warns(UserWarning, match="more attractive at short range"):
        assert len(name_attractions(before)) == len(attracting)
    again = LinearPotential.load(after.save(tmp_path / "strong.npz"))
    np.testing.assert_array_equal(again.repulsion.factor, after.repulsion.factor)
    assert again.energy_forces_stress(pair(0.7)).energy == after.energy_forces_stress(pair(0.7)).energy
    assert read_archive(tmp_path / "strong.npz", "invgen linear potential")[0]["repulsion"]["kind"] == "scaled zbl"
    batch = batch_structures([pair(1.0)], CUTOFF)
    found = EnergyForces(after.torch()).eval()(batch)
    wanted = after.energy_forces_stress(pair(1.0))
    np.testing.assert_allclose(found.forces.numpy(), wanted.forces, rtol=1e-9)


def attracting_clusters() -> list[Structure]:
    """Three to five atoms of hydrogen and lithium, not closer than 2 Å, whose energy is -20 eV Å sum 1/r."""
    rng, made = np.random.default_rng(2), []
    while len(made) < 40:
        positions = rng.uniform(0, 3.6, (int(rng.integers(3, 6)), 3))
        vectors = positions[:, None] - positions
        r = np.linalg.norm(vectors, axis=-1) + np.diag(np.full(len(positions), np.inf))
        if r.min() > 2:
            forces = -20 * (vectors / r[..., None] ** 3).sum(axis=1)
            numbers = rng.choice([1, 3], len(positions))
            made.append(Structure(numbers, positions, energy=-10 * (1 / r).sum(), forces=forces))
    return made


def test_a_fit_that_attracts_gets_a_repulsion_that_is_stronger():
    made, pairs = attracting_clusters(), ((1, 1), (1, 3), (3, 3))
    result = invgen.ace.fit(made, **FIT)
    model, told = result.potential, result.report["short_range"]
    plain = dataclasses.replace(model, repulsion=repulsion_of(made, model.elements, 4.6, ShortRangeConfig()))
    assert pressed(plain, (1, 1)).min() < -1, "there is something to be stronger than"
    assert min(pressed(model, numbers).min() for numbers in pairs) > 0
    assert told["attracts"] == {}
    row = told["pairs"]["H-H"]
    assert row["factor"] > 1
    assert row["outer"] == pytest.approx(0.9 * shortest_distances(made, model.elements, 4.6)[0, 0])
    bare = dataclasses.replace(model, repulsion=None)
    for s in made:
        assert bare.energy_forces_stress(s).energy == model.energy_forces_stress(s).energy
    kept = {"pairs": {"H-H": {}, "H-Li": {}, "Li-Li": {}}}
    with pytest.warns(UserWarning, match=r"more attractive at short range than its repulsion \(H-H at .* Å"):
        other = invgen.ace.fit(made, short_range=kept, **FIT)
    assert "H-H" in other.report["short_range"]["attracts"]
    assert other.potential.coefficients.tobytes() == model.coefficients.tobytes()
