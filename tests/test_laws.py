"""Physical laws that every network obeys, each with a twin: a network broken on purpose, which the check must reject.

A check is a function of a model that raises ``AssertionError`` when the law does not hold.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
import torch
from network_fixtures import BUILDERS, CUTOFF, build, crystal, graph, molecule, moved, predict
from scipy.spatial.transform import Rotation
from tolerances import FINITE_DIFFERENCE, close

from invgen.data import Structure
from invgen.data.batch import Batch, pair_vectors
from invgen.nn import EnergyForces


def check_orthogonal(model: torch.nn.Module, matrix: np.ndarray) -> None:
    """Energies stay and forces turn under a rotation or inversion."""
    for structure in (molecule(), crystal()):
        turned = Structure(
            structure.numbers, structure.positions @ matrix.T, structure.cell @ matrix.T, structure.periodic
        )
        energy, forces = predict(model, structure)
        energy_turned, forces_turned = predict(model, turned)
        close(energy, energy_turned)
        close(forces @ matrix.T, forces_turned)


def check_rotation(model: torch.nn.Module) -> None:
    """Proper rotations."""
    check_orthogonal(model, Rotation.random(rng=1).as_matrix())


def check_inversion(model: torch.nn.Module) -> None:
    """The energy is a proper scalar."""
    check_orthogonal(model, -np.eye(3))


def check_translation(model: torch.nn.Module) -> None:
    """Nothing but relative positions matters."""
    for structure in (molecule(), crystal()):
        energy, forces = predict(model, structure)
        energy_moved, forces_moved = predict(model, moved(structure, structure.positions + np.array([0.3, -7.0, 2.0])))
        close(energy, energy_moved)
        close(forces, forces_moved)


def check_permutation(model: torch.nn.Module) -> None:
    """Forces are listed in the order of the atoms, the energy does not know it."""
    structure, order = molecule(), np.random.default_rng(2).permutation(6)
    energy, forces = predict(model, structure)
    other = moved(structure, structure.positions[order], structure.numbers[order])
    energy_permuted, forces_permuted = predict(model, other)
    close(energy, energy_permuted)
    close(forces[order], forces_permuted)


def check_batch_independence(model: torch.nn.Module) -> None:
    """A batch of several is the several alone."""
    systems = [molecule(0), crystal(), molecule(1, 3)]
    energy, forces = predict(model, *systems)
    alone = [predict(model, s) for s in systems]
    close(energy, np.concatenate([e for e, _ in alone]))
    close(forces, np.concatenate([f for _, f in alone]))


def check_isolated_atom(model: torch.nn.Module) -> None:
    """An atom out of everybody's reach adds a constant and feels no force; one atom alone has a finite energy."""
    lone = Structure([8], [[0.0, 0.0, 0.0]])
    energy, forces = predict(model, lone)
    assert np.isfinite(energy).all()
    close(forces, np.zeros((1, 3)))
    near = molecule()
    both = Structure([*near.numbers, 8], [*near.positions, [0.0, 0.0, 60.0]])
    energy_both, forces_both = predict(model, both)
    close(predict(model, near)[0] + energy, energy_both)
    close(forces_both[-1], np.zeros(3))


def check_smooth_cutoff(model: torch.nn.Module) -> None:
    """Energy and force go to the values without the pair as the distance comes to the cutoff."""
    middle = np.zeros((2, 3))

    def at(distance: float) -> tuple[float, float]:
        middle[1, 2] = distance
        energy, forces = predict(model, Structure([6, 8], middle))
        return float(energy[0]), float(forces[1, 2])

    beyond, gap = at(CUTOFF + 0.1), 1e-5
    assert beyond[1] == 0.0
    before = at(CUTOFF - gap)
    assert abs(before[0] - beyond[0]) < 1e2 * gap**2
    assert abs(before[1]) < 1e3 * gap


def check_forces(model: torch.nn.Module) -> None:
    """Forces are minus the finite differences of the energy, in a molecule and in a cell."""
    step = 1e-4
    for structure in (molecule(), crystal()):
        forces = predict(model, structure)[1]
        for atom, axis in ((0, 0), (1, 2), (2, 1)):
            energies = []
            for sign in (2, 1, -1, -2):
                positions = structure.positions.copy()
                positions[atom, axis] += sign * step
                energies.append(predict(model, moved(structure, positions))[0][0])
            a, b, c, d = energies
            derivative = (8 * (b - c) - (a - d)) / (12 * step)
            assert abs(forces[atom, axis] + derivative) < FINITE_DIFFERENCE["float64"] * max(1, abs(derivative))


def check_stress(model: torch.nn.Module) -> None:
    """The stress is the finite difference of the energy with respect to strain, over the volume."""
    structure, step = crystal(), 1e-4
    stress = EnergyForces(model).eval().stress(graph(structure))[0].numpy()
    close(stress, stress.T)
    for a, b in ((0, 0), (1, 2), (0, 2)):
        energies = []
        for sign in (2, 1, -1, -2):
            strain = np.eye(3)
            strain[a, b] += 0.5 * sign * step
            strain[b, a] += 0.5 * sign * step
            strained = Structure(structure.numbers, structure.positions @ strain, structure.cell @ strain, True)
            energies.append(predict(model, strained)[0][0])
        w, x, y, z = energies
        derivative = (8 * (x - y) - (w - z)) / (12 * step) / abs(np.linalg.det(structure.cell))
        assert abs(stress[a, b] - derivative) < FINITE_DIFFERENCE["float64"] * max(1, abs(derivative))


CHECKS: dict[str, Callable[[torch.nn.Module], None]] = {
    "rotation": check_rotation,
    "inversion": check_inversion,
    "translation": check_translation,
    "permutation": check_permutation,
    "batch independence": check_batch_independence,
    "isolated atom": check_isolated_atom,
    "smooth cutoff": check_smooth_cutoff,
    "forces": check_forces,
    "stress": check_stress,
}


@pytest.mark.parametrize("law", CHECKS)
@pytest.mark.parametrize("name", BUILDERS)
def test_law(name: str, law: str) -> None:
    CHECKS[law](build(name))


class Broken(torch.nn.Module):
    """A sound network with one fault added to its system energies (systems,)."""

    def __init__(self, fault: Callable[[torch.nn.Module, Batch, torch.Tensor], torch.Tensor]) -> None:
        super().__init__()
        self.sound = build("hip-nn")
        self.fault = fault

    def forward(self, batch: Batch, vectors: torch.Tensor) -> torch.Tensor:
        return self.sound(batch, vectors) + self.fault(self.sound, batch, vectors)


def per_pair(batch: Batch, values: torch.Tensor) -> torch.Tensor:
    """(pairs,) -> sums over the pairs of each system."""
    return values.new_zeros(len(batch.cell)).index_add(0, batch.system[batch.first], values)


def window(vectors: torch.Tensor) -> torch.Tensor:
    """(pairs,) smooth weight that vanishes at the cutoff."""
    return (1 - vectors.norm(dim=1) / CUTOFF).clamp(min=0) ** 3


def triple_product(model: torch.nn.Module, batch: Batch, vectors: torch.Tensor) -> torch.Tensor:
    """A pseudo-scalar of each neighbourhood: changes sign under inversion, and under nothing else."""
    moments = [vectors.new_zeros(len(batch.numbers), 3) for _ in range(3)]
    for power in range(3):
        weight = window(vectors) * batch.numbers[batch.second] * vectors.norm(dim=1) ** (2 * power)
        moments[power] = moments[power].index_add(0, batch.first, weight.unsqueeze(1) * vectors)
    product = (torch.linalg.cross(moments[0], moments[1]) * moments[2]).sum(1)
    return product.new_zeros(len(batch.cell)).index_add(0, batch.system, product)


def detached_half(model: torch.nn.Module, batch: Batch, vectors: torch.Tensor) -> torch.Tensor:
    """Part of the energy does not reach the gradient."""
    return model(batch, vectors.detach())


FAULTS: dict[str, Callable[[torch.nn.Module, Batch, torch.Tensor], torch.Tensor]] = {
    "rotation": lambda m, b, v: per_pair(b, window(v) * v[:, 0] ** 2),
    "inversion": triple_product,
    "translation": lambda m, b, v: per_pair(b, window(v) * b.positions[b.first, 0] ** 2),
    "permutation": lambda m, b, v: per_pair(b, window(v) * b.first_slot),
    "batch independence": lambda m, b, v: torch.full((len(b.cell),), float(len(b.cell)), dtype=v.dtype),
    "isolated atom": lambda m, b, v: 0 * v.sum() + (0 if len(v) else float("nan")) * b.cell.sum((1, 2)),
    "smooth cutoff": lambda m, b, v: per_pair(b, 1e-3 * v.norm(dim=1)),
    "forces": detached_half,
    "stress": detached_half,
}


@pytest.mark.parametrize("law", CHECKS)
def test_broken_model_is_rejected(law: str) -> None:
    with pytest.raises(AssertionError):
        CHECKS[law](Broken(FAULTS[law]).eval())


def test_the_pseudo_scalar_fault_passes_the_rotation_check() -> None:
    check_rotation(Broken(triple_product).eval())


def test_every_check_has_a_broken_twin() -> None:
    assert set(FAULTS) == set(CHECKS)


def test_pair_vectors_are_what_the_forces_are_derived_from() -> None:
    batch = graph(molecule())
    positions = batch.positions.clone().requires_grad_(True)
    model = build("hip-nn-ts-2")
    (gradient,) = torch.autograd.grad(model(batch, pair_vectors(batch, positions)).sum(), positions)
    close(-gradient.numpy(), predict(model, molecule())[1])
