"""The scripts in ``benchmarks/`` fit the package: the names they take from it exist, and some run on small cases."""

from __future__ import annotations

import argparse
import ast
import importlib
import io
import json
import lzma
import subprocess
import sys
import tomllib
from dataclasses import replace
from importlib.util import find_spec
from pathlib import Path

import ase.io
import numpy as np
import pytest
from ase import Atoms
from ase.calculators.singlepoint import SinglePointCalculator
from tolerances import FINITE_DIFFERENCE, KERNEL, LAW

import invgen
from invgen.engines.errors import EngineError
from invgen.files import write_text
from invgen.potentials.training.config import OutputConfig
from invgen.resources import cache_folder

FOLDER = Path(__file__).resolve().parent.parent / "benchmarks"
SCRIPTS = {path.stem: path for path in sorted([*FOLDER.glob("*.py"), *FOLDER.glob("peers/*.py")])}


def top_level(path: Path) -> set[str]:
    """Names that a script defines or imports at its top level."""
    found = set()
    for node in ast.parse(path.read_text(encoding="utf-8")).body:
        if isinstance(node, ast.FunctionDef | ast.ClassDef):
            found.add(node.name)
        elif isinstance(node, ast.Import | ast.ImportFrom):
            found |= {(alias.asname or alias.name).split(".")[0] for alias in node.names}
        elif isinstance(node, ast.Assign | ast.AnnAssign):
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            found |= {name.id for target in targets for name in ast.walk(target) if isinstance(name, ast.Name)}
    return found


def exists(module: str, name: str) -> bool:
    """Whether ``from module import name`` works, for a module of the package or a script beside."""
    if module in SCRIPTS:
        return name in top_level(SCRIPTS[module])
    try:
        return hasattr(importlib.import_module(module), name) or find_spec(f"{module}.{name}") is not None
    except ModuleNotFoundError:
        return False
    except EngineError:  # of a module for an engine that is not installed here
        found = find_spec(module)
        return found is not None and found.origin is not None and name in top_level(Path(found.origin))


def missing(source: str) -> list[str]:
    """What a script takes from the package, or from another script, that is not there."""
    tree = ast.parse(source)
    whole = {alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names}
    problems = []
    for node in ast.walk(tree):
        names: list[tuple[str, str]] = []
        if isinstance(node, ast.ImportFrom) and node.module:
            names = [(node.module, alias.name) for alias in node.names]
        elif isinstance(node, ast.Import):
            names = [tuple(alias.name.rsplit(".", 1)) for alias in node.names if "." in alias.name]
        elif isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id in whole:
            names = [(node.value.id, node.attr)]
        problems += [
            f"{module}.{name}"
            for module, name in names
            if (module.split(".")[0] == "invgen" or module in SCRIPTS) and not exists(module, name)
        ]
    return problems


@pytest.mark.parametrize("script", SCRIPTS)
def test_what_a_benchmark_imports_exists(script):
    assert not missing(SCRIPTS[script].read_text(encoding="utf-8"))


@pytest.mark.parametrize(
    "source",
    [
        "from invgen.nn import Invariant\n",
        "def f():\n    from invgen.compiler.kernels.lowering import lower\n",
        "import invgen.kernel\n",
        "import invgen\ninvgen.generat\n",
        "from record import wrote\n",
        "import record\nrecord.wrote('x', {})\n",
    ],
)
def test_a_name_that_is_gone_is_noticed(source):
    assert missing(source)


@pytest.fixture
def scripts(monkeypatch):
    """The folder as a place to import from; what scripts set in the environment is undone."""
    monkeypatch.syspath_prepend(str(FOLDER / "peers"))
    monkeypatch.syspath_prepend(str(FOLDER))
    monkeypatch.setenv("OMP_NUM_THREADS", "1")
    monkeypatch.setenv("INVGEN_CACHE", str(cache_folder()))


@pytest.mark.usefixtures("scripts")
@pytest.mark.parametrize(
    ("script", "worker"),
    [("ace_kernels", "construction"), ("ace_speed", "copper"), ("invariants_peers", "evaluation")],
)
def test_peers_that_are_missing_are_told_before_any_work(script, worker, monkeypatch):
    module, record = importlib.import_module(script), importlib.import_module("record")
    monkeypatch.setattr(sys, "argv", [script])
    monkeypatch.setattr(module, worker, lambda *arguments: pytest.fail("work has begun"))
    monkeypatch.setattr(record, "find_spec", lambda name: None if name in ("mace", "e3nn") else "there")
    with pytest.raises(SystemExit, match=r"^not installed: mace, e3nn: pip install .*mace-torch==0\.3\.16"):
        module.main()
    record.need("numpy")


@pytest.mark.usefixtures("scripts")
def test_growth_runs_on_small_cases(tmp_path):
    growth = importlib.import_module("growth")
    data = growth.measured(True, tmp_path)
    first, second = data["kernels"]
    assert first["operations"]["value"] <= 317 < 352  # sharing by hand, and the number of monomials
    assert (first["size"], first["rank"], second["size"], second["n_max"]) == (13, 13, 5, 2)
    for row in (*data["kernels"], *data["kernels_over_features"]):
        for name in growth.KERNELS:
            times = row["kernels"][name]
            assert times["ns_per_item"] > 0
            assert times["share_of_copy"] == pytest.approx(times["copy_ns_per_item"] / times["ns_per_item"])
    assert [row["features"] for row in data["layer_over_features"]] == [8, 16]
    few, many = data["layer_over_neighbours"]
    assert 5 < few["neighbours"] < 7 < 12 < many["neighbours"] < 18
    growth.plot(data, tmp_path / "growth.png")
    assert (tmp_path / "growth.png").stat().st_size > 10_000


@pytest.mark.usefixtures("scripts")
def test_the_timed_work_of_a_layer_is_forces_and_their_derivative():
    layers, torch = importlib.import_module("interaction_cpu"), importlib.import_module("torch")
    batch = layers.crystal(3, 3.0)
    layer, output = layers.our_layer(4, 3.0, batch)
    layer.double()
    work = layers.Work(*(t.double() for t in vars(layers.Work.random(batch, 4)).values()))
    weight = layer.environment.weight
    steps = work.steps(output, layer, [weight])
    analytic = steps[layers.TASKS[2]]()[1]
    direction, step = torch.sign(analytic), 1e-4

    def loss(shift):
        weight.data.add_(shift * direction)
        _, forces, slopes = steps[layers.TASKS[1]]()
        weight.data.sub_(shift * direction)
        assert torch.allclose(forces.sum(0), torch.zeros(3, dtype=torch.float64), atol=LAW["float64"])
        return (forces * work.directions).sum() + (slopes * work.turned).sum()

    difference = (8 * (loss(step) - loss(-step)) - loss(2 * step) + loss(-2 * step)) / (12 * step)
    assert difference == pytest.approx(float((analytic * direction).sum()), rel=FINITE_DIFFERENCE["float64"])
    assert difference != pytest.approx(float((analytic * -direction).sum()), rel=1e-2)


@pytest.mark.usefixtures("scripts")
def test_the_paths_of_the_segmented_polynomial_are_the_invariants():
    peers = importlib.import_module("invariants_peers")
    basis = invgen.find_basis(peers.BASIS)
    paths = peers.monomials(basis)
    x = np.random.default_rng(0).normal(size=(50, basis.components))
    expected = basis.evaluate(x)

    def summed(paths):
        values = np.zeros_like(expected)
        for k, factors, coefficient in paths:
            values[:, k] += coefficient * np.prod(x[:, factors], axis=1)
        return np.abs(values - expected).max() / np.abs(expected).max()

    assert len(paths) == 352
    assert summed(paths) < KERNEL["float64"]
    assert summed(paths[:-1]) > KERNEL["float32"]


ETHANOL = np.array([6, 6, 8, 1, 1, 1, 1, 1, 1])
TINY = {
    "model": {"basis": "cartesian-l2-n3-flexible", "features": 4, "interactions": 1, "atom_layers": 1, "cutoff": 3.0},
    "training": {"epochs": 2, "batch_size": 4},
}


def clusters(count, numbers):
    """Atoms on a grid of 1 Å, shaken; labels that a network can learn."""
    rng = np.random.default_rng(0)
    grid = np.stack(np.meshgrid(*[np.arange(3.0)] * 3, indexing="ij"), -1).reshape(-1, 3)[: len(numbers)]
    positions = grid + rng.uniform(-0.1, 0.1, (count, len(numbers), 3))
    return positions, rng.normal(-100.0, 1.0, count), rng.normal(size=positions.shape)


def write_sets(folder):
    """The files that the scripts read, with few structures."""
    (folder / "rmd17").mkdir()
    parts = {part: clusters(12, ETHANOL) for part in ("train", "test")}
    arrays = {f"{x}_{part}": a for part, three in parts.items() for x, a in zip("REF", three, strict=True)}
    np.savez(folder / "rmd17" / "ethanol_split01.npz", Z=ETHANOL, **arrays)
    positions, energies, _ = clusters(20, ETHANOL[:5])
    padded = np.concatenate([positions, np.zeros((20, 2, 3))], axis=1)
    numbers = np.tile(np.append(ETHANOL[:5], [0, 0]), (20, 1))
    np.savez(folder / "qm7.npz", Z=numbers, R=padded, E_kcal=energies, splits=np.arange(20).reshape(5, 4))
    props = np.stack([np.zeros(20), energies - 5 * 0.5], axis=1)
    np.savez(
        folder / "qm9.npz",
        Z=np.tile(ETHANOL[:5], 20),
        R=positions.reshape(-1, 3),
        n_atoms=np.full(20, 5, dtype=np.uint8),
        props=props,
        prop_names=np.array(["gap_Ha", "U0_Ha"]),
        atomref_Z=np.array([1, 6, 8]),
        atomref_U0_Ha=np.array([-0.5, -0.5, -0.5]),
    )
    for molecule in ("acac", "3bpa"):
        (folder / molecule).mkdir()
    frames = []
    for r, e, f in zip(*clusters(12, ETHANOL), strict=True):
        frames.append(Atoms(ETHANOL, r))
        frames[-1].calc = SinglePointCalculator(frames[-1], energy=e, forces=f)
    acac = importlib.import_module("acac")
    for name in ("acac/train_300K", "3bpa/train_300K", *(f"acac/{test}" for test in acac.TESTS)):
        text = io.StringIO()
        ase.io.write(text, frames, format="extxyz")
        (folder / f"{name}.extxyz.xz").write_bytes(lzma.compress(text.getvalue().encode()))


@pytest.mark.usefixtures("scripts")
@pytest.mark.parametrize("script", ["rmd17", "qm7", "qm9", "acac"])
def test_the_benchmarks_of_molecules_train_keep_and_report(script, tmp_path, monkeypatch):
    record, molecules = importlib.import_module("record"), importlib.import_module("molecules")
    module = importlib.import_module(script)
    monkeypatch.setattr(record, "RESULTS", tmp_path)
    data, into = tmp_path / "data", tmp_path / "into"
    data.mkdir()
    write_sets(data)
    assert module.runs(data)[0].config.training.epochs > 2
    monkeypatch.setattr(module, "SETTINGS", TINY)
    monkeypatch.setattr(module, "VALIDATION", 3)
    if script == "qm9":
        monkeypatch.setattr(module, "TEST", 8)
        monkeypatch.setattr(module, "EPOCHS", {4: 2, 9: 2})
    planned = {
        "rmd17": lambda: module.runs(data, ("ethanol",), (0,), (2,)),
        "qm7": lambda: module.runs(data, ("hip-hop-nn",), (0,))[:2],
        "qm9": lambda: module.runs(data, ("hip-nn",), (4, 9), (0,)),
        "acac": lambda: module.runs(data, ("acac", "3bpa"), (0,)),
    }[script]()
    for run in planned:
        molecules.execute(run, into)
    rows = [molecules.finished(run, into) for run in planned]
    expected = {"rmd17": {12}, "qm7": {4}, "qm9": {8}, "acac": {12, 3}}[script]
    assert {n for row in rows for name, n in row["sizes"].items() if name not in ("train", "validation")} == expected
    for row in rows:
        assert all(row["test"].values())
        assert row["processor_seconds"] > 0
        tests = {name: n for name, n in row["sizes"].items() if name not in ("train", "validation")}
        assert set(tests) == set(row["test"])
    module.report(planned, into)
    written = json.loads((tmp_path / f"{script}.json").read_text())
    assert not written["missing"]
    assert len(written["rows"]) == len(planned)
    assert written["summary"]
    assert str(tmp_path) not in json.dumps(written)
    others = [replace(run, config=replace(run.config, output=OutputConfig("elsewhere"))) for run in planned]
    with pytest.raises(SystemExit, match="other settings"):
        molecules.finished(others[0], into)

    elsewhere = tmp_path / "elsewhere"
    module.report(planned, elsewhere)
    again = json.loads((tmp_path / f"{script}.json").read_text())
    assert (again["rows"], again["missing"], again["summary"]) == (written["rows"], [], written["summary"])
    monkeypatch.setattr(molecules, "execute", lambda run, into: pytest.fail(f"{run.name} is trained again"))
    molecules.work(script, planned, planned, argparse.Namespace(into=elsewhere, report=False))
    with pytest.raises(SystemExit, match=r"other settings than this script \(output: folder\)"):
        molecules.recorded(script, others)


@pytest.mark.usefixtures("scripts")
def test_stamps_tell_changes_that_are_in_no_commit(tmp_path, monkeypatch):
    record = importlib.import_module("record")
    monkeypatch.setattr(record, "RESULTS", tmp_path / "benchmarks" / "results")
    for name in ("invgen/a.py", "benchmarks/b.py", "benchmarks/results/c.json"):
        write_text(tmp_path / name, "1\n")
    who = ["-c", "user.name=a", "-c", "user.email=a@b.c"]
    for command in (["init", "-q"], ["add", "."], [*who, "commit", "-qm", "all"]):
        subprocess.run(["git", "-C", tmp_path, *command], check=True)
    write_text(tmp_path / "benchmarks/results/c.json", "2\n")
    assert record.stamp()["uncommitted_changes"] is False
    for name in ("invgen/a.py", "benchmarks/b.py"):
        write_text(tmp_path / name, "2\n")
        assert record.stamp()["uncommitted_changes"] is True
        write_text(tmp_path / name, "1\n")


@pytest.mark.usefixtures("scripts")
def test_sets_of_molecules_are_read_in_electronvolt_with_their_splits(tmp_path):
    molecules = importlib.import_module("molecules")
    write_sets(tmp_path)
    positions, energies, _ = clusters(20, ETHANOL[:5])
    structures, splits = molecules.qm7(tmp_path)
    assert splits.shape == (5, 4)
    assert structures[3].atoms == 5
    assert structures[3].energy == pytest.approx(energies[3] * 0.0433641, rel=1e-6)
    found = molecules.qm9(tmp_path)
    assert found[7].energy == pytest.approx(energies[7] * 27.2113862, rel=1e-6)
    assert np.allclose(found[7].positions, positions[7])
    parts = molecules.held_out(structures, 6)
    assert (len(parts["train"]), len(parts["validation"])) == (14, 6)
    assert not {id(s) for s in parts["train"]} & {id(s) for s in parts["validation"]}
    assert [s.name for s in molecules.held_out(structures, 6)["validation"]] == [s.name for s in parts["validation"]]


@pytest.mark.usefixtures("scripts")
def test_frames_for_transfer_are_thermal_and_differences_of_energies_are_taken_within_molecules():
    transfer, np = importlib.import_module("transfer"), importlib.import_module("numpy")
    corners = 0.63 * np.array([[0, 0, 0], [1, 1, 1], [-1, -1, 1], [-1, 1, -1], [1, -1, -1]])
    numbers = np.array([6, 1, 1, 1, 1])
    stiffness = np.linalg.eigvalsh(transfer.hessian(numbers, corners))
    assert (np.abs(stiffness) < 1.0).sum() == 6
    assert stiffness[6] > 2.0
    frames = list(transfer.displaced(numbers, corners, 6, np.random.default_rng(0)))
    least = transfer.label_one((numbers, corners))[0]
    energies = np.array([frame.energy - least for frame in frames])
    mean = 9 / 2 * 8.617e-5 * (transfer.COLD + transfer.HOT) / 2
    assert 0.3 * mean < energies.mean() < 3 * mean
    other = transfer.Structure(
        np.array([8, 1, 1]), np.array([[0, 0, 0], [0.76, 0.59, 0], [-0.76, 0.59, 0]]), energy=5.0
    )
    shifted = [importlib.import_module("dataclasses").replace(f, energy=f.energy + 3.0) for f in frames]
    network = importlib.import_module("invgen.nn").HipNN(species=(1, 6, 8), features=4, sensitivities=4).double()
    found = transfer.relative(network, [*shifted, other, other])
    again = transfer.relative(network, [*frames, other, other])
    assert found["pairs"] == 15 + 1
    assert found["mae"] == pytest.approx(again["mae"], rel=1e-9)


@pytest.mark.usefixtures("scripts")
def test_models_and_seeds_for_transfer_are_chosen_and_the_report_is_of_all(tmp_path, monkeypatch):
    transfer, molecules = importlib.import_module("transfer"), importlib.import_module("molecules")
    worked, reported = [], []
    monkeypatch.setattr(transfer, "make", lambda data, into: None)
    monkeypatch.setattr(molecules, "work", lambda name, planned, runs, arguments: worked.extend(r.name for r in runs))
    monkeypatch.setattr(
        molecules, "collect", lambda name, runs, into: reported.extend(r.name for r in runs) or {"rows": []}
    )
    monkeypatch.setattr(transfer, "tests", lambda into: {})
    monkeypatch.setattr(transfer.record, "write", lambda name, values: None)
    folders = ["--data", str(tmp_path), "--into", str(tmp_path)]
    monkeypatch.setattr("sys.argv", ["transfer.py", *folders, "--models", "HIP-HOP-NN (3,4)", "--seeds", "2", "0"])
    transfer.main()
    assert worked == ["transfer-hip-hop-nn-(3,4)-2", "transfer-hip-hop-nn-(3,4)-0"]
    assert reported == [run.name for run in transfer.runs(tmp_path)]
    assert reported[1] == "transfer-hip-nn-ts-l=2-0"


@pytest.mark.usefixtures("scripts")
def test_what_runs_have_in_common_and_how_they_spread():
    molecules = importlib.import_module("molecules")
    configs = [{"model": {"kind": kind, "features": 8}, "training": {"seed": s}} for s, kind in enumerate("ab")]
    assert molecules.common(configs) == {"model": {"features": 8}, "training": {}}
    assert molecules.common(configs[:1]) == configs[0]
    assert molecules.spread([1.0, 3.0]) == {"mean": 2.0, "deviation": pytest.approx(2**0.5), "values": [1.0, 3.0]}
    assert molecules.spread(iter([5.0]))["deviation"] is None
    assert molecules.told(molecules.spread([5.0])) == "5 (1)"
    rows = [{"a": 1, "b": 2}, {"a": 1, "b": 3}, {"a": 2, "b": 3}]
    assert molecules.grouped(rows, "a") == {(1,): rows[:2], (2,): rows[2:]}


@pytest.mark.usefixtures("scripts")
def test_learning_curves_are_means_of_complete_cells_only(tmp_path):
    methane = importlib.import_module("methane")
    seeds = methane.SEEDS
    done = [methane.Run(methane.FIRST, 10_000, seed) for seed in seeds]
    begun = methane.Run(methane.SIMPLEST, 10_000, seeds[0])
    assert len({run.name for run in (*done, begun)}) == len(done) + 1
    for run in (*done, begun):
        errors = dict.fromkeys(methane.KEYS, 1.0 + run.seed)
        result = {**vars(run), "settings": methane.settings(run), "parameters": 7, "test": errors, "seconds": 1.0}
        write_text(tmp_path / f"run-{run.name}.json", json.dumps({**result, "processor_seconds": None}))
    report = methane.collect(methane.finished(tmp_path))
    (row,) = report["table"]
    values = [1.0 + seed for seed in seeds]
    assert (row["model"], row["size"]) == (methane.FIRST, 10_000)
    assert row["energy_rmse"]["mean"] == pytest.approx(np.mean(values))
    assert row["energy_rmse"]["deviation"] == pytest.approx(np.std(values, ddof=1))
    assert {"model": methane.SIMPLEST, "size": 10_000, "seeds": 1} in report["incomplete"]
    assert len(report["incomplete"]) == len(methane.PLAN) - 1
    methane.draw(report, tmp_path / "methane.svg")
    assert (tmp_path / "methane.svg").stat().st_size > 10_000


@pytest.mark.usefixtures("scripts")
def test_a_kept_training_of_another_recipe_is_refused(tmp_path):
    methane = importlib.import_module("methane")
    run = methane.Run(methane.FIRST, 10_000, 0)
    other = {**methane.settings(run), "epochs": 1}
    write_text(tmp_path / f"run-{run.name}.json", json.dumps({**vars(run), "settings": other}))
    with pytest.raises(SystemExit, match="other settings"):
        methane.finished(tmp_path)


@pytest.mark.usefixtures("scripts")
def test_smaller_training_sets_are_parts_of_larger_ones(tmp_path, monkeypatch):
    methane, structures = importlib.import_module("methane"), importlib.import_module("invgen.data")
    rng = np.random.default_rng(0)

    def labelled(path, count, seed, processes, progress):
        return {"R": rng.random((count, 5, 3)), "E": np.arange(count, dtype=float), "F": np.zeros((count, 5, 3))}

    monkeypatch.setattr(methane.methane, "generate", labelled)
    for name, number in {"VALIDATION": 2, "TEST": 3}.items():
        monkeypatch.setattr(methane, name, number)
    energies = {}
    for size in (4, 6):
        methane.prepare(tmp_path, size, 1)
        for name in ("validation", "test", f"train-{size}"):
            energies[name] = [s.energy for s in structures.read_structures(tmp_path / f"{name}.npz")]
    assert energies["validation"] + energies["test"] + energies["train-6"] == list(range(11))
    assert energies["train-4"] == energies["train-6"][:4]


@pytest.mark.usefixtures("scripts")
def test_a_script_trains_what_is_chosen_and_reports_on_all(tmp_path, monkeypatch):
    molecules = importlib.import_module("molecules")
    seen = []
    monkeypatch.setattr(molecules, "work", lambda name, planned, chosen, arguments: seen.append((name, chosen)))
    monkeypatch.setattr(sys, "argv", ["x", "--data", "d", "--into", str(tmp_path), "--seeds", "1"])

    def runs(data, kinds=("a", "b"), seeds=(0, 1)):
        return [(kind, seed) for kind in kinds for seed in seeds]

    molecules.script("x", "X.", runs, lambda *reported: seen.append(reported), kinds=("a", "b"), seeds=(0, 1))
    assert seen == [("x", [("a", 1), ("b", 1)]), (runs("d"), tmp_path)]


@pytest.mark.usefixtures("scripts")
def test_the_table_of_rmd17_says_what_was_measured_and_published():
    rmd17 = importlib.import_module("rmd17")
    page = (FOLDER.parent / "docs" / "performance.md").read_text(encoding="utf-8")
    table = page[page.index("| | 40 epochs | seconds | MACE") :].split("\n\n")[0].splitlines()[2:]
    measured = json.loads((FOLDER / "results" / "rmd17.json").read_text())["summary"]
    lines = [line for line in measured if line["epochs"] == 40]
    assert table == [rmd17.table_row(line) for line in lines]
    assert all(line["published"] == json.loads(json.dumps(rmd17.PUBLISHED[line["molecule"]])) for line in lines)


@pytest.mark.usefixtures("scripts")
def test_methane_from_energies_alone_trains_keeps_and_reports(tmp_path, monkeypatch):
    record, molecules = importlib.import_module("record"), importlib.import_module("molecules")
    module, structures = importlib.import_module("methane_energies"), importlib.import_module("invgen.data")
    monkeypatch.setattr(record, "RESULTS", tmp_path)
    numbers = np.array([6, 1, 1, 1, 1])
    frames = [structures.Structure(numbers, r, energy=e) for r, e, _ in zip(*clusters(30, numbers), strict=True)]
    monkeypatch.setattr(module, "load_recipe", lambda name, path: {"train": frames})
    for name, value in {"VALIDATION": 5, "TEST": 7, "SETTINGS": TINY}.items():
        monkeypatch.setattr(module, name, value)
    models = {"HIP-NN": {"kind": "hip-nn"}, "HIP-HOP-NN (2,3)": {"kind": "hip-hop-nn"}}
    monkeypatch.setattr(module, "MODELS", models)
    parts = module.everything(tmp_path)
    assert {name: len(part) for name, part in parts.items()} == {"validation": 5, "test": 7, "train": 18}
    assert sorted(s.energy for part in parts.values() for s in part) == sorted(s.energy for s in frames)
    planned = module.runs(tmp_path, tuple(models), (0, 1))
    assert len({run.name for run in planned}) == 4
    for run in planned[:3]:
        molecules.execute(run, tmp_path)
    module.report(planned, tmp_path)
    written = json.loads((tmp_path / "methane_energies.json").read_text())
    assert written["missing"] == [planned[3].name]
    first, second = written["summary"]
    assert (first["seeds"], second["seeds"]) == ([0, 1], [0])
    errors = [row["test"]["test"]["energy_mae"] for row in written["rows"] if row["model"] == "HIP-NN"]
    assert first["test_energy_mae"]["mean"] == pytest.approx(np.mean(errors) * 23.0605, rel=1e-5)
    assert "force_mae" not in written["rows"][0]["test"]["test"]
    assert module.table_row(first).count("|") == 6


@pytest.mark.usefixtures("scripts")
def test_the_table_of_methane_says_what_was_measured():
    methane = importlib.import_module("methane")
    measured = json.loads((FOLDER / "results" / "methane.json").read_text())
    assert table_of("| network | parameters | training frames |") == [methane.table_row(x) for x in measured["table"]]


@pytest.mark.usefixtures("scripts")
def test_the_table_of_methane_from_energies_alone_says_what_was_measured():
    module = importlib.import_module("methane_energies")
    measured = json.loads((FOLDER / "results" / "methane_energies.json").read_text())
    assert table_of("| network | energy RMSE | energy MAE |") == [module.table_row(x) for x in measured["summary"]]


@pytest.mark.usefixtures("scripts")
@pytest.mark.parametrize(
    ("script", "rows", "head"),
    [
        ("qm7", "table", "| network | split 0 |"),
        ("qm9", "summary", "| network | molecules | MAE"),
        ("transfer", "table", "| part | network | energies |"),
    ],
)
def test_tables_of_molecules_say_what_was_measured(script, rows, head):
    module = importlib.import_module(script)
    measured = json.loads((FOLDER / "results" / f"{script}.json").read_text())[rows]
    assert table_of(head) == [module.table_row(x) for x in measured]


@pytest.mark.usefixtures("scripts")
def test_the_table_of_the_demo_says_what_was_measured():
    module = importlib.import_module("demo_seeds")
    measured = json.loads((FOLDER / "results" / "demo_seeds.json").read_text())["table"]
    assert len(measured) == len(module.SEEDS)
    assert table_of("| seed | energy MAE |", "training") == [module.table_row(x) for x in measured]
    assert max(x[key]["ratio"] for x in measured for key in module.demo.CLAIMED) <= module.demo.LARGEST_RATIO


@pytest.mark.usefixtures("scripts")
def test_the_page_reads_the_lines_of_qm9_off_as_the_results_do():
    page = (FOLDER.parent / "docs" / "performance.md").read_text(encoding="utf-8")
    fits = json.loads((FOLDER / "results" / "qm9.json").read_text())["fits"]
    far = {line["kind"]: f"{line['extrapolated_kcal_per_mol']:.2f}" for line in fits}
    assert f"{far['hip-hop-nn']} kcal/mol for HIP-HOP-NN and {far['hip-nn']} for HIP-NN" in " ".join(page.split())


@pytest.mark.usefixtures("scripts")
def test_the_table_of_defaults_says_what_was_measured():
    script = importlib.import_module("train_defaults")
    measured = json.loads((FOLDER / "results" / "train_defaults.json").read_text())["summary"]
    assert table_of("| set | frames | settings |", "training") == [script.table_row(x) for x in measured]
    found = {(x["set"], x["recipe"]): x["energy_mae"] for x in measured}
    page = (FOLDER.parent / "docs" / "training.md").read_text(encoding="utf-8")
    told = page[page.index("The paper's, for random methane") :].split("```")[1].removeprefix("toml")
    assert tomllib.loads(told) == importlib.import_module("molecules").PAPER
    others = [(name, recipe) for name, recipe in script.PLAN if recipe != script.DEFAULTS]
    assert others
    assert all(max(found[key[0], script.DEFAULTS]["values"]) < min(found[key]["values"]) for key in others)


def table_of(head, page="performance"):
    """Rows of the table in a page of docs/ whose head begins so."""
    page = (FOLDER.parent / "docs" / f"{page}.md").read_text(encoding="utf-8")
    return page[page.index(head) :].split("\n\n")[0].splitlines()[2:]


class Line:
    """A side of the same budget: one weight w, energy w, forces w; a step moves it towards what the labels have."""

    def __init__(self, clock):
        self.weight, self.clock, self.rates, self.begun = 0.0, clock, [], 0

    def begin(self):
        self.begun, self.rates = self.begun + 1, []

    def step(self, rows, rate, done):
        assert len(rows) == 4
        assert 0 <= done < 1
        self.clock[0] += 0.5
        self.rates.append(rate)
        self.weight += rate * (1.0 - self.weight)

    def predict(self, part):
        self.clock[0] += 100.0
        return np.full(8, self.weight), np.full((8, 2, 3), self.weight)

    def weights(self):
        return self.weight

    def load(self, weights):
        self.weight = weights

    def parameters(self):
        return 1


@pytest.mark.usefixtures("scripts")
def test_a_budget_counts_steps_alone_ends_its_cycle_and_keeps_the_best_weights(monkeypatch):
    budget, clock = importlib.import_module("budget"), [0.0]
    monkeypatch.setattr(budget.time, "process_time", lambda: clock[0])
    labels = {"R": np.zeros((8, 2, 3)), "E": np.ones(8), "F": np.ones((8, 2, 3))}
    side = Line(clock)
    found = budget.spend(side, dict.fromkeys(budget.PARTS, labels), 20.0, 4, 0.1, 0)
    assert (found["steps"], found["spent"], found["epochs"]) == (40, 20.0, 20.0)
    assert side.begun == 2
    assert [look["spent"] / 20.0 for look in found["looks"]] == pytest.approx(budget.LOOKS, abs=0.026)
    assert found["validation"]["force_mae"] == min(look["force_mae"] for look in found["looks"])
    assert found["validation"]["force_mae"] == pytest.approx(1 - side.weight)
    assert max(side.rates) == pytest.approx(0.1)
    assert side.rates[0] < 0.01
    assert side.rates[-1] < 0.001
    worse = Line([0.0])
    monkeypatch.setattr(budget.time, "process_time", lambda: worse.clock[0])
    found = budget.spend(worse, dict.fromkeys(budget.PARTS, labels), 20.0, 4, 2.2, 0)
    errors = [look["force_mae"] for look in found["looks"]]
    assert errors[0] > errors[-1]
    assert abs(1 - worse.weight) == pytest.approx(min(errors))


@pytest.mark.slow
@pytest.mark.usefixtures("scripts")
def test_this_side_of_the_budget_takes_the_steps_of_a_training_and_the_runs_are_kept(tmp_path, monkeypatch):
    module, record = importlib.import_module("same_budget"), importlib.import_module("record")
    ours, budget = importlib.import_module("invgen_budget"), importlib.import_module("budget")
    data = tmp_path / "data"
    data.mkdir()
    write_sets(data)
    monkeypatch.setattr(importlib.import_module("rmd17"), "VALIDATION", 4)
    monkeypatch.setattr(record, "RESULTS", tmp_path)
    training = {"epochs": 1, "batch_size": 4, "optimizer": "muon", "average": 0.9, "learning_rate": 1e-3}
    settings = {"batch": 4, "rate": 1e-3, "config": {**TINY, "loss": {"kind": "mae"}, "training": training}}
    numbers, sets = budget.read(module.write_sets(tmp_path, data, "ethanol"))
    assert {part: len(s["E"]) for part, s in sets.items()} == {"train": 8, "validation": 4, "test": 12}
    side = ours.Invgen(numbers, sets, settings, 0)
    side.begin()
    trainer = importlib.import_module("invgen.potentials.training.trainer").Trainer
    model = ours.Invgen(numbers, sets, settings, 0).model
    other = trainer(model, side.data["train"], side.data["validation"], side.config.training, loss=side.config.loss)
    rows = np.array([1, 5, 2, 7])
    other.network.train()
    for rate in (1e-3, 5e-4):
        side.step(rows, rate, 0.0)
        other.optimizer.rate = rate
        other._one_step(importlib.import_module("torch").from_numpy(rows))
    for a, b in zip(side.model.parameters(), model.parameters(), strict=True):
        assert np.array_equal(a.detach().numpy(), b.detach().numpy())
    energy, forces = side.predict("test")
    kept = side.weights()
    side.load(kept)
    assert np.allclose(side.predict("test")[1], forces)
    assert (energy.shape, forces.shape) == ((12,), (12, 9, 3))
    monkeypatch.setattr(module, "SETTINGS", {"invgen": settings})
    monkeypatch.setattr(module, "MOLECULES", ("ethanol",))
    monkeypatch.setattr(module, "BUDGETS", (1,))
    for run in module.runs()[:2]:
        run.execute(tmp_path, data, sys.executable)
    module.report(tmp_path)
    written = json.loads((tmp_path / "same_budget.json").read_text())
    assert written["missing"] == ["invgen-ethanol-1-2"]
    (line,) = written["summary"]
    assert line["seeds"] == [0, 1]
    assert all(1.0 <= row["spent"] < 2.0 for row in written["rows"])
    assert str(tmp_path) not in json.dumps(written)
    monkeypatch.setattr(module, "SETTINGS", {"invgen": {**settings, "rate": 2e-3}})
    with pytest.raises(SystemExit, match="other settings"):
        module.report(tmp_path)


@pytest.mark.usefixtures("scripts")
def test_peers_have_the_best_of_their_trials_and_the_table_says_what_was_measured():
    module, budget = importlib.import_module("same_budget"), importlib.import_module("budget")
    measured = json.loads((FOLDER / "results" / "same_budget.json").read_text())
    assert measured["settings"] == json.loads(json.dumps(module.SETTINGS))
    for package in module.TRIALS:
        tried = [trial for trial in measured["trials"] if trial["package"] == package]
        assert len(tried) == len(module.TRIALS[package])
        best = min(tried, key=lambda trial: budget.score(trial["validation"]))
        assert best["settings"] == measured["settings"][package]
    assert table_of("| budget | molecule | invgen |") == module.table(measured["summary"])


@pytest.mark.usefixtures("scripts")
def test_the_table_of_sizes_of_fits_says_what_was_measured():
    fit_size = importlib.import_module("fit_size")
    page = (FOLDER.parent / "docs" / "potentials.md").read_text(encoding="utf-8")
    rows = json.loads((FOLDER / "results" / "fit_size.json").read_text())["rows"]
    table = "\n".join([fit_size.HEAD, *map(fit_size.table_row, rows)])
    assert [row["size"] for row in rows] == list(fit_size.BASES)
    assert table in page
