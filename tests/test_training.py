"""Trainings of partial labels, on several processes, that are extended, fine-tuned or multiplied; their evaluation."""

from __future__ import annotations

import dataclasses
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from types import SimpleNamespace
from unittest.mock import patch

import ase.io
import numpy as np
import pytest
import torch
from ase.calculators.singlepoint import SinglePointCalculator
from network_fixtures import CUTOFF, as_atoms, build, crystal, graph, labelled, molecule, pair_potential
from typer.testing import CliRunner

from invgen.cli import app, main
from invgen.data import DataError, Dataset, Structure, UnknownSpeciesError, read_structures, write_npz
from invgen.data.files import write_archive
from invgen.data.streamed import STREAMED
from invgen.nn import EnergyForces
from invgen.potentials import (
    ConfigError,
    InvgenCalculator,
    Trainer,
    TrainingError,
    evaluate,
    load_model,
    parse_config,
    save_model,
    train,
)
from invgen.potentials.committee import CommitteeCalculator
from invgen.potentials.optimizer import Optimizer
from invgen.potentials.saved import describe, state_arrays
from invgen.potentials.training import checkpoint, sets
from invgen.potentials.training.config import LossConfig, ModelConfig, ReferencesConfig, TrainingConfig
from invgen.potentials.training.processes import Processes, ProcessesError, started_processes
from invgen.potentials.training.schedule import make_schedule, torch_schedules
from invgen.potentials.training.start import set_references
from invgen.runs.interrupts import ctrl_c_is_noted
from invgen.runtime import choice

SETTINGS = TrainingConfig(epochs=3, batch_size=3, learning_rate=0.01, dtype="float64")
MODEL = {
    "kind": "hip-nn-ts", "l_max": 1, "features": 4, "sensitivities": 4, "soft_min": 0.8, "soft_max": 3.0,
    "cutoff": 4.0, "atom_layers": 1,
}  # fmt: skip


def trainer(
    train: list[Structure], validation: list[Structure], settings: TrainingConfig = SETTINGS, **more
) -> Trainer:
    sets = (Dataset.from_structures(some, CUTOFF) for some in (train, validation))
    return Trainer(build("hip-nn-ts-1", interactions=1), *sets, settings, **more)


def config(folder: Path, structures: list[Structure] | None = None, **tables: dict) -> object:
    """A configuration of three epochs on frames that are written to the folder."""
    path = write_npz(folder / "frames.npz", structures or labelled(12))
    values = {
        "data": {"train": str(path), "validation_size": 3, "test_size": 2},
        "model": MODEL,
        "training": {"epochs": 3, "batch_size": 4, "dtype": "float64", "learning_rate": 0.01},
        "output": {"folder": "out"},
    }
    return parse_config({**values, **{name: {**values.get(name, {}), **table} for name, table in tables.items()}})


# ---- labels -----------------------------------------------------------------------------------------------------


def without(structure: Structure, *labels: str) -> Structure:
    return dataclasses.replace(structure, **dict.fromkeys(labels))


def test_energies_alone_are_learnt_without_forces(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[bool] = []
    real = EnergyForces.forward

    def noting(self: EnergyForces, batch: object, differentiable: bool | None = None, **want: bool) -> object:
        asked.append(want["forces"])
        return real(self, batch, differentiable, **want)

    monkeypatch.setattr(EnergyForces, "forward", noting)
    bare = [without(s, "forces") for s in labelled(11)]
    one = trainer(bare[:8], bare[8:], dataclasses.replace(SETTINGS, epochs=40))
    assert one.run()
    assert asked
    assert not any(asked), "no gradient by positions is computed where none is learnt"
    assert "force_rmse" not in one.history[0]
    assert one.best["energy_rmse"] < 0.5 * one.history[0]["energy_rmse"]


def test_frames_with_some_labels_are_learnt_together() -> None:
    mixed = [without(s, "forces") if k % 2 else without(s, "energy") for k, s in enumerate(labelled(8))]
    one = trainer(mixed, labelled(3, 50), dataclasses.replace(SETTINGS, epochs=40))
    assert one.run()
    assert one.best["loss"] < 0.5 * one.history[0]["loss"]


def test_stresses_are_learnt() -> None:
    """Labels by a network with other weights; only stresses count."""
    torch.manual_seed(5)
    teacher = EnergyForces(build("hip-nn-ts-1", interactions=1)).eval()
    cells = [crystal(seed) for seed in range(10)]
    found = [teacher(graph(cell), stress=True).stress[0].numpy() for cell in cells]
    cells = [dataclasses.replace(cell, stress=stress) for cell, stress in zip(cells, found, strict=True)]
    torch.manual_seed(6)
    loss = LossConfig(energy=0.0, forces=0.0, stress=1.0)
    one = trainer(cells[:8], cells[8:], dataclasses.replace(SETTINGS, epochs=40), loss=loss)
    for parameter in one.model.parameters():
        parameter.data.add_(0.1 * torch.randn_like(parameter))
    assert one.run()
    assert one.best["stress_rmse"] < 0.3 * one.history[0]["stress_rmse"]
    assert set(one.history[0]) & {"energy_rmse", "force_rmse"} == set()


def test_labels_that_do_not_count_or_are_not_there_are_named_before_the_work() -> None:
    bare = [without(s, "energy", "forces") for s in labelled(3)]
    with pytest.raises(DataError, match=r"none of the 3 validation structures .* 0 with energy, 0 with forces"):
        trainer(labelled(4), bare)
    with pytest.raises(DataError, match=r"none of the 4 training .*wanted: stress"):
        trainer(labelled(4), [dataclasses.replace(crystal(), stress=np.ones(6))], loss=LossConfig(energy=0, forces=0))


def test_elements_of_the_other_sets_are_checked_before_the_work(tmp_path: Path) -> None:
    other = write_npz(tmp_path / "test.npz", [pair_potential(molecule(9, 4, species=(1, 7)))])
    with pytest.raises(UnknownSpeciesError, match=r"the test structures hold elements .* N in test.npz frame 0"):
        train(config(tmp_path, data={"test": str(other), "test_size": 0}), tmp_path)


def test_a_set_that_does_not_fit_is_refused_before_the_work(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("invgen.data.memory.available_memory", lambda: 100)
    with pytest.raises(DataError, match=r"memory are needed, 100 B are available"):
        train(config(tmp_path), tmp_path)
    assert not (tmp_path / "out" / "checkpoint.npz").exists()


def test_keys_and_units_travel_with_the_model(tmp_path: Path) -> None:
    """Labels in kcal/mol and Bohr under other names: a training in eV and Å, and an evaluation that is not told."""
    kcal, bohr = 1 / 23.060548, 0.529177
    frames = [as_atoms(s) for s in labelled(12)]
    for atoms, s in zip(frames, labelled(12), strict=True):
        atoms.info["REF_energy"], atoms.arrays["REF_forces"] = s.energy / kcal, s.forces / (kcal / bohr)
        atoms.positions /= bohr
    ase.io.write(tmp_path / "bohr.extxyz", frames, format="extxyz")
    labels = {
        "keys": {"energy": "REF_energy", "forces": "REF_forces"},
        "units": {"energy": "kcal/mol", "length": "Bohr"},
    }
    converted = train(config(tmp_path, data={"train": str(tmp_path / "bohr.extxyz"), **labels}), tmp_path)
    plain = train(config(tmp_path, output={"folder": "plain"}), tmp_path)
    assert converted.test == pytest.approx(plain.test, rel=1e-3)
    model = load_model(converted.folder / "model.safetensors")
    assert model.notes["labels"] == labels
    found = CliRunner().invoke(
        app, ["evaluate", str(converted.folder / "model.safetensors"), str(tmp_path / "bohr.extxyz"), "--json"]
    )
    again = evaluate(EnergyForces(model), Dataset.from_structures(labelled(12), CUTOFF)).errors()
    assert json.loads(found.stdout)["errors"] == pytest.approx(again, rel=1e-3)
    told = [*("--key=energy=REF_energy", "--key=forces=REF_forces"), *("--unit=energy=kcal/mol", "--unit=length=Bohr")]
    explicit = CliRunner().invoke(
        app, ["evaluate", str(converted.folder / "model.safetensors"), str(tmp_path / "bohr.extxyz"), "--json", *told]
    )
    assert explicit.stdout == found.stdout
    with pytest.raises(DataError, match="did you mean 'energy'"):
        train(config(tmp_path, data={"keys": {"enrgy": "E"}}), tmp_path)


def test_the_atom_of_a_primitive_cell_is_not_isolated(tmp_path: Path) -> None:
    """Its energy is no reference; that of the atom alone is, wherever it stands."""
    frames = ase.io.Trajectory(tmp_path / "atoms.traj", "w")
    for energy, cell in ((-9.0, [2.5, 2.5, 2.5]), (-3.0, None), (-7.0, [2.6, 2.6, 2.6])):
        atoms = ase.Atoms("C", cell=cell, pbc=cell is not None)
        atoms.calc = SinglePointCalculator(atoms, energy=energy, forces=np.zeros((1, 3)))
        frames.write(atoms)
    frames.close()
    structures = read_structures(tmp_path / "atoms.traj")
    model, references = build("hip-nn"), ReferencesConfig(method="isolated", energies={"H": 0.0, "O": 0.0})
    set_references(model, references, Dataset.from_structures(structures, CUTOFF), False)
    assert float(model.species_energies.values[model.species.index(6)]) == -3.0
    with pytest.raises(DataError, match="no structure of a single atom of C"):
        set_references(model, references, Dataset.from_structures(structures[:1], CUTOFF), False)


def test_reference_energies_are_given_or_fitted(tmp_path: Path) -> None:
    result = train(config(tmp_path, references={"method": "none", "energies": {"C": -3.5}}), tmp_path)
    energies = dict(zip(result.model.species, result.model.species_energies.values.tolist(), strict=True))
    assert energies == {1: 0.0, 6: -3.5, 8: 0.0}
    with pytest.raises(ConfigError, match=r"unknown references.method 'isolate'; did you mean 'isolated'"):
        config(tmp_path, references={"method": "isolate"})


# ---- settings ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("trained", [False, True])
def test_reference_energies_of_elements_that_a_model_lacks_are_errors(trained: bool) -> None:
    data = Dataset.from_structures(labelled(3), CUTOFF)
    with pytest.raises(DataError, match=r"unknown element of a reference energy 'N'"):
        set_references(build("hip-nn"), ReferencesConfig(energies={"N": -1.0}), data, trained)


def test_weight_decay_shortens_every_matrix_and_nothing_else() -> None:
    for kind in ("adam", "muon"):
        model = build("hip-hop-nn", interactions=1)
        before = {name: p.detach().clone() for name, p in model.named_parameters()}
        optimizer = Optimizer(model, kind, 0.01, 1.0, weight_decay=0.5)
        for parameter in model.parameters():
            parameter.grad = torch.zeros_like(parameter)
        optimizer.step()
        for name, parameter in model.named_parameters():
            factor = 1 - 0.01 * 0.5 if parameter.dim() > 1 else 1.0
            torch.testing.assert_close(parameter.detach(), factor * before[name], rtol=1e-12, atol=0)
        assert any("mixing" in name for name in before)


@pytest.mark.parametrize(
    ("name", "arguments", "every"),
    [
        ("ExponentialLR", {"gamma": 0.5}, "epoch"),
        ("CosineAnnealingLR", {"T_max": 12}, "step"),
        ("ReduceLROnPlateau", {"patience": 0, "factor": 0.1}, "epoch"),
        ("OneCycleLR", {"max_lr": 0.1, "total_steps": 20}, "step"),
    ],
)
def test_schedules_of_torch_go_on_where_they_were(name: str, arguments: dict, every: str) -> None:
    settings = TrainingConfig(learning_rate=0.1, schedule=name, schedule_arguments=arguments, schedule_every=every)

    def rates(schedule: object, epochs: int) -> list[float]:
        found = []
        for _ in range(epochs):
            for _ in range(3):
                found.append(schedule.learning_rate(0.0))
                schedule.step_done()
            schedule.epoch_done(1.0)
        return found

    whole, first = make_schedule(settings), make_schedule(settings)
    wanted = rates(whole, 4)
    found = rates(first, 2)
    second = make_schedule(settings)
    second.state = json.loads(json.dumps(first.state))
    assert found + rates(second, 2) == wanted
    assert len(set(wanted)) > 2


def test_unknown_and_useless_schedules_are_errors() -> None:
    assert "CosineAnnealingLR" in torch_schedules()
    assert not any(name.startswith("_") for name in torch_schedules())
    with pytest.raises(ConfigError, match=r"unknown training.schedule 'ExponentialLr'; did you mean 'ExponentialLR'"):
        make_schedule(TrainingConfig(schedule="ExponentialLr"))
    with pytest.raises(ConfigError, match=r"'ExponentialLR' with the schedule_arguments {'gama': 0.5} cannot be made"):
        make_schedule(TrainingConfig(schedule="ExponentialLR", schedule_arguments={"gama": 0.5}))
    with pytest.raises(ConfigError, match='schedule_every = "epoch"'):
        make_schedule(TrainingConfig(schedule="ReduceLROnPlateau", schedule_every="step"))


def test_training_ends_early_when_validation_stands_still() -> None:
    said: list[str] = []
    settings = dataclasses.replace(SETTINGS, epochs=50, early_stopping=2, learning_rate=1e-30, schedule="one-cycle")
    one = trainer(labelled(6), labelled(3, 50), settings, progress=said.append)
    assert one.run()
    assert len(one.history) == 3
    assert said[-1] == "no better validation loss for 2 epochs: ended early"


def test_a_gpu_that_is_not_there_is_an_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    with pytest.raises(ConfigError, match=r'training.device is "cuda", but torch .* finds no GPU here: take "auto"'):
        train(config(tmp_path, training={"device": "cuda"}), tmp_path)
    assert train(config(tmp_path, training={"device": "auto", "epochs": 1}), tmp_path).finished


def test_tensorboard_hears_every_epoch_or_is_said_to_be_missing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    points: list[tuple[str, float, int]] = []
    writer = SimpleNamespace(add_scalar=lambda *point: points.append(point), flush=lambda: None)
    begun: list[int | None] = []
    fake = SimpleNamespace(SummaryWriter=lambda folder, purge_step: begun.append(purge_step) or writer)
    monkeypatch.setitem(sys.modules, "torch.utils.tensorboard", fake)
    result = train(config(tmp_path, output={"tensorboard": True}), tmp_path)
    assert [(value, epoch) for name, value, epoch in points if name == "loss"] == [
        (row["loss"], row["epoch"]) for row in result.history
    ]
    train(config(tmp_path, output={"tensorboard": True}, training={"epochs": 4}), tmp_path, extend=True)
    assert begun == [None, 3]
    monkeypatch.setitem(sys.modules, "torch.utils.tensorboard", None)
    with pytest.raises(Exception, match="pip install tensorboard"):
        train(config(tmp_path, output={"tensorboard": True, "folder": "other"}), tmp_path)


def test_one_ctrl_c_may_come_twice(monkeypatch: pytest.MonkeyPatch) -> None:
    """From the terminal and from torchrun; another one, later, acts as usual."""
    now = [100.0]
    monkeypatch.setattr("invgen.runs.interrupts.time.monotonic", lambda: now[0])
    workers = signal.signal(signal.SIGINT, signal.default_int_handler)  # workers of pytest-xdist ignore it

    def press_again() -> None:
        with ctrl_c_is_noted() as interrupts:
            signal.raise_signal(signal.SIGINT)
            assert interrupts.noted
            signal.raise_signal(signal.SIGINT)
            now[0] += 2
            signal.raise_signal(signal.SIGINT)
            raise AssertionError("the later one was not heard")

    try:
        with pytest.raises(KeyboardInterrupt):
            press_again()
        assert signal.getsignal(signal.SIGINT) is signal.default_int_handler
    finally:
        signal.signal(signal.SIGINT, workers)


# ---- going on ---------------------------------------------------------------------------------------------------


def test_a_finished_training_is_extended(tmp_path: Path) -> None:
    first = train(config(tmp_path), tmp_path)
    longer = {"epochs": 6, "learning_rate": 0.005, "batch_size": 2}
    with pytest.raises(DataError, match=r"epochs \(was 3, now 6\).* extend it \(--extend, extend=True\)"):
        train(config(tmp_path, training=longer), tmp_path)
    second = train(config(tmp_path, training=longer), tmp_path, extend=True)
    assert second.history[:3] == first.history
    assert [row["epoch"] for row in second.history] == list(range(6))
    assert {row["batch_size"] for row in second.history[3:]} == {2}
    assert second.validation["loss"] <= first.validation["loss"]
    assert train(config(tmp_path, training=longer), tmp_path, extend=True).history == second.history


def unreadable(*arguments: object, **more: object) -> None:
    raise AssertionError("data were read")


def test_other_settings_are_refused_before_data_are_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    train(config(tmp_path), tmp_path)
    changed = [
        config(tmp_path, training={"epochs": 6}), config(tmp_path, model={"features": 5}),
        config(tmp_path, model={"kind": "hip-nn"}), config(tmp_path, loss={"forces": 2.0}),
        config(tmp_path, training={"dtype": "float32"}),
    ]  # fmt: skip
    monkeypatch.setattr("invgen.potentials.training.sets.read_structures", unreadable)
    for settings, told in zip(changed, ("epochs", "features", "kind", "loss.forces", "dtype"), strict=True):
        with pytest.raises(DataError, match=rf"belongs to another training: {told} \(was .*, now"):
            train(settings, tmp_path)
    labels = {"keys": {"energy": "E"}, "units": {"energy": "kcal/mol"}}
    told = r"training: data.keys.energy \(was None, now 'E'\), data.units.energy \(was None, now 'kcal/mol'\); to start"
    for extend in (False, True):
        with pytest.raises(DataError, match=told):
            train(config(tmp_path, data=labels), tmp_path, extend=extend)
    with pytest.raises(AssertionError, match="data were read"):
        train(config(tmp_path, data={"units": {"energy": "eV", "forces": "eV/Ang"}}), tmp_path)
    shorter = config(tmp_path, training={"learning_rate": 0.02})
    with pytest.raises(DataError, match="has 3 epochs behind it, and epochs is 3: raise it"):
        train(shorter, tmp_path, extend=True)
    with pytest.raises(AssertionError, match="data were read"):
        train(changed[0], tmp_path, extend=True)


@pytest.mark.parametrize("kind", ["new", "fine-tuned"])
def test_a_finished_training_says_so_without_reading_data(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    start = save_model(build("hip-nn-ts-1", interactions=1), tmp_path / "start.safetensors") if kind != "new" else None
    settings = config(tmp_path) if start is None else config(tmp_path, model={"features": 3})
    if start is not None:
        settings = dataclasses.replace(settings, model=ModelConfig())
    first = train(settings, tmp_path, start=start)
    with monkeypatch.context() as patch:
        patch.setattr("invgen.potentials.training.sets.read_structures", unreadable)
        said: list[str] = []
        again = train(settings, tmp_path, said.append, start=start)
    (line,) = said
    assert "finished before, with these settings and data" in line
    assert (again.finished, again.folder, again.validation, again.test, again.history) == (
        True, first.folder, first.validation, first.test, first.history,
    )  # fmt: skip
    assert again.model.notes == first.model.notes
    for name, array in state_arrays(first.model).items():
        np.testing.assert_array_equal(state_arrays(again.model)[name], array)


def test_a_finished_training_notices_what_changed(tmp_path: Path) -> None:
    train(config(tmp_path), tmp_path)
    for name in ("summary.json", "parity.png"):
        (tmp_path / "out" / name).unlink()
        said: list[str] = []
        assert train(config(tmp_path), tmp_path, said.append).finished
        assert not any("finished before" in line for line in said)
        assert (tmp_path / "out" / name).exists(), "the report is written again"
    said = []
    train(config(tmp_path, training={"checkpoint_seconds": 1.0}), tmp_path, said.append)
    assert not any("finished before" in line for line in said)
    moved = [dataclasses.replace(s, energy=s.energy + 1) for s in labelled(12)]
    with pytest.raises(DataError, match=r"training data \(other structures or labels\)"):
        train(config(tmp_path, moved), tmp_path)


def test_an_extension_keeps_data_and_model_and_needs_more_epochs(tmp_path: Path) -> None:
    train(config(tmp_path), tmp_path)
    with pytest.raises(
        DataError, match=r"features \(was 4, now 5\); to train another network, .* --from .*safetensors"
    ):
        train(config(tmp_path, model={"features": 5}, training={"epochs": 6}), tmp_path, extend=True)
    other = r"training data \(other structures or labels\).* start from its weights, .* --from .*safetensors"
    with pytest.raises(DataError, match=other):
        train(config(tmp_path, labelled(14)), tmp_path)
    config(tmp_path)  # writes the former frames
    with pytest.raises(DataError, match="has 3 epochs behind it, and epochs is 3: raise it"):
        train(config(tmp_path, training={"learning_rate": 0.02}), tmp_path, extend=True)


def test_what_a_continued_training_decided_is_no_other_one_s(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("INVGEN_CACHE", str(tmp_path / "cache"))
    monkeypatch.setenv("INVGEN_CHOICE", "measured")
    train(config(tmp_path), tmp_path)
    monkeypatch.setenv("INVGEN_CHOICE", "static")
    during: list[bool] = []
    longer = config(tmp_path, training={"epochs": 6})
    train(
        longer,
        tmp_path,
        lambda line: during.append(choice.measuring()) if line.startswith("epoch") else None,
        extend=True,
    )
    assert during == [True, True, True]
    assert not choice.measuring()
    train(config(tmp_path, output={"folder": "new"}), tmp_path)
    found = {name: checkpoint.read(tmp_path / name).header["choice"]["measured"] for name in ("out", "new")}
    assert found == {"out": True, "new": False}
    assert json.loads((tmp_path / "out" / "summary.json").read_text())["choice"]["measured"]


def test_one_cycle_begins_anew_in_an_extension(tmp_path: Path) -> None:
    cycle = {"schedule": "one-cycle"}
    train(config(tmp_path, training=cycle), tmp_path)
    result = train(config(tmp_path, training={**cycle, "epochs": 7}), tmp_path, extend=True)
    rates = [row["learning_rate"] for row in result.history]
    assert rates[2] < 0.1 * 0.01 < rates[3]
    assert rates[6] < 0.1 * 0.01


def test_fine_tuning_begins_with_the_weights_of_a_model(tmp_path: Path) -> None:
    """Other labels: a shift for every element, and a bit more. E⁰ take up the shift, so the first epoch is good."""
    first = train(config(tmp_path, training={"epochs": 60}), tmp_path)
    saved = first.folder / "model.safetensors"
    shifted = [dataclasses.replace(s, energy=s.energy + 5.0 * np.sum(s.numbers == 6)) for s in labelled(12)]
    plain = config(tmp_path, shifted, output={"folder": "tuned"}, training={"learning_rate": 1e-4})
    bare = dataclasses.replace(plain, model=type(plain.model)())
    tuned = train(bare, tmp_path, start=saved)
    scratch = train(config(tmp_path, shifted, output={"folder": "scratch"}), tmp_path)
    assert describe(tuned.model)["arguments"] == describe(first.model)["arguments"]
    assert tuned.history[0]["energy_rmse"] < 3 * first.validation["energy_rmse"]
    assert tuned.history[0]["energy_rmse"] < 0.5 * scratch.history[0]["energy_rmse"]
    shift = tuned.model.species_energies.values - first.model.species_energies.values
    np.testing.assert_allclose(shift.numpy(), [0.0, 5.0, 0.0], atol=0.2)
    with pytest.raises(ConfigError, match=r"model.features is 5, and .* has 4: leave it out"):
        train(dataclasses.replace(bare, model=dataclasses.replace(bare.model, features=5)), tmp_path, start=saved)
    other = [pair_potential(molecule(k, 4, species=(1, 7))) for k in range(9)]
    with pytest.raises(UnknownSpeciesError, match="knows the elements H, C, O, the training structures have N besides"):
        train(config(tmp_path, other, output={"folder": "new"}), tmp_path, start=saved)


# ---- files ------------------------------------------------------------------------------------------------------


def test_models_are_equal_bytes_and_old_archives_are_read(tmp_path: Path) -> None:
    model = build("hip-hop-nn")
    model.notes = {"units": {"energy": "kcal/mol"}, "keys": {}}
    first, second = save_model(model, tmp_path / "a.safetensors"), save_model(model, tmp_path / "b.safetensors")
    assert first.read_bytes() == second.read_bytes()
    assert load_model(first).notes == model.notes
    old = write_archive(tmp_path / "old.npz", {"kind": "invgen model", **describe(model)}, state_arrays(model))
    for name, array in state_arrays(load_model(old)).items():
        np.testing.assert_array_equal(array, state_arrays(model)[name])


@pytest.mark.parametrize("damage", ["flip", "cut", "foreign"])
def test_damaged_models_are_refused(tmp_path: Path, damage: str) -> None:
    path = save_model(build("hip-nn"), tmp_path / "model.safetensors")
    data = bytearray(path.read_bytes())
    if damage == "flip":
        data[-5] ^= 1
    path.write_bytes(data[:-8] if damage == "cut" else b"not a model" if damage == "foreign" else data)
    with pytest.raises(DataError, match="checksum" if damage == "flip" else "truncated or no model of invgen"):
        load_model(path)


def test_a_full_disk_is_told_and_leaves_the_last_checkpoint(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first = trainer(labelled(6), labelled(3, 50), folder=tmp_path)
    first._take_steps()
    first._save()
    kept = {path.name: path.read_bytes() for path in tmp_path.iterdir()}

    def full(descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(TrainingError, match=r"cannot be written to \(.*No space left .*make room, and run again"):
        first.run()
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == kept
    monkeypatch.undo()
    assert trainer(labelled(6), labelled(3, 50), folder=tmp_path).run()


def test_a_checkpoint_is_written_last(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """One that says all is finished, beside a model of an earlier epoch or none, would be believed for ever."""
    with monkeypatch.context() as patched:
        patched.setattr("invgen.potentials.training.trainer.save_model", lambda *arguments: os.close(-1))
        with pytest.raises(TrainingError, match="cannot be written to"):
            trainer(labelled(6), labelled(3, 50), folder=tmp_path).run()
    again = trainer(labelled(6), labelled(3, 50), folder=tmp_path)
    assert again.run()
    saved = load_model(tmp_path / "model.safetensors")
    assert all(np.array_equal(a, state_arrays(saved)[k]) for k, a in state_arrays(again.model).items())


# ---- evaluation and committees ----------------------------------------------------------------------------------


def test_evaluation_is_what_numpy_says() -> None:
    model = build("hip-hop-nn")
    structures = [dataclasses.replace(s, group="even" if k % 2 == 0 else "odd") for k, s in enumerate(labelled(5))]
    structures.append(dataclasses.replace(crystal(), stress=np.full(6, 0.1)))
    found = evaluate(EnergyForces(model).eval(), Dataset.from_structures(structures, CUTOFF))
    single = [EnergyForces(model).eval()(graph(s), stress=True) for s in structures]
    energy = np.array([p.energy.item() - s.energy for p, s in zip(single[:5], structures, strict=False)])
    forces = [p.forces.numpy() - s.forces for p, s in zip(single[:5], structures, strict=False)]
    errors = found.errors()
    assert errors["energy_rmse"] == pytest.approx(np.sqrt(np.mean(energy**2)), rel=1e-10)
    per_atom = energy / [s.atoms for s in structures[:5]]
    assert errors["energy_per_atom_mae"] == pytest.approx(np.mean(np.abs(per_atom)), rel=1e-10)
    assert errors["force_mae"] == pytest.approx(np.mean(np.abs(np.concatenate(forces))), rel=1e-10)
    stress = single[5].stress[0].numpy() - 0.1
    assert errors["stress_rmse"] == pytest.approx(np.sqrt(np.mean(stress**2)), rel=1e-10)
    groups = found.by_group()
    assert groups["odd"]["energy_mae"] == pytest.approx(np.mean(np.abs(energy[[1, 3]])), rel=1e-10)
    assert set(groups) == {"even", "odd", "no group"}
    carbon = np.concatenate([f[s.numbers == 6] for f, s in zip(forces, structures, strict=False)])
    assert found.by_element()["C"]["force_rmse"] == pytest.approx(np.sqrt(np.mean(carbon**2)), rel=1e-10)
    assert json.loads(json.dumps(found.to_json()))["labelled"] == {"energy": 5, "stress": 1, "forces (atoms)": 19}
    assert "stress RMSE (meV/Å^3)" in found.table()


def broken(model: torch.nn.Module) -> torch.nn.Module:
    """Its energies are no numbers."""
    with torch.no_grad():
        model.energy_layers[0].bias.fill_(torch.nan)
    return model


def test_predictions_that_are_no_numbers_count() -> None:
    """They were dropped like missing labels, so that a network without any sense had no errors at all."""
    structures = [*labelled(2), without(labelled(3)[2], "energy")]
    data = Dataset.from_structures(structures, CUTOFF)
    errors = evaluate(EnergyForces(broken(build("hip-nn"))).eval(), data).errors()
    assert np.isnan(errors["energy_rmse"])
    assert errors["force_rmse"] == evaluate(EnergyForces(build("hip-nn")).eval(), data).errors()["force_rmse"]
    missing = Dataset.from_structures([without(s, "energy") for s in structures], CUTOFF)
    assert "energy_rmse" not in evaluate(EnergyForces(broken(build("hip-nn"))).eval(), missing).errors()


def test_a_training_ends_when_predictions_are_no_numbers(tmp_path: Path) -> None:
    one = trainer(labelled(6), labelled(3, 50), folder=tmp_path)
    broken(one.model)
    with pytest.raises(TrainingError, match="the loss is nan in epoch 0, step 0; lower learning_rate"):
        one.run()
    other = trainer(labelled(6), labelled(3, 50), dataclasses.replace(SETTINGS, average=0.0), folder=tmp_path)
    other._take_steps()
    broken(other.model)
    with pytest.raises(TrainingError, match="the validation loss is nan in epoch 0: lower learning_rate"):
        other._end_epoch()
    assert not list(tmp_path.iterdir())


def test_evaluate_on_the_command_line(tmp_path: Path) -> None:
    model = save_model(build("hip-nn"), tmp_path / "model.safetensors")
    frames = write_npz(tmp_path / "frames.npz", labelled(4))
    result = CliRunner().invoke(app, ["evaluate", str(model), str(frames), "--json"])
    assert result.exit_code == 0, result.output
    wanted = evaluate(EnergyForces(build("hip-nn")).eval(), Dataset.from_structures(labelled(4), CUTOFF)).to_json()
    assert json.loads(result.stdout) == json.loads(json.dumps(wanted))
    table = CliRunner().invoke(app, ["evaluate", str(model), str(frames)]).output
    assert "energy per atom RMSE (meV/atom)" in table
    assert "atoms of C" in table
    bare = tmp_path / "bare.xyz"
    ase.io.write(bare, [as_atoms(molecule())], format="extxyz")
    failed = CliRunner().invoke(app, ["evaluate", str(model), str(bare)])
    assert isinstance(failed.exception, DataError)
    assert "has no label to compare with" in str(failed.exception)


def test_a_committee_tells_mean_and_spread(tmp_path: Path) -> None:
    for member in (0, 1, 2):
        train(config(tmp_path, training={"epochs": 1}), tmp_path, member=member)
    calculator = CommitteeCalculator(tmp_path / "out")
    for structure in (molecule(3), crystal(3)):
        atoms, singles = as_atoms(structure), []
        for member in (0, 1, 2):
            atoms.calc = InvgenCalculator(tmp_path / "out" / f"member-{member}" / "model.safetensors")
            singles.append((atoms.get_potential_energy(), atoms.get_forces()))
        atoms.calc = calculator
        energies, forces = np.array([e for e, _ in singles]), np.array([f for _, f in singles])
        assert atoms.get_potential_energy() == pytest.approx(energies.mean(), rel=1e-12)
        np.testing.assert_allclose(atoms.get_forces(), forces.mean(0), atol=1e-12)
        assert calculator.results["energy_std"] == pytest.approx(energies.std(ddof=1), rel=1e-9)
        assert calculator.results["energy_std"] > 0
        np.testing.assert_allclose(calculator.results["forces_std"], forces.std(0, ddof=1), atol=1e-12)
        assert ("stress_std" in calculator.results) == structure.periodic.all()
    with pytest.raises(DataError, match="at least two members, got 1"):
        CommitteeCalculator([build("hip-nn")])
    with pytest.raises(DataError, match="holds no member"):
        CommitteeCalculator(tmp_path)
    torch.manual_seed(0)
    other = type(build("hip-nn"))(species=(1, 6), features=4, sensitivities=4)
    with pytest.raises(DataError, match=r"member 1 .* numbers \[1, 6\], member 0 for \[1, 6, 8\]"):
        CommitteeCalculator([build("hip-nn"), other])


def test_the_command_line_passes_on_what_it_was_asked_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[dict[str, object]] = []

    def noted(config: object, base: Path, say: object, bar: object, **options: object) -> object:
        asked.append(options)
        return SimpleNamespace(finished=True, validation={"energy_rmse": 0.002, "energy_mae": 0.001}, test=None)

    monkeypatch.setattr("invgen.potentials.training.run.train", noted)
    for name in ("model.safetensors", "train.extxyz"):
        (tmp_path / name).touch()
    path = tmp_path / "c.toml"
    path.write_text('[data]\ntrain = "train.extxyz"\nvalidation_size = 1\n')
    command = ["train", str(path), "--committee", "3", "--extend", "--from", str(tmp_path / "model.safetensors")]
    result = CliRunner().invoke(app, command)
    assert result.exit_code == 0, result.output
    assert [options["member"] for options in asked] == [0, 1, 2]
    assert all(options["extend"] is True for options in asked)
    assert asked[0]["start"] == (tmp_path / "model.safetensors").resolve()
    assert CliRunner().invoke(app, ["train", str(path)]).exit_code == 0
    assert asked[3] == {"start": None, "extend": False, "member": None}


# ---- several processes ------------------------------------------------------------------------------------------


def work(folder: Path, fail: bool = False) -> None:
    """A training by however many processes: batches of 3, 3 and 1 systems, labels missing in turn; keeps gradients."""
    frames = [without(s, ("forces", "energy")[k % 3]) if k % 3 < 2 else s for k, s in enumerate(labelled(12))]
    parts = {"train": frames[:7], "validation": frames[7:10], "test": frames[10:]}
    training = {"epochs": 2, "batch_size": 3, "average": 0.9, "clip": 1.0, "checkpoint_seconds": 0.0}
    kept: list[np.ndarray] = []
    step = Trainer._backward

    def noting(self: Trainer, systems: torch.Tensor) -> float:
        value = step(self, systems)
        kept.append(np.concatenate([p.grad.numpy().ravel() for p in self.model.parameters() if p.grad is not None]))
        if fail and self.processes.rank == 1 and len(kept) == 4:
            raise SystemExit(9)
        return value

    folder.mkdir(exist_ok=True)
    with (
        patch.object(sets, "load_splits", lambda settings, base, stage: parts),
        patch.object(Trainer, "_backward", noting),
    ):
        train(config(folder, training=training), folder)
    np.save(folder / f"gradients-{len(kept)}.npy", np.stack(kept))


def launch(folder: Path, count: int, fail: bool = False) -> subprocess.CompletedProcess[str]:
    """``work`` by ``count`` processes under torchrun."""
    script = folder / "worker.py"
    script.write_text(
        f"import sys\nfrom pathlib import Path\nsys.path.insert(0, {str(Path(__file__).parent)!r})\n"
        f"from test_training import work\nwork(Path({str(folder)!r}), fail={fail})\n"
    )
    environment = {**os.environ, "OMP_NUM_THREADS": "1", "NUMBA_NUM_THREADS": "1"}
    command = [
        sys.executable,
        "-m",
        "torch.distributed.run",
        "--standalone",
        "--nproc-per-node",
        str(count),
        str(script),
    ]
    return subprocess.run(command, capture_output=True, text=True, env=environment, timeout=300)


@pytest.fixture(scope="module")
def alone(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("alone")
    work(folder)
    return folder


@pytest.mark.slow
def test_two_processes_take_the_steps_of_one(tmp_path: Path, alone: Path) -> None:
    """Gradients of every step, weights and errors, to round-off; a share of the last batch is empty."""
    done = launch(tmp_path, 2)
    assert done.returncode == 0, done.stderr
    one, two = (np.load(folder / "gradients-6.npy") for folder in (alone, tmp_path))
    assert one.shape == two.shape
    np.testing.assert_allclose(two, one, rtol=0, atol=1e-9 * np.abs(one).max())
    first, second = (load_model(folder / "out" / "model.safetensors") for folder in (alone, tmp_path))
    for name, array in state_arrays(first).items():
        np.testing.assert_allclose(state_arrays(second)[name], array, rtol=1e-7, atol=1e-9)
    summaries = [json.loads((folder / "out" / "summary.json").read_text()) for folder in (alone, tmp_path)]
    assert summaries[1]["test"] == pytest.approx(summaries[0]["test"], rel=1e-7)
    lines = (tmp_path / "out" / "log.txt").read_text().splitlines()
    assert sum(line.startswith("epoch 0:") for line in lines) == 1, "one process tells"
    assert any("2 processes" in line for line in lines)


@pytest.mark.slow
def test_another_number_of_processes_goes_on_and_a_dead_one_is_told(tmp_path: Path, alone: Path) -> None:
    """The second of two dies in the second epoch; one alone finishes what they began."""
    failed = launch(tmp_path, 2, fail=True)
    assert failed.returncode != 0
    assert "lost the others" in failed.stderr or "exitcode  : 9" in failed.stderr
    work(tmp_path)
    assert "continuing" in (tmp_path / "out" / "log.txt").read_text()
    first, second = (load_model(folder / "out" / "model.safetensors") for folder in (alone, tmp_path))
    for name, array in state_arrays(first).items():
        np.testing.assert_allclose(state_arrays(second)[name], array, rtol=1e-7, atol=1e-9)


def test_a_lost_process_is_an_error_with_a_remedy(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(values: torch.Tensor) -> None:
        raise RuntimeError("Connection closed by peer")

    monkeypatch.setattr(torch.distributed, "all_reduce", broken)
    with pytest.raises(ProcessesError, match=r"process 0 of 2 lost the others \(Connection closed .* run the same"):
        Processes(0, 2).sum(torch.zeros(3))
    assert Processes().any(True)
    assert Processes(1, 3).share(torch.arange(5)).tolist() == [1, 4]


def test_a_process_that_is_asked_to_end_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    """torchrun does so when another one has died; afterwards the signal means what it meant before."""
    monkeypatch.setenv("WORLD_SIZE", "2")
    monkeypatch.setattr(torch.distributed, "init_process_group", lambda *arguments, **more: None)
    monkeypatch.setattr(torch.distributed, "destroy_process_group", lambda: None)
    monkeypatch.setattr(torch.distributed, "get_rank", lambda: 1)
    before = signal.getsignal(signal.SIGTERM)

    def share() -> None:
        with started_processes(torch.device("cpu")) as processes:
            assert processes == Processes(1, 2)
            os.kill(os.getpid(), signal.SIGTERM)
            time.sleep(10)

    with pytest.raises(ProcessesError, match=r"process 1 of 2 was asked to end.* run the same command again"):
        share()
    assert signal.getsignal(signal.SIGTERM) is before


def test_errors_of_processes_are_lines_that_name_the_process(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def lost(**options: object) -> None:
        raise ProcessesError("process 1 of 2 lost the others")

    monkeypatch.setattr("invgen.cli.app", lost)
    monkeypatch.setenv("RANK", "1")
    with pytest.raises(SystemExit) as ended:
        main()
    assert ended.value.code == 2
    assert capsys.readouterr().err == "process 1: error: process 1 of 2 lost the others\n"


# ---- published data sets ----------------------------------------------------------------------------------------


def test_a_recipe_is_trained_and_tested_as_published(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    atoms = [Structure([z], np.zeros((1, 3)), energy=float(-z)) for z in (1, 6, 8)]
    parts = {"train": labelled(9), "test": labelled(2, 50), "isolated_atoms": atoms}
    asked: list[tuple[str, Path, str | None]] = []

    def load(name: str, path: Path, split: str | None) -> dict[str, list[Structure]]:
        asked.append((name, path, split))
        return dict(parts)

    monkeypatch.setattr("invgen.potentials.training.sets.load_recipe", load)
    data = {"recipe": "acac", "path": "files", "validation_size": 2}

    def recipe_config(**more: object) -> object:
        given = {k: v for k, v in {**data, **more}.items() if v is not None}
        return parse_config(
            {
                "data": given, "model": MODEL, "training": {"epochs": 1, "dtype": "float64"},
                "references": {"method": "isolated"},
            }
        )  # fmt: skip

    result = train(recipe_config(split="second"), tmp_path)
    assert asked == [("acac", tmp_path / "files", "second")]
    assert result.model.species_energies.values.tolist() == [-1.0, -6.0, -8.0]
    assert result.test is not None
    log = (result.folder / "log.txt").read_text()
    assert "structures: 2 validation, 0 test, 7 train" not in log
    assert "2 test" in log
    with pytest.raises(ConfigError, match=r"acac publishes a test set: leave data\.test_size out"):
        train(recipe_config(test_size=2), tmp_path)
    with pytest.raises(ConfigError, match="acac publishes no validation set"):
        train(recipe_config(validation_size=None), tmp_path)
    parts["validation"] = labelled(3, 60)
    with pytest.raises(ConfigError, match="publishes a validation set: leave"):
        train(recipe_config(), tmp_path)


# ---- sets larger than memory ------------------------------------------------------------------------------------


@pytest.mark.parametrize("suffix", STREAMED)
def test_a_streamed_set_is_trained_as_one_in_memory(tmp_path: Path, suffix: str) -> None:
    """The same frames in a database: the same steps, the same errors."""
    from ase.db import connect

    with connect(tmp_path / f"frames{suffix}") as database:
        for structure in labelled(12):
            atoms = as_atoms(structure)
            atoms.calc = SinglePointCalculator(atoms, energy=structure.energy, forces=structure.forces)
            database.write(atoms)
    data: dict[str, object] = {"train": str(tmp_path / f"frames{suffix}"), "streamed": True}
    streamed = train(config(tmp_path, data=data), tmp_path)
    held = train(config(tmp_path, output={"folder": "held"}), tmp_path)
    assert streamed.test == pytest.approx(held.test, rel=1e-9)
    for name, array in state_arrays(held.model).items():
        np.testing.assert_allclose(state_arrays(streamed.model)[name], array, rtol=1e-9, atol=1e-12)
    assert "7 train, streamed" in (streamed.folder / "log.txt").read_text()
    with pytest.raises(DataError, match="cannot be read row by row"):
        train(config(tmp_path, data={"streamed": True}, output={"folder": "other"}), tmp_path)
    other = [pair_potential(molecule(k, 4, species=(1, 7))) for k in range(2)]
    with connect(tmp_path / "test.db") as database:
        for structure in other:
            database.write(as_atoms(structure))
    data |= {"test": str(tmp_path / "test.db"), "test_size": 0}
    with pytest.raises(UnknownSpeciesError, match="the test structures hold N, which no training"):
        train(config(tmp_path, data=data, output={"folder": "more"}), tmp_path)
