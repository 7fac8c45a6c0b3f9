"""``benchmarks/materials.py``: what it fits and selects, how it compares, and that the pages say what was measured."""

from __future__ import annotations

import importlib
import json
import lzma
from pathlib import Path

import ase.io
import numpy as np
import pytest
from ase.build import bulk
from ase.calculators.emt import EMT
from ase.calculators.singlepoint import SinglePointCalculator

import invgen

ROOT = Path(__file__).resolve().parent.parent
TRAIN, TEST = 20, 6
RUNS = ("crowding", "pressed")
"""Of molecular dynamics with repulsions: of a cell at rest, and under pressure."""


@pytest.fixture
def scripts(monkeypatch, tmp_path):
    """The folder of benchmarks as a place to import from, and a folder of their own to write to."""
    monkeypatch.syspath_prepend(str(ROOT / "benchmarks"))
    monkeypatch.setenv("INVGEN_CACHE", str(tmp_path / "cache"))
    monkeypatch.chdir(tmp_path)


@pytest.fixture
def materials(scripts, tmp_path, monkeypatch):
    """The script with one element, copper of EMT in ``tmp_path``, and a cutoff that was found before."""
    module = importlib.import_module("materials")
    rng, frames = np.random.default_rng(0), []
    for k in range(TRAIN + TEST):
        atoms = bulk("Cu", cubic=True) * (1, 1, 1 + k % 2)
        atoms.set_cell(atoms.cell @ (np.eye(3) + rng.normal(size=(3, 3)) * 0.03), scale_atoms=True)
        atoms.rattle(0.08, rng=rng)
        atoms.calc = EMT()
        labels = {"energy": atoms.get_potential_energy(), "forces": atoms.get_forces(), "stress": atoms.get_stress()}
        atoms.calc = SinglePointCalculator(atoms, **labels)
        atoms.info |= {"split": "train" if k < TRAIN else "test", "group": "ab"[k % 2]}
        frames.append(atoms)
    ase.io.write(tmp_path / "Cu.extxyz", frames)
    (tmp_path / "Cu.extxyz.xz").write_bytes(lzma.compress((tmp_path / "Cu.extxyz").read_bytes()))
    monkeypatch.setattr(module, "FOLDER", tmp_path)
    rows = [{"cutoff": 4.0, "score": 2.0}, {"cutoff": 4.5, "score": 1.0}]
    (tmp_path / "Cu-cutoff.json").write_text(json.dumps({"rows": rows}))
    return module


def small(bases):
    """A full and a Langbein series, and with the one-body energy fixed a full one."""
    of = bases.Truncation(3, w_L="3/2")
    return (
        bases.Series(bases.FULL, of, (4, 5, 6)),
        bases.Series(bases.LANGBEIN, of, (6, 8)),
        bases.Series(bases.FULL, of, (5,), True),
    )


@pytest.mark.parametrize("fixed", [False, True])
def test_a_selection_gives_what_plain_rows_of_its_columns_give(materials, tmp_path, fixed):
    bases, problem_of = importlib.import_module("materials_bases"), materials.problem
    members = bases.functions(bases.FULL, bases.Truncation(3, w_L="3/2"), 6)
    p = problem_of(tmp_path, "Cu", members, 4.5, None)
    columns, weight = np.array([0, 3, 4, 9, 17]), 50.0
    settings, coefficients = materials.tried(materials.Selection.of(p, columns, fixed), weight)
    train, _ = materials.read(tmp_path, "Cu")
    rows = [p.evaluator.rows(s) for s in train]
    folds = materials.fold_numbers(train, materials.FOLDS)

    def solved(kept):
        """Coefficients and one-body energy of plain least squares with the penalty as further rows."""
        energy = np.array([[1.0, *rows[k].energy[columns] / train[k].atoms] for k in kept])
        forces = np.concatenate([rows[k].forces[:, columns] for k in kept])
        virial = np.concatenate([rows[k].virial[:, columns] / train[k].atoms for k in kept])
        others = np.concatenate([forces, virial])
        target = [train[k].energy / train[k].atoms - p.reference for k in kept]
        stress = [train[k].stress * train[k].volume / train[k].atoms for k in kept]
        b = [weight * np.array(target), *(train[k].forces.ravel() for k in kept), *stress]
        a = np.concatenate([weight * energy, np.pad(others, ((0, 0), (1, 0)))])
        a = a[:, 1:] if fixed else a
        prior = materials.prior_scales(p.degrees[columns], materials.SMOOTHNESS)
        penalty = np.sqrt(lambda_()) * (np.diag(prior) if fixed else np.pad(np.diag(prior), ((0, 0), (1, 0))))
        padded = np.concatenate([a, penalty]), np.concatenate([*b, np.zeros(len(prior))])
        found = np.linalg.lstsq(*padded, rcond=None)[0]
        return (found, 0.0) if fixed else (found[1:], found[0])

    def lambda_():
        path = materials.Selection.of(p, columns, fixed).path(weight)
        return settings["relative_lambda"] * path.singular[0] ** 2

    everything, shift = solved(range(len(train)))
    assert coefficients == pytest.approx(everything, rel=1e-5)
    assert settings["one_body_energy"] == pytest.approx(p.reference + shift, abs=1e-7)
    errors, squares, count = [], 0.0, 0
    for fold in range(materials.FOLDS):
        found, shift = solved(np.flatnonzero(folds != fold))
        for k in np.flatnonzero(folds == fold):
            mean = train[k].energy / train[k].atoms - p.reference
            errors.append(abs(rows[k].energy[columns] @ found / train[k].atoms + shift - mean))
            squares += np.sum((rows[k].forces[:, columns] @ found - train[k].forces.ravel()) ** 2)
            count += 3 * train[k].atoms
    assert settings["held_out"]["energy_mae"] == pytest.approx(1e3 * np.mean(errors), rel=1e-5)
    assert settings["held_out"]["force_rmse"] == pytest.approx(np.sqrt(squares / count), rel=1e-5)


def test_what_is_left_of_a_constant_is_the_residual_of_plain_least_squares(materials, tmp_path):
    bases = importlib.import_module("materials_bases")
    members = bases.functions(bases.FULL, bases.Truncation(3, w_L="3/2"), 6)
    p = materials.problem(tmp_path, "Cu", members, 4.5, None)
    columns, (train, _) = np.array([0, 3, 4, 9, 17]), materials.read(tmp_path, "Cu")
    rows, weight = [p.evaluator.rows(s) for s in train], materials.WEIGHTS.kinds["energy"]
    parts = [
        [weight * r.energy[None] / s.atoms, r.forces, r.virial / s.atoms] for r, s in zip(rows, train, strict=True)
    ]
    a = np.concatenate([part for three in parts for part in three])[:, columns]
    b = np.concatenate([[weight] + [0.0] * (3 * s.atoms + 6) for s in train])
    residual = b - a @ np.linalg.lstsq(a, b, rcond=None)[0]
    left = materials.left_of_constant(p.factors.columns(columns))
    assert left == pytest.approx(np.linalg.norm(residual) / (weight * np.sqrt(len(train))), rel=1e-6)


def test_rows_are_kept_go_on_and_are_compared(materials, tmp_path, monkeypatch, capsys):
    bases, figures = importlib.import_module("materials_bases"), importlib.import_module("materials_figures")
    series = small(bases)
    monkeypatch.setattr(materials, "ORDER", [(s.name, size) for s in series for size in s.sizes])
    materials.fit(tmp_path, "Cu", series[:1], tmp_path)
    first = json.loads((tmp_path / "Cu.json").read_text())
    materials.fit(tmp_path, "Cu", series, tmp_path)
    result = json.loads((tmp_path / "Cu.json").read_text())
    assert result["rows"][:3] == first["rows"]
    assert [row["series"] for row in result["rows"]] == [s.name for s in series for _ in s.sizes]
    materials.fit(tmp_path, "Cu", series, tmp_path)
    assert "every basis has its row" in capsys.readouterr().out
    assert not (tmp_path / "products" / "factors" / "Cu").exists()
    atoms = np.array(result["test"]["atoms"])
    for row in result["rows"]:
        each = row["per_structure"]
        assert np.mean(each["energy_mae"]) == pytest.approx(row["energy_mae"], rel=1e-4)
        assert np.sum(each["force_mae"] * atoms) / atoms.sum() == pytest.approx(row["force_mae"], rel=1e-4)
    fitted, fixed = result["rows"][1], result["rows"][5]
    train, _ = materials.read(tmp_path, "Cu")
    (mean,) = materials.reference_energies_of(train, ("Cu",)).values()
    assert fixed["one_body_energy"] == mean != pytest.approx(fitted["one_body_energy"], abs=1e-3)
    monkeypatch.setattr(figures, "SERIES", series)
    monkeypatch.setattr(figures, "LARGE", ())
    monkeypatch.setattr(figures.record, "RESULTS", tmp_path)
    (tmp_path / "materials").mkdir()
    (tmp_path / "materials" / "Cu.json").write_text(json.dumps(result))
    figures.figures({el: materials.MATERIALS[el] for el in ("Cu", "Li")})
    report = json.loads((tmp_path / "materials.json").read_text())
    assert report["missing"] == {"Li": "all"}
    assert [point["functions"] for point in report["equal_size"]] == [15]
    counted = report["totals"]["total degree"]["all"]["force_mae"]
    assert sum(counted[who] for who in ("langbein", "tie", "full")) == 1
    assert (tmp_path / "materials_force.png").stat().st_size > 10_000


@pytest.mark.usefixtures("scripts")
def test_a_difference_beyond_what_drawn_test_sets_show_is_a_win_and_all_else_a_tie():
    figures, rng = importlib.import_module("materials_figures"), np.random.default_rng(1)
    atoms = np.array([8, 8, 4, 4, 2, 2, 8, 8, 4, 4.0])
    shape = rng.uniform(0.5, 2.0, len(atoms))

    def row(size, each):
        each = np.asarray(each)
        errors = {"energy_mae": each.mean(), "force_mae": (each * atoms).sum() / atoms.sum()}
        held_out = {"energy_mae": 1.0, "force_rmse": 1.0}
        return {"functions": size, **errors, "per_structure": dict.fromkeys(errors, each), "held_out": held_out}

    full = figures.Curve.of([row(size, shape / size) for size in (100, 10, 1000)], atoms)
    for size, factor, who in ((30, 0.9, "langbein"), (300, 1.1, "full"), (100, 1.0, "tie")):
        found = figures.compared(figures.Curve.of([row(size, factor * shape / size)], atoms), full, size)
        for quantity in figures.UNITS:
            assert found[quantity]["ratio"] == pytest.approx(factor)
            assert found[quantity]["interval"] == pytest.approx([factor, factor])
            assert found[quantity]["wins"] == who or factor == 1.0
    uneven = shape * np.where(np.arange(len(atoms)) % 2, 0.3, 1.6)
    found = figures.compared(figures.Curve.of([row(100, uneven / 100)], atoms), full, 100)["energy_mae"]
    assert found["wins"] == "tie"
    assert found["interval"][0] < 1 < found["interval"][1]
    assert full.covers(10)
    assert not full.covers(9)


@pytest.mark.usefixtures("scripts")
def test_a_higher_order_adds_nothing_to_the_langbein_basis_of_a_box():
    bases = importlib.import_module("materials_bases")
    for size in (2, 3):
        taken = bases.functions(bases.LANGBEIN, bases.Truncation(4, l_max=2), size)
        spec = invgen.BasisSpec(family="ace", n_max=4, l_max=2, channels=size, objective="independent")
        assert [c.label for c in taken] == list(invgen.generate(spec).labels)


def tables(page):
    """All rows of the tables of a page."""
    text = (ROOT / "docs" / page).read_text(encoding="utf-8")
    return [line for line in text.splitlines() if line.startswith("|")]


@pytest.mark.usefixtures("scripts")
def test_the_pages_say_what_was_measured():
    made_of = importlib.import_module("materials_tables").tables
    measured = json.loads((ROOT / "benchmarks" / "results" / "materials.json").read_text())
    made = made_of(measured)
    page = tables("materials.md")
    for name, rows in made.items():
        assert rows, name
        assert [row for row in rows if row not in page] == [], name
    assert [row for row in made["best"] if row not in tables("performance.md")] == []


@pytest.mark.usefixtures("scripts")
@pytest.mark.parametrize(("name", "least"), [("materials_refined", 4), ("materials_radials", 10)])
def test_the_page_says_what_molybdenum_and_germanium_have(name, least):
    found = json.loads((ROOT / "benchmarks" / "results" / f"{name}.json").read_text())["elements"]
    made = importlib.import_module(name).table(found)
    assert len(made) >= least
    assert [row for row in made if row not in tables("materials.md")] == []


@pytest.mark.usefixtures("scripts")
def test_the_page_says_what_was_measured_of_cost_and_of_four_elements():
    results, page = ROOT / "benchmarks" / "results", tables("materials.md")
    cost, found = importlib.import_module("materials_cost"), json.loads((results / "materials_cost.json").read_text())
    costs = found["rows"]
    beside_mace = cost.mace_table(costs, found["mace"]["rows"])
    assert [len(row.split("|")) for row in beside_mace] == [8] * 6
    assert [row for row in beside_mace if row not in page] == []
    repulsions = found["repulsions"]["rows"]
    assert [(row["element"], row["functions"]) for row in repulsions] == [(r["element"], r["functions"]) for r in costs]
    assert [row for row in map(cost.repulsions_row, repulsions) if row not in page] == []
    made = [cost.table_row(row) for row in costs]
    alloys = importlib.import_module("alloys").tables(json.loads((results / "alloys.json").read_text()))
    made += [row for rows in alloys.values() for row in rows]
    assert len(made) == len(costs) + 12 + 7
    assert [row for row in made if row not in page] == []


@pytest.mark.usefixtures("scripts")
def test_the_page_says_what_was_measured_of_molecular_dynamics_and_atoms_were_crowded_where_it_says_so():
    made = importlib.import_module("ace_md").table()
    assert len(made) == 4
    assert [row for row in made if row not in tables("performance.md")] == []
    runs = [json.loads((ROOT / "benchmarks" / "results" / f"ace_md_{name}.json").read_text()) for name in RUNS]
    for run in runs:
        assert run["repulsion"] is not None
        assert min(run["crowding"]["strength"]) > 0
        assert run["digest"] == runs[0]["digest"]
    calm, pressed = (run["rows"][0] for run in runs)
    assert max(calm["largest_crowd"]) < 1 < max(pressed["largest_crowd"])
    assert calm["share_crowded"] == 0.0 < pressed["share_crowded"]


@pytest.mark.usefixtures("scripts")
def test_bases_of_four_elements_are_compared_at_equal_size_by_the_number_of_elements():
    alloys = importlib.import_module("alloys")
    test = [
        invgen.data.Structure([41] * n if k % 2 else [41, 42, 73][:n] or [41], np.arange(3.0 * n).reshape(n, 3))
        for k, n in enumerate([1, 2, 2, 3, 3, 1])
    ]
    kinds = [alloys.kind_of(s) for s in test]
    assert kinds == ["one element", "one element", "two elements", "one element", "four elements", "one element"]
    shape = {"one element": 1.0, "two elements": 3.0, "four elements": 7.0}
    errors = np.array([shape[kind] for kind in kinds])

    def row(objective, functions, factor):
        per_structure = {"energy_mae": (factor * errors).tolist(), "force_mae": (2 * factor * errors).tolist()}
        return {"objective": objective, "degree": 0, "functions": functions, "per_structure": per_structure}

    rows = [
        row("linear", 10, 1.0),
        row("linear", 1000, 0.01),
        row("independent", 100, 0.05),
        row("independent", 5, 1.0),
    ]
    found = alloys.compared(rows, test)
    assert [line["functions"] for line in found["comparisons"]] == [100] * 3
    for line in found["comparisons"]:
        for key in ("energy_mae", "force_mae"):
            assert line[key]["ratio"] == pytest.approx(0.5)
            assert line[key]["spread"] == pytest.approx([0.5, 0.5])
    assert found["rows"][0]["kinds"]["four elements"] == pytest.approx({"energy_mae": 7.0, "force_mae": 14.0})


@pytest.mark.usefixtures("scripts")
def test_the_pages_say_what_was_measured_of_molecules_and_of_heads():
    results = ROOT / "benchmarks" / "results"
    molecules = json.loads((results / "molecules_linear.json").read_text())["molecules"]
    script = importlib.import_module("molecules_linear")
    made = [*script.table(molecules), *script.search_table(molecules)]
    assert len(made) > 20
    assert [row for row in made if row not in tables("potentials.md")] == []
    heads = importlib.import_module("heads").table(json.loads((results / "heads.json").read_text())["elements"])
    assert heads
    assert [row for row in heads if row not in tables("materials.md")] == []


@pytest.mark.usefixtures("scripts")
def test_the_page_says_what_was_measured_of_pressed_cells_and_their_test_errors_are_the_same():
    found = json.loads((ROOT / "benchmarks" / "results" / "short_range.json").read_text())["materials"]
    rows = importlib.import_module("short_range").table(found)
    assert len(rows) == 6
    assert [row for row in rows if row not in tables("potentials.md")] == []
    for row in found.values():
        assert row["with"]["test"] == row["without"]["test"]
        assert all(row["with"]["fall"][key] <= fall for key, fall in row["without"]["fall"].items())
        assert min(row["least_force_of_a_pair"], row["least_force_in_place"]) > 0
