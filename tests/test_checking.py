"""``invgen check``: what it runs, what it leaves out and says so, and what it finds."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import brute_force
import pytest

import invgen
from invgen.cli.checking import checks
from invgen.errors import CudaError
from invgen.runtime import backends, cuda


def test_only_emitted_backends_are_run(tmp_path: Path) -> None:
    basis = brute_force.built(1, 2, "independent")
    outcomes = list(checks(basis, invgen.emit(basis, ("torch",), tmp_path)))
    assert [outcome for outcome, *_ in outcomes] == ["ok"] * 5
    assert not any("numba" in name for _, name, _ in outcomes)


def test_a_backend_that_is_not_installed_is_reported_as_not_run(monkeypatch: pytest.MonkeyPatch) -> None:
    def no_gpu() -> None:
        raise CudaError("no GPU here")

    monkeypatch.setattr(backends, "has_numba", lambda: False)
    monkeypatch.setattr(cuda, "require_cuda", no_gpu)
    outcomes = list(checks(invgen.find_basis("cartesian-l2-n3-flexible"), Path("cartesian-l2-n3-flexible")))
    left_out = [(o, r) for o, name, r in outcomes if "numba" in name]
    assert left_out == [("not run", backends.BACKENDS["numba"].why_not())] * 2
    assert "pip install numba" in left_out[0][1]
    assert [(o, r) for o, name, r in outcomes if "cuda" in name] == [("not run", "no GPU here")] * 4
    assert [o for o, name, _ in outcomes if "numba" not in name and "cuda" not in name] == ["ok"] * 5


def test_a_basis_that_does_not_match_its_kernels_fails(tmp_path: Path) -> None:
    basis = brute_force.built(2, 3, "independent")
    folder = invgen.emit(basis, ("torch",), tmp_path)
    swapped = replace(basis, invariants=basis.invariants[::-1])
    failed = {name for outcome, name, _ in checks(swapped, folder) if outcome == "FAILED"}
    assert len(failed) == 5
    assert "certificate replayed from its labels by a second implementation" in failed
