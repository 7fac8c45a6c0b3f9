"""The scripts in ``benchmarks/`` fit the package: the names they take from it exist, and growth runs on small cases."""

from __future__ import annotations

import ast
import importlib
import json
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pytest
from tolerances import FINITE_DIFFERENCE, KERNEL, LAW

import invgen
from invgen.files import write_text

FOLDER = Path(__file__).resolve().parent.parent / "benchmarks"
SCRIPTS = {path.stem: path for path in sorted(FOLDER.glob("*.py"))}


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
def scripts(monkeypatch, tmp_path):
    """The folder as a place to import from; what scripts set in the environment is undone."""
    monkeypatch.syspath_prepend(str(FOLDER))
    monkeypatch.setenv("OMP_NUM_THREADS", "1")
    monkeypatch.setenv("INVGEN_CACHE", str(tmp_path / "cache"))


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
