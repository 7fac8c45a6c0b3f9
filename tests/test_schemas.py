"""What the command line prints as JSON is as ``docs/schemas`` say, with nothing untold."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator, ValidationError
from processes import invgen as command

import invgen
from invgen.compiler.inspect.report import describe

SCHEMAS = Path(__file__).resolve().parent.parent / "docs" / "schemas"


def validator(name: str) -> Draft202012Validator:
    schema = json.loads((SCHEMAS / f"{name}.schema.json").read_text(encoding="utf-8"))
    Draft202012Validator.check_schema(schema)
    return Draft202012Validator(schema)


@pytest.mark.parametrize(
    ("name", "arguments"),
    [
        ("show", ("show", "cartesian-l3-n4-flexible")),
        ("difference", ("show", "cartesian-l3-n4-flexible", "--diff", "cartesian-l2-n4-independent")),
        ("flexibility", ("flexibility", "cartesian-l2-n4-flexible", "cartesian-l2-n4-independent")),
    ],
)
def test_the_command_line_prints_what_the_schema_says(name: str, arguments: tuple[str, ...]) -> None:
    done = command(*arguments, "--json")
    assert done.returncode == 0
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
