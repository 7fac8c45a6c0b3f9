"""Recipes of molecules in motion and in contact: rMD17, 3BPA, acetylacetone, S66x8."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from pathlib import Path

from invgen.data.labels import LabelFormat
from invgen.data.recipes.reading import Recipe, Splits, all_in, grouped
from invgen.data.structures import read_structures

EV = "eV, eV/Å, Å"
REPOSITORY = "github.com/davkovacs/BOTNet-datasets@29e6d467"


# ---- rMD17 ----------------------------------------------------------------------------------------------------------

RMD17_FILES = {
    "aspirin": "e0b57ce8f5a8c524fc90acae25581ee136b5cea6c3b826164c04fbf488b60f15",
    "azobenzene": "f1d5376414a90ad1436b9273e7199e003c6f17ca67c243d19d2a025a1698a375",
    "benzene": "c4d2766e47f74983ba80c7e94b3270a4e85288212499f32fce743241de40bedc",
    "ethanol": "9068743e88c391468e7a3f20ec643f02b7e716fffd15fc1868c8564d121c01b7",
    "malonaldehyde": "6f6bf262470a1a2c86e55a8343e0357dac17c72d77549a5c33dad49c29bcb364",
    "naphthalene": "bb33487f1328ef298279e24426d0f884368a8730d9c96789a782728a64910bb0",
    "paracetamol": "222668818ab456ca2d4d766e0e0730cd306217f0c3484f52a3949858310acc36",
    "salicylic": "10f3daad32cd6050038e6d26fa3c5aa853f787afe2befc006e12e9b251de9c8a",
    "toluene": "692e32b470927f6426f81e455204161fdbd0d49a69faded58875d609cd18299b",
    "uracil": "45b268a74a94e65d323dd08bc3dd795094d0c06d196b7c692b4048eb706e2453",
}


def _rmd17(files: Mapping[str, Path], split: str) -> Splits:
    (path,) = files.values()
    units = {"energy": "kcal/mol"}
    keys = {"positions": "R", "energy": "E", "forces": "F"}
    return {
        part: read_structures(path, LabelFormat({label: f"{key}_{part}" for label, key in keys.items()}, units))
        for part in ("train", "test")
    }


RMD17 = tuple(
    Recipe(
        name=f"rmd17/{molecule}",
        source="github.com/andersx/rmd17-npz@4f6bb0a1",
        citation="Christensen, von Lilienfeld, Mach. Learn.: Sci. Technol. 1, 045018 (2020)",
        doi="10.1088/2632-2153/abba6f",
        licence="CC0",
        method="PBE/def2-SVP",
        energies="total",
        units="kcal/mol, kcal/mol/Å, Å",
        keys="Z, {R,E,F}_train, {R,E,F}_test",
        published="split 01 of five: 1,000 train, 1,000 test; 50 of train are commonly taken for validation",
        files={f"{molecule}_split01.npz": checksum},
        read=_rmd17,
    )
    for molecule, checksum in RMD17_FILES.items()
)


# ---- 3BPA, acetylacetone --------------------------------------------------------------------------------------------


def _heated(train: str, tests: tuple[str, ...], atoms: str, files: Mapping[str, Path], split: str) -> Splits:
    """One file for training, test files each as a group, and isolated atoms."""
    parts = {"train": read_structures(files[f"{train}.extxyz.xz"])}
    found = [grouped(read_structures(files[f"{name}.extxyz.xz"]), name.removeprefix("test_")) for name in tests]
    if found:
        parts["test"] = [s for group in found for s in group]
    return {**parts, "isolated_atoms": read_structures(files[f"{atoms}.extxyz.xz"])}


BPA_FILES = {
    "iso_atoms": "17efdf6f9ab1b8e6c54ae248af16d0a06eb160ace6ca2f2f811c69ba463f8da7",
    "train_300K": "452378e549b2cf5b24672feb95ee1bd58fecbc2e96d374518b351117e4afd3fe",
    "train_mixedT": "210983ba5cee2565d26e14e00e0f86f8035ea68b38763f8ceb9bb2f4a9d99ebf",
}
ACAC_FILES = {
    "isolated_atoms": "0bc7bd6345e0509ed95d79f1359fd364a59c461e3c29337cedd862b24007706e",
    "test_H_transfer": "909ac1e01f0f057881157d5bd96a66074c59ce766aae845040519fffefa556ff",
    "test_MD_300K": "a3cf76b3a1400f3285dbba8888e0987b32fbb119ca01d89e00f51dc4a7e87e0e",
    "test_MD_600K": "ef80faa073794e392cc8eb800ae5a2eb05e48fa3e3ac04c6d71e712df5ccaac7",
    "test_dihedral": "f99942480bb67e401b95f79581061bbd561b3fb6fac5ced6a4879cdc6c164f5c",
    "train_300K": "ce001a4a6be8db5002e5f61df3b99d37b404533854a4f920b3a7809d08ca04bf",
    "train_600K": "9f1cdc1fcf581215755d47072ee9d3182f9c67adc5c6084d4ab5f72d1475cc3f",
}
ACAC_TESTS = ("test_MD_300K", "test_MD_600K", "test_dihedral", "test_H_transfer")


def _bpa(name: str, train: str) -> Recipe:
    return Recipe(
        name=name,
        source=REPOSITORY,
        citation="Kovács et al., J. Chem. Theory Comput. 17, 7696 (2021)",
        doi="10.1021/acs.jctc.1c00647",
        licence="MIT (the repository)",
        method="ωB97X/6-31G(d)",
        energies="total",
        units=EV,
        keys="energy, forces",
        published=f"500 train ({train}); isolated_atoms. The published test sets are not in this source",
        files={f"{part}.extxyz.xz": BPA_FILES[part] for part in ("iso_atoms", train)},
        read=partial(_heated, train, (), "iso_atoms"),
    )


def _acac(name: str, train: str) -> Recipe:
    return Recipe(
        name=name,
        source=REPOSITORY,
        citation="Batatia et al., The design space of E(3)-equivariant interatomic potentials (2022)",
        doi="10.48550/arXiv.2205.06643",
        licence="MIT (the repository)",
        method="PBE-D3",
        energies="total",
        units=EV,
        keys="energy, forces (not in the dihedral and hydrogen transfer scans)",
        published=f"500 train ({train}); test in the groups MD_300K and MD_600K (650 each), dihedral (45), H_transfer "
        "(15); isolated_atoms",
        files={f"{part}.extxyz.xz": ACAC_FILES[part] for part in ("isolated_atoms", *ACAC_TESTS, train)},
        read=partial(_heated, train, ACAC_TESTS, "isolated_atoms"),
    )


# ---- S66x8 ----------------------------------------------------------------------------------------------------------

S66X8 = Recipe(
    name="s66x8",
    source="github.com/isayev/COMP6@79f41c15; the field forces, a gradient in Hartree/Å, became forces in eV/Å",
    citation="Smith et al., J. Chem. Phys. 148, 241733 (2018), geometries of Řezáč, Riley, Hobza, "
    "https://doi.org/10.1021/ct2002946",
    doi="10.1063/1.5023802",
    licence="MIT (the repository)",
    method="ωB97X/6-31G(d)",
    energies="total",
    units=EV,
    keys="energy, forces",
    published="none: a test set of 66 dimers at 8 distances, all in test",
    files={"s66x8.extxyz.xz": "d215297265d596fc65262950e2c42c0fe4170a29e2e28bb03dd57be790d92cba"},
    read=partial(all_in, "test"),
)

DYNAMICS = (
    *RMD17,
    _bpa("3bpa", "train_300K"),
    _bpa("3bpa/mixedT", "train_mixedT"),
    _acac("acac", "train_300K"),
    _acac("acac/600K", "train_600K"),
    S66X8,
)
"""All recipes of this module."""
