"""A linear model with random features and labelled clusters for the tests of fitting, without any basis."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np

from invgen.data import Structure


class FakeDesign:
    """Rows from sums of sines of distances: energy, its exact derivatives by positions and strain. Two elements."""

    elements = ("Cu", "Ni")
    radial = SimpleNamespace(cutoff=4.0)

    def __init__(self, functions: int = 7) -> None:
        self.waves = np.linspace(0.5, 2.5, functions)
        self.calls = 0

    @property
    def columns(self) -> int:
        return 2 * len(self.waves)

    def rows(self, structure: Structure) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        self.calls += 1
        atoms, count = structure.atoms, len(self.waves)
        vectors = structure.positions[None] - structure.positions[:, None]
        distance = np.linalg.norm(vectors, axis=-1) + np.eye(atoms)
        energy, forces, virial = np.zeros(2 * count), np.zeros((atoms, 3, 2 * count)), np.zeros((6, 2 * count))
        for i in range(atoms):
            own = slice(0, count) if structure.numbers[i] == 29 else slice(count, 2 * count)
            for j in range(atoms):
                if i != j:
                    slope = self.waves * np.cos(self.waves * distance[i, j]) / distance[i, j]
                    energy[own] += np.sin(self.waves * distance[i, j])
                    forces[i, :, own] += np.outer(vectors[i, j], slope)
                    forces[j, :, own] -= np.outer(vectors[i, j], slope)
                    products = np.outer(vectors[i, j], vectors[i, j])[[0, 1, 2, 1, 0, 0], [0, 1, 2, 2, 2, 1]]
                    virial[:, own] += np.outer(products, slope)
        return energy, forces.reshape(3 * atoms, -1), virial


REFERENCES = {28: -2.0, 29: 1.5}


def labelled(count: int = 12, noise: float = 0.0, seed: int = 0) -> tuple[list[Structure], np.ndarray]:
    """Clusters in large cells whose labels are those of known coefficients (columns,), plus noise."""
    rng = np.random.default_rng(seed)
    design = FakeDesign()
    coefficients = rng.normal(size=design.columns)
    made = []
    for k in range(count):
        atoms = int(rng.integers(3, 7))
        numbers = rng.choice([28, 29], atoms)
        bare = Structure(numbers, rng.uniform(0, 4, (atoms, 3)), 10 * np.eye(3), True)
        energy, forces, virial = design.rows(bare)
        known = sum(REFERENCES[int(z)] for z in numbers)
        made.append(
            Structure(
                numbers,
                bare.positions,
                bare.cell,
                True,
                float(energy @ coefficients + known + noise * rng.normal()),
                (forces @ coefficients + noise * rng.normal(size=3 * atoms)).reshape(-1, 3),
                f"cluster {k}",
                (virial @ coefficients + noise * rng.normal(size=6)) / bare.volume,
                ("small", "large")[k % 2],
            )
        )
    return made, coefficients
