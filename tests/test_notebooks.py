"""What a notebook shows: well-formed, escaped, with the numbers of the object, and short for large ones."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from network_fixtures import build
from page_fixtures import Reader

import invgen
from invgen.ace import FitResult
from invgen.compiler.candidates.cartesian.contraction import Contraction
from invgen.compiler.notebook import SHOWN
from invgen.potentials import Evaluation, TrainingResult

NAUGHTY = "<script>alert(\"&')</script>"
FLEXIBLE = "cartesian-l3-n4-flexible"


def shown(thing: Any) -> Reader:
    """Its HTML, read strictly; no address, no script, no handler of events."""
    reader = Reader(thing._repr_html_())
    assert not reader.addresses()
    assert not {"script", "style", "iframe", "img"} & {tag for tag, _ in reader.elements}
    assert not [name for _, attributes in reader.elements for name in attributes if name.startswith("on")]
    return reader


def test_a_basis_shows_every_invariant_as_picture_formula_and_label() -> None:
    basis = invgen.find_basis(FLEXIBLE)
    reader = shown(basis)
    assert basis.reach in reader.text
    assert all(label in reader.text.split() for label in basis.labels)
    assert len(reader.of("svg")) == len(reader.of("math")) == len(basis)
    assert [m["aria-label"] for m in reader.of("math")] == [basis.latex(k) for k in range(len(basis))]
    assert reader.of("details")


def test_a_large_basis_says_what_it_leaves_out() -> None:
    basis = invgen.generate(invgen.BasisSpec(family="ace", total_degree=8, n_max=3, objective="linear"))
    reader = shown(basis)
    assert len(basis) == 54
    assert len(reader.of("math")) == SHOWN == 50
    assert "and 4 more" in reader.text
    assert r"\text{4 more}" in basis._repr_latex_()


def test_formulas_in_latex() -> None:
    basis = invgen.find_basis(FLEXIBLE)
    assert basis[5]._repr_latex_() == "$Q_{ij} Q_{ik} Q_{jk}$"
    text = basis._repr_latex_()
    assert text.startswith(r"$\displaystyle\begin{aligned}I_{0} &= s \\ I_{1} &= v_{i} v_{i} \\ ")
    assert text.count("{") == text.count("}")
    relation = basis.relation("2ab.2ac.2bd.2cd")
    assert relation._repr_latex_() == f"${relation.latex()}$"


def test_one_invariant_is_one_word() -> None:
    basis = invgen.find_basis(FLEXIBLE)
    assert repr(basis[5]) == "Contraction('2ab.2ac.2bc')"
    assert eval(repr(basis[5]).replace("Contraction(", "Contraction.from_label(")) == basis[5]
    assert isinstance(basis[5], Contraction)
    coupling = invgen.generate(invgen.BasisSpec(family="ace", total_degree=5, n_max=2))[1]
    assert repr(coupling) == f"Coupling({coupling.label!r})"
    assert coupling._repr_latex_() == f"${coupling.latex()}$"


def test_kernels_are_one_line_and_a_table() -> None:
    basis = invgen.find_basis(FLEXIBLE)
    kernel = basis.value_kernel()
    assert "\n" not in repr(kernel)
    assert str(kernel.operations["total"]) in repr(kernel)
    assert str(kernel) in shown(kernel).text
    assert kernel.digest in shown(kernel).text
    loaded = invgen.load(basis, backend="torch")
    assert "16 (ranks 0, 1, 2, 3)" in shown(loaded).text


def test_certificate_flexibility_and_covariants() -> None:
    basis = invgen.find_basis("cartesian-l2-n4-independent")
    certificate = basis.certificate()
    text = shown(certificate).text
    assert certificate.claim.reach in text
    assert certificate.sha256 in text
    found = basis.flexibility()
    assert "C∞v" in shown(found).text
    assert "inf" not in shown(found).text
    vectors = invgen.covariants(invgen.BasisSpec(l_max=2, n_max=2), rank=1)
    assert all(label in shown(vectors).text for label in vectors.labels)


def test_an_audit_shows_members_and_verdict_and_escapes_names() -> None:
    audit = invgen.audit(["x**2", "y", "x"])
    text = shown(audit).text
    assert all(line in text for line in audit.verdict())
    named = replace(audit, name=NAUGHTY, members=tuple(replace(m, label=NAUGHTY) for m in audit.members))
    assert text.count("kept") == shown(named).text.count("kept")
    assert NAUGHTY in shown(named).text


def test_results_of_trainings(tmp_path: Path) -> None:
    errors = {"energy_rmse": 0.0125, "energy_mae": 0.01, "force_rmse": 0.25, "force_mae": 0.2}
    result = TrainingResult(build("hip-nn"), True, tmp_path / NAUGHTY, errors, None, [{"epoch": 1.0}] * 3)
    text = shown(result).text
    assert "12.5" in text
    assert "energy RMSE (meV)" in text
    assert "3 epochs, finished" in text
    assert NAUGHTY in text
    assert "interrupted" in shown(replace(result, finished=False)).text


def test_errors_of_an_evaluation() -> None:
    energy = np.array([[1.0, 1.5], [2.0, 2.5]])
    found = Evaluation(
        np.array([1, 1]), np.array([1, 8]), (NAUGHTY, None), energy, np.zeros((2, 3, 2)), np.full((2, 6, 2), np.nan)
    )
    text = shown(found).text
    assert "500" in text
    assert NAUGHTY in text


class Fitted:
    def __repr__(self) -> str:
        return f"LinearPotential({NAUGHTY})"


def test_results_of_fits() -> None:
    row = {"structures": 3, "atoms": 9, "energy_mae": 1.25, "energy_rmse": 2.5}
    rows = {"coefficients": {}, "shares": {}}
    result = FitResult(Fitted(), None, {"train": {NAUGHTY: row}}, {"references": {NAUGHTY: -1.5}, "rows": rows}, {})  # type: ignore[arg-type]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("invgen.ace.fitting.result.dominance_text", lambda rows: "energies rule")
        text = shown(result).text
    assert text.count(NAUGHTY) == 3
    assert "1.25" in text
