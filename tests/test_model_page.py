"""Pages of trained networks and linear potentials: their numbers are those of the evaluation, whatever names hold."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import ase.io
import numpy as np
import pytest
from ase.build import bulk
from ase.calculators.emt import EMT
from ase.calculators.singlepoint import SinglePointCalculator
from network_fixtures import labelled
from page_fixtures import Reader
from typer.testing import CliRunner

from invgen.ace import LinearPotential
from invgen.cli import app
from invgen.cli.model_facts import model_facts, model_file
from invgen.compiler.inspect.page.model_page import MOST_POINTS, Curve, Errors, ModelFacts, Parity, model_page
from invgen.data import DataError, write_npz
from invgen.potentials import load_potential, parse_config, train
from invgen.potentials.evaluated import evaluate_file

NAUGHTY = "<script>alert(\"&')</script>"


def run(*words: object) -> tuple[int, str]:
    result = CliRunner().invoke(app, [str(w) for w in words], catch_exceptions=True)
    return result.exit_code, result.output + str(result.exception or "")


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a trained network, and its frames beside it."""
    folder = tmp_path_factory.mktemp("network")
    frames = write_npz(folder / "frames.npz", labelled(14))
    sizes = {"features": 4, "sensitivities": 4, "soft_min": 0.8, "soft_max": 3.0, "cutoff": 4.0, "atom_layers": 1}
    values = {
        "data": {"train": str(frames), "validation_size": 3, "test_size": 2},
        "model": {"kind": "hip-nn", **sizes},
        "training": {"epochs": 3, "batch_size": 4, "dtype": "float64", "learning_rate": 0.01},
        "output": {"folder": "out"},
    }
    assert train(parse_config(values), folder).finished
    return folder / "out"


@pytest.fixture(scope="module")
def fitted(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a linear potential of copper, and its data beside it."""
    folder, rng = tmp_path_factory.mktemp("fit"), np.random.default_rng(0)
    frames = []
    for k in range(12):
        atoms = bulk("Cu", "fcc", a=3.6, cubic=True)
        atoms.positions += rng.normal(scale=0.08, size=atoms.positions.shape)
        atoms.calc = EMT()
        results = {name: atoms.calc.get_property(name, atoms) for name in ("energy", "forces")}
        atoms.calc = SinglePointCalculator(atoms, **results)
        atoms.info["group"] = ("even", "odd")[k % 2]
        frames.append(atoms)
    ase.io.write(folder / "train.extxyz", frames[:8], format="extxyz")
    ase.io.write(folder / "test.extxyz", frames[8:], format="extxyz")
    (folder / "fit.toml").write_text(
        '[data]\ntrain = "train.extxyz"\ntest = "test.extxyz"\n[basis]\ntotal_degree = 5\n'
        "[radial]\ncutoff = 4.6\nr0 = 2.5\n"
    )
    assert run("fit", folder / "fit.toml")[0] == 0
    return folder / "fit"


def page_of(*words: object) -> tuple[str, Reader]:
    code, told = run("report", *words)
    assert code == 0, told
    text = Path(str(words[-1])).read_text(encoding="utf-8")
    read = Reader(text)
    assert all(address.startswith(("#", "data:,")) for address in read.addresses())
    for attributes in read.of("svg"):
        assert len(attributes["aria-label"]) > 20
    return text, read


# ---- networks -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("given", ["folder", "file"])
def test_a_network_shows_what_its_training_left(trained: Path, tmp_path: Path, given: str) -> None:
    source = trained if given == "folder" else trained / "model.safetensors"
    _, read = page_of(source, "-o", tmp_path / "page.html")
    summary = json.loads((trained / "summary.json").read_text())
    for name in ("validation", "test"):
        for measure in ("energy_rmse", "force_mae"):
            assert f"{1000 * summary[name][measure]:.4g}" in read.text
    for line in (trained / "errors.txt").read_text().splitlines():
        assert " ".join(line.split()) in read.text
    assert "atoms of O" in read.text
    assert "A network of kind hip-nn for" in read.text
    assert "frames.npz" in read.text
    assert "learning_rate 0.01" in read.text
    plots = [a["aria-label"] for a in read.of("svg")]
    assert sum("against epoch" in words for words in plots) >= 3
    assert "give labelled structures with --data FILE" in read.text


def test_a_network_is_measured_on_data(trained: Path, tmp_path: Path) -> None:
    frames = trained.parent / "frames.npz"
    _, read = page_of(trained, "--data", frames, "-o", tmp_path / "page.html")
    found = evaluate_file(load_potential(trained / "model.safetensors"), frames)
    for row in (found.errors(), *found.by_element().values()):
        assert f"{1000 * row['force_rmse']:.4g}" in read.text
    assert f"{1000 * found.errors()['energy_per_atom_mae']:.4g}" in read.text
    plots = [a["aria-label"] for a in read.of("svg")]
    rmse = found.errors()["force_rmse"]
    assert (
        f"Forces: {found.forces.size // 2:,} predictions against labels, root mean square error {rmse:.4g} eV/Å."
        in plots
    )
    assert not any(words.startswith("Stress") for words in plots)


def test_a_model_without_its_folder_says_what_is_not_known(trained: Path, tmp_path: Path) -> None:
    shutil.copy(trained / "model.safetensors", tmp_path)
    _, read = page_of(tmp_path / "model.safetensors", "-o", tmp_path / "page.html")
    assert "no summary.json beside the model" in read.text
    assert not any("epoch" in a["aria-label"] for a in read.of("svg"))


# ---- linear potentials --------------------------------------------------------------------------------------------


def test_a_linear_potential_shows_its_report(fitted: Path, tmp_path: Path) -> None:
    _, read = page_of(fitted, "-o", tmp_path / "page.html")
    report = json.loads((fitted / "report.json").read_text())
    for table in report["errors"].values():
        for row in table.values():
            assert f"{row['forces_rmse']:.4g}" in read.text
    assert f"A linear ACE potential for Cu: {report['coefficients']} coefficients." in read.text
    assert report["data"]["train"]["sha256"] in read.text
    assert any("log10 of lambda" in a["aria-label"] for a in read.of("svg"))


def test_a_linear_potential_is_measured_on_data(fitted: Path, tmp_path: Path) -> None:
    _, read = page_of(fitted, "--data", fitted.parent / "test.extxyz", "-o", tmp_path / "page.html")
    report = json.loads((fitted / "report.json").read_text())["errors"]["test"]
    for group in ("even", "odd", "all"):
        assert read.text.count(f"{report[group]['energy_rmse']:.4g}") >= 2  # meV/atom: as reported, and measured again
    potential = LinearPotential.load(fitted / "potential.npz")
    errors = []
    for atoms in ase.io.read(fitted.parent / "test.extxyz", ":"):
        copy = atoms.copy()
        copy.calc = potential.calculator()
        errors.append((copy.get_forces() - atoms.get_forces()).ravel())
    rmse = float(np.sqrt(np.mean(np.concatenate(errors) ** 2)))
    assert any(f"root mean square error {rmse:.4g} eV/Å" in a["aria-label"] for a in read.of("svg"))


def test_evaluate_measures_a_linear_potential_as_its_fit_did(fitted: Path, tmp_path: Path) -> None:
    file, wanted = fitted.parent / "test.extxyz", json.loads((fitted / "report.json").read_text())["errors"]["test"]
    code, told = run("evaluate", fitted, file, "--json")
    assert code == 0, told
    assert (code, told) == run("evaluate", fitted / "potential.npz", file, "--json")
    found = json.loads(told[told.index("{") :])
    for group, errors in {"all": found["errors"], **found["by_group"]}.items():
        for kind in ("rmse", "mae"):
            assert 1000 * errors[f"energy_per_atom_{kind}"] == pytest.approx(wanted[group][f"energy_{kind}"])
            assert errors[f"force_{kind}"] == pytest.approx(wanted[group][f"forces_{kind}"])
    assert found["by_element"]["Cu"]["force_rmse"] == pytest.approx(found["errors"]["force_rmse"])
    assert found["labelled"] == {"energy": 4, "stress": 0, "forces (atoms)": 16}
    for words, message in (
        (("--basis", fitted), "leave the basis out"),
        (("--device", "gpu"), "unknown device 'gpu'"),
        (("--key", "energy=Energy", "--key", "forces=force"), "no label to compare with"),
    ):
        code, told = run("evaluate", fitted, file, *words)
        assert code != 0
        assert message in told


def test_evaluate_writes_predictions_of_a_linear_potential(fitted: Path, tmp_path: Path) -> None:
    frames = ase.io.read(fitted.parent / "test.extxyz", ":")
    for atoms in frames[1:]:
        atoms.calc = None
    ase.io.write(tmp_path / "some.extxyz", frames, format="extxyz")
    code, told = run("evaluate", fitted, tmp_path / "some.extxyz", "-o", tmp_path / "predictions.extxyz")
    assert code == 0, told
    assert "atoms of Cu" in told
    calculator = LinearPotential.load(fitted / "potential.npz").calculator()
    for before, after in zip(frames, ase.io.read(tmp_path / "predictions.extxyz", ":"), strict=True):
        one = before.copy()
        one.calc = calculator
        assert after.info["predicted_energy"] == pytest.approx(one.get_potential_energy(), abs=1e-6)
        np.testing.assert_allclose(after.arrays["predicted_forces"], one.get_forces(), atol=1e-6)
        np.testing.assert_allclose(after.info["predicted_stress"], one.get_stress(), atol=1e-6)
    frames[2].numbers[0] = 28
    ase.io.write(tmp_path / "some.extxyz", frames, format="extxyz")
    code, told = run("evaluate", fitted, tmp_path / "some.extxyz")
    assert code != 0
    assert "some.extxyz frame 2 has Ni, but this potential knows only Cu" in told


def test_evaluate_reads_labels_as_the_fit_did(fitted: Path, tmp_path: Path) -> None:
    frames = ase.io.read(fitted.parent / "test.extxyz", ":")
    for atoms in frames:
        atoms.info["E"], atoms.arrays["F"] = atoms.get_potential_energy() * 1000, atoms.get_forces() * 1000
        atoms.calc = None
    ase.io.write(tmp_path / "data.extxyz", frames, format="extxyz")
    text = (fitted.parent / "fit.toml").read_text().replace("train.extxyz", "data.extxyz")
    text += "[solver]\nfolds = 2\n"
    text = text.replace('test = "test.extxyz"', 'keys = {energy = "E", forces = "F"}\nunits = {energy = "meV"}')
    (tmp_path / "fit.toml").write_text(text)
    code, told = run("fit", tmp_path / "fit.toml")
    assert code == 0, told
    wanted = json.loads((tmp_path / "fit" / "report.json").read_text())["errors"]["train"]["all"]
    code, told = run("evaluate", tmp_path / "fit", tmp_path / "data.extxyz", "--json")
    found = json.loads(told[told.index("{") :])["errors"]
    assert found["force_rmse"] == pytest.approx(wanted["forces_rmse"])
    assert 1000 * found["energy_per_atom_rmse"] == pytest.approx(wanted["energy_rmse"])


# ---- what may go wrong --------------------------------------------------------------------------------------------


def test_wrong_files_and_options_are_told(trained: Path, fitted: Path, tmp_path: Path) -> None:
    (tmp_path / "model.safetensors").write_bytes((trained / "model.safetensors").read_bytes()[:-40])
    np.savez(tmp_path / "numbers.npz", x=np.zeros(3))
    for words, message in (
        (("report", tmp_path / "model.safetensors"), "model.safetensors"),
        (("report", tmp_path / "numbers.npz"), "a report is of a basis, a trained network or a linear potential"),
        (("report", trained, "--compare", "cartesian-l2-n4-independent"), "--compare belongs to a report of a basis"),
        (
            ("report", "cartesian-l2-n4-independent", "--data", fitted.parent / "test.extxyz"),
            "--data belongs to a report of a model, and there is none at",
        ),
        (("report", trained, "--data", tmp_path / "absent.extxyz"), "no such file"),
        (("report", trained, "--data", fitted.parent / "test.extxyz"), "29"),
        (("report", "no-such-basis"), "no basis at"),
    ):
        code, told = run(*words, "-o", tmp_path / "page.html")
        assert code != 0
        assert message in told
        assert not (tmp_path / "page.html").exists()
    with pytest.raises(DataError):
        model_facts(tmp_path / "numbers.npz")


def test_bases_and_models_are_told_apart(trained: Path, fitted: Path, tmp_path: Path) -> None:
    assert model_file(trained) == trained / "model.safetensors"
    assert model_file(fitted) == fitted / "potential.npz"
    assert model_file(tmp_path) is None
    assert model_file(Path("cartesian-l3-n4-flexible")) is None


def test_names_from_files_are_no_markup() -> None:
    facts = ModelFacts(
        NAUGHTY,
        NAUGHTY,
        (NAUGHTY,),
        (),
        (Errors(NAUGHTY, ("", NAUGHTY), ((NAUGHTY, NAUGHTY),), (NAUGHTY, NAUGHTY, ((NAUGHTY, 1.0), ("b", 0.0)))),),
        (Curve(NAUGHTY, NAUGHTY, NAUGHTY, ((1.0, 2.0), (2.0, 1.0))),),
        (Parity(NAUGHTY, NAUGHTY, [0.0, 1.0], [0.0, 1.1]),),
        (NAUGHTY,),
    )
    read = Reader(model_page(facts))
    assert len(read.of("script")) == 1
    assert NAUGHTY in read.text


def test_a_large_set_is_drawn_in_part_and_counted_in_full() -> None:
    rng = np.random.default_rng(0)
    labels = rng.normal(size=20_000)
    facts = ModelFacts(
        "m", "k", (), (), (), (), (Parity("Forces", "eV/Å", labels.tolist(), (labels + 0.5).tolist()),), ()
    )
    text = model_page(facts)
    assert text.count("<circle") <= MOST_POINTS
    assert "20,000 predictions against labels, root mean square error 0.5 eV/Å" in text
    assert "of 20,000 points are drawn" in text
    assert len(text) < 300_000
