"""Energies and forces without a graph: equal to autograd through ``Network.forward``, whatever the layers are."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import torch
from network_fixtures import BUILDERS, build, crystal, graph, molecule
from tolerances import DIRECT_SUM, LAW, all_close
from torch import Tensor, nn

from invgen.data.batch import Batch, pair_vectors
from invgen.nn.evaluation import energies_and_gradient, evaluates
from invgen.nn.interaction import InvariantInteraction
from invgen.nn.network import Network
from invgen.runtime import choice
from invgen.runtime.backends import has_numba

pytestmark = pytest.mark.skipif(not has_numba(), reason="llvmlite is not installed")


def perturbed(name: str, dtype: torch.dtype = torch.float64, **arguments: object) -> Network:
    """No parameter is what it was initialised to: zero biases and unit weights would hide that they are left out."""
    network = build(name, dtype, **arguments)
    generator = torch.Generator().manual_seed(1)
    with torch.no_grad():
        for parameter in network.parameters():
            noise = torch.randn(parameter.shape, generator=generator, dtype=torch.float64)
            parameter.mul_((1 + 0.1 * noise).to(dtype)).add_(0.05 * noise.to(dtype))
    return network


def by_autograd(network: Network, batch: Batch, vectors: Tensor) -> tuple[Tensor, Tensor]:
    vectors = vectors.detach().requires_grad_()
    energies = network(batch, vectors)
    return energies.detach(), torch.autograd.grad(energies.sum(), vectors)[0]


def both(network: Network, batch: Batch) -> tuple[tuple[Tensor, Tensor], tuple[Tensor, Tensor]]:
    vectors = pair_vectors(batch, batch.positions).to(network.dtype)
    assert evaluates(network, vectors)
    return energies_and_gradient(network, batch, vectors), by_autograd(network, batch, vectors)


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
@pytest.mark.parametrize("name", BUILDERS)
def test_it_is_what_autograd_gives(name: str, dtype: torch.dtype) -> None:
    for batch in (graph(molecule(), crystal()), graph(molecule(atoms=1)), graph(crystal())):
        found, expected = both(perturbed(name, dtype), batch)
        all_close(found, expected, LAW["float32"] if dtype == torch.float32 else DIRECT_SUM["float64"])


def test_more_atoms_than_features_take_the_weights_on_the_matrix() -> None:
    found, expected = both(perturbed("hip-hop-nn", features=3), graph(*[molecule()] * 3))
    all_close(found, expected, DIRECT_SUM["float64"])


class Doubled(nn.Linear):
    """A layer of somebody else's."""

    def forward(self, x: Tensor) -> Tensor:
        return super().forward(2.0 * x).tanh()


class Shifted(InvariantInteraction):
    """An interaction of somebody else's, which has the layers of the usual one."""

    def combine(self, tensors: Tensor) -> Tensor:
        return super().combine(tensors).sin()


class Watched(InvariantInteraction):
    def forward(self, *arguments: object) -> Tensor:
        return super().forward(*arguments).cos()


def double_a_layer(network: Network) -> None:
    network.blocks[0].atom_layers[0].layer.__class__ = Doubled


def change_combine(network: Network) -> None:
    network.blocks[1].interaction.layer.__class__ = Shifted


def change_interaction(network: Network) -> None:
    for block in network.blocks:
        block.interaction.layer.__class__ = Watched


def hook_a_layer(network: Network) -> None:
    network.blocks[0].interaction.output.register_forward_hook(lambda layer, inputs, output: 3.0 * output)


def hook_the_environment(network: Network) -> None:
    network.blocks[0].interaction.layer.environment.register_forward_hook(lambda layer, inputs, output: 3.0 * output)


@pytest.mark.parametrize(
    "change", [double_a_layer, change_combine, change_interaction, hook_a_layer, hook_the_environment]
)
def test_layers_without_a_rule_are_left_to_autograd(change: Callable[[Network], None]) -> None:
    network, batch = perturbed("hip-hop-nn"), graph(molecule(), crystal())
    before = both(network, batch)[0]
    change(network)
    found, expected = both(network, batch)
    all_close(found, expected, DIRECT_SUM["float64"])
    assert (found[0] - before[0]).abs().max() > 1e-6


def test_what_it_does_not_compute(monkeypatch: pytest.MonkeyPatch) -> None:
    batch = graph(molecule())
    vectors = pair_vectors(batch, batch.positions)
    assert evaluates(build("hip-nn"), vectors)
    assert not evaluates(build("hip-nn", backend="torch"), vectors)
    assert not evaluates(nn.Linear(3, 1), vectors)
    assert not evaluates(build("hip-nn"), vectors.bfloat16())
    monkeypatch.setattr(choice, "_held", True)
    assert not evaluates(build("hip-nn"), vectors)
