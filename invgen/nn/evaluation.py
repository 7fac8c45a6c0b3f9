"""Energies and their gradient by the pair vectors without a graph, on the CPU: small systems wait for nothing else.

A rule gives what a layer gives, and a pullback: the derivative of the energy by the layer's output becomes that by its
input. Rules call machine code directly, past the dispatcher of torch. A layer of a kind without a rule, or with hooks,
is differentiated by autograd, all by itself. ``Network.forward`` stays the definition; tests hold both equal.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeAlias

import torch
from torch import Tensor, nn
from torch.nn.functional import linear, softplus

from invgen.data.batch import Batch
from invgen.nn.environment import PairEnvironment
from invgen.nn.harmonics import TensorHarmonics
from invgen.nn.interaction import FusedInteraction, FusedNormalisation, InvariantInteraction, ScalarInteraction
from invgen.nn.invariants import Invariants
from invgen.nn.network import Block, Network, Residual
from invgen.runtime.choice import measuring
from invgen.runtime.operators import invariants, normalise, pairs, sensitivities
from invgen.runtime.torch_private import has_hooks, interpreted, modules_of, parameters_of

SOFTPLUS_BACKWARD = torch.ops.aten.softplus_backward.default
Pullback: TypeAlias = Callable[[Tensor], Any]
SOFTPLUS = 1.0, 20.0
"""Its steepness, and from where on torch takes it for the identity."""


def evaluates(network: nn.Module, vectors: Tensor) -> bool:
    """Whether ``energies_and_gradient`` computes this network."""
    return (
        isinstance(network, Network)
        and type(network).forward is Network.forward
        and not has_hooks(network)
        and isinstance(network.blocks[0].interaction.layer.environment, PairEnvironment)
        and vectors.device.type == "cpu"
        and vectors.dtype in pairs.DTYPES
        and not interpreted()
        and not measuring()
    )


class Surroundings:
    """The pairs of a batch, and derivatives of the energy by what depends on their vectors, which layers add up."""

    def __init__(self, batch: Batch, species: Tensor, distance: Tensor, harmonics: Tensor) -> None:
        self.batch, self.distance, self.harmonics = batch, distance, harmonics
        self.species: Tensor | None = species
        """Until the first block was computed: features are one-hot, and have no derivative."""
        self.centres = pairs.centres_of(batch.first, len(batch.numbers))
        self.neighbours = pairs.rows_of(batch.second, len(batch.numbers))
        self.by_distance, self.by_harmonics = torch.zeros_like(distance), torch.zeros_like(harmonics)

    def add(self, by_distance: Tensor | None, by_harmonics: Tensor | None) -> None:
        """Derivatives by distances (pairs,) and harmonics (pairs, components) of one layer."""
        if by_distance is not None:
            self.by_distance += by_distance
        if by_harmonics is not None:
            self.by_harmonics += by_harmonics


@torch.no_grad()
def energies_and_gradient(network: Network, batch: Batch, vectors: Tensor) -> tuple[Tensor, Tensor]:
    """``network(batch, vectors)``, (atoms,) eV, and the derivative of its sum by ``vectors``, (pairs, 3) eV/Å."""
    species = network.encoding.index(batch.numbers)
    features = network.encoding.rows(species)
    distance = torch.linalg.vector_norm(vectors, dim=1)
    directions = vectors / distance.unsqueeze(1)
    harmonics, pull_harmonics = _harmonics(network.harmonics, directions)
    around = Surroundings(batch, species, distance, harmonics)
    energy, pullbacks = features.new_zeros(len(features)), []
    for block, head in zip(network.blocks, network.energy_layers, strict=True):
        features, pull = _block(block, features, around)
        around.species = None
        own, pull_own = _pulled(head, features)
        energy += own.squeeze(1)
        pullbacks.append((pull, pull_own))
    ones, by_features = energy.new_ones(len(energy), 1), None
    for pull, pull_own in reversed(pullbacks):
        by_features = pull(pull_own(ones) if by_features is None else by_features + pull_own(ones))
    by_directions = pull_harmonics(around.by_harmonics) / distance.unsqueeze(1)
    along = around.by_distance - (directions * by_directions).sum(1)
    gradient = torch.addcmul(by_directions, directions, along.unsqueeze(1))
    return energy.double() + network.species_energies(species), gradient


def _block(block: Block, features: Tensor, around: Surroundings) -> tuple[Tensor, Pullback]:
    """(atoms, inputs) -> (atoms, outputs); the pullback of the first block gives ``None``."""
    features, pull = _residual(block.interaction, features, around)
    pullbacks = [pull]
    for layer in block.atom_layers:
        features, pull = _residual(layer, features)
        pullbacks.append(pull)

    def pullback(g: Tensor) -> Tensor | None:
        for pull in reversed(pullbacks):
            g = pull(g)
        return g

    return features, pullback


def _residual(residual: Residual, features: Tensor, around: Surroundings | None = None) -> tuple[Tensor, Pullback]:
    parts: Any = modules_of(residual)
    layer = parts["layer"]
    inner, pull = _pulled(layer, features) if around is None else _interaction(layer, features, around)
    outer, pull_outer = _pulled(parts["output"], softplus(inner))
    kept, pull_kept = _pulled(parts["adjust"], features)

    def pullback(g: Tensor) -> Tensor | None:
        by_features = pull(SOFTPLUS_BACKWARD(pull_outer(g), inner, *SOFTPLUS))
        return None if by_features is None else by_features + pull_kept(g)

    return outer + kept, pullback


def _pulled(layer: nn.Module, x: Tensor) -> tuple[Tensor, Pullback]:
    """A layer of one input."""
    if type(layer) is nn.Identity:
        return x, lambda g: g
    if type(layer) is nn.Linear and not has_hooks(layer):
        own: Any = parameters_of(layer)
        weight = own["weight"]
        return linear(x, weight, own["bias"]), lambda g: g @ weight
    return _by_autograd(layer, x)


def _by_autograd(function: Callable[..., Tensor], *inputs: Tensor) -> tuple[Tensor, Pullback]:
    """Anything; the pullback gives one derivative, or a tuple of several."""
    variables = [x.detach().requires_grad_(True) for x in inputs]
    with torch.enable_grad():
        value = function(*variables)

    def pullback(g: Tensor) -> Any:
        found = torch.autograd.grad(value, variables, g, allow_unused=True)
        return found if len(found) > 1 else found[0]

    return value.detach(), pullback


def _harmonics(layer: TensorHarmonics, directions: Tensor) -> tuple[Tensor, Pullback]:
    """(pairs, 3) -> (pairs, components)."""
    polynomials = layer.polynomials
    if polynomials is None:
        return layer(directions), lambda g: torch.zeros_like(directions)
    if not _compiled(polynomials):
        return _by_autograd(layer, directions)
    planes = directions.T.contiguous().unsqueeze(0)
    every = invariants.run("value", polynomials.key, (planes,))[0]
    taken = every if layer.all_columns else every.index_select(0, layer.columns)

    def pullback(g: Tensor) -> Tensor:
        by_every = g.T if layer.all_columns else torch.zeros_like(every).index_copy(0, layer.columns, g.T)
        return invariants.run("vjp", polynomials.key, (planes, by_every.unsqueeze(0)))[0].T

    return taken.T.contiguous(), pullback


def _compiled(layer: nn.Module) -> bool:
    return type(layer) is Invariants and not has_hooks(layer) and layer.kernels.compiled


def _interaction(layer: ScalarInteraction, features: Tensor, around: Surroundings) -> tuple[Tensor, Pullback]:
    """(atoms, inputs) -> (atoms, outputs)."""
    environment = layer.environment
    known = type(layer).forward in (ScalarInteraction.forward, FusedInteraction.forward)
    if not known or type(environment) is not PairEnvironment or has_hooks(layer) or has_hooks(environment):
        return _interaction_by_autograd(layer, features, around)
    tensors, pull_tensors = _environment(environment, features, around)
    combined, pull_combined = _combined(layer, tensors)
    own, pull_own = _pulled(layer.self_interaction, features)

    def pullback(g: Tensor) -> Tensor | None:
        by_features = pull_tensors(pull_combined(g))
        return None if by_features is None else by_features + pull_own(g)

    return combined + own, pullback


def _interaction_by_autograd(
    layer: ScalarInteraction, features: Tensor, around: Surroundings
) -> tuple[Tensor, Pullback]:
    batch, species = around.batch, around.species

    def function(features: Tensor, distance: Tensor, harmonics: Tensor) -> Tensor:
        return layer(features, batch, distance, harmonics, species)

    value, pull = _by_autograd(function, features, around.distance, around.harmonics)

    def pullback(g: Tensor) -> Tensor | None:
        by_features, *others = pull(g)
        around.add(*others)
        return by_features if species is None else None

    return value, pullback


def _environment(layer: PairEnvironment, features: Tensor, around: Surroundings) -> tuple[Tensor, Pullback]:
    """(atoms, inputs) -> (atoms, components, outputs)."""
    first, every, sensitivity = around.species is not None, layer.weight, layer.sensitivity
    count, outputs, inputs = every.shape
    weight = every.view(count * outputs, inputs)
    if around.species is None:
        messages, rows = linear(features, weight).view(-1, count, outputs), around.neighbours
    else:
        messages = every.permute(2, 0, 1).contiguous()
        rows = pairs.rows_of(around.species.index_select(0, around.batch.second), inputs)
    radial = around.distance, sensitivity.mu.reciprocal(), sensitivity.sigma
    (s, slope), t = sensitivities.value_and_slope(*radial, sensitivity.cutoff), around.harmonics

    def pullback(g: Tensor) -> Tensor | None:
        by_s, by_t, by_messages = pairs.vjp(s, t, messages, around.centres, rows, g, with_m=not first)
        around.add(torch.linalg.vecdot(by_s, slope), by_t)
        return None if first else by_messages.flatten(1) @ weight

    return pairs.value(s, t, messages, around.centres, rows), pullback


def _combined(layer: ScalarInteraction, tensors: Tensor) -> tuple[Tensor, Pullback]:
    """(atoms, components, outputs) -> (atoms, outputs)."""
    if (
        not isinstance(layer, InvariantInteraction)
        or type(layer).combine is not InvariantInteraction.combine
        or not _compiled(layer.invariants)
        or type(layer.normalisation) is not FusedNormalisation
    ):
        return _by_autograd(layer.combine, tensors)
    key, norm, mixing = layer.invariants.key, layer.normalisation, layer.mixing
    weight, bias = norm.weight, norm.bias
    values = invariants.run("value", key, (tensors,))
    normal, scale = normalise.value(values, norm.eps)
    rows = normal.flatten(1)
    few = rows.shape[0] < mixing.shape[1]  # what weight and bias of the norm act on: atoms, or the matrix
    matrix = mixing if few else weight.unsqueeze(1) * mixing
    mixed = torch.addcmul(bias, rows, weight) @ mixing if few else torch.addmm(bias @ mixing, rows, matrix)

    def pullback(g: Tensor) -> Tensor:
        by_rows = g @ matrix.T
        by_normal = (by_rows * weight if few else by_rows).view(normal.shape)
        by_values = normalise.vjp(normal, scale, by_normal, torch.zeros_like(scale))
        return invariants.run("vjp", key, (tensors, by_values))

    return mixed, pullback
