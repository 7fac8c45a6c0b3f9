"""The command line as a user meets it: exit codes, messages, files."""

from __future__ import annotations

import json
import re
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pytest
from processes import invgen, invgen_process

from invgen.cli import application


def test_generate_writes_a_folder_that_show_and_check_read(tmp_path: Path) -> None:
    made = invgen("generate", "--l-max", 2, "--n-max", 3, "-o", tmp_path / "basis")
    assert made.returncode == 0, made.stderr
    assert "rank 5 of at most 6" in made.stdout
    assert {"basis.json", "manifest.json"} <= {p.name for p in (tmp_path / "basis").iterdir()}
    shown = invgen("show", tmp_path / "basis", "--json")
    assert len(json.loads(shown.stdout)["invariants"]) == 5
    checked = invgen_process("check", tmp_path / "basis")
    assert checked.returncode == 0, checked.stdout
    assert "FAILED" not in checked.stdout
    assert checked.stdout.count("ok") >= 6


def test_a_stage_says_how_long_it_took_and_will_take(monkeypatch: pytest.MonkeyPatch) -> None:
    now = 100.0
    monkeypatch.setattr(application.time, "monotonic", lambda: now)
    said: list[str] = []
    stage = application._Stage(said.append)
    stage.update("search", 20, 60)  # what was done before says nothing of the pace
    assert (said, stage.text()) == (["search ..."], "search 20/60, 0 s")
    now = 110.0
    stage.update("search", 30, 60)
    assert stage.text() == "search 30/60, 10 s, about 30 s left"
    stage.update("search", 60, 60)
    assert stage.text() == "search 60/60, 10 s"
    stage.update("write", 0, 1)
    assert stage.text() == "write 0/1, 0 s"


def test_the_version_is_that_of_the_package() -> None:
    from invgen import __version__

    told = invgen_process("--version")
    assert (told.returncode, told.stdout) == (0, f"invgen {__version__}\n")


def test_completion_is_offered_for_the_shell() -> None:
    assert "--install-completion" in invgen("--help").stdout


def test_an_ace_basis_is_generated_shown_drawn_and_checked(tmp_path: Path) -> None:
    folder = tmp_path / "basis"
    arguments = ("--family", "ace", "--total-degree", "15/2", "--w-l", "3/2", "--n-max", 3, "--elements", "Mo,W")
    made = invgen("generate", *arguments, "-o", folder)
    assert made.returncode == 0, made.stderr
    assert "ace-d15_2-w3_2-n3-independent-Mo.W" in made.stdout
    data = json.loads(invgen("show", folder, "--json").stdout)
    assert data["spec"]["total_degree"] == "15/2"
    row = data["invariants"][-1]
    assert row["contraction"].startswith("(")
    assert {"Mo", "W"} >= {name.strip("0123456789") for name in row["factors"].split()}
    assert r"\otimes" in invgen("show", folder, "--latex").stdout
    assert invgen("show", folder, "--svg", tmp_path / "svg").returncode == 0
    drawings = sorted((tmp_path / "svg").glob("*.svg"))
    assert len(drawings) == len(data["invariants"])
    svg = "{http://www.w3.org/2000/svg}"
    for path, invariant in zip(drawings, data["invariants"], strict=True):
        root = ElementTree.parse(path).getroot()
        assert len(root.findall(f"{svg}line")) == 2 * (invariant["order"] - 1)
        assert root.find(f"{svg}title").text == invariant["label"]
    checked = invgen("check", folder)
    assert checked.returncode == 0, checked.stdout
    assert checked.stdout.count("ok") >= 6


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("--l-max", 3, "--channels", 3, "--elements", "Mo,W"), ("channels=3", "use a multiple of 2")),
        (("--total-degree", "ten"), ("total_degree", "'ten'")),
        (("--total-degree", "1/2"), ("total_degree=1/2", "selects no function")),
        (("--total-degree", 5, "--parity", "pseudo", "--n-max", 3), ("selects no function", "pseudo scalar")),
        (("--l-max", 3, "--objective", "flexible"), ("no flexible sets",)),
        (("--l-max", 6, "--n-max", 6, "--channels", 8), ("linearly independent candidates", "max_candidates")),
        (("--w-l", 2, "--l-max", 2), ("w_L=", "without total_degree")),
    ],
)
def test_bad_ace_requests_are_one_line_with_exit_code_2(
    arguments: tuple[object, ...], words: tuple[str, ...], tmp_path: Path
) -> None:
    result = invgen("generate", "--family", "ace", *arguments, cwd=tmp_path)
    assert result.returncode == 2
    assert "Traceback" not in result.stderr
    for word in words:
        assert word in result.stderr
    assert list(tmp_path.iterdir()) == []


def test_check_fails_on_an_edited_emitted_file_and_does_not_execute_it(tmp_path: Path) -> None:
    folder, trace = tmp_path / "basis", tmp_path / "trace"
    assert invgen("generate", "--l-max", 1, "--n-max", 2, "-o", folder).returncode == 0
    for source in folder.glob("*.py"):
        source.write_text(source.read_text() + f"\nopen({str(trace)!r}, 'w')\n")
    result = invgen("check", folder)
    assert result.returncode != 0
    assert "emitted again, bytes compared: different" in result.stdout
    assert not trace.exists()


def test_show_json_has_the_promised_keys() -> None:
    data = json.loads(invgen("show", "cartesian-l3-n4-flexible", "--json").stdout)
    assert len(data["invariants"]) == 13
    for row in data["invariants"]:
        assert {"label", "order", "ranks", "contraction", "latex", "monomials"} <= set(row)
    assert sum(row["monomials"] for row in data["invariants"]) == 352
    assert {"value", "vjp", "second_order"} <= set(data["operations"])
    assert data["evidence"]["rank"] == data["evidence"]["bound"] == 13


def test_show_prints_the_table_and_latex() -> None:
    table = invgen("show", "cartesian-l2-n4-flexible").stdout
    assert "Q_ij Q_ik Q_jk" in table
    assert "value: " in table
    assert r"Q_{ij} Q_{ik} Q_{jk}" in invgen("show", "cartesian-l2-n4-flexible", "--latex").stdout.splitlines()


def test_drawings_show_every_bond(tmp_path: Path) -> None:
    assert invgen("show", "cartesian-l3-n4-flexible", "--svg", tmp_path).returncode == 0
    drawings = sorted(tmp_path.glob("*.svg"))
    assert len(drawings) == 13
    svg = "{http://www.w3.org/2000/svg}"
    for path in drawings:
        root = ElementTree.parse(path).getroot()
        factors = path.stem.split("_", 1)[1].split(".")
        letters = "".join(f.lstrip("0123456789") for f in factors)
        assert len(root.findall(f"{svg}circle")) == len(factors)
        assert len(root.findall(f"{svg}path")) == len(letters) // 2


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("generate", "--l-max", -1), ("l_max", "-1")),
        (("generate", "--l-max", 2, "--ranks", "0,1"), ("l_max", "ranks")),
        (("generate", "--ranks", "0,x"), ("--ranks", "0,x")),
        (("generate", "--l-max", 3, "--objective", "flexibel"), ("flexibel", "did you mean 'flexible'")),
        (("generate", "--l-max", 3, "--n-max", 1, "--objective", "flexible"), ("n_max=1", "raise n_max")),
        (("generate", "--l-max", 8, "--n-max", 12, "--objective", "linear"), ("linearly independent", "lower n_max")),
        (("show", "nowhere"), ("nowhere", "shipped")),
    ],
)
def test_bad_input_is_one_line_with_exit_code_2(
    arguments: tuple[object, ...], words: tuple[str, ...], tmp_path: Path
) -> None:
    result = invgen(*arguments, cwd=tmp_path)
    assert result.returncode == 2
    assert "Traceback" not in result.stderr
    for word in words:
        assert word in result.stderr
    assert list(tmp_path.iterdir()) == []


def test_misspelt_option_is_an_error() -> None:
    result = invgen("generate", "--lmax", 2)
    assert result.returncode == 2
    assert "--l-max" in result.stderr


def test_train_runs_a_configuration_and_reports(tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    shape = (12, 2, 3)
    frames = {
        "Z": np.ones((12, 2), int),
        "R": rng.normal(size=shape),
        "E_eV": np.zeros(12),
        "F_eV_per_A": np.zeros(shape),
    }
    np.savez(tmp_path / "frames.npz", **frames)
    text = """
[data]
train = "frames.npz"
validation_size = 3
test_size = 3
[model]
kind = "hip-nn"
features = 4
sensitivities = 4
atom_layers = 1
[training]
epochs = 2
"""
    (tmp_path / "run.toml").write_text(text)
    result = invgen("train", tmp_path / "run.toml")
    assert result.returncode == 0, result.stderr
    assert "epoch 1:" in result.stdout
    assert re.search(r"\ntest +\d.*\n$", result.stdout)
    assert (tmp_path / "training" / "model.safetensors").is_file()


def test_train_names_a_misspelt_key(tmp_path: Path) -> None:
    (tmp_path / "run.toml").write_text('[data]\ntrian = "frames.npz"\n')
    result = invgen("train", tmp_path / "run.toml")
    assert result.returncode == 2
    assert "trian" in result.stderr
    assert "train" in result.stderr


def test_the_first_line_says_what_a_set_reaches(tmp_path: Path) -> None:
    reach = "cartesian-r0.2.4-n4-flexible: 12 invariants of 15 components, rank 12 of at most 12, complete"
    wanted = ("--ranks", "0,2,4", "--n-max", 4, "--objective", "flexible", "--backends", "none", "-o", tmp_path / "b")
    made = invgen("generate", *wanted)
    assert made.returncode == 0, made.stderr
    first, second, *_ = made.stdout.splitlines()
    assert first == reach
    assert "short in 2 of 7 patterns of vanishing tensors" in second
    assert "n_max=7 suffices" in second
    assert invgen("show", tmp_path / "b").stdout.splitlines()[0] == reach
    assert invgen("flexibility", tmp_path / "b").stdout.startswith(
        "cartesian-r0.2.4-n4-flexible: in general rank 12 of"
    )
    certified = invgen("certify", tmp_path / "b", "-o", tmp_path / "c.txt")
    assert " ".join(certified.stdout.split()).startswith(reach)
    assert (tmp_path / "c.txt").read_text().splitlines()[0] == f"invgen certificate, format 2; {reach}"
