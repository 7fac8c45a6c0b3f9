"""Networks of the HIP family in typed torch statements, which TorchScript compiles: they run without this package.

Invariants and harmonics are the emitted statements of the plain backend, their one argument that is no tensor typed.
All else is written here a second time, in tensor operations that run on every device and have derivatives of any order.
Annotations have to be types, not texts: TorchScript reads them.
"""

import importlib.util
import math
import tempfile
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from invgen.emitted.folder import EmittedFolder
from invgen.engines.errors import EngineError
from invgen.nn.interaction import InvariantInteraction, ScalarInteraction, TensorSensitivityInteraction
from invgen.nn.network import Network, Residual
from invgen.runtime.backends import PLAIN
from invgen.runtime.operators.sensitivities_torch import LEAST, NEGLIGIBLE


def typed_statements(folder: EmittedFolder) -> Any:
    """The emitted values (..., components, features) -> (..., size, features), compiled by TorchScript."""
    text = folder.read(f"{PLAIN}_kernels.py").decode()
    untyped = "axis=-2):"
    if untyped not in text:
        raise EngineError(f"{folder.path}: the emitted statements are of another form; emit the basis again")
    with tempfile.TemporaryDirectory() as place:
        path = Path(place) / "typed_kernels.py"
        path.write_text(text.replace(untyped, "axis: int = -2):"), encoding="utf-8")
        found = importlib.util.spec_from_file_location("typed_kernels", path)
        assert found is not None
        assert found.loader is not None
        module = importlib.util.module_from_spec(found)
        found.loader.exec_module(module)
        return torch.jit.script(module.value)


class Ones(nn.Module):
    """Harmonics of rank 0."""

    def forward(self, directions: Tensor) -> Tensor:
        """(pairs, 3) -> (pairs, 1)."""
        return torch.ones(directions.shape[0], 1, dtype=directions.dtype, device=directions.device)


class Harmonics(nn.Module):
    """Tensor harmonics of directions."""

    columns: Tensor

    def __init__(self, harmonics: Any) -> None:
        super().__init__()
        self.value = typed_statements(harmonics.polynomials.kernels.folder)
        self.register_buffer("columns", harmonics.columns)

    def forward(self, directions: Tensor) -> Tensor:
        """(pairs, 3) unit vectors -> (pairs, components)."""
        return self.value(directions.t().unsqueeze(0)).squeeze(0).index_select(0, self.columns).t()


class Scalars(nn.Module):
    """HIP-NN makes the scalar of its tensors."""

    def forward(self, tensors: Tensor) -> Tensor:
        """(atoms, components, features) -> (atoms, features)."""
        return tensors[:, 0]


class Norms(nn.Module):
    """HIP-NN-TS adds norms of rank 1, and of rank 2 if it has it."""

    scales: Tensor

    def __init__(self, layer: TensorSensitivityInteraction) -> None:
        super().__init__()
        self.l_max, self.cusp = layer.l_max, layer.cusp
        self.register_buffer("scales", layer.scales.detach())

    def forward(self, tensors: Tensor) -> Tensor:
        """(atoms, components, features) -> (atoms, features)."""
        total = tensors[:, 0] + self.scales[0] * (tensors[:, 1:4].square().sum(1) + self.cusp).sqrt()
        if self.l_max == 2:
            q = tensors[:, 4:9]
            total = total + self.scales[1] * (2.0 * (q.square().sum(1) + q[:, 0] * q[:, 3]) + self.cusp).sqrt()
        return total


class Mixed(nn.Module):
    """HIP-HOP-NN normalises invariants over the features and mixes them."""

    mixing: Tensor
    weight: Tensor
    bias: Tensor

    def __init__(self, layer: InvariantInteraction) -> None:
        super().__init__()
        self.value = typed_statements(layer.invariants.kernels.folder)
        norm = layer.normalisation
        self.size, self.epsilon = norm.num_groups, norm.eps
        for name, values in (("mixing", layer.mixing), ("weight", norm.weight), ("bias", norm.bias)):
            self.register_buffer(name, values.detach())

    def forward(self, tensors: Tensor) -> Tensor:
        """(atoms, components, features) -> (atoms, features)."""
        flat = self.value(tensors).flatten(1)
        normal = nn.functional.group_norm(flat, self.size, self.weight, self.bias, self.epsilon)
        return normal @ self.mixing


class Interaction(nn.Module):
    """An interaction layer: tensors of neighbourhoods, what is made of them, and W z + b."""

    weight: Tensor
    center: Tensor
    width: Tensor

    def __init__(self, layer: ScalarInteraction) -> None:
        super().__init__()
        environment = layer.environment
        sensitivity = environment.sensitivity
        self.cutoff, self.negligible, self.least = sensitivity.cutoff, NEGLIGIBLE, LEAST
        self.step = math.pi / (2.0 * sensitivity.cutoff)
        self.register_buffer("weight", environment.weight.detach())
        self.register_buffer("center", sensitivity.mu.detach().reciprocal())
        self.register_buffer("width", sensitivity.sigma.detach())
        self.combine = _combine(layer)
        self.own = layer.self_interaction

    def radial(self, distance: Tensor) -> Tensor:
        """(pairs,) Å -> (pairs, sensitivities)."""
        away = self.width * (distance.reciprocal().unsqueeze(1) - self.center)
        gaussian = torch.exp((-0.5 * away.square()).clamp(min=self.least))
        gaussian = nn.functional.threshold(gaussian, self.negligible, 0.0)
        return gaussian * (self.step * distance.clamp(max=self.cutoff)).cos().square().unsqueeze(1)

    def forward(self, features: Tensor, first: Tensor, second: Tensor, distance: Tensor, harmonics: Tensor) -> Tensor:
        """features (atoms, inputs), first, second, distance (pairs,), harmonics (pairs, components)."""
        count, outputs = self.weight.shape[0], self.weight.shape[1]
        messages = (features @ self.weight.flatten(0, 1).t()).view(-1, count, outputs).index_select(0, second)
        heard = torch.bmm(self.radial(distance).unsqueeze(1), messages)
        shape = [features.shape[0], harmonics.shape[1], outputs]
        tensors = torch.zeros(shape, dtype=features.dtype, device=features.device)
        tensors = tensors.index_add(0, first, harmonics.unsqueeze(2) * heard)
        return self.combine(tensors) + self.own(features)


class Block(nn.Module):
    """An interaction layer and the atom layers after it, each with its residual."""

    def __init__(self, block: Any) -> None:
        super().__init__()
        residual: Residual = block.interaction
        self.interaction = Interaction(residual.layer)
        self.output, self.adjust = residual.output, residual.adjust
        self.atom_layers = nn.ModuleList(AtomLayer(layer) for layer in block.atom_layers)

    def forward(self, features: Tensor, first: Tensor, second: Tensor, distance: Tensor, harmonics: Tensor) -> Tensor:
        """(atoms, inputs) -> (atoms, outputs)."""
        heard = self.interaction(features, first, second, distance, harmonics)
        features = self.output(nn.functional.softplus(heard)) + self.adjust(features)
        for layer in self.atom_layers:
            features = layer(features)
        return features


class AtomLayer(nn.Module):
    """z -> A z + W' softplus(W z + b) + b'."""

    def __init__(self, residual: Any) -> None:
        super().__init__()
        self.layer, self.output, self.adjust = residual.layer, residual.output, residual.adjust

    def forward(self, features: Tensor) -> Tensor:
        """(atoms, inputs) -> (atoms, outputs)."""
        return self.output(nn.functional.softplus(self.layer(features))) + self.adjust(features)


class TypedNetwork(nn.Module):
    """A network as ``torch.jit.script`` takes it: atomic numbers and pairs to energies of atoms.

    Weights are copies of the network's. Raises ``EngineError`` for layers of other classes than those of ``invgen.nn``.
    """

    table: Tensor
    one_hot: Tensor
    references: Tensor

    def __init__(self, network: Network) -> None:
        super().__init__()
        from copy import deepcopy

        network = deepcopy(network).eval().requires_grad_(False)
        self.species = len(network.species)
        self.register_buffer("table", network.encoding.table)
        self.register_buffer("one_hot", network.encoding.one_hot)
        self.register_buffer("references", network.species_energies.values)
        self.harmonics = Ones() if network.harmonics.polynomials is None else Harmonics(network.harmonics)
        self.blocks = nn.ModuleList(Block(block) for block in network.blocks)
        self.energies = network.energy_layers

    def forward(self, numbers: Tensor, first: Tensor, second: Tensor, vectors: Tensor) -> Tensor:
        """numbers (atoms,), first and second (pairs,), vectors (pairs, 3) Å -> (atoms,) eV, float64."""
        species = self.table.index_select(0, numbers)
        if bool((species == self.species).any()):
            raise ValueError("atoms of an element that the model was not made for")
        features = self.one_hot.index_select(0, species)
        distance = torch.sqrt((vectors * vectors).sum(1))
        harmonics = self.harmonics(vectors / distance.unsqueeze(1))
        total = torch.zeros_like(features[:, 0])
        for block, layer in zip(self.blocks, self.energies):  # noqa: B905  TorchScript has no strict
            features = block(features, first, second, distance, harmonics)
            total = total + layer(features).squeeze(1)
        return total.double() + self.references.index_select(0, species)


def _combine(layer: Any) -> nn.Module:
    if isinstance(layer, InvariantInteraction):
        return Mixed(layer)
    if isinstance(layer, TensorSensitivityInteraction):
        return Norms(layer)
    if type(layer) is ScalarInteraction:
        return Scalars()
    raise EngineError(f"no typed statements for layers of the class {type(layer).__name__}")
