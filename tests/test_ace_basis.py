"""ACE as a family of the house: requests, exact counts, bases, evidence, files, and selections that go on."""

from __future__ import annotations

import dataclasses
import json
import os
import re
import subprocess
import sys
from fractions import Fraction
from functools import cache
from pathlib import Path

import numpy as np
import pytest

import invgen
from invgen import BasisSpec
from invgen.compiler.algebra import modular
from invgen.compiler.candidates.ace import counting
from invgen.compiler.candidates.ace.counting import count_ace
from invgen.compiler.candidates.ace.coupling import Channel, Coupling
from invgen.compiler.candidates.ace.family import coupling_cost, truncation
from invgen.compiler.candidates.ace.truncation import channels_in_use, multisets
from invgen.compiler.candidates.family import family_of
from invgen.compiler.inspect.draw import write_drawings
from invgen.compiler.inspect.report import describe, operations, summary
from invgen.compiler.selection.checkpoint import Checkpoint, Decisions
from invgen.compiler.selection.objectives import select
from invgen.compiler.selection.setting import Setting
from invgen.errors import BasisFileError, SelectionError, SpecError, TooManyCandidates

BOXES = [
    (1, 1, 1, 1, 0), (1, 1, 3, 2, 0), (1, 1, 5, 3, 0), (1, 2, 2, 3, 0), (1, 2, 4, 9, 0), (1, 3, 1, 1, 0),
    (1, 3, 3, 8, 0), (1, 3, 5, 45, 8), (1, 4, 2, 5, 0), (1, 4, 4, 51, 14), (1, 5, 2, 6, 0), (1, 5, 4, 102, 39),
    (2, 1, 3, 10, 0), (2, 1, 5, 30, 0), (2, 2, 3, 26, 2), (2, 2, 5, 192, 50), (2, 3, 3, 46, 6), (2, 3, 5, 894, 474),
    (2, 4, 3, 82, 18), (3, 1, 2, 12, 0), (3, 1, 4, 72, 3), (3, 2, 2, 18, 0), (3, 2, 4, 300, 81), (3, 3, 2, 24, 0),
    (3, 3, 4, 939, 435), (3, 4, 2, 30, 0), (3, 4, 4, 2454, 1491), (4, 1, 3, 60, 4), (4, 1, 5, 476, 76),
    (4, 2, 3, 160, 28), (4, 2, 5, 4084, 2100), (4, 3, 3, 304, 80), (4, 4, 2, 50, 0), (4, 4, 4, 7311, 4864),
]  # fmt: skip
"""Channels, l_max, order, proper scalars, pseudo-scalars: integrals of characters by another program."""

DEGREES = [
    (3, 6, "1", 10), (2, 8, "1", 30), (4, 8, "1", 23), (3, 10, "1", 100), (2, 12, "1", 91), (4, 12, "1", 290),
    (3, 6, "1.5", 8), (2, 8, "1.5", 23), (4, 8, "1.5", 15), (3, 10, "1.5", 59), (2, 12, "1.5", 67),
    (4, 12, "1.5", 127), (3, 6, "2", 7), (2, 8, "2", 20), (4, 8, "2", 13), (3, 10, "2", 44), (2, 12, "2", 56),
    (4, 12, "2", 86),
]  # fmt: skip
"""Order, total degree, w_L, proper scalars of one element."""

FUNCTIONAL = [(1, 2, 2), (1, 4, 2), (2, 2, 3), (2, 4, 6), (3, 2, 4), (3, 4, 13), (4, 2, 5), (4, 4, 22)]
"""l_max, n_max, Jacobian rank of one channel."""

UP_TO_ORDER_THREE = [
    ("3/2", 6, 25), ("3/2", 8, 54), ("3/2", 10, 110), ("3/2", 12, 211), ("3/2", 14, 383), ("3/2", 16, 668),
    ("3/2", 18, 1119), (1, 10, 165), (1, 16, 1277), (2, 10, 89), (2, 16, 461),
]  # fmt: skip
"""w_L, total degree, number of functions."""


def ace(**arguments) -> BasisSpec:
    return BasisSpec(family="ace", **arguments)


@cache
def small(objective: str = "independent") -> invgen.Basis:
    return invgen.generate(ace(total_degree=8, n_max=3, elements=("Mo", "W"), objective=objective))


# ---- counts -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("channels", "l_max", "order", "proper", "pseudo"), BOXES)
def test_reference_counts_of_boxes(channels, l_max, order, proper, pseudo):
    for parity, number in (("proper", proper), ("pseudo", pseudo), ("both", proper + pseudo)):
        spec = ace(l_max=l_max, n_max=order, channels=channels, orders=(order,), parity=parity)
        assert invgen.count(spec) == {order: number}
        if 0 < number < 1000 and parity != "both":
            assert len({c.label for c in family_of(spec).stream(spec, number)}) == number


@pytest.mark.parametrize(("order", "degree", "weight", "number"), DEGREES)
def test_reference_counts_of_total_degrees(order, degree, weight, number):
    spec = ace(total_degree=degree, w_L=weight, n_max=order, orders=(order,))
    assert invgen.count(spec).total == number
    assert len({c.label for c in family_of(spec).stream(spec, number)}) == number


@pytest.mark.parametrize(("weight", "degree", "number"), UP_TO_ORDER_THREE)
def test_linear_sizes_up_to_order_three(weight, degree, number):
    assert invgen.count(ace(total_degree=degree, w_L=weight, n_max=3, objective="linear")).total == number


def test_nothing_is_lost_to_round_off_at_degree_twenty():
    counts = invgen.count(ace(total_degree=20, n_max=4))
    assert counts == {1: 20, 2: 274, 3: 1515, 4: 3647}
    assert counts.total == 5456
    assert str(counts) == "n=1: 20, n=2: 274, n=3: 1515, n=4: 3647, total 5456"


def test_weights_with_huge_denominators_are_counted_without_enumeration(monkeypatch):
    odd = {"n_max": 4, "w_L": "1.4999999"}
    assert invgen.count(ace(total_degree=20, **odd)) == invgen.count(ace(total_degree=20, n_max=4))
    big = invgen.count(ace(total_degree=60, l_max=3, **odd)).total
    assert big == invgen.count(ace(total_degree=60, l_max=3, n_max=4)).total > 10**6
    few = truncation(ace(total_degree=12, **odd), 2)
    exact = count_ace(few, (1, 2, 3, 4))
    monkeypatch.setattr(counting, "LARGEST_TABLE", 10)
    assert count_ace(few, (1, 2, 3, 4)) == exact


def test_counts_of_the_cartesian_family():
    assert invgen.count(BasisSpec(l_max=3, n_max=4)) == {1: 1, 2: 4, 3: 8, 4: 23}
    assert invgen.count(BasisSpec(l_max=2, n_max=4)).total == 18
    with pytest.raises(TypeError, match="count takes a BasisSpec, got str"):
        invgen.count("ace-l3-n4-linear")


@pytest.mark.parametrize(
    "spec",
    [
        ace(total_degree=9, n_max=4, elements=("Mo", "W")),
        ace(total_degree="17/2", n_max=3, w_L=1, orders=(3,)),
        ace(total_degree=9, n_max=4, parity="both"),
        ace(total_degree=9, n_max=4, parity="pseudo"),
        ace(total_degree=9, n_max=1),
        ace(l_max=2, n_max=3, channels=2),
        ace(l_max=2, n_max=1, channels=2),
    ],
)
def test_channels_are_those_of_the_candidates(spec):
    found = sorted(
        {c for order in spec.orders for m in multisets(truncation(spec, order), order, spec.parity) for c in m}
    )
    assert list(family_of(spec).channels(spec)) == found
    assert channels_in_use(truncation(spec, spec.orders[0]), spec.orders, spec.parity) == tuple(found)


# ---- bases ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("l_max", "n_max", "rank"), FUNCTIONAL)
def test_functional_ranks_of_one_channel(l_max, n_max, rank):
    basis = invgen.generate(ace(l_max=l_max, n_max=n_max))
    assert len(basis) == basis.evidence.rank == rank
    assert basis.evidence.float_agrees
    cartesian = invgen.generate(BasisSpec(l_max=l_max, n_max=n_max)).evidence
    assert (basis.evidence.rank, basis.evidence.bound) == (cartesian.rank, cartesian.bound)


def test_the_linear_objective_takes_every_candidate_with_certified_counts():
    spec = ace(l_max=3, n_max=4, channels=2, objective="linear")
    basis = invgen.generate(spec)
    assert basis.id == "ace-l3-n4-c2-linear"
    assert basis.labels == tuple(c.label for c in family_of(spec).stream(spec, 1000))
    assert dict(basis.evidence.counts) == dict(basis.evidence.kept_per_order) == invgen.count(spec)
    assert (basis.evidence.rank, basis.evidence.bound) == (29, 29)
    assert basis.evidence.pivots == ()


def test_the_independent_objective_stops_at_the_bound_or_offers_all():
    complete = invgen.generate(ace(l_max=3, n_max=3, channels=2))
    assert len(complete) == complete.evidence.bound == 29
    assert complete.evidence.candidates <= invgen.count(complete.spec).total
    basis = invgen.generate(ace(total_degree=12, n_max=3))
    assert (len(basis), basis.evidence.bound, basis.evidence.candidates) == (52, 72, 211)
    assert "20 short of the bound" in str(basis)


def test_thousands_of_candidates_in_hundreds_of_variables():
    basis = invgen.generate(ace(total_degree=20, n_max=4))
    evidence = basis.evidence
    assert (len(basis), evidence.rank, evidence.bound, evidence.candidates) == (258, 258, 320, 5456)
    assert dict(evidence.kept_per_order) == {1: 20, 2: 140, 3: 94, 4: 4}
    assert evidence.float_agrees


@pytest.mark.parametrize("ordering", ["cost", "rank"])
def test_other_orderings_reach_the_same_rank(ordering):
    spec = ace(total_degree=10, n_max=4, ordering=ordering)
    basis, by_degree = invgen.generate(spec), invgen.generate(ace(total_degree=10, n_max=4))
    assert len(basis) == len(by_degree)
    assert basis.id == f"ace-d10-w3_2-n4-by_{ordering}-independent"
    key = {"cost": coupling_cost, "rank": lambda c: max(f.rank for f in c.factors)}[ordering]
    keys = [key(c) for c in family_of(spec).stream(spec, 1000)]
    assert keys == sorted(keys)
    assert [key(c) for c in family_of(by_degree.spec).stream(by_degree.spec, 1000)] != keys


def test_channels_and_components():
    basis = small()
    assert basis.channels == tuple(sorted(basis.channels))
    assert basis.channels[0] == Channel(0, 1, 0)
    assert {c.species for c in basis.channels} == {0, 1}
    assert basis.components == sum(2 * c.rank + 1 for c in basis.channels) == len(basis.evidence.witness)
    cartesian = invgen.generate(BasisSpec(ranks=(1, 2), channels=2, n_max=2))
    assert cartesian.channels == (Channel(0, 1, 1), Channel(0, 2, 1), Channel(0, 1, 2), Channel(0, 2, 2))


def test_a_box_is_shared_out_species_by_species():
    basis = invgen.generate(ace(l_max=1, n_max=2, channels=4, elements=("Mo", "W")))
    assert basis.id == "ace-l1-n2-c4-independent-Mo.W"
    assert {(c.species, c.n) for c in basis.channels} == {(0, 1), (0, 2), (1, 1), (1, 2)}


def test_values_and_jacobians_of_a_basis():
    basis = small()
    x = np.random.default_rng(0).normal(size=(2, 3, basis.components))
    values, jacobian = basis.evaluate(x), basis.jacobian(x)
    assert values.shape == (2, 3, len(basis))
    for k in (0, len(basis) - 1):
        names = [
            f"A_{c.species}_{c.n}_{c.rank}_{f'm{-m}' if m < 0 else m}"
            for c in basis.channels
            for m in range(-c.rank, c.rank + 1)
        ]
        point = x[0, 0].tolist()
        value = basis.sympy(k).subs(dict(zip(names, point, strict=True)))
        assert float(value) == pytest.approx(values[0, 0, k], rel=1e-12)
    u = np.random.default_rng(1).normal(size=x.shape)
    slope = (basis.evaluate(x + 1e-5 * u) - basis.evaluate(x - 1e-5 * u)) / 2e-5
    assert abs(np.einsum("abkc,abc->abk", jacobian, u) - slope).max() < 1e-6
    with pytest.raises(ValueError, match=f"takes {basis.components} components"):
        basis.evaluate(x[..., 1:])


def test_an_empty_selection_is_an_error():
    with pytest.raises(SpecError, match=r"selects no function: no multiset of its channels couples to a pseudo scalar"):
        invgen.generate(ace(total_degree=5, n_max=3, parity="pseudo"))
    with pytest.raises(SpecError, match="selects no function"):
        invgen.generate(ace(l_max=2, n_max=1, parity="pseudo", objective="linear"))


@pytest.mark.parametrize("objective", ["independent", "linear"])
def test_explosions_are_refused_beforehand(objective):
    spec = ace(l_max=6, n_max=6, channels=8, objective=objective)
    total = invgen.count(spec).total
    assert total > 10**8
    with pytest.raises(TooManyCandidates, match=rf"{total} linearly independent .*of.* order 6"):
        invgen.generate(spec)
    with pytest.raises(TooManyCandidates, match="raise max_candidates"):
        invgen.generate(ace(l_max=3, n_max=4, objective=objective), max_candidates=35)
    with pytest.raises(TooManyCandidates):
        invgen.generate(ace(l_max=6, n_max=6, channels=8, objective=objective, parity="pseudo"))
    assert len(invgen.generate(ace(l_max=3, n_max=4, objective="linear"), max_candidates=36)) == 36


# ---- showing ----------------------------------------------------------------------------------------------------


def test_a_basis_shows_itself(tmp_path):
    basis = small()
    shown = describe(basis)
    row = shown["invariants"][-1]
    assert row["label"] == basis.labels[-1]
    assert json.loads(json.dumps(shown))["spec"]["elements"] == ["Mo", "W"]
    coupling = Coupling.from_label("ace:1.1,1.1.1,1.2,2.2|L=1")
    assert coupling.text() == "(((A11 A1.1.1)1 A12)2 A22)0"
    assert coupling.text(("Mo", "W")) == "(((Mo11 W11)1 Mo12)2 Mo22)0"
    assert Coupling.from_label("ace:10.0").text() == "A10.0"
    assert Coupling.from_label("ace:1.1,1.1.1").latex() == r"\left[A_{1,1} \otimes A^{(1)}_{1,1}\right]^{0}"
    assert basis.labels[-1] == "ace:1.1.2,1.1.2"
    assert basis.latex(-1) == r"\left[A^{\mathrm{W}}_{1,2} \otimes A^{\mathrm{W}}_{1,2}\right]^{0}"
    assert f"{operations(basis)['value']['total']:,} operations" in summary(basis)
    paths = write_drawings(basis, tmp_path)
    assert len(paths) == len(basis)
    text = paths[-1].read_text()
    assert basis.labels[-1] in text
    assert text.count("<circle") == 2 * basis.invariants[-1].order - 1


def test_networks_of_cartesian_tensors_refuse_spherical_components(tmp_path):
    from invgen.nn.network import HipHopNN

    basis = invgen.generate(ace(l_max=1, n_max=2))
    folder = invgen.emit(basis, ("torch",), tmp_path)
    with pytest.raises(ValueError, match="is of the family 'ace' and takes spherical components"):
        HipHopNN(folder, backend="torch", species=(1, 6))


# ---- files and evidence -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("objective", ["independent", "linear"])
def test_files_restore_the_basis(tmp_path, objective):
    basis = small(objective)
    restored = invgen.Basis.load(basis.save(tmp_path))
    assert restored == basis
    assert restored.digest == basis.digest
    assert restored.spec.elements == ("Mo", "W")


@pytest.mark.parametrize("change", ["label", "degree", "rank"])
def test_edited_files_are_refused(tmp_path, change):
    path = small().save(tmp_path)
    data = json.loads(path.read_text())
    if change == "label":
        data["labels"][-1] = "ace:1.0,1.0"
    elif change == "degree":
        data["spec"]["total_degree"] = "9"
    else:
        data["evidence"]["rank"] += 1
    path.write_text(json.dumps(data))
    with pytest.raises(BasisFileError, match="fails its checksum"):
        invgen.Basis.load(path)


def test_labels_outside_the_specification_are_refused(tmp_path):
    foreign = dataclasses.replace(small(), invariants=(Coupling.from_label("ace:9.0"),))
    with pytest.raises(BasisFileError, match=r"ace:9\.0 name tensors that are not in the specification"):
        invgen.Basis.load(foreign.save(tmp_path))


@pytest.mark.parametrize("objective", ["independent", "linear"])
def test_verification_repeats_the_selection_elsewhere(objective):
    assert small(objective).verify()


@pytest.mark.parametrize(
    ("changes", "problem"),
    [
        ({"rank": 37}, "rank"),
        ({"candidates": 1}, "candidates"),
        ({"witness": "shifted"}, "the pivots at the recorded witness are|the rank at the recorded witness"),
        ({"counts": ((1, 3),)}, "counts"),
    ],
)
def test_falsified_evidence_is_found(changes, problem):
    basis = small()
    if changes.get("witness"):
        changes = {"witness": (0,) * len(basis.evidence.witness)}
    falsified = dataclasses.replace(basis, evidence=dataclasses.replace(basis.evidence, **changes))
    found = falsified.verify()
    assert not found
    assert any(re.search(problem, text) for text in found.problems)


def test_a_missing_function_is_found():
    basis = small("linear")
    assert not dataclasses.replace(basis, invariants=basis.invariants[:-1]).verify()


def test_equal_digests_whatever_the_hash_seed():
    code = (
        "import invgen; "
        "print(invgen.generate(invgen.BasisSpec(family='ace', total_degree=9, n_max=4, elements=('Mo', 'W'))).digest)"
    )
    found = {
        subprocess.run(
            [sys.executable, "-c", code],
            env={**os.environ, "PYTHONHASHSEED": seed},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for seed in ("0", "1")
    }
    assert found == {
        invgen.generate(ace(total_degree=9, n_max=4, elements=("Mo", "W"))).digest + "\n",
    }


def test_a_float_pass_that_decides_otherwise_is_noted():
    spec = ace(l_max=2, n_max=3)
    run = Setting().selection(spec)
    degenerate = run.floating._points.copy()
    degenerate[:, 4:] = 0
    run.floating = family_of(spec).evaluator(spec, degenerate, run.floating.arithmetic)
    run.run(family_of(spec).stream(spec, 100), family_of(spec).bound(spec))
    assert run.disagreements == ["ace:1.2,1.2", "ace:1.2,1.2,1.2"]
    assert run.rank == 5


# ---- selections that go on --------------------------------------------------------------------------------------

LONG = ace(total_degree=12, n_max=3)


class Interrupted:
    """A progress callback that stops the selection as Ctrl-C does, and counts what is offered after a restart."""

    def __init__(self, at: int) -> None:
        self.at = at
        self.seen: list[tuple[str, int, int]] = []

    def __call__(self, stage: str, done: int, total: int) -> None:
        self.seen.append((stage, done, total))
        if done >= self.at:
            raise KeyboardInterrupt


def interrupt(folder: Path, at: int = 100) -> Path:
    with pytest.raises(KeyboardInterrupt):
        select(LONG, Setting(checkpoints=folder, progress=Interrupted(at)))
    (path,) = folder.iterdir()
    return path


def test_an_interrupted_selection_goes_on(tmp_path):
    whole = select(LONG, Setting())
    path = interrupt(tmp_path)
    decisions = json.loads(path.read_text())
    assert decisions["offered"] == 128
    progress = Interrupted(10**6)
    chosen, evidence = select(LONG, Setting(checkpoints=tmp_path, progress=progress))
    assert ([c.label for c in chosen], evidence) == ([c.label for c in whole[0]], whole[1])
    assert progress.seen[0] == ("select", 192, 211)
    assert progress.seen[-1] == ("select", 211, 211)
    assert not list(tmp_path.iterdir())


def test_a_checkpoint_is_of_one_spec_prime_and_seed(tmp_path):
    path = interrupt(tmp_path)
    for setting in (
        Setting(modular.prime_below(modular.DEFAULT_PRIME), checkpoints=tmp_path),
        Setting(seed="2", checkpoints=tmp_path),
    ):
        assert setting.checkpoint(LONG).path != path
    assert Setting(checkpoints=tmp_path).checkpoint(BasisSpec.from_json(LONG.to_json())).path == path
    assert Setting(checkpoints=tmp_path).checkpoint(ace(total_degree=12, n_max=3, ordering="cost")).path != path


@pytest.mark.parametrize(
    "damage", [lambda text: text[:-20], lambda text: text.replace('"offered": 128', '"offered": 5')]
)
def test_a_damaged_checkpoint_is_reported_and_not_used(tmp_path, damage):
    path = interrupt(tmp_path)
    path.write_text(damage(path.read_text()))
    with pytest.warns(UserWarning, match="is not used, the selection starts anew"):
        _, evidence = select(LONG, Setting(checkpoints=tmp_path))
    assert evidence.candidates == 211


def test_decisions_that_do_not_raise_the_rank_are_an_error(tmp_path):
    checkpoint = Setting(checkpoints=tmp_path).checkpoint(LONG)
    checkpoint.write(Decisions(offered=64, kept=tuple(range(64))))
    with pytest.raises(SelectionError, match="is of another selection; remove it"):
        select(LONG, Setting(checkpoints=tmp_path))


def test_a_disk_that_takes_no_checkpoint_does_not_stop_the_selection(tmp_path):
    (tmp_path / "file").write_text("in the way")
    checkpoint = Checkpoint.of(tmp_path / "file", LONG, prime=1, seed="")
    with pytest.warns(UserWarning, match="no checkpoint of the selection at .* it goes on without"):
        checkpoint.write(Decisions(1, (0,)))


def test_short_selections_leave_the_disk_alone(tmp_path, monkeypatch):
    monkeypatch.setenv("INVGEN_CACHE", str(tmp_path))
    invgen.generate(ace(total_degree=8, n_max=3))
    assert not list(tmp_path.rglob("*"))


def test_checkpoints_are_written_now_and_then(tmp_path):
    checkpoint = Checkpoint.of(tmp_path, LONG, prime=1, seed="")
    checkpoint.offer(Decisions(1, (0,)))
    assert checkpoint.load() is None
    checkpoint.seconds = 0
    checkpoint.offer(Decisions(5, (0, 3), (1,)))
    assert checkpoint.load() == Decisions(5, (0, 3), (1,))
    assert checkpoint.load().float_kept == (0, 1, 3)


@pytest.mark.parametrize("spec", [LONG, ace(l_max=3, n_max=4, channels=2, ordering="cost")])
def test_rows_eliminated_together_are_decided_as_one_by_one(spec):
    family = family_of(spec)
    runs = []
    for lookahead in (1, 7, 64):
        run = Setting().selection(spec)
        run.run(family.stream(spec, 1000), family.bound(spec), lookahead=lookahead)
        runs.append(run)
    for run in runs[1:]:
        assert run.decisions == runs[0].decisions
        assert run.offered == runs[0].offered
        assert run.echelon.pivots == runs[0].echelon.pivots


def test_the_document_runs_and_says_what_is_printed(capsys):
    text = (Path(__file__).parent.parent / "docs" / "ace.md").read_text(encoding="utf-8")
    names: dict[str, object] = {}
    for block in re.findall(r"```python\n(.*?)```", text, re.S):
        exec(block, names)
    printed = capsys.readouterr().out
    for words in ("n=4: 220, total 280", "84 invariants of 116 components", "\n39\n84 84\n57\n"):
        assert words in printed


def test_the_degree_may_be_written_in_any_exact_way():
    texts = [
        ace(total_degree=value, w_L=weight) for value, weight in ((12, "3/2"), ("12", 1.5), (Fraction(24, 2), "1.5"))
    ]
    assert len(set(texts)) == 1
