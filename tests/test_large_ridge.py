"""Ridge of many columns: bands give what singular value decompositions give, and an interrupted solve goes on."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from test_fit import configuration
from test_solvers import by_fold
from threadpoolctl import threadpool_info, threadpool_limits
from tolerances import DIRECT_SUM

from invgen.ace.fitting import large, memory, ridge
from invgen.ace.fitting.band import Band
from invgen.ace.fitting.blocks import one_blas_thread
from invgen.ace.fitting.factors import Factor, Factors, Solution
from invgen.ace.fitting.independence import echelon, extreme_singular_values, independent_columns
from invgen.ace.fitting.memory import GIB, check_memory, fit_memory
from invgen.data import DataError

EXACT = DIRECT_SUM["float64"]

# ---- bands ------------------------------------------------------------------------------------------------------


def decomposed(matrix: np.ndarray, target: np.ndarray, lambdas: np.ndarray) -> np.ndarray:
    """(columns, lambdas) by a singular value decomposition."""
    u, s, vt = np.linalg.svd(matrix, full_matrices=False)
    return np.asarray(vt.T @ ((s * (u.T @ target))[:, None] / (s[:, None] ** 2 + lambdas)))


@pytest.mark.parametrize(
    ("rows", "columns", "width"), [(9, 9, 4), (10, 9, 4), (5, 9, 3), (9, 9, 64), (1, 1, 2), (70, 66, 16)]
)
def test_a_band_has_the_minimum_for_every_lambda(rows, columns, width):
    rng = np.random.default_rng(0)
    matrix, target = rng.normal(size=(rows, columns)) * np.logspace(0, -6, columns), rng.normal(size=rows)
    lambdas = np.logspace(-12, 0, 25) * np.linalg.norm(matrix, 2) ** 2
    found, wanted = Band.of(matrix, target, width).coefficients(lambdas), decomposed(matrix, target, lambdas)
    assert found.shape == (columns, 25)
    error = np.linalg.norm(found - wanted, axis=0) / np.linalg.norm(wanted, axis=0)
    assert (error < 1e-14 * np.sqrt(1e12)).all(), "backward stable: machine precision times the condition number"
    assert error[-1] < EXACT
    damaged = Band.of(matrix, target * np.append(np.ones(rows - 1), 1.001), width).coefficients(lambdas)
    assert np.linalg.norm(damaged[:, -1] - wanted[:, -1]) > 1e3 * EXACT * np.linalg.norm(wanted[:, -1])


def test_dependent_and_empty_columns_do_no_harm():
    rng = np.random.default_rng(1)
    matrix, target = rng.normal(size=(40, 40)), rng.normal(size=40)
    matrix[:, 5], matrix[:, 9] = matrix[:, 7] - 2 * matrix[:, 3], 0
    lambdas = np.array([1e-8, 1e-3])
    found = Band.of(matrix, target, 8).coefficients(lambdas)
    np.testing.assert_allclose(found, decomposed(matrix, target, lambdas), rtol=0, atol=1e-7)


# ---- cross-validation -------------------------------------------------------------------------------------------


def noisy(columns: int = 90, folds: int = 3) -> Factors:
    rng = np.random.default_rng(2)
    matrix = rng.normal(size=(400, columns)) * np.logspace(0, -3, columns)
    matrix[:, 11] = matrix[:, 3] + matrix[:, 4]
    return by_fold(matrix, matrix @ rng.normal(size=columns) + 0.1 * rng.normal(size=400), folds)


DEGREES = np.linspace(1, 4, 90)
POWERS = (0.0, 2.0)


def solved(threads: int = 1, folder: Path | None = None, say: object = None, weight: float = 1.0) -> Solution:
    factors = noisy().reweighted(forces=weight)
    options = {"threads": threads, "folder": folder, "say": say}
    return ridge.ridge(factors, DEGREES, smoothness=POWERS, normalise=True, **options)


@pytest.fixture
def bands(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Bands from the first column on; the list grows with every one that is made."""
    monkeypatch.setattr(ridge, "LARGE", 1)
    monkeypatch.setattr(ridge, "RANKED", 1)
    made, of = list[int](), Band.of.__func__

    def counted(cls, matrix, target, width=16, tick=None):
        made.append(len(made))
        return of(cls, matrix, target, width, tick)

    monkeypatch.setattr(Band, "of", classmethod(counted))
    return made


def test_both_ways_choose_the_same(bands: list[int], monkeypatch: pytest.MonkeyPatch) -> None:
    one = solved()
    assert len(bands) == 6
    monkeypatch.setattr(ridge, "LARGE", 10**6)
    monkeypatch.setattr(ridge, "RANKED", 10**6)
    other = solved()
    assert len(bands) == 6
    for a, b in zip(one.details["curve"], other.details["curve"], strict=True):
        np.testing.assert_allclose(a["lambdas"], b["lambdas"], rtol=1e-10)
        np.testing.assert_allclose(a["error"], b["error"], rtol=1e-9)
        np.testing.assert_allclose(a["kinds"]["forces"], b["kinds"]["forces"], rtol=1e-9)
    for key in ("relative_lambda", "smoothness"):
        assert one.details[key] == other.details[key]
    np.testing.assert_allclose(one.coefficients, other.coefficients, rtol=1e-7)
    assert one.rank == other.rank == 89
    assert one.dependent == (11,)
    assert one.condition == pytest.approx(other.condition, rel=0.5), "of the columns kept, and of all of them"
    assert min(s.details["factorisation_seconds"] for s in (one, other)) > 0


@pytest.mark.usefixtures("bands")
def test_threads_and_files_do_not_change_a_byte(tmp_path: Path) -> None:
    wanted = solved()
    for threads in (2, 5):
        found = solved(threads, tmp_path / str(threads))
        assert found.coefficients.tobytes() == wanted.coefficients.tobytes()
        assert found.details["curve"] == wanted.details["curve"]


@pytest.mark.parametrize("threads", [1, 2])
def test_an_interrupted_solve_goes_on(bands: list[int], tmp_path: Path, threads: int) -> None:
    wanted = solved()
    bands.clear()
    said: list[tuple[int, int]] = []

    def stop(done: int, total: int) -> None:
        said.append((done, total))
        if done > 0.75 * total:
            signal.raise_signal(signal.SIGINT)

    with pytest.raises(KeyboardInterrupt):
        solved(threads, tmp_path, stop)
    assert said == sorted(said)
    assert len({total for _, total in said}) == 1
    kept = len(json.loads(next(tmp_path.iterdir()).read_text()))
    assert 0 < kept < 6
    bands.clear()
    found = solved(threads, tmp_path)
    assert len(bands) == 6 - kept
    assert found.coefficients.tobytes() == wanted.coefficients.tobytes()
    assert found.details["curve"] == wanted.details["curve"]
    bands.clear()
    solved(threads, tmp_path)
    assert not bands, "all that was decomposed is kept"
    solved(threads, tmp_path, weight=2.0)
    assert len(bands) == 6, "other weights are another problem"


@pytest.mark.usefixtures("bands")
def test_a_full_disk_in_the_solve_is_told_and_loses_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write, written = large.write_text, []

    def full(path: Path, text: str) -> Path:
        if len(written) == 3:
            raise OSError(28, "No space left on device")
        written.append(text)
        return write(path, text)

    monkeypatch.setattr(large, "write_text", full)
    with pytest.raises(OSError, match=r"curves.json cannot be written \(No space left on device\).*make room"):
        solved(folder=tmp_path)
    (path,) = tmp_path.iterdir()
    assert path.read_text() == written[-1]
    assert len(json.loads(written[-1])) == 3


def test_a_damaged_journal_is_made_again(bands: list[int], tmp_path: Path) -> None:
    solved(folder=tmp_path)
    (path,) = tmp_path.iterdir()
    path.write_text(path.read_text()[:-40])
    bands.clear()
    with pytest.warns(UserWarning, match="solving again"):
        solved(folder=tmp_path)
    assert len(bands) == 6


def test_ctrl_c_in_the_solve_ends_the_command_with_130(tmp_path: Path) -> None:
    path = configuration(tmp_path, "[weights]\nenergy = 30.0\nforces = 1.0\nstress = 1.0\n", total_degree=5)
    code = f"""
import signal, sys
from invgen.ace.fitting import large, ridge
ridge.LARGE = 1
keep = large.Journal.keep
def stopping(journal, *arguments):
    keep(journal, *arguments)
    if STOP and len(journal.found) == 4:
        signal.raise_signal(signal.SIGINT)
large.Journal.keep = stopping
sys.argv = ["invgen", "fit", {str(path)!r}]
from invgen.cli import main
main()
"""

    def run(stop: bool) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-c", f"STOP = {stop}\n{code}"]
        return subprocess.run(command, capture_output=True, text=True, check=False)

    stopped = run(True)
    assert stopped.returncode == 130, stopped.stderr
    assert "interrupted; run again to continue" in stopped.stderr
    assert "solve ..." in stopped.stderr
    assert not (tmp_path / "fit" / "report.json").exists()
    assert len(list((tmp_path / "fit" / "factors").glob("*-fold*.npz"))) == 5
    ended = run(False)
    assert ended.returncode == 0, ended.stderr
    assert "memory: about" in ended.stderr
    assert "of which one dense decomposition takes" in ended.stdout
    report = json.loads((tmp_path / "fit" / "report.json").read_text())
    assert set(report["seconds"]) == {"assembly", "weights", "solve"}
    assert all(took["wall"] > 0 for took in report["seconds"].values())
    assert report["solution"]["details"]["factorisation_seconds"] > 0
    assert 0.05 < report["peak_memory_gib"] < 8


# ---- threads of BLAS --------------------------------------------------------------------------------------------


def blas_threads() -> set[int]:
    return {library["num_threads"] for library in threadpool_info() if library["user_api"] == "blas"}


def test_blas_stays_on_one_thread_until_the_last_has_left():
    with threadpool_limits(2, user_api="blas"):
        first, second = one_blas_thread(), one_blas_thread()
        assert blas_threads() == {2}
        first.__enter__()
        second.__enter__()
        assert blas_threads() == {1}
        first.__exit__(None, None, None)
        assert blas_threads() == {1}, "the second still computes"
        second.__exit__(None, None, None)
        assert blas_threads() == {2}


# ---- independence -----------------------------------------------------------------------------------------------


def by_projection(matrix: np.ndarray, tolerance: float = 1e-11) -> tuple[list[int], np.ndarray]:
    """Distance of every column from the span of those kept before, one least-squares problem each."""
    kept: list[int] = []
    left = np.zeros(matrix.shape[1])
    for k in range(matrix.shape[1]):
        residual = np.array(matrix[:, k])
        if kept:
            basis = np.linalg.qr(matrix[:, kept])[0]
            residual -= basis @ (basis.T @ residual)
            residual -= basis @ (basis.T @ residual)
        left[k] = np.linalg.norm(residual)
        if left[k] > tolerance:
            kept.append(k)
    return kept, left


@pytest.mark.parametrize("rows", [90, 150, 200, 400])
def test_independent_columns_are_those_of_projections(rows):
    rng = np.random.default_rng(rows)
    matrix = rng.normal(size=(rows, 150))
    for k in (0, 1, 60, 63, 64, 65, 100, 128, 149):
        matrix[:, k] = matrix[:, :k] @ rng.normal(size=k) if k % 2 else 0
    matrix /= np.where((norms := np.linalg.norm(matrix, axis=0)) > 0, norms, 1)
    triangle = Factor.of(matrix, rng.normal(size=rows)).matrix
    wanted, distances = by_projection(matrix)
    assert len(wanted) < 150
    for given in (matrix, triangle):
        kept, left = independent_columns(given)
        assert kept.tolist() == wanted
        np.testing.assert_allclose(left, distances, rtol=1e-8, atol=1e-13)
    kept, _, r = echelon(triangle)
    np.testing.assert_allclose(r.T @ r, matrix[:, kept].T @ matrix[:, kept], rtol=0, atol=EXACT)
    matrix[:, 100] += 1e-6 * rng.normal(size=rows)
    assert independent_columns(matrix)[0].tolist() != wanted or rows < 100


def test_extreme_singular_values_of_large_triangles(monkeypatch: pytest.MonkeyPatch) -> None:
    triangle = np.linalg.qr(np.random.default_rng(0).normal(size=(300, 200)) * np.logspace(0, -7, 200))[1]
    wanted = np.linalg.svd(triangle, compute_uv=False)
    monkeypatch.setattr("invgen.ace.fitting.independence.LANCZOS", 10)
    largest, smallest = extreme_singular_values(triangle)
    assert largest == pytest.approx(wanted[0], rel=1e-6)
    assert smallest == pytest.approx(wanted[-1], rel=1e-4)


# ---- memory -----------------------------------------------------------------------------------------------------


def test_memory_is_told_beforehand_and_too_little_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    rows = [[100, 8100, 0]] * 5
    needed = fit_memory(5000, rows, 2)
    assert 8 * 5001**2 * 5 < needed < 4.5 * GIB
    assert fit_memory(5000, rows, 4) > needed
    assert fit_memory(5000, [[100, 81000, 0]] * 5, 2) == needed, "not of more structures"
    monkeypatch.setattr(memory, "free_memory", lambda: 2 * needed)
    assert check_memory(5000, rows, 2) == f"about {needed / GIB:.1f} GiB of memory needed, {2 * needed / GIB:.1f} free"
    monkeypatch.setattr(memory, "free_memory", lambda: needed - 1)
    with pytest.raises(DataError, match=r"5000 coefficients in 5 folds need .* lower solver.threads .now 2., "):
        check_memory(5000, rows, 2)
    monkeypatch.setattr(memory, "free_memory", lambda: None)
    assert check_memory(10, rows, 1).endswith("needed")
