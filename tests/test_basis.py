"""The basis as an object and as a file: numbers, evidence, verification, and every way a file can be bad."""

from __future__ import annotations

import dataclasses
import json
import os

import brute_force
import numpy as np
import pytest
import tolerances

import invgen
from invgen.compiler.basis import SECOND_PRIME, Basis
from invgen.compiler.basis_files import checksum
from invgen.compiler.candidates.cartesian.contraction import Contraction
from invgen.errors import BasisFileError
from invgen.spec import BasisSpec

CHEAP = [(3, 4, "flexible"), (3, 4, "independent"), (2, 4, "linear"), (3, 3, "flexible"), (1, 2, "flexible")]


@pytest.fixture
def basis() -> Basis:
    return brute_force.built(3, 4, "flexible")


# ---- numbers ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("key", CHEAP)
def test_values_are_those_of_einsum_over_full_tensors(key):
    basis = brute_force.built(*key)
    x = np.random.default_rng(0).normal(size=(2, basis.components))
    expected = [[brute_force.value(label, basis.spec.tensors, list(row)) for label in basis.labels] for row in x]
    np.testing.assert_allclose(
        basis.evaluate(x), np.array(expected, dtype=float), rtol=tolerances.DIRECT_SUM["float64"]
    )


@pytest.mark.parametrize("key", CHEAP)
def test_the_jacobian_agrees_with_differences(key):
    basis = brute_force.built(*key)
    width = basis.components
    x = np.random.default_rng(1).normal(size=width) / np.sqrt(width)
    step = 1e-5
    differences = (basis.evaluate(x + step * np.eye(width)) - basis.evaluate(x - step * np.eye(width))) / (2 * step)
    jacobian = basis.jacobian(x)
    assert jacobian.shape == (len(basis), width)
    np.testing.assert_allclose(jacobian, differences.T, atol=tolerances.CENTRAL_DIFFERENCE["float64"])


def test_any_leading_axes_are_taken(basis):
    x = np.random.default_rng(2).normal(size=(2, 3, 16))
    values, jacobian = basis.evaluate(x), basis.jacobian(x)
    assert values.shape == (2, 3, 13)
    assert jacobian.shape == (2, 3, 13, 16)
    close = {"rtol": tolerances.DIRECT_SUM["float64"], "atol": tolerances.DIRECT_SUM["float64"]}
    np.testing.assert_allclose(values[1, 2], basis.evaluate(x[1, 2]), **close)
    np.testing.assert_allclose(jacobian[1, 2], basis.jacobian(x[1, 2]), **close)
    strided = np.asfortranarray(x)[:, ::2]
    assert not strided.flags.c_contiguous
    np.testing.assert_allclose(basis.evaluate(strided), values[:, ::2], **close)


@pytest.mark.parametrize("shape", [(0, 16), (1, 16), (2, 0, 16)])
def test_empty_and_single_batches(basis, shape):
    assert basis.evaluate(np.ones(shape)).shape == (*shape[:-1], 13)
    assert basis.jacobian(np.ones(shape)).shape == (*shape[:-1], 13, 16)


def test_float32_is_computed_in_float64(basis):
    x = np.random.default_rng(3).normal(size=16).astype(np.float32)
    assert basis.evaluate(x).dtype == np.float64
    np.testing.assert_array_equal(basis.evaluate(x), basis.evaluate(x.astype(np.float64)))


@pytest.mark.parametrize("shape", [(15,), (17,), (16, 3), ()])
def test_a_wrong_width_is_refused(basis, shape):
    for method in (basis.evaluate, basis.jacobian):
        with pytest.raises(
            ValueError, match=r"cartesian-l3-n4-flexible takes 16 components on the last axis, got an array"
        ):
            method(np.zeros(shape))


@pytest.mark.parametrize("dtype", [int, bool, complex, object])
def test_a_wrong_type_is_refused(basis, dtype):
    with pytest.raises(TypeError, match=r"takes floating-point components, got .*; convert with x.astype\(float\)"):
        basis.evaluate(np.zeros(16, dtype=dtype))


def test_a_basis_is_a_sized_immutable_sequence(basis):
    assert len(basis) == len(list(basis)) == len(basis.labels) == 13
    assert [Contraction.from_label(label) for label in basis.labels] == list(basis)
    with pytest.raises(dataclasses.FrozenInstanceError):
        basis.invariants = ()
    text = str(basis)
    for part in (
        "13 invariants of 16 components",
        "cut at n <= 4",
        "has 15",
        "rank 13 of at most 13 (complete)",
        "agrees",
    ):
        assert part in text


# ---- the file ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("key", CHEAP)
def test_saving_and_loading_restores_everything(key, tmp_path):
    basis = brute_force.built(*key)
    path = basis.save(tmp_path / "deep" / "folder")
    assert path == tmp_path / "deep" / "folder" / "basis.json"
    for source in (path, path.parent, str(path)):
        loaded = Basis.load(source)
        assert loaded == basis
        assert loaded.digest == basis.digest
    again = Basis.load(path).save(tmp_path / "again.json")
    assert again.read_bytes() == path.read_bytes()
    assert json.loads(path.read_text())["labels"] == list(basis.labels)


def test_generating_twice_gives_the_same_bytes(tmp_path):
    spec = BasisSpec(l_max=2, n_max=4, channels=2)
    one, two = (invgen.generate(spec).save(tmp_path / name) for name in ("one.json", "two.json"))
    assert one.read_bytes() == two.read_bytes()


def test_a_failed_write_leaves_nothing_behind_and_the_old_file_whole(basis, tmp_path, monkeypatch):
    target = basis.save(tmp_path)
    before = target.read_bytes()

    def full_disk(*args, **kwargs):
        raise OSError("no space left on device")

    for function in ("fsync", "replace"):
        with monkeypatch.context() as patch:
            patch.setattr(os, function, full_disk)
            with pytest.raises(OSError, match="no space left"):
                brute_force.built(2, 4, "linear").save(tmp_path)
        assert [p.name for p in tmp_path.iterdir()] == ["basis.json"]
        assert target.read_bytes() == before


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(FileNotFoundError, match="nowhere"):
        Basis.load(tmp_path / "nowhere.json")


@pytest.mark.parametrize(
    ("damage", "message"),
    [
        (lambda text: text[: len(text) // 2], "is not a whole JSON file.*generate the basis again"),
        (lambda text: "", "is not a whole JSON file"),
        (lambda text: "not json", "is not a whole JSON file"),
        (lambda text: "[1, 2]", "is not a basis file: it has no field 'format'"),
        (lambda text: "{}", "is not a basis file: it has no field 'format'"),
        (
            lambda text: text.replace('"format": 1', '"format": 2'),
            "has format 2, this version reads 1; generate the basis ag",
        ),
        (
            lambda text: text.replace('"rank": 13', '"rank": 12', 1),
            "fails its checksum: it was edited or damaged; generate",
        ),
        (lambda text: text.replace("2ab.2ab", "2ab.2:1ab"), "fails its checksum"),
        (lambda text: text.replace('"sha256"', '"sha255"'), "fails its checksum"),
    ],
)
def test_a_bad_file_is_refused_with_the_remedy(basis, tmp_path, damage, message):
    path = basis.save(tmp_path)
    text = path.read_text()
    assert damage(text) != text
    path.write_text(damage(text))
    with pytest.raises(BasisFileError, match=message):
        Basis.load(path)


def test_binary_rubbish_is_refused(tmp_path):
    path = tmp_path / "basis.json"
    path.write_bytes(bytes(range(256)))
    with pytest.raises(BasisFileError, match="not a whole JSON file"):
        Basis.load(path)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("labels", ["2aa"]),
        ("spec", {"l_max": -1}),
        ("spec", {"lmax": 3}),
        ("evidence", {}),
        ("labels", [3]),
        ("spec", None),
    ],
)
def test_a_wrong_content_with_a_right_checksum_is_refused(basis, tmp_path, field, value):
    body = {k: v for k, v in basis.to_json().items() if k != "sha256"} | {field: value}
    path = tmp_path / "basis.json"
    path.write_text(json.dumps({**body, "sha256": checksum(body)}))
    with pytest.raises(BasisFileError, match=r"cannot be read .*; generate the basis again"):
        Basis.load(path)


# ---- verification -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("key", CHEAP)
@pytest.mark.parametrize(("prime", "seed"), [(SECOND_PRIME, "verify"), (1073741789, "another"), (2**31 - 1, "third")])
def test_other_primes_and_witnesses_verify(key, prime, seed):
    outcome = brute_force.built(*key).verify(prime=prime, seed=seed)
    assert outcome, str(outcome)
    assert str(outcome).startswith(f"verified modulo {prime}")


def test_verification_needs_a_usable_prime(basis):
    with pytest.raises(ValueError, match="must be a prime between"):
        basis.verify(prime=2**31 - 2)


def with_invariants(basis: Basis, invariants) -> Basis:
    return dataclasses.replace(basis, invariants=tuple(invariants))


def with_evidence(basis: Basis, **changes) -> Basis:
    return dataclasses.replace(basis, evidence=dataclasses.replace(basis.evidence, **changes))


def swapped(basis: Basis, old: str, new: str) -> Basis:
    old, new = (Contraction.from_label(x) for x in (old, new))
    assert old in basis.invariants
    return with_invariants(basis, [new if c == old else c for c in basis])


BROKEN = {
    "an invariant is missing": lambda b: with_invariants(b, b.invariants[:-1]),
    "the first is missing": lambda b: with_invariants(b, b.invariants[1:]),
    "one stands twice": lambda b: with_invariants(b, (*b.invariants[:-1], b.invariants[0])),
    "one is added": lambda b: with_invariants(b, (*b.invariants, Contraction.from_label("1a.2bc.3abc"))),
    "a product instead": lambda b: swapped(b, "3abc.3abd.3cef.3def", "3abc.3abc.3def.3def"),
    "Cayley-Hamilton instead": lambda b: swapped(b, "3abc.3abd.3cef.3def", "2ab.2bc.2cd.2da"),
    "another order": lambda b: with_invariants(b, b.invariants[::-1]),
    "rank too high": lambda b: with_evidence(b, rank=b.evidence.rank + 1),
    "bound too low": lambda b: with_evidence(b, bound=12),
    "attainable invented": lambda b: with_evidence(b, attainable=14),
    "candidates invented": lambda b: with_evidence(b, candidates=99),
    "counts per order invented": lambda b: with_evidence(b, kept_per_order=((1, 13),)),
    "a pattern invented": lambda b: with_evidence(
        b, patterns=(*b.evidence.patterns[:-1], dataclasses.replace(b.evidence.patterns[-1], rank=12))
    ),
    "float disagreement hidden": lambda b: with_evidence(b, float_agrees=False),
    "another witness": lambda b: with_evidence(b, witness=(0,) * 16),
    "a witness of another width": lambda b: with_evidence(b, witness=(1, 2, 3)),
    "pivots invented": lambda b: with_evidence(b, pivots=b.evidence.pivots[::-1]),
    "no prime": lambda b: with_evidence(b, prime=2**31 - 2),
    "size invented": lambda b: with_evidence(b, size_complete=13),
}


@pytest.mark.parametrize("name", BROKEN)
def test_a_broken_basis_does_not_verify(basis, name):
    outcome = BROKEN[name](basis).verify()
    assert not outcome
    assert str(outcome).startswith("NOT verified")
    assert outcome.problems


def test_a_broken_linear_basis_does_not_verify():
    basis = brute_force.built(2, 4, "linear")
    assert not with_invariants(basis, basis.invariants[:-1]).verify()
    assert not swapped(basis, "2ab.2ab.2cd.2cd", "1a.1b.2ab").verify()
    assert not with_evidence(basis, counts=((1, 1),)).verify()


def test_the_problem_names_what_differs(basis):
    outcome = BROKEN["an invariant is missing"](basis).verify()
    assert "keeps other invariants; different: 3abc.3ade.3bcf.3def" in str(outcome)
    assert "13" in str(BROKEN["rank too high"](basis).verify())


def test_labels_of_tensors_outside_the_specification_are_refused(tmp_path):
    basis = brute_force.built(2, 3, "independent")
    foreign = dataclasses.replace(basis, invariants=(*basis.invariants[:-1], Contraction.from_label("3abc.3abc")))
    with pytest.raises(BasisFileError, match=r"3abc\.3abc name tensors that are not in the specification"):
        Basis.load(foreign.save(tmp_path))


def test_members_are_reached_by_index_and_repr_is_one_line(basis: Basis) -> None:
    assert basis[0] is basis.invariants[0]
    assert basis[-1] is basis.invariants[12]
    assert repr(basis) == "Basis(cartesian-l3-n4-flexible, 13 invariants of 16 components, rank 13)"
    with pytest.raises(IndexError):
        basis[13]


def test_covariants_are_reached_by_index_and_repr_is_one_line() -> None:
    vectors = invgen.covariants(BasisSpec(l_max=1, n_max=2), rank=1)
    assert vectors[0] is vectors.covariants[0]
    assert "\n" not in repr(vectors)
    assert repr(vectors).startswith(f"CovariantBasis({vectors.id}, {len(vectors)} covariants of rank 1")


def test_dir_lists_what_the_package_offers_and_nothing_else() -> None:
    listed = set(dir(invgen))
    assert {"generate", "load", "nn", "ace", "audit", "data", "potentials", "Basis"} <= listed
    assert not {"Any", "import_module", "TYPE_CHECKING", "annotations"} & listed
    assert all(hasattr(invgen, name) for name in listed)
