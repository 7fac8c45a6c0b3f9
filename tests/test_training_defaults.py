"""Trainings that name nothing but their data: sensitivities begin where their atoms are."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from invgen.data import Structure, write_npz
from invgen.data.dataset import Dataset
from invgen.potentials import load_model, parse_config, train
from invgen.potentials.training.config import ModelConfig
from invgen.potentials.training.start import MEASURED, close_distance, settings_for

CUTOFF = 5.0


def dimers(*lengths: float) -> list[Structure]:
    return [
        Structure([1, 1], np.array([[0.0, 0, 0], [r, 0, 0]]), energy=float(r), forces=np.zeros((2, 3))) for r in lengths
    ]


def test_sensitivities_begin_where_a_hundredth_of_the_structures_have_their_closest_atoms() -> None:
    lengths = [1.0 + 0.01 * k for k in range(200)]
    data = Dataset.from_structures(dimers(*lengths), CUTOFF)
    assert close_distance(data) == pytest.approx(lengths[2])
    found = settings_for(ModelConfig(cutoff=CUTOFF, sensitivities=7), data)
    assert (found.soft_min, found.soft_max) == pytest.approx((0.9 * lengths[2], 0.9 * CUTOFF))
    assert 1 / found.sigma == pytest.approx(2 * (1 / found.soft_min - 1 / found.soft_max) / 6)
    overlapping = Dataset.from_structures(dimers(0.01, 0.02, *lengths[2:]), CUTOFF)
    assert settings_for(ModelConfig(cutoff=CUTOFF, sensitivities=7), overlapping) == found


def test_what_is_given_stays_and_lonely_atoms_decide_nothing() -> None:
    data = Dataset.from_structures(dimers(1.0, 2.0), CUTOFF)
    given = ModelConfig(cutoff=CUTOFF, soft_min=0.5, soft_max=3.0, sigma=2.5)
    assert settings_for(given, data) == given
    assert settings_for(ModelConfig(cutoff=CUTOFF, soft_min=0.5), data).soft_min == 0.5
    far = Dataset.from_structures(dimers(7.0, 8.0), CUTOFF)
    assert close_distance(far) == np.inf
    found = settings_for(ModelConfig(cutoff=CUTOFF), far)
    assert (found.soft_min, found.soft_max) == pytest.approx((2.25, 4.5))


def test_every_structure_counts_once_however_they_are_batched(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two batches at the least; periodic images are neighbours, too."""
    cell = Structure([29], np.zeros((1, 3)), cell=2.5 * np.eye(3), periodic=np.ones(3, dtype=bool), energy=0.0)
    data = Dataset.from_structures([cell, *dimers(*np.linspace(1.0, 3.0, 9))], CUTOFF)
    monkeypatch.setattr("invgen.potentials.training.start.CLOSE", 0.1)
    everything = close_distance(data)
    monkeypatch.setattr("invgen.potentials.evaluation.LARGEST_PAIRS", 1)
    assert close_distance(data) == everything == pytest.approx(1.25)
    assert close_distance(Dataset.from_structures([cell], CUTOFF)) == pytest.approx(2.5)


def test_a_training_that_names_only_its_data_keeps_its_ranges_in_the_model(tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    frames = dimers(*rng.uniform(0.8, 3.0, size=24))
    write_npz(tmp_path / "frames.npz", frames)
    config = parse_config(
        {
            "data": {"train": "frames.npz", "validation_size": 4},
            "model": {"features": 4, "basis": "cartesian-l2-n3-flexible"},
            "training": {"epochs": 2},
        }
    )
    first = train(config, tmp_path)
    model = load_model(first.folder / "model.safetensors")
    assert 0.7 < model.arguments["soft_min"] < 1.3
    assert model.arguments["soft_max"] == pytest.approx(0.9 * model.cutoff)
    assert None not in (model.arguments[name] for name in MEASURED)
    said: list[str] = []
    assert train(config, tmp_path, said.append).finished
    assert "finished before" in said[0]
