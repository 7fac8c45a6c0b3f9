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
    with pytest.raises(ImportError, match='pip install numba, or use backend="torch"'):
        backends.check_backend("numba")
    monkeypatch.setattr(cuda, "require_cuda", no_gpu)
    outcomes = list(checks(invgen.find_basis("cartesian-l2-n3-flexible"), Path("cartesian-l2-n3-flexible")))
    left_out = [(o, r) for o, name, r in outcomes if "numba" in name]
    assert left_out == [("not run", backends.BACKENDS["numba"].why_not())] * 2
    assert left_out[0][1].endswith("pip install numba")
    assert not any("use backend" in reason for *_, reason in outcomes), "check has no such option"
    assert [(o, r) for o, name, r in outcomes if "cuda" in name] == [("not run", "no GPU here")] * 4
    assert [o for o, name, _ in outcomes if "numba" not in name and "cuda" not in name] == ["ok"] * 5


def test_what_a_machine_without_a_gpu_lacks_is_told_without_a_choice_that_check_does_not_have(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(cuda.torch.version, "cuda", None)
    with pytest.raises(CudaError, match='install a build with it, or use backend="torch"'):
        backends.check_backend("cuda")
    assert str(backends.BACKENDS["cuda"].why_not()).endswith("is built without CUDA: install a build with it")


def test_a_basis_that_does_not_match_its_kernels_fails(tmp_path: Path) -> None:
    basis = brute_force.built(2, 3, "independent")
    folder = invgen.emit(basis, ("torch",), tmp_path)
    swapped = replace(basis, invariants=basis.invariants[::-1])
    failed = {name for outcome, name, _ in checks(swapped, folder) if outcome == "FAILED"}
    assert len(failed) == 5
    assert "certificate replayed from its labels by a second implementation" in failed
