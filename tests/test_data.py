"""Structures, neighbour pairs, batches, labels and data sets: right values, and errors that say what to do."""

from __future__ import annotations

import dataclasses
import lzma
import re
from pathlib import Path

import ase
import ase.io
import numpy as np
import pytest
import torch
import vesin
from ase.calculators.singlepoint import SinglePointCalculator
from ase.neighborlist import neighbor_list
from network_fixtures import CUTOFF, as_atoms, crystal, molecule

from invgen.data import (
    CoincidentAtomsError,
    DataError,
    Dataset,
    Structure,
    batch_structures,
    from_ase,
    methane,
    neighbour_pairs,
    read_structures,
    write_npz,
    xtb,
)
from invgen.data.batch import pair_vectors
from invgen.data.dataset import split_indices
from invgen.data.files import kind_of, read_archive, write_archive


def with_labels(structure: Structure) -> ase.Atoms:
    atoms = as_atoms(structure)
    if structure.energy is not None:
        atoms.calc = SinglePointCalculator(atoms, energy=structure.energy, forces=structure.forces)
    if structure.group is not None:
        atoms.info["group"] = structure.group
    return atoms


def slab() -> Structure:
    """Periodic along two lattice vectors; there is no third."""
    cell = np.array([[2.5, 0.2, 0], [0, 3, 0], [0, 0, 0]])
    return Structure([6, 8, 1], [[0, 0, 0], [1, 1, 1], [0.3, 2, 4]], cell, [True, True, False])


@pytest.mark.parametrize("structure", [molecule(), crystal(), slab()], ids=["molecule", "crystal", "slab"])
def test_pairs_agree_with_ase(structure: Structure) -> None:
    pairs = neighbour_pairs(structure, CUTOFF)
    vectors = structure.positions[pairs.second] - structure.positions[pairs.first] + pairs.shift
    i, j, d = neighbor_list("ijD", as_atoms(structure), CUTOFF)
    ours = sorted((a, b, *np.round(v, 8)) for a, b, v in zip(pairs.first, pairs.second, vectors, strict=True))
    theirs = sorted((a, b, *np.round(v, 8)) for a, b, v in zip(i, j, d, strict=True))
    assert len(ours) > 0
    np.testing.assert_allclose(ours, theirs, atol=1e-7)
    assert (np.diff(pairs.first) >= 0).all()


def test_coincident_atoms_are_named() -> None:
    with pytest.raises(CoincidentAtomsError, match=r"atoms 0 \(Z=6\) and 2 \(Z=8\)"):
        neighbour_pairs(Structure([6, 1, 8], [[0, 0, 0], [0, 0, 1], [0, 0, 0]]), CUTOFF)
    with pytest.raises(CoincidentAtomsError, match=r"periodic image"):
        neighbour_pairs(Structure([6, 1], [[0, 0, 0], [3, 0, 0]], 3 * np.eye(3), True), CUTOFF)


def test_structures_refuse_bad_values() -> None:
    with pytest.raises(DataError, match=r"positions has shape"):
        Structure([6, 1], [[0.0, 0, 0]])
    with pytest.raises(DataError, match="not finite"):
        Structure([6], [[0.0, np.nan, 0]])
    with pytest.raises(DataError, match=r"atomic numbers \[0\]"):
        Structure([0], [[0.0, 0, 0]])
    with pytest.raises(DataError, match="no volume"):
        Structure([6], [[0.0, 0, 0]], periodic=True)
    with pytest.raises(DataError, match="no volume"):
        Structure([6], [[0.0, 0, 0]], [[3.0, 0, 0], [6.0, 0, 0], [0, 0, 5.0]], [True, True, False])
    for numbers in ([6.5], [np.nan]):
        with pytest.raises(DataError, match=r"atomic numbers must be whole, got \[(6.5|nan)\]"):
            Structure(numbers, [[0.0, 0, 0]])
    assert Structure(np.array([6.0]), [[0.0, 0, 0]]).numbers.tolist() == [6]
    for cutoff in (0.0, np.nan, np.inf):
        with pytest.raises(DataError, match="cutoff must be positive and finite"):
            neighbour_pairs(molecule(), cutoff)
    with pytest.raises(DataError, match="at least one structure"):
        batch_structures([], CUTOFF)


def test_a_molecule_is_searched_no_farther_than_it_reaches(monkeypatch: pytest.MonkeyPatch) -> None:
    """The search takes time as the cutoff cubed, also where there is nothing to be found."""
    finder, asked = vesin.NeighborList, list[float]()

    def noting(*, cutoff: float, **more: object) -> vesin.NeighborList:
        asked.append(cutoff)
        return finder(cutoff=cutoff, **more)

    monkeypatch.setattr(vesin, "NeighborList", noting)
    atoms = molecule(atoms=12)
    near = neighbour_pairs(atoms, 1e5)
    assert len(near.first) == 12 * 11
    assert max(asked) < 50
    assert all(np.array_equal(a, b) for a, b in zip(near, neighbour_pairs(atoms, max(asked)), strict=True))
    neighbour_pairs(crystal(), 7.0)
    assert asked[-1] == 7.0


def test_batch_addresses_every_pair_once() -> None:
    systems = [molecule(0), Structure([8], [[0, 0, 0]]), crystal()]
    batch = batch_structures(systems, CUTOFF)
    atoms = sum(s.atoms for s in systems)
    for end, slot in ((batch.first, batch.first_slot), (batch.second, batch.second_slot)):
        address = end * batch.degree + slot
        assert len(torch.unique(address)) == len(address)
        assert int(address.max()) < atoms * batch.degree
    assert batch.system.tolist() == [0] * 6 + [1] + [2] * 3
    lengths = pair_vectors(batch, batch.positions).norm(dim=1)
    assert float(lengths.min()) > 0
    assert float(lengths.max()) < CUTOFF


def test_batch_of_chosen_systems_is_the_batch_of_those() -> None:
    systems = [molecule(k, 3 + k) for k in range(4)]
    data = Dataset.from_structures(systems, CUTOFF)
    chosen, direct = data.batch([2, 0]), batch_structures([systems[2], systems[0]], CUTOFF)
    for name, value in chosen._asdict().items():
        torch.testing.assert_close(value, getattr(direct, name), rtol=0, atol=0)
    labels = data.labels([2, 0])
    assert labels.energy.tolist() == [systems[2].energy, systems[0].energy]
    np.testing.assert_array_equal(labels.forces.numpy(), np.concatenate([systems[2].forces, systems[0].forces]))


def test_what_a_structure_has_no_label_of_is_nan() -> None:
    whole = dataclasses.replace(crystal(), energy=-1.0, forces=np.ones((3, 3)), stress=np.arange(6.0))
    systems = [crystal(), whole, dataclasses.replace(whole, forces=None), dataclasses.replace(whole, energy=None)]
    data = Dataset.from_structures(systems, CUTOFF)
    assert data.labelled() == {"energy": 2, "forces": 2, "stress": 3}
    labels = data.labels([2, 1, 0])
    np.testing.assert_array_equal(labels.energy.numpy(), [-1.0, -1.0, np.nan])
    np.testing.assert_array_equal(labels.stress.numpy(), [np.arange(6.0), np.arange(6.0), np.full(6, np.nan)])
    wanted = np.repeat([np.nan, 1.0, np.nan], 3)[:, None] * np.ones(3)
    np.testing.assert_array_equal(labels.forces.numpy(), wanted)


def test_species_composition() -> None:
    data = Dataset.from_structures([Structure([6, 1, 1], np.eye(3)), Structure([8], np.zeros((1, 3)))], CUTOFF)
    assert data.species() == (1, 6, 8)
    assert data.composition((1, 6, 8)).tolist() == [[2, 1, 0], [0, 0, 1]]


@pytest.mark.parametrize("suffix", [".xyz", ".extxyz.xz", ".npz"])
def test_files_give_back_what_was_written(tmp_path: Path, suffix: str) -> None:
    systems = [molecule(0), dataclasses.replace(molecule(1, 4), group="hot")]
    path = tmp_path / f"data{suffix}"
    if suffix == ".npz":
        write_npz(path, systems)
    else:
        plain = tmp_path / "plain.xyz"
        ase.io.write(plain, [with_labels(s) for s in systems], format="extxyz")
        path.write_bytes(lzma.compress(plain.read_bytes()) if suffix.endswith("xz") else plain.read_bytes())
    for read, written in zip(read_structures(path), systems, strict=True):
        np.testing.assert_array_equal(read.numbers, written.numbers)
        np.testing.assert_allclose(read.positions, written.positions, atol=1e-7)
        np.testing.assert_allclose(read.forces, written.forces, atol=1e-7)
        assert read.energy == pytest.approx(written.energy, abs=1e-7)
        assert read.group == written.group


def test_periodic_cells_survive_ase() -> None:
    structure = from_ase(with_labels(crystal()))
    np.testing.assert_array_equal(structure.cell, crystal().cell)
    assert structure.periodic.all()
    assert structure.energy is None


def test_labels_of_atoms_before_they_moved_are_not_those_of_now() -> None:
    atoms = with_labels(molecule())
    assert from_ase(atoms).energy == molecule().energy
    atoms.positions[0, 0] += 0.1
    moved = from_ase(atoms)
    assert (moved.energy, moved.forces) == (None, None)
    np.testing.assert_array_equal(moved.positions, atoms.positions)
    atoms.info["energy"] = -1.0
    assert from_ase(atoms).energy == -1.0


def test_unreadable_files_are_errors(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="no such file"):
        read_structures(tmp_path / "absent.xyz")
    (tmp_path / "a.cif").write_text("")
    with pytest.raises(DataError, match=r"unknown suffix .\.cif."):
        read_structures(tmp_path / "a.cif")
    (tmp_path / "a.xyz").write_text("three\n\n")
    with pytest.raises(DataError, match="not readable as extended XYZ"):
        read_structures(tmp_path / "a.xyz")
    np.savez(tmp_path / "a.npz", Z=[1])
    with pytest.raises(DataError, match=r"keys \['R'\] are missing"):
        read_structures(tmp_path / "a.npz")


def test_archives_notice_damage(tmp_path: Path) -> None:
    path = write_archive(tmp_path / "a.npz", {"kind": "test"}, {"x": np.arange(1000.0)})
    header, arrays = read_archive(path, "test")
    assert header == {"kind": "test"}
    np.testing.assert_array_equal(arrays["x"], np.arange(1000.0))
    with pytest.raises(DataError, match=r"wanted is a 'other'"):
        read_archive(path, "other")
    whole = path.read_bytes()
    path.write_bytes(whole[: len(whole) // 2])
    with pytest.raises(DataError, match="truncated"):
        read_archive(path, "test")
    with np.load(tmp_path / write_archive(path, header, arrays)) as file:
        edited = {**{k: file[k] for k in file.files}, "x": np.zeros(1000)}
    np.savez(path, **edited)
    with pytest.raises(DataError, match="checksum"):
        read_archive(path, "test")
    assert [p.name for p in tmp_path.iterdir()] == ["a.npz"]


@pytest.mark.parametrize("make", ["archive", "frames", "compressed"])
def test_any_damage_is_a_data_error(tmp_path: Path, make: str) -> None:
    """Some bits say how a part is packed, or that it is encrypted."""
    path = tmp_path / "a.npz"
    if make == "archive":
        write_archive(path, {"kind": "test"}, {"a": np.arange(2.0)})
    else:
        (np.savez if make == "frames" else np.savez_compressed)(path, Z=[1], R=np.zeros((1, 1, 3)))
    whole, found = path.read_bytes(), []
    heads = {match.start() + k for match in re.finditer(b"PK", whole) for k in range(12)}
    for place in heads & set(range(len(whole))) | set(range(0, len(whole), 16)):
        path.write_bytes(whole[:place] + bytes([whole[place] ^ 0xFF]) + whole[place + 1 :])
        assert kind_of(path) in (None, "test")
        try:
            read_archive(path, "test") if make == "archive" else read_structures(path)
        except DataError:
            found.append(place)
    assert len(found) > 40


def test_splits_are_disjoint_and_nested() -> None:
    small = split_indices(100, {"validation": 10, "test": 20, "train": 30}, seed=1)
    large = split_indices(100, {"validation": 10, "test": 20, "train": 70}, seed=1)
    assert len(set(np.concatenate(list(large.values())).tolist())) == 100
    np.testing.assert_array_equal(small["test"], large["test"])
    np.testing.assert_array_equal(small["train"], large["train"][:30])
    with pytest.raises(DataError, match="need 101 structures, there are 100"):
        split_indices(100, {"train": 101}, seed=1)


def test_methane_is_drawn_within_its_bounds() -> None:
    drawn = methane.draw(500, np.random.default_rng(0))
    assert drawn.shape == (500, 5, 3)
    i, j = np.triu_indices(5, 1)
    distances = np.linalg.norm(drawn[:, i] - drawn[:, j], axis=-1)
    radii = np.linalg.norm(drawn[:, 1:], axis=-1)
    assert distances.min() >= methane.CLOSEST
    assert radii.max() <= methane.RADIUS
    assert np.mean((radii / methane.RADIUS) ** 3) == pytest.approx(0.515, abs=0.02)


def test_processes_do_not_change_labels() -> None:
    structures = [(methane.NUMBERS, r) for r in methane.draw(4, np.random.default_rng(1))]
    results = []
    for processes in (1, 2):
        with xtb.labeller(processes) as label:
            results.append(list(label(structures)))
    for one, two in zip(*results, strict=True):
        assert one[0] == pytest.approx(two[0], abs=1e-9)
        np.testing.assert_allclose(one[1], two[1], atol=1e-7)
    with pytest.raises(ValueError, match="at least 1, got 0"), xtb.labeller(0):
        pass


def test_interrupted_generation_ends_in_the_same_labels(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(methane, "CHUNK", 4)
    whole = methane.generate(tmp_path / "whole.npz", 8)

    def interrupt(text: str) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        methane.generate(tmp_path / "parts.npz", 8, progress=interrupt)
    assert len(read_archive(tmp_path / "parts.npz", "methane")[1]["E"]) == 4
    parts = methane.generate(tmp_path / "parts.npz", 8)
    for key in whole:
        np.testing.assert_array_equal(whole[key], parts[key])
    with pytest.raises(ValueError, match="seed 0, not 1"):
        methane.generate(tmp_path / "parts.npz", 8, seed=1)


def test_labels_are_consistent_and_failures_are_drawn_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    label_one = xtb.label_one
    position, step = methane.draw(1, np.random.default_rng(5))[0], 1e-3
    forces = label_one((methane.NUMBERS, position))[1]
    energies = []
    for sign in (1, -1):
        shifted = position.copy()
        shifted[2, 1] += sign * step
        energies.append(label_one((methane.NUMBERS, shifted))[0])
    assert forces[2, 1] == pytest.approx(-(energies[0] - energies[1]) / (2 * step), abs=1e-3)

    answers = iter([None, None])
    monkeypatch.setattr(methane, "CHUNK", 3)
    monkeypatch.setattr(xtb, "label_one", lambda structure: next(answers, label_one(structure)))
    made = methane.generate(tmp_path / "a.npz", 3)
    assert made["redrawn"].tolist() == [2]
    assert np.isfinite(made["F"]).all()
    assert made["R"].shape == (3, 5, 3)
