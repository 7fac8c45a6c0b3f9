"""Recipes of crystals: six elements of Zuo et al."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from invgen.data.labels import LabelFormat
from invgen.data.recipes.reading import Recipe, Splits, by_name
from invgen.data.structures import read_structures

ZUO_FILES = {
    "Ni": "86122b109867e17afecd02b63bd460fa9b32e53f0bea585ed2f0aff03772fb57",
    "Cu": "7b7971a417edf44d55d45b7fa358ebd7f93d24c9b57a98a9ad920c8604ca3d49",
    "Li": "eed4d55d901e7c2ad0fad9a8376fdd4c5e80fc56250b5913edd0af36d7da7311",
    "Mo": "8d701e309c9c574147e107b8cc7c59bc187f8984ecb1b38cc412d9fc5a0be3ef",
    "Si": "f85c2a5d917c5a8067ad696b655a39f222638fe635a225f2bc956fa8768a50a6",
    "Ge": "51f8350a5eaa4447aaa4d9c7913bf92d205c5f95d8be63caddf390f1769dbc1c",
}
ZUO_SIZES = {"Ni": (263, 31), "Cu": (262, 31), "Li": (241, 29), "Mo": (194, 23), "Si": (214, 25), "Ge": (228, 25)}
"""Frames of train and test."""


def _zuo(files: Mapping[str, Path], split: str) -> Splits:
    (path,) = files.values()
    parts = [s.group for s in read_structures(path, LabelFormat({"group": "split"}))]
    return by_name(read_structures(path), [str(part) for part in parts])


MATERIALS = tuple(
    Recipe(
        name=f"zuo2020/{element}",
        source="github.com/materialsvirtuallab/mlearn@10c427a5 (training frames of Ni and Cu: "
        "github.com/usnistgov/jarvis_leaderboard@57afc55f), as extended XYZ; stresses in ASE's sign and order",
        citation="Zuo et al., J. Phys. Chem. A 124, 731 (2020)",
        doi="10.1021/acs.jpca.9b08723",
        licence="BSD-3-Clause" + ("; training frames by NIST's terms" if element in ("Ni", "Cu") else ""),
        method="PBE",
        energies="total, of valence electrons as VASP gives them",
        units="eV, eV/Å, eV/Å^3, Å",
        keys="energy, forces, stress, group, split",
        published="{} train, {} test; groups AIMD-NVT, Vacancy, Elastic, Surface".format(*ZUO_SIZES[element]),
        files={f"{element}.extxyz.xz": checksum},
        read=_zuo,
    )
    for element, checksum in ZUO_FILES.items()
)
"""All recipes of this module."""
