"""Recipes of many small molecules, or of one at random: methane, QM7, QM9, ANI-1."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from pathlib import Path

import numpy as np

from invgen.data.labels import LabelFormat
from invgen.data.recipes.reading import Recipe, Splits, all_in, by_name
from invgen.data.structure import Structure
from invgen.data.structures import read_structures
from invgen.data.units import unit_value

EV = "eV, eV/Å, Å"
METHANE_CITATION = "Pozdnyakov, Willatt, Ceriotti, Randomly-displaced methane configurations, Materials Cloud 2020.105"
METHANE_DOI = "10.24435/materialscloud:qy-dp"
METHANE_METHOD = "PBE/cc-pVDZ, density fitted"


def _array(path: Path, key: str) -> np.ndarray:
    with np.load(path, allow_pickle=False) as file:
        return file[key]


# ---- methane --------------------------------------------------------------------------------------------------------


def _methane(files: Mapping[str, Path], split: str) -> Splits:
    (path,) = files.values()
    return by_name(read_structures(path), _array(path, "split").tolist())


METHANE = Recipe(
    name="methane",
    source="github.com/spozdn/pet@ff66e8f3 example/methane_{train,val,test}.xyz, joined as npz",
    citation=METHANE_CITATION,
    doi=METHANE_DOI,
    licence="MIT (the repository)",
    method=METHANE_METHOD,
    energies="total",
    units=EV,
    keys="Z, R, E_eV, F_eV_per_A, split",
    published="800 train, 100 validation, 100 test: frames 0 to 999 of the set",
    files={"methane_first1000_EF.npz": "b3db7ec0022fbec3441407e5aeb95dfaec4cadbb5a6157516b49f267fb7a2a89"},
    read=_methane,
)
METHANE_ENERGIES = Recipe(
    name="methane/energies",
    source="github.com/agoscinski/feature-space-measures@0c0a3b39 data/selection-10k.extxyz, as npz",
    citation=METHANE_CITATION,
    doi=METHANE_DOI,
    licence="CRAPL v0 (the repository); the data are Materials Cloud's",
    method=METHANE_METHOD,
    energies="total",
    units=EV,
    keys="Z, R, E_eV; no forces",
    published="none: 10,000 frames, all in train. Frames 0 and 1 are also in the recipe methane",
    files={"methane_random10k_E.npz": "18de9ff34a8172bd43018c220e8d225f5fcbd264821e72a1eff43f1bfc44273b"},
    read=partial(all_in, "train"),
)


# ---- QM7, QM9 -------------------------------------------------------------------------------------------------------


def _qm7(files: Mapping[str, Path], split: str) -> Splits:
    (path,) = files.values()
    structures = read_structures(path, LabelFormat({"energy": "E_kcal"}, {"energy": "kcal/mol"}))
    test = set(_array(path, "splits")[int(split)].tolist())
    parts = ["test" if k in test else "train" for k in range(len(structures))]
    return by_name(structures, parts)


def _qm9(files: Mapping[str, Path], split: str) -> Splits:
    (path,) = files.values()
    structures = read_structures(path)
    with np.load(path, allow_pickle=False) as file:
        energies = file["props"][:, file["prop_names"].tolist().index("U0_Ha")]
        atoms = dict(zip(file["atomref_Z"].tolist(), file["atomref_U0_Ha"].tolist(), strict=True))
        numbers = file["index"]
    hartree = unit_value("Hartree", "energy")
    return {
        "train": [
            Structure(
                s.numbers,
                s.positions,
                energy=(energy - sum(atoms[z] for z in s.numbers.tolist())) * hartree,
                name=f"gdb {number}",
            )
            for s, energy, number in zip(structures, energies, numbers, strict=True)
        ]
    }


QM7 = Recipe(
    name="qm7",
    source="github.com/SFdS-atelier-3/block-1@b3d7250c qm7.npz; splits: github.com/deepchem/deepchem@fbe3b911",
    citation="Rupp, Tkatchenko, Müller, von Lilienfeld, Phys. Rev. Lett. 108, 058301 (2012)",
    doi="10.1103/PhysRevLett.108.058301",
    licence="none stated; the data are QM7 of quantum-machine.org",
    method="PBE0",
    energies="atomization",
    units="kcal/mol, Å",
    keys="Z, R, E_kcal, splits; no forces",
    published="five of 1,433 molecules; the one asked for is test, the others are train",
    splits=("0", "1", "2", "3", "4"),
    files={"qm7.npz": "d87afe6196002c28f18084b03ff79682f1ed4a3e3960fa2c7a0bac08ba7b771a"},
    read=_qm7,
)


def _qm9_recipe(name: str, file: str, checksum: str, published: str) -> Recipe:
    return Recipe(
        name=name,
        source="package qm9pack 1.0.3 of the Python package index",
        citation="Ramakrishnan, Dral, Rupp, von Lilienfeld, Sci. Data 1, 140022 (2014)",
        doi="10.1038/sdata.2014.22",
        licence="MIT (the package)",
        method="B3LYP/6-31G(2df,p)",
        energies="atomization: U0 less that of the free atoms",
        units="Hartree, Å",
        keys="Z, R, n_atoms, props with prop_names, atomref_Z, atomref_U0_Ha; no forces",
        published=published,
        files={file: checksum},
        read=_qm9,
    )


QM9 = (
    _qm9_recipe(
        "qm9",
        "qm9.npz",
        "a08ec7575eaccebb98025c5a93ea7a808842a3b732b73eef678ff152e3e3d666",
        "none: the 130,831 molecules that are left without the 3,054 uncharacterized ones, all in train",
    ),
    _qm9_recipe(
        "qm9/10k",
        "qm9_subset10k.npz",
        "c10bf972bf76156f611409dde231e36dda1271e90f8349e4a2ee7ed4ebf097da",
        "none: 10,000 molecules drawn at random, all in train",
    ),
)


# ---- ANI-1 ----------------------------------------------------------------------------------------------------------


def _ani1(files: Mapping[str, Path], split: str) -> Splits:
    (path,) = files.values()
    hartree = unit_value("Hartree", "energy")
    molecules = {"CHHHH": [6, 1, 1, 1, 1], "NHHH": [7, 1, 1, 1], "OHH": [8, 1, 1]}
    structures = []
    for name, numbers in molecules.items():
        rows = zip(_array(path, f"R_{name}"), _array(path, f"E_Ha_{name}") * hartree, strict=True)
        structures += [
            Structure(np.array(numbers), r, energy=e, name=f"{name} {k}", group=name) for k, (r, e) in enumerate(rows)
        ]
    return {"train": structures}


ANI1 = Recipe(
    name="ani1-gdb-s01",
    source="github.com/tratohecho3/Machine-Learning@b5bba697 ani_gdb_s01.h5, as npz",
    citation="Smith, Isayev, Roitberg, Sci. Data 4, 170193 (2017)",
    doi="10.1038/sdata.2017.193",
    licence="none stated; the same arrays are in a repository under BSD-3-Clause",
    method="ωB97X/6-31G(d)",
    energies="total",
    units="Hartree, Å",
    keys="R_CHHHH, E_Ha_CHHHH and so on; no forces",
    published="none: 5,400 CH4, 3,600 NH3 and 1,800 H2O, all in train, with the molecule as group",
    files={"ani1_gdb_s01_E.npz": "f0e2846d4241f58d890b0ed45cb045b57eb1ade6777eccb80035d4328efb64ae"},
    read=_ani1,
)

MOLECULES = (METHANE, METHANE_ENERGIES, QM7, *QM9, ANI1)
"""All recipes of this module."""
