"""Small structures and networks for the tests of data, networks and potentials."""

from __future__ import annotations

import ase
import numpy as np
import torch

from invgen.data import Batch, Structure, batch_structures
from invgen.nn import EnergyForces, HipHopNN, HipNN, HipNNTS

torch.set_num_threads(1)
"""These systems are too small for threads, which would only wait for each other."""

CUTOFF = 4.0
SIZES = {"species": (1, 6, 8), "features": 6, "sensitivities": 5, "soft_min": 0.8, "soft_max": 3.5, "cutoff": CUTOFF,
         "interactions": 2, "atom_layers": 1}  # fmt: skip
BUILDERS = {
    "hip-nn": lambda **k: HipNN(**{**SIZES, **k}),
    "hip-nn-ts-1": lambda **k: HipNNTS(l_max=1, **{**SIZES, **k}),
    "hip-nn-ts-2": lambda **k: HipNNTS(l_max=2, **{**SIZES, **k}),
    "hip-hop-nn": lambda **k: HipHopNN("cartesian-l3-n4-flexible", **{**SIZES, **k}),
}


def build(name: str, dtype: torch.dtype = torch.float64, **arguments: object) -> torch.nn.Module:
    """A network with seeded weights; E⁰ is set so that its share of the energy is tested, too."""
    torch.manual_seed(7)
    model = BUILDERS[name](**arguments).to(dtype)
    model.species_energies.set(torch.arange(1.0, 1 + len(model.species), dtype=torch.float64))
    return model.eval()


def molecule(seed: int = 0, atoms: int = 6, species: tuple[int, ...] = (1, 6, 8)) -> Structure:
    """Random atoms at least 0.9 Å apart in a cube."""
    rng = np.random.default_rng(seed)
    side = 1.6 * atoms ** (1 / 3)
    positions: list[np.ndarray] = []
    while len(positions) < atoms:
        trial = rng.uniform(0, side, 3)
        if all(np.linalg.norm(trial - p) > 0.9 for p in positions):
            positions.append(trial)
    return Structure(rng.choice(species, atoms), np.array(positions), energy=float(rng.normal()),
                     forces=rng.normal(size=(atoms, 3)))  # fmt: skip


def crystal(seed: int = 0) -> Structure:
    """A skewed cell smaller than the cutoff, so that atoms see their own images."""
    rng = np.random.default_rng(seed)
    cell = 3.0 * np.eye(3) + 0.3 * rng.normal(size=(3, 3))
    fractions = np.array([[0.0, 0.0, 0.0], [0.5, 0.5, 0.5], [0.5, 0.05, 0.4]]) + 0.02 * rng.normal(size=(3, 3))
    return Structure([6, 8, 1], fractions @ cell, cell, True)


def graph(*structures: Structure) -> Batch:
    """One batch within ``CUTOFF``."""
    return batch_structures(structures, CUTOFF)


def predict(model: torch.nn.Module, *structures: Structure) -> tuple[np.ndarray, np.ndarray]:
    """Energies (systems,) and forces (atoms, 3) in float64."""
    found = EnergyForces(model).eval()(graph(*structures))
    return found.energy.numpy(), found.forces.numpy()


def trained(model: torch.nn.Module, batch: Batch, compiled: bool = False) -> list[torch.Tensor]:
    """Energies, forces, and the gradients of a loss on both; compiled as one graph."""
    network = EnergyForces(model).train()
    call = torch.compile(network, fullgraph=True, backend="aot_eager") if compiled else network
    found = call(batch, stress=True)
    (found.energy.square().sum() + found.forces.square().sum() + found.stress.nansum()).backward()
    return [found.energy.detach(), found.forces.detach(), *(p.grad for p in model.parameters() if p.requires_grad)]


def as_atoms(structure: Structure) -> ase.Atoms:
    """ASE's atoms without labels."""
    return ase.Atoms(structure.numbers, structure.positions, cell=structure.cell, pbc=structure.periodic)


def pair_potential(structure: Structure) -> Structure:
    """Labels by a smooth pair potential between all atoms: a task that a network can learn."""
    difference = structure.positions[:, None] - structure.positions[None]
    distance = np.linalg.norm(difference, axis=-1) + 1e6 * np.eye(structure.atoms)
    energy = 0.5 * np.exp(-distance).sum() - structure.atoms
    forces = (np.exp(-distance) / distance)[:, :, None] * difference
    return Structure(structure.numbers, structure.positions, energy=energy, forces=forces.sum(1))


def labelled(count: int, first_seed: int = 0) -> list[Structure]:
    """Molecules with the labels of that potential."""
    return [pair_potential(molecule(first_seed + k, 3 + k % 3)) for k in range(count)]
