"""A look at a data set: what it counts is right, and wrong units, signs and frames are told with the reason."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path

import numpy as np
import pytest
from ase.build import molecule
from processes import invgen

from invgen.data import DataError, Dataset, LabelFormat, Structure, check_memory, check_set_memory, look
from invgen.data.differences import force_slope
from invgen.data.memory import available_memory, batch_bytes, expected_pairs, set_bytes
from invgen.data.neighbours import neighbour_pairs
from invgen.data.statistics import references
from invgen.data.strains import stress_slope
from invgen.data.suspicions import all_electron_energy, stiffness_of_hydrogen
from invgen.data.xtb import label_one

BOHR = 0.529177210903
KCAL = 23.0605
WATER = np.array([[0.0, 0, 0], [0.96, 0, 0], [-0.24, 0.93, 0]])
PAIRS = ((0, 1, 30.0), (0, 2, 30.0), (1, 2, 8.0))
"""Atoms and stiffness (eV/Å²) of three springs."""


def springs(positions: np.ndarray) -> tuple[float, np.ndarray]:
    """Energy (eV) and forces (eV/Å) of springs that are relaxed in ``WATER``."""
    energy, forces = 0.0, np.zeros((3, 3))
    for i, j, stiffness in PAIRS:
        vector, rest = positions[j] - positions[i], np.linalg.norm(WATER[j] - WATER[i])
        length = np.linalg.norm(vector)
        energy += stiffness / 2 * (length - rest) ** 2
        pull = stiffness * (length - rest) * vector / length
        forces[i] += pull
        forces[j] -= pull
    return energy, forces


def waters(count: int = 60, spread: float = 0.05, seed: int = 0) -> list[Structure]:
    """Water turned at random, with thermal displacements and total energies of all electrons."""
    rng = np.random.default_rng(seed)
    made = []
    for k in range(count):
        turn = np.linalg.qr(rng.normal(size=(3, 3)))[0]
        turn *= np.sign(np.linalg.det(turn))
        positions = (WATER + spread * rng.normal(size=(3, 3))) @ turn + rng.normal(size=3)
        energy, forces = springs(positions)
        group = "warm" if k % 2 else "cold"
        made.append(
            Structure([8, 1, 1], positions, energy=energy - 2079.0, forces=forces, name=f"water {k}", group=group)
        )
    return made


def scaled(structures: list[Structure], energy: float = 1, forces: float = 1, length: float = 1) -> list[Structure]:
    """Numbers as they come out when a file in other units is read as if in eV and Å."""
    return [
        dataclasses.replace(s, energy=s.energy * energy, forces=s.forces * forces, positions=s.positions * length)
        for s in structures
    ]


def crystals(count: int = 30) -> list[Structure]:
    """Two atoms on a spring, positions wrapped into the cell."""
    rng = np.random.default_rng(1)
    made = []
    for k in range(count):
        moved = 0.1 * rng.normal(size=3)
        positions = np.array([-moved / 2, [2.5, 0, 0] + moved / 2]) % 5.0
        energy, force = 5.0 * moved @ moved / 2, 5.0 * moved
        forces = np.array([force, -force])
        made.append(Structure([29, 29], positions, 5.0 * np.eye(3), True, energy, forces, f"cell {k}"))
    return made


# ---- contents -----------------------------------------------------------------------------------------------------


def test_everything_is_counted() -> None:
    hydrogen = Structure([1], np.zeros((1, 3)), energy=-13.6, name="atom")
    seen = look([*waters(), hydrogen], cutoff=3.0, batch_size=10)
    assert (seen.frames, seen.elements) == (61, {"H": 121, "O": 60})
    assert seen.compositions == {"H2O": 60, "H": 1}
    assert seen.periodicity == {"molecule": 61}
    assert seen.groups == {"cold": 30, "warm": 30}
    assert seen.labels == {"energy": 61, "forces": 60, "stress": 0}
    assert seen.references == pytest.approx({"H": -13.6, "O": -2079 + 27.2}, abs=1)
    assert seen.references_determined
    assert seen.values["energy (eV)"].maximum == -13.6
    assert seen.values["force components (eV/Å)"].count == 60 * 9
    assert seen.neighbours.maximum == 2
    assert 0.7 < seen.nearest.minimum < 1.0
    assert seen.warnings == ()


def test_a_sound_set_raises_no_doubt() -> None:
    seen = look(waters(), forces=True)
    assert seen.warnings == ()
    assert seen.slopes["forces"].fits
    assert look(crystals(), forces=True).warnings == ()


def test_the_report_is_text_and_json() -> None:
    seen = look(scaled(waters(), energy=KCAL, forces=KCAL), forces=True, name="water.xyz")
    text = seen.text()
    for part in (
        "water.xyz: 60 frames of 3 atoms",
        "H2O 60",
        "energy in 60, forces in 60, stress in 0",
        "E0 by least squares (eV): H ",
        "the compositions leave a choice",
        "neighbours within 6 Å: 2.0 on average, at most 2",
        "64 B per atom, 56 B per pair",
        "forces against energy differences: slope 1.0",
        "warning: energies are 23.",
    ):
        assert part in text
    values = json.loads(json.dumps(seen.to_json(), allow_nan=False))
    assert values["labels"] == {"energy": 60, "forces": 60, "stress": 0}
    assert values["memory"]["batch"] == batch_bytes(32, 96, 192)
    assert seen.short()[0] == "water.xyz: 60 frames, 3 atoms, H 120, O 60"
    assert seen.short()[2].startswith("warning: energies are 23.")
    assert "differences: no pair of frames: there are no near frames" in look(waters(1), forces=True).text()
    json.dumps(look(waters(1), forces=True).to_json(), allow_nan=False)


def test_samples_are_of_the_whole_set() -> None:
    """Of fewer than twice the sample the first half was taken; here the pairs are in the second."""
    alone = [Structure([1], np.zeros((1, 3)), energy=-13.6, name=f"atom {k}") for k in range(60)]
    seen = look([*alone, *waters(39)], cutoff=3.0, sample=50)
    assert (seen.sampled, seen.neighbours.maximum) == (50, 2)


def test_nothing_to_look_at_is_an_error() -> None:
    with pytest.raises(DataError, match="no structure to look at"):
        look([])


def test_references_need_compositions_that_differ() -> None:
    ten = [Structure([1] * n + [8], np.arange(3.0 * n + 3).reshape(-1, 3), energy=-3.0 * n - 7) for n in range(1, 11)]
    found = references(ten)
    assert found.determined
    assert found.energies == pytest.approx({1: -3, 8: -7})
    assert not references(waters()).determined


# ---- what looks wrong ---------------------------------------------------------------------------------------------


def warnings_of(structures: list[Structure], **options: object) -> str:
    return "\n".join(look(structures, **options).warnings)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("unit", "factor"), [("kcal/mol", KCAL), ("kJ/mol", 96.485), ("Hartree", 1 / 27.2114), ("Rydberg", 1 / 13.6057)]
)
def test_energies_in_another_unit_are_noticed(unit: str, factor: float) -> None:
    told = warnings_of(scaled(waters(), energy=factor, forces=factor))
    assert f"as if energies in {unit} had been read in eV" in told
    assert ("forces have a median length" in told) == (factor > 10)


def test_a_unit_that_is_declared_in_vain_is_noticed() -> None:
    told = warnings_of(scaled(waters(), energy=1 / KCAL), labels=LabelFormat(units={"energy": "kcal/mol"}))
    assert "as if energies in eV had been read in kcal/mol" in told


@pytest.mark.parametrize(("unit", "factor"), [("Bohr", 1 / BOHR), ("nm", 0.1), ("pm", 100.0)])
def test_lengths_in_another_unit_are_noticed(unit: str, factor: float) -> None:
    assert f"as if lengths in {unit} had been read in Ang" in warnings_of(scaled(waters(), length=factor), cutoff=150)
    labels = LabelFormat(units={"length": unit})
    told = warnings_of(scaled(waters(), length=1 / factor), cutoff=150, labels=labels)
    assert f"as if lengths in Ang had been read in {unit}" in told


def test_bound_hydrogen_tells_atomization_energies_in_kcal() -> None:
    rng = np.random.default_rng(0)
    made = []
    for n in range(2, 40):
        numbers = rng.choice([1, 6], n)
        energy = -3.0 * np.sum(numbers == 1) - 6.6 * np.sum(numbers == 6) + 0.1 * rng.normal()
        made.append(Structure(numbers, 1.1 * np.arange(n)[:, None] * np.eye(3)[0], energy=energy, name=f"chain {n}"))
    assert warnings_of(made) == ""
    in_kcal = [dataclasses.replace(s, energy=s.energy * KCAL) for s in made]
    assert "no hydrogen is bound by so much" in warnings_of(in_kcal)


@pytest.mark.parametrize(
    ("factor", "words"),
    [
        (1 / 27.2114, "bonds are too soft, by force against length in eV/Å^2: O-H 1."),
        (BOHR / 27.2114, "bonds are too soft"),
        (1 / 13.6057, "are forces (and energies) in Hartree or Rydberg?"),
        (KCAL, "are forces (and energies) in kcal/mol or kJ/mol?"),
    ],
)
def test_stiff_bonds_tell_forces_in_another_unit_wherever_energies_count_from(factor: float, words: str) -> None:
    relative = [dataclasses.replace(s, energy=s.energy + 2079) for s in waters()]
    assert warnings_of(relative) == ""
    assert words in warnings_of(scaled(relative, energy=factor, forces=factor))
    declared = LabelFormat(units={"energy": "Hartree"})
    told = warnings_of(scaled(relative, energy=27.2114, forces=27.2114), labels=declared)
    assert "bonds are too stiff" in told
    assert "in eV, kcal/mol or kJ/mol, and not in the units that were declared?" in told


def test_forces_of_the_other_sign_push_bonds_apart() -> None:
    """Without being asked to compare them with energies, which takes near frames."""
    told = warnings_of([dataclasses.replace(s, energy=None, forces=-s.forces) for s in waters()])
    assert "apart and short ones together, by force against length in eV/Å^2: O-H -" in told
    assert "have they the other sign, as gradients have?" in told
    assert "Hartree" not in told


@pytest.mark.parametrize(
    ("name", "partners"), [("CH4", {6}), ("NH3", {7}), ("CH3CH2OH", {6, 8}), ("C6H6", {6}), ("CH3CONH2", {6, 7})]
)
def test_bonds_of_thermal_molecules_have_their_stiffness_and_hartree_is_noticed(name: str, partners: set[int]) -> None:
    found = molecule(name)
    rng = np.random.default_rng(0)
    moved = [found.positions + 0.04 * rng.normal(size=found.positions.shape) for _ in range(40)]
    made = [Structure(found.numbers, r, energy=e, forces=f) for r in moved for e, f in [label_one((found.numbers, r))]]
    stiffness = stiffness_of_hydrogen(made)
    assert set(stiffness) == partners
    assert all(22 < k < 55 for k in stiffness.values())
    assert "bonds" not in warnings_of(made)
    assert "bonds are too soft" in warnings_of(scaled(made, energy=1 / 27.2114, forces=1 / 27.2114))


def test_bonds_say_nothing_where_they_do_not_vary_or_pull() -> None:
    assert stiffness_of_hydrogen(waters()).keys() == {8}
    assert stiffness_of_hydrogen(waters(count=10)) == {}
    assert stiffness_of_hydrogen(waters(spread=0.002)) == {}
    rng = np.random.default_rng(0)
    random = [dataclasses.replace(s, forces=0.01 * rng.normal(size=(3, 3))) for s in waters()]
    assert stiffness_of_hydrogen(random) == {}
    assert stiffness_of_hydrogen(scaled(waters(), length=1 / BOHR)) == {}
    assert stiffness_of_hydrogen(crystals()) == {}


def test_all_electron_energies_are_those_of_atoms() -> None:
    known = {1: -0.5, 2: -2.903, 6: -37.84, 8: -75.06, 14: -289.4, 17: -460.1}  # Hartree, free atoms
    for number, energy in known.items():
        assert all_electron_energy(np.array([number])) / 27.2114 == pytest.approx(energy, rel=0.01)


def test_frames_that_stand_out_are_named() -> None:
    spoilt = waters()
    spoilt[7] = dataclasses.replace(spoilt[7], energy=spoilt[7].energy + 40)
    spoilt[9] = dataclasses.replace(spoilt[9], forces=spoilt[9].forces + np.array([0.5, 0, 0]))
    spoilt[11] = dataclasses.replace(spoilt[11], forces=np.zeros((3, 3)))
    spoilt[13] = dataclasses.replace(spoilt[12], name="again", energy=spoilt[12].energy + 1)
    seen = look(spoilt)
    told = "\n".join(seen.warnings)
    assert "energies per atom after E0 far from all others: water 7" in told
    assert seen.outliers[0].frame == "water 7"
    assert "forces of 1 frame do not cancel; the largest sum is 1.5 eV/Å in water 9" in told
    assert "all forces are zero in 1 molecules, such as water 11" in told
    assert "1 frame repeats another, such as again repeats water 12; their energies differ by up to 1 eV" in told


def test_frames_of_one_name_are_counted_all() -> None:
    pulled = [dataclasses.replace(s, forces=s.forces + np.array([0.5, 0, 0]), name="water") for s in waters(5)]
    assert "forces of 5 frames do not cancel" in "\n".join(look(pulled).warnings)


def test_stresses_in_gigapascal_are_noticed() -> None:
    made = [dataclasses.replace(s, stress=np.arange(6.0) * 0.01) for s in crystals()]
    assert "GPa" not in warnings_of(made)
    assert "in GPa or kbar" in warnings_of([dataclasses.replace(s, stress=s.stress * 160) for s in made])


# ---- forces against energies --------------------------------------------------------------------------------------


def test_forces_fit_energies_however_molecules_are_turned_and_cells_wrapped() -> None:
    for structures, slack in ((waters(), 0.1), (crystals(), 1e-6)):
        found = force_slope(structures)
        assert found.fits
        assert found.slope == pytest.approx(1, abs=slack)
        assert found.pairs >= 20


@pytest.mark.parametrize(
    ("energy", "forces", "slope", "words"),
    [
        (1, -1, -1, "the sign of the forces is flipped"),
        (KCAL, 1, KCAL, "energies in kcal/mol beside forces in eV/Å"),
        (1, KCAL, 1 / KCAL, "forces in kcal/mol/Å beside energies in eV"),
        (1, -KCAL, -1 / KCAL, "flipped, and forces in kcal/mol/Å"),
        (1, BOHR, 1 / BOHR, "forces per Bohr beside lengths in Å"),
        (1, 1 / 51.42, 51.42, "forces in Hartree/Bohr beside energies in eV"),
        (1, 7e-4, 1 / 7e-4, "differ by a factor of 14"),
        (1 / 3, 1, 1 / 3, "energies per atom"),
    ],
)
def test_signs_and_units_of_forces_are_named(energy: float, forces: float, slope: float, words: str) -> None:
    wrong = scaled([dataclasses.replace(s, energy=s.energy + 2079) for s in waters()], energy=energy, forces=forces)
    found = force_slope(wrong)
    assert found.slope == pytest.approx(slope, rel=0.1)
    assert words in found.verdict
    assert found.fits is False
    assert words in warnings_of(wrong, forces=True)


def test_what_cannot_be_told_is_said() -> None:
    alone = force_slope(waters(1))
    assert (alone.pairs, alone.fits) == (0, None)
    assert "no near frames of the same atoms" in alone.verdict
    rng = np.random.default_rng(0)
    far = [dataclasses.replace(s, positions=3 * rng.normal(size=(3, 3)), energy=rng.normal()) for s in waters()]
    assert "no pair of frames is near enough to tell" in force_slope(far).verdict
    mixed = [dataclasses.replace(s, energy=rng.normal()) for s in waters(200, spread=0.02)]
    assert force_slope(mixed).verdict == "forces do not belong to the energies"
    assert force_slope(mixed).fits is False


def strained(count: int = 40) -> list[Structure]:
    """Cells of an elastic solid (bulk 0.8, shear 0.3 eV/Å^3) with two atoms on a spring, turned at random."""
    rng = np.random.default_rng(2)
    made = []
    for k in range(count):
        strain = 0.01 * rng.normal(size=(3, 3))
        strain = (strain + strain.T) / 2
        turn = np.linalg.qr(rng.normal(size=(3, 3)))[0]
        turn *= np.sign(np.linalg.det(turn))
        cell = 5.0 * (np.eye(3) + strain)
        shear = strain - np.trace(strain) / 3 * np.eye(3)
        energy = 125 * (0.4 * np.trace(strain) ** 2 + 0.3 * np.sum(shear**2))
        stress = 125 * (0.8 * np.trace(strain) * np.eye(3) + 0.6 * shear) @ np.linalg.inv(np.eye(3) + strain)
        stress = turn.T @ (stress / np.linalg.det(np.eye(3) + strain) / 125) @ turn
        voigt = ((stress + stress.T) / 2)[[0, 1, 2, 1, 0, 0], [0, 1, 2, 2, 2, 1]]
        positions = np.array([[0, 0, 0], [0.5, 0, 0]]) @ cell @ turn
        made.append(
            Structure([29, 29], positions, cell @ turn, True, energy, np.zeros((2, 3)), f"cell {k}", stress=voigt)
        )
    return made


@pytest.mark.parametrize(
    ("factor", "words"),
    [
        (1, "stresses fit the energies"),
        (-1, "the sign of the stresses is flipped"),
        (160.2, "stresses in GPa"),
        (-1602, "the sign of the stresses is flipped, and stresses in kbar"),
    ],
)
def test_signs_and_units_of_stresses_are_named(factor: float, words: str) -> None:
    made = [dataclasses.replace(s, stress=factor * s.stress) for s in strained()]
    found = stress_slope(made)
    assert found.slope == pytest.approx(1 / factor, rel=0.05)
    assert found.verdict == words
    assert (words in warnings_of(made, forces=True)) == (factor != 1)
    shuffled = [dataclasses.replace(s, stress=s.stress[[0, 1, 2, 5, 4, 3]]) for s in strained()]
    assert not stress_slope(shuffled).fits
    assert stress_slope(crystals()).fits is None


# ---- memory -------------------------------------------------------------------------------------------------------


def test_memory_of_sets_and_batches_is_what_they_hold() -> None:
    structures = [*waters(5), *crystals(3)]
    data = Dataset.from_structures(structures, 5.0)
    tensors = [t for t in vars(data).values() if hasattr(t, "element_size")]
    pairs = len(data.first)
    assert set_bytes(8, 21, pairs) == pytest.approx(sum(t.element_size() * t.numel() for t in tensors), abs=200)
    systems = np.arange(8)
    batch, labels = data.batch(systems), data.labels(systems)
    held = sum(t.element_size() * t.numel() for t in (*batch[:-1], *labels))
    assert batch_bytes(8, 21, pairs) == pytest.approx(held, abs=100)


def test_pairs_are_expected_from_the_density() -> None:
    for structure, cutoff in ((waters(1)[0], 5.0), (crystals(1)[0], 20.0)):
        assert expected_pairs(structure, cutoff) == pytest.approx(
            len(neighbour_pairs(structure, cutoff).first), rel=0.1
        )
    slab = Structure([6], np.zeros((1, 3)), np.diag([2.0, 2, 0]), [True, True, False])
    assert expected_pairs(slab, 20.0) == pytest.approx(len(neighbour_pairs(slab, 20.0).first), rel=0.1)


def test_too_large_a_cutoff_is_refused_before_neighbours_are_looked_for() -> None:
    with pytest.raises(DataError, match=r"TiB of memory are needed.*within 1e\+06 Å of cell 0.*lower the cutoff"):
        look(crystals(), cutoff=1e6)
    with pytest.raises(DataError, match=r"training: 30 frames with about .* pairs within 9 Å, 56 bytes each"):
        check_set_memory(crystals(), 9.0, "training", available=1000)
    assert check_set_memory(crystals(), 9.0) > 1000
    with pytest.raises(DataError, match=r"about 2 KiB of memory are needed, 1 KiB are available \(all of it\)"):
        check_memory(2048, "all of it", 1024)
    check_memory(1, "a byte")
    assert available_memory() is None or available_memory() > 2**20


# ---- the verb -----------------------------------------------------------------------------------------------------


def test_the_command_looks_at_a_file(tmp_path: Path) -> None:
    systems = waters(20)
    arrays = {"Z": [8, 1, 1], "R": [s.positions for s in systems], "T": [s.energy for s in systems]}
    np.savez(tmp_path / "a.npz", **arrays)
    told = invgen("data", tmp_path / "a.npz", "--key", "energy=T", "--cutoff", 3, "--forces")
    assert told.returncode == 0, told.stderr
    assert "a.npz: 20 frames of 3 atoms" in told.stdout
    assert "there are no near frames of the same atoms in the same order" in told.stdout
    values = json.loads(
        invgen("data", tmp_path / "a.npz", "--key", "energy=T", "--unit", "energy=kcal/mol", "--json").stdout
    )
    assert "as if energies in eV had been read in kcal/mol" in values["warnings"][0]
    for arguments, words in (
        (("--key", "energy=T", "--key", "energy=U"), "energy twice"),
        (("--unit", "energy=kcal/mole"), "did you mean 'mol'"),
        (("--key", "energy=E"), "there are R, T, Z"),
    ):
        wrong = invgen("data", tmp_path / "a.npz", *arguments)
        assert wrong.returncode == 2
        assert words in wrong.stderr
        assert "Traceback" not in wrong.stderr
