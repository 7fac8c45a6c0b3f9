"""Training, checkpoints, configurations, saved models and the ASE calculator."""

from __future__ import annotations

import dataclasses
import math
import os
import signal
import time
from pathlib import Path

import ase
import ase.io
import numpy as np
import pytest
import torch
from ase.calculators.calculator import PropertyNotImplementedError
from matplotlib.figure import Figure
from matplotlib.image import imread
from network_fixtures import BUILDERS, CUTOFF, SIZES, as_atoms, build, crystal, graph, labelled, molecule, predict

from invgen.data import CoincidentAtomsError, DataError, Dataset, Structure, UnknownSpeciesError, write_npz
from invgen.data.batch import Batch, Labels
from invgen.nn import EnergyForces, HipHopNN, HipNN
from invgen.nn.energy import Prediction
from invgen.potentials import (
    ConfigError,
    InvgenCalculator,
    Trainer,
    TrainingError,
    load_model,
    parse_config,
    read_config,
    save_model,
    train_from_file,
)
from invgen.potentials.evaluation import evaluate
from invgen.potentials.optimizer import AdaptiveClip, Muon, Optimizer, orthogonal
from invgen.potentials.plots import learning_curves, losses, parity
from invgen.potentials.training.config import LossConfig, TrainingConfig
from invgen.potentials.training.loss import Loss
from invgen.potentials.training.schedule import OneCycle, Plateau
from invgen.potentials.training.start import set_references
from invgen.runs.heartbeat import heartbeat
from invgen.runs.references import ReferencesConfig

PAPER = {"schedule": "plateau", "optimizer": "adam", "sensitivity_rate": 0.05, "average": 0.0, "dtype": "float64"}
SETTINGS = TrainingConfig(epochs=4, batch_size=3, largest_batch=6, patience=1, learning_rate=0.01, **PAPER)
LOSS = LossConfig("rmse+mae", energy=1.0, per_atom=False)


def trainer(folder: Path | None = None, settings: TrainingConfig = SETTINGS, **arguments: object) -> Trainer:
    data = Dataset.from_structures(labelled(8), CUTOFF)
    validation = Dataset.from_structures(labelled(3, 50), CUTOFF)
    model = build("hip-nn-ts-1", interactions=1)
    return Trainer(model, data, validation, settings, folder, **{"loss": LOSS, **arguments})


def same(a: torch.nn.Module, b: torch.nn.Module) -> bool:
    """Whether all weights are bit for bit equal."""
    return all(torch.equal(x, y) for x, y in zip(a.state_dict().values(), b.state_dict().values(), strict=True))


def test_training_learns() -> None:
    one = trainer(settings=TrainingConfig(epochs=30, batch_size=4, learning_rate=0.01, **PAPER))
    before = evaluate(EnergyForces(one.model).eval(), one.train).errors()
    assert one.run()
    assert one.history[-1]["train_loss"] < 0.3 * sum(
        before[f"{p}_{m}"] for p in ("energy", "force") for m in ("rmse", "mae")
    )
    after = evaluate(EnergyForces(one.model).eval(), one.validation).errors()
    assert after == pytest.approx({name: one.best[name] for name in after}, rel=1e-12)
    assert sum(after[f"{p}_{m}"] for p in ("energy", "force") for m in ("rmse", "mae")) == pytest.approx(
        one.best["loss"]
    )


@pytest.mark.parametrize("stop_after", [2, 3, 7])
def test_interrupted_training_takes_the_same_steps(tmp_path: Path, stop_after: int) -> None:
    """Ctrl-C (a real signal) in the middle of an epoch and at its end; then a new trainer, as in a new process."""
    whole = trainer()
    assert whole.run()
    first, steps = trainer(tmp_path), []
    real = first._one_step

    def counted(systems: torch.Tensor) -> float:
        steps.append(1)
        if len(steps) == stop_after:
            os.kill(os.getpid(), signal.SIGINT)
        return real(systems)

    first._one_step = counted
    assert not first.run()
    assert len(steps) == stop_after
    second = trainer(tmp_path)
    assert second.run()
    assert same(whole.model, second.model)
    drop = {"seconds"}
    for a, b in zip(whole.history, second.history, strict=True):
        assert {k: v for k, v in a.items() if k not in drop} == {k: v for k, v in b.items() if k not in drop}
    rows = (tmp_path / "learning_curve.csv").read_text().splitlines()
    assert len(rows) == 1 + SETTINGS.epochs
    assert same(load_model(tmp_path / "model.safetensors"), second.model)


def test_a_trainer_that_forgets_adam_is_noticed(tmp_path: Path) -> None:
    """The twin of the test above: resuming without the moments of Adam gives other weights."""
    whole = trainer()
    whole.run()
    first = trainer(tmp_path)
    end_epoch = first._end_epoch

    def end_then_stop() -> None:
        end_epoch()
        os.kill(os.getpid(), signal.SIGINT)

    first._end_epoch = end_then_stop
    assert not first.run()
    second = trainer(tmp_path)
    second.optimizer.parts["adam"].state.clear()
    second.run()
    assert not same(whole.model, second.model)


OPTIONS = {
    "optimizer": "muon",
    "weight_decay": 0.1,
    "sensitivity_rate": 0.5,
    "clip": 0.1,
    "adaptive_clip": 0.5,
    "average": 0.9,
}


def with_options(**options: object) -> TrainingConfig:
    return TrainingConfig(**{**vars(SETTINGS), **options})


@pytest.mark.parametrize("stop_after", [2, 3, 7])
def test_interrupted_training_with_every_option_ends_in_the_same_bytes(tmp_path: Path, stop_after: int) -> None:
    settings = with_options(**OPTIONS)
    trainer(tmp_path / "whole", settings).run()
    first = trainer(tmp_path / "parts", settings)
    real = first._one_step

    def stopping(systems: torch.Tensor) -> float:
        if first.steps == stop_after - 1:
            os.kill(os.getpid(), signal.SIGINT)
        return real(systems)

    first._one_step = stopping
    assert not first.run()
    assert first.steps == stop_after
    assert trainer(tmp_path / "parts", settings).run()
    whole, parts = (tmp_path / name / "model.safetensors" for name in ("whole", "parts"))
    assert whole.read_bytes() == parts.read_bytes()


def test_a_trainer_that_forgets_the_average_is_noticed(tmp_path: Path) -> None:
    """The twin of the test above."""
    settings = with_options(average=0.9)
    whole = trainer(settings=settings)
    whole.run()
    first = trainer(tmp_path, settings)
    real = first._one_step

    def stopping(systems: torch.Tensor) -> float:
        os.kill(os.getpid(), signal.SIGINT)
        return real(systems)

    first._one_step = stopping
    assert not first.run()
    second = trainer(tmp_path, settings)
    second.average.load({name: 0 * array for name, array in second.average.arrays().items()})
    second.run()
    assert not same(whole.model, second.model)


@pytest.mark.parametrize("option", OPTIONS)
def test_every_option_has_an_effect(option: str) -> None:
    usual, other = trainer(), trainer(settings=with_options(**{option: OPTIONS[option]}))
    usual.run()
    other.run()
    assert not same(usual.model, other.model)


def test_the_average_is_validated_and_saved_and_the_weights_go_on(tmp_path: Path) -> None:
    plain, averaged = trainer(settings=with_options(epochs=1)), trainer(tmp_path, with_options(epochs=1, average=0.9))
    before = {name: p.detach().clone() for name, p in averaged.model.named_parameters()}
    seen: list[dict[str, torch.Tensor]] = []
    real = averaged.optimizer.step

    def noting() -> None:
        real()
        seen.append({name: p.detach().clone() for name, p in averaged.model.named_parameters()})

    averaged.optimizer.step = noting
    plain._take_steps()
    averaged._take_steps()
    averaged._end_epoch()
    assert same(plain.model, averaged.model), "averaging changes no step"
    averaged._save()
    for name, saved in load_model(tmp_path / "model.safetensors").named_parameters():
        expected = before[name]
        for step, weights in enumerate(seen, 1):
            decay = min(0.9, (1 + step) / (10 + step))
            expected = decay * expected + (1 - decay) * weights[name]
        torch.testing.assert_close(saved.detach(), expected)


def test_a_sensitivity_rate_of_zero_keeps_the_sensitivities() -> None:
    one = trainer(settings=with_options(sensitivity_rate=0.0))
    radial = one.model.blocks[0].interaction.layer.environment.sensitivity
    before = radial.mu.detach().clone(), radial.sigma.detach().clone()
    weight = one.model.energy_layers[0].weight.detach().clone()
    one.run()
    assert torch.equal(radial.mu, before[0])
    assert torch.equal(radial.sigma, before[1])
    assert not torch.equal(one.model.energy_layers[0].weight, weight)


def test_a_clipped_gradient_is_as_long_as_allowed() -> None:
    one, lengths = trainer(settings=with_options(clip=1e-3)), []
    real = one.optimizer.step

    def measured() -> None:
        squares = [p.grad.square().sum() for p in one.model.parameters() if p.grad is not None]
        lengths.append(float(torch.stack(squares).sum().sqrt()))
        real()

    one.optimizer.step = measured
    one.run()
    assert lengths == pytest.approx([1e-3] * len(lengths), rel=1e-2)


def test_an_adaptive_clip_shortens_what_is_long_for_its_own_parameter() -> None:
    """Two parameters with gradients about 1 and about 1,000; then the first has 50, which no norm of all would tell."""
    generator, parameters = torch.Generator().manual_seed(0), [torch.nn.Parameter(torch.zeros(40)) for _ in "ab"]
    clip = AdaptiveClip(parameters, 3.0)

    def step(*scales: float) -> list[float]:
        for p, scale in zip(parameters, scales, strict=True):
            noise = torch.rand(40, generator=generator) + 0.5
            p.grad = scale * noise / noise.norm() * torch.empty(()).uniform_(0.8, 1.2, generator=generator)
        before = [p.grad.clone() for p in parameters]
        clip.step()
        lengths = [float(p.grad.norm()) for p in parameters]
        for p, old in zip(parameters, before, strict=True):
            torch.testing.assert_close(p.grad / p.grad.norm(), old / old.norm())
        return [length / float(old.norm()) for length, old in zip(lengths, before, strict=True)]

    usual = [step(1.0, 1000.0) for _ in range(100)]
    assert usual == [[pytest.approx(1.0)] * 2] * 100
    state = clip.arrays()
    shortened, kept = step(50.0, 1000.0)
    assert kept == pytest.approx(1.0)
    assert 0.8 * 3 / 60 <= shortened <= 1.2 * 3 / 40
    assert step(1.0, 1000.0) == [pytest.approx(1.0)] * 2
    again = AdaptiveClip(parameters, 3.0)
    again.load(state)
    assert again.weight.tolist() == pytest.approx([1 - 0.98**100] * 2)
    np.testing.assert_array_equal(again.mean, state["mean"])


def test_a_gradient_that_was_zero_so_far_is_not_held_at_zero() -> None:
    """As that of biases of energies where nearly all structures have forces alone."""
    parameter = torch.nn.Parameter(torch.zeros(3))
    clip = AdaptiveClip([parameter], 3.0)
    for _ in range(50):
        parameter.grad = torch.zeros(3)
        clip.step()
    for length in (1.0, 1.1, 0.9) * 5:
        parameter.grad = torch.tensor([0.0, length, 0.0])
        clip.step()
        assert float(parameter.grad.norm()) == pytest.approx(length)
        parameter.grad = torch.zeros(3)
        clip.step()
    parameter.grad = torch.tensor([0.0, 50.0, 0.0])
    clip.step()
    assert float(parameter.grad.norm()) == pytest.approx(3.0, rel=0.1)
    earlier = {"mean": clip.arrays()["mean"], "weight": np.array(0.25)}
    clip.load(earlier)
    assert clip.weight.tolist() == [0.25]


def test_an_adaptive_clip_goes_on_where_it_was() -> None:
    """Gradients that grow a hundredfold: without the means of before, the first would not be shortened."""
    whole, begun = (Optimizer(torch.nn.Linear(4, 4), "adam", 0.0, 1.0, adaptive_clip=2.0) for _ in range(2))
    for optimizer in (whole, begun):
        for _ in range(60):
            set_gradients(optimizer, 1.0)
            optimizer.step()
    resumed = Optimizer(torch.nn.Linear(4, 4), "adam", 0.0, 1.0, adaptive_clip=2.0)
    resumed.load(begun.arrays())
    for optimizer in (whole, resumed):
        set_gradients(optimizer, 100.0)
        optimizer.step()
    ends = [[p.grad for p in optimizer.clip.parameters] for optimizer in (whole, resumed)]
    assert ends[0][0].norm() == pytest.approx(2 * 4.0, rel=1e-5)
    for one, other in zip(*ends, strict=True):
        assert torch.equal(one, other)


def set_gradients(optimizer: Optimizer, value: float) -> None:
    for parameter in optimizer.clip.parameters:
        parameter.grad = torch.full_like(parameter, value)


def test_muon_steps_have_equal_singular_values_and_the_size_of_adam_steps() -> None:
    generator = torch.Generator().manual_seed(0)
    for shape in ((8, 8), (4, 30), (30, 4)):
        left, _ = torch.linalg.qr(torch.randn(shape[0], 4, generator=generator).double())
        right, _ = torch.linalg.qr(torch.randn(shape[1], 4, generator=generator).double())
        matrix = left @ torch.diag(torch.tensor([3.0, 1.0, 0.3, 0.1]).double()) @ right.T
        values = torch.linalg.svdvals(orthogonal(matrix.unsqueeze(0))[0])[:4]
        assert float(values.min()) > 0.6
        assert float(values.max()) < 1.3
        parameter = torch.nn.Parameter(torch.zeros(shape).double())
        parameter.grad = matrix
        Muon([parameter], lr=0.01).step()
        assert 0 < float(parameter.detach().square().mean().sqrt()) < 0.01
        assert float((parameter.detach() * matrix).sum()) < 0, "downhill"


FORMULAS = {
    "rmse+mae": lambda e: np.sqrt(np.mean(np.square(e))) + np.mean(np.abs(e)),
    "mae": lambda e: np.mean(np.abs(e)),
    "mse": lambda e: np.mean(np.square(e)),
    "huber": lambda e: np.mean(np.where(np.abs(e) < 0.5, np.square(e) / 2, 0.5 * (np.abs(e) - 0.25))),
}


def some_errors() -> tuple[Prediction, Labels, Batch, dict[str, np.ndarray]]:
    """A crystal, a molecule of three atoms and one of four, each without one of the labels; and the known errors."""
    batch = graph(crystal(), molecule(0, 3), molecule(1, 4))
    rng = np.random.default_rng(0)
    energy, forces, stress = (rng.normal(size=shape) for shape in ((3,), (10, 3), (3, 6)))
    labels = Labels(torch.zeros(3).double(), torch.zeros(10, 3).double(), torch.zeros(3, 6).double())
    labels.energy[1], labels.forces[3:6], labels.stress[1:] = torch.nan, torch.nan, torch.nan
    predicted = Prediction(*map(torch.from_numpy, (energy, rng.normal(size=10), forces, stress)))
    volume = abs(np.linalg.det(crystal().cell))
    known = {
        "energy": energy[[0, 2]], "per atom": energy[[0, 2]] / [3, 4],
        "forces": np.concatenate([forces[:3], forces[6:]]).ravel(), "stress": stress[0] * volume / 3,
    }  # fmt: skip
    return predicted, labels, batch, known


@pytest.mark.parametrize("per_atom", [False, True])
@pytest.mark.parametrize("kind", FORMULAS)
def test_losses_are_what_their_names_say(kind: str, per_atom: bool) -> None:
    predicted, labels, batch, known = some_errors()
    settings = LossConfig(kind, energy=2.0, forces=0.7, stress=0.3, per_atom=per_atom, huber_delta=0.5)
    loss, formula = Loss(settings), FORMULAS[kind]
    wanted = 2.0 * formula(known["per atom" if per_atom else "energy"])
    wanted += 0.7 * formula(known["forces"]) + 0.3 * formula(known["stress"])
    assert float(loss.value(loss.sums(predicted, labels, batch))) == pytest.approx(wanted, rel=1e-12)
    only = Loss(LossConfig(kind, energy=0.0, forces=1.0, stress=0.0, huber_delta=0.5))
    bare = predicted._replace(stress=None)
    assert float(only.value(only.sums(bare, labels, batch))) == pytest.approx(formula(known["forces"]), rel=1e-12)


@pytest.mark.parametrize("kind", FORMULAS)
def test_the_slope_gives_every_share_its_part_of_the_gradient(kind: str) -> None:
    """Shares of unequal size, with labels missing, and none at all: gradients of the shares add up to the whole's."""
    structures = labelled(5)
    structures[1] = dataclasses.replace(structures[1], energy=None)
    structures[3] = dataclasses.replace(structures[3], forces=None)
    data, model, loss = Dataset.from_structures(structures, CUTOFF), build("hip-nn-ts-1"), Loss(LossConfig(kind))
    network, parameters = EnergyForces(model).train(), [p for p in model.parameters() if p.requires_grad]

    def sums(systems: list[int]) -> torch.Tensor:
        batch = data.batch(systems)
        return loss.sums(network(batch), data.labels(systems), batch)

    whole = torch.autograd.grad(loss.value(sums([0, 1, 2, 3, 4])), parameters, allow_unused=True)
    parts = [sums([0, 3, 4]), sums([1]), sums([2])]
    value, slope = loss.with_slope(sum(part.detach() for part in parts))
    shares = [torch.autograd.grad((part * slope).sum(), parameters, allow_unused=True) for part in parts]
    for wanted, *found in zip(whole, *shares, strict=True):
        if wanted is not None:
            total = sum(x for x in found if x is not None)
            torch.testing.assert_close(total, wanted, rtol=1e-10, atol=1e-12)
    assert value.item() == pytest.approx(loss.value(sums([0, 1, 2, 3, 4])).item(), rel=1e-12)


def test_silence_ends_within_the_time_allowed() -> None:
    said: list[str] = []
    with heartbeat(said.append, lambda: "still here", silence=0.05) as say:
        say("begun")
        time.sleep(0.3)
        seen = list(said)
    time.sleep(0.1)
    assert seen[0] == "begun"
    assert 2 <= seen.count("still here") <= 6
    assert len(said) <= len(seen) + 1, "nothing is said after the block"


@pytest.mark.parametrize("bar", [None, lambda done, epochs, line: None], ids=["lines", "bar"])
def test_a_long_epoch_is_told_by_lines_where_there_is_no_bar(monkeypatch: pytest.MonkeyPatch, bar: object) -> None:
    monkeypatch.setattr("invgen.potentials.training.trainer.SILENCE", 0.02)
    said: list[str] = []
    one = trainer(progress=said.append, bar=bar)
    real = one._one_step

    def slow(systems: torch.Tensor) -> float:
        time.sleep(0.1)
        return real(systems)

    one._one_step = slow
    one.run()
    assert any("of 8 structures" in line for line in said) == (bar is None)


def test_finished_training_is_not_repeated(tmp_path: Path) -> None:
    trainer(tmp_path).run()
    again = trainer(tmp_path)
    again._one_step = None
    assert again.run()


def test_checkpoints_of_other_trainings_are_refused(tmp_path: Path) -> None:
    trainer(tmp_path).run()
    with pytest.raises(DataError, match=r"learning_rate \(was 0.01, now 0.02\)"):
        trainer(tmp_path, TrainingConfig(**{**vars(SETTINGS), "learning_rate": 0.02}))
    path = tmp_path / "checkpoint.npz"
    path.write_bytes(path.read_bytes()[:-100])
    with pytest.raises(DataError, match="truncated"):
        trainer(tmp_path)


def test_diverging_training_says_so() -> None:
    one = trainer()
    one.train.energy[:] = torch.inf
    with pytest.raises(TrainingError, match="lower learning_rate"):
        one.run()


def test_training_refuses_unknown_species_before_it_starts() -> None:
    data = Dataset.from_structures(labelled(4), CUTOFF)
    with pytest.raises(UnknownSpeciesError):
        Trainer(HipNN(**{**SIZES, "species": (1, 6)}), data, data, SETTINGS)


def test_training_refuses_pairs_cut_too_short() -> None:
    data = Dataset.from_structures(labelled(4), CUTOFF - 1)
    with pytest.raises(DataError, match=r"up to 3.0 Å, the network hears up to 4.0 Å"):
        Trainer(HipNN(**SIZES), data, data, SETTINGS)


def test_plateau_doubles_the_batch_then_halves_the_rate() -> None:
    schedule = Plateau(TrainingConfig(batch_size=4, largest_batch=8, patience=1, learning_rate=1.0))
    assert not schedule.epoch_done(1.0)
    seen = []
    for _ in range(40):
        ended = schedule.epoch_done(2.0)
        seen.append((schedule.batch_size(), schedule.learning_rate(0.5)))
        if ended:
            break
    assert seen[:4] == [(4, 1.0), (8, 1.0), (8, 1.0), (8, 0.5)]
    assert ended
    assert seen[-1][1] == pytest.approx(2**-7)


def test_one_cycle_rises_and_falls() -> None:
    schedule = OneCycle(TrainingConfig(learning_rate=2.0, schedule="one-cycle"))
    rates = [schedule.learning_rate(p) for p in (0.0, 0.05, 0.1, 0.55, 1.0)]
    assert rates[0] < rates[1] < rates[2] == 2.0
    assert rates[2] > rates[3] > rates[4] > 0


def test_species_energies_are_the_least_squares() -> None:
    exact = {1: -13.6, 6: -1030.0, 8: -2040.0}
    systems = [molecule(k, 4 + k % 3) for k in range(12)]
    systems = [
        Structure(s.numbers, s.positions, energy=sum(exact[z] for z in s.numbers.tolist()), forces=s.forces)
        for s in systems
    ]
    model = HipNN(**{**SIZES, "species": (1, 6, 8)})
    set_references(model, ReferencesConfig(), Dataset.from_structures(systems, CUTOFF), trained=False)
    np.testing.assert_allclose(model.species_energies.values.numpy(), list(exact.values()), rtol=1e-10)


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
@pytest.mark.parametrize("name", BUILDERS)
def test_saved_models_are_the_same(tmp_path: Path, name: str, dtype: torch.dtype) -> None:
    model = build(name, dtype)
    loaded = load_model(save_model(model, tmp_path / "model.safetensors"))
    assert same(model, loaded)
    assert next(loaded.parameters()).dtype == dtype


def test_models_are_saved_whatever_kind_their_numbers_are(tmp_path: Path) -> None:
    sizes = {name: np.float32(v) if isinstance(v, float) else np.array(v)[()] for name, v in SIZES.items()}
    path = save_model(HipNN(**sizes, sigma=np.float32(8)), tmp_path / "model.safetensors")
    assert load_model(path).arguments == HipNN(**load_model(path).arguments).arguments


def test_loading_a_model_draws_no_random_numbers(tmp_path: Path) -> None:
    path = save_model(build("hip-nn"), tmp_path / "model.safetensors")
    torch.manual_seed(0)
    expected = torch.rand(3)
    torch.manual_seed(0)
    load_model(path)
    torch.testing.assert_close(torch.rand(3), expected, rtol=0, atol=0)


def test_damaged_or_mismatched_models_are_refused(tmp_path: Path) -> None:
    path = save_model(HipHopNN("cartesian-l2-n4-flexible", **SIZES), tmp_path / "model.safetensors")
    with pytest.raises(DataError, match="other invariants"):
        load_model(path, basis="cartesian-l3-n4-flexible")
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(data)
    with pytest.raises(DataError, match=r"truncated|checksum"):
        load_model(path)


@pytest.mark.parametrize("structure", [molecule(), crystal()], ids=["molecule", "crystal"])
def test_calculator_gives_the_network_numbers(structure: Structure) -> None:
    model = build("hip-hop-nn")
    atoms = as_atoms(structure)
    atoms.calc = InvgenCalculator(model)
    energy, forces = predict(model, structure)
    assert atoms.get_potential_energy() == pytest.approx(energy[0], rel=1e-12)
    np.testing.assert_allclose(atoms.get_forces(), forces, atol=1e-12)
    if structure.periodic.all():
        stress = EnergyForces(model).eval()(graph(structure), stress=True).stress[0].numpy()
        np.testing.assert_allclose(atoms.get_stress(), stress, atol=1e-12)
    else:
        with pytest.raises(PropertyNotImplementedError, match="periodic in three"):
            atoms.get_stress()
    np.testing.assert_allclose(atoms.get_potential_energies().sum(), energy[0], rtol=1e-12)


def test_calculator_takes_a_file_and_refuses_bad_atoms(tmp_path: Path) -> None:
    calculator = InvgenCalculator(save_model(build("hip-nn"), tmp_path / "model.safetensors"))
    with pytest.raises(UnknownSpeciesError):
        calculator.get_potential_energy(ase.Atoms("NO", np.eye(3)[:2] * 2))
    with pytest.raises(CoincidentAtomsError):
        calculator.get_potential_energy(ase.Atoms("CO", np.zeros((2, 3))))


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"data": {"trian": "a.xyz"}}, "unknown key in .data.: 'trian'; did you mean 'train'"),
        ({"data": {"train": "a.xyz"}, "modle": {}}, "unknown table 'modle'; did you mean 'model'"),
        ({"data": {"train": "a.xyz", "validation_size": 1}, "model": {"kind": "hip-nm"}}, "did you mean 'hip-nn'"),
        ({"data": {"train": "a.xyz", "validation_size": 1}, "training": {"epochs": "3"}}, "epochs must be of type int"),
        (
            {"data": {"train": "a.xyz", "validation_size": 1}, "training": {"epochs": True}},
            "epochs must be of type int",
        ),
        ({"data": {"train": "a.xyz", "validation_size": 1}, "training": {"epochs": 0}}, "epochs must be positive"),
        ({"data": {"train": "a.xyz"}, "loss": {"kind": "huver"}}, "unknown loss.kind 'huver'; did you mean 'huber'"),
        ({"data": {"train": "a.xyz"}, "training": {"optimizer": "adm"}}, "unknown optimizer 'adm'; .* 'adam'"),
        (
            {"data": {"train": "a.xyz"}, "training": {"adaptive_clip": -1}},
            r"training.adaptive_clip must be 0 .*, got -1",
        ),
        ({"data": {"train": "a.xyz"}, "training": {"clip": -1}}, r"training.clip must be 0 .off. or a positive .* -1"),
        ({"data": {"train": "a.xyz"}, "training": {"sensitivity_rate": -1}}, "sensitivity_rate must be 0"),
        ({"data": {"train": "a.xyz"}, "training": {"average": 1}}, "average must be a decay from 0 .* got 1"),
        ({"data": {"train": "a.xyz"}}, "either data.validation"),
        ({"data": {}}, "give either data.train"),
        ({}, "give either data.train"),
        ({"data": {"train": "a.xyz", "validation_size": 1, "test_size": -5}}, "give data.test .* got -5"),
        ({"data": {"train": "a.xyz", "validation_size": 1, "test": "b", "test_size": 5}}, "give data.test .* got 5"),
        ({"references": {"energies": {"H": math.nan}}}, "references.energies.H must be an energy in eV, got nan"),
        ({"data": {"recipe": "qm7", "validation_size": 1}}, "data.recipe and data.path .* belong together"),
        ({"data": {"train": "a.xyz", "split": "2", "validation_size": 1}}, "data.split '2' is one of a recipe"),
    ],
)
def test_misspelt_configurations_are_errors(values: dict[str, object], message: str) -> None:
    with pytest.raises(ConfigError, match=message):
        parse_config(values)


def test_unreadable_configurations_are_errors(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="no such configuration file"):
        read_config(tmp_path / "absent.toml")
    (tmp_path / "bad.toml").write_bytes("# Å".encode("latin-1"))
    with pytest.raises(ConfigError, match=r"bad\.toml is no valid TOML: 'utf-8' codec can't decode"):
        read_config(tmp_path / "bad.toml")
    (tmp_path / "bad.toml").write_text("[data\n")
    with pytest.raises(ConfigError, match="no valid TOML"):
        read_config(tmp_path / "bad.toml")


@pytest.mark.painted
@pytest.mark.parametrize("suffix", ["npz", "xyz"])
def test_train_from_file_leaves_everything(tmp_path: Path, suffix: str) -> None:
    structures = labelled(12)
    if suffix == "npz":
        write_npz(tmp_path / "data.npz", structures)
    else:
        frames = [as_atoms(s) for s in structures]
        for atoms, s in zip(frames, structures, strict=True):
            atoms.info["REF_energy"], atoms.arrays["REF_forces"] = s.energy, s.forces
        text = tmp_path / "data.xyz"
        ase.io.write(text, frames, format="extxyz")
        text.write_text(text.read_text().replace("REF_energy", "energy").replace("REF_forces", "forces"))
    config = tmp_path / "config.toml"
    config.write_text(
        f'[data]\ntrain = "data.{suffix}"\nvalidation_size = 3\ntest_size = 2\n'
        "[model]\nfeatures = 4\nsensitivities = 4\nsoft_min = 0.8\nsoft_max = 3.0\ncutoff = 4.0\natom_layers = 1\n"
        '[training]\nepochs = 3\nbatch_size = 4\n[output]\nfolder = "out"\n'
    )
    said: list[str] = []
    result = train_from_file(config, said.append)
    assert result.finished
    assert len(result.history) == 3
    measures = ("energy", "energy_per_atom", "force")
    assert set(result.test) == {f"{measure}_{kind}" for measure in measures for kind in ("rmse", "mae")}
    assert {p.name for p in (tmp_path / "out").iterdir()} == {
        "checkpoint.npz", "model.safetensors", "learning_curve.csv", "summary.json", "log.txt", "errors.txt",
        "learning_curve.png", "parity.png",
    }  # fmt: skip
    for picture in (tmp_path / "out").glob("*.png"):
        assert imread(picture).std() > 0.01, "there is something on it"
    assert "structures: 3 validation, 2 test, 7 train" in said
    assert (tmp_path / "out" / "log.txt").read_text().splitlines() == said
    assert isinstance(load_model(tmp_path / "out" / "model.safetensors"), HipHopNN)


def test_pictures_show_every_network_and_its_error() -> None:
    figure = Figure()
    axes = figure.subplots(1, 2)
    rows = [{"epoch": k, "force_rmse": 1.0 / (k + 1)} for k in range(3)]
    learning_curves(axes[0], {"a": rows, "b": rows[:2]}, "force_rmse")
    label = np.array([0.0, 1.0])
    parity(axes[1], {"a": (label, label), "b": (label, label + 0.2), "none": (label[:0], label[:0])}, "energy", "eV")
    curve = axes[0].get_lines()[0]
    np.testing.assert_allclose(curve.get_xdata(), [1, 2, 3])
    np.testing.assert_allclose(curve.get_ydata(), [1000, 500, 1000 / 3])
    texts = [text.get_text() for text in axes[1].get_legend().get_texts()]
    assert texts == ["a: 0 meV", "b: 200 meV"]
    figure.canvas.draw()


def test_errors_that_are_all_zero_are_drawn_without_a_warning() -> None:
    axis = Figure().subplots()
    learning_curves(axis, {"lone atoms": [{"epoch": k, "force_rmse": 0.0} for k in range(3)]}, "force_rmse")
    axis.figure.canvas.draw()
    assert axis.get_yscale() == "linear"
    assert axis.get_lines()[0].get_ydata().tolist() == [0, 0, 0]


def test_losses_of_training_and_validation_are_drawn() -> None:
    axis = Figure().subplots()
    rows = [{"epoch": k, "train_loss": 3.0 - k, "loss": 4.0 - k} for k in range(3)]
    losses(axis, rows)
    drawn = {line.get_label(): (line.get_xdata().tolist(), line.get_ydata().tolist()) for line in axis.get_lines()}
    assert drawn == {"training": ([1, 2, 3], [3.0, 2.0, 1.0]), "validation": ([1, 2, 3], [4.0, 3.0, 2.0])}
