"""Keys, units and files of labels, and what a training asks of them: right values, and errors that say what to do."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path

import ase
import ase.db
import ase.io
import numpy as np
import pytest
import torch
from ase.calculators.singlepoint import SinglePointCalculator
from network_fixtures import CUTOFF, as_atoms, crystal, molecule

from invgen.data import (
    CoincidentAtomsError,
    DataError,
    Dataset,
    LabelFormat,
    StreamedDataset,
    Structure,
    UnknownSpeciesError,
    check_elements,
    check_labels,
    from_ase,
    label_format,
    read_structures,
)
from invgen.data.streamed import STREAMED, Rows
from invgen.data.structures import LMDB
from invgen.data.units import unit_value

KCAL = 0.0433641042
"""eV: one kcal/mol (CODATA 2018)."""
BOHR = 0.529177210903
"""Å."""


# ---- units and formats --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "quantity", "value"),
    [
        ("eV", "energy", 1.0),
        ("kcal/mol", "energy", KCAL),
        ("Hartree", "energy", 27.211386245988),
        ("kJ/mol", "energy", 0.0103642697),
        ("Bohr", "length", BOHR),
        ("nm", "length", 10.0),
        ("Hartree/Bohr", "forces", 51.4220674763),
        ("-kcal/mol/Å", "forces", -KCAL),
        ("eV/Ang^3", "stress", 1.0),
        ("0.1*GPa", "stress", 0.1 / 160.2176634),
        ("-kbar", "stress", -0.1 / 160.2176634),
    ],
)
def test_units_have_their_values(text: str, quantity: str, value: float) -> None:
    assert unit_value(text, quantity) == pytest.approx(value, rel=1e-8)


@pytest.mark.parametrize(
    ("text", "quantity", "message"),
    [
        ("Hartre", "energy", "did you mean 'Hartree'"),
        ("Bohr", "energy", r"has the dimension length\^1, needed is energy\^1"),
        ("eV/", "energy", "is no unit of energy"),
        ("__import__('os').getcwd()", "energy", "neither a number nor a unit"),
        ("eV**99", "energy", "no whole power"),
        ("-eV", "energy", "finite positive"),
        ("0*eV", "energy", "finite positive"),
        ("eV/0", "energy", "division by zero"),
        ("eV if 1 else eV", "energy", "neither a number nor a unit"),
        ("2", "length", "of a plain number"),
        ("kcal", "energy", r"one of moles, for a single structure it is 2.6e\+22 eV: write it per mole"),
        ("kJ/nm", "forces", "one of moles"),
    ],
)
def test_what_is_no_unit_is_told(text: str, quantity: str, message: str) -> None:
    with pytest.raises(DataError, match=message):
        unit_value(text, quantity)


def test_units_of_forces_and_stress_follow_from_energy_and_length() -> None:
    labels = LabelFormat(units={"energy": "Hartree", "length": "Bohr"})
    assert labels.factor("forces") == pytest.approx(51.4220674763, rel=1e-8)
    assert labels.factor("stress") == pytest.approx(29421.01569 / 160.2176634, rel=1e-8)
    assert dataclasses.replace(labels, units={**labels.units, "forces": "eV/Ang"}).factor("forces") == 1.0
    assert [LabelFormat().factor(q) for q in ("energy", "length", "forces", "stress")] == [1.0] * 4


def test_formats_travel_as_json() -> None:
    labels = label_format({"energy": "REF_energy"}, {"energy": "kcal/mol", "length": "Bohr"})
    again = LabelFormat(**json.loads(json.dumps(labels.to_json())))
    assert again == labels
    assert label_format(None, None) == LabelFormat()
    with pytest.raises(dataclasses.FrozenInstanceError):
        labels.keys = {}


@pytest.mark.parametrize(
    ("keys", "units", "message"),
    [
        ({"enrgy": "E"}, None, "did you mean 'energy'"),
        ({"energy": 3}, None, r"keys\.energy must be a text, got 3"),
        (["energy"], None, "keys must be a table"),
        ({"stress": "s", "virial": "v"}, None, "both stress and virial"),
        (None, {"enery": "eV"}, "did you mean 'energy'"),
        (None, {"energy": "kcal/mole"}, "did you mean 'mol'"),
        (None, {"stress": "kcal/mol"}, "has the dimension"),
    ],
)
def test_wrong_formats_are_errors(keys: object, units: object, message: str) -> None:
    with pytest.raises(DataError, match=message):
        label_format(keys, units)  # type: ignore[arg-type]


# ---- files --------------------------------------------------------------------------------------------------------


def frames(count: int = 3) -> list[ase.Atoms]:
    """Crystals with labels in units of their own: kcal/mol, Bohr and a virial."""
    made = []
    for k in range(count):
        atoms = as_atoms(crystal(k))
        atoms.info |= {"REF_energy": -10.0 - k, "REF_virial": np.diag([1.0, 2.0, 3.0]) + 0.5, "set": f"run{k}"}
        atoms.arrays["REF_forces"] = np.full((3, 3), 2.0) + k
        made.append(atoms)
    return made


OTHER = LabelFormat(
    {"energy": "REF_energy", "forces": "REF_forces", "virial": "REF_virial", "group": "set"},
    {"energy": "kcal/mol", "length": "Bohr"},
)


def write(path: Path, made: list[ase.Atoms]) -> Path:
    """To a file of the kind that the suffix says."""
    if path.suffix in (".db", ".json"):
        with ase.db.connect(path) as database:
            for atoms in made:
                scalars = {k: v for k, v in atoms.info.items() if not isinstance(v, np.ndarray)}
                arrays = {k: v for k, v in {**atoms.info, **atoms.arrays}.items() if isinstance(v, np.ndarray)}
                arrays = {k: v for k, v in arrays.items() if k not in ("numbers", "positions")}
                database.write(atoms, key_value_pairs=scalars, data=arrays)
    else:
        ase.io.write(path, made, format="extxyz" if path.suffix == ".extxyz" else None)
    return path


@pytest.mark.parametrize("suffix", [".extxyz", ".traj", ".db", ".json"])
def test_keys_and_units_are_read_from_every_kind_of_file(tmp_path: Path, suffix: str) -> None:
    made, labels = frames(), OTHER
    if suffix == ".traj":  # it keeps no arrays of other names
        labels = LabelFormat({k: v for k, v in OTHER.keys.items() if k != "forces"}, OTHER.units)
        for atoms in made:
            atoms.calc = SinglePointCalculator(atoms, forces=atoms.arrays.pop("REF_forces"))
    read = read_structures(write(tmp_path / f"data{suffix}", made), labels)
    assert [s.group for s in read] == ["run0", "run1", "run2"]
    for k, (structure, source) in enumerate(zip(read, frames(), strict=True)):
        np.testing.assert_allclose(structure.positions, source.positions * BOHR, atol=1e-7)
        np.testing.assert_allclose(structure.cell, source.cell.array * BOHR, atol=1e-7)
        assert structure.energy == pytest.approx((-10 - k) * KCAL)
        np.testing.assert_allclose(structure.forces, np.full((3, 3), 2.0 + k) * KCAL / BOHR, rtol=1e-7)
        stress = -np.array([1.5, 2.5, 3.5, 0.5, 0.5, 0.5]) * KCAL / structure.volume
        np.testing.assert_allclose(structure.stress, stress, rtol=1e-7)


@pytest.mark.parametrize("suffix", [".extxyz", ".traj", ".db", ".json"])
def test_labels_of_calculators_are_read_without_any_key(tmp_path: Path, suffix: str) -> None:
    atoms = as_atoms(crystal())
    stress = np.arange(6.0) / 100
    atoms.calc = SinglePointCalculator(atoms, energy=-3.0, forces=np.ones((3, 3)), stress=stress)
    plain = as_atoms(crystal(1))
    told: list[tuple[str, int, int]] = []
    path = tmp_path / f"data{suffix}"
    if suffix in (".db", ".json"):
        with ase.db.connect(path) as database:
            database.write(atoms)
            database.write(plain)
    else:
        ase.io.write(path, [atoms, plain], format="extxyz" if suffix == ".extxyz" else None)
    first, second = read_structures(path, progress=lambda *state: told.append(state))
    assert first.energy == -3.0
    np.testing.assert_array_equal(first.forces, np.ones((3, 3)))
    np.testing.assert_allclose(first.stress, stress, atol=1e-8)
    assert (second.energy, second.forces, second.stress) == (None, None, None)
    assert told


def test_a_missing_key_is_told_with_the_likely_one(tmp_path: Path) -> None:
    path = write(tmp_path / "data.extxyz", frames())
    with pytest.raises(DataError, match=r'none of its 3 frames.*REF_energy.*likely meant is keys = {energy = "REF_en'):
        read_structures(path, wanted=("energy",))
    with pytest.raises(DataError, match=r"'dft_forces' for forces.*\"REF_forces\""):
        read_structures(path, LabelFormat({"forces": "dft_forces"}))
    with pytest.raises(DataError, match=r'likely meant is keys = {virial = "REF_virial"}'):
        read_structures(path, wanted=("stress",))
    assert read_structures(path, LabelFormat({"forces": "dft_forces"}), wanted=())[0].forces is None
    assert read_structures(path)[0].energy is None


def spoilt(entry: str, value: object) -> ase.Atoms:
    atoms = frames()[1]
    (atoms.arrays if entry == "REF_forces" else atoms.info)[entry] = value
    return atoms


@pytest.mark.parametrize(
    ("entry", "value", "message"),
    [
        ("REF_energy", np.nan, r"data\.xyz frame 1: energy \(key 'REF_energy'\) is nan, not finite; remove"),
        ("REF_energy", "low", r"is 'low', no number"),
        ("REF_energy", [1.0, 2.0], r"has the shape \(2,\), needs \(\)"),
        ("REF_forces", np.array([[0, 0, 0], [0, np.inf, 0], [0, 0, 0]]), r"is inf at \[1, 1\], not finite"),
        ("REF_forces", np.zeros(3), r"has the shape \(3,\), needs \(3, 3\)"),
        ("REF_virial", np.zeros(4), r"has the shape \(4,\), needs \(6,\)"),
    ],
)
def test_useless_labels_are_told_with_frame_key_and_value(entry: str, value: object, message: str) -> None:
    with pytest.raises(DataError, match=message):
        from_ase(spoilt(entry, value), "data.xyz frame 1", OTHER)


def test_virials_need_a_volume_and_frames_need_atoms(tmp_path: Path) -> None:
    atoms = frames()[0]
    atoms.pbc = [True, True, False]
    with pytest.raises(DataError, match="not periodic in three directions"):
        from_ase(atoms, "slab", OTHER)
    ase.io.write(tmp_path / "empty.traj", [frames()[0], ase.Atoms()])
    with pytest.raises(DataError, match=r"empty\.traj frame 1 has no atoms; remove this frame"):
        read_structures(tmp_path / "empty.traj")


@pytest.mark.parametrize("name", ["a.traj", "a.db", "a.json", "a.npz", "a.extxyz.xz"])
def test_damaged_files_are_errors(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_bytes(b"nothing of the kind" * 100)
    with pytest.raises(DataError, match=r"is not readable as"):
        read_structures(tmp_path / name)


# ---- npz ----------------------------------------------------------------------------------------------------------


def test_npz_has_names_of_its_own_and_joined_frames(tmp_path: Path) -> None:
    path = tmp_path / "data.npz"
    systems = [molecule(0, 4), molecule(1, 6)]
    arrays = {
        "species": np.concatenate([s.numbers for s in systems]),
        "xyz": np.concatenate([s.positions for s in systems]),
        "sizes": np.array([4, 6], dtype=np.uint8),
        "U0": np.array([1.0, 2.0]),
        "gradient": np.concatenate([s.forces for s in systems]),
        "kind": np.array(["a", "b"]),
    }
    np.savez(path, **arrays)
    keys = {"numbers": "species", "positions": "xyz", "n_atoms": "sizes", "energy": "U0", "forces": "gradient"}
    read = read_structures(path, LabelFormat({**keys, "group": "kind"}, {"forces": "-eV/Ang"}))
    for structure, source in zip(read, systems, strict=True):
        np.testing.assert_array_equal(structure.numbers, source.numbers)
        np.testing.assert_array_equal(structure.positions, source.positions)
        np.testing.assert_array_equal(structure.forces, -source.forces)
    assert [(s.energy, s.group) for s in read] == [(1.0, "a"), (2.0, "b")]
    with pytest.raises(DataError, match=r"frames joined end to end.*n_atoms"):
        read_structures(path, LabelFormat({"numbers": "species", "positions": "xyz"}))
    with pytest.raises(
        DataError, match=r"keys \['Z'\] are missing, which hold numbers; present are \['U0', 'gradient'"
    ):
        read_structures(path)
    with pytest.raises(DataError, match=r'keys = {energy = "U0"}'):
        read_structures(path, LabelFormat({**keys, "energy": "energy"}))
    np.savez(path, **{**arrays, "sizes": np.array([4, 5])})
    with pytest.raises(DataError, match=r"numbers \(10,\) and positions \(10, 3\) do not fit"):
        read_structures(path, LabelFormat(keys))


def test_npz_has_groups_of_any_kind_of_text(tmp_path: Path) -> None:
    np.savez(tmp_path / "a.npz", Z=[1], R=np.zeros((2, 1, 3)), group=np.array([b"warm", "kühl".encode()]))
    assert [s.group for s in read_structures(tmp_path / "a.npz")] == ["warm", "kühl"]


def test_npz_names_that_say_a_unit_are_believed(tmp_path: Path) -> None:
    np.savez(tmp_path / "a.npz", Z=[1, 1], R=np.random.default_rng(0).normal(size=(2, 2, 3)), E_eV=[1.0, 2.0])
    with pytest.raises(DataError, match="'E_eV' says eV, but the unit of energy is another"):
        read_structures(tmp_path / "a.npz", LabelFormat(units={"energy": "kcal/mol"}))
    read = read_structures(tmp_path / "a.npz", LabelFormat({"energy": "E_eV"}, {"energy": "kcal/mol"}))
    assert read[1].energy == pytest.approx(2 * KCAL)


def test_npz_reads_a_virial_instead_of_the_stress(tmp_path: Path) -> None:
    cell = 2.0 * np.eye(3)[None]
    arrays = {"Z": [1], "R": np.zeros((1, 1, 3)), "cell": cell, "stress": np.ones((1, 6)), "W": np.ones((1, 3, 3))}
    np.savez(tmp_path / "a.npz", **arrays)
    assert read_structures(tmp_path / "a.npz")[0].stress.tolist() == [1.0] * 6
    read = read_structures(tmp_path / "a.npz", LabelFormat({"virial": "W"}))
    np.testing.assert_allclose(read[0].stress, -np.ones(6) / 8)


def test_pickled_arrays_are_not_read(tmp_path: Path) -> None:
    np.savez(tmp_path / "a.npz", Z=np.array([{}], dtype=object), R=np.zeros((1, 1, 3)))
    with pytest.raises(DataError, match="pickle"):
        read_structures(tmp_path / "a.npz")


# ---- what a training asks for -------------------------------------------------------------------------------------


def labelled(name: str, **labels: object) -> Structure:
    return Structure([1, 8], [[0, 0, 0], [0, 0, 1.0]], name=name, **labels)  # type: ignore[arg-type]


def test_frames_without_a_wanted_label_are_named() -> None:
    forces = np.zeros((2, 3))
    systems = [labelled("a", energy=1.0), labelled("b", energy=1.0, forces=forces), labelled("c", forces=forces)]
    found = check_labels(systems, {"energy": 1.0, "forces": 0.5, "stress": 0.0})
    assert found.lacking == {"energy": ("c",), "forces": ("a",)}
    assert found.lines()[0].startswith("1 of 3 frames has no energy, such as c")
    assert check_labels(systems[1:2], ("energy", "forces")).lines() == []


def test_labels_that_no_frame_has_are_errors() -> None:
    systems = [labelled("a", energy=1.0), labelled("b")]
    with pytest.raises(
        DataError, match=r"none of the 2 training frames has forces \(key 'F'; the first is a\).*weight"
    ):
        check_labels(systems, {"energy": 1.0, "forces": 1.0}, LabelFormat({"forces": "F"}))
    with pytest.raises(DataError, match=r"1 training frames have none of energy: b; label or remove"):
        check_labels(systems, ["energy"])
    with pytest.raises(DataError, match="did you mean 'forces'"):
        check_labels(systems, ["force"])


def test_unknown_elements_are_named_with_their_frames() -> None:
    check_elements((1, 8), [labelled("a")])
    with pytest.raises(UnknownSpeciesError, match=r"the test structures.*O in a, b, c and 1 more. Training has H, C"):
        check_elements((1, 6), [labelled(name) for name in "abcd"], "test")


# ---- data sets that are read row by row ---------------------------------------------------------------------------


def database(path: Path, count: int = 8) -> list[Structure]:
    """Molecules of several sizes with labels, one without, written to a database with a gap in its ids."""
    systems = [dataclasses.replace(molecule(k, 3 + k % 4), group=f"group{k % 2}") for k in range(count)]
    systems[3] = dataclasses.replace(systems[3], energy=None, forces=None)
    with ase.db.connect(path) as rows:
        gap = rows.write(ase.Atoms("X"))
        for s in systems:
            atoms = as_atoms(s)
            if s.energy is not None:
                atoms.calc = SinglePointCalculator(atoms, energy=s.energy, forces=s.forces)
            rows.write(atoms, group=s.group)
        rows.delete([gap])
    return systems


@pytest.mark.parametrize("suffix", STREAMED)
def test_a_streamed_set_gives_the_batches_of_one_in_memory(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"a{suffix}"
    systems = database(path)
    told: list[tuple[str, int, int]] = []
    streamed = StreamedDataset.open(path, CUTOFF, progress=lambda *state: told.append(state))
    whole = Dataset.from_structures(systems, CUTOFF)
    assert told == [(f"read a{suffix}", 0, 8)]
    assert len(streamed) == 8
    assert (streamed.cutoff, streamed.groups) == (whole.cutoff, whole.groups)
    assert (streamed.species(), streamed.labelled()) == (whole.species(), whole.labelled())
    torch.testing.assert_close(streamed.energy, whole.energy, rtol=0, atol=0, equal_nan=True)
    torch.testing.assert_close(streamed.atoms, whole.atoms, rtol=0, atol=0)
    assert float((streamed.pairs - whole.pairs).abs().max()) <= 15
    torch.testing.assert_close(streamed.composition((8, 1, 7)), whole.composition((8, 1, 7)), rtol=0, atol=0)
    for chosen in ([5, 0, 3], torch.tensor([7]), np.arange(8)):
        streamed.prefetch(chosen)
        for mine, other in (
            (streamed.batch(chosen), whole.batch(chosen)),
            (streamed.labels(chosen), whole.labels(chosen)),
        ):
            for name, value in mine._asdict().items():
                torch.testing.assert_close(value, getattr(other, name), rtol=0, atol=0, equal_nan=True)


def test_a_streamed_set_knows_which_single_atoms_are_isolated(tmp_path: Path) -> None:
    """By the density alone, an atom in a large box has a neighbour, and one of a chain in a large box has none."""
    atoms = [Structure([1], np.zeros((1, 3)), np.diag(sides), True) for sides in ([7.0] * 3, [3.0, 60.0, 60.0])]
    with ase.db.connect(tmp_path / "a.db") as rows:
        for s in atoms:
            rows.write(as_atoms(s))
    streamed, whole = StreamedDataset.open(tmp_path / "a.db", 6.9), Dataset.from_structures(atoms, 6.9)
    assert streamed.pairs.tolist() == whole.pairs.tolist() == [0, 4]


def test_rows_are_read_once_for_a_batch_and_its_labels(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    database(tmp_path / "a.db")
    data = StreamedDataset.open(tmp_path / "a.db", CUTOFF)
    read: list[list[int]] = []
    reader = Rows._structures
    monkeypatch.setattr(Rows, "_structures", lambda self, ids, *rest: read.append(ids) or reader(self, ids, *rest))
    for systems, following in (([0, 1], [2, 3]), ([2, 3], [4, 5])):
        data.batch(systems)
        data.prefetch(following)
        data.labels(systems)
    data.batch([4, 5])
    assert read == [[2, 3], [4, 5], [6, 7]]


@pytest.mark.parametrize("suffix", STREAMED)
def test_parts_of_a_streamed_set_are_sets(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"a{suffix}"
    systems = database(path)
    data = StreamedDataset.open(path, CUTOFF)
    part, again = data.take([6, 2]), data.take(np.array([6, 2]))
    assert part.groups == (systems[6].group, systems[2].group)
    assert part.species() == Dataset.from_structures([systems[6], systems[2]], CUTOFF).species()
    assert part.labels([1]).energy.tolist() == [systems[2].energy]
    assert part.take([1]).labels([0]).energy.tolist() == [systems[2].energy]
    assert part.digest() == again.digest() != data.digest()
    assert data.digest() == StreamedDataset.open(path, CUTOFF).digest()
    kcal = StreamedDataset.open(path, CUTOFF, LabelFormat(units={"energy": "kcal/mol"}))
    assert kcal.digest() != data.digest()
    assert kcal.labels([0]).energy.tolist() == pytest.approx([systems[0].energy * KCAL])


def test_what_cannot_be_streamed_is_told(tmp_path: Path) -> None:
    database(tmp_path / "a.db")
    with pytest.raises(DataError, match=r"a\.json cannot be read row by row; only \.db and \.aselmdb can"):
        StreamedDataset.open(tmp_path / "a.json", CUTOFF)
    with pytest.raises(DataError, match="no such file"):
        StreamedDataset.open(tmp_path / "b.db", CUTOFF)
    with pytest.raises(DataError, match=r"cutoff must be positive, got 0"):
        StreamedDataset.open(tmp_path / "a.db", 0)
    with pytest.raises(DataError, match=r"an entry 'E' for energy.*energy"):
        StreamedDataset.open(tmp_path / "a.db", CUTOFF, LabelFormat({"energy": "E"}))
    with ase.db.connect(tmp_path / "empty.db") as rows:
        rows.delete([rows.write(ase.Atoms("H"))])
    with pytest.raises(DataError, match="has no rows"):
        StreamedDataset.open(tmp_path / "empty.db", CUTOFF)
    with ase.db.connect(tmp_path / "close.db") as rows:
        rows.write(ase.Atoms("H2"))
    with pytest.raises(CoincidentAtomsError, match=r"close\.db row 0: atoms 0 \(Z=1\) and 1"):
        StreamedDataset.open(tmp_path / "close.db", CUTOFF).batch([0])


def test_an_open_database_is_shared_and_closed_with_the_last_set(tmp_path: Path) -> None:
    path = tmp_path / f"a{LMDB}"
    database(path)
    first, second = StreamedDataset.open(path, CUTOFF), StreamedDataset.open(path, CUTOFF)
    assert first._rows._database is second._rows._database
    assert len(read_structures(path)) == 8
    del first
    assert second.labels([1]).energy.tolist() == StreamedDataset.open(path, CUTOFF).labels([1]).energy.tolist()
    del second
    path.unlink()
    database(path, 5)
    assert len(StreamedDataset.open(path, CUTOFF)) == 5
