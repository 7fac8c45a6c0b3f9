"""Pairs of atoms that move: what a search in every step finds, with few searches; and the calculator that uses them."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
import torch
from network_fixtures import CUTOFF, as_atoms, build, crystal, molecule

from invgen.data import CoincidentAtomsError, DataError, Dataset, Structure, neighbours
from invgen.data.dataset import batch_structures
from invgen.data.neighbours import VerletList, neighbour_pairs
from invgen.potentials import InvgenCalculator


def path(structure: Structure, step: float, steps: int = 8) -> list[Structure]:
    """The structure as its atoms wander."""
    rng, found = np.random.default_rng(0), [structure]
    for _ in range(steps):
        moved = found[-1].positions + step * rng.normal(size=structure.positions.shape)
        found.append(dataclasses.replace(structure, positions=moved))
    return found


def ordered(structure: Structure, pairs: neighbours.NeighbourPairs) -> np.ndarray:
    vectors = structure.positions[pairs.second] - structure.positions[pairs.first] + pairs.shift
    rows = np.column_stack([pairs.first, pairs.second, vectors.round(9)])
    return rows[np.lexsort(rows.T[::-1])]


@pytest.mark.parametrize("skin", [0.0, 0.3, 2.0])
@pytest.mark.parametrize("step", [0.01, 0.3])
@pytest.mark.parametrize("structure", [molecule(atoms=12), crystal()], ids=["molecule", "crystal"])
def test_pairs_are_those_of_a_search(structure: Structure, step: float, skin: float) -> None:
    moving = VerletList(CUTOFF, skin)
    for now in path(structure, step):
        expected = neighbour_pairs(now, CUTOFF)
        np.testing.assert_array_equal(ordered(now, moving.pairs(now)), ordered(now, expected))
        assert (np.diff(moving.pairs(now).first) >= 0).all()


def test_a_list_that_is_never_renewed_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(neighbours, "stays_within", lambda *_: True)
    with pytest.raises(AssertionError):
        test_pairs_are_those_of_a_search(molecule(atoms=12), 0.3, 0.3)


def test_searches_are_few(monkeypatch: pytest.MonkeyPatch) -> None:
    searches: list[float] = []

    def counted(structure: Structure, cutoff: float) -> neighbours.NeighbourPairs:
        searches.append(cutoff)
        return neighbour_pairs(structure, cutoff)

    monkeypatch.setattr(neighbours, "neighbour_pairs", counted)
    moving, frames = VerletList(CUTOFF, 1.0), path(molecule(), 0.01)
    first = moving.pairs(frames[0])
    assert all(moving.pairs(now) is first for now in frames)
    assert searches == [CUTOFF + 1.0]
    moving.pairs(dataclasses.replace(frames[0], numbers=frames[0].numbers[::-1].copy()))
    moving.pairs(dataclasses.replace(frames[0], cell=9 * np.eye(3), periodic=True))
    assert len(searches) == 3


def test_arrays_that_are_changed_in_place_are_searched_again() -> None:
    """As those of engines, which move atoms where they are."""
    moving, places = VerletList(2.0, 0.5), np.array([[0.0, 0.0, 0.0], [0.0, 0.0, 3.0]])
    assert not len(moving.pairs(Structure([1, 1], places)).first)
    places[1, 2] = 1.0
    assert len(moving.pairs(Structure([1, 1], places)).first) == 2


def test_atoms_that_meet_are_named() -> None:
    here = molecule()
    moving = VerletList(CUTOFF, 50.0)
    moving.pairs(here)
    met = here.positions.copy()
    met[1] = met[0]
    with pytest.raises(CoincidentAtomsError, match=r"atoms 0 .* and 1"):
        moving.pairs(dataclasses.replace(here, positions=met))


def test_one_structure_is_batched_as_several_are() -> None:
    for structure in (molecule(), crystal(), molecule(atoms=1), Structure([], np.zeros((0, 3)))):
        found = batch_structures([structure], CUTOFF)
        for a, b in zip(found, Dataset.from_structures([structure], CUTOFF).batch([0]), strict=True):
            if isinstance(b, torch.Tensor):
                assert torch.equal(a, b)
                assert a.dtype == b.dtype
                assert a.shape == b.shape
            else:
                assert a == b


@pytest.mark.parametrize("structure", [molecule(), crystal()], ids=["molecule", "crystal"])
def test_the_skin_changes_no_number_of_the_calculator(structure: Structure) -> None:
    found = []
    for skin in (0.0, 1.5):
        atoms = as_atoms(structure)
        atoms.calc = InvgenCalculator(build("hip-hop-nn"), skin=skin)
        for now in path(structure, 0.05):
            atoms.positions = now.positions
            found.append((skin, atoms.get_potential_energy(), atoms.get_forces()))
    half = len(found) // 2
    for (_, energy, forces), (_, other, others) in zip(found[:half], found[half:], strict=True):
        assert energy == pytest.approx(other, rel=1e-13)
        np.testing.assert_allclose(forces, others, rtol=0, atol=1e-12)


def test_the_calculator_sees_every_change() -> None:
    atoms = as_atoms(crystal())
    atoms.calc = InvgenCalculator(build("hip-nn"))
    energies = [atoms.get_potential_energy()]
    atoms.positions[0, 0] += 1e-7
    energies.append(atoms.get_potential_energy())
    atoms.set_cell(1.01 * atoms.cell.array)
    energies.append(atoms.get_potential_energy())
    atoms.numbers[0] = 8
    energies.append(atoms.get_potential_energy())
    atoms.pbc = (True, True, False)
    energies.append(atoms.get_potential_energy())
    assert len(set(energies)) == 5
    assert atoms.get_potential_energy() == energies[-1]


def test_a_skin_that_is_no_length_is_an_error() -> None:
    with pytest.raises(DataError, match=r"skin .* got -1"):
        InvgenCalculator(build("hip-nn"), skin=-1)
