"""TorchSim's own validation, and dynamics of a batch against systems one by one, where TorchSim is installed.

It needs Python 3.12, which CI does not run: there the test of what it is made of is ``test_batched.py``.
"""

from __future__ import annotations

import importlib
import sys
from typing import Any

import ace_fixtures
import numpy as np
import pytest
import torch
from network_fixtures import as_atoms, build, molecule
from tolerances import LAW, close

from invgen.ace import LinearPotential
from invgen.engines.errors import EngineError
from invgen.potentials import InvgenCalculator

STEPS, STEP, KT = 20, 0.1 * 0.0982269, 0.02
"""0.1 fs in TorchSim's unit of time, eV."""


def test_without_torchsim_one_line_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "torch_sim", None)
    monkeypatch.delitem(sys.modules, "torch_sim.models.interface", raising=False)
    monkeypatch.delitem(sys.modules, "invgen.engines.torchsim", raising=False)
    with pytest.raises(EngineError, match=r"pip install 'torch-sim-atomistic>=0\.6', with Python 3\.12") as caught:
        importlib.import_module("invgen.engines.torchsim")
    assert "\n" not in str(caught.value)


@pytest.fixture
def torchsim() -> Any:
    reason = "TorchSim is not installed, which needs Python 3.12: pip install torch-sim-atomistic==0.6.2"
    return pytest.importorskip("torch_sim", minversion="0.6", reason=reason)


@pytest.fixture
def network() -> Any:
    return build("hip-hop-nn", species=(1, 6, 12, 14, 26))


def linear(species: int = 2) -> LinearPotential:
    return ace_fixtures.potential(species=species)


@pytest.mark.filterwarnings("ignore")
def test_its_own_validation_passes(torchsim: Any, network: Any) -> None:
    from torch_sim.models.interface import validate_model_outputs

    from invgen.engines.torchsim import Model

    for dtype in (torch.float64, torch.float32):
        validate_model_outputs(Model(network, dtype=dtype), torch.device("cpu"), dtype)


@pytest.mark.filterwarnings("ignore")
def test_results_are_those_of_ase(torchsim: Any, network: Any) -> None:
    from ase.build import bulk

    from invgen.engines.torchsim import Model

    crystals = [bulk("Si", cubic=True), bulk("Mg").repeat((2, 1, 1))]
    for k, crystal in enumerate(crystals):
        crystal.rattle(0.05, seed=k)
        crystal.set_cell(crystal.cell.array + 0.1 * np.random.default_rng(k).normal(size=(3, 3)), scale_atoms=True)
    alloys = [as_atoms(ace_fixtures.crystal())]
    for systems, model, calculator in (
        (crystals, network, InvgenCalculator(network)),
        (alloys, linear(), linear().calculator()),
    ):
        found = Model(model)(torchsim.io.atoms_to_state(systems, torch.device("cpu"), torch.float64))
        first = 0
        for k, atoms in enumerate(systems):
            atoms.calc = calculator
            close(found["energy"][k], np.array(atoms.get_potential_energy()), LAW["float64"])
            close(found["forces"][first : first + len(atoms)], torch.tensor(atoms.get_forces()), LAW["float64"])
            close(found["stress"][k], torch.tensor(atoms.get_stress(voigt=False)), LAW["float64"])
            first += len(atoms)


@pytest.mark.filterwarnings("ignore")
def test_a_batch_moves_as_its_molecules_one_by_one(torchsim: Any, network: Any) -> None:
    from torch_sim.integrators.nve import nve_init, nve_step

    from invgen.engines.torchsim import Model

    molecules = [as_atoms(molecule(seed, 4 + seed % 3, species=(1, 6))) for seed in range(5)]
    device, dtype = torch.device("cpu"), torch.float64

    def moved(systems: list[Any], momenta: torch.Tensor | None = None) -> tuple[torch.Tensor, torch.Tensor]:
        model, start = Model(network), torchsim.io.atoms_to_state(systems, device, dtype)
        start.rng = 3
        state = nve_init(start, model, kT=torch.tensor(KT))
        if momenta is not None:
            state.momenta = momenta.clone()
        begun = state.momenta.clone()
        for _ in range(STEPS):
            state = nve_step(state, model, dt=torch.tensor(STEP))
        return state.positions, begun

    together, momenta = moved(molecules)
    sizes = [len(m) for m in molecules]
    alone = [moved([m], p)[0] for m, p in zip(molecules, momenta.split(sizes), strict=True)]
    close(together, torch.cat(alone), LAW["float64"])
    assert float((together - torch.tensor(np.concatenate([m.positions for m in molecules]))).abs().max()) > 1e-4
