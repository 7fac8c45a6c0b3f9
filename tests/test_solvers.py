"""Condensed factors and solvers: the same numbers as with all rows in memory, and every check rejects a broken twin."""

from __future__ import annotations

import sys
import tracemalloc
from pathlib import Path

import numpy as np
import pytest
from fit_fixtures import REFERENCES, FakeDesign, labelled
from tolerances import DIRECT_SUM

from invgen.ace.fitting import assembly
from invgen.ace.fitting.assembly import assemble
from invgen.ace.fitting.factors import Accumulator, Factor, Factors
from invgen.ace.fitting.rows import Weights, weighted_rows
from invgen.ace.fitting.solvers import (
    SolverError,
    ard,
    bayesian_ridge,
    independent_columns,
    least_squares,
    prior_scales,
    ridge,
    solve,
)
from invgen.data import DataError, Structure

EXACT = DIRECT_SUM["float64"]


def problem(rows: int = 60, columns: int = 9, seed: int = 0, noise: float = 0.1) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    matrix = rng.normal(size=(rows, columns)) * np.logspace(0, 2, columns)
    return matrix, matrix @ rng.normal(size=columns) + noise * rng.normal(size=rows)


def same_gram(rows: np.ndarray, factor: Factor) -> None:
    wanted, found = rows.T @ rows, factor.augmented.T @ factor.augmented
    np.testing.assert_allclose(found, wanted, rtol=0, atol=EXACT * np.abs(wanted).max())


# ---- factors ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("block", [1, 3, 7, 10, 11, 60])
def test_folding_keeps_every_sum_of_squares(block):
    rows = np.column_stack(problem())
    accumulator = Accumulator(rows.shape[1])
    for k in range(0, len(rows), block):
        accumulator.add(rows[k : k + block])
        accumulator.fold()
    factor = accumulator.factor()
    assert factor.augmented.shape == (10, 10)
    assert factor.rows == 60
    same_gram(rows, factor)
    factor.augmented[2, 5] += 1e-3
    with pytest.raises(AssertionError):
        same_gram(rows, factor)


def test_few_rows_are_kept_as_they_are():
    matrix, target = problem(4)
    factor = Factor.of(matrix, target)
    np.testing.assert_array_equal(factor.matrix, matrix)
    np.testing.assert_array_equal(factor.target, target)


def test_triangles_are_joined_without_loss():
    rows = np.column_stack(problem(90))
    parts = [Accumulator(10) for _ in range(3)]
    for k, part in enumerate(parts):
        part.add(rows[30 * k : 30 * k + 30])
        part.fold()
    joined = Factor.join([(part.factor(), 2.0) for part in parts], 10)
    assert joined.rows == 90
    same_gram(2 * rows, joined)
    with pytest.raises(AssertionError):
        same_gram(2 * rows[:60], joined)


def test_squared_errors_are_those_of_the_rows():
    matrix, target = problem()
    several = np.random.default_rng(1).normal(size=(9, 3))
    found = Factor.of(matrix, target).squared_error(several)
    np.testing.assert_allclose(found, np.sum((matrix @ several - target[:, None]) ** 2, axis=0), rtol=EXACT)
    assert Factor.of(matrix, target).squared_error(several[:, 1]) == pytest.approx(found[1], rel=EXACT)


def test_columns_are_solved_from_the_triangle_alone():
    matrix, target = problem()
    subset = [7, 0, 3]
    found = least_squares(Factor.of(matrix, target).columns(subset)).coefficients
    wanted = np.linalg.lstsq(matrix[:, subset], target, rcond=None)[0]
    np.testing.assert_allclose(found, wanted, rtol=1e-9)
    other = least_squares(Factor.of(matrix, target).columns([7, 0, 4])).coefficients
    assert not np.allclose(other, wanted, rtol=1e-3)


def by_fold(matrix: np.ndarray, target: np.ndarray, folds: int = 3) -> Factors:
    parts = [{"forces": Factor.of(matrix[k::folds], target[k::folds])} for k in range(folds)]
    return Factors(tuple(parts), {"forces": 1.0})


def test_a_fold_is_left_out():
    matrix, target = problem()
    rows = np.column_stack([matrix, target])
    factors = by_fold(matrix, target)
    same_gram(rows, factors.combine())
    same_gram(np.concatenate([rows[0::3], rows[2::3]]), factors.combine(excluding=1))
    with pytest.raises(AssertionError):
        same_gram(rows, factors.combine(excluding=1))
    with pytest.raises(DataError, match="only fold is held out"):
        Factors(factors.parts[:1], factors.weights).combine(excluding=0)


# ---- assembly ---------------------------------------------------------------------------------------------------

WEIGHTS = Weights(energy=5.0, forces=1.0, stress=0.5, groups={"large": {"energy": 3.0}})


def in_memory(structures: list[Structure], weights: Weights = WEIGHTS) -> np.ndarray:
    """All weighted rows, written out once more."""
    made = []
    for s in structures:
        energy, forces, virial = FakeDesign().rows(s)
        extra = 3.0 if s.group == "large" else 1.0
        target = s.energy - sum(REFERENCES[int(z)] for z in s.numbers)
        made.append(weights.energy * extra / np.sqrt(s.atoms) * np.append(energy, target)[None])
        made.append(weights.forces * np.column_stack([forces, s.forces.ravel()]))
        made.append(weights.stress / np.sqrt(s.atoms) * np.column_stack([virial, 1000.0 * s.stress]))
    return np.concatenate(made)


def test_assembly_gives_the_weighted_rows():
    structures, _ = labelled()
    folds = np.arange(len(structures)) % 3
    factors = assemble(structures, FakeDesign(), folds, references=REFERENCES, weights=WEIGHTS)
    assert len(factors) == 3
    assert factors.size == 14
    same_gram(in_memory(structures), factors.combine())
    same_gram(in_memory([s for s, f in zip(structures, folds, strict=True) if f != 1]), factors.combine(excluding=1))
    changed = factors.reweighted(energy=1.0)
    same_gram(in_memory(structures, Weights(1.0, 1.0, 0.5)), changed.combine())
    with pytest.raises(AssertionError):
        same_gram(in_memory(structures), changed.combine())


def test_threads_do_not_change_a_byte():
    structures, _ = labelled()
    folds = np.arange(len(structures)) % 2
    one, two = (assemble(structures, FakeDesign(), folds, threads=n) for n in (1, 2))
    for a, b in zip(one.parts, two.parts, strict=True):
        for kind in a:
            np.testing.assert_array_equal(a[kind].augmented, b[kind].augmented)


def test_rows_per_atom_and_missing_labels():
    s = labelled(1)[0][0]
    per_atom = weighted_rows(s, FakeDesign(), {}, Weights(scaling="atom"))
    per_root = weighted_rows(s, FakeDesign(), {}, Weights())
    np.testing.assert_allclose(per_root["energy"], per_atom["energy"] * np.sqrt(s.atoms))
    np.testing.assert_array_equal(per_root["forces"], per_atom["forces"])
    molecule = Structure(s.numbers, s.positions, energy=s.energy, stress=s.stress)
    assert set(weighted_rows(molecule, FakeDesign(), {}, Weights())) == {"energy"}


class Wide:
    """Many columns and rows that cost nothing to make."""

    elements, radial, columns = ("Cu",), FakeDesign.radial, 150

    def rows(self, structure: Structure) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        forces = np.random.default_rng(structure.atoms).normal(size=(3 * structure.atoms, self.columns))
        return forces[0], forces, forces[:6]


def peak(count: int) -> int:
    """Bytes at most in use while rows of ``count`` structures of 40 atoms are condensed."""
    structures = [Structure(np.full(40, 29), np.zeros((40, 3)), forces=np.ones((40, 3))) for _ in range(count)]
    tracemalloc.start()
    try:
        factors = assemble(structures, Wide(), np.arange(count) % 2)
        used = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert factors.combine().rows == 120 * count
    return used


def test_memory_does_not_grow_with_the_structures():
    few, many = peak(20), peak(200)
    everything = 200 * 120 * 151 * 8
    assert many < 1.1 * few
    assert many < everything / 4


class Stop(FakeDesign):
    """Presses Ctrl-C while it works on some structure."""

    def __init__(self, at: int) -> None:
        super().__init__()
        self.at = at

    def rows(self, structure: Structure):  # type: ignore[override]
        if self.calls == self.at:
            import signal

            signal.raise_signal(signal.SIGINT)
        return super().rows(structure)


@pytest.mark.parametrize("at", [2, 5, 9])
def test_interrupted_assembly_ends_in_the_same_bytes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, at: int) -> None:
    monkeypatch.setattr(assembly, "ROWS", 40)
    structures, _ = labelled()
    folds = np.arange(len(structures)) % 2
    whole = assemble(structures, FakeDesign(), folds)
    with pytest.raises(KeyboardInterrupt):
        assemble(structures, Stop(at), folds, folder=tmp_path)
    again = FakeDesign()
    resumed = assemble(structures, again, folds, folder=tmp_path)
    assert again.calls <= len(structures) + 1
    for a, b in zip(whole.parts, resumed.parts, strict=True):
        for kind in a:
            np.testing.assert_array_equal(a[kind].augmented, b[kind].augmented)
            assert a[kind].rows == b[kind].rows
    last = FakeDesign()
    assemble(structures, last, folds, folder=tmp_path)
    assert last.calls == 1, "only the probe of the digest is evaluated when all is there"


def test_other_input_is_assembled_anew(tmp_path: Path) -> None:
    structures, _ = labelled(4)
    for references, weights in ((REFERENCES, WEIGHTS), ({28: 1.0}, WEIGHTS), (REFERENCES, Weights(scaling="atom"))):
        assemble(structures, FakeDesign(), [0, 1, 0, 1], references=references, weights=weights, folder=tmp_path)
    assemble(structures, FakeDesign(6), [0, 1, 0, 1], folder=tmp_path)
    assemble(structures[::-1], FakeDesign(), [0, 1, 0, 1], folder=tmp_path)
    assert len(list(tmp_path.iterdir())) == 10


def test_a_damaged_partial_file_is_made_again(tmp_path: Path) -> None:
    structures, _ = labelled(4)
    first = assemble(structures, FakeDesign(), [0, 0, 0, 0], folder=tmp_path)
    path = next(tmp_path.iterdir())
    path.write_bytes(path.read_bytes()[:-200])
    with pytest.warns(UserWarning, match="assembling this fold again"):
        second = assemble(structures, FakeDesign(), [0, 0, 0, 0], folder=tmp_path)
    np.testing.assert_array_equal(first.combine().augmented, second.combine().augmented)


def test_a_full_disk_leaves_the_old_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    structures, _ = labelled(4)
    assemble(structures, FakeDesign(), [0, 0, 0, 0], folder=tmp_path)
    before = {p.name: p.read_bytes() for p in tmp_path.iterdir()}

    def full(file: object, **arrays: object) -> None:
        file.write(b"half of it")  # type: ignore[attr-defined]
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(np, "savez", full)
    with pytest.raises(OSError, match="No space left"):
        assemble(structures, FakeDesign(), [0, 1, 0, 1], folder=tmp_path)
    assert {p.name: p.read_bytes() for p in tmp_path.iterdir()} == before


def test_bad_input_is_named():
    structures, _ = labelled(2)
    with pytest.raises(DataError, match="without gaps"):
        assemble(structures, FakeDesign(), [0, 2])
    with pytest.raises(DataError, match="no structures"):
        assemble([], FakeDesign(), [])
    bare = Structure(structures[0].numbers, structures[0].positions, name="frame 7")
    with pytest.raises(DataError, match="frame 7 has no energy, no forces and no stress"):
        assemble([bare], FakeDesign(), [0])
    huge = FakeDesign(10**6)
    with pytest.raises(
        DataError, match=r"2000000 coefficients in 1 folds need \d+\.\d GiB of memory, \d+.*are free: lower"
    ):
        assemble(structures, huge, [0, 0])
    for bad in ({"scaling": "cell"}, {"energy": -1.0}, {"energy": 0, "forces": 0, "stress": 0}):
        with pytest.raises(ValueError, match="weight"):
            Weights(**bad)
    with pytest.raises(ValueError, match="did you mean 'forces'"):
        Weights(groups={"large": {"force": 2.0}})


# ---- solvers ----------------------------------------------------------------------------------------------------


def test_least_squares_finds_known_coefficients():
    structures, wanted = labelled(30)
    factors = assemble(structures, FakeDesign(), np.zeros(30, int), references=REFERENCES)
    found = least_squares(factors.combine())
    assert found.rank == 14
    assert found.dependent == ()
    np.testing.assert_allclose(found.coefficients, wanted, rtol=1e-7)
    unreferenced = assemble(structures, FakeDesign(), np.zeros(30, int))
    assert not np.allclose(least_squares(unreferenced.combine()).coefficients, wanted, rtol=1e-2)


def test_dependent_columns_are_named_and_left_out():
    matrix, target = problem()
    matrix[:, 4] = 2 * matrix[:, 1] - matrix[:, 2]
    matrix[:, 6] = 0
    matrix[:, 8] = matrix[:, 4] + matrix[:, 7]
    labels = [f"B{k}" for k in range(9)]
    found = least_squares(Factor.of(matrix, target), labels)
    assert found.dependent == (4, 6, 8)
    assert [d["label"] for d in found.details["dependent"]] == ["B4", "B6", "B8"]
    assert found.rank == 6
    assert not found.coefficients[[4, 6, 8]].any()
    kept = [0, 1, 2, 3, 5, 7]
    wanted = np.linalg.lstsq(matrix[:, kept], target, rcond=None)[0]
    np.testing.assert_allclose(found.coefficients[kept], wanted, rtol=1e-8)
    assert least_squares(Factor.of(*problem())).dependent == ()


def test_fewer_rows_than_columns_is_rank_deficient():
    kept, left = independent_columns(np.eye(3, 5))
    assert kept.tolist() == [0, 1, 2]
    assert left.tolist() == [1, 1, 1, 0, 0]
    assert least_squares(Factor.of(*problem(5))).rank == 5


def ridge_by_hand(matrix: np.ndarray, target: np.ndarray, gamma: np.ndarray, value: float) -> np.ndarray:
    rows = np.concatenate([matrix, np.sqrt(value) * np.diag(gamma)])
    return np.linalg.lstsq(rows, np.append(target, np.zeros(len(gamma))), rcond=None)[0]


def test_ridge_is_that_of_the_normal_equations():
    matrix, target = problem(noise=20.0)
    degrees = np.arange(1, 10) / 2
    found = ridge(by_fold(matrix, target), degrees, smoothness=(1.5,))
    gamma = np.arange(1.0, 10.0) ** 1.5
    np.testing.assert_allclose(prior_scales(degrees, 1.5), gamma)
    wanted = ridge_by_hand(matrix, target, gamma, found.details["lambda"])
    np.testing.assert_allclose(found.coefficients, wanted, rtol=1e-7)
    flat = ridge_by_hand(matrix, target, np.ones(9), found.details["lambda"])
    assert found.details["lambda"] > 0
    assert not np.allclose(found.coefficients, flat, rtol=1e-7)


def test_the_curve_is_that_of_fits_without_the_fold():
    matrix, target = problem(noise=20.0)
    details = ridge(by_fold(matrix, target), np.ones(9), smoothness=(0.0,), relative_lambdas=(1e-6, 1e-2)).details
    squares = 0.0
    for k in range(3):
        rest = np.arange(60) % 3 != k
        c = ridge_by_hand(matrix[rest], target[rest], np.ones(9), details["curve"][0]["lambdas"][1])
        squares += np.sum((matrix[~rest] @ c - target[~rest]) ** 2)
    assert details["curve"][0]["error"][1] == pytest.approx(np.sqrt(squares / 60), rel=1e-8)
    assert details["curve"][0]["kinds"]["forces"] == pytest.approx(details["curve"][0]["error"])


def test_cross_validation_regularises_noise_and_only_noise():
    columns = 30
    rng = np.random.default_rng(3)
    matrix, hidden = rng.normal(size=(45, columns)), rng.normal(size=columns) / np.arange(1, columns + 1) ** 2
    degrees = np.arange(1.0, columns + 1)
    chosen = {}
    for noise in (0.0, 0.5):
        target = matrix @ hidden + noise * rng.normal(size=45)
        found = ridge(by_fold(matrix, target), degrees, smoothness=(0.0, 2.0))
        plain = least_squares(Factor.of(matrix, target)).coefficients
        chosen[noise] = found.details["relative_lambda"]
        if noise:
            assert np.linalg.norm(found.coefficients - hidden) < 0.5 * np.linalg.norm(plain - hidden)
            assert found.details["smoothness"] == 2.0
    assert chosen[0.0] < 1e-10 < 1e-4 < chosen[0.5]


def test_a_validation_set_may_be_kept_out_of_the_fit():
    matrix, target = problem(noise=5.0)
    factors = by_fold(matrix, target, 2)
    apart = ridge(factors, np.ones(9), held_out=(1,), refit=False)
    wanted = ridge_by_hand(matrix[0::2], target[0::2], np.ones(9), apart.details["lambda"])
    np.testing.assert_allclose(apart.coefficients, wanted, rtol=1e-7)
    assert not np.allclose(ridge(factors, np.ones(9), held_out=(1,)).coefficients, wanted, rtol=1e-6)


def samples(count: int) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(5)
    matrix = rng.normal(size=(count, 8))
    return matrix, matrix @ np.array([1, -2, 0, 0, 3, 0, 0.5, 0]) + 0.3 * rng.normal(size=count)


def test_a_triangle_counts_as_all_its_samples_in_bayesian_ridge():
    from sklearn.linear_model import BayesianRidge

    matrix, target = samples(40)
    options = {"tol": 1e-12, "max_iter": 3000}
    wanted = BayesianRidge(fit_intercept=False, **options).fit(matrix, target)
    factor = Factor.of(matrix, target)
    found = bayesian_ridge(factor, np.ones(8), **options)
    np.testing.assert_allclose(found.coefficients, wanted.coef_, rtol=1e-5, atol=1e-8)
    assert found.details["noise"] == pytest.approx(wanted.alpha_**-0.5, rel=1e-6)
    short = bayesian_ridge(Factor(factor.augmented, len(factor.augmented)), np.ones(8), **options)
    assert short.details["noise"] > 1.1 * found.details["noise"]


def test_a_triangle_counts_as_all_its_samples_in_ard():
    matrix, target = samples(200)
    factor = Factor.of(matrix, target)
    found = ard(factor, tol=1e-12, max_iter=3000)
    residual = np.sqrt(np.mean((target - matrix @ found.coefficients) ** 2))
    assert found.details["noise"] == pytest.approx(residual * np.sqrt(200 / (200 - found.details["kept"])), rel=0.02)
    assert found.coefficients[[0, 1, 4, 6]] == pytest.approx([1, -2, 3, 0.5], abs=0.1)
    assert found.details["kept"] < 8
    short = ard(Factor(factor.augmented, len(factor.augmented)), tol=1e-12, max_iter=3000)
    assert short.details["noise"] > 2 * found.details["noise"]


def test_a_missing_scikit_learn_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "sklearn", None)
    with pytest.raises(ImportError, match="pip install scikit-learn, or use ridge"):
        ard(Factor.of(*problem()))


def test_large_problems_are_refused_by_the_bayesian_solvers():
    with pytest.raises(SolverError, match="at most 4000"):
        bayesian_ridge(Factor(np.zeros((1, 4002)), 9), np.ones(4001))
    with pytest.raises(SolverError, match='use solver "ridge"'):
        ard(Factor(np.zeros((1, 1502)), 9))


@pytest.mark.parametrize("method", ["ridge", "least-squares", "bayesian-ridge", "ard"])
def test_solvers_by_name(method):
    structures, wanted = labelled(30, noise=1e-3)
    factors = assemble(structures, FakeDesign(), np.arange(30) % 5, references=REFERENCES)
    degrees = np.tile(np.arange(1.0, 8.0), 2)
    found = solve(method, factors, degrees, smoothness=(1.0,))
    assert np.abs(found.coefficients - wanted).max() < 0.1
    with pytest.raises(SolverError, match="did you mean 'ridge'"):
        solve("rige", factors, degrees)
