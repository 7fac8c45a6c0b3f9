"""Fitting, from a file to a potential: copper cells labelled by ASE's EMT; and bad input, named before work starts."""

from __future__ import annotations

import dataclasses
import json
import os
import runpy
import shutil
import subprocess
import sys
from functools import cache
from pathlib import Path

import ase.io
import numpy as np
import pytest
from ase import Atoms
from ase.build import bulk
from ase.calculators.emt import EMT
from ase.calculators.singlepoint import SinglePointCalculator
from fit_fixtures import FakeDesign, labelled
from processes import invgen as command
from typer.testing import CliRunner

import invgen
from invgen.ace.fitting.config import parse_fit_config, read_fit_config
from invgen.ace.fitting.rows import reference_energies_of as reference_energies
from invgen.ace.fitting.validation import (
    EV_PER_CUBIC_ANGSTROM,
    Predictions,
    duplicates,
    error_table,
    fold_numbers,
    table_text,
)
from invgen.cli import app
from invgen.data import DataError, Structure, UnknownSpeciesError, from_ase, read_structures
from invgen.data.neighbours import nearest_distance
from invgen.runs.config import ConfigError

RADIAL = {"cutoff": 4.6, "r0": 2.5}


def rattled(rng: np.random.Generator) -> Atoms:
    """A strained conventional cell, smaller than twice the cutoff; or a vacancy in a double one."""
    atoms = bulk("Cu", "fcc", a=3.6, cubic=True)
    group = "vacancy" if rng.random() < 0.4 else "strained"
    if group == "vacancy":
        atoms = atoms * (2, 1, 1)
        del atoms[3]
    strain = rng.uniform(-0.02, 0.02, (3, 3))
    atoms.set_cell(atoms.cell @ (np.eye(3) + strain + strain.T), scale_atoms=True)
    atoms.positions += rng.normal(scale=0.08, size=atoms.positions.shape)
    atoms.info["group"] = group
    return atoms


@cache
def copper(count: int, seed: int) -> tuple[Atoms, ...]:
    """Cells with energy, forces, stress and group."""
    rng, made = np.random.default_rng(seed), []
    for _ in range(count):
        atoms = rattled(rng)
        atoms.calc = EMT()
        results = {name: atoms.calc.get_property(name, atoms) for name in ("energy", "forces", "stress")}
        atoms.calc = SinglePointCalculator(atoms, **results)
        made.append(atoms)
    return tuple(made)


def structures(count: int, seed: int) -> list[Structure]:
    return [from_ase(atoms, f"cell {k}") for k, atoms in enumerate(copper(count, seed))]


def configuration(folder: Path, changes: str = "", total_degree: int = 7, train: int = 24) -> Path:
    """Data and a TOML file in ``folder``; ``changes`` are more tables."""
    for name, count, seed in (("train", train, 0), ("test", 8, 1)):
        if not (folder / f"{name}.extxyz").exists():
            ase.io.write(folder / f"{name}.extxyz", list(copper(count, seed)), format="extxyz")
    path = folder / "fit.toml"
    path.write_text(
        '[data]\ntrain = "train.extxyz"\ntest = "test.extxyz"\n'
        f"[basis]\ntotal_degree = {total_degree}\n[radial]\ncutoff = 4.6\nr0 = 2.5\n{changes}"
    )
    return path


# ---- the whole way ----------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def fitted(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """A folder in which the command has run, and what it printed."""
    folder = tmp_path_factory.mktemp("fit")
    result = CliRunner().invoke(app, ["fit", str(configuration(folder))], catch_exceptions=False)
    assert result.exit_code == 0, result.output
    return folder / "fit", result.output


def test_the_command_leaves_potential_report_and_plots(fitted):
    folder, printed = fitted
    names = {"potential.npz", "report.json", "errors.txt", "parity.png", "lambda.png", "basis.json", "factors"}
    assert {p.name for p in folder.iterdir()} == names
    report = json.loads((folder / "report.json").read_text())
    assert report["functions"] == report["coefficients"] == report["solution"]["rank"]
    assert set(report["errors"]) == {"train", "test"}
    assert set(report["errors"]["test"]) == {"strained", "vacancy", "all"}
    assert report["solution"]["details"]["lambda"] > 0
    assert report["solution"]["condition"] > 1
    assert report["units"] == {"energy": "meV/atom", "forces": "eV/Å", "stress": "GPa"}
    assert (folder / "errors.txt").read_text() in printed
    assert f"one-body energies: Cu {report['references']['Cu']:.4g} eV\n" in printed
    assert sum(row["residuals"] for row in report["rows"].values()) == pytest.approx(1)
    for kind, row in report["rows"].items():
        assert report["weights"][kind] == row["weight"]
        assert f"{kind}: {row['rows']} rows of weight {row['weight']:.3g}, {100 * row['residuals']:.0f} %" in printed
    assert all((folder / name).read_bytes().startswith(b"\x89PNG") for name in ("parity.png", "lambda.png"))


def recomputed(folder: Path, labels: list[Atoms]) -> dict[str, float]:
    """The errors of the saved potential, through its ASE calculator."""
    calculator = invgen.ace.LinearPotential.load(folder / "potential.npz").calculator()
    energy, forces, stress = [], [], []
    for atoms in labels:
        copy = atoms.copy()
        copy.calc = calculator
        energy.append(1e3 * (copy.get_potential_energy() - atoms.get_potential_energy()) / len(atoms))
        forces.append((copy.get_forces() - atoms.get_forces()).ravel())
        stress.append(EV_PER_CUBIC_ANGSTROM * (copy.get_stress() - atoms.get_stress()))
    found = {"energy": np.array(energy), "forces": np.concatenate(forces), "stress": np.concatenate(stress)}
    return {f"{kind}_mae": float(np.abs(v).mean()) for kind, v in found.items()}


def test_the_file_reproduces_the_reported_errors(fitted):
    folder, _ = fitted
    reported = json.loads((folder / "report.json").read_text())["errors"]["test"]["all"]
    for key, value in recomputed(folder, ase.io.read(folder.parent / "test.extxyz", ":")).items():
        assert reported[key] == pytest.approx(value, rel=1e-6), key
    for key, value in recomputed(folder, list(copper(8, 2))).items():
        assert reported[key] != pytest.approx(value, rel=1e-6), key


def test_errors_are_small_and_fall_with_the_degree():
    errors = []
    for degree in (3, 5, 7):
        result = invgen.ace.fit(
            structures(24, 0),
            basis=invgen.BasisSpec(family="ace", n_max=3, total_degree=degree, objective="linear"),
            radial=RADIAL,
            test=structures(8, 1),
        )
        errors.append(result.errors["test"]["all"])
    for key in ("energy_rmse", "forces_rmse", "stress_rmse"):
        assert errors[0][key] > errors[1][key] > errors[2][key], key
    assert errors[2]["energy_rmse"] < 1.0
    assert errors[2]["forces_rmse"] < 0.02


def test_wrong_labels_give_large_errors():
    wrong = [
        Structure(s.numbers, s.positions, s.cell, s.periodic, s.energy, -s.forces, s.name, s.stress, s.group)
        for s in structures(24, 0)
    ]
    weights = {"energy": 30.0, "forces": 1.0, "stress": 1.0}
    result = invgen.ace.fit(wrong, basis={"total_degree": 5}, radial=RADIAL, test=structures(8, 1), weights=weights)
    assert result.errors["test"]["all"]["forces_rmse"] > 0.5


def test_the_choice_of_lambda_is_near_the_best_for_unseen_structures():
    train, test = structures(24, 0), structures(8, 1)
    options = {"basis": {"total_degree": 7}, "radial": RADIAL, "test": test, "weights": {"energy": 1.0}}

    def test_error(solver: dict[str, object]) -> float:
        return float(
            invgen.ace.fit(train, solver={"method": "ridge", **solver}, **options).errors["test"]["all"]["forces_rmse"]
        )

    chosen = test_error({})
    assert chosen < 1.3 * min(test_error({"lambdas": [10.0**-k]}) for k in (4, 8, 12, 16))
    assert test_error({"lambdas": [1e-1]}) > 5 * chosen


def test_a_validation_file_chooses_and_other_solvers_fit(tmp_path: Path) -> None:
    train, test = structures(24, 0), structures(8, 1)
    for solver in ({"method": "ridge", "refit": False}, "least-squares", "bayesian-ridge", "ard"):
        result = invgen.ace.fit(
            train, basis={"total_degree": 5}, radial=RADIAL, validation=structures(6, 3), test=test, solver=solver
        )
        assert result.errors["test"]["all"]["forces_rmse"] < 0.1, solver
        assert set(result.errors) == {"train", "validation", "test"}


@cache
def alloy(count: int, seed: int) -> tuple[Structure, ...]:
    """Rattled cells of copper and gold in all compositions."""
    rng, made = np.random.default_rng(seed), []
    for k in range(count):
        atoms = bulk("Cu", "fcc", a=3.85, cubic=True) * (2, 1, 1)
        atoms.numbers = rng.permutation([29] * (1 + k % 7) + [79] * (7 - k % 7))
        atoms.positions += rng.normal(scale=0.08, size=atoms.positions.shape)
        atoms.calc = EMT()
        energy, forces = atoms.get_potential_energy(), atoms.get_forces()
        made.append(Structure(atoms.numbers, atoms.positions, atoms.cell.array, True, energy, forces, f"alloy {k}"))
    return tuple(made)


def test_two_elements_in_either_order():
    test, errors, energies = list(alloy(8, 1)), {}, {}
    for elements in ((), ("Au", "Cu")):
        solver = {"folds": 3, "smoothness": [1.0], "threads": 1 + len(elements)}
        basis = {"total_degree": 6, "elements": elements}
        result = invgen.ace.fit(alloy(40, 0), basis=basis, radial=RADIAL, test=test, solver=solver)
        assert result.potential.elements == (elements or ("Cu", "Au"))
        assert result.report["coefficients"] == 2 * result.report["functions"]
        twins = [row["label"] for row in result.report["solution"]["dependent"]]
        assert twins == [f"{result.potential.elements[1]}: ace:{n}.0" for n in range(1, 7)], "pairs seen from both ends"
        errors[elements] = result.errors["test"]["all"]
        energies[elements] = [result.potential.energy_forces_stress(s).energy for s in test]
    assert errors[()]["energy_rmse"] < 3
    assert errors[()]["forces_rmse"] < 0.03
    np.testing.assert_allclose(energies[()], energies["Au", "Cu"], rtol=0, atol=1e-3)
    potential, s = result.potential, test[0]
    swapped = Structure(108 - s.numbers, s.positions, s.cell, True)
    assert abs(potential.energy_forces_stress(swapped).energy - energies["Au", "Cu"][0]) > 0.1


def test_a_basis_of_fewer_functions_fits_too():
    full = {"total_degree": 7}
    sizes = {}
    for objective in ("linear", "independent"):
        result = invgen.ace.fit(structures(24, 0), basis={**full, "objective": objective}, radial=RADIAL)
        sizes[objective] = result.report["functions"]
        assert result.errors["train"]["all"]["forces_rmse"] < 0.2
    assert sizes["independent"] < sizes["linear"]


def test_the_example_runs(tmp_path: Path) -> None:
    folder = Path(__file__).parents[1] / "examples" / "copper"
    cells = runpy.run_path(str(folder / "structures.py"))["labelled"]
    for name, seed, count in (("train", 0, 8), ("test", 1, 2)):
        ase.io.write(tmp_path / f"{name}.extxyz", cells(seed, count), format="extxyz")
    shutil.copy(folder / "fit.toml", tmp_path)
    errors = invgen.ace.fit_file(tmp_path / "fit.toml").errors["test"]
    assert set(errors) == {"rattled", "strained", "surface", "vacancy", "all"}
    assert errors["all"]["energy_rmse"] < 1
    assert errors["all"]["forces_rmse"] < 0.02


def counted_rows(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Names of the structures whose rows are made from here on."""
    from invgen.ace.fitting.design import DesignEvaluator

    rows, seen = DesignEvaluator.rows, list[str]()

    def counted(self: DesignEvaluator, structure: Structure) -> object:
        seen.append(structure.name)
        return rows(self, structure)

    monkeypatch.setattr(DesignEvaluator, "rows", counted)
    return seen


def test_one_condensed_design_serves_all_solvers_and_weights(
    fitted: tuple[Path, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.copytree(fitted[0].parent, tmp_path / "copy")
    seen = counted_rows(monkeypatch)
    for changes in (
        "[weights]\nenergy = 3.0\n",
        '[solver]\nmethod = "least-squares"\n',
        "[solver]\nnormalise = false\n",
    ):
        invgen.ace.fit_file(configuration(tmp_path / "copy", changes))
        made = {p.name for p in (tmp_path / "copy" / "fit").glob("*.png")}
        assert made == ({"parity.png"} if "least" in changes else {"parity.png", "lambda.png"})
    assert set(seen) == {"probe"}
    invgen.ace.fit_file(configuration(tmp_path / "copy", '[weights]\nscaling = "atom"\n'))
    assert len(seen) > 24


# ---- interruption, full disks, damage ------------------------------------------------------------------------


def test_ctrl_c_leaves_a_state_that_is_continued(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = configuration(tmp_path, "[solver]\nthreads = 1\n")  # two may both be in their first fold when it comes
    code = f"""
import signal, sys
from invgen.ace.fitting.design import DesignEvaluator
rows, seen = DesignEvaluator.rows, []
def stopping(self, structure):
    seen.append(structure)
    if len(seen) == 12:
        signal.raise_signal(signal.SIGINT)
    return rows(self, structure)
DesignEvaluator.rows = stopping
sys.argv = ["invgen", "fit", {str(path)!r}]
from invgen.cli import main
main()
"""
    process = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert process.returncode == 130, process.stderr
    assert "interrupted; run again to continue" in process.stderr
    assert {p.name for p in (tmp_path / "fit").iterdir()} == {"factors", "basis.json"}
    assert len(list((tmp_path / "fit" / "factors").iterdir())) >= 2
    seen = counted_rows(monkeypatch)
    result = invgen.ace.fit_file(path)
    assert 0 < len(seen) < 24, "finished folds, made in another process, are not made again"
    again = invgen.ace.fit(read_structures(tmp_path / "train.extxyz"), basis={"total_degree": 7}, radial=RADIAL)
    np.testing.assert_allclose(result.solution.coefficients, again.solution.coefficients, rtol=1e-7)


@pytest.mark.parametrize("victim", ["report.json", "potential.npz", "parity.png"])
def test_a_full_disk_keeps_the_old_report_whole(
    fitted: tuple[Path, str], monkeypatch: pytest.MonkeyPatch, victim: str
) -> None:
    import invgen.files

    folder, _ = fitted
    before = {p.name: p.read_bytes() for p in folder.iterdir() if p.is_file()}
    replace = os.replace

    def full(source: str, target: Path) -> None:
        if Path(target).name == victim:
            raise OSError(28, "No space left on device")
        replace(source, target)

    monkeypatch.setattr(invgen.files.os, "replace", full)
    with pytest.raises(OSError, match=r"cannot be written \(No space left on device\); what was kept before is whole"):
        invgen.ace.fit_file(configuration(folder.parent, "[weights]\nenergy = 10.0\n"))
    assert {p.name: p.read_bytes() for p in folder.iterdir() if p.is_file()} == before
    assert {p.name for p in folder.iterdir()} == {*before, "factors"}


def test_a_potential_with_a_wrong_checksum_is_not_used(fitted: tuple[Path, str], tmp_path: Path) -> None:
    with np.load(fitted[0] / "potential.npz") as file:
        arrays = {name: file[name] for name in file.files}
    arrays["coefficients"] = 1.001 * arrays["coefficients"]
    np.savez(tmp_path / "edited.npz", **arrays)
    with pytest.raises(DataError, match="checksum"):
        invgen.ace.LinearPotential.load(tmp_path / "edited.npz")


# ---- bad input -----------------------------------------------------------------------------------------------


def test_elements_must_match():
    cells = structures(6, 0)
    nickel = Structure(np.full(4, 28), cells[0].positions[:4], cells[0].cell, True, 1.0, name="nickel cell")
    options = {"basis": {"total_degree": 3, "elements": ["Cu"]}, "radial": RADIAL}
    with pytest.raises(UnknownSpeciesError, match="nickel cell has Ni, the basis is for Cu"):
        invgen.ace.fit([*cells, nickel], **options)
    with pytest.raises(UnknownSpeciesError, match="nickel cell has Ni"):
        invgen.ace.fit(cells, test=[nickel], **options)
    with pytest.raises(UnknownSpeciesError, match="training structures have no Ni"):
        invgen.ace.fit(cells, basis={"total_degree": 3, "elements": ["Cu", "Ni"]}, radial=RADIAL)
    with pytest.raises(ValueError, match="generate it with elements"):
        invgen.ace.fit([*cells, nickel], basis=invgen.BasisSpec(family="ace", n_max=2, total_degree=3), radial=RADIAL)


def test_duplicates_are_named():
    cells = structures(8, 0)
    with pytest.warns(UserWarning, match="cell 2 = cell 2; remove some"):
        result = invgen.ace.fit([*cells, cells[2]], basis={"total_degree": 3}, radial=RADIAL)
    assert result.report["duplicates"] == [["cell 2", "cell 2"]]
    assert duplicates(cells) == []


def test_duplicates_are_told_once_with_their_energies(tmp_path: Path) -> None:
    path = configuration(tmp_path)
    frames = ase.io.read(tmp_path / "train.extxyz", ":")
    again = frames[0].copy()
    again.calc = SinglePointCalculator(
        again, energy=frames[0].get_potential_energy() + 0.5, forces=frames[0].get_forces()
    )
    ase.io.write(tmp_path / "train.extxyz", [*frames, again])
    with pytest.warns(UserWarning, match="equal geometry") as told:
        invgen.ace.fit_file(path)
    lines = [str(w.message) for w in told if "geometry" in str(w.message) or "repeat" in str(w.message)]
    assert len(lines) == 1, lines
    assert "their energies differ by up to 0.5 eV; remove some" in lines[0]


def test_labels_that_are_not_finite_are_named(tmp_path: Path) -> None:
    atoms = copper(1, 0)[0].copy()
    for kind in ("energy", "forces", "stress"):
        results = dict(copper(1, 0)[0].calc.results)
        results[kind] = np.asarray(results[kind]) * np.nan
        atoms.calc = SinglePointCalculator(atoms, **results)
        with pytest.raises(DataError, match=rf"frame: {kind} \(key .{kind}.\) .*not finite"):
            from_ase(atoms, "frame")


def test_a_degree_that_selects_nothing():
    with pytest.raises(ValueError, match=r"total_degree|no function"):
        invgen.ace.fit(structures(6, 0), basis={"total_degree": "1/2"}, radial=RADIAL)


def test_dependent_functions_are_named():
    turns = np.linalg.qr(np.random.default_rng(8).normal(size=(9, 3, 3)))[0]
    cells = [
        Structure(s.numbers, s.positions @ q, s.cell @ q, True, s.energy, name=s.name)
        for s in structures(3, 5) for q in turns
    ]  # fmt: skip
    for solver in ("least-squares", "ridge"):
        options = {"method": solver, "folds": 2}
        with pytest.warns(
            UserWarning, match=r"rank \d for 25 coefficients; the structures do not tell.*Cu: .*and \d+ more"
        ):
            result = invgen.ace.fit(cells, basis={"total_degree": 6}, radial=RADIAL, solver=options)
        rank, dependent = result.solution.rank, result.report["solution"]["dependent"]
        assert rank <= 4
        assert len(dependent) == 25 - rank


def test_single_atoms_and_empty_neighbourhoods():
    alone = Structure([29], np.zeros((1, 3)), energy=1.25, forces=np.zeros((1, 3)), name="atom")
    far = Structure([29, 29], [[0, 0, 0], [9.0, 0, 0]], energy=2.5, forces=np.zeros((2, 3)), name="far pair")
    options = {"basis": {"total_degree": 4}, "radial": RADIAL, "references": {"method": "isolated"}}
    result = invgen.ace.fit([*structures(12, 0), alone, far], **options)
    energy, forces, _ = result.potential.energy_forces_stress(far)
    assert energy == pytest.approx(2.5, abs=1e-12)
    assert not np.any(forces)
    with pytest.raises(DataError, match="no structure of a single atom of Cu"):
        invgen.ace.fit(structures(12, 0), **options)
    with pytest.raises(DataError, match=r"no atom .* has a neighbour within 4.6 Å"):
        nearest_distance([alone, far], 4.6)


@pytest.mark.parametrize("solver", ["ridge", "least-squares"])
def test_atoms_alone_teach_their_energy_and_no_function(tmp_path: Path, solver: str) -> None:
    still = np.zeros((1, 3))
    alone = [Structure([29], [[float(k), 0, 0]], energy=1.25, forces=still, name=f"atom {k}") for k in range(3)]
    settings = {"method": solver, "folds": 3}
    with pytest.warns(UserWarning, match="rank 0 for 10 coefficients"):
        result = invgen.ace.fit(alone, basis={"total_degree": 4}, radial=RADIAL, solver=settings, folder=tmp_path)
    assert result.potential.energy_forces_stress(alone[0])[0] == pytest.approx(1.25)
    assert not result.solution.coefficients.any()
    assert json.loads((tmp_path / "report.json").read_text())["solution"]["condition"] is None


def test_weights_must_meet_labels():
    cells = structures(6, 0)
    with pytest.raises(ConfigError, match="unknown group in the weights: 'strain'; did you mean 'strained'"):
        invgen.ace.fit(cells, basis={"total_degree": 3}, radial=RADIAL, weights={"groups": {"strain": {"energy": 2.0}}})
    bare = [Structure(s.numbers, s.positions, s.cell, True, s.energy) for s in cells]
    with pytest.raises(DataError, match="no label has a weight: there are labels of energy"):
        invgen.ace.fit(bare, basis={"total_degree": 3}, radial=RADIAL, weights={"energy": 0.0}, solver={"folds": 2})
    result = invgen.ace.fit(bare, basis={"total_degree": 2}, radial=RADIAL, solver={"folds": 2})
    assert set(result.errors["train"]["all"]) == {"structures", "atoms", "energy_mae", "energy_rmse"}


def test_a_cutoff_beyond_half_the_cell_sees_images():
    """The same crystal as one cell and as eight: equal energies per atom, forces and stress."""
    result = invgen.ace.fit(structures(12, 0), basis={"total_degree": 4}, radial=RADIAL)
    small = copper(3, 7)[2]
    assert min(small.cell.lengths()) < 4.6 < 2 * 4.6
    one, eight = (from_ase(a) for a in (small, small * (2, 2, 2)))
    energy, forces, stress = result.potential.energy_forces_stress(one)
    energy8, forces8, stress8 = result.potential.energy_forces_stress(eight)
    assert energy8 == pytest.approx(8 * energy, rel=1e-12)
    np.testing.assert_allclose(forces8[: len(small)], forces, atol=1e-10)
    np.testing.assert_allclose(stress8, stress, atol=1e-12)
    blind = Structure(one.numbers, one.positions, one.cell, False)
    assert result.potential.energy_forces_stress(blind)[0] != pytest.approx(energy, rel=1e-3)


def test_nearest_distance_is_that_of_the_crystal():
    assert nearest_distance([from_ase(bulk("Cu", "fcc", a=3.6))], 5.0) == pytest.approx(3.6 / np.sqrt(2), abs=1e-3)


def test_bad_input_is_met_before_a_basis_is_generated(monkeypatch: pytest.MonkeyPatch) -> None:
    def never(*arguments: object, **options: object) -> None:
        raise AssertionError("work has started")

    monkeypatch.setattr("invgen.compiler.pipeline.generate", never)
    cells, basis = structures(6, 0), {"total_degree": 3}
    for message, options in (
        ("did you mean 'ridge'", {"solver": "rige"}),
        ("no training structures", {"structures": []}),
        ("must be a positive length", {"radial": {"cutoff": -1.0, "r0": 2.5}}),
        ("unknown transform", {"radial": {"cutoff": 4.6, "transform": "agnes"}}),
        ("have no Ni", {"basis": {**basis, "elements": ["Cu", "Ni"]}}),
        ("did you mean 'strained'", {"weights": {"groups": {"strain": {"energy": 1.0}}}}),
    ):
        arguments = {"structures": cells, "basis": basis, "radial": RADIAL, **options}
        with pytest.raises(ValueError, match=message):
            invgen.ace.fit(arguments.pop("structures"), **arguments)
    with pytest.raises(AssertionError, match="work has started"):
        invgen.ace.fit(cells, basis=basis, radial=RADIAL)


def test_the_basis_of_a_folder_is_kept_for_its_spec(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    cells, made = structures(8, 0), []
    generate = invgen.generate

    def counted(spec: invgen.BasisSpec, **options: object) -> invgen.Basis:
        made.append(spec.id)
        return generate(spec, **options)

    monkeypatch.setattr("invgen.compiler.pipeline.generate", counted)
    for degree in (3, 3, 4):
        invgen.ace.fit(cells, basis={"total_degree": degree}, radial=RADIAL, folder=tmp_path, plots=False)
    assert len(made) == 2
    (tmp_path / "basis.json").write_text("{}")
    invgen.ace.fit(cells, basis={"total_degree": 4}, radial=RADIAL, folder=tmp_path, plots=False)
    assert len(made) == 3
    with pytest.raises(ValueError, match="candidates"):
        invgen.ace.fit(cells, basis={"total_degree": 9, "max_candidates": 20}, radial=RADIAL)


# ---- references ----------------------------------------------------------------------------------------------


def test_references_by_least_squares_are_those_of_the_compositions():
    cells, _ = labelled(20)
    bare = [
        Structure(s.numbers, s.positions, energy=sum({28: -2.0, 29: 1.5}[int(z)] for z in s.numbers)) for s in cells
    ]
    assert reference_energies(bare, ("Ni", "Cu")) == pytest.approx({28: -2.0, 29: 1.5})
    assert reference_energies(bare, ("Ni", "Cu"), given={"Ni": -3.0})[28] == -3.0
    assert reference_energies(bare, ("Ni", "Cu"), "none") == {28: 0.0, 29: 0.0}
    assert reference_energies(bare, ("Ni", "Cu"), given={"Ni": -3.0})[29] != pytest.approx(1.5, abs=0.1)
    with pytest.raises(DataError, match="unknown element of a reference energy 'Cd'"):
        reference_energies(bare, ("Ni", "Cu"), given={"Cd": 1.0})
    unlabelled = [Structure(s.numbers, s.positions, forces=s.forces) for s in cells]
    with pytest.raises(DataError, match="no structure has an energy"):
        reference_energies(unlabelled, ("Ni", "Cu"))


# ---- folds and errors ----------------------------------------------------------------------------------------


def test_folds_are_even_within_groups_and_keep_copies_together():
    cells, _ = labelled(20)
    cells = [*cells, cells[3]]
    numbers = fold_numbers(cells, 5, seed=1)
    assert numbers[20] == numbers[3]
    for group in ("small", "large"):
        own = [f for f, s in zip(numbers[:20], cells, strict=False) if s.group == group]
        assert np.bincount(own, minlength=5).tolist() == [2] * 5
    assert numbers.tolist() == fold_numbers(cells, 5, seed=1).tolist() != fold_numbers(cells, 5, seed=2).tolist()
    whole = fold_numbers(cells, 2, "groups")
    assert len({(s.group, f) for s, f in zip(cells, whole, strict=True)}) == 2
    with pytest.raises(DataError, match="5 folds need at least 5 groups"):
        fold_numbers(cells, 5, "groups")
    with pytest.raises(DataError, match="4 folds need at least 4 different structures, there are 1"):
        fold_numbers([cells[3]] * 4, 4)
    with pytest.raises(DataError, match="did you mean 'groups'"):
        fold_numbers(cells, 2, "group")


def test_error_tables_are_the_means_by_group():
    cells, _ = labelled(4)
    design, zero = FakeDesign(), np.zeros(14)
    found = Predictions(
        [(s.energy, s.energy + 0.001 * (k + 1)) for k, s in enumerate(cells)],
        [(s.forces, s.forces + 0.1) if k else None for k, s in enumerate(cells)],
        [(s.stress, s.stress) for s in cells],
    )
    table = error_table(cells, found)
    assert list(table) == ["large", "small", "all"]
    per_atom = [(k + 1) / s.atoms for k, s in enumerate(cells)]
    assert table["all"]["energy_mae"] == pytest.approx(np.mean(per_atom))
    assert table["small"]["energy_rmse"] == pytest.approx(np.sqrt(np.mean([per_atom[0] ** 2, per_atom[2] ** 2])))
    assert table["all"]["forces_mae"] == pytest.approx(0.1)
    assert table["all"]["stress_rmse"] == 0
    text = table_text({"test": table})
    assert text.splitlines()[0].split()[:3] == ["set", "group", "structures"]
    assert len(text.splitlines()) == 4
    assert design.rows(cells[0])[0].shape == zero.shape


# ---- configuration -------------------------------------------------------------------------------------------

GOOD = {"data": {"train": "a.extxyz"}, "basis": {"total_degree": 6}, "radial": {"cutoff": 5.0}}


def test_a_fit_takes_a_basis_whose_limits_differ_by_order(tmp_path):
    basis = {"total_degree": [6, "11/2", 5], "l_max": [0, 1, 1]}
    result = invgen.ace.fit(structures(12, 0), basis=basis, radial=RADIAL, solver={"folds": 2}, folder=tmp_path)
    spec = invgen.BasisSpec(
        family="ace", n_max=3, total_degree=(6, "11/2", 5), l_max=(0, 1, 1), objective="linear", elements=("Cu",)
    )
    assert invgen.Basis.load(tmp_path).spec == spec
    assert result.potential.coefficients.shape == (1, invgen.count(spec).total)
    assert result.potential.radial.functions == 6


def test_a_configuration_has_defaults_and_plain_values():
    config = parse_fit_config(GOOD)
    assert config.solver.method == "ridge"
    assert config.radial.cutoff == 5.0
    assert json.loads(json.dumps(config.to_json()))["basis"]["total_degree"] == 6
    assert parse_fit_config({**GOOD, "basis": {"total_degree": "13/2", "w_L": 1.5}}).basis.w_L == 1.5


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"slover": {}}, "unknown table 'slover'; did you mean 'solver'"),
        ({"solver": {"methd": "ridge"}}, "did you mean 'method'"),
        ({"solver": {"method": "rige"}}, "did you mean 'ridge'"),
        ({"solver": {"fold_by": "group"}}, "did you mean 'groups'"),
        ({"solver": {"folds": 1}}, "solver.folds must be at least 2, got 1"),
        ({"solver": {"smoothness": []}}, "needs powers"),
        ({"solver": {"smoothness": ["2"]}}, r"solver.smoothness\[0\] must be of type float, got '2'"),
        ({"solver": {"lambdas": [0.0]}}, "must be positive"),
        ({"radial": {}}, r"\[radial\] lacks the required cutoff"),
        ({"radial": {"cutoff": "five"}}, "radial.cutoff must be of type float, got 'five'"),
        ({"basis": {}}, "give basis.total_degree, or basis.channels"),
        ({"basis": {"channels": [4, 2, 2]}}, r"basis\.channels needs basis\.l_max beside it"),
        ({"basis": {"total_degree": [3, 2.5, True]}}, r"basis\.total_degree\[2\] must be of type .*, got True"),
        ({"basis": {"channels": 2}}, "needs basis.l_max"),
        ({"basis": {"total_degree": True}}, "must be of type int or float or str, got True"),
        ({"basis": {"source": "b.json", "n_max": 4}}, "remove n_max"),
        ({"weights": {"enrgy": 1.0}}, "did you mean 'energy'"),
        ({"weights": {"energy": -1.0}}, "weight energy must be a number of at least zero, got -1.0"),
        ({"weights": {"scaling": "root"}}, "unknown scaling"),
        ({"weights": {"groups": {"Elastic": {"energi": 2}}}}, "group Elastic: 'energi'; did you mean 'energy'"),
        ({"weights": {"groups": {"Elastic": 2}}}, "must be a table of numbers"),
        ({"references": {"method": "isolate"}}, "did you mean 'isolated'"),
        ({"references": {"energies": {"Cu": "1"}}}, "references.energies.Cu must be an energy"),
        ({"data": {"train": "a", "test": "b", "test_size": 3}}, "give data.test"),
        ({"data": {}}, "lacks the required train"),
    ],
)  # fmt: skip
def test_misspelt_configurations_are_errors(changes: dict[str, object], message: str) -> None:
    with pytest.raises(ConfigError, match=message):
        parse_fit_config({**GOOD, **changes})


def test_missing_tables_and_files_are_errors(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"the table \[data\] with its key train is missing"):
        parse_fit_config({"radial": {"cutoff": 5.0}})
    with pytest.raises(ConfigError, match="no such configuration file"):
        read_fit_config(tmp_path / "absent.toml")
    path = configuration(tmp_path, "[sover]\n")
    with pytest.raises(ConfigError, match=r"fit.toml: unknown table 'sover'"):
        read_fit_config(path)
    assert read_fit_config(configuration(tmp_path)).data.test == "test.extxyz"


def test_the_command_tells_errors_in_one_line(tmp_path: Path) -> None:
    path = configuration(tmp_path, '[solver]\nmethod = "rige"\n')
    process = command("fit", path)
    assert process.returncode == 2
    assert "did you mean 'ridge'" in process.stderr
    assert "Traceback" not in process.stderr
    assert not (tmp_path / "fit").exists()


def test_only_ace_bases_make_linear_potentials():
    with pytest.raises(ValueError, match='family "ace", got cartesian'):
        invgen.ace.fit(structures(6, 0), basis="cartesian-l3-n4-flexible", radial=RADIAL)


def test_stress_and_group_are_read(tmp_path: Path) -> None:
    from invgen.data import Dataset

    path = tmp_path / "a.extxyz"
    ase.io.write(path, list(copper(3, 0)), format="extxyz")
    read = read_structures(path)
    for s, atoms in zip(read, copper(3, 0), strict=True):
        np.testing.assert_allclose(s.stress, atoms.get_stress(), atol=1e-8)
        assert s.group == atoms.info["group"]
        assert s.volume == pytest.approx(atoms.get_volume())
    ungrouped = [dataclasses.replace(s, group=None) for s in read]
    bare = [dataclasses.replace(s, stress=None) for s in ungrouped]
    digests = [Dataset.from_structures(structures, 3.0).digest() for structures in (read, ungrouped, bare)]
    assert digests[0] == digests[1] != digests[2]
    matrix = np.array([[1.0, 6, 5], [6, 2, 4], [5, 4, 3]])
    atoms = copper(1, 0)[0].copy()
    atoms.info["stress"] = matrix
    assert from_ase(atoms).stress.tolist() == [1, 2, 3, 4, 5, 6]
    with pytest.raises(DataError, match=r"stress has shape \(5,\), needs \(6,\)"):
        Structure(read[0].numbers, read[0].positions, stress=np.zeros(5))
