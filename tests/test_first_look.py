"""What a training and an evaluation say about their files: labels under other names, missing ones, signs, progress."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path

import ase.io
import numpy as np
import pytest
from ase.calculators.singlepoint import SinglePointCalculator
from ase.db import connect
from network_fixtures import CUTOFF, as_atoms, build, crystal, labelled, molecule, pair_potential
from test_training import config, without
from typer.testing import CliRunner

from invgen.ace import fit_file
from invgen.cli import app
from invgen.data import DataError, Dataset, LabelFormat, StreamedDataset, Structure, read_structures, write_npz
from invgen.data.differences import force_slope
from invgen.data.first_look import first_look, lacking
from invgen.data.labels import LABELS
from invgen.data.structures import overlooked_labels
from invgen.nn import EnergyForces
from invgen.potentials import InvgenCalculator, evaluate, load_model, save_model, train
from invgen.potentials.evaluated import evaluate_file
from invgen.potentials.training.config import ModelConfig
from invgen.runs.config import ConfigError
from invgen.runs.preparation import stages_told


def renamed(path: Path, structures: list[Structure], energy: str, forces: str, unit: float = 1.0) -> Path:
    """Extended XYZ with the labels under other names."""
    frames = [as_atoms(s) for s in structures]
    for atoms, s in zip(frames, structures, strict=True):
        atoms.info[energy], atoms.arrays[forces] = s.energy / unit, s.forces / unit
    ase.io.write(path, frames, format="extxyz")
    return path


def said_in(folder: Path, settings: object) -> list[str]:
    """All lines of a training."""
    said: list[str] = []
    train(settings, folder, said.append)
    return said


# ---- labels -----------------------------------------------------------------------------------------------------


def test_labels_under_other_names_are_told_with_the_key(tmp_path: Path) -> None:
    path = renamed(tmp_path / "frames.extxyz", labelled(12), "energy", "dft_forces")
    said = said_in(tmp_path, config(tmp_path, data={"train": str(path)}, training={"epochs": 1}))
    hints = [line for line in said if "dft_forces" in line]
    assert len(hints) == 1
    assert 'keys = {forces = "dft_forces"}' in hints[0]
    assert hints[0].startswith("warning: no frame of frames.extxyz has a label 'forces'")
    quiet = said_in(
        tmp_path, config(tmp_path, data={"train": str(path)}, loss={"forces": 0.0}, output={"folder": "quiet"})
    )
    assert not any("dft_forces" in line for line in quiet), "what does not count is not looked for"


def test_nothing_is_said_of_labels_that_are_read_or_of_other_entries(tmp_path: Path) -> None:
    frames = [as_atoms(molecule(k)) for k in range(3)]
    for atoms in frames:
        atoms.info |= {"energy": 1.0, "entropy": 2.0, "energy_of": "a name"}
        atoms.arrays["velocities"] = np.ones((len(atoms), 3))
    ase.io.write(tmp_path / "a.extxyz", frames, format="extxyz")
    assert overlooked_labels(tmp_path / "a.extxyz", LabelFormat(), {"energy"}) == []
    np.savez(
        tmp_path / "a.npz", Z=np.ones((2, 2)), R=np.ones((2, 2, 3)), total_energy=np.ones(2), virials=np.ones((2, 6))
    )
    energy, virial = overlooked_labels(tmp_path / "a.npz", LabelFormat(), ())
    assert energy.endswith('keys = {energy = "total_energy"}')
    assert virial.endswith('keys = {virial = "virials"}')
    assert overlooked_labels(tmp_path / "a.npz", LabelFormat({"energy": "total_energy"}), {"energy", "stress"}) == []
    np.savez(tmp_path / "b.npz", Z=np.ones((2, 2)), R=np.ones((2, 2, 3)), E_kcal=np.ones(2))
    (line,) = overlooked_labels(tmp_path / "b.npz", LabelFormat(), ())
    assert line == "no frame of b.npz has a label; there are E_kcal, R, Z: name the right ones as keys"


def test_invgen_data_tells_of_labels_under_other_names(tmp_path: Path) -> None:
    path = renamed(tmp_path / "frames.extxyz", labelled(4), "REF_energy", "REF_forces")
    found = CliRunner().invoke(app, ["data", str(path)])
    assert found.exit_code == 0, found.output
    assert 'keys = {energy = "REF_energy"}' in found.stdout
    keyed = CliRunner().invoke(app, ["data", str(path), "--key", "energy=REF_energy", "--key", "forces=REF_forces"])
    assert "keys =" not in keyed.stdout


def test_frames_that_lack_labels_are_named(tmp_path: Path) -> None:
    mixed = labelled(12)
    mixed[3], mixed[5] = without(mixed[3], "forces"), without(mixed[5], "energy", "forces")
    frames = [as_atoms(s) for s in mixed]
    for atoms, s in zip(frames, mixed, strict=True):
        results = {name: getattr(s, name) for name in ("energy", "forces") if getattr(s, name) is not None}
        atoms.calc = SinglePointCalculator(atoms, **results)
    ase.io.write(tmp_path / "mixed.traj", frames)
    write_npz(tmp_path / "other.npz", labelled(3, 50))
    data = {"train": str(tmp_path / "mixed.traj"), "validation": str(tmp_path / "other.npz"), "test_size": 0}
    settings = config(tmp_path, training={"epochs": 1})
    settings = dataclasses.replace(settings, data=dataclasses.replace(settings.data, validation_size=None, **data))
    said = said_in(tmp_path, settings)
    assert "1 of 11 frames has no forces, such as mixed.traj frame 3; the rest of them is used" in said
    (warning,) = [line for line in said if line.startswith("warning: nothing is learnt")]
    assert "of 1 frames, which have no energy and no forces: mixed.traj frame 5; label or remove them" in warning


def test_a_test_set_without_labels_is_an_error_before_the_work(tmp_path: Path) -> None:
    ase.io.write(tmp_path / "bare.xyz", [as_atoms(molecule(k, 4)) for k in range(2)], format="extxyz")
    with pytest.raises(DataError, match="none of the 2 test structures has a label to compare with"):
        train(config(tmp_path, data={"test": str(tmp_path / "bare.xyz"), "test_size": 0}), tmp_path)
    assert not (tmp_path / "out" / "checkpoint.npz").exists()


def near(count: int, sign: float = 1.0) -> list[Structure]:
    """Frames of one molecule that are near each other; forces perhaps with another sign."""
    rest, rng = molecule(1, 4), np.random.default_rng(0)
    moved = [Structure(rest.numbers, rest.positions + 0.03 * rng.normal(size=(4, 3))) for _ in range(count)]
    found = [pair_potential(s) for s in moved]
    return [dataclasses.replace(s, forces=sign * s.forces) for s in found]


class Begun(Exception):
    """The fit itself."""


@pytest.mark.parametrize("sign", [1.0, -1.0])
def test_a_fit_looks_at_its_labels_before_it_begins(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, sign: float
) -> None:
    def begin(*sets: object, **settings: object) -> None:
        raise Begun

    monkeypatch.setattr("invgen.ace.fitting.run.fit", begin)
    monkeypatch.setattr("invgen.cli.application.err.width", 10_000)
    frames = near(30, sign)
    atoms = [as_atoms(s) for s in frames]
    for k, s in enumerate(frames):
        found = {"energy": s.energy} if k == 4 else {"energy": s.energy, "forces": s.forces}
        atoms[k].calc = SinglePointCalculator(atoms[k], **found)
    ase.io.write(tmp_path / "frames.traj", atoms)
    (tmp_path / "fit.toml").write_text(
        '[data]\ntrain = "frames.traj"\n[basis]\ntotal_degree = 3\n[radial]\ncutoff = 4.0\n'
    )
    done = CliRunner().invoke(app, ["fit", str(tmp_path / "fit.toml")])
    assert isinstance(done.exception, Begun)
    assert "labels: energy 30, forces 29, stress 0" in done.stdout
    assert "1 of 30 frames has no forces, such as frames.traj frame 4; the rest of them is used" in done.stdout
    assert ("warning: forces" in done.stderr and "the sign of the forces is flipped" in done.stderr) == (sign < 0)


def test_a_cutoff_that_is_no_length_is_refused_before_data_are_read(tmp_path: Path) -> None:
    (tmp_path / "frames.npz").touch()
    (tmp_path / "fit.toml").write_text(
        '[data]\ntrain = "frames.npz"\n[basis]\ntotal_degree = 3\n[radial]\ncutoff = -4.0\n'
    )
    with pytest.raises(ConfigError, match=r"radial.cutoff is a length in Å: it must be positive, got -4"):
        fit_file(tmp_path / "fit.toml")


@pytest.mark.parametrize("sign", [1.0, -1.0])
def test_flipped_forces_are_told_when_a_training_begins(tmp_path: Path, sign: float) -> None:
    said = said_in(tmp_path, config(tmp_path, near(30, sign), training={"epochs": 1}))
    assert any("the sign of the forces is flipped" in line for line in said) == (sign < 0)


def test_few_frames_far_apart_are_no_reason_for_a_warning() -> None:
    """``invgen data --forces`` tells what it sees; a training that nobody asked warns of what is sure."""
    few = near(6, 0.75)
    assert force_slope(few).fits is False
    assert not any("against" in line for line in first_look(few, CUTOFF, LABELS, LabelFormat()))
    many = near(30, 0.75)
    assert force_slope(many).fits is False
    assert not any("against" in line for line in first_look(many, CUTOFF, LABELS, LabelFormat()))
    assert any("against" in line for line in first_look(near(30, 0.5), CUTOFF, LABELS, LabelFormat()))


def test_a_stress_without_a_volume_is_told_and_not_learnt(tmp_path: Path) -> None:
    slab = dataclasses.replace(crystal(), periodic=(True, True, False), energy=1.0, stress=np.ones(6))
    solid = dataclasses.replace(crystal(1), energy=1.0, stress=np.ones(6))
    both = [slab, solid]
    assert Dataset.from_structures(both, CUTOFF).labelled() == {"energy": 2, "forces": 0, "stress": 1}
    with connect(tmp_path / "both.db") as database:
        for s in both:
            atoms = as_atoms(s)
            atoms.calc = SinglePointCalculator(atoms, energy=s.energy, stress=s.stress)
            database.write(atoms)
    streamed = StreamedDataset.open(tmp_path / "both.db", CUTOFF)
    assert streamed.labelled() == {"energy": 2, "forces": 0, "stress": 1}
    assert streamed.labels([0, 1]).stress.isnan().all(dim=1).tolist() == [True, False]
    (line,) = [x for x in lacking(both, LABELS, LabelFormat()) if "not periodic in three directions" in x]
    assert line.startswith("1 frame with a stress is not periodic")


def test_isolated_atoms_are_found_wherever_the_split_has_put_them(tmp_path: Path) -> None:
    atoms = [Structure([z], np.zeros((1, 3)), energy=-10.0 * z, forces=np.zeros((1, 3))) for z in (1, 6, 8)]
    places = set()
    for seed in range(4):
        settings = config(
            tmp_path, [*labelled(12), *atoms], references={"method": "isolated"}, data={"split_seed": seed},
            training={"epochs": 1}, output={"folder": f"out{seed}"},
        )  # fmt: skip
        said = said_in(tmp_path, settings)
        places.add(next(line for line in said if line.startswith("train:")))
        model = load_model(tmp_path / f"out{seed}" / "model.safetensors")
        assert model.species_energies.values.tolist() == [-10.0, -60.0, -80.0]
    assert len(places) > 1


def test_a_streamed_set_is_looked_at_by_a_sample(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("invgen.potentials.training.sets.SAMPLE", 20)
    with connect(tmp_path / "frames.db") as database:
        for s in near(60, -1.0):
            atoms = as_atoms(s)
            atoms.calc = SinglePointCalculator(atoms, energy=s.energy, forces=s.forces)
            database.write(atoms)
    data = {"train": str(tmp_path / "frames.db"), "streamed": True}
    said = said_in(tmp_path, config(tmp_path, data=data, training={"epochs": 1}))
    assert "structures: 3 validation, 2 test, 55 train, streamed" in said
    assert any(line.startswith("one in 3 of train: 19 frames, 4 atoms") for line in said)
    assert any("the sign of the forces is flipped" in line for line in said)


# ---- progress ---------------------------------------------------------------------------------------------------


def test_what_goes_on_is_told_after_a_silence_and_below_a_bar() -> None:
    said: list[str] = []
    with stages_told(said.append, silence=0.05) as (_, stage):
        stage("read a.xyz", 500, 1000)
        while not said:
            pass
    assert said[0] in ("preparing", "read a.xyz: 50 %")
    below: list[str] = []
    with stages_told(said.append, below.append) as (_, stage):
        stage("read a.xyz", 0, 1000)
        stage("read a.xyz", 1000, 1000)
    assert below == ["read a.xyz", "read a.xyz: 100 %"]


@pytest.mark.parametrize("suffix", ["npz", "extxyz"])
def test_reading_and_neighbours_are_heard_of(tmp_path: Path, suffix: str) -> None:
    heard: list[tuple[str, int, int]] = []
    if suffix == "npz":
        path = write_npz(tmp_path / "a.npz", labelled(3))
    else:
        path = renamed(tmp_path / "a.extxyz", labelled(3), "energy", "forces")
    found = read_structures(path, progress=lambda *told: heard.append(told))
    Dataset.from_structures(found, CUTOFF, lambda *told: heard.append(told))
    assert [what for what, _, _ in heard] == [f"read {path.name}", "find neighbours"]
    assert heard[-1] == ("find neighbours", 0, 3)


# ---- evaluation -------------------------------------------------------------------------------------------------


def test_keys_and_units_are_those_of_the_training_unless_given_each(tmp_path: Path) -> None:
    kcal = 1 / 23.060548
    model = build("hip-nn")
    model.notes["labels"] = {"keys": {"energy": "E0", "forces": "G"}, "units": {"energy": "kcal/mol"}}
    file = str(save_model(model, tmp_path / "model.safetensors"))
    wanted = evaluate(EnergyForces(model).eval(), Dataset.from_structures(labelled(4), CUTOFF)).errors()

    def errors(path: Path, *more: str) -> dict[str, float]:
        done = CliRunner().invoke(app, ["evaluate", file, str(path), "--json", *more])
        assert done.exit_code == 0, done.exception
        return json.loads(done.stdout)["errors"]

    as_trained = renamed(tmp_path / "a.extxyz", labelled(4), "E0", "G", kcal)
    assert errors(as_trained) == pytest.approx(wanted, rel=1e-5)
    other_keys = renamed(tmp_path / "b.extxyz", labelled(4), "E1", "H", kcal)
    assert errors(other_keys, "--key=energy=E1", "--key=forces=H") == pytest.approx(wanted, rel=1e-5)
    other_units = renamed(tmp_path / "c.extxyz", labelled(4), "E0", "G")
    assert errors(other_units, "--unit=energy=eV") == pytest.approx(wanted, rel=1e-5)
    failed = CliRunner().invoke(
        app, ["evaluate", file, str(renamed(tmp_path / "d.extxyz", labelled(2), "energy", "H"))]
    )
    assert "there are energy, H" in str(failed.exception) or "there are H, energy" in str(failed.exception)
    assert "--key energy=energy" in str(failed.exception)


def test_the_folder_of_a_training_stands_for_its_model(tmp_path: Path) -> None:
    frames = str(write_npz(tmp_path / "frames.npz", labelled(3)))
    model = save_model(build("hip-nn"), tmp_path / "run" / "model.safetensors")
    by_file = CliRunner().invoke(app, ["evaluate", str(model), frames, "--json"])
    assert CliRunner().invoke(app, ["evaluate", str(model.parent), frames, "--json"]).stdout == by_file.stdout
    atoms = as_atoms(molecule())
    atoms.calc = InvgenCalculator(tmp_path / "run")
    energy = atoms.get_potential_energy()
    atoms.calc = InvgenCalculator(model)
    assert atoms.get_potential_energy() == energy
    fresh = dataclasses.replace(config(tmp_path, training={"epochs": 1}), model=ModelConfig())
    assert train(fresh, tmp_path, start=tmp_path / "run").finished


@pytest.mark.parametrize("at_once", [2, 100])
def test_predictions_are_written_beside_the_labels(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, at_once: int
) -> None:
    monkeypatch.setattr("invgen.potentials.evaluated.AT_ONCE", at_once)
    model = build("hip-nn-ts-1")
    save_model(model, tmp_path / "model.safetensors")
    frames = [as_atoms(s) for s in (*labelled(3), crystal())]
    for atoms, s in zip(frames[:2], labelled(2), strict=True):
        atoms.calc = SinglePointCalculator(atoms, energy=s.energy, forces=s.forces)
    frames[1].info["group"] = "second"
    ase.io.write(tmp_path / "some.extxyz", frames, format="extxyz")
    heard: list[tuple[str, int, int]] = []
    found = evaluate_file(
        EnergyForces(model).eval(), tmp_path / "some.extxyz", predictions=tmp_path / "p.extxyz",
        progress=lambda *told: heard.append(told),
    )  # fmt: skip
    assert heard[-1] == ("evaluate", 4, 4)
    assert found.to_json()["labelled"] == {"energy": 2, "stress": 0, "forces (atoms)": 7}
    written = ase.io.read(tmp_path / "p.extxyz", ":")
    for before, after in zip(frames, written, strict=True):
        calculator = InvgenCalculator(tmp_path / "model.safetensors")
        one = before.copy()
        one.calc = calculator
        assert after.info["predicted_energy"] == pytest.approx(one.get_potential_energy(), abs=1e-6)
        np.testing.assert_allclose(after.arrays["predicted_forces"], one.get_forces(), atol=1e-6)
        assert ("predicted_stress" in after.info) == before.pbc.all()
    np.testing.assert_allclose(written[3].info["predicted_stress"], one.get_stress(), atol=1e-6)
    assert written[1].info["group"] == "second"
    assert written[0].get_potential_energy() == pytest.approx(labelled(1)[0].energy, abs=1e-6)
    assert written[2].calc is None
    done = CliRunner().invoke(
        app,
        [
            "evaluate",
            str(tmp_path / "model.safetensors"),
            str(tmp_path / "some.extxyz"),
            "-o",
            str(tmp_path / "q.extxyz"),
        ],
    )
    assert done.exit_code == 0, done.exception
    assert (tmp_path / "q.extxyz").read_text() == (tmp_path / "p.extxyz").read_text()


def test_an_empty_file_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "a.extxyz").touch()
    with pytest.raises(DataError, match=r"a.extxyz holds no structure"):
        read_structures(tmp_path / "a.extxyz")
