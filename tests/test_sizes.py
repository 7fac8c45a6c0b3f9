"""Sizes before anything is made: the verb count, and the bound of the rank that it tells."""

from __future__ import annotations

import json
import time
from pathlib import Path

import numpy as np
import pytest
from processes import invgen as command
from typer.testing import CliRunner

import invgen
from invgen.ace.fitting.run import basis_of_file
from invgen.cli import app
from invgen.compiler.candidates.ace import counting
from invgen.compiler.candidates.ace.family import truncation, truncations
from invgen.compiler.candidates.family import family_of
from invgen.compiler.inspect.sizes import sizes
from invgen.spec import BasisSpec

REQUESTS = [
    {"n_max": 3, "total_degree": 12},
    {"n_max": 4, "total_degree": 10, "w_L": 1},
    {"n_max": 3, "total_degree": (14, 12, 8)},
    {"n_max": 3, "total_degree": 12, "channels": 3},
    {"n_max": 2, "total_degree": 9},
    {"n_max": 1, "total_degree": 5},
    {"n_max": 3, "l_max": 2, "channels": 2},
    {"n_max": 3, "l_max": (0, 3, 1), "channels": (4, 2, 2)},
    {"n_max": 3, "total_degree": 8, "elements": ("Mo", "W")},
    {"n_max": 3, "total_degree": (7, 6, 5), "elements": ("Mo", "Nb", "W")},
    {"n_max": 3, "total_degree": 10, "parity": "both"},
    {"n_max": 4, "total_degree": 11, "w_L": 1, "parity": "pseudo"},
    {"n_max": 3, "total_degree": 9, "orders": (3,)},
]


def ace(**arguments: object) -> BasisSpec:
    return BasisSpec(family="ace", **arguments)


@pytest.mark.parametrize("arguments", REQUESTS, ids=lambda arguments: ace(**arguments).id)
def test_the_rank_is_at_most_what_counts_say(arguments):
    spec = ace(**arguments)
    found, made = sizes(spec), invgen.generate(spec)
    assert len(made) <= found.rank_at_most <= min(found.bound, found.counts.total)
    assert found.bound == made.evidence.bound
    assert found.channels == made.channels
    assert found.components == made.components == sum((2 * rank + 1) * k for rank, k in found.ranks.items())
    assert len(invgen.generate(ace(**arguments, objective="linear"))) == found.counts.total


@pytest.mark.parametrize(("degree", "weight", "rank", "at_most", "bound"), [
    (14, "3/2", 84, 90, 113), (20, "3/2", 254, 265, 320), (10, 1, 53, 58, 83), (16, 2, 80, 87, 102),
])  # fmt: skip
def test_it_is_sharper_than_components_less_an_orbit(degree, weight, rank, at_most, bound):
    """The ranks are those of tests/test_ace_candidates.py."""
    found = sizes(ace(n_max=3, total_degree=degree, w_L=weight))
    assert (found.rank_at_most, found.bound) == (at_most, bound)
    assert rank <= at_most < bound


@pytest.mark.parametrize("arguments", [REQUESTS[k] for k in (0, 2, 7, 8, 10)], ids=lambda a: ace(**a).id)
def test_growing_counts_are_those_of_the_functions_of_the_first_channels(arguments):
    spec = ace(objective="linear", **arguments)
    sequence = sorted(family_of(spec).channels(spec), key=lambda c: (c.n + 2 * c.rank, c.species))
    functions = [set(c.factors) for c in invgen.generate(spec).invariants]
    parts = [counting._growing(part, orders, spec.parity, sequence) for part, orders in truncations(spec).items()]
    assert [sum(numbers) for numbers in zip(*parts, strict=True)] == [
        sum(factors <= set(sequence[:k]) for factors in functions) for k in range(1, len(sequence) + 1)
    ]


def test_a_table_that_would_be_too_large_leaves_the_plain_bound(monkeypatch):
    spec = ace(n_max=3, total_degree=12)
    monkeypatch.setattr(counting, "LARGEST_TABLE", 10)
    assert family_of(spec).rank_at_most(spec) == family_of(spec).bound(spec) == 72
    assert counting.count_ace(truncation(spec, 3), (3,)) == {3: invgen.count(spec)[3]}


def test_coefficients_are_per_species_of_the_centre():
    arguments = {"n_max": 3, "total_degree": 8, "elements": ("Mo", "W")}
    assert sizes(ace(objective="linear", **arguments)).coefficients == 2 * 249
    assert sizes(ace(**arguments)).coefficients == 2 * 38
    assert sizes(BasisSpec(l_max=2)).coefficients is None


# ---- the verb ---------------------------------------------------------------------------------------------------


def test_count_tells_sizes_as_text_and_json():
    arguments = ["count", "--family", "ace", "--total-degree", "20,16,12", "--n-max", "3", "--channels", "20,10,6"]
    spec = ace(n_max=3, total_degree=(20, 16, 12), channels=(20, 10, 6))
    told = CliRunner().invoke(app, arguments)
    assert told.exit_code == 0, told.output
    counts = invgen.count(spec)
    assert f"{counts.total}: {counts[1]} of order 1, {counts[2]} of order 2, {counts[3]} of order 3" in told.output
    data = json.loads(CliRunner().invoke(app, [*arguments, "--json"]).output)
    assert data["id"] == spec.id == "ace-d20.16.12-w3_2-n3-c20.10.6-independent"
    assert BasisSpec.from_json(data["spec"]) == spec
    assert {int(order): number for order, number in data["counts"].items()} == dict(counts)
    assert (data["total"], data["rank_at_most"], data["bound"]) == (counts.total, 100, family_of(spec).bound(spec))
    assert sum(data["ranks"].values()) == data["channels"] == len(family_of(spec).channels(spec))


def test_count_sizes_contractions_too():
    data = json.loads(CliRunner().invoke(app, ["count", "--l-max", "3", "--json"]).output)
    assert (data["total"], data["rank_at_most"], data["coefficients"]) == (36, 13, None)


def test_a_million_functions_of_four_elements_are_counted_at_once():
    started = time.process_time()
    found = sizes(ace(n_max=4, total_degree=20, elements=("Mo", "Nb", "Ta", "W")))
    assert time.process_time() - started < 5
    assert dict(found.counts) == {1: 80, 2: 4162, 3: 88716, 4: 778534}
    assert "generate refuses more than 20,000" in str(found)


@pytest.mark.parametrize(("basis", "spec"), [
    ('elements = ["W", "Mo"]\ntotal_degree = [9, "15/2", 6.5]\n',
     {"n_max": 3, "total_degree": (9, "15/2", "13/2"), "elements": ("W", "Mo")}),
    ('elements = ["Cu"]\nn_max = 2\nl_max = [0, 3]\nchannels = [6, 4]\nobjective = "independent"\n',
     {"n_max": 2, "l_max": (0, 3), "channels": (6, 4), "elements": ("Cu",)}),
    ('elements = ["Cu"]\ntotal_degree = 9\nl_max = 2\nchannels = 4\n',
     {"n_max": 3, "total_degree": 9, "l_max": 2, "channels": 4, "elements": ("Cu",)}),
])  # fmt: skip
def test_count_takes_the_configuration_of_a_fit(basis, spec, tmp_path: Path):
    path = tmp_path / "fit.toml"
    path.write_text(f'[data]\ntrain = "absent.extxyz"\n\n[radial]\ncutoff = 5.0\n\n[basis]\n{basis}')
    objective = "independent" if "independent" in basis else "linear"
    assert basis_of_file(path) == ace(objective=objective, **spec)
    data = json.loads(CliRunner().invoke(app, ["count", str(path), "--json"]).output)
    assert data["id"] == ace(objective=objective, **spec).id


def test_elements_are_those_of_the_structures_unless_named(tmp_path: Path):
    (tmp_path / "train.extxyz").write_text("2\nProperties=species:S:1:pos:R:3 energy=-1.0\nW 0 0 0\nMo 0 0 2.5\n")
    path = tmp_path / "fit.toml"
    path.write_text('[data]\ntrain = "train.extxyz"\n[radial]\ncutoff = 5.0\n[basis]\ntotal_degree = 6\n')
    assert basis_of_file(path) == ace(n_max=3, total_degree=6, objective="linear", elements=("Mo", "W"))
    np.savez(tmp_path / "train.npz", atoms=[42, 74], places=np.zeros((1, 2, 3)))
    path.write_text(
        '[data]\ntrain = "train.npz"\nkeys = {numbers = "atoms", positions = "places", energy = "E0"}\n'
        "[radial]\ncutoff = 5.0\n[basis]\ntotal_degree = 6\n"
    )
    assert basis_of_file(path).elements == ("Mo", "W")


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("--family", "ace"), ("give either --l-max, such as 3, or --ranks",)),
        (("--family", "ace", "--total-degree", "20,16", "--n-max", 3), ("one for each of the orders (1, 2, 3)",)),
        (("--family", "ace", "--l-max", "0,x"), ("--l-max", "'0,x'")),
        (("--l-max", "2,1", "--n-max", 2), ("belongs to the family 'ace'",)),
        (("absent.toml",), ("no such configuration file: absent.toml",)),
        (("absent.toml", "--total-degree", 9), ("absent.toml or options of a request, not both",)),
        (
            ("absent.toml", "--w-l", "3/2", "--ordering", "cost", "--parity", "both", "--n-max", 4),
            ("not both; leave out --w-l, --parity, --ordering",),
        ),
    ],
)
def test_bad_requests_are_one_line_with_exit_code_2(arguments, words, tmp_path: Path) -> None:
    result = command("count", *arguments, cwd=tmp_path)
    assert result.returncode == 2
    assert "Traceback" not in result.stderr
    for word in words:
        assert word in result.stderr


def test_generate_takes_what_count_takes(tmp_path: Path) -> None:
    arguments = (
        "--family",
        "ace",
        "--total-degree",
        "9,8,6",
        "--n-max",
        3,
        "--l-max",
        "0,2,1",
        "--objective",
        "linear",
    )
    made = command("generate", *arguments, "--backends", "none", "-o", tmp_path / "basis")
    assert made.returncode == 0, made.stderr
    basis = invgen.Basis.load(tmp_path / "basis")
    assert basis.spec == ace(n_max=3, total_degree=(9, 8, 6), l_max=(0, 2, 1), objective="linear")
    assert len(basis) == json.loads(command("count", *arguments, "--json").stdout)["total"]


def test_generate_says_how_much_there_is_before_it_begins(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    def begin(*arguments: object, **more: object) -> None:
        raise ValueError("begun")

    monkeypatch.setattr(invgen, "generate", begin)
    known = sizes(BasisSpec(l_max=3, n_max=4))
    result = command("generate", "--l-max", 3, "-o", tmp_path / "basis")
    told, failed = result.stderr.splitlines()
    assert failed == "error: begun"
    assert told.startswith(f"cartesian-l3-n4-independent: {known.counts.total} linearly independent functions (1 of ")
    assert told.endswith(
        f"{known.counts[4]} of order 4), at most {known.rank_at_most} of them functionally independent"
    )
