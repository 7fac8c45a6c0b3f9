"""The HIP family: sizes, errors at construction, agreement with hippynn's numbers, and compilation."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path

import numpy as np
import pytest
import torch
from network_fixtures import BUILDERS, SIZES, build, crystal, graph, molecule, predict, trained
from tolerances import EQUAL_WEIGHTS, LAW

import invgen
from invgen.data import DataError, Structure, UnknownSpeciesError, batch_structures
from invgen.nn import EnergyForces, HipHopNN, HipNN, HipNNTS
from invgen.nn.environment import Environment
from invgen.nn.harmonics import TensorHarmonics
from invgen.nn.sensitivity import Sensitivity
from invgen.potentials import hippynn_model
from invgen.potentials.hippynn_weights import INVARIANTS, canonical, invariant_order

METHANE = {"species": (1, 6), "features": 32, "sensitivities": 20, "interactions": 1, "atom_layers": 3}
REFERENCE = json.loads((Path(__file__).parent / "hippynn_reference.json").read_text())


@pytest.mark.parametrize(
    ("make", "count"),
    [
        (lambda: HipNN(**METHANE), 8905),
        (lambda: HipNNTS(l_max=1, **METHANE), 8937),
        (lambda: HipNNTS(l_max=2, **METHANE), 8969),
        (lambda: HipHopNN("cartesian-l2-n4-flexible", **METHANE), 15433),
        (lambda: HipHopNN("cartesian-l3-n4-flexible", **METHANE), 23049),
    ],
)
def test_parameter_counts(make: object, count: int) -> None:
    assert make().parameter_count() == count


@pytest.mark.parametrize(("sigma", "starts_at"), [(None, 2 * 4 * 0.8), (2.5, 2.5)])
def test_sensitivity_follows_its_formula(sigma: float | None, starts_at: float) -> None:
    layer = Sensitivity(4, 0.8, 3.5, 4.0, sigma).double()
    distance = torch.tensor([0.7, 1.9, 3.999, 4.0, 5.0], dtype=torch.float64)
    mu = 1 / torch.linspace(1 / 3.5, 1 / 0.8, 4)
    radial = torch.exp(-(starts_at**2) / 2 * (1 / distance[:, None] - 1 / mu.double()) ** 2)
    expected = radial * torch.cos(torch.pi * distance / 8)[:, None] ** 2
    torch.testing.assert_close(layer(distance)[:3], expected[:3], rtol=1e-6, atol=1e-12)
    assert float(layer(distance)[3:].detach().abs().max()) < 1e-30


def test_environment_is_the_sum_of_its_definition() -> None:
    torch.manual_seed(0)
    layer = Environment(3, 5, Sensitivity(4, 0.8, 3.5, 4.0)).double()
    batch = graph(molecule(), crystal())
    vectors = batch.positions[batch.second] - batch.positions[batch.first] + batch.shift
    features, harmonics = torch.randn(len(batch.numbers), 3).double(), torch.randn(len(vectors), 9).double()
    distance = vectors.norm(dim=1)
    radial = layer.sensitivity(distance)
    per_pair = torch.einsum("pc,pv,vab,pb->pca", harmonics, radial, layer.weight, features[batch.second])
    expected = torch.zeros(len(features), 9, 5, dtype=torch.float64).index_add(0, batch.first, per_pair)
    torch.testing.assert_close(layer(features, batch, distance, harmonics), expected, rtol=0, atol=1e-12)


def test_unknown_species_are_named() -> None:
    with pytest.raises(UnknownSpeciesError, match=r"\[7, 16\] are unknown .* built for \[1, 6, 8\]"):
        predict(build("hip-nn"), Structure([16, 6, 7], np.eye(3) * 2))


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"features": 0}, "features must be at least 1"),
        ({"sensitivities": 0}, "sensitivities must be at least 1"),
        ({"soft_min": 9.0, "soft_max": 3.0}, "soft_min < soft_max"),
        ({"cutoff": -1.0}, "cutoff must be positive"),
        ({"sigma": 0.0}, "sigma must be positive"),
        ({"species": ()}, "species must be"),
        ({"species": (1, 1)}, "different atomic numbers"),
        ({"species": (0, 1)}, "must lie in 1"),
        ({"interactions": 0}, "interactions must be at least 1"),
    ],
)
def test_impossible_networks_fail_at_construction(arguments: dict[str, object], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        build("hip-nn", **arguments)


def test_misspelt_and_unsupported_arguments_fail_at_construction() -> None:
    with pytest.raises(TypeError, match="featuers"):
        HipNN(species=(1,), featuers=3)
    with pytest.raises(ValueError, match="l_max 1 and 2, got 3"):
        HipNNTS(l_max=3, species=(1,))


@pytest.mark.parametrize("name", BUILDERS)
def test_float32_agrees_with_float64(name: str) -> None:
    exact, _ = predict(build(name), molecule())
    single = EnergyForces(build(name, torch.float32)).eval()(graph(molecule()))
    assert single.forces.dtype == torch.float32
    assert single.energy.dtype == torch.float64
    np.testing.assert_allclose(single.energy.numpy(), exact, rtol=LAW["float32"])


def test_species_energies_keep_double_precision() -> None:
    model = build("hip-nn", torch.float32)
    exact = torch.tensor([1 / 3, -1000 / 7, 2e4 / 3], dtype=torch.float64)
    model.species_energies.set(exact)
    assert torch.equal(model.float().species_energies.values, exact)


def test_a_system_without_volume_has_no_stress_and_disturbs_none() -> None:
    model = build("hip-nn")
    alone = EnergyForces(model).eval()(graph(crystal()), stress=True).stress
    network = EnergyForces(model).train()
    stress = network(graph(molecule(), crystal()), stress=True).stress
    assert bool(stress[0].isnan().all())
    torch.testing.assert_close(stress[1:], alone, rtol=1e-12, atol=0)
    torch.where(stress.isnan(), 0.0, stress).square().sum().backward()
    assert all(bool(p.grad.isfinite().all()) for p in model.parameters() if p.grad is not None)


@pytest.mark.parametrize("name", BUILDERS)
def test_a_float32_network_does_not_feel_where_it_is(name: str) -> None:
    """Differences of positions are taken in float64: 1,000 Å away forces are those here."""
    model, here = build(name, torch.float32), molecule()
    there = dataclasses.replace(here, positions=here.positions + np.array([1000.0, -700.0, 400.0]))
    difference = np.abs(predict(model, here)[1] - predict(model, there)[1]).max()
    assert difference < 1e-6


@pytest.mark.parametrize("name", ["hip-nn-ts-2", "hip-hop-nn"])
def test_force_training_compiles_whole(name: str) -> None:
    """Energies, forces and the gradient of a loss on both: traced as one graph, equal to the eager numbers."""
    results = [trained(build(name, interactions=1), graph(molecule()), compiled) for compiled in (False, True)]
    for eager, other in zip(*results, strict=True):
        torch.testing.assert_close(eager, other, rtol=1e-9, atol=1e-9)


def state_dict(stored: dict[str, dict]) -> dict[str, torch.Tensor]:
    """Tensors of a stored case."""
    dtypes = {name: torch.int64 if "species" in name else torch.float64 for name in stored["state"]}
    return {name: torch.tensor(values, dtype=dtypes[name]) for name, values in stored["state"].items()}


@pytest.mark.parametrize("case", REFERENCE["cases"])
def test_equal_weights_give_hippynns_numbers(case: str) -> None:
    stored = REFERENCE["cases"][case]
    state = state_dict(stored)
    model = hippynn_model(state, REFERENCE["cutoff"], f"cartesian-l{3 if '(3' in case else 2}-n4-flexible")
    rows = zip(np.array(REFERENCE["numbers"]), np.array(REFERENCE["positions"]), strict=True)
    molecules = [Structure(z[z > 0], r[z > 0]) for z, r in rows]
    energy, _, forces, _ = EnergyForces(model).eval()(batch_structures(molecules, REFERENCE["cutoff"]))
    np.testing.assert_allclose(energy.numpy(), stored["energy"], rtol=0, atol=EQUAL_WEIGHTS["float64"])
    np.testing.assert_allclose(forces.numpy(), stored["forces"], rtol=0, atol=EQUAL_WEIGHTS["float64"])


def test_swapped_weights_do_not_give_hippynns_numbers() -> None:
    stored = REFERENCE["cases"]["hip-hop-nn (3,4)"]
    state = state_dict(stored)
    name = next(k for k in state if k.endswith("0.0.base_layer.mixing_weights"))
    state[name] = state[name].flip(1)
    model = hippynn_model(state, REFERENCE["cutoff"])
    numbers, positions = np.array(REFERENCE["numbers"][0]), np.array(REFERENCE["positions"][0])
    batch = batch_structures([Structure(numbers[numbers > 0], positions[numbers > 0])], REFERENCE["cutoff"])
    assert abs(EnergyForces(model).eval()(batch).energy.item() - stored["energy"][0]) > 1e-3


def test_invariants_are_matched_by_contraction() -> None:
    labels = tuple(label for label, _, _ in INVARIANTS)
    assert invariant_order(labels[::-1], 13, 3) == list(range(13))[::-1]
    assert canonical("1a.1b.2ab") == canonical("2xy.1y.1x") != canonical("1a.1a")
    with pytest.raises(DataError, match="not those of the basis"):
        invariant_order(labels[:-1], 13, 3)
    with pytest.raises(DataError, match="hippynn's 9 invariants up to rank 3 are not those"):
        invariant_order(labels, 9, 3)
    third = invgen.find_basis("cartesian-l3-n3-flexible").labels
    assert sorted(invariant_order(third, 7, 3)) == list(range(8)), "the eighth is none of hippynn's"


def test_an_invariant_that_hippynn_has_not_got_takes_no_part() -> None:
    """The 13 with one more: the same energies as with the 13 alone."""
    state = state_dict(REFERENCE["cases"]["hip-hop-nn (3,4)"])
    basis = invgen.find_basis("cartesian-l3-n4-flexible")
    more = dataclasses.replace(basis, invariants=(*basis.invariants, basis.family.from_label("1a.2bc.3abc")))
    numbers, positions = np.array(REFERENCE["numbers"][0]), np.array(REFERENCE["positions"][0])
    batch = batch_structures([Structure(numbers[numbers > 0], positions[numbers > 0])], REFERENCE["cutoff"])
    models = [hippynn_model(state, REFERENCE["cutoff"], b, backend="torch") for b in (basis, more)]
    first, second = (EnergyForces(model).eval()(batch).energy for model in models)
    assert models[1].blocks[0].interaction.layer.invariants.size == 14
    np.testing.assert_allclose(first.numpy(), second.numpy(), rtol=0, atol=EQUAL_WEIGHTS["float64"])


def test_state_dicts_that_are_none_are_errors() -> None:
    with pytest.raises(DataError, match="interaction weights"):
        hippynn_model({}, 4.0)


@pytest.mark.parametrize("ranks", [(0,), (0, 1), (0, 1, 2, 3), (1, 3), (0, 2)])
def test_harmonics_are_the_traceless_parts(ranks: tuple[int, ...]) -> None:
    r = torch.nn.functional.normalize(torch.randn(7, 3, dtype=torch.float64), dim=1)
    delta = torch.eye(3, dtype=torch.float64)
    triple = torch.einsum("pi,pj,pk->pijk", r, r, r)
    trace = torch.einsum("pi,jk->pijk", r, delta) + torch.einsum("pj,ik->pijk", r, delta)
    trace = (trace + torch.einsum("pk,ij->pijk", r, delta)) / 5
    full = {
        0: torch.ones(7, 1, dtype=torch.float64),
        1: r,
        2: (r[:, :, None] * r[:, None, :] - delta / 3).reshape(7, 9)[:, [0, 1, 2, 4, 5]],
        3: (triple - trace).reshape(7, 27)[:, [0, 1, 2, 4, 5, 13, 14]],
    }
    expected = torch.cat([full[rank] for rank in ranks], dim=1)
    torch.testing.assert_close(TensorHarmonics(ranks)(r), expected, rtol=0, atol=1e-14)


def test_ranks_without_harmonics_are_an_error() -> None:
    with pytest.raises(ValueError, match="no tensor harmonics of rank 99"):
        TensorHarmonics((0, 99))


@pytest.mark.parametrize("basis", ["cartesian-l4-n4-flexible", "cartesian-l3-n3-independent"])
def test_any_basis_makes_a_network(basis: str) -> None:
    """Rank 4 and the independent set: other components, other invariants."""
    model = HipHopNN(basis, **SIZES)
    assert model.blocks[0].interaction.layer.invariants.size == len(model.basis_labels)


def test_backends_give_the_same_network() -> None:
    models = [HipHopNN("cartesian-l3-n4-flexible", backend=backend, **SIZES).double() for backend in ("numba", "torch")]
    models[1].load_state_dict(models[0].state_dict())
    for a, b in zip(*(predict(model.eval(), molecule()) for model in models), strict=True):
        np.testing.assert_allclose(a, b, rtol=0, atol=LAW["float64"])


def test_compiled_networks_do_not_take_unknown_species_for_zero() -> None:
    network = EnergyForces(build("hip-nn", interactions=1)).eval()
    compiled = torch.compile(network, fullgraph=True, backend="aot_eager")
    compiled(graph(molecule()))
    with pytest.raises((IndexError, RuntimeError), match=r"out of range|out of bounds"):
        compiled(graph(molecule(species=(1, 7, 16))))


def test_a_basis_of_several_channels_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("INVGEN_CACHE", str(tmp_path))
    basis = invgen.generate(invgen.BasisSpec(l_max=1, n_max=2, channels=2))
    with pytest.raises(ValueError, match=r"\(2, 2\) tensors of ranks \(0, 1\); generate it with channels=1"):
        HipHopNN(basis, species=(1,))
