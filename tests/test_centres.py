"""Functions by the element of their centre: which are kept, their columns, their twins, and fits with them."""

from __future__ import annotations

import dataclasses
import json

import numpy as np
import pytest
from ace_fixtures import ELEMENTS, PAIR_RADIAL, RADIAL, cluster, crystal, functions, potential, products
from tolerances import DIRECT_SUM

import invgen
from invgen.ace import LinearPotential
from invgen.ace.fitting.centres import degrees, kept_functions, labels_of, pair_twins
from invgen.ace.fitting.config import parse_fit_config
from invgen.ace.fitting.design import DesignEvaluator
from invgen.ace.fitting.radials import pair_table, radial_basis
from invgen.ace.fitting.run import sizes_of_file
from invgen.compiler.kernels.ace.products import product_basis
from invgen.data import Structure
from invgen.runs.config import ConfigError
from invgen.spec import BasisSpec

CENTRES = {"Ni": [4, 3.5, 0, 4]}
ADDED = {"Cu": 0.5}


def kept_by_label(centres: dict[str, list[float]], added: dict[str, float]) -> np.ndarray:
    """As ``kept_functions`` with w_L = 1/2, from the factors of the functions themselves."""
    listed = functions()
    plain = [sum(c.n + c.rank / 2 for c in f.factors) for f in listed]
    mine = [d + sum(added.get(ELEMENTS[c.species], 0.0) for c in f.factors) for d, f in zip(plain, listed, strict=True)]
    orders = [len(f.factors) for f in listed]
    largest = [max(d for d, n in zip(plain, orders, strict=True) if n == order) for order in (1, 2, 3, 4)]
    rows = []
    for element in ELEMENTS:
        limits = centres.get(element, largest)
        rows.append([d <= limits[n - 1] for d, n in zip(mine, orders, strict=True)])
    return np.array(rows)


@pytest.mark.parametrize("centres", [{}, CENTRES])
@pytest.mark.parametrize("added", [{}, ADDED])
def test_functions_are_kept_up_to_the_degree_of_the_centre(centres, added):
    kept = kept_functions(products(), 0.5, ELEMENTS, centres, added)
    np.testing.assert_array_equal(kept, kept_by_label(centres, added))
    assert kept.all() == (not centres and not added)
    assert kept.any(axis=1).all()


def test_one_number_is_for_all_orders():
    kept = kept_functions(products(), 0.5, ELEMENTS, {"Ni": 4}, {})
    np.testing.assert_array_equal(kept[1], degrees(products(), 0.5) <= 4)
    assert kept[0].all()


def test_columns_are_those_that_are_kept():
    kept = kept_functions(products(), 0.5, ELEMENTS, CENTRES, ADDED)
    full = DesignEvaluator(products(), PAIR_RADIAL, ELEMENTS)
    part = DesignEvaluator(products(), PAIR_RADIAL, ELEMENTS, kept)
    assert part.columns == kept.sum() < full.columns == kept.size
    for structure in (cluster(), crystal()):
        for mine, wanted in zip(part.rows(structure), full.rows(structure), strict=True):
            np.testing.assert_array_equal(mine, wanted[..., kept.reshape(-1)])
    assert labels_of(products(), ELEMENTS, kept)[-1].startswith("Ni: ")
    assert len(labels_of(products(), ELEMENTS, kept)) == part.columns


def test_coefficients_of_kept_functions_make_a_potential():
    kept = kept_functions(products(), 0.5, ELEMENTS, CENTRES, ADDED)
    part = DesignEvaluator(products(), RADIAL, ELEMENTS, kept)
    c = np.random.default_rng(1).normal(size=part.columns)
    model = dataclasses.replace(potential(), coefficients=part.by_species(c), references=np.zeros(2))
    rows, found = part.rows(cluster()), model.energy_forces_stress(cluster())
    scale = DIRECT_SUM["float64"] * abs(rows.forces).max() * abs(c).sum()
    np.testing.assert_allclose(found.energy, rows.energy @ c, rtol=0, atol=scale)
    np.testing.assert_allclose(found.forces.reshape(-1), rows.forces @ c, rtol=0, atol=scale)


@pytest.mark.parametrize("objective", ["linear", "independent"])
def test_functions_of_each_element_are_counted_before_they_are_made(objective, tmp_path):
    basis = {"total_degree": 6, "w_L": "1/2", "n_max": 3, "objective": objective, "elements": ["Cu", "Ni"]}
    limits = {"centres": {"Ni": [5, 4.5, 0]}, "neighbours": {"Ni": 1}}
    lines = [f"{key} = {json.dumps(value)}" for key, value in basis.items()]
    lines += [f"[basis.{name}]\n{key} = {value}" for name, v in limits.items() for key, value in v.items()]
    text = "\n".join(["[data]", 'train = "none.extxyz"', "[radial]", "cutoff = 5", "[basis]", *lines])
    (tmp_path / "fit.toml").write_text(text)
    found = sizes_of_file(tmp_path / "fit.toml")
    request = {"family": "ace", "total_degree": 6, "w_L": "1/2", "n_max": 3, "elements": ("Cu", "Ni")}
    everything = product_basis(invgen.generate(BasisSpec(**request, objective="linear")))
    kept = kept_functions(everything, 0.5, basis["elements"], **limits)
    assert found.by_element == dict(zip(basis["elements"], kept.sum(axis=1).tolist(), strict=True))
    assert 0 < found.by_element["Ni"] < found.by_element["Cu"] < len(everything)
    if objective == "linear":
        assert found.coefficients == kept.sum()
        assert f"{kept.sum()} coefficients: {kept[0].sum()} at Cu, {kept[1].sum()} at Ni" in str(found)
    else:
        mine = product_basis(invgen.generate(BasisSpec(**request, objective=objective)))
        assert kept_functions(mine, 0.5, basis["elements"], **limits).sum() <= found.coefficients
    (tmp_path / "fit.toml").write_text(text.replace("[basis.neighbours]", "[basis.neighbours]\nFe = 1"))
    with pytest.raises(ConfigError, match=r"unknown element in basis\.neighbours: 'Fe'"):
        sizes_of_file(tmp_path / "fit.toml")


@pytest.mark.parametrize("centres", [{}, {"Cu": [3, 0, 0, 0]}, {"Ni": [3, 0, 0, 0]}])
def test_twins_are_the_pair_functions_that_repeat_others(centres):
    kept = kept_functions(products((1,)), 0.5, ELEMENTS, {z: d[:1] for z, d in centres.items()}, {})
    design = DesignEvaluator(products((1,)), PAIR_RADIAL, ELEMENTS, kept)
    rows = np.array([design.rows(cluster(seed)).energy for seed in range(4 * kept.size)])
    repeats = [k for k in range(rows.shape[1]) if any(np.allclose(rows[:, k], rows[:, j]) for j in range(k))]
    assert repeats
    np.testing.assert_array_equal(pair_twins(products((1,)), kept), repeats)


# ---- fits -------------------------------------------------------------------------------------------------------

BASIS = {"total_degree": 5, "w_L": 1, "n_max": 2, "centres": {"Ni": [3, 0]}, "neighbours": {"Ni": 1}}


def labelled() -> list[Structure]:
    """Clusters with the energies and forces of a potential whose r0 differ by pairs."""
    made = []
    for seed in range(24):
        bare = cluster(seed)
        found = potential(orders=(1, 2), radial=PAIR_RADIAL).energy_forces_stress(bare)
        made.append(dataclasses.replace(bare, energy=found.energy, forces=found.forces))
    return made


def test_a_fit_leaves_out_what_is_not_kept(tmp_path):
    frames = labelled()
    radial = {"cutoff": 4.2, "r0": 2.5, "pair_r0": {"Ni-Cu": 2.0, "Ni-Ni": 3.1}}
    result = invgen.ace.fit(frames, basis=BASIS, radial=radial, solver={"folds": 3}, folder=tmp_path, plots=False)
    report, coefficients = result.report, result.potential.coefficients
    assert result.potential.elements == ("Ni", "Cu")
    assert report["coefficients"] == np.count_nonzero(coefficients) < coefficients.size
    assert np.count_nonzero(coefficients[0]) < np.count_nonzero(coefficients[1])
    assert (report["centres"], report["neighbours"]) == (BASIS["centres"], BASIS["neighbours"])
    assert result.potential.radial.pair_r0 == ((3.1, 2.0), (2.0, 2.5))
    again = LinearPotential.load(tmp_path / "potential.npz")
    assert again.radial == result.potential.radial
    assert again.energy_forces_stress(frames[0]).energy == result.potential.energy_forces_stress(frames[0]).energy
    source = {"source": str(tmp_path / "basis.json"), "centres": {"Ni": [3, 0]}, "neighbours": {"Ni": 1}}
    same = invgen.ace.fit(frames, basis=source, radial=radial, solver={"folds": 3})
    np.testing.assert_array_equal(same.potential.coefficients, coefficients)
    everything = {key: value for key, value in BASIS.items() if key not in ("centres", "neighbours")}
    full = invgen.ace.fit(frames, basis=everything, radial=radial, solver={"folds": 3})
    assert full.errors["train"]["all"]["forces_rmse"] < result.errors["train"]["all"]["forces_rmse"]


# ---- bad input --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("centres", "added", "message"),
    [
        ({"Fe": 3}, {}, "unknown element in basis.centres: 'Fe'"),
        ({}, {"Fe": 3}, "unknown element in basis.neighbours: 'Fe'"),
        ({"Ni": [3, 3]}, {}, "basis.centres.Ni has 2 degrees, but the basis has orders up to 4"),
        ({"Ni": []}, {}, "basis.centres.Ni must be the largest degree"),
        ({"Ni": "3"}, {}, "basis.centres.Ni must be the largest degree .* got '3'"),
        ({"Ni": [3, -1, 0, 0]}, {}, "basis.centres.Ni must be the largest degree"),
        ({"Ni": 0.5}, {}, "leave Ni without a function: the least degree of one is 1, the largest allowed 0.5"),
        ({}, {"Ni": 50, "Cu": 50}, "leave Cu without a function: the least degree of one is 51"),
        ({}, {"Ni": -1}, "basis.neighbours.Ni must be what a factor .* got -1"),
        ({}, {"Ni": True}, "basis.neighbours.Ni must be what a factor .* got True"),
    ],
)
def test_wrong_limits_are_named(centres, added, message):
    with pytest.raises(ConfigError, match=message):
        kept_functions(products(), 0.5, ELEMENTS, centres, added)


def test_limits_are_checked_in_the_file():
    good = {"data": {"train": "a"}, "radial": {"cutoff": 5.0}, "basis": {"total_degree": 6}}
    config = parse_fit_config({**good, "basis": {"total_degree": 6, "centres": {"H": [6, 4, 0]}}})
    assert config.basis.centres == {"H": [6, 4, 0]}
    with pytest.raises(ConfigError, match=r"basis\.centres\.H must be"):
        parse_fit_config({**good, "basis": {"total_degree": 6, "centres": {"H": [6, "4"]}}})
    with pytest.raises(ConfigError, match=r"basis\.centres must be a table"):
        parse_fit_config({**good, "basis": {"total_degree": 6, "centres": 4}})


def test_pairs_have_the_r0_of_the_table():
    table = pair_table({"C-H": 1.1, "C-C": 1.4}, 2.0, ("H", "C", "O"))
    assert table == ((2.0, 1.1, 2.0), (1.1, 1.4, 2.0), (2.0, 2.0, 2.0))
    assert pair_table({}, 2.0, ("H", "C")) == ()
    found = radial_basis({"cutoff": 5.0, "r0": 1.5, "pair_r0": {"Ni-Cu": 2}}, [cluster()], ("Cu", "Ni"))
    assert found.pair_r0 == ((1.5, 2.0), (2.0, 1.5))


@pytest.mark.parametrize(
    ("pairs", "message"),
    [
        ({"C-N": 1.1}, "radial.pair_r0.C-N must be a pair of H, C, such as H-C"),
        ({"C": 1.1}, "must be a pair of"),
        ({"C-H": 1.1, "H-C": 1.1}, "has the pair H-C twice"),
        ({"C-H": 0}, "radial.pair_r0.C-H must be a positive length in Å, got 0"),
        ({"C-H": "1.1"}, "must be a positive length in Å, got '1.1'"),
    ],
)
def test_wrong_pairs_are_named(pairs, message):
    with pytest.raises(ConfigError, match=message):
        pair_table(pairs, 1.5, ("H", "C"))
