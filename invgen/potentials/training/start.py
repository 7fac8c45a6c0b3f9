"""The network that a training begins with: a new one, or one that was trained before."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields, replace
from pathlib import Path
from typing import Any

import numpy as np
import torch

from invgen.data.batch import batch_on, pair_vectors
from invgen.data.dataset import Data
from invgen.data.errors import UnknownSpeciesError
from invgen.data.references import reference_energies, symbols
from invgen.nn.energy import EnergyForces
from invgen.nn.network import Network
from invgen.potentials.evaluation import chunks
from invgen.potentials.saved import build_model, describe, load_model
from invgen.potentials.training.config import ModelConfig, basis_place
from invgen.runs.config import ConfigError
from invgen.runs.references import ReferencesConfig

ARGUMENTS = ("features", "sensitivities", "soft_min", "soft_max", "cutoff", "sigma", "interactions", "atom_layers")
"""Keys of ``[model]`` that are arguments of every network."""
MEASURED = ("soft_min", "soft_max", "sigma")
"""Those that the training structures tell where they are not given."""
SAMPLE, CLOSE = 1_000, 0.01
"""Structures whose distances are looked at, at even steps; and the share of them that comes closer than ``soft_min``
is made for: a few overlapping atoms decide nothing."""
NEARER, INSIDE, WIDTH = 0.9, 0.9, 2.0
"""``soft_min`` over that distance, ``soft_max`` over the cutoff, width of a sensitivity over its distance from the next
in 1/r."""


def starting_model(
    settings: ModelConfig,
    references: ReferencesConfig,
    data: Data,
    seed: int,
    dtype: torch.dtype,
    base: Path = Path(),
    loaded: Network | None = None,
) -> Network:
    """A network with weights drawn from ``seed`` for the elements of ``data``, or ``loaded``; with E⁰ of ``data``."""
    if loaded is None:
        model = new_model(settings_for(settings, data), data.species(), seed, dtype, base)
    else:
        model = loaded.to(dtype)
        unknown = sorted(set(data.species()) - set(model.species))
        if unknown:
            raise UnknownSpeciesError(
                f"{settings.start} knows the elements {', '.join(symbols(model.species))}, the training structures "
                f"have {', '.join(symbols(unknown))} besides: train a new model for all, or remove these structures"
            )
    set_references(model, references, data, loaded is not None)
    return model


def settings_for(settings: ModelConfig, data: Data) -> ModelConfig:
    """With sensitivities for the distances in ``data``, as ``ModelConfig`` tells, where none are given."""
    if None not in (getattr(settings, name) for name in MEASURED):
        return settings
    soft_max = INSIDE * settings.cutoff if settings.soft_max is None else settings.soft_max
    soft_min = settings.soft_min
    if soft_min is None:
        soft_min = min(NEARER * close_distance(data), 0.5 * soft_max)
    spacing = (1 / soft_min - 1 / soft_max) / max(settings.sensitivities - 1, 1)
    sigma = 1 / (WIDTH * spacing) if settings.sigma is None else settings.sigma
    return replace(settings, soft_min=soft_min, soft_max=soft_max, sigma=sigma)


def close_distance(data: Data) -> float:
    """Å: in ``CLOSE`` of the structures two atoms are closer; infinite where none has a neighbour."""
    found = []
    for systems in chunks(data, torch.arange(0, len(data), -(-len(data) // SAMPLE))):
        batch = data.batch(systems)
        least = torch.full((len(systems),), torch.inf, dtype=batch.positions.dtype)
        lengths = pair_vectors(batch, batch.positions).norm(dim=1)
        found.append(least.scatter_reduce_(0, batch.system[batch.first], lengths, "amin"))
    return float(torch.cat(found).sort().values[int(CLOSE * sum(map(len, found)))])


def new_model(
    settings: ModelConfig, species: Sequence[int], seed: int, dtype: torch.dtype, base: Path = Path()
) -> Network:
    """A network with weights drawn from ``seed`` for the atomic numbers ``species``; its E⁰ are zero."""
    arguments: dict[str, Any] = {name: getattr(settings, name) for name in ARGUMENTS}
    if settings.kind == "hip-nn-ts":
        arguments["l_max"] = settings.l_max
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        model = build_model(settings.kind, {"species": species, **arguments}, basis_place(settings, base))
    return model.to(dtype)


def load_start(settings: ModelConfig, base: Path) -> tuple[ModelConfig, Network | None]:
    """The model of ``settings.start`` and the settings that describe it; ``None`` if there is no such key.

    Raises ``ConfigError`` for keys that were given and that the model does not have.
    """
    if settings.start is None:
        return settings, None
    usual = ModelConfig(start=settings.start)
    given = {f.name for f in fields(ModelConfig) if getattr(settings, f.name) != getattr(usual, f.name)}
    basis = basis_place(settings, base) if "basis" in given else None
    model = load_model(base / settings.start, basis=basis)
    described = describe(model)
    known = {name: described["arguments"][name] for name in ARGUMENTS if name in described["arguments"]}
    known |= {"kind": described["model"], "l_max": described["arguments"].get("l_max", usual.l_max)}
    for name in sorted(given & set(known)):
        if getattr(settings, name) != known[name]:
            raise ConfigError(
                f"model.{name} is {getattr(settings, name)!r}, and {settings.start} has {known[name]!r}: leave it out, "
                "the architecture is that of the model"
            )
    return replace(settings, **known), model


def set_references(model: Network, references: ReferencesConfig, data: Data, trained: bool) -> None:
    """E⁰ by ``references``. Those of a trained model are shifted by as little as its errors ask for.

    Without any energy, what is not given stays as it is.
    """
    energies = data.energy.numpy()
    if trained and references.method == "least-squares":
        energies = energies - _predicted(model, data).numpy()
    if references.method == "isolated":  # the atom of a primitive cell has neighbours
        energies = np.where((data.atoms == 1) & (data.pairs == 0), energies, np.nan)
    method = references.method if not np.isnan(energies).all() or references.method == "isolated" else "none"
    known = symbols(model.species)
    counts = data.composition(model.species).numpy()
    if trained and references.method != "isolated":
        old = dict(zip(known, model.species_energies.values.tolist(), strict=True))
        given = {e: float(value) - old.get(e, 0.0) for e, value in references.energies.items()}
        found = reference_energies(counts, energies, known, method, given)
        shift = torch.tensor([found[z] for z in model.species], dtype=torch.float64)
        model.species_energies.set(model.species_energies.values.cpu() + shift)
        return
    found = reference_energies(counts, energies, known, method, references.energies)
    model.species_energies.set(torch.tensor([found[z] for z in model.species], dtype=torch.float64))


def _predicted(model: Network, data: Data) -> torch.Tensor:
    """(systems,) eV."""
    network = EnergyForces(model).eval()
    return torch.cat(
        [
            network(batch_on(data.batch(some), model.device), forces=False).energy.cpu()
            for some in chunks(data, torch.arange(len(data)))
        ]
    )
