"""HIP-NN, HIP-NN-TS and HIP-HOP-NN: one skeleton, three interaction layers.

A network maps pair vectors to energies of atoms. Differentiate it with ``invgen.nn.EnergyForces``.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from functools import partial
from inspect import Parameter, Signature, cleandoc, signature
from itertools import pairwise
from typing import Any

import torch
from torch import nn

from invgen.data.batch import Batch
from invgen.nn.harmonics import TensorHarmonics
from invgen.nn.interaction import FusedInteraction, ScalarInteraction, TensorSensitivityInteraction
from invgen.nn.invariants import Invariants
from invgen.nn.sensitivity import Sensitivity
from invgen.nn.species import SpeciesEncoding, SpeciesEnergies

Interaction = Callable[[int, int, Sensitivity], ScalarInteraction]


class Residual(nn.Module):
    """z -> A z + W' softplus(layer(z)) + b', with A the identity when the widths agree, else a trainable matrix."""

    def __init__(self, layer: nn.Module, inputs: int, outputs: int) -> None:
        super().__init__()
        self.layer = layer
        self.output = nn.Linear(outputs, outputs)
        self.adjust = nn.Identity() if inputs == outputs else nn.Linear(inputs, outputs, bias=False)

    def forward(self, features: torch.Tensor, *context: Any) -> torch.Tensor:
        """features (atoms, inputs) -> (atoms, outputs); ``context`` goes to the layer."""
        return self.output(nn.functional.softplus(self.layer(features, *context))) + self.adjust(features)


class Block(nn.Module):
    """One interaction layer and the atom layers after it."""

    def __init__(self, interaction: ScalarInteraction, inputs: int, outputs: int, atom_layers: int) -> None:
        super().__init__()
        self.interaction = Residual(interaction, inputs, outputs)
        layers = [nn.Linear(outputs, outputs) for _ in range(atom_layers)]
        for layer in layers:
            nn.init.xavier_normal_(layer.weight)
        self.atom_layers = nn.ModuleList(Residual(layer, outputs, outputs) for layer in layers)

    def forward(self, features: torch.Tensor, *context: Any) -> torch.Tensor:
        """features (atoms, inputs) -> (atoms, outputs)."""
        features = self.interaction(features, *context)
        for layer in self.atom_layers:
            features = layer(features)
        return features


class Network(nn.Module):
    """Skeleton of the HIP family: E = Σ_i (E⁰_i + Σ_n (w_n·z_i^n + b_n)).

    species
        Atomic numbers the model is built for; others raise ``UnknownSpeciesError`` in ``forward``.
    features
        32: width, the number of features of an atom.
    sensitivities
        20: number of radial functions.
    soft_min, soft_max
        0.4 and 9.0 Å: between them lie the peaks of the first sensitivities.
    cutoff
        10.3 Å: where interactions end. Batches need pairs up to it.
    sigma
        Å: inverse width in 1/r that all sensitivities start with; None stands for 2 · sensitivities · soft_min.
    interactions
        1: number of interaction layers.
    atom_layers
        3: number of layers after each of them, 0 or more.
    backend
        ``"auto"``: compiled kernels where they run. Or ``"numba"``, ``"torch"`` or ``"cuda"``, as in ``invgen.load``.

    ``species_energies`` holds E⁰ in eV, frozen, zero until set, and float64 whatever the dtype of the network.
    ``notes`` are JSON values that travel with the model, such as how its labels were named.
    """

    def __init__(
        self,
        interaction: Interaction,
        ranks: Sequence[int],
        *,
        species: Sequence[int],
        features: int = 32,
        sensitivities: int = 20,
        soft_min: float = 0.4,
        soft_max: float = 9.0,
        cutoff: float = 10.3,
        sigma: float | None = None,
        interactions: int = 1,
        atom_layers: int = 3,
        backend: str = "auto",
    ) -> None:
        super().__init__()
        least = {"features": (features, 1), "interactions": (interactions, 1), "atom_layers": (atom_layers, 0)}
        for name, (value, minimum) in least.items():
            if value < minimum:
                raise ValueError(f"{name} must be at least {minimum}, got {value}")
        self.encoding = SpeciesEncoding(species)
        self.harmonics = TensorHarmonics(ranks, backend)
        self.cutoff = float(cutoff)
        widths = [len(self.encoding.species), *[features] * interactions]
        self.blocks = nn.ModuleList()
        for inputs, outputs in pairwise(widths):
            layer = interaction(inputs, outputs, Sensitivity(sensitivities, soft_min, soft_max, cutoff, sigma))
            self.blocks.append(Block(layer, inputs, outputs, atom_layers))
        self.energy_layers = nn.ModuleList(nn.Linear(width, 1) for width in widths[1:])
        self.species_energies = SpeciesEnergies(widths[0])
        self.notes: dict[str, Any] = {}
        self.arguments: dict[str, Any] = {
            "species": self.encoding.species,
            "features": int(features),
            "sensitivities": int(sensitivities),
            "soft_min": float(soft_min),
            "soft_max": float(soft_max),
            "cutoff": self.cutoff,
            "sigma": None if sigma is None else float(sigma),
            "interactions": int(interactions),
            "atom_layers": int(atom_layers),
        }

    @property
    def species(self) -> tuple[int, ...]:
        """Atomic numbers the model was built for."""
        return self.encoding.species

    @property
    def dtype(self) -> torch.dtype:
        """What the network computes in."""
        return self.encoding.one_hot.dtype

    @property
    def device(self) -> torch.device:
        """Where it computes."""
        return self.encoding.one_hot.device

    def forward(self, batch: Batch, vectors: torch.Tensor) -> torch.Tensor:
        """vectors (pairs, 3) Å from each ``batch.first`` to its ``batch.second`` -> (atoms,) eV, float64."""
        species: torch.Tensor | None = self.encoding.index(batch.numbers)
        own = self.species_energies(species)
        features = self.encoding.rows(species)
        distance = torch.linalg.vector_norm(vectors, dim=1)
        harmonics = self.harmonics(vectors / distance.unsqueeze(1))
        energy = features.new_zeros(len(features))
        for block, layer in zip(self.blocks, self.energy_layers, strict=True):
            features = block(features, batch, distance, harmonics, species)
            species = None
            energy = energy + layer(features).squeeze(1)
        return energy.double() + own

    def parameter_count(self) -> int:
        """Number of trainable parameters."""
        return sum(p.numel() for p in self.parameters() if p.requires_grad)


def with_keywords(kind: type[Network]) -> type[Network]:
    """The class; its signature and docstring list the keywords of ``Network`` besides its own."""
    own = [p for p in signature(kind).parameters.values() if p.kind is not Parameter.VAR_KEYWORD]
    known = {p.name for p in own}
    shared = [p for p in signature(Network).parameters.values() if p.kind is Parameter.KEYWORD_ONLY]
    kind.__signature__ = Signature([*own, *(p for p in shared if p.name not in known)])
    documented = cleandoc(kind.__doc__ or "")
    entries = re.split(r"\n(?=\S)", cleandoc(Network.__doc__ or "").split("\n\n")[1])
    new = [entry for entry in entries if f"\n{entry.splitlines()[0]}\n" not in documented]
    kind.__doc__ = "\n".join([documented, "", *new])
    return kind


@with_keywords
class HipNN(Network):
    """HIP-NN: a layer hears a weighted sum over distances."""

    def __init__(self, *, backend: str = "auto", **arguments: Any) -> None:
        super().__init__(partial(ScalarInteraction, backend=backend), (0,), backend=backend, **arguments)


@with_keywords
class HipNNTS(Network):
    """HIP-NN-TS: norms of tensors besides.

    l_max
        1, or 2: the largest rank of these tensors.
    """

    def __init__(self, *, l_max: int = 1, backend: str = "auto", **arguments: Any) -> None:
        layer = partial(TensorSensitivityInteraction, l_max=l_max, backend=backend)
        super().__init__(layer, tuple(range(l_max + 1)), backend=backend, **arguments)
        self.arguments["l_max"] = int(l_max)


@with_keywords
class HipHopNN(Network):
    """HIP-HOP-NN: invariants of the tensors of each feature, normalised and mixed.

    basis
        Any one with one channel per rank: an id, a folder or a ``Basis``. ``ValueError`` for several channels of one
        rank, and for the family ``ace``.
    backend
        ``"auto"``, ``"numba"``, ``"torch"`` or ``"cuda"``, as in ``invgen.load``, for the invariants, the sums over
        pairs and the normalisation. Derivatives up to the second are compiled.
    """

    def __init__(self, basis: Any = "cartesian-l3-n4-flexible", *, backend: str = "auto", **arguments: Any) -> None:
        probe = cartesian_invariants(basis, backend)

        def layer(inputs: int, outputs: int, sensitivity: Sensitivity) -> FusedInteraction:
            return FusedInteraction(inputs, outputs, sensitivity, Invariants(basis, backend=backend), backend)

        super().__init__(layer, probe.ranks, backend=backend, **arguments)
        self.basis_id = probe.id
        self.basis_labels = tuple(probe.labels)


def cartesian_invariants(basis: Any, backend: str) -> Invariants:
    """What a HIP-HOP-NN can have: Cartesian, with one channel per rank. Raises ``ValueError`` for other bases."""
    invariants = Invariants(basis, backend=backend)
    folder = invariants.kernels.folder
    if folder.tensors != "cartesian":
        raise ValueError(
            f"HIP-HOP-NN makes Cartesian tensors; the basis {invariants.id} is of the family "
            f"{folder.manifest['family']!r} and takes {folder.tensors} components: generate one of the family "
            "'cartesian'"
        )
    if any(count != 1 for count in invariants.multiplicities):
        raise ValueError(
            f"HIP-HOP-NN gives each feature one tensor per rank; the basis {invariants.id} has "
            f"{invariants.multiplicities} tensors of ranks {invariants.ranks}; generate it with channels=1"
        )
    return invariants
