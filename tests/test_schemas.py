"""What the command line prints as JSON is as ``docs/schemas`` say, with nothing untold."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from jsonschema import Draft202012Validator, ValidationError
from network_fixtures import build, labelled
from processes import invgen as command

import invgen
from invgen.compiler.inspect.report import describe
from invgen.data import write_npz
from invgen.potentials import save_model

SCHEMAS = Path(__file__).resolve().parent.parent / "docs" / "schemas"


def validator(name: str) -> Draft202012Validator:
    schema = json.loads((SCHEMAS / f"{name}.schema.json").read_text(encoding="utf-8"))
    Draft202012Validator.check_schema(schema)
    return Draft202012Validator(schema)


@pytest.mark.parametrize(
    ("name", "arguments"),
    [
        ("show", ("show", "cartesian-l3-n4-flexible")),
        ("show", ("show", "cartesian-l3-n4-by_program-robust")),
        ("difference", ("show", "cartesian-l3-n4-flexible", "--diff", "cartesian-l2-n4-independent")),
        ("flexibility", ("flexibility", "cartesian-l2-n4-flexible", "cartesian-l2-n4-independent")),
        ("count", ("count", "--l-max", "3", "--n-max", "4")),
        ("count", ("count", "--family", "ace", "--total-degree", "8", "--n-max", "3", "--elements", "Mo,W")),
    ],
)
def test_the_command_line_prints_what_the_schema_says(name: str, arguments: tuple[str, ...]) -> None:
    done = command(*arguments, "--json")
    assert done.returncode == 0
    validator(name).validate(json.loads(done.stdout))


@pytest.mark.parametrize(
    ("spec", "rank"),
    [
        (invgen.BasisSpec(ranks=(1, 2), n_max=3), 2),
        (invgen.BasisSpec(ranks=(1, 2), n_max=3, objective="generators"), 1),
        (invgen.BasisSpec(family="ace", l_max=1, n_max=2, channels=2, objective="linear"), 1),
    ],
)
def test_covariants_are_shown_as_the_schema_says(spec: invgen.BasisSpec, rank: int, tmp_path: Path) -> None:
    folder = invgen.covariants(spec, rank).save(tmp_path).parent
    done = command("show", str(folder), "--json")
    assert done.returncode == 0, done.stderr
    printed, covariants = json.loads(done.stdout), validator("covariants")
    covariants.validate(printed)
    assert [c["label"] for c in printed["covariants"]] == printed["labels"]
    for broken in ({**printed, "invariants": []}, {**printed, "rank": "one"}, {**printed, "covariants": [{}]}):
        with pytest.raises(ValidationError):
            covariants.validate(broken)


def test_audits_of_lists_and_of_tables_fit(tmp_path: Path) -> None:
    listed = command("audit", str(SCHEMAS.parents[1] / "examples" / "contractions.txt"), "--json")
    assert listed.returncode == 1  # some members are dependent
    audit = validator("audit")
    audit.validate(json.loads(listed.stdout))
    jacobians = np.random.default_rng(0).normal(size=(4, 3, 5))
    table = invgen.audit({"jacobian": jacobians})
    printed = json.loads(json.dumps(table.to_json()))
    assert printed["exact"] is None
    audit.validate(printed)


def test_looks_at_data_and_errors_of_models_fit(tmp_path: Path) -> None:
    frames = write_npz(tmp_path / "frames.npz", [*labelled(5), replace(labelled(6)[5], group="hot")])
    model = save_model(build("hip-nn"), tmp_path / "model.safetensors")
    for name, arguments in (
        ("data", ("data", str(frames), "--forces")),
        ("data", ("data", str(frames), "--cutoff", "0.1")),
        ("evaluate", ("evaluate", str(model), str(frames))),
    ):
        done = command(*arguments, "--json")
        assert done.returncode == 0, done.stderr
        validator(name).validate(json.loads(done.stdout))


@pytest.mark.parametrize(
    "spec",
    [
        invgen.BasisSpec(family="ace", total_degree=7, n_max=3, elements=("Mo", "W")),
        invgen.BasisSpec(l_max=2, n_max=3, objective="linear"),
        invgen.BasisSpec(l_max=2, n_max=3, objective="generators"),
        invgen.BasisSpec(l_max=2, n_max=3, objective="robust"),
        invgen.BasisSpec(l_max=2, n_max=4, parity="both"),
    ],
    ids=lambda spec: spec.id,
)
def test_every_objective_and_family_fits(spec: invgen.BasisSpec) -> None:
    validator("show").validate(json.loads(json.dumps(describe(invgen.generate(spec)))))


def test_what_does_not_fit_is_noticed() -> None:
    printed: dict[str, Any] = json.loads(json.dumps(describe(invgen.find_basis("cartesian-l2-n4-flexible"))))
    show = validator("show")
    show.validate(printed)
    for broken in (
        {**printed, "more": 1},
        {key: value for key, value in printed.items() if key != "evidence"},
        {**printed, "invariants": [{**printed["invariants"][0], "order": "one"}]},
    ):
        with pytest.raises(ValidationError):
            show.validate(broken)
