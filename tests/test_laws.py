"""Every law for every network and potential, each with a twin: one broken on purpose, which the law must reject."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import ace_fixtures
import laws
import network_fixtures
import numpy as np
import pytest
import torch
from ace_fixtures import ELEMENTS, PAIR_RADIAL, RADIAL, potential, products
from laws import LAWS, Subject
from network_fixtures import BUILDERS, SIZES, build, graph, molecule, predict
from tolerances import ACE_DIFFERENCE, FINITE_DIFFERENCE, close

from invgen.ace.fitting.design import DesignEvaluator
from invgen.ace.potential import LinearPotential, Results
from invgen.data import Structure, batch_structures
from invgen.data.batch import Batch, pair_vectors
from invgen.nn import EnergyForces, HipHopNN
from invgen.potentials import compile_model, load_compiled

Law = Callable[[Subject], None]

# ---- subjects ---------------------------------------------------------------------------------------------------


def boxed(structure: Structure) -> Structure:
    """A molecule in a cell so large that it sees no image: there it has a stress."""
    if structure.periodic.any():
        return structure
    return Structure(structure.numbers, structure.positions, 100 * np.eye(3), True)


class TorchRows:
    """Predictions of a torch module as one column of rows."""

    def __init__(self, predictor: EnergyForces, cutoff: float) -> None:
        self.predictor = predictor
        self.cutoff = cutoff

    def several(self, structures: Sequence[Structure]) -> tuple[np.ndarray, np.ndarray]:
        found = self.predictor(batch_structures(structures, self.cutoff))
        return found.energy.numpy(), found.forces.numpy()

    def energy(self, structure: Structure) -> np.ndarray:
        return self.several([structure])[0]

    def rows(self, structure: Structure) -> laws.Rows:
        (energy, forces), box = self.several([structure]), boxed(structure)
        (stress,) = self.predictor(batch_structures([box], self.cutoff), stress=True).stress.numpy()
        return energy, forces.reshape(-1, 1), (box.volume * stress).reshape(6, 1)


def network_pair(distance: float) -> Structure:
    return Structure([6, 8], [[0.0, 0, 0], [0, 0, distance]])


def network(predictor: EnergyForces) -> Subject:
    found, cutoff = TorchRows(predictor, network_fixtures.CUTOFF), network_fixtures.CUTOFF
    return Subject(
        found.rows, found.energy, molecule(), molecule(1, 3), network_fixtures.crystal(), network_pair, cutoff,
        FINITE_DIFFERENCE["float64"], 2, 1e-4, found.several,
    )  # fmt: skip


def ace(rows: Callable[[Structure], laws.Rows], several: Callable | None = None) -> Subject:
    return Subject(
        rows, lambda structure: rows(structure)[0], ace_fixtures.cluster(), ace_fixtures.cluster(1, 4),
        ace_fixtures.crystal(), ace_fixtures.pair, ace_fixtures.CUTOFF, ACE_DIFFERENCE["float64"], 3, 1e-3, several,
    )  # fmt: skip


def column(model: LinearPotential) -> Callable[[Structure], laws.Rows]:
    """A linear potential as one column of design rows."""

    def rows(structure: Structure) -> laws.Rows:
        energy, forces, _ = model.energy_forces_stress(structure)
        box = boxed(structure)
        virial = model.energy_forces_stress(box).stress * box.volume
        return np.array([energy]), forces.reshape(-1, 1), virial.reshape(6, 1)

    return rows


def in_torch(model: LinearPotential) -> Subject:
    found = TorchRows(EnergyForces(model.torch()).eval(), ace_fixtures.CUTOFF)
    return ace(found.rows, found.several)


def hip_hop(basis: str) -> torch.nn.Module:
    torch.manual_seed(7)
    return HipHopNN(basis, **SIZES).double().eval()


def compiled(folder: Path) -> EnergyForces:
    return load_compiled(compile_model(build("hip-hop-nn", interactions=1), folder / "model", export=False))


SUBJECTS: dict[str, Callable[[Path], Subject]] = {
    **{name: lambda _, name=name: network(EnergyForces(build(name)).eval()) for name in BUILDERS},
    "rank 4": lambda _: network(EnergyForces(hip_hop("cartesian-l4-n4-flexible")).eval()),
    "independent": lambda _: network(EnergyForces(hip_hop("cartesian-l3-n3-independent")).eval()),
    "compiled": lambda folder: network(compiled(folder)),
    "design rows": lambda _: ace(DesignEvaluator(products(), RADIAL, ELEMENTS).rows),
    "linear potential": lambda _: ace(column(potential())),
    "linear potential in torch": lambda _: in_torch(potential()),
    "linear potential, r0 of pairs": lambda _: ace(column(potential(radial=PAIR_RADIAL))),
}
ALONE = ("design rows", "linear potential", "linear potential, r0 of pairs")
"""What takes one structure at a time."""


def laws_of(name: str) -> list[Law]:
    return [law for law in LAWS if name not in ALONE or law is not laws.batch_independence]


@pytest.fixture(scope="module")
def subject(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Subject:
    return SUBJECTS[request.param](tmp_path_factory.mktemp("subject"))


@pytest.mark.parametrize(
    ("subject", "law"),
    [pytest.param(name, law, id=f"{name}-{law.__name__}") for name in SUBJECTS for law in laws_of(name)],
    indirect=["subject"],
)
def test_law(subject: Subject, law: Law) -> None:
    law(subject)


# ---- broken networks --------------------------------------------------------------------------------------------

Fault = Callable[[torch.nn.Module, Batch, torch.Tensor], torch.Tensor]


class BrokenNetwork(torch.nn.Module):
    """A sound network with one fault added to its energies (atoms,)."""

    def __init__(self, fault: Fault) -> None:
        super().__init__()
        self.sound = build("hip-nn")
        self.fault, self.dtype = fault, self.sound.dtype

    def forward(self, batch: Batch, vectors: torch.Tensor) -> torch.Tensor:
        return self.sound(batch, vectors) + self.fault(self.sound, batch, vectors)


def broken_network(fault: Fault) -> Subject:
    return network(EnergyForces(BrokenNetwork(fault)).eval())


def per_pair(batch: Batch, values: torch.Tensor) -> torch.Tensor:
    """(pairs,) -> sums over the pairs of each atom."""
    return values.new_zeros(len(batch.numbers)).index_add(0, batch.first, values)


def window(vectors: torch.Tensor) -> torch.Tensor:
    """(pairs,) smooth weight that vanishes at the cutoff."""
    return (1 - vectors.norm(dim=1) / network_fixtures.CUTOFF).clamp(min=0) ** 3


def triple_product(model: torch.nn.Module, batch: Batch, vectors: torch.Tensor) -> torch.Tensor:
    """A pseudo-scalar of each neighbourhood: changes sign under inversion, and under nothing else."""
    moments = [vectors.new_zeros(len(batch.numbers), 3) for _ in range(3)]
    for power in range(3):
        weight = window(vectors) * batch.numbers[batch.second] * vectors.norm(dim=1) ** (2 * power)
        moments[power] = moments[power].index_add(0, batch.first, weight.unsqueeze(1) * vectors)
    return (torch.linalg.cross(moments[0], moments[1]) * moments[2]).sum(1)


def detached_half(model: torch.nn.Module, batch: Batch, vectors: torch.Tensor) -> torch.Tensor:
    """Part of the energy does not reach the gradient."""
    return model(batch, vectors.detach())


def one_each(model: torch.nn.Module, batch: Batch, vectors: torch.Tensor) -> torch.Tensor:
    """Every system has the same energy more, whatever its size."""
    return 1.0 / torch.bincount(batch.system)[batch.system].to(vectors.dtype)


FAULTS: dict[Law, Fault] = {
    laws.forces: detached_half,
    laws.virial: detached_half,
    laws.rotation: lambda m, b, v: per_pair(b, window(v) * v[:, 0] ** 2),
    laws.inversion: triple_product,
    laws.translation: lambda m, b, v: per_pair(b, window(v) * b.positions[b.first, 0] ** 2),
    laws.permutation: lambda m, b, v: per_pair(b, window(v) * b.first_slot),
    laws.supercell: one_each,
    laws.smoothness: lambda m, b, v: per_pair(b, 1e-3 * v.norm(dim=1)),
    laws.locality: one_each,
    laws.isolated_atom: lambda m, b, v: 0 * v.sum() + (0 if len(v) else float("nan")) * b.cell.sum((1, 2))[b.system],
    laws.batch_independence: lambda m, b, v: torch.full((len(b.numbers),), float(len(b.cell)), dtype=v.dtype),
}


@pytest.mark.parametrize("law", LAWS)
def test_a_broken_network_is_rejected(law: Law) -> None:
    with pytest.raises(AssertionError):
        law(broken_network(FAULTS[law]))


def test_the_pseudo_scalar_fault_passes_the_rotation_check() -> None:
    laws.rotation(broken_network(triple_product))


def test_every_law_has_a_broken_twin() -> None:
    assert set(FAULTS) == set(LAWS)
    assert set(ERRORS) == set(LAWS) - {laws.batch_independence}


# ---- broken rows and potentials ---------------------------------------------------------------------------------


class BrokenRows(DesignEvaluator):
    """Rows with one error."""

    def __init__(self, error: str) -> None:
        super().__init__(products(), RADIAL, ELEMENTS)
        self.error = error

    def rows(self, structure: Structure):  # type: ignore[override]
        energy, forces, virial = super().rows(structure)
        noise = np.linspace(1, 2, len(energy))
        if self.error == "forces":
            forces = forces * 1.0001
        elif self.error == "virial":
            virial = virial[[0, 1, 2, 5, 4, 3]]
        elif self.error == "axis":
            energy = energy + (structure.positions @ [1e-3, 0, 0] * structure.numbers).sum() * noise
        elif self.error == "handed":
            a, b, c, *_ = structure.positions if structure.atoms > 2 else np.zeros((3, 3))
            energy = energy + 1e-3 * np.linalg.det([a, b, c]) * noise
        elif self.error == "order":
            forces = forces * np.arange(1, len(forces) + 1)[:, None]
        elif self.error == "no images":
            energy, forces, virial = super().rows(Structure(structure.numbers, structure.positions))
            if structure.periodic.any():
                energy = energy + abs(np.linalg.det(structure.cell)) ** 0.5 * noise
        elif self.error == "kink":
            r = np.linalg.norm(structure.positions[0] - structure.positions[-1])
            energy = energy + max(ace_fixtures.CUTOFF - r, 0) * noise
        elif self.error == "far":
            spread = np.linalg.norm(np.ptp(structure.positions, axis=0))
            energy = energy + 1e-6 * spread * noise
        elif self.error == "lonely" and structure.atoms == 1:
            energy = energy * np.nan
        return energy, forces, virial


ERRORS: dict[Law, str] = {
    laws.forces: "forces",
    laws.virial: "virial",
    laws.rotation: "axis",
    laws.inversion: "handed",
    laws.translation: "axis",
    laws.permutation: "order",
    laws.supercell: "no images",
    laws.smoothness: "kink",
    laws.locality: "far",
    laws.isolated_atom: "lonely",
}


@pytest.mark.parametrize("law", ERRORS)
def test_broken_rows_are_rejected(law: Law) -> None:
    with pytest.raises(AssertionError):
        law(ace(BrokenRows(ERRORS[law]).rows))


class BrokenPotential(LinearPotential):
    """Forgets the shifts of periodic images, and pushes along an axis."""

    def energy_forces_stress(self, structure: Structure, near=None):
        near = self.neighbourhoods(structure)
        energy, forces, stress = super().energy_forces_stress(structure, near._replace(shift=0.99 * near.shift))
        tilt = structure.positions[0] @ [1e-3, 0, 0] + 1e-4 * np.linalg.norm(np.ptp(structure.positions, axis=0))
        handed = np.linalg.det(structure.positions[1:4]) if structure.atoms > 4 else np.prod(structure.positions[-1])
        push = np.arange(1, structure.atoms + 1)[:, None]
        return Results(energy + tilt + 1e-3 * handed, 1.001 * forces + push, stress)


@pytest.mark.parametrize("law", ERRORS)
def test_a_broken_potential_is_rejected(law: Law) -> None:
    good = potential()
    with pytest.raises(AssertionError):
        law(ace(column(BrokenPotential(good.products, RADIAL, ELEMENTS, good.coefficients, good.references))))


def test_pair_vectors_are_what_the_forces_are_derived_from() -> None:
    batch = graph(molecule())
    positions = batch.positions.clone().requires_grad_(True)
    model = build("hip-nn-ts-2")
    (gradient,) = torch.autograd.grad(model(batch, pair_vectors(batch, positions)).sum(), positions)
    close(-gradient.numpy(), predict(model, molecule())[1])
