"""Recipes of published data sets: splits, units and checksums, on small files of their formats."""

from __future__ import annotations

import dataclasses
import hashlib
import io
import json
import lzma
import re
from pathlib import Path

import ase
import ase.io
import numpy as np
import pytest
from processes import invgen

from invgen.data import RECIPES, DataError, Recipe, load_recipe, recipe, recipes

HARTREE = 27.211386245988
KCAL = 0.0433641042


def with_files(monkeypatch: pytest.MonkeyPatch, name: str, folder: Path) -> Recipe:
    """The recipe, for the files that are in a folder."""
    known = recipe(name)
    sums = {file: hashlib.sha256((folder / file).read_bytes()).hexdigest() for file in known.files}
    changed = dataclasses.replace(known, files=sums)
    monkeypatch.setitem(recipes.RECIPES, name, changed)
    return changed


def write_frames(path: Path, frames: list[ase.Atoms]) -> None:
    text = io.StringIO()
    ase.io.write(text, frames, format="extxyz")
    path.write_bytes(lzma.compress(text.getvalue().encode()))


def write_molecule(path: Path) -> dict[str, np.ndarray]:
    rng = np.random.default_rng(0)
    arrays = {"Z": np.array([8, 1], dtype=np.uint8)}
    for part in ("train", "test"):
        arrays |= {f"R_{part}": rng.normal(size=(3, 2, 3)), f"E_{part}": rng.normal(size=3) - 47000}
        arrays[f"F_{part}"] = rng.normal(size=(3, 2, 3))
    np.savez(path, **arrays)
    return arrays


def test_every_recipe_states_what_one_has_to_know() -> None:
    expected = {
        "zuo2020/Ni",
        "zuo2020/Ge",
        "methane",
        "methane/energies",
        "qm7",
        "qm9",
        "rmd17/ethanol",
        "3bpa",
        "acac",
    }
    assert expected | {"s66x8", "ani1-gdb-s01"} <= set(RECIPES)
    assert sum(name.startswith("rmd17/") for name in RECIPES) == 10
    for name, found in RECIPES.items():
        assert found.name == name
        assert re.fullmatch(r"10\.\d{4,5}/\S+", found.doi)
        assert all(re.fullmatch(r"[0-9a-f]{64}", checksum) for checksum in found.files.values())
        assert found.energies.startswith(("total", "atomization"))
        for field in ("source", "citation", "licence", "method", "units", "keys", "published"):
            assert getattr(found, field)
            assert getattr(found, field) in str(found)
    checksums = [checksum for found in RECIPES.values() for checksum in found.files.values()]
    shared = {*recipe("acac").files.values(), *recipe("3bpa").files.values()}
    assert all(checksums.count(c) == 1 or c in shared for c in checksums)


def test_rmd17_has_its_splits_in_ev(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    arrays = write_molecule(tmp_path / "ethanol_split01.npz")
    with_files(monkeypatch, "rmd17/ethanol", tmp_path)
    for path in (tmp_path, tmp_path / "ethanol_split01.npz"):
        parts = load_recipe("rmd17/ethanol", path)
        assert list(parts) == ["train", "test"]
        for part, structures in parts.items():
            for k, structure in enumerate(structures):
                assert structure.energy == pytest.approx(arrays[f"E_{part}"][k] * KCAL)
                np.testing.assert_allclose(structure.forces, arrays[f"F_{part}"][k] * KCAL, rtol=1e-7)
                np.testing.assert_array_equal(structure.positions, arrays[f"R_{part}"][k])


def test_another_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"needs ethanol_split01.npz in .*; missing: ethanol_split01.npz.*rmd17-npz"):
        load_recipe("rmd17/ethanol", tmp_path)
    write_molecule(tmp_path / "ethanol_split01.npz")
    with pytest.raises(DataError, match=r"SHA-256 [0-9a-f]{64}, the recipe .* damaged or of another version.*kcal/mol"):
        load_recipe("rmd17/ethanol", tmp_path)
    with pytest.raises(DataError, match="did you mean 'rmd17/ethanol'"):
        load_recipe("rmd17/ethnol", tmp_path)


def test_qm7_has_five_splits(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    numbers = np.array([[6, 1, 0]] * 10, dtype=np.uint8)
    energies = -100.0 * np.arange(1, 11)
    splits = np.arange(10).reshape(5, 2)[:, ::-1]
    positions = np.random.default_rng(0).normal(size=(10, 3, 3))
    np.savez(tmp_path / "qm7.npz", Z=numbers, R=positions, E_kcal=energies, splits=splits)
    with_files(monkeypatch, "qm7", tmp_path)
    seen = []
    for split in recipe("qm7").splits:
        parts = load_recipe("qm7", tmp_path, split)
        assert {part: len(structures) for part, structures in parts.items()} == {"train": 8, "test": 2}
        seen += [s.energy for s in parts["test"]]
    assert seen == pytest.approx(energies * KCAL)
    assert load_recipe("qm7", tmp_path)["test"][0].energy == pytest.approx(-100 * KCAL)
    with pytest.raises(DataError, match=r"unknown split of qm7: '5'.*known: 0, 1, 2, 3, 4"):
        load_recipe("qm7", tmp_path, "5")


def test_qm9_gives_atomization_energies(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    rng = np.random.default_rng(0)
    np.savez(
        tmp_path / "qm9.npz",
        index=np.array([1, 3]),
        n_atoms=np.array([2, 1], dtype=np.uint8),
        Z=np.array([6, 1, 8], dtype=np.uint8),
        R=rng.normal(size=(3, 3)).astype(np.float32),
        props=np.array([[9.0, -40.0], [9.0, -75.1]]),
        prop_names=np.array(["A_GHz", "U0_Ha"]),
        atomref_Z=np.array([1, 6, 8]),
        atomref_U0_Ha=np.array([-0.5, -38.0, -75.0]),
    )
    with_files(monkeypatch, "qm9", tmp_path)
    structures = load_recipe("qm9", tmp_path)["train"]
    assert [s.energy for s in structures] == pytest.approx([-1.5 * HARTREE, -0.1 * HARTREE])
    assert [s.name for s in structures] == ["gdb 1", "gdb 3"]


def test_methane_and_ani_name_their_parts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    rng = np.random.default_rng(0)
    shape = (4, 5, 3)
    arrays = {"Z": [6, 1, 1, 1, 1], "R": rng.normal(size=shape), "E_eV": np.arange(4.0), "F_eV_per_A": np.zeros(shape)}
    np.savez(tmp_path / "methane_first1000_EF.npz", **arrays, split=np.array(["test", "val", "train", "train"]))
    np.savez(tmp_path / "methane_random10k_E.npz", **{k: arrays[k] for k in ("Z", "R", "E_eV")})
    with_files(monkeypatch, "methane", tmp_path)
    parts = load_recipe("methane", tmp_path)
    assert {part: [s.energy for s in structures] for part, structures in parts.items()} == {
        "train": [2.0, 3.0],
        "validation": [1.0],
        "test": [0.0],
    }
    with_files(monkeypatch, "methane/energies", tmp_path)
    assert [s.forces for s in load_recipe("methane/energies", tmp_path)["train"]] == [None] * 4
    sizes = {"CHHHH": 5, "NHHH": 4, "OHH": 3}
    positions = {f"R_{name}": rng.normal(size=(2, atoms, 3)) for name, atoms in sizes.items()}
    np.savez(tmp_path / "ani1_gdb_s01_E.npz", **positions, **{f"E_Ha_{name}": -np.ones(2) for name in sizes})
    with_files(monkeypatch, "ani1-gdb-s01", tmp_path)
    structures = load_recipe("ani1-gdb-s01", tmp_path)["train"]
    assert [s.atoms for s in structures] == [5, 5, 4, 4, 3, 3]
    assert [s.group for s in structures][::2] == list(sizes)
    assert [s.energy for s in structures] == pytest.approx([-HARTREE] * 6)


def labelled(energy: float, **info: object) -> ase.Atoms:
    atoms = ase.Atoms("OH", [[0, 0, 0], [0, 0, 1.0 + energy / 100]])
    atoms.info |= {"energy": energy, **info}
    return atoms


def test_acac_reports_its_tests_as_groups(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for k, file in enumerate(recipe("acac").files):
        write_frames(tmp_path / file, [labelled(float(k)), labelled(10.0 + k)])
    with_files(monkeypatch, "acac", tmp_path)
    parts = load_recipe("acac", tmp_path)
    assert {part: len(structures) for part, structures in parts.items()} == {"train": 2, "test": 8, "isolated_atoms": 2}
    assert [s.group for s in parts["test"]][::2] == ["MD_300K", "MD_600K", "dihedral", "H_transfer"]
    for file in recipe("3bpa").files:
        write_frames(tmp_path / file, [labelled(1.0)])
    with_files(monkeypatch, "3bpa", tmp_path)
    assert list(load_recipe("3bpa", tmp_path)) == ["train", "isolated_atoms"]


def test_crystals_keep_groups_and_splits(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    frames = [
        labelled(1.0, split="test", group="Elastic"),
        labelled(2.0, split="train", group="Surface"),
        labelled(3.0, split="train", group="Vacancy"),
    ]
    write_frames(tmp_path / "Cu.extxyz.xz", frames)
    with_files(monkeypatch, "zuo2020/Cu", tmp_path)
    parts = load_recipe("zuo2020/Cu", tmp_path / "Cu.extxyz.xz")
    assert {part: [s.group for s in found] for part, found in parts.items()} == {
        "train": ["Surface", "Vacancy"],
        "test": ["Elastic"],
    }
    write_frames(tmp_path / "s66x8.extxyz.xz", frames)
    with_files(monkeypatch, "s66x8", tmp_path)
    assert [s.energy for s in load_recipe("s66x8", tmp_path)["test"]] == [1.0, 2.0, 3.0]


def test_the_command_lists_recipes_and_refuses_other_files(tmp_path: Path) -> None:
    told = invgen("data", "--recipes")
    assert told.returncode == 0, told.stderr
    assert "rmd17/ethanol" in told.stdout
    assert "https://doi.org/10.1088/2632-2153/abba6f" in told.stdout
    rows = json.loads(invgen("data", "--recipes", "--json").stdout)
    assert [row["name"] for row in rows] == list(RECIPES)
    write_molecule(tmp_path / "ethanol_split01.npz")
    wrong = invgen("data", "--recipe", "rmd17/ethanol", tmp_path)
    assert wrong.returncode == 2
    assert "SHA-256" in wrong.stderr
    nothing = invgen("data")
    assert nothing.returncode == 2
    assert "needs a FILE" in nothing.stderr
