"""Networks with one interaction layer in C++ against the same networks in torch, and networks that C++ cannot run."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import torch
from ace_fixtures import cluster, crystal
from cpp_fixtures import needs_compiler
from engine_fixtures import CppModel, forces_of
from tolerances import LAW, close

from invgen.data import Structure
from invgen.data.dataset import structure_batch
from invgen.data.neighbours import neighbour_pairs
from invgen.engines.data import data_text
from invgen.engines.lammps import LammpsError
from invgen.engines.models import Model, open_model
from invgen.engines.plugin import DATA, sources_of
from invgen.nn.energy import EnergyForces
from invgen.nn.network import HipHopNN, HipNN, HipNNTS, Network
from invgen.potentials import compile_model, save_model

COMMON = {"species": [28, 29], "sensitivities": 9, "cutoff": 5.0, "soft_min": 1.2, "soft_max": 4.5}
MAKERS: dict[str, Callable[[], Network]] = {
    "hip-hop-nn": lambda: HipHopNN("cartesian-l3-n4-flexible", features=21, atom_layers=2, **COMMON).double(),
    "hip-hop-nn float32": lambda: HipHopNN("cartesian-l2-n3-flexible", features=16, atom_layers=0, **COMMON),
    "hip-nn-ts 2": lambda: HipNNTS(l_max=2, features=7, atom_layers=1, **COMMON).double(),
    "hip-nn-ts 1, as many features as species": lambda: HipNNTS(l_max=1, features=2, **COMMON).double(),
    "hip-nn": lambda: HipNN(features=8, **COMMON).double(),
}
STRUCTURES = {
    "cluster": cluster(atoms=21),
    "crystal": crystal(),
    "alone": Structure([28], [[0.0, 0.0, 0.0]]),
}


def network(name: str) -> Network:
    torch.manual_seed(0)
    made = MAKERS[name]()
    made.species_energies.set(torch.tensor([-3.0, -4.5], dtype=torch.float64))
    with torch.no_grad():  # no parameter has a value under which a mistake would not be seen
        for key, parameter in made.named_parameters():
            if parameter.dim() == 1 and "sensitivity" not in key:
                parameter += 0.3 * torch.randn_like(parameter)
    return made.eval()


@needs_compiler
@pytest.mark.parametrize("name", MAKERS)
def test_energies_and_forces_are_those_of_torch(name: str, tmp_path: Path) -> None:
    made = network(name)
    compiled, dtype = CppModel(made, tmp_path), str(made.dtype).removeprefix("torch.")
    assert compiled.problem() == ""
    for system in STRUCTURES.values():
        pairs = neighbour_pairs(system, made.cutoff)
        vectors = system.positions[pairs.second] - system.positions[pairs.first] + pairs.shift
        species = (system.numbers == 29).astype(int)
        energies, gradient = compiled.evaluate(species, pairs.first, species[pairs.second], vectors)
        wanted = EnergyForces(made)(structure_batch(system, pairs))
        assert wanted.forces is not None
        close(energies, wanted.energies.detach().numpy(), LAW[dtype])
        forces = forces_of(pairs.first, pairs.second, gradient, system.atoms)
        close(forces, wanted.forces.double().detach().numpy(), LAW[dtype])


@needs_compiler
def test_data_of_another_basis_are_refused(tmp_path: Path) -> None:
    made = network("hip-nn")
    compiled = CppModel(made, tmp_path)
    text = compiled.data.read_text()
    other, _ = sources_of(Model(network("hip-nn-ts 2")))
    compiled.data.write_text(other[DATA])
    assert "this plugin has none: load the plugin that was exported with this file" in compiled.problem()
    compiled.data.write_text(text.replace("0x1.", "0x1.1", 1))
    assert "it was edited or truncated and is not used" in compiled.problem()


def test_numbers_of_float32_are_exact() -> None:
    number = np.float32(0.1)
    assert float.fromhex(data_text({"x": np.array([number])}).split()[-1]) == float(number)


def test_the_folder_of_a_compiled_network_gives_the_same_plugin(tmp_path: Path) -> None:
    path = save_model(HipNN(features=4, **COMMON), tmp_path / "m.safetensors")
    compile_model(path, tmp_path / "folder", export=False)
    assert sources_of(open_model(tmp_path / "folder")) == sources_of(open_model(path))


def test_two_interaction_layers_are_refused_and_fix_external_is_named() -> None:
    with pytest.raises(LammpsError, match=r"has 2 interaction layers.*invgen\.engines\.lammps\.fix_external drives it"):
        sources_of(Model(HipNN(interactions=2, features=4, **COMMON)))


def test_other_models_are_refused() -> None:
    with pytest.raises(LammpsError, match="computes in float32 or float64, not in torch"):
        sources_of(Model(HipNN(features=4, **COMMON).half()))

    class Other(HipNN):
        def forward(self, batch: object, vectors: torch.Tensor) -> torch.Tensor:
            return vectors.sum(1)

    with pytest.raises(LammpsError, match=r"of the file of a network, not of Other; invgen.engines.lammps.fix"):
        sources_of(Model(Other(features=4, **COMMON)))
