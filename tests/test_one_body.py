"""One-body energies fitted with the rest: equal to a dense problem with their columns; and what is told."""

from __future__ import annotations

import re

import numpy as np
import pytest
from ase.build import bulk
from ase.calculators.emt import EMT
from fit_fixtures import REFERENCES, FakeDesign, labelled
from tolerances import DIRECT_SUM

import invgen
from invgen.ace.fitting.assembly import assemble
from invgen.ace.fitting.balance import PILOT_FITS, SHARES, balanced, dominance, spreads
from invgen.ace.fitting.config import FitReferencesConfig
from invgen.ace.fitting.factors import Factor, Factors
from invgen.ace.fitting.onebody import OneBodyDesign, OneBodyFactors
from invgen.ace.fitting.references import isolated_energies, starting_energies
from invgen.ace.fitting.ridge import ridge
from invgen.ace.fitting.rows import Weights, weighted_rows
from invgen.ace.fitting.solvers import SOLVERS, solve
from invgen.data import DataError, Structure, UnknownSpeciesError, from_ase
from invgen.errors import SpecError
from invgen.runs.config import ConfigError
from invgen.runs.references import ReferencesConfig

WEIGHTS = Weights(energy=5.0, forces=1.0, stress=0.5)
ELEMENTS = FakeDesign.elements
DEGREES = np.tile(np.arange(1.0, 8.0), 2)
EXACT = 1e4 * DIRECT_SUM["float64"]
"""Solutions are compared, not sums: the condition number of the rows comes in."""


def one_body(structures: list[Structure], folds: int = 3, **changes: object) -> OneBodyFactors:
    factors = assemble(structures, OneBodyDesign(FakeDesign()), np.arange(len(structures)) % folds, weights=WEIGHTS)
    return OneBodyFactors.of(factors.reweighted(**changes), 2)


def dense(structures: list[Structure], kinds: dict[str, float] = WEIGHTS.kinds) -> tuple[np.ndarray, np.ndarray]:
    """All weighted rows (any, 2 + columns) with the one-body columns in front, and the right-hand side."""
    made = []
    for s in structures:
        counts = np.array([np.sum(s.numbers == z) for z in (29, 28)])
        for kind, rows in weighted_rows(s, FakeDesign(), {}, WEIGHTS).items():
            front = np.zeros((len(rows), 2))
            if kind == "energy":
                front[:] = counts * WEIGHTS.factor("energy", s)
            made.append(kinds[kind] * np.hstack([front, rows]))
    rows = np.concatenate(made)
    return rows[:, :-1], rows[:, -1]


# ---- elimination ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("count", [8, 40])
def test_least_squares_is_that_of_all_columns(count):
    structures, _ = labelled(count, noise=0.2)
    factors = one_body(structures)
    found = solve("least-squares", factors, DEGREES)
    matrix, target = dense(structures)
    wanted = np.linalg.lstsq(matrix, target, rcond=None)[0]
    np.testing.assert_allclose(found.coefficients, wanted[2:], rtol=EXACT)
    np.testing.assert_allclose(factors.energies(found.coefficients), wanted[:2], rtol=EXACT)
    fixed = Factor.of(matrix[:, 2:], target)
    assert not np.allclose(solve("least-squares", Factors(({"forces": fixed},), {"forces": 1.0}), DEGREES).coefficients,
                           wanted[2:], rtol=1e-3)  # fmt: skip


def penalised(matrix: np.ndarray, target: np.ndarray, scale: float) -> np.ndarray:
    """Ridge without a penalty on the first two columns."""
    below = np.hstack([np.zeros((14, 2)), np.sqrt(scale) * np.diag(DEGREES)])
    return np.linalg.lstsq(np.vstack([matrix, below]), np.append(target, np.zeros(14)), rcond=None)[0]


def test_ridge_penalises_no_one_body_energy_and_holds_out_whole_folds():
    structures, _ = labelled(30, noise=0.2)
    factors = one_body(structures)
    found = ridge(factors, DEGREES, smoothness=(1.0,), relative_lambdas=(1e-2,))
    wanted = penalised(*dense(structures), found.details["lambda"])
    np.testing.assert_allclose(found.coefficients, wanted[2:], rtol=EXACT)
    np.testing.assert_allclose(factors.energies(found.coefficients), wanted[:2], rtol=EXACT)
    squares, rows = 0.0, 0
    for fold in range(3):
        kept = penalised(*dense([s for k, s in enumerate(structures) if k % 3 != fold]), found.details["lambda"])
        matrix, target = dense(structures[fold::3])
        squares, rows = squares + np.sum((matrix @ kept - target) ** 2), rows + len(target)
    assert found.details["error"] == pytest.approx(np.sqrt(squares / rows), rel=EXACT)
    all_penalised = ridge(Factors(factors.parts, factors.weights), np.append([1.0, 1.0], DEGREES), smoothness=(1.0,),
                          relative_lambdas=(1e-2,))  # fmt: skip
    assert not np.allclose(all_penalised.coefficients, wanted, rtol=1e-3)


@pytest.mark.parametrize("method", ["bayesian-ridge", "ard"])
def test_other_solvers_see_rows_without_one_body_energies(method):
    """Both iterate: to convergence here, as their own tolerance lets rounding decide when they stop."""
    structures, _ = labelled(30, noise=0.2)
    matrix, target = dense(structures)
    q = np.linalg.qr(matrix[:, :2])[0]
    rest = [x - q @ (q.T @ x) for x in (matrix[:, 2:], target)]
    factor = Factor.of(*rest)
    plain = Factors(({"forces": Factor(factor.augmented, factor.rows - 2)},), {"forces": 1.0})
    found, wanted = (
        solve(method, factors, DEGREES, tol=1e-12, max_iter=100_000) for factors in (one_body(structures), plain)
    )
    np.testing.assert_allclose(found.coefficients, wanted.coefficients, rtol=1e-5, atol=1e-7)


@pytest.mark.parametrize("method", SOLVERS)
def test_a_shift_of_every_atom_changes_one_body_energies_alone(method):
    structures, _ = labelled(30, noise=0.1)
    shift = {28: -700.0, 29: 45.0}
    shifted = [
        Structure(s.numbers, s.positions, s.cell, s.periodic, s.energy + sum(shift[int(z)] for z in s.numbers),
                  s.forces, s.name, s.stress, s.group)
        for s in structures
    ]  # fmt: skip
    found = []
    for frames in (structures, shifted):
        start = starting_energies(frames, ELEMENTS, FitReferencesConfig(), 4.0)
        design = OneBodyDesign(FakeDesign())
        factors = assemble(frames, design, np.arange(30) % 3, references=start.by_number, weights=WEIGHTS)
        one = OneBodyFactors.of(factors, 2, start.free)
        coefficients = solve(method, one, DEGREES).coefficients
        found.append((coefficients, np.array(start.energies) + one.energies(coefficients)))
    np.testing.assert_allclose(found[1][0], found[0][0], rtol=1e-6, atol=1e-8)
    np.testing.assert_allclose(found[1][1] - found[0][1], [shift[29], shift[28]], rtol=1e-8)


def test_exact_labels_give_exact_one_body_energies():
    structures, coefficients = labelled(30)
    factors = one_body(structures)
    found = solve("least-squares", factors, DEGREES).coefficients
    np.testing.assert_allclose(found, coefficients, rtol=1e-8)
    np.testing.assert_allclose(factors.energies(found), [REFERENCES[29], REFERENCES[28]], rtol=1e-8)


def test_energies_without_weight_still_give_one_body_energies():
    structures, _ = labelled(30)
    factors = one_body(structures, energy=0.0)
    found = solve("least-squares", factors, DEGREES).coefficients
    np.testing.assert_allclose(factors.energies(found), [REFERENCES[29], REFERENCES[28]], rtol=1e-8)


def test_one_of_two_is_known():
    structures, _ = labelled(30, noise=0.2)
    factors = OneBodyFactors.of(Factors(one_body(structures).parts, WEIGHTS.kinds), 2, (1,))
    found = solve("least-squares", factors, DEGREES).coefficients
    matrix, target = dense(structures)
    wanted = np.linalg.lstsq(matrix[:, 1:], target, rcond=None)[0]
    np.testing.assert_allclose(found, wanted[1:], rtol=EXACT)
    np.testing.assert_allclose(factors.energies(found), [0.0, wanted[0]], rtol=EXACT)


def test_columns_keep_the_one_body_energies():
    structures, _ = labelled(30, noise=0.2)
    subset = [9, 0, 4, 12]
    factors = one_body(structures).columns(subset)
    found = solve("least-squares", factors, DEGREES[subset]).coefficients
    matrix, target = dense(structures)
    wanted = np.linalg.lstsq(matrix[:, [0, 1, *(k + 2 for k in subset)]], target, rcond=None)[0]
    np.testing.assert_allclose(found, wanted[2:], rtol=EXACT)
    np.testing.assert_allclose(factors.energies(found), wanted[:2], rtol=EXACT)


class Constant(FakeDesign):
    """Its first function is the number of copper atoms."""

    def rows(self, structure: Structure) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        energy, forces, virial = super().rows(structure)
        energy[0], forces[:, 0], virial[:, 0] = np.sum(structure.numbers == 29), 0.0, 0.0
        return energy, forces, virial


def test_a_function_that_counts_atoms_gets_nothing():
    structures, _ = labelled(30, noise=0.2)
    factors = OneBodyFactors.of(assemble(structures, OneBodyDesign(Constant()), np.arange(30) % 3, weights=WEIGHTS), 2)
    found = solve("least-squares", factors, DEGREES)
    assert found.dependent == (0,)
    assert ridge(factors, DEGREES, normalise=True).coefficients[0] == 0.0


# ---- balanced weights -------------------------------------------------------------------------------------------


def test_weights_give_each_kind_its_share():
    structures, _ = labelled(30, noise=0.2)
    factors = balanced(one_body(structures), Weights())
    told = dominance(factors, np.zeros(14))
    parts = {kind: row["labels"] for kind, row in told.items()}
    for kind in ("energy", "stress"):
        assert parts[kind] / parts["forces"] == pytest.approx(SHARES[kind] ** 2, rel=1e-12)
    assert factors.weights["forces"] == 1.0
    assert told["energy"]["rows"] == 28
    assert sum(parts.values()) == pytest.approx(1.0)
    assert parts == pytest.approx({kind: row["residuals"] for kind, row in told.items()})


def test_weights_follow_the_unit_of_the_labels_and_stay_where_given():
    structures, _ = labelled(30, noise=0.2)
    doubled = [
        Structure(s.numbers, s.positions, s.cell, s.periodic, 2 * s.energy, s.forces, s.name, s.stress, s.group)
        for s in structures
    ]
    one, two = (balanced(one_body(frames), Weights()).weights["energy"] for frames in (structures, doubled))
    assert two == pytest.approx(one / 2, rel=1e-9)
    given = balanced(one_body(structures), Weights(forces=3.0, stress=0.0)).weights
    assert given == pytest.approx({"energy": 3 * one, "forces": 3.0, "stress": 0.0})
    alone = [Structure(s.numbers, s.positions, energy=s.energy) for s in structures]
    assert balanced(one_body(alone), Weights()).weights["energy"] == 1.0


def held_out_product(factors: Factors) -> float:
    curve = ridge(factors, DEGREES, normalise=True).details["curve"][0]
    at = int(np.argmin(curve["error"]))
    return float(curve["kinds"]["energy"][at] * curve["kinds"]["forces"][at])


def test_the_energy_weight_is_searched_by_held_out_errors():
    structures, _ = labelled(30, noise=0.2)
    factors = one_body(structures)
    chosen = balanced(factors, Weights(stress=0.0), DEGREES)
    least = held_out_product(chosen)
    energy = chosen.weights["energy"]
    for step in (0.5, 2.0):
        assert held_out_product(chosen.reweighted(energy=step * energy)) >= least
    start = balanced(factors, Weights(stress=0.0))
    assert least <= held_out_product(start)
    ratio = np.log2(energy / start.weights["energy"])
    assert ratio == pytest.approx(round(ratio))
    assert balanced(factors, Weights(energy=7.0, stress=0.0), DEGREES).weights["energy"] == 7.0


def test_the_search_tells_of_every_pilot_fit():
    structures, _ = labelled(30, noise=0.2)
    told: list[tuple[int, int]] = []
    chosen = balanced(one_body(structures), Weights(), DEGREES, say=lambda *step: told.append(step))
    silent = balanced(one_body(structures), Weights(), DEGREES)
    assert chosen.weights == silent.weights
    done = [step[0] for step in told]
    assert {step[1] for step in told} == {PILOT_FITS}
    assert done[0] == 0
    assert done[-1] == PILOT_FITS
    assert done[1:-1] == list(range(1, len(done) - 1))
    assert 3 <= len(done) - 2 <= PILOT_FITS


def test_forces_that_are_all_zero_do_not_take_over():
    structures, _ = labelled(10)
    still = [Structure(s.numbers, s.positions, energy=s.energy, forces=0 * s.forces) for s in structures]
    found = balanced(one_body(still), Weights())
    assert spreads(found)["forces"].spread == 0
    assert 0 < found.weights["energy"] < np.inf


# ---- whole fits -------------------------------------------------------------------------------------------------

FIT = {"basis": {"total_degree": 4}, "radial": {"cutoff": 4.6, "r0": 2.5}}


def cells(count: int = 12, seed: int = 4, **kept: bool) -> list[Structure]:
    """Rattled copper cells of two sizes, labelled by ASE's EMT; only with the labels that are asked for."""
    rng, made = np.random.default_rng(seed), []
    for k in range(count):
        atoms = bulk("Cu", "fcc", a=3.6, cubic=True) * (1 + k % 2, 1, 1)
        atoms.positions += rng.normal(scale=0.1, size=atoms.positions.shape)
        atoms.calc = EMT()
        atoms.get_potential_energy(), atoms.get_forces()
        s = from_ase(atoms, f"cell {k}")
        energy, forces = (
            s.energy if kept.get("energy", True) else None,
            s.forces if kept.get("forces", True) else None,
        )
        made.append(Structure(s.numbers, s.positions, s.cell, True, energy, forces, s.name))
    return made


def atom(energy: float, number: int = 29) -> Structure:
    return Structure([number], np.zeros((1, 3)), energy=energy, forces=np.zeros((1, 3)), name="atom")


def test_fitted_is_the_default_of_fits_alone():
    assert FitReferencesConfig().method == "fitted"
    assert ReferencesConfig().method == "least-squares"
    with pytest.raises(ConfigError, match=r"references.method.*fited.*fitted"):
        invgen.ace.fit(cells(), references={"method": "fited"}, **FIT)
    with pytest.raises(ConfigError, match=r"references.compare.Cu must be an energy"):
        invgen.ace.fit(cells(), references={"compare": {"Cu": "low"}}, **FIT)


def test_the_potential_holds_what_was_fitted():
    options = {**FIT, "solver": "least-squares", "weights": {"energy": 30.0, "forces": 1.0}}
    fitted = invgen.ace.fit(cells(), **options)
    fixed = invgen.ace.fit(cells(), references={"method": "least-squares"}, **options)
    energy = fitted.report["one_body"]["energies"]["Cu"]
    assert fitted.potential.references[0] == energy == fitted.report["references"]["Cu"]
    assert fitted.potential.energy_forces_stress(atom(0.0)).energy == energy
    assert abs(energy - fixed.potential.references[0]) > 1e-3
    assert fitted.errors["train"]["all"]["energy_rmse"] < fixed.errors["train"]["all"]["energy_rmse"]


def test_isolated_atoms_are_told_and_a_warning_where_they_are_far():
    with pytest.warns(UserWarning, match=r"far from those of isolated atoms \(Cu: .* isolated 9.500\).*dissociation"):
        far = invgen.ace.fit(cells(), references={"compare": {"Cu": 9.5}}, **FIT)
    told = far.report["one_body"]
    assert told["difference"]["Cu"] == pytest.approx(told["energies"]["Cu"] - 9.5)
    near = invgen.ace.fit(cells(), references={"compare": {"Cu": told["energies"]["Cu"] + 0.1}}, **FIT)
    assert near.report["one_body"]["difference"]["Cu"] == pytest.approx(-0.1)
    np.testing.assert_array_equal(near.potential.coefficients, far.potential.coefficients)
    alone = invgen.ace.fit([*cells(), atom(told["energies"]["Cu"])], references={"method": "isolated"}, **FIT)
    assert alone.report["one_body"]["isolated"] == alone.report["one_body"]["energies"]
    given = invgen.ace.fit(cells(), references={"energies": {"Cu": 1.25}}, **FIT)
    assert given.potential.references[0] == 1.25


def test_compositions_that_leave_one_body_energies_open_are_named():
    rng, made = np.random.default_rng(5), []
    for k in range(12):
        atoms = bulk("Cu", "fcc", a=3.8, cubic=True) * (2, 1, 1)
        atoms.numbers = rng.permutation([29] * 3 + [79] * 5)
        atoms.positions += rng.normal(scale=0.1, size=atoms.positions.shape)
        atoms.calc = EMT()
        energy, forces = atoms.get_potential_energy(), atoms.get_forces()
        made.append(Structure(atoms.numbers, atoms.positions, atoms.cell.array, True, energy, forces, f"cell {k}"))
    text = r"one-body energies of Cu, Au open: no energy changes with .*0.86 Cu .*0.51 Au"
    before: dict[str, int] = {}
    with pytest.warns(UserWarning, match=text) as told:
        found = invgen.ace.fit(
            made, solver={"folds": 3}, progress=lambda stage, *_: before.setdefault(stage, len(told)), **FIT
        )
    (position,) = (k for k, w in enumerate(told) if re.search(text, str(w.message)))
    assert position < before["assemble"], "told once, and before the work"
    assert len(found.report["one_body"]["undetermined"]) == 1
    energies = found.potential.references
    assert 3 * energies[1] == pytest.approx(5 * energies[0], rel=1e-9), "the shortest that explain Cu3 Au5"
    known = invgen.ace.fit(made, solver={"folds": 3}, references={"energies": {"Au": 0.5}}, **FIT)
    assert known.report["one_body"]["undetermined"] == []
    assert known.potential.references[1] == 0.5


def test_energies_alone_and_forces_alone():
    alone = invgen.ace.fit(cells(40, forces=False), test=cells(6, 9), **FIT)
    assert set(alone.report["rows"]) == {"energy"}
    assert alone.errors["test"]["all"]["energy_rmse"] < 5
    with pytest.warns(UserWarning, match="no training structure has an energy: the one-body energies of Cu are zero"):
        forces = invgen.ace.fit(cells(12, energy=False), test=cells(6, 9), **FIT)
    assert forces.potential.references[0] == 0
    assert set(forces.report["rows"]) == {"forces"}
    assert forces.errors["test"]["all"]["forces_rmse"] < 0.1
    mixed = [*cells(12, energy=False)[:6], *cells(12, forces=False)[6:]]
    both = invgen.ace.fit(mixed, test=cells(6, 9), **FIT)
    assert both.errors["test"]["all"]["forces_rmse"] < 0.1
    with pytest.raises(DataError, match="no structure has an energy to take reference energies from"):
        invgen.ace.fit(cells(12, energy=False), references={"method": "least-squares"}, **FIT)


# ---- bad input --------------------------------------------------------------------------------------------------


def test_an_atom_of_a_primitive_cell_is_not_isolated():
    atoms = bulk("Cu", "fcc", a=3.6)
    primitive = Structure(atoms.numbers, atoms.positions, atoms.cell.array, True, energy=-0.1, name="primitive")
    with pytest.raises(DataError, match="no structure of a single atom of Cu"):
        invgen.ace.fit([*cells(), primitive], references={"method": "isolated"}, **FIT)
    assert isolated_energies([primitive, atom(0.4)], ("Cu",), 4.6) == {"Cu": 0.4}


def test_more_coefficients_than_rows_are_named_with_numbers():
    few = cells(5, forces=False)
    numbers = r"26 coefficients and one-body energies for 5 rows \(5 of energy, 0 of forces, 0 of stress\)"
    options = {"basis": {"total_degree": 6}, "radial": FIT["radial"]}
    with pytest.raises(DataError, match=numbers + ": least squares has no answer"):
        invgen.ace.fit(few, solver="least-squares", **options)
    with pytest.warns(UserWarning, match="rank 4 for 25 coefficients"), pytest.warns(UserWarning, match=numbers):
        invgen.ace.fit(few, solver="ridge", **options)
    unweighted = cells(5)
    with pytest.raises(DataError, match=numbers):
        invgen.ace.fit(unweighted, solver="least-squares", weights={"forces": 0.0, "stress": 0.0}, **options)
    invgen.ace.fit(unweighted, solver="least-squares", **options)


def test_a_test_set_with_other_elements_is_named():
    nickel = Structure([28, 29], [[0.0, 0, 0], [0, 0, 2.2]], energy=0.0, name="alloy")
    with pytest.raises(UnknownSpeciesError, match="alloy has Ni, the basis is for Cu: add the element"):
        invgen.ace.fit(cells(), test=[nickel], **FIT)


def test_a_basis_file_of_another_element_order_is_named(tmp_path):
    made = invgen.generate(invgen.BasisSpec(family="ace", n_max=2, total_degree=3, elements=("Au", "Cu")))
    path = made.save(tmp_path)
    frames = []
    for k, s in enumerate(cells()):
        numbers = np.where(np.arange(s.atoms) <= k % 3, 29, 79)
        frames.append(Structure(numbers, s.positions, s.cell, True, s.energy, s.forces, s.name))
    options = {"radial": FIT["radial"], "solver": {"folds": 3}}
    with pytest.raises(SpecError, match=r"basis.elements are Cu, Au, but the basis .* is for Au, Cu, in this order"):
        invgen.ace.fit(frames, basis={"source": str(path), "elements": ["Cu", "Au"]}, **options)
    found = invgen.ace.fit(frames, basis={"source": str(path)}, **options)
    assert found.potential.elements == ("Au", "Cu")
    assert found.potential.numbers.tolist() == [79, 29]
